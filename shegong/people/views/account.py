"""One's own account: roles, language, password, access tokens, recent sign-ins."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shegong.kernel.problems import Problem
from shegong.people import actions, queries
from shegong.people.access import SignedInRequest, signed_in
from shegong.people.forms import ChangePasswordForm, LanguageForm, TokenForm
from shegong.people.models import AccessToken


@require_safe
@never_cache
@signed_in
def account(request: SignedInRequest) -> HttpResponseBase:
    """What there is to know and to do about one's own account."""
    return _page(request, {})


def _page(request: SignedInRequest, changed: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page; `changed` are the forms that came back with problems, and a new token to show."""
    own = request.user
    context = {
        "language_form": LanguageForm(),
        "token_form": TokenForm(),
        "has_second_factor": queries.authenticator(own) is not None,
        "codes_left": queries.recovery_codes_left(own),
        "tokens": queries.own_tokens(own),
        "sign_ins": queries.recent_sign_ins(own),
    }
    return render(request, "people/account.html", {**context, **changed}, status=status)


@require_POST
@signed_in
def language(request: SignedInRequest) -> HttpResponse:
    """Choose the language of the pages, for this account and this browser."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return _page(request, {"language_form": form}, 422)
    chosen = form.cleaned_data["language"]
    actions.choose_language(request.user, chosen)
    with translation.override(chosen):
        messages.success(request, _("界面语言已更改。"))
    response = redirect("people:account")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@signed_in
def password(request: SignedInRequest) -> HttpResponseBase:
    """Change one's password."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.change_password(request, request.user, values["old_password"], values["new_password"])
        except Problem as problem:
            problem.add_to_form(form)
        else:
            messages.success(request, _("密码已修改，其他设备上的登录和所有访问令牌已失效。"))
            return redirect("people:account")
    return render(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@never_cache
@signed_in
def issue_token(request: SignedInRequest) -> HttpResponse:
    """A new access token, shown in the answer and never again."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            token = actions.issue_token(request.user, **form.cleaned_data)
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return render(request, "people/token.html", {"token": token, "name": form.cleaned_data["name"]})
    return _page(request, {"token_form": form}, 422)


@require_POST
@signed_in
def revoke_token(request: SignedInRequest, token_id: int) -> HttpResponse:
    """Make one of one's own tokens worthless."""
    token = get_object_or_404(AccessToken, pk=token_id, account=request.user)
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("令牌“%(name)s”已撤销。") % {"name": token.name})
    return redirect("people:account")
