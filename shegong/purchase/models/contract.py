"""The contracts by which services are bought from agencies, and what of their sums is paid when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.models import Organisation, Station, ends_after_start
from shegong.people.models import Account
from shegong.purchase.enums import ContractStatus, Gate, Pays
from shegong.purchase.models.fund import Fund


class Contract(models.Model):
    """A purchase of services from an agency for some stations (MOF Order 102), from `since` up to, not on, `until`.

    `hub` is the county hub whose side buys, the support centre for the city; `version` counts what was agreed since.
    """

    number = models.CharField(_("合同编号"), max_length=40, unique=True)
    title = models.CharField(_("合同名称"), max_length=120, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("承接机构"), related_name="contracts"
    )
    hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("购买方"), related_name="+"
    )
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="contracts")
    pays = models.CharField(_("用途"), max_length=12, choices=Pays, default=Pays.OPERATION)
    service_codes = ArrayField(models.CharField(max_length=10), verbose_name=_("购买的服务"), default=list, blank=True)
    stations = models.ManyToManyField(Station, verbose_name=_("站点"), related_name="contracts")
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    long_term_reason = models.CharField(_("超过一年的理由"), max_length=200, blank=True)
    staff_needed = models.SmallIntegerField(_("派驻人员"), default=0)
    certified_needed = models.SmallIntegerField(_("其中持证社工"), default=0)
    status = models.CharField(_("状态"), max_length=10, choices=ContractStatus, default=ContractStatus.SIGNED)
    signed_on = models.DateField(_("签订日期"), default=clock.today)
    signed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    version = models.SmallIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        verbose_name = _("合同")
        verbose_name_plural = _("合同")
        ordering = ["number"]
        constraints = [
            ends_after_start("purchase_contract_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_contract_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(certified_needed__gte=0, staff_needed__gte=models.F("certified_needed")),
                name="purchase_contract_staff",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def name(self) -> str:
        """What people call it: its title, else its number."""
        return self.title or self.number


class Instalment(models.Model):
    """A part of a contract's sum, due once its gate is passed in the contract's `year` (its first is 1). A contract
    with instalments is paid only by them, and they add up to its sum.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="instalments", db_index=False)
    number = models.SmallIntegerField(_("期次"))
    gate = models.CharField(_("付款节点"), max_length=10, choices=Gate)
    year = models.SmallIntegerField(_("合同年度"), default=1)
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("付款计划")
        verbose_name_plural = _("付款计划")
        ordering = ["contract_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="purchase_instalment_numbered"),
            models.UniqueConstraint(fields=["contract", "year", "gate"], name="purchase_instalment_gate_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchase_instalment_amount_positive"),
            models.CheckConstraint(condition=Q(year__range=(1, 3)), name="purchase_instalment_year"),
        ]
