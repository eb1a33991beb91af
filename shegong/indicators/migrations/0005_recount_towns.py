"""Counting the tallies of some town stations anew, when a room moves from one to another.

The application's role can neither write tallies nor read the records of stations outside the viewer's scope; the
function does both and gives nothing away.
"""

from django.db import migrations

from shegong.indicators import tally_sql as sql

COLUMNS = ", ".join(("unit_id", "kind", "starts_on", "facet", "facet_id", *sql.MEASURES))
# An array, since PostgreSQL 18 fails to plan a join of the stations with a subquery over the stations.
BELOW = "station_id = ANY (v_stations)"
RECOUNT = f"""
CREATE FUNCTION indicators_recount_towns(p_towns int[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_stations int[] := array(SELECT id FROM network_station WHERE town_id = ANY (p_towns));
BEGIN
    LOCK TABLE practice_servicerecord, practice_case, practice_assessment IN SHARE MODE;
    DELETE FROM indicators_tally WHERE unit_id = ANY (p_towns);
    INSERT INTO indicators_tally ({COLUMNS})
    SELECT {COLUMNS} FROM ({sql.expected(BELOW)}) AS e WHERE unit_id = ANY (p_towns);
END $$;
REVOKE ALL ON FUNCTION indicators_recount_towns(int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION indicators_recount_towns(int[]) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0004_names_for_people"),
        ("practice", "0003_client_file"),
        ("network", "0004_station_numbers"),
    ]
    operations = [
        migrations.RunSQL(
            RECOUNT,
            "DROP FUNCTION indicators_recount_towns(int[])",
        ),
    ]
