"""Service records as lists for other programs: filtered, in the viewer's reach, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Case, RecordClient, RecordWorker, ServiceRecord
from shegong.practice.queries.client import within_reach


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records: at a station or below it, of a client, a worker, a case, a service, from a day to a day (both
    included). Voided ones only when asked for.
    """

    station: Station | None = None
    client_id: UUID | None = None
    worker_id: int | None = None
    case_id: UUID | None = None
    service_id: int | None = None
    since: date | None = None
    until: date | None = None
    voided: bool = False


def records_seen(viewer: Viewer) -> QuerySet[ServiceRecord]:
    """The records in the viewer's reach, and for a supervisor those of the supervised cases."""
    reach = within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        supervised = Case.objects.filter(supervisor_id=viewer.account_id, closed_on__isnull=True)
        reach |= Q(case_id__in=supervised.values("id"))
    return ServiceRecord.objects.filter(reach)


def records_listed(viewer: Viewer, wanted: RecordFilter) -> QuerySet[ServiceRecord]:
    """The records that a filter asks for, to be ordered by day and key, the latest first."""
    found = records_seen(viewer).filter(voided_at__isnull=not wanted.voided)
    if wanted.station is not None:
        found = found.filter(subtree(wanted.station))
    if wanted.client_id is not None:
        found = found.filter(
            id__in=RecordClient.objects.filter(client_id=wanted.client_id).values("record_id"),
        )
    if wanted.worker_id is not None:
        found = found.filter(id__in=RecordWorker.objects.filter(worker_id=wanted.worker_id).values("record_id"))
    for lookup, value in (
        ("case_id", wanted.case_id),
        ("service_id", wanted.service_id),
        ("served_on__gte", wanted.since),
        ("served_on__lte", wanted.until),
    ):
        if value is not None:
            found = found.filter(**{lookup: value})
    return found


def people_of(records: Sequence[ServiceRecord]) -> dict[UUID, tuple[list[UUID], list[int]]]:
    """The clients and the workers of each record, as far as the viewer may see them (two queries, whatever the number;
    none for no record).
    """
    people: dict[UUID, tuple[list[UUID], list[int]]] = {record.id: ([], []) for record in records}
    if not people:
        return people
    hubs = {record.hub_id for record in records}
    clients = RecordClient.objects.filter(record_id__in=people, hub_id__in=hubs).order_by("client_id")
    for record_id, client_id in clients.values_list("record_id", "client_id"):
        people[record_id][0].append(client_id)
    workers = RecordWorker.objects.filter(record_id__in=people, hub_id__in=hubs).order_by("worker_id")
    for record_id, worker_id in workers.values_list("record_id", "worker_id"):
        people[record_id][1].append(worker_id)
    return people
