"""Reports under the duty to report in the API: saved by PUT from the first word on, proved, followed up, closed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Count, Id, Moment, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.practice.actions import duty as actions
from shegong.practice.actions.duty import SHORT, Notice, Observation
from shegong.practice.enums import Authority, ProtectedPerson, ReportChannel, ReportResult, ReportState, Sex
from shegong.practice.models import ProtectionReport
from shegong.practice.queries.duty import reports_seen
from shegong.practice.rules.client import ADDRESS_LENGTH, NAME_LENGTH, NOTE_LENGTH
from shegong.practice.rules.duty import FACTS_LENGTH, PLACE_LENGTH

router = Router()
LongText = Annotated[str, long_text(FACTS_LENGTH)]


class ReportIn(Body):
    """What is known so far; everything but the station may be missing."""

    station_id: Id
    client_id: UUID | None = None
    name: Annotated[str, long_text(NAME_LENGTH)] = ""
    sex: Sex = Sex.UNKNOWN
    age: Count | None = None
    person: ProtectedPerson | None = None
    address: Annotated[str, long_text(ADDRESS_LENGTH)] = ""
    triggers: list[Annotated[str, long_text(12)]] = []
    facts: LongText = ""
    noticed_at: Moment | None = None
    place: Annotated[str, long_text(PLACE_LENGTH)] = ""
    is_in_danger: bool = False
    safety: LongText = ""


class NoticeIn(Body):
    """The proof that an authority was told."""

    authority: Authority
    told_at: Moment
    channel: ReportChannel
    officer: Annotated[str, long_text(SHORT)]
    receipt: Annotated[str, long_text(SHORT)] = ""


class ReportFollowUpIn(Body):
    """What was done after the report."""

    follow_up: LongText


class ReportClosure(Body):
    """How it ended."""

    result: ReportResult
    result_note: Annotated[str, long_text(NOTE_LENGTH)]


class ReportOut(Answer):
    """A report, for those who may see it."""

    id: UUID
    number: str
    hub_id: int
    station_id: int
    client_id: UUID | None
    name: str
    sex: Sex
    age: int | None
    person: str
    triggers: list[str]
    facts: str
    noticed_at: datetime | None
    place: str
    is_in_danger: bool
    safety: str
    state: ReportState
    started_at: datetime
    due_at: datetime
    reported_at: datetime | None
    follow_up: str
    followed_at: datetime | None
    result: str
    result_note: str
    closed_at: datetime | None


class ReportQuestion(Paged):
    """Which reports."""

    state: ReportState | None = None


@router.get("/reports", response={200: Listed[ReportOut]})
def list_reports(request: ApiRequest, asked: Query[ReportQuestion]) -> HttpResponse:
    """Reports that the caller may see, the latest first."""
    fields = wanted(ReportOut, asked.fields)
    found = reports_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-started_at", "-id"], asked.cursor, asked.limit)
    return page(map(_report, rows.items), rows.next_cursor, fields)


@router.get("/reports/{report_id}", response={200: ReportOut})
def read_report(request: ApiRequest, report_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A report."""
    fields = wanted(ReportOut, asked.fields)
    return one(_report(_seen(request, report_id)), fields)


@router.put("/reports/{report_id}", response={200: ReportOut, 201: ReportOut, 409: ProblemDetails})
def put_report(request: ApiRequest, report_id: UUID, report: ReportIn) -> HttpResponse:
    """Save what is known under the caller's key: 201 the first time, which starts the clock, then 200."""
    station = Station.objects.filter(id=report.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    known = reports_seen(request.viewer).filter(id=report_id).exists()
    seen = Observation(
        client_id=report.client_id,
        name=report.name,
        sex=report.sex.value,
        age=report.age,
        person=report.person.value if report.person else "",
        address=report.address,
        triggers=tuple(report.triggers),
        facts=report.facts,
        noticed_at=report.noticed_at,
        place=report.place,
        is_in_danger=report.is_in_danger,
        safety=report.safety,
    )
    saved = actions.save_report(report_id, station, seen, by=request.viewer, at=clock.now())
    return one(_report(saved), status=200 if known else 201)


@router.post("/reports/{report_id}/notices", response={200: ReportOut, 409: ProblemDetails})
def note_notice(request: ApiRequest, report_id: UUID, notice: NoticeIn) -> HttpResponse:
    """Note that an authority was told; the first notice stops the clock."""
    seen = _seen(request, report_id)
    proof = Notice(notice.authority.value, notice.told_at, notice.channel.value, notice.officer, notice.receipt)
    actions.note_notice(seen, proof, by=request.viewer, at=clock.now())
    return one(_report(_seen(request, report_id)))


@router.post("/reports/{report_id}/follow-up", response={200: ReportOut, 409: ProblemDetails})
def follow_up_report(request: ApiRequest, report_id: UUID, follow_up: ReportFollowUpIn) -> HttpResponse:
    """What was done after the report."""
    seen = _seen(request, report_id)
    return one(_report(actions.follow_up_report(seen, follow_up.follow_up, by=request.viewer, at=clock.now())))


@router.post("/reports/{report_id}/closure", response={200: ReportOut, 409: ProblemDetails})
def close_report(request: ApiRequest, report_id: UUID, closure: ReportClosure) -> HttpResponse:
    """Close a report: the head or the county, never who began it."""
    seen = _seen(request, report_id)
    closed = actions.close_report(seen, closure.result.value, closure.result_note, by=request.viewer, at=clock.now())
    return one(_report(closed))


def _seen(request: ApiRequest, report_id: UUID) -> ProtectionReport:
    found = reports_seen(request.viewer).filter(id=report_id).first()
    if found is None:
        raise not_found()
    return found


def _report(row: ProtectionReport) -> ReportOut:
    return ReportOut.model_validate({name: getattr(row, name) for name in ReportOut.model_fields})
