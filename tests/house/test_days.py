"""The present day is the city's, whatever the hour and however long a run of the tests takes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

TESTS = Path(__file__).parents[1]
ASKING = ("clock.today", "clock.now", "timezone.now", "localdate", "date.today", "datetime.now")


def asked_at_import(tree: ast.AST, inside: bool = False) -> Iterator[ast.Call]:
    """Calls that ask for the present before any test runs: outside functions, as defaults, in decorators."""
    for name, content in ast.iter_fields(tree):
        in_body = inside or (isinstance(tree, ast.FunctionDef | ast.Lambda) and name == "body")
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, ast.Attribute) and part.attr == "year":
                continue  # a run may not take in New Year's night
            if isinstance(part, ast.Call) and not in_body and ast.unparse(part.func).endswith(ASKING):
                yield part
            if isinstance(part, ast.AST):
                yield from asked_at_import(part, in_body)


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_asks_for_the_day_before_it_runs(path: Path) -> None:
    assert [(call.lineno, ast.unparse(call)) for call in asked_at_import(ast.parse(path.read_text()))] == []


def test_what_asks_at_import_is_found() -> None:
    source = "DAY = clock.today()\ndef f(day=clock.today()):\n    return clock.today()\nYEAR = clock.today().year\n"
    assert [call.lineno for call in asked_at_import(ast.parse(source))] == [1, 2]


@pytest.mark.django_db
def test_the_database_means_the_citys_day() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc ILIKE '%current_date%' "
            "UNION ALL SELECT policyname FROM pg_policies "
            "WHERE coalesce(qual, '') || coalesce(with_check, '') ILIKE '%current_date%'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SET LOCAL TIME ZONE 'Pacific/Honolulu'")
        cursor.execute("SELECT wall_today() = (now() AT TIME ZONE 'Asia/Shanghai')::date")
        assert cursor.fetchone() == (True,)
