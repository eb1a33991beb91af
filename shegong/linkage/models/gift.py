"""Gifts of money and goods, their receipts, what they were used for and for whom, and what became of the rest."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field
from shegong.kernel.ids import uuid7
from shegong.linkage.enums import GiftConsent, GiftForm, GiftState, RecipientKind, SettlementKind
from shegong.linkage.models.charity import Donor, Drive
from shegong.network.models import Organisation, Station
from shegong.people.models import Account
from shegong.practice.models import Activity, Client, Household, SocialGroup


class Donation(models.Model):
    """A gift to a drive. The database books money into the ledger with it, under the drive's purpose. `charity` and
    `hub` are the drive's. `number` and the code behind `code_digest` are the donor's, who follows the gift with them;
    twenty wrong codes (`tries`) close it. Without `donor` it is anonymous and can't be given back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    drive = models.ForeignKey(
        Drive, on_delete=models.PROTECT, verbose_name=_("募捐活动"), related_name="donations", db_index=False
    )
    charity = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, null=True, blank=True, related_name="donations")
    public_name = models.CharField(_("公示名称"), max_length=100, blank=True)
    form = models.CharField(_("捐赠形式"), max_length=5, choices=GiftForm)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    received_on = models.DateField(_("收到日期"))
    consent = models.CharField(_("剩余处理"), max_length=8, choices=GiftConsent)
    consent_note = models.CharField(_("怎样同意的"), max_length=200, blank=True)
    number = models.CharField(_("捐赠编号"), max_length=12, unique=True)
    code_digest = models.BinaryField(max_length=32)
    tries = models.SmallIntegerField(default=0)
    state = models.CharField(_("状态"), max_length=8, choices=GiftState, default=GiftState.RECEIVED)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("捐赠")
        verbose_name_plural = _("捐赠")
        constraints = [
            models.CheckConstraint(
                condition=Q(form="money", amount__gt=0) | Q(form="goods", amount__isnull=True),
                name="linkage_donation_of_something",
            ),
            models.CheckConstraint(
                condition=Q(donor__isnull=False) | Q(consent="advance"), name="linkage_donation_anonymous_agrees"
            ),
            models.CheckConstraint(
                condition=~Q(consent__in=["given", "refused"]) | ~Q(consent_note=""),
                name="linkage_donation_consent_told",
            ),
            models.CheckConstraint(
                condition=Q(state="void") & ~Q(void_reason="") | Q(state="received", void_reason=""),
                name="linkage_donation_void_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["drive", "-received_on", "-id"], name="linkage_donation_drive"),
            models.Index(fields=["charity", "-received_on", "-id"], name="linkage_donation_charity"),
            models.Index(fields=["hub", "-received_on", "-id"], name="linkage_donation_hub"),
            models.Index(fields=["-received_on", "-id"], name="linkage_donation_day"),
        ]


class GiftReceipt(models.Model):
    """The receipt for a gift, made out once, numbered by charity and year without gaps."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    donation = models.OneToOneField(Donation, on_delete=models.PROTECT, related_name="receipt")
    charity = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    sequence = models.IntegerField()
    payer = models.CharField(_("抬头"), max_length=100)
    issued_on = models.DateField(_("开具日期"))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("捐赠收据")
        verbose_name_plural = _("捐赠收据")
        constraints = [
            models.UniqueConstraint(fields=["charity", "year", "sequence"], name="linkage_giftreceipt_number_once"),
            models.CheckConstraint(condition=~Q(payer="") & Q(sequence__gt=0), name="linkage_giftreceipt_in_full"),
        ]

    @property
    def number(self) -> str:
        """As it is printed."""
        return f"JS{self.year}-{self.charity_id:04d}-{self.sequence:06d}"


class GiftUse(models.Model):
    """What was given out of a drive: money, which the database books in the ledger, or goods, which it books out of
    stock. For whom is in GiftRecipient, behind the wall of clients' files; here is only of which kind.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    drive = models.ForeignKey(
        Drive, on_delete=models.PROTECT, verbose_name=_("募捐活动"), related_name="uses", db_index=False
    )
    form = models.CharField(_("款或物"), max_length=5, choices=GiftForm)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("发放站点"), related_name="+", db_index=False
    )
    recipient = models.CharField(_("给谁"), max_length=10, choices=RecipientKind)
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("需求领域"), related_name="+",
        db_index=False,
    )  # fmt: skip
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    lot = models.ForeignKey(
        "linkage.GiftLot", on_delete=models.PROTECT, null=True, blank=True, related_name="uses", db_index=False
    )
    quantity = models.IntegerField(_("数量"), null=True, blank=True)
    people = models.IntegerField(_("受益人数"))
    used_on = models.DateField(_("日期"))
    note = models.CharField(_("用途"), max_length=200)
    acknowledged_on = models.DateField(_("签收日期"), null=True, blank=True)
    acknowledged_how = models.CharField(_("签收方式"), max_length=100, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("捐赠使用")
        verbose_name_plural = _("捐赠使用")
        constraints = [
            models.CheckConstraint(
                condition=Q(form="money", amount__gt=0, lot__isnull=True, quantity__isnull=True)
                | Q(form="goods", amount__isnull=True, lot__isnull=False, quantity__gt=0),
                name="linkage_giftuse_of_something",
            ),
            models.CheckConstraint(
                condition=Q(recipient="cost", form="money", people=0)
                | ~Q(recipient="cost") & Q(people__gt=0, field__isnull=False),
                name="linkage_giftuse_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_on__isnull=True, acknowledged_how="")
                | Q(acknowledged_on__gte=F("used_on")) & ~Q(acknowledged_how=""),
                name="linkage_giftuse_acknowledged",
            ),
        ]
        indexes = [
            models.Index(fields=["drive", "-used_on"], name="linkage_giftuse_drive"),
            models.Index(fields=["hub", "-used_on", "-id"], name="linkage_giftuse_hub"),
            models.Index(fields=["station", "-used_on", "-id"], name="linkage_giftuse_station"),
            models.Index(fields=["-used_on", "-id"], name="linkage_giftuse_day"),
        ]


class GiftRecipient(models.Model):
    """To whom exactly a gift went: seen by who may see the client's, household's or group's own file, and by nobody
    else; neither by the charity nor by the donor.
    """

    use = models.OneToOneField(GiftUse, on_delete=models.PROTECT, primary_key=True, related_name="given_to")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts", db_constraint=False
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    group = models.ForeignKey(
        SocialGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("受赠人")
        verbose_name_plural = _("受赠人")


class GiftSettlement(models.Model):
    """What became of what was left of a gift: money or goods to another drive, money back to the donor."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="settlements", db_index=False)
    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="settlements")
    kind = models.CharField(_("处理"), max_length=8, choices=SettlementKind)
    to_drive = models.ForeignKey(
        Drive, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    lot = models.ForeignKey(
        "linkage.GiftLot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    settled_on = models.DateField(_("日期"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("剩余处理")
        verbose_name_plural = _("剩余处理")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="redirect", to_drive__isnull=False) & ~Q(to_drive=F("drive"))
                | Q(kind="refund", to_drive__isnull=True, lot__isnull=True),
                name="linkage_giftsettlement_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, lot__isnull=True) | Q(amount__isnull=True, lot__isnull=False),
                name="linkage_giftsettlement_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["drive"], name="linkage_settlement_drive"),
            models.Index(fields=["to_drive"], name="linkage_settlement_to", condition=Q(to_drive__isnull=False)),
        ]
