"""What agreements refuse by themselves, when they come into force, what referrals under them keep to, and who may see
and write them.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

ZONE = settings.TIME_ZONE

SIGHT = """
-- Agreements to which an organisation of the viewer's is party, once there is something to sign.
CREATE FUNCTION linkage_own_agreements() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT p.agreement_id), '{}') FROM linkage_agreementparty p
    JOIN linkage_agreement a ON a.id = p.agreement_id
    WHERE p.organisation_id = ANY (wall_receivers()) AND a.state <> 'draft'
$$;
CREATE FUNCTION linkage_refuse(p_rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'acting together refuses this: %', p_rule
    USING ERRCODE = 'check_violation', CONSTRAINT = p_rule;
END $$;
"""

AGREEMENTS = """
CREATE FUNCTION linkage_guard_agreement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before linkage_agreement;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM linkage_refuse('linkage_agreement_begins_as_draft');
        END IF;
        IF NEW.follows_id IS NOT NULL THEN
            SELECT * INTO before FROM linkage_agreement WHERE id = NEW.follows_id FOR UPDATE;
            IF before.state <> 'in_force' OR before.hub_id <> NEW.hub_id OR NEW.version <> before.version + 1 THEN
                PERFORM linkage_refuse('linkage_agreement_follows_one_in_force');
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.id, OLD.hub_id, OLD.version, OLD.follows_id, OLD.follow_kind, OLD.drafted_by_id)
       IS DISTINCT FROM (NEW.id, NEW.hub_id, NEW.version, NEW.follows_id, NEW.follow_kind, NEW.drafted_by_id) THEN
        PERFORM linkage_refuse('linkage_agreement_stays_whose_it_is');
    END IF;
    IF OLD.state <> 'draft' AND (
        to_jsonb(OLD) - '{state,ends_on,signed_on,end_reason}'::text[]
        <> to_jsonb(NEW) - '{state,ends_on,signed_on,end_reason}'::text[]
        OR OLD.signed_on IS NOT NULL AND NEW.signed_on IS DISTINCT FROM OLD.signed_on
        OR NEW.ends_on > OLD.ends_on OR OLD.state IN ('replaced', 'ended')) THEN
        PERFORM linkage_refuse('linkage_agreement_frozen');
    END IF;
    IF OLD.state <> NEW.state THEN
        IF (OLD.state, NEW.state) NOT IN (('draft', 'signing'), ('draft', 'ended'), ('signing', 'draft'),
            ('signing', 'in_force'), ('in_force', 'replaced'), ('in_force', 'ended')) THEN
            PERFORM linkage_refuse('linkage_agreement_no_stage_skipped');
        ELSIF NEW.state = 'signing' THEN
            IF NOT EXISTS (SELECT FROM linkage_agreementparty p
                           WHERE p.agreement_id = NEW.id AND p.station_id = NEW.hub_id)
               OR NOT EXISTS (SELECT FROM linkage_agreementparty p JOIN network_organisation o
                              ON o.id = p.organisation_id AND 'department' = ANY (o.kinds)
                              WHERE p.agreement_id = NEW.id) THEN
                PERFORM linkage_refuse('linkage_agreement_with_a_department');
            ELSIF NOT EXISTS (SELECT FROM linkage_agreementstation s WHERE s.agreement_id = NEW.id) THEN
                PERFORM linkage_refuse('linkage_agreement_for_stations');
            ELSIF EXISTS (SELECT FROM linkage_referralchannel c WHERE c.agreement_id = NEW.id AND NOT EXISTS (
                          SELECT FROM linkage_agreementparty p WHERE p.agreement_id = NEW.id
                          AND p.organisation_id = c.organisation_id)) THEN
                PERFORM linkage_refuse('linkage_agreement_channels_of_parties');
            END IF;
        ELSIF NEW.state = 'draft' THEN
            UPDATE linkage_agreementparty SET signed_on = NULL, signed_by_id = NULL, on_paper = ''
            WHERE agreement_id = NEW.id AND signed_on IS NOT NULL;
        ELSIF NEW.state = 'in_force' AND EXISTS (
            SELECT FROM linkage_agreementparty p WHERE p.agreement_id = NEW.id AND p.signed_on IS NULL) THEN
            PERFORM linkage_refuse('linkage_agreement_signed_by_all');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_agreement_guarded BEFORE INSERT OR UPDATE ON linkage_agreement
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_agreement();

-- Parties are named while it is drafted; while it is signed nothing changes but that, in one's own name.
CREATE FUNCTION linkage_guard_party() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here linkage_agreement;
BEGIN
    SELECT * INTO here FROM linkage_agreement WHERE id = coalesce(NEW.agreement_id, OLD.agreement_id) FOR UPDATE;
    IF here.state = 'draft' THEN
        IF TG_OP <> 'DELETE' AND NEW.signed_on IS NOT NULL THEN
            PERFORM linkage_refuse('linkage_agreementparty_signs_what_is_ready');
        ELSIF TG_OP <> 'DELETE' AND NEW.station_id <> here.hub_id THEN
            PERFORM linkage_refuse('linkage_agreementparty_own_side');
        ELSIF TG_OP = 'UPDATE' AND (NEW.agreement_id, NEW.station_id, NEW.organisation_id)
              IS DISTINCT FROM (OLD.agreement_id, OLD.station_id, OLD.organisation_id) THEN
            PERFORM linkage_refuse('linkage_agreementparty_stays_who_it_is');
        END IF;
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP <> 'UPDATE' OR here.state <> 'signing' OR to_jsonb(OLD) - '{signed_on,signed_by_id,on_paper}'::text[]
       <> to_jsonb(NEW) - '{signed_on,signed_by_id,on_paper}'::text[] THEN
        PERFORM linkage_refuse('linkage_agreement_frozen');
    ELSIF NEW.signed_on IS NULL THEN
        IF pg_trigger_depth() < 2 THEN
            PERFORM linkage_refuse('linkage_agreementparty_signature_stays');
        END IF;
    ELSIF OLD.signed_on IS NOT NULL OR NEW.signed_by_id IS DISTINCT FROM wall_account()
          OR NEW.signed_on > wall_today() THEN
        PERFORM linkage_refuse('linkage_agreementparty_in_the_own_name');
    ELSIF NEW.organisation_id IS NOT NULL AND NEW.organisation_id <> ALL (wall_receivers()) AND NEW.on_paper = '' THEN
        PERFORM linkage_refuse('linkage_agreementparty_signs_itself');
    ELSIF NEW.station_id IS NOT NULL AND NOT (wall_roles() @> '{city}' OR wall_roles() @> '{county}'
          AND NEW.station_id = ANY (wall_hubs())) THEN
        PERFORM linkage_refuse('linkage_agreementparty_signs_itself');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_agreementparty_guarded BEFORE INSERT OR UPDATE OR DELETE ON linkage_agreementparty
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_party();

-- The last signature puts it in force: what it follows ends where it begins, and the days of its reviews are set.
CREATE FUNCTION linkage_put_in_force() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here linkage_agreement;
BEGIN
    IF EXISTS (SELECT FROM linkage_agreementparty p
               WHERE p.agreement_id = NEW.agreement_id AND p.signed_on IS NULL) THEN
        RETURN NULL;
    END IF;
    UPDATE linkage_agreement SET state = 'in_force', signed_on = (
        SELECT max(p.signed_on) FROM linkage_agreementparty p WHERE p.agreement_id = NEW.agreement_id)
    WHERE id = NEW.agreement_id RETURNING * INTO here;
    UPDATE linkage_agreement a SET state = 'replaced', ends_on = greatest(least(a.ends_on, here.since), a.since)
    WHERE a.id = here.follows_id AND a.state = 'in_force';
    INSERT INTO linkage_agreementreview (id, agreement_id, due_on, outcome, result)
    SELECT gen_random_uuid(), here.id, d::date, '', ''
    FROM generate_series(here.since + here.review_months * interval '1 month', here.until,
                         here.review_months * interval '1 month') AS d;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_agreementparty_signed AFTER UPDATE OF signed_on ON linkage_agreementparty
    FOR EACH ROW WHEN (NEW.signed_on IS NOT NULL) EXECUTE FUNCTION linkage_put_in_force();

CREATE FUNCTION linkage_guard_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here linkage_agreement;
BEGIN
    SELECT * INTO here FROM linkage_agreement WHERE id = coalesce(NEW.agreement_id, OLD.agreement_id) FOR UPDATE;
    IF here.state <> 'draft' OR TG_OP = 'UPDATE' AND NEW.agreement_id <> OLD.agreement_id THEN
        PERFORM linkage_refuse('linkage_agreement_frozen');
    END IF;
    IF TG_TABLE_NAME = 'linkage_agreementstation' AND TG_OP <> 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM network_station s, network_station h
                       WHERE s.id = NEW.station_id AND h.id = here.hub_id
                         AND (h.tier = 'centre' OR s.hub_id = h.id)) THEN
            PERFORM linkage_refuse('linkage_agreementstation_within_reach');
        END IF;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER linkage_agreementstation_guarded BEFORE INSERT OR UPDATE OR DELETE ON linkage_agreementstation
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_part();
CREATE TRIGGER linkage_referralchannel_guarded BEFORE INSERT OR UPDATE OR DELETE ON linkage_referralchannel
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_part();

CREATE FUNCTION linkage_guard_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.held_on IS NOT NULL OR (NEW.agreement_id, NEW.due_on) IS DISTINCT FROM (OLD.agreement_id, OLD.due_on)
       OR NEW.kept_by_id IS DISTINCT FROM wall_account() OR NEW.held_on > wall_today() THEN
        PERFORM linkage_refuse('linkage_agreementreview_kept_once');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_agreementreview_guarded BEFORE UPDATE ON linkage_agreementreview
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_review();
"""

REFERRALS = """
-- Whether an agreement of that day leads from a station to an organisation, or from it to the station.
CREATE FUNCTION linkage_leads(p_agreement uuid, p_organisation bigint, p_direction text, p_station int, p_day date)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM linkage_agreement a
        JOIN linkage_referralchannel c ON c.agreement_id = a.id AND c.organisation_id = p_organisation
            AND c.direction = p_direction
        JOIN linkage_agreementstation l ON l.agreement_id = a.id
        JOIN network_station s ON s.id = p_station
        JOIN network_station h ON h.id = l.station_id AND (h.id IN (s.id, s.town_id, s.hub_id) OR h.tier = 'centre')
        WHERE a.id = p_agreement AND a.signed_on IS NOT NULL AND a.since <= p_day AND a.ends_on > p_day)
$$;

-- A referral rests on an agreement that leads there; under which one and by when stays once it went out.
CREATE FUNCTION linkage_guard_referral() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF wall_account() IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NOT NULL THEN
        IF (NEW.agreement, NEW.agreement_title, NEW.due_at, NEW.result_due_at)
           IS DISTINCT FROM (OLD.agreement, OLD.agreement_title, OLD.due_at, OLD.result_due_at) THEN
            PERFORM linkage_refuse('linkage_referral_terms_stay');
        END IF;
    ELSIF NEW.agreement IS NOT NULL AND (NEW.result_due_at IS NULL OR NOT linkage_leads(
          NEW.agreement, NEW.to_organisation_id, 'to', NEW.station_id, wall_today())) THEN
        PERFORM linkage_refuse('linkage_referral_by_an_agreement_in_force');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_referral_guarded BEFORE INSERT OR UPDATE OF agreement, agreement_title, due_at, result_due_at,
    released_at ON practice_referral FOR EACH ROW EXECUTE FUNCTION linkage_guard_referral();

CREATE FUNCTION linkage_guard_arrival() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here linkage_referralchannel;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO here FROM linkage_referralchannel WHERE id = NEW.channel_id;
        IF NEW.state <> 'sent' OR here.organisation_id <> NEW.organisation_id OR here.direction <> 'from'
           OR NEW.hub_id <> (SELECT s.hub_id FROM network_station s WHERE s.id = NEW.station_id)
           OR NEW.consent_on > wall_today()
           OR NOT linkage_leads(here.agreement_id, NEW.organisation_id, 'from', NEW.station_id, wall_today()) THEN
            PERFORM linkage_refuse('linkage_departmentreferral_by_a_channel');
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - '{state,answer,answered_at,answered_by_id,enquiry,result,returned_at,returned_by_id}'::text[]
       <> to_jsonb(NEW) - '{state,answer,answered_at,answered_by_id,enquiry,result,returned_at,returned_by_id}'::text[]
       THEN
        PERFORM linkage_refuse('linkage_departmentreferral_stays');
    ELSIF (OLD.state, NEW.state) NOT IN (('sent', 'accepted'), ('sent', 'declined'), ('accepted', 'returned')) THEN
        PERFORM linkage_refuse('linkage_departmentreferral_no_stage_skipped');
    ELSIF wall_account() <> (CASE NEW.state WHEN 'returned' THEN NEW.returned_by_id ELSE NEW.answered_by_id END)
          OR OLD.state = 'accepted' AND (OLD.answer, OLD.answered_at, OLD.answered_by_id, OLD.enquiry)
             IS DISTINCT FROM (NEW.answer, NEW.answered_at, NEW.answered_by_id, NEW.enquiry) THEN
        PERFORM linkage_refuse('linkage_departmentreferral_in_the_own_name');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_departmentreferral_guarded BEFORE INSERT OR UPDATE ON linkage_departmentreferral
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_arrival();

CREATE FUNCTION linkage_guard_joint_activity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM practice_activity a JOIN linkage_jointproject p ON p.id = NEW.project_id
                   WHERE a.id = NEW.activity AND a.station_id = NEW.station_id AND a.state <> 'cancelled') THEN
        PERFORM linkage_refuse('linkage_jointactivity_of_its_station');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_jointactivity_guarded BEFORE INSERT ON linkage_jointactivity
    FOR EACH ROW EXECUTE FUNCTION linkage_guard_joint_activity();
"""

NUMBERS = f"""
-- What became of the people whom counties and departments sent each other between two days: numbers by county, for the
-- department's own liaison and for officers. Nobody is named; who shows them suppresses small ones.
CREATE FUNCTION linkage_department_results(p_since date, p_until date)
RETURNS TABLE (organisation_id bigint, hub_id int, sent bigint, answered bigint, answered_in_time bigint,
               accepted bigint, returned bigint, returned_in_time bigint, late bigint, services bigint,
               arrived bigint, arrived_accepted bigint, arrived_in_time bigint, arrived_returned bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH reach AS (
        SELECT wall_receivers() AS organisations, wall_roles() @> '{{city}}' AS whole, wall_counties() AS hubs
    ), went AS (
        SELECT r.to_organisation_id AS organisation_id, r.hub_id, count(*) AS sent,
               count(r.answered_at) AS answered, count(*) FILTER (WHERE r.answered_at <= r.due_at) AS in_time,
               count(*) FILTER (WHERE r.answered_at IS NOT NULL AND (r.state IN ('accepted', 'returned')
                   OR r.returned_at IS NOT NULL)) AS accepted,
               count(r.returned_at) AS returned,
               count(*) FILTER (WHERE r.returned_at <= coalesce(r.result_due_at, r.returned_at)) AS returned_in_time,
               count(*) FILTER (WHERE r.state = 'sent' AND r.due_at < now()
                   OR r.state = 'accepted' AND r.result_due_at < now()) AS late,
               coalesce(sum((SELECT count(*) FROM practice_recordclient c
                   WHERE c.client_id = r.client_id AND c.hub_id = r.hub_id
                     AND c.served_on >= (r.released_at AT TIME ZONE '{ZONE}')::date AND c.served_on < p_until)), 0)
                   ::bigint AS services
        FROM practice_referral r, reach
        WHERE r.to_organisation_id IS NOT NULL AND r.released_at IS NOT NULL AND r.state <> 'withdrawn'
          AND r.released_at >= p_since::timestamp AT TIME ZONE '{ZONE}'
          AND r.released_at < p_until::timestamp AT TIME ZONE '{ZONE}'
          AND (r.to_organisation_id = ANY (organisations) OR whole OR r.hub_id = ANY (hubs))
        GROUP BY 1, 2
    ), came AS (
        SELECT d.organisation_id, d.hub_id, count(*) AS arrived,
               count(*) FILTER (WHERE d.state IN ('accepted', 'returned')) AS accepted,
               count(*) FILTER (WHERE d.answered_at <= d.due_at) AS in_time, count(d.returned_at) AS returned
        FROM linkage_departmentreferral d, reach
        WHERE d.sent_at >= p_since::timestamp AT TIME ZONE '{ZONE}'
          AND d.sent_at < p_until::timestamp AT TIME ZONE '{ZONE}'
          AND (d.organisation_id = ANY (organisations) OR whole OR d.hub_id = ANY (hubs))
        GROUP BY 1, 2
    )
    SELECT coalesce(w.organisation_id, c.organisation_id), coalesce(w.hub_id, c.hub_id), coalesce(w.sent, 0),
           coalesce(w.answered, 0), coalesce(w.in_time, 0), coalesce(w.accepted, 0), coalesce(w.returned, 0),
           coalesce(w.returned_in_time, 0), coalesce(w.late, 0), coalesce(w.services, 0), coalesce(c.arrived, 0),
           coalesce(c.accepted, 0), coalesce(c.in_time, 0), coalesce(c.returned, 0)
    FROM went w FULL JOIN came c USING (organisation_id, hub_id)
$$;
REVOKE ALL ON FUNCTION linkage_department_results(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION linkage_department_results(date, date) TO shegong_app;

-- Days and places, for the readings: no words and no people.
CREATE VIEW linkage_agreementspan AS
SELECT a.hub_id, a.since, a.ends_on FROM linkage_agreement a WHERE a.signed_on IS NOT NULL;
GRANT SELECT ON linkage_agreementspan TO shegong_app;
CREATE VIEW linkage_agreedanswer AS
SELECT r.hub_id, s.town_id, r.station_id, (r.due_at AT TIME ZONE '{ZONE}')::date AS due_on,
       coalesce(r.answered_at <= r.due_at, false) AS in_time
FROM practice_referral r JOIN network_station s ON s.id = r.station_id
WHERE r.agreement IS NOT NULL AND r.released_at IS NOT NULL AND r.state <> 'withdrawn'
UNION ALL
SELECT d.hub_id, s.town_id, d.station_id, (d.due_at AT TIME ZONE '{ZONE}')::date,
       coalesce(d.answered_at <= d.due_at, false)
FROM linkage_departmentreferral d JOIN network_station s ON s.id = d.station_id;
GRANT SELECT ON linkage_agreedanswer TO shegong_app;
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON linkage_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON linkage_departmentreferral
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER linkage_agreed_answer AFTER INSERT OR UPDATE ON practice_referral
    FOR EACH ROW WHEN (NEW.agreement IS NOT NULL) EXECUTE FUNCTION indicators_restamp_stocks();
"""

BEFORE = """
DROP TRIGGER linkage_agreed_answer ON practice_referral;
DROP TRIGGER indicators_restamp ON linkage_departmentreferral;
DROP TRIGGER indicators_restamp ON linkage_agreement;
DROP VIEW linkage_agreedanswer, linkage_agreementspan;
DROP FUNCTION linkage_department_results(date, date);
DROP TRIGGER linkage_jointactivity_guarded ON linkage_jointactivity;
DROP TRIGGER linkage_departmentreferral_guarded ON linkage_departmentreferral;
DROP TRIGGER linkage_referral_guarded ON practice_referral;
DROP TRIGGER linkage_agreementreview_guarded ON linkage_agreementreview;
DROP TRIGGER linkage_referralchannel_guarded ON linkage_referralchannel;
DROP TRIGGER linkage_agreementstation_guarded ON linkage_agreementstation;
DROP TRIGGER linkage_agreementparty_signed ON linkage_agreementparty;
DROP TRIGGER linkage_agreementparty_guarded ON linkage_agreementparty;
DROP TRIGGER linkage_agreement_guarded ON linkage_agreement;
DROP FUNCTION linkage_guard_joint_activity(), linkage_guard_arrival(), linkage_guard_referral(),
    linkage_leads(uuid, bigint, text, int, date), linkage_guard_review(), linkage_guard_part(),
    linkage_put_in_force(), linkage_guard_party(), linkage_guard_agreement(), linkage_refuse(text),
    linkage_own_agreements();
"""

ROLES = "(SELECT wall_roles())"
CITY = f"{ROLES} @> '{{city}}'"
COUNTY = f"({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
OFFICE = f"({CITY} OR {COUNTY})"
HEAD_OF_HUB = f"({ROLES} @> '{{head}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
DRAFTERS = f"({OFFICE} OR {HEAD_OF_HUB})"
CENTRES = f"""({ROLES} && '{{county,head,worker,supervisor}}' AND hub_id IN (
    SELECT s.id FROM network_station s WHERE s.tier = 'centre'))"""
SEEN = f"""(hub_id = ANY ((SELECT wall_staff_hubs())::int[]) OR {CENTRES}
    OR id = ANY ((SELECT linkage_own_agreements())::uuid[]))"""
REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OWN = "organisation_id = ANY ((SELECT wall_receivers())::bigint[])"
KEEPS = f"{ROLES} && '{{worker,head}}' AND {REACH}"
LEADS = f"({OFFICE} OR {ROLES} @> '{{head}}' AND {REACH})"


def with_agreement(more: str = "true") -> str:
    """Seen with its agreement; written by who may write that."""
    return f"EXISTS (SELECT FROM linkage_agreement a WHERE a.id = agreement_id AND {more.replace('hub_id', 'a.hub_id')})"


def with_project(more: str = "true") -> str:
    """Seen with its project; written by who may write that."""
    condition = more.replace("hub_id", "p.hub_id").replace("station_id", "p.station_id")
    return f"EXISTS (SELECT FROM linkage_jointproject p WHERE p.id = project_id AND {condition})"


def walled(table: str, rights: str) -> list[object]:
    """Rights of the application's role on a table behind the wall."""
    return [wall.grant(table, rights), wall.enable(table)]


def part(table: str, rights: str) -> list[object]:
    """What belongs to an agreement and is drafted with it."""
    return [
        *walled(table, rights),
        wall.policy(table, "seen_with_its_agreement", with_agreement(), command="SELECT"),
        wall.policy(table, "drafted_with_its_agreement", None, with_agreement(DRAFTERS), "INSERT"),
        wall.policy(table, "changed_with_its_agreement", with_agreement(DRAFTERS), command="UPDATE"),
        wall.policy(table, "dropped_with_its_agreement", with_agreement(DRAFTERS), command="DELETE"),
    ]


class Migration(migrations.Migration):
    dependencies = [("linkage", "0010_agreements"), ("indicators", "0006_stock_stamp")]
    operations = [
        migrations.RunSQL(SIGHT + AGREEMENTS + REFERRALS + NUMBERS, BEFORE),
        *walled("linkage_agreement", "select, insert, update"),
        wall.policy("linkage_agreement", "seen_by_its_sides", SEEN, command="SELECT"),
        wall.policy(
            "linkage_agreement",
            "drafted_in_the_own_name",
            None,
            f"drafted_by_id = (SELECT wall_account()) AND {DRAFTERS}",
            "INSERT",
        ),
        wall.policy("linkage_agreement", "led_by_officers", DRAFTERS, command="UPDATE"),
        *part("linkage_agreementparty", "select, insert, update, delete"),
        wall.policy(
            "linkage_agreementparty", "signed_by_itself", f"{OWN} AND {with_agreement()}", command="UPDATE"
        ),
        *part("linkage_agreementstation", "select, insert, delete"),
        *part("linkage_referralchannel", "select, insert, update, delete"),
        *walled("linkage_agreementreview", "select, update"),
        wall.policy("linkage_agreementreview", "seen_with_its_agreement", with_agreement(), command="SELECT"),
        wall.policy("linkage_agreementreview", "kept_by_officers", with_agreement(OFFICE), command="UPDATE"),
        *walled("linkage_jointproject", "select, insert, update"),
        wall.policy("linkage_jointproject", "seen_with_its_agreement", with_agreement(), command="SELECT"),
        wall.policy(
            "linkage_jointproject", "begun_in_the_own_name", None,
            f"made_by_id = (SELECT wall_account()) AND {LEADS} AND {with_agreement()}", "INSERT",
        ),
        wall.policy("linkage_jointproject", "led_by_its_station", LEADS, command="UPDATE"),
        *walled("linkage_jointpart", "select, insert"),
        wall.policy("linkage_jointpart", "seen_with_its_project", with_project(), command="SELECT"),
        wall.policy("linkage_jointpart", "written_with_its_project", None, with_project(LEADS), "INSERT"),
        *walled("linkage_jointactivity", "select, insert, delete"),
        wall.policy("linkage_jointactivity", "seen_with_its_project", with_project(), command="SELECT"),
        wall.policy("linkage_jointactivity", "linked_by_its_leader", None, with_project(LEADS), "INSERT"),
        wall.policy("linkage_jointactivity", "dropped_by_its_leader", with_project(LEADS), command="DELETE"),
        *walled("linkage_payableservice", "select, insert, update"),
        wall.policy("linkage_payableservice", "read_by_all", "true", command="SELECT"),
        wall.policy("linkage_payableservice", "listed_by_the_city", None, CITY, "INSERT"),
        wall.policy("linkage_payableservice", "changed_by_the_city", CITY, command="UPDATE"),
        *walled("linkage_departmentreferral", "select, insert, update"),
        wall.policy("linkage_departmentreferral", "seen_by_who_sent_it", OWN, command="SELECT"),
        wall.policy("linkage_departmentreferral", "seen_where_it_went", REACH, command="SELECT"),
        wall.policy(
            "linkage_departmentreferral", "sent_in_the_own_name", None,
            f"sent_by_id = (SELECT wall_account()) AND {ROLES} @> '{{liaison}}' AND {OWN}", "INSERT",
        ),
        wall.policy("linkage_departmentreferral", "answered_where_it_went", KEEPS, command="UPDATE"),
    ]  # fmt: skip
