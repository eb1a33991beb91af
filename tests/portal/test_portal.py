"""The residents' public pages: an enquiry can be left and its state asked for; nothing else gets in or out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client as Browser

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, visitor_digest
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import CODE_DIGITS
from shegong.network.enums import Stage
from shegong.network.models import Station
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.enums import Role
from shegong.portal.actions import enquiry as actions
from shegong.portal.queries import place as queries
from shegong.portal.rules import enquiry as rules
from shegong.practice.actions.enquiry import decline_enquiry, take_enquiry
from shegong.practice.models import Enquiry
from tests.factories import START, World
from tests.portal.people import Town, ticket, typed
from tests.practice.county import County
from tests.practice.test_client_pages import Unprivileged, signed_in, text

FOUND, WRONG, TOO_MANY = 200, 422, 429


@pytest.fixture
def county(world: World) -> County:
    return County(world)


@pytest.fixture
def town(county: County) -> Town:
    return Town(county.world)


def test_an_enquiry_reaches_the_room_of_the_community(county: County, town: Town) -> None:
    browser = Unprivileged()
    assert "我要求助" in text(browser.get("/help/"))
    answer = browser.post("/help/", typed(town))
    number, code = ticket(answer)
    row = Enquiry.objects.get()
    assert number.replace(" ", "") == row.number and len(code.replace(" ", "")) == CODE_DIGITS
    assert (row.source, row.station, row.hub_id) == ("portal", county.room, county.hub.pk)
    assert (row.name, row.asker_name, row.asker_phone) == ("王秀英", "", "13900000001")
    assert row.due_at > clock.now() and row.code_digest is not None
    assert "王秀英" in text(signed_in(county.worker).get("/"))
    assert "王秀英" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_for_somebody_else_and_soon(county: County, town: Town) -> None:
    for_other = {"who": "other", "name": "李婆婆", "relation": "邻居", "age": "82", "is_soon": "on"}
    Unprivileged().post("/help/", typed(town, **for_other, community=town.without.pk))
    row = Enquiry.objects.get()
    assert (row.name, row.asker_name, row.relation, row.age, row.urgency) == ("李婆婆", "王秀英", "邻居", 82, "soon")
    assert row.station == county.town  # the community has no room


def test_the_hub_takes_what_no_town_station_does(county: County, town: Town) -> None:
    Station.objects.filter(pk__in=[county.room.pk, county.town.pk]).update(stage=Stage.SUSPENDED)
    assert queries.station_serving(town.with_room) == county.hub


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"need": " "}, "请写一写需要什么帮助"),
        ({"phone": ""}, "请写电话"),
        ({"phone": "12"}, "电话"),
        ({"asker_name": ""}, "怎么称呼您"),
        ({"community": ""}, "请选择所在的村(社区)"),
        ({"community": "999999"}, "请选择所在的村(社区)"),
        ({"agreed": ""}, "请先看说明并打勾"),
        ({"who": "other"}, "请写他(她)的称呼"),
        ({"need": "a\ab"}, "控制字符"),
        ({"need": "字" * 3000}, "最多"),
        ({"age": "900"}, "年龄"),
        ({"group": "30000"}, "属于哪类人"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(town: Town, changes: dict[str, Any], words: str) -> None:
    answer = Unprivileged().post("/help/", typed(town, **changes))
    html = text(answer)
    assert answer.status_code == WRONG and words in html
    assert not Enquiry.objects.exists()
    assert str(town.town.pk) in html and ("asker_name" in changes or "王秀英" in html)


def test_restricted_groups_are_not_offered(county: County, town: Town) -> None:
    html = text(Unprivileged().get("/help/"))
    assert "老年人" in html and "戒毒" not in html
    Unprivileged().post("/help/", typed(town, group=county.group("drug").pk))
    assert not Enquiry.objects.exists()


def test_places_follow_each_other(town: Town) -> None:
    browser = Unprivileged()
    assert "一心社区" not in text(browser.get("/help/"))
    assert "青龙街道" in text(browser.get("/help/places/", {"county": town.county.pk}))
    html = text(browser.get("/help/places/", {"county": town.county.pk, "town": town.town.pk}))
    assert "一心社区" in html and "二友社区" in html
    without_script = text(browser.post("/help/", typed(town, choose="1", community="")))
    assert "一心社区" in without_script and "老伴走了" in without_script
    for nonsense in ({"county": "x"}, {"county": "9" * 30}, {"county": "1", "town": "\0"}):
        assert browser.get("/help/places/", nonsense).status_code == FOUND


def test_twice_under_one_key_is_one_enquiry(town: Town) -> None:
    sent = typed(town)
    first, second = (ticket(Unprivileged().post("/help/", sent)) for _ in range(2))
    assert first == second and Enquiry.objects.count() == 1


def test_a_machine_gets_nothing_in(town: Town) -> None:
    assert Unprivileged().post("/help/", typed(town, website="http://x")).status_code == FOUND
    assert not Enquiry.objects.exists()


def test_the_state_is_told_for_number_and_code_and_nothing_else(county: County, town: Town) -> None:
    browser = Unprivileged()
    number, code = ticket(browser.post("/help/", typed(town)))

    def state(asked: str = code) -> str:
        return text(browser.post("/help/state/", {"number": number, "code": asked}))

    assert "已收到" in state() and "王秀英" not in state()
    with viewing(county.worker.pk) as viewer:
        take_enquiry(Enquiry.objects.get(), by=viewer, at=clock.now())
    assert "处理中" in state()
    with viewing(county.worker.pk) as viewer:
        decline_enquiry(Enquiry.objects.get(), "scope", "属于物业维修", by=viewer, at=clock.now())
    html = state()
    assert "未受理" in html and "物业" not in html
    wrong = browser.post("/help/state/", {"number": number, "code": "00000000"})
    assert wrong.status_code == WRONG and "不对" in text(wrong)


def test_guessing_codes_ends(county: County, town: Town) -> None:
    number, code = ticket(Unprivileged().post("/help/", typed(town)))
    for visitor in range(2):
        for _ in range(10):
            with pytest.raises(Problem):
                actions.state_of(number, "12345678", visitor=bytes([visitor] * 16), at=clock.now())
    with pytest.raises(Problem):
        actions.state_of(number, code, visitor=b"z" * 16, at=clock.now())


def test_one_address_may_not_leave_very_many(town: Town) -> None:
    browser = Unprivileged()
    answers = [browser.post("/help/", typed(town)).status_code for _ in range(rules.ENQUIRIES_AN_HOUR + 1)]
    assert answers == [FOUND] * rules.ENQUIRIES_AN_HOUR + [TOO_MANY]
    later = clock.now() + timedelta(hours=1)
    assert may_try(visitor_digest("127.0.0.1", later), "enquiry", 1, later)


def test_without_an_account_the_tables_give_and_take_nothing(town: Town) -> None:
    Unprivileged().post("/help/", typed(town))
    row = Enquiry.objects.get()
    with transaction.atomic():
        become_unprivileged()
        for table in ("practice_enquiry", "practice_referral", "practice_protectionreport"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
        with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM portal_attempt")
        assert Enquiry.objects.filter(pk=row.pk).update(decision_note="x") == 0
        row.pk = uuid7()
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)
        with pytest.raises(Error, match="not an enquiry"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                actions.LEAVE,
                [
                    uuid7(),
                    "Q1",
                    0,
                    "",
                    b"",
                    "",
                    "x",
                    1,
                    None,
                    "x",
                    None,
                    "emergency",
                    clock.now(),
                    START,
                    clock.now(),
                    b"",
                ],
            )


def test_the_sign_in_page_leads_here_and_a_signed_in_person_may_ask_too(county: County, town: Town) -> None:
    assert 'href="/door/"' in text(Browser().get("/accounts/sign-in/"))
    citizen = county.world.account(Role.VOLUNTEER, county.town)
    assert signed_in(citizen).post("/help/", typed(town)).status_code == FOUND
    assert Event.objects.get(verb="leave_enquiry").account_id == citizen.pk
