"""A kept connection whose server has gone is noticed without asking."""

import pytest
from django.db import connection


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
