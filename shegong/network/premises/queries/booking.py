"""Who booked what when, what is free instead, and how busy rooms are."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from shegong.network.enums import OpenTo
from shegong.network.models import Area, Booking, OpeningHours, SharingAgreement, Site, Station
from shegong.network.premises.queries.site import in_use, nearest, sites_below, spans
from shegong.network.premises.rules.booking import Cell, clashes, free_starts, heat, is_open, moment, open_minutes
from shegong.network.premises.rules.site import Span
from shegong.network.scope import Viewer

WEEKS: Final = 4
ALTERNATIVES: Final = 4
spans_of = spans


def may_use(site: Site, station: Station, day: date) -> bool:
    """Whether a station may book a site's rooms on a day (one query at most)."""
    if site.since > day or (site.until is not None and site.until <= day):
        return False
    if site.keeper_id == station.id or (site.open_to == OpenTo.HUB and site.hub_id == station.hub_id):
        return True
    return SharingAgreement.objects.filter(in_use(day), site=site, station=station).exists()


def sites_of_use(station: Station, day: date) -> QuerySet[Site]:
    """The sites that a station may book on a day."""
    shared = SharingAgreement.objects.filter(in_use(day), station=station).values("site_id")
    mine = Q(keeper=station) | Q(open_to=OpenTo.HUB, hub_id=station.hub_id) | Q(id__in=shared)
    return Site.objects.filter(in_use(day), mine)


def bookings_seen(viewer: Viewer) -> QuerySet[Booking]:
    """Bookings as far as the wall shows them, with room, site and station."""
    found = Booking.objects.select_related("area__site__keeper", "station", "series")
    if viewer.hubs or viewer.stations:
        here = Station.objects.filter(Q(id__in=viewer.stations) | Q(id__in=viewer.hubs)).values("hub_id")
        return found.filter(hub_id__in=here)
    return found


def local(day: date, minute: int = 0) -> datetime:
    """The aware moment of a minute of a day in the city."""
    return timezone.make_aware(moment(day, minute), timezone.get_default_timezone())


def busy_of(areas: Iterable[UUID], first: date, last: date) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """{room: taken times, local and naive} between two days, both included (one query)."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = {area: [] for area in areas}
    rows = Booking.objects.filter(
        area_id__in=list(found), cancelled_at__isnull=True,
        starts_at__lt=local(last + timedelta(days=1)), ends_at__gt=local(first),
    )  # fmt: skip
    for area_id, starts_at, ends_at in rows.values_list("area_id", "starts_at", "ends_at"):
        found[area_id].append((_wall_clock(starts_at), _wall_clock(ends_at)))
    return found


def _wall_clock(value: datetime) -> datetime:
    return timezone.localtime(value, timezone.get_default_timezone()).replace(tzinfo=None)


# Instead of what is taken


@dataclass(frozen=True, slots=True)
class Alternative:
    """A room that is free: from one minute of the day to another."""

    area: Area
    opens: int
    closes: int
    same_room: bool


def alternatives(area: Area, station: Station, people: int, day: date, opens: int, closes: int) -> list[Alternative]:
    """What is free instead of a room that is taken: the room itself at other times of the day, then other rooms that
    hold as many people at the same time, those of the same site first, then by distance (six queries).
    """
    busy = busy_of([area.pk], day, day)[area.pk]
    length = closes - opens
    same = [
        Alternative(area, start, start + length, True)
        for start in free_starts(spans_of(area.site_id), busy, day, length, opens, ALTERNATIVES)
        if start != opens
    ]
    return same + _other_rooms(area, station, people, day, opens, closes)


def _other_rooms(area: Area, station: Station, people: int, day: date, opens: int, closes: int) -> list[Alternative]:
    near = [area.site, *(s for s in nearest(area.site, sites_of_use(station, day)) if s.pk != area.site_id)]
    order = {site.pk: number for number, site in enumerate(near)}
    rooms = list(
        Area.objects.filter(site__in=near, is_bookable=True, capacity__gte=people)
        .exclude(pk=area.pk)
        .select_related("site")
    )
    hours: dict[UUID, list[Span]] = {}
    for site_id, *row in OpeningHours.objects.filter(site__in=near).values_list(
        "site_id", "weekday", "opens", "closes"
    ):
        hours.setdefault(site_id, []).append(Span(*row))
    taken = busy_of([room.pk for room in rooms], day, day)
    free = [
        room
        for room in rooms
        if is_open(hours.get(room.site_id, []), day, opens, closes) and not clashes(taken[room.pk], day, opens, closes)
    ]
    free.sort(key=lambda room: (order[room.site_id], room.capacity, room.name))
    return [Alternative(room, opens, closes, False) for room in free[:ALTERNATIVES]]


# A month


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as the calendar shows it."""

    id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    area: str
    site: str
    station: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the month's grid."""

    day: date
    inside: bool
    items: Sequence[Booked]


def month_calendar(
    viewer: Viewer, place: Station, first: date, site: UUID | None = None, area: UUID | None = None
) -> list[list[CalendarDay]]:
    """The weeks of a month with what is booked in the sites below a station, perhaps of one site or room alone (one
    query, two for a room).
    """
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    begin, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    found = Booking.objects.filter(cancelled_at__isnull=True, starts_at__gte=local(begin), starts_at__lt=local(end))
    if area is not None:
        found = found.filter(area_id=area)
    elif site is not None:
        found = found.filter(area__site_id=site)
    else:
        found = found.filter(sites_below(place, "area__site__"))
    by_day: dict[date, list[Booked]] = {}
    rows = found.order_by("starts_at", "pk").values_list(
        "id", "title", "starts_at", "ends_at", "area__name", "area__site__name", "station__name"
    )
    for row in rows:
        item = Booked(*row)
        by_day.setdefault(_wall_clock(item.starts_at).date(), []).append(item)
    return [[CalendarDay(day, day.month == first.month, by_day.get(day, ())) for day in week] for week in weeks]


# How busy

# Minutes booked by weekday and hour, in the city's time.
BUSY_HOURS: Final = """
SELECT extract(isodow FROM h)::int, extract(hour FROM h)::int,
       round(sum(extract(epoch FROM least(b.last, h + interval '1 hour') - greatest(b.first, h))) / 60)::int
FROM (SELECT t.area_id, t.starts_at AT TIME ZONE %(zone)s AS first, t.ends_at AT TIME ZONE %(zone)s AS last
      FROM network_bookedtime t
      WHERE t.starts_at >= %(from)s AND t.starts_at < %(to)s AND t.area_id = ANY (%(areas)s)) b,
     generate_series(date_trunc('hour', b.first), b.last - interval '1 second', interval '1 hour') h
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """How rooms were used in the four weeks up to a day: minutes booked of those open, by hour and weekday."""

    since: date
    until: date
    rooms: int
    hours: Sequence[tuple[int, Sequence[Cell]]]

    @property
    def booked(self) -> int:
        """Minutes booked while open."""
        return sum(cell.booked for _hour, cells in self.hours for cell in cells)

    @property
    def could(self) -> int:
        """Minutes open, of all rooms together."""
        return sum(cell.could for _hour, cells in self.hours for cell in cells)

    @property
    def share(self) -> float | None:
        """Booked of open, 0 to 1; None where nothing is open."""
        return min(1.0, self.booked / self.could) if self.could else None

    @property
    def idle_hours_a_week(self) -> int:
        """Hours of a week in which a room stands empty, of all rooms together."""
        return max(0, self.could - self.booked) // 60 // WEEKS


def usage(found: QuerySet[Site], day: date) -> Usage:
    """How the bookable rooms of these sites were used in the four weeks up to a day (three queries)."""
    rooms = dict(Area.objects.filter(site__in=found, is_bookable=True).values_list("id", "site_id"))
    counts: dict[UUID, int] = {}
    for site_id in rooms.values():
        counts[site_id] = counts.get(site_id, 0) + 1
    could: dict[tuple[int, int], int] = {}
    for site_id, given in _hours_of(counts).items():
        for key, minutes in open_minutes(given).items():
            could[key] = could.get(key, 0) + minutes * counts[site_id] * WEEKS
    first = day - timedelta(days=7 * WEEKS - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            BUSY_HOURS,
            {
                "zone": settings.TIME_ZONE,
                "from": local(first),
                "to": local(day + timedelta(days=1)),
                "areas": list(rooms),
            },
        )
        booked = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
    return Usage(first, day, len(rooms), heat(could, booked))


def _hours_of(found: Iterable[UUID]) -> Mapping[UUID, list[Span]]:
    hours: dict[UUID, list[Span]] = {}
    rows = OpeningHours.objects.filter(site_id__in=list(found))
    for site_id, *row in rows.values_list("site_id", "weekday", "opens", "closes"):
        hours.setdefault(site_id, []).append(Span(*row))
    return hours


def booked_minutes(found: Iterable[UUID], day: date) -> dict[UUID, int]:
    """{site: minutes booked in the four weeks up to a day} (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.site_id, sum(extract(epoch FROM t.ends_at - t.starts_at) / 60)::int
            FROM network_area a JOIN network_bookedtime t ON t.area_id = a.id
            WHERE a.site_id = ANY (%s) AND t.starts_at >= %s AND t.starts_at < %s GROUP BY 1""",
            [list(found), local(day - timedelta(days=7 * WEEKS - 1)), local(day + timedelta(days=1))],
        )
        return dict(cursor.fetchall())
