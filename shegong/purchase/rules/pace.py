"""Whether what is promised will be reached: how far it has come beside how much of its time is over."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from shegong.purchase.rules.contract import years_after

MONTH_DAYS: Final = 30.4


class Standing(StrEnum):
    """How a commitment stands today."""

    REACHED = "reached"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MISSED = "missed"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Pace:
    """`elapsed` is the share of the time that is over, `forecast` what it comes to at the end if it goes on like this,
    `per_month` what is needed in each month that is left (None when nothing is needed, or no time is left).
    """

    standing: Standing
    elapsed: float
    forecast: float
    per_month: float | None


@lru_cache(maxsize=4096)
def days_of(since: date, until: date, year: int) -> tuple[date, date]:
    """The days [begins, ends) of a contract's year; of its whole term for year 0."""
    if not year:
        return since, until
    return years_after(since, year - 1), min(until, years_after(since, year))


def pace_of(done: float, target: int, begins: date, ends: date, today: date) -> Pace:
    """How a commitment stands at the beginning of a day.

    >>> half = pace_of(4, 10, date(2025, 1, 1), date(2026, 1, 1), date(2025, 7, 2))
    >>> half.standing.value, round(half.forecast, 1), round(half.per_month or 0, 1)
    ('behind', 8.0, 1.0)
    """
    length = max(1, (ends - begins).days)
    gone = min(max((today - begins).days, 0), length)
    elapsed = gone / length
    forecast = done / elapsed if elapsed else done
    left = length - gone
    if done >= target:
        return Pace(Standing.REACHED, elapsed, forecast, None)
    if not left:
        return Pace(Standing.MISSED, elapsed, forecast, None)
    needed = (target - done) / left * MONTH_DAYS
    if not gone:
        return Pace(Standing.COMING, elapsed, forecast, needed)
    return Pace(Standing.ON_PACE if forecast >= target else Standing.BEHIND, elapsed, forecast, needed)
