"""Small changes to a client's file, each in a sheet: consents, contacts, household, merging, the door of restricted
files.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.practice.actions import client as actions
from shegong.practice.actions.merge import merge_clients, undo_merge
from shegong.practice.forms.client import ConsentForm, ContactForm, DoorForm, HouseholdForm, MergeForm
from shegong.practice.models import Client, ClientMerge, Consent, Contact
from shegong.practice.queries import client as queries
from shegong.practice.rules.client import ConsentFact, ContactFact
from shegong.practice.views.client import KEEPERS, READERS, file_of
from shegong.practice.views.sheets import answer_sheet, go, raise_if_gone

WITH_COUNTY = (*KEEPERS, Role.COUNTY)
both_ways = require_http_methods(["GET", "POST"])


def _page_of(client_id: UUID) -> str:
    return reverse("practice:client", args=[client_id])


def _at(kept: Client) -> dict[str, Any]:
    """Whom a sheet is about, and where it leads back to."""
    return {"about": kept, "back": _page_of(kept.pk)}


@both_ways
@requires(*KEEPERS)
def consent_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Note a consent or another basis."""
    kept = file_of(request, client_id)
    form = ConsentForm(request.POST or None, initial={"given_on": clock.today()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        fact = ConsentFact(
            purpose=typed["purpose"], basis=typed["basis"], given_on=typed["given_on"], note=typed["note"]
        )
        actions.give_consent(kept, fact, by=request.viewer, at=clock.now())
        return _page_of(kept.pk), _("已登记。")

    return answer_sheet(request, form, save, title=_("登记同意或依据"), submit=_("保存"), **_at(kept))


@require_POST
@requires(*KEEPERS)
def consent_withdraw(request: Request, consent_id: UUID) -> HttpResponseBase:
    """Note that a consent was withdrawn."""
    consent = get_object_or_404(Consent, pk=consent_id)
    return _done(
        request, lambda: actions.withdraw_consent(consent, by=request.viewer, at=clock.now()), consent.client_id
    )


@both_ways
@requires(*KEEPERS)
def contact_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Note somebody to turn to."""
    kept = file_of(request, client_id)
    form = ContactForm(request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        fact = ContactFact(
            name=typed["contact_name"],
            relation=typed["contact_relation"],
            phone=typed["contact_phone"],
            is_guardian=typed["contact_guardian"],
        )
        actions.add_contact(kept, fact, by=request.viewer, at=clock.now())
        return _page_of(kept.pk), _("已登记。")

    return answer_sheet(request, form, save, title=_("添加联系人"), submit=_("保存"), **_at(kept))


@require_POST
@requires(*KEEPERS)
def contact_remove(request: Request, contact_id: UUID) -> HttpResponseBase:
    """Strike out a contact."""
    contact = get_object_or_404(Contact, pk=contact_id)
    return _done(request, lambda: actions.remove_contact(contact, by=request.viewer, at=clock.now()), contact.client_id)


@require_POST
@requires(*READERS)
def contact_reveal(request: Request, contact_id: UUID) -> HttpResponseBase:
    """A contact's whole telephone number, asked for and journalled."""
    contact = get_object_or_404(Contact, pk=contact_id, client__in=queries.clients_seen(request.viewer))
    value = actions.reveal_contact(contact, by=request.viewer, at=clock.now())
    return render(request, "practice/revealed.html", {"value": value, "masked": contact.masked})


@both_ways
@requires(*KEEPERS)
def household(request: Request, client_id: UUID) -> HttpResponseBase:
    """Note with whom somebody lives."""
    kept = file_of(request, client_id)
    form = HouseholdForm(request.POST or None)

    def save() -> tuple[str, Any]:
        other = _by_number(request, form.cleaned_data["number"])
        relation = form.cleaned_data["household_relation"]
        actions.live_together(kept, other, relation, by=request.viewer, at=clock.now())
        return _page_of(kept.pk), _("已登记。")

    return answer_sheet(request, form, save, title=_("登记同住家人"), submit=_("保存"), **_at(kept))


@require_POST
@requires(*KEEPERS)
def household_leave(request: Request, client_id: UUID) -> HttpResponseBase:
    """Note that somebody lives with them no longer."""
    kept = file_of(request, client_id)
    return _done(request, lambda: actions.live_apart(kept, by=request.viewer, at=clock.now()), kept.pk)


@both_ways
@requires(*WITH_COUNTY)
def merge(request: Request, client_id: UUID) -> HttpResponseBase:
    """Join another file of the same person to this one."""
    kept = file_of(request, client_id)
    form = MergeForm(request.POST or None, initial={"number": request.GET.get("number", "")[:30]})

    def save() -> tuple[str, Any]:
        other = _by_number(request, form.cleaned_data["number"])
        try:
            merge_clients(kept, other, by=request.viewer, at=clock.now())
        except Problem as problem:
            raise problem.at("number") from problem
        return _page_of(kept.pk), _("已合并，可在本页撤销。")

    return answer_sheet(request, form, save, title=_("合并档案"), submit=_("合并到这份档案"), **_at(kept))


@require_POST
@requires(*WITH_COUNTY)
def merge_undo(request: Request, merge_id: UUID) -> HttpResponseBase:
    """Part two files again."""
    found = get_object_or_404(ClientMerge, pk=merge_id)
    return _done(request, lambda: undo_merge(found, by=request.viewer, at=clock.now()), found.kept_id)


@both_ways
@requires(*WITH_COUNTY, Role.SUPERVISOR)
def door(request: Request) -> HttpResponseBase:
    """Open a restricted file for a reason."""
    key = _key(request.POST.get("id") or request.GET.get("id"))
    case = _key(request.POST.get("case") or request.GET.get("case"))
    form = DoorForm(request.POST or None)
    if key is not None:
        del form.fields["number"]

    def save() -> tuple[str, Any]:
        which = key or form.cleaned_data["number"]
        opened = actions.open_restricted(which, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        page = reverse("practice:case", args=[case]) if case else _page_of(opened)
        return page, _("已打开，8 小时内有效。查阅已记入日志。")

    return answer_sheet(
        request,
        form,
        save,
        hidden_case=case,
        title=_("限制查阅的档案"),
        submit=_("说明理由并打开"),
        back=reverse("practice:clients"),
        hidden_id=key,
        is_door=True,
    )


def _by_number(request: Request, number: str) -> Client:
    found = queries.clients_seen(request.viewer).filter(number=number.strip().upper()[:30]).first()
    if found is None:
        raise Problem("client_missing", _("您的范围内没有这个编号的档案。"), "number")
    return found


def _done(request: Request, work: Any, client_id: UUID) -> HttpResponseBase:
    """Do it and go back to the file; say what stands against it."""
    try:
        work()
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page_of(client_id), problem)
    return go(request, _page_of(client_id), _("已保存。"))


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as wrong:
        raise Http404 from wrong
