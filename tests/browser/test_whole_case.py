"""A whole case in the browser: asked for on the portal, accepted, assessed, planned, approved by others, served three
times, measured again, closed, followed up; and the numbers move at room, town, county and city.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.browser.test_intake import ask_for_help, is_accessible

pytestmark = pytest.mark.browser

NEED = "老伴走后一个人，三个月没下楼，饭也懒得做"
# Whose own station is the room, the town's, the county's and the city's.
LEVELS = ("worker", "head", "county", "city")
# What is read of each indicator, and by how much it grows: one person, three and a half hours, a case asked for,
# accepted, opened, closed and improved, one goal score more, two assessments.
GROWN = {
    ("enquiries", "value"): 1,
    ("enquiries_accepted", "value"): 1,
    ("persons_served", "value"): 1,
    ("service_hours", "value"): 3.5,
    ("cases_opened", "value"): 1,
    ("cases_closed", "value"): 1,
    ("cases_improved", "numerator"): 1,
    ("goal_score", "denominator"): 1,
    ("assessments", "value"): 2,
}
SESSIONS = ("陪伴下楼，在小区走一圈", "和邻居一起做饭", "参加银龄茶话会")
# The goal's five levels, from much worse to much better than expected.
STAIRS = ("完全不出门", "一月一两次", "每周一次", "每周三次", "天天下楼")


Numbers = dict[tuple[str, str], float]


def readings(tabs: dict[str, Page]) -> dict[str, Numbers]:
    """{role: {(indicator, part of the reading): this year's number of the role's own station}}."""
    return {role: {what: number(tab, *what) for what in GROWN} for role, tab in tabs.items()}


def number(tab: Page, code: str, part: str) -> float:
    answer = tab.request.get(f"/api/v1/readings?code=practice.{code}")
    assert answer.ok, answer.text()
    return float(answer.json()[part] or 0)


def sheet_of(tab: Page, button: str) -> Locator:
    """The sheet that a link of the page opens."""
    tab.get_by_role("link", name=button).first.click()
    form = tab.locator("dialog form")
    expect(form).to_be_visible()
    return form


def send(tab: Page, form: Locator, button: str) -> None:
    """Save a sheet; the page comes anew."""
    with tab.expect_navigation():
        form.get_by_role("button", name=button, exact=True).click()


def write_stage_sheet(tab: Page, title: str) -> None:
    """The form of the present stage from the button below the checklist: every text, and what else it asks for."""
    tab.get_by_role("link", name=f"写{title}").click()
    form = tab.locator("main form[data-draft], dialog form[data-draft]").first
    for text in form.locator("textarea:visible").all():
        text.fill("丧偶独居，情绪低落；女儿在外地，邻居愿意帮忙。")
    for name, value in (("frequency", "每周一次，三个月"), ("witness", "社区李主任")):
        if form.locator(f"[name={name}]").count():
            form.locator(f"[name={name}]").fill(value)
    if form.locator("[name=limits_told]").count():
        form.locator("[name=limits_told]").check()
    for name, value in (("risk", "2"), ("satisfaction", "5")):
        if form.locator(f"[name={name}]").count():
            form.locator(f"[name={name}][value='{value}']").check()
    send(tab, form, "保存并签名")


def assess(tab: Page, bad: bool) -> None:
    """The needs assessment for older people, by way of the case's page; back on the case when saved."""
    tab.get_by_role("link", name="做需求评估").click()
    expect(tab.locator("h1")).to_have_text("老年人需求评估表")
    for item in tab.locator("[data-item]:visible").all():
        options = item.locator("input[type=radio]")
        if options.count():
            options.nth(1 if bad and options.count() > 2 else 0).check()
    with tab.expect_navigation():
        tab.get_by_role("button", name="保存评估").click()


def rate(tab: Page, button: str, level: int) -> None:
    form = sheet_of(tab, button)
    form.locator(f"[name=level][value='{level}']").check()
    send(tab, form, "保存")


def plan(tab: Page) -> str:
    """A goal with its five levels and where it starts, and a refined service; the service's name."""
    tab.get_by_role("link", name="写目标").click()
    for name, words in (
        ("statement", "每周至少下楼三次"),
        ("measure", "社工每周电话核对"),
        ("baseline", "三个月没下楼"),
    ):
        tab.fill(f"[name={name}]", words)
    for number, words in enumerate(STAIRS, 1):
        tab.fill(f"[name=level_{number}]", words)
    send(tab, tab.locator("main form").filter(has=tab.locator("[name=statement]")), "保存")
    rate(tab, "评定起点", -2)
    form = sheet_of(tab, "计划一项服务")
    refined = form.locator("[name=service_id] option", has_text=re.compile(r"^E\d\d ")).first
    name = refined.inner_text()
    form.locator("[name=service_id]").select_option(label=name)
    send(tab, form, "保存")
    return name.partition(" ")[2]


def serve(tab: Page, service: str, words: str) -> None:
    """One session of an hour from the case's page."""
    tab.get_by_role("link", name="记录服务").click()
    form = tab.locator("dialog form[data-record]")
    expect(form.locator("[name=case_id]")).not_to_have_value("")
    unfold(form)
    choice = form.locator(".choice", has_text=service).first
    if not choice.is_visible():
        form.locator("[data-services] > summary").click()
    choice.click()
    fill_session(form, minutes=60, words=words)
    form.get_by_role("button", name="保存", exact=True).click()
    expect(tab.locator("dialog")).to_contain_text("已记录")


def unfold(form: Locator) -> None:
    """What the sheet knows already is folded to one line."""
    known = form.locator("details.known:not([open]) > summary")
    if known.count():
        known.click()


def fill_session(form: Locator, *, minutes: int, words: str) -> None:
    """How long, from now on, and what was done."""
    unfold(form)
    form.locator("[name=minutes]").fill(str(minutes))
    form.locator("[name=started_at]").fill(datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M"))
    form.locator("[name=summary]").fill(words)


def approve(tab: Page, name: str, kind: str) -> None:
    """What waits on one's first page is looked at and approved."""
    tab.goto("/")
    row = tab.locator("main li", has_text=kind).filter(has_text=name)
    row.get_by_role("link", name=name).click()
    form = sheet_of(tab, "审批")
    form.get_by_text("批准", exact=True).click()
    send(tab, form, "保存决定")


def follow_up(tab: Page) -> None:
    """The first follow-up after closure, by telephone for half an hour."""
    waiting = tab.locator("#follow-ups li").filter(has_text="待回访")
    expect(waiting).to_have_count(3)
    tab.get_by_role("link", name="记录回访").click()
    form = tab.locator("dialog form[data-record]")
    expect(form.locator("[name=case_id]")).not_to_have_value("")
    fill_session(form, minutes=30, words="电话回访：仍每天下楼")
    form.get_by_role("button", name="保存", exact=True).click()
    expect(tab.locator("dialog")).to_contain_text("已记录")
    tab.reload()
    expect(waiting).to_have_count(2)
    expect(tab.locator("#follow-ups")).to_contain_text("已回访")


def moved(before: dict[str, Numbers], after: dict[str, Numbers]) -> None:
    """The same growth at every level."""
    for role in LEVELS:
        found = {what: round(after[role][what] - before[role][what], 2) for what in GROWN}
        assert found == GROWN, role


def test_an_enquiry_becomes_a_case_that_ends_well_and_counts_at_every_level(open_tab: Opener, live_site: Site) -> None:
    tabs = {role: sign_in(open_tab(DESK), live_site, role) for role in LEVELS[1:]}
    worker = tabs["worker"] = sign_in(open_tab(), live_site, "worker")
    before = readings(tabs)
    name = "郑明芳"
    ask_for_help(open_tab(), live_site, need=NEED, name=name, phone="15400000078")

    worker.goto("/")
    worker.get_by_role("link", name=name).click()
    form = sheet_of(worker, "接案")
    form.locator("[name=group]").select_option(label="老年人")
    form.locator("[name=supervisor]").select_option(label=live_site.accounts["supervisor"]["display_name"])
    send(worker, form, "接案")
    address = worker.url.replace(live_site.address, "")

    write_stage_sheet(worker, "接案表与服务协议")
    worker.get_by_role("button", name="进入“预估”").click()
    assess(worker, bad=True)
    write_stage_sheet(worker, "预估表")
    worker.get_by_role("button", name="进入“计划”").click()
    service = plan(worker)
    write_stage_sheet(worker, "服务计划")
    worker.get_by_role("button", name="计划送审").click()
    expect(worker.locator("#approvals")).to_contain_text("等待审批")
    is_accessible(worker)

    approve(sign_in(open_tab(DESK), live_site, "supervisor"), name, "服务计划")
    for words in SESSIONS:
        worker.goto(address)
        serve(worker, service, words)
    worker.goto(address)
    expect(worker.locator("#services")).to_contain_text(f"已做 {len(SESSIONS)}")
    worker.get_by_role("button", name="进入“评估”").click()
    assess(worker, bad=False)
    rate(worker, "再评定", 1)
    expect(worker.locator("#goals")).to_contain_text("T 分 60.0")
    expect(worker.locator("#goals")).to_contain_text("有改善")
    write_stage_sheet(worker, "评估表")
    form = sheet_of(worker, "结案送审")
    form.locator("[name=close_reason]").select_option(label="目标达成")
    form.locator("[name=summary]").fill("能自己下楼、做饭，和邻居有来往。")
    send(worker, form, "送审")
    approve(tabs["head"], name, "结案")

    worker.goto(address)
    follow_up(worker)
    is_accessible(worker)
    assert worker.evaluate("document.documentElement.scrollWidth <= innerWidth")
    moved(before, readings(tabs))
