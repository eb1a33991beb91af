"""What makes a service record acceptable. Pure: values in, problems out."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.kernel.problems import Problem
from shegong.practice.enums import Place
from shegong.practice.rules.case import stopped_problem

DAY_MINUTES = 24 * 60
CROWD = 20_000
SUMMARY_LIMIT = 4_000
NEXT_STEP_LIMIT = 500
# Clocks of phones run ahead a little.
CLOCK_TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """What a caller says about a service: who, what, when, where, how long, by whom, what was done, what next.

    `minutes` is the duration; `started_at` is aware; `client_ids` and `anonymous_count` together are the people served.
    Omitted method and group follow the service item. `emergency_reason` marks a service given before the case's plan
    was approved because somebody was in danger.
    """

    station_id: int
    service_id: int
    started_at: datetime
    minutes: int
    place: str
    summary: str
    worker_ids: tuple[int, ...]
    client_ids: tuple[UUID, ...] = ()
    anonymous_count: int = 0
    method: str | None = None
    group_id: int | None = None
    next_step: str = ""
    next_on: date | None = None
    next_time: time | None = None
    satisfaction: int | None = None
    case_id: UUID | None = None
    contract_id: int | None = None
    fund_id: int | None = None
    emergency_reason: str = ""

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same (order of people doesn't matter)."""
        content = {each.name: getattr(self, each.name) for each in fields(self)} | {
            "client_ids": sorted(self.client_ids),
            "worker_ids": sorted(self.worker_ids),
            "started_at": self.started_at.timestamp(),
        }
        if not self.emergency_reason:
            # Drafts from before it existed keep their digest.
            del content["emergency_reason"]
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the database knows about the things that a draft names."""

    now: datetime
    served_on: date
    station_was_running: bool
    service_since: date
    service_until: date | None
    posted_workers: frozenset[int]
    clients_found: frozenset[UUID]
    stopped_clients: frozenset[UUID] = frozenset()
    case: "CaseFacts | None" = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the database knows about the case that a draft names. `is_refined`: the draft's service is one that a plan
    is made of; `next_follow_up`: the first that isn't done; `is_same`, `is_same_service`: a correction leaves them as
    they were.
    """

    client_id: UUID
    is_closed: bool = False
    is_planned: bool = True
    is_refined: bool = False
    next_follow_up: UUID | None = None
    is_same: bool = False
    is_same_service: bool = False


def record_problems(draft: RecordDraft, facts: RecordFacts) -> Iterator[Problem]:
    """Everything that is wrong with a draft, each at its field."""
    yield from _time_problems(draft, facts)
    yield from _people_problems(draft, facts)
    if not draft.summary.strip():
        yield Problem("summary_missing", _("请写一句话：做了什么。"), "summary")
    if draft.method is not None and draft.method not in Method.values:
        yield Problem("method_unknown", _("方法只能是个案、小组或社区。"), "method")
    if draft.place not in Place.values:
        yield Problem("place_unknown", _("请选择服务地点。"), "place")
    if facts.served_on < facts.service_since or (facts.service_until and facts.served_on >= facts.service_until):
        yield Problem("service_not_in_force", _("这个服务项目在那一天还未启用或已停用。"), "service_id")
    if draft.satisfaction is not None and not 1 <= draft.satisfaction <= 5:
        yield Problem("satisfaction_range", _("满意度为 1 到 5。"), "satisfaction")
    yield from _case_problems(draft, facts)


def _time_problems(draft: RecordDraft, facts: RecordFacts) -> Iterator[Problem]:
    if not 1 <= draft.minutes <= DAY_MINUTES:
        yield Problem(
            "duration_range",
            _("时长须在 1 分钟到 24 小时之间，现为 %(minutes)s 分钟。"),
            "minutes",
            params={"minutes": draft.minutes},
        )
    if draft.started_at > facts.now + CLOCK_TOLERANCE:
        yield Problem("started_in_future", _("开始时间还没有到。"), "started_at")
    elif not facts.station_was_running:
        yield Problem("station_not_running", _("那一天这个站点还没有运行，或已暂停、撤销。"), "started_at")
    problem = plan_problem(facts.served_on, draft.next_on, draft.next_time)
    if problem is not None:
        yield problem


def plan_problem(served_on: date, next_on: date | None, next_time: time | None) -> Problem | None:
    """What is wrong with the plan for the next time."""
    if next_on is not None and next_on < served_on:
        return Problem("next_before_service", _("下次日期不能早于本次服务。"), "next_on")
    if next_time is not None and next_on is None:
        return Problem("next_time_without_day", _("请同时选择下次日期。"), "next_on")
    return None


def _people_problems(draft: RecordDraft, facts: RecordFacts) -> Iterator[Problem]:
    if not draft.client_ids and draft.anonymous_count == 0:
        yield Problem("nobody_served", _("请选择服务对象，或填写不记名人数。"), "client_ids")
    if not 0 <= draft.anonymous_count <= CROWD:
        yield Problem("anonymous_range", _("不记名人数须在 0 到 20000 之间。"), "anonymous_count")
    if len(set(draft.client_ids)) != len(draft.client_ids):
        yield Problem("client_twice", _("同一服务对象只能出现一次。"), "client_ids")
    # The same answer for a file that doesn't exist and one that may not be seen.
    if set(draft.client_ids) - facts.clients_found:
        yield Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_ids")
    if facts.stopped_clients & set(draft.client_ids):
        yield stopped_problem("client_ids")
    if not draft.worker_ids:
        yield Problem("no_worker", _("请选择至少一名工作人员。"), "worker_ids")
    if set(draft.worker_ids) - facts.posted_workers:
        yield Problem("worker_posted_elsewhere", _("工作人员那一天没有派驻在这个站点。"), "worker_ids")


def _case_problems(draft: RecordDraft, facts: RecordFacts) -> Iterator[Problem]:
    if draft.case_id is None:
        if draft.emergency_reason.strip():
            yield Problem("emergency_without_case", _("紧急服务请选择所属个案。"), "emergency_reason")
        return
    case = facts.case
    if case is None or case.client_id not in draft.client_ids:
        yield Problem("case_of_another", _("这个个案不属于所选的服务对象。"), "case_id")
    elif case.is_closed:
        if not case.is_same and case.next_follow_up is None:
            yield Problem("case_closed", _("个案已结案，只能记录回访；请先在个案页添加一次回访。"), "case_id")
    elif waits_for_plan(draft, case):
        words = _("服务计划批准前，个案里只能记录基础服务。确属紧急的，请写明原因，72 小时内由另一人复核。")
        yield Problem("plan_not_approved", words, "emergency_reason")


def waits_for_plan(draft: RecordDraft, case: CaseFacts) -> bool:
    """Whether an intervention is to be recorded before the plan is approved, without an emergency."""
    same = case.is_same and case.is_same_service
    return case.is_refined and not case.is_planned and not same and not draft.emergency_reason.strip()


def as_history(values: dict[str, object]) -> dict[str, object]:
    """A record's former values as JSON can hold them."""

    def plain(value: object) -> object:
        if isinstance(value, (datetime, date, time, UUID, Decimal)):
            return str(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [plain(each) for each in value]
        return value

    return {key: plain(value) for key, value in values.items()}
