"""The data-protection officer's pages: consents, requests, retention and erasure. Files are shown by number."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.actions import protection as actions
from shegong.practice.enums import Asked, Outcome
from shegong.practice.forms.protection import AgreeForm, AnswerForm, ConsentsForm, ReasonForm, RequestForm, RuleForm
from shegong.practice.models import ErasureProposal, RetentionRule, SubjectRequest
from shegong.practice.queries import protection as queries
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

DECIDERS: Final = (Role.DPO, Role.COUNTY)
both_ways = require_http_methods(["GET", "POST"])


@require_GET
@requires(*DECIDERS)
def protection(request: Request) -> HttpResponse:
    """The first page: what has a term for the officer, what waits for a decision for others."""
    return redirect("practice:requests" if queries.is_officer(request.viewer) else "practice:erasures")


def _page(request: Request, template: str, here: str, context: dict[str, Any]) -> HttpResponseBase:
    """A page with the ways to the others above it."""
    ways = [("requests", _("个人请求")), ("consents", _("同意与依据")), ("retention", _("保存期限"))]
    if not queries.is_officer(request.viewer):
        ways = []
    ways.append(("erasures", _("匿名化复核")))
    tabs = [{"title": title, "url": reverse(f"practice:{name}"), "active": name == here} for name, title in ways]
    return render(request, f"practice/{template}.html", {"tabs": tabs, **context})


# Consents


@require_GET
@requires(Role.DPO)
def consents(request: Request) -> HttpResponseBase:
    """All consents and other bases, counted and listed."""
    asked = {name: request.GET.get(name, "") for name in ("station", "purpose", "basis", "state")}
    station = get_object_or_404(Station, key=asked["station"]) if asked["station"] else None
    found = queries.consents(station, asked["purpose"], asked["basis"], asked["state"])
    page, lines = queries.consents_page(found, request.GET.get("cursor"))
    context = {
        "page": page,
        "lines": lines,
        "counts": queries.consent_counts(station),
        "form": ConsentsForm(initial=asked, stations=_choices(station)),
    }
    return _page(request, "protection_consents", "consents", context)


def _choices(station: Station | None) -> list[Station]:
    """The city's centre and hubs, and the station asked for if it is none of them."""
    found = list(Station.objects.filter(tier__in=[Tier.CENTRE, Tier.HUB]))
    return found if station is None or station in found else [*found, station]


@both_ways
@requires(Role.DPO)
def consent(request: Request, consent_id: UUID) -> HttpResponseBase:
    """One consent. Posting a reason shows the name on its file, this once."""
    story = queries.consent_story(consent_id)
    if story is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    name = _name(request, form, story.consent.client_id, story.consent.hub_id)
    context = {"story": story, "consent": story.consent, "form": form, "name": name}
    answer = render(request, "practice/protection_consent.html", context, status=WRONG if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _name(request: Request, form: ReasonForm, client_id: UUID, hub_id: int) -> str:
    """The name on a file, if a reason for showing it was posted."""
    if request.method != "POST" or not form.is_valid():
        return ""
    try:
        reason = form.cleaned_data["reason"]
        return actions.name_of_file(client_id, hub_id, reason, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        problem.add_to_form(form)
        return ""


# Requests


@require_GET
@requires(Role.DPO)
def requests(request: Request) -> HttpResponseBase:
    """Requests to be answered, by their term; or the answered ones."""
    state = request.GET.get("state", "")
    page, numbers = queries.requests_page(state, request.GET.get("cursor"))
    waiting, late = queries.open_requests(clock.today())
    context = {
        "page": page,
        "rows": [(each, numbers.get(each.client_id) if each.client_id else "") for each in page.items],
        "state": state,
        "waiting": waiting,
        "late": late,
        "today": clock.today(),
    }
    return _page(request, "protection_requests", "requests", context)


@both_ways
@requires(Role.DPO)
def request_new(request: Request) -> HttpResponseBase:
    """Record a request."""
    form = RequestForm(request.POST or None, initial={"received_on": clock.today()})

    def save() -> tuple[str, Any]:
        number = form.cleaned_data["number"]
        made = actions.record_request(form.fact(), number, by=request.viewer, at=clock.now())
        return reverse("practice:request", args=[made.pk]), _("已登记。")

    return answer_sheet(request, form, save, title=_("登记个人请求"), submit=_("保存"))


@both_ways
@requires(Role.DPO)
def request_page(request: Request, request_id: UUID) -> HttpResponseBase:
    """One request. Posting a reason shows the name on its file, this once."""
    asked = _request(request_id)
    form = ReasonForm(request.POST or None)
    name = _name(request, form, asked.client_id, asked.hub_id) if asked.client_id else ""
    proposal = ErasureProposal.objects.filter(request_id=asked.pk, hub_id=asked.hub_id).first()
    context = {
        "asked": asked,
        "number": queries.file_numbers([asked.client_id]).get(asked.client_id) if asked.client_id else "",
        "form": form,
        "name": name,
        "is_late": asked.answered_on is None and asked.due_on < clock.today(),
        "proposal": proposal,
        "may_propose": asked.client_id is not None
        and proposal is None
        and asked.kind == Asked.ERASE
        and asked.outcome in (Outcome.GRANTED, Outcome.PARTLY),
    }
    answer = render(request, "practice/protection_request.html", context, status=WRONG if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@both_ways
@requires(Role.DPO)
def request_answer(request: Request, request_id: UUID) -> HttpResponseBase:
    """Note how a request was answered."""
    asked = _request(request_id)
    form = AnswerForm(request.POST or None, initial={"answered_on": clock.today()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.answer_request(
            asked, typed["outcome"], typed["answer"], typed["answered_on"], by=request.viewer, at=clock.now()
        )
        return reverse("practice:request", args=[asked.pk]), _("已记下答复。")

    return answer_sheet(request, form, save, title=_("答复个人请求"), submit=_("保存"))


@require_POST
@requires(Role.DPO)
def request_propose(request: Request, request_id: UUID) -> HttpResponseBase:
    """Propose the file of a granted request for erasure."""
    asked = _request(request_id)
    if asked.client_id is None:
        raise Http404
    return _proposed(request, asked.client_id, asked.hub_id, reverse("practice:request", args=[asked.pk]), asked)


def _request(request_id: UUID) -> SubjectRequest:
    found: SubjectRequest = get_object_or_404(
        SubjectRequest.objects.select_related("station", "recorded_by", "answered_by"), pk=request_id
    )
    return found


# Retention and erasure


@require_GET
@requires(Role.DPO)
def retention(request: Request) -> HttpResponseBase:
    """How long files are kept, and those whose time is over."""
    found, following = queries.expired_files(clock.today(), request.GET.get("cursor"))
    context = {
        "rules": queries.retention_rules(),
        "found": found,
        "next_url": f"?{urlencode({'cursor': following})}" if following else "",
        "scan": queries.SCAN,
    }
    return _page(request, "protection_retention", "retention", context)


@both_ways
@requires(Role.DPO)
def retention_rule(request: Request, kind: str) -> HttpResponseBase:
    """Set a period."""
    rule = get_object_or_404(RetentionRule, pk=kind)
    form = RuleForm(request.POST or None, initial={"years": rule.years, "basis": rule.basis})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.set_retention(rule, typed["years"], typed["basis"], by=request.viewer, at=clock.now())
        return reverse("practice:retention"), _("已保存。")

    return answer_sheet(request, form, save, title=rule.get_kind_display(), submit=_("保存"))


@require_POST
@requires(Role.DPO)
def erasure_propose(request: Request, client_id: UUID) -> HttpResponseBase:
    """Propose a file whose time is over for erasure."""
    numbers = queries.file_numbers([client_id])
    found = queries.file_by_number(numbers.get(client_id, ""))
    if found is None:
        raise Http404
    return _proposed(request, client_id, found[1], reverse("practice:retention"), None)


def _proposed(
    request: Request, client_id: UUID, hub_id: int, back: str, asked: SubjectRequest | None
) -> HttpResponseBase:
    try:
        actions.propose_erasure(client_id, hub_id, by=request.viewer, at=clock.now(), asked=asked)
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, back, problem)
    return go(request, back, _("已提请匿名，等另一人复核。"))


@require_GET
@requires(*DECIDERS)
def erasures(request: Request) -> HttpResponseBase:
    """What was proposed for erasure, and what became of it."""
    waiting = request.GET.get("state", "") != "decided"
    page, lines = queries.proposals(request.viewer, waiting, request.GET.get("cursor"))
    context = {
        "page": page,
        "lines": lines,
        "waiting": waiting,
        "sees_files": bool(request.viewer.hubs),
        "own": request.viewer.account_id,
    }
    return _page(request, "protection_erasures", "erasures", context)


@both_ways
@requires(*DECIDERS)
def erasure_approve(request: Request, proposal_id: UUID) -> HttpResponseBase:
    """Agree to a proposal, after a word about what can't be undone."""
    proposal = get_object_or_404(ErasureProposal, pk=proposal_id)
    form = AgreeForm(request.POST if request.method == "POST" else None)

    def save() -> tuple[str, Any]:
        actions.approve_erasure(proposal, by=request.viewer, at=clock.now())
        return reverse("practice:erasures"), _("已匿名。统计数字不变。")

    return answer_sheet(request, form, save, title=_("同意并执行匿名"), submit=_("同意，马上执行"), is_erasure=True)


@both_ways
@requires(*DECIDERS)
def erasure_decline(request: Request, proposal_id: UUID) -> HttpResponseBase:
    """Turn a proposal down."""
    proposal = get_object_or_404(ErasureProposal, pk=proposal_id)
    form = ReasonForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.decline_erasure(proposal, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return reverse("practice:erasures"), _("已记下，档案保持原样。")

    return answer_sheet(request, form, save, title=_("不同意匿名"), submit=_("保存"))
