"""Signing in and out, in the web server's role."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.test import override_settings

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.scope import become_unprivileged, leave
from shegong.people.models import Account
from tests.factories import World
from tests.people.conftest import PASSWORD, Browser, with_password

WRONG = "用户名或密码不正确"


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_the_right_password_leads_to_where_one_wanted_to_go(browser: Browser, worker: Account) -> None:
    assert browser.get("/accounts/").headers["Location"] == "/accounts/sign-in/?next=/accounts/"
    page = browser.get("/accounts/sign-in/?next=/accounts/").content.decode()
    assert "试验体系" in page
    assert "试验部门" in page
    answer = browser.type_password(worker.username, next="/accounts/")
    assert answer.headers["Location"] == "/accounts/"
    page = browser.get("/accounts/").content.decode()
    assert "A11社工室" in page
    assert "127.0.0.1" in page
    assert verbs() == ["sign_in"]
    event = Event.objects.get()
    assert (event.account_id, event.object_id) == (worker.pk, str(worker.pk))
    worker.refresh_from_db()
    assert worker.last_login is not None


def test_the_session_gets_a_new_key_at_each_step(browser: Browser, worker: Account) -> None:
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    browser.type_password(worker.username)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert browser.get("/accounts/").status_code == 200
    assert Browser(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={planted}"}).get("/accounts/").status_code == 302


def test_unknown_wrong_and_switched_off_look_the_same(browser: Browser, worker: Account, world: World) -> None:
    off = with_password(world.account("worker", world.rooms["A1"], is_active=False))
    pages = []
    for username, password in ((worker.username, "wrong-wrong-1"), ("nobody", PASSWORD), (off.username, PASSWORD)):
        answer = browser.type_password(username, password)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert WRONG in text
        assert f'value="{username}"' in text
        assert password not in text
        pages.append(text.replace(username, "").split("<form method", 1)[1].split("csrfmiddlewaretoken")[1][80:])
    assert pages[0] == pages[1] == pages[2]
    assert list(Event.objects.order_by("id").values_list("verb", "account_id", "object_id")) == [
        ("fail_sign_in", None, str(worker.pk)),
        ("fail_sign_in", None, ""),
        ("fail_sign_in", None, str(off.pk)),
    ]


def test_an_unknown_name_costs_a_hash_too(browser: Browser, worker: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    unwatched = Account.set_password

    def watched(account: Account, raw: str) -> None:
        hashed.append(raw)
        unwatched(account, raw)

    monkeypatch.setattr(Account, "set_password", watched)
    browser.type_password("nobody", "some-password-1")
    assert hashed == ["some-password-1"]


def test_five_failures_close_the_name_for_a_quarter_of_an_hour(browser: Browser, worker: Account) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(4):
            assert browser.type_password(worker.username, "wrong-wrong-1").status_code == 422
        last = browser.type_password(worker.username, "wrong-wrong-1")
        until = (clock.now() + timedelta(minutes=15)).astimezone(clock.timezone.get_default_timezone())
        assert last.status_code == 429
        assert f"请在 {until:%H:%M}（约 16 分钟后）再试" in last.content.decode()
        traveller.shift(timedelta(minutes=10))
        right = Browser().type_password(worker.username)
        assert right.status_code == 429
        assert f"{until:%H:%M}" in right.content.decode()
        english = browser.post(
            "/accounts/sign-in/", {"username": worker.username, "password": PASSWORD}, headers={"accept-language": "en"}
        )
        assert f"Try again at {until:%H:%M}" in english.content.decode()
        traveller.shift(timedelta(minutes=5, seconds=1))
        assert browser.type_password(worker.username).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_name_that_nobody_has_is_closed_just_the_same(browser: Browser, worker: Account) -> None:
    answers = [browser.type_password("nobody", "wrong-wrong-1").status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 429, 429]
    assert browser.type_password(worker.username).status_code == 302


def test_what_was_typed_as_password_is_kept_nowhere(browser: Browser, worker: Account) -> None:
    browser.type_password(worker.username, "secret-of-mine-7")
    attempt = AccessAttempt.objects.get()
    assert "secret-of-mine-7" not in attempt.post_data + attempt.get_data
    assert not Event.objects.filter(detail__icontains="secret-of-mine-7").exists()


@pytest.mark.parametrize("name", ["a\0b", "x" * 61, "", "😀" * 20, "𠮷䶮"])
def test_odd_names_are_answered_at_the_field(browser: Browser, world: World, name: str) -> None:
    answer = browser.type_password(name)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "http:///evil.example",
        "\t//evil.example",
    ],
)
def test_another_sites_address_is_not_followed(browser: Browser, worker: Account, address: str) -> None:
    assert browser.get("/accounts/sign-in/", {"next": address}).context["next"] == ""
    assert browser.type_password(worker.username, next=address).headers["Location"] == "/"


def test_a_form_without_its_token_is_refused(worker: Account) -> None:
    strict = Browser(enforce_csrf_checks=True)
    assert strict.type_password(worker.username).status_code == 403
    strict.get("/accounts/sign-in/")
    token = strict.cookies["csrftoken"].value
    assert strict.type_password(worker.username, csrfmiddlewaretoken=token).status_code == 302


def test_signing_out_is_a_post_and_ends_the_session(signed_in: Browser, worker: Account) -> None:
    assert signed_in.get("/accounts/sign-out/").status_code == 405
    assert signed_in.post("/accounts/sign-out/").headers["Location"] == "/accounts/sign-in/"
    assert signed_in.get("/accounts/").status_code == 302
    assert verbs() == ["sign_in", "sign_out"]


def test_a_switched_off_account_is_out_at_once(signed_in: Browser, worker: Account) -> None:
    assert signed_in.get("/accounts/").status_code == 200
    Account.objects.filter(pk=worker.pk).update(is_active=False)
    assert signed_in.get("/accounts/").status_code == 302


def test_a_session_left_alone_ends_and_one_in_use_does_not(signed_in: Browser) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        for _ in range(3):
            traveller.shift(timedelta(minutes=20))
            assert signed_in.get("/accounts/").status_code == 200
        traveller.shift(timedelta(minutes=31))
        answer = signed_in.get("/accounts/", headers={"hx-request": "true"})
        assert answer.status_code == 401
        assert signed_in.get("/accounts/").status_code == 302


def test_after_an_expired_post_one_comes_back_to_the_form(browser: Browser, world: World) -> None:
    answer = browser.post(
        "/accounts/language/", {"language": "en"}, headers={"referer": "http://testserver/accounts/?a=1"}
    )
    assert answer.headers["Location"] == "/accounts/sign-in/?next=/accounts/%3Fa%3D1"
    other = browser.post("/accounts/language/", {"language": "en"}, headers={"referer": "http://evil.example/x"})
    assert other.headers["Location"] == "/accounts/sign-in/?next=/accounts/language/"


@override_settings(LANGUAGE_CODE="zh-hans")
def test_the_accounts_language_is_spoken_until_another_is_chosen(signed_in: Browser, worker: Account) -> None:
    assert "我的账号" in signed_in.get("/accounts/").content.decode()
    assert signed_in.post("/accounts/language/", {"language": "en"}).status_code == 302
    worker.refresh_from_db()
    assert worker.language == "en"
    signed_in.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    assert "My account" in signed_in.get("/accounts/").content.decode()
    assert signed_in.post("/accounts/language/", {"language": "xx"}).status_code == 422


PERSONAL = [
    "people_account",
    "people_accesstoken",
    "otp_totp_totpdevice",
    "otp_static_staticdevice",
    "otp_static_statictoken",
    "axes_accessattempt",
    "network_grant",
    "journal_event",
    "practice_client",
]


def test_nobody_sees_no_row_of_any_of_these_tables(browser: Browser, signed_in: Browser, world: World) -> None:
    world.client(world.rooms["A1"])
    Browser().type_password("nobody", "wrong-wrong-1")
    become_unprivileged()
    with connection.cursor() as cursor:
        for table in PERSONAL:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    leave()
    with connection.cursor() as cursor:
        for table in ("people_account", "axes_accessattempt", "network_grant", "journal_event", "practice_client"):
            cursor.execute(f"SELECT count(*) > 0 FROM {table}")
            assert cursor.fetchone() == (True,), table
