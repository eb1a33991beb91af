"""What became of services, projects, groups, activities and cases, counted without names, for who may not see the people
as well as for who may. Each function counts by a key of its own choice (`p_by`); keys are text.
"""

from typing import Final

from django.db import migrations

SCOPE: Final = "{t}.hub_id = ANY (p_hubs) AND (p_stations IS NULL OR {t}.station_id = ANY (p_stations))"
ARGUMENTS: Final = "p_by text, p_hubs int[], p_stations int[], p_from date, p_to date"
HEAD: Final = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$"


def scope(table: str) -> str:
    """A table's rows of the hubs and, if any are named, of the stations."""
    return SCOPE.format(t=table)


# Which services a case got, or under which contracts: as its records say.
OF_CASE: Final = """SELECT DISTINCT CASE p_by WHEN 'service' THEN coalesce(i.first_id, i.id)::text
                           ELSE r.contract_id::text END AS key
        FROM practice_servicerecord r JOIN catalogue_serviceitem i ON i.id = r.service_id
        WHERE r.case_id = {case} AND r.hub_id = {hub} AND r.voided_at IS NULL"""
BY_SERVICE_OR_CONTRACT: Final = """CASE p_by WHEN 'service' THEN (
            SELECT coalesce(i.first_id, i.id)::text FROM catalogue_serviceitem i WHERE i.id = {t}.service_id)
        ELSE {t}.contract_id::text END"""

WORK: Final = f"""
CREATE INDEX practice_record_contract ON practice_servicerecord (contract_id, served_on)
    WHERE contract_id IS NOT NULL AND voided_at IS NULL;

-- What was done, by contract (none: 0) and 'service', or by 'contract' alone (service 0).
CREATE FUNCTION indicators_outcome_work({ARGUMENTS})
RETURNS TABLE (contract_id bigint, service_id int, records bigint, person_times bigint, work_minutes bigint)
{HEAD}
    SELECT w.contract_id, coalesce(i.first_id, i.id, 0)::int, sum(w.records)::bigint, sum(w.person_times)::bigint,
           sum(w.work_minutes)::bigint
    FROM (SELECT coalesce(r.contract_id, 0) AS contract_id,
                 CASE p_by WHEN 'service' THEN r.service_id END AS service_id, count(*) AS records,
                 sum(r.person_times) AS person_times, sum(r.work_minutes) AS work_minutes
          FROM practice_servicerecord r
          WHERE {scope("r")} AND r.served_on >= p_from AND r.served_on < p_to AND r.voided_at IS NULL
          GROUP BY 1, 2) AS w
    LEFT JOIN catalogue_serviceitem i ON i.id = w.service_id
    GROUP BY 1, 2
$$;

-- Hours under contracts wherever they were given, and whom they reached at the stations asked about.
CREATE FUNCTION indicators_outcome_contracts(p_contracts bigint[], p_from date, p_to date)
RETURNS TABLE (contract_id bigint, work_minutes bigint)
{HEAD}
    SELECT r.contract_id, sum(r.work_minutes)::bigint FROM practice_servicerecord r
    WHERE r.contract_id = ANY (p_contracts) AND r.voided_at IS NULL AND r.served_on >= p_from AND r.served_on < p_to
    GROUP BY 1
$$;

CREATE FUNCTION indicators_outcome_persons(p_contracts bigint[], p_hubs int[], p_stations int[], p_from date, p_to date)
RETURNS TABLE (contract_id bigint, persons bigint)
{HEAD}
    SELECT r.contract_id, count(DISTINCT c.client_id)
    FROM practice_servicerecord r
    JOIN practice_recordclient c ON c.record_id = r.id AND c.hub_id = r.hub_id
    WHERE r.contract_id = ANY (p_contracts) AND r.voided_at IS NULL AND r.served_on >= p_from AND r.served_on < p_to
      AND {scope("r")}
    GROUP BY 1
$$;
"""

CASES: Final = f"""
-- Cases closed: 'all', by population 'group', by 'service' that they got, or by 'contract' of their records.
CREATE FUNCTION indicators_outcome_cases({ARGUMENTS})
RETURNS TABLE (key text, closed bigint, improved bigint, rated bigint, goal_sum bigint, reached bigint)
{HEAD}
    SELECT x.key, count(*), count(*) FILTER (WHERE k.improved), count(k.goal_score),
           coalesce(sum(k.goal_score), 0)::bigint, count(*) FILTER (WHERE k.goal_score >= 500)
    FROM practice_case k
    CROSS JOIN LATERAL (
        SELECT '' AS key WHERE p_by = 'all'
        UNION ALL SELECT k.group_id::text WHERE p_by = 'group'
        UNION ALL SELECT o.key FROM ({OF_CASE.format(case="k.id", hub="k.hub_id")}) AS o
        WHERE p_by IN ('service', 'contract')) AS x
    WHERE {scope("k")} AND k.closed_on >= p_from AND k.closed_on < p_to AND x.key IS NOT NULL
    GROUP BY 1
$$;

-- The work that went into those cases, from first to last: 'all' or by population 'group', and by contract (none: 0).
CREATE FUNCTION indicators_outcome_case_work({ARGUMENTS})
RETURNS TABLE (key text, contract_id bigint, work_minutes bigint)
{HEAD}
    SELECT CASE p_by WHEN 'all' THEN '' ELSE k.group_id::text END, coalesce(r.contract_id, 0),
           sum(r.work_minutes)::bigint
    FROM practice_case k
    JOIN practice_servicerecord r ON r.case_id = k.id AND r.hub_id = k.hub_id AND r.voided_at IS NULL
    WHERE {scope("k")} AND k.closed_on >= p_from AND k.closed_on < p_to
    GROUP BY 1, 2
$$;
"""

OPINIONS: Final = f"""
-- What clients said: 'all', by 'service' or 'contract', of 'groups' by their kind, of 'activities' and of 'cases' by
-- population group.
CREATE FUNCTION indicators_outcome_opinions({ARGUMENTS})
RETURNS TABLE (key text, opinions bigint, score_sum bigint)
{HEAD}
    SELECT x.key, count(*), sum(e.score)::bigint
    FROM practice_evaluation e
    CROSS JOIN LATERAL (
        SELECT '' AS key WHERE p_by = 'all'
        UNION ALL SELECT {BY_SERVICE_OR_CONTRACT.format(t="r")} FROM practice_servicerecord r
        WHERE p_by IN ('service', 'contract') AND r.id = e.record_id AND r.hub_id = e.hub_id
        UNION ALL SELECT CASE p_by WHEN 'activities' THEN a.group_id::text ELSE {BY_SERVICE_OR_CONTRACT.format(t="a")} END
        FROM practice_activity a
        WHERE p_by IN ('service', 'contract', 'activities') AND a.id = e.activity_id AND a.hub_id = e.hub_id
        UNION ALL SELECT CASE p_by WHEN 'groups' THEN g.kind ELSE {BY_SERVICE_OR_CONTRACT.format(t="g")} END
        FROM practice_groupmember m JOIN practice_socialgroup g ON g.id = m.social_group_id AND g.hub_id = m.hub_id
        WHERE p_by IN ('service', 'contract', 'groups') AND m.id = e.member_id AND m.hub_id = e.hub_id
        UNION ALL SELECT o.key FROM ({OF_CASE.format(case="e.case_id", hub="e.hub_id")}) AS o
        WHERE p_by IN ('service', 'contract') AND e.case_id IS NOT NULL
        UNION ALL SELECT k.group_id::text FROM practice_case k
        WHERE p_by = 'cases' AND k.id = e.case_id AND k.hub_id = e.hub_id) AS x
    WHERE {scope("e")} AND e.evaluated_on >= p_from AND e.evaluated_on < p_to AND x.key IS NOT NULL
    GROUP BY 1
$$;
"""

SPENT: Final = """(SELECT sum(b.spent) FROM practice_budgetline b
            WHERE b.{column} = {t}.id AND b.hub_id = {t}.hub_id)"""

GATHERINGS: Final = f"""
-- Groups that were summed up: 'all', by 'kind', 'service' or 'contract'. Members are those accepted; measured, those
-- with a score before and after; costed, those of groups whose cost is known. Half of all groups cost between `low` and
-- `high` for each member.
CREATE FUNCTION indicators_outcome_groups({ARGUMENTS})
RETURNS TABLE (key text, groups bigint, sessions bigint, members bigint, times bigint, measured bigint, better bigint,
               cost numeric, costed bigint, costed_groups bigint, low numeric, high numeric)
{HEAD}
    SELECT x.key, count(*), sum(n.sessions)::bigint, sum(m.members)::bigint, sum(n.times)::bigint,
           sum(m.measured)::bigint, sum(m.better)::bigint, sum(c.cost),
           coalesce(sum(m.members) FILTER (WHERE c.cost IS NOT NULL), 0)::bigint, count(c.cost),
           (percentile_cont(0.25) WITHIN GROUP (ORDER BY c.cost / nullif(m.members, 0)))::numeric,
           (percentile_cont(0.75) WITHIN GROUP (ORDER BY c.cost / nullif(m.members, 0)))::numeric
    FROM practice_socialgroup g
    CROSS JOIN LATERAL (
        SELECT CASE p_by WHEN 'all' THEN '' WHEN 'kind' THEN g.kind
               ELSE {BY_SERVICE_OR_CONTRACT.format(t="g")} END AS key) AS x
    CROSS JOIN LATERAL (
        SELECT count(*) AS members, count(m.post_score) FILTER (WHERE m.pre_score IS NOT NULL) AS measured,
               count(*) FILTER (WHERE CASE WHEN g.measure_up THEN m.post_score > m.pre_score
                                           ELSE m.post_score < m.pre_score END) AS better
        FROM practice_groupmember m
        WHERE m.social_group_id = g.id AND m.hub_id = g.hub_id AND m.state = 'accepted') AS m
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT s.id) AS sessions, count(a.client_id) AS times
        FROM practice_groupsession s LEFT JOIN practice_sessionattendance a
          ON a.session_id = s.id AND a.hub_id = s.hub_id AND a.presence IN ('present', 'late')
        WHERE s.social_group_id = g.id AND s.hub_id = g.hub_id AND s.state = 'held') AS n
    CROSS JOIN LATERAL (SELECT {SPENT.format(column="social_group_id", t="g")} AS cost) AS c
    WHERE {scope("g")} AND g.state = 'closed' AND g.closed_on >= p_from AND g.closed_on < p_to AND x.key IS NOT NULL
    GROUP BY 1
$$;

-- Activities that were held: 'all' or by population 'group'. Half of them cost between `low` and `high` for each who came.
CREATE FUNCTION indicators_outcome_activities({ARGUMENTS})
RETURNS TABLE (key text, activities bigint, clients bigint, times bigint, work_minutes bigint, cost numeric,
               costed bigint, costed_activities bigint, low numeric, high numeric)
{HEAD}
    SELECT CASE p_by WHEN 'all' THEN '' ELSE a.group_id::text END, count(*), sum(r.clients_count)::bigint,
           sum(r.person_times)::bigint, sum(r.work_minutes)::bigint, sum(c.cost),
           coalesce(sum(r.person_times) FILTER (WHERE c.cost IS NOT NULL), 0)::bigint, count(c.cost),
           (percentile_cont(0.25) WITHIN GROUP (ORDER BY c.cost / r.person_times))::numeric,
           (percentile_cont(0.75) WITHIN GROUP (ORDER BY c.cost / r.person_times))::numeric
    FROM practice_activity a
    JOIN practice_servicerecord r ON r.id = a.record_id AND r.hub_id = a.hub_id AND r.voided_at IS NULL
    CROSS JOIN LATERAL (SELECT {SPENT.format(column="activity_id", t="a")} AS cost) AS c
    WHERE {scope("a")} AND a.state IN ('held', 'closed') AND r.served_on >= p_from AND r.served_on < p_to
    GROUP BY 1
$$;
"""
FUNCTIONS: Final = (
    "indicators_outcome_work(text, int[], int[], date, date)",
    "indicators_outcome_contracts(bigint[], date, date)",
    "indicators_outcome_persons(bigint[], int[], int[], date, date)",
    "indicators_outcome_cases(text, int[], int[], date, date)",
    "indicators_outcome_case_work(text, int[], int[], date, date)",
    "indicators_outcome_opinions(text, int[], int[], date, date)",
    "indicators_outcome_groups(text, int[], int[], date, date)",
    "indicators_outcome_activities(text, int[], int[], date, date)",
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0009_outcomes"), ("practice", "0021_evaluation_wall"), ("purchase", "0001_initial")]
    operations = [
        migrations.RunSQL(
            WORK + CASES + OPINIONS + GATHERINGS,
            "".join(f"DROP FUNCTION {each};" for each in FUNCTIONS) + "DROP INDEX practice_record_contract;",
        ),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {each} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {each} TO shegong_app",
                migrations.RunSQL.noop,
            )
            for each in FUNCTIONS
        ],
    ]
