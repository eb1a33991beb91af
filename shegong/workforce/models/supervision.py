"""Supervision of workers (MZ/T 166-2021): who supervises, what was agreed, the sessions, and what became of the advice.

A session isn't a service to a client and makes no service record. Its facts (when, how long, who came, which topics)
are for planning and hours; what was said is kept apart, in its note, and seen by fewer.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.network.models import Station, ends_after_start
from shegong.people.models import Account
from shegong.workforce.enums import (
    AdviceState,
    AdviceStepKind,
    AgreementState,
    Attendance,
    SupervisionForm,
    SupervisionFunction,
    SupervisionMode,
    SupervisionState,
    SupervisionTopic,
    SupervisorKind,
)
from shegong.workforce.models.worker import Worker


class SupervisorProfile(models.Model):
    """What a supervisor offers: specialities, functions, hours a month, and the counties within reach.

    `groups`, `fields` and `methods` are codes of the catalogue (PopulationGroup.code, Field.code, Method); empty means
    none in particular. `hub_ids` are the hubs whose stations the supervisor can come to, the own one included.
    """

    worker = models.OneToOneField(
        Worker, on_delete=models.CASCADE, primary_key=True, verbose_name=_("督导"), related_name="supervisor_profile"
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=8, choices=SupervisorKind, default=SupervisorKind.INTERNAL)
    groups = ArrayField(models.CharField(max_length=20), verbose_name=_("擅长人群"), default=list, blank=True)
    fields = ArrayField(models.CharField(max_length=4), verbose_name=_("擅长领域"), default=list, blank=True)
    methods = ArrayField(models.CharField(max_length=1), verbose_name=_("擅长方法"), default=list, blank=True)
    functions = ArrayField(
        models.CharField(max_length=10, choices=SupervisionFunction), verbose_name=_("督导功能"), default=list
    )
    monthly_hours = models.SmallIntegerField(_("每月可用小时"))
    hub_ids = ArrayField(models.IntegerField(), verbose_name=_("可到达的区(市)县"), default=list, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("督导档案")
        verbose_name_plural = _("督导档案")
        constraints = [
            ends_after_start("workforce_supervisor_ends_after_start"),
            models.CheckConstraint(
                condition=Q(monthly_hours__gte=0, monthly_hours__lte=240), name="workforce_supervisor_monthly_hours"
            ),
        ]
        indexes = [models.Index(fields=["hub"], name="workforce_supervisor_hub")]


class SupervisionAgreement(models.Model):
    """That a supervisor supervises a station's workers, from when to when, for how many hours and at what price.

    It is for the workers at home at the station or in its rooms; with `supervisee_ids`, for those workers only.
    `hours` are those of the whole term; a price of 0 is free of charge. It runs while `state` is running and today
    lies in [since, until). The terms stand once it is in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    supervisor = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("督导"), related_name="agreements"
    )
    station = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("站点"), related_name="+")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    supervisee_ids = ArrayField(models.BigIntegerField(), verbose_name=_("督导对象"), default=list, blank=True)
    kind = models.CharField(_("类别"), max_length=8, choices=SupervisorKind)
    state = models.CharField(_("状态"), max_length=8, choices=AgreementState, default=AgreementState.DRAFT)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    hours = models.DecimalField(_("约定小时数"), max_digits=6, decimal_places=1)
    price = models.DecimalField(_("每小时费用(元)"), max_digits=8, decimal_places=2, default=0)
    goals = models.TextField(_("督导目标"), blank=True)
    end_reason = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("督导协议")
        verbose_name_plural = _("督导协议")
        constraints = [
            ends_after_start("workforce_agreement_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(supervisee_ids__contains=[F("supervisor_id")]), name="workforce_agreement_not_of_oneself"
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="workforce_agreement_has_hours"),
            models.CheckConstraint(condition=Q(price__gte=0), name="workforce_agreement_price"),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(goals=""), name="workforce_agreement_in_force_has_goals"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "since"], name="workforce_agreement_station"),
            models.Index(fields=["hub", "since"], name="workforce_agreement_hub"),
        ]


class SupervisionSession(models.Model):
    """A meeting of a supervisor with one or several workers under an agreement: planned, then held or cancelled.

    `supervisor`, `station` and `hub` are the agreement's. A supervisor is never in two places at a time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(SupervisionAgreement, on_delete=models.PROTECT, related_name="sessions")
    supervisor = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("督导"), related_name="sessions", db_index=False
    )
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    state = models.CharField(_("状态"), max_length=10, choices=SupervisionState, default=SupervisionState.PLANNED)
    form = models.CharField(_("形式"), max_length=10, choices=SupervisionForm, default=SupervisionForm.INDIVIDUAL)
    mode = models.CharField(_("方式"), max_length=8, choices=SupervisionMode, default=SupervisionMode.ONSITE)
    place = models.CharField(_("地点"), max_length=100, blank=True)
    functions = ArrayField(
        models.CharField(max_length=10, choices=SupervisionFunction),
        verbose_name=_("督导功能"),
        default=list,
        blank=True,
    )
    topics = ArrayField(
        models.CharField(max_length=10, choices=SupervisionTopic), verbose_name=_("督导议题"), default=list, blank=True
    )
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    digest = models.BinaryField(max_length=16, null=True, editable=False)
    people: list[str]  # names of who is expected or came, where queries.supervision.with_people read them

    class Meta:
        verbose_name = _("督导活动")
        verbose_name_plural = _("督导活动")
        constraints = [
            ExclusionConstraint(
                name="workforce_session_one_place_at_a_time",
                expressions=[
                    ("supervisor", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            template="%(function)s(%(expressions)s)",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state="cancelled"),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="workforce_session_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(functions__len__gte=1, topics__len__gte=1),
                name="workforce_session_held_has_function_and_topic",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="workforce_session_cancelled_why"
            ),
        ]
        indexes = [
            models.Index(fields=["supervisor", "starts_at"], name="workforce_session_supervisor"),
            models.Index(fields=["station", "starts_at"], name="workforce_session_station"),
            models.Index(fields=["hub", "starts_at"], name="workforce_session_hub"),
        ]


class SupervisionNote(models.Model):
    """What was said in a session: for those who were there, the station's head and the county."""

    session = models.OneToOneField(SupervisionSession, on_delete=models.CASCADE, primary_key=True, related_name="note")
    record = models.TextField(_("督导记录"))


class SupervisionAttendee(models.Model):
    """A worker who is expected at a session, came, or didn't. Never the supervisor."""

    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="attendees", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(SupervisorProfile, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    presence = models.CharField(_("到场"), max_length=8, choices=Attendance, default=Attendance.EXPECTED)

    class Meta:
        verbose_name = _("督导参加人")
        verbose_name_plural = _("督导参加人")
        constraints = [
            models.UniqueConstraint(fields=["session", "worker"], name="workforce_attendee_once"),
            models.CheckConstraint(
                condition=~Q(worker_id=F("supervisor_id")), name="workforce_attendee_not_the_supervisor"
            ),
        ]


class SupervisionAdvice(models.Model):
    """Something a supervisor advised: who sees to it until when, and how far it has come."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="advice")
    supervisor = models.ForeignKey(SupervisorProfile, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(_("督导建议"), max_length=500)
    responsible = models.ForeignKey(
        Worker, on_delete=models.PROTECT, verbose_name=_("负责人"), related_name="+", db_index=False
    )
    due_on = models.DateField(_("完成期限"))
    state = models.CharField(_("状态"), max_length=8, choices=AdviceState, default=AdviceState.OPEN)

    class Meta:
        verbose_name = _("督导建议")
        verbose_name_plural = _("督导建议")
        indexes = [
            models.Index(fields=["responsible", "state", "due_on"], name="workforce_advice_responsible"),
            models.Index(fields=["supervisor", "state", "due_on"], name="workforce_advice_supervisor"),
            models.Index(fields=["station", "state"], name="workforce_advice_station"),
        ]


class SupervisionAdviceStep(models.Model):
    """What was done about an advice, and what its supervisor found; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advice = models.ForeignKey(SupervisionAdvice, on_delete=models.CASCADE, related_name="steps")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("步骤"), max_length=8, choices=AdviceStepKind)
    note = models.CharField(_("说明"), max_length=500)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class SupervisionRating(models.Model):
    """What a supervised worker says of a session (1 to 5 each), for head and county; its supervisor sees averages."""

    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    helpful = models.SmallIntegerField(_("对工作有帮助"))
    respected = models.SmallIntegerField(_("感到被理解和支持"))
    clear = models.SmallIntegerField(_("建议清楚可行"))
    comment = models.CharField(_("想说的话"), max_length=300, blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("督导评价")
        verbose_name_plural = _("督导评价")
        constraints = [
            models.UniqueConstraint(fields=["session", "worker"], name="workforce_rating_once"),
            models.CheckConstraint(
                condition=Q(helpful__range=(1, 5), respected__range=(1, 5), clear__range=(1, 5)),
                name="workforce_rating_one_to_five",
            ),
        ]


class SupervisionHandover(models.Model):
    """A note from one of a station's supervisors to another, and that it was taken note of."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    giver = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("交接人"), related_name="+", db_index=False
    )
    taker = models.ForeignKey(SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("接收人"), related_name="+")
    note = models.CharField(_("交接内容"), max_length=500)
    given_on = models.DateField(_("交接日期"))
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("督导交接")
        verbose_name_plural = _("督导交接")
        constraints = [
            models.CheckConstraint(condition=~Q(giver_id=F("taker_id")), name="workforce_handover_to_another"),
        ]
        indexes = [models.Index(fields=["station", "given_on"], name="workforce_handover_station")]
