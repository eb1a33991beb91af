"""Many who book at the same moment: nothing is overdrawn, nothing is lost, nobody waits for ever."""

from collections.abc import Callable
from decimal import Decimal
from random import Random
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Sum

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer, viewing
from shegong.purchase.actions import ledger
from shegong.purchase.enums import MoneyStage, Pays
from shegong.purchase.models import Balance, LedgerEntry
from shegong.purchase.queries.ledger import drift
from tests.factories import World
from tests.purchase.purse import Purse

PAYERS = 50


def at_once(works: list[Callable[[], None]]) -> None:
    """Run them all in connections of their own, from one moment on."""
    ready = Barrier(len(works))
    broken: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            ready.wait(timeout=60)
            work()
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert broken == []


@pytest.mark.django_db(transaction=True)
def test_fifty_payments_never_overdraw() -> None:
    """Fifty times 30 out of 1000: 33 are paid, 17 are refused, and a key that comes twice is paid once."""
    purse = Purse(World()).fill()
    purse.commit("1000.00")
    outcome: list[str] = []
    keys = [uuid7() for _number in range(PAYERS)]

    def payer(number: int) -> Callable[[], None]:
        def work() -> None:
            try:
                purse.pay("30.00", key=keys[number])
                outcome.append("paid")
            except Problem as problem:
                outcome.append(problem.code)

        return work

    at_once([payer(number) for number in range(PAYERS)])
    assert sorted(set(outcome)) == ["insufficient", "paid"] and outcome.count("paid") == 33
    assert purse.holds(MoneyStage.PAID) == 990 and purse.holds(MoneyStage.COMMITTED) == 10
    paid = list(LedgerEntry.objects.filter(kind="pay"))
    assert len(paid) == 33 and {entry.key for entry in paid} <= set(keys)
    before = len(paid)

    def again() -> None:
        purse.pay("30.00", key=paid[0].key)

    at_once([again] * 8)
    assert LedgerEntry.objects.filter(kind="pay").count() == before and drift() == []


@pytest.mark.django_db(transaction=True)
def test_eight_connections_leave_a_ledger_that_balances() -> None:
    """Eight people do what comes to their mind, back and forth between two counties."""
    purse = Purse(World()).fill()
    refusals: list[str] = []

    def clerk(seed: int) -> Callable[[], None]:
        def work() -> None:
            rng = Random(seed)
            for _step in range(12):
                with_hub = rng.choice("ab")
                amount = str(Decimal(rng.randrange(1, 40000)) / 100)
                try:
                    with viewing(purse.city.pk) as by:
                        _something(purse, by, rng, with_hub, amount)
                except Problem as problem:
                    refusals.append(problem.code)

        return work

    at_once([clerk(seed) for seed in range(8)])
    assert set(refusals) <= {"insufficient", "reversed_before", "not_reversible"}
    assert drift() == [] and Balance.objects.aggregate(total=Sum("amount"))["total"] == 0
    assert not Balance.objects.exclude(stage="source").filter(amount__lt=0).exists()


def _something(purse: Purse, by: Viewer, rng: Random, hub: str, amount: str) -> None:
    at, booking = clock.now(), purse.booking(amount, hub)
    step = rng.randrange(5)
    if step == 0:
        ledger.commit(purse.contract, booking, pays=Pays.OPERATION, by=by, at=at)
    elif step == 1:
        ledger.pay(purse.contract, booking, gate="", by=by, at=at)
    elif step == 2:
        ledger.allocate(booking, by=by, at=at)
    elif step == 3:
        subject = ledger.subject_of(purse.contract)
        ledger.release(subject, booking, stage=MoneyStage.COMMITTED, by=by, at=at)
    else:
        entry = LedgerEntry.objects.order_by("?").first()
        assert entry is not None
        ledger.reverse(entry, "试", by=by, at=at)
