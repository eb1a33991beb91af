"""Samples of projects are drawn among the contracts that the plan names; of a finding's steps a head writes only those
that are a head's, and may ask for more time before there is a plan.
"""

from django.conf import settings
from django.db import migrations

ZONE = settings.TIME_ZONE
MARK = "sha256(convert_to(p_seed || ':' || {0}, 'UTF8'))"


def sample_units(among: str) -> str:
    """The function that draws units (docs/adr/0021), with one more condition on contracts."""
    return f"""
CREATE OR REPLACE FUNCTION appraisal_sample_units(p_round uuid, p_seed text)
RETURNS TABLE (hub_id int, station_id int, contract_id bigint, kind varchar, rank bigint, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH plan AS (
        SELECT *, (coalesce(published_at, now()) AT TIME ZONE '{ZONE}')::date AS day
        FROM appraisal_round WHERE id = p_round
    ), candidate AS (
        SELECT s.hub_id, s.id AS station_id, NULL::bigint AS contract_id, s.tier AS kind, {MARK.format("s.key")} AS mark
        FROM plan p
        JOIN network_station s ON s.tier = ANY (p.tiers) AND (p.hubs = '{{}}' OR s.hub_id = ANY (p.hubs))
        JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running'
             AND g.since <= p.day AND (g.until IS NULL OR g.until > p.day)
        WHERE p.unit = 'station'
        UNION ALL
        SELECT v.hub_id, v.id, c.id, c.pays, {MARK.format("c.number")}
        FROM plan p
        JOIN purchase_contract c ON c.since <= p.day AND c.until > p.day {among}
        CROSS JOIN LATERAL (
            SELECT s.id, s.hub_id FROM purchase_contract_stations t JOIN network_station s ON s.id = t.station_id
            WHERE t.contract_id = c.id AND s.tier = ANY (p.tiers) AND (p.hubs = '{{}}' OR s.hub_id = ANY (p.hubs))
            ORDER BY {MARK.format("c.number || ':' || s.key")} LIMIT 1) v
        WHERE p.unit = 'project'
    ), ranked AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.hub_id, c.kind ORDER BY c.mark) AS rank,
               count(*) OVER (PARTITION BY c.hub_id, c.kind) AS total
        FROM candidate c
    )
    SELECT r.hub_id, r.station_id, r.contract_id, r.kind, r.rank, r.total FROM ranked r, plan p
    WHERE r.rank <= ceil(r.total * p.share / 100.0) ORDER BY 1, 4, 5
$$;
"""


AMONG = "AND (p.contracts = '{}' OR c.id = ANY (p.contracts))"
FROZEN = """
CREATE FUNCTION appraisal_round_contracts_stay() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        PERFORM appraisal_refuse('appraisal_round_published_stays', 'a published plan stays as it is');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appraisal_round_contracts_stay BEFORE UPDATE OF contracts ON appraisal_round
    FOR EACH ROW WHEN (NEW.contracts IS DISTINCT FROM OLD.contracts) EXECUTE FUNCTION appraisal_round_contracts_stay();
"""
UNFROZEN = """
DROP TRIGGER appraisal_round_contracts_stay ON appraisal_round;
DROP FUNCTION appraisal_round_contracts_stay();
"""

ROLES = "(SELECT wall_roles())"
HERE = "hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[])"
OFFICE = f"{ROLES} @> '{{city}}' OR ({ROLES} @> '{{county}}' AND hub_id = ANY ((SELECT wall_hubs())::int[]))"
HEAD = f"({ROLES} @> '{{head}}' AND ({HERE}))"
OWN_NAME = "by_id = (SELECT wall_account())"
OF_A_HEAD = "kind IN ('recorded', 'planned', 'corrected', 'asked')"
CHANGES = (
    (
        "ALTER POLICY in_the_own_name ON appraisal_findingstep WITH CHECK ({0})",
        f"{OWN_NAME} AND ({OFFICE} OR {HEAD} AND {OF_A_HEAD})",
        f"{OWN_NAME} AND ({OFFICE} OR {HEAD})",
    ),
    (
        "ALTER POLICY corrected_by_the_head ON appraisal_finding WITH CHECK ({0})",
        f"{HEAD} AND state IN ('open', 'planned', 'corrected', 'returned')",
        f"{HEAD} AND state IN ('planned', 'corrected', 'returned')",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("appraisal", "0030_contracts_chosen_and_time_asked_for")]
    operations = [
        migrations.RunSQL(
            sample_units(AMONG) + FROZEN + ";\n".join(sql.format(now) for sql, now, _before in CHANGES),
            ";\n".join(sql.format(before) for sql, _now, before in CHANGES) + ";" + UNFROZEN + sample_units(""),
        ),
    ]
