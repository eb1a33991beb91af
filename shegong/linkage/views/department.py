"""A department's workspace, whom it sends to stations, and its results without names."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.chinese import mask_phone
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.linkage.actions import arrival as actions
from shegong.linkage.enums import DepartmentAgreementState, ReferredHere
from shegong.linkage.forms import agreement as shapes
from shegong.linkage.models import DepartmentReferral
from shegong.linkage.queries import agreement as agreements
from shegong.linkage.queries import department as queries
from shegong.linkage.views.frame import agreement_tabs, both_ways
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role
from shegong.practice.queries.referral import receivers_of


@require_GET
@requires(Role.LIAISON)
def department(request: Request) -> HttpResponseBase:
    """What was referred to the department and by it, what is due, its agreements and their reviews."""
    viewer, now, today = request.viewer, clock.now(), clock.today()
    own, seen = receivers_of(viewer), agreements.agreements_seen(viewer)
    mine = seen.only("id", "title", "since", "until", "ends_on", "state", "hub__name")
    context = {
        "tabs": agreement_tabs(request, "department"),
        "organisations": queries.organisations_of(own),
        "work": queries.work_of(own, now),
        "to_sign": list(mine.filter(state=DepartmentAgreementState.SIGNING).order_by("since")[: queries.SHOWN]),
        "in_force": list(mine.filter(agreements.in_force(today)).order_by("ends_on")[: queries.SHOWN]),
        "reviews": agreements.reviews_due(seen, today),
        "now": now,
        "today": today,
    }
    return render(request, "linkage/department.html", context)


@require_GET
@requires(*queries.RESULT_READERS)
def department_results(request: Request) -> HttpResponseBase:
    """What became of referrals, in numbers by department and county, over the last twelve months or this year."""
    today = clock.today()
    until = today + timedelta(days=1)
    this_year = request.GET.get("time") == "year"
    since = date(today.year, 1, 1) if this_year else until - timedelta(days=365)
    rows, total = queries.results(request.viewer, since, until)
    page = reverse("linkage:department-results")
    context = {
        "tabs": agreement_tabs(request, "department-results"),
        "times": [
            {"title": _("近十二个月"), "url": page, "active": not this_year},
            {"title": _("今年"), "url": f"{page}?time=year", "active": this_year},
        ],
        "since": since,
        "today": today,
        "rows": rows,
        "total": total,
    }
    return render(request, "linkage/department_results.html", context)


@require_GET
@requires(*queries.SEERS)
def arrivals(request: Request) -> HttpResponseBase:
    """Whom departments sent."""
    waiting = request.GET.get("all") is None
    page = queries.arrivals_page(request.viewer, waiting=waiting, cursor=request.GET.get("cursor"))
    here = reverse("linkage:arrivals")
    context = {
        "tabs": agreement_tabs(request, "arrivals"),
        "page": page,
        "now": clock.now(),
        "states": [
            {"title": _("未办结"), "url": here, "active": waiting},
            {"title": _("全部"), "url": f"{here}?all=1", "active": not waiting},
        ],
        "may_send": request.viewer.has(Role.LIAISON),
    }
    return render(request, "linkage/arrivals.html", context)


@both_ways
@requires(Role.LIAISON)
def arrival_new(request: Request) -> HttpResponseBase:
    """Send somebody to a station."""
    viewer, today = request.viewer, clock.today()
    channels = agreements.channels_from(receivers_of(viewer), today)
    stations: dict[int, str] = {}
    for each in channels:
        stations.update((station.pk, station.name) for station in agreements.stations_of(each))
    form = shapes.ArrivalForm(
        request.POST or None,
        channels=[(str(each.pk), f"{each.needs}（{each.agreement.title}）") for each in channels],
        stations=[("", _("请选择")), *((str(key), name) for key, name in stations.items())],
        groups=[("", "—"), *((str(each.pk), each.name) for each in PopulationGroup.objects.all())],
        initial={"key": uuid7(), "consent_on": today},
    )

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        draft = actions.ArrivalDraft(
            channel_id=UUID(values["channel"]), station_id=int(values["station"]), name=values["name"],
            reason=values["reason"], asked=values["asked"], consent_on=values["consent_on"], phone=values["phone"],
            address=values["address"], group_id=int(values["group"]) if values["group"] else None,
        )  # fmt: skip
        made = actions.send_person(draft, by=viewer, at=clock.now(), today=today, key=values["key"])
        return _page(made), _("已送出，等待站点答复。")

    note = "" if channels else _("现行协议里没有“部门 → 社工站”的通道，暂时不能转出。")
    back = reverse("linkage:arrivals")
    return answer_sheet(request, form, save, title=_("转给社工站"), submit=_("送出"), back=back, note=note)


@require_GET
@requires(*queries.SEERS)
def arrival(request: Request, arrival_id: UUID) -> HttpResponseBase:
    """One of them: its course, and what the viewer can do about it."""
    found = _found(request, arrival_id)
    may_answer = queries.may_answer(request.viewer, found)
    now = clock.now()
    due = {ReferredHere.SENT: found.due_at, ReferredHere.ACCEPTED: found.result_due_at}.get(ReferredHere(found.state))
    context = {
        "steps": [{"title": _("部门转来的人"), "url": reverse("linkage:arrivals")}],
        "arrival": found,
        "due": due,
        "late": due is not None and due < now,
        "may_answer": may_answer and found.state == ReferredHere.SENT,
        "may_return": may_answer and found.state == ReferredHere.ACCEPTED,
        "enquiry_url": reverse("practice:enquiry", args=[found.enquiry]) if may_answer and found.enquiry else "",
    }
    return render(request, "linkage/arrival.html", context)


@both_ways
@requires(*queries.KEEPERS)
def arrival_accept(request: Request, arrival_id: UUID) -> HttpResponseBase:
    """Take somebody on."""
    form = shapes.ArrivalAnswerForm(request.POST or None)
    return _step(request, arrival_id, form, actions.accept_person, title=_("接收"), submit=_("接收"))


@both_ways
@requires(*queries.KEEPERS)
def arrival_decline(request: Request, arrival_id: UUID) -> HttpResponseBase:
    """Not take somebody on."""
    form = shapes.ArrivalDeclineForm(request.POST or None)
    return _step(request, arrival_id, form, actions.decline_person, title=_("不能接收"), submit=_("婉拒"))


@both_ways
@requires(*queries.KEEPERS)
def arrival_result(request: Request, arrival_id: UUID) -> HttpResponseBase:
    """Tell the department what came of it."""
    form = shapes.ArrivalResultForm(request.POST or None)
    return _step(request, arrival_id, form, actions.return_to_department, title=_("反馈结果"), submit=_("反馈"))


@require_POST
@requires(*queries.SEERS)
def arrival_reveal(request: Request, arrival_id: UUID, field: str) -> HttpResponseBase:
    """A whole number or address, asked for and journalled."""
    found = _found(request, arrival_id)
    try:
        value = actions.reveal_person(found, field, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise Http404 from problem
    masked = mask_phone(value) if field == "phone" else "****"
    return render(request, "linkage/revealed.html", {"value": value, "masked": masked})


def _step(request: Request, key: UUID, form: forms.Form, step: Any, **words: Any) -> HttpResponseBase:
    found = _found(request, key)

    def save() -> tuple[str, Any]:
        step(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _page(found), _("已保存。")

    return answer_sheet(request, form, save, back=_page(found), **words)


def _page(found: DepartmentReferral) -> str:
    return reverse("linkage:arrival", args=[found.pk])


def _found(request: Request, key: UUID) -> DepartmentReferral:
    found = queries.arrival_of(request.viewer, key)
    if found is None:
        raise Http404
    return found
