"""What an outcome costs and how it is told: shares of a contract's amount, unit costs, ranges. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shegong.kernel.cells import cell_words, coarse, is_few
from shegong.kernel.wording import NOTHING, money, number, percent

# Of so many and more a range is told: it points at none of them.
RANGE_OF: Final = 6
AS_EXPECTED: Final = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """Yuan, and how much of the work they cover: `covered` of `whole` minutes are under a contract whose amount is
    known. `amount` is None where no money is known.
    """

    amount: Decimal | None = None
    covered: int = 0
    whole: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the work is covered."""
        return self.amount is not None and self.covered == self.whole


def spread(amount: Decimal, since: date, until: date, start: date, end: date) -> Decimal:
    """The part of a contract's amount that falls on the days from `start` to `end` (not included), day by day alike;
    the contract runs from `since` to `until` (not included).

    >>> spread(Decimal(3650), date(2025, 1, 1), date(2026, 1, 1), date(2025, 12, 1), date(2026, 2, 1))
    Decimal('310')
    >>> spread(Decimal(3650), date(2025, 1, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    Decimal('0')
    """
    days = (min(until, end) - max(since, start)).days
    return amount * max(days, 0) / (until - since).days


def shared(minutes: dict[int, int], rates: dict[int, Decimal]) -> Cost:
    """What work cost: {contract (0: none): minutes} at each contract's yuan a minute.

    >>> shared({1: 60, 0: 40}, {1: Decimal(2)})
    Cost(amount=Decimal('120'), covered=60, whole=100)
    >>> shared({0: 40}, {})
    Cost(amount=None, covered=0, whole=40)
    """
    known = {key: count for key, count in minutes.items() if key in rates}
    amount = sum((rates[key] * count for key, count in known.items()), Decimal(0)) if known else None
    return Cost(amount, sum(known.values()), sum(minutes.values()))


def middle_half(values: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Between which two values half of them lie; None of so few that it would tell single ones.

    >>> [float(end) for end in middle_half([Decimal(each) for each in (50, 10, 20, 30, 40, 60, 70)])]
    [25.0, 55.0]
    >>> middle_half([Decimal(1)]) is None
    True
    """
    if len(values) < RANGE_OF:
        return None
    ordered = sorted(values)
    return _at(ordered, Decimal("0.25")), _at(ordered, Decimal("0.75"))


def _at(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True, slots=True)
class Teller:
    """Says numbers: `exact` to who may see the people, in ranges to others (docs/adr/0004-small-cells.md)."""

    exact: bool

    def count(self, value: int) -> str:
        """A count of people or of what points at them."""
        return number(value) if self.exact else cell_words(value)

    def hours(self, minutes: int) -> str:
        """Minutes as hours."""
        hours = Decimal(minutes) / 60
        if self.exact:
            return number(hours, 1)
        return cell_words(int(hours))

    def share(self, part: int, whole: int) -> str:
        """A share in percent; a dash where there is nothing to have a share of, or too few on either side."""
        if not whole or (not self.exact and (is_few(part) or is_few(whole - part))):
            return NOTHING
        return percent(Decimal(part) / whole)

    def mean(self, total: int, count: int, scale: int = 1, digits: int = 1) -> str:
        """A mean of `count` values; a dash without any, or of too few."""
        if not count or (not self.exact and is_few(count)):
            return NOTHING
        return number(Decimal(total) / count / scale, digits)

    def each(self, amount: Decimal | None, count: int) -> str:
        """Yuan for each of so many; empty where the money isn't known or there is nobody."""
        if amount is None or not count or (not self.exact and is_few(count)):
            return ""
        # Of an exact cost for each and an exact sum anybody could make the number.
        return money(amount / (Decimal(count) if self.exact else coarse(Decimal(count))))
