"""Booking money. Every function books one entry with its lines, checks it under the database's own locks, writes one
journal row, and is safe to repeat under the same `key`: the entry booked before is returned, other content is refused
(409).

For whoever reserves, commits and pays: amounts are Decimals in yuan, at most two decimals; `hub_id` is the county hub
whose money it is; `by` needs the city's role, or the county's for its own hub. `subject_of(contract)` is what commit
and pay book under ("contract:<id>"); `shegong.purchase.queries.ledger.held(viewer, subject)` tells what is reserved,
committed and paid for it. Problems come at `amount` (insufficient, decimals, negative), `pays`, `services`, `year`
(closed, unknown), 403, 409. The database refuses the same by itself. Who books several entries in one transaction books
them in the order of fund, hub, year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import broken_rule
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import EntryKind, FundKind, MoneyStage, Pays
from shegong.purchase.models import Contract, Fund, Instalment, LedgerEntry, LedgerLine, Transfer
from shegong.purchase.models.ledger import OF_GRANTS
from shegong.purchase.queries import ledger as queries
from shegong.purchase.rules import money as rules
from shegong.purchase.rules.money import Permit

CONTENT: Final = (
    "kind", "fund_id", "year_id", "hub_id", "to_hub_id", "amount", "pays", "subject", "contract_id", "gate",
)  # fmt: skip
# What designated gifts are held under, by the database alone.
OF_GIFTS: Final = "drive:"
Move = tuple[int, int, MoneyStage, str, Decimal]  # hub, year, stage, subject, amount


@dataclass(frozen=True, slots=True)
class Booking:
    """Whose money, of which year, how much; `key` makes it safe to repeat, `booked_on` is today unless given."""

    fund: Fund
    hub_id: int
    year: int
    amount: Decimal
    note: str = ""
    key: UUID | None = None
    booked_on: date | None = None


def subject_of(contract: Contract) -> str:
    """What a contract's money is booked under."""
    return f"contract:{contract.pk}"


def appropriate(booking: Booking, *, by: Viewer, at: datetime) -> LedgerEntry:
    """Money comes into the ledger: to the support centre for the city's funds, to a hub for its county's budget."""
    return _move(booking, EntryKind.APPROPRIATE, MoneyStage.SOURCE, MoneyStage.APPROPRIATED, by=by, at=at)


def allocate(booking: Booking, *, by: Viewer, at: datetime, from_hub_id: int | None = None) -> LedgerEntry:
    """Give money out to a hub: from the support centre, or from `from_hub_id` (a county's own budget: from itself)."""
    giver = from_hub_id
    if giver is None:
        own = booking.fund.kind == FundKind.COUNTY
        giver = booking.hub_id if own else Station.objects.values_list("id", flat=True).get(tier=Tier.CENTRE)
    entry = _entry(booking, EntryKind.ALLOCATE, by, at)
    entry.hub_id, entry.to_hub_id = giver, None if giver == booking.hub_id else booking.hub_id
    moves = [
        (giver, booking.year, MoneyStage.APPROPRIATED, "", -booking.amount),
        (booking.hub_id, booking.year, MoneyStage.ALLOCATED, "", booking.amount),
    ]
    return _booked(entry, moves, booking.fund, by)


def reserve(
    booking: Booking, *, pays: Pays, subject: str, by: Viewer, at: datetime, services: Iterable[str] = ()
) -> LedgerEntry:
    """Keep money for a project ("project:<key>") that isn't bought yet."""
    _permitted(booking, pays, services)
    return _move(
        booking, EntryKind.RESERVE, MoneyStage.ALLOCATED, MoneyStage.RESERVED, taken_by=subject, pays=pays, by=by, at=at
    )


def commit(
    contract: Contract,
    booking: Booking,
    *,
    pays: Pays,
    by: Viewer,
    at: datetime,
    reserved_for: str = "",
    services: Iterable[str] = (),
) -> LedgerEntry:
    """Bind money to a signed contract: what was `reserved_for` a project, or what is free."""
    _permitted(booking, pays, services)
    given = MoneyStage.RESERVED if reserved_for else MoneyStage.ALLOCATED
    return _move(
        booking, EntryKind.COMMIT, given, MoneyStage.COMMITTED, given_by=reserved_for, taken_by=subject_of(contract),
        pays=pays, contract=contract, by=by, at=at,
    )  # fmt: skip


def pay(contract: Contract, booking: Booking, *, gate: str, by: Viewer, at: datetime) -> LedgerEntry:
    """Pay out of what is committed for a contract; `gate` names the part of its payment plan."""
    subject = subject_of(contract)
    return _move(
        booking, EntryKind.PAY, MoneyStage.COMMITTED, MoneyStage.PAID, given_by=subject, taken_by=subject,
        contract=contract, gate=gate, by=by, at=at,
    )  # fmt: skip


def commit_grant(subject: str, booking: Booking, *, pays: Pays, by: Viewer, at: datetime) -> LedgerEntry:
    """Bind free money to an approved micro-grant ("microgrant:<id>"), which has no contract."""
    _permitted(booking, pays, ())
    return _move(
        booking, EntryKind.COMMIT, MoneyStage.ALLOCATED, MoneyStage.COMMITTED, taken_by=subject, pays=pays, by=by, at=at
    )


def pay_grant(subject: str, booking: Booking, *, by: Viewer, at: datetime) -> LedgerEntry:
    """Pay out of what is committed for a micro-grant."""
    return _move(
        booking, EntryKind.PAY, MoneyStage.COMMITTED, MoneyStage.PAID, given_by=subject, taken_by=subject, by=by, at=at
    )


def release(
    subject: str, booking: Booking, *, stage: MoneyStage, by: Viewer, at: datetime, contract: Contract | None = None
) -> LedgerEntry:
    """Free what is reserved or committed for a subject and won't be needed. Raises ValueError for another stage."""
    if stage not in (MoneyStage.RESERVED, MoneyStage.COMMITTED):
        raise ValueError(f"nothing is released from {stage}")
    return _move(
        booking, EntryKind.RELEASE, stage, MoneyStage.ALLOCATED, given_by=subject, contract=contract, by=by, at=at
    )


def give_back(booking: Booking, *, stage: MoneyStage, by: Viewer, at: datetime) -> LedgerEntry:
    """Return unspent money to where it came from. Raises ValueError for money that isn't free."""
    if stage not in (MoneyStage.APPROPRIATED, MoneyStage.ALLOCATED):
        raise ValueError(f"nothing is returned from {stage}")
    return _move(booking, EntryKind.RETURN, stage, MoneyStage.RETURNED, by=by, at=at)


def book_transfer(booking: Booking, transfer: Transfer, *, by: Viewer, at: datetime) -> LedgerEntry:
    """Book an approved transfer (`shegong.purchase.actions.transfer` approves it)."""
    entry = _entry(booking, EntryKind.TRANSFER, by, at)
    entry.to_hub_id, entry.transfer = transfer.to_hub_id, transfer
    moves = [
        (transfer.hub_id, booking.year, MoneyStage.ALLOCATED, "", -booking.amount),
        (transfer.to_hub_id, booking.year, MoneyStage.ALLOCATED, "", booking.amount),
    ]
    return _booked(entry, moves, booking.fund, by)


@transaction.atomic
def reverse(
    entry: LedgerEntry, reason: str, *, by: Viewer, at: datetime, key: UUID | None = None, by_contract: bool = False
) -> LedgerEntry:
    """Undo an entry by one with its lines turned round; nothing is ever changed or removed. What a contract's life
    hangs on is undone by its own correction (`by_contract`). Raises Problem at `reason` without one, 409 for an entry
    that can't be undone.
    """
    if not reason.strip():
        raise Problem("reason_missing", _("请写明冲销的原因。"), "reason")
    if entry.kind in (EntryKind.REVERSE, EntryKind.CARRY):
        raise Problem("not_reversible", _("冲销分录和年终结转不能再冲销。"), status=409)
    if entry.subject.startswith(OF_GIFTS):
        raise Problem("gift_entry", _("这笔分录属于捐赠，请在捐赠页更正。"), status=409)
    if entry.subject.startswith(OF_GRANTS):
        raise Problem("grant_entry", _("这笔分录属于微公益资助，请在资助页办理。"), status=409)
    if not by_contract and contract_of(entry) is not None:
        raise Problem("contract_entry", _("这笔分录属于合同，请在合同页更正支付或变更合同。"), status=409)
    undone = LedgerEntry(
        key=key or uuid7(), kind=EntryKind.REVERSE, fund_id=entry.fund_id, year_id=entry.year_id, hub_id=entry.hub_id,
        to_hub_id=entry.to_hub_id, amount=entry.amount, pays=entry.pays, subject=entry.subject,
        contract_id=entry.contract_id, gate=entry.gate, booked_on=clock.today(), note=reason.strip()[:300],
        reverses=entry, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    known = _known(undone)
    if known:
        return known
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise Problem("reversed_before", _("这笔分录已经冲销过。"), status=409)
    lines = list(entry.lines.order_by("number"))
    moves = [(line.hub_id, line.year, MoneyStage(line.stage), line.subject, -line.amount) for line in lines]
    if entry.to_hub_id is not None and not by.has(Role.CITY):
        raise _not_yours()
    return _booked(undone, moves, entry.fund, by)


def contract_of(entry: LedgerEntry) -> int | None:
    """The contract with a payment plan on whose life an entry hangs."""
    if entry.contract_id is None or not Instalment.objects.filter(contract_id=entry.contract_id).exists():
        return None
    return entry.contract_id


def _move(
    booking: Booking,
    kind: EntryKind,
    given: MoneyStage,
    taken: MoneyStage,
    *,
    by: Viewer,
    at: datetime,
    given_by: str = "",
    taken_by: str = "",
    pays: str = "",
    contract: Contract | None = None,
    gate: str = "",
) -> LedgerEntry:
    """An entry that moves a sum within one hub."""
    entry = _entry(booking, kind, by, at)
    entry.pays, entry.contract, entry.gate, entry.subject = pays, contract, gate, taken_by or given_by
    moves = [
        (booking.hub_id, booking.year, given, given_by, -booking.amount),
        (booking.hub_id, booking.year, taken, taken_by, booking.amount),
    ]
    return _booked(entry, moves, booking.fund, by)


def _entry(booking: Booking, kind: EntryKind, by: Viewer, at: datetime) -> LedgerEntry:
    booked_on = booking.booked_on or clock.today()
    raise_any([rules.amount_problem(booking.amount), rules.day_problem(booked_on, clock.today())])
    return LedgerEntry(
        key=booking.key or uuid7(), kind=kind, fund=booking.fund, year_id=booking.year, hub_id=booking.hub_id,
        amount=booking.amount, booked_on=booked_on, note=booking.note.strip()[:300], made_at=at,
        made_by_id=by.account_id,
    )  # fmt: skip


def permit_problem(fund: Fund, pays: Pays, services: Iterable[str], on: date) -> Problem | None:
    """Whether a fund may pay this on a day (one query)."""
    permits = [Permit(r.pays, r.service_codes, r.since, r.until) for r in fund.rules.all()]
    return rules.pays_problem(permits, pays, services, on)


def _permitted(booking: Booking, pays: Pays, services: Iterable[str]) -> None:
    wrong = permit_problem(booking.fund, pays, services, booking.booked_on or clock.today())
    if wrong:
        raise wrong


def _not_yours() -> Problem:
    return Problem("ledger_not_yours", _("您不能记这笔账。"), status=403)


def may_book(by: Viewer, kind: str, fund: Fund, hub_id: int, to_hub_id: int | None = None) -> bool:
    """Whether a viewer may book: the city anything, a county what it does with its own hub's money."""
    if by.has(Role.CITY):
        return True
    own = by.has(Role.COUNTY) and hub_id in by.hubs and to_hub_id is None
    return own and (kind in rules.COUNTY_KINDS or (kind in rules.OWN_BUDGET_KINDS and fund.kind == FundKind.COUNTY))


def _known(entry: LedgerEntry) -> LedgerEntry | None:
    """The entry booked before under the same key. Raises Problem (409) for other content."""
    known = LedgerEntry.objects.filter(key=entry.key).first()
    if known is None:
        return None
    if any(getattr(known, name) != getattr(entry, name) for name in (*CONTENT, "reverses_id")):
        raise key_taken()
    return known


def _booked(entry: LedgerEntry, moves: Sequence[Move], fund: Fund, by: Viewer) -> LedgerEntry:
    """Write an entry, or return the same one that came before."""
    if not may_book(by, entry.kind, fund, entry.hub_id, entry.to_hub_id):
        raise _not_yours()
    known = _known(entry)
    if known:
        return known
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
            LedgerLine.objects.bulk_create(lines_of(entry, moves))
            log(f"{entry.kind}_money", "ledger_entry", entry.pk, by=by.account_id, at=entry.made_at,
                hub_id=entry.hub_id, detail={"fund": fund.code, "year": entry.year_id, "amount": str(entry.amount),
                                             "subject": entry.subject})  # fmt: skip
    except IntegrityError as error:
        known = _known(entry)
        if known:
            return known
        raise _refused(error, entry, moves, by) from error
    return entry


def lines_of(entry: LedgerEntry, moves: Iterable[Move]) -> list[LedgerLine]:
    """An entry's lines, unsaved."""
    return [
        LedgerLine(
            entry_id=entry.pk, number=place, fund_id=entry.fund_id, hub_id=hub_id, year=year, stage=stage,
            subject=subject, amount=amount, booked_on=entry.booked_on,
        )
        for place, (hub_id, year, stage, subject, amount) in enumerate(moves, start=1)
    ]  # fmt: skip


def _refused(error: IntegrityError, entry: LedgerEntry, moves: Sequence[Move], by: Viewer) -> Problem:
    """What the database found wrong, in words; any other error goes on as it is."""
    rule = broken_rule(error)
    if rule == "purchase_year_open" or ("year" in rule and "_fk_" in rule):
        return Problem("year_closed", _("%(year)s 年度没有建账或已经结账。"), "year", params={"year": entry.year_id})
    if rule == "purchase_ledgerentry_key_key" or rule.endswith("_key_uniq"):
        return key_taken()
    if "reverses" in rule:
        return Problem("reversed_before", _("这笔分录已经冲销过。"), status=409)
    giving = next(((hub, year, stage, subject) for hub, year, stage, subject, amount in moves if amount < 0), None)
    if rule in ("purchase_balance_never_negative", "purchase_subject_never_negative") and giving is not None:
        hub_id, year, stage, subject = giving
        held = queries.balance(by, entry.fund_id, hub_id, year, stage)
        if subject:
            held = min(held, queries.held_in(by, subject, entry.fund_id, hub_id, year, stage))
        params = {"stage": stage.label, "held": number(held)}
        return Problem("insufficient", _("余额不足：“%(stage)s”只有 %(held)s 元。"), "amount", params=params)
    raise error
