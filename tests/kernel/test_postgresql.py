"""A kept connection whose server has gone is noticed without asking; statements sent together fail as any other."""

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.kernel.roundtrip import one_round_trip


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_has_gone_is_not_usable() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    other = connection.copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
    assert not connection.is_usable()
    connection.close()


def test_results_come_in_their_order(db: None) -> None:
    with one_round_trip(), connection.cursor() as first, connection.cursor() as second:
        first.execute("SELECT 1")
        second.execute("SELECT 2")
        assert (first.fetchone(), second.fetchone()) == ((1,), (2,))


def test_an_error_is_djangos_own(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), one_round_trip(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO network_city (id) VALUES (1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 3")
        assert cursor.fetchone() == (3,)
