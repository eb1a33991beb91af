"""The wall: large, live, without names."""

from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shegong.indicators import actions, dashboard, livewall
from shegong.indicators.dashboard import FACET_CHOICES, Held, View
from shegong.indicators.views.asked import READERS, answer, station_asked
from shegong.kernel import clock
from shegong.kernel.cells import FEW_WORDS, coarse, is_few
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.middleware import Request, for_displays, requires
from shegong.network.models import Station
from shegong.people.display import LASTS, displayed, end_display
from shegong.people.enums import Role

HANGERS: Final = (Role.CITY, Role.COUNTY, Role.ADMIN)  # who may hang a display up
WITH_LINKS: Final = ("rows", "points")


@require_safe
@for_displays
@requires(*READERS)
def wall(request: Request) -> HttpResponse:
    """The whole wall."""
    station = _station(request)
    held = Held(_view(station))
    return answer(request, "indicators/wall.html", _live(request, station, held) | _map(request, station, held))


@require_safe
@for_displays
@requires(*READERS)
def wall_pulse(request: Request) -> HttpResponse:
    """204 while nothing was recorded; else the wall's numbers and events anew."""
    station = _station(request)
    now = livewall.pulse(station, livewall.this_year())
    if livewall.is_unchanged(request.GET.get("since", ""), now):
        return HttpResponse(status=204)
    return answer(request, "indicators/wall_live.html", _live(request, station, Held(_view(station))))


@require_safe
@for_displays
@requires(*READERS)
def wall_map(request: Request) -> HttpResponse:
    """The wall's map or bars anew; the wall asks once a minute."""
    station = _station(request)
    return answer(request, "indicators/wall_map.html", _map(request, station, Held(_view(station))))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*HANGERS)
def wall_display(request: Request) -> HttpResponseBase:
    """Turn this browser's session into a display of the wall: counts alone, and no lock. It says so first."""
    station = station_asked(request)
    if request.method == "POST":
        actions.start_display(request, station, by=request.viewer)
        return redirect("indicators:wall")
    return render(request, "indicators/wall_display.html", {"view": _view(station), "days": LASTS.days})


@require_POST
@for_displays
@requires()
def wall_display_end(request: Request) -> HttpResponseBase:
    """A display is one no more: the session ends."""
    end_display(request)
    return redirect("people:sign_in")


def _station(request: Request) -> Station:
    """What a display was hung up for, else the station asked for."""
    subject = displayed(request)
    return Station.objects.get(key=subject) if subject else station_asked(request)


def _view(station: Station) -> View:
    return View(station, livewall.this_year(), dashboard.PERSONS, FACET_CHOICES[0])


def _live(request: Request, station: Station, held: Held) -> dict[str, Any]:
    """What changes with each record."""
    view = _view(station)
    return {
        "view": view,
        "cards": dashboard.cards(request.viewer, view, held),
        "today": _today(request, station),
        "events": livewall.ticker(request.viewer, station),
        "as_of": clock.now(),
        "may_hang": request.viewer.has(*HANGERS),
        "pulse_url": view.address("indicators:wall_pulse", since=livewall.pulse(station, view.period)),
    }


def _today(request: Request, station: Station) -> list[dict[str, str]]:
    counts = livewall.counts_of_today(station)
    hidden = dashboard.is_coarse(request.viewer, station)

    def words(count: int) -> str:
        if not hidden:
            return number(count)
        return FEW_WORDS if is_few(count) else f"≈ {number(coarse(Decimal(count)))}"

    return [
        {"label": _("今日服务"), "value": words(counts.records), "unit": _("次")},
        {"label": _("今日人次"), "value": words(counts.person_times), "unit": _("人次")},
        {"label": _("今日工时"), "value": words(round(counts.work_minutes / 60)), "unit": _("小时")},
    ]


def _map(request: Request, station: Station, held: Held) -> dict[str, Any]:
    view = _view(station)
    parts, rows = dashboard.children(request.viewer, view, held)
    is_city = station.tier == Tier.CENTRE
    chart = dashboard.map_data(view, parts, rows) if is_city else dashboard.bars_data(view, parts, rows)
    if displayed(request):
        chart = _without_ways_on(chart)
    return {
        "view": view,
        "map_url": view.address("indicators:wall_map"),
        "map_kind": "map" if is_city else "bars",
        "map_title": dashboard.children_title(view, parts),
        "map_chart": chart,
    }


def _without_ways_on(chart: dict[str, Any]) -> dict[str, Any]:
    """The chart without links: a display opens no other page."""
    return {
        name: [{key: each[key] for key in each if key != "href"} for each in value] if name in WITH_LINKS else value
        for name, value in chart.items()
    }
