"""Keys that include the county, references, the wall and the one door for evaluations.

An evaluation is seen with the case, member, activity or record that it is about, so that a restricted file's stay hidden
with it. Who holds a link has no account: two functions tell what it asks about (nobody's name) and keep one evaluation.
"""

from django.db import migrations

from shegong.kernel import wall

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OWNERS = {
    "case_id": "practice_case",
    "member_id": "practice_groupmember",
    "activity_id": "practice_activity",
    "record_id": "practice_servicerecord",
}
TABLES = ("practice_evaluationlink", "practice_evaluation")


def with_its_owner(table: str) -> str:
    """The owner's own policy decides."""
    return " OR ".join(
        f"({column} IS NOT NULL AND EXISTS (SELECT FROM {owner} o WHERE o.id = {column} AND o.hub_id = {table}.hub_id))"
        for column, owner in OWNERS.items()
    )


FUNCTIONS = """
-- What a link asks about: 'open', 'used' or 'over', by which channel, where, and which service on which day. No row for
-- a link that there isn't.
CREATE FUNCTION practice_evaluation_asked(p_digest bytea, p_now timestamptz)
RETURNS TABLE (state text, of text, channel text, station_id int, service_id int, on_day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN l.used_at IS NOT NULL THEN 'used' WHEN l.expires_at <= p_now THEN 'over' ELSE 'open' END,
           CASE WHEN l.case_id IS NOT NULL THEN 'case' WHEN l.member_id IS NOT NULL THEN 'member'
                WHEN l.activity_id IS NOT NULL THEN 'activity' ELSE 'record' END,
           l.channel::text, coalesce(k.station_id, m.station_id, a.station_id, r.station_id)::int,
           coalesce(g.service_id, a.service_id, r.service_id)::int,
           coalesce(r.served_on, (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date)
    FROM practice_evaluationlink l
    LEFT JOIN practice_case k ON k.id = l.case_id AND k.hub_id = l.hub_id
    LEFT JOIN practice_groupmember m ON m.id = l.member_id AND m.hub_id = l.hub_id
    LEFT JOIN practice_socialgroup g ON g.id = m.social_group_id AND g.hub_id = l.hub_id
    LEFT JOIN practice_activity a ON a.id = l.activity_id AND a.hub_id = l.hub_id
    LEFT JOIN practice_servicerecord r ON r.id = l.record_id AND r.hub_id = l.hub_id
    WHERE l.digest = p_digest
$$;

-- One evaluation by a link, at the station that gives the service now: 'saved', 'known' when this key came before, 'used',
-- 'over', or '' for a link that there isn't.
CREATE FUNCTION practice_evaluation_given(
    p_digest bytea, p_key uuid, p_score int, p_better int, p_comment text, p_said_by text, p_today date,
    p_now timestamptz
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_link practice_evaluationlink;
    v_asked record;
BEGIN
    SELECT * INTO v_link FROM practice_evaluationlink WHERE digest = p_digest FOR UPDATE;
    IF NOT FOUND THEN
        RETURN '';
    END IF;
    IF EXISTS (SELECT FROM practice_evaluation e
               WHERE e.id = p_key AND e.hub_id = v_link.hub_id AND e.link_id = v_link.id) THEN
        RETURN 'known';
    END IF;
    SELECT * INTO v_asked FROM practice_evaluation_asked(p_digest, p_now);
    IF v_asked.state <> 'open' THEN
        RETURN v_asked.state;
    END IF;
    INSERT INTO practice_evaluation (
        id, hub_id, station_id, case_id, member_id, activity_id, record_id, evaluated_on, score, better, comment,
        said_by, channel, link_id, recorded_at, recorded_by_id)
    VALUES (p_key, v_link.hub_id, v_asked.station_id, v_link.case_id, v_link.member_id, v_link.activity_id,
            v_link.record_id, p_today, p_score, p_better, p_comment, p_said_by, v_link.channel, v_link.id, p_now, NULL);
    UPDATE practice_evaluationlink SET used_at = p_now WHERE id = v_link.id AND hub_id = v_link.hub_id;
    RETURN 'saved';
END $$;

-- Of somebody whose file was erased the words go and the links end; that somebody was content or not stays counted.
CREATE FUNCTION practice_evaluations_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids uuid[] := ARRAY(SELECT c.id FROM practice_client c
                          WHERE c.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id));
    v_cases uuid[] := ARRAY(SELECT k.id FROM practice_case k
                            WHERE k.hub_id = NEW.hub_id AND k.client_id = ANY (v_ids));
    v_members uuid[] := ARRAY(SELECT m.id FROM practice_groupmember m
                              WHERE m.hub_id = NEW.hub_id AND m.client_id = ANY (v_ids));
    v_records uuid[] := ARRAY(SELECT p.record_id FROM practice_recordclient p
                              WHERE p.hub_id = NEW.hub_id AND p.client_id = ANY (v_ids));
BEGIN
    UPDATE practice_evaluation SET comment = '' WHERE hub_id = NEW.hub_id
      AND (case_id = ANY (v_cases) OR member_id = ANY (v_members) OR record_id = ANY (v_records));
    UPDATE practice_evaluationlink SET expires_at = least(expires_at, now()) WHERE hub_id = NEW.hub_id
      AND (case_id = ANY (v_cases) OR member_id = ANY (v_members) OR record_id = ANY (v_records));
    RETURN NULL;
END $$;
CREATE TRIGGER practice_evaluations_forget AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (OLD.state <> 'erased' AND NEW.state = 'erased') EXECUTE FUNCTION practice_evaluations_forget();
"""
UNDO = """
DROP TRIGGER practice_evaluations_forget ON practice_client;
DROP FUNCTION practice_evaluations_forget();
DROP FUNCTION practice_evaluation_given(bytea, uuid, int, int, text, text, date, timestamptz);
DROP FUNCTION practice_evaluation_asked(bytea, timestamptz);
"""
DOORS = (
    "practice_evaluation_asked(bytea, timestamptz)",
    "practice_evaluation_given(bytea, uuid, int, int, text, text, date, timestamptz)",
)


def walled() -> list[object]:
    """Keys, references, rights and policies of both tables."""
    made: list[object] = []
    for table in TABLES:
        made.append(wall.composite_key(table, ["id", "hub_id"]))
        made += [
            wall.composite_reference(table, [column, "hub_id"], to, ["id", "hub_id"], f"{table}_{column}_in_hub")
            for column, to in OWNERS.items()
        ]
        seen = with_its_owner(table)
        made += [
            wall.grant(table, "select, insert"),
            wall.enable(table),
            wall.policy(table, "with_its_owner", seen, f"{REACH} AND ({seen})"),
        ]
    return made


class Migration(migrations.Migration):
    dependencies = [("practice", "0020_evaluation")]
    operations = [
        *walled(),
        wall.composite_reference(
            "practice_evaluation", ["link_id", "hub_id"], "practice_evaluationlink", ["id", "hub_id"],
            "practice_evaluation_link_id_in_hub",
        ),
        migrations.RunSQL(FUNCTIONS, UNDO),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO {wall.APPLICATION_ROLE}",
                migrations.RunSQL.noop,
            )
            for each in DOORS
        ],
    ]
