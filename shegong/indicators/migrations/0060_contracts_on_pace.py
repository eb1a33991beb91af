"""How many contracts run, and of how many all that is promised will be reached: for everybody to read, without names."""

from django.db import migrations

# As shegong/practice/queries/contract_progress.py counts and shegong/purchase/rules/pace.py judges, all at once.
PACE = """
CREATE FUNCTION practice_contracts_on_pace(p_day date) RETURNS TABLE (hub_id int, on_pace boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH m AS MATERIALIZED (
        SELECT k.id, k.contract_id, c.hub_id, k.measure, k.target, k.year, k.min_sessions, k.min_attendance,
               coalesce(i.first_id, i.id, 0) AS service,
               CASE k.year WHEN 0 THEN c.since ELSE (c.since + (k.year - 1) * interval '1 year')::date END AS begins,
               CASE k.year WHEN 0 THEN c.until
                   ELSE least(c.until, (c.since + k.year * interval '1 year')::date) END AS ends
        FROM purchase_commitment k JOIN purchase_contract c ON c.id = k.contract_id
        LEFT JOIN catalogue_serviceitem i ON i.id = k.service_id
        WHERE c.status = 'signed' AND c.since <= p_day AND c.until > p_day
          AND k.year IN (0, practice_contract_year(c.since, c.until, p_day))
    ), units AS (
        SELECT m.id, count(*) AS done FROM m JOIN practice_contractunit u
          ON u.contract_id = m.contract_id AND u.year = m.year
         AND u.kind = CASE m.measure WHEN 'cases' THEN 'C' WHEN 'sessions' THEN 'S' ELSE 'A' END
         AND u.size >= CASE m.measure WHEN 'cases' THEN m.min_sessions ELSE m.min_attendance END
        WHERE m.measure IN ('cases', 'sessions', 'activities') AND u.kind <> 'P' GROUP BY m.id
    ), groups AS (
        SELECT id, count(*) AS done FROM (
            SELECT m.id, u.parent FROM m JOIN practice_contractunit u
              ON u.contract_id = m.contract_id AND u.year = m.year AND u.kind = 'S' AND u.size >= m.min_attendance
            WHERE m.measure = 'groups' AND u.kind <> 'P' AND u.parent IS NOT NULL
            GROUP BY m.id, u.parent, m.min_sessions HAVING count(*) >= m.min_sessions
        ) AS g GROUP BY id
    )
    SELECT m.hub_id, bool_and(d.done >= m.target OR d.done * (m.ends - m.begins) >= m.target::numeric * (p_day - m.begins))
    FROM m
    LEFT JOIN practice_contractwork w ON w.contract_id = m.contract_id AND w.year = m.year AND w.service = m.service
    LEFT JOIN units n ON n.id = m.id LEFT JOIN groups g ON g.id = m.id,
    LATERAL (SELECT coalesce(CASE m.measure WHEN 'hours' THEN w.work_minutes / 60.0 WHEN 'persons' THEN w.persons
             WHEN 'person_times' THEN w.person_times WHEN 'records' THEN w.records WHEN 'groups' THEN g.done
             ELSE n.done END, 0)::numeric AS done) AS d
    GROUP BY m.contract_id, m.hub_id
$$;
REVOKE ALL ON FUNCTION practice_contracts_on_pace(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_contracts_on_pace(date) TO shegong_app;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0055_money"), ("practice", "0045_contract_tallies")]
    operations = [migrations.RunSQL(PACE, "DROP FUNCTION practice_contracts_on_pace(date)")]
