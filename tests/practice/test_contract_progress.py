"""How far contracts have come: counted with every record, by the rules of their commitments."""

from datetime import date, timedelta
from random import Random

from django.db import connection
from pytest_django import DjangoAssertNumQueries

from shegong.kernel import clock
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import merge
from shegong.practice.models import Case, RecordClient, ServiceRecord
from shegong.practice.queries.contract_progress import course_of, drift, progress, recount_contracts
from shegong.purchase.models import Commitment, Contract, Fund
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules import pace
from shegong.purchase.rules.pace import Standing, pace_of
from tests.factories import START, new_key
from tests.practice.county import County
from tests.practice.gatherings import approved, held, joined, planned_session


def contract_of(county: County, since: date | None = None, number: str = "C-1") -> Contract:
    """Two years from the beginning of last year."""
    since = since or date(clock.today().year - 1, 1, 1)
    agency = Organisation.objects.create(name=f"{number}中心", kinds=["agency"], since=START)
    fund = Fund.objects.get_or_create(code="SW", defaults={"name_zh": "社工", "name_en": "SW"})[0]
    contract = Contract.objects.create(
        number=number, organisation=agency, fund=fund, hub=county.hub, amount=1, since=since,
        until=rules.years_after(since, 2), long_term_reason="稳定",
    )  # fmt: skip
    contract.stations.add(county.room)
    return contract


def promised(contract: Contract, measure: str, target: int = 1, **fields: int) -> Commitment:
    number = contract.commitments.count() + 1
    return Commitment.objects.create(contract=contract, number=number, measure=measure, target=target, **fields)


def done(contract: Contract, account: Account) -> list[float]:
    """What is done of each commitment, as an account sees it."""
    with viewing(account.pk):
        return [row.done for row in progress([contract.pk])[contract.pk]]


def case_of(county: County, name: str) -> Case:
    return Case.objects.create(
        id=new_key(), hub=county.hub, station=county.room, number=f"K-{name}", client=county.client(name),
        group=county.group("older"), worker=county.worker_row, problem="独居", opened_on=clock.today(),
        opened_by=county.worker,
    )  # fmt: skip


def test_only_what_lasted_and_was_attended_counts(county: County) -> None:
    contract = contract_of(county)
    year = clock.today().year - contract.since.year + 1
    for measure, fields in (
        ("cases", {"min_sessions": 5}), ("activities", {"min_attendance": 30}), ("hours", {}), ("persons", {}),
        ("person_times", {}), ("records", {"service_id": county.world.services["T02"].pk}),
        ("groups", {"min_sessions": 2, "min_attendance": 2}), ("sessions", {"min_attendance": 2}),
    ):  # fmt: skip
        promised(contract, measure, year=year, **fields)
    whole = promised(contract, "persons", year=0)
    long, short = case_of(county, "王秀英"), case_of(county, "李国强")
    for _each in range(5):
        county.record([long.client], contract=contract, case=long)
    for _each in range(4):
        county.record([short.client], contract=contract, case=short)
    county.record([], anonymous=30, contract=contract, service="T02")
    county.record([], anonymous=29, contract=contract, service="T02")
    ServiceRecord.objects.filter(anonymous_count__gte=29).update(method="M")
    county.record([county.client("往年")], on=contract.since, contract=contract)
    county.record([county.client("以前")], on=contract.since - timedelta(days=1), contract=contract)
    county.record([county.client("别处")])
    group = approved(county, contract_id=contract.pk)
    clients = [county.client(name) for name in ("甲", "乙", "丙")]
    joined(county, group, clients)
    for came in (clients, clients[:2], clients[:1]):
        session = planned_session(county, group)
        held(county, session, came=came, absent=[each for each in clients if each not in came])
    sessions = 6  # person-times of the three sessions
    numbers = done(contract, county.city)
    assert numbers[:2] == [1, 1]
    assert numbers[3:] == [5, 9 + 59 + sessions, 2 + 3, 1, 2, 6]
    assert whole.number == len(numbers)
    assert drift() == 0
    assert done(contract, county.officer) == numbers
    recount_contracts()
    assert drift() == 0 and done(contract, county.city) == numbers


def test_the_tallies_follow_every_change(county: County) -> None:
    """Random changes of records, and what the database counted beside a recount after each."""
    rng = Random(7)
    contracts = [contract_of(county), contract_of(county, date(clock.today().year, 1, 1), "C-2")]
    clients = [county.client(name) for name in ("甲", "乙", "丙", "丁")]
    first = contracts[0].since - timedelta(days=30)
    for _step in range(60):
        records = list(ServiceRecord.objects.filter(voided_at=None))
        what = rng.choice(["add", "add", "move", "void", "part", "swap", "until"])
        on = first + timedelta(days=rng.randrange(700))
        if what == "add" or not records:
            chosen = rng.sample(clients, rng.randint(1, 3))
            county.record(chosen, contract=rng.choice([*contracts, None]), on=min(on, clock.today()))
            continue
        rows = ServiceRecord.objects.filter(pk=rng.choice(records).pk)
        if what == "move":
            rows.update(contract=rng.choice([*contracts, None]), served_on=min(on, clock.today()), method="G")
        elif what == "void":
            rows.update(voided_at=clock.now(), voided_by=county.worker, void_reason="重复")
        elif what == "part":
            RecordClient.objects.filter(record=rows[0]).delete()
        elif what == "swap":
            taken = set(RecordClient.objects.filter(record=rows[0]).values_list("client_id", flat=True))
            free = [each for each in clients if each.pk not in taken]
            part = RecordClient.objects.filter(record=rows[0]).first()
            if part and free:
                RecordClient.objects.filter(record=rows[0], client=part.client).update(client=free[0])
        else:
            contracts[0].until += timedelta(days=rng.choice([-40, 40]))
            contracts[0].until = min(contracts[0].until, rules.years_after(contracts[0].since, 3))
            contracts[0].save()
        assert drift() == 0, what
    assert drift() == 0


def test_many_records_at_once_count_like_single_ones(county: County) -> None:
    """Copies of all records in one statement, as a load brings them: the same persons again and again."""
    contract = contract_of(county)
    case, other = case_of(county, "王秀英"), county.client("李国强")
    county.record([case.client], contract=contract, case=case)
    county.record([case.client, other], contract=contract, on=contract.since)
    county.record([other])
    ServiceRecord.objects.filter(clients_count=2).update(method="G")
    with connection.cursor() as cursor:
        for copies in (1, 2):
            cursor.execute(
                "CREATE TEMP TABLE twin ON COMMIT DROP AS SELECT r AS old, gen_random_uuid() AS new "
                "FROM practice_servicerecord r, generate_series(1, %s)",
                [copies],
            )
            for table, key in (("practice_servicerecord", "id"), ("practice_recordclient", "record_id")):
                row = f"to_jsonb(x) || jsonb_build_object('{key}', t.new)"
                cursor.execute(
                    f"INSERT INTO {table} SELECT n.* FROM twin t JOIN {table} x ON x.{key} = (t.old).id, "
                    f"LATERAL jsonb_populate_record(NULL::{table}, {row}) n"
                )
            cursor.execute("DROP TABLE twin")
            assert drift() == 0
    assert ServiceRecord.objects.count() == 18


def test_two_files_of_one_person_count_once_when_joined(county: County) -> None:
    contract = contract_of(county)
    promised(contract, "persons", year=0)
    kept, merged = county.client("王秀英"), county.client("王秀英")
    for client in (kept, merged):
        county.record([client], contract=contract)
    assert done(contract, county.city) == [2]
    with viewing(county.head.pk) as by:
        merge.merge_clients(kept, merged, by=by, at=clock.now())
    assert done(contract, county.city) == [1] and drift() == 0


def test_who_sees_the_contract_sees_how_far_it_came_and_no_person(county: County) -> None:
    contract = contract_of(county)
    promised(contract, "persons", year=0)
    county.record([county.client("王秀英")], contract=contract)
    other = county.world.account("county", county.world.hubs["B"])
    with viewing(other.pk):
        assert progress([contract.pk]) == {}
    for account, rows in ((county.city, 1), (other, 0)):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM practice_contractwork WHERE year = 0 AND service = 0")
            assert cursor.fetchone()[0] == rows
            cursor.execute("SELECT count(*) FROM practice_contractunit WHERE kind = 'P'")
            assert cursor.fetchone()[0] == 0


def test_pace_and_course(county: County) -> None:
    begins, ends = date(2025, 1, 1), date(2026, 1, 1)
    middle = date(2025, 7, 2)
    for number, target, day, standing in (
        (10, 10, middle, Standing.REACHED), (5, 10, middle, Standing.ON_PACE), (4, 10, middle, Standing.BEHIND),
        (9, 10, ends, Standing.MISSED), (0, 10, begins, Standing.COMING), (0, 10, date(2024, 1, 1), Standing.COMING),
    ):  # fmt: skip
        assert pace_of(number, target, begins, ends, day).standing == standing
    assert pace.days_of(begins, date(2026, 7, 1), 2) == (ends, date(2026, 7, 1))
    contract = contract_of(county)
    promised(contract, "persons", 5, year=1)
    promised(contract, "persons", 1, year=2)
    promised(contract, "records", 1, year=0)
    county.record([county.client()], contract=contract)
    with viewing(county.city.pk):
        course = course_of(progress([contract.pk])[contract.pk])
    assert [row.number for row in course.rows] == [2, 3] and course.is_on_pace and course.share == 1


def test_one_query_for_any_number(county: County, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    contracts = [contract_of(county, number=f"C-{number}") for number in range(3)]
    for contract in contracts:
        promised(contract, "persons")
        promised(contract, "cases", min_sessions=2)
    with viewing(county.city.pk), django_assert_num_queries(1):
        assert len(progress([each.pk for each in contracts])) == 3
