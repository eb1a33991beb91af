"""Postings: who may be where, for how much of the time. Values in, answer out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.enums import Stage
from shegong.workforce.enums import PostingRole

FULL_TIME: Final = 100
ROLES: Final = frozenset(PostingRole.values)
OPEN_STAGES: Final = (Stage.BUILT, Stage.RUNNING, Stage.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Term:
    """A posting as the rules see it: a share (percent) of a worker at a station on the days from `since` up to, but
    without, `until`.
    """

    station_id: int
    share: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stage of a station's life."""

    stage: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """A posting as asked for."""

    role: str
    share: int
    since: date
    until: date | None = None


def meets(since: date, until: date | None, other_since: date, other_until: date | None) -> bool:
    """Whether two half-open periods have a day in common."""
    return (until is None or other_since < until) and (other_until is None or since < other_until)


def heaviest(terms: Iterable[Term], since: date, until: date | None) -> tuple[int, date]:
    """The largest sum of shares on any day of a period, and the first such day."""
    within = [term for term in terms if meets(term.since, term.until, since, until)]
    days = {since, *(term.since for term in within if term.since > since)}
    loads = [
        (sum(t.share for t in within if t.since <= day and (t.until is None or day < t.until)), day) for day in days
    ]
    return max(loads, key=lambda load: (load[0], -load[1].toordinal()))


def draft_problems(draft: PostingDraft) -> list[Problem]:
    """What is wrong with a posting in itself."""
    found = []
    if draft.role not in ROLES:
        found.append(Problem("role_unknown", _("请选择岗位。"), "role"))
    if not 1 <= draft.share <= FULL_TIME:
        found.append(Problem("share_range", _("工时占比应在 1 到 100 之间。"), "share"))
    if draft.until is not None and draft.until <= draft.since:
        found.append(Problem("until_before_since", _("截止日应晚于起始日。"), "until"))
    return found


def load_problem(draft: PostingDraft, station_id: int, others: Sequence[Term]) -> Problem | None:
    """Why a worker with these other postings can't have this one: twice at a station, or more than full time."""
    for other in others:
        if other.station_id == station_id and meets(draft.since, draft.until, other.since, other.until):
            return Problem("posted_already", _("这段时间内已派驻在这个站点。"), "since")
    load, day = heaviest(others, draft.since, draft.until)
    if load + draft.share > FULL_TIME:
        return Problem(
            "beyond_full_time",
            _("%(day)s 起各站点的工时占比合计将达 %(sum)s%%，不能超过 100%%；最多还可派驻 %(free)s%%。"),
            "share",
            params={"day": day.isoformat(), "sum": load + draft.share, "free": FULL_TIME - load},
        )
    return None


def station_problem(draft: PostingDraft, stages: Sequence[Span]) -> Problem | None:
    """Why nobody can be posted at a station with this life for this period, or None."""
    closed = next((stage.since for stage in stages if stage.stage == Stage.CLOSED), None)
    if closed is not None and (draft.until is None or draft.until > closed):
        return Problem(
            "station_closed", _("这个站点已于 %(day)s 撤销。"), "station", params={"day": closed.isoformat()}
        )
    opened = [stage for stage in stages if stage.stage in OPEN_STAGES]
    if any(stage.since <= draft.since and (stage.until is None or draft.since < stage.until) for stage in opened):
        return None
    if not opened:
        return Problem("station_not_open", _("这个站点还没有建成。"), "station")
    return Problem(
        "station_not_open",
        _("这个站点自 %(day)s 起才建成。"),
        "since",
        params={"day": min(stage.since for stage in opened).isoformat()},
    )


def service_problem(draft: PostingDraft, hired: date, left: date | None) -> Problem | None:
    """Why a posting doesn't lie within the worker's service, or None."""
    if draft.since < hired:
        return Problem("before_hired", _("早于入职日期 %(day)s。"), "since", params={"day": hired.isoformat()})
    if left is not None and (draft.until is None or draft.until > left):
        return Problem("after_leaving", _("已于 %(day)s 离职。"), "until", params={"day": left.isoformat()})
    return None
