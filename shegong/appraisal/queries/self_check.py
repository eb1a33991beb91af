"""Self-checks as their people see them, and what is known of a station on its way."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shegong.appraisal.enums import AT_STATION, CheckState, Evidence
from shegong.appraisal.models import (
    CheckAnswer,
    CheckProof,
    CheckStep,
    Milestone,
    SelfCheck,
    Standard,
    Standardisation,
    StandardItem,
)
from shegong.appraisal.queries.standard import measured
from shegong.appraisal.rules.measures import MEASURES, Measure
from shegong.appraisal.rules.self_check import Said
from shegong.appraisal.rules.standard import Score, computed_met, scored, verdict_of
from shegong.kernel.cells import FEW_WORDS, coarse, is_few
from shegong.kernel.uploads.keeping import kept_content
from shegong.kernel.wording import NOTHING, number
from shegong.network.models import Station, StationStage
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account

READERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.AGENCY)
# Counts whose few would point at somebody.
COUNTS: Final = ("assessments", "cases", "person_times")


def checks_seen(viewer: Viewer) -> QuerySet[SelfCheck]:
    """The self-checks of the viewer's stations; of all for the city."""
    found = SelfCheck.objects.select_related("station", "standard", "hub")
    if viewer.has(Role.CITY):
        return found
    return found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))


def in_hand(viewer: Viewer) -> Q:
    """The self-checks that wait for the viewer: the county's for review, the city's for confirmation and appeals, the
    station's own.
    """
    if viewer.has(Role.CITY):
        return Q(state__in=[CheckState.REVIEWED, CheckState.APPEALED])
    if viewer.has(Role.COUNTY):
        return Q(state=CheckState.SUBMITTED)
    return Q(state__in=AT_STATION)


def may_fill(viewer: Viewer, station: Station) -> bool:
    """Whether a viewer answers for a station: its head (of the station itself or of the one above)."""
    return viewer.has(Role.HEAD) and viewer.reaches(station.hub_id, station.pk)


def may_review(viewer: Viewer, check: SelfCheck) -> bool:
    """Whether a viewer reviews for the county. Nobody reviews what they handed in."""
    return viewer.has(Role.COUNTY) and check.hub_id in viewer.hubs and check.submitted_by_id != viewer.account_id


def may_decide(viewer: Viewer, check: SelfCheck) -> bool:
    """Whether a viewer decides for the city. Nobody decides on their own word."""
    return viewer.has(Role.CITY) and viewer.account_id not in (check.submitted_by_id, check.reviewed_by_id)


def may_decide_appeal(viewer: Viewer, check: SelfCheck) -> bool:
    """Whether a viewer decides on an appeal: for the city, and nobody who refused."""
    return viewer.has(Role.CITY) and viewer.account_id not in (check.submitted_by_id, check.decided_by_id)


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a self-check as the page shows it. `shown` is what the system measures now, in the viewer's words;
    `frozen` what it measured on submission.
    """

    item: StandardItem
    measure: Measure | None
    met: bool | None
    shown: str
    frozen: str
    note: str
    station_met: bool | None
    county_met: bool | None
    county_note: str
    proofs: tuple[CheckProof, ...]
    page: str  # where the facts behind a computed item are

    @property
    def is_computed(self) -> bool:
        """Whether the system answers it."""
        return self.item.evidence == Evidence.COMPUTED

    @property
    def is_attested(self) -> bool:
        """Whether the station answers it."""
        return self.item.evidence == Evidence.ATTESTED

    @property
    def is_observed(self) -> bool:
        """Whether the county answers it."""
        return self.item.evidence == Evidence.OBSERVED


@dataclass(frozen=True, slots=True)
class Sheet:
    """A self-check (or, without one, what it would begin with): its items with their verdicts, and the score."""

    station: Station
    standard: Standard
    check: SelfCheck | None
    lines: tuple[Line, ...]
    score: Score

    @property
    def said(self) -> list[Said]:
        """The items as the rules see them."""
        return [
            Said(line.item.code, line.item.title, line.item.evidence, line.station_met, line.note, len(line.proofs),
                 line.county_met)
            for line in self.lines
        ]  # fmt: skip


def sheet(viewer: Viewer, station: Station, standard: Standard, check: SelfCheck | None, day: date) -> Sheet:
    """A station's sheet against a standard (with its items fetched): one query for the measures and, for a self-check,
    one for the answers and one for the proofs. While the station has it, what the system knows is read afresh; from
    submission on it is what it was.
    """
    rows = measured(day, station_ids=[station.pk])
    values: Mapping[str, float | None] = rows[0].values if rows else {}
    answers: dict[int, CheckAnswer] = {}
    proofs: dict[int, list[CheckProof]] = defaultdict(list)
    if check is not None:
        answers = {row.item_id: row for row in CheckAnswer.objects.filter(self_check=check)}
        for proof in CheckProof.objects.filter(self_check=check).order_by("brought_at"):
            proofs[proof.item_id].append(proof)
    is_live = check is None or check.state in AT_STATION
    exact = viewer.reaches(station.hub_id, station.pk)
    lines = tuple(
        _line(item, answers.get(item.pk), tuple(proofs[item.pk]), values, station.key, is_live=is_live, exact=exact)
        for item in standard.items.all()
    )
    score = scored([verdict_of(line.item, line.met) for line in lines], standard.pass_score)
    return Sheet(station, standard, check, lines, score)


def _line(
    item: StandardItem, answer: CheckAnswer | None, proofs: tuple[CheckProof, ...],
    values: Mapping[str, float | None], key: str, *, is_live: bool, exact: bool,
) -> Line:  # fmt: skip
    known = MEASURES.get(item.measure)
    said = answer.met if answer else None
    county = answer.county_met if answer else None
    live = computed_met(item, values) if known else None
    own = live if known and is_live else said
    return Line(
        item=item,
        measure=known,
        met=own if county is None else county,
        shown=value_words(known, values.get(known.name), exact=exact) if known else "",
        frozen=value_words(known, None if answer.value is None else float(answer.value), exact=exact)
        if known and answer and not is_live
        else "",
        note=answer.note if answer else "",
        station_met=own,
        county_met=county,
        county_note=answer.county_note if answer else "",
        proofs=proofs,
        page=known.page.format(key=key) if known else "",
    )


def value_words(measure: Measure, value: float | None, *, exact: bool) -> str:
    """A measured value as this viewer may see it: counts of clients are rounded, small ones hidden, for who may not
    see the people behind them (docs/adr/0004-small-cells.md).
    """
    if value is None:
        return NOTHING
    kept = Decimal(str(round(value, 1)))
    if measure.of_clients and not exact and measure.name in COUNTS:
        return FEW_WORDS if is_few(kept) else f"≈ {number(coarse(kept))} {measure.unit}"
    return f"{number(kept.normalize() if kept == kept.to_integral() else kept)} {measure.unit}"


def check_of(viewer: Viewer, key: UUID) -> SelfCheck | None:
    """A self-check that the viewer may see (one query)."""
    return checks_seen(viewer).filter(pk=key).first()


def present_check(station: Station, standard: Standard) -> SelfCheck | None:
    """A station's self-check against a standard, unless its appeal was rejected."""
    return (
        SelfCheck.objects.filter(station=station, standard=standard).exclude(state=CheckState.REJECTED)
        .select_related("standard", "station").first()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """A step of a self-check; `who` is empty where the viewer may not know the account."""

    step: CheckStep
    who: str


def steps_of(check: SelfCheck) -> list[Past]:
    """What happened to a self-check, the latest first, with who did it (two queries)."""
    steps = list(CheckStep.objects.filter(self_check=check).order_by("-at", "-id"))
    names = Account.objects.in_bulk({step.by_id for step in steps})
    return [Past(step, str(names[step.by_id]) if step.by_id in names else "") for step in steps]


def proof_seen(viewer: Viewer, key: UUID) -> CheckProof | None:
    """A proof of a self-check that the viewer may see."""
    found = CheckProof.objects.filter(pk=key)
    if not viewer.has(Role.CITY):
        found = found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))
    return found.first()


def place_of(key: UUID) -> str:
    """Where a proof's pieces lie, which they are encrypted for."""
    return f"appraisal_checkproof:{key}"


def content_of(proof: CheckProof, *, preview: bool = False) -> bytes:
    """A proof's content, or its preview (empty for a PDF)."""
    return kept_content(proof.pieces.all(), place_of(proof.pk), preview=preview)


def standardised_on(day: date) -> QuerySet[Standardisation]:
    """Who is standardised on a day."""
    return Standardisation.objects.filter(since__lte=day, until__gt=day)


def milestones_of(station: Station) -> list[Milestone]:
    """A station's plan, in the order of its days."""
    return list(Milestone.objects.filter(station=station).order_by("due_on"))


def running_since(station: Station) -> date | None:
    """Since when a station runs; None for one that doesn't."""
    found = StationStage.objects.filter(station=station, stage="running", until__isnull=True)
    return found.values_list("since", flat=True).first()


def lacked_most(missed: Sequence[Sequence[str]], most: int = 3) -> list[tuple[str, int]]:
    """The items missed by most stations: [(code, how many)]."""
    return Counter(code for codes in missed for code in codes).most_common(most)
