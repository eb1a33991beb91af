"""The one service record, and who took part in it on either side."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import Place
from shegong.practice.models.client import Client, OfHub
from shegong.purchase.models import Contract, Fund
from shegong.workforce.models import Worker

DAY_MINUTES = 24 * 60


class ServiceRecord(OfHub):
    """A service given: who, what, when, where, how long, by whom, what was done and what comes next.

    `id` is the caller's key: sent again with the same content it is the same record. A record is never deleted; a
    mistaken one is voided with a reason and stays. Times are minutes; `person_times` = clients + anonymous people,
    `work_minutes` = minutes x workers (工时).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(_("方法"), max_length=1, choices=Method)
    group = models.ForeignKey(PopulationGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(_("开始时间"))
    served_on = models.DateField(_("服务日期"))
    minutes = models.SmallIntegerField(_("时长(分钟)"))
    place = models.CharField(_("地点"), max_length=10, choices=Place)
    clients_count = models.SmallIntegerField(default=0)
    anonymous_count = models.SmallIntegerField(_("不记名人数"), default=0)
    person_times = models.IntegerField()
    workers_count = models.SmallIntegerField()
    work_minutes = models.IntegerField()
    summary = models.TextField(_("做了什么"))
    next_step = models.TextField(_("下一步"), blank=True)
    next_on = models.DateField(_("下次日期"), null=True, blank=True)
    next_time = models.TimeField(_("下次时间"), null=True, blank=True)
    satisfaction = models.SmallIntegerField(_("满意度"), null=True, blank=True)
    case = models.ForeignKey(
        "practice.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="records", db_constraint=False
    )
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    restricted = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=16)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    revision = models.SmallIntegerField(default=0)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("服务记录")
        verbose_name_plural = _("服务记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=DAY_MINUTES), name="practice_record_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(person_times=F("clients_count") + F("anonymous_count")), name="practice_record_person_times"
            ),
            models.CheckConstraint(condition=Q(person_times__gte=1), name="practice_record_serves_somebody"),
            models.CheckConstraint(
                condition=Q(work_minutes=F("minutes") * F("workers_count")) & Q(workers_count__gte=1),
                name="practice_record_work_minutes",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="practice_record_satisfaction_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                name="practice_record_voided_at_by_and_reason_together",
            ),
            models.CheckConstraint(
                condition=Q(next_time__isnull=True) | Q(next_on__isnull=False),
                name="practice_record_next_time_of_a_day",
            ),
        ]
        indexes = [
            # A room's numbers are its records, and samples are drawn from all of them: both are read from here alone.
            models.Index(
                fields=["station", "served_on"],
                include=[
                    *("id", "hub", "service", "group", "method", "person_times", "work_minutes", "satisfaction"),
                    *("contract", "restricted", "recorded_at", "voided_at"),
                ],
                name="practice_record_station_covers",
            ),
            models.Index(fields=["hub", "served_on"], name="practice_record_hub_day"),
            models.Index(
                fields=["station", "next_on"], condition=Q(next_on__isnull=False), name="practice_record_next"
            ),
        ]

    # What Django offers for this, `get_method_display`, builds a table of all translated choices at each call, and a
    # timeline asks twice at each line.

    @property
    def method_name(self) -> str:
        """The method in the reader's language."""
        return str(Method(self.method).label)

    @property
    def place_name(self) -> str:
        """The place in the reader's language."""
        return str(Place(self.place).label)


class RecordClient(OfHub):
    """A client who took part in a record. Station and day are repeated for scope and for the client's timeline."""

    pk = models.CompositePrimaryKey("record_id", "client_id")
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.CASCADE, related_name="participants", db_constraint=False, db_index=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="participations", db_constraint=False, db_index=False
    )
    served_on = models.DateField()
    restricted = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["client", "served_on"], name="practice_recordclient_timeline")]


class RecordWorker(OfHub):
    """A worker who gave the service of a record."""

    pk = models.CompositePrimaryKey("record_id", "worker_id")
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.CASCADE, related_name="givers", db_constraint=False, db_index=False
    )
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    served_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["worker", "served_on"], name="practice_recordworker_day")]


class RecordRevision(OfHub):
    """What a record said before a correction. History is kept, never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    record = models.ForeignKey(ServiceRecord, on_delete=models.PROTECT, related_name="revisions", db_constraint=False)
    number = models.SmallIntegerField()
    before = models.JSONField()
    reason = models.CharField(_("更正原因"), max_length=200)
    revised_at = models.DateTimeField()
    revised_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "number", "hub"], name="practice_revision_numbered_once"),
        ]
