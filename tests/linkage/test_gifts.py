"""Gifts from the drive to their use: the ledger, stock, purpose, consent, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.attempts import visitor_digest
from shegong.kernel.problems import Problem
from shegong.linkage.actions.charity import close_drive, end_drive, open_drive
from shegong.linkage.actions.donation import (
    GiftDraft,
    claim_gift,
    follow_gift,
    issue_receipt,
    record_gift_consent,
    take_donation,
    void_donation,
)
from shegong.linkage.actions.gift_use import acknowledge_use, book_cost
from shegong.linkage.actions.refused import tracing
from shegong.linkage.actions.settlement import redirect_lot, settle_rest
from shegong.linkage.actions.stock import move_stock
from shegong.linkage.enums import RecipientKind, StockMoveKind
from shegong.linkage.models import CharityCertificate, Drive, GiftLot, GiftRecipient, GiftSettlement, GiftUse, Stock
from shegong.linkage.queries import gift as queries
from shegong.linkage.queries.gift_code import code_of
from shegong.network.scope import viewing
from shegong.purchase.actions.ledger import reverse
from shegong.purchase.models import LedgerEntry
from shegong.purchase.queries import ledger
from tests.factories import World
from tests.linkage.gifts import PERSON, Gifts


@pytest.fixture
def place(world: World) -> Gifts:
    return Gifts(world)


def refusal(act: Any) -> set[str]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        act()
    return {each.code for each in caught.value}


def said(act: Any) -> str:
    """What is refused, while what was counted by then stays counted, as after a page's answer."""
    with pytest.raises(Problem) as caught:
        act()
    return caught.value.code


def held(drive: Drive) -> Decimal:
    return queries.sums_of([drive])[drive.pk].remaining


def in_order() -> bool:
    return ledger.drift() == [] and queries.stock_drift() == []


def checked() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_money_from_the_drive_to_its_account(place: Gifts) -> None:
    drive, today, now = place.drive(), place.today, clock.now()
    key = uuid4()
    gift = place.gives(drive, "300.00", key=key)
    assert place.gives(drive, "300.00", key=key).pk == gift.pk
    assert refusal(lambda: place.gives(drive, "301.00", key=key)) == {"key_taken"}
    place.gives(drive, "100.00", giver=None)
    checked()
    entry = LedgerEntry.objects.get(key=gift.pk)
    assert (entry.kind, entry.subject, entry.fund.kind) == ("donate", f"drive:{drive.pk}", "charity")
    use = place.uses(drive, amount=Decimal("250.00"))
    assert (held(drive), in_order()) == (Decimal("150.00"), True)
    with viewing(place.head.pk) as viewer:
        acknowledge_use(use, "收件人签名", today, by=viewer, at=now, today=today)
        assert refusal(lambda: acknowledge_use(use, "再签", today, by=viewer, at=now, today=today)) == {"use_stays"}
    assert refusal(lambda: place.uses(drive, amount=Decimal("150.01"))) == {"insufficient"}
    with viewing(place.charity.pk) as viewer:
        assert refusal(lambda: book_cost(drive, Decimal("40.01"), "平台", today, by=viewer, at=now)) == {"use_cost"}
        book_cost(drive, Decimal("40.00"), "平台手续费", today, by=viewer, at=now)
        end_drive(drive, by=viewer, at=now)
        assert refusal(lambda: place_closed(drive, viewer)) == {"drive_nothing_left"}
    assert refusal(lambda: place.gives(drive)) == {"drive_open"}
    other = place.drive(title="春暖")
    with viewing(place.charity.pk) as viewer:
        assert refusal(lambda: settle_rest(drive, None, by=viewer, at=now, today=today)) == {"to_drive_missing"}
        settled = settle_rest(drive, other, by=viewer, at=now, today=today)
        assert (settled.refunded, settled.redirected) == (Decimal("82.50"), Decimal("27.50"))
        assert place_closed(drive, viewer).state == "closed"
    checked()
    sums = queries.sums_of([drive, other])
    assert (sums[drive.pk].remaining, sums[other.pk].moved_in, sums[drive.pk].cost) == (
        Decimal(0),
        Decimal("27.50"),
        Decimal(40),
    )
    assert in_order()
    city, hub = place.world.centre, place.world.hubs["A"]
    assert reading("linkage.gifts_received", city).value == Decimal(400)
    assert reading("linkage.gifts_used", hub).value == Decimal(290)
    assert reading("linkage.gifts_used_share", city).value == Decimal("72.5")
    verbs = list(Event.objects.filter(kind="drive").order_by("id").values_list("verb", flat=True))
    assert verbs[:4] == ["draft_drive", "open_drive", "end_drive", "draft_drive"]
    with pytest.raises(IntegrityError, match="settled_stays"), viewing(place.charity.pk):
        Drive.objects.filter(pk=drive.pk).update(account="别的")


def place_closed(drive: Drive, viewer: Any) -> Drive:
    return close_drive(drive, "收支如上，余款已处理。", by=viewer, at=clock.now(), today=clock.today())


def test_what_a_drive_and_its_gifts_refuse(place: Gifts) -> None:
    today, now = place.today, clock.now()
    CharityCertificate.objects.update(until=today + timedelta(days=30))
    drive = place.drafted()
    with viewing(place.charity.pk) as viewer:
        refused = "drive_certificate"
        with pytest.raises(Problem), tracing("drive", drive.pk, by=viewer, at=now):
            open_drive(drive, by=viewer, at=now)
    assert Event.objects.filter(verb="refuse_gift", detail__reason=refused).exists()
    with pytest.raises(IntegrityError, match=refused), viewing(place.charity.pk):
        Drive.objects.filter(pk=drive.pk).update(state="open")
    drive = place.drive(until=today + timedelta(days=10))
    assert refusal(lambda: place.gives(drive, "0")) == {"amount_not_positive"}
    assert refusal(lambda: place.gives(drive, "-5")) == {"amount_not_positive"}
    assert refusal(lambda: place.gives(drive, "1.005")) == {"amount_decimals"}
    assert refusal(lambda: place.gives(drive, on=today - timedelta(days=1))) == {"drive_period"}
    CharityCertificate.objects.update(since=today - timedelta(days=9), until=today)
    assert refusal(lambda: place.gives(drive)) == {"drive_certificate"}
    CharityCertificate.objects.update(until=None)
    gift = place.gives(drive)
    other = place.world.account("donor", place.world.centre)
    with viewing(other.pk) as viewer:
        assert refusal(lambda: issue_receipt(gift, "林", by=viewer, at=now, today=today)) == {"receipt_not_yours"}
    with viewing(place.charity.pk) as viewer:
        assert issue_receipt(gift, "林小满", by=viewer, at=now, today=today).sequence == 1
        assert refusal(lambda: issue_receipt(gift, "林", by=viewer, at=now, today=today)) == {"receipt_twice"}
        second = void_donation(place_gift(place, drive, viewer), "录错", by=viewer, at=now)
        assert refusal(lambda: issue_receipt(second, "林", by=viewer, at=now, today=today)) == {"donation_void"}
    checked()
    assert (held(drive), in_order()) == (Decimal("100.00"), True)
    elsewhere: dict[str, Any] = {
        "station": place.world.towns["B"],
        "by": place.world.account("head", place.world.towns["B"]),
    }
    assert refusal(lambda: place.uses(drive, amount=Decimal(1), **elsewhere)) == {"use_purpose"}
    other_need: dict[str, Any] = {"field": place.world.fields["FS"], "amount": Decimal(1)}
    assert refusal(lambda: place.uses(drive, **other_need)) == {"use_purpose"}
    with viewing(place.city.pk) as viewer:
        entry = LedgerEntry.objects.get(key=gift.pk)
        assert refusal(lambda: reverse(entry, "误", by=viewer, at=now)) == {"gift_entry"}


def place_gift(place: Gifts, drive: Drive, viewer: Any) -> Any:
    draft = GiftDraft(place.today, Decimal("70.00"), giver=PERSON)
    return take_donation(drive, draft, by=viewer, at=clock.now())


def test_goods_from_coming_in_to_being_given(place: Gifts) -> None:
    drive, today, now = place.drive(), place.today, clock.now()
    assert refusal(lambda: place.brings(drive, expires_on=today - timedelta(days=1))) == {"goods_expired"}
    assert refusal(lambda: place.brings(drive, 0)) == {"quantity_not_positive"}
    lot = place.brings(drive, 10, today + timedelta(days=90), by=place.head)
    client = place.world.client(place.town)
    use = place.uses(drive, lot=lot, quantity=4, recipient=RecipientKind.CLIENT, recipient_id=client.pk, people=1)
    assert GiftRecipient.objects.get(use=use).client_id == client.pk
    room = place.world.rooms["A1"]
    with viewing(place.head.pk) as viewer:
        stock = queries.stock_of(viewer, lot.pk, place.town.pk)
        assert stock is not None
        step: dict[str, Any] = {"by": viewer, "at": now, "today": today}
        assert refusal(lambda: move_stock(stock, StockMoveKind.MOVED, 7, to=room, **step)) == {"stock_never_negative"}
        move_stock(stock, StockMoveKind.MOVED, 2, to=room, **step)
        far = place.world.towns["B"]
        assert refusal(lambda: move_stock(stock, StockMoveKind.MOVED, 1, to=far, **step)) == {"use_purpose"}
        assert refusal(lambda: move_stock(stock, StockMoveKind.DISPOSED, 1, **step)) == {"text_missing"}
        move_stock(stock, StockMoveKind.RETURNED, 1, "捐赠方要求", **step)
    brought = place.brings(drive, 2)  # by the charity: its gift is out of the head's sight, its goods are not
    with viewing(place.head.pk) as viewer:
        assert queries.stock_of(viewer, brought.pk, place.town.pk) is not None
    left = dict(Stock.objects.filter(lot=lot).values_list("station__key", "quantity"))
    assert (left, queries.stock_drift()) == ({"A1": 3, "A11": 2}, [])
    assert refusal(lambda: place.uses(drive, lot=lot, quantity=4)) == {"stock_never_negative"}
    with connection.cursor() as cursor:  # time passes
        cursor.execute("UPDATE linkage_giftlot SET expires_on = %s", [today - timedelta(days=1)])
    lot.refresh_from_db()
    assert refusal(lambda: place.uses(drive, lot=lot, quantity=1)) == {"goods_expired"}
    with pytest.raises(IntegrityError, match="goods_expired"), viewing(place.head.pk):
        GiftUse.objects.create(
            drive=drive, form="goods", hub=use.hub, town=use.town, station=use.station, recipient="station",
            field=use.field, lot=lot, quantity=1, people=3, used_on=today, note="x", made_at=now, made_by=place.head,
        )  # fmt: skip
    told = queries.goods_told(lot.donation_id)[0]
    assert (told.given, told.disposed, told.remaining) == (4, 1, 5)


def test_what_is_left_goes_on_with_consent_only(place: Gifts) -> None:
    drive, other, now, today = place.drive(), place.drive(title="春暖"), clock.now(), place.today
    gift, lot = place.gives(drive, "60.00"), place.brings(drive, 3)
    with viewing(place.charity.pk) as viewer:
        end_drive(drive, by=viewer, at=now)
        assert refusal(lambda: redirect_lot(lot, other, by=viewer, at=now, today=today)) == {"settlement_consent"}
    values = {"drive": drive, "donation": gift, "settled_on": today, "made_at": now, "made_by": place.charity}
    with pytest.raises(IntegrityError, match="settlement_consent"), viewing(place.charity.pk):
        GiftSettlement.objects.create(kind="redirect", to_drive=other, amount=Decimal(60), **values)
    with viewing(place.charity.pk) as viewer:
        record_gift_consent(gift, True, "电话征求", by=viewer, at=now)
        twice = refusal(lambda: record_gift_consent(gift, False, "又问", by=viewer, at=now))
        assert twice == {"donation_asked_once"}
        record_gift_consent(lot.donation, True, "书面同意", by=viewer, at=now)
        redirect_lot(lot, other, by=viewer, at=now, today=today)
        assert settle_rest(drive, other, by=viewer, at=now, today=today).redirected == Decimal(60)
        place_closed(drive, viewer)
    checked()
    assert (held(other), GiftLot.objects.get().drive_id, in_order()) == (Decimal(60), other.pk, True)


def test_designated_money_is_nobody_elses(place: Gifts) -> None:
    drive = place.drive()
    gift = place.gives(drive)
    checked()
    entry = LedgerEntry.objects.get(key=gift.pk)
    lines = """
        INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
        VALUES (%(entry)s, 1, %(fund)s, %(hub)s, %(year)s, 'reserved', %(subject)s, -5, %(day)s),
               (%(entry)s, 2, %(fund)s, %(hub)s, %(year)s, %(to)s, '', 5, %(day)s)"""
    for kind, to, subject in (
        ("release", "allocated", f"drive:{drive.pk}"), ("spend", "paid", f"drive:{drive.pk}"),
        ("release", "allocated", ""),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="designated"), viewing(place.county.pk), connection.cursor() as cursor:
            values: dict[str, Any] = {"fund": entry.fund_id, "hub": entry.hub_id, "year": entry.year_id,
                                      "day": entry.booked_on, "subject": subject, "to": to}  # fmt: skip
            made = LedgerEntry(
                key=uuid4(), kind=kind, fund=entry.fund, year_id=entry.year_id, hub_id=entry.hub_id, amount=5,
                subject=subject, booked_on=entry.booked_on, made_at=clock.now(), made_by=place.county,
            )  # fmt: skip
            if kind == "spend":  # the county books no spending at all: as the owner, then
                cursor.execute("RESET ROLE")
            made.save(force_insert=True)
            cursor.execute(lines, {**values, "entry": made.pk})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_reaches_who_was_given_something(place: Gifts) -> None:
    drive = place.drive()
    gift = place.gives(drive, "500.00")
    client = place.world.client(place.town)
    place.uses(drive, amount=Decimal(20), recipient=RecipientKind.CLIENT, recipient_id=client.pk)
    place.uses(drive, amount=Decimal(30), people=9, station=place.world.rooms["A1"])
    walled = ("linkage_giftrecipient", "linkage_giftuse", "linkage_stockmove", "practice_client")
    for account in (place.charity, place.donor):
        with viewing(account.pk), connection.cursor() as cursor:
            for table in walled:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == 0, (account, table)
            cursor.execute("SELECT place.*, o.* FROM linkage_drive_uses(%s) place, linkage_drive_outcomes(%s) o",
                           [drive.pk, drive.pk])  # fmt: skip
            for row in cursor.fetchall():
                assert str(client.pk) not in str(row)
                assert row[-3:] == (None, None, None)
    with viewing(place.city.pk):
        assert GiftUse.objects.count() == 2
        assert GiftRecipient.objects.count() == 0
    with viewing(place.head.pk):
        assert GiftRecipient.objects.get().client_id == client.pk
    with viewing(place.charity.pk):
        told = {(row.place, row.people) for row in queries.uses_told(drive.pk)}
        assert told == {("A社工总站，A1社工站", 10)}
    stranger = place.world.account("head", place.world.towns["B"])
    with viewing(stranger.pk), connection.cursor() as cursor:
        for table in ("linkage_giftuse", "linkage_giftrecipient", "linkage_donor", "linkage_donation", "linkage_stock"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table
    # The donor follows the gift by its number and code, with an account or without.
    visitor, code, now = visitor_digest("10.1.1.1", clock.now()), code_of(gift.pk), clock.now()
    assert follow_gift(gift.number, code, visitor=visitor, at=now).drive_id == drive.pk
    assert refusal(lambda: follow_gift(gift.number, "00000000", visitor=visitor, at=now)) == {"gift_unknown"}
    with viewing(place.donor.pk) as viewer:
        assert list(queries.donations_seen(viewer, frozenset())) == []
        claim_gift(gift.number, code, visitor=visitor, by=viewer, at=now)
        assert list(queries.donations_seen(viewer, frozenset())) == [gift]
    tries = [said(lambda: follow_gift(gift.number, "11111111", visitor=visitor, at=now)) for _try in range(30)]
    assert (tries[0], tries[-1]) == ("gift_unknown", "too_many_attempts")
    # Twenty wrong codes close it to the public, whoever asks.
    other = visitor_digest("10.1.1.2", now)
    assert said(lambda: follow_gift(gift.number, code, visitor=other, at=now)) == "gift_unknown"


@pytest.mark.django_db(transaction=True)
def test_the_last_goods_are_given_once(world: World) -> None:
    place = Gifts(world)
    drive = place.drive()
    lot = place.brings(drive, 3)
    gift = place.gives(drive, "30.00")
    start = Barrier(4)

    def give(_number: int) -> bool:
        start.wait()
        try:
            place.uses(drive, lot=lot, quantity=1)
            place.uses(drive, amount=Decimal("10.00"))
        except Problem:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == [False, True, True, True]
    assert (Stock.objects.get().quantity, held(drive), in_order()) == (0, Decimal(0), True)
    assert gift.amount == 30
