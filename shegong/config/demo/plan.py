"""How big the demonstration city is, and who and what goes where: figures only, no database."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Final, Literal

from shegong.network.actions import FunctionalArea

SizeName = Literal["small", "city"]
Row = Mapping[str, str]

AREAS: Final = {
    "gaoxin": FunctionalArea("GX", "成都高新区"),
    "tianfu": FunctionalArea("TF", "四川天府新区"),
    "dongbu": FunctionalArea("DB", "成都东部新区"),
}
# Where the demonstration accounts of a room's worker, a station's head and a county's officer are.
SHOW_COUNTY: Final = "510104000000"
SHOW_TOWN: Final = "510104022000"


@dataclass(frozen=True)
class Size:
    """The figures that a size of the city must have, exactly; clients and records at least."""

    rooms: int
    agency_run: int
    agencies: int
    charities: int
    departments: int
    professionals: int
    supervisors: int
    psychologists: int
    certified: int
    clients: int
    records: int
    assessments: int
    cases: int
    contracts: int
    hub_staff: int
    hubs: tuple[str, ...] = ()
    towns_of_a_hub: int = 0


# The city's own figures of 2022; clients, records, certificates, cases and contracts are ours.
CITY: Final = Size(
    rooms=2904,
    agency_run=2646,
    agencies=316,
    charities=15,
    departments=12,
    professionals=4636,
    supervisors=381,
    psychologists=786,
    certified=3245,
    clients=62_000,
    records=402_000,
    assessments=25_000,
    cases=6_000,
    contracts=320,
    hub_staff=6,
)
SMALL: Final = Size(
    rooms=40,
    agency_run=38,
    agencies=6,
    charities=3,
    departments=4,
    professionals=85,
    supervisors=11,
    psychologists=14,
    certified=66,
    clients=800,
    records=6_000,
    assessments=320,
    cases=80,
    contracts=7,
    hub_staff=6,
    hubs=(SHOW_COUNTY, "gaoxin"),
    towns_of_a_hub=3,
)
SIZES: Final[Mapping[str, Size]] = {"small": SMALL, "city": CITY}

CENTRE_STAFF: Final = 5
TOWN_STAFF: Final = 3
ROOM_STAFF: Final = 2


@dataclass(frozen=True)
class Post:
    """A place for one worker, at the station of this tier at `place` (a division's code, a functional area, or "")."""

    place: str
    tier: str
    is_head: bool
    is_professional: bool
    is_supervisor: bool
    is_psychological: bool
    is_certified: bool


def read_divisions() -> list[Row]:
    """The table of divisions of the reference city in 2023, parents first."""
    text = files("shegong.config.demo").joinpath("data", "chengdu_divisions.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def chosen_divisions(rows: Sequence[Row], size: Size) -> list[Row]:
    """The rows that a size needs: all of them, or some towns of some hubs with what lies above and below them."""
    if not size.hubs:
        return list(rows)
    towns: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["level"] == "town":
            towns[row["functional_area"] or row["parent_code"]].append(row["code"])
    # The show town first, so that it is among the few.
    kept = {code for hub in size.hubs for code in sorted(towns[hub], key=_show_first)[: size.towns_of_a_hub]}
    counties = {row["parent_code"] for row in rows if row["code"] in kept}
    return [
        row for row in rows if row["level"] == "city" or row["code"] in kept | counties or row["parent_code"] in kept
    ]


def _show_first(code: str) -> tuple[bool, str]:
    return code != SHOW_TOWN, code


def hub_of_town(row: Row) -> str:
    """The hub of a town's row: its functional area, else its county."""
    return row["functional_area"] or row["parent_code"]


def rooms_kept(rows: Iterable[Row], size: Size, rng: Random) -> set[str]:
    """The communities that have a room, exactly `size.rooms`: each town has one at least, villages far out lack one
    more often, and the show town lacks none.
    """
    communities = [row for row in rows if row["level"] == "community"]
    first_of_town: dict[str, str] = {}
    for row in communities:
        first_of_town.setdefault(row["parent_code"], row["code"])
    safe = set(first_of_town.values())
    lacking = len(communities) - size.rooms
    weighted = [
        (rng.random() ** (1 / _remoteness(row)), row["code"])
        for row in communities
        if row["code"] not in safe and row["parent_code"] != SHOW_TOWN
    ]
    missing = {code for _, code in sorted(weighted, reverse=True)[:lacking]}
    return {row["code"] for row in communities} - missing


def _remoteness(row: Row) -> float:
    """How much likelier than elsewhere a community is to be without a room; the far counties' codes end in 81 to 85 and
    21 to 31.
    """
    county = int(row["code"][4:6])
    return (6.0 if county > 80 else 4.0 if county > 20 else 1.0) * (1.5 if row["kind"] != "residents_committee" else 1)


def agency_run(towns: Sequence[Row], rooms: Iterable[str], size: Size, rng: Random) -> set[str]:
    """Which stations and rooms (by division code) an agency runs: exactly `size.agency_run` of them; the show town and
    its rooms are among them.
    """
    show = SHOW_TOWN[:9]
    places = sorted([town["code"] for town in towns] + list(rooms))
    certain = [place for place in places if place.startswith(show)]
    others = [place for place in places if not place.startswith(show)]
    # Stations are rather bought than rooms.
    weighted = [(rng.random() ** (1.0 if place.endswith("000") else 2.0), place) for place in others]
    bought = sorted(weighted, reverse=True)[: size.agency_run - len(certain)]
    return set(certain) | {place for _, place in bought}


def posts(hubs: Sequence[str], towns: Sequence[str], rooms: Sequence[str], size: Size, rng: Random) -> list[Post]:
    """All posts to be staffed: the centre has 5, a hub `size.hub_staff`, a station 3, a room 2; exactly as many
    professionals, supervisors, psychological social workers and certified ones as `size` says. At the centre, hubs and
    stations all are certified; in a room one at least is a professional.
    """
    fixed = [("", "centre", CENTRE_STAFF)]
    fixed += [(hub, "hub", size.hub_staff) for hub in hubs] + [(town, "station", TOWN_STAFF) for town in towns]
    upper = [(place, tier, number) for place, tier, staff in fixed for number in range(staff)]
    seconds = size.professionals - len(upper) - len(rooms)
    with_two = set(rng.sample(list(rooms), seconds))
    in_rooms = [(room, number) for room in rooms for number in range(ROOM_STAFF)]
    professional = [place for place in in_rooms if place[1] == 0 or place[0] in with_two]
    certified = set(rng.sample(professional, size.certified - len(upper)))
    supervisors = _supervisors(upper, size)
    everyone = [*upper, *((room, "room", number) for room, number in professional)]
    not_supervising = [post for post in everyone if post not in supervisors]
    psychologists = set(rng.sample(not_supervising, size.psychologists - size.psychologists // 40))
    psychologists |= set(rng.sample(sorted(supervisors), size.psychologists // 40))
    is_professional = set(professional)
    made = []
    for place, tier, number in [*upper, *((room, "room", number) for room, number in in_rooms)]:
        post = (place, tier, number)
        made.append(
            Post(
                place=place,
                tier=tier,
                is_head=number == 0 and tier != "room",
                is_professional=tier != "room" or (place, number) in is_professional,
                is_supervisor=post in supervisors,
                is_psychological=post in psychologists,
                is_certified=tier != "room" or (place, number) in certified,
            )
        )
    return made


def _supervisors(upper: Sequence[tuple[str, str, int]], size: Size) -> set[tuple[str, str, int]]:
    """One in each station, then by turns in the hubs and at the centre, heads last."""
    stations = [post for post in upper if post[1] == "station" and post[2] == 1]
    others = sorted((post for post in upper if post[1] != "station"), key=lambda post: (post[2] == 0, post[2]))
    return set([*stations, *others][: size.supervisors])


def shares(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` divided by weight into whole numbers (largest remainders first), so that the sum is exact."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    given = {key: int(value) for key, value in exact.items()}
    rest = sorted(exact, key=lambda key: (given[key] - exact[key], key))
    for key in rest[: total - sum(given.values())]:
        given[key] += 1
    return given


def agencies_of_hubs(hub_of_place: Mapping[str, str], size: Size) -> dict[str, int]:
    """How many agencies work in each hub: one at least, the others by the number of places that agencies run there."""
    places = Counter(hub_of_place.values())
    further = shares({hub: float(count) for hub, count in sorted(places.items())}, size.agencies - len(places))
    return {hub: 1 + further[hub] for hub in sorted(places)}
