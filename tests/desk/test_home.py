"""The signed-in home, the navigation and the search, by role."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.config.navigation import navigation
from shegong.kernel import clock
from shegong.network.models import Organisation
from shegong.people.models import Account
from tests.factories import START, World
from tests.people.conftest import Browser
from tests.practice.test_record import Room
from tests.practice.test_record_pages import page, signed_in


def test_nobody_known_is_led_to_the_sign_in(db: None) -> None:
    response = Browser().get("/")
    assert response.status_code == 302 and response["Location"].startswith("/accounts/sign-in/")


def test_a_worker_begins_with_the_day(world: World) -> None:
    room = Room(world)
    room.record(replace(room.draft, next_on=clock.today(), next_step="送降压药说明"))
    html = page(signed_in(room.account).get("/"))
    for words in ("今天要见的人", "王秀英", "送降压药说明", world.rooms["A1"].name):
        assert words in html
    assert 'href="/records/new/"' in html and "next_of=" in html
    assert "tel:" not in html  # a number is given only to who asks, and the asking is journalled


def test_a_head_sees_the_whole_station_and_the_cases_without_a_plan(world: World) -> None:
    room = Room(world)
    room.record(replace(room.draft, started_at=clock.now(), minutes=1))
    client = room.clients[0]
    client.cases.create(
        hub_id=client.hub_id, station_id=client.station_id, number="K-1", group=world.groups["older"],
        worker=room.worker, problem="独居", opened_on=clock.today(), opened_by=room.account,
    )  # fmt: skip
    html = page(signed_in(world.account("head", world.towns["A"])).get("/"))
    assert "全站今天" in html and "K-1" in html and "王秀英" in html
    other = page(signed_in(world.account("head", world.towns["B"])).get("/"))
    assert "K-1" not in other and "王秀英" not in other


@pytest.mark.parametrize(("role", "first"), [("donor", "/donations/"), ("volunteer", "/volunteering/")])
def test_who_helps_begins_with_the_own_affairs(world: World, role: str, first: str) -> None:
    browser = signed_in(world.account(role, world.hubs["A"]))
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, first)
    html = page(browser.get(first))
    assert "/records/" not in html and "/clients/" not in html


def test_one_entry_of_the_navigation_is_the_present_one(world: World) -> None:
    browser = signed_in(world.account("volunteer", world.towns["A"]))
    for path in ("/volunteering/", "/policies/", "/stations/"):
        shown = re.findall(r'<nav class="mainnav".*?</nav>', page(browser.get(path)), re.S)
        assert re.findall(r'href="([^"]+)" aria-current="page"', shown[0]) == [path]
    request = browser.get("/volunteering/").wsgi_request
    request.path = "/volunteering/me/"
    assert [each["url"] for each in navigation(request)["navigation"] if each["active"]] == ["/volunteering/me/"]


def test_who_has_no_role_is_told_whom_to_ask(world: World) -> None:
    account = world.account("worker", world.rooms["A1"])
    account.grants.all().delete()
    assert "您还没有角色" in page(signed_in(account).get("/"))


def test_the_search_finds_clients_in_scope_stations_and_services(world: World) -> None:
    room = Room(world)
    client = room.clients[0]
    client.tokens.create(hub_id=client.hub_id, station_id=client.station_id, token="wangxiuying")
    mine = signed_in(room.account)
    assert "王秀英" in page(mine.get("/search/", {"q": "wangx"}))
    assert world.rooms["A1"].name in page(mine.get("/search/", {"q": "A11"}))
    assert "入户探访" in page(mine.get("/search/", {"q": "探访"}))
    assert "没有找到" in page(mine.get("/search/", {"q": "无此"}))
    for text in ("", "\0", "%", "字" * 5000):
        assert mine.get("/search/", {"q": text}).status_code == 200
    for other in (world.account("worker", world.rooms["A2"]), world.account("city", world.centre)):
        assert "王秀英" not in page(signed_in(other).get("/search/", {"q": "wangx"}))


def test_the_questions_of_the_home_page_do_not_grow(world: World) -> None:
    room = Room(world)
    head = world.account("head", world.towns["A"])
    world.worker(world.towns["A"], head)
    browser = signed_in(head)
    room.record(replace(room.draft, started_at=clock.now(), minutes=1, next_on=clock.today()))
    browser.get("/")

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/").status_code == 200
        return len(asked)

    few = count()
    for number in range(6):
        client = world.client(room.station, f"居民{number}")
        room.record(replace(room.draft, client_ids=(client.id,), started_at=clock.now(), minutes=1))
    assert count() == few <= 30


def test_an_agencys_head_begins_with_the_agencys_own_affairs(world: World) -> None:
    firm = Organisation.objects.create(name="朴初", kinds=["agency"], since=START)
    lead = Account.objects.create(username="lead", display_name="lead")
    lead.grants.create(role="agency", station=world.hubs["A"], organisation=firm, since=START)
    answer = signed_in(lead).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/agencies/mine/")


def test_an_assessor_begins_with_the_sheets_to_fill(world: World) -> None:
    answer = signed_in(world.account("assessor", world.hubs["A"])).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/score-sheets/")
