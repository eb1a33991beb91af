"""What work cost by fund, county and agency: sums, shares of funds, ranges, who sees which; what an hour cost."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.indicators.queries import breakdown, reading
from shegong.kernel import clock
from shegong.network.models import Operation, Organisation
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import FundKind, Pays
from shegong.purchase.models import FiscalYear, Fund
from tests.factories import START
from tests.indicators.test_outcome_pages import closed_case, contract_for, sheet, so_far, told, year
from tests.practice.conftest import county as county
from tests.practice.county import County
from tests.practice.test_client_pages import FOUND, signed_in, text

YEAR = clock.today().year


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    cache.clear()


def money_of(county: County, code: str, amount: str) -> Fund:
    """A fund of which the county has an amount."""
    fund = Fund.objects.get_or_create(code=code, defaults={"name_zh": code, "name_en": code})[0]
    fund.kind = FundKind.COUNTY
    fund.save()
    fund.rules.create(pays=Pays.OPERATION, since=START)
    FiscalYear.objects.get_or_create(year=YEAR)
    with viewing(county.city.pk) as by:
        booking = Booking(fund, county.hub.pk, YEAR, Decimal(amount))
        ledger.appropriate(booking, by=by, at=clock.now())
        ledger.allocate(Booking(fund, county.hub.pk, YEAR, Decimal(amount)), by=by, at=clock.now())
    return fund


def test_what_work_cost_by_agency_and_county(county: County) -> None:
    contract = contract_for(county.room)
    clients = [county.client(name) for name in ("王秀英", "李国强")]
    for _each in range(3):
        county.record(clients, contract=contract)
    county.record(clients)  # under no contract
    closed_case(county, "陈桂芳", score=560, improved=True, contract=contract)
    for account, station, kind in (
        (county.officer, county.hub, "agency"),
        (county.city, county.world.centre, "county"),
    ):
        found = sheet(account, station, kind)
        numbers = told(found)
        assert (numbers["合同"], numbers["成本"]) == ("1", f"¥{so_far():,.2f}")
        assert numbers["每小时成本"] == f"¥{so_far() / 2:,.2f}" and numbers["一半在"] == "—"
        if kind == "agency":
            assert (numbers["人数"], numbers["工时(小时)"]) == ("3", "2.0")
            assert numbers["每人成本"] == f"¥{so_far() / 3:,.2f}" and numbers["每例改善成本"] == f"¥{so_far():,.2f}"
        else:  # the city doesn't see people
            assert numbers["人数"] == "0–5" and numbers["每人成本"] == "未知"


def test_funds_share_a_contract_as_the_ledger_binds_them(county: County) -> None:
    contract = contract_for(county.room)
    county.record([county.client()], contract=contract)
    county.record([county.client()], contract=contract_for(county.room, number="HT-2"))  # nothing bound: its own fund
    with viewing(county.city.pk) as by:
        for code, amount in (("SW", "300.00"), ("CB", "100.00")):
            fund = money_of(county, code, "1000.00")
            booking = Booking(fund, county.hub.pk, YEAR, Decimal(amount))
            ledger.commit(contract, booking, pays=Pays.OPERATION, by=by, at=clock.now())
    found = sheet(county.officer, county.hub, "fund")
    assert [line.title for line in found.lines] == ["CB", "社工"]
    assert told(found)["成本"] == f"¥{so_far() / 4:,.2f}"
    assert told(found, 1)["成本"] == f"¥{so_far() * Decimal('1.75'):,.2f}"
    assert told(found)["每小时成本"] == told(found, 1)["每小时成本"] == f"¥{so_far() * 2:,.2f}"
    assert "/funds/of/CB/course/" in found.lines[0].href


def test_a_range_is_told_of_six_contracts_and_more(county: County) -> None:
    agency = Organisation.objects.create(name="甲机构", kinds=["agency"], since=START)
    for number in range(6):
        contract = contract_for(county.room, number=f"HT-{number}", agency=agency)
        for _each in range(number + 1):
            county.record([county.client()], contract=contract)
    half = told(sheet(county.officer, county.hub, "agency"))["一半在"]
    low, high = (Decimal(each.strip("¥ ").replace(",", "")) for each in half.split("–"))
    assert so_far() * 2 / 6 < low < high < so_far() * 2


def test_who_looks_at_money(county: County) -> None:
    contract_for(county.room)
    Operation.objects.create(station=county.room, mode="agency", organisation=Organisation.objects.get(), since=START)
    city, officer, head = signed_in(county.city), signed_in(county.officer), signed_in(county.head)
    for path, seen in (("/outcomes/?kind=fund", "按资金来源"), ("/outcomes/?kind=county", "按区(市)县")):
        assert seen in text(city.get(path))
    assert "按资金来源" in text(officer.get("/outcomes/?kind=fund")) and "kind=county" not in text(
        officer.get("/outcomes/")
    )
    assert "kind=fund" not in text(head.get("/outcomes/")) and "按服务项目" in text(head.get("/outcomes/?kind=fund"))
    assert "kind=fund" not in text(officer.get(f"/outcomes/?station={county.town.key}"))


def test_the_records_behind(county: County) -> None:
    contract = contract_for(county.room)
    record = county.record([county.client()], contract=contract)
    county.record([county.client()])
    keys = {"agency": contract.organisation_id, "fund": contract.fund_id}
    for kind, key in keys.items():
        page = f"/outcomes/behind/?station={county.hub.key}&kind={kind}&what=records&key={key}"
        html = text(signed_in(county.officer).get(page))
        assert str(record.pk) in html and html.count("data-keys") == 1
    page = f"/outcomes/behind/?kind=county&what=records&key={county.hub.pk}"
    html = text(signed_in(county.city).get(page))
    assert "去标识" in html and str(record.pk) not in html
    assert signed_in(county.city).get("/outcomes/behind/?kind=fund&what=records&key=999").status_code == 404


def test_the_pages_ask_as_much_whatever_there_is(county: County) -> None:
    officer = signed_in(county.officer)
    counts = []
    for number in (1, 9):
        for each in range(number):
            county.record([county.client()], contract=contract_for(county.room, number=f"N{number}-{each}"))
        for kind in ("fund", "agency"):
            officer.get(f"/outcomes/?kind={kind}")
            with CaptureQueriesContext(connection) as asked:
                assert officer.get(f"/outcomes/?kind={kind}").status_code == FOUND
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_yuan_for_an_hour_counts_what_contracts_paid_for(county: County) -> None:
    contract = contract_for(county.room)
    for _each in range(4):
        county.record([county.client()], contract=contract)
    voided = county.record([county.client()], contract=contract)
    county.record([county.client()])
    type(voided).objects.filter(pk=voided.pk).update(voided_at=clock.now(), voided_by=county.worker, void_reason="重复")
    fund = money_of(county, "SW", "1000.00")
    with viewing(county.officer.pk) as by:
        booking = Booking(fund, county.hub.pk, YEAR, Decimal("600.00"))
        ledger.commit(contract, booking, pays=Pays.OPERATION, by=by, at=clock.now())
        ledger.pay(contract, Booking(fund, county.hub.pk, YEAR, Decimal("500.00")), gate="x", by=by, at=clock.now())
    for station in (county.hub, county.world.centre):
        found = reading("purchase.yuan_per_hour", station)
        assert found.value == 250 and (found.numerator, found.denominator) == (500, 2)
    assert reading("purchase.yuan_per_hour", county.town).value is None
    parts = {
        part.key: part.reading.value
        for part in breakdown("purchase.yuan_per_hour", county.world.centre, year(), "child")
    }
    assert parts == {county.hub.key: 250, county.world.hubs["B"].key: None}


def test_strangers_count_nobody(county: County) -> None:
    county.record([county.client()], contract=contract_for(county.room))
    stranger = county.account(Role.COUNTY, county.world.hubs["B"])
    for account, expected in ((county.officer, 1), (stranger, 0), (county.worker, 0)):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM indicators_paid_persons(%s, %s, %s)",
                [[county.hub.pk], f"{YEAR}-01-01", f"{YEAR + 1}-01-01"],
            )
            assert len(cursor.fetchall()) == expected
