"""Registrations, courses and continuing education of the demonstration city: most are current, some end soon, can be
renewed, have lapsed or never were. The shown worker's registration can be renewed; nobody is named twice by chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from django.utils import timezone

from shegong.config.demo import plan
from shegong.config.demo.accounts import Cast
from shegong.config.demo.copying import Table, line
from shegong.config.demo.keys import key_text
from shegong.config.demo.network import Site
from shegong.workforce.enums import CertificateLevel, RegisterCheckState
from shegong.workforce.models import (
    Course,
    Credential,
    CredentialRequest,
    Enrolment,
    LearningEntry,
    Registration,
    Worker,
)
from shegong.workforce.rules.credential import HOURS_NEEDED, RANKS, years_after

UNREGISTERED: Final = 0.06
LAPSED: Final = 0.05
TITLES: Final = (
    ("training", "个案工作实务", "市社会工作协会"),
    ("training", "危机介入与转介", "省社会工作协会"),
    ("training", "老年社会工作", "市社工支持中心"),
    ("training", "未成年人保护强制报告", "区民政局"),
    ("lecture", "社区治理与社工角色", "市委党校"),
    ("lecture", "民法典与社会救助", "区司法局"),
    ("online", "督导基础（网络课程）", "中国社会工作联合会"),
    ("online", "小组工作方法（网络课程）", "中国社会工作联合会"),
    ("conference", "社工站建设研讨会", "省社会工作协会"),
    ("exchange", "先进社工站考察交流", "市社工支持中心"),
    ("research", "《独居老人探访服务研究》课题", "市社会工作协会"),
)
COURSES: Final = (
    ("个案管理与资源链接", "陈立", 8),
    ("督导技巧：从行政到支持", "周敏", 12),
    ("困境儿童评估与保护", "李倩", 8),
    ("认知症老人与照护者支持", "王晓东", 6),
    ("小组工作设计与带领", "赵敏", 12),
    ("社会救助政策与入户评估", "何晓东", 4),
    ("社工压力管理与自我照顾", "许宁", 4),
    ("服务记录与数据质量", "邓思琪", 4),
)
DEGREES: Final = ("社会工作硕士（MSW）", "社会工作专业本科")
PAST_COURSES: Final = {"city": 60, "small": 12}
# The first course to come is full, and some wait.
FULL_AT: Final = 12
COMING_COURSES: Final = {"city": 14, "small": 5}
ENTRY_COLUMNS: Final = (
    "id worker_id hub_id station_id kind title organiser learned_on hours state entered_at entered_by_id decided_at "
    "decided_by_id"
)
REGISTRATION_COLUMNS: Final = (
    "id worker_id hub_id station_id credential_id certified_on number since until is_renewal entered_at entered_by_id"
)


@dataclass(frozen=True, slots=True)
class _Holder:
    """A worker's highest certificate."""

    worker_id: int
    hub_id: int
    station_id: int
    credential_id: int
    level: CertificateLevel
    issued_on: date
    name: str


class QualificationMaker:
    """Makes what follows from the certificates."""

    def __init__(self, size: plan.Size, seed: int, today: date, cast: Cast, sites: Sequence[Site]) -> None:
        # With chance of its own, so that all else stays the same for the same seed.
        self._rng = Random(f"qualifications {seed}")
        self._size = "city" if size is plan.SIZES["city"] else "small"
        self._today = today
        self._cast = cast
        self._recorder = cast.recorder
        self._hubs = [site for site in sites if site.tier in ("centre", "hub")]
        # {worker: in how many days the registration ends}
        self._shown = {
            Worker.objects.get(account_id=cast.ids[role]).pk: days for role, days in (("worker", -6), ("head", 52))
        }

    def make(self) -> int:
        """Write everything; returns how many rows."""
        self._certify_the_shown()
        holders = self._holders()
        registered = [(holder, *term) for holder in holders for term in self._terms(holder)]
        written = Table(Registration, REGISTRATION_COLUMNS.split()).copy(
            self._registration(*each) for each in registered
        )
        latest = {holder.worker_id: (holder, since, until) for holder, since, until, _renewal in registered}
        written += Table(LearningEntry, ENTRY_COLUMNS.split()).copy(
            text for term in latest.values() for text in self._entries(*term)
        )
        return written + self._courses(holders) + self._requests(latest)

    def _certify_the_shown(self) -> None:
        """Whoever shows the product has a certificate."""
        issued = date(self._today.year - 5, 10, 31)
        for place, worker in enumerate(Worker.objects.filter(pk__in=self._shown, credentials__isnull=True), start=1):
            number = f"D{issued.year}51000000{place}"
            Credential.objects.create(
                worker=worker, hub_id=worker.hub_id, level="assistant", number=number, issued_on=issued
            )

    def _holders(self) -> list[_Holder]:
        best: dict[int, _Holder] = {}
        rows = Credential.objects.filter(worker__until__isnull=True).order_by("id")
        for row in rows.values_list(
            "worker_id", "worker__hub_id", "worker__station_id", "id", "level", "issued_on", "worker__name"
        ):
            holder = _Holder(*row[:4], CertificateLevel(row[4]), row[5], row[6])
            known = best.get(holder.worker_id)
            if known is None or RANKS[known.level] < RANKS[holder.level]:
                best[holder.worker_id] = holder
        return list(best.values())

    def _terms(self, holder: _Holder) -> Iterator[tuple[date, date, bool]]:
        """Registrations one after the other, as far as today; some stopped, some never were."""
        rng, today = self._rng, self._today
        chance = rng.random()
        if holder.worker_id in self._shown:
            until = today + timedelta(days=self._shown[holder.worker_id])
            yield max(years_after(until, -3), holder.issued_on), until, False
            return
        since = holder.issued_on + timedelta(days=rng.randint(20, 340))
        if chance < UNREGISTERED or since > today:
            return
        stops = today - timedelta(days=rng.randint(5, 300)) if chance < UNREGISTERED + LAPSED else None
        is_renewal = False
        while since <= today:
            until = years_after(since, 3)
            if stops is not None and until > stops:
                if is_renewal or until <= today:
                    return
                yield max(years_after(stops, -3), holder.issued_on), stops, False
                return
            yield since, until, is_renewal
            since, is_renewal = until, True

    def _registration(self, holder: _Holder, since: date, until: date, is_renewal: bool) -> str:
        at = datetime.combine(min(since, self._today), time(2), tzinfo=UTC)
        number = f"川社登{since.year}{holder.worker_id:06d}"
        return line(
            key_text(self._rng, since), holder.worker_id, holder.hub_id, holder.station_id, holder.credential_id,
            holder.issued_on, number, since, until, is_renewal, at, self._recorder,
        )  # fmt: skip

    def _entries(self, holder: _Holder, since: date, until: date) -> Iterator[str]:
        """Hours of the latest registration: about as many as are due by now, of some too few."""
        rng = self._rng
        end = min(self._today - timedelta(days=1), until)
        days = (end - since).days
        if days < 10:
            return
        needed = HOURS_NEEDED[holder.level]
        wanted = needed * min(days / 1000, 1) * rng.choice((0.4, 0.9, 1.05, 1.15, 1.3))
        if holder.worker_id in self._shown:
            wanted = needed + 2
        hours = 0
        if wanted > 60 and rng.random() < 0.03:
            yield self._entry(holder, ("degree", rng.choice(DEGREES), "四川大学"), since, days, 90)
            hours = 90
        while hours < wanted:
            step = rng.choice((4, 6, 8, 8, 12, 16))
            yield self._entry(holder, rng.choice(TITLES), since, days, step)
            hours += step
        if rng.random() < 0.04:
            yield self._entry(holder, rng.choice(TITLES), end - timedelta(days=9), 8, 8, RegisterCheckState.WAITING)

    def _entry(
        self, holder: _Holder, what: tuple[str, str, str], since: date, days: int, hours: int,
        state: RegisterCheckState = RegisterCheckState.APPROVED,
    ) -> str:  # fmt: skip
        day = since + timedelta(days=self._rng.randrange(days))
        at = datetime.combine(day, time(9), tzinfo=UTC)
        is_checked = state == RegisterCheckState.APPROVED
        return line(
            key_text(self._rng, day), holder.worker_id, holder.hub_id, holder.station_id, *what, day, hours, state, at,
            self._recorder, at if is_checked else None, self._recorder if is_checked else None,
        )  # fmt: skip

    def _courses(self, holders: Sequence[_Holder]) -> int:
        """Courses past and coming; the attendance of past ones enters its hours by itself."""
        rng = self._rng
        near: dict[int, list[_Holder]] = {}
        for holder in holders:
            near.setdefault(holder.hub_id, []).append(holder)
        courses = [self._course(number, is_past=True) for number in range(PAST_COURSES[self._size])]
        courses += [self._course(number, is_past=False) for number in range(COMING_COURSES[self._size])]
        full = next(each for each in courses if each.state == "open")
        full.is_city_wide, full.capacity = True, FULL_AT
        Course.objects.bulk_create(courses)
        enrolments = []
        for course in courses:
            at_hand = holders if course.is_city_wide else near.get(course.hub_id, [])
            wanted = FULL_AT + 3 if course is full else min(course.capacity, rng.randint(4, 24))
            for place, holder in enumerate(rng.sample(list(at_hand), min(len(at_hand), wanted))):
                state = "enrolled" if course.state == "open" else "attended" if rng.random() < 0.9 else "absent"
                state = "waiting" if course is full and place >= FULL_AT else state
                early = timedelta(days=0 if state == "waiting" else rng.randint(1, 12))
                enrolments.append(
                    Enrolment(
                        id=key_text(rng, course.enrol_until.date()), course=course, worker_id=holder.worker_id,
                        hub_id=holder.hub_id, station_id=holder.station_id, name=holder.name, state=state,
                        enrolled_at=course.enrol_until - early,
                        enrolled_by_id=self._recorder,
                    )
                )  # fmt: skip
        Enrolment.objects.bulk_create(enrolments, batch_size=1000)
        return len(courses) + len(enrolments)

    def _course(self, number: int, *, is_past: bool) -> Course:
        rng = self._rng
        title, teacher, hours = COURSES[number % len(COURSES)]
        day = self._today + timedelta(days=-rng.randint(8, 700) if is_past else rng.randint(3, 60))
        site = self._hubs[0] if rng.random() < 0.3 else rng.choice(self._hubs)
        starts = datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone())
        return Course(
            id=key_text(rng, day), hub_id=site.hub_id, station_id=site.id, title=title, teacher=teacher,
            about="讲授、案例讨论与练习。", place="线上（会议号报名后通知）" if rng.random() < 0.3 else "培训室",
            starts_at=starts, ends_at=starts + timedelta(hours=min(hours, 8)), enrol_until=starts - timedelta(days=1),
            hours=hours, capacity=rng.choice((30, 40, 60, 100)), is_city_wide=rng.random() < 0.6,
            state="held" if is_past else "open", made_at=starts - timedelta(days=30), made_by_id=self._recorder,
        )  # fmt: skip

    def _requests(self, latest: dict[int, tuple[_Holder, date, date]]) -> int:
        """Some of those whose registration can be renewed have asked, and wait."""
        soon = self._today + timedelta(days=85)
        asked = [
            (holder, until)
            for holder, _since, until in latest.values()
            if self._today < until < soon and holder.worker_id not in self._shown
        ]
        at = datetime.combine(self._today, time(1), tzinfo=UTC)
        rows = [
            CredentialRequest(
                id=key_text(self._rng, self._today - timedelta(days=2)), worker_id=holder.worker_id,
                hub_id=holder.hub_id, station_id=holder.station_id, kind="renewal", level=holder.level, since=until,
                asked_at=at - timedelta(days=2), asked_by_id=self._recorder,
            )
            for holder, until in asked[::4]
        ]  # fmt: skip
        CredentialRequest.objects.bulk_create(rows)
        return len(rows)
