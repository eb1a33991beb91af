"""A screen on a wall: counts, no lock, and no way to anything else."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client as Browser

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.scope import counts_only, viewing
from shegong.people.models import Account
from shegong.practice.actions.record import record_service
from tests.factories import World, new_key
from tests.people.conftest import Browser as RealBrowser
from tests.people.conftest import with_password
from tests.practice.test_record import Room


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def hung_up(account: Account, station: str) -> RealBrowser:
    browser = RealBrowser()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(f"/wall/display/?station={station}").content.decode()
    assert "7 天后结束" in page
    answer = browser.post(f"/wall/display/?station={station}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/wall/")
    return browser


def record(room: Room) -> None:
    with viewing(room.account.pk) as viewer:
        draft = replace(room.draft, started_at=clock.now())
        record_service(new_key(), draft, by=viewer, at=clock.now())


def test_a_display_shows_the_wall_and_nothing_else(world: World) -> None:
    room = Room(world)
    officer = with_password(world.account("county", world.hubs["A"]))
    browser = hung_up(officer, world.hubs["A"].key)
    before = browser.get("/wall/").content.decode()
    record(room)
    page = browser.get("/wall/").content.decode()
    assert page != before and world.hubs["A"].name in page
    assert 'name="idle"' not in page and "结束展示" in page and "用作展示屏" not in page
    assert 'href="/board' not in page and '"href"' not in page
    assert browser.get("/wall/pulse/?since=x").status_code == 200
    assert browser.get("/wall/map/").status_code == 200
    for elsewhere in ("/", "/board/", "/clients/", "/accounts/", "/accounts/password/", "/journal/", "/admin/"):
        answer = browser.get(elsewhere)
        assert answer.status_code == 302, elsewhere
        assert answer.headers["Location"].startswith(("/accounts/sign-in/?next=", "/admin/login/")), elsewhere
    assert browser.get("/accounts/present/").status_code == 401
    assert browser.get("/api/v1/clients").status_code == 401
    assert browser.get(f"/wall/?station={world.hubs['B'].key}").content.decode().count(world.hubs["B"].name) == 0
    assert Event.objects.get(verb="start_display").account_id == officer.pk


def test_a_display_keeps_on_for_a_week_and_no_longer(world: World) -> None:
    browser = hung_up(world.account("city", world.centre), world.centre.key)
    start = clock.now()
    for hours in (1, 24, 167):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert browser.get("/wall/").status_code == 200
    with time_machine.travel(start + timedelta(days=7, minutes=1), tick=False):
        assert browser.get("/wall/").status_code == 302


def test_signing_in_or_its_button_ends_a_display(world: World) -> None:
    officer = with_password(world.account("city", world.centre))
    browser = hung_up(officer, world.centre.key)
    assert browser.type_password(officer.username).headers["Location"] == "/"
    assert browser.get("/board/").status_code == 200
    assert browser.session.get_expiry_age() <= 1800
    browser = hung_up(officer, world.centre.key)
    assert browser.post("/wall/display/end/").status_code == 302
    assert browser.get("/wall/").status_code == 302


@pytest.mark.parametrize("role", ["worker", "head", "assessor", "dpo"])
def test_others_can_not_hang_one_up(world: World, role: str) -> None:
    browser = Browser()
    where = world.rooms["A1"] if role in ("worker", "head") else world.centre
    browser.force_login(world.account(role, where), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post("/wall/display/").status_code == 403
    assert browser.get("/wall/").status_code == 200


def test_a_display_has_no_row_of_a_person_in_reach(world: World) -> None:
    room = Room(world)
    record(room)
    with viewing(world.account("county", world.hubs["A"]).pk) as viewer:
        narrow = counts_only(viewer)
        assert (narrow.hubs, narrow.stations, narrow.units) == ((), (), viewer.units)
        for table in (
            "practice_client",
            "practice_servicerecord",
            "people_account",
            "workforce_worker",
            "journal_event",
        ):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table
