"""The wall: large, live, without names."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shegong.indicators import dashboard, livewall
from shegong.indicators.dashboard import FACET_CHOICES, Held, View
from shegong.indicators.views.asked import READERS, answer, station_asked
from shegong.kernel import clock
from shegong.kernel.cells import FEW_WORDS, coarse, is_few
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station


@require_safe
@requires(*READERS)
def wall(request: Request) -> HttpResponse:
    """The whole wall."""
    station = station_asked(request)
    held = Held(_view(station))
    return answer(request, "indicators/wall.html", _live(request, station, held) | _map(request, station, held))


@require_safe
@requires(*READERS)
def wall_pulse(request: Request) -> HttpResponse:
    """204 while nothing was recorded; else the wall's numbers and events anew."""
    station = station_asked(request)
    now = livewall.pulse(station, livewall.this_year())
    if livewall.is_unchanged(request.GET.get("since", ""), now):
        return HttpResponse(status=204)
    return answer(request, "indicators/wall_live.html", _live(request, station, Held(_view(station))))


@require_safe
@requires(*READERS)
def wall_map(request: Request) -> HttpResponse:
    """The wall's map or bars anew; the wall asks once a minute."""
    station = station_asked(request)
    return answer(request, "indicators/wall_map.html", _map(request, station, Held(_view(station))))


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
    return {
        "view": view,
        "map_url": view.address("indicators:wall_map"),
        "map_kind": "map" if is_city else "bars",
        "map_title": dashboard.children_title(view, parts),
        "map_chart": dashboard.map_data(view, parts, rows) if is_city else dashboard.bars_data(view, parts, rows),
    }
