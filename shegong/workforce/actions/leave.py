"""Noting who is away and who stands in, calling it off; and saying how much work is fair in a county."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.models import FairRange, Leave, Worker
from shegong.workforce.queries.leave import leaves_of, may_note_leave, sets_range
from shegong.workforce.rules.leave import Away, leave_problems
from shegong.workforce.rules.workload import Fair, range_problems


@transaction.atomic
def note_leave(away: Away, *, by: Viewer, at: datetime, key: UUID | None = None) -> Leave:
    """Note a leave. Sent again under the same key with the same content, it is the same leave.

    Raises Problem or Problems at worker, first_on, last_on, stand_in; 403, 409. Rows: leave, journal.
    """
    worker = Worker.objects.filter(pk=away.worker_id).first()
    if worker is None or not may_note_leave(by, worker):
        raise Problem("leave_not_yours", _("只能登记自己的休假；站长和区（市）县管理人员登记所辖人员的。"), status=403)
    known = Leave.objects.filter(pk=key).first() if key else None
    if known is not None:
        if Away(known.worker_id, known.first_on, known.last_on, known.stand_in_id) == away:
            return known
        raise key_taken()
    if away.stand_in_id is not None and not Worker.objects.filter(pk=away.stand_in_id, hub_id=worker.hub_id).exists():
        raise Problem("stand_in_unknown", _("请从本区（市）县的同事中选择替岗人。"), "stand_in")
    stand_in_away = away.stand_in_id is not None and leaves_of([away.stand_in_id], away.first_on, away.last_on).exists()
    raise_any(leave_problems(away, today=clock.today(), stand_in_away=stand_in_away))
    leave = Leave(
        id=key or uuid7(),
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        first_on=away.first_on,
        last_on=away.last_on,
        stand_in_id=away.stand_in_id,
        entered_at=at,
        entered_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            leave.save(force_insert=True)
    except IntegrityError as clash:
        if "workforce_leave_once_at_a_time" in str(clash):
            raise Problem("leave_overlaps", _("这几天已经登记过休假。"), "first_on") from clash
        raise key_taken() from clash
    _log("note_leave", leave, by, at)
    return leave


@transaction.atomic
def cancel_leave(leave: Leave, *, by: Viewer, at: datetime) -> Leave:
    """Call a leave off; it stays, and counts no more. Raises Problem 403, 404, 409."""
    found = Leave.objects.select_for_update(of=("self",)).select_related("worker").filter(pk=leave.pk).first()
    if found is None:
        raise Problem("leave_missing", _("找不到这次休假。"), status=404)
    if not may_note_leave(by, found.worker):
        raise Problem("leave_not_yours", _("只能登记自己的休假；站长和区（市）县管理人员登记所辖人员的。"), status=403)
    if found.cancelled_at is not None:
        raise Problem("leave_cancelled", _("这次休假已经取消。"), status=409)
    found.cancelled_at = at
    found.save(update_fields=["cancelled_at"])
    _log("cancel_leave", found, by, at)
    return found


@transaction.atomic
def set_fair_range(hub: Station, fair: Fair, *, by: Viewer, at: datetime) -> FairRange:
    """Say how much work is fair in a county. Raises Problem or Problems at the fields; 403. Rows: range, journal."""
    if not sets_range(by, hub):
        raise Problem("range_not_yours", _("只有区（市）县管理人员可以设定本县的合理工作量。"), status=403)
    raise_any(range_problems(fair))
    said = {"cases_low": fair.cases_low, "cases_high": fair.cases_high}
    said |= {"hours_low": fair.hours_low, "hours_high": fair.hours_high}
    row, _created = FairRange.objects.update_or_create(
        hub=hub, defaults={**said, "changed_at": at, "changed_by_id": by.account_id}
    )
    log("set_fair_range", "station", hub.pk, by=by.account_id, at=at, hub_id=hub.pk, station_id=hub.pk, detail=said)
    return row


def _log(verb: str, leave: Leave, by: Viewer, at: datetime) -> None:
    place = {"hub_id": leave.hub_id, "station_id": leave.station_id}
    detail = {"worker": leave.worker_id, "from": str(leave.first_on), "to": str(leave.last_on)}
    log(verb, "leave", leave.pk, by=by.account_id, at=at, detail=detail, **place)
