"""A station in full: what it is, who works there, what it did, what lies below it, and where that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet

from shegong.indicators import dashboard
from shegong.indicators.dashboard import Card, Held, View
from shegong.indicators.queries import children_of, may_read
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.prepared import prepared
from shegong.network.actions import may_change_station
from shegong.network.enums import Tier
from shegong.network.models import Operation, Station, StationStage
from shegong.network.scope import Viewer
from shegong.purchase.models import Contract
from shegong.purchase.queries.contract import contracts_at
from shegong.workforce.models import Credential, Posting

MEASURE: Final = "practice.person_times"
STAFF_SHOWN: Final = 40
# The picture of the stations below: its size and the margin around the outermost, in its own units.
WIDTH: Final = 640
HEIGHT: Final = 360
MARGIN: Final = 28
NAMED: Final = 15


@dataclass(frozen=True, slots=True)
class Child:
    """A station below, with its number of the year (in words, perhaps veiled) where the viewer may read it."""

    station: Station
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """A station as a point of the picture; `label` is empty where there are too many to name, `turned` where its words
    stand on the left.
    """

    station: Station
    x: float
    y: float
    label: str
    turned: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody posted at the station, and whether certified."""

    posting: Posting
    certificate: str


@dataclass(frozen=True, slots=True)
class StationPage:
    """Everything on a station's page."""

    station: Station
    steps: tuple[dict[str, str], ...]
    stages: tuple[StationStage, ...]
    operations: tuple[Operation, ...]
    staff: tuple[Colleague, ...]
    children: tuple[Child, ...]
    places: tuple[Place, ...]
    contracts: tuple[Contract, ...]
    may_read: bool
    may_see_records: bool
    may_change: bool
    cards: tuple[Card, ...]
    trend_title: str
    trend: dict[str, Any]
    board_url: str


def station_page(viewer: Viewer, station: Station, today: date) -> StationPage:
    """A station's page in a number of queries that depends on its tier alone. `station` comes with those above it."""
    view = View(station, Period.current(PeriodKind.YEAR, today), MEASURE, "group")
    reads = may_read(viewer, station)
    held = Held(view)
    children = _children(viewer, view, held) if reads else [Child(child, "") for child in children_of(station)]
    title, trend = dashboard.trend(viewer, view) if reads else ("", {})
    return StationPage(
        station=station,
        steps=tuple(_steps(station)),
        stages=tuple(_stages_of(station.pk)),
        operations=tuple(_operations_of(station.pk)),
        staff=tuple(_staff(station, today)),
        children=tuple(children),
        places=placed([child.station for child in children]),
        contracts=tuple(_contracts_on(station.pk, today)),
        may_read=reads,
        may_see_records=viewer.reaches(station.hub_id, station.id),
        may_change=may_change_station(viewer, station),
        cards=tuple(dashboard.cards(viewer, view, held)) if reads else (),
        trend_title=title,
        trend=trend,
        board_url=view.address(),
    )


def _steps(station: Station) -> list[dict[str, str]]:
    """The way down from the hub. (The parent is the town's station for a room, the hub for a town's station.)"""
    above = [each for each in (station.hub, station.parent) if each is not None and each.id != station.id]
    if station.parent is not None and station.tier == Tier.HUB:
        above = [station.parent]
    unique = {each.id: each for each in above}
    return [{"title": each.name, "url": f"/stations/{each.key}/"} for each in unique.values()]


def _children(viewer: Viewer, view: View, held: Held) -> list[Child]:
    parts, rows = dashboard.children(viewer, view, held)
    pairs = zip(parts, rows, strict=True)
    return [Child(part.station, row.value) for part, row in pairs if part.station is not None]


@prepared
def _stages_of(station_id: int) -> QuerySet[StationStage]:
    return StationStage.objects.filter(station_id=station_id).order_by("-since")


@prepared
def _operations_of(station_id: int) -> QuerySet[Operation]:
    return Operation.objects.filter(station_id=station_id).select_related("organisation").order_by("-since")


@prepared
def _contracts_on(station_id: int, day: date) -> QuerySet[Contract]:
    return contracts_at(station_id, day).select_related("organisation", "fund")


def _staff(station: Station, day: date) -> list[Colleague]:
    """Who is posted here, as far as the viewer may know them by name."""
    postings = _postings_on(station.pk, day)
    held = _credentials_of(tuple(posting.worker_id for posting in postings))
    names = {credential.worker_id: str(credential.get_level_display()) for credential in held}
    return [Colleague(posting, names.get(posting.worker_id, "")) for posting in postings]


@prepared
def _postings_on(station_id: int, day: date) -> QuerySet[Posting]:
    running = Q(until__isnull=True) | Q(until__gt=day)
    posted = Posting.objects.filter(running, since__lte=day, station_id=station_id)
    return posted.select_related("worker").order_by("worker__sort_key")[:STAFF_SHOWN]


@prepared
def _credentials_of(workers: tuple[int, ...]) -> QuerySet[Credential]:
    """The last issued one last."""
    return Credential.objects.filter(worker_id__in=workers).order_by("issued_on")


def placed(stations: Sequence[Station]) -> tuple[Place, ...]:
    """The stations that have coordinates as points of a picture with the north above, true to scale at their latitude;
    none for fewer than two.
    """
    known = [(each, each.longitude, each.latitude) for each in stations if each.longitude and each.latitude]
    points = [(each, float(lon), -float(lat)) for each, lon, lat in known if lon is not None and lat is not None]
    if len(points) < 2:
        return ()
    # A degree of longitude is shorter than one of latitude; near 30 degrees north by about this much.
    shrink = 0.86
    left, top = min(x for _, x, _ in points), min(y for _, _, y in points)
    wide = max((max(x for _, x, _ in points) - left) * shrink, 1e-6)
    high = max(max(y for _, _, y in points) - top, 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    indent_x, indent_y = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2
    places = []
    for each, lon, lat in points:
        x, y = round(indent_x + (lon - left) * shrink * scale, 1), round(indent_y + (lat - top) * scale, 1)
        label = each.name.removesuffix(str(Tier(each.tier).label)) if len(points) <= NAMED else ""
        places.append(Place(each, x, y, label, x > WIDTH * 0.7))
    return tuple(places)
