"""What all tests share: the tests' own embedded PostgreSQL, which doesn't wait for the disk."""

import signal
from collections.abc import Generator, Iterator

import pytest
from django.db import connection
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from shegong.config.database import ensure_roles, is_embedded
from shegong.config.environment import home_folder
from shegong.config.postgres import EmbeddedPostgres
from tests.factories import World

# A run in the background begins with Ctrl-C ignored, and so would what it starts, which tests end by Ctrl-C.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several test processes share the work by files, so that what a file sets up is set up once; those of the browser
    stay together, around the one city that they look at.
    """
    for item in items:
        folder = item.path.parent
        together = folder if folder.name == "browser" else item.path
        item.add_marker(pytest.mark.xdist_group(str(together.relative_to(item.config.rootpath))))


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


# Rows that migrations bring (clocks, periods, stamps): {table: the rows as JSON}.
SEEDS: dict[str, str] = {}
DJANGOS_OWN = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, and a copy of the rows that its migrations brought."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - DJANGOS_OWN:
            cursor.execute(f'SELECT jsonb_agg(t)::text FROM "{table}" AS t')
            if rows := cursor.fetchone()[0]:
                SEEDS[table] = rows


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test with real transactions ends with every table emptied: what migrations brought comes back, unless nothing
    follows and the server is gone.
    """
    done = yield
    translation.deactivate()  # a language that a test spoke
    marker = item.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction") and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
            for table, rows in SEEDS.items():
                cursor.execute(
                    f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_recordset(NULL::"{table}", %s) '
                    "ON CONFLICT DO NOTHING",
                    [rows],
                )
    return done


@pytest.fixture
def world(db: None) -> World:
    """A small city (see tests/factories.py)."""
    return World()
