"""Sites with what is in them and who shares them. Where a site is is no secret; agreements and loans show the wall's
part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import cos, hypot, radians
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from shegong.kernel.fields import spelt_like
from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Condition, Tier
from shegong.network.models import Area, Equipment, EquipmentLoan, OpeningHours, SharingAgreement, Site, Station
from shegong.network.premises.rules.site import Span

DEGREE_KM = 111.2


def in_use(day: date, prefix: str = "") -> Q:
    """Sites (or what else has `since` and `until`) in use on a day."""
    ends = Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": day})
    return ends & Q(**{f"{prefix}since__lte": day})


def sites_below(station: Station, prefix: str = "") -> Q:
    """Sites in a station's subtree; of a room those that it keeps or shares."""
    if station.tier == Tier.CENTRE:
        return Q()
    if station.tier == Tier.HUB:
        return Q(**{f"{prefix}hub_id": station.id})
    if station.tier == Tier.STATION:
        return Q(**{f"{prefix}town_id": station.id})
    shared = SharingAgreement.objects.filter(station=station).values("site_id")
    return Q(**{f"{prefix}keeper_id": station.id}) | Q(**{f"{prefix}id__in": shared})


def sites() -> QuerySet[Site]:
    """All sites, with those above them."""
    return Site.objects.select_related("hub", "town", "keeper", "division")


def sites_page(
    day: date, text: str = "", kind: str = "", hub: str = "", below: Station | None = None, cursor: str | None = None
) -> Page[Site]:
    """Sites in use by name, pinyin or address, narrowed by kind, hub's key and station, 25 a page by name, each with
    the numbers of its rooms and places (`area_count`, `places`) (one query). Raises Problem `cursor_invalid`.
    """
    found = sites().filter(in_use(day))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(address__icontains=text) | spelt_like(text))
    if kind:
        found = found.filter(host_kind=kind)
    if hub:
        found = found.filter(hub__key=hub)
    if below is not None:
        found = found.filter(sites_below(below))
    found = found.annotate(area_count=Count("areas"), places=Sum("areas__capacity"))
    return page_of(found, ["name"], cursor)


def site_by_id(key: UUID) -> Site | None:
    """A site with those above it (one query)."""
    return sites().filter(pk=key).first()


def areas_of(site: Site) -> list[Area]:
    """The rooms of a site, the largest first."""
    return list(Area.objects.filter(site=site).order_by("-capacity", "name"))


def spans(site_id: UUID) -> list[Span]:
    """When a site is open (one query)."""
    rows = OpeningHours.objects.filter(site_id=site_id).order_by("weekday", "opens")
    return [Span(*row) for row in rows.values_list("weekday", "opens", "closes")]


def agreements_of(site: Site) -> list[SharingAgreement]:
    """Who shares a site, those in force first, as far as the wall shows them."""
    found = SharingAgreement.objects.filter(site=site).select_related("station")
    return list(found.order_by("until", "-since", "pk"))


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry of the inventory: how many are lent of it, and to whom."""

    row: Equipment
    lent: int
    loans: list[EquipmentLoan]

    @property
    def free(self) -> int:
        """How many are there and usable."""
        return 0 if self.row.condition == Condition.BROKEN else self.row.number - self.lent


def inventory_of(site: Site) -> list[Piece]:
    """The inventory of a site with what is lent (two queries)."""
    loans: dict[UUID, list[EquipmentLoan]] = {}
    lent = EquipmentLoan.objects.filter(equipment__site=site, returned_on__isnull=True).select_related("station")
    for loan in lent.order_by("due_on"):
        loans.setdefault(loan.equipment_id, []).append(loan)
    rows = Equipment.objects.filter(site=site).order_by("name", "condition", "pk")
    return [Piece(row, sum(loan.number for loan in loans.get(row.pk, ())), loans.get(row.pk, [])) for row in rows]


def stations_to_share(site: Site) -> QuerySet[Station]:
    """The stations that may share a site, or borrow from it: those of its county."""
    return Station.objects.filter(hub_id=site.hub_id).order_by("path")


def kilometres(first: Station | Site, second: Station | Site) -> float | None:
    """How far two places lie apart as the crow flies; None where one isn't on the map."""
    if None in (first.longitude, first.latitude, second.longitude, second.latitude):
        return None
    assert first.longitude and first.latitude and second.longitude and second.latitude
    east = float(second.longitude - first.longitude) * cos(radians(float(first.latitude)))
    return hypot(east, float(second.latitude - first.latitude)) * DEGREE_KM


def nearest(place: Station | Site, found: Iterable[Site]) -> list[Site]:
    """The sites by their distance from a place; those that aren't on the map last."""
    far = float("inf")

    def away(site: Site) -> tuple[float, str]:
        distance = kilometres(place, site)
        return (far if distance is None else distance), site.name

    return sorted(found, key=away)
