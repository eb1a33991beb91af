"""The treasury's list of the shown county's payments of half a year, held against the ledger: one sum differs."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final

from django.utils import timezone

from shegong.config.demo.accounts import Cast
from shegong.kernel.ids import uuid7_from
from shegong.purchase.enums import EntryKind
from shegong.purchase.models import LedgerEntry, TreasuryRow, TreasurySheet
from shegong.purchase.rules.reconciliation import Paid, matched

DIFFERS_BY: Final = Decimal("100.00")


def make_treasury_sheet(cast: Cast, today: date) -> int:
    """The list of the last half-year that is over. Returns its rows; none where nothing was paid."""
    since, until = _half_year(today)
    payments = [
        Paid(entry.pk, entry.booked_on, entry.number, entry.amount, entry.note)
        for entry in LedgerEntry.objects.filter(
            kind=EntryKind.PAY, hub_id=cast.hub.id, booked_on__range=(since, until)
        ).order_by("booked_on", "id")
    ]
    if not payments:
        return 0
    rows = [
        # The treasury books a day or two later.
        Paid(
            number,
            min(each.paid_on + timedelta(days=number % 3), until),
            each.voucher,
            each.amount - DIFFERS_BY if number == 3 or len(payments) < 2 else each.amount,
            "社会工作服务费",
        )
        for number, each in enumerate(payments, start=2)
    ]
    at = timezone.make_aware(datetime.combine(until + timedelta(days=6), time(15, 20)))
    sheet = TreasurySheet.objects.create(
        id=uuid7_from("treasury-1", at), hub_id=cast.hub.id, since=since, until=until,
        total=sum((each.amount for each in rows), Decimal(0)), digest=sha256(b"treasury-1").digest(), loaded_at=at,
        loaded_by_id=cast.ids["county"],
    )  # fmt: skip
    TreasuryRow.objects.bulk_create(
        TreasuryRow(
            sheet=sheet, number=row.number, hub_id=cast.hub.id, paid_on=row.paid_on, voucher=row.voucher,
            amount=row.amount, note=row.note, finding=finding, entry_id=entry_id,
        )
        for row, finding, entry_id in matched(rows, payments)
    )  # fmt: skip
    return len(rows)


def _half_year(today: date) -> tuple[date, date]:
    if today.month > 6:
        return date(today.year, 1, 1), date(today.year, 6, 30)
    return date(today.year - 1, 7, 1), date(today.year - 1, 12, 31)
