"""The way to the target: the overview of city and county, the list of stations, a station and its plan."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import plan as plan_actions
from shegong.appraisal.actions import self_check as actions
from shegong.appraisal.enums import CheckState, Dimension, FindingSource
from shegong.appraisal.forms.standard import PlanForm
from shegong.appraisal.queries import finding as finding_queries
from shegong.appraisal.queries import path as queries
from shegong.appraisal.queries import self_check as check_queries
from shegong.appraisal.queries.standard import measured, standards_in_force, standings
from shegong.appraisal.views.frame import EVERYBODY, OFFICERS, both_ways, tabs
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import called
from shegong.network.scope import Viewer
from shegong.network.sheets import answer_sheet, go
from shegong.people.enums import Role

TIERS: Final = (Tier.HUB, Tier.STATION, Tier.ROOM)


@require_GET
@requires(*EVERYBODY)
def standardisation(request: Request) -> HttpResponseBase:
    """How far the county or the city has come; whoever answers for one station goes to the stations."""
    viewer = request.viewer
    if not viewer.has(*OFFICERS):
        return redirect("appraisal:stations")
    found = queries.overview(viewer, clock.today())
    states = [
        {
            "title": state.label,
            "count": found.states.get(state, 0),
            "url": f"{reverse('appraisal:self-checks')}?state={state}",
        }
        for state in CheckState
        if found.states.get(state)
    ]
    context = {
        "tabs": tabs(request, "standardisation"),
        "found": found,
        "goals": [_goal(goal) for goal in found.goals],
        "states": states,
        "chart": _chart(found),
        "is_city": viewer.has(Role.CITY),
        "place": "" if viewer.has(Role.CITY) else ", ".join(row.hub.name for row in found.counties),
    }
    return render(request, "appraisal/standardisation.html", context)


def _goal(goal: queries.Goal) -> dict[str, Any]:
    list_url = f"{reverse('appraisal:stations')}?{urlencode({'tier': goal.tier})}"
    title = _("规范化总站") if goal.tier == Tier.HUB else _("规范化社工站")
    words = _("预计 %(total)s（已确认 %(confirmed)s，办理中 %(under_way)s）；另有 %(ready)s 个数据已达标、尚未提交")
    note = words % {
        "total": goal.expected.total, "confirmed": goal.expected.confirmed, "under_way": goal.expected.under_way,
        "ready": goal.expected.ready,
    }  # fmt: skip
    return {
        "title": title,
        "percent": goal.percent,
        "base": f"{goal.standardised} / {goal.stations}",
        "share": goal.share,
        "gap": _("还差 %(count)s 个（至少 %(needed)s 个）") % {"count": goal.missing, "needed": goal.needed}
        if goal.missing
        else "",
        "url": list_url,
        "gap_url": f"{list_url}&state=open",
        "note": note,
    }


def _chart(found: queries.Overview) -> dict[str, Any]:
    course, target = found.course, sum(goal.needed for goal in found.goals)
    return {
        "unit": _("个"),
        "labels": list(course.labels),
        "series": [
            {"name": _("目标"), "values": [target] * len(course.labels), "dashed": True},
            {"name": _("计划累计"), "values": list(course.planned), "dashed": True},
            {"name": _("有效认定"), "values": list(course.reached)},
            {"name": _("预计"), "values": list(course.expected), "dashed": True},
        ],
    }


@require_GET
@requires(*EVERYBODY)
def stations(request: Request) -> HttpResponseBase:
    """Stations with where each stands; those of the viewer, or all for the city."""
    viewer, today = request.viewer, clock.today()
    tier = request.GET.get("tier", "")
    state = request.GET.get("state", "")
    text = request.GET.get("q", "").strip()[:50]
    rows = _seen(viewer).filter(stage="running").exclude(tier=Tier.CENTRE)
    if tier in TIERS:
        rows = rows.filter(tier=tier)
    if text:
        rows = rows.filter(called(text))
    valid = check_queries.standardised_on(today).values("station_id")
    if state == "done":
        rows = rows.filter(pk__in=valid)
    elif state == "open":
        rows = rows.exclude(pk__in=valid)
    page = page_of(rows.only("id", "key", "name", "tier", "hub_id", "path"), ["path"], request.GET.get("cursor"))
    context = {
        "tabs": tabs(request, "stations"),
        "page": page,
        "rows": queries.station_rows(page.items, today),
        "text": text,
        "tier": tier,
        "state": state,
        "today": today,
        "tiers": _choices(request, "tier", tier, [("", _("全部层级")), *((each.value, each.label) for each in TIERS)]),
        "states": _choices(
            request, "state", state, [("", _("全部状态")), ("done", _("已规范")), ("open", _("未规范"))]
        ),
    }
    return render(request, "appraisal/stations.html", context)


def _choices(request: Request, name: str, chosen: str, values: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    kept = {key: str(value) for key, value in request.GET.items() if key not in (name, "cursor") and value}
    address = reverse("appraisal:stations")
    found = []
    for value, title in values:
        query = urlencode({**kept, name: value} if value else kept)
        found.append({"title": title, "url": f"{address}?{query}" if query else address, "active": value == chosen})
    return found


def _seen(viewer: Viewer) -> QuerySet[Station]:
    rows = Station.objects.all()
    if viewer.has(Role.CITY):
        return rows
    return rows.filter(pk__in=[*viewer.stations]) | rows.filter(hub_id__in=viewer.hubs)


@require_GET
@requires(*EVERYBODY)
def station(request: Request, key: str) -> HttpResponseBase:
    """A station against the standard: what the system knows now, its way with milestones, its self-checks."""
    viewer, today = request.viewer, clock.today()
    found = _station(viewer, key)
    standard = standards_in_force(today).get(found.tier)
    if standard is None:
        return render(request, "appraisal/no_standard.html", {"station": found, "tabs": tabs(request, "stations")})
    rows = measured(today, station_ids=[found.pk])
    row = rows[0] if rows else None
    standing = standings(rows, {found.tier: standard}).get(found.pk)
    check = check_queries.present_check(found, standard)
    sheet = check_queries.sheet(viewer, found, standard, None, today)
    context = {
        "tabs": tabs(request, "stations"),
        "steps": [{"title": _("各站点"), "url": reverse("appraisal:stations")}],
        "station": found,
        "standard": standard,
        "sheet": sheet,
        "sides": sides(sheet),
        "standing": standing,
        "stops": queries.stops(found, standard, row, standing, today),
        "check": check,
        "outcomes": list(found.standardisations.order_by("-since")),
        "valid": check_queries.standardised_on(today).filter(station=found).first(),
        "may_begin": check is None and row is not None and check_queries.may_fill(viewer, found)
        and standard.opens_on <= today <= standard.closes_on,
        "may_plan": plan_actions.may_plan(viewer, found),
        "sees_loop": viewer.has(*finding_queries.READERS),
        "may_find": finding_queries.may_record(viewer, found, FindingSource.OWN),
        "today": today,
    }  # fmt: skip
    return render(request, "appraisal/station.html", context)


def sides(sheet: check_queries.Sheet, fields: Mapping[str, list[Any]] | None = None) -> list[dict[str, Any]]:
    """A sheet's lines by dimension, each with its form fields, and the points of each dimension."""
    known = fields or {}
    return [
        {
            "title": side.label,
            "points": sheet.score.by_dimension[side][0],
            "of": sheet.score.by_dimension[side][1],
            "lines": [(line, known.get(line.item.code, [])) for line in sheet.lines if line.item.dimension == side],
        }
        for side in Dimension
    ]


@require_POST
@requires(Role.HEAD)
def check_begin(request: Request, key: str) -> HttpResponseBase:
    """Begin the self-check, or go on with it."""
    found = _station(request.viewer, key)
    try:
        check = actions.begin_check(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, reverse("appraisal:station", args=[key]), problem)
    return go(request, reverse("appraisal:self-check", args=[check.pk]))


@both_ways
@requires(*OFFICERS)
def station_plan(request: Request, key: str) -> HttpResponseBase:
    """By when the station is to be standardised."""
    found = _station(request.viewer, key)
    form = PlanForm(request.POST or None)
    back = reverse("appraisal:station", args=[key])

    def save() -> tuple[str, Any]:
        plan_actions.plan_station(
            found, form.cleaned_data["confirmed_on"], by=request.viewer, at=clock.now(), today=clock.today()
        )
        return back, _("计划已保存。")

    return answer_sheet(request, form, save, title=_("规范化计划"), submit=_("保存"), back=back)


def _station(viewer: Viewer, key: str) -> Station:
    found = _seen(viewer).select_related("hub").filter(key=key).exclude(tier=Tier.CENTRE).first()
    if found is None:
        raise Http404
    return found
