"""Pages of supervision: a supervisor's work, a worker's advice and record, who covers which station."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.models import Field, PopulationGroup
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.workforce.actions import supervision as actions
from shegong.workforce.enums import AdviceState, AdviceStepKind
from shegong.workforce.forms.supervision import NoteForm, ProfileForm
from shegong.workforce.models import SupervisionAdvice, SupervisionHandover, SupervisorProfile
from shegong.workforce.queries import supervision as queries

WRONG: Final = 422


def answer_sheet(
    request: Request, form: forms.Form, save: Callable[[], tuple[str, Any]], **context: Any
) -> HttpResponseBase:
    """Show a sheet with the form (`title`, `submit`, `back`, perhaps a `note`), or save it: `save` returns where to go
    and what to say, or raises Problem, which is shown at its field with what was typed.
    """
    if request.method == "POST" and form.is_valid():
        try:
            url, text = save()
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, url, text)
    context = {"form": form, "address": request.path, "back": reverse("workforce:supervision"), **context}
    return render(request, "workforce/supervision_sheet.html", context, status=WRONG if form.is_bound else 200)


def go(request: Request, url: str, text: Any = "") -> HttpResponseBase:
    """On to a page, with a sentence; htmx is told to go there."""
    if text:
        messages.success(request, str(text))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def raise_if_gone(problem: Problem) -> None:
    """What isn't there (any more), or not for this viewer, has no form to show a message in."""
    if problem.status == 404 and problem.field is None:
        raise Http404(str(problem))


def paper_url(kind: str, worker_id: int) -> str:
    """Where a worker's record is printed."""
    return reverse(settings.PAPER_PAGE, args=[kind, UUID(int=worker_id)])


def tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways that supervision has for this viewer: giving it, receiving it, looking after stations'."""
    viewer = request.viewer
    ways = (
        ("give", _("我做督导"), "workforce:supervision-give", viewer.has(Role.SUPERVISOR)),
        ("receive", _("我接受督导"), "workforce:supervision-receive", viewer.has(Role.WORKER, Role.HEAD)),
        ("stations", _("站点督导"), "workforce:supervision-stations", viewer.has(*queries.OFFICERS)),
    )
    return [
        {"title": title, "url": reverse(name), "active": key == active} for key, title, name, shown in ways if shown
    ]


@require_GET
@requires(*queries.READERS)
def supervision(request: Request) -> HttpResponseBase:
    """To where supervision is a viewer's daily matter."""
    if request.viewer.has(Role.SUPERVISOR):
        return redirect("workforce:supervision-give")
    if request.viewer.has(Role.COUNTY, Role.CITY):
        return redirect("workforce:supervision-stations")
    return redirect("workforce:supervision-receive")


@require_GET
@requires(Role.SUPERVISOR)
def give(request: Request) -> HttpResponseBase:
    """A supervisor's work: what is due, advice to follow up, supervisees, agreements and their hours."""
    now = clock.now()
    desk = queries.supervisor_desk(request.viewer, now)
    context = {
        "desk": desk,
        "tabs": tabs(request, "give"),
        "now": now,
        "today": clock.today(),
        "paper_url": paper_url("supervision-given", desk.profile.worker_id) if desk else "",
    }
    return render(request, "workforce/supervision_give.html", context)


@require_GET
@requires(Role.WORKER, Role.HEAD)
def receive(request: Request) -> HttpResponseBase:
    """A worker's side: advice to act on, sessions planned and to rate, the record."""
    worker = queries.own_worker(request.viewer)
    desk = queries.worker_desk(request.viewer, worker, request.GET.get("cursor")) if worker else None
    context = {
        "desk": desk,
        "tabs": tabs(request, "receive"),
        "today": clock.today(),
        "paper_url": paper_url("supervision-received", worker.pk) if worker else "",
    }
    return render(request, "workforce/supervision_receive.html", context)


@require_GET
@requires(*queries.OFFICERS)
def stations(request: Request) -> HttpResponseBase:
    """Internal and external supervisors of each station of a county, hours and cost, who has had nobody for 60 days."""
    today = clock.today()
    hubs = queries.officer_hubs(request.viewer)
    asked = request.GET.get("hub", "")
    hub = next((each for each in hubs if each.key == asked), hubs[0] if hubs else None)
    if asked and (hub is None or hub.key != asked):
        raise Http404
    rows = queries.pairings(request.viewer, hub, today) if hub else []
    context = {
        "tabs": tabs(request, "stations"),
        "hubs": hubs,
        "hub": hub,
        "rows": rows,
        "workers": sum(row.workers for row in rows),
        "unsupervised": sum(row.unsupervised for row in rows),
        "without_internal": sum(not row.internal for row in rows),
        "without_external": sum(not row.external for row in rows),
        "late": queries.unsupervised_of(request.viewer, hub, today) if hub else [],
        "ledger": queries.hub_ledger(request.viewer, hub, today) if hub else [],
        "handovers": queries.handovers_of(request.viewer, hub) if hub else [],
        "today": today,
    }
    return render(request, "workforce/supervision_stations.html", context)


@require_GET
@requires(*queries.READERS)
def advice(request: Request, advice_id: UUID) -> HttpResponseBase:
    """An advice and all that was done about it."""
    found = _advice(request, advice_id)
    me = queries.own_worker(request.viewer)
    context = {
        "advice": found,
        "steps": found.steps.select_related("by").order_by("at", "id"),
        "may_act": me is not None and me.pk == found.responsible_id and found.state == AdviceState.OPEN,
        "may_follow_up": me is not None and me.pk == found.supervisor_id and found.state == AdviceState.ACTED,
        "today": clock.today(),
    }
    return render(request, "workforce/supervision_advice.html", context)


@require_http_methods(["GET", "POST"])
@requires(*queries.READERS)
def advice_step(request: Request, advice_id: UUID, step: str) -> HttpResponseBase:
    """The worker acted on it; the supervisor finds it done, or sends it back."""
    found = _advice(request, advice_id)
    kind = AdviceStepKind(step)
    form = NoteForm(request.POST or None)
    titles = {
        AdviceStepKind.ACTED: (_("我做了什么"), _("提交落实情况")),
        AdviceStepKind.RETURNED: (_("还要继续"), _("退回继续")),
        AdviceStepKind.DONE: (_("确认完成"), _("确认完成")),
    }

    def save() -> tuple[str, Any]:
        actions.step_advice(found, kind, form.cleaned_data["note"], by=request.viewer, at=clock.now())
        return reverse("workforce:supervision-advice", args=[found.pk]), _("已保存。")

    title, submit = titles[kind]
    back = reverse("workforce:supervision-advice", args=[found.pk])
    return answer_sheet(request, form, save, title=title, submit=submit, back=back, note=found.text)


def _advice(request: Request, advice_id: UUID) -> SupervisionAdvice:
    found = queries.advice_seen(request.viewer).filter(pk=advice_id).first()
    if found is None:
        raise Http404
    return found


@require_POST
@requires(Role.SUPERVISOR)
def handover_acknowledge(request: Request, handover_id: UUID) -> HttpResponseBase:
    """The receiving supervisor has taken note."""
    found = SupervisionHandover.objects.filter(pk=handover_id).first()
    if found is None:
        raise Http404
    actions.acknowledge_handover(found, by=request.viewer, at=clock.now())
    return go(request, reverse("workforce:supervision-give"), _("已确认交接。"))


@require_http_methods(["GET", "POST"])
@requires(Role.SUPERVISOR)
def profile(request: Request) -> HttpResponseBase:
    """What a supervisor offers."""
    me = queries.own_worker(request.viewer)
    if me is None or not me.is_supervisor:
        raise Http404
    found = SupervisorProfile.objects.filter(pk=me.pk).first() or SupervisorProfile(
        worker=me, hub_id=me.hub_id, monthly_hours=8, since=clock.today(), hub_ids=[me.hub_id]
    )
    initial = {
        "monthly_hours": found.monthly_hours,
        "functions": found.functions,
        "groups": found.groups,
        "fields_known": found.fields,
        "methods": found.methods,
        "hub_ids": found.hub_ids,
    }
    hubs = Station.objects.filter(tier=Tier.HUB).order_by("path")
    form = ProfileForm(PopulationGroup.objects.all(), Field.objects.all(), hubs, request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        actions.set_supervisor_profile(form.apply(found), by=request.viewer, at=clock.now())
        return reverse("workforce:supervision-give"), _("督导档案已保存。")

    back = reverse("workforce:supervision-give")
    return answer_sheet(request, form, save, title=_("我的督导档案"), submit=_("保存"), back=back)
