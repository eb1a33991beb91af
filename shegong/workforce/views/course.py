"""Pages of courses: those to come and past, one course, planning it, enrolling, who came."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.workforce.actions import course as actions
from shegong.workforce.enums import CourseState, EnrolmentState
from shegong.workforce.forms.credential import AttendanceForm, CancelForm, CourseForm
from shegong.workforce.models import Course
from shegong.workforce.queries import learning as queries
from shegong.workforce.queries.credential import IN_CHARGE, READERS, own_worker
from shegong.workforce.queries.learning import CourseFile
from shegong.workforce.rules.learning import course_full, enrol_problem, leave_problem
from shegong.workforce.views.credential import both_ways, tabs


@require_GET
@requires(*READERS)
def courses(request: Request) -> HttpResponseBase:
    """Courses: to come, the own, past ones."""
    viewer, now = request.viewer, clock.now()
    when = request.GET.get("when", "coming")
    if when not in queries.WHEN:
        when = "coming"
    page = queries.courses_page(viewer, when, now, request.GET.get("cursor"))
    own = queries.own_states(viewer, page)
    labels = {"coming": _("将要举行"), "mine": _("我报名的"), "past": _("已经结束")}
    address = reverse("workforce:courses")
    context = {
        "page": page,
        "rows": [(each, EnrolmentState(own[each.pk]) if each.pk in own else None) for each in page.items],
        "now": now,
        "when": when,
        "filters": [
            {"title": label, "url": f"{address}?when={value}", "active": value == when}
            for value, label in labels.items()
            if value != "mine" or queries.may_join(viewer)
        ],
        "may_plan": viewer.has(*IN_CHARGE),
        **tabs(request, "courses"),
    }
    return render(request, "workforce/courses.html", context)


@both_ways
@requires(*IN_CHARGE)
def course_new(request: Request) -> HttpResponseBase:
    """Plan a course."""
    stations = list(queries.organisable(request.viewer))
    if not stations:
        raise Http404
    initial = {"key": uuid7(), "is_city_wide": True, "hours": 8, "capacity": 40}
    form = CourseForm(request.POST or None, stations=stations, initial=initial)
    if request.method == "POST" and form.is_valid():
        station = next((each for each in stations if each.pk == form.cleaned_data["station"]), stations[0])
        try:
            made = actions.plan_course(
                form.draft(), station, by=request.viewer, at=clock.now(), key=form.cleaned_data["key"]
            )
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _page(made), _("课程已发布，可以报名了。"))
    return _form_page(request, form, None)


@both_ways
@requires(*IN_CHARGE)
def course_edit(request: Request, course_id: UUID) -> HttpResponseBase:
    """Change a course."""
    course = _organised(request, course_id).course
    names = [name for name in CourseForm.base_fields if name not in ("key", "station")]
    initial = {"key": course.pk, **{name: getattr(course, name) for name in names}}
    form = CourseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_course(course, form.draft(), by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _page(course), _("已保存。"))
    return _form_page(request, form, course)


def _form_page(request: Request, form: CourseForm, course: Course | None) -> HttpResponseBase:
    status = WRONG if form.is_bound else 200
    return render(request, "workforce/course_form.html", {"form": form, "course": course}, status=status)


@require_GET
@requires(*READERS)
def course(request: Request, course_id: UUID) -> HttpResponseBase:
    """One course: when, where, how many places; the own place in it; for its organiser who is in it."""
    file = _file(request, course_id)
    found, viewer, now = file.course, request.viewer, clock.now()
    worker = own_worker(viewer) if queries.may_join(viewer) else None
    facts, own = queries.facts_of(found, worker), file.own
    problem = enrol_problem(facts, now, state=own.state if own else None) if worker else None
    context = {
        "file": file,
        "course": found,
        "own": own if own and own.state != EnrolmentState.CANCELLED else None,
        "left": facts.places_left,
        "may_enrol": worker is not None and problem is None,
        "may_wait": problem is not None and problem.code == course_full().code,
        "why_not": problem if problem and problem.code not in ("enrolled_already", "waiting_already") else None,
        "may_leave": own is not None and leave_problem(facts, now, state=own.state) is None,
        "paper_url": (
            reverse(settings.PAPER_PAGE, args=["attendance", own.pk])
            if own and own.state == EnrolmentState.ATTENDED
            else ""
        ),
        "may_edit": file.may_organise and found.state == CourseState.OPEN,
        "may_note": file.may_organise and found.state != CourseState.CANCELLED and found.starts_at <= now,
        **tabs(request, "courses"),
    }
    return render(request, "workforce/course.html", context)


@require_POST
@requires(*READERS)
def course_enrol(request: Request, course_id: UUID) -> HttpResponseBase:
    """Take a place, or one in the waiting list."""
    found = get_object_or_404(Course, pk=course_id)
    worker = own_worker(request.viewer)
    if worker is None:
        raise Http404
    try:
        made = actions.enrol(found, worker, by=request.viewer, at=clock.now(), waits="wait" in request.POST)
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(found), problem)
    said = _("已进入候补名单，有空位时自动转为已报名。") if made.state == EnrolmentState.WAITING else _("已报名。")
    return go(request, _page(found), said)


@require_POST
@requires(*READERS)
def course_leave(request: Request, course_id: UUID) -> HttpResponseBase:
    """Give the place back."""
    file = _file(request, course_id)
    if file.own is None:
        raise Http404
    try:
        actions.leave_course(file.own, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(file.course), problem)
    return go(request, _page(file.course), _("已取消报名。"))


@both_ways
@requires(*IN_CHARGE)
def course_cancel(request: Request, course_id: UUID) -> HttpResponseBase:
    """It won't be held."""
    found = _organised(request, course_id).course
    form = CancelForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.cancel_course(found, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return _page(found), _("课程已取消。")

    return answer_sheet(request, form, save, title=_("取消课程"), submit=_("取消课程"), back=_page(found))


@both_ways
@requires(*IN_CHARGE)
def course_attendance(request: Request, course_id: UUID) -> HttpResponseBase:
    """Note who came: their hours are in the ledger at once."""
    file = _organised(request, course_id)
    listed = [each for each in file.listed if each.state != EnrolmentState.WAITING]
    came = [str(each.pk) for each in listed if each.state != EnrolmentState.ABSENT]
    form = AttendanceForm(request.POST or None, listed=listed, initial={"came": came})

    def save() -> tuple[str, Any]:
        attended = [UUID(key) for key in form.cleaned_data["came"]]
        count = actions.note_attendance(file.course, attended, by=request.viewer, at=clock.now())
        return _page(file.course), _("已登记 %(count)s 人出席，学时已计入。") % {"count": count}

    note = _("登记后，到场的人各计 %(hours)s 学时。") % {"hours": file.course.hours}
    return answer_sheet(request, form, save, title=_("登记出席"), submit=_("保存"), back=_page(file.course), note=note)


def _file(request: Request, course_id: UUID) -> CourseFile:
    file = queries.course_file(request.viewer, course_id)
    if file is None:
        raise Http404
    return file


def _organised(request: Request, course_id: UUID) -> CourseFile:
    file = _file(request, course_id)
    if not file.may_organise:
        raise Http404
    return file


def _page(found: Course) -> str:
    return reverse("workforce:course", args=[found.pk])
