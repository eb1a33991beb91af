"""Service records in the API: recorded by PUT under the caller's key, corrected and voided, read and listed."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.catalogue.enums import Method
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Count, Day, Id, IdParameter, Moment, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.record import REASON_LIMIT, correct_record, record_service, void_record
from shegong.practice.api.places import station_named
from shegong.practice.enums import Place
from shegong.practice.models import ServiceRecord
from shegong.practice.queries.record_list import RecordFilter, people_of, records_listed, records_seen
from shegong.practice.rules.record import NEXT_STEP_LIMIT, SUMMARY_LIMIT, RecordDraft

router = Router()

ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Local time, such as 09:30")]


class RecordIn(Body):
    """A service given. Method and group follow the service when left out."""

    station_id: Id
    service_id: Id
    started_at: Moment
    minutes: Count
    place: Place
    summary: Annotated[str, long_text(SUMMARY_LIMIT)]
    worker_ids: Annotated[tuple[Id, ...], Field(max_length=100)]
    client_ids: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()
    anonymous_count: Count = 0
    method: Method | None = None
    group_id: Id | None = None
    next_step: Annotated[str, long_text(NEXT_STEP_LIMIT)] = ""
    next_on: Day | None = None
    next_time: ClockTime | None = None
    satisfaction: Annotated[Count | None, Field(description="1 to 5")] = None
    case_id: UUID | None = None
    contract_id: Id | None = None
    fund_id: Id | None = None
    emergency_reason: Annotated[
        str,
        Field(
            description="Why a refined service was given before the case's plan was approved. Reviewed in 72 hours.",
            json_schema_extra={"maxLength": REASON_LIMIT},
        ),
    ] = ""

    def draft(self) -> RecordDraft:
        """The same as the actions take it."""
        return RecordDraft(
            station_id=self.station_id,
            service_id=self.service_id,
            started_at=self.started_at,
            minutes=self.minutes,
            place=self.place.value,
            summary=self.summary,
            worker_ids=self.worker_ids,
            client_ids=self.client_ids,
            anonymous_count=self.anonymous_count,
            method=self.method.value if self.method else None,
            group_id=self.group_id,
            next_step=self.next_step,
            next_on=self.next_on,
            next_time=time.fromisoformat(self.next_time) if self.next_time else None,
            satisfaction=self.satisfaction,
            case_id=self.case_id,
            contract_id=self.contract_id,
            fund_id=self.fund_id,
            emergency_reason=self.emergency_reason,
        )


class Correction(Body):
    """What a record says from now on, and why it is corrected."""

    record: RecordIn
    reason: Annotated[str, long_text(REASON_LIMIT)]


class Voiding(Body):
    """Why a record is voided."""

    reason: Annotated[str, long_text(REASON_LIMIT)]


class RecordReceipt(BaseModel):
    """That a record is kept, and how it counts."""

    id: UUID
    hub_id: int
    station_id: int
    served_on: date
    person_times: int
    work_minutes: int
    revision: int
    recorded_at: datetime
    voided_at: datetime | None


class RecordOut(Answer):
    """A service record."""

    id: UUID
    hub_id: int
    station_id: int
    service_id: int
    method: Method
    group_id: int
    started_at: datetime
    served_on: date
    minutes: int
    place: Place
    client_ids: list[UUID]
    anonymous_count: int
    person_times: int
    worker_ids: list[int]
    work_minutes: int
    summary: str
    next_step: str
    next_on: date | None
    next_time: ClockTime | None
    satisfaction: int | None
    case_id: UUID | None
    contract_id: int | None
    fund_id: int | None
    recorded_at: datetime
    revision: int
    voided_at: datetime | None
    void_reason: str


class RecordQuestion(Paged):
    """Which records."""

    station: Annotated[Key | None, Field(description="Key of a station: its own records and those below it.")] = None
    client_id: UUID | None = None
    worker_id: IdParameter | None = None
    case_id: UUID | None = None
    service_id: IdParameter | None = None
    since: Annotated[Day | None, Field(description="Served on this day or later.")] = None
    until: Annotated[Day | None, Field(description="Served on this day or earlier.")] = None
    voided: Annotated[bool, Field(description="The voided ones instead of those in force.")] = False


@router.get("/service-records", response={200: Listed[RecordOut], 404: ProblemDetails})
def list_records(request: ApiRequest, asked: Query[RecordQuestion]) -> HttpResponse:
    """Records, the latest day first."""
    fields = wanted(RecordOut, asked.fields)
    station = station_named(asked.station)
    which = RecordFilter(
        station=station,
        client_id=asked.client_id,
        worker_id=asked.worker_id,
        case_id=asked.case_id,
        service_id=asked.service_id,
        since=asked.since,
        until=asked.until,
        voided=asked.voided,
    )
    rows = page_of(records_listed(request.viewer, which), ["-served_on", "-id"], asked.cursor, asked.limit)
    return page(_records(rows.items), rows.next_cursor, fields)


@router.get("/service-records/{record_id}", response={200: RecordOut})
def read_record(request: ApiRequest, record_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A record."""
    fields = wanted(RecordOut, asked.fields)
    found = records_seen(request.viewer).filter(id=record_id).first()
    if found is None:
        raise not_found()
    return one(_records([found])[0], fields)


@router.put("/service-records/{record_id}", response={200: RecordReceipt, 201: RecordReceipt, 409: ProblemDetails})
def put_record(request: ApiRequest, record_id: UUID, record: RecordIn) -> HttpResponse:
    """Record a service under the caller's key: 201 when it is new, 200 when the same came before."""
    done = record_service(record_id, record.draft(), by=request.viewer, at=clock.now())
    return one(_receipt(done.record), status=201 if done.created else 200)


@router.post("/service-records/{record_id}/correction", response={200: RecordReceipt, 409: ProblemDetails})
def correct(request: ApiRequest, record_id: UUID, correction: Correction) -> HttpResponse:
    """Replace a record's content; what it said before is kept."""
    draft = correction.record.draft()
    return one(_receipt(correct_record(record_id, draft, correction.reason, by=request.viewer, at=clock.now())))


@router.post("/service-records/{record_id}/void", response={200: RecordReceipt, 409: ProblemDetails})
def void(request: ApiRequest, record_id: UUID, voiding: Voiding) -> HttpResponse:
    """Take a mistaken record out of every number; it stays, with the reason."""
    return one(_receipt(void_record(record_id, voiding.reason, by=request.viewer, at=clock.now())))


def _receipt(row: ServiceRecord) -> RecordReceipt:
    return RecordReceipt.model_construct(
        id=row.id,
        hub_id=row.hub_id,
        station_id=row.station_id,
        served_on=row.served_on,
        person_times=row.person_times,
        work_minutes=row.work_minutes,
        revision=row.revision,
        recorded_at=row.recorded_at,
        voided_at=row.voided_at,
    )


def _records(rows: list[ServiceRecord]) -> list[RecordOut]:
    people = people_of(rows)
    return [_record(row, *people[row.id]) for row in rows]


def _record(row: ServiceRecord, client_ids: list[UUID], worker_ids: list[int]) -> RecordOut:
    return RecordOut(
        id=row.id,
        hub_id=row.hub_id,
        station_id=row.station_id,
        service_id=row.service_id,
        method=Method(row.method),
        group_id=row.group_id,
        started_at=row.started_at,
        served_on=row.served_on,
        minutes=row.minutes,
        place=Place(row.place),
        client_ids=client_ids,
        anonymous_count=row.anonymous_count,
        person_times=row.person_times,
        worker_ids=worker_ids,
        work_minutes=row.work_minutes,
        summary=row.summary,
        next_step=row.next_step,
        next_on=row.next_on,
        next_time=f"{row.next_time:%H:%M}" if row.next_time else None,
        satisfaction=row.satisfaction,
        case_id=row.case_id,
        contract_id=row.contract_id,
        fund_id=row.fund_id,
        recorded_at=row.recorded_at,
        revision=row.revision,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )
