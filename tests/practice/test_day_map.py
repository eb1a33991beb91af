"""The map of today's visits: places, order, honesty about what isn't known, and what it leads to."""

from dataclasses import replace
from math import hypot

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.kernel import clock
from shegong.network.enums import Level
from shegong.network.models import Division, Station
from shegong.network.scope import viewing
from shegong.practice.models import Client
from shegong.practice.pictures.day_map import day_map
from shegong.practice.queries.day_map import route
from shegong.practice.queries.record import worker_day
from shegong.practice.rules.day_map import APART, Basis, Canvas, Place, Stop, laid_out
from tests.factories import START, World, new_key
from tests.practice.test_record import Room
from tests.practice.test_record_pages import page, signed_in

CANVAS = Canvas(340, 260, 42)


def stop(number: int, place: Place) -> Stop:
    return Stop(number, new_key(), f"居民{number}", place, Basis.COMMUNITY)


degrees = st.none() | st.tuples(st.integers(10300, 10500), st.integers(3000, 3150))
known_places = st.dictionaries(st.sampled_from("abcdefgh"), degrees, max_size=8)


@settings(deadline=None)
@given(known_places, st.lists(st.integers(0, 7), max_size=24))
def test_every_number_lies_in_the_picture_and_upon_no_other(
    found: dict[str, tuple[int, int] | None], visits: list[int]
) -> None:
    known = [
        Place(key, "某社区", spot[0] / 100, spot[1] / 100) if spot else Place(key, "某社区")
        for key, spot in found.items()
    ]
    stops = [stop(index + 1, known[at % len(known)]) for index, at in enumerate(visits) if known]
    layout = laid_out(stops, known, CANVAS)
    spots = list(layout.numbers.values())
    assert all(0 <= x <= CANVAS.width and 0 <= y <= CANVAS.height for x, y in spots)
    for index, (x, y) in enumerate(spots):
        assert all(hypot(x - a, y - b) > APART - 1 for a, b in spots[:index])
    is_located = any(each.place.lon is not None for each in stops)
    assert (layout.kilometre is not None) == is_located
    shown = [each.number for each in stops if each.place.lon is not None or not is_located]
    assert sorted(layout.numbers) == shown


def test_north_is_up_east_is_right_and_a_kilometre_is_one() -> None:
    here, north, east = (
        Place(key, key, lon, lat) for key, lon, lat in (("a", 104, 30.6), ("b", 104, 30.7), ("c", 104.1, 30.6))
    )
    layout = laid_out([stop(1, here), stop(2, north), stop(3, east)], (), CANVAS)
    assert layout.places["b"][1] < layout.places["a"][1] and layout.places["c"][0] > layout.places["a"][0]
    assert layout.kilometre is not None
    assert (layout.places["a"][1] - layout.places["b"][1]) / layout.kilometre == pytest.approx(11.13, abs=0.01)
    assert (layout.places["c"][0] - layout.places["a"][0]) / layout.kilometre == pytest.approx(9.58, abs=0.01)


def put_on_map(station: Station, lon: float, lat: float) -> None:
    Station.objects.filter(pk=station.pk).update(longitude=lon, latitude=lat)


def community(station: Station) -> Division:
    made = Division.objects.create(code="510104020001", name="莲花社区居民委员会", level=Level.COMMUNITY, since=START)
    Station.objects.filter(pk=station.pk).update(division=made)
    return made


def promised(room: Room, client: Client) -> None:
    room.record(replace(room.draft, client_ids=(client.pk,), next_on=clock.today()))


def test_visits_lie_at_their_community_s_room_else_at_their_station(world: World) -> None:
    room = Room(world)
    other = world.rooms["A2"]
    put_on_map(other, 104.05, 30.65)
    put_on_map(room.station, 104.06, 30.66)
    Client.objects.filter(pk=room.clients[0].pk).update(community=community(other))
    for client in room.clients:
        promised(room, client)
    with viewing(room.account.pk) as viewer:
        day = worker_day(viewer, clock.today())
        with CaptureQueriesContext(connection) as asked:
            found = route(day.visits, day.station)
        assert len(asked) == 1
        assert route((), day.station).stops == ()
    lies = {each.name: (each.basis, each.place.name, each.place.position) for each in found.stops}
    assert lies["王秀英"] == (Basis.COMMUNITY, "莲花社区", "30.650000,104.050000")
    assert lies["李国强"] == (Basis.STATION, room.station.name, "30.660000,104.060000")
    assert [each.number for each in found.stops] == [1, 2]


def test_my_day_shows_the_map_with_its_text_and_navigates_only_where_a_place_is_known(world: World) -> None:
    room = Room(world)
    promised(room, room.clients[0])
    html = page(signed_in(room.account).get("/day/beside/"))
    assert "今天的走访图" in html and "这是示意图" in html and 'href="geo:30' not in html and "公里" not in html
    assert "picture-day" in html and "next_of=" in html
    put_on_map(room.station, 104.06, 30.66)
    html = page(signed_in(room.account).get("/day/beside/"))
    assert "geo:30.660000,104.060000" in html and "公里" in html and "这是示意图" not in html
    assert "标在所属站点处" in html
    room.record(replace(room.draft, started_at=clock.now(), minutes=1))
    assert "今天的走访图" not in page(signed_in(room.account).get("/day/beside/"))  # visited: nothing is left to draw


def test_a_name_is_escaped_and_a_day_without_visits_has_no_picture() -> None:
    drawn = day_map([Stop(1, new_key(), '<b>"', Place("a", "<i>"), Basis.NOWHERE)], (), lambda key: f"/x/?k={key}")
    assert drawn is not None and "<b>" not in drawn.svg and "<i>" not in drawn.svg
    assert day_map([], (), str) is None
