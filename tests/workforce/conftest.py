"""People of a county with qualifications, for tests."""

from dataclasses import dataclass

import pytest

from shegong.kernel.messages import compile_catalogues
from shegong.people.models import Account
from shegong.workforce.models import Worker
from tests.factories import World


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The pages' English, as set-up compiles it."""
    compile_catalogues()


@dataclass
class Staff:
    """A worker of room A1 with an account, the town's head, officers of the counties and the city."""

    world: World
    account: Account
    worker: Worker
    head: Account
    county: Account
    far_county: Account
    city: Account
    colleague: Account
    colleagues_worker: Worker


@pytest.fixture
def staff(world: World) -> Staff:
    """See Staff."""
    account = world.account("worker", world.rooms["A1"])
    colleague = world.account("worker", world.rooms["A2"])
    return Staff(
        world=world,
        account=account,
        worker=world.worker(world.rooms["A1"], account),
        head=world.account("head", world.towns["A"]),
        county=world.account("county", world.hubs["A"]),
        far_county=world.account("county", world.hubs["B"]),
        city=world.account("city", world.centre),
        colleague=colleague,
        colleagues_worker=world.worker(world.rooms["A2"], colleague),
    )
