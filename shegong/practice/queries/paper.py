"""What goes into papers, whole; and the papers that somebody asked for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from shegong.kernel.uploads.keeping import keyring
from shegong.network.enums import Tier
from shegong.network.scope import Viewer
from shegong.practice.models import (
    Activity,
    Assessment,
    Attachment,
    Case,
    Client,
    Enquiry,
    PrintedFile,
    PrintJob,
    ProtectionReport,
    Referral,
    ReportTrigger,
    ServiceRecord,
    SessionAttendance,
    Survey,
)
from shegong.practice.queries.activity import ActivityFile, activity_file
from shegong.practice.queries.assessment import AssessmentSheet, assessment_sheet
from shegong.practice.queries.attachment import Target, attached_to
from shegong.practice.queries.case import CaseFile, case_file
from shegong.practice.queries.client import ClientFile, client_file, giver_names
from shegong.practice.queries.duty import reports_seen
from shegong.practice.queries.family import KeptFamily, family_of
from shegong.practice.queries.groupwork import GroupFile, group_file

RECORDS_PRINTED: Final = 2000
ASSESSMENTS_PRINTED: Final = 20
JOBS_SHOWN: Final = 30
ENQUIRIES_PRINTED: Final = 10
REFERRALS_PRINTED: Final = 30
REPORTS_PRINTED: Final = 10
SURVEYS_PRINTED: Final = 10
A_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Services:
    """Services given, the earliest first, who gave each, and whether there are more than a paper takes."""

    records: list[ServiceRecord]
    givers: dict[UUID, list[str]]
    cut: bool


@dataclass(frozen=True, slots=True)
class ClientPaper:
    """A client's file as it is printed."""

    file: ClientFile
    sheets: list[AssessmentSheet]
    services: Services
    attachments: list[Attachment]


@dataclass(frozen=True, slots=True)
class Intake:
    """How a case came in and what was passed on: enquiries, referrals, and reports as far as the requester may see
    them; `situations` are those to be reported, by code.
    """

    enquiries: list[Enquiry]
    referrals: list[Referral]
    reports: list[ProtectionReport]
    situations: dict[str, str]


@dataclass(frozen=True, slots=True)
class CasePaper:
    """A case as it is printed, with the client's file that it rests on."""

    case: Case
    case_file: CaseFile
    client: ClientFile
    family: KeptFamily
    sheets: list[AssessmentSheet]
    services: Services
    attachments: list[Attachment]
    intake: Intake


@dataclass(frozen=True, slots=True)
class GroupPaper:
    """A group as it is printed: `attendance` of each session, the names in order, as far as the requester sees them."""

    file: GroupFile
    attendance: dict[UUID, list[SessionAttendance]]


@dataclass(frozen=True, slots=True)
class ActivityPaper:
    """An activity as it is printed; the needs surveys of its place in the year before it, each with the number of
    responses that the requester may see.
    """

    file: ActivityFile
    attachments: list[Attachment]
    surveys: list[tuple[Survey, int]]


def client_paper(viewer: Viewer, client_id: UUID) -> ClientPaper | None:
    """All of a client's file (about 20 queries, whatever the number of records); None out of reach."""
    file = client_file(viewer, client_id)
    if file is None:
        return None
    records = ServiceRecord.objects.filter(participants__client_id=client_id, participants__hub_id=file.client.hub_id)
    return ClientPaper(file, _sheets(viewer, file.client), _services(records), _attached("client", file.client))


def case_paper(viewer: Viewer, case_id: UUID) -> CasePaper | None:
    """All of a case (about 34 queries, whatever the number of records, and six more with a family, two with a report);
    None out of reach.
    """
    found = case_file(viewer, case_id)
    if found is None:
        return None
    client = client_file(viewer, found.case.client_id)
    if client is None:
        return None
    case = found.case
    return CasePaper(
        case=case,
        case_file=found,
        client=client,
        family=family_of(case.client),
        sheets=_sheets(viewer, case.client),
        services=_services(case.records.all()),
        attachments=_attached("case", case),
        intake=_intake(viewer, case),
    )


def _intake(viewer: Viewer, case: Case) -> Intake:
    """Enquiries that became the case; referrals of the case, and of the client while it went on; reports of the duty to
    report about the client, which few may see.
    """
    of_client = {"client_id": case.client_id, "hub_id": case.hub_id}
    enquiries = Enquiry.objects.filter(case_id=case.pk, hub_id=case.hub_id).select_related("worker")
    during = Q(case_id=None, created_at__date__gte=case.opened_on)
    if case.closed_on is not None:
        during &= Q(created_at__date__lte=case.closed_on)
    referrals = Referral.objects.filter(Q(case_id=case.pk) | during, **of_client)
    found = reports_seen(viewer).filter(**of_client).prefetch_related("notices")
    reports = list(found.order_by("started_at", "id")[:REPORTS_PRINTED])
    named = ReportTrigger.objects.values_list("code", "name_zh") if reports else ()
    return Intake(
        list(enquiries.order_by("received_at", "id")[:ENQUIRIES_PRINTED]),
        list(
            referrals.select_related("to_station", "to_organisation", "consent").order_by("created_at", "id")[
                :REFERRALS_PRINTED
            ]
        ),
        reports,
        dict(named),
    )


def group_paper(viewer: Viewer, group_id: UUID) -> GroupPaper | None:
    """All of a group (seven queries, whatever the number of sessions); None out of reach."""
    file = group_file(viewer, group_id)
    if file is None:
        return None
    came = SessionAttendance.objects.filter(
        session_id__in=[each.pk for each in file.sessions], hub_id=file.group.hub_id
    ).select_related("client")
    attendance: dict[UUID, list[SessionAttendance]] = {}
    for each in came.order_by("client__sort_key", "client_id"):
        attendance.setdefault(each.session_id, []).append(each)
    return GroupPaper(file, attendance)


def activity_paper(viewer: Viewer, activity_id: UUID) -> ActivityPaper | None:
    """All of an activity (at most eleven queries); None out of reach."""
    file = activity_file(viewer, activity_id)
    return ActivityPaper(file, _attached("activity", file.activity), _surveys(file.activity)) if file else None


def _surveys(activity: Activity) -> list[tuple[Survey, int]]:
    day = timezone.localdate(activity.starts_at)
    place = activity.station
    above = [each for each in (place.pk, place.town_id, place.hub_id) if each]
    found = Survey.objects.filter(
        Q(station_id__in=above) | Q(station__tier=Tier.CENTRE), since__lte=day, since__gt=day - A_YEAR
    )
    here = Count("responses", filter=Q(responses__hub_id=activity.hub_id, responses__station_id=activity.station_id))
    return [(each, each.here) for each in found.annotate(here=here).order_by("since", "id")[:SURVEYS_PRINTED]]


def _services(records: QuerySet[ServiceRecord]) -> Services:
    found = records.filter(voided_at__isnull=True).select_related("service", "station").order_by("started_at", "id")
    rows = list(found[: RECORDS_PRINTED + 1])
    kept = rows[:RECORDS_PRINTED]
    return Services(kept, giver_names([each.pk for each in kept]), len(rows) > RECORDS_PRINTED)


def _sheets(viewer: Viewer, client: Client) -> list[AssessmentSheet]:
    latest = Assessment.objects.filter(client_id=client.pk, hub_id=client.hub_id).order_by("-assessed_on", "-id")
    keys = list(latest.values_list("pk", flat=True)[:ASSESSMENTS_PRINTED])
    sheets = (assessment_sheet(viewer, key) for key in reversed(keys))
    return [each for each in sheets if each is not None]


def _attached(kind: str, row: Client | Case | Activity) -> list[Attachment]:
    target = Target(kind, row, "", ())
    return [each for each in attached_to(target).order_by("attached_at", "id") if each.removed_at is None]


def own_jobs(viewer: Viewer) -> list[PrintJob]:
    """The papers that the viewer asked for lately, the latest first. One query."""
    return list(PrintJob.objects.filter(account_id=viewer.account_id).order_by("-asked_at")[:JOBS_SHOWN])


def own_job(viewer: Viewer, job_id: UUID) -> PrintJob | None:
    """One of the viewer's own jobs. One query."""
    return PrintJob.objects.filter(account_id=viewer.account_id, pk=job_id).first()


def printed(job: PrintJob) -> bytes | None:
    """The finished paper; None when it isn't there (any more)."""
    file = PrintedFile.objects.filter(pk=job.pk, hub_id=job.hub_id).first()
    return keyring().decrypt_bytes(bytes(file.sealed), printed_context(job.pk)) if file else None


def printed_context(job_id: UUID) -> bytes:
    """A printed file opens only as this job's."""
    return f"practice_printedfile.sealed:{job_id}".encode()
