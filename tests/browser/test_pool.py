"""A supervisor offers, a worker asks, the coordinator runs the proposal, edits and publishes; they agree on a time."""

import re

import pytest
from playwright.sync_api import expect

from shegong.kernel import clock
from shegong.workforce.rules.booking import open_months
from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
MINUTE = 60_000


def test_a_proposal_from_the_offer_to_the_agreed_time(open_tab: Opener, live_site: Site) -> None:
    month = open_months(clock.today())[2]  # which the demonstration leaves free

    supervisor = sign_in(open_tab(), live_site, "supervisor")
    supervisor.goto("/pool/mine/")
    supervisor.get_by_role("link", name="提供督导时间").click()
    supervisor.select_option("dialog [name=month]", month.isoformat())
    supervisor.fill("dialog [name=hours]", "0.3")
    supervisor.locator("dialog").get_by_role("button", name="保存").click()
    expect(supervisor.locator("dialog .field-error").first).to_be_visible()
    expect(supervisor.locator("dialog [name=hours]")).to_have_value("0.3")
    supervisor.fill("dialog [name=hours]", "6")
    supervisor.locator("dialog").get_by_role("button", name="保存").click()
    expect(supervisor.locator("main")).to_contain_text("0 / 6")
    assert supervisor.evaluate("document.documentElement.scrollWidth") <= 360

    worker = sign_in(open_tab(), live_site, "worker")
    worker.goto("/pool/mine/")
    worker.get_by_role("link", name="申请督导").click()
    worker.select_option("dialog [name=month]", month.isoformat())
    worker.select_option("dialog [name=topic]", "risk")
    worker.locator("dialog").get_by_text("紧急", exact=True).click()
    worker.locator("dialog").get_by_role("button", name="提交").click()
    expect(worker.locator("main")).to_contain_text("风险与保护")
    assert worker.evaluate("document.documentElement.scrollWidth") <= 360

    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto(f"/pool/board/?month={month.isoformat()}")
    city.get_by_role("button", name="生成分配方案").click()
    city.wait_for_url(re.compile("/pool/proposals/[0-9a-f-]{36}/$"))
    # Computed in the background; the page follows by itself.
    expect(city.get_by_role("button", name="发布")).to_be_visible(timeout=MINUTE)
    expect(city.locator("main")).to_contain_text("先到先得")
    name = live_site.accounts["supervisor"]["display_name"]
    expect(city.locator(".row-title").first).to_contain_text(name)

    # Edited: taken off, then given back by hand, which holds to it.
    city.get_by_role("button", name="移除").first.click()
    city.goto(f"{city.url}?show=left")
    expect(city.locator("main")).to_contain_text("合适的督导已被移除")
    city.get_by_role("link", name="指定督导").first.click()
    choice = city.locator("dialog option", has_text=name).first.get_attribute("value")
    city.select_option("dialog [name=supervisor]", choice)
    city.locator("dialog").get_by_role("button", name="更换").click()
    expect(city.locator("main")).to_contain_text("已固定")
    city.get_by_role("button", name="发布").click()
    expect(city.locator("main")).to_contain_text("已发布")

    supervisor.goto("/pool/mine/")
    expect(supervisor.locator("main")).to_contain_text("2 / 6")
    # This month's bookings stand before those of the new one.
    supervisor.get_by_role("link", name="约定时间").last.click()
    supervisor.fill("dialog [name=starts_at]", f"{month.replace(day=20).isoformat()}T07:00")
    supervisor.locator("dialog").get_by_role("button", name="约定").click()
    expect(supervisor.locator("main")).to_contain_text("已约时间")
    worker.goto("/pool/mine/")
    expect(worker.locator("main")).to_contain_text("已约时间")
