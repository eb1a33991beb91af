"""The triggers that keep the tallies, and the functions that read single stations without opening their records."""

from django.db import migrations

from shegong.indicators import tally_sql as sql
from shegong.kernel import wall

# Memory for a bulk load's groups; a single record takes next to none of it.
HEADER = """RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB'
AS $$ BEGIN"""
BOTH = "SELECT *, 1 AS sign FROM new_rows UNION ALL SELECT *, -1 AS sign FROM old_rows"
# Counting persons compares what held before with what holds now: writes about the same client must follow each other.
LOCK = "PERFORM FROM practice_client WHERE id IN ({clients}) ORDER BY id FOR NO KEY UPDATE;"


def both(rows: str) -> str:
    """`rows` of the new table as +1 and of the old one as -1."""
    return rows.format(table="new_rows", sign=1) + " UNION ALL " + rows.format(table="old_rows", sign=-1)


PERSONS_ON_INSERT = sql.person_deltas(
    f"""SELECT {sql.PARTICIPATION}, NOT EXISTS (
            SELECT FROM new_rows n WHERE n.record_id = rc.record_id AND n.client_id = rc.client_id) AS was, true AS is
        {sql.affected("SELECT client_id FROM new_rows", "SELECT served_on FROM new_rows")}""",
    "SELECT served_on FROM new_rows",
)
# Whether there is one who hadn't had the same service, in the same way, at the same place in the same month before: of all
# others nothing needs to be counted.
SOMEBODY_NEW = f"""EXISTS (
        SELECT FROM new_rows n JOIN practice_servicerecord r ON r.id = n.record_id AND r.hub_id = n.hub_id
        WHERE NOT EXISTS (
            SELECT FROM practice_recordclient o JOIN practice_servicerecord q ON q.id = o.record_id AND q.hub_id = o.hub_id
            WHERE o.client_id = n.client_id AND o.served_on >= {sql.start_of("month", "n.served_on")}
              AND o.served_on < {sql.start_of("month", "n.served_on")} + interval '1 month'
              AND (q.station_id, q.service_id, q.method, q.group_id) = (r.station_id, r.service_id, r.method, r.group_id)
              AND q.voided_at IS NULL AND NOT EXISTS (SELECT FROM new_rows m WHERE m.record_id = q.id)))"""
PERSONS_ON_DELETE = sql.person_deltas(
    f"""SELECT {sql.PARTICIPATION}, true AS was, true AS is
        {sql.affected("SELECT client_id FROM old_rows", "SELECT served_on FROM old_rows")}
        UNION ALL
        SELECT {sql.PARTICIPATION}, true, false FROM old_rows rc
        JOIN practice_servicerecord r ON r.id = rc.record_id AND r.hub_id = rc.hub_id WHERE r.voided_at IS NULL""",
    "SELECT served_on FROM old_rows",
)
OLD_AND_NEW_CLIENTS = "SELECT client_id FROM new_rows UNION SELECT client_id FROM old_rows"
OLD_AND_NEW_DAYS = "SELECT served_on FROM new_rows UNION ALL SELECT served_on FROM old_rows"
# Moved to another client (files merged or parted): a participation ends for one and begins for the other.
PERSONS_ON_MOVE = sql.person_deltas(
    f"""SELECT {sql.PARTICIPATION}, NOT EXISTS (
            SELECT FROM new_rows n WHERE n.record_id = rc.record_id AND n.client_id = rc.client_id) AS was, true AS is
        {sql.affected(OLD_AND_NEW_CLIENTS, OLD_AND_NEW_DAYS)}
        UNION ALL
        SELECT {sql.PARTICIPATION}, true, false FROM old_rows rc
        JOIN practice_servicerecord r ON r.id = rc.record_id AND r.hub_id = rc.hub_id WHERE r.voided_at IS NULL""",
    OLD_AND_NEW_DAYS,
)
CHANGED_CLIENTS = "SELECT c.client_id FROM practice_recordclient c JOIN new_rows n ON n.id = c.record_id AND n.hub_id = c.hub_id"
PERSONS_ON_CORRECTION = sql.person_deltas(
    f"""SELECT {sql.PARTICIPATION}, true AS was, true AS is
        {sql.affected(CHANGED_CLIENTS, OLD_AND_NEW_DAYS)} AND NOT EXISTS (SELECT FROM new_rows n WHERE n.id = r.id)
        UNION ALL
        SELECT {sql.PARTICIPATION}, true, false FROM practice_recordclient rc
        JOIN old_rows r ON r.id = rc.record_id AND r.hub_id = rc.hub_id WHERE r.voided_at IS NULL
        UNION ALL
        SELECT {sql.PARTICIPATION}, false, true FROM practice_recordclient rc
        JOIN new_rows r ON r.id = rc.record_id AND r.hub_id = rc.hub_id WHERE r.voided_at IS NULL""",
    OLD_AND_NEW_DAYS,
)


def function(name: str, insert: str, update: str, delete: str = "") -> str:
    """A trigger function with a branch for each kind of statement."""
    return f"""
CREATE FUNCTION {name}() {HEADER}
    IF TG_OP = 'INSERT' THEN {insert}
    ELSIF TG_OP = 'UPDATE' THEN {update}
    ELSE {delete or "RAISE EXCEPTION '% is never deleted', TG_TABLE_NAME;"}
    END IF;
    RETURN NULL;
END $$;"""


def triggers(table: str, name: str, name_on_update: str = "") -> str:
    """A trigger for each kind of statement, with its transition tables."""
    return f"""
CREATE TRIGGER {table}_tally_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {table}_tally_update AFTER UPDATE ON {table} REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {table}_tally_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


# Cases count for more since migration 0009.
OPENED = "SELECT station_id, opened_on AS day, group_id, {sign} AS cases_opened FROM {table}"
CLOSED = (
    "SELECT station_id, closed_on AS day, group_id, {sign} AS cases_closed FROM {table} WHERE closed_on IS NOT NULL"
)

RECORDS = function(
    "indicators_tally_records",
    sql.upsert(sql.record_deltas("SELECT *, 1 AS sign FROM new_rows"), sql.RECORD_MEASURES),
    LOCK.format(clients=CHANGED_CLIENTS)
    + sql.upsert(sql.record_deltas(BOTH), sql.RECORD_MEASURES)
    + sql.upsert(PERSONS_ON_CORRECTION, ("persons",)),
)
ASSESSED = function(
    "indicators_tally_assessments",
    sql.upsert(sql.total_deltas(sql.ASSESSMENTS.format(table="new_rows", sign=1), ("assessments",)), ("assessments",)),
    sql.upsert(sql.total_deltas(both(sql.ASSESSMENTS), ("assessments",)), ("assessments",)),
)
PERSONS = function(
    "indicators_tally_persons",
    LOCK.format(clients="SELECT client_id FROM new_rows")
    + f"IF {SOMEBODY_NEW} THEN {sql.upsert(PERSONS_ON_INSERT, ('persons',))} END IF;",
    # Corrections of the day copy it here too; who took part is what counts.
    f"""IF EXISTS (SELECT client_id, record_id FROM new_rows EXCEPT SELECT client_id, record_id FROM old_rows) THEN
    {LOCK.format(clients=OLD_AND_NEW_CLIENTS)} {sql.upsert(PERSONS_ON_MOVE, ("persons",))}
    END IF;""",
    LOCK.format(clients="SELECT client_id FROM old_rows") + sql.upsert(PERSONS_ON_DELETE, ("persons",)),
)
FUNCTIONS = "\n".join(
    [
        RECORDS,
        PERSONS,
        function(
            "indicators_tally_cases",
            sql.upsert(sql.total_deltas(OPENED.format(table="new_rows", sign=1), ("cases_opened",)), ("cases_opened",))
            + sql.upsert(sql.total_deltas(CLOSED.format(table="new_rows", sign=1), ("cases_closed",)), ("cases_closed",)),
            sql.upsert(sql.total_deltas(both(OPENED), ("cases_opened",)), ("cases_opened",))
            + sql.upsert(sql.total_deltas(both(CLOSED), ("cases_closed",)), ("cases_closed",)),
        ),
        ASSESSED,
        triggers("practice_servicerecord", "indicators_tally_records"),
        triggers("practice_recordclient", "indicators_tally_persons"),
        triggers("practice_case", "indicators_tally_cases"),
        triggers("practice_assessment", "indicators_tally_assessments"),
    ]
)

# A room has no stations below it: its numbers are counted from its own few records, by a function that shows counts
# only, so that it serves viewers who may not see the records.
ROOM = """
CREATE FUNCTION indicators_rooms(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, month date, group_id int, field_id int, service_id int, method int,
               records bigint, person_times bigint, work_minutes bigint,
               satisfaction_sum bigint, satisfaction_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.station_id, date_trunc('month', r.served_on)::date, r.group_id::int, i.field_id::int,
           coalesce(i.first_id, i.id)::int, ascii(r.method),
           count(*), sum(r.person_times), sum(r.work_minutes), sum(coalesce(r.satisfaction, 0)), count(r.satisfaction)
    FROM practice_servicerecord r JOIN catalogue_serviceitem i ON i.id = r.service_id
    WHERE r.station_id = ANY (p_stations) AND r.served_on >= p_from AND r.served_on < p_to AND r.voided_at IS NULL
    GROUP BY 1, 2, 3, 4, 5, 6
$$;

CREATE FUNCTION indicators_room_persons(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, facet int, facet_id int, persons bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.station_id, f.facet, f.facet_id, count(DISTINCT rc.client_id)
    FROM practice_servicerecord r
    JOIN practice_recordclient rc ON rc.record_id = r.id AND rc.hub_id = r.hub_id
    JOIN catalogue_serviceitem i ON i.id = r.service_id
    CROSS JOIN LATERAL (VALUES (0, 0), (1, r.group_id::int), (2, i.field_id::int), (3, coalesce(i.first_id, i.id)::int),
        (4, ascii(r.method))) AS f (facet, facet_id)
    WHERE r.station_id = ANY (p_stations) AND r.served_on >= p_from AND r.served_on < p_to AND r.voided_at IS NULL
    GROUP BY 1, 2, 3
$$;

CREATE FUNCTION indicators_room_cases(p_stations int[], p_from date, p_to date)
RETURNS TABLE (station_id int, cases_opened bigint, cases_closed bigint, assessments bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id,
           (SELECT count(*) FROM practice_case k WHERE k.station_id = s.id AND k.opened_on >= p_from AND k.opened_on < p_to),
           (SELECT count(*) FROM practice_case k WHERE k.station_id = s.id AND k.closed_on >= p_from AND k.closed_on < p_to),
           (SELECT count(*) FROM practice_assessment a
            WHERE a.station_id = s.id AND a.assessed_on >= p_from AND a.assessed_on < p_to)
    FROM network_station s WHERE s.id = ANY (p_stations)
$$;

-- What was recorded lately, without names: for the ticker of the wall dashboard.
CREATE FUNCTION indicators_ticker(p_hubs int[], p_limit int)
RETURNS TABLE (recorded_at timestamptz, station_id int, service_id int, method text, person_times int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.recorded_at, r.station_id, r.service_id::int, r.method::text, r.person_times
    FROM unnest(p_hubs) AS h (hub_id)
    CROSS JOIN LATERAL (
        SELECT * FROM practice_servicerecord r WHERE r.hub_id = h.hub_id AND r.voided_at IS NULL AND NOT r.restricted
        ORDER BY r.recorded_at DESC LIMIT p_limit) AS r
    ORDER BY r.recorded_at DESC LIMIT p_limit
$$;
CREATE INDEX practice_record_latest ON practice_servicerecord (hub_id, recorded_at DESC);
"""

REVERSE = "\n".join(
    [
        *[
            f"DROP TRIGGER {table}_tally_{op} ON {table};"
            for table in ("practice_servicerecord", "practice_recordclient", "practice_case", "practice_assessment")
            for op in ("insert", "update", "delete")
        ],
        "DROP FUNCTION indicators_tally_records(), indicators_tally_persons(), indicators_tally_cases(),",
        "indicators_tally_assessments(), indicators_rooms(int[], date, date), indicators_room_persons(int[], date, date),",
        "indicators_room_cases(int[], date, date), indicators_ticker(int[], int);",
        "DROP INDEX practice_record_latest;",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial"), ("practice", "0002_wall")]
    operations = [
        migrations.RunSQL(FUNCTIONS, REVERSE),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
        # Tallies name nobody; small cells are suppressed where they are shown. Only the triggers write them.
        wall.grant("indicators_tally", "select"),
        wall.grant("indicators_target", "select, insert, update, delete"),
        wall.grant("catalogue_field", "select"),
        wall.grant("catalogue_populationgroup", "select"),
        wall.grant("catalogue_serviceitem", "select, insert, update"),
        wall.grant("catalogue_instrument", "select, insert, update"),
        wall.grant("purchase_fund", "select, insert, update"),
        wall.grant("purchase_contract", "select, insert, update"),
        wall.grant("purchase_contract_stations", "select, insert, delete"),
    ]
