"""No table of shown numbers tells a small one: not a number and its parts, nor a number and all parts but one."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.indicators.queries import Reading
from shegong.indicators.rules import Unit
from shegong.kernel.cells import FEW, coarse, is_few
from shegong.kernel.periods import Period

LARGEST = 40
SMALL = range(1, FEW)


def told(value: int) -> str:
    """What a viewer without names is told of a part."""
    return "few" if is_few(value) else str(coarse(Decimal(value)))


def ranges() -> dict[str, list[int]]:
    """{what is told: all values for which it is told}, as anybody can work out from the published rule."""
    found: dict[str, list[int]] = {}
    for value in range(LARGEST + 1):
        found.setdefault(told(value), []).append(value)
    return found


RANGES = ranges()
parts = st.lists(st.integers(0, 14) | st.integers(0, 6), min_size=2, max_size=4)


def possible(values: list[int], total_told: str | None) -> list[set[int]]:
    """For each part all the values that fit everything told: each part's range, and the total (None: exactly)."""
    total = sum(values)
    fitting: list[set[int]] = [set() for _value in values]
    for candidate in product(*(RANGES[told(value)] for value in values)):
        fits = sum(candidate) == total if total_told is None else told(sum(candidate)) == total_told
        if fits:
            for place, value in enumerate(candidate):
                fitting[place].add(value)
    return fitting


@settings(max_examples=300, deadline=None)
@given(values=parts)
def test_an_exact_total_and_its_parts_never_tell_a_small_number(values: list[int]) -> None:
    for value, candidates in zip(values, possible(values, None), strict=True):
        assert value in candidates
        assert value not in SMALL or len(candidates) > 1


@settings(max_examples=300, deadline=None)
@given(values=parts)
def test_a_rounded_total_and_its_parts_never_tell_a_small_number(values: list[int]) -> None:
    for value, candidates in zip(values, possible(values, told(sum(values))), strict=True):
        assert value in candidates
        assert value not in SMALL or len(candidates) > 1


@settings(max_examples=200, deadline=None)
@given(total=st.integers(0, 30), share=st.integers(0, 14))
def test_persons_of_overlapping_parts_are_not_told_either(total: int, share: int) -> None:
    """Somebody may be in several parts: all that a total says of one is that it isn't larger."""
    share = min(share, total)
    candidates = {value for value in RANGES[told(share)] if value <= total}
    assert share not in SMALL or len(candidates) > 1


def test_no_range_begins_or_ends_at_a_small_number() -> None:
    """Why the above holds: what sums and differences can pin down is only ever the end of a range."""
    for words, values in RANGES.items():
        assert words == told(LARGEST) or len(values) > 1
        assert values == list(range(values[0], values[-1] + 1))
        assert values[0] not in SMALL and values[-1] not in SMALL


def test_a_covered_ratio_has_no_words_that_look_like_one() -> None:
    moment, year = datetime(2026, 7, 1, tzinfo=UTC), Period.parse("2026")
    rating = Reading("practice.satisfaction", "A", year, None, None, None, Unit.POINTS, moment, suppressed=True)
    assert rating.words() == "—"
    assert replace(rating, code="practice.records").words() == "0–5"
