"""What a case is to reach, how far it got (goal attainment scaling), and the services planned for it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem
from shegong.people.models import Account
from shegong.practice.enums import Per
from shegong.practice.models.case import Case
from shegong.practice.models.case_file import OfCase


class CaseGoal(OfCase):
    """A goal with its measure, baseline and what each level from -2 to +2 would look like (Kiresuk & Sherman 1968).

    `levels` holds five texts, the worst first. A goal is never deleted: it is given up on a day.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="goals", db_constraint=False)
    position = models.SmallIntegerField(default=1)
    statement = models.TextField(_("目标"))
    measure = models.CharField(_("怎样衡量"), max_length=200)
    baseline = models.CharField(_("现在怎样"), max_length=200)
    levels = ArrayField(models.CharField(max_length=200), size=5)
    weight = models.SmallIntegerField(_("权重"), default=1)
    due_on = models.DateField(_("完成日期"))
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    dropped_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=9), name="practice_casegoal_weight_1_to_9"),
            models.CheckConstraint(condition=Q(levels__len=5), name="practice_casegoal_five_levels"),
        ]


class GoalRating(OfCase):
    """How far a goal was reached on a day, -2 to +2. Rows are only added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings", db_constraint=False)
    goal = models.ForeignKey(
        CaseGoal, on_delete=models.PROTECT, related_name="ratings", db_constraint=False, db_index=False
    )
    rated_on = models.DateField(_("评定日期"))
    level = models.SmallIntegerField(_("达成程度"))
    note = models.CharField(_("依据"), max_length=200, blank=True)
    rated_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=-2, level__lte=2), name="practice_goalrating_minus_2_to_2"),
        ]


class PlannedService(OfCase):
    """A service of the catalogue planned for a case: how often, how long, from when until when."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="planned_services", db_constraint=False)
    service = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    times = models.SmallIntegerField(_("次数"))
    per = models.CharField(_("频率"), max_length=5, choices=Per)
    minutes = models.SmallIntegerField(_("每次时长(分钟)"))
    since = models.DateField(_("开始日期"))
    until = models.DateField(_("结束日期"))
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    dropped_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="practice_plannedservice_ends_after_start"),
            models.CheckConstraint(
                condition=Q(times__gte=1, times__lte=99, minutes__gte=1, minutes__lte=24 * 60),
                name="practice_plannedservice_possible",
            ),
            models.CheckConstraint(condition=Q(per__in=Per.values), name="practice_plannedservice_known_frequency"),
        ]
