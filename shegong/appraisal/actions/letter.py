"""Target letters: drafted item by item, copied to other counties or the next year, issued, accepted.

Whoever acts first on a state wins: each action locks the letter's row, and the next one finds it elsewhere (409).
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Collection as Several
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Collection, LetterState
from shegong.appraisal.models import LetterItem, LetterMilestone, LetterStep, PolicyDocument, TargetLetter
from shegong.appraisal.queries import letter as queries
from shegong.appraisal.queries.letter_values import terms_of
from shegong.appraisal.queries.policy import clauses_in_force
from shegong.appraisal.rules import letter as rules
from shegong.appraisal.rules.letter_title import title_of
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import traced
from shegong.kernel.text import clean_text
from shegong.network.enums import Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

# Refusals of which a trace is kept: somebody came too early, too late, or not alone.
TRACED: Final = frozenset(
    {"state_gone", "too_early", "entry_late", "objection_late", "objections_may_come", "file_too_large", "file_kind"}
)


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """Whose letter it is to be, for which year, and its days. `hub` is the centre for a department's."""

    programme: str
    year: int
    hub: Station
    organisation: Organisation | None
    read_on: date
    objection_days: int


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as it is to be. `clause` is "document#anchor"; `milestones` are (what, by when), of tasks only."""

    code: str
    title: str
    weight: int
    collection: str
    indicator: str
    unit: str
    evidence: str
    formula: str
    direction: str
    target: Decimal
    zero: Decimal
    cap: int
    clause: str
    milestones: tuple[tuple[str, date], ...] = ()


def tracing(letter: TargetLetter, *, by: Viewer, at: datetime) -> AbstractContextManager[None]:
    """What the block refuses of a letter leaves a trace in the journal."""
    return traced(TRACED, lambda code: note("refuse_letter", letter, by, at, reason=code))


def refuse_others(by: Viewer) -> None:
    """Raises Problem (403) for whoever isn't of the city."""
    if not by.has(Role.CITY):
        raise Problem("not_the_city", _("目标责任书由市级下达和评分。"), status=403)


@transaction.atomic
def draft_letter(frame: LetterFrame, *, by: Viewer, at: datetime, key: UUID | None = None) -> TargetLetter:
    """A new letter without items. Raises Problem at party, read_on or year; 403; 409 for a second one of the kind, or a
    key that is taken.
    """
    refuse_others(by)
    if frame.organisation is None and frame.hub.tier != Tier.HUB:
        raise Problem("party_unfit", _("请选区（市）县或部门。"), "party")
    raise_any([_frame_problem(frame.year, frame.read_on)])
    name = frame.organisation.name if frame.organisation else queries.county_name(frame.hub)
    known = TargetLetter.objects.filter(
        programme=frame.programme, year=frame.year, hub=frame.hub, organisation=frame.organisation
    )
    if known.exists():
        raise Problem("letter_exists", _("这一年已有同类责任书。"), "party", status=409)
    if key is not None and TargetLetter.objects.filter(pk=key).exists():
        raise key_taken()
    letter = TargetLetter.objects.create(
        id=key or uuid7(),
        programme=frame.programme,
        year=frame.year,
        hub=frame.hub,
        organisation=frame.organisation,
        title=title_of(frame.programme, frame.year, name),
        read_on=frame.read_on,
        objection_days=frame.objection_days,
        made_at=at,
        made_by_id=by.account_id,
    )
    note("draft_letter", letter, by, at)
    return letter


def _frame_problem(year: int, read_on: date) -> Problem | None:
    if not 2020 <= year <= 2100:
        return Problem("year_range", _("年度应在 2020 到 2100 之间。"), "year")
    if read_on.year != year:
        return Problem("read_on_year", _("读数日应在 %(year)s 年内。"), "read_on", params={"year": year})
    return None


@transaction.atomic
def change_letter(
    letter: TargetLetter, read_on: date, objection_days: int, *, by: Viewer, at: datetime
) -> TargetLetter:
    """Change a draft's days. Raises Problem at read_on; 403, 409."""
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    raise_any([_frame_problem(letter.year, read_on)])
    letter.read_on, letter.objection_days = read_on, objection_days
    letter.save(update_fields=["read_on", "objection_days"])
    note("change_letter", letter, by, at)
    return letter


@transaction.atomic
def save_item(letter: TargetLetter, draft: ItemDraft, *, by: Viewer, at: datetime) -> LetterItem:
    """Write an item of a draft, a new one under a new code, with its milestones. Raises Problem or Problems at the
    item's fields; 403, 409.
    """
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    is_reading = draft.collection == Collection.READING
    values = {
        "title": clean_text(draft.title, 120, "title").strip(),
        "weight": draft.weight,
        "collection": draft.collection,
        "indicator": draft.indicator if is_reading else "",
        "unit": "" if is_reading else clean_text(draft.unit, 20, "unit").strip(),
        "evidence": "" if is_reading else clean_text(draft.evidence, 200, "evidence").strip(),
        "formula": draft.formula,
        "direction": draft.direction,
        "target": draft.target,
        "zero": draft.zero,
        "cap": draft.cap,
    }
    code, _mark, anchor = draft.clause.partition("#")
    document = PolicyDocument.objects.filter(code=code).first()
    known = LetterItem(code=draft.code, **values)
    problems = rules.item_problems(terms_of(known), known.collection, known.indicator, known.evidence)
    if not values["title"]:
        problems.append(Problem("missing", _("不能为空。"), "title"))
    if document is None or (code, anchor) not in clauses_in_force(date(letter.year, 1, 1)) | clauses_in_force(
        at.date()
    ):
        problems.append(Problem("clause_repealed", _("这个条款不在施行，请另选。"), "clause"))
    if draft.collection == Collection.MILESTONES and not draft.milestones:
        problems.append(Problem("milestones_missing", _("请写节点，每行一个：日期和内容。"), "milestones"))
    if any(due_on.year != letter.year for _words, due_on in draft.milestones):
        problems.append(Problem("milestone_year", _("节点的时限应在责任书的年度内。"), "milestones"))
    raise_any(problems)
    last = letter.items.order_by("-position").values_list("position", flat=True).first()
    given = {**values, "document": document, "anchor": anchor}
    item, _new = LetterItem.objects.update_or_create(
        letter=letter, code=draft.code, defaults=given, create_defaults={**given, "position": (last or 0) + 1}
    )
    item.milestones.all().delete()
    if draft.collection == Collection.MILESTONES:
        LetterMilestone.objects.bulk_create(
            LetterMilestone(item=item, number=number, title=clean_text(words, 120, "milestones").strip(), due_on=due_on)
            for number, (words, due_on) in enumerate(draft.milestones, start=1)
        )
    note("save_letter_item", letter, by, at, item=draft.code)
    return item


@transaction.atomic
def put_items(letter: TargetLetter, drafts: Sequence[ItemDraft], *, by: Viewer, at: datetime) -> None:
    """Write a draft's items as they are given, in their order, in place of those before. Raises Problem or Problems at
    items.N.FIELD; 403, 409.
    """
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    repeated = [place for place, each in enumerate(drafts) if each.code in {before.code for before in drafts[:place]}]
    raise_any(Problem("code_twice", _("这个代码已经用过。"), f"items.{place}.code") for place in repeated)
    letter.items.all().delete()
    problems: list[Problem] = []
    for place, draft in enumerate(drafts):
        try:
            save_item(letter, draft, by=by, at=at)
        except Problem as refused:
            problems += [each.at(f"items.{place}.{each.field}") for each in refused]
    raise_any(problems)


@transaction.atomic
def drop_item(letter: TargetLetter, code: str, *, by: Viewer, at: datetime) -> None:
    """Take an item out of a draft. Raises Problem (403, 404, 409)."""
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    count, _rows = letter.items.filter(code=code).delete()
    if not count:
        raise Problem("item_unknown", _("没有这个条目。"), status=404)
    note("drop_letter_item", letter, by, at, item=code)


@transaction.atomic
def drop_letter(letter: TargetLetter, *, by: Viewer, at: datetime) -> None:
    """Throw a draft away. Raises Problem (403, 409)."""
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    note("drop_letter", letter, by, at)
    letter.delete()


@transaction.atomic
def copy_letter(
    source: TargetLetter, year: int, hubs: Several[Station], *, by: Viewer, at: datetime
) -> list[TargetLetter]:
    """Drafts with the same items for a year and some counties (for a department's letter: itself), where there is none
    of the kind yet. Raises Problem at year when there is nothing left to draft; 403.
    """
    refuse_others(by)
    if not 2020 <= year <= 2100:
        raise Problem("year_range", _("年度应在 2020 到 2100 之间。"), "year")
    parties: list[Station] = [source.hub] if source.organisation_id is not None else list(hubs)
    there = set(
        TargetLetter.objects.filter(
            programme=source.programme, year=year, organisation=source.organisation_id
        ).values_list("hub_id", flat=True)
    )
    wanted = [hub for hub in parties if hub.pk not in there]
    if not wanted:
        raise Problem("letter_exists", _("所选区（市）县这一年都已有同类责任书。"), "year", status=409)
    made = [
        TargetLetter(
            programme=source.programme,
            year=year,
            hub=hub,
            organisation=source.organisation,
            title=title_of(
                source.programme, year, source.organisation.name if source.organisation else queries.county_name(hub)
            ),
            read_on=_moved(source.read_on, year - source.year),
            objection_days=source.objection_days,
            made_at=at,
            made_by_id=by.account_id,
        )
        for hub in wanted
    ]
    TargetLetter.objects.bulk_create(made)
    _copy_items(source, made)
    for letter in made:
        note("draft_letter", letter, by, at, source=str(source.pk))
    return made


def _copy_items(source: TargetLetter, made: list[TargetLetter]) -> None:
    items = list(source.items.prefetch_related("milestones").order_by("position"))
    pairs = []
    for letter in made:
        for item in items:
            twin = LetterItem(**{f.attname: getattr(item, f.attname) for f in LetterItem._meta.concrete_fields})
            twin.pk, twin.letter = None, letter
            pairs.append((item, twin))
    LetterItem.objects.bulk_create(twin for _item, twin in pairs)
    LetterMilestone.objects.bulk_create(
        LetterMilestone(
            item=twin,
            number=each.number,
            title=each.title,
            due_on=_moved(each.due_on, twin.letter.year - source.year),
        )
        for item, twin in pairs
        for each in item.milestones.all()
    )


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@transaction.atomic
def issue_letter(letter: TargetLetter, *, by: Viewer, at: datetime, today: date) -> TargetLetter:
    """Issue a draft, the city's signature; from now on what it asks for stays as it is. Raises Problem or Problems
    (409): weights that don't add up to 100, repealed clauses, tasks without milestones, a reading date in the past;
    403.
    """
    refuse_others(by)
    letter = locked(letter, LetterState.DRAFT)
    items = list(letter.items.select_related("document").prefetch_related("milestones"))
    valid = clauses_in_force(today) | clauses_in_force(date(letter.year, 1, 1))
    gone = [item.code for item in items if (item.document.code, item.anchor) not in valid]
    bare = [item.code for item in items if item.collection == Collection.MILESTONES and not item.milestones.all()]
    raise_any(rules.issue_problems([item.weight for item in items], gone, bare, letter.read_on, today))
    letter.issued_at, letter.issued_by_id = at, by.account_id
    move(letter, LetterState.ISSUED, "", by, at)
    note("issue_letter", letter, by, at)
    return letter


def each_of(
    letters: Iterable[TargetLetter], act: Callable[[TargetLetter], object], *, by: Viewer, at: datetime
) -> tuple[int, list[tuple[TargetLetter, Problem]]]:
    """Take the same step with several letters, each by itself: how many went, and which didn't and why (of these a
    trace is kept).
    """
    done, refused = 0, []
    for letter in letters:
        try:
            with tracing(letter, by=by, at=at):
                act(letter)
            done += 1
        except Problem as problem:
            refused.append((letter, problem))
    return done, refused


@transaction.atomic
def accept_letter(letter: TargetLetter, *, by: Viewer, at: datetime) -> TargetLetter:
    """The county's (or the department's) signature. Raises Problem (403, 409)."""
    letter = locked(letter, LetterState.ISSUED)
    refuse_strangers(letter, by)
    if letter.issued_by_id == by.account_id:
        raise Problem("signed_by_two", _("下达和签收要由两个人办理。"), status=403)
    letter.accepted_at, letter.accepted_by_id = at, by.account_id
    move(letter, LetterState.ACCEPTED, "", by, at)
    note("accept_letter", letter, by, at)
    return letter


def refuse_strangers(letter: TargetLetter, by: Viewer) -> None:
    """Raises Problem (403) for whoever doesn't act for the other side."""
    if by.has(Role.CITY) or not queries.may_sign(by, letter):
        raise Problem("not_your_letter", _("由签收这份责任书的区（市）县或部门办理。"), status=403)


def locked(letter: TargetLetter, *wanted: str) -> TargetLetter:
    """The row as it is now, for us alone, with hub and department. Raises Problem (409) in any other state."""
    found = TargetLetter.objects.select_for_update(of=("self",)).select_related("hub", "organisation").get(pk=letter.pk)
    if found.state not in wanted:
        raise rules.gone_elsewhere(found.state)
    return found


def move(letter: TargetLetter, to: str, reason: str, by: Viewer, at: datetime) -> None:
    """Put a letter into its next state, with what was set on it, and keep the step."""
    raise_any([rules.move_problem(letter.state, to)])
    letter.state = to
    letter.save()
    score = letter.score if letter.final_score is None else letter.final_score
    LetterStep.objects.create(letter=letter, state=to, score=score, reason=reason, at=at, by_id=by.account_id)


def note(verb: str, letter: TargetLetter, by: Viewer, at: datetime, **detail: object) -> None:
    """A letter's row in the journal."""
    place = {"hub_id": letter.hub_id, "station_id": letter.hub_id}
    known = {"year": letter.year, "programme": letter.programme, **detail}
    log(verb, "target_letter", letter.pk, by=by.account_id, at=at, detail=known, **place)
