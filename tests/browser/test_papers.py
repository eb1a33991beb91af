"""On a phone a worker attaches a photo to a case and prints its file; at the desk a head issues the month's report."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from shegong.kernel import clock
from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.papers import picture_of

pytestmark = pytest.mark.browser
READY_MS = 15_000


def open_a_case(tab: Page) -> None:
    tab.goto("/cases/?whose=all&stage=closed")
    tab.locator(".rows a").first.click()
    tab.get_by_role("link", name="拍照或添加文件").wait_for()


def test_a_worker_attaches_a_photo_and_prints_the_case_file(open_tab: Opener, live_site: Site, tmp_path: Path) -> None:
    tab = sign_in(open_tab(), live_site, "worker")
    open_a_case(tab)
    tab.get_by_role("link", name="拍照或添加文件").click()
    sheet = tab.get_by_role("dialog")
    sheet.get_by_label("选择文件").set_input_files(
        {"name": "窗口.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload='alert(1)'/>"}
    )
    sheet.get_by_label("说明").fill("厨房的窗")
    sheet.get_by_role("button", name="保存附件").click()
    expect(sheet.get_by_text("只能传照片").first).to_be_visible()
    # Nothing is lost: neither the words nor the choice.
    expect(sheet.get_by_label("说明")).to_have_value("厨房的窗")
    assert sheet.get_by_label("选择文件").evaluate("field => field.files.length") == 1
    sheet.get_by_label("选择文件").set_input_files(
        {"name": "窗口.jpg", "mimeType": "image/jpeg", "buffer": picture_of(1600, 1200)}
    )
    sheet.get_by_role("button", name="保存附件").click()
    expect(tab.get_by_text("厨房的窗").first).to_be_visible()
    preview = tab.get_by_role("img", name="厨房的窗").first
    expect(preview).to_be_visible()
    preview.scroll_into_view_if_needed()  # it is loaded when it comes into sight
    assert preview.evaluate("async picture => { await picture.decode(); return picture.naturalWidth }") == 480

    tab.get_by_role("link", name="打印个案档案").click()
    tab.get_by_role("button", name="制作 PDF").click()
    download = tab.get_by_role("link", name="下载 PDF")
    download.wait_for(timeout=READY_MS)
    with tab.expect_download() as coming:
        download.click()
    coming.value.save_as(tmp_path / "case.pdf")
    reader = PdfReader(io.BytesIO((tmp_path / "case.pdf").read_bytes()))
    for page in reader.pages:
        words = page.extract_text()
        assert live_site.accounts["worker"]["display_name"] in words and "模拟数据" in words
    assert "窗口.jpg" in "".join(page.extract_text() for page in reader.pages)


def test_a_head_completes_and_issues_the_report_of_the_month(open_tab: Opener, live_site: Site) -> None:
    tab = sign_in(open_tab(DESK), live_site, "head")
    tab.goto("/work-reports/")
    # Of last month: a report of the running one can't be issued yet.
    over = clock.today().replace(day=1) - timedelta(days=1)
    drafts = tab.locator(".rows li", has_text="草稿").filter(has_text=f"{over.year}年{over.month}月")
    drafts.get_by_role("link").first.click()
    tab.get_by_label("五、下一步打算").fill("逐户核对联系人。")
    tab.get_by_role("button", name="保存").click()
    expect(tab.get_by_text("已保存。")).to_be_visible()
    tab.get_by_role("link", name="签发").click()
    tab.get_by_role("dialog").get_by_role("button", name="签发").click()
    expect(tab.get_by_text("文字和数字从此不变").first).to_be_visible()
    expect(tab.get_by_text("逐户核对联系人。")).to_be_visible()
    expect(tab.locator("textarea")).to_have_count(0)
