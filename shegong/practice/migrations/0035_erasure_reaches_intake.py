"""Erasing a file reaches enquiries and referrals too; and what belongs to no file has a time of its own.

Enquiries that never became a file, names in surveys, sign-ups of people without a file and closed reports are forgotten
when their time is over, by a function of the owner's that runs by itself (shegong/practice/tasks.py). What is counted
stays.
"""

from django.db import migrations, models

from shegong.kernel import schema

KINDS = [
    ("file", "一般服务档案"),
    ("case", "有个案的档案"),
    ("minor", "未成年人档案"),
    ("enquiry", "没有建档的咨询和转介"),
    ("signup", "没有建档的活动报名"),
    ("survey", "调查里的姓名和文字回答"),
    ("report", "已办结的强制报告"),
]

RULES = """
INSERT INTO practice_retentionrule (kind, years, basis) VALUES
    ('enquiry', 3, '办结以后的年数。国家没有统一年数，此为初始值，请按本市规定修改'),
    ('signup', 1, '活动以后的年数。国家没有统一年数，此为初始值，请按本市规定修改'),
    ('survey', 2, '回答以后的年数。国家没有统一年数，此为初始值，请按本市规定修改'),
    ('report', 10, '办结以后的年数。国家没有统一年数，此为初始值，请按本市规定修改；不因档案匿名而提前');
"""

# What may change of a referral and of a closed report, although they stay as they are: their words, once their ground is
# there; and only into nothing.
GROUNDS = """
CREATE FUNCTION practice_referral_over(r practice_referral) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN r.client_id IS NOT NULL THEN EXISTS (
        SELECT FROM practice_client c LEFT JOIN practice_client k ON k.id = c.merged_into_id AND k.hub_id = c.hub_id
        WHERE c.id = r.client_id AND c.hub_id = r.hub_id AND 'erased' IN (c.state, k.state))
    ELSE r.state IN ('declined', 'returned', 'closed', 'withdrawn')
        AND coalesce(r.closed_at, r.withdrawn_at, r.returned_at, r.answered_at) < now() - (
            SELECT make_interval(years => years) FROM practice_retentionrule WHERE kind = 'enquiry') END
$$;
CREATE FUNCTION practice_referral_forgotten(o practice_referral, n practice_referral) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.reason = '—' AND n.asked = '—' AND practice_referral_over(o)
       AND to_jsonb(n) - '{reason,asked,basis_note,name,sex,born_on,phone,address,community_id,answer,result}'::text[]
         = to_jsonb(o) - '{reason,asked,basis_note,name,sex,born_on,phone,address,community_id,answer,result}'::text[]
$$;
CREATE FUNCTION practice_report_forgotten(o practice_protectionreport, n practice_protectionreport) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.facts = '—' AND o.closed_at < now() - (
        SELECT make_interval(years => years) FROM practice_retentionrule WHERE kind = 'report')
       AND to_jsonb(n) - '{name,sex,age,address,facts,place,safety,follow_up,result_note}'::text[]
         = to_jsonb(o) - '{name,sex,age,address,facts,place,safety,follow_up,result_note}'::text[]
$$;
"""

FORGET = """
-- The words of an enquiry go; when and where it came in and what was decided stay, and are counted.
CREATE FUNCTION practice_forget_enquiries(p_ids uuid[], p_hub int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE practice_enquiry SET asker_name = '', asker_phone = ''::bytea, relation = '', name = '—', sex = '0',
        age = NULL, address = ''::bytea, community_id = NULL, need = '—', decision_note = '', digest = NULL,
        code_digest = NULL
    WHERE hub_id = p_hub AND id = ANY (p_ids)
$$;
CREATE FUNCTION practice_forget_referrals(p_ids uuid[], p_hub int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE practice_referral SET reason = '—', asked = '—', name = '', sex = '0', born_on = NULL, phone = ''::bytea,
        address = ''::bytea, community_id = NULL, answer = '',
        basis_note = CASE WHEN basis_note = '' THEN '' ELSE '—' END, result = CASE WHEN result = '' THEN '' ELSE '—' END
    WHERE hub_id = p_hub AND id = ANY (p_ids)
$$;

-- With the file go the words of its enquiries and referrals, of its merges, and those of its groups' sessions once the
-- last member is erased. A report of the duty to report doesn't: the law wants it, and it has a time of its own.
CREATE FUNCTION practice_intake_forgets() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids uuid[] := ARRAY(SELECT c.id FROM practice_client c
                          WHERE c.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id));
BEGIN
    PERFORM practice_forget_enquiries(
        ARRAY(SELECT e.id FROM practice_enquiry e WHERE e.hub_id = NEW.hub_id AND e.client_id = ANY (v_ids)), NEW.hub_id);
    PERFORM practice_forget_referrals(
        ARRAY(SELECT r.id FROM practice_referral r WHERE r.hub_id = NEW.hub_id AND r.client_id = ANY (v_ids)), NEW.hub_id);
    UPDATE practice_clientmerge SET moved = '{}'
    WHERE hub_id = NEW.hub_id AND (kept_id = ANY (v_ids) OR merged_id = ANY (v_ids));
    UPDATE practice_groupsession s SET
        content = CASE WHEN s.content = '' THEN '' ELSE '—' END, dynamics = '', progress = '', next_step = ''
    WHERE s.hub_id = NEW.hub_id
      AND s.social_group_id IN (SELECT m.social_group_id FROM practice_groupmember m
                                WHERE m.hub_id = NEW.hub_id AND m.client_id = ANY (v_ids))
      AND NOT EXISTS (SELECT FROM practice_groupmember m JOIN practice_client c ON c.id = m.client_id AND c.hub_id = m.hub_id
                      WHERE m.social_group_id = s.social_group_id AND m.hub_id = s.hub_id
                        AND c.state <> 'erased' AND c.id <> ALL (v_ids));
    RETURN NULL;
END $$;
CREATE TRIGGER practice_intake_forgets AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (OLD.state <> 'erased' AND NEW.state = 'erased') EXECUTE FUNCTION practice_intake_forgets();

-- What belongs to no file and whose time is over on a day: how many of each kind were forgotten, by hub. The owner's.
CREATE FUNCTION practice_forget_expired(p_today date) RETURNS TABLE (kind text, hub_id int, times bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_over date;
BEGIN
    v_over := p_today - (SELECT make_interval(years => years) FROM practice_retentionrule r WHERE r.kind = 'enquiry');
    RETURN QUERY
        WITH found AS (
            SELECT e.hub_id, array_agg(e.id) AS ids FROM practice_enquiry e
            WHERE e.client_id IS NULL AND e.decided_on < v_over AND e.need <> '—' GROUP BY e.hub_id)
        SELECT 'enquiry', f.hub_id, cardinality(f.ids)::bigint
        FROM found f CROSS JOIN LATERAL (SELECT practice_forget_enquiries(f.ids, f.hub_id)) AS done;
    RETURN QUERY
        WITH found AS (
            SELECT r.hub_id, array_agg(r.id) AS ids FROM practice_referral r
            WHERE r.client_id IS NULL AND r.reason <> '—' AND practice_referral_over(r) GROUP BY r.hub_id)
        SELECT 'referral', f.hub_id, cardinality(f.ids)::bigint
        FROM found f CROSS JOIN LATERAL (SELECT practice_forget_referrals(f.ids, f.hub_id)) AS done;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM practice_activitysignup s USING practice_activity a
            WHERE a.id = s.activity_id AND a.hub_id = s.hub_id AND s.client_id IS NULL
              AND a.starts_at < p_today - (
                  SELECT make_interval(years => years) FROM practice_retentionrule r WHERE r.kind = 'signup')
            RETURNING s.hub_id)
        SELECT 'signup', g.hub_id, count(*) FROM gone g GROUP BY g.hub_id;
    RETURN QUERY
        WITH gone AS (
            UPDATE practice_surveyresponse a SET name = '', answers = a.answers - t.names
            FROM practice_survey s JOIN catalogue_instrument i ON i.id = s.instrument_id
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(q ->> 'name'), '{}') AS names
                FROM jsonb_path_query(i.definition, '$.** ? (@.kind == "text" || @.kind == "repeat")') AS q) AS t
            WHERE s.id = a.survey_id AND (a.name <> '' OR a.answers ?| t.names)
              AND a.answered_on < p_today - (
                  SELECT make_interval(years => years) FROM practice_retentionrule r WHERE r.kind = 'survey')
            RETURNING a.hub_id)
        SELECT 'survey', g.hub_id, count(*) FROM gone g GROUP BY g.hub_id;
    RETURN QUERY
        WITH gone AS (
            UPDATE practice_protectionreport p SET name = '', sex = '0', age = NULL, address = ''::bytea, facts = '—',
                place = '', safety = '', follow_up = '', result_note = ''
            WHERE p.state = 'closed' AND p.facts <> '—' AND p.closed_at < p_today - (
                SELECT make_interval(years => years) FROM practice_retentionrule r WHERE r.kind = 'report')
            RETURNING p.id, p.hub_id),
        notices AS (
            UPDATE practice_reportnotice n SET officer = '—', receipt = '' FROM gone g
            WHERE n.report_id = g.id AND n.hub_id = g.hub_id)
        SELECT 'report', g.hub_id, count(*) FROM gone g GROUP BY g.hub_id;
END $$;
REVOKE ALL ON FUNCTION practice_forget_expired(date), practice_forget_enquiries(uuid[], int),
    practice_forget_referrals(uuid[], int), practice_intake_forgets(), practice_referral_over(practice_referral),
    practice_referral_forgotten(practice_referral, practice_referral),
    practice_report_forgotten(practice_protectionreport, practice_protectionreport) FROM PUBLIC;
"""

UNDO = """
DROP TRIGGER practice_intake_forgets ON practice_client;
DROP FUNCTION practice_forget_expired(date), practice_intake_forgets(), practice_forget_enquiries(uuid[], int),
    practice_forget_referrals(uuid[], int);
"""
UNDO_GROUNDS = """
DROP FUNCTION practice_report_forgotten(practice_protectionreport, practice_protectionreport),
    practice_referral_forgotten(practice_referral, practice_referral), practice_referral_over(practice_referral);
"""
KINDS_OF_FILES = "(SELECT make_interval(years => min(years)) FROM practice_retentionrule)"


def rewritten(function: str, was: str, becomes: str) -> migrations.RunSQL:
    """Change these words of a function, and fail if they aren't there; and back."""

    def statement(old: str, new: str) -> str:
        return f"""
        DO $do$
        DECLARE
            v_was text := pg_get_functiondef('{function}'::regprocedure);
            v_is text := replace(v_was, $was${old}$was$, $is${new}$is$);
        BEGIN
            IF v_is = v_was THEN
                RAISE EXCEPTION '{function} is not as expected';
            END IF;
            EXECUTE v_is;
        END $do$;"""

    return migrations.RunSQL(statement(was, becomes), statement(becomes, was))


class Migration(migrations.Migration):
    dependencies = [("practice", "0030_workload"), ("catalogue", "0003_instruments")]
    operations = schema.together([
        migrations.AlterField(
            "retentionrule",
            "kind",
            models.CharField(choices=KINDS, max_length=10, primary_key=True, serialize=False, verbose_name="档案类别"),
        ),
        migrations.AlterField(
            "erasureproposal", "kind", models.CharField(choices=KINDS, max_length=10, verbose_name="档案类别")
        ),
        migrations.RunSQL(
            RULES, "DELETE FROM practice_retentionrule WHERE kind IN ('enquiry', 'signup', 'survey', 'report')"
        ),
        migrations.RunSQL(GROUNDS, UNDO_GROUNDS),
        rewritten(
            "practice_guard_referral()",
            "            OLD.asked) THEN",
            "            OLD.asked) AND NOT practice_referral_forgotten(OLD, NEW) THEN",
        ),
        rewritten(
            "practice_guard_report()",
            "IF OLD.state = 'closed' THEN",
            "IF OLD.state = 'closed' AND NOT practice_report_forgotten(OLD, NEW) THEN",
        ),
        # Files are found by the rules for files alone.
        rewritten(
            "practice_expired_files(date, timestamptz, uuid, int)",
            KINDS_OF_FILES,
            KINDS_OF_FILES[:-1] + " WHERE kind IN ('file', 'case', 'minor'))",
        ),
        migrations.RunSQL(FORGET, UNDO),
    ])
