"""What the import linter can't see: references between floors by string, in templates and in model fields; and the
budgets of the house.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "shegong"
# From the ground up. `config` is on top of all.
FLOORS = (
    "kernel",
    "journal",
    "people",
    "network",
    "catalogue",
    "workforce",
    "purchase",
    "practice",
    "indicators",
    "linkage",
    "appraisal",
    "portal",
    "desk",
    "config",
)
FILE_LINES, TEST_LINES, FUNCTION_LINES = 600, 1000, 60


def floor(app: str) -> int:
    return FLOORS.index(app)


def sources() -> Iterator[Path]:
    for folder in ("shegong", "tests", "bench", "scripts"):
        yield from (
            p for p in (ROOT / folder).rglob("*.py") if "migrations" not in p.parts and "node_modules" not in p.parts
        )


def test_every_app_has_its_floor() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(FLOORS)


def test_models_point_down_only() -> None:
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.auto_created or field.related_model is None or isinstance(field.related_model, str):
                continue
            to = field.related_model._meta.app_label
            if to in FLOORS and floor(to) > floor(model._meta.app_label):
                wrong.append(f"{model.__name__}.{field.name} -> {to}")
    assert wrong == []


def test_no_model_has_a_generic_foreign_key() -> None:
    for model in apps.get_models():
        if model._meta.app_label in FLOORS:
            assert model._meta.private_fields == []


def templates() -> Iterator[tuple[str, Path]]:
    for path in PACKAGE.rglob("templates/**/*.html"):
        yield path.relative_to(PACKAGE).parts[0], path


def test_templates_and_their_links_point_down_only() -> None:
    """A template extends, includes and links to its own floor or a lower one; the frame gets its links as data."""
    wrong = []
    for app, path in templates():
        text = path.read_text(encoding="utf-8")
        for kind, name in re.findall(r"{%-?\s*(extends|include|url)\s+['\"]([^'\"]+)['\"]", text):
            target = re.split(r"[:/]", name)[0]
            if target in FLOORS and floor(target) > floor(app):
                wrong.append(f"{path.relative_to(PACKAGE)}: {kind} {name}")
    assert wrong == []


def test_templates_hold_no_script_nor_style() -> None:
    """The content security policy forbids them; a page that has one would silently lose it."""
    wrong = []
    for _app, path in templates():
        text = path.read_text(encoding="utf-8")
        if re.search(
            r"<script(?![^>]*\b(src=|type=\"application/json\"))|\son\w+=\"|\sstyle=\"|<style|javascript:", text
        ):
            wrong.append(str(path.relative_to(PACKAGE)))
    assert wrong == []


@pytest.mark.parametrize("path", sorted(sources()), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_test = "tests" in path.relative_to(ROOT).parts
    assert text.count("\n") <= (TEST_LINES if is_test else FILE_LINES)
    if is_test:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    assert [p for p in sources() if p.stem in {"utils", "helpers", "common", "manager", "misc"}] == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    for path in ROOT.glob("*.lock"):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text and "--index" not in text
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
