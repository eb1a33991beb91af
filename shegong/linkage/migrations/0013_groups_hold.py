"""What local groups and micro-grants refuse by themselves, and who may see and write them."""

from django.db import migrations

from shegong.kernel import wall

GROUPS = """
-- A group goes from stage to stage; each is kept with its days.
CREATE FUNCTION linkage_guard_group() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.id, OLD.hub_id, OLD.station_id, OLD.founded_on) IS DISTINCT FROM
           (NEW.id, NEW.hub_id, NEW.station_id, NEW.founded_on) THEN
            PERFORM linkage_refuse('linkage_localgroup_stays_where_it_is');
        ELSIF OLD.stage <> NEW.stage AND (
            (OLD.stage, NEW.stage) NOT IN (('incubating', 'filed'), ('incubating', 'registered'),
                ('incubating', 'dissolved'), ('filed', 'registered'), ('filed', 'dissolved'),
                ('registered', 'dissolved'))
            OR NEW.stage_since < OLD.stage_since OR NEW.stage_since > wall_today()) THEN
            PERFORM linkage_refuse('linkage_localgroup_no_stage_skipped');
        ELSIF OLD.stage = NEW.stage AND (OLD.stage_since <> NEW.stage_since OR OLD.stage = 'dissolved') THEN
            PERFORM linkage_refuse('linkage_localgroup_stage_stays');
        END IF;
    ELSIF NEW.hub_id <> (SELECT s.hub_id FROM network_station s WHERE s.id = NEW.station_id)
          OR NEW.town_id IS DISTINCT FROM (SELECT s.town_id FROM network_station s WHERE s.id = NEW.station_id)
          OR NEW.stage_since > wall_today() THEN
        PERFORM linkage_refuse('linkage_localgroup_stays_where_it_is');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_localgroup_guarded BEFORE INSERT OR UPDATE ON linkage_localgroup
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_group();

CREATE FUNCTION linkage_keep_group_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE linkage_groupstep SET until = NEW.stage_since WHERE group_id = NEW.id AND until IS NULL;
    INSERT INTO linkage_groupstep (id, group_id, stage, since)
    VALUES (gen_random_uuid(), NEW.id, NEW.stage, NEW.stage_since);
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_localgroup_begun AFTER INSERT ON linkage_localgroup
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_group_step();
CREATE TRIGGER linkage_localgroup_went_on AFTER UPDATE OF stage ON linkage_localgroup
    FOR EACH ROW WHEN (OLD.stage <> NEW.stage) EXECUTE FUNCTION linkage_keep_group_step();

-- A micro-grant goes on step by step, in the own name; at each the ledger holds what was decided, to the cent.
CREATE FUNCTION linkage_guard_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held numeric;
    paid numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NOT EXISTS (
            SELECT FROM linkage_localgroup g WHERE g.id = NEW.group_id AND g.hub_id = NEW.hub_id
            AND g.station_id = NEW.station_id AND g.stage <> 'dissolved') THEN
            PERFORM linkage_refuse('linkage_microgrant_of_a_group');
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.id, OLD.group_id, OLD.hub_id, OLD.station_id, OLD.title, OLD.plan, OLD.asked, OLD.asked_by_id)
       IS DISTINCT FROM
       (NEW.id, NEW.group_id, NEW.hub_id, NEW.station_id, NEW.title, NEW.plan, NEW.asked, NEW.asked_by_id)
       OR OLD.state <> 'asked' AND (OLD.fund_id, OLD.year, OLD.approved, OLD.decided_by_id)
       IS DISTINCT FROM (NEW.fund_id, NEW.year, NEW.approved, NEW.decided_by_id) THEN
        PERFORM linkage_refuse('linkage_microgrant_stays');
    ELSIF (OLD.state, NEW.state) NOT IN (('asked', 'approved'), ('asked', 'declined'), ('approved', 'paid'),
                                         ('paid', 'accounted')) THEN
        PERFORM linkage_refuse('linkage_microgrant_no_stage_skipped');
    ELSIF NEW.state IN ('approved', 'declined') AND NEW.decided_by_id IS DISTINCT FROM wall_account()
          OR NEW.state = 'paid' AND NEW.paid_by_id IS DISTINCT FROM wall_account() THEN
        PERFORM linkage_refuse('linkage_microgrant_in_the_own_name');
    END IF;
    SELECT coalesce(sum(b.amount) FILTER (WHERE b.stage = 'committed'), 0),
           coalesce(sum(b.amount) FILTER (WHERE b.stage = 'paid'), 0) INTO held, paid
    FROM purchase_subjectbalance b
    WHERE b.subject = 'microgrant:' || NEW.id AND b.fund_id = NEW.fund_id AND b.hub_id = NEW.hub_id;
    IF NEW.state = 'approved' AND (held, paid) <> (NEW.approved, 0::numeric)
       OR NEW.state = 'paid' AND (held, paid) <> (0::numeric, NEW.approved) THEN
        PERFORM linkage_refuse('linkage_microgrant_as_the_ledger_says');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_microgrant_guarded BEFORE INSERT OR UPDATE ON linkage_microgrant
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_grant();

-- Stages and places, for the readings: no words and no people.
CREATE VIEW linkage_groupspan AS
SELECT g.hub_id, g.town_id, g.station_id, s.stage, s.since, s.until
FROM linkage_groupstep s JOIN linkage_localgroup g ON g.id = s.group_id;
GRANT SELECT ON linkage_groupspan TO shegong_app;
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON linkage_groupstep
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
"""
BEFORE = """
DROP TRIGGER indicators_restamp ON linkage_groupstep;
DROP VIEW linkage_groupspan;
DROP TRIGGER linkage_microgrant_guarded ON linkage_microgrant;
DROP TRIGGER linkage_localgroup_went_on ON linkage_localgroup;
DROP TRIGGER linkage_localgroup_begun ON linkage_localgroup;
DROP TRIGGER linkage_localgroup_guarded ON linkage_localgroup;
DROP FUNCTION linkage_guard_grant(), linkage_keep_group_step(), linkage_guard_group();
"""

ROLES = "(SELECT wall_roles())"
HERE = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
CITY = f"{ROLES} @> '{{city}}'"
SEEN = f"({ROLES} && '{{county,head,worker}}' AND {HERE})"
COUNTY = f"({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
OWN = f"({ROLES} && '{{head,worker}}' AND {HERE})"


def walled(table: str, rights: str) -> list[object]:
    """Rights of the application's role on a table behind the wall."""
    return [wall.grant(table, rights), wall.enable(table)]


def with_group(more: str = "true") -> str:
    """Seen with its group; written by who may write that."""
    condition = more.replace("hub_id", "g.hub_id").replace("station_id", "g.station_id")
    return f"EXISTS (SELECT FROM linkage_localgroup g WHERE g.id = group_id AND {condition})"


class Migration(migrations.Migration):
    dependencies = [
        ("linkage", "0012_groups"),
        ("purchase", "0024_grants_without_contract"),
        ("indicators", "0006_stock_stamp"),
    ]
    operations = [
        migrations.RunSQL(GROUPS, BEFORE),
        *walled("linkage_localgroup", "select, insert, update"),
        wall.policy("linkage_localgroup", "seen_where_it_belongs", SEEN, command="SELECT"),
        wall.policy(
            "linkage_localgroup", "begun_by_its_station", None, f"made_by_id = (SELECT wall_account()) AND {OWN}",
            "INSERT",
        ),
        wall.policy("linkage_localgroup", "kept_by_its_station", OWN, command="UPDATE"),
        *walled("linkage_groupstep", "select"),
        wall.policy("linkage_groupstep", "seen_with_its_group", with_group(), command="SELECT"),
        *walled("linkage_groupsupport", "select, insert"),
        wall.policy("linkage_groupsupport", "seen_with_its_group", with_group(), command="SELECT"),
        wall.policy(
            "linkage_groupsupport", "noted_by_its_station", None,
            f"noted_by_id = (SELECT wall_account()) AND {with_group(OWN)}", "INSERT",
        ),
        *walled("linkage_groupproject", "select, insert, update"),
        wall.policy("linkage_groupproject", "seen_with_its_group", with_group(), command="SELECT"),
        wall.policy("linkage_groupproject", "begun_by_its_station", None, with_group(OWN), "INSERT"),
        wall.policy("linkage_groupproject", "kept_by_its_station", with_group(OWN), command="UPDATE"),
        *walled("linkage_microgrant", "select, insert, update"),
        wall.policy("linkage_microgrant", "seen_where_it_belongs", f"{CITY} OR {SEEN}", command="SELECT"),
        wall.policy(
            "linkage_microgrant", "asked_by_its_station", None, f"asked_by_id = (SELECT wall_account()) AND {OWN}",
            "INSERT",
        ),
        wall.policy(
            "linkage_microgrant", "decided_and_paid_by_the_county", f"{COUNTY} AND state IN ('asked', 'approved')",
            f"{COUNTY} AND state IN ('approved', 'declined', 'paid')", "UPDATE",
        ),
        wall.policy(
            "linkage_microgrant", "accounted_for_by_its_station", f"{OWN} AND state = 'paid'",
            f"{OWN} AND state = 'accounted'", "UPDATE",
        ),
    ]  # fmt: skip
