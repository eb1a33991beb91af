"""Pages of certificates: issued, shown with its code, withdrawn; and the page on which anybody checks one."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many, visitor_digest
from shegong.linkage.actions import certificate as actions
from shegong.linkage.forms import volunteer as shapes
from shegong.linkage.models import Certificate
from shegong.linkage.papers.certificate import qr_svg
from shegong.linkage.queries import opportunity as queries
from shegong.linkage.queries import volunteer as people
from shegong.linkage.queries.volunteer import READERS
from shegong.linkage.views.frame import both_ways
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.actions import address_of
from shegong.people.enums import Role

CHECKS_AN_HOUR: Final = 60


@both_ways
@requires(*READERS)
def certificate_new(request: Request, volunteer_id: UUID) -> HttpResponseBase:
    """Certify what was confirmed in a period."""
    found = people.volunteer_of(request.viewer, volunteer_id)
    if found is None:
        raise Http404
    today = clock.today()
    form = shapes.CertificateForm(
        request.POST or None, initial={"since": found.joined_on, "until": today + timedelta(days=1)}
    )

    def save() -> tuple[str, Any]:
        def address(number: str) -> str:
            return request.build_absolute_uri(reverse("linkage:check", args=[number]))

        values = form.cleaned_data
        made = actions.issue_certificate(
            found, values["since"], values["until"], address=address, by=request.viewer, at=clock.now(), today=today
        )
        return reverse("linkage:certificate", args=[made.pk]), _("证明已出具，可以打印。")

    back = reverse("linkage:volunteer", args=[found.pk])
    note = _("只列由组织者确认的服务；免费出具，扫码可以核对。")
    return answer_sheet(request, form, save, title=_("开具服务证明"), submit=_("开具"), back=back, note=note)


@require_GET
@requires(*READERS)
def certificate(request: Request, certificate_id: UUID) -> HttpResponseBase:
    """A certificate with what it certifies."""
    found = _found(request, certificate_id)
    volunteer, viewer = found.volunteer, request.viewer
    context = {
        "steps": [{"title": volunteer.name, "url": reverse("linkage:volunteer", args=[volunteer.pk])}],
        "certificate": found,
        "services": queries.services_between(volunteer, found.since, found.until),
        "may_withdraw": found.state == "valid" and viewer.has(Role.HEAD, Role.COUNTY)
        and viewer.reaches(found.hub_id, found.station_id),
    }  # fmt: skip
    return render(request, "linkage/certificate.html", context)


@require_GET
@never_cache
@requires(*READERS)
def certificate_code(request: Request, certificate_id: UUID) -> HttpResponseBase:
    """Its QR code (SVG)."""
    return HttpResponse(qr_svg(_found(request, certificate_id).address), content_type="image/svg+xml")


@both_ways
@requires(Role.HEAD, Role.COUNTY)
def certificate_withdraw(request: Request, certificate_id: UUID) -> HttpResponseBase:
    """Take it back."""
    found = _found(request, certificate_id)
    form = shapes.WithdrawForm(request.POST or None)
    back = reverse("linkage:certificate", args=[found.pk])

    def save() -> tuple[str, Any]:
        actions.withdraw_certificate(found, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return back, _("已撤回；核对时会显示已撤回。")

    return answer_sheet(request, form, save, title=_("撤回证明"), submit=_("撤回"), back=back, note=found.number)


@never_cache
@require_GET
def check(request: HttpRequest, number: str = "") -> HttpResponse:
    """Whether a certificate is genuine and holds: for anybody, without an account."""
    if typed := request.GET.get("number", "").strip().upper()[:40]:
        plain = "".join(sign for sign in typed if sign.isascii() and sign.isalnum())
        return redirect("linkage:check", plain) if plain else redirect("linkage:check-any")
    form, found, status = shapes.CheckForm(initial={"number": number}), None, 200
    if number:
        now = clock.now()
        if may_try(visitor_digest(address_of(request), now), "certificat", CHECKS_AN_HOUR, now):
            found = queries.checked_certificate(number.upper()[:40])
            status = 200 if found else 404
        else:
            wrong = too_many()
            context = {"form": form, "number": number, "problem": str(wrong)}
            return render(request, "linkage/check.html", context, status=wrong.status)
    return render(request, "linkage/check.html", {"form": form, "number": number, "found": found}, status=status)


def _found(request: Request, certificate_id: UUID) -> Certificate:
    found = queries.certificates_seen(request.viewer).filter(pk=certificate_id).first()
    if found is None:
        raise Http404
    return found
