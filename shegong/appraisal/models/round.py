"""Rounds of third-party assessment: the plan, who assesses, what was drawn how; and who is related to whom."""

from datetime import date, timedelta
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import DrawnUnit, Rater, Relation, RoundState
from shegong.kernel.ids import uuid7
from shegong.network.enums import Tier
from shegong.network.models import Organisation, Station, ends_after_start
from shegong.people.models import Account
from shegong.purchase.models import Contract


def _account(related: str = "+") -> models.ForeignKey[Account, Account]:
    return models.ForeignKey(Account, on_delete=models.PROTECT, related_name=related, db_index=False)


class Round(models.Model):
    """A round of assessment: what is drawn (`unit`) where (`hubs`, all counties when empty; `tiers`) and, of projects,
    among which (`contracts`, all that run when empty); which share of it and of each one's records of [records_since,
    records_until); when assessors are on their way, [since, until); how the five raters' points are weighted; from how
    many points which grade is given. `seed` is made known with the plan, before anything is drawn. `tolerance` is how
    far two assessors may differ, in percent of an item's points.

    (That a published plan stays as it is, that no stage is skipped, and what each asks for: triggers.)
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("名称"), max_length=80)
    unit = models.CharField(_("抽取对象"), max_length=8, choices=DrawnUnit, default=DrawnUnit.STATION)
    tiers = ArrayField(models.CharField(max_length=8, choices=Tier), verbose_name=_("层级"), default=list)
    hubs = ArrayField(models.IntegerField(), verbose_name=_("区（市）县"), default=list, blank=True)
    contracts = ArrayField(models.BigIntegerField(), verbose_name=_("合同"), default=list, blank=True)
    share = models.SmallIntegerField(_("抽取比例（%）"), default=30)
    records_share = models.SmallIntegerField(_("记录抽取比例（%）"), default=30)
    records_since = models.DateField(_("记录起"))
    records_until = models.DateField(_("记录止"))
    since = models.DateField(_("评估开始"))
    until = models.DateField(_("评估结束"))
    weight_professional = models.SmallIntegerField(_("第三方·专业权重"), default=50)
    weight_financial = models.SmallIntegerField(_("第三方·财务权重"), default=15)
    weight_town = models.SmallIntegerField(_("镇（街道）权重"), default=10)
    weight_community = models.SmallIntegerField(_("村（社区）权重"), default=10)
    weight_county = models.SmallIntegerField(_("区（市）县权重"), default=15)
    excellent_from = models.SmallIntegerField(_("优秀（分）"), default=90)
    good_from = models.SmallIntegerField(_("良好（分）"), default=80)
    pass_from = models.SmallIntegerField(_("合格（分）"), default=60)
    tolerance = models.SmallIntegerField(_("两人评分容许相差（%）"), default=20)
    appeal_days = models.SmallIntegerField(_("申诉天数"), default=10)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("评估采购合同"), related_name="+",
        db_index=False,
    )  # fmt: skip
    budget = models.DecimalField(_("预算（元）"), max_digits=14, decimal_places=2, default=Decimal(0))
    seed = models.CharField(_("抽样种子"), max_length=64, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=RoundState, default=RoundState.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    kappa = models.DecimalField(_("评分一致性"), max_digits=4, decimal_places=3, null=True, blank=True)
    conclusion = models.TextField(_("评估结论"), blank=True)
    out_on = models.DateField(_("公示日期"), null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = _account()

    class Meta:
        verbose_name = _("第三方评估")
        verbose_name_plural = _("第三方评估")
        constraints = [
            ends_after_start("appraisal_round_ends_after_start"),
            models.CheckConstraint(
                condition=Q(records_until__gt=F("records_since")), name="appraisal_round_records_end_after_start"
            ),
            models.CheckConstraint(
                condition=Q(
                    weight_professional__gte=0, weight_financial__gte=0, weight_town__gte=0, weight_community__gte=0,
                    weight_county__gte=0,
                    weight_professional=100 - F("weight_financial") - F("weight_town") - F("weight_community")
                    - F("weight_county"),
                ),
                name="appraisal_round_weights_are_100",
            ),
            models.CheckConstraint(
                condition=Q(excellent_from__lte=100, excellent_from__gt=F("good_from"), good_from__gt=F("pass_from"))
                & Q(pass_from__gt=0),
                name="appraisal_round_grades_in_order",
            ),
            models.CheckConstraint(
                condition=Q(share__range=(1, 100), records_share__range=(0, 100), tolerance__range=(0, 100))
                & Q(appeal_days__range=(1, 120), budget__gte=0)
                & (Q(unit="station") | Q(share__gte=30)),
                name="appraisal_round_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(contracts=[]) | Q(unit="project"), name="appraisal_round_contracts_of_projects"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False) & ~Q(seed=""),
                name="appraisal_round_seed_is_known",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-made_at"], name="appraisal_round_made")]

    def __str__(self) -> str:
        return self.title

    def weight(self, rater: str) -> int:
        """How much a rater's points weigh, in percent."""
        weight: int = getattr(self, f"weight_{rater}")
        return weight

    @property
    def last(self) -> date:
        """The last day on which assessors are on their way."""
        return self.until - timedelta(days=1)

    @property
    def raters(self) -> list[Rater]:
        """Who judges in this round."""
        return [rater for rater in Rater if self.weight(rater) > 0]


class RoundItem(models.Model):
    """An item of the sheet that a rater fills: how many points there are at most. Each rater's add up to 100."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="items", db_index=False)
    rater = models.CharField(_("评分方"), max_length=12, choices=Rater)
    code = models.SlugField(_("代码"), max_length=10)
    position = models.SmallIntegerField(default=0)
    title_zh = models.CharField(_("内容"), max_length=120)
    title_en = models.CharField(_("内容（英文）"), max_length=200)
    points = models.SmallIntegerField(_("满分"))

    class Meta:
        verbose_name = _("评分条目")
        verbose_name_plural = _("评分条目")
        ordering = ["round", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="appraisal_rounditem_code_once"),
            models.CheckConstraint(condition=Q(points__range=(1, 100)), name="appraisal_rounditem_points"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.title_en if (get_language() or "").startswith("en") else self.title_zh


class RoundMember(models.Model):
    """An assessor of a round, with name and organisation as they were; one who leads settles differences alone."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="members", db_index=False)
    account = _account()
    rater = models.CharField(_("评分方"), max_length=12, choices=[(r.value, r.label) for r in list(Rater)[:2]])
    leads = models.BooleanField(_("组长"), default=False)
    name = models.CharField(_("姓名"), max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Where they set out from.
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("评估员")
        verbose_name_plural = _("评估员")
        constraints = [models.UniqueConstraint(fields=["round", "account"], name="appraisal_roundmember_once")]
        indexes = [models.Index(fields=["account"], name="appraisal_roundmember_account")]


class Draw(models.Model):
    """A drawing: by which seed, of how many how many (`strata`), and the digest of what came out. The highest number
    counts; those before stay, with the reason why it was drawn again. Written by a function of the database alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="draws", db_index=False)
    number = models.SmallIntegerField()
    seed = models.CharField(max_length=64)
    reason = models.CharField(_("重抽理由"), max_length=300, blank=True)
    strata = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("抽样")
        verbose_name_plural = _("抽样")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="appraisal_draw_numbered"),
            models.UniqueConstraint(fields=["round", "seed"], name="appraisal_draw_with_another_seed"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="appraisal_draw_again_with_reason"),
        ]


class RoundUnit(models.Model):
    """A station that was drawn (for a contract, in a round of projects), at `rank` of its stratum."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="units", db_index=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="units", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="assessed_in")
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12)
    rank = models.IntegerField()

    class Meta:
        verbose_name = _("抽中的站点")
        verbose_name_plural = _("抽中的站点")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "station", "contract"], nulls_distinct=False, name="appraisal_roundunit_once"
            )
        ]
        indexes = [models.Index(fields=["round", "hub"], name="appraisal_roundunit_round")]


class UnitRecords(models.Model):
    """The records that were drawn of a unit, by method: of how many which."""

    pk = models.CompositePrimaryKey("unit_id", "method")
    unit = models.ForeignKey(RoundUnit, on_delete=models.PROTECT, related_name="records", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(max_length=1)
    total = models.IntegerField()
    keys = ArrayField(models.UUIDField())

    class Meta:
        verbose_name = _("抽中的记录")
        verbose_name_plural = _("抽中的记录")


class RoundStep(models.Model):
    """What happened to a round: for all to read, only ever added to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=RoundState)
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = _account()

    class Meta:
        verbose_name = _("评估经过")
        verbose_name_plural = _("评估经过")
        ordering = ["at", "id"]


class DeclaredRelation(models.Model):
    """That two organisations are related, for [since, until): neither assesses what the other runs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("组织"), related_name="+", db_index=False
    )
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, verbose_name=_("关联组织"), related_name="+")
    kind = models.CharField(_("关系"), max_length=12, choices=Relation)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    declared_by = _account()

    class Meta:
        verbose_name = _("利害关系")
        verbose_name_plural = _("利害关系")
        constraints = [
            ends_after_start("appraisal_declaredrelation_ends_after_start"),
            models.CheckConstraint(condition=~Q(organisation=F("other")), name="appraisal_declaredrelation_of_two"),
            models.UniqueConstraint(
                fields=["organisation", "other", "kind", "since"], name="appraisal_declaredrelation_once"
            ),
        ]
