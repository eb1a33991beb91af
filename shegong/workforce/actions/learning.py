"""The ledger of continuing education: hours reported by the worker, checked by who is in charge."""

from datetime import datetime
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
from shegong.workforce.enums import LearningKind, RegisterCheckState
from shegong.workforce.models import LearningEntry, Worker
from shegong.workforce.queries.credential import is_in_charge
from shegong.workforce.rules import learning as rules
from shegong.workforce.rules.credential import checked_words
from shegong.workforce.rules.learning import TITLE_LENGTH, LearningDraft

CONTENT = ("kind", "title", "learned_on", "hours", "organiser")


@transaction.atomic
def report_learning(
    draft: LearningDraft,
    worker: Worker,
    *,
    by: Viewer,
    at: datetime,
    key: UUID | None = None,
    file: Brought | None = None,
) -> LearningEntry:
    """Report hours: by the worker, and then they wait to be checked; or by who is in charge, and then they count at
    once. Sent again under the same key it is the same entry.

    Raises Problem or Problems at kind, title, learned_on, hours, organiser, file; 403, 409.
    """
    own = worker.account_id == by.account_id
    if not own and not is_in_charge(by, worker.hub_id, worker.station_id):
        raise Problem("not_in_charge", _("您不能替这名社工填报。"), status=403)
    title = checked_words(draft.title, "title", TITLE_LENGTH, required=True)
    organiser = checked_words(draft.organiser, "organiser", TITLE_LENGTH)
    known = LearningEntry.objects.filter(pk=key).first() if key else None
    if known is not None:
        said = (draft.kind, title, draft.learned_on, draft.hours, organiser)
        if known.worker_id != worker.pk or tuple(getattr(known, name) for name in CONTENT) != said:
            raise key_taken()
        return known
    degrees = LearningEntry.objects.filter(worker=worker, kind=LearningKind.DEGREE)
    has_degree = degrees.filter(state__in=(RegisterCheckState.WAITING, RegisterCheckState.APPROVED)).exists()
    raise_any(
        rules.learning_problems(draft, clock.today(), has_degree=has_degree, has_proof=file is not None or not own)
    )
    entry = LearningEntry(
        id=key or uuid7(),
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        kind=draft.kind,
        title=title,
        organiser=organiser,
        learned_on=draft.learned_on,
        hours=draft.hours,
        proof=keep_proof(worker, file, by=by, at=at) if file else None,
        state=RegisterCheckState.WAITING if own else RegisterCheckState.APPROVED,
        entered_at=at,
        entered_by_id=by.account_id,
        decided_at=None if own else at,
        decided_by_id=None if own else by.account_id,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    _log("report_learning", entry, by, at)
    return entry


@transaction.atomic
def approve_learning(entry: LearningEntry, answer: str = "", *, by: Viewer, at: datetime) -> LearningEntry:
    """The hours count. Raises Problem at answer; 403, 404, 409."""
    return _decide(entry, RegisterCheckState.APPROVED, checked_words(answer, "answer"), by, at)


@transaction.atomic
def decline_learning(entry: LearningEntry, answer: str, *, by: Viewer, at: datetime) -> LearningEntry:
    """The hours don't count, and why. Raises Problem at answer; 403, 404, 409."""
    return _decide(entry, RegisterCheckState.DECLINED, checked_words(answer, "answer", required=True), by, at)


@transaction.atomic
def withdraw_learning(entry: LearningEntry, *, by: Viewer, at: datetime) -> LearningEntry:
    """The worker takes reported hours back before they were checked. Raises Problem 403, 409."""
    if entry.worker.account_id != by.account_id:
        raise Problem("not_own", _("只能撤回自己的申请。"), status=403)
    waiting = LearningEntry.objects.filter(pk=entry.pk, state=RegisterCheckState.WAITING)
    if not waiting.update(state=RegisterCheckState.WITHDRAWN):
        raise _checked()
    entry.state = RegisterCheckState.WITHDRAWN
    _log("withdraw_learning", entry, by, at)
    return entry


def _decide(entry: LearningEntry, state: RegisterCheckState, answer: str, by: Viewer, at: datetime) -> LearningEntry:
    if entry.worker.account_id == by.account_id:
        raise Problem("own_request", _("不能审核自己的申请。"), status=403)
    if not is_in_charge(by, entry.hub_id, entry.station_id):
        raise Problem("not_in_charge", _("由站长或本区(市)县管理人员审核。"), status=403)
    present = LearningEntry.objects.select_for_update().filter(pk=entry.pk, state=RegisterCheckState.WAITING).first()
    if present is None:
        raise _checked()
    present.state, present.answer = state, answer
    present.decided_at, present.decided_by_id = at, by.account_id
    present.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    _log("approve_learning" if state == RegisterCheckState.APPROVED else "decline_learning", present, by, at)
    return present


def _checked() -> Problem:
    return Problem("learning_checked", _("这条学时已经审核或撤回。"), status=409)


def _log(verb: str, entry: LearningEntry, by: Viewer, at: datetime) -> None:
    log(
        verb,
        "learning_entry",
        entry.pk,
        by=by.account_id,
        at=at,
        hub_id=entry.hub_id,
        station_id=entry.station_id,
        detail={"worker": entry.worker_id, "kind": str(entry.kind), "hours": entry.hours},
    )
