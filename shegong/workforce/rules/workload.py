"""What is a fair amount of work, and when it is too much. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

UNDER, WITHIN, OVER = "under", "within", "over"
MOST_CASES: Final = 200
MOST_HOURS: Final = 80
FULL_TIME: Final = 100


@dataclass(frozen=True, slots=True)
class Fair:
    """From how many to how many open cases, and hours of service a week, for somebody full-time."""

    cases_low: int
    cases_high: int
    hours_low: int
    hours_high: int


# Until a county says otherwise. Service is what clients get: half of a week is left for all that makes it possible.
PROPOSED: Final = Fair(cases_low=5, cases_high=15, hours_low=8, hours_high=25)


def range_problems(fair: Fair) -> Iterator[Problem]:
    """What is wrong with a range, at its fields."""
    for low, high, most, name in (
        (fair.cases_low, fair.cases_high, MOST_CASES, "cases"),
        (fair.hours_low, fair.hours_high, MOST_HOURS, "hours"),
    ):
        if not 0 <= low <= most:
            yield Problem("range_out_of_bounds", _("请填 0 到 %(most)s。"), f"{name}_low", params={"most": most})
        if not 0 <= high <= most:
            yield Problem("range_out_of_bounds", _("请填 0 到 %(most)s。"), f"{name}_high", params={"most": most})
        elif high < low:
            yield Problem("range_upside_down", _("上限不能小于下限。"), f"{name}_high")


def judged(value: Decimal | int, low: int, high: int, share: int) -> str:
    """Where a value lies to a range for full time, for somebody who works a `share` of it (percent).

    >>> judged(8, 5, 15, 100), judged(8, 5, 15, 50), judged(2, 5, 15, 50)
    ('within', 'over', 'under')
    """
    if value * FULL_TIME > high * share:
        return OVER
    return UNDER if value * FULL_TIME < low * share else WITHIN


def usual_hours(weeks: Sequence[tuple[int, bool]]) -> Decimal | None:
    """The mean hours of weeks given as (minutes, away), those spent away left out; None where none is left.

    >>> usual_hours([(600, False), (1200, False), (0, True)])
    Decimal('15')
    >>> usual_hours([(0, True)]) is None
    True
    """
    counted = [minutes for minutes, away in weeks if not away]
    return Decimal(sum(counted)) / 60 / len(counted) if counted else None
