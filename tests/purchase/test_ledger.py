"""The ledger: it balances, is never negative, never rewritten, and refuses what breaks a rule, also to raw SQL."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.actions.fiscal_year import close_year, open_year
from shegong.purchase.actions.transfer import Wish, ask_transfer, decide_transfer
from shegong.purchase.enums import MoneyStage, Pays
from shegong.purchase.models import Balance, LedgerEntry
from shegong.purchase.queries import ledger as queries
from tests.factories import START
from tests.purchase.purse import YEAR, Purse

A, R, C, P = MoneyStage.ALLOCATED, MoneyStage.RESERVED, MoneyStage.COMMITTED, MoneyStage.PAID


def code_of(caught: Any) -> str:
    code: str = caught.value.code
    return code


def test_a_sum_goes_from_its_source_to_its_payment(purse: Purse) -> None:
    at = clock.now()
    with viewing(purse.county.pk) as by:
        ledger.reserve(purse.booking("400.00"), pays=Pays.PROJECT, subject="project:1", by=by, at=at)
        ledger.commit(
            purse.contract, purse.booking("300.00"), pays=Pays.PROJECT, reserved_for="project:1", by=by, at=at
        )
        ledger.release("project:1", purse.booking("100.00"), stage=R, by=by, at=at)
        ledger.pay(purse.contract, purse.booking("120.00"), gate="signature", by=by, at=at)
        money = queries.held(by, ledger.subject_of(purse.contract))
        assert (money.committed, money.paid, money.reserved) == (180, 120, 0)
    assert [purse.holds(stage) for stage in (A, R, C, P)] == [700, 0, 180, 120]
    assert purse.holds(MoneyStage.SOURCE, "centre") == -2500
    assert Balance.objects.aggregate(total=Sum("amount"))["total"] == 0
    assert Event.objects.filter(kind="ledger_entry", verb="pay_money").count() == 1


def test_nobody_pays_more_than_is_committed_or_there(purse: Purse) -> None:
    purse.commit("500.00")
    with pytest.raises(Problem) as over:
        purse.pay("500.01")
    assert code_of(over) == "insufficient" and over.value.field == "amount" and "500" in str(over.value)
    with pytest.raises(Problem) as beyond:
        purse.commit("500.01")
    assert code_of(beyond) == "insufficient"
    other = purse.make_contract("C-2")
    with viewing(purse.county.pk) as by, pytest.raises(Problem) as foreign:  # another contract's money
        ledger.pay(other, purse.booking("1.00"), gate="", by=by, at=clock.now())
    assert code_of(foreign) == "insufficient"
    assert purse.holds(C) == 500 and purse.holds(P) == 0


@pytest.mark.parametrize(
    ("amount", "code"),
    [("0", "amount_not_positive"), ("-1", "amount_not_positive"), ("1.001", "amount_decimals"),
     ("1000000000000", "amount_too_large"), ("NaN", "amount_not_positive")],
)  # fmt: skip
def test_amounts_are_positive_with_whole_cents(purse: Purse, amount: str, code: str) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises(Problem) as wrong:
        purse.commit(amount)
    assert code_of(wrong) == code and wrong.value.field == "amount"
    assert LedgerEntry.objects.count() == before


def test_the_same_key_is_the_same_entry(purse: Purse) -> None:
    purse.commit("500.00")
    key = uuid7()
    first, again = purse.pay("100.00", key=key), purse.pay("100.00", key=key)
    assert first.pk == again.pk and purse.holds(P) == 100
    with pytest.raises(Problem) as other:
        purse.pay("100.01", key=key)
    assert code_of(other) == "key_taken" and other.value.status == 409


def test_a_fund_pays_only_what_its_rules_name(purse: Purse) -> None:
    with viewing(purse.city.pk) as by:
        ledger.appropriate(purse.booking("100.00", "centre", purse.community), by=by, at=clock.now())
        ledger.allocate(purse.booking("100.00", "a", purse.community), by=by, at=clock.now())
        booking = purse.booking("50.00", "a", purse.community)
        for pays, services, code in (
            (Pays.OPERATION, ["T01"], "fund_pays"),
            (Pays.ROOM_SERVICES, ["T02"], "fund_services"),
            (Pays.ROOM_SERVICES, [], "fund_services_missing"),
        ):
            with pytest.raises(Problem) as wrong:
                ledger.commit(purse.contract, booking, pays=pays, services=services, by=by, at=clock.now())
            assert code_of(wrong) == code
        ledger.commit(purse.contract, booking, pays=Pays.ROOM_SERVICES, services=["T01"], by=by, at=clock.now())
    assert purse.holds(C, fund=purse.community) == 50


def test_a_reversal_undoes_once_and_leaves_both_entries(purse: Purse) -> None:
    entry = purse.commit("300.00")
    with viewing(purse.county.pk) as by:
        undone = ledger.reverse(entry, "金额录错", by=by, at=clock.now())
        assert undone.reverses_id == entry.pk
        for target, code in ((entry, "reversed_before"), (undone, "not_reversible")):
            with pytest.raises(Problem) as twice:
                ledger.reverse(target, "再来", by=by, at=clock.now())
            assert code_of(twice) == code
    assert purse.holds(A) == 1000 and purse.holds(C) == 0
    assert LedgerEntry.objects.filter(pk__in=(entry.pk, undone.pk)).count() == 2


def test_what_was_spent_on_is_not_reversed_before_it_is(purse: Purse) -> None:
    entry = purse.commit("300.00")
    purse.pay("200.00")
    with viewing(purse.county.pk) as by, pytest.raises(Problem) as wrong:
        ledger.reverse(entry, "录错", by=by, at=clock.now())
    assert code_of(wrong) == "insufficient"


@pytest.mark.parametrize("who", ["county_b", "worker", "head"])
def test_others_book_nothing(purse: Purse, who: str) -> None:
    account = purse.county_b if who == "county_b" else purse.world.account(who, purse.a)
    with pytest.raises(Problem) as wrong:
        purse.commit("1.00", account)
    assert wrong.value.status == 403


def test_a_county_appropriates_its_own_budget_only(purse: Purse) -> None:
    with viewing(purse.county.pk) as by:
        ledger.appropriate(purse.booking("50.00", "a", purse.own), by=by, at=clock.now())
        ledger.allocate(purse.booking("50.00", "a", purse.own), by=by, at=clock.now())
        with pytest.raises(Problem) as wrong:
            ledger.appropriate(purse.booking("50.00", "a"), by=by, at=clock.now())
    assert wrong.value.status == 403 and purse.holds(A, fund=purse.own) == 50


def test_a_transfer_needs_another_person(purse: Purse) -> None:
    wish = Wish(purse.fund, YEAR, purse.a.pk, purse.b.pk, Decimal("250.00"), "乙县服务量增加")
    with viewing(purse.city.pk) as by:
        asked = ask_transfer(uuid7(), wish, by=by, at=clock.now())
        with pytest.raises(Problem) as own:
            decide_transfer(asked, approve=True, note="", by=by, at=clock.now())
        assert code_of(own) == "transfer_own"
    with viewing(purse.county.pk) as by, pytest.raises(Problem) as county:
        decide_transfer(asked, approve=True, note="", by=by, at=clock.now())
    assert county.value.status == 403
    with viewing(purse.other_city.pk) as by:
        decide_transfer(asked, approve=True, note="同意", by=by, at=clock.now())
        with pytest.raises(Problem) as twice:
            decide_transfer(asked, approve=False, note="不", by=by, at=clock.now())
        assert twice.value.status == 409
    assert (purse.holds(A), purse.holds(A, "b")) == (750, 1250)
    with viewing(purse.county_b.pk) as by:
        assert LedgerEntry.objects.filter(kind="transfer").count() == 1


def test_a_year_closes_with_what_is_left_carried_over(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    purse.commit("400.00")
    purse.pay("100.00")
    at = clock.now()
    with viewing(purse.city.pk) as by:
        with pytest.raises(Problem) as early:
            close_year(YEAR, by=by, at=at)
        assert code_of(early) == "year_running"
        monkeypatch.setattr(clock, "today", lambda: START.replace(year=YEAR + 1))
        carried = close_year(YEAR, by=by, at=at)
        with pytest.raises(Problem) as again:
            close_year(YEAR, by=by, at=at)
        assert code_of(again) == "year_closed"
    assert carried == 4  # what the centre keeps, what is free in A and in B, what is committed
    assert [purse.holds(stage, year=YEAR + 1) for stage in (A, C, P)] == [600, 300, 0]
    assert [purse.holds(stage) for stage in (A, C, P)] == [0, 0, 100]
    with pytest.raises(Problem) as closed:
        purse.pay("1.00")
    assert code_of(closed) == "year_closed" and closed.value.field == "year"
    with viewing(purse.county.pk) as by:
        booking = ledger.Booking(purse.fund, purse.a.pk, YEAR + 1, Decimal("300.00"))
        ledger.pay(purse.contract, booking, gate="final", by=by, at=at)
    assert purse.holds(P, year=YEAR + 1) == 300


def test_years_are_opened_by_the_city(purse: Purse) -> None:
    with viewing(purse.county.pk) as by, pytest.raises(Problem) as wrong:
        open_year(YEAR + 1, by=by, at=clock.now())
    assert wrong.value.status == 403
    with viewing(purse.city.pk) as by:
        assert open_year(YEAR + 1, by=by, at=clock.now()).closed_at is None
        with pytest.raises(Problem):
            open_year(YEAR + 2, by=by, at=clock.now())


def raw(sql: str, *params: object) -> None:
    """A statement as the tables' owner, whom no policy stops, checked to its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def rule_of(error: IntegrityError) -> str:
    """The constraint that the database named."""
    cause = error.__cause__
    assert isinstance(cause, psycopg.Error)
    return str(cause.diag.constraint_name)


def refused_by(sql: str, *params: object) -> str:
    with pytest.raises(IntegrityError) as wrong:
        raw(sql, *params)
    return rule_of(wrong.value)


def entry(purse: Purse, kind: str, given: tuple[int, str, str], taken: tuple[int, str, str]) -> str:
    """The rule that refuses an entry with these two lines (year, stage, amount)."""
    fund, hub = purse.fund.pk, purse.a.pk
    head = (kind, fund, given[0], hub, purse.city.pk, purse.contract.pk)
    with pytest.raises(IntegrityError) as wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, amount, pays, subject, gate, note, "
            "booked_on, made_at, made_by_id, contract_id) VALUES (gen_random_uuid(), %s, %s, %s, %s, 10, 'operation', "
            "'', '', '', wall_today(), now(), %s, %s) RETURNING id", head,
        )  # fmt: skip
        key = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, "
            "booked_on) VALUES (%s, 1, %s, %s, %s, %s, '', %s, wall_today()), "
            "(%s, 2, %s, %s, %s, %s, '', %s, wall_today())", [key, fund, hub, *given, key, fund, hub, *taken],
        )  # fmt: skip
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rule_of(wrong.value)


def test_the_database_holds_it_too(purse: Purse) -> None:
    free, bound = "allocated", "committed"
    wrong = [
        entry(purse, "commit", (YEAR, free, "-10"), (YEAR, bound, "9.99")),  # a cent is missing
        entry(purse, "commit", (YEAR, free, "-9"), (YEAR, bound, "9")),  # not the amount of the entry
        entry(purse, "pay", (YEAR, free, "-10"), (YEAR, "paid", "10")),  # past the commitment
        entry(purse, "commit", (YEAR, "reserved", "-10"), (YEAR, bound, "10")),  # nothing is reserved
        entry(purse, "commit", (YEAR + 1, free, "-10"), (YEAR + 1, bound, "10")),  # no such year
    ]
    assert wrong == [
        "purchase_entry_balances", "purchase_entry_balances", "purchase_entry_moves",
        "purchase_balance_never_negative", "purchase_year_open",
    ]  # fmt: skip
    purse.fund.rules.filter(pays="operation").update(until=clock.today())
    assert entry(purse, "commit", (YEAR, free, "-10"), (YEAR, bound, "10")) == "purchase_entry_pays"


def test_history_is_never_rewritten(purse: Purse) -> None:
    kept = purse.commit("300.00")
    for statement in (
        "UPDATE purchase_ledgerentry SET amount = 1", "DELETE FROM purchase_ledgerentry",
        "UPDATE purchase_ledgerline SET amount = 1", "DELETE FROM purchase_ledgerline",
    ):  # fmt: skip
        assert refused_by(statement) == "purchase_history"
    one_more = (
        "INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on) "
        "SELECT entry_id, number + 2, fund_id, hub_id, year, stage, subject, amount, booked_on "
        "FROM purchase_ledgerline WHERE entry_id = %s"
    )
    assert refused_by(one_more, kept.pk) == "purchase_entry_balances"  # an entry's lines come all at once
    lonely = (
        "INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, amount, pays, subject, gate, note, "
        "booked_on, made_at, made_by_id) SELECT gen_random_uuid(), 'allocate', fund_id, year, hub_id, 1, '', '', '', "
        "'', booked_on, made_at, made_by_id FROM purchase_ledgerentry WHERE id = %s"
    )
    assert refused_by(lonely, kept.pk) == "purchase_entry_balances"
    assert refused_by("UPDATE purchase_fiscalyear SET closed_at = now(), closed_by_id = %s", purse.city.pk) == (
        "purchase_year_carried"
    )
    assert LedgerEntry.objects.get(pk=kept.pk).amount == 300


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        number: int = cursor.fetchone()[0]
    return number


def test_who_sees_what(purse: Purse) -> None:
    purse.commit("300.00")
    purse.pay("100.00")
    agency = Account.objects.create(username="agency-1", display_name="机构")
    agency.grants.create(role="agency", station=purse.centre, organisation=purse.agency, since=START)
    worker = purse.world.account("worker", purse.a)
    seen = {}
    for name, account in (("city", purse.city), ("a", purse.county), ("b", purse.county_b), ("agency", agency),
                          ("worker", worker)):  # fmt: skip
        with viewing(account.pk):
            seen[name] = tuple(counted(f"purchase_{t}") for t in ("ledgerentry", "ledgerline", "subjectbalance"))
    assert seen == {"city": (5, 10, 2), "a": (3, 5, 2), "b": (1, 1, 0), "agency": (2, 0, 2), "worker": (0, 0, 0)}
    with viewing(purse.county.pk), connection.cursor() as cursor:
        for statement in ("UPDATE purchase_balance SET amount = 0", "DELETE FROM purchase_ledgerline"):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                cursor.execute(statement)


def test_balances_are_read_by_day_and_all_together(purse: Purse) -> None:
    purse.commit("300.00")
    yesterday = clock.today() - timedelta(days=1)
    with viewing(purse.county.pk) as by:
        assert queries.balance(by, purse.fund.pk, purse.a.pk, YEAR, C) == 300
        assert queries.balance_on(by, purse.fund.pk, purse.a.pk, YEAR, C, clock.today()) == 300
        assert queries.balance_on(by, purse.fund.pk, purse.a.pk, YEAR, C, yesterday) == 0
        assert queries.balance(by, purse.fund.pk, purse.b.pk, YEAR, A) == 0
        rows = queries.trial_balance(by, YEAR)
        assert [(row.fund.code, row.hub.key if row.hub else "") for row in rows] == [("SW", "A")]
    with viewing(purse.city.pk) as by:
        total = queries.total_of(queries.trial_balance(by, YEAR))
        assert total.is_balanced and total.budget == 2500 and total.executed == 0


def test_balances_equal_a_recount(purse: Purse) -> None:
    purse.commit("300.00")
    purse.pay("10.00")
    assert queries.drift() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE purchase_balance SET amount = amount + 1 WHERE stage = 'paid'")
    assert [(each.stage, each.stored - each.counted) for each in queries.drift()] == [("paid", 1)]
