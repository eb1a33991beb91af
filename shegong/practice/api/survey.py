"""Community surveys in the API: made by PUT under the caller's key, answered, and read as counts."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.catalogue.queries import instruments_on
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.practice.actions.survey import end_survey, make_survey, respond
from shegong.practice.api.assessment import Answers
from shegong.practice.models import Survey, SurveyResponse
from shegong.practice.queries.survey import survey_page, surveys_seen
from shegong.practice.rules.survey import NAME_LENGTH, TITLE_LENGTH

router = Router()


class SurveyIn(Body):
    """A survey of a station and all below it. In an anonymous one no response has a name."""

    station_id: Id
    instrument_id: Id
    title: Annotated[str, long_text(TITLE_LENGTH)]
    since: Day
    until: Day | None = None
    is_anonymous: bool = True


class SurveyOut(Answer):
    """A survey."""

    id: UUID
    hub_id: int
    station_id: int
    instrument_id: int
    title: str
    since: date
    until: date | None
    is_anonymous: bool


class ResponseIn(Body):
    """One response, counted at the caller's station."""

    answers: Answers
    name: Annotated[str, long_text(NAME_LENGTH)] = ""


class ResponseOut(Answer):
    """A response."""

    id: UUID
    survey_id: UUID
    hub_id: int
    station_id: int
    answers: dict[str, Any]
    name: str
    answered_on: date
    recorded_at: datetime


class AnswerCountOut(BaseModel):
    """The responses of a station below the survey's; a small number is told as a range."""

    station: str
    count: str


class LineOut(BaseModel):
    """How many gave an answer; a small number is told as a range. For rankings: first places, and the mean place."""

    value: str
    count: str
    mean_place: float | None


class QuestionOut(BaseModel):
    """A question with its counts, or the mean of its numbers."""

    question: str
    kind: str
    lines: list[LineOut]
    mean: float | None


class CountsOut(Answer):
    """What a survey found. `exact` says whether the caller sees exact numbers."""

    survey_id: UUID
    responses: str
    exact: bool
    parts: list[AnswerCountOut]
    questions: list[QuestionOut]


class CountsQuestion(Chosen):
    """Of which part."""

    part: Annotated[Key | None, Field(description="Key of a station among `parts`: only its responses.")] = None


@router.get("/surveys", response={200: Listed[SurveyOut]})
def list_surveys(request: ApiRequest, asked: Query[Paged]) -> HttpResponse:
    """The surveys that concern the caller, the latest first."""
    fields = wanted(SurveyOut, asked.fields)
    rows = page_of(surveys_seen(request.viewer), ["-since", "-id"], asked.cursor, asked.limit)
    return page(map(_survey, rows.items), rows.next_cursor, fields)


@router.get("/surveys/{survey_id}", response={200: SurveyOut})
def read_survey(request: ApiRequest, survey_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A survey."""
    fields = wanted(SurveyOut, asked.fields)
    return one(_survey(_seen(request, survey_id)), fields)


@router.put("/surveys/{survey_id}", response={200: SurveyOut, 201: SurveyOut, 409: ProblemDetails})
def put_survey(request: ApiRequest, survey_id: UUID, survey: SurveyIn) -> HttpResponse:
    """Make a survey under the caller's key: 201 when it is new, 200 when the same came before."""
    station = Station.objects.filter(id=survey.station_id).first()
    instrument = instruments_on(clock.today()).filter(id=survey.instrument_id).first()
    if station is None or instrument is None:
        field = "station_id" if station is None else "instrument_id"
        raise Problem("reference_unknown", _("没有这个站点或有效的表单。"), field)
    at = clock.now()
    made = make_survey(
        station,
        instrument,
        title=survey.title,
        since=survey.since,
        until=survey.until,
        is_anonymous=survey.is_anonymous,
        by=request.viewer,
        at=at,
        key=survey_id,
    )
    return one(_survey(made), status=201 if made.made_at == at else 200)


@router.post("/surveys/{survey_id}/end", response={200: SurveyOut, 409: ProblemDetails})
def end(request: ApiRequest, survey_id: UUID) -> HttpResponse:
    """Take no more responses after today."""
    return one(_survey(end_survey(_seen(request, survey_id), by=request.viewer, at=clock.now())))


@router.get("/surveys/{survey_id}/counts", response={200: CountsOut})
def read_counts(request: ApiRequest, survey_id: UUID, asked: Query[CountsQuestion]) -> HttpResponse:
    """What a survey found, question by question."""
    fields = wanted(CountsOut, asked.fields)
    found = survey_page(request.viewer, survey_id, asked.part or "")
    if found is None:
        raise not_found()
    counts = CountsOut(
        survey_id=found.survey.pk,
        responses=found.responses,
        exact=found.exact,
        parts=[AnswerCountOut(station=each.station.key, count=each.shown) for each in found.parts],
        questions=[
            QuestionOut(
                question=each.name,
                kind=each.kind,
                lines=[LineOut(value=line.value, count=line.shown, mean_place=line.mean) for line in each.lines],
                mean=each.mean,
            )
            for each in found.questions
        ],
    )
    return one(counts, fields)


@router.put(
    "/surveys/{survey_id}/responses/{response_id}",
    response={200: ResponseOut, 201: ResponseOut, 409: ProblemDetails},
)
def put_response(request: ApiRequest, survey_id: UUID, response_id: UUID, response: ResponseIn) -> HttpResponse:
    """Keep a response under the caller's key: 201 when it is new, 200 when the same came before."""
    at = clock.now()
    made = respond(
        _seen(request, survey_id), response.answers, by=request.viewer, at=at, name=response.name, key=response_id
    )
    return one(_response(made), status=201 if made.recorded_at == at else 200)


def _seen(request: ApiRequest, survey_id: UUID) -> Survey:
    found = surveys_seen(request.viewer).filter(pk=survey_id).select_related("station", "instrument").first()
    if found is None:
        raise not_found()
    return found


def _survey(row: Survey) -> SurveyOut:
    return SurveyOut(**{name: getattr(row, name) for name in SurveyOut.model_fields})


def _response(row: SurveyResponse) -> ResponseOut:
    return ResponseOut(**{name: getattr(row, name) for name in ResponseOut.model_fields})
