"""Hours of service under contracts, by county and year: all that were worked, which the tallies know, without those that
no contract paid for, which are the fewer.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION indicators_bought(p_day date) RETURNS TABLE (hub_id int, hours bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id::int, round((coalesce(t.work_minutes, 0) - coalesce(u.minutes, 0)) / 60.0)::bigint
    FROM network_station s
    CROSS JOIN LATERAL (
        SELECT sum(t.work_minutes) AS work_minutes FROM indicators_tally t
        WHERE t.unit_id = s.id AND t.kind = 1 AND t.facet = 0 AND t.facet_id = 0
          AND t.starts_on >= date_trunc('year', p_day::timestamp)::date
          AND t.starts_on < (date_trunc('year', p_day::timestamp) + interval '1 year')::date) AS t
    LEFT JOIN (
        SELECT r.hub_id, sum(r.work_minutes) AS minutes FROM practice_servicerecord r
        WHERE r.contract_id IS NULL AND r.voided_at IS NULL
          AND r.served_on >= date_trunc('year', p_day::timestamp)::date
          AND r.served_on < (date_trunc('year', p_day::timestamp) + interval '1 year')::date
        GROUP BY 1) AS u ON u.hub_id = s.id
    WHERE s.tier IN ('hub', 'centre')
$$;
"""
BOUGHT = f"""
CREATE INDEX practice_record_unbought ON practice_servicerecord (hub_id, served_on) INCLUDE (work_minutes)
    WHERE contract_id IS NULL AND voided_at IS NULL;
{FUNCTION}
REVOKE ALL ON FUNCTION indicators_bought(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION indicators_bought(date) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0065_money_traced")]
    operations = [
        migrations.RunSQL(BOUGHT, "DROP FUNCTION indicators_bought(date); DROP INDEX practice_record_unbought;")
    ]
