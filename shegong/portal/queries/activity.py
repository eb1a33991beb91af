"""Activities that anybody may come to, through the database's door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from shegong.portal.queries.directory import Place, directory

AHEAD: Final = timedelta(days=60)
FIND: Final = "SELECT * FROM portal_activities(%s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class OpenActivity:
    """An activity as everybody may know it. `places_left` is None where nobody counts places."""

    id: UUID
    station: Place
    title: str
    target: str
    purpose: str
    venue: str
    starts_at: datetime
    minutes: int
    places_left: int | None

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


def activities_at(stations: Mapping[int, Place], now: datetime) -> list[OpenActivity]:
    """What is on at these stations within the next two months, 100 at most (one query)."""
    return _found(stations, now, None)


def activity_open(activity_id: UUID, now: datetime) -> OpenActivity | None:
    """An activity that anybody may come to; None for another, and for one that has begun (two queries)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_activity_station(%s)", [activity_id])
        station_id = cursor.fetchone()[0]
    place = directory().by_id.get(station_id)
    found = _found({place.id: place}, now, activity_id) if place else []
    return found[0] if found else None


def _found(stations: Mapping[int, Place], now: datetime, one: UUID | None) -> list[OpenActivity]:
    if not stations:
        return []
    until = now + (AHEAD if one is None else timedelta(days=3650))
    with connection.cursor() as cursor:
        cursor.execute(FIND, [list(stations), now, until, one])
        rows = cursor.fetchall()
    return [OpenActivity(row[0], stations[row[1]], *row[2:]) for row in rows]
