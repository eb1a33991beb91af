"""Findings on their way to being corrected, the questions that many of them put to a rule, and what reviewers made of
signs in the data.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import (
    FindingSource,
    FindingState,
    FindingStepKind,
    ProofStage,
    RuleAnswer,
    Severity,
    SignKind,
    SignOutcome,
)
from shegong.appraisal.models.policy import PolicyDocument
from shegong.appraisal.models.self_check import somebody
from shegong.appraisal.models.standard import StandardItem
from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.workforce.models import Worker


class FindingTerm(models.Model):
    """What holds for findings of a severity: days to correct; days overdue after which county and city are told in
    their day; and at how many stations within twelve months the same finding becomes a question to the rule.
    """

    severity = models.CharField(_("严重程度"), max_length=8, choices=Severity, primary_key=True)
    days = models.SmallIntegerField(_("整改天数"))
    county_days = models.SmallIntegerField(_("超期几天提醒区（市）县"))
    city_days = models.SmallIntegerField(_("超期几天提醒市级"))
    question_at = models.SmallIntegerField(_("几个站点同样的问题反馈给规定"))

    class Meta:
        verbose_name = _("整改期限")
        verbose_name_plural = _("整改期限")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__range=(1, 365), county_days__range=(1, 365), question_at__range=(2, 1000))
                & Q(city_days__range=(1, 365), city_days__gte=F("county_days")),
                name="appraisal_findingterm_in_bounds",
            )
        ]


class Finding(models.Model):
    """What is wrong at a station, by a clause (and an item of a standard), and how it gets corrected.

    `topic` is what findings have in common: an item of a tier's standard whatever the year, else the clause. `times`
    counts the findings of this topic at this station within twelve months, this one included; `recurs` is the one
    before. `source_key` and `source_words` name where it comes from: no reference, since a source may lie anywhere.
    `asked_until` is until when the station asks for more time, as long as nobody has answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="findings", db_index=False)
    source = models.CharField(_("来源"), max_length=10, choices=FindingSource)
    source_key = models.CharField(max_length=60, blank=True)
    source_words = models.CharField(_("来源说明"), max_length=120, blank=True)
    wrong = models.CharField(_("问题"), max_length=500)
    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="+", db_index=False)
    anchor = models.CharField(_("依据条款"), max_length=40)
    item = models.ForeignKey(
        StandardItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    topic = models.CharField(max_length=80)
    severity = models.CharField(_("严重程度"), max_length=8, choices=Severity)
    recurs = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="again", db_index=False
    )
    times = models.SmallIntegerField(default=1)
    state = models.CharField(_("状态"), max_length=10, choices=FindingState, default=FindingState.OPEN)
    found_on = models.DateField(_("发现日期"))
    due_on = models.DateField(_("整改期限"))
    asked_until = models.DateField(_("申请延至"), null=True, blank=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    responsible = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    plan = models.CharField(_("整改措施"), max_length=500, blank=True)
    planned_for = models.DateField(_("计划完成日期"), null=True, blank=True)
    correction = models.CharField(_("整改结果"), max_length=500, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    corrected_by = somebody()
    rechecked_at = models.DateTimeField(null=True, blank=True)
    rechecked_by = somebody()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("整改问题")
        verbose_name_plural = _("整改问题")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("found_on")) & ~Q(wrong="") & ~Q(topic="") & Q(times__gte=1),
                name="appraisal_finding_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["planned", "corrected", "returned", "closed"])
                | Q(responsible__isnull=False, planned_for__isnull=False) & ~Q(plan=""),
                name="appraisal_finding_planned",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["corrected", "returned", "closed"])
                | Q(corrected_at__isnull=False, corrected_by__isnull=False) & ~Q(correction=""),
                name="appraisal_finding_corrected",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "closed"])
                | Q(rechecked_at__isnull=False, rechecked_by__isnull=False),
                name="appraisal_finding_rechecked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "closed"]) | ~Q(rechecked_by=F("corrected_by")),
                name="appraisal_finding_another_rechecks",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "withdrawn"], closed_on__isnull=False)
                | ~Q(state__in=["closed", "withdrawn"]) & Q(closed_on__isnull=True),
                name="appraisal_finding_settled_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(asked_until__isnull=True)
                | Q(asked_until__gt=F("due_on"), state__in=["open", "planned", "returned"]),
                name="appraisal_finding_asked_for_later",
            ),
            models.UniqueConstraint(
                fields=["station", "source", "source_key"],
                condition=Q(source__in=["round", "acceptance"]) & ~Q(source_key=""),
                name="appraisal_finding_of_a_source_once",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "state", "due_on"], name="appraisal_finding_hub"),
            models.Index(fields=["state", "due_on"], name="appraisal_finding_state"),
            models.Index(fields=["station", "topic", "-found_on"], name="appraisal_finding_station"),
            models.Index(fields=["topic", "found_on"], name="appraisal_finding_topic"),
        ]

    @property
    def rests_on(self) -> str:
        """What it is measured by: the item, or the document (which clause of it, a link tells)."""
        return f"{self.item.code} {self.item.title}" if self.item else self.document.title


class OfFinding(models.Model):
    """What belongs to a finding, behind the same wall."""

    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class FindingStep(OfFinding):
    """A step of a finding: who did what when. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=FindingStepKind)
    text = models.CharField(max_length=500, blank=True)
    due_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("整改经过")
        verbose_name_plural = _("整改经过")
        ordering = ["at", "id"]


class FindingProof(OfFinding):
    """A photo or PDF of a finding: as it was found, or corrected."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="proofs")
    stage = models.CharField(max_length=10, choices=ProofStage)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("整改佐证")
        verbose_name_plural = _("整改佐证")
        constraints = [
            models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="appraisal_findingproof_known_media")
        ]


class FindingProofPiece(models.Model):
    """A piece of a proof's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("proof_id", "number")
    proof = models.ForeignKey(FindingProof, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class RuleQuestion(models.Model):
    """That the same finding at many stations asks whether the rule itself is right; raised by the database when the
    threshold is reached, answered by the city. It counts stations and names none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=80)
    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="+", db_index=False)
    anchor = models.CharField(_("条款"), max_length=40)
    item = models.ForeignKey(
        StandardItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    stations = models.IntegerField(_("站点数"))
    raised_at = models.DateTimeField()
    answer = models.CharField(_("答复"), max_length=8, choices=RuleAnswer, blank=True)
    text = models.CharField(_("说明"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = somebody()

    class Meta:
        verbose_name = _("对规定的反馈")
        verbose_name_plural = _("对规定的反馈")
        constraints = [
            models.UniqueConstraint(
                fields=["topic"], condition=Q(answered_at__isnull=True), name="appraisal_rulequestion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="", text="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(text=""),
                name="appraisal_rulequestion_answered_in_full",
            ),
        ]
        indexes = [models.Index(fields=["document", "anchor"], name="appraisal_rulequestion_clause")]

    @property
    def title(self) -> str:
        """What it is about: the item, or the document (which clause of it, the page tells)."""
        return self.item.title if self.item else self.document.title


class SignReview(OfFinding):
    """That a reviewer looked at a sign of a station's month, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("迹象"), max_length=10, choices=SignKind)
    month = models.DateField(_("月份"))
    outcome = models.CharField(_("结论"), max_length=10, choices=SignOutcome)
    note = models.CharField(_("说明"), max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("迹象核看")
        verbose_name_plural = _("迹象核看")
        constraints = [
            models.UniqueConstraint(fields=["station", "kind", "month"], name="appraisal_signreview_once"),
            models.CheckConstraint(condition=Q(month__day=1) & ~Q(note=""), name="appraisal_signreview_in_full"),
        ]
        indexes = [models.Index(fields=["hub", "month"], name="appraisal_signreview_hub")]
