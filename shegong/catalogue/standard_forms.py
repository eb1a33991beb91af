"""Our own forms, written down in data/forms/*.csv, as documents.

A row's `kind` is form (name, title, groups in `list`, subject in `field`), section, repeat … end, alert, long (a text
of several lines), or a question's kind. `expression` is a question's constraint, or a calculation. A question
with a `field` and points tells the need in that field; `risk` is an alert's level. Texts are in two languages.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from shegong.catalogue.enums import Subject
from shegong.catalogue.rules.document import CHOSEN, FORMAT, TRUE

FORMS: Final = ("older", "children", "women", "disabled", "low_income", "community")
FOLDER: Final = "data/forms"
# Shares of all points there could be, from which the need as a whole counts as middling and as great.
MIDDLING, GREAT = 0.3, 0.55
LEVELS: Final = (
    {"zh": "需求较少", "en": "Few needs"},
    {"zh": "需求中等", "en": "Some needs"},
    {"zh": "需求较多", "en": "Many needs"},
)
TOTAL: Final = {"zh": "总分（满分 %(most)s，越高需求越多）", "en": "Total (of %(most)s; more means more needs)"}
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StandardForm:
    """A form of ours."""

    code: str
    subject: str
    document: dict[str, Any]


def standard_forms() -> list[StandardForm]:
    """All of them."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for row in _rows("choices"):
        lists.setdefault(row["list"], []).append(_choice(row))
    return [_Maker(lists).made(_rows(name)) for name in FORMS]


def _rows(name: str) -> list[Row]:
    text = files("shegong.catalogue").joinpath(f"{FOLDER}/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _choice(row: Row) -> dict[str, Any]:
    choice: dict[str, Any] = {"value": row["value"], "label": {"zh": row["zh"], "en": row["en"]}}
    if row["score"]:
        choice["score"] = int(row["score"])
    return choice | ({"alone": True} if row["alone"] else {})


class _Maker:
    def __init__(self, lists: Mapping[str, list[dict[str, Any]]]) -> None:
        self.lists = lists
        self.used: dict[str, list[dict[str, Any]]] = {}
        self.trail: list[list[dict[str, Any]]] = [[]]
        self.alerts: list[dict[str, Any]] = []
        self.needs: dict[str, list[str]] = {}
        self.scored: list[str] = []

    def made(self, rows: list[Row]) -> StandardForm:
        head = rows[0]
        for row in rows[1:]:
            self._take(row)
        document: dict[str, Any] = {
            "format": FORMAT,
            "title": {"zh": head["zh"], "en": head["en"]},
            "languages": ["zh", "en"],
            "groups": head["list"].split(),
            "items": self.trail[0],
            "lists": self.used,
            "needs": [{"field": code, "how": "max", "of": names} for code, names in self.needs.items()],
        }
        if self.alerts:
            document["alerts"] = self.alerts
        subject = head["field"] or Subject.CLIENT.value
        if subject == Subject.CLIENT:
            document |= self._total()
        return StandardForm(head["name"], subject, document)

    def _take(self, row: Row) -> None:
        label = {"zh": row["zh"], "en": row["en"]}
        kind = row["kind"]
        if kind == "section":
            self._holder({"kind": "group", "name": row["name"], "label": label, "items": []}, row, level=1)
        elif kind == "repeat":
            self._holder({"kind": "repeat", "name": row["name"], "label": label, "items": []}, row, level=2)
        elif kind == "end":
            self.trail.pop()
        elif kind == "alert":
            self._alert(row, label)
        else:
            self._question(row, kind, label)

    def _holder(self, item: dict[str, Any], row: Row, level: int) -> None:
        del self.trail[level:]
        if row["relevant"]:
            item["relevant"] = row["relevant"]
        self.trail[-1].append(item)
        self.trail.append(item["items"])

    def _alert(self, row: Row, label: dict[str, str]) -> None:
        risk = int(row["risk"])
        level = {"level": min(3, risk)} if row["field"] else {}
        field = {"field": row["field"]} if row["field"] else {}
        self.alerts.append({"when": row["relevant"], "label": label, "risk": risk, **field, **level})

    def _question(self, row: Row, kind: str, label: dict[str, str]) -> None:
        item: dict[str, Any] = {"kind": "text" if kind == "long" else kind, "name": row["name"]}
        if any(label.values()):
            item["label"] = label
        if kind == "long":
            item["appearance"] = "multiline"
        if row["list"]:
            item["list"] = row["list"]
            self.used[row["list"]] = self.lists[row["list"]]
        if row["required"]:
            item["required"] = TRUE
        if row["relevant"]:
            item["relevant"] = row["relevant"]
        if row["expression"]:
            item["calculation" if kind == "calculate" else "constraint"] = row["expression"]
        self.trail[-1].append(item)
        if kind in CHOSEN and row["field"]:
            self.needs.setdefault(row["field"], []).append(row["name"])
        if kind == "one" and self._most(row["list"]) and len(self.trail) < 3:
            self.scored.append(row["name"])

    def _most(self, name: str) -> int:
        return max((int(choice.get("score", 0)) for choice in self.lists[name]), default=0)

    def _total(self) -> dict[str, Any]:
        lists = {item["name"]: item["list"] for section in self.trail[0] for item in section["items"] if "list" in item}
        most = sum(self._most(lists[name]) for name in self.scored)
        starts = (0, math.ceil(most * MIDDLING), math.ceil(most * GREAT))
        levels = [{"from": start, "label": words} for start, words in zip(starts, LEVELS, strict=True)]
        label = {language: text % {"most": most} for language, text in TOTAL.items()}
        score = {"name": "total", "label": label, "how": "sum", "of": self.scored, "levels": levels}
        bands = [{"from": start, "level": level} for level, start in enumerate(starts, start=1)]
        return {"scores": [score], "risk": {"score": "total", "bands": bands}}
