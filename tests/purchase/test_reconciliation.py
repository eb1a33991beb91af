"""The treasury's list beside the ledger: every row is found, or told to differ; nothing is lost, nothing is changed."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.purchase.actions import ledger
from shegong.purchase.actions.reconciliation import Asked, load_treasury_sheet
from shegong.purchase.enums import Finding
from shegong.purchase.models import LedgerEntry, TreasuryRow, TreasurySheet
from shegong.purchase.papers.treasury import read_treasury, treasury_template
from shegong.purchase.queries.reconciliation import differences
from shegong.purchase.rules.reconciliation import Paid, matched
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.purse import Purse


def book(
    *rows: tuple[Any, ...], total: Any = None, heads: tuple[str, ...] = ("日期", "凭证号", "金额", "摘要")
) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    if total != "":
        sheet.append(["合计", None, sum(row[2] for row in rows) if total is None else total])
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def load(purse: Purse, content: bytes) -> TreasurySheet:
    with viewing(purse.county.pk) as by:
        asked = Asked(purse.a.pk, None, clock.today() - timedelta(days=9), clock.today())
        return load_treasury_sheet(uuid7(), asked, io.BytesIO(content), by=by, at=clock.now())


def test_differences_are_listed_and_nothing_is_lost(purse: Purse) -> None:
    purse.commit("900.00")
    same, other, missing, gone = (purse.pay(amount) for amount in ("100.00", "200.00", "300.00", "50.00"))
    with viewing(purse.county.pk) as by:
        ledger.reverse(gone, "付错", by=by, at=clock.now())
    before = LedgerEntry.objects.count()
    sheet = load(
        purse,
        book(
            (clock.today(), None, 100), (clock.today(), other.number, 200.01), (clock.today().isoformat(), "X-9", 77.7)
        ),
    )
    with viewing(purse.county.pk) as by:
        found = differences(by, sheet)
    assert found.agreed == 1 and not found.is_clean
    assert [(row.amount, row.entry_id) for row in found.amounts] == [(Decimal("200.01"), other.pk)]
    assert [row.amount for row in found.unknown] == [Decimal("77.70")]
    assert [entry.pk for entry in found.missing] == [missing.pk]
    assert TreasuryRow.objects.get(finding=Finding.MATCHED).entry_id == same.pk
    assert LedgerEntry.objects.count() == before and sheet.total == Decimal("377.71")
    page = text(signed_in(purse.county).get(f"/funds/treasury/{sheet.pk}/"))
    assert "¥200.01" in page and "¥77.70" in page and "¥300.00" in page
    assert signed_in(purse.county_b).get(f"/funds/treasury/{sheet.pk}/").status_code == 404
    assert "377.71" in text(signed_in(purse.city).get("/funds/treasury/"))


@pytest.mark.parametrize(
    ("brought", "code"),
    [
        (lambda: book((clock.today(), "1", 10), total=10.01), "total_differs"),
        (lambda: book((clock.today(), "1", 10), total=""), "total_missing"),
        (lambda: book((clock.today(), "1", -10)), "amount_not_positive"),
        (lambda: book((clock.today(), "1", 10.001)), "amount_decimals"),
        (lambda: book((clock.today(), "1", "十"), total=10), "amount_form"),
        (lambda: book(("昨天", "1", 10)), "day_form"),
        (lambda: book((clock.today() - timedelta(days=99), "1", 10)), "day_outside"),
        (lambda: book((clock.today(), "1", 10), heads=("a", "b", "c", "d")), "headings"),
        (lambda: b"no workbook", "file_kind"),
    ],
)
def test_a_list_that_can_not_be_read_is_refused_whole(purse: Purse, brought: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Problem) as wrong:
        load(purse, brought())
    problem = next(iter(wrong.value))
    assert problem.field == "file" and (problem.code == code or code == "file_kind")
    assert TreasurySheet.objects.count() == 0


def test_a_list_is_loaded_once(purse: Purse) -> None:
    load(purse, book((clock.today(), "1", 10)))
    content = book((clock.today(), "2", 10))
    load(purse, content)
    with pytest.raises(Problem) as again:
        load(purse, content)
    assert again.value.status == 409
    with viewing(purse.county_b.pk) as by, pytest.raises(Problem) as foreign:
        asked = Asked(purse.a.pk, None, clock.today(), clock.today())
        load_treasury_sheet(uuid7(), asked, io.BytesIO(content), by=by, at=clock.now())
    assert foreign.value.status == 403


def test_the_page_takes_a_list(purse: Purse) -> None:
    county, page = signed_in(purse.county), "/funds/treasury/new/"
    assert county.get(page).status_code == FOUND
    sent = {
        "key": str(uuid7()),
        "hub": purse.a.pk,
        "fund": "",
        "since": clock.today().isoformat(),
        "until": clock.today().isoformat(),
    }
    bad = {**sent, "file": SimpleUploadedFile("a.xlsx", book((clock.today(), "1", 5), total=6))}
    wrong = county.post(page, bad)
    assert wrong.status_code == WRONG and "6" in text(wrong)
    answer = county.post(page, {**sent, "file": SimpleUploadedFile("a.xlsx", book((clock.today(), "1", 5)))})
    assert answer.status_code == SEE_OTHER and "¥5.00" in text(county.get(answer["Location"]))
    template = county.get("/funds/treasury/template/").content
    assert read_treasury(io.BytesIO(template)) == []
    assert read_treasury(io.BytesIO(treasury_template())) == []


PAYMENTS = st.lists(
    st.builds(
        lambda day, amount, voucher: (date(2026, 3, day), Decimal(amount), voucher),
        st.integers(1, 28), st.integers(1, 4), st.sampled_from(["", "A", "B", "C"]),
    ),
    max_size=8,
)  # fmt: skip


@given(rows=PAYMENTS, entries=PAYMENTS)
def test_every_row_has_one_answer_and_no_payment_serves_twice(rows: list[Any], entries: list[Any]) -> None:
    listed = [Paid(place, day, voucher, amount) for place, (day, amount, voucher) in enumerate(rows)]
    # An entry's number is its own.
    booked = [Paid(place, day, f"{voucher}{place}", amount) for place, (day, amount, voucher) in enumerate(entries)]
    found = matched(listed, booked)
    used = [number for _row, _finding, number in found if number is not None]
    assert [row for row, _finding, _number in found] == listed and len(used) == len(set(used))
    for row, finding, number in found:
        assert (number is None) == (finding == Finding.UNKNOWN)
        if finding == Finding.MATCHED and number is not None:
            assert booked[number].amount == row.amount
