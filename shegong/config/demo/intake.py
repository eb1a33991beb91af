"""Enquiries, referrals and reports of the demonstration city, around the cases and records that are there already.

What an enquiry led to exists: an accepted one names a case, a brief one a record. All of it follows from the seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from shegong.config.demo import plan
from shegong.config.demo.accounts import Cast
from shegong.config.demo.clients import name_keys
from shegong.config.demo.keys import ZONE, key_text
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Organisations, Site
from shegong.practice.models import (
    Case,
    Client,
    ClientToken,
    Consent,
    Deadline,
    Enquiry,
    ProtectionReport,
    RecordClient,
    Referral,
    ReportNotice,
    SpecialDay,
)
from shegong.practice.models.client import phone_index
from shegong.practice.rules.client import file_number, number_prefix
from shegong.practice.rules.deadline import Allowed, SpecialDays, due_at

# (of a city, of a small one)
ACCEPTED: Final = {"city": 1500, "small": 30}
BRIEF: Final = {"city": 700, "small": 16}
OTHERS: Final = {"city": 600, "small": 14}
WAITING: Final = {"city": 160, "small": 10}
REFERRALS: Final = {"city": 420, "small": 16}
REPORTS: Final = {"city": 48, "small": 8}
SOURCES: Final = (("self", 46), ("referral", 18), ("outreach", 22), ("portal", 14))
URGENCIES: Final = (("routine", 62), ("soon", 26), ("urgent", 10), ("emergency", 2))
NEEDS: Final = (
    "独居，最近腿疼不敢下楼，想有人来看看",
    "照顾卧床的老伴一年多，自己也撑不住了",
    "孩子不愿上学，在家总发脾气，不知道怎么办",
    "想申请临时救助，不清楚要什么材料",
    "刚搬来，没有熟人，孩子放学没人接",
    "老人记性越来越差，走丢过一次",
    "离婚后一个人带两个孩子，经济紧张",
    "出院回家，需要有人帮忙买药、陪复诊",
    "和楼上邻居因漏水吵了半年，想请人调解",
    "失业半年，睡不好，想找人说说话",
    "残疾证快到期，家里没人能陪着去办",
    "外孙由我带，父母长期在外，作业辅导不了",
)
RELATIONS: Final = ("女儿", "儿子", "邻居", "网格员", "楼栋长", "老伴", "社区干部")
DECLINES: Final = (
    ("scope", "属于物业维修，已告知物业和 12345"),
    ("served", "街道养老综合体已在上门服务"),
    ("unwilling", "本人表示暂不需要，留下联系方式"),
    ("unreachable", "三次电话未接，留言告知求助方式"),
    ("double", "与前一条咨询为同一事"),
)
REASONS: Final = ("需要专业心理治疗", "需要办理救助手续", "希望由离家近的站点服务", "需要残疾人辅具", "需要法律援助")
ASKED: Final = ("请评估后安排服务", "请协助办理并告知结果", "请接续每两周一次的探访", "请会诊并给出建议")
RESULTS: Final = (
    "已办理完成，本人满意",
    "已建立服务关系，每月联系",
    "已评估，暂不符合条件，已说明原因",
    "已提供辅具并教会使用",
)
FACTS: Final = (
    "老师反映孩子手臂、背部有新旧不一的瘀伤，孩子说是摔的，回避目光。",
    "孩子连续一周独自在家，家中无食物，说父亲出门未归。",
    "孩子在小组活动中说“爸爸喝酒就打我和妈妈”，右耳后有抓痕。",
)


@dataclass(frozen=True, slots=True)
class _Clocks:
    """The deadlines as the product keeps them."""

    allowed: dict[str, Allowed]
    special: SpecialDays

    def due(self, code: str, start: datetime) -> datetime:
        return due_at(start, self.allowed[code], self.special, ZONE)


class IntakeMaker:
    """Makes what comes in at the door."""

    def __init__(
        self, size: plan.Size, seed: int, today: date, cast: Cast, sites: Sequence[Site], organisations: Organisations
    ) -> None:
        self._rng = Random(f"intake {seed}")
        self._size = "city" if size is plan.SIZES["city"] else "small"
        self._today = today
        self._cast = cast
        self._sites = [site for site in sites if site.workers and site.open_since < today - timedelta(days=400)]
        self._by_id = {site.id: site for site in sites}
        self._departments = list(organisations.departments)
        self._names = NameMaker(self._rng)
        days = SpecialDay.objects.all()
        self._clocks = _Clocks(
            {each.code: Allowed(each.hours, each.working_days) for each in Deadline.objects.all()},
            SpecialDays(
                frozenset(each.day for each in days if not each.is_working),
                frozenset(each.day for each in days if each.is_working),
            ),
        )
        self._tokens: list[ClientToken] = []
        self._consents: list[Consent] = []
        self._serials: dict[str, int] = {}
        self._numbers = iter(self._rng.sample(range(10**7, 10**8), 8000))

    @transaction.atomic
    def make(self) -> int:
        """Write everything; returns how many rows."""
        enquiries = [*self._accepted(), *self._brief(), *self._declined(), *self._waiting()]
        Enquiry.objects.bulk_create(enquiries, batch_size=1000)
        referrals = list(self._referrals())
        Client.objects.bulk_create([each.received_client for each in referrals if each.received_client is not None])
        ClientToken.objects.bulk_create(self._tokens)
        Consent.objects.bulk_create(self._consents)
        Referral.objects.bulk_create(referrals, batch_size=1000)
        reports = list(self._reports())
        ProtectionReport.objects.bulk_create(reports)
        notices = [self._notice(report) for report in reports if report.reported_at is not None]
        ReportNotice.objects.bulk_create(notices)
        return len(enquiries) + len(referrals) + len(reports) + len(notices)

    def _moment(self, day: date) -> datetime:
        clock_time = time(8 + self._rng.randrange(9), self._rng.randrange(60))
        return datetime.combine(day, clock_time, tzinfo=ZONE)

    def _drawn(self, shares: Sequence[tuple[str, int]]) -> str:
        return self._rng.choices([word for word, _ in shares], [share for _, share in shares])[0]

    def _key(self, day: date) -> UUID:
        return UUID(key_text(self._rng, day))

    def _worker(self, site: Site, day: date) -> int | None:
        present = day.toordinal()
        return next((worker for worker, first, last in site.workers if first <= present <= last), None)

    def _enquiry(self, hub_id: int, station_id: int, day: date, **more: Any) -> Enquiry:
        rng = self._rng
        received = self._moment(day)
        source = self._drawn(SOURCES)
        urgency = self._drawn(URGENCIES)
        urgency = "soon" if source == "portal" and urgency in ("urgent", "emergency") else urgency
        for_other = rng.random() < 0.45
        site = self._by_id[station_id]
        return Enquiry(
            id=self._key(day),
            hub_id=hub_id,
            station_id=station_id,
            number=f"Q{next(self._numbers):08d}",
            source=source,
            received_at=received,
            received_on=day,
            received_by_id=None if source == "portal" else self._cast.recorder,
            asker_name=self._names.name(rng.choice("12"), 1968) if for_other else "",
            asker_phone=f"154{rng.randint(0, 99_999_999):08d}",
            relation=rng.choice(RELATIONS) if for_other else "",
            community_id=site.community_id,
            urgency=urgency,
            due_at=self._clocks.due(urgency, received),
            **{"need": rng.choice(NEEDS), **more},
        )

    def _decided(self, site_id: int, day: date, decision: str) -> dict[str, Any]:
        at = self._moment(day).replace(hour=18)
        return {
            "decision": decision,
            "decided_at": at,
            "decided_on": day,
            "decided_by_id": self._cast.recorder,
            "taken_at": at - timedelta(hours=1),
            "worker_id": self._worker(self._by_id[site_id], day),
        }

    def _accepted(self) -> Iterator[Enquiry]:
        cases = list(
            Case.objects.filter(client__restricted_classes=[])
            .select_related("client")
            .order_by("id")
            .only("id", "hub_id", "station_id", "group_id", "opened_on", "problem", "client__name", "client__sex")
        )
        for case in self._rng.sample(cases, min(len(cases), ACCEPTED[self._size])):
            day = case.opened_on - timedelta(days=self._rng.randrange(4))
            yield self._enquiry(
                case.hub_id, case.station_id, day, client=case.client, name=case.client.name, sex=case.client.sex,
                group_id=case.group_id, case=case, **self._decided(case.station_id, case.opened_on, "accept"),
            )  # fmt: skip

    def _brief(self) -> Iterator[Enquiry]:
        wanted = BRIEF[self._size]
        parts = (
            RecordClient.objects.filter(
                record__clients_count=1, record__case=None, record__place="phone", restricted=False
            )
            .select_related("record", "client")
            .order_by("record_id")
            .only("record_id", "client_id", "hub_id", "station_id", "served_on", "record__group_id", "client__name")
        )
        for part in parts[: wanted * 3 : 3]:
            yield self._enquiry(
                part.hub_id, part.station_id, part.served_on, client_id=part.client_id, name=part.client.name,
                group_id=part.record.group_id, record_id=part.record_id,
                **self._decided(part.station_id, part.served_on, "brief"),
            )  # fmt: skip

    def _somebody(self) -> dict[str, str]:
        sex = self._rng.choice("12")
        return {"name": self._names.name(sex, self._rng.randint(1938, 1995)), "sex": sex}

    def _declined(self) -> Iterator[Enquiry]:
        for _ in range(OTHERS[self._size]):
            site = self._rng.choice(self._sites)
            day = self._today - timedelta(days=self._rng.randint(2, 390))
            kind, note = self._rng.choice(DECLINES)
            yield self._enquiry(
                site.hub_id, site.id, day, decline_kind=kind, decision_note=note, **self._somebody(),
                **self._decided(site.id, day, "decline"),
            )  # fmt: skip

    def _waiting(self) -> Iterator[Enquiry]:
        shown = [self._cast.room] * 3
        for number in range(WAITING[self._size]):
            site = shown[number] if number < len(shown) else self._rng.choice(self._sites)
            days = self._rng.choice((0, 1, 2, 3, 5, 9)) if number else 1
            made = self._enquiry(site.hub_id, site.id, self._today - timedelta(days=days), **self._somebody())
            if self._rng.random() < 0.4:
                made.taken_at, made.worker_id = made.received_at, self._worker(site, self._today)
            yield made

    def _referrals(self) -> Iterator[Referral]:
        consents = list(
            Consent.objects.filter(purpose="sharing", withdrawn_on=None, client__restricted_classes=[])
            .select_related("client", "client__household")
            .order_by("id")
        )
        consents.sort(key=lambda each: each.station_id != self._cast.room.id)
        wanted = REFERRALS[self._size]
        chosen = consents[:4] + self._rng.sample(consents[4:], max(min(len(consents) - 4, wanted - 4), 0))
        states = ("closed", "closed", "closed", "returned", "accepted", "sent", "declined", "withdrawn", "waiting")
        for number, consent in enumerate(chosen):
            yield self._referral(consent, states[number % len(states)])

    def _referral(self, consent: Consent, state: str) -> Referral:
        rng, client = self._rng, consent.client
        back = rng.randint(1, 4) if state in ("sent", "waiting") else rng.randint(12, 300)
        day = max(self._today - timedelta(days=back), consent.given_on)
        created = self._moment(day)
        urgency = self._drawn(URGENCIES)
        steps = created + timedelta(days=1), created + timedelta(days=4), created + timedelta(days=5)
        is_sent = state not in ("waiting", "withdrawn")
        row = Referral(
            id=self._key(day),
            hub_id=client.hub_id,
            station_id=client.station_id,
            number=f"Z{next(self._numbers):08d}",
            client=client,
            reason=rng.choice(REASONS),
            asked=rng.choice(ASKED),
            urgency=urgency,
            basis="consent",
            consent=consent if is_sent else None,
            state=state,
            created_at=created,
            created_by_id=self._cast.recorder,
            released_at=created if is_sent else None,
            due_at=self._clocks.due(urgency, created) if is_sent else None,
            withdrawn_at=steps[0] if state == "withdrawn" else None,
            **self._receiver(client, state),
        )
        if is_sent:
            row.name, row.sex, row.born_on = client.name, client.sex, client.born_on
            row.phone, row.address, row.community_id = client.phone, client.address, client.community_id
        if state in ("accepted", "declined", "returned", "closed"):
            row.answered_at, row.answered_by_id = steps[0], self._cast.recorder
            row.answer = "名额已满，建议联系区上" if state == "declined" else "已安排专人联系"
            if state != "declined" and row.to_hub_id not in (None, row.hub_id):
                row.received_client = self._received(row, steps[0])
        if state in ("returned", "closed"):
            row.returned_at, row.returned_by_id, row.result = steps[1], self._cast.recorder, rng.choice(RESULTS)
        if state == "closed":
            row.closed_at, row.closed_by_id = steps[2], self._cast.recorder
        return row

    def _received(self, row: Referral, at: datetime) -> Client:
        """The file that the receiver in another county opened from what was handed over."""
        day = at.astimezone(ZONE).date()
        hub_id, station_id = row.to_hub_id or 0, row.to_station_id or 0
        prefix = number_prefix(self._by_id[hub_id].key, day.year)
        if prefix not in self._serials:
            self._serials[prefix] = Client.objects.filter(hub_id=hub_id, number__startswith=prefix).count()
        self._serials[prefix] += 1
        sorted_as, sounds, tokens = name_keys(row.name)
        place = {"hub_id": hub_id, "station_id": station_id}
        made = Client(
            **place,
            id=self._key(day),
            number=file_number(self._by_id[hub_id].key, day.year, self._serials[prefix]),
            name=row.name,
            sort_key=sorted_as,
            sounds_key=sounds,
            sex=row.sex,
            born_on=row.born_on,
            phone=row.phone,
            phone_index=phone_index(row.phone),
            address=row.address,
            community_id=row.community_id,
            registered_at=at,
            registered_by_id=self._cast.recorder,
        )
        self._tokens += [ClientToken(**place, token=token, client=made) for token in tokens]
        note = f"随转介 {row.number} 移交"
        self._consents.append(
            Consent(
                **place,
                id=self._key(day),
                client=made,
                purpose="service",
                basis="consent",
                given_on=day,
                note=note,
                recorded_by_id=self._cast.recorder,
            )
        )
        return made

    def _receiver(self, client: Client, state: str) -> dict[str, Any]:
        rng = self._rng
        if rng.random() < 0.35:
            return {"receiver_kind": "department", "to_organisation_id": rng.choice(self._departments)}
        may_cross = state in ("sent", "declined", "waiting", "withdrawn") or rng.random() < 0.4
        others = [
            site
            for site in self._sites
            if site.id != client.station_id
            and (site.tier == "station" if may_cross else site.hub_id == client.hub_id)
            and (not may_cross or site.hub_id != client.hub_id)
        ]
        site = rng.choice(others or [each for each in self._sites if each.id != client.station_id])
        return {"receiver_kind": "station", "to_station_id": site.id, "to_hub_id": site.hub_id}

    def _reports(self) -> Iterator[ProtectionReport]:
        born_after = self._today.replace(year=self._today.year - 15, day=1)
        children = list(Client.objects.filter(born_on__gt=born_after, state="active").order_by("id"))
        shown = [child for child in children if child.hub_id == self._cast.hub.id]
        elsewhere = [child for child in children if child.hub_id != self._cast.hub.id] or children
        states = ("closed", "followed", "reported", "observed")
        for number in range(min(REPORTS[self._size], len(children))):
            state = states[number % len(states)] if number < 8 else "closed"
            # Nothing alarms the shown county from its first day on.
            pool = elsewhere if state == "observed" or number >= 3 else shown or elsewhere
            # One of those that wait is late, and every fifth of those that are over was.
            is_late = (state == "observed" and number > 4) or (state == "closed" and number % 5 == 4)
            yield self._report(self._rng.choice(pool), state, is_late=is_late)

    def _report(self, child: Client, state: str, *, is_late: bool) -> ProtectionReport:
        rng = self._rng
        day = self._today - timedelta(days=rng.randint(20, 300) if state == "closed" else rng.randint(1, 6))
        is_shown = child.hub_id == self._cast.hub.id
        started = datetime.now(UTC) - timedelta(minutes=20) if state == "observed" else self._moment(day)
        age = (self._today - child.born_on).days // 365 if child.born_on else None
        row = ProtectionReport(
            id=self._key(day),
            hub_id=child.hub_id,
            station_id=child.station_id,
            number=f"B{next(self._numbers):08d}",
            client=child,
            name=child.name,
            sex=child.sex,
            age=age,
            person="minor",
            triggers=[rng.choice(("violence", "abandoned", "grave"))],
            facts=rng.choice(FACTS),
            noticed_at=started,
            place="社工室",
            safety="孩子由社工陪同，已联系学校。",
            state=state,
            started_at=started,
            started_by_id=self._cast.ids["worker"] if is_shown else self._cast.recorder,
            saved_at=started,
            due_at=self._clocks.due("report", started),
        )
        if is_late and state == "observed":
            # Nobody has told the authorities for three hours: the server itself tells the head, then the county.
            row.started_at = row.noticed_at = row.saved_at = started - timedelta(hours=3)
            row.due_at = self._clocks.due("report", row.started_at)
        elif state != "observed":
            row.reported_at = (
                row.due_at + timedelta(minutes=rng.randint(20, 150))
                if is_late
                else (started + timedelta(minutes=rng.randint(10, 100)))
            )
        if is_late and row.reported_at is not None:
            row.head_told_at = row.due_at + timedelta(seconds=8)
            after_an_hour = row.due_at + timedelta(hours=1, seconds=8)
            row.county_told_at = after_an_hour if row.reported_at > after_an_hour else None
        if state in ("followed", "closed"):
            row.followed_at, row.followed_by_id = started + timedelta(days=1), row.started_by_id
            row.follow_up = "已与民警、学校会商，孩子暂由外婆照料，每周联系。"
        if state == "closed":
            row.closed_at, row.closed_by_id = started + timedelta(days=15), self._cast.ids["head"]
            row.result, row.result_note = rng.choice(("protected", "elsewhere", "unfounded")), "按会商结果办结"
        return row

    def _notice(self, report: ProtectionReport) -> ReportNotice:
        assert report.reported_at is not None
        return ReportNotice(
            id=self._key(report.started_at.date()),
            hub_id=report.hub_id,
            station_id=report.station_id,
            report=report,
            authority="police",
            told_at=report.reported_at,
            channel="phone",
            officer=f"警号 {self._rng.randint(10_000, 99_999):06d}",
            receipt=f"{report.started_at:%Y%m%d}{self._rng.randint(1, 999):03d}",
            noted_at=report.reported_at,
            noted_by_id=report.started_by_id,
        )
