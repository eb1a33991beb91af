"""A page that nobody is at locks itself, with the real session behind it; what was typed is saved afterwards."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser

SENTENCE = "送餐到家，聊了一会儿。"


def sign_in_again(tab: Page, site: Site, role: str) -> None:
    again = tab.locator("dialog[data-sign-in-again]")
    account = site.accounts[role]
    again.locator("[name=username]").fill(account["username"])
    again.locator("[name=password]").fill(account["password"])
    again.locator("[type=submit]").first.click()
    expect(again).to_have_count(0)


def test_after_half_an_hour_the_page_is_covered_and_its_session_over(open_tab: Opener, live_site: Site) -> None:
    tab = open_tab()
    tab.clock.install()
    sign_in(tab, live_site, "worker")
    tab.locator(".nav-record a").click()
    sheet = tab.locator("dialog form[data-record]")
    sheet.locator("[data-people] .choice").nth(3).click()
    sheet.locator("[name=summary]").fill(SENTENCE)
    tab.clock.fast_forward("29:00")
    expect(sheet.locator("[name=summary]")).to_be_visible()
    tab.clock.fast_forward("02:00")
    expect(tab.locator("dialog[data-sign-in-again]")).to_contain_text("已锁定")
    expect(sheet.locator("[name=summary]")).to_be_hidden()
    other = tab.context.new_page()
    other.goto("/clients/")
    expect(other.locator("[name=password]")).to_be_visible()  # not only covered
    other.close()
    sign_in_again(tab, live_site, "worker")
    expect(sheet.locator("[name=summary]")).to_have_value(SENTENCE)
    sheet.get_by_role("button", name="保存").click()
    expect(tab.locator("dialog")).to_contain_text("已记录")


def test_a_wall_locks_unless_it_is_a_display(open_tab: Opener, live_site: Site) -> None:
    tab = open_tab(DESK)
    tab.clock.install()
    sign_in(tab, live_site, "city")
    tab.goto("/wall/")
    tab.clock.fast_forward("31:00")
    expect(tab.locator("dialog[data-sign-in-again]")).to_contain_text("已锁定")
    expect(tab.locator("#wall-live")).to_be_hidden()
    sign_in_again(tab, live_site, "city")
    tab.get_by_role("link", name="用作展示屏").click()
    tab.get_by_role("button", name="开始展示").click()
    expect(tab.locator("#wall-live")).to_be_visible()
    tab.clock.fast_forward("05:00:00")
    expect(tab.locator("#wall-live")).to_be_visible()
    expect(tab.locator("dialog")).to_have_count(0)
    tab.goto("/board/")
    expect(tab.locator("[name=password]")).to_be_visible()
