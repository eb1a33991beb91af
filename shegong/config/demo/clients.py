"""The people whom the demonstration city serves: their files, and what hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Final

from django.conf import settings

from shegong.catalogue.models import PopulationGroup
from shegong.config.demo.copying import NULL, Table
from shegong.config.demo.keys import key_text
from shegong.config.demo.names import NameMaker
from shegong.config.demo.network import Site
from shegong.kernel.chinese import identity_check
from shegong.kernel.names import search_tokens, sort_key, sounds_alike_key
from shegong.practice.models import (
    Client,
    ClientGroup,
    ClientToken,
    Consent,
    Contact,
    Disability,
    Household,
    LowIncome,
)
from shegong.practice.models.client import identity_index, phone_index
from shegong.practice.rules.client import file_number

# Nobody's number begins like this: the area code of the city as a whole is not issued to people.
AREA: Final = "510100"
# Of those who are not Han, as often as here (GB/T 3304): Tibetan, Yi, Hui, Qiang, Tujia.
ETHNICITIES: Final = ("04", "04", "04", "07", "07", "07", "03", "03", "33", "15")
# (code of the group, of 1000 in this age band). Restricted ones are about 3 % of all.
OLDER_GROUPS: Final = (
    ("living-alone", 170),
    ("frail", 90),
    ("special-family", 20),
    ("veteran", 40),
    ("mental-health", 6),
)
ADULT_GROUPS: Final = (
    ("carer", 130),
    ("newcomer", 110),
    ("gig-worker", 60),
    ("veteran", 50),
    ("mental-health", 30),
    ("violence", 14),
    ("corrections", 12),
    ("post-release", 10),
    ("drug", 10),
    ("hiv", 3),
)
CHILD_GROUPS: Final = (("left-behind", 130), ("child-difficulty", 150), ("newcomer", 90), ("minor-at-risk", 18))
RELATIONS: Final = ("子女", "配偶", "兄弟姐妹", "邻居", "亲戚")
LOW_INCOMES: Final = (("minimum", 52), ("margin", 20), ("destitute", 10), ("rigid", 10), ("monitored", 5), ("other", 3))
TABLES: Final = {
    Household: "id hub_id station_id address community_id",
    Client: (
        "id hub_id station_id number name sort_key sounds_key sex ethnicity born_on identity identity_index phone "
        "phone_index address community_id household_id household_relation restricted_classes state registered_at "
        "registered_by_id"
    ),
    ClientToken: "hub_id station_id token client_id",
    ClientGroup: "id hub_id station_id client_id group_id since until",
    Disability: "id hub_id station_id client_id kind grade card since until",
    LowIncome: "id hub_id station_id client_id kind since until",
    Contact: "id hub_id station_id client_id name relation phone is_guardian",
    Consent: "id hub_id station_id client_id purpose basis given_on withdrawn_on note recorded_by_id",
}


@dataclass(slots=True)
class Person:
    """A client as the records need it: `band` 0 older, 1 adult, 2 child; days count from 1970."""

    id: str
    name: str
    band: int
    groups: tuple[str, ...]
    restricted: bool
    registered_on: int
    born: date
    until: int = 1 << 30


@dataclass(slots=True)
class _Family:
    household: str
    surname: str
    address: str
    address_blob: str
    left: int


@dataclass(slots=True)
class Files:
    """Rows waiting to be written, by table."""

    rows: dict[type, list[str]] = field(default_factory=lambda: {model: [] for model in TABLES})

    def write(self) -> None:
        """Append all rows to their tables, referred-to ones first."""
        for model, columns in TABLES.items():
            Table(model, columns.split()).copy(self.rows[model])
            self.rows[model].clear()


@lru_cache(maxsize=40_000)
def name_keys(name: str) -> tuple[str, str, tuple[str, ...]]:
    """Sort key, sounds-alike key and search tokens of a name."""
    return sort_key(name), sounds_alike_key(name), tuple(sorted(search_tokens(name)))


class ClientMaker:
    """Makes the clients of a station, with all that belongs to their files."""

    def __init__(self, rng: Random, today: date, first_day: date, recorder: int) -> None:
        self._rng = rng
        self._today = today
        self._first_day = first_day
        self._recorder = recorder
        self._names = NameMaker(rng)
        self._group_ids = {group.code: (group.pk, group.restricted_class) for group in PopulationGroup.objects.all()}
        self._numbers: dict[tuple[str, int], int] = {}
        self._identities: dict[int, set[str]] = {}
        self.files = Files()

    def make(self, site: Site, count: int) -> list[Person]:
        """`count` clients of a station, in the order in which their files were opened."""
        opened = max(self._first_day, site.open_since)
        span = max((self._today - opened).days - 1, 1)
        # Many files are opened in the beginning, when the station goes from door to door.
        days = sorted(opened + timedelta(days=int(span * self._rng.random() ** 1.9)) for _ in range(count))
        people, family = [], None
        for day in days:
            if family is None or family.left == 0:
                family = self._family(site, day)
            family.left -= 1
            people.append(self._client(site, day, family))
        return people

    def _family(self, site: Site, day: date) -> _Family:
        rng = self._rng
        if site.is_rural:
            address = f"{site.address}{rng.randint(1, 12)}组{rng.randint(1, 180)}号"
        else:
            door = rng.randint(1, 18) * 100 + rng.randint(1, 4)
            address = f"{site.address}{rng.randint(1, 260)}号{rng.randint(1, 16)}栋{rng.randint(1, 4)}单元{door}号"
        key = key_text(rng, day)
        blob = settings.KEYRING.encrypt(address, b"practice_household.address").hex()
        community = NULL if site.community_id is None else site.community_id
        self.files.rows[Household].append(f"{key}\t{site.hub_id}\t{site.id}\t\\\\x{blob}\t{community}\n")
        blob = settings.KEYRING.encrypt(address, b"practice_client.address").hex()
        return _Family(key, self._names.surname(), address, blob, rng.choices((1, 2, 3, 4), (62, 26, 9, 3))[0])

    def _client(self, site: Site, day: date, family: _Family) -> Person:
        rng, ring = self._rng, settings.KEYRING
        band = rng.choices((0, 1, 2), (46, 30, 24))[0]
        age = (60 + int(38 * rng.random() ** 1.6), rng.randint(19, 59), rng.randint(3, 17))[band]
        born = day.replace(year=day.year - age, day=1) - timedelta(days=rng.randint(0, 330))
        sex = "2" if rng.random() < (0.56, 0.6, 0.48)[band] else "1"
        ethnicity = "01" if rng.random() < 0.968 else rng.choice(ETHNICITIES)
        name = self._names.name(sex, born.year, family.surname if rng.random() < 0.7 else "", ethnicity)
        sorted_as, sounds, tokens = name_keys(name)
        groups, classes = self._groups(band)
        key = key_text(rng, day)
        identity = self._identity(site.hub_id, born, sex) if rng.random() < 0.94 else ""
        phone = f"154{rng.randint(0, 99_999_999):08d}" if rng.random() < (0.82, 0.97, 0.35)[band] else ""
        state, until = self._state(band, day)
        community = NULL if site.community_id is None else site.community_id
        blobs = [
            "\\\\x" + ring.encrypt(value, context).hex() if value else "\\\\x"
            for value, context in ((identity, b"practice_client.identity"), (phone, b"practice_client.phone"))
        ]
        indexes = [
            NULL if index is None else "\\\\x" + index.hex() for index in (identity_index(identity), phone_index(phone))
        ]
        relation = "" if family.left else rng.choice(("户主", "户主", "配偶", "子女", "父母"))
        self.files.rows[Client].append(
            f"{key}\t{site.hub_id}\t{site.id}\t{self._number(site, day)}\t{name}\t{sorted_as}\t{sounds}\t{sex}"
            f"\t{ethnicity}\t{born}\t{blobs[0]}\t{indexes[0]}\t{blobs[1]}\t{indexes[1]}\t\\\\x{family.address_blob}\t{community}"
            f"\t{family.household}\t{relation}\t{{{','.join(classes)}}}\t{state}\t{day} 10:{rng.randint(10, 59)}:00+08"
            f"\t{self._recorder}\n"
        )
        place = f"{site.hub_id}\t{site.id}"
        self.files.rows[ClientToken].extend([f"{place}\t{token}\t{key}\n" for token in tokens])
        person = Person(key, name, band, tuple(groups), bool(classes), day.toordinal(), born, until)
        self._attach(place, person, day)
        return person

    def _groups(self, band: int) -> tuple[list[str], list[str]]:
        rng = self._rng
        groups = [("older", "", "child")[band]] if band != 1 else []
        for code, share in (OLDER_GROUPS, ADULT_GROUPS, CHILD_GROUPS)[band]:
            if rng.random() * 1000 < share:
                groups.append(code)
        if band == 1 and rng.random() < 0.3:
            groups.append("women")
        if rng.random() < (0.12, 0.14, 0.03)[band]:
            groups.append("disabled")
        if rng.random() < 0.14:
            groups.append("low-income")
        if not groups:
            groups.append("general")
        return groups, sorted({self._group_ids[code][1] for code in groups} - {""})

    def _identity(self, hub_id: int, born: date, sex: str) -> str:
        """A valid number (GB 11643) that nobody has; once in a county."""
        taken = self._identities.setdefault(hub_id, set())
        while True:
            order = self._rng.randrange(0, 1000, 2) + (sex == "1")
            digits = f"{AREA}{born:%Y%m%d}{order:03d}"
            if digits not in taken:
                taken.add(digits)
                return digits + identity_check(digits)

    def _number(self, site: Site, day: date) -> str:
        count = self._numbers[site.hub_key, day.year] = self._numbers.get((site.hub_key, day.year), 0) + 1
        return file_number(site.hub_key, day.year, count)

    def _state(self, band: int, day: date) -> tuple[str, int]:
        """Where the file stands, and after which day there are no more services."""
        chance = self._rng.random()
        last = day.toordinal() + self._rng.randint(120, 900)
        if chance < (0.03, 0.003, 0.0)[band] and last < self._today.toordinal():
            return "deceased", last
        if chance < 0.05 and last < self._today.toordinal():
            return "moved", last
        return "active", 1 << 30

    def _attach(self, place: str, person: Person, day: date) -> None:
        rng, rows, key = self._rng, self.files.rows, person.id
        for code in person.groups:
            group_id = self._group_ids[code][0]
            rows[ClientGroup].append(f"{key_text(rng, day)}\t{place}\t{key}\t{group_id}\t{day}\t{NULL}\n")
        if "disabled" in person.groups or "mental-health" in person.groups:
            kind = "6" if "mental-health" in person.groups else rng.choices("1234567", (16, 12, 3, 46, 12, 4, 7))[0]
            grade = rng.choices((1, 2, 3, 4), (15, 28, 31, 26))[0]
            rows[Disability].append(f"{key_text(rng, day)}\t{place}\t{key}\t{kind}\t{grade}\t\\\\x\t{day}\t{NULL}\n")
        if "low-income" in person.groups:
            kinds, weights = zip(*LOW_INCOMES, strict=True)
            since = day - timedelta(days=rng.randint(30, 1200))
            kind = rng.choices(kinds, weights)[0]
            rows[LowIncome].append(f"{key_text(rng, day)}\t{place}\t{key}\t{kind}\t{since}\t{NULL}\n")
        if person.band != 1 or rng.random() < 0.2:
            rows[Contact].extend(self._contacts(place, person, day))
        rows[Consent].extend(self._consents(place, person, day))

    def _contacts(self, place: str, person: Person, day: date) -> Iterator[str]:
        rng = self._rng
        is_guardian = person.band == 2
        relation = rng.choice(("母亲", "父亲", "祖父母")) if is_guardian else rng.choice(RELATIONS)
        name = self._names.name(rng.choice("12"), rng.randint(1960, 1990), person.name[0] if rng.random() < 0.5 else "")
        phone = settings.KEYRING.encrypt(f"154{rng.randint(0, 99_999_999):08d}", b"practice_contact.phone").hex()
        guardian = "t" if is_guardian else "f"
        yield f"{key_text(rng, day)}\t{place}\t{person.id}\t{name}\t{relation}\t\\\\x{phone}\t{guardian}\n"

    def _consents(self, place: str, person: Person, day: date) -> Iterator[str]:
        rng = self._rng
        basis = "guardian" if person.band == 2 else "consent"
        purposes = ["service", "sensitive"]
        if rng.random() < 0.2:
            purposes.append("sharing")
        for purpose in purposes:
            by = "duty" if person.restricted and purpose == "service" and rng.random() < 0.5 else basis
            yield (f"{key_text(rng, day)}\t{place}\t{person.id}\t{purpose}\t{by}\t{day}\t{NULL}\t\t{self._recorder}\n")
