"""Which generation everybody of a family belongs to, and the order from left to right in which a row is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from uuid import UUID

from shegong.practice.enums import Descent, Sex
from shegong.practice.rules.family import Family, Parentage, Person

Edges = list[tuple[UUID, UUID]]
Unit = tuple[UUID, ...]
SWEEPS = 6


def drawn_parentages(family: Family) -> dict[UUID, Parentage]:
    """{child: the parentage under which it is drawn}: the biological one, or else the first."""
    chosen: dict[UUID, Parentage] = {}
    for each in family.parentages:
        present = chosen.get(each.child)
        if present is None or (each.kind == Descent.BIOLOGICAL and present.kind != Descent.BIOLOGICAL):
            chosen[each.child] = each
    return chosen


def source_of(parentage: Parentage) -> UUID:
    """The couple or the person from whom a child's line comes."""
    key = parentage.union or parentage.parent
    assert key is not None
    return key


def sibships(family: Family) -> dict[UUID, list[UUID]]:
    """{couple or parent: children}, the oldest first; who has no known year comes as entered, after the others."""
    years = {each.id: each.born for each in family.persons}
    places = {each.id: number for number, each in enumerate(family.persons)}
    found: dict[UUID, list[UUID]] = {}
    for child, parentage in drawn_parentages(family).items():
        found.setdefault(source_of(parentage), []).append(child)
    for children in found.values():
        children.sort(key=lambda key: (years[key] is None, years[key] or 0, places[key]))
    return found


class Generations:
    """Rows of a family: `row` {person: number from the top}, `rows` of units (couples and singles) from left to right.

    Partners share a row wherever that is possible; then they form one unit. The same family gives the same rows.
    """

    def __init__(self, family: Family) -> None:
        self._family = family
        self._edges: Edges = [(parent, each.child) for each in family.parentages for parent in family.parents(each)]
        self._merge_partners()
        self._number_rows()
        self._order_rows()

    def _merge_partners(self) -> None:
        """Partners become one group, unless that would make somebody an ancestor of himself."""
        group = {each.id: each.id for each in self._family.persons}
        for union in self._family.unions:
            first, second = group[union.first], group[union.second]
            trial = {key: first if value == second else value for key, value in group.items()}
            if _layers(set(trial.values()), _between(self._edges, trial)) is not None:
                group = trial
        self.group: Mapping[UUID, UUID] = group

    def _number_rows(self) -> None:
        nodes = list(dict.fromkeys(self.group[each.id] for each in self._family.persons))
        edges = _between(self._edges, self.group)
        layers = _layers(nodes, edges) or {}
        below: dict[UUID, list[UUID]] = {node: [] for node in nodes}
        above: dict[UUID, list[UUID]] = {node: [] for node in nodes}
        for parent, child in edges:
            below[parent].append(child)
            above[child].append(parent)
        # Parents go down to just above their children, so that both lines of a couple end at the same height.
        for node in sorted(nodes, key=lambda each: -layers[each]):
            if below[node]:
                layers[node] = min(layers[child] for child in below[node]) - 1
        for node in sorted(nodes, key=lambda each: layers[each]):
            if not below[node] and above[node]:
                layers[node] = max(layers[parent] for parent in above[node]) + 1
        self._align(nodes, edges, layers)
        least = min(layers.values(), default=0)
        self.row = {each.id: layers[self.group[each.id]] - least for each in self._family.persons}

    def _align(self, nodes: Sequence[UUID], edges: Edges, layers: dict[UUID, int]) -> None:
        """People who are related to nobody else stand beside those to whom they are bound, or beside the first."""
        component = {node: node for node in nodes}
        for first, second in edges:
            old, new = component[second], component[first]
            component = {key: new if value == old else value for key, value in component.items()}
        bonds = [(self.group[each.first], self.group[each.second]) for each in self._family.bonds]
        bonds += [(second, first) for first, second in bonds]
        settled = {component[nodes[0]]} if nodes else set()
        for node in nodes:
            if component[node] in settled:
                continue
            near = next((b for a, b in bonds if component[a] == component[node] and component[b] in settled), nodes[0])
            end = next((a for a, b in bonds if b == near and component[a] == component[node]), node)
            shift = layers[near] - layers[end]
            settled.add(component[node])
            for other in nodes:
                if component[other] == component[node]:
                    layers[other] += shift

    def _order_rows(self) -> None:
        persons = {each.id: each for each in self._family.persons}
        self._sibships = sibships(self._family)
        self._drawn = drawn_parentages(self._family)
        units: dict[UUID, list[UUID]] = {}
        for each in self._family.persons:
            units.setdefault(self.group[each.id], []).append(each.id)
        count = max(self.row.values(), default=-1) + 1
        rows: list[list[Unit]] = [[] for _ in range(count)]
        for members in units.values():
            rows[self.row[members[0]]].append(self._chained(members, persons, {}))
        for sweep in range(SWEEPS):
            places = _places(rows)
            downwards = sweep % 2 == 1
            for number in range(count) if downwards else reversed(range(count)):
                keys = {unit: self._pull(unit, places, downwards) for unit in rows[number]}
                rows[number] = _in_order(rows[number], keys, self._constraints(rows[number]))
                if downwards:
                    rows[number] = [self._chained(list(unit), persons, places) for unit in rows[number]]
                places |= _places([rows[number]])
        self.rows: list[list[Unit]] = rows

    def _pull(self, unit: Unit, places: Mapping[UUID, float], downwards: bool) -> float:
        """Where a unit would like to stand: below its parents, or above its children."""
        if downwards:
            wished = [
                _mean(places[parent] for parent in self._family.parents(self._drawn[member]))
                for member in unit
                if member in self._drawn
            ]
        else:
            wished = [
                places[child]
                for source, children in self._sibships.items()
                if source in unit or any(each.id == source and each.first in unit for each in self._family.unions)
                for child in children
            ]
        return _mean(wished) if wished else _mean(places[member] for member in unit)

    def _constraints(self, row: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
        """Pairs of units of a row of which the first stands left: brothers and sisters by age."""
        unit_of = {member: unit for unit in row for member in unit}
        pairs = []
        for children in self._sibships.values():
            here = [unit_of[child] for child in children if child in unit_of]
            pairs += [(a, b) for a, b in pairwise(here) if a != b]
        return pairs

    def _chained(self, members: list[UUID], persons: Mapping[UUID, Person], places: Mapping[UUID, float]) -> Unit:
        """Partners next to each other: whose parents stand further left comes first, else the man."""
        partners: dict[UUID, list[UUID]] = {key: [] for key in members}
        for union in self._family.unions:
            if union.first in partners and union.second in partners:
                partners[union.first].append(union.second)
                partners[union.second].append(union.first)

        def left(key: UUID) -> tuple[float, bool]:
            drawn = self._drawn.get(key)
            above = [places[each] for each in self._family.parents(drawn) if each in places] if drawn else []
            return (_mean(above) if above else 0.0, persons[key].sex != Sex.MALE)

        ends = [key for key in members if len(partners[key]) <= 1] or members
        both_have_parents = all(key in self._drawn for key in ends) and places
        start = min(ends, key=left if both_have_parents else lambda key: (0.0, persons[key].sex != Sex.MALE))
        order: list[UUID] = []
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key not in order:
                order.append(key)
                waiting += reversed(partners[key])
        return tuple(order)


def _between(edges: Iterable[tuple[UUID, UUID]], group: Mapping[UUID, UUID]) -> Edges:
    return list(dict.fromkeys((group[parent], group[child]) for parent, child in edges))


def _layers(nodes: Iterable[UUID], edges: Edges) -> dict[UUID, int] | None:
    """{node: length of the longest way down to it}; None when somebody is above himself."""
    layers = dict.fromkeys(nodes, 0)
    for _round in range(len(layers) + 1):
        changed = False
        for parent, child in edges:
            if layers[child] < layers[parent] + 1:
                layers[child], changed = layers[parent] + 1, True
        if not changed:
            return layers
    return None


def _places(rows: Iterable[Sequence[Unit]]) -> dict[UUID, float]:
    """{person: place in its row}, counted from the row's middle."""
    places: dict[UUID, float] = {}
    for row in rows:
        members = [member for unit in row for member in unit]
        places |= {member: number - (len(members) - 1) / 2 for number, member in enumerate(members)}
    return places


def _in_order(row: Sequence[Unit], keys: Mapping[Unit, float], constraints: Sequence[tuple[Unit, Unit]]) -> list[Unit]:
    """The units by their keys, as far as the constraints let them; a constraint against the former ones is dropped."""
    after: dict[Unit, list[Unit]] = {unit: [] for unit in row}
    for first, second in constraints:
        if not _reaches(after, second, first):
            after[first].append(second)
    waits = dict.fromkeys(row, 0)
    for others in after.values():
        for unit in others:
            waits[unit] += 1
    number = {unit: place for place, unit in enumerate(row)}
    heap = [(keys[unit], number[unit], unit) for unit in row if not waits[unit]]
    heap.sort()
    ordered: list[Unit] = []
    while heap:
        _key, _number, unit = heappop(heap)
        ordered.append(unit)
        for other in after[unit]:
            waits[other] -= 1
            if not waits[other]:
                heappush(heap, (keys[other], number[other], other))
    return ordered


def _reaches(after: Mapping[Unit, Sequence[Unit]], start: Unit, goal: Unit) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        unit = waiting.pop()
        if unit == goal:
            return True
        fresh = [other for other in after[unit] if other not in seen]
        seen.update(fresh)
        waiting += fresh
    return False


def _mean(numbers: Iterable[float]) -> float:
    kept = list(numbers)
    return sum(kept) / len(kept)
