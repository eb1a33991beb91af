"""Writing, changing and issuing work reports."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shegong.indicators.models import WorkReport, WorkReportState
from shegong.indicators.reports import texts
from shegong.indicators.reports.figures import figures_of, highlights_of
from shegong.indicators.reports.queries import may_write, report_seen, worker_of_account
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.models import Worker

REPORT_LANGUAGE = "zh-hans"


@transaction.atomic
def start_report(
    station: Station, period: Period, *, own: bool, by: Viewer, at: datetime, key: UUID | None = None
) -> WorkReport:
    """Begin a report of a station, or of the viewer's `own` work there; the text comes from the numbers of now. If
    there is one for this period it is that one.

    About 25 queries, one row. Raises Problem at station, period; 403, 409.
    """
    worker = worker_of_account(by) if own else None
    if own and worker is None:
        raise Problem("no_worker", _("您还没有人员档案，不能写个人报告。"), status=403)
    if worker is not None:
        station = worker.station
    if not may_write(by, station, worker):
        raise Problem("report_not_yours", _("您不能为这个站点写工作报告。"), "station", status=403)
    if period.kind not in (PeriodKind.MONTH, PeriodKind.YEAR):
        raise Problem("period_kind", _("工作报告按月或按年写。"), "period")
    if period.start > clock.today():
        raise Problem("period_future", _("这段时间还没有开始。"), "period")
    same = WorkReport.objects.filter(station=station, worker=worker, kind=period.kind, starts_on=period.start).first()
    if same is not None:
        return same
    report = WorkReport(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station=station,
        worker=worker,
        kind=period.kind,
        starts_on=period.start,
        sections=_first_sections(station, worker, period),
        written_at=at,
        written_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as clash:
        raise Problem("key_taken", _("这个编号已用于另一份内容，没有保存。"), "key", status=409) from clash
    _log("start_work_report", report, by, at)
    return report


@transaction.atomic
def change_report(
    report: WorkReport, new_texts: Mapping[str, str], *, revision: int, by: Viewer, at: datetime
) -> WorkReport:
    """Change texts of a draft: {section key: text}. `revision` is the one that was read: who comes second is told so.

    Raises Problem at the section's key; 403, 404, 409.
    """
    report = _locked(report, by)
    _require_draft(report)
    if report.revision != revision:
        raise Problem("report_changed", _("报告刚被别人改过。请复制您写的内容，刷新后再改。"), status=409)
    report.sections = texts.changed_sections(report.sections, new_texts)
    report.revision += 1
    report.save(update_fields=["sections", "revision"])
    _log("change_work_report", report, by, at)
    return report


@transaction.atomic
def rewrite_report(report: WorkReport, *, by: Viewer, at: datetime) -> WorkReport:
    """Write the sections that come from numbers anew; what people wrote themselves in the others stays. Raises Problem
    (403, 404, 409).
    """
    report = _locked(report, by)
    _require_draft(report)
    fresh = {each["key"]: each for each in _first_sections(report.station, report.worker, report.period)}
    report.sections = [
        fresh[each["key"]] if fresh.get(each["key"], {}).get("text") else each for each in report.sections
    ]
    report.revision += 1
    report.save(update_fields=["sections", "revision"])
    _log("rewrite_work_report", report, by, at)
    return report


@transaction.atomic
def issue_report(report: WorkReport, *, by: Viewer, at: datetime) -> WorkReport:
    """Issue a report: its text and its numbers as they are now stay so for ever. Raises Problem (403, 404, 409)."""
    report = _locked(report, by)
    wrong = texts.issuing_problem(report.period, clock.today(), state=report.state)
    if wrong:
        raise wrong
    report.figures = [each.as_json() for each in figures_of(report.station, report.worker, report.period)]
    report.state, report.issued_at, report.issued_by_id = WorkReportState.ISSUED, at, by.account_id
    report.revision += 1
    report.save(update_fields=["figures", "state", "issued_at", "issued_by", "revision"])
    _log("issue_work_report", report, by, at)
    return report


def _first_sections(station: Station, worker: Worker | None, period: Period) -> list[texts.Section]:
    with translation.override(REPORT_LANGUAGE):
        figures, told = figures_of(station, worker, period), highlights_of(station, worker, period)
        return texts.first_sections(worker.name if worker else station.name, period, figures, told)


def _locked(report: WorkReport, by: Viewer) -> WorkReport:
    if report_seen(by, report.pk) is None:
        raise Problem("report_missing", _("找不到这份报告，或您不能查看。"), status=404)
    present = WorkReport.objects.select_for_update(of=("self",)).select_related("station", "worker").get(pk=report.pk)
    if not may_write(by, present.station, present.worker):
        raise Problem("report_not_yours", _("您不能改这份报告。"), status=403)
    return present


def _require_draft(report: WorkReport) -> None:
    if report.state == WorkReportState.ISSUED:
        raise Problem("report_issued", _("这份报告已签发，不能再改。"), status=409)


def _log(verb: str, report: WorkReport, by: Viewer, at: datetime) -> None:
    log(
        verb,
        "workreport",
        report.pk,
        by=by.account_id,
        at=at,
        hub_id=report.hub_id,
        station_id=report.station_id,
        detail={"period": str(report.period), "worker": report.worker_id},
    )
