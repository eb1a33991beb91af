"""A community activity from plan over approval, sign-up and attendance to summary; and series of activities.

Cost of an attendance, however many came: the activity locked, the record (see `record.record_service`), one statement
for the sign-ups, the activity's row and one journal row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, Problems, key_taken, raise_any
from shegong.kernel.recurrence import occurrences
from shegong.network.scope import Viewer
from shegong.practice.actions.acting import acting_worker
from shegong.practice.actions.client import may_keep_files
from shegong.practice.actions.gathering import (
    fit,
    fit_all,
    may_decide,
    named,
    sent_before,
    typed_satisfaction,
    write_budget,
    write_spending,
)
from shegong.practice.actions.record import correct_record, draft_of, record_service
from shegong.practice.enums import ActivityState
from shegong.practice.models import Activity, ActivitySeries, BudgetLine, ServiceRecord
from shegong.practice.rules import activity as rules
from shegong.practice.rules.activity import ActivityDraft, Turnout
from shegong.practice.rules.groupwork import (
    REASON_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    BudgetDraft,
    decision_problem,
)
from shegong.practice.rules.record import RecordDraft

FIELDS = {"summary": "content", "anonymous_count": "walk_in_count", "station_id": None, "service_id": None}
PLAIN = ("starts_at", "minutes", "place", "expected", "capacity", "contract_id")


@dataclass(frozen=True, slots=True)
class ActivitySheet:
    """An activity as it was. `reason` is needed to correct one that was held."""

    started_at: datetime
    minutes: int
    worker_ids: tuple[int, ...]
    turnout: Turnout
    content: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ActivitySummary:
    """What came of an activity. `satisfaction` is put down only where nobody has evaluated it; `spent` has an amount
    for each line of the budget, in its order.
    """

    outcome: str
    feedback: str = ""
    satisfaction: Decimal | None = None
    spent: Sequence[Decimal | None] = ()


def draft_of_activity(activity: Activity, budget: Sequence[BudgetDraft]) -> ActivityDraft:
    """What an activity's plan says now, with another budget."""
    said = {name: getattr(activity, name) for name in ActivityDraft.__slots__ if name not in ("budget", "helper_ids")}
    return ActivityDraft(**said, helper_ids=tuple(activity.helper_ids), budget=tuple(budget))


@transaction.atomic
def plan_activity(key: UUID, draft: ActivityDraft, *, by: Viewer, at: datetime) -> Activity:
    """Write a plan under the caller's key, carried by the viewer; sent again it is the same activity.

    Raises Problem or Problems at the fields; 403 out of reach, 409 `key_taken`.
    """
    if (known := sent_before(Activity, key, draft.digest(), by)) is not None:
        return known
    activity = Activity(id=key, worker=acting_worker(by), proposed_by_id=by.account_id, proposed_at=at)
    draft = _fill(activity, draft, by)
    try:
        with transaction.atomic():
            activity.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    write_budget(activity, draft.budget)
    _log("plan_activity", activity, by, at)
    return activity


@transaction.atomic
def repeat_activity(activity: Activity, repeat: str, until: date, *, by: Viewer, at: datetime) -> list[Activity]:
    """Let an activity come back until a day: its further occurrences are made now, each in the state of the first one.

    Raises Problem at repeat, until; 403, 404, 409.
    """
    first = locked(activity, by)
    allow("change", first)
    if first.series_id is not None:
        raise Problem("series_exists", _("这场活动已经在一个系列里。"), status=409)
    began = timezone.localtime(first.starts_at)
    days = occurrences(began.date(), repeat, until)
    series = ActivitySeries(
        hub_id=first.hub_id,
        station_id=first.station_id,
        repeat=repeat,
        first_on=days[0],
        until=until,
        made_by_id=by.account_id,
    )
    series.save(force_insert=True)
    Activity.objects.filter(pk=first.pk, hub_id=first.hub_id).update(series=series)
    first.series = series
    made = [_again(first, timezone.make_aware(datetime.combine(day, began.time()))) for day in days[1:]]
    Activity.objects.bulk_create(made)
    _copy_budget(first, made)
    _log("repeat_activity", first, by, at, repeat=repeat, until=str(until), occurrences=len(days))
    return [first, *made]


def _again(first: Activity, starts_at: datetime) -> Activity:
    values = {
        field.attname: getattr(first, field.attname)
        for field in Activity._meta.concrete_fields
        if field.attname not in ("id", "starts_at")
    }
    return Activity(id=uuid7(), starts_at=starts_at, **values)


def _copy_budget(first: Activity, made: Sequence[Activity]) -> None:
    lines = list(first.budget.all())
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(
                hub_id=line.hub_id,
                station_id=line.station_id,
                activity=activity,
                position=line.position,
                item=line.item,
                amount=line.amount,
            )
            for activity in made
            for line in lines
        ]
    )


@transaction.atomic
def change_activity(
    activity: Activity, draft: ActivityDraft, *, by: Viewer, at: datetime, following: bool = False
) -> Activity:
    """Change a plan; `following` changes the later ones of its series that weren't held as well, each on its own day
    moved by as much. What then needs approval and hasn't got it goes back to the draft.

    Raises as `plan_activity`, 409 for one that was held.
    """
    activity = locked(activity, by)
    allow("change", activity)
    if draft.station_id != activity.station_id:
        raise Problem("station_fixed", _("不能更换站点，请取消后重新提交。"), "station_id")
    moved = draft.starts_at - activity.starts_at
    others = []
    if following and activity.series_id is not None:
        others = list(
            Activity.objects.select_for_update(of=("self",))
            .filter(series_id=activity.series_id, hub_id=activity.hub_id, starts_at__gt=activity.starts_at)
            .filter(state__in=rules.STEPS["change"])
            .order_by("starts_at", "id")
        )
    for each, starts_at in [(activity, draft.starts_at), *((other, other.starts_at + moved) for other in others)]:
        _change(each, replace(draft, starts_at=starts_at), by)
    _log("change_activity", activity, by, at, following=len(others))
    return activity


def _change(activity: Activity, draft: ActivityDraft, by: Viewer) -> None:
    cost, expected = sum(line.amount for line in activity.budget.all()), activity.expected
    draft = _fill(activity, draft, by)
    if rules.total(draft.budget) > cost or activity.expected > expected:
        # What was approved was less.
        activity.approved_at = activity.approved_by_id = None
    if activity.state == ActivityState.PLANNED and activity.needs_approval and activity.approved_at is None:
        activity.state = ActivityState.DRAFT
    activity.save()
    write_budget(activity, draft.budget)


def _fill(activity: Activity, draft: ActivityDraft, by: Viewer) -> ActivityDraft:
    """Put a checked draft into the row; returns it with its texts made fit."""
    texts = fit_all(
        [
            ("title", draft.title, TITLE_LENGTH, True),
            ("purpose", draft.purpose, TEXT_LENGTH, True),
            ("target", draft.target, 200, True),
            ("venue", draft.venue, 100, True),
            ("flow", draft.flow, TEXT_LENGTH, True),
            ("staffing", draft.staffing, TEXT_LENGTH, False),
            ("safety", draft.safety, TEXT_LENGTH, True),
        ]
    )
    raise_any(rules.plan_problems(draft))
    rows = named(
        draft.station_id,
        draft.service_id,
        draft.group_id,
        draft.contract_id,
        draft.helper_ids,
        method=Method.COMMUNITY,
        day=timezone.localdate(draft.starts_at),
        by=by,
    )
    activity.hub_id, activity.station_id = rows.station.hub_id, rows.station.pk
    activity.service_id, activity.group_id = rows.service.pk, rows.group_id
    activity.helper_ids = sorted(set(draft.helper_ids) - {activity.worker_id})
    activity.digest = draft.digest()
    for name, text in texts.items():
        setattr(activity, name, text)
    for name in PLAIN:
        setattr(activity, name, getattr(draft, name))
    activity.needs_approval = rules.needs_approval(
        rules.total(draft.budget),
        draft.expected,
        budget_limit=Decimal(settings.ACTIVITY_APPROVAL_BUDGET),
        size_limit=settings.ACTIVITY_APPROVAL_SIZE,
    )
    return replace(draft, **texts)


@transaction.atomic
def submit_activity(activity: Activity, *, by: Viewer, at: datetime) -> Activity:
    """Hand the plan in. A small one is planned at once; one beyond the limits waits for approval.

    Raises Problem 403, 404, 409.
    """
    activity = locked(activity, by)
    allow("submit", activity)
    activity.state = ActivityState.SUBMITTED if activity.needs_approval else ActivityState.PLANNED
    activity.save(update_fields=["state"])
    _log("submit_activity", activity, by, at)
    return activity


@transaction.atomic
def decide_activity(activity: Activity, *, approve: bool, note: str, by: Viewer, at: datetime) -> Activity:
    """Approve a plan, or send it back with a reason. By a head or county officer who isn't its author.

    Raises Problem at note; 403, 404, 409.
    """
    activity = _present(activity)
    may_decide(by, activity.hub_id, activity.station_id)
    allow("decide", activity)
    wrong = decision_problem(activity.proposed_by_id, by.account_id, approve=approve, note=note)
    if wrong:
        raise wrong
    activity.decision_note = fit(note, "note", REASON_LENGTH)
    activity.state = ActivityState.PLANNED if approve else ActivityState.RETURNED
    if approve:
        activity.approved_at, activity.approved_by_id = at, by.account_id
    activity.save(update_fields=["state", "decision_note", "approved_at", "approved_by"])
    if approve:
        _log("approve_activity", activity, by, at)
    else:
        _log("return_activity", activity, by, at, reason=activity.decision_note)
    return activity


@transaction.atomic
def note_activity(activity: Activity, note: str, *, by: Viewer, at: datetime) -> Activity:
    """A head's remark on a planned activity that needed no approval. Raises Problem at note; 403, 404, 409."""
    activity = _present(activity)
    may_decide(by, activity.hub_id, activity.station_id)
    allow("note", activity)
    activity.decision_note = fit(note, "note", REASON_LENGTH, required=True)
    activity.save(update_fields=["decision_note"])
    _log("note_activity", activity, by, at)
    return activity


@transaction.atomic
def cancel_activity(activity: Activity, reason: str, *, by: Viewer, at: datetime) -> Activity:
    """Give up an activity that wasn't held. Raises Problem at reason; 403, 404, 409."""
    activity = locked(activity, by)
    allow("cancel", activity)
    activity.state = ActivityState.CANCELLED
    activity.cancel_reason = fit(reason, "reason", REASON_LENGTH, required=True)
    activity.save(update_fields=["state", "cancel_reason"])
    _log("cancel_activity", activity, by, at, reason=activity.cancel_reason)
    return activity


@transaction.atomic
def hold_activity(activity: Activity, sheet: ActivitySheet, *, by: Viewer, at: datetime) -> Activity:
    """Write down that an activity was held: one service record under its key with the clients who came, and the number
    of residents and walk-ins beside them. Sent again with the same content it changes nothing; with another it corrects
    the record, for a reason.

    Raises Problem or Problems at the fields; 403, 404, 409.
    """
    activity = locked(activity, by)
    allow("hold", activity)
    turnout = sheet.turnout
    raise_any(rules.turnout_problems(turnout))
    signups = list(activity.signups.all())
    residents = [each.pk for each in signups if each.pk in set(turnout.signup_ids) and each.client_id is None]
    draft = RecordDraft(
        station_id=activity.station_id,
        service_id=activity.service_id,
        started_at=sheet.started_at,
        minutes=sheet.minutes,
        place=activity.place,
        summary=fit(sheet.content, "content", TEXT_LENGTH, required=True),
        worker_ids=tuple(sorted(set(sheet.worker_ids))),
        client_ids=tuple(sorted(set(turnout.client_ids))),
        anonymous_count=turnout.walk_in_count + len(residents),
        method=Method.COMMUNITY.value,
        group_id=activity.group_id,
        contract_id=activity.contract_id,
    )
    try:
        record = _recorded(activity, draft, sheet.reason, by, at)
    except Problem as problem:
        raise _translated(problem) from problem
    came = {each.pk for each in signups if each.client_id in set(turnout.client_ids)} | set(residents)
    activity.signups.filter(pk__in=came).update(came=True)
    activity.signups.exclude(pk__in=came).update(came=False)
    activity.record, activity.state = record, ActivityState.HELD
    activity.starts_at, activity.minutes = sheet.started_at, sheet.minutes
    activity.walk_in_count = turnout.walk_in_count
    activity.walk_ins = {band: count for band, count in (turnout.walk_ins or {}).items() if count}
    activity.save(
        update_fields=["record", "state", "starts_at", "minutes", "walk_in_count", "walk_ins"],
    )
    _log("hold_activity", activity, by, at, clients=len(draft.client_ids), others=draft.anonymous_count)
    return activity


def _recorded(activity: Activity, draft: RecordDraft, reason: str, by: Viewer, at: datetime) -> ServiceRecord:
    """The activity's record: made, corrected, or left alone when it says the same already."""
    if activity.record_id is None:
        return record_service(activity.pk, draft, by=by, at=at).record
    record = ServiceRecord.objects.filter(pk=activity.record_id, hub_id=activity.hub_id).first()
    if record is None:
        raise Problem("record_hidden", _("参加者里有受限档案，请先说明理由打开档案。"), status=403)
    if draft_of(record).digest() == draft.digest():
        return record
    return correct_record(record.pk, draft, reason, by=by, at=at)


def _translated(problem: Problem) -> Problem:
    """The record's problems at the sheet's fields."""
    found = [Problem(e.code, e.message, FIELDS.get(e.field or "", e.field), e.status) for e in problem]
    return found[0] if len(found) == 1 else Problems(found)


@transaction.atomic
def close_activity(activity: Activity, summary: ActivitySummary, *, by: Viewer, at: datetime) -> Activity:
    """Sum an activity up; residents' telephone numbers are forgotten.

    Raises Problem or Problems at outcome, satisfaction, spent; 403, 404, 409.
    """
    activity = locked(activity, by)
    allow("close", activity)
    activity.outcome = fit(summary.outcome, "outcome", TEXT_LENGTH, required=True)
    activity.feedback = fit(summary.feedback, "feedback", TEXT_LENGTH)
    activity.satisfaction = typed_satisfaction(activity, summary.satisfaction)
    activity.state = ActivityState.CLOSED
    activity.closed_on, activity.closed_by_id = clock.today(), by.account_id
    activity.save(update_fields=["outcome", "feedback", "satisfaction", "state", "closed_on", "closed_by"])
    write_spending(activity, summary.spent)
    # Residents gave their numbers to be reached about this activity, which is over.
    activity.signups.filter(client__isnull=True).update(phone="")
    _log("close_activity", activity, by, at)
    return activity


def cost_of(activity: Activity) -> Decimal | None:
    """What an activity cost, in yuan; None where nothing was noted (one query)."""
    spent: Decimal | None = activity.budget.aggregate(spent=Sum("spent"))["spent"]
    return spent


def locked(activity: Activity, by: Viewer) -> Activity:
    """The activity's row, locked, for a worker or head who has its station in reach. Raises Problem 403, 404."""
    present = _present(activity)
    may_keep_files(by, present.hub_id, present.station_id)
    return present


def _present(activity: Activity) -> Activity:
    found = Activity.objects.select_for_update(of=("self",)).filter(pk=activity.pk, hub_id=activity.hub_id).first()
    if found is None:
        raise Problem("activity_missing", _("找不到这场活动，或您不能查看。"), status=404)
    return found


def allow(step: str, activity: Activity) -> None:
    """Raises Problem (409) where the step isn't allowed in the activity's state."""
    wrong = rules.step_problem(step, activity.state)
    if wrong:
        raise wrong


def _log(verb: str, activity: Activity, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "activity",
        activity.pk,
        by=by.account_id,
        at=at,
        hub_id=activity.hub_id,
        station_id=activity.station_id,
        detail=detail,
    )
