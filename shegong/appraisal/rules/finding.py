"""How a finding goes on: its topic and days, who may do what next, what is missing. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import FINDING_MOVES, SETTLED, FindingState, Severity
from shegong.kernel.problems import Problem

TEXT_LENGTH: Final = 500
WORDS_LENGTH: Final = 120
PROOFS_AT_ONCE: Final = 6
RECURS_WITHIN: Final = timedelta(days=365)
OLDEST: Final = timedelta(days=366)
LONGEST_EXTENSION: Final = timedelta(days=180)


def topic_of(code: str, anchor: str, tier: str = "", item: str = "") -> str:
    """What findings have in common: an item of a tier's standard, whatever its year, else the clause."""
    return f"item:{tier}:{item}" if item else f"clause:{code}#{anchor}"


def severity_of(points: Decimal, most: int, pass_from: int) -> Severity:
    """What an item's lost points propose: grave when nothing counted, serious below the share of its points from which
    a round passes (`pass_from` percent), else minor.
    """
    if points <= 0:
        return Severity.GRAVE
    return Severity.SERIOUS if points * 100 < pass_from * most else Severity.MINOR


def source_key_of(unit: UUID, code: str) -> str:
    """By which a finding and the scored item that it comes from know each other."""
    return f"{unit}:{code}"


def unit_of_key(source_key: str) -> UUID | None:
    """The drawn unit of such a key."""
    try:
        return UUID(source_key.partition(":")[0])
    except ValueError:
        return None


def move_problem(state: str, to: str) -> Problem | None:
    """Whether a finding may go from a state to another (409 when it has gone elsewhere meanwhile)."""
    if to in FINDING_MOVES[state]:
        return None
    words = FindingState(state).label
    return Problem("state_gone", _("这条问题现为“%(state)s”，不能这样办理。"), status=409, params={"state": words})


def text_problem(text: str, field: str) -> Problem | None:
    """Something has to be said."""
    return None if text.strip() else Problem("text_missing", _("请写明。"), field)


def found_problem(found_on: date, today: date) -> Problem | None:
    """A finding is of today or of the last year."""
    if found_on > today:
        return Problem("in_future", _("发现日期不能晚于今天。"), "found_on")
    if found_on < today - OLDEST:
        return Problem("too_old", _("发现日期超过一年，请核对。"), "found_on")
    return None


def due_on(found_on: date, days: int, today: date) -> date:
    """By when it is to be corrected: the usual days from the finding, and never before tomorrow."""
    return max(found_on + timedelta(days=days), today + timedelta(days=1))


def plan_problem(planned_for: date, due: date, today: date) -> Problem | None:
    """A plan ends within the deadline; where that has passed already, from today on."""
    if planned_for < today:
        return Problem("in_past", _("计划完成日期不能早于今天。"), "planned_for")
    if planned_for > max(due, today):
        reason = _("计划完成日期不能晚于整改期限 %(day)s；确需更长时间，请区（市）县延长期限。")
        return Problem("after_deadline", reason, "planned_for", params={"day": due.isoformat()})
    return None


def extension_problem(until: date, due: date, today: date) -> Problem | None:
    """A deadline only moves on, from today, by half a year at most."""
    if until <= max(due, today):
        return Problem("not_later", _("新的期限应晚于现在的期限和今天。"), "until")
    if until > max(due, today) + LONGEST_EXTENSION:
        return Problem("extension_long", _("一次最多延长半年。"), "until")
    return None


def wish_problem(until: date, due: date, today: date, is_open: bool) -> Problem | None:
    """One wish at a time, for what may be granted."""
    if is_open:
        return Problem("asked_already", _("已有一份延期申请等待答复。"), status=409)
    return extension_problem(until, due, today)


def days_overdue(state: str, due: date, today: date) -> int:
    """How many days the correction is late; 0 for one that isn't, or that is settled."""
    return 0 if state in SETTLED else max((today - due).days, 0)
