"""Service records of the demonstration city: three years, up to yesterday."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Final

from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.config.demo import wording
from shegong.config.demo.cases import Episode
from shegong.config.demo.clients import Person
from shegong.config.demo.copying import NULL, Table
from shegong.config.demo.keys import day_start, key_at
from shegong.config.demo.network import Site
from shegong.practice.models import RecordClient, RecordWorker, ServiceRecord

TABLES: Final = {
    ServiceRecord: (
        "id hub_id station_id service_id method group_id started_at served_on minutes place clients_count "
        "anonymous_count person_times workers_count work_minutes summary next_step next_on satisfaction case_id "
        "contract_id fund_id restricted digest recorded_at recorded_by_id revision void_reason"
    ),
    RecordClient: "record_id hub_id station_id client_id served_on restricted",
    RecordWorker: "record_id hub_id station_id worker_id served_on",
}
# Services that fit a person, by group: the more often named, the more often given.
FITTING: Final[Mapping[str, str]] = {
    "general": "B01 B01 B02 B05 B13 B14 B16 P01",
    "older": "B03 B03 B03 B02 B02 B08 B10 B07 E05 B13",
    "living-alone": "E01 E01 E01 E01 E01 E04",
    "frail": "E02 E02 E02 B08",
    "child": "B01 B11 B07 B16 B14",
    "left-behind": "K01 B01 B02",
    "child-difficulty": "K01 K01 K01 K02",
    "minor-at-risk": "K05 K08",
    "women": "W02 W04 B16",
    "violence": "W01 W01 B16",
    "disabled": "D01 D01 B12 D05",
    "mental-health": "D02 D02 B16",
    "low-income": "L01 L02 L02 L03 L03 B09 B13",
    "carer": "B16 B14 B02",
    "special-family": "E05 B16 B02",
    "veteran": "V01 V02 B01",
    "newcomer": "B13 B05 P01",
    "gig-worker": "B13 B16",
    "corrections": "J01 J01 B16",
    "post-release": "J02 B13",
    "drug": "R01 R01 B16",
    "hiv": "B16 B15",
}
# Which group a person is counted in when the service is for residents in general: the first that fits.
MAIN_GROUPS: Final = ("child", "older", "disabled", "low-income", "women", "veteran", "newcomer", "general")
SESSIONS: Final = (
    "B22 B22 B22 B22 E06 E06 E03 B21",
    "B20 B20 K09 W05 L04 N01 W03 D03 D04",
    "B18 B18 B18 B18 B19 K06 K07 K03 K04",
)
EVENTS: Final = "B23 B23 B23 B24 B24 B24 B25 B25 B26 B26 B17 B06 B06 E07 E08 W06 D06 N02 P02 P02 P03 P03"
# How often a service for one person is given where (home, phone, station, …), for adults and for children.
WHERE: Final = (
    (("home", "phone", "station", "community", "hospital", "online"), (46, 24, 18, 6, 3, 3)),
    (("home", "phone", "station", "school", "community", "online"), (38, 12, 24, 18, 5, 3)),
)
FIXED_PLACES: Final = {"B02": "phone", "B03": "home", "B08": "home", "B01": "home", "E01": "home", "L01": "home"}
MINUTES: Final = {"home": (40, 45, 50, 60, 60, 75), "phone": (10, 10, 15, 15, 20), "": (20, 30, 30, 40, 45, 60)}
# Spring Festival's first days, for the years that may be shown; outside of these years 5 February is near enough.
SPRING: Final = {2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)}
MIX: Final = {"room": (0.73, 0.83), "station": (0.62, 0.78), "hub": (0.3, 0.5), "centre": (0.1, 0.3)}
# Days after which every post of a new station is filled.
SETTLING: Final = 8
# When the next visits are due around today, for the worker whose day is shown.
SHOW_DUE: Final = (-1, 0, 0, 1, -1, 0, 0, 0, 1, 2, 3, -1, 1, 5, 7)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as records need it."""

    id: int
    code: str
    method: str
    group_id: int
    is_general: bool


@dataclass(slots=True)
class _Event:
    day: int
    service: Service
    people: Sequence[Person]
    anonymous: int = 0
    episode: Episode | None = None
    next_step: str = ""
    next_on: int = 0


@dataclass(slots=True)
class Sheets:
    """Rows waiting to be written, by table."""

    rows: dict[type, list[str]] = field(default_factory=lambda: {model: [] for model in TABLES})

    def write(self) -> int:
        """Append all rows to their tables; returns how many records."""
        written = 0
        for model, columns in TABLES.items():
            count = Table(model, columns.split()).copy(self.rows[model])
            written += count if model is ServiceRecord else 0
            self.rows[model].clear()
        return written


class Calendar:
    """On which days services are given, and how often."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first.toordinal()
        days = range(self.first, last.toordinal() + 1)
        self.weights = list(accumulate(self._weight(date.fromordinal(day), day, len(days)) for day in days))

    def days(self, rng: Random, opened: int, count: int) -> list[int]:
        """`count` days (ordinals) from `opened` on, in order."""
        low = self.weights[max(opened - self.first, 0)]
        span = self.weights[-1] - low
        weights, first = self.weights, self.first
        return sorted(first + bisect_right(weights, low + span * rng.random() * 0.999999) for _ in range(count))

    def _weight(self, day: date, ordinal: int, length: int) -> float:
        growth = 0.7 + 0.6 * (ordinal - self.first) / length
        week = (1.0, 1.1, 1.1, 1.1, 1.05, 0.4, 0.2)[day.weekday()]
        season = (0.95, 0.9, 1.05, 1.0, 1.05, 1.0, 1.1, 1.05, 1.0, 1.1, 1.1, 1.0)[day.month - 1]
        if -16 <= after_spring(ordinal) < -1:
            season *= 1.35  # visits before the festival
        if -1 <= after_spring(ordinal) < 8 or (day.month == 10 and day.day < 8):
            season *= 0.12
        return growth * week * season


@lru_cache(maxsize=4096)
def after_spring(ordinal: int) -> int:
    """Days after (before: negative) the Spring Festival of the year."""
    year = date.fromordinal(ordinal).year
    return ordinal - date(year, *SPRING.get(year, (2, 5))).toordinal()


class RecordMaker:
    """Makes the records of a station, with those who took part on either side."""

    def __init__(self, rng: Random, calendar: Calendar, today: date) -> None:
        self._rng = rng
        self._calendar = calendar
        self._today = today.toordinal()
        self._services = {
            item.code: Service(item.pk, item.code, item.method, item.group_id, item.group.code == "general")
            for item in ServiceItem.objects.select_related("group").filter(version=1)
        }
        self._groups = dict(PopulationGroup.objects.values_list("code", "pk"))
        self._fitting: dict[tuple[str, ...], tuple[list[Service], int]] = {}
        self._sessions = [[self._services[code] for code in codes.split()] for codes in SESSIONS]
        self._events = [self._services[code] for code in EVENTS.split()]
        self._texts: dict[tuple[str, str, int], list[str]] = {}
        self._where = [[place for place, n in zip(*where, strict=True) for _ in range(n)] for where in WHERE]
        self.sheets = Sheets()

    def make(
        self, site: Site, people: Sequence[Person], episodes: Sequence[Episode], count: int, recorder: int, show: bool
    ) -> None:
        """`count` records of a station; `show` gives its worker a day with a story."""
        opened = max(self._calendar.first, site.open_since.toordinal() + SETTLING)
        events = [
            self._event(site, day, people, episodes, registered)
            for registered in [[person.registered_on for person in people]]
            for day in self._calendar.days(self._rng, opened, count)
        ]
        self._plan_ahead(events, show)
        for event in events:
            self._write(site, event, recorder)

    def _event(
        self, site: Site, day: int, people: Sequence[Person], episodes: Sequence[Episode], registered: Sequence[int]
    ) -> _Event:
        rng = self._rng
        known = bisect_right(registered, day)
        chance = rng.random()
        casework, group = MIX[site.tier]
        if chance < casework and known:
            if episodes and rng.random() < 0.3:
                episode = episodes[int(rng.random() * len(episodes))]
                if episode.first <= day <= episode.last and day <= episode.person.until:
                    return _Event(day, self._service_for(episode.person, day), (episode.person,), 0, episode)
            person = people[int(rng.random() * known)]
            if day <= person.until:
                return _Event(day, self._service_for(person, day), (person,))
        elif chance < group and known > 5:
            band = 2 if date.fromordinal(day).month in (7, 8) and rng.random() < 0.6 else int(rng.random() * 3)
            fitting = [p for p in rng.sample(people[:known], min(known, 18)) if p.band == band and day <= p.until]
            if len(fitting) > 3:
                sessions = self._sessions[band]
                return _Event(day, sessions[int(rng.random() * len(sessions))], fitting[:12], int(rng.random() * 3))
        service = self._events[int(rng.random() * len(self._events))]
        return _Event(day, service, (), 12 + int(90 * rng.random() ** 2.2))

    def _service_for(self, person: Person, day: int) -> Service:
        fitting, _ = self._fit(person)
        if -16 <= after_spring(day) < -1 and self._rng.random() < 0.3:
            return self._services["B04"]
        if person.band == 0 and date.fromordinal(day).month == 10 and self._rng.random() < 0.15:
            return self._services["B04"]  # the Double Ninth, the festival of the old
        return fitting[int(self._rng.random() * len(fitting))]

    def _fit(self, person: Person) -> tuple[list[Service], int]:
        """The services that fit a person's groups, and the group the person is mainly in."""
        found = self._fitting.get(person.groups)
        if found is None:
            codes = [code for group in person.groups for code in FITTING[group].split()]
            main = next((group for group in MAIN_GROUPS if group in person.groups), person.groups[0])
            found = [self._services[code] for code in codes], self._groups[main]
            self._fitting[person.groups] = found
        return found

    def _plan_ahead(self, events: Sequence[_Event], show: bool) -> None:
        """Next steps: kept ones for most, and those still due only around today."""
        rng, seen, due = self._rng, set[str](), list(SHOW_DUE) if show else []
        for event in reversed(events):
            if len(event.people) != 1:
                continue
            person = event.people[0]
            is_last = person.id not in seen
            seen.add(person.id)
            steps = wording.NEXT_STEPS[person.band]
            if is_last and due and event.day > self._today - 60 and event.day < self._today - 2:
                event.next_on = self._today + due.pop(0)
            elif rng.random() < 0.4:
                event.next_on = event.day + 5 + int(rng.random() * 20)
                if is_last and event.next_on < self._today - 1:
                    event.next_on = 0
                    continue
            if event.next_on:
                event.next_step = steps[int(rng.random() * len(steps))]

    def _write(self, site: Site, event: _Event, recorder: int) -> None:
        rng, service, people = self._rng, event.service, event.people
        place, summary, minutes = self._told(event)
        day = date.fromordinal(event.day)
        clock = 540 + 15 * int(rng.random() * 30)
        key = key_at(rng, day_start(day) + clock * 60_000 + int(rng.random() * 60_000))
        ends = clock + minutes + int(rng.random() * 60)
        workers = self._workers(site, event)
        restricted = any(person.restricted for person in people)
        group = service.group_id
        if len(people) == 1 and service.is_general:
            group = self._fit(people[0])[1]
        contract, fund, since = site.contract or (NULL, NULL, 1 << 30)
        if event.day < since and site.former_contract is not None:
            contract, fund, since = site.former_contract
        if event.day < since:
            contract = fund = NULL
        satisfaction: int | str = NULL
        if people and rng.random() < 0.22:
            satisfaction = (5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 2)[int(rng.random() * 12)]
        next_on = date.fromordinal(event.next_on) if event.next_on else NULL
        place_ids = f"{site.hub_id}\t{site.id}"
        rows = self.sheets.rows
        rows[ServiceRecord].append(
            f"{key}\t{place_ids}\t{service.id}\t{service.method}\t{group}"
            f"\t{day} {clock // 60:02d}:{clock % 60:02d}:00+08\t{day}\t{minutes}\t{place}"
            f"\t{len(people)}\t{event.anonymous}\t{len(people) + event.anonymous}\t{len(workers)}"
            f"\t{minutes * len(workers)}\t{summary}\t{event.next_step}\t{next_on}\t{satisfaction}"
            f"\t{event.episode.case_id if event.episode else NULL}\t{contract}\t{fund}\t{'t' if restricted else 'f'}"
            f"\t\\\\x{key}\t{day} {ends // 60:02d}:{ends % 60:02d}:30+08\t{recorder}\t0\t\n"
        )
        rows[RecordClient].extend(
            [f"{key}\t{place_ids}\t{p.id}\t{day}\t{'t' if p.restricted else 'f'}\n" for p in people]
        )
        rows[RecordWorker].extend([f"{key}\t{place_ids}\t{worker}\t{day}\n" for worker in workers])

    def _told(self, event: _Event) -> tuple[str, str, int]:
        """Place, summary and minutes."""
        rng, service = self._rng, event.service
        if len(event.people) != 1 or service.method != "C":
            texts = self._texts.get((service.code, "", 0))
            if texts is None:
                texts = self._texts[service.code, "", 0] = wording.shared_summaries(service.code, service.method)
            place = "station" if service.method == "G" else "community"
            minutes = (
                (60, 90, 90, 120)[int(rng.random() * 4)] if service.method == "G" else 60 + 30 * int(rng.random() * 5)
            )
            return place, texts[int(rng.random() * len(texts))], minutes
        band = event.people[0].band
        where = self._where[band == 2]
        place = FIXED_PLACES.get(service.code) or where[int(rng.random() * len(where))]
        texts = self._texts.get((service.code, place, band))
        if texts is None:
            texts = self._texts[service.code, place, band] = wording.personal_summaries(service.code, place, band)
        lengths = MINUTES.get(place) or MINUTES[""]
        return place, texts[int(rng.random() * len(texts))], lengths[int(rng.random() * len(lengths))]

    def _workers(self, site: Site, event: _Event) -> list[int]:
        """Who of those in office that day gave it."""
        rng = self._rng
        present = [worker for worker, first, last in site.workers if first <= event.day <= last]
        start = int(rng.random() * len(present))
        count = 2 if len(present) > 1 and rng.random() < (0.12 if len(event.people) == 1 else 0.6) else 1
        return [present[(start + number) % len(present)] for number in range(count)]
