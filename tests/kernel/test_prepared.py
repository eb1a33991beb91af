"""Lists whose SQL is written once: the same rows as Django's own, for whatever values, with the writing done once."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import F, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from shegong.kernel.ids import uuid7
from shegong.kernel.prepared import DerivedValueProblem, prepared
from shegong.network.enums import Level
from shegong.network.models import Division
from shegong.people.models import Account


@dataclass(frozen=True)
class Reach:
    """An argument as pages have it."""

    roles: frozenset[str]
    ids: tuple[int, ...]
    home: int | None
    name: str = field(default="", compare=False)


@prepared
def of_codes(codes: tuple[int, ...], since: date, level: Level | None = None) -> QuerySet[Division]:
    """With a parent joined, columns left out, a constant and a limit."""
    found = Division.objects.filter(Q(pk__in=codes) | Q(parent_id__in=codes), since__gte=since).exclude(name="无")
    if level is not None:
        found = found.filter(level=level)
    return found.select_related("parent").only("name", "parent__name").order_by("code")[:7]


@prepared
def of_reach(reach: Reach) -> QuerySet[Division, Any]:
    """Tuples, with a computed column."""
    found = Division.objects.filter(pk__in=reach.ids)
    if "head" in reach.roles and reach.home:
        found |= Division.objects.filter(parent_id=reach.home)
    return found.annotate(above=F("parent__name")).values_list("name", "above").order_by("-code")


@pytest.fixture
def divisions(db: None) -> list[Division]:
    """A city with twelve divisions, since twelve days."""
    top = Division.objects.create(code="510100000000", name="成都", level=Level.CITY, since=date(2000, 1, 1))
    return [top] + [
        Division.objects.create(
            code=f"5101{number:08}",
            name=f"第{number}",
            level=Level.TOWN if number % 2 else Level.COMMUNITY,
            since=date(2000, 1, number),
            parent=top,
        )
        for number in range(1, 13)
    ]


def plain(build: Any) -> Any:
    """The function under the decorator."""
    return build.__wrapped__


@pytest.mark.parametrize("level", [None, Level.TOWN, Level.COMMUNITY])
@pytest.mark.parametrize("first", [1, 4, 12, 31])
def test_the_rows_are_djangos_own(
    divisions: list[Division], level: Level | None, first: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """For any values, joined rows and columns left out included, in one query."""
    args = (divisions[0].pk, divisions[3].pk), date(2000, 1, first), level
    with django_assert_num_queries(1):
        rows = of_codes(*args)
        seen = [(row, row.name, row.parent and row.parent.name) for row in rows]
    expected = list(plain(of_codes)(*args))
    assert seen == [(row, row.name, row.parent and row.parent.name) for row in expected]
    assert [row.get_deferred_fields() for row in rows] == [row.get_deferred_fields() for row in expected]


def test_sql_is_written_once_for_a_shape(divisions: list[Division]) -> None:
    """The same kind of arguments again costs no writing; another shape is written for itself."""

    @prepared
    def named(reach: Reach) -> QuerySet[Division]:
        return Division.objects.filter(pk__in=reach.ids)

    first = Reach(frozenset({"head"}), (divisions[1].pk, divisions[2].pk), None)
    again = Reach(frozenset({"head"}), (divisions[5].pk, divisions[7].pk), None, "谁")
    assert set(named(first)) == {divisions[1], divisions[2]}
    with patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("written again")):
        assert set(named(again)) == {divisions[5], divisions[7]}
        with pytest.raises(AssertionError, match="written again"):
            named(Reach(frozenset({"head"}), (divisions[5].pk,), None))


def test_branches_by_shape_are_kept_apart(divisions: list[Division]) -> None:
    """Roles, what is None, and how many there are make different lists."""
    top = divisions[0].pk
    for roles in (frozenset({"head"}), frozenset({"worker"}), frozenset({"worker", "head"})):
        for home in (None, top, divisions[1].pk):
            for ids in ((), (divisions[2].pk,), (divisions[2].pk, divisions[9].pk)):
                reach = Reach(roles, ids, home)
                assert of_reach(reach) == list(plain(of_reach)(reach))


@pytest.mark.django_db
def test_nothing_is_asked_where_nothing_can_be_found(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """An empty `in` has no rows, and no query."""
    with django_assert_num_queries(0):
        assert of_reach(Reach(frozenset(), (), None)) == []


@pytest.mark.django_db
def test_moments_are_values() -> None:
    """Moments are filled in as given; texts are shape."""

    @prepared
    def seen_since(moment: datetime, names: tuple[str, ...]) -> QuerySet[Account, Any]:
        return Account.objects.filter(last_login__gte=moment, username__in=names).values_list("username", flat=True)

    Account.objects.create(username="a", last_login=datetime(2022, 1, 2, tzinfo=UTC))
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    assert seen_since(moment, ("a", "b")) == ["a"]
    assert seen_since(moment + timedelta(days=1), ("a", "b")) == ["a"]
    assert seen_since(moment + timedelta(days=2), ("a", "b")) == []
    assert seen_since(moment, ("c", "b")) == []


@pytest.mark.django_db
def test_a_text_made_of_a_key_is_found_out() -> None:
    """A key is a value only where it is used as one."""
    with pytest.raises(DerivedValueProblem):
        prepared(lambda key: Account.objects.filter(username=f"{key}"))(uuid7())


@pytest.mark.django_db
def test_a_derived_value_is_found_out() -> None:
    """A value that the function makes itself would be frozen, so such a list isn't kept: a test fails, and an
    installation is right all the same.
    """

    def since(day: date) -> QuerySet[Division, Any]:
        return Division.objects.filter(since__gte=day - timedelta(days=1)).values_list("name", flat=True)

    with pytest.raises(DerivedValueProblem):
        prepared(since)(date(2000, 1, 1))
    Division.objects.create(code="510100000000", name="成都", level=Level.CITY, since=date(2000, 1, 1))
    with override_settings(PREPARED_MUST_HOLD=False):
        kept = prepared(since)
        assert [kept(date(2000, 1, day)) for day in (1, 2, 3)] == [["成都"], ["成都"], []]


def test_a_row_is_no_argument(divisions: list[Division]) -> None:
    """Rows are equal by their key whatever they hold, so their key is given."""
    below = prepared(lambda above: Division.objects.filter(parent=above))
    with pytest.raises(TypeError, match="a row's key"):
        below(divisions[0])


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_over_its_own_connection() -> None:
    """What one thread prepared serves another, over that one's connection."""
    division = Division.objects.create(code="510100000000", name="成都", level=Level.CITY, since=date(2000, 1, 1))
    args = (division.pk,), date(2000, 1, 1)
    assert of_codes(*args) == [division]
    found: list[list[Division]] = []

    def ask() -> None:
        from django.db import connection

        found.append(of_codes(*args))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [[division]]


def test_values_come_in_an_order(divisions: list[Division]) -> None:
    """A set of values has none; lists can't be looked up by."""
    below = prepared(lambda keys: Division.objects.filter(pk__in=keys))
    with pytest.raises(TypeError, match="in an order"):
        below(frozenset({1, 2}))
    with pytest.raises(TypeError, match="unhashable"):
        below([1, 2])
