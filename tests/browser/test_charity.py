"""A donation in real browsers: from the drive to its traced use, with nobody's name on the donor's side."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def in_sheet(tab: Page, name: str) -> None:
    tab.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()


def test_a_donation_from_the_drive_to_its_traced_use(open_tab: Opener, live_site: Site) -> None:
    head = sign_in(open_tab(), live_site, "head")
    head.goto("/clients/")
    name = head.locator("main .rows a").first.inner_text().split()[0]
    charity = sign_in(open_tab(DESK), live_site, "donor")
    charity.goto("/drives/?state=draft")
    charity.locator("main .rows a").first.click()
    charity.get_by_role("link", name="修改草稿").click()
    charity.get_by_label("备案编号").fill("510120269999")
    in_sheet(charity, "保存")
    charity.get_by_role("link", name="开始募捐").click()
    in_sheet(charity, "开始募捐")
    expect(charity.locator("main .chip", has_text="募捐中").first).to_be_visible()
    drive = charity.url
    charity.get_by_role("link", name="登记捐赠").click()
    charity.locator("dialog[open] input[name=amount]").fill("0")
    charity.locator("dialog[open] input[name=name]").fill("苏映雪")
    in_sheet(charity, "登记")
    expect(charity.get_by_text("金额必须大于零。").first).to_be_visible()
    charity.locator("dialog[open] input[name=amount]").fill("800")
    in_sheet(charity, "登记")
    charity.get_by_role("link", name="开具收据").click()
    in_sheet(charity, "开具")
    number = re.search(r"J\d{8}", charity.locator("main h1").inner_text())
    assert number
    code = charity.locator("dt:has-text('查询码') + dd").inner_text()

    head.goto(drive)
    head.get_by_role("link", name="发放款项").click()
    head.locator("dialog[open] input[name=amount]").fill("900")
    head.locator("dialog[open] input[name=who]").fill(name)
    head.get_by_label("需求领域").select_option(index=1)
    head.get_by_label("用途", exact=True).fill("年夜饭食材")
    in_sheet(head, "登记发放")
    expect(head.get_by_text("余款不足").first).to_be_visible()
    head.locator("dialog[open] input[name=amount]").fill("200")
    in_sheet(head, "登记发放")
    head.get_by_role("link", name="登记签收").click()
    head.get_by_label("签收方式").fill("本人签名")
    in_sheet(head, "登记")
    expect(head.locator("main .chip", has_text="已签收").first).to_be_visible()
    assert head.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    donor = open_tab()
    donor.goto("/donations/follow/")
    donor.get_by_label("捐赠编号").fill(number[0])
    donor.get_by_label("查询码").fill(code)
    donor.get_by_role("button", name="查询", exact=True).click()
    expect(donor.get_by_text("¥200.00").first).to_be_visible()
    expect(donor.get_by_text("0–5").first).to_be_visible()
    assert name not in donor.locator("main").inner_text()
