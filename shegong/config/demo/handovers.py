"""Cases of the demonstration city that changed hands, and services given in an emergency before the plan."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.config.demo.accounts import Cast
from shegong.config.demo.keys import key_text
from shegong.config.demo.network import Site
from shegong.practice.models import (
    Case,
    CaseTransfer,
    Client,
    EmergencyService,
    FollowUp,
    RecordClient,
    RecordWorker,
    ServiceRecord,
)

BETWEEN_WORKERS: Final = {"city": 220, "small": 8}
BETWEEN_STATIONS: Final = {"city": 90, "small": 5}
WAITING: Final = {"city": 12, "small": 2}
REVIEWED: Final = {"city": 40, "small": 3}
REVIEWED_WITHIN: Final = timedelta(hours=72)
TO_A_WORKER: Final = (
    "原社工休产假",
    "原社工转岗到社工站",
    "服务对象希望由女社工跟进",
    "原社工离职，个案移交",
    "按督导建议调整分工",
)
TO_A_STATION: Final = (
    "服务对象搬到另一社区",
    "家在另一街道，就近服务更方便",
    "孩子转学，随学校所在社区",
    "跟随子女居住",
)
EMERGENCIES: Final = (
    "电话里说不想活了，当即上门陪伴并联系家属",
    "独居老人跌倒，邻居来报，先陪同就医",
    "夜里被赶出家门，临时安置并联系社区",
    "孩子独自在家无人照看，先落实临时照料",
)
COMMENTS: Final = ("处置及时，同意追认；请尽快完成预估", "情况属实，安全计划写进服务计划", "同意，请三日内补充评估")


class HandoverMaker:
    """Makes transfers of cases, accepted and waiting, and emergency services, reviewed, due and overdue."""

    def __init__(self, size: str, seed: int, today: date, cast: Cast, sites: Sequence[Site]) -> None:
        self._rng = Random(f"handovers {seed}")
        self._size, self._today, self._cast = size, today, cast
        self._by_id = {site.id: site for site in sites}
        self._handed_over = set[UUID]()
        morning = datetime.combine(today, time(10), tzinfo=timezone.get_default_timezone())
        self._ago = {days: morning - timedelta(days=days) for days in range(8)}

    @transaction.atomic
    def make(self) -> int:
        """Write everything; returns how many service records."""
        found = Case.objects.filter(client__restricted_classes=[], moved=False).order_by("id")
        cases = list(found.only("id", "hub_id", "station_id", "number", "worker_id", "stage", "opened_on", "client_id"))
        under_way = [case for case in cases if case.stage == "intervention"]
        self._rng.shuffle(under_way)
        self._rng.shuffle(cases)
        transfers = [
            *self._between_workers([case for case in cases if case.stage in ("intervention", "closed")]),
            *self._between_stations(under_way),
            *self._waiting(under_way[::-1]),
        ]
        CaseTransfer.objects.bulk_create(transfers)
        early = [case for case in cases if case.stage in ("intake", "assessment", "planning")]
        return sum(1 for _made in self._emergencies(early))

    def _key(self, day: date) -> UUID:
        return UUID(key_text(self._rng, day))

    def _others(self, site: Site, worker: int, day: date) -> list[int]:
        """Those at work at a site on a day, but for one."""
        present = day.toordinal()
        return [each for each, first, last in site.workers if each != worker and first <= present <= last]

    def _transfer(self, case: Case, from_station: int, from_worker: int, day: date, reason: str) -> CaseTransfer:
        asked = datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_default_timezone())
        return CaseTransfer(
            id=self._key(day),
            hub_id=case.hub_id,
            station_id=from_station,
            case=case,
            number=case.number,
            from_worker_id=from_worker,
            to_station_id=case.station_id,
            to_worker_id=case.worker_id,
            reason=reason,
            asked_by_id=self._cast.recorder,
            asked_at=asked + timedelta(hours=10, minutes=self._rng.randrange(60)),
        )

    def _accepted(self, made: CaseTransfer) -> CaseTransfer:
        made.decision, made.comment = "accept", "已与服务对象见面，接续服务"
        made.decided_by_id, made.decided_at = self._cast.ids["supervisor"], made.asked_at + timedelta(hours=26)
        return made

    def _between_workers(self, cases: Sequence[Case]) -> Iterator[CaseTransfer]:
        """Cases that a colleague had before: who has them now took them over."""
        made = 0
        for case in cases:
            day = case.opened_on + timedelta(days=self._rng.randint(10, 40))
            others = self._others(self._by_id[case.station_id], case.worker_id, day)
            if made == BETWEEN_WORKERS[self._size] or not others or day >= self._today - timedelta(days=2):
                continue
            made += 1
            reason = self._rng.choice(TO_A_WORKER)
            self._handed_over.add(case.pk)
            yield self._accepted(self._transfer(case, case.station_id, self._rng.choice(others), day, reason))

    def _neighbours(self, case: Case) -> list[Site]:
        """Other places of the county with somebody at work, the shown room aside."""
        not_to = (case.station_id, self._cast.room.id)
        return [
            site
            for site in self._by_id.values()
            if site.hub_id == case.hub_id and site.id not in not_to and self._others(site, 0, self._today)
        ]

    def _between_stations(self, cases: Sequence[Case]) -> Iterator[CaseTransfer]:
        """Cases that moved within their county: what is open moved along, records stayed."""
        made = 0
        for case in cases:
            day = self._today - timedelta(days=self._rng.randint(3, 25))
            is_shown = case.station_id == self._cast.room.id
            if made == BETWEEN_STATIONS[self._size] or day <= case.opened_on or is_shown:
                continue
            if case.pk in self._handed_over:
                continue
            neighbours = self._neighbours(case)
            if not neighbours:
                continue
            made += 1
            was, worker = case.station_id, case.worker_id
            site = self._rng.choice(neighbours)
            case.station_id, case.worker_id = site.id, self._rng.choice(self._others(site, 0, self._today))
            moved = Case.objects.filter(pk=case.pk, hub_id=case.hub_id)
            moved.update(station_id=case.station_id, worker_id=case.worker_id, moved=True)
            FollowUp.objects.filter(case_id=case.pk, hub_id=case.hub_id, done_on=None).update(station_id=site.id)
            yield self._accepted(self._transfer(case, was, worker, day, self._rng.choice(TO_A_STATION)))

    def _waiting(self, cases: Sequence[Case]) -> Iterator[CaseTransfer]:
        """Cases offered to another station yesterday, the first to the shown head's; the last was declined."""
        made = 0
        for case in sorted(cases, key=lambda each: each.hub_id != self._cast.hub.id):
            neighbours = self._neighbours(case)
            if made == WAITING[self._size] or not neighbours or case.station_id == self._cast.room.id or case.moved:
                continue
            shown = [site for site in neighbours if site.id == self._cast.town_id]
            site = shown[0] if shown and not made else self._rng.choice(neighbours)
            day, reason = self._today - timedelta(days=1), self._rng.choice(TO_A_STATION)
            if case.opened_on >= day:
                continue
            made += 1
            offered = self._transfer(case, case.station_id, case.worker_id, day, reason)
            offered.to_station_id, offered.to_worker_id = site.id, None
            if made == WAITING[self._size]:
                offered.decision, offered.comment = "decline", "本站社工已满额，建议联系社区所在站"
                offered.decided_by_id, offered.decided_at = (
                    self._cast.ids["head"],
                    offered.asked_at + timedelta(hours=5),
                )
            yield offered

    def _emergencies(self, cases: Sequence[Case]) -> Iterator[EmergencyService]:
        """Reviewed in time; one whose review is due by tomorrow, in the shown county; one overdue, elsewhere."""
        rng, services = (
            self._rng,
            list(
                ServiceItem.objects.filter(kind="refined", method="C", version=1)
                .order_by("code")
                .values_list("id", "group_id")
            ),
        )
        shown = [case for case in cases if case.hub_id == self._cast.hub.id and self._age(case) >= 3]
        elsewhere = [case for case in cases if case.hub_id != self._cast.hub.id and self._age(case) >= 6]
        # By the day and not by the moment, so that the same day gives the same city.
        plans = [(case, self._ago[2], False) for case in (shown or elsewhere)[:1]]
        plans += [(case, self._ago[4], False) for case in elsewhere[-1:]]
        taken = {case.pk for case, _at, _done in plans}
        older = [case for case in elsewhere if case.pk not in taken][: REVIEWED[self._size]]
        plans += [(case, self._ago[5] + timedelta(minutes=rng.randrange(480)), True) for case in older]
        for case, at, is_reviewed in plans:
            yield self._emergency(case, rng.choice(services), at, is_reviewed=is_reviewed)

    def _age(self, case: Case) -> int:
        return (self._today - case.opened_on).days

    def _emergency(self, case: Case, service: tuple[int, int], at: datetime, *, is_reviewed: bool) -> EmergencyService:
        rng, day = self._rng, timezone.localdate(at)
        place = {"hub_id": case.hub_id, "station_id": case.station_id}
        record_id, reason = self._key(day), rng.choice(EMERGENCIES)
        made = EmergencyService(
            **place,
            id=self._key(day),
            case=case,
            record_id=record_id,
            reason=reason,
            marked_by_id=self._cast.recorder,
            marked_at=at + timedelta(hours=1),
            review_by=at + timedelta(hours=1) + REVIEWED_WITHIN,
        )
        if is_reviewed:
            made.reviewed_by_id, made.comment = self._cast.ids["supervisor"], rng.choice(COMMENTS)
            made.reviewed_at = at + timedelta(hours=rng.randint(4, 60))
        # The mark comes first: the database takes no service of the plan's kind before the plan without it.
        made.save(force_insert=True)
        minutes = rng.choice((60, 90, 120))
        ServiceRecord.objects.bulk_create(
            [
                ServiceRecord(
                    **place,
                    id=record_id,
                    service_id=service[0],
                    group_id=service[1],
                    method="C",
                    started_at=at,
                    served_on=day,
                    minutes=minutes,
                    place="home",
                    clients_count=1,
                    person_times=1,
                    workers_count=1,
                    work_minutes=minutes,
                    summary=f"{reason}。",
                    case=case,
                    digest=record_id.bytes,
                    recorded_at=at + timedelta(minutes=minutes),
                    recorded_by_id=self._cast.recorder,
                )
            ]
        )
        client = Client(pk=case.client_id)
        RecordClient.objects.bulk_create([RecordClient(**place, record_id=record_id, client=client, served_on=day)])
        worker = {"record_id": record_id, "worker_id": case.worker_id}
        RecordWorker.objects.bulk_create([RecordWorker(**place, **worker, served_on=day)])
        return made
