"""Referrals: somebody is passed on with consent, and the result comes back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.network.models import Division, Organisation, Station
from shegong.people.models import Account
from shegong.practice.enums import Basis, ReceiverKind, ReferralState, Sex, Urgency
from shegong.practice.models.case import Case
from shegong.practice.models.client import Client, Consent, OfHub
from shegong.practice.models.enquiry import Enquiry


class Referral(OfHub):
    """A referral, kept by who sent it. Its receiver sees it from `released_at` on, and not when it was withdrawn: the
    table's policy says so, and a trigger lets `released_at` be set on a consent that holds or a named statutory basis
    only. What is handed over about the person is copied here at that moment; records don't move.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("转介编号"), max_length=12)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals", db_constraint=False
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals", db_constraint=False
    )
    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals", db_constraint=False
    )
    receiver_kind = models.CharField(_("转给"), max_length=12, choices=ReceiverKind)
    to_hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    to_station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    to_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.TextField(_("转介原因"))
    asked = models.TextField(_("请对方做什么"))
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    basis = models.CharField(_("依据"), max_length=10, choices=Basis)
    basis_note = models.CharField(_("法律依据或同意情况"), max_length=200, blank=True, default="")
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals", db_constraint=False
    )
    # Of somebody without a file: the consent is noted here, witnessed by who wrote it.
    consent_on = models.DateField(_("同意日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ReferralState, default=ReferralState.WAITING)
    created_at = models.DateTimeField(_("提出时间"))
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("应答复时间"), null=True, blank=True)
    # The agreement under which it went out, and by when that wants a result; both stay once it is released.
    agreement = models.UUIDField(null=True, blank=True)
    agreement_title = models.CharField(_("依据协议"), max_length=100, blank=True, default="")
    result_due_at = models.DateTimeField(_("应反馈时间"), null=True, blank=True)
    # What is handed over about the person.
    name = models.CharField(_("姓名"), max_length=60, blank=True, default="")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    address = EncryptedTextField(_("住址"), blank=True, default="")
    community = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    group = models.ForeignKey(
        PopulationGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.CharField(_("答复"), max_length=200, blank=True, default="")
    received_client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="received", db_constraint=False
    )
    result = models.TextField(_("结果"), blank=True, default="")
    returned_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    returned_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("转介")
        verbose_name_plural = _("转介")
        constraints = [
            models.UniqueConstraint(fields=["hub", "number"], name="practice_referral_number_once_in_a_hub"),
            models.CheckConstraint(
                condition=Q(
                    receiver_kind="station",
                    to_station__isnull=False,
                    to_hub__isnull=False,
                    to_organisation__isnull=True,
                )
                | (
                    ~Q(receiver_kind="station")
                    & Q(to_station__isnull=True, to_hub__isnull=True, to_organisation__isnull=False)
                ),
                name="practice_referral_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(to_station__isnull=True) | ~Q(to_station=F("station")),
                name="practice_referral_to_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=False) | Q(enquiry__isnull=False), name="practice_referral_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "withdrawn"]) | Q(released_at__isnull=False, due_at__isnull=False),
                name="practice_referral_sent_is_released",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "withdrawn"], answered_at__isnull=True)
                | Q(
                    state__in=["accepted", "declined", "returned", "closed"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="practice_referral_answered_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | (Q(returned_at__isnull=False) & ~Q(result="")),
                name="practice_referral_returned_says_what",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) ^ Q(state="closed"), name="practice_referral_closed_at"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) ^ Q(state="withdrawn"), name="practice_referral_withdrawn_at"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "created_at"], name="practice_referral_station"),
            models.Index(fields=["hub", "created_at"], name="practice_referral_hub"),
            models.Index(fields=["to_station", "created_at"], name="practice_referral_to_station"),
            models.Index(fields=["to_hub", "created_at"], name="practice_referral_to_hub"),
            models.Index(fields=["to_organisation", "created_at"], name="practice_referral_to_organ"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def masked_phone(self) -> str:
        """The person's number with its middle hidden."""
        return mask_phone(self.phone)

    @property
    def receiver_name(self) -> str:
        """Who receives it. Needs `to_station` and `to_organisation` selected."""
        return str(self.to_station or self.to_organisation or "")
