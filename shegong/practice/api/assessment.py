"""Needs assessments in the API."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field, StringConstraints

from shegong.catalogue.queries import instruments_on
from shegong.catalogue.rules.filling import TEXT_LENGTH as ANSWER_LENGTH
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import PLAIN, Body, Chosen, Count, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.assessment import assess
from shegong.practice.enums import Risk
from shegong.practice.models import Assessment
from shegong.practice.queries.assessment import assessments_seen
from shegong.practice.queries.client import clients_seen
from shegong.practice.rules.case import TEXT_LENGTH

router = Router()
QuestionKey = Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)]
AnswerText = Annotated[str, Field(max_length=ANSWER_LENGTH)]
Number = Annotated[float, Field(strict=True, ge=-1e9, le=1e9)]
Plain = AnswerText | Count | Number | Annotated[list[AnswerText], Field(max_length=100)]
# A repeat's answers: one set for each turn, which may hold repeats of its own.
Inner = Annotated[list[Annotated[dict[QuestionKey, Plain], Field(max_length=200)]], Field(max_length=100)]
Turns = Annotated[list[Annotated[dict[QuestionKey, Plain | Inner], Field(max_length=200)]], Field(max_length=100)]
AnswerIn = Plain | Turns
Answers = Annotated[dict[QuestionKey, AnswerIn], Field(max_length=1000)]


class AssessmentIn(Body):
    """The answers to a form's questions by their keys; risk and needs follow from them."""

    client_id: UUID
    instrument_id: Id
    answers: Answers
    assessed_on: Day | None = None
    strengths: Annotated[str, long_text(TEXT_LENGTH)] = ""
    summary: Annotated[str, long_text(TEXT_LENGTH)] = ""


class NeedOut(BaseModel):
    """How strong a need was found in a field of service: 0 none to 3 severe."""

    field: str
    level: int


class AssessmentOut(Answer):
    """A needs assessment."""

    id: UUID
    hub_id: int
    station_id: int
    client_id: UUID
    instrument_id: int
    worker_id: int
    assessed_on: date
    risk: Risk
    needs: list[NeedOut]
    answers: dict[str, Any]
    strengths: str
    summary: str
    recorded_at: datetime


class AssessmentQuestion(Paged):
    """Which assessments."""

    client_id: UUID | None = None
    since: Annotated[Day | None, Field(description="Assessed on this day or later.")] = None
    until: Annotated[Day | None, Field(description="Assessed on this day or earlier.")] = None


@router.get("/assessments", response={200: Listed[AssessmentOut]})
def list_assessments(request: ApiRequest, asked: Query[AssessmentQuestion]) -> HttpResponse:
    """Assessments, the latest day first."""
    fields = wanted(AssessmentOut, asked.fields)
    found = assessments_seen(request.viewer)
    for lookup, value in (
        ("client_id", asked.client_id),
        ("assessed_on__gte", asked.since),
        ("assessed_on__lte", asked.until),
    ):
        if value is not None:
            found = found.filter(**{lookup: value})
    rows = page_of(found, ["-assessed_on", "-id"], asked.cursor, asked.limit)
    return page(map(_assessment, rows.items), rows.next_cursor, fields)


@router.get("/assessments/{assessment_id}", response={200: AssessmentOut})
def read_assessment(request: ApiRequest, assessment_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An assessment."""
    fields = wanted(AssessmentOut, asked.fields)
    found = assessments_seen(request.viewer).filter(id=assessment_id).first()
    if found is None:
        raise not_found()
    return one(_assessment(found), fields)


@router.put("/assessments/{assessment_id}", response={200: AssessmentOut, 201: AssessmentOut, 409: ProblemDetails})
def put_assessment(request: ApiRequest, assessment_id: UUID, assessment: AssessmentIn) -> HttpResponse:
    """Keep an assessment under the caller's key: 201 when it is new, 200 when the same came before."""
    client = clients_seen(request.viewer).filter(pk=assessment.client_id).first()
    if client is None:
        raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_id")
    day, at = assessment.assessed_on or clock.today(), clock.now()
    instrument = instruments_on(day).filter(id=assessment.instrument_id).first()
    if instrument is None:
        raise Problem("instrument_unknown", _("那一天没有这份有效的表单。"), "instrument_id")
    made = assess(
        client,
        instrument,
        assessment.answers,
        by=request.viewer,
        at=at,
        assessed_on=day,
        strengths=assessment.strengths,
        summary=assessment.summary,
        key=assessment_id,
    )
    return one(_assessment(made), status=201 if made.recorded_at == at else 200)


def _assessment(row: Assessment) -> AssessmentOut:
    return AssessmentOut(
        id=row.id,
        hub_id=row.hub_id,
        station_id=row.station_id,
        client_id=row.client_id,
        instrument_id=row.instrument_id,
        worker_id=row.worker_id,
        assessed_on=row.assessed_on,
        risk=Risk(row.risk),
        needs=[NeedOut(field=need.field.code, level=need.level) for need in row.needs.all()],
        answers=row.answers,
        strengths=row.strengths,
        summary=row.summary,
        recorded_at=row.recorded_at,
    )
