"""The main job on a phone: a home visit in at most eight taps and one sentence, whatever happens in between."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site, counted_taps, sign_in

pytestmark = pytest.mark.browser

SENTENCE = "量血压，聊家常，一切正常。"


def save(tab: Page) -> None:
    tab.locator("dialog").get_by_role("button", name="保存").click()


def station_records(site: Site) -> int:
    """How often the worker's own county was served this year, by the command."""
    printed = site.command("reading", "practice.records", "--json")
    return int(json.loads(printed)["value"])


def test_from_the_day_a_visit_is_recorded_in_three_taps_and_counted_at_once(open_tab: Opener, live_site: Site) -> None:
    before = station_records(live_site)
    tab = sign_in(open_tab(), live_site, "worker")
    waiting = tab.locator("main .row-actions").get_by_role("link", name="记录")
    count = waiting.count()
    assert count > 0
    with counted_taps(tab) as taps:
        waiting.first.click()
        tab.locator("dialog [name=summary]").fill(SENTENCE)  # the field has no other way in on a phone than a tap
        save(tab)
        expect(tab.locator("dialog")).to_contain_text("已记录")
        assert len(taps) + 1 <= 3, taps  # one more: into the sentence
    tab.locator("dialog").get_by_role("link", name="完成").click()
    expect(waiting).to_have_count(count - 1)  # whoever was seen no longer waits, without a reload
    assert station_records(live_site) == before + 1


def test_from_scratch_a_home_visit_takes_no_more_than_eight_taps(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    with counted_taps(tab) as taps:
        tab.locator(".nav-record a").click()
        sheet = tab.locator("dialog form[data-record]")
        sheet.locator("[data-people] .choice").nth(1).click()
        sheet.locator(".choices-big .choice").nth(1).click()
        sheet.get_by_role("button", name="45", exact=True).click()
        sheet.get_by_text("服务对象家中").click()
        sheet.locator("[name=summary]").click()
        sheet.locator("[name=summary]").fill(SENTENCE)
        save(tab)
        expect(tab.locator("dialog")).to_contain_text("已记录")
        assert len(taps) <= 8, taps
    assert "45" in tab.locator(".saved-mark").inner_text()
    tab.get_by_role("button", name="一周后").click()
    expect(tab.locator("dialog .notice")).to_contain_text("下次已约好")


def test_people_are_found_by_initials_while_typing(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.locator(".nav-record a").click()
    sheet = tab.locator("dialog form[data-record]")
    expect(sheet).to_be_visible()
    tab.wait_for_load_state("networkidle")  # the sheet is wired up once it has settled
    sheet.locator("[name=who]").press_sequentially("w")
    found = sheet.locator("#people-found .choice").first
    name = found.locator("span").first.inner_text().split()[0]
    found.click()
    chosen = sheet.locator("[data-people] .choice", has_text=name).first
    expect(chosen.locator("input")).to_be_checked()
    expect(sheet.locator("[name=who]")).to_have_value("")


def test_what_was_typed_survives_a_reload_and_is_gone_once_saved(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.goto("/records/new/")
    form = tab.locator("form[data-record]")
    form.locator("[data-people] .choice").first.click()
    form.locator("[name=summary]").fill("写到一半")
    key = form.locator("[data-key]").input_value()
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", key)
    tab.wait_for_timeout(500)  # drafts are kept a moment after the last key
    tab.reload()
    expect(form.locator("[name=summary]")).to_have_value("写到一半")
    expect(form.locator("[data-people] input").first).to_be_checked()
    assert form.locator("[data-key]").input_value() == key  # sent again, it would be the same record
    tab.goto("/")
    expect(tab.locator("[data-drafts]")).to_contain_text("写到一半")
    tab.goto("/records/new/")
    form.get_by_role("button", name="保存").click()
    expect(tab.get_by_role("heading", name="已记录")).to_be_visible()
    tab.goto("/records/new/")
    expect(form.locator("[name=summary]")).to_have_value("")


def test_a_session_that_ends_in_mid_form_loses_nothing(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.locator(".nav-record a").click()
    sheet = tab.locator("dialog form[data-record]")
    sheet.locator("[data-people] .choice").nth(2).click()
    sheet.locator("[name=summary]").fill(SENTENCE)
    tab.context.clear_cookies(name="sessionid")
    save(tab)
    again = tab.locator("dialog[data-sign-in-again]")
    account = live_site.accounts["worker"]
    again.locator("[name=username]").fill(account["username"])
    again.locator("[name=password]").fill(account["password"])
    again.locator("[type=submit]").first.click()
    expect(again).to_have_count(0)
    expect(sheet.locator("[name=summary]")).to_have_value(SENTENCE)
    save(tab)
    expect(tab.locator("dialog")).to_contain_text("已记录")


def test_errors_come_back_into_the_sheet_with_what_was_typed(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    tab.locator(".nav-record a").click()
    sheet = tab.locator("dialog form[data-record]")
    sheet.locator("[name=minutes]").fill("1500")
    sheet.locator("[name=summary]").fill(SENTENCE)
    save(tab)
    expect(tab.locator("dialog [data-error-summary]")).to_contain_text("请选择服务对象")
    expect(tab.locator("dialog [data-error-summary]")).to_contain_text("时长须在")
    expect(sheet.locator("[name=summary]")).to_have_value(SENTENCE)


def test_without_script_a_record_is_saved_all_the_same(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(java_script_enabled=False), live_site, "worker")
    tab.locator(".nav-record a").click()
    form = tab.locator("form[data-record]")
    form.locator("[data-people] .choice").first.click()
    form.locator("[name=summary]").fill(SENTENCE)
    form.get_by_role("button", name="保存").click()
    expect(tab.get_by_role("heading", name="已记录")).to_be_visible()
