"""Signs in a county's month that a reviewer may look at twice, and where each station stands in the loop: measured from
the live rows, each in one statement. They count beyond what the asking officer may read, and name nobody.
"""

from django.conf import settings
from django.db import migrations

ZONE = settings.TIME_ZONE
# What makes a sign: enough of it to be no chance, and clearly more than in the county as a whole.
SIGNS = f"""
CREATE FUNCTION appraisal_signs(p_hub int, p_month date)
RETURNS TABLE (kind text, station_id int, number int, of_number int, base float8, highest float8, lowest float8,
               records uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
SET jit = off AS $$
#variable_conflict use_column
DECLARE
    month_end date := p_month + interval '1 month' - interval '1 day';
BEGIN
    IF NOT (wall_roles() @> '{{city}}' OR wall_roles() @> '{{county}}' AND p_hub = ANY (wall_hubs())) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH record AS MATERIALIZED (
        SELECT r.id, r.station_id, r.served_on, r.started_at, r.minutes, r.place, r.person_times, r.satisfaction,
               r.summary, (r.recorded_at AT TIME ZONE '{ZONE}')::date AS entered_on
        FROM practice_servicerecord r
        WHERE r.hub_id = p_hub AND r.served_on >= p_month AND r.served_on <= month_end AND r.voided_at IS NULL
    ), late AS (
        SELECT r.station_id, count(*) AS total,
               count(*) FILTER (WHERE r.entered_on > month_end - 3 AND r.entered_on - r.served_on > 3) AS late,
               array_agg(r.id ORDER BY r.served_on) FILTER (WHERE r.entered_on > month_end - 3
                   AND r.entered_on - r.served_on > 3) AS ids
        FROM record r GROUP BY 1
    ), same AS (
        SELECT r.station_id, count(*) AS number, array_agg(r.id ORDER BY r.served_on) AS ids,
               row_number() OVER (PARTITION BY r.station_id ORDER BY count(*) DESC) AS place
        FROM record r WHERE length(r.summary) >= 12 GROUP BY r.station_id, r.summary
    ), written AS (
        SELECT r.station_id, count(*) AS total FROM record r WHERE length(r.summary) >= 12 GROUP BY 1
    ), spot AS (
        SELECT s.id AS station_id, coalesce(p.longitude, s.longitude)::float8 AS x,
               coalesce(p.latitude, s.latitude)::float8 AS y
        FROM network_station s
        LEFT JOIN LATERAL (SELECT p.longitude, p.latitude FROM network_site p
            WHERE p.keeper_id = s.id AND p.longitude IS NOT NULL AND p.latitude IS NOT NULL
              AND p.since <= month_end AND (p.until IS NULL OR p.until > p_month)
            ORDER BY p.since LIMIT 1) AS p ON true
        WHERE s.hub_id = p_hub
    ), stop AS (
        SELECT r.id, r.station_id, r.started_at, o.x, o.y,
               lag(r.id) OVER day AS before, lag(r.station_id) OVER day AS station_before, lag(o.x) OVER day AS x_before,
               lag(o.y) OVER day AS y_before,
               lag(r.started_at + r.minutes * interval '1 minute') OVER day AS ended_before
        FROM record r
        JOIN practice_recordworker w ON w.record_id = r.id AND w.hub_id = p_hub
        JOIN spot o ON o.station_id = r.station_id
        WHERE r.place NOT IN ('phone', 'online')
        WINDOW day AS (PARTITION BY w.worker_id, r.served_on ORDER BY r.started_at, r.id)
    ), way AS (
        SELECT s.id, s.before, s.station_id, extract(epoch FROM s.started_at - s.ended_before) / 60 AS gap,
               111.2 * sqrt(power((s.x - s.x_before) * cos(radians(s.y)), 2) + power(s.y - s.y_before, 2)) AS km
        FROM stop s WHERE s.station_before <> s.station_id
    ), haste AS (
        SELECT w.station_id, count(*) AS changes,
               count(*) FILTER (WHERE w.km > 2 AND w.km > greatest(w.gap, 0)) AS fast,
               max(w.km) FILTER (WHERE w.km > 2 AND w.km > greatest(w.gap, 0)) AS km,
               min(w.gap) FILTER (WHERE w.km > 2 AND w.km > greatest(w.gap, 0)) AS gap,
               array_agg(w.before) FILTER (WHERE w.km > 2 AND w.km > greatest(w.gap, 0))
               || array_agg(w.id) FILTER (WHERE w.km > 2 AND w.km > greatest(w.gap, 0)) AS ids
        FROM way w GROUP BY 1
    ), room AS (
        SELECT u.station_id, max(a.capacity) AS places FROM (
            SELECT p.keeper_id AS station_id, p.id AS site_id, p.since, p.until FROM network_site p
            WHERE p.hub_id = p_hub
            UNION ALL
            SELECT g.station_id, g.site_id, g.since, g.until FROM network_sharingagreement g) u
        JOIN network_area a ON a.site_id = u.site_id
        WHERE u.since <= month_end AND (u.until IS NULL OR u.until > p_month) GROUP BY 1
    ), crowd AS (
        SELECT r.station_id, count(*) AS total, count(*) FILTER (WHERE r.person_times > o.places) AS above,
               max(r.person_times) AS most, min(o.places) AS places,
               array_agg(r.id ORDER BY r.person_times DESC) FILTER (WHERE r.person_times > o.places) AS ids
        FROM record r JOIN room o ON o.station_id = r.station_id WHERE r.place = 'station' GROUP BY 1
    ), said AS (
        SELECT r.station_id, r.satisfaction, count(*) AS number, array_agg(r.id ORDER BY r.served_on) AS ids
        FROM record r WHERE r.satisfaction IS NOT NULL GROUP BY 1, 2
    ), mood AS (
        SELECT s.satisfaction, sum(s.number) * 100 / sum(sum(s.number)) OVER () AS share FROM said s GROUP BY 1
    )
    SELECT 'burst', l.station_id, l.late::int, l.total::int,
           (SELECT sum(late) * 100.0 / nullif(sum(total), 0) FROM late)::float8, NULL::float8, NULL::float8, l.ids
    FROM late l WHERE l.late >= 8 AND l.late * 10 >= l.total * 4
    UNION ALL
    SELECT 'same_text', s.station_id, s.number::int, w.total::int,
           (SELECT sum(number) FILTER (WHERE place = 1) * 100.0 / nullif(sum(number), 0) FROM same)::float8,
           NULL, NULL, s.ids
    FROM same s JOIN written w ON w.station_id = s.station_id
    WHERE s.place = 1 AND s.number >= 8 AND s.number * 10 >= w.total * 4
    UNION ALL
    SELECT 'travel', h.station_id, h.fast::int, h.changes::int,
           (SELECT sum(fast) * 100.0 / nullif(sum(changes), 0) FROM haste)::float8, h.km::float8, h.gap::float8, h.ids
    FROM haste h WHERE h.fast >= 1
    UNION ALL
    SELECT 'above_base', c.station_id, c.above::int, c.total::int,
           (SELECT sum(above) * 100.0 / nullif(sum(total), 0) FROM crowd)::float8, c.most::float8, c.places::float8,
           c.ids
    FROM crowd c WHERE c.above >= 1
    UNION ALL
    SELECT 'all_equal', s.station_id, s.number::int, s.number::int, m.share::float8, s.satisfaction::float8,
           s.satisfaction::float8, s.ids
    FROM said s JOIN mood m ON m.satisfaction = s.satisfaction
    WHERE s.number >= 12 AND NOT EXISTS (SELECT FROM said o WHERE o.station_id = s.station_id
                                         AND o.satisfaction <> s.satisfaction);
END $$;
REVOKE ALL ON FUNCTION appraisal_signs(int, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_signs(int, date) TO shegong_app;
"""

# A row for each station that isn't closed, as far as the asking viewer reaches.
LOOP = """
CREATE FUNCTION appraisal_loop(p_day date, p_hubs int[], p_stations int[])
RETURNS TABLE (station_id int, hub_id int, tier varchar, is_running boolean, needed int, present int, served boolean, valid_until date,
               check_state varchar, findings int, overdue int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
SET jit = off AS $$
#variable_conflict use_column
DECLARE
    is_city boolean := wall_roles() @> '{city}';
    hubs int[] := CASE WHEN wall_roles() && '{county,head,worker}'::text[] THEN wall_hubs() ELSE '{}' END;
    stations int[] := CASE WHEN wall_roles() && '{county,head,worker}'::text[] THEN wall_stations() ELSE '{}' END;
BEGIN
    RETURN QUERY
    WITH place AS MATERIALIZED (
        SELECT s.id, s.hub_id, s.tier, s.stage FROM network_station s
        WHERE s.tier <> 'centre' AND s.stage <> 'closed' AND (p_hubs IS NULL OR s.hub_id = ANY (p_hubs))
          AND (p_stations IS NULL OR s.id = ANY (p_stations))
          AND (is_city OR s.hub_id = ANY (hubs) OR s.id = ANY (stations))
    ), checked AS (
        SELECT DISTINCT ON (c.station_id) c.station_id, c.state FROM appraisal_selfcheck c
        JOIN place p ON p.id = c.station_id ORDER BY c.station_id, c.began_at DESC
    ), wrong AS (
        SELECT f.station_id, count(*) AS findings, count(*) FILTER (WHERE f.due_on < p_day) AS overdue
        FROM appraisal_finding f WHERE f.state NOT IN ('closed', 'withdrawn') GROUP BY 1
    )
    SELECT p.id, p.hub_id, p.tier, p.stage = 'running', coalesce(t.needed, 0), coalesce(t.present, 0),
           -- A probe of the index for each station.
           EXISTS (SELECT FROM practice_servicerecord r WHERE r.station_id = p.id AND r.served_on > p_day - 30
                   AND r.served_on <= p_day AND r.voided_at IS NULL),
           z.until, coalesce(k.state, ''), coalesce(w.findings, 0)::int, coalesce(w.overdue, 0)::int
    FROM place p
    LEFT JOIN workforce_staffed(
        p_day, (SELECT min(hub_id) FROM place HAVING count(DISTINCT hub_id) = 1)) t ON t.station_id = p.id
    LEFT JOIN appraisal_standardisation z ON z.station_id = p.id AND z.since <= p_day AND z.until > p_day
    LEFT JOIN checked k ON k.station_id = p.id
    LEFT JOIN wrong w ON w.station_id = p.id;
END $$;
REVOKE ALL ON FUNCTION appraisal_loop(date, int[], int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_loop(date, int[], int[]) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0021_findings_hold"),
        ("network", "0007_premises_wall"),
        ("practice", "0020_evaluation"),
        ("workforce", "0033_supervision_time"),
    ]
    operations = [
        migrations.RunSQL(SIGNS, "DROP FUNCTION appraisal_signs(int, date)"),
        migrations.RunSQL(LOOP, "DROP FUNCTION appraisal_loop(date, int[], int[])"),
    ]
