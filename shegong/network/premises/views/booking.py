"""Pages of bookings: the month, booking a room (with what is free instead), one booking, how busy rooms are."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Area, Site, Station
from shegong.network.premises import forms
from shegong.network.premises.actions import booking as actions
from shegong.network.premises.queries import booking as queries
from shegong.network.premises.queries.site import in_use, sites_below
from shegong.network.premises.rules.booking import BookingDraft
from shegong.network.premises.views.sheets import WRONG, go
from shegong.network.premises.views.site import READERS
from shegong.network.queries import station_by_key, stations
from shegong.people.enums import Role

VIEWERS = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR, Role.CITY, Role.AGENCY)
both_ways = require_http_methods(["GET", "POST"])


def _place(request: Request) -> Station:
    """The station asked about; without one the viewer's own town, county or city."""
    at = request.GET.get("at", "")[:40].replace("\0", "")
    found = station_by_key(at) if at else None
    if found is None:
        own = stations().filter(pk=request.viewer.home).first() if request.viewer.home else None
        found = own.town if own is not None and own.town is not None else own
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*VIEWERS)
def bookings(request: Request) -> HttpResponseBase:
    """A month of a town's sites, or of one site."""
    asked, first = _place(request), _month(request.GET.get("month", ""))
    place, towns = _town(asked)
    chosen = _key(request.GET.get("site"))
    weeks = queries.month_calendar(request.viewer, place, first, site=chosen)
    here = Site.objects.filter(sites_below(place), in_use(clock.today())).order_by("name")
    context = {
        "place": place,
        "first": first,
        "previous": _moved(first, -1),
        "next": _moved(first, 1),
        "weeks": weeks,
        "days": [day for week in weeks for day in week if day.inside and day.items],
        "today": clock.today(),
        "sites": here,
        "towns": towns,
        "chosen": chosen,
        "may_book": request.viewer.has(*actions.BOOKERS),
    }
    return render(request, "network/bookings.html", context)


def _town(asked: Station) -> tuple[Station, list[Station]]:
    """A month shows one town: the station asked about, or the first town below it; and the towns to choose from."""
    below = stations().filter(tier=Tier.STATION).order_by("path")
    towns = list(below if asked.tier == Tier.CENTRE else below.filter(hub_id=asked.hub_id))
    if asked.tier in (Tier.STATION, Tier.ROOM) or not towns:
        return asked, towns
    return towns[0], towns


def _month(text: str) -> date:
    today = clock.today()
    year, _sep, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and 2000 <= int(year) <= today.year + 2 and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return today.replace(day=1)


def _moved(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@both_ways
@requires(*actions.BOOKERS)
def booking_new(request: Request) -> HttpResponseBase:
    """Book a room; where it is taken, what is free instead is one tap away."""
    viewer = request.viewer
    own = _own(request)
    given = {name: str(value) for name, value in request.GET.items() if "\0" not in str(value)}
    initial = {"key": uuid7(), **forms.asked_initial(given, clock.today())}
    form = forms.BookingForm(request.POST or None, stations=own, areas=_areas(request, own), initial=initial)
    free: list[dict[str, Any]] = []
    skippable = False
    if request.method == "POST" and form.is_valid():
        draft = form.draft()
        try:
            made = actions.book(form.cleaned_data["key"], draft, by=viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
            if problem.code in ("booking_taken", "outside_hours", "people_many"):
                free = _instead(draft, problem)
            skippable = isinstance(problem, actions.TakenProblem) and 1 < problem.count > len(problem.days)
        else:
            said = _("已预订 %(count)s 次。") % {"count": len(made)} if len(made) > 1 else _("已预订。")
            return go(request, reverse("network:booking", args=[made[0].pk]), said)
    context = {"form": form, "free": free, "skippable": skippable}
    return render(request, "network/booking_new.html", context, status=WRONG if form.is_bound else 200)


def _own(request: Request) -> QuerySet[Station]:
    """The stations for which the viewer books."""
    viewer = request.viewer
    found = Station.objects.filter(Q(id__in=viewer.stations) | Q(hub_id__in=viewer.hubs))
    return found.exclude(stage="closed").order_by("path")


def _areas(request: Request, own: QuerySet[Station]) -> QuerySet[Area]:
    """The rooms of the county's sites that can be booked; those of one site where the address names it."""
    chosen = _key(request.GET.get("site"))
    found = Area.objects.filter(is_bookable=True, site__hub_id__in=own.values("hub_id"))
    found = found.filter(in_use(clock.today(), "site__")).select_related("site")
    if chosen:
        found = found.filter(site_id=chosen)
    elif not request.viewer.hubs:
        towns = own.values("town_id")
        shared = Q(site__open_to="hub") | Q(site__town_id__in=towns) | Q(site__agreements__station__in=own)
        found = found.filter(shared).distinct()
    return found.order_by("site__name", "-capacity", "name")


def _instead(draft: BookingDraft, problem: Problem) -> list[dict[str, Any]]:
    """What is free instead, each with the address of the form filled with it."""
    area = Area.objects.select_related("site").get(pk=draft.area_id)
    station = Station.objects.get(pk=draft.station_id)
    day = problem.days[0] if isinstance(problem, actions.TakenProblem) else draft.on
    found = queries.alternatives(area, station, draft.people, day, draft.opens, draft.closes)
    base = {
        "station": draft.station_id, "on": day.isoformat(), "people": draft.people, "use": draft.use,
        "title": draft.title, "repeat": draft.repeat, "until": draft.until.isoformat() if draft.until else "",
    }  # fmt: skip
    return [
        {
            "area": each.area,
            "same_room": each.same_room,
            "on": day,
            "times": f"{forms.clock_value(each.opens)}–{forms.clock_value(each.closes)}",
            "url": "?"
            + urlencode(
                base
                | {
                    "area": each.area.pk,
                    "starts": forms.clock_value(each.opens),
                    "ends": forms.clock_value(each.closes % (24 * 60)),
                }
            ),
        }
        for each in found
    ]


@both_ways
@requires(*VIEWERS)
def booking(request: Request, booking_id: UUID) -> HttpResponseBase:
    """One booking, and giving the room back."""
    found = queries.bookings_seen(request.viewer).filter(pk=booking_id).first()
    if found is None:
        raise Http404
    open_still = found.cancelled_at is None and found.ends_at > clock.now()
    may_cancel = open_still and actions.may_cancel(found, request.viewer)
    form = forms.CancelForm(request.POST or None)
    if not found.series_id:
        del form.fields["and_later"]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            count = actions.cancel(
                found, said["reason"], by=request.viewer, at=clock.now(), and_later=bool(said.get("and_later"))
            )
        except Problem as problem:
            if problem.field is None:
                raise
            problem.add_to_form(form)
        else:
            return go(request, reverse("network:bookings"), _("已取消 %(count)s 个预订。") % {"count": count})
    context = {"booking": found, "form": form, "may_cancel": may_cancel}
    return render(request, "network/booking.html", context, status=WRONG if form.is_bound else 200)


@require_GET
@requires(*READERS)
def premises_use(request: Request) -> HttpResponseBase:
    """How busy the rooms below a station were, by hour and weekday, and what stands idle."""
    place = _place(request)
    here = Site.objects.filter(sites_below(place), in_use(clock.today()))
    return render(request, "network/premises_use.html", {"place": place, "usage": queries.usage(here, clock.today())})
