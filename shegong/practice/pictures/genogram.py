"""The genogram (家系图): everybody of a family with the usual symbols, drawn from structured data.

Square: man; circle: woman; diamond: sex unknown; double border: the client; cross: dead; the number inside is the age.
Couples: plain line married, dashed living together, one stroke separated, two strokes divorced. Children: plain line
born, dashed adopted, dotted foster. Bonds: two lines close, three very close, dotted distant, zigzag conflict, broken
by two strokes cut off, arrow caring. A dashed border encloses who lives together.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shegong.practice.enums import BondDirection, BondKind, Descent, Sex, UnionKind
from shegong.practice.pictures import words
from shegong.practice.pictures.generations import drawn_parentages, source_of
from shegong.practice.pictures.placing import CELL, LABEL, SYMBOL, Placing, outline, placed
from shegong.practice.pictures.svg import (
    Picture,
    Point,
    arrow,
    beside,
    clipped,
    curve,
    element,
    frame,
    joined,
    linked,
    path,
    shortened,
    text,
)
from shegong.practice.rules.family import Bond, Family, Parentage, Person, Union

HALF: Final = SYMBOL / 2
NAME_SIGNS: Final = 6
OLDEST: Final = 130
# Address of the form of a part ("persons", key); "" for none.
Address = Callable[[str, UUID], str]


def no_address(_part: str, _key: UUID) -> str:
    """For pictures that are only looked at."""
    return ""


def genogram(family: Family, client_id: UUID, year: int, address: Address = no_address) -> Picture:
    """The genogram of a checked family as it is in a year; shapes lead to the forms that `address` names."""
    placing = placed(family)
    client = family.index(client_id)
    body = joined(
        [
            *_households(family, placing),
            *_parentages(family, placing, address),
            *[_couple(each, family, placing, address) for each in family.unions],
            *_bonds(family, placing, address),
            *[_person(each, placing.spots[each.id], client_id, year, address) for each in family.persons],
        ]
    )
    sentences = tuple(each.words for each in words.genogram_entries(family, client_id, year))
    svg = frame(
        placing.width,
        placing.height,
        _("%(name)s的家系图") % {"name": client.name},
        _("%(people)s 人，%(generations)s 代。文字说明列在图旁。")
        % {"people": len(family.persons), "generations": len(placing.rows)},
        body,
        name="genogram",
        has_links=bool(address("persons", client.id)),
    )
    return Picture(svg, placing.width, placing.spots[client.id][0], sentences)


def household_boxes(family: Family, placing: Placing) -> list[tuple[float, float, float, float]]:
    """Rectangles that cover who lives together and nobody else: neighbours of a row, and the way to the next row."""
    inside = {each.id for each in family.persons if each.in_household}
    runs: list[list[tuple[float, float, float, float]]] = []
    for row in placing.rows:
        found: list[tuple[float, float, float, float]] = []
        previous: UUID | None = None
        for key in row:
            if key in inside:
                x, y = placing.spots[key]
                box = (x - CELL / 2, y - HALF - 9, x + CELL / 2, y + HALF + LABEL)
                if found and previous in inside:
                    box = (found.pop()[0], *box[1:])
                found.append(box)
            previous = key
        runs.append(found)
    boxes = [box for row_boxes in runs for box in row_boxes]
    for upper, lower in pairwise(runs):
        for a in upper:
            for b in lower:
                left, right = max(a[0], b[0]), min(a[2], b[2])
                if right - left > HALF:
                    boxes.append((left, a[3], right, b[1]))
    return boxes


def _households(family: Family, placing: Placing) -> Iterator[SafeString]:
    for border in outline(household_boxes(family, placing)):
        yield path(border, "pic-household", closed=True)


def _parentages(family: Family, placing: Placing, address: Address) -> Iterator[SafeString]:
    drawn = drawn_parentages(family)
    for brood in placing.broods.values():
        if brood.bar > brood.start[1]:
            yield path([brood.start, (brood.start[0], brood.bar)], "pic-line")
    for each in family.parentages:
        x, y = placing.spots[each.child]
        top = (x, y - HALF)
        if drawn[each.child] == each:
            brood = placing.broods[source_of(each)]
            points = [(brood.start[0], brood.bar), (x, brood.bar), top]
        else:
            # Foster parents besides the parents by birth: a line of its own, bent out of the way.
            points = curve(_beginning(family, each, placing), top, 26)
        shape = path(points, f"pic-line pic-{each.kind}", key=str(each.id))
        if each.kind == Descent.BIOLOGICAL:
            yield shape
        else:
            yield linked(address("parentages", each.id), words.parentage(family, each), shape)


def _beginning(family: Family, parentage: Parentage, placing: Placing) -> Point:
    line = placing.couples.get(parentage.union) if parentage.union else None
    if line is None:
        x, y = placing.spots[family.parents(parentage)[0]]
        return x, y + HALF
    return (line[-2][0] + line[-1][0]) / 2, (line[-2][1] + line[-1][1]) / 2


def _couple(union: Union, family: Family, placing: Placing, address: Address) -> SafeString:
    line = placing.couples[union.id]
    shapes = [
        path(line, "pic-touch"),
        path(line, f"pic-line pic-couple pic-{union.kind}", key=str(union.id)),
    ]
    strokes = {UnionKind.SEPARATED.value: 1, UnionKind.DIVORCED.value: 2}.get(union.kind, 0)
    start, end = line[len(line) // 2 - 1], line[len(line) // 2]
    # A little beside the middle, from where the line to the children goes down.
    x, y = start[0] + (end[0] - start[0]) * 0.3, start[1] + (end[1] - start[1]) * 0.3
    shapes += [path([(x - 4 + 6 * n, y + 8), (x + 4 + 6 * n, y - 8)], "pic-line") for n in range(strokes)]
    return linked(address("unions", union.id), words.union(family, union), joined(shapes))


def _bonds(family: Family, placing: Placing, address: Address) -> Iterator[SafeString]:
    between: dict[frozenset[UUID], int] = {}
    for bond in family.bonds:
        pair = frozenset((bond.first, bond.second))
        between[pair] = between.get(pair, 0) + 1
        shape = _bond(bond, placing.spots, between[pair])
        yield linked(address("bonds", bond.id), words.bond(family, bond), shape)


def _bond(bond: Bond, spots: Mapping[UUID, Point], number: int) -> SafeString:
    """A bond's line: bent, the more the farther apart the two are, so that it lies beside the lines of kinship."""
    first, second = spots[bond.first], spots[bond.second]
    left, right = sorted((first, second))
    distance = abs(right[0] - left[0]) + abs(right[1] - left[1])
    bulge = min(18 + distance * 0.09, 60) + 14 * (number - 1)
    start, end = shortened(left, right, HALF + 4, HALF + 4)
    points = curve(start, end, bulge)
    if left != first:
        points.reverse()
    lines = [path(points, "pic-touch"), *bond_lines(points, bond.kind, str(bond.id))]
    if bond.direction == BondDirection.TO or bond.kind == BondKind.CARING:
        lines.append(arrow(points))
    if bond.direction == BondDirection.BOTH and bond.kind == BondKind.CARING:
        lines.append(arrow(points[::-1]))
    return joined(lines)


def bond_lines(points: list[Point], kind: str, key: str) -> list[SafeString]:
    """The line of a kind of bond through these points."""
    name = f"pic-bond pic-{kind.replace('_', '-')}"
    if kind == BondKind.CLOSE:
        return [path(beside(points, [-2.5]), name, key=key), path(beside(points, [2.5]), name)]
    if kind == BondKind.VERY_CLOSE:
        return [path(beside(points, [-4]), name, key=key), path(points, name), path(beside(points, [4]), name)]
    if kind == BondKind.CONFLICT:
        return [path(beside(points, [0, 5, 0, -5]), name, key=key)]
    if kind == BondKind.CUT_OFF:
        middle = len(points) // 2
        gap = (points[: middle - 1], points[middle + 2 :])
        bars = [[beside(part, [-8])[at], beside(part, [8])[at]] for part, at in zip(gap, (-1, 0), strict=True)]
        return [path(gap[0], name, key=key), path(gap[1], name), *[path(bar, name) for bar in bars]]
    return [path(points, name, key=key)]


def _person(person: Person, spot: Point, client_id: UUID, year: int, address: Address) -> SafeString:
    x, y = spot
    shapes = [_symbol(person.sex, x, y, HALF)]
    if person.linked == client_id:
        shapes.append(_symbol(person.sex, x, y, HALF - 5))
    if person.is_dead:
        reach = HALF * (0.7 if person.sex == Sex.FEMALE else 1.0 if person.sex == Sex.MALE else 0.5)
        shapes += [
            path([(x - reach, y - reach), (x + reach, y + reach)], "pic-cross"),
            path([(x - reach, y + reach), (x + reach, y - reach)], "pic-cross"),
        ]
    elif person.born and 0 <= year - person.born < OLDEST:
        shapes.append(text(str(year - person.born), x, y + 5, "pic-age"))
    shapes.append(text(clipped(person.name, NAME_SIGNS), x, y + HALF + 16, "pic-name"))
    if years := words.years(person.born, person.died, person.is_dead):
        shapes.append(text(years, x, y + HALF + 31, "pic-note"))
    marked = element("g", *shapes, class_="pic-person", data_key=str(person.id))
    return linked(address("persons", person.id), words.person(person, client_id, year), marked)


def _symbol(sex: str, x: float, y: float, half: float) -> SafeString:
    if sex == Sex.MALE:
        return element("rect", x=x - half, y=y - half, width=2 * half, height=2 * half, class_="pic-symbol")
    if sex == Sex.FEMALE:
        return element("circle", cx=x, cy=y, r=half, class_="pic-symbol")
    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    return path(corners, "pic-symbol", closed=True)
