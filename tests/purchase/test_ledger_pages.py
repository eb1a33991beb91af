"""The pages of money, as a browser asks for them."""

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.purchase.actions import ledger
from shegong.purchase.enums import MoneyStage
from shegong.purchase.models import LedgerEntry, Transfer
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.purse import YEAR, Purse


def test_the_city_sees_every_fund_and_county(purse: Purse) -> None:
    purse.commit("300.00")
    purse.pay("120.00")
    html = text(signed_in(purse.city).get("/funds/"))
    assert "¥2,500.00" in html and purse.a.name in html and purse.b.name in html and "¥120.00" in html
    county = text(signed_in(purse.county).get("/funds/"))
    assert purse.a.name in county and purse.b.name not in county and "¥2,500.00" not in county
    for path in ("/funds/of/SW/", "/funds/ledger/", "/funds/transfers/", "/funds/of/CG/"):
        assert signed_in(purse.city).get(path).status_code == FOUND
        assert signed_in(purse.county).get(path).status_code == FOUND
    assert signed_in(purse.world.account("worker", purse.a)).get("/funds/").status_code == 403


def test_allocating_with_a_wrong_amount_first(purse: Purse) -> None:
    city = signed_in(purse.city)
    assert city.get("/funds/book/allocate/").status_code == FOUND
    sent = {
        "key": str(uuid7()), "fund": purse.fund.pk, "hub": purse.a.pk, "year": YEAR,
        "booked_on": clock.today().isoformat(), "note": "追加",
    }  # fmt: skip
    for amount in ("1.005", "-5", "0", "abc", "", "99999"):
        wrong = city.post("/funds/book/allocate/", {**sent, "amount": amount})
        assert wrong.status_code == WRONG and "追加" in text(wrong), amount
    assert LedgerEntry.objects.count() == 3
    answer = city.post("/funds/book/allocate/", {**sent, "amount": "12.50"})
    assert answer.status_code == SEE_OTHER and purse.holds(MoneyStage.ALLOCATED) == Decimal("1012.50")
    assert "¥12.50" in text(city.get(answer["Location"]))
    assert city.get("/funds/book/pay/").status_code == 404
    assert signed_in(purse.county).post("/funds/book/allocate/", {**sent, "amount": "1"}).status_code == WRONG


def test_an_entry_is_reversed_with_a_reason(purse: Purse) -> None:
    city = signed_in(purse.city)
    entry = LedgerEntry.objects.get(kind="allocate", to_hub=purse.a)
    page = f"/funds/ledger/{entry.pk}/"
    assert "reverse" in text(city.get(page))
    assert city.post(f"{page}reverse/", {"key": str(uuid7()), "reason": ""}).status_code == WRONG
    assert city.post(f"{page}reverse/", {"key": str(uuid7()), "reason": "录错"}).status_code == SEE_OTHER
    html = text(city.get(page))
    assert "已由" in html and "/reverse/" not in html and purse.holds(MoneyStage.ALLOCATED) == 0
    assert signed_in(purse.county_b).get(page).status_code == 404


def test_a_transfer_is_asked_and_decided(purse: Purse) -> None:
    county, other = signed_in(purse.county), signed_in(purse.other_city)
    sent = {
        "key": str(uuid7()), "fund": purse.fund.pk, "year": YEAR, "hub": purse.b.pk, "to_hub": purse.b.pk,
        "amount": "50", "reason": "不够用",
    }  # fmt: skip
    assert county.get("/funds/transfers/new/").status_code == FOUND
    assert county.post("/funds/transfers/new/", sent).status_code == WRONG
    assert county.post("/funds/transfers/new/", {**sent, "to_hub": purse.a.pk}).status_code == SEE_OTHER
    asked = Transfer.objects.get()
    assert "不够用" in text(other.get("/funds/transfers/"))
    page = f"/funds/transfers/{asked.pk}/"
    assert other.get(page).status_code == FOUND and county.get(page).status_code == 403
    assert other.post(page, {"approve": "no", "note": ""}).status_code == WRONG
    assert other.post(page, {"approve": "yes", "note": ""}).status_code == SEE_OTHER
    assert (purse.holds(MoneyStage.ALLOCATED), purse.holds(MoneyStage.ALLOCATED, "b")) == (1050, 950)


def test_the_years_end_is_typed_and_comes_when_it_is_over(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    city, page = signed_in(purse.city), f"/funds/years/{YEAR}/close/"
    assert city.get(page).status_code == FOUND and page not in text(city.get("/funds/"))
    assert city.post(page, {"year": YEAR}).status_code == WRONG
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today.replace(year=YEAR + 1))
    assert page in text(city.get(f"/funds/?year={YEAR}"))
    assert city.post(page, {"year": YEAR - 1}).status_code == WRONG
    assert city.post(page, {"year": YEAR}).status_code == SEE_OTHER
    assert purse.holds(MoneyStage.ALLOCATED, year=YEAR + 1) == 1000
    assert city.get("/funds/years/open/").status_code == FOUND
    assert city.post("/funds/years/open/", {"year": YEAR + 9}).status_code == WRONG
    assert city.post("/funds/years/open/", {"year": YEAR + 2}).status_code == SEE_OTHER


def test_the_workbook_has_the_sums(purse: Purse) -> None:
    answer = signed_in(purse.city).get("/funds/ledger/workbook/")
    book = load_workbook(io.BytesIO(answer.content))
    first, second = book.worksheets
    rows = list(first.iter_rows(values_only=True))
    assert rows[-1][0] == "合计" and rows[-1][2:6] == (-2500, 0, 500, 2000)
    assert second.max_row == 4


def test_the_pages_ask_as_much_whatever_there_is(purse: Purse) -> None:
    city = signed_in(purse.city)
    counts = []
    city.get("/funds/")  # what is asked once for a session
    for number in (0, 8):
        for _place in range(number):
            with viewing(purse.city.pk) as by:
                ledger.allocate(purse.booking("1.00", "b"), by=by, at=clock.now())
        for path in ("/funds/", "/funds/of/SW/", "/funds/ledger/"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert city.get(path).status_code == FOUND
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
