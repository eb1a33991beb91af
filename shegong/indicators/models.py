"""Tallies, kept by triggers in the writer's own transaction; targets; figures once published; work reports."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.workforce.models import Worker


class Tally(models.Model):
    """What happened below a station (a town station or a hub, with all that lies under it) in a period, by one facet.

    One row per unit, period and facet value; `facet` 0 is the total. Rows of quarters and years count persons alone:
    all else is the sum of their months. Readings of a single leaf come from its records,
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
    cases_improved = models.IntegerField(db_default=0)
    goal_sum = models.IntegerField(db_default=0)  # ten times the T-scores of closed cases
    goal_count = models.IntegerField(db_default=0)
    enquiries = models.IntegerField(db_default=0)
    enquiries_accepted = models.IntegerField(db_default=0)
    supervision_minutes = models.IntegerField(db_default=0)


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


class WorkReportState(models.TextChoices):
    """A work report is written, then issued; from then on it stays as it is."""

    DRAFT = "draft", _("草稿")
    ISSUED = "issued", _("已签发")


class WorkReport(models.Model):
    """A month's or year's report of a station (a county's hub among them) or, with `worker`, of one of its people.

    `sections` is [{"key", "title", "text"}], written by us first and changed by people. `figures` is empty while it is
    a draft, whose numbers are read afresh; issuing puts in what they were: [{"code", "value", "before", "year_ago"}].
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="work_reports", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="work_reports")
    kind = models.SmallIntegerField(_("期间"), choices=[(PeriodKind.MONTH, _("月报")), (PeriodKind.YEAR, _("年报"))])
    starts_on = models.DateField()
    state = models.CharField(_("状态"), max_length=10, choices=WorkReportState, default=WorkReportState.DRAFT)
    sections = models.JSONField(default=list)
    figures = models.JSONField(default=list)
    revision = models.IntegerField(default=0)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("工作报告")
        verbose_name_plural = _("工作报告")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "worker", "kind", "starts_on"],
                name="indicators_workreport_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[PeriodKind.MONTH, PeriodKind.YEAR]), name="indicators_workreport_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", issued_at__isnull=True, issued_by__isnull=True, figures=[])
                | (models.Q(state="issued", issued_at__isnull=False, issued_by__isnull=False) & ~models.Q(figures=[])),
                name="indicators_workreport_issued_whole",
            ),
        ]
        indexes = [models.Index(fields=["hub", "starts_on"], name="indicators_workreport_hub")]

    @property
    def period(self) -> Period:
        """The month or year."""
        return Period(PeriodKind(self.kind), self.starts_on)
