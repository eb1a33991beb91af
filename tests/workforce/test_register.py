"""The register's spreadsheet: compared row by row, applied as a whole or not at all."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.workforce.actions.register import apply_register
from shegong.workforce.models import Credential, Registration
from shegong.workforce.queries.register import Checked, check_register
from shegong.workforce.rules.register import Found
from tests.workforce.conftest import Staff
from tests.workforce.qualifications import certify, register

HEAD = ["姓名", "证书编号", "级别", "登记日期", "有效期至"]


def book(*rows: list[Any], head: list[str] | None = None) -> io.BytesIO:
    """The register's list, under a title as registers print it."""
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(["某市社会工作者登记名册"])
    sheet.append(head or HEAD)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    out.seek(0)
    return out


def checked(staff: Staff, file: io.BytesIO) -> Checked:
    with viewing(staff.county.pk) as viewer:
        return check_register(viewer, file)


def apply(staff: Staff, file: io.BytesIO) -> Checked:
    with viewing(staff.county.pk) as viewer:
        return apply_register(file, by=viewer, at=clock.now())


@pytest.fixture
def three(staff: Staff) -> list[Credential]:
    """Certificates of three workers: one registered as the register says, one longer ago, one never."""
    workers = [staff.worker, staff.colleagues_worker, staff.world.worker(staff.world.rooms["A1"])]
    made = [certify(worker, f"D20205100{n}", date(2018, 10, 31)) for n, worker in enumerate(workers)]
    register(made[0], date(2022, 5, 1))
    register(made[1], date(2019, 5, 1))
    return made


def rows_of(three: list[Credential]) -> list[list[Any]]:
    return [
        [three[0].worker.name, three[0].number, "助理社会工作师", date(2022, 5, 1), date(2025, 4, 30)],
        [three[1].worker.name, three[1].number, "助理社会工作师", "2022-05-01", "2025-04-30"],
        [three[2].worker.name, three[2].number, "社会工作师", "2022年5月1日", "2025年4月30日"],
        ["外地人", "D9999999999", "社会工作师", None, None],
    ]


def test_each_row_is_matched_differs_or_is_unknown(staff: Staff, three: list[Credential]) -> None:
    found = checked(staff, book(*rows_of(three)))
    assert [each.found for each in found.rows] == [Found.MATCHED, Found.DIFFERS, Found.DIFFERS, Found.UNKNOWN]
    assert [each.row.number_of_row for each in found.rows] == [3, 4, 5, 6]
    assert [each.member for each in found.rows[2].differences] == ["level", "since", "until"]
    assert Registration.objects.count() == 2


def test_applying_makes_them_as_the_register_says_and_again_changes_nothing(
    staff: Staff, three: list[Credential]
) -> None:
    file = book(*rows_of(three))
    apply(staff, file)
    latest = {each.credential_id: (each.since, each.until) for each in Registration.objects.order_by("until")}
    assert latest == {each.pk: (date(2022, 5, 1), date(2025, 5, 1)) for each in three}
    assert Registration.objects.get(credential=three[1], is_renewal=True).station_id == staff.world.rooms["A2"].pk
    three[2].refresh_from_db()
    assert three[2].level == "worker"
    event = Event.objects.get(verb="apply_register")
    assert event.detail == {"changed": 2, "unknown": 1}
    file.seek(0)
    again = checked(staff, file)
    assert again.count(Found.DIFFERS) == 0 and again.count(Found.MATCHED) == 3
    file.seek(0)
    with pytest.raises(Problem) as caught:
        apply(staff, file)
    assert caught.value.code == "nothing_differs"


def test_a_wrong_row_keeps_all_from_being_applied(staff: Staff, three: list[Credential]) -> None:
    rows = [*rows_of(three), [three[0].worker.name, three[0].number, "助理社会工作师", None, None]]
    found = checked(staff, book(*rows))
    assert [(each.found, each.problem.code if each.problem else "") for each in found.rows][-1] == (
        Found.WRONG, "number_twice",
    )  # fmt: skip
    with pytest.raises(Problem) as caught:
        apply(staff, book(*rows))
    assert (caught.value.code, caught.value.field) == ("rows_wrong", "file")
    assert Registration.objects.count() == 2


def test_what_the_database_refuses_undoes_all(staff: Staff, three: list[Credential]) -> None:
    """Earlier in the worker's life there is a registration of another certificate, at the same time."""
    higher = certify(three[2].worker, "S2019510001", date(2019, 10, 31), "senior")
    register(higher, date(2022, 6, 1))
    with pytest.raises(Problem) as caught:
        apply(staff, book(*rows_of(three)))
    assert caught.value.status in (409, 422) and caught.value.field in ("file", "since")
    assert Registration.objects.filter(is_renewal=True).count() == 0


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (io.BytesIO(b"no workbook"), "file_form"),
        (book(head=["姓名", "编号"]), "heads_missing"),
        (book(), "no_rows"),
    ],
)
def test_files_that_are_none(staff: Staff, file: io.BytesIO, code: str) -> None:
    file.seek(0)
    with pytest.raises(Problem) as caught:
        checked(staff, file)
    assert (caught.value.code, caught.value.field) == (code, "file")


def test_another_county_knows_none_of_them(staff: Staff, three: list[Credential]) -> None:
    with viewing(staff.far_county.pk) as viewer:
        found = check_register(viewer, book(*rows_of(three)))
    assert {each.found for each in found.rows} == {Found.UNKNOWN}


def test_a_name_that_differs_is_never_written(staff: Staff, three: list[Credential]) -> None:
    row = rows_of(three)[1]
    found = checked(staff, book(["别人", *row[1:]]))
    assert [(each.found, each.problem and each.problem.code) for each in found.rows] == [(Found.WRONG, "name_differs")]
    early = date(2018, 1, 1)
    found = checked(staff, book([row[0], row[1], row[2], early, early + timedelta(days=900)]))
    assert found.rows[0].problem is not None and found.rows[0].problem.code == "before_certificate"
