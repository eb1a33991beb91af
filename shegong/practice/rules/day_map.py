"""Where today's visits lie: numbers in the order of the day, at the place of the community or else of the station."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, hypot, pi, radians, sin
from typing import Final
from uuid import UUID

KM_OF_A_DEGREE: Final = 111.32
SMALLEST_KM: Final = 0.8
# Numbers that would lie upon one another move this far apart, in the units of the picture.
APART: Final = 27.0
RINGS: Final = 6
NEAR: Final = 7
Spot = tuple[float, float]


class Basis(StrEnum):
    """What a visit's place is taken from. Addresses are encrypted and never looked up on a map."""

    COMMUNITY = "community"
    STATION = "station"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a name, in degrees east and north; without degrees it has only its name."""

    key: str
    name: str
    lon: float | None = None
    lat: float | None = None

    @property
    def position(self) -> str:
        """Latitude and longitude as a geo: address names them (RFC 5870); empty where they aren't known."""
        return "" if self.lon is None or self.lat is None else f"{self.lat:.6f},{self.lon:.6f}"


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit: its number in the order of the day, whom it is about and what its place is taken from."""

    number: int
    key: UUID
    name: str
    place: Place
    basis: Basis
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's size and the empty border around what is drawn."""

    width: float
    height: float
    border: float


@dataclass(frozen=True, slots=True)
class Layout:
    """`places` {place: its point}, `numbers` {visit's number: its point}; `kilometre` is the length of one, None where
    the places are only arranged and not true to the map.
    """

    places: Mapping[str, Spot]
    numbers: Mapping[int, Spot]
    kilometre: float | None


def laid_out(stops: Sequence[Stop], around: Sequence[Place], canvas: Canvas) -> Layout:
    """Places on a canvas. True to the map as far as they have degrees; if none of the visits has any, all are arranged
    in rows, in the order of the day.
    """
    wanted = {stop.place.key: stop.place for stop in stops}
    located = [place for place in wanted.values() if place.lon is not None]
    if not located:
        places, kilometre = _in_rows(list(wanted.values()), canvas), None
    else:
        everywhere = {place.key: place for place in (*around, *located) if place.lon is not None}
        fitted = [*located, *_neighbours(around, located)]
        places, kilometre = _projected(list(everywhere.values()), fitted, canvas)
    return Layout(places, _numbers(stops, places, canvas), kilometre)


def _in_rows(places: Sequence[Place], canvas: Canvas) -> dict[str, Spot]:
    across = 1 if len(places) == 1 else 2 if len(places) <= 4 else 3
    rows = -(-len(places) // across)
    wide, high = canvas.width - 2 * canvas.border, canvas.height - 2 * canvas.border
    return {
        place.key: (
            canvas.border + wide * (index % across + 0.5) / across,
            canvas.border + high * (index // across + 0.5) / rows,
        )
        for index, place in enumerate(places)
    }


def _neighbours(around: Sequence[Place], located: Sequence[Place]) -> list[Place]:
    """The nearest places around the visits, by which one knows one's way: visits in one community are else lost."""
    lon = sum(place.lon or 0.0 for place in located) / len(located)
    lat = sum(place.lat or 0.0 for place in located) / len(located)
    shrink = cos(radians(lat))
    others = [place for place in around if place.lon is not None]
    return sorted(others, key=lambda place: hypot(((place.lon or 0.0) - lon) * shrink, (place.lat or 0.0) - lat))[:NEAR]


def _projected(
    everywhere: Sequence[Place], located: Sequence[Place], canvas: Canvas
) -> tuple[dict[str, Spot], float | None]:
    """These places fill the canvas; others are shown as far as they lie in it."""
    lons, lats = [place.lon or 0.0 for place in located], [place.lat or 0.0 for place in located]
    east, north = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    # A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
    shrink = KM_OF_A_DEGREE * cos(radians(north))
    wide_km = max((max(lons) - min(lons)) * shrink, SMALLEST_KM)
    high_km = max((max(lats) - min(lats)) * KM_OF_A_DEGREE, SMALLEST_KM)
    kilometre = min((canvas.width - 2 * canvas.border) / wide_km, (canvas.height - 2 * canvas.border) / high_km)
    found: dict[str, Spot] = {}
    for place in everywhere:
        x = canvas.width / 2 + ((place.lon or 0.0) - east) * shrink * kilometre
        y = canvas.height / 2 - ((place.lat or 0.0) - north) * KM_OF_A_DEGREE * kilometre
        if 0 < x < canvas.width and 0 < y < canvas.height:
            found[place.key] = (x, y)
    return found, kilometre


def _numbers(stops: Sequence[Stop], places: Mapping[str, Spot], canvas: Canvas) -> dict[int, Spot]:
    """Each number at its place, or beside it where another number lies already."""
    taken: dict[int, Spot] = {}
    for stop in stops:
        if stop.place.key in places:
            taken[stop.number] = _free_spot(places[stop.place.key], list(taken.values()), canvas)
    return taken


def _free_spot(middle: Spot, taken: Sequence[Spot], canvas: Canvas) -> Spot:
    rim = APART / 2
    for ring in range(RINGS):
        for step in range(max(6 * ring, 1)):
            angle = 2 * pi * step / max(6 * ring, 1)
            x, y = middle[0] + ring * APART * cos(angle), middle[1] + ring * APART * sin(angle)
            is_inside = rim <= x <= canvas.width - rim and rim <= y <= canvas.height - rim
            if is_inside and all(hypot(x - other[0], y - other[1]) >= APART - 0.01 for other in taken):
                return x, y
    return middle
