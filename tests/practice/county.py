"""A county at work: rooms with their people, and makers of what client files hold, as the tables' owner."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from shegong.catalogue.models import Instrument, PopulationGroup
from shegong.kernel import clock
from shegong.kernel.chinese import identity_check
from shegong.kernel.ids import uuid7
from shegong.kernel.names import search_tokens, sort_key, sounds_alike_key
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.enums import Place
from shegong.practice.models import Client, ClientGroup, ClientToken, RecordClient, RecordWorker, ServiceRecord
from shegong.practice.models.client import identity_index, phone_index
from shegong.workforce.models import SupervisionAgreement, SupervisorProfile, Worker
from tests.factories import START, World
from tests.workforce.supervising import make_agreement

FORM = {
    "sections": [
        {
            "key": "person",
            "title": {"zh": "个人", "en": "Person"},
            "questions": [
                {
                    "key": "health",
                    "kind": "single",
                    "label": {"zh": "健康", "en": "Health"},
                    "field": "CA",
                    "required": True,
                    "options": [
                        {"value": value, "label": {"zh": zh, "en": en}, "score": score}
                        for value, zh, en, score in (
                            ("good", "好", "Good", 0),
                            ("weak", "弱", "Weak", 1),
                            ("ill", "重病", "Ill", 3),
                        )
                    ],
                },
                {
                    "key": "losses",
                    "kind": "multi",
                    "label": {"zh": "经历", "en": "Events"},
                    "field": "FS",
                    "required": False,
                    "options": [
                        {"value": "bereaved", "label": {"zh": "丧亲", "en": "Loss"}, "score": 1},
                        {"value": "jobless", "label": {"zh": "失业", "en": "No work"}, "score": 1},
                        {
                            "value": "harm",
                            "label": {"zh": "轻生念头", "en": "Harm"},
                            "score": 1,
                            "risk_at_least": 4,
                        },
                        {"value": "none", "label": {"zh": "都没有", "en": "None"}, "score": 0, "exclusive": True},
                    ],
                },
                {
                    "key": "size",
                    "kind": "number",
                    "label": {"zh": "同住人数", "en": "People"},
                    "field": None,
                    "required": False,
                    "minimum": 1,
                    "maximum": 20,
                },
                {
                    "key": "wish",
                    "kind": "text",
                    "label": {"zh": "愿望", "en": "Wish"},
                    "field": None,
                    "required": False,
                },
            ],
        }
    ],
    "risk": {"bands": [{"from": 0, "level": 1}, {"from": 3, "level": 2}, {"from": 5, "level": 3}]},
}
_numbers = count(1)


class County:
    """Hub A of the small world: workers in two rooms of one town, their head, the county's officer, a supervisor, and
    a worker of the other county.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.hub, self.town = world.hubs["A"], world.towns["A"]
        self.room, self.next_room, self.far_room = world.rooms["A1"], world.rooms["A2"], world.rooms["B1"]
        self.worker = world.account(Role.WORKER, self.room)
        self.colleague = world.account(Role.WORKER, self.room)
        self.neighbour = world.account(Role.WORKER, self.next_room)
        self.stranger = world.account(Role.WORKER, self.far_room)
        self.head = world.account(Role.HEAD, self.town)
        self.officer = world.account(Role.COUNTY, self.hub)
        self.city = world.account(Role.CITY, world.centre)
        self.supervisor = world.account(Role.SUPERVISOR, self.hub)
        self.worker_row = world.worker(self.room, self.worker)
        self.neighbour_row = world.worker(self.next_room, self.neighbour)
        self.supervisor_row = world.worker(self.hub, self.supervisor)
        Worker.objects.filter(pk=self.supervisor_row.pk).update(is_supervisor=True)
        self.supervisor_row.refresh_from_db()

    def agree(self, **more: object) -> SupervisionAgreement:
        """The supervisor supervises the town and its rooms: an agreement in force."""
        profile = SupervisorProfile.objects.get_or_create(
            worker=self.supervisor_row,
            defaults={
                "hub": self.hub, "functions": ["education"], "monthly_hours": 20, "hub_ids": [self.hub.pk],
                "since": clock.today() - timedelta(days=400),
            },
        )[0]  # fmt: skip
        known = SupervisionAgreement.objects.filter(supervisor=profile, **more).first()
        return known or make_agreement(profile, self.town, **more)

    def group(self, code: str) -> PopulationGroup:
        return self.world.groups[code]

    def client(
        self, name: str = "王秀英", *, at: Station | None = None, groups: Iterable[str] = (), **fields: Any
    ) -> Client:
        """A file with its words, indexes and groups."""
        station, wanted = at or self.room, [self.group(code) for code in groups]
        client = Client.objects.create(
            id=uuid7(),
            hub_id=station.hub_id,
            station=station,
            number=f"T-2022-{next(_numbers):06d}",
            name=name,
            sort_key=sort_key(name),
            sounds_key=sounds_alike_key(name),
            identity_index=identity_index(fields.get("identity", "")),
            phone_index=phone_index(fields.get("phone", "")),
            restricted_classes=sorted({each.restricted_class for each in wanted if each.restricted_class}),
            registered_at=clock.now(),
            registered_by=self.worker,
            **fields,
        )
        place = {"hub_id": station.hub_id, "station_id": station.pk, "client": client}
        ClientToken.objects.bulk_create([ClientToken(**place, token=token) for token in search_tokens(name)])
        ClientGroup.objects.bulk_create([ClientGroup(**place, group=group, since=START) for group in wanted])
        return client

    def record(
        self,
        clients: list[Client],
        *,
        at: Station | None = None,
        on: date | None = None,
        service: str = "T01",
        anonymous: int = 0,
        **fields: Any,
    ) -> ServiceRecord:
        """Half an hour with these clients."""
        station, item, day = at or self.room, self.world.services[service], on or clock.today()
        record = ServiceRecord.objects.create(
            id=uuid7(),
            hub_id=station.hub_id,
            station=station,
            service=item,
            method=item.method,
            group=item.group,
            started_at=datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_current_timezone()),
            served_on=day,
            minutes=30,
            place=Place.HOME,
            clients_count=len(clients),
            anonymous_count=anonymous,
            person_times=len(clients) + anonymous,
            workers_count=1,
            work_minutes=30,
            summary="入户探访。",
            digest=b"0" * 16,
            recorded_at=clock.now(),
            recorded_by=self.worker,
            restricted=any(client.restricted_classes for client in clients),
            **fields,
        )
        place = {"hub_id": station.hub_id, "station_id": station.pk, "record": record, "served_on": day}
        RecordClient.objects.bulk_create(
            [RecordClient(**place, client=client, restricted=bool(client.restricted_classes)) for client in clients]
        )
        giver = self.worker_row if station == self.room else self.neighbour_row
        RecordWorker.objects.bulk_create([RecordWorker(**place, worker=giver)])
        return record

    def instrument(self) -> Instrument:
        """A form in force."""
        return Instrument.objects.get_or_create(
            code="needs",
            version=1,
            defaults={"name_zh": "评估", "name_en": "Needs", "definition": FORM, "since": START},
        )[0]

    def account(self, role: Role, station: Station) -> Account:
        return self.world.account(role, station)


def identity(born_on: date, order: int = 0) -> str:
    """A right identity number (GB 11643); an odd order is a man's."""
    digits = f"510100{born_on:%Y%m%d}{order:03d}"
    return digits + identity_check(digits)


def years_ago(years: int) -> date:
    """A birth date of somebody who has been this old for a month."""
    return clock.today() - timedelta(days=round(365.25 * years) + 30)
