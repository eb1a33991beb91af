"""Charities' certificates, drives for a purpose, and donors."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.linkage.enums import CertificateKind, DonorKind, DriveState
from shegong.network.models import Organisation, Station, ends_after_start, never_twice
from shegong.people.models import Account


class CharityCertificate(models.Model):
    """What entitles a charity, for [since, until); without `until` for good."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("慈善组织"), related_name="charity_certificates"
    )
    kind = models.CharField(_("资格"), max_length=12, choices=CertificateKind)
    number = models.CharField(_("证书编号"), max_length=40)
    authority = models.CharField(_("发证机关"), max_length=100)
    since = models.DateField(_("有效期起"))
    until = models.DateField(_("有效期止"), null=True, blank=True)

    class Meta:
        verbose_name = _("慈善资格")
        verbose_name_plural = _("慈善资格")
        ordering = ["organisation_id", "kind", "since"]
        constraints = [
            ends_after_start("linkage_charitycertificate_ends_after_start"),
            never_twice("linkage_charitycertificate_one_at_a_time", "organisation", "kind"),
            models.CheckConstraint(condition=~Q(number="") & ~Q(authority=""), name="linkage_charitycertificate_named"),
        ]


class Drive(models.Model):
    """A public drive for a purpose, from `since` until before `until`. What comes in may only go to the purpose: to
    the county of `hub` (the support centre stands for the whole city), to a `station` and its rooms, for a `field` of
    needs. An open drive's purpose stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("慈善组织"), related_name="drives", db_index=False
    )
    filing_number = models.CharField(_("备案编号"), max_length=40, blank=True)
    title = models.CharField(_("名称"), max_length=80)
    purpose = models.CharField(_("用途说明"), max_length=500)
    target = models.DecimalField(_("目标金额（元）"), max_digits=14, decimal_places=2)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("用于"), related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("限于站点"), related_name="+",
        db_index=False,
    )  # fmt: skip
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("限于需求领域"), related_name="+",
        db_index=False,
    )  # fmt: skip
    since = models.DateField(_("募捐起"))
    until = models.DateField(_("募捐止"))
    state = models.CharField(_("状态"), max_length=10, choices=DriveState, default=DriveState.DRAFT)
    account = models.CharField(_("结项说明"), max_length=2000, blank=True)
    closed_on = models.DateField(_("结项日期"), null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("募捐活动")
        verbose_name_plural = _("募捐活动")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"), target__gt=0) & ~Q(title="") & ~Q(purpose=""),
                name="linkage_drive_in_full",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "called_off"]) | ~Q(filing_number=""), name="linkage_drive_filed"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) & ~Q(account="")
                | ~Q(state="closed") & Q(closed_on__isnull=True, account=""),
                name="linkage_drive_closed_with_account",
            ),
            models.UniqueConstraint(
                fields=["filing_number"], condition=~Q(filing_number=""), name="linkage_drive_filed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-since"], name="linkage_drive_charity"),
            models.Index(fields=["hub", "-since"], name="linkage_drive_hub"),
            models.Index(fields=["-since", "-id"], name="linkage_drive_since"),
        ]

    def __str__(self) -> str:
        return self.title


class Donor(models.Model):
    """Who gives, as the charity that asked knows them. Whoever stays anonymous isn't here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    charity = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("捐赠方类别"), max_length=12, choices=DonorKind)
    name = models.CharField(_("姓名或单位"), max_length=100)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    reach_digest = models.BinaryField(max_length=32, null=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("捐赠方")
        verbose_name_plural = _("捐赠方")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="linkage_donor_named"),
            models.UniqueConstraint(fields=["charity", "reach_digest", "name"], name="linkage_donor_once"),
        ]

    def __str__(self) -> str:
        return self.name
