"""More doors for who has no account, each as narrow as its purpose; who of the staff may see what came in there; what
the database itself forbids; and how all of it is forgotten.

A visitor reaches what was left by its number and code alone; twenty wrong codes close it to the public.
"""

from django.db import migrations

from shegong.kernel import wall

WORDS = """
-- Whether a number and code fit an enquiry from here; a wrong code is counted.
CREATE FUNCTION portal_enquiry_known(p_number text, p_code bytea) RETURNS TABLE (id uuid, hub_id int, station_id int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT e.id, e.hub_id, e.station_id FROM practice_enquiry e
        WHERE e.number = p_number AND e.code_digest = p_code AND e.tries < 20 AND e.source = 'portal';
    IF NOT FOUND THEN
        UPDATE practice_enquiry e SET tries = e.tries + 1
        WHERE e.number = p_number AND e.source = 'portal' AND e.tries < 20;
    END IF;
END $$;
REVOKE ALL ON FUNCTION portal_enquiry_known(text, bytea) FROM PUBLIC;

-- What was said about an enquiry, for who knows its number and code; nobody's name.
CREATE FUNCTION portal_words(p_number text, p_code bytea) RETURNS TABLE (side text, text text, said_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.side::text, w.text, w.said_at FROM portal_enquiry_known(p_number, p_code) e
    JOIN portal_word w ON w.enquiry_id = e.id AND w.hub_id = e.hub_id ORDER BY w.said_at, w.id
$$;

-- The asker's word; false for who doesn't know the code, and for the eleventh word that nobody has answered.
CREATE FUNCTION portal_say(p_id uuid, p_number text, p_code bytea, p_text text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_enquiry record;
BEGIN
    SELECT * INTO v_enquiry FROM portal_enquiry_known(p_number, p_code);
    IF v_enquiry.id IS NULL THEN
        RETURN 'unknown';
    END IF;
    IF (SELECT count(*) FROM portal_word w WHERE w.enquiry_id = v_enquiry.id AND w.side = 'asker'
        AND w.said_at > coalesce((SELECT max(s.said_at) FROM portal_word s WHERE s.enquiry_id = v_enquiry.id
                                  AND s.side = 'station'), '-infinity')) >= 10 THEN
        RETURN 'full';
    END IF;
    INSERT INTO portal_word (id, hub_id, station_id, enquiry_id, side, text, said_at)
    VALUES (p_id, v_enquiry.hub_id, v_enquiry.station_id, v_enquiry.id, 'asker', p_text, p_at)
    ON CONFLICT (id) DO NOTHING;
    RETURN 'said';
END $$;
"""

COMPLAINTS = """
CREATE FUNCTION portal_leave_complaint(
    p_id uuid, p_number text, p_station int, p_about text, p_text text, p_name text, p_phone bytea, p_at timestamptz,
    p_day date, p_due date, p_code bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO portal_complaint (id, number, hub_id, station_id, town_id, about, text, name, phone, received_at,
        received_on, due_on, ruling, answer, code_digest, tries)
    SELECT p_id, p_number, s.hub_id, s.id, s.town_id, p_about, p_text, p_name, p_phone, p_at, p_day, p_due, '', '',
        p_code, 0
    FROM network_station s WHERE s.id = p_station AND s.stage IN ('built', 'running', 'suspended')
    ON CONFLICT (id) DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION portal_complaint_state(p_number text, p_code bytea)
RETURNS TABLE (received_on date, due_on date, ruling text, answer text, answered_on date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT c.received_on, c.due_on, c.ruling::text, c.answer, c.answered_on FROM portal_complaint c
        WHERE c.number = p_number AND c.code_digest = p_code AND c.tries < 20;
    IF NOT FOUND THEN
        UPDATE portal_complaint c SET tries = c.tries + 1 WHERE c.number = p_number AND c.tries < 20;
    END IF;
END $$;

-- What was complained of stays; an answer is final and in the own name. Only forgetting empties words.
CREATE FUNCTION portal_guard_complaint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF (OLD.number, OLD.hub_id, OLD.station_id, OLD.about, OLD.received_at, OLD.received_on, OLD.due_on)
       IS DISTINCT FROM
       (NEW.number, NEW.hub_id, NEW.station_id, NEW.about, NEW.received_at, NEW.received_on, NEW.due_on) THEN
        broken := 'portal_complaint_stays';
    ELSIF wall_account() IS NOT NULL AND (OLD.text, OLD.name, OLD.phone, OLD.code_digest)
          IS DISTINCT FROM (NEW.text, NEW.name, NEW.phone, NEW.code_digest) THEN
        broken := 'portal_complaint_stays';
    ELSIF OLD.ruling <> '' AND (OLD.ruling, OLD.answered_on, OLD.answered_by_id)
          IS DISTINCT FROM (NEW.ruling, NEW.answered_on, NEW.answered_by_id) THEN
        broken := 'portal_complaint_answer_is_final';
    ELSIF OLD.ruling = '' AND NEW.ruling <> '' AND NEW.answered_by_id IS DISTINCT FROM wall_account() THEN
        broken := 'portal_complaint_in_the_own_name';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'a complaint refuses this: %', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portal_guard_complaint BEFORE UPDATE ON portal_complaint
    FOR EACH ROW EXECUTE FUNCTION portal_guard_complaint();
"""

OWN_DATA = """
CREATE FUNCTION portal_leave_own_data(
    p_id uuid, p_number text, p_station int, p_kind text, p_name text, p_phone bytea, p_text text, p_at timestamptz,
    p_day date, p_due date, p_code bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO portal_owndatarequest (id, number, hub_id, station_id, kind, name, phone, text, received_at,
        received_on, due_on, state, note, content, code_digest, tries)
    SELECT p_id, p_number, s.hub_id, s.id, p_kind, p_name, p_phone, p_text, p_at, p_day, p_due, 'left', '', ''::bytea,
        p_code, 0
    FROM network_station s WHERE s.id = p_station AND s.stage IN ('built', 'running')
    ON CONFLICT (id) DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION portal_own_data_state(p_number text, p_code bytea)
RETURNS TABLE (kind text, state text, due_on date, note text, outcome text, answer text, answered_on date,
               open_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT o.kind::text, o.state::text, o.due_on, o.note::text, coalesce(r.outcome, '')::text,
            coalesce(r.answer, ''), r.answered_on, o.open_until
        FROM portal_owndatarequest o
        LEFT JOIN practice_subjectrequest r ON r.id = o.request_id AND r.hub_id = o.hub_id
        WHERE o.number = p_number AND o.code_digest = p_code AND o.tries < 20;
    IF NOT FOUND THEN
        UPDATE portal_owndatarequest o SET tries = o.tries + 1 WHERE o.number = p_number AND o.tries < 20;
    END IF;
END $$;

-- What was asked to be seen, sealed as it lies, for who has the code that the worker handed over, for its day.
CREATE FUNCTION portal_own_data(p_number text, p_open bytea, p_at timestamptz) RETURNS TABLE (content bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT o.content FROM portal_owndatarequest o
        WHERE o.number = p_number AND o.open_digest = p_open AND o.open_until > p_at AND o.tries < 20;
    IF NOT FOUND THEN
        UPDATE portal_owndatarequest o SET tries = o.tries + 1 WHERE o.number = p_number AND o.tries < 20;
    END IF;
END $$;

-- The identity was checked: from here on it is the officer's request about this file. What was asked to be seen is
-- answered at once, by who hands it over.
CREATE FUNCTION portal_pass_on(
    p_own uuid, p_request uuid, p_client uuid, p_contact bytea, p_text text, p_answer text, p_at timestamptz,
    p_today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_own portal_owndatarequest;
BEGIN
    SELECT * INTO v_own FROM portal_owndatarequest WHERE id = p_own FOR UPDATE;
    IF v_own.id IS NULL OR v_own.state <> 'left' OR wall_account() IS NULL
       OR NOT wall_roles() && '{worker,head}'::text[]
       OR NOT (v_own.hub_id = ANY (wall_hubs()::int[]) OR v_own.station_id = ANY (wall_stations()::int[]))
       OR NOT EXISTS (SELECT FROM practice_client c WHERE c.id = p_client AND c.hub_id = v_own.hub_id
                      AND c.state NOT IN ('merged', 'erased')
                      AND (c.hub_id = ANY (wall_hubs()::int[]) OR c.station_id = ANY (wall_stations()::int[]))) THEN
        RAISE EXCEPTION 'not to be passed on' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO practice_subjectrequest (id, hub_id, station_id, kind, asker, client_id, contact, text, received_on,
        due_on, recorded_at, recorded_by_id, outcome, answer, answered_on, answered_by_id)
    SELECT p_request, v_own.hub_id, c.station_id, v_own.kind, 'self', p_client, p_contact, p_text, v_own.received_on,
        v_own.due_on, p_at, wall_account(), CASE WHEN p_answer = '' THEN '' ELSE 'granted' END, p_answer,
        CASE WHEN p_answer <> '' THEN p_today END, CASE WHEN p_answer <> '' THEN wall_account() END
    FROM practice_client c WHERE c.id = p_client AND c.hub_id = v_own.hub_id;
    UPDATE portal_owndatarequest SET state = 'checked', decided_at = p_at, decided_by_id = wall_account(),
        client_id = p_client, request_id = p_request WHERE id = p_own;
END $$;

-- What was decided about a request left here stays; nobody opens it to a code before the identity was checked.
CREATE FUNCTION portal_guard_own_data() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'left' AND (OLD.state, OLD.client_id, OLD.request_id, OLD.decided_by_id)
       IS DISTINCT FROM (NEW.state, NEW.client_id, NEW.request_id, NEW.decided_by_id)
       OR (OLD.number, OLD.kind, OLD.hub_id, OLD.station_id, OLD.received_on, OLD.due_on)
       IS DISTINCT FROM (NEW.number, NEW.kind, NEW.hub_id, NEW.station_id, NEW.received_on, NEW.due_on) THEN
        RAISE EXCEPTION 'what was decided stays' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'portal_owndata_decided_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portal_guard_own_data BEFORE UPDATE ON portal_owndatarequest
    FOR EACH ROW EXECUTE FUNCTION portal_guard_own_data();
"""

ACTIVITIES = """
-- Activities that anybody may come to: planned, ahead, for no restricted group; with the places that are left (null
-- where nobody counts them).
CREATE FUNCTION portal_activities(p_stations int[], p_from timestamptz, p_until timestamptz, p_one uuid)
RETURNS TABLE (id uuid, station_id int, title text, target text, purpose text, venue text, starts_at timestamptz,
               minutes int, places_left int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.station_id, a.title::text, a.target::text, a.purpose, a.venue::text, a.starts_at, a.minutes::int,
        CASE WHEN a.capacity IS NOT NULL THEN greatest(a.capacity - (
            SELECT count(*) FROM practice_activitysignup s
            WHERE s.activity_id = a.id AND s.hub_id = a.hub_id AND s.state = 'signed'), 0)::int END
    FROM practice_activity a
    WHERE a.station_id = ANY (p_stations) AND a.state = 'planned' AND a.starts_at > p_from AND a.starts_at < p_until
      AND (p_one IS NULL OR a.id = p_one)
      AND NOT EXISTS (SELECT FROM catalogue_populationgroup g WHERE g.id = a.group_id AND g.restricted_class <> '')
    ORDER BY a.starts_at, a.id LIMIT 100
$$;

CREATE FUNCTION portal_activity_station(p_activity uuid) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.station_id FROM practice_activity a WHERE a.id = p_activity
$$;

-- Signs somebody up by name and telephone: signed, waitlisted, again (on the list already), or closed. The activity's
-- row is locked, as staff's own sign-up does, so that no place is given twice.
CREATE FUNCTION portal_sign_up(
    p_id uuid, p_activity uuid, p_name bytea, p_phone bytea, p_digest bytea, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_activity practice_activity;
    v_state text := 'signed';
BEGIN
    SELECT a.* INTO v_activity FROM practice_activity a
    WHERE a.id = p_activity AND a.state = 'planned' AND a.starts_at > p_at
      AND NOT EXISTS (SELECT FROM catalogue_populationgroup g WHERE g.id = a.group_id AND g.restricted_class <> '')
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    IF EXISTS (SELECT FROM portal_guest g JOIN practice_activitysignup s ON s.id = g.signup_id AND s.hub_id = g.hub_id
               WHERE g.activity_id = p_activity AND g.phone_digest = p_digest AND s.state <> 'cancelled') THEN
        RETURN 'again';
    END IF;
    DELETE FROM portal_guest WHERE activity_id = p_activity AND phone_digest = p_digest;
    IF v_activity.capacity IS NOT NULL AND (SELECT count(*) FROM practice_activitysignup s
        WHERE s.activity_id = p_activity AND s.hub_id = v_activity.hub_id AND s.state = 'signed')
        >= v_activity.capacity THEN
        v_state := 'waitlisted';
    END IF;
    INSERT INTO practice_activitysignup (id, hub_id, station_id, activity_id, name, phone, state, signed_at)
    VALUES (p_id, v_activity.hub_id, v_activity.station_id, p_activity, p_name, p_phone, v_state, p_at);
    INSERT INTO portal_guest (signup_id, hub_id, station_id, activity_id, phone_digest)
    VALUES (p_id, v_activity.hub_id, v_activity.station_id, p_activity, p_digest);
    RETURN v_state;
END $$;
"""

FORGET = """
-- The words go with those of their enquiry; a request about own data with the file.
CREATE FUNCTION portal_forget_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM portal_word w WHERE w.enquiry_id = NEW.id AND w.hub_id = NEW.hub_id;
    RETURN NULL;
END $$;
CREATE TRIGGER portal_forget_words AFTER UPDATE OF need ON practice_enquiry
    FOR EACH ROW WHEN (OLD.need <> '—' AND NEW.need = '—') EXECUTE FUNCTION portal_forget_words();

CREATE FUNCTION portal_forget_own_data() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE portal_owndatarequest o SET name = '—', phone = ''::bytea, text = '', content = ''::bytea,
        open_digest = NULL, open_until = NULL
    WHERE o.hub_id = NEW.hub_id AND o.client_id IN (
        SELECT c.id FROM practice_client c WHERE c.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER portal_forget_own_data AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (OLD.state <> 'erased' AND NEW.state = 'erased') EXECUTE FUNCTION portal_forget_own_data();

CREATE FUNCTION portal_forget_guest() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM portal_guest g WHERE g.signup_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER portal_forget_guest AFTER DELETE ON practice_activitysignup
    FOR EACH ROW EXECUTE FUNCTION portal_forget_guest();

-- What lay open for a day closes; complaints and requests that came to nothing are forgotten as enquiries are, so many
-- years after their answer. The owner's.
CREATE FUNCTION portal_forget_expired(p_today date, p_at timestamptz) RETURNS TABLE (kind text, hub_id int, times bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_over date := p_today - (SELECT make_interval(years => years) FROM practice_retentionrule r
                              WHERE r.kind = 'enquiry');
BEGIN
    UPDATE portal_owndatarequest o SET content = ''::bytea, open_digest = NULL, open_until = NULL
    WHERE o.open_until <= p_at;
    RETURN QUERY
        WITH gone AS (
            UPDATE portal_complaint c SET text = '—', name = '', phone = ''::bytea, answer = '—', code_digest = NULL
            WHERE c.answered_on < v_over AND c.text <> '—' RETURNING c.hub_id)
        SELECT 'complaint', g.hub_id, count(*) FROM gone g GROUP BY g.hub_id;
    RETURN QUERY
        WITH gone AS (
            UPDATE portal_owndatarequest o SET name = '—', phone = ''::bytea, text = '', code_digest = NULL,
                note = CASE WHEN o.note = '' THEN '' ELSE '—' END
            WHERE o.due_on < v_over AND o.name <> '—' RETURNING o.hub_id)
        SELECT 'own_data', g.hub_id, count(*) FROM gone g GROUP BY g.hub_id;
END $$;
REVOKE ALL ON FUNCTION portal_forget_expired(date, timestamptz) FROM PUBLIC;
"""

SPANS = """
-- Days and places for the readings: no words and no people. An answer is the station's first word, or the decision.
CREATE VIEW portal_asked AS
SELECT e.hub_id, s.town_id, e.station_id, e.received_on,
    greatest(ceil(extract(epoch FROM least(e.decided_at, (
        SELECT min(w.said_at) FROM portal_word w WHERE w.enquiry_id = e.id AND w.side = 'station')) - e.received_at)
        / 60), 0)::int AS minutes
FROM practice_enquiry e JOIN network_station s ON s.id = e.station_id WHERE e.source = 'portal';
GRANT SELECT ON portal_asked TO shegong_app;
CREATE VIEW portal_complained AS
SELECT c.hub_id, c.town_id, c.station_id, c.received_on, c.due_on, c.answered_on FROM portal_complaint c;
GRANT SELECT ON portal_complained TO shegong_app;
CREATE TRIGGER portal_restamp AFTER INSERT ON practice_enquiry
    FOR EACH ROW WHEN (NEW.source = 'portal') EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER portal_restamp_decided AFTER UPDATE OF decided_at ON practice_enquiry
    FOR EACH ROW WHEN (NEW.source = 'portal') EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON portal_complaint
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER indicators_restamp AFTER INSERT OR DELETE OR TRUNCATE ON portal_word
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
"""
DOORS = (
    "portal_words(text, bytea)",
    "portal_say(uuid, text, bytea, text, timestamptz)",
    "portal_leave_complaint(uuid, text, int, text, text, text, bytea, timestamptz, date, date, bytea)",
    "portal_complaint_state(text, bytea)",
    "portal_leave_own_data(uuid, text, int, text, text, bytea, text, timestamptz, date, date, bytea)",
    "portal_own_data_state(text, bytea)",
    "portal_own_data(text, bytea, timestamptz)",
    "portal_pass_on(uuid, uuid, uuid, bytea, text, text, timestamptz, date)",
    "portal_activities(int[], timestamptz, timestamptz, uuid)",
    "portal_activity_station(uuid)",
    "portal_sign_up(uuid, uuid, bytea, bytea, bytea, timestamptz)",
)
OPEN = "".join(
    f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {door} TO shegong_app;\n" for door in DOORS
)
BEFORE = (
    """
DROP TRIGGER portal_restamp ON practice_enquiry;
DROP TRIGGER portal_restamp_decided ON practice_enquiry;
DROP TRIGGER indicators_restamp ON portal_complaint;
DROP TRIGGER indicators_restamp ON portal_word;
DROP TRIGGER portal_forget_words ON practice_enquiry;
DROP TRIGGER portal_forget_own_data ON practice_client;
DROP TRIGGER portal_forget_guest ON practice_activitysignup;
DROP TRIGGER portal_guard_complaint ON portal_complaint;
DROP TRIGGER portal_guard_own_data ON portal_owndatarequest;
DROP VIEW portal_asked;
DROP VIEW portal_complained;
"""
    + "".join(f"DROP FUNCTION {door};\n" for door in DOORS)
    + """
DROP FUNCTION portal_enquiry_known(text, bytea), portal_guard_complaint(), portal_guard_own_data(),
    portal_forget_words(), portal_forget_own_data(), portal_forget_guest(), portal_forget_expired(date, timestamptz);
"""
)

ROLES = "(SELECT wall_roles())"
REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
ANSWERERS = f"{ROLES} @> '{{city}}' OR {ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[])"
KEEPERS = f"{ROLES} && '{{worker,head}}' AND {REACH}"
SEEN = f"{ROLES} @> '{{dpo}}' OR {ROLES} && '{{worker,head,county}}' AND {REACH}"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_words_complaints_and_own_data"),
        ("practice", "0050_sight_by_agreement"),
        ("indicators", "0006_stock_stamp"),
    ]
    operations = [
        wall.composite_reference(
            "portal_word", ["enquiry_id", "hub_id"], "practice_enquiry", ["id", "hub_id"], "portal_word_of_enquiry_in_hub",
            on_delete="CASCADE",
        ),
        wall.composite_reference(
            "portal_owndatarequest", ["client_id", "hub_id"], "practice_client", ["id", "hub_id"],
            "portal_owndata_client_in_hub",
        ),
        wall.composite_reference(
            "portal_owndatarequest", ["request_id", "hub_id"], "practice_subjectrequest", ["id", "hub_id"],
            "portal_owndata_request_in_hub",
        ),
        migrations.RunSQL(WORDS + COMPLAINTS + OWN_DATA + ACTIVITIES + FORGET + SPANS + OPEN, BEFORE),
        wall.grant("portal_word", "select, insert"),
        wall.enable("portal_word"),
        wall.policy("portal_word", "seen_with_its_enquiry", REACH, command="SELECT"),
        wall.policy(
            "portal_word", "said_in_the_own_name", None,
            f"side = 'station' AND by_id = (SELECT wall_account()) AND {KEEPERS}", "INSERT",
        ),
        wall.grant("portal_complaint", "select, update"),
        wall.enable("portal_complaint"),
        wall.policy("portal_complaint", "seen_by_who_answers", ANSWERERS, command="SELECT"),
        wall.policy("portal_complaint", "answered_by_officers", ANSWERERS, command="UPDATE"),
        wall.grant("portal_owndatarequest", "select, update"),
        wall.enable("portal_owndatarequest"),
        wall.policy("portal_owndatarequest", "seen_by_who_checks", SEEN, command="SELECT"),
        wall.policy("portal_owndatarequest", "checked_face_to_face", KEEPERS, command="UPDATE"),
        wall.enable("portal_guest"),
    ]  # fmt: skip
