"""Goods moved between stations, disposed of, or given back to who gave them."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import StockMoveKind
from shegong.linkage.models import Stock, StockMove
from shegong.linkage.queries import gift as queries
from shegong.linkage.rules import gift as rules
from shegong.linkage.rules.gift import refusal
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

SAME: Final = ("lot_id", "kind", "station_id", "to_station_id", "quantity", "note")
VERBS: Final = {
    StockMoveKind.MOVED: "move_goods",
    StockMoveKind.DISPOSED: "dispose_of_goods",
    StockMoveKind.RETURNED: "return_goods",
}


@transaction.atomic
def move_stock(
    stock: Stock, kind: StockMoveKind, quantity: int, note: str = "", *, by: Viewer, at: datetime, today: date,
    to: Station | None = None, key: UUID | None = None,
) -> StockMove:  # fmt: skip
    """Move goods `to` another station, dispose of them, or return them to the donor; the latter two say why. Sent twice
    under one key it is one movement.

    Raises Problem or Problems at quantity, note, to_station; 403; 409 for a key that is taken, an anonymous donor.
    """
    if not by.has(Role.CITY) and not queries.may_keep(by, stock.station):
        raise Problem("stock_not_yours", _("由物资所在站点或区（市）县办理。"), status=403)
    if kind not in VERBS:
        raise Problem("kind_elsewhere", _("入库和发放由捐赠和发放产生。"), "kind")
    away = kind == StockMoveKind.MOVED
    nowhere = away and (to is None or to.pk == stock.station_id)
    text = clean_text(note, rules.NOTE_LENGTH, "note").strip()
    move = StockMove(
        id=key or uuid7(), lot_id=stock.lot_id, kind=kind, station_id=stock.station_id,
        to_station=to if away else None, quantity=quantity, moved_on=today, note=text, made_at=at,
        made_by_id=by.account_id,
    )  # fmt: skip
    known = StockMove.objects.filter(pk=move.pk).first()
    if known:
        if any(getattr(known, name) != getattr(move, name) for name in SAME):
            raise key_taken()
        return known
    raise_any([
        rules.quantity_problem(quantity, stock.quantity),
        Problem("place_missing", _("请选择调往的站点。"), "to_station") if nowhere else None,
        None if away else rules.missing(text, "note"),
        rules.expiry_problem(stock.lot.expires_on, today, "quantity") if away else None,
    ])  # fmt: skip
    with told(refusal):
        move.save(force_insert=True)
    log(VERBS[kind], "stock_move", move.pk, by=by.account_id, at=at, hub_id=stock.hub_id, station_id=stock.station_id,
        detail={"lot": str(stock.lot_id), "quantity": quantity})  # fmt: skip
    return move
