"""A session ends when nobody is there, timers or not."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.people.models import Account
from tests.people.conftest import Browser

QUIET = {"X-Shegong-Quiet": "1"}


@pytest.mark.parametrize(("headers", "alive"), [({}, True), (QUIET, False)])
def test_what_a_timer_asks_puts_nothing_off(signed_in: Browser, headers: dict[str, str], alive: bool) -> None:
    start = clock.now()
    for minutes in range(0, 29, 4):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert signed_in.get("/accounts/present/", headers=headers).status_code == 200
    with time_machine.travel(start + timedelta(minutes=35), tick=False):
        assert (signed_in.get("/accounts/present/", headers=headers).status_code == 200) == alive


def test_a_short_idle_time_is_put_off_in_time(signed_in: Browser, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 60
    start = clock.now()
    for seconds in range(0, 200, 20):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            assert signed_in.get("/accounts/present/").status_code == 200


def test_presence_tells_who_it_is_and_a_lock_ends_the_session(signed_in: Browser, worker: Account) -> None:
    assert signed_in.get("/accounts/present/").json() == {"account": worker.pk}
    page = signed_in.get("/accounts/").content.decode()
    assert '<meta name="idle" content="1800">' in page
    assert signed_in.get("/accounts/lock/").status_code == 405
    assert signed_in.post("/accounts/lock/").status_code == 204
    assert signed_in.get("/accounts/present/").status_code == 401
    assert signed_in.get("/accounts/").status_code == 302
    assert signed_in.post("/accounts/lock/").status_code == 204
    assert Event.objects.filter(verb="lock", account_id=worker.pk).count() == 1
