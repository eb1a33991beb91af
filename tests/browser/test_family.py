"""A worker draws a family on a phone: a few taps, and the picture grows without a new page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def first_family(tab: Page) -> str:
    """The address of the family page of the first client in the list."""
    tab.goto("/clients/")
    href = tab.locator("main .row-title a").first.get_attribute("href")
    assert href is not None
    return f"{href}family/"


def add(tab: Page, relation: str, name: str) -> None:
    tab.locator(".page-actions").get_by_role("link", name="加家人").click()
    sheet = tab.get_by_role("dialog")
    sheet.get_by_text(relation, exact=True).click()
    sheet.get_by_label("姓名").fill(name)
    sheet.get_by_role("button", name="保存").click()
    expect(sheet).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_family_is_drawn_by_a_few_taps(live_site: Site, open_tab: Opener, viewport: dict[str, int]) -> None:
    tab = sign_in(open_tab(viewport), live_site, "worker")
    tab.goto(first_family(tab))
    picture = tab.locator(".picture-genogram")
    people = picture.locator(".pic-person")
    before = people.count()
    name = f"客人{viewport['width']}"
    add(tab, "其他人", name)
    expect(people).to_have_count(before + 1)
    # The shape opens its form, by a click as by the keyboard; the page stays where it is.
    address = tab.url
    shape = picture.locator("a.pic-link", has=tab.locator("text", has_text=name))
    shape.press("Enter")
    sheet = tab.get_by_role("dialog")
    expect(sheet.get_by_label("姓名或称呼")).to_have_value(name)
    assert tab.url == address
    sheet.get_by_role("button", name="删除").click()
    expect(people).to_have_count(before)
    tab.get_by_text("撤销").click()
    expect(people).to_have_count(before + 1)
    expect(tab.locator(".picture-words").first).to_contain_text(name)
    if viewport == PHONE:
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
