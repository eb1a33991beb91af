"""Decisions about evaluations by clients. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import Said

OPEN_FOR: Final = timedelta(days=14)  # a link that is sent
HANDED_FOR: Final = timedelta(minutes=30)  # a phone that is handed over
# Within an hour, from one network address: sixty people behind one may evaluate an activity on the spot (each opens the
# page, sends it and is thanked); nobody happens upon more than a few addresses that there aren't.
REQUESTS_AN_HOUR: Final = 300
STRAYS_AN_HOUR: Final = 30
SCORES: Final = (
    (5, _("非常满意")),
    (4, _("满意")),
    (3, _("一般")),
    (2, _("不满意")),
    (1, _("非常不满意")),
)
BETTER: Final = (
    (5, _("好了很多")),
    (4, _("好了一些")),
    (3, _("没有变化")),
    (2, _("差了一些")),
    (1, _("差了很多")),
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of a service: how content (1–5), how things stand since (1–5, None: can't tell), in words."""

    score: int | None
    better: int | None = None
    comment: str = ""
    said_by: str = Said.CLIENT


def opinion_problems(said: Opinion) -> Iterator[Problem]:
    """What stands against an evaluation, at its fields."""
    if said.score is None:
        yield Problem("score_missing", _("请选择满意程度。"), "score")
    elif not 1 <= said.score <= 5:
        yield Problem("score_out_of_range", _("满意程度是 1 到 5。"), "score")
    if said.better is not None and not 1 <= said.better <= 5:
        yield Problem("better_out_of_range", _("情况变化是 1 到 5。"), "better")
    if said.said_by not in Said.values:
        yield Problem("said_by_unknown", _("请选择是谁的评价。"), "said_by")


def day_problem(day: date, *, since: date, today: date) -> Problem | None:
    """Why an evaluation can't be of a day, if it can't: before the service or after today."""
    if day > today:
        return Problem("evaluated_in_future", _("评价日期不能晚于今天。"), "evaluated_on")
    if day < since:
        return Problem("evaluated_before_service", _("评价日期不能早于服务日期。"), "evaluated_on")
    return None
