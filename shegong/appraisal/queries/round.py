"""Rounds of assessment as their people see them: plan, draws, who goes where, sampled records, sheets, results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.appraisal.enums import THIRD_PARTY, Rater, RoundState
from shegong.appraisal.models import (
    DeclaredRelation,
    Draw,
    Round,
    RoundItem,
    RoundMember,
    RoundResult,
    RoundStep,
    RoundUnit,
    ScoreSheet,
    Settlement,
    SheetPhoto,
    SheetScore,
)
from shegong.appraisal.rules.agreement import differ_too_far, level, weighted_kappa
from shegong.appraisal.rules.round import ItemPoints, Part, Place, counted
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.uploads.keeping import kept_content
from shegong.network.models import Station
from shegong.network.premises.queries.site import kilometres
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.purchase.models import Contract

PARTIES: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.AGENCY, Role.ASSESSOR)
PARTS: Final[Mapping[Rater, str]] = {
    Rater.PROFESSIONAL: "professional",
    Rater.FINANCIAL: "financial",
    Rater.TOWN: "town_points",
    Rater.COMMUNITY: "community",
    Rater.COUNTY: "county",
}
OUT: Final = (RoundState.OUT, RoundState.CLOSED)


def rounds_seen(viewer: Viewer) -> QuerySet[Round]:
    """Published rounds; the city's drafts, too. The latest first."""
    found = Round.objects.select_related("contract")
    return found if viewer.has(Role.CITY) else found.exclude(state=RoundState.DRAFT)


def round_of(viewer: Viewer, key: UUID) -> Round | None:
    """A round that the viewer may see."""
    return rounds_seen(viewer).filter(pk=key).first()


def may_run(viewer: Viewer) -> bool:
    """Whether a viewer plans and runs rounds: the city."""
    return viewer.has(Role.CITY)


def projects(found: Round | None, day: date) -> list[Contract]:
    """The contracts to choose from for a round of projects: those that run and serve stations, and what a draft names
    already (one query).
    """
    running = Q(since__lte=day, until__gt=day, stations__isnull=False)
    named = Q(pk__in=found.contracts if found else [])
    return list(Contract.objects.filter(running | named).distinct().only("id", "number", "title").order_by("number"))


def chosen_projects(found: Round) -> list[Contract]:
    """The contracts that a round's sample is drawn among (one query; none where it names none)."""
    if not found.contracts:
        return []
    return list(Contract.objects.filter(pk__in=found.contracts).only("id", "number", "title").order_by("number"))


def present_draw(found: Round) -> Draw | None:
    """The draw that counts."""
    return Draw.objects.filter(round=found).order_by("-number").first()


def items_of(found: Round) -> list[RoundItem]:
    """All raters' items, in their order."""
    order = {rater.value: place for place, rater in enumerate(Rater)}
    return sorted(RoundItem.objects.filter(round=found), key=lambda item: (order[item.rater], item.position, item.code))


def draw_holds(draw: Draw) -> bool:
    """Whether the same seed draws the same again (worked out by the database from the rows of today)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT appraisal_draw_holds(%s)", [draw.pk])
        held: bool = cursor.fetchone()[0]
    return held


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many of how many were drawn of a county's kind."""

    hub: str
    kind: str
    total: int
    taken: int


def strata_of(draw: Draw, kinds: Mapping[str, Any]) -> list[Stratum]:
    """A draw's strata with the counties' names (one query)."""
    names = dict(Station.objects.filter(pk__in={each["hub"] for each in draw.strata}).values_list("pk", "name"))
    return [
        Stratum(names.get(each["hub"], ""), str(kinds.get(each["kind"], each["kind"])), each["of"], each["taken"])
        for each in draw.strata
    ]


def units_of(found: Round, draw: Draw | None) -> QuerySet[RoundUnit]:
    """The units of a draw, as far as the viewer's scope shows them."""
    units = RoundUnit.objects.filter(round=found).select_related("station", "hub", "contract")
    return units.filter(draw=draw) if draw else units.none()


def unit_of(key: UUID) -> RoundUnit | None:
    """A drawn unit that the viewer's scope shows."""
    return RoundUnit.objects.filter(pk=key).select_related("station", "hub", "contract", "round").first()


@dataclass(frozen=True, slots=True)
class Assessor:
    """Who can be put on a round."""

    account_id: int
    name: str
    organisation_id: int
    organisation: str
    station_id: int


def assessors() -> list[Assessor]:
    """All assessors (one query; none for who isn't of the city)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appraisal_assessors() ORDER BY name, account_id")
        return [Assessor(*row) for row in cursor.fetchall()]


def members_of(found: Round) -> list[RoundMember]:
    """Who assesses in a round."""
    return list(
        RoundMember.objects.filter(round=found).select_related("organisation", "station").order_by("rater", "pk")
    )


def interests(found: Round) -> dict[tuple[int, UUID], str]:
    """{(account, unit): why it may not be} of a round's members and drawn units (one query, the city's)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appraisal_interests(%s)", [found.pk])
        return {(account, unit): reason for account, unit, reason in cursor.fetchall()}


def places_of(units: Iterable[RoundUnit], members: Iterable[RoundMember]) -> list[Place]:
    """The units with how far each member is away."""
    bases = [(member.account_id, member.station) for member in members]
    return [
        Place(unit.pk, unit.station.name, {account: kilometres(base, unit.station) for account, base in bases})
        for unit in units
    ]


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sampled record as an assessor reads it: what was done, of nobody by name."""

    id: UUID
    unit_id: UUID
    served_on: date
    method: str
    service: str
    group: str
    minutes: int
    place: str
    person_times: int
    workers: int
    summary: str
    next_step: str
    satisfaction: int | None
    recorded_at: Any
    revision: int
    voided: bool


def sampled(unit: UUID | None = None, record: UUID | None = None) -> list[Sampled]:
    """The sampled records that the viewer may read now, of a unit, or one of them (three queries)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appraisal_sampled(%s, %s)", [unit, record])
        rows = cursor.fetchall()
    services = ServiceItem.objects.in_bulk({row[4] for row in rows})
    groups = PopulationGroup.objects.in_bulk({row[5] for row in rows})
    made = []
    for row in rows:
        key, of, served_on, method, service, group, *rest = row
        made.append(
            Sampled(key, of, served_on, method, str(services.get(service, "")), str(groups.get(group, "")), *rest)
        )
    return made


def sheets_in_hand(viewer: Viewer) -> QuerySet[ScoreSheet]:
    """The sheets that wait for the viewer: an assessor's own, the county's."""
    found = ScoreSheet.objects.filter(handed_in_at__isnull=True, round__state=RoundState.UNDER_WAY)
    mine = Q(account_id=viewer.account_id)
    if viewer.has(Role.COUNTY):
        mine |= Q(account__isnull=True, hub_id__in=viewer.hubs)
    return found.filter(mine).select_related("station", "round", "unit")


def sheets_seen(viewer: Viewer) -> QuerySet[ScoreSheet]:
    """All sheets that the viewer's scope shows, the own ones for an assessor."""
    found = ScoreSheet.objects.select_related("station", "round", "unit")
    if viewer.has(Role.CITY):
        return found
    if viewer.has(Role.ASSESSOR) and not viewer.has(Role.COUNTY):
        return found.filter(account_id=viewer.account_id)
    return found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))


def sheet_of(key: UUID) -> ScoreSheet | None:
    """A sheet that the viewer's scope shows."""
    return ScoreSheet.objects.filter(pk=key).select_related("station", "round", "unit").first()


def may_fill(viewer: Viewer, sheet: ScoreSheet, today: date) -> bool:
    """Whether a viewer fills a sheet today."""
    found = sheet.round
    in_window = found.state == RoundState.UNDER_WAY and found.since <= today < found.until
    own = sheet.account_id == viewer.account_id
    brought = sheet.account_id is None and viewer.has(Role.COUNTY) and sheet.hub_id in viewer.hubs
    return in_window and sheet.handed_in_at is None and (own or brought)


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a sheet with what was given."""

    item: RoundItem
    points: Decimal | None
    note: str
    photos: tuple[SheetPhoto, ...]


def lines_of(sheet: ScoreSheet) -> list[Line]:
    """A sheet's items with points, notes and photos (three queries)."""
    scores = {row.item_id: row for row in SheetScore.objects.filter(sheet=sheet)}
    photos: dict[int, list[SheetPhoto]] = defaultdict(list)
    for photo in SheetPhoto.objects.filter(sheet=sheet).order_by("brought_at", "pk"):
        photos[photo.item_id].append(photo)
    items = RoundItem.objects.filter(round_id=sheet.round_id, rater=sheet.rater).order_by("position", "code")
    return [
        Line(item, found.points if (found := scores.get(item.pk)) else None, found.note if found else "",
             tuple(photos[item.pk]))
        for item in items
    ]  # fmt: skip


def photo_seen(key: UUID) -> SheetPhoto | None:
    """A photo that the viewer's scope shows."""
    return SheetPhoto.objects.filter(pk=key).select_related("sheet", "item").first()


def place_of(key: UUID) -> str:
    """Where a photo's pieces lie, which they are encrypted for."""
    return f"appraisal_sheetphoto:{key}"


def content_of(photo: SheetPhoto, *, preview: bool = False) -> bytes:
    """A photo's content, or its preview (empty for a PDF)."""
    return kept_content(photo.pieces.all(), place_of(photo.pk), preview=preview)


@dataclass(frozen=True, slots=True)
class Compared:
    """An item of a unit with what its two assessors gave, whether that is too far apart, and what was settled."""

    item: RoundItem
    given: tuple[tuple[str, Decimal, str], ...]  # name, points, note
    differs: bool
    settlement: Settlement | None

    @property
    def is_open(self) -> bool:
        """Whether it has to be settled still."""
        return self.differs and (self.settlement is None or self.settlement.agreed_at is None)

    @property
    def points(self) -> Decimal:
        """What counts."""
        agreed = self.settlement if self.settlement and self.settlement.agreed_at else None
        return counted([points for _name, points, _note in self.given], agreed.points if agreed else None)


def compared(found: Round, units: Iterable[UUID]) -> dict[UUID, list[Compared]]:
    """Units whose sheets the viewer sees in full, item by item as the third party's social workers gave it (four
    queries, however many units).
    """
    keys = list(units)
    sheets = ScoreSheet.objects.filter(unit__in=keys, rater=Rater.PROFESSIONAL, handed_in_at__isnull=False)
    names = {sheet.pk: (sheet.unit_id, sheet.name) for sheet in sheets.order_by("seat")}
    items = {item.pk: item for item in RoundItem.objects.filter(round=found, rater=Rater.PROFESSIONAL)}
    given: dict[tuple[UUID, int], list[tuple[str, Decimal, str]]] = defaultdict(list)
    rows = {(row.sheet_id, row.item_id): row for row in SheetScore.objects.filter(sheet__in=list(names))}
    for sheet_id, (unit, name) in names.items():
        for item_id in items:
            if (sheet_id, item_id) in rows:
                given[unit, item_id].append((name, rows[sheet_id, item_id].points, rows[sheet_id, item_id].note))
    settled = {(row.unit_id, row.item_id): row for row in Settlement.objects.filter(unit__in=keys)}
    answer: dict[UUID, list[Compared]] = {}
    for unit in keys:
        lines = []
        for item in items.values():
            both = given.get((unit, item.pk), [])
            if len(both) == 2:
                far = differ_too_far(both[0][1], both[1][1], item.points, found.tolerance)
                lines.append(Compared(item, tuple(both), far, settled.get((unit, item.pk))))
        if lines:
            answer[unit] = lines
    return answer


def agreement_of(lines: Mapping[UUID, list[Compared]]) -> float | None:
    """Quadratic weighted kappa over all items of all units that two assessors scored."""
    pairs = [
        (level(line.given[0][1], line.item.points), level(line.given[1][1], line.item.points))
        for unit in lines.values()
        for line in unit
    ]
    return weighted_kappa(pairs)


def parts_of(found: Round, result: RoundResult) -> list[Part]:
    """What a result is made of; the parts' `adds` come to its total."""
    return [
        Part(rater, points, found.weight(rater))
        for rater, column in PARTS.items()
        if (points := getattr(result, column)) is not None
    ]


def results_of(found: Round) -> QuerySet[RoundResult]:
    """A round's results, the best first, as far as the viewer may see them."""
    return RoundResult.objects.filter(round=found).select_related("station", "hub").order_by("-final_total", "unit_id")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sheets of a round are, by rater: (handed in, all)."""

    done: int
    total: int
    by_rater: tuple[tuple[Rater, int, int], ...]


def progress_of(found: Round) -> Progress:
    """How far the sheets are that the viewer sees (one query)."""
    done: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for rater, handed_in in ScoreSheet.objects.filter(round=found).values_list("rater", "handed_in_at"):
        total[rater] += 1
        done[rater] += handed_in is not None
    listed = tuple((rater, done[rater], total[rater]) for rater in Rater if total[rater])
    return Progress(sum(done.values()), sum(total.values()), listed)


@dataclass(frozen=True, slots=True)
class Past:
    """A step of a round; `who` is empty where the viewer may not know the account."""

    step: RoundStep
    who: str


def steps_of(found: Round) -> list[Past]:
    """What happened to a round, the latest first (two queries)."""
    steps = list(RoundStep.objects.filter(round=found).order_by("-at", "-id"))
    names = Account.objects.in_bulk({step.by_id for step in steps})
    return [Past(step, str(names[step.by_id]) if step.by_id in names else "") for step in steps]


def relations() -> QuerySet[DeclaredRelation]:
    """Declared relations, the latest first."""
    return DeclaredRelation.objects.select_related("organisation", "other").order_by("-since", "-pk")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An item for which less than all points counted, with what the assessors wrote and photographed: what a finding
    can be made of. `points` counts (means and settlements included), `most` was to be had.
    """

    unit_id: UUID
    hub_id: int
    station_id: int
    item: RoundItem
    points: Decimal
    most: int
    notes: tuple[str, ...]
    photos: tuple[UUID, ...]


def shortfalls(
    found: Round, *, below: int = 100, among: Iterable[RoundUnit] | None = None
) -> Iterator[Shortfall]:  # fmt: skip
    """Every third-party item of a round's units (or of those `among` them) that counted less than `below` percent of
    its points, by station and item (nine queries, whatever their number; seven with `among`). For the city once all is
    handed in, for those concerned once it is out.
    """
    units = {unit.pk: unit for unit in (units_of(found, present_draw(found)) if among is None else among)}
    counts = {(unit, line.item.pk): line.points for unit, lines in compared(found, units).items() for line in lines}
    notes: dict[tuple[UUID, int], list[str]] = defaultdict(list)
    sheets = dict(
        ScoreSheet.objects.filter(unit__in=units, rater__in=THIRD_PARTY, handed_in_at__isnull=False).values_list(
            "pk", "unit_id"
        )
    )
    for row in SheetScore.objects.filter(sheet__in=sheets):
        key = (sheets[row.sheet_id], row.item_id)
        counts.setdefault(key, row.points)
        if row.note:
            notes[key].append(row.note)
    photos: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    for photo, sheet, item in SheetPhoto.objects.filter(sheet__in=sheets).values_list("pk", "sheet_id", "item_id"):
        photos[sheets[sheet], item].append(photo)
    items = {item.pk: item for item in items_of(found)}
    for (unit, item), points in sorted(counts.items(), key=lambda each: (units[each[0][0]].station_id, each[0][1])):
        most = items[item].points
        if points * 100 < below * most:
            place = units[unit]
            yield Shortfall(
                unit, place.hub_id, place.station_id, items[item], points, most,
                tuple(dict.fromkeys(notes[unit, item])), tuple(photos[unit, item]),
            )  # fmt: skip


def item_points(lines: Iterable[Compared]) -> list[ItemPoints]:
    """Compared items as plain values, for papers."""
    return [
        ItemPoints(
            line.item.code, line.item.title, line.item.points, tuple(points for _who, points, _note in line.given),
            line.settlement.points if line.settlement and line.settlement.agreed_at else None, line.points,
        )
        for line in lines
    ]  # fmt: skip
