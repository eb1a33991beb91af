"""A group from proposal over approval and recruitment to summary. Its sessions are in `groupwork_session`.

Cost: each step locks the group's row (one query), writes it and one journal row; signing up and screening write one
more row. Nothing here touches a tally: only a held session's record does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.scope import Viewer
from shegong.practice.actions.acting import acting_worker
from shegong.practice.actions.client import may_keep_files
from shegong.practice.actions.gathering import (
    fit,
    fit_all,
    may_decide,
    named,
    sent_before,
    typed_satisfaction,
    write_budget,
    write_spending,
)
from shegong.practice.enums import ClientState, GroupState, MemberOutcome, MemberState, SessionState
from shegong.practice.models import Client, GroupMember, SocialGroup
from shegong.practice.rules import groupwork as rules
from shegong.practice.rules.groupwork import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, BudgetDraft, GroupDraft


@dataclass(frozen=True, slots=True)
class Rating:
    """What is known of a member before and after. A missing outcome follows from the two scores."""

    pre_score: Decimal | None = None
    post_score: Decimal | None = None
    outcome: str = ""
    outcome_note: str = ""


def draft_of_group(group: SocialGroup, budget: Sequence[BudgetDraft]) -> GroupDraft:
    """What a group's proposal says now, with another budget."""
    said = {name: getattr(group, name) for name in GroupDraft.__slots__ if name not in ("budget", "helper_ids")}
    return GroupDraft(**said, helper_ids=tuple(group.helper_ids), budget=tuple(budget))


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a group. `satisfaction` is put down only where nobody has evaluated it; `spent` has an amount for
    each line of the budget, in its order.
    """

    outcome: str
    follow_up: str = ""
    satisfaction: Decimal | None = None
    spent: Sequence[Decimal | None] = ()


@transaction.atomic
def propose_group(key: UUID, draft: GroupDraft, *, by: Viewer, at: datetime) -> SocialGroup:
    """Write a proposal under the caller's key, carried by the viewer; sent again it is the same group.

    Raises Problem or Problems at the fields; 403 out of reach, 409 `key_taken`.
    """
    if (known := sent_before(SocialGroup, key, draft.digest(), by)) is not None:
        return known
    group = SocialGroup(id=key, worker=acting_worker(by), proposed_by_id=by.account_id, proposed_at=at)
    draft = _fill(group, draft, by)
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    write_budget(group, draft.budget)
    _log("propose_group", group, by, at)
    return group


@transaction.atomic
def change_proposal(group: SocialGroup, draft: GroupDraft, *, by: Viewer, at: datetime) -> SocialGroup:
    """Change a proposal that nobody has approved yet. Raises as `propose_group`, and 409 for a later state."""
    group = locked(group, by)
    _step("change", group)
    if draft.station_id != group.station_id:
        raise Problem("station_fixed", _("不能更换站点，请取消后重新提交。"), "station_id")
    draft = _fill(group, draft, by)
    group.save()
    write_budget(group, draft.budget)
    _log("change_group", group, by, at)
    return group


def _fill(group: SocialGroup, draft: GroupDraft, by: Viewer) -> GroupDraft:
    """Put a checked draft into the row; returns it with its texts made fit."""
    texts = fit_all(
        [
            ("title", draft.title, TITLE_LENGTH, True),
            ("aim", draft.aim, TEXT_LENGTH, True),
            ("theory", draft.theory, TEXT_LENGTH, False),
            ("criteria", draft.criteria, TEXT_LENGTH, True),
            ("risk", draft.risk, TEXT_LENGTH, True),
            ("measure_name", draft.measure_name, 100, False),
        ]
    )
    raise_any(rules.proposal_problems(draft))
    rows = named(
        draft.station_id,
        draft.service_id,
        draft.group_id,
        draft.contract_id,
        draft.helper_ids,
        method=Method.GROUP,
        day=max(draft.first_on, clock.today()),
        by=by,
    )
    group.hub_id, group.station_id = rows.station.hub_id, rows.station.pk
    group.service_id, group.group_id = rows.service.pk, rows.group_id
    group.helper_ids = sorted(set(draft.helper_ids) - {group.worker_id})
    group.digest = draft.digest()
    for name, text in texts.items():
        setattr(group, name, text)
    for name in (
        "kind",
        "size_min",
        "size_max",
        "sessions_planned",
        "first_on",
        "contract_id",
        "measure_low",
        "measure_high",
        "measure_up",
    ):
        setattr(group, name, getattr(draft, name))
    if not group.measure_name:
        group.measure_low, group.measure_high = 0, 10
    return replace(draft, **texts)


@transaction.atomic
def submit_group(group: SocialGroup, *, by: Viewer, at: datetime) -> SocialGroup:
    """Hand the proposal in for approval. Raises Problem 403, 404, 409."""
    group = locked(group, by)
    group.state = _step("submit", group)
    group.submitted_at = at
    group.save(update_fields=["state", "submitted_at"])
    _log("submit_group", group, by, at)
    return group


@transaction.atomic
def decide_group(group: SocialGroup, *, approve: bool, note: str, by: Viewer, at: datetime) -> SocialGroup:
    """Approve the proposal, or send it back with a reason. By a head or county officer who isn't its author.

    Raises Problem at note; 403, 404, 409.
    """
    group = _present(group)
    may_decide(by, group.hub_id, group.station_id)
    after = _step("approve" if approve else "return", group)
    wrong = rules.decision_problem(group.proposed_by_id, by.account_id, approve=approve, note=note)
    if wrong:
        raise wrong
    group.state, group.decision_note = after, fit(note, "note", REASON_LENGTH)
    if approve:
        group.approved_at, group.approved_by_id = at, by.account_id
    group.save(update_fields=["state", "decision_note", "approved_at", "approved_by"])
    if approve:
        _log("approve_group", group, by, at)
    else:
        _log("return_group", group, by, at, reason=group.decision_note)
    return group


@transaction.atomic
def cancel_group(group: SocialGroup, reason: str, *, by: Viewer, at: datetime) -> SocialGroup:
    """Give up a group that hasn't met. Raises Problem at reason; 403, 404, 409."""
    group = locked(group, by)
    group.state = _step("cancel", group)
    group.cancel_reason = fit(reason, "reason", REASON_LENGTH, required=True)
    group.save(update_fields=["state", "cancel_reason"])
    _log("cancel_group", group, by, at, reason=group.cancel_reason)
    return group


@transaction.atomic
def sign_up(group: SocialGroup, client_ids: Sequence[UUID], *, by: Viewer, at: datetime) -> list[GroupMember]:
    """Sign clients of the county up, each once; who was declined or left before applies anew.

    Raises Problem at client_ids; 403, 404, 409.
    """
    group = locked(group, by)
    _step("recruit", group)
    wanted = list(dict.fromkeys(client_ids))
    found = Client.objects.filter(pk__in=wanted, hub_id=group.hub_id, state=ClientState.ACTIVE)
    if not wanted or found.count() < len(wanted):
        raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_ids")
    known = {member.client_id: member for member in group.members.filter(client_id__in=wanted)}
    fresh = [
        GroupMember(
            hub_id=group.hub_id,
            station_id=group.station_id,
            social_group=group,
            client_id=client_id,
            applied_on=clock.today(),
        )
        for client_id in wanted
        if client_id not in known
    ]
    GroupMember.objects.bulk_create(fresh)
    again = [each for each in known.values() if each.state in (MemberState.DECLINED, MemberState.LEFT)]
    for member in again:
        member.state, member.reason, member.applied_on = MemberState.APPLIED, "", clock.today()
    GroupMember.objects.bulk_update(again, ["state", "reason", "applied_on"])
    _log("sign_up_to_group", group, by, at, clients=[str(each.client_id) for each in (*fresh, *again)])
    return [*known.values(), *fresh]


@transaction.atomic
def screen(member: GroupMember, decision: str, reason: str, *, by: Viewer, at: datetime) -> GroupMember:
    """Take a sign-up into the group, put it on the waiting list, decline it, or note that a member left.

    Raises Problem at decision, reason; 403, 404, 409.
    """
    group = locked(member.social_group, by)
    _step("recruit", group)
    present = group.members.filter(pk=member.pk).first()
    if present is None:
        raise _missing()
    accepted = group.members.filter(state=MemberState.ACCEPTED).exclude(pk=member.pk).count()
    wrong = rules.screening_problem(decision, reason, accepted=accepted, size_max=group.size_max)
    if wrong:
        raise wrong
    present.state, present.reason = decision, fit(reason, "reason", REASON_LENGTH)
    present.screened_on = clock.today()
    present.save(update_fields=["state", "reason", "screened_on"])
    _log("screen_member", group, by, at, client=str(present.client_id), decision=decision)
    return present


@transaction.atomic
def rate_members(group: SocialGroup, ratings: Mapping[UUID, Rating], *, by: Viewer, at: datetime) -> None:
    """Write scores and outcomes of members (by the member's key). Raises Problem at `scores`; 403, 404, 409."""
    group = locked(group, by)
    _step("measure", group)
    members = list(group.members.filter(pk__in=ratings))
    if len(members) < len(ratings):
        raise _missing()
    for member in members:
        rating = ratings[member.pk]
        for score in (rating.pre_score, rating.post_score):
            wrong = rules.score_problem(score, group.measure_low, group.measure_high)
            if wrong:
                raise wrong.at("scores")
        if rating.outcome and rating.outcome not in MemberOutcome.values:
            raise Problem("outcome_unknown", _("请选择成效。"), "scores")
        member.pre_score, member.post_score = rating.pre_score, rating.post_score
        told = rules.change_of(rating.pre_score, rating.post_score, up=group.measure_up)
        member.outcome = rating.outcome or (told if rating.post_score is not None else "")
        member.outcome_note = fit(rating.outcome_note, "scores", 300)
    GroupMember.objects.bulk_update(members, ["pre_score", "post_score", "outcome", "outcome_note"])
    _log("rate_members", group, by, at, members=len(members))


@transaction.atomic
def close_group(group: SocialGroup, summary: Summary, *, by: Viewer, at: datetime) -> SocialGroup:
    """Sum the group up: nothing waits any more, each member's outcome is said.

    Raises Problem or Problems at outcome, satisfaction, spent; 403, 404, 409.
    """
    group = locked(group, by)
    after = _step("close", group)
    states = list(group.sessions.values_list("state", flat=True))
    unrated = group.members.filter(state=MemberState.ACCEPTED, outcome="").count()
    raise_any(
        rules.closing_problems(
            outcome=summary.outcome,
            satisfaction=summary.satisfaction,
            held=states.count(SessionState.HELD),
            waiting=states.count(SessionState.PLANNED),
            unrated=unrated,
        )
    )
    group.outcome = fit(summary.outcome, "outcome", TEXT_LENGTH, required=True)
    group.follow_up = fit(summary.follow_up, "follow_up", TEXT_LENGTH)
    group.satisfaction, group.state = typed_satisfaction(group, summary.satisfaction), after
    group.closed_on, group.closed_by_id = clock.today(), by.account_id
    group.save(update_fields=["outcome", "follow_up", "satisfaction", "state", "closed_on", "closed_by"])
    write_spending(group, summary.spent)
    _log("close_group", group, by, at)
    return group


def locked(group: SocialGroup, by: Viewer) -> SocialGroup:
    """The group's row, locked, for a worker or head who has its station in reach. Raises Problem 403, 404."""
    present = _present(group)
    may_keep_files(by, present.hub_id, present.station_id)
    return present


def _present(group: SocialGroup) -> SocialGroup:
    present = SocialGroup.objects.select_for_update(of=("self",)).filter(pk=group.pk, hub_id=group.hub_id).first()
    if present is None:
        raise Problem("group_missing", _("找不到这个小组，或您不能查看。"), status=404)
    return present


def _missing() -> Problem:
    return Problem("member_missing", _("找不到这名组员，或您不能查看。"), status=404)


def _step(step: str, group: SocialGroup) -> GroupState:
    """Where the step leads. Raises Problem (409) where it isn't allowed."""
    wrong = rules.step_problem(step, group.state)
    if wrong:
        raise wrong
    return GroupState(rules.STEPS[step][1] or group.state)


def _log(verb: str, group: SocialGroup, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "socialgroup",
        group.pk,
        by=by.account_id,
        at=at,
        hub_id=group.hub_id,
        station_id=group.station_id,
        detail=detail,
    )
