"""Asking again after closure. A visit or call is a service record of the closed case, which takes the place of the next
follow-up that is due (actions/record.py); where nothing could be done, a note says why.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.network.scope import Viewer
from shegong.practice.actions.case import held, journal
from shegong.practice.enums import CaseStage
from shegong.practice.models import Case, FollowUp
from shegong.practice.rules.case import MOST_FOLLOW_UPS, follow_up_problem
from shegong.practice.rules.client import checked_reason


@transaction.atomic
def plan_follow_up(case: Case, due_on: date, *, by: Viewer, at: datetime, key: UUID | None = None) -> FollowUp:
    """Plan a follow-up of a closed case, or move the one with this key to another day.

    Raises Problem at due_on; `case_open`, `already_done`, `too_many` (409); 403, 404.
    """
    case = held(case, by, serving=False)
    if case.stage != CaseStage.CLOSED or case.closed_on is None:
        raise Problem("case_open", _("结案以后才有回访。"), status=409)
    wrong = follow_up_problem(due_on=due_on, opened_on=case.closed_on)
    if wrong:
        raise wrong
    known = FollowUp.objects.filter(pk=key, hub_id=case.hub_id).first() if key else None
    if known is not None and known.case_id != case.pk:
        raise key_taken()
    if known is not None and known.done_on:
        raise Problem("already_done", _("这次回访已经完成。"), status=409)
    if known is None:
        if FollowUp.objects.filter(case_id=case.pk, hub_id=case.hub_id).count() >= 2 * MOST_FOLLOW_UPS:
            raise Problem("too_many", _("回访太多了。"), status=409)
        known = FollowUp(id=key or uuid7(), hub_id=case.hub_id, station_id=case.station_id, case=case)
    known.due_on = due_on
    known.save()
    journal("plan_follow_up", case, by, at, due_on=due_on.isoformat())
    return known


@transaction.atomic
def note_follow_up(follow_up: FollowUp, note: str, *, by: Viewer, at: datetime) -> FollowUp:
    """Note that a follow-up came to nothing or isn't needed, and why. Raises Problem at note; `already_done` (409)."""
    case = held(follow_up.case, by, serving=False)
    present = FollowUp.objects.select_for_update().get(pk=follow_up.pk, hub_id=case.hub_id)
    if present.done_on:
        raise Problem("already_done", _("这次回访已经完成。"), status=409)
    present.note, present.done_on = checked_reason(note, "note"), clock.today()
    present.save(update_fields=["note", "done_on"])
    journal("note_follow_up", case, by, at, reason=present.note)
    return present
