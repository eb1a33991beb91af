"""The pages of contracts, as a browser asks for them."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.typesetting import typeset
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.practice.papers.contract import ACCEPTANCE, SUMMARY
from shegong.practice.papers.maker import Stamp
from shegong.purchase.actions.performance import Change, amend
from shegong.purchase.enums import AcceptanceKind
from shegong.purchase.models import Acceptance, AgencyAnswer, Contract, ContractWarning, Deduction, Payment
from shegong.purchase.rules.contract import PARTS
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.purse import Purse
from tests.purchase.signed import WELL, Deal

SHEETS = ("accept", "warn", "amend", "terminate", "parts/1/claim", "parts/1/deduct", "parts/1/pay")
PDF = b"%PDF"


@pytest.fixture
def deal(world: Any) -> Deal:
    """A contract of 600, in parts of 240, 240 and 120."""
    return Deal(Purse(world).fill())


def points(share: float) -> dict[str, str]:
    return {code: f"{most * share:.2f}" for code, most, _label in PARTS}


def test_both_sides_see_the_contract_and_strangers_do_not(deal: Deal) -> None:
    page = f"/contracts/{deal.contract.pk}/"
    for account in (deal.purse.city, deal.purse.county, deal.agency):
        assert deal.contract.name in text(signed_in(account).get("/contracts/"))
        html = text(signed_in(account).get(page))
        assert "¥600.00" in html and "个案" in html and "每例至少 5 次服务" in html
    county_b = signed_in(deal.purse.county_b)
    assert (
        deal.contract.name not in text(county_b.get("/contracts/?show=all")) and county_b.get(page).status_code == 404
    )
    worker = signed_in(deal.purse.world.account("worker", deal.purse.world.towns["A"]))
    assert worker.get("/contracts/").status_code == 403 and worker.get(page).status_code == 403
    for sheet in SHEETS:
        assert signed_in(deal.purse.county).get(f"{page}{sheet}/").status_code == FOUND
        assert county_b.get(f"{page}{sheet}/").status_code == 404
    agency = signed_in(deal.agency)
    assert agency.get(f"{page}accept/").status_code == 403 and agency.get(f"{page}parts/1/claim/").status_code == FOUND
    assert agency.get(f"{page}parts/9/claim/").status_code == 404
    for shown in ("running", "behind", "waiting", "over", "all", "x"):
        assert agency.get(f"/contracts/?show={shown}&q=社工站").status_code == FOUND


def test_to_the_last_payment_over_the_pages(deal: Deal) -> None:
    page, today = f"/contracts/{deal.contract.pk}/", clock.today().isoformat()
    agency, county = signed_in(deal.agency), signed_in(deal.purse.county)

    def claim(number: int, amount: str) -> Any:
        sent = {"key": str(uuid7()), "invoice": f"发票{number}", "amount": amount, "note": ""}
        return agency.post(f"{page}parts/{number}/claim/", sent)

    def pay(number: int) -> Any:
        return county.post(f"{page}parts/{number}/pay/", {"key": str(uuid7()), "paid_on": today})

    def judge(kind: str, share: float, **more: str) -> Any:
        sent = {"key": str(uuid7()), "kind": kind, "year": "1", "held_on": today, "opinion": "", "mend_by": ""}
        return county.post(f"{page}accept/", {**sent, **points(share), **more})

    assert claim(1, "240.001").status_code == WRONG and claim(1, "240.01").status_code == WRONG
    assert claim(1, "240.00").status_code == SEE_OTHER and pay(1).status_code == SEE_OTHER
    again = pay(1)
    assert again.status_code == WRONG and "已经支付" in text(again)
    failed = judge("mid_term", 0.5)
    assert failed.status_code == WRONG and "不合格须写明问题" in text(failed)
    assert judge("mid_term", 0.5, opinion="缺人", mend_by=today).status_code == SEE_OTHER
    assert claim(2, "240.00").status_code == SEE_OTHER
    early = pay(2)
    assert early.status_code == WRONG and "中期验收合格后才能支付" in text(early)
    assert "整改中" in text(county.get(page))
    for kind, number, amount in (("mid_term", 2, ""), ("final", 3, "120.00")):
        assert judge(kind, 0.9).status_code == SEE_OTHER
        if amount:
            assert claim(number, amount).status_code == SEE_OTHER
        assert pay(number).status_code == SEE_OTHER
    html = text(county.get(page))
    assert "已结清" in html and "优秀" in html and f"{page}terminate/" not in html
    assert deal.contract.name in text(county.get("/contracts/?show=over"))
    made = Payment.objects.first()
    assert made is not None
    corrected = county.post(f"{page}payments/{made.pk}/correct/", {"reason": "付错账户"})
    assert corrected.status_code == SEE_OTHER and Payment.objects.filter(corrected_at=None).count() == 2


def test_warnings_deductions_and_answers(deal: Deal) -> None:
    page, today = f"/contracts/{deal.contract.pk}/", clock.today().isoformat()
    agency, county = signed_in(deal.agency), signed_in(deal.purse.county)
    sent = {"key": str(uuid7()), "reason": "记录迟交", "mend_by": today}
    assert county.post(f"{page}warn/", {**sent, "reason": ""}).status_code == WRONG
    assert county.post(f"{page}warn/", sent).status_code == SEE_OTHER
    warning = ContractWarning.objects.get()
    reply = {"key": str(uuid7()), "text": "已补齐"}
    assert agency.post(f"{page}answer/warning/{warning.pk}/", reply).status_code == SEE_OTHER
    assert county.post(f"{page}warnings/{warning.pk}/lift/").status_code == SEE_OTHER
    less = {"key": str(uuid7()), "amount": "40", "reason": "少一人", "answer_by": today}
    assert county.post(f"{page}parts/1/deduct/", less).status_code == SEE_OTHER
    deduction = Deduction.objects.get()
    decide = f"{page}deductions/{deduction.pk}/"
    soon = county.post(decide, {"uphold": "yes"})
    assert soon.status_code == WRONG and "答复期内" in text(soon)
    assert "决定" in text(county.get(page)) and "答复" in text(agency.get(page))
    answer = {"key": str(uuid7()), "text": "已补派"}
    assert agency.post(f"{page}answer/deduction/{deduction.pk}/", answer).status_code == SEE_OTHER
    assert county.get(decide).status_code == FOUND
    assert county.post(decide, {"uphold": "yes"}).status_code == SEE_OTHER
    assert AgencyAnswer.objects.count() == 2 and "已扣减" in text(agency.get(page))


def test_amending_and_ending(deal: Deal) -> None:
    page, today = f"/contracts/{deal.contract.pk}/", clock.today().isoformat()
    county = signed_in(deal.purse.county)
    sent = {
        "reason": "新增站点", "agreed_on": today, "amount": "700.00",
        "until": (deal.contract.until - timedelta(days=1)).isoformat(),
        "long_term_reason": "", "staff_needed": "2", "certified_needed": "1", "target_1": "4", "target_2": "100",
        "new_measure": "persons", "new_target": "30",
    }  # fmt: skip
    assert county.post(f"{page}amend/", {**sent, "certified_needed": "3"}).status_code == WRONG
    assert county.post(f"{page}amend/", sent).status_code == SEE_OTHER
    html = text(county.get(page))
    assert "¥700.00" in html and "第 2 版" in html and "在岗人员" in html and "服务人数" in html
    assert county.post(f"{page}terminate/", {"reason": "", "ended_on": today}).status_code == WRONG
    assert county.post(f"{page}terminate/", {"reason": "注销", "ended_on": today}).status_code == SEE_OTHER
    assert "已终止" in text(county.get(page))


def test_stations_come_and_go_by_agreement(deal: Deal) -> None:
    page, world = f"/contracts/{deal.contract.pk}/", deal.purse.world
    county, contract = signed_in(deal.purse.county), deal.contract
    served = list(contract.stations.order_by("path"))
    room = world.rooms["A1"] if world.rooms["A1"] not in served else world.rooms["A2"]
    sent = {
        "reason": "社区新设社工室", "agreed_on": clock.today().isoformat(), "amount": f"{contract.amount}",
        "until": (contract.until - timedelta(days=1)).isoformat(), "long_term_reason": contract.long_term_reason,
        "staff_needed": contract.staff_needed, "certified_needed": contract.certified_needed,
        **{f"target_{each.number}": each.target for each in contract.commitments.all()},
    }  # fmt: skip
    html = text(county.get(f"{page}amend/"))
    assert room.name in html and world.towns["B"].name not in html
    elsewhere = county.post(f"{page}amend/", {**sent, "more_stations": [world.towns["B"].pk]})
    assert elsewhere.status_code == WRONG and "社区新设社工室" in text(elsewhere)
    none = county.post(f"{page}amend/", {**sent, "fewer_stations": [each.pk for each in served]})
    assert none.status_code == WRONG and "至少要服务一个站点" in text(none)
    assert county.post(f"{page}amend/", {**sent, "more_stations": [room.pk]}).status_code == SEE_OTHER
    assert set(contract.stations.all()) == {*served, room}
    html = text(county.get(page))
    assert "第 2 版" in html and f"增加站点：{room.name}" in html and "减少站点" not in html
    assert county.post(f"{page}amend/", {**sent, "fewer_stations": [served[0].pk]}).status_code == SEE_OTHER
    assert served[0] not in contract.stations.all() and f"减少站点：{served[0].name}" in text(county.get(page))
    assert county.post(f"{page}amend/", sent).status_code == WRONG  # nothing is changed
    with viewing(deal.purse.county.pk) as by, pytest.raises(Problem) as wrong:
        amend(
            contract.pk, Change(station_ids=(world.towns["B"].pk,)), reason="x", agreed_on=clock.today(), by=by,
            at=clock.now(),
        )  # fmt: skip
    assert (wrong.value.code, wrong.value.field) == ("stations_elsewhere", "stations")


def test_papers_are_made_for_those_who_see_the_contract(deal: Deal) -> None:
    deal.judge(AcceptanceKind.MID_TERM, WELL)
    acceptance = Acceptance.objects.get()
    keys = ((SUMMARY, UUID(int=deal.contract.pk)), (ACCEPTANCE, acceptance.pk))
    for maker, key in keys:
        with viewing(deal.agency.pk) as viewer:
            assert maker.subject(viewer, key) is not None
            values = maker.values(viewer, key, Stamp("蒋文", clock.now()))
            assert values is not None and typeset(maker.template, values).startswith(PDF)
        with viewing(deal.purse.county_b.pk) as viewer:
            assert maker.subject(viewer, key) is None and maker.values(viewer, key, Stamp("x", clock.now())) is None


def book(client: Any, rows: list[list[Any]]) -> io.BytesIO:
    """The template filled with rows."""
    sheet = load_workbook(io.BytesIO(client.get("/contracts/template/").content))
    for row in rows:
        sheet.worksheets[0].append(row)
    written = io.BytesIO()
    sheet.save(written)
    written.seek(0)
    written.name = "contracts.xlsx"
    return written


def test_a_workbook_of_contracts_out_and_in(deal: Deal) -> None:
    county, today = signed_in(deal.purse.county), clock.today()
    Organisation.objects.filter(pk=deal.purse.agency.pk).update(credit_code="52510100MJQ0000001")
    out = load_workbook(io.BytesIO(county.get("/contracts/workbook/?show=all").content)).worksheets[0]
    assert out["A2"].value == deal.contract.number and out["G2"].value == 600
    town = deal.purse.world.towns["A"].key
    good = ["", "新合同", "52510100MJQ0000001", deal.purse.a.key, "SW", town, 100.5, today, today, ""]
    wrong = [[*good[:6], 5000, today, today, ""], ["", "x", "无", *good[3:]], [*good[:4], "ZZ", *good[5:]],
             [*good[:6], "1.001", *good[7:]], [*good[:7], "昨天", *good[8:]]]  # fmt: skip
    before = Contract.objects.count()
    for row in wrong:
        answer = county.post("/contracts/load/", {"file": book(county, [good, row])})
        assert answer.status_code == WRONG and "第 3 行" in text(answer)
    assert Contract.objects.count() == before
    assert county.post("/contracts/load/", {"file": io.BytesIO(b"x")}).status_code == WRONG
    assert county.post("/contracts/load/", {"file": book(county, [])}).status_code == WRONG
    assert county.post("/contracts/load/", {"file": book(county, [good, good])}).status_code == SEE_OTHER
    assert Contract.objects.filter(title="新合同", amount="100.50").count() == 2


def test_the_pages_ask_as_much_for_many_as_for_one(deal: Deal) -> None:
    county = signed_in(deal.purse.county)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert county.get(path).status_code == FOUND
        return len(caught)

    county.get("/contracts/?show=all")
    first = asked("/contracts/?show=all")
    for number in range(5):
        Contract.objects.create(
            number=f"多-{number}", organisation=deal.purse.agency, fund=deal.purse.fund, hub=deal.purse.a, amount=1,
            since=clock.today(), until=deal.contract.until,
        )  # fmt: skip
    assert asked("/contracts/?show=all") == first <= 14
    assert asked(f"/contracts/{deal.contract.pk}/") <= 30
