"""Decisions about the duty to report: how late a report is, who is told of it, what each stage wants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import ReportResult, ReportState

FACTS_LENGTH: Final = 4000
PLACE_LENGTH: Final = 200
NEXT: Final = {
    ReportState.OBSERVED: (ReportState.REPORTED, ReportState.CLOSED),
    ReportState.REPORTED: (ReportState.FOLLOWED,),
    ReportState.FOLLOWED: (ReportState.CLOSED,),
    ReportState.CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is to be told now that a report is late."""

    head: bool
    county: bool


def escalation(
    *,
    state: str,
    due_at: datetime,
    now: datetime,
    county_after: timedelta,
    head_told: bool,
    county_told: bool,
) -> Escalation:
    """The head as soon as the clock has run out, the county `county_after` later; each once."""
    late = state == ReportState.OBSERVED and now >= due_at
    return Escalation(head=late and not head_told, county=late and now >= due_at + county_after and not county_told)


def step_problem(state: str, to: ReportState) -> Problem | None:
    """Why a report can't go on to this stage now, or None."""
    if to in NEXT[ReportState(state)]:
        return None
    present = ReportState(state).label
    return Problem(
        "report_state", _("报告现在的状态是“%(state)s”，不能这样做。"), status=409, params={"state": present}
    )


def closing_problem(*, state: str, result: str, is_starter: bool, is_head: bool) -> Problem | None:
    """Who began a report can't close it; the head can, after follow-up, or when it was opened by mistake."""
    if is_starter:
        return Problem("closed_by_starter", _("报告不能由发起人自己办结，请站长或区(市)县管理人员办结。"), status=403)
    if not is_head:
        return Problem("head_only", _("只有站长或区(市)县管理人员可以办结报告。"), status=403)
    if result not in ReportResult.values:
        return Problem("result_missing", _("请选择结果。"), "result")
    if state == ReportState.OBSERVED and result != ReportResult.MISTAKEN:
        return Problem("not_reported", _("还没有报告；只有误开的可以直接办结。"), "result", status=409)
    if state != ReportState.OBSERVED and result == ReportResult.MISTAKEN:
        return Problem("was_reported", _("已经报告过，不能按误开办结。"), "result", status=409)
    return step_problem(state, ReportState.CLOSED)


def missing_for_closure(*, person: str, triggers: Collection[str], facts: str) -> list[Problem]:
    """What a report must say before it is closed (unless it was opened by mistake)."""
    found = []
    if not person:
        found.append(Problem("person_missing", _("请先在报告中选择当事人属于哪一类。")))
    if not triggers:
        found.append(Problem("triggers_missing", _("请先在报告中选择情形。")))
    if not facts.strip():
        found.append(Problem("facts_missing", _("请先在报告中写明看到、听到了什么。")))
    return found
