"""The page of staffing, and the one that tries out a transfer."""

from typing import Any, Final

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.desk.staffing import outlook as queries
from shegong.desk.staffing.forms import TransferForm
from shegong.desk.staffing.outlook import Outlook, Tally
from shegong.desk.staffing.places import places_map
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import hubs as all_hubs
from shegong.network.sheets import WRONG, go, raise_if_gone
from shegong.people.enums import Role
from shegong.workforce.actions.leading import leads
from shegong.workforce.actions.worker import transfer
from shegong.workforce.forms.worker import draft_of
from shegong.workforce.models import Worker
from shegong.workforce.queries.staffing import STAFFING_READERS
from shegong.workforce.queries.worker import WorkerQuestion, stations_led, workers, workers_page
from shegong.workforce.views.worker import page_of

LEADERS: Final = (Role.HEAD, Role.COUNTY, Role.CITY, Role.ADMIN)


@require_GET
@requires(*STAFFING_READERS)
def staffing(request: Request) -> HttpResponseBase:
    """Every station that the viewer follows: met or not, since when, what is missing, when it will stop being met."""
    viewer, day = request.viewer, clock.today()
    hubs = list(all_hubs().select_related("division")) if viewer.has(Role.CITY, Role.ADMIN, Role.DPO) else []
    chosen = next((hub for hub in hubs if hub.key == request.GET.get("hub")), None)
    tier = request.GET.get("tier", "")
    state = request.GET.get("state", "gap")
    asked = {"tier": tier if tier in Tier.values else "", "state": state if state in queries.STATES else "gap"}
    seen = queries.outlook(viewer, day, hub_id=chosen.pk if chosen else None, **asked)
    try:
        page, rows = queries.rows_page(seen, day, request.GET.get("cursor"))
    except Problem:
        return redirect("desk:staffing")
    context = {
        "page": page,
        "rows": rows,
        "state": asked["state"],
        "chosen": chosen,
        "hubs": hubs,
        "cards": _cards(seen),
        "states": _states(request, seen, asked["state"]),
        "tiers": _choices(request, "tier", [("", _("全部")), *_tiers(seen)], asked["tier"]),
        "map_title": _map_title(seen) if hubs else "",
        "map": queries.map_data(seen, hubs, _words) if hubs else {},
        "places": places_map(seen, county, day) if (county := chosen or _own_county(request)) else None,
    }
    return render(request, "desk/staffing.html", context)


def _own_county(request: Request) -> Station | None:
    """The county that a viewer looks after: the officer's."""
    if not request.viewer.has(Role.COUNTY):
        return None
    return Station.objects.filter(tier=Tier.HUB, pk__in=request.viewer.hubs).order_by("pk").first()


def _words(tally: Tally) -> str:
    return f"{number(tally.met)} / {number(tally.of)}"


def _cards(seen: Outlook) -> list[dict[str, Any]]:
    """A number for each tier."""
    return [
        {
            "label": _("%(tier)s达标") % {"tier": Tier(tier).label},
            "value": tally.share,
            "base": _words(tally),
            "href": f"?tier={tier}",
        }
        for tier, tally in seen.tiers.items()
    ]


def _map_title(seen: Outlook) -> str:
    whole = [hub for hub, tally in seen.hubs.items() if tally.met == tally.of]
    return _("%(whole)s 个区（市）县的站点全部达标，共 %(all)s 个") % {"whole": len(whole), "all": len(seen.hubs)}


def _tiers(seen: Outlook) -> list[tuple[str, str]]:
    """The tiers that the viewer follows any station of."""
    return [(value, str(label)) for value, label in Tier.choices if value in seen.tiers]


def _states(request: Request, seen: Outlook, present: str) -> list[dict[str, Any]]:
    names = [("gap", _("未达标")), ("ending", _("三个月内将不达标")), ("met", _("达标"))]
    found = _choices(request, "state", names, present)
    return [each | {"count": seen.counts[value]} for each, (value, _name) in zip(found, names, strict=True)]


def _choices(request: Request, name: str, choices: list[tuple[str, Any]], present: str) -> list[dict[str, Any]]:
    """Choices as links that keep the others and start from the first page."""
    found = []
    for value, title in choices:
        query = request.GET.copy()
        for each in ("cursor", name):
            query.pop(each, None)
        if value:
            query[name] = value
        found.append({"title": title, "url": f"?{query.urlencode()}", "active": value == present})
    return found


@require_http_methods(["GET", "POST"])
@requires(*LEADERS)
def what_if(request: Request) -> HttpResponseBase:
    """Try out a transfer: both stations before and after; then save it, or not."""
    viewer, today = request.viewer, clock.today()
    worker = _worker(request)
    if worker is None:
        return render(request, "desk/what_if_whom.html", {"people": _found_people(request)})
    stations = stations_led(viewer).exclude(pk=worker.station_id)
    present = worker.postings.filter(station_id=worker.station_id).order_by("-since").first()
    initial: dict[str, Any] = {"station": request.GET.get("station", "")}
    if present is not None:
        initial |= {"role": present.role, "share": present.share}
    form = TransferForm(request.POST or None, initial=initial, stations=stations, today=today)
    changes: tuple[queries.Change, ...] = ()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        station = Station.objects.select_related("hub").get(pk=said["station"])
        try:
            if request.POST.get("do") == "save":
                transfer(worker, station, draft_of(said), by=viewer, today=today)
                return go(request, page_of(worker), _("已调动到%(station)s。") % {"station": station.name})
            changes = queries.what_if(worker, station, draft_of(said), by=viewer, today=today)
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
    context = {"form": form, "worker": worker, "changes": changes, "today": today}
    status = WRONG if form.is_bound and form.errors and not request.headers.get("HX-Request") else 200
    return render(request, "desk/what_if.html", context, status=status)


def _worker(request: Request) -> Worker | None:
    """Who is to be moved; None where nobody was named. Raises Http404."""
    text = request.GET.get("worker", "")
    if not text:
        return None
    found = workers(request.viewer).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 10 else None
    if found is None or found.until is not None or not leads(request.viewer, found.hub_id, found.station_id):
        raise Http404
    return found


def _found_people(request: Request) -> dict[str, Any]:
    """Whom one may move, by a text that was typed."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    asked = WorkerQuestion(text=text)
    return {"text": text, "page": workers_page(request.viewer, asked, clock.today(), request.GET.get("cursor"))}
