"""Courses and the ledger of hours: places never oversold, attendance that becomes hours, hours that are checked."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import Brought
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.actions import course as courses
from shegong.workforce.actions import learning as actions
from shegong.workforce.models import Course, Enrolment, LearningEntry, Worker
from shegong.workforce.queries import credential as queries
from shegong.workforce.queries.learning import course_file, moved_up
from shegong.workforce.rules.learning import CourseDraft, LearningDraft
from tests.factories import START, World, new_key
from tests.workforce.conftest import Staff
from tests.workforce.qualifications import make_course, photo

TRAINING = LearningDraft("training", "危机介入", START, 8, "省社工协会")


def report(account: Account, worker: Worker, draft: LearningDraft = TRAINING, **more: Any) -> LearningEntry:
    with viewing(account.pk) as viewer:
        return actions.report_learning(draft, worker, by=viewer, at=clock.now(), **more)


def refused(step: Callable[[], object]) -> list[tuple[str, str | None]]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        step()
    return [(each.code, each.field) for each in caught.value]


def enrol(account: Account, course: Course, worker: Worker) -> Enrolment:
    with viewing(account.pk) as viewer:
        return courses.enrol(course, worker, by=viewer, at=clock.now())


def counted(worker: Worker) -> int:
    with viewing(worker.account_id or 0):
        return queries.hours_since(worker.pk, START)


def test_reported_hours_count_once_they_were_checked(staff: Staff) -> None:
    entry = report(staff.account, staff.worker)
    assert (entry.state, counted(staff.worker)) == ("waiting", 0)
    with viewing(staff.account.pk) as viewer:
        assert refused(lambda: actions.approve_learning(entry, by=viewer, at=clock.now())) == [("own_request", None)]
    with viewing(staff.head.pk) as viewer:
        actions.approve_learning(entry, by=viewer, at=clock.now())
        assert refused(lambda: actions.decline_learning(entry, "错", by=viewer, at=clock.now())) == [
            ("learning_checked", None)
        ]
    assert counted(staff.worker) == 8


def test_who_is_in_charge_enters_hours_that_count_at_once(staff: Staff) -> None:
    assert report(staff.head, staff.worker).state == "approved"
    assert refused(lambda: report(staff.colleague, staff.worker)) == [("not_in_charge", None)]
    key = new_key()
    assert report(staff.head, staff.worker, key=key).pk == report(staff.head, staff.worker, key=key).pk
    other = LearningDraft("training", "危机介入", START, 9, "省社工协会")
    assert refused(lambda: report(staff.head, staff.worker, other, key=key)) == [("key_taken", "key")]


def test_a_degree_counts_90_hours_once_and_is_proved(staff: Staff) -> None:
    degree = LearningDraft("degree", "社会工作硕士", START, 90)
    assert refused(lambda: report(staff.account, staff.worker, degree)) == [("proof_missing", "file")]
    file = Brought(photo(), "学位证.jpg")
    few = LearningDraft("degree", "社会工作硕士", START, 80)
    assert refused(lambda: report(staff.account, staff.worker, few, file=file)) == [("degree_hours", "hours")]
    report(staff.account, staff.worker, degree, file=file)
    assert refused(lambda: report(staff.account, staff.worker, degree, file=file)) == [("degree_twice", "kind")]
    for changes, name in (({"hours": 80}, "counts_90"), ({}, "degree_once")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            LearningEntry.objects.create(
                worker=staff.worker, hub_id=1, station_id=1, kind="degree", title="再一个", learned_on=START,
                entered_at=clock.now(), entered_by=staff.head, **{"hours": 90, **changes},
            )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hours": 0}, [("hours_range", "hours")]),
        ({"hours": 91}, [("hours_range", "hours")]),
        ({"title": " "}, [("text_missing", "title")]),
        ({"kind": "sleeping"}, [("kind_unknown", "kind")]),
        ({"learned_on": date(2999, 1, 1)}, [("date_future", "learned_on")]),
    ],
)
def test_hours_that_are_refused(staff: Staff, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    content = {"kind": "training", "title": "危机介入", "learned_on": START, "hours": 8} | changes
    assert refused(lambda: report(staff.account, staff.worker, LearningDraft(**content))) == expected


def over(course: Course) -> Course:
    """The course, as it is after it was held."""
    now = clock.now()
    Course.objects.filter(pk=course.pk).update(
        starts_at=now - timedelta(hours=7), ends_at=now - timedelta(hours=1), enrol_until=now - timedelta(hours=8)
    )
    return Course.objects.get(pk=course.pk)


def test_attendance_becomes_hours_and_goes_away_with_them(staff: Staff) -> None:
    course = make_course(staff.world, staff.county)
    mine = enrol(staff.account, course, staff.worker)
    enrol(staff.colleague, course, staff.colleagues_worker)
    with viewing(staff.county.pk) as viewer:
        assert refused(lambda: courses.note_attendance(course, [mine.pk], by=viewer, at=clock.now())) == [
            ("course_not_begun", None)
        ]
        assert courses.note_attendance(over(course), [mine.pk], by=viewer, at=clock.now()) == 1
    entry = LearningEntry.objects.get()
    assert (entry.pk, entry.worker, entry.hours, entry.state) == (mine.pk, staff.worker, 8, "approved")
    assert (entry.title, entry.decided_by_id) == ("个案工作实务", staff.county.pk)
    assert counted(staff.worker) == 8 and counted(staff.colleagues_worker) == 0
    with viewing(staff.county.pk) as viewer:
        assert courses.note_attendance(course, [], by=viewer, at=clock.now()) == 0
    assert not LearningEntry.objects.exists()
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"absent"}


def test_an_organiser_sees_who_is_in_the_course_even_from_far_and_nobody_else_does(staff: Staff) -> None:
    far = staff.world.account("worker", staff.world.rooms["B1"])
    stranger = staff.world.worker(staff.world.rooms["B1"], far)
    course = make_course(staff.world, staff.county)
    enrol(far, course, stranger)
    with viewing(staff.county.pk) as viewer:
        file = course_file(viewer, course.pk)
        assert file is not None and [each.name for each in file.listed] == [stranger.name]
        courses.note_attendance(over(course), [each.pk for each in file.listed], by=viewer, at=clock.now())
        assert not LearningEntry.objects.exists()  # of another county's worker
    assert counted(stranger) == 8
    with viewing(staff.colleague.pk) as viewer, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workforce_enrolment")
        assert cursor.fetchone() == (0,)
        file = course_file(viewer, course.pk)
        assert file is not None and file.listed == [] and file.course.taken == 1


def test_nobody_notes_the_own_attendance(staff: Staff) -> None:
    teaching = staff.world.worker(staff.world.towns["A"], staff.head)
    course = make_course(staff.world, staff.head, station=staff.world.towns["A"])
    mine = enrol(staff.head, course, teaching)
    with viewing(staff.head.pk) as viewer:
        assert courses.note_attendance(over(course), [mine.pk], by=viewer, at=clock.now()) == 0
        with connection.cursor() as cursor, pytest.raises(Exception, match="row-level security"), transaction.atomic():
            cursor.execute("UPDATE workforce_enrolment SET state = 'attended'")
    assert not LearningEntry.objects.exists()


def test_the_last_place_is_given_once(staff: Staff) -> None:
    course = make_course(staff.world, staff.county, capacity=1)
    first = enrol(staff.account, course, staff.worker)
    assert refused(lambda: enrol(staff.account, course, staff.worker)) == [("enrolled_already", None)]
    assert refused(lambda: enrol(staff.colleague, course, staff.colleagues_worker)) == [("course_full", None)]
    with pytest.raises(IntegrityError, match="never_oversold"), transaction.atomic():
        Enrolment.objects.create(
            worker=staff.colleagues_worker, hub_id=1, station_id=1, course=course, name="x", enrolled_at=clock.now(),
            enrolled_by=staff.head,
        )  # fmt: skip
    with viewing(staff.account.pk) as viewer:
        courses.leave_course(first, by=viewer, at=clock.now())
    enrol(staff.colleague, course, staff.colleagues_worker)
    course.refresh_from_db()
    assert course.taken == 1
    with viewing(staff.account.pk) as viewer:
        assert refused(lambda: courses.leave_course(first, by=viewer, at=clock.now())) == [("leave_over", None)]


def test_courses_of_one_county_and_cancelled_ones(staff: Staff) -> None:
    far = staff.world.account("worker", staff.world.rooms["B1"])
    stranger = staff.world.worker(staff.world.rooms["B1"], far)
    course = make_course(staff.world, staff.county, is_city_wide=False)
    assert refused(lambda: enrol(far, course, stranger)) == [("course_elsewhere", None)]
    with viewing(staff.far_county.pk) as viewer:
        assert refused(lambda: courses.cancel_course(course, "雨", by=viewer, at=clock.now())) == [
            ("not_organiser", None)
        ]
    with viewing(staff.county.pk) as viewer:
        courses.cancel_course(course, "暴雨", by=viewer, at=clock.now())
    assert refused(lambda: enrol(staff.account, course, staff.worker)) == [("course_not_open", None)]


def draft(**changes: Any) -> CourseDraft:
    start = clock.now() + timedelta(days=3)
    content = {
        "title": "督导基础", "kind": "training", "place": "线上", "starts_at": start,
        "ends_at": start + timedelta(hours=3), "enrol_until": start, "hours": 4, "capacity": 30,
    }  # fmt: skip
    return CourseDraft(**content | changes)


def test_planning_and_changing_a_course(staff: Staff) -> None:
    town = staff.world.towns["A"]
    with viewing(staff.head.pk) as viewer:
        assert refused(lambda: courses.plan_course(draft(), staff.world.hubs["A"], by=viewer, at=clock.now())) == [
            ("not_organiser", "station")
        ]
        wrong = draft(ends_at=clock.now(), hours=0, capacity=0)
        problems = refused(lambda: courses.plan_course(wrong, town, by=viewer, at=clock.now()))
        assert {field for _code, field in problems} == {"ends_at", "enrol_until", "hours", "capacity"}
        made = courses.plan_course(draft(), town, by=viewer, at=clock.now())
    enrol(staff.account, made, staff.worker)
    enrol(staff.colleague, made, staff.colleagues_worker)
    with viewing(staff.head.pk) as viewer:
        assert refused(lambda: courses.change_course(made, draft(capacity=1), by=viewer, at=clock.now())) == [
            ("capacity_taken", "capacity")
        ]
        courses.change_course(made, draft(capacity=2, title="督导基础（二）"), by=viewer, at=clock.now())
    made.refresh_from_db()
    assert (made.title, made.capacity, made.taken) == ("督导基础（二）", 2, 2)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["report", "approve", "decline", "withdraw", "attend", "absent"]),
            st.integers(0, 4),
            st.integers(1, 40),
        ),
        max_size=14,
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_is_the_sum_of_what_was_checked(staff: Staff, steps: list[tuple[str, int, int]]) -> None:
    """Whatever was reported, checked, refused and attended in whatever order: list, view and sum agree."""
    with transaction.atomic():
        expected: dict[Any, int] = {}
        waiting: list[LearningEntry] = []
        course = over(make_course(staff.world, staff.county, hours=6))
        place = Enrolment.objects.create(
            worker=staff.worker, hub_id=1, station_id=1, course=course, name="x", enrolled_at=clock.now(),
            enrolled_by=staff.head,
        )  # fmt: skip
        for step, place_in_list, hours in steps:
            if step == "report":
                waiting.append(report(staff.account, staff.worker, LearningDraft("lecture", "讲座", START, hours)))
            elif step in ("attend", "absent"):
                with viewing(staff.county.pk) as viewer:
                    came = [place.pk] if step == "attend" else []
                    courses.note_attendance(course, came, by=viewer, at=clock.now())
                expected.pop(place.pk, None)
                expected |= {place.pk: 6} if came else {}
            elif waiting:
                entry = waiting.pop(place_in_list % len(waiting))
                with viewing((staff.account if step == "withdraw" else staff.head).pk) as viewer:
                    if step == "approve":
                        actions.approve_learning(entry, by=viewer, at=clock.now())
                        expected[entry.pk] = entry.hours
                    elif step == "decline":
                        actions.decline_learning(entry, "没有证明", by=viewer, at=clock.now())
                    else:
                        actions.withdraw_learning(entry, by=viewer, at=clock.now())
        assert counted(staff.worker) == sum(expected.values())
        assert set(LearningEntry.objects.filter(state="approved").values_list("pk", flat=True)) == set(expected)
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(hours), 0) FROM workforce_learnt")
            assert cursor.fetchone()[0] == sum(expected.values())
        transaction.set_rollback(True)


def test_who_waits_for_a_full_course_moves_up_in_line(staff: Staff) -> None:
    course = make_course(staff.world, staff.county, capacity=1)
    first = enrol(staff.account, course, staff.worker)
    heads = staff.world.worker(staff.world.towns["A"], staff.head)

    def wait(account: Account, worker: Worker) -> Enrolment:
        with viewing(account.pk) as viewer:
            return courses.enrol(course, worker, by=viewer, at=clock.now(), waits=True)

    second, third = wait(staff.colleague, staff.colleagues_worker), wait(staff.head, heads)
    assert (second.state, third.state) == ("waiting", "waiting")
    assert refused(lambda: wait(staff.head, heads)) == [("waiting_already", None)]
    course.refresh_from_db()
    assert (course.taken, course.waiting) == (1, 2)
    with viewing(staff.head.pk) as viewer:
        file = course_file(viewer, course.pk)
        assert file and file.in_line == 2
    with viewing(staff.colleague.pk) as viewer, connection.cursor() as cursor:
        # Nobody jumps the queue, by raw SQL neither.
        with pytest.raises(IntegrityError, match="never_oversold"), transaction.atomic():
            cursor.execute("UPDATE workforce_enrolment SET state = 'enrolled'")
        cursor.execute("SELECT workforce_move_up(%s)", [course.pk])
        assert cursor.fetchone()[0] == []
        assert moved_up(viewer, clock.now()) == []
    with viewing(staff.account.pk) as viewer:
        courses.leave_course(first, by=viewer, at=clock.now())
    second.refresh_from_db()
    course.refresh_from_db()
    assert (second.state, course.taken, course.waiting) == ("enrolled", 1, 1) and second.moved_up_at
    assert Event.objects.get(verb="move_up_in_course").detail["workers"] == [staff.colleagues_worker.pk]
    with viewing(staff.colleague.pk) as viewer:
        assert [each.pk for each in moved_up(viewer, clock.now())] == [second.pk]
    # More places: the next in line gets one. Who comes back stands at the end.
    draft = CourseDraft(
        course.title, course.kind, course.place, course.starts_at, course.ends_at, course.enrol_until, course.hours, 2
    )
    with viewing(staff.county.pk) as viewer:
        courses.change_course(course, draft, by=viewer, at=clock.now())
    third.refresh_from_db()
    assert third.state == "enrolled"
    assert wait(staff.account, staff.worker).state == "waiting"
    with viewing(staff.account.pk) as viewer:
        courses.leave_course(Enrolment.objects.get(pk=first.pk), by=viewer, at=clock.now())
    course.refresh_from_db()
    assert (course.taken, course.waiting) == (2, 0)


@pytest.fixture
def committed(transactional_db: None) -> Iterator[World]:
    """A city that other connections see."""
    yield World()


def test_many_who_enrol_at_once_get_no_more_places_than_there_are(committed: World) -> None:
    organiser = committed.account("county", committed.hubs["A"])
    course = make_course(committed, organiser, capacity=3)
    learners = []
    for _number in range(8):
        account = committed.account("worker", committed.rooms["A1"])
        learners.append((account, committed.worker(committed.rooms["A1"], account)))
    start = Barrier(len(learners))

    def take(learner: tuple[Account, Worker]) -> str:
        start.wait()
        try:
            enrol(learner[0], course, learner[1])
        except Problem as problem:
            return problem.code
        else:
            return "enrolled"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(learners)) as threads:
        outcomes = sorted(threads.map(take, learners))
    assert outcomes == ["course_full"] * 5 + ["enrolled"] * 3
    course.refresh_from_db()
    assert course.taken == Enrolment.objects.filter(state="enrolled").count() == 3
    assert LearningEntry.objects.aggregate(total=Sum("hours"))["total"] is None
