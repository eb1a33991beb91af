"""The tally engine's SQL, written once and used by the triggers, the recount and the verification.

A *unit* is a station with stations under it: a hub (the support centre is one) or a town station. A fact adds to its
units, to the month of its day, and to five facets: 0 total, 1 group, 2 field, 3 service, 4 method. What can be summed
is kept by month alone, since a reading adds twelve rows sooner than a writer keeps three; persons, who can't, are kept
by month, quarter and year.
"""

from django.conf import settings

MEASURES = (
    "records",
    "person_times",
    "persons",
    "work_minutes",
    "satisfaction_sum",
    "satisfaction_count",
    "cases_opened",
    "cases_closed",
    "assessments",
    "cases_improved",
    "goal_sum",
    "goal_count",
    "enquiries",
    "enquiries_accepted",
    "supervision_minutes",
)
CASE_MEASURES = ("cases_opened", "cases_closed", "cases_improved", "goal_sum", "goal_count")
ENQUIRY_MEASURES = ("enquiries", "enquiries_accepted")

UNITS = """CROSS JOIN LATERAL (
        SELECT c.hub_id AS unit_id UNION ALL SELECT c.town_id WHERE c.town_id IS NOT NULL) AS u"""


def start_of(period: str, day: str) -> str:
    """The first day of a date's month, quarter or year (without the detour over time zones that a date would take)."""
    return f"date_trunc('{period}', {day}::timestamp)::date"


PERIODS = f"""CROSS JOIN LATERAL (VALUES (1::smallint, c.month), (2::smallint, {start_of("quarter", "c.month")}),
        (3::smallint, {start_of("year", "c.month")})) AS p (kind, starts_on)"""

FACETS = """CROSS JOIN LATERAL (VALUES (0::smallint, 0), (1::smallint, c.group_id::int), (2::smallint, c.field_id::int),
        (3::smallint, c.service_id::int), (4::smallint, ascii(c.method))) AS f (facet, facet_id)"""

# A service counts under its first version, so that it stays one service when its wording changes.
SERVICE = "JOIN catalogue_serviceitem i ON i.id = {service}"
SERVICE_COLUMNS = "i.field_id, coalesce(i.first_id, i.id) AS service_id"


def record_deltas(changes: str) -> str:
    """What changed records add to the tallies. `changes` selects practice_servicerecord's columns and a `sign` ±1."""
    return f"""
    SELECT u.unit_id, 1::smallint AS kind, c.month AS starts_on, f.facet, f.facet_id,
           sum(c.records) AS records, sum(c.person_times) AS person_times, sum(c.work_minutes) AS work_minutes,
           sum(c.satisfaction_sum) AS satisfaction_sum, sum(c.satisfaction_count) AS satisfaction_count
    FROM (
        SELECT s.hub_id, s.town_id, {start_of("month", "r.served_on")} AS month, r.group_id, r.method,
               {SERVICE_COLUMNS},
               sum(r.sign) AS records, sum(r.sign * r.person_times) AS person_times,
               sum(r.sign * r.work_minutes) AS work_minutes,
               sum(r.sign * coalesce(r.satisfaction, 0)) AS satisfaction_sum,
               sum(r.sign * (r.satisfaction IS NOT NULL)::int) AS satisfaction_count
        FROM ({changes}) AS r JOIN network_station s ON s.id = r.station_id {SERVICE.format(service="r.service_id")}
        WHERE r.voided_at IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) AS c
    {UNITS} {FACETS}
    GROUP BY 1, 2, 3, 4, 5"""


def person_deltas(facts: str, days: str) -> str:
    """How the number of persons changes, each counted once per unit, period and facet value.

    `facts` selects (client_id, station_id, served_on, service_id, method, group_id, was, is): the participations of
    the clients concerned, and whether each held before and holds after the change. `days` selects the days that the
    change touches: in no other month, quarter or year can a number have changed. Of a client who gets the same service
    once more in a month nothing changes: that client is left out before thirty ways of counting are tried.
    """
    return f"""
    SELECT unit_id, kind, starts_on, facet, facet_id, sum(is_now::int - was_before::int) AS persons
    FROM (
        SELECT c.client_id, u.unit_id, p.kind, p.starts_on, f.facet, f.facet_id,
               bool_or(c.was) AS was_before, bool_or(c.is) AS is_now
        FROM (
            SELECT x.client_id, s.hub_id, s.town_id, {start_of("month", "x.served_on")} AS month, x.group_id, x.method,
                   {SERVICE_COLUMNS}, bool_or(x.was) AS was, bool_or(x.is) AS is,
                   bool_or(bool_or(x.was) <> bool_or(x.is)) OVER (PARTITION BY x.client_id) AS changes
            FROM ({facts}) AS x
            JOIN network_station s ON s.id = x.station_id {SERVICE.format(service="x.service_id")}
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ) AS c
        {UNITS} {PERIODS} {FACETS}
        WHERE c.changes AND (p.kind, p.starts_on) IN (
            SELECT p.kind, p.starts_on
            FROM (SELECT DISTINCT {start_of("month", "d")} AS month FROM ({days}) AS y (d)) AS c {PERIODS})
        GROUP BY 1, 2, 3, 4, 5, 6
    ) AS d
    WHERE was_before <> is_now
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(is_now::int - was_before::int) <> 0"""


def all_persons(records: str) -> str:
    """Persons of every unit, period and facet value, counted from all who took part in `records` (a subquery): facet
    by facet, since taking them all at once would multiply the participations by thirty.
    """
    columns = {0: "0", 1: "group_id", 2: "field_id", 3: "service_id", 4: "method"}
    periods = {1: "month", 2: start_of("quarter", "month"), 3: start_of("year", "month")}
    counts = " UNION ALL ".join(
        f"""SELECT unit_id, {kind}::smallint AS kind, starts_on, {facet}::smallint AS facet, facet_id,
                   count(*) AS persons
        FROM (SELECT DISTINCT client_id, {unit} AS unit_id, {start} AS starts_on, {column}::int AS facet_id
              FROM taken_part WHERE {unit} IS NOT NULL) AS d GROUP BY unit_id, starts_on, facet_id"""
        for unit in ("hub_id", "town_id")
        for kind, start in periods.items()
        for facet, column in columns.items()
    )
    return f"""
    WITH taken_part AS MATERIALIZED (
        SELECT DISTINCT rc.client_id, s.hub_id, s.town_id, {start_of("month", "r.served_on")} AS month, r.group_id,
               ascii(r.method) AS method, {SERVICE_COLUMNS}
        FROM practice_recordclient rc
        JOIN {records} AS r ON r.id = rc.record_id AND r.hub_id = rc.hub_id
        JOIN network_station s ON s.id = r.station_id {SERVICE.format(service="r.service_id")}
        WHERE r.voided_at IS NULL
    )
    {counts}"""


def total_deltas(rows: str, measures: tuple[str, ...]) -> str:
    """What `rows` (station_id, day, group_id or null, and the measures' columns) add, in total and by group."""
    sums = ", ".join(f"sum(c.{measure}) AS {measure}" for measure in measures)
    return f"""
    SELECT u.unit_id, 1::smallint AS kind, c.month AS starts_on, f.facet, f.facet_id, {sums}
    FROM (SELECT s.hub_id, s.town_id, {start_of("month", "x.day")} AS month, x.group_id, {", ".join(measures)}
          FROM ({rows}) AS x JOIN network_station s ON s.id = x.station_id) AS c
    {UNITS}
    CROSS JOIN LATERAL (SELECT 0::smallint AS facet, 0 AS facet_id
                        UNION ALL SELECT 1::smallint, c.group_id::int WHERE c.group_id IS NOT NULL) AS f
    GROUP BY 1, 2, 3, 4, 5
    HAVING {" OR ".join(f"sum(c.{measure}) <> 0" for measure in measures)}"""


def upsert(deltas: str, measures: tuple[str, ...]) -> str:
    """Add deltas to the tallies, rows in a fixed order so that two writers never wait for each other in a circle."""
    columns = ", ".join(measures)
    added = ", ".join(f"{m} = t.{m} + excluded.{m}" for m in measures)
    return f"""
    INSERT INTO indicators_tally AS t (unit_id, kind, starts_on, facet, facet_id, {columns})
    SELECT unit_id, kind, starts_on, facet, facet_id, {columns} FROM ({deltas}) AS delta
    ORDER BY unit_id, kind, starts_on, facet, facet_id
    ON CONFLICT (unit_id, kind, starts_on, facet, facet_id) DO UPDATE SET {added};"""


RECORD_MEASURES = ("records", "person_times", "work_minutes", "satisfaction_sum", "satisfaction_count")
PARTICIPATION = "rc.client_id, r.station_id, r.served_on, r.service_id, r.method, r.group_id"


def affected(clients: str, days: str) -> str:
    """The participations that hold now, of `clients`, in the years of `days` (both subqueries)."""
    return f"""
        FROM practice_recordclient rc
        JOIN practice_servicerecord r ON r.id = rc.record_id AND r.hub_id = rc.hub_id
        WHERE r.voided_at IS NULL AND rc.client_id IN ({clients})
          AND rc.served_on >= (SELECT date_trunc('year', min(d)) FROM ({days}) AS y (d))
          AND rc.served_on < (SELECT date_trunc('year', max(d)) + interval '1 year' FROM ({days}) AS y (d))"""


def expected(where: str = "true") -> str:
    """What every tally should be, counted anew from the records. One row per unit, kind, starts_on, facet, facet_id.

    `where` is a condition on `station_id`: then only what happened at those stations is counted.
    """
    zero = dict.fromkeys(MEASURES, "0")

    def wide(deltas: str, measures: tuple[str, ...]) -> str:
        columns = {**zero, **{m: m for m in measures}}
        listed = ", ".join(f"{columns[m]} AS {m}" for m in MEASURES)
        return f"SELECT unit_id, kind, starts_on, facet, facet_id, {listed} FROM ({deltas}) AS d"

    def total(rows: str, table: str, measures: tuple[str, ...]) -> str:
        there = f"(SELECT * FROM {table} WHERE {where}) AS there"
        return wide(total_deltas(rows.format(table=there, sign=1), measures), measures)

    records = f"(SELECT * FROM practice_servicerecord WHERE {where})"
    parts = [
        wide(record_deltas(f"SELECT *, 1 AS sign FROM {records} AS there"), RECORD_MEASURES),
        wide(all_persons(records), ("persons",)),
        total(CASES, "practice_case", CASE_MEASURES),
        total(ASSESSMENTS, "practice_assessment", ("assessments",)),
        total(ENQUIRIES, "practice_enquiry", ENQUIRY_MEASURES),
        total(SUPERVISION, "workforce_supervisionsession", ("supervision_minutes",)),
    ]
    summed = ", ".join(f"sum({m})::bigint AS {m}" for m in MEASURES)
    union = " UNION ALL ".join(parts)
    return f"SELECT unit_id, kind, starts_on, facet, facet_id, {summed} FROM ({union}) AS e GROUP BY 1, 2, 3, 4, 5"


# Supervision counts for the station whose workers it is for, however many came, on the day on which it began.
SUPERVISION = f"""
    SELECT station_id, (starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS day, NULL::int AS group_id,
           {{sign}} * (extract(epoch FROM ends_at - starts_at) / 60)::int AS supervision_minutes
    FROM {{table}} WHERE state = 'held'"""
# A case counts where it is kept: when it was opened, and when it was closed with what it came to.
CASES = """
    SELECT station_id, opened_on AS day, group_id, {sign} AS cases_opened, 0 AS cases_closed, 0 AS cases_improved,
           0 AS goal_sum, 0 AS goal_count FROM {table}
    UNION ALL
    SELECT station_id, closed_on, group_id, 0, {sign}, {sign} * (improved IS TRUE)::int,
           {sign} * coalesce(goal_score, 0), {sign} * (goal_score IS NOT NULL)::int
    FROM {table} WHERE closed_on IS NOT NULL"""
ASSESSMENTS = "SELECT station_id, assessed_on AS day, NULL::int AS group_id, {sign} AS assessments FROM {table}"
# Somebody whom a brief service helped was helped: that is accepting, too.
ENQUIRIES = """
    SELECT station_id, received_on AS day, group_id, {sign} AS enquiries, 0 AS enquiries_accepted FROM {table}
    UNION ALL
    SELECT station_id, decided_on, group_id, 0, {sign} FROM {table} WHERE decision IN ('accept', 'brief')"""
