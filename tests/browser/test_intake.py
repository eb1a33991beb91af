"""At the door: a resident's enquiry becomes a case; a child's report is saved from its first word, proved, or late."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
NEED = "照顾卧床的老伴，快撑不住了"


def is_accessible(tab: Page) -> None:
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    wrong = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]
    assert wrong == []


def choose(tab: Page, name: str, label: str) -> None:
    """The nearest place by name; the list of the next level comes by itself."""
    option = tab.locator(f"[name={name}] option", has_text=re.compile(rf"^{re.escape(label)}$"))
    option.wait_for(state="attached")
    tab.locator(f"[name={name}]").select_option(label=label)


def ask_for_help(resident: Page, site: Site, *, need: str, name: str, phone: str) -> tuple[str, str]:
    """A resident of the worker's own community asks on the portal; the number and the code that it gave."""
    accounts = {role: account["at"] for role, account in site.accounts.items()}
    community = accounts["worker"].removesuffix("社工室")
    resident.goto("/accounts/sign-in/")
    resident.get_by_role("link", name="居民求助").click()
    resident.get_by_role("link", name="我要求助").click()
    expect(resident.locator("h1")).to_have_text("我要求助")
    is_accessible(resident)
    resident.fill("[name=need]", need)
    choose(resident, "county", "锦江区")
    choose(resident, "town", accounts["head"].removesuffix("社工站"))
    names = resident.locator("[name=community] option")
    expect(names.filter(has_text=community)).to_have_count(1)
    resident.locator("[name=community]").select_option(label=names.filter(has_text=community).inner_text())
    resident.fill("[name=asker_name]", name)
    resident.fill("[name=phone]", phone)
    resident.get_by_text("我已看过上面的说明").click()
    resident.get_by_role("button", name="提交求助").click()
    number, code = (resident.locator(f"[data-{each}]").inner_text() for each in ("number", "code"))
    is_accessible(resident)
    return number, code


def test_a_residents_enquiry_becomes_a_case(open_tab: Opener, live_site: Site) -> None:
    resident = open_tab()
    number, code = ask_for_help(resident, live_site, need=NEED, name="向阳花", phone="15400000077")

    worker = sign_in(open_tab(), live_site, "worker")
    worker.get_by_role("link", name="向阳花").click()
    worker.get_by_role("button", name="由我处理").click()
    worker.get_by_role("link", name="接案").click()
    sheet = worker.locator("dialog form")
    expect(sheet.locator("[name=problem]")).to_have_value(NEED)
    sheet.locator("[name=group]").select_option(label="老年人")
    sheet.get_by_role("button", name="接案").click()
    worker.wait_for_url("**/cases/*/")
    expect(worker.locator("h1")).to_contain_text("向阳花")

    resident.goto("/help/state/")
    is_accessible(resident)
    resident.fill("[name=number]", number)
    resident.fill("[name=code]", code)
    resident.get_by_role("button", name="查询").click()
    expect(resident.locator("main")).to_contain_text("已受理")
    expect(resident.locator("main")).not_to_contain_text("向阳花")


def test_a_report_is_kept_from_its_first_word_and_proved_in_time(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.goto("/reports/new/")
    tab.locator("[name=facts]").fill("孩子说“爸爸打我”")
    expect(tab.locator("#saved")).to_contain_text("已存到服务器")
    tab.locator("[name=name]").fill("乐乐")
    tab.get_by_text("未成年人", exact=True).click()
    expect(tab.locator("#saved")).to_contain_text("须在")
    tab.wait_for_load_state("networkidle")
    other = sign_in(open_tab(DESK), live_site, "head")  # nothing was submitted, and yet the head sees it
    expect(other.locator("main")).to_contain_text("乐乐")
    tab.reload()
    expect(tab.locator("[name=name]")).to_have_value("乐乐")
    tab.get_by_role("link", name="已打电话报告").click()
    sheet = tab.locator("dialog form")
    sheet.get_by_text("公安机关").click()
    sheet.locator("[name=officer]").fill("警号 012345")
    sheet.get_by_role("button", name="保存").click()
    expect(tab.locator("main")).to_contain_text("已报告")
    is_accessible(tab)
    other.goto("/")
    expect(other.locator("main")).not_to_contain_text("逾期未报告")


def test_what_is_written_without_a_network_is_sent_once_there_is_one(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.goto("/reports/new/")
    page = tab.url
    tab.context.set_offline(True)
    tab.locator("[name=facts]").fill("断网时写下的事实")
    tab.wait_for_timeout(1200)  # the draft is kept, the sending fails
    tab.close()
    tab.context.set_offline(False)
    tab = tab.context.new_page()
    tab.goto(page)
    expect(tab.locator("[name=facts]")).to_have_value("断网时写下的事实")
    expect(tab.locator("#saved")).to_contain_text("已存到服务器")
    tab.context.set_offline(True)
    tab.locator("[name=place]").fill("学校门口")
    tab.wait_for_timeout(1200)
    with tab.expect_response("**/save/"):  # and while the page stays open, the return of the network is enough
        tab.context.set_offline(False)
    listed = json.loads(tab.request.get("/api/v1/reports").body())["items"]
    assert ("断网时写下的事实", "学校门口") in [(each["facts"], each["place"]) for each in listed]
