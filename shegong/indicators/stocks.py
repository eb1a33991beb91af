"""Headcounts of stations, organisations and workers on a day, for a station's subtree and each of its children at once.

What is counted comes in families, one query each: stations with their stage and who runs them, communities, workers,
and workers without supervision.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from shegong.network.enums import Tier
from shegong.network.models import Station

KEPT_SECONDS: Final = 3600
ON_DAY: Final = "{t}.since <= %(day)s AND ({t}.until IS NULL OR {t}.until > %(day)s)"


def _on_day(table: str) -> str:
    return ON_DAY.format(t=table)


IN_TOWNS: Final = "s.tier IN ('station', 'room')"
# A station other than the one that looks after a site uses it, too.
SHARED: Final = f"""SELECT FROM network_siteuse x
    WHERE x.site_id = p.id AND x.station_id <> p.keeper_id AND {_on_day("x")}"""
# family -> {what is counted: the condition on a row}
COUNTED: Final[dict[str, Mapping[str, str]]] = {
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
    "premises": {"sites": "true", "sites_shared": f"EXISTS ({SHARED})"},
    "workers": {
        "professionals": "w.is_professional",
        "certified": "w.is_professional AND w.certified_on <= %(day)s",
        "supervisors": "w.is_supervisor",
        "psychological": "w.is_psychological",
    },
    "staffing": {
        "staffed": "f.present >= f.needed",
        "staffing_due": "true",
        "staffed_hubs": "f.tier = 'hub' AND f.present >= f.needed",
        "hubs_to_staff": "f.tier = 'hub'",
        "staffed_towns": "f.tier = 'station' AND f.present >= f.needed",
        "towns_to_staff": "f.tier = 'station'",
        "staffed_rooms": "f.tier = 'room' AND f.present >= f.needed",
        "rooms_to_staff": "f.tier = 'room'",
    },
    "registrations": {"registered": "w.is_professional"},
    "learning": {"learnt_hours": "w.is_professional"},
    "supervision": {"unsupervised": "w.is_professional AND v.worker_id IS NULL AND w.since <= %(day)s::date - 60"},
}
# What is added up of a family's rows; of the others each row counts as one.
SUMMED: Final[dict[str, str]] = {"learning": "w.hours"}
# Sums instead of counts: minutes over the four weeks up to the day, money and hours of its year, contracts. They
# change with every booking and record, so that they are asked for anew each time.
SUMS: Final[dict[str, Mapping[str, str]]] = {
    "premises_use": {"booked_minutes": "u.booked", "open_minutes": "u.could"},
    "money": {"pooled_cents": "m.pooled", "budget_yuan": "m.budget", "paid_yuan": "m.paid"},
    "contracts": {"contracts_running": "1", "contracts_on_pace": "o.on_pace::int"},
    "bought": {"bought_hours": "g.hours"},
}
FAMILY_OF: Final[dict[str, str]] = {
    name: family for family, names in [*COUNTED.items(), *SUMS.items()] for name in names
}

# A community belongs to the station of its town; the room that serves it, if any, stands for it below.
ROWS: Final[dict[str, str]] = {
    "stations": f"""network_station s
        LEFT JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running' AND {_on_day("g")}
        LEFT JOIN network_operation o ON o.station_id = s.id AND o.mode = 'agency' AND {_on_day("o")}
        WHERE true""",
    "communities": f"""network_division d JOIN network_station t ON t.division_id = d.parent_id AND t.tier = 'station'
        {{rooms}} WHERE d.level = 'community' AND {_on_day("d")}""",
    "premises": f"network_site p WHERE {_on_day('p')}",
    "premises_use": f"""(
        SELECT p.hub_id, p.town_id, coalesce(o.minutes, 0) * a.areas * 4 AS could, coalesce(b.minutes, 0) AS booked
        FROM network_site p
        JOIN (SELECT site_id, count(*) AS areas FROM network_area WHERE is_bookable GROUP BY 1) a ON a.site_id = p.id
        LEFT JOIN (SELECT site_id, sum(closes - opens) AS minutes FROM network_openinghours GROUP BY 1) o
            ON o.site_id = p.id
        LEFT JOIN (SELECT r.site_id, sum(t.minutes) AS minutes FROM network_area r
                   JOIN (SELECT area_id, sum(extract(epoch FROM ends_at - starts_at)) / 60 AS minutes
                         FROM network_bookedtime
                         WHERE starts_at >= (%(day)s - 27)::timestamp AT TIME ZONE %(zone)s
                           AND starts_at < (%(day)s + 1)::timestamp AT TIME ZONE %(zone)s
                         GROUP BY 1) t ON t.area_id = r.id
                   WHERE r.is_bookable GROUP BY 1) b ON b.site_id = p.id
        WHERE {_on_day("p")}) u WHERE true""",
    "workers": f"workforce_headcount w WHERE {_on_day('w')}",
    "staffing": "workforce_staffed(%(day)s, %(hub)s) f WHERE true",
    "registrations": f"""workforce_registered w WHERE {_on_day("w")}
        AND w.registered_since <= %(day)s AND w.registered_until > %(day)s""",
    "learning": f"""workforce_learnt w WHERE {_on_day("w")}
        AND w.learned_on <= %(day)s AND w.learned_on > %(day)s::date - interval '3 years'""",
    "supervision": f"""workforce_headcount w
        LEFT JOIN (SELECT DISTINCT worker_id FROM workforce_supervised
                   WHERE held_on > %(day)s::date - 60 AND held_on <= %(day)s) AS v ON v.worker_id = w.id
        WHERE {_on_day("w")}""",
    "bought": "indicators_bought(%(day)s) g WHERE true",
    "money": "purchase_fundsums m WHERE m.year = extract(year FROM %(day)s::date)",
    "contracts": "practice_contracts_on_pace(%(day)s, %(hub)s) o WHERE true",
}
WORKERS: Final[Mapping[str, str]] = {Tier.HUB: "w.hub_id", Tier.STATION: "w.town_id", Tier.ROOM: "w.station_id"}
ROOMS_OF_COMMUNITIES: Final = "LEFT JOIN network_station r ON r.division_id = d.id AND r.tier = 'room'"
# The column that names the hub, the town and the station of a row.
COLUMNS: Final[dict[str, Mapping[str, str]]] = {
    "stations": {Tier.HUB: "s.hub_id", Tier.STATION: "s.town_id", Tier.ROOM: "s.id"},
    "communities": {Tier.HUB: "t.hub_id", Tier.STATION: "t.id", Tier.ROOM: "r.id"},
    "staffing": {Tier.HUB: "f.hub_id", Tier.STATION: "f.town_id", Tier.ROOM: "f.station_id"},
    "workers": WORKERS,
    "registrations": WORKERS,
    "learning": WORKERS,
    "supervision": WORKERS,
    # A room has no sites of its own: those that it shares are its town's.
    "premises": {Tier.HUB: "p.hub_id", Tier.STATION: "p.town_id", Tier.ROOM: "NULL::int"},
    "premises_use": {Tier.HUB: "u.hub_id", Tier.STATION: "u.town_id", Tier.ROOM: "NULL::int"},
    # Money and contracts are the counties'; what lies below has none of its own.
    "bought": {Tier.HUB: "g.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"},
    "money": {Tier.HUB: "m.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"},
    "contracts": {Tier.HUB: "o.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"},
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


def declare(
    family: str, counted: Mapping[str, str], rows: str, columns: Mapping[str, str], *, summed: str = ""
) -> None:
    """Add a family of headcounts of an app above this one: {what is counted: the condition on a row}, the rows up to
    and with their WHERE (with %(day)s and, where it helps, %(hub)s, which is null for the city), and the columns that
    name a row's hub, town station and leaf. All are constants of that app. Its migration restamps the tables' changes
    (`indicators_restamp_stocks`). `summed` is a whole number of each row that is added up instead of counting the row.
    """
    COUNTED[family], ROWS[family], COLUMNS[family] = counted, rows, columns
    if summed:
        SUMMED[family] = summed
    FAMILY_OF.update(dict.fromkeys(counted, family))


def declare_sums(family: str, summed: Mapping[str, str], rows: str, columns: Mapping[str, str]) -> None:
    """Add a family of sums of an app above this one, asked for anew each time: {what is summed: the whole number of a
    row}, the rows and columns as `declare` has them.
    """
    SUMS[family], ROWS[family], COLUMNS[family] = summed, rows, columns
    FAMILY_OF.update(dict.fromkeys(summed, family))


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

    def read(self, names: Iterable[str]) -> None:
        """Have these at hand: whatever families they are of, in one query (and one for the stamp)."""
        families = dict.fromkeys(FAMILY_OF[name] for name in names if name in FAMILY_OF and name not in self._counts)
        missing = {family: self._cached(family) is None for family in families if family not in SUMS}
        asked = [family for family in families if family in SUMS or missing[family]]
        if len(asked) < 2:
            return
        parts = [f"SELECT '{family}', u, ARRAY[{{0}}]::bigint[]" for family in asked]
        sql = " UNION ALL ".join(
            part.format(", ".join(f"n{number}" for number in range(len(self._names(family)))))
            + f" FROM ({self._sql(family)}) AS {family}_rows"
            + f" (u, {', '.join(f'n{number}' for number in range(len(self._names(family))))})"
            for part, family in zip(parts, asked, strict=True)
        )
        found: dict[str, list[tuple[int, ...]]] = {family: [] for family in asked}
        for family, unit, counts in self._asked(sql):
            found[family].append((unit, *counts))
        for family, rows in found.items():
            if family not in SUMS:
                cache.set(self._key(family), rows, KEPT_SECONDS)
            self._take(family, rows)

    def _of(self, name: str) -> dict[int | None, int]:
        if name not in self._counts:
            self._read(FAMILY_OF[name])
        return self._counts[name]

    def _read(self, family: str) -> None:
        sql = self._sql(family)
        self._take(family, self._asked(sql) if family in SUMS else self._kept(family, sql))

    def _take(self, family: str, found: Iterable[tuple[int, ...]]) -> None:
        rows = list(found)
        for number, name in enumerate(self._names(family), start=1):
            self._counts[name] = {row[0]: row[number] for row in rows if row[number]}

    def _names(self, family: str) -> Mapping[str, str]:
        return SUMS.get(family) or COUNTED[family]

    def _sql(self, family: str) -> str:
        """The rows of a family: a unit and its counts, in the order of their names."""
        columns = COLUMNS[family]
        group = columns[BELOW[self.station.tier]]
        if family in SUMS:
            counts = ", ".join(f"coalesce(sum({each}), 0)::bigint" for each in SUMS[family].values())
        else:
            counted = f"sum({SUMMED[family]})" if family in SUMMED else "count(*)"
            conditions = COUNTED[family].values()
            counts = ", ".join(f"coalesce({counted} FILTER (WHERE {condition}), 0)" for condition in conditions)
        by_room = group == COLUMNS["communities"][Tier.ROOM]
        rows = ROWS[family].format(rooms=ROOMS_OF_COMMUNITIES if by_room else "")
        return f"SELECT {group}, {counts} FROM {rows} AND {self._within(columns)} GROUP BY 1"

    def _within(self, columns: Mapping[str, str]) -> str:
        return "true" if self.station.tier == Tier.CENTRE else f"{columns[self.station.tier]} = %(unit)s"

    def _agencies(self, group: str) -> str:
        return AGENCIES_BELOW.format(group=group, within=self._within(COLUMNS["stations"]))

    def _kept(self, family: str, sql: str) -> list[tuple[int, ...]]:
        found = self._cached(family)
        if found is None:
            found = self._asked(sql)
            cache.set(self._key(family), found, KEPT_SECONDS)
        return found

    def _cached(self, family: str) -> list[tuple[int, ...]] | None:
        found: list[tuple[int, ...]] | None = cache.get(self._key(family))
        return found

    def _key(self, family: str) -> str:
        # The stamp is read before the rows: rows newer than their stamp are read again, older ones would be believed.
        if not self._stamp:
            self._stamp = str(self._asked("SELECT stamp FROM indicators_stockstamp")[0][0])
        return f"stocks:{self._stamp}:{family}:{self.station.id}:{self.day}"

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            hub = None if self.station.tier == Tier.CENTRE else self.station.hub_id
            words: dict[str, Any] = {"day": self.day, "unit": self.station.id, "hub": hub, "zone": settings.TIME_ZONE}
            cursor.execute(sql, words)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
