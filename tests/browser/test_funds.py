"""Money in a real browser: a sum is given out, seen in the ledger and undone; a transfer waits for somebody else."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def test_a_sum_is_given_out_and_undone(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "city")
    tab.goto("/funds/")
    expect(tab.get_by_role("heading", name="按资金来源")).to_be_visible()
    tab.get_by_role("link", name="分配", exact=True).click()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_label("资金来源").select_option(label="社会工作专项资金")
    amount = sheet.get_by_label("金额(元)")
    amount.fill("12.345")
    sheet.get_by_role("button", name="记账").click()
    expect(sheet.locator(".invalid-feedback, .field-error, [aria-invalid=true]").first).to_be_visible()
    expect(amount).to_have_value("12.345")
    amount.fill("12.34")
    sheet.get_by_role("button", name="记账").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile("分配 ¥12.34"))
    tab.get_by_role("link", name="冲销", exact=True).click()
    sheet.get_by_label("冲销的原因").fill("试一试")
    sheet.get_by_role("button", name="冲销").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile("冲销 ¥12.34"))
    tab.goto("/funds/ledger/?kind=reverse")
    expect(tab.locator("main .rows li").first).to_contain_text("试一试")


def test_a_county_asks_for_money_on_a_phone(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "county")
    tab.goto("/funds/transfers/")
    tab.get_by_role("link", name="申请调剂").first.click()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_label("调出").select_option(index=1)
    sheet.get_by_label("金额(元)").fill("100")
    sheet.get_by_label("理由").fill("年末服务量增加")
    sheet.get_by_role("button", name="提出申请").click()
    expect(tab.get_by_text("年末服务量增加").first).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(tab.get_by_role("link", name="审批")).to_have_count(0)


def test_money_is_followed_to_what_it_bought(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "county")
    tab.goto("/funds/")
    tab.locator("main table").first.get_by_role("link").first.click()
    tab.get_by_role("link", name="这笔资金去了哪里").click()
    expect(tab.get_by_role("heading", name="从来源到服务人群")).to_be_visible()
    expect(tab.locator("svg.picture-sankey .pic-flow").first).to_be_visible()
    tab.get_by_text("表格", exact=True).click()
    expect(tab.locator("details table tbody tr").first).to_be_visible()
    tab.locator("section", has=tab.get_by_role("heading", name="按合同")).get_by_role("link").first.click()
    tab.locator("section", has=tab.get_by_role("heading", name="付款")).get_by_role("link").first.click()
    paid = tab.get_by_role("heading", level=1).inner_text().removeprefix("付款 ")
    bought = tab.locator("section", has=tab.get_by_role("heading", name="买到了什么"))
    expect(bought.locator("tbody tr").filter(has_text="合计").first).to_contain_text(paid)
    expect(tab.get_by_role("heading", name="每条记录")).to_be_visible()
    tab.get_by_role("link", name="付款凭证").click()
    tab.locator("dialog[open]").get_by_role("button", name="制作 PDF").click()
    expect(tab.get_by_role("link", name="下载")).to_be_visible(timeout=30_000)
    phone = sign_in(open_tab(), live_site, "county")
    for path in (tab.url, "/funds/course/", "/outcomes/?kind=fund"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_city_says_what_a_fund_may_pay(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "city")
    tab.goto("/funds/of/CH/")
    tab.get_by_role("link", name="规则与历史").click()
    tab.get_by_role("link", name="新增用途").click()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_label("可支付").select_option(label="设备")
    sheet.get_by_role("button", name="保存").click()
    expect(sheet.locator("[aria-invalid=true]").first).to_be_visible()
    sheet.get_by_label("依据").fill("捐赠协议补充条款")
    sheet.get_by_role("button", name="保存").click()
    expect(tab.locator("main .rows li").filter(has_text="捐赠协议补充条款")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
