"""What is to be known about the network itself. Divisions, stations and organisations are no secret."""

from datetime import date

from django.db.models import Q, QuerySet

from shegong.network.enums import Tier
from shegong.network.models import Division, Organisation, Station


def divisions_on(day: date) -> QuerySet[Division]:
    """The divisions that exist on this day, with their parents."""
    existing = Division.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return existing.select_related("parent")


def stations() -> QuerySet[Station]:
    """All stations, with those above and the division they lie in."""
    return Station.objects.select_related("parent", "hub", "town", "division")


def organisations_on(day: date) -> QuerySet[Organisation]:
    """The organisations that exist on this day."""
    return Organisation.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def subtree(station: Station, prefix: str = "") -> Q:
    """Rows with `hub` and `station` that belong to this station or one below it."""
    if station.tier == Tier.CENTRE:
        return Q()
    if station.tier == Tier.HUB:
        return Q(**{f"{prefix}hub_id": station.id})
    if station.tier == Tier.ROOM:
        return Q(**{f"{prefix}station_id": station.id})
    below = Station.objects.filter(Q(id=station.id) | Q(town_id=station.id)).values_list("id", flat=True)
    return Q(**{f"{prefix}station_id__in": list(below)})
