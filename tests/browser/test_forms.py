"""Forms from data in a real browser: skip logic, repeats, drafts, a large form, and a round through XLSForm."""

import base64
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.catalogue.books import workbook

pytestmark = pytest.mark.browser

QUESTIONS = 150


def large_form() -> bytes:
    """150 questions in sections; each third depends on the one before, each section sums up its own."""
    rows: list[tuple[str, ...]] = [("type", "name", "label", "relevant", "calculation", "constraint", "required")]
    for section in range(10):
        rows.append(("begin_group", f"part{section}", f"第 {section} 部分", "", "", "", ""))
        for number in range(QUESTIONS // 10):
            name, before = f"q{section}_{number}", f"q{section}_{number - 1}"
            relevant = f"${{{before}}} > 2" if number % 3 == 2 else ""
            rows.append(("integer", name, f"问题 {section}-{number}", relevant, "", ". >= 0 and . <= 9", ""))
        total = " + ".join(f"coalesce(${{q{section}_{number}}}, 0)" for number in range(QUESTIONS // 10))
        rows += [("calculate", f"sum{section}", "", "", total, "", ""), ("end_group", "", "", "", "", "", "")]
    grand = " + ".join(f"${{sum{section}}}" for section in range(10))
    rows += [
        ("calculate", "total", "", "", grand, "", ""),
        ("note", "told", "合计 ${total}", "${total} > 0", "", "", ""),
    ]
    settings = [("form_title", "form_id"), ("一百五十题", "large")]
    return workbook({"survey": rows, "settings": settings})


def call(site: Site, role: str, path: str, body: Any = None) -> Any:
    account = site.accounts[role]
    token = json.loads(_ask(site, "/tokens", {**account_of(account), "name": "forms"}, None))["token"]
    return json.loads(_ask(site, path, body, token))


def account_of(account: dict[str, str]) -> dict[str, str]:
    return {"username": account["username"], "password": account["password"]}


def _ask(site: Site, path: str, body: Any, token: str | None) -> bytes:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{site.address}/api/v1{path}", content, headers)) as answer:
        found: bytes = answer.read()
    return found


def client_address(tab: Page) -> str:
    tab.goto("/clients/")
    return str(tab.locator(".rows .row-title a").first.get_attribute("href"))


def asked(tab: Page, name: str) -> Any:
    return tab.locator(f'[data-item="{name}"]')


@pytest.fixture
def phone(open_tab: Opener, live_site: Site) -> Iterator[Page]:
    yield sign_in(open_tab(), live_site, "worker")


def test_questions_come_and_go_and_errors_stand_beside_them(phone: Page) -> None:
    client = client_address(phone)
    phone.goto(f"{client}assessments/new/?form=needs-older")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    expect(asked(phone, "grief")).to_be_hidden()
    phone.locator("[name=q-bereaved][value=yes]").check()
    expect(asked(phone, "grief")).to_be_visible()
    phone.locator("[name=q-bereaved][value=no]").check()
    expect(asked(phone, "grief")).to_be_hidden()
    phone.fill("[name=q-falls]", "99")
    phone.locator("[name=q-falls]").blur()
    expect(asked(phone, "falls").locator(".field-error")).to_be_visible()
    phone.fill("[name=q-falls]", "1")
    phone.locator("[name=q-falls]").blur()
    expect(asked(phone, "falls").locator(".field-error")).to_have_count(0)
    phone.get_by_role("button", name="保存评估").click()
    expect(asked(phone, "health").locator(".field-error")).to_be_visible()
    assert phone.url.endswith("form=needs-older")


def test_a_repeat_grows_shrinks_and_comes_back_from_a_draft(phone: Page) -> None:
    client = client_address(phone)
    phone.goto(f"{client}assessments/new/?form=needs-low-income")
    turns = phone.locator("[data-turn]")
    before = turns.count()
    for _click in range(2):
        phone.locator("[data-add-turn]").click()
    for number, name in enumerate(("母亲", "长子", "次女")[: before + 2]):
        phone.fill(f"[name='q-members.{number}.member']", name)
    phone.fill("[name=q-income]", "1000")
    phone.fill("[name=q-spending]", "2500")
    expect(asked(phone, "gap")).to_contain_text("1500")
    turns.nth(0).locator("[data-remove-turn]").click()
    expect(turns).to_have_count(before + 1)
    expect(phone.locator("[name='q-members.0.member']")).to_have_value("长子")
    phone.wait_for_timeout(800)  # drafts are kept a moment after the last sign
    phone.reload()
    expect(phone.locator("[name='q-members.1.member']")).to_have_value("次女")
    expect(asked(phone, "gap")).to_contain_text("1500")


def test_a_form_of_150_questions_from_xlsform(open_tab: Opener, live_site: Site, tmp_path: Path, phone: Page) -> None:
    file = tmp_path / "large.xlsx"
    file.write_bytes(large_form())
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/forms/import/")
    city.set_input_files("[name=file]", file)
    city.get_by_role("button", name="检查").click()
    city.get_by_role("button", name="存为草稿").click()
    city.get_by_role("button", name="启用").click()
    expect(city.get_by_text("已启用第").first).to_be_visible()
    client = client_address(phone)
    phone.goto(f"{client}assessments/new/?form=large")
    assert phone.locator("[data-questions] input[type=number]").count() == QUESTIONS
    expect(asked(phone, "q0_2")).to_be_hidden()
    for section in range(10):
        phone.fill(f"[name=q-q{section}_1]", "3")
    for section in range(10):
        expect(asked(phone, f"q{section}_2")).to_be_visible()
    phone.fill("[name=q-q4_2]", "5")
    expect(asked(phone, "told")).to_contain_text("合计 35")
    phone.fill("[name=q-q4_1]", "1")
    expect(asked(phone, "told")).to_contain_text("合计 28")
    expect(phone.locator("[data-answered-words]")).to_have_text(re.compile(r"已答 10 / \d+"))
    phone.get_by_role("button", name="保存评估").click()
    expect(phone.get_by_text("评估已保存").first).to_be_visible()
    expect(phone.locator(".answers dt")).to_have_count(10)
    listed = call(live_site, "city", "/instruments?limit=100")["items"]
    large = next(each for each in listed if each["code"] == "large")
    content = base64.b64decode(call(live_site, "city", f"/instruments/{large['id']}/xlsform")["content"])
    assert content.startswith(b"PK")


def test_without_script_the_server_asks_for_what_is_missing(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(java_script_enabled=False), live_site, "worker")
    client = client_address(tab)
    tab.goto(f"{client}assessments/new/?form=needs-low-income")
    before = tab.locator("[data-turn]").count()
    tab.locator("[data-add-turn]").click()
    expect(tab.locator("[data-turn]")).to_have_count(before + 1)
    tab.get_by_role("button", name="保存评估").click()
    expect(tab.locator("[data-error-summary] a").first).to_be_visible()
    expect(tab.locator('[data-item="income"] .field-error')).to_be_visible()


def test_a_survey_from_head_to_residents(open_tab: Opener, live_site: Site) -> None:
    head = sign_in(open_tab(DESK), live_site, "head")
    head.goto("/surveys/new/")
    head.fill("[name=title]", "邻里需求")
    head.get_by_role("button", name="建立").click()
    head.get_by_role("button", name="生成共享链接").click()
    address = head.locator(".survey-address").first.inner_text()
    resident = open_tab()
    resident.goto(address)
    for name in ("age_band", "care_old", "care_child", "counselling", "relief", "know"):
        resident.locator(f"[name=q-{name}]").first.check()
    resident.locator("[name=q-troubles]").first.check()
    resident.get_by_role("button", name="提交").click()
    expect(resident.get_by_text("谢谢您的回答")).to_be_visible()
    head.reload()
    expect(head.locator(".number-card").first).to_contain_text("1")
