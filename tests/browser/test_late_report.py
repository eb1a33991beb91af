"""A child's report that nobody makes in time: head and county are told; then it is proved, followed up and closed."""

import psycopg
import pytest
from playwright.sync_api import Page, expect

from shegong.config.postgres import EmbeddedPostgres
from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
NAME = "团团（化名）"
LATE = "逾期未报告"


def let_pass(site: Site, minutes: int) -> None:
    """The clock passes for this report: the database holds that nobody moves it, so it is done past the guard."""
    with psycopg.connect(EmbeddedPostgres(site.home).conninfo()) as connection:
        connection.execute("ALTER TABLE practice_protectionreport DISABLE TRIGGER practice_guard_report")
        connection.execute(
            "UPDATE practice_protectionreport SET started_at = started_at - make_interval(mins => %s), "
            "due_at = due_at - make_interval(mins => %s) WHERE name = %s",
            [minutes, minutes, NAME],
        )
        connection.execute("ALTER TABLE practice_protectionreport ENABLE TRIGGER practice_guard_report")


def told(site: Site) -> tuple[bool, bool]:
    """Whether the server has told the head, and the county."""
    with psycopg.connect(EmbeddedPostgres(site.home).conninfo()) as connection:
        row = connection.execute(
            "SELECT head_told_at IS NOT NULL, county_told_at IS NOT NULL "
            "FROM practice_protectionreport WHERE name = %s",
            [NAME],
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def wait_until_told(tab: Page, site: Site, wanted: tuple[bool, bool]) -> None:
    """The server looks every ten seconds."""
    for _turn in range(40):
        if told(site) == wanted:
            return
        tab.wait_for_timeout(500)
    raise AssertionError(told(site))


def test_a_late_report_reaches_head_and_county_and_is_proved_followed_and_closed(
    open_tab: Opener, live_site: Site
) -> None:
    worker = sign_in(open_tab(), live_site, "worker")
    worker.goto("/reports/new/")
    worker.locator("[name=facts]").fill("孩子手臂有新旧不一的瘀伤，不敢回家")
    worker.locator("[name=name]").fill(NAME)
    worker.get_by_text("未成年人", exact=True).click()
    worker.get_by_text("身上多处损伤").click()
    expect(worker.locator("#saved")).to_contain_text("须在")
    worker.wait_for_load_state("networkidle")
    head = sign_in(open_tab(DESK), live_site, "head")
    row = head.locator("li", has_text=NAME)
    expect(row).to_be_visible()
    expect(row).not_to_contain_text(LATE)
    county = sign_in(open_tab(DESK), live_site, "county")
    expect(county.locator("main")).not_to_contain_text(NAME)

    let_pass(live_site, 150)  # half an hour late
    wait_until_told(head, live_site, (True, False))
    head.goto("/")
    expect(head.locator("section", has_text="强制报告逾期").locator("li", has_text=NAME)).to_contain_text(LATE)
    let_pass(live_site, 40)  # more than an hour late
    wait_until_told(head, live_site, (True, True))
    county.goto("/")
    expect(county.locator("main")).to_contain_text(NAME)

    worker.reload()
    expect(worker.locator("#saved")).to_contain_text("已逾期")
    worker.get_by_role("link", name="已打电话报告").click()
    sheet = worker.locator("dialog form")
    sheet.get_by_text("公安机关").click()
    sheet.locator("[name=officer]").fill("警号 012346")
    sheet.get_by_role("button", name="保存").click()
    expect(worker.locator("main")).to_contain_text("已报告")
    for tab in (head, county):
        tab.goto("/")
        expect(tab.locator("main")).not_to_contain_text(LATE)
    worker.get_by_role("link", name="写跟进情况").click()
    sheet = worker.locator("dialog form")
    sheet.locator("textarea").fill("民警已到场，孩子由外婆照料。")
    sheet.get_by_role("button", name="保存").click()
    expect(worker.locator("main")).to_contain_text("孩子由外婆照料")
    expect(worker.get_by_role("link", name="办结报告")).to_have_count(0)  # somebody else closes

    head.goto(worker.url)
    head.get_by_role("link", name="办结报告").click()
    sheet = head.locator("dialog form")
    sheet.locator("[name=result]").select_option(label="当事人已得到保护")
    sheet.locator("[name=result_note]").fill("会商后由外婆监护")
    sheet.get_by_role("button", name="办结").click()
    expect(head.locator("main")).to_contain_text("当事人已得到保护")
    expect(head.get_by_role("link", name="写跟进情况")).to_have_count(0)
