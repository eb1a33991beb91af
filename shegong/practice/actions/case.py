"""A case from stage to stage: opened, on to the next, back with a reason, ended early.

Each writes the case, a row of its history and one journal row; intervention and closure come with an approval
(actions/case_approval.py).
"""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.actions.acting import acting_worker
from shegong.practice.actions.client import may_keep_files, next_serial
from shegong.practice.enums import CaseStage, CloseReason, Verdict
from shegong.practice.models import Case, CaseApproval, CaseStep, Client
from shegong.practice.queries.case import supervisors_for
from shegong.practice.queries.case_state import is_client_stopped, state_of
from shegong.practice.rules import case as rules
from shegong.practice.rules.client import checked_reason
from shegong.workforce.models import Worker


@transaction.atomic
def open_case(
    client: Client,
    *,
    group: PopulationGroup,
    problem: str,
    by: Viewer,
    at: datetime,
    opened_on: date | None = None,
    supervisor: Worker | None = None,
    no_guardian_reason: str = "",
    key: UUID | None = None,
) -> Case:
    """Open a case, carried by the viewer. A minor's case needs a guardian among the contacts, or the reason why there
    is none. Sent again under the same key with the same content, it is the same case.

    Raises Problem or Problems at problem, opened_on, no_guardian_reason, supervisor; 403, 404, 409.
    """
    present = Client.objects.select_for_update(of=("self",)).filter(pk=client.pk, hub_id=client.hub_id).first()
    if present is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    worker, today = acting_worker(by), clock.today()
    day = opened_on or today
    reason = checked_reason(no_guardian_reason, "no_guardian_reason") if no_guardian_reason.strip() else ""
    text = rules.required_text(problem, "problem")
    wanted = Case(
        id=key or uuid7(),
        hub_id=present.hub_id,
        station_id=present.station_id,
        client=present,
        group=group,
        worker=worker,
        supervisor_id=_account_of(supervisor, worker),
        problem=text,
        opened_on=day,
        entered_on=day,
        opened_by_id=by.account_id,
        no_guardian_reason=reason,
    )
    known = Case.objects.filter(pk=key, hub_id=present.hub_id).first() if key else None
    if known is not None:
        return _same_or_conflict(known, wanted)
    _check_opening(wanted, present, today)
    wanted.number = _next_number(present.hub_id, today.year)
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    note_step(wanted, by, at, "")
    journal("open_case", wanted, by, at)
    return wanted


def _same_or_conflict(known: Case, wanted: Case) -> Case:
    content = ("client_id", "group_id", "problem", "opened_on", "no_guardian_reason")
    if all(getattr(known, name) == getattr(wanted, name) for name in content):
        return known
    raise key_taken()


def _check_opening(case: Case, client: Client, today: date) -> None:
    has_guardian = client.contacts.filter(is_guardian=True).exists()
    raise_any(
        [
            rules.opening_problem(client_state=client.state, opened_on=case.opened_on, today=today),
            rules.stopped_problem() if is_client_stopped(client.pk, client.hub_id) else None,
            rules.guardian_problem(
                born_on=client.born_on,
                opened_on=case.opened_on,
                has_guardian=has_guardian,
                reason=case.no_guardian_reason,
            ),
        ]
    )


@transaction.atomic
def go_on(case: Case, to: str, *, by: Viewer, at: datetime) -> Case:
    """Go on to the next stage, when all that it wants is there. Raises Problem `stage_skipped`, `stage_incomplete`,
    `case_closed`, `consent_withdrawn` (409); 403, 404.
    """
    case = held(case, by)
    wrong = rules.going_on_problem(state_of(case), to)
    if wrong:
        raise wrong
    enter(case, CaseStage(to), by, at)
    journal("enter_stage", case, by, at, stage=to)
    return case


@transaction.atomic
def go_back(case: Case, to: str, reason: str, *, by: Viewer, at: datetime) -> Case:
    """Go back to the stage before, or reopen a closed case, with a reason. What was written stays; a plan or closure
    that waits for approval is taken back, and a new approval will be needed.

    Raises Problem at to, reason; 403, 404, `consent_withdrawn` (409).
    """
    case = held(case, by)
    why = checked_reason(reason)
    wrong = rules.going_back_problem(stage=case.stage, to=to, planned=case.planned_on is not None)
    if wrong:
        raise wrong
    verb = "reopen_case" if case.stage == CaseStage.CLOSED else "return_stage"
    _take_back(case, by, at)
    case.round += 1
    case.early_reason = "" if case.planned_on is None or to == CaseStage.INTERVENTION else case.early_reason
    if to == CaseStage.INTERVENTION:
        case.goal_score = case.improved = None
    case.closed_on = case.closed_by_id = None
    case.close_reason = case.outcome = ""
    enter(case, CaseStage(to), by, at, reason=why)
    journal(verb, case, by, at, stage=to, reason=why)
    return case


@transaction.atomic
def end_early(case: Case, reason: str, note: str, *, by: Viewer, at: datetime) -> Case:
    """End a case before its plan was carried out: on to evaluation, with a reason out of EARLY_REASONS and a note.
    Also when consent was withdrawn. Raises Problem at reason, note; 403, 404, 409.
    """
    case = held(case, by, serving=False)
    wrong = rules.early_end_problem(stage=case.stage, reason=reason)
    if wrong:
        raise wrong
    why = checked_reason(note, "note")
    _take_back(case, by, at)
    case.early_reason = reason
    enter(case, CaseStage.EVALUATION, by, at, reason=f"{CloseReason(reason).label}：{why}"[:200])
    journal("end_case_early", case, by, at, stage=case.stage, reason=why)
    return case


def held(case: Case, by: Viewer, *, serving: bool = True) -> Case:
    """The case as it is now, locked for one who may keep it. `serving`: for what needs the client's consent.

    Raises Problem `case_missing` (404), 403, `consent_withdrawn` (409).
    """
    present = Case.objects.select_for_update(of=("self",)).filter(pk=case.pk, hub_id=case.hub_id).first()
    if present is None:
        raise Problem("case_missing", _("找不到这个个案，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    if serving and is_client_stopped(present.client_id, present.hub_id):
        raise rules.stopped_problem()
    return present


def held_for_planning(case: Case, by: Viewer) -> Case:
    """The case, locked, while its plan may be changed. Raises as `held`; `plan_approved`, `wrong_stage`,
    `already_asked`, `case_closed` (409).
    """
    case = held(case, by)
    asked = CaseApproval.objects.filter(case_id=case.pk, hub_id=case.hub_id, decision="").exists()
    wrong = rules.planning_problem(stage=case.stage, asked=asked)
    if wrong:
        raise wrong
    return case


def enter(case: Case, stage: CaseStage, by: Viewer, at: datetime, *, reason: str = "") -> None:
    """Put the case into a stage and its history. The case is written last: a supervisor who closes it loses sight."""
    case.stage = stage
    case.entered_on = max(clock.today(), case.opened_on)
    note_step(case, by, at, reason)
    case.save(force_update=True)


def note_step(case: Case, by: Viewer, at: datetime, reason: str) -> None:
    """A row of the case's history."""
    CaseStep(
        hub_id=case.hub_id,
        station_id=case.station_id,
        case=case,
        stage=case.stage,
        round=case.round,
        entered_on=case.entered_on or case.opened_on,
        entered_at=at,
        entered_by_id=by.account_id,
        reason=reason,
    ).save(force_insert=True)


def _take_back(case: Case, by: Viewer, at: datetime) -> None:
    CaseApproval.objects.filter(case_id=case.pk, hub_id=case.hub_id, decision="").update(
        decision=Verdict.WITHDRAW, decided_by_id=by.account_id, decided_at=at
    )


def _next_number(hub_id: int, year: int) -> str:
    hub_key = Station.objects.values_list("key", flat=True).get(pk=hub_id)
    prefix = rules.number_prefix(hub_key, year)
    return rules.case_number(hub_key, year, next_serial(hub_id, "case", year, prefix, rules.SERIAL_DIGITS))


@transaction.atomic
def name_supervisor(case: Case, supervisor: Worker | None, *, by: Viewer, at: datetime) -> Case:
    """Name another supervisor, or nobody: sight and decisions are theirs at once, as far as their agreement goes.

    Raises Problem at supervisor; `case_closed` (409), 403, 404.
    """
    case = held(case, by, serving=False)
    if case.stage == CaseStage.CLOSED:
        raise rules.closed_problem()
    named = _account_of(supervisor, case.worker)
    if named != case.supervisor_id:
        case.supervisor_id = named
        case.save(update_fields=["supervisor"])
        journal("name_supervisor", case, by, at, supervisor=supervisor.pk if supervisor else None)
    return case


def _account_of(supervisor: Worker | None, worker: Worker) -> int | None:
    if supervisor is None:
        return None
    if not supervisors_for(worker).filter(pk=supervisor.pk).exists():
        raise Problem("supervisor_unknown", _("请选择有生效协议、督导这位社工的本区（市）县督导。"), "supervisor")
    return supervisor.account_id


def journal(verb: str, case: Case, by: Viewer, at: datetime, **detail: object) -> None:
    """A journal row about a case."""
    log(
        verb,
        "case",
        case.pk,
        by=by.account_id,
        at=at,
        hub_id=case.hub_id,
        station_id=case.station_id,
        detail={"number": case.number, "client": str(case.client_id), **detail},
    )
