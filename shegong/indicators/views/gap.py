"""A village or community without a room: sites nearby, how many people to expect, and the plan for a room."""

from typing import Any
from uuid import UUID

from django import forms
from django.db import connection
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shegong.indicators.queries import may_read, shown_count
from shegong.indicators.views.asked import READERS
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.enums import PlanNeed, PlanState, Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import CoveragePlan, Division, Site, Station
from shegong.network.premises.actions import plan as actions
from shegong.network.premises.forms import day
from shegong.network.premises.queries import plan as queries
from shegong.network.premises.rules.plan import BEFORE, OPEN
from shegong.network.premises.views.sheets import WRONG, answer_sheet, go
from shegong.people.enums import Role

PLANNERS = (Role.HEAD, Role.COUNTY, Role.CITY)
STEPS = (
    (PlanState.AGREED, gettext_lazy("场地方已同意")),
    (PlanState.FITTING, gettext_lazy("开始布置")),
    (PlanState.OPENED, gettext_lazy("开室")),
)
both_ways = require_http_methods(["GET", "POST"])


class PlanForm(forms.Form):
    """Where a room is to open, what is needed, and by when."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    site = forms.TypedChoiceField(label=gettext_lazy("场地"), coerce=UUID)
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("还需要"), required=False, choices=PlanNeed.choices, widget=forms.CheckboxSelectMultiple
    )
    opens_on = day(gettext_lazy("计划开室日期"))
    note = forms.CharField(label=gettext_lazy("说明"), required=False)


class StepForm(forms.Form):
    """The day of a step."""

    on = day(gettext_lazy("日期"))


class DropForm(forms.Form):
    """Why a plan is given up."""

    note = forms.CharField(label=gettext_lazy("原因"))


@both_ways
@requires(*READERS)
def room_plan(request: Request, division_id: int) -> HttpResponseBase:
    """A village or community: who might come, which sites could take a room in, and the plan."""
    community, town = _place(request, division_id)
    history = queries.history_of(community)
    plan = next((one for one in history if one.state in OPEN), None)
    room = actions.room_of(community)
    may_plan = actions.may_plan(request.viewer, town)
    found = [] if plan or room else queries.candidates(community, town, clock.today())
    form = None
    if may_plan and found:
        form = PlanForm(
            request.POST or None, initial={"key": uuid7(), "needs": [need.value for need in found[0].needs]}
        )
        field = form.fields["site"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(each.site.pk), each.site.name) for each in found]
        if request.method == "POST" and form.is_valid():
            answer = _propose(request, form, community, town)
            if answer is not None:
                return answer
    context = {
        "community": community,
        "town": town,
        "room": room,
        "plan": plan,
        "needed": [PlanNeed(need).label for need in plan.needs] if plan else [],
        "late": plan is not None and plan.opens_on < clock.today(),
        "steps": [(state.value, title) for state, title in STEPS if plan and _may_step(request, plan, state)],
        "may_plan": may_plan,
        "candidates": found,
        "form": form,
        "expected": _expected(request, community, town),
        "ended": [one for one in history if one.state not in OPEN],
    }
    return render(request, "indicators/room_plan.html", context, status=WRONG if form and form.is_bound else 200)


def _place(request: Request, division_id: int) -> tuple[Division, Station]:
    community = Division.objects.filter(pk=division_id, level="community").first()
    towns = Station.objects.filter(tier=Tier.STATION).select_related("hub")
    town = towns.filter(division_id=community.parent_id).first() if community and community.parent_id else None
    if community is None or town is None or not may_read(request.viewer, town):
        raise Http404
    return community, town


def _propose(request: Request, form: PlanForm, community: Division, town: Station) -> HttpResponseBase | None:
    said = form.cleaned_data
    site = Site.objects.get(pk=said["site"])
    try:
        actions.propose(
            said["key"], community, town, site, said["needs"], said["opens_on"], said["note"], by=request.viewer,
            today=clock.today(),
        )  # fmt: skip
    except Problem as problem:
        problem.add_to_form(form)
        return None
    return go(request, _page(community.pk), _("计划已保存。"))


def _may_step(request: Request, plan: CoveragePlan, to: PlanState) -> bool:
    opens = to == PlanState.OPENED
    return plan.state in BEFORE[to] and (not opens or request.viewer.has(Role.COUNTY, Role.CITY))


def _expected(request: Request, community: Division, town: Station) -> str:
    """How many people might come, as far as is known and may be told: the living files of the community."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indicators_files_of(%s)", [community.pk])
        count = int(cursor.fetchone()[0])
    told = shown_count(count, request.viewer, town)
    if told == 0:
        return _("未知：还没有登记住在这里的服务对象。")
    return _("未知，或已登记不足 6 人。") if told is None else _("已登记约 %(count)s 人。") % {"count": told}


@both_ways
@requires(*PLANNERS)
def plan_step(request: Request, plan_id: UUID) -> HttpResponseBase:
    """The next step of a plan; the last one opens the room."""
    plan = _plan(request, plan_id)
    to = request.GET.get("to", "")
    title = next((title for state, title in STEPS if state == to), None)
    if title is None:
        raise Http404
    form = StepForm(request.POST or None, initial={"on": clock.today()})

    def save() -> Any:
        on, today = form.cleaned_data["on"], clock.today()
        if to == PlanState.OPENED:
            return actions.open_room(plan, on, by=request.viewer, today=today)
        return actions.advance(plan, to, on, by=request.viewer, today=today)

    return answer_sheet(request, form, save, title, _page(plan.community_id), _("已保存。"))


@both_ways
@requires(*PLANNERS)
def plan_drop(request: Request, plan_id: UUID) -> HttpResponseBase:
    """Give a plan up."""
    plan = _plan(request, plan_id)
    form = DropForm(request.POST or None)

    def save() -> Any:
        return actions.drop(plan, form.cleaned_data["note"], by=request.viewer, today=clock.today())

    return answer_sheet(request, form, save, _("放弃计划"), _page(plan.community_id), _("已保存。"))


def _plan(request: Request, plan_id: UUID) -> CoveragePlan:
    plan = queries.plan_by_id(plan_id)
    if plan is None or not actions.may_plan(request.viewer, plan.town):
        raise Http404
    return plan


def _page(division_id: int) -> str:
    return reverse("indicators:room-plan", args=[division_id])
