"""Joint projects, and the list of room services that the community fund may pay."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.wording import exact_time
from shegong.linkage.actions import joint as actions
from shegong.linkage.enums import ProjectStage
from shegong.linkage.forms import agreement as shapes
from shegong.linkage.models import JointProject
from shegong.linkage.queries import agreement as agreements
from shegong.linkage.queries import joint as queries
from shegong.linkage.views.frame import INTERNAL, agreement_tabs, both_ways
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role


@require_GET
@requires(*queries.READERS)
def joint_projects(request: Request) -> HttpResponseBase:
    """What is done together: running ones, or all."""
    stage = request.GET.get("stage", ProjectStage.RUNNING.value)
    rows = queries.listed(request.viewer).defer("outcome", "agreement__scope", "agreement__content")
    if stage in ProjectStage.values:
        rows = rows.filter(stage=stage)
    here = reverse("linkage:joint-projects")
    titles = [*ProjectStage.choices, ("all", _("全部"))]
    context = {
        "tabs": agreement_tabs(request, "joint-projects"),
        "page": page_of(rows, ["-since", "-id"], request.GET.get("cursor")),
        "stages": [
            {"title": title, "url": f"{here}?stage={value}", "active": stage == value} for value, title in titles
        ],
    }
    return render(request, "linkage/joint_projects.html", context)


@both_ways
@requires(*queries.LEADERS)
def joint_project_new(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Begin one under an agreement."""
    agreement = agreements.agreement_of(request.viewer, agreement_id)
    if agreement is None:
        raise Http404
    today = clock.today()
    stations = queries.leading_stations(request.viewer, agreement)
    sides = agreement.parties.select_related("organisation", "station")
    form = shapes.ProjectForm(
        request.POST or None,
        stations=[(str(each.pk), each.name) for each in stations],
        parties=[(str(each.pk), each.name) for each in sorted(sides, key=lambda each: each.station_id is None)],
        initial={"since": max(agreement.since, today), "until": agreement.ends_on},
    )

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        draft = actions.ProjectDraft(
            int(values["station"]), values["title"], values["aim"], values["since"], values["until"], form.parts()
        )
        made = actions.begin_project(agreement, draft, by=request.viewer, at=clock.now())
        return _page(made), _("联合项目已建立。")

    back = reverse("linkage:agreement", args=[agreement.pk])
    words = {"title": _("建立联合项目"), "submit": _("建立"), "back": back, "note": agreement.title}
    return answer_sheet(request, form, save, **words)


@require_GET
@requires(*queries.READERS)
def joint_project(request: Request, project_id: UUID) -> HttpResponseBase:
    """One with who does what, what was held, and what came of it."""
    found = _found(request, project_id)
    context = {
        "steps": [{"title": _("联合项目"), "url": reverse("linkage:joint-projects")}],
        "project": found,
        "parts": queries.parts_of(found),
        "activities": queries.activities_of(found),
        "may_lead": queries.may_lead(request.viewer, found) and found.stage == ProjectStage.RUNNING,
    }
    return render(request, "linkage/joint_project.html", context)


@both_ways
@requires(*queries.LEADERS)
def joint_project_link(request: Request, project_id: UUID) -> HttpResponseBase:
    """Link an activity."""
    found = _found(request, project_id)
    rows = queries.activities_to_link(request.viewer, found)
    choices = [(str(each.pk), f"{exact_time(each.starts_at)} {each.title}（{each.station.name}）") for each in rows]
    form = shapes.JointActivityForm(request.POST or None, activities=choices)

    def save() -> tuple[str, Any]:
        actions.link_activity(found, UUID(form.cleaned_data["activity"]), by=request.viewer, at=clock.now())
        return _page(found), _("已关联。")

    note = "" if choices else _("项目期间没有可以关联的活动。")
    words = {"title": _("关联社区活动"), "submit": _("关联"), "back": _page(found), "note": note}
    return answer_sheet(request, form, save, **words)


@require_POST
@requires(*queries.LEADERS)
def joint_project_unlink(request: Request, project_id: UUID, linked_id: UUID) -> HttpResponseBase:
    """Take an activity out."""
    found = _found(request, project_id)
    try:
        actions.unlink_activity(found, linked_id, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(found), problem)
    return go(request, _page(found), _("已移除。"))


@both_ways
@requires(*queries.LEADERS)
def joint_project_finish(request: Request, project_id: UUID) -> HttpResponseBase:
    """End it with its outcome."""
    found = _found(request, project_id)
    form = shapes.OutcomeForm(request.POST or None)

    def save() -> tuple[str, Any]:
        outcome = form.cleaned_data["outcome"]
        actions.finish_project(found, outcome, by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("已记下成效。")

    words = {"title": _("完成项目"), "submit": _("保存"), "back": _page(found), "note": found.title}
    return answer_sheet(request, form, save, **words)


@require_GET
@requires(*INTERNAL)
def payable_services(request: Request) -> HttpResponseBase:
    """What the community fund may pay of a room's services."""
    context = {
        "tabs": agreement_tabs(request, "payable-services"),
        "rows": queries.payables(clock.today()),
        "may_list": request.viewer.has(Role.CITY),
    }
    return render(request, "linkage/payable_services.html", context)


@both_ways
@requires(Role.CITY)
def payable_service(request: Request, code: str) -> HttpResponseBase:
    """Whether the fund may pay one service."""
    service = queries.service_on(code, clock.today())
    if service is None:
        raise Http404
    known = next((each.listed for each in queries.payables(clock.today()) if each.code == code), None)
    kept: dict[str, Any] = {"is_payable": "yes"}
    if known is not None:
        kept = {"is_payable": "yes" if known.is_payable else "no", "yearly_limit": known.yearly_limit,
                "clause": known.clause, "note": known.note}  # fmt: skip
    form = shapes.PayableForm(request.POST or None, initial=kept)
    back = reverse("linkage:payable-services")

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        actions.list_payable(
            code, is_payable=values["is_payable"] == "yes", yearly_limit=values["yearly_limit"],
            clause=values["clause"], note=values["note"], by=request.viewer, at=clock.now(), today=clock.today(),
        )  # fmt: skip
        return back, _("已保存。")

    title = f"{service.code} {service.name}"
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=back)


def _page(found: JointProject) -> str:
    return reverse("linkage:joint-project", args=[found.pk])


def _found(request: Request, key: UUID) -> JointProject:
    found = queries.project_of(request.viewer, key)
    if found is None:
        raise Http404
    return found
