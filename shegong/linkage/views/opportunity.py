"""Pages of calls for volunteers: the lists, one with who signed up, the list of who came, corrections, the export."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import file_answer
from shegong.linkage.actions import opportunity as actions
from shegong.linkage.enums import OPPORTUNITY_MOVES, OpportunityState
from shegong.linkage.forms import opportunity as shapes
from shegong.linkage.models import Opportunity, SignUp
from shegong.linkage.papers.hours import WORKBOOK, hours_workbook
from shegong.linkage.queries import opportunity as queries
from shegong.linkage.queries import volunteer as people
from shegong.linkage.queries.volunteer import KEEPERS, READERS
from shegong.linkage.rules.opportunity import Presence, hindrance
from shegong.linkage.rules.volunteer import kilometres
from shegong.linkage.views.frame import both_ways, choices, skill_words, station_choices, volunteer_tabs
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.sheets import answer_sheet, go

COMING, OVER, DRAFTS = "coming", "over", "draft"


@require_GET
@requires(*KEEPERS)
def opportunities(request: Request) -> HttpResponseBase:
    """Calls of one's stations: what is coming, drafts, what is over and waits for its hours."""
    state = request.GET.get("state", COMING)
    rows = _of_state(queries.own_opportunities(request.viewer), state)
    order = ["starts_at"] if state in (COMING, DRAFTS) else ["-starts_at"]
    page = page_of(rows.only(*queries.ROW), order, request.GET.get("cursor"))
    entries = [(COMING, _("将要进行")), ("record", _("待记录")), (OVER, _("已结束")), (DRAFTS, _("草稿"))]
    context = {
        "tabs": volunteer_tabs(request, "opportunities"),
        "page": page,
        "states": [
            {"title": title, "url": f"{reverse('linkage:opportunities')}?state={value}", "active": value == state}
            for value, title in entries
        ],
    }
    return render(request, "linkage/opportunities.html", context)


def _of_state(rows: QuerySet[Opportunity], state: str) -> QuerySet[Opportunity]:
    now = clock.now()
    under_way = (OpportunityState.OPEN, OpportunityState.CLOSED)
    if state == DRAFTS:
        return rows.filter(state=OpportunityState.DRAFT)
    if state == "record":
        return rows.filter(state__in=under_way, starts_at__lte=now)
    if state == OVER:
        return rows.filter(state__in=(OpportunityState.DONE, OpportunityState.CANCELLED))
    return rows.filter(state__in=under_way, starts_at__gt=now)


@both_ways
@requires(*KEEPERS)
def opportunity_new(request: Request) -> HttpResponseBase:
    """Write a call down."""
    form = shapes.OpportunityForm(
        request.POST or None, initial={"contact": request.viewer.display_name}, skills=choices(people.skills()),
        stations=station_choices(people.homes(request.viewer)),
    )  # fmt: skip

    def save() -> tuple[str, Any]:
        station = Station.objects.filter(key=form.cleaned_data["station"]).first()
        if station is None:
            raise Problem("station_unknown", _("没有找到这个站点，请写完整的名称。"), "station")
        made = actions.plan_opportunity(station, form.draft(), by=request.viewer, at=clock.now())
        return _page(made), _("已存为草稿，核对后发布。")

    back = reverse("linkage:opportunities")
    return answer_sheet(request, form, save, title=_("发布服务机会"), submit=_("存为草稿"), back=back)


@both_ways
@requires(*KEEPERS)
def opportunity_edit(request: Request, opportunity_id: UUID) -> HttpResponseBase:
    """Change a call."""
    found = _led(request, opportunity_id)
    form = shapes.OpportunityForm(
        request.POST or None, initial=shapes.initial_of(found), skills=choices(people.skills())
    )

    def save() -> tuple[str, Any]:
        actions.change_opportunity(found, form.draft(), by=request.viewer, at=clock.now())
        return _page(found), _("已保存。")

    return answer_sheet(request, form, save, title=_("修改"), submit=_("保存"), back=_page(found))


@require_GET
@requires(*READERS)
def opportunity(request: Request, opportunity_id: UUID) -> HttpResponseBase:
    """A call: to sign up for, or with its list for who organises."""
    found, now = _found(request, opportunity_id), clock.now()
    leads = queries.leads(request.viewer, found)
    mine = people.own(request.viewer) if not leads else None
    signup = queries.signup_of(mine, found) if mine else None
    wrong = None
    if mine and signup is None:
        wrong = hindrance(
            queries.applicant(mine), state=found.state, starts_at=found.starts_at, minimum_age=found.minimum_age,
            training=found.training, now=now,
        )  # fmt: skip
    begun = found.starts_at <= now
    moves = [
        (state.value, words) for state in OPPORTUNITY_MOVES[found.state]
        if (words := _move_words(found.state, state.value)) and (state != OpportunityState.DONE or found.ends_at <= now)
        and not (state == OpportunityState.OPEN and begun)
    ]  # fmt: skip
    context = {
        "steps": [
            {"title": _("服务机会"), "url": reverse("linkage:opportunities" if leads else "linkage:volunteering")}
        ],
        "opportunity": found,
        "skills": skill_words(found.skills, people.skills()),
        "leads": leads,
        "mine": mine,
        "signup": signup,
        "wrong": wrong,
        "kilometres": kilometres(mine, found) if mine else None,
        "listed": queries.list_of(found) if leads else [],
        "begun": begun,
        "may_record": leads and begun and found.state in ("open", "closed", "done"),
        "may_edit": leads and found.state in ("draft", "open", "closed") and not begun,
        "may_add": leads and found.state == "open" and not begun,
        "moves": moves if leads else [],
    }
    return render(request, "linkage/opportunity.html", context)


def _move_words(state: str, to: str) -> str:
    words = {"open": _("发布招募") if state == "draft" else _("重新招募"), "closed": _("停止报名"), "done": _("完成")}
    return words.get(to, _("取消活动"))


@both_ways
@requires(*KEEPERS)
def opportunity_move(request: Request, opportunity_id: UUID, state: str) -> HttpResponseBase:
    """Open, close, end or cancel a call."""
    found = _led(request, opportunity_id)
    if state not in OpportunityState.values or state == OpportunityState.DRAFT:
        raise Http404
    is_end = state == OpportunityState.CANCELLED
    data = request.POST if request.method == "POST" else None
    form = shapes.CancelForm(data) if is_end else forms.Form(data)
    words = _move_words(found.state, state)

    def save() -> tuple[str, Any]:
        reason = form.cleaned_data.get("reason", "")
        actions.move_opportunity(found, state, reason=reason, by=request.viewer, at=clock.now())
        return _page(found), _("已保存。")

    return answer_sheet(request, form, save, title=words, submit=words, back=_page(found), note=found.title)


@require_POST
@requires(*READERS)
def opportunity_sign_up(request: Request, opportunity_id: UUID) -> HttpResponseBase:
    """Sign oneself up."""
    found = _found(request, opportunity_id)
    mine = people.own(request.viewer)
    if mine is None:
        return redirect("linkage:volunteering")
    made = actions.sign_up(found, mine, by=request.viewer, at=clock.now())
    said = _("已报名。") if made.state == "signed" else _("名额已满，您在候补名单里；有人取消时按顺序递补。")
    return go(request, _page(found), said)


@both_ways
@requires(*KEEPERS)
def opportunity_add(request: Request, opportunity_id: UUID) -> HttpResponseBase:
    """Who organises signs somebody up by number."""
    found = _led(request, opportunity_id)
    form = shapes.AddForm(request.POST or None)

    def save() -> tuple[str, Any]:
        number = form.cleaned_data["number"].strip()
        who = people.volunteers_seen(request.viewer).filter(number=number).first()
        if who is None:
            raise Problem("volunteer_unknown", _("本站没有这个编号的志愿者。"), "number")
        made = actions.sign_up(found, who, by=request.viewer, at=clock.now())
        return _page(found), _("已报名。") if made.state == "signed" else _("名额已满，已列入候补。")

    return answer_sheet(request, form, save, title=_("代为报名"), submit=_("报名"), back=_page(found))


@require_POST
@requires(*READERS)
def signup_withdraw(request: Request, opportunity_id: UUID, signup_id: UUID) -> HttpResponseBase:
    """Give a place up."""
    found = _found(request, opportunity_id)
    rows = SignUp.objects.select_related("volunteer", "opportunity")
    signup = rows.filter(pk=signup_id, opportunity=found).first()
    if signup is None:
        raise Http404
    actions.withdraw_signup(signup, by=request.viewer, at=clock.now())
    return go(request, _page(found), _("已取消报名。"))


@both_ways
@requires(*KEEPERS)
def attendance(request: Request, opportunity_id: UUID) -> HttpResponseBase:
    """Who came, from when to when; saved, or saved and confirmed."""
    found, now = _led(request, opportunity_id), clock.now()
    listed = [each for each in queries.list_of(found) if each.signup.state == "signed"]
    data = request.POST if request.method == "POST" else None
    rows = shapes.list_forms(found, listed, now, data)
    opened = [(each, form) for each, form in rows if form is not None]
    status, problem = 200, ""
    if data is not None:
        status = 422
        is_valid = [form.is_valid() for _each, form in opened]  # each, so that every row says what is wrong
        if all(is_valid):
            there: dict[UUID, Presence] = {each.signup.volunteer_id: form.presence() for each, form in opened}
            confirm = "confirm" in data
            try:
                count = actions.record_list(found, there, confirm=confirm, by=request.viewer, at=now)
            except Problem as wrong:
                problem = str(wrong)
            else:
                words = _("已确认 %(count)s 人的服务时长。") if confirm else _("已保存 %(count)s 人，确认前可以再改。")
                return go(request, _page(found), words % {"count": count})
    context = {
        "steps": [{"title": found.title, "url": _page(found)}],
        "opportunity": found,
        "rows": rows,
        "open_count": len(opened),
        "problem": problem,
        "too_early": found.starts_at > now,
    }
    return render(request, "linkage/attendance.html", context, status=status)


@both_ways
@requires(*READERS)
def hours_correct(request: Request, attendance_id: UUID) -> HttpResponseBase:
    """Ask that confirmed hours be corrected."""
    found, now = queries.attendance_of(request.viewer, attendance_id), clock.now()
    if found is None:
        raise Http404
    call = found.opportunity
    form = shapes.CorrectionForm(
        request.POST or None, opportunity=call, now=now, initial={"came": "yes" if found.came else "no"}
    )
    if found.volunteer.account_id == request.viewer.account_id:
        back = reverse("linkage:volunteer-mine")
    else:
        back = _page(call)

    def save() -> tuple[str, Any]:
        actions.ask_correction(found, form.presence(), form.cleaned_data["reason"], by=request.viewer, at=now)
        return back, _("已提交，由组织者核对后答复。")

    return answer_sheet(request, form, save, title=_("申请更正时长"), submit=_("提交"), back=back, note=call.title)


@require_GET
@requires(*KEEPERS)
def hours(request: Request) -> HttpResponseBase:
    """Wishes to correct, and the way to hand hours on."""
    page = page_of(queries.corrections_open(request.viewer), ["asked_at"], request.GET.get("cursor"))
    context = {"tabs": volunteer_tabs(request, "hours"), "page": page}
    return render(request, "linkage/hours.html", context)


@both_ways
@requires(*KEEPERS)
def hours_decide(request: Request, correction_id: UUID) -> HttpResponseBase:
    """Correct, or say why not."""
    wish = queries.correction_of(request.viewer, correction_id)
    if wish is None:
        raise Http404
    form = shapes.DecideForm(request.POST or None)
    back = reverse("linkage:hours")

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        accept = values["accepts"] == "yes"
        actions.decide_correction(wish, accept=accept, answer=values["answer"], by=request.viewer, at=clock.now())
        return back, _("已处理，志愿者看得到。")

    context = {"title": _("处理更正申请"), "submit": _("确定"), "back": back, "wish": wish}
    return answer_sheet(request, form, save, "linkage/hours_decide.html", **context)


@both_ways
@requires(*KEEPERS)
def hours_export(request: Request) -> HttpResponseBase:
    """Confirmed hours of a period in the fields of the national system, as a workbook."""
    viewer, today = request.viewer, clock.today()
    homes = people.homes(viewer)
    initial = {"since": today.replace(day=1), "until": today}
    asked = request.GET if "since" in request.GET else None
    form = shapes.ExportForm(asked, initial=initial, stations=station_choices(homes))
    if asked is not None and form.is_valid():
        values = form.cleaned_data
        chosen = [each.pk for each in homes if not values["station"] or each.key == values["station"]]
        rows = list(queries.hours_to_export(viewer, chosen, values["since"], values["until"])[: shapes.MOST_ROWS])
        log("export_volunteer_hours", "volunteer_attendance", "xlsx", by=viewer.account_id,
            detail={"rows": len(rows), "since": str(values["since"]), "until": str(values["until"])})  # fmt: skip
        name = _("志愿服务时长") + f"-{values['since']}.xlsx"
        return file_answer(hours_workbook(rows), WORKBOOK, name)
    context = {"steps": [{"title": _("时长与更正"), "url": reverse("linkage:hours")}], "form": form}
    return render(request, "linkage/hours_export.html", context, status=422 if asked is not None else 200)


def _page(found: Opportunity) -> str:
    return reverse("linkage:opportunity", args=[found.pk])


def _found(request: Request, opportunity_id: UUID) -> Opportunity:
    found = queries.opportunity_of(request.viewer, opportunity_id)
    if found is None:
        raise Http404
    return found


def _led(request: Request, opportunity_id: UUID) -> Opportunity:
    found = _found(request, opportunity_id)
    if not queries.leads(request.viewer, found):
        raise Http404
    return found
