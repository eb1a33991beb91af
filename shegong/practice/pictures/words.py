"""What the pictures of a family say, in sentences: for those who listen, for print, and for whoever reads quicker."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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
from shegong.practice.rules.family import Bond, Family, Parentage, Person, System, Tie, Union


class Entry(NamedTuple):
    """A sentence, and the part of the family of which it speaks; the household as a whole has no part."""

    part: str
    key: UUID | None
    words: str


def years(born: int | None, died: int | None, is_dead: bool) -> str:
    """1949–2010; an unknown end of a life that ended is a question mark."""
    if not is_dead:
        return str(born) if born else ""
    return f"{born or '?'}–{died or '?'}" if born or died else ""


def comma(parts: Iterable[str]) -> str:
    """Parts of a sentence, separated as the language does."""
    return _("，").join(part for part in parts if part)


def names(parts: Iterable[str]) -> str:
    """Names in a row, separated as the language does."""
    return _("、").join(parts)


def _name(family: Family, key: UUID | None) -> str:
    found = family.person(key)
    return found.name if found else "?"


def person(each: Person, client_id: UUID, year: int) -> str:
    """Who somebody is: 王秀英：女，76 岁，服务对象，同住。"""
    facts = [str(Sex(each.sex).label) if each.sex in (Sex.MALE, Sex.FEMALE) else ""]
    if each.is_dead:
        span = years(each.born, each.died, True)
        facts.append(_("已去世（%(years)s）") % {"years": span} if span else _("已去世"))
    elif each.born:
        facts.append(_("%(age)s 岁") % {"age": max(year - each.born, 0)})
    facts.append(_("服务对象") if each.linked == client_id else "")
    facts.append(_("同住") if each.in_household else "")
    facts += [each.occupation, each.health]
    said = comma(facts)
    return _("%(name)s：%(facts)s") % {"name": each.name, "facts": said} if said else each.name


def union(family: Family, each: Union) -> str:
    """张三与李四：结婚（1970 年起）。"""
    said = {
        "first": _name(family, each.first),
        "second": _name(family, each.second),
        "kind": UnionKind(each.kind).label,
    }
    line = _("%(first)s与%(second)s：%(kind)s") % said
    if each.since or each.until:
        line += _("（%(since)s–%(until)s）") % {"since": each.since or "?", "until": each.until or ""}
    return line


def parentage(family: Family, each: Parentage) -> str:
    """张小三是张三、李四的子女（收养）。"""
    said = {
        "child": _name(family, each.child),
        "parents": names(_name(family, key) for key in family.parents(each)),
        "kind": Descent(each.kind).label,
    }
    return _("%(child)s是%(parents)s的子女（%(kind)s）") % said


def bond(family: Family, each: Bond) -> str:
    """张三与李四：冲突；or 张三对李四：照顾。"""
    said = {
        "first": _name(family, each.first),
        "second": _name(family, each.second),
        "kind": BondKind(each.kind).label,
    }
    if each.direction == BondDirection.TO:
        return _("%(first)s对%(second)s：%(kind)s") % said
    return _("%(first)s与%(second)s之间：%(kind)s") % said


def system(each: System) -> str:
    """幸福社区卫生站（医疗卫生）：每月量血压。"""
    line = _("%(name)s（%(kind)s）") % {"name": each.name, "kind": SystemKind(each.kind).label}
    return _("%(name)s：%(facts)s") % {"name": line, "facts": each.note} if each.note else line


def tie(family: Family, each: Tie) -> str:
    """家庭与幸福社区卫生站：联系强，得到支持。"""
    found = next((one for one in family.systems if one.id == each.system), None)
    said = {
        "who": _name(family, each.person) if each.person else pgettext("ecomap", "全家"),
        "system": found.name if found else "?",
        "strength": TieStrength(each.strength).label,
        "flow": TieFlow(each.flow).label,
    }
    if each.flow == TieFlow.NONE:
        return _("%(who)s与%(system)s：联系%(strength)s") % said
    return _("%(who)s与%(system)s：联系%(strength)s，%(flow)s") % said


def household(family: Family) -> str:
    """同住：王秀英、李建国。"""
    together = [each.name for each in family.persons if each.in_household]
    return _("同住：%(names)s") % {"names": names(together)} if together else ""


def genogram_entries(family: Family, client_id: UUID, year: int) -> tuple[Entry, ...]:
    """All that the genogram shows: people, couples, parents and children, bonds, household."""
    found = [Entry("persons", each.id, person(each, client_id, year)) for each in family.persons]
    found += [Entry("unions", each.id, union(family, each)) for each in family.unions]
    found += [Entry("parentages", each.id, parentage(family, each)) for each in family.parentages]
    found += [Entry("bonds", each.id, bond(family, each)) for each in family.bonds]
    return (*found, *_together(family))


def ecomap_entries(family: Family) -> tuple[Entry, ...]:
    """All that the ecomap shows: the household, what surrounds it, and the ties."""
    found = [Entry("systems", each.id, system(each)) for each in family.systems]
    found += [Entry("ties", each.id, tie(family, each)) for each in family.ties]
    return (*_together(family), *found)


def _together(family: Family) -> tuple[Entry, ...]:
    said = household(family)
    return (Entry("", None, said),) if said else ()
