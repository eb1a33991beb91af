"""A department's referral there and back under an agreement, in real browsers: the worker refers on a phone, the
liaison accepts within the agreed time and returns a result, the worker reads it; and the other way round.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
BUREAU = "成都市民政局"
ASKED = "请核实临时救助条件并上门走访"


def in_sheet(tab: Page, name: str) -> None:
    tab.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()


def refer(worker: Page) -> str:
    """The worker refers a client to the department; the referral's page."""
    worker.goto("/clients/")
    address = worker.locator("main .rows a[href^='/clients/']").first.get_attribute("href") or ""
    worker.goto(f"/referrals/new/?client={address.strip('/').rpartition('/')[2]}")
    worker.locator("[name=receiver]").select_option(label=BUREAU)
    worker.locator("[name=reason]").fill("收入减少，房租两月未付")
    worker.locator("[name=asked]").fill(ASKED)
    worker.locator("[name=basis]").select_option(value="duty")
    worker.locator("[name=basis_note]").fill("社会救助暂行办法第四十七条")
    worker.get_by_role("button", name=re.compile("转介|送出|提交|保存")).last.click()
    worker.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}/"))
    return worker.url


def test_a_departments_referral_there_and_back(open_tab: Opener, live_site: Site) -> None:
    worker = sign_in(open_tab(), live_site, "worker")
    page = refer(worker)
    expect(worker.get_by_text("协同协议").first).to_be_visible()
    agreement = worker.locator("main dl a[href^='/agreements/']")
    expect(agreement).to_contain_text(BUREAU)
    agreement.click()
    expect(worker.get_by_text("社工站 → 部门").first).to_be_visible()

    liaison = sign_in(open_tab(DESK), live_site, "liaison")
    liaison.goto("/")
    expect(liaison).to_have_url(re.compile("/department/$"))
    assert "/clients/" not in liaison.content()
    liaison.goto(page)
    expect(liaison.get_by_text(ASKED)).to_be_visible()
    liaison.get_by_role("link", name="接收", exact=True).click()
    liaison.locator("dialog[open] [name=answer]").fill("救助科三日内联系")
    in_sheet(liaison, "接收")
    liaison.get_by_role("link", name="反馈结果").click()
    liaison.locator("dialog[open] [name=result]").fill("符合条件，已发放临时救助")
    in_sheet(liaison, "反馈")
    expect(liaison.locator("main .chip", has_text="已反馈").first).to_be_visible()
    liaison.goto("/department/results/")
    expect(liaison.get_by_role("cell", name="锦江区社工总站").first).to_be_visible()

    worker.goto(page)
    expect(worker.get_by_text("符合条件，已发放临时救助")).to_be_visible()
    assert worker.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    worker.get_by_role("button", name="已阅，办结").click()
    expect(worker.locator("main .chip", has_text="办结").first).to_be_visible()


def test_somebody_sent_by_a_department_is_taken_on(open_tab: Opener, live_site: Site) -> None:
    liaison = sign_in(open_tab(DESK), live_site, "liaison")
    liaison.goto("/department/")
    liaison.get_by_role("link", name="转给社工站").click()
    sheet = liaison.locator("dialog[open]")
    sheet.locator("[name=station]").select_option(label=live_site.accounts["head"]["at"])
    way = sheet.locator("[name=channel] option", has_text="锦江区").first
    sheet.locator("[name=channel]").select_option(value=way.get_attribute("value"))
    sheet.locator("[name=name]").fill("钱桂芳")
    sheet.locator("[name=reason]").fill("独居，刚出院")
    with liaison.expect_response(lambda answer: answer.status == 422):
        in_sheet(liaison, "送出")
    expect(liaison.locator("dialog[open] [name=asked][aria-invalid=true]")).to_be_visible()
    expect(liaison.locator("dialog[open] [name=reason]")).to_have_value("独居，刚出院")
    liaison.locator("dialog[open] [name=asked]").fill("请上门评估")
    in_sheet(liaison, "送出")
    expect(liaison.locator("h1")).to_have_text("钱桂芳")
    page = liaison.url
    head = sign_in(open_tab(), live_site, "head")
    head.goto("/arrivals/")
    head.get_by_role("link", name="钱桂芳").click()
    head.get_by_role("link", name="接收", exact=True).click()
    in_sheet(head, "接收")
    expect(head.locator("main .chip", has_text="站点已接收").first).to_be_visible()
    head.get_by_role("link", name="反馈结果").click()
    head.locator("dialog[open] [name=result]").fill("已评估，每周探访")
    in_sheet(head, "反馈")
    expect(head.locator("main .chip", has_text="已反馈结果").first).to_be_visible()
    assert head.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    liaison.goto(page)
    expect(liaison.get_by_text("已评估，每周探访")).to_be_visible()
