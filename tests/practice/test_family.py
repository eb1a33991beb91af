"""The family of a client: what must hold, small changes, writing it, its versions, its wall."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions.family import save_family
from shegong.practice.models import FamilyPerson, FamilyUnion, FamilyVersion
from shegong.practice.queries.family import TABLES, family_of, family_on
from shegong.practice.rules.family import Bond, Family, Parentage, Person, Tie, Union, checked_family
from shegong.practice.rules.kinship import with_relative, with_row, without
from tests.practice.county import County
from tests.practice.families import key, three_generations

YEAR = 2025
ME = key(1)
ALONE = Family(persons=(Person(ME, "王秀英", linked=ME),))


def people(*names: str) -> Family:
    others = tuple(Person(key(number), name) for number, name in enumerate(names, 2))
    return replace(ALONE, persons=ALONE.persons + others)


def faults(family: Family) -> set[tuple[str | None, str]]:
    with pytest.raises(Problem) as caught:
        checked_family(family, ME, YEAR)
    return {(each.field, each.code) for each in caught.value}


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (replace(ALONE, persons=(Person(ME, "甲"),)), ("persons", "client_not_in_family")),
        (replace(people("乙"), persons=(*ALONE.persons, Person(key(2), " "))), ("persons.1.name", "name_missing")),
        (replace(ALONE, persons=(replace(ALONE.persons[0], sex="7"),)), ("persons.0.sex", "term_unknown")),
        (replace(ALONE, persons=(replace(ALONE.persons[0], born=1700),)), ("persons.0.born", "year_range")),
        (
            replace(ALONE, persons=(replace(ALONE.persons[0], born=1950, died=1940),)),
            ("persons.0.died", "years_reversed"),
        ),
        (replace(people("乙"), unions=(Union(key(9), ME, key(8)),)), ("unions.0.second", "person_missing")),
        (replace(people("乙"), unions=(Union(key(9), ME, ME),)), ("unions.0.second", "same_person")),
        (
            replace(people("乙"), unions=(Union(key(9), ME, key(2)), Union(key(8), key(2), ME))),
            ("unions.1.second", "relation_twice"),
        ),
        (replace(people("乙"), unions=(Union(key(9), ME, key(2), "x"),)), ("unions.0.kind", "term_unknown")),
        (
            replace(people("乙"), unions=(Union(key(9), ME, key(2), since=2000, until=1990),)),
            ("unions.0.until", "years_reversed"),
        ),
        (replace(people("乙"), parentages=(Parentage(key(9), ME),)), ("parentages.0.union", "parents_missing")),
        (
            replace(people("乙"), parentages=(Parentage(key(9), ME, parent=ME),)),
            ("parentages.0.child", "own_ancestor"),
        ),
        (
            replace(
                people("乙", "丙"),
                parentages=(Parentage(key(8), ME, parent=key(2)), Parentage(key(9), ME, parent=key(3))),
            ),
            ("parentages.1.kind", "born_twice"),
        ),
        (
            replace(
                people("乙"),
                parentages=(Parentage(key(8), ME, parent=key(2)), Parentage(key(9), key(2), parent=ME)),
            ),
            ("parentages.0.child", "own_ancestor"),
        ),
        (replace(people("乙"), bonds=(Bond(key(9), ME, ME),)), ("bonds.0.second", "same_person")),
        (
            replace(people("乙"), bonds=(Bond(key(9), ME, key(2)), Bond(key(8), key(2), ME))),
            ("bonds.1.second", "relation_twice"),
        ),
        (replace(ALONE, ties=(Tie(key(9), key(8)),)), ("ties.0.system", "system_missing")),
    ],
)
def test_what_can_not_be_is_told_at_its_place(broken: Family, fault: tuple[str, str]) -> None:
    assert fault in faults(broken)


def test_parents_are_older_than_their_children() -> None:
    family = replace(
        ALONE,
        persons=(replace(ALONE.persons[0], born=1980), Person(key(2), "父亲", born=1990)),
        parentages=(Parentage(key(9), ME, parent=key(2)),),
    )
    assert ("parentages.0.child", "parent_younger") in faults(family)


def test_a_year_of_death_means_dead() -> None:
    family = replace(ALONE, persons=(*ALONE.persons, Person(key(2), " 爷 爷 ", died=2001)))
    grandfather = checked_family(family, ME, YEAR).persons[1]
    assert grandfather.is_dead and grandfather.name == "爷 爷"


def grown(*steps: tuple[str, str, str]) -> Family:
    """A family grown by (of whom, relation, name)."""
    family = ALONE
    for of, relation, name in steps:
        whose = next(each.id for each in family.persons if each.name == of)
        family = with_relative(family, whose, relation, Person(uuid7(), name), uuid7)
    return checked_family(family, ME, YEAR)


def named(family: Family, name: str) -> Person:
    return next(each for each in family.persons if each.name == name)


def test_a_family_grows_by_a_few_taps() -> None:
    family = grown(
        ("王秀英", "father", "父亲"),
        ("王秀英", "brother", "弟弟"),
        ("王秀英", "mother", "母亲"),
        ("母亲", "mother", "外婆"),
        ("王秀英", "husband", "丈夫"),
        ("王秀英", "daughter", "女儿"),
        ("弟弟", "other", "朋友"),
    )
    [parents] = [each for each in family.unions if named(family, "母亲").id == each.second]
    assert parents.first == named(family, "父亲").id
    # The brother, who had only a father, has both parents too.
    assert {each.child for each in family.parentages if each.union == parents.id} == {ME, named(family, "弟弟").id}
    daughter = next(each for each in family.parentages if each.child == named(family, "女儿").id)
    assert set(family.parents(daughter)) == {ME, named(family, "丈夫").id}
    assert [named(family, name).sex for name in ("父亲", "外婆", "弟弟", "朋友")] == ["1", "2", "1", "0"]


def test_a_third_parent_and_brothers_without_parents_are_refused() -> None:
    both = grown(("王秀英", "father", "父亲"), ("王秀英", "mother", "母亲"))
    for family, relation, code in ((both, "mother", "parents_known"), (ALONE, "sister", "parents_unknown")):
        with pytest.raises(Problem) as caught:
            with_relative(family, ME, relation, Person(key(9), "某"), uuid7)
        assert (caught.value.code, caught.value.field) == (code, "relation")


def test_children_of_somebody_struck_out_keep_the_other_parent() -> None:
    family = grown(("王秀英", "father", "父亲"), ("王秀英", "mother", "母亲"))
    rest = checked_family(without(family, "persons", named(family, "父亲").id, ME), ME, YEAR)
    assert rest.unions == () and rest.parentages[0].parent == named(family, "母亲").id
    apart = checked_family(without(family, "unions", family.unions[0].id, ME), ME, YEAR)
    assert apart.parentages[0].parent == named(family, "父亲").id
    with pytest.raises(Problem) as caught:
        without(family, "persons", ME, ME)
    assert caught.value.code == "client_stays"


def test_a_row_takes_the_place_of_the_one_with_its_key() -> None:
    family = people("乙", "丙")
    changed = with_row(family, "persons", replace(family.persons[1], name="丁"))
    assert [each.name for each in changed.persons] == ["王秀英", "丁", "丙"]
    with pytest.raises(KeyError):
        with_row(family, "unions", family.persons[1])


# Writing


def test_a_family_is_written_read_back_and_journalled(county: County) -> None:
    client = county.client("王小雨", sex="2")
    family = three_generations(client)
    with viewing(county.worker.pk) as viewer:
        saved = save_family(client, family, by=viewer, at=clock.now())
        assert saved.version == 1 and family_of(client) == saved
        again = save_family(client, saved.family, by=viewer, at=clock.now(), version=1)
        assert again.version == 1 and FamilyVersion.objects.count() == 1
    # The client is as the file says, whatever was sent.
    assert saved.family.persons[0].sex == "2" and saved.family.persons[0].in_household
    event = Event.objects.filter(verb="change_family").get()
    assert event.object_id == str(client.pk) and "王" not in str(event.detail)


def test_only_what_changed_is_written(county: County, django_assert_max_num_queries: Callable[..., Any]) -> None:
    client = county.client()
    with viewing(county.worker.pk) as viewer:
        saved = save_family(client, three_generations(client), by=viewer, at=clock.now())
        changed = with_row(saved.family, "bonds", replace(saved.family.bonds[0], kind="conflict"))
        with django_assert_max_num_queries(16):
            save_family(client, changed, by=viewer, at=clock.now())
    assert Event.objects.filter(verb="change_family").latest("id").detail["changes"] == {"bonds": {"in": 1, "out": 1}}


def test_the_picture_of_a_former_day_can_be_drawn_again(county: County) -> None:
    client, now = county.client(), clock.now()
    with viewing(county.worker.pk) as viewer:
        first = save_family(client, three_generations(client), by=viewer, at=now - timedelta(days=30))
        rest = without(first.family, "persons", key(4), client.pk)
        last = save_family(client, rest, by=viewer, at=now - timedelta(days=10))
        assert family_on(client, clock.today() - timedelta(days=31)) is None
        assert family_on(client, clock.today() - timedelta(days=20)) == first
        assert family_on(client, clock.today()) == last == family_of(client)


def test_two_who_change_at_once_don_t_lose_each_others_work(county: County) -> None:
    client = county.client()
    with viewing(county.worker.pk) as viewer:
        save_family(client, three_generations(client), by=viewer, at=clock.now(), version=0)
        with pytest.raises(Problem) as caught:
            save_family(client, three_generations(client), by=viewer, at=clock.now(), version=0)
    assert (caught.value.code, caught.value.status) == ("family_changed", 409)


def test_a_relative_may_be_a_client_too_when_in_sight(county: County) -> None:
    client, mother = county.client("王小雨"), county.client("李敏", sex="2")
    far = county.client("赵远", at=county.far_room)
    family = three_generations(client)
    linked = with_row(family, "persons", replace(family.persons[2], sex="0", linked=mother.pk))
    with viewing(county.worker.pk) as viewer:
        saved = save_family(client, linked, by=viewer, at=clock.now())
        assert saved.family.persons[2].sex == "2"
        with pytest.raises(Problem) as caught:
            beyond = with_row(saved.family, "persons", replace(saved.family.persons[1], linked=far.pk))
            save_family(client, beyond, by=viewer, at=clock.now())
    assert (caught.value.code, caught.value.field) == ("linked_unknown", "persons.1.linked")


def test_who_keeps_no_files_changes_no_family(county: County) -> None:
    client = county.client()
    for account, status in ((county.officer, 403), (county.stranger, 404)):
        with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
            save_family(client, three_generations(client), by=viewer, at=clock.now())
        assert caught.value.status == status


# The wall


def counts() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in (*TABLES.values(), FamilyVersion):
            cursor.execute(f"SELECT count(*) FROM {table._meta.db_table}")
            found[table.__name__] = cursor.fetchone()[0]
    return found


def kept_family(county: County, **fields: Any) -> Any:
    client = county.client(**fields)
    with viewing(county.worker.pk) as viewer:
        save_family(client, three_generations(client), by=viewer, at=clock.now())
    return client


def test_nobody_elsewhere_sees_a_family(county: County) -> None:
    kept_family(county)
    with viewing(county.worker.pk):
        assert all(counts().values())
    for account in (county.stranger, county.city, county.supervisor):
        with viewing(account.pk):
            assert not any(counts().values())


def test_the_family_of_a_restricted_file_is_hidden_with_it(county: County) -> None:
    client = kept_family(county)
    type(client).objects.filter(pk=client.pk).update(restricted_classes=["drugs"])
    with viewing(county.worker.pk):
        assert not any(counts().values())
        with pytest.raises(Exception, match="row-level security"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO practice_ecosystem (id, client_id, hub_id, station_id, position, kind, name, note) "
                "VALUES (%s, %s, %s, %s, 0, 'work', '厂', '')",
                [uuid7(), client.pk, client.hub_id, client.station_id],
            )


def test_versions_can_not_be_changed_nor_rows_rewritten(county: County) -> None:
    kept_family(county)
    with viewing(county.worker.pk):
        for statement in (
            "UPDATE practice_familyversion SET number = 7",
            "DELETE FROM practice_familyversion",
            "UPDATE practice_familyperson SET name = 'x'",
        ):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_the_database_lets_nobody_be_related_across_families(county: County) -> None:
    first, second = kept_family(county), kept_family(county, name="李国强")
    place = {"hub_id": first.hub_id, "station_id": first.station_id, "client": first, "position": 9}
    stranger = FamilyPerson(id=key(77), hub_id=second.hub_id, station_id=second.station_id, position=9)
    stranger.client, stranger.name = second, "别家人"
    stranger.save(force_insert=True)
    for wrong in (
        FamilyUnion(id=key(78), first_id=first.pk, second_id=key(77), kind="married", **place),
        FamilyUnion(id=key(79), first_id=first.pk, second_id=first.pk, kind="married", **place),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save(force_insert=True)
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_is_erased_has_no_family_and_is_nobodys_relative(county: County) -> None:
    mother, merged = kept_family(county, name="李敏"), kept_family(county, name="李敏敏")
    child = county.client("王小雨")
    family = three_generations(child)
    with viewing(county.worker.pk) as viewer:
        linked = with_row(family, "persons", replace(family.persons[2], linked=mother.pk))
        save_family(child, linked, by=viewer, at=clock.now())
    type(merged).objects.filter(pk=merged.pk).update(state="merged", merged_into=mother)
    type(mother).objects.filter(pk=mother.pk).update(state="erased")
    assert set(FamilyVersion.objects.values_list("client_id", flat=True)) == {child.pk}
    assert set(FamilyPerson.objects.values_list("client_id", flat=True)) == {child.pk}
    assert list(FamilyPerson.objects.exclude(linked=None).values_list("linked_id", flat=True)) == [child.pk]
