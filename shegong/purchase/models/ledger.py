"""The ledger: entries with lines, only ever added to; and the balances that the database derives from them.

An account is a fund, the county hub whose money it is (the support centre for what isn't given out yet), a fiscal year
and a stage. `subject` names what money is held for: "contract:<id>", "project:<key>".
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station
from shegong.people.models import Account
from shegong.purchase.enums import OUTSIDE, EntryKind, MoneyStage, Pays, TransferState
from shegong.purchase.models.contract import Contract
from shegong.purchase.models.fund import FiscalYear, Fund

SUBJECT_LENGTH = 60
OF_GRANTS = "microgrant:"  # micro-grants are committed and paid without a contract
RIGHT_SIGN = Q(stage__in=OUTSIDE, amount__lte=0) | (~Q(stage__in=OUTSIDE) & Q(amount__gte=0))


class Transfer(models.Model):
    """Money asked to go from one county to another; approved by somebody else than who asked."""

    id = models.UUIDField(primary_key=True)
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="+", db_index=False
    )
    year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, verbose_name=_("年度"), related_name="+", db_column="year", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("调出"), related_name="+", db_index=False)
    to_hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("调入"), related_name="+", db_index=False
    )
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2)
    reason = models.CharField(_("理由"), max_length=500)
    state = models.CharField(_("状态"), max_length=10, choices=TransferState, default=TransferState.ASKED)
    asked_at = models.DateTimeField(_("申请时间"))
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(_("审批意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("调剂申请")
        verbose_name_plural = _("调剂申请")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["state", "-asked_at"], name="purchase_transfer_state")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchase_transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(hub=F("to_hub")), name="purchase_transfer_two_hubs"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="purchase_transfer_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=TransferState.ASKED, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=TransferState.ASKED) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="purchase_transfer_decided",
            ),
        ]


class LedgerEntry(models.Model):
    """One booking. `hub` is where money leaves or stays, `to_hub` where it goes when that is another one."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    kind = models.CharField(_("类别"), max_length=12, choices=EntryKind)
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, verbose_name=_("资金来源"), related_name="+", db_index=False
    )
    year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, verbose_name=_("年度"), related_name="+", db_column="year", db_index=False
    )
    hub = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("区(市)县"), related_name="+", db_index=False
    )
    to_hub = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.DecimalField(_("金额(元)"), max_digits=14, decimal_places=2)
    pays = models.CharField(_("用途"), max_length=12, choices=Pays, blank=True)
    subject = models.CharField(_("对象"), max_length=SUBJECT_LENGTH, blank=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, verbose_name=_("合同"), related_name="entries", db_index=False
    )
    gate = models.CharField(_("付款节点"), max_length=20, blank=True)
    booked_on = models.DateField(_("记账日期"))
    note = models.CharField(_("摘要"), max_length=300, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, null=True, related_name="entry")
    made_at = models.DateTimeField(_("记账时间"))
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["hub", "-id"], name="purchase_entry_of_hub"),
            models.Index(fields=["to_hub", "-id"], name="purchase_entry_to_hub", condition=Q(to_hub__isnull=False)),
            models.Index(fields=["fund", "-id"], name="purchase_entry_of_fund"),
            models.Index(
                fields=["contract", "-id"], name="purchase_entry_of_contract", condition=Q(contract__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchase_entry_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSE, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSE) & Q(reverses__isnull=True)),
                name="purchase_entry_reverses",
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.TRANSFER, transfer__isnull=False)
                | (~Q(kind=EntryKind.TRANSFER) & Q(transfer__isnull=True)),
                name="purchase_entry_transfer",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EntryKind.COMMIT, EntryKind.PAY])
                | Q(contract__isnull=False)
                | Q(subject__startswith=OF_GRANTS),
                name="purchase_entry_contract",
            ),
        ]

    @property
    def number(self) -> str:
        """As people quote it: the year and a number of at least six digits."""
        return f"{self.year_id}-{self.pk:06d}"


class LedgerLine(models.Model):
    """What an entry adds to one account. The lines of an entry add up to zero in each year."""

    pk = models.CompositePrimaryKey("entry_id", "number")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.SmallIntegerField()
    fund_id = models.BigIntegerField()
    hub_id = models.IntegerField()
    year = models.SmallIntegerField()
    stage = models.CharField(max_length=12, choices=MoneyStage)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    booked_on = models.DateField()

    class Meta:
        indexes = [
            models.Index(
                fields=["fund_id", "hub_id", "year", "stage", "booked_on"],
                include=["amount"],
                name="purchase_line_of_account",
            )
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="purchase_line_not_zero")]


class Balance(models.Model):
    """What an account holds, derived from its lines by the database."""

    pk = models.CompositePrimaryKey("fund_id", "hub_id", "year", "stage")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    stage = models.CharField(max_length=12, choices=MoneyStage)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=RIGHT_SIGN, name="purchase_balance_never_negative")]


class SubjectBalance(models.Model):
    """What is held or was paid for one contract or project, out of one account; derived by the database."""

    pk = models.CompositePrimaryKey("subject", "fund_id", "hub_id", "year", "stage")
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    stage = models.CharField(max_length=12, choices=MoneyStage)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_subject_never_negative")]
