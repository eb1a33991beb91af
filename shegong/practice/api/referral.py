"""Referrals in the API: sent by PUT under the caller's key, answered, returned, closed, read and listed."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.chinese import mask_phone
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions import referral as actions
from shegong.practice.enums import Basis, ReceiverKind, ReferralState, Sex, Urgency
from shegong.practice.models import Client, Enquiry, Referral
from shegong.practice.queries.client import clients_seen
from shegong.practice.queries.enquiry import enquiries_seen
from shegong.practice.queries.referral import referrals_seen
from shegong.practice.rules.client import NOTE_LENGTH
from shegong.practice.rules.referral import TEXT_LENGTH, ReferralDraft

router = Router()
Note = Annotated[str, long_text(NOTE_LENGTH)]
LongText = Annotated[str, long_text(TEXT_LENGTH)]


class ReferralIn(Body):
    """A referral of a client, or of whom an enquiry is about, to one receiver. Released at once where consent for
    sharing is on file (`consent_on` for somebody without a file) or a statutory basis is named; else it waits.
    """

    client_id: UUID | None = None
    enquiry_id: UUID | None = None
    case_id: UUID | None = None
    receiver_kind: ReceiverKind
    to_station_id: Id | None = None
    to_organisation_id: Id | None = None
    reason: LongText
    asked: LongText
    urgency: Urgency = Urgency.ROUTINE
    basis: Basis
    basis_note: Note = ""
    consent_on: Day | None = None


class ReleaseIn(Body):
    """Consent was given; its day is needed for somebody without a file only."""

    consent_on: Day | None = None


class AnswerIn(Body):
    """The receiver's answer; a refusal needs a reason."""

    accepted: bool
    answer: Note = ""


class ResultIn(Body):
    """What came of it."""

    result: LongText


class ReferralOut(Answer):
    """A referral, as far as the caller may see it. The telephone number is masked."""

    id: UUID
    number: str
    hub_id: int
    station_id: int
    client_id: UUID | None
    enquiry_id: UUID | None
    case_id: UUID | None
    receiver_kind: ReceiverKind
    to_station_id: int | None
    to_organisation_id: int | None
    reason: str
    asked: str
    urgency: Urgency
    basis: Basis
    basis_note: str
    state: ReferralState
    created_at: datetime
    released_at: datetime | None
    due_at: datetime | None
    agreement: UUID | None
    agreement_title: str
    result_due_at: datetime | None
    name: str
    sex: Sex
    born_on: date | None
    phone: str
    group_id: int | None
    answered_at: datetime | None
    answer: str
    received_client_id: UUID | None
    result: str
    returned_at: datetime | None
    closed_at: datetime | None
    withdrawn_at: datetime | None


class ReferralQuestion(Paged):
    """Which referrals."""

    state: ReferralState | None = None
    box: Annotated[Literal["in", "out"] | None, Field(description="Received or sent ones; both when left out.")] = None


@router.get("/referrals", response={200: Listed[ReferralOut]})
def list_referrals(request: ApiRequest, asked: Query[ReferralQuestion]) -> HttpResponse:
    """Referrals that the caller sent or received, the latest first."""
    fields = wanted(ReferralOut, asked.fields)
    found = referrals_seen(request.viewer, asked.box or "")
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-created_at", "-id"], asked.cursor, asked.limit)
    return page(map(_referral, rows.items), rows.next_cursor, fields)


@router.get("/referrals/{referral_id}", response={200: ReferralOut})
def read_referral(request: ApiRequest, referral_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A referral."""
    fields = wanted(ReferralOut, asked.fields)
    return one(_referral(_seen(request, referral_id)), fields)


@router.put("/referrals/{referral_id}", response={200: ReferralOut, 201: ReferralOut, 409: ProblemDetails})
def put_referral(request: ApiRequest, referral_id: UUID, referral: ReferralIn) -> HttpResponse:
    """Refer under the caller's key: 201 when it is new, 200 when the same came before."""
    known = referrals_seen(request.viewer).filter(id=referral_id).first()
    client, enquiry = _subject(request, referral)
    draft = ReferralDraft(
        receiver_kind=referral.receiver_kind.value,
        reason=referral.reason,
        asked=referral.asked,
        basis=referral.basis.value,
        to_station_id=referral.to_station_id,
        to_organisation_id=referral.to_organisation_id,
        urgency=referral.urgency.value,
        basis_note=referral.basis_note,
        consent_on=referral.consent_on,
        case_id=referral.case_id,
    )
    made = actions.refer(draft, client=client, enquiry=enquiry, by=request.viewer, at=clock.now(), key=referral_id)
    return one(_referral(made), status=200 if known else 201)


def _subject(request: ApiRequest, referral: ReferralIn) -> tuple[Client | None, Enquiry | None]:
    client, enquiry = None, None
    if referral.client_id is not None:
        client = clients_seen(request.viewer).filter(pk=referral.client_id).first()
        if client is None:
            raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_id")
    if referral.enquiry_id is not None:
        enquiry = enquiries_seen(request.viewer).filter(pk=referral.enquiry_id).first()
        if enquiry is None:
            raise Problem("enquiry_missing", _("找不到这条咨询，或您不能查看。"), "enquiry_id")
    if client is None and enquiry is None:
        raise Problem("client_missing", _("请从档案、个案或咨询发起转介。"), "client_id")
    return client, enquiry


@router.post("/referrals/{referral_id}/release", response={200: ReferralOut, 409: ProblemDetails})
def release_referral(request: ApiRequest, referral_id: UUID, release: ReleaseIn) -> HttpResponse:
    """Send a waiting referral, now that there is consent."""
    seen = _seen(request, referral_id)
    sent = actions.release_referral(seen, by=request.viewer, at=clock.now(), consent_on=release.consent_on)
    return one(_referral(sent))


@router.post("/referrals/{referral_id}/answer", response={200: ReferralOut, 409: ProblemDetails})
def answer_referral(request: ApiRequest, referral_id: UUID, answer: AnswerIn) -> HttpResponse:
    """The receiver accepts or declines."""
    step = actions.accept_referral if answer.accepted else actions.decline_referral
    return one(_referral(step(_seen(request, referral_id), answer.answer, by=request.viewer, at=clock.now())))


@router.post("/referrals/{referral_id}/result", response={200: ReferralOut, 409: ProblemDetails})
def return_result(request: ApiRequest, referral_id: UUID, result: ResultIn) -> HttpResponse:
    """The receiver says what came of it."""
    seen = _seen(request, referral_id)
    return one(_referral(actions.return_result(seen, result.result, by=request.viewer, at=clock.now())))


@router.post("/referrals/{referral_id}/closure", response={200: ReferralOut, 409: ProblemDetails})
def close_referral(request: ApiRequest, referral_id: UUID) -> HttpResponse:
    """The sender closes the loop."""
    return one(_referral(actions.close_referral(_seen(request, referral_id), by=request.viewer, at=clock.now())))


@router.post("/referrals/{referral_id}/withdrawal", response={200: ReferralOut, 409: ProblemDetails})
def withdraw_referral(request: ApiRequest, referral_id: UUID) -> HttpResponse:
    """The sender takes it back before it is answered."""
    return one(_referral(actions.withdraw_referral(_seen(request, referral_id), by=request.viewer, at=clock.now())))


def _seen(request: ApiRequest, referral_id: UUID) -> Referral:
    found = referrals_seen(request.viewer).filter(id=referral_id).first()
    if found is None:
        raise not_found()
    return found


def _referral(row: Referral) -> ReferralOut:
    names = ReferralOut.model_fields.keys() - {"phone"}
    values = {name: getattr(row, name) for name in names}
    return ReferralOut.model_validate({**values, "phone": mask_phone(row.phone)})
