"""Drives, donations and stocks in the API: read, taken, moved. To whom gifts went is in none of it."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import LARGEST, PLAIN, Body, Chosen, Day, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, key_taken
from shegong.linkage.actions import donation as gift_actions
from shegong.linkage.actions import stock as stock_actions
from shegong.linkage.enums import DonorKind, DriveState, GiftConsent, GiftForm, GiftState, StockMoveKind
from shegong.linkage.models import Donation, Drive, Stock, StockMove
from shegong.linkage.queries import gift as queries
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station

router = Router()
Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]


class DriveOut(Answer):
    """A drive and its money in yuan: what came in, and where it is. `people` is null for few, else to the nearest five.
    `until` is the day after the last.
    """

    id: UUID
    organisation_id: int
    filing_number: str
    title: str
    purpose: str
    target: Decimal
    hub_id: int
    station_id: int | None
    field: str | None
    since: date
    until: date
    state: DriveState
    gifts: int
    received: Decimal
    used: Decimal
    cost: Decimal
    returned: Decimal
    moved_in: Decimal
    moved_out: Decimal
    remaining: Decimal
    people: int | None


class DriveUseOut(Answer):
    """What a drive's gifts were used for: a kind of need and a place (empty: the city)."""

    field: str
    place: str
    times: int
    people: int | None
    amount: Decimal


class DriveDetailsOut(DriveOut):
    """A drive with its use."""

    account: str
    uses: list[DriveUseOut]


class DonationOut(Answer):
    """A gift. Who gave it stays with the charity; `public_name` is empty unless the donor agreed to be named."""

    id: UUID
    number: str
    drive_id: UUID
    form: GiftForm
    amount: Decimal | None
    received_on: date
    public_name: str
    consent: GiftConsent
    state: GiftState


class GoodsIn(Body):
    """Goods of one kind, and the station that takes them in."""

    item: Annotated[str, long_text(60)]
    unit: Annotated[str, long_text(10)]
    quantity: Number
    station_id: Id
    expires_on: Day | None = None
    value: Yuan | None = None


class DonorIn(Body):
    """Who gives."""

    kind: DonorKind
    name: Word
    phone: Annotated[str, Field(max_length=30, pattern=PLAIN)] = ""
    email: Annotated[str, Field(max_length=200, pattern=PLAIN)] = ""


class DonationIn(Body):
    """A gift: `amount` of money or `goods`. Without `donor` it is anonymous, and then `may_reuse` must be true: what is
    left can't be given back.
    """

    drive_id: UUID
    received_on: Day
    amount: Yuan | None = None
    goods: Annotated[list[GoodsIn], Field(max_length=20)] = Field(default_factory=list)
    donor: DonorIn | None = None
    may_reuse: bool = False
    named: bool = False


class StockOut(Answer):
    """How much of a lot is at a station."""

    lot_id: UUID
    drive_id: UUID
    station_id: int
    hub_id: int
    item: str
    unit: str
    quantity: int
    expires_on: date | None


class StockMoveOut(Answer):
    """A movement of goods."""

    id: UUID
    lot_id: UUID
    kind: StockMoveKind
    station_id: int
    to_station_id: int | None
    quantity: int
    moved_on: date
    note: str


class StockMoveIn(Body):
    """Goods moved to another station (`moved`), disposed of or returned to the donor (both say why in `note`)."""

    lot_id: UUID
    station_id: Id
    kind: StockMoveKind
    quantity: Number
    to_station_id: Id | None = None
    note: Annotated[str, long_text(200)] = ""


class DriveFilter(Paged):
    """Which drives."""

    state: DriveState | None = None


class DonationFilter(Paged):
    """Which gifts."""

    drive_id: UUID | None = None
    form: GiftForm | None = None


class StockFilter(Paged):
    """Which stocks."""

    station_id: Annotated[int | None, Field(ge=1, le=LARGEST)] = None
    drive_id: UUID | None = None


@router.get("/drives", response={200: Listed[DriveOut]})
def list_drives(request: ApiRequest, asked: Query[DriveFilter]) -> HttpResponse:
    """Published drives (and one's own drafts), the latest first."""
    fields = wanted(DriveOut, asked.fields)
    found = queries.drives_seen(request.viewer, queries.charities_of(request.viewer))
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-since"], asked.cursor, asked.limit)
    sums = queries.sums_of(rows.items)
    return page((_drive(row, sums[row.pk]) for row in rows.items), rows.next_cursor, fields)


@router.get("/drives/{key}", response={200: DriveDetailsOut})
def read_drive(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A drive with what its gifts were used for."""
    fields = wanted(DriveDetailsOut, asked.fields)
    found = queries.drives_seen(request.viewer, queries.charities_of(request.viewer)).filter(pk=key).first()
    if found is None:
        raise not_found()
    uses = [
        DriveUseOut(field=row.field, place=row.place, times=row.times, people=row.people, amount=row.amount)
        for row in queries.uses_told(found.pk)
    ]
    base = _drive(found, queries.sums_of([found])[found.pk])
    return one(DriveDetailsOut(**base.model_dump(), account=found.account, uses=uses), fields)


@router.get("/donations", response={200: Listed[DonationOut]})
def list_donations(request: ApiRequest, asked: Query[DonationFilter]) -> HttpResponse:
    """Gifts in the viewer's sight, the latest first: one's own, one's charity's, one's county's; the city sees all."""
    only(request.viewer, *queries.READERS)
    fields = wanted(DonationOut, asked.fields)
    found = queries.donations_seen(request.viewer, queries.charities_of(request.viewer))
    if asked.drive_id is not None:
        found = found.filter(drive_id=asked.drive_id)
    if asked.form is not None:
        found = found.filter(form=asked.form)
    rows = page_of(found, ["-received_on"], asked.cursor, asked.limit)
    return page(map(_donation, rows.items), rows.next_cursor, fields)


@router.get("/donations/{key}", response={200: DonationOut})
def read_donation(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A gift."""
    only(request.viewer, *queries.READERS)
    fields = wanted(DonationOut, asked.fields)
    found = queries.donation_of(request.viewer, key)
    if found is None:
        raise not_found()
    return one(_donation(found), fields)


@router.put("/donations/{key}", response={200: DonationOut, 201: DonationOut, 409: ProblemDetails})
def put_donation(request: ApiRequest, key: UUID, wish: DonationIn) -> HttpResponse:
    """Take a gift under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *queries.READERS)
    known = queries.donation_of(request.viewer, key)
    drive = queries.published().filter(pk=wish.drive_id).first()
    if drive is None:
        raise Problem("drive_unknown", _("没有这个募捐活动。"), "drive_id")
    if wish.goods and wish.amount is not None:
        raise Problem("gift_of_both", _("款和物请分开登记。"), "amount")
    goods = [
        gift_actions.Goods(
            each.item, each.unit, each.quantity, _station(each.station_id, "goods"), each.expires_on, each.value
        )
        for each in wish.goods
    ]
    who = wish.donor
    giver = gift_actions.Giver(who.kind, who.name, who.phone, who.email) if who else None
    draft = gift_actions.GiftDraft(wish.received_on, wish.amount, goods, giver, wish.may_reuse, wish.named)
    made = gift_actions.take_donation(drive, draft, by=request.viewer, at=clock.now(), key=key)
    return one(_donation(made), status=200 if known else 201)


@router.get("/stocks", response={200: Listed[StockOut]})
def list_stocks(request: ApiRequest, asked: Query[StockFilter]) -> HttpResponse:
    """What lies where, in the viewer's reach or of one's own charity."""
    only(request.viewer, *queries.READERS)
    fields = wanted(StockOut, asked.fields)
    found = queries.stocks_seen(request.viewer, queries.charities_of(request.viewer))
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    if asked.drive_id is not None:
        found = found.filter(lot__drive_id=asked.drive_id)
    rows = page_of(found, ["lot__item", "station_id"], asked.cursor, asked.limit)
    return page(map(_stock, rows.items), rows.next_cursor, fields)


@router.get("/stock-moves/{key}", response={200: StockMoveOut})
def read_stock_move(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A movement of goods."""
    only(request.viewer, *queries.READERS)
    fields = wanted(StockMoveOut, asked.fields)
    found = queries.moves_seen(request.viewer, queries.charities_of(request.viewer)).filter(pk=key).first()
    if found is None:
        raise not_found()
    return one(_move(found), fields)


@router.put("/stock-moves/{key}", response={200: StockMoveOut, 201: StockMoveOut, 409: ProblemDetails})
def put_stock_move(request: ApiRequest, key: UUID, wish: StockMoveIn) -> HttpResponse:
    """Move goods, dispose of them or return them, under the caller's key: 201 when it is new, 200 when the same came
    before.
    """
    only(request.viewer, *queries.KEEPERS)
    known = StockMove.objects.filter(pk=key).first()
    if known is not None:
        same = (wish.lot_id, wish.station_id, str(wish.kind), wish.quantity, wish.to_station_id, wish.note.strip())
        if same != (
            known.lot_id, known.station_id, known.kind, known.quantity, known.to_station_id, known.note
        ):  # fmt: skip
            raise key_taken()
        return one(_move(known))
    stock = queries.stock_of(request.viewer, wish.lot_id, wish.station_id)
    if stock is None:
        raise Problem("stock_unknown", _("这个站点没有这批物资。"), "lot_id")
    to = _station(wish.to_station_id, "to_station_id") if wish.to_station_id is not None else None
    made = stock_actions.move_stock(
        stock,
        wish.kind,
        wish.quantity,
        wish.note,
        by=request.viewer,
        at=clock.now(),
        today=clock.today(),
        to=to,
        key=key,
    )
    return one(_move(made), status=201)


def _station(key: int, field: str) -> Station:
    found = Station.objects.filter(pk=key).first()
    if found is None:
        raise Problem("station_unknown", _("没有这个站点。"), field)
    return found


def _drive(row: Drive, sums: queries.Sums) -> DriveOut:
    own = ("id", "organisation_id", "filing_number", "title", "purpose", "target", "hub_id", "station_id", "since",
           "until", "state")  # fmt: skip
    names = DriveOut.model_fields.keys() - {*own, "field"}
    values = {name: getattr(row, name) for name in own} | {name: getattr(sums, name) for name in names}
    return DriveOut.model_validate({**values, "field": row.field.code if row.field else None})


def _donation(row: Donation) -> DonationOut:
    return DonationOut.model_validate({name: getattr(row, name) for name in DonationOut.model_fields})


def _stock(row: Stock) -> StockOut:
    lot = row.lot
    return StockOut(
        lot_id=lot.pk, drive_id=lot.drive_id, station_id=row.station_id, hub_id=row.hub_id, item=lot.item,
        unit=lot.unit, quantity=row.quantity, expires_on=lot.expires_on,
    )  # fmt: skip


def _move(row: StockMove) -> StockMoveOut:
    return StockMoveOut.model_validate({name: getattr(row, name) for name in StockMoveOut.model_fields})
