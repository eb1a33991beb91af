"""A worker's phone in the client's hands: it shows the evaluation and nothing else, and comes back locked."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Opener, Site, sign_in

pytestmark = pytest.mark.browser
CASE = re.compile(r"/cases/([0-9a-f-]{36})/$")


def fits(tab: Page) -> bool:
    """Whether nothing sticks out to the side."""
    width = tab.evaluate("() => document.documentElement.scrollWidth")
    return int(width) <= PHONE["width"]


def test_a_phone_is_handed_over_rated_on_and_given_back_locked(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.goto("/cases/")
    tab.locator("main ul[data-keys] a[href^='/cases/']").first.click()
    expect(tab).to_have_url(CASE)
    case = CASE.search(tab.url)
    assert case, tab.url
    name = tab.locator("h1").inner_text().split()[0]
    page = f"/evaluations/of/case/{case[1]}/"
    tab.goto(page)
    tab.get_by_role("link", name="请服务对象评价").click()
    tab.locator("dialog").get_by_role("button", name="把手机交给服务对象").click()

    # In the client's hands: no name, no way into the product.
    expect(tab).to_have_url(re.compile("/e/[^/]+/$"))
    expect(tab.get_by_role("heading", name="请您评价")).to_be_visible()
    assert fits(tab) and name not in tab.inner_text("body")
    assert tab.locator("nav.nav, .nav-record, [data-sign-out]").count() == 0
    handed = tab.url
    tab.get_by_role("button", name="提交评价").click()
    expect(tab.get_by_text("请选择满意程度。").first).to_be_visible()
    tab.get_by_text("非常满意", exact=True).click()
    tab.get_by_text("好了一些", exact=True).click()
    tab.locator("[name=comment]").fill("常来看我，心里踏实。")
    tab.get_by_role("button", name="提交评价").click()
    expect(tab.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    assert fits(tab)

    # Whoever goes back or further finds nothing but the sign-in.
    tab.goto(handed)
    expect(tab.get_by_text("已经评价过了，谢谢您。")).to_be_visible()
    tab.get_by_role("link", name="交还社工").click()
    expect(tab.locator("[name=username]")).to_be_visible()
    tab.goto(page)
    expect(tab.locator("[name=password]")).to_be_visible()

    # The worker signs in again and reads it.
    account = live_site.accounts["worker"]
    tab.fill("[name=username]", account["username"])
    tab.fill("[name=password]", account["password"])
    tab.press("[name=password]", "Enter")
    expect(tab).to_have_url(re.compile(re.escape(page)))
    expect(tab.locator("main")).to_contain_text("常来看我，心里踏实。")
    expect(tab.locator("main")).to_contain_text("用社工手机填写")
