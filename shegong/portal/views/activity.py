"""Activities to join: the list near a station, one activity with its sign-up, and a station's calendar."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_safe
from icalendar import Calendar, Event

from shegong.kernel import clock
from shegong.portal.actions.signup import sign_up
from shegong.portal.forms.door import SignUpForm
from shegong.portal.forms.enquiry import NearForm, number_in
from shegong.portal.queries.activity import OpenActivity, activities_at, activity_open
from shegong.portal.queries.directory import Place, directory, serving
from shegong.portal.queries.place import community_on
from shegong.portal.views.door import place_of
from shegong.portal.views.visitor import account_of, left, visitor_of

CALENDAR = "text/calendar; charset=utf-8"
NEIGHBOURS = 12


@require_GET
def activities(request: HttpRequest) -> HttpResponse:
    """What is on near a community or a station in the next two months (three queries)."""
    typed = request.GET
    near = _near(typed)
    found = activities_at({place.id: place for place in near}, clock.now())
    form = NearForm(typed=typed.dict())
    context = {"form": form, "activities": found, "near": near[0] if near else None, "asked": bool(near)}
    return render(request, "portal/activities.html", context)


def _near(typed: Any) -> list[Place]:
    community = community_on(number_in(typed, "community") or 0, clock.today())
    place = serving(community) if community else directory().by_key.get(typed.get("station", "")[:40])
    if place is None:
        return []
    near = [each.place for each in directory().around(place, NEIGHBOURS)]
    above = [directory().by_id.get(key) for key in (place.town_id, place.hub_id) if key]
    return list({each.id: each for each in (*near, *above) if each}.values())


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def activity(request: HttpRequest, activity_id: UUID) -> HttpResponse:
    """One activity, and signing up to it by name and telephone."""
    found = activity_open(activity_id, clock.now())
    if found is None:
        return render(request, "portal/activity_over.html", status=404)

    def leave(form: SignUpForm) -> dict[str, Any]:
        typed = form.cleaned_data
        visitor, account = visitor_of(request), account_of(request)
        answer = sign_up(
            found, typed["key"], typed["name"], typed["phone"], visitor=visitor, by=account, at=clock.now()
        )
        return {"answer": answer}

    return left(request, SignUpForm, "portal/activity.html", leave, {"activity": found})


@require_safe
def station_calendar(request: HttpRequest, key: str) -> HttpResponse:
    """What is on at a station, for calendar programs (RFC 5545)."""
    place = place_of(key)
    found = activities_at({place.id: place}, clock.now())
    answer = HttpResponse(_ical(place, found, request), content_type=CALENDAR)
    answer["Cache-Control"] = "public, max-age=900"
    return answer


def _ical(place: Place, found: list[OpenActivity], request: HttpRequest) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Shegong//Activities//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", place.name)
    for each in found:
        event = Event()
        event.add("uid", f"{each.id}@shegong")
        event.add("dtstamp", clock.now())
        event.add("dtstart", each.starts_at.astimezone(UTC))
        event.add("dtend", each.ends_at.astimezone(UTC))
        event.add("summary", each.title)
        event.add("description", each.target)
        event.add("location", f"{place.name} {each.venue}".strip())
        event.add("url", request.build_absolute_uri(reverse("portal:activity", args=[each.id])))
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
