"""The language of instruments: what is read, what is refused and where, and what it comes to."""

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.catalogue.rules.evaluation import Setting, evaluate
from shegong.catalogue.rules.expression import DEEPEST_TREE, FUNCTIONS, LONGEST, ExpressionProblem, tree

EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "expressions.json").read_text(encoding="utf-8"))
PIECES = ["${age}", "${rows}", "1", "'a'", ".", "(", ")", "+", "-", "*", "div", "mod", "and", "or", "=", "!=", "<",
          ">=", ",", "position(..)", "..", "/", "$", "county", *[f"{name}(" for name in FUNCTIONS]]  # fmt: skip


def setting(own: str = "") -> Setting:
    answers: dict[str, Any] = EXAMPLES["answers"]
    return Setting(
        find=lambda name: answers.get(name, ""),
        today=date.fromisoformat(EXAMPLES["today"]),
        now=datetime(2022, 8, 10, 9, 30),
        own=own,
        position=EXAMPLES["position"],
        columns=EXAMPLES["columns"],
        points=lambda name: EXAMPLES["points"].get(name, []),
    )


@pytest.mark.parametrize("example", EXAMPLES["examples"], ids=lambda example: str(example["expression"]))
def test_what_an_expression_comes_to(example: dict[str, Any]) -> None:
    value = evaluate(tree(example["expression"]), setting(example.get("own", "")))
    if example["value"] == "NaN":
        assert value == "NaN" or (isinstance(value, float) and math.isnan(value))
    else:
        assert value == example["value"] and isinstance(value, bool) == isinstance(example["value"], bool)


def test_every_function_has_an_example() -> None:
    used = " ".join(example["expression"] for example in EXAMPLES["examples"])
    assert {name for name in FUNCTIONS if f"{name}(" not in used} == {"indexed-repeat", "now"}


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("", "expression_end", 1),
        ("1 +", "expression_end", 4),
        ("(1", "expression_end", 3),
        ("1 2", "expression_unexpected", 3),
        ("${a", "expression_sign", 1),
        ("1 + #", "expression_sign", 5),
        ("${1a}", "expression_name", 1),
        ("pulldata('x', 'y')", "expression_function", 1),
        ("2 * random()", "expression_function", 5),
        ("if(1, 2)", "expression_arguments", 1),
        ("../age > 1", "expression_path", 1),
        ("/data/age", "expression_path", 1),
        ("data/age", "expression_path", 5),
        ("'open", "expression_sign", 1),
        ("(" * 60 + "1" + ")" * 60, "expression_deep", 42),
        ("1" * (LONGEST + 1), "expression_long", LONGEST),
    ],
)
def test_what_is_refused_and_where(source: str, code: str, place: int) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        tree(source)
    assert (caught.value.code, caught.value.place) == (code, place)
    assert str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30))
def test_any_text_is_read_and_worked_out_or_refused_at_a_place(pieces: list[str]) -> None:
    source = " ".join(pieces)
    try:
        root = tree(source)
    except ExpressionProblem as problem:
        assert 1 <= problem.place <= len(source) + 1
        assert str(problem)
        return
    assert isinstance(evaluate(root, setting("1")), str | float | bool | list)
    assert json.loads(json.dumps(root)) == root


def test_a_sum_of_many_terms_is_read() -> None:
    source = " + ".join(["1"] * (DEEPEST_TREE - 1))
    assert evaluate(tree(source), setting()) == DEEPEST_TREE - 1
