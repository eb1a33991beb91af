"""The staffing rules of the plan, and who meets them: today's count, and the whole course over time, for any number of
stations in one statement. Both count people and name nobody.
"""

from datetime import date

from django.db import migrations

SINCE = date(2022, 1, 1)
CLAUSE = "《社工站（室）建设实施方案》人员配备"
# tier, at least, at most, certified ones only. Whether the centre's three to five must be certified, the plan leaves
# open; the city decides by changing the rule.
RULES = (
    ("centre", 3, 5, False, f"{CLAUSE}：支持中心配备 3—5 人"),
    ("hub", 2, None, True, f"{CLAUSE}：总站不少于 2 名持证社工"),
    ("station", 2, None, True, f"{CLAUSE}：社工站不少于 2 名持证社工"),
    ("room", 2, None, False, f"{CLAUSE}：社工室配备 2 名社工人才"),
)


def add_rules(apps, schema_editor):
    rule = apps.get_model("workforce", "StaffingRule")
    rule.objects.bulk_create(
        rule(tier=tier, least=least, most=most, certified_only=certified, clause=clause, since=SINCE)
        for tier, least, most, certified, clause in RULES
    )


# One row for each running station that a rule is in force for; of a hub's, or of all.
STAFFED = """
CREATE FUNCTION workforce_staffed(p_day date, p_hub int)
RETURNS TABLE (station_id int, hub_id int, town_id int, tier varchar, needed int, present int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.hub_id, s.town_id, s.tier, r.least::int,
           count(*) FILTER (WHERE p.share >= r.counts_from AND (NOT r.certified_only
               OR c.since <= p_day AND (c.until IS NULL OR c.until > p_day)))::int
    FROM network_station s
    JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running'
         AND g.since <= p_day AND (g.until IS NULL OR g.until > p_day)
    JOIN workforce_staffingrule r ON r.tier = s.tier AND r.since <= p_day AND (r.until IS NULL OR r.until > p_day)
    LEFT JOIN workforce_posting p ON p.station_id = s.id AND p.since <= p_day AND (p.until IS NULL OR p.until > p_day)
    -- One by one, and only where a rule asks: joined as a whole, those of the city would be gathered for a single hub.
    LEFT JOIN LATERAL (SELECT * FROM workforce_certification c
                       WHERE r.certified_only AND c.worker_id = p.worker_id LIMIT 1) c ON true
    WHERE p_hub IS NULL OR s.hub_id = p_hub
    GROUP BY s.id, r.id
$$;
"""

# Each station's course: a posted person who counts adds one, a rule takes away what it asks for, and where the sum falls
# below zero the rule isn't met. `since` is when the present state began, `until` when it will end as far as is known:
# postings, certificates and services that end, and ends that the caller brings (of an organisation's people at a
# station).
STAFFING = """
CREATE FUNCTION workforce_staffing(
    p_day date, p_hubs int[], p_stations int[], p_end_stations int[], p_end_organisations bigint[], p_end_days date[]
)
RETURNS TABLE (station_id int, needed int, present int, since date, until date)
-- How many ends the caller brings can't be estimated: a nested loop over them would take a second for a city.
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET jit = off AS $$
    WITH place AS (
        SELECT s.id, s.tier, g.since AS open_since FROM network_station s
        JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running'
             AND g.since <= p_day AND (g.until IS NULL OR g.until > p_day)
        WHERE (p_hubs IS NULL OR s.hub_id = ANY (p_hubs)) AND (p_stations IS NULL OR s.id = ANY (p_stations))
    ), ending AS (
        SELECT e.station_id, e.organisation_id, max(e.day) AS day
        FROM unnest(p_end_stations, p_end_organisations, p_end_days) AS e(station_id, organisation_id, day) GROUP BY 1, 2
    ), term AS (
        SELECT p.station_id,
               greatest(p.since, r.since, CASE WHEN r.certified_only THEN c.since END) AS since,
               least(p.until, r.until, w.until, e.day, CASE WHEN r.certified_only THEN c.until END) AS until
        FROM place
        JOIN workforce_posting p ON p.station_id = place.id
        JOIN workforce_worker w ON w.id = p.worker_id
        JOIN workforce_staffingrule r ON r.tier = place.tier AND p.share >= r.counts_from
        LEFT JOIN workforce_certification c ON c.worker_id = p.worker_id
        LEFT JOIN ending e ON e.station_id = p.station_id AND e.organisation_id = w.employer_id
        WHERE NOT r.certified_only OR c.since IS NOT NULL
    ), event AS (
        SELECT t.station_id, t.since AS day, 1 AS present, 0 AS needed FROM term t
        WHERE t.until IS NULL OR t.until > t.since
        UNION ALL
        SELECT t.station_id, t.until, -1, 0 FROM term t WHERE t.until > t.since
        UNION ALL
        SELECT place.id, r.since, 0, r.least FROM place JOIN workforce_staffingrule r ON r.tier = place.tier
        UNION ALL
        SELECT place.id, r.until, 0, -r.least FROM place JOIN workforce_staffingrule r ON r.tier = place.tier
        WHERE r.until IS NOT NULL
    ), step AS (
        SELECT e.station_id, e.day, sum(e.present) AS present, sum(e.needed) AS needed,
               sum(sum(e.present) - sum(e.needed)) OVER (PARTITION BY e.station_id ORDER BY e.day) >= 0 AS met
        FROM event e GROUP BY 1, 2
    ), turn AS (
        SELECT s.*, s.met IS DISTINCT FROM lag(s.met) OVER (PARTITION BY s.station_id ORDER BY s.day) AS turns
        FROM step s
    )
    SELECT t.station_id, sum(t.needed) FILTER (WHERE t.day <= p_day)::int,
           sum(t.present) FILTER (WHERE t.day <= p_day)::int,
           greatest(max(t.day) FILTER (WHERE t.turns AND t.day <= p_day), min(place.open_since)),
           min(t.day) FILTER (WHERE t.turns AND t.day > p_day)
    FROM turn t JOIN place ON place.id = t.station_id
    GROUP BY t.station_id
    HAVING sum(t.needed) FILTER (WHERE t.day <= p_day) > 0
$$;
"""
RIGHTS = "".join(
    f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO shegong_app;\n"
    for name in ("workforce_staffed(date, int)", "workforce_staffing(date, int[], int[], int[], bigint[], date[])")
)


class Migration(migrations.Migration):
    dependencies = [("workforce", "0006_posting_wall")]
    operations = [
        migrations.RunPython(add_rules, migrations.RunPython.noop),
        migrations.RunSQL(
            STAFFED + STAFFING + RIGHTS,
            "DROP FUNCTION workforce_staffed(date, int), "
            "workforce_staffing(date, int[], int[], int[], bigint[], date[])",
        ),
    ]
