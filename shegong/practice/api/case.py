"""Cases in the API: opened by PUT under the caller's key, read and listed. Their parts are in case_file.py."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.catalogue.models import PopulationGroup
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, IdParameter, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.case import name_supervisor, open_case
from shegong.practice.actions.case_review import note_look
from shegong.practice.api.places import at_station
from shegong.practice.enums import CaseStage, Risk
from shegong.practice.models import Case
from shegong.practice.queries.case import cases_read, cases_seen, supervisors_for
from shegong.practice.queries.client import clients_seen, worker_of
from shegong.practice.rules.case import TEXT_LENGTH
from shegong.practice.rules.client import NOTE_LENGTH

router = Router()
LongText = Annotated[str, long_text(TEXT_LENGTH)]


class CaseIn(Body):
    """A case to open, carried by the caller. A minor's case needs a guardian among the contacts, or the reason why
    there is none.
    """

    client_id: UUID
    group_id: Id
    problem: LongText
    opened_on: Day | None = None
    supervisor_id: Annotated[
        Id | None, Field(description="A supervisor with an agreement in force for the caller.")
    ] = None
    no_guardian_reason: Annotated[str, long_text(NOTE_LENGTH)] = ""


class CaseOut(Answer):
    """A case."""

    id: UUID
    number: str
    hub_id: int
    station_id: int
    client_id: UUID
    group_id: int
    worker_id: int
    stage: CaseStage
    entered_on: date | None
    problem: str
    opened_on: date
    no_guardian_reason: str
    risk: Risk | None
    planned_on: date | None
    goal_score: Annotated[float | None, Field(description="T-score of the last ratings: 50 as expected.")]
    improved: bool | None
    closed_on: date | None
    close_reason: str
    outcome: str


class CaseQuestion(Paged):
    """Which cases."""

    stage: CaseStage | None = None
    station: Annotated[Key | None, Field(description="Key of a station: its own cases and those below it.")] = None
    client_id: UUID | None = None
    worker_id: IdParameter | None = None


@router.get("/cases", response={200: Listed[CaseOut], 404: ProblemDetails})
def list_cases(request: ApiRequest, asked: Query[CaseQuestion]) -> HttpResponse:
    """Cases, the latest opened first."""
    fields = wanted(CaseOut, asked.fields)
    found = at_station(cases_seen(request.viewer), asked.station)
    for lookup, value in (("stage", asked.stage), ("client_id", asked.client_id), ("worker_id", asked.worker_id)):
        if value is not None:
            found = found.filter(**{lookup: value})
    rows = page_of(found, ["-opened_on", "-id"], asked.cursor, asked.limit)
    return page(map(_case, rows.items), rows.next_cursor, fields)


@router.get("/cases/{case_id}", response={200: CaseOut})
def read_case(request: ApiRequest, case_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A case; one that is only under review in supervision is read with an entry in the journal."""
    fields = wanted(CaseOut, asked.fields)
    found = cases_read(request.viewer).filter(id=case_id).select_related("worker").first()
    if found is None:
        raise not_found()
    note_look(found, by=request.viewer, at=clock.now())
    return one(_case(found), fields)


@router.put("/cases/{case_id}", response={200: CaseOut, 201: CaseOut, 409: ProblemDetails})
def put_case(request: ApiRequest, case_id: UUID, case: CaseIn) -> HttpResponse:
    """Open a case under the caller's key: 201 when it is new, 200 when the same came before."""
    client = clients_seen(request.viewer).filter(pk=case.client_id).first()
    if client is None:
        raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_id")
    group = PopulationGroup.objects.filter(id=case.group_id).first()
    if group is None:
        raise Problem("group_unknown", _("没有这个服务人群。"), "group_id")
    supervisor = None
    if case.supervisor_id is not None:
        supervisor = supervisors_for(worker_of(request.viewer)).filter(id=case.supervisor_id).first()
        if supervisor is None:
            raise Problem("supervisor_unknown", _("请从列表中选择督导。"), "supervisor_id")
    known = cases_seen(request.viewer).filter(id=case_id).exists()
    opened = open_case(
        client,
        group=group,
        problem=case.problem,
        by=request.viewer,
        at=clock.now(),
        opened_on=case.opened_on,
        supervisor=supervisor,
        no_guardian_reason=case.no_guardian_reason,
        key=case_id,
    )
    return one(_case(opened), status=200 if known else 201)


class SupervisorIn(Body):
    """Who is to be the case's supervisor; null for nobody."""

    supervisor_id: Annotated[Id | None, Field(description="A supervisor with an agreement in force for its worker.")]


@router.put("/cases/{case_id}/supervisor", response={200: CaseOut, 409: ProblemDetails})
def name_case_supervisor(request: ApiRequest, case_id: UUID, named: SupervisorIn) -> HttpResponse:
    """Name the case's supervisor, who sees it and decides about it while the agreement with its worker runs."""
    case = case_seen(request, case_id)
    supervisor = None
    if named.supervisor_id is not None:
        supervisor = supervisors_for(case.worker).filter(id=named.supervisor_id).first()
        if supervisor is None:
            raise Problem("supervisor_unknown", _("请从列表中选择督导。"), "supervisor_id")
    return one(_case(name_supervisor(case, supervisor, by=request.viewer, at=clock.now())))


def case_seen(request: ApiRequest, case_id: UUID) -> Case:
    """The case. Raises Problem `not_found`."""
    found = cases_seen(request.viewer).filter(id=case_id).first()
    if found is None:
        raise not_found()
    return found


def _case(row: Case) -> CaseOut:
    return CaseOut(
        id=row.id,
        number=row.number,
        hub_id=row.hub_id,
        station_id=row.station_id,
        client_id=row.client_id,
        group_id=row.group_id,
        worker_id=row.worker_id,
        stage=CaseStage(row.stage),
        entered_on=row.entered_on,
        problem=row.problem,
        opened_on=row.opened_on,
        no_guardian_reason=row.no_guardian_reason,
        risk=Risk(row.risk) if row.risk else None,
        planned_on=row.planned_on,
        goal_score=row.goal_score / 10 if row.goal_score is not None else None,
        improved=row.improved,
        closed_on=row.closed_on,
        close_reason=row.close_reason,
        outcome=row.outcome,
    )
