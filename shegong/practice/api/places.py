"""Rows of a station, by the key that a caller names."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from shegong.kernel.api.refusals import not_found
from shegong.network.models import Station
from shegong.network.queries import subtree

Row = TypeVar("Row", bound=Model)


def station_named(key: str | None) -> Station | None:
    """The station with this key; None where none is named. Raises Problem (404) at `station`."""
    if key is None:
        return None
    found = Station.objects.filter(key=key).first()
    if found is None:
        raise not_found().at("station")
    return found


def at_station(rows: QuerySet[Row, Any], key: str | None) -> QuerySet[Row, Any]:
    """Of `rows` those of the station with this key and of all below it; all where none is named. Raises as above."""
    station = station_named(key)
    return rows if station is None else rows.filter(subtree(station))
