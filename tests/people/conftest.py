"""A browser whose requests run as the web server's do: under the unprivileged role, with no scope left over."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from shegong.network.scope import become_unprivileged, leave
from shegong.people.models import Account
from tests.factories import World

PASSWORD = "correct-horse-9"


class Browser(Client):
    """Django's test client as `shegong_app`. The test itself goes on as the tables' owner."""

    def request(self, **request: Any) -> HttpResponse:
        """Answer in the server's role, and forget the scope that the request entered."""
        become_unprivileged()
        try:
            return super().request(**request)
        finally:
            leave()

    def type_password(self, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
        """Send the sign-in form."""
        return self.post("/accounts/sign-in/", {"username": username, "password": password, **more})


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def browser(db: None) -> Browser:
    """Somebody's browser."""
    return Browser()


@pytest.fixture
def worker(world: World) -> Account:
    """A worker of room A1, with a password."""
    return with_password(world.account("worker", world.rooms["A1"]))


@pytest.fixture
def signed_in(browser: Browser, worker: Account) -> Browser:
    """The worker's browser after sign-in."""
    assert browser.type_password(worker.username).status_code == 302
    return browser


def with_password(account: Account, password: str = PASSWORD) -> Account:
    """The account, able to sign in."""
    account.set_password(password)
    account.save()
    return account
