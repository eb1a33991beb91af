"""A group's sessions: laid out, planned, held (which makes one service record), corrected, cancelled.

Cost of holding: the group and session locked (two queries), the attendance in one statement whatever its size, the
record (see `record.record_service`), the session's row and one journal row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, Problems, raise_any
from shegong.network.scope import Viewer
from shegong.practice.actions.gathering import fit, fit_all
from shegong.practice.actions.groupwork import locked
from shegong.practice.actions.record import correct_record, draft_of, record_service
from shegong.practice.enums import GroupState, MemberState, Place, SessionState
from shegong.practice.models import GroupSession, ServiceRecord, SessionAttendance, SocialGroup
from shegong.practice.rules import groupwork as rules
from shegong.practice.rules.groupwork import NOTE_LENGTH, REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Attended
from shegong.practice.rules.record import DAY_MINUTES, RecordDraft

# What the record calls it, and what the session's sheet does.
FIELDS = {"client_ids": "attended", "summary": "content", "station_id": None, "service_id": None, "group_id": None}


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """When and where a session is, which stage it belongs to, and what is planned for it."""

    starts_at: datetime
    minutes: int
    stage: str
    place: str = Place.STATION.value
    title: str = ""
    aims: str = ""
    flow: str = ""
    materials: str = ""


@dataclass(frozen=True, slots=True)
class SessionSheet:
    """A session as it was: who gave it, who came, what was done. `reason` is needed to correct one that was held."""

    started_at: datetime
    minutes: int
    place: str
    worker_ids: tuple[int, ...]
    attended: tuple[Attended, ...]
    content: str
    dynamics: str = ""
    progress: str = ""
    next_step: str = ""
    reason: str = ""


@transaction.atomic
def lay_out_sessions(
    group: SocialGroup, first_on: date, at_time: time, *, minutes: int, weeks: int, by: Viewer, at: datetime
) -> list[GroupSession]:
    """The planned number of sessions, one each so many weeks, with the usual stages; only where there is none yet.

    Raises Problem at minutes, weeks; 403, 404, 409.
    """
    group = locked(group, by)
    _step("plan_session", group)
    if group.sessions.exists():
        raise Problem("sessions_exist", _("节次已经排好，请逐节修改。"), status=409)
    if not 1 <= weeks <= 8:
        raise Problem("weeks_range", _("间隔须在 1 到 8 周之间。"), "weeks")
    _check_minutes(minutes)
    sessions = [
        GroupSession(
            id=uuid7(),
            hub_id=group.hub_id,
            station_id=group.station_id,
            social_group=group,
            number=number + 1,
            stage=stage,
            starts_at=timezone.make_aware(datetime.combine(first_on + timedelta(weeks=weeks * number), at_time)),
            minutes=minutes,
        )
        for number, stage in enumerate(rules.stages_for(group.sessions_planned))
    ]
    GroupSession.objects.bulk_create(sessions)
    _log("lay_out_sessions", group, by, at, sessions=len(sessions))
    return sessions


@transaction.atomic
def plan_session(
    group: SocialGroup, key: UUID, plan: SessionPlan, *, by: Viewer, at: datetime, number: int | None = None
) -> GroupSession:
    """Plan a session under its key, or change the plan of one that wasn't held; a new one comes last unless numbered.

    Raises Problem or Problems at the fields; 403, 404, 409.
    """
    group = locked(group, by)
    _step("plan_session", group)
    session = group.sessions.filter(pk=key).first()
    if session is None:
        last = group.sessions.order_by("-number").values_list("number", flat=True).first() or 0
        session = GroupSession(
            id=key, hub_id=group.hub_id, station_id=group.station_id, social_group=group, number=number or last + 1
        )
    elif session.state != SessionState.PLANNED:
        raise Problem("session_held", _("这一节已经开展或取消，不能再改计划。"), status=409)
    _fill_plan(session, plan, group)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as clash:
        raise Problem("session_clash", _("这个节次或编号已经有了，请刷新后再试。"), status=409) from clash
    _log("plan_session", group, by, at, session=str(session.pk), number=session.number)
    return session


def _fill_plan(session: GroupSession, plan: SessionPlan, group: SocialGroup) -> None:
    texts = fit_all(
        [
            ("title", plan.title, TITLE_LENGTH, False),
            ("aims", plan.aims, TEXT_LENGTH, False),
            ("flow", plan.flow, TEXT_LENGTH, False),
            ("materials", plan.materials, TEXT_LENGTH, False),
        ]
    )
    _check_minutes(plan.minutes)
    if plan.place not in Place.values:
        raise Problem("place_unknown", _("请选择服务地点。"), "place")
    others = group.sessions.exclude(pk=session.pk).exclude(state=SessionState.CANCELLED)
    wrong = rules.stage_problem(plan.stage, session.number, list(others.values_list("number", "stage")))
    if wrong:
        raise wrong
    for name, text in texts.items():
        setattr(session, name, text)
    session.stage, session.starts_at, session.minutes, session.place = (
        plan.stage,
        plan.starts_at,
        plan.minutes,
        plan.place,
    )


@transaction.atomic
def cancel_session(session: GroupSession, reason: str, *, by: Viewer, at: datetime) -> GroupSession:
    """Take a planned session off the calendar. Raises Problem at reason; 403, 404, 409."""
    group, session = _locked_session(session, by)
    if session.state != SessionState.PLANNED:
        raise Problem("session_held", _("这一节已经开展或取消，不能再改计划。"), status=409)
    session.state = SessionState.CANCELLED
    session.cancel_reason = fit(reason, "reason", REASON_LENGTH, required=True)
    session.save(update_fields=["state", "cancel_reason"])
    _log("cancel_session", group, by, at, session=str(session.pk), reason=session.cancel_reason)
    return session


@transaction.atomic
def hold_session(session: GroupSession, sheet: SessionSheet, *, by: Viewer, at: datetime) -> GroupSession:
    """Write down that a session was held: attendance, notes, and one service record under the session's key with the
    members who came. Sent again with the same people and times it changes only the notes; with others it corrects the
    record, for a reason.

    Raises Problem or Problems at the fields (`attended` for who came); 403, 404, 409.
    """
    group, session = _locked_session(session, by)
    was_held = session.state == SessionState.HELD
    if not was_held:
        _step("hold_session", group)
    if session.state == SessionState.CANCELLED:
        raise Problem("session_cancelled", _("这一节已经取消。"), status=409)
    members = set(group.members.filter(state=MemberState.ACCEPTED).values_list("client_id", flat=True))
    members |= set(session.attendances.values_list("client_id", flat=True))
    raise_any(rules.holding_problems(session.aims, session.flow, sheet.attended, members))
    notes = fit_all(
        [
            ("content", sheet.content, TEXT_LENGTH, True),
            ("dynamics", sheet.dynamics, TEXT_LENGTH, False),
            ("progress", sheet.progress, TEXT_LENGTH, False),
            ("next_step", sheet.next_step, NOTE_LENGTH, False),
        ]
    )
    _write_attendance(session, sheet.attended)
    draft = _record_draft(group, sheet, notes)
    try:
        session.record = (
            _corrected(session.record, draft, sheet.reason, by, at)
            if was_held and session.record is not None
            else record_service(session.pk, draft, by=by, at=at).record
        )
    except Problem as problem:
        raise _translated(problem) from problem
    for name, text in notes.items():
        setattr(session, name, text)
    session.starts_at, session.minutes, session.place = sheet.started_at, sheet.minutes, sheet.place
    session.state = SessionState.HELD
    session.save()
    if group.state == GroupState.RECRUITING:
        group.state = GroupState.RUNNING
        group.save(update_fields=["state"])
    came = sum(each.came for each in sheet.attended)
    _log("hold_session", group, by, at, session=str(session.pk), number=session.number, came=came)
    return session


def _record_draft(group: SocialGroup, sheet: SessionSheet, notes: dict[str, str]) -> RecordDraft:
    return RecordDraft(
        station_id=group.station_id,
        service_id=group.service_id,
        started_at=sheet.started_at,
        minutes=sheet.minutes,
        place=sheet.place,
        summary=notes["content"],
        worker_ids=tuple(sorted(set(sheet.worker_ids))),
        client_ids=tuple(sorted(each.client_id for each in sheet.attended if each.came)),
        method=Method.GROUP.value,
        group_id=group.group_id,
        next_step=notes["next_step"],
        contract_id=group.contract_id,
    )


def _corrected(record: ServiceRecord, draft: RecordDraft, reason: str, by: Viewer, at: datetime) -> ServiceRecord:
    """The record as it should be; left alone when it says the same already."""
    before = draft_of(record)
    if before.digest() == draft.digest():
        return record
    return correct_record(record.pk, draft, reason, by=by, at=at)


def _translated(problem: Problem) -> Problem:
    """The record's problems at the sheet's fields."""
    found = [Problem(e.code, e.message, FIELDS.get(e.field or "", e.field), e.status) for e in problem]
    return found[0] if len(found) == 1 else Problems(found)


def _write_attendance(session: GroupSession, attended: Sequence[Attended]) -> None:
    """Each member's line, in one statement; who isn't listed any more didn't come."""
    lines: Iterable[tuple[UUID, str, str, str]] = [
        (each.client_id, each.presence, fit(each.reason, "attended", REASON_LENGTH), fit(each.note, "attended", 500))
        for each in attended
    ]
    clients, presences, reasons, remarks = (list(column) for column in zip(*lines, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO practice_sessionattendance "
            "(session_id, hub_id, station_id, client_id, presence, reason, note) "
            "SELECT %s, %s, %s, * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) "
            "ON CONFLICT (session_id, client_id, hub_id) DO UPDATE "
            "SET presence = EXCLUDED.presence, reason = EXCLUDED.reason, note = EXCLUDED.note",
            [session.pk, session.hub_id, session.station_id, clients, presences, reasons, remarks],
        )
    if session.state == SessionState.HELD:
        gone = SessionAttendance.objects.filter(session_id=session.pk, hub_id=session.hub_id)
        gone.exclude(client_id__in=clients).update(presence="absent")


def _locked_session(session: GroupSession, by: Viewer) -> tuple[SocialGroup, GroupSession]:
    """The session's group and the session, locked in this order. Raises Problem 403, 404."""
    group = locked(SocialGroup(pk=session.social_group_id, hub_id=session.hub_id), by)
    present = GroupSession.objects.select_for_update(of=("self",)).filter(pk=session.pk, hub_id=session.hub_id).first()
    if present is None:
        raise Problem("session_missing", _("找不到这一节，或您不能查看。"), status=404)
    return group, present


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= DAY_MINUTES:
        raise Problem("duration_range", _("时长须在 1 分钟到 24 小时之间。"), "minutes")


def _step(step: str, group: SocialGroup) -> None:
    wrong = rules.step_problem(step, group.state)
    if wrong:
        raise wrong


def _log(verb: str, group: SocialGroup, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "socialgroup",
        group.pk,
        by=by.account_id,
        at=at,
        hub_id=group.hub_id,
        station_id=group.station_id,
        detail=detail,
    )
