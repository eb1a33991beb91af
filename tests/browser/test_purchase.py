"""A purchase in a real browser: from a need to a signed contract with three sealed bids, each side at its screen."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shegong.kernel import clock
from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser

TITLE = "社区长者助餐陪伴服务"
# Enough for three people to offer; nobody waits longer than that.
BIDDING = timedelta(seconds=40)
CLOSING = 120


def take(tab: Page, step: str) -> None:
    """Press a step's button and confirm it in its sheet."""
    tab.locator("main .page-actions").get_by_role("link", name=step, exact=True).click()
    tab.locator("dialog[open]").get_by_role("button", name=step).click()
    expect(tab.locator("dialog[open]")).to_have_count(0)


def state(tab: Page, words: str) -> None:
    expect(tab.locator("main .page-head .chip").first).to_have_text(words)


def loosen(city: Page) -> None:
    """The city sets what consultation asks for, so that a purchase takes a minute."""
    city.goto("/projects/methods/")
    city.get_by_role("link", name="修改 竞争性磋商").click()
    sheet = city.locator("dialog[open]")
    sheet.get_by_label("响应期不少于(天)").fill("0")
    sheet.get_by_label("成交公告期(天)").fill("0")
    sheet.get_by_role("button", name="保存").click()
    expect(city.locator("dialog[open]")).to_have_count(0)


def put_down_need(county: Page) -> str:
    county.goto("/projects/")
    county.get_by_role("link", name="提出需求").click()
    county.get_by_label("项目名称").fill(TITLE)
    county.get_by_label("服务需求").fill("为八十岁以上独居长者送餐陪伴，每周三次。")
    county.get_by_label("劳务派遣").check()
    county.locator("[name=stations]").nth(1).check()
    county.get_by_label("资金来源").select_option(label="区（市）县财政预算")
    county.get_by_label("用途").select_option(label="站点运营与专业服务")
    county.get_by_label("预算(元)").fill("5000")
    county.get_by_label("服务期止").fill((clock.today() + timedelta(days=300)).isoformat())
    county.get_by_role("button", name="保存").click()
    expect(county.get_by_text("不得作为政府购买服务的内容").first).to_be_visible()
    expect(county.get_by_label("项目名称")).to_have_value(TITLE)
    county.get_by_label("专业服务", exact=True).check()
    county.get_by_role("button", name="保存").click()
    expect(county.get_by_role("heading", level=1)).to_have_text(TITLE)
    take_criteria(county)
    take(county, "落实预算")
    state(county, "预算已落实")
    return county.url


def take_criteria(county: Page) -> None:
    county.locator("main .page-actions").get_by_role("link", name="设定评审因素").first.click()
    sheet = county.locator("dialog[open]")
    sheet.get_by_label("价格分").fill("30")
    sheet.get_by_role("button", name="保存").click()
    expect(sheet.get_by_text("现为 110 分").first).to_be_visible()
    sheet.get_by_label("价格分").fill("20")
    sheet.get_by_role("button", name="保存").click()
    expect(county.locator("dialog[open]")).to_have_count(0)


def invite(county: Page, names: list[str]) -> None:
    county.locator("main .page-actions").get_by_role("link", name="征集响应").click()
    sheet = county.locator("dialog[open]")
    sheet.get_by_label(re.compile("竞争性磋商")).check()
    sheet.get_by_label("邀请的供应商").select_option(label=names[:2])
    deadline = timezone.localtime(clock.now() + BIDDING).strftime("%Y-%m-%dT%H:%M:%S")
    sheet.get_by_label("响应截止时间").fill(deadline)
    sheet.get_by_role("button", name="发出").click()
    expect(sheet.get_by_text("至少邀请 3 家供应商").first).to_be_visible()
    sheet.get_by_label("邀请的供应商").select_option(label=names)
    deadline = timezone.localtime(clock.now() + BIDDING).strftime("%Y-%m-%dT%H:%M:%S")
    sheet.get_by_label("响应截止时间").fill(deadline)
    sheet.get_by_role("button", name="发出").click()
    state(county, "征集响应")


def offer(firm: Page, url: str, price: str, *, first: str = "") -> None:
    firm.goto(url)
    firm.get_by_role("link", name="递交响应文件").click()
    for each in (first, price):
        if not each:
            continue
        firm.get_by_label("报价(元)").fill(each)
        firm.get_by_label("人力成本占比(%)").fill("75")
        firm.get_by_label("拟派人数").fill("2")
        firm.get_by_label("承诺服务工时").fill("600")
        firm.get_by_label("服务方案").fill("两名社工带志愿者，每周三次。")
        firm.get_by_role("button", name="密封递交").click()
        if each == first:
            expect(firm.get_by_text("报价不能超过预算").first).to_be_visible()
    expect(firm.get_by_role("heading", name="我的响应文件")).to_be_visible()
    assert firm.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def score(assessor: Page, url: str) -> None:
    assessor.goto(url)
    assessor.get_by_role("link", name="声明利害关系").click()
    sheet = assessor.locator("dialog[open]")
    sheet.get_by_label("我与以上供应商没有利害关系").check()
    sheet.get_by_role("button", name="提交声明").click()
    expect(assessor.get_by_role("heading", level=1)).to_have_text("评分")
    for field in assessor.locator("main input[inputmode=decimal]").all():
        field.fill("12")
    assessor.get_by_role("button", name="提交评分").click()
    expect(assessor.get_by_role("link", name="查看我的评分")).to_be_visible()


def test_from_a_need_to_a_signed_contract_with_three_bids(open_tab: Opener, live_site: Site) -> None:
    city, county = sign_in(open_tab(DESK), live_site, "city"), sign_in(open_tab(DESK), live_site, "county")
    firms = [sign_in(open_tab(), live_site, name) for name in ("agency", "agency2", "agency3")]
    loosen(city)
    url = put_down_need(county)
    names = []
    for firm in firms:
        firm.goto("/agencies/")
        names.append(firm.locator("main h1 a").first.inner_text())
    invite(county, names)
    for place, firm in enumerate(firms):
        offer(firm, url, f"{4900 - 100 * place}", first="5001" if place == 0 else "")
    county.goto(url)
    expect(county.get_by_text("已收到 3 份响应文件")).to_be_visible()
    expect(county.get_by_text("两名社工带志愿者")).to_have_count(0)

    expect(county.get_by_role("link", name="申请开标")).to_have_count(0)
    asks = county.get_by_role("link", name="申请开标", exact=True)
    for _second in range(CLOSING):
        if asks.count():
            break
        county.wait_for_timeout(1000)
        county.reload()
    take(county, "申请开标")
    expect(county.get_by_role("link", name="确认开标")).to_have_count(0)
    city.goto(url)
    take(city, "确认开标")
    state(city, "评审中")
    expect(city.get_by_text("¥4,700.00")).to_be_visible()

    county.goto(url)
    for username in ("assessor", "assessor2", "assessor3"):
        county.locator("main .page-actions").get_by_role("link", name="组成评审小组").click()
        sheet = county.locator("dialog[open]")
        name = live_site.accounts[username]["display_name"]
        sheet.get_by_label("评审专家").select_option(label=sheet.locator("option", has_text=name).first.inner_text())
        sheet.get_by_role("button", name="加入").click()
        expect(county.locator("dialog[open]")).to_have_count(0)
        score(sign_in(open_tab(), live_site, username), url)
    county.goto(url)
    take(county, "完成评审")
    take(county, "确定成交")
    stranger = open_tab()
    stranger.goto("/notices/?kind=award")
    stranger.get_by_role("link", name=TITLE).click()
    expect(stranger.get_by_text(names[2])).to_be_visible()
    expect(stranger.get_by_text("¥4,700.00")).to_be_visible()
    take(county, "签订合同")
    state(county, "已签约")
    expect(county.get_by_text(re.compile("合同 .*¥4,700.00"))).to_be_visible()
    expect(county.get_by_text("采购档案保存至")).to_be_visible()
    firms[2].goto("/agencies/mine/")
    expect(firms[2].locator("main")).to_contain_text(TITLE)
    expect(firms[2].locator("main .chip", has_text=re.compile("^成交$")).first).to_be_visible()
