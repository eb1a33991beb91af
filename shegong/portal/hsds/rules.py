"""Stations, services and organisations in the words of HSDS 3.0 (Open Referral's Human Services Data Specification).
Pure: rows in, objects out. Every basic service is given at every open station.

Keys are UUIDs of version 8 that hold what they are about, so that each is found again without a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

VERSION: Final = "3.0"
COUNTRY: Final = "CN"
Thing = dict[str, Any]


class Kind(IntEnum):
    """What a key is about; the numbers are in the keys."""

    ORGANIZATION = 1
    SERVICE = 2
    LOCATION = 3
    SERVICE_AT_LOCATION = 4
    ADDRESS = 5
    PHONE = 6
    TAXONOMY = 7
    TERM = 8
    ATTRIBUTE = 9
    LANGUAGE = 10
    SCHEDULE = 11
    AREA = 12


FIELDS, GROUPS = 1, 2  # the two taxonomies


def key(kind: Kind, first: int, second: int = 0, third: int = 0) -> str:
    """The key of something: up to two numbers of 32 bits and one of 16."""
    number = int(kind) << 112 | first << 80 | 0x8 << 76 | 0x8 << 60 | third << 32 | second
    return str(UUID(int=number))


def parts(text: str) -> tuple[int, int, int, int] | None:
    """Kind and numbers of a key; None for what isn't one of ours."""
    try:
        number = UUID(text).int
    except ValueError:
        return None
    found = (number >> 112, number >> 80 & 0xFFFFFFFF, number & 0xFFFFFFFF, number >> 32 & 0xFFFF)
    known = found[0] in set(Kind) and key(Kind(found[0]), *found[1:]) == str(UUID(int=number))
    return found if known else None


@dataclass(frozen=True, slots=True)
class Offered:
    """A service: its own number and words, its field and group by number."""

    id: int
    name: str
    alternate_name: str
    description: str
    field_id: int
    group_id: int


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation; number 0 is the city's authority."""

    id: int
    name: str
    description: str
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A station as a place."""

    id: int
    key: str
    name: str
    address: str
    hours: str
    phone: str
    longitude: float | None
    latitude: float | None
    runner_id: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A field or group; `taxonomy` is FIELDS or GROUPS."""

    taxonomy: int
    id: int
    code: str
    name: str
    description: str


TAXONOMIES: Final[Mapping[int, tuple[str, str]]] = {
    FIELDS: ("服务领域", "社工站基本服务的领域"),
    GROUPS: ("服务人群", "社工站服务的人群"),
}


def organization(body: Body) -> Thing:
    """An organization with its one-to-one fields."""
    found = {"id": key(Kind.ORGANIZATION, body.id), "name": body.name, "description": body.description}
    if body.id:
        found["parent_organization_id"] = key(Kind.ORGANIZATION, 0)
    return found


def full_organization(body: Body, services: list[Offered]) -> Thing:
    """An organization with its identifier; the authority with the services that it answers for."""
    found = organization(body)
    if body.identifier:
        found["organization_identifiers"] = [
            {
                "id": key(Kind.ORGANIZATION, body.id, 1),
                "organization_id": found["id"],
                "identifier_scheme": "CN-USCC",
                "identifier_type": "unified social credit code",
                "identifier": body.identifier,
            }
        ]
    if not body.id:
        found["services"] = [service(each) for each in services]
    return found


def service(offered: Offered) -> Thing:
    """A service with its one-to-one fields: free for everybody."""
    return {
        "id": key(Kind.SERVICE, offered.id),
        "organization_id": key(Kind.ORGANIZATION, 0),
        "name": offered.name,
        "alternate_name": offered.alternate_name,
        "description": offered.description,
        "status": "active",
        "fees_description": "免费",
        "application_process": "到站、打电话，或在居民服务门户上求助；不用注册。",
    }


def full_service(offered: Offered, terms: Mapping[tuple[int, int], Term], authority: Body, city: str) -> Thing:
    """A service with what it is about, where, in which language and who answers for it."""
    found = service(offered)
    own = found["id"]
    found["organization"] = organization(authority)
    found["languages"] = [{"id": key(Kind.LANGUAGE, offered.id), "service_id": own, "name": "中文", "code": "zho"}]
    found["service_areas"] = [{"id": key(Kind.AREA, offered.id), "service_id": own, "name": city}]
    found["attributes"] = [
        {
            "id": key(Kind.ATTRIBUTE, offered.id, number, taxonomy),
            "link_id": own,
            "link_entity": "service",
            "taxonomy_term_id": key(Kind.TERM, taxonomy, number),
            "taxonomy_term": taxonomy_term(terms[taxonomy, number]),
        }
        for taxonomy, number in ((FIELDS, offered.field_id), (GROUPS, offered.group_id))
        if (taxonomy, number) in terms
    ]
    return found


def location(spot: Spot, city: str) -> Thing:
    """A station as a location, with address, telephone and hours."""
    own = key(Kind.LOCATION, spot.id)
    found: Thing = {
        "id": own,
        "location_type": "physical",
        "organization_id": key(Kind.ORGANIZATION, spot.runner_id),
        "name": spot.name,
        "external_identifier": spot.key,
        "external_identifier_type": "station key",
    }
    if spot.latitude is not None and spot.longitude is not None:
        found |= {"latitude": spot.latitude, "longitude": spot.longitude}
    if spot.address:
        found["addresses"] = [
            {
                "id": key(Kind.ADDRESS, spot.id),
                "location_id": own,
                "address_1": spot.address,
                "city": city,
                "state_province": "",
                "postal_code": "",
                "country": COUNTRY,
                "address_type": "physical",
            }
        ]
    if spot.phone:
        found["phones"] = [{"id": key(Kind.PHONE, spot.id), "location_id": own, "number": spot.phone, "type": "voice"}]
    if spot.hours:
        found["schedules"] = [{"id": key(Kind.SCHEDULE, spot.id), "location_id": own, "description": spot.hours}]
    return found


def service_at_location(spot: Spot, offered: Offered) -> Thing:
    """That a service is given at a station."""
    return {
        "id": key(Kind.SERVICE_AT_LOCATION, spot.id, offered.id),
        "service_id": key(Kind.SERVICE, offered.id),
        "location_id": key(Kind.LOCATION, spot.id),
    }


def full_service_at_location(spot: Spot, offered: Offered, city: str) -> Thing:
    """The same with the station and the service."""
    return {
        **service_at_location(spot, offered),
        "location": location(spot, city),
        "service": service(offered),
    }


def taxonomy(number: int) -> Thing:
    """A taxonomy."""
    name, description = TAXONOMIES[number]
    return {"id": key(Kind.TAXONOMY, number), "name": name, "description": description}


def taxonomy_term(term: Term) -> Thing:
    """A term of a taxonomy."""
    return {
        "id": key(Kind.TERM, term.taxonomy, term.id),
        "code": term.code,
        "name": term.name,
        "description": term.description or term.name,
        "taxonomy_id": key(Kind.TAXONOMY, term.taxonomy),
        "language": "zh",
    }
