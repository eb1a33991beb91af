"""Enquiries: somebody asks for help, and what was decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field, PopulationGroup
from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.network.models import Division
from shegong.people.models import Account
from shegong.practice.enums import DeclineKind, EnquirySource, IntakeDecision, Sex, Urgency
from shegong.practice.models.case import Case
from shegong.practice.models.client import Client, OfHub
from shegong.practice.models.record import ServiceRecord
from shegong.workforce.models import Worker


class Enquiry(OfHub):
    """A request for help, for oneself or another, from its coming in to the intake decision, which is final.

    For numbers: `station`, `received_on`, `group`, `decision`, `decided_on`. The person may have a file already
    (`client`) or be known by name only. `code_digest` is the keyed digest of the look-up code of who asked on the
    public site; `tries` counts look-ups with a wrong one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("咨询编号"), max_length=12)
    source = models.CharField(_("来源"), max_length=10, choices=EnquirySource)
    received_at = models.DateTimeField(_("收到时间"))
    received_on = models.DateField(_("收到日期"))
    received_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asker_name = models.CharField(_("求助人"), max_length=60, blank=True)
    asker_phone = EncryptedTextField(_("求助人电话"), blank=True, default="")
    relation = models.CharField(_("与当事人的关系"), max_length=20, blank=True)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries", db_constraint=False
    )
    name = models.CharField(_("当事人"), max_length=60)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    age = models.SmallIntegerField(_("年龄"), null=True, blank=True)
    address = EncryptedTextField(_("住址"), blank=True, default="")
    community = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    need = models.TextField(_("需要什么帮助"))
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    group = models.ForeignKey(
        PopulationGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    due_at = models.DateTimeField(_("应办时间"))
    taken_at = models.DateTimeField(_("开始处理"), null=True, blank=True)
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decision = models.CharField(_("决定"), max_length=8, choices=IntakeDecision, blank=True, default="")
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decline_kind = models.CharField(_("不予受理的原因"), max_length=12, choices=DeclineKind, blank=True, default="")
    decision_note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries", db_constraint=False
    )
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    code_digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    tries = models.SmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("咨询登记")
        verbose_name_plural = _("咨询登记")
        constraints = [
            models.UniqueConstraint(fields=["hub", "number"], name="practice_enquiry_number_once_in_a_hub"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_on__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_on__isnull=False, decided_by__isnull=False)),
                name="practice_enquiry_decided_at_on_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(decision="accept") | Q(case__isnull=False, client__isnull=False),
                name="practice_enquiry_accepted_has_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(decision="brief") | Q(record__isnull=False), name="practice_enquiry_brief_has_a_record"
            ),
            models.CheckConstraint(
                condition=Q(decision="decline") ^ Q(decline_kind=""), name="practice_enquiry_declined_says_why"
            ),
            models.CheckConstraint(
                condition=Q(age__isnull=True) | Q(age__gte=0, age__lte=130), name="practice_enquiry_age_0_to_130"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "due_at"], condition=Q(decision=""), name="practice_enquiry_waiting"),
            models.Index(fields=["hub", "due_at"], condition=Q(decision=""), name="practice_enquiry_hub_waiting"),
            models.Index(fields=["station", "received_at"], name="practice_enquiry_station"),
            models.Index(fields=["hub", "received_at"], name="practice_enquiry_hub"),
            models.Index(fields=["number"], name="practice_enquiry_number"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def masked_phone(self) -> str:
        """The asker's number with its middle hidden."""
        return mask_phone(self.asker_phone)
