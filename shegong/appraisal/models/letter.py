"""Target letters: what a county or a department is to reach in a year, what it reached, and what that was worth.

Numbers come from live readings or from named entries by hand with their proof. At the reading date they are frozen, as
marks; a mark never changes, an accepted objection stands beside it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Collection, Direction, Formula, LetterState, Programme, Ruling
from shegong.appraisal.models.policy import PolicyDocument
from shegong.appraisal.models.self_check import somebody
from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.network.models import Organisation, Station
from shegong.people.models import Account

SIGNED = ["accepted", "scored", "objected", "final"]
SCORED = ["scored", "objected", "final"]


def _somewhere() -> models.ForeignKey[Station, Station]:
    return models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)


class TargetLetter(models.Model):
    """A year's targets of a county (`hub`) or of a department (`organisation`; its hub is the centre).

    The city issues it, the other side accepts it; it is read on `read_on`, and objections come in until
    `objections_due_on`. `score` is the sum of the marks; `final_score` that after the objections. (That weights add up
    to 100, that both sums are right and that nothing issued changes: triggers.)
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.CharField(_("类别"), max_length=10, choices=Programme, default=Programme.SYSTEM)
    year = models.SmallIntegerField(_("年度"))
    hub = _somewhere()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("部门")
    )
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=LetterState, default=LetterState.DRAFT)
    read_on = models.DateField(_("读数日"))
    objection_days = models.SmallIntegerField(_("异议天数"), default=10)
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    final_score = models.DecimalField(_("最终得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    objections_due_on = models.DateField(_("异议截止"), null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = somebody()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = somebody()
    scored_at = models.DateTimeField(null=True, blank=True)
    scored_by = somebody()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = somebody()

    class Meta:
        verbose_name = _("目标责任书")
        verbose_name_plural = _("目标责任书")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "hub", "organisation"],
                name="appraisal_letter_once_a_year",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(year__range=(2020, 2100), objection_days__range=(1, 120), read_on__year=F("year")),
                name="appraisal_letter_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="appraisal_letter_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SIGNED)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False) & ~Q(accepted_by=F("issued_by")),
                name="appraisal_letter_signed_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SCORED)
                | Q(scored_at__isnull=False, scored_by__isnull=False, objections_due_on__isnull=False)
                & Q(score__range=(0, 100)),
                name="appraisal_letter_scored",
            ),
            models.CheckConstraint(
                condition=~Q(state="final")
                | Q(settled_at__isnull=False, settled_by__isnull=False, final_score__range=(0, 100)),
                name="appraisal_letter_settled",
            ),
        ]
        indexes = [models.Index(fields=["hub", "-year"], name="appraisal_letter_hub")]

    def __str__(self) -> str:
        return self.title


class LetterItem(models.Model):
    """An item of a letter. One of `collection` "reading" names an indicator; one by hand says in `evidence` what proves
    it. `target` earns full marks and `zero` none; what falls short of the target earns at most `cap` % of the weight.
    """

    letter = models.ForeignKey(TargetLetter, on_delete=models.CASCADE, related_name="items", db_index=False)
    code = models.SlugField(_("代码"), max_length=10)
    position = models.SmallIntegerField(default=0)
    title = models.CharField(_("指标或任务"), max_length=120)
    weight = models.SmallIntegerField(_("权重"))
    collection = models.CharField(_("取数方式"), max_length=10, choices=Collection)
    indicator = models.CharField(_("系统指标"), max_length=60, blank=True)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    evidence = models.CharField(_("证明材料"), max_length=200, blank=True)
    formula = models.CharField(_("计分方式"), max_length=10, choices=Formula)
    direction = models.CharField(_("方向"), max_length=4, choices=Direction, default=Direction.UP)
    target = models.DecimalField(_("目标值（满分）"), max_digits=14, decimal_places=2)
    zero = models.DecimalField(_("零分值"), max_digits=14, decimal_places=2, default=0)
    cap = models.SmallIntegerField(_("未达目标时最多得（%）"), default=100)
    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="+", db_index=False)
    anchor = models.CharField(_("依据条款"), max_length=40)

    class Meta:
        verbose_name = _("责任书条目")
        verbose_name_plural = _("责任书条目")
        ordering = ["letter", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "code"], name="appraisal_letteritem_code_once"),
            models.CheckConstraint(
                condition=Q(weight__range=(1, 100), cap__range=(0, 100)), name="appraisal_letteritem_weight"
            ),
            models.CheckConstraint(
                condition=Q(collection="reading", evidence="") & ~Q(indicator="")
                | ~Q(collection="reading") & Q(indicator="") & ~Q(evidence=""),
                name="appraisal_letteritem_reading_or_proof",
            ),
            models.CheckConstraint(
                condition=Q(direction="up", target__gt=F("zero")) & ~Q(formula="at_most")
                | Q(direction="down", target__lt=F("zero"), formula__in=["proportion", "at_most"]),
                name="appraisal_letteritem_direction",
            ),
        ]
        indexes = [models.Index(fields=["document", "anchor"], name="appraisal_letteritem_clause")]

    def __str__(self) -> str:
        return self.title


class LetterMilestone(models.Model):
    """A milestone of a task: what is to be done by when."""

    item = models.ForeignKey(LetterItem, on_delete=models.CASCADE, related_name="milestones", db_index=False)
    number = models.SmallIntegerField()
    title = models.CharField(_("节点"), max_length=120)
    due_on = models.DateField(_("完成时限"))

    class Meta:
        verbose_name = _("责任书节点")
        verbose_name_plural = _("责任书节点")
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="appraisal_lettermilestone_once")]


class LetterProof(models.Model):
    """A photo or PDF that shows an entry or backs an objection; its content lies in encrypted pieces. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="proofs")
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("责任书证明材料")
        verbose_name_plural = _("责任书证明材料")
        constraints = [
            models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="appraisal_letterproof_known_media")
        ]


class LetterProofPiece(models.Model):
    """A piece of a proof's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("proof_id", "number")
    proof = models.ForeignKey(LetterProof, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class LetterEntry(models.Model):
    """A number entered by hand, never without proof; the latest one of an item (or of each milestone) counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="entries")
    item = models.ForeignKey(LetterItem, on_delete=models.PROTECT, related_name="entries", db_index=False)
    milestone = models.ForeignKey(
        LetterMilestone, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", db_index=False
    )
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    proof = models.OneToOneField(LetterProof, on_delete=models.PROTECT, related_name="entry")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("责任书填报")
        verbose_name_plural = _("责任书填报")


class LetterMark(models.Model):
    """What an item came to on the reading date, frozen: every number that was used, and the points. Never changed."""

    item = models.OneToOneField(LetterItem, on_delete=models.PROTECT, primary_key=True, related_name="mark")
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="marks")
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    numerator = models.BigIntegerField(null=True, blank=True)
    denominator = models.BigIntegerField(null=True, blank=True)
    entry = models.ForeignKey(
        LetterEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    as_of = models.DateTimeField()
    points = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("责任书计分")
        verbose_name_plural = _("责任书计分")


class LetterObjection(models.Model):
    """A county's objection to an item's mark, with reason and proof; and what the city decided, with reasons. Accepted,
    it carries the corrected number and its points.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="objections")
    item = models.OneToOneField(LetterItem, on_delete=models.PROTECT, related_name="objection")
    reason = models.CharField(_("异议理由"), max_length=500)
    wanted = models.DecimalField(_("认为应为"), max_digits=14, decimal_places=2)
    proof = models.OneToOneField(LetterProof, on_delete=models.PROTECT, related_name="objection")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    ruling = models.CharField(_("裁定"), max_length=10, choices=Ruling, default=Ruling.OPEN)
    answer = models.CharField(_("裁定理由"), max_length=500, blank=True)
    corrected = models.DecimalField(_("更正为"), max_digits=14, decimal_places=2, null=True, blank=True)
    corrected_points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)
    ruled_by = somebody()

    class Meta:
        verbose_name = _("评分异议")
        verbose_name_plural = _("评分异议")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="appraisal_letterobjection_with_reason"),
            models.CheckConstraint(
                condition=Q(ruling="open", answer="", ruled_at__isnull=True, ruled_by__isnull=True)
                | Q(ruled_at__isnull=False, ruled_by__isnull=False)
                & ~Q(ruling="open")
                & ~Q(answer="")
                & ~Q(ruled_by=F("made_by")),
                name="appraisal_letterobjection_ruled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(ruling="accepted", corrected__isnull=False, corrected_points__isnull=False)
                | ~Q(ruling="accepted") & Q(corrected__isnull=True, corrected_points__isnull=True),
                name="appraisal_letterobjection_corrected",
            ),
        ]


class LetterStep(models.Model):
    """A step of a letter: who did what when, and why. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=LetterState)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("责任书经过")
        verbose_name_plural = _("责任书经过")
        ordering = ["at", "id"]


class LetterProgress(models.Model):
    """How an item stood in a quarter (by its first day): kept anew each day until the quarter has ended. Whether it was
    on pace is null where nothing can be told yet.
    """

    item = models.ForeignKey(LetterItem, on_delete=models.PROTECT, related_name="progress", db_index=False)
    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="progress")
    hub = _somewhere()
    starts_on = models.DateField()
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    numerator = models.BigIntegerField(null=True, blank=True)
    denominator = models.BigIntegerField(null=True, blank=True)
    on_pace = models.BooleanField(null=True, blank=True)
    as_of = models.DateTimeField()

    class Meta:
        verbose_name = _("责任书进度")
        verbose_name_plural = _("责任书进度")
        constraints = [models.UniqueConstraint(fields=["item", "starts_on"], name="appraisal_letterprogress_once")]
        indexes = [models.Index(fields=["starts_on", "hub"], name="appraisal_letterprogress_hub")]
