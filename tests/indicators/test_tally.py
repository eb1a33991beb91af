"""The tallies equal a recount, whatever is done, by whoever at once; and a bulk load pays by group."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.indicators.actions import drift, recount
from shegong.indicators.models import Tally
from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.practice.actions.record import correct_record, record_service, void_record
from shegong.practice.models import Case, RecordClient, ServiceRecord
from tests.factories import World, close, new_key
from tests.practice.test_record import Room

DAYS = [date(2024, 1, 1), date(2024, 1, 31), date(2024, 3, 31), date(2024, 4, 1), date(2025, 1, 1)]


def at_noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


steps = st.lists(
    st.tuples(
        st.sampled_from(["record", "correct", "void", "move"]),
        st.sampled_from(DAYS),
        st.sets(st.integers(0, 2), max_size=3),
        st.integers(0, 2),
        st.sampled_from(["T01", "T02"]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_after_any_sequence_of_writes_nothing_drifts(world: World, steps: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        rooms = [Room(world, key) for key in ("A1", "A2")]
        head = world.account("head", world.towns["A"])
        clients = [*rooms[0].clients, rooms[1].clients[0]]
        made: list[ServiceRecord] = []
        for verb, day, people, anonymous, service, pick in steps:
            room = rooms[int(pick) % 2]
            draft = replace(
                room.draft,
                started_at=at_noon(day),
                service_id=world.services[service].id,
                client_ids=tuple(clients[n].id for n in people),
                anonymous_count=anonymous if people else anonymous + 1,
            )
            with viewing(head.pk) as viewer:
                target = made[int(pick) % len(made)] if made else None
                if verb == "record" or target is None:
                    made.append(record_service(new_key(), draft, by=viewer, at=clock.now()).record)
                elif verb == "void" and target.voided_at is None:
                    made[made.index(target)] = void_record(target.id, "错", by=viewer, at=clock.now())
                elif verb == "correct" and target.voided_at is None:
                    draft = replace(draft, station_id=target.station_id, worker_ids=worker_of(rooms, target))
                    correct_record(target.id, draft, "更正", by=viewer, at=clock.now())
            if verb == "move":
                move_participations(clients[0].id, clients[1].id)
        assert drift() == []
        kept = set(
            Tally.objects.exclude(records=0, persons=0).values_list(
                "unit", "kind", "starts_on", "facet", "facet_id", "records", "persons"
            )
        )
        recount()
        assert kept == set(
            Tally.objects.values_list("unit", "kind", "starts_on", "facet", "facet_id", "records", "persons")
        )
        transaction.set_rollback(True)


def worker_of(rooms: list[Room], record: ServiceRecord) -> tuple[int, ...]:
    return tuple(room.worker.id for room in rooms if room.station.id == record.station_id)


def move_participations(source: object, target: object) -> None:
    """As merging two files does: participations go over, except where both took part."""
    both = RecordClient.objects.filter(client_id=target).values("record_id")
    RecordClient.objects.filter(client_id=source).exclude(record_id__in=both).update(client_id=target)


def test_cases_count_when_opened_and_when_closed(world: World) -> None:
    room = Room(world)
    case = Case.objects.create(
        hub_id=room.station.hub_id,
        station=room.station,
        client=room.clients[0],
        number="C-1",
        group=world.groups["older"],
        worker=room.worker,
        problem="孤独",
        opened_on=date(2024, 1, 5),
        opened_by=room.account,
    )
    assert drift() == []
    close(case, date(2024, 6, 1), room.account)
    assert drift() == []
    months = Tally.objects.filter(unit=room.station.hub_id, kind=1, facet=0).exclude(cases_opened=0, cases_closed=0)
    assert list(months.order_by("starts_on").values_list("starts_on", "cases_opened", "cases_closed")) == [
        (date(2024, 1, 1), 1, 0),
        (date(2024, 6, 1), 0, 1),
    ]


def test_a_bulk_load_is_one_statement_for_the_tallies(world: World) -> None:
    room = Room(world)
    with viewing(room.account.pk) as viewer:
        first = record_service(new_key(), room.draft, by=viewer, at=clock.now()).record
    columns = [f.column for f in ServiceRecord._meta.concrete_fields if f.column != "id"]
    listed = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO practice_servicerecord (id, {listed}) SELECT uuidv7(), {listed} FROM practice_servicerecord, "
            "generate_series(1, 500) WHERE id = %s",
            [first.id],
        )
    assert ServiceRecord.objects.count() == 501
    assert drift() == []


def in_parallel(tasks: list[Callable[[], None]]) -> list[BaseException]:
    failures: list[BaseException] = []

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_the_same_people_never_drift_nor_deadlock() -> None:
    world = World()
    rooms = [Room(world, key) for key in ("A1", "A2", "B1", "B2")]
    shared = [world.client(world.rooms["A1"], f"居民{n}") for n in range(4)]

    def writer(number: int) -> Callable[[], None]:
        def work() -> None:
            room = rooms[number % 4]
            here = shared if number % 4 == 0 else room.clients
            for turn in range(6):
                people = tuple(c.id for c in (here if turn % 2 else here[::-1]))
                draft = replace(room.draft, client_ids=people, started_at=at_noon(DAYS[turn % len(DAYS)]))
                with viewing(room.account.pk) as viewer:
                    record = record_service(new_key(), draft, by=viewer, at=clock.now()).record
                with viewing(room.account.pk) as viewer:
                    if turn % 3 == 1:
                        void_record(record.id, "错", by=viewer, at=clock.now())
                    elif turn % 3 == 2:
                        later = replace(draft, client_ids=people[:1], started_at=draft.started_at + timedelta(days=40))
                        correct_record(record.id, later, "更正", by=viewer, at=clock.now())

        return work

    assert in_parallel([writer(number) for number in range(8)]) == []
    assert ServiceRecord.objects.count() == 48
    assert drift() == []


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_transaction_leaves_nothing() -> None:
    world = World()
    room = Room(world)
    with pytest.raises(KeyboardInterrupt), viewing(room.account.pk) as viewer:
        record_service(new_key(), room.draft, by=viewer, at=clock.now())
        raise KeyboardInterrupt
    assert ServiceRecord.objects.count() == 0 and drift() == []
    assert not Tally.objects.exclude(records=0).exists()
