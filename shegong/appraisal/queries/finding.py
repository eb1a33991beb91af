"""Findings as their people see them: lists, one with its course, what is due, and the questions to rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from shegong.appraisal.enums import SETTLED, TO_CORRECT, FindingSource, FindingState, Severity
from shegong.appraisal.models import (
    Clause,
    Finding,
    FindingProof,
    FindingStep,
    FindingTerm,
    PolicyDocument,
    RuleQuestion,
    StandardItem,
)
from shegong.appraisal.queries.policy import clauses_on
from shegong.kernel.uploads.keeping import kept_content
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.workforce.models import Worker

READERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER)
OFFICERS: Final = (Role.CITY, Role.COUNTY)
DUE_SOON: Final = timedelta(days=7)
SHOWN: Final = 8


def is_city(viewer: Viewer) -> bool:
    """Whether a viewer acts for the city."""
    return viewer.has(Role.CITY)


def is_officer_of(viewer: Viewer, hub_id: int) -> bool:
    """Whether a viewer acts for the city, or for this county."""
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs)


def may_correct(viewer: Viewer, station: Station) -> bool:
    """Whether a viewer answers for a station: its head (of the station itself or of the one above)."""
    return viewer.has(Role.HEAD) and viewer.reaches(station.hub_id, station.pk)


def may_record(viewer: Viewer, station: Station, source: str) -> bool:
    """Whether a viewer writes down a finding: officers from any source, a head what the own check brought up."""
    if station.tier == Tier.CENTRE:
        return False
    if is_officer_of(viewer, station.hub_id):
        return True
    return source == FindingSource.OWN and may_correct(viewer, station)


def findings_seen(viewer: Viewer) -> QuerySet[Finding]:
    """The findings in the viewer's reach, with station, document and item."""
    found = Finding.objects.select_related("station", "document", "item", "responsible")
    if viewer.has(Role.CITY):
        return found
    return found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))


def finding_of(viewer: Viewer, key: UUID) -> Finding | None:
    """A finding that the viewer may see (one query)."""
    return findings_seen(viewer).select_related("hub").filter(pk=key).first()


def in_hand(viewer: Viewer) -> Q:
    """What waits for the viewer: to be checked again, or given more time, by officers; to be planned and corrected by
    the station.
    """
    if viewer.has(*OFFICERS):
        return Q(state=FindingState.CORRECTED) | Q(state__in=TO_CORRECT, asked_until__isnull=False)
    return Q(state__in=TO_CORRECT)


def overdue(today: date) -> Q:
    """What should be corrected and closed by now."""
    return ~Q(state__in=SETTLED) & Q(due_on__lt=today)


def due_for(viewer: Viewer, today: date, most: int = SHOWN) -> list[Finding]:
    """What a head has to correct within a week, the most urgent first (one query)."""
    rows = findings_seen(viewer).filter(state__in=TO_CORRECT, due_on__lte=today + DUE_SOON)
    return list(rows.order_by("due_on", "id")[:most])


def escalated(viewer: Viewer, today: date, most: int = SHOWN) -> list[Finding]:
    """What an officer is told of: overdue by more than the severity's days, the longest first (two queries)."""
    days = {
        term.severity: term.city_days if viewer.has(Role.CITY) else term.county_days
        for term in FindingTerm.objects.all()
    }
    late = Q(pk__in=[])
    for severity, number in days.items():
        late |= Q(severity=severity, due_on__lt=today - timedelta(days=number))
    rows = findings_seen(viewer).filter(~Q(state__in=SETTLED), late)
    return list(rows.order_by("due_on", "id")[:most])


def terms() -> list[FindingTerm]:
    """What holds for each severity, the least first (one query)."""
    found = {term.severity: term for term in FindingTerm.objects.all()}
    return [found[severity] for severity in Severity.values if severity in found]


def may_be_responsible(station: Station, day: date) -> QuerySet[Worker]:
    """Who may be named: people of the station and, for a room, of the station above, who are there on the day."""
    places = [station.pk] if station.parent_id is None or station.tier != Tier.ROOM else [station.pk, station.parent_id]
    here = Worker.objects.filter(hub_id=station.hub_id, station_id__in=places, since__lte=day)
    return here.filter(Q(until__isnull=True) | Q(until__gt=day)).order_by("sort_key")


def clause_on(document: str, anchor: str, day: date) -> Clause | None:
    """A clause in force on a day."""
    return clauses_on(day).filter(version__document__code=document, anchor=anchor).first()


def items_for(tier: str, day: date) -> list[StandardItem]:
    """The items of a tier's standard of the day (one query)."""
    rows = StandardItem.objects.filter(
        standard__tier=tier, standard__published_at__isnull=False, standard__year__lte=day.year
    ).select_related("standard").order_by("-standard__year", "position", "code")  # fmt: skip
    found = list(rows)
    return [item for item in found if item.standard_id == found[0].standard_id]


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step of a finding; `who` is empty where the viewer may not know the account."""

    step: FindingStep
    who: str


def steps_of(finding: Finding) -> list[PastStep]:
    """What happened to a finding, the latest first, with who did it (two queries)."""
    steps = list(FindingStep.objects.filter(finding=finding).order_by("-at", "-id"))
    names = Account.objects.in_bulk({step.by_id for step in steps})
    return [PastStep(step, str(names[step.by_id]) if step.by_id in names else "") for step in steps]


def proofs_of(finding: Finding) -> list[FindingProof]:
    """Photos and papers, the earliest first (one query)."""
    return list(FindingProof.objects.filter(finding=finding).order_by("brought_at", "id"))


def before(finding: Finding) -> list[Finding]:
    """Earlier findings of the same topic at the station (one query)."""
    rows = Finding.objects.filter(station_id=finding.station_id, topic=finding.topic, found_on__lte=finding.found_on)
    rows = rows.exclude(pk=finding.pk).exclude(state=FindingState.WITHDRAWN)
    return list(rows.only("id", "found_on", "state", "due_on", "closed_on").order_by("-found_on")[:SHOWN])


def proof_seen(viewer: Viewer, key: UUID) -> FindingProof | None:
    """A proof of a finding that the viewer may see."""
    found = FindingProof.objects.filter(pk=key)
    if not viewer.has(Role.CITY):
        found = found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))
    return found.first()


def place_of(key: UUID) -> str:
    """Where a proof's pieces lie, which they are encrypted for."""
    return f"appraisal_findingproof:{key}"


def content_of(proof: FindingProof, *, preview: bool = False) -> bytes:
    """A proof's content, or its preview (empty for a PDF)."""
    return kept_content(proof.pieces.all(), place_of(proof.pk), preview=preview)


@dataclass(frozen=True, slots=True)
class Common:
    """A topic that came up at several stations within a year: how often, where it rests, and since when asked."""

    topic: str
    stations: int
    findings: int
    latest: date
    item: StandardItem | None
    document: PolicyDocument
    anchor: str


def common(viewer: Viewer, today: date, most: int = SHOWN) -> list[Common]:
    """What came up most in the viewer's reach within a year (three queries)."""
    rows = (
        findings_seen(viewer).select_related(None).exclude(state=FindingState.WITHDRAWN)
        .filter(found_on__gt=today - timedelta(days=365)).values("topic", "document_id", "anchor")
        .annotate(stations=Count("station", distinct=True), findings=Count("id"), latest=Max("found_on"),
                  newest=Max("item_id"))
        .filter(stations__gt=1).order_by("-stations", "-findings", "topic")[:most]
    )  # fmt: skip
    found = list(rows)
    items = StandardItem.objects.in_bulk({row["newest"] for row in found if row["newest"]})
    documents = PolicyDocument.objects.in_bulk({row["document_id"] for row in found})
    return [
        Common(row["topic"], row["stations"], row["findings"], row["latest"], items.get(row["newest"]),
               documents[row["document_id"]], row["anchor"])
        for row in found
    ]  # fmt: skip


def questions() -> QuerySet[RuleQuestion]:
    """Questions to rules: those that wait first, then the latest."""
    rows = RuleQuestion.objects.select_related("document", "item", "item__standard")
    return rows.order_by(F("answered_at").desc(nulls_first=True), "-raised_at")


def questions_to(document: PolicyDocument, anchor: str) -> list[RuleQuestion]:
    """The questions to a clause, and to items that rest on it (one query)."""
    return list(questions().filter(document=document, anchor=anchor))


def counted(viewer: Viewer, today: date, stations: Sequence[int] | None = None) -> dict[str, int]:
    """{state: how many} in the viewer's reach, with "overdue" and "asked" (wishes for more time) (one query)."""
    rows = findings_seen(viewer).select_related(None)
    if stations is not None:
        rows = rows.filter(station_id__in=stations)
    return rows.aggregate(
        overdue=Count("id", filter=overdue(today)),
        asked=Count("id", filter=Q(asked_until__isnull=False)),
        **{state: Count("id", filter=Q(state=state)) for state in FindingState.values},
    )
