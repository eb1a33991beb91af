"""Pages of workers: the list, somebody's own page and everybody else's, and what changes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.workforce.actions import worker as actions
from shegong.workforce.actions.correction import may_propose
from shegong.workforce.actions.leading import leads
from shegong.workforce.enums import Language, Source, Speciality
from shegong.workforce.forms.worker import HireForm, LeaveForm, ProfileForm, draft_of, profile_initial
from shegong.workforce.models import Worker
from shegong.workforce.queries import worker as queries
from shegong.workforce.queries.credential import is_in_charge
from shegong.workforce.queries.supervision_record import supervision_glance
from shegong.workforce.queries.worker import WorkerFile, WorkerQuestion
from shegong.workforce.views.supervision import paper_url

READERS = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR, Role.AGENCY, Role.DPO, Role.ADMIN)
LEADERS = (Role.HEAD, Role.COUNTY, Role.CITY, Role.ADMIN)
both_ways = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a worker's page: its template, and what the template needs beside `file` and `worker`."""

    template: str
    context: dict[str, Any]


def certificates(viewer: Viewer, file: WorkerFile) -> Section | None:
    """The qualifications."""
    return Section("workforce/worker_certificates.html", {})


def supervision(viewer: Viewer, file: WorkerFile) -> Section | None:
    """Supervision: for the worker and who is in charge."""
    worker = file.worker
    if worker.until is not None or not _is_concerned(viewer, worker):
        return None
    kinds = ["supervision-received", *(["supervision-given"] if worker.is_supervisor else [])]
    papers = {kind.removeprefix("supervision-"): paper_url(kind, worker.pk) for kind in kinds}
    glance = supervision_glance(worker, clock.now())
    return Section("workforce/worker_supervision.html", {"glance": glance, "papers": papers})


def workload(viewer: Viewer, file: WorkerFile) -> Section | None:
    """What there is to do at present, fetched after the page: for the worker and who is in charge."""
    worker = file.worker
    if worker.until is not None or not _is_concerned(viewer, worker):
        return None
    return Section("workforce/worker_load.html", {"url": f"/workload/workers/{worker.pk}/"})


def _is_concerned(viewer: Viewer, worker: Worker) -> bool:
    own = worker.account_id is not None and worker.account_id == viewer.account_id
    return own or is_in_charge(viewer, worker.hub_id, worker.station_id)


# What a worker's page shows below the postings, each None where the viewer is not to see it.
SECTIONS: Final[tuple[Callable[[Viewer, WorkerFile], Section | None], ...]] = (certificates, supervision, workload)


@require_GET
@requires(*READERS)
def workers(request: Request) -> HttpResponseBase:
    """Workers by name: search by characters, pinyin or initials, narrowed by category, county, source and more."""
    asked = _asked(request)
    page = queries.workers_page(request.viewer, asked, clock.today(), request.GET.get("cursor"))
    hubs = queries.hubs_of_staff(request.viewer)
    context = {
        "page": page,
        "asked": asked,
        "is_narrowed": any((asked.hub, asked.source, asked.speciality, asked.language, asked.state != "now")),
        "categories": _categories(request, asked),
        "hubs": hubs,
        "sources": Source.choices,
        "specialities": Speciality.choices,
        "language_choices": Language.choices,
        "states": [("now", _("在岗")), ("left", _("已离职")), ("all", _("全部"))],
        "may_hire": request.viewer.has(*LEADERS),
        "waiting": queries.corrections_waiting(request.viewer),
    }
    return render(request, "workforce/workers.html", context)


def _asked(request: Request) -> WorkerQuestion:
    given = {name: str(value).replace("\0", "").strip()[:100] for name, value in request.GET.items()}

    def one_of(name: str, known: Any) -> str:
        return given.get(name, "") if given.get(name, "") in known else ""

    state = one_of("state", ("now", "left", "all")) or "now"
    return WorkerQuestion(
        text=given.get("q", ""),
        hub=given.get("hub", ""),
        station=given.get("station", ""),
        category=one_of("category", queries.CATEGORIES),
        source=one_of("source", Source.values),
        speciality=one_of("speciality", Speciality.values),
        language=one_of("language", Language.values),
        state="" if state == "all" else state,
    )


def _categories(request: Request, asked: WorkerQuestion) -> list[dict[str, Any]]:
    names = {
        "": _("全部"),
        "professional": _("专业社工"),
        "certified": _("持证"),
        "supervisor": _("督导"),
        "psychological": _("心理社工"),
    }
    found = []
    for value, title in names.items():
        query = request.GET.copy()
        for name in ("cursor", "category"):
            query.pop(name, None)
        if value:
            query["category"] = value
        found.append({"title": title, "url": f"?{query.urlencode()}", "active": value == asked.category})
    return found


@require_GET
@requires(*READERS)
def worker(request: Request, worker_id: int) -> HttpResponseBase:
    """A worker: profile, postings as a time line, certificates, corrections."""
    return _page(request, worker_id, is_own=False)


@require_GET
@requires()
def own(request: Request) -> HttpResponseBase:
    """The viewer's own page."""
    found = queries.own_worker(request.viewer)
    if found is None:
        return render(request, "workforce/no_worker.html", status=404)
    return _page(request, found.pk, is_own=True)


def _page(request: Request, worker_id: int, *, is_own: bool) -> HttpResponseBase:
    viewer, today = request.viewer, clock.today()
    file = queries.worker_file(viewer, worker_id, today)
    if file is None:
        raise Http404
    sections = [section for make in SECTIONS if (section := make(viewer, file)) is not None]
    present = file.worker
    is_me = is_own or present.account_id == viewer.account_id
    may_lead = leads(viewer, present.hub_id, present.station_id) and present.until is None
    context = {
        "file": file,
        "worker": present,
        "today": today,
        "sections": sections,
        "abilities": [Speciality(each).label for each in present.specialities],
        "spoken": [Language(each).label for each in present.languages],
        "may_lead": may_lead,
        "may_propose": may_propose(present, viewer),
        "sees_corrections": is_me or may_lead or present.employer_id in viewer.organisations,
        "waits": any(each.state == "waiting" for each in file.corrections),
    }
    return render(request, "workforce/worker.html", context)


@both_ways
@requires(*LEADERS)
def worker_new(request: Request) -> HttpResponseBase:
    """Hire somebody."""
    viewer, today = request.viewer, clock.today()
    stations = list(queries.stations_led(viewer))
    chosen = request.GET.get("station", "")
    initial = {
        "key": uuid7(),
        "categories": ["professional"],
        "station": next((s.pk for s in stations if s.key == chosen), ""),
    }
    form = HireForm(
        request.POST or None, initial=initial, employers=queries.employers(today), stations=stations, today=today
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            station = Station.objects.get(pk=said["station"])
            made = actions.hire(form.profile(), station, draft_of(said), by=viewer, key=said["key"])
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, page_of(made), _("已登记入职。"))
    context = {"form": form, "title": _("登记入职"), "is_new": True, "back": reverse("workforce:workers")}
    return render(request, "workforce/worker_edit.html", context, status=WRONG if form.is_bound else 200)


@both_ways
@requires(*LEADERS)
def worker_edit(request: Request, worker_id: int) -> HttpResponseBase:
    """Correct a profile."""
    found = found_worker(request, worker_id)
    form = ProfileForm(
        request.POST or None,
        initial=profile_initial(actions.profile_of(found)),
        employers=queries.employers(clock.today()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(found, form.profile(), by=request.viewer)
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, page_of(found), _("已保存。"))
    context = {"form": form, "title": _("编辑资料"), "is_new": False, "back": page_of(found), "worker": found}
    return render(request, "workforce/worker_edit.html", context, status=WRONG if form.is_bound else 200)


@both_ways
@requires(*LEADERS)
def worker_leave(request: Request, worker_id: int) -> HttpResponseBase:
    """Somebody leaves."""
    found, today = found_worker(request, worker_id), clock.today()
    form = LeaveForm(request.POST or None, initial={"on": today})

    def save() -> tuple[str, Any]:
        actions.leave(found, form.cleaned_data["on"], form.cleaned_data["reason"], by=request.viewer, today=today)
        return page_of(found), _("已登记离职。")

    return answer_sheet(request, form, save, title=_("登记离职"), submit=_("登记"), back=page_of(found))


@require_POST
@requires(*READERS)
def worker_reveal(request: Request, worker_id: int) -> HttpResponseBase:
    """The whole telephone number, asked for and journalled."""
    found = found_worker(request, worker_id)
    value = actions.reveal_phone(found, by=request.viewer)
    return render(request, "workforce/revealed.html", {"value": value, "masked": found.masked_phone})


def found_worker(request: Request, worker_id: int) -> Worker:
    """A worker whom the viewer may see. Raises Http404."""
    found = queries.workers(request.viewer).filter(pk=worker_id).first()
    if found is None:
        raise Http404
    return found


def page_of(found: Worker) -> str:
    """The address of a worker's page."""
    return reverse("workforce:worker", args=[found.pk])
