"""Community work (MZ/T 071): activities from plan to summary, sign-ups, what others gave, money; and calendar feeds.

Photos belong to the slice of attachments, which refers to an activity by its key; consent to being photographed is the
client's consent of purpose `photo`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.kernel.recurrence import Repeat
from shegong.network.models import Organisation, Station
from shegong.people.models import Account
from shegong.practice.enums import ActivityState, Place, ResourceKind, SignUpState
from shegong.practice.models.client import Client, OfHub
from shegong.practice.models.groupwork import SocialGroup
from shegong.practice.models.record import DAY_MINUTES, ServiceRecord
from shegong.purchase.models import Contract
from shegong.workforce.models import Worker


class ActivitySeries(OfHub):
    """Activities that come back: a rule and its end. Its occurrences are activities of their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    repeat = models.CharField(_("重复"), max_length=10, choices=Repeat)
    first_on = models.DateField(_("起"))
    until = models.DateField(_("止"))
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("first_on")), name="practice_activityseries_ends_later"),
        ]


class Activity(OfHub):
    """A community activity (社区活动). Held, it has one service record: the clients who came, and how many others.

    `walk_ins` tells the others by sex and age where that was noted: {"f60": 12, …}.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("活动名称"), max_length=60)
    state = models.CharField(_("状态"), max_length=10, choices=ActivityState, default=ActivityState.DRAFT)
    series = models.ForeignKey(
        ActivitySeries, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", db_constraint=False
    )
    service = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(PopulationGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    helper_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.TextField(_("活动目的"))
    target = models.CharField(_("参加对象"), max_length=200)
    venue = models.CharField(_("活动地点"), max_length=100)
    place = models.CharField(_("地点"), max_length=10, choices=Place, default=Place.COMMUNITY)
    starts_at = models.DateTimeField(_("开始时间"))
    minutes = models.SmallIntegerField(_("时长(分钟)"), default=120)
    flow = models.TextField(_("活动流程"))
    staffing = models.TextField(_("人员分工"), blank=True)
    safety = models.TextField(_("安全预案"))
    expected = models.SmallIntegerField(_("预计人数"))
    capacity = models.SmallIntegerField(_("名额"), null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=16, editable=False)
    needs_approval = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decision_note = models.CharField(_("审批意见"), max_length=200, blank=True)
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    walk_in_count = models.SmallIntegerField(_("未登记人数"), default=0)
    walk_ins = models.JSONField(default=dict, blank=True)
    closed_on = models.DateField(_("总结日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.TextField(_("活动成效"), blank=True)
    feedback = models.TextField(_("参加者反馈"), blank=True)
    satisfaction = models.DecimalField(_("平均满意度"), max_digits=3, decimal_places=2, null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("社区活动")
        verbose_name_plural = _("社区活动")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=DAY_MINUTES), name="practice_activity_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(expected__gte=1) & (Q(capacity__isnull=True) | Q(capacity__gte=1)),
                name="practice_activity_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="practice_activity_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("planned", "held", "closed"), needs_approval=True)
                | Q(approved_at__isnull=False),
                name="practice_activity_approved_before_it_is_held",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("held", "closed"), record__isnull=False)
                | ~Q(state__in=("held", "closed")) & Q(record__isnull=True),
                name="practice_activity_held_has_a_record",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_on__isnull=True, closed_by__isnull=True),
                name="practice_activity_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="practice_activity_cancelled_why"
            ),
            models.CheckConstraint(condition=Q(walk_in_count__gte=0), name="practice_activity_walk_ins_not_negative"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="practice_activity_satisfaction",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "starts_at"], name="practice_activity_station"),
            models.Index(fields=["hub", "starts_at"], name="practice_activity_hub"),
        ]

    def __str__(self) -> str:
        return self.title


class ActivitySignUp(OfHub):
    """Somebody who means to come: a client, or a resident by name and telephone. `came` is known once it was held.

    (That a row names either is checked in the migration, since an encrypted name can't be compared here.)
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="signups", db_constraint=False, db_index=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="activity_signups", db_constraint=False
    )
    name = EncryptedTextField(_("姓名"), blank=True, default="")
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=SignUpState, default=SignUpState.SIGNED)
    signed_at = models.DateTimeField()
    came = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = _("活动报名")
        verbose_name_plural = _("活动报名")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "client", "hub"],
                condition=Q(client__isnull=False),
                name="practice_activitysignup_once",
            ),
        ]
        indexes = [models.Index(fields=["activity", "signed_at"], name="practice_activitysignup_order")]

    @property
    def masked(self) -> str:
        """The telephone number with its middle hidden."""
        return mask_phone(self.phone)


class BudgetLine(OfHub):
    """What a group or an activity is to cost, and what it did cost, in yuan."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    social_group = models.ForeignKey(
        SocialGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="budget", db_constraint=False
    )
    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, null=True, blank=True, related_name="budget", db_constraint=False
    )
    position = models.SmallIntegerField()
    item = models.CharField(_("项目"), max_length=60)
    amount = models.DecimalField(_("预算(元)"), max_digits=12, decimal_places=2)
    spent = models.DecimalField(_("实支(元)"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("预算")
        verbose_name_plural = _("预算")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(social_group__isnull=True) ^ Q(activity__isnull=True), name="practice_budgetline_of_one"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & (Q(spent__isnull=True) | Q(spent__gte=0)),
                name="practice_budgetline_not_negative",
            ),
        ]


class ResourceLink(OfHub):
    """What somebody gave to an activity (资源链接): who, what kind, how much."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="resources", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    giver = models.CharField(_("提供方"), max_length=120, blank=True)
    kind = models.CharField(_("资源类型"), max_length=10, choices=ResourceKind)
    what = models.CharField(_("内容与数量"), max_length=200)
    worth = models.DecimalField(_("价值(元)"), max_digits=12, decimal_places=2, null=True, blank=True)
    linked_on = models.DateField(_("日期"))
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("资源链接")
        verbose_name_plural = _("资源链接")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(giver=""), name="practice_resourcelink_names_its_giver"
            ),
            models.CheckConstraint(
                condition=Q(worth__isnull=True) | Q(worth__gte=0), name="practice_resourcelink_worth_not_negative"
            ),
        ]

    @property
    def giver_name(self) -> str:
        """Who gave it."""
        return self.organisation.name if self.organisation else self.giver


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads an account's or a station's sessions and activities.

    It shows what its owner may see at the time, no more; revoked, it shows nothing.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")
