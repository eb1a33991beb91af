"""What belongs to no file and whose time is over is forgotten by itself, by the officer's rules (RetentionRule)."""

from datetime import date

from django.db import connection, transaction

from shegong.journal.actions import log
from shegong.kernel import clock

# The last day on which this process looked: the rules speak of years, so once a day is often enough.
_looked_on: date | None = None


def forget_daily() -> int:
    """Forget what has expired, once a day in each process; returns how much. To be run as the tables' owner."""
    global _looked_on
    today = clock.today()
    if _looked_on == today:
        return 0
    times = forget_expired(today)
    _looked_on = today
    return times


@transaction.atomic
def forget_expired(today: date) -> int:
    """Forget enquiries and referrals without a file, sign-ups without a file, names and words in surveys, and closed
    reports whose time is over on a day; returns how many. Counts stay. One journal row for each kind and hub.

    To be run as the tables' owner: nobody else may.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, hub_id, times FROM practice_forget_expired(%s::date)", [today])
        found = cursor.fetchall()
    for kind, hub_id, times in found:
        log("forget_expired", "retentionrule", kind, by=None, hub_id=hub_id, detail={"kind": kind, "times": times})
    return sum(times for _kind, _hub, times in found)
