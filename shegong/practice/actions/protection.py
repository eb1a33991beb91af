"""Requests of data subjects, retention periods, and the erasure of files by two persons."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import Asked, Decision, Outcome
from shegong.practice.models import ErasureProposal, RetentionRule, SubjectRequest
from shegong.practice.queries import protection as queries
from shegong.practice.rules import protection as rules
from shegong.practice.rules.client import checked_reason
from shegong.practice.rules.protection import RequestFact


def _only_officers(by: Viewer) -> None:
    if not by.has(Role.DPO):
        raise Problem("role_missing", _("只有个人信息保护负责人能办理。"), status=403)


@transaction.atomic
def name_of_file(client_id: UUID, hub_id: int, reason: str, *, by: Viewer, at: datetime) -> str:
    """The name on a file, for the officer and for a reason. Journalled. Raises Problem at `reason`, or 404."""
    _only_officers(by)
    text = checked_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_file_name(%s, %s)", [client_id, hub_id])
        name: str | None = cursor.fetchone()[0]
    if name is None:
        raise Problem("client_missing", _("没有这份档案。"), status=404)
    log("look_up_name", "client", client_id, by=by.account_id, at=at, hub_id=hub_id, detail={"reason": text})
    return name


@transaction.atomic
def record_request(fact: RequestFact, number: str, *, by: Viewer, at: datetime) -> SubjectRequest:
    """Record a request, with the file that it is about where a number was given; it is due after thirty days.

    Raises Problem or Problems at number, kind, asker, contact, text, received_on.
    """
    _only_officers(by)
    checked = rules.checked_request(fact, clock.today())
    found = queries.file_by_number(number) if number.strip() else None
    if number.strip() and found is None:
        raise Problem("number_unknown", _("没有这个编号的档案。没有档案的人请留空。"), "number")
    centre = None if found else Station.objects.get(tier=Tier.CENTRE)
    client_id, hub_id, station_id = found or (None, centre.pk if centre else 0, centre.pk if centre else 0)
    made = SubjectRequest(
        client_id=client_id,
        hub_id=hub_id,
        station_id=station_id,
        due_on=rules.due_on(checked["received_on"]),
        recorded_at=at,
        recorded_by_id=by.account_id,
        **checked,
    )
    made.save(force_insert=True)
    _log("record_request", made, by, at, kind=made.kind, due=made.due_on.isoformat())
    return made


@transaction.atomic
def answer_request(
    asked: SubjectRequest, outcome: str, answer: str, answered_on: date, *, by: Viewer, at: datetime
) -> SubjectRequest:
    """Note how a request was answered, once. Raises Problem or Problems at outcome, answer, answered_on; 409."""
    _only_officers(by)
    present = SubjectRequest.objects.select_for_update().get(pk=asked.pk, hub_id=asked.hub_id)
    if present.answered_on is not None:
        raise Problem("answered", _("这个请求已经答复。"), status=409)
    present.answer = rules.checked_answer(outcome, answer, answered_on, present.received_on, clock.today())
    present.outcome, present.answered_on, present.answered_by_id = outcome, answered_on, by.account_id
    present.save(update_fields=["outcome", "answer", "answered_on", "answered_by"])
    _log("answer_request", present, by, at, outcome=outcome)
    return present


def _log(verb: str, asked: SubjectRequest, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "subjectrequest",
        asked.pk,
        by=by.account_id,
        at=at,
        hub_id=asked.hub_id,
        station_id=asked.station_id,
        detail=detail,
    )


@transaction.atomic
def set_retention(rule: RetentionRule, years: int, basis: str, *, by: Viewer, at: datetime) -> None:
    """Set how long files of a class are kept, and why. Raises Problem or Problems at years, basis."""
    _only_officers(by)
    rule.basis = rules.checked_rule(years, basis)
    before, rule.years = rule.years, years
    rule.save(update_fields=["years", "basis"])
    detail = {"kind": rule.kind, "before": before, "years": years, "reason": rule.basis}
    log("set_retention", "retentionrule", rule.kind, by=by.account_id, at=at, detail=detail)


@transaction.atomic
def propose_erasure(
    client_id: UUID, hub_id: int, *, by: Viewer, at: datetime, asked: SubjectRequest | None = None
) -> ErasureProposal:
    """Propose a file for erasure: because its time is over, or because a request to erase it was granted.

    Another person decides. Raises Problem: 403, 404, 409.
    """
    _only_officers(by)
    found, numbers = queries.ground(client_id, hub_id), queries.file_numbers([client_id])
    if found is None:
        raise Problem("client_missing", _("没有这份档案。"), status=404)
    problem = _problem(found, asked)
    if problem is not None:
        raise problem
    station_id = _station_of(numbers[client_id])
    made = ErasureProposal(
        client_id=client_id,
        hub_id=hub_id,
        station_id=station_id,
        kind=found.kind,
        expired_on=found.expires_on if found.expires_on <= clock.today() else None,
        request=asked,
        proposed_at=at,
        proposed_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise Problem("proposed", _("这份档案已经提请匿名。"), status=409) from clash
    _log_erasure("propose_erasure", made, by, at)
    return made


def _station_of(number: str) -> int:
    found = queries.file_by_number(number)
    if found is None:
        raise Problem("client_missing", _("没有这份档案。"), status=404)
    return found[2]


def _problem(found: queries.Ground, asked: SubjectRequest | None) -> Problem | None:
    granted = (Outcome.GRANTED, Outcome.PARTLY)
    return rules.erasure_problem(
        is_erased=found.is_erased,
        has_open_case=found.has_open_case,
        expires_on=found.expires_on,
        today=clock.today(),
        asked_for=asked is not None and asked.kind == Asked.ERASE and asked.outcome in granted,
    )


@transaction.atomic
def approve_erasure(proposal: ErasureProposal, *, by: Viewer, at: datetime) -> None:
    """Agree to another person's proposal, and erase at once all that names or describes the person; what is counted
    stays. Can't be undone. Raises Problem: 403 for the proposer, 404, 409.
    """
    present = _waiting(proposal, by)
    found = queries.ground(present.client_id, present.hub_id)
    if found is None:
        raise Problem("client_missing", _("没有这份档案。"), status=404)
    # What a request granted was checked when it was proposed, and the database checks it again.
    problem = rules.erasure_problem(
        is_erased=found.is_erased,
        has_open_case=found.has_open_case,
        expires_on=found.expires_on,
        today=clock.today(),
        asked_for=present.request_id is not None,
    )
    if problem is not None:
        raise problem
    _decide(present, Decision.APPROVED, "", by, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_anonymise(%s, %s, %s::date)", [present.pk, present.hub_id, clock.today()])
    _log_erasure("approve_erasure", present, by, at)


@transaction.atomic
def decline_erasure(proposal: ErasureProposal, reason: str, *, by: Viewer, at: datetime) -> None:
    """Turn another person's proposal down; the file stays as it is. Raises Problem at `reason`; 403, 404, 409."""
    text = checked_reason(reason)
    present = _waiting(proposal, by)
    _decide(present, Decision.DECLINED, text, by, at)
    _log_erasure("decline_erasure", present, by, at, reason=text)


def _waiting(proposal: ErasureProposal, by: Viewer) -> ErasureProposal:
    """The proposal, locked, if the viewer may decide it."""
    if not by.has(Role.DPO, Role.COUNTY):
        raise Problem("role_missing", _("只有个人信息保护负责人或区(市)县管理人员能复核。"), status=403)
    if proposal.proposed_by_id == by.account_id:
        raise Problem("same_person", _("提请人自己不能复核，请由另一人复核。"), status=403)
    present = ErasureProposal.objects.select_for_update().filter(pk=proposal.pk, hub_id=proposal.hub_id).first()
    if present is None:
        raise Problem("proposal_missing", _("没有这项申请。"), status=404)
    if present.decision != Decision.WAITING:
        raise Problem("decided", _("这项申请已经复核。"), status=409)
    return present


def _decide(proposal: ErasureProposal, decision: Decision, reason: str, by: Viewer, at: datetime) -> None:
    proposal.decision, proposal.reason = decision, reason
    proposal.decided_at, proposal.decided_by_id = at, by.account_id
    proposal.save(update_fields=["decision", "reason", "decided_at", "decided_by"])


def _log_erasure(verb: str, proposal: ErasureProposal, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "client",
        proposal.client_id,
        by=by.account_id,
        at=at,
        hub_id=proposal.hub_id,
        station_id=proposal.station_id,
        detail={"proposal": str(proposal.pk), **detail},
    )
