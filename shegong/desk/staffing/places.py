"""The map of a county's stations: where people are missing, where they soon will be, where there are enough. The points
are those that the network has registered; rooms without one stand with their town's station.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shegong.desk.staffing.outlook import Outlook, ends_soon
from shegong.kernel.wording import exact_time
from shegong.network.models import Station
from shegong.practice.pictures.svg import element, frame, joined

WIDTH, HEIGHT, MARGIN = 340.0, 220.0, 14.0
# Drawn in this order, so that what is missing lies on top.
RADIUS: Final = {"met": 2.0, "ending": 3.5, "gap": 4.5}
TOUCH: Final = 14.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A station at its place (degrees), its state, and what is said of it."""

    key: str
    place: tuple[float, float]
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class PlacesMap:
    """The picture, and how many of the stations stand in it for each state; `unplaced` have no place at all."""

    svg: SafeString
    counts: dict[str, int]
    unplaced: int


def places_map(seen: Outlook, hub: Station, today: date) -> PlacesMap | None:
    """The stations of a county that the viewer follows (one query); None where not two of them have a place."""
    stations = Station.objects.filter(hub=hub, id__in=list(seen.found)).select_related("town")
    shown = stations.only("key", "name", "longitude", "latitude", "town__longitude", "town__latitude")
    dots, unplaced = [], 0
    for station in shown:
        place = _place(station) or (_place(station.town) if station.town else None)
        if place is None:
            unplaced += 1
        else:
            dots.append(_dot(station, place, seen, today))
    if len({dot.place for dot in dots}) < 2:
        return None
    counts = {state: sum(dot.state == state for dot in dots) for state in reversed(RADIUS)}
    words = _("%(gap)s 个未达标，%(ending)s 个三个月内将不达标，%(met)s 个达标。") % counts
    body = joined(_drawn(dots))
    svg = frame(WIDTH, HEIGHT, _("站点人员配备图"), words, body, name="staffing", has_links=True)
    return PlacesMap(svg, counts, unplaced)


def _place(station: Station) -> tuple[float, float] | None:
    if station.longitude is None or station.latitude is None:
        return None
    return float(station.longitude), float(station.latitude)


def _dot(station: Station, place: tuple[float, float], seen: Outlook, today: date) -> Dot:
    one = seen.found[station.pk]
    said: dict[str, Any] = {"name": station.name, "count": one.missing}
    if not one.met:
        return Dot(station.key, place, "gap", _("%(name)s：缺 %(count)s 人") % said)
    if ends_soon(one, today) and one.until is not None:
        said["until"] = exact_time(one.until)
        return Dot(station.key, place, "ending", _("%(name)s：%(until)s 起不再达标") % said)
    return Dot(station.key, place, "met", _("%(name)s：达标") % said)


def _drawn(dots: Sequence[Dot]) -> Iterable[SafeString]:
    spots = _spots([dot.place for dot in dots])
    order = list(RADIUS)
    for dot, (x, y) in sorted(zip(dots, spots, strict=True), key=lambda each: order.index(each[0].state)):
        title = element("title", dot.words)
        circle = element("circle", cx=x, cy=y, r=RADIUS[dot.state], class_=f"staff-{dot.state}")
        if dot.state == "met":
            yield element("g", title, circle)
            continue
        touch = element("circle", cx=x, cy=y, r=TOUCH, class_="day-touch")
        href = reverse("desk:station", args=[dot.key])
        yield element("a", title, touch, circle, href=href, class_="pic-link", aria_label=dot.words)


def _spots(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where places come to lie in the picture: north up, the same scale both ways."""
    east = [place[0] for place in places]
    north = [place[1] for place in places]
    narrow = cos(radians((min(north) + max(north)) / 2))
    across, up = (max(east) - min(east)) * narrow, max(north) - min(north)
    scale = min((WIDTH - 2 * MARGIN) / (across or 1e-9), (HEIGHT - 2 * MARGIN) / (up or 1e-9))
    left, top = (WIDTH - across * scale) / 2, (HEIGHT - up * scale) / 2
    return [(left + (x - min(east)) * narrow * scale, top + (max(north) - y) * scale) for x, y in places]
