"""What the system knows by itself of each running station, measured from the live rows: all stations in one statement,
or some of them in a few milliseconds. It counts people and work, and names nobody.

A share is in percent; it is null where there is nothing to have a share of.
"""

import re

from django.db import migrations

COLUMNS = """station_id int, hub_id int, tier varchar,
    premises float8, open_days float8, open_hours float8, talk_rooms float8, activity_places float8,
    equipment_kinds float8, step_free float8,
    staffed float8, registered float8, learning_hours float8, supervised float8,
    operated float8, active_months float8, assessments float8, cases float8, gatherings float8,
    person_times float8, enquiries_in_time float8, satisfaction float8, cases_rated float8, reports float8,
    supervisions float8"""

QUERY = """
    WITH used AS MATERIALIZED (
        SELECT p.keeper_id AS station_id, p.id AS site_id, p.access FROM network_site p
        WHERE <p.keeper_id> AND p.since <= p_day AND (p.until IS NULL OR p.until > p_day)
        UNION
        SELECT a.station_id, p.id, p.access FROM network_sharingagreement a JOIN network_site p ON p.id = a.site_id
        WHERE <a.station_id> AND a.since <= p_day AND (a.until IS NULL OR a.until > p_day)
          AND p.since <= p_day AND (p.until IS NULL OR p.until > p_day)
    ), site AS MATERIALIZED (
        SELECT u.site_id, o.days, o.hours, r.talk, r.places, e.kinds FROM (SELECT DISTINCT site_id FROM used) u
        LEFT JOIN LATERAL (SELECT count(DISTINCT weekday) AS days, sum(closes - opens) / 60.0 AS hours
                           FROM network_openinghours o WHERE o.site_id = u.site_id) o ON true
        LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE kind = 'talk') AS talk,
                                  max(capacity) FILTER (WHERE kind = 'activity') AS places
                           FROM network_area r WHERE r.site_id = u.site_id) r ON true
        LEFT JOIN LATERAL (SELECT count(DISTINCT name) AS kinds FROM network_equipment e
                           WHERE e.site_id = u.site_id AND e.number > 0 AND e.condition <> 'broken'
                             AND e.checked_on > year_ago) e ON true
    ), place AS (
        SELECT u.station_id, count(*) AS premises, max(s.days) AS days, max(s.hours) AS hours, sum(s.talk) AS talk,
               max(s.places) AS places, max(s.kinds) AS kinds, count(*) FILTER (WHERE u.access <> 'none') AS step_free
        FROM used u JOIN site s ON s.site_id = u.site_id GROUP BY 1
    ), certificate AS (
        SELECT c.worker_id, min(c.issued_on) AS since FROM workforce_credential c
        WHERE c.worker_id IN (SELECT p.worker_id FROM workforce_posting p WHERE <p.station_id>)
        GROUP BY 1
    ), registration AS (
        SELECT r.worker_id, max(r.until) AS until, bool_or(r.since <= p_day AND r.until > p_day) AS valid
        FROM workforce_registration r WHERE r.worker_id IN (SELECT worker_id FROM certificate) GROUP BY 1
    ), staff AS (
        SELECT p.station_id,
               count(*) FILTER (WHERE p.share >= r.counts_from AND (NOT r.certified_only
                   OR c.since <= p_day AND (g.until IS NULL OR g.until > p_day))) * 100.0 / min(r.least) AS staffed,
               count(*) FILTER (WHERE g.valid) * 100.0 / nullif(count(*) FILTER (WHERE c.since <= p_day), 0)
                   AS registered
        FROM workforce_posting p
        JOIN network_station s ON s.id = p.station_id
        LEFT JOIN workforce_staffingrule r ON r.tier = s.tier AND r.since <= p_day
             AND (r.until IS NULL OR r.until > p_day)
        LEFT JOIN certificate c ON c.worker_id = p.worker_id
        LEFT JOIN registration g ON g.worker_id = p.worker_id
        WHERE <p.station_id> AND p.since <= p_day AND (p.until IS NULL OR p.until > p_day)
        GROUP BY 1
    ), worker AS (
        SELECT w.id, w.station_id FROM workforce_worker w
        WHERE <w.station_id> AND w.is_professional AND w.since <= p_day
          AND (w.until IS NULL OR w.until > p_day)
    ), growth AS (
        SELECT w.station_id, sum(coalesce(l.hours, 0)) / count(*) AS hours,
               count(*) FILTER (WHERE v.worker_id IS NOT NULL) * 100.0 / count(*) AS supervised
        FROM worker w
        LEFT JOIN (SELECT e.worker_id, sum(e.hours) AS hours FROM workforce_learningentry e
                   WHERE e.state = 'approved' AND e.learned_on > year_ago AND e.learned_on <= p_day
                     AND e.worker_id IN (SELECT id FROM worker) GROUP BY 1) l ON l.worker_id = w.id
        LEFT JOIN (SELECT DISTINCT t.worker_id FROM workforce_supervised t
                   WHERE t.held_on > p_day - 60 AND t.held_on <= p_day
                     AND t.worker_id IN (SELECT id FROM worker)) v ON v.worker_id = w.id
        GROUP BY 1
    ), month AS MATERIALIZED (
        SELECT (first_month + n * interval '1 month')::date AS first,
               (first_month + (n + 1) * interval '1 month')::date AS next FROM generate_series(6, 11) n
    ), assessed AS (
        SELECT a.station_id, count(*) AS number FROM practice_assessment a
        WHERE <a.station_id> AND a.assessed_on > year_ago AND a.assessed_on <= p_day GROUP BY 1
    ), opened AS (
        SELECT k.station_id, count(*) AS number FROM practice_case k
        WHERE <k.station_id> AND k.opened_on > year_ago AND k.opened_on <= p_day GROUP BY 1
    ), gathered AS (
        SELECT t.station_id, sum(t.number) AS number FROM (
            SELECT g.station_id, count(*) AS number FROM practice_groupsession g
            WHERE <g.station_id> AND g.starts_at > year_ago AND g.starts_at < p_day + 1 AND g.state = 'held'
            GROUP BY 1
            UNION ALL
            SELECT a.station_id, count(*) FROM practice_activity a
            WHERE <a.station_id> AND a.starts_at > year_ago AND a.starts_at < p_day + 1
              AND a.state IN ('held', 'closed') GROUP BY 1) t GROUP BY 1
    ), tally AS (
        SELECT t.unit_id AS station_id, sum(t.person_times) AS person_times,
               sum(t.satisfaction_sum)::numeric / nullif(sum(t.satisfaction_count), 0) AS satisfaction,
               sum(t.goal_count) * 100.0 / nullif(sum(t.cases_closed), 0) AS rated
        FROM indicators_tally t
        WHERE <t.unit_id> AND t.kind = 1 AND t.starts_on >= first_month AND t.starts_on <= p_day
          AND t.facet = 0 AND t.facet_id = 0 GROUP BY 1
    ), asked AS (
        SELECT e.station_id, count(*) FILTER (WHERE e.decided_at <= e.due_at) * 100.0
               / nullif(count(*) FILTER (WHERE e.decided_at IS NOT NULL OR e.due_at < now()), 0) AS in_time
        FROM practice_enquiry e
        WHERE <e.station_id> AND e.received_at > year_ago AND e.received_at < p_day + 1 GROUP BY 1
    ), reported AS (
        SELECT w.station_id, count(*) AS number FROM indicators_workreport w
        WHERE <w.station_id> AND w.worker_id IS NULL AND w.kind = 1 AND w.state = 'issued'
          AND w.starts_on >= first_month - interval '1 month' AND w.starts_on <= p_day GROUP BY 1
    ), advised AS (
        SELECT h.station_id, count(*) AS number FROM workforce_supervisionhours h
        WHERE <h.station_id> AND h.held_on > year_ago AND h.held_on <= p_day GROUP BY 1
    )
    SELECT s.id, s.hub_id, s.tier,
           coalesce(place.premises, 0)::float8, coalesce(place.days, 0)::float8, coalesce(place.hours, 0)::float8,
           coalesce(place.talk, 0)::float8, coalesce(place.places, 0)::float8, coalesce(place.kinds, 0)::float8,
           coalesce(place.step_free, 0)::float8,
           coalesce(staff.staffed, 0)::float8, staff.registered::float8, coalesce(growth.hours, 0)::float8,
           growth.supervised::float8,
           (SELECT count(*) FROM network_operation o WHERE o.station_id = s.id AND o.since <= p_day
            AND (o.until IS NULL OR o.until > p_day))::float8,
           -- A probe of the index for each of six months: to read a year's records would take ten times as long.
           (SELECT count(*) FROM month m CROSS JOIN LATERAL (
                SELECT FROM practice_servicerecord r WHERE r.station_id = s.id AND r.served_on >= m.first
                AND r.served_on < m.next AND r.voided_at IS NULL LIMIT 1) AS one)::float8,
           coalesce(assessed.number, 0)::float8,
           coalesce(opened.number, 0)::float8, coalesce(gathered.number, 0)::float8,
           tally.person_times::float8, asked.in_time::float8, tally.satisfaction::float8, tally.rated::float8,
           coalesce(reported.number, 0)::float8, coalesce(advised.number, 0)::float8
    FROM network_station s
    LEFT JOIN place ON place.station_id = s.id LEFT JOIN staff ON staff.station_id = s.id
    LEFT JOIN growth ON growth.station_id = s.id
    LEFT JOIN assessed ON assessed.station_id = s.id LEFT JOIN opened ON opened.station_id = s.id
    LEFT JOIN gathered ON gathered.station_id = s.id LEFT JOIN tally ON tally.station_id = s.id
    LEFT JOIN asked ON asked.station_id = s.id LEFT JOIN reported ON reported.station_id = s.id
    LEFT JOIN advised ON advised.station_id = s.id
    JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running'
         AND g.since <= p_day AND (g.until IS NULL OR g.until > p_day)
    WHERE <s.id>
"""


def _query(some: bool) -> str:
    """The statement for some stations, or for all; there no list of three thousand has to be planned for."""
    return re.sub(r"<([\w.]+)>", r"\1 = ANY (ids)" if some else "true", QUERY)


MEASURES = f"""
CREATE FUNCTION appraisal_measures(p_day date, p_hubs int[], p_stations int[]) RETURNS TABLE ({COLUMNS})
-- How many stations are asked for decides the plan; it is made anew each time.
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
SET jit = off SET work_mem = '32MB' AS $$
#variable_conflict use_column
DECLARE
    ids int[];
    year_ago date := p_day - interval '1 year';
    first_month date := date_trunc('month', p_day) - interval '11 months';
BEGIN
    IF p_hubs IS NULL AND p_stations IS NULL THEN
        RETURN QUERY {_query(False)};
    ELSE
        SELECT array_agg(s.id) INTO ids FROM network_station s
        WHERE (p_hubs IS NULL OR s.hub_id = ANY (p_hubs)) AND (p_stations IS NULL OR s.id = ANY (p_stations));
        RETURN QUERY {_query(True)};
    END IF;
END $$;
REVOKE ALL ON FUNCTION appraisal_measures(date, int[], int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_measures(date, int[], int[]) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0001_policies_standards_and_self_checks"),
        ("network", "0007_premises_wall"),
        ("workforce", "0033_supervision_time"),
        ("indicators", "0055_money"),
    ]
    operations = [migrations.RunSQL(MEASURES, "DROP FUNCTION appraisal_measures(date, int[], int[])")]
