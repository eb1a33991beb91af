"""A station's page by role, its list, and the life that its page can change."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.desk.station import HEIGHT, MARGIN, WIDTH, placed
from shegong.kernel import clock
from shegong.network.enums import Stage, Tier
from shegong.network.models import Operation, Organisation, SharingAgreement, Station, StationStage
from shegong.network.rules import NEXT_STAGES, next_stage_problem
from tests.factories import START, World, make_station
from tests.network.premises import make_area, make_booking, make_site
from tests.practice.test_record import Room
from tests.practice.test_record_pages import page, signed_in


def address(station: Station, more: str = "") -> str:
    return f"/stations/{station.key}/{more}"


def test_a_head_sees_what_it_is_who_works_there_and_what_lies_below(world: World) -> None:
    town = world.towns["A"]
    worker = world.worker(town)
    html = page(signed_in(world.account("head", town)).get(address(town)))
    for words in (town.name, worker.name, world.rooms["A1"].name, world.hubs["A"].name, "经历", "更改状态"):
        assert words in html
    assert "服务人次" in html and "data-chart" in html


def test_who_may_not_read_its_numbers_still_finds_the_door(world: World) -> None:
    town = world.towns["A"]
    worker = world.worker(town)
    for account in (world.account("volunteer", world.hubs["A"]), world.account("head", world.towns["B"])):
        html = page(signed_in(account).get(address(town)))
        assert town.name in html and world.rooms["A1"].name in html
        assert "data-chart" not in html and worker.name not in html and "更改状态" not in html


def test_a_room_names_no_number_to_the_city_that_could_point_at_a_person(world: World) -> None:
    room = Room(world)
    room.record()
    city = signed_in(world.account("city", world.centre))
    html = page(city.get(address(world.rooms["A1"])))
    assert "王秀英" not in html and "/records/?station" not in html
    assert signed_in(room.account).get("/stations/nowhere/").status_code == 404


def test_the_questions_of_the_page_do_not_grow(world: World) -> None:
    town = world.towns["A"]
    browser = signed_in(world.account("head", town))
    browser.get(address(town))

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address(town)).status_code == 200
        return len(asked)

    world.worker(town)
    few = count()
    for number in range(3, 12):
        make_station(Tier.ROOM, f"A1{number}", town)
        world.worker(town)
    assert count() == few <= 40


def test_stations_are_found_by_name_key_tier_stage_and_county(world: World) -> None:
    make_station(Tier.ROOM, "A19", world.towns["A"], running_since=None)
    anybody = signed_in(world.account("donor", world.hubs["A"]))

    def keys(**asked: str) -> set[str]:
        response = anybody.get("/stations/", asked)
        assert response.status_code == 200
        return {station.key for station in response.context["page"].items}

    assert keys(q="A11") == {"A11"}
    assert keys(tier="room", hub="B") == {"B11", "B12"}
    assert keys(stage="planned") == {"A19"}
    assert keys(q="无此") == set() and keys(tier="moon", q="\0") == keys()
    assert anybody.get("/stations/", {"cursor": "broken"}).status_code == 302


def test_a_head_suspends_a_room_and_reopens_it_another_day(world: World) -> None:
    room, today = world.rooms["A1"], clock.today()
    head = signed_in(world.account("head", world.towns["A"]))
    form = {"stage": "suspended", "since": (today - timedelta(days=3)).isoformat(), "reason": ""}
    response = head.post(address(room, "stage/"), form)
    assert response.status_code == 422 and "写明原因" in page(response)
    assert head.post(address(room, "stage/"), form | {"reason": "房屋维修"}).status_code == 302
    room.refresh_from_db()
    assert room.stage == Stage.SUSPENDED
    again = {"stage": "running", "since": form["since"], "reason": ""}
    assert "应晚于现有状态" in page(head.post(address(room, "stage/"), again))
    assert head.post(address(room, "stage/"), again | {"since": today.isoformat()}).status_code == 302
    spans = list(StationStage.objects.filter(station=room).order_by("since").values_list("stage", "until"))
    assert spans == [("running", today - timedelta(days=3)), ("suspended", today), ("running", None)]
    html = page(head.get(address(room)))
    assert "房屋维修" in html
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_event WHERE verb = 'change_stage'")
        assert cursor.fetchone() == (2,)


def test_only_those_who_answer_for_a_station_change_it(world: World) -> None:
    room = world.rooms["A1"]
    form = {"stage": "suspended", "since": clock.today().isoformat(), "reason": "试"}
    others = (("worker", room), ("head", world.towns["B"]), ("county", world.hubs["B"]))
    for role, place in others:
        browser = signed_in(world.account(role, place))
        assert browser.post(address(room, "stage/"), form).status_code == 403, role
        assert browser.get(address(room, "operation/")).status_code == 403, role
    room.refresh_from_db()
    assert room.stage == Stage.RUNNING


def test_an_agency_takes_a_room_over_and_hands_it_back(world: World) -> None:
    room, today = world.rooms["A1"], clock.today()
    Operation.objects.create(station=room, mode="self", since=START)
    agency = Organisation.objects.create(name="晨光社工服务中心", kinds=["agency"], since=START)
    county = signed_in(world.account("county", world.hubs["A"]))
    form = {"mode": "agency", "organisation": "", "since": today.isoformat()}
    assert "请选择运营的专业机构" in page(county.post(address(room, "operation/"), form))
    assert county.post(address(room, "operation/"), form | {"organisation": agency.pk}).status_code == 302
    assert "晨光社工服务中心" in page(county.get(address(room)))
    assert list(Operation.objects.order_by("since").values_list("mode", "until")) == [("self", today), ("agency", None)]
    late = form | {"mode": "self", "since": (today + timedelta(days=1)).isoformat()}
    assert "日期晚于今天" in page(county.post(address(room, "operation/"), late))


@pytest.mark.parametrize("present", list(Stage))
def test_no_stage_is_skipped_and_none_follows_the_end(present: Stage) -> None:
    for wanted in (*Stage.values, "moon"):
        problem = next_stage_problem(present, wanted, "原因")
        assert (problem is None) == (wanted in NEXT_STAGES[present]), wanted
    assert NEXT_STAGES[Stage.CLOSED] == ()


def test_places_stay_inside_the_picture_with_the_north_above() -> None:
    def at(name: str, lon: str, lat: str) -> Station:
        return Station(name=name, tier=Tier.ROOM, longitude=Decimal(lon), latitude=Decimal(lat))

    north, south = at("北社工室", "104.05", "30.70"), at("南社工室", "104.05", "30.60")
    east = at("东社工室", "104.10", "30.65")
    found = {place.label: place for place in placed([north, south, east, Station(name="无", tier=Tier.ROOM)])}
    assert set(found) == {"北", "南", "东"}
    assert found["北"].y < found["东"].y < found["南"].y and found["东"].x > found["北"].x
    assert all(MARGIN <= p.x <= WIDTH - MARGIN and MARGIN <= p.y <= HEIGHT - MARGIN for p in found.values())
    assert placed([north]) == ()


def test_the_card_of_premises(world: World) -> None:
    town, room = world.towns["A"], world.rooms["A1"]
    account = world.account("worker", room)
    site = make_site(town, "邻里中心")
    area = make_area(site)
    SharingAgreement.objects.create(
        site=site, hub_id=town.hub_id, station=room, purpose="活动", payer="free", since=START
    )
    make_booking(area, room, account, clock.now() + timedelta(hours=30))
    make_booking(area, room, account, clock.now() - timedelta(days=3))
    worker = signed_in(account)
    assert address(room, "premises/") in page(worker.get(address(room)))
    assert worker.get(address(room, "premises/"))["Location"] == f"/premises/?at={room.key}"
    for place in (room, town, world.hubs["A"]):
        html = page(worker.get(address(place, "premises/"), headers={"HX-Request": "true"}))
        assert "邻里中心" in html and "9:00-18:00" in html and html.count("例会") == (place != town)
    stranger = signed_in(world.account("worker", world.rooms["B1"]))
    html = page(stranger.get(address(town, "premises/"), headers={"HX-Request": "true"}))
    assert "邻里中心" in html and "例会" not in html
    empty = page(worker.get(address(world.towns["B"], "premises/"), headers={"HX-Request": "true"}))
    assert "还没有登记场地" in empty
    assert worker.get("/stations/XX/premises/").status_code == 404


def test_the_card_of_premises_asks_as_much_whatever_there_is(world: World) -> None:
    worker = signed_in(world.account("worker", world.rooms["A1"]))
    counts = []
    for number in (1, 9):
        for each in range(number):
            make_area(make_site(world.towns["A"], f"场地{number}-{each}"))
        with CaptureQueriesContext(connection) as asked:
            worker.get(address(world.towns["A"], "premises/"), headers={"HX-Request": "true"})
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1  # how many there are is asked when not all are shown
