"""Community activities: what a plan must say, when it needs approval, how it comes back, who came. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import ActivityState, Band, Place
from shegong.practice.rules.groupwork import BudgetDraft, budget_problems, digest_of

CROWD: Final = 20_000
DAY_MINUTES: Final = 24 * 60
NAME_LENGTH: Final = 60
# Women and men by age; what isn't noted is in the total alone.
BANDS: Final = tuple(Band.values)
STEPS: Final[Mapping[str, frozenset[str]]] = {
    "change": frozenset({"draft", "returned", "planned"}),
    "submit": frozenset({"draft", "returned"}),
    "decide": frozenset({"submitted"}),
    "note": frozenset({"planned"}),
    "sign_up": frozenset({"draft", "submitted", "returned", "planned"}),
    "hold": frozenset({"planned", "held"}),
    "link": frozenset({"draft", "submitted", "returned", "planned", "held"}),
    "close": frozenset({"held"}),
    "cancel": frozenset({"draft", "submitted", "returned", "planned"}),
}


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """What an activity's plan says. `starts_at` is aware; `capacity` None takes everybody."""

    station_id: int
    service_id: int
    title: str
    purpose: str
    target: str
    venue: str
    starts_at: datetime
    minutes: int
    flow: str
    safety: str
    expected: int
    staffing: str = ""
    place: str = Place.COMMUNITY.value
    capacity: int | None = None
    group_id: int | None = None
    helper_ids: tuple[int, ...] = ()
    contract_id: int | None = None
    budget: tuple[BudgetDraft, ...] = ()

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class Turnout:
    """Who came: clients by their files, residents by their sign-ups, and others counted (`walk_ins` by sex and age)."""

    client_ids: tuple[UUID, ...]
    signup_ids: tuple[UUID, ...] = ()
    walk_in_count: int = 0
    walk_ins: Mapping[str, int] | None = None


def plan_problems(draft: ActivityDraft) -> Iterator[Problem]:
    """Everything that is wrong with a plan, each at its field."""
    if not 1 <= draft.minutes <= DAY_MINUTES:
        yield Problem("duration_range", _("时长须在 1 分钟到 24 小时之间。"), "minutes")
    if draft.place not in Place.values:
        yield Problem("place_unknown", _("请选择服务地点。"), "place")
    if not 1 <= draft.expected <= CROWD:
        yield Problem("expected_range", _("预计人数须在 1 到 20000 之间。"), "expected")
    if draft.capacity is not None and not 1 <= draft.capacity <= CROWD:
        yield Problem("capacity_range", _("名额须在 1 到 20000 之间。"), "capacity")
    yield from budget_problems(draft.budget)


def needs_approval(budget: Decimal, expected: int, *, budget_limit: Decimal, size_limit: int) -> bool:
    """Whether somebody else must approve: what costs more or gathers more people than the limits."""
    return budget > budget_limit or expected > size_limit


def step_problem(step: str, state: str) -> Problem | None:
    """What keeps an activity in this state from this step."""
    if state in STEPS[step]:
        return None
    label = ActivityState(state).label
    return Problem("activity_step", _("活动现在是“%(state)s”，不能这样做。"), status=409, params={"state": label})


def turnout_problems(turnout: Turnout) -> Iterator[Problem]:
    """What is wrong with who came."""
    bands = turnout.walk_ins or {}
    if not 0 <= turnout.walk_in_count <= CROWD:
        yield Problem("walk_in_range", _("未登记人数须在 0 到 20000 之间。"), "walk_in_count")
    if set(bands) - set(BANDS) or any(not 0 <= count <= CROWD for count in bands.values()):
        yield Problem("walk_in_bands", _("分组人数填写有误。"), "walk_in_count")
    elif sum(bands.values()) > turnout.walk_in_count:
        yield Problem("walk_in_bands", _("分组人数加起来超过了未登记人数。"), "walk_in_count")
    if not turnout.client_ids and not turnout.signup_ids and turnout.walk_in_count == 0:
        yield Problem("nobody_came", _("请勾选到场的人，或填写未登记人数。"), "client_ids")


def total(budget: Sequence[BudgetDraft]) -> Decimal:
    """The sum of a budget, in yuan."""
    return sum((line.amount for line in budget), Decimal(0))
