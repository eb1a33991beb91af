"""Bids, sealed until they are opened; the panel that scores them; objections to an award."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Organisation, Station
from shegong.people.models import Account
from shegong.purchase.enums import BidState, Declaration
from shegong.purchase.models.project import Criterion, Project


class Bid(models.Model):
    """What an organisation offers. Until `opened_at` nobody but the organisation sees that there is one."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bids", db_index=False)
    round = models.SmallIntegerField()
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("供应商"), related_name="bids"
    )
    price = models.DecimalField(_("报价(元)"), max_digits=14, decimal_places=2)
    labour_share = models.SmallIntegerField(_("人力成本占比(%)"))
    workers = models.SmallIntegerField(_("拟派人数"))
    hours = models.IntegerField(_("承诺服务工时"))
    plan = models.TextField(_("服务方案"))
    state = models.CharField(_("状态"), max_length=10, choices=BidState, default=BidState.SUBMITTED)
    state_reason = models.CharField(_("原因"), max_length=300, blank=True)
    submitted_at = models.DateTimeField(_("递交时间"))
    submitted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)
    # Set by the database alone: when the project's bids are opened, and when their scoring is over.
    opened_at = models.DateTimeField(null=True)
    score = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("响应文件")
        verbose_name_plural = _("响应文件")
        ordering = ["submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "round", "organisation"],
                condition=~Q(state=BidState.WITHDRAWN),
                name="purchase_bid_one_each",
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="purchase_bid_price_positive"),
            models.CheckConstraint(
                condition=Q(labour_share__gte=0, labour_share__lte=100), name="purchase_bid_labour_share"
            ),
            models.CheckConstraint(condition=Q(workers__gte=1, hours__gte=0), name="purchase_bid_by_somebody"),
            models.CheckConstraint(
                condition=Q(state=BidState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=BidState.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
                name="purchase_bid_withdrawn_at",
            ),
            models.CheckConstraint(
                condition=~Q(state=BidState.REJECTED) | (~Q(state_reason="") & Q(opened_at__isnull=False)),
                name="purchase_bid_rejected_why",
            ),
        ]


class PanelMember(models.Model):
    """Somebody who scores a round's bids, once without an interest in any of the bidders."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="panel", db_index=False)
    round = models.SmallIntegerField()
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, verbose_name=_("评审专家"), related_name="+")
    name = models.CharField(_("姓名"), max_length=60)
    employer = models.CharField(_("所在单位"), max_length=120, blank=True)
    declaration = models.CharField(_("声明"), max_length=10, choices=Declaration, default=Declaration.WAITING)
    interest = models.CharField(_("利害关系"), max_length=300, blank=True)
    appointed_at = models.DateTimeField()
    appointed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    declared_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(_("提交评分时间"), null=True)

    class Meta:
        verbose_name = _("评审小组成员")
        verbose_name_plural = _("评审小组成员")
        ordering = ["appointed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "round", "account"], name="purchase_panelmember_once"),
            models.CheckConstraint(
                condition=Q(declaration=Declaration.WAITING, declared_at__isnull=True)
                | (~Q(declaration=Declaration.WAITING) & Q(declared_at__isnull=False)),
                name="purchase_panelmember_declared",
            ),
            models.CheckConstraint(
                condition=~Q(declaration=Declaration.CONFLICT) | ~Q(interest=""),
                name="purchase_panelmember_says_which",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(declaration=Declaration.CLEAR),
                name="purchase_panelmember_clear_before_scores",
            ),
        ]


class Score(models.Model):
    """The points that a member gives a bid for a criterion."""

    pk = models.CompositePrimaryKey("member_id", "bid_id", "criterion_id")
    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="scores", db_index=False)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="scores", db_index=False)
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="purchase_score_not_negative")]


class Objection(models.Model):
    """What a bidder has against an award, and the buyer's answer."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="objections", db_index=False)
    round = models.SmallIntegerField()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, verbose_name=_("质疑供应商"), related_name="+", db_index=False
    )
    text = models.CharField(_("质疑事项"), max_length=1000)
    made_at = models.DateTimeField(_("提出时间"))
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    answer = models.CharField(_("答复"), max_length=1000, blank=True)
    is_upheld = models.BooleanField(_("质疑成立"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("质疑")
        verbose_name_plural = _("质疑")
        ordering = ["made_at"]
        indexes = [models.Index(fields=["project", "made_at"], name="purchase_objection_project")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="purchase_objection_says_what"),
            models.CheckConstraint(
                condition=Q(answer="", is_upheld__isnull=True, answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(is_upheld__isnull=False, answered_at__isnull=False, answered_by__isnull=False)),
                name="purchase_objection_answered",
            ),
        ]
