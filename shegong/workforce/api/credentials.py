"""Qualifications in the API: certificates, registrations, requests to the county, courses and hours."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST
from shegong.kernel.uploads.keeping import Brought
from shegong.network.api_scope import ApiRequest, only
from shegong.network.scope import Viewer
from shegong.workforce.actions import credential as actions
from shegong.workforce.actions.credential import RequestDraft
from shegong.workforce.enums import CertificateLevel, RegisterCheckState, RequestKind
from shegong.workforce.models import Credential, CredentialRequest, Registration, Worker
from shegong.workforce.queries import credential as queries
from shegong.workforce.rules.credential import NOTE_LENGTH, NUMBER_LENGTH

router = Router()
Note = Annotated[str, long_text(NOTE_LENGTH)]


class ProofIn(Body):
    """A scan: a photo (JPEG, PNG, WebP) or a PDF. What is kept is written anew."""

    name: Annotated[str, long_text(200)]
    content: Annotated[str, long_text(LARGEST * 4 // 3 + 4), Field(description="The file in base64, at most 10 MB.")]


class CredentialOut(Answer):
    """A professional qualification certificate."""

    id: int
    worker_id: int
    hub_id: int
    level: CertificateLevel
    number: str
    issued_on: date


class RegistrationOut(Answer):
    """A registration of a certificate; `until` is the first day on which it isn't valid any more."""

    id: UUID
    worker_id: int
    credential_id: int
    hub_id: int
    station_id: int
    level: CertificateLevel
    number: str
    since: date
    until: date
    is_renewal: bool


class CredentialRequestIn(Body):
    """What the county is asked to enter: a certificate (`issued_on`, and a proof when the worker asks), its first
    registration or a renewal (`since`). Left out, `worker_id` is the caller's own.
    """

    worker_id: Id | None = None
    kind: RequestKind
    level: CertificateLevel | None = None
    number: Annotated[str, long_text(NUMBER_LENGTH)] = ""
    issued_on: Day | None = None
    since: Day | None = None
    note: Note = ""
    proof: ProofIn | None = None


class CredentialDecision(Body):
    """The county's decision; a refusal needs a reason."""

    approved: bool
    answer: Note = ""


class CredentialRequestOut(Answer):
    """A request to the county, and what came of it."""

    id: UUID
    worker_id: int
    hub_id: int
    station_id: int
    kind: RequestKind
    level: CertificateLevel
    number: str
    issued_on: date | None
    since: date | None
    note: str
    has_proof: bool
    state: RegisterCheckState
    asked_at: datetime
    decided_at: datetime | None
    answer: str


class OfWorkerQuestion(Paged):
    """Whose."""

    worker_id: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Only this worker's.")] = None


class RegistrationQuestion(OfWorkerQuestion):
    """Which registrations."""

    on: Annotated[Day | None, Field(description="Valid on this day.")] = None


class CredentialRequestQuestion(OfWorkerQuestion):
    """Which requests."""

    state: RegisterCheckState | None = None


@router.get("/credentials", response={200: Listed[CredentialOut]})
def list_credentials(request: ApiRequest, asked: Query[OfWorkerQuestion]) -> HttpResponse:
    """Certificates that the caller may see with their numbers: the own, those of workers in charge of or employed."""
    only(request.viewer, *queries.READERS)
    fields = wanted(CredentialOut, asked.fields)
    found = queries.credentials_seen(request.viewer)
    if asked.worker_id is not None:
        found = found.filter(worker_id=asked.worker_id)
    rows = page_of(found, ["worker_id", "issued_on"], asked.cursor, asked.limit)
    return page(map(_credential, rows.items), rows.next_cursor, fields)


@router.get("/registrations", response={200: Listed[RegistrationOut]})
def list_registrations(request: ApiRequest, asked: Query[RegistrationQuestion]) -> HttpResponse:
    """Registrations that the caller may see, those that end next first."""
    only(request.viewer, *queries.READERS)
    fields = wanted(RegistrationOut, asked.fields)
    found = Registration.objects.filter(queries.reach(request.viewer)).select_related("credential")
    if asked.worker_id is not None:
        found = found.filter(worker_id=asked.worker_id)
    if asked.on is not None:
        found = found.filter(since__lte=asked.on, until__gt=asked.on)
    rows = page_of(found, ["until", "id"], asked.cursor, asked.limit)
    return page(map(_registration, rows.items), rows.next_cursor, fields)


@router.get("/credentials/requests", response={200: Listed[CredentialRequestOut]})
def list_credential_requests(request: ApiRequest, asked: Query[CredentialRequestQuestion]) -> HttpResponse:
    """Requests that the caller may see, the latest first."""
    only(request.viewer, *queries.READERS)
    fields = wanted(CredentialRequestOut, asked.fields)
    found = queries.requests_seen(request.viewer)
    if asked.worker_id is not None:
        found = found.filter(worker_id=asked.worker_id)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-asked_at", "-id"], asked.cursor, asked.limit)
    return page(map(_request, rows.items), rows.next_cursor, fields)


@router.get("/credentials/requests/{request_id}", response={200: CredentialRequestOut})
def read_credential_request(request: ApiRequest, request_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A request."""
    only(request.viewer, *queries.READERS)
    fields = wanted(CredentialRequestOut, asked.fields)
    return one(_request(_seen(request.viewer, request_id)), fields)


@router.put(
    "/credentials/requests/{request_id}",
    response={200: CredentialRequestOut, 201: CredentialRequestOut, 409: ProblemDetails},
)
def put_credential_request(request: ApiRequest, request_id: UUID, asked: CredentialRequestIn) -> HttpResponse:
    """Ask under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *queries.READERS)
    worker = worker_asked(request.viewer, asked.worker_id)
    known = queries.requests_seen(request.viewer).filter(pk=request_id).exists()
    draft = RequestDraft(
        asked.kind.value,
        asked.level.value if asked.level else "",
        asked.number,
        asked.issued_on,
        asked.since,
        asked.note,
    )
    made = actions.ask_for_entry(
        draft, worker, by=request.viewer, at=clock.now(), key=request_id, file=brought(asked.proof)
    )
    return one(_request(made), status=200 if known else 201)


@router.post("/credentials/requests/{request_id}/decision", response={200: CredentialRequestOut, 409: ProblemDetails})
def decide_credential_request(request: ApiRequest, request_id: UUID, decision: CredentialDecision) -> HttpResponse:
    """The county approves (and enters it) or declines."""
    step = actions.approve_request if decision.approved else actions.decline_request
    return one(_request(step(_seen(request.viewer, request_id), decision.answer, by=request.viewer, at=clock.now())))


@router.post("/credentials/requests/{request_id}/withdrawal", response={200: CredentialRequestOut, 409: ProblemDetails})
def withdraw_credential_request(request: ApiRequest, request_id: UUID) -> HttpResponse:
    """The worker takes it back before it is decided."""
    return one(_request(actions.withdraw_request(_seen(request.viewer, request_id), by=request.viewer, at=clock.now())))


def worker_asked(viewer: Viewer, worker_id: int | None) -> Worker:
    """The worker meant: the caller's own without a number. Raises Problem at `worker_id`."""
    found = queries.worker_seen(viewer, worker_id) if worker_id else queries.own_worker(viewer)
    if found is None:
        raise Problem("worker_out_of_scope", _("找不到这名社工，或您不能查看。"), "worker_id")
    return found


def brought(proof: ProofIn | None) -> Brought | None:
    """The file that came in base64. Raises Problem at `proof`."""
    if proof is None:
        return None
    try:
        return Brought(base64.b64decode(proof.content, validate=True), proof.name[:500])
    except (binascii.Error, ValueError) as problem:
        raise Problem("content_form", _("文件内容应为 base64。"), "proof") from problem


def _seen(viewer: Viewer, request_id: UUID) -> CredentialRequest:
    found = queries.requests_seen(viewer).filter(pk=request_id).first()
    if found is None:
        raise not_found()
    return found


def _credential(row: Credential) -> CredentialOut:
    return CredentialOut.model_validate({name: getattr(row, name) for name in CredentialOut.model_fields})


def _registration(row: Registration) -> RegistrationOut:
    names = RegistrationOut.model_fields.keys() - {"level"}
    return RegistrationOut.model_validate(
        {**{name: getattr(row, name) for name in names}, "level": row.credential.level}
    )


def _request(row: CredentialRequest) -> CredentialRequestOut:
    names = CredentialRequestOut.model_fields.keys() - {"has_proof"}
    return CredentialRequestOut.model_validate(
        {**{name: getattr(row, name) for name in names}, "has_proof": row.proof_id is not None}
    )
