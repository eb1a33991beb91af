"""Readings: any station, period and indicator; and the first read after a commit."""

from functools import partial
from random import Random

from django.db import connection, transaction

from bench.measure import Measure, milliseconds, percentile
from shegong.indicators.queries import reading
from shegong.indicators.rules import INDICATORS
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.models import Station
from shegong.network.scope import become_unprivileged

ROUNDS = 1500


def run() -> list[Measure]:
    """p95 of a reading beside 20 ms, and beside ten round trips of a look-up by primary key."""
    chance = Random(7)
    rooms = list(Station.objects.filter(tier="room"))
    above = {tier: list(Station.objects.filter(tier=tier)) for tier in ("centre", "hub", "station")}
    periods = [Period.current(kind, clock.today()) for kind in PeriodKind]
    periods += [period.previous() for period in periods] + [period.year_before() for period in periods]
    took, by_code, look_ups = [], dict[str, list[float]](), []
    for number in range(ROUNDS + 100):
        tier = ("centre", "hub", "station", "room")[number % 4]
        station = chance.choice(rooms if tier == "room" else above[tier])
        code, period = chance.choice(list(INDICATORS)), chance.choice(periods)
        with transaction.atomic():
            become_unprivileged()
            spent = milliseconds(partial(reading, code, station, period))
            look_up = milliseconds(partial(_by_key, station.id))
        if number >= 100:  # the first ones warm caches up
            took.append(spent)
            look_ups.append(look_up)
            by_code.setdefault(f"{tier} {code}", []).append(spent)
    p95, key = percentile(took, 0.95), percentile(look_ups, 0.5)
    slowest = max(by_code, key=lambda name: percentile(by_code[name], 0.5))
    return [
        Measure("reading_p95", p95, "ms", 20),
        Measure("reading_p95_against_ten_key_lookups", p95, "ms", 10 * key),
        Measure(f"reading_slowest_median ({slowest})", percentile(by_code[slowest], 0.5), "ms", 20),
    ]


def _by_key(station_id: int) -> None:
    Station.objects.filter(pk=station_id).first()
    assert connection.connection is not None
