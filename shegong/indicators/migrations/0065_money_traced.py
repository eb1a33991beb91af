"""Money followed to the work that it paid for: records without anybody in them, and how long each group was served.

The functions work with their owner's rights and answer nobody but the city, the county, and the agency of the contract.
"""

from django.db import migrations

# A record here is a month, a service, a group, a method, how many and how long: no day, no place below the county, no
# person. Of restricted files not even service and group.
TRACE = """
CREATE FUNCTION indicators_sees_money(p_contract bigint, p_hub int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT wall_roles()) && '{city}'::text[]
        OR (SELECT wall_roles()) && '{county}'::text[] AND p_hub = ANY ((SELECT wall_hubs())::int[])
        OR EXISTS (SELECT FROM purchase_contract c WHERE c.id = p_contract
                   AND c.organisation_id = ANY ((SELECT wall_organisations())::bigint[]))
$$;

CREATE FUNCTION indicators_paid_records(p_contract bigint, p_hub int, p_from date, p_to date)
RETURNS TABLE (id uuid, month date, service_id bigint, group_id bigint, method text, person_times int, work_minutes int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, date_trunc('month', r.served_on::timestamp)::date, CASE WHEN NOT r.restricted THEN r.service_id END,
           CASE WHEN NOT r.restricted THEN r.group_id END, r.method::text, r.person_times, r.work_minutes
    FROM practice_servicerecord r
    WHERE r.contract_id = p_contract AND r.hub_id = p_hub AND r.voided_at IS NULL
      AND r.served_on >= p_from AND r.served_on < p_to AND indicators_sees_money(p_contract, p_hub)
    ORDER BY r.served_on, r.id
$$;

-- Minutes of work by contract, county and group (0: of restricted files).
CREATE FUNCTION indicators_paid_groups(p_hubs int[], p_from date, p_to date)
RETURNS TABLE (contract_id bigint, hub_id int, group_id bigint, work_minutes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.contract_id, r.hub_id::int, CASE WHEN r.restricted THEN 0 ELSE r.group_id END,
           sum(r.work_minutes)::bigint
    FROM practice_servicerecord r
    WHERE r.hub_id = ANY (p_hubs) AND r.served_on >= p_from AND r.served_on < p_to AND r.contract_id IS NOT NULL
      AND r.voided_at IS NULL
      AND ((SELECT wall_roles()) && '{city}'::text[]
           OR (SELECT wall_roles()) && '{county}'::text[] AND r.hub_id = ANY ((SELECT wall_hubs())::int[]))
    GROUP BY 1, 2, 3
$$;

-- Persons whom each contract reached in a county.
CREATE FUNCTION indicators_paid_persons(p_hubs int[], p_from date, p_to date)
RETURNS TABLE (contract_id bigint, hub_id int, persons bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.contract_id, r.hub_id::int, count(DISTINCT c.client_id)
    FROM practice_servicerecord r
    JOIN practice_recordclient c ON c.record_id = r.id AND c.hub_id = r.hub_id
    WHERE r.hub_id = ANY (p_hubs) AND r.served_on >= p_from AND r.served_on < p_to AND r.contract_id IS NOT NULL
      AND r.voided_at IS NULL
      AND ((SELECT wall_roles()) && '{city}'::text[]
           OR (SELECT wall_roles()) && '{county}'::text[] AND r.hub_id = ANY ((SELECT wall_hubs())::int[]))
    GROUP BY 1, 2
$$;
"""
FUNCTIONS = (
    "indicators_paid_persons(int[], date, date)",
    "indicators_paid_groups(int[], date, date)",
    "indicators_paid_records(bigint, int, date, date)",
    "indicators_sees_money(bigint, int)",
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0060_contracts_on_pace"), ("practice", "0003_client_file"), ("purchase", "0004_ledger_holds")]
    operations = [
        migrations.RunSQL(TRACE, "".join(f"DROP FUNCTION {each};" for each in FUNCTIONS)),
        migrations.RunSQL(
            "".join(
                f"REVOKE ALL ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO shegong_app;"
                for each in FUNCTIONS
            ),
            migrations.RunSQL.noop,
        ),
    ]
