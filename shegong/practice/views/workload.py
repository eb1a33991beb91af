"""Pages of workload: who has how much to do, who is away, how much is fair."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.forms.workload import FairRangeForm, LeaveForm
from shegong.practice.queries import workload as queries
from shegong.practice.queries.workload import READERS, Load, Week
from shegong.practice.views.sheets import answer_sheet, go, raise_if_gone
from shegong.workforce.actions import leave as actions
from shegong.workforce.models import Leave
from shegong.workforce.queries.leave import MANAGERS, fair_ranges, sets_range

METHOD_CLASSES: Final = {"C": "kind-case", "G": "kind-group", "M": "kind-community"}
SCALE_HOURS: Final = 40


@require_GET
@requires(*READERS)
def workload(request: Request) -> HttpResponseBase:
    """Open cases, hours by week and kind of work, leave: of oneself, of a head's or county officer's people."""
    viewer, today = request.viewer, clock.today()
    station = _station(request)
    try:
        page, loads = queries.loads_page(viewer, today, station, request.GET.get("cursor"))
    except Problem as problem:
        raise Http404(str(problem)) from None
    leads = viewer.has(*MANAGERS)
    context = {
        "page": page,
        "rows": [_row(load) for load in loads],
        "station": station,
        "stations": _towns(request) if leads else [],
        "leads": leads,
        "fair": next(iter(fair_ranges(viewer.hubs).values()), None) if viewer.has(Role.COUNTY) else None,
        "hub": _own_hub(request) if viewer.has(Role.COUNTY) else None,
        "may_note": bool(loads),
        "today": today,
    }
    return render(request, "practice/workload.html", context)


@require_GET
@requires(*READERS)
def worker_load(request: Request, worker_id: int) -> HttpResponseBase:
    """What one worker has to do: a card for the worker's page, or nothing for whom it is no concern of."""
    today = clock.today()
    found = queries.loads_of(list(queries.workers_shown(request.viewer, today).filter(pk=worker_id)), today)
    return render(request, "practice/worker_load.html", {"row": _row(found[0]) if found else None})


@require_GET
@requires(Role.HEAD)
def overloaded(request: Request) -> HttpResponseBase:
    """Who of a head's people has too much to do: a card for the head's day, or nothing."""
    found = queries.overloaded(request.viewer, clock.today())
    return render(request, "practice/overloaded.html", {"overloaded": found})


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def leave_new(request: Request) -> HttpResponseBase:
    """Note a leave."""
    viewer, today = request.viewer, clock.today()
    people = list(queries.workers_shown(viewer, today).order_by("sort_key", "id"))
    colleagues = list(queries.colleagues_of(people, today))
    first = {"key": uuid7(), "first_on": today, "last_on": today, "worker": request.GET.get("worker", "")}
    form = LeaveForm(request.POST or None, people=people, colleagues=colleagues, initial=first)

    def save() -> tuple[str, Any]:
        leave = actions.note_leave(form.away(), key=form.cleaned_data["key"], by=viewer, at=clock.now())
        return reverse("practice:workload"), _("%(name)s的休假已登记。") % {"name": leave.worker.name}

    return answer_sheet(request, form, save, title=_("登记休假"), submit=_("保存"), back=reverse("practice:workload"))


@require_POST
@requires(*READERS)
def leave_cancel(request: Request, leave_id: UUID) -> HttpResponseBase:
    """Call a leave off."""
    leave = Leave.objects.filter(pk=leave_id).first()
    if leave is None:
        raise Http404
    try:
        actions.cancel_leave(leave, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        if problem.status == 403:
            raise PermissionDenied(str(problem)) from None
        return go(request, reverse("practice:workload"), problem.message)
    return go(request, reverse("practice:workload"), _("休假已取消。"))


@require_http_methods(["GET", "POST"])
@requires(Role.COUNTY)
def fair_range(request: Request) -> HttpResponseBase:
    """How much work is fair in the county."""
    hub = _own_hub(request)
    if hub is None or not sets_range(request.viewer, hub):
        raise Http404
    now = fair_ranges([hub.pk])[hub.pk]
    first = {name: getattr(now, name) for name in FairRangeForm.base_fields}
    form = FairRangeForm(request.POST or None, initial=first)

    def save() -> tuple[str, Any]:
        actions.set_fair_range(hub, form.fair(), by=request.viewer, at=clock.now())
        return reverse("practice:workload"), _("合理工作量已更新。")

    note = _("按全职计；兼职的按占比折算。只用来提醒站长，不用于考核和排名。")
    return answer_sheet(
        request, form, save, title=_("合理工作量"), submit=_("保存"), back=reverse("practice:workload"), note=note
    )


def _row(load: Load) -> dict[str, Any]:
    """A worker as the page shows it."""
    high = load.fair.hours_high * load.share / 100
    return {
        "load": load,
        "fair_cases": _span(load.fair.cases_low, load.fair.cases_high, load.share),
        "fair_hours": _span(load.fair.hours_low, load.fair.hours_high, load.share),
        "weeks": [_week(week, high) for week in load.weeks],
        "kinds": _kinds(load),
    }


def _week(week: Week, high: float) -> dict[str, Any]:
    """A week's bar: its parts by kind of work side by side, in percent of a scale that holds any week."""
    parts, start = [], 0.0
    for method, minutes in week.by_method.items():
        width = round(min(minutes / 60 / SCALE_HOURS * 100, 100 - start), 1)
        parts.append({"kind": METHOD_CLASSES[method], "x": start, "width": width})
        start += width
    return {"week": week, "hours": Decimal(week.minutes) / 60, "is_over": week.minutes > high * 60, "parts": parts}


def _span(low: int, high: int, share: int) -> str:
    """A fair range for a share of full time."""
    return f"{low * share // 100}–{high * share // 100}"


def _kinds(load: Load) -> list[tuple[str, Decimal]]:
    """Hours of the weeks shown by kind of work."""
    names = {"C": _("个案"), "G": _("小组"), "M": _("社区")}
    sums = {method: sum(week.by_method[method] for week in load.weeks) for method in names}
    return [(names[method], Decimal(minutes) / 60) for method, minutes in sums.items() if minutes]


def _station(request: Request) -> Station | None:
    """The station whose people are asked for."""
    key = request.GET.get("station", "")
    if not key or not request.viewer.has(*MANAGERS):
        return None
    found = Station.objects.filter(key=key).first()
    if found is None or not request.viewer.reaches(found.hub_id, found.pk):
        raise Http404
    return found


def _towns(request: Request) -> list[Station]:
    """The town stations of a county officer's counties (one query)."""
    return list(Station.objects.filter(hub_id__in=request.viewer.hubs, tier=Tier.STATION).order_by("path"))


def _own_hub(request: Request) -> Station | None:
    """The county of an officer (one query)."""
    return Station.objects.filter(pk__in=request.viewer.hubs).order_by("path").first()
