"""How many contracts run, and of how many all that is promised will be reached: for everybody to read, without names."""

from django.db import migrations

# Counted as everywhere (practice_commitments_done), judged as shegong/purchase/rules/pace.py does, all at once.
PACE = """
CREATE FUNCTION practice_contracts_on_pace(p_day date) RETURNS TABLE (hub_id int, on_pace boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH m AS MATERIALIZED (
        SELECT k.id, k.contract_id, c.hub_id, k.target,
               CASE k.year WHEN 0 THEN c.since ELSE (c.since + (k.year - 1) * interval '1 year')::date END AS begins,
               CASE k.year WHEN 0 THEN c.until
                   ELSE least(c.until, (c.since + k.year * interval '1 year')::date) END AS ends
        FROM purchase_commitment k JOIN purchase_contract c ON c.id = k.contract_id
        WHERE c.status = 'signed' AND c.since <= p_day AND c.until > p_day
          AND k.year IN (0, practice_contract_year(c.since, c.until, p_day))
    )
    SELECT m.hub_id, bool_and(d.done >= m.target OR d.done * (m.ends - m.begins) >= m.target::numeric * (p_day - m.begins))
    FROM m JOIN practice_commitments_done(ARRAY(SELECT id FROM m)) d ON d.commitment_id = m.id
    GROUP BY m.contract_id, m.hub_id
$$;
REVOKE ALL ON FUNCTION practice_contracts_on_pace(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_contracts_on_pace(date) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0055_money"), ("practice", "0045_contract_tallies")]
    operations = [migrations.RunSQL(PACE, "DROP FUNCTION practice_contracts_on_pace(date)")]
