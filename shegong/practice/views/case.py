"""Pages of cases: the list, one case with its stages, and its gates."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.middleware import Request, requires
from shegong.practice.actions import case as actions
from shegong.practice.enums import CaseStage
from shegong.practice.forms.case import CloseForm, OpenCaseForm, PlanForm
from shegong.practice.models import Case
from shegong.practice.queries import case as queries
from shegong.practice.rules.client import is_minor
from shegong.practice.views.client import KEEPERS, READERS, file_of
from shegong.practice.views.sheets import answer_sheet
from shegong.workforce.models import Worker


@require_GET
@requires(*READERS)
def cases(request: Request) -> HttpResponseBase:
    """One's own cases, or all in reach; those that go on first."""
    stage, cursor = request.GET.get("stage", ""), request.GET.get("cursor")
    everybody = request.GET.get("whose") == "all"
    page = (queries.cases_page if everybody else queries.own_cases)(request.viewer, stage, cursor)
    context = {"page": page, "stage": stage, "everybody": everybody, "stages": CaseStage}
    return render(request, "practice/cases.html", context)


@require_GET
@requires(*READERS)
def case(request: Request, case_id: UUID) -> HttpResponseBase:
    """One case: its rail of stages, what the next gate wants, its records."""
    file = queries.case_file(request.viewer, case_id)
    if file is None:
        raise Http404
    kept = file.case
    may_keep = request.viewer.has(*KEEPERS) and request.viewer.reaches(kept.hub_id, kept.station_id)
    context = {
        "file": file,
        "case": kept,
        "rail": _rail(kept),
        "records": [(record, file.givers.get(record.pk, [])) for record in file.records],
        "may_keep": may_keep,
    }
    return render(request, "practice/case.html", context)


def _rail(kept: Case) -> list[dict[str, Any]]:
    """The stages in order: done, present, to come."""
    dates = {CaseStage.OPEN: kept.opened_on, CaseStage.PLANNED: kept.planned_on, CaseStage.CLOSED: kept.closed_on}
    wants = {
        CaseStage.OPEN: "",
        CaseStage.PLANNED: _("写下目标和服务计划"),
        CaseStage.CLOSED: _("选择结案原因，写下成效"),
    }
    return [
        {"name": stage.label, "on": dates[stage], "wants": wants[stage], "present": stage == kept.stage}
        for stage in CaseStage
    ]


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def case_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Open a case for a client."""
    kept = file_of(request, client_id)
    groups = PopulationGroup.objects.all()
    own = kept.groups.filter(until__isnull=True).values_list("group_id", flat=True).first()
    form = OpenCaseForm(
        request.POST or None,
        initial={"key": uuid7(), "opened_on": clock.today(), "group": own},
        groups=groups,
        supervisors=queries.supervisors_in_reach(request.viewer, kept.hub_id),
        asks_for_guardian=is_minor(kept.born_on, clock.today()) and not queries.guardians_of(kept),
    )

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        opened = actions.open_case(
            kept,
            group=groups.get(pk=typed["group"]),
            problem=typed["problem"],
            opened_on=typed["opened_on"],
            supervisor=Worker.objects.filter(pk=typed["supervisor"]).first() if typed["supervisor"] else None,
            no_guardian_reason=typed.get("no_guardian_reason", ""),
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:case", args=[opened.pk]), _("个案已开。")

    back = reverse("practice:client", args=[kept.pk])
    title = _("开个案：%(name)s") % {"name": kept.name}
    return answer_sheet(request, form, save, title=title, submit=_("开个案"), back=back)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def case_plan(request: Request, case_id: UUID) -> HttpResponseBase:
    """Write the plan."""
    kept = _case(request, case_id)
    form = PlanForm(request.POST or None, initial={"planned_on": clock.today()})

    def save() -> tuple[str, Any]:
        actions.plan_case(kept, by=request.viewer, at=clock.now(), **form.cleaned_data)
        return reverse("practice:case", args=[kept.pk]), _("计划已保存。")

    return answer_sheet(request, form, save, title=_("写计划"), submit=_("保存计划"), **_at(kept))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def case_close(request: Request, case_id: UUID) -> HttpResponseBase:
    """Close the case."""
    kept = _case(request, case_id)
    form = CloseForm(request.POST or None, initial={"closed_on": clock.today()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.close_case(
            kept,
            reason=typed["close_reason"],
            outcome=typed["outcome"],
            closed_on=typed["closed_on"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:case", args=[kept.pk]), _("个案已结案。")

    return answer_sheet(request, form, save, title=_("结案"), submit=_("结案"), **_at(kept))


def _at(kept: Case) -> dict[str, Any]:
    """Whom a sheet is about, and where it leads back to."""
    return {"about": kept.client, "back": reverse("practice:case", args=[kept.pk])}


def _case(request: Request, case_id: UUID) -> Case:
    found = queries.cases_seen(request.viewer).filter(pk=case_id).select_related("client").first()
    if found is None:
        raise Http404
    return found
