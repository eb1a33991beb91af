"""A contract in life: judged, changed, paid by its gates, and what the database refuses of all that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.purchase.actions import ledger, payment, performance
from shegong.purchase.actions.performance import Change
from shegong.purchase.enums import AcceptanceKind, MoneyStage, Pays
from shegong.purchase.models import AgencyAnswer, Amendment, Contract, LedgerEntry, Payment
from shegong.purchase.queries import contract as queries
from shegong.purchase.rules.contract import Pledge
from tests.factories import START
from tests.purchase.purse import Purse
from tests.purchase.signed import BADLY, WELL, Deal, agency_account

A, C, P = MoneyStage.ALLOCATED, MoneyStage.COMMITTED, MoneyStage.PAID
MID, FINAL = AcceptanceKind.MID_TERM, AcceptanceKind.FINAL


@pytest.fixture
def deal(purse: Purse) -> Deal:
    """A contract of 600, in parts of 240, 240 and 120."""
    return Deal(purse)


def codes(caught: Any) -> set[tuple[str, str | None]]:
    return {(each.code, each.field) for each in caught.value}


def at_once() -> None:
    """Check now what waits for the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_from_signature_to_the_last_payment_with_a_failed_acceptance(deal: Deal) -> None:
    with pytest.raises(Problem) as unasked:
        deal.pay(1)
    assert codes(unasked) == {("claim_missing", "instalment")}
    for number in (1, 2, 3):
        deal.claim(number)
    deal.pay(1)
    failed = deal.judge(MID, BADLY, mend_by=clock.today())
    assert (failed.score, failed.grade, failed.round) == (50, "fail", 1)
    with pytest.raises(Problem) as early:
        deal.pay(2)
    assert codes(early) == {("gate_closed", "instalment")}
    again = deal.judge(MID, WELL)
    assert (again.score, again.grade, again.round) == (90, "excellent", 2)
    deal.pay(2)
    with pytest.raises(Problem) as final:
        deal.pay(3)
    assert codes(final) == {("gate_closed", "instalment")}
    deal.judge(FINAL, WELL)
    deal.pay(3)
    at_once()
    assert [deal.purse.holds(stage) for stage in (A, C, P)] == [400, 0, 600]
    assert Contract.objects.get(pk=deal.contract.pk).status == "completed"
    gates = LedgerEntry.objects.filter(kind="pay").order_by("id").values_list("gate", flat=True)
    assert list(gates) == ["signature", "mid_term", "final"]


def test_an_acceptance_that_passed_is_not_repeated_and_points_are_held(deal: Deal) -> None:
    with pytest.raises(Problem) as first:
        deal.judge(FINAL, WELL)
    assert codes(first) == {("mid_term_first", "kind")}
    with pytest.raises(Problem) as unexplained:
        deal.judge(MID, BADLY)
    assert codes(unexplained) == {("mend_missing", "mend_by")}
    with pytest.raises(Problem) as beyond:
        deal.judge(MID, WELL | {"finance": Decimal("5.01")})
    assert codes(beyond) == {("points_range", "finance")}
    deal.judge(MID, WELL)
    with pytest.raises(Problem) as twice:
        deal.judge(MID, WELL)
    assert codes(twice) == {("accepted_before", None)}
    for values in (
        "'{\"a\": 90}', 90, 'good', 1",
        "'{\"a\": 59}', 99, 'excellent', 1",
        "'{\"a\": 90}', 90, 'excellent', 2",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO purchase_acceptance (id, contract_id, kind, year, parts, score, grade, round, held_on, "
                "opinion, progress, made_at, made_by_id) "
                f"SELECT gen_random_uuid(), contract_id, 'final', year, {values}, held_on, '', progress, "
                "made_at, made_by_id FROM purchase_acceptance"
            )


def test_a_deduction_waits_for_the_agencys_word(deal: Deal) -> None:
    deal.claim(1)
    with pytest.raises(Problem) as much:
        deal.hold_back(1, "240.01")
    assert codes(much) == {("deduction_too_much", "amount")}
    held = deal.hold_back(1, "40.00")
    with pytest.raises(Problem) as waiting:
        deal.pay(1)
    assert codes(waiting) == {("deduction_open", "instalment")}
    with viewing(deal.purse.county.pk) as by, pytest.raises(Problem) as unheard:
        payment.decide_deduction(held, uphold=True, by=by, at=clock.now())
    assert unheard.value.code == "answer_awaited"
    with viewing(deal.agency.pk) as by:
        performance.answer(uuid7(), deal.contract, "已补派", by=by, at=clock.now(), deduction_id=held.pk)
    held = type(held).objects.get(pk=held.pk)
    with viewing(deal.purse.county.pk) as by:
        payment.decide_deduction(held, uphold=True, by=by, at=clock.now())
    with pytest.raises(Problem) as other_sum:
        deal.pay(1)
    assert codes(other_sum) == {("claim_differs", "instalment")}
    deal.claim(1, "200.00")
    made = deal.pay(1)
    assert (made.amount, made.deducted) == (200, 40)
    assert AgencyAnswer.objects.get().text == "已补派"


def test_two_payers_in_the_same_second(deal: Deal) -> None:
    deal.claim(1)
    deal.pay(1)
    with pytest.raises(Problem) as second:
        deal.pay(1, deal.purse.city)
    assert second.value.code == "instalment_paid" and second.value.status == 409
    assert deal.purse.holds(P) == 240


@pytest.mark.django_db(transaction=True)
def test_of_two_payers_at_once_one_wins(deal: Deal) -> None:
    deal.claim(1)

    def pay(account: Any) -> str:
        try:
            deal.pay(1, account)
        except Problem as problem:
            return problem.code
        finally:
            connection.close()
        return "paid"

    with ThreadPoolExecutor(2) as payers:
        said = sorted(payers.map(pay, (deal.purse.county, deal.purse.city)))
    assert said == ["instalment_paid", "paid"]
    assert Payment.objects.count() == 1 and deal.purse.holds(P) == 240


def test_a_payment_is_corrected_whole_and_only_by_the_contract(deal: Deal) -> None:
    deal.claim(1)
    made = deal.pay(1)
    entry = LedgerEntry.objects.get(kind="pay")
    with viewing(deal.purse.county.pk) as by, pytest.raises(Problem) as elsewhere:
        ledger.reverse(entry, "误付", by=by, at=clock.now())
    assert elsewhere.value.code == "contract_entry"
    with viewing(deal.purse.county.pk) as by:
        payment.correct_payment(made, "付错账户", by=by, at=clock.now())
    at_once()
    assert [deal.purse.holds(stage) for stage in (C, P)] == [600, 0]
    deal.pay(1)
    at_once()
    with viewing(deal.purse.county.pk) as by, pytest.raises(Problem) as twice:
        payment.correct_payment(made, "付错账户", by=by, at=clock.now())
    assert twice.value.code == "corrected_before"


def test_money_of_a_contract_moves_only_with_its_life(deal: Deal) -> None:
    """What the actions would never do, the database refuses."""

    def pay(by: Any) -> None:
        ledger.pay(deal.contract, deal.purse.booking("1.00"), gate="final", by=by, at=clock.now())

    def bind(by: Any) -> None:
        ledger.commit(deal.contract, deal.purse.booking("1.00"), pays=Pays.OPERATION, by=by, at=clock.now())

    def free(by: Any) -> None:
        ledger.release(
            ledger.subject_of(deal.contract), deal.purse.booking("1.00"), stage=C, by=by, at=clock.now(),
            contract=deal.contract,
        )  # fmt: skip

    def undo(by: Any) -> None:
        ledger.reverse(LedgerEntry.objects.get(kind="commit"), "x", by=by, at=clock.now(), by_contract=True)

    for wrong in (pay, bind, free, undo):
        with pytest.raises(IntegrityError, match="moves with the contract"), transaction.atomic():
            with viewing(deal.purse.county.pk) as by:
                wrong(by)
            at_once()


def test_the_database_refuses_a_payment_before_its_gate_beyond_its_sum_or_twice(deal: Deal) -> None:
    def pay(number: int, amount: str, booked: str | None = None) -> None:
        part, day = deal.part(number), clock.today()
        with viewing(deal.purse.county.pk) as by:
            made = Payment.objects.create(
                pk=uuid7(), contract=deal.contract, instalment=part, amount=Decimal(amount), paid_on=day,
                paid_at=clock.now(), paid_by_id=by.account_id,
            )  # fmt: skip
            booking = deal.purse.booking(booked or amount)
            entry = ledger.pay(deal.contract, booking, gate=part.gate, by=by, at=clock.now())
            made.entries.create(entry=entry, contract=deal.contract)
        at_once()

    for rule, wrong in (
        ("before its gate", (2, "240.00", None)),
        ("less what was held back", (1, "240.01", None)),
        ("what the ledger says", (1, "240.00", "239.99")),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            pay(*wrong)
    pay(1, "240.00")
    with pytest.raises(IntegrityError, match="purchase_payment_once"), transaction.atomic():
        pay(1, "240.00")


def test_an_amendment_moves_the_money_and_keeps_what_stood_before(deal: Deal) -> None:
    def amend(**fields: Any) -> Amendment:
        with viewing(deal.purse.county.pk) as by:
            return performance.amend(
                deal.contract.pk, Change(**fields), reason="增加服务", agreed_on=clock.today(), by=by, at=clock.now()
            )

    made = amend(amount=Decimal("700.00"), targets={1: 4}, pledges=(Pledge("persons", 20),))
    assert (made.version, made.before["amount"], made.after["amount"]) == (2, "600.00", "700.00")
    assert made.after["commitments"] == {"1": 4, "2": 100, "3": 20}
    assert [str(each.amount) for each in deal.contract.instalments.all()] == ["240.00", "240.00", "220.00"]
    deal.claim(1)
    deal.pay(1)
    amend(amount=Decimal("300.00"))
    at_once()
    assert [deal.purse.holds(stage) for stage in (A, C, P)] == [700, 60, 240]
    for fields, wrong in (
        ({"amount": Decimal("200.00")}, ("amount_paid", "amount")),
        ({"amount": Decimal("5000.00")}, ("insufficient", "amount")),
        ({"until": deal.contract.since}, ("contract_ends_before", "until")),
        ({"until": deal.contract.until + timedelta(days=9)}, ("contract_long_unexplained", "long_term_reason")),
        ({"targets": {9: 1}}, ("commitment_unknown", "targets")),
        ({"station_ids": ()}, ("stations_missing", "stations")),
        ({"certified_needed": 2}, ("certified_range", "certified_needed")),
        ({}, ("change_missing", None)),
    ):
        with pytest.raises(Problem) as caught, transaction.atomic():
            amend(**fields)
        assert wrong in codes(caught)
    assert Contract.objects.get(pk=deal.contract.pk).version == 3


def test_termination_frees_what_is_not_paid_and_ends_everything(deal: Deal) -> None:
    deal.claim(1)
    deal.pay(1)
    with viewing(deal.purse.county.pk) as by:
        performance.terminate(deal.contract.pk, reason="机构注销", ended_on=clock.today(), by=by, at=clock.now())
    at_once()
    assert [deal.purse.holds(stage) for stage in (A, C, P)] == [760, 0, 240]
    with pytest.raises(Problem) as over:
        deal.pay(2)
    assert over.value.code == "contract_over"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE purchase_contract SET status = 'signed' WHERE id = %s", [deal.contract.pk])


def test_warnings_are_answered_and_lifted(deal: Deal) -> None:
    key, today = uuid7(), clock.today()
    with viewing(deal.purse.county.pk) as by:
        warning = performance.warn(key, deal.contract.pk, reason="记录迟交", mend_by=today, by=by, at=clock.now())
        assert (
            performance.warn(key, deal.contract.pk, reason="记录迟交", mend_by=today, by=by, at=clock.now()).pk == key
        )
    with viewing(deal.agency.pk) as by:
        performance.answer(uuid7(), deal.contract, "已补齐", by=by, at=clock.now(), warning_id=key)
        with pytest.raises(Problem) as twice:
            performance.answer(uuid7(), deal.contract, "又", by=by, at=clock.now(), warning_id=key)
    assert twice.value.code == "answered_before"
    with viewing(deal.purse.county.pk) as by:
        performance.lift(warning, by=by, at=clock.now())
        (shown,) = queries.warnings(deal.contract)
        assert shown.lifted_at and shown.answer.text == "已补齐"


def rows_seen(account: Any) -> dict[str, int]:
    """How many rows raw SQL gives an account."""
    tables = ("contractwarning", "agencyanswer", "deduction", "claim", "payment", "contractentry", "commitment",
              "acceptance")  # fmt: skip
    with viewing(account.pk), connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM purchase_{table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_what_is_between_the_sides_is_seen_by_them_alone(deal: Deal) -> None:
    deal.claim(1)
    deal.pay(1)
    deal.hold_back(2, "1.00")
    deal.judge(MID, WELL)
    with viewing(deal.purse.county.pk) as by:
        performance.warn(uuid7(), deal.contract.pk, reason="x", mend_by=clock.today(), by=by, at=clock.now())
    other = agency_account(deal.purse, Organisation.objects.create(name="乙中心", kinds=["agency"], since=START))
    worker = deal.purse.world.account("worker", deal.purse.world.towns["A"])
    for side in (deal.purse.city, deal.purse.county, deal.agency):
        seen = rows_seen(side)
        assert seen["payment"] == seen["claim"] == seen["deduction"] == seen["contractwarning"] == 1
    for stranger in (deal.purse.county_b, other):
        assert set(rows_seen(stranger).values()) == {0}
    assert {name for name, count in rows_seen(worker).items() if count} == {"commitment", "acceptance"}
    for account, statement in (
        (deal.agency, "UPDATE purchase_deduction SET state = 'dropped', decided_at = now(), decided_by_id = 1"),
        (other, "INSERT INTO purchase_agencyanswer (id, contract_id, warning_id, text, given_at, given_by_id) "
                "SELECT gen_random_uuid(), %s, NULL, 'x', now(), wall_account()"),
    ):  # fmt: skip
        with transaction.atomic(), viewing(account.pk), connection.cursor() as cursor:
            if statement.startswith("UPDATE"):
                cursor.execute(statement)
                assert cursor.rowcount == 0
            else:
                with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                    cursor.execute(statement, [deal.contract.pk])
