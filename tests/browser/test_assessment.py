"""A round of third-party assessment in real browsers: planned, its seed published, drawn, assigned without interests,
scored by two assessors on phones, settled, graded, and put out for everybody.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.papers import picture_of

pytestmark = pytest.mark.browser
TITLE = "总站专项评估"
HUB = "CD-0104"


def step(city: Page, page: str, name: str) -> None:
    """Press a button of the round's page."""
    city.goto(page)
    city.locator(".page-actions").get_by_role("button", name=name).click()


def ask(city: Page, page: str, name: str, **typed: str) -> None:
    """Open a sheet of the round's page, fill it and send it."""
    city.goto(page)
    city.locator("main").get_by_role("link", name=name).first.click()
    sheet = city.locator("dialog[open]")
    for field, value in typed.items():
        control = sheet.locator(f"[name={field}]")
        if control.first.evaluate("each => each.tagName") == "SELECT":
            named = control.locator("option", has_text=value).first.get_attribute("value")
            control.select_option(value=named)
        elif control.first.get_attribute("type") == "radio":
            sheet.locator(f"label:has([name={field}][value={value}])").click()
        else:
            control.fill(value)
    sheet.locator("button[type=submit]").click()
    expect(sheet).to_have_count(0)


def plan(city: Page) -> str:
    """A round over the hubs, from the list to its page."""
    today = date.today()
    city.goto("/rounds/new/")
    city.fill("[name=title]", TITLE)
    city.locator("label:has([name=tiers][value=station])").click()
    city.locator("label:has([name=tiers][value=hub])").click()
    city.locator("[name=hubs]").select_option(index=0)
    city.fill("[name=share]", "100")
    for field, days in (("records_since", -200), ("records_last", -1), ("since", -1), ("last", 20)):
        city.fill(f"[name={field}]", (today + timedelta(days=days)).isoformat())
    city.fill("[name=weight_town]", "20")
    city.get_by_role("button", name="保存方案").click()
    expect(city.get_by_text("五方权重合计应为 100").first).to_be_visible()
    city.fill("[name=weight_town]", "10")
    city.get_by_role("button", name="保存方案").click()
    expect(city.get_by_role("heading", name=TITLE)).to_be_visible()
    return city.url


def score(tab: Page, *, photo: bool = False, share: float = 0.9) -> None:
    """Fill the sheet that waits for this round and hand it in."""
    tab.goto("/score-sheets/")
    tab.locator("main .rows li", has_text=TITLE).get_by_role("link").first.click()
    tab.get_by_role("button", name="提交评分表").click()
    expect(tab.get_by_text("请评分。").first).to_be_visible()
    for field in tab.locator("[name^=points-]").all():
        most = re.search(r"满分 (\d+)", tab.locator(f"label[for={field.get_attribute('id')}]").inner_text())
        assert most is not None
        field.fill(f"{int(most[1]) * share:g}")
    if photo:
        picture = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture_of(300, 200)}
        tab.locator("input[type=file]").first.set_input_files(picture)
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab.get_by_role("button", name="提交评分表").click()
    expect(tab.get_by_text("评分表已提交").first).to_be_visible()


def test_a_round_from_its_plan_to_the_published_report(open_tab: Opener, live_site: Site) -> None:
    city = sign_in(open_tab(DESK), live_site, "city")
    page = plan(city)
    ask(city, page, "新条目", rater="镇", code="T9", title_zh="试", title_en="Trial", points="1")
    city.locator("#items li", has_text="T9").get_by_role("button", name="删除").click()
    for name, rater in (("许宁", "professional"), ("沈静", "professional"), ("彭涛", "financial")):
        ask(city, page, "加入评估员", account=name, rater=rater)
    ask(city, page, "公布方案", seed="开奖号 08 15 22 30")
    step(city, page, "抽样")
    expect(city.get_by_text("已按公布的种子抽样").first).to_be_visible()
    city.get_by_role("button", name="复算核对").click()
    expect(city.get_by_text("复算一致").first).to_be_visible()
    conflict(city, page)
    step(city, page, "自动分派")
    expect(city.get_by_text("已按距离和任务量分派").first).to_be_visible()
    step(city, page, "开始评估")
    score(sign_in(open_tab(), live_site, "assessor"), photo=True)
    second = sign_in(open_tab(), live_site, "assessor2")
    score(second, share=0.5)
    score(sign_in(open_tab(), live_site, "assessor3"))
    county = sign_in(open_tab(DESK), live_site, "county")
    for _sheet in range(3):
        score(county)
    step(city, page, "核定评分")
    expect(city.get_by_text("两人评分相差过大").first).to_be_visible()
    settle_all(open_tab, live_site, second, page)
    step(city, page, "核定评分")
    step(city, page, "定等级")
    ask(city, page, "公示结果", conclusion="运行规范。")
    city.goto(page)
    city.get_by_role("link", name="评估报告").click()
    city.locator("dialog[open]").get_by_role("button", name="制作 PDF").click()
    expect(city.get_by_role("link", name="下载").first).to_be_visible(timeout=30_000)
    anybody = open_tab()
    anybody.goto("/rounds/notices/")
    anybody.get_by_role("link", name=TITLE).click()
    expect(anybody.get_by_text("运行规范。")).to_be_visible()
    expect(anybody.get_by_text("开奖号 08 15 22 30").first).to_be_visible()


def conflict(city: Page, page: str) -> None:
    """The assessors' organisation turns out to be related to the one that runs the drawn hub: all must stand aside,
    until that has ended.
    """
    city.goto(f"/stations/{HUB}/")
    shown = city.locator("dt", has_text="运营").first.locator("xpath=following-sibling::dd[1]")
    agency = shown.inner_text().split("\n")[0]
    city.goto("/rounds/relations/new/")
    city.locator("[name=other]").select_option(label=agency)
    city.fill("[name=since]", "2026-01-01")
    city.get_by_role("button", name="登记").click()
    expect(city.get_by_text("今后分派时回避").first).to_be_visible()
    step(city, page, "自动分派")
    expect(city.get_by_text("没有足够的无利害关系的评估员").first).to_be_visible()
    city.get_by_role("link", name="样本与分派").click()
    expect(city.get_by_text("所在机构与站点的运营机构有登记的利害关系").first).to_be_visible()
    city.goto("/rounds/relations/")
    city.locator("main .rows li", has_text=agency).get_by_role("button", name="终止").click()
    expect(city.get_by_text("不再回避").first).to_be_visible()


def settle_all(open_tab: Opener, live_site: Site, second: Page, page: str) -> None:
    """The second proposes for each difference, the first agrees."""
    second.goto(f"{page}sample/")
    second.locator("main .row-title a").first.click()
    unit, first = second.url, sign_in(open_tab(), live_site, "assessor")
    while second.get_by_role("link", name="提议").count():
        second.get_by_role("link", name="提议").first.click()
        sheet = second.locator("dialog[open]")
        sheet.locator("[name=points]").fill("4")
        sheet.locator("[name=reason]").fill("复核台账后商定")
        sheet.locator("button[type=submit]").click()
        expect(second.get_by_text("等另一位评估员同意").first).to_be_visible()
        first.goto(unit)
        first.get_by_role("button", name="同意").first.click()
        expect(first.get_by_text("已核定").first).to_be_visible()
        second.goto(unit)
