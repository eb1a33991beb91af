"""载入演示城市 · Load the demonstration city"""

from time import monotonic

import click
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shegong.config.demo.accounts import FILE_NAME
from shegong.config.demo.loading import load

PHASES = {
    "network": gettext_lazy("区划、站点与组织"),
    "staff": gettext_lazy("社工与证书"),
    "accounts": gettext_lazy("合同、目标与演示账号"),
    "records": gettext_lazy("服务对象、评估、个案与服务记录(按站点)"),
    "indexes": gettext_lazy("索引与引用核对"),
    "tallies": gettext_lazy("汇总数"),
}
SEED = 2022


@click.command()
@click.option(
    "--size",
    type=click.Choice(["small", "city"]),
    default="city",
    show_default=True,
    help="small:两个总站的片段;city:全市 · a part with two hubs, or the whole city",
)
@click.option(
    "--seed", type=int, default=SEED, show_default=True, help="相同的种子得到相同的城市 · same seed, same city"
)
def command(size: str, seed: int) -> None:
    """载入模拟的演示城市 · Load the simulated demonstration city, all of it or nothing."""
    console = Console(stderr=True)
    started = monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks = {phase: bars.add_task(str(text), total=1, start=False) for phase, text in PHASES.items()}

        def progress(phase: str, done: int, total: int) -> None:
            bars.start_task(tasks[phase])
            bars.update(tasks[phase], completed=done, total=total)

        loaded = load("small" if size == "small" else "city", seed, progress)
        if loaded is None:
            for task in tasks.values():
                bars.remove_task(task)
    accounts = settings.HOME / FILE_NAME
    if loaded is None:
        click.echo(gettext("演示城市已经在了，没有改动。账号见 %(file)s。") % {"file": accounts})
        return
    click.echo(
        gettext(
            "演示城市已载入(全部为模拟数据)：%(stations)s 个站点、%(workers)s 名工作人员、%(clients)s 名服务对象、"
            "%(records)s 条服务记录，用时 %(seconds).1f 秒。"
        )
        % {
            "stations": f"{loaded.stations:,}",
            "workers": f"{loaded.workers:,}",
            "clients": f"{loaded.clients:,}",
            "records": f"{loaded.records:,}",
            "seconds": monotonic() - started,
        }
    )
    click.echo(gettext("各角色的账号和密码见 %(file)s。") % {"file": accounts})
