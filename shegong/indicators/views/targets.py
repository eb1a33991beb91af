"""A city's or county's own targets."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shegong.indicators import dashboard
from shegong.indicators.actions import set_targets
from shegong.indicators.dashboard import FACET_CHOICES, View, measures_of
from shegong.indicators.forms import TargetsForm, field_name
from shegong.indicators.queries import plans_for
from shegong.indicators.views.asked import answer, period_asked, station_asked, steps_to
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role


@requires(Role.CITY, Role.COUNTY)
def targets(request: Request) -> HttpResponse:
    """Shows and saves the targets of a year: all fields together or none."""
    station = station_asked(request)
    if not plans_for(request.viewer, station):
        raise PermissionDenied(_("您不能为这个站点设定目标。"))
    year = Period.current(PeriodKind.YEAR, period_asked(request).start)
    view = View(station, year, measures_of(station)[0], FACET_CHOICES[0])
    kept = {code: value for (_id, code), value in dashboard.targets_of([station], year.start.year).items()}
    form = TargetsForm(request.POST if request.method == "POST" else None, targets=kept)
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_targets(station, year.start.year, form.values(), by=request.viewer)
        except Problem as problem:
            for each in problem:
                each.at(field_name(each.field or "")).add_to_form(form)
        else:
            messages.success(request, _("目标已保存。") if changed else _("没有改动。"))
            return redirect(view.address())
    context = {
        "view": view,
        "form": form,
        "steps": steps_to(request, view, itself=True),
        "years": [
            {"title": each.label(), "url": view.address("indicators:targets", period=str(each)), "active": each == year}
            for each in (year.previous(), year, year.next())
        ],
    }
    return answer(request, "indicators/targets.html", context, 422 if form.errors else 200)
