"""The only two doors of the public site into the practice: leaving an enquiry, and asking how it stands. Nobody has a
scope here, so the tables themselves let nothing through in either direction.
"""

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = """
-- Counts one more attempt of a visitor within this hour; false once there were more than `p_most`.
CREATE FUNCTION portal_may_try(p_visitor bytea, p_kind text, p_hour timestamptz, p_most int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_count int;
BEGIN
    DELETE FROM portal_attempt WHERE hour < p_hour - interval '1 day';
    INSERT INTO portal_attempt AS a (visitor, kind, hour, count) VALUES (p_visitor, p_kind, p_hour, 1)
    ON CONFLICT (visitor, kind, hour) DO UPDATE SET count = least(a.count + 1, 30000) RETURNING count INTO v_count;
    RETURN v_count <= p_most;
END $$;

-- An enquiry from the public site, at a station that is open. Sent twice under one key it is one enquiry.
CREATE FUNCTION portal_leave_enquiry(
    p_id uuid, p_number text, p_station int, p_asker text, p_phone bytea, p_relation text, p_name text, p_age int,
    p_community bigint, p_need text, p_group int, p_urgency text, p_at timestamptz, p_day date, p_due timestamptz,
    p_code bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_hub int;
BEGIN
    SELECT hub_id INTO v_hub FROM network_station WHERE id = p_station AND stage IN ('built', 'running');
    IF v_hub IS NULL OR p_need = '' OR p_urgency NOT IN ('routine', 'soon') OR EXISTS (
        SELECT FROM catalogue_populationgroup WHERE id = p_group AND restricted_class <> '') THEN
        RAISE EXCEPTION 'not an enquiry' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO practice_enquiry (
        id, hub_id, station_id, number, source, received_at, received_on, asker_name, asker_phone, relation, name, sex,
        age, address, community_id, need, group_id, urgency, due_at, decision, decline_kind, decision_note,
        code_digest, tries)
    VALUES (p_id, v_hub, p_station, p_number, 'portal', p_at, p_day, p_asker, p_phone, p_relation, p_name, '0',
            p_age, '', p_community, p_need, p_group, p_urgency, p_due, '', '', '', p_code, 0)
    ON CONFLICT (id, hub_id) DO NOTHING;
    RETURN FOUND;
END $$;

-- How an enquiry stands, for who knows its number and code; '' for any other. Twenty wrong codes close it to the public.
CREATE FUNCTION portal_enquiry_state(p_number text, p_code bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    SELECT CASE WHEN decision <> '' THEN decision WHEN taken_at IS NOT NULL THEN 'processing' ELSE 'received' END
    INTO v_state FROM practice_enquiry
    WHERE number = p_number AND code_digest = p_code AND tries < 20 AND source = 'portal';
    IF v_state IS NULL THEN
        UPDATE practice_enquiry SET tries = tries + 1 WHERE number = p_number AND source = 'portal' AND tries < 20;
    END IF;
    RETURN coalesce(v_state, '');
END $$;
"""
SIGNATURES = (
    "portal_may_try(bytea, text, timestamptz, int)",
    "portal_leave_enquiry(uuid, text, int, text, bytea, text, text, int, bigint, text, int, text, timestamptz, date, "
    "timestamptz, bytea)",
    "portal_enquiry_state(text, bytea)",
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial"), ("practice", "0010_intake_wall")]
    operations = [
        wall.enable("portal_attempt"),
        migrations.RunSQL(FUNCTIONS, "".join(f"DROP FUNCTION {name};" for name in SIGNATURES)),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO shegong_app",
                migrations.RunSQL.noop,
            )
            for name in SIGNATURES
        ],
    ]
