"""Starting a city of one's own in an empty database: all of it in one transaction, or nothing."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.library import load_library, load_standards
from shegong.catalogue.actions import load_standard_catalogue
from shegong.config.problem import LaunchProblem
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, problem_from, raise_any
from shegong.kernel.text import clean_text
from shegong.network.actions import FunctionalArea, build_tree, load_divisions
from shegong.network.enums import Level
from shegong.network.models import City, Division, Grant, Station
from shegong.network.rules import division_problem, station_key_problem
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.people.rules import username_problem

LOCK: Final = 0x64_65_6D_6F  # that of the demonstration: one city is made at a time
# Columns of the table of divisions, and how many characters each may have.
DIVISION_COLUMNS: Final = {
    "code": 12,
    "name": 60,
    "level": 10,
    "kind": 30,
    "parent_code": 12,
    "functional_area": 20,
}
LARGEST_TABLE: Final = 20_000_000  # bytes; a city's table has a few hundred thousand


@dataclass(frozen=True, slots=True)
class Founding:
    """What a city starts from. `label` begins the keys of its stations; `areas` names the functional areas by code."""

    city: str
    authority: str
    system_name: str
    label: str
    since: date
    divisions: Sequence[Mapping[str, str]]
    username: str
    display_name: str
    password: str
    password_is_new: bool = False  # made by us, to be changed at the first sign-in
    tree: bool = False
    areas: Mapping[str, FunctionalArea] = field(default_factory=dict)


class TableProblem(NamedTuple):
    """What is wrong with a table: row (the heading is 1), column, and the problem."""

    row: int
    column: str
    problem: Problem


class Founded(NamedTuple):
    """How many of each were made."""

    divisions: int
    stations: int


def read_divisions(path: Path) -> tuple[list[dict[str, str]], list[TableProblem]]:
    """The rows of a CSV table of divisions (UTF-8, or GB 18030 as Chinese spreadsheets write it), and all that is
    wrong with them.
    """
    if path.stat().st_size > LARGEST_TABLE:
        return [], [TableProblem(1, "", Problem("table_too_large", _("文件过大，这不像是区划表。")))]
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    if "\0" in text or "\ufffd" in text:
        return [], [TableProblem(1, "", Problem("table_form", _("这不是 CSV 文本文件（UTF-8 或 GB 18030 编码）。")))]
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        heading = [name.strip() for name in next(reader, [])]
        missing = [name for name in DIVISION_COLUMNS if name not in heading]
        if missing:
            problem = Problem("table_heading", _("第一行缺少列 %(names)s。"), params={"names": ", ".join(missing)})
            return [], [TableProblem(1, missing[0], problem)]
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error:
        return [], [TableProblem(reader.line_num, "", Problem("table_form", _("这一行不是正确的 CSV。")))]
    found, problems, levels = [], list[TableProblem](), dict[str, str]()
    for number, cells in rows:
        if not any(cells):
            continue
        row = {name: cells[at] if at < len(cells) else "" for name in DIVISION_COLUMNS for at in [heading.index(name)]}
        found.append(row)
        problems += _row_problems(number, row, levels)
        levels[row["code"]] = row["level"]
    cities = sum(row["level"] == Level.CITY for row in found)
    if not problems and cities != 1:
        problem = Problem("one_city", _("表中应恰有一行级别为 city，现有 %(count)s 行。"), params={"count": cities})
        problems.append(TableProblem(1, "level", problem))
    return found, problems


def _row_problems(number: int, row: Mapping[str, str], levels: Mapping[str, str]) -> list[TableProblem]:
    for name, limit in DIVISION_COLUMNS.items():
        try:
            clean_text(row[name], limit)
        except Problem as problem:
            if name != "code":  # whose own rule says more
                return [TableProblem(number, name, problem)]
    found = division_problem(row, levels)
    return [] if found is None else [TableProblem(number, found.field or "", found)]


def existing_city() -> str | None:
    """The name of the city that is there already, if any; one founder at a time looks (call it in a transaction)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return City.objects.values_list("name", flat=True).first()


def refuse_existing() -> None:
    """Raises LaunchProblem when there is a city, or anything that one would hang on."""
    name = existing_city()
    if name is not None:
        raise LaunchProblem(
            f"这里已经有“{name}”，没有改动。另建一个城市请另设 SHEGONG_HOME 或换一个数据库。",
            f"There is already a city here: {name}. Nothing was changed. For another city, set another SHEGONG_HOME "
            "or database.",
        )
    if Station.objects.exists() or Account.objects.exists() or Division.objects.exists():
        raise LaunchProblem(
            "数据库里已有账号、站点或区划，没有改动。请另设 SHEGONG_HOME 或换一个数据库。",
            "The database already holds accounts, stations or divisions. Nothing was changed. Set another "
            "SHEGONG_HOME or database.",
        )


@transaction.atomic
def found_city(founding: Founding) -> Founded:
    """Make the city, its divisions, the centre (and with `tree` a planned station for each county, functional area and
    town), the standard catalogue, our policy library and standards, and the first administrator.

    Raises LaunchProblem when there is a city, Problems for what can't be used; then nothing is made.
    """
    refuse_existing()
    account = _checked_account(founding)
    divisions = load_divisions(founding.divisions, founding.since)
    City.objects.create(name=founding.city, authority=founding.authority, system_name=founding.system_name)
    kept = [d for d in divisions.values() if founding.tree or d.level == Level.CITY]
    stations = build_tree(founding.city, founding.label, kept, founding.areas, (), founding.since)
    load_standard_catalogue(founding.since)
    load_library(founding.authority, clock.now())
    load_standards(clock.today().year, clock.now())
    account.save()
    Grant.objects.create(account=account, role=Role.ADMIN, station=stations[0], since=account.joined_at.date())
    log(
        "found_city",
        "city",
        founding.city,
        by=account.pk,
        detail={"divisions": len(divisions), "stations": len(stations)},
    )
    return Founded(len(divisions), len(stations))


def _checked_account(founding: Founding) -> Account:
    """The administrator's account, not saved. Raises Problems for anything of the founding that can't be used."""
    problems: list[Problem | None] = []
    limits = {"city": 60, "authority": 100, "system_name": 100, "display_name": 60}
    for name, limit in limits.items():
        text = getattr(founding, name)
        try:
            if not clean_text(text, limit).strip():
                problems.append(Problem("missing", _("不能为空。"), name))
        except Problem as problem:
            problems.append(problem.at(name))
    label = station_key_problem(founding.label)
    problems += [label.at("label") if label else None, username_problem(founding.username)]
    account = Account(
        username=founding.username,
        display_name=founding.display_name,
        is_staff=True,
        is_superuser=True,
        must_change_password=founding.password_is_new,
    )
    try:
        validate_password(founding.password, account)
    except ValidationError as error:
        problems += [problem.at("password") for problem in problem_from(error)]
    raise_any(problems)
    account.set_password(founding.password)
    return account
