"""The officers' pages: who sees what, what is never told, and how many queries it takes."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from shegong.indicators.models import PublishedFigure, Target
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.models import Division, Station
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.models import Account
from shegong.practice.actions.record import record_service
from shegong.practice.models import Client, RecordClient, ServiceRecord
from tests.factories import World, new_key
from tests.practice.test_record import Room

NAMES = ("王秀英", "李国强")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def browser(account: Account, language: str = "zh-hans") -> Browser:
    found = Browser(headers={"Accept-Language": language})
    found.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    if language != "zh-hans":
        found.cookies["django_language"] = language
    return found


def page(client: Browser, address: str, status: int = 200, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, address
    return answer.content.decode()


def record(room: Room, times: int = 1) -> None:
    for _turn in range(times):
        with viewing(room.account.pk) as viewer:
            draft = replace(room.draft, started_at=clock.now())
            record_service(new_key(), draft, by=viewer, at=clock.now())


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("city", "centre"),
        ("dpo", "centre"),
        ("admin", "centre"),
        ("county", "hub"),
        ("head", "town"),
        ("worker", "room"),
    ],
)
def test_each_role_starts_at_its_own_station(world: World, role: str, place: str) -> None:
    station = {"centre": world.centre, "hub": world.hubs["A"], "town": world.towns["A"], "room": world.rooms["A1"]}[
        place
    ]
    assert f"<h1>{station.name}</h1>" in page(browser(world.account(role, station)), "/board/")


@pytest.mark.parametrize("role", ["volunteer", "donor"])
def test_who_reads_no_numbers_is_turned_away(world: World, role: str) -> None:
    client = browser(world.account(role, world.centre))
    for address in ("/board/", "/wall/", "/board/behind/?code=practice.records", "/board/targets/"):
        page(client, address, 403)


@pytest.mark.django_db
def test_somebody_unknown_is_led_to_sign_in() -> None:
    assert Browser().get("/board/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/board/", "/board/pulse/", "/board/behind/", "/board/gap/", "/wall/", "/wall/pulse/"]
)
def test_numbers_of_others_are_not_read(world: World, path: str) -> None:
    worker = browser(world.account("worker", world.rooms["A1"]))
    county = browser(world.account("county", world.hubs["A"]))
    for client, key in ((worker, "A"), (worker, "A12"), (worker, "B"), (county, "B"), (county, "B11"), (county, "C")):
        page(client, f"{path}?code=practice.records&station={key}", 403)


@pytest.mark.parametrize(
    "query",
    ["station=nowhere", "period=2026-13", "period=x", "code=practice.nothing", "code=practice.records&cursor=x"],
)
def test_what_is_not_there_is_not_found(room: Room, query: str) -> None:
    path = "/board/behind/" if "code" in query else "/board/"
    page(browser(room.account), f"{path}?{query}", 404)


def test_a_record_is_seen_at_once_by_head_and_without_a_name_by_the_city(world: World, room: Room) -> None:
    head, city = browser(world.account("head", world.towns["A"])), browser(world.account("city", world.centre))
    record(room)
    for step in ("station=A1", "station=A11"):
        text = page(head, f"/board/behind/?code=practice.records&{step}")
        assert NAMES[0] in text and room.worker.name in text
        assert f'href="/records/{ServiceRecord.objects.get().pk}/"' in text
    for address in (
        "/board/", "/board/?station=A", "/board/?station=A1", "/board/?station=A11", "/wall/", "/wall/?station=A11",
        "/board/behind/?code=practice.records", "/board/behind/?code=practice.records&station=A11",
        "/board/behind/?code=practice.persons_served&station=A11&by=group&key=older",
        "/board/behind/?code=practice.cases_opened&station=A11", "/board/behind/?code=practice.assessments&station=A1",
    ):  # fmt: skip
        text = page(city, address)
        assert not any(name in text for name in NAMES), address
        assert "探访独居老人" not in text, address
    assert "您的职责是看数字" in page(city, "/board/behind/?code=practice.records&station=A11")


def test_the_board_of_the_centre_is_the_citys(world: World, room: Room) -> None:
    division = Division.objects.create(code="519900000000", name="试验市", level="city", since=date(2000, 1, 1))
    Station.objects.filter(pk=world.centre.pk).update(division=division)
    city = browser(world.account("city", world.centre))
    assert "<h1>试验市</h1>" in page(city, "/board/")
    assert "<h1>试验市 ·" in page(city, "/wall/")
    for address in ("/board/?station=A", "/board/behind/?code=practice.records", "/board/gap/", "/board/targets/"):
        assert re.search(r'class="crumbs".*>试验市</a>', page(city, address)), address


def test_the_city_is_told_the_county_exactly_and_the_room_as_a_range(world: World, room: Room) -> None:
    record(room, 3)
    city = browser(world.account("city", world.centre))
    county = page(city, "/board/behind/?code=practice.records&station=A")
    assert re.search(r'number-value">3<', county)
    assert re.search(r'<th scope="row"><a [^>]*>A1[^<]*</a></th><td class="figures">0–5<', county)
    below = page(city, "/board/behind/?code=practice.records&station=A11")
    assert re.search(r'number-value">0–5<', below) and "0–5" in page(city, "/board/?station=A11")
    groups = page(city, "/board/behind/?code=practice.records&station=A&split=group")
    assert "老年人" not in groups and "没有可以显示的部分" in groups
    record(room, 5)
    assert re.search(r'number-value">≈ 10<', page(city, "/board/behind/?code=practice.records&station=A11"))


def test_a_restricted_record_is_hidden_from_the_list_but_counted(world: World, room: Room) -> None:
    record(room)
    head = browser(world.account("head", world.towns["A"]))
    assert NAMES[0] in page(head, "/board/behind/?code=practice.records")
    Client.objects.filter(id=room.clients[0].id).update(restricted_classes=["drugs"])
    ServiceRecord.objects.update(restricted=True)
    RecordClient.objects.update(restricted=True)
    with transaction.atomic():
        become_unprivileged()  # as the server works: it is the database that hides the record
        text = page(head, "/board/behind/?code=practice.records")
        transaction.set_rollback(True)
    assert NAMES[0] not in text and re.search(r'number-value">1<', text)


def test_the_funnel_comes_after_the_board(world: World, room: Room) -> None:
    city = browser(world.account("city", world.centre))
    (address,) = re.findall(r'hx-get="([^"]+funnel[^"]+)"', page(city, "/board/?period=2022"))
    address = address.replace("&amp;", "&")
    assert "period=2022" in address
    part = city.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "chart-funnel" in part and "<html" not in part
    whole = page(city, address)
    assert "chart-funnel" in whole and "<html" in whole and "/board/?" in whole


def test_the_board_needs_the_same_queries_however_much_there_is(
    world: World, room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    city = browser(world.account("city", world.centre))
    record(room)
    for address, count in (
        ("/board/", BOARD_QUERIES),
        ("/wall/", WALL_QUERIES),
        ("/board/pulse/?since=x", PULSED_QUERIES),
    ):
        city.get(address)
        cache.clear()
        with django_assert_num_queries(count):
            city.get(address)
    record(room, 4)
    Room(world, "B1").record()
    for address, count in (
        ("/board/", BOARD_QUERIES),
        ("/wall/", WALL_QUERIES),
        ("/board/pulse/?since=x", PULSED_QUERIES),
    ):
        cache.clear()
        with django_assert_num_queries(count):
            city.get(address)


def test_the_list_of_records_needs_the_same_queries_however_many_there_are(
    world: World, room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    head = browser(world.account("head", world.towns["A"]))
    record(room)
    head.get("/board/behind/?code=practice.records")
    for times in (1, 5):
        record(room, times)
        with django_assert_num_queries(LIST_QUERIES):
            head.get("/board/behind/?code=practice.records")


# A test's own transaction adds two: the request's is a savepoint in it.
BOARD_QUERIES, WALL_QUERIES, PULSED_QUERIES, LIST_QUERIES, PULSE_QUERIES = 25, 30, 20, 19, 7


def test_the_pulse_is_quiet_until_something_is_recorded(
    world: World, room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    city = browser(world.account("city", world.centre))
    for path in ("/board/", "/wall/"):
        (pulse,) = re.findall(r'hx-get="([^"]+pulse[^"]+)"', page(city, path))
        pulse = pulse.replace("&amp;", "&")
        with django_assert_num_queries(PULSE_QUERIES):
            page(city, pulse, 204)
        record(room)
        changed = page(city, pulse)
        assert "hx-get=" in changed and pulse not in changed


def test_the_wall_tells_what_happened_without_telling_where(world: World, room: Room) -> None:
    record(room)
    city = page(browser(world.account("city", world.centre)), "/wall/")
    events = city[city.index("wall-events") :]
    assert "入户探访" in events and world.hubs["A"].name in events
    assert room.station.name not in events and world.towns["A"].name not in events
    assert room.station.name in page(browser(world.account("head", world.towns["A"])), "/wall/")
    assert re.search(r'wall-value-large">1<', city)


def test_htmx_gets_the_part_that_changes(world: World) -> None:
    client = browser(world.account("city", world.centre))
    part = page(client, "/board/?measure=practice.persons_served&by=method", **{"HX-Request": "true"})
    assert part.lstrip().startswith("<title>") and "<body" not in part and 'id="board"' in part


def test_both_languages_say_everything(world: World, room: Room) -> None:
    record(room, 8)
    account = world.account("city", world.centre, language="en")
    for address in (
        "/board/",
        "/wall/",
        "/board/behind/?code=practice.persons_served",
        "/board/gap/",
        "/board/targets/",
    ):
        # The frame around belongs to other floors.
        text = page(browser(account, "en"), address)
        text = text[text.index("<main") :]
        text = re.sub(
            r"<template.*?</template>|<script.*?</script>|<form[^>]*data-language.*?</form>", "", text, flags=re.S
        )
        for name in Station.objects.values_list("name", flat=True):
            text = text.replace(name, "")
        for known in ("简体中文", "试验部门", account.display_name):
            text = text.replace(known, "")
        assert re.findall(r"[\u4e00-\u9fff]+", text) == [], address
    assert "Persons served" in page(browser(account, "en"), "/board/")


def test_what_was_published_is_explained_beside_what_holds_now(world: World) -> None:
    PublishedFigure.objects.create(
        station=world.hubs["A"], code="network.room_coverage", year=2022, value=Decimal("95.5"), numerator=2904,
        source_zh="通报", source_en="Notice",
    )  # fmt: skip
    communities(world)
    text = page(browser(world.account("city", world.centre)), "/board/behind/?code=network.room_coverage&station=A")
    assert "2022年公布的数字" in text and "3,041" in text and "2 / 3，即 66.7%" in text


def communities(world: World) -> None:
    """Town A1 with three communities, of which two have a room."""
    since = date(2020, 1, 1)
    county = Division.objects.create(code="510199000000", name="甲区", level="county", since=since)
    town = Division.objects.create(code="510199001000", name="甲镇", level="town", since=since, parent=county)
    Station.objects.filter(pk=world.towns["A"].pk).update(division=town)
    for number, name in enumerate(("东村", "西村", "南村"), start=1):
        made = Division.objects.create(
            code=f"51019900100{number}", name=name, level="community", since=since, parent=town
        )
        Station.objects.filter(key=f"A1{number}").update(division=made)


def test_the_gap_names_the_communities_without_a_room(world: World) -> None:
    communities(world)
    city = browser(world.account("city", world.centre))
    assert "还差 1 个村（社区）" in page(city, "/board/?station=A")
    text = page(city, "/board/gap/")
    assert "南村" in text and "东村" not in text and "1 个村（社区）还没有运行的社工室" in text
    assert "都有了" in page(city, "/board/gap/?station=B")


def test_targets_are_set_by_those_who_plan_and_journalled(world: World) -> None:
    account = world.account("county", world.hubs["A"])
    county, year = browser(account), clock.today().year
    values = {"practice-service_hours": "120.5", "network-room_coverage": "97"}
    assert county.post("/board/targets/", values).status_code == 302
    kept = dict(Target.objects.filter(station=world.hubs["A"], year=year).values_list("code", "value"))
    assert kept == {"practice.service_hours": Decimal("120.5"), "network.room_coverage": Decimal("97")}
    event = Event.objects.get(verb="set_targets")
    assert (event.account_id, event.hub_id) == (account.pk, world.hubs["A"].id)
    assert "120.5" in page(county, "/board/targets/")
    assert county.post("/board/targets/", {"network-room_coverage": "97"}).status_code == 302
    assert Target.objects.get(station=world.hubs["A"]).code == "network.room_coverage"
    page(county, "/board/targets/?station=B", 403)
    page(browser(world.account("head", world.towns["A"])), "/board/targets/", 403)
    page(browser(world.account("dpo", world.centre)), "/board/targets/", 403)


def test_a_target_out_of_range_is_shown_at_its_field_and_nothing_is_saved(world: World) -> None:
    city = browser(world.account("city", world.centre))
    answer = city.post("/board/targets/", {"network-room_coverage": "130", "practice-service_hours": "12"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "目标应在 0 到 100 之间" in text
    assert 'value="130"' in text and 'value="12"' in text and not Target.objects.exists()
    answer = city.post("/board/targets/", {"practice-satisfaction": "很高"})
    assert answer.status_code == 422 and 'value="很高"' in answer.content.decode()


def test_a_target_of_the_year_stands_on_the_card(world: World) -> None:
    Target.objects.create(
        station=world.hubs["A"], code="practice.service_hours", year=clock.today().year, value=Decimal(40)
    )
    text = page(browser(world.account("county", world.hubs["A"])), "/board/")
    assert "目标 40" in text and "距目标差 40" in text
