"""A group of eight from proposal to summary, and an activity of sixty with walk-ins; the board counts them at once."""

import json
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser


def reading(site: Site, code: str) -> float:
    """An indicator of this year, by the command."""
    return float(json.loads(site.command("reading", code, "--json"))["value"])


def days_ago(count: int) -> str:
    return (date.today() - timedelta(days=count)).isoformat()


def pick_group_service(tab: Page) -> None:
    tab.locator("[name=service_id]").select_option(index=0)


def find_people(tab: Page, wanted: int) -> int:
    """Tick people found by their initials until there are enough."""
    ticked = tab.locator("#gathering-people input:checked")
    for letter in "wlzcyhxtdgs":
        tab.locator("[name=who]").fill("")
        with tab.expect_response(re.compile("/groups/people/")):
            tab.locator("[name=who]").press_sequentially(letter)
        expect(tab.locator("#gathering-people")).not_to_have_class(re.compile("htmx-request"))
        tab.wait_for_timeout(150)
        boxes = tab.locator("#gathering-people .choice:not(:has(:checked))")
        while ticked.count() < wanted and boxes.count():
            boxes.first.click()
        if ticked.count() >= wanted:
            break
    return ticked.count()


def test_a_group_of_eight_with_six_sessions(open_tab: Opener, live_site: Site) -> None:
    before = reading(live_site, "practice.person_times")
    worker = sign_in(open_tab(), live_site, "worker")
    worker.goto("/groups/new/")
    worker.fill("[name=title]", "银龄手机小组")
    worker.get_by_text("成长小组").click()
    pick_group_service(worker)
    for name, words in (("aim", "学会视频通话"), ("criteria", "60 岁以上"), ("risk", "防诈骗提醒")):
        worker.fill(f"[name={name}]", words)
    worker.fill("[name=budget]", "茶点 160\n资料 40")
    worker.fill("[name=first_on]", days_ago(12))
    worker.get_by_role("button", name="送审").click()
    expect(worker.locator(".notice")).to_contain_text("等另一位负责人批准")
    address = worker.url.replace(live_site.address, "")

    head = sign_in(open_tab(), live_site, "head")
    head.get_by_role("link", name="银龄手机小组").click()
    head.get_by_role("link", name="审批").click()
    head.locator("dialog").get_by_text("批准", exact=True).click()
    head.locator("dialog").get_by_role("button", name="确定").click()
    expect(head.locator("main")).to_contain_text("招募中")

    worker.goto(address + "join/")
    assert find_people(worker, 8) == 8
    worker.get_by_role("button", name="报名").click()
    accept = worker.get_by_role("button", name="入组")
    for left in range(8, 0, -1):
        expect(accept).to_have_count(left)
        accept.first.click()
    worker.get_by_role("link", name="排好全部节次").click()
    sheet = worker.locator("dialog")
    sheet.locator("[name=weeks]").fill("1")
    sheet.get_by_role("button", name="排好").click()
    rows = worker.locator("a[href^='/sessions/']:not([href*='new'])")
    expect(rows).to_have_count(6)
    for number, link in enumerate([each.get_attribute("href") or "" for each in rows.all()]):
        hold_session(worker, link, number)
    expect(worker.locator("main")).to_contain_text("7 人到场")
    assert reading(live_site, "practice.person_times") == before + 6 * 7

    worker.get_by_role("link", name="前后测与成效").click()
    for box in worker.locator("[name^=pre_]").all():
        box.fill("3")
    for box in worker.locator("[name^=post_]").all():
        box.fill("8")
    worker.get_by_role("button", name="保存").click()
    worker.get_by_role("link", name="总结小组").click()
    worker.fill("[name=outcome]", "八位组员都能自己打视频电话。")
    worker.fill("[name=satisfaction]", "4.8")
    worker.get_by_role("button", name="总结小组").click()
    expect(worker.locator("main")).to_contain_text("已总结")
    expect(worker.locator("main")).to_contain_text("3.0 → 8.0")
    assert worker.evaluate("document.documentElement.scrollWidth <= innerWidth")


def hold_session(tab: Page, link: str, number: int) -> None:
    """Plan a session and hold it; the first of the members was away."""
    tab.goto(link)
    tab.get_by_role("link", name="写计划").click()
    sheet = tab.locator("dialog")
    sheet.locator("[name=starts_at]").fill(f"{days_ago(11 - number)}T09:30")
    sheet.locator("[name=aims]").fill("学一个功能")
    sheet.locator("[name=flow]").fill("复习，演示，练习，小结")
    sheet.get_by_role("button", name="保存计划").click()
    rows = tab.locator(".attendance-row")
    expect(rows).to_have_count(8)
    rows.first.get_by_text("缺席", exact=True).click()
    tab.locator("[name=content]").fill("练习视频通话。")
    tab.get_by_role("button", name="保存这一节").click()
    expect(tab.locator(".toast, [role=status]").first).to_be_attached()
    tab.wait_for_url(re.compile("/groups/"))


def test_an_activity_of_sixty_with_walk_ins(open_tab: Opener, live_site: Site) -> None:
    before = reading(live_site, "practice.person_times")
    tab = sign_in(open_tab(DESK), live_site, "worker")
    tab.goto("/activities/new/")
    tab.fill("[name=title]", "秋日邻里节")
    tab.locator("[name=service_id]").select_option(index=0)
    for name, words in (
        ("purpose", "邻里相识"),
        ("target", "居民"),
        ("venue", "广场"),
        ("flow", "游园"),
        ("safety", "急救箱"),
    ):
        tab.fill(f"[name={name}]", words)
    tab.fill("[name=starts_at]", f"{days_ago(1)}T09:30")
    tab.fill("[name=expected]", "45")
    tab.get_by_role("button", name="提交").click()
    expect(tab.locator("main")).to_contain_text("待开展")
    tab.get_by_role("link", name="居民", exact=True).click()
    tab.locator("dialog [name=name]").fill("陈静")
    tab.locator("dialog [name=phone]").fill("13800000000")
    tab.locator("dialog").get_by_role("button", name="报名").click()
    expect(tab.locator("main")).to_contain_text("138****0000")
    tab.get_by_role("link", name="记到场").click()
    tab.locator("label", has_text="陈静").click()
    came = find_people(tab, 9)
    tab.fill("[name=walk_in_count]", str(59 - came))
    tab.fill("[name=content]", "居民踊跃，认识了新邻居。")
    tab.get_by_role("button", name="保存到场").click()
    expect(tab.locator(".week")).to_contain_text("60")
    assert reading(live_site, "practice.person_times") == before + 60
    tab.get_by_role("link", name="总结活动").click()
    tab.fill("[name=outcome]", "六十位居民互相认识。")
    tab.get_by_role("button", name="总结活动").click()
    expect(tab.locator("main")).to_contain_text("已总结")
