"""Target letters: who sees which, a letter's page with its progress and its score step by step, what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import Promise

from shegong.appraisal.enums import FROZEN, Collection, LetterState, Ruling
from shegong.appraisal.models import (
    LetterEntry,
    LetterItem,
    LetterMark,
    LetterMilestone,
    LetterObjection,
    LetterProgress,
    LetterProof,
    LetterStep,
    TargetLetter,
)
from shegong.appraisal.queries.letter_values import (
    Given,
    given,
    item_value,
    live_values,
    quarter_of,
    read_day,
    terms_of,
)
from shegong.appraisal.rules import letter as rules
from shegong.appraisal.rules.letter import Found
from shegong.appraisal.rules.letter_title import county_of
from shegong.indicators.rules import INDICATORS, UNIT_NAMES
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.uploads.keeping import kept_content
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account

READERS: Final = (Role.CITY, Role.COUNTY, Role.LIAISON)
SIGNERS: Final = (Role.COUNTY, Role.LIAISON)


def departments_of(viewer: Viewer) -> tuple[int, ...]:
    """The departments whose liaison the viewer is (one query; none for others)."""
    if not viewer.has(Role.LIAISON):
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_receivers()")
        found: Iterable[int] = cursor.fetchone()[0]
    return tuple(found)


def letters_seen(viewer: Viewer) -> QuerySet[TargetLetter]:
    """The letters of the viewer: all for the city, issued ones of its own for a county or a department."""
    found = TargetLetter.objects.select_related("hub", "organisation")
    if viewer.has(Role.CITY):
        return found
    mine = Q(organisation__isnull=True, hub_id__in=viewer.hubs) if viewer.has(Role.COUNTY) else Q(pk__in=[])
    return found.filter(mine | Q(organisation_id__in=departments_of(viewer))).exclude(state=LetterState.DRAFT)


def letter_of(viewer: Viewer, key: UUID) -> TargetLetter | None:
    """A letter that the viewer may see (one query, two for a liaison)."""
    return letters_seen(viewer).filter(pk=key).first()


def in_hand(viewer: Viewer, today: date) -> Q:
    """The letters that wait for the viewer: to be issued, scored, ruled on, settled; or to be accepted or answered."""
    if viewer.has(Role.CITY):
        ripe = Q(state=LetterState.ACCEPTED, read_on__lte=today)
        return (
            ripe
            | Q(state__in=[LetterState.DRAFT, LetterState.OBJECTED])
            | Q(state=LetterState.SCORED, objections_due_on__lt=today)
        )
    return Q(state__in=[LetterState.ISSUED, LetterState.SCORED])


def drafts() -> QuerySet[TargetLetter]:
    """The letters that wait for being issued."""
    return TargetLetter.objects.filter(state=LetterState.DRAFT).order_by("year", "hub__path")


def ripe(today: date) -> QuerySet[TargetLetter]:
    """The letters whose reading date has come."""
    return TargetLetter.objects.filter(state=LetterState.ACCEPTED, read_on__lte=today).order_by("year", "hub__path")


def may_sign(viewer: Viewer, letter: TargetLetter) -> bool:
    """Whether the viewer acts for the other side: the county, or the department's liaison (one query for a liaison)."""
    if letter.organisation_id is not None:
        return letter.organisation_id in departments_of(viewer)
    return viewer.has(Role.COUNTY) and letter.hub_id in viewer.hubs


def paces(letters: Iterable[TargetLetter]) -> dict[UUID, tuple[int, int, date]]:
    """{letter: items on pace, items of which that can be told, the quarter's first day} of its latest quarter that was
    kept (one query).
    """
    keys = [letter.pk for letter in letters]
    rows = (
        LetterProgress.objects.filter(letter__in=keys, on_pace__isnull=False)
        .values("letter_id", "starts_on")
        .annotate(known=Count("pk"), good=Count("pk", filter=Q(on_pace=True)))
        .order_by("starts_on")
    )
    return {row["letter_id"]: (row["good"], row["known"], row["starts_on"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Stop:
    """A milestone, the entry that proves it, and whether it is late on the page's day."""

    milestone: LetterMilestone
    entry: LetterEntry | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """How an item stood in a quarter."""

    quarter: Period
    value: Decimal | None
    on_pace: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a letter: its number by the page's day, the points that would be, and, once it is scored, the frozen
    mark, what an objection made of it, and by how much today's number differs.
    """

    item: LetterItem
    source: str | Promise
    unit: str | Promise
    rule: str | Promise
    now: Found
    points_now: Decimal
    on_pace: bool | None
    expected: Decimal | None
    mark: LetterMark | None
    objection: LetterObjection | None
    entries: tuple[LetterEntry, ...]
    stops: tuple[Stop, ...]
    kept: tuple[Kept, ...]

    @property
    def points(self) -> Decimal:
        """What counts: the corrected points, the mark's, or today's."""
        if self.objection is not None and self.objection.corrected_points is not None:
            return self.objection.corrected_points
        return self.mark.points if self.mark else self.points_now

    @property
    def value(self) -> Decimal | None:
        """The number that counts."""
        if self.objection is not None and self.objection.corrected is not None:
            return self.objection.corrected
        return self.mark.value if self.mark else self.now.value

    @property
    def difference(self) -> Decimal | None:
        """Today's number less the frozen one; None where there is none, or nothing was frozen."""
        if self.mark is None or self.mark.value is None or self.now.value is None:
            return None
        return self.now.value - self.mark.value

    @property
    def is_reading(self) -> bool:
        """Whether the system reads it."""
        return self.item.collection == Collection.READING


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter with its lines by a day of a quarter, and their sum."""

    letter: TargetLetter
    quarter: Period
    day: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """The points that count, added up."""
        return rules.total(line.points for line in self.lines)

    @property
    def weight(self) -> int:
        """The weights, added up."""
        return sum(line.item.weight for line in self.lines)

    @property
    def open_objections(self) -> int:
        """How many objections wait for a ruling."""
        return sum(line.objection is not None and line.objection.ruling == Ruling.OPEN for line in self.lines)

    @property
    def paced(self) -> tuple[int, int]:
        """How many items are on pace, of how many of which that can be told."""
        known = [line.on_pace for line in self.lines if line.on_pace is not None]
        return sum(known), len(known)


def quarters_of(letter: TargetLetter, today: date) -> list[Period]:
    """The quarters of a letter's year that have begun, as far as its reading date."""
    last = min(letter.read_on, today)
    first = Period(PeriodKind.QUARTER, date(letter.year, 1, 1))
    found = [first]
    while found[-1].next().start <= last and found[-1].next().start.year == letter.year:
        found.append(found[-1].next())
    return found


def sheet(letter: TargetLetter, today: date, quarter: Period | None = None) -> Sheet:
    """A letter's lines: as of today, or of the end of a quarter that has begun (four queries at most, one for the
    flows, and two for the stocks). Once scored, the numbers beside the frozen ones are those of today, counted as they
    were.
    """
    now = quarter_of(min(letter.read_on, today))
    chosen = quarter or now
    day = read_day(chosen, letter.read_on, today)
    is_frozen = letter.state in FROZEN
    related = ("document", "mark", "objection__proof") if is_frozen else ("document",)
    items = list(LetterItem.objects.filter(letter=letter).select_related(*related).order_by("position", "code"))
    by_hand = given(items)
    codes = [item.indicator for item in items if item.collection == Collection.READING]
    live = live_values([letter.hub], codes, day) if codes else {}
    marks: dict[int, LetterMark] = {}
    objections: dict[int, LetterObjection] = {}
    if is_frozen:
        marks = {each.pk: each.mark for each in items if hasattr(each, "mark")}
        objections = {each.pk: each.objection for each in items if hasattr(each, "objection")}
    kept: dict[int, list[Kept]] = defaultdict(list)
    for each in LetterProgress.objects.filter(letter=letter).order_by("starts_on"):
        quarter_kept = Period(PeriodKind.QUARTER, each.starts_on)
        kept[each.item_id].append(Kept(quarter_kept, each.value, each.on_pace))
    lines = tuple(
        _line(letter, item, live, by_hand, day, marks.get(item.pk), objections.get(item.pk), tuple(kept[item.pk]))
        for item in items
    )
    return Sheet(letter, chosen, day, lines)


def _line(
    letter: TargetLetter, item: LetterItem, live: Mapping[tuple[int, str], Found], by_hand: Given, day: date,
    mark: LetterMark | None, objection: LetterObjection | None, kept: tuple[Kept, ...],
) -> Line:  # fmt: skip
    found, _entry = item_value(item, letter.hub_id, live, by_hand, day)
    terms = terms_of(item)
    known = INDICATORS.get(item.indicator)
    course = rules.course_of(item.collection, known)
    is_stepped = item.collection == Collection.MILESTONES
    proven = by_hand.proven(item, day) if is_stepped else {}
    return Line(
        item=item,
        source=known.name if known else item.evidence,
        unit=UNIT_NAMES[known.unit] if known else "%" if is_stepped else item.unit,
        rule=rules.rule_words(terms),
        now=found,
        points_now=rules.points(terms, found.value),
        on_pace=by_hand.on_pace(item, found, day),
        expected=None if is_stepped else rules.expected(terms, course, day),
        mark=mark,
        objection=objection,
        entries=tuple(by_hand.entries.get(item.pk, ())),
        stops=tuple(
            Stop(each, proven.get(each.pk), each.pk not in proven and each.due_on < day)
            for each in by_hand.milestones.get(item.pk, ())
        ),
        kept=kept,
    )


@dataclass(frozen=True, slots=True)
class Past:
    """A step of a letter; `who` is empty where the viewer may not know the account."""

    step: LetterStep
    who: str


def steps_of(letter: TargetLetter) -> list[Past]:
    """What happened to a letter, the latest first, with who did it (one query)."""
    called = Coalesce(NullIf("display_name", Value("")), "username")
    name = Account.objects.filter(pk=OuterRef("by_id")).annotate(called=called).values("called")
    steps = LetterStep.objects.filter(letter=letter).annotate(who=Coalesce(Subquery(name), Value("")))
    return [Past(step, step.who) for step in steps.order_by("-at", "-id")]


def proof_seen(viewer: Viewer, key: UUID) -> LetterProof | None:
    """A proof of a letter that the viewer may see."""
    found = LetterProof.objects.filter(pk=key).first()
    return found if found is not None and letter_of(viewer, found.letter_id) is not None else None


def place_of(key: UUID) -> str:
    """Where a proof's pieces lie, which they are encrypted for."""
    return f"appraisal_letterproof:{key}"


def content_of(proof: LetterProof, *, preview: bool = False) -> bytes:
    """A proof's content, or its preview (empty for a PDF)."""
    return kept_content(proof.pieces.all(), place_of(proof.pk), preview=preview)


def counties() -> list[Station]:
    """The hubs, which stand for their counties (one query)."""
    found = Station.objects.filter(tier=Tier.HUB).select_related("division")
    return list(found.only("id", "key", "name", "tier", "path", "division__name").order_by("path"))


def county_name(hub: Station) -> str:
    """The county for which a hub stands."""
    return county_of(hub.name, hub.division.name if hub.division else "")


def departments(day: date) -> list[Organisation]:
    """The departments of a day (one query)."""
    found = Organisation.objects.filter(kinds__contains=[OrganisationKind.DEPARTMENT], since__lte=day)
    return list(found.filter(Q(until__isnull=True) | Q(until__gt=day)).only("id", "name").order_by("name"))
