"""Premises as people use them: a taken room is booked at another time; a village without a room is given a host."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from shegong.kernel import clock
from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def is_accessible(tab: Page) -> None:
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]] == []


def ask(tab: Page, town: str, *, on: str, starts: str, ends: str, title: str) -> None:
    """Fill in a booking of the first room of the town's chief site, and send it."""
    tab.goto("/bookings/new/")
    room = tab.locator("[name=area] optgroup").evaluate_all(
        """(groups, town) => groups.find((each) => each.label.startsWith(town) && !each.label.includes("第二"))
           .querySelector("option").value""",
        town,
    )
    tab.locator("[name=area]").select_option(room)
    for name, value in (("on", on), ("starts", starts), ("ends", ends), ("people", "4"), ("title", title)):
        tab.fill(f"[name={name}]", value)
    tab.get_by_role("button", name="预订", exact=True).click()


def test_a_booking_conflict_is_solved(open_tab: Opener, live_site: Site) -> None:
    town = live_site.accounts["head"]["at"].removesuffix("社工站")
    monday = clock.today() + timedelta(days=49 - clock.today().weekday())
    day = monday.isoformat()
    head = sign_in(open_tab(DESK), live_site, "head")
    ask(head, town, on=day, starts="09:00", ends="10:00", title="联席会")
    expect(head.locator("h1")).to_have_text("联席会")

    worker = sign_in(open_tab(), live_site, "worker")
    ask(worker, town, on=day, starts="09:30", ends="10:30", title="亲子阅读")
    expect(worker.locator("main")).to_contain_text("这个时段已被预订")
    is_accessible(worker)
    worker.locator("[data-instead] a", has_text="同一房间").first.click()
    expect(worker.locator("[name=title]")).to_have_value("亲子阅读")
    worker.get_by_role("button", name="预订", exact=True).click()
    expect(worker.locator("h1")).to_have_text("亲子阅读")
    is_accessible(worker)
    worker.get_by_role("button", name="取消预订").click()
    expect(worker.locator("body")).to_contain_text("已取消 1 个预订")


def test_a_village_without_a_room_is_given_a_host(open_tab: Opener, live_site: Site) -> None:
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/board/gap/")
    is_accessible(city)
    links = city.locator("main dd a[href^='/board/gap/']")
    before = [link.get_attribute("href") or "" for link in links.all()]
    for address in before:
        city.goto(address)
        if city.get_by_role("button", name="保存计划").count():
            break
    is_accessible(city)
    soon = city.evaluate("() => new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10)")
    city.fill("[name=opens_on]", soon)
    city.get_by_role("button", name="保存计划").click()
    expect(city.locator("main")).to_contain_text("已选场地")
    for step, state in (("场地方已同意", "开始布置"), ("开室", "以前的计划")):
        city.get_by_role("link", name=step, exact=True).click()
        city.locator("dialog").get_by_role("button", name="保存").click()
        expect(city.locator("main")).to_contain_text(state)
    expect(city.locator(".page-head p a")).to_contain_text("社工室")
    city.goto("/board/gap/")
    expect(links).to_have_count(len(before) - 1)
