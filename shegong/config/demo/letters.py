"""The demonstration's target letters: last year's of every county settled, this year's under way in all stages, and the
all-age-friendly tasks of counties and departments, with entries and proofs.
"""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from django.db import connection
from django.utils import timezone
from PIL import Image

from shegong.appraisal.enums import Collection, Formula, LetterState, Programme, Ruling
from shegong.appraisal.models import (
    LetterEntry,
    LetterItem,
    LetterMark,
    LetterMilestone,
    LetterObjection,
    LetterProgress,
    LetterProof,
    LetterProofPiece,
    LetterStep,
    PolicyDocument,
    TargetLetter,
)
from shegong.appraisal.queries.letter import county_name, place_of
from shegong.appraisal.queries.letter_values import Given, item_value, live_values, quarter_of, terms_of
from shegong.appraisal.rules import letter as rules
from shegong.appraisal.rules.letter import Found
from shegong.appraisal.rules.letter_title import title_of
from shegong.config.demo import letters_wording as wording
from shegong.config.demo.accounts import Cast
from shegong.config.demo.copying import reserve_ids
from shegong.config.demo.letters_wording import Asked
from shegong.config.demo.papers import drawn_sheet
from shegong.indicators.rules import INDICATORS
from shegong.kernel.ids import uuid7_from
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.uploads.cleaning import JPEG
from shegong.kernel.uploads.keeping import sealed_pieces
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation, Station

TABLES: Final = (
    TargetLetter, LetterItem, LetterMilestone, LetterProof, LetterProofPiece, LetterEntry, LetterMark, LetterObjection,
    LetterStep, LetterProgress,
)  # fmt: skip
Live = Mapping[tuple[int, str], Found]
DEPARTMENTS: Final = 6
SHEETS: Final = 4
# What was read on the reading date has moved a little since.
MOVED: Final = Decimal("0.985")
FLOWS: Final = ("practice.service_hours", "practice.assessments", "workforce.supervision_hours")
ISSUED_ON, ACCEPTED_ON = (1, 20), (2, 5)


@dataclass(slots=True)
class Plan:
    """A letter on its way, with what its items ask for."""

    letter: TargetLetter
    asked: Sequence[Asked]
    items: list[LetterItem]


class LetterMaker:
    """Makes all of it; with chance of its own. The city issues and rules, the county's account and the liaison sign
    their own, the others' are signed by whoever keeps the demonstration's records.
    """

    def __init__(self, seed: int, today: date, cast: Cast) -> None:
        self._rng = Random(seed + 67)
        self._today = today
        self._cast = cast
        self._documents = {each.code: each.pk for each in PolicyDocument.objects.all()}
        self._sheets = [drawn_sheet(self._rng) for _each in range(SHEETS)]
        self._previews = [_small(each) for each in self._sheets]
        self._items: list[LetterItem] = []
        self._milestones: list[LetterMilestone] = []
        self._proofs: list[LetterProof] = []
        self._pieces: list[LetterProofPiece] = []
        self._entries: list[LetterEntry] = []
        self._marks: list[LetterMark] = []
        self._objections: list[LetterObjection] = []
        self._steps: list[LetterStep] = []
        self._progress: list[LetterProgress] = []

    def make(self) -> int:
        """Write everything; returns how many letters. After the tallies, since it looks at what they say."""
        hubs = list(Station.objects.filter(tier=Tier.HUB).select_related("division").order_by("path"))
        centre = Station.objects.get(tier=Tier.CENTRE)
        departments = Organisation.objects.filter(kinds__contains=[OrganisationKind.DEPARTMENT]).order_by("pk")
        bodies = [each for each in departments if each.name in wording.DEPARTMENT_TASKS][:DEPARTMENTS]
        before = date(self._today.year - 1, 12, 31)
        codes = {each.indicator for each in (*wording.COUNTY, *wording.COUNTY_TASKS) if each.indicator}
        last_year = live_values([centre, *hubs], codes, before)
        plans = [self._plan(Programme.SYSTEM, before.year, hub, None, last_year) for hub in hubs]
        plans += [self._plan(Programme.SYSTEM, self._today.year, hub, None, last_year) for hub in hubs]
        # The shown county's of last year may still be objected to; two others' were.
        shown = next(hub for hub in hubs if hub.pk == self._cast.hub.id)
        others = [hub for hub in hubs if hub.pk != shown.pk][:2]
        tasks = [self._plan(Programme.ALL_AGES, before.year, hub, None, last_year) for hub in (shown, *others)]
        tasks += [self._plan(Programme.ALL_AGES, self._today.year, centre, body, last_year) for body in bodies]
        tasks += [self._plan(Programme.ALL_AGES, before.year, centre, body, last_year) for body in bodies[:2]]
        plans += tasks
        self._fill(plans, last_year)
        self._write(plans)
        return len(plans)

    def _fill(self, plans: Sequence[Plan], last_year: Live) -> None:
        """All that belongs to the letters, with keys of its own, so that it is written at once."""
        self._stage(plans)
        self._items = [item for plan in plans for item in plan.items]
        for item, number in zip(self._items, reserve_ids(LetterItem, len(self._items)), strict=True):
            item.pk = number
        tasks = [item for item in self._items if item.collection == Collection.MILESTONES]
        self._milestones = [
            LetterMilestone(item=item, number=number, title=words, due_on=_on(item.letter.year, day))
            for item in tasks
            for number, (day, words) in enumerate(wording.STEPS, start=1)
        ]
        numbers = reserve_ids(LetterMilestone, len(self._milestones))
        for milestone, number in zip(self._milestones, numbers, strict=True):
            milestone.pk = number
        for plan in plans:
            if plan.letter.accepted_at is not None:
                self._enter(plan)
        by_hand = self._given()
        for plan in plans:
            if plan.letter.scored_at is not None:
                self._score(plan, last_year, by_hand)
        self._keep_progress([plan for plan in plans if plan.letter.state == LetterState.ACCEPTED], by_hand)
        for plan in plans:
            self._remember(plan.letter)

    def _given(self) -> Given:
        entries: dict[int, list[LetterEntry]] = defaultdict(list)
        for entry in sorted(self._entries, key=lambda each: each.entered_at, reverse=True):
            entries[entry.item_id].append(entry)
        milestones: dict[int, list[LetterMilestone]] = defaultdict(list)
        for milestone in self._milestones:
            milestones[milestone.item_id].append(milestone)
        return Given(entries, milestones)

    def _write(self, plans: Sequence[Plan]) -> None:
        """Past the triggers, which let a letter go its way step by step only."""
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table._meta.db_table} DISABLE TRIGGER USER")
        TargetLetter.objects.bulk_create([plan.letter for plan in plans])
        LetterItem.objects.bulk_create(self._items)
        LetterMilestone.objects.bulk_create(self._milestones)
        LetterProof.objects.bulk_create(self._proofs)
        LetterProofPiece.objects.bulk_create(self._pieces)
        LetterEntry.objects.bulk_create(self._entries)
        LetterMark.objects.bulk_create(self._marks)
        LetterObjection.objects.bulk_create(self._objections)
        LetterStep.objects.bulk_create(self._steps)
        LetterProgress.objects.bulk_create(self._progress, batch_size=2000)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table._meta.db_table} ENABLE TRIGGER USER")

    def _at(self, day: date, hour: int = 10) -> datetime:
        return datetime.combine(min(day, self._today), time(hour), tzinfo=timezone.get_default_timezone())

    def _plan(self, programme: Programme, year: int, hub: Station, body: Organisation | None, last_year: Live) -> Plan:
        at = self._at(date(year, 1, 8), 9)
        name = body.name if body else county_name(hub)
        letter = TargetLetter(
            id=uuid7_from(f"letter-{programme}-{year}-{name}", at, self._rng),
            programme=programme,
            year=year,
            hub=hub,
            organisation=body,
            title=title_of(programme, year, name),
            read_on=date(year, 12, 31),
            objection_days=15,
            made_at=at,
            made_by_id=self._cast.ids["city"],
        )
        asked: Sequence[Asked] = wording.COUNTY if programme == Programme.SYSTEM else wording.COUNTY_TASKS
        if body is not None:
            asked = tuple(
                Asked(f"T{number}", title, 50, "", "proportion", 100, 0, 100, "service-rule#refined", "", "文件和照片")
                for number, title in enumerate(wording.DEPARTMENT_TASKS[body.name], start=1)
            )
        items = [self._item(letter, number, each, last_year) for number, each in enumerate(asked)]
        return Plan(letter, asked, items)

    def _item(self, letter: TargetLetter, position: int, asked: Asked, last_year: Live) -> LetterItem:
        code, _mark, anchor = asked.clause.partition("#")
        is_task = asked.code.startswith("T")
        return LetterItem(
            letter=letter,
            code=asked.code,
            position=position,
            title=asked.title,
            weight=asked.weight,
            collection=Collection.READING
            if asked.indicator
            else Collection.MILESTONES
            if is_task
            else Collection.MANUAL,
            indicator=asked.indicator,
            unit=asked.unit,
            evidence=asked.evidence,
            formula=asked.formula,
            target=self._target(letter, asked, last_year),
            zero=Decimal(str(asked.zero)),
            cap=asked.cap,
            document_id=self._documents[code],
            anchor=anchor,
        )

    def _target(self, letter: TargetLetter, asked: Asked, last_year: Live) -> Decimal:
        """What was asked for; or a little more than the year before (of last year's letters: than that very year)."""
        if asked.target is not None:
            return Decimal(str(asked.target))
        found = last_year[letter.hub_id, asked.indicator].value or Decimal(10)
        grown = found * Decimal(self._rng.randint(97, 112)) / 100
        step = Decimal(10) if grown > 200 else Decimal(1)
        return max(step, (grown / step).quantize(Decimal(1)) * step)

    def _stage(self, plans: Sequence[Plan]) -> None:
        """In which state each letter is: last year's are over, except three counties' tasks; of this year's a few are
        not yet accepted, or not yet issued.
        """
        present = [plan.letter for plan in plans if plan.letter.year == self._today.year]
        fresh = [each for each in present if each.hub_id != self._cast.hub.id and self._liaison(each) is None]
        counties = [each for each in fresh if each.organisation_id is None]
        bodies = [each for each in fresh if each.organisation_id is not None]
        few = len(counties) < 5
        waiting = {each.pk for each in (*bodies[:1], *([] if few else counties[-3:-1]))}
        drafts = {each.pk for each in (*bodies[1:][-1:], *([] if few else counties[-1:]))}
        open_tasks = [
            plan.letter
            for plan in plans
            if plan.letter.year < self._today.year
            and plan.letter.programme == Programme.ALL_AGES
            and not plan.letter.organisation_id
        ]
        for plan in plans:
            letter = plan.letter
            if letter.pk in drafts:
                continue
            self._sign(letter, accepted=letter.pk not in waiting)
            if letter.year < self._today.year:
                is_open = letter in open_tasks
                self._close(letter, is_open=is_open)
        for number, letter in enumerate(open_tasks):
            letter.state = LetterState.SCORED if number == 0 else LetterState.OBJECTED

    def _liaison(self, letter: TargetLetter) -> int | None:
        """The liaison's account, of the first department; None of others."""
        mine = letter.organisation is not None and letter.organisation.name == next(iter(wording.DEPARTMENT_TASKS))
        return self._cast.ids["liaison"] if mine else None

    def _signer(self, letter: TargetLetter) -> int:
        own = self._cast.ids["county"] if letter.hub_id == self._cast.hub.id else self._cast.recorder
        return self._liaison(letter) or own

    def _sign(self, letter: TargetLetter, *, accepted: bool) -> None:
        letter.state = LetterState.ISSUED
        letter.issued_at, letter.issued_by_id = self._at(date(letter.year, *ISSUED_ON)), self._cast.ids["city"]
        if accepted:
            letter.state = LetterState.ACCEPTED
            letter.accepted_at = self._at(date(letter.year, *ACCEPTED_ON)) + timedelta(hours=1)
            letter.accepted_by_id = self._signer(letter)

    def _close(self, letter: TargetLetter, *, is_open: bool) -> None:
        scored = self._today - timedelta(days=3) if is_open else date(letter.year + 1, 1, 6)
        letter.scored_at, letter.scored_by_id = self._at(scored), self._cast.ids["city"]
        letter.objections_due_on = min(scored, self._today) + timedelta(days=letter.objection_days)
        letter.state = LetterState.SCORED
        if not is_open:
            settled = letter.objections_due_on + timedelta(days=1)
            letter.settled_at, letter.settled_by_id = self._at(settled, 15), self._cast.ids["city"]
            letter.state = LetterState.FINAL

    def _proof(self, letter: TargetLetter, name: str, at: datetime) -> LetterProof:
        which = self._rng.randrange(SHEETS)
        content, preview = self._sheets[which], self._previews[which]
        made = LetterProof(
            id=uuid7_from(f"proof-{letter.pk}-{name}-{len(self._proofs)}", at, self._rng),
            letter=letter,
            media=JPEG,
            name=name,
            size=len(content),
            brought_at=at,
            brought_by_id=self._signer(letter),
        )
        self._proofs.append(made)
        sealed = sealed_pieces(preview, [content], place_of(made.pk))
        self._pieces += [LetterProofPiece(proof=made, number=number, sealed=piece) for number, piece in sealed.items()]
        return made

    def _enter(self, plan: Plan) -> None:
        """Numbers by hand in the middle and at the end of the year; milestones as they fell due, a few of them late."""
        year, last = plan.letter.year, min(self._today, date(plan.letter.year, 12, 30))
        for item in plan.items:
            if item.collection == Collection.MANUAL:
                for month, share in ((6, 0.55), (12, 0.97)):
                    day = date(year, month, 20)
                    if day <= last:
                        self._entry(plan.letter, item, self._by_hand(item, share), day, None)
        for each in (each for each in self._milestones if each.item.letter_id == plan.letter.pk):
            done = each.due_on - timedelta(days=self._rng.randint(1, 12))
            if done <= last and self._rng.random() < 0.9:
                self._entry(plan.letter, each.item, Decimal(1), done, each)

    def _by_hand(self, item: LetterItem, share: float) -> Decimal:
        if item.formula == Formula.PASS_FAIL:
            return Decimal(1)
        found = float(item.target) * share * self._rng.uniform(0.94, 1.04)
        return Decimal(int(found)) if item.unit == "个" else Decimal(str(round(found, 1)))

    def _entry(
        self, letter: TargetLetter, item: LetterItem, value: Decimal, day: date, milestone: LetterMilestone | None
    ) -> None:
        at = self._at(day, 16)
        name = f"{milestone.title[:12]}.jpg" if milestone else f"{item.title[:12]}.jpg"
        self._entries.append(
            LetterEntry(
                id=uuid7_from(f"entry-{letter.pk}-{item.code}-{day}", at, self._rng),
                letter=letter,
                item=item,
                milestone=milestone,
                value=value,
                note=self._rng.choice(wording.NOTES),
                proof=self._proof(letter, name, at),
                entered_at=at,
                entered_by_id=self._signer(letter),
            )
        )

    def _score(self, plan: Plan, last_year: Live, by_hand: Given) -> None:
        letter = plan.letter
        assert letter.scored_at is not None
        marks = []
        for item in plan.items:
            found, entry = item_value(item, letter.hub_id, last_year, by_hand, letter.read_on)
            if item.indicator in FLOWS and found.value is not None and found.numerator:
                # Records came in late, after the numbers had been frozen.
                less = int(found.numerator * MOVED)
                found = Found(INDICATORS[item.indicator].value(less, None), less)
            points = rules.points(terms_of(item), found.value)
            marks.append(
                LetterMark(
                    item=item, letter=letter, value=found.value, numerator=found.numerator,
                    denominator=found.denominator, entry=entry, as_of=letter.scored_at, points=points,
                )
            )  # fmt: skip
        letter.score = rules.total(mark.points for mark in marks)
        self._marks += marks
        corrected = self._object(plan, {mark.item_id: mark for mark in marks})
        if letter.state == LetterState.FINAL:
            letter.final_score = rules.total(corrected.get(mark.item_id, mark.points) for mark in marks)

    def _object(self, plan: Plan, marks: Mapping[int, LetterMark]) -> dict[int, Decimal]:
        """Who objected: each fifth of those settled, with success; and those whose objection waits."""
        letter = plan.letter
        assert letter.scored_at is not None
        wanted = letter.state == LetterState.OBJECTED or (
            letter.state == LetterState.FINAL and letter.organisation is None and self._rng.random() < 0.2
        )
        words = dict(wording.OBJECTIONS)
        item = next((item for item in plan.items if item.code in words), None)
        if not wanted or item is None or rules.is_reached(terms_of(item), marks[item.pk].value or Decimal(0)):
            if letter.state == LetterState.OBJECTED:
                letter.state = LetterState.SCORED
            return {}
        at = letter.scored_at + timedelta(days=1)
        objection = LetterObjection(
            id=uuid7_from(f"objection-{letter.pk}", at, self._rng),
            letter=letter,
            item=item,
            reason=words[item.code],
            wanted=item.target,
            proof=self._proof(letter, "到账凭证.jpg" if item.code == "M1" else "验收表.jpg", at),
            made_at=at,
            made_by_id=self._signer(letter),
        )
        self._objections.append(objection)
        if letter.state == LetterState.OBJECTED:
            return {}
        objection.ruling, objection.answer = Ruling.ACCEPTED, wording.RULING
        objection.ruled_at, objection.ruled_by_id = at + timedelta(days=4), self._cast.ids["city"]
        objection.corrected = item.target
        objection.corrected_points = rules.points(terms_of(item), item.target)
        return {item.pk: objection.corrected_points}

    def _keep_progress(self, plans: Sequence[Plan], by_hand: Given) -> None:
        """Each quarter of the year as it ended, and the present one as of today."""
        hubs = list({plan.letter.hub_id: plan.letter.hub for plan in plans}.values())
        codes = {item.indicator for plan in plans for item in plan.items if item.indicator}
        quarter = Period(PeriodKind.QUARTER, date(self._today.year, 1, 1))
        while quarter.start <= self._today:
            day = min(quarter.end - timedelta(days=1), self._today)
            live = live_values(hubs, codes, day)
            at = self._at(day, 8) if quarter == quarter_of(self._today) else self._at(quarter.end, 2)
            for plan in plans:
                for item in plan.items:
                    found, _entry = item_value(item, plan.letter.hub_id, live, by_hand, day)
                    self._progress.append(
                        LetterProgress(
                            item=item, letter=plan.letter, hub_id=plan.letter.hub_id, starts_on=quarter.start,
                            value=found.value, numerator=found.numerator, denominator=found.denominator,
                            on_pace=by_hand.on_pace(item, found, day), as_of=at,
                        )
                    )  # fmt: skip
            quarter = quarter.next()

    def _remember(self, letter: TargetLetter) -> None:
        """The steps behind a letter's state."""
        objection = next((each for each in self._objections if each.letter_id == letter.pk), None)
        steps: list[tuple[str, datetime | None, int | None, str]] = [
            (LetterState.ISSUED, letter.issued_at, letter.issued_by_id, ""),
            (LetterState.ACCEPTED, letter.accepted_at, letter.accepted_by_id, ""),
            (LetterState.SCORED, letter.scored_at, letter.scored_by_id, ""),
        ]
        if objection is not None:
            steps.append((LetterState.OBJECTED, objection.made_at, objection.made_by_id, objection.reason))
            steps.append((LetterState.SCORED, objection.ruled_at, objection.ruled_by_id, objection.answer))
        steps.append((LetterState.FINAL, letter.settled_at, letter.settled_by_id, ""))
        for number, (state, at, by, reason) in enumerate(steps):
            if at is not None and by is not None:
                score = letter.final_score if state == LetterState.FINAL else letter.score
                self._steps.append(
                    LetterStep(
                        id=uuid7_from(f"letter-step-{letter.pk}-{number}", at, self._rng),
                        letter=letter, state=state, reason=reason, at=at, by_id=by,
                        score=score if number > 1 else None,
                    )
                )  # fmt: skip


def _on(year: int, day: str) -> date:
    return date.fromisoformat(f"{year}-{day}")


def _small(content: bytes) -> bytes:
    picture = Image.open(io.BytesIO(content))
    picture.thumbnail((240, 240))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
