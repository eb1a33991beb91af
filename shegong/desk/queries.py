"""What the home pages show beyond one app: a head's day, the search over everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.catalogue.queries import services_on
from shegong.kernel.prepared import prepared
from shegong.network.models import Station
from shegong.network.queries import called
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Client, EmergencyService, FollowUp, ServiceRecord
from shegong.practice.queries.case import Waiting, emergencies_overdue, follow_ups_due, waiting
from shegong.practice.queries.client import search_clients, within_reach
from shegong.practice.queries.record import Given, Totals, clients_of, totals

FOUND: Final = 10
LATEST: Final = 8
DUE: Final = 10


@dataclass(frozen=True, slots=True)
class StationDay:
    """A head's view of today: the sums and the latest records of everything in reach."""

    totals: Totals
    latest: tuple[Given, ...]


def station_day(viewer: Viewer, today: date) -> StationDay:
    """Today's records in the viewer's reach (three queries)."""
    records = ServiceRecord.objects.filter(within_reach(viewer), served_on=today)
    latest = list(records.select_related("service").order_by("-started_at")[:LATEST])
    people: Mapping[UUID, tuple[Client, ...]] = clients_of([record.id for record in latest])
    return StationDay(totals(records), tuple(Given(record, people.get(record.id, ())) for record in latest))


@dataclass(frozen=True, slots=True)
class CaseDay:
    """What cases ask of the viewer today: decisions on plans and closures, reviews and cases offered; emergency
    services that somebody else has not reviewed in time; follow-ups whose day has come.
    """

    waiting: Waiting
    unreviewed: tuple[EmergencyService, ...]
    follow_ups: tuple[FollowUp, ...]

    def __bool__(self) -> bool:
        return bool(self.waiting.count or self.unreviewed or self.follow_ups)


def case_day(viewer: Viewer, now: datetime) -> CaseDay:
    """The day's cases in two queries, four for a head or supervisor; at most ten of a kind beside what waits."""
    mine = waiting(viewer, named=False)
    if viewer.has(Role.HEAD, Role.SUPERVISOR):
        late = [each for each in mine.own if each.review_by < now]
    else:
        late = _emergencies(viewer, now)
    return CaseDay(mine, tuple(late), tuple(_follow_ups(viewer, timezone.localdate(now))))


@prepared
def _emergencies(viewer: Viewer, now: datetime) -> QuerySet[EmergencyService]:
    return emergencies_overdue(viewer, now)[:DUE]


@prepared
def _follow_ups(viewer: Viewer, today: date) -> QuerySet[FollowUp]:
    return follow_ups_due(viewer, today)[:DUE]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, by kind."""

    clients: tuple[Client, ...] = ()
    stations: tuple[Station, ...] = ()
    services: tuple[ServiceItem, ...] = ()


def found(viewer: Viewer, text: str, today: date) -> Found:
    """Clients in reach, stations and services that answer to a text, ten of each (four queries)."""
    text = text.strip()[:100].replace("\0", "")
    if not text:
        return Found()
    may_see_clients = bool(viewer.hubs or viewer.stations)
    stations = Station.objects.filter(called(text)).select_related("hub")
    named = Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(code__istartswith=text)
    return Found(
        clients=tuple(search_clients(viewer, text, FOUND)) if may_see_clients else (),
        stations=tuple(stations.order_by("path")[:FOUND]),
        services=tuple(services_on(today).filter(named)[:FOUND]),
    )
