"""Sites of the demonstration city: two in each town and one at each hub, with rooms, hours, equipment, who shares them,
some months of bookings, and plans for villages that have no room.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from shegong.config.demo.copying import Table, line
from shegong.config.demo.keys import ZONE, key_text
from shegong.config.demo.network import Site as Place
from shegong.network.enums import PlanState, Tier
from shegong.network.models import (
    Area,
    Booking,
    CoveragePlan,
    Division,
    Equipment,
    EquipmentLoan,
    OpeningHours,
    SharingAgreement,
    Site,
    Station,
)

SINCE: Final = date(2021, 6, 1)
PAST, AHEAD = 62, 30
KINDS: Final = (
    ("complex", "社区综合体", 22), ("convenience", "便民服务中心", 20), ("party", "党群服务中心", 26),
    ("idle", "活动用房", 8), ("former_aid", "关爱服务点", 6), ("elderly", "养老服务站", 10),
    ("child", "未成年人保护工作站", 4), ("disability", "残疾人康复站", 4),
)  # fmt: skip
OWNERS: Final = {"complex": "人民政府（街道办事处）", "idle": "集体资产管理公司"}
ROOMS: Final = (
    ("多功能活动室", "activity", 60, "92.0"), ("会议室", "meeting", 24, "38.5"), ("个案会谈室", "talk", 6, "12.0"),
    ("儿童活动区", "children", 30, "55.0"), ("日间照料室", "care", 20, "48.0"), ("康复训练室", "rehab", 12, "40.0"),
    ("阅览室", "reading", 25, "45.0"),
)  # fmt: skip
# Minutes of the day from Monday to Friday, and at the weekend.
WEEKS: Final = (
    (((540, 720), (840, 1080)), ()),
    (((540, 1050),), ((540, 1020),)),
    (((540, 1200),), ((540, 1200),)),
)
SLOTS: Final = ((540, 660), (600, 720), (840, 930), (900, 1020), (960, 1050), (1110, 1200))
TITLES: Final = (
    ("activity", "亲子阅读"), ("activity", "健康义诊"), ("activity", "邻里茶话会"), ("group", "照顾者支持小组"),
    ("group", "长者手工小组"), ("group", "青少年成长小组"), ("talk", "个案会谈"), ("meeting", "社区联席会"),
    ("meeting", "志愿者培训"), ("meeting", "站务例会"),
)  # fmt: skip
THINGS: Final = (
    ("折叠椅", 20, 60), ("长条桌", 4, 12), ("投影仪", 1, 2), ("音响", 1, 2), ("轮椅", 1, 4), ("急救箱", 1, 3),
    ("血压计", 1, 4), ("图书", 100, 900),
)  # fmt: skip
PURPOSES: Final = ("日常办公与接待", "小组和社区活动", "个案会谈", "儿童课后托管", "长者日间活动")
PAYERS: Final = (("free", 60, 0), ("host", 18, 6000), ("split", 10, 4800), ("fund", 8, 12000), ("station", 4, 3600))


@dataclass(frozen=True, slots=True)
class _Made:
    """A site with what bookings need of it."""

    site: Site
    rooms: Sequence[Area]
    week: int
    users: Sequence[int]
    busy: float


class PremisesMaker:
    """Makes all that belongs to premises; with chance of its own, so that all else stays the same for the same seed."""

    def __init__(self, seed: int, today: date, recorder: int) -> None:
        self._rng = Random(seed + 51)
        self._today = today
        self._recorder = recorder

    def make(self, places: Sequence[Place]) -> int:
        """Write everything; returns how many sites."""
        stations = {row.pk: row for row in Station.objects.select_related("division")}
        rooms: dict[int, list[int]] = defaultdict(list)
        for place in places:
            if place.tier == Tier.ROOM and place.town_id:
                rooms[place.town_id].append(place.id)
        made = [
            self._site(stations[place.id], number, rooms[place.id], stations)
            for place in places
            if place.tier in (Tier.HUB, Tier.STATION)
            for number in range(2 if place.tier == Tier.STATION else 3)
        ]
        Site.objects.bulk_create([each.site for each in made], batch_size=500)
        Area.objects.bulk_create([room for each in made for room in each.rooms], batch_size=2000)
        OpeningHours.objects.bulk_create(list(self._hours(made)), batch_size=2000)
        SharingAgreement.objects.bulk_create(list(self._agreements(made)), batch_size=2000)
        self._equip(made)
        Table(
            Booking,
            [
                "id", "hub_id", "area_id", "station_id", "title", "use", "people", "starts_at", "ends_at",
                "booked_by_id", "booked_at", "digest",
            ],
        ).copy(self._bookings(made))  # fmt: skip
        self._plans(stations)
        return len(made)

    def _key(self, on: date) -> UUID:
        return UUID(key_text(self._rng, on))

    def _site(self, keeper: Station, number: int, rooms: Sequence[int], stations: dict[int, Station]) -> _Made:
        rng = self._rng
        kind, name, _weight = rng.choices(KINDS, [weight for _kind, _name, weight in KINDS])[0]
        place = keeper.name.removesuffix("社工总站").removesuffix("社工站")
        users = rng.sample(list(rooms), min(len(rooms), rng.choice((0, 1, 2, 2, 3, 5))))
        if number == 0:
            users = list(rooms)  # the town's chief place
        own = stations[rng.choice(list(rooms))] if rooms and rng.random() < 0.5 else None
        site = Site(
            id=self._key(SINCE),
            hub_id=keeper.hub_id,
            town_id=keeper.town_id,
            keeper=keeper,
            division=own.division if own else None,
            name=f"{place}{('', '第二', '第三')[number]}{name}",
            host_kind=kind,
            owner=f"{place}{OWNERS.get(kind, '社区居民委员会')}",
            address=keeper.address.rstrip("123楼") + f"{rng.randint(1, 199)} 号",
            longitude=_near(keeper.longitude, rng),
            latitude=_near(keeper.latitude, rng),
            access=rng.choices(("full", "part", "none"), (70, 22, 8))[0],
            open_to="hub" if keeper.tier == Tier.HUB else rng.choices(("agreed", "hub"), (70, 30))[0],
            since=SINCE + timedelta(days=rng.randint(0, 300)),
        )
        chosen = [ROOMS[0], *rng.sample(ROOMS[1:], rng.choice((0, 1, 1, 2, 3)))]
        areas = [
            Area(
                id=self._key(SINCE), site=site, name=room, kind=area, capacity=most - rng.randint(0, most // 4),
                square_metres=Decimal(size),
            )
            for room, area, most, size in chosen
        ]  # fmt: skip
        week = rng.choices((0, 1, 2), (45, 35, 20))[0]
        return _Made(site, areas, week, users, rng.triangular(0.03, 0.5, 0.16))

    def _hours(self, made: Sequence[_Made]) -> Iterator[OpeningHours]:
        for each in made:
            for weekday in range(1, 8):
                for opens, closes in WEEKS[each.week][weekday > 5]:
                    yield OpeningHours(id=self._key(SINCE), site=each.site, weekday=weekday, opens=opens, closes=closes)

    def _agreements(self, made: Sequence[_Made]) -> Iterator[SharingAgreement]:
        rng = self._rng
        for each in made:
            for station_id in [each.site.keeper_id, *each.users]:
                payer, _weight, yearly = rng.choices(PAYERS, [weight for _payer, weight, _yearly in PAYERS])[0]
                yield SharingAgreement(
                    id=self._key(SINCE),
                    hub_id=each.site.hub_id,
                    site=each.site,
                    station_id=station_id,
                    purpose=rng.choice(PURPOSES),
                    payer=payer,
                    yearly=Decimal(yearly and yearly + rng.randint(0, 20) * 100),
                    since=each.site.since + timedelta(days=rng.randint(0, 200)),
                )

    def _equip(self, made: Sequence[_Made]) -> None:
        rng, rows, loans = self._rng, [], []
        for each in made:
            if rng.random() < 0.08:
                continue  # nothing there yet: what a plan for a room would need
            for name, least, most in rng.sample(THINGS, rng.randint(3, 6)):
                row = Equipment(
                    id=self._key(SINCE), site=each.site, name=name, number=rng.randint(least, most),
                    condition=rng.choices(("good", "worn", "broken"), (88, 9, 3))[0],
                    source=rng.choice(("purchased", "donated", "host", "inherited")),
                    checked_on=self._today - timedelta(days=rng.randint(10, 300)),
                )  # fmt: skip
                rows.append(row)
                if each.users and row.condition == "good" and rng.random() < 0.15:
                    lent = self._today - timedelta(days=rng.randint(1, 40))
                    loans.append(
                        EquipmentLoan(
                            id=self._key(lent),
                            hub_id=each.site.hub_id,
                            equipment=row,
                            station_id=rng.choice(each.users),
                            number=rng.randint(1, row.number),
                            lent_on=lent,
                            due_on=lent + timedelta(days=30),
                            lent_by_id=self._recorder,
                        )
                    )
        Equipment.objects.bulk_create(rows, batch_size=2000)
        EquipmentLoan.objects.bulk_create(loans, batch_size=2000)

    def _bookings(self, made: Sequence[_Made]) -> Iterator[str]:
        """Rooms in slots that lie within the hours and never overlap in a room; less in the weeks ahead."""
        rng = self._rng
        days = [self._today + timedelta(days=number) for number in range(-PAST, AHEAD)]
        starts = {day: datetime.combine(day, time(), ZONE) for day in days}
        for each in made:
            spans = WEEKS[each.week]
            users = [each.site.keeper_id, *each.users]
            slots = {
                weekend: [
                    (first, last)
                    for first, last in SLOTS
                    if any(opens <= first and last <= closes for opens, closes in spans[weekend])
                ]
                for weekend in (False, True)
            }
            for room in each.rooms:
                for day in days:
                    share = each.busy * (0.5 if day > self._today else 1)
                    free_from = 0
                    for first, last in slots[day.isoweekday() > 5]:
                        if first < free_from or rng.random() > share:
                            continue
                        free_from = last
                        use, title = rng.choice(TITLES)
                        begin = starts[day]
                        yield line(
                            key_text(rng, day - timedelta(days=7)), each.site.hub_id, room.pk, rng.choice(users), title,
                            use, rng.randint(2, room.capacity), begin + timedelta(minutes=first),
                            begin + timedelta(minutes=last), self._recorder, begin - timedelta(days=7), b"",
                        )  # fmt: skip

    def _plans(self, stations: dict[int, Station]) -> None:
        """Plans for nearly half of the villages and communities without a room."""
        rng = self._rng
        towns = {row.division_id: row for row in stations.values() if row.tier == Tier.STATION}
        served = {row.division_id for row in stations.values() if row.tier == Tier.ROOM}
        sites: dict[int | None, list[Site]] = defaultdict(list)
        for site in Site.objects.order_by("pk"):
            sites[site.town_id].append(site)
        rows = []
        for community in Division.objects.filter(level="community", until__isnull=True).order_by("code"):
            town = towns.get(community.parent_id)
            if community.pk in served or town is None or rng.random() > 0.45 or not sites[town.pk]:
                continue
            state = rng.choices(("proposed", "agreed", "fitting", "dropped"), (45, 25, 22, 8))[0]
            planned = self._today - timedelta(days=rng.randint(20, 200))
            ended = planned + timedelta(days=12) if state == PlanState.DROPPED else None
            rows.append(
                CoveragePlan(
                    id=self._key(planned),
                    hub_id=town.hub_id,
                    town=town,
                    community=community,
                    site=rng.choice(sites[town.pk]),
                    state=state,
                    needs=["staff", *rng.sample(("access", "hours", "equipment"), rng.randint(0, 2))],
                    note="场地另有安排" if ended else "",
                    planned_on=planned,
                    opens_on=planned + timedelta(days=rng.randint(90, 360)),
                    agreed_on=planned + timedelta(days=15) if state in ("agreed", "fitting") else None,
                    ended_on=ended,
                )
            )
        CoveragePlan.objects.bulk_create(rows, batch_size=500)


def _near(degrees: Decimal | None, rng: Random) -> Decimal | None:
    return None if degrees is None else round(degrees + Decimal(rng.uniform(-0.01, 0.01)), 6)
