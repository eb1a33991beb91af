"""Headcounts of stations, organisations and workers on a day, for a station's subtree and each of its children at once.

What is counted comes in families, one query each: stations with their stage and who runs them, communities, workers.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.cache import cache
from django.db import connection

from shegong.network.enums import Tier
from shegong.network.models import Station

KEPT_SECONDS: Final = 3600
ON_DAY: Final = "{t}.since <= %(day)s AND ({t}.until IS NULL OR {t}.until > %(day)s)"


def _on_day(table: str) -> str:
    return ON_DAY.format(t=table)


IN_TOWNS: Final = "s.tier IN ('station', 'room')"
# family -> {what is counted: the condition on a row}
COUNTED: Final[Mapping[str, Mapping[str, str]]] = {
    "stations": {
        "rooms_running": "s.tier = 'room' AND g.id IS NOT NULL",
        "towns_running": "s.tier = 'station' AND g.id IS NOT NULL",
        "hubs_running": "s.tier = 'hub' AND g.id IS NOT NULL",
        "stations_and_rooms": f"{IN_TOWNS} AND g.id IS NOT NULL",
        "agency_run": f"{IN_TOWNS} AND g.id IS NOT NULL AND o.id IS NOT NULL",
        "hubs_due": "s.tier = 'hub'",
        "towns": "s.tier = 'station'",
    },
    "communities": {"communities": "true"},
    "workers": {
        "professionals": "w.is_professional",
        "certified": "w.is_professional AND w.certified_on <= %(day)s",
        "supervisors": "w.is_supervisor",
        "psychological": "w.is_psychological",
    },
    # Sums and not counts, of the year of the day.
    "money": {"pooled_cents": "m.pooled", "budget_yuan": "m.budget", "paid_yuan": "m.paid"},
}
SUMMED: Final = frozenset({"money"})
FAMILY_OF: Final[Mapping[str, str]] = {name: family for family, names in COUNTED.items() for name in names}

# A community belongs to the station of its town; the room that serves it, if any, stands for it below.
ROWS: Final[Mapping[str, str]] = {
    "stations": f"""network_station s
        LEFT JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running' AND {_on_day("g")}
        LEFT JOIN network_operation o ON o.station_id = s.id AND o.mode = 'agency' AND {_on_day("o")}
        WHERE true""",
    "communities": f"""network_division d JOIN network_station t ON t.division_id = d.parent_id AND t.tier = 'station'
        {{rooms}} WHERE d.level = 'community' AND {_on_day("d")}""",
    "workers": f"workforce_headcount w WHERE {_on_day('w')}",
    "money": "purchase_fundsums m WHERE m.year = extract(year FROM %(day)s::date)",
}
ROOMS_OF_COMMUNITIES: Final = "LEFT JOIN network_station r ON r.division_id = d.id AND r.tier = 'room'"
# The column that names the hub, the town and the station of a row.
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "stations": {Tier.HUB: "s.hub_id", Tier.STATION: "s.town_id", Tier.ROOM: "s.id"},
    "communities": {Tier.HUB: "t.hub_id", Tier.STATION: "t.id", Tier.ROOM: "r.id"},
    # Money is the counties'; what lies below has none of its own.
    "money": {Tier.HUB: "m.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"},
    "workers": {Tier.HUB: "w.hub_id", Tier.STATION: "w.town_id", Tier.ROOM: "w.station_id"},
}
BELOW: Final[Mapping[str, Tier]] = {
    Tier.CENTRE: Tier.HUB,
    Tier.HUB: Tier.STATION,
    Tier.STATION: Tier.ROOM,
    Tier.ROOM: Tier.ROOM,
}

AGENCIES_IN_CITY: Final = f"""SELECT count(*) FROM network_organisation o
    WHERE 'agency' = ANY (o.kinds) AND {_on_day("o")}"""
AGENCIES_BELOW: Final = f"""SELECT {{group}}, count(DISTINCT o.organisation_id) FROM network_operation o
    JOIN network_station s ON s.id = o.station_id
    WHERE o.mode = 'agency' AND {{within}} AND {_on_day("o")} GROUP BY 1"""


class Snapshot:
    """What there is in a station's subtree on a day; the support centre stands for the city. Each family of counts is
    asked for once, when it is first needed, in one query; and not again by anybody until a commit changes stations,
    organisations or workers, which one key look-up tells (the table `indicators_stockstamp`).
    """

    def __init__(self, station: Station, day: date) -> None:
        self.station = station
        self.day = day
        self._stamp = ""
        self._counts: dict[str, dict[int | None, int]] = {}

    def total(self, name: str) -> int:
        """How many there are in the whole subtree."""
        if name == "agencies":
            # One that runs stations in two counties is one.
            in_city = self.station.tier == Tier.CENTRE
            sql = AGENCIES_IN_CITY if in_city else self._agencies("1")
            found = self._kept("agencies", sql)
            return int(found[0][-1]) if found else 0
        return sum(self._of(name).values())

    def of_children(self, name: str) -> Mapping[int | None, int]:
        """{child's id: how many}; children with none are missing, and what the station has itself is there, too."""
        if name == "agencies" and name not in self._counts:
            found = self._kept("agencies_below", self._agencies(COLUMNS["stations"][BELOW[self.station.tier]]))
            self._counts[name] = {row[0]: row[1] for row in found}
        return self._of(name)

    def _of(self, name: str) -> dict[int | None, int]:
        if name not in self._counts:
            self._read(FAMILY_OF[name])
        return self._counts[name]

    def _read(self, family: str) -> None:
        names, columns = COUNTED[family], COLUMNS[family]
        group = columns[BELOW[self.station.tier]]
        counts = ", ".join(
            f"coalesce(sum({counted}), 0)::bigint" if family in SUMMED else f"count(*) FILTER (WHERE {counted})"
            for counted in names.values()
        )
        by_room = group == COLUMNS["communities"][Tier.ROOM]
        rows = ROWS[family].format(rooms=ROOMS_OF_COMMUNITIES if by_room else "")
        sql = f"SELECT {group}, {counts} FROM {rows} AND {self._within(columns)} GROUP BY 1"
        # Every payment changes the sums, so they aren't kept; there are a few hundred rows.
        found = self._asked(sql) if family in SUMMED else self._kept(family, sql)
        for number, name in enumerate(names, start=1):
            self._counts[name] = {row[0]: row[number] for row in found if row[number]}

    def _within(self, columns: Mapping[str, str]) -> str:
        return "true" if self.station.tier == Tier.CENTRE else f"{columns[self.station.tier]} = %(unit)s"

    def _agencies(self, group: str) -> str:
        return AGENCIES_BELOW.format(group=group, within=self._within(COLUMNS["stations"]))

    def _kept(self, family: str, sql: str) -> list[tuple[int, ...]]:
        # The stamp is read before the rows: rows newer than their stamp are read again, older ones would be believed.
        if not self._stamp:
            self._stamp = str(self._asked("SELECT stamp FROM indicators_stockstamp")[0][0])
        key = f"stocks:{self._stamp}:{family}:{self.station.id}:{self.day}"
        found: list[tuple[int, ...]] | None = cache.get(key)
        if found is None:
            found = self._asked(sql)
            cache.set(key, found, KEPT_SECONDS)
        return found

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"day": self.day, "unit": self.station.id})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
