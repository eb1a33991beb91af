"""Cases: a worker's own, and one case with all that its page shows."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet

from shegong.kernel import clock
from shegong.kernel.pages import Page, page_of
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import CaseStage
from shegong.practice.models import Case, Client, ServiceRecord
from shegong.practice.queries.client import giver_names, within_reach
from shegong.practice.rules.client import is_minor
from shegong.workforce.models import Worker

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything on a case's page."""

    case: Case
    records: list[ServiceRecord]
    givers: dict[UUID, list[str]]
    supervisor_name: str
    needs_guardian: bool


def cases_seen(viewer: Viewer) -> QuerySet[Case]:
    """The cases in the viewer's reach; for a supervisor those supervised; for a worker those carried."""
    reach = within_reach(viewer) | Q(worker__account_id=viewer.account_id)
    if viewer.has(Role.SUPERVISOR):
        reach |= Q(supervisor_id=viewer.account_id, closed_on__isnull=True)
    return Case.objects.filter(reach)


def own_cases(viewer: Viewer, stage: str = "", cursor: str | None = None) -> Page[Case]:
    """The cases that the viewer carries or supervises; without a stage those that are not closed, latest first."""
    mine = Q(worker__account_id=viewer.account_id)
    if viewer.has(Role.SUPERVISOR):
        mine |= Q(supervisor_id=viewer.account_id)
    return _page(Case.objects.filter(mine), stage, cursor)


def cases_page(viewer: Viewer, stage: str = "", cursor: str | None = None) -> Page[Case]:
    """All cases in the viewer's reach or supervised by the viewer; without a stage those that are not closed, latest
    first.
    """
    seen = within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        seen |= Q(supervisor_id=viewer.account_id)
    return _page(Case.objects.filter(seen), stage, cursor)


def _page(cases: QuerySet[Case], stage: str, cursor: str | None) -> Page[Case]:
    cases = cases.filter(stage=stage) if stage in CaseStage.values else cases.exclude(stage=CaseStage.CLOSED)
    found: QuerySet[Any] = cases.select_related("client", "group", "station", "worker")
    page: Page[Case] = page_of(found, ["-opened_on", "-id"], cursor, PAGE_SIZE)
    return page


def case_file(viewer: Viewer, case_id: UUID) -> CaseFile | None:
    """All for a case's page in at most 6 queries; None for a case out of reach."""
    case = cases_seen(viewer).filter(pk=case_id).select_related("client", "group", "station", "worker").first()
    if case is None:
        return None
    records = list(case.records.select_related("service", "station").order_by("-served_on", F("id").desc())[:PAGE_SIZE])
    supervisor = Worker.objects.filter(account_id=case.supervisor_id).first() if case.supervisor_id else None
    needs_guardian = is_minor(case.client.born_on, clock.today()) and not guardians_of(case.client)
    return CaseFile(
        case=case,
        records=records,
        givers=giver_names([record.pk for record in records]),
        supervisor_name=supervisor.name if supervisor else "",
        needs_guardian=needs_guardian,
    )


def guardians_of(client: Client) -> list[str]:
    """Names of the guardians among the contacts. One query."""
    return list(client.contacts.filter(is_guardian=True).values_list("name", flat=True))


def supervisors_in_reach(viewer: Viewer, hub_id: int) -> QuerySet[Worker]:
    """Supervisors of the hub who have an account, by name."""
    return Worker.objects.filter(
        hub_id=hub_id, is_supervisor=True, account_id__isnull=False, until__isnull=True
    ).order_by("sort_key")
