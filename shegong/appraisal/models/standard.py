"""Standards as data: for each tier and year, items with weight, evidence and threshold."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Dimension, Evidence
from shegong.appraisal.models.policy import PolicyDocument
from shegong.network.enums import Tier
from shegong.people.models import Account

WHOLE = 100


class Standard(models.Model):
    """What a standardised station of a tier is in a year; it holds until a later year's is published.

    A station passes with `pass_score` of 100 and no veto item missed. Self-checks come in from `opens_on` to
    `closes_on`; the county has `review_days`, the city `confirm_days`, a station that was refused `appeal_days`. A
    confirmation is valid for `valid_months`. (That the weights add up to 100, and that a published one stays as it is:
    triggers.)
    """

    tier = models.CharField(_("层级"), max_length=8, choices=Tier)
    year = models.SmallIntegerField(_("年度"))
    pass_score = models.SmallIntegerField(_("达标分"), default=80)
    opens_on = models.DateField(_("自评开始"))
    closes_on = models.DateField(_("自评截止"))
    review_days = models.SmallIntegerField(_("区（市）县审核天数"), default=20)
    confirm_days = models.SmallIntegerField(_("市级确认天数"), default=20)
    appeal_days = models.SmallIntegerField(_("申诉天数"), default=15)
    valid_months = models.SmallIntegerField(_("有效期（月）"), default=24)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("规范化标准")
        verbose_name_plural = _("规范化标准")
        ordering = ["-year", "tier"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "year"], name="appraisal_standard_once"),
            models.CheckConstraint(
                condition=Q(year__range=(2020, 2100), pass_score__range=(1, 100), closes_on__gte=F("opens_on"))
                & Q(review_days__range=(1, 120), confirm_days__range=(1, 120), appeal_days__range=(1, 120))
                & Q(valid_months__range=(1, 60)),
                name="appraisal_standard_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} · {self.get_tier_display()}"


class StandardItem(models.Model):
    """An item of a standard. A computed one names its measure (shegong.appraisal.rules.measures) and the least that it
    must reach; `document` and `anchor` name the clause that it rests on.
    """

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="items", db_index=False)
    code = models.SlugField(_("代码"), max_length=10)
    dimension = models.CharField(_("维度"), max_length=10, choices=Dimension)
    position = models.SmallIntegerField(default=0)
    title_zh = models.CharField(_("要求"), max_length=120)
    title_en = models.CharField(_("要求（英文）"), max_length=200)
    weight = models.SmallIntegerField(_("权重"))
    evidence = models.CharField(_("依据方式"), max_length=10, choices=Evidence)
    measure = models.CharField(_("测算项"), max_length=30, blank=True)
    least = models.DecimalField(_("至少"), max_digits=8, decimal_places=2, null=True, blank=True)
    is_veto = models.BooleanField(_("一票否决"), default=False)
    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="+", db_index=False)
    anchor = models.CharField(_("依据条款"), max_length=40)

    class Meta:
        verbose_name = _("标准条目")
        verbose_name_plural = _("标准条目")
        ordering = ["standard", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="appraisal_item_code_once"),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="appraisal_item_weight"),
            models.CheckConstraint(
                condition=Q(evidence="computed", least__isnull=False, least__gte=0) & ~Q(measure="")
                | ~Q(evidence="computed") & Q(measure="", least__isnull=True),
                name="appraisal_item_computed_from_a_measure",
            ),
        ]
        indexes = [models.Index(fields=["document", "anchor"], name="appraisal_item_clause")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_en if (get_language() or "").startswith("en") else self.title_zh
