"""Writing referrals: asked, released on consent or duty, answered, the result returned, closed.

Each step is one row changed and one journal row.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.enums import Stage
from shegong.network.models import Organisation, Station
from shegong.network.queries import organisations_on
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.client import may_keep_files, register_client
from shegong.practice.actions.enquiry import decide, insert_numbered, lock_enquiry
from shegong.practice.enums import Basis, IntakeDecision, Purpose, ReceiverKind, ReferralState, Urgency
from shegong.practice.models import Case, Client, Consent, Enquiry, Referral
from shegong.practice.queries.deadline import due_by_clock, due_in_working_days
from shegong.practice.queries.referral import receivers_of
from shegong.practice.queries.terms import terms_for
from shegong.practice.rules import referral as rules
from shegong.practice.rules.case import required_text
from shegong.practice.rules.client import ConsentFact, Facts, checked_reason
from shegong.practice.rules.referral import ReferralDraft


@transaction.atomic
def refer(
    draft: ReferralDraft,
    *,
    by: Viewer,
    at: datetime,
    client: Client | None = None,
    enquiry: Enquiry | None = None,
    key: UUID | None = None,
) -> Referral:
    """Refer a client, or whom an enquiry is about, to one receiver. Released at once where consent for sharing is on
    file (or noted, for somebody without a file) or a statutory basis is named; else it waits. An enquiry is decided by
    it.

    Raises Problem or Problems at receiver_kind, to_station, to_organisation, reason, asked, basis, basis_note,
    consent_on, urgency; 403, 404, 409.
    """
    held = lock_enquiry(enquiry, by) if enquiry else None
    subject = client or (held.client if held else None)
    place = subject or held
    if place is None:
        raise Problem("client_missing", _("请从档案、个案或咨询发起转介。"), status=404)
    may_keep_files(by, place.hub_id, place.station_id)
    if key is not None and (known := Referral.objects.filter(pk=key, hub_id=place.hub_id).first()):
        return _same_or_conflict(known, draft)
    station, organisation = _receiver(draft, place.station_id)
    raise_any([rules.basis_problem(draft.basis, draft.basis_note), _day_problem(draft.consent_on)])
    if draft.urgency not in Urgency.values:
        raise Problem("urgency_unknown", _("请选择紧急程度。"), "urgency")
    referral = Referral(
        id=key or uuid7(),
        hub_id=place.hub_id,
        station_id=place.station_id,
        client=subject,
        case_id=_case_id(draft, subject),
        enquiry=held,
        receiver_kind=draft.receiver_kind,
        to_station=station,
        to_hub_id=station.hub_id if station else None,
        to_organisation=organisation,
        reason=required_text(draft.reason, "reason"),
        asked=required_text(draft.asked, "asked"),
        urgency=draft.urgency,
        basis=draft.basis,
        basis_note=checked_reason(draft.basis_note, "basis_note") if draft.basis_note.strip() else "",
        consent_on=draft.consent_on if subject is None else None,
        created_at=at,
        created_by_id=by.account_id,
    )
    _release(referral, at)
    insert_numbered(referral, "Z")
    _log("refer", referral, by, at, to=referral.receiver_kind, state=str(referral.state))
    if held is not None:
        decide(held, IntakeDecision.REFER, by=by, at=at, detail={"referral": referral.number})
    return referral


def _same_or_conflict(known: Referral, draft: ReferralDraft) -> Referral:
    content = ("receiver_kind", "to_station_id", "to_organisation_id", "reason", "asked", "basis", "urgency")
    if all(getattr(known, name) == getattr(draft, name) for name in content):
        return known
    raise key_taken()


def _receiver(draft: ReferralDraft, own_station_id: int) -> tuple[Station | None, Organisation | None]:
    wrong = rules.receiver_problem(draft, own_station_id)
    if wrong:
        raise wrong
    if draft.receiver_kind == ReceiverKind.STATION:
        station = Station.objects.filter(pk=draft.to_station_id or 0, stage__in=(Stage.BUILT, Stage.RUNNING)).first()
        if station is None:
            raise Problem("receiver_unknown", _("请从列表中选择开放的站点。"), "to_station")
        return station, None
    organisation = organisations_on(clock.today()).filter(pk=draft.to_organisation_id or 0).first()
    if organisation is None:
        raise Problem("receiver_unknown", _("请从列表中选择单位。"), "to_organisation")
    return None, organisation


def _day_problem(consent_on: date | None) -> Problem | None:
    if consent_on is not None and consent_on > clock.today():
        return Problem("date_future", _("日期不能晚于今天。"), "consent_on")
    return None


def _case_id(draft: ReferralDraft, client: Client | None) -> UUID | None:
    if draft.case_id is None:
        return None
    if client is None or not Case.objects.filter(pk=draft.case_id, client_id=client.pk, hub_id=client.hub_id).exists():
        raise Problem("case_missing", _("找不到这个个案，或您不能查看。"), status=404)
    return draft.case_id


def _release(referral: Referral, at: datetime) -> bool:
    """Hand over what the receiver needs to know, if anything may be handed over yet."""
    client = referral.client
    if client is not None and referral.basis not in rules.STATUTORY:
        referral.consent = sharing_consent(client)
    has_consent = referral.consent is not None or (client is None and referral.consent_on is not None)
    if not rules.is_released(basis=referral.basis, has_consent=has_consent):
        referral.state = ReferralState.WAITING
        return False
    referral.state, referral.released_at = ReferralState.SENT, at
    referral.due_at = due_by_clock(referral.urgency, at)
    enquiry = referral.enquiry
    if client is not None:
        referral.name, referral.sex, referral.born_on = client.name, client.sex, client.born_on
        referral.phone, referral.address, referral.community_id = client.phone, client.address, client.community_id
        memberships = client.groups.filter(until__isnull=True).order_by("group__position")
        referral.group_id = memberships.values_list("group_id", flat=True).first()
    elif enquiry is not None:
        referral.name, referral.sex, referral.phone = enquiry.name, enquiry.sex, enquiry.asker_phone
        referral.address, referral.community_id = enquiry.address, enquiry.community_id
        referral.group_id = enquiry.group_id
    _agree(referral, at)
    return True


def _agree(referral: Referral, at: datetime) -> None:
    """Where an agreement leads there, its days hold: an urgent referral keeps its shorter time for the answer."""
    if referral.to_organisation_id is None or referral.due_at is None:
        return
    terms = terms_for(referral.station_id, referral.to_organisation_id, referral.group_id, clock.today())
    if terms is not None:
        referral.agreement, referral.agreement_title = terms.agreement, terms.title
        referral.due_at = min(referral.due_at, due_in_working_days(terms.accept_days, at))
        referral.result_due_at = due_in_working_days(terms.result_days, at)


def sharing_consent(client: Client) -> Consent | None:
    """The client's consent for sharing that is in force. One query."""
    return client.consents.filter(purpose=Purpose.SHARING, withdrawn_on__isnull=True).first()


@transaction.atomic
def release_referral(referral: Referral, *, by: Viewer, at: datetime, consent_on: date | None = None) -> Referral:
    """Send a waiting referral, now that there is consent. Raises Problem at `consent_on` without one; 403, 404, 409."""
    present = _of_sender(referral, by)
    _step(present, ReferralState.SENT)
    wrong = _day_problem(consent_on)
    if wrong:
        raise wrong
    if present.client_id is None:
        present.consent_on = consent_on
    if not _release(present, at):
        raise Problem("consent_missing", _("还没有登记“向其他机构提供”的同意，不能送出。"), "consent_on", status=409)
    present.save()
    _log("release_referral", present, by, at)
    return present


@transaction.atomic
def accept_referral(referral: Referral, answer: str, *, by: Viewer, at: datetime) -> Referral:
    """The receiver takes it on. From another county a file is opened at the receiving station from what was handed
    over; records don't move. For an organisation without an account the sender notes its answer.

    Raises Problem 403, 404, 409.
    """
    present = _of_receiver(referral, by)
    _step(present, ReferralState.ACCEPTED)
    present.answer = checked_reason(answer, "answer") if answer.strip() else ""
    if present.to_station_id is not None and present.to_hub_id != present.hub_id:
        present.received_client = _file_from(present, by, at)
    present.state, present.answered_at, present.answered_by_id = ReferralState.ACCEPTED, at, by.account_id
    present.save()
    _log("accept_referral", present, by, at)
    return present


def _file_from(referral: Referral, by: Viewer, at: datetime) -> Client:
    station = Station.objects.get(pk=referral.to_station_id or 0)
    group = PopulationGroup.objects.filter(pk=referral.group_id or 0).first()
    facts = Facts(
        name=referral.name,
        sex=referral.sex,
        born_on=referral.born_on,
        phone=referral.phone,
        address=referral.address,
        community=referral.community_id,
        groups=[group.pk] if group else [],
    )
    basis = referral.basis if referral.basis in rules.STATUTORY else Basis.CONSENT.value
    note = str(_("随转介 %(number)s 移交") % {"number": referral.number})
    consents = [ConsentFact(purpose=Purpose.SERVICE, basis=basis, note=note)]
    return register_client(by=by, station=station, at=at, consents=consents, **facts)


@transaction.atomic
def decline_referral(referral: Referral, answer: str, *, by: Viewer, at: datetime) -> Referral:
    """The receiver doesn't take it on, and says why. Raises Problem at `answer`; 403, 404, 409."""
    present = _of_receiver(referral, by)
    _step(present, ReferralState.DECLINED)
    present.answer = checked_reason(answer, "answer")
    present.state, present.answered_at, present.answered_by_id = ReferralState.DECLINED, at, by.account_id
    present.save()
    _log("decline_referral", present, by, at, reason=present.answer)
    return present


@transaction.atomic
def return_result(referral: Referral, result: str, *, by: Viewer, at: datetime) -> Referral:
    """The receiver says what came of it. Raises Problem at `result`; 403, 404, 409."""
    present = _of_receiver(referral, by)
    _step(present, ReferralState.RETURNED)
    present.result = required_text(result, "result")
    present.state, present.returned_at, present.returned_by_id = ReferralState.RETURNED, at, by.account_id
    present.save()
    _log("return_result", present, by, at)
    return present


@transaction.atomic
def close_referral(referral: Referral, *, by: Viewer, at: datetime) -> Referral:
    """The sender has read the answer: the loop is closed. Raises Problem 403, 404, 409."""
    present = _of_sender(referral, by)
    _step(present, ReferralState.CLOSED)
    present.state, present.closed_at, present.closed_by_id = ReferralState.CLOSED, at, by.account_id
    present.save()
    _log("close_referral", present, by, at)
    return present


@transaction.atomic
def withdraw_referral(referral: Referral, *, by: Viewer, at: datetime) -> Referral:
    """The sender takes it back before it is answered; what was handed over is erased. Raises Problem 403, 404, 409."""
    present = _of_sender(referral, by)
    _step(present, ReferralState.WITHDRAWN)
    present.name, present.sex, present.born_on, present.phone, present.address = "", "0", None, "", ""
    present.community, present.group = None, None
    present.state, present.withdrawn_at = ReferralState.WITHDRAWN, at
    present.save()
    _log("withdraw_referral", present, by, at)
    return present


@transaction.atomic
def reveal_referral(referral: Referral, field: str, *, by: Viewer, at: datetime) -> str:
    """The person's whole telephone number or address, as far as the viewer sees the referral. Journalled."""
    seen = Referral.objects.filter(pk=referral.pk).first()
    if seen is None or field not in ("phone", "address"):
        raise _missing()
    _log("reveal", seen, by, at, field=field)
    return str(getattr(seen, field))


def may_answer(referral: Referral, by: Viewer) -> bool:
    """Whether the viewer is the receiver; for an organisation the sender may note its answer as well."""
    if referral.to_station_id is not None and referral.to_hub_id is not None:
        return by.has(Role.WORKER, Role.HEAD) and by.reaches(referral.to_hub_id, referral.to_station_id)
    return referral.to_organisation_id in receivers_of(by) or is_sender(referral, by)


def is_sender(referral: Referral, by: Viewer) -> bool:
    """Whether the viewer keeps files where the referral comes from."""
    return by.has(Role.WORKER, Role.HEAD) and by.reaches(referral.hub_id, referral.station_id)


def _locked(referral: Referral) -> Referral:
    present = Referral.objects.select_for_update(of=("self",)).filter(pk=referral.pk, hub_id=referral.hub_id).first()
    if present is None:
        raise _missing()
    return present


def _missing() -> Problem:
    return Problem("referral_missing", _("找不到这条转介，或您不能查看。"), status=404)


def _of_sender(referral: Referral, by: Viewer) -> Referral:
    present = _locked(referral)
    may_keep_files(by, present.hub_id, present.station_id)
    return present


def _of_receiver(referral: Referral, by: Viewer) -> Referral:
    present = _locked(referral)
    if not may_answer(present, by):
        raise Problem("not_the_receiver", _("这条转介由接收方答复。"), status=403)
    return present


def _step(referral: Referral, to: ReferralState) -> None:
    wrong = rules.step_problem(referral.state, to)
    if wrong:
        raise wrong


def _log(verb: str, referral: Referral, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "referral",
        referral.pk,
        by=by.account_id,
        at=at,
        hub_id=referral.hub_id,
        station_id=referral.station_id,
        detail={"number": referral.number, **detail},
    )
