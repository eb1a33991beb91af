"""At the residents' door: help asked without an account reaches a worker and the answer the resident; and somebody's
own data are handed out and then deleted, without anybody but the own station having to be met.
"""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.browser.test_intake import ask_for_help, is_accessible
from tests.browser.walk import KEY

pytestmark = pytest.mark.browser
NAME = "南宫问月"


def follow(resident: Page, number: str, code: str) -> None:
    """Look up what became of something."""
    resident.goto("/help/state/")
    resident.fill("[name=number]", number)
    resident.fill("main form:has([name=number]) [name=code]", code)
    resident.get_by_role("button", name="查询").click()


def test_help_asked_at_the_door_reaches_a_worker_and_the_answer_the_resident(open_tab: Opener, live_site: Site) -> None:
    resident = open_tab()
    number, code = ask_for_help(resident, live_site, need="想找人说说话", name="端木春", phone="15400000066")

    worker = sign_in(open_tab(DESK), live_site, "worker")
    worker.get_by_role("link", name="端木春").click()
    said = worker.locator("#asker-words")
    said.locator("[name=text]").fill("明天上午十点来看您，可以吗？")
    said.get_by_role("button", name="回复").click()
    expect(said).to_contain_text("明天上午十点")

    follow(resident, number, code)
    expect(resident.locator(".words")).to_contain_text("明天上午十点")
    is_accessible(resident)
    resident.fill("[name=text]", "可以，<b>谢谢</b>")
    resident.get_by_role("button", name="留言").click()
    expect(resident.locator("main")).to_contain_text("已送到")
    worker.goto("/asker-words/")
    worker.get_by_role("link", name="端木春").click()
    expect(worker.locator("#asker-words")).to_contain_text("可以，<b>谢谢</b>")


def left(resident: Page, station: str, kind: str) -> tuple[str, str]:
    """A request about own data at a station; number and code."""
    resident.goto("/door/")
    resident.get_by_role("link", name="我的信息").click()
    resident.get_by_role("link", name="留下请求").click()
    resident.fill("[name=q]", station)
    resident.get_by_role("button", name="查找").click()
    resident.get_by_role("link", name=station, exact=True).first.click()
    resident.get_by_text(kind, exact=True).first.click()
    resident.fill("[name=name]", NAME)
    resident.fill("[name=phone]", "15400000055")
    is_accessible(resident)
    resident.get_by_role("button", name="提交请求").click()
    number, code = (resident.locator(f"[data-{each}]").inner_text() for each in ("number", "code"))
    return number, code


def let_through(worker: Page, number: str, file_number: str) -> None:
    """The worker has seen the identity card."""
    worker.goto("/data-requests/")
    worker.locator(".rows li", has_text=number.replace(" ", "")).get_by_role("link").click()
    worker.get_by_role("link", name="核对身份").click()
    worker.fill("[name=file_number]", file_number)
    worker.get_by_text("我已当面看过").click()
    worker.get_by_role("button", name="确认是本人").click()


def test_own_data_are_handed_out_and_deleted(open_tab: Opener, live_site: Site, tmp_path: Path) -> None:
    resident, worker = open_tab(), sign_in(open_tab(DESK), live_site, "worker")
    station = live_site.accounts["worker"]["at"]
    worker.goto("/clients/new/")
    worker.fill("[name=name]", NAME)
    worker.locator("main form:not([role=search]) [type=submit]").last.click()
    worker.wait_for_url(re.compile(rf"/clients/{KEY}/$"))
    found = re.search(r"[A-Z]+-\d+(?:-\d+)+", worker.inner_text("main"))
    assert found is not None

    number, _code = left(resident, station, "查看和下载")
    let_through(worker, number, found[0])
    handed = worker.locator("[data-open-code]").inner_text()
    resident.goto("/door/own-data/")
    resident.fill("[name=number]", number)
    resident.fill("[name=code]", handed)
    resident.get_by_role("button", name="看我的信息").click()
    expect(resident.locator("main")).to_contain_text(NAME)
    is_accessible(resident)
    with resident.expect_download() as file:
        resident.get_by_role("button", name="下载数据文件").click()
    file.value.save_as(tmp_path / "own.json")
    assert json.loads((tmp_path / "own.json").read_text("utf-8"))["number"] == found[0]

    number, code = left(resident, station, "删除")
    let_through(worker, number, found[0])
    dpo = sign_in(open_tab(DESK), live_site, "dpo")
    dpo.goto("/data-requests/?state=decided")
    dpo.locator(".rows li", has_text=number.replace(" ", "")).get_by_role("link").click()
    dpo.get_by_role("link", name="待答复").click()
    address = dpo.url
    dpo.goto(f"{address}answer/")
    dpo.select_option("[name=outcome]", "granted")
    dpo.fill("[name=answer]", "已删除。")
    dpo.locator("main form [type=submit]").last.click()
    dpo.wait_for_url(address)
    dpo.locator("form[action$='/erasure/'] [type=submit]").click()
    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/protection/erasures/")
    way = county.locator(f"main .rows li:has-text('{found[0]}') a[href$='/approve/']").first.get_attribute("href")
    county.goto(str(way))
    for box in county.locator("main form input[type=checkbox]").all():
        box.check()
    county.locator("main form [type=submit]").last.click()
    follow(resident, number, code)
    expect(resident.locator("main")).to_contain_text("已照办")
    worker.goto(f"/clients/?q={found[0]}")
    expect(worker.locator("main")).not_to_contain_text(NAME)
