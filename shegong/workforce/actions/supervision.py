"""Writing supervision: profiles, agreements, sessions, advice until it is done, ratings and hand-overs.

Each action is one transaction and one row in the journal, which never holds what was said.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import (
    AdviceState,
    AdviceStepKind,
    AgreementState,
    Attendance,
    SupervisionState,
)
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAdviceStep,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionHandover,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    SupervisorProfile,
    Worker,
)
from shegong.workforce.queries.supervision import covered, own_worker
from shegong.workforce.rules import supervision as rules
from shegong.workforce.rules.supervision import AgreementDraft, SessionDraft, SessionSheet

# What only the database knows for sure: {constraint: code, message, field}.
CONFLICTS: Final = {
    "workforce_session_one_place_at_a_time": (
        "two_places",
        _("督导在这段时间已有另一场督导，不能同时在两个地方。"),
        "starts_at",
    ),
    "workforce_session_within_agreed_hours": (
        "beyond_agreed_hours",
        _("超出协议约定的小时数，请先签订补充协议。"),
        "ends_at",
    ),
}


def may_agree(by: Viewer, hub_id: int, station_id: int) -> bool:
    """Whether the viewer makes agreements for this station: its head, its county or the city."""
    return by.has(Role.CITY) or (by.has(Role.HEAD, Role.COUNTY) and by.reaches(hub_id, station_id))


@transaction.atomic
def draft_agreement(key: UUID, draft: AgreementDraft, *, by: Viewer, at: datetime) -> SupervisionAgreement:
    """Write an agreement, or change it while it is a draft; the same again changes nothing.

    Raises Problem or Problems at supervisor_id, station_id, kind, since, until, hours, price, goals, supervisee_ids;
    403, 409.
    """
    places = Station.objects.exclude(stage=Stage.CLOSED).exclude(tier=Tier.ROOM)
    station = places.filter(pk=draft.station_id).first()
    profile = SupervisorProfile.objects.filter(pk=draft.supervisor_id).first()
    if station is None:
        raise Problem("station_unknown", _("请从列表中选择站点；社工室随所属社工站。"), "station_id")
    if not may_agree(by, station.hub_id, station.pk):
        raise Problem("not_an_officer", _("督导协议由站长、区（市）县或市级管理人员签订。"), status=403)
    if profile is None:
        raise Problem("supervisor_unknown", _("请从列表中选择督导。"), "supervisor_id")
    raise_any(rules.agreement_problems(draft, supervisor_hub=profile.hub_id, station_hub=station.hub_id))
    known = SupervisionAgreement.objects.select_for_update().filter(pk=key).first()
    if known is not None and known.station_id != station.pk:
        raise key_taken()
    content = {
        "supervisor_id": profile.pk,
        "kind": draft.kind,
        "since": draft.since,
        "until": draft.until,
        "hours": draft.hours,
        "price": draft.price,
        "goals": rules.fit(draft.goals, "goals", rules.GOALS_LENGTH),
        "supervisee_ids": sorted(set(draft.supervisee_ids)),
    }
    if known is not None and all(getattr(known, name) == value for name, value in content.items()):
        return known
    if known is not None and known.state != AgreementState.DRAFT:
        raise Problem("terms_stand", _("协议已生效，条款不能再改；请结束后另签。"), status=409)
    made = known or SupervisionAgreement(pk=key, station=station, hub_id=station.hub_id)
    for name, value in content.items():
        setattr(made, name, value)
    strangers = set(made.supervisee_ids) - set(
        Worker.objects.filter(pk__in=made.supervisee_ids, hub_id=station.hub_id).values_list("pk", flat=True)
    )
    if strangers:
        raise Problem("not_of_station", _("督导对象须是本区（市）县的社工。"), "supervisee_ids")
    made.save(force_insert=known is None, force_update=known is not None)
    _log("draft_agreement", made, by, at)
    return made


@transaction.atomic
def start_agreement(agreement: SupervisionAgreement, *, by: Viewer, at: datetime) -> SupervisionAgreement:
    """Put an agreement in force; from now on its terms stand. Raises Problem 403, 404, 409."""
    present = _agreement(agreement.pk, by)
    raise_any([rules.agreement_step(present.state, AgreementState.RUNNING)])
    present.state = AgreementState.RUNNING
    present.save(update_fields=["state"])
    _log("start_agreement", present, by, at)
    return present


@transaction.atomic
def end_agreement(agreement: SupervisionAgreement, reason: str, *, by: Viewer, at: datetime) -> SupervisionAgreement:
    """End an agreement today: cases put to review under it are closed to its supervisor at once, planned sessions are
    cancelled. Raises Problem at reason; 403, 404, 409.
    """
    present = _agreement(agreement.pk, by)
    raise_any([rules.agreement_step(present.state, AgreementState.ENDED)])
    present.end_reason = rules.fit(reason, "reason", rules.REASON_LENGTH)
    planned = SupervisionSession.objects.filter(agreement=present, state=SupervisionState.PLANNED)
    planned.update(state=SupervisionState.CANCELLED, cancel_reason=present.end_reason)
    present.state = AgreementState.ENDED
    present.save(update_fields=["state", "end_reason"])
    _log("end_agreement", present, by, at, reason=present.end_reason)
    return present


@transaction.atomic
def plan_supervision(
    key: UUID, agreement: SupervisionAgreement, draft: SessionDraft, *, by: Viewer, at: datetime
) -> SupervisionSession:
    """Arrange a session under an agreement in force, or change the arrangement.

    Raises Problem or Problems at starts_at, ends_at, form, mode, worker_ids; 403, 404, 409.
    """
    present = _in_force(agreement.pk, by)
    known = _known(key, present)
    if known is not None and known.state != SupervisionState.PLANNED:
        raise Problem("session_over", _("这次督导已经完成或取消，不能再改安排。"), status=409)
    supervisees = set(covered(present).values_list("pk", flat=True))
    _check(present, draft, supervisees)
    session = known or SupervisionSession(
        pk=key, agreement=present, supervisor_id=present.supervisor_id, station_id=present.station_id,
        hub_id=present.hub_id,
    )  # fmt: skip
    _put(session, draft)
    _save(session, is_new=known is None)
    _attend(session, draft.worker_ids, Attendance.EXPECTED)
    _log_session("plan_supervision", session, by, at)
    return session


@transaction.atomic
def cancel_supervision(session: SupervisionSession, reason: str, *, by: Viewer, at: datetime) -> SupervisionSession:
    """Cancel a session that isn't held yet. Raises Problem at reason; 403, 404, 409."""
    present = _locked_session(session.pk)
    _agreement_of(present, by)
    if present.state != SupervisionState.PLANNED:
        raise Problem("session_over", _("这次督导已经完成或取消，不能再改安排。"), status=409)
    present.state = SupervisionState.CANCELLED
    present.cancel_reason = rules.fit(reason, "reason", rules.REASON_LENGTH)
    present.save(update_fields=["state", "cancel_reason"])
    _log_session("cancel_supervision", present, by, at, reason=present.cancel_reason)
    return present


@transaction.atomic
def hold_supervision(
    key: UUID, agreement: SupervisionAgreement, sheet: SessionSheet, *, by: Viewer, at: datetime
) -> SupervisionSession:
    """Write down a session that was held, planned before or not: who came, what for, what was said, and the advice. By
    its supervisor only; the same sheet twice is one session. It is no service to a client.

    Raises Problem or Problems at starts_at, ends_at, form, mode, worker_ids, functions, topics, record, advice; 403,
    404, 409 (`beyond_agreed_hours`, `two_places`, `key_taken`).
    """
    present = _in_force(agreement.pk, by, ended=True)
    me = own_worker(by)
    if me is None or me.pk != present.supervisor_id:
        raise Problem("not_the_supervisor", _("督导记录由督导本人填写。"), status=403)
    known = _known(key, present)
    if known is not None and known.state == SupervisionState.HELD:
        if bytes(known.digest or b"") == sheet.digest():
            return known
        raise key_taken()
    if known is None and present.state != AgreementState.RUNNING:
        raise _not_in_force()
    if sheet.session.starts_at > at:
        raise Problem("session_in_future", _("督导还没有开始，不能记录。"), "starts_at")
    supervisees = set(covered(present).values_list("pk", flat=True))
    if known is not None:
        supervisees |= set(known.attendees.values_list("worker_id", flat=True))
    _check(present, sheet.session, supervisees, sheet)
    _check_hours(present, sheet.session, key)
    session = known or SupervisionSession(
        pk=key, agreement=present, supervisor_id=present.supervisor_id, station_id=present.station_id,
        hub_id=present.hub_id,
    )  # fmt: skip
    record = rules.fit(sheet.record, "record", rules.RECORD_LENGTH)
    _put(session, sheet.session)
    session.state, session.digest = SupervisionState.HELD, sheet.digest()
    session.functions, session.topics = list(sheet.functions), list(sheet.topics)
    _save(session, is_new=known is None)
    _attend(session, sheet.session.worker_ids, Attendance.PRESENT, absent=sheet.absent_ids)
    SupervisionNote.objects.bulk_create([SupervisionNote(session=session, record=record)])
    SupervisionAdvice.objects.bulk_create(
        [
            SupervisionAdvice(
                session=session,
                supervisor_id=session.supervisor_id,
                station_id=session.station_id,
                hub_id=session.hub_id,
                text=rules.fit(each.text, "advice", rules.ADVICE_LENGTH),
                responsible_id=each.responsible_id,
                due_on=each.due_on,
            )
            for each in sheet.advice
        ]
    )
    _log_session("hold_supervision", session, by, at, came=len(set(sheet.session.worker_ids)), advice=len(sheet.advice))
    return session


@transaction.atomic
def step_advice(
    advice: SupervisionAdvice, step: AdviceStepKind, note: str, *, by: Viewer, at: datetime
) -> SupervisionAdvice:
    """Carry an advice on: its worker acted on it; its supervisor found it done, or sends it back.

    Raises Problem at note; 403, 404, 409.
    """
    present = SupervisionAdvice.objects.select_for_update(of=("self",)).filter(pk=advice.pk).first()
    me = own_worker(by)
    if present is None:
        raise Problem("advice_missing", _("找不到这条督导建议，或您不能查看。"), status=404)
    whose = present.responsible_id if step == AdviceStepKind.ACTED else present.supervisor_id
    if me is None or me.pk != whose:
        raise Problem("not_yours", _("落实由负责人填写，跟进由督导填写。"), status=403)
    raise_any([rules.step_problem(present.state, step)])
    text = rules.fit(note, "note", rules.ADVICE_LENGTH)
    SupervisionAdviceStep.objects.bulk_create(
        [SupervisionAdviceStep(advice=present, hub_id=present.hub_id, kind=step, note=text, by_id=by.account_id, at=at)]
    )
    present.state = AdviceState(rules.STEPS[step][1])
    present.save(update_fields=["state"])
    _journal(f"advice_{step.value}", "supervisionadvice", present.pk, present.hub_id, present.station_id, by, at)
    return present


@transaction.atomic
def rate_supervision(
    session: SupervisionSession, scores: dict[str, int], comment: str, *, by: Viewer, at: datetime
) -> SupervisionRating:
    """What a worker who came says of a session, once. `scores`: helpful, respected, clear, 1 to 5 each.

    Raises Problem or Problems at the scores, comment; 403, 404, 409.
    """
    me = own_worker(by)
    seen = SupervisionSession.objects.filter(pk=session.pk).first()
    if seen is None:
        raise _session_missing()
    came = me and seen.attendees.filter(worker=me, presence=Attendance.PRESENT).exists()
    if me is None or not came or seen.state != SupervisionState.HELD:
        raise Problem("did_not_come", _("参加过这次督导的社工才能评价。"), status=403)
    raise_any(rules.score_problems(scores))
    if SupervisionRating.objects.filter(session=seen, worker=me).exists():
        raise Problem("rated_already", _("您已经评价过这次督导。"), status=409)
    rating = SupervisionRating(
        session=seen,
        worker=me,
        station_id=seen.station_id,
        hub_id=seen.hub_id,
        comment=rules.fit(comment, "comment", rules.COMMENT_LENGTH, required=False),
        rated_at=at,
        **scores,
    )
    SupervisionRating.objects.bulk_create([rating])
    _log_session("rate_supervision", seen, by, at)
    return rating


@transaction.atomic
def hand_over_supervision(
    agreement: SupervisionAgreement, taker: SupervisorProfile, note: str, *, by: Viewer, at: datetime
) -> SupervisionHandover:
    """Tell another supervisor of the same station what to go on with. Raises Problem at taker_id, note; 403, 404."""
    me = own_worker(by)
    present = SupervisionAgreement.objects.filter(pk=agreement.pk).first()
    if present is None:
        raise _agreement_missing()
    if me is None or me.pk != present.supervisor_id:
        raise Problem("not_the_supervisor", _("交接由这个站点的督导填写。"), status=403)
    others = SupervisionAgreement.objects.filter(station_id=present.station_id, supervisor=taker)
    if taker.pk == me.pk or not others.exclude(state=AgreementState.DRAFT).exists():
        raise Problem("taker_unfit", _("请选择同一站点的另一位督导。"), "taker_id")
    made = SupervisionHandover(
        station_id=present.station_id,
        hub_id=present.hub_id,
        giver_id=me.pk,
        taker=taker,
        note=rules.fit(note, "note", rules.ADVICE_LENGTH),
        given_on=clock.today(),
    )
    SupervisionHandover.objects.bulk_create([made])
    _journal("hand_over_supervision", "supervisionhandover", made.pk, made.hub_id, made.station_id, by, at)
    return made


@transaction.atomic
def acknowledge_handover(handover: SupervisionHandover, *, by: Viewer, at: datetime) -> SupervisionHandover:
    """The receiving supervisor has taken note. Raises Problem 403, 404."""
    present = SupervisionHandover.objects.select_for_update(of=("self",)).filter(pk=handover.pk).first()
    me = own_worker(by)
    if present is None:
        raise Problem("handover_missing", _("找不到这条交接，或您不能查看。"), status=404)
    if me is None or me.pk != present.taker_id:
        raise Problem("not_the_taker", _("交接由接收的督导确认。"), status=403)
    if present.acknowledged_at is None:
        present.acknowledged_at = at
        present.save(update_fields=["acknowledged_at"])
        _journal("acknowledge_handover", "supervisionhandover", present.pk, present.hub_id, present.station_id, by, at)
    return present


@transaction.atomic
def set_supervisor_profile(profile: SupervisorProfile, *, by: Viewer, at: datetime) -> SupervisorProfile:
    """Keep what a supervisor offers: the supervisor, or the own county's officer. Raises Problem at monthly_hours,
    functions; 403, 404.
    """
    worker = Worker.objects.filter(pk=profile.worker_id, is_supervisor=True).first()
    if worker is None:
        raise Problem("supervisor_unknown", _("请从列表中选择督导。"), status=404)
    is_own = worker.account_id == by.account_id
    if not (is_own or by.has(Role.CITY) or (by.has(Role.COUNTY) and worker.hub_id in by.hubs)):
        raise Problem("not_an_officer", _("督导档案由本人或所在区（市）县维护。"), status=403)
    if not 0 <= profile.monthly_hours <= 240:
        raise Problem("monthly_hours_range", _("每月可用小时须在 0 到 240 之间。"), "monthly_hours")
    if not profile.functions:
        raise Problem("function_missing", _("请选择督导功能：行政性、教育性或支持性。"), "functions")
    profile.hub_id = worker.hub_id
    known = SupervisorProfile.objects.filter(pk=worker.pk).first()
    if known is not None:
        profile.kind, profile.since = known.kind if is_own else profile.kind, known.since
    if worker.hub_id not in profile.hub_ids:
        profile.hub_ids = sorted({*profile.hub_ids, worker.hub_id})
    profile.save(force_insert=known is None, force_update=known is not None)
    _journal("set_supervisor_profile", "supervisorprofile", worker.pk, worker.hub_id, worker.station_id, by, at)
    return profile


def _check(
    agreement: SupervisionAgreement,
    draft: SessionDraft,
    supervisees: Collection[int],
    sheet: SessionSheet | None = None,
) -> None:
    day = timezone.localdate(draft.starts_at, timezone.get_default_timezone())
    found = [
        *rules.session_problems(
            draft,
            supervisor_id=agreement.supervisor_id,
            supervisees=supervisees,
            since=agreement.since,
            until=agreement.until,
            day=day,
        )
    ]
    if sheet is not None:
        found += rules.sheet_problems(sheet, supervisees=supervisees, day=day)
    raise_any(found)


def _check_hours(agreement: SupervisionAgreement, draft: SessionDraft, key: UUID) -> None:
    held = SupervisionSession.objects.filter(agreement=agreement, state=SupervisionState.HELD).exclude(pk=key)
    so_far = held.order_by().aggregate(length=Sum(F("ends_at") - F("starts_at")))["length"] or timedelta(0)
    raise_any([rules.hours_problem(agreed=agreement.hours, held=so_far, more=draft.length)])


def _put(session: SupervisionSession, draft: SessionDraft) -> None:
    session.starts_at, session.ends_at = draft.starts_at, draft.ends_at
    session.form, session.mode = draft.form, draft.mode
    session.place = rules.fit(draft.place, "place", 100, required=False)


def _save(session: SupervisionSession, *, is_new: bool) -> None:
    """Raises Problem where the database finds the supervisor somewhere else at that time, or the hours used up by
    another session that came in between.
    """
    with told(lambda rule: Problem(*CONFLICTS[rule], status=409) if rule in CONFLICTS else None):
        session.save(force_insert=is_new, force_update=not is_new)


def _attend(
    session: SupervisionSession, workers: Collection[int], presence: Attendance, absent: Collection[int] = ()
) -> None:
    lines = {**dict.fromkeys(absent, Attendance.ABSENT), **dict.fromkeys(workers, presence)}
    session.attendees.exclude(worker_id__in=lines).delete()
    SupervisionAttendee.objects.bulk_create(
        [
            SupervisionAttendee(
                session=session, worker_id=worker, supervisor_id=session.supervisor_id, hub_id=session.hub_id,
                presence=each,
            )
            for worker, each in lines.items()
        ],
        update_conflicts=True,
        unique_fields=["session", "worker"],
        update_fields=["presence"],
    )  # fmt: skip


def _agreement(key: UUID, by: Viewer) -> SupervisionAgreement:
    """An agreement that the viewer answers for, locked. Raises Problem 403, 404."""
    found = SupervisionAgreement.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise _agreement_missing()
    if not may_agree(by, found.hub_id, found.station_id):
        raise Problem("not_an_officer", _("督导协议由站长、区（市）县或市级管理人员签订。"), status=403)
    return found


def _in_force(key: UUID, by: Viewer, *, ended: bool = False) -> SupervisionAgreement:
    """An agreement under which the viewer arranges or holds sessions. Raises Problem 403, 404, 409.

    Only who answers for it may lock its row; the sessions' trigger locks it anyway.
    """
    found = SupervisionAgreement.objects.select_related("station").filter(pk=key).first()
    if found is None:
        raise _agreement_missing()
    _may_arrange(found, by)
    states = (AgreementState.RUNNING, AgreementState.ENDED) if ended else (AgreementState.RUNNING,)
    if found.state not in states:
        raise _not_in_force()
    return found


def _agreement_of(session: SupervisionSession, by: Viewer) -> SupervisionAgreement:
    found = SupervisionAgreement.objects.get(pk=session.agreement_id)
    _may_arrange(found, by)
    return found


def _may_arrange(agreement: SupervisionAgreement, by: Viewer) -> None:
    me = own_worker(by)
    is_supervisor = me is not None and me.pk == agreement.supervisor_id
    if not (is_supervisor or may_agree(by, agreement.hub_id, agreement.station_id)):
        raise Problem("not_the_supervisor", _("督导由督导本人或站点负责人安排。"), status=403)


def _known(key: UUID, agreement: SupervisionAgreement) -> SupervisionSession | None:
    """The session with this key, locked. Raises Problem `key_taken` for another agreement's."""
    found = SupervisionSession.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if found is not None and found.agreement_id != agreement.pk:
        raise key_taken()
    return found


def _locked_session(key: UUID) -> SupervisionSession:
    found = SupervisionSession.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise _session_missing()
    return found


def _session_missing() -> Problem:
    return Problem("session_missing", _("找不到这次督导，或您不能查看。"), status=404)


def _agreement_missing() -> Problem:
    return Problem("agreement_missing", _("找不到这份督导协议，或您不能查看。"), status=404)


def _not_in_force() -> Problem:
    return Problem("agreement_not_in_force", _("这份协议没有生效，不能安排督导。"), status=409)


def _log(verb: str, agreement: SupervisionAgreement, by: Viewer, at: datetime, **detail: object) -> None:
    _journal(verb, "supervisionagreement", agreement.pk, agreement.hub_id, agreement.station_id, by, at, **detail)


def _log_session(verb: str, session: SupervisionSession, by: Viewer, at: datetime, **detail: object) -> None:
    _journal(verb, "supervisionsession", session.pk, session.hub_id, session.station_id, by, at, **detail)


def _journal(
    verb: str, kind: str, key: object, hub_id: int, station_id: int, by: Viewer, at: datetime, **detail: object
) -> None:
    log(verb, kind, key, by=by.account_id, at=at, hub_id=hub_id, station_id=station_id, detail=detail)
