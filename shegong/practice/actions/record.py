"""Recording a service, correcting it, voiding it.

Cost of a record, however many clients and workers: two statements in the viewer's transaction; one more for a follow-up
of a closed case or a service marked as an emergency.
Rows written: the record, one for each client and worker, one journal row, and the tallies of its town and hub (by
trigger).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Client, FollowUp, RecordClient, RecordRevision, RecordWorker, ServiceRecord
from shegong.practice.rules.case import is_stopped, review_due
from shegong.practice.rules.record import (
    NEXT_STEP_LIMIT,
    SUMMARY_LIMIT,
    CaseFacts,
    RecordDraft,
    RecordFacts,
    as_history,
    plan_problem,
    record_problems,
)
from shegong.purchase.models import Contract, Fund

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record, and whether this call made it (False: the same key with the same content came before)."""

    record: ServiceRecord
    created: bool


@dataclass(frozen=True, slots=True)
class _Checked:
    """A draft that passed, with what is needed of the rows that it names. `clients`: whether each is restricted."""

    draft: RecordDraft
    hub_id: int
    method: str
    group_id: int
    service_code: str
    served_on: date
    clients: dict[UUID, bool]
    follow_up: UUID | None


def record_service(key: UUID, draft: RecordDraft, *, by: Viewer, at: datetime) -> Recorded:
    """Record a service under the caller's key; sent again with the same content it is the same record.

    Runs in the viewer's transaction (a Viewer exists in one only) and writes nothing before all is checked.
    Raises Problems at the fields, Problem `key_used_otherwise` (409) for a key that already has another content, and
    Problem `may_not_record` (403) for a viewer who isn't a worker or head there.
    """
    _may_record(by)
    digest = draft.digest()
    try:
        checked = _checked(draft, by=by, now=at)
    except Problem:
        # What was recorded stays so, even if today the same draft would be refused.
        if (existing := _existing(key, digest)) is not None:
            return existing
        raise
    record = ServiceRecord(id=key, digest=digest, recorded_at=at, recorded_by_id=by.account_id)
    _fill(record, checked)
    is_marked = checked.follow_up is not None or bool(checked.draft.emergency_reason)
    # The mark goes before the record, which the database would refuse without; and back with it.
    with transaction.atomic() if is_marked else nullcontext():
        if is_marked:
            _mark(record, checked, at)
        if not _inserted(record, checked):
            # The key was there before, or was committed by another request in this very moment.
            if (existing := _existing(key, digest)) is not None:
                return existing
            raise _used_otherwise()
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
    if draft.emergency_reason:
        raise Problem("emergency_later", _("紧急服务只能在记录时标明。"), "emergency_reason")
    checked = _checked(draft, by=by, now=at, former=former)
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
    gone = set(former.client_ids) - set(checked.clients)
    RecordClient.objects.filter(record_id=record.id, client_id__in=gone).delete()
    record.save(force_update=True)
    RecordWorker.objects.filter(record_id=record.id).delete()
    _attach_workers(record, checked.draft.worker_ids)
    RecordClient.objects.filter(record_id=record.id).update(served_on=record.served_on)
    come = checked.clients.keys() - set(former.client_ids)
    _attach_clients(record, {client: checked.clients[client] for client in come})
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
    if record.case_id is not None:
        FollowUp.objects.filter(record_id=record.id, hub_id=record.hub_id).update(record_id=None, done_on=None)
    return record


@transaction.atomic
def plan_next(
    record_id: UUID, next_on: date | None, next_time: time | None, next_step: str, *, by: Viewer, at: datetime
) -> ServiceRecord:
    """Set or change when the next visit is due and what for. A plan isn't a fact, so no revision is kept; the journal
    says which day it was before.

    Raises Problem `not_found` (404), `may_not_record` (403), `already_voided` (409), `next_before_service`, and the
    text's own at `next_step`.
    """
    _may_record(by)
    next_step = _text(next_step, NEXT_STEP_LIMIT, "next_step")
    record = ServiceRecord.objects.filter(id=record_id).select_for_update(no_key=True).first()
    if record is None or not by.reaches(record.hub_id, record.station_id):
        raise Problem("not_found", _("没有这条记录，或不在您的范围内。"), status=404)
    if record.voided_at is not None:
        raise Problem("already_voided", _("这条记录已经作废。"), status=409)
    raise_any([plan_problem(record.served_on, next_on, next_time)])
    was = record.next_on
    record.next_on, record.next_time, record.next_step = next_on, next_time, next_step
    record.save(update_fields=["next_on", "next_time", "next_step"])
    _journal("plan_next", record, by, at, {"next_on": str(next_on), "was": str(was)})
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


def _existing(key: UUID, digest: bytes) -> Recorded | None:
    """The record that has this key already. Raises Problem `key_used_otherwise`."""
    record = ServiceRecord.objects.filter(id=key).first()
    if record is None:
        return None
    if bytes(record.digest) != digest:
        raise _used_otherwise()
    return Recorded(record, created=False)


def _used_otherwise() -> Problem:
    return Problem("key_used_otherwise", _("这个编号已经用于另一条内容不同的记录。"), status=409)


# All that a draft names, in one query: this is the hottest path of the product. Clients are locked in a fixed order.
FACTS = """
WITH clients AS (
    SELECT id, restricted_classes <> '{}' AS restricted, (
        SELECT string_agg(n.basis || CASE WHEN n.withdrawn_on IS NULL THEN '' ELSE ':withdrawn' END, ' ')
        FROM practice_consent n
        WHERE n.client_id = practice_client.id AND n.hub_id = practice_client.hub_id AND n.purpose = 'service') AS bases
    FROM practice_client
    WHERE id = ANY (%(wanted)s) AND hub_id = (SELECT hub_id FROM network_station WHERE id = %(station)s)
      AND state NOT IN ('merged', 'erased')
    ORDER BY id FOR NO KEY UPDATE)
SELECT s.hub_id,
       EXISTS (SELECT FROM network_stationstage g WHERE g.station_id = s.id AND g.stage = 'running'
               AND g.since <= %(day)s AND (g.until IS NULL OR g.until > %(day)s)),
       (SELECT array_agg(p.worker_id) FROM workforce_posting p
        WHERE p.worker_id = ANY (%(workers)s) AND p.station_id IN (s.id, s.town_id, s.hub_id)
          AND p.since <= %(day)s AND (p.until IS NULL OR p.until > %(day)s)),
       i.code, i.method, i.group_id, i.since, i.until, (SELECT array_agg(id) FROM clients),
       (SELECT array_agg(restricted) FROM clients), (SELECT array_agg(bases) FROM clients),
       k.client_id, k.closed_on IS NOT NULL, k.planned_on IS NOT NULL, i.kind = 'refined',
       CASE WHEN k.closed_on IS NOT NULL THEN (
           SELECT f.id FROM practice_followup f WHERE f.case_id = k.id AND f.hub_id = k.hub_id AND f.done_on IS NULL
           ORDER BY f.due_on, f.id LIMIT 1) END
FROM network_station s
LEFT JOIN catalogue_serviceitem i ON i.id = %(service)s
LEFT JOIN practice_case k ON k.id = %(case)s
WHERE s.id = %(station)s"""


def _checked(draft: RecordDraft, *, by: Viewer, now: datetime, former: RecordDraft | None = None) -> _Checked:
    """The draft with what it names, if nothing is wrong with it (one query). Raises Problems.

    The clients are locked in a fixed order (with those of the record's former content, who may lose it).
    """
    draft = replace(
        draft,
        summary=_text(draft.summary, SUMMARY_LIMIT, "summary"),
        next_step=_text(draft.next_step, NEXT_STEP_LIMIT, "next_step"),
        emergency_reason=_text(draft.emergency_reason.strip(), REASON_LIMIT, "emergency_reason"),
    )
    served_on = timezone.localdate(draft.started_at)
    with connection.cursor() as cursor:
        cursor.execute(
            FACTS,
            {
                "station": draft.station_id,
                "service": draft.service_id,
                "workers": list(draft.worker_ids),
                "case": draft.case_id,
                "day": served_on,
                "wanted": [*{*draft.client_ids, *(former.client_ids if former else ())}],
            },
        )
        row = cursor.fetchone()
    if row is None or not by.reaches(row[0], draft.station_id):
        raise Problem("station_out_of_scope", _("站点不存在，或不在您的范围内。"), "station_id")
    hub_id, running, posted, code, method, group_id, since, until, there, hidden, bases = row[:11]
    if code is None:
        raise Problem("service_unknown", _("没有这个服务项目。"), "service_id")
    named = zip(there or (), hidden or (), bases or (), strict=True)
    clients = [each for each in named if each[0] in draft.client_ids]
    found = {client: flag for client, flag, _bases in clients}
    case = _case_facts(row[11:], draft, former)
    # What was served before consent was withdrawn may still be put right.
    known = former.client_ids if former else ()
    facts = RecordFacts(
        now=now,
        served_on=served_on,
        station_was_running=running,
        service_since=since,
        service_until=until,
        posted_workers=frozenset(posted or ()),
        clients_found=frozenset(found),
        stopped_clients=frozenset(
            client for client, _flag, standing in clients if client not in known and _is_stopped(standing)
        ),
        case=case,
    )
    raise_any([*record_problems(draft, facts), *_unknown_references(draft)])
    follow_up = case.next_follow_up if case and case.is_closed and not case.is_same else None
    return _Checked(
        draft, hub_id, draft.method or method, draft.group_id or group_id, code, served_on, found, follow_up
    )


def _is_stopped(bases: str | None) -> bool:
    pairs = [each.partition(":") for each in (bases or "").split()]
    return is_stopped([(basis, bool(withdrawn)) for basis, _colon, withdrawn in pairs])


def _case_facts(
    found: tuple[UUID | None, bool, bool, bool, UUID | None], draft: RecordDraft, former: RecordDraft | None
) -> CaseFacts | None:
    client_id, is_closed, is_planned, is_refined, follow_up = found
    is_same = former is not None and former.case_id == draft.case_id
    if client_id is None and is_same and draft.client_ids:
        # The case moved to a station out of the viewer's sight; the record stays with it.
        client_id = draft.client_ids[0]
    if client_id is None:
        return None
    return CaseFacts(
        client_id=client_id,
        is_closed=is_closed,
        is_planned=is_planned,
        is_refined=is_refined,
        next_follow_up=None if former else follow_up,
        is_same=is_same,
        is_same_service=former is not None and former.service_id == draft.service_id,
    )


def _mark(record: ServiceRecord, checked: _Checked, at: datetime) -> None:
    """Mark a record to come as a follow-up or as an emergency (one statement each). Sent again it stays as it is."""
    with connection.cursor() as cursor:
        if checked.follow_up is not None:
            cursor.execute(
                "UPDATE practice_followup SET record_id = %(record)s, done_on = %(day)s WHERE id = %(id)s "
                "AND hub_id = %(hub)s AND done_on IS NULL AND NOT EXISTS (SELECT FROM practice_followup f "
                "WHERE f.record_id = %(record)s AND f.hub_id = %(hub)s)",
                {"record": record.id, "day": record.served_on, "id": checked.follow_up, "hub": record.hub_id},
            )
        if checked.draft.emergency_reason:
            cursor.execute(
                "INSERT INTO practice_emergencyservice (id, hub_id, station_id, case_id, record_id, reason, "
                "marked_by_id, marked_at, review_by, comment) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING",
                [uuid7(), record.hub_id, record.station_id, record.case_id, record.id, checked.draft.emergency_reason,
                 record.recorded_by_id, at, review_due(at)],
            )  # fmt: skip


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


def _fill(record: ServiceRecord, checked: _Checked) -> None:
    """Put a draft's content into a record."""
    draft = checked.draft
    record.hub_id, record.station_id, record.service_id = checked.hub_id, draft.station_id, draft.service_id
    record.method, record.group_id = checked.method, checked.group_id
    record.started_at, record.served_on, record.minutes = draft.started_at, checked.served_on, draft.minutes
    record.place = draft.place
    record.clients_count, record.anonymous_count = len(checked.clients), draft.anonymous_count
    record.person_times = record.clients_count + record.anonymous_count
    record.workers_count = len(set(draft.worker_ids))
    record.work_minutes = record.minutes * record.workers_count
    record.summary, record.next_step = draft.summary, draft.next_step
    record.next_on, record.next_time = draft.next_on, draft.next_time
    record.satisfaction = draft.satisfaction
    record.case_id, record.contract_id, record.fund_id = draft.case_id, draft.contract_id, draft.fund_id
    record.restricted = any(checked.clients.values())


def _inserted(record: ServiceRecord, checked: _Checked) -> bool:
    """Insert the record with its people and its line in the journal, in one call; False, and nothing is written, if its
    key exists (a conflict that doesn't break the transaction).
    """
    values = {field.column: getattr(record, field.attname) for field in ServiceRecord._meta.concrete_fields}
    values["digest"] = f"\\x{record.digest.hex()}"
    clients = checked.clients
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practice_insert_record(%s, %s, %s::uuid[], %s::boolean[], %s, %s)",
            [
                json.dumps(values, default=str, ensure_ascii=False),
                sorted(set(checked.draft.worker_ids)),
                list(clients),
                list(clients.values()),
                "record_service",
                json.dumps({"clients": len(clients), "service": checked.service_code}),
            ],
        )
        inserted: bool = cursor.fetchone()[0]
    return inserted


def _attach_clients(record: ServiceRecord, clients: Mapping[UUID, bool]) -> None:
    """`clients`: whether each is restricted. One statement, however many."""
    if not clients:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO practice_recordclient (record_id, hub_id, station_id, served_on, client_id, restricted) "
            "SELECT %s, %s, %s, %s, * FROM unnest(%s::uuid[], %s::boolean[])",
            [record.id, record.hub_id, record.station_id, record.served_on, list(clients), list(clients.values())],
        )


def _attach_workers(record: ServiceRecord, worker_ids: tuple[int, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO practice_recordworker (record_id, hub_id, station_id, served_on, worker_id) "
            "SELECT %s, %s, %s, %s, * FROM unnest(%s::bigint[])",
            [record.id, record.hub_id, record.station_id, record.served_on, sorted(set(worker_ids))],
        )


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
        next_time=record.next_time,
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
