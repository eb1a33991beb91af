"""One transaction and one scope for each request."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from shegong.kernel.problems import Problem
from shegong.network.caller import VIEWER, know, viewer_by_session
from shegong.network.scope import Viewer, signing_in
from shegong.people.access import turned_away
from shegong.people.display import displayed
from shegong.people.enums import Role

P = ParamSpec("P")
ON_DISPLAY = "on_display"
UNSCOPED = "unscoped"


class Request(HttpRequest):
    """A request to a view behind `requires`: its viewer is known."""

    viewer: Viewer


View = Callable[Concatenate[Request, P], HttpResponseBase]


def requires(*roles: Role) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Only for signed-in viewers who hold one of these roles (or any role, when none is named).

    Somebody unknown is led to the sign-in page and back; an htmx request gets 401 so that the page can offer sign-in
    without losing what was typed. Raises PermissionDenied for a viewer without the role.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            viewer: Viewer | None = getattr(request, VIEWER, None)
            if viewer is None:
                return turned_away(request)
            if roles and not viewer.has(*roles):
                raise PermissionDenied(_("您的角色不能使用这个页面。"))
            return view(cast(Request, request), *args, **kwargs)

        return guarded

    return decorate


def for_displays(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Also for a session that has become a display; put it outside of `requires`."""
    setattr(view, ON_DISPLAY, True)
    return view


def unscoped(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """For a view that knows by itself for whom it is, such as by a secret address."""
    setattr(view, UNSCOPED, True)
    return view


class ScopeMiddleware:
    """Runs each view in one transaction, in the scope of whoever is signed in. Must be the last middleware.

    `request.viewer` is the Viewer, or None for somebody unknown; then every table with personal data is empty. A view
    marked with `gate = True` (sign-in) may look up accounts. A view marked with `unscoped = True` (health, the API,
    which knows its caller by token) gets neither transaction nor scope. One marked with `on_display = True` is also for
    sessions that have become displays.
    Cost for a signed-in page: three queries (session, scope, account).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nobody is known until the view is about to run."""
        know(request, None)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer with the view's own response, made inside the transaction."""
        if getattr(view, UNSCOPED, False):
            return None
        if getattr(view, "gate", False):
            if displayed(request):
                request.user = AnonymousUser()  # the way out of a display is to sign in
            with signing_in():
                return _rendered(view(request, *args, **kwargs))
        try:
            with transaction.atomic():
                self._enter(request, view)
                return _rendered(view(request, *args, **kwargs))
        except Problem as problem:
            # What no form took up, such as a page mark that was typed by hand: a plain page says it.
            return render(request, "kernel/problem.html", {"problem": problem}, status=problem.status)

    def _enter(self, request: HttpRequest, view: Callable[..., HttpResponseBase]) -> None:
        viewer = viewer_by_session(request, on_display=getattr(view, ON_DISPLAY, False))
        if viewer is not None:
            know(request, viewer)
            _speak(request, viewer)


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Late templates are rendered while the scope holds."""
    render = getattr(response, "render", None)
    if callable(render) and not getattr(response, "is_rendered", True):
        return cast(HttpResponseBase, render())
    return response


def _speak(request: HttpRequest, viewer: Viewer) -> None:
    """The account's language, unless the browser asked for another by its cookie."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(viewer.language)
