"""Certificates and registrations: asked for by the worker, decided by the county."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.uploads.keeping import Brought
from shegong.network.scope import Viewer
from shegong.workforce.actions.proof import keep_proof
from shegong.workforce.enums import RegisterCheckState, RequestKind
from shegong.workforce.models import Credential, CredentialRequest, Registration, Worker
from shegong.workforce.queries import credential as queries
from shegong.workforce.rules import credential as rules
from shegong.workforce.rules.credential import Certificate, Standing


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What is asked for. `issued_on` for a certificate, `since` for a registration; `level` for both (a renewal is of
    the latest registration's level).
    """

    kind: str
    level: str = ""
    number: str = ""
    issued_on: date | None = None
    since: date | None = None
    note: str = ""


@transaction.atomic
def ask_for_entry(
    draft: RequestDraft,
    worker: Worker,
    *,
    by: Viewer,
    at: datetime,
    key: UUID | None = None,
    file: Brought | None = None,
) -> CredentialRequest:
    """Ask the county to enter a certificate (with a scan of it), its first registration, or a renewal: by the worker,
    or by who is in charge. Sent again under the same key it is the same request.

    Raises Problem or Problems at kind, level, number, issued_on, since, note, file; 403, 409.
    """
    _may_ask(by, worker)
    known = CredentialRequest.objects.filter(pk=key).first() if key else None
    number = rules.checked_number(draft.number, required=draft.kind == RequestKind.CERTIFICATE)
    note = rules.checked_words(draft.note, "note")
    if known is not None:
        if (known.worker_id, known.kind, known.number, known.note) != (worker.pk, draft.kind, number, note):
            raise key_taken()
        return known
    if CredentialRequest.objects.filter(worker=worker, kind=draft.kind, state=RegisterCheckState.WAITING).exists():
        raise Problem("request_waiting", _("已有一份同样的申请在等待审核。"), "kind", status=409)
    standing = queries.standing_of(worker)
    raise_any(_problems(draft, number, note, standing, worker))
    if draft.kind == RequestKind.CERTIFICATE and file is None and worker.account_id == by.account_id:
        raise Problem("proof_missing", _("请上传证书的照片或 PDF。"), "file")
    latest = standing.latest
    request = CredentialRequest(
        id=key or uuid7(),
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        kind=draft.kind,
        level=latest.level if draft.kind == RequestKind.RENEWAL and latest else draft.level,
        number=number,
        issued_on=draft.issued_on,
        since=draft.since,
        note=note,
        proof=keep_proof(worker, file, by=by, at=at) if file else None,
        asked_at=at,
        asked_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    _log("ask_for_entry", request, by, at)
    return request


def _may_ask(by: Viewer, worker: Worker) -> None:
    if worker.account_id != by.account_id and not queries.is_in_charge(by, worker.hub_id, worker.station_id):
        raise Problem("not_in_charge", _("您不能替这名社工填报。"), status=403)


def _problems(draft: RequestDraft, number: str, note: str, standing: Standing, worker: Worker) -> list[Problem | None]:
    today = clock.today()
    found: list[Problem | None] = []
    if draft.kind == RequestKind.CERTIFICATE:
        if draft.issued_on is None:
            return [Problem("date_missing", _("请填写发证日期。"), "issued_on")]
        found += rules.certificate_problems(Certificate(draft.level, draft.issued_on), today, standing.certificates)
        if queries.is_another_s(number, worker.pk):
            found.append(number_of_another())
        return found
    if draft.since is None:
        return [Problem("date_missing", _("请填写登记起始日期。"), "since")]
    if draft.kind == RequestKind.REGISTRATION:
        found += rules.first_registration_problems(standing, draft.level, draft.since, note, today)
    elif draft.kind == RequestKind.RENEWAL:
        found += rules.renewal_problems(standing, draft.since, note, today)
    else:
        found.append(Problem("kind_unknown", _("请从列表中选择。"), "kind"))
    return found


def number_of_another() -> Problem:
    """The number is taken; by whom is nobody's business."""
    return Problem("number_taken", _("这个证书编号已登记在另一个人名下，请核对；确认无误请联系主管部门。"), "number")


@transaction.atomic
def approve_request(request: CredentialRequest, answer: str = "", *, by: Viewer, at: datetime) -> CredentialRequest:
    """Enter what was asked for: the certificate, or the registration for three years. A running registration of a
    lower level ends where the higher one begins.

    Raises Problem: at number, level, since, note or kind for what has become wrong since; 403, 404, 409.
    """
    present = _locked(request, by)
    worker = Worker.objects.select_for_update(of=("self",)).get(pk=present.worker_id)
    draft = RequestDraft(present.kind, present.level, present.number, present.issued_on, present.since, present.note)
    raise_any(_problems(draft, present.number, present.note, queries.standing_of(worker), worker))
    if present.kind == RequestKind.CERTIFICATE:
        _enter_certificate(present, worker)
    else:
        _enter_registration(present, worker, by, at)
    return _decide(present, RegisterCheckState.APPROVED, rules.checked_words(answer, "answer"), by, at)


@transaction.atomic
def decline_request(request: CredentialRequest, answer: str, *, by: Viewer, at: datetime) -> CredentialRequest:
    """Don't enter it, and say why. Raises Problem at answer; 403, 404, 409."""
    present = _locked(request, by)
    return _decide(present, RegisterCheckState.DECLINED, rules.checked_words(answer, "answer", required=True), by, at)


@transaction.atomic
def withdraw_request(request: CredentialRequest, *, by: Viewer, at: datetime) -> CredentialRequest:
    """The worker takes a request back before it was decided. Raises Problem 403, 404, 409."""
    present = CredentialRequest.objects.filter(pk=request.pk).select_related("worker").first()
    if present is None or present.worker.account_id != by.account_id:
        raise Problem("not_own", _("只能撤回自己的申请。"), status=403)
    changed = CredentialRequest.objects.filter(pk=present.pk, state=RegisterCheckState.WAITING).update(
        state=RegisterCheckState.WITHDRAWN
    )
    if not changed:
        raise _decided()
    present.state = RegisterCheckState.WITHDRAWN
    _log("withdraw_request", present, by, at)
    return present


def _locked(request: CredentialRequest, by: Viewer) -> CredentialRequest:
    """The request, kept from being decided twice."""
    if not queries.is_county(by, request.hub_id):
        raise Problem("not_the_county", _("由本区(市)县管理人员审核。"), status=403)
    found = CredentialRequest.objects.filter(pk=request.pk).select_related("worker").first()
    if found is None:
        raise Problem("request_missing", _("找不到这份申请，或您不能查看。"), status=404)
    if found.worker.account_id == by.account_id:
        raise Problem("own_request", _("不能审核自己的申请。"), status=403)
    present = (
        CredentialRequest.objects.select_for_update().filter(pk=request.pk, state=RegisterCheckState.WAITING).first()
    )
    if present is None:
        raise _decided()
    return present


def _decided() -> Problem:
    return Problem("request_decided", _("这份申请已经办理或撤回。"), status=409)


def _enter_certificate(request: CredentialRequest, worker: Worker) -> None:
    assert request.issued_on is not None
    try:
        with transaction.atomic():
            Credential.objects.create(
                worker=worker,
                hub_id=worker.hub_id,
                level=request.level,
                number=request.number,
                issued_on=request.issued_on,
            )
    except IntegrityError as clash:
        raise number_of_another() from clash


def _enter_registration(request: CredentialRequest, worker: Worker, by: Viewer, at: datetime) -> None:
    assert request.since is not None
    credential = Credential.objects.get(worker=worker, level=request.level)
    enter_registration(
        credential,
        request.since,
        rules.years_after(request.since, rules.VALID_YEARS),
        by=by,
        at=at,
        number=request.number,
        is_renewal=request.kind == RequestKind.RENEWAL,
    )


def enter_registration(
    credential: Credential,
    since: date,
    until: date,
    *,
    by: Viewer,
    at: datetime,
    number: str = "",
    is_renewal: bool = False,
) -> Registration:
    """Write a registration of [since, until); one that runs on beyond its beginning ends there. Inside the caller's
    transaction and journal row. Raises Problem at `since` where another begins later.
    """
    worker = credential.worker_id
    Registration.objects.filter(worker_id=worker, since__lt=since, until__gt=since).update(until=since)
    registration = Registration(
        id=uuid7(),
        worker_id=worker,
        hub_id=credential.hub_id,
        station_id=credential.hub_id,  # the trigger puts the worker's own station here
        credential=credential,
        certified_on=credential.issued_on,
        number=number,
        since=since,
        until=until,
        is_renewal=is_renewal,
        entered_at=at,
        entered_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            registration.save(force_insert=True)
    except IntegrityError as clash:
        raise Problem("registration_overlaps", _("与另一次登记的有效期重叠。"), "since", status=409) from clash
    return registration


def _decide(
    request: CredentialRequest, state: RegisterCheckState, answer: str, by: Viewer, at: datetime
) -> CredentialRequest:
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by_id = at, by.account_id
    request.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    _log("approve_request" if state == RegisterCheckState.APPROVED else "decline_request", request, by, at)
    return request


def _log(verb: str, request: CredentialRequest, by: Viewer, at: datetime) -> None:
    """Without the certificate's number."""
    log(
        verb,
        "credential_request",
        request.pk,
        by=by.account_id,
        at=at,
        hub_id=request.hub_id,
        station_id=request.station_id,
        detail={"worker": request.worker_id, "kind": str(request.kind), "level": str(request.level)},
    )
