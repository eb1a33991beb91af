"""Where today's visits lie, as far as the network's registered places tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.rules import community_name
from shegong.practice.models import Client
from shegong.practice.queries.record import Visit
from shegong.practice.rules.day_map import Basis, Place, Stop

PLACES_SHOWN: Final = 400


@dataclass(frozen=True, slots=True)
class Route:
    """A day's visits with their places, and the other rooms of the town around them."""

    stops: tuple[Stop, ...]
    visits: tuple[tuple[Stop, Visit], ...]
    around: tuple[Place, ...]

    @property
    def bases(self) -> set[str]:
        """What the places are taken from: for the legend."""
        return {stop.basis.value for stop in self.stops}


def route(visits: Sequence[Visit], home: Station | None) -> Route:
    """The places of a day's visits in their order (one query; none without visits).

    A visit lies where the room of its client's community lies; without one, where the client's own station lies. An
    address is encrypted and isn't looked up anywhere.
    """
    if not visits:
        return Route((), (), ())
    first = [visit.clients[0] if visit.clients else None for visit in visits]
    communities = {client.community_id for client in first if client and client.community_id}
    stations = {
        client.station_id if client else visit.record.station_id for client, visit in zip(first, visits, strict=True)
    }
    wanted = Q(tier=Tier.ROOM, division_id__in=communities) | Q(pk__in=stations)
    if home is not None and home.town_id is not None:
        wanted |= Q(town_id=home.town_id)
    found = list(Station.objects.filter(wanted).select_related("division").order_by("path")[:PLACES_SHOWN])
    rooms = {station.division_id: station for station in found if station.tier == Tier.ROOM and station.division_id}
    by_id = {station.pk: station for station in found}
    stops = []
    for index, (client, visit) in enumerate(zip(first, visits, strict=True)):
        place, basis = _place(client, visit.record.station_id, rooms, by_id)
        name = client.name if client else _("服务对象")
        at = visit.record.next_time.strftime("%H:%M") if visit.record.next_time else ""
        stops.append(Stop(index + 1, visit.record.pk, name, place, basis, at))
    around = tuple(_of_station(station) for station in found if station.longitude is not None)
    return Route(tuple(stops), tuple(zip(stops, visits, strict=True)), around)


def _place(
    client: Client | None, station_id: int, rooms: dict[int, Station], by_id: dict[int, Station]
) -> tuple[Place, Basis]:
    room = rooms.get(client.community_id) if client and client.community_id else None
    if room is not None and room.longitude is not None:
        return _of_station(room), Basis.COMMUNITY
    station = by_id.get(client.station_id if client else station_id)
    if room is None and station is not None and station.longitude is not None:
        return _of_station(station), Basis.STATION
    known = room or station
    return (_of_station(known), Basis.NOWHERE) if known else (Place("", _("位置没有登记")), Basis.NOWHERE)


def _of_station(station: Station) -> Place:
    """A room stands for its community."""
    is_room = station.tier == Tier.ROOM and station.division is not None
    name = community_name(station.division.name) if is_room and station.division else station.name
    lon, lat = station.longitude, station.latitude
    return Place(
        str(station.pk), name, float(lon) if lon is not None else None, float(lat) if lat is not None else None
    )
