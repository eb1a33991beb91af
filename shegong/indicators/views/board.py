"""The board: a station's numbers with map, trend and parts; and where rooms are missing."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shegong.indicators import dashboard, lineage, livewall
from shegong.indicators.dashboard import Held, View, measures_of
from shegong.indicators.queries import children_of, plans_for
from shegong.indicators.rules import INDICATORS, UNIT_NAMES
from shegong.indicators.views.asked import READERS, answer, periods_to_choose, steps_to, view_asked
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.premises.queries.plan import opened_plans
from shegong.network.premises.rules.plan import OPEN


@require_safe
@requires(*READERS)
def board(request: Request) -> HttpResponse:
    """A station's numbers; to htmx only the part that changes with the view."""
    view, viewer = view_asked(request), request.viewer
    held = Held(view)
    trend_title, trend = dashboard.trend(viewer, view)
    facet_title, facets = dashboard.facet_parts(viewer, view)
    context: dict[str, Any] = {
        "steps": steps_to(request, view),
        "periods": periods_to_choose(view),
        "measures": [
            {"title": INDICATORS[code].name, "url": view.address(measure=code), "active": code == view.measure}
            for code in measures_of(view.station)
        ],
        "facet_tabs": [
            {"title": name, "url": view.address(by=facet), "active": facet == view.by}
            for facet, name in dashboard.facet_names().items()
        ],
        "trend_title": trend_title,
        "trend": trend,
        "facet_title": facet_title,
        "facets": facets,
        "funnel_url": view.address("indicators:board_funnel"),
        "facets_low": len(facets["rows"]) < 6,
        "coarse": dashboard.is_coarse(viewer, view.station),
        "coarse_parts": dashboard.parts_are_coarse(viewer, view.station),
        "plans": plans_for(viewer, view.station),
        "targets_url": view.address("indicators:targets"),
        "records_url": view.behind("practice.records"),
        **_children(request, view, held),
        **_numbers(request, view, held),
    }
    whole = not request.headers.get("HX-Request") or request.headers.get("HX-History-Restore-Request")
    return answer(request, "indicators/board.html" if whole else "indicators/board_body.html", context)


@require_safe
@requires(*READERS)
def board_funnel(request: Request) -> HttpResponse:
    """How far those have come who asked for help. The board fetches it after itself: it follows single enquiries, and
    the first screen doesn't wait for that.
    """
    view = view_asked(request)
    title, funnel = dashboard.funnel_data(request.viewer, view)
    context = {"funnel_title": title, "funnel": funnel, "view": view}
    if request.headers.get("HX-Request"):
        return answer(request, "indicators/funnel.html", context)
    return answer(request, "indicators/funnel_page.html", context | {"steps": steps_to(request, view, itself=True)})


def _children(request: Request, view: View, held: Held) -> dict[str, Any]:
    """The stations below, as map or bars and as a table."""
    parts, rows = dashboard.children(request.viewer, view, held)
    is_city = view.station.tier == Tier.CENTRE
    return {
        "rows": rows,
        "children_title": dashboard.children_title(view, parts),
        "children_chart": dashboard.map_data(view, parts, rows) if is_city else dashboard.bars_data(view, parts, rows),
        "children_kind": "map" if is_city else "bars",
        "is_city": is_city,
        "unit": UNIT_NAMES[INDICATORS[view.measure].unit],
        "measure_name": INDICATORS[view.measure].name,
        "any_base": any(row.base for row in rows),
        "any_change": any(row.change is not None for row in rows),
        "any_target": any(row.target is not None for row in rows),
    }


def _numbers(request: Request, view: View, held: Held) -> dict[str, Any]:
    """The cards, when they were read, and where to ask whether they still hold."""
    now = livewall.pulse(view.station, view.period)
    return {
        "view": view,
        "cards": dashboard.cards(request.viewer, view, held),
        "as_of": clock.now(),
        "pulse_url": view.address("indicators:board_pulse", since=now),
    }


@require_safe
@requires(*READERS)
def board_pulse(request: Request) -> HttpResponse:
    """204 while nothing has changed; else the cards anew."""
    view = view_asked(request)
    if livewall.is_unchanged(request.GET.get("since", ""), livewall.pulse(view.station, view.period)):
        return HttpResponse(status=204)
    return answer(request, "indicators/numbers.html", _numbers(request, view, Held(view)))


@require_safe
@requires(*READERS)
def gap(request: Request) -> HttpResponse:
    """Villages and communities without a running room, by county and town."""
    view = view_asked(request)
    found = lineage.gaps(view.station, view.period)
    context = {
        "view": view,
        "gaps": found,
        "count": sum(len(each.places) for each in found),
        "progress": _progress(view, found),
        "steps": steps_to(request, view, itself=True),
        "behind_url": view.behind(dashboard.COVERAGE),
    }
    return answer(request, "indicators/gap.html", context)


def _progress(view: View, found: list[lineage.Gap]) -> dict[str, Any]:
    """How far the plans have come, and where rooms are still missing: counties as a map, towns as bars."""
    plans = [place.plan for each in found for place in each.places if place.plan is not None]
    is_city = view.station.tier == Tier.CENTRE
    counts: dict[str, list[int]] = {}
    for each in found:
        row = counts.setdefault(each.county if is_city else each.town, [0, 0])
        row[0] += len(each.places)
        row[1] += sum(place.plan is not None for place in each.places)
    hubs = children_of(view.station) if is_city else []
    codes = {hub.name: hub.division.code for hub in hubs if hub.division}
    rows = [
        {
            "name": name,
            "value": missing,
            "note": _("%(planned)s 个已有计划") % {"planned": planned},
            "code": codes.get(name, ""),
        }
        for name, (missing, planned) in counts.items()
    ]
    states = {state: sum(plan.state == state for plan in plans) for state in OPEN}
    return {
        "planned": len(plans),
        "states": [(state.label, states[state]) for state in OPEN],
        "opened": opened_plans(view.station, view.period.start, view.period.end),
        "chart": {"unit": _("个"), "rows": [row for row in rows if not is_city or row["code"]]},
        "kind": "map" if is_city else "bars",
    }
