"""The pictures: whatever the family, nobody stands over anybody, every relation is drawn, and the words name each."""

import re
from uuid import UUID

from django.db.models import TextChoices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.practice.enums import BondDirection, BondKind, Descent, Sex, SystemKind, TieFlow, TieStrength, UnionKind
from shegong.practice.pictures.ecomap import ecomap
from shegong.practice.pictures.generations import Generations
from shegong.practice.pictures.genogram import genogram, household_boxes
from shegong.practice.pictures.placing import CELL, LABEL, SYMBOL, outline, placed
from shegong.practice.pictures.svg import Picture
from shegong.practice.rules.family import (
    Bond,
    Family,
    Parentage,
    Person,
    System,
    Tie,
    Union,
    checked_family,
    family_document,
    family_from,
)

YEAR = 2025
CLIENT = UUID(int=1)
QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def key(number: int) -> UUID:
    return UUID(int=number)


def values(terms: type[TextChoices]) -> list[str]:
    return list(terms.values)


@st.composite
def families(draw: st.DrawFn) -> Family:
    """Any family that passes the rules: up to 16 people, later ones being children of earlier ones, so that nobody is
    an ancestor of himself; couples and bonds between any two; systems with ties.
    """
    count = draw(st.integers(1, 16))
    persons = [
        Person(
            key(n + 1),
            f"人物{n}号",
            sex=draw(st.sampled_from(values(Sex))),
            born=draw(st.none() | st.integers(1900 + n * 5, 1900 + n * 5)),
            is_dead=draw(st.booleans()),
            linked=CLIENT if n == 0 else None,
            in_household=draw(st.booleans()),
        )
        for n in range(count)
    ]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    several = st.lists(pairs, max_size=8, unique=True) if count > 1 else st.just([])
    unions = [
        Union(key(100 + n), persons[a].id, persons[b].id, kind=draw(st.sampled_from(values(UnionKind))))
        for n, (a, b) in enumerate(draw(several))
    ]
    parentages: list[Parentage] = []
    for n in range(1, count):
        earlier = [each for each in unions if each.first.int <= n and each.second.int <= n]
        choice = draw(st.integers(0, 3))
        kind = draw(st.sampled_from(values(Descent)))
        if choice == 1:
            parentages.append(Parentage(key(200 + n), persons[n].id, parent=persons[draw(st.integers(0, n - 1))].id))
        elif choice >= 2 and earlier:
            couple = draw(st.sampled_from(earlier))
            parentages.append(Parentage(key(200 + n), persons[n].id, union=couple.id, kind=kind))
            if kind != Descent.BIOLOGICAL:
                other = Parentage(key(300 + n), persons[n].id, parent=persons[0].id)
                parentages.append(other)
    bonds = [
        Bond(
            key(400 + n),
            persons[a].id,
            persons[b].id,
            kind=draw(st.sampled_from(values(BondKind))),
            direction=draw(st.sampled_from(values(BondDirection))),
        )
        for n, (a, b) in enumerate(draw(several))
    ]
    systems = [
        System(key(500 + n), draw(st.sampled_from(values(SystemKind))), f"系统{n}号")
        for n in range(draw(st.integers(0, 9)))
    ]
    ties = [
        Tie(
            key(600 + n),
            system.id,
            person=draw(st.none() | st.sampled_from([each.id for each in persons])),
            strength=draw(st.sampled_from(values(TieStrength))),
            flow=draw(st.sampled_from(values(TieFlow))),
        )
        for n, system in enumerate(systems)
    ]
    family = Family(tuple(persons), tuple(unions), tuple(parentages), tuple(bonds), tuple(systems), tuple(ties))
    return checked_family(family, CLIENT, YEAR)


def drawn_keys(picture: Picture) -> set[UUID]:
    return {UUID(found) for found in re.findall(r'data-key="([^"]+)"', picture.svg)}


@QUICK
@given(families())
def test_nobody_stands_over_anybody(family: Family) -> None:
    placing = placed(family)
    spots = list(placing.spots.values())
    assert len(spots) == len(family.persons)
    for number, (x, y) in enumerate(spots):
        assert CELL / 2 <= x <= placing.width - CELL / 2 and SYMBOL / 2 <= y <= placing.height - SYMBOL / 2
        for other_x, other_y in spots[:number]:
            assert abs(x - other_x) >= CELL or abs(y - other_y) >= SYMBOL + LABEL
    assert placed(family) == placing


@QUICK
@given(families())
def test_children_stand_below_their_parents(family: Family) -> None:
    placing = placed(family)
    for parentage in family.parentages:
        for parent in family.parents(parentage):
            assert placing.spots[parent][1] < placing.spots[parentage.child][1]


@QUICK
@given(families())
def test_the_genogram_draws_everybody_and_every_relation_and_says_so(family: Family) -> None:
    picture = genogram(family, CLIENT, YEAR)
    parts = (family.persons, family.unions, family.parentages, family.bonds)
    assert drawn_keys(picture) == {each.id for part in parts for each in part}
    said = "\n".join(picture.sentences)
    assert all(person.name in said for person in family.persons)
    assert len(picture.sentences) >= sum(map(len, parts))
    assert picture == genogram(family, CLIENT, YEAR)


@QUICK
@given(families())
def test_the_border_of_the_household_holds_its_members_and_nobody_else(family: Family) -> None:
    placing = placed(family)
    boxes = household_boxes(family, placing)
    for person in family.persons:
        x, y = placing.spots[person.id]
        inside = any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)
        assert inside == person.in_household
    assert bool(outline(boxes)) == any(each.in_household for each in family.persons)


@QUICK
@given(families())
def test_the_ecomap_draws_every_system_and_tie_and_says_so(family: Family) -> None:
    picture = ecomap(family, CLIENT)
    wanted = {each.id for part in (family.systems, family.ties) for each in part}
    assert wanted <= drawn_keys(picture)
    said = "\n".join(picture.sentences)
    assert all(each.name in said for each in family.systems)


@QUICK
@given(families())
def test_a_family_is_read_back_from_its_document(family: Family) -> None:
    assert family_from(family_document(family)) == family


def three_generations() -> Family:
    """Grandparents on both sides, parents with brothers and sisters, three children."""
    people = [
        ("client", "2", 2012), ("father", "1", 1980), ("mother", "2", 1982), ("grandfather", "1", 1950),
        ("grandmother", "2", 1952), ("other grandfather", "1", 1955), ("other grandmother", "2", 1956),
        ("uncle", "1", 1976), ("aunt", "2", 1985), ("little brother", "1", 2016), ("big sister", "2", 2008),
    ]  # fmt: skip
    persons = tuple(
        Person(key(n + 1), name, sex=sex, born=born, linked=CLIENT if n == 0 else None)
        for n, (name, sex, born) in enumerate(people)
    )
    unions = (
        Union(key(101), key(2), key(3)),
        Union(key(102), key(4), key(5)),
        Union(key(103), key(6), key(7), kind="divorced"),
    )
    couples = {1: 101, 2: 102, 3: 103, 8: 102, 9: 103, 10: 101, 11: 101}
    parentages = tuple(Parentage(key(200 + n), key(n), union=key(couple)) for n, couple in couples.items())
    return checked_family(Family(persons, unions, parentages), CLIENT, YEAR)


def test_three_generations_lie_in_three_rows_with_partners_joined_and_siblings_by_age() -> None:
    family = three_generations()
    rows = placed(family).rows
    names = {each.id: each.name for each in family.persons}
    assert [[names[person] for person in row] for row in rows] == [
        ["grandfather", "grandmother", "other grandfather", "other grandmother"],
        ["uncle", "father", "mother", "aunt"],
        ["big sister", "client", "little brother"],
    ]
    placing = placed(family)
    assert all(len(line) == 2 for line in placing.couples.values())


def test_children_hang_below_the_middle_of_their_parents() -> None:
    placing = placed(three_generations())
    brood = placing.broods[key(101)]
    xs = [placing.spots[child][0] for child in brood.children]
    assert abs(brood.start[0] - (xs[0] + xs[-1]) / 2) < 12


def test_a_couple_that_would_make_somebody_his_own_ancestor_stays_apart() -> None:
    persons = tuple(Person(key(n), f"p{n}", linked=CLIENT if n == 1 else None) for n in (1, 2, 3))
    parentages = (Parentage(key(21), key(2), parent=key(1)), Parentage(key(22), key(3), parent=key(2)))
    family = Family(persons, (Union(key(11), key(1), key(3)),), parentages)
    assert Generations(family).row == {key(1): 0, key(2): 1, key(3): 2}
    assert key(11) in drawn_keys(genogram(family, CLIENT, YEAR))


def test_names_are_escaped() -> None:
    family = Family((Person(CLIENT, '<script>"&', linked=CLIENT),), systems=(System(key(2), "work", "<b>"),))
    for picture in (genogram(family, CLIENT, YEAR), ecomap(family, CLIENT)):
        assert "<script" not in picture.svg and "<b>" not in picture.svg and "style=" not in picture.svg
