"""Who is away when, and who stands in; and how much work is held to be fair in a county."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.workforce.models.worker import Worker

DAYS_AWAY = Func(F("first_on"), F("last_on"), Value("[]"), function="daterange")


class Leave(models.Model):
    """A worker is away from a day to a day, both included, and somebody may stand in. Nobody is asked why. What was
    called off stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, verbose_name=_("社会工作者"), related_name="leaves")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField(_("第一天"))
    last_on = models.DateField(_("最后一天"))
    stand_in = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("替岗人"), related_name="standing_in"
    )
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("休假")
        verbose_name_plural = _("休假")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="workforce_leave_ends_after_start"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("worker")), name="workforce_leave_by_another"
            ),
            ExclusionConstraint(
                name="workforce_leave_once_at_a_time",
                expressions=[("worker", RangeOperators.EQUAL), (DAYS_AWAY, RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["hub", "last_on"], name="workforce_leave_hub")]


class FairRange(models.Model):
    """How many open cases and how many hours of service a week a county holds to be fair for somebody full-time."""

    hub = models.OneToOneField(Station, on_delete=models.CASCADE, primary_key=True, related_name="+")
    cases_low = models.SmallIntegerField(_("在办个案：不少于"))
    cases_high = models.SmallIntegerField(_("在办个案：不多于"))
    hours_low = models.SmallIntegerField(_("每周服务小时：不少于"))
    hours_high = models.SmallIntegerField(_("每周服务小时：不多于"))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("合理工作量")
        verbose_name_plural = _("合理工作量")
        constraints = [
            models.CheckConstraint(
                condition=Q(cases_low__gte=0, cases_high__gte=F("cases_low"), cases_high__lte=200),
                name="workforce_fairrange_cases",
            ),
            models.CheckConstraint(
                condition=Q(hours_low__gte=0, hours_high__gte=F("hours_low"), hours_high__lte=80),
                name="workforce_fairrange_hours",
            ),
        ]
