"""The shared pool: offers, requests, bookings and proposals, and what the database refuses by itself."""

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce import tasks
from shegong.workforce.actions import pool as actions
from shegong.workforce.actions import proposal as proposals
from shegong.workforce.enums import PoolVerdict
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
    SupervisionSession,
)
from shegong.workforce.queries import pool as queries
from shegong.workforce.queries.pool_swap import swap_board
from shegong.workforce.rules.booking import RequestDraft
from shegong.workforce.rules.pool import PoolRequest, PoolSupervisor, Swap, swap
from tests.factories import World, new_key
from tests.workforce.pool import Pool, agreements_of


@pytest.fixture
def pool(world: World) -> Pool:
    return Pool(world)


def refusal(work: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as refused:
        work()
    return refused.value


def at_hour(pool: Pool, hour: int, day: int = 15) -> datetime:
    return datetime.combine(pool.month.replace(day=day), time(hour), tzinfo=timezone.get_default_timezone())


def arrange(booking: SupervisionBooking, account: Account, starts_at: datetime) -> SupervisionBooking:
    with viewing(account.pk) as viewer:
        return actions.arrange_booking(booking, starts_at, by=viewer, at=clock.now())


def booked(pool: Pool, account: Account | None = None, **more: object) -> SupervisionBooking:
    """A request of the worker's station with the near supervisor, by the city's hand."""
    request = pool.ask(account or pool.worker, **more)
    with viewing(pool.city.pk) as viewer:
        return actions.book_request(request, pool.near, by=viewer, at=clock.now())


def test_a_supervisor_offers_changes_and_withdraws(pool: Pool) -> None:
    first = pool.offer(pool.near_account, 8)
    second = pool.offer(pool.near_account, 10.5)
    assert first.pk == second.pk and SupervisionOffer.objects.get().hours == Decimal("10.5")
    with viewing(pool.near_account.pk) as viewer:
        actions.withdraw_offer(second, by=viewer, at=clock.now())
        assert queries.own_offers(viewer, pool.month) == []
    assert refusal(lambda: pool.offer(pool.worker)).status == 403
    assert refusal(lambda: pool.offer(pool.near_account, 0.3)).field == "hours"
    past = clock.today().replace(day=1) - timedelta(days=1)
    assert refusal(lambda: pool.offer(pool.near_account, month=past.replace(day=1))).field == "month"


def test_a_request_is_sent_once_and_may_be_withdrawn_while_it_waits(pool: Pool) -> None:
    key = new_key()
    made = pool.ask(pool.worker, note="想讨论一个难办的个案")
    assert made.state == "waiting" and made.worker is None
    own = pool.ask(pool.worker, of_worker=True)
    assert own.worker == pool.worker_row
    draft = RequestDraft(month=pool.month, hours=Decimal(1), topic="risk")
    with viewing(pool.worker.pk) as viewer:
        first = actions.ask_for_supervision(draft, by=viewer, at=clock.now(), key=key)
        assert actions.ask_for_supervision(draft, by=viewer, at=clock.now(), key=key).pk == first.pk
        other = RequestDraft(month=pool.month, hours=Decimal(2), topic="risk")
        assert refusal(lambda: actions.ask_for_supervision(other, by=viewer, at=clock.now(), key=key)).status == 409
        actions.withdraw_request(first, by=viewer, at=clock.now())
        assert refusal(lambda: actions.withdraw_request(first, by=viewer, at=clock.now())).status == 409
    assert refusal(lambda: pool.ask(pool.worker, 1, station=pool.world.rooms["B1"])).field == "station"
    assert refusal(lambda: pool.ask(pool.worker, speciality="group")).field == "speciality"
    assert refusal(lambda: pool.ask(pool.worker, 40)).field == "hours"
    assert refusal(lambda: pool.ask(pool.city)).status == 403


def test_a_proposal_is_computed_edited_and_published(pool: Pool) -> None:
    pool.offer(pool.near_account, 2)
    pool.offer(pool.far_account, 4)
    urgent = pool.ask(pool.worker, urgency="urgent")
    routine, theirs = pool.ask(pool.head, 2), pool.ask(pool.stranger, 2)
    left = pool.ask(pool.head, 2, speciality="group:child")
    made = pool.proposed(pool.city)
    assert (made.supervisors, made.requests, made.served, made.progress) == (2, 4, 3, 100)
    assert made.first_come_value <= made.value <= made.bound
    lines = {line.request_id: line for line in made.assignments.all()}
    assert sum(points for line in lines.values() for _name, points in line.parts) == made.value
    assert (lines[left.pk].supervisor_id, lines[left.pk].verdict) == (None, "special")

    # Edited: the urgent one is taken off whoever has it and given to the other.
    line = lines[urgent.pk]
    with viewing(pool.city.pk) as viewer:
        removed = proposals.remove_assignment(line, by=viewer, at=clock.now())
        assert (removed.supervisor_id, removed.points) == (None, 0)
        offered = {each.supervisor.pk: each for each in queries.alternatives(removed, clock.today())}
        assert offered.keys() == {pool.near.pk, pool.far.pk}
        given = proposals.reassign(removed, line.supervisor_id or 0, by=viewer, at=clock.now())
        assert given.is_pinned and given.supervisor_id == line.supervisor_id and given.barred_ids == []
        full = PoolAssignment.objects.get(request=left)
        refused = refusal(lambda: proposals.reassign(full, pool.near.pk, by=viewer, at=clock.now()))
        assert refused.field == "supervisor"
        made = proposals.publish_proposal(made, by=viewer, at=clock.now())
        assert refusal(lambda: proposals.publish_proposal(made, by=viewer, at=clock.now())).status == 409
    assert made.state == "published"
    assert SupervisionBooking.objects.filter(proposal=made, state="agreed").count() == 3
    states = dict(SupervisionRequest.objects.values_list("pk", "state"))
    assert states == {urgent.pk: "assigned", routine.pk: "assigned", theirs.pk: "assigned", left.pk: "waiting"}
    for booking in SupervisionBooking.objects.select_related("station"):
        (agreement,) = agreements_of(booking)
        assert agreement.state == "running" and agreement.since <= pool.month < agreement.until
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert verbs >= {"propose_pool", "remove_assignment", "reassign", "publish_pool", "ask_supervision"}


def test_a_pin_and_a_removal_hold_when_it_is_computed_again(pool: Pool) -> None:
    pool.offer(pool.near_account, 2)
    pool.offer(pool.far_account, 2)
    first, second = pool.ask(pool.worker), pool.ask(pool.stranger)
    made = pool.proposed(pool.city)
    lines = {line.request_id: line for line in made.assignments.all()}
    before = lines[second.pk].supervisor_id
    with viewing(pool.city.pk) as viewer:
        # Turned round by hand: the second gets the first one's supervisor, and stays there.
        proposals.remove_assignment(lines[first.pk], by=viewer, at=clock.now())
        proposals.reassign(lines[second.pk], lines[first.pk].supervisor_id or 0, by=viewer, at=clock.now())
        made = proposals.compute_again(made, by=viewer, at=clock.now())
    assert tasks.work_pool()
    made.refresh_from_db()
    again = {line.request_id: line for line in made.assignments.all()}
    assert again[second.pk].supervisor_id == lines[first.pk].supervisor_id and again[second.pk].is_pinned
    assert again[first.pk].supervisor_id == before and not again[first.pk].is_pinned
    assert made.value <= made.bound


def test_two_requests_exchange_their_supervisors(pool: Pool) -> None:
    pool.offer(pool.near_account, 2)
    pool.offer(pool.far_account, 3)
    one, other = pool.ask(pool.worker, urgency="urgent"), pool.ask(pool.stranger)
    long = pool.ask(pool.head, 1)
    made = pool.proposed(pool.city)
    lines = {line.request_id: line for line in made.assignments.select_related("supervisor")}
    first, second = lines[one.pk], lines[other.pk]
    before = {first.pk: first.supervisor_id, second.pk: second.supervisor_id}
    assert len(set(before.values())) == 2
    with viewing(pool.city.pk) as viewer:
        board = swap_board(queries.assignment_of(viewer, first.pk), clock.today())
        option = next(each for each in board.options if each.line.pk == second.pk)
        proposals.swap_supervisors(first, second.pk, by=viewer, at=clock.now())
        swapped = {each.pk: each for each in made.assignments.filter(pk__in=before)}
        assert {key: each.supervisor_id for key, each in swapped.items()} == {
            first.pk: before[second.pk], second.pk: before[first.pk]
        }  # fmt: skip
        for each in swapped.values():
            assert each.is_pinned and sum(points for _name, points in each.parts) == each.points
        now = PoolProposal.objects.get(pk=made.pk)
        assert now.value == made.value + option.gain == sum(each.points for each in made.assignments.all())
        assert now.value <= now.bound
        # The hour that is over with the far supervisor isn't enough for two.
        small = made.assignments.get(request=long)
        near_line = next(each for each in swapped.values() if each.supervisor_id == pool.near.pk)
        refused = refusal(lambda: proposals.swap_supervisors(small, near_line.pk, by=viewer, at=clock.now()))
        assert (refused.code, refused.field) == ("cannot_swap", "other")
        assert pool.near.worker.name in str(refused) or pool.far.worker.name in str(refused)
        assert refusal(lambda: proposals.swap_supervisors(small, small.pk, by=viewer, at=clock.now())).field == "other"
        assert refusal(lambda: proposals.swap_supervisors(small, 0, by=viewer, at=clock.now())).field == "other"
        proposals.remove_assignment(small, by=viewer, at=clock.now())
    assert Event.objects.filter(verb="swap_supervisors").count() == 1
    with viewing(pool.officer.pk) as viewer:
        assert queries.assignment_of(viewer, first.pk) is None
        assert refusal(lambda: proposals.swap_supervisors(first, second.pk, by=viewer, at=clock.now())).status == 404


def test_why_two_requests_can_not_exchange() -> None:
    place = (104.0, 30.6)
    older = PoolSupervisor(1, 8, frozenset({1, 2}), frozenset({"group:older"}), place)
    plain = PoolSupervisor(2, 4, frozenset({1}), frozenset(), place)
    asks = PoolRequest("a", 1, 4, 0, speciality="group:older", place=place)
    easy = PoolRequest("b", 1, 2, 1, place=place)
    away = PoolRequest("c", 2, 2, 2, place=place)
    free = {1: 0, 2: 2}
    assert swap((older, asks), (plain, easy), free) == Swap(refused=2, verdict=PoolVerdict.NO_SPECIALITY)
    assert swap((older, away), (plain, easy), free) == Swap(refused=2, verdict=PoolVerdict.OUT_OF_REACH)
    assert swap((plain, easy), (older, away), free) == Swap(refused=2, verdict=PoolVerdict.OUT_OF_REACH)
    heavy = PoolRequest("d", 1, 4, 3, place=place)
    assert swap((older, easy), (plain, heavy), free) == Swap(refused=1, verdict=PoolVerdict.FULL)
    done = swap((older, heavy), (plain, easy), free)
    assert [(each.request, each.supervisor) for each in done.pairings] == [("d", 2), ("b", 1)]
    assert done.points == sum(each.points for each in done.pairings) and done.verdict is None


def test_a_county_plans_its_own_only(pool: Pool) -> None:
    pool.offer(pool.near_account)
    pool.offer(pool.far_account)
    mine, theirs = pool.ask(pool.worker), pool.ask(pool.stranger)
    made = pool.proposed(pool.officer)
    assert {line.request_id for line in made.assignments.all()} == {mine.pk} and made.supervisors == 1
    with viewing(pool.other_officer.pk) as viewer:
        assert queries.proposal_file(viewer, made.pk) is None
        assert refusal(lambda: proposals.publish_proposal(made, by=viewer, at=clock.now())).status == 404
    with viewing(pool.city.pk) as viewer:
        assert queries.proposal_file(viewer, made.pk) is not None
        assert refusal(lambda: proposals.publish_proposal(made, by=viewer, at=clock.now())).status == 403
    with viewing(pool.worker.pk) as viewer:
        assert refusal(lambda: proposals.propose(pool.month, by=viewer, at=clock.now())).status == 403
    with viewing(pool.officer.pk) as viewer:
        assert refusal(lambda: proposals.propose(pool.month, by=viewer, at=clock.now())).code == "proposal_in_work"
        proposals.drop_proposal(made, by=viewer, at=clock.now())
        assert proposals.propose(pool.month, by=viewer, at=clock.now()).state == "queued"
    assert theirs.state == "waiting"


def test_what_changed_meanwhile_is_passed_over_or_refused(pool: Pool) -> None:
    pool.offer(pool.near_account, 4)
    gone, kept = pool.ask(pool.worker), pool.ask(pool.head)
    made = pool.proposed(pool.city)
    with viewing(pool.worker.pk) as viewer:
        actions.withdraw_request(gone, by=viewer, at=clock.now())
    pool.offer(pool.near_account, 1)
    with viewing(pool.city.pk) as viewer:
        refused = refusal(lambda: proposals.publish_proposal(made, by=viewer, at=clock.now()))
    assert (refused.code, refused.status) == ("hours_gone", 409)
    assert not SupervisionBooking.objects.exists() and PoolProposal.objects.get().state == "ready"
    pool.offer(pool.near_account, 2)
    with viewing(pool.city.pk) as viewer:
        proposals.publish_proposal(made, by=viewer, at=clock.now())
    assert list(SupervisionBooking.objects.values_list("request_id", flat=True)) == [kept.pk]


def test_a_booking_gets_a_time_and_becomes_a_session(pool: Pool) -> None:
    pool.offer(pool.near_account)
    booking = booked(pool)
    assert refusal(lambda: arrange(booking, pool.worker, at_hour(pool, 9))).status == 403
    assert (
        refusal(lambda: arrange(booking, pool.near_account, at_hour(pool, 9) - timedelta(days=40))).field == "starts_at"
    )
    held = arrange(booking, pool.near_account, at_hour(pool, 9))
    session = held.session
    assert session is not None and (session.state, session.ends_at - session.starts_at) == (
        "planned",
        timedelta(hours=2),
    )
    assert {each.worker_id for each in session.attendees.all()} == {pool.worker_row.pk}
    assert refusal(lambda: arrange(booking, pool.near_account, at_hour(pool, 14))).status == 409


def test_nobody_is_booked_in_two_places_at_a_time(pool: Pool) -> None:
    pool.offer(pool.near_account)
    first, second = booked(pool), booked(pool, pool.head)
    arrange(first, pool.near_account, at_hour(pool, 9))
    refused = refusal(lambda: arrange(second, pool.near_account, at_hour(pool, 10)))
    assert (refused.code, refused.field, refused.status) == ("twice_at_a_time", "starts_at", 409)
    assert arrange(second, pool.near_account, at_hour(pool, 11)).state == "booked"


def test_the_database_refuses_double_booking_and_too_many_hours_by_itself(pool: Pool) -> None:
    pool.offer(pool.near_account, 4)
    booking, other = booked(pool), pool.ask(pool.head)
    arrange(booking, pool.near_account, at_hour(pool, 9))
    copy = (
        "INSERT INTO workforce_supervisionbooking (id, request_id, supervisor_id, hub_id, station_id, worker_id, "
        "month, hours, state, starts_at, ends_at, booked_at, cancel_reason, frees_hours) SELECT gen_random_uuid(), "
        "r.id, %s, r.hub_id, r.station_id, r.worker_id, r.month, r.hours, %s, %s, %s, now(), '', false "
        "FROM workforce_supervisionrequest r WHERE r.id = %s"
    )

    def refused(*values: object, statement: str = copy) -> str:
        with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
        cause = error.value.__cause__
        assert isinstance(cause, psycopg.Error)
        return str(cause.diag.constraint_name)

    nine, eleven = at_hour(pool, 9), at_hour(pool, 11)
    near = pool.near.pk
    assert refused(near, "booked", nine, eleven, other.pk) == "workforce_booking_one_place_at_a_time"
    late = at_hour(pool, 9) + timedelta(days=40)
    assert refused(near, "booked", late, late + timedelta(hours=1), other.pk) == "workforce_booking_within_month"
    own = pool.ask(pool.worker, 1, of_worker=True)
    assert refused(near, "agreed", None, None, booking.request_id) == "workforce_booking_one_for_a_request"
    assert refused(pool.worker_row.pk, "agreed", None, None, own.pk) == "workforce_booking_within_offer"
    assert refused(pool.far.pk, "agreed", None, None, other.pk) == "workforce_booking_within_offer"
    longer = pool.ask(pool.worker, 3)
    assert refused(near, "agreed", None, None, longer.pk) == "workforce_booking_within_offer"
    for change, name in (
        ("UPDATE workforce_supervisionoffer SET hours = 1", "workforce_offer_covers_bookings"),
        ("UPDATE workforce_supervisionoffer SET withdrawn_at = now()", "workforce_offer_covers_bookings"),
        ("UPDATE workforce_supervisionoffer SET month = month + 31", "workforce_offer_same_month"),
        ("UPDATE workforce_supervisionrequest SET hours = 5", "workforce_request_stands"),
        ("UPDATE workforce_supervisionbooking SET hours = 1", "workforce_booking_as_requested"),
        ("UPDATE workforce_supervisionoffer SET hours = 5.3", "workforce_offer_half_hours"),
    ):
        assert refused(statement=change) == name


def test_a_cancellation_moves_the_waiting_list_up(pool: Pool) -> None:
    pool.offer(pool.near_account, 2)
    booking = arrange(booked(pool), pool.near_account, at_hour(pool, 9))
    pool.ask(pool.head)
    urgent = pool.ask(pool.stranger, urgency="urgent")
    too_long = pool.ask(pool.head, 3, urgency="urgent")
    with viewing(pool.worker.pk) as viewer:
        assert refusal(lambda: actions.cancel_booking(booking, " ", by=viewer, at=clock.now())).field == "reason"
        actions.cancel_booking(booking, "督导当天请假", by=viewer, at=clock.now())
    assert SupervisionSession.objects.get().state == "cancelled"
    assert tasks.work_pool() and not tasks.work_pool()
    new = SupervisionBooking.objects.get(state="agreed")
    assert (new.request_id, new.supervisor_id) == (urgent.pk, pool.near.pk)
    assert SupervisionRequest.objects.get(pk=booking.request_id).state == "waiting"
    assert SupervisionRequest.objects.get(pk=too_long.pk).state == "waiting"
    assert Event.objects.filter(verb="move_up", account_id=None).count() == 1


def test_a_session_cancelled_by_itself_leaves_its_booking_without_a_time(pool: Pool) -> None:
    pool.offer(pool.near_account)
    booking = arrange(booked(pool), pool.near_account, at_hour(pool, 9))
    with viewing(pool.near_account.pk):
        SupervisionSession.objects.filter(pk=booking.session_id).update(state="cancelled", cancel_reason="停电")
    booking.refresh_from_db()
    assert (booking.state, booking.starts_at, booking.session_id) == ("agreed", None, None)
    assert arrange(booking, pool.near_account, at_hour(pool, 9)).state == "booked"


def test_who_asked_may_give_up_and_a_stranger_may_not_cancel(pool: Pool) -> None:
    pool.offer(pool.near_account)
    booking = booked(pool)
    with viewing(pool.stranger.pk) as viewer:
        assert refusal(lambda: actions.cancel_booking(booking, "不相干", by=viewer, at=clock.now())).status == 404
    with viewing(pool.worker.pk) as viewer:
        actions.cancel_booking(booking, "已经解决", gives_up=True, by=viewer, at=clock.now())
    assert SupervisionRequest.objects.get().state == "withdrawn"


def test_the_wall_shows_each_what_concerns_them(pool: Pool) -> None:
    pool.offer(pool.near_account)
    own = pool.ask(pool.worker, of_worker=True)
    station = pool.ask(pool.head)

    def seen(account: Account, model: type = SupervisionRequest) -> set[object]:
        with viewing(account.pk):
            return set(model.objects.values_list("pk", flat=True))

    assert seen(pool.worker) == {own.pk}  # not the town's, which is above
    assert seen(pool.head) == {own.pk, station.pk} == seen(pool.officer) == seen(pool.city)
    # A colleague's own request is a colleague's own.
    for account in (pool.colleague, pool.stranger, pool.other_officer, pool.near_account, pool.far_account):
        assert seen(account) == set()
    with viewing(pool.city.pk) as viewer:
        booking = actions.book_request(own, pool.near, by=viewer, at=clock.now())
    assert seen(pool.near_account) == {own.pk}
    assert seen(pool.near_account, SupervisionBooking) == {booking.pk} == seen(pool.worker, SupervisionBooking)
    assert seen(pool.far_account, SupervisionBooking) == set() == seen(pool.colleague, SupervisionBooking)
    made = pool.proposed(pool.city)
    assert seen(pool.city, PoolProposal) == {made.pk} and seen(pool.officer, PoolProposal) == set()
    assert seen(pool.head, PoolAssignment) == set()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_can_not_both_get_the_last_hours(world: World) -> None:
    pool = Pool(world)
    pool.offer(pool.near_account, 2)
    requests = [pool.ask(pool.worker), pool.ask(pool.head), pool.ask(pool.stranger)]
    begin, results = threading.Barrier(3), []

    def book(request: SupervisionRequest) -> None:
        try:
            begin.wait()
            with viewing(pool.city.pk) as viewer:
                actions.book_request(request, pool.near, by=viewer, at=clock.now())
            results.append("booked")
        except Problem as problem:
            results.append(problem.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=book, args=(each,)) for each in requests]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(results) == ["beyond_offer", "beyond_offer", "booked"]
    assert SupervisionBooking.objects.count() == 1


def test_a_proposal_whose_maker_dies_is_given_up_after_three_attempts(pool: Pool) -> None:
    with viewing(pool.city.pk) as viewer:
        made = proposals.propose(pool.month, by=viewer, at=clock.now())
    past = clock.now() - timedelta(seconds=1)
    PoolProposal.objects.update(state="running", attempts=3, leased_until=past)
    assert not tasks.work_pool()
    made.refresh_from_db()
    assert made.state == "failed"
    with viewing(pool.city.pk) as viewer:
        proposals.compute_again(made, by=viewer, at=clock.now())
    assert tasks.work_pool()
    made.refresh_from_db()
    assert (made.state, made.requests, made.value, made.bound) == ("ready", 0, 0, 0)


def test_the_market_is_read_in_two_queries_whatever_its_size(pool: Pool, django_assert_num_queries: Callable) -> None:
    pool.offer(pool.near_account)
    for count in (1, 4):
        for _each in range(count):
            pool.ask(pool.worker)
        with viewing(pool.city.pk) as viewer:
            hub = queries.pool_hub(viewer)
            assert hub is not None
            with django_assert_num_queries(2):
                queries.pool_supervisors(hub, pool.month)
                queries.pool_requests(hub, pool.month, clock.today())
