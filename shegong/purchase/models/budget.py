"""Budgets handed in as workbooks: which ones were booked, so that none is booked twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station
from shegong.people.models import Account
from shegong.purchase.models.fund import FiscalYear


class BudgetSheet(models.Model):
    """A year's budget that came as a workbook and was booked whole. `hub` is who handed it in: the support centre for
    the city, or a county's hub for its own budget.
    """

    id = models.UUIDField(primary_key=True)
    year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, verbose_name=_("年度"), related_name="+", db_column="year", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    rows = models.IntegerField(_("行数"))
    total = models.DecimalField(_("合计(元)"), max_digits=16, decimal_places=2)
    digest = models.BinaryField(max_length=32)
    loaded_at = models.DateTimeField(_("导入时间"))
    loaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("预算表")
        verbose_name_plural = _("预算表")
        ordering = ["-loaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["year", "hub", "digest"], name="purchase_budgetsheet_once"),
            models.CheckConstraint(condition=models.Q(total__gt=0, rows__gt=0), name="purchase_budgetsheet_of_money"),
        ]
