"""Decisions about structured assessments: which answers fit a form, and what risk and needs follow from them.

A form's definition is {"sections": [{"key", "title": {zh, en}, "questions": [{"key", "kind": "single|multi|number|
text", "label": {zh, en}, "options": [{"value", "label": {zh, en}, "score"}], "field": code or null, "required"}]}],
"risk": {"bands": [{"from": score, "level": 1-4}]}}. A number question may have "minimum" and "maximum"; an option
may have "risk_at_least" (a level) and, in a "multi" question, "exclusive" (it stands alone).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.practice.enums import Risk

TEXT_LENGTH: Final = 2000
LARGEST_NUMBER: Final = 1_000_000
SEVEREST_NEED: Final = 3
Definition = Mapping[str, Any]
Answers = dict[str, Any]


def questions(definition: Definition) -> Iterator[Mapping[str, Any]]:
    """All questions of a form, in order."""
    for section in definition["sections"]:
        yield from section["questions"]


def checked_answers(definition: Definition, answers: Mapping[str, Any]) -> Answers:
    """The answers that were given, normalised: a value for "single", a list of values for "multi", a number, a text.

    Unanswered questions are left out. Raises Problem or Problems at the question's key: for an answer that isn't among
    the options, a missing one that is required, and one to a question that the form doesn't have.
    """
    found: list[Problem] = []
    checked: Answers = {}
    for question in questions(definition):
        key = question["key"]
        try:
            answer = _checked(question, answers.get(key))
        except Problem as problem:
            found.append(problem.at(key))
            continue
        if answer in (None, "", []):
            if question.get("required"):
                found.append(Problem("answer_missing", _("请回答这一题。"), key))
            continue
        checked[key] = answer
    unknown = set(answers) - {question["key"] for question in questions(definition)}
    if unknown:
        found.append(
            Problem("question_unknown", _("表单里没有这一题：%(keys)s"), params={"keys": ", ".join(sorted(unknown))})
        )
    raise_any(found)
    return checked


def _checked(question: Mapping[str, Any], answer: Any) -> Any:
    if answer in (None, "", []):
        return None
    if question["kind"] == "text":
        return clean_text(str(answer).strip(), TEXT_LENGTH)
    if question["kind"] == "number":
        return _checked_number(question, answer)
    values = [option["value"] for option in question["options"]]
    chosen = answer if question["kind"] == "multi" else [answer]
    if not isinstance(chosen, list) or any(each not in values for each in chosen):
        raise Problem("answer_unknown", _("请从所列选项中选择。"))
    alone = [option["value"] for option in question["options"] if option.get("exclusive")]
    if len(chosen) > 1 and any(each in alone for each in chosen):
        raise Problem("answer_exclusive", _("其中一项只能单独选择。"))
    if question["kind"] == "multi":
        return [value for value in values if value in chosen]
    return answer


def _checked_number(question: Mapping[str, Any], answer: Any) -> int | float:
    try:
        number = float(answer)
    except (TypeError, ValueError) as wrong:
        raise Problem("answer_number", _("请填写数字。")) from wrong
    least, most = question.get("minimum", 0), question.get("maximum", LARGEST_NUMBER)
    if not least <= number <= most:
        raise Problem(
            "answer_range", _("请填写 %(least)s 至 %(most)s 之间的数字。"), params={"least": least, "most": most}
        )
    return int(number) if number == int(number) else number


def _chosen(question: Mapping[str, Any], answer: Any) -> list[Mapping[str, Any]]:
    """The options of an answer."""
    values = answer if isinstance(answer, list) else [answer]
    return [option for option in question.get("options", ()) if option["value"] in values]


def _points(question: Mapping[str, Any], answer: Any) -> int:
    """The points of the chosen options."""
    return sum(int(option.get("score") or 0) for option in _chosen(question, answer))


def _answered(definition: Definition, answers: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    for question in questions(definition):
        if question["key"] in answers:
            yield question, answers[question["key"]]


def score(definition: Definition, answers: Mapping[str, Any]) -> int:
    """The points of all answers together."""
    return sum(_points(question, answer) for question, answer in _answered(definition, answers))


def risk_level(definition: Definition, answers: Mapping[str, Any]) -> int:
    """Level 1 low to 4 urgent: that of the highest band which the score reaches, and no less than any chosen option's
    `risk_at_least`.
    """
    points = score(definition, answers)
    levels = [int(Risk.LOW)]
    bands = [band for band in definition.get("risk", {}).get("bands", ()) if points >= band["from"]]
    if bands:
        levels.append(int(max(bands, key=lambda band: band["from"])["level"]))
    for question, answer in _answered(definition, answers):
        levels += [int(option.get("risk_at_least") or 1) for option in _chosen(question, answer)]
    return max(levels)


def need_levels(definition: Definition, answers: Mapping[str, Any]) -> dict[str, int]:
    """How strong the need is by field code, 0 none to 3 severe: the most points of one answered question of the field.
    Fields without an answered question are left out.
    """
    levels: dict[str, int] = {}
    for question, answer in _answered(definition, answers):
        field = question.get("field")
        if field and question.get("options"):
            level = min(SEVEREST_NEED, max(0, _points(question, answer)))
            levels[field] = max(level, levels.get(field, 0))
    return levels
