"""Group work: what a proposal must say, which step may follow which, what a session needs. Pure: values in, problems
out.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import GroupKind, GroupStage, GroupState, MemberOutcome, MemberState, Presence

TITLE_LENGTH: Final = 60
TEXT_LENGTH: Final = 4000
NOTE_LENGTH: Final = 500
REASON_LENGTH: Final = 200
LARGEST: Final = 100
MOST_SESSIONS: Final = 60
MOST_MONEY: Final = Decimal("9999999.99")
CAME: Final = frozenset({Presence.PRESENT.value, Presence.LATE.value})
STAGES: Final = tuple(stage.value for stage in GroupStage)
# Each step: the states that it may start from, and where it leads.
STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "change": (frozenset({"draft", "returned"}), ""),
    "submit": (frozenset({"draft", "returned"}), "submitted"),
    "approve": (frozenset({"submitted"}), "recruiting"),
    "return": (frozenset({"submitted"}), "returned"),
    "recruit": (frozenset({"recruiting", "running"}), ""),
    "plan_session": (frozenset({"recruiting", "running"}), ""),
    "hold_session": (frozenset({"recruiting", "running"}), "running"),
    "measure": (frozenset({"recruiting", "running"}), ""),
    "close": (frozenset({"running"}), "closed"),
    "cancel": (frozenset({"draft", "submitted", "returned", "recruiting"}), "cancelled"),
}


@dataclass(frozen=True, slots=True)
class BudgetDraft:
    """An item and what it is to cost, in yuan."""

    item: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """What a proposal says. `measure_name` is the question of the measure before and after; empty for none."""

    station_id: int
    service_id: int
    title: str
    kind: str
    aim: str
    criteria: str
    risk: str
    size_min: int
    size_max: int
    sessions_planned: int
    first_on: date
    theory: str = ""
    group_id: int | None = None
    helper_ids: tuple[int, ...] = ()
    contract_id: int | None = None
    measure_name: str = ""
    measure_low: int = 0
    measure_high: int = 10
    measure_up: bool = True
    budget: tuple[BudgetDraft, ...] = ()

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


def digest_of(content: Mapping[str, object]) -> bytes:
    """16 bytes of a draft's content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class Attended:
    """What a session sheet says of a member."""

    client_id: UUID
    presence: str
    reason: str = ""
    note: str = ""

    @property
    def came(self) -> bool:
        """Whether the member took part."""
        return self.presence in CAME


def proposal_problems(draft: GroupDraft) -> Iterator[Problem]:
    """Everything that is wrong with a proposal, each at its field."""
    if draft.kind not in GroupKind.values:
        yield Problem("group_kind_unknown", _("请选择小组类型。"), "kind")
    if not 2 <= draft.size_min <= LARGEST:
        yield Problem("group_size", _("人数须在 2 到 100 之间。"), "size_min")
    if not draft.size_min <= draft.size_max <= LARGEST:
        yield Problem("group_size", _("最多人数不能少于最少人数，也不能超过 100。"), "size_max")
    if not 1 <= draft.sessions_planned <= MOST_SESSIONS:
        yield Problem("group_sessions", _("节数须在 1 到 60 之间。"), "sessions_planned")
    if draft.measure_name.strip() and not -1000 <= draft.measure_low < draft.measure_high <= 1000:
        yield Problem("measure_range", _("最高分须大于最低分。"), "measure_high")
    yield from budget_problems(draft.budget)


def budget_problems(budget: Sequence[BudgetDraft]) -> Iterator[Problem]:
    """What is wrong with lines of a budget."""
    if any(not line.item.strip() for line in budget):
        yield Problem("budget_item_missing", _("请写明每项预算的用途。"), "budget")
    if any(not 0 <= line.amount <= MOST_MONEY for line in budget):
        yield Problem("budget_amount", _("预算金额须在 0 到 9999999.99 元之间。"), "budget")


def step_problem(step: str, state: str) -> Problem | None:
    """What keeps a group in this state from this step."""
    allowed, _after = STEPS[step]
    if state in allowed:
        return None
    label = GroupState(state).label
    return Problem("group_step", _("小组现在是“%(state)s”，不能这样做。"), status=409, params={"state": label})


def decision_problem(proposed_by: int, decided_by: int, *, approve: bool, note: str) -> Problem | None:
    """Approval is by another person than the author; sending back says why."""
    if proposed_by == decided_by:
        return Problem("own_proposal", _("不能审批自己提交的方案。"), status=403)
    if not approve and not note.strip():
        return Problem("reason_missing", _("请写明原因。"), "note")
    return None


def screening_problem(decision: str, reason: str, *, accepted: int, size_max: int) -> Problem | None:
    """What is wrong with a decision about a sign-up; `accepted` counts the others already in the group."""
    if decision not in MemberState.values or decision == MemberState.APPLIED:
        return Problem("decision_unknown", _("请选择筛选结果。"), "decision")
    if decision == MemberState.ACCEPTED and accepted >= size_max:
        return Problem("group_full", _("小组已满 %(most)s 人，请先列入候补。"), "decision", params={"most": size_max})
    if decision != MemberState.ACCEPTED and not reason.strip():
        return Problem("reason_missing", _("请写明原因。"), "reason")
    return None


def stage_problem(stage: str, number: int, others: Collection[tuple[int, str]]) -> Problem | None:
    """Stages don't go back. `others`: number and stage of the group's other sessions that aren't cancelled."""
    if stage not in STAGES:
        return Problem("stage_unknown", _("请选择小组阶段。"), "stage")
    place = STAGES.index(stage)
    for other, their_stage in others:
        if (other < number and STAGES.index(their_stage) > place) or (
            other > number and STAGES.index(their_stage) < place
        ):
            return Problem(
                "stage_goes_back",
                _("小组阶段只能向前：第 %(number)s 节已是“%(stage)s”。"),
                "stage",
                params={"number": other, "stage": GroupStage(their_stage).label},
            )
    return None


def stages_for(count: int) -> list[str]:
    """The usual stages of so many sessions: the first forms, the last ends, those between turn and mature."""
    if count == 1:
        return [GroupStage.MATURE.value]
    turning = max(1, round(count / 4)) if count > 3 else 0
    maturing = max(count - 2 - turning, 0)
    return [
        GroupStage.FORMATION.value,
        *[GroupStage.TRANSITION.value] * turning,
        *[GroupStage.MATURE.value] * maturing,
        GroupStage.ENDING.value,
    ]


def holding_problems(
    aims: str, flow: str, attended: Sequence[Attended], members: Collection[UUID]
) -> Iterator[Problem]:
    """A session needs a plan and somebody who came; only members attend, each once."""
    if not aims.strip():
        yield Problem("session_unplanned", _("请先写本节目标。"), "aims")
    if not flow.strip():
        yield Problem("session_unplanned", _("请先写本节流程。"), "flow")
    if not any(each.came for each in attended):
        yield Problem("nobody_came", _("至少要有一名组员到场。"), "attended")
    if any(each.presence not in Presence.values for each in attended):
        yield Problem("presence_unknown", _("出席情况只能是到场、迟到或缺席。"), "attended")
    if len({each.client_id for each in attended}) != len(attended):
        yield Problem("client_twice", _("同一服务对象只能出现一次。"), "attended")
    if {each.client_id for each in attended} - set(members):
        yield Problem("not_a_member", _("出席的人不是这个小组的组员。"), "attended")


def score_problem(score: Decimal | None, low: int, high: int) -> Problem | None:
    """A score lies in the measure's range."""
    if score is None or low <= score <= high:
        return None
    return Problem("score_range", _("分数须在 %(low)s 到 %(high)s 之间。"), params={"low": low, "high": high})


def change_of(pre: Decimal | None, post: Decimal | None, *, up: bool) -> str:
    """What a member's two scores say by themselves."""
    if pre is None or post is None:
        return MemberOutcome.UNKNOWN.value
    if pre == post:
        return MemberOutcome.STEADY.value
    return MemberOutcome.IMPROVED.value if (post > pre) is up else MemberOutcome.WORSE.value


def closing_problems(
    *, outcome: str, satisfaction: Decimal | None, held: int, waiting: int, unrated: int
) -> Iterator[Problem]:
    """A group is summed up once it has met, nothing waits to be held, and each member's outcome is said."""
    if held == 0:
        yield Problem("never_met", _("小组还没有开展过，请取消而不是总结。"), status=409)
    if waiting:
        yield Problem(
            "sessions_waiting", _("还有 %(count)s 节没有开展，请先开展或取消。"), status=409, params={"count": waiting}
        )
    if unrated:
        yield Problem("outcome_missing", _("还有 %(count)s 名组员没有填成效。"), "outcomes", params={"count": unrated})
    if not outcome.strip():
        yield Problem("summary_missing", _("请写成效总结。"), "outcome")
    problem = satisfaction_problem(satisfaction)
    if problem is not None:
        yield problem


def satisfaction_problem(satisfaction: Decimal | None) -> Problem | None:
    """An average of answers from 1 to 5."""
    if satisfaction is None or 1 <= satisfaction <= 5:
        return None
    return Problem("satisfaction_range", _("满意度为 1 到 5。"), "satisfaction")
