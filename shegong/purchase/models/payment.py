"""What is asked for, held back and paid under a contract, and the ledger's entries that come of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.people.models import Account
from shegong.purchase.enums import DeductionState
from shegong.purchase.models.contract import Contract, Instalment
from shegong.purchase.models.ledger import LedgerEntry
from shegong.purchase.models.performance import ContractWarning


class Claim(models.Model):
    """An instalment asked for with its invoice; a wrong one is replaced by another (the latest counts)."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="claims", db_index=False)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="claims", db_index=False)
    invoice = models.CharField(_("发票号码"), max_length=40)
    amount = models.DecimalField(_("发票金额(元)"), max_digits=14, decimal_places=2)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    claimed_at = models.DateTimeField()
    claimed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("请款")
        verbose_name_plural = _("请款")
        ordering = ["-claimed_at"]
        indexes = [models.Index(fields=["contract", "-claimed_at"], name="purchase_claim_of_contract")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(invoice=""), name="purchase_claim_invoice")
        ]


class ClaimFile(models.Model):
    """An invoice or a proof, written anew when it came in. Its content lies in encrypted pieces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="files")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()

    class Meta:
        verbose_name = _("发票与凭证")
        verbose_name_plural = _("发票与凭证")
        constraints = [
            models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="purchase_claimfile_known_media")
        ]


class ClaimPiece(models.Model):
    """A piece of a file's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class Deduction(models.Model):
    """A sum that the buyer means to hold back of an instalment. Nothing of it is paid until that is decided."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="deductions", db_index=False)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="deductions", db_index=False)
    amount = models.DecimalField(_("扣减金额(元)"), max_digits=14, decimal_places=2)
    reason = models.CharField(_("扣减理由"), max_length=500)
    answer_by = models.DateField(_("答复期限"))
    state = models.CharField(_("状态"), max_length=10, choices=DeductionState, default=DeductionState.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("扣减")
        verbose_name_plural = _("扣减")
        ordering = ["-proposed_at"]
        indexes = [models.Index(fields=["contract", "-proposed_at"], name="purchase_deduction_contract")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="purchase_deduction_says_why"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="purchase_deduction_decided",
            ),
        ]


class AgencyAnswer(models.Model):
    """What the agency says to a warning or a deduction; once."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    warning = models.OneToOneField(ContractWarning, on_delete=models.PROTECT, null=True, related_name="answer")
    deduction = models.OneToOneField(Deduction, on_delete=models.PROTECT, null=True, related_name="answer")
    text = models.CharField(_("答复"), max_length=1000)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("机构答复")
        verbose_name_plural = _("机构答复")
        constraints = [
            models.CheckConstraint(
                condition=Q(warning__isnull=True) ^ Q(deduction__isnull=True), name="purchase_answer_to_one"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="purchase_answer_says_something"),
        ]


class Payment(models.Model):
    """An instalment paid, less what was held back; one at most that wasn't corrected. Corrected, its entries are
    reversed.
    """

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payments", db_index=False)
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.DecimalField(_("支付金额(元)"), max_digits=14, decimal_places=2)
    deducted = models.DecimalField(_("扣减金额(元)"), max_digits=14, decimal_places=2, default=0)
    paid_on = models.DateField(_("支付日期"))
    paid_at = models.DateTimeField()
    paid_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    corrected_at = models.DateTimeField(null=True)
    corrected_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    correction = models.CharField(_("更正原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("合同支付")
        verbose_name_plural = _("合同支付")
        ordering = ["-paid_at"]
        indexes = [models.Index(fields=["contract", "-paid_at"], name="purchase_payment_of_contract")]
        constraints = [
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(corrected_at__isnull=True), name="purchase_payment_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, deducted__gte=0), name="purchase_payment_not_negative"),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True, corrected_by__isnull=True, correction="")
                | Q(corrected_at__isnull=False, corrected_by__isnull=False) & ~Q(correction=""),
                name="purchase_payment_corrected",
            ),
        ]


class ContractEntry(models.Model):
    """An entry of the ledger that came of a contract's life: its signature, an amendment, a payment or a correction."""

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="contract_entry")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="entries")

    class Meta:
        verbose_name = _("合同分录")
        verbose_name_plural = _("合同分录")
