"""Pages of enquiries: the list, taking one in, one enquiry, and the four decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.models import Field, PopulationGroup
from shegong.catalogue.queries import services_on
from shegong.kernel import clock
from shegong.kernel.chinese import mask_phone
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import station_by_key
from shegong.people.enums import Role
from shegong.practice.actions import enquiry as actions
from shegong.practice.enums import EnquirySource, IntakeDecision
from shegong.practice.forms.enquiry import AcceptForm, BriefForm, DeclineForm, EnquiryForm
from shegong.practice.models import Client, Enquiry
from shegong.practice.queries import enquiry as queries
from shegong.practice.queries.case import guardians_of, supervisors_for
from shegong.practice.queries.client import clients_seen, communities_of, stations_to_register_at, worker_of
from shegong.practice.rules.client import is_minor
from shegong.practice.views.client import KEEPERS
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

READERS = (*KEEPERS, Role.COUNTY)
both_ways = require_http_methods(["GET", "POST"])


@require_GET
@requires(*READERS)
def enquiries(request: Request) -> HttpResponseBase:
    """What waits, by its clock; or what was decided, latest first."""
    now, state, source = clock.now(), request.GET.get("state", "waiting"), request.GET.get("source", "")
    source = source if source in EnquirySource.values else ""
    station = station_by_key(request.GET.get("station", "")[:40])
    page = queries.enquiries_page(
        request.viewer, now=now, state=state, source=source, station=station, cursor=request.GET.get("cursor")
    )
    states = [("waiting", _("待处理")), ("overdue", _("已超时")), *IntakeDecision.choices, ("all", _("全部"))]
    context = {
        "page": page,
        "now": now,
        "state": state,
        "source": source,
        "station": station,
        "states": states,
        "sources": EnquirySource.choices,
        "may_register": request.viewer.has(*KEEPERS),
    }
    return render(request, "practice/enquiries.html", context)


@both_ways
@requires(*KEEPERS)
def enquiry_new(request: Request) -> HttpResponseBase:
    """Take in an enquiry, at a station that is open; for a file when one is named."""
    stations = stations_to_register_at(request.viewer)
    kept = _client(request, request.POST.get("client_id") or request.GET.get("client"))
    chosen = _station(request, stations, kept)
    first = {"key": uuid7(), "station": chosen.pk if chosen else None, "client_id": kept.pk if kept else None}
    form = EnquiryForm(
        request.POST or None,
        initial={**first, "community": chosen.division_id if chosen else None},
        stations=stations,
        groups=PopulationGroup.objects.all(),
        areas=Field.objects.all(),
        communities=communities_of(chosen) if chosen else [],
    )
    if kept is not None:
        for name in ("name", "sex", "age"):
            form.fields[name].required = False
    if request.method == "POST" and form.is_valid():
        station = next(each for each in stations if each.pk == form.cleaned_data["station"])
        try:
            made = actions.register_enquiry(
                station, form.draft(), by=request.viewer, at=clock.now(), key=form.cleaned_data["key"]
            )
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _page_of(made), _("已登记，编号 %(number)s。") % {"number": made.number})
    status = WRONG if form.is_bound else 200
    return render(request, "practice/enquiry_new.html", {"form": form, "client": kept}, status=status)


def _client(request: Request, text: str | None) -> Client | None:
    try:
        key = UUID(text) if text else None
    except ValueError as wrong:
        raise Http404 from wrong
    return clients_seen(request.viewer).filter(pk=key).first() if key else None


def _station(request: Request, stations: list[Station], kept: Client | None) -> Station | None:
    wanted = request.POST.get("station") or (str(kept.station_id) if kept else "")
    return next((each for each in stations if str(each.pk) == wanted), stations[0] if stations else None)


@require_GET
@requires(*READERS)
def enquiry(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """One enquiry: what is asked, its clock, and what can be decided."""
    found = _found(request, enquiry_id)
    viewer = request.viewer
    context = {
        "enquiry": found,
        "masked_phone": mask_phone(found.asker_phone),
        "late": is_late(found, clock.now()),
        "may_decide": not found.decision and viewer.has(*KEEPERS) and viewer.reaches(found.hub_id, found.station_id),
        "referral": found.referrals.first(),
    }
    return render(request, "practice/enquiry.html", context)


def is_late(found: Enquiry, now: datetime) -> bool:
    """Whether it waits past its clock."""
    return not found.decision and found.due_at < now


@require_POST
@requires(*KEEPERS)
def enquiry_take(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """Begin to work on it."""
    found = _found(request, enquiry_id)
    try:
        actions.take_enquiry(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page_of(found), problem)
    return go(request, _page_of(found), _("由您处理。"))


@both_ways
@requires(*KEEPERS)
def enquiry_accept(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """Accept: a file where there is none, and a case."""
    found = _found(request, enquiry_id)
    likely = [] if found.client else queries.likely_clients(request.viewer, found)
    groups = PopulationGroup.objects.all()
    supervisors = supervisors_for(worker_of(request.viewer))
    form = AcceptForm(
        request.POST or None,
        initial={"group": found.group_id, "problem": found.need, "client": str(likely[0].pk) if likely else ""},
        groups=groups,
        supervisors=supervisors,
        likely=likely,
        has_file=found.client is not None,
    )
    kept = found.client
    if kept is not None and not (is_minor(kept.born_on, clock.today()) and not guardians_of(kept)):
        del form.fields["no_guardian_reason"]

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        case = actions.accept_enquiry(
            found,
            group=groups.get(pk=typed["group"]),
            problem=typed["problem"],
            client=_client(request, typed.get("client")),
            born_on=typed.get("born_on"),
            basis=typed.get("basis") or "consent",
            no_guardian_reason=typed.get("no_guardian_reason", ""),
            supervisor=supervisors.filter(pk=typed["supervisor"]).first() if typed["supervisor"] else None,
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:case", args=[case.pk]), _("已接案，编号 %(number)s。") % {"number": case.number}

    return answer_sheet(request, form, save, title=_("接案：%(name)s") % {"name": found.name}, submit=_("接案"))


@both_ways
@requires(*KEEPERS)
def enquiry_brief(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """One service, given at once."""
    found = _found(request, enquiry_id)
    form = BriefForm(request.POST or None, services=services_on(clock.today()))

    def save() -> tuple[str, Any]:
        actions.serve_briefly(found, form.given(), by=request.viewer, at=clock.now())
        return _page_of(found), _("已记录一次服务。")

    return answer_sheet(request, form, save, title=_("简短服务"), submit=_("保存"))


@both_ways
@requires(*KEEPERS)
def enquiry_decline(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """Decline, with a reason."""
    found = _found(request, enquiry_id)
    form = DeclineForm(request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.decline_enquiry(found, typed["decline_kind"], typed["decision_note"], by=request.viewer, at=clock.now())
        return _page_of(found), _("已保存。")

    return answer_sheet(request, form, save, title=_("不予受理"), submit=_("保存"))


@require_POST
@requires(*READERS)
def enquiry_reveal(request: Request, enquiry_id: UUID, field: str) -> HttpResponseBase:
    """A whole number or address, asked for and journalled."""
    found = _found(request, enquiry_id)
    try:
        value = actions.reveal_enquiry(found, field, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise Http404 from problem
    masked = mask_phone(value) if field == "phone" else "****"
    return render(request, "practice/revealed.html", {"value": value, "masked": masked})


def _found(request: Request, enquiry_id: UUID) -> Enquiry:
    found = queries.enquiry_file(request.viewer, enquiry_id)
    if found is None:
        raise Http404
    return found


def _page_of(found: Enquiry) -> str:
    return reverse("practice:enquiry", args=[found.pk])
