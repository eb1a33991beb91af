"""Where everybody stands in a genogram: generations in rows, children below the middle of their parents, nobody over
anybody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from uuid import UUID

from shegong.practice.pictures.generations import Generations, Unit, sibships
from shegong.practice.pictures.svg import Point
from shegong.practice.rules.family import Family

SYMBOL: Final = 44.0
PITCH: Final = 104.0
UNIT_GAP: Final = 16.0
LABEL: Final = 40.0
CELL: Final = 92.0
MARGIN: Final = 24.0
ARCH: Final = 14.0
TRACK: Final = 13.0
PASSES: Final = 14


@dataclass(frozen=True, slots=True)
class Brood:
    """Children of one couple or parent: where their line starts and how high its crossbar lies."""

    start: Point
    bar: float
    children: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Placing:
    """`spots` {person: middle of the symbol}, `rows` of persons from left to right, `couples` {union: points of its
    line}, `broods` {union or parent: children}.
    """

    width: float
    height: float
    spots: Mapping[UUID, Point]
    rows: Sequence[Sequence[UUID]]
    couples: Mapping[UUID, Sequence[Point]]
    broods: Mapping[UUID, Brood]


def placed(family: Family) -> Placing:
    """The places of a checked family with at least one person."""
    generations = Generations(family)
    across = _across(family, generations.rows)
    rows = [[member for unit in row for member in unit] for row in generations.rows]
    arches = _arches(family, rows)
    broods = sibships(family)
    tracks = _tracks(family, generations, broods, across)
    tops = []
    y = MARGIN
    for number in range(len(rows)):
        y += ARCH * max((level for row, level in arches.values() if row == number), default=0)
        tops.append(y)
        levels = max((level + 1 for row, level in tracks.values() if row == number), default=0)
        y += SYMBOL + LABEL + (34.0 if number < len(rows) - 1 else 0.0) + TRACK * levels
    spots = {key: (x, tops[generations.row[key]] + SYMBOL / 2) for key, x in across.items()}
    couples = {
        union.id: _couple_line(spots, union.first, union.second, arches.get(union.id)) for union in family.unions
    }
    made = {}
    for source, children in broods.items():
        row, level = tracks[source]
        start = _start(spots, couples, source)
        bar = max(tops[row] + SYMBOL + LABEL + 10.0 + TRACK * level, start[1])
        made[source] = Brood(start, bar, tuple(children))
    return Placing(max(across.values()) + CELL / 2 + MARGIN, y + MARGIN, spots, rows, couples, made)


def _across(family: Family, rows: Sequence[Sequence[Unit]]) -> dict[UUID, float]:
    """{person: x}. Units are drawn to their parents and children by turns and pushed apart where they would meet."""
    x = {member: PITCH * number for row in rows for number, member in enumerate(m for unit in row for m in unit)}
    broods = sibships(family)
    partners = {each.id: (each.first, each.second) for each in family.unions}
    for number in range(PASSES):
        downwards = number % 2 == 1
        # Row by row, each seeing where the one before has come to lie.
        for row in rows if downwards else reversed(rows):
            wishes: dict[UUID, list[float]] = {}
            for source, children in broods.items():
                above = partners.get(source, (source,))
                middle = sum(x[each] for each in above) / len(above)
                shift = middle - (x[children[0]] + x[children[-1]]) / 2
                for member in children if downwards else above:
                    wishes.setdefault(member, []).append(shift if downwards else -shift)
            _settle(row, wishes, x)
    least = min(x.values(), default=0.0)
    return {key: value - least + CELL / 2 + MARGIN for key, value in x.items()}


def _settle(row: Sequence[Unit], wishes: Mapping[UUID, Sequence[float]], x: dict[UUID, float]) -> None:
    """Move a row's units to where they wish to be, as near as their order and widths allow (least squares)."""
    offsets, goals, weights = [], [], []
    offset = 0.0
    for unit in row:
        shifts = [shift for member in unit for shift in wishes.get(member, ())]
        goals.append(x[unit[0]] + (sum(shifts) / len(shifts) if shifts else 0.0) - offset)
        weights.append(1.0 if shifts else 0.05)
        offsets.append(offset)
        offset += PITCH * len(unit) + UNIT_GAP
    for unit, start, place in zip(row, offsets, _rising(goals, weights), strict=True):
        for number, member in enumerate(unit):
            x[member] = place + start + PITCH * number


def _rising(goals: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The numbers nearest to the goals of which none is less than the one before (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for goal, weight in zip(goals, weights, strict=True):
        pools.append((goal, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, a, n), (second, b, m) = pools[-2:]
            pools[-2:] = [((first * a + second * b) / (a + b), a + b, n + m)]
    return [value for value, _weight, count in pools for _ in range(count)]


def _arches(family: Family, rows: Sequence[Sequence[UUID]]) -> dict[UUID, tuple[int, int]]:
    """{union: (row, level)} of partners of a row who don't stand side by side: their line goes over the others."""
    place = {key: (number, at) for number, row in enumerate(rows) for at, key in enumerate(row)}
    found: dict[UUID, tuple[int, int]] = {}
    for union in family.unions:
        (row, first), (other, second) = place[union.first], place[union.second]
        if row == other and abs(first - second) > 1:
            found[union.id] = (row, 1 + sum(1 for taken, _level in found.values() if taken == row))
    return found


def _tracks(
    family: Family, generations: Generations, broods: Mapping[UUID, Sequence[UUID]], across: Mapping[UUID, float]
) -> dict[UUID, tuple[int, int]]:
    """{union or parent: (row below which its crossbar lies, level)}: crossbars that would touch get levels apart."""
    partners = {each.id: (each.first, each.second) for each in family.unions}
    found: dict[UUID, tuple[int, int]] = {}
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    spans = []
    for source, children in broods.items():
        above = partners.get(source, (source,))
        xs = [across[key] for key in children] + [sum(across[key] for key in above) / len(above)]
        spans.append((max(min(generations.row[key] for key in children) - 1, 0), min(xs), max(xs), source))
    for row, left, right, source in sorted(spans, key=lambda span: span[:3]):
        level = 0
        while any(left < end + 12 and right > start - 12 for start, end in taken.get((row, level), ())):
            level += 1
        taken.setdefault((row, level), []).append((left, right))
        found[source] = (row, level)
    return found


def _couple_line(spots: Mapping[UUID, Point], first: UUID, second: UUID, arch: tuple[int, int] | None) -> list[Point]:
    """From edge to edge of two symbols: straight, or over the heads of those between."""
    left, right = sorted((spots[first], spots[second]))
    if arch is not None:
        top = left[1] - SYMBOL / 2 - ARCH * arch[1] + 4
        # Aside of the middle, where the line from the parents comes down.
        start, end = left[0] + 9 + 2 * arch[1], right[0] - 9 - 2 * arch[1]
        return [(start, left[1] - SYMBOL / 2), (start, top), (end, top), (end, right[1] - SYMBOL / 2)]
    half = SYMBOL / 2
    if left[1] == right[1]:
        return [(left[0] + half, left[1]), (right[0] - half, right[1])]
    upper, lower = sorted((left, right), key=lambda spot: spot[1])
    return [(upper[0], upper[1] + half), (lower[0], lower[1] - half)]


def _start(spots: Mapping[UUID, Point], couples: Mapping[UUID, Sequence[Point]], source: UUID) -> Point:
    """Where the line to the children begins: in the middle of a couple's line, or below a single parent."""
    line = couples.get(source)
    if line is None:
        x, y = spots[source]
        return x, y + SYMBOL / 2 + LABEL - 4
    if len(line) == 4:
        # Under the arch, in the gap before the partner on the right.
        return line[2][0] - PITCH / 2 + 12, line[2][1]
    return (line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2


def outline(cells: Iterable[tuple[float, float, float, float]]) -> list[list[Point]]:
    """The borders of what these rectangles (left, top, right, bottom) cover together, each as a closed line."""
    boxes = list(cells)
    xs = sorted({x for box in boxes for x in (box[0], box[2])})
    ys = sorted({y for box in boxes for y in (box[1], box[3])})
    covered = {
        (i, j)
        for i, (left, right) in enumerate(pairwise(xs))
        for j, (top, bottom) in enumerate(pairwise(ys))
        if any(b[0] <= left and right <= b[2] and b[1] <= top and bottom <= b[3] for b in boxes)
    }
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i, j in sorted(covered):
        for beyond, start, end in (
            ((i, j - 1), (i, j), (i + 1, j)),
            ((i + 1, j), (i + 1, j), (i + 1, j + 1)),
            ((i, j + 1), (i + 1, j + 1), (i, j + 1)),
            ((i - 1, j), (i, j + 1), (i, j)),
        ):
            if beyond not in covered:
                steps.setdefault(start, []).append(end)
    borders = []
    while steps:
        start = next(iter(steps))
        border, here = [start], start
        while True:
            following = steps[here].pop()
            if not steps[here]:
                del steps[here]
            here = following
            if here == start:
                break
            border.append(here)
        borders.append([(xs[i], ys[j]) for i, j in border])
    return borders
