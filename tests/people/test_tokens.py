"""Access tokens."""

import re
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner

from shegong.config.commands.token import command
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import account_of_token, viewing
from shegong.people.actions import issue_token, revoke_token, set_one_time_password
from shegong.people.models import AccessToken, Account
from tests.factories import World
from tests.people.conftest import PASSWORD, Browser


def test_a_token_is_shown_once_and_works_until_revoked(signed_in: Browser, worker: Account) -> None:
    answer = signed_in.post("/accounts/tokens/", {"name": "统计", "days": "30"})
    token = re.search(r"sg_\w{40}", answer.content.decode())[0]  # type: ignore[index]
    assert account_of_token(token) == worker.pk
    page = signed_in.get("/accounts/").content.decode()
    assert "统计" in page
    assert token not in page
    kept = AccessToken.objects.get()
    assert token.encode() not in bytes(kept.digest)
    assert signed_in.post(f"/accounts/tokens/{kept.pk}/revoke/").status_code == 302
    assert account_of_token(token) is None
    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == [
        "sign_in", "issue_token", "revoke_token",
    ]  # fmt: skip


def test_a_token_dies_on_its_day(world: World, worker: Account) -> None:
    with viewing(worker.pk):
        token = issue_token(worker, "cli", 1)
    assert account_of_token(token) == worker.pk
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert account_of_token(token) is None
    assert account_of_token(token + "x") is None
    assert account_of_token("") is None


@pytest.mark.parametrize(
    ("name", "days", "code"),
    [("", 30, "token_name"), ("x" * 61, 30, "token_name"), ("cli", 0, "token_days"), ("cli", 367, "token_days")],
)
def test_a_token_needs_a_purpose_and_an_end(worker: Account, name: str, days: int, code: str) -> None:
    with pytest.raises(Problem) as raised, viewing(worker.pk):
        issue_token(worker, name, days)
    assert raised.value.code == code
    assert not AccessToken.objects.exists()


def test_twenty_tokens_are_enough(worker: Account) -> None:
    with viewing(worker.pk):
        for _ in range(20):
            issue_token(worker, "cli", 1)
        with pytest.raises(Problem, match="20"):
            issue_token(worker, "cli", 1)
        revoke_token(AccessToken.objects.first() or AccessToken(), by=worker)
        issue_token(worker, "cli", 1)


def test_a_new_password_ends_all_tokens_and_nobody_elses(signed_in: Browser, worker: Account, world: World) -> None:
    other = world.account("head", world.towns["A"])
    with viewing(worker.pk):
        tokens = [issue_token(worker, name, 30) for name in ("cli", "统计")]
    with viewing(other.pk):
        tokens.append(issue_token(other, "cli", 30))
    assert "访问令牌" in signed_in.get("/accounts/password/").content.decode()
    values = {"old_password": PASSWORD, "new_password": "a-much-better-5", "repeated": "a-much-better-5"}
    page = signed_in.post("/accounts/password/", values, follow=True).content.decode()
    assert "所有访问令牌已失效" in page
    assert [account_of_token(token) for token in tokens] == [None, None, other.pk]
    assert Event.objects.get(verb="change_password").detail == {"tokens": 2}


def test_a_one_time_password_ends_all_tokens(world: World, worker: Account) -> None:
    with viewing(worker.pk):
        token = issue_token(worker, "cli", 30)
    admin = world.account("admin", world.centre)
    with viewing(admin.pk):
        set_one_time_password(worker, by=admin)
    assert account_of_token(token) is None


def test_nobody_revokes_anothers_token(signed_in: Browser, world: World) -> None:
    other = world.account("head", world.towns["A"])
    with viewing(other.pk):
        token = issue_token(other, "cli", 1)
    assert signed_in.post(f"/accounts/tokens/{AccessToken.objects.get().pk}/revoke/").status_code == 404
    assert account_of_token(token) == other.pk


def test_the_command_prints_the_token_and_nothing_else(worker: Account) -> None:
    result = CliRunner().invoke(command, [worker.username, "--days", "7", "--name", "脚本"])
    assert result.exit_code == 0
    assert re.fullmatch(r"sg_\w{40}\n", result.stdout)
    assert account_of_token(result.stdout.strip()) == worker.pk
    kept = AccessToken.objects.get()
    assert (kept.name, round((kept.expires_at - kept.created_at) / timedelta(days=1))) == ("脚本", 7)


@pytest.mark.parametrize("arguments", [["nobody"], ["switched-off"], ["worker-w", "--days", "0"]])
def test_the_command_says_in_one_line_why_not(world: World, arguments: list[str]) -> None:
    Account.objects.create(username="switched-off", display_name="x", is_active=False)
    Account.objects.create(username="worker-w", display_name="x")
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
