"""The session of a machine left alone ends by itself."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from shegong.kernel import clock

SEEN = "seen"
PAUSE = 60  # seconds


class SlidingSession:
    """Middleware: a session ends SESSION_COOKIE_AGE seconds after the last request of somebody signed in.

    The session is written at most once a minute, so that reading pages stays reading. Stands after SessionMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and put the end of the session off."""
        response = self.get_response(request)
        # An answer that never looked at the session (a static file) is no sign of a person.
        if request.session.accessed and SESSION_KEY in request.session:
            present = int(clock.now().timestamp())
            if present - request.session.get(SEEN, 0) >= PAUSE:
                request.session[SEEN] = present
        return response
