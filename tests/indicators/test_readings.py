"""Every reading equals a naive recount: any station, any period, any part; and stocks hold on their day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from random import Random

import pytest
from django.utils import timezone

from shegong.catalogue.models import Instrument
from shegong.indicators.queries import Part, breakdown, children_of, course, reading, shown, shown_parts
from shegong.indicators.rules import CHILD, FACETS, INDICATORS, Indicator
from shegong.kernel import clock
from shegong.kernel.periods import Period
from shegong.network.enums import Stage, Tier
from shegong.network.models import Division, Operation, Organisation, Station, StationStage
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.models import Assessment, Case, Client, RecordClient, ServiceRecord
from shegong.workforce.models import Worker
from tests.factories import START, World, close, new_key
from tests.workforce.qualifications import certify, learn, register

PERIODS = ["2023", "2023Q1", "2023Q2", "2023-01", "2023-03", "2023-07", "2024", "2024-02"]
DAYS = [date(2023, 1, 1), date(2023, 1, 31), date(2023, 3, 31), date(2023, 4, 1), date(2023, 7, 9), date(2024, 2, 29)]


@dataclass(frozen=True)
class Fact:
    """One thing that happened, as plain values to count from."""

    kind: str  # record, opened, closed, assessed
    station: Station
    day: date
    clients: tuple[object, ...] = ()
    person_times: int = 0
    work_minutes: int = 0
    satisfaction: int | None = None
    parts: tuple[tuple[str, str], ...] = ()  # (facet, key)


class Books:
    """A world with a few dozen records, cases and assessments at all tiers, and the same as plain facts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = Random(7)
        self.account = Account.objects.create(username="writer", display_name="记录员")
        self.places = [world.centre, *world.hubs.values(), *world.towns.values(), *world.rooms.values()]
        self.clients = {place.id: [world.client(place, f"居民{n}") for n in range(3)] for place in self.places}
        self.facts: list[Fact] = []
        for _turn in range(70):
            self.record(self.random.choice(self.places), self.random.choice(DAYS))
        for place in self.places[1:]:
            self.case(place, self.random.choice(DAYS[:3]), self.random.choice(DAYS[3:]))
            self.assess(place, self.random.choice(DAYS))

    def record(self, place: Station, day: date) -> None:
        service = self.world.services[self.random.choice(["T01", "T02"])]
        group = self.world.groups[self.random.choice(["older", "child"])]
        clients = self.random.sample(self.clients[place.id], self.random.randint(1, 3))
        anonymous, minutes, workers = self.random.randint(0, 4), self.random.randint(10, 90), self.random.randint(1, 2)
        satisfaction = self.random.choice([None, 3, 4, 5])
        made = ServiceRecord.objects.create(
            id=new_key(), hub_id=place.hub_id, station=place, service=service, method=service.method, group=group,
            started_at=timezone.make_aware(datetime.combine(day, time(10))), served_on=day, minutes=minutes,
            place="station", clients_count=len(clients), anonymous_count=anonymous,
            person_times=len(clients) + anonymous, workers_count=workers, work_minutes=minutes * workers,
            summary="x", satisfaction=satisfaction, digest=b"x", recorded_at=clock.now(), recorded_by=self.account,
        )  # fmt: skip
        RecordClient.objects.bulk_create(
            RecordClient(record=made, client=client, hub_id=place.hub_id, station=place, served_on=day)
            for client in clients
        )
        parts = (("group", group.code), ("field", service.field.code), ("service", service.code))
        self.facts.append(
            Fact(
                "record", place, day, tuple(c.id for c in clients), len(clients) + anonymous, minutes * workers,
                satisfaction, (*parts, ("method", service.method)),
            )
        )  # fmt: skip

    def case(self, place: Station, opened: date, closed: date) -> None:
        group = self.world.groups[self.random.choice(["older", "child"])]
        case = Case.objects.create(
            hub_id=place.hub_id, station=place, client=self.clients[place.id][0], number=f"C-{place.key}", group=group,
            worker=self.world.worker(place), problem="x", opened_on=opened, opened_by=self.account,
        )  # fmt: skip
        close(case, closed, self.account)
        self.facts.append(Fact("opened", place, opened, parts=(("group", group.code),)))
        self.facts.append(Fact("closed", place, closed, parts=(("group", group.code),)))

    def assess(self, place: Station, day: date) -> None:
        instrument, _made = Instrument.objects.get_or_create(
            code="t", version=9, defaults={"name_zh": "表", "name_en": "Form", "definition": {}, "since": START}
        )
        Assessment.objects.create(
            hub_id=place.hub_id, station=place, client=self.clients[place.id][1], instrument=instrument,
            assessed_on=day, worker=self.world.worker(place), risk=1, recorded_at=clock.now(),
            recorded_by=self.account,
        )  # fmt: skip
        self.facts.append(Fact("assessed", place, day))

    def below(self, station: Station, period: Period) -> Iterator[Fact]:
        """What happened in a station's subtree in a period."""
        for fact in self.facts:
            place = fact.station
            inside = station.tier == Tier.CENTRE or station.id in (place.id, place.town_id, place.hub_id)
            if inside and period.contains(fact.day):
                yield fact


def counted(indicator: Indicator, facts: Iterable[Fact]) -> Decimal | None:
    """The indicator's value, counted one by one."""
    facts = list(facts)
    records = [fact for fact in facts if fact.kind == "record"]
    ratings = [fact.satisfaction for fact in records if fact.satisfaction is not None]
    if indicator.code == "practice.satisfaction":
        return indicator.value(sum(ratings), len(ratings))
    measures = {
        "persons": len({client for fact in records for client in fact.clients}),
        "person_times": sum(fact.person_times for fact in records),
        "work_minutes": sum(fact.work_minutes for fact in records),
        "records": len(records),
        "cases_opened": sum(fact.kind == "opened" for fact in facts),
        "cases_closed": sum(fact.kind == "closed" for fact in facts),
        "assessments": sum(fact.kind == "assessed" for fact in facts),
    }
    if indicator.numerator not in measures:  # enquiries and goals: see test_outcomes.py
        return indicator.value(0, measures.get(indicator.denominator or "", 0) if indicator.denominator else None)
    return indicator.value(measures[indicator.numerator], None)


FLOWS = [indicator for indicator in INDICATORS.values() if indicator.flow]


@pytest.fixture
def books(world: World) -> Books:
    return Books(world)


def test_readings_equal_a_recount_for_any_station_and_period(books: Books) -> None:
    for place in books.places:
        for text in PERIODS:
            period = Period.parse(text)
            for indicator in FLOWS:
                found = reading(indicator.code, place, period)
                assert found.value == counted(indicator, books.below(place, period)), (place.key, text, indicator.code)


def test_parts_equal_a_recount(books: Books) -> None:
    for place in books.places:
        for period in map(Period.parse, ("2023", "2023Q1", "2024-02")):
            inside = list(books.below(place, period))
            for indicator in FLOWS:
                for facet in indicator.facets:
                    found = {part.key: part.reading.value for part in breakdown(indicator.code, place, period, facet)}
                    keys = {key for fact in inside for name, key in fact.parts if name == facet}
                    naive = {k: counted(indicator, (f for f in inside if (facet, k) in f.parts)) for k in keys}
                    assert found == {k: v for k, v in naive.items() if v}, (place.key, period, indicator.code, facet)


def test_children_equal_a_recount(books: Books) -> None:
    for place in books.places:
        for period in map(Period.parse, ("2023", "2023-03")):
            for indicator in FLOWS:
                found = {part.key: part.reading.value for part in breakdown(indicator.code, place, period, CHILD)}
                assert found == {
                    child.key: counted(indicator, books.below(child, period)) for child in children_of(place)
                }


def test_the_course_equals_its_readings(books: Books) -> None:
    last = Period.parse("2024-03")
    for place in books.places:
        for code in ("practice.persons_served", "practice.satisfaction"):
            found = course(code, place, last, 16)
            assert str(found[0].period) == "2022-12" and found[-1].period == last
            assert [one.value for one in found] == [reading(code, place, one.period).value for one in found]


class Ledger:
    """Stations, agencies and workers that change in the middle of 2023, in town A1 of hub A."""

    def __init__(self, world: World) -> None:
        day = date(2020, 1, 1)
        county = Division.objects.create(code="510199000000", name="甲区", level="county", since=day)
        self.town = Division.objects.create(code="510199001000", name="甲镇", level="town", since=day, parent=county)
        places = [
            Division.objects.create(
                code=f"5101990012{n:02}", name=f"村{n}", level="community", since=day, parent=self.town,
                until=date(2023, 7, 1) if n == 3 else None,
            )
            for n in range(1, 5)
        ]  # fmt: skip
        town, (first, second) = world.towns["A"], (world.rooms["A1"], world.rooms["A2"])
        for station, division in ((town, self.town), (first, places[0]), (second, places[1])):
            Station.objects.filter(pk=station.pk).update(division=division)
        StationStage.objects.filter(station=second).update(until=date(2023, 7, 1))
        StationStage.objects.create(station=second, stage=Stage.SUSPENDED, since=date(2023, 7, 1))
        agency = Organisation.objects.create(name="甲社工", kinds=["agency"], since=day)
        Operation.objects.create(station=first, mode="agency", organisation=agency, since=day, until=date(2023, 7, 1))
        Operation.objects.create(station=first, mode="self", since=date(2023, 7, 1))
        Operation.objects.create(station=town, mode="agency", organisation=agency, since=date(2023, 7, 1))
        staying, leaving = world.worker(first), world.worker(first)
        leaving.postings.update(until=date(2023, 7, 1))
        Worker.objects.filter(pk=leaving.pk).update(until=date(2023, 7, 1), is_supervisor=True)
        Worker.objects.filter(pk=staying.pk).update(is_psychological=True)
        credential = certify(staying, "N-1", date(2023, 7, 1))
        register(credential, date(2023, 7, 1))
        learn(staying, 12, date(2023, 7, 1), world.account("head", town))


@pytest.mark.parametrize(
    ("code", "spring", "autumn"),
    [
        ("network.room_coverage", (2, 4), (1, 3)),
        ("network.rooms_running", (2, None), (1, None)),
        ("network.station_coverage", (1, 1), (1, 1)),
        ("network.agency_operation", (1, 3), (1, 2)),
        ("network.agencies", (1, None), (1, None)),
        ("workforce.workers", (2, None), (1, None)),
        ("workforce.certified_workers", (0, None), (1, None)),
        ("workforce.registered_workers", (0, 0), (1, 1)),
        ("workforce.learning_hours", (0, 2), (12, 1)),
        ("workforce.supervisors", (1, None), (0, None)),
        ("workforce.psychological_workers", (1, None), (1, None)),
        ("workforce.staffed_rooms", (1, 2), (0, 1)),
        ("workforce.staffed_town_stations", (0, 1), (0, 1)),
    ],
)
def test_stocks_hold_on_their_day(
    world: World, code: str, spring: tuple[int, int | None], autumn: tuple[int, int | None]
) -> None:
    Ledger(world)
    for station in (world.towns["A"], world.hubs["A"]):
        for text, expected in (("2023Q2", spring), ("2023-06", spring), ("2023", autumn), ("2023-07", autumn)):
            found = reading(code, station, Period.parse(text))
            assert (found.numerator, found.denominator) == expected, (station.key, text)
    for part in breakdown(code, world.hubs["A"], Period.parse("2023"), CHILD):
        assert (part.reading.numerator, part.reading.denominator) == autumn


def test_the_city_sums_its_hubs_and_the_centre(books: Books) -> None:
    period = Period.parse("2023")
    for code in ("practice.person_times", "practice.persons_served"):
        hubs = [reading(code, hub, period).numerator or 0 for hub in books.world.hubs.values()]
        own = [fact for fact in books.below(books.world.centre, period) if fact.station == books.world.centre]
        extra = counted(INDICATORS[code], own) or 0
        assert reading(code, books.world.centre, period).numerator == sum(hubs) + extra


def test_a_viewer_without_names_sees_ranges_below_the_county(books: Books) -> None:
    """Checked against the exact numbers: what is shown is the range of what is true, and nothing else comes with it."""
    world, period = books.world, Period.parse("2023")
    with viewing(world.account("city", world.centre).pk) as city:
        for place in (*world.towns.values(), *world.rooms.values()):
            for code in ("practice.person_times", "practice.persons_served", "practice.records"):
                exact = reading(code, place, period)
                seen = shown(exact, city, place)
                assert (seen.numerator, seen.denominator) == (None, None)
                assert in_range(seen.suppressed, seen.value, exact.value or 0)
        for facet in FACETS:
            parts = breakdown("practice.person_times", world.hubs["A"], period, facet)
            check_parts(parts, shown_parts(parts, city, world.hubs["A"], facet))
        exact = reading("practice.person_times", world.hubs["A"], period)
        assert shown(exact, city, world.hubs["A"]) == exact
    with viewing(world.account("head", world.towns["A"]).pk) as head:
        exact = reading("practice.person_times", world.rooms["A1"], period)
        assert shown(exact, head, world.rooms["A1"]) == exact


def in_range(suppressed: bool, value: Decimal | None, exact: Decimal | int) -> bool:
    if suppressed:
        return value is None and 0 <= exact <= 5
    return value is not None and exact > 5 and (abs(value - exact) <= 2 or (value == 10 and 6 <= exact <= 12))


def check_parts(parts: list[Part], seen: list[Part]) -> None:
    shown_keys = {part.key for part in seen}
    assert shown_keys == {part.key for part in parts if (part.reading.value or 0) > 5}
    exact = {part.key: part.reading.value or 0 for part in parts}
    for part in seen:
        assert in_range(False, part.reading.value, exact[part.key])


def test_clients_are_those_of_their_files(books: Books) -> None:
    """The recount above counts people by file: each of them was made for one station."""
    assert Client.objects.count() == 3 * len(books.places)
