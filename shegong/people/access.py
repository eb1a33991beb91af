"""Who may open a page at all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from shegong.people.models import Account

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request to a view behind `signed_in`."""

    user: Account


def turned_away(request: HttpRequest) -> HttpResponse:
    """The answer to somebody unknown: to the sign-in page and back; to htmx a 401, so that the page can offer sign-in
    without losing what was typed.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(_("登录已过期，请重新登录。"), status=401)
    return redirect_to_login(_page_of(request))


def _page_of(request: HttpRequest) -> str:
    """The page asked for, or the page on which the form stood (an address to post to may have no page of its own)."""
    form = urlsplit(request.headers.get("Referer", ""))
    if request.method in ("GET", "HEAD") or form.netloc != request.get_host():
        return request.get_full_path()
    return urlunsplit(("", "", form.path or "/", form.query, ""))


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for somebody who is signed in, whatever their roles."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return turned_away(request)
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return guarded
