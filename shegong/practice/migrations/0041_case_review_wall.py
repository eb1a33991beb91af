"""The wall around cases put to review.

The station puts a case to a session of supervision; as long as the session's agreement runs, its supervisor may read
that case, its sheets and its records, wherever the supervisor comes from, and nothing else of the client or the station.
Nobody gets sight of a case by putting it to review: who puts it must see it already. A restricted file stays behind its
door for the supervisor as for everybody.
"""

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = f"""
-- Cases under review by the viewer today (in one session, or NULL for all), restricted ones among them.
CREATE FUNCTION wall_reviews(p_session uuid) RETURNS TABLE (case_id uuid, client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.client_id, k.hub_id, k.station_id
    FROM workforce_supervisionagreement a
    JOIN workforce_supervisionsession s ON s.agreement_id = a.id AND s.state <> 'cancelled'
    JOIN practice_casereview r ON r.session_id = s.id AND r.withdrawn_at IS NULL
    JOIN practice_case k ON k.id = r.case_id AND k.hub_id = r.hub_id
    WHERE wall_roles() @> '{{supervisor}}' AND a.supervisor_id = wall_worker()
      AND a.state = 'running' AND a.since <= wall_today() AND a.until > wall_today()
      AND (p_session IS NULL OR s.id = p_session)
$$;

-- Those of them that may be read: not restricted, or opened for a reason.
CREATE FUNCTION wall_reviewed_open() RETURNS TABLE (case_id uuid, client_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.case_id, v.client_id FROM wall_reviews(NULL) v JOIN practice_client c ON c.id = v.client_id AND c.hub_id = v.hub_id
    WHERE c.restricted_classes = '{{}}' OR EXISTS (
        SELECT FROM practice_restrictedlook l
        WHERE l.account_id = wall_account() AND l.client_id = c.id AND l.until > now())
$$;
CREATE FUNCTION wall_reviewed_cases() RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN wall_roles() @> '{{supervisor}}'
    THEN coalesce((SELECT array_agg(DISTINCT case_id) FROM wall_reviewed_open()), '{{}}') ELSE '{{}}'::uuid[] END
$$;
CREATE FUNCTION wall_reviewed_clients() RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN wall_roles() @> '{{supervisor}}'
    THEN coalesce((SELECT array_agg(DISTINCT client_id) FROM wall_reviewed_open()), '{{}}') ELSE '{{}}'::uuid[] END
$$;
"""

DOOR = """
CREATE OR REPLACE FUNCTION practice_restricted_file(p_number text, p_id uuid)
RETURNS TABLE (client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.hub_id, c.station_id FROM practice_client c
    WHERE (c.number = p_number OR c.id = p_id) AND c.restricted_classes <> '{}'
      AND (c.hub_id = ANY (wall_hubs()) OR c.station_id = ANY (wall_stations())
           OR EXISTS (SELECT FROM practice_case k
                      WHERE k.client_id = c.id AND k.moved AND k.station_id = ANY (wall_stations()))
           {})
$$;
"""
REVIEWED = "OR EXISTS (SELECT FROM wall_reviews(NULL) v WHERE v.client_id = c.id)"

GUARD = """
-- A case is put to review by who sees it, to a session of its own county that one of its workers attends or that is held
-- for its station; what was put stays what it was.
CREATE FUNCTION practice_review_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.session_id, NEW.case_id, NEW.put_by_id) <> (OLD.session_id, OLD.case_id, OLD.put_by_id)
           OR OLD.withdrawn_at IS NOT NULL THEN
            RAISE EXCEPTION 'a review stays what it was' USING ERRCODE = '23514', CONSTRAINT = 'practice_review_stays';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM workforce_supervisionsession s JOIN practice_case k ON k.id = NEW.case_id AND k.hub_id = NEW.hub_id
        JOIN network_station t ON t.id = k.station_id
        WHERE s.id = NEW.session_id AND s.hub_id = k.hub_id AND k.station_id = NEW.station_id AND s.state <> 'cancelled'
          AND (s.station_id IN (k.station_id, t.town_id) OR EXISTS (
              SELECT FROM workforce_supervisionattendee w WHERE w.session_id = s.id AND w.worker_id = k.worker_id))) THEN
        RAISE EXCEPTION 'not a case of this session' USING ERRCODE = '23514', CONSTRAINT = 'practice_review_of_station';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_review_guard BEFORE INSERT OR UPDATE ON practice_casereview
    FOR EACH ROW EXECUTE FUNCTION practice_review_guard();
"""

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
CASES = "ANY ((SELECT wall_reviewed_cases())::uuid[])"
CLIENTS = "ANY ((SELECT wall_reviewed_clients())::uuid[])"
SEES_CASE = "EXISTS (SELECT FROM practice_case k WHERE k.id = case_id AND k.hub_id = practice_casereview.hub_id)"


class Migration(migrations.Migration):
    dependencies = [("practice", "0040_case_review"), ("workforce", "0016_supervision_wall")]
    operations = [
        wall.composite_key("practice_casereview", ["id", "hub_id"]),
        wall.composite_reference(
            "practice_casereview", ["case_id", "hub_id"], "practice_case", ["id", "hub_id"],
            "practice_casereview_case_id_in_hub",
        ),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION wall_reviewed_cases(), wall_reviewed_clients(), wall_reviewed_open(), wall_reviews(uuid)",
        ),
        migrations.RunSQL(
            GUARD, "DROP TRIGGER practice_review_guard ON practice_casereview; DROP FUNCTION practice_review_guard()"
        ),
        migrations.RunSQL(DOOR.replace("{})\n$$", REVIEWED + ")\n$$"), DOOR.replace("{})\n$$", ")\n$$")),
        wall.grant("practice_casereview", "select, insert, update"),
        wall.enable("practice_casereview"),
        # The question that was put says something of the case: it is seen with it.
        wall.policy("practice_casereview", "with_its_case", SEES_CASE, f"{REACH} AND {SEES_CASE}"),
        wall.policy("practice_case", "read_in_review", f"id = {CASES}", command="SELECT"),
        wall.policy("practice_client", "read_in_review", f"id = {CLIENTS}", command="SELECT"),
        wall.policy("practice_servicerecord", "read_in_review", f"case_id = {CASES}", command="SELECT"),
        wall.policy(
            "practice_restrictedlook", "by_the_reviewer", None,
            "account_id = wall_account() AND client_id IN (SELECT v.client_id FROM wall_reviews(NULL) v)",
            command="INSERT",
        ),
    ]
