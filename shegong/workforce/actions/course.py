"""Courses: planned, changed, cancelled; places taken and given back; attendance, which becomes hours in the ledger."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.enums import CourseState, EnrolmentState
from shegong.workforce.models import Course, Enrolment, Worker
from shegong.workforce.queries.credential import is_in_charge, own_worker
from shegong.workforce.queries.learning import facts_of, organises
from shegong.workforce.rules import learning as rules
from shegong.workforce.rules.credential import checked_words
from shegong.workforce.rules.learning import ABOUT_LENGTH, PLACE_LENGTH, TITLE_LENGTH, CourseDraft

IN_LINE: Final = (EnrolmentState.ENROLLED, EnrolmentState.WAITING)


@transaction.atomic
def plan_course(draft: CourseDraft, station: Station, *, by: Viewer, at: datetime, key: UUID | None = None) -> Course:
    """Plan a course of a station; it is open for enrolment at once. Sent again under the same key it is the same.

    Raises Problem or Problems at the draft's members; 403, 409.
    """
    if not is_in_charge(by, station.hub_id, station.pk):
        raise Problem("not_organiser", _("您不能替这个站点开课。"), "station", status=403)
    content = _checked(draft)
    known = Course.objects.filter(pk=key).first() if key else None
    if known is not None:
        if known.station_id != station.pk or any(getattr(known, name) != value for name, value in content.items()):
            raise key_taken()
        return known
    raise_any(rules.course_problems(draft, clock.now()))
    course = Course(
        id=key or uuid7(), hub_id=station.hub_id, station=station, made_at=at, made_by_id=by.account_id, **content
    )
    course.save(force_insert=True)
    _log("plan_course", course, by, at)
    return course


@transaction.atomic
def change_course(course: Course, draft: CourseDraft, *, by: Viewer, at: datetime) -> Course:
    """Change a course that is still open. Raises Problem or Problems at the draft's members; 403, 409."""
    present = _held(course, by)
    if present.state != CourseState.OPEN:
        raise _not_open()
    content = _checked(draft)
    raise_any(rules.course_problems(draft, clock.now(), taken=present.taken))
    for name, value in content.items():
        setattr(present, name, value)
    # Not `taken`, which is the database's.
    present.save(update_fields=list(content))
    _log("change_course", present, by, at)
    _move_up(present, by, at)
    return present


@transaction.atomic
def cancel_course(course: Course, reason: str, *, by: Viewer, at: datetime) -> Course:
    """It won't be held, and why. Raises Problem at reason; 403, 409."""
    present = _held(course, by)
    if present.state != CourseState.OPEN:
        raise _not_open()
    present.cancel_reason = checked_words(reason, "reason", required=True)
    present.state = CourseState.CANCELLED
    present.save(update_fields=["state", "cancel_reason"])
    _log("cancel_course", present, by, at)
    return present


@transaction.atomic
def enrol(
    course: Course, worker: Worker, *, by: Viewer, at: datetime, key: UUID | None = None, waits: bool = False
) -> Enrolment:
    """Take a place: the worker, or who is in charge of the worker. The last place is given once: the course's row is
    locked by its own count, which the database never lets exceed the places. Who `waits` is put on the waiting list of
    a full course, and moves up by itself.

    Raises Problem 403, 409 (`course_full` and others).
    """
    if worker.account_id != by.account_id and not is_in_charge(by, worker.hub_id, worker.station_id):
        raise Problem("not_in_charge", _("您不能替这名社工报名。"), status=403)
    present = Course.objects.get(pk=course.pk)
    known = Enrolment.objects.filter(course=course, worker=worker).first()
    if known is not None and key is not None and known.pk == key and known.state in IN_LINE:
        return known
    problem = rules.enrol_problem(facts_of(present, worker), clock.now(), state=known.state if known else None)
    is_late = waits and problem is not None and problem.code == rules.course_full().code
    if problem is not None and not is_late:
        raise problem
    enrolment = known or Enrolment(
        id=key or uuid7(),
        course=course,
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        name=worker.name,
        enrolled_by_id=by.account_id,
    )
    # Who comes back stands at the end of the line.
    enrolment.enrolled_at, enrolment.moved_up_at = at, None
    enrolment.state = EnrolmentState.WAITING if is_late else EnrolmentState.ENROLLED
    try:
        with transaction.atomic():
            enrolment.save(force_insert=known is None, force_update=known is not None)
    except IntegrityError as clash:
        # Somebody else took the last place (or the same worker this one) between our look and our step.
        raise rules.course_full() from clash
    _log("wait_for_course" if is_late else "enrol", present, by, at, worker=worker.pk)
    if is_late:
        # Somebody may have given a place back between our look and our step.
        _move_up(present, by, at)
        enrolment.refresh_from_db()
    return enrolment


@transaction.atomic
def leave_course(enrolment: Enrolment, *, by: Viewer, at: datetime) -> Enrolment:
    """Give a place back, which goes to who waits longest; or wait no longer. Raises Problem 403, 409."""
    worker = enrolment.worker
    if worker.account_id != by.account_id and not is_in_charge(by, worker.hub_id, worker.station_id):
        raise Problem("not_in_charge", _("您不能替这名社工报名。"), status=403)
    present = Enrolment.objects.select_for_update(of=("self",)).select_related("course").get(pk=enrolment.pk)
    problem = rules.leave_problem(facts_of(present.course, worker), clock.now(), state=present.state)
    if problem is not None:
        raise problem
    present.state = EnrolmentState.CANCELLED
    present.save(update_fields=["state"])
    _log("leave_course", present.course, by, at, worker=worker.pk)
    _move_up(present.course, by, at)
    return present


def _move_up(course: Course, by: Viewer, at: datetime) -> None:
    """Free places go to those who wait; the database chooses them, since nobody but the organiser sees who they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workforce_move_up(%s)", [course.pk])
        moved = cursor.fetchone()[0]
    if moved:
        _log("move_up_in_course", course, by, at, workers=sorted(moved))


@transaction.atomic
def note_attendance(course: Course, attended: Collection[UUID], *, by: Viewer, at: datetime) -> int:
    """Note who came (keys of enrolments), which closes the course; may be put right afterwards. The hours of who came
    are in the ledger at once. The organiser's own attendance is left for somebody else to note. Returns how many came.

    Raises Problem 403, 409.
    """
    present = _held(course, by)
    problem = rules.attendance_problem(facts_of(present, None), present.starts_at, clock.now())
    if problem is not None:
        raise problem
    in_it = Enrolment.objects.filter(course=course).exclude(
        state__in=(EnrolmentState.CANCELLED, EnrolmentState.WAITING)
    )
    # By number: workers of other counties can't be looked up here.
    own = own_worker(by)
    others = in_it.exclude(worker_id=own.pk) if own else in_it
    others.filter(pk__in=attended).exclude(state=EnrolmentState.ATTENDED).update(state=EnrolmentState.ATTENDED)
    others.exclude(pk__in=attended).exclude(state=EnrolmentState.ABSENT).update(state=EnrolmentState.ABSENT)
    if present.state != CourseState.HELD:
        present.state = CourseState.HELD
        present.save(update_fields=["state"])
    came = in_it.filter(state=EnrolmentState.ATTENDED).count()
    _log("note_attendance", present, by, at, came=came)
    return came


def _checked(draft: CourseDraft) -> dict[str, object]:
    """The draft's members as they are kept. Raises Problem at title, place, teacher, about."""
    return {
        **asdict(draft),
        "title": checked_words(draft.title, "title", TITLE_LENGTH, required=True),
        "place": checked_words(draft.place, "place", PLACE_LENGTH, required=True),
        "teacher": checked_words(draft.teacher, "teacher", TITLE_LENGTH),
        "about": checked_words(draft.about, "about", ABOUT_LENGTH),
    }


def _held(course: Course, by: Viewer) -> Course:
    if not organises(by, course):
        raise Problem("not_organiser", _("只有主办站点可以管理这门课。"), status=403)
    return Course.objects.select_for_update().get(pk=course.pk)


def _not_open() -> Problem:
    return Problem("course_not_open", _("课程已办结或取消，不能更改。"), status=409)


def _log(verb: str, course: Course, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "course",
        course.pk,
        by=by.account_id,
        at=at,
        hub_id=course.hub_id,
        station_id=course.station_id,
        detail={"title": course.title, **detail},
    )
