"""The recount's SQL: the same numbers as `tally_sql.expected()`, by a way that is quick for a whole city's records.

Months are counted as whole numbers (12 x year + month - 1). Persons are counted in quarters and years too: a person
belongs to the first month of the quarter or year in which there was something, which the month before tells.
"""

from shegong.indicators.tally_sql import (
    ASSESSMENTS,
    CASE_MEASURES,
    CASES,
    ENQUIRIES,
    ENQUIRY_MEASURES,
    FACETS,
    MEASURES,
    RECORD_MEASURES,
    SERVICE,
    SERVICE_COLUMNS,
    SUPERVISION,
    UNITS,
)

MONTH = "(extract(year FROM {day})::int * 12 + extract(month FROM {day})::int - 1)"
FACET_VALUES = ("0", "group_id::int", "field_id::int", "service_id::int", "ascii(method)")
# Months, and persons new in the quarter and in the year.
COUNTED = (*MEASURES, "quarter_persons", "year_persons")

# Sums of int are bigint, but sums of bigint are numeric, which is slow: hence the casts.
RECORDS = f"""
SELECT u.unit_id, c.month, f.facet, f.facet_id, sum(c.records)::int AS records,
       sum(c.person_times)::int AS person_times, sum(c.work_minutes)::int AS work_minutes,
       sum(c.satisfaction_sum)::int AS satisfaction_sum, sum(c.satisfaction_count)::int AS satisfaction_count
FROM (SELECT s.hub_id, s.town_id, {MONTH.format(day="r.served_on")} AS month, r.group_id, r.method, {SERVICE_COLUMNS},
             count(*)::int AS records, sum(r.person_times)::int AS person_times,
             sum(r.work_minutes)::int AS work_minutes, sum(coalesce(r.satisfaction, 0))::int AS satisfaction_sum,
             count(r.satisfaction)::int AS satisfaction_count
      FROM practice_servicerecord r
      JOIN network_station s ON s.id = r.station_id {SERVICE.format(service="r.service_id")}
      WHERE r.voided_at IS NULL
      GROUP BY 1, 2, 3, 4, 5, 6, 7) AS c
{UNITS} {FACETS}
GROUP BY 1, 2, 3, 4"""

PARTICIPATIONS = f"""
SELECT rc.client_id, s.hub_id, s.town_id, {MONTH.format(day="r.served_on")} AS month, r.group_id, r.method,
       {SERVICE_COLUMNS}
FROM practice_recordclient rc
JOIN practice_servicerecord r ON r.id = rc.record_id AND r.hub_id = rc.hub_id
JOIN network_station s ON s.id = r.station_id {SERVICE.format(service="r.service_id")}
WHERE r.voided_at IS NULL
ORDER BY rc.client_id"""  # once, so that each of the ten windows over it sorts no more than a client's few rows

# Facts that are counted in total and by group: {measures: rows of station, day, group or null, and the measures}.
TOTALS = {
    CASE_MEASURES: CASES.format(table="practice_case", sign=1),
    ("assessments",): ASSESSMENTS.format(table="practice_assessment", sign=1),
    ENQUIRY_MEASURES: ENQUIRIES.format(table="practice_enquiry", sign=1),
    ("supervision_minutes",): SUPERVISION.format(table="workforce_supervisionsession", sign=1),
}


def persons(unit: str, facet: int) -> str:
    """Persons of one kind of unit by one facet; `participation` names PARTICIPATIONS."""
    value = FACET_VALUES[facet]
    return f"""
    SELECT unit_id, month, {facet}::smallint AS facet, facet_id,
           sum((before IS DISTINCT FROM month)::int)::int AS persons,
           sum((before / 3 IS DISTINCT FROM month / 3)::int)::int AS quarter_persons,
           sum((before / 12 IS DISTINCT FROM month / 12)::int)::int AS year_persons
    FROM (SELECT {unit} AS unit_id, {value} AS facet_id, month,
                 lag(month) OVER (PARTITION BY client_id, {unit}, {value} ORDER BY month) AS before
          FROM participation WHERE {unit} IS NOT NULL) AS c
    GROUP BY 1, 2, 4"""


def totals(rows: str, measures: tuple[str, ...]) -> str:
    """Facts (station_id, day, group_id or null, and the measures), in total and by group."""
    sums = ", ".join(f"sum(c.{measure})::int AS {measure}" for measure in measures)
    return f"""
    SELECT u.unit_id, c.month, f.facet, f.facet_id, {sums}
    FROM (SELECT s.hub_id, s.town_id, {MONTH.format(day="x.day")} AS month, x.group_id, {", ".join(measures)}
          FROM ({rows}) AS x JOIN network_station s ON s.id = x.station_id) AS c
    {UNITS}
    CROSS JOIN LATERAL (SELECT 0::smallint AS facet, 0 AS facet_id
                        UNION ALL SELECT 1::smallint, c.group_id::int WHERE c.group_id IS NOT NULL) AS f
    GROUP BY 1, 2, 3, 4"""


def recount() -> str:
    """One INSERT of all tallies, for an empty table."""
    parts = [
        _wide(RECORDS, RECORD_MEASURES),
        *[_wide(totals(rows, measures), measures) for measures, rows in TOTALS.items()],
    ]
    persons_measures = ("persons", "quarter_persons", "year_persons")
    parts += [_wide(persons(unit, facet), persons_measures) for unit in ("hub_id", "town_id") for facet in range(5)]
    sums = ", ".join(f"sum({measure}) AS {measure}" for measure in MEASURES)
    persons_alone = ", ".join("sum(new)" if measure == "persons" else "0" for measure in MEASURES)
    return f"""
    WITH participation AS MATERIALIZED ({PARTICIPATIONS}), monthly AS MATERIALIZED ({" UNION ALL ".join(parts)})
    INSERT INTO indicators_tally (unit_id, kind, starts_on, facet, facet_id, {", ".join(MEASURES)})
    SELECT unit_id, kind, make_date(first / 12, first % 12 + 1, 1), facet, facet_id, {", ".join(MEASURES)}
    FROM (
        SELECT unit_id, 1::smallint AS kind, month AS first, facet, facet_id, {sums}
        FROM monthly GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT unit_id, kind, first, facet, facet_id, {persons_alone}
        FROM monthly CROSS JOIN LATERAL (
            VALUES (2::smallint, month / 3 * 3, quarter_persons), (3::smallint, month / 12 * 12, year_persons)
        ) AS p (kind, first, new)
        WHERE new <> 0
        GROUP BY 1, 2, 3, 4, 5
    ) AS counted
    ORDER BY unit_id, kind, first, facet, facet_id"""


def _wide(rows: str, measures: tuple[str, ...]) -> str:
    """Rows with all measures, those they don't have being 0."""
    listed = ", ".join(measure if measure in measures else f"0 AS {measure}" for measure in COUNTED)
    return f"SELECT unit_id, month, facet, facet_id, {listed} FROM ({rows}) AS w"
