"""The progress of five hundred contracts with twelve commitments each on one page, as the city's officer sees it."""

from random import Random

from django.db import connection, transaction

from bench.measure import Measure, milliseconds, percentile
from shegong.indicators.queries import reading
from shegong.kernel import clock
from shegong.network.models import Organisation, Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.models import ContractUnit, ContractWork
from shegong.practice.queries.contract import rows_of, with_paid
from shegong.practice.queries.contract_progress import progress
from shegong.purchase.models import Commitment, Contract, Fund
from shegong.purchase.queries.contract import contracts
from shegong.purchase.rules.contract import years_after

CONTRACTS, COMMITMENTS, ROUNDS, LIMIT = 500, 12, 20, 100
# What stands behind each contract's year: people, cases, sessions and activities.
UNITS = (("P", 150, 12), ("C", 40, 9), ("S", 60, 15), ("A", 25, 60))
MEASURES = ("cases", "groups", "sessions", "activities", "hours", "persons", "person_times", "records")
FILL = """
INSERT INTO practice_contractunit (contract_id, year, kind, unit, parent, size)
SELECT c, y, %(kind)s::text, gen_random_uuid(),
       CASE WHEN %(kind)s::text = 'S' THEN ('00000000-0000-4000-8000-' || lpad((n %% 12)::text, 12, '0'))::uuid END,
       1 + (n * 7919 + c) %% %(size)s
FROM unnest(%(contracts)s::bigint[]) AS c, generate_series(0, 1) AS y, generate_series(1, %(count)s) AS n"""


def run() -> list[Measure]:
    """p95 of the progress of all, and of the page's rows made of it; and of the reading."""
    made = _prepared()
    account = Account.objects.filter(grants__role="city").order_by("pk")[0]
    city, today = Station.objects.get(tier="centre"), clock.today()
    with viewing(account.pk) as viewer:
        rows = progress(made)
        assert len(rows) == CONTRACTS and all(len(each) == COMMITMENTS for each in rows.values())
        query = [milliseconds(lambda: progress(made)) for _round in range(ROUNDS)]
        found = with_paid(contracts(viewer).filter(pk__in=made)).order_by("number")
        page = [milliseconds(lambda: rows_of(list(found), today)) for _round in range(ROUNDS)]
        shares = [milliseconds(lambda: reading("purchase.contracts_on_pace", city)) for _round in range(ROUNDS)]
    return [
        Measure("progress_500_by_12_p95", percentile(query, 0.95), "ms", LIMIT),
        Measure("rows_of_the_page_500_by_12_p95", percentile(page, 0.95), "ms", LIMIT),
        Measure("contracts_on_pace_p95", percentile(shares, 0.95), "ms", LIMIT),
    ]


def _prepared() -> list[int]:
    """Contracts of our own, with tallies as a busy year leaves them; made on first use."""
    made = list(Contract.objects.filter(number__startswith="BENCH-P-").order_by("pk").values_list("pk", flat=True))
    if len(made) == CONTRACTS:
        return made
    with transaction.atomic():
        made = _made()
    with connection.cursor() as cursor:
        tables = (ContractUnit._meta.db_table, ContractWork._meta.db_table, Commitment._meta.db_table)
        cursor.execute("VACUUM ANALYZE " + ", ".join(tables))
    return made


def _made() -> list[int]:
    rng, today = Random(5), clock.today()
    since = today.replace(month=1, day=1)
    agency = Organisation.objects.filter(kinds__contains=["agency"]).order_by("pk")[0]
    hubs = list(Station.objects.filter(tier="hub").values_list("pk", flat=True))
    fund = Fund.objects.order_by("pk")[0]
    made = [
        each.pk
        for each in Contract.objects.bulk_create(
            Contract(number=f"BENCH-P-{place:03d}", organisation=agency, hub_id=rng.choice(hubs), fund=fund, amount=1,
                     since=since, until=years_after(since, 1))
            for place in range(CONTRACTS)
        )
    ]  # fmt: skip
    Commitment.objects.bulk_create(
        Commitment(contract_id=pk, number=number + 1, measure=MEASURES[number % len(MEASURES)],
                   target=rng.randint(5, 90), year=number % 2, min_sessions=3, min_attendance=5)
        for pk in made
        for number in range(COMMITMENTS)
    )  # fmt: skip
    ContractWork.objects.bulk_create(
        ContractWork(contract_id=pk, year=year, service=service, records=300, person_times=900, work_minutes=20_000,
                     persons=150)
        for pk in made
        for year in (0, 1)
        for service in range(30)
    )  # fmt: skip
    with connection.cursor() as cursor:
        for kind, count, size in UNITS:
            cursor.execute(FILL, {"kind": kind, "contracts": made, "count": count, "size": size})
    return made
