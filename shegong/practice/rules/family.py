"""A client's family and what surrounds it: the whole as one value, and what must hold of it.

Every change on a page and every document of the API becomes such a value, is checked here, and only then written. So
there is one set of rules, whichever way a change comes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.practice.enums import (
    BondDirection,
    BondKind,
    Descent,
    Sex,
    SystemKind,
    TieFlow,
    TieStrength,
    UnionKind,
)

NAME_LENGTH: Final = 60
OCCUPATION_LENGTH: Final = 60
NOTE_LENGTH: Final = 200
FIRST_YEAR: Final = 1850
MOST_PERSONS: Final = 60
MOST_RELATIONS: Final = 150
MOST_SYSTEMS: Final = 24
# Members of the parts that hold keys.
KEYS: Final = frozenset({"id", "linked", "first", "second", "child", "union", "parent", "system", "person"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the family; `name` may be just "父亲". `born`, `died` are years; `linked` is a client's file."""

    id: UUID
    name: str
    sex: str = Sex.UNKNOWN.value
    born: int | None = None
    is_dead: bool = False
    died: int | None = None
    linked: UUID | None = None
    in_household: bool = False
    occupation: str = ""
    health: str = ""


@dataclass(frozen=True, slots=True)
class Union:
    """A couple; years from and to."""

    id: UUID
    first: UUID
    second: UUID
    kind: str = UnionKind.MARRIED.value
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Parentage:
    """A child of a couple (`union`) or of one person (`parent`): one of the two is given."""

    id: UUID
    child: UUID
    union: UUID | None = None
    parent: UUID | None = None
    kind: str = Descent.BIOLOGICAL.value


@dataclass(frozen=True, slots=True)
class Bond:
    """How two people stand to each other, both ways or from the first to the second."""

    id: UUID
    first: UUID
    second: UUID
    kind: str = BondKind.CLOSE.value
    direction: str = BondDirection.BOTH.value


@dataclass(frozen=True, slots=True)
class System:
    """Something that surrounds the household: a school, a clinic, friends."""

    id: UUID
    kind: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """The tie of a system to the household, or to one `person`; `flow` is seen from the family."""

    id: UUID
    system: UUID
    person: UUID | None = None
    strength: str = TieStrength.ORDINARY.value
    flow: str = TieFlow.NONE.value


@dataclass(frozen=True, slots=True)
class Family:
    """All of it. Order is kept: it decides where nothing else does."""

    persons: tuple[Person, ...] = ()
    unions: tuple[Union, ...] = ()
    parentages: tuple[Parentage, ...] = ()
    bonds: tuple[Bond, ...] = ()
    systems: tuple[System, ...] = ()
    ties: tuple[Tie, ...] = ()

    def person(self, key: UUID | None) -> Person | None:
        """The person with this key, or None."""
        return next((each for each in self.persons if each.id == key), None)

    def parents(self, parentage: Parentage) -> tuple[UUID, ...]:
        """The one or two parents that a parentage names."""
        if parentage.parent is not None:
            return (parentage.parent,)
        return next(((each.first, each.second) for each in self.unions if each.id == parentage.union), ())

    def index(self, client_id: UUID) -> Person:
        """The person whose file it is. Raises LookupError where nobody is linked to it."""
        found = next((each for each in self.persons if each.linked == client_id), None)
        if found is None:
            raise LookupError("the family lacks its client")
        return found


PARTS: Final[Mapping[str, type]] = {
    "persons": Person,
    "unions": Union,
    "parentages": Parentage,
    "bonds": Bond,
    "systems": System,
    "ties": Tie,
}


def family_document(family: Family) -> dict[str, list[dict[str, Any]]]:
    """The family as JSON can hold it: lists by part, keys as text."""
    return {
        part: [{name: str(v) if isinstance(v, UUID) else v for name, v in row.items()} for row in rows]
        for part, rows in asdict(family).items()
    }


def family_from(document: Mapping[str, Sequence[Mapping[str, Any]]]) -> Family:
    """The family that `family_document` wrote."""
    return Family(
        **{
            part: tuple(
                kind(**{name: UUID(v) if name in KEYS and isinstance(v, str) else v for name, v in row.items()})
                for row in document[part]
            )
            for part, kind in PARTS.items()
        }
    )


def checked_family(family: Family, client_id: UUID, this_year: int) -> Family:
    """The family with its texts cleaned.

    Raises Problem or Problems, each at the place in the document ("persons.2.name"): unknown terms, years that can't
    be, people who are missing, twofold relations, nobody or two people linked to the client, ancestors of themselves.
    """
    found: list[Problem] = []
    persons = _each(family.persons, "persons", lambda each: _checked_person(each, this_year), found)
    systems = _each(family.systems, "systems", _checked_system, found)
    cleaned = replace(family, persons=persons, systems=systems)
    found += _amounts(cleaned)
    found += _keys(cleaned)
    found += _links(cleaned, client_id)
    raise_any(found)
    found += _unions(cleaned, this_year)
    found += _parentages(cleaned)
    found += _bonds(cleaned)
    found += _ties(cleaned)
    raise_any(found)
    raise_any([_own_ancestor(cleaned)])
    return cleaned


def _each(rows: Sequence[Any], part: str, check: Callable[[Any], Any], found: list[Problem]) -> tuple[Any, ...]:
    kept = []
    for number, row in enumerate(rows):
        try:
            kept.append(check(row))
        except Problem as problem:
            found += [each.at(f"{part}.{number}.{each.field}") for each in problem]
            kept.append(row)
    return tuple(kept)


def _text(value: str, limit: int, field: str) -> str:
    try:
        return clean_text(" ".join(value.split()), limit)
    except Problem as problem:
        raise problem.at(field) from problem


def _term(value: str, terms: Iterable[str], field: str) -> Problem | None:
    return None if value in terms else Problem("term_unknown", _("请从所列选项中选择。"), field)


def _year(value: int | None, field: str, this_year: int) -> Problem | None:
    if value is None or FIRST_YEAR <= value <= this_year:
        return None
    return Problem(
        "year_range",
        _("年份应在 %(first)s 至 %(last)s 之间。"),
        field,
        params={"first": FIRST_YEAR, "last": this_year},
    )


def _order(first: int | None, last: int | None, field: str) -> Problem | None:
    if first is None or last is None or first <= last:
        return None
    return Problem("years_reversed", _("结束的年份不能早于开始的年份。"), field)


def _checked_person(person: Person, this_year: int) -> Person:
    name = _text(person.name, NAME_LENGTH, "name")
    cleaned = replace(
        person,
        name=name,
        occupation=_text(person.occupation, OCCUPATION_LENGTH, "occupation"),
        health=_text(person.health, NOTE_LENGTH, "health"),
        is_dead=person.is_dead or person.died is not None,
    )
    raise_any(
        [
            None if name else Problem("name_missing", _("请填写姓名或称呼，如“父亲”。"), "name"),
            _term(person.sex, Sex.values, "sex"),
            _year(person.born, "born", this_year),
            _year(person.died, "died", this_year),
            _order(person.born, person.died, "died"),
        ]
    )
    return cleaned


def _checked_system(system: System) -> System:
    name = _text(system.name, NAME_LENGTH, "name")
    raise_any(
        [
            None if name else Problem("name_missing", _("请填写名称。"), "name"),
            _term(system.kind, SystemKind.values, "kind"),
        ]
    )
    return replace(system, name=name, note=_text(system.note, NOTE_LENGTH, "note"))


def _amounts(family: Family) -> Iterator[Problem]:
    """A picture with more than this is no picture any more."""
    limits = {"persons": MOST_PERSONS, "systems": MOST_SYSTEMS}
    for part in PARTS:
        limit = limits.get(part, MOST_RELATIONS)
        if len(getattr(family, part)) > limit:
            yield Problem("too_many", _("最多 %(limit)s 项。"), part, params={"limit": limit})


def _keys(family: Family) -> Iterator[Problem]:
    for part in PARTS:
        seen: set[UUID] = set()
        for number, row in enumerate(getattr(family, part)):
            if row.id in seen:
                yield Problem("key_twice", _("编号重复。"), f"{part}.{number}.id")
            seen.add(row.id)


def _links(family: Family, client_id: UUID) -> Iterator[Problem]:
    links = Counter(each.linked for each in family.persons if each.linked)
    if links[client_id] != 1:
        yield Problem("client_not_in_family", _("家庭成员中必须有且只有一位是服务对象本人。"), "persons")
    for number, person in enumerate(family.persons):
        if person.linked and person.linked != client_id and links[person.linked] > 1:
            yield Problem("linked_twice", _("这份档案已对应另一位家庭成员。"), f"persons.{number}.linked")


def _two(first: UUID, second: UUID, known: set[UUID], place: str) -> Iterator[Problem]:
    """What is wrong with two people who should stand in a relation."""
    for name, key in (("first", first), ("second", second)):
        if key not in known:
            yield _missing(f"{place}.{name}")
    if first == second:
        yield Problem("same_person", _("请选择两位不同的人。"), f"{place}.second")


def _missing(field: str) -> Problem:
    return Problem("person_missing", _("请从家庭成员中选择。"), field)


def _twice(field: str) -> Problem:
    return Problem("relation_twice", _("这一关系已经登记过。"), field)


def _unions(family: Family, this_year: int) -> Iterator[Problem]:
    known, pairs = {each.id for each in family.persons}, set()
    for number, union in enumerate(family.unions):
        place = f"unions.{number}"
        yield from _two(union.first, union.second, known, place)
        pair = frozenset((union.first, union.second))
        if pair in pairs:
            yield _twice(f"{place}.second")
        pairs.add(pair)
        for wrong in (
            _term(union.kind, UnionKind.values, "kind"),
            _year(union.since, "since", this_year),
            _year(union.until, "until", this_year),
            _order(union.since, union.until, "until"),
        ):
            if wrong:
                yield wrong.at(f"{place}.{wrong.field}")


def _parentages(family: Family) -> Iterator[Problem]:
    persons = {each.id: each for each in family.persons}
    unions = {each.id for each in family.unions}
    seen: set[tuple[UUID, UUID | None]] = set()
    born: set[UUID] = set()
    for number, each in enumerate(family.parentages):
        place = f"parentages.{number}"
        if each.child not in persons:
            yield _missing(f"{place}.child")
        if (each.union is None) == (each.parent is None) or (each.union is not None and each.union not in unions):
            yield Problem("parents_missing", _("请选择父母：一对配偶，或其中一人。"), f"{place}.union")
        elif each.parent is not None and each.parent not in persons:
            yield _missing(f"{place}.parent")
        if wrong := _term(each.kind, Descent.values, f"{place}.kind"):
            yield wrong
        pair = (each.child, each.union or each.parent)
        if pair in seen:
            yield _twice(f"{place}.child")
        seen.add(pair)
        if each.kind == Descent.BIOLOGICAL:
            if each.child in born:
                yield Problem("born_twice", _("亲生父母已经登记过，请改为收养或寄养。"), f"{place}.kind")
            born.add(each.child)
        yield from _ages(family, each, persons, place)


def _ages(family: Family, parentage: Parentage, persons: Mapping[UUID, Person], place: str) -> Iterator[Problem]:
    child = persons.get(parentage.child)
    for key in family.parents(parentage):
        parent = persons.get(key)
        if child and parent and child.born and parent.born and parent.born >= child.born:
            yield Problem("parent_younger", _("父母的出生年份应早于子女。"), f"{place}.child")


def _bonds(family: Family) -> Iterator[Problem]:
    known = {each.id for each in family.persons}
    seen: set[tuple[frozenset[UUID], str, UUID | None]] = set()
    for number, bond in enumerate(family.bonds):
        place = f"bonds.{number}"
        yield from _two(bond.first, bond.second, known, place)
        for wrong in (
            _term(bond.kind, BondKind.values, f"{place}.kind"),
            _term(bond.direction, BondDirection.values, f"{place}.direction"),
        ):
            if wrong:
                yield wrong
        start = bond.first if bond.direction == BondDirection.TO else None
        same = (frozenset((bond.first, bond.second)), bond.kind, start)
        if same in seen:
            yield _twice(f"{place}.second")
        seen.add(same)


def _ties(family: Family) -> Iterator[Problem]:
    persons, systems = {each.id for each in family.persons}, {each.id for each in family.systems}
    seen: set[tuple[UUID, UUID | None]] = set()
    for number, tie in enumerate(family.ties):
        place = f"ties.{number}"
        if tie.system not in systems:
            yield Problem("system_missing", _("请从已登记的系统中选择。"), f"{place}.system")
        if tie.person is not None and tie.person not in persons:
            yield _missing(f"{place}.person")
        for wrong in (
            _term(tie.strength, TieStrength.values, f"{place}.strength"),
            _term(tie.flow, TieFlow.values, f"{place}.flow"),
        ):
            if wrong:
                yield wrong
        if (tie.system, tie.person) in seen:
            yield _twice(f"{place}.person")
        seen.add((tie.system, tie.person))


def _own_ancestor(family: Family) -> Problem | None:
    """Somebody who would be an ancestor of himself."""
    parents: dict[UUID, set[UUID]] = {each.id: set() for each in family.persons}
    for parentage in family.parentages:
        parents[parentage.child].update(family.parents(parentage))
    # People without parents among those left are taken away until nobody is: who stays, is in a circle.
    left = dict(parents)
    while free := [key for key, above in left.items() if not above & left.keys()]:
        for key in free:
            del left[key]
    if not left:
        return None
    number = next(n for n, each in enumerate(family.parentages) if each.child in left)
    return Problem("own_ancestor", _("这样登记，有人会成为自己的长辈，请核对。"), f"parentages.{number}.child")
