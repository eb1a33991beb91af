"""The way to the target: by when each station's steps are due, and what is to be expected. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Step
from shegong.kernel.problems import Problem

# How far along the way from "built" to "standardised" each step stands.
PLACES: Final[Mapping[str, float]] = {
    Step.EQUIPMENT: 0.35, Step.STAFFING: 0.5, Step.OPERATION: 0.65, Step.OVERSIGHT: 0.75, Step.SUBMITTED: 0.85,
}  # fmt: skip


def plan_problem(built_on: date, confirmed_on: date, today: date) -> Problem | None:
    """What is wrong with a plan's two ends."""
    if confirmed_on < built_on + timedelta(days=60):
        return Problem("plan_short", _("从建成到规范至少要留两个月。"), "confirmed_on")
    if confirmed_on > max(built_on, today) + timedelta(days=366 * 5):
        return Problem("plan_long", _("计划不超过五年。"), "confirmed_on")
    return None


def milestones(built_on: date, confirmed_on: date) -> dict[str, date]:
    """{step: by when}, from "built" to "standardised"."""
    days = (confirmed_on - built_on).days
    return {
        Step.BUILT.value: built_on,
        **{str(step): built_on + timedelta(days=int(days * share)) for step, share in PLACES.items()},
        Step.CONFIRMED.value: confirmed_on,
    }


def needed(total: int, percent: int) -> int:
    """How many of so many make up the share: 80 % of 23 are 19, 60 % of 261 are 157."""
    return ceil(total * percent / 100 - 1e-9)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be expected, step by step: those confirmed now and still valid then, and those on their way who pass
    by today's data. `ready` pass by today's data but haven't handed in: nobody counts on them, they are the reserve.
    """

    confirmed: int
    under_way: int
    ready: int

    @property
    def total(self) -> int:
        """Those counted on."""
        return self.confirmed + self.under_way


def counted_by(days: Iterable[date], ends: Sequence[date]) -> list[int]:
    """How many of the days lie on or before each of the ends."""
    ordered = sorted(days)
    found, place = [], 0
    for end in ends:
        while place < len(ordered) and ordered[place] <= end:
            place += 1
        found.append(place)
    return found


def valid_at(spans: Iterable[tuple[date, date]], ends: Sequence[date]) -> list[int]:
    """How many of the spans [since, until) hold on each of the days."""
    known = list(spans)
    return [sum(since <= end < until for since, until in known) for end in ends]
