"""Evaluations by clients in the API: put down by PUT under the caller's key, listed, read; and links to ask for one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.evaluation import ask_for_evaluation, put_evaluation
from shegong.practice.enums import Channel, Said
from shegong.practice.models import Evaluation
from shegong.practice.models.evaluation import COMMENT_LENGTH
from shegong.practice.queries import evaluation as queries
from shegong.practice.rules.evaluation import Opinion

router = Router()


class EvaluatedKind(StrEnum):
    """What is evaluated. A group is evaluated by each of its members."""

    CASE = "case"
    GROUP = "group"
    ACTIVITY = "activity"
    RECORD = "record"


class About(StrEnum):
    """What an evaluation is about."""

    CASE = "case"
    MEMBER = "member"
    ACTIVITY = "activity"
    RECORD = "record"


class WhatIn(Body):
    """What is evaluated; for a group also the member."""

    of: EvaluatedKind
    of_id: UUID
    member_id: UUID | None = None


class EvaluationIn(WhatIn):
    """What somebody answered whom a worker asked."""

    score: Annotated[int, Field(ge=1, le=5, description="1 very bad to 5 very good")]
    better: Annotated[int | None, Field(ge=1, le=5, description="1 much worse to 5 much better")] = None
    comment: Annotated[str, long_text(COMMENT_LENGTH)] = ""
    said_by: Said = Said.CLIENT
    evaluated_on: Day | None = None


class EvaluationOut(Answer):
    """An evaluation. `recorded_by_id` is null for one that came by a link or on a phone handed over."""

    id: UUID
    hub_id: int
    station_id: int
    of: About
    of_id: UUID
    evaluated_on: date
    score: int
    better: int | None
    comment: str
    said_by: Said
    channel: Channel
    recorded_at: datetime
    recorded_by_id: int | None


class LinkOut(Answer):
    """Where one evaluation may be given; the address is told once."""

    url: str


class EvaluationsAsked(Paged):
    """Which evaluations."""

    since: Day | None = None
    until: Day | None = None


@router.get("/evaluations", response={200: Listed[EvaluationOut]})
def list_evaluations(request: ApiRequest, asked: Query[EvaluationsAsked]) -> HttpResponse:
    """The evaluations in the caller's reach, the latest first."""
    fields = wanted(EvaluationOut, asked.fields)
    found = queries.evaluations_seen(request.viewer)
    if asked.since is not None:
        found = found.filter(evaluated_on__gte=asked.since)
    if asked.until is not None:
        found = found.filter(evaluated_on__lte=asked.until)
    rows = page_of(found, ["-evaluated_on", "-id"], asked.cursor, asked.limit)
    return page(map(_evaluation, rows.items), rows.next_cursor, fields)


@router.get("/evaluations/{evaluation_id}", response={200: EvaluationOut})
def read_evaluation(request: ApiRequest, evaluation_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An evaluation."""
    fields = wanted(EvaluationOut, asked.fields)
    found = queries.evaluations_seen(request.viewer).filter(pk=evaluation_id).first()
    if found is None:
        raise not_found()
    return one(_evaluation(found), fields)


@router.put("/evaluations/{evaluation_id}", response={200: EvaluationOut, 201: EvaluationOut, 409: ProblemDetails})
def put(request: ApiRequest, evaluation_id: UUID, evaluation: EvaluationIn) -> HttpResponse:
    """Put an evaluation down under the caller's key: 201 when it is new, 200 when the same came before."""
    at = clock.now()
    made = put_evaluation(
        _evaluated(request, evaluation),
        Opinion(evaluation.score, evaluation.better, evaluation.comment, evaluation.said_by),
        member_id=evaluation.member_id,
        evaluated_on=evaluation.evaluated_on,
        by=request.viewer,
        at=at,
        key=evaluation_id,
    )
    return one(_evaluation(made), status=201 if made.recorded_at == at else 200)


@router.post("/evaluation-links", response={201: LinkOut, 404: ProblemDetails, 409: ProblemDetails})
def ask(request: ApiRequest, what: WhatIn) -> HttpResponse:
    """An address at which a client may give one evaluation, for two weeks."""
    token = ask_for_evaluation(
        _evaluated(request, what), channel=Channel.LINK, member_id=what.member_id, by=request.viewer, at=clock.now()
    )
    address = request.build_absolute_uri(reverse("practice:evaluate", args=[token]))
    return one(LinkOut(url=address), status=201)


def _evaluated(request: ApiRequest, what: WhatIn) -> queries.Evaluated:
    found = queries.evaluated(request.viewer, what.of, what.of_id)
    if found is None:
        raise not_found()
    return found


def _evaluation(row: Evaluation) -> EvaluationOut:
    said = {name: getattr(row, name) for name in EvaluationOut.model_fields if name not in ("of", "said_by", "channel")}
    return EvaluationOut(**said, of=About(row.of), said_by=Said(row.said_by), channel=Channel(row.channel))
