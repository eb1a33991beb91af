"""Postings: never more than full time, never twice at a station, never where nobody works. The database holds it."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.actions import change_stage
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.actions.posting import cancel_posting, change_posting, post
from shegong.workforce.actions.worker import transfer
from shegong.workforce.models import Posting, Worker
from shegong.workforce.rules.posting import PostingDraft, Term, heaviest, load_problem
from tests.factories import START, World, make_station

DAY = date(2023, 1, 1)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def county(world: World) -> Account:
    return world.account("county", world.hubs["A"])


def half(since: date = DAY, until: date | None = None, share: int = 50, role: str = "worker") -> PostingDraft:
    return PostingDraft(role=role, share=share, since=since, until=until)


def posted(by: Account, worker: Worker, station: Station, draft: PostingDraft, **more: Any) -> Posting:
    with viewing(by.pk) as viewer:
        return post(worker, station, draft, by=viewer, **more)


def refused(by: Account, worker: Worker, station: Station, draft: PostingDraft) -> tuple[str, str | None]:
    with pytest.raises(Problem) as raised, viewing(by.pk) as viewer:
        post(worker, station, draft, by=viewer)
    return raised.value.code, raised.value.field


def half_timer(world: World) -> Worker:
    worker = world.worker(world.rooms["A1"])
    worker.postings.update(share=50)
    return worker


def test_two_halves_make_a_whole_and_no_more(world: World, county: Account) -> None:
    worker = half_timer(world)
    made = posted(county, worker, world.rooms["A2"], half())
    assert (made.share, made.hub_id, worker.postings.count()) == (50, world.hubs["A"].pk, 2)
    assert Event.objects.filter(verb="post_worker", station_id=world.rooms["A2"].pk).count() == 1
    assert refused(county, worker, world.towns["A"], half(share=1)) == ("beyond_full_time", "share")
    assert refused(county, worker, world.rooms["A2"], half(until=DAY + timedelta(days=9))) == (
        "posted_already",
        "since",
    )


def test_a_period_before_the_other_one_is_free(world: World, county: Account) -> None:
    worker = half_timer(world)
    posted(county, worker, world.rooms["A2"], half())
    posted(county, worker, world.towns["A"], half(START, DAY))
    assert refused(county, worker, world.hubs["A"], half(START, DAY + timedelta(days=1), 1))[0] == "beyond_full_time"


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (half(share=0), ("share_range", "share")),
        (half(share=101), ("share_range", "share")),
        (half(role="king"), ("role_unknown", "role")),
        (half(until=DAY), ("until_before_since", "until")),
    ],
)
def test_what_no_posting_is(
    world: World, county: Account, draft: PostingDraft, expected: tuple[str, str | None]
) -> None:
    assert refused(county, half_timer(world), world.rooms["A2"], draft) == expected


def test_not_before_the_station_opened_nor_before_the_worker_came(world: World, county: Account) -> None:
    with pytest.raises(Problem) as raised, viewing(county.pk) as viewer:
        post(half_timer(world), world.rooms["A2"], half(since=START - timedelta(days=1)), by=viewer)
    assert [each.code for each in raised.value] == ["station_not_open", "before_hired"]


def test_only_open_stations_have_postings(world: World, county: Account) -> None:
    worker, planned = (
        half_timer(world),
        make_station(Tier.ROOM, "A19", world.towns["A"], running_since=None),
    )
    planned.stages.create(stage="planned", since=START)
    assert refused(county, worker, planned, half()) == ("station_not_open", "station")
    stage = world.rooms["A2"].stages.get()
    stage.until = date(2024, 1, 1)
    stage.save()
    world.rooms["A2"].stages.create(stage="closed", since=date(2024, 1, 1))
    assert refused(county, worker, world.rooms["A2"], half()) == ("station_closed", "station")
    posted(county, worker, world.rooms["A2"], half(until=date(2024, 1, 1)))


def test_closing_a_station_ends_its_postings(world: World, county: Account) -> None:
    worker, room = half_timer(world), world.rooms["A1"]
    guest = world.worker(world.rooms["A2"])
    guest.postings.update(share=50)
    posted(county, guest, room, half(date(2024, 6, 1)))
    with viewing(county.pk) as viewer:
        change_stage(room, "closed", date(2024, 1, 1), "撤并", by=viewer, today=clock.today())
    assert worker.postings.get().until == date(2024, 1, 1)
    assert guest.postings.get().station == world.rooms["A2"]  # what would have begun later never does


def test_a_leader_posts_at_the_own_stations_only(world: World, county: Account) -> None:
    worker = half_timer(world)
    assert refused(county, worker, world.rooms["B1"], half()) == ("station_not_yours", "station")
    head = world.account("head", world.towns["A"])
    posted(head, worker, world.rooms["A2"], half(share=10))
    assert refused(head, worker, world.hubs["A"], half(share=10)) == ("station_not_yours", "station")
    colleague = world.account("worker", world.rooms["A1"])
    assert refused(colleague, worker, world.rooms["A2"], half(share=10)) == ("worker_not_yours", None)


def test_postings_beyond_the_county_count_though_nobody_here_made_them(world: World, county: Account) -> None:
    worker = half_timer(world)
    city = world.account("city", world.centre)
    posted(city, worker, world.rooms["B1"], half())
    assert refused(county, worker, world.rooms["A2"], half(share=1)) == ("beyond_full_time", "share")
    with viewing(world.account("county", world.hubs["B"]).pk):
        assert [each.pk for each in Worker.objects.all()] == [worker.pk]
        assert Posting.objects.count() == 2  # whoever sees a worker sees where else the worker is


def test_the_same_key_posts_once(world: World, county: Account) -> None:
    worker = half_timer(world)
    made = posted(county, worker, world.rooms["A2"], half())
    assert posted(county, worker, world.rooms["A2"], half(), key=made.key).pk == made.pk
    with pytest.raises(Problem, match="编号"):
        posted(county, worker, world.rooms["A2"], half(share=20), key=made.key)


def test_changing_and_taking_back(world: World, county: Account) -> None:
    worker = half_timer(world)
    made = posted(county, worker, world.rooms["A2"], half())
    ahead = clock.today() + timedelta(days=30)
    with viewing(county.pk) as viewer:
        change_posting(made, "head", 50, ahead, by=viewer)
        with pytest.raises(Problem, match="工时占比合计"):
            change_posting(made, "head", 60, ahead, by=viewer)
        with pytest.raises(Problem, match="已经开始"):
            cancel_posting(made, by=viewer, today=clock.today())
        next_one = post(worker, world.towns["A"], half(ahead), by=viewer)
        cancel_posting(next_one, by=viewer, today=clock.today())
    made.refresh_from_db()
    assert (made.role, made.until, worker.postings.count()) == ("head", ahead, 2)


def raw(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


INSERT = (
    "INSERT INTO workforce_posting (worker_id, station_id, hub_id, role, share, since, until) "
    "VALUES (%s, %s, %s, 'worker', %s, %s, %s)"
)


def test_the_database_refuses_by_itself(world: World) -> None:
    worker, hub = half_timer(world), world.hubs["A"].pk
    there = world.rooms["A2"].pk
    with pytest.raises(IntegrityError, match="full_time_at_most"):
        raw(INSERT, worker.pk, there, hub, 51, DAY, None)
    with pytest.raises(IntegrityError, match="its_station_s_hub"):
        raw(INSERT, worker.pk, there, world.hubs["B"].pk, 10, DAY, None)
    with pytest.raises(IntegrityError, match="at_an_open_station"):
        raw(INSERT, worker.pk, there, hub, 10, START - timedelta(days=1), None)
    with pytest.raises(IntegrityError, match="once_at_a_time"):
        raw(INSERT, worker.pk, world.rooms["A1"].pk, hub, 10, DAY, None)
    raw(INSERT, worker.pk, there, hub, 50, DAY, None)
    with pytest.raises(IntegrityError, match="full_time_at_most"):
        raw("UPDATE workforce_posting SET share = share + 1 WHERE worker_id = %s", worker.pk)
    with pytest.raises(IntegrityError, match="ends_with_the_service"):
        raw("UPDATE workforce_worker SET until = %s WHERE id = %s", DAY, worker.pk)
    raw("UPDATE workforce_posting SET until = %s WHERE worker_id = %s", date(2024, 1, 1), worker.pk)
    raw("UPDATE workforce_worker SET until = %s WHERE id = %s", date(2024, 1, 1), worker.pk)
    with pytest.raises(IntegrityError, match="ends_with_the_service"):
        raw(INSERT, worker.pk, world.towns["A"].pk, hub, 10, date(2024, 2, 1), None)


def test_only_leaders_write_even_by_raw_sql(world: World, county: Account) -> None:
    worker = half_timer(world)
    here = (worker.pk, world.rooms["A2"].pk, world.hubs["A"].pk, 10, DAY, None)
    worker.account = world.account("worker", world.rooms["A1"])
    worker.save()
    for account in (worker.account, world.account("county", world.hubs["B"]), world.account("dpo", world.centre)):
        with viewing(account.pk):
            with pytest.raises(Exception, match="row-level security"):
                raw(INSERT, *here)
            raw("UPDATE workforce_posting SET share = 1")
            raw("UPDATE workforce_worker SET name = 'x'")
            raw("DELETE FROM workforce_posting")
    worker.refresh_from_db()
    assert (worker.postings.get().share, worker.name == "x") == (50, False)
    with viewing(county.pk):
        raw(INSERT, *here)
        raw("DELETE FROM workforce_posting WHERE worker_id = %s", worker.pk)  # what has begun stays
    assert worker.postings.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_make_more_than_a_whole() -> None:
    """Both see a half-timer with nothing else; the second one waits for the first one's commit and is refused."""
    world = World()
    worker = half_timer(world)
    first_wrote = threading.Event()
    outcome: list[object] = []
    rooms = [world.rooms["A2"], world.towns["A"]]

    def second() -> None:
        first_wrote.wait(10)
        try:
            raw(INSERT, worker.pk, rooms[1].pk, worker.hub_id, 50, DAY, None)
            outcome.append("written")
        except IntegrityError as error:
            outcome.append("full_time_at_most" in str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        raw(INSERT, worker.pk, rooms[0].pk, worker.hub_id, 50, DAY, None)
        first_wrote.set()
        with connection.cursor() as cursor:
            for _round in range(200):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
                cursor.execute("SELECT pg_sleep(0.02)")
            else:
                raise AssertionError("the second one didn't wait")
    thread.join(10)
    assert outcome == [True]
    assert sum(worker.postings.values_list("share", flat=True)) == 100


DAYS = st.integers(0, 40).map(lambda number: DAY + timedelta(days=number))


@st.composite
def drafts(draw: st.DrawFn) -> tuple[int, PostingDraft]:
    since = draw(DAYS)
    until = draw(st.none() | st.integers(1, 30).map(lambda days: since + timedelta(days=days)))
    return draw(st.integers(0, 3)), half(since, until, draw(st.sampled_from([20, 30, 50, 70, 100])))


def loads(worker: Worker) -> list[tuple[int, int]]:
    """For each day the sum of shares, and how often the most frequent station comes."""
    terms = list(worker.postings.values_list("station_id", "share", "since", "until"))
    found = []
    for number in range(80):
        day = DAY + timedelta(days=number)
        now = [term for term in terms if term[2] <= day and (term[3] is None or day < term[3])]
        places = [term[0] for term in now]
        found.append((sum(term[1] for term in now), max(map(places.count, places), default=0)))
    return found


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(drafts(), min_size=2, max_size=9), st.booleans())
def test_random_postings_never_overlap_nor_exceed_full_time(wanted: list[tuple[int, PostingDraft]], bare: bool) -> None:
    """Through the action, and by raw SQL past all rules: what gets in is the same, and never too much."""
    with transaction.atomic():
        world = World()
        worker = world.worker(world.rooms["A1"])
        worker.postings.all().delete()
        places = [world.rooms["A1"], world.rooms["A2"], world.towns["A"], world.hubs["A"]]
        county = world.account("county", world.hubs["A"])
        accepted: list[Term] = []
        for number, draft in wanted:
            place = places[number]
            is_good = load_problem(draft, place.pk, accepted) is None
            try:
                if bare:
                    raw(INSERT, worker.pk, place.pk, place.hub_id, draft.share, draft.since, draft.until)
                else:
                    posted(county, worker, place, draft)
                assert is_good
                accepted.append(Term(place.pk, draft.share, draft.since, draft.until))
            except (IntegrityError, Problem):
                assert not is_good
        assert all(load <= 100 and times <= 1 for load, times in loads(worker))
        transaction.set_rollback(True)


def test_the_heaviest_day_is_the_first_of_its_load() -> None:
    terms = [Term(1, 40, DAY), Term(2, 40, DAY + timedelta(days=5), DAY + timedelta(days=9))]
    assert heaviest(terms, DAY, None) == (80, DAY + timedelta(days=5))
    assert heaviest(terms, DAY + timedelta(days=9), None) == (40, DAY + timedelta(days=9))
    assert heaviest([], DAY, None) == (0, DAY)


def test_a_transfer_ends_one_posting_and_begins_another(world: World, county: Account) -> None:
    worker = world.worker(world.rooms["A1"])
    with viewing(county.pk) as viewer:
        made = transfer(worker, world.towns["A"], half(share=100), by=viewer, today=clock.today())
    worker.refresh_from_db()
    assert (worker.station, made.since) == (world.towns["A"], DAY)
    assert list(worker.postings.order_by("since").values_list("station__key", "since", "until")) == [
        ("A11", START, DAY),
        ("A1", DAY, None),
    ]
    with viewing(county.pk) as viewer, pytest.raises(Problem, match="已在这个站点"):
        transfer(worker, world.towns["A"], half(), by=viewer, today=clock.today())
    with viewing(county.pk) as viewer, pytest.raises(Problem, match="到岗的日期"):
        transfer(worker, world.rooms["A1"], half(DAY), by=viewer, today=clock.today())


def test_a_transfer_across_counties_takes_the_city(world: World, county: Account) -> None:
    worker = world.worker(world.rooms["A1"])
    worker.credentials.create(level="assistant", number="N1", issued_on=START, hub_id=worker.hub_id)
    with viewing(county.pk) as viewer, pytest.raises(Problem, match="不能为这个站点"):
        transfer(worker, world.rooms["B1"], half(), by=viewer, today=clock.today())
    with viewing(world.account("city", world.centre).pk) as viewer:
        transfer(worker, world.rooms["B1"], half(), by=viewer, today=clock.today())
    worker.refresh_from_db()
    assert (worker.hub, worker.credentials.get().hub) == (world.hubs["B"], world.hubs["B"])


def test_a_transfer_to_where_one_is_posted_already_goes_on_there(world: World, county: Account) -> None:
    worker = half_timer(world)
    posted(county, worker, world.rooms["A2"], half())
    later = DAY + timedelta(days=100)
    with viewing(county.pk) as viewer:
        transfer(worker, world.rooms["A2"], half(later, share=100), by=viewer, today=clock.today())
    shares = list(
        worker.postings.order_by("station__key", "since").values_list("station__key", "share", "since", "until")
    )
    assert shares == [("A11", 50, START, later), ("A12", 50, DAY, later), ("A12", 100, later, None)]
