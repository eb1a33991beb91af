"""Supervision in the API: agreements, sessions planned and written down, and what became of the advice."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, IdParameter, Moment, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.actions import supervision as actions
from shegong.workforce.enums import (
    AdviceState,
    AdviceStepKind,
    AgreementState,
    Attendance,
    SupervisionForm,
    SupervisionFunction,
    SupervisionMode,
    SupervisionState,
    SupervisionTopic,
    SupervisorKind,
)
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionSession,
)
from shegong.workforce.queries import supervision as queries
from shegong.workforce.rules.supervision import (
    ADVICE_LENGTH,
    GOALS_LENGTH,
    MOST_ADVICE,
    MOST_HOURS,
    MOST_PRICE,
    REASON_LENGTH,
    RECORD_LENGTH,
    AdviceDraft,
    AgreementDraft,
    SessionDraft,
    SessionSheet,
)

router = Router()
READERS = (*queries.READERS, Role.AGENCY)
People = Annotated[list[Id], Field(max_length=200)]
Hours = Annotated[Decimal, Field(gt=0, le=MOST_HOURS, decimal_places=1)]
Yuan = Annotated[Decimal, Field(ge=0, le=MOST_PRICE, decimal_places=2)]


class AgreementIn(Body):
    """What is agreed: for all workers of a hub or town station and its rooms, or for some of them. `until` is the day
    after the last.
    """

    supervisor_id: Id
    station_id: Id
    kind: SupervisorKind
    since: Day
    until: Day
    hours: Hours
    price: Yuan = Decimal(0)
    goals: Annotated[str, long_text(GOALS_LENGTH)]
    supervisee_ids: People = []


class AgreementOut(Answer):
    """An agreement with the hours held under it, and what they cost."""

    id: UUID
    supervisor_id: int
    station: str
    kind: SupervisorKind
    state: AgreementState
    since: date
    until: date
    hours: Decimal
    hours_held: Decimal
    price: Decimal
    cost: Decimal
    goals: str
    supervisee_ids: list[int]
    end_reason: str


class SupervisionEndIn(Body):
    """Why it ends."""

    reason: Annotated[str, long_text(REASON_LENGTH)]


class SupervisionPlanIn(Body):
    """When, how and with whom."""

    agreement_id: UUID
    starts_at: Moment
    ends_at: Moment
    form: SupervisionForm = SupervisionForm.INDIVIDUAL
    mode: SupervisionMode = SupervisionMode.ONSITE
    place: Word = ""
    worker_ids: People

    def draft(self) -> SessionDraft:
        """For the action."""
        return SessionDraft(
            self.starts_at, self.ends_at, self.form.value, self.mode.value, self.place, tuple(self.worker_ids)
        )


class AdviceIn(Body):
    """Who sees to it until when."""

    text: Annotated[str, long_text(ADVICE_LENGTH)]
    responsible_id: Id
    due_on: Day


class SupervisionSheetIn(SupervisionPlanIn):
    """What is written down of a session that was held; `worker_ids` are those who came."""

    functions: Annotated[list[SupervisionFunction], Field(max_length=3)]
    topics: Annotated[list[SupervisionTopic], Field(max_length=10)]
    record: Annotated[str, long_text(RECORD_LENGTH)]
    absent_ids: People = []
    advice: Annotated[list[AdviceIn], Field(max_length=MOST_ADVICE)] = []

    def sheet(self) -> SessionSheet:
        """For the action."""
        return SessionSheet(
            session=self.draft(),
            functions=tuple(each.value for each in self.functions),
            topics=tuple(each.value for each in self.topics),
            record=self.record,
            absent_ids=tuple(self.absent_ids),
            advice=tuple(AdviceDraft(each.text, each.responsible_id, each.due_on) for each in self.advice),
        )


class AttendeeOut(Answer):
    """A worker who is expected, came or didn't."""

    worker_id: int
    presence: Attendance


class SupervisionSessionOut(Answer):
    """A session; `record` is empty for who isn't concerned with it."""

    id: UUID
    agreement_id: UUID
    supervisor_id: int
    station: str
    state: SupervisionState
    starts_at: datetime
    ends_at: datetime
    form: SupervisionForm
    mode: SupervisionMode
    place: str
    functions: list[SupervisionFunction]
    topics: list[SupervisionTopic]
    attendees: list[AttendeeOut]
    record: str
    cancel_reason: str


class AdviceOut(Answer):
    """An advice and how far it has come."""

    id: UUID
    session_id: UUID
    supervisor_id: int
    responsible_id: int
    station: str
    text: str
    due_on: date
    state: AdviceState


class AdviceStepIn(Body):
    """Its worker acted on it; its supervisor found it done, or sends it back."""

    step: AdviceStepKind
    note: Annotated[str, long_text(ADVICE_LENGTH)]


class AgreementQuestion(Paged):
    """Which agreements."""

    state: AgreementState | None = None
    kind: SupervisorKind | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own and those below it.")] = None
    supervisor_id: IdParameter | None = None


class SupervisionQuestion(Paged):
    """Which sessions."""

    state: SupervisionState | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own and those below it.")] = None
    agreement_id: UUID | None = None
    worker_id: Annotated[IdParameter | None, Field(description="Sessions with this worker.")] = None


class AdviceQuestion(Paged):
    """Which advice."""

    state: AdviceState | None = None
    responsible_id: IdParameter | None = None


@router.get("/supervision-agreements", response={200: Listed[AgreementOut], 404: ProblemDetails})
def list_agreements(request: ApiRequest, asked: Query[AgreementQuestion]) -> HttpResponse:
    """Agreements, the latest beginning first."""
    only(request.viewer, *READERS)
    fields = wanted(AgreementOut, asked.fields)
    found = _at(queries.agreements_seen(request.viewer), asked.station)
    found = _narrowed(found, state=asked.state, kind=asked.kind, supervisor_id=asked.supervisor_id)
    rows = page_of(found, ["-since", "-id"], asked.cursor, asked.limit)
    return page(_agreements(rows.items), rows.next_cursor, fields)


@router.get("/supervision-agreements/{agreement_id}", response={200: AgreementOut})
def read_agreement(request: ApiRequest, agreement_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An agreement."""
    fields = wanted(AgreementOut, asked.fields)
    return one(_agreement(_agreement_seen(request, agreement_id)), fields)


@router.put(
    "/supervision-agreements/{agreement_id}", response={200: AgreementOut, 201: AgreementOut, 409: ProblemDetails}
)
def put_agreement(request: ApiRequest, agreement_id: UUID, agreement: AgreementIn) -> HttpResponse:
    """Write an agreement under the caller's key, or change it while it is a draft: 201 when it is new."""
    known = queries.agreements_seen(request.viewer).filter(pk=agreement_id).exists()
    values = agreement.model_dump(exclude={"supervisee_ids", "kind"})
    draft = AgreementDraft(kind=agreement.kind.value, supervisee_ids=tuple(agreement.supervisee_ids), **values)
    made = actions.draft_agreement(agreement_id, draft, by=request.viewer, at=clock.now())
    return one(_agreement(made), status=200 if known else 201)


@router.post("/supervision-agreements/{agreement_id}/start", response={200: AgreementOut, 409: ProblemDetails})
def start_agreement(request: ApiRequest, agreement_id: UUID) -> HttpResponse:
    """Put it in force."""
    found = _agreement_seen(request, agreement_id)
    return one(_agreement(actions.start_agreement(found, by=request.viewer, at=clock.now())))


@router.post("/supervision-agreements/{agreement_id}/end", response={200: AgreementOut, 409: ProblemDetails})
def end_agreement(request: ApiRequest, agreement_id: UUID, end: SupervisionEndIn) -> HttpResponse:
    """End it: cases under review are closed to its supervisor, planned sessions cancelled."""
    found = _agreement_seen(request, agreement_id)
    return one(_agreement(actions.end_agreement(found, end.reason, by=request.viewer, at=clock.now())))


@router.get("/supervision-sessions", response={200: Listed[SupervisionSessionOut], 404: ProblemDetails})
def list_supervision_sessions(request: ApiRequest, asked: Query[SupervisionQuestion]) -> HttpResponse:
    """Sessions, the latest first."""
    only(request.viewer, *READERS)
    fields = wanted(SupervisionSessionOut, asked.fields)
    found = _at(queries.sessions_seen(request.viewer), asked.station)
    found = _narrowed(found, state=asked.state, agreement_id=asked.agreement_id, attendees__worker_id=asked.worker_id)
    rows = page_of(found, ["-starts_at", "-id"], asked.cursor, asked.limit)
    return page(_sessions(request.viewer, rows.items), rows.next_cursor, fields)


@router.get("/supervision-sessions/{session_id}", response={200: SupervisionSessionOut})
def read_supervision_session(request: ApiRequest, session_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A session."""
    fields = wanted(SupervisionSessionOut, asked.fields)
    return one(_sessions(request.viewer, [_session_seen(request, session_id)])[0], fields)


@router.put(
    "/supervision-sessions/{session_id}",
    response={200: SupervisionSessionOut, 201: SupervisionSessionOut, 409: ProblemDetails},
)
def plan_supervision_session(request: ApiRequest, session_id: UUID, session: SupervisionPlanIn) -> HttpResponse:
    """Arrange a session under the caller's key, or change the arrangement: 201 when it is new."""
    known = queries.sessions_seen(request.viewer).filter(pk=session_id).exists()
    agreement = _agreement_seen(request, session.agreement_id)
    made = actions.plan_supervision(session_id, agreement, session.draft(), by=request.viewer, at=clock.now())
    return one(_sessions(request.viewer, [made])[0], status=200 if known else 201)


@router.put("/supervision-sessions/{session_id}/record", response={200: SupervisionSessionOut, 409: ProblemDetails})
def record_supervision_session(request: ApiRequest, session_id: UUID, sheet: SupervisionSheetIn) -> HttpResponse:
    """Write down a session that was held, planned before or not; the same again changes nothing."""
    agreement = _agreement_seen(request, sheet.agreement_id)
    made = actions.hold_supervision(session_id, agreement, sheet.sheet(), by=request.viewer, at=clock.now())
    return one(_sessions(request.viewer, [made])[0])


@router.post(
    "/supervision-sessions/{session_id}/cancellation", response={200: SupervisionSessionOut, 409: ProblemDetails}
)
def cancel_supervision_session(request: ApiRequest, session_id: UUID, end: SupervisionEndIn) -> HttpResponse:
    """Call a planned session off."""
    found = _session_seen(request, session_id)
    return one(
        _sessions(request.viewer, [actions.cancel_supervision(found, end.reason, by=request.viewer, at=clock.now())])[0]
    )


@router.get("/supervision-advice", response={200: Listed[AdviceOut]})
def list_supervision_advice(request: ApiRequest, asked: Query[AdviceQuestion]) -> HttpResponse:
    """Advice that the caller gave, acts on or answers for, the most urgent first."""
    only(request.viewer, *queries.READERS)
    fields = wanted(AdviceOut, asked.fields)
    found = _narrowed(queries.advice_seen(request.viewer), state=asked.state, responsible_id=asked.responsible_id)
    rows = page_of(found, ["due_on", "id"], asked.cursor, asked.limit)
    return page(map(_advice, rows.items), rows.next_cursor, fields)


@router.post("/supervision-advice/{advice_id}/steps", response={200: AdviceOut, 409: ProblemDetails})
def step_supervision_advice(request: ApiRequest, advice_id: UUID, step: AdviceStepIn) -> HttpResponse:
    """Carry an advice on."""
    found = queries.advice_seen(request.viewer).filter(pk=advice_id).first()
    if found is None:
        raise not_found()
    return one(_advice(actions.step_advice(found, step.step, step.note, by=request.viewer, at=clock.now())))


def _at(rows: QuerySet[Any], key: str | None) -> QuerySet[Any]:
    """Of `rows` those of the station with this key and of all below it. Raises Problem (404) at `station`."""
    if key is None:
        return rows
    station = Station.objects.filter(key=key).first()
    if station is None:
        raise not_found().at("station")
    return rows.filter(subtree(station))


def _narrowed(rows: QuerySet[Any], **values: Any) -> QuerySet[Any]:
    return rows.filter(**{name: value for name, value in values.items() if value is not None})


def _agreement_seen(request: ApiRequest, agreement_id: UUID) -> SupervisionAgreement:
    found = queries.agreements_seen(request.viewer).filter(pk=agreement_id).first()
    if found is None:
        raise not_found()
    return found


def _session_seen(request: ApiRequest, session_id: UUID) -> SupervisionSession:
    found = queries.sessions_seen(request.viewer).filter(pk=session_id).first()
    if found is None:
        raise not_found()
    return found


def _agreements(rows: Iterable[SupervisionAgreement]) -> list[AgreementOut]:
    """With their hours, in one query more."""
    return [
        AgreementOut.model_validate(
            {name: getattr(each.agreement, name) for name in AgreementOut.model_fields.keys() - OF_LEDGER}
            | {"station": each.agreement.station.key, "hours_held": each.hours, "cost": each.cost}
        )
        for each in queries.ledgers(rows)
    ]


OF_LEDGER = {"station", "hours_held", "cost"}
OF_SESSION = {"station", "attendees", "record"}


def _agreement(row: SupervisionAgreement) -> AgreementOut:
    return _agreements([row])[0]


def _sessions(viewer: Viewer, rows: Iterable[SupervisionSession]) -> list[SupervisionSessionOut]:
    """With attendees and notes, in two queries more."""
    listed = list(rows)
    keys = [each.pk for each in listed]
    people: dict[UUID, list[AttendeeOut]] = {}
    for each in SupervisionAttendee.objects.filter(session_id__in=keys).order_by("worker_id"):
        out = AttendeeOut(worker_id=each.worker_id, presence=Attendance(each.presence))
        people.setdefault(each.session_id, []).append(out)
    notes = queries.notes_of(viewer, keys)
    return [
        SupervisionSessionOut.model_validate(
            {name: getattr(row, name) for name in SupervisionSessionOut.model_fields.keys() - OF_SESSION}
            | {"station": row.station.key, "attendees": people.get(row.pk, []), "record": notes.get(row.pk, "")}
        )
        for row in listed
    ]


def _advice(row: SupervisionAdvice) -> AdviceOut:
    values = {name: getattr(row, name) for name in AdviceOut.model_fields.keys() - {"station"}}
    return AdviceOut.model_validate({**values, "station": row.station.key})
