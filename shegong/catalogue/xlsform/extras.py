"""Our own sheet, "shegong": titles, scores with their levels, needs, alerts, risk and groups, one a row.

Columns: kind (title, group, score, level, need, alert, risk, band), name, how, of, expression, field, from, level,
risk, label::… A level follows its score, a band its risk. Other readers of XLSForm pass the sheet over.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.rules.evaluation import number_text
from shegong.catalogue.xlsform.findings import Finding
from shegong.catalogue.xlsform.reading import Row
from shegong.kernel.problems import Problem

SHEET: Final = "shegong"
COLUMNS: Final = ("kind", "name", "how", "of", "expression", "field", "from", "level", "risk")


def read_extras(rows: Sequence[Row], languages: Sequence[str], findings: list[Finding]) -> dict[str, Any]:
    """Members of a document. What can't be read is added to the findings."""
    found: dict[str, Any] = {}
    for row in rows:
        reader = READERS.get(row.text("kind"))
        try:
            if reader is None:
                raise ValueError(row.text("kind"))
            reader(row, _label(row, languages), found)
        except (ValueError, IndexError, KeyError):
            findings.append(Finding(SHEET, row.number, "kind", Problem("extra_wrong", _("这一行看不懂，请核对。"))))
    return found


def _label(row: Row, languages: Sequence[str]) -> dict[str, str]:
    given = {heading.language or languages[0]: text for heading, text in row.cells.items() if heading.name == "label"}
    return {each: given[each] for each in languages if each in given}


def _figure(text: str) -> int | float:
    number = float(text)
    return int(number) if number == int(number) else number


def _title(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    found["title"] = label


def _group(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    found.setdefault("groups", []).append(row.text("name"))


def _points(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {"how": row.text("how")} if row.text("how") else {}
    if row.text("of"):
        data["of"] = row.text("of").split()
    if row.text("expression"):
        data["expression"] = row.text("expression")
    return data


def _score(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    found.setdefault("scores", []).append({"name": row.text("name"), "label": label, **_points(row)})


def _level(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    level: dict[str, Any] = {"from": _figure(row.text("from")), "label": label}
    if row.text("risk"):
        level["risk"] = int(row.text("risk"))
    found["scores"][-1].setdefault("levels", []).append(level)


def _need(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    need: dict[str, Any] = {"field": row.text("field"), **_points(row)}
    if row.text("from"):
        need["levels"] = [_figure(each) for each in row.text("from").split()]
    found.setdefault("needs", []).append(need)


def _alert(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    alert: dict[str, Any] = {"when": row.text("expression")}
    if label:
        alert["label"] = label
    for name in ("risk", "level"):
        if row.text(name):
            alert[name] = int(row.text(name))
    if row.text("field"):
        alert["field"] = row.text("field")
    found.setdefault("alerts", []).append(alert)


def _risk(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    found["risk"] = {"score": row.text("name"), "bands": []}


def _band(row: Row, label: dict[str, str], found: dict[str, Any]) -> None:
    found["risk"]["bands"].append({"from": _figure(row.text("from")), "level": int(row.text("level"))})


READERS: Final[Mapping[str, Callable[[Row, dict[str, str], dict[str, Any]], None]]] = {
    "title": _title,
    "group": _group,
    "score": _score,
    "level": _level,
    "need": _need,
    "alert": _alert,
    "risk": _risk,
    "band": _band,
}


def extra_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the sheet for a document: {column: text}, with the label as {language: text} under "label"."""
    rows: list[dict[str, Any]] = [{"kind": "title", "label": document["title"]}]
    rows += [{"kind": "group", "name": code} for code in document.get("groups", ())]
    for score in document.get("scores", ()):
        rows.append({"kind": "score", "name": score["name"], "label": score["label"], **_written(score)})
        for level in score.get("levels", ()):
            row = {"kind": "level", "from": number_text(float(level["from"])), "label": level.get("label", {})}
            rows.append(row | ({"risk": str(level["risk"])} if "risk" in level else {}))
    for need in document.get("needs", ()):
        row = {"kind": "need", "field": need["field"], **_written(need)}
        if "levels" in need:
            row["from"] = " ".join(number_text(float(each)) for each in need["levels"])
        rows.append(row)
    for alert in document.get("alerts", ()):
        rest = {name: str(alert[name]) for name in ("risk", "level", "field") if name in alert}
        rows.append({"kind": "alert", "expression": alert["when"], "label": alert.get("label", {}), **rest})
    if document.get("risk"):
        rows.append({"kind": "risk", "name": document["risk"]["score"]})
        for band in document["risk"]["bands"]:
            rows.append({"kind": "band", "from": number_text(float(band["from"])), "level": str(band["level"])})
    return rows


def _written(data: Mapping[str, Any]) -> dict[str, str]:
    found = {name: data[name] for name in ("how", "expression") if name in data}
    if "of" in data:
        found["of"] = " ".join(data["of"])
    return found
