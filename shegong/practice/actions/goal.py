"""Goals of a case and their ratings."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.network.scope import Viewer
from shegong.practice.actions.case import held, held_for_planning, journal
from shegong.practice.enums import CaseStage
from shegong.practice.models import Case, CaseGoal, GoalRating
from shegong.practice.rules import case as rules
from shegong.practice.rules.goal import LINE_LENGTH, MOST_GOALS, GoalFact, Rated, checked_goal, outcome, rating_problem


@transaction.atomic
def set_goal(case: Case, goal: GoalFact, *, by: Viewer, at: datetime, key: UUID | None = None) -> CaseGoal:
    """Write a goal, or change the one with this key, while the plan is being made.

    Raises Problems at the goal's fields; `plan_approved`, `wrong_stage`, `already_asked`, `too_many` (409); 403, 404.
    """
    case = held_for_planning(case, by)
    clean = checked_goal(goal, opened_on=case.opened_on)
    known = CaseGoal.objects.filter(pk=key, hub_id=case.hub_id).first() if key else None
    if known is not None and (known.case_id != case.pk or known.dropped_on):
        raise key_taken()
    if known is None:
        number = CaseGoal.objects.filter(case_id=case.pk, hub_id=case.hub_id).count()
        if number >= MOST_GOALS:
            raise Problem("too_many", _("目标太多了，请先集中在最重要的几个。"), status=409)
        place = {"hub_id": case.hub_id, "station_id": case.station_id, "case": case}
        known = CaseGoal(id=key or uuid7(), position=number + 1, **place)
    for name, value in asdict(clean).items():
        setattr(known, name, value)
    known.written_by_id, known.written_at = by.account_id, at
    known.save()
    journal("set_goal", case, by, at, goal=str(known.pk))
    return known


@transaction.atomic
def drop_goal(goal: CaseGoal, *, by: Viewer, at: datetime) -> CaseGoal:
    """Give a goal up while the plan is being made. Its ratings stay, but count no more. Raises 403, 404, 409."""
    case = held_for_planning(goal.case, by)
    present = CaseGoal.objects.select_for_update().get(pk=goal.pk, hub_id=case.hub_id)
    if present.dropped_on is None:
        present.dropped_on = clock.today()
        present.save(update_fields=["dropped_on"])
        journal("drop_goal", case, by, at, goal=str(goal.pk))
    return present


@transaction.atomic
def rate_goal(
    goal: CaseGoal,
    level: int,
    *,
    by: Viewer,
    at: datetime,
    rated_on: date | None = None,
    note: str = "",
    key: UUID | None = None,
) -> GoalRating:
    """Say how far a goal is reached, -2 to +2. The first rating is where it starts; at evaluation the case's T-score
    follows. Sent again under the same key it is the same rating.

    Raises Problem at level, rated_on, note; `wrong_stage`, `case_closed` (409); 403, 404.
    """
    case = held(goal.case, by, serving=goal.case.stage != CaseStage.EVALUATION)
    day = rated_on or clock.today()
    known = GoalRating.objects.filter(pk=key, hub_id=case.hub_id).first() if key else None
    if known is not None:
        if (known.goal_id, known.level, known.rated_on) == (goal.pk, level, day):
            return known
        raise key_taken()
    if not CaseGoal.objects.filter(pk=goal.pk, hub_id=case.hub_id, dropped_on__isnull=True).exists():
        raise Problem("goal_missing", _("没有这个目标。"), status=404)
    wrong = rules.rating_stage_problem(case.stage) or rating_problem(
        level=level, rated_on=day, opened_on=case.opened_on, today=clock.today()
    )
    if wrong:
        raise wrong
    rating = GoalRating(
        id=key or uuid7(),
        hub_id=case.hub_id,
        station_id=case.station_id,
        case=case,
        goal=goal,
        rated_on=day,
        level=level,
        note=rules.checked_text(note, "note", limit=LINE_LENGTH),
        rated_by_id=by.account_id,
        rated_at=at,
    )
    rating.save(force_insert=True)
    if case.stage == CaseStage.EVALUATION:
        write_outcome(case)
    journal("rate_goal", case, by, at, goal=str(goal.pk), level=level)
    return rating


def write_outcome(case: Case) -> None:
    """Note the T-score of the case's last ratings and whether it improved on the first. Two statements."""
    ratings = GoalRating.objects.filter(case_id=case.pk, hub_id=case.hub_id, goal__dropped_on__isnull=True)
    by_goal: dict[UUID, tuple[int, list[int]]] = {}
    for goal_id, weight, level in ratings.order_by("rated_on", "rated_at", "id").values_list(
        "goal_id", "goal__weight", "level"
    ):
        by_goal.setdefault(goal_id, (weight, []))[1].append(level)
    case.goal_score, case.improved = outcome(Rated(weight, levels) for weight, levels in by_goal.values())
    case.save(update_fields=["goal_score", "improved"])
