"""What groups and activities have in common in the API: budgets; and who means to come to an activity."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, one, whole
from shegong.kernel.api.kinds import Body, Word
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions import activity as activities
from shegong.practice.actions import activity_guests as guests
from shegong.practice.actions import groupwork as groups
from shegong.practice.api.groupwork import BudgetLineIn
from shegong.practice.enums import SignUpState
from shegong.practice.models import Activity, ActivitySignUp, BudgetLine, SocialGroup
from shegong.practice.queries.activity import activities_seen
from shegong.practice.queries.groupwork import groups_seen
from shegong.practice.rules.groupwork import BudgetDraft

router = Router()


class BudgetIn(Body):
    """A whole budget, in the order of its lines. It belongs to the plan: while that may be changed, so may it."""

    lines: Annotated[tuple[BudgetLineIn, ...], Field(max_length=40)]

    def drafts(self) -> tuple[BudgetDraft, ...]:
        """For the action."""
        return tuple(BudgetDraft(line.item, line.amount) for line in self.lines)


class BudgetLineOut(Answer):
    """What for, how many yuan were planned, and how many it cost in the end (null: not known)."""

    position: int
    item: str
    amount: Decimal
    spent: Decimal | None


class ActivitySignUpIn(Body):
    """A client, or a resident without a file by name and telephone."""

    client_id: UUID | None = None
    name: Word = ""
    phone: Word = ""


class ActivitySignUpOut(Answer):
    """Who means to come: a client's key, or a resident's name and the telephone number with its middle hidden."""

    id: UUID
    activity_id: UUID
    client_id: UUID | None
    name: str
    phone: str
    state: SignUpState
    signed_at: datetime
    came: bool | None


@router.get("/social-groups/{group_id}/budget", response={200: All[BudgetLineOut]})
def read_group_budget(request: ApiRequest, group_id: UUID) -> HttpResponse:
    """A group's budget."""
    return _budget(_group(request, group_id))


@router.put("/social-groups/{group_id}/budget", response={200: All[BudgetLineOut], 409: ProblemDetails})
def put_group_budget(request: ApiRequest, group_id: UUID, budget: BudgetIn) -> HttpResponse:
    """Replace the budget of a proposal that nobody has approved yet."""
    group = _group(request, group_id)
    draft = groups.draft_of_group(group, budget.drafts())
    return _budget(groups.change_proposal(group, draft, by=request.viewer, at=clock.now()))


@router.get("/activities/{activity_id}/budget", response={200: All[BudgetLineOut]})
def read_activity_budget(request: ApiRequest, activity_id: UUID) -> HttpResponse:
    """An activity's budget."""
    return _budget(_activity(request, activity_id))


@router.put("/activities/{activity_id}/budget", response={200: All[BudgetLineOut], 409: ProblemDetails})
def put_activity_budget(request: ApiRequest, activity_id: UUID, budget: BudgetIn) -> HttpResponse:
    """Replace the budget of an activity that wasn't held yet; more than was approved needs approval again."""
    activity = _activity(request, activity_id)
    draft = activities.draft_of_activity(activity, budget.drafts())
    return _budget(activities.change_activity(activity, draft, by=request.viewer, at=clock.now()))


@router.get("/activities/{activity_id}/sign-ups", response={200: All[ActivitySignUpOut]})
def list_sign_ups(request: ApiRequest, activity_id: UUID) -> HttpResponse:
    """Who signed up, in the order of signing up, as far as the caller may see them; those who called off as well."""
    rows = _activity(request, activity_id).signups.order_by("signed_at", "id")
    return whole([_sign_up(each) for each in rows])


@router.put(
    "/activities/{activity_id}/sign-ups/{sign_up_id}",
    response={200: ActivitySignUpOut, 201: ActivitySignUpOut, 409: ProblemDetails},
)
def put_sign_up(request: ApiRequest, activity_id: UUID, sign_up_id: UUID, sign_up: ActivitySignUpIn) -> HttpResponse:
    """Sign somebody up under the caller's key: 201 when it is new, 200 when the same came before. Beyond the capacity
    it is the waiting list.
    """
    activity, by, at = _activity(request, activity_id), request.viewer, clock.now()
    known = ActivitySignUp.objects.filter(id=sign_up_id).exists()
    if sign_up.client_id is not None:
        made = guests.sign_up_client(activity, sign_up.client_id, by=by, at=at, key=sign_up_id)
    else:
        made = guests.sign_up_resident(activity, sign_up.name, sign_up.phone, by=by, at=at, key=sign_up_id)
    return one(_sign_up(made), status=200 if known else 201)


@router.post(
    "/activities/{activity_id}/sign-ups/{sign_up_id}/cancellation",
    response={200: ActivitySignUpOut, 409: ProblemDetails},
)
def cancel_sign_up(request: ApiRequest, activity_id: UUID, sign_up_id: UUID) -> HttpResponse:
    """Take somebody off the list; whoever waited longest moves up."""
    found = _activity(request, activity_id).signups.select_related("activity").filter(id=sign_up_id).first()
    if found is None:
        raise not_found()
    return one(_sign_up(guests.cancel_sign_up(found, by=request.viewer, at=clock.now())))


def _group(request: ApiRequest, group_id: UUID) -> SocialGroup:
    found = groups_seen(request.viewer).filter(id=group_id).first()
    if found is None:
        raise not_found()
    return found


def _activity(request: ApiRequest, activity_id: UUID) -> Activity:
    found = activities_seen(request.viewer).filter(id=activity_id).first()
    if found is None:
        raise not_found()
    return found


def _budget(of: SocialGroup | Activity) -> HttpResponse:
    return whole([_line(line) for line in of.budget.order_by("position")])


def _line(line: BudgetLine) -> BudgetLineOut:
    return BudgetLineOut(position=line.position, item=line.item, amount=line.amount, spent=line.spent)


def _sign_up(row: ActivitySignUp) -> ActivitySignUpOut:
    return ActivitySignUpOut(
        id=row.id,
        activity_id=row.activity_id,
        client_id=row.client_id,
        name=row.name,
        phone=row.masked if row.phone else "",
        state=SignUpState(row.state),
        signed_at=row.signed_at,
        came=row.came,
    )
