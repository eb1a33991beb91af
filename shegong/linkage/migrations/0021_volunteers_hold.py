"""What the database holds of volunteering: places that are never oversold, hours that are never longer than the event,
counts, corrections, certificates; and who sees what.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

SKILLS = (
    ("visit", "陪伴探访", "Visiting and company"),
    ("care", "生活照料", "Daily care"),
    ("repair", "家电维修", "Repairs"),
    ("haircut", "理发", "Haircuts"),
    ("transport", "接送出行", "Transport"),
    ("tutoring", "课业辅导", "Tutoring"),
    ("reading", "阅读陪伴", "Reading together"),
    ("digital", "手机教学", "Teaching the phone"),
    ("health", "健康咨询", "Health advice"),
    ("first_aid", "急救", "First aid"),
    ("law", "法律咨询", "Legal advice"),
    ("counselling", "心理支持", "Counselling"),
    ("arts", "文艺表演", "Performing arts"),
    ("sports", "体育健身", "Sports"),
    ("cooking", "助餐烹饪", "Cooking"),
    ("gardening", "环保园艺", "Gardening and environment"),
    ("photo", "摄影记录", "Photography"),
    ("interpreting", "翻译手语", "Interpreting"),
    ("events", "活动组织", "Running events"),
    ("order", "秩序引导", "Stewarding"),
)
HONOURS = (
    ("thanks_letter", "感谢信", "Letter of thanks"),
    ("station_good", "站点优秀志愿者", "Outstanding volunteer of the station"),
    ("county_good", "区(市)县优秀志愿者", "Outstanding volunteer of the county"),
    ("project_good", "优秀志愿服务项目成员", "Member of an outstanding project"),
    ("long_service", "长期服务纪念", "In memory of long service"),
)


def rows(table: str, values: tuple[tuple[str, str, str], ...]) -> str:
    """Reference data as an INSERT."""
    listed = ", ".join(f"('{code}', '{zh}', '{en}', {number})" for number, (code, zh, en) in enumerate(values, start=1))
    return f"INSERT INTO {table} (code, name_zh, name_en, position) VALUES {listed};"


DATA = rows("linkage_skill", SKILLS) + rows("linkage_honourkind", HONOURS)
NO_DATA = "DELETE FROM linkage_skill; DELETE FROM linkage_honourkind;"

VOLUNTEERS = """
-- Consent of a guardian for whoever was a minor when they joined, as long as they are there.
ALTER TABLE linkage_volunteer ADD CONSTRAINT linkage_volunteer_guarded CHECK (
    state = 'left' OR joined_on >= (born_on + interval '18 years')::date
    OR guardian_name <> '' AND octet_length(guardian_phone) > 0 AND guardian_consent_on IS NOT NULL);

CREATE FUNCTION linkage_own_volunteer() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM linkage_volunteer WHERE account_id = wall_account() $$;

CREATE FUNCTION linkage_keep_volunteer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_is_staff boolean := wall_roles() && '{county,head,worker}'::text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.kept := 0;
        NEW.missed := 0;
        NEW.minutes := 0;
        IF wall_account() IS NOT NULL AND NOT v_is_staff AND NEW.state <> 'pending' THEN
            PERFORM linkage_refuse('linkage_volunteer_checked_by_staff');
        END IF;
    ELSIF OLD.state = 'left' AND NEW.state <> 'left' THEN
        PERFORM linkage_refuse('linkage_volunteer_left_stays');
    ELSIF OLD.state = 'pending' AND NEW.state NOT IN ('pending', 'left') AND wall_account() IS NOT NULL
          AND (NOT v_is_staff OR NEW.account_id = wall_account()) THEN
        PERFORM linkage_refuse('linkage_volunteer_checked_by_staff');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_keep_volunteer BEFORE INSERT OR UPDATE ON linkage_volunteer
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_volunteer();
"""

PLACES = """
-- Who waits moves up in order while there are places; somebody who is just withdrawing is passed over.
CREATE FUNCTION linkage_fill_places(p_opportunity uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_next uuid;
BEGIN
    WHILE EXISTS (SELECT FROM linkage_opportunity WHERE id = p_opportunity AND taken < places) LOOP
        SELECT id INTO v_next FROM linkage_signup WHERE opportunity_id = p_opportunity AND state = 'waiting'
        ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT WHEN NOT FOUND;
        UPDATE linkage_opportunity SET taken = taken + 1, waiting = waiting - 1 WHERE id = p_opportunity;
        UPDATE linkage_signup SET state = 'signed', moved_at = now() WHERE id = v_next;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION linkage_fill_places(uuid) FROM PUBLIC;

-- A sign-up gets a place or waits. Everybody else who signs up for the same waits until this is decided.
CREATE FUNCTION linkage_take_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    o linkage_opportunity;
    v linkage_volunteer;
    v_day date;
BEGIN
    SELECT * INTO v FROM linkage_volunteer WHERE id = NEW.volunteer_id FOR NO KEY UPDATE;
    SELECT * INTO o FROM linkage_opportunity WHERE id = NEW.opportunity_id FOR NO KEY UPDATE;
    v_day := (o.starts_at AT TIME ZONE '@ZONE@')::date;
    IF o.state IS DISTINCT FROM 'open' THEN
        PERFORM linkage_refuse('linkage_signup_open');
    ELSIF now() >= o.starts_at THEN
        PERFORM linkage_refuse('linkage_signup_before_start');
    ELSIF v.state IS DISTINCT FROM 'active' THEN
        PERFORM linkage_refuse('linkage_signup_by_active');
    ELSIF v_day < (v.born_on + make_interval(years => o.minimum_age))::date THEN
        PERFORM linkage_refuse('linkage_signup_age');
    ELSIF v_day < (v.born_on + interval '18 years')::date AND v.guardian_consent_on IS NULL THEN
        PERFORM linkage_refuse('linkage_signup_guarded');
    ELSIF o.training <> '' AND NOT EXISTS (SELECT FROM linkage_volunteertraining t
                                           WHERE t.volunteer_id = v.id AND t.topic = o.training) THEN
        PERFORM linkage_refuse('linkage_signup_trained');
    ELSIF EXISTS (SELECT FROM linkage_signup s WHERE s.opportunity_id = o.id AND s.volunteer_id = v.id
                  AND s.state <> 'withdrawn') THEN
        RAISE EXCEPTION 'signed up already' USING ERRCODE = 'unique_violation', CONSTRAINT = 'linkage_signup_once';
    ELSIF EXISTS (SELECT FROM linkage_signup s JOIN linkage_opportunity p ON p.id = s.opportunity_id
                  WHERE s.volunteer_id = v.id AND s.state = 'signed' AND p.state IN ('open', 'closed')
                  AND p.starts_at < o.ends_at AND p.ends_at > o.starts_at) THEN
        PERFORM linkage_refuse('linkage_signup_one_place_at_a_time');
    END IF;
    NEW.hub_id := o.hub_id;
    NEW.station_id := o.station_id;
    PERFORM linkage_fill_places(o.id);
    UPDATE linkage_opportunity SET taken = taken + 1 WHERE id = o.id AND taken < places;
    IF FOUND THEN
        NEW.state := 'signed';
    ELSE
        UPDATE linkage_opportunity SET waiting = waiting + 1 WHERE id = o.id;
        NEW.state := 'waiting';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_take_place BEFORE INSERT ON linkage_signup
    FOR EACH ROW EXECUTE FUNCTION linkage_take_place();

CREATE FUNCTION linkage_leave_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    o linkage_opportunity;
BEGIN
    IF pg_trigger_depth() > 1 OR OLD.state = NEW.state THEN
        RETURN NEW;  -- moved up by linkage_fill_places
    END IF;
    SELECT * INTO o FROM linkage_opportunity WHERE id = OLD.opportunity_id FOR NO KEY UPDATE;
    IF OLD.state = 'withdrawn' OR NEW.state <> 'withdrawn' THEN
        PERFORM linkage_refuse('linkage_signup_decided_by_the_database');
    ELSIF now() >= o.starts_at THEN
        PERFORM linkage_refuse('linkage_signup_withdrawn_before_start');
    END IF;
    UPDATE linkage_opportunity SET taken = taken - (OLD.state = 'signed')::int,
        waiting = waiting - (OLD.state = 'waiting')::int WHERE id = o.id;
    PERFORM linkage_fill_places(o.id);
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_leave_place BEFORE UPDATE ON linkage_signup
    FOR EACH ROW EXECUTE FUNCTION linkage_leave_place();

CREATE FUNCTION linkage_keep_opportunity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.taken := 0;
        NEW.waiting := 0;
        IF NEW.state <> 'draft' THEN
            PERFORM linkage_refuse('linkage_opportunity_begins_as_draft');
        END IF;
    ELSIF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'open'), ('draft', 'cancelled'), ('open', 'closed'), ('open', 'done'), ('open', 'cancelled'),
        ('closed', 'open'), ('closed', 'done'), ('closed', 'cancelled')) THEN
        PERFORM linkage_refuse('linkage_opportunity_no_stage_skipped');
    ELSIF NEW.state = 'done' AND OLD.state <> 'done' AND now() < NEW.ends_at THEN
        PERFORM linkage_refuse('linkage_opportunity_done_when_over');
    ELSIF NEW.state = 'cancelled' AND OLD.state <> 'cancelled'
          AND EXISTS (SELECT FROM linkage_attendance a WHERE a.opportunity_id = NEW.id) THEN
        PERFORM linkage_refuse('linkage_opportunity_held_is_not_cancelled');
    ELSIF (OLD.starts_at, OLD.ends_at) IS DISTINCT FROM (NEW.starts_at, NEW.ends_at)
          AND EXISTS (SELECT FROM linkage_attendance a WHERE a.opportunity_id = NEW.id) THEN
        PERFORM linkage_refuse('linkage_opportunity_held_keeps_its_time');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_keep_opportunity BEFORE INSERT OR UPDATE ON linkage_opportunity
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_opportunity();

CREATE FUNCTION linkage_more_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM linkage_fill_places(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_more_places AFTER UPDATE OF places ON linkage_opportunity
    FOR EACH ROW WHEN (NEW.places > OLD.places) EXECUTE FUNCTION linkage_more_places();
"""

HOURS = """
-- Times as an event allows them: within it, not in the future, no more minutes than lie between them.
CREATE FUNCTION linkage_check_times(o linkage_opportunity, p_came boolean, p_starts timestamptz, p_ends timestamptz,
                                    p_minutes int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF now() < o.starts_at THEN
        PERFORM linkage_refuse('linkage_attendance_not_before');
    ELSIF p_came AND (p_starts < o.starts_at OR p_ends > o.ends_at) THEN
        PERFORM linkage_refuse('linkage_attendance_within_event');
    ELSIF p_came AND p_ends > now() THEN
        PERFORM linkage_refuse('linkage_attendance_not_in_future');
    ELSIF p_came AND p_minutes > floor(extract(epoch FROM p_ends - p_starts) / 60) THEN
        PERFORM linkage_refuse('linkage_attendance_minutes');
    END IF;
END $$;

CREATE FUNCTION linkage_keep_attendance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    o linkage_opportunity;
    v_own bigint;
BEGIN
    SELECT * INTO o FROM linkage_opportunity WHERE id = NEW.opportunity_id;
    SELECT account_id INTO v_own FROM linkage_volunteer WHERE id = NEW.volunteer_id;
    NEW.hub_id := o.hub_id;
    NEW.town_id := o.town_id;
    NEW.station_id := o.station_id;
    NEW.on_day := (o.starts_at AT TIME ZONE '@ZONE@')::date;
    IF o.state NOT IN ('open', 'closed', 'done') THEN
        PERFORM linkage_refuse('linkage_attendance_of_what_was_held');
    ELSIF NOT EXISTS (SELECT FROM linkage_signup s WHERE s.opportunity_id = o.id AND s.volunteer_id = NEW.volunteer_id
                      AND s.state = 'signed') THEN
        PERFORM linkage_refuse('linkage_attendance_of_who_signed_up');
    ELSIF NEW.recorded_by_id = v_own OR NEW.confirmed_by_id = v_own THEN
        PERFORM linkage_refuse('linkage_attendance_by_another');
    ELSIF TG_OP = 'UPDATE' AND OLD.confirmed_at IS NOT NULL AND pg_trigger_depth() < 2 THEN
        PERFORM linkage_refuse('linkage_attendance_confirmed_stays');
    ELSIF NEW.confirmed_at IS NOT NULL AND wall_account() <> NEW.confirmed_by_id AND pg_trigger_depth() < 2 THEN
        PERFORM linkage_refuse('linkage_attendance_in_the_own_name');
    END IF;
    PERFORM linkage_check_times(o, NEW.came, NEW.starts_at, NEW.ends_at, NEW.minutes);
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_keep_attendance BEFORE INSERT OR UPDATE ON linkage_attendance
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_attendance();

-- What was confirmed is counted at once.
CREATE FUNCTION linkage_count_attendance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_kept int := (NEW.confirmed_at IS NOT NULL AND NEW.came)::int;
    v_missed int := (NEW.confirmed_at IS NOT NULL AND NOT NEW.came)::int;
    v_minutes int := CASE WHEN NEW.confirmed_at IS NULL THEN 0 ELSE NEW.minutes END;
    v_year int := extract(year FROM NEW.on_day);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        v_kept := v_kept - (OLD.confirmed_at IS NOT NULL AND OLD.came)::int;
        v_missed := v_missed - (OLD.confirmed_at IS NOT NULL AND NOT OLD.came)::int;
        v_minutes := v_minutes - CASE WHEN OLD.confirmed_at IS NULL THEN 0 ELSE OLD.minutes END;
    END IF;
    IF v_kept = 0 AND v_missed = 0 AND v_minutes = 0 THEN
        RETURN NULL;
    END IF;
    UPDATE linkage_volunteer SET kept = kept + v_kept, missed = missed + v_missed, minutes = minutes + v_minutes
    WHERE id = NEW.volunteer_id;
    DELETE FROM linkage_servedyear WHERE volunteer_id = NEW.volunteer_id AND year = v_year;
    INSERT INTO linkage_servedyear (volunteer_id, year, hub_id, town_id, station_id, first_on)
    SELECT v.id, v_year, v.hub_id, v.town_id, v.station_id, min(a.on_day)
    FROM linkage_volunteer v JOIN linkage_attendance a ON a.volunteer_id = v.id
    WHERE v.id = NEW.volunteer_id AND a.confirmed_at IS NOT NULL AND a.came
      AND a.on_day >= make_date(v_year, 1, 1) AND a.on_day < make_date(v_year + 1, 1, 1)
    GROUP BY v.id;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_count_attendance AFTER INSERT OR UPDATE ON linkage_attendance
    FOR EACH ROW EXECUTE FUNCTION linkage_count_attendance();

CREATE FUNCTION linkage_keep_correction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    o linkage_opportunity;
    a linkage_attendance;
    v_own bigint;
BEGIN
    SELECT * INTO a FROM linkage_attendance WHERE id = NEW.attendance_id FOR NO KEY UPDATE;
    SELECT * INTO o FROM linkage_opportunity WHERE id = a.opportunity_id;
    SELECT account_id INTO v_own FROM linkage_volunteer WHERE id = a.volunteer_id;
    IF TG_OP = 'INSERT' THEN
        IF a.confirmed_at IS NULL THEN
            PERFORM linkage_refuse('linkage_hourscorrection_of_what_was_confirmed');
        ELSIF NEW.decision <> 'open' THEN
            PERFORM linkage_refuse('linkage_hourscorrection_begins_open');
        END IF;
        NEW.hub_id := a.hub_id;
        NEW.station_id := a.station_id;
        NEW.opportunity_id := a.opportunity_id;
        NEW.volunteer_id := a.volunteer_id;
        NEW.was := jsonb_build_object('came', a.came, 'starts_at', a.starts_at, 'ends_at', a.ends_at,
                                      'minutes', a.minutes);
        PERFORM linkage_check_times(o, NEW.came, NEW.starts_at, NEW.ends_at, NEW.minutes);
        RETURN NEW;
    END IF;
    IF OLD.decision <> 'open' THEN
        PERFORM linkage_refuse('linkage_hourscorrection_decided_stays');
    ELSIF NEW.decided_by_id = v_own THEN
        PERFORM linkage_refuse('linkage_hourscorrection_by_another');
    END IF;
    IF NEW.decision = 'accepted' THEN
        UPDATE linkage_attendance SET came = NEW.came, starts_at = NEW.starts_at, ends_at = NEW.ends_at,
            minutes = NEW.minutes WHERE id = a.id;
        -- A certificate that says otherwise is good no longer.
        UPDATE linkage_certificate SET state = 'withdrawn', withdrawn_at = NEW.decided_at,
            withdrawn_by_id = NEW.decided_by_id, withdrawn_why = '所证明的服务时长已更正，请重新出具'
        WHERE volunteer_id = a.volunteer_id AND state = 'valid' AND since <= a.on_day AND until > a.on_day;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_keep_correction BEFORE INSERT OR UPDATE ON linkage_hourscorrection
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_correction();

-- A certificate says what was confirmed, as the database adds it up; later it can only be withdrawn.
CREATE FUNCTION linkage_keep_certificate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state <> 'valid' OR NEW.state <> 'withdrawn' THEN
            PERFORM linkage_refuse('linkage_certificate_withdrawn_once');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> 'valid' OR NEW.until > wall_today() + 1 THEN
        PERFORM linkage_refuse('linkage_certificate_of_the_past');
    END IF;
    SELECT hub_id, station_id INTO NEW.hub_id, NEW.station_id FROM linkage_volunteer WHERE id = NEW.volunteer_id;
    SELECT count(*), coalesce(sum(minutes), 0) INTO NEW.services, NEW.minutes FROM linkage_attendance
    WHERE volunteer_id = NEW.volunteer_id AND came AND confirmed_at IS NOT NULL
      AND on_day >= NEW.since AND on_day < NEW.until;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_keep_certificate BEFORE INSERT OR UPDATE ON linkage_certificate
    FOR EACH ROW EXECUTE FUNCTION linkage_keep_certificate();

-- What anybody may learn who has a certificate's number: no name in full.
CREATE FUNCTION linkage_certificate_check(p_number text)
RETURNS TABLE (number text, volunteer_number text, name text, since date, until date, services int, minutes int,
               issuer text, contact text, issued_on date, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.number, v.number, left(v.name, 1) || repeat('*', greatest(length(v.name) - 1, 1)), c.since, c.until,
           c.services, c.minutes, c.issuer, c.contact, c.issued_on, c.state
    FROM linkage_certificate c JOIN linkage_volunteer v ON v.id = c.volunteer_id WHERE c.number = p_number
$$;

-- For the readings: days and places, nobody.
CREATE VIEW linkage_volunteerspan AS
SELECT hub_id, town_id, station_id, joined_on, left_on FROM linkage_volunteer WHERE state IN ('active', 'left');
CREATE VIEW linkage_servedspan AS
SELECT hub_id, town_id, station_id, on_day, minutes FROM linkage_attendance WHERE came AND confirmed_at IS NOT NULL;
CREATE VIEW linkage_servedonce AS SELECT hub_id, town_id, station_id, year, first_on FROM linkage_servedyear;
GRANT SELECT ON linkage_volunteerspan, linkage_servedspan, linkage_servedonce TO shegong_app;
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OF state, joined_on, left_on OR DELETE OR TRUNCATE
    ON linkage_volunteer FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
CREATE TRIGGER indicators_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON linkage_attendance
    FOR EACH STATEMENT EXECUTE FUNCTION indicators_restamp_stocks();
"""
BEFORE = """
DROP TRIGGER indicators_restamp ON linkage_attendance;
DROP TRIGGER indicators_restamp ON linkage_volunteer;
DROP VIEW linkage_volunteerspan, linkage_servedspan, linkage_servedonce;
DROP FUNCTION linkage_certificate_check(text);
DROP TRIGGER linkage_keep_certificate ON linkage_certificate;
DROP TRIGGER linkage_keep_correction ON linkage_hourscorrection;
DROP TRIGGER linkage_count_attendance ON linkage_attendance;
DROP TRIGGER linkage_keep_attendance ON linkage_attendance;
DROP TRIGGER linkage_more_places ON linkage_opportunity;
DROP TRIGGER linkage_keep_opportunity ON linkage_opportunity;
DROP TRIGGER linkage_leave_place ON linkage_signup;
DROP TRIGGER linkage_take_place ON linkage_signup;
DROP TRIGGER linkage_keep_volunteer ON linkage_volunteer;
DROP FUNCTION linkage_keep_certificate(), linkage_keep_correction(), linkage_count_attendance(),
    linkage_keep_attendance(), linkage_check_times(linkage_opportunity, boolean, timestamptz, timestamptz, int),
    linkage_more_places(), linkage_keep_opportunity(), linkage_leave_place(), linkage_take_place(),
    linkage_fill_places(uuid), linkage_keep_volunteer(), linkage_own_volunteer();
ALTER TABLE linkage_volunteer DROP CONSTRAINT linkage_volunteer_guarded;
"""

ROLES = "(SELECT wall_roles())"
ACCOUNT = "(SELECT wall_account())"
OWN = "(SELECT linkage_own_volunteer())"
HERE = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
STAFF = f"({ROLES} && '{{county,head,worker}}' AND {HERE})"
LEADERS = f"({ROLES} && '{{county,head}}' AND {HERE})"
SELF = f"({ROLES} @> '{{volunteer}}' AND account_id = {ACCOUNT})"
# Whoever organises sees who signed up there, wherever their home is.
SIGNED_UP_HERE = (
    f"{ROLES} && '{{county,head,worker}}' AND id IN (SELECT s.volunteer_id FROM linkage_signup s "
    f"WHERE {HERE.replace('hub_id', 's.hub_id').replace('station_id', 's.station_id')})"
)
# The home station sees where else its volunteers served.
OF_ITS_VOLUNTEERS = (
    f"{ROLES} && '{{county,head,worker}}' AND EXISTS (SELECT FROM linkage_volunteer v WHERE v.id = volunteer_id "
    f"AND {HERE.replace('hub_id', 'v.hub_id').replace('station_id', 'v.station_id')})"
)
CHANGED = (
    "account_id", "name", "sort_key", "sex", "born_on", "identity", "identity_index", "phone", "phone_index",
    "community_id", "languages", "skills", "slots", "reach_km", "longitude", "latitude", "guardian_name",
    "guardian_phone", "guardian_consent_on", "state", "left_on",
)  # fmt: skip
CALL = (
    "title", "work", "place", "starts_at", "ends_at", "places", "minimum_age", "skills", "training", "insurance",
    "contact", "contact_phone", "state", "cancel_reason",
)  # fmt: skip
SEEN = "seen_where_it_belongs"


def given(table: str, *, of_self: bool = False) -> list[object]:
    """What staff give a volunteer: kept in their own name, seen by both."""
    writers = f"{STAFF} OR volunteer_id = {OWN}" if of_self else STAFF
    name = "issued_by_id" if of_self else "by_id"
    return [
        wall.grant(table, "select, insert"),
        wall.enable(table),
        wall.policy(table, SEEN, f"{STAFF} OR volunteer_id = {OWN}", command="SELECT"),
        wall.policy(table, "in_the_own_name", None, f"{name} = {ACCOUNT} AND ({writers})", "INSERT"),
    ]


class Migration(migrations.Migration):
    dependencies = [("linkage", "0020_volunteers"), ("indicators", "0066_hours_bought"), ("kernel", "0002_key_marks")]
    operations = [
        migrations.RunSQL(DATA, NO_DATA),
        migrations.RunSQL((VOLUNTEERS + PLACES + HOURS).replace("@ZONE@", settings.TIME_ZONE), BEFORE),
        wall.grant("linkage_skill", "select"),
        wall.grant("linkage_honourkind", "select"),
        # Counted through a view that names nobody; without a policy no row is seen.
        wall.grant("linkage_servedyear", "select"),
        wall.enable("linkage_servedyear"),
        wall.grant("linkage_volunteer", "select, insert"),
        wall.grant("linkage_volunteer", "update", CHANGED),
        wall.enable("linkage_volunteer"),
        wall.policy("linkage_volunteer", SEEN, f"{STAFF} OR account_id = {ACCOUNT}", command="SELECT"),
        wall.policy("linkage_volunteer", "seen_where_signed_up", SIGNED_UP_HERE, command="SELECT"),
        wall.policy(
            "linkage_volunteer",
            "registered_in_the_own_name",
            None,
            f"registered_by_id = {ACCOUNT} AND ({STAFF} OR {SELF})",
            "INSERT",
        ),
        wall.policy("linkage_volunteer", "changed_at_home", f"{STAFF} OR account_id = {ACCOUNT}", command="UPDATE"),
        wall.grant("linkage_opportunity", "select, insert"),
        wall.grant("linkage_opportunity", "update", CALL),
        wall.enable("linkage_opportunity"),
        wall.policy("linkage_opportunity", "public", f"state <> 'draft' OR {STAFF}", command="SELECT"),
        wall.policy("linkage_opportunity", "in_the_own_name", None, f"made_by_id = {ACCOUNT} AND {STAFF}", "INSERT"),
        wall.policy("linkage_opportunity", "led_by_who_organises", STAFF, command="UPDATE"),
        wall.grant("linkage_signup", "select, insert"),
        wall.grant("linkage_signup", "update", ("state", "moved_at")),
        wall.enable("linkage_signup"),
        wall.policy("linkage_signup", SEEN, f"{STAFF} OR volunteer_id = {OWN}", command="SELECT"),
        wall.policy(
            "linkage_signup",
            "in_the_own_name",
            None,
            f"by_id = {ACCOUNT} AND ({STAFF} OR volunteer_id = {OWN})",
            "INSERT",
        ),
        wall.policy("linkage_signup", "withdrawn", f"{STAFF} OR volunteer_id = {OWN}", command="UPDATE"),
        wall.grant("linkage_attendance", "select, insert"),
        wall.grant(
            "linkage_attendance",
            "update",
            ("came", "starts_at", "ends_at", "minutes", "recorded_at", "recorded_by_id", "confirmed_at",
             "confirmed_by_id"),
        ),  # fmt: skip
        wall.enable("linkage_attendance"),
        wall.policy("linkage_attendance", SEEN, f"{STAFF} OR volunteer_id = {OWN}", command="SELECT"),
        wall.policy("linkage_attendance", "seen_at_home", OF_ITS_VOLUNTEERS, command="SELECT"),
        wall.policy("linkage_attendance", "in_the_own_name", None, f"recorded_by_id = {ACCOUNT} AND {STAFF}", "INSERT"),
        wall.policy("linkage_attendance", "kept_by_who_organised", STAFF, command="UPDATE"),
        wall.grant("linkage_hourscorrection", "select, insert"),
        wall.grant("linkage_hourscorrection", "update", ("decision", "answer", "decided_at", "decided_by_id")),
        wall.enable("linkage_hourscorrection"),
        wall.policy("linkage_hourscorrection", SEEN, f"{STAFF} OR volunteer_id = {OWN}", command="SELECT"),
        wall.policy(
            "linkage_hourscorrection",
            "in_the_own_name",
            None,
            f"asked_by_id = {ACCOUNT} AND ({STAFF} OR volunteer_id = {OWN})",
            "INSERT",
        ),
        wall.policy(
            "linkage_hourscorrection",
            "decided_by_who_organised",
            STAFF,
            f"decided_by_id = {ACCOUNT} AND {STAFF}",
            "UPDATE",
        ),
        *given("linkage_volunteertraining"),
        *given("linkage_honour"),
        *given("linkage_thanks"),
        *given("linkage_certificate", of_self=True),
        wall.grant("linkage_certificate", "update", ("state", "withdrawn_at", "withdrawn_by_id", "withdrawn_why")),
        wall.policy(
            "linkage_certificate", "withdrawn_by_leaders", LEADERS, f"withdrawn_by_id = {ACCOUNT} AND {LEADERS}", "UPDATE"
        ),
    ]
