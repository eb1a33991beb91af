"""The second factor: set up an authenticator app, keep recovery codes, switch it off."""

from base64 import b32encode
from io import BytesIO

import qrcode
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from shegong.kernel.problems import Problem
from shegong.people import actions, queries, rules
from shegong.people.access import SignedInRequest, signed_in
from shegong.people.forms import PasswordAndCodeForm, SetUpForm


@require_safe
@never_cache
@signed_in
def second_factor(request: SignedInRequest) -> HttpResponseBase:
    """Whether there is a second factor, and what can be done about it."""
    return _page(request, PasswordAndCodeForm())


def _page(request: SignedInRequest, form: PasswordAndCodeForm, status: int = 200) -> HttpResponse:
    device = queries.authenticator(request.user)
    context = {"device": device, "codes_left": queries.recovery_codes_left(request.user), "form": form}
    return render(request, "people/second_factor.html", context, status=status)


@require_POST
@signed_in
def begin(request: SignedInRequest) -> HttpResponse:
    """Make a new key, then show it."""
    try:
        actions.begin_second_factor(request.user)
    except Problem as problem:
        messages.warning(request, str(problem))
        return redirect("people:second_factor")
    return redirect("people:second_factor_set_up")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def set_up(request: SignedInRequest) -> HttpResponseBase:
    """Show the key to the app, and ask for a code that proves it arrived; then show the recovery codes, once."""
    device = queries.unconfirmed_authenticator(request.user)
    if device is None:
        return redirect("people:second_factor")
    form = SetUpForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                codes = actions.confirm_second_factor(request.user, form.cleaned_data["code"])
            except Problem as problem:
                problem.add_to_form(form)
                status = problem.status
            else:
                return _recovery_codes(request, codes)
    secret = rules.grouped(b32encode(device.bin_key).decode(), 4)
    return render(request, "people/second_factor_set_up.html", {"form": form, "secret": secret}, status=status)


def _recovery_codes(request: SignedInRequest, codes: list[str]) -> HttpResponse:
    return render(request, "people/recovery_codes.html", {"codes": [rules.grouped(code, 5) for code in codes]})


@require_safe
@never_cache
@signed_in
def qr(request: SignedInRequest) -> HttpResponse:
    """The key that is being set up as a QR code (SVG), for the app to read."""
    device = queries.unconfirmed_authenticator(request.user)
    if device is None:
        raise Http404
    picture = BytesIO()
    qrcode.make(device.config_url, image_factory=SvgPathFillImage, border=2).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_POST
@never_cache
@sensitive_post_parameters()
@signed_in
def renew_codes(request: SignedInRequest) -> HttpResponseBase:
    """New recovery codes instead of the old ones, after password and code."""
    form = PasswordAndCodeForm(request.POST)
    if not _proved(request, form):
        return _page(request, form, 422)
    return _recovery_codes(request, actions.renew_recovery_codes(request.user))


@require_POST
@sensitive_post_parameters()
@signed_in
def switch_off(request: SignedInRequest) -> HttpResponseBase:
    """Back to the password alone, after password and code."""
    form = PasswordAndCodeForm(request.POST)
    if not _proved(request, form):
        return _page(request, form, 422)
    actions.remove_second_factor(request.user, by=request.user)
    messages.success(request, _("两步验证已关闭。"))
    return redirect("people:account")


def _proved(request: SignedInRequest, form: PasswordAndCodeForm) -> bool:
    """Whether password and code are both right; if not, the form says what is wrong. A code is only used up when the
    password was right.
    """
    if not form.is_valid():
        return False
    if not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("密码不正确。"))
        return False
    try:
        actions.check_code(request.user, form.cleaned_data["code"])
    except Problem as problem:
        problem.add_to_form(form)
        return False
    return True
