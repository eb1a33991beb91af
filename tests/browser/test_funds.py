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
