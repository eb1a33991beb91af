"""Local groups and micro-grants as their people see them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from shegong.linkage.enums import LocalGroupStage, MicroGrantState
from shegong.linkage.models import GroupProject, GroupStep, GroupSupport, LocalGroup, MicroGrant
from shegong.network.enums import Level, Tier
from shegong.network.models import Division, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import Pays
from shegong.purchase.models import FiscalYear, Fund

READERS: Final = (Role.COUNTY, Role.HEAD, Role.WORKER)
KEEPERS: Final = (Role.HEAD, Role.WORKER)
GRANT_READERS: Final = (Role.CITY, *READERS)
PAYS: Final = Pays.PROJECT
STATIONS_OFFERED: Final = 400


def _reach(viewer: Viewer) -> Q:
    return Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)


def groups_seen(viewer: Viewer) -> QuerySet[LocalGroup]:
    """The groups of the viewer's stations."""
    return LocalGroup.objects.filter(_reach(viewer)).select_related("station")


def group_of(viewer: Viewer, key: UUID) -> LocalGroup | None:
    """One that the viewer may see."""
    return groups_seen(viewer).select_related("community").filter(pk=key).first()


def may_keep(viewer: Viewer, hub_id: int, station_id: int) -> bool:
    """Whether the viewer looks after the groups of a station."""
    return viewer.has(*KEEPERS) and viewer.reaches(hub_id, station_id)


def may_decide(viewer: Viewer, hub_id: int) -> bool:
    """Whether the viewer decides about the county's micro-grants."""
    return viewer.has(Role.COUNTY) and hub_id in viewer.hubs


def counted(viewer: Viewer) -> dict[str, int]:
    """{stage: how many} (one query)."""
    rows = LocalGroup.objects.filter(_reach(viewer)).values("stage").annotate(number=Count("id")).order_by()
    return {row["stage"]: row["number"] for row in rows}


def stations_to_keep(viewer: Viewer) -> list[Station]:
    """Where the viewer may found a group (one query)."""
    rows = Station.objects.filter(Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations), stage="running")
    return list(rows.exclude(tier=Tier.CENTRE).order_by("path").only("id", "name", "hub_id")[:STATIONS_OFFERED])


def communities_of(stations: list[Station]) -> QuerySet[Division]:
    """The communities of these stations' towns: of a few stations only, so that the list stays short."""
    places = Station.objects.filter(pk__in=[each.pk for each in stations[:STATIONS_OFFERED]], division__isnull=False)
    rooms, towns = places.filter(tier=Tier.ROOM), places.filter(tier=Tier.STATION)
    wanted = Q(pk__in=rooms.values("division_id")) | Q(parent__in=towns.values("division_id"))
    return Division.objects.filter(wanted, level=Level.COMMUNITY, until__isnull=True).order_by("code")


@dataclass(frozen=True, slots=True)
class Life:
    """What belongs to a group."""

    steps: list[GroupStep]
    supports: list[GroupSupport]
    projects: list[GroupProject]
    grants: list[MicroGrant]


def life_of(group: LocalGroup) -> Life:
    """What belongs to a group, the latest first (four queries)."""
    return Life(
        list(group.steps.order_by("-since")),
        list(group.supports.order_by("-given_on", "-id")[:30]),
        list(group.projects.order_by("-since", "-id")[:30]),
        list(group.grants.order_by("-asked_at")[:30]),
    )


def project_of(viewer: Viewer, key: UUID) -> GroupProject | None:
    """A group's project, as far as the viewer may see it."""
    found = GroupProject.objects.select_related("group").filter(pk=key).first()
    return found if found and group_of(viewer, found.group_id) else None


def grants_seen(viewer: Viewer) -> QuerySet[MicroGrant]:
    """The micro-grants of the viewer's stations; all for the city, without their groups."""
    rows = MicroGrant.objects.select_related("station", "fund")
    return rows if viewer.has(Role.CITY) else rows.filter(_reach(viewer)).select_related("group")


def grant_of(viewer: Viewer, key: UUID) -> MicroGrant | None:
    """One that the viewer may see."""
    return grants_seen(viewer).filter(pk=key).first()


def grants_counted(viewer: Viewer) -> tuple[dict[str, int], Decimal]:
    """{state: how many}, and how much was paid (one query)."""
    rows = grants_seen(viewer).select_related(None).order_by().values("state")
    found = list(rows.annotate(number=Count("id"), money=Sum("approved")))
    paid = (MicroGrantState.PAID, MicroGrantState.ACCOUNTED)
    money = sum((row["money"] or Decimal(0) for row in found if row["state"] in paid), Decimal(0))
    return {row["state"]: row["number"] for row in found}, money


def funds_for_grants(day: date) -> QuerySet[Fund]:
    """The funds that may pay projects on a day (one query)."""
    now = Q(rules__until__isnull=True) | Q(rules__until__gt=day)
    return Fund.objects.filter(now, rules__pays=PAYS, rules__since__lte=day).distinct().order_by("code")


def open_year(day: date) -> int | None:
    """The fiscal year of a day, where it is open (one query)."""
    return FiscalYear.objects.filter(year=day.year, closed_at__isnull=True).values_list("year", flat=True).first()


def active(stage: str) -> bool:
    """Whether a group goes on."""
    return stage != LocalGroupStage.DISSOLVED
