"""When something must be done: hours run on by the clock, working days end in the evening of the last of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

DAY_ENDS: Final = time(18, 0)
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Allowed:
    """How long something may take: hours, or else working days."""

    hours: int | None
    working_days: int | None


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Weekdays without work, and weekend days with it."""

    free: Collection[date] = ()
    worked: Collection[date] = ()


def is_working_day(day: date, special: SpecialDays) -> bool:
    """Monday to Friday, but for holidays; and the weekend days that are worked instead."""
    return day in special.worked or (day.weekday() < SATURDAY and day not in special.free)


def due_at(start: datetime, allowed: Allowed, special: SpecialDays, zone: tzinfo) -> datetime:
    """The moment by which something that began at `start` (aware) must be done. The day it began doesn't count; working
    days end at 18:00 in `zone`.
    """
    if allowed.hours is not None:
        return start + timedelta(hours=allowed.hours)
    day, left = start.astimezone(zone).date(), allowed.working_days or 1
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, special)
    return datetime.combine(day, DAY_ENDS, tzinfo=zone)
