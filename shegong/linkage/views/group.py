"""Local groups: the list, one with its life; and micro-grants from being asked for to the account."""

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

from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.linkage.actions import group as actions
from shegong.linkage.enums import LocalGroupStage, MicroGrantState
from shegong.linkage.forms import group as shapes
from shegong.linkage.models import LocalGroup, MicroGrant
from shegong.linkage.queries import group as queries
from shegong.linkage.queries.group import GRANT_READERS, KEEPERS, READERS
from shegong.linkage.views.frame import both_ways
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role

ALL = "all"


def group_tabs(request: Request, active: str) -> list[dict[str, Any]]:
    """The ways between groups and micro-grants."""
    entries = [("local-groups", _("社区社会组织"))] if request.viewer.has(*READERS) else []
    entries.append(("micro-grants", _("微公益资助")))
    return [{"title": title, "url": reverse(f"linkage:{name}"), "active": name == active} for name, title in entries]


def _filters(page: str, name: str, chosen: str, titles: list[tuple[str, Any]], counts: dict[str, int]) -> Any:
    return [
        {"title": title, "url": f"{reverse(page)}?{urlencode({name: value})}", "active": value == chosen,
         "count": counts.get(value)}
        for value, title in titles
    ]  # fmt: skip


@require_GET
@requires(*READERS)
def local_groups(request: Request) -> HttpResponseBase:
    """The groups by stage."""
    stage = request.GET.get("stage", ALL)
    rows = queries.groups_seen(request.viewer).only(
        "id", "name", "kind", "stage", "members", "stage_since", "station__name"
    )
    if stage in LocalGroupStage.values:
        rows = rows.filter(stage=stage)
    counts = queries.counted(request.viewer)
    context = {
        "tabs": group_tabs(request, "local-groups"),
        "page": page_of(rows, ["-stage_since", "-id"], request.GET.get("cursor")),
        "stages": _filters(
            "linkage:local-groups", "stage", stage, [(ALL, _("全部")), *LocalGroupStage.choices],
            {**counts, ALL: sum(counts.values())},
        ),
        "may_found": request.viewer.has(*KEEPERS),
    }  # fmt: skip
    return render(request, "linkage/local_groups.html", context)


@both_ways
@requires(*KEEPERS)
def local_group_new(request: Request) -> HttpResponseBase:
    """Note a group."""
    stations = queries.stations_to_keep(request.viewer)
    form = shapes.GroupForm(
        request.POST or None,
        stations=[(str(each.pk), each.name) for each in stations],
        communities=[(str(each.pk), each.name) for each in queries.communities_of(stations)],
        initial={"founded_on": clock.today()},
    )

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        station = next(each for each in stations if str(each.pk) == values["station"])
        made = actions.found_group(
            station, _draft(values), values["founded_on"], by=request.viewer, at=clock.now(), today=clock.today()
        )
        return _page(made), _("已登记。")

    back = reverse("linkage:local-groups")
    return answer_sheet(request, form, save, title=_("登记社区社会组织"), submit=_("登记"), back=back)


def _draft(values: dict[str, Any]) -> actions.GroupDraft:
    return actions.GroupDraft(
        name=values["name"], kind=values["kind"], aim=values["aim"], members=values["members"],
        leader=values["leader"], leader_phone=values["leader_phone"],
        community_id=int(values["community"]) if values["community"] else None,
    )  # fmt: skip


@require_GET
@requires(*READERS)
def local_group(request: Request, group_id: UUID) -> HttpResponseBase:
    """A group with its life."""
    found = _found(request, group_id)
    keeps = queries.may_keep(request.viewer, found.hub_id, found.station_id)
    context = {
        "steps": [{"title": _("社区社会组织"), "url": reverse("linkage:local-groups")}],
        "group": found,
        "life": queries.life_of(found),
        "may_keep": keeps and queries.active(found.stage),
    }
    return render(request, "linkage/local_group.html", context)


@both_ways
@requires(*KEEPERS)
def local_group_edit(request: Request, group_id: UUID) -> HttpResponseBase:
    """Change what is noted."""
    found = _found(request, group_id)
    names = ("name", "kind", "aim", "members", "leader", "leader_phone")
    kept = {**{name: getattr(found, name) for name in names}, "community": found.community_id or ""}
    communities = [(str(each.pk), each.name) for each in queries.communities_of([found.station])]
    form = shapes.GroupForm(request.POST or None, stations=None, communities=communities, initial=kept)

    def act() -> Any:
        return actions.change_group(found, _draft(form.cleaned_data), by=request.viewer, at=clock.now())

    return _answered(request, found, form, act, title=_("修改资料"), submit=_("保存"), said=_("已保存。"))


@both_ways
@requires(*KEEPERS)
def local_group_stage(request: Request, group_id: UUID) -> HttpResponseBase:
    """Another stage."""
    found = _found(request, group_id)
    form = shapes.StageForm(request.POST or None, stage=found.stage, initial={"since": clock.today()})

    def act() -> Any:
        return actions.move_group(
            found, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today()
        )  # fmt: skip

    return _answered(request, found, form, act, title=_("变更阶段"), submit=_("保存"), said=_("已保存。"))


@both_ways
@requires(*KEEPERS)
def local_group_support(request: Request, group_id: UUID) -> HttpResponseBase:
    """What the station gave."""
    found = _found(request, group_id)
    form = shapes.SupportForm(request.POST or None, initial={"given_on": clock.today()})

    def act() -> Any:
        return actions.support_group(
            found, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today()
        )  # fmt: skip

    return _answered(request, found, form, act, title=_("记一次支持"), submit=_("保存"), said=_("已记下。"))


@both_ways
@requires(*KEEPERS)
def local_group_project(request: Request, group_id: UUID) -> HttpResponseBase:
    """What the group does."""
    found = _found(request, group_id)
    form = shapes.GroupProjectForm(request.POST or None, initial={"since": clock.today()})

    def act() -> Any:
        return actions.begin_group_project(found, **form.cleaned_data, by=request.viewer, at=clock.now())

    return _answered(request, found, form, act, title=_("登记项目"), submit=_("保存"), said=_("已登记。"))


@both_ways
@requires(*KEEPERS)
def group_project_result(request: Request, project_id: UUID) -> HttpResponseBase:
    """What came of it."""
    project = queries.project_of(request.viewer, project_id)
    if project is None:
        raise Http404
    form = shapes.GroupResultForm(request.POST or None, initial={"result": project.result})

    def act() -> Any:
        return actions.note_result(project, form.cleaned_data["result"], by=request.viewer, at=clock.now())

    return _answered(request, project.group, form, act, title=_("记成效"), submit=_("保存"), said=_("已记下。"))


@require_POST
@requires(*READERS)
def local_group_reveal(request: Request, group_id: UUID) -> HttpResponseBase:
    """The leader's whole number, asked for and journalled."""
    found = _found(request, group_id)
    value = actions.reveal_leader(found, by=request.viewer, at=clock.now())
    return render(request, "linkage/revealed.html", {"value": value, "masked": found.masked_phone})


@both_ways
@requires(*KEEPERS)
def micro_grant_ask(request: Request, group_id: UUID) -> HttpResponseBase:
    """Ask for a micro-grant."""
    found = _found(request, group_id)
    form = shapes.AskGrantForm(request.POST or None)

    def save() -> tuple[str, Any]:
        made = actions.ask_grant(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _grant_page(made), _("已申请，等待区（市）县审批。")

    words = {"title": _("申请微公益资助"), "submit": _("申请"), "back": _page(found), "note": found.name}
    return answer_sheet(request, form, save, **words)


@require_GET
@requires(*GRANT_READERS)
def micro_grants(request: Request) -> HttpResponseBase:
    """Micro-grants by state; those that wait for the viewer first."""
    usual = MicroGrantState.ASKED.value if request.viewer.has(Role.COUNTY) else ALL
    state = request.GET.get("state", usual)
    rows = queries.grants_seen(request.viewer).defer("plan", "account")
    if state in MicroGrantState.values:
        rows = rows.filter(state=state)
    counts, money = queries.grants_counted(request.viewer)
    context = {
        "tabs": group_tabs(request, "micro-grants"),
        "page": page_of(rows, ["-asked_at", "-id"], request.GET.get("cursor")),
        "states": _filters(
            "linkage:micro-grants", "state", state, [*MicroGrantState.choices, (ALL, _("全部"))],
            {**counts, ALL: sum(counts.values())},
        ),
        "money": money,
    }  # fmt: skip
    return render(request, "linkage/micro_grants.html", context)


@require_GET
@requires(*GRANT_READERS)
def micro_grant(request: Request, grant_id: UUID) -> HttpResponseBase:
    """One with its course."""
    found = _grant(request, grant_id)
    decides = queries.may_decide(request.viewer, found.hub_id)
    keeps = queries.may_keep(request.viewer, found.hub_id, found.station_id)
    left = found.approved - found.spent if found.approved is not None and found.spent is not None else None
    context = {
        "steps": [{"title": _("微公益资助"), "url": reverse("linkage:micro-grants")}],
        "grant": found,
        "left": left,
        "group_url": "" if request.viewer.has(Role.CITY) else reverse("linkage:local-group", args=[found.group_id]),
        "may_decide": decides
        and found.state == MicroGrantState.ASKED
        and found.asked_by_id != request.viewer.account_id,
        "may_pay": decides and found.state == MicroGrantState.APPROVED,
        "may_account": keeps and found.state == MicroGrantState.PAID,
    }
    return render(request, "linkage/micro_grant.html", context)


@both_ways
@requires(Role.COUNTY)
def micro_grant_approve(request: Request, grant_id: UUID) -> HttpResponseBase:
    """Approve it out of a fund."""
    found = _grant(request, grant_id)
    funds = list(queries.funds_for_grants(clock.today()))
    form = shapes.ApproveGrantForm(
        request.POST or None, funds=[(str(each.pk), each.name) for each in funds], initial={"approved": found.asked}
    )

    def act() -> Any:
        values = form.cleaned_data
        fund = next(each for each in funds if str(each.pk) == values["fund"])
        return actions.approve_grant(
            found, fund, values["approved"], values["opinion"], by=request.viewer, at=clock.now(), today=clock.today()
        )

    note = found.title if funds else _("没有可以支付服务项目的资金来源；请先在资金页设定用途规则。")
    return _decided(request, found, form, act, title=_("批准资助"), submit=_("批准"), said=_("已批准。"), note=note)


@both_ways
@requires(Role.COUNTY)
def micro_grant_decline(request: Request, grant_id: UUID) -> HttpResponseBase:
    """Not approve it."""
    found = _grant(request, grant_id)
    form = shapes.DeclineGrantForm(request.POST or None)

    def act() -> Any:
        return actions.decline_grant(found, form.cleaned_data["opinion"], by=request.viewer, at=clock.now())

    return _decided(request, found, form, act, title=_("不批准"), submit=_("确定"), said=_("已记下。"))


@require_POST
@requires(Role.COUNTY)
def micro_grant_pay(request: Request, grant_id: UUID) -> HttpResponseBase:
    """Pay it."""
    found = _grant(request, grant_id)
    try:
        actions.pay_grant(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _grant_page(found), problem)
    return go(request, _grant_page(found), _("已拨付并记账。"))


@both_ways
@requires(*KEEPERS)
def micro_grant_account(request: Request, grant_id: UUID) -> HttpResponseBase:
    """What it was spent on."""
    found = _grant(request, grant_id)
    form = shapes.AccountForm(request.POST or None, initial={"spent": found.approved})

    def act() -> Any:
        return actions.account_for_grant(
            found, **form.cleaned_data, by=request.viewer, at=clock.now(), today=clock.today()
        )  # fmt: skip

    return _decided(request, found, form, act, title=_("结账"), submit=_("提交"), said=_("已结账。"))


def _answered(
    request: Request, found: LocalGroup, form: forms.Form, act: Callable[[], Any], *, said: str, **words: Any
) -> HttpResponseBase:
    def save() -> tuple[str, Any]:
        act()
        return _page(found), said

    return answer_sheet(request, form, save, back=_page(found), note=found.name, **words)


def _decided(
    request: Request, found: MicroGrant, form: forms.Form, act: Callable[[], Any], *, said: str, note: str = "",
    **words: Any,
) -> HttpResponseBase:  # fmt: skip
    def save() -> tuple[str, Any]:
        act()
        return _grant_page(found), said

    return answer_sheet(request, form, save, back=_grant_page(found), note=note or found.title, **words)


def _page(found: LocalGroup) -> str:
    return reverse("linkage:local-group", args=[found.pk])


def _grant_page(found: MicroGrant) -> str:
    return reverse("linkage:micro-grant", args=[found.pk])


def _found(request: Request, key: UUID) -> LocalGroup:
    found = queries.group_of(request.viewer, key)
    if found is None:
        raise Http404
    return found


def _grant(request: Request, key: UUID) -> MicroGrant:
    found = queries.grant_of(request.viewer, key)
    if found is None:
        raise Http404
    return found
