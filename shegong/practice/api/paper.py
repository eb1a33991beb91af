"""Papers in the API: asked for, watched, read when they are done."""

import base64
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, one, whole
from shegong.kernel.api.kinds import Body, Word
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.uploads.cleaning import PDF
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.api.attachment import ContentOut
from shegong.practice.enums import PrintState
from shegong.practice.models import PrintJob
from shegong.practice.queries import paper as queries

router = Router()


class PaperIn(Body):
    """A paper to be made: `case`, `client` or `work-report`, and its id. `reveals` prints numbers whole."""

    kind: Word
    subject: UUID
    reveals: bool = False


class PaperOut(Answer):
    """How far a paper is. It can be read until `expires_at`, by its requester only."""

    id: UUID
    kind: str
    subject: UUID
    title: str
    reveals: bool
    state: PrintState
    progress: Annotated[int, Field(ge=0, le=100)]
    problem: str
    pages: int
    size: int
    asked_at: datetime
    expires_at: datetime | None


@router.get("/papers", response={200: All[PaperOut]})
def list_papers(request: ApiRequest) -> HttpResponse:
    """The caller's papers of the last day, the latest first."""
    return whole(map(_paper, queries.own_jobs(request.viewer)))


@router.post("/papers", response={201: PaperOut, 404: ProblemDetails, 409: ProblemDetails, 429: ProblemDetails})
def ask_paper(request: ApiRequest, paper: PaperIn) -> HttpResponse:
    """Ask for a paper. It is made in the background: read it until `state` is `done`."""
    job = ask_for_paper(paper.kind, paper.subject, reveals=paper.reveals, by=request.viewer, at=clock.now())
    return one(_paper(job), status=201)


@router.get("/papers/{paper_id}", response={200: PaperOut})
def read_paper(request: ApiRequest, paper_id: UUID) -> HttpResponse:
    """How far a paper is."""
    return one(_paper(_own(request, paper_id)))


@router.get("/papers/{paper_id}/file", response={200: ContentOut})
def read_paper_file(request: ApiRequest, paper_id: UUID) -> HttpResponse:
    """A finished paper."""
    job = _own(request, paper_id)
    content = queries.printed(job) if job.expires_at is not None and job.expires_at > clock.now() else None
    if content is None:
        raise not_found()
    return one(ContentOut(media=PDF, name=f"{job.title}.pdf", content=base64.b64encode(content).decode()))


def _own(request: ApiRequest, paper_id: UUID) -> PrintJob:
    job = queries.own_job(request.viewer, paper_id)
    if job is None:
        raise not_found()
    return job


def _paper(job: PrintJob) -> PaperOut:
    return PaperOut(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        title=job.title,
        reveals=job.reveals,
        state=PrintState(job.state),
        progress=job.progress,
        problem=job.problem,
        pages=job.pages,
        size=job.size,
        asked_at=job.asked_at,
        expires_at=job.expires_at,
    )
