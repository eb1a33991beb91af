"""Pages of a group's sessions: laid out, planned, held, cancelled."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.practice.actions import groupwork_session as actions
from shegong.practice.enums import GroupState, SessionState
from shegong.practice.forms.gathering import WhyForm
from shegong.practice.forms.groupwork import (
    LayOutForm,
    SessionPlanForm,
    SheetForm,
    session_values,
    sheet_values,
)
from shegong.practice.queries import groupwork as queries
from shegong.practice.queries.groupwork import SessionFile
from shegong.practice.views.groupwork import KEEPERS, READERS, seen
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def sessions_lay_out(request: Request, group_id: UUID) -> HttpResponseBase:
    """All sessions at once, one each so many weeks."""
    group = seen(request, group_id)
    first = {"first_on": group.first_on, "at_time": "14:30"}
    form = LayOutForm(request.POST or None, initial=first)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        made = actions.lay_out_sessions(
            group,
            said["first_on"],
            said["at_time"],
            minutes=said["minutes"],
            weeks=said["weeks"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:group", args=[group.pk]), _("已排好 %(count)s 节。") % {"count": len(made)}

    title = _("排 %(count)s 节") % {"count": group.sessions_planned}
    return answer_sheet(request, form, save, title=title, submit=_("排好"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def session_new(request: Request, group_id: UUID) -> HttpResponseBase:
    """One more session."""
    group = seen(request, group_id)
    last = group.sessions.order_by("-number").first()
    form = SessionPlanForm(request.POST or None, initial={"key": uuid7(), "stage": last.stage if last else ""})

    def save() -> tuple[str, Any]:
        made = actions.plan_session(group, form.cleaned_data["key"], form.plan(), by=request.viewer, at=clock.now())
        return reverse("practice:session", args=[made.pk]), _("计划已保存。")

    return answer_sheet(request, form, save, title=_("加一节"), submit=_("保存计划"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def session_plan(request: Request, session_id: UUID) -> HttpResponseBase:
    """A session's plan."""
    file = _file(request, session_id)
    form = SessionPlanForm(request.POST or None, initial=session_values(file.session))

    def save() -> tuple[str, Any]:
        actions.plan_session(file.group, file.session.pk, form.plan(), by=request.viewer, at=clock.now())
        return reverse("practice:session", args=[session_id]), _("计划已保存。")

    title = _("第 %(number)s 节的计划") % {"number": file.session.number}
    return answer_sheet(request, form, save, title=title, submit=_("保存计划"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def session_cancel(request: Request, session_id: UUID) -> HttpResponseBase:
    """Take a session off the calendar."""
    file = _file(request, session_id)
    form = WhyForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.cancel_session(file.session, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return reverse("practice:group", args=[file.group.pk]), _("这一节已取消。")

    return answer_sheet(request, form, save, title=_("取消这一节"), submit=_("取消这一节"))


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def session(request: Request, session_id: UUID) -> HttpResponseBase:
    """A session: its plan, who came, what was done. Saving makes the service record, or corrects it."""
    file = _file(request, session_id)
    may_keep = request.viewer.has(*KEEPERS) and request.viewer.reaches(file.session.hub_id, file.session.station_id)
    going = file.group.state in (GroupState.RECRUITING, GroupState.RUNNING)
    held = file.session.state == SessionState.HELD
    ready = bool(file.session.aims and file.session.flow and file.members)
    writes = may_keep and file.session.state != SessionState.CANCELLED and ready and (going or held)
    form = SheetForm(file, request.POST or None, initial=sheet_values(file, clock.now())) if writes else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                actions.hold_session(file.session, form.sheet(), by=request.viewer, at=clock.now())
            except Problem as problem:
                raise_if_gone(problem)
                problem.add_to_form(form)
            else:
                return go(request, reverse("practice:group", args=[file.group.pk]), _("这一节已记录。"))
    context = {
        "file": file,
        "session": file.session,
        "group": file.group,
        "form": form,
        "may_plan": may_keep and going and file.session.state == SessionState.PLANNED,
        "held": held,
        "attendance": sorted(file.attendance.values(), key=lambda each: each.client.sort_key),
        "is_future": file.session.starts_at > clock.now(),
    }
    status = WRONG if form is not None and form.is_bound else 200
    return render(request, "practice/session.html", context, status=status)


def _file(request: Request, session_id: UUID) -> SessionFile:
    file = queries.session_file(request.viewer, session_id)
    if file is None:
        raise Http404
    return file
