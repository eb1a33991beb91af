"""Samples by a published seed; how far two assessors agree; who goes where."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.appraisal.enums import Rater
from shegong.appraisal.rules.agreement import differ_too_far, level, weighted_kappa
from shegong.appraisal.rules.round import Part, Place, assigned, counted, total_of
from shegong.appraisal.rules.sampling import drawn, taken

codes = st.sets(st.text("0123456789AB", min_size=1, max_size=4), min_size=1, max_size=12)


@given(st.text(min_size=1, max_size=20), st.dictionaries(st.sampled_from("甲乙丙"), codes), st.integers(1, 100))
def test_the_same_seed_draws_the_same_whatever_the_order(seed: str, strata: dict[str, set[str]], share: int) -> None:
    first = drawn(seed, {name: sorted(each) for name, each in strata.items()}, share)
    again = drawn(seed, {name: sorted(each, reverse=True) for name, each in reversed(strata.items())}, share)
    assert first == again
    for name, each in first.items():
        assert len(each) == taken(len(strata[name]), share) >= len(strata[name]) * share / 100
        assert set(each) <= strata[name]


@given(codes, st.integers(1, 99))
def test_a_larger_share_draws_those_of_a_smaller_one_first(found: set[str], share: int) -> None:
    fewer, more = drawn("s", {"": found}, share)[""], drawn("s", {"": found}, share + 1)[""]
    assert more[: len(fewer)] == fewer


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(1, 1), (2, 2), (3, 3)], 1.0),
        ([(1, 1), (2, 2), (1, 2)], 0.4),
        ([(1, 1), (2, 2), (3, 3), (1, 1), (2, 2), (2, 3), (3, 2)], 0.75),
        ([(0, 4), (4, 0)], -1.0),
        ([(0, 0), (0, 4), (4, 0), (4, 4)], 0.0),
    ],
)
def test_quadratic_weighted_kappa_has_the_known_values(pairs: list[tuple[int, int]], kappa: float) -> None:
    assert weighted_kappa(pairs) == pytest.approx(kappa)


def test_kappa_is_not_defined_without_difference() -> None:
    assert weighted_kappa([]) is None and weighted_kappa([(2, 2), (2, 2)]) is None
    with pytest.raises(ValueError, match="outside"):
        weighted_kappa([(0, 5)])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_kappa_is_the_same_seen_from_either_side_and_at_most_one(pairs: list[tuple[int, int]]) -> None:
    kappa = weighted_kappa(pairs)
    turned = weighted_kappa([(other, one) for one, other in pairs])
    assert (kappa is None) == (turned is None)
    if kappa is not None and turned is not None:
        assert kappa == pytest.approx(turned) and kappa <= 1


def test_points_are_levels_of_what_an_item_gives() -> None:
    assert [level(Decimal(points), 20) for points in (0, 2, 3, 10, 18, 20)] == [0, 0, 1, 2, 4, 4]
    assert differ_too_far(Decimal(20), Decimal("15.9"), 20, 20) and not differ_too_far(Decimal(20), Decimal(16), 20, 20)
    assert counted([Decimal(10), Decimal(13)], None) == Decimal("11.50")
    assert counted([Decimal(10), Decimal(13)], Decimal(12)) == 12


points_given = st.lists(st.decimals(0, 100, places=2), min_size=5, max_size=5)


@given(points_given, st.lists(st.integers(0, 25), min_size=4, max_size=4))
def test_a_total_is_within_bounds_and_the_sum_of_its_parts(points: list[Decimal], weights: list[int]) -> None:
    shares = [*weights, 100 - sum(weights)]
    parts = [Part(rater, each, share) for rater, each, share in zip(Rater, points, shares, strict=True)]
    assert 0 <= total_of(parts) <= 100
    assert abs(total_of(parts) - sum(part.adds for part in parts)) <= Decimal("0.005")


def test_assigning_looks_at_distance_load_and_interests() -> None:
    near = {1: 1.0, 2: 2.0, 3: 30.0, 9: 5.0}
    places = [Place(number, f"站{number}", near) for number in range(6)]
    members = {"professional": [1, 2, 3], "financial": [9]}
    found, short = assigned(places, members, [(1, 0)], ["professional", "financial"])
    assert short == [] and len(found) == 18
    assert {each.account_id for each in found if each.unit == 0 and each.rater == "professional"} == {2, 3}
    assert {each.aside for each in found if each.unit == 0 and each.rater == "professional"} == {1}
    assert all(len({each.account_id for each in found if each.unit == unit}) == 3 for unit in range(6))
    assert assigned(places, members, [(1, 0)], ["professional", "financial"])[0] == found
    none, missing = assigned(places[:1], {"professional": [1, 2]}, [(1, 0)], ["professional"])
    assert none == [] and missing == ["站0"]
