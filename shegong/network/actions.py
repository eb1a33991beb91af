"""Loading the table of divisions, and building the tree of stations over it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection, transaction

from shegong.kernel.problems import raise_any
from shegong.network.enums import Level, Stage, Tier
from shegong.network.models import Division, Station, StationStage
from shegong.network.rules import community_name, division_problem, station_path

COLUMNS: Final = ("name", "level", "kind", "functional_area")


@dataclass(frozen=True, slots=True)
class FunctionalArea:
    """An area with a hub of its own but without a division code. `label` ends its key, `name` begins its names."""

    label: str
    name: str


@transaction.atomic
def load_divisions(rows: Iterable[Mapping[str, str]], since: date) -> dict[str, Division]:
    """Bring the divisions up to date with a table that is valid from `since`; returns the current ones by code.

    A row has code, name, level, kind, parent_code and functional_area; parents come first. A division that changed ends
    on `since` and goes on in a new row (one that began on that day is corrected in place); one that is no longer in the
    table ends; the same table again changes nothing. Raises Problem or Problems, and then nothing is loaded.
    """
    table = _checked(rows)
    current = {d.code: d for d in Division.objects.filter(until__isnull=True).select_related("parent")}
    made: dict[str, Division] = {}
    for level in Level:
        _load_level([row for row in table.values() if row["level"] == level], current, made, since)
    for division in current.values():
        division.until = max(since, division.since + timedelta(days=1))
    Division.objects.bulk_update(current.values(), ["until"], batch_size=500)
    return made


def _checked(rows: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    table: dict[str, Mapping[str, str]] = {}
    levels: dict[str, str] = {}
    problems = []
    for row in rows:
        problems.append(division_problem(row, levels))
        levels[row["code"]] = row["level"]
        table[row["code"]] = row
    raise_any(problems)
    return table


def _load_level(
    rows: Iterable[Mapping[str, str]], current: dict[str, Division], made: dict[str, Division], since: date
) -> None:
    """Divisions of one level: takes those that go on from `current` and puts all into `made`."""
    ended, added, changed = [], [], []
    for row in rows:
        code, parent = row["code"], made.get(row["parent_code"])
        old = current.pop(code, None)
        values = {name: row[name] for name in COLUMNS}
        if old is not None and old.since < since and _differs(old, values, parent):
            old.until = since
            ended.append(old)
            old = None
        if old is None:
            made[code] = Division(code=code, since=since, parent=parent, **values)
            added.append(made[code])
            continue
        if old.parent_id != (parent and parent.pk) or _differs(old, values, parent):
            for name, value in values.items():
                setattr(old, name, value)
            old.parent = parent
            changed.append(old)
        made[code] = old
    Division.objects.bulk_update(ended, ["until"], batch_size=500)
    Division.objects.bulk_update(changed, [*COLUMNS, "parent"], batch_size=500)
    Division.objects.bulk_create(added, batch_size=1000)


def _differs(division: Division, values: Mapping[str, str], parent: Division | None) -> bool:
    same_parent = (division.parent and division.parent.code) == (parent and parent.code)
    return not same_parent or any(getattr(division, name) != value for name, value in values.items())


@transaction.atomic
def build_tree(
    city: str,
    label: str,
    divisions: Iterable[Division],
    areas: Mapping[str, FunctionalArea],
    communities: Collection[str],
    since: date,
) -> list[Station]:
    """Build the whole tree of stations over a city's divisions, each planned since `since`; returns it, parents first.

    `city` begins the centre's name and `label` every key. Each county that has towns outside the functional areas gets
    a hub, and each functional area that has towns; each town gets a station; of the communities only those whose codes
    are in `communities` get a room. Must be called on a network without stations (IntegrityError otherwise).
    """
    levels: dict[str, list[Division]] = {level: [] for level in Level}
    for division in sorted(divisions, key=lambda division: division.code):
        levels[division.level].append(division)
    tree = _Tree(city, label)
    for county in levels[Level.COUNTY]:
        if any(town.parent_id == county.pk and not town.functional_area for town in levels[Level.TOWN]):
            tree.add_hub(county.code, county.code[2:6], f"{county.name}社工总站", county)
    for code, area in areas.items():
        if any(town.functional_area == code for town in levels[Level.TOWN]):
            tree.add_hub(code, area.label, f"{area.name}社工总站", None)
    for town in levels[Level.TOWN]:
        tree.add_town(town)
    for community in levels[Level.COMMUNITY]:
        if community.code in communities:
            tree.add_room(community)
    tree.centre.division = levels[Level.CITY][0]
    Station.objects.bulk_create(tree.stations, batch_size=1000)
    StationStage.objects.bulk_create(
        [StationStage(station=station, stage=Stage.PLANNED, since=since) for station in tree.stations], batch_size=1000
    )
    return tree.stations


class _Tree:
    """Stations in the making. Their ids are taken from the sequence first, since they point at each other."""

    def __init__(self, city: str, label: str) -> None:
        self.by_division: dict[str, Station] = {}
        self.stations: list[Station] = []
        self.centre = self._add(label, Tier.CENTRE, f"{city}社工支持中心", None, None)

    def add_hub(self, code: str, label: str, name: str, division: Division | None) -> None:
        """A hub of a county or, without a division, of a functional area."""
        self.by_division[code] = self._add(f"{self.centre.key}-{label}", Tier.HUB, name, division, self.centre)

    def add_town(self, town: Division) -> None:
        """A town's station, under the functional area's hub where the town lies in one."""
        assert town.parent is not None
        hub = self.by_division[town.functional_area or town.parent.code]
        # Towns of several counties can lie in one functional area, so that three digits could be given twice.
        label = town.code[2:9] if town.functional_area else town.code[6:9]
        station = self._add(f"{hub.key}-{label}", Tier.STATION, f"{town.name}社工站", town, hub)
        self.by_division[town.code] = station

    def add_room(self, community: Division) -> None:
        """A community's room."""
        assert community.parent is not None
        town = self.by_division[community.parent.code]
        name = f"{community_name(community.name)}社工室"
        self._add(f"{town.key}-{community.code[9:]}", Tier.ROOM, name, community, town)

    def _add(self, key: str, tier: Tier, name: str, division: Division | None, parent: Station | None) -> Station:
        station = Station(
            id=_next_station_id(),
            key=key,
            path=station_path(key),
            tier=tier,
            name=name,
            parent=parent,
            division=division,
        )
        station.hub = station if parent is None or tier == Tier.HUB else parent.hub
        station.town = station if tier == Tier.STATION else parent if tier == Tier.ROOM else None
        self.stations.append(station)
        return station


def _next_station_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('network_station', 'id'))")
        next_id: int = cursor.fetchone()[0]
    return next_id
