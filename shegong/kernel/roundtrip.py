"""Statements that don't wait for each other, sent together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Statements executed here, each by a cursor of its own where something is fetched, go to the server together; the
    first fetch sends what waits. An error of any is raised as Django's, by the next fetch or at the end.

    The ORM works here, too, but it fetches after each query, so that nothing is gained.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
