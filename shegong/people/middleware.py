"""The session of a machine left alone ends by itself."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from shegong.kernel import clock
from shegong.people.display import displayed

SEEN = "seen"
PAUSE = 60  # seconds
QUIET = "X-Shegong-Quiet"


class SlidingSession:
    """Middleware: a session ends SESSION_COOKIE_AGE seconds after the last request of somebody signed in.

    A request that a page sends by itself, on a timer, says so by the header `X-Shegong-Quiet: 1`: it is no sign of a
    person and puts nothing off. A display ends on its own day. The session is written at most once a minute, so that
    reading pages stays reading. Stands after SessionMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and put the end of the session off."""
        response = self.get_response(request)
        if request.headers.get(QUIET):
            return response
        # An answer that never looked at the session (a static file) is no sign of a person.
        if request.session.accessed and SESSION_KEY in request.session and not displayed(request):
            present = int(clock.now().timestamp())
            if present - request.session.get(SEEN, 0) >= min(PAUSE, settings.SESSION_COOKIE_AGE // 30):
                request.session[SEEN] = present
        return response
