"""The network of the demonstration city: divisions, stations and their lives, organisations and who runs what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import cos, pi, sin
from random import Random
from typing import Final

from django.db import connection

from shegong.config.demo import plan
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.names import NameMaker
from shegong.kernel.chinese import CREDIT_CHARACTERS
from shegong.network.actions import build_tree, load_divisions
from shegong.network.enums import Mode, OrganisationKind, Stage, Tier
from shegong.network.models import City, Division, Operation, Organisation, Station, StationStage
from shegong.network.rules import community_name

DIVISIONS_SINCE: Final = date(2020, 1, 1)
PLANNED: Final = date(2020, 9, 1)
# By when each tier was running (first and last day); built a month or more before.
RUNNING: Final = {
    Tier.CENTRE: (date(2020, 12, 1), date(2020, 12, 1)),
    Tier.HUB: (date(2021, 1, 10), date(2021, 6, 20)),
    Tier.STATION: (date(2021, 3, 1), date(2022, 3, 20)),
    Tier.ROOM: (date(2021, 5, 10), date(2022, 12, 10)),
}
# About the middle of each county and functional area, and how far it reaches, in degrees.
PLACES: Final = {
    "510104000000": (104.1121, 30.6046, 0.076),
    "510105000000": (103.978, 30.6828, 0.08),
    "510106000000": (104.0549, 30.7329, 0.101),
    "510107000000": (104.0234, 30.6096, 0.107),
    "510108000000": (104.141, 30.6917, 0.102),
    "510112000000": (104.2917, 30.5986, 0.229),
    "510113000000": (104.3399, 30.7942, 0.189),
    "510114000000": (104.1152, 30.832, 0.216),
    "510115000000": (103.808, 30.726, 0.161),
    "510116000000": (104.0341, 30.4507, 0.317),
    "510117000000": (103.8767, 30.8354, 0.203),
    "510118000000": (103.8243, 30.4244, 0.176),
    "510121000000": (104.6079, 30.7242, 0.33),
    "510129000000": (103.364, 30.6164, 0.347),
    "510131000000": (103.4888, 30.2361, 0.233),
    "510181000000": (103.6288, 31.0349, 0.338),
    "510182000000": (103.881, 31.1447, 0.367),
    "510183000000": (103.3678, 30.3843, 0.359),
    "510184000000": (103.5215, 30.7154, 0.321),
    "510185000000": (104.5279, 30.3894, 0.456),
    "gaoxin": (104.045, 30.578, 0.08),
    "tianfu": (104.075, 30.42, 0.2),
    "dongbu": (104.47, 30.33, 0.28),
}
CITY_HALL: Final = (104.0657, 30.6595, 0.01)
HOSTS: Final = ("党群服务中心", "便民服务中心", "综合服务体", "日间照料中心", "文化活动中心")
HOURS: Final = ("周一至周五 9:00—17:30", "周一至周六 9:00—17:30", "周二至周六 9:00—18:00", "周一至周日 8:30—18:00")
AGENCY_WORDS: Final = (
    "和煦 同暖 睦邻 益川 蓉心 知行 致远 朴初 青禾 守望 明德 仁爱 启明 慧泽 润德 惠民 乐群 安和 众合 "
    "共融 朝阳 春泥 芳邻 善行 启航 向阳 拾光 微光 新芽 常青 怀远 同行 济民 芙蓉 锦绣 初心 邻里 和光 暖阳 青藤"
)
AGENCY_KINDS: Final = ("社会工作服务中心", "社会工作发展中心", "社会工作促进中心", "公益服务中心")
CHARITY_WORDS: Final = ("慈善会", "公益基金会", "社区发展基金会", "志愿者协会", "爱心协会")
DEPARTMENTS: Final = (
    "民政局",
    "残疾人联合会",
    "妇女联合会",
    "退役军人事务局",
    "教育局",
    "卫生健康委员会",
    "司法局",
    "人力资源和社会保障局",
    "公安局",
    "总工会",
    "共青团委员会",
    "医疗保障局",
)


@dataclass(slots=True)
class Site:
    """A station as the rest of the demonstration needs it."""

    id: int
    key: str
    tier: str
    name: str
    place: str
    hub_id: int
    hub_key: str
    hub_place: str
    town_id: int | None
    community_id: int | None
    address: str
    open_since: date
    is_rural: bool
    agency_id: int | None = None
    agency_since: date = DIVISIONS_SINCE
    contract: tuple[int, int, int] | None = None  # contract, its fund, its first day (ordinal)
    former_contract: tuple[int, int, int] | None = None  # the one before it
    workers: list[tuple[int, int, int]] = field(default_factory=list)  # worker, first and last day (ordinals)


@dataclass(frozen=True, slots=True)
class Organisations:
    """Ids by kind; agencies by the place of the hub where they work."""

    agencies: Mapping[str, Sequence[int]]
    charities: Sequence[int]
    departments: Sequence[int]
    assessor: int


def build_network(size: plan.Size, rng: Random, today: date) -> tuple[list[Site], Organisations]:
    """Make the city, its divisions, stations and organisations; returns the stations, parents first."""
    City.objects.create(
        name="成都市", authority="中共成都市委社会工作部", system_name="成都市社工服务体系", is_demo=True
    )
    rows = plan.chosen_divisions(plan.read_divisions(), size)
    divisions = load_divisions(rows, DIVISIONS_SINCE)
    rooms = plan.rooms_kept(rows, size, rng)
    towns = [row for row in rows if row["level"] == "town"]
    bought = plan.agency_run(towns, rooms, size, rng)
    stations = build_tree("成都市", "CD", divisions.values(), plan.AREAS, rooms, PLANNED)
    hub_of_town = {town["code"]: plan.hub_of_town(town) for town in towns}
    sites = _sites(stations, divisions, hub_of_town)
    _furnish(sites, rng)
    _live(sites, rng)
    run = [site for site in sites if site.place in bought or site.tier in (Tier.CENTRE, Tier.HUB)]
    organisations = _organise(size, run, divisions, rng)
    _operate(sites, run, organisations, rng, today)
    return sites, organisations


def _sites(
    stations: Sequence[Station], divisions: Mapping[str, Division], hub_of_town: Mapping[str, str]
) -> list[Site]:
    sites: list[Site] = []
    places: dict[int, str] = {}
    labels = {area.label: code for code, area in plan.AREAS.items()}
    for station in stations:
        division = station.division
        place = division.code if division is not None else labels[station.key.split("-")[1]]
        places[station.pk] = "" if station.tier == Tier.CENTRE else place
        sites.append(
            Site(
                id=station.pk,
                key=station.key,
                tier=station.tier,
                name=station.name,
                place=places[station.pk],
                hub_id=station.hub_id,
                hub_key=station.hub.key,
                hub_place=places[station.hub_id],
                town_id=station.town_id,
                community_id=division.pk if division is not None and station.tier == Tier.ROOM else None,
                address=_address(division),
                open_since=PLANNED,
                is_rural=division is not None and division.kind in ("villagers_committee", "town"),
            )
        )
    return sites


def _address(division: Division | None) -> str:
    """Down to the community: 锦江区春熙路街道总府路社区."""
    parts: list[str] = []
    while division is not None and division.level != "city":
        parts.append(community_name(division.name) if division.level == "community" else division.name)
        division = division.parent
    return "".join(reversed(parts)) or "成都市"


def _furnish(sites: Sequence[Site], rng: Random) -> None:
    """Addresses, hours, telephones (under a code that is given to nobody) and places on the map."""
    points: dict[int, tuple[float, float, float]] = {}
    rows = []
    for site in sites:
        if site.tier in (Tier.CENTRE, Tier.HUB):
            point = PLACES.get(site.place, CITY_HALL)
        else:
            parent = points[site.hub_id if site.tier == Tier.STATION else site.town_id or site.hub_id]
            point = _near(parent, 0.45, rng)
        points[site.id] = point
        address = f"{site.address}{rng.choice(HOSTS)}{rng.randint(1, 3)}楼"
        phone = f"028-0{rng.randint(1_000_000, 9_999_999)}"
        rows.append((site.id, address, rng.choice(HOURS), phone, round(point[0], 6), round(point[1], 6)))
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE network_station AS s
            SET address = v.address, hours = v.hours, phone = v.phone, longitude = v.lon, latitude = v.lat
            FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])
                AS v (id, address, hours, phone, lon, lat) WHERE s.id = v.id""",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _near(point: tuple[float, float, float], reach: float, rng: Random) -> tuple[float, float, float]:
    """A point around another, which itself reaches a fourth as far."""
    angle, distance = rng.random() * 2 * pi, point[2] * reach * rng.random() ** 0.5
    return point[0] + distance * cos(angle) * 1.15, point[1] + distance * sin(angle), point[2] / 4


def _live(sites: Sequence[Site], rng: Random) -> None:
    """The stages of each station: planned, built, running; a few rooms were closed for a while in 2022."""
    built_on: list[date] = []
    rows: list[tuple[int, Stage, date, date | None, str]] = []
    for site in sites:
        first, last = RUNNING[Tier(site.tier)]
        # More in the second half: most rooms were set up in 2022.
        running = first + (last - first) * max(rng.random(), rng.random())
        built = max(running - timedelta(days=rng.randint(20, 60)), PLANNED + timedelta(days=20))
        built_on.append(built)
        rows.append((site.id, Stage.BUILT, built, running, "验收合格"))
        site.open_since = running
        if site.tier == Tier.ROOM and running < date(2022, 1, 1) and rng.random() < 0.02:
            closed = date(2022, 3, 1) + timedelta(days=rng.randint(0, 120))
            site.open_since = closed + timedelta(days=rng.randint(20, 80))
            reason = rng.choice(("场地改造", "场地搬迁", "人员调整"))
            rows.append((site.id, Stage.RUNNING, running, closed, "开始服务"))
            rows.append((site.id, Stage.SUSPENDED, closed, site.open_since, reason))
            running = site.open_since
        rows.append((site.id, Stage.RUNNING, running, None, "开始服务"))
    ids = reserve_ids(StationStage, len(rows))
    stages = Table(StationStage, ["id", "station_id", "stage", "since", "until", "reason"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE network_stationstage AS t SET until = v.built, reason = '列入建设方案' "
            "FROM unnest(%s::int[], %s::date[]) AS v (id, built) WHERE t.station_id = v.id",
            [[site.id for site in sites], built_on],
        )
        cursor.execute("UPDATE network_station SET stage = %s", [Stage.RUNNING])
    stages.copy(line(row_id, *row) for row_id, row in zip(ids, rows, strict=True))


def _organise(size: plan.Size, run: Sequence[Site], divisions: Mapping[str, Division], rng: Random) -> Organisations:
    of_hub = plan.agencies_of_hubs({site.key: site.hub_place for site in run if site.tier != Tier.CENTRE}, size)
    names = [(f"成都市{name}", "agency", "52") for name in _agency_names(size.agencies, rng)]
    words = rng.sample(_pairs(), size.charities)
    names += [(f"成都市{w}{CHARITY_WORDS[i % 5]}", "charity", "53") for i, w in enumerate(words)]
    names += [(f"成都市{department}", "department", "11") for department in DEPARTMENTS[: size.departments]]
    communities = [d.name for d in divisions.values() if d.level == "community"][:10]
    names += [(name, "committee", "54") for name in communities]
    names.append(("成都市社会服务评估中心", "assessor", "52"))
    ids = reserve_ids(Organisation, len(names))
    people = NameMaker(rng)
    used: set[str] = set()
    rows = []
    for organisation_id, (name, kind, category) in zip(ids, names, strict=True):
        since = date(2009, 1, 1) + timedelta(days=rng.randint(0, 365 * 12))
        contact = people.name(rng.choice("12"), rng.randint(1970, 1992))
        phone = f"028-0{rng.randint(1_000_000, 9_999_999)}"
        kinds = "{" + OrganisationKind(kind) + "}"
        rows.append(line(organisation_id, name, kinds, _credit_code(category, used, rng), contact, phone, since, None))
    Table(Organisation, ["id", "name", "kinds", "credit_code", "contact", "phone", "since", "until"]).copy(rows)
    agencies: dict[str, Sequence[int]] = {}
    given = 0
    for hub, count in of_hub.items():
        agencies[hub] = ids[given : given + count]
        given += count
    end = size.agencies + size.charities
    return Organisations(
        agencies=agencies,
        charities=ids[size.agencies : end],
        departments=ids[end : end + size.departments],
        assessor=ids[-1],
    )


def _pairs() -> list[str]:
    return AGENCY_WORDS.split()


def _agency_names(count: int, rng: Random) -> list[str]:
    pairs = _pairs()
    mixed = [a + b for a in pairs for b in ("社区", "家园", "")]
    every = [first + kind for first in mixed for kind in AGENCY_KINDS]
    return rng.sample(every, count)


def _credit_code(category: str, used: set[str], rng: Random) -> str:
    """A valid code (GB 32100 over GB 11714) of an organisation of this city that doesn't exist."""
    while True:
        body = "".join(rng.choices(CREDIT_CHARACTERS[:10], k=6)) + "DM"
        if body not in used:
            break
    used.add(body)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(sign, 36) for weight, sign in zip(weights, body, strict=True))
    organisation = body + "0123456789X0"[(11 - total % 11) % 11 if total % 11 else 11]
    code = f"{category}510100{organisation}"
    check = sum(CREDIT_CHARACTERS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code))
    return code + CREDIT_CHARACTERS[(31 - check % 31) % 31]


def _operate(
    sites: Sequence[Site], run: Sequence[Site], organisations: Organisations, rng: Random, today: date
) -> None:
    """Who runs each station: neighbours under one agency; a tenth was self-run at first, and some changed hands."""
    of_hub: dict[str, list[Site]] = defaultdict(list)
    for site in run:
        of_hub[site.hub_place].append(site)
    first_hub = next(iter(organisations.agencies))
    for hub, places in of_hub.items():
        agencies = organisations.agencies.get(hub) or organisations.agencies[first_hub]
        for number, site in enumerate(sorted(places, key=lambda site: site.key)):
            site.agency_id = agencies[number * len(agencies) // len(places)]
    rows: list[tuple[int, Mode, int | None, date, date | None]] = []
    changes = [day for day in (date(2024, 1, 1), date(2025, 1, 1)) if day < today]
    for site in sites:
        site.agency_since = site.open_since
        if site.agency_id is None:
            rows.append((site.id, Mode.SELF, None, site.open_since, None))
            continue
        if site.tier == Tier.ROOM and site.open_since < date(2022, 9, 1) and rng.random() < 0.1:
            site.agency_since = date(2022, 10, 1)
            rows.append((site.id, Mode.SELF, None, site.open_since, site.agency_since))
        is_show = site.place.startswith(plan.SHOW_TOWN[:9])
        others = [other for other in organisations.agencies.get(site.hub_place, ()) if other != site.agency_id]
        if changes and others and site.tier == Tier.ROOM and not is_show and rng.random() < 0.05:
            changed = rng.choice(changes)
            rows.append((site.id, Mode.AGENCY, rng.choice(others), site.agency_since, changed))
            site.agency_since = changed
        rows.append((site.id, Mode.AGENCY, site.agency_id, site.agency_since, None))
    ids = reserve_ids(Operation, len(rows))
    Table(Operation, ["id", "station_id", "mode", "organisation_id", "since", "until"]).copy(
        line(row_id, *row) for row_id, row in zip(ids, rows, strict=True)
    )
