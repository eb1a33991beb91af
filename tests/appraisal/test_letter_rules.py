"""What an item is worth: within its weight, whatever the number; the sum of the steps told; and the pace."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.appraisal.rules.letter import (
    Course,
    Terms,
    choosable,
    expected,
    item_problems,
    milestones_on_pace,
    on_pace,
    points,
    rule_words,
    total,
)

numbers = st.decimals(-1_000_000, 1_000_000, places=2)


@st.composite
def terms(draw: st.DrawFn, weight: int | None = None) -> Terms:
    direction = draw(st.sampled_from(["up", "down"]))
    kinds = ["proportion", "at_least", "pass_fail"] if direction == "up" else ["proportion", "at_most"]
    low, high = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    target, zero = (high, low) if direction == "up" else (low, high)
    return Terms(
        weight or draw(st.integers(1, 100)), draw(st.sampled_from(kinds)), direction, target, zero,
        draw(st.integers(0, 100)),
    )  # fmt: skip


@st.composite
def letters(draw: st.DrawFn) -> list[tuple[Terms, Decimal | None]]:
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=12)))
    weights = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [(draw(terms(weight)), draw(st.none() | numbers)) for weight in weights]


@given(letters())
def test_a_score_is_within_bounds_and_the_sum_of_its_explanation(letter: list[tuple[Terms, Decimal | None]]) -> None:
    told = [points(each, value) for each, value in letter]
    assert all(0 <= mark <= each.weight for mark, (each, _value) in zip(told, letter, strict=True))
    score = total(told)
    assert score == sum(told) and 0 <= score <= 100


@given(terms(), numbers, numbers)
def test_better_is_never_worth_less(each: Terms, one: Decimal, other: Decimal) -> None:
    worse, better = sorted((one, other), reverse=each.direction == "down")
    assert points(each, worse) <= points(each, better)


@given(terms())
def test_the_target_earns_full_marks_and_the_zero_mark_none(each: Terms) -> None:
    assert points(each, each.target) == each.weight
    assert points(each, each.zero) == 0 and points(each, None) == 0
    assert str(each.weight) in str(rule_words(each))


@pytest.mark.parametrize(
    ("formula", "direction", "target", "zero", "cap", "value", "worth"),
    [
        ("proportion", "up", 100, 0, 100, "81.5", "16.30"),
        ("proportion", "up", 100, 60, 100, "80", "10.00"),
        ("proportion", "up", 100, 0, 50, "80", "10.00"),
        ("at_least", "up", 80, 60, 60, "70", "6.00"),
        ("at_least", "up", 80, 60, 0, "79.99", "0.00"),
        ("at_most", "down", 10, 20, 100, "12", "16.00"),
        ("at_most", "down", 10, 20, 100, "9", "20.00"),
        ("pass_fail", "up", 1, 0, 100, "0", "0.00"),
        ("pass_fail", "up", 1, 0, 100, "1", "20.00"),
    ],
)
def test_points(formula: str, direction: str, target: int, zero: int, cap: int, value: str, worth: str) -> None:
    each = Terms(20, formula, direction, Decimal(target), Decimal(zero), cap)
    assert points(each, Decimal(value)) == Decimal(worth)


def test_pace() -> None:
    each = Terms(20, "proportion", "up", Decimal(1000), Decimal(0), 100)
    half = date(2025, 6, 30)
    adds, stands, holds = Course(adds_up=True, holds=False), Course(False, False), Course(False, holds=True)
    assert expected(each, adds, half) == Decimal("495.89")
    assert on_pace(each, adds, Decimal(500), half) is True and on_pace(each, adds, Decimal(400), half) is False
    grown = Terms(20, "proportion", "up", Decimal(100), Decimal(90), 100)
    assert expected(grown, stands, half) == Decimal("94.96") and expected(grown, holds, half) == 100
    assert on_pace(grown, stands, None, half) is False
    once = Terms(20, "pass_fail", "up", Decimal(1), Decimal(0), 100)
    assert on_pace(once, stands, None, half) is None and on_pace(once, stands, Decimal(1), half) is True
    assert on_pace(once, stands, None, date(2025, 12, 31)) is False
    assert milestones_on_pace([(half, True), (date(2025, 9, 1), False)], half) is True
    assert (
        milestones_on_pace([(half, False)], half) is False
        and milestones_on_pace([(half, True)], date(2025, 1, 2)) is None
    )


def test_what_may_be_asked_for() -> None:
    def codes(each: Terms, collection: str = "reading", indicator: str = "practice.service_hours") -> list[str]:
        return [found.code for found in item_problems(each, collection, indicator, "")]

    assert codes(Terms(10, "proportion", "up", Decimal(10), Decimal(0), 100)) == []
    assert codes(Terms(0, "proportion", "up", Decimal(10), Decimal(10), 101)) == [
        "weight_range", "cap_range", "zero_order",
    ]  # fmt: skip
    assert codes(Terms(10, "at_most", "up", Decimal(10), Decimal(0), 100)) == ["direction_unfit"]
    assert codes(Terms(10, "proportion", "down", Decimal(10), Decimal(0), 100)) == ["zero_order"]
    assert codes(Terms(10, "proportion", "up", Decimal(10), Decimal(0), 100), "manual") == ["evidence_missing"]
    share = Terms(10, "proportion", "up", Decimal(101), Decimal(0), 100)
    assert codes(share, "reading", "network.room_coverage") == ["target_range"]
    # Nobody is pushed to find clients.
    assert codes(Terms(10, "proportion", "up", Decimal(10), Decimal(0), 100), "reading", "practice.persons_served") == [
        "indicator_missing"
    ]
    assert not {"practice.persons_served", "practice.enquiries", "appraisal.letter_score"} & choosable().keys()
