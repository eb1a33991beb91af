"""Pages of supervision agreements and sessions: agreed, planned, held on a phone, rated, handed over."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.workforce.actions import supervision as actions
from shegong.workforce.enums import AgreementState, SupervisionFunction, SupervisionState, SupervisionTopic
from shegong.workforce.forms.supervision import (
    AgreementForm,
    HandOverForm,
    HoldForm,
    PlanForm,
    RateForm,
    ReasonForm,
    advice_dates,
    new_session_values,
    plan_values,
)
from shegong.workforce.models import SupervisionAgreement, SupervisionSession, SupervisorProfile
from shegong.workforce.queries import supervision as queries
from shegong.workforce.views.supervision import WRONG, answer_sheet, go, raise_if_gone


@require_http_methods(["GET", "POST"])
@requires(*queries.OFFICERS)
def agreement_new(request: Request) -> HttpResponseBase:
    """Agree on supervision for a station."""
    asked = request.GET.get("station", "")
    station = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    return _agreement_form(request, None, {"key": uuid7(), "station_id": station, "since": clock.today()})


@require_http_methods(["GET", "POST"])
@requires(*queries.OFFICERS)
def agreement_edit(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Change a draft."""
    found = _agreement(request, agreement_id)
    if found.state != AgreementState.DRAFT or not actions.may_agree(request.viewer, found.hub_id, found.station_id):
        raise Http404
    names = ("station_id", "supervisor_id", "kind", "since", "hours", "price", "goals", "supervisee_ids")
    values = {name: getattr(found, name) for name in names}
    return _agreement_form(request, found, {**values, "key": found.pk, "until": queries.last_day(found)})


def _agreement_form(request: Request, found: SupervisionAgreement | None, initial: dict[str, Any]) -> HttpResponseBase:
    offer = queries.agreement_offer(request.viewer, initial.get("station_id"))
    form = AgreementForm(offer.stations, offer.supervisors, offer.workers, request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        key = found.pk if found else form.cleaned_data["key"]
        made = actions.draft_agreement(key, form.draft(), by=request.viewer, at=clock.now())
        return reverse("workforce:supervision-agreement", args=[made.pk]), _("协议已保存为草稿，核对后点“生效”。")

    back = reverse("workforce:supervision-stations")
    return answer_sheet(request, form, save, title=_("督导协议"), submit=_("保存草稿"), back=back)


@require_GET
@requires(*queries.READERS)
def agreement(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """An agreement with its hours, cost and sessions."""
    found = _agreement(request, agreement_id)
    me = queries.own_worker(request.viewer)
    is_supervisor = me is not None and me.pk == found.supervisor_id
    may_agree = actions.may_agree(request.viewer, found.hub_id, found.station_id)
    is_running = found.state == AgreementState.RUNNING
    sessions = found.sessions.order_by("-starts_at", "-id")[: queries.SHOWN]
    context = {
        "agreement": found,
        "ledger": queries.ledgers([found])[0],
        "last_day": queries.last_day(found),
        "people": queries.covered(found),
        "sessions": queries.with_people(sessions),
        "is_supervisor": is_supervisor,
        "sees_cost": may_agree or is_supervisor,
        "may_start": may_agree and found.state == AgreementState.DRAFT,
        "may_end": may_agree and is_running,
        "may_plan": is_running and (is_supervisor or may_agree),
        "may_hold": is_running and is_supervisor,
        "may_hand_over": is_supervisor and bool(queries.takers(found)),
    }
    return render(request, "workforce/supervision_agreement.html", context)


@require_POST
@requires(*queries.OFFICERS)
def agreement_start(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Put an agreement in force."""
    found = _agreement(request, agreement_id)
    actions.start_agreement(found, by=request.viewer, at=clock.now())
    return go(request, reverse("workforce:supervision-agreement", args=[found.pk]), _("协议已生效。"))


@require_http_methods(["GET", "POST"])
@requires(*queries.OFFICERS)
def agreement_end(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """End an agreement."""
    found = _agreement(request, agreement_id)
    form = ReasonForm(request.POST or None)
    back = reverse("workforce:supervision-agreement", args=[found.pk])

    def save() -> tuple[str, Any]:
        actions.end_agreement(found, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return back, _("协议已结束；督导不再能查看讨论过的个案。")

    return answer_sheet(request, form, save, title=_("结束督导协议"), submit=_("结束协议"), back=back)


@require_http_methods(["GET", "POST"])
@requires(Role.SUPERVISOR)
def hand_over(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Tell another supervisor of the station what to go on with."""
    found = _agreement(request, agreement_id)
    takers = queries.takers(found)
    form = HandOverForm(takers, request.POST or None)
    back = reverse("workforce:supervision-agreement", args=[found.pk])

    def save() -> tuple[str, Any]:
        taker = SupervisorProfile.objects.filter(pk=form.cleaned_data["taker_id"]).first()
        if taker is None:
            raise Http404
        actions.hand_over_supervision(found, taker, form.cleaned_data["note"], by=request.viewer, at=clock.now())
        return back, _("交接已送出，等对方确认。")

    return answer_sheet(request, form, save, title=_("督导交接"), submit=_("送出交接"), back=back)


@require_http_methods(["GET", "POST"])
@requires(*queries.READERS)
def session_plan(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Arrange a session."""
    found = _agreement(request, agreement_id)
    workers = list(queries.covered(found))
    initial = {"key": uuid7(), "worker_ids": [each.pk for each in workers] if len(workers) == 1 else []}
    form = PlanForm(workers, request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        key = form.cleaned_data["key"]
        made = actions.plan_supervision(key, found, form.draft(), by=request.viewer, at=clock.now())
        return reverse("workforce:supervision-session", args=[made.pk]), _("督导已约好。")

    back = reverse("workforce:supervision-agreement", args=[found.pk])
    return answer_sheet(request, form, save, title=_("约一次督导"), submit=_("约好"), back=back)


@require_http_methods(["GET", "POST"])
@requires(Role.SUPERVISOR)
def hold_new(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Write down a session that wasn't planned."""
    found = _agreement(request, agreement_id)
    workers = list(queries.covered(found))
    form = HoldForm(
        workers, request.POST or None, initial=new_session_values(uuid7(), clock.now(), clock.today(), workers)
    )
    return _hold(request, found, form, None)


@require_http_methods(["GET", "POST"])
@requires(Role.SUPERVISOR)
def hold(request: Request, session_id: UUID) -> HttpResponseBase:
    """Write down a planned session."""
    planned = _session(request, session_id)
    if planned.state != SupervisionState.PLANNED:
        return go(request, reverse("workforce:supervision-session", args=[planned.pk]))
    found = _agreement(request, planned.agreement_id)
    expected = list(planned.attendees.values_list("worker_id", flat=True))
    workers = queries.people_of(found, expected)
    initial = {**plan_values(planned, expected), **advice_dates(clock.today())}
    form = HoldForm(workers, request.POST or None, initial=initial, expected=expected)
    return _hold(request, found, form, planned)


def _hold(
    request: Request, found: SupervisionAgreement, form: HoldForm, planned: SupervisionSession | None
) -> HttpResponseBase:
    me = queries.own_worker(request.viewer)
    if me is None or me.pk != found.supervisor_id:
        raise Http404
    if request.method == "POST" and form.is_valid():
        key = planned.pk if planned else form.cleaned_data["key"]
        try:
            held = actions.hold_supervision(key, found, form.sheet(), by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            for each in problem:
                (each.at("advice_1") if each.field == "advice" else each).add_to_form(form)
        else:
            return go(request, reverse("workforce:supervision-session", args=[held.pk]), _("督导已记录。"))
    context = {"form": form, "agreement": found, "ledger": queries.ledgers([found])[0], "planned": planned}
    return render(request, "workforce/supervision_hold.html", context, status=WRONG if form.is_bound else 200)


@require_GET
@requires(*queries.READERS)
def session(request: Request, session_id: UUID) -> HttpResponseBase:
    """A session: who came, what for, and for those concerned what was said and advised."""
    found = _session(request, session_id)
    me = queries.own_worker(request.viewer)
    is_supervisor = me is not None and me.pk == found.supervisor_id
    file = queries.session_file(request.viewer, found, me)
    is_planned = found.state == SupervisionState.PLANNED
    may_arrange = is_supervisor or actions.may_agree(request.viewer, found.hub_id, found.station_id)
    context = {
        "session": found,
        "file": file,
        "is_supervisor": is_supervisor,
        "may_hold": is_supervisor and is_planned,
        "may_cancel": is_planned and may_arrange,
        "may_rate": file.may_rate,
        "sees_cases": request.viewer.has(Role.WORKER, Role.HEAD, Role.SUPERVISOR, Role.COUNTY),
        "functions": [SupervisionFunction(each).label for each in found.functions],
        "topics": [SupervisionTopic(each).label for each in found.topics],
    }
    return render(request, "workforce/supervision_session.html", context)


@require_http_methods(["GET", "POST"])
@requires(*queries.READERS)
def session_cancel(request: Request, session_id: UUID) -> HttpResponseBase:
    """Call a planned session off."""
    found = _session(request, session_id)
    form = ReasonForm(request.POST or None)
    back = reverse("workforce:supervision-session", args=[found.pk])

    def save() -> tuple[str, Any]:
        actions.cancel_supervision(found, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return back, _("督导已取消。")

    return answer_sheet(request, form, save, title=_("取消这次督导"), submit=_("取消督导"), back=back)


@require_http_methods(["GET", "POST"])
@requires(Role.WORKER, Role.HEAD)
def session_rate(request: Request, session_id: UUID) -> HttpResponseBase:
    """What a worker says of a session."""
    found = _session(request, session_id)
    form = RateForm(request.POST or None)
    back = reverse("workforce:supervision-session", args=[found.pk])

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        scores = {name: said[name] for name in ("helpful", "respected", "clear")}
        actions.rate_supervision(found, scores, said["comment"], by=request.viewer, at=clock.now())
        return back, _("谢谢，评价已保存。")

    return answer_sheet(request, form, save, title=_("评价这次督导"), submit=_("提交评价"), back=back)


def _agreement(request: Request, agreement_id: UUID) -> SupervisionAgreement:
    found = queries.agreements_seen(request.viewer).filter(pk=agreement_id).first()
    if found is None:
        raise Http404
    return found


def _session(request: Request, session_id: UUID) -> SupervisionSession:
    found = queries.sessions_seen(request.viewer).filter(pk=session_id).first()
    if found is None:
        raise Http404
    return found
