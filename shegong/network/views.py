"""The list of stations, and the forms that change a station's life. (Its page stands on the desk's floor.)"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network import queries
from shegong.network.actions import change_operation, change_stage, may_change_station
from shegong.network.enums import Stage, Tier
from shegong.network.forms import OperationForm, StageForm
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role

KEEPERS = (Role.HEAD, Role.COUNTY, Role.CITY, Role.ADMIN)
WRONG = 422


@require_GET
@requires()
def stations(request: Request) -> HttpResponseBase:
    """All stations: search by name or key, narrowed by tier, stage and county."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    tier, stage = request.GET.get("tier", ""), request.GET.get("stage", "")
    hub = request.GET.get("hub", "")[:40].replace("\0", "")
    wanted = {"tier": tier if tier in Tier.values else "", "stage": stage if stage in Stage.values else "", "hub": hub}
    try:
        page = queries.stations_page(text, **wanted, cursor=request.GET.get("cursor"))
    except Problem:
        return redirect("network:stations")
    context = {
        "page": page,
        "text": text,
        "wanted": wanted,
        "tiers": _choices(request, "tier", Tier.choices),
        "stages": Stage.choices,
        "hubs": queries.hubs(),
    }
    return render(request, "network/stations.html", context)


def _choices(request: Request, name: str, choices: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Filters as links that keep the others and start from the first page."""
    chosen = request.GET.get(name, "")

    def address(value: str) -> str:
        query: QueryDict = request.GET.copy()
        for key in ("cursor", name):
            query.pop(key, None)
        if value:
            query[name] = value
        return f"?{query.urlencode()}"

    entries = [("", _("全部")), *choices]
    return [{"title": title, "url": address(value), "active": value == chosen} for value, title in entries]


@requires(*KEEPERS)
def stage(request: Request, key: str) -> HttpResponseBase:
    """Move a station to its next stage."""
    station = _station(request, key)
    form = StageForm(station.stage, request.POST or None)
    if form.is_valid():
        said, today = form.cleaned_data, clock.today()
        try:
            change_stage(station, said["stage"], said["since"], said["reason"], by=request.viewer, today=today)
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return _done(request, station)
    return _sheet(request, form, station, _("更改站点状态"))


@requires(*KEEPERS)
def operation(request: Request, key: str) -> HttpResponseBase:
    """Say who runs a station from a day on."""
    station, today = _station(request, key), clock.today()
    form = OperationForm(today, request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            agency = queries.agencies_on(today).filter(id=said["organisation"] or 0).first()
            change_operation(station, said["mode"], agency, said["since"], by=request.viewer, today=today)
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return _done(request, station)
    return _sheet(request, form, station, _("更改运营方式"))


def _station(request: Request, key: str) -> Station:
    station = queries.station_by_key(key)
    if station is None:
        raise Http404
    if not may_change_station(request.viewer, station):
        raise PermissionDenied(_("您不能更改这个站点。"))
    return station


def _sheet(request: Request, form: Form, station: Station, title: str) -> HttpResponse:
    context = {"form": form, "station": station, "title": title}
    return render(request, "network/station_change.html", context, status=WRONG if form.is_bound else 200)


def _done(request: Request, station: Station) -> HttpResponse:
    url = f"/stations/{station.key}/"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
