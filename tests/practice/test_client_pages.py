"""The pages of client files, cases and assessments, as a browser asks for them."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from shegong.journal.models import Event
from shegong.kernel.ids import uuid7
from shegong.network.scope import become_unprivileged, leave
from shegong.people.models import Account
from shegong.practice.models import Assessment, Case, Client
from tests.practice.county import County, identity, years_ago

BORN = date(1949, 12, 31)
FOUND, SEE_OTHER, WRONG = 200, 302, 422


class Unprivileged(Browser):
    """A browser before a server that, as in an installation, works under the unprivileged role."""

    def request(self, **request: Any) -> Any:
        become_unprivileged()
        try:
            return super().request(**request)
        finally:
            leave()


def signed_in(account: Account) -> Browser:
    browser = Unprivileged()
    browser.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return browser


def fields(county: County, **typed: Any) -> dict[str, Any]:
    return {"key": str(uuid7()), "station": county.room.pk, "name": "王秀英", "basis": "consent", **typed}


def text(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


@pytest.fixture
def worker(county: County) -> Browser:
    return signed_in(county.worker)


def test_a_worker_registers_somebody_and_sees_the_file(county: County, worker: Browser) -> None:
    assert worker.get("/clients/new/").status_code == FOUND
    sent = fields(
        county, identity=identity(BORN), phone="13900000001", groups=[county.group("older").pk], purposes=["service"]
    )
    answer = worker.post("/clients/new/", sent)
    client = Client.objects.get()
    assert (answer.status_code, answer["Location"]) == (SEE_OTHER, f"/clients/{client.pk}/")
    page = text(worker.get(answer["Location"]))
    assert "王秀英" in page and "老年人" in page and "已建档" in page
    assert identity(BORN) not in page and "13900000001" not in page
    assert county.worker.display_name in page  # the watermark
    assert client.consents.get().purpose == "service"


def test_a_second_press_makes_no_second_file(county: County, worker: Browser) -> None:
    sent = fields(county, identity=identity(BORN))
    first, second = worker.post("/clients/new/", sent), worker.post("/clients/new/", sent)
    assert (second.status_code, second["Location"]) == (SEE_OTHER, first["Location"])
    assert Client.objects.count() == 1
    answer = worker.post("/clients/new/", {**sent, "name": "王秀瑛", "another": "1"})
    assert answer.status_code == 409 and "王秀瑛" in text(answer) and Client.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"identity": "11010519491231002" + "1"}, "110105194912310021"),
        ({"born_on": "2200-01-01"}, "2200-01-01"),
        ({"name": ""}, "督院街9号"),
        ({"name": "王\0五"}, "督院街9号"),
        ({"phone": "12"}, "督院街9号"),
    ],
)
def test_bad_input_is_told_at_the_field_and_what_was_typed_stays(
    county: County, worker: Browser, typed: dict[str, str], kept: str
) -> None:
    answer = worker.post("/clients/new/", fields(county, **{"address": "督院街9号", **typed}))
    page = text(answer)
    assert answer.status_code == WRONG and kept in page
    assert f'href="#id_{next(iter(typed))}"' in page and "data-error-summary" in page
    assert Client.objects.count() == 0


def test_megabytes_are_refused_at_the_field(county: County, worker: Browser) -> None:
    answer = worker.post("/clients/new/", fields(county, address="字" * (10 * 1024 * 1024 // 3)))
    assert answer.status_code == WRONG and 'href="#id_address"' in text(answer)
    assert Client.objects.count() == 0
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE > 10 * 1024 * 1024


def test_somebody_alike_is_shown_before_a_second_file_is_opened(county: County, worker: Browser) -> None:
    known = county.client("张志英", born_on=BORN)
    sent = fields(county, name="章芝英", born_on=BORN.isoformat())
    alike = text(worker.post("/clients/alike/", sent))
    assert "张志英" in alike and str(known.pk) in alike
    answer = worker.post("/clients/new/", sent)
    page = text(answer)
    assert answer.status_code == WRONG and 'name="another"' in page and "章芝英" in page and "张志英" in page
    assert worker.post("/clients/new/", {**sent, "another": "1"}).status_code == SEE_OTHER
    assert Client.objects.count() == 2


def test_a_number_on_file_elsewhere_tells_station_and_number_only(county: County, worker: Browser) -> None:
    known = county.client("张志英", at=county.next_room, identity=identity(BORN))
    answer = worker.post("/clients/new/", fields(county, identity=identity(BORN), another="1"))
    page = text(answer)
    assert answer.status_code == 409 and known.number in page and county.next_room.name in page
    assert "张志英" not in page and Client.objects.count() == 1


def test_an_expired_session_loses_nothing(county: County) -> None:
    browser = Browser()
    answer = browser.post("/clients/new/", fields(county))
    assert answer.status_code == SEE_OTHER and "next=/clients/new/" in answer["Location"]
    assert browser.post("/clients/new/", fields(county), headers={"HX-Request": "true"}).status_code == 401
    assert Client.objects.count() == 0


def test_finding_somebody_as_one_types(county: County, worker: Browser) -> None:
    client = county.client("曾秀英", groups=["older"])
    page = text(worker.get("/clients/?q=zxy", headers={"HX-Request": "true"}))
    assert f"/clients/{client.pk}/" in page and "老年人" in page
    assert "没有找到" in text(worker.get("/clients/?q=xyz"))
    assert f"/clients/{client.pk}/" in text(worker.get("/clients/"))
    assert f"/clients/{client.pk}/" not in text(worker.get("/clients/?risk=high"))
    assert f"/clients/{client.pk}/" not in text(signed_in(county.neighbour).get("/clients/?q=zxy"))


@pytest.mark.parametrize("query", ["group=x", "group=-1", "state=%00", "risk=1", "q=%00", "group=99999999999999"])
def test_a_strange_address_is_no_server_error(county: County, worker: Browser, query: str) -> None:
    assert worker.get(f"/clients/?{query}").status_code == FOUND


def test_who_may_open_which_page(county: County) -> None:
    client = county.client()
    addresses = ["/clients/", f"/clients/{client.pk}/", "/cases/", "/clients/new/", f"/clients/{client.pk}/edit/"]
    expected = {
        "worker": [200, 200, 200, 200, 200],
        "head": [200, 200, 200, 200, 200],
        "officer": [200, 200, 200, 403, 403],
        "supervisor": [200, 404, 200, 403, 403],
        "neighbour": [200, 404, 200, 200, 404],
        "city": [403, 403, 403, 403, 403],
    }
    for role, codes in expected.items():
        browser = signed_in(getattr(county, role))
        assert [browser.get(address).status_code for address in addresses] == codes, role


def test_the_files_page_takes_few_queries_and_pages_its_timeline(county: County, worker: Browser) -> None:
    client = county.client()
    for _number in range(30):
        county.record([client])
    with CaptureQueriesContext(connection) as caught:
        page = text(worker.get(f"/clients/{client.pk}/"))
    assert sum("practice_" in query["sql"] for query in caught.captured_queries) <= 14
    more = page.split("?cursor=")[1].split('"')[0]
    rest = text(worker.get(f"/clients/{client.pk}/?cursor={more}", headers={"HX-Request": "true"}))
    assert page.count("timeline-head") == 25 and rest.count("timeline-head") == 5 and "<html" not in rest


def test_a_number_is_shown_when_asked_for_and_journalled(county: County, worker: Browser) -> None:
    client = county.client(phone="13900000001")
    assert "13900000001" in text(worker.post(f"/clients/{client.pk}/reveal/phone/"))
    assert Event.objects.get(verb="reveal").detail["field"] == "phone"
    assert worker.get(f"/clients/{client.pk}/reveal/phone/").status_code == 405
    assert worker.post(f"/clients/{client.pk}/reveal/digest/").status_code == 404
    assert signed_in(county.neighbour).post(f"/clients/{client.pk}/reveal/phone/").status_code == 404


def test_a_contacts_number_is_asked_for_too(county: County, worker: Browser) -> None:
    client = county.client()
    sent = {"contact_name": "王强", "contact_relation": "儿子", "contact_phone": "13900000002"}
    worker.post(f"/clients/{client.pk}/contacts/new/", sent)
    assert "13900000002" not in text(worker.get(f"/clients/{client.pk}/"))
    address = f"/contacts/{client.contacts.get().pk}/reveal/"
    assert "13900000002" in text(worker.post(address))
    assert Event.objects.get(verb="reveal").detail["field"] == "contact"
    assert signed_in(county.neighbour).post(address).status_code == 404


def test_changing_a_file_shows_no_number_and_keeps_it(county: County, worker: Browser) -> None:
    client = county.client(phone="13900000001", identity=identity(BORN), born_on=BORN, sex="2", groups=["older"])
    address = f"/clients/{client.pk}/edit/"
    assert "13900000001" not in text(worker.get(address))
    sent = {"name": "王秀瑛", "sex": "2", "born_on": BORN.isoformat(), "state": "active"}
    assert worker.post(address, sent).status_code == SEE_OTHER
    client.refresh_from_db()
    assert (client.name, client.phone, client.identity) == ("王秀瑛", "13900000001", identity(BORN))
    assert worker.post(address, {**sent, "erase": ["phone"]}).status_code == SEE_OTHER
    client.refresh_from_db()
    assert (client.phone, client.phone_index) == ("", None)
    answer = worker.post(address, {**sent, "born_on": "1950-01-01"})
    assert answer.status_code == WRONG and "1949-12-31" in text(answer)


def test_a_restricted_file_has_a_door(county: County) -> None:
    client = county.client("赵敏", groups=["drug"])
    browser = signed_in(county.colleague)
    answer = browser.get(f"/clients/{client.pk}/")
    assert (answer.status_code, answer["Location"]) == (SEE_OTHER, f"/clients/restricted/?id={client.pk}")
    page = text(browser.get(answer["Location"]))
    assert "赵敏" not in page and str(client.pk) in page
    refused = browser.post("/clients/restricted/", {"id": client.pk, "reason": "。"})
    assert refused.status_code == WRONG and 'href="#id_reason"' in text(refused)
    opened = browser.post("/clients/restricted/", {"id": client.pk, "reason": "接替随访"})
    assert opened["Location"] == f"/clients/{client.pk}/"
    assert "赵敏" in text(browser.get(opened["Location"]))
    assert signed_in(county.neighbour).get(f"/clients/{client.pk}/").status_code == 404
    assert browser.get("/clients/restricted/?id=x").status_code == 404


def test_merging_and_undoing_by_page(county: County, worker: Browser) -> None:
    kept, merged = county.client(), county.client("王秀瑛")
    address = f"/clients/{kept.pk}/merge/"
    assert worker.post(address, {"number": "A-0-0"}).status_code == WRONG
    assert worker.post(address, {"number": kept.number}).status_code == WRONG
    answer = worker.post(address, {"number": merged.number}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/clients/{kept.pk}/")
    page = text(worker.get(f"/clients/{kept.pk}/"))
    undo = page.split('action="/merges/')[1].split('"')[0]
    assert worker.post(f"/merges/{undo}").status_code == SEE_OTHER
    merged.refresh_from_db()
    assert merged.state == "active"


Sheet = Callable[[County, Client], tuple[str, dict[str, Any], dict[str, Any]]]


@pytest.mark.parametrize(
    ("path", "good", "bad", "at"),
    [
        (
            "consents/new/",
            {"purpose": "photo", "basis": "consent", "given_on": "2022-01-01"},
            {"purpose": "x"},
            "purpose",
        ),
        ("contacts/new/", {"contact_name": "王强", "contact_relation": "儿子"}, {"contact_name": ""}, "contact_name"),
    ],
)
def test_small_forms_save_or_say_why(
    county: County, worker: Browser, path: str, good: dict[str, str], bad: dict[str, str], at: str
) -> None:
    client = county.client()
    address = f"/clients/{client.pk}/{path}"
    assert "<dialog" in text(worker.get(address, headers={"HX-Request": "true"}))
    assert "<html" in text(worker.get(address))
    refused = worker.post(address, {**good, **bad})
    assert refused.status_code == WRONG and f'id="id_{at}_error"' in text(refused)
    assert worker.post(address, good).status_code == SEE_OTHER
    page = text(worker.get(f"/clients/{client.pk}/"))
    action = page.split(f'action="/{path.split("/")[0]}/')[1].split('"')[0]
    assert worker.post(f"/{path.split('/')[0]}/{action}").status_code == SEE_OTHER


def test_living_together_by_page(county: County, worker: Browser) -> None:
    client, other = county.client(), county.client("李国强")
    assert worker.post(f"/clients/{client.pk}/household/", {"number": other.number}).status_code == SEE_OTHER
    assert "李国强" in text(worker.get(f"/clients/{client.pk}/"))
    worker.post(f"/clients/{client.pk}/household/leave/")
    assert "李国强" not in text(worker.get(f"/clients/{client.pk}/"))


def test_an_assessment_by_page(county: County, worker: Browser) -> None:
    county.instrument()
    client = county.client()
    address = f"/clients/{client.pk}/assessments/new/"
    assert "同住人数" in text(worker.get(address))
    sent = {"key": str(uuid7()), "q-size": "99", "summary": "要转介"}
    answer = worker.post(address, sent)
    assert answer.status_code == WRONG and "要转介" in text(answer) and 'href="#id_q-health_0"' in text(answer)
    answer = worker.post(address, {**sent, "q-health": "ill"})
    assert answer.status_code == WRONG and 'href="#id_q-size"' in text(answer)
    answer = worker.post(address, {**sent, "q-health": "ill", "q-size": "2", "q-losses": ["harm"]})
    made = Assessment.objects.get()
    assert (answer["Location"], made.risk) == (f"/assessments/{made.pk}/", 4)
    assert "轻生念头" in text(worker.get(answer["Location"]))
    assert signed_in(county.neighbour).get(answer["Location"]).status_code == 404


def test_a_case_by_page(county: County, worker: Browser) -> None:
    child = county.client("王小明", born_on=years_ago(9))
    address = f"/clients/{child.pk}/cases/new/"
    sent = {"key": str(uuid7()), "problem": "逃学", "group": county.group("child").pk}
    answer = worker.post(address, sent)
    assert answer.status_code == WRONG and 'href="#id_no_guardian_reason"' in text(answer) and "逃学" in text(answer)
    answer = worker.post(address, {**sent, "no_guardian_reason": "父母失联"})
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.pk}/"
    assert "父母失联" in text(worker.get(answer["Location"]))
    assert "王小明" in text(worker.get("/cases/"))
    assert "王小明" not in text(worker.get("/cases/?stage=closed&whose=all"))


def test_pages_speak_english(county: County, worker: Browser) -> None:
    client = county.client("Wang", groups=["older"])
    worker.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for address in ("/clients/", "/clients/new/", f"/clients/{client.pk}/", "/cases/", "/clients/restricted/"):
        page = text(worker.get(address))
        assert 'lang="en"' in page and "服务对象" not in page, address


def test_nothing_is_deleted_by_looking(county: County, worker: Browser) -> None:
    for address in ("merges", "consents", "contacts"):
        key: UUID = uuid7()
        verb = {"merges": "undo", "consents": "withdraw", "contacts": "remove"}[address]
        assert worker.get(f"/{address}/{key}/{verb}/").status_code == 405
        assert worker.post(f"/{address}/{key}/{verb}/").status_code == 404
