"""What tests of client files, assessments and cases share."""

import pytest

from shegong.kernel.messages import compile_catalogues
from tests.factories import World
from tests.practice.county import County


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The pages' English, as set-up compiles it."""
    compile_catalogues()


@pytest.fixture
def county(world: World) -> County:
    """A county at work (see tests/practice/county.py)."""
    return County(world)
