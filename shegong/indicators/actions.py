"""Keeping the tallies."""

from django.db import connection, transaction

from shegong.indicators.tally_sql import MEASURES, expected


@transaction.atomic
def recount() -> int:
    """Replace all tallies by what the records say, in one statement; returns how many there are. Run as the tables'
    owner, after a bulk load that went past the triggers.
    """
    columns = ", ".join(MEASURES)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("TRUNCATE indicators_tally")
        cursor.execute(
            f"INSERT INTO indicators_tally (unit_id, kind, starts_on, facet, facet_id, {columns}) "
            f"SELECT unit_id, kind, starts_on, facet, facet_id, {columns} FROM ({expected()}) AS e"
        )
        count: int = cursor.rowcount
    return count
