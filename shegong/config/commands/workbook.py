"""用工作簿导入站点、组织、账号、人员 · Import stations, organisations, accounts, workers"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, ngettext

from shegong.config.installation import require_migrations, running_database
from shegong.config.workbook.findings import Finding, WorkbookProblem
from shegong.config.workbook.importing import Outcome, check_workbook, import_workbook
from shegong.config.workbook.template import NewAccount, accounts_workbook, template_workbook
from shegong.kernel import clock

needs_database = False  # the template does without; the import asks for it
SHOWN = 100


@click.group()
def command() -> None:
    """用工作簿导入站点、组织、账号、人员 · Import stations, organisations, accounts and workers from a workbook."""


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """把空白模板写到 FILE · Write the empty workbook to FILE."""
    content = template_workbook()
    try:
        with file.open("xb") as target:
            target.write(content)
    except FileExistsError:
        fail([gettext("%(file)s 已存在，没有改动。") % {"file": file}])
    click.echo(gettext("模板已写到 %(file)s。") % {"file": file})


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="只检查 · only check")
@click.option(
    "--accounts",
    type=click.Path(dir_okay=False, path_type=Path),
    help="新账号和一次性密码写到这里 · where new accounts and their one-time passwords are written",
)
def import_file(file: Path, check: bool, accounts: Path | None) -> None:
    """导入 FILE:全部成功,或什么都不改 · Import FILE: all of it, or nothing."""
    passwords = accounts or settings.HOME / f"new-accounts-{clock.now():%Y%m%d-%H%M%S}.xlsx"
    with running_database(), file.open("rb") as content:
        require_migrations()
        try:
            with transaction.atomic():
                outcome = check_workbook(content, None) if check else import_workbook(content, None)
                if outcome.passwords:
                    _write_accounts(passwords, outcome.passwords)
        except WorkbookProblem as problem:
            fail([*map(_line, problem.findings[:SHOWN]), *_unshown(problem), gettext("什么都没有改动。")])
        except FileExistsError:
            fail([gettext("%(file)s 已存在，没有改动。") % {"file": passwords}])
    _tell(outcome, check)
    if outcome.passwords:
        click.echo(gettext("新账号和一次性密码在 %(file)s，分发后请删除。") % {"file": passwords})


def _tell(outcome: Outcome, check: bool) -> None:
    for finding in outcome.warnings[:SHOWN]:
        click.echo(click.style("! ", fg="yellow") + _line(finding), err=True)
    for count in outcome.counts:
        click.echo(
            gettext("%(sheet)s：%(rows)s 行，新增 %(added)s，更新 %(changed)s")
            % {"sheet": count.sheet.title, "rows": count.rows, "added": count.added, "changed": count.changed}
        )
    click.echo(gettext("没有错误，可以导入。") if check else gettext("已导入。"))


def _write_accounts(path: Path, accounts: list[NewAccount]) -> None:
    """A new file for its owner only. Raises FileExistsError."""
    content = accounts_workbook(accounts)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(content)


def _line(finding: Finding) -> str:
    place = gettext("%(sheet)s 第 %(row)s 行 %(letter)s %(column)s：") % {
        "sheet": finding.sheet,
        "row": finding.row,
        "letter": finding.letter,
        "column": finding.column,
    }
    return f"{place if finding.row else finding.sheet or ''} {finding.problem}".strip()


def _unshown(problem: WorkbookProblem) -> list[str]:
    count = len(problem.findings) - SHOWN
    if count <= 0:
        return []
    return [ngettext("另有 %(count)d 处。", "另有 %(count)d 处。", count) % {"count": count}]


def fail(reasons: list[str]) -> NoReturn:
    """Tell the reasons, one in a line; exit code 1."""
    for reason in reasons:
        click.echo(click.style("✗ ", fg="red") + reason, err=True)
    sys.exit(1)
