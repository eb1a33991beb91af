"""Tallies, kept by triggers in the writer's own transaction; targets; and figures once published."""

from django.db import models
from django.utils.translation import get_language
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


class PublishedFigure(models.Model):
    """What a station published as an indicator's value for a year, to be explained beside what the rows say now."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="published_figures")
    code = models.CharField(_("指标"), max_length=60)
    year = models.SmallIntegerField(_("年度"))
    value = models.DecimalField(_("公布值"), max_digits=14, decimal_places=2)
    numerator = models.IntegerField(_("分子"), null=True, blank=True)
    source_zh = models.CharField(_("来源"), max_length=200)
    source_en = models.CharField(_("来源（英文）"), max_length=200)

    class Meta:
        verbose_name = _("已公布的数字")
        verbose_name_plural = _("已公布的数字")
        constraints = [models.UniqueConstraint(fields=["station", "code", "year"], name="indicators_published_once")]

    @property
    def source(self) -> str:
        """Where it was published, in the language of the request."""
        return self.source_en if (get_language() or "").startswith("en") else self.source_zh

    @property
    def implied_denominator(self) -> int | None:
        """The denominator that the published percentage implies, to the nearest whole."""
        return round(self.numerator * 100 / self.value) if self.numerator and self.value else None
