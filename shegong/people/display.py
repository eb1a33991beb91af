"""A session that has become a display: a screen on a wall, which shows counts and never locks.

Who may, turns the own session into one by choice. From then on it opens the pages marked for displays and nothing else
(network.ScopeMiddleware), in a scope without people, until a fixed day; to work at that device one signs in again.
"""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest

from shegong.kernel import clock

KEY: Final = "display"
LASTS: Final = timedelta(days=7)


def displayed(request: HttpRequest) -> str:
    """What the session is a display of; empty for a person's session."""
    session = getattr(request, "session", None)
    return str(session.get(KEY, "")) if session is not None else ""


def become_display(request: HttpRequest, subject: str) -> None:
    """From now on the session is a display of this subject, under a new key, until it ends in a week."""
    request.session.cycle_key()
    request.session[KEY] = subject
    request.session.set_expiry(clock.now() + LASTS)


def end_display(request: HttpRequest) -> None:
    """The session ends, with all that it held, if it is a display."""
    if displayed(request):
        request.session.flush()
