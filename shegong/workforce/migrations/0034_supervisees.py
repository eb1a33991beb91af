"""Whom a supervisor supervises today, in one place: the workers of the agreements in force.

An agreement that names workers is for those wherever in the county they are at home; so far only those at home at its
station were seen across the county line.
"""

from django.db import migrations

SUPERVISEES = f"""
CREATE FUNCTION wall_supervisees() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT w.id), '{{}}')
    FROM workforce_supervisionagreement a
    JOIN workforce_worker w ON w.hub_id = a.hub_id AND w.id <> a.supervisor_id AND (w.until IS NULL OR w.until > wall_today())
    JOIN network_station s ON s.id = w.station_id
    WHERE a.supervisor_id = wall_worker() AND a.state = 'running' AND a.since <= wall_today() AND a.until > wall_today()
      AND CASE WHEN a.supervisee_ids = '{{}}'
          THEN w.is_professional AND (s.id = a.station_id OR s.town_id = a.station_id AND s.tier = 'room')
          ELSE w.id = ANY (a.supervisee_ids) END
$$;
"""
PARTNERS = f"""
CREATE OR REPLACE FUNCTION wall_supervision_partners() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(partner), '{{}}') FROM (
        SELECT p.worker_id AS partner FROM workforce_supervisorprofile p
        WHERE p.hub_ids && wall_staff_hubs() AND (p.until IS NULL OR p.until > wall_today())
        UNION SELECT a.supervisor_id FROM workforce_supervisionagreement a WHERE a.hub_id = ANY (wall_staff_hubs())
        UNION SELECT unnest(wall_supervisees())
        UNION SELECT t.worker_id FROM workforce_supervisionsession s
            JOIN workforce_supervisionattendee t ON t.session_id = s.id WHERE s.supervisor_id = wall_worker()
        UNION SELECT t.giver_id FROM workforce_supervisionhandover t WHERE t.taker_id = wall_worker()
    ) AS partners
$$;
"""
PARTNERS_BEFORE = PARTNERS.replace(
    "SELECT unnest(wall_supervisees())",
    f"""SELECT w.id FROM workforce_supervisionagreement a
            JOIN network_station s ON s.id = a.station_id OR (s.town_id = a.station_id AND s.tier = 'room')
            JOIN workforce_worker w ON w.station_id = s.id
            WHERE a.supervisor_id = wall_worker() AND a.state = 'running' AND a.since <= wall_today() AND a.until > wall_today()
              AND CASE WHEN a.supervisee_ids = '{{}}' THEN w.is_professional ELSE w.id = ANY (a.supervisee_ids) END""",
)


class Migration(migrations.Migration):
    dependencies = [("workforce", "0033_supervision_time")]
    operations = [migrations.RunSQL(SUPERVISEES + PARTNERS, PARTNERS_BEFORE + "DROP FUNCTION wall_supervisees();")]
