"""Decisions about cases: six stages in order (MZ/T 094-2017), what each needs before the next, who approves."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.practice.enums import ApprovalKind, Basis, CaseStage, CloseReason
from shegong.practice.rules.client import HUB_LENGTH, is_minor

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEXT_LENGTH: Final = 4000
SERIAL_DIGITS: Final = 5
ORDER: Final = tuple(CaseStage)
REVIEW_WITHIN: Final = timedelta(hours=72)
FOLLOW_UP_MONTHS: Final = (1, 3, 6)
MOST_FOLLOW_UPS: Final = 12
# A case that ends before its plan was carried out can't have reached what it was opened for.
EARLY_REASONS: Final = tuple(
    reason for reason in CloseReason if reason not in (CloseReason.GOALS_MET, CloseReason.ABLE)
)


def case_number(hub_key: str, year: int, serial: int) -> str:
    """Number of a case: hub, year, C and five digits."""
    return f"{number_prefix(hub_key, year)}{serial:0{SERIAL_DIGITS}d}"


def number_prefix(hub_key: str, year: int) -> str:
    """What all case numbers of a hub and year begin with."""
    return f"{hub_key[:HUB_LENGTH]}-{year}-C"


def opening_problem(*, client_state: str, opened_on: date, today: date) -> Problem | None:
    """Why a case can't be opened for a client, or None."""
    if client_state != "active":
        return Problem("client_not_active", _("档案不在册，不能开个案。"))
    if opened_on > today:
        return Problem("date_future", _("日期不能晚于今天。"), "opened_on")
    return None


def guardian_problem(*, born_on: date | None, opened_on: date, has_guardian: bool, reason: str) -> Problem | None:
    """A minor's case needs to say who the guardian is, or why there is none (Law on the Protection of Minors)."""
    if not is_minor(born_on, opened_on) or has_guardian or reason:
        return None
    return Problem(
        "guardian_missing",
        _("服务对象未满 18 岁：请先在联系人中登记监护人，或说明为何没有监护人。"),
        "no_guardian_reason",
    )


def is_stopped(consents: Sequence[tuple[str, bool]]) -> bool:
    """Whether the consent to service was withdrawn and no other basis stands: (basis, withdrawn) of each; PIPL 15.

    A statutory duty or an emergency noted as basis goes on; so does a consent given anew.

    >>> is_stopped([]), is_stopped([("consent", False)]), is_stopped([("consent", True)])
    (False, False, True)
    >>> is_stopped([("consent", True), ("duty", False)]), is_stopped([("duty", True)])
    (False, False)
    """
    standing = any(not withdrawn for _basis, withdrawn in consents)
    asked = any(withdrawn and basis in (Basis.CONSENT, Basis.GUARDIAN) for basis, withdrawn in consents)
    return asked and not standing


def stopped_problem(field: str | None = None) -> Problem:
    """Consent was withdrawn: only what the law requires goes on."""
    return Problem(
        "consent_withdrawn",
        _(
            "服务对象已撤回同意，服务停止。依法必须提供的，请先在档案中登记依据（法定职责或紧急情况）；否则请办理提前结案。"
        ),
        field,
        status=422 if field else 409,
    )


@dataclass(frozen=True, slots=True)
class CaseState:
    """What a case has so far: its stage, the stages whose sheet is written, goals and their ratings, planned services,
    records, approvals of this round (asked, given).
    """

    stage: str
    sheets: frozenset[str] = frozenset()
    goals: int = 0
    goals_rated: int = 0
    goals_rated_again: int = 0
    services: int = 0
    records: int = 0
    plan_asked: bool = False
    plan_approved: bool = False
    closure_asked: bool = False
    closure_approved: bool = False
    early: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the next stage wants: what, whether it is there, and which part of the page brings it."""

    code: str
    text: "StrOrPromise"
    done: bool


def needs(state: CaseState) -> list[Need]:
    """What the next stage wants, in the order in which one does it. Empty for a closed case."""
    written = state.sheets
    if state.stage == CaseStage.INTAKE:
        return [Need("sheet-intake", _("接案表和服务协议已写，服务对象已签名或口头同意"), "intake" in written)]
    if state.stage == CaseStage.ASSESSMENT:
        return [Need("sheet-assessment", _("预估表已写：个人、家庭、环境、优势和风险"), "assessment" in written)]
    if state.stage == CaseStage.PLANNING:
        return [
            Need("goal", _("至少一个可衡量的目标"), state.goals > 0),
            Need("rating", _("每个目标都评定了起点"), 0 < state.goals == state.goals_rated),
            Need("service", _("至少一项计划服务"), state.services > 0),
            Need("sheet-planning", _("服务计划已写并签名"), "planning" in written),
            Need("ask-plan", _("已送审批"), state.plan_asked or state.plan_approved),
            Need("approve-plan", _("计划由另一人批准"), state.plan_approved),
        ]
    if state.stage == CaseStage.INTERVENTION:
        return [Need("record", _("至少一次服务记录"), state.records > 0)]
    if state.stage == CaseStage.EVALUATION:
        again = [] if state.early else [
            Need("rating", _("每个目标都在评估阶段再次评定"), state.goals == state.goals_rated_again),
        ]  # fmt: skip
        return [
            *again,
            Need("sheet-evaluation", _("评估表已写：变化和满意度"), "evaluation" in written),
            Need("ask-closure", _("结案已送审批，写明原因"), state.closure_asked or state.closure_approved),
            Need("approve-closure", _("结案由另一人批准"), state.closure_approved),
        ]
    return []


def missing(state: CaseState, *, before: str = "") -> list[Need]:
    """What is missing for the next stage; `before`: only what must be there before this need can be met."""
    wanted = needs(state)
    if before:
        wanted = wanted[: [need.code for need in wanted].index(before)]
    return [need for need in wanted if not need.done]


def next_stage(stage: str) -> CaseStage | None:
    """The stage after this one; None after the last."""
    place = ORDER.index(CaseStage(stage))
    return ORDER[place + 1] if place + 1 < len(ORDER) else None


def stages_back(stage: str, *, planned: bool) -> tuple[CaseStage, ...]:
    """Where a case can go back to: one stage; after closure also to intervention; without a plan to planning.

    >>> [each.value for each in stages_back("closed", planned=True)]
    ['evaluation', 'intervention']
    >>> [each.value for each in stages_back("evaluation", planned=False)]
    ['planning']
    >>> stages_back("intake", planned=False)
    ()
    """
    place = ORDER.index(CaseStage(stage))
    if place == 0:
        return ()
    if not planned and place > ORDER.index(CaseStage.INTERVENTION):
        return (CaseStage.PLANNING,)
    if stage == CaseStage.CLOSED:
        return (CaseStage.EVALUATION, CaseStage.INTERVENTION)
    return (ORDER[place - 1],)


def going_on_problem(state: CaseState, to: str) -> Problem | None:
    """Why a case can't go on to this stage by a worker's step, or None. Intervention and closure come with approval."""
    if state.stage == CaseStage.CLOSED:
        return closed_problem()
    if next_stage(state.stage) != to:
        return Problem("stage_skipped", _("阶段要依次进行，不能跳过。"), "to", status=409)
    lacking = missing(state)
    if lacking:
        return lacking_problem(lacking)
    return None


def lacking_problem(lacking: Sequence[Need]) -> Problem:
    """What is missing, in one sentence."""
    words = "；".join(str(need.text) for need in lacking)
    return Problem("stage_incomplete", _("还缺：%(what)s"), None, status=409, params={"what": words})


def going_back_problem(*, stage: str, to: str, planned: bool) -> Problem | None:
    """Why a case can't go back to this stage, or None."""
    if to not in stages_back(stage, planned=planned):
        return Problem("stage_skipped", _("阶段要依次进行，不能跳过。"), "to", status=409)
    return None


def early_end_problem(*, stage: str, reason: str) -> Problem | None:
    """Why a case can't end early for this reason, or None."""
    if stage == CaseStage.CLOSED:
        return closed_problem()
    if stage == CaseStage.EVALUATION:
        return Problem("already_evaluating", _("个案已在评估阶段。"), status=409)
    if reason not in EARLY_REASONS:
        return Problem("close_reason_missing", _("请选择提前结案的原因。"), "reason")
    return None


def sheet_problem(*, stage: str, of: str, asked: bool) -> Problem | None:
    """Why the sheet `of` a stage can't be written now, or None. Intake and assessment may be brought up to date later;
    what another person is asked to approve, or has approved, stays as it is.
    """
    if stage == CaseStage.CLOSED:
        return closed_problem()
    if asked and stage == of:
        return Problem("already_asked", _("已经送审，正在等待决定。要修改请先撤回送审。"), status=409)
    later = of in (CaseStage.INTAKE, CaseStage.ASSESSMENT) and ORDER.index(CaseStage(of)) < ORDER.index(
        CaseStage(stage)
    )
    if of == stage or later:
        return None
    words = _("个案现在不在“%(stage)s”阶段。")
    return Problem("wrong_stage", words, status=409, params={"stage": CaseStage(of).label})


def planning_problem(*, stage: str, asked: bool) -> Problem | None:
    """Why goals and planned services can't be changed now, or None."""
    if stage == CaseStage.INTERVENTION:
        return Problem("plan_approved", _("计划已批准。要修改，请先退回“计划”阶段并写明原因。"), status=409)
    return sheet_problem(stage=stage, of=CaseStage.PLANNING, asked=asked)


def rating_stage_problem(stage: str) -> Problem | None:
    """Why goals can't be rated now, or None: from planning (where they stand) to evaluation."""
    if stage == CaseStage.CLOSED:
        return closed_problem()
    if stage in (CaseStage.INTAKE, CaseStage.ASSESSMENT):
        words = _("个案现在不在“%(stage)s”阶段。")
        return Problem("wrong_stage", words, status=409, params={"stage": CaseStage.PLANNING.label})
    return None


def approval_problem(*, asked_by: int, worker_account: int | None, decided: bool, by: int) -> Problem | None:
    """Why this person can't decide, or None: nobody approves what they wrote themselves."""
    if decided:
        return Problem("already_decided", _("已经有了决定。"), status=409)
    if by in (asked_by, worker_account):
        return Problem("approval_by_oneself", _("须由另一人审批，不能审批自己的个案。"), status=403)
    return None


def asking_problem(state: CaseState, kind: str) -> Problem | None:
    """Why a plan or closure can't be put before an approver now, or None."""
    wanted = CaseStage.PLANNING if kind == ApprovalKind.PLAN else CaseStage.EVALUATION
    if state.stage == CaseStage.CLOSED:
        return closed_problem()
    if state.stage != wanted:
        words = _("个案现在不在“%(stage)s”阶段。")
        return Problem("wrong_stage", words, status=409, params={"stage": wanted.label})
    if state.plan_asked if kind == ApprovalKind.PLAN else state.closure_asked:
        return Problem("already_asked", _("已经送审，正在等待决定。"), status=409)
    lacking = missing(state, before=f"ask-{kind}")
    return lacking_problem(lacking) if lacking else None


def closing_problem(*, reason: str, early_reason: str) -> Problem | None:
    """Why a case can't be closed for this reason, or None."""
    if reason not in CloseReason.values or (early_reason and reason not in EARLY_REASONS):
        return Problem("close_reason_missing", _("请选择结案原因。"), "close_reason")
    return None


def review_due(marked_at: datetime) -> datetime:
    """By when another person reviews a service given in an emergency."""
    return marked_at + REVIEW_WITHIN


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the month's last.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def follow_up_days(closed_on: date) -> list[date]:
    """The usual days to ask again after closure."""
    return [months_after(closed_on, months) for months in FOLLOW_UP_MONTHS]


def follow_up_problem(*, due_on: date, opened_on: date) -> Problem | None:
    """Why a follow-up can't be planned for this day, or None."""
    if not opened_on <= due_on <= opened_on + timedelta(days=20 * 366):
        return Problem("due_before_opening", _("回访日期不能早于接案日期，也不能太远。"), "due_on")
    return None


def closed_problem() -> Problem:
    """A closed case takes nothing more."""
    return Problem("case_closed", _("个案已经结案，不能再更改。"), status=409)


def checked_text(value: str, field: str, missing: Problem | None = None, limit: int = TEXT_LENGTH) -> str:
    """A longer text of a case. Raises Problem at the field: too long, unfit signs, or `missing` when it is empty."""
    try:
        text = clean_text(value.strip(), limit)
    except Problem as problem:
        raise problem.at(field) from problem
    if not text and missing:
        raise missing.at(field)
    return text


def required_text(value: str, field: str, limit: int = TEXT_LENGTH) -> str:
    """A longer text that must say something. Raises Problem at the field."""
    return checked_text(value, field, Problem("text_missing", _("请填写这一项。")), limit)
