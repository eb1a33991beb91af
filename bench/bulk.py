"""What the tallies add to a bulk load of 100,000 rows by one statement, and to its people."""

from django.db import connection, transaction

from bench.measure import Measure, milliseconds
from bench.million import columns_of

ROWS = 100_000
# The tables, and of each what counts its new rows; what guards them stays at work.
TALLIES = {
    "practice_servicerecord": ("practice_servicerecord_tally_insert", "practice_records_of_contract"),
    "practice_recordclient": ("practice_recordclient_tally_insert", "practice_clients_of_contract"),
}


class _Undone(Exception):
    """Ends a measured load, so that nothing of it stays."""


def run() -> list[Measure]:
    """What the triggers add, beside 1.5 times the load without them."""
    _load(tallied=True)
    without = min(_load(tallied=False) for _round in range(2))
    with_tallies = min(_load(tallied=True) for _round in range(2))
    return [Measure("tallies_add_to_bulk_load_of_100k", with_tallies - without, "ms", 1.5 * without)]


def _load(*, tallied: bool) -> float:
    """Milliseconds to insert copies of as many records with their participants (rolled back)."""
    spent = 0.0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not tallied:
                for table, triggers in TALLIES.items():
                    for trigger in triggers:
                        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            cursor.execute(
                "CREATE TEMP TABLE load ON COMMIT DROP AS SELECT id AS old, hub_id, uuidv7() AS new "
                "FROM practice_servicerecord r WHERE voided_at IS NULL AND (case_id IS NULL OR EXISTS ("
                "SELECT FROM practice_case k WHERE k.id = case_id AND k.hub_id = r.hub_id AND stage = 'intervention')) "
                "ORDER BY recorded_at DESC LIMIT %s",
                [ROWS],
            )
            for table, key in zip(TALLIES, ("id", "record_id"), strict=True):
                columns = columns_of(table)
                values = ", ".join("l.new" if name == key else f"x.{name}" for name in columns)
                statement = (
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM load l "
                    f"JOIN {table} x ON x.{key} = l.old AND x.hub_id = l.hub_id"
                )
                spent += milliseconds(lambda sql=statement: cursor.execute(sql))
            raise _Undone
    except _Undone:
        return spent
