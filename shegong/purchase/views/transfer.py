"""Pages of transfers between counties, and of the year's end."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.queries import hubs
from shegong.people.enums import Role
from shegong.purchase.actions.fiscal_year import close_year, open_year
from shegong.purchase.actions.transfer import Wish, ask_transfer, decide_transfer
from shegong.purchase.enums import TransferState
from shegong.purchase.forms.ledger import CloseYearForm, DecisionForm, TransferForm
from shegong.purchase.queries import ledger as queries
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.sheets import answer_sheet


@require_GET
@requires(*OFFICERS)
def transfers(request: Request) -> HttpResponseBase:
    """Transfers: those that wait first, or all."""
    waiting = request.GET.get("all") is None
    found = queries.transfers(request.viewer)
    if waiting:
        found = found.filter(state=TransferState.ASKED)
    context = {
        "page": page_of(found, ["-asked_at"], request.GET.get("cursor")),
        "filters": [
            {"title": _("待办"), "url": "?", "active": waiting},
            {"title": _("全部"), "url": "?all=1", "active": not waiting},
        ],
        "is_city": request.viewer.has(Role.CITY),
        "me": request.viewer.account_id,
        "steps": [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}],
    }
    return render(request, "purchase/transfers.html", context)


@both_ways
@requires(*OFFICERS)
def transfer_new(request: Request) -> HttpResponseBase:
    """Ask for a transfer."""
    initial = {"key": uuid7(), "year": clock.today().year}
    if not request.viewer.has(Role.CITY) and request.viewer.hubs:
        initial["to_hub"] = request.viewer.hubs[0]
    form = TransferForm(request.POST or None, hubs=hubs(), years=queries.years(), initial=initial)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        wish = Wish(
            typed["fund"], typed["year"], int(typed["hub"]), int(typed["to_hub"]), typed["amount"], typed["reason"]
        )
        ask_transfer(typed["key"], wish, by=request.viewer, at=clock.now())
        return reverse("purchase:transfers"), _("已提出申请，等待市级另一人审批。")

    back = reverse("purchase:transfers")
    return answer_sheet(request, form, save, title=_("申请调剂"), submit=_("提出申请"), back=back)


@both_ways
@requires(Role.CITY)
def transfer_decide(request: Request, transfer_id: UUID) -> HttpResponseBase:
    """Approve or decline it."""
    found = queries.transfers(request.viewer).filter(pk=transfer_id).first()
    if found is None:
        raise Http404
    form = DecisionForm(request.POST or None)

    def save() -> tuple[str, Any]:
        approve = form.cleaned_data["approve"] == "yes"
        decide_transfer(found, approve=approve, note=form.cleaned_data["note"], by=request.viewer, at=clock.now())
        return reverse("purchase:transfers"), _("已批准并入账。") if approve else _("已退回。")

    back = reverse("purchase:transfers")
    note = f"{found.hub.name} → {found.to_hub.name} · {found.fund.name} · {found.reason}"
    return answer_sheet(request, form, save, title=_("审批调剂"), submit=_("确定"), back=back, note=note)


@both_ways
@requires(Role.CITY)
def year_close(request: Request, year: int) -> HttpResponseBase:
    """Close a year and carry over what is left."""
    form = CloseYearForm(request.POST or None)

    def save() -> tuple[str, Any]:
        if form.cleaned_data["year"] != year:
            raise Problem("year_differs", _("与要结账的年度不一致。"), "year")
        carried = close_year(year, by=request.viewer, at=clock.now())
        said = _("%(year)s 年度已结账，%(count)s 项余额结转到下年。") % {"year": year, "count": carried}
        return f"{reverse('purchase:funds')}?year={year + 1}", said

    note = _("没有花完的钱按原用途结转到下年；结账后这一年不能再记账，也不能重新打开。")
    return answer_sheet(
        request, form, save, title=_("%(year)s 年度结账") % {"year": year}, submit=_("结账"),
        back=reverse("purchase:funds"), note=note,
    )  # fmt: skip


@both_ways
@requires(Role.CITY)
def year_open(request: Request) -> HttpResponseBase:
    """Open the ledger of a year."""
    form = CloseYearForm(request.POST or None, initial={"year": clock.today().year})
    form.fields["year"].label = _("年度")

    def save() -> tuple[str, Any]:
        opened = open_year(form.cleaned_data["year"], by=request.viewer, at=clock.now())
        return f"{reverse('purchase:funds')}?year={opened.pk}", _("已建账。")

    return answer_sheet(request, form, save, title=_("建立年度"), submit=_("建账"), back=reverse("purchase:funds"))
