"""The browser's evaluator gives what the server's gives: the same examples, over trees that the server has read."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import shegong.kernel
from shegong.catalogue.rules.expression import tree

pytestmark = pytest.mark.browser

SCRIPT = Path(shegong.kernel.__file__).parent / "static" / "dist" / "forms.js"
EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "catalogue" / "expressions.json").read_text(encoding="utf-8")
)
EVALUATE = """({ given, examples }) => examples.map(({ tree, own }) => {
  const find = (name) => given.answers[name] ?? '';
  const points = (name) => given.points[name] ?? [];
  const { today, position, columns } = given;
  const setting = { find, points, own: own ?? '', today, now: '', position, columns };
  const value = shegongForms.evaluate(tree, setting);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
})"""


def test_the_browser_works_out_what_the_server_does(chromium: Browser) -> None:
    tab = chromium.new_page()
    try:
        tab.add_script_tag(path=SCRIPT)
        examples = [{**example, "tree": tree(example["expression"])} for example in EXAMPLES["examples"]]
        values = tab.evaluate(EVALUATE, {"given": EXAMPLES, "examples": examples})
    finally:
        tab.close()
    wrong = {
        example["expression"]: (value, example["value"])
        for example, value in zip(examples, values, strict=True)
        if value != example["value"] or isinstance(value, bool) != isinstance(example["value"], bool)
    }
    assert wrong == {}
    assert not any(isinstance(value, float) and math.isnan(value) for value in values)
