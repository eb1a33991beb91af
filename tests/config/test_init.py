"""`shegong init`: a city of one's own, all of it or nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from shegong.catalogue.models import ServiceItem
from shegong.config.commands.init import command
from shegong.config.founding import read_divisions
from shegong.journal.models import Event
from shegong.network.models import City, Division, Grant, Station
from shegong.network.scope import viewing
from shegong.people.models import Account

HEADING = "code,name,level,kind,parent_code,functional_area"
ROWS = (
    "510100000000,成都市,city,,,",
    "510104000000,锦江区,county,,510100000000,",
    "510107000000,武侯区,county,,510100000000,",
    "510104020000,锦官驿街道,town,street,510104000000,",
    "510107061000,桂溪街道,town,street,510107000000,gaoxin",
    "510107001000,浆洗街街道,town,street,510107000000,",
    "510104020001,水井坊社区居委会,community,,510104020000,",
)
PASSWORD = "correct-horse-9"
Writer = Callable[..., Path]


@pytest.fixture
def divisions(tmp_path: Path) -> Writer:
    def write(*rows: str, heading: str = HEADING, encoding: str = "utf-8") -> Path:
        path = tmp_path / "divisions.csv"
        path.write_bytes("\r\n".join([heading, *(rows or ROWS), ""]).encode(encoding))
        return path

    return write


def run(table: Path, *options: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n", **changes: str) -> Result:
    """The command with its options, in Chinese; `typed` answers what it asks."""
    given = {
        "city": "蓉城市",
        "authority": "社会工作部",
        "system-name": "社工体系",
        "divisions": str(table),
        "since": "2024-01-01",
        "username": "root",
        "display-name": "管理员",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    words = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    with translation.override("zh-hans"):
        return CliRunner().invoke(command, [*words, *options], input=typed)


def nothing_was_made() -> bool:
    models = (City, Division, Station, Account, Grant, ServiceItem)
    return not any(model._default_manager.exists() for model in models)


@pytest.mark.django_db
def test_a_city_is_made(divisions: Writer) -> None:
    done = run(divisions())
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    city = City.objects.get()
    assert (city.name, city.authority, city.system_name, city.is_demo) == ("蓉城市", "社会工作部", "社工体系", False)
    assert Division.objects.count() == 7
    centre = Station.objects.get()
    assert (centre.key, centre.name, centre.division.code) == ("RC", "蓉城市社工支持中心", "510100000000")
    assert ServiceItem.objects.count() > 45
    account = Account.objects.get()
    assert account.check_password(PASSWORD) and account.is_staff and account.is_superuser
    assert not account.must_change_password
    with viewing(account.pk) as viewer:
        assert viewer.roles == {"admin"}
    assert Event.objects.get(verb="found_city").account_id == account.pk


@pytest.mark.django_db
def test_the_tree_is_planned_on_request(divisions: Writer) -> None:
    done = run(divisions(), "--tree", "--area", "gaoxin=GX:高新区", "--label", "CD")
    assert done.exit_code == 0, done.output
    assert list(Station.objects.values_list("key", "name", "stage")) == [
        ("CD", "蓉城市社工支持中心", "planned"),
        ("CD-0104", "锦江区社工总站", "planned"),
        ("CD-0104-020", "锦官驿街道社工站", "planned"),
        ("CD-0107", "武侯区社工总站", "planned"),
        ("CD-0107-001", "浆洗街街道社工站", "planned"),
        ("CD-GX", "高新区社工总站", "planned"),
        ("CD-GX-0107061", "桂溪街道社工站", "planned"),
    ]
    assert set(Station.objects.values_list("stages__since", flat=True)) == {date(2024, 1, 1)}


@pytest.mark.django_db
def test_what_is_not_given_is_asked(divisions: Writer) -> None:
    typed = f"蓉城市\n社会工作部\n\n{divisions()}\n\n管理员\n{PASSWORD}\nanother\n{PASSWORD}\n{PASSWORD}\n"
    with translation.override("zh-hans"):
        done = CliRunner().invoke(command, [], input=typed)
    assert done.exit_code == 0, done.output
    assert City.objects.get().system_name == "蓉城市社工服务体系"
    assert Account.objects.get(username="admin").check_password(PASSWORD)


@pytest.mark.django_db
def test_a_generated_password_is_shown_once_and_must_be_changed(divisions: Writer) -> None:
    done = run(divisions(), "--generate-password", typed="")
    account = Account.objects.get()
    password = next(line.rpartition("：")[2] for line in done.output.splitlines() if "一次性密码" in line)
    assert account.check_password(password) and account.must_change_password


@pytest.mark.django_db
def test_a_second_city_is_refused_by_the_name_of_the_first(divisions: Writer) -> None:
    assert run(divisions()).exit_code == 0
    again = run(divisions(), city="另一市", username="other")
    assert "蓉城市" in str(again.exception)
    assert (City.objects.get().name, Account.objects.get().username) == ("蓉城市", "root")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"city": "字" * 61}, "--city"),
        ({"authority": "\0部"}, "--authority"),
        ({"username": "a b"}, "--username"),
        ({"label": "成都"}, "--label"),
        ({"display_name": " "}, "--display-name"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_made(
    divisions: Writer, changes: dict[str, str], reason: str
) -> None:
    done = run(divisions(), **changes)
    assert (done.exit_code, nothing_was_made()) == (1, True)
    assert reason in done.output and "什么都没有改动" in done.output


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short-1", "password1234", "rootrootroot"])
def test_weak_passwords_are_refused(divisions: Writer, password: str) -> None:
    done = run(divisions(), typed=f"{password}\n{password}\n", username="rootrootroot")
    assert (done.exit_code, nothing_was_made()) == (1, True)


@pytest.mark.django_db
def test_a_wrong_functional_area_is_told(divisions: Writer) -> None:
    for area in ("gaoxin", "gaoxin=高新:高新区", "tianfu=TF:天府新区"):
        done = run(divisions(), "--tree", "--area", area)
        assert (done.exit_code, nothing_was_made()) == (1, True)
        assert area in done.output


@pytest.mark.django_db
def test_every_wrong_row_of_the_table_is_told_by_row_and_column(divisions: Writer) -> None:
    table = divisions(
        ROWS[0],
        "51010400000,锦江区,county,,510100000000,",
        "510107000000,,county,,510100000000,",
        "510108000000,成华区,district,,510100000000,",
        "",
        "510109000000,某区,county,,519900000000,",
        f"510112000000,{'长' * 61},county,,510100000000,",
        ROWS[0],
    )
    done = run(table)
    assert (done.exit_code, nothing_was_made()) == (1, True)
    places = [line.partition("：")[0] for line in done.output.splitlines() if line.startswith("✗")]
    assert places == [
        "✗ 第 3 行 code",
        "✗ 第 4 行 name",
        "✗ 第 5 行 level",
        "✗ 第 7 行 parent_code",
        "✗ 第 8 行 name",
        "✗ 第 9 行 code",
    ]


def test_tables_of_divisions_as_spreadsheets_write_them(divisions: Writer) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        rows, problems = read_divisions(divisions(encoding=encoding))
        assert (len(rows), problems) == (7, [])
        assert rows[0]["name"] == "成都市"
    rows, problems = read_divisions(divisions(heading="kind,code,level,name,functional_area,parent_code,note"))
    assert problems


def test_files_that_are_no_table(divisions: Writer, tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content, code in ((b"", "table_heading"), (b"a,b\n1,2\n", "table_heading"), (b"\x00\xff" * 99, "table_form")):
        path.write_bytes(content)
        rows, problems = read_divisions(path)
        assert (rows, [problem.problem.code for problem in problems]) == ([], [code])
    for rows in ((ROWS[1],), (ROWS[0], ROWS[0].replace("5101", "5102"))):
        assert read_divisions(divisions(*rows))[1]
