"""Lists page by page, on real rows: no row twice, none left out, one query a page, and cursors nobody can forge."""

import itertools
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db.models import QuerySet

from shegong.kernel.keyring import load_keyring
from shegong.kernel.pages import Page, page_of
from shegong.kernel.problems import Problem
from shegong.network.models import Division

ORDERS = [
    (),
    ("id",),
    ("-pk",),
    ("name",),
    ("level", "-since"),
    ("-level", "name", "-id"),
    ("-since", "level", "name"),
    ("parent__name", "-level"),
]


@pytest.fixture
def divisions(db: None) -> QuerySet[Division]:
    """60 rows with many equal values."""
    rng = Random(2)
    top = Division.objects.create(code="510100000000", name="成都", level="city", since=date(2000, 1, 1))
    other = Division.objects.create(code="510200000000", name="他处", level="city", since=date(2000, 1, 1))
    Division.objects.bulk_create(
        Division(
            code=f"5101{number:08}",
            name=rng.choice(["甲", "乙", "丙", "O'丁%_"]),
            level=rng.choice(["county", "town", "village"]),
            since=date(2000 + rng.randrange(4), 1, 1),
            parent=rng.choice([top, other]),
        )
        for number in range(1, 61)
    )
    return Division.objects.filter(parent__isnull=False).select_related("parent")


def walked(rows: QuerySet[Division], order: tuple[str, ...], size: int) -> list[Page[Division]]:
    pages = [page_of(rows, order, None, size)]
    while cursor := pages[-1].next_cursor:
        pages.append(page_of(rows, order, cursor, size))
    return pages


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 7, 20, 60, 100])
def test_pages_together_are_the_list_forth_and_back(
    divisions: QuerySet[Division], order: tuple[str, ...], size: int
) -> None:
    expected = list(divisions.order_by(*order, "pk"))
    pages = walked(divisions, order, size)
    assert [row for page in pages for row in page.items] == expected
    assert len(pages) == -(-60 // size)
    assert pages[0].previous_cursor is None
    for before, page in itertools.pairwise(pages):
        back = page_of(divisions, order, page.previous_cursor, size)
        assert back.items == before.items
        assert (back.previous_cursor is None) == (before.previous_cursor is None)
        assert page_of(divisions, order, back.next_cursor, size).items == page.items


def test_a_page_is_one_query_without_offset(divisions: QuerySet[Division], django_assert_num_queries: Any) -> None:
    cursor = page_of(divisions, ("parent__name", "-level"), None, 20).next_cursor
    with django_assert_num_queries(1) as queries:
        page_of(divisions, ("parent__name", "-level"), cursor, 20)
    assert "OFFSET" not in queries[0]["sql"]


def test_new_rows_before_the_cursor_do_not_shift_the_next_page(divisions: QuerySet[Division]) -> None:
    first = page_of(divisions, ("code",), None, 20)
    following = page_of(divisions, ("code",), first.next_cursor, 20).items
    Division.objects.create(
        code="510000000000", name="新", level="town", since=date(2020, 1, 1), parent=first.items[0].parent
    )
    Division.objects.filter(pk=first.items[-1].pk).delete()
    assert page_of(divisions, ("code",), first.next_cursor, 20).items == following


def test_an_empty_list_is_one_empty_page(divisions: QuerySet[Division]) -> None:
    assert page_of(divisions.none(), ("name",)) == Page([], None, None)
    cursor = page_of(divisions, ("name",), None, 20).next_cursor
    assert page_of(divisions.filter(code="none"), ("name",), cursor) == Page([], None, None)


def test_a_cursor_does_not_show_what_it_holds(divisions: QuerySet[Division]) -> None:
    cursor = page_of(divisions, ("code",), None, 20).next_cursor
    assert cursor is not None
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert page_of(divisions, ("code",), None, 20).next_cursor != cursor


@pytest.mark.parametrize("cursor", ["x", "=", "成都", "a" * 5000, "AAAA", "\0", "AQAB" + "A" * 60])
def test_a_bad_cursor_is_a_problem(divisions: QuerySet[Division], cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        page_of(divisions, ("code",), cursor)
    assert (caught.value.code, caught.value.status) == ("cursor_invalid", 400)


def test_a_cursor_is_good_for_its_own_list_only(divisions: QuerySet[Division], settings: Any, tmp_path: Path) -> None:
    cursor = page_of(divisions, ("code",), None, 20).next_cursor
    assert cursor is not None
    for changed in (cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"), cursor[1:], cursor + "A"):
        with pytest.raises(Problem, match="页码标记"):
            page_of(divisions, ("code",), changed)
    with pytest.raises(Problem, match="页码标记"):
        page_of(divisions, ("-code",), cursor)
    settings.KEYRING = load_keyring(tmp_path / "keys.json")
    with pytest.raises(Problem, match="页码标记"):
        page_of(divisions, ("code",), cursor)


def test_mistakes_of_the_caller_are_refused(divisions: QuerySet[Division]) -> None:
    with pytest.raises(ValueError, match="at least one row"):
        page_of(divisions, ("code",), None, 0)
    with pytest.raises(TypeError, match="sequence"):
        page_of(divisions, "code")
    with pytest.raises(ValueError, match="paged by until"):
        page_of(divisions, ("until",), None, 20)
