"""Agreements: the list, one whole, and each step from a draft to its reviews."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.linkage.actions import agreement as actions
from shegong.linkage.enums import DepartmentAgreementState
from shegong.linkage.forms import agreement as shapes
from shegong.linkage.models import Agreement
from shegong.linkage.queries import agreement as queries
from shegong.linkage.queries.agreement import OFFICERS, READERS
from shegong.linkage.rules.agreement import Terms, holds
from shegong.linkage.views.frame import agreement_tabs, both_ways
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.practice.queries.referral import receivers_of

DRAFTERS = (*OFFICERS, Role.HEAD)
IN_FORCE, ALL = "in_force", "all"


@require_GET
@requires(*READERS)
def agreements(request: Request) -> HttpResponseBase:
    """Those in force first; the others by state. Reviews that are due stand above."""
    viewer, today = request.viewer, clock.today()
    state = request.GET.get("state", IN_FORCE)
    rows = seen = queries.agreements_seen(viewer)
    if state == IN_FORCE:
        rows = rows.filter(queries.in_force(today))
    elif state in (DepartmentAgreementState.DRAFT, DepartmentAgreementState.SIGNING):
        rows = rows.filter(state=state)
    page = page_of(rows.defer(*shapes_texts()), ["-since", "-id"], request.GET.get("cursor"))
    counts = queries.counted(seen, today)
    titles = [
        (IN_FORCE, _("执行中")),
        (DepartmentAgreementState.SIGNING.value, DepartmentAgreementState.SIGNING.label),
        (DepartmentAgreementState.DRAFT.value, DepartmentAgreementState.DRAFT.label),
        (ALL, _("全部")),
    ]
    context = {
        "tabs": agreement_tabs(request, "agreements"),
        "page": page,
        "rows": [(each, names, is_over(each, today)) for each, names in queries.with_parties(page.items)],
        "states": [
            {"title": title, "url": f"{reverse('linkage:agreements')}?{urlencode({'state': value})}",
             "active": state == value, "count": counts.get(value) or None}
            for value, title in titles
        ],
        "reviews": queries.reviews_due(seen, today) if state == IN_FORCE else [],
        "today": today,
        "may_draft": viewer.has(*OFFICERS) or (viewer.has(Role.HEAD) and bool(viewer.hubs)),
    }  # fmt: skip
    return render(request, "linkage/agreements.html", context)


def shapes_texts() -> tuple[str, ...]:
    """The long texts, which lists don't need."""
    return ("scope", "content", "mode", "mechanism", "supervision")


def is_over(agreement: Agreement, today: Any) -> bool:
    """Whether it was signed and holds no more."""
    return agreement.signed_on is not None and agreement.ends_on <= today


@both_ways
@requires(*DRAFTERS)
def agreement_new(request: Request) -> HttpResponseBase:
    """Begin an agreement."""
    viewer, today = request.viewer, clock.today()
    hubs = queries.drafting_hubs(viewer)
    if not hubs:
        raise Http404
    choices = [(str(each.pk), each.name) for each in hubs]
    form = shapes.AgreementForm(request.POST or None, initial={"since": today, "review_months": 6}, hubs=choices)

    def save() -> tuple[str, Any]:
        values = dict(form.cleaned_data)
        chosen = values.pop("hub", choices[0][0])
        hub = next(each for each in hubs if str(each.pk) == chosen)
        made = actions.draft_agreement(hub, Terms(**values), by=viewer, at=clock.now(), today=today)
        return _page(made), _("已起草；请补上协议方、适用站点和转介通道，再送签。")

    back = reverse("linkage:agreements")
    return answer_sheet(request, form, save, title=_("起草协同协议"), submit=_("保存草稿"), back=back)


@require_GET
@requires(*READERS)
def agreement(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """An agreement with its sides, places, channels and reviews."""
    found = _found(request, agreement_id)
    viewer, today, own = request.viewer, clock.today(), receivers_of(request.viewer)
    whole = queries.whole(found)
    may_draft = queries.may_draft(viewer, found.hub_id)
    is_officer = queries.is_officer_of(viewer, found.hub_id)
    is_draft = may_draft and found.state == DepartmentAgreementState.DRAFT
    groups = dict(PopulationGroup.objects.values_list("pk", "name_zh")) if whole.channels else {}
    context = {
        "steps": [{"title": _("协同协议"), "url": reverse("linkage:agreements")}],
        "agreement": found,
        "whole": whole,
        "parties": [(each, queries.may_sign(viewer, found, each, own)) for each in whole.parties],
        "channels": [(each, [groups[key] for key in each.groups if key in groups]) for each in whole.channels],
        "holds": holds(found.state, found.since, found.ends_on, today),
        "over": is_over(found, today),
        "today": today,
        "may_edit": is_draft,
        "may_recall": may_draft and found.state == DepartmentAgreementState.SIGNING,
        "may_follow": may_draft and found.state == DepartmentAgreementState.IN_FORCE and whole.later is None,
        "may_end": (found.state == DepartmentAgreementState.IN_FORCE and is_officer) or is_draft,
        "may_review": is_officer,
        "may_project": found.state == DepartmentAgreementState.IN_FORCE and viewer.has(*OFFICERS, Role.HEAD),
    }
    return render(request, "linkage/agreement.html", context)


@both_ways
@requires(*DRAFTERS)
def agreement_edit(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Change a draft's words."""
    found = _found(request, agreement_id)
    form = shapes.AgreementForm(request.POST or None, initial=queries.given(found))

    def act() -> Any:
        terms = Terms(**form.cleaned_data)
        return actions.rewrite_agreement(found, terms, by=request.viewer, at=clock.now(), today=clock.today())

    return _answered(request, found, form, act, title=_("修改草稿"), submit=_("保存"), said=_("已保存。"))


@both_ways
@requires(*DRAFTERS)
def agreement_party(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Name another side."""
    found = _found(request, agreement_id)
    rows = queries.organisations_to_join(clock.today()).only("id", "name")
    form = shapes.PartyForm(
        request.POST or None, organisations=[("", _("请选择")), *((str(each.pk), each.name) for each in rows)]
    )

    def act() -> Any:
        values = form.cleaned_data
        draft = actions.PartyDraft(
            int(values["organisation"]), values["does"], values["contact"], values["phone"]
        )  # fmt: skip
        return actions.name_party(found, draft, by=request.viewer, at=clock.now(), today=clock.today())

    return _answered(request, found, form, act, title=_("添加协议方"), submit=_("添加"), said=_("已添加。"))


@both_ways
@requires(*DRAFTERS)
def agreement_own_side(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """What the stations' side does."""
    found = _found(request, agreement_id)
    own = found.parties.get(station__isnull=False)
    kept = {"does": own.does, "contact": own.contact, "phone": own.phone}
    form = shapes.OwnSideForm(request.POST or None, initial=kept)

    def act() -> Any:
        return actions.set_own_side(found, **form.cleaned_data, by=request.viewer, at=clock.now())

    return _answered(request, found, form, act, title=_("社工站一方"), submit=_("保存"), said=_("已保存。"))


@both_ways
@requires(*DRAFTERS)
def agreement_places(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """For which stations it holds."""
    found = _found(request, agreement_id)
    choices = [(str(each.pk), each.name) for each in queries.places_within(found.hub)]
    kept = [str(key) for key in found.places.values_list("station_id", flat=True)]
    form = shapes.PlacesForm(request.POST or None, stations=choices, initial={"stations": kept})

    def act() -> Any:
        stations = [int(each) for each in form.cleaned_data["stations"]]
        return actions.set_places(found, stations, by=request.viewer, at=clock.now())

    return _answered(request, found, form, act, title=_("适用站点"), submit=_("保存"), said=_("已保存。"))


@both_ways
@requires(*DRAFTERS)
def agreement_channel(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Add a referral channel."""
    found = _found(request, agreement_id)
    parties = found.parties.filter(organisation__isnull=False).select_related("organisation")
    groups = [(str(each.pk), each.name) for each in PopulationGroup.objects.all()]
    sides = [(str(each.organisation_id), each.name) for each in parties]
    form = shapes.ChannelForm(request.POST or None, organisations=sides, groups=groups)

    def act() -> Any:
        values = form.cleaned_data
        draft = actions.ChannelDraft(
            int(values["organisation"]), values["direction"], values["needs"], values["accept_days"],
            values["result_days"], tuple(int(each) for each in values["groups"]),
        )  # fmt: skip
        return actions.open_channel(found, draft, by=request.viewer, at=clock.now())

    note = "" if sides else _("请先添加协议方。")
    return _answered(
        request, found, form, act, title=_("添加转介通道"), submit=_("添加"), said=_("已添加。"), note=note
    )


@both_ways
@requires(*OFFICERS, Role.LIAISON, Role.AGENCY)
def agreement_sign(request: Request, agreement_id: UUID, party_id: UUID) -> HttpResponseBase:
    """Sign for one side."""
    found = _found(request, agreement_id)
    party = found.parties.select_related("organisation", "station").filter(pk=party_id).first()
    own = receivers_of(request.viewer)
    if party is None or not queries.may_sign(request.viewer, found, party, own):
        raise Http404
    is_paper = queries.signs_on_paper(party, own)
    data = request.POST if request.method == "POST" else None
    form = shapes.SignForm(data, is_paper=is_paper, initial={"signed_on": clock.today()})

    def act() -> Any:
        return actions.sign_agreement(
            found, party_id, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today()
        )

    note = _("%(name)s 没有在系统里签署时，登记其纸质签署。") if is_paper else _("您以 %(name)s 的名义签署这份协议。")
    title = _("登记纸质签署") if is_paper else _("签署")
    words = note % {"name": party.name}
    return _answered(request, found, form, act, title=title, submit=_("确认签署"), said=_("已签署。"), note=words)


@both_ways
@requires(*DRAFTERS)
def agreement_follow(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Another version, amended or renewed."""
    found = _found(request, agreement_id)
    form = shapes.FollowForm(request.POST or None)

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        made = actions.follow_agreement(
            found, values["kind"], values["reason"], by=request.viewer, at=clock.now(), today=clock.today()
        )
        return _page(made), _("新版已按原协议起草；改好后送签，签齐即替代原协议。")

    words = {"title": _("修订或续签"), "submit": _("起草新版"), "back": _page(found), "note": found.title}
    return answer_sheet(request, form, save, **words)


@both_ways
@requires(*DRAFTERS)
def agreement_end(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """End it early, or drop a draft."""
    found = _found(request, agreement_id)
    form = shapes.AgreementReasonForm(request.POST or None)

    def act() -> Any:
        reason = form.cleaned_data["reason"]
        return actions.end_agreement(found, reason, by=request.viewer, at=clock.now(), today=clock.today())

    return _answered(request, found, form, act, title=_("终止协议"), submit=_("终止"), said=_("已终止。"))


@both_ways
@requires(*OFFICERS)
def agreement_review(request: Request, review_id: UUID) -> HttpResponseBase:
    """Keep what a review said."""
    review = queries.review_of(request.viewer, review_id)
    if review is None:
        raise Http404
    form = shapes.ReviewForm(request.POST or None, initial={"held_on": clock.today()})

    def act() -> Any:
        values = form.cleaned_data
        return actions.keep_review(
            review, values["held_on"], values["outcome"], values["result"], by=request.viewer, at=clock.now(),
            today=clock.today(),
        )  # fmt: skip

    title, said = _("记录协议评估"), _("评估已记下。")
    return _answered(request, review.agreement, form, act, title=title, submit=_("保存"), said=said)


@require_POST
@requires(*DRAFTERS)
def agreement_send(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Send it to be signed."""
    return _at_once(request, agreement_id, actions.send_to_sign, _("已送签，各方可以签署。"))


@require_POST
@requires(*DRAFTERS)
def agreement_recall(request: Request, agreement_id: UUID) -> HttpResponseBase:
    """Take it back to change it."""
    return _at_once(request, agreement_id, actions.recall_agreement, _("已收回为草稿，已有的签署作废。"))


@require_POST
@requires(*DRAFTERS)
def agreement_party_drop(request: Request, agreement_id: UUID, party_id: UUID) -> HttpResponseBase:
    """Take a side out."""
    return _at_once(request, agreement_id, actions.drop_party, _("已移除。"), party_id)


@require_POST
@requires(*DRAFTERS)
def agreement_channel_drop(request: Request, agreement_id: UUID, channel_id: UUID) -> HttpResponseBase:
    """Take a channel out."""
    return _at_once(request, agreement_id, actions.drop_channel, _("已移除。"), channel_id)


def _at_once(request: Request, key: UUID, act: Any, said: str, *more: UUID) -> HttpResponseBase:
    found = _found(request, key)
    try:
        act(found, *more, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(found), problem)
    return go(request, _page(found), said)


def _answered(
    request: Request, found: Agreement, form: forms.Form, act: Callable[[], Any], *, title: str, submit: str,
    said: str, note: str = "",
) -> HttpResponseBase:  # fmt: skip
    """A step's sheet."""

    def save() -> tuple[str, Any]:
        act()
        return _page(found), said

    return answer_sheet(request, form, save, title=title, submit=submit, back=_page(found), note=note or found.title)


def _page(found: Agreement) -> str:
    return reverse("linkage:agreement", args=[found.pk])


def _found(request: Request, key: UUID) -> Agreement:
    found = queries.agreement_of(request.viewer, key)
    if found is None:
        raise Http404
    return found
