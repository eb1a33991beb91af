"""What a case's file holds, in the API: stages, sheets, goals and ratings, the plan, approvals, transfers, follow-ups.

What the caller adds comes by PUT under the caller's own key, so that a repeated request does nothing twice.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, one, whole
from shegong.kernel.api.kinds import Body, Count, Day, Id, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.practice.actions import case as steps
from shegong.practice.actions import case_approval, case_follow_up, case_transfer
from shegong.practice.actions.case_sheet import write_sheet
from shegong.practice.actions.goal import rate_goal, set_goal
from shegong.practice.actions.plan import plan_service
from shegong.practice.api.case import case_seen
from shegong.practice.enums import ApprovalKind, CaseStage, CloseReason, Per, Risk, Verdict
from shegong.practice.models import CaseApproval, CaseGoal, CaseSheet, CaseStep, CaseTransfer, FollowUp, GoalRating
from shegong.practice.queries.case import GoalLine, PlanProgress, goals_of, plan_progress, sheets_of
from shegong.practice.rules.case import ORDER, TEXT_LENGTH
from shegong.practice.rules.case_sheet import NAME_LENGTH, SIGNATURE_LENGTH, SheetFact
from shegong.practice.rules.client import NOTE_LENGTH
from shegong.practice.rules.goal import LINE_LENGTH, STATEMENT_LENGTH, GoalFact
from shegong.practice.rules.plan import PlanLine
from shegong.workforce.models import Worker

router = Router()
LongText = Annotated[str, long_text(TEXT_LENGTH)]
Line = Annotated[str, long_text(LINE_LENGTH)]
Note = Annotated[str, long_text(NOTE_LENGTH)]
SheetStage = Literal["intake", "assessment", "planning", "evaluation"]


class StageIn(Body):
    """A stage to go to: the next one, or with a reason a former one. With `early_reason` the case ends early, on to its
    evaluation. Intervention and closure come with an approval.
    """

    stage: CaseStage
    reason: Note = ""
    early_reason: CloseReason | None = None


class StageOut(Answer):
    """A stage that was entered."""

    id: UUID
    stage: CaseStage
    round: int
    entered_on: date
    entered_at: datetime
    reason: str


class SheetIn(Body):
    """A stage's form: its texts by their keys, and what else belongs to it."""

    content: Annotated[dict[Annotated[str, Field(max_length=40)], LongText], Field(max_length=30)]
    limits_told: bool = False
    risk: Risk | None = None
    satisfaction: Annotated[Count | None, Field(description="1 to 5")] = None
    signer: Annotated[str, long_text(NAME_LENGTH)] = ""
    signature: Annotated[str, long_text(SIGNATURE_LENGTH)] = ""
    witness: Annotated[str, long_text(NAME_LENGTH)] = ""
    assessment_id: UUID | None = None


class SheetOut(Answer):
    """A stage's form as it was written last."""

    id: UUID
    stage: CaseStage
    content: dict[str, str | bool | list[str]]
    risk: Risk | None
    satisfaction: int | None
    signer: str
    witness: str
    written_on: date
    assessment_id: UUID | None


class GoalIn(Body):
    """A goal; `levels` from -2 to +2."""

    statement: Annotated[str, long_text(STATEMENT_LENGTH)]
    measure: Line
    baseline: Line
    levels: Annotated[list[Line], Field(max_length=5)]
    due_on: Day
    weight: Count = 1


class GoalOut(Answer):
    """A goal."""

    id: UUID
    statement: str
    measure: str
    baseline: str
    levels: list[str]
    weight: int
    due_on: date


class RatingIn(Body):
    """How far a goal is reached, -2 to +2."""

    goal_id: UUID
    level: Count
    rated_on: Day | None = None
    note: Line = ""


class RatingOut(Answer):
    """A rating."""

    id: UUID
    goal_id: UUID
    level: int
    rated_on: date
    note: str


class PlannedIn(Body):
    """A service planned."""

    service_id: Id
    times: Count
    per: Per
    minutes: Count
    since: Day
    until: Day


class PlannedOut(Answer):
    """A planned service beside what was done."""

    id: UUID
    service_id: int
    times: int
    per: Per
    minutes: int
    since: date
    until: date
    planned: int
    due: int
    done: int
    remaining: int
    minutes_done: int


class ApprovalIn(Body):
    """What is put before an approver. A closure brings its reason and summary, and when to ask again (after one, three
    and six months when left out).
    """

    kind: ApprovalKind
    close_reason: CloseReason | None = None
    summary: LongText = ""
    after: LongText = ""
    follow_ups: Annotated[list[Day] | None, Field(max_length=12)] = None


class DecisionIn(Body):
    """What the approver says; `withdraw` is for the one who asked."""

    decision: Verdict
    comment: LongText = ""


class ApprovalOut(Answer):
    """What was put before an approver; `decision` is empty while it waits."""

    id: UUID
    kind: ApprovalKind
    round: int
    asked_at: datetime
    decision: str
    comment: str
    decided_at: datetime | None


class TransferIn(Body):
    """To whom a case goes: a worker of the same station (at once), or a station of the county (when it accepts)."""

    to_worker_id: Id | None = None
    to_station: Key | None = None
    reason: Note


class TransferDecisionIn(Body):
    """What the receiving station's head says: with a worker it is accepted, with a comment alone declined."""

    to_worker_id: Id | None = None
    comment: Note = ""


class TransferOut(Answer):
    """A transfer; `decision` is empty while it waits."""

    id: UUID
    number: str
    from_station_id: int
    to_station_id: int
    from_worker_id: int
    to_worker_id: int | None
    reason: str
    decision: str
    comment: str
    asked_at: datetime
    decided_at: datetime | None


class FollowUpIn(Body):
    """When to ask again; with a note it came to nothing, and why."""

    due_on: Day
    note: Note = ""


class FollowUpOut(Answer):
    """A follow-up after closure."""

    id: UUID
    due_on: date
    done_on: date | None
    record_id: UUID | None
    note: str


@router.get("/cases/{case_id}/stages", response={200: All[StageOut]})
def list_stages(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The history of the case's stages."""
    case = case_seen(request, case_id)
    found = CaseStep.objects.filter(case_id=case.pk, hub_id=case.hub_id).order_by("entered_at", "id")
    return whole(map(_stage, found))


@router.post("/cases/{case_id}/stages", response={200: StageOut, 409: ProblemDetails})
def enter_stage(request: ApiRequest, case_id: UUID, to: StageIn) -> HttpResponse:
    """Go on to the next stage, back with a reason, or early to evaluation."""
    case, by, at = case_seen(request, case_id), request.viewer, clock.now()
    if to.early_reason is not None:
        steps.end_early(case, to.early_reason.value, to.reason, by=by, at=at)
    elif ORDER.index(to.stage) > ORDER.index(CaseStage(case.stage)):
        steps.go_on(case, to.stage.value, by=by, at=at)
    else:
        steps.go_back(case, to.stage.value, to.reason, by=by, at=at)
    last = CaseStep.objects.filter(case_id=case.pk, hub_id=case.hub_id).order_by("-entered_at", "-id")[0]
    return one(_stage(last))


@router.get("/cases/{case_id}/sheets", response={200: All[SheetOut]})
def list_sheets(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The forms of the case's stages, each as it was written last."""
    sheets = sheets_of(case_seen(request, case_id))
    return whole(_sheet(sheets[stage]) for stage in ORDER if stage in sheets)


@router.post("/cases/{case_id}/sheets/{stage}", response={200: SheetOut, 409: ProblemDetails})
def put_sheet(request: ApiRequest, case_id: UUID, stage: SheetStage, sheet: SheetIn) -> HttpResponse:
    """Write the form of a stage. What was written before is kept."""
    fact = SheetFact(
        content=sheet.content,
        limits_told=sheet.limits_told,
        risk=sheet.risk.value if sheet.risk else None,
        satisfaction=sheet.satisfaction,
        signer=sheet.signer,
        signature=sheet.signature,
        witness=sheet.witness,
    )
    case = case_seen(request, case_id)
    written = write_sheet(case, stage, fact, by=request.viewer, at=clock.now(), assessment_id=sheet.assessment_id)
    return one(_sheet(written))


@router.get("/cases/{case_id}/goals", response={200: All[GoalOut]})
def list_goals(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The goals that stand."""
    return whole(_goal(line.goal) for line in _goals(request, case_id))


@router.put("/cases/{case_id}/goals/{goal_id}", response={200: GoalOut, 409: ProblemDetails})
def put_goal(request: ApiRequest, case_id: UUID, goal_id: UUID, goal: GoalIn) -> HttpResponse:
    """Write a goal, or change it, while the plan is being made."""
    fact = GoalFact(goal.statement, goal.measure, goal.baseline, goal.levels, goal.due_on, goal.weight)
    case = case_seen(request, case_id)
    return one(_goal(set_goal(case, fact, by=request.viewer, at=clock.now(), key=goal_id)))


@router.get("/cases/{case_id}/ratings", response={200: All[RatingOut]})
def list_ratings(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The ratings of the goals that stand, by goal and day."""
    return whole(_rating(rating) for line in _goals(request, case_id) for rating in line.ratings)


@router.put("/cases/{case_id}/ratings/{rating_id}", response={200: RatingOut, 409: ProblemDetails})
def put_rating(request: ApiRequest, case_id: UUID, rating_id: UUID, rating: RatingIn) -> HttpResponse:
    """Rate a goal. Sent again under the same key it is the same rating."""
    line = next((each for each in _goals(request, case_id) if each.goal.pk == rating.goal_id), None)
    if line is None:
        raise Problem("goal_missing", _("没有这个目标。"), "goal_id")
    made = rate_goal(
        line.goal,
        rating.level,
        by=request.viewer,
        at=clock.now(),
        rated_on=rating.rated_on,
        note=rating.note,
        key=rating_id,
    )
    return one(_rating(made))


@router.get("/cases/{case_id}/plan", response={200: All[PlannedOut]})
def list_plan(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The services planned, each beside what was done."""
    return whole(map(_planned, plan_progress(case_seen(request, case_id), clock.today())))


@router.put("/cases/{case_id}/plan/{line_id}", response={200: PlannedOut, 409: ProblemDetails})
def put_planned(request: ApiRequest, case_id: UUID, line_id: UUID, line: PlannedIn) -> HttpResponse:
    """Plan a service, or change it, while the plan is being made."""
    case = case_seen(request, case_id)
    fact = PlanLine(line.service_id, line.times, line.per.value, line.minutes, line.since, line.until)
    made = plan_service(case, fact, by=request.viewer, at=clock.now(), key=line_id)
    return one(next(_planned(each) for each in plan_progress(case, clock.today()) if each.line.pk == made.pk))


@router.get("/cases/{case_id}/approvals", response={200: All[ApprovalOut]})
def list_approvals(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """What was put before an approver, the first first."""
    case = case_seen(request, case_id)
    found = CaseApproval.objects.filter(case_id=case.pk, hub_id=case.hub_id).order_by("asked_at", "id")
    return whole(map(_approval, found))


@router.post("/cases/{case_id}/approvals", response={200: ApprovalOut, 409: ProblemDetails})
def ask_approval(request: ApiRequest, case_id: UUID, asked: ApprovalIn) -> HttpResponse:
    """Put the plan or the closure before an approver."""
    case, by, at = case_seen(request, case_id), request.viewer, clock.now()
    if asked.kind == ApprovalKind.PLAN:
        return one(_approval(case_approval.ask_for_plan(case, by=by, at=at)))
    made = case_approval.ask_for_closure(
        case,
        reason=asked.close_reason.value if asked.close_reason else "",
        summary=asked.summary,
        after=asked.after,
        follow_ups=asked.follow_ups,
        by=by,
        at=at,
    )
    return one(_approval(made))


@router.post("/cases/{case_id}/approvals/{approval_id}", response={200: ApprovalOut, 409: ProblemDetails})
def decide(request: ApiRequest, case_id: UUID, approval_id: UUID, said: DecisionIn) -> HttpResponse:
    """Approve, return or withdraw."""
    case, by, at = case_seen(request, case_id), request.viewer, clock.now()
    found = CaseApproval.objects.filter(pk=approval_id, case_id=case.pk, hub_id=case.hub_id).first()
    if found is None:
        raise not_found()
    if said.decision == Verdict.WITHDRAW:
        return one(_approval(case_approval.withdraw_approval(found, by=by, at=at)))
    return one(_approval(case_approval.decide(found, said.decision.value, said.comment, by=by, at=at)))


@router.get("/cases/{case_id}/transfers", response={200: All[TransferOut]})
def list_transfers(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """To whom the case went, the first first."""
    case = case_seen(request, case_id)
    found = CaseTransfer.objects.filter(case_id=case.pk, hub_id=case.hub_id).order_by("asked_at", "id")
    return whole(map(_transfer, found))


@router.post("/cases/{case_id}/transfers", response={200: TransferOut, 409: ProblemDetails})
def transfer(request: ApiRequest, case_id: UUID, to: TransferIn) -> HttpResponse:
    """Give the case to a colleague, or offer it to another station of the county."""
    case, by, at = case_seen(request, case_id), request.viewer, clock.now()
    if to.to_station is not None:
        station = Station.objects.filter(key=to.to_station).first()
        if station is None:
            raise not_found().at("to_station")
        return one(_transfer(case_transfer.ask_transfer(case, station, to.reason, by=by, at=at)))
    worker = _worker(to.to_worker_id)
    return one(_transfer(case_transfer.hand_over(case, worker, to.reason, by=by, at=at)))


@router.post("/case-transfers/{transfer_id}", response={200: TransferOut, 409: ProblemDetails})
def decide_transfer(request: ApiRequest, transfer_id: UUID, said: TransferDecisionIn) -> HttpResponse:
    """Take an offered case over, or decline it."""
    found = CaseTransfer.objects.filter(pk=transfer_id).first()
    if found is None:
        raise not_found()
    if said.to_worker_id is None:
        return one(_transfer(case_transfer.decline_transfer(found, said.comment, by=request.viewer, at=clock.now())))
    worker = _worker(said.to_worker_id)
    case_transfer.accept_transfer(found, worker, said.comment, by=request.viewer, at=clock.now())
    return one(_transfer(CaseTransfer.objects.get(pk=transfer_id)))


@router.get("/cases/{case_id}/follow-ups", response={200: All[FollowUpOut]})
def list_follow_ups(request: ApiRequest, case_id: UUID) -> HttpResponse:
    """The follow-ups after closure, by day."""
    case = case_seen(request, case_id)
    found = FollowUp.objects.filter(case_id=case.pk, hub_id=case.hub_id).order_by("due_on", "id")
    return whole(map(_follow_up, found))


@router.put("/cases/{case_id}/follow-ups/{follow_up_id}", response={200: FollowUpOut, 409: ProblemDetails})
def put_follow_up(request: ApiRequest, case_id: UUID, follow_up_id: UUID, wanted: FollowUpIn) -> HttpResponse:
    """Plan a follow-up, move it, or note that it came to nothing."""
    case, by, at = case_seen(request, case_id), request.viewer, clock.now()
    planned = case_follow_up.plan_follow_up(case, wanted.due_on, by=by, at=at, key=follow_up_id)
    if wanted.note:
        planned = case_follow_up.note_follow_up(planned, wanted.note, by=by, at=at)
    return one(_follow_up(planned))


def _goals(request: ApiRequest, case_id: UUID) -> list[GoalLine]:
    return goals_of(case_seen(request, case_id))


def _worker(worker_id: int | None) -> Worker:
    found = Worker.objects.filter(pk=worker_id).first() if worker_id else None
    if found is None:
        raise Problem("worker_unknown", _("请选择社工。"), "to_worker_id")
    return found


def _stage(row: CaseStep) -> StageOut:
    return StageOut(
        id=row.pk,
        stage=CaseStage(row.stage),
        round=row.round,
        entered_on=row.entered_on,
        entered_at=row.entered_at,
        reason=row.reason,
    )


def _sheet(row: CaseSheet) -> SheetOut:
    return SheetOut(
        id=row.pk,
        stage=CaseStage(row.stage),
        content=row.content,
        risk=Risk(row.risk) if row.risk else None,
        satisfaction=row.satisfaction,
        signer=row.signer,
        witness=row.witness,
        written_on=row.written_on,
        assessment_id=row.assessment_id,
    )


def _goal(row: CaseGoal) -> GoalOut:
    return GoalOut(
        id=row.pk,
        statement=row.statement,
        measure=row.measure,
        baseline=row.baseline,
        levels=list(row.levels),
        weight=row.weight,
        due_on=row.due_on,
    )


def _rating(row: GoalRating) -> RatingOut:
    return RatingOut(id=row.pk, goal_id=row.goal_id, level=row.level, rated_on=row.rated_on, note=row.note)


def _planned(progress: PlanProgress) -> PlannedOut:
    line = progress.line
    return PlannedOut(
        id=line.pk,
        service_id=line.service_id,
        times=line.times,
        per=Per(line.per),
        minutes=line.minutes,
        since=line.since,
        until=line.until,
        planned=progress.planned,
        due=progress.due,
        done=progress.done,
        remaining=progress.remaining,
        minutes_done=progress.minutes,
    )


def _approval(row: CaseApproval) -> ApprovalOut:
    return ApprovalOut(
        id=row.pk,
        kind=ApprovalKind(row.kind),
        round=row.round,
        asked_at=row.asked_at,
        decision=row.decision,
        comment=row.comment,
        decided_at=row.decided_at,
    )


def _transfer(row: CaseTransfer) -> TransferOut:
    return TransferOut(
        id=row.pk,
        number=row.number,
        from_station_id=row.station_id,
        to_station_id=row.to_station_id,
        from_worker_id=row.from_worker_id,
        to_worker_id=row.to_worker_id,
        reason=row.reason,
        decision=row.decision,
        comment=row.comment,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )


def _follow_up(row: FollowUp) -> FollowUpOut:
    return FollowUpOut(id=row.pk, due_on=row.due_on, done_on=row.done_on, record_id=row.record_id, note=row.note)
