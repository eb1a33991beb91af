"""What became of it: enquiries, improved cases and goals reached are tallied; the funnel follows those who asked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from shegong.indicators.actions import drift, recount
from shegong.indicators.flows import Funnel, funnel
from shegong.indicators.queries import reading, shown, shown_count
from shegong.indicators.rules import INDICATORS
from shegong.kernel import clock
from shegong.kernel.periods import Period
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.practice.models import Case, Enquiry
from tests.factories import World, close, new_key
from tests.practice.test_record import Room

YEAR = Period.parse("2025")
DAY = date(2025, 5, 6)


class Door:
    """Enquiries at a room, and the cases that come of them."""

    def __init__(self, world: World, name: str = "A1") -> None:
        self.room = Room(world, name)
        self.station = world.rooms[name]
        self.client = self.room.clients[0]
        self._group = world.groups["older"]
        self._number = 0

    def asked(self, decision: str = "", case: Case | None = None, day: date = DAY) -> Enquiry:
        """An enquiry of a day, decided upon the day after."""
        self._number += 1
        now = clock.now()
        decided = {"decided_at": now, "decided_on": day + timedelta(days=1), "decided_by": self.room.account}
        return Enquiry.objects.create(
            hub=self.station.hub,
            station=self.station,
            number=f"Q-{self.station.key}-{self._number}"[-12:],
            source="self",
            received_at=timezone.now(),
            received_on=day,
            name="王秀英",
            need="独居",
            due_at=now,
            decision=decision,
            decline_kind="other" if decision == "decline" else "",
            case=case,
            client=self.client if case else None,
            group=self._group,
            **(decided if decision else {}),
        )

    def case(self, *, score: int | None = None, improved: bool | None = None, closed: date | None = None) -> Case:
        """A case; closed with what its goals came to, if a day is given."""
        self._number += 1
        case = Case.objects.create(
            id=new_key(),
            hub=self.station.hub,
            station=self.station,
            number=f"C{self._number}",
            client=self.client,
            group=self._group,
            worker=self.room.worker,
            problem="独居",
            opened_on=DAY,
            opened_by=self.room.account,
            goal_score=score,
            improved=improved,
        )
        if closed:
            close(case, closed, self.room.account)
        return case


def read(code: str, station: Station) -> tuple[int | None, int | None, Decimal | None]:
    """Numerator, denominator and value in the year."""
    found = reading(code, station, YEAR)
    return found.numerator, found.denominator, found.value


@pytest.fixture
def door(world: World) -> Door:
    return Door(world)


def everywhere(world: World) -> list[Station]:
    """The room, its town, its county and the city."""
    return [world.rooms["A1"], world.towns["A"], world.hubs["A"], world.centre]


def test_enquiries_count_when_they_come_and_when_they_are_accepted(world: World, door: Door) -> None:
    door.asked()
    door.asked("decline")
    door.asked("accept", door.case())
    for station in everywhere(world):
        assert read("practice.enquiries", station)[0] == 3
        assert read("practice.enquiries_accepted", station)[0] == 1
    assert read("practice.enquiries", world.hubs["B"])[0] == 0
    assert drift() == []


def test_goals_reached_and_cases_improved_are_those_of_closed_cases(world: World, door: Door) -> None:
    door.case(score=500, improved=False)  # still open: what it will come to isn't known
    door.case(score=620, improved=True, closed=date(2025, 9, 1))
    door.case(score=481, improved=False, closed=date(2025, 9, 2))
    door.case(closed=date(2025, 9, 3))  # ended before any goal was rated
    for station in everywhere(world):
        assert read("practice.goal_score", station) == (1101, 2, Decimal("55.1"))
        assert read("practice.cases_improved", station) == (1, 3, Decimal("33.3"))
    assert drift() == []


def test_a_recount_finds_the_same(world: World, door: Door) -> None:
    door.asked("accept", door.case(score=620, improved=True, closed=date(2025, 9, 1)))
    before = [read(code, world.centre) for code in INDICATORS if code.startswith("practice.")]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE wants no events waiting
    recount()
    assert [read(code, world.centre) for code in INDICATORS if code.startswith("practice.")] == before
    assert drift() == []


def test_the_funnel_follows_those_who_asked(world: World, door: Door) -> None:
    served = door.case(score=620, improved=True)
    door.room.record(replace(door.room.draft, case_id=served.pk))
    close(served, date(2026, 2, 1), door.room.account)
    door.asked("accept", served)
    door.asked("accept", door.case())
    door.asked("decline")
    door.asked()
    door.asked(day=date(2024, 12, 31))
    for station in everywhere(world):
        assert funnel(station, YEAR) == Funnel(asked=4, accepted=2, served=1, improved=1)
    assert funnel(world.rooms["A2"], YEAR) == Funnel(0, 0, 0, 0)


def test_few_are_not_told_to_who_may_not_see_them(world: World, door: Door) -> None:
    for _turn in range(6):
        door.case(score=600, improved=True, closed=date(2025, 9, 1))
    door.case(score=400, improved=False, closed=date(2025, 9, 1))
    city = world.account("city", world.centre)
    with viewing(city.pk) as viewer:
        town = world.towns["A"]
        found = shown(reading("practice.cases_improved", town, YEAR), viewer, town)
        assert found.suppressed and found.value is None  # six of seven: the one who isn't better off would be told
        assert shown_count(3, viewer, town) is None
        assert (shown_count(12, viewer, town), shown_count(12, viewer, world.hubs["A"])) == (10, 12)
