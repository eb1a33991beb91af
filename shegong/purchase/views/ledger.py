"""Pages of money: the funds of a year, one fund's course, the ledger, one entry, booking."""

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.purchase.actions import ledger as actions
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import EntryKind, FundKind, MoneyStage
from shegong.purchase.forms.ledger import BookingForm, ReverseForm
from shegong.purchase.models import Fund, LedgerEntry
from shegong.purchase.papers.ledger_book import CONTENT_TYPE, ledger_workbook
from shegong.purchase.queries import ledger as queries
from shegong.purchase.views.sheets import answer_sheet

OFFICERS: Final = (Role.CITY, Role.COUNTY)
BOOKED: Final = (EntryKind.APPROPRIATE, EntryKind.ALLOCATE, EntryKind.RETURN)
both_ways = require_http_methods(["GET", "POST"])


def year_of(request: Request, years: list[Any]) -> int:
    """The year asked for, else the present one if it is open to see, else the latest there is."""
    known = [each.pk for each in years]
    asked = request.GET.get("year", "")
    if asked.isdecimal() and int(asked) in known:
        return int(asked)
    present = clock.today().year
    return present if present in known or not known else max(known)


def year_filters(years: list[Any], year: int) -> list[dict[str, Any]]:
    """A choice of years."""
    return [{"title": str(each.pk), "url": f"?year={each.pk}", "active": each.pk == year} for each in years]


@require_GET
@requires(*OFFICERS)
def funds(request: Request) -> HttpResponseBase:
    """The funds of a year: what there is, by fund and by county."""
    years = queries.years()
    year = year_of(request, years)
    rows = queries.trial_balance(request.viewer, year)
    is_city = request.viewer.has(Role.CITY)
    closable = [each.pk for each in years if each.closed_at is None and clock.today().year > each.pk]
    context = {
        "year": year,
        "years": year_filters(years, year),
        "is_closed": any(each.pk == year and each.closed_at for each in years),
        "funds": queries.by_fund(rows),
        "counties": queries.by_hub(rows),
        "total": queries.total_of(rows),
        "pooled": queries.total_of(row for row in rows if row.fund.is_pooled),
        "is_city": is_city,
        "may_close": is_city and year in closable and year == min(closable),
        "waiting": queries.transfers(request.viewer).filter(state="asked").count(),
        "course_url": f"{reverse(settings.MONEY_COURSE_PAGE)}?year={year}",
    }
    return render(request, "purchase/funds.html", context)


@require_GET
@requires(*OFFICERS)
def fund(request: Request, code: str) -> HttpResponseBase:
    """One fund's course through a year: what it may pay, where it is, month by month, and its latest entries."""
    found = get_object_or_404(Fund, code=code)
    years = queries.years()
    year = year_of(request, years)
    rows = [row for row in queries.trial_balance(request.viewer, year) if row.fund.pk == found.pk]
    latest = queries.entries_page(request.viewer, {"fund_id": found.pk, "year_id": year}, None)
    context = {
        "fund": found,
        "rules": queries.rules_on(found, clock.today()),
        "year": year,
        "years": year_filters(years, year),
        "rows": rows,
        "total": queries.total_of(rows),
        "course": _course(queries.paid_by_month(request.viewer, found.pk, year)),
        "latest": latest.items[:10],
        "course_url": f"{reverse(settings.FUND_COURSE_PAGE, args=[found.code])}?year={year}",
        "steps": [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}],
    }
    return render(request, "purchase/fund.html", context)


def _course(paid: list[tuple[int, Any]]) -> dict[str, Any] | None:
    """What was paid up to each month, as a chart takes it; None before the first payment."""
    if not paid:
        return None
    labels = [_("%(month)s月") % {"month": month} for month, _total in paid]
    values = [round(float(total) / 10_000, 2) for _month, total in paid]
    return {"unit": _("万元"), "labels": labels, "series": [{"name": _("累计支付"), "values": values}]}


@require_GET
@requires(*OFFICERS)
def ledger(request: Request) -> HttpResponseBase:
    """The entries, the latest first, narrowed by year, fund, county and kind."""
    chosen = _chosen(request)
    context = {
        "page": queries.entries_page(request.viewer, chosen, request.GET.get("cursor")),
        "all_funds": Fund.objects.all(),
        "all_hubs": queries.hubs_of(request.viewer),
        "all_years": queries.years(),
        "kinds": EntryKind.choices,
        "chosen": {name: str(value) for name, value in chosen.items()},
        "steps": [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}],
    }
    return render(request, "purchase/ledger.html", context)


def _chosen(request: Request) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for name, column in (("year", "year_id"), ("fund", "fund_id"), ("hub", "hub_id")):
        value = request.GET.get(name, "")
        if value.isdecimal() and len(value) < 10:
            chosen[column] = int(value)
    if request.GET.get("kind") in EntryKind.values:
        chosen["kind"] = request.GET["kind"]
    return chosen


@require_GET
@requires(*OFFICERS)
def entry(request: Request, entry_id: int) -> HttpResponseBase:
    """One entry and its lines."""
    found = _entry(request, entry_id)
    undone = queries.entries(request.viewer).filter(reverses_id=found.pk).first()
    stays = undone is None and found.kind not in (EntryKind.REVERSE, EntryKind.CARRY)
    context = {
        "entry": found,
        "lines": queries.lines(found),
        "undone": undone,
        "payment_url": reverse(settings.PAYMENT_PAGE, args=[found.pk])
        if found.kind == EntryKind.PAY and found.contract_id
        else "",
        # Officers see the accounts of their own county only; of others' nobody's name is shown.
        "maker": Account.objects.filter(pk=found.made_by_id).values_list("display_name", flat=True).first(),
        "may_reverse": stays
        and found.kind not in (EntryKind.COMMIT, EntryKind.PAY)
        and not found.subject.startswith(actions.OF_GIFTS)
        and actions.may_book(request.viewer, EntryKind.REVERSE, found.fund, found.hub_id, found.to_hub_id),
        "steps": [
            {"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")},
            {"title": _("账簿"), "url": reverse("purchase:ledger")},
        ],
    }
    return render(request, "purchase/entry.html", context)


def _entry(request: Request, entry_id: int) -> LedgerEntry:
    found = queries.entries(request.viewer).filter(pk=entry_id).first()
    if found is None:
        raise Http404
    return found


@both_ways
@requires(*OFFICERS)
def entry_reverse(request: Request, entry_id: int) -> HttpResponseBase:
    """Undo an entry by its reversal."""
    found = _entry(request, entry_id)
    form = ReverseForm(request.POST or None, initial={"key": uuid7()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        made = actions.reverse(found, typed["reason"], key=typed["key"], by=request.viewer, at=clock.now())
        return reverse("purchase:entry", args=[made.pk]), _("已冲销。")

    back = reverse("purchase:entry", args=[found.pk])
    note = _("原分录保留不变，另记一笔方向相反的分录。")
    return answer_sheet(request, form, save, title=_("冲销分录"), submit=_("冲销"), back=back, note=note)


@both_ways
@requires(*OFFICERS)
def book(request: Request, kind: str) -> HttpResponseBase:
    """Appropriate, allocate or return a sum."""
    if kind not in BOOKED:
        raise Http404
    viewer, is_city = request.viewer, request.viewer.has(Role.CITY)
    hubs = queries.hubs_of(viewer)
    if kind == EntryKind.ALLOCATE:
        hubs = [hub for hub in hubs if hub.tier == Tier.HUB]
    form = BookingForm(
        request.POST or None,
        kind=kind,
        funds=[each for each in Fund.objects.all() if is_city or each.kind == FundKind.COUNTY],
        hubs=hubs,
        years=queries.years(),
        initial={"key": uuid7(), "year": clock.today().year},
    )

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        booking = Booking(
            typed["fund"], int(typed["hub"]), typed["year"], typed["amount"], typed["note"], typed["key"],
            typed["booked_on"],
        )  # fmt: skip
        if kind == EntryKind.RETURN:
            made = actions.give_back(booking, stage=MoneyStage(typed["stage"]), by=viewer, at=clock.now())
        elif kind == EntryKind.ALLOCATE:
            made = actions.allocate(booking, by=viewer, at=clock.now())
        else:
            made = actions.appropriate(booking, by=viewer, at=clock.now())
        return reverse("purchase:entry", args=[made.pk]), _("已记账。")

    title = EntryKind(kind).label
    return answer_sheet(request, form, save, title=title, submit=_("记账"), back=reverse("purchase:funds"))


@require_GET
@requires(*OFFICERS)
def workbook(request: Request) -> HttpResponseBase:
    """The year's trial balance and its latest entries as a workbook."""
    year = year_of(request, queries.years())
    rows = queries.trial_balance(request.viewer, year)
    latest = queries.entries(request.viewer).filter(year_id=year)[: queries.MOST_EXPORTED]
    disposition = f'attachment; filename="ledger-{year}.xlsx"'
    return HttpResponse(
        ledger_workbook(year, rows, latest), content_type=CONTENT_TYPE, headers={"Content-Disposition": disposition}
    )
