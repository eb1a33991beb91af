"""The career ladder: which conditions of which step are met, and what is missing. Pure.

The conditions are data (`CareerCondition`), each with its source; here only is said how each is measured.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shegong.workforce.enums import CareerMeasure, CareerStep, CertificateLevel
from shegong.workforce.rules.credential import RANKS, Standing

LEVEL_OF_RANK: Final = {rank: level for level, rank in RANKS.items()}
STEPS: Final = tuple(CareerStep)


@dataclass(frozen=True, slots=True)
class SupervisionHours:
    """Hours of supervision in the last year: received as a supervisee, given as a supervisor."""

    received: float
    given: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of a step: at least so much, by this source."""

    step: str
    measure: str
    least: int
    source: str


@dataclass(frozen=True, slots=True)
class Growth:
    """What a worker has to show on a day. `hours` are those that count of the last three years."""

    since: date
    standing: Standing
    hours: int
    supervision: SupervisionHours


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition and how far it is met."""

    asked: Asked
    have: float

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.have >= self.asked.least

    @property
    def missing(self) -> float:
        """How much is missing; 0 where it is met."""
        return max(self.asked.least - self.have, 0)

    @property
    def level(self) -> CertificateLevel | None:
        """The certificate that is asked for, where one is."""
        return LEVEL_OF_RANK.get(self.asked.least) if self.asked.measure == CareerMeasure.CERTIFICATE else None

    @property
    def held(self) -> CertificateLevel | None:
        """The certificate that is there, where one is asked for."""
        return LEVEL_OF_RANK.get(int(self.have)) if self.asked.measure == CareerMeasure.CERTIFICATE else None


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder with its conditions."""

    step: CareerStep
    conditions: tuple[Condition, ...]

    @property
    def is_reached(self) -> bool:
        """Whether all its conditions are met; a step without conditions is nobody's."""
        return bool(self.conditions) and all(each.is_met for each in self.conditions)


def years_between(since: date, day: date) -> int:
    """Whole years."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def ladder(growth: Growth, asked: Iterable[Asked], today: date) -> tuple[Rung, ...]:
    """The ladder from its first step, each condition with what the worker has."""
    have = _have(growth, today)
    listed = list(asked)
    return tuple(
        Rung(step, tuple(Condition(each, have[each.measure]) for each in listed if each.step == step)) for step in STEPS
    )


def reached(rungs: Sequence[Rung]) -> CareerStep | None:
    """The highest step whose conditions are all met."""
    return next((rung.step for rung in reversed(rungs) if rung.is_reached), None)


def next_rung(rungs: Sequence[Rung]) -> Rung | None:
    """The step after the highest one reached; None at the top."""
    top = reached(rungs)
    place = 0 if top is None else STEPS.index(top) + 1
    return rungs[place] if place < len(rungs) else None


def _have(growth: Growth, today: date) -> dict[str, float]:
    highest = growth.standing.highest
    return {
        CareerMeasure.YEARS: max(years_between(growth.since, today), 0),
        CareerMeasure.CERTIFICATE: RANKS[CertificateLevel(highest.level)] if highest else 0,
        CareerMeasure.REGISTRATION: int(any(each.holds(today) for each in growth.standing.registrations)),
        CareerMeasure.LEARNING: growth.hours,
        CareerMeasure.SUPERVISED: growth.supervision.received,
        CareerMeasure.SUPERVISING: growth.supervision.given,
    }
