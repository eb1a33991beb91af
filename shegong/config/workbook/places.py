"""What the rows of organisations and stations mean for the network that is there."""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.config.workbook.changes import Changes
from shegong.config.workbook.findings import Row
from shegong.kernel.chinese import credit_code_warning, normalised_credit_code
from shegong.kernel.problems import Problem
from shegong.network.actions import put_below, station_below, station_ids
from shegong.network.enums import Level, Mode, Stage, Tier
from shegong.network.models import Division, Operation, Organisation, Station, StationStage
from shegong.network.rules import (
    operation_problem,
    parent_problem,
    place_problem,
    stage_problem,
    station_key_problem,
)

LEVEL_OF: Final = {
    Tier.CENTRE: Level.CITY,
    Tier.HUB: Level.COUNTY,
    Tier.STATION: Level.TOWN,
    Tier.ROOM: Level.COMMUNITY,
}
TIERS: Final = list(Tier)
DETAILS: Final = ("name", "address", "hours", "phone")


class Organisations:
    """Organisations by credit code and by name: those that are there, and those of the workbook."""

    def __init__(self) -> None:
        self.changes = Changes(Organisation)
        self._by_code: dict[str, Organisation] = {}
        self._by_name: dict[str, list[Organisation]] = defaultdict(list)
        self._seen: dict[int, int] = {}
        for organisation in Organisation.objects.all():
            self._know(organisation)

    def _know(self, organisation: Organisation) -> None:
        if organisation.credit_code:
            self._by_code[organisation.credit_code] = organisation
        if organisation not in self._by_name[organisation.name]:
            self._by_name[organisation.name].append(organisation)

    def find(self, reference: str) -> Organisation | Problem:
        """The organisation with this credit code, or of this very name; or what is wrong with the reference."""
        named = self._by_name.get(reference, [])
        found = self._by_code.get(normalised_credit_code(reference)) or (named[0] if len(named) == 1 else None)
        if found is not None:
            return found
        if named:
            return Problem("organisation_ambiguous", _("有几个组织叫这个名称，请填统一社会信用代码。"))
        return Problem("organisation_unknown", _("表中和系统里都没有这个组织。"))

    def plan(self, row: Row) -> None:
        """Take in a row."""
        name, code = row.text("name"), normalised_credit_code(row.text("credit_code"))
        if "name" in row.spoiled or "credit_code" in row.spoiled:
            return
        if code:
            row.wrong("credit_code", credit_code_warning(code), is_warning=True)
        organisation = self._existing(row, name, code)
        if isinstance(organisation, Problem):
            row.wrong("name", organisation)
            return
        values = {
            "name": name,
            **{each: row.values[each] for each in ("contact", "phone", "since") if each in row.values},
        }
        if code:
            values["credit_code"] = code
        if "kinds" in row.values:
            values["kinds"] = list(row.values["kinds"])
        if organisation is None:
            if row.lacks("kinds", "since"):
                return
            organisation = self.changes.add(Organisation(**values))
        else:
            if organisation.until and row.day("since") and organisation.until <= values["since"]:
                row.wrong("since", Problem("since_after_end", _("起始日应早于截止日。")))
                return
            self.changes.set(organisation, **values)
        self._know(organisation)
        first = self._seen.setdefault(id(organisation), row.number)
        if first != row.number:
            column = "credit_code" if code else "name"
            row.wrong(column, Problem("twice", _("与第 %(row)s 行重复。"), params={"row": first}))

    def _existing(self, row: Row, name: str, code: str) -> Organisation | Problem | None:
        """The one that a row speaks of; None for a new one."""
        if code and code in self._by_code:
            return self._by_code[code]
        named = [each for each in self._by_name.get(name, []) if not (code and each.credit_code)]
        if len(named) > 1:
            return Problem("organisation_ambiguous", _("有几个组织叫这个名称，请填统一社会信用代码。"))
        return named[0] if named else None


class Stations:
    """The tree of stations: what is there, with the workbook's changes to it."""

    def __init__(self, rows: list[Row], organisations: Organisations, today: date) -> None:
        self.changes = Changes(Station)
        self.stages = Changes(StationStage)
        self.operations = Changes(Operation)
        self.moved: set[int] = set()  # town stations that a room left or came to
        self._organisations = organisations
        self._today = today
        self.by_key: dict[str, Station] = {}
        self._load()
        self._paths = {str(station.path): station for station in self.by_key.values()}
        wanted = {row.text("division") for row in rows} - {""}
        current = Division.objects.filter(Q(until__isnull=True) | Q(until__gt=today), since__lte=today)
        self._divisions = {division.code: division for division in current.filter(code__in=wanted)}
        keys = {row.text("key") for row in rows} & self.by_key.keys()
        known = [self.by_key[key].pk for key in keys]
        self._stage_of = {s.station_id: s for s in StationStage.objects.filter(until__isnull=True, station__in=known)}
        running = Operation.objects.filter(until__isnull=True, station__in=known).select_related("organisation")
        self._operation_of = {operation.station_id: operation for operation in running}
        self._first_of: dict[str, int] = {}
        new = sum(row.text("key") not in self.by_key for row in rows)
        self._ids = iter(station_ids(new) if new else [])

    def _load(self) -> None:
        by_id = {station.pk: station for station in Station.objects.order_by()}
        for station in by_id.values():
            # So that nobody asks the database for what is here.
            station.hub = by_id[station.hub_id]
            station.parent = by_id[station.parent_id] if station.parent_id else None
            station.town = by_id[station.town_id] if station.town_id else None
            self.by_key[station.key] = station

    def find(self, key: str) -> Station | Problem:
        """A station by its key, or what is wrong with the key."""
        if key in self._first_of and key not in self.by_key:
            return Problem("station_row_wrong", _("这个站点在表中的那一行有错误。"))
        return self.by_key.get(key) or Problem("station_unknown", _("表中和系统里都没有这个站点。"))

    def plan(self, rows: list[Row]) -> None:
        """Take in all rows, those above before those below."""
        good = [row for row in rows if "key" not in row.spoiled and not self._is_twice(row)]
        for row in sorted(good, key=self._rank):
            station = self._placed(row)
            if station is not None:
                self._describe(row, station)
                self._live(row, station)
                self._operate(row, station)
        self._check_closed(good)

    def _is_twice(self, row: Row) -> bool:
        first = self._first_of.setdefault(row.text("key"), row.number)
        if first == row.number:
            return row.wrong("key", station_key_problem(row.text("key")))
        return row.wrong("key", Problem("twice", _("与第 %(row)s 行重复。"), params={"row": first}))

    def _rank(self, row: Row) -> int:
        known = self.by_key.get(row.text("key"))
        tier = row.text("tier") or (known.tier if known else Tier.ROOM)
        return TIERS.index(Tier(tier))

    def _placed(self, row: Row) -> Station | None:
        """The row's station, in its place; None when it has none."""
        station, tier = self.by_key.get(row.text("key")), row.text("tier")
        if station is None and row.lacks("tier", "name"):
            return None
        if station is not None and tier and tier != station.tier:
            row.wrong("tier", Problem("tier_fixed", _("已有站点的层级不能改。")))
            return None
        parent = self._parent(row, station, tier or (station.tier if station else ""))
        if "parent" in row.spoiled or "tier" in row.spoiled:
            return None
        if station is None:
            return self._new(row, parent, tier)
        if parent is not None and parent is not station.parent:
            self._move(row, station, parent)
        return station

    def _parent(self, row: Row, station: Station | None, tier: str) -> Station | None:
        key = row.text("parent")
        if not key and (station is not None or "parent" in row.spoiled):
            return station.parent if station else None
        parent: Station | None = None
        if key:
            found = self.find(key)
            if isinstance(found, Problem):
                row.wrong("parent", found)
                return None
            parent = found
        elif tier == Tier.HUB:
            parent = next((each for each in self.by_key.values() if each.tier == Tier.CENTRE), None)
        row.wrong("parent", parent_problem(tier, parent.tier if parent else None))
        return parent

    def _new(self, row: Row, parent: Station | None, tier: str) -> Station | None:
        key = row.text("key")
        if tier == Tier.CENTRE and any(each.tier == Tier.CENTRE for each in self.by_key.values()):
            row.wrong("tier", Problem("second_centre", _("本市已有社工支持中心。")))
            return None
        station = station_below(parent, next(self._ids), key, tier, row.text("name"))
        if str(station.path) in self._paths:
            other = self._paths[str(station.path)].key
            row.wrong("key", Problem("key_taken", _("与站点“%(key)s”的编号分不开。"), params={"key": other}))
            return None
        self.by_key[key] = self._paths[str(station.path)] = self.changes.add(station)
        return station

    def _move(self, row: Row, room: Station, town: Station) -> None:
        """A room goes to another town station of its hub; nothing else moves."""
        if room.tier != Tier.ROOM or town.hub_id != room.hub_id:
            reason = _("只有社工室可以换上级，且只能换到同一总站的另一个社工站。")
            row.wrong("parent", Problem("parent_fixed", reason))
            return
        assert room.town_id is not None
        self.moved |= {room.town_id, town.pk}
        self._paths.pop(str(room.path), None)
        put_below(room, town)
        if str(room.path) in self._paths:
            row.wrong("parent", Problem("key_taken", _("与站点“%(key)s”的编号分不开。"), params={"key": room.key}))
            return
        self._paths[str(room.path)] = room
        self.changes.note(room, "path", "parent", "town")

    def _describe(self, row: Row, station: Station) -> None:
        values: dict[str, Any] = {name: row.text(name) for name in DETAILS if name in row.values}
        code = row.text("division")
        if code:
            division = self._divisions.get(code)
            if division is None:
                row.wrong("division", Problem("division_unknown", _("现行区划中没有这个代码。")))
            else:
                values["division_id"] = division.pk
                if division.level != LEVEL_OF[Tier(station.tier)]:
                    row.wrong("division", _unusual(division), is_warning=True)
        longitude, latitude = row.number_in("longitude"), row.number_in("latitude")
        problem = place_problem(
            station.longitude if longitude is None else longitude, station.latitude if latitude is None else latitude
        )
        if row.spoiled & {"longitude", "latitude"}:
            pass
        elif problem is not None:
            row.wrong(problem.field or "longitude", problem)
        elif longitude is not None or latitude is not None:
            places = {"longitude": longitude, "latitude": latitude}
            values |= {name: round(value, 6) for name, value in places.items() if value is not None}
        self.changes.set(station, **values)

    def _live(self, row: Row, station: Station) -> None:
        """The station's present stage."""
        stage, since, present = row.text("stage"), row.day("stage_since"), self._stage_of.get(station.pk)
        if self.changes.is_new(station) and not stage and "stage" not in row.spoiled:
            stage, since = Stage.PLANNED, since or self._today
        if not stage:
            return
        if present is not None and stage == present.stage and since in (None, present.since):
            return
        if since is None and row.lacks("stage_since"):
            return
        assert since is not None
        if present is not None and stage == present.stage:
            row.wrong("stage_since", self._restarted(present, since))
            return
        problem = stage_problem(
            stage, since, present.stage if present else None, present.since if present else None, self._today
        )
        if problem is not None:
            row.wrong("stage" if problem.field == "stage" else "stage_since", problem)
            return
        if present is not None:
            self.stages.set(present, until=since)
        self.stages.add(StationStage(station=station, stage=stage, since=since))
        self.changes.set(station, stage=stage)

    def _restarted(self, present: StationStage, since: date) -> Problem | None:
        """Correct the day on which the present stage began, if it is the station's only one."""
        if since > self._today:
            return Problem("stage_future", _("日期晚于今天。"))
        if StationStage.objects.filter(station_id=present.station_id).exclude(pk=present.pk).exists():
            reason = _("状态没有变，现有的起始日是 %(since)s；要更正请到后台。")
            return Problem("stage_restarted", reason, params={"since": present.since.isoformat()})
        self.stages.set(present, since=since)
        return None

    def _operate(self, row: Row, station: Station) -> None:
        """Who runs the station."""
        mode, agency = row.text("mode") or (Mode.AGENCY if row.text("agency") else ""), self._agency(row)
        if not mode or "agency" in row.spoiled or "mode" in row.spoiled:
            return
        if mode == Mode.SELF and agency is not None:
            row.wrong("agency", Problem("agency_of_self_run", _("自行运营的站点不填机构。")))
            return
        if mode == Mode.AGENCY and row.lacks("agency"):
            return
        present = self._operation_of.get(station.pk)
        is_same = present is not None and (present.mode, present.organisation) == (mode, agency)
        since = row.day("operated_since")
        if present is not None and is_same and since in (None, present.since):
            return
        if since is None and present is None:
            since = row.day("stage_since") or self._today
        if since is None and row.lacks("operated_since"):
            return
        assert since is not None
        if row.wrong("operated_since", operation_problem(since, present.since if present else None, self._today)):
            return
        if present is not None and is_same:
            return
        if present is not None:
            self.operations.set(present, until=since)
        self.operations.add(Operation(station=station, mode=mode, organisation=agency, since=since))

    def _agency(self, row: Row) -> Organisation | None:
        if not row.text("agency"):
            return None
        found = self._organisations.find(row.text("agency"))
        if isinstance(found, Problem):
            row.wrong("agency", found)
            return None
        return found

    def _check_closed(self, rows: list[Row]) -> None:
        """What is closed has nothing open below it, and nobody runs it any more."""
        open_parents = {station.parent_id for station in self.by_key.values() if station.stage != Stage.CLOSED}
        for row in rows:
            station, since = self.by_key.get(row.text("key")), row.day("stage_since")
            if station is None or since is None or row.text("stage") != Stage.CLOSED or station.stage != Stage.CLOSED:
                continue
            if station.pk in open_parents:
                row.wrong("stage", Problem("children_open", _("请先撤销下属的站点。")))
            present = self._operation_of.get(station.pk)
            if present is not None and present.until is None and present.since < since:
                self.operations.set(present, until=since)

    def write(self) -> None:
        """Write the stations, then their stages and who runs them."""
        for changes in (self.changes, self.stages, self.operations):
            changes.write()


def _unusual(division: Division) -> Problem:
    level = Level(division.level).label
    return Problem("division_level", _("这是%(level)s的代码，与站点的层级不相称。"), params={"level": level})
