"""Work reports as pages and other programs see them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shegong.indicators.models import WorkReport, WorkReportState
from shegong.indicators.reports.figures import Figure, figures_of, thawed
from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.queries.client import within_reach, worker_of
from shegong.practice.queries.record import staff_names
from shegong.workforce.models import Worker

READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.CITY)
PAGE_SIZE: Final = 25
WRITERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY)


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that has changed since the report was issued."""

    figure: Figure
    now: Figure


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with its numbers: as they are for a draft, as they were for an issued one, and then what differs now."""

    report: WorkReport
    figures: list[Figure]
    differences: list[Difference]
    may_write: bool
    issued_by: str


def worker_of_account(viewer: Viewer) -> Worker | None:
    """The viewer's own staff file."""
    return worker_of(viewer)


def may_write(viewer: Viewer, station: Station, worker: Worker | None) -> bool:
    """Whether a viewer writes this report: all their own, heads their stations', county officers their hub's."""
    if worker is not None:
        return worker.account_id == viewer.account_id
    if viewer.has(Role.COUNTY) and station.tier == Tier.HUB and station.id in viewer.hubs:
        return True
    return viewer.has(Role.HEAD) and viewer.reaches(station.hub_id, station.id)


def reports_seen(viewer: Viewer) -> QuerySet[WorkReport]:
    """The reports in the viewer's reach (of people: the own ones, heads and counties see their people's), and for the
    city's officers those that counties have issued.
    """
    mine = Q(worker__isnull=True) | Q(worker__account_id=viewer.account_id)
    if viewer.has(Role.HEAD, Role.COUNTY):
        mine = Q()
    seen = within_reach(viewer) & mine
    if viewer.has(Role.CITY):
        seen |= Q(state=WorkReportState.ISSUED, worker__isnull=True, station__tier=Tier.HUB)
    return WorkReport.objects.filter(seen)


def report_seen(viewer: Viewer, report_id: UUID) -> WorkReport | None:
    """One report. One query."""
    return reports_seen(viewer).filter(pk=report_id).select_related("station", "worker").first()


def reports_page(
    viewer: Viewer, cursor: str | None = None, *, own: bool = False, size: int = PAGE_SIZE
) -> Page[WorkReport]:
    """A page of reports, the latest period first (one query)."""
    found = reports_seen(viewer).select_related("station", "worker")
    if own:
        found = found.filter(worker__account_id=viewer.account_id)
    page: Page[WorkReport] = page_of(found, ["-starts_on", "-id"], cursor, size)
    return page


def report_page(viewer: Viewer, report_id: UUID) -> ReportPage | None:
    """A report's page (at most 17 queries); None out of reach."""
    report = report_seen(viewer, report_id)
    if report is None:
        return None
    issued = report.state == WorkReportState.ISSUED
    # Only who sees the people reads their numbers afresh.
    live = []
    if viewer.reaches(report.hub_id, report.station_id):
        live = figures_of(report.station, report.worker, report.period)
    frozen = thawed(report.figures)
    names = staff_names([report.issued_by_id])
    return ReportPage(
        report=report,
        figures=frozen if issued else live,
        differences=_differences(frozen, live) if issued else [],
        may_write=may_write(viewer, report.station, report.worker) and not issued,
        issued_by=names.get(report.issued_by_id or 0, ""),
    )


def _differences(frozen: list[Figure], live: list[Figure]) -> list[Difference]:
    now = {each.code: each for each in live}
    return [
        Difference(each, now[each.code]) for each in frozen if each.code in now and now[each.code].value != each.value
    ]


def stations_to_report(viewer: Viewer) -> list[Station]:
    """The stations that the viewer may write reports of, the highest first (one query)."""
    found = Station.objects.filter(within_reach_of(viewer)).order_by("path")
    return [each for each in found if may_write(viewer, each, None)]


def within_reach_of(viewer: Viewer) -> Q:
    """Stations in the viewer's reach."""
    return Q(pk__in=viewer.stations) | Q(hub_id__in=viewer.hubs)
