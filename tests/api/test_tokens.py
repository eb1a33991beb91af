"""Tokens over HTTP: got by signing in, with all that guards it."""

from typing import Any

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from shegong.journal.models import Event
from shegong.people.models import AccessToken, Account
from tests.api.conftest import Caller, Cast

PASSWORD = "正确的-horse-battery"


@pytest.fixture
def account(cast: Cast, settings: Any) -> Account:
    """The worker's account, with a password."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cast.worker_account.set_password(PASSWORD)
    cast.worker_account.save()
    return cast.worker_account


def asked(account: Account, **changes: object) -> dict[str, object]:
    return {"username": account.username, "password": PASSWORD, "name": "脚本", "days": 7} | changes


def test_a_token_is_got_used_listed_and_revoked(account: Account) -> None:
    made = Caller().post("/tokens", asked(account))
    assert made.status_code == 201, made.content.decode()
    caller = Caller(made.json()["token"])
    listed = caller.get("/tokens").json()["items"]
    assert [each["name"] for each in listed] == ["脚本", "test"]
    assert made.json()["token"] not in caller.get("/tokens").content.decode()
    assert caller.call("DELETE", f"/tokens/{listed[0]['id']}").status_code == 204
    assert caller.get("/tokens").status_code == 401


def test_somebody_else_s_token_cannot_be_revoked(cast: Cast, account: Account) -> None:
    other = AccessToken.objects.exclude(account=account).first()
    assert other is not None
    assert cast.worker.call("DELETE", f"/tokens/{other.pk}").status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_wrong_passwords_are_counted_and_lock_the_name(account: Account) -> None:
    for _number in range(5):
        refused = Caller().post("/tokens", asked(account, password="wrong"))
    unknown = Caller().post("/tokens", asked(account, username="nobody", password="wrong"))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "wrong_password")
    refused = Caller().post("/tokens", asked(account))
    assert (refused.status_code, refused.json()["code"]) == (429, "locked")
    assert AccessToken.objects.filter(account=account).count() == 1
    assert Event.objects.filter(verb="fail_sign_in").count() == 7


def test_a_second_factor_is_asked_for(account: Account) -> None:
    device = TOTPDevice.objects.create(user=account, name="totp", confirmed=True)
    refused = Caller().post("/tokens", asked(account))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "otp")
    device.throttle_reset()
    code = f"{totp(device.bin_key):06d}"
    assert Caller().post("/tokens", asked(account, otp=code)).status_code == 201


def test_a_one_time_password_must_be_changed_first(account: Account) -> None:
    account.must_change_password = True
    account.save()
    assert Caller().post("/tokens", asked(account)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"days": 0}, "days"), ({"days": 5000}, "days"), ({"name": " "}, "name"), ({"username": "a\0b"}, "username")],
)
def test_bad_wishes_are_refused_at_their_member(account: Account, changes: dict[str, object], field: str) -> None:
    refused = Caller().post("/tokens", asked(account, **changes))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert AccessToken.objects.filter(account=account).count() == 1
