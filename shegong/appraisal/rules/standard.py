"""How a standard is scored, and what a draft lacks before it can be published. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Dimension, Evidence
from shegong.appraisal.rules.measures import MEASURES, is_met
from shegong.kernel.problems import Problem

WHOLE: Final = 100


class Weighed(Protocol):
    """What the rules ask of an item."""

    code: str
    dimension: str
    weight: int
    evidence: str
    measure: str
    least: Decimal | None
    is_veto: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item with whether it is met; None as long as nobody has said so."""

    code: str
    dimension: str
    weight: int
    is_veto: bool
    met: bool | None

    @property
    def points(self) -> int:
        """What it adds to the score."""
        return self.weight if self.met else 0


@dataclass(frozen=True, slots=True)
class Score:
    """What the verdicts add up to: `points` of 100, `open_points` nobody has judged yet, and the veto items missed."""

    points: int
    open_points: int
    by_dimension: Mapping[str, tuple[int, int]]  # points, of how many
    vetoes: tuple[str, ...]
    pass_score: int

    @property
    def passes(self) -> bool:
        """Whether the station is up to the standard."""
        return self.points >= self.pass_score and not self.vetoes

    @property
    def may_pass(self) -> bool:
        """Whether it would be, if all that is open were met."""
        return self.points + self.open_points >= self.pass_score and not self.vetoes


def scored(verdicts: Iterable[Verdict], pass_score: int) -> Score:
    """The sum of the weights of what is met, and what stands in the way."""
    points = open_points = 0
    sides: dict[str, tuple[int, int]] = {each.value: (0, 0) for each in Dimension}
    vetoes = []
    for each in verdicts:
        points += each.points
        reached, whole = sides[each.dimension]
        sides[each.dimension] = (reached + each.points, whole + each.weight)
        if each.met is None:
            open_points += each.weight
        elif each.is_veto and not each.met:
            vetoes.append(each.code)
    return Score(points, open_points, sides, tuple(vetoes), pass_score)


def computed_met(item: Weighed, values: Mapping[str, float | None]) -> bool | None:
    """Whether a computed item is met by a station's measures; None for an item that isn't computed."""
    if item.evidence != Evidence.COMPUTED or item.least is None:
        return None
    return is_met(item.measure, values.get(item.measure), item.least)


@dataclass(frozen=True, slots=True)
class Sieve:
    """A standard's computed items, made ready to judge very many stations: (code, weight, measure, least, is it a
    veto, is nothing measured enough), and the points that only people can give.
    """

    tests: tuple[tuple[str, int, str, float, bool, bool], ...]
    open_points: int
    pass_score: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a station stands by what the system knows: points of the computed items, the codes of those missed, and
    whether it would pass if all else were in order.
    """

    points: int
    missed: tuple[str, ...]
    may_pass: bool


def sieve_of(items: Iterable[Weighed], pass_score: int) -> Sieve:
    """The computed items of a standard."""
    tests, by_people = [], 0
    for item in items:
        if item.evidence == Evidence.COMPUTED and item.least is not None:
            known = MEASURES[item.measure]
            least = float(item.least)
            tests.append((item.code, item.weight, item.measure, least, item.is_veto, known.none_is_met))
        else:
            by_people += item.weight
    return Sieve(tuple(tests), by_people, pass_score)


def sifted(sieve: Sieve, values: Mapping[str, float | None]) -> Standing:
    """How a station with these measures stands."""
    points, missed, is_out = 0, [], False
    for code, weight, measure, least, is_veto, none_is_met in sieve.tests:
        value = values.get(measure)
        if value >= least if value is not None else none_is_met:
            points += weight
        else:
            missed.append(code)
            is_out = is_out or is_veto
    return Standing(points, tuple(missed), not is_out and points + sieve.open_points >= sieve.pass_score)


def verdict_of(item: Weighed, met: bool | None) -> Verdict:
    """An item's verdict."""
    return Verdict(item.code, item.dimension, item.weight, item.is_veto, met)


def item_problems(item: Weighed, tier: str) -> list[Problem]:
    """What is wrong with an item of a tier's standard."""
    found = []
    if not 1 <= item.weight <= WHOLE:
        found.append(Problem("weight_range", _("权重应在 1 到 100 之间。"), "weight"))
    if item.evidence == Evidence.COMPUTED:
        measure = MEASURES.get(item.measure)
        if measure is None:
            found.append(Problem("measure_missing", _("系统计算的条目要选测算项。"), "measure"))
        elif tier not in measure.tiers:
            found.append(Problem("measure_tier", _("这个测算项不适用于本层级。"), "measure"))
        if item.least is None or item.least < 0:
            found.append(Problem("least_missing", _("系统计算的条目要填“至少”多少。"), "least"))
    elif item.measure or item.least is not None:
        found.append(Problem("measure_unfit", _("只有系统计算的条目才有测算项和“至少”。"), "measure"))
    return found


def publication_problems(
    items: Collection[Weighed], gone: Collection[str], opens_on: date, closes_on: date, today: date
) -> list[Problem]:
    """What stands in the way of publishing a draft. `gone` are the codes of items whose clause isn't in force on the
    day on which self-checks begin.
    """
    found = []
    total = sum(item.weight for item in items)
    if total != WHOLE:
        reason = _("权重合计应为 100，现为 %(total)s。")
        found.append(Problem("weights_not_100", reason, params={"total": total}))
    if gone:
        reason = _("这些条目的依据条款在自评开始之日不在施行：%(codes)s。请改引现行条款。")
        found.append(Problem("clause_repealed", reason, params={"codes": "、".join(sorted(gone))}))
    if closes_on < max(opens_on, today):
        found.append(Problem("closes_early", _("自评截止日应在开始日之后，且不早于今天。"), "closes_on"))
    for each in Dimension:
        if not any(item.dimension == each for item in items):
            reason = _("“%(side)s”一项也没有。")
            found.append(Problem("dimension_empty", reason, params={"side": each.label}))
    return found
