"""How often somebody without an account may try something within an hour: visitors are told apart by a keyed digest of
their network address and the day, so that nobody can be followed from day to day.

The counts are in the public site's table `portal_attempt`, which only a function of the database writes.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem


def may_try(visitor: bytes, kind: str, most: int, at: datetime) -> bool:
    """Count one more attempt of this visitor within this hour (one statement); False once there were more than `most`.
    A `kind` has at most ten characters.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_may_try(%s, %s, %s, %s)", [visitor, kind, hour, most])
        allowed: bool = cursor.fetchone()[0]
    return allowed


def visitor_digest(address: str, at: datetime) -> bytes:
    """Keyed digest of a network address and the day: tells visitors apart for a day and no longer."""
    digest: bytes = settings.KEYRING.blind_index(f"{address} {at.date()}", "portal_attempt.visitor")
    return digest


def too_many() -> Problem:
    """Somebody tries too often."""
    return Problem("too_many_attempts", _("这个网络在一小时内提交得太多，请过一会儿再试，或直接打电话。"), status=429)
