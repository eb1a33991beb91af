"""A letter in its year: entries by hand with proof, the score frozen at the reading date, objections, the end."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.letter import locked, move, note, refuse_others, refuse_strangers
from shegong.appraisal.enums import Collection, Formula, LetterState, Ruling
from shegong.appraisal.models import (
    LetterEntry,
    LetterItem,
    LetterMark,
    LetterMilestone,
    LetterObjection,
    LetterProgress,
    LetterProof,
    LetterProofPiece,
    TargetLetter,
)
from shegong.appraisal.queries import letter as queries
from shegong.appraisal.queries.letter_values import given, item_value, live_values, quarter_of, read_day, terms_of
from shegong.appraisal.rules import letter as rules
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.keeping import Brought, keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@transaction.atomic
def enter_value(
    item: LetterItem, value: Decimal, words: str, proof: Brought, *, by: Viewer, at: datetime,
    today: date, milestone: LetterMilestone | None = None,
) -> LetterEntry:  # fmt: skip
    """Enter an item's number by hand (of a task: that a milestone is done, 1, or isn't, 0), with its proof. Raises
    Problem at value, note, file; 403, 404; 409 after the reading date.
    """
    letter = locked(item.letter, LetterState.ACCEPTED)
    refuse_strangers(letter, by)
    raise_any([rules.entry_problem(letter.read_on, today)])
    is_task = item.collection == Collection.MILESTONES
    if item.collection == Collection.READING or is_task != (milestone is not None):
        raise Problem("item_unknown", _("这个条目不用人工填报。"), status=404)
    raise_any([rules.value_problem(value, Formula.PASS_FAIL if is_task else item.formula)])
    entry = LetterEntry.objects.create(
        letter=letter,
        item=item,
        milestone=milestone,
        value=value,
        note=clean_text(words, rules.NOTE_LENGTH, "note").strip(),
        proof=_kept(letter, proof, by, at),
        entered_at=at,
        entered_by_id=by.account_id,
    )
    note("enter_letter_value", letter, by, at, item=item.code)
    return entry


def _kept(letter: TargetLetter, brought: Brought, by: Viewer, at: datetime) -> LetterProof:
    """A photo or PDF, written anew and encrypted. Raises Problem at file."""
    made = cleaned(brought.content, "file")
    proof = LetterProof(
        id=uuid7(),
        letter=letter,
        media=made.media,
        name=kept_name(brought.name, made.media),
        size=len(made.content),
        brought_at=at,
        brought_by_id=by.account_id,
    )
    proof.save(force_insert=True)
    keep_pieces(LetterProofPiece, made, queries.place_of(proof.pk), proof=proof)
    return proof


@transaction.atomic
def score_letter(letter: TargetLetter, *, by: Viewer, at: datetime, today: date) -> TargetLetter:
    """Read every number as of the reading date, and freeze it with its points; the score is their sum. From now on
    objections may come in. Raises Problem (403; 409 before the reading date).
    """
    refuse_others(by)
    letter = locked(letter, LetterState.ACCEPTED)
    raise_any([rules.reading_problem(letter.read_on, today)])
    items = list(letter.items.order_by("position"))
    by_hand = given(items)
    live = live_values([letter.hub], {item.indicator for item in items if item.indicator}, letter.read_on)
    marks = []
    for item in items:
        found, entry = item_value(item, letter.hub_id, live, by_hand, letter.read_on)
        marks.append(
            LetterMark(
                item=item,
                letter=letter,
                value=found.value,
                numerator=found.numerator,
                denominator=found.denominator,
                entry=entry,
                as_of=at,
                points=rules.points(terms_of(item), found.value),
            )
        )
    LetterMark.objects.bulk_create(marks)
    letter.score = rules.total(mark.points for mark in marks)
    letter.scored_at, letter.scored_by_id = at, by.account_id
    letter.objections_due_on = rules.objections_due(today, letter.objection_days)
    move(letter, LetterState.SCORED, "", by, at)
    note("score_letter", letter, by, at, score=str(letter.score))
    return letter


@transaction.atomic
def object_to(
    item: LetterItem, wanted: Decimal, reason: str, proof: Brought, *, by: Viewer, at: datetime, today: date
) -> LetterObjection:
    """The other side objects to an item's mark, with what it should be, why, and proof. Raises Problem at wanted,
    reason, file; 403; 409 after the deadline, or the second time.
    """
    letter = locked(item.letter, LetterState.SCORED, LetterState.OBJECTED)
    refuse_strangers(letter, by)
    raise_any([rules.objection_problem(letter.objections_due_on, today)])
    text = clean_text(reason, rules.REASON_LENGTH, "reason").strip()
    problems = [rules.value_problem(wanted, item.formula, "wanted")]
    if not text:
        problems.append(Problem("reason_missing", _("请写明理由。"), "reason"))
    raise_any(problems)
    if LetterObjection.objects.filter(item=item).exists():
        raise Problem("objected_already", _("这个条目已提出过异议。"), status=409)
    objection = LetterObjection.objects.create(
        letter=letter,
        item=item,
        reason=text,
        wanted=wanted,
        proof=_kept(letter, proof, by, at),
        made_at=at,
        made_by_id=by.account_id,
    )
    if letter.state == LetterState.SCORED:
        move(letter, LetterState.OBJECTED, text, by, at)
    note("object_to_letter", letter, by, at, item=item.code)
    return objection


@transaction.atomic
def rule_objection(
    objection: LetterObjection, *, accepts: bool, corrected: Decimal | None, answer: str, by: Viewer, at: datetime
) -> LetterObjection:
    """The city on an objection: accepted with the corrected number, or refused; with reasons either way. The frozen
    mark stays as it is. Raises Problem at corrected, answer; 403, 409.
    """
    refuse_others(by)
    letter = locked(objection.letter, LetterState.OBJECTED)
    objection = LetterObjection.objects.select_for_update(of=("self",)).select_related("item").get(pk=objection.pk)
    if objection.ruling != Ruling.OPEN:
        raise rules.gone_elsewhere(letter.state)
    text = clean_text(answer, rules.REASON_LENGTH, "answer").strip()
    problems = [rules.value_problem(corrected, objection.item.formula, "corrected") if accepts else None]
    if not text:
        problems.append(Problem("reason_missing", _("请写明理由。"), "answer"))
    raise_any(problems)
    if accepts:
        objection.corrected = corrected
        objection.corrected_points = rules.points(terms_of(objection.item), corrected)
    objection.ruling = Ruling.ACCEPTED if accepts else Ruling.REFUSED
    objection.answer, objection.ruled_at, objection.ruled_by_id = text, at, by.account_id
    objection.save()
    if not LetterObjection.objects.filter(letter=letter, ruling=Ruling.OPEN).exists():
        move(letter, LetterState.SCORED, text, by, at)
    note("rule_objection", letter, by, at, item=objection.item.code, ruling=str(objection.ruling))
    return objection


@transaction.atomic
def settle_letter(letter: TargetLetter, *, by: Viewer, at: datetime, today: date) -> TargetLetter:
    """Make the score final: the other side by agreeing with it, or the city when nobody may object any more. Raises
    Problem (403, 409).
    """
    letter = locked(letter, LetterState.SCORED, LetterState.OBJECTED)
    if not by.has(Role.CITY):
        refuse_strangers(letter, by)
    objections = {each.item_id: each for each in LetterObjection.objects.filter(letter=letter)}
    waiting = sum(each.ruling == Ruling.OPEN for each in objections.values())
    raise_any([rules.settle_problem(letter.objections_due_on, today, waiting, by_city=by.has(Role.CITY))])
    points = []
    for mark in LetterMark.objects.filter(letter=letter):
        objection = objections.get(mark.item_id)
        corrected = objection.corrected_points if objection else None
        points.append(mark.points if corrected is None else corrected)
    letter.final_score = rules.total(points)
    letter.settled_at, letter.settled_by_id = at, by.account_id
    move(letter, LetterState.FINAL, "", by, at)
    note("settle_letter", letter, by, at, score=str(letter.final_score))
    return letter


def keep_progress(today: date) -> int:
    """Keep how every accepted letter's items stand today in their quarter, in place of what was kept of it before;
    returns how many. By the tables' owner, in the background: as many statements for one letter as for all.
    """
    letters = list(TargetLetter.objects.filter(state=LetterState.ACCEPTED, year=today.year).select_related("hub"))
    items = list(LetterItem.objects.filter(letter__in=letters).order_by("letter_id", "position"))
    if not items:
        return 0
    quarter = quarter_of(today)
    day = read_day(quarter, date(today.year, 12, 31), today)
    by_hand = given(items)
    hubs = {letter.hub_id: letter.hub for letter in letters}
    live = live_values(list(hubs.values()), {item.indicator for item in items if item.indicator}, day)
    places = {letter.pk: letter.hub_id for letter in letters}
    now = clock.now()
    rows = []
    for item in items:
        found, _entry = item_value(item, places[item.letter_id], live, by_hand, day)
        rows.append(
            LetterProgress(
                item=item,
                letter_id=item.letter_id,
                hub_id=places[item.letter_id],
                starts_on=quarter.start,
                value=found.value,
                numerator=found.numerator,
                denominator=found.denominator,
                on_pace=by_hand.on_pace(item, found, day),
                as_of=now,
            )
        )
    LetterProgress.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["item", "starts_on"],
        update_fields=["value", "numerator", "denominator", "on_pace", "as_of"],
    )
    return len(rows)
