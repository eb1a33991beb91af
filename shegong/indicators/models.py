"""Tallies, kept by triggers in the writer's own transaction, and targets."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station


class Tally(models.Model):
    """What happened below a station (a town station or a hub, with all that lies under it) in a period, by one facet.

    One row per unit, period and facet value; `facet` 0 is the total. Readings of a single leaf come from its records,
    those of the city from its hubs. Written only by the database's own functions (migration 0002).
    """

    pk = models.CompositePrimaryKey("unit_id", "kind", "starts_on", "facet", "facet_id")
    unit = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    kind = models.SmallIntegerField()  # 1 month, 2 quarter, 3 year
    starts_on = models.DateField()
    facet = models.SmallIntegerField()  # 0 total, 1 group, 2 field, 3 service, 4 method
    facet_id = models.IntegerField()
    records = models.IntegerField(db_default=0)
    person_times = models.IntegerField(db_default=0)
    persons = models.IntegerField(db_default=0)
    work_minutes = models.BigIntegerField(db_default=0)
    satisfaction_sum = models.IntegerField(db_default=0)
    satisfaction_count = models.IntegerField(db_default=0)
    cases_opened = models.IntegerField(db_default=0)
    cases_closed = models.IntegerField(db_default=0)
    assessments = models.IntegerField(db_default=0)


class Target(models.Model):
    """What a station means to reach in a year, by its own plan; it is compared with nobody else's."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, verbose_name=_("站点"), related_name="targets")
    code = models.CharField(_("指标"), max_length=60)
    year = models.SmallIntegerField(_("年度"))
    value = models.DecimalField(_("目标值"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("目标")
        verbose_name_plural = _("目标")
        constraints = [models.UniqueConstraint(fields=["station", "code", "year"], name="indicators_target_once")]
