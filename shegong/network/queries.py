"""What is to be known about the network itself. Divisions, stations and organisations are no secret."""

from datetime import date

from django.db.models import Q, QuerySet

from shegong.kernel.fields import spelt_like
from shegong.kernel.pages import Page, page_of
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Division, Organisation, Station


def divisions_on(day: date) -> QuerySet[Division]:
    """The divisions that exist on this day, with their parents."""
    existing = Division.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return existing.select_related("parent")


def stations() -> QuerySet[Station]:
    """All stations, with those above and the division they lie in."""
    return Station.objects.select_related("parent", "hub", "town", "division")


def station_by_key(key: str) -> Station | None:
    """A station with those above it, or None (one query)."""
    return stations().filter(key=key).first()


def stations_page(
    text: str = "", tier: str = "", stage: str = "", hub: str = "", cursor: str | None = None
) -> Page[Station]:
    """Stations whose name, pinyin or key answers to a text, narrowed by tier, stage and hub's key, 25 a page in the
    order of their keys (one query). Raises Problem `cursor_invalid`.
    """
    found = stations()
    if text:
        found = found.filter(called(text))
    for lookup, value in (("tier", tier), ("stage", stage), ("hub__key", hub)):
        if value:
            found = found.filter(**{lookup: value})
    return page_of(found, ["key"], cursor)


def called(text: str) -> Q:
    """Stations whose name holds this text, whose pinyin or initials from some character on or whose key begin so."""
    return Q(name__icontains=text) | Q(key__istartswith=text) | spelt_like(text)


def place_name(station: Station) -> str:
    """What the numbers of a station's subtree are about: for the support centre the city, otherwise the station. Its
    division should be loaded.
    """
    if station.tier == Tier.CENTRE and station.division is not None:
        return station.division.name
    return station.name


def hubs() -> QuerySet[Station]:
    """All hubs in the order of the tree."""
    return Station.objects.filter(tier=Tier.HUB).order_by("path")


def agencies_on(day: date) -> QuerySet[Organisation]:
    """The agencies that exist on this day and could run a station."""
    return organisations_on(day).filter(kinds__contains=[OrganisationKind.AGENCY]).order_by("name")


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
