"""Recording a service, correcting it, voiding it.

Cost of a record with one client and one worker: ten statements in one transaction; rows written: the record, one for
each client and worker, one journal row, and the tallies of its town and hub (by trigger).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.enums import Stage
from shegong.network.models import Station, StationStage
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ClientState
from shegong.practice.models import Case, Client, RecordClient, RecordRevision, RecordWorker, ServiceRecord
from shegong.practice.rules.record import (
    NEXT_STEP_LIMIT,
    SUMMARY_LIMIT,
    RecordDraft,
    RecordFacts,
    as_history,
    record_problems,
)
from shegong.purchase.models import Contract, Fund
from shegong.workforce.models import Posting

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record, and whether this call made it (False: the same key with the same content came before)."""

    record: ServiceRecord
    created: bool


@dataclass(frozen=True, slots=True)
class _Checked:
    """A draft that passed, with the rows that it names."""

    draft: RecordDraft
    station: Station
    service: ServiceItem
    clients: list[Client]
    served_on: date


@transaction.atomic
def record_service(key: UUID, draft: RecordDraft, *, by: Viewer, at: datetime) -> Recorded:
    """Record a service under the caller's key; sent again with the same content it is the same record.

    Raises Problems at the fields, Problem `key_used_otherwise` (409) for a key that already has another content, and
    Problem `may_not_record` (403) for a viewer who isn't a worker or head there.
    """
    _may_record(by)
    digest = draft.digest()
    existing = ServiceRecord.objects.filter(id=key).first()
    if existing is not None:
        if bytes(existing.digest) != digest:
            raise Problem("key_used_otherwise", _("这个编号已经用于另一条内容不同的记录。"), status=409)
        return Recorded(existing, created=False)
    checked = _checked(draft, by=by, now=at)
    record = ServiceRecord(id=key, digest=digest, recorded_at=at, recorded_by_id=by.account_id)
    _fill(record, checked)
    # First the journal, then the rows whose triggers touch tallies: those stay locked for the shortest time.
    _journal("record_service", record, by, at, {"clients": len(checked.clients), "service": checked.service.code})
    record.save(force_insert=True)
    _attach_workers(record, checked.draft.worker_ids)
    _attach_clients(record, checked.clients)
    return Recorded(record, created=True)


@transaction.atomic
def correct_record(record_id: UUID, draft: RecordDraft, reason: str, *, by: Viewer, at: datetime) -> ServiceRecord:
    """Replace a record's content; what it said before is kept as a revision. The station can't change.

    Raises Problems at the fields; Problem `not_found` (404), `may_not_correct` (403: neither recorder nor head),
    `already_voided` or `reason_missing`.
    """
    record, reason = _changeable(record_id, reason, by)
    if draft.station_id != record.station_id:
        raise Problem("station_fixed", _("更正不能更换站点，请作废后重新记录。"), "station_id")
    former = draft_of(record)
    checked = _checked(draft, by=by, now=at, former_clients=former.client_ids)
    RecordRevision.objects.bulk_create(
        [
            RecordRevision(
                hub_id=record.hub_id,
                station_id=record.station_id,
                record=record,
                number=record.revision + 1,
                before=as_history(asdict(former)),
                reason=reason,
                revised_at=at,
                revised_by_id=by.account_id,
            )
        ]
    )
    _journal("correct_record", record, by, at, {"reason": reason, "revision": record.revision + 1})
    record.revision += 1
    _fill(record, checked)
    wanted = {client.id for client in checked.clients}
    gone = [client for client in former.client_ids if client not in wanted]
    RecordClient.objects.filter(record_id=record.id, client_id__in=gone).delete()
    record.save(force_update=True)
    _exchange_workers(record, checked.draft.worker_ids)
    RecordClient.objects.filter(record_id=record.id).update(served_on=record.served_on)
    _attach_clients(record, [client for client in checked.clients if client.id not in former.client_ids])
    return record


@transaction.atomic
def void_record(record_id: UUID, reason: str, *, by: Viewer, at: datetime) -> ServiceRecord:
    """Take a mistaken record out of every number. It stays, with who voided it and why.

    Raises Problem `not_found` (404), `may_not_correct` (403), `already_voided` or `reason_missing`.
    """
    record, reason = _changeable(record_id, reason, by)
    _journal("void_record", record, by, at, {"reason": reason})
    record.voided_at, record.voided_by_id, record.void_reason = at, by.account_id, reason
    record.save(update_fields=["voided_at", "voided_by", "void_reason"])
    return record


def _may_record(by: Viewer) -> None:
    if not by.has(Role.WORKER, Role.HEAD):
        raise Problem("may_not_record", _("您的角色不能记录服务。"), status=403)


def _changeable(record_id: UUID, reason: str, by: Viewer) -> tuple[ServiceRecord, str]:
    """The record, locked after its clients (whom counting persons locks too, so that nobody waits in a circle)."""
    _may_record(by)
    reason = clean_text(reason, REASON_LIMIT)
    if not reason.strip():
        raise Problem("reason_missing", _("请写明原因。"), "reason")
    taking_part = RecordClient.objects.filter(record_id=record_id).values("client_id")
    list(Client.objects.filter(id__in=taking_part).order_by("id").select_for_update(no_key=True).values_list("id"))
    record = ServiceRecord.objects.filter(id=record_id).select_for_update(no_key=True).first()
    if record is None:
        raise Problem("not_found", _("没有这条记录，或不在您的范围内。"), status=404)
    if record.recorded_by_id != by.account_id and not by.has(Role.HEAD):
        raise Problem("may_not_correct", _("只有记录人或站长可以更正。"), status=403)
    if record.voided_at is not None:
        raise Problem("already_voided", _("这条记录已经作废。"), status=409)
    return record, reason


def _checked(draft: RecordDraft, *, by: Viewer, now: datetime, former_clients: tuple[UUID, ...] = ()) -> _Checked:
    """The draft with what it names, if nothing is wrong with it. Raises Problems.

    The clients are locked in a fixed order (with those of the record's former content, who may lose it).
    """
    draft = replace(
        draft,
        summary=_text(draft.summary, SUMMARY_LIMIT, "summary"),
        next_step=_text(draft.next_step, NEXT_STEP_LIMIT, "next_step"),
    )
    served_on = timezone.localdate(draft.started_at)
    running = StationStage.objects.filter(
        Q(until__isnull=True) | Q(until__gt=served_on),
        station=OuterRef("pk"),
        stage=Stage.RUNNING,
        since__lte=served_on,
    )
    station = Station.objects.filter(id=draft.station_id).annotate(ran=Exists(running)).first()
    if station is None or not by.reaches(station.hub_id, station.id):
        raise Problem("station_out_of_scope", _("站点不存在，或不在您的范围内。"), "station_id")
    service = ServiceItem.objects.filter(id=draft.service_id).first()
    if service is None:
        raise Problem("service_unknown", _("没有这个服务项目。"), "service_id")
    wanted = {*draft.client_ids, *former_clients}
    locked = Client.objects.filter(id__in=wanted, hub_id=station.hub_id).exclude(state=ClientState.MERGED)
    found = list(locked.order_by("id").select_for_update(no_key=True)) if wanted else []
    clients = [client for client in found if client.id in draft.client_ids]
    case = Case.objects.filter(id=draft.case_id).first() if draft.case_id else None
    facts = RecordFacts(
        now=now,
        served_on=served_on,
        station_was_running=station.ran,
        service_since=service.since,
        service_until=service.until,
        posted_workers=_posted(draft.worker_ids, station, served_on),
        clients_found=frozenset(client.id for client in clients),
        case_client=case.client_id if case else None,
        case_closed=bool(case and case.closed_on),
    )
    raise_any([*record_problems(draft, facts), *_unknown_references(draft)])
    return _Checked(draft, station, service, clients, served_on)


def _unknown_references(draft: RecordDraft) -> Iterator[Problem]:
    """Optional things that are named but don't exist (a query for each that is named)."""
    if draft.group_id is not None and not PopulationGroup.objects.filter(id=draft.group_id).exists():
        yield Problem("group_unknown", _("没有这个服务人群。"), "group_id")
    if draft.contract_id is not None and not Contract.objects.filter(id=draft.contract_id).exists():
        yield Problem("contract_unknown", _("没有这个合同。"), "contract_id")
    if draft.fund_id is not None and not Fund.objects.filter(id=draft.fund_id).exists():
        yield Problem("fund_unknown", _("没有这个资金来源。"), "fund_id")


def _text(value: str, limit: int, field: str) -> str:
    try:
        return clean_text(value, limit)
    except Problem as problem:
        raise problem.at(field) from None


def _posted(worker_ids: tuple[int, ...], station: Station, day: date) -> frozenset[int]:
    """Those of the workers who on that day were posted at the station or above it."""
    above = {station.id, station.town_id or station.id, station.hub_id}
    postings = Posting.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day), worker_id__in=worker_ids, station_id__in=above, since__lte=day
    )
    return frozenset(postings.values_list("worker_id", flat=True))


def _fill(record: ServiceRecord, checked: _Checked) -> None:
    """Put a draft's content into a record."""
    draft, service, clients = checked.draft, checked.service, checked.clients
    record.hub_id, record.station_id = checked.station.hub_id, checked.station.id
    record.service = service
    record.method = draft.method or service.method
    record.group_id = draft.group_id or service.group_id
    record.started_at, record.served_on, record.minutes = draft.started_at, checked.served_on, draft.minutes
    record.place = draft.place
    record.clients_count, record.anonymous_count = len(clients), draft.anonymous_count
    record.person_times = record.clients_count + record.anonymous_count
    record.workers_count = len(set(draft.worker_ids))
    record.work_minutes = record.minutes * record.workers_count
    record.summary, record.next_step, record.next_on = draft.summary, draft.next_step, draft.next_on
    record.satisfaction = draft.satisfaction
    record.case_id, record.contract_id, record.fund_id = draft.case_id, draft.contract_id, draft.fund_id
    record.restricted = any(client.restricted_classes for client in clients)


def _attach_clients(record: ServiceRecord, clients: list[Client]) -> None:
    RecordClient.objects.bulk_create(
        RecordClient(
            hub_id=record.hub_id,
            station_id=record.station_id,
            record_id=record.id,
            client_id=client.id,
            served_on=record.served_on,
            restricted=bool(client.restricted_classes),
        )
        for client in clients
    )


def _attach_workers(record: ServiceRecord, worker_ids: tuple[int, ...]) -> None:
    RecordWorker.objects.bulk_create(
        RecordWorker(
            hub_id=record.hub_id,
            station_id=record.station_id,
            record_id=record.id,
            worker_id=worker_id,
            served_on=record.served_on,
        )
        for worker_id in sorted(set(worker_ids))
    )


def _exchange_workers(record: ServiceRecord, worker_ids: tuple[int, ...]) -> None:
    RecordWorker.objects.filter(record_id=record.id).delete()
    _attach_workers(record, worker_ids)


def draft_of(record: ServiceRecord) -> RecordDraft:
    """The draft that would say what the record says (two queries): to correct it from there."""
    clients = RecordClient.objects.filter(record_id=record.id).order_by("client_id")
    workers = RecordWorker.objects.filter(record_id=record.id).order_by("worker_id")
    return RecordDraft(
        station_id=record.station_id,
        service_id=record.service_id,
        started_at=record.started_at,
        minutes=record.minutes,
        place=record.place,
        summary=record.summary,
        worker_ids=tuple(workers.values_list("worker_id", flat=True)),
        client_ids=tuple(clients.values_list("client_id", flat=True)),
        anonymous_count=record.anonymous_count,
        method=record.method,
        group_id=record.group_id,
        next_step=record.next_step,
        next_on=record.next_on,
        satisfaction=record.satisfaction,
        case_id=record.case_id,
        contract_id=record.contract_id,
        fund_id=record.fund_id,
    )


def _journal(verb: str, record: ServiceRecord, by: Viewer, at: datetime, detail: dict[str, object]) -> None:
    log(
        verb,
        "servicerecord",
        record.id,
        by=by.account_id,
        at=at,
        hub_id=record.hub_id,
        station_id=record.station_id,
        detail=detail,
    )
