"""The library: documents, clauses by words and by day, what rests on a clause, and what a change would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse

from shegong.appraisal.enums import CitedBy, LetterState, Programme
from shegong.appraisal.models import Citation, Clause, LetterItem, PolicyDocument, PolicyVersion, StandardItem
from shegong.appraisal.queries.letter import letters_seen
from shegong.appraisal.queries.standard import Measured, measured
from shegong.appraisal.rules.measures import is_met
from shegong.appraisal.rules.search import terms_of
from shegong.catalogue.models import ServiceItem
from shegong.indicators.rules import INDICATORS
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer

FOUND_AT_MOST = 50


def in_force(day: date, prefix: str = "") -> Q:
    """Versions that are published and hold on a day."""
    return Q((f"{prefix}published_at__isnull", False), (f"{prefix}since__lte", day)) & (
        Q((f"{prefix}until__isnull", True)) | Q((f"{prefix}until__gt", day))
    )


def documents() -> QuerySet[PolicyDocument]:
    """All documents with their versions, the latest first (two queries)."""
    versions = PolicyVersion.objects.order_by("-number")
    return PolicyDocument.objects.prefetch_related(Prefetch("versions", versions))


def clauses_on(day: date) -> QuerySet[Clause]:
    """The clauses in force on a day, with version and document."""
    return Clause.objects.filter(in_force(day, "version__")).select_related("version__document")


def clauses_in_force(day: date) -> set[tuple[str, str]]:
    """{(document's code, anchor)} of a day (one query)."""
    return set(clauses_on(day).values_list("version__document__code", "anchor"))


def clause_choices(day: date) -> list[tuple[str, str]]:
    """Clauses in force to choose from: ("document#anchor", its words), by document (one query)."""
    return [
        (f"{each.version.document.code}#{each.anchor}", f"{each.version.document.title} · {each.heading}")
        for each in clauses_on(day).order_by("version__document__kind", "version__document__position", "position")
    ]


def found(text: str, day: date) -> list[Clause]:
    """Clauses in force that hold all the words, those with them in the heading first (one query)."""
    rows = clauses_on(day)
    for word in text.split():
        terms = terms_of(word)
        # A single character has no pair; and pairs of one word may stand apart, so that the word is looked at, too.
        rows = rows.filter(terms__contains=terms) if terms else rows
        rows = rows.filter(
            Q(text__icontains=word) | Q(heading__icontains=word) | Q(version__document__title__icontains=word)
        )
    ordered = sorted(rows.order_by("version_id", "position")[:FOUND_AT_MOST], key=lambda row: text not in row.heading)
    return list(ordered)


def cited_clauses() -> dict[tuple[str, str], str]:
    """{(kind, key): the clause's address} of all that cites one (one query)."""
    rows = Citation.objects.values_list("kind", "key", "document__code", "anchor")
    return {(kind, key): reverse("appraisal:clause", args=[code, anchor]) for kind, key, code, anchor in rows}


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on a clause: what it is, its name, and where to look at it."""

    kind: str
    name: str
    url: str


def resting_on(document: PolicyDocument, anchor: str, viewer: Viewer) -> list[Resting]:
    """What rests on a clause, standards' items and letters' among them (three queries, and one for services)."""
    cited = list(Citation.objects.filter(document=document, anchor=anchor).order_by("kind", "key"))
    codes = [each.key for each in cited if each.kind == CitedBy.SERVICE]
    services = {row.code: row.name for row in ServiceItem.objects.filter(code__in=codes)} if codes else {}
    rows = []
    for each in cited:
        if each.kind == CitedBy.STAFFING:
            name, url = str(Tier(each.key).label), "/staffing/rules/"
        elif each.kind == CitedBy.SERVICE:
            name, url = f"{each.key} {services.get(each.key, '')}", f"/services/{each.key}/"
        else:
            known = INDICATORS.get(each.key)
            name = str(known.name) if known else each.key
            url = f"/board/behind/?code={each.key}" if each.kind == CitedBy.INDICATOR else "/board/targets/"
        rows.append(Resting(str(CitedBy(each.kind).label), name, url))
    items = StandardItem.objects.filter(
        document=document, anchor=anchor, standard__published_at__isnull=False
    ).select_related("standard")
    for item in items.order_by("-standard__year", "standard__tier", "position"):
        words = f"{item.standard.year} {item.standard.get_tier_display()} · {item.title}"
        rows.append(Resting("", words, f"/standards/{item.standard_id}/#item-{item.code}"))
    return rows + _letters_resting_on(document, anchor, viewer)


def _letters_resting_on(document: PolicyDocument, anchor: str, viewer: Viewer) -> list[Resting]:
    """Items of target letters, as far as the viewer may see those: what is asked of several counties once."""
    seen = letters_seen(viewer).exclude(state=LetterState.DRAFT).order_by()
    items = LetterItem.objects.filter(document=document, anchor=anchor, letter__in=seen.values("pk"))
    found = items.values("title", "letter__year", "letter__programme").annotate(letters=Count("pk"))
    return [
        Resting(
            str(Programme(each["letter__programme"]).label),
            f"{each['letter__year']} · {each['title']} × {each['letters']}",
            f"/letters/?programme={each['letter__programme']}",
        )
        for each in found.order_by("-letter__year", "title")
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause or an item asks of a tier's stations."""

    measure: str
    tier: str
    least: float


def asked_by(clause: Clause) -> Asked | None:
    """What a clause asks for; None where it can't be measured."""
    return (
        Asked(clause.measure, clause.tier, float(clause.least)) if clause.measure and clause.least is not None else None
    )


def asked_under(document: PolicyDocument, anchor: str, day: date) -> list[Asked]:
    """What the published standards of the day's year ask for on account of a clause (one query)."""
    items = StandardItem.objects.filter(
        document=document, anchor=anchor, least__isnull=False, standard__published_at__isnull=False,
        standard__year__lte=day.year,
    ).select_related("standard").order_by("-standard__year")  # fmt: skip
    newest: dict[str, Asked] = {}
    for item in items:
        newest.setdefault(
            item.standard.tier + item.measure, Asked(item.measure, item.standard.tier, float(item.least or 0))
        )
    return list(newest.values())


def failing(rows: Iterable[Measured], asked: Sequence[Asked]) -> list[int]:
    """The ids of stations that don't meet something of what is asked."""
    return [
        row.station_id
        for row in rows
        if any(
            each.tier == row.tier and not is_met(each.measure, row.values[each.measure], each.least) for each in asked
        )
    ]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a changed clause would do: who fails it today, and who would under the new wording."""

    failing: int
    would_fail: int
    newly: tuple[int, ...]
    relieved: tuple[int, ...]
    of: int


def effect(present: Clause | None, coming: Clause | None, rows: Sequence[Measured]) -> Effect:
    """The difference between two wordings of a clause (None: there is none) for today's stations."""
    before = set(failing(rows, [asked]) if present and (asked := asked_by(present)) else [])
    after = set(failing(rows, [asked]) if coming and (asked := asked_by(coming)) else [])
    tiers = {each.tier for each in (present, coming) if each is not None and each.tier}
    return Effect(
        failing=len(before),
        would_fail=len(after),
        newly=tuple(sorted(after - before)),
        relieved=tuple(sorted(before - after)),
        of=sum(row.tier in tiers for row in rows),
    )


def stations_failing(asked: Sequence[Asked], day: date, hub_ids: Sequence[int] | None) -> list[Station]:
    """Stations that fail what is asked, of some hubs or of all, in the order of the tree (two queries)."""
    if not asked:
        return []
    ids = failing(measured(day, hub_ids=hub_ids), asked)
    return list(Station.objects.filter(pk__in=ids).only("id", "key", "name", "tier", "hub_id").order_by("path"))


@dataclass(frozen=True, slots=True)
class Change:
    """A clause of a draft beside the one in force."""

    anchor: str
    present: Clause | None
    coming: Clause | None
    effect: Effect

    @property
    def kind(self) -> str:
        """ "new", "gone" or "changed"."""
        return "new" if self.present is None else "gone" if self.coming is None else "changed"


def changes(draft: PolicyVersion, day: date) -> list[Change]:
    """What a draft changes, clause by clause, with its effect today (three queries)."""
    present = {each.anchor: each for each in clauses_on(day).filter(version__document=draft.document_id)}
    coming = {each.anchor: each for each in draft.clauses.all()}
    changed = [
        anchor
        for anchor in [*coming, *(set(present) - set(coming))]
        if _words(present.get(anchor)) != _words(coming.get(anchor))
    ]
    rows = measured(day) if changed else []
    return [
        Change(anchor, present.get(anchor), coming.get(anchor), effect(present.get(anchor), coming.get(anchor), rows))
        for anchor in changed
    ]


def _words(clause: Clause | None) -> tuple[object, ...]:
    return (clause.heading, clause.text, clause.measure, clause.tier, clause.least) if clause else ()
