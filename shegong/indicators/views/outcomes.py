"""Pages of outcomes: by service, project, group, activity and case; and what was counted behind a number."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shegong.indicators.dashboard import View
from shegong.indicators.outcomes import queries
from shegong.indicators.outcomes.queries import READERS
from shegong.indicators.outcomes.sheets import Asked
from shegong.indicators.views.asked import answer, period_asked, periods_to_choose, station_asked, steps_to
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import place_name

KIND_NAMES: Final[dict[str, str | Promise]] = {
    "service": _("服务项目"),
    "project": _("项目"),
    "group": _("小组"),
    "activity": _("社区活动"),
    "case": _("个案"),
    "fund": _("资金来源"),
    "county": _("区(市)县"),
    "agency": _("机构"),
}
WHAT_NAMES: Final[dict[str, str | Promise]] = {
    "records": _("计入的服务记录"),
    "cases": _("计入的结案个案"),
    "opinions": _("计入的评价"),
    "members": _("计入的组员"),
}


@require_safe
@requires(*READERS)
def outcomes(request: Request) -> HttpResponse:
    """What became of the work of a station's subtree in a period."""
    asked = _asked(request)
    try:
        sheet = queries.sheet_of(asked, request.GET.get("cursor"))
    except Problem as problem:
        raise Http404(str(problem)) from None
    kinds = queries.kinds_of(asked)
    context = {
        "sheet": sheet,
        "tabs": [
            {"title": KIND_NAMES[kind], "url": asked.address(kind=kind), "active": kind == asked.kind, "count": None}
            for kind in kinds
        ]
        if len(kinds) > 1
        else [],
        "kind_name": KIND_NAMES[asked.kind],
        "numbers": queries.head_numbers(asked),
        "below": _below(asked),
        "coarse": not asked.exact and not asked.of_agency,
        **_frame(request, asked),
    }
    return answer(request, "indicators/outcomes.html", context)


@require_safe
@requires(*READERS)
def outcomes_behind(request: Request) -> HttpResponse:
    """What was counted: records, cases, evaluations or members of groups."""
    asked = _asked(request)
    what, key = request.GET.get("what", ""), request.GET.get("key", "")
    if what not in queries.WHAT:
        raise Http404
    try:
        found = queries.behind(asked, what, key, request.GET.get("cursor"))
    except (LookupError, Problem) as problem:
        raise Http404(str(problem)) from None
    context = {
        "found": found,
        "what_name": WHAT_NAMES[what],
        "back": asked.address(),
        **_frame(request, asked, "indicators:outcomes_behind", what=what, key=key),
    }
    return answer(request, "indicators/outcomes_behind.html", context)


def _asked(request: Request) -> Asked:
    return queries.asked_for(request.viewer, station_asked(request), period_asked(request), request.GET.get("kind", ""))


def _frame(request: Request, asked: Asked, name: str = "indicators:outcomes", **more: str) -> dict[str, Any]:
    """What both pages show above."""
    view = View(asked.station, asked.period, "", "")
    itself = name != "indicators:outcomes"
    return {
        "steps": []
        if asked.of_agency
        else steps_to(request, view, "indicators:outcomes", itself=itself, kind=asked.kind),
        "place": "" if asked.of_agency else place_name(asked.station),
        "period": asked.period,
        "periods": periods_to_choose(view, name, kind=asked.kind, **more),
    }


def _below(asked: Asked) -> list[dict[str, str]]:
    """The stations just below (one query)."""
    if asked.of_agency:
        return []
    found = Station.objects.filter(parent_id=asked.station.pk).order_by("path")
    return [{"title": each.name, "url": asked.address(station=each.key)} for each in found]
