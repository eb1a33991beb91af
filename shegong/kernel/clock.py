"""What time it is. Everything that needs the present asks here (or is told), so that a test can hold the clock."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """The present date where the city is (settings.TIME_ZONE), whatever zone a request may have activated."""
    return timezone.localdate(now(), timezone.get_default_timezone())
