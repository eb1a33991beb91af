"""Goal attainment scaling: how far a case's goals were reached, as one number.

Kiresuk & Sherman 1968: each goal is rated from -2 (much less than expected) over 0 (as expected) to +2; the T-score has
mean 50 and standard deviation 10 when goals are set fairly, with 0.3 for the correlation between a case's goals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, raise_any
from shegong.practice.rules.case import required_text

CORRELATION: Final = 0.3
LEVELS: Final = (-2, -1, 0, 1, 2)
MOST_GOALS: Final = 12
LINE_LENGTH: Final = 200
STATEMENT_LENGTH: Final = 1000
LEVEL_NAMES: Final = {
    -2: _("明显低于预期"),
    -1: _("略低于预期"),
    0: _("达到预期"),
    1: _("略高于预期"),
    2: _("明显高于预期"),
}


@dataclass(frozen=True, slots=True)
class GoalFact:
    """A goal to write: what, how it is measured, how it is now, what the five levels look like (the worst first)."""

    statement: str
    measure: str
    baseline: str
    levels: Sequence[str]
    due_on: date
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Rated:
    """A goal's weight and its ratings in the order of time."""

    weight: int
    levels: Sequence[int]


def t_score(rated: Iterable[tuple[int, int]]) -> int | None:
    """Ten times the T-score of (weight, level) pairs; None without any.

    >>> t_score([(1, 0)])
    500
    >>> t_score([(1, 1)])
    600
    >>> t_score([(1, -2), (1, -2)]), t_score([(1, 2), (1, 2)])
    (252, 748)
    >>> t_score([(2, 1), (1, 0), (1, -1)])
    533
    >>> t_score([(1, 1), (1, 1), (1, 1)])
    637
    >>> t_score([]) is None
    True
    """
    pairs = list(rated)
    if not pairs:
        return None
    total = sum(weight for weight, _level in pairs)
    squares = sum(weight * weight for weight, _level in pairs)
    spread = sqrt((1 - CORRELATION) * squares + CORRELATION * total * total)
    return round(500 + 100 * sum(weight * level for weight, level in pairs) / spread)


def outcome(goals: Iterable[Rated]) -> tuple[int | None, bool | None]:
    """(ten times the T-score of the last ratings, whether it is higher than that of the first ratings).

    Goals that were never rated don't count; with no goal rated twice, nothing is said about improvement.

    >>> outcome([Rated(1, [-1, 0]), Rated(2, [-1, 1])])
    (580, True)
    >>> outcome([Rated(1, [0, 0])])
    (500, False)
    >>> outcome([Rated(1, [-1])])
    (400, None)
    >>> outcome([])
    (None, None)
    """
    counted = [goal for goal in goals if goal.levels]
    last = t_score((goal.weight, goal.levels[-1]) for goal in counted)
    twice = [goal for goal in counted if len(goal.levels) > 1]
    if last is None or not twice:
        return last, None
    first_of = t_score((goal.weight, goal.levels[0]) for goal in twice)
    last_of = t_score((goal.weight, goal.levels[-1]) for goal in twice)
    assert first_of is not None and last_of is not None
    return last, last_of > first_of


def checked_goal(goal: GoalFact, *, opened_on: date) -> GoalFact:
    """The goal with its texts cleaned. Raises Problems at statement, measure, baseline, level_1 … level_5, weight,
    due_on: what keeps it from being specific, measurable and bound in time.
    """
    problems: list[Problem] = []

    def text(value: str, field: str, limit: int = LINE_LENGTH) -> str:
        try:
            return required_text(value, field, limit)
        except Problem as problem:
            problems.append(problem)
            return ""

    clean = GoalFact(
        statement=text(goal.statement, "statement", STATEMENT_LENGTH),
        measure=text(goal.measure, "measure"),
        baseline=text(goal.baseline, "baseline"),
        levels=[text(level, f"level_{number}") for number, level in enumerate(goal.levels[: len(LEVELS)], 1)],
        due_on=goal.due_on,
        weight=goal.weight,
    )
    if len(goal.levels) != len(LEVELS):
        problems.append(Problem("levels_not_five", _("请写出从 −2 到 +2 五个程度各是什么样。"), "levels"))
    if not 1 <= goal.weight <= 9:
        problems.append(Problem("weight_range", _("权重为 1 到 9。"), "weight"))
    if goal.due_on < opened_on:
        problems.append(Problem("due_before_opening", _("完成日期不能早于接案日期。"), "due_on"))
    raise_any(problems)
    return clean


def rating_problem(*, level: int, rated_on: date, opened_on: date, today: date) -> Problem | None:
    """Why a goal can't be rated so, or None."""
    if level not in LEVELS:
        return Problem("level_range", _("达成程度为 −2 到 +2。"), "level")
    if rated_on > today:
        return Problem("date_future", _("日期不能晚于今天。"), "rated_on")
    if rated_on < opened_on:
        return Problem("rated_before_opening", _("评定日期不能早于接案日期。"), "rated_on")
    return None
