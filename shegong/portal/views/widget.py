"""Pages for a frame on another site, such as the city's app: a station finder and a station's calendar. Which sites may
show them says `settings.WIDGET_SITES`; all other pages refuse to be framed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.csp import POLICY
from shegong.portal.queries.activity import activities_at
from shegong.portal.queries.directory import directory
from shegong.portal.views.door import place_of

NOBODY: Final = "frame-ancestors 'none'"
View = Callable[..., HttpResponse]


def framed(view: View) -> View:
    """Lets the sites of the setting, and nobody else, show the page in a frame."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        ancestors = f"frame-ancestors {' '.join(settings.WIDGET_SITES)}" if settings.WIDGET_SITES else NOBODY
        response["Content-Security-Policy"] = POLICY.replace(NOBODY, ancestors)
        return response

    return xframe_options_exempt(answered)


@require_GET
@framed
def finder(request: HttpRequest) -> HttpResponse:
    """Find a station by name, address or pinyin."""
    text = request.GET.get("q", "").strip()[:60].replace("\0", "")
    context = {"text": text, "near": directory().called(text, 12) if text else []}
    return render(request, "portal/widget_finder.html", context)


@require_GET
@framed
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """A station's next activities."""
    place = place_of(key)
    found = activities_at({place.id: place}, clock.now())[:8]
    return render(request, "portal/widget_calendar.html", {"place": place, "activities": found})
