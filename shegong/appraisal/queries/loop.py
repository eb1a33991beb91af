"""Where stations stand in the loop, from live data: one statement for all of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from shegong.appraisal.enums import LoopStage
from shegong.appraisal.rules.loop import STAGES, Facts
from shegong.network.models import Station

SQL: Final = "SELECT * FROM appraisal_loop(%s, %s::int[], %s::int[])"


def loop_facts(
    day: date, *, hub_ids: Collection[int] | None = None, station_ids: Collection[int] | None = None
) -> dict[int, Facts]:
    """{station: what is known of it} of stations in the viewer's reach that aren't closed (one query)."""
    hubs = None if hub_ids is None else list(hub_ids)
    stations = None if station_ids is None else list(station_ids)
    with connection.cursor() as cursor:
        cursor.execute(SQL, [day, hubs, stations])
        return {row[0]: _facts(row) for row in cursor}


def _facts(row: tuple[Any, ...]) -> Facts:
    _key, hub_id, tier, runs, needed, present, served, valid_until, check_state, findings, overdue = row
    return Facts(hub_id, tier, runs, needed, present, served, valid_until, check_state or "", findings, overdue)


@dataclass(frozen=True, slots=True)
class Sum:
    """So many stations: at how many each stage is reached, at how many it is the one that blocks, and how many have
    gone all the way.
    """

    stations: int
    reached: Mapping[LoopStage, int]
    blocking: Mapping[LoopStage, int]

    @property
    def closed(self) -> int:
        """At how many the loop is closed."""
        return self.stations - sum(self.blocking.values())

    @property
    def hardest(self) -> LoopStage | None:
        """The stage that blocks most."""
        return max(self.blocking, key=lambda stage: self.blocking[stage]) if self.blocking else None


def summed(facts: Collection[Facts]) -> Sum:
    """The sum of stations (no query)."""
    reached: Counter[LoopStage] = Counter()
    blocking: Counter[LoopStage] = Counter()
    for each in facts:
        found = each.reached
        reached.update(stage for stage, is_reached in zip(STAGES, found, strict=True) if is_reached)
        if not all(found):
            blocking[STAGES[found.index(False)]] += 1
    return Sum(len(facts), reached, blocking)


def by_county(facts: Collection[Facts]) -> list[tuple[Station, Sum]]:
    """Each county's sum, in the order of the tree (one query)."""
    mine: dict[int, list[Facts]] = defaultdict(list)
    for each in facts:
        mine[each.hub_id].append(each)
    hubs = Station.objects.filter(pk__in=mine).only("id", "key", "name", "tier", "path").order_by("path")
    return [(hub, summed(mine[hub.pk])) for hub in hubs]
