"""Scored items that lost points, as the findings that can be made of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from shegong.appraisal.enums import FindingSource, RoundState, Severity
from shegong.appraisal.models import Finding, Round, RoundUnit, StandardItem
from shegong.appraisal.queries.finding import OFFICERS, READERS, findings_seen, items_for
from shegong.appraisal.queries.policy import clauses_in_force
from shegong.appraisal.queries.round import OUT, PARTIES, Shortfall, present_draw, shortfalls, units_of
from shegong.appraisal.queries.score_sheet import own_clauses
from shegong.appraisal.rules.finding import severity_of, source_key_of, unit_of_key
from shegong.network.scope import Viewer
from shegong.people.enums import Role

SCORED = (RoundState.SETTLED, RoundState.GRADED, *OUT)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An item below its full points: what it would rest on (an item of the tier's standard, or a clause; neither where
    the round worded it anew), how severe it would be, and the finding that was made of it already.
    """

    unit: RoundUnit
    shortfall: Shortfall
    severity: Severity
    is_low: bool
    item: StandardItem | None
    clause: tuple[str, str] | None
    finding: Finding | None

    @property
    def key(self) -> str:
        """By which a form names it, and a finding its source."""
        return source_key_of(self.unit.pk, self.shortfall.item.code)

    @property
    def rests(self) -> bool:
        """Whether it is known what it rests on."""
        return self.item is not None or self.clause is not None


def may_make_findings(viewer: Viewer, found: Round) -> bool:
    """Whether a viewer makes findings of a round: the city once the scores are settled, a county once they are out."""
    if viewer.has(Role.CITY):
        return found.state in SCORED
    return viewer.has(*OFFICERS) and found.state in OUT


def units_to_correct(viewer: Viewer, found: Round) -> QuerySet[RoundUnit]:
    """The units of which the viewer may make findings."""
    units = units_of(found, present_draw(found))
    return units if viewer.has(Role.CITY) else units.filter(hub_id__in=viewer.hubs)


def proposals(found: Round, units: Sequence[RoundUnit], today: date) -> list[Proposal]:
    """What these units lost points for, by station and item (a dozen queries, however many rows)."""
    short = list(shortfalls(found, among=units))
    places = {unit.pk: unit for unit in units}
    valid, own = clauses_in_force(today), own_clauses()
    bare = {places[each.unit_id].station.tier for each in short if _own(each, own, valid) is None}
    standards = {
        tier: {(item.code, item.title_zh): item for item in items_for(tier, today)} for tier in sorted(bare)
    }  # fmt: skip
    made = _made(places.values())
    rows = []
    for each in short:
        unit, clause = places[each.unit_id], _own(each, own, valid)
        item = None if clause else standards[unit.station.tier].get((each.item.code, each.item.title_zh))
        is_low = each.points * 100 < found.pass_from * each.most
        severity = severity_of(each.points, each.most, found.pass_from)
        finding = made.get((unit.station_id, source_key_of(unit.pk, each.item.code)))
        rows.append(Proposal(unit, each, severity, is_low, item, clause, finding))
    return rows


def _own(
    short: Shortfall, own: dict[tuple[str, str], tuple[str, str]], valid: set[tuple[str, str]]
) -> tuple[str, str] | None:
    """The clause of an item of our own sheet, as long as it is in force."""
    clause = own.get((short.item.code, short.item.title_zh))
    return clause if clause in valid else None


def _made(units: Iterable[RoundUnit]) -> dict[tuple[int, str], Finding]:
    """{(station, source key): the finding} of these units' stations (one query)."""
    stations = {unit.station_id for unit in units}
    rows = Finding.objects.filter(station__in=stations, source=FindingSource.ROUND).exclude(source_key="")
    return {(row.station_id, row.source_key): row for row in rows.only("id", "station_id", "source_key", "state")}


def findings_of(viewer: Viewer, unit: RoundUnit) -> list[Finding]:
    """The findings that were made of a unit's sheets, as far as the viewer may see them (one query)."""
    if not viewer.has(*READERS):
        return []
    rows = findings_seen(viewer).select_related(None).filter(station_id=unit.station_id, source=FindingSource.ROUND)
    return list(rows.filter(source_key__startswith=f"{unit.pk}:").order_by("source_key"))


def origin_of(viewer: Viewer, finding: Finding) -> RoundUnit | None:
    """The drawn unit that a finding comes from, where the viewer may see it (one query)."""
    key = unit_of_key(finding.source_key) if finding.source == FindingSource.ROUND else None
    if key is None or not viewer.has(*PARTIES):
        return None
    return RoundUnit.objects.filter(pk=key, station_id=finding.station_id).select_related("round").first()
