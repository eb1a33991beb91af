"""Premises: sites with their rooms, hours and equipment, who shares them, who booked what when, and plans for villages
and communities that have no room yet.
"""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import SpellingField
from shegong.kernel.ids import uuid7
from shegong.kernel.recurrence import Repeat
from shegong.network.enums import (
    Access,
    AreaKind,
    BookingUse,
    Condition,
    EquipmentSource,
    HostKind,
    OpenTo,
    Payer,
    PlanNeed,
    PlanState,
)
from shegong.network.models.tree import Division, Station, ends_after_start, never_twice

DAY_MINUTES = 24 * 60


def _range(kind: str, first: str, last: str) -> Func:
    return Func(F(first), F(last), function=kind, template="%(function)s(%(expressions)s)")


class Site(models.Model):
    """A place in which stations work. `keeper` is the station that looks after it; hub and town follow from that."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    keeper = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("管理站点"), related_name="kept_sites")
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("所在村（社区）"), related_name="+"
    )
    name = models.CharField(_("场地名称"), max_length=100)
    spelling = SpellingField(of="name")
    host_kind = models.CharField(_("载体类型"), max_length=12, choices=HostKind)
    owner = models.CharField(_("产权或管理单位"), max_length=120)
    address = models.CharField(_("地址"), max_length=200)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True, blank=True)
    access = models.CharField(_("无障碍"), max_length=8, choices=Access)
    open_to = models.CharField(_("谁可以预订"), max_length=8, choices=OpenTo, default=OpenTo.AGREED)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    digest = models.BinaryField(max_length=16, editable=False, default=b"")

    class Meta:
        verbose_name = _("场地")
        verbose_name_plural = _("场地")
        constraints = [ends_after_start("network_site_ends_after_start")]
        indexes = [models.Index(fields=["hub", "name"], name="network_site_hub")]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A room or an area of a site, which is booked as a whole."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="areas", db_index=False)
    name = models.CharField(_("房间名称"), max_length=40)
    kind = models.CharField(_("用途"), max_length=10, choices=AreaKind)
    capacity = models.SmallIntegerField(_("可容纳人数"))
    square_metres = models.DecimalField(_("面积（平方米）"), max_digits=7, decimal_places=1, null=True, blank=True)
    is_bookable = models.BooleanField(_("可以预订"), default=True)

    class Meta:
        verbose_name = _("房间")
        verbose_name_plural = _("房间")
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="network_area_name_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="network_area_for_somebody"),
            models.CheckConstraint(
                condition=Q(square_metres__isnull=True) | Q(square_metres__gt=0), name="network_area_has_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """From when to when a site is open on a weekday (1 is Monday), in minutes of the day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="opening", db_index=False)
    weekday = models.SmallIntegerField(_("星期"))
    opens = models.SmallIntegerField(_("开门"))
    closes = models.SmallIntegerField(_("关门"))

    class Meta:
        verbose_name = _("开放时间")
        verbose_name_plural = _("开放时间")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="network_openinghours_weekday"),
            models.CheckConstraint(
                condition=Q(opens__gte=0, closes__gt=F("opens"), closes__lte=DAY_MINUTES),
                name="network_openinghours_within_a_day",
            ),
            ExclusionConstraint(
                name="network_openinghours_never_twice",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (_range("int4range", "opens", "closes"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class SharingAgreement(models.Model):
    """That a station uses a site: from when to when, what for, and who pays what a year (in yuan)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="agreements", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("使用站点"), related_name="site_agreements"
    )
    purpose = models.CharField(_("用途"), max_length=200)
    payer = models.CharField(_("费用"), max_length=8, choices=Payer)
    yearly = models.DecimalField(_("每年费用（元）"), max_digits=14, decimal_places=2, default=0)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("共用协议")
        verbose_name_plural = _("共用协议")
        constraints = [
            never_twice("network_sharingagreement_one_at_a_time", "site", "station"),
            ends_after_start("network_sharingagreement_ends_after_start"),
            models.CheckConstraint(
                condition=Q(payer="free", yearly=0) | ~Q(payer="free") & Q(yearly__gte=0),
                name="network_sharingagreement_free_costs_nothing",
            ),
        ]


class Equipment(models.Model):
    """Equipment of one kind at a site: how many, in what state, where from, last checked when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="equipment", db_index=False)
    name = models.CharField(_("设备"), max_length=60)
    number = models.SmallIntegerField(_("数量"))
    condition = models.CharField(_("状态"), max_length=8, choices=Condition)
    source = models.CharField(_("来源"), max_length=10, choices=EquipmentSource)
    checked_on = models.DateField(_("盘点日期"))

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")
        constraints = [
            models.UniqueConstraint(fields=["site", "name", "condition", "source"], name="network_equipment_once"),
            models.CheckConstraint(condition=Q(number__gte=0), name="network_equipment_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class EquipmentLoan(models.Model):
    """Equipment lent to a station until it comes back. (That no more is lent than there is: a trigger.)"""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="loans")
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("借用站点"), related_name="equipment_loans"
    )
    number = models.SmallIntegerField(_("数量"))
    lent_on = models.DateField(_("借出日期"))
    due_on = models.DateField(_("应还日期"))
    returned_on = models.DateField(_("归还日期"), null=True, blank=True)
    lent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("设备借用")
        verbose_name_plural = _("设备借用")
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="network_equipmentloan_of_something"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("lent_on"))
                & (Q(returned_on__isnull=True) | Q(returned_on__gte=F("lent_on"))),
                name="network_equipmentloan_in_order",
            ),
        ]


class BookingSeries(models.Model):
    """Bookings that come back; each is a booking of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    repeat = models.CharField(_("重复"), max_length=10, choices=Repeat)
    first_on = models.DateField(_("起"))
    until = models.DateField(_("止"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("first_on")), name="network_bookingseries_ends_later"),
        ]


class Booking(models.Model):
    """A room for a station, for a time. Two of them never overlap in a room."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("使用站点"), related_name="bookings")
    series = models.ForeignKey(BookingSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    title = models.CharField(_("事由"), max_length=60)
    use = models.CharField(_("用途"), max_length=10, choices=BookingUse)
    people = models.SmallIntegerField(_("人数"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    booked_at = models.DateTimeField(_("预订时间"))
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    digest = models.BinaryField(max_length=16, editable=False, default=b"")

    class Meta:
        verbose_name = _("场地预订")
        verbose_name_plural = _("场地预订")
        constraints = [
            ExclusionConstraint(
                name="network_booking_never_twice",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    (_range("tstzrange", "starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="network_booking_ends_later"),
            models.CheckConstraint(condition=Q(people__gte=1), name="network_booking_for_somebody"),
        ]
        indexes = [
            models.Index(fields=["area", "starts_at"], name="network_booking_area"),
            models.Index(
                fields=["starts_at"],
                include=["area", "ends_at"],
                condition=Q(cancelled_at__isnull=True),
                name="network_booking_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CoveragePlan(models.Model):
    """How a village or community without a room will get one: at which site, what is needed, by when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="coverage_plans")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, verbose_name=_("场地"), related_name="coverage_plans")
    state = models.CharField(_("进展"), max_length=10, choices=PlanState, default=PlanState.PROPOSED)
    needs = ArrayField(models.CharField(max_length=10, choices=PlanNeed), default=list, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    planned_on = models.DateField(_("制定日期"))
    opens_on = models.DateField(_("计划开室日期"))
    agreed_on = models.DateField(_("同意日期"), null=True, blank=True)
    ended_on = models.DateField(_("开室或放弃日期"), null=True, blank=True)
    room = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("补齐计划")
        verbose_name_plural = _("补齐计划")
        constraints = [
            models.UniqueConstraint(
                fields=["community"],
                condition=~Q(state__in=["opened", "dropped"]),
                name="network_coverageplan_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="opened", room__isnull=False, ended_on__isnull=False, agreed_on__isnull=False)
                | Q(state="dropped", room__isnull=True, ended_on__isnull=False) & ~Q(note="")
                | Q(state__in=["agreed", "fitting"], agreed_on__isnull=False, ended_on__isnull=True, room__isnull=True)
                | Q(state="proposed", agreed_on__isnull=True, ended_on__isnull=True, room__isnull=True),
                name="network_coverageplan_state_and_dates",
            ),
            models.CheckConstraint(condition=Q(opens_on__gte=F("planned_on")), name="network_coverageplan_opens_later"),
        ]
        indexes = [models.Index(fields=["hub", "state"], name="network_coverageplan_hub")]
