"""Joint projects as their sides see them, and what the community fund may pay."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.linkage.enums import ProjectStage
from shegong.linkage.models import Agreement, JointActivity, JointPart, JointProject, PayableService
from shegong.linkage.queries.agreement import agreements_seen, is_officer_of
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ActivityState
from shegong.practice.models import Activity

READERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR, Role.LIAISON)
LEADERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD)
OFFERED: Final = 60


def projects_seen(viewer: Viewer) -> QuerySet[JointProject]:
    """The joint projects of the agreements that the viewer sees."""
    rows = JointProject.objects.filter(agreement__in=agreements_seen(viewer).values("pk"))
    return rows.select_related("agreement", "station")


def listed(viewer: Viewer) -> QuerySet[JointProject]:
    """The same with the number of linked activities."""
    return projects_seen(viewer).annotate(held=Count("activities"))


def project_of(viewer: Viewer, key: UUID) -> JointProject | None:
    """One that the viewer may see."""
    return projects_seen(viewer).filter(pk=key).first()


def may_lead(viewer: Viewer, project: JointProject) -> bool:
    """Whether the viewer leads it: officers, and the head of its station."""
    if is_officer_of(viewer, project.hub_id):
        return True
    return viewer.has(Role.HEAD) and viewer.reaches(project.hub_id, project.station_id)


def leading_stations(viewer: Viewer, agreement: Agreement) -> list[Station]:
    """Which stations of the agreement's reach the viewer may name as leading: own ones (one query)."""
    rows = Station.objects.exclude(tier__in=(Tier.ROOM, Tier.CENTRE)).filter(stage="running").order_by("path")
    if agreement.hub.tier != Tier.CENTRE:
        rows = rows.filter(hub_id=agreement.hub_id)
    if not viewer.has(Role.CITY):
        rows = rows.filter(Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations))
    return list(rows.only("id", "name", "hub_id")[:400])


def parts_of(project: JointProject) -> list[JointPart]:
    """Who does what (one query)."""
    rows = project.parts.select_related("party__organisation", "party__station")
    return sorted(rows, key=lambda each: (each.party.station_id is None, each.party.name))


def activities_of(project: JointProject) -> list[JointActivity]:
    """What was held together, the latest first (one query)."""
    return list(project.activities.select_related("station").order_by("-held_on", "-id"))


def activities_to_link(viewer: Viewer, project: JointProject) -> list[Activity]:
    """Activities of the viewer's stations within the project's days that aren't linked yet (one query)."""
    zone = timezone.get_default_timezone()
    first = datetime.combine(project.since, time(0), tzinfo=zone)
    last = datetime.combine(project.until, time(0), tzinfo=zone)
    reach = Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)
    rows = Activity.objects.filter(reach, starts_at__gte=first, starts_at__lt=last)
    rows = rows.exclude(state=ActivityState.CANCELLED).exclude(pk__in=project.activities.values("activity"))
    return list(
        rows.select_related("station")
        .only("id", "title", "starts_at", "station__name")
        .order_by("-starts_at")[:OFFERED]
    )


def running(viewer: Viewer, today: date) -> int:
    """How many run (one query)."""
    return projects_seen(viewer).filter(stage=ProjectStage.RUNNING, until__gt=today - timedelta(days=1)).count()


@dataclass(frozen=True, slots=True)
class Payable:
    """A service of the catalogue, and whether the fund may pay it; None where the city hasn't said."""

    code: str
    name: str
    category: str
    listed: PayableService | None

    @property
    def limit(self) -> Decimal | None:
        """Up to how much a room may have paid in a year."""
        return self.listed.yearly_limit if self.listed else None


def payables(day: date) -> list[Payable]:
    """The services that rooms give, with what the fund pays (two queries)."""
    known = PayableService.objects.in_bulk()
    rows = ServiceItem.objects.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day)).order_by("code")
    found = [Payable(each.code, each.name, each.category, known.get(each.code)) for each in rows]
    return sorted(
        found, key=lambda each: (each.listed is None, not (each.listed and each.listed.is_payable), each.code)
    )


def service_on(code: str, day: date) -> ServiceItem | None:
    """A service of the catalogue on a day."""
    rows = ServiceItem.objects.filter(code=code, since__lte=day)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=day)).first()
