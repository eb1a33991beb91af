"""Score sheets of a round: points, notes and photos of each rater; what was settled; what each unit came to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import THIRD_PARTY, AssessedGrade, Rater
from shegong.appraisal.models.round import Round, RoundItem, RoundUnit
from shegong.appraisal.models.self_check import somebody
from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.network.models import Station
from shegong.people.models import Account


class OfUnit(models.Model):
    """What belongs to a drawn unit, behind the same wall."""

    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class ScoreSheet(OfUnit):
    """A rater's sheet of a unit. The third party's belong to an assessor (`account`), chosen for the reasons that
    `why` tells; the county brings in the others. `total` is the points' sum, set when it is handed in, and from then on
    it stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    unit = models.ForeignKey(RoundUnit, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    rater = models.CharField(_("评分方"), max_length=12, choices=Rater)
    seat = models.SmallIntegerField(default=1)
    account = somebody()
    name = models.CharField(_("评估员"), max_length=60, blank=True)
    km = models.DecimalField(_("距离（公里）"), max_digits=6, decimal_places=1, null=True, blank=True)
    # What spoke for the assessor: how many they had already, and how many others stood aside.
    load = models.SmallIntegerField(default=0)
    aside = models.SmallIntegerField(default=0)
    by_hand = models.BooleanField(default=False)
    opinion = models.CharField(_("总体意见"), max_length=1000, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = somebody()
    total = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("评分表")
        verbose_name_plural = _("评分表")
        constraints = [
            models.UniqueConstraint(fields=["unit", "rater", "seat"], name="appraisal_scoresheet_seat_once"),
            models.UniqueConstraint(
                fields=["unit", "account"], condition=Q(account__isnull=False), name="appraisal_scoresheet_two_people"
            ),
            models.CheckConstraint(
                condition=Q(rater="professional", seat__in=[1, 2], account__isnull=False)
                | Q(rater="financial", seat=1, account__isnull=False)
                | Q(rater__in=["town", "community", "county"], seat=1, account__isnull=True),
                name="appraisal_scoresheet_seats",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=True, handed_in_by__isnull=True, total__isnull=True)
                | Q(handed_in_at__isnull=False, handed_in_by__isnull=False, total__range=(0, 100)),
                name="appraisal_scoresheet_handed_in",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "hub"], name="appraisal_scoresheet_round"),
            models.Index(fields=["account", "round"], name="appraisal_scoresheet_account"),
        ]

    @property
    def why(self) -> str:
        """Why it is this assessor's, in the reader's language."""
        if self.rater not in THIRD_PARTY:
            return gettext("由区（市）县汇集")
        away = gettext("距离未知") if self.km is None else gettext("距出发地 %(km)s 公里") % {"km": self.km}
        if self.by_hand:
            return gettext("由市级改派，%(away)s") % {"away": away}
        words = gettext("%(away)s，此前已分 %(load)s 处") % {"away": away, "load": self.load}
        return words + (gettext("，另有 %(aside)s 人回避") % {"aside": self.aside} if self.aside else "")


class SheetScore(OfUnit):
    """The points for an item, and why."""

    pk = models.CompositePrimaryKey("sheet_id", "item_id")
    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores", db_index=False)
    item = models.ForeignKey(RoundItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="appraisal_sheetscore_not_negative")]


class SheetPhoto(OfUnit):
    """A photo (or the signed paper) for an item, written anew when it came in; its content lies in encrypted pieces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="photos")
    item = models.ForeignKey(RoundItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    brought_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评分照片")
        verbose_name_plural = _("评分照片")
        constraints = [
            models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="appraisal_sheetphoto_known_media")
        ]


class SheetPhotoPiece(models.Model):
    """A piece of a photo's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("photo_id", "number")
    photo = models.ForeignKey(SheetPhoto, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class Settlement(OfUnit):
    """What counts for an item in which two assessors differed too far: proposed by one, agreed by the other, or decided
    by who leads.
    """

    pk = models.CompositePrimaryKey("unit_id", "item_id")
    unit = models.ForeignKey(RoundUnit, on_delete=models.PROTECT, related_name="settlements", db_index=False)
    item = models.ForeignKey(RoundItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    reason = models.CharField(_("理由"), max_length=500)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    agreed_by = somebody()
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("分歧核定")
        verbose_name_plural = _("分歧核定")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__range=(0, 100)) & ~Q(reason=""), name="appraisal_settlement_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="appraisal_settlement_agreed",
            ),
        ]


class RoundResult(OfUnit):
    """What a unit came to: each rater's points of 100 (null where none judges), and the weighted total with its grade,
    which the database works out. After an appeal that was granted `final_total` and `final_grade` count instead.
    """

    unit = models.OneToOneField(RoundUnit, on_delete=models.PROTECT, primary_key=True, related_name="result")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="results", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    professional = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    financial = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    town_points = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    community = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    county = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=2)
    grade = models.CharField(_("等级"), max_length=10, choices=AssessedGrade)
    graded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    out_on = models.DateField(null=True, blank=True)
    appeal = models.CharField(_("申诉理由"), max_length=1000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appealed_by = somebody()
    decision = models.CharField(_("裁定理由"), max_length=1000, blank=True)
    is_granted = models.BooleanField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = somebody()
    final_total = models.DecimalField(_("最终得分"), max_digits=5, decimal_places=2)
    final_grade = models.CharField(_("最终等级"), max_length=10, choices=AssessedGrade)

    class Meta:
        verbose_name = _("评估结果")
        verbose_name_plural = _("评估结果")
        constraints = [
            models.CheckConstraint(
                condition=Q(total__range=(0, 100), final_total__range=(0, 100)), name="appraisal_roundresult_bounds"
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True, appeal="", decided_at__isnull=True)
                | Q(appealed_at__isnull=False, appealed_by__isnull=False) & ~Q(appeal=""),
                name="appraisal_roundresult_appeal_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_granted__isnull=True, decision="")
                | Q(decided_at__isnull=False, is_granted__isnull=False, decided_by__isnull=False) & ~Q(decision=""),
                name="appraisal_roundresult_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("graded_by")),
                name="appraisal_roundresult_another_decides",
            ),
        ]
        indexes = [models.Index(fields=["round", "-final_total"], name="appraisal_roundresult_round")]
