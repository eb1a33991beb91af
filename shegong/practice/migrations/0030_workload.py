"""How much work workers have, from the records alone: hours by week and method, open cases. Restricted files count with the
others and are not told apart, so counts are made past the wall, for workers within the viewer's reach.
"""

from django.db import migrations

REACHED = """(w.id = wall_worker() OR w.hub_id = ANY (wall_hubs()) OR w.station_id = ANY (wall_stations()))"""
FUNCTIONS = f"""
CREATE FUNCTION practice_work_by_week(p_workers bigint[], p_from date, p_to date)
RETURNS TABLE (worker_id bigint, week date, method text, records bigint, minutes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.worker_id, date_trunc('week', g.served_on::timestamp)::date, r.method::text, count(*), sum(r.minutes)
    FROM workforce_worker w
    JOIN practice_recordworker g ON g.worker_id = w.id AND g.served_on >= p_from AND g.served_on <= p_to
    JOIN practice_servicerecord r ON r.id = g.record_id AND r.hub_id = g.hub_id AND r.voided_at IS NULL
    WHERE w.id = ANY (p_workers) AND {REACHED}
    GROUP BY 1, 2, 3
$$;

CREATE FUNCTION practice_caseload(p_workers bigint[]) RETURNS TABLE (worker_id bigint, cases bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.worker_id, count(*)
    FROM workforce_worker w JOIN practice_case k ON k.worker_id = w.id AND k.closed_on IS NULL
    WHERE w.id = ANY (p_workers) AND {REACHED}
    GROUP BY 1
$$;
"""
SIGNATURES = ("practice_work_by_week(bigint[], date, date)", "practice_caseload(bigint[])")


class Migration(migrations.Migration):
    dependencies = [("practice", "0023_activity_photos_wall"), ("workforce", "0031_leave_wall")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "".join(f"DROP FUNCTION {each};" for each in SIGNATURES)),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO shegong_app",
                migrations.RunSQL.noop,
            )
            for each in SIGNATURES
        ],
    ]
