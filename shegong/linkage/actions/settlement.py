"""What is left of an ended drive: back to the donors, or with their consent to another drive."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.refused import told
from shegong.linkage.enums import AGREED, DriveState, GiftState, SettlementKind
from shegong.linkage.models import Donation, Drive, GiftLot, GiftSettlement
from shegong.linkage.queries import gift as queries
from shegong.linkage.rules import gift as rules
from shegong.linkage.rules.gift import refusal
from shegong.network.scope import Viewer


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of what was left, in yuan."""

    refunded: Decimal
    redirected: Decimal


@transaction.atomic
def settle_rest(drive: Drive, to_drive: Drive | None, *, by: Viewer, at: datetime, today: date) -> Settled:
    """Divide what is left of an ended drive's money among the gifts it came from: those whose donors agreed go to
    `to_drive`, the others back. Raises Problem at to_drive; 403, 409.
    """
    drive = _led(drive, by)
    rest = queries.sums_of([drive])[drive.pk].remaining
    if rest <= 0:
        raise Problem("nothing_left", _("没有剩余款项。"), status=409)
    rows = []
    parts = _parts(drive)
    shares = rules.divided(rest, list(parts.values()))
    gifts = Donation.objects.only("id", "consent", "donor_id").in_bulk(parts)
    for key, share in zip(parts, shares, strict=True):
        if not share:
            continue
        agreed = gifts[key].consent in AGREED
        if not gifts[key].donor_id and to_drive is None:
            raise Problem("to_drive_missing", _("有匿名捐赠的剩余，请选择转用到哪个募捐活动。"), "to_drive")
        moves = agreed and to_drive is not None
        rows.append(
            GiftSettlement(
                id=uuid7(), drive=drive, donation_id=key, to_drive=to_drive if moves else None, amount=share,
                kind=SettlementKind.REDIRECT if moves else SettlementKind.REFUND, settled_on=today, made_at=at,
                made_by_id=by.account_id,
            )
        )  # fmt: skip
    with told(refusal):
        GiftSettlement.objects.bulk_create(rows)
    sums = {kind: sum((row.amount or Decimal(0) for row in rows if row.kind == kind), Decimal(0))
            for kind in SettlementKind}  # fmt: skip
    settled = Settled(sums[SettlementKind.REFUND], sums[SettlementKind.REDIRECT])
    log("settle_drive", "drive", drive.pk, by=by.account_id, at=at, hub_id=drive.hub_id,
        detail={"refunded": str(settled.refunded), "redirected": str(settled.redirected)})  # fmt: skip
    return settled


def _parts(drive: Drive) -> dict[UUID, Decimal]:
    """{gift: what of it came into this drive and has not gone out again}."""
    parts: dict[UUID, Decimal] = defaultdict(Decimal)
    given = Donation.objects.filter(drive=drive, state=GiftState.RECEIVED, amount__isnull=False)
    for key, amount in given.order_by("received_on", "id").values_list("id", "amount"):
        parts[key] += amount or Decimal(0)
    settled = GiftSettlement.objects.filter(Q(drive=drive) | Q(to_drive=drive), amount__isnull=False)
    for key, came_from, amount in settled.values_list("donation_id", "drive_id", "amount"):
        parts[key] += -(amount or Decimal(0)) if came_from == drive.pk else (amount or Decimal(0))
    return {key: amount for key, amount in parts.items() if amount > 0}


@transaction.atomic
def redirect_lot(lot: GiftLot, to_drive: Drive, *, by: Viewer, at: datetime, today: date) -> GiftSettlement:
    """Let goods that are left of an ended drive serve another one, with the donor's consent. Raises Problem at
    to_drive; 403, 409.
    """
    drive = _led(lot.drive, by)
    made = GiftSettlement(
        id=uuid7(), drive=drive, donation_id=lot.donation_id, to_drive=to_drive, lot=lot, settled_on=today,
        kind=SettlementKind.REDIRECT, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    with told(refusal):
        made.save(force_insert=True)
    log("redirect_goods", "drive", drive.pk, by=by.account_id, at=at, hub_id=drive.hub_id, detail={"lot": str(lot.pk)})
    return made


def _led(drive: Drive, by: Viewer) -> Drive:
    if not queries.may_lead(by, drive):
        raise Problem("drive_not_yours", _("只有慈善组织自己或市级可以办理。"), status=403)
    found = Drive.objects.select_for_update().get(pk=drive.pk)
    if found.state != DriveState.ENDED:
        raise Problem("drive_ended", rules.REFUSALS["linkage_drive_ended"][0], status=409)
    return found
