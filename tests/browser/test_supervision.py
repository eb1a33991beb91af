"""A supervisor holds a session on a phone, the worker acts on the advice, and fewer workers are without supervision."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Opener, Site, sign_in

pytestmark = pytest.mark.browser
RECORD = "一起看了两个个案的计划，约定把目标写小一点。"
ADVICE = "本周内把第一个个案的目标改成可以数的"


def unsupervised(site: Site) -> int:
    """How many workers of the city had no supervision for 60 days, by the command."""
    return int(json.loads(site.command("reading", "workforce.unsupervised_workers", "--json"))["value"])


def test_supervision_from_the_phone_to_the_number(open_tab: Opener, live_site: Site) -> None:
    before = unsupervised(live_site)
    county = sign_in(open_tab(DESK), live_site, "county")
    county.goto("/supervision/stations/")
    late = county.locator("#late .row-title")
    away = late.first.inner_text()

    supervisor = sign_in(open_tab(), live_site, "supervisor")
    supervisor.goto("/supervision/give/")
    town = live_site.accounts["head"]["at"]
    row = supervisor.locator("li", has=supervisor.get_by_role("link", name=town, exact=True))
    row.get_by_role("link", name="记录督导").first.click()
    assert supervisor.evaluate("document.documentElement.scrollWidth") <= 360
    worker_name = live_site.accounts["worker"]["display_name"]
    people = supervisor.locator("[name=worker_ids]")
    names = supervisor.locator(".choice:has([name=worker_ids])")
    assert people.count() >= 2
    away = next(
        name for name in names.all_inner_texts() if name.strip() in {each.strip() for each in late.all_inner_texts()}
    )
    for name in (worker_name, away):
        names.get_by_text(name.strip(), exact=True).click()
    supervisor.get_by_text("支持性").click()
    supervisor.get_by_text("个案工作").click()
    supervisor.fill("[name=record]", RECORD)
    supervisor.wait_for_timeout(800)  # the draft is written a moment after typing
    supervisor.reload()
    expect(supervisor.locator("[name=record]")).to_have_value(RECORD)
    supervisor.fill("[name=advice_1]", ADVICE)
    supervisor.get_by_role("button", name="保存督导记录").click()
    expect(supervisor.locator(".field-error").first).to_be_visible()
    supervisor.locator("[name=responsible_1]").select_option(label=worker_name)
    supervisor.get_by_role("button", name="保存督导记录").click()
    supervisor.wait_for_url(re.compile("/supervision/sessions/[0-9a-f-]{36}/$"))
    expect(supervisor.locator("main")).to_contain_text(RECORD)

    worker = sign_in(open_tab(), live_site, "worker")
    worker.get_by_role("link", name=ADVICE).click()
    worker.get_by_role("link", name="我做了什么").click()
    worker.fill("dialog [name=note]", "改成了每周下楼三次")
    worker.locator("dialog [type=submit]").click()
    expect(worker.locator("main")).to_contain_text("已落实，待跟进")

    supervisor.goto("/")
    supervisor.get_by_role("link", name=ADVICE).click()
    supervisor.get_by_role("link", name="确认完成").click()
    supervisor.fill("dialog [name=note]", "看过计划，可以数了")
    supervisor.locator("dialog [type=submit]").click()
    expect(supervisor.locator("main")).to_contain_text("已完成")

    assert unsupervised(live_site) == before - 1
    county.reload()
    assert away.strip() not in {each.strip() for each in late.all_inner_texts()}
