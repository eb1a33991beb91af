"""What a target letter's tables themselves refuse, who may touch them, and the two counts that everybody may read."""

from django.db import migrations

from shegong.kernel import wall

HELD = """
CREATE FUNCTION appraisal_refuse(p_constraint text, p_words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', p_words USING ERRCODE = 'check_violation', CONSTRAINT = p_constraint;
END $$;

-- A letter goes its way: issued whole, accepted by the other side, scored by its marks, settled after the objections.
CREATE FUNCTION appraisal_move_letter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_city boolean := wall_account() IS NULL OR wall_roles() @> '{city}';
    total numeric;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            PERFORM appraisal_refuse('appraisal_letter_issued_stays', 'what was issued is not thrown away');
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM appraisal_refuse('appraisal_letter_no_stage_skipped', 'a letter begins as a draft');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' AND (OLD.programme, OLD.year, OLD.hub_id, OLD.organisation_id, OLD.title, OLD.read_on,
        OLD.objection_days, OLD.issued_at, OLD.issued_by_id) IS DISTINCT FROM (NEW.programme, NEW.year, NEW.hub_id,
        NEW.organisation_id, NEW.title, NEW.read_on, NEW.objection_days, NEW.issued_at, NEW.issued_by_id)
    OR OLD.accepted_at IS NOT NULL
        AND (OLD.accepted_at, OLD.accepted_by_id) IS DISTINCT FROM (NEW.accepted_at, NEW.accepted_by_id)
    OR OLD.scored_at IS NOT NULL AND (OLD.score, OLD.scored_at, OLD.scored_by_id, OLD.objections_due_on)
        IS DISTINCT FROM (NEW.score, NEW.scored_at, NEW.scored_by_id, NEW.objections_due_on)
    OR OLD.state = 'final' THEN
        PERFORM appraisal_refuse('appraisal_letter_issued_stays', 'what was issued, signed or frozen stays as it is');
    END IF;
    IF OLD.state = NEW.state THEN
        IF NOT is_city OR OLD.state <> 'draft' THEN
            PERFORM appraisal_refuse('appraisal_letter_issued_stays', 'only a draft is changed, by the city');
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('draft', 'issued'), ('issued', 'accepted'), ('accepted', 'scored'),
        ('scored', 'objected'), ('scored', 'final'), ('objected', 'scored')) THEN
        PERFORM appraisal_refuse('appraisal_letter_no_stage_skipped', 'a letter doesn''t go to ' || NEW.state || ' so');
    END IF;
    IF NOT is_city AND NEW.state IN ('issued', 'scored')
        OR wall_account() IS NOT NULL AND is_city AND NEW.state IN ('accepted', 'objected') THEN
        PERFORM appraisal_refuse('appraisal_letter_each_side_its_own', 'this step is the other side''s');
    END IF;
    IF NEW.state = 'issued' AND
        (SELECT coalesce(sum(weight), 0) FROM appraisal_letteritem WHERE letter_id = NEW.id) <> 100 THEN
        PERFORM appraisal_refuse('appraisal_letter_weights_are_100', 'the weights don''t add up to 100');
    ELSIF OLD.state = 'accepted' AND NEW.state = 'scored' THEN
        SELECT sum(m.points) INTO total FROM appraisal_letteritem i
        LEFT JOIN appraisal_lettermark m ON m.item_id = i.id
        WHERE i.letter_id = NEW.id HAVING count(*) = count(m.item_id);
        IF total IS DISTINCT FROM NEW.score OR wall_today() < NEW.read_on THEN
            PERFORM appraisal_refuse('appraisal_letter_score_is_the_sum', 'the score is the sum of all marks');
        END IF;
    ELSIF NEW.state IN ('scored', 'final') AND EXISTS (
        SELECT FROM appraisal_letterobjection WHERE letter_id = NEW.id AND ruling = 'open') THEN
        PERFORM appraisal_refuse('appraisal_letter_objections_ruled', 'an objection waits for a ruling');
    END IF;
    IF NEW.state = 'final' THEN
        SELECT sum(coalesce(o.corrected_points, m.points)) INTO total FROM appraisal_lettermark m
        LEFT JOIN appraisal_letterobjection o ON o.item_id = m.item_id AND o.ruling = 'accepted'
        WHERE m.letter_id = NEW.id;
        IF total IS DISTINCT FROM NEW.final_score
            OR wall_account() IS NOT NULL AND is_city AND wall_today() <= NEW.objections_due_on THEN
            PERFORM appraisal_refuse('appraisal_letter_settled_right', 'not the sum, or objections may still come in');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_letter_moved BEFORE INSERT OR UPDATE OR DELETE ON appraisal_targetletter
    FOR EACH ROW EXECUTE FUNCTION appraisal_move_letter();

-- What a letter asks for is written while it is a draft.
CREATE FUNCTION appraisal_keep_letter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept boolean;
BEGIN
    IF TG_TABLE_NAME = 'appraisal_letteritem' THEN
        SELECT bool_or(state <> 'draft') INTO kept FROM appraisal_targetletter
        WHERE TG_OP <> 'INSERT' AND id = OLD.letter_id OR TG_OP <> 'DELETE' AND id = NEW.letter_id;
    ELSE
        SELECT bool_or(l.state <> 'draft') INTO kept FROM appraisal_letteritem i
        JOIN appraisal_targetletter l ON l.id = i.letter_id
        WHERE TG_OP <> 'INSERT' AND i.id = OLD.item_id OR TG_OP <> 'DELETE' AND i.id = NEW.item_id;
    END IF;
    IF kept THEN
        PERFORM appraisal_refuse(TG_TABLE_NAME || '_issued_stays', 'what was issued stays as it is');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER appraisal_letteritem_kept BEFORE INSERT OR UPDATE OR DELETE ON appraisal_letteritem
    FOR EACH ROW EXECUTE FUNCTION appraisal_keep_letter();
CREATE TRIGGER appraisal_lettermilestone_kept BEFORE INSERT OR UPDATE OR DELETE ON appraisal_lettermilestone
    FOR EACH ROW EXECUTE FUNCTION appraisal_keep_letter();

-- Marks, entries, proofs and steps are added, and never changed.
CREATE FUNCTION appraisal_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM appraisal_refuse(TG_TABLE_NAME || '_never_changes', 'this is never changed');
    RETURN NULL;
END $$;
CREATE FUNCTION appraisal_add_mark() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM appraisal_letteritem i JOIN appraisal_targetletter l ON l.id = i.letter_id
        WHERE i.id = NEW.item_id AND l.id = NEW.letter_id AND l.state = 'accepted'
          AND NEW.points BETWEEN 0 AND i.weight) THEN
        PERFORM appraisal_refuse('appraisal_lettermark_within_the_weight', 'no mark of an accepted letter''s item');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_lettermark_added BEFORE INSERT ON appraisal_lettermark
    FOR EACH ROW EXECUTE FUNCTION appraisal_add_mark();

CREATE FUNCTION appraisal_add_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM appraisal_letteritem i JOIN appraisal_targetletter l ON l.id = i.letter_id
        JOIN appraisal_letterproof p ON p.id = NEW.proof_id AND p.letter_id = l.id
        WHERE i.id = NEW.item_id AND l.id = NEW.letter_id AND l.state = 'accepted' AND wall_today() <= l.read_on
          AND (i.collection = 'manual' AND NEW.milestone_id IS NULL OR i.collection = 'milestones' AND EXISTS (
              SELECT FROM appraisal_lettermilestone s WHERE s.id = NEW.milestone_id AND s.item_id = i.id))) THEN
        PERFORM appraisal_refuse('appraisal_letterentry_by_hand_with_proof', 'no entry with proof of such an item');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_letterentry_added BEFORE INSERT ON appraisal_letterentry
    FOR EACH ROW EXECUTE FUNCTION appraisal_add_entry();

-- An objection comes in time and from the other side; it is ruled on once.
CREATE FUNCTION appraisal_hold_objection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ruling <> 'open' OR (OLD.letter_id, OLD.item_id, OLD.reason, OLD.wanted, OLD.proof_id, OLD.made_at,
            OLD.made_by_id) IS DISTINCT FROM (NEW.letter_id, NEW.item_id, NEW.reason, NEW.wanted, NEW.proof_id,
            NEW.made_at, NEW.made_by_id) THEN
            PERFORM appraisal_refuse('appraisal_letterobjection_ruled_once', 'it was ruled on already');
        END IF;
        IF NOT EXISTS (SELECT FROM appraisal_letteritem i WHERE i.id = NEW.item_id
            AND coalesce(NEW.corrected_points, 0) BETWEEN 0 AND i.weight) THEN
            PERFORM appraisal_refuse('appraisal_letterobjection_within_the_weight', 'more than the weight');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.ruling <> 'open' OR wall_account() IS NOT NULL AND wall_roles() @> '{city}' OR NOT EXISTS (
        SELECT FROM appraisal_lettermark m JOIN appraisal_targetletter l ON l.id = m.letter_id
        JOIN appraisal_letterproof p ON p.id = NEW.proof_id AND p.letter_id = l.id
        WHERE m.item_id = NEW.item_id AND l.id = NEW.letter_id AND l.state IN ('scored', 'objected')
          AND wall_today() <= l.objections_due_on) THEN
        PERFORM appraisal_refuse('appraisal_letterobjection_in_time', 'not a scored letter''s, or too late');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_letterobjection_held BEFORE INSERT OR UPDATE ON appraisal_letterobjection
    FOR EACH ROW EXECUTE FUNCTION appraisal_hold_objection();
CREATE TRIGGER appraisal_never BEFORE DELETE ON appraisal_letterobjection
    FOR EACH ROW EXECUTE FUNCTION appraisal_never();
""" + "".join(
    f"CREATE TRIGGER appraisal_never BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION appraisal_never();\n"
    for table in (
        "appraisal_lettermark",
        "appraisal_letterentry",
        "appraisal_letterproof",
        "appraisal_letterproofpiece",
        "appraisal_letterstep",
    )
)
# Counts without words: how many items are on pace by the day's quarter, and the counties' latest scores in hundredths.
COUNTS = """
CREATE FUNCTION appraisal_letter_paces(p_day date) RETURNS TABLE (hub_id int, on_pace boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.hub_id, p.on_pace FROM appraisal_letterprogress p
    WHERE p.on_pace IS NOT NULL AND p.starts_on = (
        SELECT max(x.starts_on) FROM appraisal_letterprogress x
        WHERE x.starts_on <= p_day AND x.starts_on >= date_trunc('year', p_day))
$$;
CREATE FUNCTION appraisal_letter_points(p_day date) RETURNS TABLE (hub_id int, points int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.hub_id, (coalesce(l.final_score, l.score) * 100)::int FROM appraisal_targetletter l
    WHERE l.organisation_id IS NULL AND l.score IS NOT NULL AND l.programme = 'system' AND l.year = (
        SELECT max(x.year) FROM appraisal_targetletter x
        WHERE x.organisation_id IS NULL AND x.score IS NOT NULL AND x.programme = 'system'
          AND x.year <= extract(year FROM p_day))
$$;
REVOKE ALL ON FUNCTION appraisal_letter_paces(date), appraisal_letter_points(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION appraisal_letter_paces(date), appraisal_letter_points(date) TO shegong_app;
""" + "".join(
    f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();\n"
    for table in ("appraisal_targetletter", "appraisal_letterprogress")
)
BEFORE = """
DROP TRIGGER indicators_restamp ON appraisal_targetletter;
DROP TRIGGER indicators_restamp ON appraisal_letterprogress;
DROP FUNCTION appraisal_letter_paces(date), appraisal_letter_points(date);
DROP TRIGGER appraisal_letter_moved ON appraisal_targetletter;
DROP TRIGGER appraisal_letteritem_kept ON appraisal_letteritem;
DROP TRIGGER appraisal_lettermilestone_kept ON appraisal_lettermilestone;
DROP TRIGGER appraisal_lettermark_added ON appraisal_lettermark;
DROP TRIGGER appraisal_letterentry_added ON appraisal_letterentry;
DROP TRIGGER appraisal_letterobjection_held ON appraisal_letterobjection;
DROP FUNCTION appraisal_never() CASCADE;
DROP FUNCTION appraisal_hold_objection(), appraisal_add_entry(), appraisal_add_mark(), appraisal_keep_letter(),
    appraisal_move_letter(), appraisal_refuse(text, text);
"""

CITY = "(SELECT wall_roles()) @> '{city}'"
# The county whose letter it is, or the department's liaison; a draft is the city's alone.
PARTY = """state <> 'draft' AND (organisation_id IS NULL AND hub_id = ANY ((SELECT wall_counties())::int[])
    OR (SELECT wall_roles()) @> '{liaison}' AND organisation_id = ANY ((SELECT wall_receivers())::bigint[]))"""
WITH_ITS_LETTER = "EXISTS (SELECT FROM appraisal_targetletter l WHERE l.id = letter_id)"
WITH_ITS_ITEM = "EXISTS (SELECT FROM appraisal_letteritem i WHERE i.id = item_id)"
WITH_ITS_PROOF = "EXISTS (SELECT FROM appraisal_letterproof p WHERE p.id = proof_id)"


def added(table: str, condition: str) -> list[object]:
    """Both sides read and add to it."""
    name = f"appraisal_{table}"
    return [
        wall.grant(name, "select, insert"),
        wall.enable(name),
        wall.policy(name, "with_its_letter", condition),
    ]


def written(table: str, condition: str, rights: str) -> list[object]:
    """Both sides read it; the city writes."""
    name = f"appraisal_{table}"
    return [
        wall.grant(name, rights),
        wall.enable(name),
        wall.policy(name, "with_its_letter", condition, command="SELECT"),
        wall.policy(name, "written_by_the_city", CITY),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0004_target_letters"),
        ("indicators", "0006_stock_stamp"),
        ("practice", "0010_intake_wall"),
    ]
    operations = [
        migrations.RunSQL(HELD + COUNTS, BEFORE),
        wall.grant("appraisal_targetletter", "select, insert, update, delete"),
        wall.enable("appraisal_targetletter"),
        wall.policy("appraisal_targetletter", "the_city", CITY),
        wall.policy("appraisal_targetletter", "read_by_the_other_side", PARTY, command="SELECT"),
        wall.policy("appraisal_targetletter", "signed_by_the_other_side", PARTY, command="UPDATE"),
        *written("letteritem", WITH_ITS_LETTER, "select, insert, update, delete"),
        *written("lettermilestone", WITH_ITS_ITEM, "select, insert, update, delete"),
        *written("lettermark", WITH_ITS_LETTER, "select, insert"),
        *added("letterproof", WITH_ITS_LETTER),
        *added("letterproofpiece", WITH_ITS_PROOF),
        *added("letterentry", WITH_ITS_LETTER),
        *added("letterstep", WITH_ITS_LETTER),
        wall.grant("appraisal_letterobjection", "select, insert, update"),
        wall.enable("appraisal_letterobjection"),
        wall.policy("appraisal_letterobjection", "with_its_letter", WITH_ITS_LETTER, command="SELECT"),
        wall.policy("appraisal_letterobjection", "made_by_the_other_side", None, WITH_ITS_LETTER, "INSERT"),
        wall.policy("appraisal_letterobjection", "ruled_by_the_city", CITY, command="UPDATE"),
        # Kept by the background's own hand.
        wall.grant("appraisal_letterprogress", "select"),
        wall.enable("appraisal_letterprogress"),
        wall.policy("appraisal_letterprogress", "with_its_letter", WITH_ITS_LETTER, command="SELECT"),
    ]
