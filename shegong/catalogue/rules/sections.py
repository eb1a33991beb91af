"""Forms kept in the first format, sections of questions with points, read as documents.

Assessments filled in with them stay readable, and answers keep their meaning: {"sections": [{"key", "title",
"questions": [{"key", "kind": single|multi|number|text, "label", "options": [{"value", "label", "score",
"risk_at_least", "exclusive"}], "field", "required", "minimum", "maximum"}]}], "risk": {"bands": [{"from", "level"}]}}.
"""

from collections.abc import Mapping
from typing import Any, Final

from shegong.catalogue.rules.document import FORMAT, TRUE
from shegong.catalogue.rules.evaluation import number_text

KINDS: Final = {"single": "one", "multi": "many", "number": "decimal", "text": "text"}
LARGEST: Final = 1_000_000
TOTAL: Final = {"zh": "总分", "en": "Total"}


def document_of(definition: Mapping[str, Any], title: Mapping[str, str]) -> Mapping[str, Any]:
    """The document of a definition in either format."""
    if "sections" not in definition:
        return definition
    lists: dict[str, Any] = {}
    alerts: list[dict[str, Any]] = []
    fields: dict[str, list[str]] = {}
    items = [_section(section, lists, alerts, fields) for section in definition["sections"]]
    scored = [name for names in fields.values() for name in names]
    scored += [name for name in lists if name not in scored]
    document = {
        "format": FORMAT,
        "title": dict(title),
        "languages": ["zh", "en"],
        "items": items,
        "lists": lists,
        "alerts": alerts,
        "needs": [{"field": code, "of": names, "how": "max", "levels": [1, 2, 3]} for code, names in fields.items()],
    }
    if scored:
        document["scores"] = [{"name": "total", "label": TOTAL, "how": "sum", "of": scored}]
        bands = sorted(definition.get("risk", {}).get("bands", ()), key=lambda band: float(band["from"]))
        document["risk"] = {"score": "total", "bands": bands} if bands else {}
    return document


def _section(
    section: Mapping[str, Any], lists: dict[str, Any], alerts: list[dict[str, Any]], fields: dict[str, list[str]]
) -> dict[str, Any]:
    questions = section["questions"]
    taken = {question["key"] for question in questions}
    for question in questions:
        if question.get("options"):
            lists[question["key"]] = [_choice(option) for option in question["options"]]
            alerts += [
                {"when": f"selected(${{{question['key']}}}, '{option['value']}')", "risk": option["risk_at_least"]}
                for option in question["options"]
                if option.get("risk_at_least")
            ]
            if question.get("field"):
                fields.setdefault(question["field"], []).append(question["key"])
    key = section["key"]
    return {
        "kind": "group",
        "name": f"section-{key}" if key in taken else f"part-{key}",
        "label": dict(section["title"]),
        "items": [_question(question) for question in questions],
    }


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    found = {"kind": KINDS[question["kind"]], "name": question["key"], "label": dict(question["label"])}
    if question.get("required"):
        found["required"] = TRUE
    if question.get("options"):
        found["list"] = question["key"]
    if question["kind"] == "number":
        least, most = question.get("minimum", 0), question.get("maximum", LARGEST)
        found["constraint"] = f". >= {number_text(float(least))} and . <= {number_text(float(most))}"
        found["constraint_message"] = {
            "zh": f"请填写 {least} 至 {most} 之间的数字。",
            "en": f"Please give a number from {least} to {most}.",
        }
    return found


def _choice(option: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"value": option["value"], "label": dict(option["label"])}
    if option.get("score"):
        found["score"] = option["score"]
    if option.get("exclusive"):
        found["alone"] = True
    return found
