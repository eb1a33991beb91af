"""Decisions about cases: from opening over plan to closure, no stage skipped, nothing after closure."""

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.practice.enums import CaseStage, CloseReason
from shegong.practice.rules.client import HUB_LENGTH, is_minor

TEXT_LENGTH: Final = 4000
SERIAL_DIGITS: Final = 5


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


def planning_problem(*, stage: str, opened_on: date, planned_on: date, today: date) -> Problem | None:
    """Why a plan can't be written now, or None."""
    if stage == CaseStage.CLOSED:
        return closed_problem()
    if stage != CaseStage.OPEN:
        return Problem("case_planned", _("个案已有计划。"), status=409)
    if planned_on < opened_on:
        return Problem("plan_before_opening", _("计划日期不能早于接案日期。"), "planned_on")
    if planned_on > today:
        return Problem("date_future", _("日期不能晚于今天。"), "planned_on")
    return None


def closing_problem(
    *, stage: str, planned_on: date | None, closed_on: date, today: date, reason: str
) -> Problem | None:
    """Why a case can't be closed now, or None."""
    if stage == CaseStage.CLOSED:
        return closed_problem()
    if stage != CaseStage.PLANNED or planned_on is None:
        return Problem("case_unplanned", _("个案还没有计划，不能直接结案。"), status=409)
    if reason not in CloseReason.values:
        return Problem("close_reason_missing", _("请选择结案原因。"), "close_reason")
    if closed_on < planned_on:
        return Problem("close_before_plan", _("结案日期不能早于计划日期。"), "closed_on")
    if closed_on > today:
        return Problem("date_future", _("日期不能晚于今天。"), "closed_on")
    return None


def closed_problem() -> Problem:
    """A closed case takes nothing more."""
    return Problem("case_closed", _("个案已经结案，不能再更改。"), status=409)


def checked_text(value: str, field: str, missing: Problem | None = None) -> str:
    """A longer text of a case. Raises Problem at the field: too long, unfit signs, or `missing` when it is empty."""
    try:
        text = clean_text(value.strip(), TEXT_LENGTH)
    except Problem as problem:
        raise problem.at(field) from problem
    if not text and missing:
        raise missing.at(field)
    return text


def required_text(value: str, field: str) -> str:
    """A longer text that must say something. Raises Problem at the field."""
    return checked_text(value, field, Problem("text_missing", _("请填写这一项。")))
