"""The clocks and special days in force. One query each; both tables are tiny."""

from datetime import datetime

from django.utils import timezone

from shegong.practice.models import Deadline, SpecialDay
from shegong.practice.rules.deadline import Allowed, SpecialDays, due_at


def due_by_clock(code: str, start: datetime) -> datetime:
    """When something of this urgency (or kind) that began at `start` must be done. Two queries, one for hours."""
    clock = Deadline.objects.get(code=code)
    allowed = Allowed(clock.hours, clock.working_days)
    special = special_days(start) if clock.hours is None else SpecialDays()
    return due_at(start, allowed, special, timezone.get_default_timezone())


def due_in_working_days(days: int, start: datetime) -> datetime:
    """The end of the last of so many working days after `start`. One query."""
    return due_at(start, Allowed(None, days), special_days(start), timezone.get_default_timezone())


def special_days(start: datetime) -> SpecialDays:
    """The special days from a day on (one query)."""
    days = list(SpecialDay.objects.filter(day__gte=start.date()))
    return SpecialDays(
        free=frozenset(each.day for each in days if not each.is_working),
        worked=frozenset(each.day for each in days if each.is_working),
    )
