"""The workforce's pages, as those who use them do."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from shegong.kernel import clock
from shegong.people.models import Account
from shegong.workforce.models import ProfileCorrection, StaffingRule, Worker
from tests.api.conftest import server_role
from tests.factories import START, World


def browser(account: Account, language: str = "zh-hans") -> Browser:
    tab = Browser(headers={"accept-language": language})
    tab.force_login(account)
    tab.cookies["django_language"] = language
    return tab


def get(tab: Browser, address: str, status: int = 200) -> str:
    with server_role():
        answer = tab.get(address)
    assert answer.status_code == status, answer.content.decode()[-800:]
    return answer.content.decode()


def sent(tab: Browser, address: str, status: int = 302, **values: Any) -> str:
    with server_role():
        answer = tab.post(address, values)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.content.decode()


@pytest.fixture
def county(world: World) -> Browser:
    return browser(world.account("county", world.hubs["A"]))


def hire_values(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "key": "01890000-0000-7000-8000-000000000001", "name": "曾晓燕", "sex": "2", "phone": "13900000001",
        "source": "purchased", "categories": ["professional", "psychological"], "station": world.rooms["A1"].pk,
        "role": "worker", "share": 100, "since": "2023-05-01", "education": "bachelor", "major": "社会工作",
        "specialities": ["youth"], "languages": ["sichuan"],
    } | changes  # fmt: skip


def test_somebody_is_hired_found_and_looked_at(world: World, county: Browser) -> None:
    assert "登记入职" in get(county, "/workers/new/?station=A11")
    sent(county, "/workers/new/", **hire_values(world))
    worker = Worker.objects.get()
    assert "曾晓燕" in get(county, "/workers/?q=zxy")
    assert "没有找到" in get(county, "/workers/?q=zzzz")
    page = get(county, f"/workers/{worker.pk}/")
    for words in ("心理社工", "青少年", "四川话", "大学本科", "139****0001", "100%", "至今"):
        assert words in page, words
    assert "13900000001" not in page
    assert "13900000001" in sent(county, f"/workers/{worker.pk}/phone/", 200)
    stranger = browser(world.account("county", world.hubs["B"]))
    get(stranger, f"/workers/{worker.pk}/", 404)


def test_mistakes_are_told_at_their_fields_and_what_was_typed_stays(world: World, county: Browser) -> None:
    page = sent(county, "/workers/new/", 422, **hire_values(world, phone="12", share=130))
    assert "13" in page and "曾晓燕" in page and "手机号" in page
    page = sent(county, "/workers/new/", 422, **hire_values(world, share=130))
    assert "工时占比应在 1 到 100 之间" in page
    assert not Worker.objects.exists()


def test_everything_can_be_read_in_english(world: World) -> None:
    account = world.account("county", world.hubs["A"])
    worker = world.worker(world.rooms["A1"])
    tab = browser(account, "en")
    for address in (
        "/workers/", "/workers/new/", f"/workers/{worker.pk}/", "/staffing/", "/staffing/rules/", "/staffing/what-if/",
        f"/workers/{worker.pk}/edit/", f"/staffing/what-if/?worker={worker.pk}",
    ):  # fmt: skip
        get(tab, address)
    assert "Staffing" in get(tab, "/staffing/")


def test_a_worker_asks_for_a_correction_and_the_county_makes_it(world: World, county: Browser) -> None:
    account = world.account("worker", world.rooms["A1"])
    worker = world.worker(world.rooms["A1"], account)
    own = browser(account)
    assert worker.name in get(own, "/workers/me/")
    sent(
        own, f"/workers/{worker.pk}/correction/",
        name=worker.name, sex="2", major="心理学", languages=["sign"], reason="补填",
    )  # fmt: skip
    correction = ProfileCorrection.objects.get()
    assert "待处理" in get(own, "/workers/me/")
    assert "补填" in get(county, "/workers/")
    assert "手语" in get(county, f"/corrections/{correction.pk}/")
    page = sent(county, f"/corrections/{correction.pk}/", 422, do="decline", answer="")
    assert "请写明原因" in page
    sent(county, f"/corrections/{correction.pk}/", do="accept", answer="")
    worker.refresh_from_db()
    assert (worker.major, worker.languages) == ("心理学", ["sign"])
    get(own, f"/corrections/{correction.pk}/", 403)
    assert "没有对应的人员资料" in get(county, "/workers/me/", 404)


def test_posting_changing_and_leaving(world: World, county: Browser) -> None:
    worker = world.worker(world.rooms["A1"])
    posting = worker.postings.get()
    sent(county, f"/postings/{posting.pk}/edit/", role="worker", share=60, until="")
    page = sent(
        county, f"/workers/{worker.pk}/postings/new/", 422,
        key="01890000-0000-7000-8000-000000000002", station=world.rooms["A2"].pk, role="worker", share=50,
        since="2024-01-01",
    )  # fmt: skip
    assert "最多还可派驻 40%" in page
    ahead = clock.today() + timedelta(days=20)
    sent(
        county, f"/workers/{worker.pk}/postings/new/",
        key="01890000-0000-7000-8000-000000000002", station=world.rooms["A2"].pk, role="worker", share=40, since=ahead,
    )  # fmt: skip
    later = worker.postings.get(share=40)
    assert "尚未开始" in get(county, f"/workers/{worker.pk}/")
    sent(county, f"/postings/{later.pk}/cancel/")
    assert worker.postings.count() == 1
    sent(county, f"/workers/{worker.pk}/leave/", on=clock.today(), reason="调离")
    worker.refresh_from_db()
    assert worker.until == clock.today()
    assert "已离职" in get(county, f"/workers/{worker.pk}/")


# Staffing


def certified(world: World, place: str, number: int) -> Worker:
    worker = world.worker(world.towns[place])
    worker.credentials.create(level="assistant", number=f"N{number}", issued_on=START, hub_id=worker.hub_id)
    return worker


def test_the_staffing_page_names_what_is_missing(world: World) -> None:
    for number in (1, 2):
        certified(world, "A", number)
    certified(world, "B", 3).postings.update(until=clock.today() + timedelta(days=30))
    certified(world, "B", 4)
    city = browser(world.account("city", world.centre))
    gaps = get(city, "/staffing/?tier=station")
    assert "没有缺人的站点" in gaps
    ending = get(city, "/staffing/?tier=station&state=ending")
    assert "B1社工站" in ending and "A1社工站" not in ending and "不再达标" in ending
    assert "缺 2 人" in get(city, "/staffing/?hub=A")
    met = get(city, "/staffing/?state=met")
    assert "A1社工站" in met and re.search("2022年1月1日</time> *达标", met)
    head = browser(world.account("head", world.towns["A"]))
    seen = get(head, "/staffing/?state=met")
    assert "A1社工站" in seen and "B1社工站" not in seen
    assert "A11社工室" in get(head, "/staffing/")


def test_a_transfer_is_looked_at_before_it_is_saved(world: World, county: Browser) -> None:
    certified(world, "A", 1)
    worker = certified(world, "A", 2)
    address = f"/staffing/what-if/?worker={worker.pk}"
    values = {"station": world.hubs["A"].pk, "role": "worker", "share": 100, "since": "2024-01-01"}
    page = sent(county, address, 200, do="look", **values)
    for words in ("A1社工站", "A社工总站", "2 / 2", "1 / 2", "0 / 2"):
        assert words in page, words
    assert worker.postings.count() == 1
    sent(county, address, do="save", **values)
    worker.refresh_from_db()
    assert worker.station == world.hubs["A"]
    assert worker.postings.get(until=None).since == date(2024, 1, 1)
    page = sent(county, address, 422, do="save", **values | {"station": world.towns["A"].pk, "since": "2023-01-01"})
    assert "应晚于在原站点到岗的日期" in page
    get(browser(world.account("head", world.towns["B"])), address, 404)


def test_the_city_changes_a_rule_and_the_numbers_follow(world: World) -> None:
    certified(world, "A", 1)
    city = browser(world.account("city", world.centre))
    assert "A1社工站" in get(city, "/staffing/?tier=station")
    values = {
        "least": 1,
        "most": "",
        "certified_only": "on",
        "counts_from": 1,
        "clause": "市级通知",
        "since": "2024-01-01",
    }
    page = sent(city, "/staffing/rules/station/", 422, **values | {"clause": "", "least": 0})
    assert "请写明" in page or "必填" in page
    sent(city, "/staffing/rules/station/", **values)
    assert StaffingRule.objects.filter(tier="station").count() == 2
    assert "A1社工站" not in get(city, "/staffing/?tier=station")
    get(browser(world.account("county", world.hubs["A"])), "/staffing/rules/station/", 403)


def test_the_staffing_page_asks_as_often_for_many_as_for_few(world: World, django_assert_max_num_queries: Any) -> None:
    city = browser(world.account("city", world.centre))
    get(city, "/staffing/")
    with django_assert_max_num_queries(22):
        get(city, "/staffing/")
