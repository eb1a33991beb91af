"""Self-checks on their way from station over county to city, what came of them, and each station's plan."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import CheckState, Step
from shegong.appraisal.models.standard import Standard, StandardItem
from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.network.enums import Tier
from shegong.network.models import Station, ends_after_start, never_twice
from shegong.people.models import Account


def somebody() -> models.ForeignKey[Account | None, Account | None]:
    """A column for an account that may not be there yet."""
    return models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)


class SelfCheck(models.Model):
    """A station's self-check against a standard. `due_on` is the day by which whoever has it must act; `score` is that
    of the last step (null while the station writes), `digest` tells the same submission sent twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="self_checks", db_index=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="self_checks")
    state = models.CharField(_("状态"), max_length=10, choices=CheckState, default=CheckState.DRAFT)
    due_on = models.DateField(_("办理期限"), null=True, blank=True)
    score = models.SmallIntegerField(_("得分"), null=True, blank=True)
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = somebody()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = somebody()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = somebody()
    appeal = models.CharField(_("申诉理由"), max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_by = somebody()

    class Meta:
        verbose_name = _("自评")
        verbose_name_plural = _("自评")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "standard"],
                condition=~Q(state="rejected"),
                name="appraisal_selfcheck_one_a_standard",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, score__isnull=False),
                name="appraisal_selfcheck_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reviewed", "confirmed"])
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="appraisal_selfcheck_reviewed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined", "appealed", "rejected"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="appraisal_selfcheck_decided",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")),
                name="appraisal_selfcheck_nobody_reviews_the_own",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=F("reviewed_by")),
                name="appraisal_selfcheck_two_decide",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["appealed", "rejected"]) | Q(appealed_at__isnull=False) & ~Q(appeal=""),
                name="appraisal_selfcheck_appeal_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decided_by__isnull=True) | ~Q(appeal_decided_by=F("decided_by")),
                name="appraisal_selfcheck_another_decides_the_appeal",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)), name="appraisal_selfcheck_score"
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "state", "due_on"], name="appraisal_selfcheck_hub"),
            models.Index(fields=["state", "due_on"], name="appraisal_selfcheck_state"),
            models.Index(fields=["station", "-began_at"], name="appraisal_selfcheck_station"),
        ]


class OfCheck(models.Model):
    """What belongs to a self-check, behind the same wall."""

    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class CheckAnswer(OfCheck):
    """What is said of an item: by the station (of a computed one by the system, with its value on submission), and by
    the county. The county's word counts where there is one.
    """

    pk = models.CompositePrimaryKey("self_check_id", "item_id")
    self_check = models.ForeignKey(SelfCheck, on_delete=models.PROTECT, related_name="answers", db_index=False)
    item = models.ForeignKey(StandardItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    met = models.BooleanField(null=True, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    county_met = models.BooleanField(null=True, blank=True)
    county_note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("自评答复")
        verbose_name_plural = _("自评答复")


class CheckProof(OfCheck):
    """A photo or PDF that shows what is said, written anew when it came in; its content lies in encrypted pieces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    self_check = models.ForeignKey(SelfCheck, on_delete=models.PROTECT, related_name="proofs")
    item = models.ForeignKey(StandardItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("佐证材料")
        verbose_name_plural = _("佐证材料")
        constraints = [models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="appraisal_proof_known_media")]


class CheckProofPiece(models.Model):
    """A piece of a proof's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("proof_id", "number")
    proof = models.ForeignKey(CheckProof, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class CheckStep(OfCheck):
    """A step of a self-check: who did what when, and why. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    self_check = models.ForeignKey(SelfCheck, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=CheckState)
    score = models.SmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("自评经过")
        verbose_name_plural = _("自评经过")
        ordering = ["at", "id"]


class Standardisation(models.Model):
    """That a station is standardised, for [since, until). Public; one at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="standardisations", db_index=False)
    tier = models.CharField(_("层级"), max_length=8, choices=Tier)
    score = models.SmallIntegerField(_("得分"))
    self_check = models.OneToOneField(SelfCheck, on_delete=models.PROTECT, related_name="outcome")
    since = models.DateField(_("起"))
    until = models.DateField(_("有效期至"))

    class Meta:
        verbose_name = _("规范化认定")
        verbose_name_plural = _("规范化认定")
        constraints = [
            never_twice("appraisal_standardisation_one_at_a_time", "station"),
            ends_after_start("appraisal_standardisation_ends_after_start"),
        ]
        indexes = [models.Index(fields=["tier", "since"], name="appraisal_standardisation_tier")]


class Milestone(models.Model):
    """By when a station is to have come to a step of its way. Whether it has is told by its data."""

    pk = models.CompositePrimaryKey("station_id", "step")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="milestones", db_index=False)
    tier = models.CharField(max_length=8, choices=Tier)
    step = models.CharField(_("节点"), max_length=10, choices=Step)
    due_on = models.DateField(_("完成时限"))

    class Meta:
        verbose_name = _("规范化节点")
        verbose_name_plural = _("规范化节点")
        indexes = [models.Index(fields=["step", "due_on"], name="appraisal_milestone_due")]
