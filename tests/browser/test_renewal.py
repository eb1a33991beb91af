"""A reminder on a phone leads to a renewed registration, and the county's number follows; a course; the record."""

import json
import os
import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.browser.test_intake import is_accessible
from tests.papers import picture_of

pytestmark = pytest.mark.browser
CODE = "workforce.registered_workers"


def registered(site: Site) -> tuple[int, int, Decimal]:
    """Of the city's certified workers, how many have a current registration; and the share."""
    said = json.loads(site.command("reading", CODE, "--json"))
    return said["numerator"], said["denominator"], Decimal(str(said["value"]))


def keep(tab: Page, name: str) -> None:
    """A picture to look at, where a folder for pictures is named."""
    if folder := os.environ.get("SHEGONG_PICTURES"):
        tab.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_reminder_leads_to_a_renewed_registration(open_tab: Opener, live_site: Site) -> None:
    before, certified, share = registered(live_site)
    worker = sign_in(open_tab(), live_site, "worker")
    keep(worker, "renewal-my-day-360")
    worker.get_by_role("link", name=re.compile("登记已在 .* 过期")).click()
    expect(worker.locator("h1")).to_have_text("我的证书")
    keep(worker, "renewal-own-360")
    is_accessible(worker)
    worker.get_by_role("link", name="申请延续登记").click()
    sheet = worker.locator("dialog form")
    sheet.get_by_role("button", name="提交审核").click()
    expect(sheet.get_by_text("登记中断过，请说明原因。").first).to_be_visible()
    sheet.locator("[name=note]").fill("产假期间未能按时办理。")
    photo = {"name": "登记证.jpg", "mimeType": "image/jpeg", "buffer": picture_of(600, 400)}
    sheet.locator("[name=file]").set_input_files(photo)
    keep(worker, "renewal-sheet-360")
    sheet.get_by_role("button", name="提交审核").click()
    expect(worker.get_by_text("已提交，等待审核。").first).to_be_visible()
    assert registered(live_site) == (before, certified, share)

    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/credentials/?due=lapsed")
    keep(county, "renewal-list-1440")
    county.get_by_role("link", name=re.compile("^待审申请")).click()
    keep(county, "renewal-requests-1440")
    asked = county.locator("li", has_text="延续登记")
    asked.get_by_role("link", name=live_site.accounts["worker"]["display_name"]).first.click()
    expect(county.get_by_role("img", name="扫描件")).to_be_visible()
    keep(county, "renewal-request-1440")
    is_accessible(county)
    county.get_by_role("link", name="通过", exact=True).click()
    county.locator("dialog form").get_by_role("button", name="通过并登记").click()
    expect(county.get_by_text("已办理。")).to_be_visible()

    after, still, more = registered(live_site)
    assert (after, still) == (before + 1, certified) and more > share
    county.goto(f"/board/behind/?code={CODE}")
    keep(county, "renewal-behind-1440")
    expect(county.get_by_text("持证社工有效登记率").first).to_be_visible()
    worker.goto("/credentials/own/")
    expect(worker.get_by_text("有效", exact=True).first).to_be_visible()
    keep(worker, "renewal-done-360")
    worker.goto("/")
    worker.wait_for_load_state("networkidle")
    expect(worker.get_by_role("link", name=re.compile("登记已在 .* 过期"))).to_have_count(0)


def test_a_worker_joins_a_course_and_prints_the_growth_record(open_tab: Opener, live_site: Site) -> None:
    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/courses/new/")
    county.fill("[name=title]", "叙事治疗工作坊")
    for name, value in (("starts_at", "09:00"), ("ends_at", "16:00"), ("enrol_until", "09:00")):
        county.fill(f"[name={name}]", f"2099-06-01T{value}")
    county.fill("[name=place]", "总站培训室")
    keep(county, "course-new-1440")
    county.get_by_role("button", name="发布课程").click()
    expect(county.locator("h1")).to_have_text("叙事治疗工作坊")

    worker = sign_in(open_tab(), live_site, "worker")
    worker.goto("/courses/")
    keep(worker, "courses-360")
    worker.goto(county.url)
    worker.get_by_role("button", name="报名").click()
    expect(worker.get_by_text("已报名").first).to_be_visible()
    keep(worker, "course-360")
    is_accessible(worker)
    county.reload()
    expect(county.get_by_text(live_site.accounts["worker"]["display_name"]).first).to_be_visible()
    keep(county, "course-1440")

    worker.goto("/credentials/own/")
    worker.get_by_role("link", name="成长阶梯").click()
    expect(worker.locator("h1")).to_have_text("成长阶梯")
    keep(worker, "growth-360")
    is_accessible(worker)
    worker.get_by_role("link", name="打印成长记录").click()
    worker.locator("dialog form [type=submit]").click()
    with worker.expect_download() as coming:
        worker.get_by_role("link", name="下载 PDF").click()
    content = coming.value.path().read_bytes()
    assert content.startswith(b"%PDF-")
    if folder := os.environ.get("SHEGONG_PICTURES"):
        coming.value.save_as(f"{folder}/growth.pdf")
