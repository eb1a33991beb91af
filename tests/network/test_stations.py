"""Adding, changing and closing single stations, and what is wrong with them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.actions import StationDetails, add_station, change_station, close_station
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station, StationStage
from shegong.network.queries import stations_page
from shegong.network.rules import path_below, stage_problem
from shegong.network.scope import viewing
from tests.factories import START, World

TODAY = date(2024, 5, 1)
DETAILS = StationDetails(name="新站", address="一号路 1 号", longitude=Decimal("104.1"), latitude=Decimal("30.6"))


@pytest.fixture
def admin(world: World) -> int:
    return world.account("admin", world.centre).pk


@pytest.mark.django_db
def test_a_town_station_and_a_room_find_their_places(world: World, admin: int) -> None:
    with viewing(admin) as by:
        town = add_station("A-9", Tier.STATION, world.hubs["A"], DETAILS, since=TODAY, by=by)
        room = add_station("A-9-1", Tier.ROOM, town, replace(DETAILS, name="新室"), since=TODAY, by=by)
    room = Station.objects.get(pk=room.pk)
    assert (str(room.path), room.hub, room.town, room.parent) == ("C.A.9.1", world.hubs["A"], town, town)
    assert town.town == town
    assert (room.stage, room.stages.get().since) == (Stage.PLANNED, TODAY)
    assert Event.objects.filter(verb="add_station", account_id=admin).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "tier", "parent", "changes", "problem"),
    [
        ("A 9", Tier.STATION, "A", {}, ("station_key", "key")),
        ("A" * 41, Tier.STATION, "A", {}, ("station_key", "key")),
        ("A1", Tier.STATION, "A", {}, ("station_twice", "key")),
        ("A9", Tier.ROOM, "A", {}, ("parent_tier", "parent")),
        ("C2", Tier.CENTRE, "A", {}, ("parent_of_centre", "parent")),
        ("C2", Tier.CENTRE, None, {}, ("second_centre", "tier")),
        ("A9", Tier.STATION, "A", {"name": " "}, ("station_name", "name")),
        ("A9", Tier.STATION, "A", {"name": "站\0"}, ("text_control", "name")),
        ("A9", Tier.STATION, "A", {"address": "长" * 10_000_000}, ("text_too_long", "address")),
        ("A9", Tier.STATION, "A", {"latitude": None}, ("place_half", "latitude")),
        ("A9", Tier.STATION, "A", {"longitude": Decimal(30), "latitude": Decimal(104)}, ("longitude", "longitude")),
        ("A9", Tier.STATION, "A", {"latitude": Decimal(104)}, ("latitude", "latitude")),
    ],
)
def test_a_wrong_station_is_refused_at_its_field(
    world: World,
    admin: int,
    key: str,
    tier: Tier,
    parent: str | None,
    changes: dict[str, object],
    problem: tuple[str, str],
) -> None:
    before = Station.objects.count()
    with pytest.raises(Problem) as raised, viewing(admin) as by:
        above = world.hubs[parent] if parent else None
        add_station(key, tier, above, replace(DETAILS, **changes), since=TODAY, by=by)
    (found,) = raised.value
    assert (found.code, found.field) == problem
    assert Station.objects.count() == before


@pytest.mark.django_db
def test_only_administrators_and_the_city_change_stations(world: World) -> None:
    head = world.account("head", world.towns["A"])
    with pytest.raises(Problem) as raised, viewing(head.pk) as by:
        change_station(world.towns["A"], DETAILS, by=by)
    assert (raised.value.code, raised.value.status) == ("may_not_build", 403)


@pytest.mark.django_db
def test_a_change_leaves_the_place_in_the_tree(world: World, admin: int) -> None:
    with viewing(admin) as by:
        change_station(world.rooms["A1"], replace(DETAILS, name=" 新名 "), by=by)
    room = Station.objects.get(key="A11")
    assert (room.name, room.longitude, str(room.path)) == ("新名", Decimal("104.100000"), str(world.rooms["A1"].path))


@pytest.mark.django_db
def test_a_station_closes_after_those_below_it(world: World, admin: int) -> None:
    town, today = world.towns["A"], clock.today()
    with viewing(admin) as by:
        with pytest.raises(Problem, match="children_open"):
            raise_code(lambda: close_station(town, today, "合并", by=by, today=today))
        for room in ("A1", "A2"):
            close_station(world.rooms[room], today, "合并", by=by, today=today)
        closed = close_station(town, today, "合并", by=by, today=today)
        assert closed.stage == Stage.CLOSED
        with pytest.raises(Problem, match="stage_closed"):
            raise_code(lambda: close_station(town, today, "合并", by=by, today=today))
        with pytest.raises(Problem, match="reason_missing"):
            raise_code(lambda: close_station(world.towns["B"], today, "  ", by=by, today=today))
    stages = list(StationStage.objects.filter(station=town).values_list("stage", "since", "until"))
    assert stages == [(Stage.RUNNING, START, today), (Stage.CLOSED, today, None)]


def raise_code(call: object) -> None:
    """Let the problem's code be matched."""
    assert callable(call)
    try:
        call()
    except Problem as problem:
        raise Problem(problem.code, problem.code) from problem


@pytest.mark.parametrize(
    ("stage", "since", "current", "code"),
    [
        (Stage.RUNNING, TODAY, (Stage.BUILT, TODAY - timedelta(days=1)), None),
        (Stage.RUNNING, TODAY, (None, None), None),
        (Stage.RUNNING, TODAY + timedelta(days=1), (None, None), "stage_future"),
        (Stage.RUNNING, TODAY, (Stage.BUILT, TODAY), "stage_order"),
        (Stage.RUNNING, TODAY, (Stage.CLOSED, START), "stage_closed"),
        (Stage.PLANNED, TODAY, (Stage.RUNNING, START), "stage_back"),
    ],
)
def test_stages_go_forward(
    stage: Stage, since: date, current: tuple[Stage | None, date | None], code: str | None
) -> None:
    problem = stage_problem(stage, since, *current, TODAY)
    assert (problem and problem.code) == code


@pytest.mark.parametrize(
    ("parent", "key", "path"),
    [
        (("", ""), "CD", "CD"),
        (("CD", "CD"), "CD-0104", "CD.0104"),
        (("CD.0104", "CD-0104"), "CD-0104-020", "CD.0104.020"),
        (("CD.0104", "CD-0104"), "room_7", "CD.0104.room_7"),
        (("CD.0104", "CD-0104"), "CD-01045", "CD.0104.CD-01045"),
    ],
)
def test_paths_follow_the_tree(parent: tuple[str, str], key: str, path: str) -> None:
    assert path_below(*parent, key) == path


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["chunxilu", "cxl", "jiedao", "春熙", "Xi Lu", "a-9"])
def test_a_station_is_found_by_name_pinyin_initials_and_key(world: World, admin: int, text: str) -> None:
    with viewing(admin) as by:
        details = replace(DETAILS, name="春熙路街道社工站")
        add_station("A-9", Tier.STATION, world.hubs["A"], details, since=TODAY, by=by)
    assert [each.key for each in stations_page(text).items] == ["A-9"]


@pytest.mark.django_db
def test_a_new_name_is_spelt_anew(world: World, admin: int) -> None:
    with viewing(admin) as by:
        station = add_station("A-9", Tier.STATION, world.hubs["A"], DETAILS, since=TODAY, by=by)
        change_station(station, replace(DETAILS, name="督院街社工站"), by=by)
    assert [each.key for each in stations_page("duyuan").items] == ["A-9"]
    assert stations_page("xinzhan").items == []
    assert stations_page("%").items == []
