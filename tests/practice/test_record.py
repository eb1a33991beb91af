"""Recording, correcting and voiding a service; and that tallies always equal a recount."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shegong.indicators.actions import drift
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.scope import Viewer, viewing
from shegong.practice.actions.record import correct_record, record_service, void_record
from shegong.practice.models import RecordRevision, ServiceRecord
from shegong.practice.rules.record import RecordDraft
from tests.factories import World, make_station, new_key


class Room:
    """A room with its worker, signed in, and two clients."""

    def __init__(self, world: World, key: str = "A1") -> None:
        self.station = world.rooms[key]
        self.account = world.account("worker", self.station)
        self.worker = world.worker(self.station, self.account)
        self.clients = [world.client(self.station, name) for name in ("王秀英", "李国强")]
        self.draft = RecordDraft(
            station_id=self.station.id,
            service_id=world.services["T01"].id,
            started_at=yesterday(),
            minutes=30,
            place="home",
            summary="探访独居老人，量血压，聊家常。",
            worker_ids=(self.worker.id,),
            client_ids=(self.clients[0].id,),
        )

    def record(self, draft: RecordDraft | None = None, key: object = None) -> ServiceRecord:
        with viewing(self.account.pk) as viewer:
            return record_service(key or new_key(), draft or self.draft, by=viewer, at=clock.now()).record

    def problem(self, **changes: object) -> Problem:
        with pytest.raises(Problem) as caught, viewing(self.account.pk) as viewer:
            record_service(new_key(), replace(self.draft, **changes), by=viewer, at=clock.now())
        return caught.value


def yesterday() -> datetime:
    return timezone.localtime() - timedelta(days=1)


def before_opening() -> datetime:
    return datetime(2021, 6, 1, tzinfo=timezone.get_current_timezone())


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def test_a_record_is_kept_with_its_people_and_counted(room: Room) -> None:
    record = room.record(replace(room.draft, client_ids=tuple(c.id for c in room.clients), anonymous_count=3))
    assert (record.clients_count, record.person_times, record.work_minutes) == (2, 5, 30)
    assert (record.method, record.group.code) == ("C", "older")
    assert record.participants.count() == 2 and record.givers.count() == 1
    assert drift() == []


def test_the_same_key_and_content_is_the_same_record(room: Room) -> None:
    key = new_key()
    first = room.record(key=key)
    with viewing(room.account.pk) as viewer:
        again = record_service(key, room.draft, by=viewer, at=clock.now())
    assert (again.created, again.record.id) == (False, first.id)
    assert ServiceRecord.objects.count() == 1 and drift() == []


def test_the_same_key_with_another_content_is_refused(room: Room) -> None:
    key = new_key()
    room.record(key=key)
    with pytest.raises(Problem) as caught:
        room.record(replace(room.draft, minutes=45), key)
    assert (caught.value.code, caught.value.status) == ("key_used_otherwise", 409)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"minutes": 0}, "duration_range", "minutes"),
        ({"minutes": -5}, "duration_range", "minutes"),
        ({"minutes": 25 * 60}, "duration_range", "minutes"),
        ({"summary": "  "}, "summary_missing", "summary"),
        ({"summary": "字" * 10_000_000}, "text_too_long", "summary"),
        ({"summary": "血压\0正常"}, "text_control", "summary"),
        ({"client_ids": ()}, "nobody_served", "client_ids"),
        ({"anonymous_count": -1}, "anonymous_range", "anonymous_count"),
        ({"client_ids": (new_key(),)}, "client_out_of_scope", "client_ids"),
        ({"place": "moon"}, "place_unknown", "place"),
        ({"method": "X"}, "method_unknown", "method"),
        ({"worker_ids": ()}, "no_worker", "worker_ids"),
        ({"satisfaction": 6}, "satisfaction_range", "satisfaction"),
        ({"service_id": 999_999}, "service_unknown", "service_id"),
        ({"group_id": 999}, "group_unknown", "group_id"),
        ({"contract_id": 999}, "contract_unknown", "contract_id"),
        ({"fund_id": 999}, "fund_unknown", "fund_id"),
        ({"case_id": new_key()}, "case_of_another", "case_id"),
        ({"started_at": timezone.localtime() + timedelta(days=1)}, "started_in_future", "started_at"),
        ({"started_at": before_opening()}, "station_not_running", "started_at"),
        ({"next_on": (yesterday() - timedelta(days=3)).date()}, "next_before_service", "next_on"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_its_field(room: Room, changes: dict[str, object], code: str, field: str) -> None:
    found = {(problem.code, problem.field) for problem in room.problem(**changes)}
    assert (code, field) in found
    assert ServiceRecord.objects.count() == 0


def test_a_worker_posted_elsewhere_is_refused(world: World, room: Room) -> None:
    elsewhere = world.worker(world.rooms["A2"])
    assert room.problem(worker_ids=(room.worker.id, elsewhere.id)).code == "worker_posted_elsewhere"
    from_the_town = world.worker(world.towns["A"])
    assert room.record(replace(room.draft, worker_ids=(room.worker.id, from_the_town.id))).work_minutes == 60


def test_a_client_or_station_outside_the_scope_is_refused(world: World, room: Room) -> None:
    stranger = world.client(world.rooms["A2"])
    assert room.problem(client_ids=(stranger.id,)).code == "client_out_of_scope"
    assert room.problem(station_id=world.rooms["B1"].id).code == "station_out_of_scope"


def test_emoji_and_rare_characters_stay_as_they_are(room: Room) -> None:
    text = "𠮷老师与䶮先生来访😀，很高兴。"
    assert room.record(replace(room.draft, summary=text)).summary == text


def test_who_has_no_role_for_it_may_not_record(world: World, room: Room) -> None:
    officer = world.account("county", world.hubs["A"])
    with pytest.raises(Problem) as caught, viewing(officer.pk) as viewer:
        record_service(new_key(), room.draft, by=viewer, at=clock.now())
    assert caught.value.status == 403


def corrected(room: Room, record: ServiceRecord, viewer: Viewer, **changes: object) -> ServiceRecord:
    return correct_record(record.id, replace(room.draft, **changes), "记错了", by=viewer, at=clock.now())


def test_a_correction_keeps_what_was_said_before(room: Room) -> None:
    record = room.record()
    with viewing(room.account.pk) as viewer:
        corrected(
            room,
            record,
            viewer,
            minutes=60,
            client_ids=(room.clients[1].id,),
            started_at=yesterday() - timedelta(days=400),
        )
    assert drift() == []
    revision = RecordRevision.objects.get()
    assert revision.before["minutes"] == 30 and revision.before["client_ids"] == [str(room.clients[0].id)]
    record.refresh_from_db()
    assert (record.minutes, record.revision) == (60, 1)
    assert [p.client_id for p in record.participants.all()] == [room.clients[1].id]
    with viewing(room.account.pk) as viewer:
        corrected(room, record, viewer, worker_ids=(room.worker.id,), client_ids=(), anonymous_count=12)
    assert drift() == []


def test_a_voided_record_counts_nowhere_and_stays(room: Room) -> None:
    record = room.record()
    with viewing(room.account.pk) as viewer:
        void_record(record.id, "重复录入", by=viewer, at=clock.now())
    assert drift() == [] and ServiceRecord.objects.count() == 1
    with pytest.raises(Problem) as caught, viewing(room.account.pk) as viewer:
        corrected(room, record, viewer, minutes=10)
    assert caught.value.code == "already_voided"


def test_only_the_recorder_or_the_head_corrects(world: World, room: Room) -> None:
    record = room.record()
    colleague = world.account("worker", room.station)
    with pytest.raises(Problem) as caught, viewing(colleague.pk) as viewer:
        corrected(room, record, viewer, minutes=10)
    assert caught.value.code == "may_not_correct"
    head = world.account("head", world.towns["A"])
    with viewing(head.pk) as viewer:
        assert corrected(room, record, viewer, minutes=10).minutes == 10


def test_the_statements_of_a_record_do_not_grow_with_its_people(
    world: World, room: Room, django_assert_num_queries: object
) -> None:
    draft = replace(room.draft, client_ids=tuple(c.id for c in room.clients))
    many = replace(room.draft, client_ids=tuple(world.client(room.station, f"居民{n}").id for n in range(30)))
    for each in (draft, many):
        with viewing(room.account.pk) as viewer, django_assert_num_queries(2):
            record_service(new_key(), each, by=viewer, at=clock.now())


def test_a_station_not_yet_running_takes_no_record(world: World, room: Room) -> None:
    planned = make_station(Tier.ROOM, "A19", world.towns["A"], running_since=None)
    head = world.account("head", world.towns["A"])
    worker = world.worker(world.towns["A"], head)
    draft = replace(room.draft, station_id=planned.id, client_ids=(), anonymous_count=5, worker_ids=(worker.id,))
    with pytest.raises(Problem) as caught, viewing(head.pk) as viewer:
        record_service(new_key(), draft, by=viewer, at=clock.now())
    assert caught.value.code == "station_not_running"
