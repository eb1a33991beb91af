"""Decisions about contracts: how long they run, and what is paid of them when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.purchase.enums import Gate, Grade
from shegong.purchase.rules.money import CENT

MOST_YEARS: Final = 3
# How a year's sum is paid unless something else is agreed, in percent.
USUAL: Final = ((Gate.SIGNATURE, 40), (Gate.MID_TERM, 40), (Gate.FINAL, 20))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a contract's sum: what is paid after which gate of which of the contract's years."""

    gate: Gate
    amount: Decimal
    year: int = 1


def years_after(day: date, years: int) -> date:
    """The same day so many years later, as the database counts; the 28th for a 29th of February that isn't there.

    >>> years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def years_of(since: date, until: date) -> int:
    """How many years a contract has, the last one may be shorter.

    >>> years_of(date(2025, 1, 1), date(2026, 1, 1)), years_of(date(2025, 1, 1), date(2026, 1, 2))
    (1, 2)
    """
    years = 1
    while years_after(since, years) < until:
        years += 1
    return years


def term_problem(since: date, until: date, long_term_reason: str) -> Problem | None:
    """Whether a contract may run from `since` up to, not on, `until`: a year, or up to three with a reason (MOF Order
    102).
    """
    if until <= since:
        return Problem("contract_ends_before", _("止期须晚于起期。"), "until")
    if until > years_after(since, MOST_YEARS):
        return Problem("contract_too_long", _("按财政部令第102号，合同期限最长三年。"), "until")
    if until > years_after(since, 1) and not long_term_reason.strip():
        return Problem(
            "contract_long_unexplained",
            _("合同超过一年须写明理由：项目稳定、经费有保障（财政部令第102号）。"),
            "long_term_reason",
        )
    return None


def usual_parts(amount: Decimal, years: int) -> list[Part]:
    """40/40/20 of each year, all years alike; what rounding leaves is paid last.

    >>> [str(part.amount) for part in usual_parts(Decimal("100.01"), 1)]
    ['40.00', '40.00', '20.01']
    """
    parts = [
        Part(gate, (amount * share / 100 / years).quantize(CENT, ROUND_DOWN), year)
        for year in range(1, years + 1)
        for gate, share in USUAL
    ]
    last = parts[-1]
    rest = amount - sum((part.amount for part in parts), Decimal(0))
    return [*parts[:-1], Part(last.gate, last.amount + rest, last.year)]


def parts_problem(parts: Sequence[Part], amount: Decimal, years: int) -> Problem | None:
    """What is wrong with a payment plan: each gate comes once in a contract's year; the parts are its whole sum."""
    if any(part.amount <= 0 or part.amount != part.amount.quantize(CENT) for part in parts):
        return Problem("plan_amount", _("每期金额须大于零，最多两位小数。"), "plan")
    if len({(part.year, part.gate) for part in parts}) != len(parts) or any(
        not 1 <= part.year <= years for part in parts
    ):
        return Problem("plan_gates", _("每个合同年度的每个付款节点只能有一期。"), "plan")
    total = sum((part.amount for part in parts), Decimal(0))
    if total != amount:
        return Problem(
            "plan_sum",
            _("付款计划合计 %(total)s 元，与合同金额 %(amount)s 元不符。"),
            "plan",
            params={"total": str(total), "amount": str(amount)},
        )
    return None


# What an acceptance looks at, and the most points for it (domain: operation 20, staffing 15, …).
PARTS: Final = (
    ("operation", 20, _("运行管理")),
    ("staffing", 15, _("人员配备")),
    ("outputs", 25, _("服务产出")),
    ("records", 15, _("记录质量")),
    ("outcomes", 15, _("服务成效")),
    ("satisfaction", 5, _("满意度")),
    ("finance", 5, _("财务规范")),
)
GRADES: Final = ((Decimal(90), Grade.EXCELLENT), (Decimal(80), Grade.GOOD), (Decimal(60), Grade.PASS))


def grade_of(score: Decimal) -> Grade:
    """What a score out of 100 means.

    >>> [grade_of(Decimal(score)).value for score in ("90", "89.99", "60", "59.99")]
    ['excellent', 'good', 'pass', 'fail']
    """
    return next((grade for least, grade in GRADES if score >= least), Grade.FAIL)


def score_problems(parts: Mapping[str, Decimal]) -> list[Problem | None]:
    """What is wrong with the points of an acceptance: every part has some, none more than it can have."""
    return [_points_problem(code, most, parts.get(code)) for code, most, _label in PARTS]


def _points_problem(code: str, most: int, points: Decimal | None) -> Problem | None:
    if points is None:
        return Problem("points_missing", _("请打分。"), code)
    if not 0 <= points <= most or points != points.quantize(CENT):
        return Problem("points_range", _("分值为 0 到 %(most)s，最多两位小数。"), code, params={"most": most})
    return None


@dataclass(frozen=True, slots=True)
class Pledge:
    """A commitment, in the terms of its measure: what kind, how much, in which of the contract's years (0: all)."""

    measure: str
    target: int
    year: int = 1
    min_sessions: int = 1
    min_attendance: int = 1
    service_id: int | None = None
    evidence: str = ""


def pledge_problem(pledge: Pledge, years: int) -> Problem | None:
    """What is wrong with a commitment."""
    if not 1 <= pledge.target <= 1_000_000:
        return Problem("target_range", _("目标值须在 1 到 1000000 之间。"), "target")
    if not 0 <= pledge.year <= years:
        return Problem("pledge_year", _("合同没有这个年度。"), "year")
    if not (1 <= pledge.min_sessions <= 100 and 1 <= pledge.min_attendance <= 10_000):
        return Problem("pledge_least", _("最少次数须在 1 到 100 之间，最少人数须在 1 到 10000 之间。"), "min_sessions")
    if pledge.service_id is not None and pledge.measure not in ("hours", "person_times", "records"):
        return Problem("pledge_service", _("只有工时、人次和次数可以限定服务项目。"), "service")
    return None
