"""Volunteers of the demonstration city, and a year of what they did: calls, who signed up, who came; and the story of
the volunteer whose account is shown.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final

from django.conf import settings

from shegong.config.demo.accounts import Cast
from shegong.config.demo.copying import Table, bare, line
from shegong.config.demo.keys import key_text
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.kernel.names import sort_key
from shegong.linkage.actions.volunteer import blind
from shegong.linkage.models import (
    Attendance,
    Certificate,
    Honour,
    HoursCorrection,
    Opportunity,
    ServedYear,
    SignUp,
    Thanks,
    Volunteer,
    VolunteerTraining,
)
from shegong.linkage.rules.volunteer import volunteer_number
from shegong.network.enums import Tier
from shegong.network.models import Station

VOLUNTEERS: Final = {True: 60_000, False: 400}
CALLS: Final = {True: 3_000, False: 90}
AHEAD_SHARE: Final = 0.04
# title, work, place, skills, training
WORK: Final = (
    ("邻里义剪", "为高龄和行动不便的居民理发，自带工具，注意消毒。", "社区广场", "haircut", ""),
    ("独居老人探访", "两人一组上门问候、聊天，看看有什么需要。", "社区党群服务中心集合", "visit", "older"),
    ("周末课业辅导", "辅导小学生完成作业，带一段共同阅读。", "社区阅览室", "tutoring,reading", "child"),
    ("智能手机课堂", "一对一教老年人挂号、缴费、视频通话。", "社工站活动室", "digital", ""),
    ("小家电维修", "修理电饭煲、台灯等小家电，讲用电安全。", "社区广场", "repair", ""),
    ("助餐送餐", "给行动不便的老人送午餐，敲门问安。", "社区助餐点", "cooking,transport", ""),
    ("环境美化日", "清理楼道杂物，照看小花园。", "小区中庭", "gardening", ""),
    ("健康义诊协助", "引导排队、登记、陪老人量血压。", "社工站活动室", "health,order", "first_aid"),
    ("亲子阅读会", "带领绘本共读，照看现场秩序。", "社区阅览室", "reading,arts", "child"),
    ("社区文艺汇演", "布置场地、引导座位、协助演出。", "文化活动中心", "events,arts", ""),
)
THANKS: Final = (
    ("居民李婆婆", "每周都来陪我说话，心里亮堂多了。"),
    ("社工站", "送餐一次没有晚过，谢谢你。"),
)
SKILLS: Final = (
    "visit", "care", "repair", "haircut", "transport", "tutoring", "reading", "digital", "health", "cooking",
    "gardening", "photo", "events", "order", "arts", "sports",
)  # fmt: skip
TABLES: Final[dict[type, str]] = {
    Volunteer: (
        "id hub_id town_id station_id number account_id name sort_key sex born_on phone phone_index community_id "
        "languages skills slots reach_km longitude latitude guardian_name guardian_phone guardian_consent_on state "
        "joined_on registered_at registered_by_id kept missed minutes"
    ),
    VolunteerTraining: "id hub_id station_id volunteer_id at by_id topic course minutes held_on",
    Honour: "id hub_id station_id volunteer_id at by_id kind_id given_on reason",
    Thanks: "id hub_id station_id volunteer_id at by_id sender words",
    Opportunity: (
        "id hub_id town_id station_id title work place longitude latitude starts_at ends_at places taken waiting "
        "minimum_age skills training insurance contact contact_phone state made_at made_by_id"
    ),
    SignUp: "id hub_id station_id opportunity_id volunteer_id state at by_id",
    Attendance: (
        "id hub_id town_id station_id opportunity_id volunteer_id on_day came starts_at ends_at minutes recorded_at "
        "recorded_by_id confirmed_at confirmed_by_id"
    ),
    HoursCorrection: (
        "id hub_id station_id opportunity_id volunteer_id attendance_id reason came starts_at ends_at minutes was "
        "asked_at asked_by_id"
    ),
    Certificate: (
        "id hub_id station_id number volunteer_id since until services minutes issuer contact address issued_on "
        "issued_at issued_by_id"
    ),
    ServedYear: "volunteer_id year hub_id town_id station_id first_on",
}
SURE: Final = "公共团体意外险由社工站统一办理"


@lru_cache(maxsize=40_000)
def _sorted_as(name: str) -> str:
    return sort_key(name)


@dataclass(slots=True)
class Helper:
    """A volunteer while the year is made."""

    id: str
    site: Site
    name: str
    born: date
    joined: date
    state: str = "active"
    account: int | None = None
    kept: int = 0
    missed: int = 0
    minutes: int = 0
    first: dict[int, date] = field(default_factory=dict)


class VolunteerMaker:
    """Makes all of it, with chance of its own."""

    def __init__(self, seed: int, today: date, cast: Cast, *, large: bool) -> None:
        self._rng = Random(seed + 77)
        self._today = today
        self._cast = cast
        self._large = large
        self._names = NameMaker(self._rng)
        self._rows: dict[type, list[str]] = {model: [] for model in TABLES}
        places = Station.objects.values_list("id", "longitude", "latitude", "name", "phone")
        self._places = {row[0]: row[1:] for row in places}
        self._helpers: dict[int, list[Helper]] = defaultdict(list)
        self._mine: Helper | None = None
        self._phones: set[str] = set()

    def prepare(self, sites: Sequence[Site]) -> None:
        """Make all rows, without a word to the database: so another thread can, while the database is at work."""
        homes = [site for site in sites if site.tier in (Tier.STATION, Tier.ROOM) and site.town_id is not None]
        shown = next(site for site in homes if site.id == self._cast.town_id)
        count = VOLUNTEERS[self._large]
        for number in range(count):
            # The shown station has more than its share, so that there is something to see.
            site = shown if number % 40 == 0 and number < 1600 else homes[self._rng.randrange(len(homes))]
            self._helpers[int(site.town_id or 0)].append(self._helper(site))
        self._story(shown)
        towns = [site for site in homes if site.tier == Tier.STATION]
        for number in range(CALLS[self._large]):
            site = shown if number % 60 == 0 or number < 12 else self._rng.choice(towns)
            self._call(site, number)
        self._introduce(count + 1)

    def _helper(self, site: Site) -> Helper:
        rng = self._rng
        joined = self._today - timedelta(days=int(1100 * rng.random()) + 1)
        joined = max(joined, site.open_since)
        age = rng.choices((15, 17, 22, 30, 40, 55, 66), (2, 2, 16, 20, 22, 24, 14))[0] + rng.random()
        born = joined - timedelta(days=int(age * 365.25))
        sex_name = self._names.name(rng.choice("12"), born.year)
        state = rng.choices(("active", "paused", "pending"), (93, 5, 2))[0]
        return Helper(key_text(rng, joined), site, sex_name, born, min(joined, self._today), state)

    def _story(self, site: Site) -> None:
        """The shown volunteer: a year of service, trained, thanked, honoured, with a certificate."""
        joined = max(site.open_since, self._today - timedelta(days=400))
        mine = Helper(key_text(self._rng, joined), site, "宋佳", date(1994, 3, 16), joined, "active",
                      self._cast.ids["volunteer"])  # fmt: skip
        self._mine = mine
        place = (site.hub_id, site.id, mine.id, f"{joined} 15:00:00+08", self._cast.ids["head"])
        for topic, course in (("basic", "志愿服务入门"), ("older", "陪伴老人的沟通"), ("child", "儿童保护须知")):
            self._add(VolunteerTraining, key_text(self._rng, joined), *place, topic, course, 120, joined)
        given = self._today - timedelta(days=40)
        self._add(Honour, key_text(self._rng, given), *place, "station_good", given, "一年来坚持探访独居老人")
        for ago, (sender, words) in zip((70, 20), THANKS, strict=True):
            on = self._today - timedelta(days=ago)
            said = (*place[:3], f"{on} 16:30:00+08", self._cast.ids["head"])
            self._add(Thanks, key_text(self._rng, on), *said, sender, words)

    def _call(self, site: Site, number: int) -> None:
        rng = self._rng
        title, work, where, skills, training = WORK[number % len(WORK) if site.id == self._cast.town_id
                                                    else rng.randrange(len(WORK))]  # fmt: skip
        is_shown = site.id == self._cast.town_id
        ahead = rng.random() < AHEAD_SHARE or (is_shown and number < 5)
        offset = rng.randint(2, 21) if ahead else -rng.randint(1, 364)
        if is_shown and 5 <= number < 7:
            offset = -1  # still to be recorded
        day = self._today + timedelta(days=offset)
        begins, hours = rng.choice((9, 9, 10, 14, 14, 15)), rng.choice((2, 2, 3))
        starts, ends = f"{day} {begins:02}:00:00+08", f"{day} {begins + hours:02}:00:00+08"
        to_record = is_shown and offset == -1
        state = "open" if ahead else "closed" if to_record else "done"
        places = rng.choice((8, 12, 15, 20, 24))
        pool = [each for each in self._helpers[int(site.town_id or 0)] if each.state == "active" and each.joined < day]
        people = rng.sample(pool, min(len(pool), places if not ahead else rng.randint(2, places)))
        wanted = number == 5 if to_record else not ahead or number == 0
        if self._mine and is_shown and wanted and self._mine.joined < day:
            people = [self._mine, *people][:places]
        lon, lat, _name, phone = self._places[site.id]
        made = day - timedelta(days=25)
        key = key_text(rng, made)
        self._add(
            Opportunity, key, site.hub_id, site.town_id, site.id, title, work, where, lon, lat,
            starts, ends, places, len(people), 0, 16, f"{{{skills}}}", training if ahead and is_shown else "", SURE,
            "值班社工", phone or "028-96110", state, f"{made} 10:00:00+08", self._cast.recorder,
        )  # fmt: skip
        for who in people:
            self._signed(who, key, site, day, made)
            if not ahead and not to_record:
                self._attended(who, key, site, day, begins, hours)

    def _signed(self, who: Helper, call: str, site: Site, day: date, made: date) -> None:
        by = who.account or self._cast.recorder
        on = made + timedelta(days=self._rng.randint(0, 3))
        on = min(max(on, who.joined), day - timedelta(days=1), self._today)
        self._add(SignUp, key_text(self._rng, on), site.hub_id, site.id, call, who.id, "signed",
                  f"{on} 00:{self._rng.randrange(60):02}:00+08", by)  # fmt: skip

    def _attended(self, who: Helper, call: str, site: Site, day: date, begins: int, hours: int) -> None:
        rng, head = self._rng, self._cast.recorder
        came = who is self._mine or rng.random() < 0.93
        minutes = hours * 60 if rng.random() < 0.8 else hours * 60 - 30
        ends = f"{begins + minutes // 60:02}:{minutes % 60:02}"
        times = (f"{day} {begins:02}:00:00+08", f"{day} {ends}:00+08", minutes) if came else (None, None, 0)
        at = f"{day} 21:00:00+08"
        key = key_text(rng, day)
        self._add(
            Attendance, key, site.hub_id, site.town_id, site.id, call, who.id, day, came, *times, at, head, at, head
        )
        who.minutes += minutes if came else 0
        who.kept, who.missed = who.kept + came, who.missed + (not came)
        if came:
            who.first[day.year] = min(day, who.first.get(day.year, day))
        if came and who is not self._mine and site.id == self._cast.town_id and not self._rows[HoursCorrection]:
            wish = (f"{day} {begins:02}:00:00+08", f"{day} {begins + hours:02}:00:00+08", hours * 60)
            self._add(HoursCorrection, key_text(rng, self._today), site.hub_id, site.id, call, who.id, key,
                      "我帮忙收拾到最后，少记了半小时", True, *wish, "{}", f"{self._today} 00:05:00+08",
                      self._cast.recorder)  # fmt: skip

    def write(self) -> int:
        """Write everything that was prepared; returns how many volunteers."""
        with bare(list(TABLES)):
            for model, columns in TABLES.items():
                Table(model, columns.split()).copy(self._rows[model])
        return len(self._rows[Volunteer])

    def _introduce(self, count: int) -> None:
        everybody = [each for group in self._helpers.values() for each in group]
        if self._mine:
            everybody.append(self._mine)
            self._certify(self._mine)
        numbers = self._rng.sample(range(10**9), count)
        for who, chance in zip(everybody, numbers, strict=True):
            self._person(who, chance)

    def _certify(self, mine: Helper) -> None:
        number = "FW" + str(self._today.year) + "".join(self._rng.choice("23456789ABCDEFGHJK") for _each in range(10))
        _lon, _lat, name, phone = self._places[mine.site.id]
        self._add(
            Certificate, key_text(self._rng, self._today), mine.site.hub_id, mine.site.id, number, mine.id, mine.joined,
            self._today, mine.kept, mine.minutes, name, phone or "", f"http://localhost:8000/v/{number}/", self._today,
            f"{self._today} 00:10:00+08", mine.account,
        )  # fmt: skip

    def _person(self, who: Helper, chance: int) -> None:
        rng, ring, site = self._rng, settings.KEYRING, who.site
        phone = f"155{chance % 10**8:08d}" if who.account is None else "15400001994"
        lon, lat, _name, _phone = self._places[site.id]
        is_minor = who.joined < who.born + timedelta(days=18 * 366)
        guardian: tuple[Any, ...] = ("", b"", None)
        if is_minor:
            sealed = ring.encrypt(f"156{chance % 10**8:08d}", b"linkage_volunteer.guardian_phone")
            guardian = (f"{who.name[0]}家长", sealed, who.joined)
        skills = sorted(rng.sample(SKILLS, rng.randint(1, 3)))
        slots = sorted(rng.sample(range(21), rng.randint(2, 6)))
        area = site.hub_place if site.hub_place.isdigit() else "510100"
        index = blind(phone, "phone") if who.account is not None or self._unique(phone) else None
        self._add(
            Volunteer, who.id, site.hub_id, site.town_id, site.id, volunteer_number(area, chance), who.account,
            who.name, _sorted_as(who.name), "2" if who.account else rng.choice("12"), who.born,
            ring.encrypt(phone, b"linkage_volunteer.phone"), index, site.community_id,
            "{sc}" if rng.random() < 0.6 else "{}", f"{{{','.join(skills)}}}", f"{{{','.join(map(str, slots))}}}",
            rng.choice((3, 5, 5, 8, 15)), lon, lat, *guardian, who.state, who.joined,
            f"{who.joined} 00:30:00+08", self._cast.recorder, who.kept, who.missed, who.minutes,
        )  # fmt: skip
        for year, first in who.first.items():
            self._add(ServedYear, who.id, year, site.hub_id, site.town_id, site.id, first)

    def _unique(self, phone: str) -> bool:
        """Whether nobody has this number yet."""
        if phone in self._phones:
            return False
        self._phones.add(phone)
        return True

    def _add(self, model: type, *values: object) -> None:
        self._rows[model].append(line(*values))
