"""Pages of group work: lists, the proposal, one group, approval, members, measures, summary."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.enums import Method
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.practice.actions import groupwork as actions
from shegong.practice.actions.gathering import APPROVERS
from shegong.practice.enums import GroupState, MemberState
from shegong.practice.forms.gathering import DecisionForm, WhyForm
from shegong.practice.forms.groupwork import (
    THEORIES,
    MeasuresForm,
    ProposalForm,
    ScreenForm,
    SignUpForm,
    SummaryForm,
    new_values,
    proposal_values,
)
from shegong.practice.models import GroupMember, SocialGroup
from shegong.practice.papers import group_file
from shegong.practice.queries import groupwork as queries
from shegong.practice.queries.client import search_clients
from shegong.practice.queries.gathering import offering, waiting_for_decision
from shegong.practice.queries.record import clients_by_id
from shegong.practice.rules.groupwork import STEPS
from shegong.practice.views.sheets import WRONG, answer_sheet, go, raise_if_gone

KEEPERS = (Role.WORKER, Role.HEAD)
READERS = (*KEEPERS, Role.COUNTY, Role.AGENCY)
FOUND = 12


@require_GET
@requires(*READERS)
def groups(request: Request) -> HttpResponseBase:
    """Groups that go on, or those that are done, of all stations in reach or of one."""
    done = request.GET.get("done") == "yes"
    station = station_asked(request)
    page = queries.groups_page(request.viewer, done=done, station=station, cursor=request.GET.get("cursor"))
    context = {
        "page": page,
        "done": done,
        "station": station,
        "waiting": waiting_for_decision(request.viewer).groups,
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "practice/groups.html", context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_new(request: Request) -> HttpResponseBase:
    """Write a proposal."""
    today = clock.today()
    offer = offering(request.viewer, Method.GROUP, today, whole(request.POST.get("station_id")))
    first = {"key": uuid7(), "station_id": offer.station.pk if offer.station else None, **new_values(today)}
    form = ProposalForm(offer, request.POST or None, initial=first)

    def save() -> SocialGroup:
        return actions.propose_group(form.cleaned_data["key"], form.draft(), by=request.viewer, at=clock.now())

    return _proposal(request, form, save, title=_("小组方案"), back=reverse("practice:groups"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_edit(request: Request, group_id: UUID) -> HttpResponseBase:
    """Change a proposal that waits or came back."""
    group = seen(request, group_id)
    if group.state not in STEPS["change"][0]:
        raise Http404
    offer = offering(request.viewer, Method.GROUP, clock.today(), group.station_id)
    form = ProposalForm(offer, request.POST or None, initial=proposal_values(group))

    def save() -> SocialGroup:
        return actions.change_proposal(group, form.draft(), by=request.viewer, at=clock.now())

    return _proposal(request, form, save, title=_("修改小组方案"), back=reverse("practice:group", args=[group.pk]))


def _proposal(request: Request, form: ProposalForm, save: Any, *, title: str, back: str) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            group = save()
            if "submit" in request.POST:
                actions.submit_group(group, by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            said = _("方案已送审。") if "submit" in request.POST else _("方案已保存。")
            return go(request, reverse("practice:group", args=[group.pk]), said)
    context = {"form": form, "title": title, "back": back, "theories": THEORIES}
    return render(request, "practice/group_proposal.html", context, status=WRONG if form.is_bound else 200)


@require_GET
@requires(*READERS)
def group(request: Request, group_id: UUID) -> HttpResponseBase:
    """One group: what comes next, its sessions, members, plan, money."""
    file = queries.group_file(request.viewer, group_id)
    if file is None:
        raise Http404
    kept, viewer = file.group, request.viewer
    reaches = viewer.reaches(kept.hub_id, kept.station_id)
    may_keep = viewer.has(*KEEPERS) and reaches
    going = kept.state in (GroupState.RECRUITING, GroupState.RUNNING)
    context = {
        "file": file,
        "group": kept,
        "may_keep": may_keep,
        "prints": viewer.has(*group_file.MAKER.roles),
        "may_change": may_keep and kept.state in STEPS["change"][0],
        "may_decide": viewer.has(*APPROVERS)
        and reaches
        and kept.state == GroupState.SUBMITTED
        and kept.proposed_by_id != viewer.account_id,
        "going": may_keep and going,
        "may_close": may_keep and kept.state == GroupState.RUNNING,
        "may_cancel": may_keep and kept.state in STEPS["cancel"][0],
        "applied": [each for each in file.members if each.state in (MemberState.APPLIED, MemberState.WAITLISTED)],
        "gone": [each for each in file.members if each.state in (MemberState.DECLINED, MemberState.LEFT)],
    }
    return render(request, "practice/group.html", context)


@require_POST
@requires(*KEEPERS)
def group_submit(request: Request, group_id: UUID) -> HttpResponseBase:
    """Hand the proposal in."""
    kept = actions.submit_group(seen(request, group_id), by=request.viewer, at=clock.now())
    return go(request, reverse("practice:group", args=[kept.pk]), _("方案已送审。"))


@require_http_methods(["GET", "POST"])
@requires(*APPROVERS)
def group_decide(request: Request, group_id: UUID) -> HttpResponseBase:
    """Approve the proposal or send it back."""
    kept = seen(request, group_id)
    form = DecisionForm(request.POST or None)

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        actions.decide_group(kept, approve=said["approve"], note=said["note"], by=request.viewer, at=clock.now())
        words = _("已批准，可以招募组员。") if said["approve"] else _("已退回。")
        return reverse("practice:group", args=[kept.pk]), words

    return answer_sheet(request, form, save, title=_("审批：%(name)s") % {"name": kept.title}, submit=_("确定"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_cancel(request: Request, group_id: UUID) -> HttpResponseBase:
    """Give the group up."""
    kept = seen(request, group_id)
    form = WhyForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.cancel_group(kept, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return reverse("practice:group", args=[kept.pk]), _("小组已取消。")

    return answer_sheet(request, form, save, title=_("取消小组"), submit=_("取消小组"))


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_join(request: Request, group_id: UUID) -> HttpResponseBase:
    """Sign clients up: found by name, ticked, saved together."""
    kept = seen(request, group_id)
    form = SignUpForm(request.POST or None)
    found, ticked = people_found(request)
    if request.method == "POST" and "find" not in request.POST and form.is_valid():
        try:
            actions.sign_up(kept, form.cleaned_data["client_ids"], by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, reverse("practice:group", args=[kept.pk]), _("已报名，请筛选。"))
    context = {"form": form, "group": kept, "found": found, "ticked": ticked, "who": request.POST.get("who", "")}
    wrong = form.is_bound and "find" not in request.POST
    return render(request, "practice/group_join.html", context, status=WRONG if wrong else 200)


@require_GET
@requires(*KEEPERS)
def gathering_people(request: Request) -> HttpResponseBase:
    """People ticked already and people found, while one types."""
    found, ticked = people_found(request)
    context = {"found": found, "ticked": ticked, "searched": bool(request.GET.get("who", "").strip())}
    return render(request, "practice/gathering_people.html", context)


def people_found(request: Request) -> tuple[list[Any], list[Any]]:
    """(found by `who`, ticked in `client_ids`), each client in one of the two."""
    asked = request.POST if request.method == "POST" else request.GET
    ids = []
    for text in asked.getlist("client_ids")[:200]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    ticked = clients_by_id(request.viewer, ids) if ids else []
    who = asked.get("who", "")[:60]
    found = search_clients(request.viewer, who, FOUND) if who.strip() else []
    known = {client.pk for client in ticked}
    return [client for client in found if client.pk not in known], ticked


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def member_screen(request: Request, member_id: UUID) -> HttpResponseBase:
    """Take somebody in, put on the waiting list, decline, or note that somebody left."""
    member = _member(request, member_id)
    form = ScreenForm(request.POST or None, initial={"decision": MemberState.ACCEPTED})

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        actions.screen(member, said["decision"], said["reason"], by=request.viewer, at=clock.now())
        return reverse("practice:group", args=[member.social_group_id]), _("已保存。")

    return answer_sheet(request, form, save, title=_("筛选：%(name)s") % {"name": member.client.name}, submit=_("保存"))


@require_POST
@requires(*KEEPERS)
def member_accept(request: Request, member_id: UUID) -> HttpResponseBase:
    """Take somebody into the group by one tap."""
    member = _member(request, member_id)
    back = reverse("practice:group", args=[member.social_group_id])
    actions.screen(member, MemberState.ACCEPTED.value, "", by=request.viewer, at=clock.now())
    return go(request, back, _("已入组。"))


def _member(request: Request, member_id: UUID) -> GroupMember:
    reach = queries.groups_seen(request.viewer).values("pk")
    member = GroupMember.objects.filter(pk=member_id, social_group_id__in=reach).first()
    if member is None:
        raise Http404
    return member


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_measures(request: Request, group_id: UUID) -> HttpResponseBase:
    """Scores before and after, and what came of it for each member."""
    file = queries.group_file(request.viewer, group_id)
    if file is None:
        raise Http404
    form = MeasuresForm(file.group, file.accepted, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rate_members(file.group, form.ratings(), by=request.viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, reverse("practice:group", args=[group_id]), _("前后测已保存。"))
    context = {"form": form, "group": file.group, "file": file}
    return render(request, "practice/group_measures.html", context, status=WRONG if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def group_summary(request: Request, group_id: UUID) -> HttpResponseBase:
    """Sum the group up."""
    file = queries.group_file(request.viewer, group_id)
    if file is None or file.group.state != GroupState.RUNNING:
        raise Http404
    form = SummaryForm(file.money.lines, request.POST or None, content=file.content)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_group(file.group, form.summary(), by=request.viewer, at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, reverse("practice:group", args=[group_id]), _("小组已总结。"))
    context = {"form": form, "group": file.group, "file": file}
    return render(request, "practice/group_summary.html", context, status=WRONG if form.is_bound else 200)


def seen(request: Request, group_id: UUID) -> SocialGroup:
    """A group in reach, or 404."""
    found = queries.groups_seen(request.viewer).filter(pk=group_id).select_related("station").first()
    if found is None:
        raise Http404
    return found


def station_asked(request: Request) -> Station | None:
    """The station that the address names by key; 404 for one that doesn't exist."""
    key = request.GET.get("station", "")
    if not key:
        return None
    station = Station.objects.filter(key=key[:40]).first()
    if station is None:
        raise Http404
    return station


def whole(text: str | None) -> int | None:
    """A row's number as an address or form carries it."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
