"""What a target letter's items are worth, step by step; whether they are on pace; which step may be taken. Pure."""

from collections.abc import Collection as Several
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import LETTER_MOVES, Collection, Direction, Formula, LetterState
from shegong.indicators.rules import INDICATORS, Indicator, Unit
from shegong.kernel.problems import Problem

WHOLE: Final = 100
CENT: Final = Decimal("0.01")
LARGEST: Final = Decimal(100_000_000)
REASON_LENGTH: Final = 500
NOTE_LENGTH: Final = 300
# Nobody is to be pushed to find clients; and no target is set on what targets came to.
NOT_FOR_TARGETS: Final = frozenset(
    {
        "practice.persons_served",
        "practice.enquiries",
        "practice.enquiries_accepted",
        "appraisal.letter_items_on_pace",
        "appraisal.letter_score",
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How an item's number becomes points: full marks at `target`, none at `zero`; what falls short of the target earns
    at most `cap` % of the weight.
    """

    weight: int
    formula: str
    direction: str
    target: Decimal
    zero: Decimal
    cap: int


@dataclass(frozen=True, slots=True)
class Found:
    """A number and what it is made of; None where there is none yet."""

    value: Decimal | None
    numerator: int | None = None
    denominator: int | None = None


NOT_FOUND: Final = Found(None)


def is_reached(terms: Terms, value: Decimal) -> bool:
    """Whether the target is reached."""
    return value >= terms.target if terms.direction == Direction.UP else value <= terms.target


def share(terms: Terms, value: Decimal | None) -> Decimal:
    """How much of the weight a number earns, from 0 to 1. No number earns nothing."""
    if value is None:
        return Decimal(0)
    if is_reached(terms, value):
        return Decimal(1)
    if terms.formula == Formula.PASS_FAIL:
        return Decimal(0)
    done = (value - terms.zero) / (terms.target - terms.zero)
    within = min(max(done, Decimal(0)), Decimal(1))
    if terms.formula == Formula.PROPORTION:
        return min(within, Decimal(terms.cap) / 100)
    return within * terms.cap / 100


def points(terms: Terms, value: Decimal | None) -> Decimal:
    """The points of a number, to the hundredth."""
    return (share(terms, value) * terms.weight).quantize(CENT, ROUND_HALF_UP)


def total(marks: Iterable[Decimal]) -> Decimal:
    """What marks add up to."""
    return sum(marks, Decimal(0)).quantize(CENT)


def rule_words(terms: Terms) -> str | Promise:
    """The rule in words, with its numbers."""
    words = {
        "target": plain(terms.target),
        "zero": plain(terms.zero),
        "cap": terms.cap,
        "weight": terms.weight,
    }
    if terms.formula == Formula.PASS_FAIL:
        return _("完成得 %(weight)s 分，未完成不得分。") % words
    if terms.formula == Formula.AT_LEAST:
        return (
            _("不低于 %(target)s 得满分 %(weight)s 分；不足的，从 %(zero)s 起按比例得分，最多为权重的 %(cap)s%%。")
            % words
        )
    if terms.formula == Formula.AT_MOST:
        return (
            _("不高于 %(target)s 得满分 %(weight)s 分；超出的，到 %(zero)s 为止按比例递减，最多为权重的 %(cap)s%%。")
            % words
        )
    if terms.cap < WHOLE:
        return (
            _("达到 %(target)s 得满分 %(weight)s 分；未达到的，从 %(zero)s 起按完成比例得分，最多为权重的 %(cap)s%%。")
            % words
        )
    return _("从 %(zero)s 到 %(target)s 按完成比例得分，满分 %(weight)s 分。") % words


def plain(value: Decimal) -> str:
    """A number without empty decimals."""
    return f"{value.quantize(Decimal(1)):,}" if value == value.to_integral_value() else f"{value.normalize():,f}"


# On pace


@dataclass(frozen=True, slots=True)
class Course:
    """How an item's number comes about over the year: it adds up (`adds_up`), or it stands (then it grows from the zero
    mark to the target), or it is an average that should hold all the time (`holds`).
    """

    adds_up: bool
    holds: bool


def course_of(collection: str, indicator: Indicator | None) -> Course:
    """An item's course: flows that count add up, ratios of flows hold, all else grows."""
    if collection == Collection.READING and indicator is not None and indicator.flow:
        return Course(adds_up=indicator.denominator is None, holds=indicator.denominator is not None)
    return Course(adds_up=False, holds=False)


def elapsed(day: date) -> Decimal:
    """How much of the day's year has gone by at its end."""
    first, after = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return Decimal((day - first).days + 1) / Decimal((after - first).days)


def expected(terms: Terms, course: Course, day: date) -> Decimal | None:
    """What should be reached by the end of a day; None where nothing is expected before the end (done or not)."""
    gone = elapsed(day)
    if terms.formula == Formula.PASS_FAIL:
        return terms.target if gone == 1 else None
    if course.holds or (terms.direction == Direction.DOWN and not course.adds_up):
        return terms.target
    start = Decimal(0) if course.adds_up else terms.zero
    return (start + (terms.target - start) * gone).quantize(CENT, ROUND_HALF_UP)


def on_pace(terms: Terms, course: Course, value: Decimal | None, day: date) -> bool | None:
    """Whether a number is where it should be by the end of a day; None where nothing is expected yet."""
    wanted = expected(terms, course, day)
    if wanted is None:
        return True if value is not None and is_reached(terms, value) else None
    if value is None:
        return False
    return value >= wanted if terms.direction == Direction.UP else value <= wanted


def milestones_on_pace(dues: Iterable[tuple[date, bool]], day: date) -> bool | None:
    """Whether all milestones that are due by the day are proven; None while none is due."""
    due = [done for due_on, done in dues if due_on <= day]
    return all(due) if due else None


def done_share(done: int, count: int) -> Found:
    """How many milestones are proven, in percent."""
    value = Decimal(done * 100) / count if count else Decimal(0)
    return Found(value.quantize(CENT, ROUND_HALF_UP), done, count)


# What may be written


def item_problems(terms: Terms, collection: str, indicator: str, evidence: str) -> list[Problem]:
    """What is wrong with an item."""
    found = []
    if not 1 <= terms.weight <= WHOLE:
        found.append(Problem("weight_range", _("权重应在 1 到 100 之间。"), "weight"))
    if not 0 <= terms.cap <= WHOLE:
        found.append(Problem("cap_range", _("应在 0 到 100 之间。"), "cap"))
    if max(abs(terms.target), abs(terms.zero)) > LARGEST:
        found.append(Problem("target_range", _("数值过大。"), "target"))
    if collection == Collection.READING:
        if indicator not in choosable():
            found.append(Problem("indicator_missing", _("系统读数的条目要选指标。"), "indicator"))
        elif INDICATORS[indicator].unit is Unit.PERCENT and not 0 <= terms.target <= WHOLE:
            found.append(Problem("target_range", _("百分比应在 0 到 100 之间。"), "target"))
    elif not evidence.strip():
        found.append(Problem("evidence_missing", _("请写明用什么材料证明。"), "evidence"))
    return found + _direction_problems(terms, collection)


def _direction_problems(terms: Terms, collection: str) -> list[Problem]:
    if terms.formula == Formula.AT_MOST and terms.direction != Direction.DOWN:
        return [Problem("direction_unfit", _("“不高于目标”的条目方向应为越低越好。"), "direction")]
    if terms.formula in (Formula.AT_LEAST, Formula.PASS_FAIL) and terms.direction != Direction.UP:
        return [Problem("direction_unfit", _("这种计分方式的方向应为越高越好。"), "direction")]
    if terms.direction == Direction.UP and terms.target <= terms.zero:
        return [Problem("zero_order", _("越高越好时，零分值应低于目标值。"), "zero")]
    if terms.direction == Direction.DOWN and terms.target >= terms.zero:
        return [Problem("zero_order", _("越低越好时，零分值应高于目标值。"), "zero")]
    if collection == Collection.MILESTONES and (terms.target > WHOLE or terms.direction != Direction.UP):
        return [Problem("target_range", _("节点任务的目标是已完成节点的百分比。"), "target")]
    return []


def choosable() -> dict[str, Indicator]:
    """The indicators on which a target may be set."""
    return {code: each for code, each in INDICATORS.items() if code not in NOT_FOR_TARGETS}


def issue_problems(
    weights: Several[int], gone: Several[str], bare: Several[str], read_on: date, today: date
) -> list[Problem]:
    """What stands in the way of issuing a draft: `gone` are items whose clause isn't in force, `bare` tasks without
    milestones.
    """
    found = []
    if sum(weights) != WHOLE:
        refusal = _("权重合计应为 100，现为 %(total)s。")
        found.append(Problem("weights_not_100", refusal, status=409, params={"total": sum(weights)}))
    if gone:
        refusal = _("这些条目的依据条款不在施行：%(codes)s。请改引现行条款。")
        found.append(Problem("clause_repealed", refusal, status=409, params={"codes": "、".join(sorted(gone))}))
    if bare:
        refusal = _("这些任务还没有节点：%(codes)s。")
        found.append(Problem("milestones_missing", refusal, status=409, params={"codes": "、".join(sorted(bare))}))
    if read_on < today:
        found.append(Problem("read_on_past", _("读数日已过，不能下达。"), status=409))
    return found


def move_problem(state: str, to: str) -> Problem | None:
    """Whether a letter may go from a state to another (409 when it has gone elsewhere meanwhile)."""
    return None if to in LETTER_MOVES[state] else gone_elsewhere(state)


def gone_elsewhere(state: str) -> Problem:
    """It is in another state than this step needs."""
    refusal = _("这份责任书现为“%(state)s”，不能这样办理。")
    return Problem("state_gone", refusal, status=409, params={"state": LetterState(state).label})


def reading_problem(read_on: date, today: date) -> Problem | None:
    """Nothing is scored before its reading date."""
    if today >= read_on:
        return None
    refusal = _("读数日是 %(day)s，到时才能评分。")
    return Problem("too_early", refusal, status=409, params={"day": read_on.isoformat()})


def entry_problem(read_on: date, today: date) -> Problem | None:
    """Numbers come in until the reading date."""
    if today <= read_on:
        return None
    refusal = _("读数日 %(day)s 已过，不能再填报。")
    return Problem("entry_late", refusal, status=409, params={"day": read_on.isoformat()})


def objections_due(today: date, days: int) -> date:
    """The last day for objections."""
    return today + timedelta(days=days)


def objection_problem(due_on: date | None, today: date) -> Problem | None:
    """Whether it isn't too late to object."""
    if due_on is None or today <= due_on:
        return None
    refusal = _("异议应在 %(day)s 前提出。")
    return Problem("objection_late", refusal, status=409, params={"day": due_on.isoformat()})


def settle_problem(due_on: date | None, today: date, waiting: int, *, by_city: bool) -> Problem | None:
    """Whether a score may be made final: by the county at once, by the city when nobody may object any more."""
    if waiting:
        refusal = _("还有 %(count)s 项异议没有裁定。")
        return Problem("objections_open", refusal, status=409, params={"count": waiting})
    if by_city and due_on is not None and today <= due_on:
        refusal_early = _("%(day)s 前还可以提出异议；区（市）县认可得分的，当即定分。")
        return Problem("objections_may_come", refusal_early, status=409, params={"day": due_on.isoformat()})
    return None


def value_problem(value: Decimal | None, formula: str, field: str = "value") -> Problem | None:
    """Whether a number can be one of an item's."""
    if value is None:
        return Problem("value_missing", _("请填数值。"), field)
    if abs(value) > LARGEST:
        return Problem("value_range", _("数值过大。"), field)
    if formula == Formula.PASS_FAIL and value not in (0, 1):
        return Problem("value_range", _("完成填 1，未完成填 0。"), field)
    return None
