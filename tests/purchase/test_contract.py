"""Contracts: signed with their money or not at all."""

import doctest
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.actions.contract import sign
from shegong.purchase.enums import Gate, MoneyStage, Pays
from shegong.purchase.models import Contract, Instalment
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules.contract import Part
from tests.factories import START
from tests.purchase.purse import Purse
from tests.purchase.signed import agency_account, draft_of

A, R, C = MoneyStage.ALLOCATED, MoneyStage.RESERVED, MoneyStage.COMMITTED


def signed(purse: Purse, account: Account | None = None, **fields: Any) -> Contract:
    """A contract signed by the county, unless by another account."""
    with viewing((account or purse.county).pk) as by:
        return sign(draft_of(purse, **fields), by=by, at=clock.now())


def refused(purse: Purse, account: Account | None = None, **fields: Any) -> set[tuple[str, str | None]]:
    """The codes and fields of what was wrong; nothing is left behind."""
    before = Contract.objects.count(), purse.holds(A)
    with pytest.raises(Problem) as caught:
        signed(purse, account, **fields)
    assert (Contract.objects.count(), purse.holds(A)) == before
    return {(each.code, each.field) for each in caught.value}


def test_the_rules_examples() -> None:
    results = doctest.testmod(rules)
    assert results.attempted >= 3 and results.failed == 0


def test_signing_binds_the_money_and_plans_its_payment(purse: Purse) -> None:
    contract = signed(purse)
    assert contract.number == f"A-{clock.today().year}-001" and contract.hub_id == purse.a.pk
    assert signed(purse, amount=Decimal("100.01")).number.endswith("-002")
    assert [purse.holds(stage) for stage in (A, C)] == [Decimal("299.99"), Decimal("700.01")]
    plan = [(each.number, Gate(each.gate), str(each.amount)) for each in contract.instalments.all()]
    assert plan == [(1, Gate.SIGNATURE, "240.00"), (2, Gate.MID_TERM, "240.00"), (3, Gate.FINAL, "120.00")]
    assert [each.pk for each in contract.stations.all()] == [purse.world.towns["A"].pk]
    assert Event.objects.filter(kind="contract", verb="sign_contract", object_id=str(contract.pk)).count() == 1


def test_what_was_reserved_is_bound(purse: Purse) -> None:
    with viewing(purse.county.pk) as by:
        ledger.reserve(purse.booking("600.00"), pays=Pays.OPERATION, subject="project:1", by=by, at=clock.now())
        sign(draft_of(purse), by=by, at=clock.now(), reserved_for="project:1")
    assert [purse.holds(stage) for stage in (A, R, C)] == [400, 0, 600]


def test_a_contract_that_breaks_a_rule_is_not_signed(purse: Purse) -> None:
    today = clock.today()
    town_b = purse.world.towns["B"].pk
    other = Organisation.objects.create(name="某企业", kinds=["enterprise"], since=START)
    assert refused(purse, amount=Decimal("1000.01")) == {("insufficient", "amount")}
    assert refused(purse, amount=Decimal("0.00")) == {("amount_not_positive", "amount")}
    assert refused(purse, amount=Decimal("1.001")) == {("amount_decimals", "amount")}
    assert refused(purse, until=today) == {("contract_ends_before", "until")}
    assert refused(purse, until=today + timedelta(days=400)) == {("contract_long_unexplained", "long_term_reason")}
    end = today + timedelta(days=1200)
    assert refused(purse, until=end, long_term_reason="项目稳定") == {("contract_too_long", "until")}
    assert refused(purse, station_ids=(town_b,)) == {("stations_elsewhere", "stations")}
    assert refused(purse, station_ids=()) == {("stations_missing", "stations")}
    assert refused(purse, organisation_id=other.pk) == {("agency_unknown", "organisation")}
    assert refused(purse, signed_on=today + timedelta(days=1)) == {("date_future", "signed_on")}
    assert refused(purse, pays=Pays.RELIEF) == {("fund_pays", "pays")}
    assert refused(purse, purse.county_b) == {("contract_not_yours", None)}
    assert refused(purse, plan=(Part(Gate.SIGNATURE, Decimal("599.99")),)) == {("plan_sum", "plan")}
    twice = (Part(Gate.FINAL, Decimal("300.00")), Part(Gate.FINAL, Decimal("300.00")))
    assert refused(purse, plan=twice) == {("plan_gates", "plan")}
    signed(purse, number="甲-1")
    assert refused(purse, number="甲-1", amount=Decimal("1.00")) == {("number_taken", "number")}
    with pytest.raises(Problems) as both:
        signed(purse, station_ids=(), amount=Decimal(0))
    assert len(both.value.problems) == 2


def test_a_longer_contract_is_paid_year_by_year(purse: Purse) -> None:
    contract = signed(purse, until=rules.years_after(clock.today(), 2), long_term_reason="项目稳定，经费有保障")
    assert [(each.year, int(each.amount)) for each in contract.instalments.all()] == [
        (1, 120), (1, 120), (1, 60), (2, 120), (2, 120), (2, 60)
    ]  # fmt: skip


def test_the_database_holds_term_and_plan(purse: Purse) -> None:
    contract = signed(purse)
    for wrong in (
        "UPDATE purchase_contract SET until = since + 366 + 366 + 366 + 366 WHERE id = %s",
        "UPDATE purchase_contract SET until = since + 400 WHERE id = %s",
        "UPDATE purchase_contract SET amount = amount + 0.01 WHERE id = %s",
        "UPDATE purchase_instalment SET amount = amount + 0.01 WHERE contract_id = %s AND number = 1",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(wrong, [contract.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Contract.objects.get(pk=contract.pk).until > date(2022, 1, 1)


def seen(account: Account) -> tuple[int, int]:
    """How many contracts and instalments raw SQL gives an account."""
    with viewing(account.pk), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM purchase_contract), (SELECT count(*) FROM purchase_instalment)")
        row: tuple[int, int] = cursor.fetchone()
    return row


def test_each_side_sees_its_own(purse: Purse) -> None:
    Contract.objects.all().delete()
    signed(purse)
    world = purse.world
    agency = agency_account(purse, purse.agency)
    other = agency_account(purse, Organisation.objects.create(name="乙中心", kinds=["agency"], since=START))
    whole, nothing = (1, 3), (0, 0)
    assert [seen(each) for each in (purse.city, purse.county, agency)] == [whole] * 3
    assert [seen(each) for each in (purse.county_b, other, world.account("donor", world.centre))] == [nothing] * 3
    assert seen(world.account("worker", world.towns["A"])) == whole
    assert seen(world.account("supervisor", world.towns["A"])) == whole
    assert seen(world.account("worker", world.towns["B"])) == nothing
    contract = Contract.objects.get()
    for account in (purse.county_b, agency):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("UPDATE purchase_contract SET amount = 1")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM purchase_instalment")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM purchase_contract_stations")
            assert cursor.rowcount == 0
    assert Instalment.objects.filter(contract=contract).count() == 3
