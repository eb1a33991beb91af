"""The wall around qualifications and learning: each worker the own, a head the station's, a county officer the hub's,
the city all, an agency its employees'. Triggers keep a row where its worker is, count a course's places, and write the
hours of who came into the ledger.
"""

from typing import Final

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

OF_WORKER: Final = (
    "workforce_proof",
    "workforce_registration",
    "workforce_credentialrequest",
    "workforce_enrolment",
    "workforce_learningentry",
)

# Where a row belongs is never the writer's to say.
PLACES: Final = """
CREATE FUNCTION workforce_place_with_worker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT w.hub_id, w.station_id INTO NEW.hub_id, NEW.station_id FROM workforce_worker w WHERE w.id = NEW.worker_id;
    RETURN NEW;
END $$;
CREATE FUNCTION workforce_follow_worker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE workforce_credential SET hub_id = NEW.hub_id WHERE worker_id = NEW.id AND hub_id <> NEW.hub_id;
""" + "".join(
    f"    UPDATE {table} SET hub_id = NEW.hub_id, station_id = NEW.station_id WHERE worker_id = NEW.id;\n"
    for table in OF_WORKER
) + """
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_follow_worker AFTER UPDATE OF hub_id, station_id ON workforce_worker FOR EACH ROW
    WHEN (NEW.hub_id <> OLD.hub_id OR NEW.station_id <> OLD.station_id) EXECUTE FUNCTION workforce_follow_worker();
""" + "".join(
    f"CREATE TRIGGER workforce_place_with_worker BEFORE INSERT OR UPDATE OF worker_id ON {table} FOR EACH ROW "
    "EXECUTE FUNCTION workforce_place_with_worker();\n"
    for table in OF_WORKER
)
NO_PLACES: Final = "".join(
    f"DROP TRIGGER workforce_place_with_worker ON {table};\n" for table in OF_WORKER
) + """
DROP TRIGGER workforce_follow_worker ON workforce_worker;
DROP FUNCTION workforce_place_with_worker(), workforce_follow_worker();
"""

# The row of the course is locked by its count, so that the last place is given once.
ENROLMENTS: Final = f"""
CREATE FUNCTION workforce_count_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_before int := 0;
    v_after int := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN v_before := (OLD.state <> 'cancelled')::int; END IF;
    IF TG_OP <> 'DELETE' THEN v_after := (NEW.state <> 'cancelled')::int; END IF;
    IF v_after <> v_before THEN
        UPDATE workforce_course SET taken = taken + v_after - v_before
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.course_id ELSE NEW.course_id END;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_count_places AFTER INSERT OR DELETE OR UPDATE OF state ON workforce_enrolment
    FOR EACH ROW EXECUTE FUNCTION workforce_count_places();

-- Who came learnt so many hours: the entry goes by the enrolment's key, and goes away again with the attendance.
CREATE FUNCTION workforce_enter_attendance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state = 'attended' THEN
        INSERT INTO workforce_learningentry (id, worker_id, hub_id, station_id, kind, title, organiser, learned_on,
            hours, enrolment_id, state, entered_at, entered_by_id, decided_at, decided_by_id, answer)
        SELECT NEW.id, NEW.worker_id, NEW.hub_id, NEW.station_id, c.kind, c.title, s.name,
               (c.ends_at AT TIME ZONE '{settings.TIME_ZONE}')::date, c.hours, NEW.id, 'approved', now(),
               coalesce(wall_account(), NEW.enrolled_by_id), now(), coalesce(wall_account(), NEW.enrolled_by_id), ''
        FROM workforce_course c JOIN network_station s ON s.id = c.station_id WHERE c.id = NEW.course_id;
    ELSE
        DELETE FROM workforce_learningentry WHERE enrolment_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_enter_attendance AFTER UPDATE OF state ON workforce_enrolment FOR EACH ROW
    WHEN ((NEW.state = 'attended') <> (OLD.state = 'attended')) EXECUTE FUNCTION workforce_enter_attendance();
CREATE TRIGGER workforce_enter_attendance_at_once AFTER INSERT ON workforce_enrolment FOR EACH ROW
    WHEN (NEW.state = 'attended') EXECUTE FUNCTION workforce_enter_attendance();
"""
NO_ENROLMENTS: Final = f"""
DROP TRIGGER workforce_enter_attendance_at_once ON workforce_enrolment;
DROP TRIGGER workforce_enter_attendance ON workforce_enrolment;
DROP TRIGGER workforce_count_places ON workforce_enrolment;
DROP FUNCTION workforce_enter_attendance(), workforce_count_places();
"""

# A registration lies in its certificate's time: a certificate's day that is put right must still come before it.
REGISTRATIONS: Final = """
ALTER TABLE workforce_registration ADD CONSTRAINT workforce_registration_of_certificate
    FOREIGN KEY (credential_id, worker_id, certified_on) REFERENCES workforce_credential (id, worker_id, issued_on)
    ON UPDATE CASCADE ON DELETE CASCADE;
-- Whether somebody else holds the certificate of this number: told without telling who.
CREATE FUNCTION workforce_certificate_of_another(p_number text, p_worker bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM workforce_credential WHERE number = p_number AND worker_id <> p_worker)
$$;
REVOKE ALL ON FUNCTION workforce_certificate_of_another(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workforce_certificate_of_another(text, bigint) TO shegong_app;

-- What counting needs, and no name: views work with their owner's rights.
CREATE VIEW workforce_registered AS
SELECT w.hub_id, s.town_id, w.station_id, w.since, w.until, w.is_professional,
       r.since AS registered_since, r.until AS registered_until
FROM workforce_registration r JOIN workforce_worker w ON w.id = r.worker_id JOIN network_station s ON s.id = w.station_id;
CREATE VIEW workforce_learnt AS
SELECT w.hub_id, s.town_id, w.station_id, w.since, w.until, w.is_professional, e.learned_on, e.hours
FROM workforce_learningentry e JOIN workforce_worker w ON w.id = e.worker_id JOIN network_station s ON s.id = w.station_id
WHERE e.state = 'approved';
-- Each worker's highest certificate, latest registration and the hours since it began; with the reader's own rights.
CREATE VIEW workforce_qualification WITH (security_invoker = true) AS
SELECT c.worker_id, w.hub_id, w.station_id, c.level, c.issued_on,
       EXISTS (SELECT FROM workforce_registration x WHERE x.credential_id = c.id) AS is_registered,
       coalesce(r.level, '') AS registered_level, r.since, r.until,
       coalesce((SELECT sum(e.hours) FROM workforce_learningentry e
                 WHERE e.worker_id = c.worker_id AND e.state = 'approved' AND e.learned_on >= r.since), 0)::int AS hours
FROM (SELECT DISTINCT ON (worker_id) id, worker_id, level, issued_on FROM workforce_credential
      ORDER BY worker_id, array_position('{assistant,worker,senior}'::text[], level::text) DESC) AS c
JOIN workforce_worker w ON w.id = c.worker_id
LEFT JOIN LATERAL (
    SELECT k.level, g.since, g.until FROM workforce_registration g JOIN workforce_credential k ON k.id = g.credential_id
    WHERE g.worker_id = c.worker_id ORDER BY g.until DESC LIMIT 1) AS r ON true;
GRANT SELECT ON workforce_registered, workforce_learnt, workforce_qualification TO shegong_app;
"""
NO_REGISTRATIONS: Final = """
DROP VIEW workforce_registered, workforce_learnt, workforce_qualification;
DROP FUNCTION workforce_certificate_of_another(text, bigint);
ALTER TABLE workforce_registration DROP CONSTRAINT workforce_registration_of_certificate;
"""

# Each asked for once in a statement, not once a row.
ROLES: Final = "(SELECT wall_roles())"
OWN: Final = "worker_id = (SELECT wall_worker())"
COUNTY: Final = f"({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]) OR {ROLES} @> '{{city}}')"
OFFICE: Final = f"""({COUNTY} OR {ROLES} @> '{{head}}' AND (hub_id = ANY ((SELECT wall_hubs())::int[])
    OR station_id = ANY ((SELECT wall_stations())::int[])))"""
EMPLOYED: Final = "worker_id = ANY ((SELECT wall_employees())::bigint[])"
SEEN: Final = f"{OWN} OR {OFFICE} OR {EMPLOYED}"
# Nobody decides on the own hours or papers.
OTHERS: Final = "worker_id IS DISTINCT FROM (SELECT wall_worker())"
ORGANISED: Final = f"EXISTS (SELECT FROM workforce_course c WHERE c.id = course_id AND {OFFICE.replace('hub_id', 'c.hub_id').replace('station_id', 'c.station_id')})"
WITH_ITS_PROOF: Final = "EXISTS (SELECT FROM workforce_proof p WHERE p.id = proof_id)"
# Who holds a certificate is known to colleagues (0002); who enters one is not any of them.
COLLEAGUES: Final = f"""hub_id = ANY ((SELECT wall_staff_hubs())::int[]) OR {OWN} OR {EMPLOYED}"""
ENTERS_CERTIFICATES: Final = f"({COUNTY} OR {ROLES} @> '{{admin}}')"


class Migration(migrations.Migration):
    dependencies = [("workforce", "0010_credentials")]
    operations = [
        migrations.RunSQL(PLACES, NO_PLACES),
        migrations.RunSQL(ENROLMENTS, NO_ENROLMENTS),
        migrations.RunSQL(REGISTRATIONS, NO_REGISTRATIONS),
        *[wall.enable(table) for table in (*OF_WORKER, "workforce_proofpiece")],
        migrations.RunSQL(
            "DROP POLICY colleagues_and_employees ON workforce_credential",
            f"CREATE POLICY colleagues_and_employees ON workforce_credential FOR ALL TO shegong_app USING ({COLLEAGUES})",
        ),
        wall.policy("workforce_credential", "seen_by_colleagues", COLLEAGUES, command="SELECT"),
        wall.policy("workforce_credential", "entered_by_the_county", None, ENTERS_CERTIFICATES, "INSERT"),
        wall.policy("workforce_credential", "changed_by_the_county", ENTERS_CERTIFICATES, None, "UPDATE"),
        wall.grant("workforce_proof", "select, insert"),
        wall.policy("workforce_proof", "own_and_of_those_in_charge", SEEN, f"{OWN} OR {OFFICE}"),
        wall.grant("workforce_proofpiece", "select, insert"),
        wall.policy("workforce_proofpiece", "with_its_proof", WITH_ITS_PROOF),
        wall.grant("workforce_registration", "select, insert, update"),
        wall.policy("workforce_registration", "own_and_of_those_in_charge", SEEN, command="SELECT"),
        wall.policy("workforce_registration", "entered_by_the_county", None, f"{COUNTY} AND {OTHERS}", "INSERT"),
        wall.policy("workforce_registration", "changed_by_the_county", f"{COUNTY} AND {OTHERS}", None, "UPDATE"),
        wall.grant("workforce_credentialrequest", "select, insert, update"),
        wall.policy("workforce_credentialrequest", "own_and_of_those_in_charge", SEEN, command="SELECT"),
        wall.policy(
            "workforce_credentialrequest", "asked_by_worker_or_head", None,
            f"({OWN} OR {OFFICE}) AND state = 'waiting'", "INSERT",
        ),
        wall.policy(
            "workforce_credentialrequest", "withdrawn_by_itself", f"{OWN} AND state = 'waiting'",
            f"{OWN} AND state = 'withdrawn'", "UPDATE",
        ),
        wall.policy("workforce_credentialrequest", "decided_by_the_county", f"{COUNTY} AND {OTHERS}", None, "UPDATE"),
        wall.grant("workforce_course", "select, insert"),
        wall.grant(
            "workforce_course", "update",
            [
                "title", "kind", "about", "teacher", "place", "starts_at", "ends_at", "enrol_until", "hours", "capacity",
                "is_city_wide", "state", "cancel_reason",
            ],
        ),
        wall.grant("workforce_enrolment", "select, insert, update"),
        wall.policy("workforce_enrolment", "own_and_of_those_in_charge", f"{SEEN} OR {ORGANISED}", command="SELECT"),
        wall.policy(
            "workforce_enrolment", "enrolled_by_worker_or_head", None, f"({OWN} OR {OFFICE}) AND state = 'enrolled'",
            "INSERT",
        ),
        wall.policy(
            "workforce_enrolment", "moved_by_worker_or_head", f"({OWN} OR {OFFICE}) AND state IN ('enrolled', 'cancelled')",
            f"({OWN} OR {OFFICE}) AND state IN ('enrolled', 'cancelled')", "UPDATE",
        ),
        wall.policy("workforce_enrolment", "noted_by_the_organiser", f"{ORGANISED} AND {OTHERS}", None, "UPDATE"),
        wall.grant("workforce_learningentry", "select, insert, update"),
        wall.policy("workforce_learningentry", "own_and_of_those_in_charge", SEEN, command="SELECT"),
        wall.policy(
            "workforce_learningentry", "reported_by_worker_or_head", None,
            f"enrolment_id IS NULL AND ({OWN} AND state = 'waiting' OR {OFFICE} AND {OTHERS})", "INSERT",
        ),
        wall.policy(
            "workforce_learningentry", "withdrawn_by_itself", f"{OWN} AND state = 'waiting'",
            f"{OWN} AND state = 'withdrawn'", "UPDATE",
        ),
        wall.policy(
            "workforce_learningentry", "checked_by_those_in_charge", f"enrolment_id IS NULL AND {OFFICE} AND {OTHERS}", None,
            "UPDATE",
        ),
        wall.grant("workforce_careercondition", "select, insert, update, delete"),
    ]  # fmt: skip
