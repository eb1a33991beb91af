"""A station's premises, for the card on its page: sites with their rooms and today's hours, and the next bookings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from shegong.network.enums import Tier
from shegong.network.models import Booking, OpeningHours, Site, Station
from shegong.network.premises.queries.booking import bookings_seen
from shegong.network.premises.queries.site import in_use, sites_below
from shegong.network.premises.rules.site import Span, span_words
from shegong.network.scope import Viewer

SITES_SHOWN: Final = 5
BOOKINGS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A site with the number of its rooms, and when it is open today (nothing: closed)."""

    site: Site
    rooms: int
    hours: str


@dataclass(frozen=True, slots=True)
class Premises:
    """Some of the sites (`total` there are), and the station's next bookings."""

    places: list[Place]
    total: int
    bookings: list[Booking]


def premises_of(viewer: Viewer, station: Station, now: datetime) -> Premises:
    """The sites that a station's subtree has or shares, and what it has booked next (at most four queries)."""
    today = timezone.localdate(now)
    found = Site.objects.filter(sites_below(station), in_use(today)).order_by("name")
    some = list(found.annotate(rooms=Count("areas"))[:SITES_SHOWN])
    hours: dict[object, list[Span]] = {}
    rows = OpeningHours.objects.filter(site__in=[each.pk for each in some], weekday=today.isoweekday())
    for site_id, weekday, opens, closes in rows.order_by("opens").values_list("site_id", "weekday", "opens", "closes"):
        hours.setdefault(site_id, []).append(Span(weekday, opens, closes))
    coming = bookings_seen(viewer).filter(_of(station), cancelled_at__isnull=True, ends_at__gt=now)
    return Premises(
        [Place(each, each.rooms, span_words(hours.get(each.pk, []))) for each in some],
        len(some) if len(some) < SITES_SHOWN else found.count(),
        list(coming.order_by("starts_at")[:BOOKINGS_SHOWN]) if viewer.hubs or viewer.stations else [],
    )


def _of(station: Station) -> Q:
    """Bookings by a station; of a county, or the city, by whoever is below."""
    if station.tier == Tier.CENTRE:
        return Q()
    if station.tier == Tier.HUB:
        return Q(hub_id=station.pk)
    return Q(station_id=station.pk)
