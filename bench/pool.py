"""A month's proposal of the shared pool at the city's size: 381 supervisors, 3,000 stations, 4,600 workers, each
station asking for its team and each worker for an hour besides.
"""

import time
from functools import partial
from math import dist
from random import Random

from bench.measure import Measure
from shegong.workforce.enums import PoolUrgency
from shegong.workforce.rules.pool import PoolRequest, PoolSupervisor
from shegong.workforce.rules.pool_auction import proposed

SUPERVISORS, STATIONS, WORKERS, HUBS = 381, 3000, 4600, 23
SECONDS, GAP_PERCENT = 20.0, 2.0
SPECIALITIES = ("group:older", "group:child", "field:PS", "field:PR", "method:C", "method:G")
Place = tuple[float, float]


def market(seed: int = 1, *, hours: float = 0.7) -> tuple[list[PoolSupervisor], list[PoolRequest]]:
    """Supervisors with `hours` times what is asked for, in counties scattered over a city."""
    rng = Random(seed)
    centres = [(103.4 + rng.random() * 1.2, 30.2 + rng.random() * 0.9) for _hub in range(HUBS)]

    def near(hub: int) -> Place:
        return centres[hub][0] + rng.gauss(0, 0.08), centres[hub][1] + rng.gauss(0, 0.08)

    stations = [(hub, near(hub)) for hub in (rng.randrange(HUBS) for _station in range(STATIONS))]
    asked = [(*each, rng.choice((4, 4, 6))) for each in stations]
    asked += [(*rng.choice(stations), rng.choice((2, 2, 3))) for _worker in range(WORKERS)]
    requests = [
        PoolRequest(
            key=str(number), hub=hub, halves=halves, order=number, place=place,
            urgency=rng.choices(PoolUrgency.values, (80, 15, 5))[0],
            days=rng.choice((None, *range(5, 180))),
            speciality=rng.choice(SPECIALITIES) if rng.random() < 0.3 else "",
        )
        for number, (hub, place, halves) in enumerate(asked)
    ]  # fmt: skip
    share = hours * sum(each.halves for each in requests) / SUPERVISORS
    supervisors = []
    for key in range(SUPERVISORS):
        home = rng.randrange(HUBS)
        ways = sorted(range(HUBS), key=partial(_apart, centres, home))
        supervisors.append(
            PoolSupervisor(
                key=key, halves=int(share * rng.uniform(0.5, 1.5)), hubs=frozenset(ways[: rng.randint(2, 6)]),
                specialities=frozenset(rng.sample(SPECIALITIES, 2)), place=near(home),
            )
        )  # fmt: skip
    return supervisors, requests


def _apart(centres: list[Place], one: int, other: int) -> float:
    return dist(centres[one], centres[other])


def run() -> list[Measure]:
    """Seconds beside 20, and the gap to the proven bound in percent beside 2: too few hours, and about enough."""
    measures = []
    for name, hours in (("scarce", 0.7), ("enough", 1.05)):
        supervisors, requests = market(hours=hours)
        began = time.perf_counter()
        found = proposed(supervisors, requests)
        measures.append(Measure(f"pool_{name}_seconds", time.perf_counter() - began, "s", SECONDS))
        measures.append(Measure(f"pool_{name}_gap", found.gap * 100, "%", GAP_PERCENT))
    return measures
