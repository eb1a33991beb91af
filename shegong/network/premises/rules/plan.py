"""Plans for villages and communities without a room: what a site lacks, and which step follows which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.enums import Access, PlanNeed, PlanState

# From these states a plan can go to that one.
BEFORE: Final[Mapping[str, frozenset[str]]] = {
    PlanState.AGREED: frozenset({PlanState.PROPOSED}),
    PlanState.FITTING: frozenset({PlanState.AGREED}),
    PlanState.OPENED: frozenset({PlanState.AGREED, PlanState.FITTING}),
    PlanState.DROPPED: frozenset({PlanState.PROPOSED, PlanState.AGREED, PlanState.FITTING}),
}
OPEN: Final = (PlanState.PROPOSED, PlanState.AGREED, PlanState.FITTING)
DAYS_WANTED: Final = 5
SEATS_WANTED: Final = 10


@dataclass(frozen=True, slots=True)
class Host:
    """What matters of a site that might take a room in: its largest room, days open, pieces of usable equipment."""

    largest: int
    days: int
    pieces: int
    access: str


def needs(host: Host) -> list[PlanNeed]:
    """What is needed before a room can work there. Staff always is."""
    found = [
        (host.largest < SEATS_WANTED, PlanNeed.AREA),
        (host.access != Access.FULL, PlanNeed.ACCESS),
        (host.days < DAYS_WANTED, PlanNeed.HOURS),
        (host.pieces == 0, PlanNeed.EQUIPMENT),
        (True, PlanNeed.STAFF),
    ]
    return [need for is_needed, need in found if is_needed]


def step_problem(state: str, to: str) -> Problem | None:
    """Why a plan in this state can't take this step, or None."""
    if state in BEFORE.get(to, frozenset()):
        return None
    label = PlanState(state).label
    return Problem("plan_step", _("计划现在是“%(state)s”，不能这样做。"), status=409, params={"state": label})
