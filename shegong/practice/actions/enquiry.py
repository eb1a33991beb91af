"""Writing enquiries: taking them in, and deciding what they lead to.

Rows written: the enquiry and one journal row; a decision adds what the case, record or referral costs.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shegong.catalogue.models import Field, PopulationGroup
from shegong.journal.actions import log
from shegong.kernel.ids import short_number, uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.network.models import Division, Station
from shegong.network.scope import Viewer
from shegong.practice.actions.acting import acting_worker
from shegong.practice.actions.case import open_case
from shegong.practice.actions.client import may_keep_files, register_client
from shegong.practice.actions.record import record_service
from shegong.practice.enums import Basis, DeclineKind, IntakeDecision, Purpose
from shegong.practice.models import Case, Client, Enquiry, ServiceRecord
from shegong.practice.models.client import registration_digest
from shegong.practice.queries.client import clients_seen, worker_of
from shegong.practice.queries.deadline import due_by_clock
from shegong.practice.rules import enquiry as rules
from shegong.practice.rules.client import ConsentFact, ContactFact, Facts, checked_reason
from shegong.practice.rules.enquiry import EnquiryDraft
from shegong.practice.rules.record import RecordDraft
from shegong.workforce.models import Worker

DRAWS: Final = 5


@dataclass(frozen=True, slots=True)
class BriefService:
    """A service given on the spot instead of a case: item, minutes (1 to 1440), place and what was done."""

    service_id: int
    minutes: int
    place: str
    summary: str


@transaction.atomic
def register_enquiry(
    station: Station, draft: EnquiryDraft, *, by: Viewer, at: datetime, key: UUID | None = None
) -> Enquiry:
    """Take in an enquiry at a station; its clock begins to run. Sent again under the same key with the same content, it
    is the same enquiry. Raises Problem or Problems at the draft's fields; 403, 409.
    """
    may_keep_files(by, station.hub_id, station.pk)
    digest = registration_digest(json.dumps([station.pk, asdict(draft)], sort_keys=True, default=str))
    if key is not None and (known := Enquiry.objects.filter(pk=key, hub_id=station.hub_id).first()):
        if known.digest is not None and bytes(known.digest) == digest:
            return known
        raise key_taken()
    client = _client_of(draft, by, station.hub_id)
    checked = rules.checked_enquiry(draft)
    _check_names(checked)
    enquiry = Enquiry(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station_id=station.pk,
        source=checked.source,
        received_at=at,
        received_on=timezone.localdate(at, timezone.get_default_timezone()),
        received_by_id=by.account_id,
        asker_name=checked.asker_name,
        asker_phone=checked.asker_phone,
        relation=checked.relation,
        client=client,
        name=client.name if client else checked.name,
        sex=client.sex if client else checked.sex,
        age=checked.age,
        address=checked.address,
        community_id=checked.community_id,
        need=checked.need,
        field_id=checked.field_id,
        group_id=checked.group_id,
        urgency=checked.urgency,
        due_at=due_by_clock(checked.urgency, at),
        digest=digest,
    )
    insert_numbered(enquiry, "Q")
    _log("register_enquiry", enquiry, by, at, source=enquiry.source, urgency=enquiry.urgency)
    return enquiry


def insert_numbered(row: Any, letter: str) -> None:
    """Save a new row under a number drawn by chance, drawing again where another has it. Raises Problem `key_taken`."""
    for _draw in range(DRAWS):
        row.number = short_number(letter)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as clash:
            if "_number_once_in_a_hub" not in str(clash):
                if "_pkey" in str(clash):
                    raise key_taken() from clash
                raise
        else:
            return
    raise Problem("number_taken", _("暂时编不出号码，请再试一次。"), status=503)


def _client_of(draft: EnquiryDraft, by: Viewer, hub_id: int) -> Client | None:
    if draft.client_id is None:
        return None
    client = clients_seen(by).filter(pk=draft.client_id, hub_id=hub_id).first()
    if client is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), "client_id")
    return client


def _check_names(draft: EnquiryDraft) -> None:
    """What the draft names must be there."""
    for model, key, field in (
        (Division, draft.community_id, "community"),
        (Field, draft.field_id, "field"),
        (PopulationGroup, draft.group_id, "group"),
    ):
        if key is not None and not model.objects.filter(pk=key).exists():
            raise Problem("choice_unknown", _("请从列表中选择。"), field)


@transaction.atomic
def take_enquiry(enquiry: Enquiry, *, by: Viewer, at: datetime) -> Enquiry:
    """Begin to work on an enquiry, so that others know. Raises Problem 403, 404, 409."""
    present = lock_enquiry(enquiry, by)
    worker = acting_worker(by)
    present.taken_at, present.worker = present.taken_at or at, worker
    present.save(update_fields=["taken_at", "worker"])
    _log("take_enquiry", present, by, at)
    return present


@transaction.atomic
def accept_enquiry(
    enquiry: Enquiry,
    *,
    group: PopulationGroup,
    problem: str,
    by: Viewer,
    at: datetime,
    client: Client | None = None,
    born_on: date | None = None,
    basis: str = Basis.CONSENT,
    no_guardian_reason: str = "",
    supervisor: Worker | None = None,
) -> Case:
    """Accept: a case for the linked client, or for a file that is opened now from what the enquiry says.

    Raises Problem or Problems at group, problem, born_on, client, supervisor, no_guardian_reason, name; 403, 404, 409.
    """
    present = lock_enquiry(enquiry, by)
    served = client or present.client or _file_from(present, group, born_on, basis, by, at)
    if served.hub_id != present.hub_id:
        raise Problem("client_elsewhere", _("这份档案在另一个区(市)县，请改用转介。"), "client")
    case = open_case(
        served,
        group=group,
        problem=problem,
        by=by,
        at=at,
        supervisor=supervisor,
        no_guardian_reason=no_guardian_reason,
    )
    present.client, present.case, present.group = served, case, group
    decide(present, IntakeDecision.ACCEPT, by=by, at=at, detail={"case": case.number})
    return case


def _file_from(
    enquiry: Enquiry, group: PopulationGroup, born_on: date | None, basis: str, by: Viewer, at: datetime
) -> Client:
    asks_for_self = not enquiry.asker_name
    facts = Facts(
        name=enquiry.name,
        sex=enquiry.sex,
        born_on=born_on,
        phone=enquiry.asker_phone if asks_for_self else "",
        address=enquiry.address,
        community=enquiry.community_id,
        groups=[group.pk],
    )
    contacts = []
    if not asks_for_self and enquiry.relation:
        contacts = [
            ContactFact(
                name=enquiry.asker_name, relation=enquiry.relation, phone=enquiry.asker_phone, is_guardian=False
            )
        ]
    station = Station.objects.get(pk=enquiry.station_id)
    consents = [ConsentFact(purpose=Purpose.SERVICE, basis=basis)]
    return register_client(by=by, station=station, at=at, contacts=contacts, consents=consents, **facts)


@transaction.atomic
def serve_briefly(enquiry: Enquiry, service: BriefService, *, by: Viewer, at: datetime) -> ServiceRecord:
    """Decide for one service given at once: one service record, no case. Somebody without a file is counted without a
    name. Raises Problems at the record's fields; 403, 404, 409.
    """
    present = lock_enquiry(enquiry, by)
    worker = acting_worker(by)
    draft = RecordDraft(
        station_id=present.station_id,
        service_id=service.service_id,
        started_at=max(at - timedelta(minutes=max(service.minutes, 0)), _day_begins(at)),
        minutes=service.minutes,
        place=service.place,
        summary=service.summary,
        worker_ids=(worker.pk,),
        client_ids=(present.client_id,) if present.client_id else (),
        anonymous_count=0 if present.client_id else 1,
    )
    record = record_service(uuid7(), draft, by=by, at=at).record
    present.record = record
    decide(present, IntakeDecision.BRIEF, by=by, at=at, detail={"record": str(record.pk)})
    return record


def _day_begins(at: datetime) -> datetime:
    return timezone.localtime(at, timezone.get_default_timezone()).replace(hour=0, minute=0, second=0, microsecond=0)


@transaction.atomic
def decline_enquiry(enquiry: Enquiry, kind: str, note: str, *, by: Viewer, at: datetime) -> Enquiry:
    """Decline, with a reason in words. Raises Problem at decline_kind, decision_note; 403, 404, 409."""
    present = lock_enquiry(enquiry, by)
    if kind not in DeclineKind.values:
        raise Problem("decline_kind_missing", _("请选择不予受理的原因。"), "decline_kind")
    present.decline_kind, present.decision_note = kind, checked_reason(note, "decision_note")
    decide(present, IntakeDecision.DECLINE, by=by, at=at, detail={"reason": present.decision_note})
    return present


def decide(enquiry: Enquiry, decision: IntakeDecision, *, by: Viewer, at: datetime, detail: dict[str, object]) -> None:
    """Keep the decision of an enquiry that the caller has locked with `lock_enquiry`; it is final."""
    enquiry.decision, enquiry.decided_at, enquiry.decided_by_id = decision, at, by.account_id
    enquiry.decided_on = timezone.localdate(at, timezone.get_default_timezone())
    enquiry.taken_at = enquiry.taken_at or at
    enquiry.worker = enquiry.worker or worker_of(by)
    enquiry.save()
    _log("decide_enquiry", enquiry, by, at, decision=decision.value, **detail)


def lock_enquiry(enquiry: Enquiry, by: Viewer) -> Enquiry:
    """The enquiry as it is now, still to be decided by the viewer. Raises Problem 403, 404, 409."""
    present = Enquiry.objects.select_for_update(of=("self",)).filter(pk=enquiry.pk, hub_id=enquiry.hub_id).first()
    if present is None:
        raise Problem("enquiry_missing", _("找不到这条咨询，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    wrong = rules.deciding_problem(present.decision)
    if wrong:
        raise wrong
    return present


@transaction.atomic
def reveal_enquiry(enquiry: Enquiry, field: str, *, by: Viewer, at: datetime) -> str:
    """The asker's whole telephone number, or the address. Journalled. Raises Problem 404."""
    seen = Enquiry.objects.filter(pk=enquiry.pk, hub_id=enquiry.hub_id).first()
    if seen is None or field not in ("phone", "address"):
        raise Problem("enquiry_missing", _("找不到这条咨询，或您不能查看。"), status=404)
    _log("reveal", seen, by, at, field=field)
    return seen.asker_phone if field == "phone" else seen.address


def _log(verb: str, enquiry: Enquiry, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "enquiry",
        enquiry.pk,
        by=by.account_id,
        at=at,
        hub_id=enquiry.hub_id,
        station_id=enquiry.station_id,
        detail={"number": enquiry.number, **detail},
    )
