"""The workbook: what it brings in, that it never doubles, and what it says about every slip."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from shegong.config.workbook.cells import read_cell
from shegong.config.workbook.examples import EXAMPLES
from shegong.config.workbook.findings import WorkbookProblem
from shegong.config.workbook.importing import Outcome, check_workbook, import_workbook
from shegong.config.workbook.reading import MOST_ROWS, read_workbook
from shegong.config.workbook.sheets import SHEETS, Kind, both
from shegong.config.workbook.template import NewAccount, accounts_workbook, template_workbook
from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.fields import spelling
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Division, Grant, Operation, Organisation, Station, StationStage
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.models import Credential, Posting, Worker
from tests.config.books import CODE, DAY, book, repacked, saved, small_city
from tests.factories import World, make_station
from tests.network.test_stations import TODAY
from tests.practice.test_record import Room

TABLES = (Station, StationStage, Operation, Organisation, Account, Grant, Worker, Credential, Posting)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """Whatever language the tests before were left in; and these leave none behind."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def admin(world: World) -> Account:
    return world.account("admin", world.centre)


def imported(admin: Account, **sheets: Any) -> Outcome:
    """Import as the web server does: in an administrator's scope, without the owner's rights."""
    with viewing(admin.pk) as by:
        return import_workbook(book(**sheets), by)


def findings(admin: Account, **sheets: Any) -> list[tuple[str, int, str, str]]:
    """What is wrong with an import: sheet, row, column, code; and that nothing was changed by it."""
    before = [model._default_manager.count() for model in TABLES]
    with pytest.raises(WorkbookProblem) as raised, viewing(admin.pk) as by:
        import_workbook(book(**sheets), by)
    assert before == [model._default_manager.count() for model in TABLES]
    return [
        (str(each.sheet), each.row, str(each.column), each.problem.code)
        for each in raised.value.findings
        if not each.is_warning
    ]


def counts(outcome: Outcome) -> dict[str, tuple[int, int, int]]:
    return {count.sheet.name: (count.rows, count.added, count.changed) for count in outcome.counts}


@pytest.mark.django_db
def test_a_small_city_comes_in(admin: Account) -> None:
    outcome = imported(admin, **small_city())
    assert counts(outcome) == {
        "stations": (3, 3, 0),
        "organisations": (1, 1, 0),
        "accounts": (2, 2, 0),
        "workers": (2, 2, 0),
    }
    room = Station.objects.get(key="C-01-01-1")
    town, hub = Station.objects.get(key="C-01-01"), Station.objects.get(key="C-01")
    assert (str(room.path), room.town, room.hub, room.stage) == ("C.01.01.1", town, hub, "running")
    agency = Organisation.objects.get(credit_code=CODE)
    assert (agency.kinds, town.operations.get().organisation) == (["agency", "charity"], agency)
    assert (hub.operations.get().mode, hub.operations.get().since) == ("self", DAY)
    worker = Worker.objects.get(name="王小雨")
    assert (worker.account and worker.account.username, worker.hub, worker.sort_key) == ("wang", hub, "wang xiao yu")
    assert (worker.credentials.get().number, worker.postings.get().since) == ("20200001", DAY)
    other = Worker.objects.get(name="李强")
    assert (other.is_professional, other.is_supervisor) == (False, True)
    assert Event.objects.get(verb="import_workbook").account_id == admin.pk


@pytest.mark.django_db
def test_new_accounts_get_one_time_passwords(admin: Account) -> None:
    outcome = imported(admin, **small_city())
    assert {new.username for new in outcome.passwords} == {"wang", "jiang"}
    for new in outcome.passwords:
        account = Account.objects.get(username=new.username)
        assert account.must_change_password and check_password(new.password, account.password)
        assert new.password not in str(list(Event.objects.values_list("detail", flat=True)))


@pytest.mark.django_db
def test_the_same_again_changes_nothing(admin: Account) -> None:
    imported(admin, **small_city())
    rows = [list(model._default_manager.order_by("pk").values()) for model in TABLES]
    for _time in range(2):
        again = imported(admin, **small_city())
        assert all(added == changed == 0 for _rows, added, changed in counts(again).values())
        assert again.passwords == []
    assert rows == [list(model._default_manager.order_by("pk").values()) for model in TABLES]


@pytest.mark.django_db
def test_checking_changes_nothing(admin: Account) -> None:
    before = [model._default_manager.count() for model in TABLES]
    with viewing(admin.pk) as by:
        outcome = check_workbook(book(**small_city()), by)
    assert counts(outcome)["stations"] == (3, 3, 0)
    assert outcome.passwords == []
    assert before == [model._default_manager.count() for model in TABLES]


@pytest.mark.django_db
def test_a_later_workbook_brings_things_up_to_date(admin: Account) -> None:
    imported(admin, **small_city())
    later = DAY + timedelta(days=90)
    outcome = imported(
        admin,
        stations=[
            {"key": "C-01-01", "stage": "暂停", "stage_since": later, "mode": "self", "operated_since": later},
            {
                "key": "C-01-01-2",
                "tier": "Room",
                "parent": "C-01-01",
                "name": "二村社工室",
                "stage": "运行",
                "stage_since": DAY,
            },
        ],
        organisations=[{"name": "同心服务中心", "credit_code": CODE, "phone": "028-85551234"}],
        accounts=[{"username": "wang", "role": "worker", "station": "C-01-01-1", "until": later}],
        workers=[
            {"name": "王小雨", "number": "20200001", "station": "C-01-01-2", "since": later},
            {"name": "李强", "station": "C-01-01-1", "post": "站长"},
        ],
    )
    assert counts(outcome) == {
        "stations": (2, 1, 1),
        "organisations": (1, 0, 1),
        "accounts": (1, 0, 0),
        "workers": (2, 0, 1),
    }
    stages = StationStage.objects.filter(station__key="C-01-01").values_list("stage", "since", "until")
    assert list(stages) == [("running", DAY, later), ("suspended", later, None)]
    operations = Operation.objects.filter(station__key="C-01-01").values_list("mode", "since", "until")
    assert list(operations) == [("agency", DAY, later), ("self", later, None)]
    assert Organisation.objects.get(credit_code=CODE).name == "同心服务中心"
    assert Grant.objects.get(account__username="wang").until == later
    worker = Worker.objects.get(name="王小雨")
    postings = worker.postings.order_by("since").values_list("station__key", "since", "until")
    assert list(postings) == [("C-01-01-1", DAY, later), ("C-01-01-2", later, None)]
    assert worker.station.key == "C-01-01-2"
    assert Posting.objects.get(worker__name="李强").role == "head"


@pytest.mark.django_db
def test_a_station_closes_with_all_below_it(admin: Account) -> None:
    imported(admin, **small_city())
    later = DAY + timedelta(days=30)
    closing = [{"key": key, "stage": "撤销", "stage_since": later} for key in ("C-01-01", "C-01-01-1")]
    assert findings(admin, stations=closing[:1]) == [("站点", 2, "状态", "children_open")]
    imported(admin, stations=closing)
    imported(admin, stations=closing)
    assert Operation.objects.get(station__key="C-01-01").until == later
    assert set(Station.objects.filter(key__startswith="C-01-01").values_list("stage", flat=True)) == {"closed"}
    reopening = [{"key": "C-01-01-1", "stage": "运行", "stage_since": later + timedelta(days=1)}]
    assert findings(admin, stations=reopening) == [("站点", 2, "状态", "stage_closed")]


@pytest.mark.django_db
def test_a_worker_who_moves_to_another_county_takes_the_certificate_along(world: World, admin: Account) -> None:
    imported(admin, **small_city())
    row = {"name": "王小雨", "number": "20200001", "station": world.rooms["B1"].key, "since": DAY + timedelta(days=9)}
    imported(admin, workers=[row])
    worker = Worker.objects.get(name="王小雨")
    assert worker.hub == world.hubs["B"] == worker.credentials.get().hub == worker.postings.get(until=None).hub


@pytest.mark.django_db
def test_a_room_that_moves_takes_its_numbers_along(world: World, admin: Account) -> None:
    other = make_station(Tier.STATION, "A2", world.hubs["A"])
    Room(world).record()
    imported(admin, stations=[{"key": "A11", "parent": "A2"}])
    assert Station.objects.get(key="A11").town == other
    assert drift() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"key": "A 9"}, "编号", "text_blank"),
        ({"key": "A#9"}, "编号", "station_key"),
        ({"key": "A11"}, "层级", "tier_fixed"),
        ({"tier": "总总站"}, "层级", "choice_unknown"),
        ({"tier": None}, "层级", "cell_missing"),
        ({"name": None}, "名称", "cell_missing"),
        ({"parent": "A99"}, "上级编号", "station_unknown"),
        ({"parent": "A11"}, "上级编号", "parent_tier"),
        ({"parent": None}, "上级编号", "parent_tier"),
        ({"division": "510104000000"}, "区划代码", "division_unknown"),
        ({"division": 510104000000}, "区划代码", "text_number"),
        ({"stage": "运行"}, "状态起始日", "cell_missing"),
        ({"stage": "运行", "stage_since": "2024-03-01"}, "状态起始日", "day_form"),
        ({"stage": "运行", "stage_since": 45352}, "状态起始日", "day_form"),
        ({"stage": "运行", "stage_since": datetime(2024, 3, 1, 8, 30)}, "状态起始日", "day_time"),
        ({"stage": "运行", "stage_since": date(2999, 1, 1)}, "状态起始日", "day_range"),
        ({"stage": "运行", "stage_since": date(2199, 1, 1)}, "状态起始日", "stage_future"),
        ({"mode": "agency"}, "运营机构", "cell_missing"),
        ({"agency": "没有的中心"}, "运营机构", "organisation_unknown"),
        ({"mode": "self", "agency": "某中心"}, "运营机构", "organisation_unknown"),
        ({"longitude": "104.1", "latitude": 30}, "经度", "number_text"),
        ({"longitude": 104.1}, "纬度", "place_half"),
        ({"longitude": 30.6, "latitude": 104.1}, "经度", "longitude"),
        ({"longitude": True, "latitude": 30}, "经度", "number_form"),
        ({"phone": "０２８-85551234"}, "电话", "text_width"),
        ({"phone": 2885551234}, "电话", "text_number"),
        ({"name": " 新室"}, "名称", "text_spaces"),
        ({"name": "新\n室"}, "名称", "text_lines"),
        ({"name": "=1+1"}, "名称", "cell_formula"),
        ({"name": "字" * 101}, "名称", "text_too_long"),
        ({"name": "#N/A"}, "名称", "cell_error"),
    ],
)
def test_every_slip_in_a_station_is_named(world: World, admin: Account, row: Any, column: str, code: str) -> None:
    right = {"key": "A13", "tier": "社工室", "parent": "A1", "name": "新室"}
    if row == {"key": "A11"}:
        right |= {"tier": "社工站", "parent": "A"}
    assert findings(admin, stations=[{**right, **row}]) == [("站点", 2, column, code)]


@pytest.mark.django_db
def test_slips_in_the_other_sheets_are_named(world: World, admin: Account) -> None:
    world.worker(world.rooms["A1"], world.account("worker", world.rooms["A1"]))
    account = {"display_name": "甲", "role": "社工", "station": "A11", "since": DAY}
    worker = {"source": "民政", "station": "A11", "since": DAY}
    assert findings(
        admin,
        organisations=[
            {"name": "甲中心", "credit_code": CODE, "kinds": "社工机构", "since": DAY},
            {"name": "乙中心", "credit_code": CODE.lower(), "kinds": "社工机构", "since": DAY},
            {"name": "丙中心", "kinds": "社工机构，国企", "since": DAY},
            {"name": "丁中心", "kinds": "社工机构", "since": None},
            {"name": "戊中心", "kinds": "企业", "since": DAY},
            {"name": "戊中心", "kinds": "企业", "since": DAY},
        ],
        accounts=[
            {"username": "a b", **account},
            {"username": "甲一", **account, "role": "机构负责人"},
            {"username": "甲二", **account, "station": "A99"},
            {"username": "甲三", **account, "until": DAY},
            {"username": "甲四", **account, "email": "甲@"},
            {"username": "甲五", **account},
            {"username": "甲五", **account},
            {"username": "甲五", **account, "role": "站长", "display_name": "乙"},
            {"username": "Bob", **account},
            {"username": "bob", **account},
        ],
        workers=[
            {"name": "甲", **worker, "number": "1"},
            {"name": "乙", **worker, "username": "nobody"},
            {"name": "丙", **worker},
            {"name": "丙", **worker},
            {"name": "丁", **worker, "since": None},
        ],
    ) == [
        ("组织", 3, "统一社会信用代码", "twice"),
        ("组织", 4, "类型", "choice_unknown"),
        ("组织", 5, "起始日", "cell_missing"),
        ("组织", 7, "名称", "twice"),
        ("账号", 2, "用户名", "text_blank"),
        ("账号", 3, "所属组织", "cell_missing"),
        ("账号", 4, "站点编号", "station_unknown"),
        ("账号", 5, "截止日", "until_before_since"),
        ("账号", 6, "电子邮箱", "email"),
        ("账号", 8, "角色", "twice"),
        ("账号", 9, "姓名", "account_differs"),
        ("账号", 11, "用户名", "username_alike"),
        ("人员", 2, "证书级别", "cell_missing"),
        ("人员", 2, "发证日期", "cell_missing"),
        ("人员", 3, "用户名", "account_unknown"),
        ("人员", 5, "姓名", "twice"),
        ("人员", 6, "到岗日期", "cell_missing"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("turned", [False, True])
def test_several_rows_are_one_workers_postings(admin: Account, turned: bool) -> None:
    imported(admin, **small_city())
    certificate = {"level": "社会工作师", "number": "30300001", "issued_on": date(2020, 10, 18)}
    person = {"name": "王小雨", "username": "wang", "since": DAY}
    rows = [
        {"name": "赵敏", "source": "民政", **certificate, "station": "C-01-01", "since": DAY, "share": 60},
        {"name": "赵敏", "number": "30300001", "station": "C-01", "since": DAY, "share": 40, "post": "督导"},
    ]
    more = [
        {**person, "station": "C-01-01-1", "share": 50},
        {**person, "station": "C-01", "since": date(2024, 5, 1), "share": 50},
    ]
    book = {"workers": [*rows, *(reversed(more) if turned else more)]}
    outcome = imported(admin, **book)
    assert [(each.added, each.changed) for each in outcome.counts if each.sheet.name == "workers"] == [(1, 0)]
    both = Worker.objects.filter(name__in=("赵敏", "王小雨")).order_by("name")
    assert [each.station.key for each in both] == ["C-01-01-1", "C-01-01"]
    for worker, shares in zip(both, ([50, 50], [60, 40]), strict=True):
        assert sorted(worker.postings.values_list("share", flat=True), reverse=True) == shares
        assert not worker.postings.filter(until__isnull=False).exists()
    postings = Posting.objects.count()
    imported(admin, **book)  # the same again
    assert Posting.objects.count() == postings


@pytest.mark.django_db
def test_what_is_wrong_with_several_rows_of_one_worker(admin: Account) -> None:
    imported(admin, **small_city())
    first = {
        "name": "赵敏", "source": "民政", "level": "社会工作师", "number": "30300001", "issued_on": date(2020, 10, 18),
        "station": "C-01-01", "since": DAY, "share": 60, "phone": "13900000001",
    }  # fmt: skip
    same = {"name": "赵敏", "number": "30300001", "since": DAY}
    assert findings(
        admin,
        workers=[
            first,
            {**same, "station": "C-01-01-1", "share": 50},
            {**same, "station": "C-01", "share": 10, "phone": "13900000002"},
            {**same, "station": "C-01-01", "share": 10},
            {**same, "name": "钱多", "station": "C-01"},
        ],
    ) == [
        ("人员", 3, "工时占比", "beyond_full_time"),
        ("人员", 4, "电话", "person_differs"),
        ("人员", 5, "姓名", "twice"),
        ("人员", 6, "姓名", "certificate_of_another"),
    ]


@pytest.mark.django_db
def test_a_wrong_checksum_only_warns(admin: Account) -> None:
    outcome = imported(
        admin, organisations=[{"name": "甲中心", "credit_code": CODE[:-1] + "A", "kinds": "社工机构", "since": DAY}]
    )
    (warning,) = outcome.warnings
    assert (warning.row, warning.letter, warning.problem.code) == (2, "C", "credit_code_checksum")
    assert Organisation.objects.get().credit_code == CODE[:-1] + "A"


@pytest.mark.django_db
def test_one_wrong_row_keeps_all_others_out(admin: Account) -> None:
    city = small_city()
    city["workers"][1]["station"] = "C-99"
    assert findings(admin, **city) == [("人员", 3, "站点编号", "station_unknown")]


@pytest.mark.django_db
def test_what_the_past_forbids_is_refused_as_a_whole(world: World, admin: Account) -> None:
    world.rooms["A1"].operations.create(mode="self", since=DAY - timedelta(days=60), until=DAY)
    row = {"key": "A11", "mode": "self", "operated_since": DAY - timedelta(days=30)}
    assert findings(admin, stations=[row]) == [("", 0, "", "conflict")]


@pytest.mark.django_db
def test_what_no_posting_may_be_is_said_at_its_cell(world: World, admin: Account) -> None:
    worker, gone = world.worker(world.rooms["A1"]), world.worker(world.rooms["A1"])
    gone.credentials.create(level="assistant", number="N-9", issued_on=DAY, hub_id=gone.hub_id)
    Posting.objects.update(until=DAY)
    Worker.objects.filter(pk=gone.pk).update(until=DAY)
    make_station(Tier.ROOM, "A19", world.towns["A"], running_since=None)
    StationStage.objects.filter(station__key="B12").update(until=DAY)
    StationStage.objects.create(station=world.rooms["B2"], stage="closed", since=DAY)
    new = {"name": "新人", "source": "民政", "since": DAY}
    rows = [
        {"name": worker.name, "station": "A11", "since": DAY - timedelta(days=30)},
        {"name": gone.name, "number": "N-9", "station": "A12", "since": DAY},
        {**new, "station": "A19"},
        {**new, "station": "B12"},
        {**new, "station": "A11", "share": 101},
        {**new, "station": "A12", "share": 0.5},
        {**new, "station": "A1", "until": DAY},
        {**new, "station": "A", "phone": "12"},
        {**new, "station": "B1", "since": date(2021, 1, 1)},
    ]
    assert findings(admin, workers=rows) == [
        ("人员", 2, "到岗日期", "posted_already"),
        ("人员", 3, "派驻截止日", "after_leaving"),
        ("人员", 4, "站点编号", "station_not_open"),
        ("人员", 5, "站点编号", "station_closed"),
        ("人员", 6, "工时占比", "share_range"),
        ("人员", 7, "工时占比", "share_range"),
        ("人员", 8, "派驻截止日", "until_before_since"),
        ("人员", 9, "电话", "phone_form"),
        ("人员", 10, "到岗日期", "station_not_open"),
    ]


@pytest.mark.django_db
def test_a_staff_row_brings_profile_posting_and_certificate(world: World, admin: Account) -> None:
    until = date(2030, 1, 1)
    row = {
        "name": "曾晓燕", "sex": "女", "source": "民政", "phone": "13800138000", "education": "大学本科",
        "major": "社会工作", "abilities": "青少年、老年", "languages": "手语，普通话", "level": "社会工作师",
        "number": "N-1", "issued_on": DAY, "station": "A11", "since": DAY, "share": 60, "until": until,
    }  # fmt: skip
    for _time in range(3):
        outcome = imported(admin, workers=[row])
    assert counts(outcome)["workers"] == (1, 0, 0)
    worker = Worker.objects.get()
    assert (worker.phone, worker.education, worker.spelling) == ("13800138000", "bachelor", spelling("曾晓燕"))
    assert (worker.specialities, worker.languages) == (["youth", "older"], ["mandarin", "sign"])
    posting = worker.postings.get()
    assert (posting.share, posting.since, posting.until) == (60, DAY, until)
    imported(admin, workers=[{"name": "曾晓燕", "number": "N-1", "station": "A11", "share": 80}])
    posting.refresh_from_db()
    assert (posting.share, posting.until, worker.credentials.get().number) == (80, until, "N-1")


@pytest.mark.django_db
def test_reasons_are_told_in_both_languages(admin: Account) -> None:
    with pytest.raises(WorkbookProblem) as raised, viewing(admin.pk) as by:
        import_workbook(book(stations=[{"key": "A13", "tier": "?"}]), by)
    (finding, *_others) = raised.value.findings
    chinese = str(finding.problem)
    with translation.override("en"):
        assert (str(finding.sheet), str(finding.column)) == ("Station", "Tier")
        assert str(finding.problem) != chinese and str(finding.problem).isprintable()
        assert "?" in str(finding.problem) and "没有" not in str(finding.problem)


@pytest.mark.django_db
def test_only_administrators_import(world: World) -> None:
    city = world.account("city", world.centre)
    with pytest.raises(Problem) as raised, viewing(city.pk) as by:
        import_workbook(book(**small_city()), by)
    assert raised.value.status == 403


def codes(content: io.BytesIO) -> list[tuple[str, int, str]]:
    with pytest.raises(WorkbookProblem) as raised:
        read_workbook(content)
    return [(str(each.sheet), each.row, each.problem.code) for each in raised.value.findings]


def test_files_that_are_no_workbook() -> None:
    assert codes(io.BytesIO(b"")) == [("", 0, "file_form")]
    assert codes(io.BytesIO(b"key,name\n1,2\n")) == [("", 0, "file_form")]
    assert codes(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))) == [("", 0, "file_form")]
    assert codes(io.BytesIO(bytes(10 * 1024 * 1024 + 1))) == [("", 0, "file_too_large")]
    assert codes(saved(Workbook())) == [("Sheet", 0, "sheet_unknown")]
    whole = book(stations=[])
    assert codes(io.BytesIO(whole.getvalue()[:-200])) == [("", 0, "file_form")]


def test_files_made_to_do_harm() -> None:
    whole = book(stations=[])
    bomb = repacked(whole, {"xl/worksheets/sheet1.xml": b"<worksheet>" + bytes(100 * 1024 * 1024)})
    assert len(bomb.getvalue()) < 200_000
    assert codes(bomb) == [("", 0, "content_too_large")]
    laughs = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><worksheet>&lol;</worksheet>'
    assert codes(repacked(whole, {"xl/worksheets/sheet1.xml": laughs})) == [("", 0, "file_form")]
    assert codes(repacked(whole, {"xl/worksheets/sheet1.xml": laughs.decode().encode("utf-16")})) == [
        ("", 0, "file_form")
    ]
    cells = b"<worksheet><sheetData><row>" + b"<c/>" * 600_000 + b"</row></sheetData></worksheet>"
    assert codes(repacked(whole, {"xl/worksheets/sheet1.xml": cells})) == [("", 0, "content_too_large")]
    many = {f"xl/part{number}.xml": b"<a/>" for number in range(600)}
    assert codes(repacked(whole, many)) == [("", 0, "content_too_large")]


def test_sheets_and_headings_that_cannot_be_used() -> None:
    made = load_workbook(book(stations=[{"key": "A", "tier": "x", "name": "y"}]))
    stations = made["站点"]
    stations["C1"] = "名字"
    stations["D1"] = "编号 Number"
    assert codes(saved(made)) == [("站点", 1, "heading_unknown"), ("站点", 1, "heading_twice")]
    stations["A1"] = stations["C1"] = stations["D1"] = None
    assert codes(saved(made)) == [("站点", 1, "heading_missing")]
    made = load_workbook(book(stations=[{"key": "A", "tier": "x", "name": "y"}]))
    made["站点"].merge_cells("B2:C3")
    assert codes(saved(made)) == [("站点", 2, "cells_merged")]
    made = load_workbook(book(stations=[]))
    made["站点"].cell(MOST_ROWS + 2, 1, "A")
    assert codes(saved(made)) == [("站点", 0, "sheet_too_large")]
    made["站点"].cell(2, 16_000, "A")
    assert codes(saved(made)) == [("站点", 0, "sheet_too_large")]
    made = load_workbook(book(stations=[]))
    made.create_sheet("STATION")["A1"] = "Number"
    assert codes(saved(made)) == [("站点", 0, "sheet_twice")]
    made = load_workbook(book(stations=[{"key": "A1"}]))
    made["站点"]["F2"] = "注"
    (row,) = read_workbook(saved(made))["stations"]
    assert [(each.letter, each.problem.code) for each in row.findings] == [("F", "cell_outside")]


def test_english_headings_and_any_order_will_do() -> None:
    made = Workbook()
    worksheet = made.active
    assert worksheet is not None
    worksheet.title = "station"
    for row in (["Name", "tier", "编号 Number"], ["新室", "Room", "A1"]):
        worksheet.append(row)
    (row,) = read_workbook(saved(made))["stations"]
    assert row.values == {"name": "新室", "tier": "room", "key": "A1"}


def test_the_template_is_read_back_and_its_examples_are_skipped() -> None:
    content = template_workbook()
    assert read_workbook(io.BytesIO(content)) == {sheet.name: [] for sheet in SHEETS}
    made = load_workbook(io.BytesIO(content))
    assert made.sheetnames[0].startswith("填写说明 ") and made.sheetnames[-1].startswith("选项 ")
    instructions = made.worksheets[0]
    for sheet, worksheet in zip(SHEETS, made.worksheets[1:], strict=False):
        offers = worksheet.data_validations.dataValidation
        assert len(offers) == sum(column.choices is not None for column in sheet.columns)
        texts = {cell.value for row in instructions.iter_rows() for cell in row}
        assert set(both(sheet.note)) <= texts


def test_every_example_can_be_imported_as_it_stands() -> None:
    made = load_workbook(io.BytesIO(template_workbook()))
    for worksheet in made.worksheets[1:-1]:
        for row in worksheet.iter_rows(min_row=2):
            if isinstance(row[0].value, str):
                row[0].value = row[0].value.removeprefix("※ ")
    found = read_workbook(saved(made))
    assert {name: len(rows) for name, rows in found.items()} == {
        sheet.name: len(EXAMPLES[sheet.name]) for sheet in SHEETS
    }
    assert [finding for rows in found.values() for row in rows for finding in row.findings] == []


def test_names_do_not_become_formulas() -> None:
    made = load_workbook(io.BytesIO(accounts_workbook([NewAccount("evil", '=HYPERLINK("http://x")', "a-b")])))
    cells = next(made.worksheets[0].iter_rows(min_row=2))
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=50),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.binary(max_size=9),
)


@settings(max_examples=300, deadline=None)
@given(value=junk, kind=st.sampled_from(["n", "s", "d", "b", "f", "e", "inlineStr"]), pick=st.data())
def test_any_cell_is_a_value_or_a_problem(value: Any, kind: str, pick: st.DataObject) -> None:
    column = pick.draw(st.sampled_from([column for sheet in SHEETS for column in sheet.columns]))
    try:
        found = read_cell(value, kind, column)
    except Problem as problem:
        assert str(problem)
        return
    if column.kind is Kind.DAY:
        assert found is None or type(found) is date
    if column.kind in (Kind.TEXT, Kind.CODE) and found is not None:
        assert found == found.strip() and 0 < len(found) <= column.limit


written = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    st.dates(date(1900, 3, 1)),
    st.sampled_from(["A11", "A1", "A", "运行", "社工", "admin", "总站", CODE, "=A1", "#REF!"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_garbage_is_told_and_never_breaks(world: World, data: st.DataObject) -> None:
    admin = Account.objects.filter(username="root").first()
    if admin is None:
        admin = Account.objects.create(username="root", display_name="root")
        admin.grants.create(role="admin", station=world.centre, since=date(2022, 1, 1))
    sheets = {
        sheet.name: data.draw(
            st.lists(st.fixed_dictionaries({c.name: written for c in sheet.columns}), min_size=1, max_size=3)
        )
        for sheet in SHEETS
    }
    try:
        with viewing(admin.pk) as by:
            check_workbook(book(**sheets), by)
    except WorkbookProblem as problem:
        assert all(str(finding.problem) for finding in problem.findings)


@pytest.mark.django_db
def test_queries_do_not_grow_with_rows(admin: Account, django_assert_max_num_queries: Any) -> None:
    rows = [
        {"key": f"Z{n}", "tier": "社工总站", "name": f"{n}号总站", "stage": "运行", "stage_since": DAY}
        for n in range(200)
    ]
    accounts = [
        {"username": f"u{n}", "display_name": "甲", "role": "社工", "station": f"Z{n}", "since": DAY}
        for n in range(200)
    ]
    with django_assert_max_num_queries(60):
        imported(admin, stations=rows, accounts=accounts)
    for row in rows:
        row["name"] += "（改）"
    with django_assert_max_num_queries(60):
        assert counts(imported(admin, stations=rows, accounts=accounts))["stations"] == (200, 0, 200)


@pytest.mark.django_db
def test_a_division_of_another_level_only_warns(world: World, admin: Account) -> None:
    Division.objects.create(code="510104000000", name="甲区", level="county", since=TODAY)
    row = {"key": "A13", "tier": "社工室", "parent": "A1", "name": "新室", "division": "510104000000"}
    assert [warning.problem.code for warning in imported(admin, stations=[row]).warnings] == ["division_level"]


def test_a_cut_off_zip_in_any_place_is_told() -> None:
    whole = book(**small_city()).getvalue()
    for end in range(0, len(whole), 997):
        assert codes(io.BytesIO(whole[:end])) == [("", 0, "file_form")]
    assert zipfile.is_zipfile(io.BytesIO(whole))
    assert clock.today() > DAY
