"""Community work in the API: activities planned by PUT under the caller's key, decided, held and summed up."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Moment, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.recurrence import Repeat
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions import activity as actions
from shegong.practice.actions.activity import ActivitySheet, ActivitySummary
from shegong.practice.api.groupwork import Average, BudgetLineIn, Decision, LongText, Reason, Small, Title, Yuan
from shegong.practice.api.places import at_station
from shegong.practice.enums import ActivityState, Place
from shegong.practice.models import Activity
from shegong.practice.queries.activity import activities_seen, clients_who_came
from shegong.practice.queries.gathering import Content, content_of, contents_of
from shegong.practice.rules.activity import ActivityDraft, Turnout
from shegong.practice.rules.groupwork import BudgetDraft

router = Router()


class ActivityIn(Body):
    """An activity's plan; without `capacity` it takes everybody."""

    station_id: Id
    service_id: Id
    title: Title
    purpose: LongText
    target: Annotated[str, long_text(200)]
    venue: Annotated[str, long_text(100)]
    starts_at: Moment
    minutes: Small
    flow: LongText
    safety: LongText
    expected: Small
    staffing: LongText = ""
    place: Place = Place.COMMUNITY
    capacity: Small | None = None
    group_id: Id | None = None
    helper_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    contract_id: Id | None = None
    budget: Annotated[tuple[BudgetLineIn, ...], Field(max_length=40)] = ()

    def draft(self) -> ActivityDraft:
        """The same as the actions take it."""
        values = self.model_dump(exclude={"budget", "place"})
        budget = tuple(BudgetDraft(line.item, line.amount) for line in self.budget)
        return ActivityDraft(**values, place=self.place.value, budget=budget)


class RepetitionIn(Body):
    """How often an activity comes back, and until when."""

    repeat: Repeat
    until: Day


class TurnoutIn(Body):
    """Who came: clients, residents by their sign-ups, and walk-ins counted, by sex and age (f0, f18, f60, m0, m18, m60)
    where that was noted. `reason` is needed to correct an activity that was held.
    """

    started_at: Moment
    minutes: Small
    worker_ids: Annotated[tuple[Id, ...], Field(max_length=100)]
    content: LongText
    client_ids: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()
    signup_ids: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()
    walk_in_count: Small = 0
    walk_ins: dict[str, Small] = {}
    reason: Reason = ""


class ActivitySummaryIn(Body):
    """What came of an activity; `spent` has an amount for each line of the budget, in its order."""

    outcome: LongText
    feedback: LongText = ""
    satisfaction: Average | None = None
    spent: Annotated[tuple[Yuan | None, ...], Field(max_length=40)] = ()


class ActivityOut(Answer):
    """An activity; `record_id` once it was held."""

    id: UUID
    hub_id: int
    station_id: int
    title: str
    state: ActivityState
    series_id: UUID | None
    service_id: int
    group_id: int
    worker_id: int
    helper_ids: list[int]
    purpose: str
    target: str
    venue: str
    place: Place
    starts_at: datetime
    minutes: int
    flow: str
    staffing: str
    safety: str
    expected: int
    capacity: int | None
    needs_approval: bool
    approved_at: datetime | None
    record_id: UUID | None
    walk_in_count: int
    closed_on: date | None
    outcome: str
    feedback: str
    satisfaction: Annotated[
        float | None, Field(description="Mean of the evaluations; without any, what a worker put down in the summary.")
    ]
    evaluations: Annotated[int, Field(description="How many evaluations the mean is of.")]


class TurnoutOut(Answer):
    """Who came to an activity, as far as the caller may see them."""

    record_id: UUID | None
    client_ids: list[UUID]
    signup_ids: list[UUID]
    walk_in_count: int
    walk_ins: dict[str, int]


class ActivityQuestion(Paged):
    """Which activities."""

    state: ActivityState | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own activities and those below it.")] = None


@router.get("/activities", response={200: Listed[ActivityOut], 404: ProblemDetails})
def list_activities(request: ApiRequest, asked: Query[ActivityQuestion]) -> HttpResponse:
    """Activities, the latest first."""
    fields = wanted(ActivityOut, asked.fields)
    found = at_station(activities_seen(request.viewer), asked.station)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-starts_at", "-id"], asked.cursor, asked.limit)
    contents = contents_of(rows.items)
    return page([_told(row, contents.get(row.id)) for row in rows.items], rows.next_cursor, fields)


@router.get("/activities/{activity_id}", response={200: ActivityOut})
def read_activity(request: ApiRequest, activity_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An activity."""
    fields = wanted(ActivityOut, asked.fields)
    return one(_activity(_seen(request, activity_id)), fields)


@router.put("/activities/{activity_id}", response={200: ActivityOut, 201: ActivityOut, 409: ProblemDetails})
def put_activity(request: ApiRequest, activity_id: UUID, activity: ActivityIn) -> HttpResponse:
    """Plan an activity under the caller's key: 201 when it is new, 200 when the same came before."""
    known = activities_seen(request.viewer).filter(id=activity_id).exists()
    made = actions.plan_activity(activity_id, activity.draft(), by=request.viewer, at=clock.now())
    return one(_activity(made), status=200 if known else 201)


@router.post("/activities/{activity_id}/submission", response={200: ActivityOut, 409: ProblemDetails})
def submit_activity(request: ApiRequest, activity_id: UUID) -> HttpResponse:
    """Hand the plan in; a small activity is planned at once."""
    return one(_activity(actions.submit_activity(_seen(request, activity_id), by=request.viewer, at=clock.now())))


@router.post("/activities/{activity_id}/decision", response={200: ActivityOut, 409: ProblemDetails})
def decide_activity(request: ApiRequest, activity_id: UUID, decision: Decision) -> HttpResponse:
    """Approve the plan or send it back: a head or county officer who isn't its author."""
    seen, at = _seen(request, activity_id), clock.now()
    done = actions.decide_activity(seen, approve=decision.approve, note=decision.note, by=request.viewer, at=at)
    return one(_activity(done))


@router.post("/activities/{activity_id}/repetition", response={200: ActivityOut, 409: ProblemDetails})
def repeat_activity(request: ApiRequest, activity_id: UUID, repetition: RepetitionIn) -> HttpResponse:
    """Let an activity come back: its further occurrences are made now."""
    seen = _seen(request, activity_id)
    repeat, until = repetition.repeat.value, repetition.until
    return one(_activity(actions.repeat_activity(seen, repeat, until, by=request.viewer, at=clock.now())[0]))


@router.get("/activities/{activity_id}/attendances", response={200: TurnoutOut})
def read_turnout(request: ApiRequest, activity_id: UUID) -> HttpResponse:
    """Who came."""
    seen = _seen(request, activity_id)
    return one(
        TurnoutOut(
            record_id=seen.record_id,
            client_ids=[client.id for client in clients_who_came(seen)],
            signup_ids=list(seen.signups.filter(came=True, client__isnull=True).values_list("id", flat=True)),
            walk_in_count=seen.walk_in_count,
            walk_ins=seen.walk_ins,
        )
    )


@router.post("/activities/{activity_id}/attendances", response={200: ActivityOut, 409: ProblemDetails})
def hold_activity(request: ApiRequest, activity_id: UUID, turnout: TurnoutIn) -> HttpResponse:
    """Write down that an activity was held: makes its service record, or corrects it for a reason."""
    sheet = ActivitySheet(
        started_at=turnout.started_at,
        minutes=turnout.minutes,
        worker_ids=turnout.worker_ids,
        turnout=Turnout(turnout.client_ids, turnout.signup_ids, turnout.walk_in_count, turnout.walk_ins),
        content=turnout.content,
        reason=turnout.reason,
    )
    return one(_activity(actions.hold_activity(_seen(request, activity_id), sheet, by=request.viewer, at=clock.now())))


@router.post("/activities/{activity_id}/summary", response={200: ActivityOut, 409: ProblemDetails})
def close_activity(request: ApiRequest, activity_id: UUID, summary: ActivitySummaryIn) -> HttpResponse:
    """Sum an activity up."""
    said = ActivitySummary(summary.outcome, summary.feedback, summary.satisfaction, summary.spent)
    return one(_activity(actions.close_activity(_seen(request, activity_id), said, by=request.viewer, at=clock.now())))


def _seen(request: ApiRequest, activity_id: UUID) -> Activity:
    found = activities_seen(request.viewer).filter(id=activity_id).first()
    if found is None:
        raise not_found()
    return found


def _activity(row: Activity) -> ActivityOut:
    return _told(row, content_of(row))


def _told(row: Activity, content: Content | None) -> ActivityOut:
    other = ("state", "place", "satisfaction", "evaluations")
    plain = {name: getattr(row, name) for name in ActivityOut.model_fields if name not in other}
    return ActivityOut(
        **plain,
        state=ActivityState(row.state),
        place=Place(row.place),
        satisfaction=float(content.mean) if content else None,
        evaluations=content.number if content else 0,
    )
