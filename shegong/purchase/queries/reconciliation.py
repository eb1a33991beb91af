"""The treasury's lists beside the ledger."""

from dataclasses import dataclass

from django.db.models import QuerySet

from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import EntryKind, Finding
from shegong.purchase.models import LedgerEntry, TreasuryRow, TreasurySheet
from shegong.purchase.queries.ledger import entries
from shegong.purchase.rules.reconciliation import Paid


def sheets(viewer: Viewer) -> QuerySet[TreasurySheet]:
    """The lists that a viewer may see."""
    found = TreasurySheet.objects.select_related("hub", "fund")
    if viewer.has(Role.CITY):
        return found
    return found.filter(hub_id__in=viewer.hubs if viewer.has(Role.COUNTY) else ())


def _payments(viewer: Viewer, sheet: TreasurySheet) -> QuerySet[LedgerEntry]:
    """The hub's payments of the period that stand (reversed ones left out)."""
    found = entries(viewer).filter(
        kind=EntryKind.PAY, hub_id=sheet.hub_id, booked_on__range=(sheet.since, sheet.until), reversed_by__isnull=True
    )
    return found.filter(fund_id=sheet.fund_id) if sheet.fund_id else found


def payments(viewer: Viewer, sheet: TreasurySheet) -> list[Paid]:
    """The ledger's payments for a list's hub, fund and period (one query)."""
    return [
        Paid(entry.pk, entry.booked_on, entry.number, entry.amount, entry.note) for entry in _payments(viewer, sheet)
    ]


@dataclass(frozen=True, slots=True)
class Differences:
    """What doesn't agree: rows with another amount, rows without a payment, payments without a row; and how many
    rows agree.
    """

    amounts: list[TreasuryRow]
    unknown: list[TreasuryRow]
    missing: list[LedgerEntry]
    agreed: int

    @property
    def is_clean(self) -> bool:
        """Whether all of it agrees."""
        return not (self.amounts or self.unknown or self.missing)


def differences(viewer: Viewer, sheet: TreasurySheet) -> Differences:
    """All that differs between a list and the ledger as it is now (two queries)."""
    rows = list(sheet.rows.select_related("entry").order_by("number"))
    stood_for = {row.entry_id for row in rows}
    return Differences(
        amounts=[row for row in rows if row.finding == Finding.AMOUNT],
        unknown=[row for row in rows if row.finding == Finding.UNKNOWN],
        missing=[entry for entry in _payments(viewer, sheet) if entry.pk not in stood_for],
        agreed=sum(row.finding == Finding.MATCHED for row in rows),
    )
