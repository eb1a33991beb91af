"""Pages of goods and of what is given out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.linkage.actions import gift_use as use_actions
from shegong.linkage.actions import stock as actions
from shegong.linkage.actions.refused import tracing
from shegong.linkage.actions.settlement import redirect_lot
from shegong.linkage.enums import DriveState, RecipientKind, StockMoveKind
from shegong.linkage.forms import gift as shapes
from shegong.linkage.models import Drive, GiftUse, Stock
from shegong.linkage.queries import gift as queries
from shegong.linkage.views.frame import both_ways, gift_tabs, station_called
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.queries import called
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role

SOON = timedelta(days=30)
OFFERED = 400


@require_GET
@requires(*queries.READERS)
def stocks(request: Request) -> HttpResponseBase:
    """What lies where; what expires soon by itself."""
    today = clock.today()
    chosen = request.GET.get("expires", "")
    text = request.GET.get("q", "").strip()[:50].replace("\0", "")
    rows = queries.stocks_seen(request.viewer, queries.charities_of(request.viewer))
    if chosen == "soon":
        rows = rows.filter(lot__expires_on__gte=today, lot__expires_on__lte=today + SOON)
    elif chosen == "past":
        rows = rows.filter(lot__expires_on__lt=today)
    if text:
        rows = rows.filter(
            Q(station__in=Station.objects.filter(called(text)).values("pk")) | Q(lot__item__icontains=text)
        )
    page = page_of(rows.only("quantity", "hub_id", "lot__item", "lot__unit", "lot__expires_on", "lot__drive__title",
                             "station__name"), ["lot__item", "station_id"], request.GET.get("cursor"))  # fmt: skip
    titles = [("", _("全部")), ("soon", _("30 天内到期")), ("past", _("已过期"))]
    context = {
        "tabs": gift_tabs(request.viewer, "stocks"),
        "page": page,
        "rows": [(each, each.lot.expires_on is not None and each.lot.expires_on < today) for each in page.items],
        "filters": [{"title": title, "url": f"?expires={value}", "active": value == chosen} for value, title in titles],
        "text": text,
        "chosen": chosen,
    }
    return render(request, "linkage/stocks.html", context)


def _stock(request: Request, lot_id: UUID, station_id: int) -> Stock:
    found = queries.stock_of(request.viewer, lot_id, station_id)
    if found is None:
        raise Http404
    return found


def _page(stock: Stock) -> str:
    return reverse("linkage:stock", args=[stock.lot_id, stock.station_id])


@require_GET
@requires(*queries.READERS)
def stock(request: Request, lot_id: UUID, station_id: int) -> HttpResponseBase:
    """Goods at a place: what they are, what they are for, and how they came and went."""
    found = _stock(request, lot_id, station_id)
    viewer = request.viewer
    keeps = queries.may_keep(viewer, found.station)
    expired = found.lot.expires_on is not None and found.lot.expires_on < clock.today()
    in_use = found.lot.drive.state in (DriveState.OPEN, DriveState.ENDED)
    context = {
        "stock": found,
        "expired": expired,
        "moves": queries.moves_of(found.lot, viewer),
        "may_give": keeps and in_use and not expired,
        "may_move": keeps or viewer.has(Role.CITY),
        "may_redirect": found.lot.drive.state == DriveState.ENDED and queries.may_lead(viewer, found.lot.drive),
        "steps": [{"title": _("物资库存"), "url": reverse("linkage:stocks")}],
    }
    return render(request, "linkage/stock.html", context)


@both_ways
@requires(*queries.KEEPERS)
def stock_move(request: Request, lot_id: UUID, station_id: int) -> HttpResponseBase:
    """Move goods on, dispose of them, or give them back."""
    found = _stock(request, lot_id, station_id)
    form = shapes.MoveForm(request.POST or None, initial={"quantity": found.quantity})

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        kind = StockMoveKind(values["kind"])
        to = station_called(values["to_station"], "to_station") if kind == StockMoveKind.MOVED else None
        with tracing("stock_move", found.lot_id, by=request.viewer, at=clock.now()):
            actions.move_stock(
                found, kind, values["quantity"], values["note"], by=request.viewer, at=clock.now(),
                today=clock.today(), to=to, key=values["key"],
            )  # fmt: skip
        left = queries.stock_of(request.viewer, lot_id, station_id)
        return _page(found) if left else reverse("linkage:stocks"), _("已登记。")

    note = f"{found.lot.item} · {found.station.name} · {found.quantity} {found.lot.unit}"
    return answer_sheet(
        request, form, save, title=_("调拨、报废、退还"), submit=_("登记"), back=_page(found), note=note
    )


@both_ways
@requires(Role.DONOR, Role.CITY)
def stock_redirect(request: Request, lot_id: UUID, station_id: int) -> HttpResponseBase:
    """Let what is left serve another drive."""
    found = _stock(request, lot_id, station_id)
    others = queries.drives_in_use(found.lot.drive.organisation_id).exclude(pk=found.lot.drive_id)
    form = shapes.RedirectForm(request.POST or None, drives=others)

    def save() -> tuple[str, Any]:
        to = form.cleaned_data["to_drive"]
        with tracing("drive", found.lot.drive_id, by=request.viewer, at=clock.now()):
            redirect_lot(found.lot, to, by=request.viewer, at=clock.now(), today=clock.today())
        return _page(found), _("已转用。")

    return answer_sheet(request, form, save, title=_("转用于其他活动"), submit=_("转用"), back=_page(found))


@both_ways
@requires(*queries.STAFF)
def stock_use(request: Request, lot_id: UUID, station_id: int) -> HttpResponseBase:
    """Give goods out."""
    found = _stock(request, lot_id, station_id)
    return _use(request, found.lot.drive, [found.station], found)


@both_ways
@requires(*queries.STAFF)
def drive_use(request: Request, drive_id: UUID) -> HttpResponseBase:
    """Give money out."""
    drive = queries.published().filter(pk=drive_id).first()
    if drive is None:
        raise Http404
    places = list(queries.places_for(request.viewer, drive)[:OFFERED])
    return _use(request, drive, places, None)


def _use(request: Request, drive: Drive, places: list[Station], stock: Stock | None) -> HttpResponseBase:
    initial = {"used_on": clock.today(), "people": 1}
    form = shapes.UseForm(request.POST or None, stations=places, goods=stock is not None, drive=drive, initial=initial)
    back = _page(stock) if stock else reverse("linkage:drive", args=[drive.pk])

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        station = next(each for each in places if str(each.pk) == values["station"])
        kind = RecipientKind(values["recipient"])
        draft = use_actions.UseDraft(
            station=station, recipient=kind, field=values["field"], people=values["people"],
            used_on=values["used_on"], note=values["note"], amount=values.get("amount"),
            lot=stock.lot if stock else None, quantity=values.get("quantity"),
            recipient_id=queries.recipient_called(kind, values["who"], station, request.viewer),
        )  # fmt: skip
        with tracing("gift_use", drive.pk, by=request.viewer, at=clock.now()):
            try:
                made = use_actions.use_gift(drive, draft, by=request.viewer, at=clock.now(), key=values["key"])
            except Problem as problem:
                raise problem.at("who") if problem.field == "recipient_id" else problem from problem
        return reverse("linkage:gift-use", args=[made.pk]), _("已登记发放。")

    left = f"{stock.lot.item} · {stock.quantity} {stock.lot.unit}" if stock else ""
    note = " · ".join(each for each in (drive.title, left) if each)
    return answer_sheet(request, form, save, title=_("发放"), submit=_("登记发放"), back=back, note=note)


@require_GET
@requires(*queries.KEEPERS)
def gift_uses(request: Request) -> HttpResponseBase:
    """What was given out in the viewer's reach; what waits for an acknowledgement by itself."""
    waiting = request.GET.get("state") == "waiting"
    rows = queries.uses_seen(request.viewer).defer("drive__purpose", "drive__account")
    if waiting:
        rows = rows.filter(acknowledged_on__isnull=True)
    page = page_of(rows, ["-used_on"], request.GET.get("cursor"))
    titles = [("", _("全部")), ("waiting", _("待签收"))]
    context = {
        "tabs": gift_tabs(request.viewer, "gift-uses"),
        "page": page,
        "filters": [
            {"title": title, "url": f"?state={value}", "active": (value == "waiting") == waiting}
            for value, title in titles
        ],
    }
    return render(request, "linkage/gift_uses.html", context)


def _given(request: Request, use_id: UUID) -> GiftUse:
    found = queries.uses_seen(request.viewer).filter(pk=use_id).first()
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*queries.KEEPERS)
def gift_use(request: Request, use_id: UUID) -> HttpResponseBase:
    """One thing given out; to whom exactly, for who may see that file."""
    found = _given(request, use_id)
    context = {
        "use": found,
        "given_to": queries.given_to(found, request.viewer),
        "may_acknowledge": found.acknowledged_on is None and queries.may_keep(request.viewer, found.station),
        "steps": [{"title": _("发放"), "url": reverse("linkage:gift-uses")}],
    }
    return render(request, "linkage/gift_use.html", context)


@both_ways
@requires(*queries.STAFF)
def gift_use_acknowledge(request: Request, use_id: UUID) -> HttpResponseBase:
    """That the recipient acknowledged it."""
    found = _given(request, use_id)
    form = shapes.AcknowledgeForm(request.POST or None, initial={"on": clock.today()})
    page = reverse("linkage:gift-use", args=[found.pk])

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        use_actions.acknowledge_use(
            found, values["how"], values["on"], by=request.viewer, at=clock.now(), today=clock.today()
        )
        return page, _("已登记签收。")

    return answer_sheet(request, form, save, title=_("登记签收"), submit=_("登记"), back=page)
