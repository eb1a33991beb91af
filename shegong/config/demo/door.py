"""A year at the residents' door of the demonstration city: words with askers, complaints, requests about own data."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shegong.config.demo.accounts import Cast
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.kernel.ids import uuid7_from
from shegong.network.enums import Tier
from shegong.portal.enums import ComplaintAbout, ComplaintRuling, OwnDataState, Side
from shegong.portal.models import Complaint, OwnDataRequest, Word
from shegong.portal.rules.word import COMPLAINT, own_data_due
from shegong.practice.enums import Asked
from shegong.practice.models import Client, Enquiry, SubjectRequest
from shegong.practice.queries.deadline import special_days
from shegong.practice.rules.deadline import due_at

ZONE: Final = timezone.get_default_timezone()
COMPLAINTS: Final = {"city": 150, "small": 14}
REQUESTS: Final = {"city": 60, "small": 8}
WORDS: Final = {"city": 400, "small": 12}
SAID: Final = (
    (ComplaintAbout.STATION, "中午一点去，门锁着，门上写的是开到五点半，打电话也没人接。"),
    (ComplaintAbout.STATION, "站点搬了地方，网上还是老地址，老人白跑了一趟。"),
    (ComplaintAbout.WORKER, "约好上门两次都没有来，也没有提前说一声。"),
    (ComplaintAbout.WORKER, "说话不耐烦，当着邻居的面问家里的事。"),
    (ComplaintAbout.SERVICE, "报名的亲子活动临时取消，没有通知，带着孩子空等了一个小时。"),
    (ComplaintAbout.SERVICE, "母亲的探访从每周一次变成一个月一次，没有说明原因。"),
    (ComplaintAbout.MONEY, "手工课收了二十元材料费，想知道服务是不是免费。"),
    (ComplaintAbout.PRIVACY, "活动照片没有问过就发在群里，孩子正脸能看清。"),
    (ComplaintAbout.OTHER, "活动室楼下音响声音太大，晚上八点还在放。"),
)
ANSWERS: Final = {
    ComplaintRuling.UPHELD: "经核实属实。已向您致歉，责成站点整改并公示开放时间，一个月后复查。",
    ComplaintRuling.PARTLY: "经核实部分属实：当天确有临时变动，但已在门口张贴通知。今后变动一律提前电话告知。",
    ComplaintRuling.UNFOUNDED: "已查看当日记录并回访同期参加者，未发现所述情况。如有新的情况，请再告诉我们。",
    ComplaintRuling.ELSEWHERE: "此事由物业和社区居委会处理，已代为转告，也可拨打 12345。",
}
STATION_WORDS: Final = (
    "已经收到，明天上午会打电话，方便吗？",
    "我们安排了周三下午上门，需要改时间请在这里说。",
    "材料已经帮您递交，有结果就告诉您。",
)
ASKER_WORDS: Final = ("可以，上午十点以后都在家。", "谢谢，想改到周五。", "请问还要带什么材料？")
REFUSED: Final = (
    "约定的时间没有来，电话也没有接通，可以重新提出。",
    "核对后本站没有您的档案，请到户籍所在区（市）县询问。",
)
WISHES: Final = {
    Asked.ACCESS: "", Asked.CORRECT: "住址已经搬到新小区，请改过来。", Asked.ERASE: "孩子已经毕业，不再需要服务。",
    Asked.OBJECT: "不要再用照片做宣传。",
}  # fmt: skip


class DoorMaker:
    """Makes all of it, with chance of its own."""

    def __init__(self, seed: int, today: date, cast: Cast, *, large: bool) -> None:
        self._rng = Random(f"door {seed}")
        self._today, self._cast = today, cast
        self._size = "city" if large else "small"
        self._names = NameMaker(self._rng)
        self._made = 0
        self._numbers = iter(self._rng.sample(range(10**7, 10**8), 2000))
        self._special = special_days(self._moment(today - timedelta(days=500)))

    @transaction.atomic
    def make(self, sites: Sequence[Site]) -> int:
        """Write everything; returns how many rows."""
        places = [site for site in sites if site.workers and site.tier != Tier.CENTRE]
        # Whoever asked on the public site has a code, so that the station can answer.
        Enquiry.objects.filter(source="portal", code_digest=None).update(code_digest=self._rng.randbytes(16))
        complaints = list(self._complaints(places))
        words = list(self._words())
        Complaint.objects.bulk_create(complaints, batch_size=500)
        Word.objects.bulk_create(words, batch_size=1000)
        requests = self._requests(places)
        return len(complaints) + len(words) + requests

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, time(8 + self._rng.randrange(10), self._rng.randrange(60)), tzinfo=ZONE)

    def _key(self, at: datetime) -> UUID:
        self._made += 1
        return uuid7_from(f"door {self._made}", at, self._rng)

    def _place(self, site: Site) -> dict[str, Any]:
        return {"hub_id": site.hub_id, "station_id": site.id}

    def _complaints(self, places: Sequence[Site]) -> Iterator[Complaint]:
        rng = self._rng
        own = [site for site in places if site.hub_id == self._cast.hub.id]
        for number in range(COMPLAINTS[self._size]):
            site = own[number % len(own)] if number < 6 else rng.choice(places)
            # The shown county has one that is late, and some that wait.
            ago = (26, 3, 9, 1, 60, 140)[number] if number < 6 else rng.randint(1, 360)
            at = self._moment(self._today - timedelta(days=ago))
            about, text = rng.choice(SAID)
            due_on = due_at(at, COMPLAINT, self._special, ZONE).date()
            row = Complaint(
                **self._place(site), id=self._key(at), number=f"T{next(self._numbers):08d}", town_id=site.town_id,
                about=about, text=text, name=self._names.name(rng.choice("12"), 1975) if rng.random() < 0.6 else "",
                phone=f"154{rng.randint(0, 99_999_999):08d}" if rng.random() < 0.7 else "", received_at=at,
                received_on=at.date(), due_on=due_on,
            )  # fmt: skip
            waits = ago < 12 or number == 0 or (ago < 30 and rng.random() < 0.3)
            if not waits:
                took = rng.choices((rng.randint(2, 18), rng.randint(19, 32)), (93, 7))[0]
                row.answered_on = min(row.received_on + timedelta(days=took), self._today)
                row.answered_at = datetime.combine(row.answered_on, time(17, 20), tzinfo=ZONE)
                row.ruling = rng.choices(list(ANSWERS), (40, 30, 18, 12))[0]
                row.answer, row.answered_by_id = ANSWERS[ComplaintRuling(row.ruling)], self._cast.recorder
            yield row

    def _words(self) -> Iterator[Word]:
        rng = self._rng
        found = list(
            Enquiry.objects.filter(source="portal")
            .order_by("id")
            .only("id", "hub_id", "station_id", "received_at", "decision")
        )
        # Those of the shown room first; then by chance.
        found.sort(key=lambda each: each.station_id != self._cast.room.id)
        chosen = found[:3] + rng.sample(found[3:], min(len(found) - 3, WORDS[self._size])) if len(found) > 3 else found
        now = datetime.combine(self._today, time(0), tzinfo=ZONE)
        for number, enquiry in enumerate(chosen):
            at = enquiry.received_at + timedelta(
                hours=rng.choice((1, 2, 3, 5, 8, 20, 26, 44)), minutes=rng.randrange(60)
            )
            turns = [(Side.STATION, rng.choice(STATION_WORDS))]
            if number == 0 or rng.random() < 0.5:
                turns.append((Side.ASKER, rng.choice(ASKER_WORDS)))
                if number and rng.random() < 0.97:
                    turns.append((Side.STATION, "好的，记下了。"))
            for side, text in turns:
                if at >= now:
                    break
                by = self._cast.recorder if side == Side.STATION else None
                place = {"hub_id": enquiry.hub_id, "station_id": enquiry.station_id}
                yield Word(**place, id=self._key(at), enquiry_id=enquiry.pk, side=side, text=text, said_at=at, by_id=by)
                at += timedelta(hours=rng.randint(1, 20))

    def _requests(self, places: Sequence[Site]) -> int:
        rng, asked, own = self._rng, [], []
        clients = list(
            Client.objects.filter(state="active", restricted_classes=[], hub_id=self._cast.hub.id)
            .order_by("id")
            .only("id", "hub_id", "station_id", "name")[:200]
        )
        by_id = {site.id: site for site in places}
        for number in range(REQUESTS[self._size]):
            client = rng.choice(clients) if clients else None
            site = by_id.get(client.station_id, self._cast.room) if client and number % 3 else rng.choice(places)
            site = self._cast.room if number == 0 else site
            waits = number < 2 or rng.random() < 0.2
            at = self._moment(self._today - timedelta(days=rng.randint(1, 20) if waits else rng.randint(35, 350)))
            kind = rng.choices(list(WISHES), (50, 22, 18, 10))[0]
            row = OwnDataRequest(
                **self._place(site), id=self._key(at), number=f"S{next(self._numbers):08d}", kind=kind,
                name=client.name if client else "王桂兰", phone=f"154{rng.randint(0, 99_999_999):08d}",
                text=WISHES[kind], received_at=at, received_on=at.date(), due_on=own_data_due(at.date()),
            )  # fmt: skip
            if not waits:
                row.decided_at = at + timedelta(days=rng.randint(1, 6))
                row.decided_by_id = self._cast.recorder
                if client is None or client.hub_id != site.hub_id or kind == Asked.ERASE or rng.random() < 0.15:
                    row.state, row.note = OwnDataState.REFUSED, rng.choice(REFUSED)
                else:
                    row.state, row.client_id = OwnDataState.CHECKED, client.pk
                    asked.append(self._answered(row, client))
                    row.request_id = asked[-1].pk
            own.append(row)
        SubjectRequest.objects.bulk_create(asked)
        OwnDataRequest.objects.bulk_create(own)
        return len(own)

    def _answered(self, row: OwnDataRequest, client: Client) -> SubjectRequest:
        """The officer's request that it became, answered in time."""
        decided = row.decided_at or row.received_at
        return SubjectRequest(
            hub_id=client.hub_id, station_id=client.station_id, id=self._key(decided), kind=row.kind, asker="self",
            client_id=client.pk, contact="", text=row.text or "查看和下载", received_on=row.received_on,
            due_on=row.due_on, recorded_at=decided, recorded_by_id=self._cast.recorder, outcome="granted",
            answer="已按要求办理。", answered_on=decided.date(), answered_by_id=self._cast.recorder,
        )  # fmt: skip
