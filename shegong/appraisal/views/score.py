"""A drawn unit with its records, score sheets on a phone, differences settled, results with their appeals; and what
everybody may read.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import score as actions
from shegong.appraisal.actions.round import tracing
from shegong.appraisal.enums import AssessedGrade, Rater, RoundState
from shegong.appraisal.forms.round import ResultAppealForm, ResultDecisionForm, ScoresForm, SettleForm
from shegong.appraisal.models import Round, RoundItem, RoundResult, RoundUnit, ScoreSheet, Settlement
from shegong.appraisal.queries import round as queries
from shegong.appraisal.queries.finding import is_officer_of
from shegong.appraisal.queries.round_finding import findings_of, may_make_findings
from shegong.appraisal.views.frame import both_ways, round_tabs
from shegong.appraisal.views.round import kinds_of
from shegong.catalogue.enums import Method
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.kernel.uploads.keeping import Brought
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.people.enums import Role

FILLERS = (Role.ASSESSOR, Role.COUNTY)


@require_GET
@requires(*queries.PARTIES)
def unit(request: Request, unit_id: UUID) -> HttpResponseBase:
    """A drawn unit: for its assessors the sampled records, and, once both have handed in, what they gave; after
    publication the result, step by step, for those concerned (a dozen queries, whatever the rows).
    """
    found, viewer = _unit(unit_id), request.viewer
    today = clock.today()
    sheets = list(ScoreSheet.objects.filter(unit=found).order_by("rater", "seat"))
    own = next((sheet for sheet in sheets if sheet.account_id == viewer.account_id), None)
    lines = queries.compared(found.round, [found.pk]).get(found.pk, [])
    result = RoundResult.objects.filter(unit=found).first()
    leads = any(m.leads and m.account_id == viewer.account_id for m in queries.members_of(found.round))
    in_window = found.round.state == RoundState.UNDER_WAY and found.round.since <= today < found.round.until
    others = [
        (sheet, queries.lines_of(sheet)) for sheet in sheets
        if sheet.rater != Rater.PROFESSIONAL and sheet.handed_in_at is not None
    ]  # fmt: skip
    context = {
        "tabs": round_tabs(request, "rounds"),
        "steps": _way(found),
        "unit": found,
        "kind": kinds_of(found.round).get(found.kind, found.kind),
        "sheets": sheets,
        "own": own,
        "records": queries.sampled(found.pk) if viewer.has(Role.ASSESSOR) else [],
        "methods": dict(Method.choices),
        "sees_records": viewer.has(Role.ASSESSOR) and in_window,
        "lines": lines,
        "others": [(sheet, rows) for sheet, rows in others if any(row.points is not None for row in rows)],
        "may_settle": in_window and (leads or (own is not None and own.rater == Rater.PROFESSIONAL)),
        "leads": leads,
        "me": viewer.account_id,
        "result": result,
        "parts": queries.parts_of(found.round, result) if result else [],
        "may_find": may_make_findings(viewer, found.round) and is_officer_of(viewer, found.hub_id),
        "made": findings_of(viewer, found),
        "may_appeal": result is not None
        and found.round.state == RoundState.OUT
        and result.appealed_at is None
        and viewer.has(Role.HEAD, Role.AGENCY)
        and viewer.reaches(found.hub_id, found.station_id),
        "may_decide": result is not None
        and result.appealed_at is not None
        and result.decided_at is None
        and viewer.has(Role.CITY)
        and result.graded_by_id != viewer.account_id,
    }
    return render(request, "appraisal/unit.html", context)


@require_GET
@requires(Role.ASSESSOR)
def record(request: Request, record_id: UUID) -> HttpResponseBase:
    """A sampled record. Any other is refused, and a trace is kept."""
    try:
        found = actions.open_sampled(record_id, by=request.viewer, at=clock.now())
    except Problem as problem:
        return render(request, "kernel/problem.html", {"problem": problem}, status=problem.status)
    place = _unit(found.unit_id)
    steps = [*_way(place), {"title": place.station.name, "url": reverse("appraisal:unit", args=[place.pk])}]
    context = {"record": found, "unit": place, "steps": steps, "method": dict(Method.choices).get(found.method, "")}
    return render(request, "appraisal/sampled_record.html", context)


@require_GET
@requires(*FILLERS)
def score_sheets(request: Request) -> HttpResponseBase:
    """The sheets that wait for the viewer, the nearest first; and those handed in."""
    viewer, today = request.viewer, clock.today()
    waits = request.GET.get("state") != "done"
    if waits:
        found = queries.sheets_in_hand(viewer).filter(round__since__lte=today, round__until__gt=today)
    else:
        found = queries.sheets_seen(viewer).filter(handed_in_at__isnull=False)
    address = reverse("appraisal:score-sheets")
    context = {
        "tabs": round_tabs(request, "score-sheets"),
        "filters": [
            {"title": _("待评分"), "url": address, "active": waits},
            {"title": _("已提交"), "url": f"{address}?state=done", "active": not waits},
        ],
        "waits": waits,
        "page": page_of(found, ["station__name"], request.GET.get("cursor")),
    }
    return render(request, "appraisal/score_sheets.html", context)


@both_ways
@requires(*queries.PARTIES)
def score_sheet(request: Request, sheet_id: UUID) -> HttpResponseBase:
    """A sheet: its rater fills it item by item, keeps it or hands it in; others read what they may."""
    found = queries.sheet_of(sheet_id)
    if found is None:
        raise Http404
    viewer, today = request.viewer, clock.today()
    fills = queries.may_fill(viewer, found, today)
    lines = queries.lines_of(found)
    form: ScoresForm | None = None
    if fills:
        data = request.POST if request.method == "POST" else None
        waits = data is not None and "submit" not in data
        form = ScoresForm(data, request.FILES or None, lines=lines, opinion=found.opinion, may_wait=waits)
        if data is not None and form.is_valid():
            answer = _keep(request, found, form)
            if answer is not None:
                return answer
            lines = queries.lines_of(found)
    context = {
        "tabs": round_tabs(request, "score-sheets"),
        "steps": [{"title": _("我的评分表"), "url": reverse("appraisal:score-sheets")}] if viewer.has(*FILLERS) else [],
        "sheet": found,
        "form": form,
        "rows": [
            (line, [form[f"{name}-{line.item.code}"] for name in ("points", "note", "file")] if form else [])
            for line in lines
        ],
        "fills": fills,
        "sees_records": found.account_id == viewer.account_id and fills and found.rater == Rater.PROFESSIONAL,
        "given": sum((line.points for line in lines if line.points is not None), start=0),
    }
    status = WRONG if form is not None and form.errors else 200
    return render(request, "appraisal/score_sheet.html", context, status=status)


def _keep(request: Request, sheet: ScoreSheet, form: ScoresForm) -> HttpResponseBase | None:
    """Keep what was given and brought, and hand in if that was asked; None when something is wrong (it is in the form,
    and a trace of what was refused in the journal).
    """
    kept: dict[str, Any] = {"by": request.viewer, "at": clock.now(), "today": clock.today()}
    submits = "submit" in request.POST
    try:
        with tracing(sheet.round, by=request.viewer, at=kept["at"], station_id=sheet.station_id):
            for code in form.codes:
                file = form.cleaned_data[f"file-{code}"]
                if file is not None:
                    actions.add_photo(sheet, code, Brought(file.read(), file.name), **kept)
            actions.save_scores(sheet, form.given(), form.cleaned_data["opinion"], submit=submits, **kept)
    except Problem as problem:
        raise_if_gone(problem)
        problem.add_to_form(form)
        return None
    if submits:
        return go(request, reverse("appraisal:score-sheets"), _("评分表已提交，不能再改。"))
    return go(request, reverse("appraisal:score-sheet", args=[sheet.pk]), _("已保存，可以以后再填。"))


@require_GET
@requires(*queries.PARTIES)
def score_photo(request: Request, photo_id: UUID) -> HttpResponseBase:
    """The file itself; `?show` shows a photo in the page, `?preview` a small one."""
    found = queries.photo_seen(photo_id)
    if found is None:
        raise Http404
    return kept_file_answer(request, found.media, found.name, lambda small: queries.content_of(found, preview=small))


@require_POST
@requires(*FILLERS)
def score_photo_remove(request: Request, photo_id: UUID) -> HttpResponseBase:
    """Take a file away."""
    found = queries.photo_seen(photo_id)
    if found is None:
        raise Http404
    page = reverse("appraisal:score-sheet", args=[found.sheet_id])
    try:
        actions.remove_photo(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, page, problem)
    return go(request, page, _("已移除。"))


@both_ways
@requires(Role.ASSESSOR)
def settle(request: Request, unit_id: UUID, code: str) -> HttpResponseBase:
    """What counts for an item in which two assessors differ."""
    found = _unit(unit_id)
    item = RoundItem.objects.filter(round_id=found.round_id, code=code, rater=Rater.PROFESSIONAL).first()
    if item is None:
        raise Http404
    form = SettleForm(request.POST or None)
    back = reverse("appraisal:unit", args=[found.pk])

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        made = actions.settle(found, item, typed["points"], typed["reason"], by=request.viewer, at=clock.now())
        return back, _("已核定。") if made.agreed_at else _("已提出，等另一位评估员同意。")

    title = _("核定分歧：%(item)s") % {"item": item.title}
    return answer_sheet(request, form, save, title=title, submit=_("提交"), back=back)


@require_POST
@requires(Role.ASSESSOR)
def settle_agree(request: Request, unit_id: UUID, code: str) -> HttpResponseBase:
    """Agree to what the other proposed."""
    found = Settlement.objects.filter(unit=unit_id, item__code=code).select_related("unit", "item").first()
    if found is None:
        raise Http404
    back = reverse("appraisal:unit", args=[unit_id])
    try:
        actions.agree(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, back, problem)
    return go(request, back, _("已核定。"))


@both_ways
@requires(Role.HEAD, Role.AGENCY)
def result_appeal(request: Request, unit_id: UUID) -> HttpResponseBase:
    """Appeal against a result."""
    found = _result(unit_id)
    form = ResultAppealForm(request.POST or None)
    back = reverse("appraisal:unit", args=[unit_id])

    def save() -> tuple[str, Any]:
        now = clock.now()
        with tracing(found.round, by=request.viewer, at=now, station_id=found.station_id):
            actions.appeal_result(found, form.cleaned_data["reason"], by=request.viewer, at=now)
        return back, _("申诉已提交。")

    return answer_sheet(request, form, save, title=_("申诉"), submit=_("提交申诉"), back=back)


@both_ways
@requires(Role.CITY)
def result_decide(request: Request, unit_id: UUID) -> HttpResponseBase:
    """The city on an appeal."""
    found = _result(unit_id)
    form = ResultDecisionForm(request.POST or None)
    back = reverse("appraisal:unit", args=[unit_id])

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.decide_result_appeal(
            found, grants=typed["grants"] == "yes", points=typed["points"], reason=typed["reason"], by=request.viewer,
            at=clock.now(),
        )  # fmt: skip
        return back, _("已裁定。")

    return answer_sheet(request, form, save, title=_("裁定申诉"), submit=_("确定"), back=back, note=found.appeal)


@require_GET
def assessments(request: HttpRequest) -> HttpResponse:
    """What everybody may read, without signing in: published plans with their draws, and results."""
    page = page_of(
        Round.objects.exclude(state=RoundState.DRAFT).order_by("-published_at"), ["-made_at"], request.GET.get("cursor")
    )
    return render(request, "appraisal/assessments.html", {"page": page})


@require_GET
def assessment(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round: its plan, its draws, and once they are out its results (four queries)."""
    found = Round.objects.exclude(state=RoundState.DRAFT).filter(pk=round_id).first()
    if found is None:
        raise Http404
    is_out = found.state in queries.OUT
    results = queries.results_of(found) if is_out else RoundResult.objects.none()
    grade = request.GET.get("grade", "")
    if grade in AssessedGrade.values:
        results = results.filter(final_grade=grade)
    context = {
        "round": found,
        "draws": list(found.draws.all()),
        "is_out": is_out,
        "page": page_of(results, ["-final_total", "station__name"], request.GET.get("cursor")),
        "filters": [
            {
                "title": title,
                "url": f"?grade={value}",
                "active": value == (grade if grade in AssessedGrade.values else ""),
            }
            for value, title in (("", _("全部")), *AssessedGrade.choices)
        ],
    }
    return render(request, "appraisal/assessment.html", context)


def _unit(key: UUID) -> RoundUnit:
    found = queries.unit_of(key)
    if found is None:
        raise Http404
    return found


def _result(unit_id: UUID) -> RoundResult:
    found = RoundResult.objects.filter(unit=unit_id).select_related("round").first()
    if found is None:
        raise Http404
    return found


def _way(found: RoundUnit) -> list[dict[str, Any]]:
    return [
        {"title": _("第三方评估"), "url": reverse("appraisal:rounds")},
        {"title": found.round.title, "url": reverse("appraisal:round", args=[found.round_id])},
        {"title": _("样本"), "url": reverse("appraisal:round-sample", args=[found.round_id])},
    ]
