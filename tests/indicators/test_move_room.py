"""After a room moved to another town, tallies, readings and scopes are those of its new place."""

from dataclasses import replace

import pytest

from shegong.indicators.actions import drift, move_room
from shegong.indicators.models import Tally
from shegong.journal.models import Event
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import viewing
from tests.factories import World, make_station
from tests.practice.test_record import Room


@pytest.fixture
def other_town(world: World) -> Station:
    return make_station(Tier.STATION, "A2", world.hubs["A"])


def persons(town: Station) -> int:
    found = Tally.objects.filter(unit=town, kind=3, facet=0)
    return sum(tally.persons for tally in found)


@pytest.mark.django_db
def test_tallies_and_scopes_follow_a_moved_room(world: World, other_town: Station) -> None:
    rooms = [Room(world, key) for key in ("A1", "A2")]
    shared = rooms[0].clients[0]
    for room in rooms:
        room.record(replace(room.draft, client_ids=(room.clients[1].id,)))
    rooms[0].record(replace(rooms[0].draft, client_ids=(shared.id,)))
    town, admin = world.towns["A"], world.account("admin", world.centre)
    heads = {station: world.account("head", station) for station in (town, other_town)}
    assert (persons(town), persons(other_town)) == (3, 0)
    with viewing(admin.pk) as by:
        move_room(world.rooms["A1"], other_town, by=by)
    assert (persons(town), persons(other_town)) == (1, 2)
    assert drift() == []
    moved = Station.objects.get(key="A11")
    assert (moved.town, moved.parent, str(moved.path)) == (other_town, other_town, "C.A.A2.A11")
    for station, reaches in ((town, False), (other_town, True)):
        with viewing(heads[station].pk) as viewer:
            assert viewer.reaches(moved.hub_id, moved.pk) is reaches
    rooms[0].record()
    assert (persons(town), persons(other_town)) == (1, 2)
    assert sum(tally.records for tally in Tally.objects.filter(unit=other_town, kind=1, facet=0)) == 3
    assert drift() == []
    assert Event.objects.get(verb="move_room").detail == {"from": town.pk, "to": other_town.pk}


@pytest.mark.django_db
def test_moving_back_is_as_if_nothing_had_been(world: World, other_town: Station) -> None:
    Room(world).record()
    before = sorted(Tally.objects.values_list("unit", "kind", "starts_on", "facet", "facet_id", "records", "persons"))
    admin = world.account("admin", world.centre)
    with viewing(admin.pk) as by:
        for town in (other_town, other_town, world.towns["A"]):
            move_room(world.rooms["A1"], town, by=by)
    assert before == sorted(
        Tally.objects.values_list("unit", "kind", "starts_on", "facet", "facet_id", "records", "persons")
    )


@pytest.mark.django_db
def test_where_a_room_cannot_go(world: World) -> None:
    admin = world.account("admin", world.centre)
    room, town = world.rooms["A1"], world.towns["A"]
    cases = [(room, world.towns["B"], "other_hub"), (room, world.hubs["A"], "parent_tier"), (town, town, "parent_tier")]
    for moved, to, code in cases:
        with pytest.raises(Problem) as raised, viewing(admin.pk) as by:
            move_room(moved, to, by=by)
        assert raised.value.code == code
    county = world.account("county", world.hubs["A"])
    with pytest.raises(Problem) as raised, viewing(county.pk) as by:
        move_room(room, world.towns["A"], by=by)
    assert raised.value.status == 403
