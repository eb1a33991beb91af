"""Filling in a form: what is asked, kept, worked out and found wrong; and what is wrong with documents themselves."""

from copy import deepcopy
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from shegong.catalogue.questionnaire import Questionnaire, sent_answers
from shegong.catalogue.rules.document import Form
from shegong.catalogue.rules.faults import faults
from shegong.catalogue.rules.filling import MOST_TURNS, Filling
from shegong.catalogue.rules.scoring import outcome
from shegong.catalogue.standard_forms import standard_forms
from shegong.catalogue.xlsform.importing import import_xlsform
from tests.catalogue.books import RICH, workbook

DOCUMENT: dict[str, Any] = import_xlsform(BytesIO(workbook(RICH))).document or {}
GOOD: dict[str, Any] = {"name": "王秀英", "age": "67", "alone": "no", "meals": [{}, {}, {}]}
MEMBERS = ["kind", "name", "items", "label", "list", "relevant", "zh", "from", "of"]
PARTS = ["title", "languages", "items", "lists", "scores", "needs", "alerts", "risk", "groups"]
OLDER = next(form.document for form in standard_forms() if form.code == "needs-older")


def filled(answers: dict[str, Any], document: dict[str, Any] = DOCUMENT) -> Filling:
    return Filling(Form(document), answers, today=date(2022, 8, 10), now=datetime(2022, 8, 10, 9, 30))


def wrong(answers: dict[str, Any]) -> dict[str | None, str]:
    return {each.field: each.code for each in filled(answers).problems}


def test_only_what_is_asked_is_kept() -> None:
    told = filled({**GOOD, "age": 12, "troubles": ["health"], "children": [{"child": "长子"}]})
    assert told.problems == []
    assert told.answers == {
        "name": "王秀英", "age": 12, "alone": "no", "visits": 0, "level": "low",
        "meals": [{"nth": 1}, {"nth": 2}, {"nth": 3}],
    }  # fmt: skip


def test_repeats_are_summed_and_shown() -> None:
    told = filled({**GOOD, "children": [{"child": "长子", "help": "1"}, {"child": "次女", "help": "2.5"}, {}]})
    assert told.answers["visits"] == 3.5 and told.answers["level"] == "fine"
    assert told.answers["children"] == [{"child": "长子", "help": 1}, {"child": "次女", "help": 2.5}]
    assert told.spoken(Form(DOCUMENT).items["told"].data["label"], "中文 (zh)", told.root) == "共 3.5 次"


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        ({}, {"name": "answer_missing", "age": "answer_missing", "alone": "answer_missing"}),
        ({**GOOD, "age": "130"}, {"age": "answer_constraint"}),
        ({**GOOD, "age": "6.5"}, {"age": "answer_whole"}),
        ({**GOOD, "since": "2022-08-11"}, {"since": "answer_constraint"}),
        ({**GOOD, "since": "2022-02-30"}, {"since": "answer_date"}),
        ({**GOOD, "calls": "25:00"}, {"calls": "answer_time"}),
        ({**GOOD, "county": "510104", "town": "b"}, {"town": "answer_unknown"}),
        ({**GOOD, "county": "510104", "town": "a"}, {}),
        ({**GOOD, "wishes": ["x"]}, {"wishes": "answer_rank"}),
        ({**GOOD, "agreed": "no"}, {"agreed": "answer_unknown"}),
        ({**GOOD, "children": [{"help": "-1"}]}, {"children.0.help": "answer_constraint"}),
        ({**GOOD, "children": [{}] * (MOST_TURNS + 1)}, {"children": "turns_many"}),
        ({**GOOD, "other": "1"}, {None: "question_unknown"}),
        ({**GOOD, "alone": "yes", "troubles": ["other"]}, {"trouble_other": "answer_missing"}),
        ({**GOOD, "name": {"x": 1}}, {"name": "answer_kind"}),
    ],
)
def test_what_is_wrong_is_told_at_its_question(answers: dict[str, Any], problems: dict[str | None, str]) -> None:
    assert wrong(answers) == problems


def test_the_forms_own_words_say_what_is_wrong() -> None:
    assert [str(each.message) for each in filled({**GOOD, "age": "130"}).problems] == ["0 到 129"]


def test_scores_levels_alerts_risk_and_needs() -> None:
    answers = {"self_harm": "thought", "alone": "yes", "eating": "cannot", "falls": "2", "health": "grave"}
    found = outcome(filled(answers, OLDER))
    assert found.risk == 4 and found.scores[0].value == 3 + 3 + 2
    assert len(found.alerts) == 3 and found.needs == {"CA": 3, "CR": 3}
    calm = outcome(filled({"self_harm": "no", "health": "good"}, OLDER))
    assert (calm.risk, calm.alerts, calm.needs) == (1, (), {"CA": 0, "CR": 0})


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(Form(DOCUMENT).items)),
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.lists(st.text(max_size=3) | st.dictionaries(
            st.sampled_from(["child", "help", "meal"]), st.text(max_size=3), max_size=2), max_size=3),
        max_size=8,
    )
)  # fmt: skip
def test_anything_sent_is_judged_and_what_was_kept_stays_the_same(answers: dict[str, Any]) -> None:
    told = filled(answers)
    known = {(each.field or "").rpartition(".")[2] for each in told.problems}
    assert known <= {*Form(DOCUMENT).items, ""}
    if not told.problems:
        again = filled(told.answers)
        assert again.answers == told.answers and again.problems == []


def test_a_page_sends_what_it_shows() -> None:
    sent = QueryDict(mutable=True)
    sent.update({"q-name": "王", "q-age": "30", "q-children.0": "1", "q-children.0.child": "长子", "q-children.1": "1"})
    sent.update({"q-wishes:x": "2", "q-wishes:y": "1", "q-add": "children"})
    sent.setlist("q-troubles", ["health", "money"])
    answers = sent_answers(Form(DOCUMENT), sent)
    assert answers["children"] == [{"child": "长子"}, {}, {}]
    assert (answers["wishes"], answers["troubles"]) == (["y", "x"], ["health", "money"])
    page = Questionnaire(filled(answers))
    plan = page.plan
    assert set(plan["items"]) == set(Form(DOCUMENT).items) and plan["after"]["help"][-1] == "told"
    assert plan["sequence"].index("visits") < plan["sequence"].index("level")


def test_what_is_shown_is_escaped() -> None:
    document = deepcopy(DOCUMENT)
    document["items"][0]["label"] = {"中文 (zh)": "<b>${name}</b>"}
    page = Questionnaire(filled({"name": "<script>"}, document))
    assert page.blocks[0].label == '&lt;b&gt;<output data-output="name">&lt;script&gt;</output>&lt;/b&gt;'


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"format": 1}, "format", "document_format"),
        ({"languages": []}, "languages", "languages_wrong"),
        ({"title": {"xx": "x"}}, "title.xx", "language_unknown"),
        ({"items": []}, "items", "document_empty"),
        ({"more": 1}, "more", "member_unknown"),
        ({"items": [{"kind": "video", "name": "a"}]}, "items[0]", "kind_unknown"),
        ({"items": [{"kind": "text", "name": "a"}]}, "items[0].label", "text_wrong"),
        ({"items": [{"kind": "calculate", "name": "a"}]}, "items[0].calculation", "calculation_missing"),
        ({"items": [{"kind": "calculate", "name": "a", "calculation": "${a} + 1"}]}, "items[0]", "document_cycle"),
        ({"items": [{"kind": "calculate", "name": "a", "calculation": "b + 1"}]}, "items[0].calculation",
         "expression_bare"),
        ({"items": [{"kind": "calculate", "name": "a", "calculation": "position(..)"}]}, "items[0].calculation",
         "expression_position"),
        ({"lists": {"x": [{"value": "a b", "label": {"中文 (zh)": "x"}}]}}, "lists.x[0]", "choice_value"),
        ({"scores": [{"name": "s", "label": {"中文 (zh)": "x"}, "of": ["nobody"]}]}, "scores[0].of", "name_unknown"),
        ({"needs": [{"field": "CA", "of": ["alone"], "levels": [3, 2, 1]}]}, "needs[0]", "need_wrong"),
        ({"alerts": [{"when": "${x} ="}]}, "alerts[0].when", "expression_end"),
        ({"risk": {"score": "none", "bands": [{"from": 1, "level": 1}]}}, "risk.score", "score_unknown"),
        ({"risk": {"score": [], "bands": [{"from": 1, "level": 1}]}}, "risk.score", "score_unknown"),
        ({"items": [{"kind": [], "name": "a"}]}, "items[0]", "kind_unknown"),
        ({"items": [{"kind": "one", "name": "a", "label": {"中文 (zh)": "x"}, "list": {}}]}, "items[0].list",
         "list_unknown"),
        ({"scores": [{"name": ["s"]}]}, "scores[0]", "name_wrong"),
        ({"needs": [{"field": "CA", "of": [["alone"]], "levels": [1, 2, 3]}]}, "needs[0].of", "name_unknown"),
    ],
)  # fmt: skip
def test_faults_of_a_document_are_told_with_their_path(change: dict[str, Any], path: str, code: str) -> None:
    document = {**DOCUMENT, **change}
    assert (path, code) in {(fault.path, fault.problem.code) for fault in faults(document)}


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=12,
), st.sampled_from(PARTS))  # fmt: skip
def test_any_document_is_examined_and_never_breaks_the_examiner(part: Any, name: str) -> None:
    found = faults({**DOCUMENT, name: part})
    assert all(str(fault.problem) and fault.path for fault in found)
