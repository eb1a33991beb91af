"""Whatever is given, used, moved and settled in whatever order: nothing is negative, and all equals the ledger."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.linkage.actions.charity import end_drive
from shegong.linkage.actions.donation import void_donation
from shegong.linkage.actions.settlement import settle_rest
from shegong.linkage.actions.stock import move_stock
from shegong.linkage.enums import StockMoveKind
from shegong.linkage.models import Donation, Stock
from shegong.linkage.queries import gift as queries
from shegong.network.scope import viewing
from shegong.purchase.queries import ledger
from tests.factories import World
from tests.linkage.gifts import Gifts

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "bring", "spend", "hand", "move", "dispose", "void", "settle"]),
        st.integers(1, 60),
    ),
    min_size=4,
    max_size=12,
)


class Undone(Exception):
    """Ends an example's transaction without keeping anything."""


def step(place: Gifts, drives: list[Any], lots: list[Any], what: str, number: int) -> None:
    drive, now, today = drives[number % 2], clock.now(), place.today
    if what == "give":
        place.gives(drive, f"{number}.37", giver=None)
    elif what == "bring":
        lots.append(place.brings(drive, number, giver=None))
    elif what == "spend":
        place.uses(drive, amount=Decimal(number))
    elif what == "hand" and lots:
        place.uses(drive, lot=lots[-1], quantity=number)
    elif what in ("move", "dispose") and lots:
        kind = StockMoveKind.MOVED if what == "move" else StockMoveKind.DISPOSED
        with viewing(place.head.pk) as viewer:
            stock = queries.stock_of(viewer, lots[0].pk, place.town.pk)
            if stock:
                room = place.world.rooms["A1"]
                move_stock(stock, kind, number, "破损", by=viewer, at=now, today=today, to=room)
    elif what == "void" and Donation.objects.filter(form="money", state="received").exists():
        with viewing(place.charity.pk) as viewer:
            gift = Donation.objects.filter(form="money", state="received").order_by("id")[0]
            void_donation(gift, "录错", by=viewer, at=now)
    elif what == "settle" and number > 50:
        with viewing(place.charity.pk) as viewer:
            end_drive(drives[0], by=viewer, at=now)
            settle_rest(drives[0], drives[1], by=viewer, at=now, today=today)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_stock_and_designated_money_equal_the_ledger(world: World, steps: list[tuple[str, int]]) -> None:
    with pytest.raises(Undone), transaction.atomic():
        place = Gifts(world)
        drives = [place.drive(), place.drive(title="春暖")]
        lots: list[Any] = []
        for what, number in steps:
            with suppress(Problem), transaction.atomic():
                step(place, drives, lots, what, number)
        assert (ledger.drift(), queries.stock_drift()) == ([], [])
        assert all(each.quantity >= 0 for each in Stock.objects.all())
        sums = queries.sums_of(drives).values()
        assert all(each.remaining >= 0 for each in sums)
        for each in sums:
            assert each.income == each.used + each.cost + each.returned + each.moved_out + each.remaining
        raise Undone
