"""With whom a request of a proposal could exchange its supervisor, and what that would be worth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from shegong.workforce.enums import PoolVerdict
from shegong.workforce.models import PoolAssignment
from shegong.workforce.queries.pool import ASSIGNED, pool_requests, pool_supervisors
from shegong.workforce.rules.pool import HALVES_PER_HOUR, PoolRequest, PoolSupervisor, Swap, swap

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class SwapOption:
    """Another line of the proposal, what both lines become when they exchange, and how many points that gains."""

    line: PoolAssignment
    swap: Swap
    gain: int


@dataclass(frozen=True, slots=True)
class SwapBoard:
    """The best exchanges; how many there are in all; why the others can't be: {reason: how many}."""

    options: list[SwapOption]
    possible: int
    refusals: dict[PoolVerdict, int]


@dataclass(frozen=True, slots=True)
class _Floor:
    """What the market says of the lines that might exchange."""

    supervisors: dict[int, PoolSupervisor]
    requests: dict[UUID, PoolRequest]
    free: dict[int, int]

    def of(self, line: PoolAssignment) -> tuple[PoolSupervisor, PoolRequest] | None:
        """A line as the rules want it; None when its hours or its request are gone."""
        supervisor = self.supervisors.get(line.supervisor_id or 0)
        request = self.requests.get(line.request_id)
        return (supervisor, request) if supervisor and request else None


def swap_board(assignment: PoolAssignment, today: date, text: str = "") -> SwapBoard:
    """Exchanges for a line that has a supervisor, the best first; `text` is part of a station's or supervisor's name.
    Five queries.
    """
    others = assignment.proposal.assignments.filter(supervisor__isnull=False).exclude(
        supervisor_id=assignment.supervisor_id
    )
    if text:
        others = others.filter(Q(request__station__name__icontains=text) | Q(supervisor__worker__name__icontains=text))
    # Only those in counties that both supervisors reach can come into question.
    reach = Q(request__hub_id__in=_reach(assignment), supervisor__hub_ids__contains=[assignment.request.hub_id])
    far = others.exclude(reach).count()
    lines = list(others.filter(reach).only("id", "request_id", "supervisor_id", "points"))
    floor = _floor(assignment, lines, today)
    mine = floor.of(assignment)
    made: list[tuple[int, PoolAssignment, Swap]] = []
    refusals: Counter[PoolVerdict] = Counter({PoolVerdict.OUT_OF_REACH: far} if far else {})
    for line in lines:
        theirs = floor.of(line)
        if mine is None or theirs is None:
            continue
        found = swap(mine, theirs, floor.free)
        if found.verdict is not None:
            refusals[found.verdict] += 1
        else:
            made.append((found.points - assignment.points - line.points, line, found))
    made.sort(key=lambda row: (-row[0], row[1].pk))
    whole = PoolAssignment.objects.select_related(*ASSIGNED).in_bulk([line.pk for _gain, line, _swap in made[:SHOWN]])
    options = [SwapOption(whole[line.pk], found, gain) for gain, line, found in made[:SHOWN]]
    return SwapBoard(options, len(made), dict(refusals.most_common()))


def swap_of(one: PoolAssignment, other: PoolAssignment, today: date) -> Swap | None:
    """What two lines of a proposal become when they exchange (three queries); None when the hours or a request are
    gone.
    """
    floor = _floor(one, [other], today)
    mine, theirs = floor.of(one), floor.of(other)
    return swap(mine, theirs, floor.free) if mine and theirs else None


def _reach(assignment: PoolAssignment) -> list[int]:
    assert assignment.supervisor is not None
    return [*assignment.supervisor.hub_ids, assignment.supervisor.hub_id]


def _floor(assignment: PoolAssignment, others: Iterable[PoolAssignment], today: date) -> _Floor:
    """The supervisors with what the proposal leaves them, and these lines' requests. Three queries."""
    proposal = assignment.proposal
    supervisors = {each.key: each for each in pool_supervisors(proposal.hub, proposal.month)}
    wanted = [assignment.request_id, *(each.request_id for each in others)]
    requests = pool_requests(proposal.hub, proposal.month, today, only=wanted)
    taken = dict(
        proposal.assignments.filter(supervisor__isnull=False)
        .order_by()
        .values_list("supervisor_id")
        .annotate(hours=Sum("request__hours"))
    )
    free = {key: each.halves - int(taken.get(key, 0) * HALVES_PER_HOUR) for key, each in supervisors.items()}
    return _Floor(supervisors, {UUID(each.key): each for each in requests}, free)
