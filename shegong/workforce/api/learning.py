"""Courses and hours of continuing education in the API."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Count, Day, Id, Moment, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.actions import course as course_actions
from shegong.workforce.actions import learning as actions
from shegong.workforce.api.credentials import CredentialDecision, OfWorkerQuestion, ProofIn, brought, worker_asked
from shegong.workforce.enums import CourseState, EnrolmentState, LearningKind, RegisterCheckState
from shegong.workforce.models import Course, Enrolment, LearningEntry
from shegong.workforce.queries import learning as queries
from shegong.workforce.queries.credential import IN_CHARGE, READERS
from shegong.workforce.rules.learning import (
    ABOUT_LENGTH,
    PLACE_LENGTH,
    TITLE_LENGTH,
    CourseDraft,
    LearningDraft,
)

router = Router()
Title = Annotated[str, long_text(TITLE_LENGTH)]


class CourseIn(Body):
    """A course of a station that the caller is in charge of."""

    station_id: Id
    title: Title
    kind: LearningKind = LearningKind.TRAINING
    place: Annotated[str, long_text(PLACE_LENGTH)]
    starts_at: Moment
    ends_at: Moment
    enrol_until: Moment
    hours: Count
    capacity: Count
    teacher: Title = ""
    about: Annotated[str, long_text(ABOUT_LENGTH)] = ""
    is_city_wide: bool = True


class CourseOut(Answer):
    """A course; `taken` of its `capacity` places are taken, `waiting` workers wait for one."""

    id: UUID
    station_id: int
    hub_id: int
    title: str
    kind: LearningKind
    about: str
    teacher: str
    place: str
    starts_at: datetime
    ends_at: datetime
    enrol_until: datetime
    hours: int
    capacity: int
    taken: int
    waiting: int
    is_city_wide: bool
    state: CourseState
    cancel_reason: str


class EnrolmentIn(Body):
    """Who takes a place: the caller when left out."""

    worker_id: Id | None = None
    waits: Annotated[bool, Field(description="Wait for a place if the course is full.")] = False


class EnrolmentOut(Answer):
    """A place in a course."""

    id: UUID
    course_id: UUID
    worker_id: int
    state: EnrolmentState
    enrolled_at: datetime


class CourseAttendanceIn(Body):
    """Who came: keys of enrolments. All the others were absent."""

    attended: Annotated[list[UUID], Field(max_length=2000)]


class LearningIn(Body):
    """Hours of continuing education: a worker's own wait to be checked."""

    worker_id: Id | None = None
    kind: LearningKind
    title: Title
    organiser: Title = ""
    learned_on: Day
    hours: Count
    proof: ProofIn | None = None


class LearningOut(Answer):
    """Hours of continuing education; they count when `state` is `approved`."""

    id: UUID
    worker_id: int
    hub_id: int
    station_id: int
    kind: LearningKind
    title: str
    organiser: str
    learned_on: date
    hours: int
    state: RegisterCheckState
    enrolment_id: UUID | None
    has_proof: bool
    answer: str


class CoursesQuestion(Paged):
    """Which courses."""

    when: Annotated[str | None, Field(pattern="^(coming|past|mine)$", description="All when left out.")] = None


class LearningQuestion(OfWorkerQuestion):
    """Which hours."""

    state: RegisterCheckState | None = None


@router.get("/courses", response={200: Listed[CourseOut]})
def list_courses(request: ApiRequest, asked: Query[CoursesQuestion]) -> HttpResponse:
    """Courses, the latest first."""
    only(request.viewer, *READERS)
    fields = wanted(CourseOut, asked.fields)
    found = queries.courses(request.viewer, asked.when or "", clock.now())
    rows = page_of(found, ["-starts_at", "-id"], asked.cursor, asked.limit)
    return page(map(_course, rows.items), rows.next_cursor, fields)


@router.get("/courses/{course_id}", response={200: CourseOut})
def read_course(request: ApiRequest, course_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A course."""
    only(request.viewer, *READERS)
    fields = wanted(CourseOut, asked.fields)
    return one(_course(_found(course_id)), fields)


@router.put("/courses/{course_id}", response={200: CourseOut, 201: CourseOut, 409: ProblemDetails})
def put_course(request: ApiRequest, course_id: UUID, course: CourseIn) -> HttpResponse:
    """Plan a course under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *IN_CHARGE)
    station = Station.objects.filter(pk=course.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    known = Course.objects.filter(pk=course_id).exists()
    content = course.model_dump(exclude={"station_id", "kind"})
    draft = CourseDraft(**content, kind=course.kind.value)
    made = course_actions.plan_course(draft, station, by=request.viewer, at=clock.now(), key=course_id)
    return one(_course(made), status=200 if known else 201)


@router.put(
    "/courses/{course_id}/enrolments/{enrolment_id}",
    response={200: EnrolmentOut, 201: EnrolmentOut, 409: ProblemDetails},
)
def put_enrolment(request: ApiRequest, course_id: UUID, enrolment_id: UUID, enrolment: EnrolmentIn) -> HttpResponse:
    """Take a place under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *READERS)
    worker = worker_asked(request.viewer, enrolment.worker_id)
    known = Enrolment.objects.filter(pk=enrolment_id).exists()
    made = course_actions.enrol(
        _found(course_id), worker, by=request.viewer, at=clock.now(), key=enrolment_id, waits=enrolment.waits
    )
    return one(_enrolment(made), status=200 if known else 201)


@router.post("/courses/{course_id}/attendance", response={200: CourseOut, 409: ProblemDetails})
def note_course_attendance(request: ApiRequest, course_id: UUID, attendance: CourseAttendanceIn) -> HttpResponse:
    """The organiser notes who came; their hours are in the ledger at once."""
    course_actions.note_attendance(_found(course_id), attendance.attended, by=request.viewer, at=clock.now())
    return one(_course(_found(course_id)))


@router.get("/learning-entries", response={200: Listed[LearningOut]})
def list_learning_entries(request: ApiRequest, asked: Query[LearningQuestion]) -> HttpResponse:
    """Hours that the caller may see, the latest first."""
    only(request.viewer, *READERS)
    fields = wanted(LearningOut, asked.fields)
    found = queries.entries_seen(request.viewer)
    if asked.worker_id is not None:
        found = found.filter(worker_id=asked.worker_id)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-learned_on", "-id"], asked.cursor, asked.limit)
    return page(map(_entry, rows.items), rows.next_cursor, fields)


@router.put("/learning-entries/{entry_id}", response={200: LearningOut, 201: LearningOut, 409: ProblemDetails})
def put_learning_entry(request: ApiRequest, entry_id: UUID, entry: LearningIn) -> HttpResponse:
    """Report hours under the caller's key: 201 when they are new, 200 when the same came before."""
    only(request.viewer, *READERS)
    worker = worker_asked(request.viewer, entry.worker_id)
    known = queries.entries_seen(request.viewer).filter(pk=entry_id).exists()
    draft = LearningDraft(entry.kind.value, entry.title, entry.learned_on, entry.hours, entry.organiser)
    made = actions.report_learning(
        draft, worker, by=request.viewer, at=clock.now(), key=entry_id, file=brought(entry.proof)
    )
    return one(_entry(made), status=200 if known else 201)


@router.post("/learning-entries/{entry_id}/decision", response={200: LearningOut, 409: ProblemDetails})
def decide_learning_entry(request: ApiRequest, entry_id: UUID, decision: CredentialDecision) -> HttpResponse:
    """Who is in charge of the worker confirms reported hours, or not."""
    step = actions.approve_learning if decision.approved else actions.decline_learning
    return one(_entry(step(_seen(request.viewer, entry_id), decision.answer, by=request.viewer, at=clock.now())))


def _found(course_id: UUID) -> Course:
    found = Course.objects.filter(pk=course_id).first()
    if found is None:
        raise not_found()
    return found


def _seen(viewer: Viewer, entry_id: UUID) -> LearningEntry:
    found = queries.entries_seen(viewer).filter(pk=entry_id).first()
    if found is None:
        raise not_found()
    return found


def _course(row: Course) -> CourseOut:
    return CourseOut.model_validate({name: getattr(row, name) for name in CourseOut.model_fields})


def _enrolment(row: Enrolment) -> EnrolmentOut:
    return EnrolmentOut.model_validate({name: getattr(row, name) for name in EnrolmentOut.model_fields})


def _entry(row: LearningEntry) -> LearningOut:
    names = LearningOut.model_fields.keys() - {"has_proof"}
    return LearningOut.model_validate(
        {**{name: getattr(row, name) for name in names}, "has_proof": row.proof_id is not None}
    )
