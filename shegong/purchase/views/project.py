"""Pages of purchases: the list by role, one project with what it waits for, and the officers' steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from shegong.catalogue.queries import services_on
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.pages import page_of
from shegong.network.middleware import Request, requires
from shegong.network.queries import hubs as all_hubs
from shegong.people.enums import Role
from shegong.purchase.actions import award, panel
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import project as steps
from shegong.purchase.actions.method import RuleDraft, set_method_rule
from shegong.purchase.enums import ON_THE_WAY, OVER, ProjectState, PurchaseMethod
from shegong.purchase.forms import project as words
from shegong.purchase.models import Bid, BidFile, Criterion, Notice, PanelMember, Project, ProjectStep
from shegong.purchase.queries import document as documents
from shegong.purchase.queries import project as queries
from shegong.purchase.queries.ledger import years
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.sheets import answer_sheet

Text = str | Promise
RAIL: Final = tuple(state for state in ON_THE_WAY if state != ProjectState.SCORED)


def found_or_404(request: Request, key: UUID) -> Project:
    """The project, as far as the viewer sees it."""
    found = queries.project(request.viewer, key)
    if found is None:
        raise Http404
    return found


def page_url(project: Project) -> str:
    """A project's page."""
    return reverse("purchase:project", args=[project.pk])


def contract_url(project: Project) -> str:
    """The contract's page, where there is one."""
    url = f"/contracts/{project.contract_id}/"
    try:
        resolve(url)
    except Resolver404:
        return ""
    return url if project.contract_id else ""


@require_GET
@requires(*queries.READERS)
def projects(request: Request) -> HttpResponseBase:
    """The purchases of whoever looks: for officers those on their way first, for an agency those that take bids."""
    viewer = request.viewer
    asked = request.GET.get("show", "")
    if viewer.has(*OFFICERS):
        named: list[tuple[str, Text, Any]] = [
            ("", gettext_lazy("进行中"), queries.awaited(viewer)),
            ("over", gettext_lazy("已结束"), ~queries.awaited(viewer)),
        ]
    elif viewer.has(Role.ASSESSOR):
        named = [("", gettext_lazy("待评审"), queries.awaited(viewer)), ("all", gettext_lazy("全部"), None)]
    else:
        named = [("", gettext_lazy("征集中"), queries.awaited(viewer)), ("all", gettext_lazy("全部"), None)]
    chosen = next((each for each in named if each[0] == asked), named[0])
    rows = queries.projects(viewer)
    if chosen[2] is not None:
        rows = rows.filter(chosen[2])
    if (state := request.GET.get("state", "")) in ProjectState.values:
        rows = rows.filter(state=state)
    rows = rows.only(
        "number", "title", "state", "state_at", "budget", "method", "deadline", "round", "hub__name", "buyer__name"
    )
    context = {
        "page": page_of(rows, ["-state_at"], request.GET.get("cursor")),
        "filters": [
            {"title": title, "url": f"?show={name}" if name else "?", "active": name == chosen[0]}
            for name, title, _q in named
        ],
        "is_officer": viewer.has(*OFFICERS),
        "states": ProjectState.choices if viewer.has(*OFFICERS) else [],
        "state": state,
        "show": chosen[0],
    }
    return render(request, "purchase/projects.html", context)


@require_GET
@requires(*queries.READERS)
def project(request: Request, project_id: UUID) -> HttpResponseBase:
    """One purchase: how far it is, what it waits for, what is known of it to whoever looks."""
    found, viewer = found_or_404(request, project_id), request.viewer
    is_officer = queries.is_officer(viewer, found.hub_id)
    bids = queries.bids(viewer, found)
    seats = queries.panel(found)
    seat = next((each for each in seats if each.account_id == viewer.account_id), None)
    own = next((bid for bid in bids if bid.organisation_id in viewer.organisations and bid.state != "withdrawn"), None)
    open_now = found.state == ProjectState.INVITED and found.deadline is not None and clock.now() < found.deadline
    criteria = list(Criterion.objects.filter(project=found))
    objections = queries.objections(found)
    notices = list(Notice.objects.filter(project=found).order_by("-published_at"))
    stands = next((each.stands_until for each in notices if each.stands_until and each.round == found.round), None)
    notice_over = stands is not None and stands <= clock.now()
    objection_open = any(each.is_upheld is None for each in objections)
    context = {
        "project": found,
        "rail": _rail(found),
        "stands_until": stands,
        "notice_over": notice_over,
        "objection_open": objection_open,
        "criteria": criteria,
        "stations": list(found.stations.values_list("name", flat=True).order_by("path")[:60]),
        "is_officer": is_officer,
        "ways": _ways(request, found, bool(criteria), seats, may_sign=notice_over and not objection_open)
        if is_officer
        else [],
        "bids": bids,
        "files": documents.of_project(found),
        "plans": _plans(request, bids),
        "may_attach": is_officer and found.state in (ProjectState.NEED, ProjectState.RESERVED),
        "received": queries.bids_received(found.pk) if is_officer and found.state == ProjectState.INVITED else None,
        "invited": queries.invited(found) if found.method and found.method != PurchaseMethod.OPEN_TENDER else [],
        "panel": seats if is_officer else [],
        "seat": seat,
        "own": own,
        "is_agency": viewer.has(Role.AGENCY) and not is_officer,
        "open_now": open_now,
        "may_object": own is not None and found.state == ProjectState.AWARDED,
        "objections": objections,
        "may_answer": is_officer and found.state == ProjectState.AWARDED,
        "may_reject": is_officer and found.state == ProjectState.OPENED,
        "steps": list(ProjectStep.objects.filter(project=found).order_by("-number")) if is_officer else [],
        "notices": notices,
        "contract_url": contract_url(found),
        "way": [{"title": _("采购项目"), "url": reverse("purchase:projects")}],
    }
    return render(request, "purchase/project.html", context)


def _plans(request: Request, bids: list[Bid]) -> list[tuple[Bid, list[BidFile]]]:
    """What was offered in words, with the documents that came with it (one query, if there are bids)."""
    standing = [bid for bid in bids if bid.state != "withdrawn"]
    files = documents.of_bids(request.viewer, standing) if standing else {}
    return [(bid, files.get(bid.pk, [])) for bid in standing]


def _rail(found: Project) -> list[dict[str, Any]]:
    """The stages with how far the project is."""
    # Scoring, while it goes on and when it is over, is one stage here.
    present = ProjectState.OPENED if found.state == ProjectState.SCORED else found.state
    reached = RAIL.index(ProjectState(present)) if present in RAIL else -1
    return [
        {"title": state.label, "done": place < reached or found.state == ProjectState.SIGNED, "now": place == reached}
        for place, state in enumerate(RAIL)
    ]


def _ways(
    request: Request, found: Project, has_criteria: bool, seats: list[PanelMember], *, may_sign: bool
) -> list[dict[str, Any]]:
    """What an officer can do now, the next step first."""
    now, me, state = clock.now(), request.viewer.account_id, found.state
    over = found.deadline is not None and now >= found.deadline
    names: list[str] = []
    if state == ProjectState.NEED:
        names = ["reserve" if has_criteria else "criteria", "edit", "criteria"]
    elif state == ProjectState.RESERVED:
        names = ["invite", "criteria"] if has_criteria else ["criteria"]
    elif state == ProjectState.INVITED and over:
        names = ["ask-opening"] if found.opening_by_id is None else ["open"] if found.opening_by_id != me else []
        names.append("fail")
    elif state == ProjectState.OPENED:
        active = [seat for seat in seats if seat.declaration != "conflict"]
        done = len(active) >= (found.panel_size or 1) and all(seat.submitted_at for seat in active)
        names = ["finish" if done else "panel", "panel", "fail"]
    elif state == ProjectState.SCORED:
        names = ["award", "fail"]
    elif state == ProjectState.AWARDED:
        names = ["sign", "fail"] if may_sign else ["fail"]
    elif state == ProjectState.FAILED:
        names = ["repeat"]
    if state not in OVER:
        names.append("call-off")
    titles = {**PAGES, **{name: verb.title for name, verb in VERBS.items()}}
    return [
        {
            "title": titles[name],
            "url": reverse(f"purchase:project-{name}", args=[found.pk]) if name in PAGES
            else reverse("purchase:project-step", args=[found.pk, name]),
        }
        for name in dict.fromkeys(names)
    ]  # fmt: skip


PAGES: Final[dict[str, Text]] = {
    "edit": gettext_lazy("修改需求"),
    "criteria": gettext_lazy("设定评审因素"),
    "invite": gettext_lazy("征集响应"),
    "panel": gettext_lazy("组成评审小组"),
}


@dataclass(frozen=True, slots=True)
class Verb:
    """A step that takes a confirmation or a reason."""

    title: Text
    note: Text
    done: Text
    act: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    takes: str = ""


VERBS: Final = {
    "reserve": Verb(
        gettext_lazy("落实预算"),
        gettext_lazy("从资金的可用余额中预留本项目的预算；余额不足会被拒绝。预留后需求不能再改。"),
        gettext_lazy("预算已预留。"), steps.reserve_budget,
    ),
    "ask-opening": Verb(
        gettext_lazy("申请开标"), gettext_lazy("开标要由两个人共同进行：您申请，另一人确认后才能看到响应文件。"),
        gettext_lazy("已申请，等待另一人确认开标。"), steps.ask_opening,
    ),
    "open": Verb(
        gettext_lazy("确认开标"),
        gettext_lazy("确认后响应文件立即公开给采购人；供应商不足的，响应文件保持密封，本轮采购失败。"),
        gettext_lazy("已办理。"), award.open_bids,
    ),
    "finish": Verb(
        gettext_lazy("完成评审"), gettext_lazy("评审小组已全部提交评分；确认后计算得分，不能再改。"),
        gettext_lazy("评审已完成。"), steps.finish_scoring,
    ),
    "award": Verb(
        gettext_lazy("确定成交"), gettext_lazy("得分最高的供应商成交，并立即向社会公告。"),
        gettext_lazy("成交公告已发布。"), award.award,
    ),
    "sign": Verb(
        gettext_lazy("签订合同"), gettext_lazy("按成交金额签约，预留的资金转为合同承诺，余下的释放。"),
        gettext_lazy("合同已签订。"), award.sign, words.SignForm, "number",
    ),
    "fail": Verb(
        gettext_lazy("认定采购失败"), gettext_lazy("本轮采购失败会向社会公告；之后可以重新组织，或终止项目。"),
        gettext_lazy("已公告。"), award.fail, words.ReasonForm, "reason",
    ),
    "repeat": Verb(
        gettext_lazy("重新组织采购"), gettext_lazy("预算保持预留，回到征集响应之前。"),
        gettext_lazy("可以重新征集响应。"), steps.repeat, words.ReasonForm, "reason",
    ),
    "call-off": Verb(
        gettext_lazy("终止项目"), gettext_lazy("终止后不能恢复，预留的资金全部释放。"),
        gettext_lazy("项目已终止。"), award.call_off, words.ReasonForm, "reason",
    ),
}  # fmt: skip


@both_ways
@requires(*OFFICERS)
def project_step(request: Request, project_id: UUID, verb: str) -> HttpResponseBase:
    """Take one of the steps that need a confirmation or a reason."""
    found, step = found_or_404(request, project_id), VERBS.get(verb)
    if step is None:
        raise Http404
    form = step.form(request.POST if request.method == "POST" else None)

    def save() -> tuple[str, Any]:
        assert step is not None
        given = form.cleaned_data.get(step.takes, "") if step.takes else None
        named = {"number": given} if step.takes == "number" else {}
        arguments = [given] if step.takes == "reason" else []
        step.act(found, *arguments, **named, by=request.viewer, at=clock.now())
        return page_url(found), step.done

    return answer_sheet(request, form, save, title=step.title, submit=step.title, note=step.note, back=page_url(found))


@both_ways
@requires(*OFFICERS)
def project_new(request: Request) -> HttpResponseBase:
    """Put a need down, for the county chosen."""
    viewer = request.viewer
    hubs = [hub for hub in all_hubs() if viewer.has(Role.CITY) or hub.pk in viewer.hubs]
    asked = request.GET.get("hub", "")
    hub = next((each for each in hubs if str(each.pk) == asked), hubs[0] if len(hubs) == 1 else None)
    if hub is None:
        return render(request, "purchase/project_hub.html", {"hubs": hubs})
    today = clock.today()
    initial = {"key": uuid7(), "year": today.year, "labour_floor": 70, "since": today, "pays": "project"}
    return _need_form(request, hub.pk, initial, reverse("purchase:projects"))


@both_ways
@requires(*OFFICERS)
def project_edit(request: Request, project_id: UUID) -> HttpResponseBase:
    """Change a need that no money is reserved for yet."""
    found = found_or_404(request, project_id)
    if found.state != ProjectState.NEED:
        raise Http404
    return _need_form(request, found.hub_id, words.need_values(found), page_url(found))


def _need_form(request: Request, hub_id: int, initial: dict[str, Any], back: str) -> HttpResponseBase:
    today = clock.today()
    form = words.NeedForm(
        request.POST or None,
        organs=queries.state_organs(),
        places=queries.places(hub_id),
        years=years(),
        services=[(each.code, each.name) for each in services_on(today)],
        initial=initial,
    )

    def save() -> tuple[str, Any]:
        made = steps.save_need(form.cleaned_data["key"], hub_id, form.draft(), by=request.viewer, at=clock.now())
        return page_url(made), _("需求已保存；设定评审因素后落实预算。")

    return answer_sheet(request, form, save, title=_("采购需求"), submit=_("保存"), back=back)


@both_ways
@requires(*OFFICERS)
def project_criteria(request: Request, project_id: UUID) -> HttpResponseBase:
    """What bids are measured by."""
    found = found_or_404(request, project_id)
    present = list(Criterion.objects.filter(project=found).values_list("name", "points", "is_price"))
    form = words.CriteriaForm(request.POST or None, present=present)

    def save() -> tuple[str, Any]:
        steps.set_criteria(found, form.criteria(), by=request.viewer, at=clock.now())
        return page_url(found), _("评审因素已保存。")

    note = _("各项合计 100 分。")
    return answer_sheet(request, form, save, title=_("评审因素"), submit=_("保存"), back=page_url(found), note=note)


@both_ways
@requires(*OFFICERS)
def project_invite(request: Request, project_id: UUID) -> HttpResponseBase:
    """Ask for bids."""
    found, today = found_or_404(request, project_id), clock.today()
    form = words.CallForm(
        request.POST or None, rules=queries.rules_in_force(today).values(), suppliers=queries.suppliers(today)
    )

    def save() -> tuple[str, Any]:
        award.invite(found, form.call(), by=request.viewer, at=clock.now())
        return page_url(found), _("已征集响应；截止后由两人共同开标。")

    return answer_sheet(request, form, save, title=_("征集响应"), submit=_("发出"), back=page_url(found))


@both_ways
@requires(*OFFICERS)
def project_panel(request: Request, project_id: UUID) -> HttpResponseBase:
    """Put an assessor on the panel."""
    found = found_or_404(request, project_id)
    taken = {seat.account_id for seat in queries.panel(found)}
    people = [
        (each.account_id, f"{each.name} · {each.employer}" if each.employer else each.name)
        for each in queries.candidates()
        if each.account_id not in taken
    ]
    form = words.AppointForm(request.POST or None, people=people)

    def save() -> tuple[str, Any]:
        panel.appoint(found, form.cleaned_data["account"], by=request.viewer, at=clock.now())
        return page_url(found), _("已加入评审小组，等待本人声明。")

    note = _("评审小组 %(size)s 人以上单数；有利害关系的人应当回避。") % {"size": found.panel_size or 3}
    return answer_sheet(request, form, save, title=_("组成评审小组"), submit=_("加入"), back=page_url(found), note=note)


@both_ways
@requires(*OFFICERS)
def bid_reject(request: Request, bid_id: UUID) -> HttpResponseBase:
    """Find an opened bid invalid."""
    from_bid = Bid.objects.select_related("project", "organisation").filter(pk=bid_id).first()
    if from_bid is None or not queries.is_officer(request.viewer, from_bid.hub_id):
        raise Http404
    form = words.ReasonForm(request.POST or None)
    back = page_url(from_bid.project)

    def save() -> tuple[str, Any]:
        bidding.reject_bid(from_bid, form.cleaned_data["reason"], by=request.viewer, at=clock.now())
        return back, _("已认定无效。")

    return answer_sheet(
        request, form, save, title=_("认定响应无效"), submit=_("认定无效"), back=back, note=from_bid.organisation.name
    )


@require_GET
@requires(*OFFICERS)
def methods(request: Request) -> HttpResponseBase:
    """For which sums which method is used, and what it asks for."""
    context = {
        "rules": [(rule, words.rule_words(rule)) for rule in queries.rules_in_force(clock.today()).values()],
        "is_city": request.viewer.has(Role.CITY),
        "way": [{"title": _("采购项目"), "url": reverse("purchase:projects")}],
    }
    return render(request, "purchase/methods.html", context)


@both_ways
@requires(Role.CITY)
def method_edit(request: Request, method: str) -> HttpResponseBase:
    """Set a method's rule."""
    if method not in PurchaseMethod.values:
        raise Http404
    present = queries.rules_in_force(clock.today()).get(method)
    names = RuleDraft.__dataclass_fields__
    initial = {name: getattr(present, name) for name in names} if present else {}
    form = words.RuleForm(request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        draft = RuleDraft(**{name: form.cleaned_data[name] for name in names})
        set_method_rule(method, draft, by=request.viewer, at=clock.now())
        return reverse("purchase:methods"), _("已保存，今天起生效；已经发出的项目不受影响。")

    title = PurchaseMethod(method).label
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=reverse("purchase:methods"))
