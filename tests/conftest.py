"""What all tests share: the tests' own embedded PostgreSQL, which doesn't wait for the disk."""

from collections.abc import Iterator

import pytest

from shegong.config.database import ensure_roles, is_embedded
from shegong.config.environment import home_folder
from shegong.config.postgres import EmbeddedPostgres
from tests.factories import World


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """The database server runs, with the roles that migrations grant to."""
    home = home_folder()
    if not is_embedded():
        ensure_roles(home)
        yield
        return
    with EmbeddedPostgres(home, durable=False).running():
        ensure_roles(home)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: None) -> None:
    """pytest-django asks for this before it makes the test database: so the server runs by then."""


@pytest.fixture
def world(db: None) -> World:
    """A small city (see tests/factories.py)."""
    return World()
