"""Steps of a case, each in a sheet or by a button: the stages' forms, on and back, approvals, transfers, follow-ups."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.practice.actions import case as steps
from shegong.practice.actions import case_approval, case_follow_up, case_transfer
from shegong.practice.actions.case_sheet import write_sheet
from shegong.practice.enums import ApprovalKind, CaseStage
from shegong.practice.forms import case as forms
from shegong.practice.models import Assessment, Case, CaseApproval, CaseTransfer, EmergencyService, FollowUp
from shegong.practice.queries import case as queries
from shegong.practice.queries.record import colleagues
from shegong.practice.rules import case as rules
from shegong.practice.rules.case_sheet import FORMS
from shegong.practice.views.case import case_or_404
from shegong.practice.views.case_shown import approval_title
from shegong.practice.views.client import KEEPERS
from shegong.practice.views.sheets import answer_sheet, go, raise_if_gone

APPROVERS = (Role.HEAD, Role.SUPERVISOR)
both_ways = require_http_methods(["GET", "POST"])


def page_of_case(case_id: UUID, part: str = "") -> str:
    """A case's page, at a part of it."""
    return reverse("practice:case", args=[case_id]) + (f"#{part}" if part else "")


def done(request: Request, case_id: UUID, work: Callable[[], object], said: str, part: str = "") -> HttpResponseBase:
    """Do it and go back to the case; say what stands against it."""
    try:
        work()
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, page_of_case(case_id, part), problem)
    return go(request, page_of_case(case_id, part), said)


@both_ways
@requires(*KEEPERS)
def case_sheet(request: Request, case_id: UUID, stage: str) -> HttpResponseBase:
    """Write the form of a stage; it begins with what was written last."""
    if stage not in FORMS or stage == CaseStage.CLOSED:
        raise Http404
    kept = case_or_404(request, case_id)
    assessments = Assessment.objects.filter(client_id=kept.client_id, hub_id=kept.hub_id).select_related("instrument")
    form = forms.SheetForm(
        stage,
        request.POST or None,
        last=queries.sheets_of(kept).get(stage),
        assessments=assessments.order_by("-assessed_on", "-id")[:10] if FORMS[stage].risk else (),
    )

    def save() -> tuple[str, Any]:
        chosen = form.cleaned_data.get("assessment_id")
        write_sheet(
            kept,
            stage,
            form.fact(),
            by=request.viewer,
            at=clock.now(),
            assessment_id=UUID(chosen) if chosen else None,
        )
        return page_of_case(kept.pk), _("已保存。")

    title = f"{FORMS[stage].title}：{kept.client.name}"
    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=title, submit=_("保存并签名"))


@require_POST
@requires(*KEEPERS)
def case_on(request: Request, case_id: UUID) -> HttpResponseBase:
    """On to the next stage."""
    kept = case_or_404(request, case_id)
    following = rules.next_stage(kept.stage)
    if following is None:
        raise Http404
    said = _("个案进入“%(stage)s”阶段。") % {"stage": following.label}
    return done(request, kept.pk, lambda: steps.go_on(kept, following, by=request.viewer, at=clock.now()), said)


@both_ways
@requires(*KEEPERS)
def case_back(request: Request, case_id: UUID) -> HttpResponseBase:
    """Back to the stage before, or a closed case open again."""
    kept = case_or_404(request, case_id)
    form = forms.BackForm(rules.stages_back(kept.stage, planned=kept.planned_on is not None), request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        moved = steps.go_back(kept, typed["to"], typed["reason"], by=request.viewer, at=clock.now())
        return page_of_case(kept.pk), _("个案进入“%(stage)s”阶段。") % {"stage": CaseStage(moved.stage).label}

    title = _("重开个案") if kept.closed_on else _("退回上一阶段")
    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=title, submit=title)


@both_ways
@requires(*KEEPERS)
def case_end(request: Request, case_id: UUID) -> HttpResponseBase:
    """End a case early: on to its evaluation."""
    kept = case_or_404(request, case_id)
    form = forms.EarlyEndForm(request.POST or None)

    def save() -> tuple[str, Any]:
        steps.end_early(kept, by=request.viewer, at=clock.now(), **form.cleaned_data)
        return page_of_case(kept.pk), _("已进入评估阶段，写完评估后送审结案。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=_("提前结案"), submit=_("提前结案"))


@require_POST
@requires(*KEEPERS)
def case_ask_plan(request: Request, case_id: UUID) -> HttpResponseBase:
    """Put the plan before an approver."""
    kept = case_or_404(request, case_id)

    def work() -> object:
        return case_approval.ask_for_plan(kept, by=request.viewer, at=clock.now())

    return done(request, kept.pk, work, _("计划已送审。"), "approvals")


@both_ways
@requires(*KEEPERS)
def case_ask_closure(request: Request, case_id: UUID) -> HttpResponseBase:
    """Put the closure before an approver."""
    kept = case_or_404(request, case_id)
    form = forms.ClosureForm(
        rules.follow_up_days(clock.today()), request.POST or None, initial={"close_reason": kept.early_reason}
    )

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        case_approval.ask_for_closure(
            kept,
            reason=typed["close_reason"],
            summary=typed["summary"],
            after=typed["after"],
            follow_ups=form.follow_ups(),
            by=request.viewer,
            at=clock.now(),
        )
        return page_of_case(kept.pk, "approvals"), _("结案已送审。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=_("结案"), submit=_("送审"))


@require_POST
@requires(*KEEPERS)
def approval_withdraw(request: Request, approval_id: UUID) -> HttpResponseBase:
    """Take back what waits for approval."""
    found = get_object_or_404(CaseApproval.objects.select_related("case"), pk=approval_id)

    def work() -> object:
        return case_approval.withdraw_approval(found, by=request.viewer, at=clock.now())

    return done(request, found.case_id, work, _("已撤回。"))


@both_ways
@requires(*APPROVERS)
def approval_decide(request: Request, approval_id: UUID) -> HttpResponseBase:
    """Approve a plan or closure, or return it."""
    found = get_object_or_404(CaseApproval.objects.select_related("case__client"), pk=approval_id)
    form = forms.DecisionForm(request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        case_approval.decide(found, typed["decision"], typed["comment"], by=request.viewer, at=clock.now())
        # A supervisor sees a closed case no more.
        closes = found.kind == ApprovalKind.CLOSURE and not request.viewer.has(Role.HEAD)
        return reverse("practice:cases-waiting") if closes else page_of_case(found.case_id), _("决定已保存。")

    title = f"{approval_title(found.kind)}：{found.case.client.name}"
    return answer_sheet(request, form, save, back=page_of_case(found.case_id), title=title, submit=_("保存决定"))


@both_ways
@requires(*APPROVERS)
def emergency_review(request: Request, emergency_id: UUID) -> HttpResponseBase:
    """Review a service given in an emergency."""
    found = get_object_or_404(EmergencyService, pk=emergency_id)
    form = forms.CommentForm(request.POST or None)

    def save() -> tuple[str, Any]:
        case_approval.review_emergency(found, form.cleaned_data["comment"], by=request.viewer, at=clock.now())
        return page_of_case(found.case_id), _("已复核。")

    return answer_sheet(
        request,
        form,
        save,
        back=page_of_case(found.case_id),
        title=_("复核紧急服务"),
        submit=_("复核"),
        note=found.reason,
    )


@both_ways
@requires(*KEEPERS)
def case_hand_over(request: Request, case_id: UUID) -> HttpResponseBase:
    """Give the case to another worker of the station."""
    kept = case_or_404(request, case_id)
    workers = colleagues(kept.station, clock.today()).exclude(pk=kept.worker_id)
    form = forms.HandOverForm(workers, request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        to = workers.get(pk=typed["to_worker"])
        case_transfer.hand_over(kept, to, typed["reason"], by=request.viewer, at=clock.now())
        return page_of_case(kept.pk), _("已转交。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=_("转交给同事"), submit=_("转交"))


@both_ways
@requires(*KEEPERS)
def case_supervisor(request: Request, case_id: UUID) -> HttpResponseBase:
    """Name the case's supervisor: one who supervises its worker under an agreement in force."""
    kept = case_or_404(request, case_id)
    supervisors = list(queries.supervisors_for(kept.worker))
    present = next((each.pk for each in supervisors if each.account_id == kept.supervisor_id), None)
    form = forms.SupervisorForm(supervisors, request.POST or None, initial={"supervisor": present})

    def save() -> tuple[str, Any]:
        wanted = form.cleaned_data["supervisor"]
        chosen = next((each for each in supervisors if each.pk == wanted), None)
        steps.name_supervisor(kept, chosen, by=request.viewer, at=clock.now())
        return page_of_case(kept.pk), _("已更换督导。") if chosen else _("个案不再有督导，由站长审批。")

    note = _("只有与承办社工有生效协议的督导才能选。协议结束后，督导不再看到这个个案，也不能审批。")
    return answer_sheet(
        request, form, save, back=page_of_case(kept.pk), title=_("更换督导"), submit=_("保存"), note=note
    )


@both_ways
@requires(*KEEPERS)
def case_transfer_ask(request: Request, case_id: UUID) -> HttpResponseBase:
    """Offer the case to another station of the county."""
    kept = case_or_404(request, case_id)
    stations = queries.stations_to_move_to(kept)
    form = forms.TransferForm(stations, request.POST or None)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        to = stations.get(pk=typed["to_station"])
        case_transfer.ask_transfer(kept, to, typed["reason"], by=request.viewer, at=clock.now())
        return page_of_case(kept.pk), _("已送对方站点，等待接收。")

    return answer_sheet(request, form, save, back=page_of_case(kept.pk), title=_("转到其他站点"), submit=_("送出"))


@both_ways
@requires(Role.HEAD)
def transfer_accept(request: Request, transfer_id: UUID) -> HttpResponseBase:
    """Take an offered case over."""
    found = get_object_or_404(CaseTransfer.objects.select_related("to_station"), pk=transfer_id)
    workers = colleagues(found.to_station, clock.today())
    form = forms.AcceptForm(workers, request.POST or None)

    def save() -> tuple[str, Any]:
        to = workers.get(pk=form.cleaned_data["to_worker"])
        case_transfer.accept_transfer(found, to, form.cleaned_data["comment"], by=request.viewer, at=clock.now())
        return page_of_case(found.case_id), _("已接收。")

    return answer_sheet(
        request, form, save, title=_("接收个案 %(number)s") % {"number": found.number}, submit=_("接收")
    )


@both_ways
@requires(*KEEPERS)
def transfer_decline(request: Request, transfer_id: UUID) -> HttpResponseBase:
    """Don't take an offered case, or take the offer back."""
    found = get_object_or_404(CaseTransfer, pk=transfer_id)
    form = forms.DeclineForm(request.POST or None)
    own = found.asked_by_id == request.viewer.account_id

    def save() -> tuple[str, Any]:
        case_transfer.decline_transfer(found, form.cleaned_data["comment"], by=request.viewer, at=clock.now())
        return page_of_case(found.case_id) if own else reverse("practice:cases-waiting"), _("已保存。")

    return answer_sheet(
        request,
        form,
        save,
        back=reverse("practice:cases-waiting"),
        title=_("取消转交") if own else _("不接收"),
        submit=_("保存"),
    )


@both_ways
@requires(*KEEPERS)
def follow_up_new(request: Request, case_id: UUID) -> HttpResponseBase:
    """Plan one more follow-up."""
    return _follow_up_sheet(request, case_or_404(request, case_id), None)


@both_ways
@requires(*KEEPERS)
def follow_up_move(request: Request, follow_up_id: UUID) -> HttpResponseBase:
    """Move a follow-up to another day."""
    found = get_object_or_404(FollowUp.objects.select_related("case"), pk=follow_up_id)
    return _follow_up_sheet(request, found.case, found)


def _follow_up_sheet(request: Request, kept: Case, found: FollowUp | None) -> HttpResponseBase:
    day = found.due_on if found else rules.months_after(clock.today(), 1)
    form = forms.FollowUpForm(request.POST or None, initial={"due_on": day})

    def save() -> tuple[str, Any]:
        case_follow_up.plan_follow_up(
            kept, form.cleaned_data["due_on"], by=request.viewer, at=clock.now(), key=found.pk if found else None
        )
        return page_of_case(kept.pk, "follow-ups"), _("已保存。")

    return answer_sheet(
        request, form, save, back=page_of_case(kept.pk), title=_("改期") if found else _("添加回访"), submit=_("保存")
    )


@both_ways
@requires(*KEEPERS)
def follow_up_note(request: Request, follow_up_id: UUID) -> HttpResponseBase:
    """Note that a follow-up came to nothing."""
    found = get_object_or_404(FollowUp.objects.select_related("case"), pk=follow_up_id)
    form = forms.NoFollowUpForm(request.POST or None)

    def save() -> tuple[str, Any]:
        case_follow_up.note_follow_up(found, form.cleaned_data["note"], by=request.viewer, at=clock.now())
        return page_of_case(found.case_id, "follow-ups"), _("已保存。")

    return answer_sheet(request, form, save, back=page_of_case(found.case_id), title=_("没有做回访"), submit=_("保存"))
