"""Signing in, step by step: password, second factor where there is one, a new password where one must be set.

Only after the last step does a session begin. Between the steps the browser's session knows whose turn it is, for five
minutes, under a key of its own; so somebody halfway has no rights at all.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypedDict, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.people import actions, queries
from shegong.people.access import SignedInRequest, signed_in
from shegong.people.forms import CodeForm, NewPasswordForm, SignInForm
from shegong.people.identity import act_as
from shegong.people.models import Account

PENDING = "sign_in"
PENDING_SECONDS = 5 * 60
MOST_WRONG_CODES = 5

P = ParamSpec("P")


class Pending(TypedDict):
    """Whose turn it is, as kept in the session. `password` is a digest that changes with the account's password."""

    account: int
    password: str
    until: float
    next: str
    code_passed: bool
    wrong_codes: int


def at_the_gate(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """A page of sign-in: accounts can be looked up in its transaction (network.ScopeMiddleware), nothing is cached, and
    no report of an error shows what was typed.
    """
    guarded: Any = never_cache(sensitive_post_parameters()(require_http_methods(["GET", "HEAD", "POST"])(view)))
    guarded.gate = True
    return cast(Callable[P, HttpResponseBase], guarded)


@at_the_gate
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """First step: user name and password."""
    destination = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(destination)
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = actions.check_password(request, **form.cleaned_data)
            except Problem as problem:
                problem.add_to_form(form)
                status = problem.status
            else:
                return _begin(request, account, destination)
    context = {"form": form, "next": destination if destination != settings.LOGIN_REDIRECT_URL else ""}
    return render(request, "people/sign_in.html", context, status=status)


@at_the_gate
def sign_in_code(request: HttpRequest) -> HttpResponseBase:
    """Second step: a code of the authenticator app, or a recovery code."""
    found = _whose_turn(request)
    if found is None:
        return _start_again(request)
    account, pending = found
    if pending["code_passed"] or queries.authenticator(account) is None:
        return _go_on(request, account, pending)
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.check_code(account, form.cleaned_data["code"])
            except Problem as problem:
                pending["wrong_codes"] += problem.code == "wrong_code"
                if pending["wrong_codes"] >= MOST_WRONG_CODES:
                    return _start_again(request, _("验证码多次不正确，请重新登录。"))
                request.session[PENDING] = pending
                problem.add_to_form(form)
                status = problem.status
            else:
                pending["code_passed"] = True
                return _go_on(request, account, pending)
    return render(request, "people/sign_in_code.html", {"form": form}, status=status)


@at_the_gate
def sign_in_new_password(request: HttpRequest) -> HttpResponseBase:
    """Third step, after a one-time password: a password that only its owner knows."""
    found = _whose_turn(request)
    if found is None:
        return _start_again(request)
    account, pending = found
    if not account.must_change_password or (not pending["code_passed"] and queries.authenticator(account)):
        return _go_on(request, account, pending)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.set_password(account, form.cleaned_data["new_password"])
            except Problem as problem:
                problem.add_to_form(form)
            else:
                return _go_on(request, account, pending)
    return render(request, "people/sign_in_new_password.html", {"form": form, "account": account}, status=status)


@require_POST
@signed_in
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session."""
    actions.sign_out(request, request.user)
    messages.success(request, _("已退出登录。"))
    return redirect("people:sign_in")


@require_safe
@never_cache
def present(request: HttpRequest) -> JsonResponse:
    """Who is signed in: `{"account": id}`, or status 401. A page asks while somebody is at work in it, so that typing
    counts as being there; and after signing in again, whether it is still the same person's page.
    """
    if not isinstance(request.user, Account):
        return JsonResponse({"account": None}, status=401)
    return JsonResponse({"account": request.user.pk})


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Nobody was there for too long: end the session, if there still is one. The page stays, covered."""
    if isinstance(request.user, Account):
        actions.lock(request, request.user)
    return HttpResponse(status=204)


def _begin(request: HttpRequest, account: Account, destination: str) -> HttpResponse:
    # A key of its own, so that whoever planted a session in this browser can't take the next step in it.
    request.session.cycle_key()
    pending = Pending(
        account=account.pk,
        password=account.get_session_auth_hash(),
        until=clock.now().timestamp() + PENDING_SECONDS,
        next=destination,
        code_passed=False,
        wrong_codes=0,
    )
    return _go_on(request, account, pending)


def _go_on(request: HttpRequest, account: Account, pending: Pending) -> HttpResponse:
    """To the next step that this account needs, or in."""
    pending["password"] = account.get_session_auth_hash()
    request.session[PENDING] = pending
    if not pending["code_passed"] and queries.authenticator(account) is not None:
        return redirect("people:sign_in_code")
    if account.must_change_password:
        return redirect("people:sign_in_new_password")
    del request.session[PENDING]
    actions.sign_in(request, account)
    return redirect(pending["next"])


def _whose_turn(request: HttpRequest) -> tuple[Account, Pending] | None:
    """Who has given the right password within the last minutes in this browser; from now on it can see its own rows."""
    pending: Pending | None = request.session.get(PENDING)
    if pending is None or pending["until"] < clock.now().timestamp():
        return None
    account = Account.objects.filter(pk=pending["account"], is_active=True).first()
    if account is None or not constant_time_compare(pending["password"], account.get_session_auth_hash()):
        return None
    act_as(account.pk)
    return account, pending


def _start_again(request: HttpRequest, reason: str = "") -> HttpResponse:
    pending = request.session.pop(PENDING, None)
    if pending is not None:
        messages.warning(request, reason or _("等待时间过长，请重新登录。"))
    return redirect("people:sign_in")


def _safe(request: HttpRequest, address: str) -> str:
    """The page to go to: never another site's."""
    allowed = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if allowed else settings.LOGIN_REDIRECT_URL
