"""Pages of qualifications: the own, those in one's charge, requests and their decisions."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.workforce.actions import credential as actions
from shegong.workforce.enums import RequestKind
from shegong.workforce.forms.credential import ApproveForm, DeclineForm, RequestForm
from shegong.workforce.models import CredentialRequest, Worker
from shegong.workforce.queries import credential as queries
from shegong.workforce.queries.learning import coming_courses
from shegong.workforce.rules.credential import ReminderKind, renewal_opens

both_ways = require_http_methods(["GET", "POST"])
TITLES = {
    RequestKind.CERTIFICATE: lambda: _("登记证书"),
    RequestKind.REGISTRATION: lambda: _("首次登记"),
    RequestKind.RENEWAL: lambda: _("延续登记"),
}


@require_GET
@requires(*queries.READERS)
def credentials(request: Request) -> HttpResponseBase:
    """Whoever is in charge sees those with something to do; everybody else the own page."""
    viewer, today = request.viewer, clock.today()
    if not viewer.has(*queries.IN_CHARGE, Role.AGENCY):
        worker = queries.own_worker(viewer)
        if worker is None:
            return render(request, "workforce/credentials_none.html")
        return redirect("workforce:credential-file", worker.pk)
    kind = request.GET.get("due", "")
    page = queries.due_page(viewer, kind, today, request.GET.get("cursor"))
    counts = queries.due_counts(viewer, today)
    labels = {
        "": _("全部持证社工"),
        ReminderKind.WINDOW.value: _("可以延续"),
        ReminderKind.LAPSED.value: _("已过期"),
        ReminderKind.UNREGISTERED.value: _("未登记"),
        ReminderKind.HOURS.value: _("学时不足"),
    }
    address = reverse("workforce:credentials")
    filters = [
        {
            "title": label,
            "url": f"{address}?due={value}" if value else address,
            "active": value == kind,
            "count": counts.get(value),
        }
        for value, label in labels.items()
    ]
    context = {
        "page": page,
        "rows": [queries.due_of(each, today) for each in page.items],
        "filters": filters,
        "own": queries.own_worker(viewer),
        **tabs(request, "due"),
    }
    return render(request, "workforce/credentials.html", context)


def tabs(request: Request, active: str) -> dict[str, Any]:
    """The ways through these pages, for the viewer (two counts for whoever is in charge)."""
    viewer = request.viewer
    entries = []
    if viewer.has(*queries.IN_CHARGE):
        requests, hours = queries.waiting_counts(viewer)
        entries += [
            ("due", _("证书与登记"), reverse("workforce:credentials"), None),
            ("learning", _("待审学时"), reverse("workforce:learning-waiting"), hours),
        ]
        if viewer.has(Role.COUNTY, Role.CITY):
            entries.insert(1, ("requests", _("待审申请"), reverse("workforce:requests"), requests))
            entries.append(("register", _("核对名册"), reverse("workforce:register"), None))
    elif viewer.has(Role.AGENCY):
        entries.append(("due", _("证书与登记"), reverse("workforce:credentials"), None))
    entries.append(("courses", _("课程"), reverse("workforce:courses"), None))
    if viewer.has(Role.WORKER, Role.HEAD, Role.SUPERVISOR):
        entries.insert(0, ("own", _("我的证书"), reverse("workforce:credentials-own"), None))
    listed = [
        {"title": title, "url": url, "active": key == active, "count": count or None}
        for key, title, url, count in entries
    ]
    return {"ways": listed}


@require_GET
@requires(*queries.READERS)
def credentials_own(request: Request) -> HttpResponseBase:
    """The own page, for whoever also has the list."""
    worker = queries.own_worker(request.viewer)
    if worker is None:
        return render(request, "workforce/credentials_none.html", tabs(request, "own"))
    return redirect("workforce:credential-file", worker.pk)


@require_GET
@requires(*queries.READERS)
def credential_file(request: Request, worker_id: int) -> HttpResponseBase:
    """A worker's certificates, registration, hours and requests."""
    viewer, today = request.viewer, clock.today()
    worker = seen(request, worker_id)
    file = queries.credential_file(viewer, worker, today)
    own = worker.account_id == viewer.account_id
    latest = file.current
    context = {
        "file": file,
        "worker": worker,
        "own": own,
        "today": today,
        "may_ask": own or queries.is_in_charge(viewer, worker.hub_id, worker.station_id),
        "is_current": latest is not None and latest.since <= today < latest.until,
        "renewal_opens": renewal_opens(latest.until) if latest else None,
        "courses": coming_courses(viewer, clock.now()) if own else [],
        **tabs(request, "own" if own else "due"),
    }
    return render(request, "workforce/credential_file.html", context)


@require_GET
@requires(*queries.READERS)
def growth(request: Request, worker_id: int) -> HttpResponseBase:
    """A worker's way up the ladder."""
    worker = seen(request, worker_id)
    page = queries.growth_page(request.viewer, worker, clock.today())
    context = {
        "growth": page,
        "worker": worker,
        "own": worker.account_id == request.viewer.account_id,
        "paper_url": reverse(settings.PAPER_PAGE, args=["growth", UUID(int=worker.pk)]),
        **tabs(request, "own"),
    }
    return render(request, "workforce/growth.html", context)


def seen(request: Request, worker_id: int) -> Worker:
    """A worker in the viewer's reach. Raises Http404."""
    worker = queries.worker_seen(request.viewer, worker_id)
    if worker is None:
        raise Http404
    return worker


@both_ways
@requires(*queries.READERS)
def request_new(request: Request, worker_id: int, kind: str) -> HttpResponseBase:
    """Ask for a certificate, a first registration or a renewal."""
    worker = seen(request, worker_id)
    if kind not in RequestKind.values:
        raise Http404
    wanted = RequestKind(kind)
    own = worker.account_id == request.viewer.account_id
    form = RequestForm(
        request.POST or None, request.FILES or None, kind=wanted, own=own, initial=_initial(worker, wanted)
    )

    def save() -> tuple[str, Any]:
        actions.ask_for_entry(
            form.draft(),
            worker,
            by=request.viewer,
            at=clock.now(),
            key=form.cleaned_data["key"],
            file=form.brought(),
        )
        return page_of(worker), _("已提交，等待区(市)县审核。")

    return answer_sheet(
        request, form, save, title=TITLES[wanted](), submit=_("提交审核"), back=page_of(worker), note=worker.name
    )


def _initial(worker: Worker, kind: RequestKind) -> dict[str, Any]:
    today = clock.today()
    standing = queries.standing_of(worker)
    initial: dict[str, Any] = {"key": uuid7(), "since": today}
    if kind == RequestKind.RENEWAL and standing.latest:
        initial["since"] = max(standing.latest.until, today) if standing.latest.until < today else standing.latest.until
    if standing.highest:
        initial["level"] = standing.highest.level
    return initial


def page_of(worker: Worker) -> str:
    """Where a worker's qualifications are shown."""
    return reverse("workforce:credential-file", args=[worker.pk])


@require_GET
@requires(Role.COUNTY, Role.CITY)
def requests(request: Request) -> HttpResponseBase:
    """What waits for the county."""
    page = queries.requests_page(request.viewer, request.GET.get("cursor"))
    return render(request, "workforce/requests.html", {"page": page, **tabs(request, "requests")})


@require_GET
@requires(*queries.READERS)
def request_page(request: Request, request_id: UUID) -> HttpResponseBase:
    """One request, with its scan."""
    found = _found(request, request_id)
    viewer = request.viewer
    own = found.worker.account_id == viewer.account_id
    waiting = found.state == "waiting"
    file = queries.credential_file(viewer, found.worker, clock.today())
    context = {
        "asked": found,
        "file": file,
        "names": queries.names_of([found.asked_by_id, found.decided_by_id]),
        "asked_by": queries.names_of([found.asked_by_id]).get(found.asked_by_id, ""),
        "may_decide": waiting and not own and queries.is_county(viewer, found.hub_id),
        "may_withdraw": waiting and own,
        **tabs(request, "own" if own else "requests"),
    }
    return render(request, "workforce/request.html", context)


@both_ways
@requires(Role.COUNTY, Role.CITY)
def request_approve(request: Request, request_id: UUID) -> HttpResponseBase:
    """Enter it."""
    form = ApproveForm(request.POST or None)
    return _decide(request, request_id, form, actions.approve_request, title=_("通过"), submit=_("通过并登记"))


@both_ways
@requires(Role.COUNTY, Role.CITY)
def request_decline(request: Request, request_id: UUID) -> HttpResponseBase:
    """Don't, and say why."""
    form = DeclineForm(request.POST or None)
    return _decide(request, request_id, form, actions.decline_request, title=_("退回"), submit=_("退回"))


def _decide(request: Request, request_id: UUID, form: forms.Form, step: Any, **words: Any) -> HttpResponseBase:
    found = _found(request, request_id)
    back = reverse("workforce:request", args=[found.pk])

    def save() -> tuple[str, Any]:
        step(found, form.cleaned_data["answer"], by=request.viewer, at=clock.now())
        return reverse("workforce:requests"), _("已办理。")

    return answer_sheet(request, form, save, back=back, note=found.worker.name, **words)


@require_POST
@requires(*queries.READERS)
def request_withdraw(request: Request, request_id: UUID) -> HttpResponseBase:
    """Take the own request back."""
    found = _found(request, request_id)
    try:
        actions.withdraw_request(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, page_of(found.worker), problem)
    return go(request, page_of(found.worker), _("已撤回。"))


@require_GET
@requires(*queries.READERS)
def proof(request: Request, proof_id: UUID) -> HttpResponseBase:
    """The scan itself; `?show` shows a photo in the page, `?preview` a small one."""
    found = queries.proof_seen(request.viewer, proof_id)
    if found is None:
        raise Http404
    return kept_file_answer(request, found.media, found.name, lambda small: queries.content_of(found, preview=small))


def _found(request: Request, request_id: UUID) -> CredentialRequest:
    found = queries.requests_seen(request.viewer).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found
