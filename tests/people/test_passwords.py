"""Changing, resetting and being given passwords."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.actions import set_one_time_password
from shegong.people.models import Account
from tests.factories import World
from tests.people.conftest import PASSWORD, Browser, with_password

NEW = "a-much-better-5"


def test_a_new_password_ends_the_other_sessions(signed_in: Browser, worker: Account) -> None:
    other = Browser()
    other.type_password(worker.username)
    values = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW}
    assert signed_in.post("/accounts/password/", values).headers["Location"] == "/accounts/"
    assert signed_in.get("/accounts/").status_code == 200
    assert other.get("/accounts/").status_code == 302
    assert Browser().type_password(worker.username, NEW).status_code == 302
    assert Event.objects.filter(verb="change_password", account_id=worker.pk).count() == 1


@pytest.mark.parametrize(
    ("old", "new", "repeated", "field"),
    [
        ("wrong-wrong-1", NEW, NEW, "old_password"),
        (PASSWORD, "short-1", "short-1", "new_password"),
        (PASSWORD, "password123", "password123", "new_password"),
        (PASSWORD, PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, NEW, NEW + "x", "repeated"),
        (PASSWORD, "x" * 300, "x" * 300, "new_password"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    signed_in: Browser, worker: Account, old: str, new: str, repeated: str, field: str
) -> None:
    answer = signed_in.post("/accounts/password/", {"old_password": old, "new_password": new, "repeated": repeated})
    assert answer.status_code == 422
    assert next(iter(answer.context["form"].errors)) == field
    worker.refresh_from_db()
    assert worker.check_password(PASSWORD)


def test_a_one_time_password_lets_one_in_only_to_replace_it(world: World, browser: Browser, worker: Account) -> None:
    admin = world.account("admin", world.centre)
    with viewing(admin.pk):
        once = set_one_time_password(worker, by=admin)
    assert browser.type_password(worker.username).status_code == 422
    assert browser.type_password(worker.username, once).headers["Location"] == "/accounts/sign-in/new-password/"
    assert browser.get("/accounts/").status_code == 302
    assert browser.get("/accounts/sign-in/new-password/").status_code == 200
    same = browser.post("/accounts/sign-in/new-password/", {"new_password": once, "repeated": once})
    assert same.status_code == 422
    answer = browser.post("/accounts/sign-in/new-password/", {"new_password": NEW, "repeated": NEW})
    assert answer.headers["Location"] == "/"
    assert browser.get("/accounts/").status_code == 200
    assert Browser().type_password(worker.username, once).status_code == 422
    assert Browser().type_password(worker.username, NEW).headers["Location"] == "/"
    events = list(Event.objects.exclude(verb="fail_sign_in").order_by("id").values_list("verb", "account_id"))
    assert events[:3] == [
        ("set_one_time_password", admin.pk),
        ("change_password", worker.pk),
        ("sign_in", worker.pk),
    ]


def sent(count: int) -> list[Any]:
    """The messages, once the thread that delivers them has done so."""
    for _ in range(100):
        if len(mail.outbox) >= count:
            break
        time.sleep(0.02)
    return mail.outbox


def test_a_link_by_mail_sets_a_new_password_once(
    browser: Browser, worker: Account, django_capture_on_commit_callbacks: Any
) -> None:
    Account.objects.filter(pk=worker.pk).update(email="w@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        known = browser.post("/accounts/forgotten/", {"email": "W@example.org"})
        unknown = browser.post("/accounts/forgotten/", {"email": "x@example.org"})
        again = browser.post("/accounts/forgotten/", {"email": "w@example.org"})
    assert [page.status_code for page in (known, unknown, again)] == [200, 200, 200]
    token = re.compile(r'value="\w{64}"')
    pages = [token.sub("", page.content.decode()) for page in (known, unknown)]
    assert pages[0].replace("W@", "") == pages[1].replace("x@", "")
    (message,) = sent(1)
    assert message.to == ["w@example.org"]
    link = re.search(r"http://testserver(/\S+)", message.body)[1]  # type: ignore[index]
    other = Browser()
    shown = other.get(link).headers["Location"]
    assert link.split("/")[-2] not in shown
    assert other.get(shown).status_code == 200
    assert other.post(shown, {"new_password": "short", "repeated": "short"}).status_code == 422
    assert other.post(shown, {"new_password": NEW, "repeated": NEW}).headers["Location"] == "/accounts/sign-in/"
    assert other.get("/accounts/").status_code == 302
    assert other.type_password(worker.username, NEW).status_code == 302
    stale = Browser()
    assert stale.get(stale.get(link).headers["Location"]).status_code == 410


def test_a_link_dies_after_two_hours_and_a_made_up_one_never_lives(
    browser: Browser, worker: Account, django_capture_on_commit_callbacks: Any
) -> None:
    Account.objects.filter(pk=worker.pk).update(email="w@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/forgotten/", {"email": "w@example.org"})
    link = re.search(r"http://testserver(/\S+)", sent(1)[0].body)[1]  # type: ignore[index]
    shown = browser.get(link).headers["Location"]
    assert browser.get(shown).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1)):
        assert browser.get(shown).status_code == 410
    for uid in ("MQ", "!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "5bCP"):
        assert browser.get(f"/accounts/reset/{uid}/in-session/").status_code == 410


def test_without_a_mail_server_only_people_help(browser: Browser, world: World, settings: Any) -> None:
    settings.SENDS_EMAIL = False
    page = browser.get("/accounts/forgotten/").content.decode()
    assert "系统管理员" in page
    assert 'name="email"' not in page
    browser.post("/accounts/forgotten/", {"email": "w@example.org"})
    assert not mail.outbox


def test_the_second_factor_is_still_asked_for_after_a_link(world: World, worker: Account) -> None:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    TOTPDevice.objects.create(user=worker, name="totp", confirmed=True)
    with_password(worker, NEW)
    assert Browser().type_password(worker.username, NEW).headers["Location"] == "/accounts/sign-in/code/"
