"""The calendar: a month on the screen, and feeds for calendar programs."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST, require_safe
from icalendar import Calendar, Event

from shegong.kernel import clock
from shegong.network.middleware import Request, requires, unscoped
from shegong.network.models import Station
from shegong.network.scope import enter
from shegong.practice.actions.agenda import feed_owner, make_feed, revoke_feed
from shegong.practice.models import CalendarFeed
from shegong.practice.queries.client import worker_of
from shegong.practice.queries.gathering import Item, agenda
from shegong.practice.views.groupwork import READERS, station_asked
from shegong.practice.views.sheets import go

BEFORE, AFTER = timedelta(days=60), timedelta(days=180)
CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month's grid with what is on."""

    day: date
    inside: bool
    is_today: bool
    items: tuple[Item, ...]


@require_GET
@requires(*READERS)
def month(request: Request) -> HttpResponseBase:
    """A month of a station, or of all in reach: a grid on wide screens, a list of days on a phone."""
    first = _month(request.GET.get("month", ""))
    station = station_asked(request)
    mine = request.GET.get("whose") == "mine"
    weeks = calendar.Calendar(0).monthdatescalendar(first.year, first.month)
    worker = worker_of(request.viewer) if mine else None
    items = agenda(request.viewer, weeks[0][0], weeks[-1][-1], station=station, worker=worker)
    by_day: dict[date, list[Item]] = {}
    for item in items:
        by_day.setdefault(item.day, []).append(item)
    today = clock.today()
    grid = [
        [Day(day, day.month == first.month, day == today, tuple(by_day.get(day, ()))) for day in week] for week in weeks
    ]
    context = {
        "first": first,
        "previous": (first - timedelta(days=1)).replace(day=1),
        "next": (first + timedelta(days=32)).replace(day=1),
        "grid": grid,
        "days": [day for week in grid for day in week if day.inside and day.items],
        "station": station,
        "mine": mine,
        "feeds": list(
            CalendarFeed.objects.filter(account_id=request.viewer.account_id, revoked_at__isnull=True)
            .select_related("station")
            .order_by("made_at")
        ),
    }
    return render(request, "practice/calendar.html", context)


def _month(text: str) -> date:
    """The first day of 2026-11, or of the present month."""
    try:
        wanted = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        wanted = None
    # The grid reaches into the months beside.
    return wanted if wanted and 1900 < wanted.year < 2200 else clock.today().replace(day=1)


@require_POST
@requires(*READERS)
def feed_new(request: Request) -> HttpResponseBase:
    """Make a feed of one's own calendar or of a station's, and show its address once."""
    key = request.POST.get("station", "")[:40]
    station = Station.objects.filter(key=key).first() if key else None
    if key and station is None:
        raise Http404
    token = make_feed(station, by=request.viewer, at=clock.now())
    address = request.build_absolute_uri(reverse("practice:feed", args=[token]))
    context = {"address": address, "station": station}
    return render(request, "practice/feed_made.html", context)


@require_POST
@requires(*READERS)
def feed_revoke(request: Request, feed_id: int) -> HttpResponseBase:
    """Let an address show nothing from now on."""
    feed = CalendarFeed.objects.filter(pk=feed_id, account_id=request.viewer.account_id).first()
    if feed is None:
        raise Http404
    revoke_feed(feed, by=request.viewer, at=clock.now())
    return go(request, reverse("practice:calendar"), _("订阅已停用。"))


@unscoped
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar behind a secret address, as its owner may see it now. It names no client."""
    with transaction.atomic():
        owner = feed_owner(token)
        viewer = enter(owner[0]) if owner else None
        if owner is None or viewer is None:
            raise Http404
        station = Station.objects.filter(pk=owner[1]).first() if owner[1] else None
        today = clock.today()
        worker = None if station else worker_of(viewer)
        shown = station is not None or worker is not None
        items = agenda(viewer, today - BEFORE, today + AFTER, station=station, worker=worker) if shown else []
        with override(viewer.language):
            name = station.name if station else viewer.display_name
            text = _calendar(items, name)
    response = HttpResponse(text, content_type=CALENDAR)
    response.headers["Cache-Control"] = "private, max-age=900"
    return response


def _calendar(items: list[Item], name: str) -> bytes:
    """RFC 5545."""
    found = Calendar()
    found.add("prodid", "-//Shegong//Calendar//ZH")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    for item in items:
        event = Event()
        event.add("uid", f"{item.key}@shegong")
        event.add("dtstamp", clock.now())
        event.add("dtstart", item.starts_at.astimezone(UTC))
        event.add("dtend", item.ends_at.astimezone(UTC))
        event.add("summary", _words(item))
        event.add("location", f"{item.station} {item.where}".strip())
        event.add("status", "CONFIRMED")
        found.add_component(event)
    text: bytes = found.to_ical()
    return text


def _words(item: Item) -> str:
    """What the calendar calls it; what it is about isn't told where that would say something about people."""
    if item.restricted:
        title = _("小组") if item.kind == "session" else _("社区活动")
    else:
        title = item.title
    return _("%(title)s（第 %(part)s 节）") % {"title": title, "part": item.part} if item.part else title
