"""The pages' script in a real browser, under the real content security policy.

The pages here are made of the design system's own parts and served without a database, so that what fails is the part.
"""

import json
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from typing import Any, Literal
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import RequestContext, Template
from django.test import override_settings
from django.urls import include, path
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.chromium import launched

pytestmark = pytest.mark.browser

FORM = """{% extends base %}{% load shegong %}{% block title %}登记{% endblock %}
{% block content %}{% if not sheet %}<h1>登记</h1>{% endif %}
<form method="post" action="{{ action }}" novalidate data-draft="client"{% if sheet %} hx-post="{{ action }}"
 hx-target="closest dialog" hx-swap="outerHTML"{% endif %}>{% csrf_token %}{{ form }}
<div class="form-actions"><button class="btn btn-primary" type="submit">保存</button></div></form>{% endblock %}"""

DAY = """{% extends "kernel/base.html" %}{% load shegong %}{% block title %}今天{% endblock %}{% block content %}
<h1>今天</h1>{% masked_value "138****1234" "/reveal" %}
<button class="btn" id="save" hx-post="/save" hx-swap="none">保存</button>
<ul class="rows" data-keys>
<li><div class="row-item"><div class="row-title"><a href="/a">甲</a></div></div></li>
<li><div class="row-item"><div class="row-title"><a href="/b">乙</a></div></div></li></ul>{% endblock %}"""

CITY = """{% extends "kernel/base.html" %}{% load shegong static %}{% block title %}城市{% endblock %}
{% block content %}<h1>城市</h1>{% chart "bars" "一个区未达标" bars %}{% chart "lines" "多一成" lines %}
{% chart "map" "没有边界的地图" map %}{% endblock %}
{% block scripts %}<script src="{% static 'dist/charts.js' %}" defer></script>{% endblock %}"""

SIGN_IN = """{% extends "kernel/plain.html" %}{% block title %}登录{% endblock %}{% block content %}<h1>登录</h1>
<form method="post" action="/sign-in">{% csrf_token %}{{ form }}
<button type="submit">登录</button></form>{% endblock %}"""


class Entry(forms.Form):
    name = forms.CharField(label="姓名")
    secret = forms.CharField(label="口令", widget=forms.PasswordInput, required=False)
    note = forms.CharField(label="说明", required=False)


class SignIn(forms.Form):
    password = forms.CharField(label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


def page(request: HttpRequest, source: str, **context: Any) -> HttpResponse:
    frame = {
        "navigation": [{"title": "今天", "url": "/", "icon": "home", "active": True}],
        "record_url": "/sheet",
        "search_url": "/search",
        "user": SimpleNamespace(pk=7, is_authenticated=True, get_username="worker"),
    }
    return HttpResponse(Template(source).render(RequestContext(request, {**frame, **context})))


def day(request: HttpRequest) -> HttpResponse:
    return page(request, DAY)


def entry(request: HttpRequest) -> HttpResponse:
    form = Entry(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect("/")
    return page(request, FORM, base="kernel/base.html", form=form, action="/entry")


def sheet(request: HttpRequest) -> HttpResponse:
    form = Entry(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = json.dumps({"close-sheet": True, "toast": {"text": "已保存", "level": "success"}})
        return HttpResponse(status=204, headers={"HX-Trigger": said})
    return page(request, FORM, base="kernel/sheet.html", form=form, action="/sheet", sheet=True)


def guarded(request: HttpRequest) -> HttpResponse:
    """A form that locks itself after two seconds without anybody, with a number that a timer renews."""
    source = FORM.replace("</form>", '</form><p id="tick" hx-get="/tick" hx-trigger="every 1s" data-quiet>…</p>')
    lock = {"idle_seconds": 2, "present_url": "/present", "lock_url": "/lock"}
    return page(request, source, base="kernel/base.html", form=Entry(), action="/entry", **lock)


def present(request: HttpRequest) -> JsonResponse:
    who = request.COOKIES.get("who", "7")
    return JsonResponse({"account": int(who)}, status=200 if "signed-in" in request.COOKIES else 401)


def lock(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response.delete_cookie("signed-in")
    return response


def tick(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.headers.get("X-Shegong-Quiet", "loud"))


def save(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204) if "signed-in" in request.COOKIES else HttpResponseRedirect("/sign-in?next=/")


def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignIn(request.POST or None)
    if request.method == "POST" and request.POST.get("password") == "right":
        response = HttpResponseRedirect("/")
        response.set_cookie("signed-in", "yes")
        return response
    if request.method == "POST":
        form.add_error(None, "账号或密码不对。")
    return page(request, SIGN_IN, form=form)


def reveal(request: HttpRequest) -> HttpResponse:
    return page(request, '{% load shegong %}{% revealed_value "13812341234" "138****1234" %}')


def city(request: HttpRequest) -> HttpResponse:
    rows = [
        {"name": "锦江区", "value": 81, "target": 90, "href": "/jinjiang"},
        {"name": "青羊区", "value": 95, "target": 90},
    ]
    lines = {"labels": ["1月", "2月"], "series": [{"name": "今年", "values": [1, 2]}]}
    return page(
        request, CITY, bars={"unit": "%", "rows": rows}, lines=lines, map={"rows": rows, "geo": "/nowhere.json"}
    )


urlpatterns = [
    path("", day),
    path("entry", entry),
    path("sheet", sheet),
    path("guarded", guarded),
    path("present", present),
    path("lock", lock),
    path("tick", tick),
    path("save", save),
    path("sign-in", sign_in),
    path("reveal", reveal),
    path("city", city),
    path("i18n/", include("django.conf.urls.i18n")),
]


class Server(ThreadingMixIn, WSGIServer):
    """Browsers open connections ahead of need: one thread would wait for them."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests speak for themselves."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where these pages are served."""
    without_database = [
        "shegong.kernel.csp.ContentSecurityPolicy",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
    ]
    engine = {**settings.TEMPLATES[0]}
    engine["OPTIONS"] = {
        "context_processors": ["django.template.context_processors.request", "shegong.kernel.context.frame"]
    }
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=without_database,
        LOGIN_URL="/sign-in",
        TEMPLATES=[engine],
        ALLOWED_HOSTS=["*"],
    ):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server, Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser, address: str) -> Iterator[Page]:
    """A phone's tab; whatever the policy refuses or the script stumbles over fails the test."""
    context = chromium.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="zh-CN")
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield tab
    context.close()
    assert complaints == []


def wait_for_drafts(tab: Page, count: int) -> None:
    """Until so many drafts are kept (Playwright's own waiting evaluates strings, which the policy forbids)."""
    for _ in range(100):
        if tab.evaluate("localStorage.length") == count:
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"not {count} drafts: {tab.evaluate('JSON.stringify(localStorage)')}")


def test_what_was_typed_survives_a_reload_and_goes_once_it_is_saved(tab: Page) -> None:
    tab.goto("/entry")
    tab.fill("[name=name]", "李建国")
    tab.fill("[name=secret]", "hunter2")
    wait_for_drafts(tab, 1)
    assert "hunter2" not in tab.evaluate("JSON.stringify(localStorage)")
    tab.reload()
    tab.wait_for_selector(".draft-note")
    assert tab.input_value("[name=name]") == "李建国"
    assert tab.input_value("[name=secret]") == ""
    tab.click("[type=submit]:has-text('保存')")
    tab.wait_for_selector("h1:has-text('今天')")
    wait_for_drafts(tab, 0)


def test_a_draft_can_be_thrown_away(tab: Page) -> None:
    tab.goto("/entry")
    tab.fill("[name=name]", "李")
    wait_for_drafts(tab, 1)
    tab.reload()
    tab.click(".draft-note button")
    assert tab.input_value("[name=name]") == ""
    assert tab.evaluate("localStorage.length") == 0


def test_errors_take_the_focus_and_lead_to_their_field_and_the_draft_stays(tab: Page) -> None:
    tab.goto("/entry")
    tab.fill("[name=note]", "一句话")
    tab.click("[type=submit]:has-text('保存')")
    tab.wait_for_selector(".error-summary:focus")
    assert tab.input_value("[name=note]") == "一句话"
    tab.click(".error-summary a")
    assert tab.evaluate("document.activeElement.name") == "name"
    assert tab.evaluate("localStorage.length") == 1


def test_signing_out_leaves_no_draft_behind(tab: Page) -> None:
    tab.goto("/entry")
    tab.fill("[name=name]", "李")
    wait_for_drafts(tab, 1)
    tab.evaluate("""() => {
        const form = Object.assign(document.createElement('form'), {method: 'get', action: '/'});
        form.setAttribute('data-sign-out', '');
        document.body.append(form);
        form.requestSubmit();
    }""")
    tab.wait_for_selector("h1:has-text('今天')")
    wait_for_drafts(tab, 0)


def test_a_sheet_opens_keeps_its_errors_and_closes_with_a_word(tab: Page) -> None:
    tab.goto("/")
    tab.click(".nav-record a")
    tab.wait_for_selector("dialog[open]")
    assert tab.evaluate("document.activeElement.name") == "name"
    tab.click("dialog [type=submit]")
    tab.wait_for_selector("dialog[open] .error-summary")
    tab.fill("dialog [name=name]", "李")
    tab.click("dialog [type=submit]")
    tab.wait_for_selector(".toast-note:has-text('已保存')")
    assert tab.locator("dialog").count() == 0
    assert tab.evaluate("localStorage.length") == 0


def test_an_expired_session_brings_the_sign_in_form_to_the_page(tab: Page) -> None:
    tab.goto("/")
    tab.click("#save")
    tab.wait_for_selector("dialog[open] [name=password]")
    tab.fill("dialog [name=password]", "wrong")
    tab.click("dialog [type=submit]")
    tab.wait_for_selector("dialog .error-summary:has-text('账号或密码不对')")
    tab.fill("dialog [name=password]", "right")
    tab.click("dialog [type=submit]")
    tab.wait_for_selector(".toast-note:has-text('已重新登录')")
    assert tab.url.endswith("/")
    with tab.expect_response("**/save") as answer:
        tab.click("#save")
    assert answer.value.status == 204


def locked(tab: Page) -> Locator:
    """The dialog of a page that has locked itself; nothing else is to be seen."""
    dialog = tab.locator("dialog[data-sign-in-again]")
    expect(dialog).to_contain_text("已锁定", timeout=8000)
    expect(tab.get_by_role("heading", name="登记", include_hidden=True)).to_be_hidden()
    expect(tab.locator("[name=name]")).to_be_hidden()
    return dialog


def test_a_page_left_alone_locks_itself_and_keeps_what_was_typed(tab: Page) -> None:
    tab.goto("/guarded")
    for letter in "一二三四五六七":  # half a second each: somebody is there
        tab.locator("[name=name]").press_sequentially(letter)
        tab.wait_for_timeout(500)
    expect(tab.locator("#tick")).to_have_text("1")  # what the timer asks, it asks quietly
    expect(tab.get_by_role("heading", name="登记")).to_be_visible()
    dialog = locked(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[aria-label=关闭]")).to_have_count(0)
    dialog.locator("[name=password]").fill("wrong")
    dialog.locator("[type=submit]").click()
    expect(dialog.locator(".error-summary")).to_contain_text("账号或密码不对")
    locked(tab)
    dialog.locator("[name=password]").fill("right")
    dialog.locator("[type=submit]").click()
    expect(dialog).to_have_count(0)
    expect(tab.locator("[name=name]")).to_have_value("一二三四五六七")


def test_a_locked_page_is_not_opened_to_another_person(tab: Page, address: str) -> None:
    tab.goto("/guarded")
    tab.fill("[name=name]", "李建国")
    dialog = locked(tab)
    tab.context.add_cookies([{"name": "who", "value": "8", "url": address}])
    dialog.locator("[name=password]").fill("right")
    dialog.locator("[type=submit]").click()
    expect(tab.get_by_role("heading", name="今天")).to_be_visible()
    assert tab.url == f"{address}/"


def test_a_masked_number_is_shown_when_asked_for_and_can_be_covered(tab: Page) -> None:
    tab.goto("/")
    tab.click(".masked-button")
    tab.wait_for_selector(".masked:has-text('13812341234')")
    tab.click("[data-hide]")
    assert "13812341234" not in tab.inner_text("main")


def test_arrows_walk_through_a_list_and_the_slash_goes_to_the_search(tab: Page) -> None:
    tab.goto("/")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.textContent") == "乙"
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate("document.activeElement.textContent") == "甲"
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"


def test_the_theme_is_remembered_by_the_server(tab: Page) -> None:
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto("/")
    tab.click("[data-theme-switch]:visible")
    tab.reload()
    assert tab.get_attribute("html", "data-bs-theme") == "dark"
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 19)"


def test_charts_are_drawn_and_their_table_is_behind_a_toggle(tab: Page) -> None:
    tab.goto("/city")
    bars = tab.locator(".chart-bars")
    bars.locator("svg.chart-picture").wait_for()
    assert not bars.locator("table").is_visible()
    bars.locator("[data-chart-toggle]").click()
    assert bars.locator("table").is_visible()
    tab.locator(".chart-lines svg.chart-picture").wait_for()


def test_a_map_without_boundaries_stays_a_table(tab: Page) -> None:
    with tab.expect_response("**/nowhere.json"):
        tab.goto("/city")
    tab.locator(".chart-lines svg.chart-picture").wait_for()
    assert tab.locator(".chart-map table").is_visible()
    assert tab.locator(".chart-map svg.chart-picture").count() == 0


@pytest.mark.parametrize("where", ["/", "/entry", "/city", "/sign-in", "/sheet"])
def test_nothing_runs_over_the_side(tab: Page, where: str) -> None:
    tab.goto(where)
    for width in (320, 360, 768, 1100, 1440):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("where", ["/", "/entry", "/city", "/sign-in", "/sheet"])
def test_no_barrier_that_a_machine_can_find(tab: Page, where: str, theme: Literal["light", "dark"]) -> None:
    tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    tab.goto(where)
    if where == "/entry":
        tab.click("[type=submit]:has-text('保存')")
        tab.wait_for_selector(".error-summary:focus")
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
