"""What groups and activities share on their pages: what a plan may name, the calendar, what waits for a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone

from shegong.catalogue.enums import Method
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.catalogue.queries import services_on
from shegong.kernel.prepared import prepared
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Activity, BudgetLine, Evaluation, GroupSession, SocialGroup
from shegong.practice.queries.client import within_reach, worker_of
from shegong.practice.queries.record import colleagues, stations_to_record_at
from shegong.purchase.models import Contract
from shegong.purchase.queries.contract import contracts_at
from shegong.workforce.models import Worker

Span = tuple[datetime, datetime]  # from a moment, to before a moment
WAITING_SHOWN: Final = 10
MOST_ITEMS: Final = 400
# After that long nobody remembers who was there; the group's and the activity's pages still show it.
UNRECORDED_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Offering:
    """What a plan may name. `station` is the one to start from, None when there is none."""

    stations: tuple[Station, ...]
    station: Station | None
    services: tuple[ServiceItem, ...]
    groups: tuple[PopulationGroup, ...]
    workers: tuple[Worker, ...]
    contracts: tuple[Contract, ...]
    worker: Worker | None


def offering(viewer: Viewer, method: Method, day: date, station_id: int | None = None) -> Offering:
    """What a plan of this method may name at the viewer's stations (six queries)."""
    worker = worker_of(viewer)
    stations = tuple(stations_to_record_at(viewer))
    usual = station_id or (worker.station_id if worker else viewer.home)
    station = next((each for each in stations if each.pk == usual), stations[0] if stations else None)
    contracts = contracts_at(station, day) if station else ()
    return Offering(
        stations=stations,
        station=station,
        services=tuple(services_on(day).filter(method=method)),
        groups=tuple(PopulationGroup.objects.all()),
        workers=tuple(colleagues(station, day)) if station else (),
        contracts=tuple(contracts),
        worker=worker,
    )


@dataclass(frozen=True, slots=True)
class Money:
    """A budget: its lines, what was planned and what was spent (None where nothing is known), in yuan."""

    lines: tuple[BudgetLine, ...]
    planned: Decimal
    spent: Decimal | None


def money_of(of: SocialGroup | Activity) -> Money:
    """A group's or an activity's budget (one query)."""
    lines = tuple(of.budget.order_by("position"))
    known = [line.spent for line in lines if line.spent is not None]
    return Money(lines, sum((line.amount for line in lines), Decimal(0)), sum(known, Decimal(0)) if known else None)


@dataclass(frozen=True, slots=True)
class Content:
    """How content people were, from 1 to 5: the mean of so many evaluations; with a `number` of 0, what a worker put
    down in the summary of a group or an activity that nobody has evaluated.
    """

    mean: Decimal
    number: int


def contents_of(rows: Iterable[SocialGroup | Activity]) -> dict[UUID, Content]:
    """{key: how content people were} of groups or of activities, not both, as far as it is known (one query, none for
    nothing).
    """
    of = {row.pk: row for row in rows}
    if not of:
        return {}
    first = next(iter(of.values()))
    column = "member__social_group_id" if isinstance(first, SocialGroup) else "activity_id"
    hubs = {row.hub_id for row in of.values()}
    said = Evaluation.objects.filter(hub_id__in=hubs, **{f"{column}__in": list(of)}).order_by().values_list(column)
    found = {key: Content(row.satisfaction, 0) for key, row in of.items() if row.satisfaction is not None}
    for key, mean, number in said.annotate(mean=Avg("score"), number=Count("score")):
        found[key] = Content(Decimal(mean).quantize(Decimal("0.01")), number)
    return found


def content_of(row: SocialGroup | Activity) -> Content | None:
    """How content people were with a group or an activity; None where nothing is known (one query)."""
    return contents_of([row]).get(row.pk)


def helper_names(helper_ids: Sequence[int]) -> list[str]:
    """The names of workers who help (one query, none for nobody)."""
    if not helper_ids:
        return []
    return list(Worker.objects.filter(pk__in=helper_ids).order_by("sort_key").values_list("name", flat=True))


# The calendar


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the calendar: a group's session or an activity. It names no client."""

    kind: str
    key: UUID
    title: str
    part: int | None
    starts_at: datetime
    minutes: int
    where: str
    station: str
    state: str
    restricted: bool

    @property
    def day(self) -> date:
        """The local day."""
        return timezone.localdate(self.starts_at)

    @property
    def ends_at(self) -> datetime:
        """The moment it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)


SESSION_SHOWN: Final = (
    "number", "starts_at", "minutes", "place", "state", "station__name",
    "social_group__title", "social_group__group__restricted_class",
)  # fmt: skip
ACTIVITY_SHOWN: Final = (
    "title", "starts_at", "minutes", "venue", "state", "station__name", "group__restricted_class"
)  # fmt: skip


def agenda(
    viewer: Viewer, first: date, last: date, *, station: Station | None = None, worker: Worker | None = None
) -> list[Item]:
    """What is on from a day to a day, both included, in the viewer's reach: at a station and below, or with a worker;
    what was cancelled or isn't approved is left out (two queries, three for a town's station).
    """
    zone = timezone.get_default_timezone()
    span = (
        datetime.combine(first, time(), tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=zone),
    )
    worker_id = worker.pk if worker else None
    sessions: Iterable[GroupSession]
    activities: Iterable[Activity]
    if station is None:
        sessions = _sessions_in_reach(viewer, span, worker_id)
        activities = _activities_in_reach(viewer, span, worker_id)
    else:
        below = subtree(station)
        sessions = _sessions(viewer, span, worker_id).filter(below)[:MOST_ITEMS]
        activities = _activities(viewer, span, worker_id).filter(below)[:MOST_ITEMS]
    found = [*map(_of_session, sessions), *map(_of_activity, activities)]
    return sorted(found, key=lambda item: (item.starts_at, str(item.key)))


def _sessions(viewer: Viewer, span: Span, worker_id: int | None) -> QuerySet[GroupSession]:
    found = GroupSession.objects.filter(within_reach(viewer), starts_at__gte=span[0], starts_at__lt=span[1])
    found = found.exclude(state="cancelled")
    if worker_id is not None:
        mine = Q(social_group__worker_id=worker_id) | Q(social_group__helper_ids__contains=[worker_id])
        found = found.filter(mine)
    related = ("social_group", "social_group__group", "station")
    return found.select_related(*related).only(*SESSION_SHOWN).order_by("starts_at")


def _activities(viewer: Viewer, span: Span, worker_id: int | None) -> QuerySet[Activity]:
    found = Activity.objects.filter(within_reach(viewer), starts_at__gte=span[0], starts_at__lt=span[1])
    found = found.filter(state__in=("planned", "held", "closed"))
    if worker_id is not None:
        found = found.filter(Q(worker_id=worker_id) | Q(helper_ids__contains=[worker_id]))
    return found.select_related("group", "station").only(*ACTIVITY_SHOWN).order_by("starts_at")


@prepared
def _sessions_in_reach(viewer: Viewer, span: Span, worker_id: int | None) -> QuerySet[GroupSession]:
    return _sessions(viewer, span, worker_id)[:MOST_ITEMS]


@prepared
def _activities_in_reach(viewer: Viewer, span: Span, worker_id: int | None) -> QuerySet[Activity]:
    return _activities(viewer, span, worker_id)[:MOST_ITEMS]


def _of_session(session: GroupSession) -> Item:
    group = session.social_group
    return Item(
        kind="session",
        key=session.pk,
        title=group.title,
        part=session.number,
        starts_at=session.starts_at,
        minutes=session.minutes,
        where=session.get_place_display(),
        station=session.station.name,
        state=session.state,
        restricted=bool(group.group.restricted_class),
    )


def _of_activity(activity: Activity) -> Item:
    return Item(
        kind="activity",
        key=activity.pk,
        title=activity.title,
        part=None,
        starts_at=activity.starts_at,
        minutes=activity.minutes,
        where=activity.venue,
        station=activity.station.name,
        state="held" if activity.state == "closed" else activity.state,
        restricted=bool(activity.group.restricted_class),
    )


@dataclass(frozen=True, slots=True)
class WorkerAgenda:
    """What a worker has on today, and what was to be held before and has no attendance yet, the oldest first."""

    today: tuple[Item, ...] = ()
    unrecorded: tuple[Item, ...] = ()


def worker_agenda(viewer: Viewer, worker: Worker | None, today: date) -> WorkerAgenda:
    """A worker's sessions and activities of a day and those of the last 30 days that nobody recorded (two queries, none
    for somebody who is no worker).
    """
    if worker is None:
        return WorkerAgenda()
    found = agenda(viewer, today - UNRECORDED_FOR, today, worker=worker)
    late = [item for item in found if item.day < today and item.state == "planned"]
    return WorkerAgenda(tuple(item for item in found if item.day == today), tuple(late[:WAITING_SHOWN]))


# What waits


@dataclass(frozen=True, slots=True)
class Waiting:
    """Plans that wait for a decision which the viewer may take."""

    groups: tuple[SocialGroup, ...]
    activities: tuple[Activity, ...]

    def __bool__(self) -> bool:
        return bool(self.groups or self.activities)


def waiting_for_decision(viewer: Viewer) -> Waiting:
    """Plans handed in by others in the reach of a head or county officer, the oldest first (two queries)."""
    if not viewer.has(Role.HEAD, Role.COUNTY):
        return Waiting((), ())
    others = Q(within_reach(viewer), state="submitted") & ~Q(proposed_by_id=viewer.account_id)
    groups: QuerySet[SocialGroup] = SocialGroup.objects.filter(others).select_related("worker", "station")
    activities = Activity.objects.filter(others).select_related("worker", "station")
    return Waiting(
        tuple(groups.order_by("submitted_at", "id")[:WAITING_SHOWN]),
        tuple(activities.order_by("starts_at", "id")[:WAITING_SHOWN]),
    )
