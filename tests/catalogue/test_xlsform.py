"""XLSForm in and out, beside the reference reader: what it takes we take or name, what it refuses we refuse."""

from copy import deepcopy
from io import BytesIO
from typing import Any

import pytest

from shegong.catalogue.rules.document import walk
from shegong.catalogue.rules.faults import faults
from shegong.catalogue.standard_forms import standard_forms
from shegong.catalogue.xlsform.importing import Imported, import_xlsform
from shegong.catalogue.xlsform.writing import export_xlsform
from shegong.kernel.problems import Problem
from tests.catalogue.books import RICH, Sheets, accepted_by_pyxform, workbook

SETTINGS = [("form_title", "form_id"), ("试", "t")]


def imported(sheets: Sheets) -> Imported:
    return import_xlsform(BytesIO(workbook(sheets)))


def small(*rows: tuple[Any, ...], head: tuple[str, ...] = ("type", "name", "label")) -> Sheets:
    choices = [("list_name", "name", "label"), ("yn", "yes", "是"), ("yn", "no", "否")]
    return {"survey": [head, *rows], "choices": choices, "settings": SETTINGS}


def test_a_rich_form_goes_round() -> None:
    content = workbook(RICH)
    assert accepted_by_pyxform(content)
    first = import_xlsform(BytesIO(content))
    assert first.findings == [] and first.document is not None and first.code == "household"
    written = export_xlsform(first.document, first.code, 1)
    assert accepted_by_pyxform(written)
    again = import_xlsform(BytesIO(written))
    assert again.document == first.document and again.findings == []
    kinds = {item.name: item.kind for item in walk(first.document["items"])}
    assert len(kinds) == 23 and kinds["children"] == "repeat" and kinds["wishes"] == "rank"


@pytest.mark.parametrize("form", standard_forms(), ids=lambda form: str(form.code))
def test_our_own_forms_are_whole_and_go_round(form: Any) -> None:
    assert faults(form.document) == []
    asked = [item for item in walk(form.document["items"]) if item.is_question and item.kind != "calculate"]
    assert form.subject == "community" or 20 <= len(asked) <= 35
    texts = [item.data["label"] for item in walk(form.document["items"]) if "label" in item.data]
    texts += [alert["label"] for alert in form.document.get("alerts", [])]
    assert all(text["zh"] and text["en"] for text in texts)
    written = export_xlsform(form.document, form.code, 1)
    assert accepted_by_pyxform(written)
    again = import_xlsform(BytesIO(written))
    assert again.findings == [] and again.document == form.document


@pytest.mark.parametrize(
    ("sheets", "place", "code"),
    [
        (small(("text", "", "甲")), "survey 2 · name", "name_missing"),
        (small(("text", "a b", "甲")), "survey 2 · name", "name_wrong"),
        (small(("text", "a", "甲"), ("text", "a", "乙")), "survey 3 · name", "name_twice"),
        (small(("txt", "a", "甲")), "survey 2 · type", "type_unknown"),
        (small(("select_one nothing", "a", "甲")), "survey 2 · type", "list_unknown"),
        (small(("begin_group", "g", "组"), ("text", "a", "甲")), "survey 2 · type", "begin_open"),
        (small(("text", "a", "甲"), ("end_group", "", "")), "survey 3 · type", "end_alone"),
        (small(("begin_group", "g", "组"), ("text", "a", "甲"), ("end_repeat", "")), "survey 2 · type", "begin_open"),
        (small(("text", "a", "甲", "${b} = 1"), head=("type", "name", "label", "relevant")), "survey 2 · relevant",
         "name_unknown"),
        (small(("text", "a", "甲 ${b}")), "survey 2 · label", "name_unknown"),
        ({"survey": [("type", "name", "label"), ("text", "a", "甲"), ("select_one yn", "b", "乙")]}, "choices",
         "sheet_missing"),
    ],
)  # fmt: skip
def test_what_the_reference_refuses_is_refused_at_its_place(sheets: Sheets, place: str, code: str) -> None:
    assert not accepted_by_pyxform(workbook(sheets))
    found = imported(sheets)
    assert found.document is None
    assert (place, code) in {(each.place, each.problem.code) for each in found.errors}
    assert all(str(each.problem) for each in found.findings)


LEFT_OUT = [
    (("geopoint", "a", "甲"), "type_unused"),
    (("image", "a", "甲"), "type_unused"),
    (("audio", "a", "甲"), "type_unused"),
    (("barcode", "a", "甲"), "type_unused"),
    (("start", "a", ""), "type_unused"),
    (("select_one_from_file towns.csv", "a", "甲"), "list_external"),
    (("calculate", "a", "", "pulldata('towns', 'x', 'y', 'z')"), "expression_unused"),
    (("calculate", "a", "", "random()"), "expression_unused"),
]


@pytest.mark.parametrize(("row", "code"), LEFT_OUT, ids=[str(row[0]) for row, _code in LEFT_OUT])
def test_what_we_do_not_have_is_named_and_nothing_else_is_lost(row: tuple[Any, ...], code: str) -> None:
    head = ("type", "name", "label", "calculation")
    found = imported(small(row, ("text", "kept", "留下"), head=head))
    assert found.errors == [] and found.document is not None
    assert ("survey 2", code) in {(each.place.split(" · ")[0], each.problem.code) for each in found.left_out} or (
        code == "list_external" and found.left_out[0].row == 2
    )
    assert [item.name for item in walk(found.document["items"])] == ["kept"]


def test_what_builds_on_something_left_out_is_named_too() -> None:
    head = ("type", "name", "label", "calculation", "relevant")
    rows = [
        ("calculate", "a", "", "pulldata('towns', 'x', 'y', 'z')", ""),
        ("calculate", "b", "", "${a} + 1", ""),
        ("text", "c", "丙", "", "${b} > 1"),
    ]
    found = imported(small(*rows, head=head))
    assert [each.row for each in found.left_out] == [2, 3, 4]
    assert found.document is not None and "relevant" not in found.document["items"][0]
    told = imported(small(("image", "a", "甲"), ("note", "n", "看 ${a}")))
    assert [each.problem.code for each in told.errors] == ["text_names_left", "name_unknown"]


def test_columns_sheets_and_settings_that_we_do_not_have_are_named() -> None:
    sheets = {
        "survey": [("type", "name", "label", "guidance_hint", "image"), ("text", "a", "甲", "多问", "a.png")],
        "settings": [("form_title", "form_id", "instance_name"), ("试", "t", "x")],
        "external_choices": [("list_name", "name"), ("a", "b")],
    }
    assert {(each.sheet, each.column) for each in imported(sheets).left_out} == {
        ("survey", "guidance_hint"), ("survey", "image"), ("settings", "instance_name"), ("external_choices", ""),
    }  # fmt: skip


def test_a_choice_with_words_of_its_own() -> None:
    found = imported(small(("select_one yn or_other", "a", "甲")))
    assert found.document is not None
    assert [item.name for item in walk(found.document["items"])] == ["a", "a_other"]
    assert found.document["lists"]["yn"][-1]["value"] == "other"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook at all"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as caught:
        import_xlsform(BytesIO(content))
    assert caught.value.code == "file_form"


def test_a_text_like_a_formula_stays_a_text() -> None:
    document = deepcopy(standard_forms()[0].document)
    document["items"][0]["label"] = {"zh": "=1+1", "en": "=1+1"}
    again = import_xlsform(BytesIO(export_xlsform(document, "t", 1)))
    assert again.document == document
