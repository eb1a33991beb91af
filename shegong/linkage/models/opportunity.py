"""Opportunities to help: the call, who signed up, who came for how long, and certificates of it (Order 67)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.linkage.enums import (
    CertificateState,
    CorrectionDecision,
    OpportunityState,
    TrainingTopic,
    VolunteerSignUpState,
)
from shegong.linkage.models.volunteer import OfStation, Volunteer
from shegong.network.models import Station
from shegong.people.models import Account


class Opportunity(OfStation):
    """A call for volunteers: what is to be done where and when, for how many, on what conditions. Public once it is
    open. `taken` and `waiting` are counted by the database, which also decides who gets a place.
    """

    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    title = models.CharField(_("项目名称"), max_length=60)
    work = models.CharField(_("服务内容"), max_length=500)
    place = models.CharField(_("服务地点"), max_length=100)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    places = models.SmallIntegerField(_("招募人数"))
    taken = models.SmallIntegerField(default=0, editable=False)
    waiting = models.SmallIntegerField(default=0, editable=False)
    minimum_age = models.SmallIntegerField(_("最低年龄"), default=14)
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    training = models.CharField(_("须完成的培训"), max_length=10, choices=TrainingTopic, blank=True)
    insurance = models.CharField(_("保险说明"), max_length=200, blank=True)
    contact = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=30)
    state = models.CharField(_("状态"), max_length=10, choices=OpportunityState, default=OpportunityState.DRAFT)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("志愿服务机会")
        verbose_name_plural = _("志愿服务机会")
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0, waiting__gte=0, taken__lte=F("places")), name="linkage_opportunity_places"
            ),
            models.CheckConstraint(
                condition=Q(places__range=(1, 5000), minimum_age__range=(0, 80)) & Q(ends_at__gt=F("starts_at")),
                name="linkage_opportunity_in_bounds",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="linkage_opportunity_cancelled_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "-starts_at"], name="linkage_opportunity_station"),
            models.Index(fields=["hub", "-starts_at"], name="linkage_opportunity_hub"),
            models.Index(fields=["starts_at"], condition=Q(state="open"), name="linkage_opportunity_open"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def free(self) -> int:
        """How many places are left."""
        return self.places - self.taken

    @property
    def length(self) -> int:
        """How long it lasts, in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class OfOpportunity(OfStation):
    """What belongs to an opportunity and a volunteer."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="+", db_index=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class SignUp(OfOpportunity):
    """A volunteer's sign-up. Whether there is a place or one waits is the database's to say."""

    state = models.CharField(
        _("状态"), max_length=10, choices=VolunteerSignUpState, default=VolunteerSignUpState.SIGNED
    )
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("志愿报名")
        verbose_name_plural = _("志愿报名")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "volunteer"], condition=~Q(state="withdrawn"), name="linkage_signup_once"
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "state", "at", "id"], name="linkage_signup_order"),
            models.Index(fields=["volunteer", "-at"], name="linkage_signup_volunteer"),
            # Whom those who organise may see.
            models.Index(fields=["station", "volunteer"], name="linkage_signup_station"),
            models.Index(fields=["hub", "volunteer"], name="linkage_signup_hub"),
        ]


class Attendance(OfOpportunity):
    """Whether a volunteer came, from when to when: hours of service without travel, never longer than the event. Who
    organised records and confirms it; confirmed, it changes only by a correction.
    """

    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    on_day = models.DateField(_("服务日期"))
    came = models.BooleanField(_("到场"))
    starts_at = models.DateTimeField(_("开始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)
    minutes = models.SmallIntegerField(default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("志愿服务记录")
        verbose_name_plural = _("志愿服务记录")
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "volunteer"], name="linkage_attendance_once"),
            models.CheckConstraint(
                condition=Q(came=False, minutes=0, starts_at__isnull=True, ends_at__isnull=True)
                | Q(came=True, minutes__gte=1, starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="linkage_attendance_in_full",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="linkage_attendance_confirmed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-on_day"], name="linkage_attendance_volunteer"),
            # Hours are added up from the index alone.
            models.Index(
                fields=["on_day"],
                include=["hub", "town", "station", "minutes"],
                condition=Q(confirmed_at__isnull=False, came=True),
                name="linkage_attendance_hours",
            ),
        ]


class HoursCorrection(OfOpportunity):
    """A wish to correct what was confirmed (Order 67 gives volunteers the right), with what stood before; decided by
    who organised, never by the volunteer.
    """

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="corrections")
    reason = models.CharField(_("理由"), max_length=200)
    came = models.BooleanField(_("到场"))
    starts_at = models.DateTimeField(_("开始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)
    minutes = models.SmallIntegerField(default=0)
    was = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.CharField(
        _("处理结果"), max_length=10, choices=CorrectionDecision, default=CorrectionDecision.OPEN
    )
    answer = models.CharField(_("答复"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("服务时长更正")
        verbose_name_plural = _("服务时长更正")
        constraints = [
            models.UniqueConstraint(
                fields=["attendance"], condition=Q(decision="open"), name="linkage_hourscorrection_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(reason="")
                & (
                    Q(came=False, minutes=0, starts_at__isnull=True, ends_at__isnull=True)
                    | Q(came=True, minutes__gte=1, starts_at__isnull=False, ends_at__gt=F("starts_at"))
                ),
                name="linkage_hourscorrection_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decision="open", decided_at__isnull=True, decided_by__isnull=True, answer="")
                | ~Q(decision="open") & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(answer=""),
                name="linkage_hourscorrection_decided_in_full",
            ),
        ]
        indexes = [models.Index(fields=["station", "decision"], name="linkage_hourscorrection_open")]


class Certificate(OfStation):
    """A certificate of service (志愿服务记录证明): whom by number, how often and how long, who issued it, under which
    number it can be checked by anybody. `address` is what its QR code holds.
    """

    number = models.CharField(_("证明编号"), max_length=16, unique=True)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="certificates")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    services = models.IntegerField(_("服务次数"))
    minutes = models.IntegerField(_("服务时长"))
    issuer = models.CharField(_("出具单位"), max_length=120)
    contact = models.CharField(_("联系方式"), max_length=60, blank=True)
    address = models.CharField(max_length=200)
    issued_on = models.DateField(_("出具日期"))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("状态"), max_length=10, choices=CertificateState, default=CertificateState.VALID)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    withdrawn_why = models.CharField(_("撤回原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("志愿服务记录证明")
        verbose_name_plural = _("志愿服务记录证明")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"), services__gte=1, minutes__gte=1),
                name="linkage_certificate_of_service",
            ),
            models.CheckConstraint(
                condition=Q(state="valid", withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why=""),
                name="linkage_certificate_withdrawn_for_a_reason",
            ),
        ]
