"""A case changes hands: to another worker of the station at once, to another station of the county when that one
accepts. To another county it goes by referral. Records stay where they were given.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Stage
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.case import held, journal
from shegong.practice.enums import CaseStage, HandOver
from shegong.practice.models import Case, CaseTransfer
from shegong.practice.rules.case import checked_text, closed_problem
from shegong.practice.rules.client import checked_reason
from shegong.workforce.models import Posting, Worker


@transaction.atomic
def hand_over(case: Case, to: Worker, reason: str, *, by: Viewer, at: datetime) -> CaseTransfer:
    """Give a case to another worker who is posted where it lies (at the station, its town or the county hub).

    Raises Problem at to_worker, reason; `case_closed`, `transfer_waits` (409); 403, 404.
    """
    case = _transferable(case, by)
    why = checked_reason(reason)
    if to.pk == case.worker_id:
        raise Problem("same_worker", _("个案已由这位社工负责。"), "to_worker")
    if not is_posted(to, case.station):
        raise Problem("worker_posted_elsewhere", _("这位社工没有派驻在这个站点。"), "to_worker")
    made = _transfer(case, case.station_id, why, by, at)
    made.to_worker = to
    made.decision, made.decided_by_id, made.decided_at = HandOver.ACCEPT, by.account_id, at
    made.save(force_insert=True)
    case.worker = to
    case.save(update_fields=["worker"])
    journal("hand_over_case", case, by, at, to=to.pk, reason=why)
    return made


@transaction.atomic
def ask_transfer(case: Case, to: Station, reason: str, *, by: Viewer, at: datetime) -> CaseTransfer:
    """Offer a case to another station of the county. It stays where it is until that one's head accepts.

    Raises Problem at to_station, reason; `case_closed`, `transfer_waits` (409); 403, 404.
    """
    case = _transferable(case, by)
    why = checked_reason(reason)
    if to.hub_id != case.hub_id:
        raise Problem("other_county", _("跨区（市）县请用转介，不能直接转交。"), "to_station")
    if to.pk == case.station_id or to.stage != Stage.RUNNING:
        raise Problem("station_unfit", _("请选择本区（市）县另一个在运行的站点。"), "to_station")
    made = _transfer(case, to.pk, why, by, at)
    made.save(force_insert=True)
    journal("ask_transfer", case, by, at, to=to.pk, reason=why)
    return made


@transaction.atomic
def accept_transfer(transfer: CaseTransfer, to: Worker, comment: str = "", *, by: Viewer, at: datetime) -> UUID:
    """Take a case over: from now on the whole file is seen here. Returns the case's key.

    Raises Problem at to_worker, comment; `not_an_approver` (403), `already_decided` (409), 404.
    """
    present = _receiving(transfer, by)
    words = checked_text(comment, "comment", limit=200)
    if not is_posted(to, present.to_station):
        raise Problem("worker_posted_elsewhere", _("这位社工没有派驻在这个站点。"), "to_worker")
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_take_case(%s, %s, %s, %s, %s)", [present.pk, present.hub_id, to.pk, words, at])
        taken = cursor.fetchone()[0]
    if taken is None:
        raise Problem("already_decided", _("已经有了决定。"), status=409)
    case = Case(pk=taken, hub_id=present.hub_id, station_id=present.to_station_id, number=present.number)
    journal("accept_transfer", case, by, at, to=to.pk)
    return present.case_id


@transaction.atomic
def decline_transfer(transfer: CaseTransfer, comment: str, *, by: Viewer, at: datetime) -> CaseTransfer:
    """Don't take a case over, and say why; by the receiver. The one who offered it may take it back in the same way.

    Raises Problem at comment; `not_an_approver` (403), `already_decided` (409), 404.
    """
    asked_by_self = transfer.asked_by_id == by.account_id
    present = _receiving(transfer, by, own=asked_by_self)
    present.comment = checked_reason(comment, "comment")
    present.decision, present.decided_by_id, present.decided_at = HandOver.DECLINE, by.account_id, at
    present.save(update_fields=["comment", "decision", "decided_by", "decided_at"])
    case = Case(pk=present.case_id, hub_id=present.hub_id, station_id=present.station_id, number=present.number)
    journal("decline_transfer", case, by, at, reason=present.comment)
    return present


def is_posted(worker: Worker, station: Station) -> bool:
    """Whether a worker is posted today at a station, its town or its county hub. One query."""
    today = clock.today()
    above = {station.pk, station.town_id or station.pk, station.hub_id}
    return Posting.objects.filter(
        Q(until__isnull=True) | Q(until__gt=today), worker=worker, station_id__in=above, since__lte=today
    ).exists()


def _transferable(case: Case, by: Viewer) -> Case:
    case = held(case, by, serving=False)
    if case.stage == CaseStage.CLOSED:
        raise closed_problem()
    if CaseTransfer.objects.filter(case_id=case.pk, hub_id=case.hub_id, decision="").exists():
        raise Problem("transfer_waits", _("已经在转交，正在等待对方站点决定。"), status=409)
    return case


def _transfer(case: Case, to_station: int, reason: str, by: Viewer, at: datetime) -> CaseTransfer:
    return CaseTransfer(
        hub_id=case.hub_id,
        station_id=case.station_id,
        case=case,
        number=case.number,
        from_worker_id=case.worker_id,
        to_station_id=to_station,
        reason=reason,
        asked_by_id=by.account_id,
        asked_at=at,
    )


def _receiving(transfer: CaseTransfer, by: Viewer, *, own: bool = False) -> CaseTransfer:
    """The transfer, locked, for a head of the receiving station (or the one who asked)."""
    found = CaseTransfer.objects.select_for_update(of=("self",)).filter(pk=transfer.pk, hub_id=transfer.hub_id)
    present = found.select_related("to_station").first()
    if present is None:
        raise Problem("transfer_missing", _("没有这次转交，或不在您的范围内。"), status=404)
    if not own and not (by.has(Role.HEAD) and by.reaches(present.hub_id, present.to_station_id)):
        raise Problem("not_an_approver", _("只有接收站点的站长可以决定。"), status=403)
    if present.decision:
        raise Problem("already_decided", _("已经有了决定。"), status=409)
    return present
