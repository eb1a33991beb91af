"""The residents' door: the home, finding a station, words to and fro, complaints, activities, notices and figures."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import become_unprivileged, leave, viewing
from shegong.portal.actions import word as words
from shegong.portal.actions.forgetting import forget_left
from shegong.portal.models import Complaint, Word
from shegong.portal.queries.directory import directory
from shegong.portal.rules import word as rules
from shegong.practice.enums import SignUpState
from shegong.practice.models import Activity, ActivitySignUp, Enquiry
from tests.factories import World
from tests.portal.people import Town, key, ticket, typed
from tests.practice.county import County
from tests.practice.gatherings import planned_activity
from tests.practice.test_client_pages import Unprivileged, signed_in, text

FOUND, WRONG, MISSING, TOO_MANY, SEE_OTHER = 200, 422, 404, 429, 302
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def county(world: World) -> County:
    return County(world)


@pytest.fixture
def town(county: County) -> Town:
    return Town(county.world)


def asked_of(address: str) -> tuple[str, int]:
    """The page, and how many queries it took a visitor."""
    with CaptureQueriesContext(connection) as asked:
        answer = Unprivileged().get(address)
    assert answer.status_code == FOUND, address
    return text(answer), len([each for each in asked if "SAVEPOINT" not in each["sql"] and "ROLE" not in each["sql"]])


def test_the_home_names_urgent_numbers_and_each_way_in_leads_to_a_page(county: County, town: Town) -> None:
    html, queries = asked_of("/door/")
    for number in ("110", "120", "12356", "12338", "12355", "12345"):
        assert f'href="tel:{number}"' in html
    assert html.index("110") < html.index("12345") and queries <= 2
    for address in ("help/", "door/stations/", "door/activities/", "help/state/", "door/rate/", "door/own-data/",
                    "door/notices/", "door/figures/"):  # fmt: skip
        assert f'href="/{address}"' in html
        assert asked_of(f"/{address}")[1] <= 24
    assert Unprivileged().get("/door/complain/")["Location"] == "/door/stations/?for=complain"


@pytest.mark.django_db
def test_large_print_is_kept_and_leads_back_here_only() -> None:
    browser = Unprivileged()
    answer = browser.post("/door/text-size/", {"text": "large", "next": "/door/rate/"})
    assert answer["Location"] == "/door/rate/" and 'data-text="large"' in text(browser.get("/door/rate/"))
    assert browser.post("/door/text-size/", {"text": "", "next": "https://elsewhere.test/"})["Location"] == "/door/"
    assert 'data-text="large"' not in text(browser.get("/door/"))


def test_stations_are_found_by_words_place_and_position(county: County, town: Town) -> None:
    near = {county.room: (104.06, 30.65), county.next_room: (104.20, 30.70), county.town: (104.07, 30.66)}
    for station, (east, north) in near.items():
        Station.objects.filter(pk=station.pk).update(longitude=east, latitude=north)
    Station.objects.filter(pk=county.room.pk).update(address="百花潭路 9 号", hours="周一至周五 9:00—17:30")
    browser = Unprivileged()
    html = text(browser.get("/door/stations/", {"q": "百花潭"}))
    assert county.room.name in html and "周一至周五" in html and county.next_room.name not in html
    assert "没有找到" in text(browser.get("/door/stations/", {"q": "无此地"}))
    chosen = {"county": town.county.pk, "town": town.town.pk, "community": town.with_room.pk}
    assert county.room.name in text(browser.get("/door/stations/", chosen))
    assert county.town.name in text(browser.get("/door/stations/", {"county": town.county.pk, "town": town.town.pk}))
    html = text(browser.post("/door/stations/", {"longitude": "104.061", "latitude": "30.651"}))
    order = [html.index(f"/door/stations/{each.key}/") for each in (county.room, county.town, county.next_room)]
    assert order == sorted(order) and "公里" in html
    assert browser.post("/door/stations/", {"longitude": "x", "latitude": "1e999"}).status_code == FOUND
    for nonsense in ({"q": "\0"}, {"county": "9" * 40}, {"county": "-1"}):
        assert browser.get("/door/stations/", nonsense).status_code == FOUND
    html, queries = asked_of(f"/door/stations/{county.room.key}/")
    assert "百花潭路" in html and queries <= 7
    assert browser.get("/door/stations/nowhere/").status_code == MISSING
    with viewing(county.worker.pk):
        assert directory().nearest(104.2, 30.7, 1)[0].place.key == county.next_room.key


def test_the_answer_reaches_the_asker_and_the_askers_word_the_worker(county: County, town: Town) -> None:
    visitor, worker = Unprivileged(), signed_in(county.worker)
    number, code = ticket(visitor.post("/help/", typed(town)))
    row = Enquiry.objects.get()
    assert "和求助人的留言" in text(worker.get(f"/enquiries/{row.pk}/"))
    assert worker.post(f"/asker-words/{row.pk}/reply/", {"text": " "}).status_code == WRONG
    worker.post(f"/asker-words/{row.pk}/reply/", {"text": "明天上午方便吗？"})
    assert signed_in(county.stranger).post(f"/asker-words/{row.pk}/reply/", {"text": "x"}).status_code == MISSING
    html = text(visitor.post("/help/state/", {"number": number, "code": code}))
    assert "明天上午方便吗" in html and county.worker.display_name not in html.split("<main")[1]
    sent = {"key": key(), "number": number, "code": code, "text": f"可以{SCRIPT}"}
    html = text([visitor.post("/help/say/", sent) for _ in range(2)][-1])
    assert "已送到" in html and SCRIPT not in html and "&lt;script&gt;" in html
    assert Word.objects.count() == 2
    assert "1 位求助人" in text(worker.get("/asker-words/", headers={"HX-Request": "true"}))
    assert "可以" in text(worker.get(f"/asker-words/{row.pk}/")) and row.number in text(worker.get("/asker-words/"))
    wrong = visitor.post("/help/say/", {**sent, "key": key(), "code": "00000000"})
    assert wrong.status_code == WRONG and "明天上午" not in text(wrong)
    for _ in range(9):
        visitor.post("/help/say/", {**sent, "key": key(), "text": "在吗"})
    assert "请等社工回复" in text(visitor.post("/help/say/", {**sent, "key": key()}))
    with transaction.atomic():
        become_unprivileged()
        assert not Word.objects.exists()
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            Word(
                hub_id=row.hub_id, station_id=row.station_id, enquiry=row, side="station", text="x",
                said_at=clock.now(), by=county.worker,
            ).save(force_insert=True)  # fmt: skip
        leave()
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_forget_enquiries(ARRAY[%s], %s)", [row.pk, row.hub_id])
    assert not Word.objects.exists()


def test_ten_thousand_from_one_address_are_limited_and_others_are_not(county: County, town: Town) -> None:
    number, code = ticket(Unprivileged().post("/help/", typed(town)))
    now, said = clock.now(), 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE portal_may_try(%s, 'word', %s, %s)) FROM generate_series(1, 10000)",
            [b"a" * 16, now.replace(minute=0, second=0, microsecond=0), rules.WORDS_AN_HOUR],
        )
        said = cursor.fetchone()[0]
    assert said == rules.WORDS_AN_HOUR
    with pytest.raises(Problem) as refused:
        words.add_word(Enquiry.objects.get().pk, number, code, "在吗", visitor=b"a" * 16, at=now)
    assert refused.value.status == TOO_MANY
    words.add_word(Enquiry.objects.get().pk, number, code, "在吗", visitor=b"b" * 16, at=now)


def test_a_complaint_is_answered_by_the_county_and_never_seen_by_the_station(county: County, town: Town) -> None:
    visitor, address = Unprivileged(), f"/door/complain/?station={county.room.key}"
    sent = {"key": key(), "about": "worker", "text": f"约好没来{SCRIPT}", "name": "", "phone": ""}
    for changes, said in (({"about": ""}, "请选择投诉什么"), ({"text": " "}, "请写点什么"), ({"phone": "12"}, "电话")):
        answer = visitor.post(address, {**sent, **changes})
        assert answer.status_code == WRONG and said in text(answer)
    number, code = ticket(visitor.post(address, sent))
    assert ticket(visitor.post(address, sent)) == (number, code) and Complaint.objects.count() == 1
    row = Complaint.objects.get()
    assert row.due_on >= row.received_on + timedelta(days=15) and "约好" not in str(list(Event.objects.values()))
    for account in (county.worker, county.head, county.stranger):
        assert signed_in(account).get("/complaints/").status_code == 403
        with viewing(account.pk):
            assert not Complaint.objects.exists() and not Complaint.objects.update(answer="x")
    officer = signed_in(county.officer)
    assert "1 件投诉" in text(officer.get("/asker-words/", headers={"HX-Request": "true"}))
    html = text(officer.get(f"/complaints/{row.pk}/"))
    assert "约好没来" in html and SCRIPT not in html and row.number in text(officer.get("/complaints/"))
    assert "正在核实" in text(visitor.post("/help/state/", {"number": number, "code": code}))
    with CaptureQueriesContext(connection) as one:
        officer.get("/complaints/")
    for _ in range(3):
        visitor.post(address, {**sent, "key": key()})
    with CaptureQueriesContext(connection) as four:
        officer.get("/complaints/")
    assert len(four) == len(one) <= 14  # with savepoints, roles and the frame
    assert officer.post(f"/complaints/{row.pk}/answer/", {"ruling": "", "answer": ""}).status_code == WRONG
    officer.post(f"/complaints/{row.pk}/answer/", {"ruling": "upheld", "answer": "已上门道歉并补做服务。"})
    html = text(visitor.post("/help/state/", {"number": number, "code": code}))
    assert "属实" in html and "已上门道歉" in html
    assert "不能再改" in text(officer.post(f"/complaints/{row.pk}/answer/", {"ruling": "partly", "answer": "x"}))
    assert visitor.post("/help/state/", {"number": number, "code": "00000000"}).status_code == WRONG
    assert "已答复" in text(signed_in(county.city).get("/complaints/?state=answered"))
    with viewing(county.officer.pk), pytest.raises(Error, match="final"), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(ruling="unfounded")
    with viewing(county.officer.pk), pytest.raises(Error, match="stays"), transaction.atomic():
        Complaint.objects.update(text="x")
    assert forget_left(clock.today() + timedelta(days=4 * 366), clock.now()) == 1
    row.refresh_from_db()
    assert (row.text, row.answer, row.code_digest) == ("—", "—", None)


@pytest.fixture
def open_activity(county: County) -> Activity:
    """One place, in three days."""
    begins = clock.now() + timedelta(days=3)
    return planned_activity(county, title=f"包饺子{SCRIPT}", starts_at=begins, capacity=1, expected=10)


def test_anybody_signs_up_once_and_the_last_place_is_given_once(
    county: County, town: Town, open_activity: Activity
) -> None:
    visitor, address = Unprivileged(), f"/door/activities/{open_activity.pk}/"
    html = text(visitor.get("/door/activities/", {"station": county.room.key}))
    assert "包饺子" in html and SCRIPT not in html and "还有 1 个名额" in html
    sent = {"key": key(), "name": "李婆婆", "phone": "13900000002"}
    assert visitor.post(address, {**sent, "name": ""}).status_code == WRONG
    assert visitor.post(address, {**sent, "phone": ""}).status_code == WRONG
    assert "报名成功" in text(visitor.post(address, sent))
    assert "已经报过名" in text(visitor.post(address, {**sent, "key": key()}))
    assert "您在排队" in text(visitor.post(address, {**sent, "key": key(), "phone": "13900000003"}))
    states = list(ActivitySignUp.objects.order_by("signed_at").values_list("state", flat=True))
    assert states == [SignUpState.SIGNED, SignUpState.WAITLISTED]
    assert "李婆婆" in [each.name for each in ActivitySignUp.objects.all()]
    calendar = Calendar.from_ical(visitor.get(f"/door/stations/{county.room.key}/calendar.ics").content)
    events = calendar.walk("VEVENT")
    assert len(events) == 1 and not calendar.errors and str(events[0]["URL"]).endswith(address)
    ActivitySignUp.objects.all().delete()
    assert "报名成功" in text(visitor.post(address, {**sent, "key": key()}))
    Activity.objects.filter(pk=open_activity.pk).update(starts_at=clock.now() - timedelta(hours=1))
    assert visitor.post(address, {**sent, "key": key()}).status_code == MISSING


def test_widgets_are_framed_by_the_sites_of_the_setting_alone(county: County, settings: Any) -> None:
    refused = Unprivileged().get("/widgets/stations/", {"q": county.room.name})
    assert "frame-ancestors 'none'" in refused["Content-Security-Policy"] and county.room.name in text(refused)
    settings.WIDGET_SITES = ("https://app.city.test",)
    answer = Unprivileged().get(f"/widgets/calendar/{county.room.key}/")
    assert "frame-ancestors https://app.city.test;" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors 'none'" in Unprivileged().get("/door/")["Content-Security-Policy"]


def test_open_figures_come_as_page_csv_and_metadata(county: County) -> None:
    browser = Unprivileged()
    assert "服务人次" in text(browser.get("/door/figures/"))
    lines = browser.get("/door/figures.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "code,name,place_key,place,period,value,suppressed"
    assert any(line.startswith("portal.requests,") and county.hub.key in line for line in lines[1:]) or len(lines) > 16
    described = browser.get("/door/figures.json").json()
    assert described["dc:license"] and {"code", "title", "unit", "definition"} <= described["figures"][0].keys()
    assert browser.get("/door/figures/", {"year": "²⁰"}).status_code == FOUND


@pytest.mark.django_db
def test_a_rating_link_is_found_in_whatever_was_pasted() -> None:
    browser = Unprivileged()
    token = "abcdEFGH_1234-567890"
    for pasted in (token, f"https://x.test/e/{token}/", f"  请评价 http://x.test/e/{token} "):
        answer = browser.post("/door/rate/", {"link": pasted})
        assert answer.status_code == SEE_OTHER and answer["Location"] == f"/e/{token}/"
    assert browser.post("/door/rate/", {"link": "看不清"}).status_code == WRONG
