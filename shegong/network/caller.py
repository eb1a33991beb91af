"""Who a request comes from: the one place that looks it up in the session and writes it to the request."""

from typing import Final

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from shegong.network.scope import Viewer, counts_only, enter
from shegong.people.display import displayed

VIEWER: Final = "viewer"


def know(request: HttpRequest, viewer: Viewer | None) -> None:
    """From now on `request.viewer` is this viewer, or None for somebody unknown."""
    setattr(request, VIEWER, viewer)


def viewer_by_session(request: HttpRequest, *, on_display: bool = False) -> Viewer | None:
    """Enter the scope of whoever is signed in, for the rest of the transaction; None for somebody unknown.

    A session that has become a display gets in only where that is foreseen (`on_display`), in a scope without people;
    elsewhere nobody is signed in.
    """
    subject = displayed(request)
    if subject and not on_display:
        request.user = AnonymousUser()
        return None
    account_id = request.session.get(SESSION_KEY)
    viewer = enter(int(account_id)) if account_id else None
    # The session counts only if it belongs to the account's present password; that asks for the account, which the
    # scope just entered lets us see.
    if viewer is None or not request.user.is_authenticated:
        return None
    return counts_only(viewer) if subject else viewer
