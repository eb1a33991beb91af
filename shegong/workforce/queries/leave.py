"""Who is away, who stands in for whom, what a county holds to be fair."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import FairRange, Leave, Worker
from shegong.workforce.rules.workload import PROPOSED, Fair

MANAGERS = (Role.HEAD, Role.COUNTY)


def manages(viewer: Viewer, worker: Worker) -> bool:
    """Whether the viewer is head or county officer of the worker's station."""
    return viewer.has(*MANAGERS) and viewer.reaches(worker.hub_id, worker.station_id)


def may_note_leave(viewer: Viewer, worker: Worker) -> bool:
    """Whether the viewer notes the worker's leave: everybody the own, heads and county officers their people's."""
    return worker.account_id == viewer.account_id or manages(viewer, worker)


def leaves_of(workers: Iterable[int], since: date, until: date | None = None) -> QuerySet[Leave]:
    """The leaves of workers that touch the days from `since` on, up to a day if one is given, the earliest first."""
    found = Leave.objects.filter(worker_id__in=list(workers), cancelled_at__isnull=True, last_on__gte=since)
    if until is not None:
        found = found.filter(first_on__lte=until)
    return found.select_related("worker", "stand_in").order_by("first_on", "id")


def stands_in_for(worker: Worker | None, today: date) -> list[Leave]:
    """The leaves of today in which the worker stands in (one query; none for nobody)."""
    if worker is None:
        return []
    found = Leave.objects.filter(
        stand_in=worker, cancelled_at__isnull=True, first_on__lte=today, last_on__gte=today
    ).select_related("worker", "worker__station")
    return list(found.order_by("first_on", "id"))


def fair_ranges(hubs: Iterable[int]) -> dict[int, Fair]:
    """{hub: what is fair there} (one query)."""
    wanted = set(hubs)
    known = {
        row.hub_id: Fair(row.cases_low, row.cases_high, row.hours_low, row.hours_high)
        for row in FairRange.objects.filter(hub_id__in=wanted)
    }
    return {hub: known.get(hub, PROPOSED) for hub in wanted}


def sets_range(viewer: Viewer, hub: Station) -> bool:
    """Whether the viewer says what is fair in a county: its officer."""
    return viewer.has(Role.COUNTY) and hub.pk in viewer.hubs
