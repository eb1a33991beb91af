"""Who may see and who may change workers, postings and corrections; what no posting may be; and who counts as certified
from when to when.
"""

from django.db import migrations

from shegong.kernel import wall

# Workers at home in another county who are, or were, posted in one of the viewer's. Who sees every county asks nothing.
POSTED = """
CREATE FUNCTION wall_posted() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT CASE WHEN wall_staff_hubs() = '{}' OR wall_roles() && '{city,dpo,admin}'::text[] THEN '{}'::bigint[]
   ELSE coalesce((SELECT array_agg(DISTINCT p.worker_id) FROM workforce_posting p
                  JOIN workforce_worker w ON w.id = p.worker_id
                  WHERE p.hub_id = ANY (wall_staff_hubs()) AND w.hub_id <> p.hub_id), '{}') END
$$;
"""

# Checked for all rows of a statement at once. The stations' and the workers' rows are locked first, in the order of
# their keys: whoever comes second sees what the first has written. The owner's rights, since a worker's other postings
# may lie beyond the writer's scope.
GUARD = """
CREATE FUNCTION workforce_refuse(p_name text, p_row bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'new row for relation "workforce_posting" violates check constraint "%" (%)', p_name, p_row
        USING ERRCODE = 'check_violation', TABLE = 'workforce_posting', CONSTRAINT = p_name;
END $$;

CREATE FUNCTION workforce_guard_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changed bigint[];
    wrong bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(n.id) INTO changed FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.worker_id, n.station_id, n.hub_id, n.share, n.since)
              IS DISTINCT FROM (o.worker_id, o.station_id, o.hub_id, o.share, o.since)
           OR n.until IS DISTINCT FROM o.until;
    ELSE
        SELECT array_agg(n.id) INTO changed FROM new_rows n;
    END IF;
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM network_station s WHERE s.id IN (SELECT n.station_id FROM new_rows n) ORDER BY s.id FOR KEY SHARE;
    PERFORM FROM workforce_worker w WHERE w.id IN (SELECT n.worker_id FROM new_rows n) ORDER BY w.id
        FOR NO KEY UPDATE;
    SELECT n.id INTO wrong FROM new_rows n JOIN network_station s ON s.id = n.station_id
    WHERE n.hub_id <> s.hub_id LIMIT 1;
    IF FOUND THEN
        PERFORM workforce_refuse('workforce_posting_of_its_station_s_hub', wrong);
    END IF;
    SELECT n.id INTO wrong FROM new_rows n
    WHERE n.id = ANY (changed)
      AND (NOT EXISTS (SELECT FROM network_stationstage g
                       WHERE g.station_id = n.station_id AND g.stage IN ('built', 'running', 'suspended')
                         AND g.since <= n.since AND (g.until IS NULL OR g.until > n.since))
           OR EXISTS (SELECT FROM network_stationstage g
                      WHERE g.station_id = n.station_id AND g.stage = 'closed'
                        AND (n.until IS NULL OR n.until > g.since)))
    LIMIT 1;
    IF FOUND THEN
        PERFORM workforce_refuse('workforce_posting_at_an_open_station', wrong);
    END IF;
    SELECT n.id INTO wrong FROM new_rows n JOIN workforce_worker w ON w.id = n.worker_id
    WHERE w.until IS NOT NULL AND (n.until IS NULL OR n.until > w.until) LIMIT 1;
    IF FOUND THEN
        PERFORM workforce_refuse('workforce_posting_ends_with_the_service', wrong);
    END IF;
    -- The load changes where a posting begins, so that the heaviest day is among these.
    SELECT p.id INTO wrong FROM workforce_posting p
    JOIN workforce_posting q ON q.worker_id = p.worker_id AND q.since <= p.since
                            AND (q.until IS NULL OR q.until > p.since)
    WHERE p.worker_id IN (SELECT n.worker_id FROM new_rows n)
    GROUP BY p.id HAVING sum(q.share) > 100 LIMIT 1;
    IF FOUND THEN
        PERFORM workforce_refuse('workforce_posting_full_time_at_most', wrong);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_posting_guard_insert AFTER INSERT ON workforce_posting
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION workforce_guard_postings();
CREATE TRIGGER workforce_posting_guard_update AFTER UPDATE ON workforce_posting
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION workforce_guard_postings();

CREATE FUNCTION workforce_guard_leaving() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT p.id INTO wrong FROM workforce_posting p
    WHERE p.worker_id = NEW.id AND (p.until IS NULL OR p.until > NEW.until) LIMIT 1;
    IF FOUND THEN
        PERFORM workforce_refuse('workforce_posting_ends_with_the_service', wrong);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_worker_guard_leaving AFTER UPDATE OF until ON workforce_worker
    FOR EACH ROW WHEN (NEW.until IS NOT NULL) EXECUTE FUNCTION workforce_guard_leaving();

-- A station that closes has nobody posted any more: postings end on that day, those that would begin later never do.
CREATE FUNCTION workforce_end_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM network_station s WHERE s.id = NEW.station_id FOR UPDATE;
    DELETE FROM workforce_posting p WHERE p.station_id = NEW.station_id AND p.since >= NEW.since;
    UPDATE workforce_posting p SET until = NEW.since
    WHERE p.station_id = NEW.station_id AND (p.until IS NULL OR p.until > NEW.since);
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_end_postings AFTER INSERT ON network_stationstage
    FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION workforce_end_postings();
"""
UNGUARD = """
DROP TRIGGER workforce_end_postings ON network_stationstage;
DROP TRIGGER workforce_worker_guard_leaving ON workforce_worker;
DROP TRIGGER workforce_posting_guard_update ON workforce_posting;
DROP TRIGGER workforce_posting_guard_insert ON workforce_posting;
DROP FUNCTION workforce_end_postings(), workforce_guard_leaving(), workforce_guard_postings(),
    workforce_refuse(text, bigint);
"""

# From when to when somebody counts as certified. It names nobody, and is read with its owner's rights: a guest's
# certificate is kept in the guest's own county.
CERTIFICATION = """
CREATE VIEW workforce_certification AS
SELECT worker_id, min(issued_on) AS since, NULL::date AS until FROM workforce_credential GROUP BY worker_id;
GRANT SELECT ON workforce_certification TO shegong_app;
"""

STAFF = "hub_id = ANY ((SELECT wall_staff_hubs())::int[])"
LEADERS = f"""{STAFF} AND ((SELECT wall_roles()) && '{{city,admin}}'::text[]
    OR (SELECT wall_roles()) && '{{head,county}}'::text[]
       AND (hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[])))"""
OWN_OR_EMPLOYED = "worker_id = (SELECT wall_worker()) OR worker_id = ANY ((SELECT wall_employees())::bigint[])"
FORMER = (
    STAFF + " OR {worker} = (SELECT wall_worker()) OR {worker} = ANY ((SELECT wall_employees())::bigint[])"
)


def opened(table: str, worker: str) -> migrations.RunSQL:
    """Take away the policy that let whoever sees a row change it."""
    return migrations.RunSQL(
        f"DROP POLICY colleagues_and_employees ON {table}",
        f"CREATE POLICY colleagues_and_employees ON {table} TO shegong_app USING ({FORMER.format(worker=worker)})",
    )


class Migration(migrations.Migration):
    dependencies = [("workforce", "0005_profiles_corrections_and_staffing_rules"), ("people", "0002_wall")]
    operations = [
        migrations.RunSQL(POSTED, "DROP FUNCTION wall_posted()"),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(CERTIFICATION, "DROP VIEW workforce_certification"),
        opened("workforce_worker", "id"),
        wall.policy(
            "workforce_worker", "seen_by_colleagues_and_employers",
            f"{FORMER.format(worker='id')} OR id = ANY ((SELECT wall_posted())::bigint[])", command="SELECT",
        ),
        wall.policy("workforce_worker", "hired_by_who_leads", None, LEADERS, "INSERT"),
        wall.policy("workforce_worker", "changed_by_who_leads", LEADERS, command="UPDATE"),
        opened("workforce_posting", "worker_id"),
        # Who sees a worker sees all postings of that worker.
        wall.policy(
            "workforce_posting", "seen_with_the_worker",
            f"{STAFF} OR {OWN_OR_EMPLOYED} OR worker_id IN (SELECT w.id FROM workforce_worker w)", command="SELECT",
        ),
        wall.policy("workforce_posting", "made_by_who_leads", None, LEADERS, "INSERT"),
        wall.policy("workforce_posting", "changed_by_who_leads", LEADERS, command="UPDATE"),
        # What has begun is history.
        wall.grant("workforce_posting", "delete"),
        wall.policy("workforce_posting", "taken_back_before_it_begins", f"since > wall_today() AND {LEADERS}", command="DELETE"),
        wall.grant("workforce_profilecorrection", "select, insert, update"),
        wall.enable("workforce_profilecorrection"),
        wall.policy(
            "workforce_profilecorrection", "seen_by_both_sides",
            f"{OWN_OR_EMPLOYED} OR asked_by_id = (SELECT wall_account()) OR {LEADERS}", command="SELECT",
        ),
        wall.policy(
            "workforce_profilecorrection", "proposed_by_worker_or_employer", None,
            f"asked_by_id = (SELECT wall_account()) AND ({OWN_OR_EMPLOYED})", "INSERT",
        ),
        wall.policy(
            "workforce_profilecorrection", "decided_or_withdrawn",
            f"asked_by_id = (SELECT wall_account()) OR {LEADERS}", command="UPDATE",
        ),
        wall.grant("workforce_staffingrule", "select, insert, update"),
    ]
