"""The pool's assignment: what it may choose, that nothing better exists, and that every point is accounted for."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.workforce.enums import PoolUrgency, PoolVerdict
from shegong.workforce.rules.pool import (
    Market,
    PoolRequest,
    PoolSupervisor,
    explained,
    first_come,
    kilometres,
    need_per_hour,
    pairing,
    refusal,
    usable,
    value_of,
)
from shegong.workforce.rules.pool_auction import auction, bound_of, packed, proposed

HUBS = (1, 2, 3)
SPECIALITIES = ("group:child", "field:PS")
PLACES = tuple((104.0 + east / 10, 30.6 + north / 10) for east in range(4) for north in range(3))

supervisors_of_any_kind = st.builds(
    lambda halves, hubs, specialities, place: {
        "halves": halves,
        "hubs": hubs,
        "specialities": specialities,
        "place": place,
    },
    st.integers(0, 12),
    st.frozensets(st.sampled_from(HUBS), min_size=1),
    st.frozensets(st.sampled_from(SPECIALITIES)),
    st.one_of(st.none(), st.sampled_from(PLACES)),
)
requests_of_any_kind = st.builds(
    lambda hub, halves, urgency, days, speciality, place: {
        "hub": hub,
        "halves": halves,
        "urgency": urgency,
        "days": days,
        "speciality": speciality,
        "place": place,
    },
    st.sampled_from(HUBS),
    st.integers(1, 6),
    st.sampled_from(PoolUrgency.values),
    st.one_of(st.none(), st.integers(0, 300)),
    st.sampled_from(("", "", *SPECIALITIES)),
    st.sampled_from(PLACES),
)


def pool(supervisors: list[dict], requests: list[dict]) -> tuple[list[PoolSupervisor], list[PoolRequest]]:
    return (
        [PoolSupervisor(key=100 + number, **each) for number, each in enumerate(supervisors)],
        [PoolRequest(key=f"r{number}", order=number, **each) for number, each in enumerate(requests)],
    )


def best_by_trying_all(supervisors: list[PoolSupervisor], requests: list[PoolRequest]) -> int:
    """The optimum, the slow way: every request with every supervisor or nobody."""
    best = 0
    options = [
        [None] + [each for each in supervisors if refusal(each, request, kilometres(each.place, request.place)) is None]
        for request in requests
    ]
    for chosen in product(*options):
        used: Counter[int] = Counter()
        points = 0
        for request, supervisor in zip(requests, chosen, strict=True):
            if supervisor is not None:
                used[supervisor.key] += request.halves
                points += pairing(supervisor, request).points
        if all(used[each.key] <= each.halves for each in supervisors):
            best = max(best, points)
    return best


@settings(max_examples=60, deadline=None)
@given(st.lists(supervisors_of_any_kind, max_size=3), st.lists(requests_of_any_kind, max_size=5))
def test_the_true_optimum_lies_between_the_proposal_and_its_bound(supervisors: list, requests: list) -> None:
    offered, asked = pool(supervisors, requests)
    found = proposed(offered, asked)
    optimum = best_by_trying_all(offered, asked)
    assert found.value <= optimum <= found.bound
    assert found.value >= found.first_come_value


@settings(max_examples=40, deadline=None)
@given(
    st.lists(supervisors_of_any_kind, min_size=1, max_size=8), st.lists(requests_of_any_kind, min_size=1, max_size=40)
)
def test_what_is_proposed_keeps_every_rule_and_its_reasons_add_up(supervisors: list, requests: list) -> None:
    offered, asked = pool(supervisors, requests)
    found = proposed(offered, asked)
    by_key, request_of = {each.key: each for each in offered}, {each.key: each for each in asked}
    used: Counter[int] = Counter()
    for each in found.pairings:
        supervisor, request = by_key[each.supervisor], request_of[each.request]
        assert refusal(supervisor, request, kilometres(supervisor.place, request.place)) is None
        assert sum(points for _name, points in each.parts) == each.points
        used[each.supervisor] += request.halves
    assert all(used[each.key] <= each.halves for each in offered)
    served, left = {each.request for each in found.pairings}, {each.request for each in found.unserved}
    assert served | left == request_of.keys() and not served & left
    assert sum(each.points for each in found.pairings) == found.value <= found.bound
    for unserved in found.unserved:
        # Whoever is told that all are full: none of those who suit has room.
        room = [each.halves - used[each.key] for each in offered if suits(each, request_of[unserved.request])]
        assert (unserved.verdict == PoolVerdict.FULL) == bool(room) and unserved.suitable == len(room)
        assert all(halves < request_of[unserved.request].halves for halves in room)


def suits(supervisor: PoolSupervisor, request: PoolRequest) -> bool:
    km = kilometres(supervisor.place, request.place)
    return refusal(supervisor, request, km) is None and pairing(supervisor, request).points > 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(supervisors_of_any_kind, min_size=1, max_size=6),
    st.lists(requests_of_any_kind, min_size=1, max_size=20),
    st.data(),
)
def test_any_prices_bound_any_assignment(supervisors: list, requests: list, data: st.DataObject) -> None:
    """The proof doesn't rest on how the prices were found."""
    market = Market(*pool(supervisors, requests))
    prices = [data.draw(st.floats(0, 200)) for _each in supervisors]
    for taken in (first_come(market), packed(market, {}), packed(market, auction(market, 1.0, lambda share: None)[0])):
        assert value_of(market, taken) <= bound_of(market, prices) + 1e-6


def test_the_more_urgent_and_the_longer_unsupervised_come_first() -> None:
    one = PoolSupervisor(1, 2, frozenset({1}))
    routine = PoolRequest("routine", 1, 2, 0, days=20)
    long_ago = PoolRequest("long ago", 1, 2, 1, days=100)
    urgent = PoolRequest("urgent", 1, 2, 2, urgency=PoolUrgency.URGENT, days=20)
    assert [each.request for each in proposed([one], [routine, long_ago]).pairings] == ["long ago"]
    found = proposed([one], [routine, long_ago, urgent])
    assert [each.request for each in found.pairings] == ["urgent"]
    assert found.first_come_value < found.value and found.gap < 0.01
    left = {each.request: each for each in found.unserved}
    assert left["routine"].verdict == PoolVerdict.FULL
    assert left["routine"].least == need_per_hour(urgent) > left["routine"].own == need_per_hour(routine)


def test_never_supervised_is_as_pressing_as_half_a_year() -> None:
    assert need_per_hour(PoolRequest("a", 1, 2, 0, days=None)) == need_per_hour(PoolRequest("b", 1, 2, 0, days=200))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"hub": 2}, PoolVerdict.OUT_OF_REACH),
        ({"workers": frozenset({7})}, PoolVerdict.OUT_OF_REACH),
        ({"speciality": "field:PS"}, PoolVerdict.NO_SPECIALITY),
        ({"place": (105.5, 30.0)}, PoolVerdict.TOO_FAR),
        ({"halves": 12}, PoolVerdict.TOO_LONG),
        ({"barred": frozenset({7})}, PoolVerdict.BARRED),
    ],
)
def test_a_request_without_anybody_says_why(change: dict, verdict: PoolVerdict) -> None:
    one = PoolSupervisor(7, 4, frozenset({1}), frozenset({"group:child"}), (104.0, 30.0))
    request = PoolRequest(**{"key": "r", "hub": 1, "halves": 2, "order": 0, "place": (104.1, 30.0), **change})
    found = proposed([one], [request])
    assert [(each.verdict, each.suitable) for each in found.unserved] == [(verdict, 0)]


def test_nobody_at_all_is_out_of_reach() -> None:
    found = proposed([], [PoolRequest("r", 1, 2, 0)])
    assert found.unserved[0].verdict == PoolVerdict.OUT_OF_REACH
    assert (found.value, found.bound, found.gap) == (0, 0, 0.0)


def test_a_pin_holds_and_takes_its_hours_first() -> None:
    near = PoolSupervisor(1, 2, frozenset({1}))
    far = PoolSupervisor(2, 2, frozenset({1}), place=None)
    urgent = PoolRequest("urgent", 1, 2, 0, urgency=PoolUrgency.URGENT)
    pinned = PoolRequest("pinned", 1, 2, 1, days=1, pinned=1)
    found = {each.request: each.supervisor for each in proposed([near, far], [urgent, pinned]).pairings}
    assert found == {"pinned": 1, "urgent": 2}
    with pytest.raises(ValueError, match="9"):
        proposed([near], [PoolRequest("r", 1, 2, 0, pinned=9)])


def test_a_shorter_journey_and_a_known_face_are_worth_more() -> None:
    here, there = (104.0, 30.6), (104.3, 30.6)
    near = PoolSupervisor(1, 4, frozenset({1}), place=here)
    far = PoolSupervisor(2, 4, frozenset({1}), place=there)
    request = PoolRequest("r", 1, 2, 0, place=here)
    assert proposed([far, near], [request]).pairings[0].supervisor == 1
    parts = dict(pairing(far, PoolRequest("r", 1, 2, 0, place=here, known=frozenset({2}))).parts)
    assert parts["distance"] == -29 and parts["known"] == 15
    assert kilometres(here, (104.0, 31.6)) == pytest.approx(111, abs=1)


def test_who_is_full_is_named_as_nearer() -> None:
    near = PoolSupervisor(1, 2, frozenset({1}), place=(104.0, 30.6))
    far = PoolSupervisor(2, 2, frozenset({1}), place=(104.2, 30.6))
    requests = [PoolRequest(f"r{number}", 1, 2, number, place=(104.0, 30.6)) for number in range(2)]
    assert sorted(each.nearer for each in proposed([near, far], requests).pairings) == [0, 1]


def test_hours_that_no_request_fills_count_for_nothing() -> None:
    assert usable([7, 7, 5, 0, 3], [{2, 4}, {3, 4}, {4}, {2}, set()]) == [6, 7, 4, 0, 0]


def test_progress_only_grows() -> None:
    offered = [PoolSupervisor(number, 6, frozenset({1}), place=PLACES[number]) for number in range(6)]
    asked = [
        PoolRequest(f"r{number}", 1, 1 + number % 3, number, days=number, place=PLACES[number % 12])
        for number in range(40)
    ]
    told: list[int] = []
    found = proposed(offered, asked, told.append)
    assert told == sorted(told) and told[-1] == 95 and len(told) > 3
    assert found.gap <= 0.02
    assert explained(Market(offered, asked), {})[0] == ()
