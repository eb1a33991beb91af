"""Gifts given out: money and goods for the drive's purpose, to whom exactly behind the wall, and acknowledged."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import GiftForm, RecipientKind
from shegong.linkage.models import Drive, GiftLot, GiftRecipient, GiftUse
from shegong.linkage.queries import gift as queries
from shegong.linkage.rules import gift as rules
from shegong.linkage.rules.gift import refusal
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Activity, Client, Household, SocialGroup
from shegong.purchase.rules.money import amount_problem

SAME: Final = ("drive_id", "station_id", "recipient", "field_id", "amount", "lot_id", "quantity", "people", "used_on")
# Who exactly: the model, and the name of the reference.
NAMED: Final = {
    RecipientKind.CLIENT: (Client, "client"),
    RecipientKind.HOUSEHOLD: (Household, "household"),
    RecipientKind.GROUP: (SocialGroup, "group"),
    RecipientKind.ACTIVITY: (Activity, "activity"),
}


@dataclass(frozen=True, slots=True)
class UseDraft:
    """What is given at a station to whom: `amount` of money, or `quantity` of a `lot`. `recipient_id` names the client,
    household, group or activity; `people` is how many it reaches.
    """

    station: Station
    recipient: RecipientKind
    field: Field | None
    people: int
    used_on: date
    note: str
    amount: Decimal | None = None
    lot: GiftLot | None = None
    quantity: int | None = None
    recipient_id: UUID | None = None


@transaction.atomic
def use_gift(drive: Drive, draft: UseDraft, *, by: Viewer, at: datetime, key: UUID | None = None) -> GiftUse:
    """Give something out of a drive. Sent twice under one key it is one use.

    Raises Problem or Problems at amount, quantity, field, people, used_on, note, recipient; 403; 409 for a key that is
    taken, a drive not in use.
    """
    if not queries.may_keep(by, draft.station):
        raise Problem("use_not_yours", _("由站点或所在区（市）县发放。"), status=403)
    if draft.recipient == RecipientKind.COST:
        raise Problem("recipient_missing", _("请选择给谁。"), "recipient")
    given = _recipient(draft)
    one = draft.recipient == RecipientKind.CLIENT
    few = Problem("people_missing", _("请填写受益人数。"), "people") if not one and draft.people < 1 else None
    raise_any([
        few,
        Problem("field_missing", _("请选择需求领域。"), "field") if draft.field is None else None,
        rules.missing(draft.note, "note"), _what_problem(draft, by),
    ])  # fmt: skip
    made = GiftUse(
        id=key or uuid7(), drive=drive, form=GiftForm.GOODS if draft.lot else GiftForm.MONEY,
        hub_id=draft.station.hub_id, town_id=draft.station.town_id, station=draft.station, recipient=draft.recipient,
        field=draft.field, amount=draft.amount if draft.lot is None else None, lot=draft.lot,
        quantity=draft.quantity if draft.lot else None, people=1 if one else draft.people, used_on=draft.used_on,
        note=clean_text(draft.note, rules.NOTE_LENGTH, "note").strip(), made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    known = _known(made)
    if known:
        return known
    with told(refusal):
        made.save(force_insert=True)
        if given:
            GiftRecipient(
                use=made, hub_id=draft.station.hub_id, station=draft.station, **{f"{given}_id": draft.recipient_id}
            ).save(force_insert=True)
    _log("use_gift", made, by, at)
    return made


def _what_problem(draft: UseDraft, by: Viewer) -> Problem | None:
    if draft.lot is None:
        return amount_problem(draft.amount) if draft.amount is not None else _nothing("amount")
    if draft.quantity is None:
        return _nothing("quantity")
    stock = queries.stocks_seen(by, frozenset()).filter(lot=draft.lot, station=draft.station).first()
    wrong = rules.quantity_problem(draft.quantity, stock.quantity if stock else 0)
    return wrong or rules.expiry_problem(draft.lot.expires_on, draft.used_on, "quantity")


def _nothing(field: str) -> Problem:
    return Problem("gift_empty", _("请填写金额或数量。"), field)


def _recipient(draft: UseDraft) -> str:
    """The reference that names the recipient; empty for a station. Raises Problem at recipient."""
    if draft.recipient not in NAMED:
        return ""
    model, name = NAMED[draft.recipient]
    found = model._default_manager.filter(pk=draft.recipient_id, hub_id=draft.station.hub_id)
    if draft.recipient_id is None or not found.exists():
        raise Problem("recipient_unknown", _("本区（市）县没有这个受赠对象，或不在您的范围内。"), "recipient_id")
    return name


def _known(made: GiftUse) -> GiftUse | None:
    known = GiftUse.objects.filter(pk=made.pk).first()
    if known and any(getattr(known, name) != getattr(made, name) for name in SAME):
        raise key_taken()
    return known


@transaction.atomic
def book_cost(
    drive: Drive, amount: Decimal, note: str, used_on: date, *, by: Viewer, at: datetime, key: UUID | None = None
) -> GiftUse:
    """Book what running a drive costs: a tenth of what came in at most. Raises Problem at amount, note, used_on; 403,
    409.
    """
    if not queries.may_lead(by, drive):
        raise Problem("drive_not_yours", _("只有慈善组织自己或市级可以办理。"), status=403)
    raise_any([amount_problem(amount), rules.missing(note, "note")])
    hub = drive.hub
    made = GiftUse(
        id=key or uuid7(), drive=drive, form=GiftForm.MONEY, hub_id=hub.hub_id, town_id=hub.town_id, station=hub,
        recipient=RecipientKind.COST, amount=amount, people=0, used_on=used_on,
        note=clean_text(note, rules.NOTE_LENGTH, "note").strip(), made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    known = _known(made)
    if known:
        return known
    with told(refusal):
        made.save(force_insert=True)
    _log("book_gift_cost", made, by, at)
    return made


@transaction.atomic
def acknowledge_use(use: GiftUse, how: str, on: date, *, by: Viewer, at: datetime, today: date) -> GiftUse:
    """Record that the recipient acknowledged a gift, once. Raises Problem at how, on; 403, 409."""
    if not queries.may_keep(by, use.station):
        raise Problem("use_not_yours", _("由站点或所在区（市）县发放。"), status=403)
    text = clean_text(how, rules.NAME_LENGTH, "how").strip()
    late = Problem("day_unfit", _("签收日期在发放之后，不晚于今天。"), "on") if not use.used_on <= on <= today else None
    raise_any([rules.missing(text, "how"), late])
    use = GiftUse.objects.select_for_update(of=("self",)).get(pk=use.pk)
    use.acknowledged_on, use.acknowledged_how = on, text
    with told(refusal):
        use.save(update_fields=["acknowledged_on", "acknowledged_how"])
    _log("acknowledge_gift", use, by, at)
    return use


def may_see_recipients(viewer: Viewer) -> bool:
    """Whether a viewer may come to know at all to whom gifts went."""
    return viewer.has(Role.COUNTY, Role.HEAD, Role.WORKER)


def _log(verb: str, use: GiftUse, by: Viewer, at: datetime) -> None:
    detail = {"drive": str(use.drive_id), "amount": str(use.amount or ""), "quantity": str(use.quantity or "")}
    place = {"hub_id": use.hub_id, "station_id": use.station_id}
    log(verb, "gift_use", use.pk, by=by.account_id, at=at, detail=detail, **place)
