"""What became of it: cases that improved, goals reached, enquiries and those accepted, tallied as everything else; and
the way from asking for help to being better off, counted without names.
"""

from importlib import import_module
from typing import Final

from django.db import migrations, models

from shegong.indicators import tally_sql as sql
from shegong.kernel import schema

tallies = import_module("shegong.indicators.migrations.0002_tallies")
recounting = import_module("shegong.indicators.migrations.0005_recount_towns")


def _branches(rows: str, measures: tuple[str, ...]) -> tuple[str, str, str]:
    """What a trigger does for an INSERT, an UPDATE and a DELETE."""
    changes = (rows.format(table="new_rows", sign=1), tallies.both(rows), rows.format(table="old_rows", sign=-1))
    inserted, updated, deleted = (sql.upsert(sql.total_deltas(change, measures), measures) for change in changes)
    return inserted, updated, deleted


def _replaced(function: str) -> str:
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


TRIGGERS: Final = "\n".join(
    [
        _replaced(tallies.function("indicators_tally_cases", *_branches(sql.CASES, sql.CASE_MEASURES)[:2])),
        tallies.function("indicators_tally_enquiries", *_branches(sql.ENQUIRIES, sql.ENQUIRY_MEASURES)),
        tallies.triggers("practice_enquiry", "indicators_tally_enquiries"),
    ]
)
BEFORE: Final = """
DROP TRIGGER practice_enquiry_tally_insert ON practice_enquiry;
DROP TRIGGER practice_enquiry_tally_update ON practice_enquiry;
DROP TRIGGER practice_enquiry_tally_delete ON practice_enquiry;
DROP FUNCTION indicators_tally_enquiries();
"""
RECOUNT: Final = recounting.RECOUNT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "practice_case, practice_assessment IN SHARE MODE", "practice_case, practice_assessment, practice_enquiry IN SHARE MODE"
)

ROOMS: Final = f"""
DROP FUNCTION indicators_room_cases(int[], date, date);
CREATE FUNCTION indicators_room_cases(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, group_id int, cases_opened bigint, cases_closed bigint, assessments bigint,
               cases_improved bigint, goal_sum bigint, goal_count bigint, enquiries bigint, enquiries_accepted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT x.station_id, x.group_id::int, sum(x.cases_opened), sum(x.cases_closed), sum(x.assessments),
           sum(x.cases_improved), sum(x.goal_sum), sum(x.goal_count), sum(x.enquiries), sum(x.enquiries_accepted)
    FROM (
        SELECT station_id, day, group_id, cases_opened, cases_closed, 0 AS assessments, cases_improved, goal_sum,
               goal_count, 0 AS enquiries, 0 AS enquiries_accepted
        FROM ({sql.CASES.format(table="(SELECT * FROM practice_case WHERE station_id = ANY (p_stations)) AS k", sign=1)}) AS c
        UNION ALL
        SELECT station_id, day, group_id, 0, 0, assessments, 0, 0, 0, 0, 0
        FROM ({sql.ASSESSMENTS.format(table="practice_assessment", sign=1)} WHERE station_id = ANY (p_stations)) AS a
        UNION ALL
        SELECT station_id, day, group_id, 0, 0, 0, 0, 0, 0, enquiries, enquiries_accepted
        FROM ({sql.ENQUIRIES.format(table="(SELECT * FROM practice_enquiry WHERE station_id = ANY (p_stations)) AS q", sign=1)}) AS e
    ) AS x
    WHERE x.day >= p_from AND x.day < p_to
    GROUP BY 1, 2
$$;
"""

# Those who asked for help in a period: how many were accepted, served, and are better off by now. Counts alone.
FUNNEL: Final = """
CREATE INDEX practice_enquiry_asked ON practice_enquiry (hub_id, received_on);
CREATE FUNCTION indicators_funnel(p_hubs int[], p_stations int[], p_from date, p_to date)
RETURNS TABLE (asked bigint, accepted bigint, served bigint, improved bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), count(*) FILTER (WHERE e.decision IN ('accept', 'brief')),
           count(*) FILTER (WHERE e.decision = 'brief' OR e.decision = 'accept' AND EXISTS (
               SELECT FROM practice_servicerecord r
               WHERE r.case_id = e.case_id AND r.hub_id = e.hub_id AND r.voided_at IS NULL)),
           count(*) FILTER (WHERE k.improved)
    FROM practice_enquiry e LEFT JOIN practice_case k ON k.id = e.case_id AND k.hub_id = e.hub_id
    WHERE e.hub_id = ANY (p_hubs) AND (p_stations IS NULL OR e.station_id = ANY (p_stations))
      AND e.received_on >= p_from AND e.received_on < p_to
$$;
REVOKE ALL ON FUNCTION indicators_funnel(int[], int[], date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION indicators_funnel(int[], int[], date, date) TO shegong_app;
"""

# Cases and enquiries that were there before; writers wait until it is done.
COUNT_WHAT_IS_THERE: Final = f"""
LOCK TABLE practice_case, practice_enquiry IN SHARE MODE;
UPDATE indicators_tally SET cases_opened = 0, cases_closed = 0 WHERE cases_opened <> 0 OR cases_closed <> 0;
{sql.upsert(sql.total_deltas(sql.CASES.format(table="practice_case", sign=1), sql.CASE_MEASURES), sql.CASE_MEASURES)}
{sql.upsert(sql.total_deltas(sql.ENQUIRIES.format(table="practice_enquiry", sign=1), sql.ENQUIRY_MEASURES), sql.ENQUIRY_MEASURES)}
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_work_report_wall"), ("practice", "0013_casework_wall")]
    operations = schema.together([
        *[
            migrations.AddField("tally", name, models.IntegerField(db_default=0))
            for name in ("cases_improved", "goal_sum", "goal_count", "enquiries", "enquiries_accepted")
        ],
        migrations.RunSQL(TRIGGERS, BEFORE),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
        migrations.RunSQL(ROOMS, migrations.RunSQL.noop),
        migrations.RunSQL(
            FUNNEL,
            "DROP FUNCTION indicators_funnel(int[], int[], date, date); DROP INDEX practice_enquiry_asked;",
        ),
        migrations.RunSQL(COUNT_WHAT_IS_THERE, migrations.RunSQL.noop),
    ])
