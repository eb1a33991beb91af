"""A year of findings in the demonstration city, in every state; a question to a rule that the city answered; and a few
signs in the shown county's records that have innocent reasons.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from PIL import Image, ImageDraw

from shegong.appraisal.enums import FindingState, FindingStepKind, ProofStage, RuleAnswer, SignKind, SignOutcome
from shegong.appraisal.models import (
    Finding,
    FindingProof,
    FindingProofPiece,
    FindingStep,
    FindingTerm,
    PolicyDocument,
    RuleQuestion,
    SignReview,
    StandardItem,
)
from shegong.appraisal.queries.finding import place_of
from shegong.appraisal.rules.finding import topic_of
from shegong.config.demo.accounts import Cast
from shegong.config.demo.findings_wording import (
    ANSWER,
    CLOSED_NOTES,
    EXTENDED_NOTE,
    FOUND,
    RETURNED_NOTE,
    SOURCES,
    Found,
)
from shegong.config.demo.network import Site
from shegong.kernel.ids import uuid7_from
from shegong.kernel.uploads.cleaning import JPEG
from shegong.kernel.uploads.keeping import pieces_of, sealed_pieces
from shegong.network.enums import Tier
from shegong.workforce.models import Worker

SHARE: Final = {Tier.HUB.value: 0.9, Tier.STATION.value: 0.65, Tier.ROOM.value: 0.035}
AGAIN: Final = 0.16
SMALL: Final = 200
YEAR: Final = 360
TABLES: Final = (Finding, FindingStep, RuleQuestion)
# The shown town's, one in each state: what, how many days ago it was found, where it is now.
SHOWN: Final = (
    (4, 2, FindingState.OPEN), (6, 9, FindingState.PLANNED), (0, 16, FindingState.RETURNED),
    (2, 21, FindingState.CORRECTED), (2, 190, FindingState.CLOSED), (8, 250, FindingState.CLOSED),
)  # fmt: skip
# A record moved to its neighbour's minute and worker, a month entered late, a month of equal scores: each has a reason.
BURST: Final = """
    UPDATE practice_servicerecord r SET recorded_at = (%(next)s::timestamp + interval '9 hours') AT TIME ZONE %(zone)s
    WHERE r.station_id = %(station)s AND r.served_on >= %(month)s AND r.served_on < %(next)s - 5"""
EQUAL: Final = """
    UPDATE practice_servicerecord r SET satisfaction = 5
    WHERE r.station_id = %(station)s AND r.served_on >= %(month)s AND r.served_on < %(next)s
      AND (r.satisfaction IS NOT NULL OR r.id IN (
          SELECT id FROM practice_servicerecord WHERE station_id = %(station)s AND served_on >= %(month)s
          AND served_on < %(next)s AND voided_at IS NULL ORDER BY id LIMIT 12))"""
CROWD: Final = """
    UPDATE practice_servicerecord r SET place = 'station', anonymous_count = 86, person_times = r.clients_count + 86
    WHERE r.station_id = %(station)s AND r.served_on >= %(month)s AND r.served_on < %(next)s AND r.id = (
        SELECT q.id FROM practice_servicerecord q
        WHERE q.station_id = %(station)s AND q.served_on >= %(month)s AND q.served_on < %(next)s
          AND q.voided_at IS NULL AND q.case_id IS NULL AND NOT q.restricted
          AND NOT EXISTS (SELECT FROM practice_activity a WHERE a.record_id = q.id)
          AND NOT EXISTS (SELECT FROM practice_groupsession g WHERE g.record_id = q.id)
        ORDER BY q.method = 'M' DESC, q.person_times DESC, q.id LIMIT 1)"""
BUSY: Final = """
    SELECT r.station_id, count(*) FROM practice_servicerecord r
    WHERE r.hub_id = %(hub)s AND r.served_on >= %(month)s AND r.served_on < %(next)s AND r.voided_at IS NULL
    GROUP BY 1 HAVING count(*) >= 14 ORDER BY r.station_id = %(shown)s, count(*) DESC, 1 LIMIT 2"""
BUSY_SIGNS: Final = ((SignKind.BURST, BURST), (SignKind.ALL_EQUAL, EQUAL))
NOTES: Final = {
    SignKind.ABOVE_BASE: "重阳节活动在社区广场开展，登记时地点误选为站点；照片看过，已请站里更正。",
    SignKind.BURST: "站里上月更换网线，断网多日，纸质登记月底统一录入；签到原件已看过。",
    SignKind.ALL_EQUAL: "当月都是同一个读书会的成员，结束时一起打的分；抽问两位，属实。",
}


def _last_month(today: date) -> tuple[date, date]:
    """The first days of the last whole month and of this one."""
    this = today.replace(day=1)
    return (this - timedelta(days=1)).replace(day=1), this


def plant_signs(today: date, cast: Cast) -> list[tuple[str, int]]:
    """Change a few records of the last month so that they look odd; [(kind of sign, station)]. Before the tallies."""
    month, following = _last_month(today)
    values: dict[str, Any] = {"month": month, "next": following, "hub": cast.hub.id, "shown": cast.room.id}
    planted = []
    with connection.cursor() as cursor:
        cursor.execute(BUSY, values)
        rows = cursor.fetchall()
        chosen = [(SignKind.ABOVE_BASE, CROWD, cast.town_id)]
        chosen += [(kind, change, row[0]) for row, (kind, change) in zip(rows, BUSY_SIGNS, strict=False)]
        for kind, change, station in chosen:
            cursor.execute(change, {**values, "station": station, "zone": timezone.get_default_timezone_name()})
            if cursor.rowcount:
                planted.append((str(kind), station))
    return planted


class FindingMaker:
    """Makes all of it, with chance of its own."""

    def __init__(self, seed: int, today: date, cast: Cast) -> None:
        self._rng = Random(seed + 67)
        self._today = today
        self._cast = cast
        self._days = dict(FindingTerm.objects.values_list("severity", "days"))
        self._documents = {each.code: each for each in PolicyDocument.objects.all()}
        items = StandardItem.objects.filter(standard__year=today.year, standard__published_at__isnull=False)
        self._items = {(item.standard.tier, item.code): item for item in items.select_related("standard")}
        people = Worker.objects.filter(until__isnull=True).order_by("station_id", "-is_professional", "id")
        self._people = dict(people.distinct("station_id").values_list("station_id", "id"))
        self._findings: list[Finding] = []
        self._steps: list[FindingStep] = []
        self._last: dict[tuple[int, str], list[Finding]] = {}

    def make(self, sites: Sequence[Site], planted: Sequence[tuple[str, int]]) -> int:
        """Write everything; returns how many findings."""
        for what, ago, state in sorted(SHOWN, key=lambda each: -each[1]):
            shown = next(site for site in sites if site.id == self._cast.town_id)
            self._one(shown, FOUND[what], self._today - timedelta(days=ago), state)
        for site in sites:
            if site.tier == Tier.CENTRE or site.id == self._cast.town_id or site.id not in self._people:
                continue
            if self._rng.random() < SHARE[site.tier]:
                self._some(site)
        self._escalate(next(site for site in sites if site.tier == Tier.ROOM and site.hub_id == self._cast.hub.id
                            and site.id != self._cast.room.id and site.id in self._people))  # fmt: skip
        if len(sites) < SMALL:  # a few stations are many there
            FindingTerm.objects.filter(severity="serious").update(question_at=2)
        questions = self._questions()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in TABLES:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        self._findings.sort(key=lambda each: each.found_on)
        Finding.objects.bulk_create(self._findings, batch_size=500)
        FindingStep.objects.bulk_create(self._steps, batch_size=1000)
        RuleQuestion.objects.bulk_create(questions)
        self._photos()
        self._reviews(sites, planted)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in TABLES:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
        return len(self._findings)

    def _at(self, day: date, hour: int = 10) -> datetime:
        zone = timezone.get_default_timezone()
        at = datetime.combine(day, time(hour, self._rng.randrange(60)), tzinfo=zone)
        # What happened today happened in the last hour before it, so that the same day gives the same rows at any hour.
        last_hour = datetime.combine(self._today, time(0), tzinfo=zone) - timedelta(hours=1)
        return min(at, last_hour + timedelta(seconds=len(self._steps) % 3000))

    def _some(self, site: Site) -> None:
        """One or two of a station, one perhaps again."""
        for _number in range(1 + (self._rng.random() < 0.3)):
            found = self._rng.choice(FOUND)
            ago = int(YEAR * self._rng.random())
            self._one(site, found, self._today - timedelta(days=ago), self._state(found, ago))
            if self._rng.random() < AGAIN and ago > 120:
                again = self._rng.randint(5, ago - 70)
                self._one(site, found, self._today - timedelta(days=again), self._state(found, again))

    def _state(self, found: Found, ago: int) -> FindingState:
        """Where a finding of that age most likely is."""
        left = self._days[found.severity] - ago
        if left < -12:
            late = (FindingState.CLOSED,) * 33 + (FindingState.WITHDRAWN, FindingState.PLANNED)
            return self._rng.choice(late)
        if left < 0:
            return self._rng.choice((FindingState.CLOSED,) * 5 + (FindingState.CORRECTED, FindingState.RETURNED))
        if ago < 4:
            return FindingState.OPEN
        return self._rng.choice(
            (FindingState.PLANNED, FindingState.PLANNED, FindingState.CORRECTED, FindingState.CLOSED)
        )

    def _escalate(self, site: Site) -> None:
        """One that county and city are told of."""
        self._one(site, FOUND[10], self._today - timedelta(days=13), FindingState.PLANNED)

    def _one(self, site: Site, found: Found, day: date, state: FindingState) -> None:
        rng = self._rng
        item = self._items.get((site.tier, found.item))
        topic = topic_of(found.document, found.anchor, site.tier, item.code if item else "")
        before = [
            each for each in self._last.get((site.id, topic), [])
            if each.state != FindingState.WITHDRAWN and each.found_on <= day
        ]  # fmt: skip
        source, words = rng.choice(SOURCES)
        at = self._at(day)
        finding = Finding(
            id=uuid7_from(f"finding-{len(self._findings)}", at, rng), hub_id=site.hub_id, town_id=site.town_id,
            station_id=site.id, source=source, source_words=rng.choice(words), wrong=found.wrong,
            document=self._documents[found.document], anchor=found.anchor, item=item, topic=topic,
            severity=found.severity, recurs=before[-1] if before else None, times=len(before) + 1, state=state,
            found_on=day, due_on=day + timedelta(days=self._days[found.severity]), found_at=at,
            found_by_id=self._county(site),
        )  # fmt: skip
        self._findings.append(finding)
        self._last.setdefault((site.id, topic), []).append(finding)
        self._step(finding, FindingStepKind.RECORDED, at, finding.found_by_id)
        self._lead(finding, found, site)

    def _county(self, site: Site) -> int:
        return self._cast.ids["county"] if site.hub_id == self._cast.hub.id else self._cast.recorder

    def _head(self, site: Site) -> int:
        return self._cast.ids["head"] if site.id == self._cast.town_id else self._cast.recorder

    def _lead(self, finding: Finding, found: Found, site: Site) -> None:
        """Its course up to where it is now."""
        rng, state, today = self._rng, finding.state, self._today
        if state == FindingState.WITHDRAWN:
            finding.closed_on = min(today, finding.found_on + timedelta(days=3))
            self._step(
                finding, FindingStepKind.WITHDRAWN, self._at(finding.closed_on), finding.found_by_id, "与另一条重复。"
            )
        if state in (FindingState.OPEN, FindingState.WITHDRAWN):
            return
        planned = min(today, finding.found_on + timedelta(days=rng.randint(1, 3)))
        finding.responsible_id, finding.plan = self._people[site.id], found.plan
        finding.planned_for = max(planned, finding.due_on - timedelta(days=rng.randint(0, 4)))
        self._step(
            finding, FindingStepKind.PLANNED, self._at(planned, 14), self._head(site), found.plan, finding.planned_for
        )
        if state == FindingState.PLANNED:
            return
        done = min(today, max(planned, finding.planned_for + timedelta(days=rng.choice((-6, -3, -1, 0, 0, 4)))))
        finding.correction, finding.corrected_at = found.done, self._at(done, 15)
        finding.corrected_by_id = self._head(site)
        if rng.random() < 0.06:
            finding.due_on += timedelta(days=15)
            self._step(
                finding,
                FindingStepKind.EXTENDED,
                self._at(planned, 16),
                self._cast.ids["city"],
                EXTENDED_NOTE,
                finding.due_on,
            )
        self._step(finding, FindingStepKind.CORRECTED, finding.corrected_at, finding.corrected_by_id, found.done)
        if state == FindingState.CORRECTED:
            return
        checked = min(today, done + timedelta(days=rng.randint(1, 6)))
        finding.rechecked_at = max(self._at(checked, 16), finding.corrected_at + timedelta(seconds=1))
        finding.rechecked_by_id = self._cast.ids["county"]
        if state == FindingState.CLOSED:
            finding.closed_on = checked
        note = rng.choice(CLOSED_NOTES) if state == FindingState.CLOSED else RETURNED_NOTE
        self._step(finding, FindingStepKind(str(state)), finding.rechecked_at, finding.rechecked_by_id, note)

    def _step(
        self, finding: Finding, kind: FindingStepKind, at: datetime, by: int, text: str = "", due_on: date | None = None
    ) -> None:
        self._steps.append(
            FindingStep(
                id=uuid7_from(f"finding-step-{len(self._steps)}", at, self._rng), hub_id=finding.hub_id,
                station_id=finding.station_id, finding=finding, kind=kind, text=text, due_on=due_on, at=at, by_id=by,
            )
        )  # fmt: skip

    def _questions(self) -> list[RuleQuestion]:
        """What came up at most stations: the first was answered, the next waits (where there are enough of them)."""
        places: dict[str, set[int]] = {}
        kept: dict[str, Finding] = {}
        for each in self._findings:
            if each.item is not None and each.state != FindingState.WITHDRAWN:
                places.setdefault(each.topic, set()).add(each.station_id)
                kept[each.topic] = each
        ranked = sorted(places, key=lambda topic: (not topic.endswith(":O6"), -len(places[topic]), topic))
        made = []
        for number, topic in enumerate(ranked[:2]):
            finding, raised = kept[topic], self._at(self._today - timedelta(days=70 - number * 60))
            question = RuleQuestion(
                id=uuid7_from(f"rule-question-{number}", raised, self._rng), topic=topic, document=finding.document,
                anchor=finding.anchor, item=finding.item, stations=max(len(places[topic]), 2), raised_at=raised,
            )  # fmt: skip
            if not number:
                question.answer, question.text = RuleAnswer.CLARIFY, ANSWER
                question.answered_at = raised + timedelta(days=9)
                question.answered_by_id = self._cast.ids["city"]
            made.append(question)
        return made

    def _photos(self) -> None:
        """Photos of what the shown town corrected."""
        proofs, pieces = [], []
        for finding in self._findings:
            if finding.station_id != self._cast.town_id or not (finding.corrected_at and finding.corrected_by_id):
                continue
            content, preview = _photo(1200), _photo(300)
            key = uuid7_from(f"finding-proof-{finding.pk}", finding.corrected_at, self._rng)
            proofs.append(
                FindingProof(
                    id=key, hub_id=finding.hub_id, station_id=finding.station_id, finding=finding,
                    stage=ProofStage.CORRECTED, media=JPEG, name="整改后.jpg", size=len(content),
                    brought_at=finding.corrected_at, brought_by_id=finding.corrected_by_id,
                )
            )  # fmt: skip
            sealed = sealed_pieces(preview, pieces_of(content), place_of(key))
            pieces += [FindingProofPiece(proof_id=key, number=number, sealed=piece) for number, piece in sealed.items()]
        FindingProof.objects.bulk_create(proofs)
        FindingProofPiece.objects.bulk_create(pieces)

    def _reviews(self, sites: Sequence[Site], planted: Sequence[tuple[str, int]]) -> None:
        """The county looked at the signs and found reasons."""
        month, following = _last_month(self._today)
        hubs = {site.id: site.hub_id for site in sites}
        at = self._at(following + timedelta(days=2))
        SignReview.objects.bulk_create(
            SignReview(
                id=uuid7_from(f"sign-review-{kind}-{station}", at, self._rng), hub_id=hubs[station], station_id=station,
                kind=kind, month=month, outcome=SignOutcome.EXPLAINED, note=NOTES[SignKind(kind)], at=at,
                by_id=self._cast.ids["county"],
            )
            for kind, station in planted
        )  # fmt: skip


def _photo(width: int) -> bytes:
    """A drawn corridor with an extinguisher and a free way, as a JPEG."""
    height = width * 3 // 4
    image = Image.new("RGB", (width, height), (226, 222, 212))
    draw = ImageDraw.Draw(image)
    unit = width // 12
    draw.polygon([(0, height), (unit * 4, unit * 4), (unit * 8, unit * 4), (width, height)], fill=(176, 168, 152))
    draw.rectangle((unit * 4, unit, unit * 8, unit * 4), fill=(203, 214, 214))
    draw.rectangle((unit, unit * 4, unit * 2, unit * 7), fill=(178, 52, 44))
    draw.line((unit * 2, height, unit * 5, unit * 4), fill=(214, 178, 60), width=max(unit // 6, 2))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80)
    return kept.getvalue()
