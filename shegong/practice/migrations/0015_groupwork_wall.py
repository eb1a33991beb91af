"""Keys that include the county, the wall around group and community work, and what the database holds of their rules:
no session without an approved group, a plan and somebody who came; stages never go back; a held session keeps somebody
who came. Files of one person that are joined take their groups with them.
"""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OPEN = "client_id <> ALL ((SELECT wall_hidden())::uuid[])"

KEYED_BY_ID = (
    "practice_socialgroup", "practice_groupmember", "practice_groupsession", "practice_activityseries",
    "practice_activity", "practice_activitysignup", "practice_budgetline", "practice_resourcelink",
)
IN_REACH = (
    "practice_socialgroup", "practice_activityseries", "practice_activity", "practice_budgetline",
    "practice_resourcelink",
)
DELETABLE = ("practice_budgetline", "practice_resourcelink")
REFERENCES = (
    ("practice_groupmember", "social_group_id", "practice_socialgroup"),
    ("practice_groupmember", "client_id", "practice_client"),
    ("practice_groupsession", "social_group_id", "practice_socialgroup"),
    ("practice_groupsession", "record_id", "practice_servicerecord"),
    ("practice_sessionattendance", "session_id", "practice_groupsession"),
    ("practice_sessionattendance", "client_id", "practice_client"),
    ("practice_activity", "series_id", "practice_activityseries"),
    ("practice_activity", "record_id", "practice_servicerecord"),
    ("practice_activitysignup", "activity_id", "practice_activity"),
    ("practice_activitysignup", "client_id", "practice_client"),
    ("practice_budgetline", "social_group_id", "practice_socialgroup"),
    ("practice_budgetline", "activity_id", "practice_activity"),
    ("practice_resourcelink", "activity_id", "practice_activity"),
)

GUARDS = """
ALTER TABLE practice_activitysignup ADD CONSTRAINT practice_activitysignup_of_somebody
    CHECK (client_id IS NOT NULL OR length(name) > 0);

CREATE FUNCTION practice_guard_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_order text[] := ARRAY['preparation', 'formation', 'transition', 'mature', 'ending'];
    v_place int := array_position(v_order, NEW.stage::text);
BEGIN
    IF NEW.state <> 'cancelled' AND EXISTS (
        SELECT FROM practice_groupsession s
        WHERE s.social_group_id = NEW.social_group_id AND s.hub_id = NEW.hub_id AND s.id <> NEW.id
          AND s.state <> 'cancelled'
          AND (s.number < NEW.number AND array_position(v_order, s.stage::text) > v_place
               OR s.number > NEW.number AND array_position(v_order, s.stage::text) < v_place)) THEN
        RAISE EXCEPTION 'a group''s stages don''t go back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_groupsession_stages_in_order';
    END IF;
    IF NEW.state = 'held' AND (TG_OP = 'INSERT' OR OLD.state <> 'held') THEN
        IF NOT EXISTS (SELECT FROM practice_socialgroup g WHERE g.id = NEW.social_group_id AND g.hub_id = NEW.hub_id
                         AND g.state IN ('recruiting', 'running')) THEN
            RAISE EXCEPTION 'only an approved group that goes on meets'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_groupsession_group_approved';
        END IF;
        IF NOT EXISTS (SELECT FROM practice_sessionattendance a WHERE a.session_id = NEW.id AND a.hub_id = NEW.hub_id
                         AND a.presence IN ('present', 'late')) THEN
            RAISE EXCEPTION 'a session that nobody came to wasn''t held'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_groupsession_attended';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_guard_session BEFORE INSERT OR UPDATE ON practice_groupsession
    FOR EACH ROW EXECUTE FUNCTION practice_guard_session();

CREATE FUNCTION practice_guard_attendance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.presence IN ('present', 'late') AND EXISTS (
        SELECT FROM practice_groupsession s WHERE s.id = OLD.session_id AND s.hub_id = OLD.hub_id AND s.state = 'held')
       AND NOT EXISTS (
        SELECT FROM practice_sessionattendance a WHERE a.session_id = OLD.session_id AND a.hub_id = OLD.hub_id
          AND a.presence IN ('present', 'late')) THEN
        RAISE EXCEPTION 'a session that nobody came to wasn''t held'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_groupsession_attended';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_guard_attendance AFTER UPDATE OR DELETE ON practice_sessionattendance
    FOR EACH ROW EXECUTE FUNCTION practice_guard_attendance();
"""

MERGES = """
-- What hangs on a client's file here goes with it when two files are joined, and back when they are parted. Where both
-- files are in one group, session or list, the merged file's row stays and is shown to nobody.
CREATE FUNCTION practice_gatherings_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_from uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.merged_id ELSE NEW.kept_id END;
    v_to uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.kept_id ELSE NEW.merged_id END;
    v_moved jsonb := CASE TG_OP WHEN 'INSERT' THEN '{}' ELSE NEW.moved END;
    v_found jsonb;
    v_table text;
    v_of text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['practice_groupmember', 'practice_activitysignup', 'practice_sessionattendance'] LOOP
        v_of := CASE v_table WHEN 'practice_groupmember' THEN 'social_group_id'
                             WHEN 'practice_activitysignup' THEN 'activity_id' ELSE 'session_id' END;
        EXECUTE format(
            'WITH moved AS (
                 UPDATE %1$I m SET client_id = $1 WHERE m.client_id = $2 AND m.hub_id = $3
                   AND NOT EXISTS (SELECT FROM %1$I k WHERE k.client_id = $1 AND k.hub_id = $3 AND k.%2$I = m.%2$I)
                   AND ($4 IS NULL OR m.%2$I::text IN (SELECT jsonb_array_elements_text($4)))
                 RETURNING m.%2$I)
             SELECT coalesce(jsonb_agg(%2$I), ''[]'') FROM moved', v_table, v_of)
        INTO v_found USING v_to, v_from, NEW.hub_id,
            CASE TG_OP WHEN 'INSERT' THEN NULL ELSE coalesce(v_moved -> v_table, '[]') END;
        v_moved := v_moved || jsonb_build_object(v_table, v_found);
    END LOOP;
    IF TG_OP = 'INSERT' THEN
        UPDATE practice_clientmerge SET moved = moved || v_moved WHERE id = NEW.id AND hub_id = NEW.hub_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER practice_gatherings_join AFTER INSERT ON practice_clientmerge
    FOR EACH ROW EXECUTE FUNCTION practice_gatherings_follow();
CREATE TRIGGER practice_gatherings_part AFTER UPDATE OF undone_at ON practice_clientmerge
    FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL)
    EXECUTE FUNCTION practice_gatherings_follow();
"""

ERASURE = """
-- Of somebody whose file was erased nothing personal stays here either; that somebody came does.
CREATE FUNCTION practice_gatherings_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids uuid[] := ARRAY(SELECT c.id FROM practice_client c
                          WHERE c.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id));
BEGIN
    UPDATE practice_groupmember SET reason = CASE WHEN reason = '' THEN '' ELSE '—' END, outcome_note = ''
    WHERE hub_id = NEW.hub_id AND client_id = ANY (v_ids);
    UPDATE practice_sessionattendance SET reason = '', note = ''
    WHERE hub_id = NEW.hub_id AND client_id = ANY (v_ids);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_gatherings_forget AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (OLD.state <> 'erased' AND NEW.state = 'erased') EXECUTE FUNCTION practice_gatherings_forget();
"""

FEEDS = """
-- Whose calendar a secret address is. Asked before anybody is known, so it tells nothing else.
CREATE FUNCTION practice_feed(p_digest bytea) RETURNS TABLE (account_id bigint, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.account_id, f.station_id FROM practice_calendarfeed f
    WHERE f.digest = p_digest AND f.revoked_at IS NULL
$$;
REVOKE ALL ON FUNCTION practice_feed(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_feed(bytea) TO shegong_app;
"""

FUNCTIONS = (
    (GUARDS, """
        DROP TRIGGER practice_guard_session ON practice_groupsession;
        DROP TRIGGER practice_guard_attendance ON practice_sessionattendance;
        DROP FUNCTION practice_guard_session(), practice_guard_attendance();
        ALTER TABLE practice_activitysignup DROP CONSTRAINT practice_activitysignup_of_somebody"""),
    (MERGES, """
        DROP TRIGGER practice_gatherings_join ON practice_clientmerge;
        DROP TRIGGER practice_gatherings_part ON practice_clientmerge;
        DROP FUNCTION practice_gatherings_follow()"""),
    (ERASURE, """
        DROP TRIGGER practice_gatherings_forget ON practice_client;
        DROP FUNCTION practice_gatherings_forget()"""),
    (FEEDS, "DROP FUNCTION practice_feed(bytea)"),
)


def keys() -> list[object]:
    """Keys (…, hub_id) and references that include the hub."""
    return [
        *(wall.composite_key(table, ["id", "hub_id"]) for table in KEYED_BY_ID),
        migrations.RunSQL(
            "ALTER TABLE practice_sessionattendance DROP CONSTRAINT practice_sessionattendance_pkey, "
            "ADD PRIMARY KEY (session_id, client_id, hub_id)",
            "ALTER TABLE practice_sessionattendance DROP CONSTRAINT practice_sessionattendance_pkey, "
            "ADD PRIMARY KEY (session_id, client_id)",
        ),
        *(
            wall.composite_reference(table, [column, "hub_id"], to, ["id", "hub_id"], f"{table}_{column}_in_hub")
            for table, column, to in REFERENCES
        ),
    ]


def policies() -> list[object]:
    """Rights and policies, table by table."""
    made: list[object] = []
    for table in (*KEYED_BY_ID, "practice_sessionattendance", "practice_calendarfeed"):
        rights = "select, insert, update" + (", delete" if table in DELETABLE else "")
        made += [wall.grant(table, rights), wall.enable(table)]
    made += [wall.policy(table, "within_reach", REACH) for table in IN_REACH]
    made += [
        wall.policy(table, "within_reach_and_open", f"{REACH} AND {OPEN}", REACH)
        for table in ("practice_groupmember", "practice_sessionattendance")
    ]
    return [
        *made,
        wall.policy(
            "practice_activitysignup", "within_reach_and_open", f"{REACH} AND (client_id IS NULL OR {OPEN})", REACH
        ),
        # What was written about a session is hidden with its record, when a restricted client took part in it.
        wall.policy(
            "practice_groupsession", "within_reach_and_open",
            f"""{REACH} AND (record_id IS NULL OR EXISTS (
                SELECT FROM practice_servicerecord r
                WHERE r.id = record_id AND r.hub_id = practice_groupsession.hub_id))""",
            REACH,
        ),
        wall.policy("practice_calendarfeed", "own_feeds", "account_id = wall_account()"),
    ]


class Migration(migrations.Migration):
    dependencies = [("practice", "0014_groupwork")]
    operations = [*keys(), *(migrations.RunSQL(*pair) for pair in FUNCTIONS), *policies()]
