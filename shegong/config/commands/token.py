"""发放访问令牌 · Issue an access token for the API"""

import sys
from typing import NoReturn

import click
from django.utils.translation import gettext

from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.actions import issue_token
from shegong.people.models import Account


@click.command()
@click.argument("username")
@click.option("--days", default=90, show_default=True, help="有效天数 · how long it lives")
@click.option("--name", default="cli", show_default=True, help="用途 · what it is for")
def command(username: str, days: int, name: str) -> None:
    """为 USERNAME 发放访问令牌,只在标准输出显示一次 · Print a new access token of USERNAME, and nothing else."""
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        fail(gettext("没有名为 %(username)s 的启用账号。") % {"username": username})
    try:
        with viewing(account.pk):
            token = issue_token(account, name, days)
    except Problem as problem:
        fail(str(problem))
    click.echo(token)


def fail(reason: str) -> NoReturn:
    """Tell the reason in one line; exit code 1."""
    click.echo(click.style("✗ ", fg="red") + reason, err=True)
    sys.exit(1)
