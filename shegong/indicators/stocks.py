"""Headcounts of stations, organisations and workers on a day: for a station's subtree in one query, by child in one."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import connection

from shegong.network.enums import Tier
from shegong.network.models import Station

ON_DAY: Final = "{t}.since <= %(day)s AND ({t}.until IS NULL OR {t}.until > %(day)s)"


def _on_day(table: str) -> str:
    return ON_DAY.format(t=table)


def _running(tiers: str, more: str = "") -> str:
    return f"""SELECT s.hub_id, s.town_id, s.id AS station_id FROM network_station s
        JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running' AND {_on_day("g")}
        {more} WHERE s.tier IN ({tiers})"""


def _workers(condition: str) -> str:
    return f"""SELECT w.hub_id, w.town_id, w.station_id FROM workforce_headcount w
        WHERE {_on_day("w")} AND {condition}"""


# Each query's rows are the things counted, with the hub, town and station that they belong to.
STOCKS: Final[Mapping[str, str]] = {
    "rooms_running": _running("'room'"),
    "towns_running": _running("'station'"),
    "hubs_running": _running("'hub'"),
    "stations_and_rooms": _running("'station', 'room'"),
    "agency_run": _running(
        "'station', 'room'",
        f"JOIN network_operation o ON o.station_id = s.id AND o.mode = 'agency' AND {_on_day('o')}",
    ),
    "hubs_due": "SELECT s.hub_id, s.town_id, s.id AS station_id FROM network_station s WHERE s.tier = 'hub'",
    "towns": "SELECT s.hub_id, s.town_id, s.id AS station_id FROM network_station s WHERE s.tier = 'station'",
    # A community belongs to the station of its town; the room that serves it, if any, stands for it below.
    "communities": f"""SELECT t.hub_id, t.id AS town_id, r.id AS station_id FROM network_division d
        JOIN network_station t ON t.division_id = d.parent_id AND t.tier = 'station'
        LEFT JOIN network_station r ON r.division_id = d.id AND r.tier = 'room'
        WHERE d.level = 'community' AND {_on_day("d")}""",
    "professionals": _workers("w.is_professional"),
    "certified": _workers("w.is_professional AND w.certified_on <= %(day)s"),
    "supervisors": _workers("w.is_supervisor"),
    "psychological": _workers("w.is_psychological"),
}

AGENCIES_IN_CITY: Final = f"""SELECT count(*) FROM network_organisation o
    WHERE 'agency' = ANY (o.kinds) AND {_on_day("o")}"""
AGENCIES_BELOW: Final = f"""SELECT s.{{column}}, count(DISTINCT o.organisation_id) FROM network_operation o
    JOIN network_station s ON s.id = o.station_id
    WHERE o.mode = 'agency' AND s.{{column}} = ANY (%(ids)s) AND {_on_day("o")} GROUP BY 1"""

COLUMNS: Final[Mapping[str, str]] = {Tier.HUB: "hub_id", Tier.STATION: "town_id", Tier.ROOM: "station_id"}


def stock(name: str, station: Station, day: date) -> int:
    """How many there are in a station's subtree on a day (one query; the support centre stands for the city)."""
    if station.tier != Tier.CENTRE:
        return stocks_of(name, Tier(station.tier), [station.id], day).get(station.id, 0)
    sql = AGENCIES_IN_CITY if name == "agencies" else f"SELECT count(*) FROM ({STOCKS[name]}) AS x"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": day})
        number: int = cursor.fetchone()[0]
    return number


def stocks_of(name: str, tier: Tier, ids: list[int], day: date) -> dict[int, int]:
    """The same for several stations of one tier in one query; stations with none are missing."""
    column = COLUMNS[tier]
    if name == "agencies":
        sql = AGENCIES_BELOW.format(column="id" if tier == Tier.ROOM else column)
    else:
        sql = f"SELECT x.{column}, count(*) FROM ({STOCKS[name]}) AS x WHERE x.{column} = ANY (%(ids)s) GROUP BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": day, "ids": ids})
        return dict(cursor.fetchall())
