"""The officers' pages in a real browser: live without a reload, and an address for every view."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser

UNTIL_PULSE = 15_000  # ms: pages ask every two seconds


def record_a_visit(tab: Page) -> None:
    tab.goto("/records/new/")
    form = tab.locator("form[data-record]")
    form.locator("[data-people] .choice").first.click()
    form.locator(".choices-big .choice").first.click()
    form.locator("[name=summary]").fill("入户探访，一切正常。")
    form.get_by_role("button", name="保存").click()
    expect(tab.get_by_text("已记录").first).to_be_visible()


def card(tab: Page, label: str) -> Locator:
    return tab.locator(".number-card", has=tab.get_by_role("heading", name=label))


def test_the_citys_open_pages_change_when_a_worker_records(open_tab: Opener, live_site: Site) -> None:
    board, wall = sign_in(open_tab(DESK), live_site, "city"), sign_in(open_tab(DESK), live_site, "city")
    board.goto("/board/")
    wall.goto("/wall/")
    hours = card(board, "服务工时").inner_text()
    today = wall.locator(".wall-today").inner_text()
    for tab in (board, wall):
        tab.evaluate("window.neverReloaded = true")
    record_a_visit(sign_in(open_tab(), live_site, "worker"))
    expect(card(board, "服务工时")).not_to_have_text(hours, timeout=UNTIL_PULSE)
    expect(wall.locator(".wall-today")).not_to_have_text(today, timeout=UNTIL_PULSE)
    expect(wall.locator(".wall-events li").first).to_contain_text("今天", timeout=UNTIL_PULSE)
    for tab in (board, wall):
        assert tab.evaluate("window.neverReloaded") is True
    # What the polling brings never becomes the page's address.
    assert board.url.endswith("/board/") and wall.url.endswith("/wall/")


def test_the_address_holds_the_view(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "city")
    tab.goto("/board/")
    tab.evaluate("window.neverReloaded = true")
    expect(tab.locator(".chart-map.chart-drawn")).to_be_visible()
    tab.locator(".board-top .filter", has_text="服务人数").click()
    expect(tab).to_have_url(re.compile("measure=practice.persons_served"))
    expect(tab.locator(".board-top .filter[aria-current]")).to_have_text("服务人数")
    tab.locator(".board-pair .filter", has_text="方法").click()
    expect(tab).to_have_url(re.compile("by=method"))
    year = tab.locator(".filters .filter", has_text=re.compile("^20..年$")).first
    words = year.inner_text()
    year.click()
    expect(tab.locator(".page-head p")).to_have_text(words)
    expect(tab.locator(".chart-map.chart-drawn")).to_be_visible()
    assert tab.evaluate("window.neverReloaded") is True
    address = tab.url
    other = sign_in(open_tab(DESK), live_site, "city")
    other.goto(address)
    expect(other.locator(".board-top .filter[aria-current]")).to_have_text("服务人数")
    expect(other.locator(".board-pair .filter[aria-current]")).to_have_text("方法")
    tab.go_back()
    expect(tab).not_to_have_url(address)


def test_step_by_step_down_to_the_record_for_a_head_and_to_a_count_for_the_city(
    open_tab: Opener, live_site: Site
) -> None:
    head = sign_in(open_tab(DESK), live_site, "head")
    head.goto("/board/")
    head.get_by_role("link", name="这些数字背后的记录").click()
    expect(head.locator("#rows .rows li").first).to_be_visible()
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/board/")
    for step in range(3):
        city.locator(".board-children .table-scroll tbody th a").first.click()
        expect(city.locator(".crumbs li")).to_have_count(step + 1)
    city.get_by_role("link", name="这些数字背后的记录").click()
    expect(city.locator("#rows")).to_contain_text("不显示服务对象")
    assert city.locator("#rows .rows li").count() == 0


@pytest.mark.parametrize("path", ["/board/", "/wall/", "/board/behind/?code=practice.persons_served"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_its_screen(open_tab: Opener, live_site: Site, path: str, width: int) -> None:
    tab = sign_in(open_tab({"width": width, "height": 800}), live_site, "city")
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_without_script_all_is_links_and_tables(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK, java_script_enabled=False), live_site, "city")
    tab.goto("/board/")
    assert tab.locator(".board-top .chart-table tbody tr").count() >= 2
    tab.locator(".board-top .filter", has_text="服务工时").click()
    assert "measure=practice.service_hours" in tab.url
    tab.locator(".board-children .table-scroll tbody th a").first.click()
    assert "station=" in tab.url
