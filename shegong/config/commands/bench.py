"""测量速度 · Measure, each figure beside its limit"""

import importlib
import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from shegong.config.environment import home_folder
from shegong.config.problem import LaunchProblem

NAMES = (
    "readings",
    "search",
    "bulk",
    "recording",
    "attendance",
    "bookings",
    "pages",
    "case-page",
    "forms",
    "papers",
    "staffing",
    "staff-workbook",
    "pool",
    "ledger",
    "contracts",
    "standards",
    "samples",
)


@click.command()
@click.argument("name", required=False, type=click.Choice(NAMES))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON")
def command(name: str | None, as_json: bool) -> None:
    """测量速度 · Measure at one million service records, each figure beside its limit of the same run.

    Works in the project's folder (it needs bench/), on data of its own in SHEGONG_HOME/bench, made on first use.
    """
    if not Path("bench/measure.py").is_file():
        raise LaunchProblem(
            "测量程序只随源代码提供，请在项目目录中运行。",
            "The measurements come with the source only: run this in the project's folder.",
        )
    sys.path.insert(0, str(Path.cwd()))
    os.environ["SHEGONG_HOME"] = str(home_folder() / "bench")
    from shegong.config.installation import migrate, running_database, set_up_django
    from shegong.config.memory import keep_what_is_loaded

    set_up_django()
    console = Console(stderr=True)
    with running_database():
        migrate()
        console.print("准备一百万条记录…… Preparing one million records …")
        importlib.import_module("bench.million").prepare(console)
        keep_what_is_loaded()  # as the web server does; and a client that is stopped now and then measures itself
        measures = []
        for each in (name,) if name else NAMES:
            console.print(f"{each} …")
            measures += importlib.import_module(f"bench.{each.replace('-', '_')}").run()
    if as_json:
        click.echo(json.dumps([measure.as_json() for measure in measures], ensure_ascii=False))
        return
    table = Table("名称 name", "值 value", "限 limit", "比 ratio")
    for measure in measures:
        row = measure.as_json()
        table.add_row(str(row["name"]), f"{row['value']} {row['unit']}", str(row["limit"]), str(row["ratio"]))
    Console().print(table)
