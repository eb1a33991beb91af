"""Changing a document part by part: values at their paths, what is added, moved and removed. The document given is
never changed; what comes back may have faults (see `faults`), which is how an unfinished form looks.

A part is named by its path: `title`, `items[0].items[2]`, `lists.able`, `scores[0]`, `needs[0]`, `alerts[0]`, `risk`.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from hashlib import sha256
from typing import Any, Final

from shegong.catalogue.rules.document import CHOSEN, HOLDERS, Document

SIMPLE: Final = (
    "text", "integer", "decimal", "date", "time", "one", "many", "acknowledge", "note", "calculate", "group",
)  # fmt: skip
PART: Final = re.compile(r"title|risk|items\[\d+\](\.items\[\d+\])*|(scores|needs|alerts)\[\d+\]|lists\..+", re.DOTALL)
PLACE_IN_A_LIST: Final = re.compile(
    r"items\[\d+\](\.items\[\d+\])*|(scores|needs|alerts)\[\d+\](\.levels\[\d+\])?|risk\.bands\[\d+\]|lists\..+\[\d+\]",
    re.DOTALL,
)
HOLDER: Final = re.compile(r"(items\[\d+\]\.)*items")
STEP: Final = re.compile(r"\[(\d{1,4})\]$")
ROWS: Final = {"scores": "levels", "risk": "bands"}
GROWING: Final = ("scores", "needs", "alerts")
NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,6})?")
Part = dict[str, Any]


class NoSuchPart(LookupError):
    """A path that leads nowhere in this document."""


def fingerprint(document: Document) -> str:
    """The same for the same document, to notice that somebody changed it meanwhile."""
    return sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def part(document: Document, path: str) -> Any:
    """What is at a path. Raises NoSuchPart."""
    if path.startswith("lists."):
        return _of_lists(_member(document, "lists"), path.removeprefix("lists."))
    found: Any = document
    for step in path.split("."):
        name, *numbers = re.split(r"\[(\d{1,4})\]", step)
        found = _member(found, name)
        for number in numbers[::2]:
            if not isinstance(found, list) or int(number) >= len(found):
                raise NoSuchPart(path)
            found = found[int(number)]
    return found


def open_part(document: Document, path: str) -> Any:
    """What is at the path of a part that can be opened. Raises NoSuchPart."""
    if not PART.fullmatch(path) or (path.startswith("lists.") and path.removeprefix("lists.") not in document["lists"]):
        raise NoSuchPart(path)
    return part(document, path)


def _of_lists(lists: Any, name: str) -> Any:
    """A list by its name, which may hold dots and brackets; else one of a list's choices."""
    step = STEP.search(name)
    if name in lists or step is None:
        return _member(lists, name)
    choices, number = _member(lists, name[: step.start()]), int(step.group(1))
    if number >= len(choices):
        raise NoSuchPart(name)
    return choices[number]


def _member(holder: Any, name: str) -> Any:
    if not isinstance(holder, Mapping) or name not in holder:
        raise NoSuchPart(name)
    return holder[name]


def part_of(document: Document, path: str) -> str:
    """The part in which a place lies: the innermost item, else the list, score, need, alert, the risk or the title."""
    lists = [f"lists.{name}" for name in document.get("lists", {})]
    within = [each for each in lists if path == each or path.startswith((f"{each}[", f"{each}."))]
    if within:
        return max(within, key=len)
    if found := re.match(r"items\[\d+\](\.items\[\d+\])*", path):
        return found.group()
    found = re.match(r"(scores|needs|alerts)\[\d+\]", path)
    return found.group() if found else re.split(r"[.\[]", path)[0]


def as_number(text: str) -> int | float | str:
    """The number that somebody typed; what is none stays as it was typed, so that it is found as a fault."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def with_part(document: Document, path: str, value: Any) -> Part:
    """The document with another value at a path that there is. Raises NoSuchPart."""
    changed: Part = deepcopy(dict(document))
    part(changed, path)
    if path.startswith("lists."):
        changed["lists"][path.removeprefix("lists.")] = value
        return changed
    holder, key = _holder(changed, path)
    holder[key] = value
    return changed


def _holder(document: Part, path: str) -> tuple[Any, Any]:
    """What holds the part at a path, and under which key or number."""
    if step := STEP.search(path):
        return part(document, path[: step.start()]), int(step.group(1))
    above, _, name = path.rpartition(".")
    return (part(document, above) if above else document), name


def renamed(document: Document, was: str, name: str) -> Part:
    """The document with another name for a question wherever it is named: its item, expressions, texts and scores."""
    pattern = re.compile(r"\$\{\s*" + re.escape(was) + r"\s*\}")

    def replaced(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {each: replaced(inner, each) for each, inner in value.items()}
        if isinstance(value, list):
            return [name if key == "of" and inner == was else replaced(inner) for inner in value]
        return pattern.sub(lambda _: "${" + name + "}", value) if isinstance(value, str) else value

    changed: Part = replaced(dict(document))
    for item in _all_items(changed.get("items", [])):
        if item.get("name") == was:
            item["name"] = name
    return changed


def _all_items(items: list[Part]) -> list[Part]:
    return [each for item in items for each in (item, *_all_items(item.get("items", [])))]


def moved(document: Document, path: str, by: int) -> Part:
    """The document with a part of a list one place up (−1) or down (1); as it is at the end of the list. Raises
    NoSuchPart.
    """
    changed: Part = deepcopy(dict(document))
    if not PLACE_IN_A_LIST.fullmatch(path):
        raise NoSuchPart(path)
    part(changed, path)
    holder, number = _holder(changed, path)
    if 0 <= number + by < len(holder):
        holder[number], holder[number + by] = holder[number + by], holder[number]
    return changed


def removed(document: Document, path: str) -> Part:
    """The document without a part. Raises NoSuchPart."""
    changed: Part = deepcopy(dict(document))
    part(changed, path)
    if path.startswith("lists.") and path.removeprefix("lists.") in changed["lists"]:
        del changed["lists"][path.removeprefix("lists.")]
        return changed
    if path != "risk" and not PLACE_IN_A_LIST.fullmatch(path):
        raise NoSuchPart(path)
    holder, key = _holder(changed, path)
    del holder[key]
    return changed


def with_question(document: Document, into: str, kind: str) -> tuple[Part, str]:
    """The document with a new question at the end of a list of items (`items`, or a group's), and the question's path.
    A question of choices begins with a list of its own. Raises NoSuchPart.
    """
    if kind not in SIMPLE or not HOLDER.fullmatch(into):
        raise NoSuchPart(into)
    changed: Part = deepcopy(dict(document))
    items = part(changed, into)
    names = {item.get("name") for item in _all_items(changed["items"])}
    made: Part = {"kind": kind, "name": _free("q", names), "label": _empty(changed)}
    if kind in CHOSEN:
        made["list"] = _free("list", set(changed.setdefault("lists", {})))
        changed["lists"][made["list"]] = [_choice(changed, "a"), _choice(changed, "b")]
    if kind in HOLDERS:
        made["items"] = []
    if kind == "calculate":
        made["calculation"] = ""
    items.append(made)
    return changed, f"{into}[{len(items) - 1}]"


def with_own_list(document: Document, path: str) -> tuple[Part, str]:
    """The document with a copy of a question's list, used by that question alone, and the copy's path.
    Raises NoSuchPart.
    """
    changed: Part = deepcopy(dict(document))
    question = open_part(changed, path)
    lists = changed.get("lists", {})
    if not isinstance(question, dict) or question.get("list") not in lists:
        raise NoSuchPart(path)
    name = _free(f"{question['list']}_", set(lists))
    lists[name] = deepcopy(lists[question["list"]])
    question["list"] = name
    return changed, f"lists.{name}"


def with_row(document: Document, path: str) -> Part:
    """The document with one row more in a part that has rows: a choice in a list, a band in a score or in the
    risk. Raises NoSuchPart.
    """
    changed: Part = deepcopy(dict(document))
    present = open_part(changed, path)
    if path.startswith("lists."):
        choices = present
        choices.append(_choice(changed, _free("c", {each.get("value") for each in choices})))
        return changed
    if path.split("[")[0] not in ROWS:
        raise NoSuchPart(path)
    rows = present.setdefault(ROWS[path.split("[")[0]], [])
    last = rows[-1].get("from", 0) if rows else -1
    start = last + 1 if isinstance(last, int | float) else 0
    made: Part = {"from": start}
    if path == "risk":
        made["level"] = 1
    else:
        made["label"] = _empty(changed)
    rows.append(made)
    return changed


def with_result(document: Document, kind: str) -> tuple[Part, str]:
    """The document with one score, need or alert more, and its path. Raises NoSuchPart."""
    if kind not in GROWING:
        raise NoSuchPart(kind)
    changed: Part = deepcopy(dict(document))
    kinds: dict[str, Part] = {
        "scores": {"name": "", "label": _empty(changed), "how": "sum", "of": [], "levels": []},
        "needs": {"field": "", "how": "max", "of": []},
        "alerts": {"when": "", "label": _empty(changed), "risk": 1},
    }
    made = kinds[kind]
    if kind == "scores":
        made["name"] = _free("score", {each.get("name") for each in changed.get("scores", [])})
    changed.setdefault(kind, []).append(made)
    return changed, f"{kind}[{len(changed[kind]) - 1}]"


def _empty(document: Document) -> dict[str, str]:
    return dict.fromkeys(document["languages"], "")


def _choice(document: Document, value: str) -> Part:
    return {"value": value, "label": _empty(document)}


def _free(begin: str, taken: set[Any]) -> str:
    """A name that isn't taken: q1, q2, …"""
    return next(name for name in (f"{begin}{number}" for number in range(1, len(taken) + 2)) if name not in taken)
