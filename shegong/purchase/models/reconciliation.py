"""The treasury's sheets beside the ledger: what was handed in, and what became of each of its rows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station
from shegong.people.models import Account
from shegong.purchase.enums import Finding
from shegong.purchase.models.fund import Fund
from shegong.purchase.models.ledger import LedgerEntry


class TreasurySheet(models.Model):
    """A list of payments from the treasury or the bank, for a hub's payments in a period (`until` is its last day)."""

    id = models.UUIDField(primary_key=True)
    hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("区(市)县"), related_name="+", db_index=False
    )
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, null=True, verbose_name=_("资金来源"), related_name="+", db_index=False
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    total = models.DecimalField(_("合计(元)"), max_digits=16, decimal_places=2)
    digest = models.BinaryField(max_length=32)
    loaded_at = models.DateTimeField(_("导入时间"))
    loaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("对账单")
        verbose_name_plural = _("对账单")
        ordering = ["-loaded_at"]
        indexes = [models.Index(fields=["hub", "-loaded_at"], name="purchase_sheet_of_hub")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="purchase_sheet_ends_after_start"),
            models.UniqueConstraint(fields=["hub", "digest"], name="purchase_sheet_once"),
        ]


class TreasuryRow(models.Model):
    """A row of a sheet, and the payment of the ledger that it stands for, if any."""

    pk = models.CompositePrimaryKey("sheet_id", "number")
    sheet = models.ForeignKey(TreasurySheet, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.IntegerField()
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    paid_on = models.DateField()
    voucher = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=200, blank=True)
    finding = models.CharField(max_length=10, choices=Finding)
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "entry"], name="purchase_row_entry_once"),
            models.CheckConstraint(
                condition=Q(finding=Finding.UNKNOWN, entry__isnull=True)
                | (~Q(finding=Finding.UNKNOWN) & Q(entry__isnull=False)),
                name="purchase_row_entry",
            ),
        ]
