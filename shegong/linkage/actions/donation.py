"""Gifts: taken, undone, the donor asked about the rest, receipts, and following a gift by its number and code.

Money is booked in the ledger by the database with the gift itself, goods into stock with their lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.chinese import normalised_phone, phone_problem
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.kernel.tickets import typed_code, typed_number
from shegong.linkage.enums import DonorKind, GiftConsent, GiftForm, GiftState
from shegong.linkage.models import Donation, Donor, Drive, GiftLot, GiftReceipt
from shegong.linkage.queries import gift as queries
from shegong.linkage.queries.gift_code import LETTER, code_digest, code_of, number_of
from shegong.linkage.rules import gift as rules
from shegong.linkage.rules.gift import refusal
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.rules.money import amount_problem

DRAWS: Final = 5
NUMBER_TAKEN: Final = "donation_number_key"
SAME: Final = ("drive_id", "form", "amount", "received_on", "consent", "public_name")


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives, and how to reach them."""

    kind: DonorKind
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods of one kind, and where they are taken in."""

    item: str
    unit: str
    quantity: int
    station: Station
    expires_on: date | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GiftDraft:
    """A gift as it came: `amount` of money or `goods`; without `giver` it is anonymous. `may_reuse`: what is left may
    go to a like purpose; `named`: the donor agreed to be named in public.
    """

    received_on: date
    amount: Decimal | None = None
    goods: Sequence[Goods] = ()
    giver: Giver | None = None
    may_reuse: bool = False
    named: bool = False


@transaction.atomic
def take_donation(drive: Drive, draft: GiftDraft, *, by: Viewer, at: datetime, key: UUID | None = None) -> Donation:
    """Take a gift. Sent twice under one key it is one gift.

    Raises Problem or Problems at amount, received_on, name, phone, consent, item, unit, quantity, expires_on, station,
    drive (not open); 403; 409 for a key that is taken.
    """
    is_charity = queries.may_lead(by, drive)
    if not is_charity and not (draft.goods and all(queries.may_keep(by, each.station) for each in draft.goods)):
        raise Problem("gift_not_yours", _("捐款由慈善组织登记；站点只登记本站收到的物资。"), status=403)
    giver = _checked_giver(draft)
    form = GiftForm.GOODS if draft.goods else GiftForm.MONEY
    raise_any([*_money_problems(draft), *[each for goods in draft.goods for each in _goods_problems(goods)]])
    key = key or uuid7()
    gift = Donation(
        id=key, drive=drive, charity_id=drive.organisation_id, hub_id=drive.hub_id, form=form,
        amount=None if draft.goods else draft.amount, received_on=draft.received_on,
        consent=GiftConsent.ADVANCE if draft.may_reuse else GiftConsent.UNASKED,
        public_name=giver.name if giver and draft.named else "", made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    known = Donation.objects.filter(pk=key).first()
    if known:
        if any(getattr(known, name) != getattr(gift, name) for name in SAME):
            raise key_taken()
        return known
    for draw in range(DRAWS):
        gift.number = number_of(key, draw)
        gift.code_digest = code_digest(gift.number, code_of(key))
        try:
            _insert(gift, drive, draft, giver, by, at)
            break
        except Problem as problem:
            if problem.code != NUMBER_TAKEN or draw == DRAWS - 1:
                raise
    _log("take_donation", gift, by, at, form=form, amount=str(gift.amount or ""))
    return gift


def _insert(gift: Donation, drive: Drive, draft: GiftDraft, giver: Giver | None, by: Viewer, at: datetime) -> None:
    with told(refusal):
        gift.donor = _donor(drive, giver, by, at) if giver else None
        gift.save(force_insert=True)
        GiftLot.objects.bulk_create(
            GiftLot(
                donation=gift, drive=drive, charity_id=drive.organisation_id, station=each.station,
                item=clean_text(each.item, 60, "item").strip(), unit=clean_text(each.unit, 10, "unit").strip(),
                quantity=each.quantity, value=each.value, expires_on=each.expires_on,
            )
            for each in draft.goods
        )  # fmt: skip


def _checked_giver(draft: GiftDraft) -> Giver | None:
    if draft.giver is None:
        if not draft.may_reuse:
            words = rules.REFUSALS["linkage_donation_anonymous_agrees"][0]
            raise Problem("donation_anonymous_agrees", words, "may_reuse")
        return None
    giver = draft.giver
    name = clean_text(giver.name, rules.NAME_LENGTH, "name").strip()
    email = clean_text(giver.email, 200, "email").strip()
    wrong = phone_problem(giver.phone) if giver.phone.strip() else None
    raise_any([rules.missing(name, "name"), wrong.at("phone") if wrong else None])
    return Giver(giver.kind, name, normalised_phone(giver.phone) if giver.phone.strip() else "", email)


def _money_problems(draft: GiftDraft) -> list[Problem | None]:
    if draft.goods:
        return []
    if draft.amount is None:
        return [Problem("gift_empty", _("请填写金额或物资。"), "amount")]
    return [amount_problem(draft.amount)]


def _goods_problems(goods: Goods) -> list[Problem | None]:
    value = amount_problem(goods.value, "value") if goods.value is not None else None
    return [
        rules.missing(goods.item, "item"), rules.missing(goods.unit, "unit"), rules.quantity_problem(goods.quantity),
        rules.expiry_problem(goods.expires_on, clock.today()), value,
    ]  # fmt: skip


def _donor(drive: Drive, giver: Giver, by: Viewer, at: datetime) -> Donor:
    """The charity's donor of this name and telephone (or e-mail), known or new."""
    reach = giver.phone or giver.email.lower()
    digest: bytes | None = settings.KEYRING.blind_index(reach, "linkage_donor.reach") if reach else None
    if digest:
        known = Donor.objects.filter(charity_id=drive.organisation_id, reach_digest=digest, name=giver.name).first()
        if known:
            return known
    donor = Donor(
        id=uuid7(), charity_id=drive.organisation_id, kind=giver.kind, name=giver.name, phone=giver.phone,
        email=giver.email, reach_digest=digest, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    donor.save(force_insert=True)
    return donor


@transaction.atomic
def void_donation(gift: Donation, reason: str, *, by: Viewer, at: datetime) -> Donation:
    """Undo a gift of money that was entered wrongly, as long as the drive still has it. Raises Problem at reason,
    amount; 403, 409.
    """
    gift = _led(gift, by)
    text = clean_text(reason, rules.NOTE_LENGTH, "reason").strip()
    raise_any([rules.missing(text, "reason")])
    if gift.state != GiftState.RECEIVED:
        raise Problem("donation_void", _("这笔捐赠已经作废。"), status=409)
    gift.state, gift.void_reason = GiftState.VOID, text
    with told(refusal):
        gift.save(update_fields=["state", "void_reason"])
    _log("void_donation", gift, by, at)
    return gift


@transaction.atomic
def record_gift_consent(gift: Donation, agrees: bool, how: str, *, by: Viewer, at: datetime) -> Donation:
    """Record what the donor says about what is left, and how it was asked. Raises Problem at how; 403, 409."""
    gift = _led(gift, by)
    text = clean_text(how, rules.NOTE_LENGTH, "how").strip()
    raise_any([rules.missing(text, "how")])
    gift.consent, gift.consent_note = (GiftConsent.GIVEN if agrees else GiftConsent.REFUSED), text
    with told(refusal):
        gift.save(update_fields=["consent", "consent_note"])
    _log("record_gift_consent", gift, by, at, consent=gift.consent)
    return gift


@transaction.atomic
def issue_receipt(gift: Donation, payer: str, *, by: Viewer, at: datetime, today: date) -> GiftReceipt:
    """Make out the receipt, numbered without gaps by charity and year. Raises Problem at payer; 403; 409 for a second
    one and for a gift that is void.
    """
    if gift.charity_id not in queries.charities_of(by):
        raise Problem("receipt_not_yours", _("收据由接受捐赠的慈善组织开具。"), status=403)
    text = clean_text(payer, rules.NAME_LENGTH, "payer").strip()
    raise_any([rules.missing(text, "payer")])
    with connection.cursor() as cursor:  # one at a time, so that there is no gap
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"linkage_receipt {gift.charity_id}"])
    gift = Donation.objects.get(pk=gift.pk)
    if gift.state == GiftState.VOID:
        raise Problem("donation_void", _("这笔捐赠已经作废。"), status=409)
    if GiftReceipt.objects.filter(donation=gift).exists():
        raise Problem("receipt_twice", _("这笔捐赠已经开过收据。"), status=409)
    last = GiftReceipt.objects.filter(charity_id=gift.charity_id, year=today.year).order_by("-sequence").first()
    made = GiftReceipt(
        id=uuid7(), donation=gift, charity_id=gift.charity_id, year=today.year, payer=text,
        sequence=last.sequence + 1 if last else 1, issued_on=today, issued_at=at, issued_by_id=by.account_id,
    )  # fmt: skip
    with told(refusal):
        made.save(force_insert=True)
    _log("issue_gift_receipt", gift, by, at, number=made.number)
    return made


@dataclass(frozen=True, slots=True)
class Followed:
    """A gift as its number and code open it."""

    donation_id: UUID
    drive_id: UUID
    form: str
    amount: Decimal | None
    received_on: date
    state: str


def follow_gift(number: str, code: str, *, visitor: bytes, at: datetime) -> Followed:
    """A gift for who knows its number and code. Raises Problem at code; 429 for too many tries."""
    row = _asked("SELECT * FROM linkage_gift_by_code(%s, %s)", number, code, visitor, at)
    if row is None:
        raise _unknown()
    return Followed(*row)


@transaction.atomic
def claim_gift(number: str, code: str, *, visitor: bytes, by: Viewer, at: datetime) -> UUID:
    """Take a gift, and with it all of this donor's, to one's own account. Raises Problem at code; 429."""
    row = _asked("SELECT linkage_claim_gift(%s, %s)", number, code, visitor, at)
    if row is None or row[0] is None:
        raise Problem("gift_unknown", _("编号或查询码不对，或这是一笔匿名捐赠（可以直接凭编号查询）。"), "code")
    key: UUID = row[0]
    log("claim_gift", "donation", key, by=by.account_id, at=at)
    return key


def _asked(statement: str, number: str, code: str, visitor: bytes, at: datetime) -> Any:
    if not may_try(visitor, "gift", rules.LOOKS_AN_HOUR, at):
        raise too_many()
    plain = typed_number(number, LETTER)
    with connection.cursor() as cursor:
        cursor.execute(statement, [plain, code_digest(plain, typed_code(code))])
        return cursor.fetchone()


def _unknown() -> Problem:
    return Problem("gift_unknown", _("编号或查询码不对，请再看一看。"), "code")


def _led(gift: Donation, by: Viewer) -> Donation:
    if not by.has(Role.CITY) and gift.charity_id not in queries.charities_of(by):
        raise Problem("gift_not_yours", _("只有接受捐赠的慈善组织或市级可以办理。"), status=403)
    return Donation.objects.select_for_update(of=("self",)).get(pk=gift.pk)


def _log(verb: str, gift: Donation, by: Viewer, at: datetime, **detail: str) -> None:
    log(verb, "donation", gift.pk, by=by.account_id, at=at, hub_id=gift.hub_id, detail=detail)
