"""The shared pool of supervision: hours offered, hours asked for, who was booked, and the proposals between them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.workforce.enums import BookingState, PoolUrgency, ProposalState, RequestState, SupervisionTopic
from shegong.workforce.models.supervision import SupervisionAgreement, SupervisionSession, SupervisorProfile
from shegong.workforce.models.worker import Worker


def half_hours(name: str) -> models.CheckConstraint:
    """`hours` are some half hours."""
    whole = Func(
        F("hours"), template="(trunc(%(expressions)s * 2) = %(expressions)s * 2)", output_field=models.BooleanField()
    )
    return models.CheckConstraint(condition=Q(hours__gt=0) & Q(whole), name=name)


class SupervisionOffer(models.Model):
    """How many hours a supervisor offers the pool in a month, and in which counties (`hub_ids`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    supervisor = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("督导"), related_name="offers", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("月份"))
    hours = models.DecimalField(_("可提供小时数"), max_digits=4, decimal_places=1)
    hub_ids = ArrayField(models.IntegerField(), verbose_name=_("可到达的区(市)县"))
    note = models.CharField(_("时间说明"), max_length=200, blank=True)
    offered_at = models.DateTimeField(_("提供时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("督导时间")
        verbose_name_plural = _("督导时间")
        constraints = [
            models.UniqueConstraint(fields=["supervisor", "month"], name="workforce_offer_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="workforce_offer_of_a_month"),
            models.CheckConstraint(condition=Q(hours__lte=120), name="workforce_offer_hours"),
            half_hours("workforce_offer_half_hours"),
            models.CheckConstraint(condition=Q(hub_ids__len__gte=1), name="workforce_offer_somewhere"),
        ]
        indexes = [models.Index(fields=["month", "hub"], name="workforce_offer_month")]


class SupervisionRequest(models.Model):
    """A station (or one of its workers) asks for supervision in a month: how long, about what, by whom at best.

    `speciality` is "group:", "field:" or "method:" and a code of the catalogue that the supervisor must be good at, or
    empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("站点"), related_name="+", db_index=False
    )
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("社工"), related_name="+"
    )
    month = models.DateField(_("月份"))
    hours = models.DecimalField(_("需要小时数"), max_digits=4, decimal_places=1)
    topic = models.CharField(_("督导议题"), max_length=10, choices=SupervisionTopic)
    speciality = models.CharField(_("需要的专长"), max_length=30, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=8, choices=PoolUrgency, default=PoolUrgency.ROUTINE)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=RequestState, default=RequestState.WAITING)
    asked_at = models.DateTimeField(_("提出时间"))
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("督导需求")
        verbose_name_plural = _("督导需求")
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="workforce_request_of_a_month"),
            models.CheckConstraint(condition=Q(hours__lte=16), name="workforce_request_hours"),
            half_hours("workforce_request_half_hours"),
            models.CheckConstraint(
                condition=Q(speciality="") | Q(speciality__regex=r"^(group|field|method):\w+$"),
                name="workforce_request_speciality",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "month", "state"], name="workforce_need_hub"),
            models.Index(fields=["station", "month"], name="workforce_need_station"),
            models.Index(fields=["month", "state", "asked_at"], name="workforce_request_waiting"),
        ]


class PoolProposal(models.Model):
    """A month's assignment for the city (`hub` is the support centre) or one county, as computed and then edited.

    `value` is what it is worth in points, `bound` what no assignment can be worth more than, `first_come_value` what
    first come, first served would be worth. A worker holds a lease while it computes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=ProposalState, default=ProposalState.QUEUED)
    progress = models.SmallIntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    supervisors = models.IntegerField(default=0)
    requests = models.IntegerField(default=0)
    served = models.IntegerField(default=0)
    value = models.IntegerField(default=0)
    bound = models.IntegerField(default=0)
    first_come_value = models.IntegerField(default=0)
    first_come_served = models.IntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("督导分配方案")
        verbose_name_plural = _("督导分配方案")
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="workforce_proposal_of_a_month"),
            models.CheckConstraint(condition=Q(progress__range=(0, 100)), name="workforce_proposal_progress"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, published_by__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True, published_by__isnull=True),
                name="workforce_proposal_published_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["hub", "month"],
                condition=Q(state__in=["queued", "running", "ready"]),
                name="workforce_proposal_one_in_work",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "month", "asked_at"], name="workforce_proposal_hub"),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["queued", "running"]), name="workforce_proposal_waiting"
            ),
        ]


class PoolAssignment(models.Model):
    """One request in a proposal: its supervisor and the parts of its points, or nobody and why.

    `is_pinned`: the coordinator holds to it. `barred_ids` are the supervisors whom the coordinator took off it.
    """

    proposal = models.ForeignKey(PoolProposal, on_delete=models.CASCADE, related_name="assignments", db_index=False)
    request = models.ForeignKey(SupervisionRequest, on_delete=models.CASCADE, related_name="+")
    supervisor = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    points = models.IntegerField(default=0)
    parts = models.JSONField(default=list)
    km = models.SmallIntegerField(default=0)
    nearer = models.SmallIntegerField(default=0)
    verdict = models.CharField(max_length=8, blank=True)
    suitable = models.SmallIntegerField(default=0)
    own = models.IntegerField(default=0)
    least = models.IntegerField(default=0)
    is_pinned = models.BooleanField(default=False)
    barred_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("督导分配")
        verbose_name_plural = _("督导分配")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "request"], name="workforce_assignment_once"),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True, points=0) | Q(supervisor__isnull=False, verdict=""),
                name="workforce_assignment_somebody_or_why_not",
            ),
            models.CheckConstraint(
                condition=Q(is_pinned=False) | Q(supervisor__isnull=False),
                name="workforce_assignment_pin_names",
            ),
        ]
        indexes = [models.Index(fields=["proposal", "supervisor"], name="workforce_assignment_whose")]


class SupervisionBooking(models.Model):
    """A supervisor's hours for a request: first who, then when (`starts_at`), which makes a planned session.

    The database holds that a supervisor is never booked twice at a time, nor for more hours of a month than offered.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(SupervisionRequest, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    supervisor = models.ForeignKey(
        SupervisorProfile, on_delete=models.PROTECT, verbose_name=_("督导"), related_name="bookings", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    month = models.DateField(_("月份"))
    hours = models.DecimalField(_("小时数"), max_digits=4, decimal_places=1)
    state = models.CharField(_("状态"), max_length=10, choices=BookingState, default=BookingState.AGREED)
    starts_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ends_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    proposal = models.ForeignKey(
        PoolProposal, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings", db_index=False
    )
    agreement = models.ForeignKey(
        SupervisionAgreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    session = models.OneToOneField(
        SupervisionSession, on_delete=models.PROTECT, null=True, blank=True, related_name="booking"
    )
    booked_at = models.DateTimeField(_("安排时间"))
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    # Cancelled, and the hours that came free still wait to be offered to the waiting list.
    frees_hours = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("督导预约")
        verbose_name_plural = _("督导预约")
        constraints = [
            ExclusionConstraint(
                name="workforce_booking_one_place_at_a_time",
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
                condition=Q(state="booked"),
            ),
            models.UniqueConstraint(
                fields=["request"], condition=~Q(state="cancelled"), name="workforce_booking_one_for_a_request"
            ),
            models.CheckConstraint(condition=~Q(worker_id=F("supervisor_id")), name="workforce_booking_not_of_oneself"),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="workforce_booking_booked_when",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancel_reason="")
                | ~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancel_reason=""),
                name="workforce_booking_cancelled_when_and_why",
            ),
            half_hours("workforce_booking_half_hours"),
        ]
        indexes = [
            models.Index(fields=["supervisor", "month"], name="workforce_booking_supervisor"),
            models.Index(fields=["station", "month"], name="workforce_booking_station"),
            models.Index(fields=["hub", "month"], name="workforce_booking_hub"),
            models.Index(fields=["cancelled_at"], condition=Q(frees_hours=True), name="workforce_booking_frees"),
        ]
