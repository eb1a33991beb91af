"""Local groups: founded, changed, brought from stage to stage, supported; their projects; and micro-grants, whose money
the ledger holds from the approval on.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import chinese
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import LocalGroupKind, LocalGroupStage, MicroGrantState, SupportKind
from shegong.linkage.models import GroupProject, GroupSupport, LocalGroup, MicroGrant
from shegong.linkage.queries import group as queries
from shegong.linkage.rules import group as rules
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.models import Fund

LIMITS: Final = {"name": 60, "aim": 300, "leader": 60}


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group as its station notes it."""

    name: str
    kind: str
    aim: str
    members: int
    leader: str
    leader_phone: str = ""
    community_id: int | None = None


@transaction.atomic
def found_group(
    station: Station, draft: GroupDraft, founded_on: date, *, by: Viewer, at: datetime, today: date,
    key: UUID | None = None,
) -> LocalGroup:  # fmt: skip
    """Note a group that a station incubates. Raises Problem or Problems at name (missing, taken), kind, aim, members,
    leader, leader_phone, community and founded_on; 403; 409 for a key that is taken.
    """
    if not queries.may_keep(by, station.hub_id, station.pk):
        raise _not_yours()
    raise_any([rules.founded_problem(founded_on, today)])
    group = LocalGroup(
        id=key or uuid7(), hub_id=station.hub_id, town_id=station.town_id, station=station, stage_since=founded_on,
        founded_on=founded_on, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    _write(group, draft)
    _keep(group, force_insert=True)
    _log("found_group", group, by, at)
    return group


def _write(group: LocalGroup, draft: GroupDraft) -> None:
    texts = {name: clean_text(getattr(draft, name), limit, name).strip() for name, limit in LIMITS.items()}
    phone = chinese.normalised_phone(draft.leader_phone.strip()[:100]) if draft.leader_phone.strip() else ""
    wrong = chinese.phone_problem(phone) if phone else None
    raise_any([
        *(rules.missing(text, name) for name, text in texts.items()),
        rules.members_problem(draft.members),
        None if draft.kind in LocalGroupKind.values else Problem("kind_unknown", _("请选择类别。"), "kind"),
        wrong.at("leader_phone") if wrong else None,
    ])  # fmt: skip
    group.name, group.aim, group.leader = texts["name"], texts["aim"], texts["leader"]
    group.kind, group.members, group.leader_phone = draft.kind, draft.members, phone
    group.community_id = draft.community_id


def _keep(group: LocalGroup, **how: Any) -> None:
    with told(_refusal):
        group.save(**how)


def _refusal(rule: str) -> Problem | None:
    if rule == "linkage_localgroup_name_once":
        return Problem("name_taken", _("本站已有同名的组织。"), "name")
    return key_taken() if rule.endswith("_pkey") else None


@transaction.atomic
def change_group(group: LocalGroup, draft: GroupDraft, *, by: Viewer, at: datetime) -> LocalGroup:
    """Change what is noted of a group. Raises as founding does; 403; 409 for one that was dissolved."""
    present = _locked(group, by)
    _write(present, draft)
    _keep(present)
    _log("change_local_group", present, by, at)
    return present


@transaction.atomic
def move_group(
    group: LocalGroup, to: str, since: date, number: str, *, by: Viewer, at: datetime, today: date
) -> LocalGroup:
    """Bring a group to another stage: filed, registered or dissolved. Raises Problem or Problems at since and number;
    403, 409.
    """
    present = _locked(group, by)
    text = clean_text(number, 40, "number").strip()
    raise_any([
        rules.stage_problem(present.stage, to, present.stage_since, since, today), rules.number_problem(to, text)
    ])  # fmt: skip
    present.stage, present.stage_since = LocalGroupStage(to), since
    if text:
        present.number = text
    present.save(update_fields=["stage", "stage_since", "number"])
    _log("move_group", present, by, at, stage=to)
    return present


@transaction.atomic
def support_group(
    group: LocalGroup, kind: str, given_on: date, what: str, *, by: Viewer, at: datetime, today: date
) -> GroupSupport:
    """Note what a station gave a group. Raises Problem or Problems at kind, given_on and what; 403, 409."""
    present = _locked(group, by)
    text = clean_text(what, 300, "what").strip()
    raise_any([
        None if kind in SupportKind.values else Problem("kind_unknown", _("请选择支持方式。"), "kind"),
        Problem("in_future", _("日期不能晚于今天。"), "given_on") if given_on > today else None,
        rules.missing(text, "what"),
    ])  # fmt: skip
    made = GroupSupport(
        group=present, kind=kind, given_on=given_on, what=text, noted_at=at, noted_by_id=by.account_id
    )  # fmt: skip
    made.save(force_insert=True)
    _log("support_group", present, by, at, kind=kind)
    return made


@transaction.atomic
def begin_group_project(
    group: LocalGroup, title: str, since: date, until: date, *, by: Viewer, at: datetime
) -> GroupProject:  # fmt: skip
    """Note a project of a group; `until` is the day after the last. Raises Problem at title and until; 403, 409."""
    present = _locked(group, by)
    text = clean_text(title, 100, "title").strip()
    raise_any([
        rules.missing(text, "title"),
        None if until > since else Problem("until_before_since", _("最后一天不能早于第一天。"), "until"),
    ])  # fmt: skip
    made = GroupProject(group=present, title=text, since=since, until=until, made_at=at, made_by_id=by.account_id)
    made.save(force_insert=True)
    _log("begin_group_project", present, by, at)
    return made


@transaction.atomic
def note_result(project: GroupProject, result: str, *, by: Viewer, at: datetime) -> GroupProject:
    """Note what came of a group's project. Raises Problem at result; 403, 409."""
    present = _locked(project.group, by)
    text = clean_text(result, 500, "result").strip()
    raise_any([rules.missing(text, "result")])
    project.result = text
    project.save(update_fields=["result"])
    _log("note_group_result", present, by, at)
    return project


@transaction.atomic
def ask_grant(group: LocalGroup, title: str, plan: str, asked: Decimal, *, by: Viewer, at: datetime) -> MicroGrant:
    """Ask for a micro-grant for a group. Raises Problem or Problems at title, plan and asked; 403, 409."""
    present = _locked(group, by)
    texts = {"title": clean_text(title, 100, "title").strip(), "plan": clean_text(plan, 1000, "plan").strip()}
    raise_any([*(rules.missing(text, name) for name, text in texts.items()), rules.grant_problem(asked)])
    grant = MicroGrant(
        group=present, hub_id=present.hub_id, station_id=present.station_id, asked=asked, asked_at=at,
        asked_by_id=by.account_id, **texts,
    )  # fmt: skip
    grant.save(force_insert=True)
    _log_grant("ask_grant", grant, by, at, amount=str(asked))
    return grant


@transaction.atomic
def approve_grant(
    grant: MicroGrant, fund: Fund, approved: Decimal, opinion: str, *, by: Viewer, at: datetime, today: date
) -> MicroGrant:
    """Approve a micro-grant out of a fund, whose free money is bound to it at once. Raises Problem at fund (may not pay
    it), approved (more than asked, not enough money there), opinion; 403, 409.
    """
    present = _of_county(grant, by, MicroGrantState.APPROVED)
    raise_any([rules.approved_problem(approved, present.asked)])
    year = queries.open_year(today)
    if year is None:
        raise Problem("year_closed", _("本年度还没有建账或已经结账。"), "fund")
    wrong = ledger.permit_problem(fund, queries.PAYS, (), today)
    if wrong:
        raise wrong.at("fund")
    booking = Booking(fund, present.hub_id, year, approved, note=present.title)
    try:
        ledger.commit_grant(present.subject, booking, pays=queries.PAYS, by=by, at=at)
    except Problem as problem:
        raise (problem.at("approved") if problem.field == "amount" else problem) from problem
    present.state, present.fund, present.year, present.approved = MicroGrantState.APPROVED, fund, year, approved
    present.opinion = clean_text(opinion, 300, "opinion").strip()
    present.decided_at, present.decided_by_id = at, by.account_id
    present.save()
    _log_grant("approve_grant", present, by, at, amount=str(approved))
    return present


@transaction.atomic
def decline_grant(grant: MicroGrant, opinion: str, *, by: Viewer, at: datetime) -> MicroGrant:
    """Not approve it, and say why. Raises Problem at opinion; 403, 409."""
    present = _of_county(grant, by, MicroGrantState.DECLINED)
    text = clean_text(opinion, 300, "opinion").strip()
    raise_any([rules.missing(text, "opinion")])
    present.state, present.opinion = MicroGrantState.DECLINED, text
    present.decided_at, present.decided_by_id = at, by.account_id
    present.save()
    _log_grant("decline_grant", present, by, at)
    return present


@transaction.atomic
def pay_grant(grant: MicroGrant, *, by: Viewer, at: datetime, today: date) -> MicroGrant:
    """Pay what was approved. Raises Problem 403, 409."""
    present = _of_county(grant, by, MicroGrantState.PAID)
    fund = Fund.objects.get(pk=present.fund_id or 0)
    booking = Booking(fund, present.hub_id, present.year or 0, present.approved or Decimal(0), note=present.title)
    ledger.pay_grant(present.subject, booking, by=by, at=at)
    present.state, present.paid_on, present.paid_by_id = MicroGrantState.PAID, today, by.account_id
    present.save()
    _log_grant("pay_grant", present, by, at, amount=str(present.approved))
    return present


@transaction.atomic
def account_for_grant(
    grant: MicroGrant, spent: Decimal, account: str, *, by: Viewer, at: datetime, today: date
) -> MicroGrant:
    """Say what was spent on what, and what came of it. Raises Problem or Problems at spent and account; 403, 409."""
    rows = MicroGrant.objects.select_related("group", "station")
    present = rows.select_for_update(of=("self",)).filter(pk=grant.pk).first() or rows.filter(pk=grant.pk).first()
    if present is None or not queries.may_keep(by, present.hub_id, present.station_id):
        raise _not_yours()
    raise_any([rules.step_problem(present.state, MicroGrantState.ACCOUNTED)])
    text = clean_text(account, 1000, "account").strip()
    raise_any([rules.spent_problem(spent, present.approved or Decimal(0)), rules.missing(text, "account")])
    present.state, present.spent, present.account, present.accounted_on = (
        MicroGrantState.ACCOUNTED, spent, text, today,
    )  # fmt: skip
    present.save()
    _log_grant("account_for_grant", present, by, at, amount=str(spent))
    return present


def reveal_leader(group: LocalGroup, *, by: Viewer, at: datetime) -> str:
    """The leader's whole telephone number. Journalled."""
    _log("reveal", group, by, at, field="leader_phone")
    return group.leader_phone


def _of_county(grant: MicroGrant, by: Viewer, to: MicroGrantState) -> MicroGrant:
    rows = MicroGrant.objects.select_related("group", "station")
    present = rows.select_for_update(of=("self",)).filter(pk=grant.pk).first() or rows.filter(pk=grant.pk).first()
    if present is None or not queries.may_decide(by, present.hub_id):
        raise Problem("not_your_grant", _("由本区（市）县审批和拨付。"), status=403)
    raise_any([rules.step_problem(present.state, to)])
    if to in (MicroGrantState.APPROVED, MicroGrantState.DECLINED) and present.asked_by_id == by.account_id:
        raise Problem("own_request", _("不能审批自己提出的申请。"), status=403)
    return present


def _locked(group: LocalGroup, by: Viewer) -> LocalGroup:
    present = LocalGroup.objects.select_for_update(of=("self",)).filter(pk=group.pk).first()
    if present is None or not queries.may_keep(by, present.hub_id, present.station_id):
        raise _not_yours()
    if not queries.active(present.stage):
        raise Problem("dissolved", _("这个组织已经解散。"), status=409)
    return present


def _not_yours() -> Problem:
    return Problem("not_yours", _("由培育它的站点办理。"), status=403)


def _log(verb: str, group: LocalGroup, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "local_group", group.pk, by=by.account_id, at=at, hub_id=group.hub_id, station_id=group.station_id,
        detail=detail)  # fmt: skip


def _log_grant(verb: str, grant: MicroGrant, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "micro_grant", grant.pk, by=by.account_id, at=at, hub_id=grant.hub_id, station_id=grant.station_id,
        detail=detail)  # fmt: skip
