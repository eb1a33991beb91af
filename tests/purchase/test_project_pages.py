"""The pages of purchases and agencies, as browsers of each side ask for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.purchase.actions import agency as agency_actions
from shegong.purchase.models import AgencyComplaint, Bid, Licence, MethodRule, Notice, Objection, Project
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.market import Market
from tests.purchase.purse import YEAR, Purse


@pytest.fixture
def market(purse: Purse) -> Market:
    return Market(purse)


def need(market: Market, **changes: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "key": str(uuid7()), "title": "长者用餐陪伴", "nature": "service", "need": "每周三次", "buyer": market.buyer.pk,
        "stations": [market.world.towns["A"].pk], "fund": market.purse.fund.pk, "pays": "project", "year": YEAR,
        "budget": "600", "labour_floor": "60", "since": today.isoformat(),
        "until": (today + timedelta(days=300)).isoformat(), **changes,
    }  # fmt: skip


CRITERIA = {"price": "20", "name_0": "服务方案", "points_0": "50", "name_1": "人员", "points_1": "30"}


def take(browser: Browser, project: Project, verb: str, **sent: str) -> Any:
    page = f"/projects/{project.pk}/step/{verb}/"
    assert browser.get(page).status_code == FOUND
    return browser.post(page, sent)


def test_a_purchase_is_led_through_its_pages(market: Market) -> None:
    county, city = signed_in(market.county), signed_in(market.city)
    assert "这里没有采购项目" in text(county.get("/projects/"))
    assert county.get("/projects/new/").status_code == FOUND
    wrong = county.post("/projects/new/", need(market, nature="dispatch", until=clock.today().isoformat()))
    assert wrong.status_code == WRONG and "不得作为政府购买服务的内容" in text(wrong) and "长者用餐陪伴" in text(wrong)
    answer = county.post("/projects/new/", need(market))
    project = Project.objects.get()
    page = f"/projects/{project.pk}/"
    assert (answer.status_code, answer["Location"]) == (SEE_OTHER, page)
    assert county.get(f"{page}edit/").status_code == FOUND
    assert county.post(f"{page}edit/", need(market, key=str(project.pk), need="每周五次")).status_code == SEE_OTHER
    assert county.post(f"{page}criteria/", {**CRITERIA, "price": "30"}).status_code == WRONG
    assert county.get(f"{page}criteria/").status_code == FOUND
    assert county.post(f"{page}criteria/", CRITERIA).status_code == SEE_OTHER
    assert take(county, project, "reserve").status_code == SEE_OTHER
    assert county.get(f"{page}edit/").status_code == 404
    late = timezone.localtime(clock.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    call = {"method": "consultation", "deadline": late, "organisations": [a.pk for a in market.agencies[:2]]}
    assert county.get(f"{page}invite/").status_code == FOUND
    few = county.post(f"{page}invite/", call)
    assert few.status_code == WRONG and "至少邀请 3 家供应商" in text(few)
    call["organisations"] = [a.pk for a in market.agencies[:3]]
    assert county.post(f"{page}invite/", call).status_code == SEE_OTHER
    for place, firm in enumerate(market.firms[:3]):
        browser = signed_in(firm)
        assert "长者用餐陪伴" in text(browser.get("/projects/")) and "长者用餐陪伴" in text(
            browser.get("/agencies/mine/")
        )
        bid = {
            "key": str(uuid7()),
            "price": "700",
            "labour_share": "70",
            "workers": "2",
            "hours": "800",
            "plan": "方案甲",
        }
        assert browser.get(f"{page}bid/").status_code == FOUND
        assert "报价不能超过预算" in text(browser.post(f"{page}bid/", bid))
        assert browser.post(f"{page}bid/", {**bid, "price": f"{500 - place}"}).status_code == SEE_OTHER
        assert browser.get(f"{page}bid/").status_code == 404 and "方案甲" in text(browser.get(page))
    assert signed_in(market.firms[3]).get(page).status_code == 404
    html = text(county.get(page))
    assert "已收到 3 份" in html and "方案甲" not in html and market.agencies[0].name in html  # invited, not offered
    market.close(project)
    assert take(county, project, "ask-opening").status_code == SEE_OTHER
    assert "请另一人确认" in text(take(county, project, "open")) and not Bid.objects.exclude(opened_at=None).exists()
    assert take(city, project, "open").status_code == SEE_OTHER
    assert "方案甲" in text(county.get(page))
    for account in market.assessors:
        assert county.post(f"{page}panel/", {"account": account.pk}).status_code == SEE_OTHER
        browser = signed_in(account)
        assert "长者用餐陪伴" in text(browser.get("/projects/")) and "方案甲" not in text(browser.get(page))
        assert market.agencies[0].name in text(browser.get(f"{page}declare/"))
        assert browser.get(f"{page}scores/").status_code == 404
        assert browser.post(f"{page}declare/", {"declaration": "conflict"}).status_code == WRONG
        assert browser.post(f"{page}declare/", {"declaration": "clear"}).status_code == SEE_OTHER
        sheet = browser.get(f"{page}scores/")
        names = list(sheet.context["form"].fields)
        assert browser.post(f"{page}scores/", {names[0]: "99", "then": "keep"}).status_code == WRONG
        assert browser.post(f"{page}scores/", {names[0]: "9", "then": "submit"}).status_code == WRONG
        assert browser.post(f"{page}scores/", {names[0]: "9", "then": "keep"}).status_code == SEE_OTHER
        assert browser.post(f"{page}scores/", {**dict.fromkeys(names, "20"), "then": "submit"}).status_code == SEE_OTHER
        assert "不能再改" in text(browser.get(f"{page}scores/"))
    assert county.get(f"{page}panel/").status_code == FOUND
    assert take(county, project, "finish").status_code == SEE_OTHER
    assert take(county, project, "award").status_code == SEE_OTHER
    public = Browser()
    assert market.agencies[2].name in text(public.get("/notices/"))
    notice = text(public.get(f"/notices/{Notice.objects.get().pk}/"))
    assert "¥498.00" in notice and "70%" in notice
    loser = signed_in(market.firms[0])
    assert loser.post(f"{page}object/", {"key": str(uuid7()), "text": "评分有误"}).status_code == SEE_OTHER
    assert "还有质疑没有答复" in text(take(county, project, "sign"))
    objection = Objection.objects.get()
    assert loser.get(f"/projects/objections/{objection.pk}/answer/").status_code == 403
    answer_page = f"/projects/objections/{objection.pk}/answer/"
    assert county.get(answer_page).status_code == FOUND
    assert county.post(answer_page, {"text": "复核无误", "upheld": "no"}).status_code == SEE_OTHER
    assert take(county, project, "sign").status_code == SEE_OTHER
    html = text(county.get(page))
    assert "已签约" in html and "采购档案保存至" in html and "复核无误" in html and "共同开标" in html
    assert "成交" in text(signed_in(market.firms[2]).get("/agencies/mine/"))


def test_a_failed_round_and_the_end(market: Market) -> None:
    county = signed_in(market.county)
    project = market.opened(bids=1)
    page = f"/projects/{project.pk}/"
    assert "有效响应只有 1 家" in text(county.get(page))
    assert take(county, project, "repeat", reason=" ").status_code == WRONG
    assert take(county, project, "repeat", reason="重新公告").status_code == SEE_OTHER
    assert take(county, project, "call-off", reason="不再需要").status_code == SEE_OTHER
    assert "已终止" in text(county.get(page)) and "call-off" not in text(county.get(page))
    assert county.get(f"{page}step/nothing/").status_code == 404
    assert "独居老人探访服务" in text(county.get("/projects/?show=over"))
    assert "独居老人探访服务" not in text(county.get("/projects/"))


def test_an_opened_bid_is_found_invalid_and_a_sealed_one_taken_back(market: Market) -> None:
    project = market.invited()
    market.offer(project, 3)
    firm = signed_in(market.firms[3])
    assert firm.get(f"/projects/{project.pk}/bid/withdraw/").status_code == FOUND
    assert firm.post(f"/projects/{project.pk}/bid/withdraw/").status_code == SEE_OTHER
    assert Bid.objects.get().state == "withdrawn"
    bid = market.offer(project, 0)
    county = signed_in(market.county)
    assert county.get(f"/projects/bids/{bid.pk}/reject/").status_code == 404
    for place in (1, 2):
        market.offer(project, place)
    market.close(project)
    take(county, project, "ask-opening")
    take(signed_in(market.city), project, "open")
    assert county.get(f"/projects/bids/{bid.pk}/reject/").status_code == FOUND
    assert county.post(f"/projects/bids/{bid.pk}/reject/", {"reason": "未盖章"}).status_code == SEE_OTHER
    assert "未盖章" in text(county.get(f"/projects/{project.pk}/"))


def test_the_city_changes_a_threshold_the_county_only_reads_it(market: Market) -> None:
    MethodRule.objects.filter(method="negotiation").update(below_amount=4_000_000)
    city, county = signed_in(market.city), signed_in(market.county)
    assert "400" in text(county.get("/projects/methods/"))
    page = "/projects/methods/negotiation/"
    assert county.get(page).status_code == 403 and city.get("/projects/methods/nothing/").status_code == 404
    assert city.get(page).status_code == FOUND
    sent = {"from_amount": "0", "below_amount": "2000000", "min_bidders": "3", "panel_size": "4", "bidding_days": "5",
            "notice_days": "1", "clause": "市级规定"}  # fmt: skip
    assert "三人以上单数" in text(city.post(page, sent))
    assert city.post(page, {**sent, "panel_size": "5"}).status_code == SEE_OTHER
    assert "200" in text(county.get("/projects/methods/"))


def test_the_city_chooses_the_county_first(market: Market) -> None:
    city = signed_in(market.city)
    assert market.purse.b.name in text(city.get("/projects/new/"))
    assert market.world.towns["B"].name in text(city.get(f"/projects/new/?hub={market.purse.b.pk}"))
    assert signed_in(market.world.account("worker", market.purse.a)).get("/projects/").status_code == 403
    assert Browser().get("/projects/").status_code == SEE_OTHER


def test_agencies_with_their_licences_credit_and_complaints(market: Market) -> None:
    county, agency = signed_in(market.county), market.agencies[0]
    page = f"/agencies/{agency.pk}/"
    assert agency.name in text(county.get("/agencies/?q=东")) and market.agencies[1].name not in text(
        county.get("/agencies/?q=东")
    )
    assert "可以参加采购" in text(county.get(page))
    assert market.purse.agency.name in text(county.get("/agencies/?narrow=bound"))
    assert market.purse.agency.name in text(county.get("/agencies/?narrow=unlicensed"))
    today = clock.today()
    days = {"since": today.isoformat(), "until": (today + timedelta(days=90)).isoformat()}
    licence = {"kind": "registration", "number": "川510100", "authority": "市民政局", **days}
    assert county.get(f"{page}licence/").status_code == FOUND
    assert (
        county.post(f"{page}licence/", {**licence, "until": (today - timedelta(days=1)).isoformat()}).status_code
        == WRONG
    )
    assert county.post(f"{page}licence/", licence).status_code == SEE_OTHER
    assert county.get(f"{page}credit/").status_code == FOUND
    credit = {"kind": "excluded", "text": "列入名单", "source": "信用中国", **days}
    assert county.post(f"{page}credit/", credit).status_code == SEE_OTHER
    assert "不能参加采购" in text(county.get(page)) and "不能参加采购" in text(county.get("/agencies/"))
    complaint = {
        "key": str(uuid7()),
        "hub": market.purse.a.pk,
        "received_on": today.isoformat(),
        "text": "承诺的探访没有做",
    }
    assert county.get(f"{page}complaint/").status_code == FOUND
    assert county.post(f"{page}complaint/", {**complaint, "text": ""}).status_code == WRONG
    assert county.post(f"{page}complaint/", complaint).status_code == SEE_OTHER
    firm, other = signed_in(market.firms[0]), signed_in(market.firms[1])
    assert firm.get("/agencies/")["Location"] == "/agencies/mine/"
    assert "承诺的探访没有做" in text(firm.get("/agencies/mine/")) and other.get(page).status_code == 404
    answer = f"/agencies/complaints/{AgencyComplaint.objects.get().pk}/answer/"
    assert other.get(answer).status_code == 404 and firm.get(answer).status_code == FOUND
    assert firm.post(answer, {"text": "已补做并致歉"}).status_code == SEE_OTHER
    assert "已补做并致歉" in text(county.get(page)) and firm.get(answer).status_code == 404
    with viewing(market.purse.county_b.pk):
        assert not AgencyComplaint.objects.exists()


def test_english_pages_are_english(market: Market) -> None:
    market.awarded()
    county = signed_in(market.county)
    county.cookies["django_language"] = "en"
    for path in (
        "/projects/",
        f"/projects/{Project.objects.get().pk}/",
        f"/agencies/{market.agencies[0].pk}/",
        "/notices/",
    ):
        assert 'lang="en' in text(county.get(path))


def test_the_pages_ask_as_much_whatever_there_is(market: Market) -> None:
    county, firm = signed_in(market.county), signed_in(market.firms[0])
    paths = [
        (county, "/projects/"),
        (firm, "/projects/"),
        (county, "/agencies/"),
        (firm, "/agencies/mine/"),
        (county, "/notices/"),
    ]
    counts: list[list[int]] = []
    first = market.invited()
    market.offer(first, 0)
    for _round in range(2):
        counts.append([])
        for browser, path in paths:
            browser.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == FOUND
            counts[-1].append(len(asked))
        for _number in range(3):
            market.license(market.purse.agency)
            with viewing(market.county.pk) as by:
                agency_actions.complain(
                    uuid7(), market.agencies[0], market.purse.a.pk, "晚到", clock.today(), by=by, at=clock.now()
                )
            market.need()
        Licence.objects.filter(organisation=market.agencies[2]).update(until=clock.today())
    assert counts[0] == counts[1] and max(counts[0]) <= 17  # with session, scope, account and the test's own
