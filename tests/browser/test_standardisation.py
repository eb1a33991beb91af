"""A station becomes standardised in real browsers: the head checks it on a phone in under five minutes, the county
reviews, the city confirms.
"""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.papers import picture_of

pytestmark = pytest.mark.browser
MINUTES = 5


def test_a_station_checks_itself_and_is_confirmed(open_tab: Opener, live_site: Site) -> None:
    head = sign_in(open_tab(), live_site, "head")
    head.goto("/standardisation/")
    head.locator("main .rows a").first.click()
    name = head.get_by_role("heading", level=1).inner_text()
    began = time.monotonic()
    head.get_by_role("button", name="开始自评").click()
    # What the system knows is filled in and can't be changed; only three items are asked.
    expect(head.get_by_text("系统计算，不用填").first).to_be_visible()
    asked = head.locator("fieldset", has_text="是否达到")
    assert asked.count() == 3
    assert head.get_by_text("系统计算，不用填").count() >= 15
    head.get_by_role("button", name="提交自评").click()
    expect(head.get_by_text("请选择是否达到。").first).to_be_visible()
    for place in range(3):
        asked.nth(place).get_by_text("达到", exact=True).click()
        proof = {"name": f"照片{place}.jpg", "mimeType": "image/jpeg", "buffer": picture_of(300, 200)}
        head.locator("input[type=file]").nth(place).set_input_files(proof)
    head.get_by_role("button", name="提交自评").click()
    expect(head.locator("main .chip", has_text="待区（市）县审核").first).to_be_visible()
    assert time.monotonic() - began < MINUTES * 60
    assert head.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page = head.url

    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/self-checks/")
    county.get_by_role("link", name=name).click()
    county.get_by_role("link", name="审核", exact=True).click()
    county.get_by_role("button", name="记下审核结论").click()
    expect(county.get_by_text("请写明现场查看的结论。").first).to_be_visible()
    seen = county.locator("fieldset", has_text="现场查看")
    for place in range(seen.count()):
        seen.nth(place).get_by_text("达到", exact=True).click()
    county.get_by_role("button", name="记下审核结论").click()
    expect(county.locator("main .chip", has_text="待市级确认").first).to_be_visible()

    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto(page)
    city.get_by_role("link", name="市级确认").click()
    city.locator("dialog[open]").get_by_role("button", name="确定").click()
    expect(city.locator("main .chip", has_text="已确认规范").first).to_be_visible()
    head.goto("/standardisation/stations/?state=done")
    expect(head.get_by_role("link", name=name)).to_be_visible()


def test_the_city_sees_the_gap_and_a_drafts_effect(open_tab: Opener, live_site: Site) -> None:
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/standardisation/")
    expect(city.get_by_text("规范化社工站").first).to_be_visible()
    expect(city.get_by_role("heading", name="各区（市）县，最缺什么")).to_be_visible()
    city.goto("/policies/?q=持证")
    expect(city.locator("main .rows a").first).to_be_visible()
    city.goto("/policies/plan/?version=2")
    expect(city.get_by_text(re.compile("今天未达到"))).to_be_visible()
    city.goto("/standards/")
    city.locator("main .rows li", has_text="草稿").get_by_role("link").click()
    expect(city.get_by_text("按今天的数据可能达标")).to_be_visible()
    expect(city.get_by_role("button", name="发布")).to_be_visible()
