"""Budgets as workbooks: booked whole or not at all, to the cent, and never twice."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from openpyxl import Workbook, load_workbook

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, Problems
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions.budget import load_budget
from shegong.purchase.enums import MoneyStage
from shegong.purchase.models import BudgetSheet, FiscalYear, LedgerEntry
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.purse import YEAR, Purse

HEADS = ("资金代码", "资金来源", "区(市)县编号", "区(市)县", "金额", "摘要")


def book(*rows: tuple[Any, ...], total: Any = None, heads: tuple[str, ...] = HEADS) -> bytes:
    """Rows of (fund, hub, amount)."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(heads)
    for fund, hub, amount in rows:
        sheet.append([fund, "", hub, "", amount, "年初预算"])
    if total != "":
        known = [Decimal(str(row[2])) for row in rows if isinstance(row[2], int | float)]
        sheet.append(["合计", None, None, None, sum(known) if total is None else total])
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def load(account: Account, content: bytes, year: int = YEAR, key: Any = None) -> BudgetSheet:
    with viewing(account.pk) as by:
        return load_budget(key or uuid7(), year, io.BytesIO(content), by=by, at=clock.now())


def test_a_budget_is_booked_whole(purse: Purse) -> None:
    before = LedgerEntry.objects.count()
    content = book(
        ("SW", "A", 100.01), ("SW", "B", 200), ("SW", "C", 50), ("CB", "A", 30), ("CG", "B", 7.5), ("CG", "A", None)
    )
    key = uuid7()
    sheet = load(purse.city, content, key=key)
    assert (sheet.rows, sheet.total, sheet.hub_id) == (5, Decimal("387.51"), purse.centre.pk)
    assert purse.holds(MoneyStage.ALLOCATED) == Decimal("1100.01")
    assert purse.holds(MoneyStage.ALLOCATED, "b") == 1200
    assert purse.holds(MoneyStage.APPROPRIATED, "centre") == 550
    assert purse.holds(MoneyStage.ALLOCATED, fund=purse.own) == 30
    assert purse.holds(MoneyStage.ALLOCATED, "b", fund=purse.community) == Decimal("7.50")
    booked = LedgerEntry.objects.count()
    assert booked - before == 7  # three sums in, four out
    assert load(purse.city, content, key=key).pk == sheet.pk and LedgerEntry.objects.count() == booked
    with pytest.raises(Problem, match="已经导入过"):
        load(purse.city, content)
    with pytest.raises(Problem) as taken:
        load(purse.city, book(("SW", "A", 1)), key=key)
    assert taken.value.status == 409 and LedgerEntry.objects.count() == booked
    assert Event.objects.get(verb="load_budget").detail["total"] == "387.51"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book(("SW", "A", 10), total=10.01), "total_differs"),
        (book(("SW", "A", 10), total=""), "total_missing"),
        (book(("SW", "A", 10), ("XX", "A", 10)), "fund_unknown"),
        (book(("SW", "A", 10), ("SW", "A1", 10)), "hub_unknown"),
        (book(("SW", "A", 10), ("SW", "A", 20)), "row_twice"),
        (book(("SW", "A", -10)), "amount_not_positive"),
        (book(("SW", "A", 10.001)), "amount_decimals"),
        (book(("SW", "A", "十"), total=0), "amount_form"),
        (book(("CB", "C", 10)), "county_fund_at_centre"),
        (book(("SW", "A", None), total=0), "budget_empty"),
        (book(("SW", "A", 10), heads=("a", "b", "c", "d", "e", "f")), "headings"),
        (b"no workbook", "file_form"),
    ],
)
def test_what_is_wrong_with_a_budget_leaves_no_trace(purse: Purse, content: bytes, code: str) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises((Problem, Problems)) as refused:
        load(purse.city, content)
    problems = refused.value.problems if isinstance(refused.value, Problems) else [refused.value]
    assert [(problem.code, problem.field) for problem in problems] == [(code, "file")]
    assert LedgerEntry.objects.count() == before and not BudgetSheet.objects.exists()


def test_every_wrong_row_is_told(purse: Purse) -> None:
    with pytest.raises(Problems) as refused:
        load(purse.city, book(("XX", "A", 1), ("SW", "A", 5), ("SW", "Q", 2)))
    assert [str(problem).split("：")[0] for problem in refused.value.problems] == ["第 2 行", "第 4 行"]


def test_a_closed_year_takes_no_budget(purse: Purse) -> None:
    FiscalYear.objects.create(year=YEAR - 1, closed_at=clock.now(), closed_by=purse.city)
    for year in (YEAR - 1, YEAR + 5):
        with pytest.raises(Problem) as refused:
            load(purse.city, book(("SW", "A", 1)), year)
        assert refused.value.field == "year"


def test_a_county_loads_its_own_budget_only(purse: Purse) -> None:
    sheet = load(purse.county, book(("CB", "A", 40)))
    assert sheet.hub_id == purse.a.pk and purse.holds(MoneyStage.ALLOCATED, fund=purse.own) == 40
    for row in (("SW", "A", 1), ("CB", "B", 1)):
        with pytest.raises((Problem, Problems)):
            load(purse.county, book(row))
    with viewing(purse.world.account("worker", purse.a).pk) as by, pytest.raises(Problem) as refused:
        load_budget(uuid7(), YEAR, io.BytesIO(book(("CB", "A", 1))), by=by, at=clock.now())
    assert refused.value.status == 403


def test_the_database_shows_a_county_its_own(purse: Purse) -> None:
    load(purse.city, book(("SW", "A", 1)))
    load(purse.county, book(("CB", "A", 1)))
    for account, expected in ((purse.city, 2), (purse.county, 1), (purse.county_b, 0)):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT FROM purchase_budgetsheet")
            assert cursor.rowcount == expected
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        viewing(purse.city.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE purchase_budgetsheet SET total = 1")


def test_what_is_written_out_can_be_read_in(purse: Purse) -> None:
    load(purse.city, book(("CB", "A", 12.34)))
    city = signed_in(purse.city)
    written = city.get(f"/funds/budget/workbook/?year={YEAR}").content
    rows = list(load_workbook(io.BytesIO(written)).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == HEADS
    told = {(row[0], row[2]): row[4] for row in rows[1:-1]}
    assert told == {("CB", "A"): 12.34, ("SW", "C"): 500, ("SW", "A"): 1000, ("SW", "B"): 1000}
    FiscalYear.objects.create(year=YEAR + 1)
    assert load(purse.city, written, YEAR + 1).total == Decimal("2512.34")
    assert purse.holds(MoneyStage.ALLOCATED, year=YEAR + 1) == 1000
    empty = list(load_workbook(io.BytesIO(city.get("/funds/budget/workbook/?empty=1").content)).worksheets[0])
    assert len(empty) == 2 + 3 + 3 + 2  # two heads, SW and CG at three places, CB at two
    own = signed_in(purse.county).get("/funds/budget/workbook/?empty=1").content
    assert load_workbook(io.BytesIO(own)).worksheets[0].max_row == 3


def test_the_pages_of_the_budget(purse: Purse) -> None:
    city = signed_in(purse.city)
    assert "还没有导入过预算表" in text(city.get("/funds/budget/")) and "/funds/budget/" in text(city.get("/funds/"))
    assert city.get("/funds/budget/new/").status_code == FOUND

    def sent(content: bytes) -> dict[str, Any]:
        return {"key": str(uuid7()), "year": YEAR, "file": SimpleUploadedFile("预算.xlsx", content)}

    wrong = city.post("/funds/budget/new/", sent(book(("SW", "A", 10), total=9.99)))
    assert wrong.status_code == WRONG and "9.99" in text(wrong)
    assert city.post("/funds/budget/new/", sent(book(("SW", "A", 10)))).status_code == SEE_OTHER
    assert "¥10.00" in text(city.get("/funds/budget/"))
    assert signed_in(purse.county).get("/funds/budget/").status_code == FOUND
    assert signed_in(purse.world.account("worker", purse.a)).get("/funds/budget/").status_code == 403
