"""Pages of reconciliation: the lists handed in, a new one, and what differs."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.pages import page_of
from shegong.network.middleware import Request, requires
from shegong.purchase.actions.reconciliation import Asked, load_treasury_sheet
from shegong.purchase.forms.ledger import TreasuryForm
from shegong.purchase.papers.ledger_book import CONTENT_TYPE
from shegong.purchase.papers.treasury import treasury_template
from shegong.purchase.queries import ledger as money
from shegong.purchase.queries import reconciliation as queries
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.sheets import answer_sheet


def _steps() -> list[dict[str, str]]:
    return [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}]


@require_GET
@requires(*OFFICERS)
def sheets(request: Request) -> HttpResponseBase:
    """The lists, the latest first."""
    page = page_of(queries.sheets(request.viewer), ["-loaded_at"], request.GET.get("cursor"))
    return render(request, "purchase/treasury_sheets.html", {"page": page, "steps": _steps()})


@both_ways
@requires(*OFFICERS)
def sheet_new(request: Request) -> HttpResponseBase:
    """Hand in a list."""
    today = clock.today()
    initial = {"key": uuid7(), "since": today.replace(month=1, day=1), "until": today}
    hubs = money.hubs_of(request.viewer)
    form = TreasuryForm(request.POST or None, request.FILES or None, hubs=hubs, initial=initial)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        asked = Asked(int(typed["hub"]), typed["fund"], typed["since"], typed["until"])
        made = load_treasury_sheet(typed["key"], asked, typed["file"].file, by=request.viewer, at=clock.now())
        return reverse("purchase:treasury-sheet", args=[made.pk]), _("已与账簿逐笔核对。")

    back = reverse("purchase:treasury")
    return answer_sheet(request, form, save, title=_("对账"), submit=_("导入并核对"), back=back)


@require_GET
@requires(*OFFICERS)
def sheet(request: Request, sheet_id: UUID) -> HttpResponseBase:
    """What differs between a list and the ledger."""
    found = queries.sheets(request.viewer).filter(pk=sheet_id).first()
    if found is None:
        raise Http404
    steps = [*_steps(), {"title": _("对账"), "url": reverse("purchase:treasury")}]
    context = {"sheet": found, "found": queries.differences(request.viewer, found), "steps": steps}
    return render(request, "purchase/treasury_sheet.html", context)


@require_GET
@requires(*OFFICERS)
def template(request: Request) -> HttpResponseBase:
    """The empty list."""
    headers = {"Content-Disposition": 'attachment; filename="treasury.xlsx"'}
    return HttpResponse(treasury_template(), content_type=CONTENT_TYPE, headers=headers)
