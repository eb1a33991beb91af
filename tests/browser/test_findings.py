"""A finding in real browsers: the head plans and corrects it on a phone with a photo, the county checks again and
closes it, and the station's loop moves.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Opener, Site, sign_in
from tests.papers import picture_of

pytestmark = pytest.mark.browser
WRONG = "二楼活动室的安全出口指示灯不亮"


def station_of(head: Page) -> str:
    """The key of the head's own station."""
    head.goto("/loop/")
    head.locator("main .rows a").first.click()
    return head.url.rstrip("/").rpartition("/")[2]


def in_sheet(tab: Page, name: str) -> None:
    tab.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()


def test_a_finding_is_corrected_and_the_loop_moves(open_tab: Opener, live_site: Site) -> None:
    head = sign_in(open_tab(), live_site, "head")
    key = station_of(head)
    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto(f"/loop/{key}/")
    county.goto(f"/stations/{key}/")
    county.get_by_role("link", name="提出整改问题").click()
    county.get_by_label("问题", exact=True).fill(WRONG)
    county.get_by_label("来源", exact=True).select_option(label="日常检查")
    county.get_by_label("依据", exact=True).select_option(label="O6 有应急预案，一年内演练过")
    county.get_by_text("较重", exact=True).click()
    county.get_by_role("button", name="提出", exact=True).click()
    expect(county.locator("main .chip", has_text="待定整改计划").first).to_be_visible()
    page = county.url

    head.goto("/")
    expect(head.get_by_role("heading", name="该整改的问题")).to_be_visible()
    head.goto(f"/loop/{key}/")
    expect(head.get_by_text("未关闭").first).to_be_visible()
    head.goto(page)
    head.get_by_role("link", name="定整改计划").click()
    head.get_by_label("整改措施").fill("更换灯具和电池")
    in_sheet(head, "保存计划")
    expect(head.locator("main .chip", has_text="整改中").first).to_be_visible()
    head.get_by_role("link", name="报送整改结果").click()
    head.locator("dialog[open]").get_by_label("整改结果").fill("已更换，两盏都亮")
    in_sheet(head, "报送")
    expect(head.get_by_text("请附上整改后的照片或 PDF。").first).to_be_visible()
    program = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"MZ\x90\x00" + b"\0" * 600}
    head.locator("dialog[open] input[type=file]").first.set_input_files(program)
    in_sheet(head, "报送")
    expect(head.get_by_text("内容不是其中任何一种").first).to_be_visible()
    expect(head.locator("dialog[open]").get_by_label("整改结果")).to_have_value("已更换，两盏都亮")
    photo = {"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": picture_of(400, 300)}
    head.locator("dialog[open] input[type=file]").first.set_input_files(photo)
    in_sheet(head, "报送")
    expect(head.locator("main .chip", has_text="待复查").first).to_be_visible()
    assert head.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    county.goto("/findings/")
    county.get_by_role("link", name=WRONG).click()
    county.get_by_role("link", name="复查", exact=True).click()
    in_sheet(county, "确定")
    expect(county.locator("main .chip", has_text="已关闭").first).to_be_visible()
    county.goto("/findings/?state=closed")
    expect(county.get_by_role("link", name=WRONG)).to_be_visible()


def test_signs_are_read_with_their_reasons(open_tab: Opener, live_site: Site) -> None:
    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/signs/")
    months = county.locator("#month option")
    county.locator("#month").select_option(months.nth(1).get_attribute("value"))
    county.get_by_role("button", name="查看").click()
    county.locator("main .rows a").first.click()
    expect(county.get_by_text("可能的原因")).to_be_visible()
    expect(county.get_by_role("heading", name="背后的记录")).to_be_visible()
    city = sign_in(open_tab(DESK), live_site, "city")
    city.goto("/rule-questions/")
    expect(city.get_by_text("补充说明").first).to_be_visible()
    city.goto("/loop/")
    expect(city.get_by_role("heading", name="各区（市）县")).to_be_visible()
