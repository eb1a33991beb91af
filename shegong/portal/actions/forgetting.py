"""What came in at the door and whose time is over is forgotten by itself, as enquiries are."""

from datetime import date, datetime

from django.db import connection, transaction

from shegong.journal.actions import log
from shegong.kernel import clock


def close_and_forget() -> int:
    """Close what lay open for a day and forget what has expired; how much. To be run as the tables' owner."""
    return forget_left(clock.today(), clock.now())


@transaction.atomic
def forget_left(today: date, at: datetime) -> int:
    """Forget complaints and requests about own data whose time is over, and close what lies open no longer; returns how
    many were forgotten. One journal row for each kind and hub. To be run as the tables' owner: nobody else may.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, hub_id, times FROM portal_forget_expired(%s, %s)", [today, at])
        found = cursor.fetchall()
    for kind, hub_id, times in found:
        log("forget_expired", "retentionrule", kind, by=None, hub_id=hub_id, detail={"kind": kind, "times": times})
    return sum(times for _kind, _hub, times in found)
