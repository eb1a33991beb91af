"""Pages of cases: the caseload, what waits for an approver, one case as its file, opening one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.practice.actions import case as actions
from shegong.practice.actions.case_review import is_in_review, note_look
from shegong.practice.enums import CaseStage
from shegong.practice.forms.case import OpenCaseForm
from shegong.practice.models import Case
from shegong.practice.queries import case as queries
from shegong.practice.queries.case_review import client_under_review
from shegong.practice.queries.client import giver_names, worker_of
from shegong.practice.rules.client import is_minor
from shegong.practice.views.case_shown import HIGH, shown
from shegong.practice.views.client import KEEPERS, READERS, file_of
from shegong.practice.views.sheets import answer_sheet
from shegong.workforce.models import Worker


@require_GET
@requires(*READERS)
def cases(request: Request) -> HttpResponseBase:
    """One's own cases, or all in reach, with last contact and what is due next; narrowed by stage, worker and risk."""
    asked = request.GET
    worker = asked.get("worker", "")
    wanted = queries.CaseFilter(
        everybody=asked.get("whose") == "all",
        worker_id=int(worker) if worker.isascii() and worker.isdigit() and len(worker) < 10 else None,
        stage=asked.get("stage", ""),
        high_risk=asked.get("risk") == "high",
    )
    page = queries.caseload(request.viewer, wanted, asked.get("cursor"))
    today = clock.today()
    context = {
        "page": page,
        "rows": [(each, _due(each, today)) for each in page.items],
        "wanted": wanted,
        "tabs": _tabs(request, "all" if wanted.everybody else "mine"),
        "stages": [("", _("未结案")), *((stage.value, stage.label) for stage in CaseStage)],
        "workers": queries.carriers(request.viewer) if wanted.everybody else (),
        "high": HIGH,
    }
    return render(request, "practice/cases.html", context)


def _due(case: Case, today: Any) -> dict[str, Any]:
    """What is to be done next on a case, and whether its day has passed."""
    day = getattr(case, "follow_up_on", None) if case.closed_on else getattr(case, "next_on", None)
    return {"on": day, "late": day is not None and day < today, "last": getattr(case, "last_on", None)}


def _tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """Mine, all, and for an approver what waits."""
    here = reverse("practice:cases")
    tabs: list[dict[str, Any]] = [
        {"title": _("我的"), "url": here, "active": active == "mine"},
        {"title": _("范围内全部"), "url": f"{here}?{urlencode({'whose': 'all'})}", "active": active == "all"},
    ]
    if request.viewer.has(Role.HEAD, Role.SUPERVISOR):
        count = queries.waiting(request.viewer).count
        waits = {"title": _("待审批"), "url": reverse("practice:cases-waiting"), "active": active == "waiting"}
        tabs.append({**waits, "count": count or None})
    return tabs


@require_GET
@requires(Role.HEAD, Role.SUPERVISOR)
def cases_waiting(request: Request) -> HttpResponseBase:
    """Plans and closures to approve, emergency services to review, cases offered to the station."""
    waiting = queries.waiting(request.viewer)
    now = clock.now()
    context = {
        "approvals": [(each, waiting.names.get(each.asked_by_id, "")) for each in waiting.approvals],
        "emergencies": [
            (each, waiting.names.get(each.marked_by_id, ""), each.review_by < now) for each in waiting.emergencies
        ],
        "transfers": waiting.transfers,
        "waiting": waiting,
        "tabs": _tabs(request, "waiting"),
    }
    return render(request, "practice/cases_waiting.html", context)


@require_GET
@requires(*READERS)
def case(request: Request, case_id: UUID) -> HttpResponseBase:
    """One case as its file; older records page by page."""
    cursor = request.GET.get("cursor")
    if cursor and request.headers.get("HX-Request"):
        found = queries.cases_read(request.viewer).filter(pk=case_id).select_related("worker").first()
        if found is None:
            raise Http404
        page = queries.case_records(found, cursor)
        givers = giver_names([record.pk for record in page.items])
        rows = [(record, givers.get(record.pk, [])) for record in page.items]
        in_review = is_in_review(found, request.viewer)
        context = {"records": rows, "next_cursor": page.next_cursor, "case": found, "in_review": in_review}
        return render(request, "practice/case_records.html", context)
    file = queries.case_file(request.viewer, case_id, cursor)
    if file is None:
        return _door_or_nothing(request, case_id)
    in_review = note_look(file.case, by=request.viewer, at=clock.now())
    return render(request, "practice/case.html", {**shown(file, request.viewer), "in_review": in_review})


def _door_or_nothing(request: Request, case_id: UUID) -> HttpResponseBase:
    """A restricted case under review leads its supervisor to the door; any other case isn't there."""
    client_id = client_under_review(case_id) if request.viewer.has(Role.SUPERVISOR) else None
    if client_id is None:
        raise Http404
    return redirect(f"{reverse('practice:client-door')}?{urlencode({'id': client_id, 'case': case_id})}")


def case_or_404(request: Request, case_id: UUID) -> Case:
    """A case that the viewer may see. Raises Http404."""
    found = queries.cases_seen(request.viewer).filter(pk=case_id).select_related("client", "station").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def case_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Open a case for a client."""
    kept = file_of(request, client_id)
    groups = PopulationGroup.objects.all()
    own = kept.groups.filter(until__isnull=True).values_list("group_id", flat=True).first()
    form = OpenCaseForm(
        request.POST or None,
        initial={"key": uuid7(), "opened_on": clock.today(), "group": own},
        groups=groups,
        supervisors=queries.supervisors_for(worker_of(request.viewer)),
        asks_for_guardian=is_minor(kept.born_on, clock.today()) and not queries.guardians_of(kept),
    )

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        opened = actions.open_case(
            kept,
            group=groups.get(pk=typed["group"]),
            problem=typed["problem"],
            opened_on=typed["opened_on"],
            supervisor=Worker.objects.filter(pk=typed["supervisor"]).first() if typed["supervisor"] else None,
            no_guardian_reason=typed.get("no_guardian_reason", ""),
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:case", args=[opened.pk]), _("个案已开。")

    back = reverse("practice:client", args=[kept.pk])
    title = _("开个案：%(name)s") % {"name": kept.name}
    return answer_sheet(request, form, save, title=title, submit=_("开个案"), back=back)
