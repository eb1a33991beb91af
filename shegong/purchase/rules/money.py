"""Decisions about sums, subjects and what a fund may pay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.purchase.enums import EntryKind

LARGEST: Final = Decimal("999999999999.99")
CENT: Final = Decimal("0.01")
# What a county books of its own hub's money; of its own budget also these.
COUNTY_KINDS: Final = frozenset(
    {EntryKind.RESERVE, EntryKind.COMMIT, EntryKind.PAY, EntryKind.RELEASE, EntryKind.REVERSE}
)
OWN_BUDGET_KINDS: Final = frozenset({EntryKind.APPROPRIATE, EntryKind.ALLOCATE, EntryKind.RETURN})


@dataclass(frozen=True, slots=True)
class Permit:
    """A rule of a fund: what it may pay, in which days (`until` excluded), for which services (none: any)."""

    pays: str
    service_codes: Sequence[str]
    since: date
    until: date | None


def amount_problem(amount: Decimal, field: str = "amount") -> Problem | None:
    """What is wrong with a sum: it is above zero and has whole cents."""
    if not amount.is_finite() or amount <= 0:
        return Problem("amount_not_positive", _("金额必须大于零。"), field)
    if amount != amount.quantize(CENT):
        return Problem("amount_decimals", _("金额最多两位小数。"), field)
    if amount > LARGEST:
        return Problem("amount_too_large", _("金额过大。"), field)
    return None


def day_problem(booked_on: date, today: date) -> Problem | None:
    """What is wrong with the day of an entry."""
    return Problem("date_future", _("日期不能晚于今天。"), "booked_on") if booked_on > today else None


def pays_problem(permits: Iterable[Permit], pays: str, services: Iterable[str], on: date) -> Problem | None:
    """Whether a fund with these rules may pay this on a day; `services` are codes of the catalogue."""
    rule = next((p for p in permits if p.pays == pays and p.since <= on and (p.until is None or on < p.until)), None)
    if rule is None:
        return Problem("fund_pays", _("按资金管理规定，这项资金不能用于此用途。"), "pays")
    if not rule.service_codes:
        return None
    outside = sorted(set(services) - set(rule.service_codes))
    if outside:
        return Problem(
            "fund_services",
            _("这项资金只能购买清单内的服务，不含：%(codes)s。"),
            "services",
            params={"codes": "、".join(outside)},
        )
    if not set(services):
        return Problem("fund_services_missing", _("这项资金只能购买清单内的服务，请写明是哪些服务。"), "services")
    return None
