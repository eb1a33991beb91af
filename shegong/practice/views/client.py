"""Pages of client files: find, register, the file, change."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.chinese import mask_identity, mask_phone, normalised_identity, normalised_phone
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.actions import client as actions
from shegong.practice.enums import ClientState, Purpose, Risk
from shegong.practice.forms.client import ChangeForm, RegisterForm
from shegong.practice.models import Client
from shegong.practice.queries import client as queries
from shegong.practice.queries.client import LookAlike
from shegong.practice.queries.groupwork import groups_of_client
from shegong.practice.rules.client import age_on, group_hints
from shegong.practice.views.sheets import WRONG, go, raise_if_gone

KEEPERS = (Role.WORKER, Role.HEAD)
READERS = (*KEEPERS, Role.COUNTY, Role.SUPERVISOR)
HIGH = 3
# What one looks for the same person by.
FINDING = ("name", "identity", "born_on", "phone")


@require_GET
@requires(*READERS)
def clients(request: Request) -> HttpResponseBase:
    """Find a file as one types, or leaf through the list with three filters."""
    viewer, text = request.viewer, request.GET.get("q", "").strip()[:100]
    group, state = _number(request.GET.get("group")), request.GET.get("state", ClientState.ACTIVE)
    state = state if state in ClientState.values else ""
    high = request.GET.get("risk") == "high"
    context: dict[str, Any] = {"text": text, "may_register": viewer.has(*KEEPERS)}
    if text:
        found = queries.search_clients(viewer, text)
        names = queries.group_names([client.pk for client in found])
        context["people"] = [(client, names.get(client.pk, []), None, _age(client)) for client in found]
    else:
        page = queries.clients_page(
            viewer, group=group, state=state, risk=HIGH if high else None, cursor=request.GET.get("cursor")
        )
        context["page"] = page
        context["people"] = [
            (client, getattr(client, "group_names", []), getattr(client, "risk", None), _age(client))
            for client in page.items
        ]
    groups = list(PopulationGroup.objects.all())
    context |= {"groups": groups, "group": group, "state": state, "high": high, "high_risk": HIGH}
    context["states"] = [each for each in ClientState if each != ClientState.MERGED]
    return render(request, "practice/clients.html", context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def client_new(request: Request) -> HttpResponseBase:
    """Register somebody. People who may be the same are shown before a second file is opened."""
    stations = queries.stations_to_register_at(request.viewer)
    station = _chosen_station(request, stations)
    lists: dict[str, Any] = {
        "stations": stations,
        "groups": PopulationGroup.objects.all(),
        "communities": queries.communities_of(station) if station else [],
    }
    if request.method != "POST":
        first = {"key": uuid7(), "station": station.pk if station else None, "purposes": [Purpose.SERVICE]}
        first["community"] = station.division_id if station else None
        return _register_page(request, RegisterForm(initial=first, **lists))
    form = RegisterForm(request.POST, **lists)
    if not form.is_valid():
        return _register_page(request, form, status=WRONG)
    alike = [] if "another" in request.POST else _alike(request, form.cleaned_data, form.cleaned_data["station"])
    alike = [each for each in alike if each.client_id != form.cleaned_data["key"]]
    if alike:
        return _register_page(request, form, alike=alike, asked=True, status=WRONG)
    return _register(request, form)


def _register(request: Request, form: RegisterForm) -> HttpResponseBase:
    # An error at a field takes its value out of the cleaned ones.
    typed = dict(form.cleaned_data)
    station = Station.objects.get(pk=typed["station"])
    try:
        client = actions.register_client(
            by=request.viewer,
            station=station,
            key=typed["key"],
            at=clock.now(),
            contacts=form.contacts(),
            consents=form.consents(),
            **form.facts(),
        )
    except Problem as problem:
        problem.add_to_form(form)
        return _register_page(request, form, alike=_alike(request, typed, station.pk), status=problem.status)
    codes = client.groups.values_list("group__code", flat=True)
    hints = [str(hint) for hint in group_hints(codes, client.born_on, clock.today())]
    return go(request, reverse("practice:client", args=[client.pk]), " ".join([_("已建档。"), *hints]))


def _register_page(
    request: Request,
    form: RegisterForm,
    *,
    alike: list[LookAlike] | None = None,
    asked: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    context = {"form": form, "alike": alike or [], "asked": asked}
    return render(request, "practice/client_new.html", context, status=status)


def _chosen_station(request: Request, stations: list[Station]) -> Station | None:
    wanted = _number(request.POST.get("station") or request.GET.get("station"))
    return next((each for each in stations if each.pk == wanted), stations[0] if stations else None)


@require_POST
@requires(*KEEPERS)
def look_alikes(request: Request) -> HttpResponseBase:
    """People who may be the same, while the form is being filled in. POST, so that no number stands in an address."""
    stations = queries.stations_to_register_at(request.viewer)
    station = _chosen_station(request, stations)
    typed = {name: request.POST.get(name, "")[:200] for name in FINDING}
    alike = _alike(request, {**typed, "born_on": _date(typed["born_on"])}, station.pk if station else 0)
    return render(request, "practice/look_alikes.html", {"alike": alike})


def _alike(request: Request, typed: dict[str, Any], station_id: int) -> list[LookAlike]:
    station = Station.objects.filter(pk=station_id).first()
    if station is None:
        return []
    return queries.look_alikes(
        request.viewer,
        station.hub_id,
        name=typed["name"][:60],
        identity=normalised_identity(typed["identity"][:100]),
        born_on=typed["born_on"],
        phone=normalised_phone(typed["phone"][:100]),
    )


@require_GET
@requires(*READERS)
def client(request: Request, client_id: UUID) -> HttpResponseBase:
    """The file. Further pages of its timeline come by htmx."""
    file = queries.client_file(request.viewer, client_id, request.GET.get("cursor"))
    if file is None:
        return _door_or_nothing(request, client_id)
    template = "practice/timeline.html" if request.headers.get("HX-Request") else "practice/client.html"
    kept = file.client
    return render(
        request,
        template,
        {
            "file": file,
            "client": kept,
            "memberships": groups_of_client(kept.pk),
            "timeline": [(record, file.givers.get(record.pk, [])) for record in file.timeline.items],
            "next_cursor": file.timeline.next_cursor,
            "age": _age(kept),
            "risk": Risk(file.assessment.risk).label if file.assessment else "",
            "risk_is_high": bool(file.assessment and file.assessment.risk >= HIGH),
            "masked_identity": mask_identity(kept.identity),
            "masked_phone": mask_phone(kept.phone),
            "may_keep": request.viewer.has(*KEEPERS) and request.viewer.reaches(kept.hub_id, kept.station_id),
            "may_merge": request.viewer.has(*KEEPERS, Role.COUNTY)
            and request.viewer.reaches(kept.hub_id, kept.station_id),
            "is_active": kept.state == ClientState.ACTIVE,
        },
    )


def _door_or_nothing(request: Request, client_id: UUID) -> HttpResponseBase:
    """A restricted file in reach leads to the door; any other file isn't there."""
    if queries.restricted_file(client_id) is None:
        raise Http404
    return go(request, f"{reverse('practice:client-door')}?id={client_id}")


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def client_edit(request: Request, client_id: UUID) -> HttpResponseBase:
    """Change a file; only what is typed anew is written."""
    kept = file_of(request, client_id)
    form = _change_form(request, kept)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_client(
                kept, by=request.viewer, at=clock.now(), state=form.cleaned_data["state"], **form.facts()
            )
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, reverse("practice:client", args=[changed.pk]), _("已保存。"))
    status = WRONG if form.is_bound else 200
    return render(request, "practice/client_edit.html", {"form": form, "client": kept}, status=status)


def _change_form(request: Request, kept: Client) -> ChangeForm:
    disabilities = list(kept.disabilities.filter(until__isnull=True))
    low_incomes = list(kept.low_incomes.filter(until__isnull=True))
    communities = queries.communities_of(kept.station)
    if kept.community and kept.community not in communities:
        communities.append(kept.community)
    first = {
        "name": kept.name,
        "sex": kept.sex,
        "born_on": kept.born_on,
        "community": kept.community_id,
        "ethnicity": kept.ethnicity,
        "state": kept.state,
        "groups": list(kept.groups.filter(until__isnull=True).values_list("group_id", flat=True)),
        "disabilities_kept": [str(each.pk) for each in disabilities],
        "low_incomes_kept": [str(each.pk) for each in low_incomes],
    }
    return ChangeForm(
        request.POST if request.method == "POST" else None,
        initial=first,
        client=kept,
        disabilities=disabilities,
        low_incomes=low_incomes,
        groups=PopulationGroup.objects.all(),
        communities=communities,
    )


@require_POST
@requires(*READERS)
def client_reveal(request: Request, client_id: UUID, field: str) -> HttpResponseBase:
    """A whole number, asked for and journalled."""
    kept = file_of(request, client_id)
    try:
        value = actions.reveal(kept, field, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise Http404 from problem
    masked = {"identity": mask_identity, "phone": mask_phone}.get(field, lambda text: "****")(value)
    return render(request, "practice/revealed.html", {"value": value, "masked": masked})


def file_of(request: Request, client_id: UUID) -> Client:
    found = queries.clients_seen(request.viewer).filter(pk=client_id).select_related("station", "community").first()
    if found is None:
        raise Http404
    return found


def _age(of: Client) -> int | None:
    return age_on(of.born_on, clock.today()) if of.born_on else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
