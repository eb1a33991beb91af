"""Service records: the worker's day, what the record sheet offers, one record's page, lists of records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left

from shegong.catalogue.models import ServiceItem
from shegong.catalogue.queries import services_on
from shegong.kernel.pages import Page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import CaseStage, ClientState
from shegong.practice.models import (
    Case,
    Client,
    FollowUp,
    RecordClient,
    RecordRevision,
    RecordWorker,
    ServiceRecord,
)
from shegong.practice.queries.client import clients_seen, within_reach, worker_of
from shegong.practice.queries.record_list import RecordFilter, records_listed
from shegong.practice.rules.habits import LONGEST_PHRASE, Done, Habits, habits_of
from shegong.purchase.models import Contract, Fund
from shegong.purchase.queries.contract import contracts_at
from shegong.workforce.models import Posting, Worker

DAYS_LEARNED: Final = 60
RECORDS_LEARNED: Final = 200
RECENT_CLIENTS: Final = 8
VISITS_SHOWN: Final = 30
DONE_SHOWN: Final = 20
# A visit that nobody made for so long is no longer today's business; the client's file still shows it.
VISITS_WAIT: Final = timedelta(days=90)
# What rows show: the database's planner, the ORM and the key ring are spared what nobody looks at.
SERVICE_NAME: Final = ("service__name_zh", "service__name_en")
GIVEN_ROW: Final = ("started_at", "minutes", "restricted", "voided_at", "anonymous_count", *SERVICE_NAME)
CLIENT_SHOWN: Final = tuple(
    f"client__{name}" for name in ("name", "number", "state", "restricted_classes", "community", "station")
)


# The worker's day


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody whom the worker promised to see again: the record with the promise, and its clients."""

    record: ServiceRecord
    clients: tuple[Client, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A record with the names of its clients."""

    record: ServiceRecord
    clients: tuple[Client, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over some records."""

    records: int = 0
    person_times: int = 0
    work_minutes: int = 0


@dataclass(frozen=True, slots=True)
class WorkerDay:
    """A worker's first screen. `worker` is None for somebody who has a role but no staff file."""

    worker: Worker | None
    station: Station | None
    visits: tuple[Visit, ...]
    overdue: tuple[Visit, ...]
    overdue_more: bool
    given: tuple[Given, ...]
    week: Totals
    cases: tuple[Case, ...]


def worker_day(viewer: Viewer, today: date) -> WorkerDay:
    """The day of a worker or head in at most seven queries: visits due, what was done, cases that wait for a plan."""
    worker = worker_of(viewer)
    stations = own_stations(viewer, worker, today)
    due = _day_due(tuple(stations), today, today - VISITS_WAIT)
    given = _given_on(worker.pk, today) if worker else []
    people = clients_of([record.id for record in (*due, *given)])
    visits = [Visit(record, people.get(record.id, ()), record.next_on != today) for record in due[:VISITS_SHOWN]]
    home = worker.station if worker else Station.objects.filter(id=viewer.home or 0).first()
    return WorkerDay(
        worker=worker,
        station=home,
        visits=tuple(visit for visit in visits if not visit.late),
        overdue=tuple(visit for visit in visits if visit.late),
        overdue_more=len(due) > VISITS_SHOWN,
        given=tuple(Given(record, people.get(record.id, ())) for record in given),
        week=_week(worker, today) if worker else Totals(),
        cases=tuple(_cases_without_plan(viewer, worker.pk if worker else None)),
    )


def own_stations(viewer: Viewer, worker: Worker | None, today: date) -> list[int]:
    """The stations where the worker is posted today; without a staff file the one from which the role is held."""
    if worker is None:
        return [viewer.home] if viewer.home else []
    return sorted({worker.station_id, *_posted_at(worker.pk, today)})


@prepared
def _posted_at(worker_id: int, day: date) -> QuerySet[Posting, int]:
    """The stations of a worker's postings on a day."""
    running = Posting.objects.filter(Q(until__isnull=True) | Q(until__gt=day), worker_id=worker_id, since__lte=day)
    return running.values_list("station_id", flat=True)


def _due(stations: Iterable[int], today: date, after: date) -> QuerySet[ServiceRecord]:
    """Records whose next date has come, after a day, and after which none of their clients was served again. Today's
    come first, so that a long backlog can't hide the day.
    """
    later = RecordClient.objects.filter(
        client_id=OuterRef("client_id"),
        hub_id=OuterRef("hub_id"),
        served_on__gt=OuterRef("served_on"),
        record__voided_at__isnull=True,
    )
    followed = RecordClient.objects.filter(Exists(later), record_id=OuterRef("pk"), hub_id=OuterRef("hub_id"))
    return (
        ServiceRecord.objects.filter(
            ~Exists(followed),
            station_id__in=stations,
            next_on__lte=today,
            next_on__gt=after,
            voided_at__isnull=True,
            clients_count__gte=1,
        )
        .select_related("service")
        .only("next_on", "next_time", "next_step", "restricted", "anonymous_count", "station", *SERVICE_NAME)
        .order_by("-next_on", "next_time", "id")
    )


@prepared
def _day_due(stations: tuple[int, ...], today: date, after: date) -> QuerySet[ServiceRecord]:
    """The visits that a day shows, and one more."""
    return _due(stations, today, after)[: VISITS_SHOWN + 1]


def due_visits(worker: Worker, today: date) -> QuerySet[ServiceRecord]:
    """The visits that a worker promised and that nobody made yet, at the worker's own station, today's first."""
    promised = RecordWorker.objects.filter(worker=worker).values("record_id")
    return _due([worker.station_id], today, today - VISITS_WAIT).filter(id__in=promised)


@prepared
def _given_on(worker_id: int, day: date) -> QuerySet[ServiceRecord]:
    """What the worker did on a day, the latest first."""
    mine = RecordWorker.objects.filter(worker_id=worker_id, served_on=day).values("record_id")
    found = ServiceRecord.objects.filter(id__in=mine, voided_at__isnull=True)
    return found.select_related("service").only(*GIVEN_ROW).order_by("-started_at")[:DONE_SHOWN]


def _week(worker: Worker, today: date) -> Totals:
    """The worker's own week from Monday on."""
    monday = today - timedelta(days=today.weekday())
    rows = _given_between(worker.pk, monday, today)
    return Totals(len(rows), sum(persons for persons, _minutes in rows), sum(minutes for _persons, minutes in rows))


@prepared
def _given_between(worker_id: int, first: date, last: date) -> QuerySet[ServiceRecord, tuple[int, int]]:
    """Person-times and minutes of each of a worker's records from a day to a day, voided ones left out."""
    mine = RecordWorker.objects.filter(worker_id=worker_id, served_on__gte=first, served_on__lte=last)
    records = ServiceRecord.objects.filter(id__in=mine.values("record_id"), voided_at__isnull=True)
    return records.values_list("person_times", "work_minutes")


def totals(records: QuerySet[ServiceRecord]) -> Totals:
    """Sums over records, voided ones left out (one query)."""
    row = records.filter(voided_at__isnull=True).aggregate(
        records=Count("id"), person_times=Sum("person_times"), work_minutes=Sum("work_minutes")
    )
    return Totals(row["records"], row["person_times"] or 0, row["work_minutes"] or 0)


def station_totals(viewer: Viewer, station_id: int, day: date) -> Totals:
    """A station's day, for those who may see its records."""
    return totals(ServiceRecord.objects.filter(within_reach(viewer), station_id=station_id, served_on=day))


@prepared
def _cases_without_plan(viewer: Viewer, worker_id: int | None) -> QuerySet[Case]:
    """Open cases that wait for a plan: the worker's own; a head's all in reach; a supervisor's supervised ones."""
    whose = Q(worker_id=worker_id) if worker_id else Q(pk__in=[])
    if viewer.has(Role.HEAD):
        whose |= within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        whose |= Q(supervisor_id=viewer.account_id)
    waiting = Case.objects.filter(whose, stage__in=(CaseStage.INTAKE, CaseStage.ASSESSMENT, CaseStage.PLANNING))
    shown = ("number", "opened_on", "client__name", "worker__name")
    return waiting.select_related("client", "worker").only(*shown).order_by("opened_on", "id")[:10]


def clients_of(record_ids: Iterable[UUID]) -> Mapping[UUID, tuple[Client, ...]]:
    """{record: its clients whom the viewer may see} (one query, none for no records)."""
    found: dict[UUID, tuple[Client, ...]] = {}
    for row in _named_in(tuple(record_ids)):
        found[row.record_id] = (*found.get(row.record_id, ()), row.client)
    return found


@prepared
def _named_in(record_ids: tuple[UUID, ...]) -> QuerySet[RecordClient]:
    """Whom these records name, in the order of the names."""
    named = RecordClient.objects.filter(record_id__in=record_ids).select_related("client")
    return named.only("record_id", *CLIENT_SHOWN).order_by("client__sort_key")


# The record sheet


@dataclass(frozen=True, slots=True)
class Offer:
    """What the record sheet offers: the worker's habits, people, services and whatever a record may name."""

    worker: Worker | None
    stations: tuple[Station, ...]
    station: Station | None
    services: tuple[ServiceItem, ...]
    habits: Habits
    clients: tuple[Client, ...]
    chosen: tuple[Client, ...]
    workers: tuple[Worker, ...]
    cases: tuple[Case, ...]
    contracts: tuple[Contract, ...]
    funds: tuple[Fund, ...]


def defaults(
    viewer: Viewer, today: date, chosen: Iterable[UUID] = (), station_id: int | None = None, day: date | None = None
) -> Offer:
    """Everything for the record sheet in at most eleven queries, however much there is. Services, staff and contracts
    are those of `day` (today unless given).
    """
    day = day or today
    worker = worker_of(viewer)
    stations = tuple(stations_to_record_at(viewer))
    usual = station_id or (worker.station_id if worker else viewer.home)
    station = next((each for each in stations if each.id == usual), stations[0] if stations else None)
    records = _last_records(worker, today)
    clients, picked = _people_to_choose(viewer, station, [record.id for record in records[:40]], today, chosen)
    contracts = contracts_at(station, day) if station else ()
    return Offer(
        worker=worker,
        stations=stations,
        station=station,
        services=tuple(services_on(day)),
        habits=habits_of(Done(r.service_id, r.minutes, r.place, str(getattr(r, "words", ""))) for r in records),
        clients=clients,
        chosen=picked,
        workers=tuple(colleagues(station, day)) if station else (),
        cases=tuple(_open_cases(worker, picked)),
        contracts=tuple(contracts),
        funds=tuple(Fund.objects.all()),
    )


def stations_to_record_at(viewer: Viewer) -> QuerySet[Station]:
    """The running stations in the viewer's reach, in the order of the tree."""
    here = Q(id__in=viewer.stations)
    if viewer.hubs:
        here |= Q(hub_id__in=viewer.hubs)
    return Station.objects.filter(here, stage="running").order_by("path")


def _last_records(worker: Worker | None, today: date) -> list[ServiceRecord]:
    if worker is None:
        return []
    mine = RecordWorker.objects.filter(
        worker=worker, served_on__gte=today - timedelta(days=DAYS_LEARNED), served_on__lte=today
    )
    records = ServiceRecord.objects.filter(id__in=mine.values("record_id"), voided_at__isnull=True)
    words = records.annotate(words=Left("summary", LONGEST_PHRASE + 1)).defer("summary", "next_step", "digest")
    return list(words.order_by("-started_at")[:RECORDS_LEARNED])


def _people_to_choose(
    viewer: Viewer, station: Station | None, recent: list[UUID], today: date, chosen: Iterable[UUID]
) -> tuple[tuple[Client, ...], tuple[Client, ...]]:
    """Those chosen already and recent ones with today's first; and the chosen alone."""
    wanted = list(dict.fromkeys(chosen))
    due = [record.id for record in _due([station.id], today, today - VISITS_WAIT)[:RECENT_CLIENTS]] if station else []
    by_record = clients_of([*due, *recent])
    offered: dict[UUID, Client] = {}
    picked = {c.id: c for c in clients_seen(viewer).filter(id__in=wanted)} if wanted else {}
    offered.update(picked)
    for record_id in (*due, *recent):
        for client in by_record.get(record_id, ()):
            if client.state == ClientState.ACTIVE and len(offered) < RECENT_CLIENTS + len(picked):
                offered.setdefault(client.id, client)
    return tuple(offered.values()), tuple(picked.values())


def colleagues(station: Station, day: date) -> QuerySet[Worker]:
    """Who is posted on a day at a station or above it and may so be named in its records."""
    above = {station.id, station.town_id or station.id, station.hub_id}
    posted = Posting.objects.filter(Q(until__isnull=True) | Q(until__gt=day), station_id__in=above, since__lte=day)
    return Worker.objects.filter(id__in=posted.values("worker_id")).order_by("sort_key")


def _open_cases(worker: Worker | None, clients: Iterable[Client]) -> QuerySet[Case]:
    """Open cases of these clients, and the worker's own; closed ones of these clients that wait for a follow-up."""
    of_clients = Q(client_id__in=[client.id for client in clients])
    whose = of_clients | Q(worker=worker) if worker else of_clients
    to_follow = FollowUp.objects.filter(case_id=OuterRef("pk"), hub_id=OuterRef("hub_id"), done_on__isnull=True)
    found = Case.objects.filter(Q(whose, closed_on__isnull=True) | Q(of_clients, Exists(to_follow)))
    return found.select_related("client").order_by("-opened_on")[:50]


def clients_by_id(viewer: Viewer, ids: Iterable[UUID]) -> list[Client]:
    """These clients as far as they are in reach (one query)."""
    found = clients_seen(viewer).filter(id__in=list(ids), state=ClientState.ACTIVE)
    return list(found.select_related("station").order_by("sort_key", "id")[:50])


def record_to_follow(viewer: Viewer, record_id: UUID) -> tuple[ServiceRecord, tuple[UUID, ...]] | None:
    """The record that the next one follows, and its clients."""
    record = ServiceRecord.objects.filter(within_reach(viewer), id=record_id).first()
    if record is None:
        return None
    clients = RecordClient.objects.filter(record_id=record_id).values_list("client_id", flat=True)
    return record, tuple(clients)


# One record, and lists of them


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record with everybody and everything it names."""

    record: ServiceRecord
    clients: tuple[Client, ...]
    workers: tuple[str, ...]
    revisions: tuple[tuple[RecordRevision, str], ...]
    recorded_by: str
    voided_by: str
    may_correct: bool


def record_page(viewer: Viewer, record_id: UUID) -> RecordPage | None:
    """One record's page in five queries; None for one that doesn't exist or lies outside the viewer's reach."""
    related = ("service", "group", "station", "case", "contract", "fund")
    record = ServiceRecord.objects.filter(id=record_id).select_related(*related).first()
    if record is None:
        return None
    givers = RecordWorker.objects.filter(record_id=record_id).select_related("worker").order_by("worker__sort_key")
    revisions = list(RecordRevision.objects.filter(record_id=record_id).order_by("-number"))
    names = staff_names([record.recorded_by_id, record.voided_by_id, *(each.revised_by_id for each in revisions)])
    recorder = record.recorded_by_id == viewer.account_id and viewer.has(Role.WORKER)
    return RecordPage(
        record=record,
        clients=clients_of([record_id]).get(record_id, ()),
        workers=tuple(giver.worker.name for giver in givers),
        revisions=tuple((each, names.get(each.revised_by_id, "")) for each in revisions),
        recorded_by=names.get(record.recorded_by_id, ""),
        voided_by=names.get(record.voided_by_id or 0, ""),
        may_correct=record.voided_at is None
        and viewer.reaches(record.hub_id, record.station_id)
        and (recorder or viewer.has(Role.HEAD)),
    )


def staff_names(accounts: Iterable[int | None]) -> dict[int, str]:
    """{account: name} of those that are staff whom the viewer may see. (Accounts themselves are walled off.)"""
    known = Worker.objects.filter(account_id__in=[account for account in accounts if account])
    return {account: name for account, name in known.values_list("account_id", "name") if account}


def records_page(
    viewer: Viewer, wanted: RecordFilter, cursor: str | None = None
) -> tuple[Page[ServiceRecord], Mapping[UUID, tuple[Client, ...]]]:
    """Records that answer to a filter, the latest first, 25 a page with their clients (two queries, three for a
    station's subtree). Raises Problem `cursor_invalid`.
    """
    records = records_listed(viewer, wanted).select_related("service", "station")
    page = page_of(records, ["-served_on", "-id"], cursor)
    return page, clients_of([record.id for record in page.items])
