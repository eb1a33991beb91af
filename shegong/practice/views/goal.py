"""Goals, ratings and planned services of a case, each in a sheet."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shegong.catalogue.queries import services_on
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.middleware import Request, requires
from shegong.practice.actions.goal import drop_goal, rate_goal, set_goal
from shegong.practice.actions.plan import drop_service, plan_service
from shegong.practice.enums import Per
from shegong.practice.forms.goal import GoalForm, PlannedServiceForm, RatingForm, values_of_goal
from shegong.practice.models import Case, CaseGoal, PlannedService
from shegong.practice.rules.case import months_after
from shegong.practice.views.case import case_or_404
from shegong.practice.views.case_stage import done, page_of_case
from shegong.practice.views.client import KEEPERS
from shegong.practice.views.sheets import answer_sheet

both_ways = require_http_methods(["GET", "POST"])


@both_ways
@requires(*KEEPERS)
def goal_new(request: Request, case_id: UUID) -> HttpResponseBase:
    """Write a goal."""
    kept = case_or_404(request, case_id)
    return _goal_sheet(
        request, kept, {"key": uuid7(), "weight": 1, "due_on": months_after(clock.today(), 3)}, _("写目标")
    )


@both_ways
@requires(*KEEPERS)
def goal_edit(request: Request, goal_id: UUID) -> HttpResponseBase:
    """Change a goal."""
    goal = _goal_or_404(goal_id)
    return _goal_sheet(request, case_or_404(request, goal.case_id), values_of_goal(goal), _("修改目标"))


def _goal_sheet(request: Request, kept: Case, first: dict[str, Any], title: str) -> HttpResponseBase:
    form = GoalForm(request.POST or None, initial=first)

    def save() -> tuple[str, Any]:
        set_goal(kept, form.fact(), by=request.viewer, at=clock.now(), key=form.cleaned_data["key"])
        return page_of_case(kept.pk, "goals"), _("目标已保存。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=title, submit=_("保存"))


@require_POST
@requires(*KEEPERS)
def goal_drop(request: Request, goal_id: UUID) -> HttpResponseBase:
    """Give a goal up."""
    goal = _goal_or_404(goal_id)

    def work() -> object:
        return drop_goal(goal, by=request.viewer, at=clock.now())

    return done(request, goal.case_id, work, _("已保存。"), "goals")


@both_ways
@requires(*KEEPERS)
def goal_rate(request: Request, goal_id: UUID) -> HttpResponseBase:
    """Rate a goal."""
    goal = _goal_or_404(goal_id)
    form = RatingForm(goal, request.POST or None, initial={"key": uuid7(), "rated_on": clock.today()})

    def save() -> tuple[str, Any]:
        rate_goal(goal, by=request.viewer, at=clock.now(), **form.cleaned_data)
        return page_of_case(goal.case_id, "goals"), _("评定已保存。")

    return answer_sheet(
        request, form, save, back=page_of_case(goal.case_id), title=_("评定目标"), submit=_("保存"), note=goal.statement
    )


def _goal_or_404(goal_id: UUID) -> CaseGoal:
    return get_object_or_404(CaseGoal.objects.select_related("case"), pk=goal_id)


@both_ways
@requires(*KEEPERS)
def service_plan(request: Request, case_id: UUID) -> HttpResponseBase:
    """Plan a service."""
    kept, today = case_or_404(request, case_id), clock.today()
    first = {
        "key": uuid7(),
        "per": Per.WEEK,
        "times": 1,
        "minutes": 60,
        "since": today,
        "until": months_after(today, 3) - timedelta(days=1),
    }
    return _service_sheet(request, kept, first, _("计划一项服务"))


@both_ways
@requires(*KEEPERS)
def service_edit(request: Request, line_id: UUID) -> HttpResponseBase:
    """Change a planned service."""
    line = _line_or_404(line_id)
    names = ("service_id", "per", "times", "minutes", "since", "until")
    first = {"key": line.pk, **{name: getattr(line, name) for name in names}}
    return _service_sheet(request, case_or_404(request, line.case_id), first, _("修改计划服务"))


def _service_sheet(request: Request, kept: Case, first: dict[str, Any], title: str) -> HttpResponseBase:
    form = PlannedServiceForm(services_on(clock.today()), request.POST or None, initial=first)

    def save() -> tuple[str, Any]:
        plan_service(kept, form.line(), by=request.viewer, at=clock.now(), key=form.cleaned_data["key"])
        return page_of_case(kept.pk, "services"), _("已保存。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=title, submit=_("保存"))


@require_POST
@requires(*KEEPERS)
def service_drop(request: Request, line_id: UUID) -> HttpResponseBase:
    """Take a service out of the plan."""
    line = _line_or_404(line_id)

    def work() -> object:
        return drop_service(line, by=request.viewer, at=clock.now())

    return done(request, line.case_id, work, _("已保存。"), "services")


def _line_or_404(line_id: UUID) -> PlannedService:
    return get_object_or_404(PlannedService.objects.select_related("case"), pk=line_id)
