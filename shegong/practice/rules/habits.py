"""What a worker usually does, learned from the last records. Pure: records in, habits out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

PHRASES: Final = 4
SERVICES: Final = 6
LONGEST_PHRASE: Final = 60


class Done(NamedTuple):
    """What habits are learned from: one record of the worker's own."""

    service_id: int
    minutes: int
    place: str
    summary: str


@dataclass(frozen=True, slots=True)
class Habit:
    """How a service is usually given: minutes, place, and the worker's own short sentences about it."""

    minutes: int
    place: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """The services given most often, first; and how each is given."""

    services: tuple[int, ...] = ()
    of_service: Mapping[int, Habit] = field(default_factory=dict)
    place: str = ""
    minutes: int = 0

    def minutes_for(self, service_id: int | None, otherwise: int) -> int:
        """The usual duration of a service, else that of all, else `otherwise`."""
        habit = self.of_service.get(service_id or 0)
        return habit.minutes if habit else self.minutes or otherwise

    def place_for(self, service_id: int | None, otherwise: str) -> str:
        """The usual place of a service, else the last one."""
        habit = self.of_service.get(service_id or 0)
        return habit.place if habit else self.place or otherwise


def habits_of(records: Iterable[Done]) -> Habits:
    """Habits from records, the latest first. Between equally frequent things the later one wins."""
    by_service: dict[int, list[Done]] = defaultdict(list)
    latest: Done | None = None
    for record in records:
        latest = latest or record
        by_service[record.service_id].append(record)
    if latest is None:
        return Habits()
    often = sorted(by_service, key=lambda service: -len(by_service[service]))
    return Habits(
        services=tuple(often[:SERVICES]),
        of_service={service: _habit(done) for service, done in by_service.items()},
        place=latest.place,
        minutes=Counter(record.minutes for done in by_service.values() for record in done).most_common(1)[0][0],
    )


def _habit(done: list[Done]) -> Habit:
    sentences = Counter(s for s in (record.summary.strip() for record in done) if 0 < len(s) <= LONGEST_PHRASE)
    return Habit(
        minutes=Counter(record.minutes for record in done).most_common(1)[0][0],
        place=Counter(record.place for record in done).most_common(1)[0][0],
        phrases=tuple(sentence for sentence, _ in sentences.most_common(PHRASES)),
    )
