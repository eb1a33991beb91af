"""Sources of money, what each may pay, and the fiscal years."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.network.models import ends_after_start, never_twice
from shegong.people.models import Account
from shegong.purchase.enums import FundKind, Pays


class Fund(models.Model):
    """A source of money. `is_pooled`: the city plans it together with the others of its kind as one sum."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name_zh = models.CharField(_("中文名"), max_length=80)
    name_en = models.CharField(_("英文名"), max_length=120)
    kind = models.CharField(_("来源类别"), max_length=12, choices=FundKind, default=FundKind.OTHER)
    is_pooled = models.BooleanField(_("纳入市级统筹"), default=False)

    class Meta:
        verbose_name = _("资金来源")
        verbose_name_plural = _("资金来源")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class FundRule(models.Model):
    """Something that a fund may pay, for a period; `service_codes` narrow it to services of the catalogue."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="rules")
    pays = models.CharField(_("可支付"), max_length=12, choices=Pays)
    service_codes = ArrayField(
        models.CharField(max_length=10), verbose_name=_("限于这些服务"), default=list, blank=True
    )
    clause = models.CharField(_("依据"), max_length=120, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("资金用途规则")
        verbose_name_plural = _("资金用途规则")
        ordering = ["fund_id", "pays", "since"]
        constraints = [
            ends_after_start("purchase_fundrule_ends_after_start"),
            never_twice("purchase_fundrule_one_at_a_time", "fund", "pays"),
            models.UniqueConstraint(
                fields=["fund", "pays"], condition=Q(until__isnull=True), name="purchase_fundrule_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.get_pays_display()}"


class FiscalYear(models.Model):
    """A year of the ledger; once closed, nothing is booked in it any more."""

    year = models.SmallIntegerField(_("年度"), primary_key=True)
    closed_at = models.DateTimeField(_("结账时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("会计年度")
        verbose_name_plural = _("会计年度")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(year__range=(2015, 2100)), name="purchase_fiscalyear_year"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="purchase_fiscalyear_closed_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)
