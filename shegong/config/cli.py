"""The `shegong` command. Each module in `shegong.config.commands` is a command of that name: its `command`.

A command runs with Django set up and with a migrated database, unless its module says `needs_database = False`.
"""

import ast
import errno
import functools
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from django.db.utils import OperationalError

from shegong import __version__
from shegong.config import commands
from shegong.config.problem import LaunchProblem
from shegong.kernel.keyring import KeyringProblem

# These set Django up themselves: they have something to do before it.
BARE = frozenset({"bench", "manage", "restore", "serve"})
OS_REASONS = {
    errno.ENOSPC: ("磁盘已满,请清理后再试。", "The disk is full: free some space and try again."),
    errno.EROFS: ("文件夹是只读的,请另设 SHEGONG_HOME。", "The folder is read-only: set another SHEGONG_HOME."),
    errno.EACCES: (
        "没有权限,请改正权限或另设 SHEGONG_HOME。",
        "No permission: correct it or set another SHEGONG_HOME.",
    ),
}


class Commands(click.Group):
    """Finds the commands by the names of their modules and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, ready to be called; None if there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name not in BARE:
            from shegong.config.installation import set_up_django

            set_up_django()
            _speak_as_the_terminal()
        module = importlib.import_module(f"{commands.__name__}.{cmd_name}")
        command: click.Command = module.command
        if cmd_name not in BARE and getattr(module, "needs_database", True) and command.callback is not None:
            command.callback = _with_database(command.callback)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with the first line of each module's docstring, without importing any."""
        rows = [(name, _first_line(name)) for name in self.list_commands(ctx)]
        with formatter.section("命令 Commands"):
            formatter.write_dl(rows)


def _speak_as_the_terminal() -> None:
    """English where the terminal is set to it, else Chinese."""
    from django.utils import translation

    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    translation.activate("en" if wanted.startswith("en") else "zh-hans")


def _first_line(name: str) -> str:
    spec = importlib.util.find_spec(f"{commands.__name__}.{name}")
    if spec is None or spec.origin is None:
        return ""
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0] if text else ""


def _with_database(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        from shegong.config.installation import require_migrations, running_database

        with running_database():
            require_migrations()
            return callback(*args, **options)

    return run


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shegong")
def cli() -> None:
    """社工:一座城市的社会工作服务平台。 Shegong: a city's social-work service platform."""


def main() -> None:
    """Entry point. What lies outside the program is told in one line per language; exit code 1."""
    try:
        cli()
    except LaunchProblem as problem:
        fail(problem)
    except KeyringProblem as problem:
        fail(LaunchProblem(f"密钥文件不能使用:{problem}", str(problem)))
    except OperationalError as error:
        reason = (str(error).strip().splitlines() or ["?"])[0]
        fail(LaunchProblem(f"数据库用不了({reason}),请稍后再试。", f"The database failed ({reason}): try again."))
    except OSError as error:
        if error.errno not in OS_REASONS:
            raise
        zh, en = OS_REASONS[error.errno]
        fail(LaunchProblem(f"{error.filename or ''} {zh}", f"{error.filename or ''} {en}"))


def fail(problem: LaunchProblem) -> None:
    """Tell the problem and end with exit code 1."""
    for line in (problem.zh, problem.en):
        click.echo(click.style("✗ ", fg="red") + line, err=True)
    sys.exit(1)
