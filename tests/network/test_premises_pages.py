"""The pages of premises as a browser asks for them: who gets in, what is kept, how many queries they cost."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.indicators.queries import reading
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.models import Booking, CoveragePlan, SharingAgreement, Site
from shegong.network.premises.queries.booking import local
from tests.factories import START, World
from tests.network.premises import make_area, make_booking, make_site
from tests.network.test_coverage_plans import Village
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 6])
def test_lists_cost_the_same_however_long(world: World, count: int) -> None:
    worker = signed_in(world.account("worker", world.rooms["A1"]))
    for number in range(count):
        site = make_site(world.rooms["A1"], f"场地{number}")
        make_area(site)
    # Nine of them are the frame's: role, savepoints, session, scope, account, city.
    for address, most in (("/premises/", 14), ("/bookings/", 16), ("/bookings/new/", 15), ("/premises/use/", 16)):
        with CaptureQueriesContext(connection) as queries:
            assert worker.get(address).status_code == FOUND
        assert len(queries) <= most, (address, [each["sql"][:90] for each in queries])


def test_a_site_is_made_with_its_room_and_a_wrong_one_keeps_what_was_typed(world: World) -> None:
    head = signed_in(world.account("head", world.towns["A"]))
    typed = {
        "name": "邻里中心", "host_kind": "complex", "owner": "街道办", "keeper": world.towns["A"].pk,
        "address": "一号路", "access": "full", "open_to": "hub", "since": "2024-01-01",
        "longitude": "30", "latitude": "104",
    }  # fmt: skip
    wrong = head.post("/premises/new/", typed)
    assert wrong.status_code == WRONG and "邻里中心" in text(wrong) and "是否与纬度填反了" in text(wrong)
    made = head.post("/premises/new/", {**typed, "longitude": "104", "latitude": "30"})
    assert made.status_code == SEE_OTHER
    page = made["Location"]
    room = {"name": "活动室", "kind": "activity", "capacity": "20", "is_bookable": "on"}
    assert head.post(f"{page}areas/new/", room).status_code == SEE_OTHER
    assert "已有同名的房间" in text(head.post(f"{page}areas/new/", room))
    hours = {"day1": "9:00-12:00", "day2": "上午"}
    assert "应写成" in text(head.post(f"{page}hours/", hours))
    sharing = {
        "station": world.rooms["A1"].pk,
        "purpose": "活动",
        "payer": "split",
        "yearly": "1.005",
        "since": "2024-01-02",
    }
    assert "金额最多两位小数" in text(head.post(f"{page}sharing/new/", sharing))
    assert head.post(f"{page}sharing/new/", {**sharing, "yearly": "1200.50"}).status_code == SEE_OTHER
    assert "¥1,200.50" in text(head.get(page))
    stranger = signed_in(world.account("head", world.towns["B"]))
    assert stranger.get(page).status_code == FOUND and stranger.get(f"{page}edit/").status_code == 403
    assert "1,200.50" not in text(stranger.get(page))


def test_a_taken_time_is_answered_with_what_is_free(world: World) -> None:
    account = world.account("worker", world.rooms["A1"])
    area, day = make_area(make_site(world.rooms["A1"])), clock.today() + timedelta(days=3)
    make_booking(area, world.rooms["A1"], account, local(day, 600))
    typed = {
        "key": uuid7(), "station": world.rooms["A1"].pk, "area": area.pk, "on": day.isoformat(), "starts": "10:30",
        "ends": "11:30", "people": "8", "use": "group", "title": "照顾者小组",
    }  # fmt: skip
    worker = signed_in(account)
    answer = worker.post("/bookings/new/", typed)
    assert answer.status_code == WRONG
    html = text(answer)
    assert "这个时段已被预订" in html and "09:00–10:00" in html and "照顾者小组" in html
    made = worker.post("/bookings/new/", {**typed, "starts": "12:00", "ends": "13:00"})
    assert made.status_code == SEE_OTHER
    assert worker.post(made["Location"], {"reason": "改期"}).status_code == SEE_OTHER
    assert Booking.objects.filter(cancelled_at__isnull=False, cancel_reason="改期").count() == 1
    other = signed_in(world.account("worker", world.rooms["B1"]))
    assert other.get(made["Location"]).status_code == 404


def test_a_village_gets_a_plan_and_its_people_stay_uncounted_for_strangers(world: World) -> None:
    village = Village(world)
    make_area(village.site)
    client = world.client(world.rooms["A1"])
    type(client).objects.filter(pk=client.pk).update(community=village.community)
    page = f"/board/gap/{village.community.pk}/"
    city, county = signed_in(world.account("city", world.centre)), signed_in(world.account("county", world.hubs["A"]))
    assert "未知，或已登记不足 6 人" in text(city.get(page)) and "已登记约 1 人" in text(county.get(page))
    assert village.community.name in text(city.get("/board/gap/"))
    typed = {"key": uuid7(), "site": village.site.pk, "needs": ["staff"], "opens_on": "2020-01-01"}
    assert "不能早于今天" in text(county.post(page, typed))
    assert county.post(page, {**typed, "opens_on": clock.today().isoformat()}).status_code == SEE_OTHER
    plan = CoveragePlan.objects.get()
    on = {"on": clock.today().isoformat()}
    for to in ("agreed", "opened"):
        assert county.post(f"/board/gap/plans/{plan.pk}/step/?to={to}", on).status_code == SEE_OTHER
    assert village.community.name not in text(city.get("/board/gap/"))
    assert signed_in(world.account("county", world.hubs["B"])).get(page).status_code == 404


def test_shared_and_used_premises_are_read_at_each_level(world: World) -> None:
    account = world.account("worker", world.rooms["A1"])
    shared, _own = make_site(world.towns["A"]), make_site(world.towns["A"], "独用")
    make_site(world.towns["B"], "外区")
    SharingAgreement.objects.create(
        site=shared, hub=world.hubs["A"], station=world.rooms["A1"], purpose="活动", payer="free", since=START
    )
    make_booking(make_area(shared), world.rooms["A1"], account, local(clock.today() - timedelta(days=1), 600), 252)
    for station, numbers in ((world.centre, (1, 3)), (world.hubs["A"], (1, 2)), (world.towns["B"], (0, 1))):
        found = reading("network.shared_premises", station)
        assert (found.numerator, found.denominator) == numbers
    used = reading("network.premises_utilisation", world.hubs["A"])
    assert (used.numerator, used.denominator) == (252, 4 * 7 * 540)
    assert str(used.value) == "1.7"
    Site.objects.filter(pk=shared.pk).update(until=date(2023, 1, 1))
    assert reading("network.shared_premises", world.centre).numerator == 0
    assert reading("network.premises_utilisation", world.rooms["A1"]).value is None
