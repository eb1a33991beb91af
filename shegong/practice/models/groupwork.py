"""Group work (MZ/T 095): the group from proposal to summary, its members, its sessions and who came to them.

"Group" alone means a population group in this code; a group of people who meet is a social group.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import (
    GroupKind,
    GroupStage,
    GroupState,
    MemberOutcome,
    MemberState,
    Place,
    Presence,
    SessionState,
)
from shegong.practice.models.client import Client, OfHub
from shegong.practice.models.record import DAY_MINUTES, ServiceRecord
from shegong.purchase.models import Contract
from shegong.workforce.models import Worker

APPROVED = ("recruiting", "running", "closed")


class SocialGroup(OfHub):
    """A group (小组): proposed, approved by somebody else, recruited, met, summed up.

    `helper_ids` are workers beside the one who carries it; `service` and `group` are what its sessions' records count
    as. `measure_name` names a number that each member gives before and after, from `measure_low` to `measure_high`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("小组名称"), max_length=60)
    kind = models.CharField(_("小组类型"), max_length=10, choices=GroupKind)
    state = models.CharField(_("状态"), max_length=10, choices=GroupState, default=GroupState.DRAFT)
    service = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(PopulationGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    helper_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    aim = models.TextField(_("小组目标"))
    theory = models.TextField(_("理论依据"), blank=True)
    criteria = models.TextField(_("组员条件"))
    size_min = models.SmallIntegerField(_("最少人数"))
    size_max = models.SmallIntegerField(_("最多人数"))
    sessions_planned = models.SmallIntegerField(_("计划节数"))
    first_on = models.DateField(_("第一节日期"))
    risk = models.TextField(_("风险与应对"))
    measure_name = models.CharField(_("前后测问题"), max_length=100, blank=True)
    measure_low = models.SmallIntegerField(_("最低分"), default=0)
    measure_high = models.SmallIntegerField(_("最高分"), default=10)
    measure_up = models.BooleanField(_("分数越高越好"), default=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=16, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decision_note = models.CharField(_("审批意见"), max_length=200, blank=True)
    closed_on = models.DateField(_("总结日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.TextField(_("成效总结"), blank=True)
    follow_up = models.TextField(_("后续跟进"), blank=True)
    satisfaction = models.DecimalField(_("平均满意度"), max_digits=3, decimal_places=2, null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("小组")
        verbose_name_plural = _("小组")
        constraints = [
            models.CheckConstraint(
                condition=Q(size_min__gte=2, size_max__gte=F("size_min"), size_max__lte=100),
                name="practice_socialgroup_size",
            ),
            models.CheckConstraint(
                condition=Q(sessions_planned__gte=1, sessions_planned__lte=60), name="practice_socialgroup_sessions"
            ),
            models.CheckConstraint(
                condition=Q(measure_high__gt=F("measure_low")), name="practice_socialgroup_measure_range"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="practice_socialgroup_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=APPROVED, approved_at__isnull=False)
                | Q(state="cancelled")
                | Q(state__in=("draft", "submitted", "returned"), approved_at__isnull=True),
                name="practice_socialgroup_approved_before_it_meets",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_on__isnull=True, closed_by__isnull=True),
                name="practice_socialgroup_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="practice_socialgroup_cancelled_why"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="practice_socialgroup_satisfaction",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "first_on"], name="practice_socialgroup_station"),
            models.Index(fields=["hub", "first_on"], name="practice_socialgroup_hub"),
        ]

    def __str__(self) -> str:
        return self.title


class GroupMember(OfHub):
    """A client who signed up to a group, what screening decided, and how the measure stood before and after."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    social_group = models.ForeignKey(
        SocialGroup, on_delete=models.PROTECT, related_name="members", db_constraint=False, db_index=False
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="memberships", db_constraint=False)
    state = models.CharField(_("状态"), max_length=10, choices=MemberState, default=MemberState.APPLIED)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    applied_on = models.DateField(_("报名日期"))
    screened_on = models.DateField(_("筛选日期"), null=True, blank=True)
    pre_score = models.DecimalField(_("前测"), max_digits=6, decimal_places=1, null=True, blank=True)
    post_score = models.DecimalField(_("后测"), max_digits=6, decimal_places=1, null=True, blank=True)
    outcome = models.CharField(_("成效"), max_length=10, choices=MemberOutcome, blank=True)
    outcome_note = models.CharField(_("成效说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("组员")
        verbose_name_plural = _("组员")
        constraints = [
            models.UniqueConstraint(fields=["social_group", "client", "hub"], name="practice_groupmember_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("declined", "left", "waitlisted")) | ~Q(reason=""),
                name="practice_groupmember_not_taken_why",
            ),
        ]


class GroupSession(OfHub):
    """A session (节) of a group: planned, then held with attendance, which makes one service record under its key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    social_group = models.ForeignKey(
        SocialGroup, on_delete=models.PROTECT, related_name="sessions", db_constraint=False, db_index=False
    )
    number = models.SmallIntegerField(_("第几节"))
    title = models.CharField(_("本节主题"), max_length=60, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=GroupStage)
    state = models.CharField(_("状态"), max_length=10, choices=SessionState, default=SessionState.PLANNED)
    starts_at = models.DateTimeField(_("开始时间"))
    minutes = models.SmallIntegerField(_("时长(分钟)"), default=90)
    place = models.CharField(_("地点"), max_length=10, choices=Place, default=Place.STATION)
    aims = models.TextField(_("本节目标"), blank=True)
    flow = models.TextField(_("流程"), blank=True)
    materials = models.TextField(_("物资"), blank=True)
    content = models.TextField(_("做了什么"), blank=True)
    dynamics = models.TextField(_("小组动力"), blank=True)
    progress = models.TextField(_("目标达成"), blank=True)
    next_step = models.CharField(_("跟进事项"), max_length=500, blank=True)
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("小组活动节次")
        verbose_name_plural = _("小组活动节次")
        constraints = [
            models.UniqueConstraint(fields=["social_group", "number", "hub"], name="practice_groupsession_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="practice_groupsession_from_one"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=DAY_MINUTES), name="practice_groupsession_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(state="held", record__isnull=False) & ~Q(aims="") & ~Q(flow="")
                | ~Q(state="held") & Q(record__isnull=True),
                name="practice_groupsession_held_has_plan_and_record",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="practice_groupsession_cancelled_why"
            ),
        ]
        indexes = [models.Index(fields=["station", "starts_at"], name="practice_groupsession_station")]


class SessionAttendance(OfHub):
    """Whether a member came to a session, and what was seen of the member there."""

    pk = models.CompositePrimaryKey("session_id", "client_id")
    session = models.ForeignKey(
        GroupSession, on_delete=models.CASCADE, related_name="attendances", db_constraint=False, db_index=False
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    presence = models.CharField(_("出席"), max_length=8, choices=Presence)
    reason = models.CharField(_("缺席原因"), max_length=200, blank=True)
    note = models.CharField(_("表现"), max_length=500, blank=True)
