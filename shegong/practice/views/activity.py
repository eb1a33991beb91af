"""Pages of community work: lists, the plan, one activity, approval, sign-ups, attendance, gifts, summary."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.enums import Method
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.practice.actions import activity as actions
from shegong.practice.actions import activity_guests as guests
from shegong.practice.actions.gathering import APPROVERS
from shegong.practice.enums import ActivityState
from shegong.practice.forms.activity import (
    BAND_NAMES,
    ActivityForm,
    ActivitySummaryForm,
    GiftForm,
    ResidentForm,
    TurnoutForm,
    activity_values,
    new_values,
    turnout_values,
)
from shegong.practice.forms.gathering import DecisionForm, WhyForm
from shegong.practice.forms.groupwork import SignUpForm
from shegong.practice.models import Activity, ActivitySignUp, ResourceLink
from shegong.practice.papers import activity_file
from shegong.practice.queries import activity as queries
from shegong.practice.queries.gathering import offering, waiting_for_decision
from shegong.practice.rules.activity import STEPS
from shegong.practice.views.client import READERS as FILE_READERS
from shegong.practice.views.groupwork import KEEPERS, READERS, people_found, station_asked, whole
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone


@require_GET
@requires(*READERS)
def activities(request: Request) -> HttpResponseBase:
    """Activities that go on, or those that are done, of all stations in reach or of one."""
    done = request.GET.get("done") == "yes"
    station = station_asked(request)
    page = queries.activities_page(request.viewer, done=done, station=station, cursor=request.GET.get("cursor"))
    context = {
        "page": page,
        "done": done,
        "station": station,
        "waiting": waiting_for_decision(request.viewer).activities,
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "practice/activities.html", context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_new(request: Request) -> HttpResponseBase:
    """Write a plan, once or to come back."""
    today = clock.today()
    offer = offering(request.viewer, Method.COMMUNITY, today, whole(request.POST.get("station_id")))
    first = {"key": uuid7(), "station_id": offer.station.pk if offer.station else None, **new_values(today)}
    form = ActivityForm(offer, request.POST or None, initial=first)

    def save() -> Activity:
        said, at = form.cleaned_data, clock.now()
        made = actions.plan_activity(said["key"], form.draft(), by=request.viewer, at=at)
        if said["repeat"] and made.series_id is None:
            made = actions.repeat_activity(made, said["repeat"], said["until"], by=request.viewer, at=at)[0]
        return made

    return _plan(request, form, save, title=_("活动计划"), back=reverse("practice:activities"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_edit(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Change a plan, alone or with those that follow in its series."""
    kept = _seen(request, activity_id)
    if kept.state not in STEPS["change"]:
        raise Http404
    offer = offering(request.viewer, Method.COMMUNITY, clock.today(), kept.station_id)
    form = ActivityForm(offer, request.POST or None, existing=kept, initial=activity_values(kept))

    def save() -> Activity:
        following = bool(form.cleaned_data.get("following"))
        return actions.change_activity(kept, form.draft(), following=following, by=request.viewer, at=clock.now())

    return _plan(request, form, save, title=_("修改活动计划"), back=reverse("practice:activity", args=[kept.pk]))


def _plan(
    request: Request, form: ActivityForm, save: Callable[[], Activity], *, title: str, back: str
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            kept = save()
            if "submit" in request.POST and kept.state in STEPS["submit"]:
                _submit_all(request, kept)
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, reverse("practice:activity", args=[kept.pk]), _("计划已保存。"))
    context = {"form": form, "title": title, "back": back}
    return render(request, "practice/activity_plan.html", context, status=WRONG if form.is_bound else 200)


def _submit_all(request: Request, kept: Activity) -> None:
    """Hand a plan in, with the other drafts of its series."""
    for each in _with_series(request, kept):
        actions.submit_activity(each, by=request.viewer, at=clock.now())


def _with_series(request: Request, kept: Activity) -> list[Activity]:
    """An activity, and those of its series that are in the same state."""
    if kept.series_id is None:
        return [kept]
    return list(queries.activities_seen(request.viewer).filter(series_id=kept.series_id, state=kept.state))


@require_GET
@requires(*READERS)
def activity(request: Request, activity_id: UUID) -> HttpResponseBase:
    """One activity: what comes next, who is expected or came, the plan, what others gave, money."""
    file = queries.activity_file(request.viewer, activity_id)
    if file is None:
        raise Http404
    kept, viewer = file.activity, request.viewer
    reaches = viewer.reaches(kept.hub_id, kept.station_id)
    may_keep = viewer.has(*KEEPERS) and reaches
    decides = viewer.has(*APPROVERS) and reaches
    allowed = {f"may_{step}": may_keep and kept.state in states for step, states in STEPS.items()}
    context = {
        "file": file,
        "activity": kept,
        **allowed,
        "prints": viewer.has(*activity_file.MAKER.roles),
        "reads_files": viewer.has(*FILE_READERS),
        "may_decide": decides and kept.state == ActivityState.SUBMITTED and kept.proposed_by_id != viewer.account_id,
        "may_note": decides and kept.state == ActivityState.PLANNED and not kept.needs_approval,
        "held": kept.state in (ActivityState.HELD, ActivityState.CLOSED),
        "bands": [(BAND_NAMES[band], count) for band, count in kept.walk_ins.items() if band in BAND_NAMES],
        "is_future": kept.starts_at > clock.now(),
    }
    return render(request, "practice/activity.html", context)


@require_POST
@requires(*KEEPERS)
def activity_submit(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Hand the plan in, with the other drafts of its series."""
    kept = _seen(request, activity_id)
    _submit_all(request, kept)
    return go(request, reverse("practice:activity", args=[kept.pk]), _("计划已提交。"))


@require_http_methods(["GET", "POST"])
@requires(*APPROVERS)
def activity_decide(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Approve the plan or send it back, a series all at once."""
    kept = _seen(request, activity_id)
    form = DecisionForm(request.POST or None)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        for each in _with_series(request, kept):
            actions.decide_activity(each, approve=said["approve"], note=said["note"], by=request.viewer, at=clock.now())
        return _page(kept), _("已批准。") if said["approve"] else _("已退回。")

    return answer_sheet(request, form, save, title=_("审批：%(name)s") % {"name": kept.title}, submit=_("确定"))


@require_http_methods(["GET", "POST"])
@requires(*APPROVERS)
def activity_note(request: Request, activity_id: UUID) -> HttpResponseBase:
    """A head's remark on a small activity."""
    kept = _seen(request, activity_id)
    form = WhyForm(request.POST or None, initial={"reason": kept.decision_note})
    form.fields["reason"].label = _("站长备注")

    def save() -> tuple[str, Any]:
        actions.note_activity(kept, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return _page(kept), _("已保存。")

    return answer_sheet(request, form, save, title=_("站长备注"), submit=_("保存"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_cancel(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Give the activity up."""
    kept = _seen(request, activity_id)
    form = WhyForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.cancel_activity(kept, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return _page(kept), _("活动已取消。")

    return answer_sheet(request, form, save, title=_("取消活动"), submit=_("取消活动"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_join(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Sign clients up: found by name, ticked, saved together."""
    kept = _seen(request, activity_id)
    form = SignUpForm(request.POST or None)
    found, ticked = people_found(request)
    if request.method == "POST" and "find" not in request.POST and form.is_valid():
        try:
            with transaction.atomic():
                for client_id in form.cleaned_data["client_ids"]:
                    guests.sign_up_client(kept, client_id, by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _page(kept), _("已报名。"))
    context = {"form": form, "activity": kept, "found": found, "ticked": ticked, "who": request.POST.get("who", "")}
    wrong = form.is_bound and "find" not in request.POST
    return render(request, "practice/activity_join.html", context, status=WRONG if wrong else 200)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_resident(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Sign a resident up who has no file."""
    kept = _seen(request, activity_id)
    form = ResidentForm(request.POST or None)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        guests.sign_up_resident(kept, said["name"], said["phone"], by=request.viewer, at=clock.now())
        return _page(kept), _("已报名。")

    return answer_sheet(request, form, save, title=_("居民报名"), submit=_("报名"))


@require_POST
@requires(*KEEPERS)
def signup_cancel(request: Request, signup_id: UUID) -> HttpResponseBase:
    """Take somebody off the list."""
    reach = queries.activities_seen(request.viewer).values("pk")
    signup = ActivitySignUp.objects.filter(pk=signup_id, activity_id__in=reach).first()
    if signup is None:
        raise Http404
    guests.cancel_sign_up(signup, by=request.viewer, at=clock.now())
    return go(request, reverse("practice:activity", args=[signup.activity_id]), _("已取消报名。"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_turnout(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Who came. Saving makes the service record, or corrects it."""
    found, ticked = people_found(request)
    sheet = queries.turnout_sheet(request.viewer, activity_id, [client.pk for client in ticked])
    if sheet is None or sheet.activity.state not in STEPS["hold"]:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = TurnoutForm(sheet, posted, initial=turnout_values(sheet, clock.now()))
    finding = posted is not None and "find" in posted
    if posted is not None and not finding and form.is_valid():
        try:
            actions.hold_activity(sheet.activity, form.said(), by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _page(sheet.activity), _("到场已记录。"))
    came = {client.pk for client in queries.clients_who_came(sheet.activity)}
    context = {
        "form": form,
        "sheet": sheet,
        "activity": sheet.activity,
        "found": found,
        "who": posted.get("who", "") if posted else "",
        "came": {str(key) for key in came} if posted is None else set(posted.getlist("client_ids")),
        "residents": {str(each.pk) for each in sheet.signups if each.came}
        if posted is None
        else set(posted.getlist("signup_ids")),
    }
    return render(
        request, "practice/activity_turnout.html", context, status=WRONG if posted is not None and not finding else 200
    )


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def gift_new(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Note what somebody gave."""
    kept = _seen(request, activity_id)
    day = min(timezone.localdate(kept.starts_at), clock.today())
    form = GiftForm(queries.givers_on(kept), request.POST or None, initial={"linked_on": day})

    def save() -> tuple[str, Any]:
        guests.link_resource(kept, form.gift(), by=request.viewer, at=clock.now())
        return _page(kept), _("资源链接已登记。")

    return answer_sheet(request, form, save, title=_("资源链接"), submit=_("登记"))


@require_POST
@requires(*KEEPERS)
def gift_remove(request: Request, gift_id: UUID) -> HttpResponseBase:
    """Take a mistaken link away."""
    reach = queries.activities_seen(request.viewer).values("pk")
    link = ResourceLink.objects.filter(pk=gift_id, activity_id__in=reach).first()
    if link is None:
        raise Http404
    activity_id = link.activity_id
    guests.remove_resource(link, by=request.viewer, at=clock.now())
    return go(request, reverse("practice:activity", args=[activity_id]), _("已删除。"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def activity_summary(request: Request, activity_id: UUID) -> HttpResponseBase:
    """Sum the activity up."""
    file = queries.activity_file(request.viewer, activity_id)
    if file is None or file.activity.state != ActivityState.HELD:
        raise Http404
    form = ActivitySummaryForm(file.money.lines, request.POST or None, content=file.content)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_activity(file.activity, form.summary(), by=request.viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, _page(file.activity), _("活动已总结。"))
    context = {"form": form, "activity": file.activity, "file": file}
    return render(request, "practice/activity_summary.html", context, status=WRONG if form.is_bound else 200)


def _page(kept: Activity) -> str:
    return reverse("practice:activity", args=[kept.pk])


def _seen(request: Request, activity_id: UUID) -> Activity:
    found = queries.activities_seen(request.viewer).filter(pk=activity_id).select_related("station").first()
    if found is None:
        raise Http404
    return found
