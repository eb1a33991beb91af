"""Needs assessments, and the case from opening over plan to closure."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field, Instrument, PopulationGroup
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import CaseStage, CloseReason, Risk
from shegong.practice.models.client import Client, OfHub
from shegong.workforce.models import Worker


class Assessment(OfHub):
    """A needs assessment with a structured form. `answers` is {question key: answer} for the instrument's version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="assessments", db_constraint=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessed_on = models.DateField(_("评估日期"))
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    answers = models.JSONField(default=dict)
    risk = models.SmallIntegerField(_("风险等级"), choices=Risk)
    strengths = models.TextField(_("优势与资源"), blank=True)
    summary = models.TextField(_("评估小结"), blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("需求评估")
        verbose_name_plural = _("需求评估")
        indexes = [models.Index(fields=["station", "assessed_on"], name="practice_assessment_station")]
        constraints = [
            models.CheckConstraint(condition=Q(risk__gte=1, risk__lte=4), name="practice_assessment_risk_1_to_4"),
        ]


class AssessmentNeed(OfHub):
    """How strongly a need was found in a field of service: 0 none, 1 some, 2 marked, 3 severe."""

    pk = models.CompositePrimaryKey("assessment_id", "field_id")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, related_name="needs", db_constraint=False, db_index=False
    )
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.SmallIntegerField(_("需求程度"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=3), name="practice_need_level_0_to_3"),
        ]


class Case(OfHub):
    """A case (个案) on its way through the six stages; none is skipped, each way back has a reason (MZ/T 094-2017).

    `round` grows with each way back: approvals hold for their round. `planned_on` is the day of the plan's last
    approval, `entered_on` the day of the present stage. `early_reason` says why a case ends before its plan was carried
    out. `moved`: it lies at another station than where it was opened. `goal_score` is ten times the T-score of the last
    ratings, `improved` whether it is higher than that of the first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("个案编号"), max_length=30)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="cases", db_constraint=False)
    group = models.ForeignKey(PopulationGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="cases")
    supervisor = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="supervised_cases"
    )
    stage = models.CharField(_("阶段"), max_length=12, choices=CaseStage, default=CaseStage.INTAKE)
    round = models.SmallIntegerField(default=1)
    entered_on = models.DateField(null=True, blank=True)
    problem = models.TextField(_("主要问题"))
    opened_on = models.DateField(_("接案日期"))
    opened_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    no_guardian_reason = models.CharField(_("没有监护人的原因"), max_length=200, blank=True, default="")
    risk = models.SmallIntegerField(_("风险等级"), choices=Risk, null=True, blank=True)
    planned_on = models.DateField(_("计划批准日期"), null=True, blank=True)
    early_reason = models.CharField(max_length=12, choices=CloseReason, blank=True, default="")
    moved = models.BooleanField(default=False)
    goal_score = models.SmallIntegerField(_("目标达成 T 分"), null=True, blank=True)
    improved = models.BooleanField(_("有改善"), null=True, blank=True)
    closed_on = models.DateField(_("结案日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    close_reason = models.CharField(_("结案原因"), max_length=12, choices=CloseReason, blank=True)
    outcome = models.TextField(_("成效小结"), blank=True)

    class Meta:
        verbose_name = _("个案")
        verbose_name_plural = _("个案")
        constraints = [
            models.UniqueConstraint(fields=["hub", "number"], name="practice_case_number_once_in_a_hub"),
            models.CheckConstraint(condition=Q(stage__in=CaseStage.values), name="practice_case_known_stage"),
            models.CheckConstraint(
                condition=Q(stage="closed", closed_on__isnull=False) | (~Q(stage="closed") & Q(closed_on__isnull=True)),
                name="practice_case_closed_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(stage="intervention") | Q(planned_on__isnull=False),
                name="practice_case_intervention_is_planned",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["evaluation", "closed"]) | Q(planned_on__isnull=False) | ~Q(early_reason=""),
                name="practice_case_ends_planned_or_early",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True, close_reason="")
                | (Q(closed_on__isnull=False, closed_by__isnull=False) & ~Q(close_reason="")),
                name="practice_case_closed_on_by_and_reason_together",
            ),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=True) | Q(planned_on__gte=F("opened_on")),
                name="practice_case_planned_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | (Q(closed_on__gte=F("opened_on")) & (Q(planned_on__isnull=True) | Q(closed_on__gte=F("planned_on")))),
                name="practice_case_closed_after_planning",
            ),
            models.CheckConstraint(
                condition=Q(risk__isnull=True) | Q(risk__gte=1, risk__lte=4), name="practice_case_risk_1_to_4"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "opened_on"], name="practice_case_station"),
            models.Index(
                fields=["station", "closed_on"], condition=Q(closed_on__isnull=False), name="practice_case_closed"
            ),
            models.Index(fields=["station", "client"], condition=Q(moved=True), name="practice_case_moved"),
        ]
