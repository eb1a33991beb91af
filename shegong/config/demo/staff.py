"""The people who work in the demonstration city: workers, certificates and postings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from django.conf import settings

from shegong.config.demo import plan
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.keys import key_text
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.config.demo.postings import Postings
from shegong.kernel.fields import spelling
from shegong.kernel.names import sort_key
from shegong.workforce.enums import CertificateLevel, Education, Language, Source, Speciality
from shegong.workforce.models import Credential, Worker

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
    "is_psychological since until key spelling education major specialities languages"
)
# Out of a hundred. Professional social workers have studied, mostly; others have come from all walks of life.
EDUCATIONS: Final[Mapping[bool, Mapping[str, int]]] = {
    True: {Education.MASTER: 9, Education.BACHELOR: 58, Education.COLLEGE: 33},
    False: {Education.BACHELOR: 22, Education.COLLEGE: 48, Education.SECONDARY: 26, Education.LOWER: 4},
}
MAJORS: Final = ("社会工作", "社会工作", "社会学", "心理学", "公共事业管理", "法学", "护理学", "教育学", "汉语言文学")
ABILITIES: Final = {
    Speciality.OLDER: 30, Speciality.CHILD: 18, Speciality.FAMILY: 16, Speciality.COMMUNITY: 15, Speciality.YOUTH: 12,
    Speciality.DISABILITY: 9, Speciality.RELIEF: 9, Speciality.SCHOOL: 5, Speciality.MEDICAL: 4, Speciality.JUSTICE: 4,
    Speciality.CRISIS: 3, Speciality.DRUGS: 3, Speciality.VETERANS: 3,
}  # fmt: skip
RARE_LANGUAGES: Final = {
    Language.SIGN: 0.03, Language.ENGLISH: 0.06, Language.HAKKA: 0.04, Language.TIBETAN: 0.01, Language.YI: 0.008,
}  # fmt: skip


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

    def __init__(self, rng: Random, today: date, seed: int) -> None:
        self._rng = rng
        # For profiles and postings: all else stays the same for the same seed.
        self._own = Random(seed + 40)
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
        Postings(self._own, self._today).post(people, sites)
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
            *self._profile(person),
        )

    def _profile(self, person: Person) -> tuple[str, str, str, str, str, str]:
        """The key, the name's spelling, education, field of study, specialities and languages."""
        rng, post = self._own, person.post
        levels, weights = zip(*EDUCATIONS[post.is_professional].items(), strict=True)
        education = rng.choices(levels, weights)[0]
        has_studied = education not in (Education.SECONDARY, Education.LOWER)
        abilities: set[str] = set()
        if post.is_professional:
            abilities = set(rng.choices(list(ABILITIES), list(ABILITIES.values()), k=rng.randint(1, 3)))
        spoken = [Language.MANDARIN, *([Language.SICHUAN] if rng.random() < 0.9 else [])]
        spoken += [language for language, share in RARE_LANGUAGES.items() if rng.random() < share]
        return (
            key_text(rng, person.since),
            spelling(person.name),
            education,
            rng.choice(MAJORS) if has_studied else "",
            "{" + ",".join(each for each in Speciality.values if each in abilities) + "}",
            "{" + ",".join(each for each in Language.values if each in spoken) + "}",
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


def posts_of(sites: Sequence[Site], size: plan.Size, rng: Random) -> list[plan.Post]:
    """The posts of a network that stands."""
    places: Mapping[str, list[str]] = {
        tier: sorted(site.place for site in sites if site.tier == tier) for tier in ("hub", "station", "room")
    }
    return plan.posts(places["hub"], places["station"], places["room"], size, rng)
