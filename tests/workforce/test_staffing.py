"""Staffing: the rule as a pure decision, and the database's reckoning of all stations, which must be the same."""

from datetime import date, timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction

from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems
from shegong.network.enums import Tier
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.workforce.actions.staffing import change_rule
from shegong.workforce.models import StaffingRule, Worker
from shegong.workforce.queries.staffing import ServiceEnd, manned, rule_history, staffing
from shegong.workforce.rules.staffing import Post, Rule, standing
from tests.factories import START, World, make_station

DAY = date(2024, 6, 1)
TWO = Rule(least=2, certified_only=True, counts_from=1, since=START)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def certified(number: int, since: date, until: date | None = None, *, leaves: tuple[date, ...] = ()) -> Post:
    return Post(number, 100, since, until, certified_since=date(2015, 1, 1), leaves=leaves)


def test_a_station_meets_the_rule_from_its_second_certified_worker_on() -> None:
    posts = [certified(1, START), certified(2, on(-30)), Post(3, 100, START)]
    found = standing(posts, [TWO], START, DAY)
    assert found is not None
    assert (found.needed, found.present, found.missing, found.met) == (2, 2, 0, True)
    assert (found.since, found.until) == (on(-30), None)


def test_it_says_when_it_will_stop_and_when_it_will_begin() -> None:
    stops = standing(
        [certified(1, START), certified(2, START, on(40)), certified(3, START, leaves=(on(20),))], [TWO], START, DAY
    )
    assert stops is not None and (stops.met, stops.present, stops.until) == (True, 3, on(40))
    begins = standing([certified(1, START), certified(2, on(10))], [TWO], START, DAY)
    assert begins is not None and (begins.met, begins.missing, begins.since, begins.until) == (False, 1, START, on(10))


def test_a_lapsed_certificate_and_a_small_share_do_not_count() -> None:
    posts = [certified(1, START), Post(2, 100, START, certified_since=START, certified_until=on(5))]
    found = standing(posts, [TWO], START, DAY)
    assert found is not None and (found.met, found.until) == (True, on(5))
    half = Rule(least=2, certified_only=False, counts_from=50, since=START)
    found = standing([Post(1, 100, START), Post(2, 49, START)], [half], START, DAY)
    assert found is not None and found.missing == 1


def test_a_stricter_rule_ends_what_was_met() -> None:
    rules = [Rule(1, False, 1, START, on(3)), Rule(2, True, 1, on(3))]
    found = standing([certified(1, START)], rules, START, DAY)
    assert found is not None and (found.needed, found.met, found.until) == (1, True, on(3))
    later = standing([certified(1, START)], rules, START, on(4))
    assert later is not None and (later.needed, later.met, later.since) == (2, False, on(3))
    assert standing([certified(1, START)], rules, START, START - timedelta(days=1)) is None


def fill(world: World, rng: Random, agency: Organisation) -> None:
    """People posted at random, some certified, some of an agency, some gone."""
    stations = [*world.hubs.values(), *world.towns.values(), *world.rooms.values(), world.centre]
    for number in range(60):
        station = rng.choice(stations)
        since = on(rng.randint(-500, 60))
        until = since + timedelta(days=rng.randint(1, 700)) if rng.random() < 0.5 else None
        left = until if until is not None and rng.random() < 0.3 else None
        worker = Worker.objects.create(
            name=f"人{number}", sort_key="r", source="other", station=station, hub_id=station.hub_id, since=since,
            until=left, employer=agency if rng.random() < 0.5 else None,
        )  # fmt: skip
        days = rng.sample([date(2019, 1, 1), on(-100), on(30)], rng.randint(0, 2))
        for level, issued in zip(("assistant", "worker"), days, strict=False):
            worker.credentials.create(
                level=level, number=f"N{number}-{issued}", issued_on=issued, hub_id=station.hub_id
            )
        worker.postings.create(
            station=station, hub_id=station.hub_id, share=rng.choice([20, 60, 100]), since=since, until=until
        )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_database_reckons_as_the_rule_does(world: World, seed: int) -> None:
    rng = Random(seed)
    agency = Organisation.objects.create(name="机构", kinds=["agency"], since=START)
    fill(world, rng, agency)
    StaffingRule.objects.filter(tier="room").update(until=on(rng.randint(-50, 50)))
    ended = StaffingRule.objects.get(tier="room").until
    assert ended is not None
    StaffingRule.objects.create(tier="room", least=1, certified_only=True, counts_from=50, clause="新", since=ended)
    stations = [*world.hubs.values(), *world.towns.values(), *world.rooms.values(), world.centre]
    ends = [ServiceEnd(station.pk, agency.pk, on(rng.randint(1, 90))) for station in stations[::2]]
    people = manned(stations, ends)
    for day in (on(-200), DAY, on(33)):
        found = staffing(day, ends)
        for station in stations:
            one = people[station.pk]
            assert one.running_since == START
            expected = standing(one.posts, one.rules, one.running_since, day)
            assert found.get(station.pk) == expected, (station.key, day)


def test_only_running_stations_are_asked(world: World) -> None:
    make_station(Tier.ROOM, "A19", world.towns["A"], running_since=None)
    found = staffing(DAY)
    assert found.keys() == {
        each.pk for each in (*world.hubs.values(), *world.towns.values(), *world.rooms.values())
    } | {world.centre.pk}
    assert {key for key, one in found.items() if one.met} == set()
    assert found[world.rooms["A1"].pk].missing == 2
    assert staffing(DAY, hub_ids=[world.hubs["A"].pk]).keys() < found.keys()
    assert staffing(DAY, station_ids=[world.rooms["A1"].pk]).keys() == {world.rooms["A1"].pk}


def test_it_counts_guests_whom_the_viewer_may_not_see(world: World) -> None:
    """An agency sees its own people only; the number is of all."""
    for _time in range(2):
        world.worker(world.rooms["A1"])
    agency = Organisation.objects.create(name="机构", kinds=["agency"], since=START)
    account = world.account("worker", world.rooms["B1"])
    account.grants.create(role="agency", station=world.hubs["B"], organisation=agency, since=START)
    with viewing(account.pk):
        assert staffing(clock.today())[world.rooms["A1"].pk].met


def test_the_plan_s_rules_are_there_with_their_clauses(db: None) -> None:
    rules = {tier: rows[0] for tier, rows in rule_history().items()}
    assert [(rule.least, rule.most, rule.certified_only) for rule in rules.values()] == [
        (3, 5, False), (2, None, True), (2, None, True), (2, None, False),
    ]  # fmt: skip
    assert all("人员配备" in rule.clause for rule in rules.values())


def test_the_city_changes_a_rule_from_a_day_on(world: World) -> None:
    values = {"least": 3, "most": 5, "certified_only": True, "counts_from": 50, "clause": "市级通知"}
    with viewing(world.account("city", world.centre).pk) as viewer:
        change_rule("centre", **values, since=DAY, by=viewer)
        with pytest.raises(Problems) as raised:
            change_rule("centre", least=0, most=0, certified_only=True, counts_from=0, clause=" ", since=DAY, by=viewer)
    assert sorted(each.field or "" for each in raised.value) == ["clause", "counts_from", "least", "since"]
    assert [(rule.since, rule.until) for rule in rule_history()["centre"]] == [(DAY, None), (START, DAY)]
    with viewing(world.account("county", world.hubs["A"]).pk) as viewer, pytest.raises(Problem, match="市级"):
        change_rule("centre", **values, since=on(9), by=viewer)
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        StaffingRule.objects.create(tier="centre", least=1, certified_only=False, clause="x", since=on(3))
