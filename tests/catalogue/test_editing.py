"""Editing a form part by part: whatever is done to it, nothing breaks, and what is right stays right."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.catalogue.panels import Panel
from shegong.catalogue.rules import editing
from shegong.catalogue.rules.document import walk
from shegong.catalogue.rules.editing import NoSuchPart
from shegong.catalogue.rules.faults import faults
from shegong.catalogue.standard_forms import standard_forms

STANDARD = {form.code: form.document for form in standard_forms()}
OLDER = STANDARD["needs-older"]


def parts(document: Mapping[str, Any]) -> list[str]:
    """The paths of all parts that can be opened without asking the database."""
    return [
        "title",
        *(item.path for item in walk(document["items"])),
        *(f"lists.{name}" for name in document["lists"]),
        *(f"scores[{number}]" for number in range(len(document.get("scores", [])))),
        *(["risk"] if document.get("risk") else []),
    ]


def sent(panel: Panel) -> dict[str, str]:
    """What a browser sends of a panel that nobody touched."""
    return {
        name: "on" if value is True else str(value) for name, value in panel.initial.items() if value not in ("", False)
    }


@pytest.mark.parametrize("code", STANDARD)
def test_a_panel_sent_back_untouched_changes_nothing(code: str) -> None:
    document = STANDARD[code]
    for path in parts(document):
        panel = Panel(document, path, sent(Panel(document, path)))
        assert panel.is_valid(), (path, panel.errors)
        assert panel.applied() == document, path


def changed(path: str, **values: str) -> dict[str, Any]:
    """The form for older people with other values in a part."""
    data = {**sent(Panel(OLDER, path)), **{f"part-{name.replace('__', '-')}": value for name, value in values.items()}}
    panel = Panel(OLDER, path, {name: value for name, value in data.items() if value})
    assert panel.is_valid(), panel.errors
    return panel.applied()


def test_a_new_name_is_written_wherever_the_question_is_named() -> None:
    path = next(item.path for item in walk(OLDER["items"]) if item.name == "carer")
    document = changed(path, name="who_cares")
    text = str(document)
    assert "${who_cares} != 'none'" in text and "${carer}" not in text
    assert "who_cares" in document["needs"][[n["field"] for n in document["needs"]].index("FS")]["of"]
    assert faults(document) == []
    assert "who_cares" not in str(OLDER)


def test_what_is_wrong_is_shown_at_its_field() -> None:
    path = next(item.path for item in walk(OLDER["items"]) if item.name == "falls")
    for values, field in (
        ({"relevant": "${nobody} = 1"}, "part-relevant"),
        ({"constraint": ". >="}, "part-constraint"),
        ({"label__zh": "", "label__en": ""}, "part-label-zh"),
        ({"name": "1st"}, "part-name"),
        ({"name": "health"}, "part-name"),
    ):
        document = changed(path, **values)
        wrong = faults(document)
        assert wrong and {editing.part_of(document, fault.path) for fault in wrong} == {path}, values
        panel = Panel(document, path, sent(Panel(document, path)))
        assert panel.is_valid()
        panel.show(wrong)
        assert list(panel.errors) == [field]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"1__score": "many"}, "part-1-score"),
        ({"1__value": "two words"}, "part-1-value"),
        ({"1__label__zh": "", "1__label__en": ""}, "part-1-label-zh"),
    ],
)
def test_a_choice_that_is_wrong_is_shown_at_its_field(values: dict[str, str], field: str) -> None:
    document = changed("lists.able", **values)
    panel = Panel(document, "lists.able", sent(Panel(document, "lists.able")))
    assert panel.is_valid()
    panel.show(faults(document))
    assert list(panel.errors) == [field]


def test_scores_and_cut_offs_are_numbers_again() -> None:
    document = changed("scores[0]", levels__1__from="9.5")
    assert document["scores"][0]["levels"][1]["from"] == 9.5 and faults(document) == []
    document = changed("scores[0]", levels__1__from="99")
    assert [fault.path for fault in faults(document)] == ["scores[0].levels"]
    assert changed("lists.able", **{"1__score": "7"})["lists"]["able"][1]["score"] == 7


def test_a_question_is_added_with_its_own_list_and_is_asked_for_its_words() -> None:
    document, path = editing.with_question(OLDER, "items[0].items", "one")
    question = editing.part(document, path)
    assert question["list"] in document["lists"] and question["list"] not in OLDER["lists"]
    assert {editing.part_of(document, fault.path) for fault in faults(document)} == {f"lists.{question['list']}", path}
    assert editing.removed(editing.removed(document, path), f"lists.{question['list']}") == OLDER


def test_a_list_of_ones_own_leaves_the_others_alone() -> None:
    path = next(item.path for item in walk(OLDER["items"]) if item.name == "eating")
    document, copy = editing.with_own_list(OLDER, path)
    document = editing.with_row(document, copy)
    assert len(editing.part(document, copy)) == len(OLDER["lists"]["able"]) + 1
    assert document["lists"]["able"] == OLDER["lists"]["able"]


PATHS = [
    "items",
    "title",
    "risk",
    "lists.able",
    "lists.able[1]",
    "lists.nobody",
    "items[0]",
    "items[0].items[1]",
    "items[9]",
    "items[0].items",
    "scores[0]",
    "scores[0].levels[1]",
    "risk.bands[0]",
    "needs[0]",
    "alerts[0]",
    "languages[0]",
    "items[0].label",
    "title[0]",
    "[0]",
    "lists.",
    "format",
    "items[00000]",
]
VERBS = ["up", "down", "remove", "row", "ask", "result", "list", "open"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from([*PATHS, "", "scores", "alerts"])), max_size=8))
def test_nothing_that_is_pressed_breaks_the_document(pressed: list[tuple[str, str]]) -> None:
    document: Any = OLDER
    does = {
        "up": lambda path: editing.moved(document, path, -1),
        "down": lambda path: editing.moved(document, path, 1),
        "remove": lambda path: editing.removed(document, path),
        "row": lambda path: editing.with_row(document, path),
        "ask": lambda path: editing.with_question(document, path, "many")[0],
        "result": lambda path: editing.with_result(document, path)[0],
        "list": lambda path: editing.with_own_list(document, path)[0],
    }
    for verb, path in pressed:
        try:
            if verb == "open":
                assert editing.open_part(document, path) is not None
            else:
                document = does[verb](path)
        except NoSuchPart:
            continue
        # The frame of the document stays, so that every part of it can be shown.
        assert document["format"] == 2 and document["languages"] == ["zh", "en"] and isinstance(document["items"], list)
        for fault in faults(document):
            assert editing.part_of(document, fault.path)
        for each in parts(document):
            editing.open_part(document, each)
            Panel(document, each)
