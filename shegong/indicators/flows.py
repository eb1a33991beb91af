"""What happened in a period: from the tallies where a station has stations below it, from its records where not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from shegong.indicators.rules import FACETS
from shegong.indicators.tally_sql import start_of
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.enums import Tier
from shegong.network.models import Station


@dataclass(frozen=True, slots=True)
class Flow:
    """The measures of one cell, as integers."""

    records: int = 0
    person_times: int = 0
    persons: int = 0
    work_minutes: int = 0
    satisfaction_sum: int = 0
    satisfaction_count: int = 0
    cases_opened: int = 0
    cases_closed: int = 0
    assessments: int = 0
    cases_improved: int = 0
    goal_sum: int = 0
    goal_count: int = 0
    enquiries: int = 0
    enquiries_accepted: int = 0
    supervision_minutes: int = 0  # none in rooms: it counts for the town station


MEASURES: Final = tuple(field.name for field in fields(Flow))
# Persons are kept for each kind of period, all else by month alone.
SUMS: Final = ", ".join(
    "coalesce(sum(persons) FILTER (WHERE kind = %(kind)s), 0)::bigint" if m == "persons" else f"sum({m})::bigint"
    for m in MEASURES
)
CASE_MEASURES: Final = MEASURES[MEASURES.index("cases_opened") : MEASURES.index("supervision_minutes")]
NOTHING: Final = Flow()
# The support centre stands for the whole city, which is the sum of its hubs (the centre's own records among them).
CITY: Final = "SELECT id FROM network_station WHERE tier IN ('hub', 'centre')"
UNITS: Final[Mapping[str, str]] = {Tier.CENTRE: f"unit_id IN ({CITY})", Tier.HUB: "unit_id = %(unit)s"}
TALLY: Final = "FROM indicators_tally WHERE {units} AND kind = ANY (%(kinds)s) AND facet = %(facet)s"
# Of the longer periods only the first of these months can begin one.
WITHIN: Final = "starts_on = ANY (%(months)s)"
ROOM_FACETS: Final[Mapping[int, str]] = {0: "0", 1: "group_id", 2: "field_id", 3: "service_id", 4: "method"}


def flow(station: Station, period: Period) -> Flow:
    """All measures of a station's subtree in a period (one query; two for a room)."""
    return flows_by_facet(station, period, None).get(0, NOTHING)


def flows_by_facet(station: Station, period: Period, facet: str | None) -> dict[int, Flow]:
    """{facet id: measures} of a station's subtree; for `facet` None the total under 0. One query, two for a room."""
    number = FACETS[facet] if facet else 0
    if station.tier == Tier.ROOM:
        return {key[1]: value for key, value in _rooms([station.id], period, number).items()}
    units = UNITS[Tier.CENTRE if station.tier == Tier.CENTRE else Tier.HUB]
    sql = f"SELECT facet_id, {SUMS} {TALLY.format(units=units)} AND {WITHIN} GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"unit": station.id, "facet": number, **_months(period)})
        return {key: Flow(*values) for key, *values in cursor.fetchall()}


def flows_by_station(stations: Sequence[Station], period: Period) -> dict[int, Flow]:
    """{station id: measures} for stations of one tier (one query; two for rooms); those without any are missing."""
    ids = [station.id for station in stations]
    if not stations:
        return {}
    if stations[0].tier == Tier.ROOM:
        return {key[0]: value for key, value in _rooms(ids, period, 0).items()}
    units = TALLY.format(units="unit_id = ANY (%(units)s)")
    sql = f"SELECT unit_id, {SUMS} {units} AND {WITHIN} GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"units": ids, "facet": 0, **_months(period)})
        return {key: Flow(*values) for key, *values in cursor.fetchall()}


def _kinds(kind: PeriodKind) -> dict[str, Any]:
    return {"kind": kind, "kinds": sorted({PeriodKind.MONTH.value, kind.value})}


def _months(period: Period) -> dict[str, Any]:
    return {**_kinds(period.kind), "months": [month.start for month in period.months()]}


def flows_through(stations: Sequence[Station], day: date) -> dict[int, Flow]:
    """{station id: measures} of hubs, or of the centre for the whole city, from the first day of the day's year to the
    end of its month (one query). Persons are left at 0: those of single months don't add up.
    """
    if not stations:
        return {}
    centre = next((station for station in stations if station.tier == Tier.CENTRE), None)
    unit, units = ("%(centre)s", UNITS[Tier.CENTRE]) if centre else ("unit_id", "unit_id = ANY (%(units)s)")
    rows = f"{TALLY.format(units=units)} AND starts_on BETWEEN %(first)s AND %(day)s"
    values = {
        "centre": centre.pk if centre else None,
        "units": [station.pk for station in stations],
        **_kinds(PeriodKind.MONTH),
        "facet": 0,
        "first": date(day.year, 1, 1),
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {unit}::int AS unit, {SUMS} {rows} GROUP BY 1", values)
        return {key: replace(Flow(*numbers), persons=0) for key, *numbers in cursor.fetchall()}


def flows_by_period(station: Station, first: Period, last: Period) -> dict[Period, Flow]:
    """{period: measures} from `first` to `last`, periods of one kind (one query; for a room two a period)."""
    if station.tier == Tier.ROOM:
        periods = [first]
        while periods[-1] != last:
            periods.append(periods[-1].next())
        return {period: flow(station, period) for period in periods}
    units = TALLY.format(units=UNITS[Tier.CENTRE if station.tier == Tier.CENTRE else Tier.HUB])
    start = start_of(first.kind.name.lower(), "starts_on")
    sql = f"SELECT {start}, {SUMS} {units} AND starts_on >= %(first)s AND starts_on < %(end)s GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"unit": station.id, "facet": 0, "first": first.start, "end": last.end, **_kinds(first.kind)}
        )
        found = {start: Flow(*numbers) for start, *numbers in cursor.fetchall()}
    return {Period(PeriodKind(first.kind), start): value for start, value in found.items()}


def _rooms(ids: list[int], period: Period, facet: int) -> dict[tuple[int, int], Flow]:
    """{(room, facet id): measures}, counted from the rooms' records by functions that show no record."""
    column = ROOM_FACETS[facet]
    # Persons are counted apart, and cases and the like only in total and by group: outer joins bring them together.
    cases = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in CASE_MEASURES)
    case_column = {0: "0", 1: "group_id"}.get(facet, "NULL::int")
    sql = f"""
    SELECT station_id, facet_id, records, person_times, persons, work_minutes, satisfaction_sum, satisfaction_count,
           cases_opened, cases_closed, assessments, cases_improved, goal_sum, goal_count, enquiries, enquiries_accepted
    FROM (SELECT station_id, {column} AS facet_id, sum(records)::bigint AS records,
                 sum(person_times)::bigint AS person_times, sum(work_minutes)::bigint AS work_minutes,
                 sum(satisfaction_sum)::bigint AS satisfaction_sum,
                 sum(satisfaction_count)::bigint AS satisfaction_count
          FROM indicators_rooms(%(ids)s, %(start)s, %(end)s) GROUP BY 1, 2) AS r
    FULL JOIN (SELECT station_id, facet_id, persons FROM indicators_room_persons(%(ids)s, %(start)s, %(end)s)
               WHERE facet = %(facet)s) AS p USING (station_id, facet_id)
    FULL JOIN (SELECT station_id, {case_column} AS facet_id, {cases}
               FROM indicators_room_cases(%(ids)s, %(start)s, %(end)s)
               WHERE {case_column} IS NOT NULL GROUP BY 1, 2) AS c USING (station_id, facet_id)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": ids, "start": period.start, "end": period.end, "facet": facet})
        rows = cursor.fetchall()
    return {(station, key): Flow(*(number or 0 for number in numbers)) for station, key, *numbers in rows}


@dataclass(frozen=True, slots=True)
class Funnel:
    """Of those who asked for help in a period: who was accepted, who was served, who is better off by now."""

    asked: int
    accepted: int
    served: int
    improved: int


def funnel(station: Station, period: Period) -> Funnel:
    """The way of a period's enquiries in a station's subtree, as far as it has come by now (two queries at most).

    One row is looked at for each enquiry, and the index of a case's records once for each that was accepted.
    """
    hubs = [station.hub_id]
    if station.tier == Tier.CENTRE:
        hubs = list(Station.objects.filter(tier__in=[Tier.HUB, Tier.CENTRE]).values_list("id", flat=True))
    places = None
    if station.tier in (Tier.STATION, Tier.ROOM):
        places = list(Station.objects.filter(Q(id=station.id) | Q(town_id=station.id)).values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM indicators_funnel(%s, %s, %s, %s)", [hubs, places, period.start, period.end])
        return Funnel(*cursor.fetchone())
