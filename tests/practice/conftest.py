"""What tests of client files, assessments and cases share."""

import pytest

from tests.factories import World
from tests.practice.county import County


@pytest.fixture
def county(world: World) -> County:
    """A county at work (see tests/practice/county.py)."""
    return County(world)
