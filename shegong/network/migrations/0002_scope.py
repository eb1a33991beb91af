"""The scope that an account's roles give, entered once in each transaction; and the wall around grants."""

from django.db import migrations

from shegong.kernel import wall

# Sets the transaction's scope from the grants in force on `p_today` and returns it. What each role may see of clients:
# county: its hub; head and worker: the station and all below it; agency: the stations it runs; the others nobody
# (a supervisor's cases are added by the practice's own policies).
ENTER = """
CREATE FUNCTION network_enter(p_account bigint, p_today date)
RETURNS TABLE (username text, display_name text, language text, roles text[], hubs int[], stations int[],
               units int[], organisations bigint[], home int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    staff int[];
BEGIN
    SELECT a.username, a.display_name, a.language INTO username, display_name, language
    FROM people_account a WHERE a.id = p_account AND a.is_active;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT coalesce(array_agg(DISTINCT g.role::text), '{}'),
           coalesce(array_agg(DISTINCT s.hub_id) FILTER (
               WHERE g.role = 'county' OR (g.role IN ('head', 'worker') AND s.tier = 'hub')), '{}'),
           coalesce(array_agg(DISTINCT s.id) FILTER (WHERE g.role IN ('head', 'worker') AND s.tier <> 'hub'), '{}'),
           coalesce(array_agg(DISTINCT g.organisation_id) FILTER (WHERE g.role = 'agency'), '{}'),
           coalesce(array_agg(DISTINCT s.hub_id) FILTER (
               WHERE g.role IN ('county', 'head', 'worker', 'supervisor')), '{}'),
           coalesce(array_agg(DISTINCT CASE WHEN g.role IN ('city', 'dpo', 'admin')
                                            THEN (SELECT c.id FROM network_station c WHERE c.parent_id IS NULL)
                                            WHEN g.role = 'county' THEN s.hub_id ELSE s.id END)
                    FILTER (WHERE g.role NOT IN ('volunteer', 'donor', 'liaison')), '{}'),
           min(s.id)
    INTO roles, hubs, stations, organisations, staff, units, home
    FROM network_grant g
    JOIN network_station s ON s.id = g.station_id
    WHERE g.account_id = p_account AND g.since <= p_today AND (g.until IS NULL OR g.until > p_today);
    -- A town station's scope includes its rooms; an agency's the stations that it runs today.
    IF stations <> '{}' THEN
        SELECT array_agg(s.id) INTO stations FROM network_station s
        WHERE s.id = ANY (stations) OR s.town_id = ANY (stations);
    END IF;
    IF organisations <> '{}' THEN
        SELECT stations || coalesce(array_agg(o.station_id), '{}') INTO stations FROM network_operation o
        WHERE o.organisation_id = ANY (organisations)
          AND o.since <= p_today AND (o.until IS NULL OR o.until > p_today);
    END IF;
    IF roles && '{city,dpo,admin}'::text[] THEN
        SELECT array_agg(s.id) INTO staff FROM network_station s WHERE s.tier IN ('centre', 'hub');
    END IF;
    PERFORM set_config('shegong.account', p_account::text, true),
            set_config('shegong.roles', roles::text, true),
            set_config('shegong.hubs', hubs::text, true),
            set_config('shegong.stations', stations::text, true),
            set_config('shegong.staff_hubs', staff::text, true),
            set_config('shegong.organisations', organisations::text, true),
            set_config('shegong.gate', '', true);
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION network_enter(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION network_enter(bigint, date) TO shegong_app;

CREATE FUNCTION network_token_account(p_digest bytea, p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT account_id FROM people_accesstoken
    WHERE digest = p_digest AND revoked_at IS NULL AND expires_at > p_now
$$;
REVOKE ALL ON FUNCTION network_token_account(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION network_token_account(bytea, timestamptz) TO shegong_app;
"""

OWN_OR_ADMIN = "account_id = wall_account() OR wall_roles() && '{admin,dpo}'::text[]"


class Migration(migrations.Migration):
    dependencies = [("network", "0001_initial"), ("people", "0002_wall")]
    operations = [
        migrations.RunSQL(
            ENTER, "DROP FUNCTION network_enter(bigint, date), network_token_account(bytea, timestamptz)"
        ),
        *[
            wall.grant(f"network_{table}", "select, insert, update, delete")
            for table in ("city", "division", "organisation", "station", "stationstage", "operation", "grant")
        ],
        wall.enable("network_grant"),
        wall.policy("network_grant", "seen_by_its_holder", OWN_OR_ADMIN, command="SELECT"),
        wall.policy("network_grant", "changed_by_administrators", "wall_roles() @> '{admin}'"),
    ]
