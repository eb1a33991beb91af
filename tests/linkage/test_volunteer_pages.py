"""The pages of volunteering, as each role has them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from shegong.kernel import clock
from shegong.linkage.models import Attendance, Certificate, HoursCorrection, Opportunity, SignUp, Volunteer
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.papers.maker import Stamp, maker_of
from tests.factories import World
from tests.linkage.volunteering import Volunteering


@pytest.fixture
def place(world: World) -> Volunteering:
    return Volunteering(world)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


FACTS: dict[str, Any] = {
    "name": "宋佳", "born_on": "1996-03-01", "phone": "13812341234", "sex": "2", "reach_km": "8",
    "skills": ["visit", "repair"], "slots": ["0", "20"], "languages": ["sc"],
}  # fmt: skip


def test_the_whole_way_by_pages(place: Volunteering) -> None:
    """Registered, checked, signed up, recorded, corrected, certified, checked by a stranger."""
    mine, staff, head = (browser(each) for each in (place.account, place.worker, place.head))
    assert "您还没有登记为志愿者" in mine.get("/volunteering/").content.decode()
    assert mine.get("/volunteering/register/").status_code == 200
    wrong = mine.post("/volunteering/register/", {**FACTS, "station": "没有的站"})
    assert (
        wrong.status_code == 422 and "没有找到这个站点" in wrong.content.decode() and "宋佳" in wrong.content.decode()
    )
    assert mine.post("/volunteering/register/", {**FACTS, "station": place.town.name}).status_code == 302
    assert mine.get("/volunteering/register/").status_code == 302
    who = Volunteer.objects.get()
    assert (who.state, who.slots, who.account) == ("pending", [0, 20], place.account)
    assert "等待站点核对" in mine.get("/volunteering/").content.decode()
    assert mine.post(f"/volunteers/{who.pk}/move/active/").status_code == 422
    assert who.name in staff.get("/volunteers/?state=pending").content.decode()
    assert staff.get(f"/volunteers/{who.pk}/move/active/").status_code == 200
    assert staff.post(f"/volunteers/{who.pk}/move/active/").status_code == 302
    starts = timezone.localtime(clock.now() + timedelta(hours=5)).replace(second=0, microsecond=0)
    posted = {
        "station": place.town.key, "title": "陪老人看病", "work": "陪诊、取药", "place": "社区医院", "places": "1",
        "starts_at": starts.strftime("%Y-%m-%dT%H:%M"), "minimum_age": "18", "contact": "李老师",
        "ends_at": (starts + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"), "contact_phone": "13900000001",
        "skills": ["visit"],
    }  # fmt: skip
    refused = staff.post("/opportunities/new/", {**posted, "ends_at": posted["starts_at"]})
    assert refused.status_code == 422 and "结束时间应在开始之后" in refused.content.decode()
    assert staff.post("/opportunities/new/", posted).status_code == 302
    call = Opportunity.objects.get()
    page = f"/opportunities/{call.pk}/"
    assert mine.get(page).status_code == 404
    assert staff.post(f"{page}move/open/").status_code == 302
    assert staff.post(f"{page}edit/", {**posted, "places": "2"}).status_code == 302
    assert "合您所长" in mine.get("/volunteering/").content.decode()
    assert "我要报名" in mine.get(page).content.decode()
    assert mine.post(f"{page}sign-up/").status_code == 302
    assert mine.post(f"{page}sign-up/").status_code == 409
    other = place.registered()
    assert "本站没有这个编号" in staff.post(f"{page}add/", {"number": "1"}).content.decode()
    assert staff.post(f"{page}add/", {"number": other.number}).status_code == 302
    assert "活动还没有开始" in staff.get(f"{page}attendance/").content.decode()
    signup = SignUp.objects.get(volunteer=other)
    assert mine.post(f"{page}withdraw/{signup.pk}/").status_code == 403
    assert staff.post(f"{page}withdraw/{signup.pk}/").status_code == 302
    place.begin(call)
    assert mine.get(f"{page}attendance/").status_code == 403
    assert who.name in staff.get(f"{page}attendance/").content.decode()
    local = timezone.localtime(call.starts_at)
    name = f"v{who.pk.hex}"
    times = {
        f"{name}-came": "yes", f"{name}-begins": local.strftime("%H:%M"),
        f"{name}-ends": (local + timedelta(minutes=121)).strftime("%H:%M"), "confirm": "yes",
    }  # fmt: skip
    too_long = staff.post(f"{page}attendance/", times)
    assert too_long.status_code == 422 and "不能超出活动的起止时间" in too_long.content.decode()
    times[f"{name}-ends"] = (local + timedelta(minutes=120)).strftime("%H:%M")
    assert staff.post(f"{page}attendance/", times).status_code == 302
    done = Attendance.objects.get()
    assert (done.minutes, done.confirmed_by) == (120, place.worker)
    assert "已确认" in staff.get(f"{page}attendance/").content.decode()
    wish = {"came": "yes", "begins": times[f"{name}-begins"], "ends": times[f"{name}-ends"], "rest": "30",
            "reason": "中间休息了半小时"}  # fmt: skip
    assert mine.get(f"/volunteer-hours/{done.pk}/correct/").status_code == 200
    assert mine.post(f"/volunteer-hours/{done.pk}/correct/", wish).status_code == 302
    asked = HoursCorrection.objects.get()
    assert "中间休息了半小时" in staff.get("/volunteer-hours/").content.decode()
    assert "120" not in staff.get(f"/volunteer-hours/corrections/{asked.pk}/").content.decode().split("<form")[0]
    decided = staff.post(f"/volunteer-hours/corrections/{asked.pk}/", {"accepts": "yes", "answer": "已核对"})
    assert decided.status_code == 302
    assert "更正答复" in mine.get("/volunteering/me/").content.decode()
    period = {"since": str(place.today - timedelta(days=9)), "until": str(place.today)}
    assert mine.get(f"/volunteers/{who.pk}/certificate/").status_code == 200
    assert mine.post(f"/volunteers/{who.pk}/certificate/", period).status_code == 302
    certificate = Certificate.objects.get()
    assert certificate.minutes == 90 and certificate.address == f"http://testserver/v/{certificate.number}/"
    shown = mine.get(f"/certificates/{certificate.pk}/").content.decode()
    assert certificate.number in shown and "1 小时 30 分" in shown
    assert mine.get(f"/certificates/{certificate.pk}/code/")["Content-Type"] == "image/svg+xml"
    stranger = Client()
    checked = stranger.get(f"/v/{certificate.number}/").content.decode()
    assert "证明真实有效" in checked and "宋*" in checked and "宋佳" not in checked
    assert stranger.get("/v/FW2020XXXXXXXXXX/").status_code == 404
    assert stranger.get("/v/?number=" + certificate.number.lower()).headers["Location"] == f"/v/{certificate.number}/"
    with viewing(place.account.pk) as viewer:
        maker = maker_of("volunteer-certificate")
        values = maker.values(viewer, certificate.pk, Stamp("宋佳", clock.now()))
    assert values is not None and certificate.number in str(values)
    assert head.post(f"/certificates/{certificate.pk}/withdraw/", {"reason": "重开"}).status_code == 302
    assert "已被撤回" in stranger.get(f"/v/{certificate.number}/").content.decode()
    assert browser(place.stranger).get(f"/certificates/{certificate.pk}/").status_code == 404
    assert browser(place.stranger).get(f"/volunteers/{who.pk}/").status_code == 404


def test_guessing_numbers_is_limited(place: Volunteering) -> None:
    """After sixty in an hour no more are answered; whether they were right or wrong."""
    stranger = Client()
    codes = [stranger.get(f"/v/FW2020{number:010d}/").status_code for number in range(62)]
    assert codes[:60] == [404] * 60 and codes[60:] == [429, 429]


def test_what_the_station_gives_and_hands_on(place: Volunteering) -> None:
    """Training, honours, thanks; the workbook without identity numbers and without formulas; other roles stay out."""
    staff, head = browser(place.worker), browser(place.head)
    assert staff.post("/volunteers/new/", {**FACTS, "name": "=SUM(A1)", "station": place.town.key}).status_code == 302
    who = Volunteer.objects.get()
    page = f"/volunteers/{who.pk}/"
    day = str(place.today)
    minor = {**FACTS, "born_on": str(place.today.year - 12) + "-01-01", "phone": "13812340000"}
    refused = staff.post("/volunteers/new/", {**minor, "station": place.town.key})
    assert refused.status_code == 422 and "须经监护人同意" in refused.content.decode()
    trained = {"topic": "basic", "course": "志愿服务入门", "minutes": "60", "held_on": day}
    assert staff.post(f"{page}train/", trained).status_code == 302
    assert staff.post(f"{page}train/", trained).status_code == 422
    assert staff.post(f"{page}thank/", {"sender": "居民", "words": "谢谢"}).status_code == 302
    assert staff.get(f"{page}honour/").status_code == 403
    honour = {"kind": "station_good", "reason": "热心", "given_on": day}
    assert head.post(f"{page}honour/", honour).status_code == 302
    assert staff.post(f"{page}edit/", {**FACTS, "name": "=SUM(A1)", "reach_km": "0"}).status_code == 422
    assert staff.post(f"{page}move/paused/").status_code == 302
    assert staff.post(f"{page}move/active/").status_code == 302
    call = place.call()
    place.signed(call, who)
    place.served(place.begin(call), who)
    shown = staff.get(page).content.decode()
    assert all(words in shown for words in ("志愿服务入门", "站点优秀志愿者", "谢谢", call.title))
    assert staff.get("/volunteer-hours/export/").status_code == 200
    period = {"station": "", "since": str(place.today - timedelta(days=9)), "until": day}
    book = load_workbook(BytesIO(staff.get("/volunteer-hours/export/", period).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "志愿者编号" and rows[1][:3] == (who.number, "'=SUM(A1)", call.title) and rows[1][8] == 2
    for account in (place.city, place.account):
        assert browser(account).get("/volunteers/").status_code == 403
    assert browser(place.stranger).get("/volunteer-hours/export/", period).status_code == 200
    call2 = place.call(state="draft")
    assert browser(place.stranger).get(f"/opportunities/{call2.pk}/").status_code == 404
    assert head.post(f"/opportunities/{call2.pk}/move/cancelled/", {"reason": "下雨"}).status_code == 302


def test_lists_ask_no_more_for_more(place: Volunteering) -> None:
    """Ten queries at most, whatever the rows."""
    mine, staff = browser(place.account), browser(place.worker)
    place.registered(place.account)

    def asked() -> list[int]:
        found = []
        for client, address in (
            (staff, "/volunteers/"), (staff, "/opportunities/"), (mine, "/volunteering/"), (mine, "/volunteering/me/"),
            (staff, f"/opportunities/{first.pk}/"), (staff, "/volunteer-hours/"),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found.append(sum("SAVEPOINT" not in each["sql"] for each in caught.captured_queries))
        return found

    first = place.call(places=9)
    asked()  # what is kept from the first time on
    before = asked()
    for number in range(4):
        place.signed(first, place.registered())
        place.call(starts_at=clock.now() + timedelta(days=number + 1))
    after = asked()
    assert after == before and max(before[:3]) <= 10, (before, after)
