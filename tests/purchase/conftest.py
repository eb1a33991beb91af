"""What tests of money share."""

import pytest

from shegong.kernel.messages import compile_catalogues
from tests.factories import World
from tests.purchase.purse import Purse


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The pages' English, as set-up compiles it."""
    compile_catalogues()


@pytest.fixture
def purse(world: World) -> Purse:
    """Two counties with 1000 each (see tests/purchase/purse.py)."""
    return Purse(world).fill()
