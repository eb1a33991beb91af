"""A volunteer in browsers, on a phone: signed up, recorded by the head, certified, checked by a stranger."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
NAME = "宋佳"


def test_from_sign_up_to_a_certificate_that_anybody_can_check(open_tab: Opener, live_site: Site) -> None:
    mine = sign_in(open_tab(), live_site, "volunteer")
    mine.goto("/volunteering/")
    expect(mine.get_by_role("heading", name="我的报名")).to_be_visible()
    open_calls = mine.locator("section").nth(1).locator("li:not(:has(.attention)) .row-title a")
    open_calls.first.click()
    mine.get_by_role("button", name=re.compile("我要(报名|候补)")).click()
    expect(mine.locator("main .chip", has_text=re.compile("已报名|候补")).first).to_be_visible()
    assert mine.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    mine.get_by_role("button", name="取消报名").click()
    expect(mine.get_by_role("button", name=re.compile("我要(报名|候补)"))).to_be_visible()

    mine.goto("/volunteering/me/")
    before = mine.locator("main .rows a[href^='/opportunities/']").count()
    head = sign_in(open_tab(), live_site, "head")
    head.goto("/opportunities/?state=record")
    rows = head.locator("main .rows a")
    for number in range(rows.count()):
        rows.nth(number).click()
        if head.locator("main .row-title", has_text=NAME).count():
            break
        head.goto("/opportunities/?state=record")
    head.get_by_role("link", name="记录到场").click()
    expect(head.get_by_role("heading", name=NAME)).to_be_visible()
    assert head.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    head.get_by_role("button", name="保存并确认").click()
    expect(head.locator("main .chip", has_text="已确认").first).to_be_visible()

    mine.goto("/volunteering/me/")
    assert mine.locator("main .rows a[href^='/opportunities/']").count() == min(before + 1, 30)
    mine.get_by_role("link", name="开具服务证明").click()
    mine.locator("dialog[open]").get_by_role("button", name="开具", exact=True).click()
    expect(mine.get_by_alt_text("核验二维码")).to_be_visible()
    check = mine.locator("main a[href^='/v/']").get_attribute("href")
    assert check is not None

    stranger = open_tab(DESK)
    stranger.goto(check)
    expect(stranger.get_by_text("证明真实有效。")).to_be_visible()
    expect(stranger.get_by_text("宋*")).to_be_visible()
    assert NAME not in stranger.content()
