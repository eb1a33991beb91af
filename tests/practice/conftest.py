"""A small county: a hub, a town station, two rooms, and people to work there."""

from dataclasses import dataclass

import pytest

from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.workforce.models import Worker
from tests import factories as make


@dataclass(frozen=True)
class County:
    """Stations and accounts by role; `there` is another county's worker."""

    hub: Station
    town: Station
    room: Station
    next_room: Station
    other_room: Station
    worker: Account
    colleague: Account
    neighbour: Account
    head: Account
    county: Account
    city: Account
    supervisor: Account
    there: Account
    worker_row: Worker
    neighbour_row: Worker
    supervisor_row: Worker


@pytest.fixture
def county(db: None) -> County:
    """Two counties, the first in some detail."""
    centre = make.make_city()
    hub = make.make_station("hub", centre, key="CD-0104", name="锦江区社工总站")
    town = make.make_station("station", hub, name="春熙路街道社工站")
    room = make.make_station("room", town, name="督院街社区社工室")
    next_room = make.make_station("room", town, name="总府路社区社工室")
    other_hub = make.make_station("hub", centre, key="CD-0105", name="青羊区社工总站")
    other_town = make.make_station("station", other_hub)
    other_room = make.make_station("room", other_town)
    worker = make.make_account(Role.WORKER, room)
    neighbour = make.make_account(Role.WORKER, next_room)
    supervisor = make.make_account(Role.SUPERVISOR, hub)
    return County(
        hub=hub,
        town=town,
        room=room,
        next_room=next_room,
        other_room=other_room,
        worker=worker,
        colleague=make.make_account(Role.WORKER, room),
        neighbour=neighbour,
        head=make.make_account(Role.HEAD, town),
        county=make.make_account(Role.COUNTY, hub),
        city=make.make_account(Role.CITY, centre),
        supervisor=supervisor,
        there=make.make_account(Role.WORKER, other_room),
        worker_row=make.make_worker(worker, room, name="李社工"),
        neighbour_row=make.make_worker(neighbour, next_room, name="周社工"),
        supervisor_row=make.make_worker(supervisor, hub, name="陈督导", is_supervisor=True),
    )
