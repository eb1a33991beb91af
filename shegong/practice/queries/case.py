"""Cases: caseloads, what waits for an approver, and one case with all that its page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL

from shegong.kernel import clock
from shegong.kernel.pages import Page, first_page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.enums import Stage
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import CaseStage
from shegong.practice.models import (
    Case,
    CaseApproval,
    CaseGoal,
    CaseSheet,
    CaseStep,
    CaseTransfer,
    Client,
    EmergencyService,
    FollowUp,
    GoalRating,
    PlannedService,
    ServiceRecord,
)
from shegong.practice.queries.case_state import is_client_stopped, state_of
from shegong.practice.queries.client import giver_names, within_reach
from shegong.practice.queries.record import staff_names
from shegong.practice.rules.case import CaseState
from shegong.practice.rules.client import is_minor
from shegong.practice.rules.plan import times_planned
from shegong.workforce.models import Worker
from shegong.workforce.queries.supervision import agreements_for, is_supervisee

PAGE_SIZE: Final = 25
# A case's page begins with its latest records; those before come by the page.
LATEST: Final = 10
RECORD_ORDER: Final = ("-served_on", "-id")
RECORD_SHOWN: Final = (
    "hub_id", "station_id", "case_id", "service_id", "service__name_zh", "service__name_en", "station__name", "method",
    "started_at", "served_on", "minutes", "place", "summary", "next_step", "voided_at",
)  # fmt: skip
WAITING_SHOWN: Final = 50
# Cases that the viewer may read because they were put to review (docs/adr/0015-supervision-by-agreement.md).
UNDER_REVIEW: Final = RawSQL("SELECT unnest(wall_reviewed_cases())", [])


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases: one's own or all in reach, a worker's, a stage's (without one: not closed), of high risk."""

    everybody: bool = False
    worker_id: int | None = None
    stage: str = ""
    high_risk: bool = False


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal and its ratings, the first first."""

    goal: CaseGoal
    ratings: list[GoalRating]


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """A planned service beside what was done: times in all, by today, done, still to do; minutes done."""

    line: PlannedService
    planned: int
    due: int
    done: int
    minutes: int

    @property
    def remaining(self) -> int:
        """Times still to do."""
        return max(0, self.planned - self.done)

    @property
    def is_late(self) -> bool:
        """Whether less was done than is due by today."""
        return self.done < self.due


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything on a case's page."""

    case: Case
    state: CaseState
    steps: list[CaseStep]
    sheets: dict[str, CaseSheet]
    goals: list[GoalLine]
    services: list[PlanProgress]
    approvals: list[CaseApproval]
    transfers: list[CaseTransfer]
    follow_ups: list[FollowUp]
    emergencies: list[EmergencyService]
    records: Page[ServiceRecord]
    givers: dict[UUID, list[str]]
    names: dict[int, str]
    needs_guardian: bool
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an approver: plans and closures, emergency services to review, cases offered to the station.
    `own` are emergency services of the approver's own, which another has to review.
    """

    approvals: list[CaseApproval]
    emergencies: list[EmergencyService]
    transfers: list[CaseTransfer]
    names: dict[int, str]
    own: list[EmergencyService]

    @property
    def count(self) -> int:
        """How many in all."""
        return len(self.approvals) + len(self.emergencies) + len(self.transfers)


def cases_seen(viewer: Viewer) -> QuerySet[Case]:
    """The cases in the viewer's reach; for a supervisor those supervised; for a worker those carried."""
    reach = within_reach(viewer) | Q(worker__account_id=viewer.account_id)
    if viewer.has(Role.SUPERVISOR):
        reach |= Q(supervisor_id=viewer.account_id, closed_on__isnull=True)
    return Case.objects.filter(reach)


def cases_read(viewer: Viewer) -> QuerySet[Case]:
    """The cases that the viewer may look at: those of `cases_seen`, and for a supervisor those put to review under an
    agreement that runs. A look at one of these belongs into the journal (actions.case_review.note_look).
    """
    if not viewer.has(Role.SUPERVISOR):
        return cases_seen(viewer)
    return cases_seen(viewer) | Case.objects.filter(pk__in=UNDER_REVIEW)


def own_cases(viewer: Viewer, stage: str = "", cursor: str | None = None) -> Page[Case]:
    """The cases that the viewer carries or supervises; without a stage those that are not closed, latest first."""
    return caseload(viewer, CaseFilter(stage=stage), cursor)


def cases_page(viewer: Viewer, stage: str = "", cursor: str | None = None) -> Page[Case]:
    """All cases in the viewer's reach or supervised by the viewer; without a stage those that are not closed, latest
    first.
    """
    return caseload(viewer, CaseFilter(everybody=True, stage=stage), cursor)


def caseload(viewer: Viewer, wanted: CaseFilter, cursor: str | None = None) -> Page[Case]:
    """Cases with `last_on` (the last record's day), `next_on` (what was agreed then) and `follow_up_on`, the latest
    opened first, 25 a page. One query.
    """
    if wanted.everybody:
        seen = within_reach(viewer)
        if viewer.has(Role.SUPERVISOR):
            seen |= Q(supervisor_id=viewer.account_id)
        cases = Case.objects.filter(seen)
    else:
        mine = Q(worker__account_id=viewer.account_id)
        if viewer.has(Role.SUPERVISOR):
            mine |= Q(supervisor_id=viewer.account_id)
        cases = Case.objects.filter(mine)
    if wanted.stage in CaseStage.values:
        cases = cases.filter(stage=wanted.stage)
    else:
        cases = cases.exclude(stage=CaseStage.CLOSED)
    if wanted.worker_id is not None:
        cases = cases.filter(worker_id=wanted.worker_id)
    if wanted.high_risk:
        cases = cases.filter(risk__gte=3)
    found: QuerySet[Any] = cases.select_related("client", "group", "station", "worker").annotate(**_contact())
    page: Page[Case] = page_of(found, ["-opened_on", "-id"], cursor, PAGE_SIZE)
    return page


def _contact() -> dict[str, Any]:
    records = ServiceRecord.objects.filter(
        case_id=OuterRef("pk"), hub_id=OuterRef("hub_id"), voided_at__isnull=True
    ).order_by("-served_on", "-id")
    follow_ups = FollowUp.objects.filter(case_id=OuterRef("pk"), hub_id=OuterRef("hub_id"), done_on__isnull=True)
    return {
        "last_on": Subquery(records.values("served_on")[:1]),
        "next_on": Subquery(records.values("next_on")[:1]),
        "follow_up_on": Subquery(follow_ups.order_by("due_on").values("due_on")[:1]),
    }


def carriers(viewer: Viewer) -> QuerySet[Worker]:
    """Workers who carry open cases in reach, with `open_cases`, by name. One query."""
    is_open = Q(cases__closed_on__isnull=True) & within_reach(viewer, "cases__")
    return (
        Worker.objects.filter(is_open)
        .annotate(open_cases=Count("cases", filter=is_open, distinct=True))
        .order_by("sort_key", "id")
    )


def waiting(viewer: Viewer, *, named: bool = True) -> Waiting:
    """What waits for the viewer as head or supervisor, the longest first (three queries, one more for the names of who
    asked; none for others).
    """
    if not viewer.has(Role.HEAD, Role.SUPERVISOR):
        return Waiting([], [], [], {}, [])
    mine = Q(case__supervisor_id=viewer.account_id)
    if viewer.has(Role.HEAD):
        mine |= within_reach(viewer)
    own = Q(case__worker__account_id=viewer.account_id)
    related = ("case__client", "case__worker", "station")
    approvals = CaseApproval.objects.filter(mine, decision="").exclude(own | Q(asked_by_id=viewer.account_id))
    emergencies = EmergencyService.objects.filter(mine, reviewed_at__isnull=True)
    transfers: list[CaseTransfer] = []
    if viewer.has(Role.HEAD):
        offered = CaseTransfer.objects.filter(_to_reach(viewer), decision="").exclude(to_station_id=F("station_id"))
        transfers = list(
            offered.select_related("station", "to_station", "from_worker").order_by("asked_at")[:WAITING_SHOWN]
        )
    asked_for = list(approvals.select_related(*related).order_by("asked_at", "id")[:WAITING_SHOWN])
    to_review, of_oneself = list[EmergencyService](), list[EmergencyService]()
    for each in emergencies.select_related(*related).order_by("review_by", "id")[:WAITING_SHOWN]:
        is_own = viewer.account_id in (each.marked_by_id, each.case.worker.account_id)
        (of_oneself if is_own else to_review).append(each)
    asked = [*(each.asked_by_id for each in asked_for), *(each.marked_by_id for each in to_review)]
    names = staff_names(asked) if asked and named else {}
    return Waiting(asked_for, to_review, transfers, names, of_oneself)


def _to_reach(viewer: Viewer) -> Q:
    return Q(to_station_id__in=viewer.stations) | Q(hub_id__in=viewer.hubs)


def emergencies_overdue(viewer: Viewer, now: datetime) -> QuerySet[EmergencyService]:
    """Emergency services in reach that nobody has reviewed in time, the oldest first. One query."""
    found = EmergencyService.objects.filter(within_reach(viewer), reviewed_at__isnull=True, review_by__lt=now)
    shown = ("review_by", "marked_by_id", "case__client__name", "case__worker__name")
    return found.select_related("case__client", "case__worker").only(*shown).order_by("review_by", "id")


def follow_ups_due(viewer: Viewer, until: date, *, everybody: bool = False) -> QuerySet[FollowUp]:
    """Follow-ups to be made by a day: of the viewer's own cases, or of all in reach; the oldest first. One query."""
    found = FollowUp.objects.filter(within_reach(viewer), done_on__isnull=True, due_on__lte=until)
    if not everybody:
        found = found.filter(case__worker__account_id=viewer.account_id)
    shown = ("due_on", "case__number", "case__client__name", "case__worker__name")
    return found.select_related("case__client", "case__worker").only(*shown).order_by("due_on", "id")


def case_file(viewer: Viewer, case_id: UUID, cursor: str | None = None) -> CaseFile | None:
    """All for a case's page in 15 queries, however much there is, one more for a minor, four where it changed hands;
    None for a case out of reach. The latest ten records, those before page by page.
    """
    found = _case_read(viewer, case_id)
    if not found:
        return None
    (case,) = found
    of_case = (case.pk, case.hub_id)
    records = case_records(case, cursor)
    steps, approvals, emergencies = _steps(*of_case), _approvals(*of_case), _emergencies(*of_case)
    sheets = sheets_of(case)
    return CaseFile(
        case=case,
        state=state_of(case),
        steps=steps,
        sheets=sheets,
        goals=goals_of(case),
        services=plan_progress(case, clock.today()),
        approvals=approvals,
        transfers=_transfers(*of_case),
        follow_ups=_follow_ups(*of_case),
        emergencies=emergencies,
        records=records,
        givers=giver_names([record.pk for record in records.items]),
        names=staff_names({case.supervisor_id, *_accounts(steps, approvals, emergencies, sheets.values())}),
        needs_guardian=is_minor(case.client.born_on, clock.today()) and not guardians_of(case.client),
        is_stopped=is_client_stopped(case.client_id, case.hub_id),
    )


@prepared
def _case_read(viewer: Viewer, case_id: UUID) -> QuerySet[Case]:
    return cases_read(viewer).filter(pk=case_id).select_related("client", "group", "station", "worker")[:1]


@prepared
def _steps(case_id: UUID, hub_id: int) -> QuerySet[CaseStep]:
    return CaseStep.objects.filter(case_id=case_id, hub_id=hub_id).order_by("entered_at", "id")


@prepared
def _approvals(case_id: UUID, hub_id: int) -> QuerySet[CaseApproval]:
    return CaseApproval.objects.filter(case_id=case_id, hub_id=hub_id).order_by("-asked_at", "-id")


@prepared
def _emergencies(case_id: UUID, hub_id: int) -> QuerySet[EmergencyService]:
    return EmergencyService.objects.filter(case_id=case_id, hub_id=hub_id).order_by("marked_at")


@prepared
def _transfers(case_id: UUID, hub_id: int) -> QuerySet[CaseTransfer]:
    """Most cases have none, and then nothing beside them is asked for."""
    found = CaseTransfer.objects.filter(case_id=case_id, hub_id=hub_id).order_by("-asked_at")
    return found.prefetch_related("station", "to_station", "from_worker", "to_worker")


@prepared
def _follow_ups(case_id: UUID, hub_id: int) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(case_id=case_id, hub_id=hub_id).order_by("due_on", "id")


@prepared
def _latest_records(case_id: UUID, hub_id: int) -> QuerySet[ServiceRecord]:
    return _records_shown(case_id, hub_id).order_by(*RECORD_ORDER)[: LATEST + 1]


def _records_shown(case_id: UUID, hub_id: int) -> QuerySet[ServiceRecord]:
    found = ServiceRecord.objects.filter(case_id=case_id, hub_id=hub_id)
    return found.select_related("service", "station").only(*RECORD_SHOWN)


@prepared
def _sheets_latest(case_id: UUID, hub_id: int) -> QuerySet[CaseSheet]:
    found = CaseSheet.objects.filter(case_id=case_id, hub_id=hub_id)
    return found.order_by("stage", "-written_at", "-id").distinct("stage")


@prepared
def _ratings(case_id: UUID, hub_id: int) -> QuerySet[GoalRating]:
    return GoalRating.objects.filter(case_id=case_id, hub_id=hub_id).order_by("rated_on", "rated_at", "id")


@prepared
def _goals(case_id: UUID, hub_id: int) -> QuerySet[CaseGoal]:
    found = CaseGoal.objects.filter(case_id=case_id, hub_id=hub_id, dropped_on__isnull=True)
    return found.order_by("position", "id")


def _accounts(
    steps: Iterable[CaseStep],
    approvals: Iterable[CaseApproval],
    emergencies: Iterable[EmergencyService],
    sheets: Iterable[CaseSheet],
) -> set[int | None]:
    """Who is named by account on a case's page."""
    return {
        *(each.entered_by_id for each in steps),
        *(each.asked_by_id for each in approvals),
        *(each.decided_by_id for each in approvals),
        *(each.marked_by_id for each in emergencies),
        *(each.reviewed_by_id for each in emergencies),
        *(each.written_by_id for each in sheets),
    }


def case_records(case: Case, cursor: str | None = None) -> Page[ServiceRecord]:
    """The latest of the case's records, or a page of those before, with what a line shows. One query."""
    if cursor:
        return page_of(_records_shown(case.pk, case.hub_id), RECORD_ORDER, cursor, PAGE_SIZE)
    return first_page(_latest_records(case.pk, case.hub_id), RECORD_ORDER, LATEST)


def sheets_of(case: Case) -> dict[str, CaseSheet]:
    """{stage: the sheet written last}. One query."""
    return {sheet.stage: sheet for sheet in _sheets_latest(case.pk, case.hub_id)}


def goals_of(case: Case) -> list[GoalLine]:
    """The goals that stand, with their ratings. Two queries."""
    ratings: dict[UUID, list[GoalRating]] = {}
    for rating in _ratings(case.pk, case.hub_id):
        ratings.setdefault(rating.goal_id, []).append(rating)
    return [GoalLine(goal, ratings.get(goal.pk, [])) for goal in _goals(case.pk, case.hub_id)]


def plan_progress(case: Case, today: date) -> list[PlanProgress]:
    """Each planned service beside what was done of it in its time, under whatever version of the item. One query."""
    return [
        PlanProgress(
            line=line,
            planned=times_planned(times=line.times, per=line.per, since=line.since, until=line.until),
            due=times_planned(times=line.times, per=line.per, since=line.since, until=line.until, by=today),
            done=line.done or 0,
            minutes=line.done_minutes or 0,
        )
        for line in _lines(case.pk, case.hub_id)
    ]


@prepared
def _lines(case_id: UUID, hub_id: int) -> QuerySet[Any]:
    done = ServiceRecord.objects.filter(
        Q(service_id=OuterRef("service_id"))
        | Q(service__first_id=OuterRef("service_id"))
        | Q(service_id=OuterRef("service__first_id"))
        | Q(service__first_id=OuterRef("service__first_id")),
        case_id=OuterRef("case_id"),
        hub_id=OuterRef("hub_id"),
        voided_at__isnull=True,
        served_on__gte=OuterRef("since"),
        served_on__lte=OuterRef("until"),
    ).order_by()
    times = done.values("case_id").annotate(n=Count("id")).values("n")
    minutes = done.values("case_id").annotate(n=Sum("minutes")).values("n")
    lines = PlannedService.objects.filter(case_id=case_id, hub_id=hub_id, dropped_on__isnull=True)
    lines = lines.annotate(done=Subquery(times), done_minutes=Subquery(minutes)).select_related("service")
    return lines.order_by("since", "id")


def guardians_of(client: Client) -> list[str]:
    """Names of the guardians among the contacts. One query."""
    return list(client.contacts.filter(is_guardian=True).values_list("name", flat=True))


def supervisors_for(worker: Worker | None) -> QuerySet[Worker]:
    """Supervisors of the worker's hub who have an account and supervise the worker under an agreement in force today,
    by name: those who may be named in the worker's cases.
    """
    if worker is None:
        return Worker.objects.none()
    return Worker.objects.filter(
        pk__in=agreements_for(worker).values("supervisor_id"),
        hub_id=worker.hub_id,
        is_supervisor=True,
        account_id__isnull=False,
        until__isnull=True,
    ).order_by("sort_key")


def supervises(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer is named as the case's supervisor and an agreement in force covers its worker (one query for
    who is named, none for others).
    """
    return case.supervisor_id == viewer.account_id and case.closed_on is None and is_supervisee(case.worker_id)


def stations_to_move_to(case: Case) -> QuerySet[Station]:
    """The county's other running stations. One query."""
    found = Station.objects.filter(hub_id=case.hub_id, stage=Stage.RUNNING).exclude(pk=case.station_id)
    return found.order_by("path")
