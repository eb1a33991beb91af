"""Local groups: what one has to be, which stage may follow, and the course of a micro-grant. Pure."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.linkage.enums import GROUP_MOVES, LocalGroupStage, MicroGrantState

LARGEST_GRANT: Final = Decimal(50_000)
FEWEST: Final = 3
MOST: Final = 5000
NUMBERED: Final = (LocalGroupStage.FILED, LocalGroupStage.REGISTERED)
NEXT: Final = {
    MicroGrantState.ASKED: (MicroGrantState.APPROVED, MicroGrantState.DECLINED),
    MicroGrantState.APPROVED: (MicroGrantState.PAID,),
    MicroGrantState.PAID: (MicroGrantState.ACCOUNTED,),
    MicroGrantState.DECLINED: (),
    MicroGrantState.ACCOUNTED: (),
}


def missing(text: str, field: str) -> Problem | None:
    """Something has to be said."""
    return None if text.strip() else Problem("text_missing", _("请写明。"), field)


def members_problem(members: int) -> Problem | None:
    """A group is of three people at least."""
    if FEWEST <= members <= MOST:
        return None
    return Problem("members", _("成员为 3 至 5000 人。"), "members")


def founded_problem(founded_on: date, today: date) -> Problem | None:
    """A group is founded before it is noted."""
    return Problem("in_future", _("成立日期不能晚于今天。"), "founded_on") if founded_on > today else None


def stage_problem(stage: str, to: str, since: date, on: date, today: date) -> Problem | None:
    """Whether a group may enter a stage on a day."""
    if to not in GROUP_MOVES[stage]:
        words = {"stage": LocalGroupStage(stage).label}
        return Problem("stage_gone", _("这个组织现为“%(stage)s”，不能这样办理。"), status=409, params=words)
    if not since <= on <= today:
        return Problem("stage_day", _("日期应在进入上一阶段之后、今天之前。"), "since")
    return None


def number_problem(to: str, number: str) -> Problem | None:
    """What is filed or registered has a number."""
    if to in NUMBERED and not number.strip():
        return Problem("number_missing", _("请填写备案号或登记证号。"), "number")
    return None


def grant_problem(asked: Decimal) -> Problem | None:
    """A micro-grant is small."""
    if Decimal(0) < asked <= LARGEST_GRANT:
        return None
    return Problem("asked", _("微公益资助每项不超过 5 万元。"), "asked")


def approved_problem(approved: Decimal, asked: Decimal) -> Problem | None:
    """Never more than was asked for."""
    if approved <= 0:
        return Problem("approved", _("批准金额应大于 0。"), "approved")
    if approved > asked:
        return Problem("more_than_asked", _("批准金额不能超过申请金额。"), "approved")
    return None


def spent_problem(spent: Decimal, approved: Decimal) -> Problem | None:
    """Never more than was approved."""
    if spent < 0:
        return Problem("spent", _("实际支出不能小于 0。"), "spent")
    if spent > approved:
        return Problem("more_than_approved", _("实际支出不能超过批准金额。"), "spent")
    return None


def step_problem(state: str, to: MicroGrantState) -> Problem | None:
    """Whether a micro-grant may go on (409 when it has gone elsewhere meanwhile)."""
    if to in NEXT[MicroGrantState(state)]:
        return None
    words = {"state": MicroGrantState(state).label}
    return Problem("state_gone", _("这项资助现为“%(state)s”，不能这样办理。"), status=409, params=words)
