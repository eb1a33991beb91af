"""How a self-check goes on: deadlines, who may do what next, what is missing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import MOVES, CheckState, Evidence
from shegong.kernel.problems import Problem

REASON_LENGTH: Final = 500
PROOFS_OF_AN_ITEM: Final = 6


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of an item: how it is shown, and what station and county say."""

    code: str
    title: str
    evidence: str
    met: bool | None
    note: str
    proofs: int
    county_met: bool | None = None


def move_problem(state: str, to: str) -> Problem | None:
    """Whether a self-check may go from a state to another (409 when it has gone elsewhere meanwhile)."""
    if to in MOVES[state]:
        return None
    words = CheckState(state).label
    return Problem("state_gone", _("这份自评现为“%(state)s”，不能这样办理。"), status=409, params={"state": words})


def window_problem(opens_on: date, closes_on: date, today: date) -> Problem | None:
    """Whether a station may hand in: between the standard's days."""
    if today < opens_on:
        reason = _("自评从 %(day)s 开始。")
        return Problem("too_early", reason, status=409, params={"day": opens_on.isoformat()})
    if today > closes_on:
        reason = _("自评已于 %(day)s 截止，不能再提交。")
        return Problem("too_late", reason, status=409, params={"day": closes_on.isoformat()})
    return None


def submission_problems(items: Iterable[Said]) -> list[Problem]:
    """What a station still has to say: each attested item yes or no, a proof for each yes."""
    found = []
    for item in items:
        if item.evidence != Evidence.ATTESTED:
            continue
        field = f"met-{item.code}"
        if item.met is None:
            found.append(Problem("answer_missing", _("请选择是否达到。"), field))
        elif item.met and not item.proofs:
            found.append(Problem("proof_missing", _("选了“达到”，请附上照片或 PDF。"), f"file-{item.code}"))
    return found


def review_problems(items: Iterable[Said]) -> list[Problem]:
    """What the county still has to say before it passes a self-check on: each observed item."""
    return [
        Problem("observation_missing", _("请写明现场查看的结论。"), f"met-{item.code}")
        for item in items
        if item.evidence == Evidence.OBSERVED and item.county_met is None
    ]


def reason_problem(reason: str, *, wanted: bool) -> Problem | None:
    """A reason is wanted for all that goes against a station."""
    if wanted and not reason.strip():
        return Problem("reason_missing", _("请写明理由。"), "reason")
    return None


def appeal_problem(decided_on: date, appeal_days: int, today: date) -> Problem | None:
    """Whether it isn't too late to appeal."""
    last = decided_on + timedelta(days=appeal_days)
    if today <= last:
        return None
    reason = _("申诉应在 %(day)s 前提出。")
    return Problem("appeal_late", reason, status=409, params={"day": last.isoformat()})


def due_on(state: str, today: date, closes_on: date, days: Mapping[str, int]) -> date | None:
    """By when whoever has it now must act. `days` are the standard's, by state."""
    if state in (CheckState.DRAFT, CheckState.RETURNED):
        return closes_on
    return today + timedelta(days=days[state]) if state in days else None


def valid_until(since: date, months: int) -> date:
    """The end of a confirmation's validity."""
    month = since.month - 1 + months
    year, month = since.year + month // 12, month % 12 + 1
    day = since.day
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1  # the 31st of a month that has thirty days
