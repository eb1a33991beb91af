"""Money from one county to another: asked by one person, approved and so booked by another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.actions.ledger import Booking, book_transfer
from shegong.purchase.enums import TransferState
from shegong.purchase.models import FiscalYear, Fund, Transfer
from shegong.purchase.rules.money import amount_problem


@dataclass(frozen=True, slots=True)
class Wish:
    """From which hub to which, out of which fund and year, how much (yuan), and why."""

    fund: Fund
    year: int
    hub_id: int
    to_hub_id: int
    amount: Decimal
    reason: str


@transaction.atomic
def ask_transfer(key: UUID, wish: Wish, *, by: Viewer, at: datetime) -> Transfer:
    """Ask for a transfer, as the city or as either county. The same under the same key is the same one.

    Raises Problem or Problems at amount, reason, hub, to_hub, year; 403, 409.
    """
    if not (by.has(Role.CITY) or (by.has(Role.COUNTY) and {wish.hub_id, wish.to_hub_id} & set(by.hubs))):
        raise Problem("transfer_not_yours", _("只能申请调出或调入本区(市)县的资金。"), status=403)
    known = Transfer.objects.filter(pk=key).first()
    if known:
        content = (known.fund_id, known.year_id, known.hub_id, known.to_hub_id, known.amount)
        if content != (wish.fund.pk, wish.year, wish.hub_id, wish.to_hub_id, wish.amount):
            raise key_taken()
        return known
    raise_any([amount_problem(wish.amount), *_wrong(wish)])
    asked = Transfer(
        id=key, fund=wish.fund, year_id=wish.year, hub_id=wish.hub_id, to_hub_id=wish.to_hub_id, amount=wish.amount,
        reason=wish.reason.strip()[:500], asked_at=at, asked_by_id=by.account_id,
    )  # fmt: skip
    asked.save(force_insert=True)
    log("ask_money_transfer", "transfer", key, by=by.account_id, at=at, hub_id=wish.hub_id,
        detail={"fund": wish.fund.code, "amount": str(wish.amount)})  # fmt: skip
    return asked


def _wrong(wish: Wish) -> list[Problem]:
    found = []
    if not wish.reason.strip():
        found.append(Problem("reason_missing", _("请写明理由。"), "reason"))
    if wish.hub_id == wish.to_hub_id:
        found.append(Problem("same_hub", _("调出和调入不能是同一个区(市)县。"), "to_hub"))
    elif Station.objects.filter(pk__in=(wish.hub_id, wish.to_hub_id), tier=Tier.HUB).count() != 2:
        found.append(Problem("hub_unknown", _("请选择区(市)县。"), "to_hub"))
    if not FiscalYear.objects.filter(year=wish.year, closed_at__isnull=True).exists():
        params = {"year": wish.year}
        found.append(Problem("year_closed", _("%(year)s 年度没有建账或已经结账。"), "year", params=params))
    return found


@transaction.atomic
def decide_transfer(transfer: Transfer, *, approve: bool, note: str, by: Viewer, at: datetime) -> Transfer:
    """Approve a transfer, and so book it; or decline it, and say why. Only by the city, and not by who asked.

    Raises Problem at `note`, `amount` (not enough left); 403, 409 when it is decided.
    """
    if not by.has(Role.CITY):
        raise Problem("ledger_not_yours", _("您不能记这笔账。"), status=403)
    present = Transfer.objects.select_for_update().select_related("fund").get(pk=transfer.pk)
    if present.state != TransferState.ASKED:
        raise Problem("transfer_decided", _("这项调剂已经审批过了。"), status=409)
    if present.asked_by_id == by.account_id:
        raise Problem("transfer_own", _("不能审批自己提出的申请，请由另一人审批。"), status=403)
    if not approve and not note.strip():
        raise Problem("reason_missing", _("不批准时请写明原因。"), "note")
    present.state = TransferState.APPROVED if approve else TransferState.DECLINED
    present.decided_at, present.decided_by_id, present.note = at, by.account_id, note.strip()[:500]
    present.save()
    verb = "approve_money_transfer" if approve else "decline_money_transfer"
    log(verb, "transfer", present.pk, by=by.account_id, at=at, hub_id=present.hub_id)
    if approve:
        booking = Booking(present.fund, present.hub_id, present.year_id, present.amount, present.reason, present.pk)
        book_transfer(booking, present, by=by, at=at)
    return present
