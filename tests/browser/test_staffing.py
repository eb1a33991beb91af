"""A county officer sees where people are missing, tries out a transfer, and saves it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def somebody(tab: Page, site: Site) -> None:
    """Open the page of a worker in the county who belongs to no account of the demonstration."""
    known = {account["display_name"] for account in site.accounts.values()}
    tab.goto("/workers/?category=certified")
    links = tab.locator("#found .row-title a")
    at = next(n for n, name in enumerate(links.all_inner_texts()) if name not in known)
    links.nth(at).click()


def test_a_transfer_is_tried_out_and_saved(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "county")
    tab.goto("/staffing/")
    expect(tab.get_by_role("heading", name="人员配备")).to_be_visible()
    expect(tab.locator("main .chip", has_text="缺").first).to_be_visible()
    somebody(tab, live_site)
    page, name = tab.url, tab.locator("h1").inner_text()
    home = tab.locator(".page-head .small").inner_text().partition(" · ")[0]
    tab.get_by_role("link", name="调动").click()
    outlook = tab.locator("#outlook")
    expect(outlook.locator("table")).to_have_count(0)
    option = tab.locator("[name=station] option:not([value=''])").first
    target = (option.text_content() or "").strip()
    tab.select_option("[name=station]", option.get_attribute("value"))
    # Both stations are shown before anything is saved.
    expect(outlook.locator("tbody tr")).to_have_count(2)
    expect(outlook.locator("tbody th").first).to_have_text(home)
    expect(outlook.locator("tbody th").last).to_have_text(target)
    counts = re.findall(r"(\d+) / \d+", outlook.inner_text())
    assert len(counts) == 4 and int(counts[3]) - int(counts[2]) == 1
    tab.get_by_role("button", name="保存调动").click()
    tab.wait_for_url(page)
    expect(tab.locator("h1")).to_have_text(name)
    expect(tab.locator(".page-head .small")).to_contain_text(target)
    expect(tab.locator(".timeline")).to_contain_text(home)


def test_a_worker_on_a_phone_asks_for_a_correction_and_the_head_accepts(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(PHONE), live_site, "worker")
    tab.goto("/workers/me/")
    if tab.get_by_role("button", name="撤回").count():  # left by another test
        tab.get_by_role("button", name="撤回").click()
    tab.get_by_role("link", name="申请更正资料").click()
    tab.fill("[name=major]", "应用心理学")
    tab.fill("[name=reason]", "补填学历信息。")
    tab.get_by_role("button", name="提交更正").click()
    expect(tab.get_by_text("待处理")).to_be_visible()
    head = sign_in(open_tab(DESK), live_site, "head")
    head.goto("/workers/")
    head.locator("a[href^='/corrections/']").first.click()
    expect(head.locator("table")).to_contain_text("应用心理学")
    head.get_by_role("button", name="采纳", exact=True).click()
    tab.goto("/workers/me/")
    expect(tab.locator("main")).to_contain_text("应用心理学")
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
