"""Writing a month's proposal: asked for (it is computed in the background), edited, published or dropped."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.actions.pool import CHOOSE_SUPERVISOR, agreed, booking_of, refusals_told, teams, wake
from shegong.workforce.enums import PoolVerdict, ProposalState, RequestState
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionAgreement,
    SupervisionBooking,
    SupervisionRequest,
    SupervisorProfile,
)
from shegong.workforce.queries.pool import COORDINATORS, IN_WORK, alternatives, pool_hub, proposals_seen
from shegong.workforce.queries.pool_swap import swap_of
from shegong.workforce.rules.booking import month_problem
from shegong.workforce.rules.pool import Pairing, Proposed, Swap

# Why one supervisor can't take one request.
SWAP_REFUSALS: Final = {
    PoolVerdict.FULL: _("本月提供的时间不够"),
    PoolVerdict.OUT_OF_REACH: _("不能到这个区（市）县，或是被督导者本人"),
    PoolVerdict.NO_SPECIALITY: _("没有需要的专长"),
    PoolVerdict.TOO_FAR: _("路程太远"),
    PoolVerdict.TOO_LONG: _("需要的小时数超过可用时间"),
    PoolVerdict.BARRED: _("已从这项需求移除"),
}


@transaction.atomic
def propose(month: date, *, by: Viewer, at: datetime, key: UUID | None = None) -> PoolProposal:
    """Ask for the month's proposal of the viewer's unit; it is computed in the background. One is in work at a time.

    Raises Problem at month; 403, 409.
    """
    hub = _unit(by)
    raise_any([month_problem(month, clock.today())])
    known = PoolProposal.objects.filter(pk=key).first() if key else None
    if known is not None:
        if (known.hub_id, known.month) != (hub.pk, month):
            raise key_taken()
        return known
    proposal = PoolProposal(id=key or uuid7(), hub=hub, month=month, asked_at=at, asked_by_id=by.account_id)
    if PoolProposal.objects.filter(hub=hub, month=month, state__in=IN_WORK).exists():
        raise _in_work()
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as taken:
        raise (key_taken() if PoolProposal.objects.filter(pk=proposal.pk).exists() else _in_work()) from taken
    _log("propose_pool", proposal, by, at)
    wake()
    return proposal


def _in_work() -> Problem:
    return Problem("proposal_in_work", _("本月已有一个方案在制作或待发布，请先发布或放弃它。"), status=409)


def _unit(by: Viewer) -> Station:
    hub = pool_hub(by) if by.has(*COORDINATORS) else None
    if hub is None:
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    return hub


def _held(proposal: PoolProposal, by: Viewer, *states: ProposalState) -> PoolProposal:
    """The proposal under lock, in one of these states. Raises Problem 403, 404, 409."""
    hub = _unit(by)
    held = proposals_seen(by).select_for_update(of=("self",)).filter(pk=proposal.pk).first()
    if held is None:
        raise Problem("proposal_missing", _("找不到这个方案，或您不能查看。"), status=404)
    if held.hub_id != hub.pk:
        raise Problem("not_yours", _("方案由提出它的一级编辑和发布。"), status=403)
    if held.state not in states:
        present = ProposalState(held.state).label
        raise Problem(
            "proposal_state", _("方案现在的状态是“%(state)s”，不能这样做。"), status=409, params={"state": present}
        )
    return held


def fill_proposal(proposal: PoolProposal, found: Proposed, supervisors: int, at: datetime) -> None:
    """Write what was computed in place of what was there; the coordinator's pins and bars stay. Within a transaction.

    A request that was withdrawn or booked meanwhile is left out.
    """
    kept = {
        str(each.request_id): (each.is_pinned, each.barred_ids)
        for each in PoolAssignment.objects.filter(proposal=proposal)
    }
    PoolAssignment.objects.filter(proposal=proposal).delete()
    still = set(
        map(str, SupervisionRequest.objects.filter(month=proposal.month, state="waiting").values_list("pk", flat=True))
    )
    rows = []
    for each in found.pairings:
        pinned, barred = kept.get(each.request, (False, []))
        rows.append(
            PoolAssignment(
                proposal=proposal, request_id=UUID(each.request), supervisor_id=each.supervisor, points=each.points,
                parts=[list(part) for part in each.parts], km=each.km, nearer=each.nearer, is_pinned=pinned,
                barred_ids=barred,
            )
        )  # fmt: skip
    for left in found.unserved:
        _pinned, barred = kept.get(left.request, (False, []))
        rows.append(
            PoolAssignment(
                proposal=proposal, request_id=UUID(left.request), verdict=left.verdict, suitable=left.suitable,
                own=left.own, least=left.least, barred_ids=barred,
            )
        )  # fmt: skip
    PoolAssignment.objects.bulk_create([row for row in rows if str(row.request_id) in still], batch_size=2000)
    proposal.supervisors, proposal.requests = supervisors, len(rows)
    proposal.bound, proposal.finished_at = found.bound, at
    proposal.first_come_value, proposal.first_come_served = found.first_come_value, found.first_come_served
    proposal.state, proposal.progress, proposal.leased_until = ProposalState.READY, 100, None
    _recount(proposal)


def _recount(proposal: PoolProposal) -> None:
    """The proposal's sums from its lines."""
    sums = PoolAssignment.objects.filter(proposal=proposal, supervisor__isnull=False).aggregate(
        value=Sum("points"), served=Count("pk")
    )
    proposal.value, proposal.served = sums["value"] or 0, sums["served"]
    proposal.save()


def _line(assignment: PoolAssignment, by: Viewer) -> PoolAssignment:
    proposal = _held(assignment.proposal, by, ProposalState.READY)
    line = (
        PoolAssignment.objects.select_related("request__station", "supervisor__worker")
        .filter(pk=assignment.pk, proposal=proposal)
        .first()
    )
    if line is None:
        raise Problem("assignment_missing", _("找不到这一项。"), status=404)
    line.proposal = proposal
    return line


@transaction.atomic
def pin_assignment(assignment: PoolAssignment, pinned: bool, *, by: Viewer, at: datetime) -> PoolAssignment:
    """Hold to a pairing when the proposal is computed again, or no longer. Raises Problem 403, 404, 409."""
    line = _line(assignment, by)
    if line.supervisor_id is None:
        raise Problem("nobody_to_pin", _("没有督导可以固定。"), status=409)
    line.is_pinned = pinned
    line.save(update_fields=["is_pinned"])
    _log("pin_assignment", line.proposal, by, at, request=str(line.request_id), pinned=pinned)
    return line


@transaction.atomic
def remove_assignment(assignment: PoolAssignment, *, by: Viewer, at: datetime) -> PoolAssignment:
    """Take the supervisor off a request; computed again, the proposal finds another. Raises Problem 403, 404, 409."""
    line = _line(assignment, by)
    if line.supervisor_id is None:
        raise Problem("nobody_to_remove", _("这项需求没有督导。"), status=409)
    line.barred_ids = sorted({*line.barred_ids, line.supervisor_id})
    _log("remove_assignment", line.proposal, by, at, request=str(line.request_id), supervisor=line.supervisor_id)
    line.supervisor, line.points, line.parts, line.km, line.nearer = None, 0, [], 0, 0
    line.is_pinned, line.verdict = False, PoolVerdict.BARRED
    line.save()
    _recount(line.proposal)
    return line


@transaction.atomic
def reassign(assignment: PoolAssignment, supervisor_id: int, *, by: Viewer, at: datetime) -> PoolAssignment:
    """Give a request another supervisor who suits and has room, and hold to it.

    Raises Problem at supervisor; 403, 404, 409.
    """
    line = _line(assignment, by)
    chosen = next((each for each in alternatives(line, clock.today()) if each.supervisor.pk == supervisor_id), None)
    if chosen is None:
        raise Problem("supervisor_unsuitable", CHOOSE_SUPERVISOR, "supervisor")
    if not chosen.has_room:
        raise Problem("beyond_offer", _("超出了督导本月提供的小时数。"), "supervisor")
    _pair(line, chosen.pairing)
    line.save()
    _recount(line.proposal)
    _log("reassign", line.proposal, by, at, request=str(line.request_id), supervisor=supervisor_id)
    return line


@transaction.atomic
def swap_supervisors(
    assignment: PoolAssignment, other_id: int, *, by: Viewer, at: datetime
) -> tuple[PoolAssignment, PoolAssignment]:
    """Two requests exchange their supervisors, with their reasons counted anew, and both are held to.

    Raises Problem at other, which says who can't take which request and why; 403, 404, 409.
    """
    line = _line(assignment, by)
    other = PoolAssignment.objects.select_related("request__station", "supervisor__worker").filter(pk=other_id).first()
    if other is None or other.proposal_id != line.proposal_id or None in (line.supervisor_id, other.supervisor_id):
        raise Problem("assignment_missing", _("请选择同一方案中另一项已有督导的需求。"), "other")
    if line.supervisor_id == other.supervisor_id:
        raise Problem("same_supervisor", _("两项由同一位督导承担，不必对调。"), "other")
    found = swap_of(line, other, clock.today())
    if found is None:
        raise Problem("hours_gone", _("督导的时间或需求在此期间有变化，请重新计算方案。"), status=409)
    if found.verdict is not None:
        raise _swap_refused(line, other, found)
    # Both lines' journal entries name who was exchanged before the lines change.
    detail = {"request": str(line.request_id), "other": str(other.request_id)}
    _log("swap_supervisors", line.proposal, by, at, **detail, supervisors=[line.supervisor_id, other.supervisor_id])
    for each, pairing in zip((line, other), found.pairings, strict=True):
        _pair(each, pairing)
        each.save()
    _recount(line.proposal)
    return line, other


def _swap_refused(line: PoolAssignment, other: PoolAssignment, found: Swap) -> Problem:
    """Which of the two supervisors can't take the other's request, and why."""
    gets_line = found.refused == other.supervisor_id
    taker, request = (other.supervisor, line.request) if gets_line else (line.supervisor, other.request)
    names = {
        "supervisor": taker.worker.name if taker else "",
        "station": request.station.name,
        "why": SWAP_REFUSALS[PoolVerdict(found.verdict or PoolVerdict.FULL)],
    }
    return Problem("cannot_swap", _("%(supervisor)s不能承担%(station)s的需求：%(why)s。"), "other", params=names)


def _pair(line: PoolAssignment, pairing: Pairing) -> None:
    """Put a supervisor to a line by hand, with the parts of its points; it is held to."""
    line.supervisor_id, line.points, line.km = pairing.supervisor, pairing.points, pairing.km
    line.parts, line.nearer = [list(part) for part in pairing.parts], 0
    line.verdict, line.suitable, line.own, line.least, line.is_pinned = "", 0, 0, 0, True
    line.barred_ids = [each for each in line.barred_ids if each != pairing.supervisor]


@transaction.atomic
def compute_again(proposal: PoolProposal, *, by: Viewer, at: datetime) -> PoolProposal:
    """Compute again what isn't pinned, without who was removed. Raises Problem 403, 404, 409."""
    held = _held(proposal, by, ProposalState.READY, ProposalState.FAILED)
    held.state, held.progress, held.attempts, held.leased_until = ProposalState.QUEUED, 0, 0, None
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError as taken:
        raise _in_work() from taken
    _log("compute_pool_again", held, by, at)
    wake()
    return held


@transaction.atomic
def drop_proposal(proposal: PoolProposal, *, by: Viewer, at: datetime) -> PoolProposal:
    """Let a proposal go; nothing was booked of it. Raises Problem 403, 404, 409."""
    held = _held(proposal, by, ProposalState.READY, ProposalState.FAILED)
    held.state = ProposalState.DROPPED
    held.save(update_fields=["state"])
    _log("drop_pool_proposal", held, by, at)
    return held


@transaction.atomic
def publish_proposal(proposal: PoolProposal, *, by: Viewer, at: datetime) -> PoolProposal:
    """Book every pairing, each pair of supervisor and station under one agreement for the month. What was settled or
    withdrawn meanwhile is passed over; the others wait on. All or nothing.

    Raises Problem 403, 404; 409 when hours that it counts on are gone.
    """
    held = _held(proposal, by, ProposalState.READY)
    lines = list(
        held.assignments.filter(supervisor__isnull=False, request__state=RequestState.WAITING)
        .select_related("request__station", "supervisor")
        .order_by("supervisor_id", "request__station_id", "id")
    )
    # In a fixed order, so that two who publish at once don't wait for each other.
    ids = sorted(line.request_id for line in lines)
    waiting = set(
        SupervisionRequest.objects.select_for_update()
        .filter(pk__in=ids, state=RequestState.WAITING)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    lines = [line for line in lines if line.request_id in waiting]
    try:
        with refusals_told():
            book_lines(held, lines, at)
    except Problem as problem:
        if problem.code != "beyond_offer":
            raise
        raise Problem(
            "hours_gone", _("有督导的可用时间在此期间被预约或撤回，请重新计算方案后再发布。"), status=409
        ) from problem
    held.state, held.published_at, held.published_by_id = ProposalState.PUBLISHED, at, by.account_id
    held.save(update_fields=["state", "published_at", "published_by"])
    _log("publish_pool", held, by, at, bookings=len(lines))
    return held


def book_lines(proposal: PoolProposal, lines: Sequence[PoolAssignment], at: datetime) -> None:
    """Book the pairings of a proposal, whose requests the caller's transaction holds. Needs `request__station` and
    `supervisor` selected.
    """
    agreements = _agreements(lines)
    SupervisionAgreement.objects.bulk_create(agreements.values(), batch_size=1000)
    SupervisionBooking.objects.bulk_create(
        [booking_of(*_parties(line), agreements[_key(line)], at, proposal) for line in lines], batch_size=1000
    )
    SupervisionRequest.objects.filter(pk__in=[line.request_id for line in lines]).update(state=RequestState.ASSIGNED)


def _parties(line: PoolAssignment) -> tuple[SupervisionRequest, SupervisorProfile]:
    assert line.supervisor is not None
    return line.request, line.supervisor


def _key(line: PoolAssignment) -> tuple[int, int, int]:
    request, supervisor = _parties(line)
    return supervisor.pk, request.station_id, request.worker_id or 0


def _agreements(lines: Sequence[PoolAssignment]) -> dict[tuple[int, int, int], SupervisionAgreement]:
    """One for each supervisor, station and worker (0: the station's), for all hours together."""
    made: dict[tuple[int, int, int], SupervisionAgreement] = {}
    rooms = teams(line.request for line in lines)
    for line in lines:
        known = made.get(_key(line))
        if known is None:
            made[_key(line)] = agreed(*_parties(line), line.request.hours, rooms)
        else:
            known.hours += line.request.hours
    return made


def _log(verb: str, proposal: PoolProposal, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb, "pool_proposal", proposal.pk, by=by.account_id, at=at, hub_id=proposal.hub_id,
        detail={"month": str(proposal.month), **detail},
    )  # fmt: skip
