"""Corrections of a profile: proposed by the worker or the employer, decided by somebody else who leads the worker."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.network.scope import Viewer
from shegong.workforce.actions.leading import leads, lock_worker
from shegong.workforce.actions.worker import former_values, profile_of, write_profile
from shegong.workforce.enums import CorrectionState
from shegong.workforce.models import ProfileCorrection, Worker
from shegong.workforce.rules import profile as rules
from shegong.workforce.rules.profile import Profile


def may_propose(worker: Worker, by: Viewer) -> bool:
    """Whether a viewer is the worker, or runs the organisation that employs the worker."""
    return worker.account_id == by.account_id or worker.employer_id in by.organisations


@transaction.atomic
def propose_correction(
    worker: Worker, proposed: dict[str, Any], reason: str, *, by: Viewer, at: datetime, key: UUID | None = None
) -> ProfileCorrection:
    """Ask for a change of a worker's profile; `proposed` are new values by the fields of `Profile`.

    Raises Problem or Problems at the profile's fields or reason; 403, 409 while another one waits.
    """
    if not may_propose(worker, by):
        raise Problem("not_your_profile", _("只有本人和用人单位可以提出更正。"), status=403)
    present = profile_of(worker)
    if key is not None and (known := ProfileCorrection.objects.filter(pk=key).first()):
        if known.worker_id == worker.pk and _says(known, present, proposed):
            return known
        raise key_taken()
    changed = rules.corrections_in(present, proposed)
    reason = rules.explained(reason, "reason")
    if ProfileCorrection.objects.filter(worker=worker, state=CorrectionState.WAITING).exists():
        raise Problem("correction_waiting", _("上一次更正还在等待处理。"), status=409)
    made = ProfileCorrection(
        id=key or uuid7(),
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        proposed=json.dumps(changed, ensure_ascii=False),
        before=json.dumps({name: getattr(present, name) for name in changed}, ensure_ascii=False),
        reason=reason,
        asked_at=at,
        asked_by_id=by.account_id,
    )
    made.save(force_insert=True)
    _log("propose_correction", made, by, fields=sorted(changed))
    return made


def content(correction: ProfileCorrection) -> dict[str, Any]:
    """What a correction proposes, by field."""
    found: dict[str, Any] = json.loads(correction.proposed)
    return found


def former(correction: ProfileCorrection) -> dict[str, Any]:
    """What was there when it was proposed, by field."""
    found: dict[str, Any] = json.loads(correction.before)
    return found


def _says(known: ProfileCorrection, present: Profile, proposed: dict[str, Any]) -> bool:
    """Whether a correction is what is proposed once more, held against the profile as it was."""
    was = replace(present, **_untold(former(known)))
    try:
        return rules.corrections_in(was, proposed) == _untold(content(known))
    except Problem:
        return False


def _untold(values: dict[str, Any]) -> dict[str, Any]:
    """Values out of JSON, as a profile holds them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def may_decide(correction: ProfileCorrection, by: Viewer) -> bool:
    """Whether a viewer leads the worker, isn't the worker, and didn't propose it."""
    worker = correction.worker
    is_somebody_else = by.account_id not in (correction.asked_by_id, worker.account_id)
    return is_somebody_else and leads(by, worker.hub_id, worker.station_id)


@transaction.atomic
def accept_correction(correction: ProfileCorrection, answer: str, *, by: Viewer, at: datetime) -> ProfileCorrection:
    """Make the change; the journal keeps the old values. Raises Problem 403, 404, 409, or at what can't be any more."""
    present = _waiting(correction, by)
    worker = lock_worker(present.worker, by)
    before = profile_of(worker)
    after = rules.checked(replace(before, **_untold(content(present))))
    write_profile(worker, after)
    _close(present, CorrectionState.ACCEPTED, answer.strip()[: rules.REASON_LENGTH], by, at)
    _log("accept_correction", present, by, before=former_values(before, after))
    return present


@transaction.atomic
def decline_correction(correction: ProfileCorrection, answer: str, *, by: Viewer, at: datetime) -> ProfileCorrection:
    """Leave the profile as it is, and say why. Raises Problem at answer; 403, 404, 409."""
    present = _waiting(correction, by)
    _close(present, CorrectionState.DECLINED, rules.explained(answer, "answer"), by, at)
    _log("decline_correction", present, by, reason=present.answer)
    return present


@transaction.atomic
def withdraw_correction(correction: ProfileCorrection, *, by: Viewer, at: datetime) -> ProfileCorrection:
    """Who asked doesn't want it any more. Raises Problem 403, 404, 409."""
    if correction.asked_by_id != by.account_id:
        raise Problem("not_your_correction", _("只有提出的人可以撤回。"), status=403)
    present = _open(correction)
    _close(present, CorrectionState.WITHDRAWN, "", by, at)
    _log("withdraw_correction", present, by)
    return present


def _waiting(correction: ProfileCorrection, by: Viewer) -> ProfileCorrection:
    if not may_decide(correction, by):
        raise Problem("may_not_decide", _("应由负责这位人员的其他人处理。"), status=403)
    return _open(correction)


def _open(correction: ProfileCorrection) -> ProfileCorrection:
    rows = ProfileCorrection.objects.select_for_update(of=("self",)).select_related("worker")
    present = rows.filter(pk=correction.pk).first()
    if present is None:
        raise Problem("correction_missing", _("找不到这条更正，或您不能查看。"), status=404)
    if present.state != CorrectionState.WAITING:
        raise Problem("correction_decided", _("这条更正已经处理。"), status=409)
    return present


def _close(row: ProfileCorrection, state: CorrectionState, answer: str, by: Viewer, at: datetime) -> None:
    row.state, row.answer, row.decided_at, row.decided_by_id = state, answer, at, by.account_id
    row.save(update_fields=["state", "answer", "decided_at", "decided_by"])


def _log(verb: str, row: ProfileCorrection, by: Viewer, **detail: object) -> None:
    log(
        verb,
        "worker",
        row.worker_id,
        by=by.account_id,
        hub_id=row.hub_id,
        station_id=row.station_id,
        detail={"correction": str(row.pk), **detail},
    )
