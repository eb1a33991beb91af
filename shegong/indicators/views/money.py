"""Pages of money followed: where a year's money went, and what a payment paid for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from shegong.indicators.money import course as courses
from shegong.indicators.money import trace as traces
from shegong.indicators.money.course import Course, Node
from shegong.indicators.money.paper import course_key
from shegong.indicators.money.sankey import sankey
from shegong.indicators.money.trace import RECORDS_SHOWN, PaidRecord
from shegong.indicators.views.asked import answer
from shegong.kernel import clock
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.practice.queries.contract_progress import progress
from shegong.purchase.models import Fund
from shegong.purchase.queries import ledger

OFFICERS: Final = (Role.CITY, Role.COUNTY)
LARGEST_ID: Final = 2**31


@require_safe
@requires(*OFFICERS)
def course(request: Request, code: str = "") -> HttpResponseBase:
    """Where a year's money went, of all funds or one; of one county or contract of it."""
    fund = get_object_or_404(Fund, code=code) if code else None
    years = [each.pk for each in ledger.years()]
    year, today = _number(request, "year"), clock.today().year
    if year not in years:
        year = today if today in years or not years else max(years)
    hub_id, contract_id = _number(request, "hub"), _number(request, "contract")
    found = courses.course(request.viewer, year, fund, hub_id, contract_id)
    if (hub_id and found.hub is None) or (contract_id and found.contract is None):
        raise Http404
    page = request.path

    def at(**changes: Any) -> str:
        query = {"year": year, "hub": hub_id or "", "contract": contract_id or ""} | changes
        return f"{page}?{urlencode({key: value for key, value in query.items() if value})}"

    title = _("%(year)s 年度资金去向") % {"year": year}
    context = {
        "course": found,
        "title": title,
        "picture": sankey(found.flows, found.names, title, lambda node: _address(found, node, at)),
        "counties": [] if hub_id or contract_id else [(each, at(hub=each.hub.pk)) for each in found.counties],
        "contracts": [(each, at(contract=each.contract.pk)) for each in found.contracts]
        if hub_id or len(found.contracts) <= courses.CONTRACTS_DRAWN
        else [],
        "years": [{"title": str(each), "url": at(year=each), "active": each == year} for each in years],
        "steps": _steps(found, at),
        "fund_url": reverse("purchase:fund", args=[fund.code]) + f"?year={year}" if fund else "",
        "paper_url": reverse("practice:paper-new", args=["money", course_key(year, fund, found.hub)])
        if contract_id is None
        else "",
    }
    return answer(request, "indicators/money_course.html", context)


def _number(request: Request, name: str) -> int | None:
    """A number of the address; None for none. Raises Http404 for what isn't one."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Http404
    return int(text)


def _address(found: Course, node: Node, at: Any) -> str:
    """Where a place of the picture leads to: a fund to itself alone, a county and a contract closer up."""
    if node.kind == "fund" and found.fund is None:
        return f"{reverse('indicators:fund-course', args=[found.codes[node]])}?{urlencode({'year': found.year})}"
    if node.kind == "hub" and found.hub is None:
        return str(at(hub=next(each.hub.pk for each in found.counties if each.hub.path == node.key)))
    if node.kind == "contract" and found.contract is None:
        return str(at(contract=int(node.key)))
    return ""


def _steps(found: Course, at: Any) -> list[dict[str, str]]:
    """The way down to what is shown."""
    steps = [{"title": pgettext("navigation", "资金"), "url": f"{reverse('purchase:funds')}?year={found.year}"}]
    if found.fund is not None and (found.hub or found.contract):
        steps.append({"title": str(found.fund), "url": at(hub="", contract="")})
    elif found.hub or found.contract:
        steps.append({"title": _("资金去向"), "url": at(hub="", contract="")})
    if found.hub and found.contract:
        steps.append({"title": found.hub.name, "url": at(contract="")})
    return steps


@require_safe
@requires(*OFFICERS, Role.AGENCY)
def payment(request: Request, entry_id: int) -> HttpResponseBase:
    """What a payment paid for: its fund, contract, how the money was bound, and the work, de-identified."""
    found = traces.trace(request.viewer, entry_id) if entry_id < LARGEST_ID else None
    if found is None:
        raise Http404
    officer = request.viewer.has(*OFFICERS)
    page = _page(request, found.records)
    reached = traces.within_reach(page.items)
    steps = [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}] if officer else []
    if officer:
        course_url = reverse("indicators:fund-course", args=[found.entry.fund.code])
        query = urlencode({"year": found.year, "hub": found.entry.hub_id, "contract": found.contract.pk})
        steps.append({"title": found.contract.number, "url": f"{course_url}?{query}"})
    context = {
        "trace": found,
        "entry": found.entry,
        "officer": officer,
        "commitments": [
            row
            for row in progress([found.contract.pk]).get(found.contract.pk, ())
            if row.begins.year <= found.year <= row.last_day.year
        ],
        "groups": found.by_group(),
        "services": found.by_service(),
        "rows": [
            (each, reverse("practice:record", args=[each.key]) if each.key in reached else "") for each in page.items
        ],
        "page": page,
        "steps": steps,
        "this_year": found.year == clock.today().year,
        "paper_url": reverse("practice:paper-new", args=["voucher", found.entry.key]),
    }
    return answer(request, "indicators/money_payment.html", context)


@dataclass(frozen=True, slots=True)
class _Some:
    """Some of a payment's records, and where those before and after them begin."""

    items: Sequence[PaidRecord]
    next_cursor: str | None
    previous_cursor: str | None


def _page(request: Request, records: Sequence[PaidRecord]) -> _Some:
    text = request.GET.get("cursor", "0")
    start = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    after, before = start + RECORDS_SHOWN, max(start - RECORDS_SHOWN, 0)
    return _Some(records[start:after], str(after) if after < len(records) else None, str(before) if start else None)
