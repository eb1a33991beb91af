"""A forgotten password: whom to turn to, and a link by e-mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _

from shegong.kernel.problems import Problem
from shegong.people import actions
from shegong.people.forms import ForgottenForm, NewPasswordForm
from shegong.people.identity import act_as
from shegong.people.models import Account
from shegong.people.views.steps import at_the_gate

LINK = "password_reset"
IN_SESSION = "in-session"


@at_the_gate
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Whom to turn to; where the installation sends e-mail, also a form for a link."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and settings.SENDS_EMAIL and form.is_valid():
        actions.send_reset_link(request, form.cleaned_data["email"])
        return render(request, "people/forgotten_sent.html", {"email": form.cleaned_data["email"]})
    context = {"form": form if settings.SENDS_EMAIL else None}
    return render(request, "people/forgotten.html", context, status=422 if form.errors else 200)


@at_the_gate
def reset(request: HttpRequest, uid: str, token: str) -> HttpResponseBase:
    """Set a new password by the link. The link moves into the session first, so that it isn't left in the address bar.

    Signing in comes afterwards, with the second factor where there is one.
    """
    if token != IN_SESSION:
        request.session[LINK] = token
        return redirect("people:reset", uid, IN_SESSION)
    account = _account_of(uid)
    link = request.session.get(LINK, "")
    if account is None or not default_token_generator.check_token(account, link):
        return render(request, "people/reset_void.html", status=410)
    act_as(account.pk)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_password(account, form.cleaned_data["new_password"])
        except Problem as problem:
            problem.add_to_form(form)
        else:
            del request.session[LINK]
            messages.success(request, _("新密码已设置，请用它登录。"))
            return redirect("people:sign_in")
    return render(request, "people/reset.html", {"form": form, "account": account}, status=422 if form.errors else 200)


def _account_of(uid: str) -> Account | None:
    try:
        key = int(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    return Account.objects.filter(pk=key, is_active=True).first()
