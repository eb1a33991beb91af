"""Reports under the duty to report, for those who may see them (the table's policy says who)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ReportState
from shegong.practice.models import ProtectionReport, ReportNotice, ReportTrigger
from shegong.practice.queries.client import within_reach
from shegong.practice.queries.enquiry import waiting_enquiries
from shegong.practice.queries.referral import waiting_referrals

PAGE_SIZE: Final = 25
ROW: Final = ("number", "name", "state", "due_at", "started_at", "station__name")
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report's page: the report, its proofs, and all situations to choose from."""

    report: ProtectionReport
    notices: list[ReportNotice]
    triggers: list[ReportTrigger]


@dataclass(frozen=True, slots=True)
class IntakeDay:
    """What waits at the door today: enquiries, referrals and reports, each the most pressing first. `late` are the
    reports past their clock.
    """

    enquiries: tuple[Any, ...]
    referrals: tuple[Any, ...]
    reports: tuple[ProtectionReport, ...]
    late: tuple[ProtectionReport, ...]

    def __bool__(self) -> bool:
        return bool(self.enquiries or self.referrals or self.reports)


def reports_seen(viewer: Viewer) -> QuerySet[ProtectionReport]:
    """The reports that the viewer may see: one's own, as a head those of the stations, as the county's officer those of
    the county, as a data-protection officer those opened for a reason.
    """
    found = ProtectionReport.objects.all()
    if viewer.has(Role.DPO):
        return found
    return found.filter(within_reach(viewer))


def reports_page(viewer: Viewer, state: str = "", cursor: str | None = None) -> Page[ProtectionReport]:
    """A page of the reports, latest first (one query); without a state those that aren't closed."""
    found: QuerySet[Any] = reports_seen(viewer).select_related("station")
    found = found.filter(state=state) if state in ReportState.values else found.exclude(state=ReportState.CLOSED)
    page: Page[ProtectionReport] = page_of(found, ["-started_at", "-id"], cursor, PAGE_SIZE)
    return page


def report_file(viewer: Viewer, report_id: UUID) -> ReportFile | None:
    """All for a report's page in three queries; None for one that isn't there or not for the viewer."""
    report = reports_seen(viewer).filter(pk=report_id).select_related("station").first()
    if report is None:
        return None
    return ReportFile(report, list(report.notices.order_by("told_at")), list(ReportTrigger.objects.all()))


@prepared
def _open_reports(viewer: Viewer) -> QuerySet[ProtectionReport]:
    """Reports still to be made, the most pressing first."""
    if not viewer.has(Role.WORKER, Role.HEAD, Role.COUNTY):
        return ProtectionReport.objects.none()
    found = reports_seen(viewer).filter(state=ReportState.OBSERVED).select_related("station").only(*ROW)
    return found.order_by("due_at", "id")[:SHOWN]


def intake_day(viewer: Viewer, now: datetime) -> IntakeDay:
    """What waits for the viewer today (three queries)."""
    reports = _open_reports(viewer)
    return IntakeDay(
        enquiries=tuple(waiting_enquiries(viewer)),
        referrals=tuple(waiting_referrals(viewer)),
        reports=tuple(reports),
        late=tuple(report for report in reports if report.due_at < now),
    )
