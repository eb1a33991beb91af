"""A ledger driven through steps at random: whatever is tried, it balances, nothing is negative, and what was booked
stays as it was.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer, viewing
from shegong.purchase.actions import ledger
from shegong.purchase.actions.fiscal_year import close_year
from shegong.purchase.enums import OUTSIDE, MoneyStage, Pays
from shegong.purchase.models import Balance, FiscalYear, LedgerEntry, LedgerLine
from shegong.purchase.queries.ledger import drift
from tests.purchase.purse import YEAR, Purse

AMOUNTS = st.decimals(min_value="0.01", max_value="1500", places=2)
HUBS = st.sampled_from("ab")
done: set[str] = set()


def test_a_ledger_stays_sound_whatever_is_tried(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: Books.day or today)
    run_state_machine_as_test(
        lambda: Books(purse),
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert done >= {"appropriate", "allocate", "commit", "pay", "reverse", "close"}


class _Undone(Exception):
    """Ends an example, so that nothing of it stays."""


class Books(RuleBasedStateMachine):
    """Two counties, a fund, a contract, and years that close one after the other."""

    day: date | None = None

    def __init__(self, purse: Purse) -> None:
        super().__init__()
        self.purse = purse
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.year = YEAR
        self.steps = 0
        Books.day = None
        self.history: dict[int, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        self.savepoint.__exit__(_Undone, _Undone(), None)

    def attempt(self, name: str, work: Callable[[Viewer], object]) -> None:
        """Do it, or be refused with a problem; nothing else may come out."""
        with viewing(self.purse.city.pk) as by:
            try:
                work(by)
                done.add(name)
            except Problem:
                pass

    def booking(self, amount: Decimal, hub: str) -> ledger.Booking:
        return ledger.Booking(self.purse.fund, getattr(self.purse, hub).pk, self.year, amount)

    @rule(amount=AMOUNTS)
    def appropriate(self, amount: Decimal) -> None:
        booking = self.booking(amount, "centre")
        self.attempt("appropriate", lambda by: ledger.appropriate(booking, by=by, at=clock.now()))

    @rule(amount=AMOUNTS, hub=HUBS)
    def allocate(self, amount: Decimal, hub: str) -> None:
        booking = self.booking(amount, hub)
        self.attempt("allocate", lambda by: ledger.allocate(booking, by=by, at=clock.now()))

    @rule(amount=AMOUNTS, hub=HUBS)
    def commit(self, amount: Decimal, hub: str) -> None:
        contract, booking = self.purse.contract, self.booking(amount, hub)
        self.attempt("commit", lambda by: ledger.commit(contract, booking, pays=Pays.OPERATION, by=by, at=clock.now()))

    @rule(amount=AMOUNTS, hub=HUBS)
    def pay(self, amount: Decimal, hub: str) -> None:
        contract, booking = self.purse.contract, self.booking(amount, hub)
        self.attempt("pay", lambda by: ledger.pay(contract, booking, gate="", by=by, at=clock.now()))

    @rule(place=st.integers(min_value=0, max_value=3), any_kind=st.sampled_from([False, False, True]))
    def reverse(self, place: int, any_kind: bool) -> None:
        rows = LedgerEntry.objects.order_by("-id")
        if not any_kind:
            rows = rows.filter(reverses__isnull=True, reversed_by__isnull=True).exclude(kind="carry")
        entries = list(rows[: place + 1])
        if not entries:
            return
        self.attempt("reverse", lambda by: ledger.reverse(entries[-1], "试", by=by, at=clock.now()))

    @rule()
    def close(self) -> None:
        self.steps += 1
        if self.steps % 3:  # or an example would be over before anything is spent
            return
        year, Books.day = self.year, date(self.year + 1, 1, 5)
        self.attempt("close", lambda by: close_year(year, by=by, at=clock.now()))
        if FiscalYear.objects.filter(year=year, closed_at__isnull=False).exists():
            self.year += 1

    @rule(amount=AMOUNTS)
    def book_in_a_closed_year(self, amount: Decimal) -> None:
        before = LedgerEntry.objects.count()
        if self.year > YEAR:
            booking = ledger.Booking(self.purse.fund, self.purse.a.pk, YEAR, amount)
            self.attempt("closed", lambda by: ledger.allocate(booking, by=by, at=clock.now()))
            assert LedgerEntry.objects.count() == before

    @invariant()
    def it_balances(self) -> None:
        assert drift() == []
        by_year: dict[tuple[int, int], Decimal] = {}
        for row in Balance.objects.all():
            assert row.amount <= 0 if MoneyStage(row.stage) in OUTSIDE else row.amount >= 0
            key = (row.fund_id, row.year)
            by_year[key] = by_year.get(key, Decimal(0)) + row.amount
        assert set(by_year.values()) <= {0}

    @invariant()
    def history_stands(self) -> None:
        lines: dict[int, list[Any]] = {}
        for line in LedgerLine.objects.order_by("entry_id", "number"):
            lines.setdefault(line.entry_id, []).append((line.stage, line.hub_id, line.year, line.amount))
        present = {
            entry.pk: (entry.kind, entry.amount, entry.made_at, *lines[entry.pk]) for entry in LedgerEntry.objects.all()
        }
        assert {key: present.get(key) for key in self.history} == self.history
        self.history = present
