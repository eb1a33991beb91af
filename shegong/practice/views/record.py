"""The pages of service records: the sheet, what follows it, one record, correction, lists."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.actions.client import reveal
from shegong.practice.actions.record import correct_record, draft_of, plan_next, record_service, void_record
from shegong.practice.forms.record import (
    MINUTES,
    PlanForm,
    ReasonForm,
    RecordForm,
    first_values,
    next_days,
    values_of,
)
from shegong.practice.queries import record as queries
from shegong.practice.queries.client import clients_seen, search_clients
from shegong.practice.queries.record import Offer
from shegong.practice.queries.record_list import RecordFilter

WRONG = 422
SERVANTS = (Role.WORKER, Role.HEAD)
READERS = (*SERVANTS, Role.COUNTY, Role.SUPERVISOR, Role.AGENCY)
MULTIPLE = ("client_ids", "worker_ids")
REACHED_BY = ("phone", "address")
FOUND = 8


# Recording


@requires(*SERVANTS)
def record_new(request: Request) -> HttpResponseBase:
    """The record sheet: over any page for htmx, a page of its own otherwise. `client`, `case`, `station`,
    `service` and `next_of` (the record that this one follows) in the address fill it.
    """
    if request.method != "POST":
        return _fresh_sheet(request)
    offer = queries.defaults(request.viewer, clock.today(), _keys(request.POST.getlist("client_ids")))
    if "find" in request.POST:
        return _sheet_with_found(request, offer)
    form = RecordForm(offer, request.POST)
    existing = None
    if form.is_valid():
        key = form.cleaned_data["key"]
        try:
            recorded = record_service(key, form.draft(), by=request.viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
            existing = key if problem.code == "key_used_otherwise" else None
        else:
            if request.headers.get("HX-Request"):
                return _saved(request, recorded.record.id)
            return redirect("practice:record-saved", recorded.record.id)
    return _sheet(request, form, status=WRONG, existing=existing)


def _fresh_sheet(request: Request) -> HttpResponseBase:
    clients = _keys(request.GET.getlist("client"))
    station, service = _number(request.GET.get("station")), _number(request.GET.get("service"))
    former = _keys(request.GET.getlist("next_of"))
    follows = queries.record_to_follow(request.viewer, former[0]) if former else None
    if follows is not None:
        record, people = follows
        clients, station, service = [*clients, *people], record.station_id, record.service_id
    offer = queries.defaults(request.viewer, clock.today(), clients, station)
    values = first_values(offer, clock.now(), offer.chosen, service)
    case = next((each for each in offer.cases if each.id in _keys(request.GET.getlist("case"))), None)
    if case is not None and any(client.id == case.client_id for client in offer.chosen):
        values["case_id"] = str(case.id)
    return _sheet(request, RecordForm(offer, initial=values))


def _sheet_with_found(request: Request, offer: Offer) -> HttpResponseBase:
    """Without script: the sheet as typed, with the clients found by what was typed into the search."""
    found = search_clients(request.viewer, request.POST.get("who", ""), FOUND)
    listed = {client.id: client for client in (*offer.clients, *found)}
    form = RecordForm(replace(offer, clients=tuple(listed.values())), initial=_typed(request.POST))
    return _sheet(request, form, searched=True, found=found)


def _sheet(request: Request, form: RecordForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "offer": form.offer,
        "minutes": MINUTES,
        "next_days": next_days(clock.today()),
        "today": clock.today(),
        **more,
    }
    return render(request, "practice/record_sheet.html", context, status=status)


@require_GET
@requires(*SERVANTS)
def record_clients(request: Request) -> HttpResponseBase:
    """Clients to choose, found as one types (`who`), or by their keys (`id`: a draft that comes back)."""
    ids = _keys(request.GET.getlist("id"))
    text = request.GET.get("who", "")[:60]
    found = queries.clients_by_id(request.viewer, ids) if ids else search_clients(request.viewer, text, FOUND)
    context = {"found": found, "checked": bool(ids), "searched": bool(text.strip())}
    return render(request, "practice/record_clients.html", context)


@require_GET
@requires(*SERVANTS)
def record_saved(request: Request, record_id: UUID) -> HttpResponseBase:
    """What was saved, what is next, and the station's day so far."""
    return _saved(request, record_id)


def _saved(request: Request, record_id: UUID, **more: Any) -> HttpResponse:
    page = queries.record_page(request.viewer, record_id)
    if page is None:
        raise Http404
    record = page.record
    context = {
        "page": page,
        "record": record,
        "next_days": next_days(clock.today()),
        "plan": PlanForm(initial={"next_on": record.next_on, "next_time": record.next_time}),
        "totals": queries.station_totals(request.viewer, record.station_id, clock.today()),
        **more,
    }
    response = render(request, "practice/record_saved.html", context)
    response["HX-Trigger"] = "recorded"
    return response


@require_POST
@requires(*SERVANTS)
def record_plan(request: Request, record_id: UUID) -> HttpResponseBase:
    """Book the next visit (or another day for it), then back to what was saved or to the record."""
    form = PlanForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            plan_next(
                record_id, said["next_on"], said["next_time"], said["next_step"], by=request.viewer, at=clock.now()
            )
        except Problem as problem:
            _absent(problem)
            problem.add_to_form(form)
        else:
            if request.headers.get("HX-Request"):
                return _saved(request, record_id, planned=True)
            return redirect("practice:record", record_id)
    return _saved(request, record_id, plan=form)


# One record


@require_GET
@requires(*READERS)
def record(request: Request, record_id: UUID) -> HttpResponseBase:
    """One record with its history."""
    page = queries.record_page(request.viewer, record_id)
    if page is None:
        raise Http404
    return render(request, "practice/record.html", {"page": page, "record": page.record})


@requires(*SERVANTS)
def record_correct(request: Request, record_id: UUID) -> HttpResponseBase:
    """Say again what happened, with a reason. What was said before stays in the history."""
    page = queries.record_page(request.viewer, record_id)
    if page is None or not page.may_correct:
        raise Http404
    former = page.record
    draft = draft_of(former)
    posted = request.POST if request.method == "POST" else None
    chosen = _keys(posted.getlist("client_ids")) if posted else list(draft.client_ids)
    offer = queries.defaults(request.viewer, clock.today(), chosen, former.station_id, former.served_on)
    offer = replace(offer, stations=(former.station,))
    if posted is None:
        form = RecordForm(offer, initial=values_of(draft, former.id))
        return _sheet(request, form, correcting=former, reason=ReasonForm())
    if "find" in posted:
        found = search_clients(request.viewer, posted.get("who", ""), FOUND)
        listed = {client.id: client for client in (*offer.clients, *found)}
        form = RecordForm(replace(offer, clients=tuple(listed.values())), initial=_typed(posted))
        return _sheet(request, form, searched=True, found=found, correcting=former, reason=ReasonForm(initial=posted))
    form, reason = RecordForm(offer, posted), ReasonForm(posted)
    if form.is_valid() & reason.is_valid():
        try:
            correct_record(record_id, form.draft(), reason.cleaned_data["reason"], by=request.viewer, at=clock.now())
        except Problem as problem:
            for each in problem:
                each.add_to_form(reason if each.field == "reason" else form)
        else:
            return _leave_sheet(request, reverse("practice:record", args=[record_id]))
    return _sheet(request, form, status=WRONG, correcting=former, reason=reason)


@requires(*SERVANTS)
def record_void(request: Request, record_id: UUID) -> HttpResponseBase:
    """Take a mistaken record out of every number, with a reason."""
    page = queries.record_page(request.viewer, record_id)
    if page is None or not page.may_correct:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            void_record(record_id, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return _leave_sheet(request, reverse("practice:record", args=[record_id]))
    context = {"form": form, "page": page, "record": page.record}
    return render(request, "practice/record_void.html", context, status=WRONG if form.is_bound else 200)


@require_GET
@requires(*READERS)
def records(request: Request) -> HttpResponseBase:
    """Records in reach, the latest first; narrowed by `station`, `day`, or `since` and `until`."""
    station_key = request.GET.get("station", "")
    station = Station.objects.filter(key=station_key).first() if station_key else None
    if station_key and station is None:
        raise Http404
    day = _day(request.GET.get("day"))
    try:
        wanted = RecordFilter(
            station=station, since=day or _day(request.GET.get("since")), until=day or _day(request.GET.get("until"))
        )
        page, clients = queries.records_page(request.viewer, wanted, request.GET.get("cursor"))
    except Problem:
        return redirect("practice:records")
    rows = [queries.Given(each, clients.get(each.id, ())) for each in page.items]
    context = {"page": page, "rows": rows, "station": station, "day": day, "filters": _day_filters(request, day)}
    return render(request, "practice/records.html", context)


def _day_filters(request: Request, day: date | None) -> list[dict[str, Any]]:
    def address(chosen: date | None) -> str:
        query = QueryDict(mutable=True)
        if request.GET.get("station"):
            query["station"] = request.GET["station"]
        if chosen:
            query["day"] = chosen.isoformat()
        return f"?{query.urlencode()}"

    today = clock.today()
    return [
        {"title": _("全部"), "url": address(None), "active": day is None},
        {"title": _("今天"), "url": address(today), "active": day == today},
    ]


@require_POST
@requires(*SERVANTS)
def reach(request: Request, client_id: UUID, kind: str) -> HttpResponseBase:
    """A client's telephone or address in full, as a link that the telephone dials or its map opens. Journalled."""
    client = clients_seen(request.viewer).filter(id=client_id).first()
    if client is None or kind not in REACHED_BY:
        raise Http404
    value = reveal(client, kind, by=request.viewer, at=clock.now())
    return render(request, "practice/reached.html", {"kind": kind, "value": value})


# Small parts


def _absent(problem: Problem) -> None:
    if problem.status == 404:
        raise Http404(str(problem)) from problem


def _leave_sheet(request: Request, url: str) -> HttpResponse:
    """Done: to a page, from a sheet by the browser's own way so that everything on it is new."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _typed(data: QueryDict) -> dict[str, Any]:
    """What was typed, to be shown again unjudged."""
    return {name: data.getlist(name) if name in MULTIPLE else data.get(name) for name in data}


def _keys(values: Iterable[str]) -> list[UUID]:
    """The values that are keys."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found[:50]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
