"""What an address asks for, and the ways on from there: shared by the pages about numbers."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _

from shegong.indicators.dashboard import FACET_CHOICES, View, measures_of
from shegong.indicators.queries import may_read, station_by_key
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request
from shegong.network.models import Station
from shegong.network.queries import place_name
from shegong.people.enums import Role

READERS: Final = (
    Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR, Role.AGENCY, Role.ASSESSOR, Role.DPO, Role.ADMIN,
)  # fmt: skip
YEARS_SHOWN: Final = 3
QUARTERS: Final = 4


def station_asked(request: Request) -> Station:
    """The station asked for, or the viewer's own. Raises Http404; PermissionDenied for numbers of others."""
    key, viewer = request.GET.get("station", ""), request.viewer
    if key or viewer.home is None:
        try:
            station = station_by_key(key)
        except Problem as problem:
            raise Http404(str(problem)) from None
    else:
        station = Station.objects.select_related("division").get(id=viewer.home)
    if not may_read(viewer, station):
        raise PermissionDenied(_("您不能查看这个站点的数字。"))
    return station


def period_asked(request: HttpRequest) -> Period:
    """The period asked for, or this year. Raises Http404 for what isn't one."""
    text = request.GET.get("period", "")
    if not text:
        return Period.current(PeriodKind.YEAR, clock.today())
    try:
        return Period.parse(text)
    except Problem as problem:
        raise Http404(str(problem)) from None


def view_asked(request: Request) -> View:
    """Station, period, measure and grouping; what isn't known falls back to the first."""
    station = station_asked(request)
    measures = measures_of(station)
    measure, by = request.GET.get("measure", ""), request.GET.get("by", "")
    return View(
        station,
        period_asked(request),
        measure if measure in measures else measures[0],
        by if by in FACET_CHOICES else FACET_CHOICES[0],
    )


def steps_to(
    request: Request, view: View, name: str = "indicators:board", *, itself: bool = False, **more: str
) -> list[dict[str, str]]:
    """The way down to the view's station (with it, for a page below it), as far up as the viewer may read, on the
    board or on another page of numbers with `more` in its address.
    """
    place = view.station
    steps = [{"title": place_name(place), "url": view.address(name, **more)}] if itself else []
    wanted = {place.parent_id, place.hub_id} - {None, place.pk}
    above = Station.objects.select_related("division").in_bulk(wanted) if wanted else {}
    while place.parent_id is not None:
        parent = above.get(place.parent_id) or Station.objects.select_related("division").get(id=place.parent_id)
        if not may_read(request.viewer, parent):
            break
        steps.insert(0, {"title": place_name(parent), "url": view.address(name, station=parent.key, **more)})
        place = parent
    return steps


def periods_to_choose(view: View, name: str = "indicators:board", **more: str) -> list[dict[str, Any]]:
    """Years, and the quarters of the year shown."""
    today = clock.today()
    years = [Period.current(PeriodKind.YEAR, today)]
    while len(years) < YEARS_SHOWN:
        years.insert(0, years[0].previous())
    shown_year = Period.current(PeriodKind.YEAR, view.period.start)
    choices = years if shown_year in years else [shown_year, *years]
    quarters = [Period.current(PeriodKind.QUARTER, shown_year.start)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].next())
    choices += [quarter for quarter in quarters if quarter.start <= today]
    if view.period not in choices:
        choices.append(view.period)
    return [
        {
            "title": period.label(),
            "url": view.address(name, period=str(period), **more),
            "active": period == view.period,
        }
        for period in choices
    ]


def answer(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page that nobody keeps: its numbers are of this moment; and of which htmx gets only a part."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
