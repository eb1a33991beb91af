"""Work behind the pages: computing the shared pool's proposals, and giving freed hours to the waiting list."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from shegong.journal.actions import log as journal
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.workforce.actions.pool import settle
from shegong.workforce.actions.proposal import fill_proposal
from shegong.workforce.enums import ProposalState, RequestState
from shegong.workforce.models import PoolProposal, SupervisionBooking, SupervisionRequest
from shegong.workforce.queries.pool import pool_requests, pool_supervisors
from shegong.workforce.rules.booking import first_of_month
from shegong.workforce.rules.pool import kilometres, pairing, refusal
from shegong.workforce.rules.pool_auction import proposed

LEASE: Final = timedelta(seconds=60)
ATTEMPTS: Final = 3
# How much further it must be to be told to who waits.
PERCENT_STEP: Final = 3
log = logging.getLogger("shegong.pool")


def work_pool() -> bool:
    """Do the next thing there is to do for the pool; whether there was one. To be run as the tables' owner, by any
    number of workers at once.
    """
    return give_freed_hours() or make_next_proposal()


def make_next_proposal() -> bool:
    """Compute the proposal that has waited longest; whether there was one. What goes into it is read, and what comes of
    it written, in the scope of who asked for it.
    """
    job = _claimed()
    if job is None:
        return False
    try:
        _make(job)
    except Exception:
        log.exception("a proposal was not made", extra={"proposal": str(job.pk)})
        _update(job, state=ProposalState.QUEUED if job.attempts < ATTEMPTS else ProposalState.FAILED)
    return True


def _claimed() -> PoolProposal | None:
    now = clock.now()
    waiting = Q(state=ProposalState.QUEUED) | Q(state=ProposalState.RUNNING, leased_until__lt=now)
    with transaction.atomic():
        job = PoolProposal.objects.select_for_update(skip_locked=True).filter(waiting).order_by("asked_at").first()
        if job is None:
            return None
        job.attempts += 1
        if job.attempts > ATTEMPTS:
            # It took its worker down each time.
            job.state, job.leased_until = ProposalState.FAILED, None
        else:
            job.state, job.progress, job.leased_until = ProposalState.RUNNING, 2, now + LEASE
        job.save(update_fields=["attempts", "state", "progress", "leased_until"])
    return job if job.state == ProposalState.RUNNING else None


def _make(job: PoolProposal) -> None:
    today = clock.today()
    with viewing(job.asked_by_id):
        lines = list(job.assignments.values_list("request_id", "supervisor_id", "is_pinned", "barred_ids"))
        hub = Station.objects.get(pk=job.hub_id)
        supervisors = pool_supervisors(hub, job.month)
        offered = {each.key for each in supervisors}
        requests = pool_requests(
            hub,
            job.month,
            today,
            # A pin holds as long as its supervisor is there.
            pins={str(key): whose for key, whose, pinned, _barred in lines if pinned and whose in offered},
            bars={str(key): frozenset(barred) for key, _whose, _pinned, barred in lines},
        )
    told = 0

    def tell(percent: int) -> None:
        nonlocal told
        if percent >= told + PERCENT_STEP:
            told = percent
            _update(job, progress=percent)

    found = proposed(supervisors, requests, tell)
    with viewing(job.asked_by_id):
        held = PoolProposal.objects.select_for_update().filter(pk=job.pk, attempts=job.attempts).first()
        if held is not None and held.state == ProposalState.RUNNING:
            fill_proposal(held, found, len(supervisors), clock.now())


def _update(job: PoolProposal, **changes: object) -> None:
    """Change the job as long as it is ours."""
    lease = None if changes.get("state") else clock.now() + LEASE
    PoolProposal.objects.filter(pk=job.pk, attempts=job.attempts).update(**{"leased_until": lease, **changes})


def give_freed_hours() -> bool:
    """Take up one cancelled booking, and give the supervisor's free hours of that month to the waiting requests that
    they are worth most to; whether there was one.
    """
    with transaction.atomic():
        freed = (
            SupervisionBooking.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(frees_hours=True)
            .select_related("supervisor")
            .order_by("cancelled_at")
            .first()
        )
        if freed is None:
            return False
        SupervisionBooking.objects.filter(pk=freed.pk).update(frees_hours=False)
        if freed.month >= first_of_month(clock.today()):
            _move_up(freed)
    return True


def _move_up(freed: SupervisionBooking) -> None:
    """The waiting list moves up for the hours of one supervisor."""
    centre = Station.objects.get(tier=Tier.CENTRE)
    whose = [each for each in pool_supervisors(centre, freed.month) if each.key == freed.supervisor_id]
    if not whose:
        return
    supervisor, free = whose[0], whose[0].halves
    waiting = SupervisionRequest.objects.filter(
        month=freed.month, state=RequestState.WAITING, hub_id__in=list(supervisor.hubs)
    ).exclude(pk=freed.request_id)
    line = []
    for each in pool_requests(centre, freed.month, clock.today(), only=waiting.values_list("pk", flat=True)):
        if refusal(supervisor, each, kilometres(supervisor.place, each.place)) is None:
            found = pairing(supervisor, each)
            line.append((-found.points / each.halves, each.order, each))
    for _worth, _order, each in sorted(line, key=lambda row: row[:2]):
        if each.halves > free:
            continue
        request = SupervisionRequest.objects.select_for_update().filter(pk=each.key, state="waiting").first()
        if request is None:
            continue
        try:
            booking = settle(request, freed.supervisor, at=clock.now())
        except Problem:
            continue
        free -= each.halves
        journal(
            "move_up", "supervision_booking", booking.pk, by=None, hub_id=booking.hub_id,
            station_id=booking.station_id, detail={"month": str(booking.month), "supervisor": booking.supervisor_id},
        )  # fmt: skip
