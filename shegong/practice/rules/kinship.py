"""Small changes of a family, each from one value to the next: what a few taps on a page mean."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import Descent, Sex, UnionKind
from shegong.practice.rules.family import PARTS, Family, Parentage, Person, Union

NewKey = Callable[[], UUID]
# relation to somebody of the family: its name, and the sex it tells
RELATIONS: Final = {
    "father": (_("父亲"), Sex.MALE.value),
    "mother": (_("母亲"), Sex.FEMALE.value),
    "husband": (_("丈夫"), Sex.MALE.value),
    "wife": (_("妻子"), Sex.FEMALE.value),
    "son": (_("儿子"), Sex.MALE.value),
    "daughter": (_("女儿"), Sex.FEMALE.value),
    "brother": (_("兄弟"), Sex.MALE.value),
    "sister": (_("姐妹"), Sex.FEMALE.value),
    "other": (_("其他人"), Sex.UNKNOWN.value),
}


def with_relative(family: Family, of: UUID, relation: str, person: Person, new_key: NewKey) -> Family:
    """The family with `person` added as a relative of somebody. Where a relation tells the sex, it is filled in.

    A second parent becomes a couple with the first; a child belongs to the couple where there is just one; brothers
    and sisters have the same parents. Raises Problem at `relation`.
    """
    if relation not in RELATIONS:
        raise Problem("term_unknown", _("请从所列选项中选择。"), "relation")
    if family.person(of) is None:
        raise Problem("person_missing", _("请从家庭成员中选择。"), "of")
    if person.sex == Sex.UNKNOWN:
        person = replace(person, sex=RELATIONS[relation][1])
    family = replace(family, persons=(*family.persons, person))
    if relation in ("father", "mother"):
        return _with_parent(family, of, person.id, new_key)
    if relation in ("husband", "wife"):
        return replace(family, unions=(*family.unions, Union(new_key(), of, person.id)))
    if relation in ("son", "daughter"):
        return _with_parentage(family, _parentage_below(family, of, person.id, new_key))
    if relation in ("brother", "sister"):
        return _with_sibling(family, of, person.id, new_key)
    return family


def _with_parentage(family: Family, parentage: Parentage) -> Family:
    return replace(family, parentages=(*family.parentages, parentage))


def _parentage_below(family: Family, parent: UUID, child: UUID, new_key: NewKey) -> Parentage:
    couples = [each for each in family.unions if parent in (each.first, each.second)]
    lasting = [each for each in couples if each.kind != UnionKind.DIVORCED] or couples
    if len(lasting) == 1:
        return Parentage(new_key(), child, union=lasting[0].id)
    return Parentage(new_key(), child, parent=parent)


def _with_parent(family: Family, child: UUID, parent: UUID, new_key: NewKey) -> Family:
    present = next(
        (each for each in family.parentages if each.child == child and each.kind == Descent.BIOLOGICAL), None
    )
    if present is None:
        return _with_parentage(family, Parentage(new_key(), child, parent=parent))
    if present.parent is None:
        raise Problem("parents_known", _("父母都已登记。"), "relation")
    union = Union(new_key(), present.parent, parent)
    # Brothers and sisters who had the one parent only now have both.
    parentages = tuple(
        replace(each, union=union.id, parent=None) if each.parent == present.parent else each
        for each in family.parentages
    )
    return replace(family, unions=(*family.unions, union), parentages=parentages)


def _with_sibling(family: Family, of: UUID, sibling: UUID, new_key: NewKey) -> Family:
    present = next((each for each in family.parentages if each.child == of), None)
    if present is None:
        raise Problem("parents_unknown", _("请先添加父亲或母亲。"), "relation")
    return _with_parentage(family, replace(present, id=new_key(), child=sibling))


def without(family: Family, part: str, key: UUID, client_id: UUID) -> Family:
    """The family without one of its parts, and without what hung on it; children of a couple keep the other parent.

    Raises Problem for the client.
    """
    if part == "persons":
        return _without_person(family, key, client_id)
    rest = replace(family, **{part: tuple(each for each in getattr(family, part) if each.id != key)})
    if part == "unions":
        return replace(rest, parentages=tuple(_with_one_parent(family, each, key) for each in rest.parentages))
    if part == "systems":
        return replace(rest, ties=tuple(each for each in rest.ties if each.system != key))
    return rest


def _with_one_parent(family: Family, parentage: Parentage, gone: UUID) -> Parentage:
    """A parentage whose couple is struck out goes to the first of the two."""
    if parentage.union != gone:
        return parentage
    return replace(parentage, union=None, parent=family.parents(parentage)[0])


def _without_person(family: Family, key: UUID, client_id: UUID) -> Family:
    if family.index(client_id).id == key:
        raise Problem("client_stays", _("服务对象本人不能从自己的家庭中删除。"), status=409)
    gone = {each.id: each for each in family.unions if key in (each.first, each.second)}
    parentages = []
    for each in family.parentages:
        if each.child == key or each.parent == key:
            continue
        if each.union in gone:
            couple = gone[each.union]
            other = couple.second if couple.first == key else couple.first
            parentages.append(replace(each, union=None, parent=other))
        else:
            parentages.append(each)
    return replace(
        family,
        persons=tuple(each for each in family.persons if each.id != key),
        unions=tuple(each for each in family.unions if each.id not in gone),
        parentages=tuple(parentages),
        bonds=tuple(each for each in family.bonds if key not in (each.first, each.second)),
        ties=tuple(each for each in family.ties if each.person != key),
    )


def with_row(family: Family, part: str, row: Any) -> Family:
    """The family with a row put in the place of the one with the same key, or added. Raises KeyError for no part."""
    kind: Any = PARTS[part]
    if not isinstance(row, kind):
        raise KeyError(part)
    rows: tuple[Any, ...] = getattr(family, part)
    if any(each.id == row.id for each in rows):
        return replace(family, **{part: tuple(row if each.id == row.id else each for each in rows)})
    return replace(family, **{part: (*rows, row)})
