"""What is known of organisations as suppliers: licences, credit, and complaints with their answers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Organisation, Station, ends_after_start
from shegong.people.models import Account
from shegong.purchase.enums import EXCLUDING, CreditKind, LicenceKind


class Licence(models.Model):
    """What entitles an organisation to provide services, for [since, until)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("机构"), related_name="licences"
    )
    kind = models.CharField(_("证照"), max_length=12, choices=LicenceKind)
    number = models.CharField(_("证照编号"), max_length=40)
    authority = models.CharField(_("发证机关"), max_length=100)
    since = models.DateField(_("有效期起"))
    until = models.DateField(_("有效期止"))

    class Meta:
        verbose_name = _("证照")
        verbose_name_plural = _("证照")
        ordering = ["-until", "-id"]
        constraints = [ends_after_start("purchase_licence_ends_after_start")]


class CreditRecord(models.Model):
    """Something on record about an organisation's good name; some of it shuts out from purchases while it lasts."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("机构"), related_name="credit_records"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=CreditKind)
    text = models.CharField(_("内容"), max_length=200)
    source = models.CharField(_("来源"), max_length=100)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("信用记录")
        verbose_name_plural = _("信用记录")
        ordering = ["-since", "-id"]
        constraints = [ends_after_start("purchase_creditrecord_ends_after_start")]

    @property
    def excludes(self) -> bool:
        """Whether it shuts out from purchases while it lasts."""
        return self.kind in EXCLUDING


class AgencyComplaint(models.Model):
    """What somebody complains of about an agency's work, its answer, and whether that settled it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("机构"), related_name="complaints", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(_("投诉事项"), max_length=1000)
    received_on = models.DateField(_("收到日期"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    answer = models.CharField(_("机构答复"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("投诉")
        verbose_name_plural = _("投诉")
        ordering = ["-received_on", "-id"]
        indexes = [models.Index(fields=["organisation", "-received_on"], name="purchase_complaint_about")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="purchase_complaint_says_what"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="purchase_complaint_answered",
            ),
        ]
