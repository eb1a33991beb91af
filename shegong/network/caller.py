"""Who a request comes from: the one place that looks it up in the session and writes it to the request."""

from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from shegong.network.scope import Viewer, enter

VIEWER: Final = "viewer"


def know(request: HttpRequest, viewer: Viewer | None) -> None:
    """From now on `request.viewer` is this viewer, or None for somebody unknown."""
    setattr(request, VIEWER, viewer)


def viewer_by_session(request: HttpRequest) -> Viewer | None:
    """Enter the scope of whoever is signed in, for the rest of the transaction; None for somebody unknown."""
    account_id = request.session.get(SESSION_KEY)
    viewer = enter(int(account_id)) if account_id else None
    # The session counts only if it belongs to the account's present password; that asks for the account, which the
    # scope just entered lets us see.
    return viewer if viewer is not None and request.user.is_authenticated else None
