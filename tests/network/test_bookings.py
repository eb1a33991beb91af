"""Booking rooms: rules, series, conflicts with what is free instead, giving back, how busy a week is."""

from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import Booking, OpeningHours, SharingAgreement, Site
from shegong.network.premises.actions.booking import TakenProblem, book, cancel
from shegong.network.premises.queries.booking import alternatives, local, month_calendar, usage
from shegong.network.premises.rules.booking import Cell, free_starts, heat, open_minutes
from shegong.network.premises.rules.site import Span
from shegong.network.scope import viewing
from tests.factories import START, World
from tests.network.premises import asked, make_area, make_booking, make_site, refused

WEEK = timedelta(days=7)


def soon(days: int = 3) -> date:
    return clock.today() + timedelta(days=days)


def test_free_starts_are_near_the_wanted_one_and_within_hours() -> None:
    day = date(2024, 5, 1)  # a Wednesday
    spans = [Span(3, 540, 720), Span(3, 840, 1080), Span(4, 0, 1440)]
    busy = [(datetime(2024, 5, 1, 10), datetime(2024, 5, 1, 11)), (datetime(2024, 5, 1, 15), datetime(2024, 5, 1, 16))]
    assert free_starts(spans, busy, day, 60, 600, 3) == [540, 660, 840]
    assert free_starts(spans, busy, day, 61, 600, 9) == [960, 990]
    assert free_starts([], busy, day, 60, 600, 3) == []


def test_the_week_in_hours() -> None:
    could = open_minutes([Span(1, 570, 690), Span(1, 840, 900)])
    assert could == {(1, 9): 30, (1, 10): 60, (1, 11): 30, (1, 14): 60}
    rows = dict(heat(could, {(1, 10): 30}))
    assert list(rows) == [9, 10, 11, 12, 13, 14]
    assert rows[10][0] == Cell(30, 60) and rows[10][0].share == 0.5 and rows[10][0].step == 3
    assert rows[12][0].share is None and rows[9][0].step == 0


@pytest.mark.django_db
def test_a_room_is_booked_and_the_same_again_changes_nothing(world: World) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    draft, key = asked(area, world.rooms["A1"], soon()), uuid7()
    with viewing(worker.pk) as by:
        (made,) = book(key, draft, by=by, at=clock.now())
        assert book(key, draft, by=by, at=clock.now()) == [made]
        with refused("key_taken", "key"):
            book(key, asked(area, world.rooms["A1"], soon(), people=3), by=by, at=clock.now())
        with refused("booking_taken", "starts"):
            book(uuid7(), asked(area, world.rooms["A1"], soon(), 660, 780), by=by, at=clock.now())
        book(uuid7(), asked(area, world.rooms["A1"], soon(), 720, 780), by=by, at=clock.now())
    assert made.hub == world.hubs["A"] and made.starts_at == local(soon(), 600)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"people": 31}, "people_many", "people"),
        ({"people": 0}, "people_range", "people"),
        ({"opens": 720, "closes": 720}, "ends_before_start", "ends"),
        ({"opens": 480}, "outside_hours", "starts"),
        ({"closes": 1100}, "outside_hours", "starts"),
        ({"title": ""}, "text_missing", "title"),
        ({"use": "x"}, "choice_unknown", "use"),
        ({"on": date(2022, 1, 5)}, "booking_past", "on"),
        ({"on": date(2122, 1, 5)}, "booking_far", "on"),
        ({"repeat": "weekly"}, "repeat_until", "until"),
        ({"repeat": "weekly", "until": date(2022, 1, 1)}, "repeat_range", "until"),
    ],
)
def test_a_wrong_booking_is_refused_at_its_field(
    world: World, changes: dict[str, object], code: str, field: str
) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    values: dict[str, object] = {"on": soon(), **changes}
    with viewing(worker.pk) as by, refused(code, field):
        book(uuid7(), asked(area, world.rooms["A1"], **values), by=by, at=clock.now())
    assert not Booking.objects.exists()


@pytest.mark.django_db
def test_who_may_book_what(world: World) -> None:
    area = make_area(make_site(world.towns["A"]))
    worker, head_b = world.account("worker", world.rooms["A1"]), world.account("head", world.towns["B"])
    with viewing(worker.pk) as by:
        with refused("not_shared", "area"):
            book(uuid7(), asked(area, world.rooms["A1"], soon()), by=by, at=clock.now())
        with refused("may_not_book", "station"):
            book(uuid7(), asked(area, world.towns["A"], soon()), by=by, at=clock.now())
    SharingAgreement.objects.create(
        site=area.site, hub=world.hubs["A"], station=world.rooms["A1"], purpose="活动", payer="free", since=START
    )
    with viewing(worker.pk) as by:
        book(uuid7(), asked(area, world.rooms["A1"], soon()), by=by, at=clock.now())
    Site.objects.update(open_to="hub")
    with viewing(head_b.pk) as by, refused("not_shared", "area"):
        book(uuid7(), asked(area, world.rooms["B1"], soon()), by=by, at=clock.now())


@pytest.mark.django_db
def test_a_series_is_all_or_nothing_unless_taken_days_are_to_be_skipped(world: World) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    make_booking(area, world.rooms["A1"], worker, local(soon() + WEEK, 660))
    series = {"repeat": "weekly", "until": soon() + 3 * WEEK}
    with viewing(worker.pk) as by:
        with pytest.raises(TakenProblem) as raised:
            book(uuid7(), asked(area, world.rooms["A1"], soon(), **series), by=by, at=clock.now())
        assert (raised.value.days, raised.value.count) == ([soon() + WEEK], 4)
        assert Booking.objects.count() == 1
        made = book(uuid7(), asked(area, world.rooms["A1"], soon(), skip_taken=True, **series), by=by, at=clock.now())
        assert [each.starts_at for each in made] == [local(soon() + n * WEEK, 600) for n in (0, 2, 3)]
        assert cancel(made[1], "改期", by=by, at=clock.now(), and_later=True) == 2
        with refused("booking_over"):
            cancel(made[1], "", by=by, at=clock.now())
        book(uuid7(), asked(area, world.rooms["A1"], soon(17)), by=by, at=clock.now())


@pytest.mark.django_db
def test_what_is_free_instead(world: World) -> None:
    worker, room = world.account("worker", world.rooms["A1"]), world.rooms["A1"]
    site, other, far = make_site(room), make_site(room, "党群中心"), make_site(world.towns["A"], "不共用")
    area, small, large = make_area(site), make_area(site, "会谈室", 4), make_area(site, "礼堂", 100)
    near, _unshared = make_area(other, "会议室", 20), make_area(far, "教室")
    make_booking(area, room, worker, local(soon(), 600))
    with viewing(worker.pk):
        found = alternatives(area, room, 10, soon(), 600, 720)
    assert [(each.opens, each.closes) for each in found if each.same_room] == [
        (720, 840), (750, 870), (780, 900), (810, 930)
    ]  # fmt: skip
    assert [each.area for each in found if not each.same_room] == [large, near]
    assert small not in [each.area for each in found]


@pytest.mark.django_db
def test_the_table_itself_refuses_a_second_booking(world: World) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    first = make_booking(area, world.rooms["A1"], worker, local(soon(), 600))
    with pytest.raises(IntegrityError, match="network_booking_never_twice"), transaction.atomic():
        make_booking(area, world.rooms["A1"], worker, local(soon(), 660))
    make_booking(area, world.rooms["A1"], worker, local(soon(), 720))
    Booking.objects.filter(pk=first.pk).update(cancelled_at=clock.now())
    make_booking(area, world.rooms["A1"], worker, local(soon(), 600))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_the_same_hour_one_gets_it(world: World) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    answers: list[str] = []

    def one() -> None:
        try:
            with viewing(worker.pk) as by:
                book(uuid7(), asked(area, world.rooms["A1"], soon()), by=by, at=clock.now())
            answers.append("booked")
        except Problem as problem:
            answers.append(problem.code)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["booked", *["booking_taken"] * 5]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 12])
def test_a_month_costs_one_query_however_full(world: World, count: int) -> None:
    worker, area = world.account("worker", world.rooms["A1"]), make_area(make_site(world.rooms["A1"]))
    first = date(2024, 5, 1)
    for number in range(count):
        make_booking(area, world.rooms["A1"], worker, local(date(2024, 5, 2 + number), 600))
    with viewing(worker.pk) as by:
        with CaptureQueriesContext(transaction.get_connection()) as queries:
            weeks = month_calendar(by, world.towns["A"], first)
        assert len(queries) == 1
        assert len(month_calendar(by, world.rooms["A1"], first)) == 5
    days = [day for week in weeks for day in week]
    assert (days[0].day, days[-1].day) == (date(2024, 4, 29), date(2024, 6, 2))
    assert [day.day.day for day in days if day.items] == [2 + number for number in range(count)]


@pytest.mark.django_db
def test_how_busy_rooms_were(world: World) -> None:
    worker, site = world.account("worker", world.rooms["A1"]), make_site(world.rooms["A1"])
    area, day = make_area(site), date(2024, 5, 5)
    make_area(site, "会议室")
    OpeningHours.objects.filter(site=site).exclude(weekday=3).delete()
    make_booking(area, world.rooms["A1"], worker, local(date(2024, 5, 1), 630), 60)  # a Wednesday, 10:30
    gone = make_booking(area, world.rooms["A1"], worker, local(date(2024, 5, 1), 840), 60)
    Booking.objects.filter(pk=gone.pk).update(cancelled_at=clock.now())
    found = usage(Site.objects.filter(pk=site.pk), day)
    rows = dict(found.hours)
    assert (found.rooms, found.booked, found.could) == (2, 60, 2 * 9 * 60 * 4)
    assert rows[10][2] == Cell(30, 480) and rows[11][2] == Cell(30, 480) and rows[14][2] == Cell(0, 480)
    assert found.idle_hours_a_week == (2 * 9 * 60 * 4 - 60) // 240
