"""Pages of work reports: the list, beginning one, writing, issuing, reading."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.indicators.models import WorkReport, WorkReportState
from shegong.indicators.queries import station_by_key
from shegong.indicators.reports import actions, queries
from shegong.indicators.reports.forms import OWN, ConfirmForm, StartForm, TextsForm
from shegong.indicators.reports.queries import READERS, WRITERS
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone


@require_GET
@requires(*READERS)
def reports(request: Request) -> HttpResponseBase:
    """The reports in reach, the latest first."""
    own = request.GET.get("whose") == OWN
    context = {
        "page": queries.reports_page(request.viewer, request.GET.get("cursor"), own=own),
        "own": own,
        "sees_others": request.viewer.has(Role.HEAD, Role.COUNTY, Role.CITY),
        "may_start": request.viewer.has(*WRITERS),
    }
    return render(request, "indicators/reports.html", context)


@require_http_methods(["GET", "POST"])
@requires(*WRITERS)
def report_new(request: Request) -> HttpResponseBase:
    """Begin a report, or open the one that is there already."""
    worker, stations = queries.worker_of_account(request.viewer), queries.stations_to_report(request.viewer)
    today = clock.today()
    month = Period.current(PeriodKind.MONTH, today)
    form = StartForm(
        request.POST or None,
        own=worker.name if worker else "",
        stations=stations,
        today=today,
        # Early in a month it is the last one that is due.
        initial={"key": uuid7(), "period": str(month.previous() if today.day <= 20 else month)},
    )

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        own = typed["station"] == OWN
        station = _home(worker.station_id) if own and worker else station_by_key(typed["station"])
        report = actions.start_report(
            station,
            Period.parse(typed["period"]),
            own=own,
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("indicators:report", args=[report.pk]), _("已按记录写好初稿，请补充后签发。")

    return answer_sheet(
        request, form, save, title=_("写工作报告"), submit=_("开始"), back=reverse("indicators:reports")
    )


def _home(station_id: int) -> Station:
    return Station.objects.get(pk=station_id)


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def report(request: Request, report_id: UUID) -> HttpResponseBase:
    """A report: its numbers, and its texts to be changed as long as it is a draft of one's own."""
    page = queries.report_page(request.viewer, report_id)
    if page is None:
        raise Http404
    kept, form = page.report, None
    if page.may_write:
        form = TextsForm(request.POST or None, sections=kept.sections, initial={"revision": kept.revision})
    if form is not None and form.is_bound and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            actions.change_report(kept, form.texts(), revision=revision, by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, reverse("indicators:report", args=[kept.pk]), _("已保存。"))
    context = {"page": page, "report": kept, "form": form, "is_month": kept.kind == PeriodKind.MONTH}
    context["issued"] = kept.state == WorkReportState.ISSUED
    return render(request, "indicators/report.html", context, status=WRONG if form is not None and form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*WRITERS)
def report_issue(request: Request, report_id: UUID) -> HttpResponseBase:
    """Issue a report."""
    kept = _report(request, report_id)

    def save() -> tuple[str, Any]:
        actions.issue_report(kept, by=request.viewer, at=clock.now())
        return reverse("indicators:report", args=[kept.pk]), _("报告已签发，文字和数字从此不变。")

    return _confirmed(
        request, kept, save, title=_("签发报告？"), text=_("签发后文字和数字都不能再改。"), submit=_("签发")
    )


@require_http_methods(["GET", "POST"])
@requires(*WRITERS)
def report_rewrite(request: Request, report_id: UUID) -> HttpResponseBase:
    """Write what comes from numbers anew."""
    kept = _report(request, report_id)

    def save() -> tuple[str, Any]:
        actions.rewrite_report(kept, by=request.viewer, at=clock.now())
        return reverse("indicators:report", args=[kept.pk]), _("已按最新的数字重写。")

    text = _("由数字写成的几部分会换成新的，您在其中改过的文字会丢失；其他部分不动。")
    return _confirmed(request, kept, save, title=_("按最新数字重写？"), text=text, submit=_("重写"))


def _confirmed(
    request: Request, kept: WorkReport, save: Any, *, title: str, text: str, submit: str
) -> HttpResponseBase:
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    return answer_sheet(
        request, form, save, title=title, submit=submit, notice=text, back=reverse("indicators:report", args=[kept.pk])
    )


def _report(request: Request, report_id: UUID) -> WorkReport:
    found = queries.report_seen(request.viewer, report_id)
    if found is None or not queries.may_write(request.viewer, found.station, found.worker):
        raise Http404
    return found
