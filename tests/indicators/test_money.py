"""Money followed: what a payment paid for, to the cent and without anybody in it; where a year's money went."""

import doctest
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from shegong.indicators.money import course as courses
from shegong.indicators.money import rules
from shegong.indicators.money.course import Course, course
from shegong.indicators.money.paper import course_key
from shegong.indicators.money.sankey import sankey
from shegong.indicators.money.trace import Trace, trace
from shegong.kernel import clock
from shegong.network.models import Organisation, Station
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.models import ServiceRecord
from shegong.purchase.actions import fiscal_year, ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import FundKind, Pays
from shegong.purchase.models import Contract, FiscalYear, Fund, LedgerEntry
from shegong.purchase.rules import capitals
from tests.factories import START
from tests.practice.conftest import county as county
from tests.practice.county import County
from tests.practice.test_client_pages import FOUND, signed_in, text
from tests.practice.test_paper import made

YEAR = clock.today().year
GIVEN = Decimal("5000.00")


class Bought:
    """Hub A has 5000 of a fund, a contract of an agency that runs its room, and records under it."""

    def __init__(self, county: County) -> None:
        self.county, self.hub = county, county.hub
        self.fund = Fund.objects.create(code="SW", name_zh="社工资金", name_en="SW", kind=FundKind.SOCIAL_WORK)
        self.fund.rules.create(pays=Pays.OPERATION, since=START)
        FiscalYear.objects.get_or_create(year=YEAR)
        self.agency = Organisation.objects.create(name="甲社工服务中心", kinds=["agency"], since=START)
        self.contract = self.make_contract("HT-1")
        with viewing(county.city.pk) as by:
            centre = county.world.centre
            ledger.appropriate(self._booking(GIVEN, centre), by=by, at=clock.now())
            ledger.allocate(self._booking(GIVEN, county.hub), by=by, at=clock.now())

    def make_contract(self, number: str) -> Contract:
        return Contract.objects.create(
            number=number, organisation=self.agency, fund=self.fund, hub=self.hub, amount=3000, since=clock.today(),
            until=clock.today().replace(year=YEAR + 1),
        )  # fmt: skip

    def _booking(self, amount: str | Decimal, hub: Station, **more: Any) -> Booking:
        return Booking(self.fund, hub.pk, YEAR, Decimal(amount), **more)

    def commit(self, amount: str, contract: Contract | None = None) -> None:
        with viewing(self.county.officer.pk) as by:
            ledger.commit(
                contract or self.contract, self._booking(amount, self.hub), pays=Pays.OPERATION, by=by, at=clock.now()
            )

    def pay(self, amount: str, contract: Contract | None = None, year: int = YEAR) -> LedgerEntry:
        with viewing(self.county.officer.pk) as by:
            booking = Booking(self.fund, self.hub.pk, year, Decimal(amount))
            return ledger.pay(contract or self.contract, booking, gate="signature", by=by, at=clock.now())

    def traced(self, entry: LedgerEntry, account: Account | None = None) -> Trace | None:
        with viewing((account or self.county.city).pk) as viewer:
            return trace(viewer, entry.pk)

    def course(self, account: Account | None = None, **narrowed: Any) -> Course:
        with viewing((account or self.county.city).pk) as viewer:
            return course(viewer, YEAR, **narrowed)


@pytest.fixture
def bought(county: County) -> Bought:
    return Bought(county)


def test_the_rules_examples() -> None:
    for module in (rules, capitals):
        results = doctest.testmod(module)
        assert results.attempted > 3 and results.failed == 0
    chance = Random(7)
    for _each in range(200):
        weights = [chance.randrange(0, 90) for _place in range(chance.randrange(1, 40))] + [1]
        total = chance.randrange(0, 10_000_000)
        shares = rules.divided(total, weights)
        assert sum(shares) == total
        assert all(
            abs(share - total * weight / sum(weights)) < 1 for share, weight in zip(shares, weights, strict=True)
        )


def test_a_payment_leads_to_fund_contract_and_records(bought: Bought) -> None:
    county = bought.county
    for number in range(7):
        county.record([county.client(f"人{number}")], contract=bought.contract)
    county.record([county.client()], service="T02", contract=bought.contract, anonymous=3)
    county.record([county.client(groups=["drug"])], contract=bought.contract)
    county.record([county.client()])  # under no contract
    other = bought.make_contract("HT-2")
    county.record([county.client()], contract=other)
    bought.commit("1000.01")
    first, second = bought.pay("400.00"), bought.pay("100.01")
    found = bought.traced(second)
    assert found is not None
    assert (found.entry.fund, found.contract, found.year) == (bought.fund, bought.contract, YEAR)
    assert [each.amount for each in found.bound] == [Decimal("1000.01")]
    assert [each.pk for each in found.payments] == [first.pk, second.pk] and found.paid == Decimal("500.01")
    assert [each.kind for each in found.sources] == ["allocate"]
    assert len(found.records) == 9 and found.total == Decimal("100.01")
    assert {each.amount for each in found.records} == {Decimal("11.11"), Decimal("11.12")}
    assert (
        sum(part.amount for part in found.by_service()) == sum(part.amount for part in found.by_group()) == found.total
    )
    assert {part.name: part.records for part in found.by_service()} == {"入户探访": 7, "亲子小组": 1, "受限服务": 1}
    assert {part.name: part.person_times for part in found.by_group()} == {"老年人": 7, "儿童": 4, "受限群体": 1}


def test_the_page_names_nobody_and_opens_what_one_may_see(bought: Bought) -> None:
    county = bought.county
    day = date(YEAR, 1, 1)
    record = county.record([county.client("欧阳雪芹")], contract=bought.contract, on=day)
    secret = county.record([county.client("司马长庚", groups=["drug"])], contract=bought.contract, on=day)
    bought.commit("100.00")
    for number, (measure, year) in enumerate((("persons", 0), ("records", 1), ("hours", 3)), start=1):
        bought.contract.commitments.create(number=number, measure=measure, target=4, year=year)
    page = f"/funds/payments/{bought.pay('40.00').pk}/"
    html = text(signed_in(county.city).get(page))
    # What was promised for the year that the payment pays for.
    assert "全期" in html and "第 1 年度" in html and "第 3 年度" not in html
    assert f"/contracts/{bought.contract.pk}/" in html
    assert "¥40.00" in html and "¥20.00" in html and bought.contract.number in html and "社工资金" in html
    for hidden in (
        "欧阳雪芹", "司马长庚", str(record.pk), str(secret.pk), day.isoformat(), "1月1日", county.room.name,
        county.town.name, "戒毒",
    ):  # fmt: skip
        assert hidden not in html
    assert str(record.pk) in text(signed_in(county.officer).get(page))
    stranger = county.account(Role.COUNTY, county.world.hubs["B"])
    assert signed_in(stranger).get(page).status_code == 404
    assert signed_in(county.worker).get(page).status_code == 403
    agent = Account.objects.create(username="agent", display_name="机构")
    agent.grants.create(role=Role.AGENCY, station=county.hub, organisation=bought.agency, since=START)
    assert "¥20.00" in text(signed_in(agent).get(page))
    elsewhere = Account.objects.create(username="agent2", display_name="别的机构")
    others = Organisation.objects.create(name="乙社工服务中心", kinds=["agency"], since=START)
    elsewhere.grants.create(role=Role.AGENCY, station=county.hub, organisation=others, since=START)
    assert signed_in(elsewhere).get(page).status_code == 404


def test_the_database_tells_strangers_nothing(bought: Bought) -> None:
    county = bought.county
    county.record([county.client()], contract=bought.contract)
    stranger = county.account(Role.COUNTY, county.world.hubs["B"])
    for account, expected in ((county.city, 1), (county.officer, 1), (stranger, 0), (county.head, 0)):
        with viewing(account.pk), connection.cursor() as cursor:
            around = [f"{YEAR}-01-01", f"{YEAR + 1}-01-01"]
            cursor.execute(
                "SELECT * FROM indicators_paid_records(%s, %s, %s, %s)", [bought.contract.pk, county.hub.pk, *around]
            )
            assert len(cursor.fetchall()) == expected
            cursor.execute("SELECT * FROM indicators_paid_groups(%s, %s, %s)", [[county.hub.pk], *around])
            assert len(cursor.fetchall()) == expected


def test_what_was_carried_over_pays_for_the_year_before(bought: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
    county = bought.county
    county.record([county.client()], contract=bought.contract)
    bought.commit("100.00")
    bought.pay("40.00")
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today.replace(year=YEAR + 1))
    with viewing(county.city.pk) as by:
        fiscal_year.close_year(YEAR, by=by, at=clock.now())
    last = bought.pay("60.00", year=YEAR + 1)
    found = bought.traced(last, county.officer)
    assert found is not None and found.year == YEAR and found.paid == 100
    assert [each.amount for each in found.records] == [60]


def test_a_reversed_payment_and_one_without_records_say_so(bought: Bought) -> None:
    bought.commit("100.00")
    entry = bought.pay("40.00")
    city = signed_in(bought.county.city)
    assert "还没有服务记录" in text(city.get(f"/funds/payments/{entry.pk}/"))
    bought.county.record([bought.county.client()], contract=bought.contract)
    with viewing(bought.county.city.pk) as by:
        undone = ledger.reverse(entry, "付错了", by=by, at=clock.now())
    html = text(city.get(f"/funds/payments/{entry.pk}/"))
    assert undone.number in html and "每条记录" not in html
    assert city.get(f"/funds/payments/{undone.pk}/").status_code == 404
    assert city.get("/funds/payments/99999999999999/").status_code == 404


def test_a_years_money_flows_without_losing_a_cent(bought: Bought) -> None:
    county = bought.county
    for _each in range(3):
        county.record([county.client()], contract=bought.contract)
    county.record([county.client()], service="T02", contract=bought.contract)
    idle = bought.make_contract("HT-2")
    bought.commit("1000.01")
    bought.commit("30.00", idle)
    bought.pay("400.03")
    bought.pay("10.00", idle)
    found = bought.course()
    steps = {(start, end): amount for start, end, amount in found.steps}
    hub = county.hub.name
    assert steps[str(bought.fund), hub] == GIVEN
    assert steps[hub, "HT-1"] == Decimal("1000.01") and steps[hub, "HT-2"] == 30
    assert steps["HT-1", "老年人"] + steps["HT-1", "儿童"] == Decimal("400.03")
    assert steps["HT-1", "老年人"] == Decimal("300.02")
    assert steps["HT-1", "已签约未付"] == Decimal("599.98")
    assert steps["HT-2", "还没有服务记录"] == 10
    into = {node: sum(v for (_s, e), v in found.flows.items() if e == node) for _s, node in found.flows}
    for node, amount in into.items():
        given = sum(value for (start, _end), value in found.flows.items() if start == node)
        assert given in (0, amount)
    assert found.money.budget == GIVEN and found.money.paid == Decimal("410.03")
    one = bought.course(hub_id=county.hub.pk, contract_id=bought.contract.pk, fund=bought.fund)
    assert one.money.budget == Decimal("1000.01") and [each.amount for each in one.payments] == [Decimal("400.03")]
    assert bought.course(county.account(Role.COUNTY, county.world.hubs["B"])).flows == {}


def test_many_contracts_are_drawn_county_by_county(bought: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
    bought.county.record([bought.county.client()], contract=bought.contract)
    bought.commit("100.00")
    bought.pay("40.00")
    city = signed_in(bought.county.city)
    assert "HT-1" in text(city.get("/funds/course/"))
    monkeypatch.setattr(courses, "CONTRACTS_DRAWN", 0)
    html = text(city.get("/funds/course/"))
    assert "HT-1" not in html and f"hub={bought.hub.pk}" in html
    steps = {(start, end) for start, end, _amount in bought.course().steps}
    assert (bought.hub.name, "老年人") in steps
    assert "HT-1" in text(city.get(f"/funds/course/?hub={bought.hub.pk}"))


def test_pages_of_the_course(bought: Bought) -> None:
    county = bought.county
    city, officer = signed_in(county.city), signed_in(county.officer)
    assert "¥5,000.00" in text(city.get("/funds/of/SW/course/"))
    assert f"/funds/of/SW/course/?year={YEAR}" in text(city.get("/funds/of/SW/"))
    assert f"/funds/course/?year={YEAR}" in text(officer.get("/funds/"))
    bought.commit("100.00")
    entry = bought.pay("40.00")
    assert f"/funds/payments/{entry.pk}/" in text(city.get(f"/funds/ledger/{entry.pk}/"))
    of_contract = text(officer.get(f"/funds/course/?hub={county.hub.pk}&contract={bought.contract.pk}"))
    assert f"/funds/payments/{entry.pk}/" in of_contract
    for wrong in ("?hub=99999", "?hub=x", "?contract=99999", f"?hub={county.world.hubs['B'].pk}"):
        assert officer.get(f"/funds/course/{wrong}").status_code == 404
    assert officer.get("/funds/course/?year=1990").status_code == FOUND
    assert city.get("/funds/of/XX/course/").status_code == 404
    assert signed_in(county.worker).get("/funds/course/").status_code == 403
    empty = signed_in(county.account(Role.COUNTY, county.world.hubs["B"])).get("/funds/course/")
    assert "这一年没有这里的账" in text(empty)


def test_the_pages_ask_as_much_whatever_there_is(bought: Bought) -> None:
    county = bought.county
    city = signed_in(county.city)
    bought.commit("1000.00")
    entry = bought.pay("40.00")
    counts = []
    for number in (2, 12):
        for each in range(number):
            county.record([county.client()], contract=bought.contract)
            contract = bought.make_contract(f"N-{number}-{each}")
            bought.commit("1.00", contract)
            bought.pay("1.00", contract)
        for path in ("/funds/course/", f"/funds/payments/{entry.pk}/"):
            city.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert city.get(path).status_code == FOUND
            counts.append(len(asked))
    assert counts[:2] == counts[2:] and max(counts) <= 18


def test_the_picture_says_all_its_numbers(bought: Bought) -> None:
    bought.commit("100.00")
    found = bought.course()
    picture = sankey(found.flows, found.names, "去向", lambda node: f"/{node.kind}/")
    assert picture is not None and "style" not in picture.svg and "NaN" not in picture.svg
    assert len(picture.sentences) == len(found.flows) and any("¥4,900.00" in each for each in picture.sentences)
    assert 'role="group"' in picture.svg and "/hub/" in picture.svg
    assert sankey({}, {}, "去向", lambda _node: "") is None


@pytest.mark.django_db(transaction=True)
def test_the_voucher_and_the_course_on_paper(bought: Bought) -> None:
    county = bought.county
    county.record([county.client("欧阳雪芹")], contract=bought.contract)
    bought.commit("2345.67")
    entry = bought.pay("1234.05")
    words = _words(made(county.officer, "voucher", entry.key))
    for said in (
        "付款凭证",
        entry.number,
        "人民币壹仟贰佰叁拾肆元零伍分",
        "甲社工服务中心",
        "HT-1",
        "入户探访",
        "¥1,234.05",
    ):
        assert said in words
    assert "欧阳雪芹" not in words
    words = _words(made(county.city, "money", course_key(YEAR, bought.fund, None)))
    for said in ("资金去向", "社工资金", county.hub.name, "HT-1", "¥1,234.05", "老年人"):
        assert said in words
    assert signed_in(county.city).get(f"/papers/new/money/{course_key(1990, None, None)}/").status_code == 404


def _words(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_voided_records_cost_nothing(bought: Bought) -> None:
    county = bought.county
    kept, wrong = (county.record([county.client()], contract=bought.contract) for _each in range(2))
    ServiceRecord.objects.filter(pk=wrong.pk).update(voided_at=clock.now(), voided_by=county.worker, void_reason="重复")
    bought.commit("100.00")
    found = bought.traced(bought.pay("40.00"))
    assert found is not None and [each.key for each in found.records] == [kept.pk] and found.total == 40
