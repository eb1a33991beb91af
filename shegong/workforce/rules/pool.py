"""The shared pool of supervision: who might supervise whom, what each pairing is worth, and why.

Worth is counted in points, whole numbers that add up: a pairing's parts to its worth, the pairings' worth to the
proposal's. An hour for somebody in urgent need, or long without supervision, is worth more; a journey costs. The best
assignment is found in `pool_auction`; this module says what it chooses from.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shegong.workforce.enums import PoolUrgency, PoolVerdict

# Hours are counted in halves.
HALVES_PER_HOUR: Final = 2
POINTS_PER_HALF: Final = 5
# For each half hour, by urgency: an urgent wish outweighs three months without supervision.
URGENCY_POINTS: Final = {PoolUrgency.ROUTINE: 0, PoolUrgency.SOON: 20, PoolUrgency.URGENT: 60}
# A day without supervision is half a point for each half hour, up to half a year; never is as long as that.
LONGEST_WAIT_DAYS: Final = 180
DAYS_PER_POINT: Final = 2
POINTS_PER_KM: Final = 1
KNOWN_POINTS: Final = 15
FARTHEST_KM: Final = 80.0
KM_PER_DEGREE: Final = 111.19

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PoolSupervisor:
    """Who offers hours: how many (in `halves`), for what, in which counties, and from where (longitude, latitude)."""

    key: int
    halves: int
    hubs: frozenset[int]
    specialities: frozenset[str] = frozenset()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PoolRequest:
    """Who asks for hours. `days` since the last supervision (None: never), `order` in which requests came in.

    `workers` would be supervised, so that none of them can be the supervisor; `known` are supervisors in touch with the
    station, `barred` those whom the coordinator took off it, `pinned` the one that the coordinator holds to.
    """

    key: str
    hub: int
    halves: int
    order: int
    urgency: str = PoolUrgency.ROUTINE
    days: int | None = None
    speciality: str = ""
    place: Place | None = None
    workers: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A request and its supervisor; `parts` (name and points) add up to `points`. `nearer` supervisors would have
    suited too and are full.
    """

    request: str
    supervisor: int
    points: int
    parts: tuple[tuple[str, int], ...]
    km: int
    nearer: int = 0


@dataclass(frozen=True, slots=True)
class Unserved:
    """A request without a supervisor, and why: `suitable` supervisors there are for it, none with room; the least
    pressing of those served by them is worth `least` points an hour, this one `own`.
    """

    request: str
    verdict: str
    suitable: int = 0
    own: int = 0
    least: int = 0


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who supervises whom: its worth, what no assignment can exceed, and what first come, first served would be worth.

    `prices` (points for a half hour of each supervisor) prove the bound: see `pool_auction.bound_of`.
    """

    pairings: tuple[Pairing, ...]
    unserved: tuple[Unserved, ...]
    value: int
    bound: int
    first_come_value: int
    first_come_served: int
    prices: dict[int, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the worth may lie below the best possible, 0 to 1."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0


def points_of_need(request: PoolRequest) -> tuple[tuple[str, int], ...]:
    """What serving the request is worth, whoever does it: its parts."""
    days = LONGEST_WAIT_DAYS if request.days is None else min(request.days, LONGEST_WAIT_DAYS)
    return (
        ("base", POINTS_PER_HALF * request.halves),
        ("urgency", URGENCY_POINTS[PoolUrgency(request.urgency)] * request.halves),
        ("waited", days * request.halves // DAYS_PER_POINT),
    )


def need_per_hour(request: PoolRequest) -> int:
    """How pressing it is: points an hour."""
    return sum(points for _name, points in points_of_need(request)) * HALVES_PER_HOUR // request.halves


def kilometres(one: Place | None, other: Place | None) -> float:
    """As the crow flies, exact to 1 % within a city; 0 where a place isn't known."""
    if one is None or other is None:
        return 0.0
    east = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, one[1] - other[1]) * KM_PER_DEGREE


def refusal(supervisor: PoolSupervisor, request: PoolRequest, km: float) -> PoolVerdict | None:
    """Why this supervisor can't serve this request at all; None when nothing but hours could be in the way."""
    if request.hub not in supervisor.hubs or supervisor.key in request.workers:
        return PoolVerdict.OUT_OF_REACH
    if request.speciality and request.speciality not in supervisor.specialities:
        return PoolVerdict.NO_SPECIALITY
    if km > FARTHEST_KM:
        return PoolVerdict.TOO_FAR
    if supervisor.key in request.barred:
        return PoolVerdict.BARRED
    if supervisor.halves < request.halves:
        return PoolVerdict.TOO_LONG
    return None


def pairing(supervisor: PoolSupervisor, request: PoolRequest, nearer: int = 0) -> Pairing:
    """The pairing with its reasons."""
    km = round(kilometres(supervisor.place, request.place))
    parts = (
        *points_of_need(request),
        ("distance", -POINTS_PER_KM * km),
        ("known", KNOWN_POINTS if supervisor.key in request.known else 0),
    )
    kept = tuple(part for part in parts if part[1])
    return Pairing(request.key, supervisor.key, sum(points for _name, points in kept), kept, km, nearer)


@dataclass(frozen=True, slots=True)
class Choice:
    """The supervisors who suit a request, as indexes, and what each costs: the journey, less what being known saves.
    `costs` are whole points. `verdict` says why there are none.
    """

    suitable: list[int]
    costs: list[int]
    worth: int
    verdict: str


class Market:
    """All that the pool chooses from. A request that is pinned is settled; it takes its hours first.

    Raises ValueError for a pin to a supervisor who isn't there.
    """

    def __init__(self, supervisors: Sequence[PoolSupervisor], requests: Iterable[PoolRequest]) -> None:
        self.supervisors = list(supervisors)
        self.index = {each.key: number for number, each in enumerate(self.supervisors)}
        everyone = sorted(requests, key=lambda each: (each.order, each.key))
        self.pinned = [each for each in everyone if each.pinned is not None]
        self.requests = [each for each in everyone if each.pinned is None]
        unknown = {each.pinned for each in self.pinned} - self.index.keys()
        if unknown:
            raise ValueError(f"pinned to supervisors who aren't in the pool: {sorted(map(str, unknown))}")
        self.room = [each.halves for each in self.supervisors]
        for each in self.pinned:
            self.room[self.index[each.pinned or 0]] -= each.halves
        self._reaching: dict[int, list[int]] = {}
        self._able: dict[tuple[int, str], list[int]] = {}
        for number, supervisor in enumerate(self.supervisors):
            for hub in supervisor.hubs:
                self._reaching.setdefault(hub, []).append(number)
        self._roads: dict[tuple[int, Place | None], list[float]] = {}
        self.choices = [self._choice(each) for each in self.requests]
        self.room = usable(self.room, self._lengths())

    def _lengths(self) -> list[set[int]]:
        lengths: list[set[int]] = [set() for _each in self.supervisors]
        for choice, request in zip(self.choices, self.requests, strict=True):
            for index in choice.suitable:
                lengths[index].add(request.halves)
        return lengths

    def _choice(self, request: PoolRequest) -> Choice:
        reaching = self._reaching.get(request.hub, [])
        roads = self._roads.get((request.hub, request.place))
        if roads is None:
            places = (self.supervisors[number].place for number in reaching)
            roads = [kilometres(place, request.place) for place in places]
            self._roads[request.hub, request.place] = roads
        worth = sum(points for _name, points in points_of_need(request))
        suitable: list[int] = []
        costs: list[int] = []
        refusals: set[PoolVerdict] = set()
        for number, km in zip(reaching, roads, strict=True):
            supervisor = self.supervisors[number]
            refused = refusal(supervisor, request, km)
            cost = POINTS_PER_KM * round(km) - (KNOWN_POINTS if supervisor.key in request.known else 0)
            if refused is None and cost < worth:
                suitable.append(number)
                costs.append(cost)
            else:
                refusals.add(refused or PoolVerdict.TOO_FAR)
        return Choice(suitable, costs, worth, "" if suitable else nearest_miss(refusals))

    def nearest_first(self, number: int) -> list[int]:
        """The supervisors who suit a request, from the cheapest journey on."""
        choice = self.choices[number]
        return [index for _cost, index in sorted(zip(choice.costs, choice.suitable, strict=True))]


def usable(room: Sequence[int], lengths: Sequence[set[int]]) -> list[int]:
    """How much of each supervisor's room can be filled exactly by requests of these lengths; the rest serves nobody."""
    filled: list[int] = []
    for halves, of in zip(room, lengths, strict=True):
        sums = 1
        for _each in range(max(0, halves) // min(of, default=1) if of else 0):
            grown = sums
            for length in of:
                grown |= sums << length
            if grown == sums:
                break
            sums = grown & ((1 << (halves + 1)) - 1)
        filled.append(sums.bit_length() - 1 if halves >= 0 else halves)
    return filled


def nearest_miss(refusals: set[PoolVerdict]) -> PoolVerdict:
    """Of all reasons why nobody suits, the one that came closest to suiting."""
    for verdict in (PoolVerdict.TOO_LONG, PoolVerdict.BARRED, PoolVerdict.TOO_FAR, PoolVerdict.NO_SPECIALITY):
        if verdict in refusals:
            return verdict
    return PoolVerdict.OUT_OF_REACH


def first_come(market: Market) -> dict[int, int]:
    """First come, first served: each request in its turn gets the nearest supervisor with room. By index."""
    room = list(market.room)
    taken: dict[int, int] = {}
    for number, request in enumerate(market.requests):
        for index in market.nearest_first(number):
            if room[index] >= request.halves:
                room[index] -= request.halves
                taken[number] = index
                break
    return taken


def value_of(market: Market, taken: dict[int, int]) -> int:
    """What an assignment is worth, what is pinned included."""
    held = sum(pairing(market.supervisors[market.index[each.pinned or 0]], each).points for each in market.pinned)
    return held + sum(_net(market.choices[number], index) for number, index in taken.items())


def _net(choice: Choice, index: int) -> int:
    return choice.worth - choice.costs[choice.suitable.index(index)]


def explained(market: Market, taken: dict[int, int]) -> tuple[tuple[Pairing, ...], tuple[Unserved, ...]]:
    """The assignment in words: why each pairing, why each request without."""
    room = list(market.room)
    least: dict[int, int] = {}
    for number, index in taken.items():
        request = market.requests[number]
        room[index] -= request.halves
        least[index] = min(least.get(index, need_per_hour(request)), need_per_hour(request))
    pairings = [pairing(market.supervisors[market.index[each.pinned or 0]], each) for each in market.pinned]
    unserved: list[Unserved] = []
    for number, request in enumerate(market.requests):
        choice, whose = market.choices[number], taken.get(number)
        if whose is not None:
            own_cost = choice.costs[choice.suitable.index(whose)]
            nearer = sum(
                cost < own_cost and room[other] < request.halves
                for cost, other in zip(choice.costs, choice.suitable, strict=True)
            )
            pairings.append(pairing(market.supervisors[whose], request, nearer))
        else:
            served = [least[other] for other in choice.suitable if other in least]
            unserved.append(
                Unserved(
                    request.key,
                    choice.verdict or PoolVerdict.FULL,
                    len(choice.suitable),
                    need_per_hour(request),
                    min(served, default=0),
                )
            )
    return tuple(pairings), tuple(unserved)


@dataclass(frozen=True, slots=True)
class Swap:
    """Two requests exchange their supervisors: both pairings then, in the order asked; or which supervisor can't
    take the other's request, and why.
    """

    pairings: tuple[Pairing, ...] = ()
    refused: int | None = None
    verdict: PoolVerdict | None = None

    @property
    def points(self) -> int:
        """What both are worth then."""
        return sum(each.points for each in self.pairings)


def swap(
    one: tuple[PoolSupervisor, PoolRequest], other: tuple[PoolSupervisor, PoolRequest], free: Mapping[int, int]
) -> Swap:
    """What becomes of two pairings that exchange their supervisors. `free` half hours are those that the proposal
    leaves to each supervisor; what the given-up request took comes free, too.
    """
    (mine, request), (theirs, wanted) = one, other
    for supervisor, takes, gives in ((theirs, request, wanted), (mine, wanted, request)):
        verdict = refusal(supervisor, takes, kilometres(supervisor.place, takes.place))
        if verdict is None and free[supervisor.key] + gives.halves < takes.halves:
            verdict = PoolVerdict.FULL
        if verdict is not None:
            return Swap(refused=supervisor.key, verdict=verdict)
    return Swap((pairing(theirs, request), pairing(mine, wanted)))
