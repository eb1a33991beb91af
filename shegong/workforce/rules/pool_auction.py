"""The best assignment of the pool's hours, with a proof of how good it is.

Requests bid for supervisors' half hours (Bertsekas' auction for assignment problems, here with requests that need
several half hours of one supervisor). Each request bids for whom it gains most from at the present prices, just above
what the next best would leave it; a full supervisor drops whoever bids least. When nobody bids any more, the prices
left over bound what any assignment can be worth: for any prices ≥ 0,

    worth ≤ Σ price × hours of each supervisor + Σ what each request could gain at most at these prices

(the Lagrangian dual). Then each supervisor's hours are packed anew (a knapsack), so that none stay free beside
requests that fit. See docs/adr/0016.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from shegong.workforce.rules.pool import Market, PoolRequest, PoolSupervisor, Proposed, explained, first_come
from shegong.workforce.rules.pool import value_of as worth_of

# Bids rise by at least so many points for a half hour: finer steps prove more and take longer.
STEPS: Final = (8.0, 2.0, 0.5)
GOOD_ENOUGH: Final = 0.01
PACKING_ROUNDS: Final = 3
# The auction ends by itself; this many bids for each request end it in any case.
BIDS_PER_REQUEST: Final = 60
BIDS_BETWEEN_TELLING: Final = 500
FIRST_PERCENT: Final = 15
PERCENT_EACH: Final = 25
Tell = Callable[[int], None]


def proposed(
    supervisors: Sequence[PoolSupervisor], requests: Iterable[PoolRequest], tell: Tell = lambda percent: None
) -> Proposed:
    """The best assignment found, its reasons and its bound; `tell` hears the progress in percent.

    It is never worth less than first come, first served. About 4 s for 381 supervisors and 7,600 requests.
    """
    market = Market(supervisors, requests)
    tell(10)
    in_turn = first_come(market)
    first_value = worth_of(market, in_turn)
    best, value, prices, bound = in_turn, first_value, [0.0] * len(market.supervisors), math.inf
    for number, step in enumerate(STEPS):
        begun = FIRST_PERCENT + number * PERCENT_EACH
        taken, found_prices = auction(market, step, partial(_tell_share, tell, begun))
        taken = packed(market, taken)
        found, limit = worth_of(market, taken), bound_of(market, found_prices)
        if found > value:
            best, value = taken, found
        if limit < bound:
            prices, bound = found_prices, limit
        if bound - value <= GOOD_ENOUGH * bound:
            break
    tell(95)
    pairings, unserved = explained(market, best)
    keys = [each.key for each in market.supervisors]
    return Proposed(
        pairings=pairings,
        unserved=unserved,
        value=value,
        bound=max(value, math.floor(bound + 1e-6)),
        first_come_value=first_value,
        first_come_served=len(in_turn) + len(market.pinned),
        prices=dict(zip(keys, prices, strict=True)),
    )


def _tell_share(tell: Tell, begun: int, share: float) -> None:
    tell(begun + int(PERCENT_EACH * share))


def bound_of(market: Market, prices: Sequence[float]) -> float:
    """What no assignment can be worth more than, proven by these prices (each ≥ 0) of a supervisor's half hour."""
    total = float(worth_of(market, {}))
    total += sum(price * max(0, room) for price, room in zip(prices, market.room, strict=True))
    for choice, request in zip(market.choices, market.requests, strict=True):
        if choice.suitable:
            halves = request.halves
            least = min(
                cost + prices[index] * halves for cost, index in zip(choice.costs, choice.suitable, strict=True)
            )
            total += max(0.0, choice.worth - least)
    return total


def auction(market: Market, step: float, heard: Callable[[float], None]) -> tuple[dict[int, int], list[float]]:
    """Who gets whom, and the prices of a half hour of each supervisor; all by index."""
    room = list(market.room)
    prices = [0.0] * len(room)
    held: list[list[tuple[float, int]]] = [[] for _each in room]
    taken: dict[int, int] = {}
    waiting = deque(sorted(range(len(market.requests)), key=lambda number: -_pressing(market, number)))
    most, told = BIDS_PER_REQUEST * len(waiting), 0.0
    for count in range(most):
        if not waiting:
            break
        if count % BIDS_BETWEEN_TELLING == 0:
            told = max(told, count / most, 1 - len(waiting) / len(market.requests))
            heard(told)
        number = waiting.popleft()
        choice, halves = market.choices[number], market.requests[number].halves
        if not choice.suitable:
            continue
        wanted = [cost + prices[index] * halves for cost, index in zip(choice.costs, choice.suitable, strict=True)]
        least = min(wanted)
        if least >= choice.worth:
            continue
        place = wanted.index(least)
        index = choice.suitable[place]
        wanted[place] = math.inf
        bid = prices[index] + (min(choice.worth, min(wanted)) - least) / halves + step
        queue = held[index]
        while room[index] < halves and queue and queue[0][0] < bid:
            _lower, other = heapq.heappop(queue)
            room[index] += market.requests[other].halves
            del taken[other]
            waiting.append(other)
        if room[index] >= halves:
            heapq.heappush(queue, (bid, number))
            taken[number] = index
            room[index] -= halves
        else:
            waiting.append(number)
        if room[index] < halves:
            prices[index] = max(prices[index], queue[0][0]) if queue else prices[index] + step
    return taken, prices


def _pressing(market: Market, number: int) -> float:
    return market.choices[number].worth / market.requests[number].halves


def packed(market: Market, taken: dict[int, int]) -> dict[int, int]:
    """The same assignment or a better one: each supervisor's hours are given anew to the best of those who have them
    and of those who have nobody, until that changes nothing.
    """
    taken = dict(taken)
    suits: list[list[tuple[int, int]]] = [[] for _each in market.supervisors]
    for number, choice in enumerate(market.choices):
        for index, cost in zip(choice.suitable, choice.costs, strict=True):
            suits[index].append((number, choice.worth - cost))
    for _round in range(PACKING_ROUNDS):
        before = dict(taken)
        for index, candidates in enumerate(suits):
            free = [(number, net) for number, net in candidates if taken.get(number, index) == index]
            kept = _fullest(market, free, market.room[index])
            for number, _net in free:
                taken.pop(number, None)
            taken.update(dict.fromkeys(kept, index))
        if taken == before:
            break
    return taken


def _fullest(market: Market, candidates: list[tuple[int, int]], room: int) -> list[int]:
    """The requests (of `candidates` with their net worth) that are worth most together within `room` half hours."""
    by_length: dict[int, list[tuple[int, int]]] = {}
    for number, net in candidates:
        by_length.setdefault(market.requests[number].halves, []).append((net, number))
    # best[h]: worth and chosen requests (a linked list) of exactly or less than h half hours.
    best: list[tuple[int, tuple[int, object] | None]] = [(0, None)] * (max(0, room) + 1)
    for halves, ranked in by_length.items():
        # More than fit can't be chosen; of one length only the best are.
        for net, number in heapq.nlargest(max(0, room) // halves, ranked):
            for used in range(room, halves - 1, -1):
                worth, chosen = best[used - halves]
                if worth + net > best[used][0]:
                    best[used] = (worth + net, (number, chosen))
    chosen_numbers: list[int] = []
    link: object = best[-1][1]
    while isinstance(link, tuple):
        number, link = link
        chosen_numbers.append(number)
    return chosen_numbers
