"""Courses and hours of continuing education: what is refused. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.workforce.enums import CourseState, EnrolmentState, LearningKind
from shegong.workforce.rules.credential import EARLIEST

TITLE_LENGTH: Final = 100
PLACE_LENGTH: Final = 200
ABOUT_LENGTH: Final = 2000
DEGREE_HOURS: Final = 90
MOST_HOURS: Final = 90
MOST_PLACES: Final = 2000


@dataclass(frozen=True, slots=True)
class LearningDraft:
    """Hours that somebody reports."""

    kind: str
    title: str
    learned_on: date
    hours: int
    organiser: str = ""


def learning_problems(draft: LearningDraft, today: date, *, has_degree: bool, has_proof: bool) -> Iterable[Problem]:
    """What is wrong with reported hours. A degree counts 90 hours, once, and is proved."""
    if draft.kind not in LearningKind.values:
        yield Problem("kind_unknown", _("请从列表中选择。"), "kind")
    if draft.learned_on > today:
        yield Problem("date_future", _("日期不能晚于今天。"), "learned_on")
    elif draft.learned_on < EARLIEST:
        yield Problem("date_early", _("请核对完成日期。"), "learned_on")
    if draft.kind == LearningKind.DEGREE:
        if has_degree:
            yield Problem("degree_twice", _("学历学位教育只计一次，已经填报过。"), "kind")
        if draft.hours != DEGREE_HOURS:
            yield Problem("degree_hours", _("学历学位教育计 90 学时。"), "hours")
        if not has_proof:
            yield Problem("proof_missing", _("请上传毕业证书或学位证书的照片或 PDF。"), "file")
    elif not 1 <= draft.hours <= MOST_HOURS:
        yield Problem("hours_range", _("学时应在 1 到 90 之间。"), "hours")


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """A course as it is planned."""

    title: str
    kind: str
    place: str
    starts_at: datetime
    ends_at: datetime
    enrol_until: datetime
    hours: int
    capacity: int
    teacher: str = ""
    about: str = ""
    is_city_wide: bool = True


def course_problems(draft: CourseDraft, now: datetime, *, taken: int = 0) -> Iterable[Problem]:
    """What is wrong with a course that is planned or changed; `taken` places are given already."""
    if draft.kind not in LearningKind.values or draft.kind == LearningKind.DEGREE:
        yield Problem("kind_unknown", _("请从列表中选择。"), "kind")
    if draft.ends_at <= draft.starts_at:
        yield Problem("ends_before_start", _("结束应晚于开始。"), "ends_at")
    elif draft.ends_at <= now:
        yield Problem("date_past", _("课程应在以后举行。"), "starts_at")
    if draft.enrol_until > draft.ends_at:
        yield Problem("enrol_late", _("报名截止不能晚于课程结束。"), "enrol_until")
    if not 1 <= draft.hours <= MOST_HOURS:
        yield Problem("hours_range", _("学时应在 1 到 90 之间。"), "hours")
    if not 1 <= draft.capacity <= MOST_PLACES:
        yield Problem("capacity_range", _("名额应在 1 到 2000 之间。"), "capacity")
    elif draft.capacity < taken:
        yield Problem("capacity_taken", _("已有 %(taken)s 人报名，名额不能更少。"), "capacity", params={"taken": taken})


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """A course as enrolling sees it: `is_near` when it lies in the worker's county."""

    state: str
    enrol_until: datetime
    ends_at: datetime
    places_left: int
    is_city_wide: bool
    is_near: bool


def enrol_problem(course: CourseFacts, now: datetime, *, state: str | None) -> Problem | None:
    """Why a worker can't enrol, if so; `state` is that of the worker's enrolment, if there is one."""
    if course.state != CourseState.OPEN:
        return Problem("course_not_open", _("课程已办结或取消，不能报名。"), status=409)
    if state == EnrolmentState.WAITING:
        return Problem("waiting_already", _("已在候补名单中，有空位时自动转为已报名。"), status=409)
    if state is not None and state != EnrolmentState.CANCELLED:
        return Problem("enrolled_already", _("已经报名。"), status=409)
    if now > course.enrol_until:
        return Problem("enrol_over", _("报名已截止。"), status=409)
    if not course.is_city_wide and not course.is_near:
        return Problem("course_elsewhere", _("这门课只收本区(市)县的社工。"), status=409)
    if course.places_left <= 0:
        return course_full()
    return None


def course_full() -> Problem:
    """No place is left; the database says so, too."""
    return Problem("course_full", _("名额已满，可以候补。"), status=409)


def leave_problem(course: CourseFacts, now: datetime, *, state: str) -> Problem | None:
    """Why a place can't be given back, if so."""
    if (
        state not in (EnrolmentState.ENROLLED, EnrolmentState.WAITING)
        or course.state != CourseState.OPEN
        or now >= course.ends_at
    ):
        return Problem("leave_over", _("课程已结束或已登记出席，不能取消报名。"), status=409)
    return None


def attendance_problem(course: CourseFacts, starts_at: datetime, now: datetime) -> Problem | None:
    """Why attendance can't be noted, if so."""
    if course.state == CourseState.CANCELLED:
        return Problem("course_cancelled", _("课程已取消。"), status=409)
    if now < starts_at:
        return Problem("course_not_begun", _("课程还没有开始，不能登记出席。"), status=409)
    return None
