"""Work reports in the API: begun by PUT under the caller's key, changed, issued, read and listed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from shegong.indicators.models import WorkReport, WorkReportState
from shegong.indicators.queries import plain, station_by_key
from shegong.indicators.reports import actions, queries
from shegong.indicators.reports.figures import Figure
from shegong.indicators.reports.texts import TEXT_LENGTH
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Count, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest

router = Router(tags=["work reports"])


class WorkReportIn(Body):
    """A report to begin: of a station, or with `own` of the caller's own work."""

    station: Key | None = None
    own: bool = False
    period: Annotated[str, Field(max_length=10, description="2022-07 or 2022.")]


class SectionText(Body):
    """A new text of a section."""

    key: Word
    text: Annotated[str, long_text(TEXT_LENGTH)]


class Texts(Body):
    """New texts of sections, and the revision that was read."""

    revision: Count
    sections: Annotated[list[SectionText], Field(max_length=20)]


class SectionOut(BaseModel):
    """A part of a report."""

    model_config = ConfigDict(extra="forbid")

    key: str
    title: str
    text: str


class FigureOut(BaseModel):
    """A number of a report: of its period, of the one before, of the same one a year earlier."""

    model_config = ConfigDict(extra="forbid")

    code: str
    value: float | None
    before: float | None
    year_ago: float | None


class WorkReportOut(Answer):
    """A work report. In a list `figures` and `sections` are empty."""

    id: UUID
    station: str
    worker_id: int | None
    period: str
    state: WorkReportState
    revision: int
    issued_at: datetime | None
    sections: list[SectionOut]
    figures: list[FigureOut]


@router.get("/work-reports", response={200: Listed[WorkReportOut]})
def list_work_reports(request: ApiRequest, asked: Query[Paged]) -> HttpResponse:
    """Work reports in the caller's reach, the latest period first."""
    fields = wanted(WorkReportOut, asked.fields)
    found = queries.reports_page(request.viewer, asked.cursor, size=asked.limit)
    return page((_report(each, [], whole=False) for each in found.items), found.next_cursor, fields)


@router.get("/work-reports/{report_id}", response={200: WorkReportOut})
def read_work_report(request: ApiRequest, report_id: UUID) -> HttpResponse:
    """A work report with its numbers: as they are for a draft, as they were for an issued one."""
    return one(_whole(request, report_id))


@router.put(
    "/work-reports/{report_id}",
    response={200: WorkReportOut, 201: WorkReportOut, 404: ProblemDetails, 409: ProblemDetails},
)
def put_work_report(request: ApiRequest, report_id: UUID, report: WorkReportIn) -> HttpResponse:
    """Begin a report: 201 when it is new; 200, and under its own key, when there is one of this period already."""
    worker = queries.worker_of_account(request.viewer) if report.own else None
    if not report.own and report.station is None:
        raise Problem("station_missing", _("请写明哪个站点，或写自己的报告。"), "station")
    station = worker.station if worker is not None else station_by_key(report.station)
    try:
        period = Period.parse(report.period)
    except Problem as problem:
        raise problem.at("period") from None
    known = queries.report_seen(request.viewer, report_id) is not None
    made = actions.start_report(station, period, own=report.own, key=report_id, by=request.viewer, at=clock.now())
    return one(_whole(request, made.pk), status=201 if made.pk == report_id and not known else 200)


@router.post("/work-reports/{report_id}/texts", response={200: WorkReportOut, 409: ProblemDetails})
def change_work_report(request: ApiRequest, report_id: UUID, texts: Texts) -> HttpResponse:
    """Change texts of a draft."""
    new_texts = {each.key: each.text for each in texts.sections}
    actions.change_report(
        _seen(request, report_id), new_texts, revision=texts.revision, by=request.viewer, at=clock.now()
    )
    return one(_whole(request, report_id))


@router.post("/work-reports/{report_id}/issue", response={200: WorkReportOut, 409: ProblemDetails})
def issue_work_report(request: ApiRequest, report_id: UUID) -> HttpResponse:
    """Issue a report: from now on it stays as it is."""
    actions.issue_report(_seen(request, report_id), by=request.viewer, at=clock.now())
    return one(_whole(request, report_id))


def _seen(request: ApiRequest, report_id: UUID) -> WorkReport:
    found = queries.report_seen(request.viewer, report_id)
    if found is None:
        raise not_found()
    return found


def _whole(request: ApiRequest, report_id: UUID) -> WorkReportOut:
    found = queries.report_page(request.viewer, report_id)
    if found is None:
        raise not_found()
    return _report(found.report, found.figures)


def _report(row: WorkReport, figures: list[Figure], *, whole: bool = True) -> WorkReportOut:
    return WorkReportOut(
        id=row.id,
        station=row.station.key,
        worker_id=row.worker_id,
        period=str(row.period),
        state=WorkReportState(row.state),
        revision=row.revision,
        issued_at=row.issued_at,
        sections=[SectionOut(**each) for each in row.sections] if whole else [],
        figures=[_figure(each) for each in figures],
    )


def _figure(each: Figure) -> FigureOut:
    value, before, year_ago = (
        None if number is None else plain(number) for number in (each.value, each.before, each.year_ago)
    )
    return FigureOut(code=each.code, value=value, before=before, year_ago=year_ago)
