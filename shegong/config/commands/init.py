"""建立自己的城市 · Start a city of one's own"""

import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click
from django.db import transaction
from django.utils.translation import gettext

from shegong.config.founding import Founding, read_divisions, refuse_existing
from shegong.config.founding import found_city as found
from shegong.kernel import clock
from shegong.kernel.names import sort_key
from shegong.kernel.problems import Problem
from shegong.network.actions import FunctionalArea
from shegong.people.rules import new_one_time_password

SHOWN = 50  # problems of a table; who has more has the wrong file


@click.command()
@click.option("--city", help="城市名称 · the city's name, e.g. 成都市")
@click.option("--authority", help="主管部门 · the competent authority")
@click.option("--system-name", help="系统名称 · what the system is called")
@click.option(
    "--divisions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="区划表 CSV: code,name,level,kind,parent_code,functional_area · table of divisions, parents first",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="区划和规划从哪天起有效 · valid from (today)")
@click.option("--label", help="站点编号的开头 · how station keys begin (initials of the city)")
@click.option(
    "--tree", is_flag=True, help="为每个区县、功能区、镇街建规划站点 · plan a station for each county and town"
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="CODE=LABEL:NAME",
    help="功能区的编号和名称 · key label and name of a functional area; may be repeated",
)
@click.option("--username", help="管理员用户名 · user name of the first administrator")
@click.option("--display-name", help="管理员姓名 · the administrator's name")
@click.option("--generate-password", is_flag=True, help="生成一次性密码并显示一次 · make a password and show it once")
def command(
    city: str | None,
    authority: str | None,
    system_name: str | None,
    divisions: Path | None,
    since: datetime | None,
    label: str | None,
    tree: bool,
    areas: tuple[str, ...],
    username: str | None,
    display_name: str | None,
    generate_password: bool,
) -> None:
    """建立自己的城市:没给的选项会询问 · Start a city of one's own; what isn't given as an option is asked for.

    全部成功,或什么都不改 · All of it or nothing.
    """
    with transaction.atomic():
        refuse_existing()
    city = city or click.prompt(gettext("城市名称"))
    authority = authority or click.prompt(gettext("主管部门"))
    system_name = system_name or click.prompt(gettext("系统名称"), default=f"{city}社工服务体系")
    table = divisions or click.prompt(
        gettext("区划表（CSV 文件）"), type=click.Path(exists=True, dir_okay=False, path_type=Path)
    )
    rows, problems = read_divisions(table)
    if problems:
        fail(gettext("第 %(row)s 行 %(column)s：%(reason)s") % _shown(problem) for problem in problems)
    username = username or click.prompt(gettext("管理员用户名"), default="admin")
    display_name = display_name or click.prompt(gettext("管理员姓名"))
    password = new_one_time_password() if generate_password else _asked_password()
    try:
        founded = found(
            Founding(
                city=city,
                authority=authority,
                system_name=system_name,
                label=label or _initials(city),
                since=since.date() if since else clock.today(),
                divisions=rows,
                username=username,
                display_name=display_name,
                password=password,
                password_is_new=generate_password,
                tree=tree,
                areas=_areas(areas, {row["functional_area"] for row in rows} - {""}),
            )
        )
    except Problem as problem:
        fail(f"{OPTIONS.get(each.field or '', each.field or '')}: {each}".removeprefix(": ") for each in problem)
    click.echo(
        gettext("“%(city)s”已建立：%(divisions)s 条区划、%(stations)s 个站点，管理员 %(username)s。")
        % {"city": city, "divisions": founded.divisions, "stations": founded.stations, "username": username}
    )
    if generate_password:
        click.echo(gettext("一次性密码（只显示这一次，首次登录须更改）：%(password)s") % {"password": password})
    click.echo(gettext("接着用 shegong serve 启动网站，登录后从工作簿导入站点、组织、账号和人员。"))


OPTIONS = {
    "city": "--city",
    "authority": "--authority",
    "system_name": "--system-name",
    "display_name": "--display-name",
    "username": "--username",
    "label": "--label",
    "area": "--area",
    "password": "password",
}


def fail(reasons: Iterable[str]) -> NoReturn:
    """Tell the reasons, one in a line; exit code 1."""
    listed = list(reasons)
    for reason in listed[:SHOWN]:
        click.echo(click.style("✗ ", fg="red") + reason, err=True)
    if len(listed) > SHOWN:
        click.echo(gettext("另有 %(count)s 处。") % {"count": len(listed) - SHOWN}, err=True)
    click.echo(gettext("什么都没有改动。"), err=True)
    sys.exit(1)


def _shown(problem: tuple[int, str, Problem]) -> dict[str, object]:
    row, column, reason = problem
    return {"row": row, "column": column, "reason": reason}


def _asked_password() -> str:
    answer: str = click.prompt(gettext("管理员密码（至少 10 个字符）"), hide_input=True, confirmation_prompt=True)
    return answer


def _initials(city: str) -> str:
    """成都市 is CD."""
    return "".join(word[0] for word in sort_key(city.removesuffix("市")).split() if word[0].isascii()).upper() or "SG"


def _areas(given: Iterable[str], codes: set[str]) -> dict[str, FunctionalArea]:
    """The functional areas of the table: as given, or else named by their code. Raises Problem at `area`."""
    named = {}
    for text in given:
        match = re.fullmatch(r"([^=]+)=([A-Za-z0-9_]+):(.+)", text)
        if match is None or match[1] not in codes:
            reason = gettext("“%(text)s”应为 CODE=LABEL:NAME，且 CODE 在区划表的 functional_area 列中。")
            raise Problem("area", reason % {"text": text}, "area")
        named[match[1]] = FunctionalArea(match[2], match[3])
    others = {code: FunctionalArea(re.sub(r"\W", "", code, flags=re.ASCII).upper() or "QU", code) for code in codes}
    return {**others, **named}
