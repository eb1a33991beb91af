"""Enquiries in the API: taken in by PUT under the caller's key, decided, read and listed."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Count, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.chinese import mask_phone
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.practice.actions import enquiry as actions
from shegong.practice.actions.enquiry import BriefService
from shegong.practice.api.places import at_station
from shegong.practice.enums import Basis, DeclineKind, EnquirySource, IntakeDecision, Place, Sex, Urgency
from shegong.practice.models import Client, Enquiry
from shegong.practice.queries.case import supervisors_for
from shegong.practice.queries.client import clients_seen, worker_of
from shegong.practice.queries.enquiry import enquiries_seen
from shegong.practice.rules.case import TEXT_LENGTH
from shegong.practice.rules.client import ADDRESS_LENGTH, NAME_LENGTH, NOTE_LENGTH, RELATION_LENGTH
from shegong.practice.rules.enquiry import NEED_LENGTH, EnquiryDraft

router = Router()
Note = Annotated[str, long_text(NOTE_LENGTH)]


class EnquiryIn(Body):
    """An enquiry to take in: for a client's file, or for somebody by name."""

    station_id: Id
    need: Annotated[str, long_text(NEED_LENGTH)]
    source: EnquirySource = EnquirySource.SELF
    urgency: Urgency = Urgency.ROUTINE
    asker_name: Annotated[str, long_text(NAME_LENGTH)] = ""
    asker_phone: Annotated[str, long_text(30)] = ""
    relation: Annotated[str, long_text(RELATION_LENGTH)] = ""
    client_id: UUID | None = None
    name: Annotated[str, long_text(NAME_LENGTH)] = ""
    sex: Sex = Sex.UNKNOWN
    age: Count | None = None
    address: Annotated[str, long_text(ADDRESS_LENGTH)] = ""
    community_id: Id | None = None
    field_id: Id | None = None
    group_id: Id | None = None


class Acceptance(Body):
    """A case for the linked client, for `client_id`, or for a file that is opened now."""

    group_id: Id
    problem: Annotated[str, long_text(TEXT_LENGTH)]
    client_id: UUID | None = None
    born_on: Day | None = None
    basis: Basis = Basis.CONSENT
    no_guardian_reason: Note = ""
    supervisor_id: Annotated[
        Id | None, Field(description="A supervisor with an agreement in force for the caller.")
    ] = None


class Brief(Body):
    """One service given at once."""

    service_id: Id
    minutes: Count
    place: Place
    summary: Annotated[str, long_text(TEXT_LENGTH)]


class Refusal(Body):
    """Why an enquiry is declined."""

    decline_kind: DeclineKind
    decision_note: Note


class EnquiryOut(Answer):
    """An enquiry. The telephone number is masked."""

    id: UUID
    number: str
    hub_id: int
    station_id: int
    source: EnquirySource
    received_at: datetime
    received_on: date
    asker_name: str
    asker_phone: str
    relation: str
    client_id: UUID | None
    name: str
    sex: Sex
    age: int | None
    community_id: int | None
    need: str
    field_id: int | None
    group_id: int | None
    urgency: Urgency
    due_at: datetime
    taken_at: datetime | None
    worker_id: int | None
    decision: Literal["", "accept", "brief", "decline", "refer"]
    decided_at: datetime | None
    decline_kind: str
    decision_note: str
    case_id: UUID | None
    record_id: UUID | None


class EnquiryQuestion(Paged):
    """Which enquiries."""

    decision: Annotated[
        IntakeDecision | Literal["none"] | None, Field(description="A decision; `none` for those that wait.")
    ] = None
    source: EnquirySource | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own and those below it.")] = None
    client_id: UUID | None = None


@router.get("/enquiries", response={200: Listed[EnquiryOut], 404: ProblemDetails})
def list_enquiries(request: ApiRequest, asked: Query[EnquiryQuestion]) -> HttpResponse:
    """Enquiries, the latest first."""
    fields = wanted(EnquiryOut, asked.fields)
    found = at_station(enquiries_seen(request.viewer), asked.station)
    if asked.decision is not None:
        found = found.filter(decision="" if asked.decision == "none" else asked.decision)
    for lookup, value in (("source", asked.source), ("client_id", asked.client_id)):
        if value is not None:
            found = found.filter(**{lookup: value})
    rows = page_of(found, ["-received_at", "-id"], asked.cursor, asked.limit)
    return page(map(_enquiry, rows.items), rows.next_cursor, fields)


@router.get("/enquiries/{enquiry_id}", response={200: EnquiryOut})
def read_enquiry(request: ApiRequest, enquiry_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An enquiry."""
    fields = wanted(EnquiryOut, asked.fields)
    return one(_enquiry(_seen(request, enquiry_id)), fields)


@router.put("/enquiries/{enquiry_id}", response={200: EnquiryOut, 201: EnquiryOut, 409: ProblemDetails})
def put_enquiry(request: ApiRequest, enquiry_id: UUID, enquiry: EnquiryIn) -> HttpResponse:
    """Take in an enquiry under the caller's key: 201 when it is new, 200 when the same came before."""
    station = Station.objects.filter(id=enquiry.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    known = enquiries_seen(request.viewer).filter(id=enquiry_id).exists()
    content = enquiry.model_dump(exclude={"station_id"}, mode="python")
    draft = EnquiryDraft(**{name: getattr(value, "value", value) for name, value in content.items()})
    made = actions.register_enquiry(station, draft, by=request.viewer, at=clock.now(), key=enquiry_id)
    return one(_enquiry(made), status=200 if known else 201)


@router.post("/enquiries/{enquiry_id}/acceptance", response={200: EnquiryOut, 409: ProblemDetails})
def accept_enquiry(request: ApiRequest, enquiry_id: UUID, acceptance: Acceptance) -> HttpResponse:
    """Accept an enquiry: a case is opened, and a file where there is none."""
    seen = _seen(request, enquiry_id)
    group = PopulationGroup.objects.filter(id=acceptance.group_id).first()
    if group is None:
        raise Problem("group_unknown", _("没有这个服务人群。"), "group_id")
    client: Client | None = None
    if acceptance.client_id is not None:
        client = clients_seen(request.viewer).filter(pk=acceptance.client_id).first()
        if client is None:
            raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_id")
    supervisor = None
    if acceptance.supervisor_id is not None:
        supervisor = supervisors_for(worker_of(request.viewer)).filter(id=acceptance.supervisor_id).first()
        if supervisor is None:
            raise Problem("supervisor_unknown", _("请从列表中选择督导。"), "supervisor_id")
    actions.accept_enquiry(
        seen,
        group=group,
        problem=acceptance.problem,
        client=client,
        born_on=acceptance.born_on,
        basis=acceptance.basis.value,
        no_guardian_reason=acceptance.no_guardian_reason,
        supervisor=supervisor,
        by=request.viewer,
        at=clock.now(),
    )
    return one(_enquiry(_seen(request, enquiry_id)))


@router.post("/enquiries/{enquiry_id}/brief-service", response={200: EnquiryOut, 409: ProblemDetails})
def serve_briefly(request: ApiRequest, enquiry_id: UUID, brief: Brief) -> HttpResponse:
    """Decide for one service given at once; it becomes a service record."""
    service = BriefService(brief.service_id, brief.minutes, brief.place.value, brief.summary)
    actions.serve_briefly(_seen(request, enquiry_id), service, by=request.viewer, at=clock.now())
    return one(_enquiry(_seen(request, enquiry_id)))


@router.post("/enquiries/{enquiry_id}/refusal", response={200: EnquiryOut, 409: ProblemDetails})
def decline_enquiry(request: ApiRequest, enquiry_id: UUID, refusal: Refusal) -> HttpResponse:
    """Decline an enquiry with a reason."""
    seen = _seen(request, enquiry_id)
    declined = actions.decline_enquiry(
        seen, refusal.decline_kind.value, refusal.decision_note, by=request.viewer, at=clock.now()
    )
    return one(_enquiry(declined))


def _seen(request: ApiRequest, enquiry_id: UUID) -> Enquiry:
    found = enquiries_seen(request.viewer).filter(id=enquiry_id).first()
    if found is None:
        raise not_found()
    return found


def _enquiry(row: Enquiry) -> EnquiryOut:
    names = EnquiryOut.model_fields.keys() - {"asker_phone"}
    values = {name: getattr(row, name) for name in names}
    return EnquiryOut.model_validate({**values, "asker_phone": mask_phone(row.asker_phone)})
