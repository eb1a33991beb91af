"""Courses and who is in them; hours that wait to be checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import CourseState, EnrolmentState, RegisterCheckState
from shegong.workforce.models import Course, Enrolment, LearningEntry, Worker
from shegong.workforce.queries.credential import IN_CHARGE, is_in_charge, reach
from shegong.workforce.rules.learning import CourseFacts

WHEN: Final = ("coming", "past", "mine")
# How long somebody is told of a place that came free.
TOLD_FOR: Final = timedelta(days=7)


def courses(viewer: Viewer, when: str = "", now: datetime | None = None) -> QuerySet[Course]:
    """Courses, which are no secret: those to come, past ones, or those that the viewer is enrolled in."""
    found = Course.objects.select_related("station")
    if when == "coming" and now is not None:
        return found.filter(ends_at__gte=now)
    if when == "past" and now is not None:
        return found.filter(ends_at__lt=now)
    if when == "mine":
        mine = Enrolment.objects.filter(worker__account_id=viewer.account_id)
        return found.filter(pk__in=mine.exclude(state=EnrolmentState.CANCELLED).values("course_id"))
    return found


def courses_page(viewer: Viewer, when: str, now: datetime, cursor: str | None = None) -> Page[Course]:
    """Courses, 25 a page: those to come by their day, the others the latest first. One query."""
    return page_of(courses(viewer, when, now), ["starts_at" if when == "coming" else "-starts_at"], cursor)


def own_states(viewer: Viewer, page: Page[Course]) -> Mapping[UUID, str]:
    """{course: the state of the viewer's enrolment} of a page. One query."""
    mine = Enrolment.objects.filter(worker__account_id=viewer.account_id, course__in=[each.pk for each in page.items])
    return dict(mine.values_list("course_id", "state"))


def organisable(viewer: Viewer) -> QuerySet[Station]:
    """The stations for which the viewer may organise a course: the own ones."""
    if not viewer.has(*IN_CHARGE):
        return Station.objects.none()
    return Station.objects.filter(pk__in=viewer.units).order_by("path")


def organises(viewer: Viewer, course: Course) -> bool:
    """Whether the viewer answers for a course: whoever is in charge of the station that organises it."""
    return is_in_charge(viewer, course.hub_id, course.station_id)


def facts_of(course: Course, worker: Worker | None) -> CourseFacts:
    """A course as the rules see it."""
    return CourseFacts(
        state=course.state,
        enrol_until=course.enrol_until,
        ends_at=course.ends_at,
        places_left=course.capacity - course.taken,
        is_city_wide=course.is_city_wide,
        is_near=worker is not None and worker.hub_id == course.hub_id,
    )


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A course, the viewer's own place in it or in line for it (0 for who doesn't wait), and (for its organiser) who is
    in it and who waits, in line.
    """

    course: Course
    own: Enrolment | None
    listed: list[Enrolment]
    may_organise: bool
    in_line: int = 0


def course_file(viewer: Viewer, course_id: UUID) -> CourseFile | None:
    """A course's page (at most three queries, one more for who waits); None for one that isn't there."""
    course = Course.objects.select_related("station").filter(pk=course_id).first()
    if course is None:
        return None
    may_organise = organises(viewer, course)
    in_it = Enrolment.objects.filter(course=course).exclude(state=EnrolmentState.CANCELLED)
    own = Enrolment.objects.filter(course=course, worker__account_id=viewer.account_id).first()
    listed = list(in_it.select_related("station").order_by("enrolled_at", "id")) if may_organise else []
    # Those with a place first, then the line.
    listed.sort(key=lambda each: each.state == EnrolmentState.WAITING)
    in_line = place_in_line(own) if own is not None and own.state == EnrolmentState.WAITING else 0
    return CourseFile(course, own, listed, may_organise, in_line)


def place_in_line(enrolment: Enrolment) -> int:
    """The how-manieth somebody is who waits for a place. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workforce_place_in_line(%s)", [enrolment.pk])
        return int(cursor.fetchone()[0])


def moved_up(viewer: Viewer, now: datetime) -> list[Enrolment]:
    """The viewer's places in courses to come that came by way of the waiting list, in the last days. One query."""
    found = Enrolment.objects.filter(
        worker__account_id=viewer.account_id,
        state=EnrolmentState.ENROLLED,
        moved_up_at__gte=now - TOLD_FOR,
        course__starts_at__gte=now,
        course__state=CourseState.OPEN,
    )
    return list(found.select_related("course").order_by("course__starts_at"))


def attendance_seen(viewer: Viewer, key: UUID) -> Enrolment | None:
    """An attended enrolment that the viewer may see: the own, of workers in charge of, of an own course. One query."""
    found = Enrolment.objects.select_related("course", "course__station").filter(pk=key).first()
    return found if found and found.state == EnrolmentState.ATTENDED else None


def may_join(viewer: Viewer) -> bool:
    """Whether the viewer may learn at all: workers, heads, supervisors."""
    return viewer.has(Role.WORKER, Role.HEAD, Role.SUPERVISOR)


def entries_seen(viewer: Viewer) -> QuerySet[LearningEntry]:
    """Hours that the viewer may see: the own, those of workers in charge of or employed."""
    return LearningEntry.objects.filter(reach(viewer)).select_related("worker", "worker__station", "proof")


def entries_waiting(viewer: Viewer, cursor: str | None = None) -> Page[LearningEntry]:
    """Reported hours that wait for the viewer, the oldest first. One query."""
    found = entries_seen(viewer).filter(reach(viewer, own=False), state=RegisterCheckState.WAITING)
    return page_of(found, ["entered_at"], cursor)


def coming_courses(viewer: Viewer, now: datetime) -> list[Course]:
    """The courses that the viewer is enrolled in and that lie ahead, the next first. One query."""
    found = courses(viewer, "mine").filter(ends_at__gte=now, state=CourseState.OPEN)
    return list(found.order_by("starts_at")[:5])
