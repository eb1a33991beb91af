"""The duty to report: a person who can't protect themselves is being harmed, and the authorities must know at once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Named
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import Authority, ProtectedPerson, ReportChannel, ReportResult, ReportState, Sex
from shegong.practice.models.client import Client, OfHub


class ReportTrigger(Named):
    """A situation that must be reported: the nine of the 2020 opinion on mandatory reporting, and others."""

    code = models.CharField(_("代码"), max_length=12, primary_key=True)
    clause = models.CharField(_("依据条款"), max_length=120)
    position = models.SmallIntegerField(_("顺序"), default=0)
    # Named gives names of 80 characters, too few for these.
    name_zh = models.CharField(_("中文名"), max_length=200)
    name_en = models.CharField(_("英文名"), max_length=300)

    class Meta:
        verbose_name = _("强制报告情形")
        verbose_name_plural = _("强制报告情形")
        ordering = ["position"]


class ProtectionReport(OfHub):
    """A report, from its first word on. It needs no consent. `id` is the page's key: the first field that is saved
    makes the report and starts its clock, so that it can't be lost in a draft.

    Seen by who began it, the head of the station, the county, and a data-protection officer who has given a reason.
    Closed by somebody else than who began it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("报告编号"), max_length=12)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    name = models.CharField(_("姓名或特征"), max_length=60, blank=True, default="")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    age = models.SmallIntegerField(_("年龄"), null=True, blank=True)
    person = models.CharField(_("属于"), max_length=10, choices=ProtectedPerson, blank=True, default="")
    address = EncryptedTextField(_("住址或所在地"), blank=True, default="")
    triggers = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("情形"))
    facts = models.TextField(_("看到、听到了什么"), blank=True, default="")
    noticed_at = models.DateTimeField(_("发现时间"), null=True, blank=True)
    place = models.CharField(_("发现地点"), max_length=200, blank=True, default="")
    is_in_danger = models.BooleanField(_("现在仍有危险"), default=False)
    safety = models.TextField(_("已采取的安全措施"), blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=ReportState, default=ReportState.OBSERVED)
    started_at = models.DateTimeField(_("开始时间"))
    started_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField(_("最后保存"))
    due_at = models.DateTimeField(_("应报告时间"))
    reported_at = models.DateTimeField(_("报告时间"), null=True, blank=True)
    follow_up = models.TextField(_("跟进情况"), blank=True, default="")
    followed_at = models.DateTimeField(_("跟进时间"), null=True, blank=True)
    followed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    result = models.CharField(_("结果"), max_length=10, choices=ReportResult, blank=True, default="")
    result_note = models.CharField(_("结果说明"), max_length=200, blank=True, default="")
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    head_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    county_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("强制报告")
        verbose_name_plural = _("强制报告")
        constraints = [
            models.UniqueConstraint(fields=["hub", "number"], name="practice_report_number_once_in_a_hub"),
            models.CheckConstraint(
                condition=Q(state="observed", reported_at__isnull=True)
                | Q(state__in=["reported", "followed"], reported_at__isnull=False)
                | Q(state="closed"),
                name="practice_report_stages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["observed", "reported"], followed_at__isnull=True)
                | Q(state="followed", followed_at__isnull=False)
                | Q(state="closed"),
                name="practice_report_followed_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, result="")
                | (Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(result="")),
                name="practice_report_closed_at_by_and_result_together",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_at__isnull=False, result="mistaken", reported_at__isnull=True)
                | Q(closed_at__isnull=False, reported_at__isnull=False, followed_at__isnull=False),
                name="practice_report_closed_after_follow_up",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("started_by")),
                name="practice_report_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(age__isnull=True) | Q(age__gte=0, age__lte=130), name="practice_report_age_0_to_130"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "started_at"], name="practice_report_station"),
            models.Index(fields=["hub", "started_at"], name="practice_report_hub"),
            models.Index(fields=["started_by", "started_at"], name="practice_report_starter"),
            models.Index(fields=["due_at"], condition=Q(state="observed"), name="practice_report_open"),
        ]

    def __str__(self) -> str:
        return self.number


class ReportNotice(OfHub):
    """The proof that an authority was told: when, how, who took it, under which number."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(ProtectionReport, on_delete=models.PROTECT, related_name="notices", db_constraint=False)
    authority = models.CharField(_("报告给"), max_length=10, choices=Authority)
    told_at = models.DateTimeField(_("报告时间"))
    channel = models.CharField(_("方式"), max_length=10, choices=ReportChannel)
    officer = models.CharField(_("接报人"), max_length=60)
    receipt = models.CharField(_("接报或受案编号"), max_length=60, blank=True, default="")
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("报告凭证")
        verbose_name_plural = _("报告凭证")


class ReportAlert(OfHub):
    """Somebody was told that a report is late."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(ProtectionReport, on_delete=models.PROTECT, related_name="alerts", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("逾期提醒")
        verbose_name_plural = _("逾期提醒")
        constraints = [
            models.UniqueConstraint(fields=["account", "report", "hub"], name="practice_reportalert_once"),
        ]


class ReportLook(OfHub):
    """A reason for which a data-protection officer may see a report until a moment."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(ProtectionReport, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("报告查阅")
        verbose_name_plural = _("报告查阅")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="practice_reportlook_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="practice_reportlook_has_a_reason"),
        ]
        indexes = [models.Index(fields=["account", "until"], name="practice_reportlook_account")]
