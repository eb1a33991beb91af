"""What a case's file holds besides the case itself: the history of its stages, the sheets written at each, approvals,
transfers, follow-ups after closure, and services given in an emergency before a plan was approved.

All of them are seen with their case, wherever it lies now; `station` is where the row was written (of what is still
open: where the case lies).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.practice.enums import ApprovalKind, CaseStage, HandOver, Verdict
from shegong.practice.models.case import Assessment, Case
from shegong.practice.models.client import OfHub
from shegong.practice.models.record import ServiceRecord
from shegong.workforce.models import Worker


class OfCase(OfHub):
    """A row of a case's file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class CaseStep(OfCase):
    """A stage was entered: when, by whom, and for a way back or an early end why. Rows are only added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps", db_constraint=False)
    stage = models.CharField(_("阶段"), max_length=12, choices=CaseStage)
    round = models.SmallIntegerField(default=1)
    entered_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=CaseStage.values), name="practice_casestep_known_stage"),
        ]


class CaseSheet(OfCase):
    """The form of a stage as it was filled in (rules/case_sheet.py says which fields). Rows are only added: the latest
    of a stage counts, the former ones show what was changed. The writer signs by writing; the client by `signature`
    (an SVG path, drawn on the screen) or by word before a witness.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sheets", db_constraint=False)
    stage = models.CharField(_("阶段"), max_length=12, choices=CaseStage)
    round = models.SmallIntegerField(default=1)
    content = models.JSONField(default=dict)
    risk = models.SmallIntegerField(_("风险等级"), null=True, blank=True)
    satisfaction = models.SmallIntegerField(_("满意度"), null=True, blank=True)
    assessment = models.ForeignKey(
        Assessment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    signer = models.CharField(_("签名人"), max_length=60, blank=True)
    signature = models.TextField(_("签名"), blank=True)
    witness = models.CharField(_("见证人"), max_length=60, blank=True)
    written_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=CaseStage.values), name="practice_casesheet_known_stage"),
            models.CheckConstraint(
                condition=~Q(stage__in=["intake", "planning"]) | ~Q(signature="") | ~Q(witness=""),
                name="practice_casesheet_agreement_is_signed_or_witnessed",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="practice_casesheet_satisfaction_1_to_5",
            ),
        ]


class CaseApproval(OfCase):
    """A plan or a closure put before another person, and what that person said."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="approvals", db_constraint=False)
    kind = models.CharField(max_length=8, choices=ApprovalKind)
    round = models.SmallIntegerField(default=1)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Verdict, blank=True)
    comment = models.TextField(_("意见"), blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision__in=["approve", "return"]) | ~Q(decided_by=F("asked_by")),
                name="practice_caseapproval_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=Verdict.values, decided_by__isnull=False, decided_at__isnull=False),
                name="practice_caseapproval_decided_whole",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "hub"], condition=Q(decision=""), name="practice_caseapproval_asked_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "asked_at"], condition=Q(decision=""), name="practice_caseapproval_waiting"
            ),
        ]


class CaseTransfer(OfCase):
    """A case handed from one worker to another, or from a station to another of the county; that one accepts first.

    `station` is where it comes from; `number` repeats the case's, because the receiver can't see the case yet.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers", db_constraint=False)
    number = models.CharField(_("个案编号"), max_length=30)
    from_worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("转交原因"), max_length=200)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=HandOver, blank=True)
    comment = models.CharField(_("意见"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=HandOver.values, decided_by__isnull=False, decided_at__isnull=False),
                name="practice_casetransfer_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decision="accept") | Q(to_worker__isnull=False),
                name="practice_casetransfer_to_somebody",
            ),
            models.UniqueConstraint(
                fields=["case", "hub"], condition=Q(decision=""), name="practice_casetransfer_asked_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_station", "asked_at"], condition=Q(decision=""), name="practice_casetransfer_waiting"
            ),
        ]


class FollowUp(OfCase):
    """A follow-up after closure: when it is due, and the record of it or a note why there is none."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups", db_constraint=False)
    due_on = models.DateField(_("回访日期"))
    done_on = models.DateField(null=True, blank=True)
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, record__isnull=True)
                | (Q(done_on__isnull=False) & (Q(record__isnull=False) | ~Q(note=""))),
                name="practice_followup_done_with_record_or_note",
            ),
            models.UniqueConstraint(fields=["record", "hub"], name="practice_followup_once_of_a_record"),
        ]
        indexes = [
            models.Index(fields=["station", "due_on"], condition=Q(done_on__isnull=True), name="practice_followup_due"),
        ]


class EmergencyService(OfCase):
    """A service of the plan's kind given before the plan was approved, because somebody was in danger: why, and who
    else has reviewed it (within 72 hours).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="emergencies", db_constraint=False)
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reason = models.CharField(_("紧急原因"), max_length=200)
    marked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    marked_at = models.DateTimeField()
    review_by = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(_("意见"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | (Q(reviewed_at__isnull=False) & ~Q(reviewed_by=F("marked_by"))),
                name="practice_emergency_by_another_person",
            ),
            models.UniqueConstraint(fields=["record", "hub"], name="practice_emergency_once_of_a_record"),
        ]
        indexes = [
            models.Index(
                fields=["station", "review_by"],
                condition=Q(reviewed_at__isnull=True),
                name="practice_emergency_waiting",
            ),
        ]
