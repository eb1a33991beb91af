"""The contracts by which services are bought from agencies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Organisation, Station, ends_after_start
from shegong.purchase.models.fund import Fund


class Contract(models.Model):
    """A purchase of services from an agency for some stations (MOF Order 102)."""

    number = models.CharField(_("合同编号"), max_length=40, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("承接机构"), related_name="contracts"
    )
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="contracts")
    stations = models.ManyToManyField(Station, verbose_name=_("站点"), related_name="contracts")
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))

    class Meta:
        verbose_name = _("合同")
        verbose_name_plural = _("合同")
        ordering = ["number"]
        constraints = [
            ends_after_start("purchase_contract_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_contract_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number
