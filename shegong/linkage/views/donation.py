"""Pages of gifts: taking one, the charity's and the donor's list, one gift followed to its use, and the way to it by
number and code for who has no account.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.attempts import visitor_digest
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.linkage.actions import donation as actions
from shegong.linkage.actions.refused import tracing
from shegong.linkage.enums import DonorKind, DriveState, GiftConsent, GiftForm, GiftState
from shegong.linkage.forms import gift as shapes
from shegong.linkage.models import Donation, Drive
from shegong.linkage.queries import gift as queries
from shegong.linkage.queries.gift_code import code_of
from shegong.linkage.rules.gift import part_used
from shegong.linkage.views.frame import both_ways, gift_tabs, station_called
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.network.sheets import answer_sheet
from shegong.people.actions import address_of
from shegong.people.enums import Role

OFFERED = 60
WRONG = 422


@require_GET
@requires(*queries.READERS)
def donations(request: Request) -> HttpResponseBase:
    """The gifts in the viewer's sight, the latest first."""
    viewer = request.viewer
    own = queries.charities_of(viewer)
    form = request.GET.get("form", "")
    rows = queries.donations_seen(viewer, own).defer("code_digest", "drive__purpose", "drive__account")
    if form in GiftForm.values:
        rows = rows.filter(form=form)
    page = page_of(rows, ["-received_on"], request.GET.get("cursor"))
    kinds = [("", _("全部")), *[(str(each.value), each.label) for each in GiftForm]]
    context = {
        "tabs": gift_tabs(request.viewer, "donations"),
        "page": page,
        "forms": [{"title": title, "url": f"?form={value}", "active": value == form} for value, title in kinds],
        "is_donor": viewer.has(Role.DONOR) and not own,
    }
    return render(request, "linkage/donations.html", context)


def _gift(request: Request, donation_id: UUID) -> Donation:
    found = queries.donation_of(request.viewer, donation_id)
    if found is None:
        raise Http404
    return found


def _course(gift: Any, drive: Drive) -> dict[str, Any]:
    """What became of a gift: its part of what was used, for which needs, where, and what came of it."""
    sums = queries.sums_of([drive])[drive.pk]
    used = part_used(gift.amount, sums.income, sums.remaining) if gift.amount is not None else None
    return {
        "drive": drive,
        "sums": sums,
        "part_used": used,
        "part_left": gift.amount - used if used is not None else None,
        "goods": queries.goods_told(getattr(gift, "donation_id", None) or gift.pk) if gift.form == "goods" else [],
        "uses": queries.uses_told(drive.pk),
        "outcomes": queries.outcomes_told(drive.pk),
    }


@require_GET
@requires(*queries.READERS)
def donation(request: Request, donation_id: UUID) -> HttpResponseBase:
    """A gift followed to its use; its charity finds here what remains to be done."""
    gift = _gift(request, donation_id)
    own = queries.charities_of(request.viewer)
    leads = queries.may_lead(request.viewer, gift.drive, own)
    receipt = getattr(gift, "receipt", None)
    context = {
        "gift": gift,
        "is_void": gift.state == GiftState.VOID,
        "code": code_of(gift.pk) if gift.charity_id in own else "",
        "receipt": receipt,
        "leads": leads and gift.state == GiftState.RECEIVED,
        "may_receipt": gift.charity_id in own and gift.state == GiftState.RECEIVED and receipt is None,
        "may_ask": leads and gift.consent == GiftConsent.UNASKED,
        "may_void": leads and gift.form == GiftForm.MONEY and gift.state == GiftState.RECEIVED,
        "steps": [{"title": _("捐赠"), "url": reverse("linkage:donations")}],
        **_course(gift, gift.drive),
    }
    return render(request, "linkage/donation.html", context)


@both_ways
@requires(*queries.READERS)
def donation_new(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Take a gift: the charity any, a station goods that came to it."""
    viewer, today = request.viewer, clock.today()
    own = queries.charities_of(viewer)
    drive = queries.drives_seen(viewer, own).filter(pk=drive_id, state=DriveState.OPEN).first()
    leads = drive is not None and queries.may_lead(viewer, drive, own)
    if drive is None or not (leads or viewer.has(*queries.STAFF)):
        raise Http404
    places: list[Station] = [] if leads else list(queries.places_for(viewer, drive)[: OFFERED + 1])
    form = shapes.DonationForm(
        request.POST or None, stations=places if len(places) <= OFFERED else [], may_money=leads,
        initial={"received_on": today, "station": drive.station.name if drive.station else ""},
    )  # fmt: skip

    def save() -> tuple[str, Any]:
        with tracing("drive", drive.pk, by=viewer, at=clock.now()):
            draft = _draft(form.cleaned_data)
            made = actions.take_donation(drive, draft, by=viewer, at=clock.now(), key=form.cleaned_data["key"])
        return reverse("linkage:donation", args=[made.pk]), _("已登记。")

    back = reverse("linkage:drive", args=[drive.pk])
    return answer_sheet(request, form, save, title=_("登记捐赠"), submit=_("登记"), back=back, note=drive.title)


def _draft(values: dict[str, Any]) -> actions.GiftDraft:
    goods = []
    if values["given_as"] == GiftForm.GOODS:
        station = station_called(values["station"], "station")
        if station is None:
            raise Problem("place_missing", _("请填写入库站点。"), "station")
        goods = [
            actions.Goods(
                values["item"], values["unit"], values["quantity"] or 0, station, values["expires_on"], values["value"]
            )
        ]
    giver = None
    if not values["anonymous"]:
        giver = actions.Giver(DonorKind(values["kind"]), values["name"], values["phone"], values["email"])
    return actions.GiftDraft(
        values["received_on"], values.get("amount"), goods, giver, values["may_reuse"], values["named"]
    )


@both_ways
@requires(Role.DONOR, Role.CITY)
def donation_void(request: Request, donation_id: UUID) -> HttpResponseBase:
    """Undo what was entered wrongly."""
    gift = _gift(request, donation_id)
    form = shapes.VoidForm(request.POST or None)
    page = reverse("linkage:donation", args=[gift.pk])

    def save() -> tuple[str, Any]:
        actions.void_donation(gift, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return page, _("已作废，账上已冲销。")

    return answer_sheet(request, form, save, title=_("作废这笔捐赠"), submit=_("作废"), back=page)


@both_ways
@requires(Role.DONOR, Role.CITY)
def donation_consent(request: Request, donation_id: UUID) -> HttpResponseBase:
    """What the donor says of what is left."""
    gift = _gift(request, donation_id)
    form = shapes.GiftConsentForm(request.POST or None)
    page = reverse("linkage:donation", args=[gift.pk])

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        agrees = values["agrees"] == "yes"
        actions.record_gift_consent(gift, agrees, values["how"], by=request.viewer, at=clock.now())
        return page, _("已记下捐赠方的意见。")

    return answer_sheet(request, form, save, title=_("征求剩余处理意见"), submit=_("记下"), back=page)


@both_ways
@requires(Role.DONOR)
def donation_receipt(request: Request, donation_id: UUID) -> HttpResponseBase:
    """Make out the receipt."""
    gift = _gift(request, donation_id)
    payer = gift.donor.name if gift.donor else _("爱心人士")
    form = shapes.ReceiptForm(request.POST or None, initial={"payer": payer})
    page = reverse("linkage:donation", args=[gift.pk])

    def save() -> tuple[str, Any]:
        made = actions.issue_receipt(
            gift, form.cleaned_data["payer"], by=request.viewer, at=clock.now(), today=clock.today()
        )
        return page, _("已开具收据 %(number)s。") % {"number": made.number}

    return answer_sheet(request, form, save, title=_("开具收据"), submit=_("开具"), back=page)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponseBase:
    """A gift by its number and code, for anybody."""
    form = shapes.FollowForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            values = form.cleaned_data
            visitor = visitor_digest(address_of(request), clock.now())
            try:
                gift = actions.follow_gift(values["number"], values["code"], visitor=visitor, at=clock.now())
            except Problem as problem:
                problem.add_to_form(form)
                status = problem.status
            else:
                status = 200
                drive = queries.published().get(pk=gift.drive_id)
                context |= {"gift": gift, "is_void": gift.state == GiftState.VOID, **_course(gift, drive)}
    viewer: Viewer | None = getattr(request, "viewer", None)
    context["may_claim"] = viewer is not None and viewer.has(Role.DONOR)
    return render(request, "linkage/follow.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@both_ways
@requires(Role.DONOR)
def claim(request: Request) -> HttpResponseBase:
    """Take a gift to one's own account."""
    form = shapes.FollowForm(request.POST or None)

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        visitor = visitor_digest(address_of(request), clock.now())
        key = actions.claim_gift(values["number"], values["code"], visitor=visitor, by=request.viewer, at=clock.now())
        return reverse("linkage:donation", args=[key]), _("已加入我的捐赠。")

    note = _("编号和查询码在捐赠收据上。同一捐赠方的其他捐赠会一并加入。")
    back = reverse("linkage:donations")
    return answer_sheet(request, form, save, title=_("加入我的捐赠"), submit=_("加入"), back=back, note=note)
