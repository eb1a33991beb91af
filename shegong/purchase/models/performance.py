"""What an agency promised in a contract, how that changed, and how it was judged."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem
from shegong.people.models import Account
from shegong.purchase.enums import UNITS, AcceptanceKind, Grade, Measure
from shegong.purchase.models.contract import Contract


class Commitment(models.Model):
    """So much of something, in a contract's year (0: in its whole term). Only what lasted long enough (`min_sessions`
    of a case or a group) and was attended well enough (`min_attendance` of a session or an activity) counts.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="commitments", db_index=False)
    number = models.SmallIntegerField(_("序号"))
    measure = models.CharField(_("指标"), max_length=12, choices=Measure)
    service = models.ForeignKey(
        ServiceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    target = models.IntegerField(_("目标值"))
    year = models.SmallIntegerField(_("合同年度"), default=1)
    min_sessions = models.SmallIntegerField(_("最少次数"), default=1)
    min_attendance = models.SmallIntegerField(_("最少人数"), default=1)
    evidence = models.CharField(_("佐证材料"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("承诺指标")
        verbose_name_plural = _("承诺指标")
        ordering = ["contract_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="purchase_commitment_numbered"),
            models.CheckConstraint(condition=Q(target__gt=0), name="purchase_commitment_target_positive"),
            models.CheckConstraint(condition=Q(year__range=(0, 3)), name="purchase_commitment_year"),
            models.CheckConstraint(
                condition=Q(min_sessions__gte=1, min_attendance__gte=1), name="purchase_commitment_least"
            ),
            models.CheckConstraint(
                condition=Q(service__isnull=True) | Q(measure__in=["hours", "person_times", "records"]),
                name="purchase_commitment_of_a_service",
            ),
        ]

    @property
    def unit(self) -> str:
        """In what it is counted."""
        return str(UNITS[Measure(self.measure)])


class Deliverable(models.Model):
    """A paper or product that is due on a day."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="deliverables", db_index=False)
    number = models.SmallIntegerField(_("序号"))
    name = models.CharField(_("成果"), max_length=120)
    due_on = models.DateField(_("交付期限"))
    delivered_on = models.DateField(_("交付日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("交付成果")
        verbose_name_plural = _("交付成果")
        ordering = ["contract_id", "number"]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="purchase_deliverable_numbered")]


class Amendment(models.Model):
    """A change that both sides agreed on: what stood before and what stands since. The last may end the contract."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="amendments", db_index=False)
    version = models.SmallIntegerField(_("版本"))
    terminates = models.BooleanField(default=False)
    reason = models.CharField(_("理由"), max_length=500)
    agreed_on = models.DateField(_("约定日期"))
    before = models.JSONField()
    after = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("合同变更")
        verbose_name_plural = _("合同变更")
        ordering = ["contract_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "version"], name="purchase_amendment_numbered"),
            models.CheckConstraint(condition=~Q(reason=""), name="purchase_amendment_says_why"),
        ]


class ContractWarning(models.Model):
    """The buyer's word that something isn't as agreed, and until when it has to be."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="warnings", db_index=False)
    reason = models.CharField(_("问题"), max_length=500)
    mend_by = models.DateField(_("整改期限"))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("履约提醒")
        verbose_name_plural = _("履约提醒")
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["contract", "-issued_at"], name="purchase_warning_of_contract")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="purchase_warning_lifted_by",
            )
        ]


class Acceptance(models.Model):
    """How a contract's year was judged, half-way or at its end. One that failed is repeated (`round` counts); one that
    was passed isn't. `parts` is {what was looked at: points}, which add up to the score.
    """

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="acceptances", db_index=False)
    kind = models.CharField(_("类别"), max_length=10, choices=AcceptanceKind)
    year = models.SmallIntegerField(_("合同年度"), default=1)
    round = models.SmallIntegerField(_("第几次"), default=1)
    held_on = models.DateField(_("验收日期"))
    parts = models.JSONField()
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2)
    grade = models.CharField(_("等级"), max_length=10, choices=Grade)
    opinion = models.CharField(_("验收意见"), max_length=1000, blank=True)
    mend_by = models.DateField(_("整改期限"), null=True, blank=True)
    progress = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("验收")
        verbose_name_plural = _("验收")
        ordering = ["contract_id", "year", "-kind", "round"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "year", "kind", "round"], name="purchase_acceptance_round"),
            models.UniqueConstraint(
                fields=["contract", "year", "kind"], condition=~Q(grade="fail"), name="purchase_acceptance_passed_once"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=90, score__lte=100, grade="excellent")
                | Q(score__gte=80, score__lt=90, grade="good")
                | Q(score__gte=60, score__lt=80, grade="pass")
                | Q(score__gte=0, score__lt=60, grade="fail"),
                name="purchase_acceptance_grade",
            ),
            models.CheckConstraint(
                condition=~Q(grade="fail") | Q(mend_by__isnull=False) & ~Q(opinion=""),
                name="purchase_acceptance_failed_says_what",
            ),
        ]

    @property
    def passed(self) -> bool:
        """Whether what hangs on it may be paid."""
        return self.grade != Grade.FAIL
