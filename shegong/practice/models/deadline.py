"""How long somebody may have to wait, as data: the clocks by urgency, and the days that differ from the week's."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Deadline(models.Model):
    """How soon something must be done: either hours, or working days (until the end of the last of them).

    Codes are those of `enums.Urgency`; `report` is the duty to report at once, `escalate` how long after it is late the
    county is told as well.
    """

    code = models.CharField(_("代码"), max_length=10, primary_key=True)
    hours = models.SmallIntegerField(_("小时"), null=True, blank=True)
    working_days = models.SmallIntegerField(_("工作日"), null=True, blank=True)

    class Meta:
        verbose_name = _("办理时限")
        verbose_name_plural = _("办理时限")
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gte=1, working_days__isnull=True) | Q(hours__isnull=True, working_days__gte=1),
                name="practice_deadline_hours_or_working_days",
            ),
        ]


class SpecialDay(models.Model):
    """A holiday on a weekday, or a weekend's day that is worked instead (the State Council's yearly notice)."""

    day = models.DateField(_("日期"), primary_key=True)
    is_working = models.BooleanField(_("上班"))
    source = models.CharField(_("依据"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("节假日与调休")
        verbose_name_plural = _("节假日与调休")
