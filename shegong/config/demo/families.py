"""Families and surroundings of some clients of the demonstration city: three generations, with what holds and what
strains them.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.db import connection

from shegong.config.demo.copying import Table, line
from shegong.config.demo.names import NameMaker
from shegong.kernel.ids import uuid7_from
from shegong.practice.enums import BondKind, Sex, SystemKind, TieFlow, TieStrength, UnionKind
from shegong.practice.models import Client, FamilyVersion
from shegong.practice.queries.family import TABLES, columns_of, with_file_facts
from shegong.practice.rules.family import (
    Bond,
    Family,
    Parentage,
    Person,
    System,
    Tie,
    Union,
    checked_family,
    family_document,
)

# About so many files have a picture; of the shown room's, each third.
ABOUT: Final = 300
SHOWN_ONE_OF: Final = 3
OLD: Final = 60
GROWN: Final = 18
SURROUNDINGS: Final = (
    (SystemKind.HEALTH, "社区卫生服务中心", "每月量血压、取药"),
    (SystemKind.COMMUNITY, "社区居委会", ""),
    (SystemKind.NEIGHBOURS, "对门邻居", "帮忙买菜"),
    (SystemKind.ASSISTANCE, "民政救助", "低保按月发放"),
    (SystemKind.SERVICES, "社工站", "每周探访"),
    (SystemKind.FRIENDS, "老朋友", "一起喝茶"),
    (SystemKind.FAMILY, "老家亲戚", "逢年过节来往"),
)
OF_CHILDREN: Final = ((SystemKind.SCHOOL, "学校", "班主任联系密切"), (SystemKind.FRIENDS, "同学", ""))
OF_GROWN: Final = ((SystemKind.WORK, "工作单位", "常加班"),)
JOBS: Final = ("务工", "务农", "个体户", "超市员工", "司机", "退休工人", "保洁员", "教师")
HEALTH: Final = ("", "", "", "高血压", "糖尿病", "行动不便", "听力下降")


class FamilyMaker:
    """Makes families around clients; the same ones for the same seed."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._names = NameMaker(rng)
        self._parts: dict[str, list[Any]] = {}
        self._moment = datetime.min
        self._count = 0

    def family(self, client: Client) -> Family:
        """Three generations around a client of any age."""
        assert client.born_on is not None
        self._moment = client.registered_at
        self._parts = {part: [] for part in TABLES}
        me = Person(client.pk, client.name, linked=client.pk, born=client.born_on.year, sex=client.sex)
        self._parts["persons"].append(me)
        age = self._today.year - client.born_on.year
        if age >= OLD:
            self._below(self._couple(me), me.born or 0, 2)
        elif age >= GROWN:
            self._above(me, 1)
            self._below(self._couple(me), me.born or 0, 1)
        else:
            self._above(me, 2)
        self._bonds(me)
        self._surroundings(me, OF_CHILDREN if age < GROWN else OF_GROWN if age < OLD else ())
        family = Family(**{part: tuple(rows) for part, rows in self._parts.items()})
        return checked_family(with_file_facts(family, client), client.pk, self._today.year)

    def _key(self) -> UUID:
        self._count += 1
        return uuid7_from(f"family {self._count}", self._moment, self._rng)

    def _add(self, part: str, row: Any) -> Any:
        self._parts[part].append(row)
        return row

    def _person(self, sex: str, born: int, surname: str = "", *, near: bool = False) -> Person:
        rng = self._rng
        age = self._today.year - born
        is_dead = rng.random() < (0.05 if age < 65 else 0.3 if age < 80 else 0.75)
        died = min(born + rng.randint(45, 92), self._today.year) if is_dead else None
        person = Person(
            self._key(),
            self._names.name(sex, born, surname),
            sex=sex,
            born=born,
            is_dead=is_dead,
            died=died,
            in_household=near and not is_dead,
            occupation=rng.choice(JOBS) if age > GROWN else "",
            health=rng.choice(HEALTH) if age > 50 and not is_dead else "",
        )
        self._add("persons", person)
        return person

    def _couple(self, person: Person) -> UUID:
        """A partner for somebody; returns the couple's key."""
        rng = self._rng
        sex = Sex.MALE.value if person.sex == Sex.FEMALE else Sex.FEMALE.value
        born = (person.born or 1970) + rng.randint(-4, 4)
        kind = rng.choices(list(UnionKind), (80, 4, 6, 10))[0].value
        partner = self._person(sex, born, near=kind == UnionKind.MARRIED)
        since = min(max(person.born or 0, born) + rng.randint(20, 27), self._today.year)
        until = min(since + rng.randint(4, 18), self._today.year) if kind == UnionKind.DIVORCED else None
        union: Union = self._add("unions", Union(self._key(), person.id, partner.id, kind, since, until))
        return union.id

    def _below(self, couple: UUID, born: int, depth: int) -> None:
        """Children of a couple, and theirs."""
        rng = self._rng
        for number in range(rng.choices((1, 2, 3), (45, 40, 15))[0]):
            year = born + 24 + 3 * number + rng.randint(0, 2)
            if year > self._today.year:
                return
            child = self._person(rng.choice("12"), year, self._surname(couple), near=rng.random() < 0.3)
            self._add("parentages", Parentage(self._key(), child.id, union=couple))
            if depth > 1 and rng.random() < 0.75 and year + 24 < self._today.year:
                self._below(self._couple(child), year, depth - 1)

    def _surname(self, couple: UUID) -> str:
        """The father's."""
        union = next(each for each in self._parts["unions"] if each.id == couple)
        parents = [each for each in self._parts["persons"] if each.id in (union.first, union.second)]
        return next((each.name[:1] for each in parents if each.sex == Sex.MALE), "")

    def _above(self, person: Person, depth: int) -> None:
        """The parents of somebody, brothers and sisters, and the parents' parents."""
        rng, born = self._rng, person.born or 1990
        father = self._person("1", born - rng.randint(23, 33), person.name[:1], near=depth == 2 and rng.random() < 0.7)
        mother = self._person("2", born - rng.randint(21, 30), near=depth == 2)
        kind = rng.choices(list(UnionKind), (76, 2, 6, 16))[0].value
        union: Union = self._add("unions", Union(self._key(), father.id, mother.id, kind, born - 1))
        self._add("parentages", Parentage(self._key(), person.id, union=union.id))
        for number in range(rng.choices((0, 1, 2), (45, 40, 15))[0]):
            year = min(born + (3 + number) * rng.choice((-1, 1)), self._today.year)
            if year > max(father.born or 0, mother.born or 0) + 16:
                sibling = self._person(rng.choice("12"), year, person.name[:1], near=depth == 2)
                self._add("parentages", Parentage(self._key(), sibling.id, union=union.id))
        if depth > 1:
            for parent in (father, mother):
                self._above(parent, 1)

    def _bonds(self, me: Person) -> None:
        rng = self._rng
        others = [each for each in self._parts["persons"] if each.id != me.id and not each.is_dead]
        for other in rng.sample(others, min(len(others), rng.randint(1, 3))):
            kind = rng.choices(list(BondKind), (30, 22, 16, 16, 6, 10))[0].value
            self._add("bonds", Bond(self._key(), other.id, me.id, kind, "to" if kind == BondKind.CARING else "both"))

    def _surroundings(self, me: Person, own: Sequence[tuple[SystemKind, str, str]]) -> None:
        rng = self._rng
        for kind, name, note in (*own, *rng.sample(SURROUNDINGS, rng.randint(3, 5))):
            system: System = self._add("systems", System(self._key(), kind.value, name, note))
            strength = rng.choices(list(TieStrength), (34, 36, 18, 12))[0].value
            flow = rng.choices(list(TieFlow), (8, 52, 32, 8))[0].value
            who = me.id if (kind, name, note) in own else None
            self._add("ties", Tie(self._key(), system.id, who, strength, flow))


def make_families(rng: Random, today: date, shown_station: int, recorder: int) -> int:
    """Families for some hundreds of clients, more of them in the shown room; returns how many."""
    maker = FamilyMaker(rng, today)
    rows: dict[str, list[str]] = {part: [] for part in TABLES}
    versions: list[str] = []
    for client in _chosen(shown_station):
        family = maker.family(client)
        place = (client.hub_id, client.station_id, client.pk)
        for part in TABLES:
            names = columns_of(part)
            rows[part] += [
                line(*place, position, *(getattr(row, name) for name in names))
                for position, row in enumerate(getattr(family, part))
            ]
        key = uuid7_from(f"version {client.pk}", client.registered_at, rng)
        document = json.dumps(family_document(family), ensure_ascii=False)
        made_at = client.registered_at + timedelta(minutes=20)
        versions.append(line(*place, key, 1, document, made_at, recorder))
    for part, table in TABLES.items():
        columns = ["hub_id", "station_id", "client_id", "position", *columns_of(part).values()]
        Table(table, columns).copy(rows[part])
    kept = "hub_id station_id client_id id number document made_at made_by_id"
    Table(FamilyVersion, kept.split()).copy(versions)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return len(versions)


def _chosen(shown_station: int) -> Iterator[Client]:
    """Evenly spread over the files by number, the shown room's first."""
    known = Client.objects.filter(born_on__isnull=False, state="active").order_by("id")
    shown = list(known.filter(station_id=shown_station))[::SHOWN_ONE_OF]
    yield from shown
    keys = list(known.exclude(station_id=shown_station).values_list("pk", flat=True))
    step = max(len(keys) // ABOUT, 1)
    yield from known.filter(pk__in=keys[::step])
