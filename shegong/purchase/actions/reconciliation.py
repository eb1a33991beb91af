"""Holding the ledger's payments against the treasury's list."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.models import Fund, TreasuryRow, TreasurySheet
from shegong.purchase.papers.treasury import read_treasury
from shegong.purchase.queries.reconciliation import payments
from shegong.purchase.rules.reconciliation import matched


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose payments (one fund's or all), from which day to which (included)."""

    hub_id: int
    fund: Fund | None
    since: date
    until: date


@transaction.atomic
def load_treasury_sheet(key: UUID, asked: Asked, file: IO[bytes], *, by: Viewer, at: datetime) -> TreasurySheet:
    """Read a list and find each row's payment; every row is kept with what was found. The ledger stays as it is.

    Raises Problem or Problems at `file`, `until`; 403; 409 for a list that was loaded before.
    """
    if not (by.has(Role.CITY) or (by.has(Role.COUNTY) and asked.hub_id in by.hubs)):
        raise Problem("ledger_not_yours", _("您不能记这笔账。"), status=403)
    content = file.read()
    file.seek(0)
    digest = sha256(content).digest()
    known = TreasurySheet.objects.filter(pk=key).first()
    if known:
        if bytes(known.digest) != digest:
            raise key_taken()
        return known
    if asked.until < asked.since:
        raise Problem("period_order", _("结束日期不能早于开始日期。"), "until")
    if TreasurySheet.objects.filter(hub_id=asked.hub_id, digest=digest).exists():
        raise Problem("sheet_known", _("这份对账单已经导入过。"), "file", status=409)
    rows = read_treasury(file)
    raise_any(
        Problem("day_outside", _("第 %(row)s 行的日期不在对账期内。"), "file", params={"row": row.number})
        for row in rows
        if not asked.since <= row.paid_on <= asked.until
    )
    sheet = TreasurySheet(
        id=key, hub_id=asked.hub_id, fund=asked.fund, since=asked.since, until=asked.until,
        total=sum((row.amount for row in rows), Decimal(0)), digest=digest, loaded_at=at, loaded_by_id=by.account_id,
    )  # fmt: skip
    sheet.save(force_insert=True)
    TreasuryRow.objects.bulk_create(
        TreasuryRow(
            sheet=sheet, number=row.number, hub_id=asked.hub_id, paid_on=row.paid_on, voucher=row.voucher,
            amount=row.amount, note=row.note, finding=finding, entry_id=entry_id,
        )
        for row, finding, entry_id in matched(rows, payments(by, sheet))
    )  # fmt: skip
    log("load_treasury_sheet", "treasury_sheet", key, by=by.account_id, at=at, hub_id=asked.hub_id,
        detail={"rows": len(rows)})  # fmt: skip
    return sheet
