"""Pages of referrals: inbox and outbox, referring, one referral and its steps."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.chinese import mask_phone
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.enums import OrganisationKind
from shegong.network.middleware import Request, requires
from shegong.network.queries import organisations_on
from shegong.people.enums import Role
from shegong.practice.actions import referral as actions
from shegong.practice.enums import ReferralState
from shegong.practice.forms.referral import (
    AcceptReferralForm,
    DeclineReferralForm,
    ReferForm,
    ReleaseForm,
    ResultForm,
)
from shegong.practice.models import Client, Enquiry, Referral
from shegong.practice.queries import referral as queries
from shegong.practice.queries.client import clients_seen
from shegong.practice.queries.enquiry import enquiry_file
from shegong.practice.queries.terms import address_of
from shegong.practice.rules import referral as rules
from shegong.practice.views.client import KEEPERS
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

READERS = (*KEEPERS, Role.COUNTY, Role.LIAISON, Role.AGENCY)
ANSWERERS = (*KEEPERS, Role.LIAISON, Role.AGENCY)
both_ways = require_http_methods(["GET", "POST"])


@require_GET
@requires(*READERS)
def referrals(request: Request) -> HttpResponseBase:
    """What came in, or what was sent."""
    keeps = bool(request.viewer.hubs or request.viewer.stations)
    box = "out" if keeps and request.GET.get("box") == "out" else "in"
    waiting = request.GET.get("all") is None
    page = queries.referrals_page(request.viewer, box, waiting=waiting, cursor=request.GET.get("cursor"))
    context = {"page": page, "box": box, "waiting": waiting, "keeps": keeps, "now": clock.now()}
    return render(request, "practice/referrals.html", context)


@both_ways
@requires(*KEEPERS)
def refer(request: Request) -> HttpResponseBase:
    """Refer a client (perhaps of a case), or whom an enquiry is about."""
    client, enquiry = _subject(request)
    place = client or enquiry
    if place is None:
        raise Http404
    case_id = _key(request.GET.get("case"))
    form = ReferForm(
        request.POST or None,
        initial={"key": uuid7(), "consent_on": clock.today()},
        stations=queries.stations_to_refer_to(place.station_id, place.hub_id),
        organisations=organisations_on(clock.today()).filter(
            kinds__overlap=[OrganisationKind.DEPARTMENT, OrganisationKind.CHARITY, OrganisationKind.AGENCY]
        ),
        hub_id=place.hub_id,
        has_file=client is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.refer(
                form.draft(case_id),
                client=client,
                enquiry=enquiry,
                key=form.cleaned_data["key"],
                by=request.viewer,
                at=clock.now(),
            )
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            is_sent = made.state == ReferralState.SENT
            said = _("已送出，等待对方答复。") if is_sent else _("已保存；取得同意前，对方什么也看不到。")
            return go(request, _page_of(made), said)
    context = {"form": form, "client": client, "enquiry": enquiry, "address": request.get_full_path()}
    return render(request, "practice/refer.html", context, status=WRONG if form.is_bound else 200)


def _subject(request: Request) -> tuple[Client | None, Enquiry | None]:
    client_key, enquiry_key = _key(request.GET.get("client")), _key(request.GET.get("enquiry"))
    client = clients_seen(request.viewer).filter(pk=client_key).first() if client_key else None
    enquiry = enquiry_file(request.viewer, enquiry_key) if enquiry_key else None
    return client or (enquiry.client if enquiry else None), enquiry


@require_GET
@requires(*READERS)
def referral(request: Request, referral_id: UUID) -> HttpResponseBase:
    """One referral: from whom to whom, its state, and what the viewer can do about it."""
    found = _found(request, referral_id)
    viewer, state = request.viewer, found.state
    is_sender, may_answer = actions.is_sender(found, viewer), actions.may_answer(found, viewer)
    received = None
    if found.received_client_id and may_answer:
        received = clients_seen(viewer).filter(pk=found.received_client_id).first()
    context = {
        "referral": found,
        "masked_phone": mask_phone(found.phone),
        "late": rules.is_late(state, found.due_at, found.result_due_at, clock.now()),
        "agreement_url": address_of(found.agreement),
        "is_sender": is_sender,
        "may_release": is_sender and state == ReferralState.WAITING,
        "may_withdraw": is_sender and state in (ReferralState.WAITING, ReferralState.SENT),
        "may_answer": may_answer and state == ReferralState.SENT,
        "may_return": may_answer and state == ReferralState.ACCEPTED,
        "may_close": is_sender and state in (ReferralState.DECLINED, ReferralState.RETURNED),
        "received": received,
    }
    return render(request, "practice/referral.html", context)


def _step(request: Request, referral_id: UUID, form: forms.Form, step: Any, **words: Any) -> HttpResponseBase:
    """One step of a referral in a sheet."""
    found = _found(request, referral_id)

    def save() -> tuple[str, Any]:
        step(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _page_of(found), _("已保存。")

    return answer_sheet(request, form, save, **words)


@both_ways
@requires(*KEEPERS)
def referral_release(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Send it, now that there is consent."""
    form = ReleaseForm(request.POST or None, initial={"consent_on": clock.today()})
    return _step(request, referral_id, form, actions.release_referral, title=_("取得同意，送出"), submit=_("送出"))


@both_ways
@requires(*ANSWERERS)
def referral_accept(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Take it on."""
    form = AcceptReferralForm(request.POST or None)
    return _step(request, referral_id, form, actions.accept_referral, title=_("接收转介"), submit=_("接收"))


@both_ways
@requires(*ANSWERERS)
def referral_decline(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Don't take it on, and say why."""
    form = DeclineReferralForm(request.POST or None)
    return _step(request, referral_id, form, actions.decline_referral, title=_("不能接收"), submit=_("婉拒"))


@both_ways
@requires(*ANSWERERS)
def referral_result(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Say what came of it."""
    form = ResultForm(request.POST or None)
    return _step(request, referral_id, form, actions.return_result, title=_("反馈结果"), submit=_("反馈"))


@require_POST
@requires(*KEEPERS)
def referral_close(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Close the loop."""
    return _at_once(request, referral_id, actions.close_referral, _("已办结。"))


@require_POST
@requires(*KEEPERS)
def referral_withdraw(request: Request, referral_id: UUID) -> HttpResponseBase:
    """Take it back."""
    return _at_once(request, referral_id, actions.withdraw_referral, _("已撤回，移交的内容已清除。"))


def _at_once(request: Request, referral_id: UUID, step: Any, said: str) -> HttpResponseBase:
    found = _found(request, referral_id)
    try:
        step(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page_of(found), problem)
    return go(request, _page_of(found), said)


@require_POST
@requires(*READERS)
def referral_reveal(request: Request, referral_id: UUID, field: str) -> HttpResponseBase:
    """A whole number or address, asked for and journalled."""
    found = _found(request, referral_id)
    try:
        value = actions.reveal_referral(found, field, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise Http404 from problem
    masked = mask_phone(value) if field == "phone" else "****"
    return render(request, "practice/revealed.html", {"value": value, "masked": masked})


def _found(request: Request, referral_id: UUID) -> Referral:
    found = queries.referral_file(request.viewer, referral_id)
    if found is None:
        raise Http404
    return found


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as wrong:
        raise Http404 from wrong


def _page_of(found: Referral) -> str:
    return reverse("practice:referral", args=[found.pk])
