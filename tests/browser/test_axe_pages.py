"""Every page of the product, as its own people see it, has no barrier that a machine can find: light, dark, English.

The pages are counted off against the addresses: a new one must be added to VISITS, or to EXEMPT with the reason.
"""

import re
from base64 import b32decode
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.visits import ERRORS, EXEMPT, VISITS
from tests.browser.walk import NOBODY, Visit, Walk

pytestmark = pytest.mark.browser

SERIOUS: Final = ("serious", "critical")
# A theme changes colours only, so the second look is for these.
COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# The first for our pages, the second for Django's back office.
DARK: Final = "document.documentElement.dataset.bsTheme = document.documentElement.dataset.theme = 'dark'"
SETTLED: Final = """async () => {
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  await Promise.allSettled(document.getAnimations().map((each) => each.finished));
}"""


def test_every_page_is_visited_or_says_why_not() -> None:
    named = set(_names(get_resolver().url_patterns))
    visited = {visit.name for visit in VISITS} - ERRORS
    assert named - visited - set(EXEMPT) == set(), "pages that nobody looks at"
    assert (visited | set(EXEMPT)) - {name for name in visited if name.startswith("admin:")} <= named


def _names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """The names of all addresses; not those of the API, nor of Django's own back office (see VISITS for ours)."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        elif isinstance(pattern, URLResolver):
            if pattern.namespace is None:
                yield from _names(pattern.url_patterns, prefix)
            elif pattern.namespace != "admin" and not pattern.namespace.startswith("api"):
                yield from _names(pattern.url_patterns, f"{prefix}{pattern.namespace}:")


@pytest.fixture(scope="module")
def walk(chromium: Browser, live_site: Site) -> Iterator[Walk]:
    """A walk through the product, kept over all visits."""
    walking = Walk(chromium, live_site)
    yield walking
    walking.close()


def barriers(tab: Page, options: dict[str, Any] | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds serious on this page."""
    tab.evaluate(SETTLED)
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    # What passes isn't told of: describing every element that is in order takes longer than looking at it.
    found = tab.evaluate(
        "(options) => axe.run(options).then((found) => found.violations)",
        {**(options or {}), "resultTypes": ["violations"]},
    )
    return [
        (one["id"], [f"{node['html'][:200]} {node['failureSummary'][:300]}" for node in one["nodes"]])
        for one in found
        if one["impact"] in SERIOUS
    ]


def look(tab: Page) -> None:
    """No barrier in light, nor in dark."""
    assert barriers(tab) == []
    tab.evaluate(DARK)
    assert barriers(tab, COLOURS) == []


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_no_barrier_in_light_and_dark(walk: Walk, visit: Visit) -> None:
    tab = walk.tab(visit.role)
    answer = tab.goto(walk.path(visit))
    assert answer is not None
    assert answer.status == visit.status
    expect(tab.locator("h1")).to_have_count(1)
    if visit == next(each for each in VISITS if each.name == visit.name):
        look(tab)
    else:  # the page in another state, for somebody else: its colours have been looked at
        assert barriers(tab) == []


ENGLISH: Final = ("practice:client", "practice:record-new", "indicators:board", "desk:station", "people:sign_in")


@pytest.mark.parametrize("name", ENGLISH)
def test_no_barrier_in_english(walk: Walk, name: str) -> None:
    visit = next(each for each in VISITS if each.name == name)
    tab = walk.tab(visit.role, "en")
    tab.goto(walk.path(visit))
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    look(tab)


def test_no_barrier_in_what_opens_over_a_page(walk: Walk) -> None:
    tab = walk.tab("worker")
    for path, link in (("/", "/records/new/"), (f"/clients/{walk.key('client')}/", "/consents/new/")):
        tab.goto(path)
        tab.locator(f"[hx-get*='{link}']:visible").first.click()
        expect(tab.locator("dialog[open] form")).to_be_visible()
        look(tab)


@pytest.mark.parametrize(
    ("role", "path"),
    [(NOBODY, "/accounts/sign-in/"), ("worker", "/clients/new/"), ("worker", "/enquiries/new/")],
)
def test_no_barrier_in_a_form_with_errors(walk: Walk, role: str, path: str) -> None:
    tab = walk.tab(role)
    tab.goto(walk.path(Visit("", role, path)))
    tab.locator("main form:not([role=search]) [type=submit]").last.click()
    expect(tab.locator(".error-summary")).to_be_visible()
    look(tab)


def test_no_barrier_in_a_questionnaire_with_errors(walk: Walk) -> None:
    """It says what is missing at the question, and leads there."""
    tab = walk.tab("worker")
    tab.goto(walk.path(Visit("", "worker", "/clients/{client}/assessments/new/?form=needs-older")))
    tab.locator("main form:not([role=search]) [type=submit]:not([formnovalidate])").last.click()
    expect(tab.get_by_text("请回答这一题。").first).to_be_visible()
    assert tab.evaluate("document.activeElement.closest('[data-item]') !== null")
    look(tab)


def test_no_barrier_on_a_phone_and_nothing_over_its_side(walk: Walk, live_site: Site) -> None:
    context = walk.context(viewport=PHONE)
    tab = sign_in(context.new_page(), live_site, "worker")
    for visit in VISITS:
        if visit.role == "worker" and visit.status == 200:
            tab.goto(walk.path(visit))
            assert (visit, tab.evaluate("document.documentElement.scrollWidth")) == (visit, PHONE["width"])
    look(tab)
    context.close()


def code_for(secret: str) -> str:
    """What an authenticator app shows now for this key."""
    return f"{totp(b32decode(secret)):06}"


def test_no_barrier_on_the_way_through_the_second_factor(walk: Walk, live_site: Site) -> None:
    account = live_site.accounts["volunteer"]
    tab = walk.tab("volunteer")
    tab.goto("/accounts/second-factor/")
    tab.locator("[action$='/begin/'] [type=submit]").click()
    tab.wait_for_url(re.compile("set-up"))
    look(tab)
    secret = "".join(tab.locator("code.secret").inner_text().split())
    tab.fill("[name=code]", code_for(secret))
    tab.locator("main form [type=submit]").click()
    expect(tab.locator(".secret-list")).to_be_visible()
    look(tab)
    recovery = tab.locator(".secret-list li").all_inner_texts()
    tab.goto("/accounts/second-factor/")
    look(tab)
    other = walk.context()
    gate = other.new_page()
    gate.goto("/accounts/sign-in/")
    gate.fill("[name=username]", account["username"])
    gate.fill("[name=password]", account["password"])
    gate.press("[name=password]", "Enter")
    gate.wait_for_url(re.compile("sign-in/code"))
    look(gate)
    other.close()
    tab.fill("[name=password]", account["password"])
    tab.fill("[name=code]", recovery[0])
    tab.locator("[formaction$='/off/']").click()
    tab.wait_for_url(re.compile("/accounts/$"))


def test_no_barrier_on_a_new_calendar_feed(walk: Walk) -> None:
    tab = walk.tab("worker")
    tab.goto("/calendar/")
    tab.locator("[action$='/feeds/new/'] [type=submit]").first.click()
    tab.wait_for_url(re.compile(r"/feeds/new/$"))
    look(tab)


def test_no_barrier_on_a_new_token(walk: Walk) -> None:
    tab = walk.tab("volunteer")
    tab.goto("/accounts/")
    tab.locator("details.fold summary").click()
    tab.fill("[name=name]", "试用")
    tab.locator("[action$='/tokens/'] [type=submit]").click()
    expect(tab.locator("code.secret")).to_be_visible()
    look(tab)


def test_no_barrier_from_a_one_time_password_to_an_own_one(walk: Walk, live_site: Site) -> None:
    account = live_site.accounts["donor"]
    office = walk.tab("admin")
    office.goto(f"/admin/people/account/?q={account['username']}")
    office.locator("#result_list tbody").get_by_role("link", name=account["username"], exact=True).click()
    look(office)
    office.locator(".object-tools a[href$='one-time-password/']").click()
    look(office)
    office.locator("#content form [type=submit]").click()
    once = office.locator("code.secret").inner_text()
    look(office)
    context = walk.context()
    tab = context.new_page()
    tab.goto("/accounts/sign-in/")
    tab.fill("[name=username]", account["username"])
    tab.fill("[name=password]", once)
    tab.press("[name=password]", "Enter")
    tab.wait_for_url(re.compile("new-password"))
    look(tab)
    # Its owner chooses what it was, for whoever signs in after this test.
    for name in ("new_password", "repeated"):
        tab.fill(f"[name={name}]", account["password"])
    tab.press("[name=repeated]", "Enter")
    tab.locator("[data-sign-out]").wait_for(state="attached")
    context.close()
