"""How much work workers have, from the records that they write anyway; who is away; what a stand-in takes over.

Ways between places aren't recorded, and addresses are encrypted: travel is left out, and the page says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Case, FollowUp, ServiceRecord
from shegong.practice.queries.client import within_reach
from shegong.practice.queries.gathering import Item, agenda
from shegong.practice.queries.record import due_visits, own_stations
from shegong.workforce.models import Leave, Posting, Worker
from shegong.workforce.queries.leave import MANAGERS, fair_ranges, leaves_of, stands_in_for
from shegong.workforce.rules.workload import FULL_TIME, OVER, Fair, judged, usual_hours

READERS: Final = (Role.WORKER, Role.HEAD, Role.SUPERVISOR, Role.COUNTY)
WEEKS: Final = 8
JUDGED_WEEKS: Final = 4
METHODS: Final = ("C", "G", "M")
SHOWN: Final = 10
WORKDAYS: Final = 5


@dataclass(frozen=True, slots=True)
class Week:
    """A worker's week from Monday on: minutes of service by method, and whether more than half of it was leave."""

    monday: date
    records: int
    by_method: Mapping[str, int]
    away: bool
    running: bool

    @property
    def minutes(self) -> int:
        """All of them."""
        return sum(self.by_method.values())


@dataclass(frozen=True, slots=True)
class Load:
    """What a worker has to do: open cases and usual hours a week beside what is fair for the `share` of full time.
    `hours` is None where no week can be judged; `leave` is the present or next one.
    """

    worker: Worker
    share: int
    cases: int
    weeks: tuple[Week, ...]
    hours: Decimal | None
    fair: Fair
    leave: Leave | None
    is_away: bool

    @property
    def cases_judged(self) -> str:
        """Where the caseload lies to the fair range."""
        return judged(self.cases, self.fair.cases_low, self.fair.cases_high, self.share)

    @property
    def hours_judged(self) -> str:
        """Where the usual hours lie; nothing where there are none to judge."""
        if self.hours is None:
            return ""
        return judged(self.hours, self.fair.hours_low, self.fair.hours_high, self.share)

    @property
    def is_over(self) -> bool:
        """Whether it is too much."""
        return OVER in (self.cases_judged, self.hours_judged)


def workers_shown(viewer: Viewer, today: date, station: Station | None = None) -> QuerySet[Worker]:
    """Whose work the viewer may look at: heads and county officers their people's, everybody else the own."""
    whose = Q(account_id=viewer.account_id)
    if viewer.has(*MANAGERS):
        whose = within_reach(viewer)
    serving = Worker.objects.filter(whose, Q(until__isnull=True) | Q(until__gt=today), since__lte=today)
    return (serving.filter(subtree(station)) if station else serving).select_related("station")


def colleagues_of(workers: Sequence[Worker], today: date) -> QuerySet[Worker]:
    """Who could stand in: everybody who serves in the same counties, by name."""
    hubs = {worker.hub_id for worker in workers}
    serving = Worker.objects.filter(Q(until__isnull=True) | Q(until__gt=today), hub_id__in=hubs, since__lte=today)
    return serving.select_related("station").order_by("sort_key", "id")


def loads_page(
    viewer: Viewer, today: date, station: Station | None, cursor: str | None
) -> tuple[Page[Worker], list[Load]]:
    """A page of workers by name, and what they have to do (six queries, whatever their number; seven for a town's
    station). Raises Problem `cursor_invalid`.
    """
    page = page_of(workers_shown(viewer, today, station), ["sort_key", "id"], cursor)
    return page, loads_of(page.items, today)


def loads_of(workers: Sequence[Worker], today: date) -> list[Load]:
    """What workers have to do (five queries; none for nobody)."""
    if not workers:
        return []
    keys = [worker.pk for worker in workers]
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    minutes, cases = _minutes(keys, first, today), _cases(keys)
    shares = _shares(keys, today)
    ranges = fair_ranges(worker.hub_id for worker in workers)
    leaves: dict[int, list[Leave]] = {}
    for leave in leaves_of(keys, first):
        leaves.setdefault(leave.worker_id, []).append(leave)
    found = []
    for worker in workers:
        own = leaves.get(worker.pk, [])
        weeks = tuple(
            _week(first + timedelta(weeks=number), monday, minutes.get(worker.pk, {}), own, worker)
            for number in range(WEEKS)
        )
        coming = next((leave for leave in own if leave.last_on >= today), None)
        found.append(
            Load(
                worker=worker,
                share=min(shares.get(worker.pk, FULL_TIME), FULL_TIME),
                cases=cases.get(worker.pk, 0),
                weeks=weeks,
                hours=usual_hours([(week.minutes, week.away) for week in weeks[-1 - JUDGED_WEEKS : -1]]),
                fair=ranges[worker.hub_id],
                leave=coming,
                is_away=coming is not None and coming.first_on <= today,
            )
        )
    return found


def _week(
    start: date,
    this: date,
    done: Mapping[date, Mapping[str, tuple[int, int]]],
    leaves: Iterable[Leave],
    worker: Worker,
) -> Week:
    by_method = done.get(start, {})
    days = [start + timedelta(days=number) for number in range(WORKDAYS)]
    absent = sum(day < worker.since or any(each.first_on <= day <= each.last_on for each in leaves) for day in days)
    return Week(
        monday=start,
        records=sum(records for records, _minutes in by_method.values()),
        by_method={method: by_method.get(method, (0, 0))[1] for method in METHODS},
        away=absent * 2 > WORKDAYS,
        running=start == this,
    )


def _minutes(keys: list[int], first: date, today: date) -> dict[int, dict[date, dict[str, tuple[int, int]]]]:
    """{worker: {monday: {method: (records, minutes)}}}"""
    found: dict[int, dict[date, dict[str, tuple[int, int]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM practice_work_by_week(%s, %s, %s)", [keys, first, today])
        for worker_id, week, method, records, minutes in cursor.fetchall():
            found.setdefault(worker_id, {}).setdefault(week, {})[method] = (records, minutes)
    return found


def _cases(keys: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM practice_caseload(%s)", [keys])
        return dict(cursor.fetchall())


def _shares(keys: list[int], today: date) -> dict[int, int]:
    """{worker: percent of full time over all postings today}"""
    posted = Posting.objects.filter(Q(until__isnull=True) | Q(until__gt=today), worker_id__in=keys, since__lte=today)
    found: dict[int, int] = {}
    for worker_id, share in posted.values_list("worker_id", "share"):
        found[worker_id] = found.get(worker_id, 0) + share
    return found


def overloaded(viewer: Viewer, today: date) -> list[Load]:
    """Who of a head's people has too much to do, by name (six queries; none for others)."""
    if not viewer.has(Role.HEAD):
        return []
    people = list(workers_shown(viewer, today).order_by("sort_key", "id"))
    return [load for load in loads_of(people, today) if load.is_over]


# Standing in


@dataclass(frozen=True, slots=True)
class StandIn:
    """What somebody who is away left open: visits due, cases, follow-ups due, and what is on today."""

    leave: Leave
    visits: tuple[ServiceRecord, ...]
    cases: tuple[Case, ...]
    cases_more: bool
    follow_ups: tuple[FollowUp, ...]
    items: tuple[Item, ...]


def stand_ins(viewer: Viewer, worker: Worker | None, today: date) -> list[StandIn]:
    """What the viewer, who is this worker, takes over today, for each who is away (one query, and one more and at most
    five for each). Visits of the viewer's own stations are on the day's page already, whoever promised them.
    """
    found = []
    leaves = stands_in_for(worker, today)
    own = own_stations(viewer, worker, today) if leaves else []
    for leave in leaves:
        cases = Case.objects.filter(within_reach(viewer), worker=leave.worker, closed_on__isnull=True)
        shown = list(cases.select_related("client").order_by("opened_on", "id")[: SHOWN + 1])
        due = FollowUp.objects.filter(
            within_reach(viewer), case__worker=leave.worker, done_on__isnull=True, due_on__lte=today
        )
        found.append(
            StandIn(
                leave=leave,
                visits=() if leave.worker.station_id in own else tuple(due_visits(leave.worker, today)[:SHOWN]),
                cases=tuple(shown[:SHOWN]),
                cases_more=len(shown) > SHOWN,
                follow_ups=tuple(due.select_related("case__client").order_by("due_on", "id")[:SHOWN]),
                items=tuple(agenda(viewer, today, today, worker=leave.worker)),
            )
        )
    return found
