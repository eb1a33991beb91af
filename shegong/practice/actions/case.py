"""A case from opening over plan to closure."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.actions.assessment import acting_worker, key_taken
from shegong.practice.actions.client import may_keep_files, next_serial
from shegong.practice.enums import CaseStage
from shegong.practice.models import Case, Client
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
        supervisor_id=_account_of(supervisor),
        problem=text,
        opened_on=day,
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
    _log("open_case", wanted, by, at)
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
            rules.guardian_problem(
                born_on=client.born_on,
                opened_on=case.opened_on,
                has_guardian=has_guardian,
                reason=case.no_guardian_reason,
            ),
        ]
    )


@transaction.atomic
def plan_case(case: Case, *, goals: str, plan: str, by: Viewer, at: datetime, planned_on: date | None = None) -> Case:
    """Write the plan of an open case. Raises Problem or Problems at goals, plan, planned_on; 403, 404, 409."""
    case, today = _locked(case, by), clock.today()
    day = planned_on or today
    wrong = rules.planning_problem(stage=case.stage, opened_on=case.opened_on, planned_on=day, today=today)
    if wrong:
        raise wrong
    case.goals, case.plan = rules.required_text(goals, "goals"), rules.required_text(plan, "plan")
    case.planned_on, case.stage = day, CaseStage.PLANNED
    case.save(update_fields=["goals", "plan", "planned_on", "stage"])
    _log("plan_case", case, by, at)
    return case


@transaction.atomic
def close_case(
    case: Case, *, reason: str, outcome: str, by: Viewer, at: datetime, closed_on: date | None = None
) -> Case:
    """Close a planned case with a reason and what came of it. Raises Problem or Problems at close_reason, outcome,
    closed_on; 403, 404, 409.
    """
    case, today = _locked(case, by), clock.today()
    day = closed_on or today
    wrong = rules.closing_problem(
        stage=case.stage, planned_on=case.planned_on, closed_on=day, today=today, reason=reason
    )
    if wrong:
        raise wrong
    case.outcome = rules.required_text(outcome, "outcome")
    case.closed_on, case.close_reason, case.stage = day, reason, CaseStage.CLOSED
    case.closed_by_id = by.account_id
    case.save(update_fields=["outcome", "closed_on", "close_reason", "closed_by", "stage"])
    _log("close_case", case, by, at, reason=reason)
    return case


def _locked(case: Case, by: Viewer) -> Case:
    present = Case.objects.select_for_update(of=("self",)).filter(pk=case.pk, hub_id=case.hub_id).first()
    if present is None:
        raise Problem("case_missing", _("找不到这个个案，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    return present


def _next_number(hub_id: int, year: int) -> str:
    hub_key = Station.objects.values_list("key", flat=True).get(pk=hub_id)
    prefix = rules.number_prefix(hub_key, year)
    return rules.case_number(hub_key, year, next_serial(hub_id, "case", year, prefix, rules.SERIAL_DIGITS))


def _account_of(supervisor: Worker | None) -> int | None:
    if supervisor is None:
        return None
    if not supervisor.is_supervisor or supervisor.account_id is None:
        raise Problem("supervisor_unknown", _("请从列表中选择督导。"), "supervisor")
    return supervisor.account_id


def _log(verb: str, case: Case, by: Viewer, at: datetime, **detail: object) -> None:
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
