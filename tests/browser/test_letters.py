"""A target letter in real browsers: issued by the city, accepted and filled in by the county on a phone, its
progress seen, scored and explained, objected to, ruled on and settled; and printed.
"""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from shegong.kernel import clock
from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.papers import picture_of

pytestmark = pytest.mark.browser
READY_MS = 15_000
PROOF = {"name": "到账凭证.jpg", "mimeType": "image/jpeg", "buffer": picture_of(300, 200)}


def sheet_of(tab: Page, opener: str) -> Locator:
    tab.get_by_role("link", name=opener, exact=True).first.click()
    sheet = tab.locator("dialog[open]")
    sheet.wait_for()
    return sheet


def ask(city: Page, code: str, title: str, weight: int, target: str, **chosen: str) -> None:
    """Write an item of the draft that is open."""
    sheet = sheet_of(city, "新条目")
    sheet.locator("[name=code]").fill(code)
    sheet.locator("[name=title]").fill(title)
    sheet.locator("[name=weight]").fill(str(weight))
    sheet.locator("[name=target]").fill(target)
    for name, value in chosen.items():
        field = sheet.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    sheet.get_by_role("button", name="保存").click()
    expect(city.locator("main .row-title", has_text=title)).to_be_visible()


def test_a_letter_from_draft_to_final_score(open_tab: Opener, live_site: Site, tmp_path: Path) -> None:
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/letters/")
    sheet = sheet_of(city, "新责任书")
    sheet.locator("[name=programme]").select_option("all_ages")
    sheet.locator("[name=party]").select_option(label="锦江区")
    sheet.locator("[name=read_on]").fill(clock.today().isoformat())
    sheet.get_by_role("button", name="建立").click()
    expect(city.get_by_role("heading", level=1, name=re.compile("锦江区.*全龄友好重点任务责任书"))).to_be_visible()
    ask(city, "R1", "运行中的社工室", 60, "1000", indicator="network.rooms_running", zero="0", clause="plan#coverage")
    city.get_by_role("button", name="下达").click()
    expect(city.get_by_text("权重合计应为 100，现为 60。")).to_be_visible()
    by_hand = {"collection": "manual", "evidence": "拨款文件", "unit": "万元", "formula": "at_least", "cap": "50"}
    ask(city, "M1", "配套资金", 40, "200", zero="100", clause="plan#operation", **by_hand)
    city.get_by_role("button", name="下达").click()
    expect(city.locator("main .chip", has_text="待签收").first).to_be_visible()
    page = city.url.partition("#")[0]

    county = sign_in(open_tab(), live_site, "county")
    county.goto("/letters/?state=mine")
    county.locator("main .rows a", has_text="全龄友好").first.click()
    assert county.url == page
    county.get_by_role("button", name="签收").click()
    expect(county.locator("main .chip", has_text="履行中").first).to_be_visible()
    sheet = sheet_of(county, "填报")
    sheet.locator("[name=value]").fill("150")
    sheet.get_by_role("button", name="填报").click()
    expect(sheet.locator(".invalid-feedback, .errorlist, [role=alert]").first).to_be_visible()  # no proof, no entry
    expect(sheet.locator("[name=value]")).to_have_value("150")
    sheet.locator("input[type=file]").set_input_files(PROOF)
    sheet.get_by_role("button", name="填报").click()
    expect(county.get_by_role("link", name="到账凭证.jpg").first).to_be_visible()
    expect(county.get_by_text("按这一天的数会得")).to_be_visible()
    expect(county.get_by_text("应有进度").first).to_be_visible()
    assert county.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    city.goto(page)
    city.get_by_role("button", name="评分并冻结").click()
    expect(city.locator("main .chip", has_text="已评分，异议期").first).to_be_visible()
    # 40 points, at most half of them, half of the way from 100 to 200.
    expect(city.locator("#item-M1 .figures")).to_have_text(re.compile(r"10\.00\s*/ 40"))
    words = city.locator("main", has_text="合计").inner_text()
    told = re.search(r"合计：([\d.]+) \+ ([\d.]+) = ([\d.]+)", words)
    assert told and round(float(told[1]) + float(told[2]), 2) == float(told[3])

    county.goto(page)
    county.locator("#item-M1").get_by_role("link", name="提出异议").click()
    sheet = county.locator("dialog[open]")
    sheet.locator("[name=wanted]").fill("200")
    sheet.locator("[name=reason]").fill("一笔 50 万元漏计，凭证附后。")
    sheet.locator("input[type=file]").set_input_files(PROOF)
    sheet.get_by_role("button", name="提交异议").click()
    expect(county.locator("main .chip", has_text="异议处理中").first).to_be_visible()

    city.goto("/letters/?state=mine")
    city.get_by_role("link", name=re.compile("锦江区.*全龄友好")).first.click()
    city.goto(page)
    sheet = sheet_of(city, "裁定")
    sheet.locator("[name=answer]").fill("凭证属实，同意更正。")
    sheet.get_by_role("button", name="确定").click()
    expect(city.locator("#item-M1 .figures")).to_have_text(re.compile(r"40\.00\s*/ 40"))
    expect(city.locator("#item-M1")).to_contain_text("冻结得分 10.00")

    county.goto(page)
    county.get_by_role("button", name="认可得分").click()
    expect(county.locator("main .chip", has_text="已定分").first).to_be_visible()
    expect(county.get_by_text("最终得分").first).to_be_visible()
    final = round(float(told[1]) + 40, 2)
    expect(county.get_by_text(f"{final:.2f}").first).to_be_visible()

    county.get_by_role("link", name="PDF").click()
    county.get_by_role("button", name="制作 PDF").click()
    download = county.get_by_role("link", name="下载 PDF")
    download.wait_for(timeout=READY_MS)
    with county.expect_download() as coming:
        download.click()
    coming.value.save_as(tmp_path / "letter.pdf")
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO((tmp_path / "letter.pdf").read_bytes())).pages)
    assert "全龄友好重点任务责任书" in text and f"{final:.2f}" in text and "凭证属实" in text


def test_who_has_no_letter_finds_none(open_tab: Opener, live_site: Site) -> None:
    head = sign_in(open_tab(), live_site, "head")
    head.goto("/standards/")
    expect(head.get_by_role("link", name="目标责任书")).to_have_count(0)
    liaison = sign_in(open_tab(), live_site, "liaison")
    liaison.goto("/letters/")
    expect(liaison.locator("main .rows a").first).to_contain_text("成都市民政局")
    assert re.search(r"\d", live_site.command("reading", "appraisal.letter_items_on_pace"))
    assert re.search(r"\d", live_site.command("reading", "appraisal.letter_score"))
