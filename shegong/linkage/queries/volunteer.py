"""Volunteers as their station and they themselves see them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from shegong.linkage.models import (
    Attendance,
    Certificate,
    Honour,
    HonourKind,
    HoursCorrection,
    SignUp,
    Skill,
    Thanks,
    Volunteer,
    VolunteerTraining,
)
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

KEEPERS: Final = (Role.COUNTY, Role.HEAD, Role.WORKER)
READERS: Final = (*KEEPERS, Role.VOLUNTEER)
SHOWN: Final = 30
ROW: Final = (
    "number", "name", "sort_key", "born_on", "state", "skills", "minutes", "kept", "missed", "station_id", "hub_id",
)  # fmt: skip


def may_keep(viewer: Viewer, hub_id: int, station_id: int) -> bool:
    """Whether a viewer keeps the volunteers and calls of a station: its staff, or the county's."""
    return viewer.has(*KEEPERS) and viewer.reaches(hub_id, station_id)


def is_keeper(viewer: Viewer) -> bool:
    """Whether a viewer keeps volunteers somewhere."""
    return viewer.has(*KEEPERS)


def here(viewer: Viewer) -> Q:
    """What belongs to the viewer's stations."""
    return Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)


def own(viewer: Viewer) -> Volunteer | None:
    """The viewer as a volunteer (one query)."""
    return Volunteer.objects.select_related("station").filter(account_id=viewer.account_id).first()


def volunteers_seen(viewer: Viewer) -> QuerySet[Volunteer]:
    """Volunteers of the viewer's stations, and the viewer; nobody for others."""
    found = Volunteer.objects.select_related("station")
    if viewer.has(*KEEPERS):
        return found.filter(here(viewer) | Q(account_id=viewer.account_id))
    return found.filter(account_id=viewer.account_id)


def volunteer_of(viewer: Viewer, key: UUID) -> Volunteer | None:
    """A volunteer of the viewer's stations, or the viewer (one query)."""
    return volunteers_seen(viewer).filter(pk=key).first()


def state_counts(viewer: Viewer) -> dict[str, int]:
    """{state: how many} in the viewer's stations (one query)."""
    rows = volunteers_seen(viewer).select_related(None).order_by().values("state").annotate(count=Count("id"))
    return {row["state"]: row["count"] for row in rows}


def skills() -> list[Skill]:
    """All skills (one query)."""
    return list(Skill.objects.all())


def honour_kinds() -> list[HonourKind]:
    """All kinds of honours (one query)."""
    return list(HonourKind.objects.all())


def homes(viewer: Viewer, limit: int = 400) -> list[Station]:
    """Stations at which the viewer may register somebody (one query)."""
    reach = Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations)
    rows = Station.objects.filter(reach).exclude(tier="centre").exclude(stage="closed").order_by("path")
    return list(rows.only("id", "key", "name", "path", "hub_id")[:limit])


@dataclass(frozen=True, slots=True)
class VolunteerFile:
    """What belongs to a volunteer, the latest first."""

    services: list[Attendance]
    trainings: list[VolunteerTraining]
    honours: list[Honour]
    thanks: list[Thanks]
    certificates: list[Certificate]
    corrections: dict[UUID, HoursCorrection]


def file_of(volunteer: Volunteer) -> VolunteerFile:
    """What belongs to a volunteer (six queries)."""
    services = list(
        Attendance.objects.filter(volunteer=volunteer, confirmed_at__isnull=False)
        .select_related("opportunity").order_by("-on_day", "-id")[:SHOWN]
    )  # fmt: skip
    corrections = HoursCorrection.objects.filter(attendance__in=[each.pk for each in services]).order_by("asked_at")
    return VolunteerFile(
        services, list(VolunteerTraining.objects.filter(volunteer=volunteer)),
        list(Honour.objects.filter(volunteer=volunteer).select_related("kind")),
        list(Thanks.objects.filter(volunteer=volunteer)[:SHOWN]),
        list(Certificate.objects.filter(volunteer=volunteer).order_by("-issued_at")[:SHOWN]),
        {each.attendance_id: each for each in corrections},
    )  # fmt: skip


def coming(volunteer: Volunteer) -> list[SignUp]:
    """What somebody signed up for and isn't over, the next first (one query)."""
    rows = SignUp.objects.filter(volunteer=volunteer, opportunity__state__in=("open", "closed"))
    rows = rows.exclude(state="withdrawn").select_related("opportunity", "opportunity__station")
    return list(rows.order_by("opportunity__starts_at")[:SHOWN])
