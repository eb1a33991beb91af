"""A client's family: as it is, and as it was on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils import timezone

from shegong.network.scope import Viewer
from shegong.practice.enums import ClientState
from shegong.practice.models import (
    Client,
    EcoSystem,
    EcoTie,
    FamilyBond,
    FamilyParentage,
    FamilyPerson,
    FamilyUnion,
    FamilyVersion,
)
from shegong.practice.queries.client import clients_seen
from shegong.practice.rules.family import PARTS, Family, Person, family_from

TABLES: Final[Mapping[str, type[models.Model]]] = {
    "persons": FamilyPerson,
    "unions": FamilyUnion,
    "parentages": FamilyParentage,
    "bonds": FamilyBond,
    "systems": EcoSystem,
    "ties": EcoTie,
}
# Members of a part that are columns under another name: keys of other rows.
REFERENCES: Final = frozenset({"linked", "first", "second", "child", "union", "parent", "system", "person"})


@dataclass(frozen=True, slots=True)
class KeptFamily:
    """A family and the number of its version; 0 where nothing was entered yet."""

    family: Family
    version: int


def columns_of(part: str) -> dict[str, str]:
    """{member: column} of a part's rows."""
    return {each.name: each.name + "_id" * (each.name in REFERENCES) for each in fields(PARTS[part])}


def family_of(client: Client) -> KeptFamily:
    """The family of a client whom the viewer sees, as it is now; the client alone where nothing was entered. Six
    queries where there is one, else one.
    """
    version = (
        FamilyVersion._default_manager.filter(client_id=client.pk, hub_id=client.hub_id)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    if version is None:
        return KeptFamily(Family(persons=(_of_file(Person(client.pk, client.name, linked=client.pk), client),)), 0)
    parts: dict[str, Any] = {}
    for part, table in TABLES.items():
        names = columns_of(part)
        rows = table._default_manager.filter(client_id=client.pk, hub_id=client.hub_id).order_by("position", "id")
        kind = PARTS[part]
        parts[part] = tuple(kind(*row) for row in rows.values_list(*names.values()))
    return KeptFamily(with_file_facts(Family(**parts), client), version)


def with_file_facts(family: Family, client: Client) -> Family:
    """The family with the client as the file has him or her: nothing is entered twice."""
    return replace(
        family, persons=tuple(_of_file(each, client) if each.linked == client.pk else each for each in family.persons)
    )


def _of_file(person: Person, client: Client) -> Person:
    return replace(
        person,
        name=client.name,
        sex=client.sex,
        born=client.born_on.year if client.born_on else None,
        is_dead=person.is_dead or client.state == ClientState.DECEASED,
        in_household=True,
    )


def family_on(client: Client, day: date) -> KeptFamily | None:
    """The family as it was known at the end of a day; None before it was first entered. One query."""
    end = timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(days=1)
    found = (
        FamilyVersion._default_manager.filter(client_id=client.pk, hub_id=client.hub_id, made_at__lt=end)
        .order_by("-number")
        .first()
    )
    return KeptFamily(family_from(found.document), found.number) if found else None


def linked_files(viewer: Viewer, family: Family, client: Client) -> dict[UUID, Client]:
    """{file: client} of the family's other members who have files that the viewer may see. At most one query."""
    wanted = [each.linked for each in family.persons if each.linked and each.linked != client.pk]
    if not wanted:
        return {}
    return {each.pk: each for each in clients_seen(viewer).filter(pk__in=wanted, hub_id=client.hub_id)}
