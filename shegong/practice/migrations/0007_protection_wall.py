"""The wall around requests and erasures; what the data-protection officer may know of files; and erasing one.

The officer sees no client. The functions here tell an officer file numbers, dates and, asked for, a single name; each
asks first who calls. Erasing leaves every row that is counted, so that all numbers stay true.
"""

from django.db import migrations

from shegong.kernel import wall

OFFICER = "(SELECT wall_roles()) @> '{dpo}'::text[]"
COUNTY = "((SELECT wall_roles()) @> '{county}'::text[] AND hub_id = ANY ((SELECT wall_hubs())::int[]))"

KNOW = """
CREATE FUNCTION practice_may_protect(p_hub int) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT wall_roles() @> '{dpo}'::text[] OR (wall_roles() @> '{county}'::text[] AND p_hub = ANY (wall_hubs()))
$$;

CREATE FUNCTION practice_file_numbers(p_ids uuid[]) RETURNS TABLE (client_id uuid, number text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.number::text, c.state::text FROM practice_client c
    WHERE c.id = ANY (p_ids) AND practice_may_protect(c.hub_id)
$$;

CREATE FUNCTION practice_file_by_number(p_number text) RETURNS TABLE (client_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.hub_id, c.station_id FROM practice_client c
    WHERE c.number = p_number AND c.state NOT IN ('merged', 'erased') AND wall_roles() @> '{dpo}'::text[]
$$;

-- Asked for with a reason that stands in the journal (practice.actions.protection.name_of_file).
CREATE FUNCTION practice_file_name(p_client uuid, p_hub int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.name::text FROM practice_client c
    WHERE c.id = p_client AND c.hub_id = p_hub AND wall_roles() @> '{dpo}'::text[]
$$;
"""

EXPIRY = """
-- Class of a file, the last day on which anything happened, the day on which its time is over, and whether a case is open.
CREATE FUNCTION practice_expiry(p_client uuid, p_hub int)
RETURNS TABLE (kind text, last_on date, expires_on date, has_open_case boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN t.was_minor THEN 'minor' WHEN t.cases > 0 THEN 'case' ELSE 'file' END,
           t.last_on,
           greatest(
               (t.last_on + make_interval(years => CASE WHEN t.cases > 0 THEN t.case_years ELSE t.file_years END))::date,
               CASE WHEN t.was_minor THEN (t.born_on + make_interval(years => 18 + t.minor_years))::date END),
           t.is_open
    FROM (
        SELECT c.born_on,
               coalesce(c.born_on + interval '18 years' > c.registered_at, false) AS was_minor,
               k.cases,
               k.is_open,
               greatest(
                   c.registered_at::date,
                   (SELECT max(rc.served_on) FROM practice_recordclient rc WHERE rc.client_id = c.id AND rc.hub_id = c.hub_id),
                   (SELECT max(a.assessed_on) FROM practice_assessment a WHERE a.client_id = c.id AND a.hub_id = c.hub_id),
                   k.closed_on) AS last_on,
               (SELECT years FROM practice_retentionrule WHERE kind = 'file') AS file_years,
               (SELECT years FROM practice_retentionrule WHERE kind = 'case') AS case_years,
               (SELECT years FROM practice_retentionrule WHERE kind = 'minor') AS minor_years
        FROM practice_client c CROSS JOIN LATERAL (
            SELECT count(*) AS cases, coalesce(bool_or(pc.closed_on IS NULL), false) AS is_open, max(pc.closed_on) AS closed_on
            FROM practice_case pc WHERE pc.client_id = c.id AND pc.hub_id = c.hub_id) AS k
        WHERE c.id = p_client AND c.hub_id = p_hub AND practice_may_protect(c.hub_id)) AS t
$$;

-- Files whose time is over, the oldest first, among the p_scan files after a place in the list; the last one looked at
-- comes along (is_found false if its time isn't over), so that the next page starts there.
CREATE FUNCTION practice_expired_files(p_today date, p_at timestamptz, p_id uuid, p_scan int)
RETURNS TABLE (client_id uuid, hub_id int, station_id int, number text, registered_at timestamptz, kind text,
               last_on date, expires_on date, is_found boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.hub_id, s.station_id, s.number, s.registered_at, e.kind, e.last_on, e.expires_on, e.is_found
    FROM (
        SELECT c.id, c.hub_id, c.station_id, c.number::text, c.registered_at,
               row_number() OVER (ORDER BY c.registered_at DESC, c.id DESC) = 1 AS is_last
        FROM (
            SELECT * FROM practice_client p
            WHERE p.state NOT IN ('merged', 'erased') AND wall_roles() @> '{dpo}'::text[]
              AND p.registered_at < p_today - (SELECT make_interval(years => min(years)) FROM practice_retentionrule)
              AND (p.registered_at, p.id) > (p_at, p_id)
            ORDER BY p.registered_at, p.id LIMIT p_scan) AS c) AS s
    CROSS JOIN LATERAL (
        SELECT x.kind, x.last_on, x.expires_on,
               x.expires_on <= p_today AND NOT x.has_open_case AND NOT EXISTS (
                   SELECT FROM practice_erasureproposal q
                   WHERE q.client_id = s.id AND q.hub_id = s.hub_id AND q.decision <> 'declined') AS is_found
        FROM practice_expiry(s.id, s.hub_id) AS x) AS e
    WHERE e.is_found OR s.is_last
    ORDER BY s.registered_at, s.id
$$;
"""

ERASE = """
-- Erase all that names or describes the person of an approved proposal. What is counted stays: the rows, their days,
-- services, groups, minutes and levels. Records of several people keep their text while one of them is not erased.
CREATE FUNCTION practice_anonymise(p_proposal uuid, p_hub int, p_today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_proposal practice_erasureproposal;
    v_ids uuid[];
    v_alone uuid[];
BEGIN
    SELECT * INTO v_proposal FROM practice_erasureproposal WHERE id = p_proposal AND hub_id = p_hub FOR UPDATE;
    IF NOT (FOUND AND practice_may_protect(p_hub) AND v_proposal.decision = 'approved'
            AND v_proposal.decided_by_id = wall_account() AND v_proposal.proposed_by_id <> wall_account()) THEN
        RAISE EXCEPTION 'not approved by a second person' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM practice_expiry(v_proposal.client_id, p_hub) e
    WHERE NOT e.has_open_case AND (
        (v_proposal.request_id IS NULL AND e.expires_on <= p_today) OR EXISTS (
            SELECT FROM practice_subjectrequest r
            WHERE r.id = v_proposal.request_id AND r.hub_id = p_hub AND r.client_id = v_proposal.client_id
              AND r.kind = 'erase' AND r.outcome IN ('granted', 'partly')));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no ground for erasure' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The file, and those that were merged into it.
    SELECT array_agg(c.id) INTO v_ids FROM practice_client c
    WHERE c.hub_id = p_hub AND (c.id = v_proposal.client_id OR c.merged_into_id = v_proposal.client_id);
    UPDATE practice_household h SET address = ''::bytea, community_id = NULL
    WHERE h.hub_id = p_hub AND h.id IN (SELECT c.household_id FROM practice_client c WHERE c.hub_id = p_hub AND c.id = ANY (v_ids))
      AND NOT EXISTS (SELECT FROM practice_client m
                      WHERE m.household_id = h.id AND m.hub_id = p_hub AND m.id <> ALL (v_ids));
    UPDATE practice_client SET
        name = '—', sort_key = '', sounds_key = '', born_on = NULL, ethnicity = '', identity = ''::bytea,
        identity_index = NULL, phone = ''::bytea, phone_index = NULL, address = ''::bytea, community_id = NULL,
        household_id = NULL, household_relation = '', digest = NULL,
        state = CASE WHEN id = v_proposal.client_id THEN 'erased' ELSE state END
    WHERE hub_id = p_hub AND id = ANY (v_ids);
    DELETE FROM practice_clienttoken WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    DELETE FROM practice_contact WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_consent SET note = '' WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_disability SET card = ''::bytea WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_restrictedlook SET reason = '—' WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_subjectrequest SET contact = ''::bytea WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_assessment SET answers = '{}', strengths = '', summary = ''
    WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    UPDATE practice_case SET problem = '—', no_guardian_reason = '', goals = '', plan = '', outcome = ''
    WHERE hub_id = p_hub AND client_id = ANY (v_ids);
    SELECT coalesce(array_agg(DISTINCT rc.record_id), '{}') INTO v_alone FROM practice_recordclient rc
    WHERE rc.hub_id = p_hub AND rc.client_id = ANY (v_ids) AND NOT EXISTS (
        SELECT FROM practice_recordclient o JOIN practice_client c ON c.id = o.client_id AND c.hub_id = o.hub_id
        WHERE o.record_id = rc.record_id AND o.hub_id = p_hub AND c.state <> 'erased');
    UPDATE practice_servicerecord SET
        summary = '—', next_step = '', next_on = NULL, next_time = NULL,
        void_reason = CASE WHEN void_reason = '' THEN '' ELSE '—' END
    WHERE hub_id = p_hub AND id = ANY (v_alone);
    UPDATE practice_recordrevision SET before = '{}', reason = '—' WHERE hub_id = p_hub AND record_id = ANY (v_alone);
END $$;
"""

REVERSE = """
DROP FUNCTION practice_anonymise(uuid, int, date), practice_expired_files(date, timestamptz, uuid, int),
    practice_expiry(uuid, int), practice_file_name(uuid, int), practice_file_by_number(text),
    practice_file_numbers(uuid[]), practice_may_protect(int);
"""

# No national rule sets these periods; they are where a city starts, and its officer changes them with a basis.
RULES = """
INSERT INTO practice_retentionrule (kind, years, basis) VALUES
    ('file', 5, '国家没有统一年数，此为初始值，请按本市规定修改；《个人信息保护法》第十九条：必要的最短时间'),
    ('case', 10, '国家没有统一年数，此为初始值，请按本市规定修改；《个人信息保护法》第十九条：必要的最短时间'),
    ('minor', 10, '年满十八周岁以后的年数。国家没有统一年数，此为初始值，请按本市规定修改');
"""


def keys() -> list[object]:
    """Keys and references that include the hub, as for all tables of the practice."""
    return [
        wall.composite_key("practice_subjectrequest", ["id", "hub_id"]),
        wall.composite_key("practice_erasureproposal", ["id", "hub_id"]),
        *[
            wall.composite_reference(table, [column, "hub_id"], to, ["id", "hub_id"], f"{table}_{column}_in_hub")
            for table, column, to in (
                ("practice_subjectrequest", "client_id", "practice_client"),
                ("practice_erasureproposal", "client_id", "practice_client"),
                ("practice_erasureproposal", "request_id", "practice_subjectrequest"),
            )
        ],
    ]


class Migration(migrations.Migration):
    dependencies = [("practice", "0006_protection")]
    operations = [
        *keys(),
        migrations.RunSQL(KNOW + EXPIRY + ERASE, REVERSE),
        migrations.RunSQL(RULES, "DELETE FROM practice_retentionrule"),
        wall.grant("practice_subjectrequest", "select, insert, update"),
        wall.enable("practice_subjectrequest"),
        wall.policy("practice_subjectrequest", "by_the_officer", OFFICER),
        wall.grant("practice_erasureproposal", "select, insert, update"),
        wall.enable("practice_erasureproposal"),
        wall.policy("practice_erasureproposal", "seen_by_who_decides", f"{OFFICER} OR {COUNTY}", command="SELECT"),
        wall.policy("practice_erasureproposal", "proposed_by_the_officer", None, OFFICER, command="INSERT"),
        wall.policy(
            "practice_erasureproposal",
            "decided_by_another",
            f"({OFFICER} OR {COUNTY}) AND proposed_by_id <> wall_account()",
            f"({OFFICER} OR {COUNTY}) AND decided_by_id = wall_account()",
            command="UPDATE",
        ),
        wall.grant("practice_retentionrule", "select, update"),
        wall.enable("practice_retentionrule"),
        wall.policy(
            "practice_retentionrule",
            "seen_by_who_protects",
            "(SELECT wall_roles()) && '{dpo,county}'::text[]",
            command="SELECT",
        ),
        wall.policy("practice_retentionrule", "set_by_the_officer", OFFICER, command="UPDATE"),
        wall.policy("practice_consent", "seen_by_the_officer", OFFICER, command="SELECT"),
    ]
