"""Self-checks: what is in whose hands, the station's answers, the county's review, the city's word, appeals, proofs."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import self_check as actions
from shegong.appraisal.actions.self_check import Answer
from shegong.appraisal.enums import AT_STATION, CheckState, Evidence
from shegong.appraisal.forms.standard import (
    AnswersForm,
    AppealDecisionForm,
    AppealForm,
    DecideForm,
    FindingsForm,
    ReviewForm,
)
from shegong.appraisal.models import SelfCheck, Standard
from shegong.appraisal.queries import self_check as queries
from shegong.appraisal.queries.finding import is_officer_of
from shegong.appraisal.queries.standard import with_items
from shegong.appraisal.views.frame import EVERYBODY, both_ways, tabs
from shegong.appraisal.views.path import sides
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.kernel.uploads.keeping import Brought
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.people.enums import Role

MINE: Final = "mine"


@require_GET
@requires(*EVERYBODY)
def self_checks(request: Request) -> HttpResponseBase:
    """Those that wait for the viewer first; all of the viewer's by state."""
    viewer = request.viewer
    seen = queries.checks_seen(viewer)
    state = request.GET.get("state", MINE)
    waiting = seen.filter(queries.in_hand(viewer))
    found = waiting if state == MINE else seen.filter(state=state) if state in CheckState.values else seen
    page = page_of(found, ["-began_at"], request.GET.get("cursor"))
    address = reverse("appraisal:self-checks")
    choices = [(MINE, _("等我办理")), ("all", _("全部")), *((each.value, each.label) for each in CheckState)]
    context = {
        "tabs": tabs(request, "self-checks"),
        "page": page,
        "filters": [
            {
                "title": title,
                "url": f"{address}?state={value}",
                "active": value == state,
                "count": waiting.count() if value == MINE else None,
            }
            for value, title in choices
        ],
        "today": clock.today(),
    }
    return render(request, "appraisal/self_checks.html", context)


@both_ways
@requires(*EVERYBODY)
def self_check(request: Request, check_id: UUID) -> HttpResponseBase:
    """A self-check: the station answers what can't be known, keeps or hands in; others read, review or decide."""
    check, standard = _found(request, check_id)
    viewer = request.viewer
    fills = queries.may_fill(viewer, check.station) and check.state in AT_STATION
    codes = [item.code for item in standard.items.all() if item.evidence == Evidence.ATTESTED]
    sheet = queries.sheet(viewer, check.station, standard, check, clock.today())
    form: forms.Form | None = None
    if fills:
        posted = request.POST if request.method == "POST" else None
        waits = posted is not None and "submit" not in posted
        form = AnswersForm(posted, request.FILES or None, codes=codes, may_wait=waits, initial=_kept(sheet.lines))
        if request.method == "POST" and form.is_valid():
            answer = _answer(request, check, form, codes)
            if answer is not None:
                return answer
            sheet = queries.sheet(viewer, check.station, standard, check, clock.today())
    context = _context(request, check, standard, sheet, _fields(form, codes))
    context |= {"form": form, "fills": fills}
    return render(
        request, "appraisal/self_check.html", context, status=WRONG if form is not None and form.errors else 200
    )


def _kept(lines: Iterable[queries.Line]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for line in lines:
        if line.is_attested:
            kept[f"met-{line.item.code}"] = "" if line.station_met is None else "yes" if line.station_met else "no"
            kept[f"note-{line.item.code}"] = line.note
    return kept


def _fields(form: forms.Form | None, codes: Iterable[str]) -> dict[str, list[Any]]:
    """{item's code: its fields}, for the page to put them under the item."""
    if form is None:
        return {}
    names = ("met", "file", "note")
    return {code: [form[f"{name}-{code}"] for name in names if f"{name}-{code}" in form.fields] for code in codes}


def _answers(form: forms.Form, codes: Iterable[str]) -> dict[str, Answer]:
    said = {"yes": True, "no": False}
    values = form.cleaned_data
    return {code: Answer(said.get(values[f"met-{code}"]), values[f"note-{code}"]) for code in codes}


def _answer(request: Request, check: SelfCheck, form: forms.Form, codes: list[str]) -> HttpResponseBase | None:
    """Keep what was said and brought, and hand in if that was asked; None when something is wrong (it is in the form,
    and a trace of what was refused in the journal).
    """
    viewer, now = request.viewer, clock.now()
    page = reverse("appraisal:self-check", args=[check.pk])
    try:
        with actions.tracing(check, by=viewer, at=now):
            actions.answer_items(check, _answers(form, codes), by=viewer, at=now)
            for code in codes:
                file = form.cleaned_data[f"file-{code}"]
                if file is not None:
                    actions.add_proof(check, code, Brought(file.read(), file.name), by=viewer, at=now)
            if "submit" not in request.POST:
                return go(request, page, _("已保存，可以以后再填。"))
            actions.submit_check(check, _answers(form, codes), by=viewer, at=now, today=clock.today())
    except Problem as problem:
        raise_if_gone(problem)
        problem.add_to_form(form)
        return None
    return go(request, page, _("已提交，等待区（市）县审核。"))


def _context(
    request: Request, check: SelfCheck, standard: Standard, sheet: queries.Sheet, fields: dict[str, list[Any]]
) -> dict[str, Any]:
    viewer = request.viewer
    today = clock.today()
    appeals = check.state == CheckState.DECLINED and queries.may_fill(viewer, check.station)
    return {
        "tabs": tabs(request, "self-checks"),
        "may_find": is_officer_of(viewer, check.hub_id),
        "steps": [
            {"title": _("自评与审核"), "url": reverse("appraisal:self-checks")},
            {"title": check.station.name, "url": reverse("appraisal:station", args=[check.station.key])},
        ],
        "check": check,
        "standard": standard,
        "sheet": sheet,
        "sides": sides(sheet, fields),
        "history": queries.steps_of(check),
        "today": today,
        "is_late": check.due_on is not None and check.due_on < today and check.state != CheckState.DECLINED,
        "may_review": check.state == CheckState.SUBMITTED and queries.may_review(viewer, check),
        "may_decide": check.state == CheckState.REVIEWED and queries.may_decide(viewer, check),
        "may_appeal": appeals and check.due_on is not None and check.due_on >= today,
        "may_decide_appeal": check.state == CheckState.APPEALED and queries.may_decide_appeal(viewer, check),
    }


@both_ways
@requires(Role.COUNTY)
def self_check_review(request: Request, check_id: UUID) -> HttpResponseBase:
    """The county looks through it, item by item, and says what follows."""
    check, standard = _found(request, check_id)
    if not queries.may_review(request.viewer, check):
        raise Http404
    items = list(standard.items.all())
    observed = [item.code for item in items if item.evidence == Evidence.OBSERVED]
    attested = [item.code for item in items if item.evidence == Evidence.ATTESTED]
    codes = [*observed, *attested]
    sheet = queries.sheet(request.viewer, check.station, standard, check, clock.today())
    posted = request.POST if request.method == "POST" else None
    findings = FindingsForm(posted, observed=observed, attested=attested, initial=_judged(sheet.lines))
    form = ReviewForm(posted)
    if posted is not None and form.is_valid() and findings.is_valid():
        values, now = form.cleaned_data, clock.now()
        said = {code: each for code, each in _answers(findings, codes).items() if each.met is not None}
        try:
            with actions.tracing(check, by=request.viewer, at=now):
                actions.review_check(
                    check, values["to"], said, values["reason"], by=request.viewer, at=now, today=clock.today()
                )
        except Problem as problem:
            for each in problem:
                each.add_to_form(findings if each.field in findings.fields else form)
        else:
            return go(request, reverse("appraisal:self-check", args=[check.pk]), _("审核结论已记下。"))
    context = _context(request, check, standard, sheet, _fields(findings, codes))
    context |= {"form": form, "findings": findings, "reviews": True}
    status = WRONG if form.errors or findings.errors else 200
    return render(request, "appraisal/self_check.html", context, status=status)


def _judged(lines: Iterable[queries.Line]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for line in lines:
        if line.county_met is not None:
            kept[f"met-{line.item.code}"] = "yes" if line.county_met else "no"
        kept[f"note-{line.item.code}"] = line.county_note
    return kept


@both_ways
@requires(Role.CITY)
def self_check_decide(request: Request, check_id: UUID) -> HttpResponseBase:
    """The city confirms, sends back or declines."""
    check, _standard = _found(request, check_id)
    form = DecideForm(request.POST or None)
    page = reverse("appraisal:self-check", args=[check.pk])

    def save() -> tuple[str, Any]:
        values, now = form.cleaned_data, clock.now()
        with actions.tracing(check, by=request.viewer, at=now):
            actions.decide_check(check, values["to"], values["reason"], by=request.viewer, at=now, today=clock.today())
        return page, _("已记下。")

    return answer_sheet(request, form, save, title=_("市级确认"), submit=_("确定"), back=page)


@both_ways
@requires(Role.HEAD)
def self_check_appeal(request: Request, check_id: UUID) -> HttpResponseBase:
    """The station appeals."""
    check, _standard = _found(request, check_id)
    form = AppealForm(request.POST or None)
    page = reverse("appraisal:self-check", args=[check.pk])

    def save() -> tuple[str, Any]:
        now = clock.now()
        with actions.tracing(check, by=request.viewer, at=now):
            actions.appeal_check(check, form.cleaned_data["reason"], by=request.viewer, at=now, today=clock.today())
        return page, _("申诉已提交。")

    return answer_sheet(request, form, save, title=_("申诉"), submit=_("提交申诉"), back=page)


@both_ways
@requires(Role.CITY)
def self_check_appeal_decide(request: Request, check_id: UUID) -> HttpResponseBase:
    """The city decides on an appeal."""
    check, _standard = _found(request, check_id)
    form = AppealDecisionForm(request.POST or None)
    page = reverse("appraisal:self-check", args=[check.pk])

    def save() -> tuple[str, Any]:
        values, now = form.cleaned_data, clock.now()
        with actions.tracing(check, by=request.viewer, at=now):
            actions.decide_appeal(
                check, grants=values["grants"] == "yes", reason=values["reason"], by=request.viewer, at=now,
                today=clock.today(),
            )  # fmt: skip
        return page, _("已裁定。")

    return answer_sheet(request, form, save, title=_("裁定申诉"), submit=_("确定"), back=page, note=check.appeal)


@require_GET
@requires(*EVERYBODY)
def check_proof(request: Request, proof_id: UUID) -> HttpResponseBase:
    """The file itself; `?show` shows a photo in the page, `?preview` a small one."""
    found = queries.proof_seen(request.viewer, proof_id)
    if found is None:
        raise Http404
    return kept_file_answer(request, found.media, found.name, lambda small: queries.content_of(found, preview=small))


@require_POST
@requires(Role.HEAD)
def check_proof_remove(request: Request, proof_id: UUID) -> HttpResponseBase:
    """Take a file away."""
    found = queries.proof_seen(request.viewer, proof_id)
    if found is None:
        raise Http404
    page = reverse("appraisal:self-check", args=[found.self_check_id])
    try:
        actions.remove_proof(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, page, problem)
    return go(request, page, _("已移除。"))


def _found(request: Request, check_id: UUID) -> tuple[SelfCheck, Standard]:
    check = queries.check_of(request.viewer, check_id)
    if check is None:
        raise Http404
    return check, with_items().get(pk=check.standard_id)
