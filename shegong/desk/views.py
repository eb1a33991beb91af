"""The signed-in home and the search."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from shegong.appraisal.enums import FindingSource
from shegong.appraisal.models import Finding
from shegong.appraisal.queries import finding as findings
from shegong.appraisal.queries.self_check import READERS, standardised_on
from shegong.appraisal.rules.finding import days_overdue
from shegong.desk import queries
from shegong.desk.forms import JournalForm
from shegong.desk.journal import journal_page
from shegong.desk.premises import premises_of
from shegong.desk.station import station_page
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import station_by_key
from shegong.people.enums import Role
from shegong.practice.pictures.day_map import day_map
from shegong.practice.queries.day_map import route
from shegong.practice.queries.duty import intake_day
from shegong.practice.queries.enquiry import waiting_at
from shegong.practice.queries.gathering import waiting_for_decision, worker_agenda
from shegong.practice.queries.record import worker_day
from shegong.practice.queries.workload import stand_ins
from shegong.workforce.queries.credential import own_reminders
from shegong.workforce.queries.learning import moved_up
from shegong.workforce.queries.supervision import advice_to_act_on, advice_to_follow_up

RECORDERS = (Role.WORKER, Role.HEAD)
SERVANTS = (Role.WORKER, Role.HEAD, Role.SUPERVISOR)
OFFICERS = (Role.CITY, Role.COUNTY, Role.DPO, Role.ADMIN)
ADVICE_SHOWN = 5


@require_GET
@requires()
def home(request: Request) -> HttpResponseBase:
    """The first screen: a worker's day, an officer's board, or where one's own affairs stand."""
    if request.viewer.has(*SERVANTS):
        return _my_day(request)
    if request.viewer.has(Role.COUNTY, Role.CITY) and (pressing := _pressing(request)) is not None:
        return pressing
    if request.viewer.has(*OFFICERS):
        return redirect("indicators:board")
    if request.viewer.has(Role.AGENCY):
        return redirect("purchase:agency-mine")
    if request.viewer.has(Role.LIAISON):
        return redirect("linkage:department")
    if request.viewer.has(Role.ASSESSOR):
        return redirect("appraisal:score-sheets")
    if request.viewer.has(Role.VOLUNTEER):
        return redirect("linkage:volunteering")
    if request.viewer.has(Role.DONOR):
        return redirect("linkage:donations")
    return render(request, "desk/welcome.html")


def _pressing(request: Request) -> HttpResponseBase | None:
    """What an officer sees before anything else: a county's late reports, and findings overdue for long."""
    viewer, now = request.viewer, clock.now()
    intake = intake_day(viewer, now) if viewer.has(Role.COUNTY) else None
    escalated = findings.escalated(viewer, clock.today())
    late = intake if intake and intake.late else None
    if not escalated and late is None:
        return None
    context = {"intake": late, "now": now, "findings_due": _with_days(escalated)}
    return render(request, "desk/county_day.html", context)


def _with_days(rows: list[Finding]) -> list[tuple[Finding, int]]:
    """Findings, each with how many days it is late."""
    today = clock.today()
    return [(each, days_overdue(each.state, each.due_on, today)) for each in rows]


def _my_day(request: Request) -> HttpResponseBase:
    viewer, now = request.viewer, clock.now()
    today = clock.today()
    is_head = viewer.has(Role.HEAD)
    day = worker_day(viewer, today)
    context = {
        "day": day,
        "agenda": worker_agenda(viewer, day.worker, today),
        "waiting": waiting_for_decision(viewer),
        "case_day": queries.case_day(viewer, now),
        "now": now,
        "today": today,
        "may_record": viewer.has(*RECORDERS),
        "is_head": is_head,
        "intake": intake_day(viewer, now),
        "station_day": queries.station_day(viewer, today) if is_head else None,
    }
    return render(request, "desk/my_day.html", context)


@require_GET
@requires(*SERVANTS)
def day_beside(request: Request) -> HttpResponseBase:
    """What stands beside the day: the map of its visits, who is to be stood in for, and what the own profession
    asks for (advice from supervision, the registration).
    """
    viewer, today = request.viewer, clock.today()
    day = worker_day(viewer, today)
    way = route(day.visits, day.station)
    context = {
        "route": way,
        "day_map": day_map(way.stops, way.around, _record_after if viewer.has(*RECORDERS) else _nowhere),
        "stand_ins": stand_ins(viewer, day.worker, today),
        "advice": advice_to_act_on(day.worker.pk, ADVICE_SHOWN) if day.worker else [],
        "advice_acted": advice_to_follow_up(viewer, ADVICE_SHOWN) if viewer.has(Role.SUPERVISOR) else [],
        "credential_reminders": own_reminders(viewer, today),
        "moved_up": moved_up(viewer, clock.now()) if day.worker else [],
        "findings_due": _with_days(findings.due_for(viewer, today)) if viewer.has(Role.HEAD) else [],
        "today": today,
        "now": clock.now(),
    }
    return render(request, "desk/day_beside.html", context)


def _record_after(record_id: UUID) -> str:
    """The record sheet for the visit that this record promised."""
    return f"{reverse('practice:record-new')}?{urlencode({'next_of': record_id})}"


def _nowhere(_record_id: UUID) -> str:
    return ""


@require_GET
@requires()
def search(request: Request) -> HttpResponseBase:
    """One search over clients, stations and services, each as far as the viewer may see."""
    text = request.GET.get("q", "")[:100]
    found = queries.found(request.viewer, text, clock.today())
    anything = bool(found.clients or found.stations or found.services)
    return render(request, "desk/search.html", {"search_text": text, "found": found, "anything": anything})


@require_GET
@requires()
def station(request: Request, key: str) -> HttpResponseBase:
    """A station in full."""
    found = station_by_key(key)
    if found is None:
        raise Http404
    page = station_page(request.viewer, found, clock.today())
    sees_files = bool(request.viewer.hubs or request.viewer.stations)
    waiting = waiting_at(request.viewer, found, clock.now()) if sees_files else None
    context = {"page": page, "station": found, "waiting": waiting, **_standard_of(request, found)}
    return render(request, "desk/station.html", context)


def _standard_of(request: Request, station: Station) -> dict[str, Any]:
    """Until when the station is standardised, for who may look at what it lacks (one query)."""
    viewer = request.viewer
    sees = viewer.has(Role.CITY) or (viewer.has(*READERS) and viewer.reaches(station.hub_id, station.pk))
    if station.tier == Tier.CENTRE or not sees:
        return {"may_see_standard": False}
    valid = standardised_on(clock.today()).filter(station=station).values_list("until", flat=True).first()
    return {
        "may_see_standard": True,
        "valid_until": valid,
        "may_see_letters": station.tier == Tier.HUB and viewer.has(Role.CITY, Role.COUNTY),
        "may_see_loop": viewer.has(*findings.READERS),
        "may_find": findings.may_record(viewer, station, FindingSource.OWN),
    }


@require_GET
@requires()
def station_premises(request: Request, key: str) -> HttpResponseBase:
    """A station's premises; its page fetches them after itself. Without script it is the list of premises."""
    found = station_by_key(key)
    if found is None:
        raise Http404
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('network:premises')}?at={found.key}")
    premises = premises_of(request.viewer, found, clock.now())
    return render(request, "desk/station_premises.html", {"found": premises, "station": found})


@require_GET
@requires()
def journal(request: Request) -> HttpResponseBase:
    """What the viewer did; for the data-protection officer, what everybody did."""
    form = JournalForm(request.GET)
    form.is_valid()
    narrowed = form.cleaned_data
    page = journal_page(
        request.viewer,
        request.GET.get("cursor"),
        verb=narrowed.get("verb", ""),
        who=narrowed.get("who", ""),
        day=narrowed.get("day"),
    )
    return render(request, "desk/journal.html", {"page": page, "form": form})
