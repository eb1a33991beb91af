"""A single answer can mean a risk by itself."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from shegong.practice.rules.assessment import filled, followed

FORM: dict[str, Any] = json.loads(
    files("shegong.catalogue").joinpath("data", "needs.json").read_text(encoding="utf-8")
)["definition"]


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, 1),
        ({"violence": "no", "health": "poor"}, 1),
        ({"violence": "past"}, 3),
        ({"violence": "now"}, 4),
        ({"mood": "harm"}, 4),
        ({"losses": ["bereaved", "illness"]}, 1),
    ],
)
def test_violence_and_self_harm_are_urgent_whatever_the_score(answers: dict[str, Any], level: int) -> None:
    assert followed(filled(FORM, answers, date(2022, 7, 1))).risk == level
