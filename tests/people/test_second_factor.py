"""The second factor: set up, asked for, replaced by recovery codes, switched off."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.scope import become_unprivileged, leave, viewing
from shegong.people.actions import begin_second_factor
from shegong.people.models import Account
from tests.factories import World
from tests.people.conftest import PASSWORD, Browser, with_password


def code_of(account: Account) -> str:
    """What the account's app shows now."""
    device = TOTPDevice.objects.get(user=account)
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def set_up(browser: Browser, account: Account) -> list[str]:
    """Switch the second factor on as its owner does; the recovery codes shown."""
    assert browser.post("/accounts/second-factor/begin/").headers["Location"] == "/accounts/second-factor/set-up/"
    answer = browser.post("/accounts/second-factor/set-up/", {"code": code_of(account)})
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    codes = re.findall(r"<code>(\d{5} \d{5})</code>", answer.content.decode())
    assert len(codes) == 10
    return codes


def test_setting_up_shows_the_key_until_a_code_proves_that_it_arrived(signed_in: Browser, worker: Account) -> None:
    signed_in.post("/accounts/second-factor/begin/")
    page = signed_in.get("/accounts/second-factor/set-up/")
    assert "style=" not in page.content.decode()
    picture = signed_in.get("/accounts/second-factor/qr.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml")
    assert b"style" not in picture.content
    wrong = signed_in.post("/accounts/second-factor/set-up/", {"code": "000000"})
    assert wrong.status_code == 422
    assert not TOTPDevice.objects.get(user=worker).confirmed
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        right = signed_in.post("/accounts/second-factor/set-up/", {"code": code_of(worker)})
        assert "只显示这一次" in right.content.decode()
        assert signed_in.get("/accounts/second-factor/qr.svg").status_code == 404
        assert signed_in.post("/accounts/second-factor/begin/").headers["Location"] == "/accounts/second-factor/"
    assert TOTPDevice.objects.get(user=worker).confirmed
    assert "set_up_second_factor" in Event.objects.values_list("verb", flat=True)


def test_the_password_alone_is_not_enough_any_more(signed_in: Browser, worker: Account) -> None:
    set_up(signed_in, worker)
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        other = Browser()
        assert other.type_password(worker.username, next="/accounts/").headers["Location"] == "/accounts/sign-in/code/"
        assert "_auth_user_id" not in other.session
        assert other.get("/accounts/").status_code == 302
        assert other.get("/accounts/sign-in/code/").status_code == 200
        wrong = other.post("/accounts/sign-in/code/", {"code": "000000"})
        assert wrong.status_code == 422
        assert "验证码不正确" in wrong.content.decode()
        assert other.get("/accounts/").status_code == 302
        soon = other.post("/accounts/sign-in/code/", {"code": code_of(worker)})
        assert soon.status_code == 429
        assert "秒后再试" in soon.content.decode()
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        right = other.post("/accounts/sign-in/code/", {"code": code_of(worker)})
        assert right.headers["Location"] == "/accounts/"
        assert other.get("/accounts/").status_code == 200
    assert list(Event.objects.order_by("id").values_list("verb", flat=True))[-2:] == ["fail_second_factor", "sign_in"]


def test_a_code_works_once(signed_in: Browser, worker: Account) -> None:
    set_up(signed_in, worker)
    with time_machine.travel(clock.now() + timedelta(seconds=60), tick=False):
        code = code_of(worker)
        for status in (302, 422):
            other = Browser()
            other.type_password(worker.username)
            assert other.post("/accounts/sign-in/code/", {"code": code}).status_code == status


def test_the_step_waits_five_minutes_and_five_wrong_codes(signed_in: Browser, worker: Account) -> None:
    set_up(signed_in, worker)
    start = clock.now() + timedelta(seconds=60)
    with time_machine.travel(start, tick=False) as traveller:
        slow, guessing = Browser(), Browser()
        slow.type_password(worker.username)
        traveller.shift(timedelta(minutes=5, seconds=1))
        assert (
            slow.post("/accounts/sign-in/code/", {"code": code_of(worker)}).headers["Location"] == "/accounts/sign-in/"
        )
        guessing.type_password(worker.username)
        for _ in range(4):
            assert guessing.post("/accounts/sign-in/code/", {"code": "000000"}).status_code == 422
            traveller.shift(timedelta(seconds=20))
        assert guessing.post("/accounts/sign-in/code/", {"code": "000000"}).headers["Location"] == "/accounts/sign-in/"
        assert "多次不正确" in guessing.get("/accounts/sign-in/").content.decode()
        traveller.shift(timedelta(minutes=1))
        assert guessing.post("/accounts/sign-in/code/", {"code": code_of(worker)}).status_code == 302
        assert "_auth_user_id" not in guessing.session


def test_a_new_password_voids_a_half_finished_sign_in(signed_in: Browser, worker: Account) -> None:
    set_up(signed_in, worker)
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        half = Browser()
        half.type_password(worker.username)
        with_password(worker, "another-password-3")
        assert (
            half.post("/accounts/sign-in/code/", {"code": code_of(worker)}).headers["Location"] == "/accounts/sign-in/"
        )


def test_nobody_gets_to_the_second_step_without_the_first(browser: Browser, worker: Account) -> None:
    assert browser.get("/accounts/sign-in/code/").headers["Location"] == "/accounts/sign-in/"
    assert browser.get("/accounts/sign-in/new-password/").headers["Location"] == "/accounts/sign-in/"


def test_a_recovery_code_works_once_and_is_not_kept_readable(signed_in: Browser, worker: Account) -> None:
    codes = set_up(signed_in, worker)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace(" ", "") for code in codes}
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        for status in (302, 422):
            other = Browser()
            other.type_password(worker.username)
            assert other.post("/accounts/sign-in/code/", {"code": codes[0]}).status_code == status
        assert StaticToken.objects.count() == 9
        assert "还有 9 个恢复码" in signed_in.get("/accounts/").content.decode()


@pytest.mark.parametrize("address", ["codes", "off"])
def test_changing_it_takes_password_and_code(signed_in: Browser, worker: Account, address: str) -> None:
    old = set_up(signed_in, worker)
    url = f"/accounts/second-factor/{address}/"
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        code = code_of(worker)
        assert signed_in.post(url, {"password": "wrong-wrong-1", "code": code}).status_code == 422
        assert signed_in.post(url, {"password": PASSWORD, "code": ""}).status_code == 422
        assert StaticToken.objects.count() == 10
        answer = signed_in.post(url, {"password": PASSWORD, "code": code})
    if address == "codes":
        new = re.findall(r"<code>(\d{5} \d{5})</code>", answer.content.decode())
        assert len(new) == 10
        assert not set(new) & set(old)
        return
    assert answer.status_code == 302
    assert not TOTPDevice.objects.exists()
    assert Browser().type_password(worker.username).headers["Location"] == "/"


def test_nobody_sees_the_keys_of_another(world: World, worker: Account) -> None:
    other = world.account("head", world.towns["A"])
    with viewing(worker.pk):
        begin_second_factor(worker)
    with viewing(other.pk):
        assert not TOTPDevice.objects.exists()
    become_unprivileged()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM otp_totp_totpdevice")
        assert cursor.fetchone() == (0,)
    leave()
    assert TOTPDevice.objects.count() == 1
