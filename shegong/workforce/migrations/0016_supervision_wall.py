"""The wall around supervision, and what the database holds of its rules.

Who supervises whom and when is known to the staff of the county and to the agency that employs the supervisor; what was
said, advised and thought of it only to those concerned, the station's head and the county. An agreement's terms stand
once it is in force, and its sessions stay within its days and hours.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = f"""
-- Those whom supervision brings together with the viewer across county lines: a county's supervisors and those who can
-- come to it; for a supervisor the workers of the agreements in force, and those of earlier sessions.
CREATE FUNCTION wall_supervision_partners() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(partner), '{{}}') FROM (
        SELECT p.worker_id AS partner FROM workforce_supervisorprofile p
        WHERE p.hub_ids && wall_staff_hubs() AND (p.until IS NULL OR p.until > wall_today())
        UNION SELECT a.supervisor_id FROM workforce_supervisionagreement a WHERE a.hub_id = ANY (wall_staff_hubs())
        UNION SELECT w.id FROM workforce_supervisionagreement a
            JOIN network_station s ON s.id = a.station_id OR (s.town_id = a.station_id AND s.tier = 'room')
            JOIN workforce_worker w ON w.station_id = s.id
            WHERE a.supervisor_id = wall_worker() AND a.state = 'running' AND a.since <= wall_today() AND a.until > wall_today()
              AND CASE WHEN a.supervisee_ids = '{{}}' THEN w.is_professional ELSE w.id = ANY (a.supervisee_ids) END
        UNION SELECT t.worker_id FROM workforce_supervisionsession s
            JOIN workforce_supervisionattendee t ON t.session_id = s.id WHERE s.supervisor_id = wall_worker()
        UNION SELECT t.giver_id FROM workforce_supervisionhandover t WHERE t.taker_id = wall_worker()
    ) AS partners
$$;

-- The stations whose supervision the viewer answers for: those headed, with their rooms, and those of the county.
CREATE FUNCTION wall_officered() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() && '{{head,county}}' THEN coalesce((
        SELECT array_agg(DISTINCT s.id) FROM network_grant g
        JOIN network_station h ON h.id = g.station_id
        JOIN network_station s ON s.id = h.id OR s.town_id = h.id
            OR (s.hub_id = h.hub_id AND (g.role = 'county' OR h.tier = 'hub'))
        WHERE g.account_id = wall_account() AND g.role IN ('head', 'county')
          AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())), '{{}}')
    ELSE '{{}}'::int[] END
$$;

-- Sessions that the viewer came to, or is expected at.
CREATE FUNCTION wall_attended() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(session_id), '{{}}') FROM workforce_supervisionattendee WHERE worker_id = wall_worker()
$$;

-- How a supervisor's sessions are rated: averages, and only of three or more, so that nobody is told apart.
CREATE FUNCTION workforce_own_rating(p_since date)
RETURNS TABLE (ratings bigint, helpful numeric, respected numeric, clear numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), round(avg(r.helpful), 1), round(avg(r.respected), 1), round(avg(r.clear), 1)
    FROM workforce_supervisionrating r JOIN workforce_supervisionsession s ON s.id = r.session_id
    WHERE s.supervisor_id = wall_worker() AND s.starts_at >= p_since HAVING count(*) >= 3
$$;

-- Views work with their owner's rights: what is needed to count hours and the workers without supervision, and no name.
CREATE VIEW workforce_supervisionhours AS
SELECT s.id, s.hub_id, t.town_id, s.station_id, (s.starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS held_on,
       extract(epoch FROM s.ends_at - s.starts_at) / 60 AS minutes
FROM workforce_supervisionsession s JOIN network_station t ON t.id = s.station_id WHERE s.state = 'held';
CREATE VIEW workforce_supervised AS
SELECT t.worker_id, (s.starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS held_on
FROM workforce_supervisionattendee t JOIN workforce_supervisionsession s ON s.id = t.session_id
WHERE s.state = 'held' AND t.presence = 'present';
GRANT SELECT ON workforce_supervisionhours, workforce_supervised TO shegong_app;
"""

GUARDS = f"""
CREATE FUNCTION workforce_agreement_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A room goes with its town station.
    IF NOT EXISTS (SELECT FROM network_station WHERE id = NEW.station_id AND hub_id = NEW.hub_id AND tier <> 'room') THEN
        RAISE EXCEPTION 'the hub is the station''s' USING ERRCODE = '23514', CONSTRAINT = 'workforce_agreement_hub_of_station';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND (NEW.supervisor_id, NEW.station_id, NEW.supervisee_ids, NEW.kind,
           NEW.since, NEW.hours, NEW.price, NEW.goals) IS DISTINCT FROM (OLD.supervisor_id, OLD.station_id,
           OLD.supervisee_ids, OLD.kind, OLD.since, OLD.hours, OLD.price, OLD.goals) THEN
        RAISE EXCEPTION 'terms stand once in force' USING ERRCODE = '23514', CONSTRAINT = 'workforce_agreement_terms_stand';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state = 'ended' OR NEW.state <> OLD.state
           AND (OLD.state, NEW.state) NOT IN (('draft', 'running'), ('running', 'ended'))
           OR OLD.state = 'running' AND NEW.until > OLD.until) THEN
        RAISE EXCEPTION 'not a step of an agreement' USING ERRCODE = '23514', CONSTRAINT = 'workforce_agreement_step';
    END IF;
    IF NEW.supervisee_ids <> '{{}}' AND (TG_OP = 'INSERT' OR NEW.supervisee_ids <> OLD.supervisee_ids)
       AND (SELECT count(*) FROM workforce_worker w WHERE w.id = ANY (NEW.supervisee_ids) AND w.hub_id = NEW.hub_id)
           <> cardinality(NEW.supervisee_ids) THEN
        RAISE EXCEPTION 'supervisees work in the county' USING ERRCODE = '23514', CONSTRAINT = 'workforce_agreement_supervisees';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_agreement_guard BEFORE INSERT OR UPDATE ON workforce_supervisionagreement
    FOR EACH ROW EXECUTE FUNCTION workforce_agreement_guard();

-- A session is its agreement's: same people and place, within its days; held ones together within its hours, counted
-- under a lock so that two at once can't both be the last. What was held stays held.
CREATE FUNCTION workforce_session_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_agreement workforce_supervisionagreement;
    v_day date := (NEW.starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.state = 'held' AND (NEW.state, NEW.starts_at, NEW.ends_at) <> (OLD.state, OLD.starts_at, OLD.ends_at)
            OR OLD.state = 'cancelled' AND NEW.state <> 'cancelled') THEN
        RAISE EXCEPTION 'a session held or cancelled stays so' USING ERRCODE = '23514', CONSTRAINT = 'workforce_session_final';
    END IF;
    SELECT * INTO v_agreement FROM workforce_supervisionagreement WHERE id = NEW.agreement_id FOR NO KEY UPDATE;
    IF (NEW.supervisor_id, NEW.station_id, NEW.hub_id)
            <> (v_agreement.supervisor_id, v_agreement.station_id, v_agreement.hub_id) THEN
        RAISE EXCEPTION 'not as agreed' USING ERRCODE = '23514', CONSTRAINT = 'workforce_session_as_agreed';
    END IF;
    IF NEW.state <> 'cancelled' AND (v_agreement.state = 'draft' OR v_day < v_agreement.since OR v_day >= v_agreement.until) THEN
        RAISE EXCEPTION 'outside the agreement' USING ERRCODE = '23514', CONSTRAINT = 'workforce_session_within_agreement';
    END IF;
    IF NEW.state = 'held' AND v_agreement.hours * interval '1 hour' < NEW.ends_at - NEW.starts_at + coalesce(
            (SELECT sum(s.ends_at - s.starts_at) FROM workforce_supervisionsession s
             WHERE s.agreement_id = NEW.agreement_id AND s.state = 'held' AND s.id <> NEW.id), interval '0') THEN
        RAISE EXCEPTION 'beyond the agreed hours' USING ERRCODE = '23514', CONSTRAINT = 'workforce_session_within_agreed_hours';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_session_guard BEFORE INSERT OR UPDATE ON workforce_supervisionsession
    FOR EACH ROW EXECUTE FUNCTION workforce_session_guard();

CREATE FUNCTION workforce_advice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('open', 'acted'), ('acted', 'open'), ('acted', 'done'))
       OR (NEW.session_id, NEW.supervisor_id, NEW.text, NEW.responsible_id) <> (OLD.session_id, OLD.supervisor_id, OLD.text, OLD.responsible_id) THEN
        RAISE EXCEPTION 'not a step of an advice' USING ERRCODE = '23514', CONSTRAINT = 'workforce_advice_step';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_advice_guard BEFORE UPDATE ON workforce_supervisionadvice
    FOR EACH ROW EXECUTE FUNCTION workforce_advice_guard();

ALTER TABLE workforce_supervisionsession ADD CONSTRAINT workforce_session_with_supervisor UNIQUE (id, supervisor_id);
"""
UNGUARDED = """
ALTER TABLE workforce_supervisionsession DROP CONSTRAINT workforce_session_with_supervisor;
DROP TRIGGER workforce_advice_guard ON workforce_supervisionadvice; DROP FUNCTION workforce_advice_guard();
DROP TRIGGER workforce_session_guard ON workforce_supervisionsession; DROP FUNCTION workforce_session_guard();
DROP TRIGGER workforce_agreement_guard ON workforce_supervisionagreement; DROP FUNCTION workforce_agreement_guard();
"""

STAFF = "hub_id = ANY ((SELECT wall_staff_hubs())::int[])"
OFFICERS = "station_id = ANY ((SELECT wall_officered())::int[])"
COUNTY = "((SELECT wall_roles()) @> '{county}'::text[] AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
CITY = "(SELECT wall_roles()) @> '{city}'::text[]"
ME = "(SELECT wall_worker())"
EMPLOYED = "ANY ((SELECT wall_employees())::bigint[])"
SEEN_SESSION = "EXISTS (SELECT FROM workforce_supervisionsession s WHERE s.id = session_id AND {0})"
OFFICERS_OF_SESSION = OFFICERS.replace("station_id", "s.station_id")

# table -> (rights, seen, written)
TABLES = {
    "supervisorprofile": (
        "select, insert, update",
        f"{STAFF} OR worker_id = {ME} OR worker_id = {EMPLOYED} OR hub_ids && (SELECT wall_staff_hubs()) "
        "OR worker_id = ANY ((SELECT wall_supervision_partners())::bigint[])",
        f"worker_id = {ME} OR {COUNTY} OR {CITY}",
    ),
    "supervisionagreement": (
        "select, insert, update",
        f"{STAFF} OR supervisor_id = {ME} OR supervisor_id = {EMPLOYED}",
        f"{OFFICERS} OR {CITY}",
    ),
    "supervisionsession": (
        "select, insert, update",
        f"{STAFF} OR supervisor_id = {ME} OR supervisor_id = {EMPLOYED}",
        f"supervisor_id = {ME} OR {OFFICERS} OR {CITY}",
    ),
    "supervisionnote": (
        "select, insert, update",
        f"session_id = ANY ((SELECT wall_attended())::uuid[]) OR "
        + SEEN_SESSION.format(f"(s.supervisor_id = {ME} OR {OFFICERS_OF_SESSION})"),
        SEEN_SESSION.format(f"s.supervisor_id = {ME}"),
    ),
    "supervisionattendee": (
        "select, insert, update, delete",
        f"{STAFF} OR worker_id = {ME} OR supervisor_id = {ME} OR supervisor_id = {EMPLOYED}",
        SEEN_SESSION.format(f"(s.supervisor_id = {ME} OR {OFFICERS_OF_SESSION} OR {CITY})"),
    ),
    "supervisionadvice": (
        "select, insert, update",
        f"supervisor_id = {ME} OR responsible_id = {ME} OR {OFFICERS}",
        f"supervisor_id = {ME} OR responsible_id = {ME}",
    ),
    "supervisionadvicestep": (
        "select, insert",
        "EXISTS (SELECT FROM workforce_supervisionadvice a WHERE a.id = advice_id)",
        "by_id = wall_account() AND EXISTS (SELECT FROM workforce_supervisionadvice a WHERE a.id = advice_id "
        f"AND (a.supervisor_id = {ME} AND kind <> 'acted' OR a.responsible_id = {ME} AND kind = 'acted'))",
    ),
    # A head who supervises doesn't read what is said of the own sessions.
    "supervisionrating": (
        "select, insert",
        f"worker_id = {ME} OR {OFFICERS} AND NOT {SEEN_SESSION.format(f's.supervisor_id = {ME}')}",
        f"worker_id = {ME}",
    ),
    "supervisionhandover": (
        "select, insert, update",
        f"giver_id = {ME} OR taker_id = {ME} OR {OFFICERS}",
        f"giver_id = {ME} OR taker_id = {ME}",
    ),
}


def operations() -> list[object]:
    """Rights and policies, table by table."""
    made: list[object] = []
    for name, (rights, seen, written) in TABLES.items():
        table = f"workforce_{name}"
        made += [wall.grant(table, rights), wall.enable(table), wall.policy(table, "of_those_concerned", seen, written)]
    made.append(
        wall.policy(
            "workforce_worker", "partners_in_supervision",
            "id = ANY ((SELECT wall_supervision_partners())::bigint[])", command="SELECT",
        )
    )
    return made


class Migration(migrations.Migration):
    dependencies = [("workforce", "0015_supervision")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP VIEW workforce_supervisionhours, workforce_supervised; "
            "DROP FUNCTION wall_supervision_partners(), wall_officered(), wall_attended(), workforce_own_rating(date)",
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
        wall.composite_reference(
            "workforce_supervisionattendee", ["session_id", "supervisor_id"], "workforce_supervisionsession",
            ["id", "supervisor_id"], "workforce_attendee_of_session",
        ),
        wall.composite_reference(
            "workforce_supervisionrating", ["session_id", "worker_id"], "workforce_supervisionattendee",
            ["session_id", "worker_id"], "workforce_rating_by_attendee",
        ),
        *operations(),
    ]
