"""The page for workbooks, as the browser and the web server's role see it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from shegong.config.workbook.template import CONTENT_TYPE
from shegong.network.models import Organisation, Station
from shegong.people.models import Account
from shegong.workforce.models import Worker
from tests.config.books import book, small_city
from tests.factories import World
from tests.people.conftest import PASSWORD, Browser, with_password

ADDRESS = "/admin-tools/workbook/"


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """Whatever language the tests before were left in; and these leave none behind."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


def signed_in(world: World, role: str) -> Browser:
    account = with_password(world.account(role, world.centre))
    browser = Browser()
    assert browser.type_password(account.username).status_code == 302
    return browser


@pytest.fixture
def admin(world: World, quick_passwords: None) -> Browser:
    return signed_in(world, "admin")


def sent(browser: Browser, content: bytes, do: str, **headers: Any) -> Any:
    file = SimpleUploadedFile("city.xlsx", content, CONTENT_TYPE)
    return browser.post(ADDRESS, {"file": file, "do": do}, **headers)


def cells(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]


def test_others_are_kept_out(world: World, quick_passwords: None) -> None:
    for role in ("city", "county", "head", "dpo"):
        browser = signed_in(world, role)
        for path in (ADDRESS, f"{ADDRESS}template.xlsx"):
            assert browser.get(path).status_code == 403
        assert sent(browser, book(**small_city()).getvalue(), "import").status_code == 403
    assert Browser().get(ADDRESS).status_code == 302
    assert not Organisation.objects.exists()


def test_the_template_can_be_downloaded(admin: Browser) -> None:
    answer = admin.get(f"{ADDRESS}template.xlsx")
    assert (answer.status_code, answer["Content-Type"]) == (200, CONTENT_TYPE)
    assert len(load_workbook(io.BytesIO(answer.content)).worksheets) == 6
    assert f"{ADDRESS}template.xlsx" in admin.get(ADDRESS).content.decode()


def test_checking_says_what_an_import_would_do(admin: Browser) -> None:
    answer = sent(admin, book(**small_city()).getvalue(), "check")
    assert (answer.status_code, answer.context["imported"]) == (200, False)
    assert "没有错误，可以导入。" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_findings_are_listed_and_nothing_is_changed(admin: Browser) -> None:
    city = small_city()
    city["stations"][0]["tier"] = "<b>总总站</b>"
    city["workers"][1]["station"] = None
    answer = sent(admin, book(**city).getvalue(), "import")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "有 4 处错误" in text and "&lt;b&gt;总总站&lt;/b&gt;" in text and "<b>总" not in text
    assert [(str(f.sheet), f.row, f.letter) for f in answer.context["findings"]][:1] == [("站点", 2, "B")]
    assert not Organisation.objects.exists()


def test_htmx_gets_only_the_outcome_so_that_the_file_stays_chosen(admin: Browser) -> None:
    answer = sent(admin, b"no workbook", "import", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.startswith('<div id="workbook-outcome"') and "<form" not in text
    empty = admin.post(ADDRESS, {"do": "import"}, headers={"HX-Request": "true"})
    assert empty.status_code == 422 and "notice-danger" in empty.content.decode()


def test_new_accounts_are_fetched_once_and_kept_sealed_until_then(admin: Browser) -> None:
    answer = sent(admin, book(**small_city()).getvalue(), "import")
    assert answer.status_code == 200 and "已导入。" in answer.content.decode()
    assert Station.objects.filter(key__startswith="C-01").count() == 3 and Worker.objects.count() == 2
    again = sent(admin, book(**small_city()).getvalue(), "import")
    assert again.status_code == 200
    fetched = admin.post(f"{ADDRESS}new-accounts/")
    assert fetched["Content-Type"] == CONTENT_TYPE and "no-store" in fetched["Cache-Control"]
    listed = {row[0]: row[2] for row in cells(fetched.content)[1:]}
    assert listed.keys() == {"wang", "jiang"}
    sessions = " ".join(str(session.get_decoded()) for session in Session.objects.all())
    for password in listed.values():
        assert password not in answer.content.decode() + again.content.decode() + sessions
    assert admin.post(f"{ADDRESS}new-accounts/").status_code == 302
    assert admin.get(f"{ADDRESS}new-accounts/").status_code == 405


def test_a_new_worker_signs_in_and_must_change_the_password(admin: Browser) -> None:
    sent(admin, book(**small_city()).getvalue(), "import")
    listed = {row[0]: row[2] for row in cells(admin.post(f"{ADDRESS}new-accounts/").content)[1:]}
    worker = Browser()
    first = worker.type_password("wang", listed["wang"])
    assert first.status_code == 302 and first["Location"].startswith("/accounts/sign-in/new-password/")
    assert worker.get("/accounts/").status_code == 302
    changed = worker.post(first["Location"], {"new_password": PASSWORD, "repeated": PASSWORD})
    assert changed.status_code == 302, changed.context["form"].errors
    assert worker.get("/accounts/").status_code == 200
    assert not Account.objects.get(username="wang").must_change_password


def test_the_page_speaks_english(admin: Browser) -> None:
    assert "从工作簿导入" in admin.get(ADDRESS).content.decode()
    admin.cookies["django_language"] = "en"
    text = admin.get(ADDRESS).content.decode()
    assert "Import from a workbook" in text and "工作簿" not in text
