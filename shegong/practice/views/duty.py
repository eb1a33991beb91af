"""Pages of reports under the duty to report: the page that saves itself, the proof, follow-up and closure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.actions import duty as actions
from shegong.practice.enums import ReportState
from shegong.practice.forms.duty import (
    CloseReportForm,
    FollowUpForm,
    NoticeForm,
    ObservationForm,
    OpenReportForm,
)
from shegong.practice.models import Client, ProtectionReport, ReportTrigger
from shegong.practice.queries import duty as queries
from shegong.practice.queries.client import clients_seen, stations_to_register_at
from shegong.practice.views.client import KEEPERS
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

WRITERS = (*KEEPERS, Role.COUNTY)
READERS = (*WRITERS, Role.DPO)
both_ways = require_http_methods(["GET", "POST"])


@require_GET
@requires(*READERS)
def reports(request: Request) -> HttpResponseBase:
    """The reports that the viewer may see."""
    state = request.GET.get("state", "")
    page = queries.reports_page(request.viewer, state, request.GET.get("cursor"))
    context = {
        "page": page,
        "state": state,
        "states": ReportState.choices,
        "now": clock.now(),
        "may_begin": request.viewer.has(*KEEPERS),
        "must_ask": request.viewer.has(Role.DPO),
    }
    return render(request, "practice/reports.html", context)


@require_GET
@requires(*KEEPERS)
def report_new(request: Request) -> HttpResponseBase:
    """A page of its own for a new report: its key stands in the address, so that a reload goes on with the same one."""
    about = f"&client={client.pk}" if (client := _client(request)) else ""
    return redirect(f"{reverse('practice:report', args=[uuid7()])}?new=1{about}")


@require_GET
@requires(*READERS)
def report(request: Request, report_id: UUID) -> HttpResponseBase:
    """A report as far as it is written; nothing of it, under a new key."""
    found = queries.report_file(request.viewer, report_id)
    if found is None:
        return _blank(request, report_id)
    row, now = found.report, clock.now()
    is_open = row.state != ReportState.CLOSED
    may_close = actions.may_close(row, request.viewer)
    may_write = is_open and (row.started_by_id == request.viewer.account_id or may_close)
    form = ObservationForm(initial=_written(row), triggers=found.triggers)
    context = {
        "report": row,
        "key": report_id,
        "notices": found.notices,
        "names": [each.name for each in found.triggers if each.code in row.triggers],
        "form": form,
        "late": row.state == ReportState.OBSERVED and row.due_at < now,
        "may_write": may_write,
        "may_follow": may_write and row.state == ReportState.REPORTED,
        "may_close": may_close
        and row.started_by_id != request.viewer.account_id
        and row.state in (ReportState.OBSERVED, ReportState.FOLLOWED),
    }
    return render(request, "practice/report.html", context)


def _blank(request: Request, key: UUID) -> HttpResponseBase:
    if "new" not in request.GET or not request.viewer.has(*KEEPERS) or not stations_to_register_at(request.viewer):
        raise Http404
    client = _client(request)
    first = {"client_id": client.pk, "name": client.name, "sex": client.sex} if client else {}
    now = timezone.localtime(clock.now())
    form = ObservationForm(initial={**first, "noticed_at": now}, triggers=ReportTrigger.objects.all())
    context = {"report": None, "key": key, "form": form, "may_write": True, "client": client}
    return render(request, "practice/report.html", context)


def _written(row: ProtectionReport) -> dict[str, Any]:
    names = ("name", "sex", "age", "person", "address", "triggers", "facts", "place", "is_in_danger", "safety")
    written: dict[str, Any] = {name: getattr(row, name) for name in names}
    return {**written, "client_id": row.client_id, "noticed_at": row.noticed_at}


def _client(request: Request) -> Client | None:
    try:
        key = UUID(request.GET["client"]) if request.GET.get("client") else None
    except ValueError as wrong:
        raise Http404 from wrong
    return clients_seen(request.viewer).filter(pk=key).first() if key else None


@require_POST
@requires(*WRITERS)
def report_save(request: Request, report_id: UUID) -> HttpResponseBase:
    """Keep what is written so far. Called by the page itself after each change; without script, by its button."""
    form = ObservationForm(request.POST, triggers=ReportTrigger.objects.all())
    saved: ProtectionReport | None = None
    if form.is_valid():
        try:
            saved = _save(request, report_id, form)
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
    if not request.headers.get("HX-Request") and saved is not None:
        return go(request, reverse("practice:report", args=[report_id]), _("已保存。"))
    context = {"report": saved, "key": report_id, "form": form, "late": saved is not None and _is_late(saved)}
    template = "practice/report_saved.html" if request.headers.get("HX-Request") else "practice/report.html"
    return render(request, template, {**context, "may_write": True}, status=200 if saved else WRONG)


def _save(request: Request, key: UUID, form: ObservationForm) -> ProtectionReport:
    stations: list[Station] = stations_to_register_at(request.viewer)
    if not stations:
        raise Problem("station_missing", _("您没有可以登记的站点。"), status=403)
    return actions.save_report(key, stations[0], form.observation(), by=request.viewer, at=clock.now())


def _is_late(row: ProtectionReport, now: datetime | None = None) -> bool:
    return row.state == ReportState.OBSERVED and row.due_at < (now or clock.now())


@both_ways
@requires(*WRITERS)
def report_notice(request: Request, report_id: UUID) -> HttpResponseBase:
    """Note that an authority was told."""
    row = _found(request, report_id)
    first = {"key": uuid7(), "told_at": timezone.localtime(clock.now())}
    form = NoticeForm(request.POST or None, initial=first)

    def save() -> tuple[str, Any]:
        actions.note_notice(row, form.notice(), by=request.viewer, at=clock.now(), key=form.cleaned_data["key"])
        return _page_of(row), _("报告凭证已登记。")

    return answer_sheet(request, form, save, title=_("登记报告凭证"), submit=_("保存"))


@both_ways
@requires(*WRITERS)
def report_follow(request: Request, report_id: UUID) -> HttpResponseBase:
    """What was done after the report."""
    row = _found(request, report_id)
    form = FollowUpForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.follow_up_report(row, form.cleaned_data["follow_up"], by=request.viewer, at=clock.now())
        return _page_of(row), _("已保存。")

    return answer_sheet(request, form, save, title=_("跟进情况"), submit=_("保存"))


@both_ways
@requires(Role.HEAD, Role.COUNTY)
def report_close(request: Request, report_id: UUID) -> HttpResponseBase:
    """Close it: the head or the county, not who began it."""
    row = _found(request, report_id)
    form = CloseReportForm(request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.close_report(row, typed["result"], typed["result_note"], by=request.viewer, at=clock.now())
        return _page_of(row), _("报告已办结。")

    return answer_sheet(request, form, save, title=_("办结报告"), submit=_("办结"))


@both_ways
@requires(Role.DPO)
def report_open(request: Request) -> HttpResponseBase:
    """A data-protection officer opens a report for a reason."""
    form = OpenReportForm(request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        key = actions.open_report(typed["number"], typed["reason"], by=request.viewer, at=clock.now())
        return reverse("practice:report", args=[key]), _("已打开，8 小时内有效。查阅已记入日志。")

    return answer_sheet(request, form, save, title=_("查阅强制报告"), submit=_("说明理由并打开"))


def _found(request: Request, report_id: UUID) -> ProtectionReport:
    row = queries.reports_seen(request.viewer).filter(pk=report_id).first()
    if row is None:
        raise Http404
    return row


def _page_of(row: ProtectionReport) -> str:
    return reverse("practice:report", args=[row.pk])
