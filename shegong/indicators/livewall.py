"""The wall: what happened today and lately, without names; and the pulse that says whether anything changed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from shegong.catalogue.models import ServiceItem
from shegong.indicators.flows import Flow, flow
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer

TICKER_LENGTH = 7


@dataclass(frozen=True, slots=True)
class Event:
    """A service just recorded, with nobody's name."""

    at: datetime
    place: str
    service: str
    person_times: int


def pulse(station: Station, period: Period) -> str:
    """A word that changes with each commit that changes a number of the station in the period (one query; two for a
    room). The tallies change in the writer's own transaction, so the pulse does, too. The word tells no number.
    """
    numbers = flow(station, period)
    told = ",".join(str(getattr(numbers, name)) for name in Flow.__dataclass_fields__)
    return salted_hmac("indicators.pulse", f"{station.id}:{period}:{told}").hexdigest()[:16]


def is_unchanged(since: str, now: str) -> bool:
    """Whether the word seen last is the word now."""
    return constant_time_compare(since.encode(), now.encode())


def ticker(viewer: Viewer, station: Station) -> list[Event]:
    """What was recorded lately below a station (two queries). Who may not see the people below a county is told the
    county, not the room: who was where would otherwise be counted from the events.
    """
    hubs = _hubs_of(station)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM indicators_ticker(%s, %s)", [hubs, TICKER_LENGTH])
        found = cursor.fetchall()
    places = {
        place.id: place for place in Station.objects.filter(id__in={row[1] for row in found}).select_related("hub")
    }
    services = {item.id: item.name for item in ServiceItem.objects.filter(id__in={row[2] for row in found})}
    events = []
    for recorded_at, station_id, service_id, _method, person_times in found:
        place = places[station_id]
        named = place if viewer.reaches(place.hub_id, place.id) else place.hub
        events.append(Event(recorded_at, named.name, services.get(service_id, _("服务")), person_times))
    return events


def _hubs_of(station: Station) -> list[int]:
    if station.tier != Tier.CENTRE:
        return [station.hub_id]
    return list(Station.objects.filter(tier__in=[Tier.HUB, Tier.CENTRE]).values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Counts:
    """What was recorded on one day."""

    records: int
    person_times: int
    work_minutes: int


def counts_of_today(station: Station) -> Counts:
    """What was served today at a station and below (one query; two for a town's), by a function that shows counts."""
    today = clock.today()
    below: list[int] | None = None
    if station.tier == Tier.ROOM:
        below = [station.id]
    elif station.tier == Tier.STATION:
        below = list(Station.objects.filter(Q(id=station.id) | Q(town_id=station.id)).values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM indicators_day(%s, %s, %s)", [_hubs_of(station), below, today])
        records, person_times, work_minutes = cursor.fetchone()
    return Counts(records, person_times, work_minutes)


def this_year() -> Period:
    """The year that the wall is about."""
    return Period.current(PeriodKind.YEAR, clock.today())
