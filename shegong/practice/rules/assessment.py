"""Decisions about structured assessments: which answers fit a form, and what risk and needs follow from them.

A form's definition is {"sections": [{"key", "title": {zh, en}, "questions": [{"key", "kind": "single|multi|number|
text", "label": {zh, en}, "options": [{"value", "label": {zh, en}, "score"}], "field": code or null, "required"}]}],
"risk": {"bands": [{"from": score, "level": 1-4}]}}. A number question may have "min" and "max".
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
    if question["kind"] == "multi":
        return [value for value in values if value in chosen]
    return answer


def _checked_number(question: Mapping[str, Any], answer: Any) -> int | float:
    try:
        number = float(answer)
    except (TypeError, ValueError) as wrong:
        raise Problem("answer_number", _("请填写数字。")) from wrong
    least, most = question.get("min", 0), question.get("max", LARGEST_NUMBER)
    if not least <= number <= most:
        raise Problem(
            "answer_range", _("请填写 %(least)s 至 %(most)s 之间的数字。"), params={"least": least, "most": most}
        )
    return int(number) if number == int(number) else number


def _score_of(question: Mapping[str, Any], answer: Any) -> int:
    """The points of the chosen options."""
    if question["kind"] not in ("single", "multi"):
        return 0
    chosen = answer if isinstance(answer, list) else [answer]
    return sum(int(option.get("score") or 0) for option in question["options"] if option["value"] in chosen)


def _most(question: Mapping[str, Any]) -> int:
    """The most points that a question can give."""
    if question["kind"] not in ("single", "multi"):
        return 0
    points = [max(0, int(option.get("score") or 0)) for option in question["options"]]
    return sum(points) if question["kind"] == "multi" else max(points, default=0)


def score(definition: Definition, answers: Mapping[str, Any]) -> int:
    """The points of all answers together."""
    return sum(
        _score_of(question, answers[question["key"]])
        for question in questions(definition)
        if question["key"] in answers
    )


def risk_level(definition: Definition, answers: Mapping[str, Any]) -> int:
    """The level (1 low to 4 urgent) of the highest band that the score reaches; low where the form has no bands."""
    points = score(definition, answers)
    reached = [band for band in definition.get("risk", {}).get("bands", ()) if points >= band["from"]]
    return int(max(reached, key=lambda band: band["from"])["level"]) if reached else int(Risk.LOW)


def need_levels(definition: Definition, answers: Mapping[str, Any]) -> dict[str, int]:
    """How strong the need is by field code: 0 none to 3 severe, by thirds of the points that its answered questions
    could give. Fields without an answered question are left out.
    """
    points: dict[str, int] = {}
    most: dict[str, int] = {}
    for question in questions(definition):
        field, key = question.get("field"), question["key"]
        if not field or key not in answers or not _most(question):
            continue
        points[field] = points.get(field, 0) + _score_of(question, answers[key])
        most[field] = most.get(field, 0) + _most(question)
    # Rounded up: any point is some need.
    return {field: min(SEVEREST_NEED, max(0, -(-points[field] * SEVEREST_NEED // most[field]))) for field in points}
