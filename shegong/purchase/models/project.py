"""Purchases of services on their way from a need to a contract: the project with its steps, what its bids are measured
by, who is asked, and what is made public. (MOF Order 102.)
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Organisation, Station, ends_after_start, never_twice
from shegong.people.models import Account
from shegong.purchase.enums import Nature, NoticeKind, Pays, ProjectState, PurchaseMethod
from shegong.purchase.models.contract import Contract
from shegong.purchase.models.fund import FiscalYear, Fund
from shegong.purchase.rules.labour_words import LABOUR_WORDS


class MethodRule(models.Model):
    """For which sums a method may be used, and what it asks for; the city's own, with its history."""

    method = models.CharField(_("采购方式"), max_length=14, choices=PurchaseMethod)
    from_amount = models.DecimalField(_("预算不低于(元)"), max_digits=14, decimal_places=2, default=0)
    below_amount = models.DecimalField(_("预算低于(元)"), max_digits=14, decimal_places=2, null=True, blank=True)
    min_bidders = models.SmallIntegerField(_("最少供应商数"))
    panel_size = models.SmallIntegerField(_("评审小组人数"))
    bidding_days = models.SmallIntegerField(_("响应期不少于(天)"))
    notice_days = models.SmallIntegerField(_("成交公告期(天)"))
    clause = models.CharField(_("依据"), max_length=120, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("采购方式规则")
        verbose_name_plural = _("采购方式规则")
        ordering = ["method", "-since"]
        constraints = [
            never_twice("purchase_methodrule_one_at_a_time", "method"),
            ends_after_start("purchase_methodrule_ends_after_start"),
            models.CheckConstraint(
                condition=Q(from_amount__gte=0)
                & (Q(below_amount__isnull=True) | Q(below_amount__gt=F("from_amount")))
                & Q(min_bidders__gte=1, panel_size__gte=3, bidding_days__gte=0, notice_days__gte=0),
                name="purchase_methodrule_sensible",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_method_display())


class Project(models.Model):
    """A purchase of services for some stations of a county. Its money is reserved under `subject`."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(_("项目编号"), max_length=60, unique=True)
    hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("区(市)县"), related_name="+", db_index=False
    )
    title = models.CharField(_("项目名称"), max_length=100)
    need = models.TextField(_("服务需求"))
    nature = models.CharField(_("采购内容"), max_length=14, choices=Nature, default=Nature.SERVICE)
    buyer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("购买主体"), related_name="+", db_index=False
    )
    stations = models.ManyToManyField(Station, verbose_name=_("站点"), related_name="projects")
    services = ArrayField(models.CharField(max_length=10), verbose_name=_("服务项目"), default=list, blank=True)
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="+", db_index=False
    )
    year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, verbose_name=_("年度"), related_name="+", db_column="year", db_index=False
    )
    pays = models.CharField(_("用途"), max_length=12, choices=Pays)
    budget = models.DecimalField(_("预算(元)"), max_digits=14, decimal_places=2)
    labour_floor = models.SmallIntegerField(_("人力成本不低于(%)"), default=0)
    since = models.DateField(_("服务期起"))
    until = models.DateField(_("服务期止"))
    long_term_reason = models.CharField(_("超过一年的理由"), max_length=200, blank=True)
    method = models.CharField(_("采购方式"), max_length=14, choices=PurchaseMethod, blank=True)
    method_reason = models.CharField(_("采用此方式的理由"), max_length=300, blank=True)
    # What the method's rule asked for on the day of the invitation.
    min_bidders = models.SmallIntegerField(null=True)
    panel_size = models.SmallIntegerField(null=True)
    notice_days = models.SmallIntegerField(null=True)
    deadline = models.DateTimeField(_("响应截止时间"), null=True)
    round = models.SmallIntegerField(_("轮次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=ProjectState, default=ProjectState.NEED)
    state_at = models.DateTimeField(_("时间"))
    state_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    state_name = models.CharField(_("经办人"), max_length=60)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    # Opening takes two people: one asks for it after the deadline, another one opens.
    opening_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    opening_name = models.CharField(max_length=60, blank=True)
    opening_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(_("开标时间"), null=True)
    awarded_bid = models.UUIDField(null=True)
    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, null=True, verbose_name=_("合同"), related_name="project"
    )
    keep_until = models.DateField(_("档案保存至"), null=True)

    class Meta:
        verbose_name = _("采购项目")
        verbose_name_plural = _("采购项目")
        ordering = ["-state_at"]
        indexes = [
            models.Index(fields=["hub", "-state_at"], name="purchase_project_of_hub"),
            models.Index(fields=["-state_at"], name="purchase_project_latest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(budget__gt=0), name="purchase_project_budget_positive"),
            models.CheckConstraint(condition=Q(nature=Nature.SERVICE), name="purchase_project_buys_services"),
            models.CheckConstraint(condition=~Q(title__regex=LABOUR_WORDS), name="purchase_project_no_dispatch"),
            models.CheckConstraint(
                condition=Q(labour_floor__gte=0, labour_floor__lte=100), name="purchase_project_labour_floor"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="purchase_project_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state__in=[ProjectState.FAILED, ProjectState.CALLED_OFF]) | ~Q(reason=""),
                name="purchase_project_reason",
            ),
            models.CheckConstraint(
                condition=Q(opening_by__isnull=True, opening_at__isnull=True)
                | Q(opening_by__isnull=False, opening_at__isnull=False),
                name="purchase_project_opening_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["need", "reserved"])
                | Q(state="called_off")
                | (~Q(method="") & Q(deadline__isnull=False, min_bidders__isnull=False, notice_days__isnull=False)),
                name="purchase_project_invited_by_method",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["opened", "scored", "awarded", "signed"]) | Q(opened_at__isnull=False),
                name="purchase_project_opened",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["awarded", "signed"]) | Q(awarded_bid__isnull=False),
                name="purchase_project_awarded",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", contract__isnull=False) | (~Q(state="signed") & Q(contract__isnull=True)),
                name="purchase_project_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """What its money is reserved under."""
        return f"project:{self.pk}"


class ProjectStep(models.Model):
    """A step that a project took: when, by whom, why. The database writes it with the change itself."""

    pk = models.CompositePrimaryKey("project_id", "number")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="steps", db_index=False)
    number = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=ProjectState)
    round = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=60)
    # Who opened the bids together with `by_name`.
    with_name = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)


class Criterion(models.Model):
    """What bids are measured by, and up to how many points of a hundred; that of the price is reckoned."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="criteria", db_index=False)
    number = models.SmallIntegerField()
    name = models.CharField(_("评审因素"), max_length=60)
    points = models.SmallIntegerField(_("分值"))
    is_price = models.BooleanField(_("价格分"), default=False)

    class Meta:
        verbose_name = _("评审因素")
        verbose_name_plural = _("评审因素")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="purchase_criterion_number"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_price=True), name="purchase_criterion_one_price"
            ),
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=100), name="purchase_criterion_points"),
        ]


class Invitation(models.Model):
    """An organisation that is asked for a bid, where not everybody may make one."""

    pk = models.CompositePrimaryKey("project_id", "round", "organisation_id")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    round = models.SmallIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")


class Notice(models.Model):
    """What everybody may read about a project. Never changed."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="notices", db_index=False)
    round = models.SmallIntegerField()
    kind = models.CharField(_("公告类型"), max_length=12, choices=NoticeKind)
    title = models.CharField(_("项目名称"), max_length=100)
    number = models.CharField(_("项目编号"), max_length=60)
    buyer = models.CharField(_("购买主体"), max_length=120)
    county = models.CharField(_("区(市)县"), max_length=100)
    method = models.CharField(_("采购方式"), max_length=14, choices=PurchaseMethod)
    budget = models.DecimalField(_("预算(元)"), max_digits=14, decimal_places=2)
    need = models.TextField(_("服务需求"), blank=True)
    deadline = models.DateTimeField(_("响应截止时间"), null=True)
    supplier = models.CharField(_("成交供应商"), max_length=120, blank=True)
    price = models.DecimalField(_("成交金额(元)"), max_digits=14, decimal_places=2, null=True)
    labour_share = models.SmallIntegerField(_("人力成本占比(%)"), null=True)
    bidders = models.SmallIntegerField(_("参加供应商数"), null=True)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    stands_until = models.DateTimeField(_("公告期至"), null=True)
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = _("公告")
        verbose_name_plural = _("公告")
        ordering = ["-published_at"]
        indexes = [models.Index(fields=["-published_at"], name="purchase_notice_latest")]
        constraints = [
            models.UniqueConstraint(fields=["project", "round", "kind"], name="purchase_notice_once"),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.AWARD) | (~Q(supplier="") & Q(price__isnull=False)),
                name="purchase_notice_award_says_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.get_kind_display()}"
