"""What the public site reads: places, and the station that serves one. All of it is public."""

from datetime import date
from typing import Final

from django.db.models import QuerySet

from shegong.catalogue.models import PopulationGroup
from shegong.network.enums import Level, Stage, Tier
from shegong.network.models import Division, Station
from shegong.network.queries import divisions_on

NEAREST: Final = {Tier.ROOM: 0, Tier.STATION: 1, Tier.HUB: 2, Tier.CENTRE: 3}
OPEN: Final = (Stage.BUILT, Stage.RUNNING)


def places(level: Level, parent: int | None, today: date) -> QuerySet[Division]:
    """The divisions of a level, below a parent where one is given, by code (one query)."""
    found = divisions_on(today).filter(level=level)
    return (found.filter(parent_id=parent) if parent is not None else found).order_by("code")


def open_groups() -> QuerySet[PopulationGroup]:
    """Groups that anybody may name: none of the restricted ones."""
    return PopulationGroup.objects.filter(restricted_class="")


def community_on(division_id: int, today: date) -> Division | None:
    """A community that exists, with its town (one query)."""
    return places(Level.COMMUNITY, None, today).filter(pk=division_id).first()


def division_on(division_id: int, today: date) -> Division | None:
    """A division that exists, with the one above (one query)."""
    return divisions_on(today).filter(pk=division_id).first()


def station_serving(community: Division) -> Station | None:
    """The open station nearest to a community: its room, else its town's station, else the hub above (two queries)."""
    town = community.parent
    above = [community.pk, community.parent_id, town.parent_id if town else None]
    found = Station.objects.filter(division_id__in=[pk for pk in above if pk], stage__in=OPEN)
    nearest = min(found, key=lambda station: (NEAREST[Tier(station.tier)], station.key), default=None)
    return nearest or Station.objects.filter(tier=Tier.CENTRE, stage__in=OPEN).first()
