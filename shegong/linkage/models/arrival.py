"""People whom a department sends to a station, under the channel of an agreement."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.linkage.enums import ReferredHere
from shegong.linkage.models.agreement import ReferralChannel
from shegong.network.models import Organisation, Station
from shegong.people.models import Account


class DepartmentReferral(models.Model):
    """Somebody whom a department asks a station to look after, with consent; from there an enquiry of the station
    (`enquiry`), and the result goes back. Seen by the department's liaison and by the station's own people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("转给"), related_name="+", db_index=False
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.ForeignKey(ReferralChannel, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = EncryptedTextField(_("姓名"))
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    address = EncryptedTextField(_("住址"), blank=True, default="")
    group = models.ForeignKey(
        PopulationGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("情况"), max_length=1000)
    asked = models.CharField(_("请站点做什么"), max_length=500)
    consent_on = models.DateField(_("本人同意转介的日期"))
    state = models.CharField(_("状态"), max_length=10, choices=ReferredHere, default=ReferredHere.SENT)
    sent_at = models.DateTimeField(_("送出时间"))
    sent_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField(_("应答复时间"))
    result_due_at = models.DateTimeField(_("应反馈时间"))
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    enquiry = models.UUIDField(null=True, blank=True)
    result = models.CharField(_("结果"), max_length=1000, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("部门转来的人")
        verbose_name_plural = _("部门转来的人")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(state="sent") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="linkage_departmentreferral_answered_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | Q(answer__regex=r"\S"),
                name="linkage_departmentreferral_declined_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "returned"]) | Q(enquiry__isnull=False),
                name="linkage_departmentreferral_accepted_is_enquiry",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", returned_at__isnull=False, returned_by__isnull=False, result__regex=r"\S")
                | ~Q(state="returned") & Q(returned_at__isnull=True, returned_by__isnull=True, result=""),
                name="linkage_departmentreferral_returned_in_full",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-sent_at"], name="linkage_departmentreferral_org"),
            models.Index(fields=["station", "-sent_at"], name="linkage_departmentreferral_stn"),
            models.Index(fields=["hub", "-sent_at"], name="linkage_departmentreferral_hub"),
        ]

    @property
    def masked_phone(self) -> str:
        """The person's number with its middle hidden."""
        return mask_phone(self.phone)
