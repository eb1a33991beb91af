"""Booking a year's budget from a workbook: all of it, or nothing."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import IO
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, key_taken
from shegong.network.scope import Viewer
from shegong.purchase.actions.ledger import Booking, allocate, appropriate
from shegong.purchase.enums import FundKind
from shegong.purchase.models import BudgetSheet, FiscalYear, Fund
from shegong.purchase.papers.budget import read_budget
from shegong.purchase.queries import budget as queries
from shegong.purchase.rules.budget import BudgetRow


@transaction.atomic
def load_budget(key: UUID, year: int, file: IO[bytes], *, by: Viewer, at: datetime) -> BudgetSheet:
    """Book a budget: the city's funds come to the support centre and from there to the counties, a county's own to
    itself. The city loads all, a county its own. Sent again under the same key it is the same budget.

    Raises Problem or Problems at `file` (each with its row), `year`; 403; 409 for a workbook that was booked before.
    """
    hub_id = queries.loader(by)
    if hub_id is None:
        raise Problem("ledger_not_yours", _("您不能记这笔账。"), status=403)
    content = file.read()
    file.seek(0)
    digest = sha256(content).digest()
    known = BudgetSheet.objects.filter(pk=key).first()
    if known is not None:
        if bytes(known.digest) != digest or known.year_id != year:
            raise key_taken()
        return known
    open_year = FiscalYear.objects.filter(year=year, closed_at__isnull=True)
    if not open_year.exists():
        raise Problem("year_closed", _("%(year)s 年度没有建账或已经结账。"), "year", params={"year": year})
    if BudgetSheet.objects.filter(year_id=year, hub_id=hub_id, digest=digest).exists():
        raise Problem("sheet_known", _("这份预算已经导入过。"), "file", status=409)
    rows = read_budget(file, queries.known(by))
    sheet = BudgetSheet(
        id=key, year_id=year, hub_id=hub_id, rows=len(rows), total=sum((row.amount for row in rows), Decimal(0)),
        digest=digest, loaded_at=at, loaded_by_id=by.account_id,
    )  # fmt: skip
    sheet.save(force_insert=True)
    _book(sheet, rows, by, at)
    log("load_budget", "budget_sheet", key, by=by.account_id, at=at, hub_id=hub_id,
        detail={"year": year, "rows": len(rows), "total": str(sheet.total)})  # fmt: skip
    return sheet


def _book(sheet: BudgetSheet, rows: Sequence[BudgetRow], by: Viewer, at: datetime) -> None:
    """Entries in the order of fund and hub, so that no two loaders wait for each other."""
    funds = {fund.code: fund for fund in Fund.objects.all()}
    hubs = {hub.key: hub.pk for hub in queries.places(by)}
    centre = queries.centre_id()

    def booking(fund: Fund, hub_id: int, amount: Decimal, what: str, note: str) -> Booking:
        return Booking(fund, hub_id, sheet.year_id, amount, note, uuid5(sheet.pk, f"{what}:{fund.code}:{hub_id}"))

    for fund in sorted(funds.values(), key=lambda each: each.pk):
        own = sorted((row for row in rows if row.fund == fund.code), key=lambda row: hubs[row.hub])
        if not own:
            continue
        if fund.kind != FundKind.COUNTY:
            total = sum((row.amount for row in own), Decimal(0))
            appropriate(booking(fund, centre, total, "in", str(_("年度预算"))), by=by, at=at)
        for row in own:
            hub_id = hubs[row.hub]
            if fund.kind == FundKind.COUNTY:
                appropriate(booking(fund, hub_id, row.amount, "in", row.note), by=by, at=at)
            if hub_id != centre:
                allocate(booking(fund, hub_id, row.amount, "out", row.note), by=by, at=at)
