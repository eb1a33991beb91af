"""Decisions about leave and stand-in. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

LONGEST: Final = timedelta(days=366)
# How long after the fact somebody may still note that somebody was away.
LOOKING_BACK: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Away:
    """Whose leave, from a day to a day, both included, and who stands in."""

    worker_id: int
    first_on: date
    last_on: date
    stand_in_id: int | None = None


def leave_problems(away: Away, *, today: date, stand_in_away: bool) -> Iterator[Problem]:
    """What stands against a leave, at its fields."""
    if away.last_on < away.first_on:
        yield Problem("leave_ends_before_start", _("最后一天不能早于第一天。"), "last_on")
    elif away.last_on - away.first_on > LONGEST:
        yield Problem("leave_too_long", _("一次休假最多登记一年。"), "last_on")
    if away.first_on < today - LOOKING_BACK:
        yield Problem("leave_long_ago", _("只能补登一个月以内的休假。"), "first_on")
    if away.stand_in_id == away.worker_id:
        yield Problem("stand_in_oneself", _("替岗人不能是本人。"), "stand_in")
    elif stand_in_away:
        yield Problem("stand_in_away", _("替岗人那几天也休假，请另选一位。"), "stand_in")
