"""Local groups (社区社会组织) that stations incubate: stages, support, what they do, and micro-grants."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.linkage.enums import LocalGroupKind, LocalGroupStage, MicroGrantState, SupportKind
from shegong.network.models import Division, Station, ends_after_start
from shegong.people.models import Account
from shegong.purchase.models import Fund


class LocalGroup(models.Model):
    """A group of residents, and the station that looks after it. Its leader's number is kept encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("培育站点"), related_name="local_groups", db_index=False
    )
    community = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    name = models.CharField(_("组织名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=12, choices=LocalGroupKind)
    aim = models.CharField(_("做什么"), max_length=300)
    stage = models.CharField(_("阶段"), max_length=12, choices=LocalGroupStage, default=LocalGroupStage.INCUBATING)
    stage_since = models.DateField(_("进入本阶段"))
    number = models.CharField(_("备案号或登记证号"), max_length=40, blank=True)
    members = models.SmallIntegerField(_("成员人数"))
    leader = EncryptedTextField(_("负责人"))
    leader_phone = EncryptedTextField(_("负责人电话"), blank=True, default="")
    founded_on = models.DateField(_("成立日期"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("社区社会组织")
        verbose_name_plural = _("社区社会组织")
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"\S", aim__regex=r"\S", members__range=(3, 5000)),
                name="linkage_localgroup_in_full",
            ),
            models.CheckConstraint(
                condition=Q(stage_since__gte=F("founded_on")), name="linkage_localgroup_stage_after_founding"
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["filed", "registered"]) | ~Q(number=""),
                name="linkage_localgroup_filed_with_a_number",
            ),
            models.UniqueConstraint(
                fields=["station", "name"], condition=~Q(stage="dissolved"), name="linkage_localgroup_name_once"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage"], name="linkage_localgroup_station"),
            models.Index(fields=["hub", "stage"], name="linkage_localgroup_hub"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """The leader's number with its middle hidden."""
        return mask_phone(self.leader_phone)


class GroupStep(models.Model):
    """A stage that a group entered. Only ever added to, by the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(LocalGroup, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=12, choices=LocalGroupStage)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["since"]
        verbose_name = _("社会组织阶段")
        verbose_name_plural = _("社会组织阶段")


class GroupSupport(models.Model):
    """What a station gave a group on a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(LocalGroup, on_delete=models.PROTECT, related_name="supports")
    kind = models.CharField(_("支持方式"), max_length=12, choices=SupportKind)
    given_on = models.DateField(_("日期"))
    what = models.CharField(_("内容"), max_length=300)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("培育支持")
        verbose_name_plural = _("培育支持")
        ordering = ["-given_on"]
        constraints = [models.CheckConstraint(condition=Q(what__regex=r"\S"), name="linkage_groupsupport_in_full")]


class GroupProject(models.Model):
    """Something that a group does, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(LocalGroup, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(_("项目名称"), max_length=100)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    result = models.CharField(_("成效"), max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("社会组织项目")
        verbose_name_plural = _("社会组织项目")
        ordering = ["-since"]
        constraints = [
            ends_after_start("linkage_groupproject_ends_after_start"),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="linkage_groupproject_in_full"),
        ]


class MicroGrant(models.Model):
    """A micro-grant (微公益资助): asked for by a station for its group, approved by the county out of a fund (the
    ledger holds the money under "microgrant:<id>"), paid, accounted for. Never more is approved than was asked, or
    spent than was approved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(LocalGroup, on_delete=models.PROTECT, related_name="grants")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(_("项目名称"), max_length=100)
    plan = models.CharField(_("做什么、怎么用钱"), max_length=1000)
    asked = models.DecimalField(_("申请金额（元）"), max_digits=9, decimal_places=2)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("状态"), max_length=10, choices=MicroGrantState, default=MicroGrantState.ASKED)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    year = models.SmallIntegerField(null=True, blank=True)
    approved = models.DecimalField(_("批准金额（元）"), max_digits=9, decimal_places=2, null=True, blank=True)
    opinion = models.CharField(_("审批意见"), max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    paid_on = models.DateField(_("拨付日期"), null=True, blank=True)
    paid_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    spent = models.DecimalField(_("实际支出（元）"), max_digits=9, decimal_places=2, null=True, blank=True)
    account = models.CharField(_("用在哪里、成效如何"), max_length=1000, blank=True)
    accounted_on = models.DateField(_("结账日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("微公益资助")
        verbose_name_plural = _("微公益资助")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked__gt=0, asked__lte=50000, title__regex=r"\S", plan__regex=r"\S"),
                name="linkage_microgrant_in_full",
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved__gt=0, approved__lte=F("asked")),
                name="linkage_microgrant_never_more_than_asked",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(state="declined", decided_at__isnull=False, decided_by__isnull=False, approved__isnull=True)
                & Q(opinion__regex=r"\S")
                | Q(state__in=["approved", "paid", "accounted"], decided_at__isnull=False, decided_by__isnull=False)
                & Q(approved__isnull=False, fund__isnull=False, year__isnull=False),
                name="linkage_microgrant_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="linkage_microgrant_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "accounted"], paid_on__isnull=False, paid_by__isnull=False)
                | ~Q(state__in=["paid", "accounted"]) & Q(paid_on__isnull=True, paid_by__isnull=True),
                name="linkage_microgrant_paid_in_full",
            ),
            models.CheckConstraint(
                condition=Q(state="accounted", accounted_on__isnull=False, spent__gte=0, spent__lte=F("approved"))
                & Q(account__regex=r"\S")
                | ~Q(state="accounted") & Q(accounted_on__isnull=True, spent__isnull=True, account=""),
                name="linkage_microgrant_never_more_than_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "state", "-asked_at"], name="linkage_microgrant_hub"),
            models.Index(fields=["station", "-asked_at"], name="linkage_microgrant_station"),
        ]

    @property
    def subject(self) -> str:
        """What the ledger holds its money under."""
        return f"microgrant:{self.pk}"
