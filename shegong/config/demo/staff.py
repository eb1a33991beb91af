"""The people who work in the demonstration city: workers, certificates and postings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from django.conf import settings

from shegong.config.demo import plan
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.kernel.names import sort_key
from shegong.workforce.enums import CertificateLevel, PostingRole, Source
from shegong.workforce.models import Credential, Posting, Worker

# All posts are filled before the end of 2022, the day of the published figures.
LATEST_START: Final = date(2022, 12, 15)
# Nobody is replaced in the weeks around that day.
FIRST_CHANGE: Final = date(2023, 3, 1)
TURNOVER: Final = 0.08
OTHER_SOURCES: Final = (
    (Source.COMMUNITY, 34),
    (Source.CIVIL_AFFAIRS, 18),
    (Source.DISABLED_FEDERATION, 12),
    (Source.HUMAN_RESOURCES, 11),
    (Source.VETERANS, 9),
    (Source.CARE_SITE, 9),
    (Source.OTHER, 7),
)
# Out of a hundred certificates.
LEVELS: Final = {CertificateLevel.ASSISTANT: 68, CertificateLevel.SOCIAL_WORKER: 30, CertificateLevel.SENIOR: 2}
WORKER_COLUMNS: Final = (
    "id account_id name sort_key sex phone employer_id source station_id hub_id is_professional is_supervisor "
    "is_psychological since until"
)


@dataclass(slots=True)
class Person:
    """A worker in a post from `since` until `until`."""

    id: int
    post: plan.Post
    site: Site
    since: date
    until: date | None
    name: str


class Staffing:
    """Fills posts with people."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._names = NameMaker(rng)

    def fill(self, posts: Sequence[plan.Post], sites: Sequence[Site]) -> list[Person]:
        """Write workers, certificates and postings; returns them and puts those in office today into their sites."""
        by_place = {(site.place, site.tier): site for site in sites}
        terms = [
            (post, by_place[post.place, post.tier], *term)
            for post in posts
            for term in self._terms(by_place[post.place, post.tier])
        ]
        ids = reserve_ids(Worker, len(terms))
        people, workers, certified = [], [], []
        for worker_id, (post, site, since, until) in zip(ids, terms, strict=True):
            sex = "2" if self._rng.random() < 0.72 else "1"
            name = self._names.name(sex, self._rng.randint(1972, 2000))
            person = Person(worker_id, post, site, since, until, name)
            people.append(person)
            workers.append(self._worker(person, sex))
            if post.is_certified:
                certified.append(person)
            last = 1 << 30 if until is None else until.toordinal() - 1
            site.workers.append((worker_id, since.toordinal(), last))
        Table(Worker, WORKER_COLUMNS.split()).copy(workers)
        self._certify(certified)
        self._post(people)
        return people

    def _terms(self, site: Site) -> list[tuple[date, date | None]]:
        """From when to when a post was held, without a gap: by one person, or by two."""
        rng = self._rng
        since = min(site.open_since + timedelta(days=rng.choice((0, 0, 0, 1, 3, 7))), LATEST_START)
        change = FIRST_CHANGE + timedelta(days=rng.randint(0, 1000))
        if rng.random() < TURNOVER and change < self._today - timedelta(days=30):
            return [(since, change), (change, None)]
        return [(since, None)]

    def _worker(self, person: Person, sex: str) -> str:
        rng, site, post = self._rng, person.site, person.post
        bought = site.agency_id is not None and post.is_professional and rng.random() < 0.9
        sources, weights = zip(*OTHER_SOURCES, strict=True)
        return line(
            person.id,
            None,
            person.name,
            sort_key(person.name),
            sex,
            settings.KEYRING.encrypt(f"154{rng.randint(0, 99_999_999):08d}", b"workforce_worker.phone"),
            site.agency_id if bought else None,
            Source.PURCHASED if bought else rng.choices(sources, weights)[0],
            site.id,
            site.hub_id,
            post.is_professional,
            post.is_supervisor,
            post.is_psychological,
            person.since,
            person.until,
        )

    def _certify(self, people: Sequence[Person]) -> None:
        rng = self._rng
        levels, weights = list(LEVELS), list(LEVELS.values())
        rows = []
        for number, person in enumerate(people, start=1):
            level = rng.choices(levels, weights)[0]
            if person.post.is_supervisor and level == CertificateLevel.ASSISTANT:
                level = CertificateLevel.SOCIAL_WORKER
            issued = date(rng.randint(max(2012, person.since.year - 8), person.since.year - 1), 10, 31)
            written = f"{issued.year}51{number:07d}"
            rows.append((person.id, person.site.hub_id, level, f"D{written}", issued))
            if level == CertificateLevel.SOCIAL_WORKER and rng.random() < 0.5:
                earlier = date(issued.year - rng.randint(2, 5), 10, 31)
                rows.append((person.id, person.site.hub_id, CertificateLevel.ASSISTANT, f"DA{written}", earlier))
        ids = reserve_ids(Credential, len(rows))
        Table(Credential, ["id", "worker_id", "hub_id", "level", "number", "issued_on"]).copy(
            line(row_id, *row) for row_id, row in zip(ids, rows, strict=True)
        )

    def _post(self, people: Sequence[Person]) -> None:
        rows = []
        for person in people:
            post = person.post
            role = PostingRole.WORKER if post.is_professional else PostingRole.STAFF
            if post.is_head:
                role = PostingRole.HEAD
            elif post.is_supervisor and post.tier != "station":
                role = PostingRole.SUPERVISOR
            rows.append((person.id, person.site.id, person.site.hub_id, role, 100, person.since, person.until))
        ids = reserve_ids(Posting, len(rows))
        Table(Posting, ["id", "worker_id", "station_id", "hub_id", "role", "share", "since", "until"]).copy(
            line(row_id, *row) for row_id, row in zip(ids, rows, strict=True)
        )


def posts_of(sites: Sequence[Site], size: plan.Size, rng: Random) -> list[plan.Post]:
    """The posts of a network that stands."""
    places: Mapping[str, list[str]] = {
        tier: sorted(site.place for site in sites if site.tier == tier) for tier in ("hub", "station", "room")
    }
    return plan.posts(places["hub"], places["station"], places["room"], size, rng)
