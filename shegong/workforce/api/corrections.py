"""Corrections of workers' profiles in the API: asked for by the worker or the employer, decided by somebody else."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Id, IdParameter, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.chinese import mask_phone
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.workforce.actions import correction as actions
from shegong.workforce.api.workers import Major, Name, SexCode
from shegong.workforce.enums import CorrectionState, Education, Language, Speciality
from shegong.workforce.models import ProfileCorrection
from shegong.workforce.queries import worker as queries
from shegong.workforce.rules.profile import REASON_LENGTH

router = Router()
Words = Annotated[str, long_text(REASON_LENGTH)]


class Corrected(BaseModel):
    """Members of a profile that are to change; those left out stay as they are."""

    name: Name | None = None
    sex: SexCode | None = None
    phone: Word | None = None
    education: Education | None = None
    major: Major | None = None
    specialities: list[Speciality] | None = None
    languages: list[Language] | None = None


class CorrectionIn(Body):
    """What is to change in a worker's profile, and why."""

    worker_id: Id
    proposed: Corrected
    reason: Words


class CorrectionDecisionIn(Body):
    """Whether the change is made; an answer is needed for a refusal."""

    accepted: bool
    answer: Words = ""


class CorrectionOut(Answer):
    """A correction, with what is proposed and what was there; telephone numbers are masked."""

    id: UUID
    worker_id: int
    state: CorrectionState
    reason: str
    proposed: dict[str, Any]
    before: dict[str, Any]
    asked_at: datetime
    answer: str
    decided_at: datetime | None


class CorrectionQuestion(Paged):
    """Which corrections."""

    worker_id: IdParameter | None = None
    state: Annotated[CorrectionState | None, Field(description="All when left out.")] = None


@router.get("/worker-corrections", response={200: Listed[CorrectionOut]})
def list_worker_corrections(request: ApiRequest, asked: Query[CorrectionQuestion]) -> HttpResponse:
    """Corrections that the caller asked for, is meant by or decides about, the latest first."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(CorrectionOut, asked.fields)
    found = queries.corrections_seen(request.viewer)
    for name, value in (("worker_id", asked.worker_id), ("state", asked.state)):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["-asked_at", "-id"], asked.cursor, asked.limit)
    return page(map(_correction, rows.items), rows.next_cursor, fields)


@router.get("/worker-corrections/{correction_id}", response={200: CorrectionOut})
def read_worker_correction(request: ApiRequest, correction_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A correction."""
    fields = wanted(CorrectionOut, asked.fields)
    return one(_correction(_seen(request, correction_id)), fields)


@router.put(
    "/worker-corrections/{correction_id}", response={200: CorrectionOut, 201: CorrectionOut, 409: ProblemDetails}
)
def put_worker_correction(request: ApiRequest, correction_id: UUID, asked: CorrectionIn) -> HttpResponse:
    """Ask for a correction under the caller's key: 201 when it is new, 200 when the same came before."""
    worker = queries.workers(request.viewer).filter(pk=asked.worker_id).first()
    if worker is None:
        raise Problem("worker_missing", _("找不到这位人员，或您不能查看。"), "worker_id")
    known = queries.correction_file(request.viewer, correction_id) is not None
    proposed = asked.proposed.model_dump(mode="json", exclude_unset=True)
    for name, value in proposed.items():
        if value is None and name != "education":
            raise Problem("cell_missing", _("不能为空。"), name)
    if "education" in proposed:
        proposed["education"] = proposed["education"] or ""
    made = actions.propose_correction(
        worker, proposed, asked.reason, by=request.viewer, at=clock.now(), key=correction_id
    )
    return one(_correction(made), status=200 if known else 201)


@router.post("/worker-corrections/{correction_id}/decision", response={200: CorrectionOut, 409: ProblemDetails})
def decide_worker_correction(request: ApiRequest, correction_id: UUID, decision: CorrectionDecisionIn) -> HttpResponse:
    """Make the change, or decline it and say why; by somebody else who leads the worker."""
    step = actions.accept_correction if decision.accepted else actions.decline_correction
    found = _seen(request, correction_id)
    return one(_correction(step(found, decision.answer, by=request.viewer, at=clock.now())))


@router.delete("/worker-corrections/{correction_id}", response={200: CorrectionOut, 409: ProblemDetails})
def withdraw_worker_correction(request: ApiRequest, correction_id: UUID) -> HttpResponse:
    """Who asked takes it back, while it waits."""
    found = _seen(request, correction_id)
    return one(_correction(actions.withdraw_correction(found, by=request.viewer, at=clock.now())))


def _seen(request: ApiRequest, correction_id: UUID) -> ProfileCorrection:
    found = queries.correction_file(request.viewer, correction_id)
    if found is None:
        raise not_found()
    return found


def _correction(row: ProfileCorrection) -> CorrectionOut:
    return CorrectionOut(
        id=row.pk,
        worker_id=row.worker_id,
        state=CorrectionState(row.state),
        reason=row.reason,
        proposed=_masked(actions.content(row)),
        before=_masked(actions.former(row)),
        asked_at=row.asked_at,
        answer=row.answer,
        decided_at=row.decided_at,
    )


def _masked(values: dict[str, Any]) -> dict[str, Any]:
    return {name: mask_phone(value) if name == "phone" and value else value for name, value in values.items()}
