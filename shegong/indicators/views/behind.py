"""What is behind a number."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shegong.indicators import dashboard, lineage
from shegong.indicators.dashboard import View
from shegong.indicators.queries import Part, breakdown, course, last_day, shown, shown_parts
from shegong.indicators.rules import CHILD, FACETS, UNIT_NAMES, Indicator, indicator_of
from shegong.indicators.views.asked import READERS, answer, period_asked, periods_to_choose, station_asked, steps_to
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires


@require_safe
@requires(*READERS)
def behind(request: Request) -> HttpResponse:
    """Definition, formula, parts, months, and what was counted or the reason why it isn't shown."""
    station, period = station_asked(request), period_asked(request)
    try:
        indicator = indicator_of(request.GET.get("code", ""))
        by, key = request.GET.get("by", ""), request.GET.get("key", "")
        if by not in FACETS or not key:
            by = key = ""
        view = View(station, period, indicator.code, by)
        context = {
            **_number(request, view, key),
            **_rows(request, view, key),
            **({"parts": [], "months": []} if by else _parts(request, view, indicator)),
        }
    except Problem as problem:
        raise Http404(str(problem)) from None
    return answer(request, "indicators/behind.html", context)


def _number(request: Request, view: View, key: str) -> dict[str, Any]:
    """The number itself and how it is defined."""
    viewer, station, indicator = request.viewer, view.station, indicator_of(view.measure)
    found = lineage.reading_behind(viewer, indicator.code, station, view.period, view.by, key)
    kept = {"code": indicator.code, "key": key, "split": request.GET.get("split", "")}
    return {
        "view": view,
        "indicator": indicator,
        "reading": found,
        "unit": UNIT_NAMES[indicator.unit],
        "base": dashboard.base_words(found),
        "part_name": lineage.name_of(view.by, key) if view.by else "",
        "part_kind": dashboard.facet_names().get(view.by, ""),
        "whole_url": view.behind(indicator.code),
        "steps": steps_to(request, view, itself=True),
        "periods": periods_to_choose(view, "indicators:behind", **{name: text for name, text in kept.items() if text}),
        "published": [] if view.by else lineage.published(indicator.code, station),
        "coarse": found.suppressed or found.rounded,
        "as_of": clock.now(),
        "gap_url": view.address("indicators:gap") if indicator.code == dashboard.COVERAGE else "",
    }


def _rows(request: Request, view: View, key: str) -> dict[str, Any]:
    """What was counted."""
    cursor = request.GET.get("cursor")
    rows = lineage.rows_behind(request.viewer, view.measure, view.station, view.period, view.by, key, cursor)
    return {"rows": rows}


def _parts(request: Request, view: View, indicator: Indicator) -> dict[str, Any]:
    """The number's parts by what the reader chose, and its months."""
    names = {CHILD: _("下级站点"), **dashboard.facet_names()}
    below = [] if view.station.tier == Tier.ROOM else [CHILD]
    choices = below + [facet for facet in dashboard.FACET_CHOICES if facet in indicator.facets]
    split = request.GET.get("split", "")
    split = split if split in choices else (choices or [""])[0]
    parts: list[Part] = []
    if split:
        whole = breakdown(indicator.code, view.station, view.period, split)
        parts = shown_parts(whole, request.viewer, view.station, split)
    return {
        "splits": [
            {"title": names[each], "url": view.behind(indicator.code, split=each), "active": each == split}
            for each in choices
        ],
        "split_name": names.get(split, ""),
        "parts": [
            {
                "name": part.name,
                "value": part.reading.words(),
                "base": dashboard.base_words(part.reading),
                "href": view.behind(indicator.code, **_part_query(split, part.key)),
            }
            for part in parts
        ],
        "has_base": any(dashboard.base_words(part.reading) for part in parts),
        "coarse_parts": indicator.flow and dashboard.parts_are_coarse(request.viewer, view.station),
        "months": _months(request, view, indicator),
    }


def _part_query(split: str, key: str) -> dict[str, str]:
    return {"station": key} if split == CHILD else {"by": split, "key": key}


def _months(request: Request, view: View, indicator: Indicator) -> list[dict[str, str]]:
    """A flow's months within the period."""
    if not indicator.flow or view.period.kind == PeriodKind.MONTH:
        return []
    end = Period.current(PeriodKind.MONTH, last_day(view.period))
    count = (end.start.year - view.period.start.year) * 12 + end.start.month - view.period.start.month + 1
    if count < 1:
        return []
    return [
        {
            "name": one.period.label(),
            "value": shown(one, request.viewer, view.station).words(),
            "href": view.behind(indicator.code, period=str(one.period)),
        }
        for one in course(indicator.code, view.station, end, count)
    ]
