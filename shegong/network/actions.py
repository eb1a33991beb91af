"""Loading the table of divisions, building the tree of stations over it, and changing single stations."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.enums import Level, Mode, Stage, Tier
from shegong.network.models import Division, Operation, Organisation, Station, StationStage
from shegong.network.rules import (
    community_name,
    division_problem,
    next_stage_problem,
    operation_problem,
    parent_problem,
    path_below,
    place_problem,
    stage_problem,
    station_key_problem,
)
from shegong.network.scope import Viewer
from shegong.people.enums import Role

REASON_LIMIT: Final = 200
COLUMNS: Final = ("name", "level", "kind", "functional_area")
# Details of a station and how many characters each may have; 0 for what isn't text.
DETAILS: Final = {
    "name": 100,
    "address": 200,
    "hours": 100,
    "phone": 30,
    "division_id": 0,
    "longitude": 0,
    "latitude": 0,
}


@dataclass(frozen=True, slots=True)
class FunctionalArea:
    """An area with a hub of its own but without a division code. `label` ends its key, `name` begins its names."""

    label: str
    name: str


@dataclass(frozen=True, slots=True)
class StationDetails:
    """What a station is called, where it lies and how it is reached. Longitude and latitude in degrees."""

    name: str
    division_id: int | None = None
    address: str = ""
    hours: str = ""
    phone: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None


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
        station = station_below(parent, station_ids(1)[0], key, tier, name)
        station.division = division
        self.stations.append(station)
        return station


def station_ids(count: int) -> list[int]:
    """Ids for new stations: taken beforehand, since a hub and a town station point at themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('network_station', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(row[0]) for row in cursor.fetchall()]


def station_below(parent: Station | None, station_id: int, key: str, tier: str, name: str) -> Station:
    """A new station in its place in the tree, not saved. `parent` has the right tier (rules.parent_problem)."""
    station = Station(id=station_id, key=key, tier=tier, name=name)
    put_below(station, parent)
    return station


def put_below(station: Station, parent: Station | None) -> None:
    """Set all that follows from the station above: path, hub, town. Not saved."""
    station.path = path_below(str(parent.path), parent.key, station.key) if parent else station.key
    station.parent = parent
    station.hub = station if parent is None or station.tier == Tier.HUB else parent.hub
    station.town = station if station.tier == Tier.STATION else parent if station.tier == Tier.ROOM else None


# Single stations


@transaction.atomic
def add_station(
    key: str, tier: Tier, parent: Station | None, details: StationDetails, *, since: date, by: Viewer
) -> Station:
    """A new station in its place in the tree, planned since a day. Raises Problems at `key`, `parent` or a detail."""
    may_build(by)
    problems = [
        station_key_problem(key),
        parent_problem(tier, parent.tier if parent else None),
        place_problem(details.longitude, details.latitude),
    ]
    raise_any(problems)
    station = station_below(parent, station_ids(1)[0], key, tier, "")
    if Station.objects.filter(Q(key=key) | Q(path=station.path)).exists():
        raise Problem("station_twice", _("编号“%(key)s”已有站点使用。"), "key", params={"key": key})
    if tier == Tier.CENTRE and Station.objects.filter(tier=Tier.CENTRE).exists():
        raise Problem("second_centre", _("本市已有社工支持中心。"), "tier")
    _describe(station, details)
    station.save(force_insert=True)
    StationStage.objects.create(station=station, stage=Stage.PLANNED, since=since)
    _log("add_station", station, by, {"key": key, "tier": tier.value})
    return station


@transaction.atomic
def change_station(station: Station, details: StationDetails, *, by: Viewer) -> Station:
    """Correct what a station is called, where it lies and how it is reached. Raises Problems at the details."""
    may_build(by)
    raise_any([place_problem(details.longitude, details.latitude)])
    station = _locked(station)
    _describe(station, details)
    station.save(update_fields=[*DETAILS, "spelling"])
    _log("change_station", station, by, {})
    return station


def _describe(station: Station, details: StationDetails) -> None:
    """Set the details, texts made fit to store. Raises Problems."""
    problems = []
    for field, limit in DETAILS.items():
        value = getattr(details, field)
        try:
            setattr(station, field, clean_text(value, limit).strip() if limit else value)
        except Problem as problem:
            problems.append(problem.at(field))
    if not problems and not station.name:
        problems.append(Problem("station_name", _("请填写站点名称。"), "name"))
    raise_any(problems)


def place_room(room: Station, town: Station) -> int:
    """Put a room below another town station of its hub; returns the id of the town it was under.

    Who calls it recounts the tallies of both towns in the same transaction (indicators.actions.move_room does). Scopes
    follow by themselves, since they are worked out at each request. Raises Problem at `parent`.
    """
    raise_any([parent_problem(room.tier, town.tier)])
    if room.tier != Tier.ROOM:
        raise Problem("not_a_room", _("只有社工室可以换到另一个社工站。"), "parent")
    if room.hub_id != town.hub_id:
        raise Problem("other_hub", _("不能换到另一个总站：服务对象的档案属于原总站。请撤销后在新总站另建。"), "parent")
    assert room.town_id is not None
    former = room.town_id
    put_below(room, town)
    if Station.objects.filter(path=room.path).exclude(pk=room.pk).exists():
        raise Problem("station_twice", _("编号“%(key)s”已有站点使用。"), "key", params={"key": room.key})
    room.save(update_fields=["path", "parent", "hub", "town"])
    return former


@transaction.atomic
def close_station(station: Station, on: date, reason: str, *, by: Viewer, today: date) -> Station:
    """Close a station for good on a day, and end its operation. Raises Problem at `since`, `stage` or `reason`.

    Stations below it are closed first. Its records stay.
    """
    may_build(by)
    station = _locked(station)
    reason = _reason(reason)
    if not reason:
        raise Problem("reason_missing", _("请写明原因。"), "reason")
    _close(station, on, reason, today)
    _log("close_station", station, by, {"on": on.isoformat(), "reason": reason})
    return station


def _close(station: Station, on: date, reason: str, today: date) -> None:
    if station.children.exclude(stage=Stage.CLOSED).exists():
        raise Problem("children_open", _("请先撤销下属的站点。"))
    enter_stage(station, Stage.CLOSED, on, reason, today=today)
    Operation.objects.filter(Q(until__isnull=True) | Q(until__gt=on), station=station, since__lt=on).update(until=on)


def _reason(text: str) -> str:
    return clean_text(text, REASON_LIMIT, "reason").strip()


def enter_stage(station: Station, stage: Stage, since: date, reason: str, *, today: date) -> None:
    """End the station's present stage and begin another. Raises Problem at `stage` or `since`."""
    present = StationStage.objects.filter(station=station, until__isnull=True).first()
    problem = stage_problem(stage, since, present.stage if present else None, present.since if present else None, today)
    raise_any([problem])
    if present is not None:
        present.until = since
        present.save(update_fields=["until"])
    StationStage.objects.create(station=station, stage=stage, since=since, reason=reason)
    station.stage = stage
    station.save(update_fields=["stage"])


def may_change_station(by: Viewer, station: Station) -> bool:
    """Whether a viewer may change a station's life from its page: its head, its county's officer, and those who build
    the network.
    """
    if by.has(Role.ADMIN, Role.CITY):
        return True
    return by.has(Role.HEAD, Role.COUNTY) and by.reaches(station.hub_id, station.id)


@transaction.atomic
def change_stage(station: Station, stage: str, since: date, reason: str, *, by: Viewer, today: date) -> Station:
    """Move a station to its next stage from a day on; the stage before ends there.

    Raises Problem `may_not_change_station` (403), and Problems at `stage`, `since` or `reason`.
    """
    station = _changeable(station, by)
    reason = _reason(reason)
    raise_any([next_stage_problem(station.stage, stage, reason)])
    if stage == Stage.CLOSED:
        _close(station, since, reason, today)
    else:
        enter_stage(station, Stage(stage), since, reason, today=today)
    _log("change_stage", station, by, {"stage": stage, "since": since.isoformat(), "reason": reason})
    return station


@transaction.atomic
def change_operation(
    station: Station, mode: str, organisation: Organisation | None, since: date, *, by: Viewer, today: date
) -> Operation:
    """Say who runs a station from a day on (`organisation` for an agency); whoever ran it before ends there.

    Raises Problem `may_not_change_station` (403), and Problems at `mode`, `organisation` or `since`.
    """
    station = _changeable(station, by)
    if mode not in Mode.values:
        raise Problem("mode_unknown", _("请选择运营方式。"), "mode")
    if mode == Mode.SELF:
        organisation = None
    elif organisation is None:
        raise Problem("agency_missing", _("请选择运营的专业机构。"), "organisation")
    present = Operation.objects.filter(station=station, until__isnull=True).first()
    raise_any([operation_problem(since, present.since if present else None, today)])
    if present:
        present.until = since
        present.save(update_fields=["until"])
    operation = Operation.objects.create(station=station, mode=mode, organisation=organisation, since=since)
    agency_id = organisation.pk if organisation else None
    detail: dict[str, object] = {"mode": mode, "organisation": agency_id, "since": since.isoformat()}
    _log("change_operation", station, by, detail)
    return operation


def _changeable(station: Station, by: Viewer) -> Station:
    """The station, locked."""
    if not may_change_station(by, station):
        raise Problem("may_not_change_station", _("您不能更改这个站点。"), status=403)
    return _locked(station)


def may_build(by: Viewer) -> None:
    """Raises Problem (403) for a viewer who may not change the network."""
    if not by.has(Role.ADMIN, Role.CITY):
        raise Problem("may_not_build", _("您的角色不能更改站点。"), status=403)


def _locked(station: Station) -> Station:
    return Station.objects.select_for_update(of=("self",)).select_related("hub", "town").get(pk=station.pk)


def _log(verb: str, station: Station, by: Viewer, detail: dict[str, object]) -> None:
    log(verb, "station", station.pk, by=by.account_id, hub_id=station.hub_id, station_id=station.pk, detail=detail)
