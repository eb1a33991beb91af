"""The shared pool of supervision in the API: offers, requests, bookings, proposals and their assignments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, IdParameter, Moment, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.workforce.actions import pool as actions
from shegong.workforce.actions import proposal as proposals
from shegong.workforce.enums import (
    BookingState,
    PoolUrgency,
    ProposalState,
    RequestState,
    SupervisionMode,
    SupervisionTopic,
)
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
    SupervisorProfile,
)
from shegong.workforce.queries import pool as queries
from shegong.workforce.rules.booking import MOST_ASKED, MOST_OFFERED, NOTE_LENGTH, RequestDraft

router = Router()
READERS = (Role.SUPERVISOR, *queries.ASKERS, *queries.COORDINATORS)
Note = Annotated[str, long_text(NOTE_LENGTH)]
Offered = Annotated[Decimal, Field(gt=0, le=MOST_OFFERED, decimal_places=1)]
Asked = Annotated[Decimal, Field(gt=0, le=MOST_ASKED, decimal_places=1)]


class OfferIn(Body):
    """Hours (in halves) that the caller offers in a month, named by its first day; changes what was offered for it."""

    month: Day
    hours: Offered
    hub_ids: Annotated[list[Id], Field(min_length=1, max_length=50)]
    note: Note = ""


class OfferOut(Answer):
    """An offer of hours."""

    id: UUID
    supervisor_id: int
    supervisor: str
    hub_id: int
    month: date
    hours: Decimal
    hub_ids: list[int]
    note: str
    withdrawn_at: datetime | None


class SupervisionRequestIn(Body):
    """What the caller's station (or one below, or the caller) asks for in a month, named by its first day."""

    month: Day
    hours: Asked
    topic: SupervisionTopic
    speciality: Annotated[Word, Field(description="`group:`, `field:` or `method:` and a code, or empty.")] = ""
    urgency: PoolUrgency = PoolUrgency.ROUTINE
    note: Note = ""
    of_worker: bool = False
    station_id: Id | None = None


class SupervisionRequestOut(Answer):
    """A request for supervision."""

    id: UUID
    hub_id: int
    station_id: int
    worker_id: int | None
    month: date
    hours: Decimal
    topic: SupervisionTopic
    speciality: str
    urgency: PoolUrgency
    note: str
    state: RequestState
    asked_at: datetime


class SupervisionBookingOut(Answer):
    """A supervisor's hours for a request; `session_id` once there is a time."""

    id: UUID
    request_id: UUID
    supervisor_id: int
    hub_id: int
    station_id: int
    worker_id: int | None
    month: date
    hours: Decimal
    state: BookingState
    starts_at: datetime | None
    ends_at: datetime | None
    session_id: UUID | None
    proposal_id: UUID | None
    cancel_reason: str


class BookIn(Body):
    """A waiting request gets this supervisor."""

    request_id: UUID
    supervisor_id: Id


class TimeIn(Body):
    """When and how."""

    starts_at: Moment
    mode: SupervisionMode = SupervisionMode.ONSITE
    place: Word = ""


class SupervisionCancellationIn(Body):
    """Why; `gives_up` withdraws the request too, for who asked."""

    reason: Note
    gives_up: bool = False


class ProposalIn(Body):
    """For which month, named by its first day."""

    month: Day


class ProposalOut(Answer):
    """A month's proposal: worth (`value`) beside what first come, first served would be worth, and the proven bound."""

    id: UUID
    hub_id: int
    month: date
    state: ProposalState
    progress: int
    supervisors: int
    requests: int
    served: int
    value: int
    bound: int
    first_come_value: int
    first_come_served: int
    asked_at: datetime
    finished_at: datetime | None
    published_at: datetime | None


class PointsOut(BaseModel):
    """A part of a pairing's points."""

    name: str
    points: int


class AssignmentOut(Answer):
    """A request in a proposal: its supervisor and the parts of its points, or nobody and why (`verdict`)."""

    id: int
    request_id: UUID
    supervisor_id: int | None
    points: int
    parts: list[PointsOut]
    km: int
    verdict: str
    is_pinned: bool


class AssignmentIn(Body):
    """Another supervisor (who is then held to), an exchange of supervisors with another line, nobody (all null), or
    whether to hold to the present one.
    """

    supervisor_id: Id | None = None
    swap_with: Annotated[Id | None, Field(description="Key of another line: both exchange their supervisors.")] = None
    pinned: bool | None = None


class PoolQuestion(Paged):
    """Of which month."""

    month: Annotated[Day | None, Field(description="The first day of the month; all when left out.")] = None


@router.get("/pool/offers", response={200: Listed[OfferOut]})
def list_supervision_offers(request: ApiRequest, asked: Query[PoolQuestion]) -> HttpResponse:
    """Offers that reach the caller's counties, or are the caller's own."""
    only(request.viewer, *READERS)
    fields = wanted(OfferOut, asked.fields)
    found = queries.offers_seen(request.viewer)
    if asked.month is not None:
        found = found.filter(month=asked.month)
    rows = page_of(found, ["-month", "id"], asked.cursor, asked.limit)
    return page(map(_offer, rows.items), rows.next_cursor, fields)


@router.post("/pool/offers", response={200: OfferOut, 409: ProblemDetails})
def put_supervision_offer(request: ApiRequest, offer: OfferIn) -> HttpResponse:
    """Offer hours for a month, or change what was offered."""
    made = actions.offer_hours(
        offer.month, offer.hours, hub_ids=offer.hub_ids, note=offer.note, by=request.viewer, at=clock.now()
    )
    return one(_offer(made))


@router.delete("/pool/offers/{offer_id}", response={200: OfferOut, 409: ProblemDetails})
def withdraw_supervision_offer(request: ApiRequest, offer_id: UUID) -> HttpResponse:
    """Take an offer back of which nothing is booked."""
    found = queries.offers_seen(request.viewer).filter(pk=offer_id).first()
    if found is None:
        raise not_found()
    return one(_offer(actions.withdraw_offer(found, by=request.viewer, at=clock.now())))


@router.get("/pool/requests", response={200: Listed[SupervisionRequestOut]})
def list_supervision_requests(request: ApiRequest, asked: Query[PoolQuestion]) -> HttpResponse:
    """Requests that the caller may see, the latest first."""
    only(request.viewer, *READERS)
    fields = wanted(SupervisionRequestOut, asked.fields)
    found = queries.requests_seen(request.viewer)
    if asked.month is not None:
        found = found.filter(month=asked.month)
    rows = page_of(found, ["-asked_at", "-id"], asked.cursor, asked.limit)
    return page(map(_request, rows.items), rows.next_cursor, fields)


@router.put(
    "/pool/requests/{request_id}",
    response={200: SupervisionRequestOut, 201: SupervisionRequestOut, 409: ProblemDetails},
)
def put_supervision_request(request: ApiRequest, request_id: UUID, asked: SupervisionRequestIn) -> HttpResponse:
    """Ask for supervision under the caller's key: 201 when it is new, 200 when the same came before."""
    known = queries.requests_seen(request.viewer).filter(pk=request_id).exists()
    station = None
    if asked.station_id is not None:
        station = Station.objects.filter(pk=asked.station_id).first()
        if station is None:
            raise Problem("station_out_of_scope", actions.OUT_OF_SCOPE, "station_id")
    draft = RequestDraft(
        month=asked.month,
        hours=asked.hours,
        topic=asked.topic.value,
        speciality=asked.speciality,
        urgency=asked.urgency.value,
        note=asked.note,
        of_worker=asked.of_worker,
    )
    made = actions.ask_for_supervision(draft, station=station, by=request.viewer, at=clock.now(), key=request_id)
    return one(_request(made), status=200 if known else 201)


@router.post("/pool/requests/{request_id}/withdrawal", response={200: SupervisionRequestOut, 409: ProblemDetails})
def withdraw_supervision_request(request: ApiRequest, request_id: UUID) -> HttpResponse:
    """Take back what was asked, while it waits."""
    found = queries.requests_seen(request.viewer).filter(pk=request_id).first()
    if found is None:
        raise not_found()
    return one(_request(actions.withdraw_request(found, by=request.viewer, at=clock.now())))


@router.get("/pool/bookings", response={200: Listed[SupervisionBookingOut]})
def list_supervision_bookings(request: ApiRequest, asked: Query[PoolQuestion]) -> HttpResponse:
    """Bookings that concern the caller, the latest first."""
    only(request.viewer, *READERS)
    fields = wanted(SupervisionBookingOut, asked.fields)
    found = queries.bookings_seen(request.viewer)
    if asked.month is not None:
        found = found.filter(month=asked.month)
    rows = page_of(found, ["-booked_at", "-id"], asked.cursor, asked.limit)
    return page(map(_booking, rows.items), rows.next_cursor, fields)


@router.post("/pool/bookings", response={201: SupervisionBookingOut, 404: ProblemDetails, 409: ProblemDetails})
def book_supervision(request: ApiRequest, asked: BookIn) -> HttpResponse:
    """Give a waiting request a supervisor by hand."""
    found = queries.requests_seen(request.viewer).filter(pk=asked.request_id).first()
    if found is None:
        raise not_found()
    supervisor = SupervisorProfile.objects.filter(pk=asked.supervisor_id).first()
    if supervisor is None:
        raise Problem("supervisor_unsuitable", actions.CHOOSE_SUPERVISOR, "supervisor_id")
    return one(_booking(actions.book_request(found, supervisor, by=request.viewer, at=clock.now())), status=201)


@router.post("/pool/bookings/{booking_id}/time", response={200: SupervisionBookingOut, 409: ProblemDetails})
def arrange_supervision_booking(request: ApiRequest, booking_id: UUID, when: TimeIn) -> HttpResponse:
    """Agree when it is: a planned session comes of it."""
    found = _seen_booking(request, booking_id)
    made = actions.arrange_booking(
        found, when.starts_at, mode=when.mode.value, place=when.place, by=request.viewer, at=clock.now()
    )
    return one(_booking(made))


@router.post("/pool/bookings/{booking_id}/cancellation", response={200: SupervisionBookingOut, 409: ProblemDetails})
def cancel_supervision_booking(request: ApiRequest, booking_id: UUID, why: SupervisionCancellationIn) -> HttpResponse:
    """Cancel a booking and the session planned for it; the hours go to the waiting list."""
    found = _seen_booking(request, booking_id)
    made = actions.cancel_booking(found, why.reason, gives_up=why.gives_up, by=request.viewer, at=clock.now())
    return one(_booking(made))


@router.get("/pool/proposals", response={200: Listed[ProposalOut]})
def list_pool_proposals(request: ApiRequest, asked: Query[PoolQuestion]) -> HttpResponse:
    """The proposals that the caller coordinates, the latest first."""
    only(request.viewer, *queries.COORDINATORS)
    fields = wanted(ProposalOut, asked.fields)
    found = queries.proposals_seen(request.viewer)
    if asked.month is not None:
        found = found.filter(month=asked.month)
    rows = page_of(found, ["-asked_at", "-id"], asked.cursor, asked.limit)
    return page(map(_proposal, rows.items), rows.next_cursor, fields)


@router.put("/pool/proposals/{proposal_id}", response={200: ProposalOut, 201: ProposalOut, 409: ProblemDetails})
def put_pool_proposal(request: ApiRequest, proposal_id: UUID, asked: ProposalIn) -> HttpResponse:
    """Ask for a month's proposal under the caller's key; read it until `state` is `ready`."""
    known = queries.proposal_file(request.viewer, proposal_id) is not None
    made = proposals.propose(asked.month, by=request.viewer, at=clock.now(), key=proposal_id)
    return one(_proposal(made), status=200 if known else 201)


@router.get("/pool/proposals/{proposal_id}", response={200: ProposalOut})
def read_pool_proposal(request: ApiRequest, proposal_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """How far a proposal is, and what it is worth."""
    fields = wanted(ProposalOut, asked.fields)
    return one(_proposal(_seen_proposal(request, proposal_id)), fields)


@router.get("/pool/proposals/{proposal_id}/assignments", response={200: Listed[AssignmentOut]})
def list_pool_assignments(request: ApiRequest, proposal_id: UUID, asked: Query[Paged]) -> HttpResponse:
    """Its requests, each with supervisor and reasons or with why nobody."""
    fields = wanted(AssignmentOut, asked.fields)
    found = PoolAssignment.objects.filter(proposal=_seen_proposal(request, proposal_id))
    rows = page_of(found, ["-points", "id"], asked.cursor, asked.limit)
    return page(map(_assignment, rows.items), rows.next_cursor, fields)


@router.post("/pool/assignments/{assignment_id}", response={200: AssignmentOut, 409: ProblemDetails})
def change_pool_assignment(request: ApiRequest, assignment_id: IdParameter, change: AssignmentIn) -> HttpResponse:
    """Change one line of a proposal that isn't published yet."""
    line = queries.assignment_of(request.viewer, assignment_id)
    if line is None:
        raise not_found()
    by, now = request.viewer, clock.now()
    if change.supervisor_id is not None:
        return one(_assignment(proposals.reassign(line, change.supervisor_id, by=by, at=now)))
    if change.swap_with is not None:
        try:
            line, _other = proposals.swap_supervisors(line, change.swap_with, by=by, at=now)
        except Problem as problem:
            raise problem.at("swap_with") if problem.field else problem from problem
        return one(_assignment(line))
    if change.pinned is not None:
        return one(_assignment(proposals.pin_assignment(line, change.pinned, by=by, at=now)))
    return one(_assignment(proposals.remove_assignment(line, by=by, at=now)))


@router.post("/pool/proposals/{proposal_id}/computation", response={200: ProposalOut, 409: ProblemDetails})
def compute_pool_proposal_again(request: ApiRequest, proposal_id: UUID) -> HttpResponse:
    """Compute again what isn't pinned."""
    found = _seen_proposal(request, proposal_id)
    return one(_proposal(proposals.compute_again(found, by=request.viewer, at=clock.now())))


@router.post("/pool/proposals/{proposal_id}/publication", response={200: ProposalOut, 409: ProblemDetails})
def publish_pool_proposal(request: ApiRequest, proposal_id: UUID) -> HttpResponse:
    """Book every pairing."""
    found = _seen_proposal(request, proposal_id)
    return one(_proposal(proposals.publish_proposal(found, by=request.viewer, at=clock.now())))


@router.delete("/pool/proposals/{proposal_id}", response={200: ProposalOut, 409: ProblemDetails})
def drop_pool_proposal(request: ApiRequest, proposal_id: UUID) -> HttpResponse:
    """Let a proposal go."""
    found = _seen_proposal(request, proposal_id)
    return one(_proposal(proposals.drop_proposal(found, by=request.viewer, at=clock.now())))


def _seen_booking(request: ApiRequest, booking_id: UUID) -> SupervisionBooking:
    found = queries.bookings_seen(request.viewer).filter(pk=booking_id).first()
    if found is None:
        raise not_found()
    return found


def _seen_proposal(request: ApiRequest, proposal_id: UUID) -> PoolProposal:
    found = queries.proposal_file(request.viewer, proposal_id)
    if found is None:
        raise not_found()
    return found


def _offer(row: SupervisionOffer) -> OfferOut:
    names = OfferOut.model_fields.keys() - {"supervisor"}
    values = {name: getattr(row, name) for name in names}
    return OfferOut.model_validate({**values, "supervisor": row.supervisor.worker.name})


def _request(row: SupervisionRequest) -> SupervisionRequestOut:
    return SupervisionRequestOut.model_validate(
        {name: getattr(row, name) for name in SupervisionRequestOut.model_fields}
    )


def _booking(row: SupervisionBooking) -> SupervisionBookingOut:
    return SupervisionBookingOut.model_validate(
        {name: getattr(row, name) for name in SupervisionBookingOut.model_fields}
    )


def _proposal(row: PoolProposal) -> ProposalOut:
    return ProposalOut.model_validate({name: getattr(row, name) for name in ProposalOut.model_fields})


def _assignment(row: PoolAssignment) -> AssignmentOut:
    names = AssignmentOut.model_fields.keys() - {"parts"}
    values = {name: getattr(row, name) for name in names}
    parts = [PointsOut(name=name, points=points) for name, points in row.parts]
    return AssignmentOut.model_validate({**values, "parts": parts})
