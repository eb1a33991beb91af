"""The wall around the shared pool, and what the database holds of its rules.

Offers are seen by the staff of every county that they reach. A request by who asked, its worker, the station's head, the
county and the city, and, once it is booked, its supervisor; a station's request by all who work there. A proposal by the
coordinators whose it is: the city's, or the county's own.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

ZONE = settings.TIME_ZONE

FUNCTIONS = """
-- The requests for which the viewer is booked as supervisor. (A policy on bookings that asks for requests, and one on
-- requests that asks for bookings, would chase each other.)
CREATE FUNCTION wall_booked_requests() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(request_id), '{}') FROM workforce_supervisionbooking WHERE supervisor_id = wall_worker()
$$;
"""

GUARDS = f"""
-- A booking is its request's: same station, worker and month; within its month; and all of a supervisor's bookings of a
-- month within the hours offered, counted under a lock on the offer so that two at once can't both be the last.
CREATE FUNCTION workforce_booking_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_offered numeric;
    v_request workforce_supervisionrequest;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'cancelled' AND NEW.state <> 'cancelled' THEN
        RAISE EXCEPTION 'a cancelled booking stays so' USING ERRCODE = '23514', CONSTRAINT = 'workforce_booking_final';
    END IF;
    SELECT * INTO v_request FROM workforce_supervisionrequest WHERE id = NEW.request_id;
    IF (NEW.hub_id, NEW.station_id, NEW.worker_id, NEW.month, NEW.hours) IS DISTINCT FROM
            (v_request.hub_id, v_request.station_id, v_request.worker_id, v_request.month, v_request.hours) THEN
        RAISE EXCEPTION 'not as requested' USING ERRCODE = '23514', CONSTRAINT = 'workforce_booking_as_requested';
    END IF;
    IF NEW.state = 'cancelled' THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'booked' AND date_trunc('month', NEW.starts_at AT TIME ZONE '{ZONE}')::date <> NEW.month THEN
        RAISE EXCEPTION 'in another month' USING ERRCODE = '23514', CONSTRAINT = 'workforce_booking_within_month';
    END IF;
    SELECT hours INTO v_offered FROM workforce_supervisionoffer
    WHERE supervisor_id = NEW.supervisor_id AND month = NEW.month AND withdrawn_at IS NULL FOR UPDATE;
    IF v_offered IS NULL OR v_offered < NEW.hours + coalesce((
            SELECT sum(b.hours) FROM workforce_supervisionbooking b WHERE b.supervisor_id = NEW.supervisor_id
            AND b.month = NEW.month AND b.state <> 'cancelled' AND b.id <> NEW.id), 0) THEN
        RAISE EXCEPTION 'beyond the hours offered' USING ERRCODE = '23514', CONSTRAINT = 'workforce_booking_within_offer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_booking_guard BEFORE INSERT OR UPDATE ON workforce_supervisionbooking
    FOR EACH ROW EXECUTE FUNCTION workforce_booking_guard();

-- Cancelled, a booking takes its planned session with it, whoever cancels; a session cancelled by itself leaves its booking
-- without a time.
CREATE FUNCTION workforce_booking_cancels() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE workforce_supervisionsession SET state = 'cancelled', cancel_reason = NEW.cancel_reason
    WHERE id = NEW.session_id AND state <> 'cancelled';
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_booking_cancels AFTER UPDATE ON workforce_supervisionbooking
    FOR EACH ROW WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled') EXECUTE FUNCTION workforce_booking_cancels();

CREATE FUNCTION workforce_session_frees_booking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE workforce_supervisionbooking SET state = 'agreed', starts_at = NULL, ends_at = NULL, session_id = NULL
    WHERE session_id = NEW.id AND state = 'booked';
    RETURN NULL;
END $$;
CREATE TRIGGER workforce_session_frees_booking AFTER UPDATE ON workforce_supervisionsession
    FOR EACH ROW WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled')
    EXECUTE FUNCTION workforce_session_frees_booking();

-- An offer never falls below what is booked of it.
CREATE FUNCTION workforce_offer_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.supervisor_id, NEW.month) <> (OLD.supervisor_id, OLD.month) THEN
        RAISE EXCEPTION 'an offer keeps its month' USING ERRCODE = '23514', CONSTRAINT = 'workforce_offer_same_month';
    END IF;
    IF (CASE WHEN NEW.withdrawn_at IS NULL THEN NEW.hours ELSE 0 END) < coalesce((
            SELECT sum(b.hours) FROM workforce_supervisionbooking b WHERE b.supervisor_id = NEW.supervisor_id
            AND b.month = NEW.month AND b.state <> 'cancelled'), 0) THEN
        RAISE EXCEPTION 'below what is booked' USING ERRCODE = '23514', CONSTRAINT = 'workforce_offer_covers_bookings';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_offer_guard BEFORE UPDATE ON workforce_supervisionoffer
    FOR EACH ROW EXECUTE FUNCTION workforce_offer_guard();

-- A request is its station's; what is asked stands once it is booked.
CREATE FUNCTION workforce_request_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.hub_id <> (SELECT hub_id FROM network_station WHERE id = NEW.station_id) THEN
        RAISE EXCEPTION 'the hub is the station''s' USING ERRCODE = '23514', CONSTRAINT = 'workforce_request_hub_of_station';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.station_id, NEW.worker_id, NEW.month, NEW.hours) IS DISTINCT FROM
            (OLD.station_id, OLD.worker_id, OLD.month, OLD.hours) THEN
        RAISE EXCEPTION 'what was asked stands' USING ERRCODE = '23514', CONSTRAINT = 'workforce_request_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workforce_request_guard BEFORE INSERT OR UPDATE ON workforce_supervisionrequest
    FOR EACH ROW EXECUTE FUNCTION workforce_request_guard();
"""
UNGUARDED = """
DROP TRIGGER workforce_request_guard ON workforce_supervisionrequest; DROP FUNCTION workforce_request_guard();
DROP TRIGGER workforce_offer_guard ON workforce_supervisionoffer; DROP FUNCTION workforce_offer_guard();
DROP TRIGGER workforce_session_frees_booking ON workforce_supervisionsession;
DROP FUNCTION workforce_session_frees_booking();
DROP TRIGGER workforce_booking_cancels ON workforce_supervisionbooking; DROP FUNCTION workforce_booking_cancels();
DROP TRIGGER workforce_booking_guard ON workforce_supervisionbooking; DROP FUNCTION workforce_booking_guard();
"""

STAFF = "hub_id = ANY ((SELECT wall_staff_hubs())::int[])"
OFFICERS = "station_id = ANY ((SELECT wall_officered())::int[])"
CITY = "(SELECT wall_roles()) @> '{city}'::text[]"
COUNTY = "((SELECT wall_roles()) @> '{county}'::text[] AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
ME = "(SELECT wall_worker())"
WORK_HERE = "(SELECT wall_roles()) && '{head,worker}'::text[] AND " "(station_id = ANY ((SELECT wall_stations())::int[]) OR hub_id = ANY ((SELECT wall_hubs())::int[]))"
ASKERS = f"worker_id = {ME} OR {OFFICERS} OR {CITY} OR (worker_id IS NULL AND {WORK_HERE})"
OF_PROPOSAL = "EXISTS (SELECT FROM workforce_poolproposal p WHERE p.id = proposal_id)"

# table -> (rights, seen, written)
TABLES = {
    "supervisionoffer": (
        "select, insert, update",
        f"{STAFF} OR supervisor_id = {ME} OR hub_ids && (SELECT wall_staff_hubs())",
        f"supervisor_id = {ME} OR {COUNTY} OR {CITY}",
    ),
    "supervisionrequest": (
        "select, insert, update",
        f"{ASKERS} OR id = ANY ((SELECT wall_booked_requests())::uuid[])",
        f"{ASKERS} OR id = ANY ((SELECT wall_booked_requests())::uuid[])",
    ),
    "supervisionbooking": (
        "select, insert, update",
        f"{ASKERS} OR supervisor_id = {ME}",
        f"{ASKERS} OR supervisor_id = {ME}",
    ),
    "poolproposal": ("select, insert, update", f"{CITY} OR {COUNTY}", f"{CITY} OR {COUNTY}"),
    "poolassignment": ("select, insert, update, delete", OF_PROPOSAL, OF_PROPOSAL),
}


def operations() -> list[object]:
    """Rights and policies, table by table."""
    made: list[object] = []
    for name, (rights, seen, written) in TABLES.items():
        table = f"workforce_{name}"
        made += [wall.grant(table, rights), wall.enable(table), wall.policy(table, "of_those_concerned", seen, written)]
    return made


class Migration(migrations.Migration):
    dependencies = [("workforce", "0020_pool")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION wall_booked_requests()"),
        migrations.RunSQL(GUARDS, UNGUARDED),
        *operations(),
    ]
