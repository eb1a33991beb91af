"""Who calls the API, and the one transaction in which each call runs, is checked and is put into words."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from shegong.kernel.problems import Problem
from shegong.network.caller import know, viewer_by_session
from shegong.network.scope import Viewer, enter_by_token, signing_in
from shegong.people.enums import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Run = Callable[..., HttpResponseBase]


class ApiRequest(HttpRequest):
    """A call whose caller is known."""

    viewer: Viewer


def in_scope(run: Run) -> Run:
    """Run an operation in one transaction, in its caller's scope; whatever it raises undoes all that it did.

    A PUT that met another one halfway (the same new key, or a deadlock) is run once more: then it finds what the other
    has written.
    """

    def scoped(request: HttpRequest, **values: Any) -> HttpResponseBase:
        try:
            return _once(run, request, values)
        except (IntegrityError, OperationalError):
            if request.method != "PUT":
                raise
        return _once(run, request, values)

    return scoped


def _once(run: Run, request: HttpRequest, values: dict[str, Any]) -> HttpResponseBase:
    with transaction.atomic():
        know(request, _caller(request))
        return run(request, **values)


def at_the_gate(run: Run) -> Run:
    """Run an operation that signs somebody in: accounts can be looked up. What it wrote about a failure (the count, the
    journal) is kept although it is refused.
    """

    def gated(request: HttpRequest, **values: Any) -> HttpResponseBase:
        with signing_in():
            try:
                return run(request, **values)
            except Problem as problem:
                refusal = problem
        raise refusal

    return gated


def _caller(request: HttpRequest) -> Viewer:
    """Whoever the bearer token belongs to; without a token whoever is signed in, and then the cross-site token is
    needed to change anything. Raises Problem (401, 403).
    """
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _space, token = authorization.partition(" ")
        viewer = enter_by_token(token.strip()) if scheme.lower() == "bearer" else None
        if viewer is None:
            raise Problem("token_invalid", _("访问令牌无效、已过期或已撤销。"), status=401)
        return viewer
    viewer = viewer_by_session(request)
    if viewer is None:
        raise Problem("not_signed_in", _("请登录，或在 Authorization 头中给出访问令牌。"), status=401)
    if request.method not in SAFE_METHODS and check_csrf(request) is not None:
        raise Problem("csrf", _("缺少 X-CSRFToken 头，或其值不正确。"), status=403)
    return viewer


def only(viewer: Viewer, *roles: Role) -> None:
    """Raises Problem (403) for a viewer who holds none of these roles."""
    if not viewer.has(*roles):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
