"""What findings refuse by themselves, the question that many of them put to a rule, and who may touch them."""

from django.db import migrations

from shegong.kernel import wall

# The usual days; the city may set others.
TERMS = """
INSERT INTO appraisal_findingterm (severity, days, county_days, city_days, question_at)
VALUES ('minor', 30, 7, 30, 12), ('serious', 20, 3, 15, 8), ('grave', 7, 1, 3, 5);
"""
NO_TERMS = "DELETE FROM appraisal_findingterm;"

FINDINGS = """
CREATE FUNCTION appraisal_move_finding() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            broken := 'appraisal_finding_begins_open';
        END IF;
    ELSIF OLD.state IN ('closed', 'withdrawn') THEN
        broken := 'appraisal_finding_settled_stays';
    ELSIF (OLD.id, OLD.hub_id, OLD.station_id, OLD.source, OLD.source_key, OLD.wrong, OLD.document_id, OLD.anchor,
           OLD.item_id, OLD.topic, OLD.severity, OLD.found_on, OLD.found_by_id) IS DISTINCT FROM
          (NEW.id, NEW.hub_id, NEW.station_id, NEW.source, NEW.source_key, NEW.wrong, NEW.document_id, NEW.anchor,
           NEW.item_id, NEW.topic, NEW.severity, NEW.found_on, NEW.found_by_id) THEN
        broken := 'appraisal_finding_stays_what_was_found';
    ELSIF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'planned'), ('open', 'withdrawn'), ('planned', 'corrected'), ('planned', 'withdrawn'),
        ('corrected', 'closed'), ('corrected', 'returned'), ('returned', 'corrected'), ('returned', 'withdrawn')) THEN
        broken := 'appraisal_finding_no_stage_skipped';
    ELSIF NEW.due_on <> OLD.due_on AND (NEW.due_on < OLD.due_on
          OR wall_roles() <> '{}' AND NOT wall_roles() && '{city,county}'::text[]) THEN
        broken := 'appraisal_finding_extended_by_officers';
    ELSIF OLD.state <> NEW.state AND NEW.state = 'corrected' THEN
        IF wall_account() <> NEW.corrected_by_id THEN
            broken := 'appraisal_finding_in_the_own_name';
        ELSIF NOT EXISTS (SELECT FROM appraisal_findingproof p WHERE p.finding_id = NEW.id AND p.stage = 'corrected'
                          AND (OLD.rechecked_at IS NULL OR p.brought_at > OLD.rechecked_at)) THEN
            broken := 'appraisal_finding_corrected_with_proof';
        END IF;
    ELSIF OLD.state <> NEW.state AND NEW.state IN ('closed', 'returned') THEN
        IF wall_account() <> NEW.rechecked_by_id THEN
            broken := 'appraisal_finding_in_the_own_name';
        ELSIF EXISTS (SELECT FROM workforce_worker w WHERE w.id = NEW.responsible_id
                      AND w.account_id = NEW.rechecked_by_id) THEN
            broken := 'appraisal_finding_another_rechecks';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'a finding refuses this: %', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_finding_moved BEFORE INSERT OR UPDATE ON appraisal_finding
    FOR EACH ROW EXECUTE FUNCTION appraisal_move_finding();

-- The same finding at many stations within a year: one question to the rule, unless the city answered it this year.
CREATE FUNCTION appraisal_question_rule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    places int;
BEGIN
    SELECT count(DISTINCT f.station_id) INTO places FROM appraisal_finding f
    WHERE f.topic = NEW.topic AND f.state <> 'withdrawn' AND f.found_on > NEW.found_on - interval '1 year'
      AND f.found_on <= NEW.found_on;
    IF places < (SELECT t.question_at FROM appraisal_findingterm t WHERE t.severity = NEW.severity) THEN
        RETURN NULL;
    END IF;
    UPDATE appraisal_rulequestion SET stations = places WHERE topic = NEW.topic AND answered_at IS NULL;
    IF NOT FOUND AND NOT EXISTS (SELECT FROM appraisal_rulequestion q WHERE q.topic = NEW.topic
                                 AND q.answered_at > NEW.found_at - interval '1 year') THEN
        INSERT INTO appraisal_rulequestion (id, topic, document_id, anchor, item_id, stations, raised_at, answer, text)
        VALUES (gen_random_uuid(), NEW.topic, NEW.document_id, NEW.anchor, NEW.item_id, places, NEW.found_at, '', '')
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER appraisal_finding_questions AFTER INSERT ON appraisal_finding
    FOR EACH ROW EXECUTE FUNCTION appraisal_question_rule();

-- Days and places of findings, for the readings: no words and no people.
CREATE VIEW appraisal_findingspan AS
SELECT f.hub_id, f.town_id, f.station_id, f.found_on, f.due_on, f.closed_on, f.closed_on - f.found_on AS days
FROM appraisal_finding f WHERE f.state <> 'withdrawn';
GRANT SELECT ON appraisal_findingspan TO shegong_app;
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON appraisal_finding
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
"""
BEFORE = """
DROP TRIGGER indicators_restamp ON appraisal_finding;
DROP VIEW appraisal_findingspan;
DROP TRIGGER appraisal_finding_questions ON appraisal_finding;
DROP TRIGGER appraisal_finding_moved ON appraisal_finding;
DROP FUNCTION appraisal_move_finding(), appraisal_question_rule();
"""

ROLES = "(SELECT wall_roles())"
HERE = "hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[])"
CITY = f"{ROLES} @> '{{city}}'"
COUNTY = f"({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
HEAD = f"({ROLES} @> '{{head}}' AND ({HERE}))"
SEEN = f"{CITY} OR {ROLES} && '{{county,head,worker}}' AND ({HERE})"
OFFICE = f"{CITY} OR {COUNTY}"
WRITERS = f"{CITY} OR {COUNTY} OR {HEAD}"
OWN_NAME = "by_id = (SELECT wall_account())"
WITH_ITS_PROOF = "EXISTS (SELECT FROM appraisal_findingproof p WHERE p.id = proof_id)"


def walled(table: str, rights: str) -> list[object]:
    """Rights of the application's role on a table behind the wall."""
    return [wall.grant(table, rights), wall.enable(table)]


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0020_findings"), ("indicators", "0006_stock_stamp")]
    operations = [
        migrations.RunSQL(TERMS + FINDINGS, BEFORE + NO_TERMS),
        *walled("appraisal_finding", "select, insert, update"),
        wall.policy("appraisal_finding", "seen_where_it_belongs", SEEN, command="SELECT"),
        wall.policy(
            "appraisal_finding",
            "found_in_the_own_name",
            None,
            f"found_by_id = (SELECT wall_account()) AND ({OFFICE} OR {HEAD} AND source = 'own')",
            "INSERT",
        ),
        wall.policy("appraisal_finding", "led_by_officers", OFFICE, command="UPDATE"),
        # A head plans and corrects; to close, to send back and to withdraw is not a head's.
        wall.policy(
            "appraisal_finding",
            "corrected_by_the_head",
            f"{HEAD} AND state IN ('open', 'planned', 'returned')",
            f"{HEAD} AND state IN ('planned', 'corrected', 'returned')",
            "UPDATE",
        ),
        *walled("appraisal_findingstep", "select, insert"),
        wall.policy("appraisal_findingstep", "seen_where_it_belongs", SEEN, command="SELECT"),
        wall.policy("appraisal_findingstep", "in_the_own_name", None, f"{OWN_NAME} AND ({WRITERS})", "INSERT"),
        *walled("appraisal_findingproof", "select, insert"),
        wall.policy("appraisal_findingproof", "seen_where_it_belongs", SEEN, command="SELECT"),
        wall.policy(
            "appraisal_findingproof",
            "in_the_own_name",
            None,
            f"brought_by_id = (SELECT wall_account()) AND ({WRITERS})",
            "INSERT",
        ),
        *walled("appraisal_findingproofpiece", "select, insert"),
        wall.policy("appraisal_findingproofpiece", "with_its_proof", WITH_ITS_PROOF),
        # A question counts stations; everybody may read what the city answers. The database alone asks.
        *walled("appraisal_rulequestion", "select, update"),
        wall.policy("appraisal_rulequestion", "read_by_all", "true", command="SELECT"),
        wall.policy("appraisal_rulequestion", "answered_by_the_city", CITY, command="UPDATE"),
        *walled("appraisal_findingterm", "select, update"),
        wall.policy("appraisal_findingterm", "read_by_all", "true", command="SELECT"),
        wall.policy("appraisal_findingterm", "set_by_the_city", CITY, command="UPDATE"),
        *walled("appraisal_signreview", "select, insert, update"),
        wall.policy("appraisal_signreview", "looked_at_by_officers", OFFICE),
    ]
