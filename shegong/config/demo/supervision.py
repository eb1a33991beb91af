"""Supervision of the demonstration city: who offers it, what is agreed, the sessions of the last months and what became
of the advice. Most stations have an internal and an external supervisor; some workers had nobody for 60 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from random import Random
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from shegong.config.demo.accounts import Cast
from shegong.config.demo.copying import Table, bare, line, reserve_ids
from shegong.config.demo.keys import ZONE, key_text
from shegong.config.demo.network import Site
from shegong.config.demo.staff import Person
from shegong.practice.models import Case, CaseReview
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAdviceStep,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionHandover,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    SupervisorProfile,
)

TABLES: Final = (
    SupervisorProfile,
    SupervisionAgreement,
    SupervisionSession,
    SupervisionNote,
    SupervisionAttendee,
    SupervisionAdvice,
    SupervisionAdviceStep,
    SupervisionRating,
    SupervisionHandover,
)
EXTERNAL: Final = 0.24
HAS_INTERNAL: Final = 0.94
HAS_EXTERNAL: Final = 0.72
COMES: Final = 0.86
# In how many open cases the shown supervisor is named.
NAMED: Final = 15
# Hours at which sessions begin; no session is longer than the shortest way to the next.
SLOTS: Final = ((9, 0), (10, 40), (14, 0), (15, 40))
FUNCTIONS: Final = ("admin", "education", "support")
TOPICS: Final = (
    "casework", "casework", "groupwork", "community", "risk", "ethics", "emotion", "team", "records", "policy",
    "career",
)  # fmt: skip
GROUPS: Final = ("older", "child", "women", "disabled", "low-income", "veteran")
FIELDS: Final = ("FS", "CI", "CB", "PS", "PR", "CR", "CA", "RL", "GV")
GOALS: Final = (
    "每月一次团体督导，提升预估和计划的质量",
    "支持新入职社工独立承担个案",
    "梳理风险个案，减轻社工情绪压力",
    "规范小组方案和过程记录",
)
NOTES: Final = (
    "讨论独居老人个案的介入节奏：先稳定关系，再谈目标。一致同意把每周探访改为两周一次并加一次电话。",
    "社工提出工作量大、常加班。一起梳理本周任务，区分必须做和可以放一放的，约定每天留半小时写记录。",
    "小组第三节出现冲突。回顾小组动力，练习由组员自己澄清规则，社工少说一句。",
    "预估表的“优势”部分写得少，现场用一个案例练习从优势视角提问。",
    "社区活动到场人数少。分析时间与地点，决定下次和居民骨干一起定题目。",
    "讨论与服务对象互加微信的边界，形成站内统一做法。",
)
ADVICE: Final = (
    "下次家访前补一次完整的预估面谈，并请同事旁听",
    "把风险评估写进计划，和站长商量应急联系人",
    "小组第四节改由两名组员主持，社工观察记录",
    "每周五下班前留半小时整理当周记录",
    "和社区网格员约一次碰头，理清转介流程",
    "读一遍保密例外的情形，下次督导用自己的话讲一遍",
    "给家属打一次电话，说明服务目标和双方分工",
    "用目标达成量表重新写两个目标",
)
DONE: Final = ("已按建议完成，服务对象反应不错。", "做了两次，第二次顺利很多。", "已和站长商量，写进了计划。")
CHECKED: Final = ("看过记录，达到要求。", "现场观摩确认，做得好。")
HANDED: Final = (
    "日常情绪支持和行政事务由我跟进，小组方案请您督导。",
    "风险个案两例请您下次重点讨论，资料已在系统里提交。",
    "新社工试用期内的个别督导由我做，团体督导请您继续。",
)


@dataclass(slots=True)
class _Supervisor:
    """A supervisor, and the (day, slot) pairs that are taken."""

    person: Person
    is_external: bool
    hubs: list[int]
    taken: set[tuple[date, int]] = field(default_factory=set)
    load: int = 0


@dataclass(slots=True)
class _Rows:
    """Lines for COPY, by table."""

    lines: dict[str, list[str]] = field(default_factory=dict)

    def add(self, table: type[Any], *values: object) -> None:
        self.lines.setdefault(table.__name__, []).append(line(*values))

    def of(self, table: type[Any]) -> list[str]:
        return self.lines.get(table.__name__, [])


def array(values: Sequence[object]) -> str:
    """An array as COPY reads it; for values without signs of their own."""
    return "{" + ",".join(map(str, values)) + "}"


class SupervisionMaker:
    """Makes supervision around the people who work in the city."""

    def __init__(self, seed: int, today: date, cast: Cast, sites: Sequence[Site], people: Sequence[Person]) -> None:
        self._rng = Random(f"supervision {seed}")
        self._today = today
        self._cast = cast
        self._hubs = [site.id for site in sites if site.tier == "hub"]
        self._places = [site for site in sites if site.tier in ("hub", "station")]
        present = [each for each in people if each.until is None]
        self._shown = self._shown_supervisor(present)
        # In the shown town the shown worker has advice to act on; somebody else had no supervision for a long time.
        self._worker = next(each.id for each in present if each.site.id == cast.room.id and each.post.is_professional)
        in_town = [each.id for each in present if each.post.is_professional and each.site.town_id == cast.town_id]
        self._away = next((each for each in reversed(in_town) if each != self._worker), 0)
        self._supervisors = [self._supervisor(each) for each in present if each.post.is_supervisor]
        self._workers: dict[int, list[Person]] = {}
        for each in present:
            if each.post.is_professional:
                self._workers.setdefault(each.site.town_id or each.site.id, []).append(each)
        self._rows = _Rows()

    def _shown_supervisor(self, present: Sequence[Person]) -> int:
        hub = self._cast.hub.id
        return next(each.id for each in present if each.site.id == hub and each.post.is_supervisor)

    def _supervisor(self, person: Person) -> _Supervisor:
        rng, home = self._rng, person.site.hub_id
        is_external = person.id != self._shown and rng.random() < EXTERNAL
        hubs = [home]
        if is_external:
            hubs += rng.sample([each for each in self._hubs if each != home], min(4, len(self._hubs) - 1))
        return _Supervisor(person, is_external, hubs)

    @transaction.atomic
    def make(self) -> int:
        """Write everything; returns how many rows."""
        for each in self._supervisors:
            self._profile(each)
        for place in self._places:
            self._of_station(place)
        with bare(TABLES):
            written = sum(self._copy(table, columns) for table, columns in COLUMNS.items())
        self._reviews()
        self._name()
        return written

    def _copy(self, table: type[Any], columns: str) -> int:
        lines = self._rows.of(table)
        names = columns.split()
        if table in (SupervisionAttendee, SupervisionRating):
            ids = reserve_ids(table, len(lines))
            lines = [f"{key}\t{each}" for key, each in zip(ids, lines, strict=True)]
            names = ["id", *names]
        return Table(table, names).copy(lines)

    def _profile(self, each: _Supervisor) -> None:
        rng, person = self._rng, each.person
        self._rows.add(
            SupervisorProfile,
            person.id,
            person.site.hub_id,
            "external" if each.is_external else "internal",
            array(sorted(rng.sample(GROUPS, rng.randint(1, 3)))),
            array(sorted(rng.sample(FIELDS, rng.randint(1, 3)))),
            array(sorted(rng.sample("CGM", rng.randint(1, 3)))),
            array(FUNCTIONS if not each.is_external else ("education", "support")),
            rng.choice((8, 12, 16, 24)),
            array(sorted(each.hubs)),
            max(person.since, date(2022, 6, 1)),
            None,
        )

    def _of_station(self, place: Site) -> None:
        """A station's internal and external agreement, with all that happened under them."""
        rng, is_shown = self._rng, place.id == self._cast.town_id
        pair: list[_Supervisor] = []
        for kind, share in (("internal", HAS_INTERNAL), ("external", HAS_EXTERNAL)):
            found = self._chosen(place, kind) if rng.random() < share or is_shown else None
            if found is None or not self._people(place, found):
                continue
            self._agreement(place, found, kind, is_shown)
            pair.append(found)
        if len(pair) == 2 and (rng.random() < 0.3 or is_shown):
            self._handover(place, pair, is_shown)

    def _chosen(self, place: Site, kind: str) -> _Supervisor | None:
        """The least busy of those who can come."""
        fit = [
            each
            for each in self._supervisors
            if each.is_external == (kind == "external")
            and (place.hub_id in each.hubs)
            and (kind == "external" or each.person.site.hub_id == place.hub_id)
        ]
        if kind == "internal" and place.id == self._cast.town_id:
            return next(each for each in self._supervisors if each.person.id == self._shown)
        return min(fit, key=lambda each: (each.load, each.person.id)) if fit else None

    def _people(self, place: Site, supervisor: _Supervisor) -> list[Person]:
        return [each for each in self._workers.get(place.id, []) if each.id != supervisor.person.id]

    def _agreement(self, place: Site, supervisor: _Supervisor, kind: str, is_shown: bool) -> None:
        rng, today = self._rng, self._today
        supervisor.load += 1
        since = today - timedelta(days=rng.randint(90, 220))
        key = key_text(rng, since)
        people = self._people(place, supervisor)
        minutes = self._sessions(key, place, supervisor, since, kind)
        if is_shown:
            came = [each for each in people if each.id != self._away]
            minutes += self._session(key, place, supervisor, today - timedelta(days=6), came, is_shown=True)
        self._planned(key, place, supervisor, people, is_shown)
        self._rows.add(
            SupervisionAgreement,
            key,
            supervisor.person.id,
            place.id,
            place.hub_id,
            "{}",
            kind,
            "running",
            since,
            since + timedelta(days=365),
            ceil(minutes / 60) + rng.choice((6, 12, 18)),
            0 if kind == "internal" else rng.choice((150, 200, 260, 300)),
            rng.choice(GOALS),
            "",
        )

    def _sessions(self, key: str, place: Site, supervisor: _Supervisor, since: date, kind: str) -> int:
        """The sessions since the agreement began; returns their minutes."""
        rng, minutes = self._rng, 0
        day = since + timedelta(days=rng.randint(3, 25))
        gap = 28 if kind == "internal" else 56
        people = self._people(place, supervisor)
        while day < self._today - timedelta(days=2):
            came = [e for e in people if e.since < day and rng.random() < COMES and e.id != self._away]
            if came:
                alone = rng.random() < 0.22
                minutes += self._session(key, place, supervisor, day, [rng.choice(came)] if alone else came)
            day += timedelta(days=gap + rng.randint(-7, 7))
        return minutes

    def _free(self, supervisor: _Supervisor, day: date) -> tuple[date, int]:
        """The first free slot from a working day on."""
        while True:
            if day.weekday() < 5:
                for slot in self._rng.sample(range(len(SLOTS)), len(SLOTS)):
                    if (day, slot) not in supervisor.taken:
                        supervisor.taken.add((day, slot))
                        return day, slot
            day -= timedelta(days=1)

    def _session(
        self,
        key: str,
        place: Site,
        supervisor: _Supervisor,
        day: date,
        people: Sequence[Person],
        *,
        is_shown: bool = False,
    ) -> int:
        """A held session with its people, note, advice and ratings; returns its minutes."""
        rng = self._rng
        day, slot = self._free(supervisor, day)
        minutes = rng.choice((60, 90, 90))
        session = key_text(rng, day)
        starts = datetime.combine(day, time(*SLOTS[slot]), tzinfo=ZONE)
        form = "individual" if len(people) == 1 else "group"
        functions = rng.sample(FUNCTIONS, rng.randint(1, 2))
        topics = sorted(set(rng.sample(TOPICS, rng.randint(1, 3))))
        self._row_of_session(session, key, place, supervisor, (starts, minutes), "held", form, functions, topics)
        self._rows.add(SupervisionNote, session, rng.choice(NOTES))
        for each in people:
            self._rows.add(SupervisionAttendee, session, each.id, supervisor.person.id, place.hub_id, "present")
            if not is_shown and rng.random() < 0.2:
                scores = [rng.choice((3, 4, 4, 5, 5)) for _ in range(3)]
                said = rng.choice(("", "", "很有帮助，谢谢督导。", "希望多些现场示范。"))
                self._rows.add(
                    SupervisionRating,
                    session,
                    each.id,
                    place.id,
                    place.hub_id,
                    *scores,
                    said,
                    starts + timedelta(days=1),
                )
        if is_shown:
            self._advice(session, place, supervisor, day, self._worker, "open")
        elif rng.random() < 0.55:
            age = (self._today - day).days
            state = "done" if age > 35 else rng.choice(("open", "open", "acted", "done"))
            if age > 35 and rng.random() < 0.05:
                state = rng.choice(("open", "acted"))
            self._advice(session, place, supervisor, day, rng.choice(people).id, state)
        return minutes

    def _row_of_session(
        self,
        session: str,
        key: str,
        place: Site,
        supervisor: _Supervisor,
        when: tuple[datetime, int],
        state: str,
        form: str,
        functions: Sequence[str] = (),
        topics: Sequence[str] = (),
    ) -> None:
        starts, minutes = when
        mode = self._rng.choice(("onsite", "onsite", "onsite", "observe", "video"))
        where = "" if mode == "video" else f"{place.name}会议室"
        self._rows.add(
            SupervisionSession, session, key, supervisor.person.id, place.id, place.hub_id, starts,
            starts + timedelta(minutes=minutes), state, form, mode, where, array(functions), array(topics), "", None,
        )  # fmt: skip

    def _planned(
        self, key: str, place: Site, supervisor: _Supervisor, people: Sequence[Person], is_shown: bool
    ) -> None:
        rng = self._rng
        if not is_shown and rng.random() < 0.5:
            return
        ahead = self._today + timedelta(days=rng.randint(8, 20))
        day, slot = self._free(supervisor, ahead)
        starts = datetime.combine(day, time(*SLOTS[slot]), tzinfo=ZONE)
        session = key_text(rng, self._today)
        form = "individual" if len(people) == 1 else "group"
        self._row_of_session(session, key, place, supervisor, (starts, 90), "planned", form)
        for each in people:
            self._rows.add(SupervisionAttendee, session, each.id, supervisor.person.id, place.hub_id, "expected")

    def _advice(self, session: str, place: Site, supervisor: _Supervisor, day: date, worker: int, state: str) -> None:
        """An advice, and how it came to its state."""
        rng = self._rng
        due = day + timedelta(days=rng.choice((7, 14, 21)))
        key = key_text(rng, day)
        self._rows.add(
            SupervisionAdvice, key, session, supervisor.person.id, place.id, place.hub_id, rng.choice(ADVICE),
            worker, due, state,
        )  # fmt: skip
        steps = {"open": (), "acted": ("acted",), "done": ("acted", "done")}[state]
        for number, kind in enumerate(steps, start=1):
            at = min(day + timedelta(days=3 * number), self._today - timedelta(days=1))
            moment = datetime.combine(at, time(8 + number), tzinfo=UTC)
            words = rng.choice(DONE if kind == "acted" else CHECKED)
            self._rows.add(
                SupervisionAdviceStep, key_text(rng, at), key, place.hub_id, kind, words, self._cast.recorder, moment
            )

    def _handover(self, place: Site, pair: Sequence[_Supervisor], is_shown: bool) -> None:
        rng = self._rng
        taker, giver = pair if is_shown else rng.sample(list(pair), 2)
        day = self._today - timedelta(days=2 if is_shown else rng.randint(5, 80))
        seen = None if is_shown or rng.random() < 0.2 else datetime.combine(day, time(12), tzinfo=UTC)
        self._rows.add(
            SupervisionHandover, key_text(rng, day), place.id, place.hub_id, giver.person.id, taker.person.id,
            rng.choice(HANDED), day, seen,
        )  # fmt: skip

    def _reviews(self) -> None:
        """Two cases of the shown town are put to the next sessions with its supervisors."""
        town = self._cast.town_id
        sessions = SupervisionSession.objects.filter(station_id=town).order_by("starts_at", "id")
        cases = list(
            Case.objects.filter(station__town_id=town, closed_on=None, client__restricted_classes=[]).order_by("id")[:2]
        )
        for session in sessions.filter(state="planned"):
            for case in cases:
                CaseReview.objects.create(
                    hub_id=case.hub_id, station_id=case.station_id, session=session, case=case,
                    question="服务三个月后进展慢，下一步怎么调整？",
                    put_at=datetime.combine(self._today, time(1), tzinfo=UTC), put_by_id=self._cast.ids["head"],
                )  # fmt: skip

    def _name(self) -> None:
        """The shown supervisor is named in open cases of the workers under the agreements in force."""
        places = SupervisionAgreement.objects.filter(supervisor_id=self._shown).values("station_id")
        of_places = Q(worker__station_id__in=places) | Q(worker__station__town_id__in=places)
        cases = Case.objects.filter(of_places, worker__is_professional=True, closed_on=None).exclude(
            worker_id=self._shown
        )
        chosen = cases.order_by("worker__station__path", "id").values_list("id", flat=True)[:NAMED]
        Case.objects.filter(id__in=list(chosen)).update(supervisor_id=self._cast.ids["supervisor"])


COLUMNS: Final[dict[type[Any], str]] = {
    SupervisorProfile: "worker_id hub_id kind groups fields methods functions monthly_hours hub_ids since until",
    SupervisionAgreement: (
        "id supervisor_id station_id hub_id supervisee_ids kind state since until hours price goals end_reason"
    ),
    SupervisionSession: (
        "id agreement_id supervisor_id station_id hub_id starts_at ends_at state form mode place functions topics "
        "cancel_reason digest"
    ),
    SupervisionNote: "session_id record",
    SupervisionAttendee: "session_id worker_id supervisor_id hub_id presence",
    SupervisionAdvice: "id session_id supervisor_id station_id hub_id text responsible_id due_on state",
    SupervisionAdviceStep: "id advice_id hub_id kind note by_id at",
    SupervisionRating: "session_id worker_id station_id hub_id helpful respected clear comment rated_at",
    SupervisionHandover: "id station_id hub_id giver_id taker_id note given_on acknowledged_at",
}


def make_supervision(seed: int, today: date, cast: Cast, sites: Sequence[Site], people: Sequence[Person]) -> int:
    """Supervision of the whole city; returns how many rows."""
    return SupervisionMaker(seed, today, cast, sites, people).make()
