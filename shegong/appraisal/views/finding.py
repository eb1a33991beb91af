"""Findings: the lists, one with its course, and each step of it."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.appraisal.actions import finding as actions
from shegong.appraisal.enums import SETTLED, TO_CORRECT, FindingSource, FindingState, Severity
from shegong.appraisal.forms import finding as shapes
from shegong.appraisal.models import Finding, FindingTerm
from shegong.appraisal.queries import finding as queries
from shegong.appraisal.queries.finding import OFFICERS, READERS
from shegong.appraisal.queries.policy import clause_choices
from shegong.appraisal.queries.round_finding import origin_of
from shegong.appraisal.rules.finding import days_overdue
from shegong.appraisal.views.frame import both_ways, correction_tabs
from shegong.appraisal.views.path import TIERS
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.kernel.uploads.keeping import Brought
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import called
from shegong.network.scope import Viewer
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role

RECORDERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD)
MINE, LATE, UNSETTLED, ALL = "mine", "overdue", "unsettled", "all"
STATIONS_OFFERED: Final = 400


@require_GET
@requires(*READERS)
def findings(request: Request) -> HttpResponseBase:
    """Those that wait for the viewer first; all of the viewer's by state, severity and station."""
    viewer, today = request.viewer, clock.today()
    state = request.GET.get("state", MINE)
    severity = request.GET.get("severity", "")
    text = request.GET.get("q", "").strip()[:50]
    rows = queries.findings_seen(viewer)
    rows = rows.filter(_of_state(viewer, state))
    if severity in Severity.values:
        rows = rows.filter(severity=severity)
    if text:
        rows = rows.filter(station__in=Station.objects.filter(called(text)).values("pk"))
    order = ["due_on"] if state in (MINE, LATE, UNSETTLED) else ["-found_on"]
    page = page_of(rows.defer("plan", "correction"), order, request.GET.get("cursor"))
    found = queries.counted(viewer, today)
    ended = (FindingState.CLOSED, FindingState.WITHDRAWN)
    waiting = (FindingState.CORRECTED,) if viewer.has(*OFFICERS) else TO_CORRECT
    counts = {
        MINE: sum(found[each] for each in waiting) + (found["asked"] if viewer.has(*OFFICERS) else 0),
        UNSETTLED: sum(found[each] for each in FindingState if each not in ended),
        LATE: found["overdue"],
        **{each.value: found[each] for each in FindingState},
    }
    titles = [
        (MINE, _("等我办理")),
        (LATE, _("已超期")),
        (UNSETTLED, _("未关闭")),
        *FindingState.choices,
        (ALL, _("全部")),
    ]
    context = {
        "tabs": correction_tabs(request, "findings"),
        "page": page,
        "rows": [(each, days_overdue(each.state, each.due_on, today)) for each in page.items],
        "states": _filters(request, "state", state, titles, counts),
        "severities": _filters(request, "severity", severity, [("", _("全部程度")), *Severity.choices], {}),
        "text": text,
        "state": state,
        "severity": severity,
        "may_record": viewer.has(*RECORDERS),
    }
    return render(request, "appraisal/findings.html", context)


def _of_state(viewer: Viewer, state: str) -> Any:
    if state == LATE:
        return queries.overdue(clock.today())
    if state == UNSETTLED:
        return ~Q(state__in=SETTLED)
    if state in FindingState.values:
        return Q(state=state)
    return queries.in_hand(viewer) if state == MINE else Q()


def _filters(
    request: Request, name: str, chosen: str, values: list[tuple[str, Any]], counts: dict[str, int]
) -> list[dict[str, Any]]:
    kept = {key: str(value) for key, value in request.GET.items() if key not in (name, "cursor") and value}
    return [
        {
            "title": title,
            "url": f"{reverse('appraisal:findings')}?{urlencode({**kept, name: value})}",
            "active": value == chosen,
            "count": counts.get(value) or None,
        }
        for value, title in values
    ]


@both_ways
@requires(*RECORDERS)
def finding_new(request: Request) -> HttpResponseBase:
    """Write down a finding; a page that leads here brings the station, the item and where it comes from."""
    viewer, today = request.viewer, clock.today()
    given = request.GET
    place = _place(viewer, given.get("station", "") or request.POST.get("station", ""))
    sources = FindingSource.values if viewer.has(*OFFICERS) else [FindingSource.OWN]
    initial = {
        "station": place.key if place else "", "source": given.get("source", sources[-2] if len(sources) > 1 else ""),
        "source_words": given.get("words", ""), "source_key": given.get("key", ""), "wrong": given.get("wrong", ""),
        "rests": given.get("rests", ""), "severity": Severity.MINOR.value, "found_on": today,
    }  # fmt: skip
    form = shapes.FindingForm(
        request.POST or None, request.FILES or None, initial=initial, stations=_offered(viewer, place),
        rests=_rests(place), sources=sources,
    )  # fmt: skip

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        station = _place(viewer, values["station"])
        if station is None:
            raise Problem("station_unknown", _("没有这个站点，或不在您的范围内。"), "station")
        kind, _sign, rest = values["rests"].partition(":")
        document, _sign, anchor = rest.partition("#")
        draft = actions.Draft(
            source=values["source"], wrong=values["wrong"], severity=values["severity"], found_on=values["found_on"],
            document=document if kind == "clause" else "", anchor=anchor,
            item_id=int(rest) if kind == "item" and rest.isdigit() else None,
            source_key=values["source_key"], source_words=values["source_words"],
        )  # fmt: skip
        made = actions.record_finding(
            station, draft, _files(form), by=viewer, at=clock.now(), today=today
        )  # fmt: skip
        return reverse("appraisal:finding", args=[made.pk]), _("已提出，等站点制定整改计划。")

    back = reverse("appraisal:findings")
    return answer_sheet(request, form, _at_rests(save), title=_("提出问题"), submit=_("提出"), back=back)


def _at_rests(save: Callable[[], tuple[str, Any]]) -> Callable[[], tuple[str, Any]]:
    """What the action finds wrong with item or clause stands at the one field that chooses them."""

    def told() -> tuple[str, Any]:
        try:
            return save()
        except Problem as problem:
            if problem.field in ("item", "clause"):
                raise problem.at("rests") from problem
            raise

    return told


def _place(viewer: Viewer, words: str) -> Station | None:
    """A station by its code or whole name, where the viewer may write down a finding."""
    words = words.strip()[:100].replace("\0", "")
    found = Station.objects.filter(Q(key=words) | Q(name=words)).exclude(tier=Tier.CENTRE).first()
    return found if found and queries.may_record(viewer, found, FindingSource.OWN) else None


def _offered(viewer: Viewer, place: Station | None) -> list[tuple[str, str]]:
    """The stations to choose from; none where there are too many, and their name is typed instead."""
    if place is not None:
        return [(place.key, place.name)]
    if viewer.has(Role.CITY):
        return []
    reach = Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations)
    rows = Station.objects.filter(reach).exclude(tier=Tier.CENTRE).exclude(stage="closed").order_by("path")
    found = list(rows.values_list("key", "name")[: STATIONS_OFFERED + 1])
    return [("", "—"), *found][len(found) == 1 :] if len(found) <= STATIONS_OFFERED else []


def _rests(place: Station | None) -> list[tuple[str, Any]]:
    """Items of the tier's standard (of all tiers' where the station is still to be chosen), then clauses in force, each
    group under its heading.
    """
    today = clock.today()
    tiers = [Tier(place.tier)] if place else list(TIERS)
    groups: list[tuple[str, Any]] = [("", "—")]
    for tier in tiers:
        items = [(f"item:{item.pk}", f"{item.code} {item.title}") for item in queries.items_for(tier, today)]
        if items:
            groups.append((_("%(tier)s标准条目") % {"tier": tier.label}, items))
    return [*groups, (_("政策条款"), [(f"clause:{key}", words) for key, words in clause_choices(today)])]


def _files(form: forms.Form) -> list[Brought]:
    return [
        Brought(form.cleaned_data[name].read(), form.cleaned_data[name].name)
        for name in shapes.FILES
        if form.cleaned_data.get(name)
    ]


@require_GET
@requires(*READERS)
def finding(request: Request, finding_id: UUID) -> HttpResponseBase:
    """A finding with what was found, planned, done and said."""
    found = _found(request, finding_id)
    viewer, today = request.viewer, clock.today()
    proofs = queries.proofs_of(found)
    is_officer = queries.is_officer_of(viewer, found.hub_id)
    own = viewer.account_id in (found.corrected_by_id, found.responsible.account_id if found.responsible else None)
    context = {
        "steps": [{"title": _("问题整改"), "url": reverse("appraisal:findings")}],
        "finding": found,
        "late": days_overdue(found.state, found.due_on, today),
        "proofs_found": [each for each in proofs if each.stage == "found"],
        "proofs_corrected": [each for each in proofs if each.stage == "corrected"],
        "history": queries.steps_of(found),
        "before": queries.before(found),
        "may_plan": found.state in TO_CORRECT and queries.may_correct(viewer, found.station),
        "may_correct": found.state in (FindingState.PLANNED, FindingState.RETURNED)
        and queries.may_correct(viewer, found.station),
        "may_recheck": is_officer and found.state == FindingState.CORRECTED and not own,
        "may_extend": is_officer and found.state in TO_CORRECT,
        "may_ask": not is_officer and found.state in TO_CORRECT and found.asked_until is None
        and queries.may_correct(viewer, found.station),
        "origin": origin_of(viewer, found),
    }  # fmt: skip
    return render(request, "appraisal/finding.html", context)


@both_ways
@requires(Role.HEAD)
def finding_plan(request: Request, finding_id: UUID) -> HttpResponseBase:
    """The station says who does what by when."""
    found = _found(request, finding_id)
    people = [(str(each.pk), each.name) for each in queries.may_be_responsible(found.station, clock.today())]
    kept = {"responsible": found.responsible_id, "plan": found.plan, "planned_for": found.planned_for or found.due_on}
    form = shapes.PlanFindingForm(request.POST or None, people=people, initial=kept)

    def save() -> Any:
        values = form.cleaned_data
        return actions.plan_finding(
            found, int(values["responsible"]), values["plan"], values["planned_for"], by=request.viewer,
            at=clock.now(), today=clock.today(),
        )  # fmt: skip

    return _answered(request, found, form, save, title=_("整改计划"), submit=_("保存计划"), said=_("计划已保存。"))


@both_ways
@requires(Role.HEAD)
def finding_correct(request: Request, finding_id: UUID) -> HttpResponseBase:
    """The station hands in what it did."""
    found = _found(request, finding_id)
    form = shapes.CorrectForm(request.POST or None, request.FILES or None, initial={"correction": found.correction})

    def save() -> Any:
        text = form.cleaned_data["correction"]
        return actions.correct_finding(found, text, _files(form), by=request.viewer, at=clock.now())

    said = _("已报送，等待复查。")
    return _answered(request, found, form, save, title=_("报送整改结果"), submit=_("报送"), said=said)


@both_ways
@requires(*OFFICERS)
def finding_recheck(request: Request, finding_id: UUID) -> HttpResponseBase:
    """The second look."""
    found = _found(request, finding_id)
    form = shapes.RecheckForm(request.POST or None)

    def save() -> Any:
        values = form.cleaned_data
        return actions.recheck_finding(
            found, closes=values["closes"] == "yes", note=values["note"], by=request.viewer, at=clock.now(),
            today=clock.today(),
        )  # fmt: skip

    return _answered(request, found, form, save, title=_("复查"), submit=_("确定"), said=_("复查结论已记下。"))


@both_ways
@requires(*OFFICERS)
def finding_extend(request: Request, finding_id: UUID) -> HttpResponseBase:
    """More time."""
    found = _found(request, finding_id)
    form = shapes.ExtendForm(request.POST or None, initial={"until": found.asked_until})

    def save() -> Any:
        values = form.cleaned_data
        return actions.extend_finding(
            found, values["until"], values["reason"], by=request.viewer, at=clock.now(), today=clock.today()
        )

    return _answered(request, found, form, save, title=_("延长期限"), submit=_("延长"), said=_("期限已延长。"))


@both_ways
@requires(Role.HEAD)
def finding_ask(request: Request, finding_id: UUID) -> HttpResponseBase:
    """The station asks for more time."""
    found = _found(request, finding_id)
    form = shapes.AskForm(request.POST or None)

    def save() -> Any:
        values = form.cleaned_data
        return actions.ask_for_time(
            found, values["until"], values["reason"], by=request.viewer, at=clock.now(), today=clock.today()
        )

    said = _("申请已送出，答复前仍按原期限。")
    return _answered(request, found, form, save, title=_("申请延期"), submit=_("申请"), said=said)


@both_ways
@requires(*OFFICERS)
def finding_refuse(request: Request, finding_id: UUID) -> HttpResponseBase:
    """No more time than there is."""
    found = _found(request, finding_id)
    form = shapes.ReasonForm(request.POST or None)

    def save() -> Any:
        return actions.refuse_time(found, form.cleaned_data["reason"], by=request.viewer, at=clock.now())

    return _answered(request, found, form, save, title=_("不同意延期"), submit=_("答复"), said=_("已答复，期限不变。"))


@both_ways
@requires(*OFFICERS)
def finding_withdraw(request: Request, finding_id: UUID) -> HttpResponseBase:
    """Take back what proved wrong."""
    found = _found(request, finding_id)
    form = shapes.ReasonForm(request.POST or None)

    def save() -> Any:
        reason = form.cleaned_data["reason"]
        return actions.withdraw_finding(found, reason, by=request.viewer, at=clock.now(), today=clock.today())

    return _answered(request, found, form, save, title=_("撤销这条问题"), submit=_("撤销"), said=_("已撤销。"))


def _answered(
    request: Request, found: Finding, form: forms.Form, act: Callable[[], Any], *, title: str, submit: str, said: str
) -> HttpResponseBase:
    """A step's sheet; what is refused leaves its trace."""
    page = reverse("appraisal:finding", args=[found.pk])

    def save() -> tuple[str, Any]:
        with actions.tracing(found, by=request.viewer, at=clock.now()):
            act()
        return page, said

    return answer_sheet(request, form, save, title=title, submit=submit, back=page, note=found.wrong)


@require_GET
@requires(*READERS)
def finding_proof(request: Request, proof_id: UUID) -> HttpResponseBase:
    """The file itself; `?show` shows a photo in the page, `?preview` a small one."""
    found = queries.proof_seen(request.viewer, proof_id)
    if found is None:
        raise Http404
    return kept_file_answer(request, found.media, found.name, lambda small: queries.content_of(found, preview=small))


@require_GET
@requires(*READERS)
def finding_terms(request: Request) -> HttpResponseBase:
    """What holds for each severity."""
    context = {
        "tabs": correction_tabs(request, "finding-terms"),
        "terms": queries.terms(),
        "may_set": queries.is_city(request.viewer),
    }
    return render(request, "appraisal/finding_terms.html", context)


@both_ways
@requires(Role.CITY)
def finding_term(request: Request, severity: str) -> HttpResponseBase:
    """Set what holds for a severity."""
    term = FindingTerm.objects.filter(pk=severity).first()
    if term is None:
        raise Http404
    names = ("days", "county_days", "city_days", "question_at")
    form = shapes.TermForm(request.POST or None, initial={name: getattr(term, name) for name in names})
    back = reverse("appraisal:finding-terms")

    def save() -> tuple[str, Any]:
        actions.set_term(term, **form.cleaned_data, by=request.viewer, at=clock.now())
        return back, _("已保存，从新提出的问题起算。")

    return answer_sheet(request, form, save, title=term.get_severity_display(), submit=_("保存"), back=back)


def _found(request: Request, finding_id: UUID) -> Finding:
    found = queries.finding_of(request.viewer, finding_id)
    if found is None:
        raise Http404
    return found
