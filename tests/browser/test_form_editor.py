"""The form editor in a real browser: by keyboard alone, on a wide screen; and without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
EDIT = "/forms/needs-women/edit/"


def press(tab: Page, name: str) -> None:
    """A button reached by keyboard and pressed."""
    button = tab.get_by_role("button", name=name, exact=True).first
    button.focus()
    enter(tab)


def enter(tab: Page) -> None:
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def focused(tab: Page) -> str:
    return str(tab.evaluate("document.activeElement.ariaLabel || document.activeElement.name || ''"))


def is_accessible(tab: Page) -> None:
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]] == []


def test_a_form_is_changed_by_keyboard_alone(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "city")
    tab.goto(EDIT)
    is_accessible(tab)
    titles = tab.locator(".editor-outline .row-title button")
    first, second = titles.nth(1).inner_text(), titles.nth(2).inner_text()
    press(tab, first)
    assert focused(tab) == "part-label-zh"
    tab.keyboard.press("Control+A")
    tab.keyboard.type("现在住得安全吗")
    moves = tab.locator(".editor-outline li").nth(1).get_by_role("button", name="往下移")
    moves.focus()
    enter(tab)
    assert focused(tab).endswith("往下移")  # the keyboard stays with what was moved
    expect(titles.nth(1)).to_have_text(second)
    expect(titles.nth(2)).to_have_text("现在住得安全吗")
    add = tab.locator(".editor-outline select").first
    add.focus()
    add.select_option("integer")
    press(tab, "在这组里加一题")
    assert focused(tab) == "part-label-zh"
    press(tab, "存为草稿")
    expect(tab.locator(".error-summary").first).to_contain_text("缺少文字")
    is_accessible(tab)
    tab.locator("[name=part-label-zh]").focus()
    tab.keyboard.type("家里几口人")
    press(tab, "存为草稿")
    tab.wait_for_url("**/forms/needs-women/")
    expect(tab.locator("main")).to_contain_text("草稿")
    tab.get_by_role("link", name="先试填").click()
    expect(tab.locator("main")).to_contain_text("现在住得安全吗")
    expect(tab.locator("main")).to_contain_text("家里几口人")


def test_it_works_without_script(open_tab: Opener, live_site: Site) -> None:
    signed = sign_in(open_tab(DESK), live_site, "city")
    tab = open_tab(DESK, java_script_enabled=False)
    tab.context.add_cookies(signed.context.cookies())
    tab.goto("/forms/needs-disabled/edit/")
    tab.locator(".editor-outline .row-title button").nth(1).click()
    tab.locator("[name=part-label-zh]").fill("不用脚本也能改")
    tab.get_by_role("button", name="存为草稿").click()
    expect(tab.locator("h1")).to_have_text("残疾人需求评估表")
    expect(tab.locator("main")).to_contain_text("草稿")
    tab.goto("/forms/needs-disabled/edit/")
    expect(tab.locator(".editor-outline .row-title button").nth(1)).to_have_text("不用脚本也能改")
