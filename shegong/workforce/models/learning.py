"""Continuing education: courses and who came, the ledger of hours, and the ladder that rests on it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.network.models import Station, ends_after_start
from shegong.people.models import Account
from shegong.workforce.enums import (
    CareerMeasure,
    CareerStep,
    CourseState,
    EnrolmentState,
    LearningKind,
    RegisterCheckState,
)
from shegong.workforce.models.credential import OfWorker, Proof, decided_together

DEGREE_HOURS = 90


class Course(models.Model):
    """A course that a station organises. It names no learner; `taken` counts the places taken, `waiting` those who wait
    for one; a trigger keeps both, so that a course is never oversold whoever enrols at the same time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("主办站点"), related_name="+")
    title = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=LearningKind, default=LearningKind.TRAINING)
    about = models.TextField(_("内容"), blank=True, default="")
    teacher = models.CharField(_("讲师"), max_length=100, blank=True, default="")
    place = models.CharField(_("地点或网址"), max_length=200)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    enrol_until = models.DateTimeField(_("报名截止"))
    hours = models.SmallIntegerField(_("学时"))
    capacity = models.SmallIntegerField(_("名额"))
    taken = models.SmallIntegerField(default=0, editable=False)
    waiting = models.SmallIntegerField(default=0, editable=False, db_default=0)
    is_city_wide = models.BooleanField(_("全市可报名"), default=True)
    state = models.CharField(_("状态"), max_length=10, choices=CourseState, default=CourseState.OPEN)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = _("课程")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="workforce_course_ends_after_start"),
            models.CheckConstraint(condition=Q(enrol_until__lte=F("ends_at")), name="workforce_course_enrol_in_time"),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=90), name="workforce_course_hours"),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=2000), name="workforce_course_capacity"),
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("capacity")), name="workforce_course_never_oversold"
            ),
            models.CheckConstraint(condition=~Q(kind="degree"), name="workforce_course_gives_no_degree"),
            models.CheckConstraint(
                condition=Q(state="cancelled") ^ Q(cancel_reason=""), name="workforce_course_cancelled_says_why"
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="workforce_course_starts")]

    def __str__(self) -> str:
        return self.title


class Enrolment(OfWorker):
    """A worker's place in a course. The name is copied, since a course's organiser may not see the worker's file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, verbose_name=_("课程"), related_name="enrolments")
    name = models.CharField(_("姓名"), max_length=60)
    state = models.CharField(_("状态"), max_length=10, choices=EnrolmentState, default=EnrolmentState.ENROLLED)
    enrolled_at = models.DateTimeField(_("报名时间"))
    enrolled_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    moved_up_at = models.DateTimeField(_("候补转正时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("课程报名")
        verbose_name_plural = _("课程报名")
        constraints = [
            models.UniqueConstraint(fields=["worker", "course"], name="workforce_enrolment_once_a_course"),
        ]


class LearningEntry(OfWorker):
    """Hours of continuing education. Those from a course come by themselves (a trigger makes them under the enrolment's
    key); what a worker reports counts once it was checked. A degree counts 90 hours, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("类型"), max_length=12, choices=LearningKind)
    title = models.CharField(_("名称"), max_length=100)
    organiser = models.CharField(_("主办单位"), max_length=100, blank=True, default="")
    learned_on = models.DateField(_("完成日期"))
    hours = models.SmallIntegerField(_("学时"))
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, null=True, blank=True, related_name="entry", editable=False
    )
    state = models.CharField(_("状态"), max_length=10, choices=RegisterCheckState, default=RegisterCheckState.WAITING)
    entered_at = models.DateTimeField(_("填报时间"))
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.CharField(_("审核意见"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("继续教育")
        verbose_name_plural = _("继续教育")
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=90), name="workforce_learning_hours"),
            models.CheckConstraint(
                condition=~Q(kind="degree") | Q(hours=DEGREE_HOURS), name="workforce_learning_degree_counts_90"
            ),
            models.UniqueConstraint(
                fields=["worker"],
                condition=Q(kind="degree", state__in=["waiting", "approved"]),
                name="workforce_learning_degree_once",
            ),
            decided_together(
                "workforce_learning_decided_at_and_by", RegisterCheckState.APPROVED, RegisterCheckState.DECLINED
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="workforce_learning_declined_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "learned_on"], name="workforce_learning_worker"),
            models.Index(fields=["hub", "state", "entered_at"], name="workforce_learning_hub"),
            models.Index(fields=["station", "state", "entered_at"], name="workforce_learning_station"),
        ]


class CareerCondition(models.Model):
    """What a step of the career ladder asks for, since when, and by which source. `least` is a number of years or
    hours; for a certificate its place among the levels (1 assistant, 2 social worker, 3 senior); 1 for a registration.
    """

    step = models.CharField(_("职级"), max_length=10, choices=CareerStep)
    measure = models.CharField(_("条件"), max_length=12, choices=CareerMeasure)
    least = models.SmallIntegerField(_("至少"))
    source = models.CharField(_("依据"), max_length=100)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("职级条件")
        verbose_name_plural = _("职级条件")
        constraints = [
            models.UniqueConstraint(fields=["step", "measure", "since"], name="workforce_career_condition_once"),
            ends_after_start("workforce_career_condition_ends"),
            models.CheckConstraint(condition=Q(least__gte=1, least__lte=2000), name="workforce_career_condition_least"),
        ]

    def __str__(self) -> str:
        return f"{CareerStep(self.step).label} {CareerMeasure(self.measure).label}"
