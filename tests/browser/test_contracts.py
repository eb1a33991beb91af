"""A contract in a real browser: a failed mid-term acceptance, its repetition, and all the way to the last payment."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from shegong.purchase.rules.contract import PARTS
from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def judged(tab: Page, share: float) -> Locator:
    """The acceptance's sheet with so much of each part's points."""
    tab.get_by_role("link", name="验收", exact=True).click()
    sheet = tab.locator("dialog[open]")
    for code, most, _label in PARTS:
        sheet.locator(f"[name={code}]").fill(f"{most * share:.2f}")
    return sheet


def paid(tab: Page, place: int) -> None:
    """Claim an instalment for the agency, and pay it."""
    row = tab.locator("li", has=tab.get_by_text(f"第 {place} 期", exact=True))
    row.get_by_role("link", name=re.compile("请款|换发票")).click()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_label("发票号码").fill(f"25512000000{place:08d}")
    sheet.get_by_role("button", name="提交").click()
    row.get_by_role("link", name="支付", exact=True).click()
    sheet.get_by_role("button", name="支付", exact=True).click()
    expect(row.get_by_text("已支付", exact=True)).to_be_visible()


def test_to_the_last_payment_with_a_failed_acceptance_in_between(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "city")
    tab.goto("/contracts/")
    tab.locator("main .rows li", has=tab.get_by_text("整改中", exact=True)).locator(".row-title a").click()
    second = tab.locator("li", has=tab.get_by_text("第 2 期", exact=True))
    expect(second.get_by_role("link", name="支付", exact=True)).to_have_count(0)
    sheet = judged(tab, 0.5)
    sheet.get_by_role("button", name="提交验收").click()
    expect(sheet.get_by_text("不合格须写明问题。", exact=True)).to_be_visible()
    expect(sheet.locator("[name=outputs]")).to_have_value("12.50")
    sheet.get_by_label("验收意见").fill("仍缺一名社工")
    sheet.get_by_label("整改期限").fill(sheet.locator("[name=held_on]").input_value())
    sheet.get_by_role("button", name="提交验收").click()
    expect(tab.get_by_text("仍缺一名社工")).to_be_visible()
    expect(second.get_by_role("link", name="支付", exact=True)).to_have_count(0)
    judged(tab, 0.9).get_by_role("button", name="提交验收").click()
    expect(tab.get_by_text("第 3 次", exact=True)).to_be_visible()
    paid(tab, 2)
    judged(tab, 0.85).get_by_role("button", name="提交验收").click()
    expect(tab.get_by_text(re.compile("^末期验收")).first).to_be_visible()
    paid(tab, 3)
    expect(tab.locator(".page-head").get_by_text("已结清", exact=True)).to_be_visible()
    expect(tab.get_by_role("link", name="验收", exact=True)).to_have_count(0)


def test_an_agency_answers_a_deduction_on_a_phone(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "agency")
    tab.goto("/contracts/?show=all")
    tab.locator("main .rows .row-title a").first.click()
    expect(tab.get_by_role("heading", name="承诺与进度")).to_be_visible()
    expect(tab.get_by_role("link", name="验收", exact=True)).to_have_count(0)
    tab.get_by_role("link", name="答复", exact=True).first.click()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_label("答复").fill("已补派社工，请撤回扣减。")
    sheet.get_by_role("button", name="提交").click()
    expect(tab.get_by_text("已补派社工，请撤回扣减。")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
