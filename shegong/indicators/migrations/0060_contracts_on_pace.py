"""How many contracts run, and of how many all that is promised will be reached: for everybody to read, without names."""

from django.db import migrations

# Of a hub's, or of all. Counted as everywhere (practice_commitments), judged as shegong/purchase/rules/pace.py does, all at once.
PACE = """
CREATE FUNCTION practice_contracts_on_pace(p_day date, p_hub int) RETURNS TABLE (hub_id int, on_pace boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.hub_id, bool_and(m.done >= m.target OR m.done * (m.ends - m.begins) >= m.target::numeric * (p_day - m.begins))
    FROM (
        SELECT k.contract_id, c.hub_id, k.target, k.done,
               CASE k.year WHEN 0 THEN c.since ELSE (c.since + (k.year - 1) * interval '1 year')::date END AS begins,
               CASE k.year WHEN 0 THEN c.until
                   ELSE least(c.until, (c.since + k.year * interval '1 year')::date) END AS ends
        FROM practice_commitments k JOIN purchase_contract c ON c.id = k.contract_id
        WHERE c.status = 'signed' AND c.since <= p_day AND c.until > p_day
          AND (p_hub IS NULL OR c.hub_id = p_hub)
          AND k.year IN (0, practice_contract_year(c.since, c.until, p_day))
    ) AS m GROUP BY m.contract_id, m.hub_id
$$;
REVOKE ALL ON FUNCTION practice_contracts_on_pace(date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_contracts_on_pace(date, int) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0055_money"), ("practice", "0045_contract_tallies")]
    operations = [migrations.RunSQL(PACE, "DROP FUNCTION practice_contracts_on_pace(date, int)")]
