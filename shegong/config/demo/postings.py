"""Who is posted where in the demonstration city: mostly at home and full time; some between two rooms, some away for a
while, some until a day that is near. So a few stations are short of people, and a few soon will be.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.keys import key_text
from shegong.config.demo.network import Site
from shegong.config.demo.plan import SHOW_COUNTY, SHOW_TOWN
from shegong.network.enums import Tier
from shegong.workforce.enums import PostingRole
from shegong.workforce.models import Posting

if TYPE_CHECKING:
    from shegong.config.demo.staff import Person

COLUMNS: Final = ("id", "key", "worker_id", "station_id", "hub_id", "role", "share", "since", "until")
# Out of all rooms and town stations with somebody who could be away.
SPLIT, ROOMS_SHORT, TOWNS_SHORT, ROOMS_ENDING, TOWNS_ENDING = 0.1, 0.03, 0.05, 0.03, 0.03


class Posted(NamedTuple):
    """A posting in the making."""

    worker_id: int
    station_id: int
    hub_id: int
    role: str
    share: int
    since: date
    until: date | None


class Postings:
    """Posts people, with chance of its own, so that all else stays the same for the same seed."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today

    def post(self, people: Sequence["Person"], sites: Sequence[Site]) -> None:
        """Write everybody's postings; who is away for a while no longer counts among the recorders of the own site."""
        by_id = {site.id: site for site in sites}
        free: dict[int, list[Person]] = defaultdict(list)
        for person in people:
            if self._could_be_away(person):
                free[person.site.id].append(person)
        rooms = [key for key in free if by_id[key].tier == Tier.ROOM]
        towns = [key for key in free if by_id[key].tier == Tier.STATION and len(free[key]) >= 2]
        changed: dict[int, list[Posted]] = {}
        # The county that the demonstration's accounts look at has a gap of each kind.
        shown = [key for key in rooms if by_id[key].hub_place == SHOW_COUNTY][:1]
        for key in shown:
            rooms.remove(key)
            changed[free[key][-1].id] = self._away(free[key][-1], by_id[by_id[key].town_id or by_id[key].hub_id])
        helped = {by_id[key].town_id for key in shown}
        towns.sort(key=lambda key: (by_id[key].hub_place != SHOW_COUNTY, key in helped))
        for key in self._some(rooms, SPLIT + ROOMS_SHORT + ROOMS_ENDING):
            person, chance = free[key][-1], self._rng.random() * (SPLIT + ROOMS_SHORT + ROOMS_ENDING)
            if chance < ROOMS_SHORT:
                changed[person.id] = self._away(person, by_id[by_id[key].town_id or by_id[key].hub_id])
            elif chance < ROOMS_SHORT + ROOMS_ENDING:
                changed[person.id] = self._ending(person)
            else:
                changed[person.id] = self._split(person, sites)
        picked = [*towns[:1], *self._some(towns[1:], TOWNS_SHORT + TOWNS_ENDING)]
        for number, key in enumerate(picked):
            for person in free[key][:2]:
                is_short = number < max(1, round(len(towns) * TOWNS_SHORT))
                changed[person.id] = self._away(person, by_id[by_id[key].hub_id]) if is_short else self._ending(person)
        self._write(row for person in people for row in changed.get(person.id, [self._usual(person)]))

    def _could_be_away(self, person: "Person") -> bool:
        post = person.post
        is_shown = person.site.place.startswith(SHOW_TOWN[:9])
        return (
            person.until is None
            and not (post.is_head or is_shown)
            and not (post.is_supervisor and person.site.tier != Tier.STATION)
            and person.since < self._today - timedelta(days=400)
        )

    def _some(self, keys: Sequence[int], share: float, least: int = 1) -> list[int]:
        return self._rng.sample(list(keys), min(len(keys), max(least, round(len(keys) * share))))

    def _usual(self, person: "Person") -> Posted:
        site = person.site
        return Posted(person.id, site.id, site.hub_id, self._role(person), 100, person.since, person.until)

    def _role(self, person: "Person") -> str:
        post = person.post
        if post.is_head:
            return PostingRole.HEAD
        if post.is_supervisor and post.tier != "station":
            return PostingRole.SUPERVISOR
        return PostingRole.WORKER if post.is_professional else PostingRole.STAFF

    def _away(self, person: "Person", to: Site) -> list[Posted]:
        """Helping out at the station above since some weeks."""
        day = self._today - timedelta(days=self._rng.randint(10, 120))
        home = person.site
        home.workers[:] = [
            (key, first, day.toordinal() - 1) if key == person.id else (key, first, last)
            for key, first, last in home.workers
        ]
        usual = self._usual(person)
        return [usual._replace(until=day), usual._replace(station_id=to.id, hub_id=to.hub_id, since=day)]

    def _ending(self, person: "Person") -> list[Posted]:
        return [self._usual(person)._replace(until=self._today + timedelta(days=self._rng.randint(12, 85)))]

    def _split(self, person: "Person", sites: Sequence[Site]) -> list[Posted]:
        """Between the own room and the next one of the town."""
        near = [each for each in sites if each.town_id == person.site.town_id and each.tier == Tier.ROOM]
        usual, start = self._usual(person), self._today - timedelta(days=self._rng.randint(130, 390))
        other = near[(near.index(person.site) + 1) % len(near)]
        if other is person.site:
            return [usual]
        share = self._rng.choice((40, 50))
        return [
            usual._replace(until=start),
            usual._replace(share=100 - share, since=start),
            usual._replace(station_id=other.id, share=share, since=start),
        ]

    def _write(self, rows: Iterable[Posted]) -> None:
        written = list(rows)
        ids = reserve_ids(Posting, len(written))
        Table(Posting, COLUMNS).copy(
            line(row_id, key_text(self._rng, row.since), *row) for row_id, row in zip(ids, written, strict=True)
        )
