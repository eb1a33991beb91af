"""A plan or a closure put before another person, and what follows from the decision; reviews of emergency services.

The approver is a head in whose reach the case lies, or the case's supervisor, and never the one who asked or carries
the case; the database holds that, too.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.case import enter, held, journal
from shegong.practice.actions.case_sheet import add_sheet
from shegong.practice.actions.goal import write_outcome
from shegong.practice.enums import ApprovalKind, CaseStage, CloseReason, Verdict
from shegong.practice.models import Case, CaseApproval, CaseSheet, EmergencyService, FollowUp
from shegong.practice.queries.case import supervises
from shegong.practice.queries.case_state import state_of
from shegong.practice.rules import case as rules
from shegong.practice.rules.case_sheet import SheetFact, checked_sheet

COMMENT_LENGTH = 1000


@transaction.atomic
def ask_for_plan(case: Case, *, by: Viewer, at: datetime) -> CaseApproval:
    """Put the plan before an approver. Raises Problem `stage_incomplete`, `wrong_stage`, `already_asked`,
    `consent_withdrawn`, `case_closed` (409); 403, 404.
    """
    case = held(case, by)
    wrong = rules.asking_problem(state_of(case), ApprovalKind.PLAN)
    if wrong:
        raise wrong
    return _ask(case, ApprovalKind.PLAN, by, at)


@transaction.atomic
def ask_for_closure(
    case: Case,
    *,
    reason: str,
    summary: str,
    by: Viewer,
    at: datetime,
    after: str = "",
    follow_ups: Sequence[date] | None = None,
) -> CaseApproval:
    """Put the closure before an approver, with its reason, what came of the case, and when to ask again afterwards
    (after one, three and six months unless said otherwise).

    Raises Problem or Problems at close_reason, summary, after, follow_ups; 409 as `ask_for_plan`; 403, 404.
    """
    case = held(case, by, serving=False)
    wrong = rules.asking_problem(state_of(case), ApprovalKind.CLOSURE)
    if wrong:
        raise wrong
    days = sorted(set(rules.follow_up_days(clock.today()) if follow_ups is None else follow_ups))
    problems = [rules.closing_problem(reason=reason, early_reason=case.early_reason)]
    if len(days) > rules.MOST_FOLLOW_UPS or any(
        rules.follow_up_problem(due_on=day, opened_on=clock.today()) for day in days
    ):
        problems.append(Problem("follow_ups_range", _("回访日期从今天起，最多 12 次。"), "follow_ups"))
    try:
        clean = checked_sheet(CaseStage.CLOSED, SheetFact({"summary": summary, "after": after}))
    except Problem as problem:
        problems.extend(problem)
    found = [problem for problem in problems if problem]
    if found:
        raise Problems(found)
    content = {**clean.content, "reason": reason, "follow_ups": [day.isoformat() for day in days]}
    add_sheet(case, CaseStage.CLOSED, SheetFact(content), by, at)
    return _ask(case, ApprovalKind.CLOSURE, by, at)


@transaction.atomic
def withdraw_approval(approval: CaseApproval, *, by: Viewer, at: datetime) -> CaseApproval:
    """Take back what was put before an approver and isn't decided. Raises `already_decided` (409), 403, 404."""
    case = held(approval.case, by, serving=False)
    present = CaseApproval.objects.select_for_update().get(pk=approval.pk, hub_id=case.hub_id)
    if present.decision:
        raise Problem("already_decided", _("已经有了决定。"), status=409)
    _decide(present, Verdict.WITHDRAW, "", by, at)
    journal("withdraw_approval", case, by, at, kind=present.kind)
    return present


@transaction.atomic
def decide(approval: CaseApproval, decision: str, comment: str, *, by: Viewer, at: datetime) -> CaseApproval:
    """Approve or return. An approved plan begins the intervention; an approved closure closes the case and plans its
    follow-ups. A return needs a comment.

    Raises Problem at decision, comment; `approval_by_oneself`, `not_an_approver` (403), `already_decided`,
    `stage_incomplete` (409), 404.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(pk=approval.case_id, hub_id=approval.hub_id).first()
    if case is None:
        raise Problem("case_missing", _("找不到这个个案，或您不能查看。"), status=404)
    may_decide(case, by)
    present = CaseApproval.objects.select_for_update().get(pk=approval.pk, hub_id=case.hub_id)
    wrong = rules.approval_problem(
        asked_by=present.asked_by_id,
        worker_account=case.worker.account_id,
        decided=bool(present.decision),
        by=by.account_id,
    )
    if wrong:
        raise wrong
    if decision not in (Verdict.APPROVE, Verdict.RETURN):
        raise Problem("decision_missing", _("请选择批准或退回。"), "decision")
    words = rules.checked_text(comment, "comment", limit=COMMENT_LENGTH)
    if decision == Verdict.RETURN and not words:
        raise Problem("comment_missing", _("退回时请写明要改什么。"), "comment")
    _decide(present, Verdict(decision), words, by, at)
    # Noted before the case: a supervisor sees a closed case no more.
    journal(f"{decision}_{present.kind}", case, by, at)
    if decision == Verdict.APPROVE:
        (_begin if present.kind == ApprovalKind.PLAN else _close)(case, by, at)
    return present


def may_decide(case: Case, by: Viewer) -> None:
    """Raises Problem (403) unless the viewer is a head with the case in reach, or its supervisor while the agreement
    runs.
    """
    is_head = by.has(Role.HEAD) and by.reaches(case.hub_id, case.station_id)
    if not is_head and not supervises(by, case):
        raise Problem("not_an_approver", _("只有站长或这个个案的督导可以审批。"), status=403)


@transaction.atomic
def review_emergency(emergency: EmergencyService, comment: str, *, by: Viewer, at: datetime) -> EmergencyService:
    """Review a service given in an emergency before the plan was approved. Raises Problem at comment;
    `approval_by_oneself`, `not_an_approver` (403), `already_decided` (409).
    """
    case = Case.objects.get(pk=emergency.case_id, hub_id=emergency.hub_id)
    may_decide(case, by)
    present = EmergencyService.objects.select_for_update().get(pk=emergency.pk, hub_id=emergency.hub_id)
    wrong = rules.approval_problem(
        asked_by=present.marked_by_id,
        worker_account=case.worker.account_id,
        decided=present.reviewed_at is not None,
        by=by.account_id,
    )
    if wrong:
        raise wrong
    present.comment = rules.required_text(comment, "comment", limit=200)
    present.reviewed_by_id, present.reviewed_at = by.account_id, at
    present.save(update_fields=["comment", "reviewed_by", "reviewed_at"])
    journal("review_emergency", case, by, at, record=str(present.record_id))
    return present


def _ask(case: Case, kind: ApprovalKind, by: Viewer, at: datetime) -> CaseApproval:
    asked = CaseApproval(
        hub_id=case.hub_id,
        station_id=case.station_id,
        case=case,
        kind=kind,
        round=case.round,
        asked_by_id=by.account_id,
        asked_at=at,
    )
    asked.save(force_insert=True)
    journal(f"ask_{kind}", case, by, at)
    return asked


def _decide(approval: CaseApproval, decision: Verdict, comment: str, by: Viewer, at: datetime) -> None:
    approval.decision, approval.comment = decision, comment
    approval.decided_by_id, approval.decided_at = by.account_id, at
    approval.save(update_fields=["decision", "comment", "decided_by", "decided_at"])


def _begin(case: Case, by: Viewer, at: datetime) -> None:
    lacking = rules.missing(state_of(case))
    if lacking:
        raise rules.lacking_problem(lacking)
    case.planned_on = max(clock.today(), case.opened_on)
    enter(case, CaseStage.INTERVENTION, by, at)


def _close(case: Case, by: Viewer, at: datetime) -> None:
    lacking = rules.missing(state_of(case))
    if lacking:
        raise rules.lacking_problem(lacking)
    write_outcome(case)
    sheets = CaseSheet.objects.filter(case_id=case.pk, hub_id=case.hub_id, stage=CaseStage.CLOSED, round=case.round)
    sheet = sheets.order_by("-written_at", "-id")[0]
    case.closed_on = max(clock.today(), case.opened_on, case.planned_on or case.opened_on)
    case.closed_by_id = by.account_id
    case.close_reason = CloseReason(sheet.content["reason"])
    case.outcome = sheet.content["summary"]
    FollowUp.objects.bulk_create(
        FollowUp(hub_id=case.hub_id, station_id=case.station_id, case=case, due_on=date.fromisoformat(day))
        for day in sheet.content["follow_ups"]
    )
    enter(case, CaseStage.CLOSED, by, at)
