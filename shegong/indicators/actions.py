"""Keeping the tallies true: a recount, and the search for any drift."""

from dataclasses import dataclass

from django.db import connection, transaction

from shegong.indicators import recount_sql
from shegong.indicators.tally_sql import MEASURES, expected

KEY = ("unit_id", "kind", "starts_on", "facet", "facet_id")


@dataclass(frozen=True, slots=True)
class Drift:
    """A tally that differs from its records: the key, the measure, what is kept and what was counted."""

    unit_id: int
    kind: int
    starts_on: str
    facet: int
    facet_id: int
    measure: str
    kept: int
    counted: int


@transaction.atomic
def recount() -> int:
    """Make all tallies anew from the records, as the tables' owner; returns how many there are.

    For the end of a bulk load whose triggers were off. Writers wait until it is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE practice_servicerecord, practice_case, practice_assessment IN SHARE MODE")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("TRUNCATE indicators_tally")
        cursor.execute(recount_sql.recount())
        made: int = cursor.rowcount
    return made


def count_tallies() -> int:
    """How many tallies are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_tally")
        number: int = cursor.fetchone()[0]
    return number


def drift(limit: int = 100) -> list[Drift]:
    """Every tally (at most `limit`) that differs from its records, counted anew in one statement as the tables' owner.

    A tally of zeros and no tally are the same.
    """
    both = ", ".join(f"coalesce(t.{m}, 0), coalesce(e.{m}, 0)" for m in MEASURES)
    differs = " OR ".join(f"coalesce(t.{m}, 0) <> coalesce(e.{m}, 0)" for m in MEASURES)
    keys = ", ".join(KEY)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {both} FROM indicators_tally t FULL JOIN ({expected()}) AS e USING ({keys}) "
            f"WHERE {differs} ORDER BY {keys} LIMIT %s",
            [limit],
        )
        rows = cursor.fetchall()
    found = []
    for unit_id, kind, starts_on, facet, facet_id, *values in rows:
        for number, measure in enumerate(MEASURES):
            kept, counted = values[2 * number], values[2 * number + 1]
            if kept != counted:
                found.append(Drift(unit_id, kind, str(starts_on), facet, facet_id, measure, kept, counted))
    return found[:limit]
