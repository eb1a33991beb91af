"""Small worlds for tests, made by the tables' owner."""

from datetime import date
from itertools import count
from uuid import UUID

from django.db import connection

from shegong.catalogue.models import Field, PopulationGroup, ServiceItem
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.enums import Stage, Tier
from shegong.network.models import City, Station, StationStage
from shegong.people.models import Account
from shegong.practice.models import Case, CaseApproval, CaseSheet, Client
from shegong.workforce.models import Posting, Worker

START = date(2022, 1, 1)
_numbers = count(1)


def make_station(tier: Tier, key: str, parent: Station | None = None, *, running_since: date | None = START) -> Station:
    """A station under its parent, running since a day (or only planned)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('network_station', 'id'))")
        number = cursor.fetchone()[0]
    station = Station.objects.create(
        id=number,
        key=key,
        path=f"{parent.path}.{key}" if parent else key,
        tier=tier,
        name=f"{key}{tier.label}",
        parent=parent,
        hub_id=number if tier in (Tier.CENTRE, Tier.HUB) or parent is None else parent.hub_id,
        town_id=number if tier == Tier.STATION else parent.town_id if parent else None,
        stage=Stage.RUNNING if running_since else Stage.PLANNED,
    )
    if running_since:
        StationStage.objects.create(station=station, stage=Stage.RUNNING, since=running_since)
    return station


class World:
    """A city with two hubs (A, B), a town station in each with two rooms, and the catalogue's least."""

    def __init__(self) -> None:
        City.objects.create(name="试验市", authority="试验部门", system_name="试验体系")
        self.centre = make_station(Tier.CENTRE, "C")
        self.hubs = {letter: make_station(Tier.HUB, letter, self.centre) for letter in "AB"}
        self.towns = {letter: make_station(Tier.STATION, f"{letter}1", hub) for letter, hub in self.hubs.items()}
        self.rooms = {
            f"{letter}{number}": make_station(Tier.ROOM, f"{letter}1{number}", town)
            for letter, town in self.towns.items()
            for number in (1, 2)
        }
        self.fields = {
            code: Field.objects.get_or_create(code=code, defaults={"name_zh": zh, "name_en": en})[0]
            for code, zh, en in (("CA", "照护", "Care"), ("FS", "家庭支持", "Family support"))
        }
        self.groups = {
            code: PopulationGroup.objects.get_or_create(
                code=code, defaults={"name_zh": zh, "name_en": en, "restricted_class": restricted}
            )[0]
            for code, zh, en, restricted in (
                ("older", "老年人", "Older people", ""),
                ("child", "儿童", "Children", ""),
                ("drug", "戒毒康复人员", "People in drug rehabilitation", "drugs"),
            )
        }
        self.services = {
            code: ServiceItem.objects.get_or_create(
                code=code,
                version=1,
                defaults={
                    "name_zh": zh,
                    "name_en": en,
                    "kind": "basic",
                    "field": self.fields[field],
                    "group": self.groups[group],
                    "method": method,
                    "unit": "人次",
                    "clause": "试验",
                    "since": START,
                },
            )[0]
            for code, zh, en, field, group, method in (
                ("T01", "入户探访", "Home visit", "CA", "older", "C"),
                ("T02", "亲子小组", "Parent-child group", "FS", "child", "G"),
            )
        }

    def account(self, role: str, station: Station, **fields: object) -> Account:
        """An account with a role at a station since the beginning."""
        username = f"{role}{next(_numbers)}"
        account = Account.objects.create(username=username, display_name=username, **fields)
        account.grants.create(role=role, station=station, since=START)
        return account

    def worker(self, station: Station, account: Account | None = None, *, since: date = START) -> Worker:
        """A worker posted at a station."""
        name = f"社工{next(_numbers)}"
        worker = Worker.objects.create(
            name=name, sort_key=name, source="purchased", station=station, hub_id=station.hub_id, since=since,
            account=account,
        )  # fmt: skip
        Posting.objects.create(worker=worker, station=station, hub_id=station.hub_id, since=since)
        return worker

    def client(self, station: Station, name: str = "王秀英", *, restricted: tuple[str, ...] = ()) -> Client:
        """A client file kept by a station."""
        return Client.objects.create(
            hub_id=station.hub_id,
            station=station,
            number=f"T-{next(_numbers):06}",
            name=name,
            sort_key=name,
            sounds_key=name,
            restricted_classes=list(restricted),
            registered_at=clock.now(),
            registered_by=Account.objects.get_or_create(username="registrar", defaults={"display_name": "登记"})[0],
        )


def close(case: Case, on: date, by: Account) -> None:
    """End a case early, through the gates that the database holds."""
    place = {"hub_id": case.hub_id, "station_id": case.station_id, "case": case}
    asker = Account.objects.get_or_create(username="asker", defaults={"display_name": "送审"})[0]
    now = clock.now()
    rows = Case.objects.filter(pk=case.pk)
    rows.update(stage="evaluation", early_reason="moved")
    CaseSheet.objects.create(
        **place, stage="evaluation", content={"change": "已迁出"}, written_on=on, written_at=now, written_by=asker
    )
    CaseApproval.objects.create(
        **place, kind="closure", asked_by=asker, asked_at=now, decision="approve", decided_by=by, decided_at=now
    )
    rows.update(stage="closed", closed_on=on, closed_by=by, close_reason="moved")


def new_key() -> UUID:
    """A key as a caller brings it."""
    return uuid7()
