"""Group work in the API: groups proposed by PUT under the caller's key, decided, recruited, met and summed up.

Its address is `/social-groups`, since `/groups` are the catalogue's population groups.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Moment, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions import groupwork as actions
from shegong.practice.actions import groupwork_session as sessions
from shegong.practice.actions.groupwork_session import SessionPlan, SessionSheet
from shegong.practice.api.places import at_station
from shegong.practice.enums import GroupKind, GroupStage, GroupState, MemberState, Place, Presence, SessionState
from shegong.practice.models import GroupMember, GroupSession, SessionAttendance, SocialGroup
from shegong.practice.queries.gathering import Content, content_of, contents_of
from shegong.practice.queries.groupwork import groups_seen
from shegong.practice.rules.groupwork import (
    NOTE_LENGTH,
    REASON_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Attended,
    BudgetDraft,
    GroupDraft,
)

router = Router()
LongText = Annotated[str, long_text(TEXT_LENGTH)]
Title = Annotated[str, long_text(TITLE_LENGTH)]
Reason = Annotated[str, long_text(REASON_LENGTH)]
Small = Annotated[int, Field(strict=True, ge=-32_000, le=32_000)]
Yuan = Annotated[Decimal, Field(ge=0, le=Decimal("9999999.99"), decimal_places=2)]
Average = Annotated[Decimal, Field(ge=1, le=5, decimal_places=2)]


class BudgetLineIn(Body):
    """What for, and how many yuan."""

    item: Annotated[str, long_text(60)]
    amount: Yuan


class GroupIn(Body):
    """A group's proposal. `measure_name` is a question answered by a number before and after."""

    station_id: Id
    service_id: Id
    title: Title
    kind: GroupKind
    aim: LongText
    criteria: LongText
    risk: LongText
    size_min: Small
    size_max: Small
    sessions_planned: Small
    first_on: Day
    theory: LongText = ""
    group_id: Id | None = None
    helper_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    contract_id: Id | None = None
    measure_name: Annotated[str, long_text(100)] = ""
    measure_low: Small = 0
    measure_high: Small = 10
    measure_up: bool = True
    budget: Annotated[tuple[BudgetLineIn, ...], Field(max_length=40)] = ()

    def draft(self) -> GroupDraft:
        """The same as the actions take it."""
        values = self.model_dump(exclude={"budget", "kind"})
        budget = tuple(BudgetDraft(line.item, line.amount) for line in self.budget)
        return GroupDraft(**values, kind=self.kind.value, budget=budget)


class Decision(Body):
    """Approval, or what is missing."""

    approve: bool
    note: Reason = ""


class SignUpIn(Body):
    """Clients who want to come."""

    client_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class ScreeningIn(Body):
    """What screening made of a sign-up."""

    decision: MemberState
    reason: Reason = ""


class SessionIn(Body):
    """A session's plan."""

    starts_at: Moment
    minutes: Small
    stage: GroupStage
    place: Place = Place.STATION
    title: Title = ""
    aims: LongText = ""
    flow: LongText = ""
    materials: LongText = ""


class AttendanceIn(Body):
    """Whether a member came."""

    client_id: UUID
    presence: Presence
    reason: Reason = ""
    note: Annotated[str, long_text(NOTE_LENGTH)] = ""


class HeldSessionIn(Body):
    """A session as it was. `reason` is needed to correct one that was held."""

    started_at: Moment
    minutes: Small
    place: Place = Place.STATION
    worker_ids: Annotated[tuple[Id, ...], Field(max_length=100)]
    attended: Annotated[tuple[AttendanceIn, ...], Field(max_length=200)]
    content: LongText
    dynamics: LongText = ""
    progress: LongText = ""
    next_step: Annotated[str, long_text(NOTE_LENGTH)] = ""
    reason: Reason = ""


class SummaryIn(Body):
    """What came of a group; `spent` has an amount for each line of the budget, in its order."""

    outcome: LongText
    follow_up: LongText = ""
    satisfaction: Average | None = None
    spent: Annotated[tuple[Yuan | None, ...], Field(max_length=40)] = ()


class SocialGroupOut(Answer):
    """A group."""

    id: UUID
    hub_id: int
    station_id: int
    title: str
    kind: GroupKind
    state: GroupState
    service_id: int
    group_id: int
    worker_id: int
    helper_ids: list[int]
    aim: str
    theory: str
    criteria: str
    risk: str
    size_min: int
    size_max: int
    sessions_planned: int
    first_on: date
    measure_name: str
    approved_at: datetime | None
    decision_note: str
    closed_on: date | None
    outcome: str
    satisfaction: Annotated[
        float | None, Field(description="Mean of the evaluations; without any, what a worker put down in the summary.")
    ]
    evaluations: Annotated[int, Field(description="How many evaluations the mean is of.")]


class MemberOut(Answer):
    """A sign-up to a group."""

    id: UUID
    client_id: UUID
    state: MemberState
    reason: str
    applied_on: date
    pre_score: float | None
    post_score: float | None
    outcome: str


class SessionOut(Answer):
    """A session of a group; `record_id` once it was held."""

    id: UUID
    social_group_id: UUID
    station_id: int
    number: int
    title: str
    stage: GroupStage
    state: SessionState
    starts_at: datetime
    minutes: int
    place: Place
    aims: str
    flow: str
    content: str
    record_id: UUID | None


class AttendanceOut(Answer):
    """Whether a member came to a session."""

    client_id: UUID
    presence: Presence
    reason: str
    note: str


class GroupQuestion(Paged):
    """Which groups."""

    state: GroupState | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own groups and those below it.")] = None


@router.get("/social-groups", response={200: Listed[SocialGroupOut], 404: ProblemDetails})
def list_groups(request: ApiRequest, asked: Query[GroupQuestion]) -> HttpResponse:
    """Groups, the latest beginning first."""
    fields = wanted(SocialGroupOut, asked.fields)
    found = at_station(groups_seen(request.viewer), asked.station)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-first_on", "-id"], asked.cursor, asked.limit)
    contents = contents_of(rows.items)
    return page([_told(row, contents.get(row.id)) for row in rows.items], rows.next_cursor, fields)


@router.get("/social-groups/{group_id}", response={200: SocialGroupOut})
def read_group(request: ApiRequest, group_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A group."""
    fields = wanted(SocialGroupOut, asked.fields)
    return one(_group(_seen(request, group_id)), fields)


@router.put("/social-groups/{group_id}", response={200: SocialGroupOut, 201: SocialGroupOut, 409: ProblemDetails})
def put_group(request: ApiRequest, group_id: UUID, group: GroupIn) -> HttpResponse:
    """Propose a group under the caller's key: 201 when it is new, 200 when the same came before."""
    known = groups_seen(request.viewer).filter(id=group_id).exists()
    made = actions.propose_group(group_id, group.draft(), by=request.viewer, at=clock.now())
    return one(_group(made), status=200 if known else 201)


@router.post("/social-groups/{group_id}/submission", response={200: SocialGroupOut, 409: ProblemDetails})
def submit_group(request: ApiRequest, group_id: UUID) -> HttpResponse:
    """Hand the proposal in for approval."""
    return one(_group(actions.submit_group(_seen(request, group_id), by=request.viewer, at=clock.now())))


@router.post("/social-groups/{group_id}/decision", response={200: SocialGroupOut, 409: ProblemDetails})
def decide_group(request: ApiRequest, group_id: UUID, decision: Decision) -> HttpResponse:
    """Approve the proposal or send it back: a head or county officer who isn't its author."""
    group, at = _seen(request, group_id), clock.now()
    done = actions.decide_group(group, approve=decision.approve, note=decision.note, by=request.viewer, at=at)
    return one(_group(done))


@router.get("/social-groups/{group_id}/members", response={200: All[MemberOut]})
def list_members(request: ApiRequest, group_id: UUID) -> HttpResponse:
    """Who signed up to a group, as far as the caller may see them."""
    members = _seen(request, group_id).members.order_by("applied_on", "id")
    return whole([_member(each) for each in members])


@router.post("/social-groups/{group_id}/members", response={200: All[MemberOut], 409: ProblemDetails})
def sign_up(request: ApiRequest, group_id: UUID, signup: SignUpIn) -> HttpResponse:
    """Sign clients up."""
    group = _seen(request, group_id)
    members = actions.sign_up(group, signup.client_ids, by=request.viewer, at=clock.now())
    return whole([_member(each) for each in members])


@router.post("/social-groups/{group_id}/members/{member_id}/screening", response={200: MemberOut, 409: ProblemDetails})
def screen(request: ApiRequest, group_id: UUID, member_id: UUID, screening: ScreeningIn) -> HttpResponse:
    """Accept, put on the waiting list, decline, or note that a member left."""
    member = _seen(request, group_id).members.filter(id=member_id).first()
    if member is None:
        raise not_found()
    done = actions.screen(member, screening.decision.value, screening.reason, by=request.viewer, at=clock.now())
    return one(_member(done))


@router.get("/social-groups/{group_id}/sessions", response={200: All[SessionOut]})
def list_sessions(request: ApiRequest, group_id: UUID) -> HttpResponse:
    """A group's sessions in their order."""
    return whole([_session(each) for each in _seen(request, group_id).sessions.order_by("number")])


@router.put("/social-groups/{group_id}/sessions/{session_id}", response={200: SessionOut, 409: ProblemDetails})
def put_session(request: ApiRequest, group_id: UUID, session_id: UUID, session: SessionIn) -> HttpResponse:
    """Plan a session under the caller's key, or change the plan of one that wasn't held."""
    values = session.model_dump() | {"stage": session.stage.value, "place": session.place.value}
    group, plan = _seen(request, group_id), SessionPlan(**values)
    return one(_session(sessions.plan_session(group, session_id, plan, by=request.viewer, at=clock.now())))


@router.get("/sessions/{session_id}", response={200: SessionOut})
def read_session(request: ApiRequest, session_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A session."""
    fields = wanted(SessionOut, asked.fields)
    return one(_session(_session_seen(request, session_id)), fields)


@router.get("/sessions/{session_id}/attendances", response={200: All[AttendanceOut]})
def list_attendances(request: ApiRequest, session_id: UUID) -> HttpResponse:
    """Who came to a session, as far as the caller may see them."""
    attendances = _session_seen(request, session_id).attendances.order_by("client_id")
    return whole([_attendance(each) for each in attendances])


@router.post("/sessions/{session_id}/attendances", response={200: SessionOut, 409: ProblemDetails})
def hold_session(request: ApiRequest, session_id: UUID, sheet: HeldSessionIn) -> HttpResponse:
    """Write down that a session was held: makes its service record, or corrects it for a reason."""
    attended = tuple(Attended(e.client_id, e.presence.value, e.reason, e.note) for e in sheet.attended)
    values = sheet.model_dump(exclude={"attended"}) | {"place": sheet.place.value}
    session = _session_seen(request, session_id)
    said = SessionSheet(**values, attended=attended)
    return one(_session(sessions.hold_session(session, said, by=request.viewer, at=clock.now())))


@router.post("/social-groups/{group_id}/summary", response={200: SocialGroupOut, 409: ProblemDetails})
def close_group(request: ApiRequest, group_id: UUID, summary: SummaryIn) -> HttpResponse:
    """Sum a group up."""
    said = actions.Summary(summary.outcome, summary.follow_up, summary.satisfaction, summary.spent)
    return one(_group(actions.close_group(_seen(request, group_id), said, by=request.viewer, at=clock.now())))


def _seen(request: ApiRequest, group_id: UUID) -> SocialGroup:
    found = groups_seen(request.viewer).filter(id=group_id).first()
    if found is None:
        raise not_found()
    return found


def _session_seen(request: ApiRequest, session_id: UUID) -> GroupSession:
    groups = groups_seen(request.viewer).values("id")
    found = GroupSession.objects.filter(id=session_id, social_group_id__in=groups).first()
    if found is None:
        raise not_found()
    return found


def _group(row: SocialGroup) -> SocialGroupOut:
    return _told(row, content_of(row))


def _told(row: SocialGroup, content: Content | None) -> SocialGroupOut:
    other = ("kind", "state", "satisfaction", "evaluations")
    plain = {name: getattr(row, name) for name in SocialGroupOut.model_fields if name not in other}
    return SocialGroupOut(
        **plain,
        kind=GroupKind(row.kind),
        state=GroupState(row.state),
        satisfaction=float(content.mean) if content else None,
        evaluations=content.number if content else 0,
    )


def _member(row: GroupMember) -> MemberOut:
    return MemberOut(
        id=row.id,
        client_id=row.client_id,
        state=MemberState(row.state),
        reason=row.reason,
        applied_on=row.applied_on,
        pre_score=None if row.pre_score is None else float(row.pre_score),
        post_score=None if row.post_score is None else float(row.post_score),
        outcome=row.outcome,
    )


def _session(row: GroupSession) -> SessionOut:
    plain = {name: getattr(row, name) for name in SessionOut.model_fields if name not in ("stage", "state", "place")}
    stage, state, place = GroupStage(row.stage), SessionState(row.state), Place(row.place)
    return SessionOut(**plain, stage=stage, state=state, place=place)


def _attendance(row: SessionAttendance) -> AttendanceOut:
    presence = Presence(row.presence)
    return AttendanceOut(client_id=row.client_id, presence=presence, reason=row.reason, note=row.note)
