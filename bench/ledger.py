"""The ledger at a million entries: any balance, an account on any day, the trial balance, and payments at once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from random import Random

from django.db import connection, transaction

from bench.measure import Measure, milliseconds, percentile
from shegong.config.demo.copying import reserve_ids
from shegong.kernel import clock
from shegong.network.models import Station
from shegong.network.scope import Viewer, viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.enums import MoneyStage, Pays
from shegong.purchase.models import Contract, FiscalYear, Fund, LedgerEntry
from shegong.purchase.queries import ledger as queries

ENTRIES = 1_000_000
BATCH = 50_000
ROUNDS = 400
PAYERS = 50
PARTS = (
    ("allocate", "appropriated", "allocated"),
    ("commit", "allocated", "committed"),
    ("pay", "committed", "paid"),
)
HEAD = """
INSERT INTO purchase_ledgerentry (id, key, kind, fund_id, year, hub_id, to_hub_id, amount, pays, subject, contract_id,
                                  gate, booked_on, note, made_at, made_by_id)
SELECT i, gen_random_uuid(), %(kind)s::text, %(fund)s, %(year)s,
       CASE %(kind)s::text WHEN 'allocate' THEN %(centre)s ELSE h END,
       CASE %(kind)s::text WHEN 'allocate' THEN h END, 1, 'operation', '', %(contract)s, '',
       make_date(%(year)s, 1 + i %% 12, 1), '', now(), %(account)s
FROM (SELECT i, (%(hubs)s::int[])[1 + (i - %(first)s::int) %% %(count)s] AS h
      FROM generate_series(%(first)s::int, %(last)s::int) AS i) AS s
"""
LINES = """
INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
SELECT e.id, v.number, e.fund_id, CASE v.number WHEN 2 THEN coalesce(e.to_hub_id, e.hub_id) ELSE e.hub_id END, e.year,
       v.stage, '', v.amount, e.booked_on
FROM purchase_ledgerentry e, (VALUES (1, %(given)s::text, -1), (2, %(taken)s::text, 1)) AS v (number, stage, amount)
WHERE e.id BETWEEN %(first)s AND %(last)s
"""


def run() -> list[Measure]:
    """p95 of a balance beside 20 ms, of an account on a day beside 20 ms; the median trial balance beside 200 ms; how
    much fifty payments at once overdraw or lose, which must be nothing.
    """
    officer = Account.objects.filter(grants__role=Role.CITY).order_by("pk").first()
    assert officer is not None
    _fill(officer.pk)
    chance, hubs = Random(11), list(Station.objects.filter(tier__in=("hub", "centre")).values_list("id", flat=True))
    funds, year = list(Fund.objects.values_list("id", flat=True)), clock.today().year
    look_ups, days, trials = [], [], []
    with viewing(officer.pk) as viewer:
        for number in range(ROUNDS):
            place = (chance.choice(funds), chance.choice(hubs), year, chance.choice(list(MoneyStage)))
            day = clock.today().replace(month=1 + number % 12, day=15)
            look_ups.append(milliseconds(partial(queries.balance, viewer, *place)))
            days.append(milliseconds(partial(queries.balance_on, viewer, *place, day)))
        for _round in range(20):
            trials.append(milliseconds(partial(queries.trial_balance, viewer, year)))
    wrong, took = _at_once(officer.pk)
    return [
        Measure("ledger_balance_p95", percentile(look_ups, 0.95), "ms", 20),
        Measure("ledger_balance_on_a_day_p95", percentile(days, 0.95), "ms", 20),
        Measure("ledger_trial_balance_median", percentile(trials, 0.5), "ms", 200),
        Measure("ledger_payments_at_once_lost_or_overdrawn", wrong, "payments", 1),
        Measure("ledger_payments_at_once", took, "ms", 5000),
    ]


def _fill(account_id: int) -> None:
    """Entries of one yuan each until there are a million, through the same triggers as any other."""
    year = clock.today().year
    FiscalYear.objects.get_or_create(year=year)
    if LedgerEntry.objects.count() >= ENTRIES:
        return
    hubs = list(Station.objects.filter(tier="hub").values_list("id", flat=True))
    centre = Station.objects.get(tier="centre").pk
    funds = list(Fund.objects.exclude(kind="county"))
    for fund in funds:
        fund.rules.get_or_create(pays=Pays.OPERATION, defaults={"since": clock.today().replace(year=year - 5)})
        with viewing(account_id) as by:
            booking = ledger.Booking(fund, centre, year, Decimal(ENTRIES))
            ledger.appropriate(booking, by=by, at=clock.now())
    # One without a payment plan: of others money moves only with their own life.
    begins = clock.today().replace(day=1)
    contract = Contract.objects.create(
        number=f"BENCH-L-{clock.now():%Y%m%d%H%M%S%f}", organisation=Contract.objects.order_by("pk")[0].organisation,
        fund=funds[0], amount=1, since=begins, until=begins.replace(year=year + 1),
    )  # fmt: skip
    batches = ENTRIES // BATCH
    for kind, given, taken in PARTS:
        for number in range(batches // len(PARTS) + 1):
            ids = reserve_ids(LedgerEntry, BATCH)
            words = {
                "kind": kind, "fund": funds[number % len(funds)].pk, "year": year, "centre": centre, "hubs": hubs,
                "count": len(hubs), "contract": None if kind == "allocate" else contract.pk, "account": account_id,
                "first": ids[0] , "last": ids[-1], "given": given, "taken": taken,
            }  # fmt: skip
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(HEAD, words)
                cursor.execute(LINES, words)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE purchase_ledgerentry, purchase_ledgerline, purchase_balance")


def _at_once(account_id: int) -> tuple[int, float]:
    """Fifty payments of thirty yuan out of a commitment of a thousand: how many of 33 are missing or too many, and how
    long it took in all.
    """
    fund = Fund.objects.exclude(kind="county").order_by("pk")[0]
    hub_id = Station.objects.filter(tier="hub").order_by("pk").values_list("id", flat=True)[0]
    year = clock.today().year
    contract = Contract.objects.create(
        number=f"BENCH-{clock.now():%Y%m%d%H%M%S%f}", organisation=Contract.objects.order_by("pk")[0].organisation,
        fund=fund, amount=1000, since=clock.today(), until=clock.today().replace(year=year + 1),
    )  # fmt: skip
    centre = Station.objects.get(tier="centre").pk

    def booking(amount: int, place: int = hub_id) -> ledger.Booking:
        return ledger.Booking(fund, place, year, Decimal(amount))

    with viewing(account_id) as by:
        ledger.appropriate(booking(1000, centre), by=by, at=clock.now())
        ledger.allocate(booking(1000), by=by, at=clock.now())
        ledger.commit(contract, booking(1000), pays=Pays.OPERATION, by=by, at=clock.now())

    def pay(_number: int) -> None:
        try:
            with viewing(account_id) as by:
                ledger.pay(contract, booking(30), gate="", by=by, at=clock.now())
        except ledger.Problem:
            pass  # refused, as seventeen must be
        finally:
            connection.close()

    def all_of_them() -> None:
        with ThreadPoolExecutor(PAYERS) as payers:
            list(payers.map(pay, range(PAYERS)))

    took = milliseconds(all_of_them)
    with viewing(account_id) as viewer:
        return _missing(viewer, contract), took


def _missing(viewer: Viewer, contract: Contract) -> int:
    money = queries.held(viewer, ledger.subject_of(contract))
    assert money.committed >= 0
    return abs(int(money.paid) // 30 - 33)
