"""Paying a contract: asked for by invoice, held back with a reason, paid once its gate is open, corrected whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.uploads.keeping import keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.actions.performance import bound_for, free, held_contract
from shegong.purchase.enums import ContractStatus, DeductionState, Gate
from shegong.purchase.models import (
    Claim,
    ClaimFile,
    ClaimPiece,
    Contract,
    ContractEntry,
    Deduction,
    Instalment,
    Payment,
)
from shegong.purchase.queries import contract as queries
from shegong.purchase.rules import money

MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice with its scans: (content, the name that it came with)."""

    number: str
    amount: Decimal
    note: str = ""
    files: Sequence[tuple[bytes, str]] = ()


@transaction.atomic
def claim(key: UUID, instalment: Instalment, invoice: Invoice, *, by: Viewer, at: datetime) -> Claim:
    """Ask for an instalment, as the agency or for it. The same under the same key is the same claim.

    Raises Problem or Problems at `invoice`, `amount` (more than is due), `file`; 403; 409 once it is paid.
    """
    contract = instalment.contract
    if not (queries.signs(by, contract) or contract.organisation_id in by.organisations):
        raise Problem("contract_not_yours", _("您不能办理这份合同。"), status=403)
    known = Claim.objects.filter(pk=key).first()
    if known:
        if (known.instalment_id, known.invoice, known.amount) != (
            instalment.pk,
            invoice.number.strip(),
            invoice.amount,
        ):
            raise key_taken()
        return known
    too_much = invoice.amount > instalment.amount
    raise_any(
        [
            Problem("invoice_missing", _("请填写发票号码。"), "invoice") if not invoice.number.strip() else None,
            money.amount_problem(invoice.amount)
            or (Problem("claim_too_much", _("发票金额超过本期应付金额。"), "amount") if too_much else None),
            Problem("files_many", _("一次最多 5 个文件。"), "file") if len(invoice.files) > MOST_FILES else None,
        ]
    )
    if contract.status != ContractStatus.SIGNED:
        raise Problem("contract_over", _("合同已经结束。"), status=409)
    if queries.live_payment(instalment):
        raise _paid_before()
    made = Claim.objects.create(
        pk=key, contract=contract, instalment=instalment, invoice=invoice.number.strip()[:40], amount=invoice.amount,
        note=invoice.note.strip()[:200], claimed_at=at, claimed_by_id=by.account_id,
    )  # fmt: skip
    for content, name in invoice.files:
        _keep(made, content, name)
    _journal("claim_payment", contract, by, at, instalment=instalment.number, amount=str(invoice.amount))
    return made


def _keep(made: Claim, content: bytes, name: str) -> None:
    """Keep a scan: written anew from what was sent, encrypted in pieces. Raises Problem at `file`."""
    clean = cleaned(content)
    file = ClaimFile.objects.create(
        pk=uuid7(), claim=made, contract_id=made.contract_id, media=clean.media, name=kept_name(name, clean.media),
        size=len(clean.content),
    )  # fmt: skip
    keep_pieces(ClaimPiece, clean, queries.place_of(file.pk), file=file, contract_id=made.contract_id)


def _journal(verb: str, contract: Contract, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "contract", contract.pk, by=by.account_id, at=at, hub_id=contract.hub_id,
        detail={"number": contract.number, **detail})  # fmt: skip


@transaction.atomic
def propose_deduction(
    key: UUID, instalment: Instalment, *, amount: Decimal, reason: str, answer_by: date, by: Viewer, at: datetime
) -> Deduction:
    """Hold back a sum; the agency may answer until a day. The same under the same key is the same deduction.

    Raises Problem or Problems at `amount` (more than is left), `reason`, `answer_by`; 403, 409.
    """
    contract = held_contract(instalment.contract_id, by)
    known = Deduction.objects.filter(pk=key).first()
    if known:
        if (known.instalment_id, known.amount, known.reason) != (instalment.pk, amount, reason.strip()):
            raise key_taken()
        return known
    if queries.live_payment(instalment):
        raise _paid_before()
    held_back = sum((each.amount for each in instalment.deductions.exclude(state=DeductionState.DROPPED)), Decimal(0))
    too_much = amount > instalment.amount - held_back
    raise_any(
        [
            money.amount_problem(amount)
            or (Problem("deduction_too_much", _("扣减超过本期应付金额。"), "amount") if too_much else None),
            Problem("reason_missing", _("请写明理由。"), "reason") if not reason.strip() else None,
            Problem("answer_past", _("答复期限不能早于今天。"), "answer_by") if answer_by < clock.today() else None,
        ]
    )
    made = Deduction.objects.create(
        pk=key, contract=contract, instalment=instalment, amount=amount, reason=reason.strip()[:500],
        answer_by=answer_by, proposed_at=at, proposed_by_id=by.account_id,
    )  # fmt: skip
    _journal("propose_deduction", contract, by, at, instalment=instalment.number, amount=str(amount))
    return made


@transaction.atomic
def decide_deduction(deduction: Deduction, *, uphold: bool, by: Viewer, at: datetime) -> None:
    """Hold to a deduction, once the agency has answered or its time is over; or drop it. Raises Problem (409)."""
    contract = held_contract(deduction.contract_id, by)
    answered = hasattr(deduction, "answer") or deduction.answer_by < clock.today()
    if uphold and not answered:
        raise Problem("answer_awaited", _("机构还在答复期内，请等答复后再决定。"), status=409)
    state = DeductionState.UPHELD if uphold else DeductionState.DROPPED
    if not Deduction.objects.filter(pk=deduction.pk, state=DeductionState.PROPOSED).update(
        state=state, decided_at=at, decided_by_id=by.account_id
    ):
        raise Problem("decided_before", _("这项扣减已经决定。"), status=409)
    verb = "uphold_deduction" if uphold else "drop_deduction"
    _journal(verb, contract, by, at, amount=str(deduction.amount))


@transaction.atomic
def pay_instalment(
    key: UUID, instalment: Instalment, *, by: Viewer, at: datetime, paid_on: date | None = None
) -> Payment:
    """Pay an instalment, less what was held back, out of what is bound for the contract. The last one settles the
    contract and frees what was held back. The same under the same key is the same payment.

    Raises Problem: 409 once it is paid (by whoever was first); at `instalment` before its gate, while a deduction is
    undecided, without an invoice or with one of another sum; at `paid_on`; 403.
    """
    contract = held_contract(instalment.contract_id, by, running=False)
    known = Payment.objects.filter(pk=key).first()
    if known:
        if known.instalment_id != instalment.pk:
            raise key_taken()
        return known
    if queries.live_payment(instalment):
        raise _paid_before()
    if contract.status != ContractStatus.SIGNED:
        raise Problem("contract_over", _("合同已经结束。"), status=409)
    day = paid_on or clock.today()
    instalment.refresh_from_db()
    due = queries.due_of(instalment)
    invoice = queries.latest_claim(instalment)
    raise_any([_day_problem(day), _gate_problem(instalment, day), _invoice_problem(instalment, invoice, due.amount)])
    payment = Payment(
        pk=key, contract=contract, instalment=instalment, claim=invoice, amount=due.amount, deducted=due.deducted,
        paid_on=day, paid_at=at, paid_by_id=by.account_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError as error:
        if "purchase_payment_once" not in str(error):
            raise
        raise _paid_before() from error
    _book(payment, contract, Gate(instalment.gate), by, at)
    _journal("pay_instalment", contract, by, at, instalment=instalment.number, amount=str(due.amount))
    paid = contract.payments.filter(corrected_at__isnull=True).count()
    if paid == contract.instalments.count():
        free(contract, None, str(_("合同结清，释放余额")), by, at)
        contract.status = ContractStatus.COMPLETED
        contract.save()
        _journal("settle_contract", contract, by, at)
    return payment


def _book(payment: Payment, contract: Contract, gate: Gate, by: Viewer, at: datetime) -> None:
    """Entries for a payment, out of each account in which money is bound for the contract. Raises Problem."""
    left = payment.amount
    for row in bound_for(contract):
        part = min(left, row.amount)
        if part <= 0:
            break
        booking = Booking(row.fund, row.hub_id, row.year, part, note=contract.name, booked_on=payment.paid_on)
        entry = ledger.pay(contract, booking, gate=gate, by=by, at=at)
        ContractEntry.objects.create(entry=entry, contract=contract, payment=payment)
        left -= part
    if left:
        raise Problem("insufficient_bound", _("已签约的余额不足。"), "instalment")


def _paid_before() -> Problem:
    return Problem("instalment_paid", _("这一期已经支付，没有重复支付。"), "instalment", status=409)


def _day_problem(day: date) -> Problem | None:
    return Problem("date_future", _("日期不能晚于今天。"), "paid_on") if day > clock.today() else None


def _gate_problem(instalment: Instalment, day: date) -> Problem | None:
    if not queries.gate_is_open(instalment, day):
        return Problem(
            "gate_closed", _("还没有到付款节点：%(gate)s才能支付。"), "instalment",
            params={"gate": Gate(instalment.gate).label},
        )  # fmt: skip
    if instalment.deductions.filter(state=DeductionState.PROPOSED).exists():
        return Problem("deduction_open", _("有扣减还没有决定，暂不能支付。"), "instalment")
    return None


def _invoice_problem(instalment: Instalment, invoice: Claim | None, due: Decimal) -> Problem | None:
    if due == 0:
        return None
    if invoice is None:
        return Problem("claim_missing", _("机构还没有请款，请先登记发票。"), "instalment")
    if invoice.amount != due:
        return Problem(
            "claim_differs", _("发票金额 %(invoice)s 元，应付 %(due)s 元，请机构换开发票。"), "instalment",
            params={"invoice": str(invoice.amount), "due": str(due)},
        )  # fmt: skip
    return None


@transaction.atomic
def correct_payment(payment: Payment, reason: str, *, by: Viewer, at: datetime) -> None:
    """Take a mistaken payment back whole: its entries are reversed and the instalment waits again. Raises Problem at
    `reason`; 409 for one corrected before, a closed year, or a contract terminated since.
    """
    contract = held_contract(payment.contract_id, by, running=False)
    if contract.status == ContractStatus.TERMINATED:
        raise Problem("contract_over", _("合同已经结束。"), status=409)
    if not reason.strip():
        raise Problem("reason_missing", _("请写明理由。"), "reason")
    if not Payment.objects.filter(pk=payment.pk, corrected_at__isnull=True).update(
        corrected_at=at, corrected_by_id=by.account_id, correction=reason.strip()[:300]
    ):
        raise Problem("corrected_before", _("这笔支付已经更正过。"), status=409)
    for link in payment.entries.select_related("entry__fund").order_by("entry__fund_id", "entry__hub_id"):
        undone = ledger.reverse(link.entry, reason, by=by, at=at, by_contract=True)
        ContractEntry.objects.create(entry=undone, contract=contract, payment=payment)
    if contract.status == ContractStatus.COMPLETED:
        contract.status = ContractStatus.SIGNED
        contract.save()
    _journal("correct_payment", contract, by, at, amount=str(payment.amount))
