"""Complaining, asking about own data, following up by number and code, saying one more word, rating by a link."""

import json
import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import spaced, spoken
from shegong.network.models import Station
from shegong.portal.actions import complaint as complaints
from shegong.portal.actions import enquiry as enquiries
from shegong.portal.actions import own_data as own
from shegong.portal.actions import word as words
from shegong.portal.enums import ComplaintRuling
from shegong.portal.forms.door import ComplaintForm, LinkForm, OpenForm, OwnDataForm, WordForm
from shegong.portal.forms.enquiry import StateForm
from shegong.portal.papers import own_pdf
from shegong.portal.rules import enquiry as enquiry_rules
from shegong.portal.rules import word as rules
from shegong.portal.views.visitor import WRONG, account_of, left, visitor_of
from shegong.practice.enums import Outcome

TOKEN: Final = re.compile(r"(?:.*/e/)?([A-Za-z0-9_-]{16,80})/?\s*$", re.DOTALL)
both_ways = require_http_methods(["GET", "POST"])


@never_cache
@sensitive_post_parameters()
@both_ways
def state(request: HttpRequest) -> HttpResponse:
    """What became of a request for help, a complaint or a request about own data, for who knows number and code."""
    form = StateForm(request.POST or None)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            number, code = form.cleaned_data["number"][:40], form.cleaned_data["code"][:40]
            try:
                context, status = _state_of(request, number, code), 200
            except Problem as problem:
                problem.add_to_form(form)
                status = problem.status
    return render(request, "portal/state.html", {"form": form, **context}, status=status)


def _state_of(request: HttpRequest, number: str, code: str) -> dict[str, Any]:
    visitor, now = visitor_of(request), clock.now()
    letter = next((sign for sign in number.upper() if sign in "QTS"), "Q")
    if letter == "T":
        return {"complaint": (found := complaints.complaint_state(number, code, visitor=visitor, at=now)),
                "ruling": ComplaintRuling(found.ruling).label if found.ruling else ""}  # fmt: skip
    if letter == "S":
        asked = own.own_data_state(number, code, visitor=visitor, at=now)
        outcome = Outcome(asked.outcome).label if asked.outcome else ""
        return {"asked": asked, "asked_words": rules.OWN_DATA_STATES[asked.state], "outcome": outcome}
    found_state = enquiries.state_of(number, code, visitor=visitor, at=now)
    said = words.words_of(number, code)
    word_form = WordForm(initial={"key": uuid7(), "number": number, "code": code})
    return {"state": enquiry_rules.STATES[found_state], "said": said, "word_form": word_form}


@never_cache
@sensitive_post_parameters()
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """The asker says one more word."""
    form = WordForm(request.POST)
    context: dict[str, Any] = {}
    status = WRONG
    if form.is_valid():
        typed = form.cleaned_data
        try:
            if not form.is_machine:
                words.add_word(
                    typed["key"], typed["number"], typed["code"], typed["text"],
                    visitor=visitor_of(request), at=clock.now(),
                )  # fmt: skip
            context, status = {"is_said": True}, 200
        except Problem as problem:
            problem.add_to_form(form)
            status = problem.status
    number, code = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
    shown = StateForm(initial={"number": number, "code": code})
    try:
        found = _state_of(request, number, code)
    except Problem:
        found = {}
    if status != 200:
        found["word_form"] = form
    return render(request, "portal/state.html", {"form": shown, **found, **context}, status=status)


def _chosen(request: HttpRequest) -> Station | None:
    """The station that was chosen on the page before; the staff's closed ones can be complained about, too."""
    return Station.objects.filter(key=request.GET.get("station", "")[:40].replace("\0", "")).first()


@never_cache
@sensitive_post_parameters()
@both_ways
def complain(request: HttpRequest) -> HttpResponse:
    """Complain about a station, a worker or a service: first which station, then what happened."""
    station = _chosen(request)
    if station is None:
        return redirect(f"{reverse('portal:find')}?for=complain")

    def leave(form: ComplaintForm) -> dict[str, Any]:
        made = complaints.leave_complaint(
            form.grievance(station.pk), visitor=visitor_of(request), by=account_of(request), at=clock.now()
        )
        return {"number": spoken(made.number), "code": spaced(made.code), "due_on": made.due_on}

    return left(request, ComplaintForm, "portal/complain.html", leave, {"station": station})


@never_cache
@sensitive_post_parameters()
@both_ways
def own_data(request: HttpRequest) -> HttpResponse:
    """Ask to see, correct or delete what is kept of oneself: first at which station, then what."""
    station = _chosen(request)
    if station is None:
        return render(request, "portal/own_data_start.html", {"form": OpenForm()})

    def leave(form: OwnDataForm) -> dict[str, Any]:
        made = own.leave_own_data(
            form.wish(station.pk), visitor=visitor_of(request), by=account_of(request), at=clock.now()
        )
        values = {"number": spoken(made.number), "code": spaced(made.code), "due_on": made.due_on}
        return {**values, "station": made.station}

    return left(
        request, OwnDataForm, "portal/own_data.html", leave, {"station": station, "kinds": rules.KINDS.values()}
    )


@never_cache
@sensitive_post_parameters()
@require_POST
def own_data_open(request: HttpRequest) -> HttpResponse:
    """What is kept of oneself, with the code that the worker handed over: on the page, as JSON, or as PDF."""
    form = OpenForm(request.POST)
    status = WRONG
    if form.is_valid():
        typed = form.cleaned_data
        try:
            found = own.open_own_data(typed["number"], typed["code"], visitor=visitor_of(request), at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
            status = problem.status
        else:
            return _given(request, found, typed)
    return render(request, "portal/own_data_start.html", {"form": form}, status=status)


def _given(request: HttpRequest, found: own.Own, typed: dict[str, Any]) -> HttpResponse:
    wanted = request.POST.get("as", "")
    if wanted == "json":
        content = json.dumps(_plain(found), ensure_ascii=False, indent=1)
        return _download(content.encode(), "application/json; charset=utf-8", f"{found['number']}.json")
    if wanted == "pdf":
        return _download(own_pdf(found), "application/pdf", f"{found['number']}.pdf")
    context = {"found": found, "number": typed["number"], "code": typed["code"]}
    return render(request, "portal/own_data_shown.html", context)


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _plain(found: own.Own) -> dict[str, Any]:
    """The parts as names and values, without what is only for paper."""
    parts = []
    for section in found["sections"]:
        part: dict[str, Any] = {"title": section["title"], "facts": {}, "rows": [], "texts": []}
        for block in section["blocks"]:
            if block["kind"] == "facts":
                part["facts"] |= dict(block["rows"])
            elif block["kind"] == "table":
                part["rows"] += [dict(zip(block["head"], row, strict=False)) for row in block["rows"]]
            elif block["kind"] == "records":
                part["rows"] += block["items"]
            elif "text" in block:
                part["texts"].append(block["text"])
        parts.append({name: value for name, value in part.items() if value})
    return {"number": found["number"], "name": found["name"], "station": found["station"],
            "made_at": found["made_at"], "parts": parts}  # fmt: skip


@never_cache
@both_ways
def rate(request: HttpRequest) -> HttpResponse:
    """Rate a service: the link under the QR code that the station gave leads to its page."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = TOKEN.fullmatch(form.cleaned_data["link"].strip())
        if found:
            return redirect("practice:evaluate", token=found[1])
        form.add_error("link", _("这不像评价链接。请再看一看二维码下面的网址。"))
    return render(request, "portal/rate.html", {"form": form}, status=WRONG if form.is_bound else 200)
