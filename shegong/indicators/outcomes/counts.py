"""Counts of what became of the work, by the database's own functions: they name nobody, and count past the wall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db import connection
from django.db.models import Q

from shegong.kernel.periods import Period
from shegong.network.enums import Tier
from shegong.network.models import Station


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when: all stations of the hubs, or some of them; from a day to another (not included). `is_city`: there
    is nothing elsewhere.
    """

    hubs: tuple[int, ...]
    stations: tuple[int, ...] | None
    start: date
    end: date
    is_city: bool = False

    @property
    def place(self) -> list[Any]:
        """The functions' arguments."""
        return [list(self.hubs), None if self.stations is None else list(self.stations), self.start, self.end]


@dataclass(frozen=True, slots=True)
class Work:
    """What was done of one service (0: of all) under one contract (0: none)."""

    contract_id: int
    service_id: int
    records: int
    person_times: int
    work_minutes: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Cases closed: how many improved; how many had rated goals, ten times the sum of their T-scores, how many of them
    reached what was expected (T ≥ 50).
    """

    closed: int = 0
    improved: int = 0
    rated: int = 0
    goal_sum: int = 0
    reached: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """Evaluations by clients, and the sum of their scores from 1 to 5."""

    opinions: int = 0
    score_sum: int = 0


@dataclass(frozen=True, slots=True)
class Met:
    """Groups that were summed up. See the function's own words (migration 0020)."""

    groups: int = 0
    sessions: int = 0
    members: int = 0
    times: int = 0
    measured: int = 0
    better: int = 0
    cost: Decimal | None = None
    costed: int = 0
    costed_groups: int = 0
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Activities that were held."""

    activities: int = 0
    clients: int = 0
    times: int = 0
    work_minutes: int = 0
    cost: Decimal | None = None
    costed: int = 0
    costed_activities: int = 0
    low: Decimal | None = None
    high: Decimal | None = None


C = TypeVar("C", Closed, Said, Met, Held)
NO_CASES: Final = Closed()
NOTHING_SAID: Final = Said()
NO_GROUPS: Final = Met()
NO_ACTIVITIES: Final = Held()


def scope_of(station: Station, period: Period) -> Scope:
    """A station's subtree in a period (one query for the city and for a town's station)."""
    if station.tier == Tier.CENTRE:
        hubs = Station.objects.filter(tier__in=[Tier.HUB, Tier.CENTRE]).values_list("id", flat=True)
        return Scope(tuple(hubs), None, period.start, period.end, is_city=True)
    places: tuple[int, ...] | None = None
    if station.tier == Tier.ROOM:
        places = (station.id,)
    elif station.tier == Tier.STATION:
        below = Station.objects.filter(Q(id=station.id) | Q(town_id=station.id))
        places = tuple(below.values_list("id", flat=True))
    return Scope((station.hub_id,), places, period.start, period.end)


def work(by: str, scope: Scope) -> list[Work]:
    """What was done, by contract and service, or by contract alone (one query)."""
    found = _rows("SELECT * FROM indicators_outcome_work(%s, %s, %s, %s, %s)", [by, *scope.place])
    return [Work(*row) for row in found]


def contract_minutes(contracts: Iterable[int], scope: Scope) -> dict[int, int]:
    """{contract: all minutes of work under it in the scope's time, wherever given} (one query, none for none)."""
    keys = list(contracts)
    if not keys:
        return {}
    sql = "SELECT * FROM indicators_outcome_contracts(%s, %s, %s)"
    return dict(_rows(sql, [keys, scope.start, scope.end]))


def persons_by_contract(contracts: Iterable[int], scope: Scope) -> dict[int, int]:
    """{contract: persons whom it reached} (one query, none for none)."""
    keys = list(contracts)
    if not keys:
        return {}
    return dict(_rows("SELECT * FROM indicators_outcome_persons(%s, %s, %s, %s, %s)", [keys, *scope.place]))


def cases(by: str, scope: Scope) -> dict[str, Closed]:
    """{key: cases closed} by all, group, service or contract (one query)."""
    return _keyed(Closed, "SELECT * FROM indicators_outcome_cases(%s, %s, %s, %s, %s)", by, scope)


def case_work(by: str, scope: Scope) -> dict[str, dict[int, int]]:
    """{key: {contract (0: none): minutes}} of the cases closed, by all or group (one query)."""
    found: dict[str, dict[int, int]] = {}
    sql = "SELECT * FROM indicators_outcome_case_work(%s, %s, %s, %s, %s)"
    for key, contract_id, minutes in _rows(sql, [by, *scope.place]):
        found.setdefault(key, {})[contract_id] = minutes
    return found


def opinions(by: str, scope: Scope) -> dict[str, Said]:
    """{key: what clients said} by all, service, contract; of groups, activities or cases (one query)."""
    return _keyed(Said, "SELECT * FROM indicators_outcome_opinions(%s, %s, %s, %s, %s)", by, scope)


def groups(by: str, scope: Scope) -> dict[str, Met]:
    """{key: groups summed up} by all, kind, service or contract (one query)."""
    return _keyed(Met, "SELECT * FROM indicators_outcome_groups(%s, %s, %s, %s, %s)", by, scope)


def activities(by: str, scope: Scope) -> dict[str, Held]:
    """{key: activities held} by all or group (one query)."""
    return _keyed(Held, "SELECT * FROM indicators_outcome_activities(%s, %s, %s, %s, %s)", by, scope)


def _keyed(kind: type[C], sql: str, by: str, scope: Scope) -> dict[str, C]:
    return {key: kind(*values) for key, *values in _rows(sql, [by, *scope.place])}


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
