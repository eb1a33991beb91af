"""What the tables themselves refuse, and who may touch them."""

from django.db import migrations

from shegong.kernel import wall

# A standard is written as a draft; published, it adds up to a hundred, rests on clauses in force, and stays as it is.
STANDARDS = """
CREATE FUNCTION appraisal_publish_standard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' OR OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published standard stays as it is' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'appraisal_standard_published_stays';
    END IF;
    IF (SELECT coalesce(sum(weight), 0) FROM appraisal_standarditem WHERE standard_id = NEW.id) <> 100 THEN
        RAISE EXCEPTION 'the weights don''t add up to 100' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'appraisal_standard_weights_are_100';
    END IF;
    IF EXISTS (SELECT FROM appraisal_standarditem i WHERE i.standard_id = NEW.id AND NOT EXISTS (
        SELECT FROM appraisal_policyversion v JOIN appraisal_clause c ON c.version_id = v.id AND c.anchor = i.anchor
        WHERE v.document_id = i.document_id AND v.published_at IS NOT NULL
          AND v.since <= NEW.opens_on AND (v.until IS NULL OR v.until > NEW.opens_on))) THEN
        RAISE EXCEPTION 'an item rests on a clause that isn''t in force' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'appraisal_standard_clauses_in_force';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_standard_made BEFORE INSERT ON appraisal_standard
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION appraisal_publish_standard();
CREATE TRIGGER appraisal_standard_published BEFORE UPDATE ON appraisal_standard
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL OR NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION appraisal_publish_standard();

CREATE FUNCTION appraisal_keep_published() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept boolean;
BEGIN
    IF TG_TABLE_NAME = 'appraisal_standarditem' THEN
        SELECT bool_or(published_at IS NOT NULL) INTO kept FROM appraisal_standard
        WHERE TG_OP <> 'INSERT' AND id = OLD.standard_id OR TG_OP <> 'DELETE' AND id = NEW.standard_id;
    ELSE
        SELECT bool_or(published_at IS NOT NULL) INTO kept FROM appraisal_policyversion
        WHERE TG_OP <> 'INSERT' AND id = OLD.version_id OR TG_OP <> 'DELETE' AND id = NEW.version_id;
    END IF;
    IF kept THEN
        RAISE EXCEPTION 'what was published stays as it is' USING ERRCODE = 'check_violation',
            CONSTRAINT = TG_TABLE_NAME || '_published_stays';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER appraisal_standarditem_kept BEFORE INSERT OR UPDATE OR DELETE ON appraisal_standarditem
    FOR EACH ROW EXECUTE FUNCTION appraisal_keep_published();
CREATE TRIGGER appraisal_clause_kept BEFORE INSERT OR UPDATE OR DELETE ON appraisal_clause
    FOR EACH ROW EXECUTE FUNCTION appraisal_keep_published();

-- Of a published version only its last day may still be set, once.
CREATE FUNCTION appraisal_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays as it is' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'appraisal_policyversion_published_stays';
END $$;
CREATE TRIGGER appraisal_policyversion_kept BEFORE UPDATE ON appraisal_policyversion FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL AND (
        (OLD.document_id, OLD.number, OLD.since, OLD.published_at) IS DISTINCT FROM
        (NEW.document_id, NEW.number, NEW.since, NEW.published_at) OR OLD.until IS NOT NULL))
    EXECUTE FUNCTION appraisal_keep_version();
CREATE TRIGGER appraisal_policyversion_not_lost BEFORE DELETE ON appraisal_policyversion FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION appraisal_keep_version();
"""

# A stage is never skipped, and nobody is standardised without a confirmed self-check of the same station.
CHECKS = """
CREATE FUNCTION appraisal_move_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'draft' OR TG_OP = 'UPDATE' AND (OLD.state, NEW.state) IN (
        ('draft', 'submitted'), ('submitted', 'reviewed'), ('submitted', 'returned'), ('submitted', 'declined'),
        ('returned', 'submitted'), ('reviewed', 'confirmed'), ('reviewed', 'returned'), ('reviewed', 'declined'),
        ('declined', 'appealed'), ('appealed', 'reviewed'), ('appealed', 'rejected')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a self-check doesn''t go to % so', NEW.state USING ERRCODE = 'check_violation',
        CONSTRAINT = 'appraisal_selfcheck_no_stage_skipped';
END $$;
CREATE TRIGGER appraisal_selfcheck_begun BEFORE INSERT ON appraisal_selfcheck
    FOR EACH ROW EXECUTE FUNCTION appraisal_move_check();
CREATE TRIGGER appraisal_selfcheck_moved BEFORE UPDATE ON appraisal_selfcheck
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION appraisal_move_check();

CREATE FUNCTION appraisal_check_outcome() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM appraisal_selfcheck c WHERE c.id = NEW.self_check_id AND c.state = 'confirmed'
                   AND c.station_id = NEW.station_id AND c.hub_id = NEW.hub_id) THEN
        RAISE EXCEPTION 'no confirmed self-check' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'appraisal_standardisation_of_a_confirmed_check';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_standardisation_confirmed BEFORE INSERT OR UPDATE ON appraisal_standardisation
    FOR EACH ROW EXECUTE FUNCTION appraisal_check_outcome();
""" + "".join(
    f"CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();\n"
    for table in ("appraisal_standardisation", "appraisal_milestone")
)
BEFORE = """
DROP TRIGGER indicators_restamp ON appraisal_standardisation;
DROP TRIGGER indicators_restamp ON appraisal_milestone;
DROP TRIGGER appraisal_standardisation_confirmed ON appraisal_standardisation;
DROP TRIGGER appraisal_selfcheck_moved ON appraisal_selfcheck;
DROP TRIGGER appraisal_selfcheck_begun ON appraisal_selfcheck;
DROP TRIGGER appraisal_policyversion_kept ON appraisal_policyversion;
DROP TRIGGER appraisal_policyversion_not_lost ON appraisal_policyversion;
DROP TRIGGER appraisal_clause_kept ON appraisal_clause;
DROP TRIGGER appraisal_standarditem_kept ON appraisal_standarditem;
DROP TRIGGER appraisal_standard_made ON appraisal_standard;
DROP TRIGGER appraisal_standard_published ON appraisal_standard;
DROP FUNCTION appraisal_check_outcome(), appraisal_move_check(), appraisal_keep_version(), appraisal_keep_published(),
    appraisal_publish_standard();
"""

CITY = "(SELECT wall_roles()) @> '{city}'"
# The city, the county, and who works at the station or runs it.
CONCERNED = f"""{CITY} OR hub_id = ANY ((SELECT wall_hubs())::int[])
    OR station_id = ANY ((SELECT wall_stations())::int[])"""
COUNTY = f"{CITY} OR (SELECT wall_roles()) @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[])"
WITH_ITS_PROOF = "EXISTS (SELECT FROM appraisal_checkproof p WHERE p.id = proof_id)"
# Policies and standards are for all to read; the city writes them.
PUBLIC = {
    "policydocument": "select, insert, update",
    "policyversion": "select, insert, update, delete",
    "clause": "select, insert, update, delete",
    "citation": "select, insert, update, delete",
    "standard": "select, insert, update, delete",
    "standarditem": "select, insert, update, delete",
}


def public(table: str, rights: str) -> list[object]:
    """Everybody reads; the city writes."""
    name = f"appraisal_{table}"
    return [
        wall.grant(name, rights),
        wall.enable(name),
        wall.policy(name, "read_by_all", "true", command="SELECT"),
        wall.policy(name, "written_by_the_city", CITY),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0002_measures"),
        ("indicators", "0006_stock_stamp"),
        ("kernel", "0001_wall"),
    ]
    operations = [
        migrations.RunSQL(STANDARDS + CHECKS, BEFORE),
        *[operation for table, rights in PUBLIC.items() for operation in public(table, rights)],
        *[
            operation
            for table, rights in (
                ("selfcheck", "select, insert, update"),
                ("checkanswer", "select, insert, update"),
                ("checkproof", "select, insert, delete"),
                ("checkstep", "select, insert"),
            )
            for operation in (
                wall.grant(f"appraisal_{table}", rights),
                wall.enable(f"appraisal_{table}"),
                wall.policy(f"appraisal_{table}", "concerned", CONCERNED),
            )
        ],
        wall.grant("appraisal_checkproofpiece", "select, insert, delete"),
        wall.enable("appraisal_checkproofpiece"),
        wall.policy("appraisal_checkproofpiece", "with_its_proof", WITH_ITS_PROOF),
        # Who is standardised is public; only the city makes somebody so.
        wall.grant("appraisal_standardisation", "select, insert"),
        wall.enable("appraisal_standardisation"),
        wall.policy("appraisal_standardisation", "public", "true", command="SELECT"),
        wall.policy("appraisal_standardisation", "made_by_the_city", None, CITY, "INSERT"),
        wall.grant("appraisal_milestone", "select, insert, update, delete"),
        wall.enable("appraisal_milestone"),
        wall.policy("appraisal_milestone", "public", "true", command="SELECT"),
        wall.policy("appraisal_milestone", "planned_by_county_and_city", COUNTY),
    ]
