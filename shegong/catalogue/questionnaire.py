"""A form as a page shows it: blocks for the template, the plan by which the browser keeps them live, and the way back
from what a browser sends.

Without script the page shows every question, and the server leaves out what wasn't to be asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from shegong.catalogue.rules.document import CHOSEN, EXPRESSIONS, HOLDERS, OUTPUT, Form, Item
from shegong.catalogue.rules.evaluation import as_text
from shegong.catalogue.rules.filling import MOST_TURNS, Filling, Turn
from shegong.catalogue.rules.language import reader_language
from shegong.kernel.problems import Problem

PREFIX: Final = "q-"
ADD: Final = "q-add"
TEMPLATE_NUMBER: Final = "N"  # stands for a turn's number in a turn that the browser copies
LONG_LIST: Final = 12
SHORT: Final = 6  # signs of a label
INPUTS: Final = {
    "integer": ("number", "numeric"),
    "decimal": ("number", "decimal"),
    "date": ("date", ""),
    "time": ("time", ""),
    "datetime": ("datetime-local", ""),
    "text": ("text", ""),
}


@dataclass(slots=True)
class Choice:
    """A choice of a question; `place` is its rank, 0 for none."""

    value: str
    label: SafeString
    chosen: bool
    offered: bool
    place: int = 0


@dataclass(slots=True)
class Block:
    """A question, note, group, or repeat with its turns."""

    name: str
    key: str
    look: str
    label: SafeString
    hint: SafeString
    asked: bool = True
    required: bool = False
    is_fixed: bool = False
    value: str = ""
    input_type: str = ""
    input_mode: str = ""
    errors: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)
    turns: list["TurnBlock"] = field(default_factory=list)
    blank: "TurnBlock | None" = None
    counted: bool = False

    @property
    def field_name(self) -> str:
        """The name of its inputs."""
        return PREFIX + self.key

    @property
    def element_id(self) -> str:
        """The id that labels and error summaries point to."""
        return f"id_{PREFIX}{self.key}"

    @property
    def has_short_choices(self) -> bool:
        """Whether two choices fit beside each other on a phone."""
        return self.look in ("one", "many") and all(len(each.label) <= SHORT for each in self.choices)

    @property
    def is_question(self) -> bool:
        """Whether it can hold errors."""
        return self.look not in ("group", "repeat", "note")


@dataclass(slots=True)
class TurnBlock:
    """One turn of a repeat."""

    number: str
    prefix: str
    blocks: list[Block]


class Questionnaire:
    """A filling, ready to be shown in the reader's language."""

    def __init__(self, filling: Filling, problems: Sequence[Problem] = ()) -> None:
        self.filling = filling
        self.form = filling.form
        self.language = reader_language(self.form.document["languages"])
        self._problems = {each.field: str(each.message) for each in problems if each.field}
        self.general = [str(each.message) for each in problems if not each.field]
        self.blocks = self._blocks(self.form.document["items"], filling.root)

    @property
    def title(self) -> str:
        """The form's title."""
        return self.filling.spoken(self.form.document["title"], self.language, self.filling.root)

    @property
    def summary(self) -> list[dict[str, str]]:
        """Problems with the questions they belong to, for the summary above the form."""
        found = []
        for key, message in self._problems.items():
            item = self.form.items.get(key.rpartition(".")[2]) or self.form.items.get(key)
            label = self.filling.spoken(item.data.get("label", {}), self.language, self.filling.root) if item else ""
            found.append({"id": f"id_{PREFIX}{key}", "label": label, "message": message})
        return found

    def _blocks(self, items: Sequence[Mapping[str, Any]], turn: Turn, prefix: str | None = None) -> list[Block]:
        found = []
        for data in items:
            item = self.form.items[data["name"]]
            if item.kind == "calculate" or (item.is_calculated and not data.get("label")):
                continue
            found.append(self._block(item, turn, turn.prefix if prefix is None else prefix))
        return found

    def _block(self, item: Item, turn: Turn, prefix: str) -> Block:
        block = Block(
            name=item.name,
            key=prefix + item.name,
            look=item.kind,
            label=self._text(item.data.get("label", {}), turn),
            hint=self._text(item.data.get("hint", {}), turn),
            asked=self.filling.is_asked(item, turn),
        )
        if item.kind == "group":
            block.blocks = self._blocks(item.data.get("items", ()), turn, prefix)
        elif item.kind == "repeat":
            self._fill_repeat(block, item, turn, prefix)
        elif item.is_question:
            self._fill_question(block, item, turn)
        return block

    def _fill_repeat(self, block: Block, item: Item, turn: Turn, prefix: str) -> None:
        items = item.data.get("items", ())
        block.counted = bool(item.data.get("count"))
        is_blank = prefix != turn.prefix
        if not is_blank:
            block.turns = [
                TurnBlock(str(each.number), each.prefix, self._blocks(items, each))
                for each in self.filling.rows(item, turn)
            ]
        inside = f"{prefix}{item.name}.{TEMPLATE_NUMBER}."
        empty = Turn({}, turn, item.name, 1)
        block.blank = TurnBlock(TEMPLATE_NUMBER, inside, self._blocks(items, empty, inside))

    def _fill_question(self, block: Block, item: Item, turn: Turn) -> None:
        filling = self.filling
        given = turn.given.get(item.name)
        if item.is_calculated:
            block.is_fixed, block.value = True, filling.value(item, turn)
        elif given is None and not filling.root.given:
            block.value = filling.default(item, turn)
            given = block.value.split() if item.kind in ("many", "rank") else block.value
        else:
            block.value = (
                ""
                if isinstance(given, list) or given is None
                else as_text(given)
                if isinstance(given, float | str)
                else str(given)
            )
        block.required = filling.is_required(item, turn)
        block.errors = [self._problems[block.key]] if block.key in self._problems else []
        root = item.expression("read_only")
        block.is_fixed = block.is_fixed or (root is not None and item.data["read_only"] == "true()")
        appearance = str(item.data.get("appearance", "")).split()
        if item.kind in CHOSEN:
            self._fill_choices(block, item, turn, given)
            if item.kind == "one" and ("minimal" in appearance or len(block.choices) > LONG_LIST):
                block.look = "list"
        elif item.kind in INPUTS:
            block.input_type, block.input_mode = INPUTS[item.kind]
            block.look = "long" if item.kind == "text" and "multiline" in appearance else "input"

    def _fill_choices(self, block: Block, item: Item, turn: Turn, given: Any) -> None:
        chosen = [str(each) for each in given] if isinstance(given, list) else [str(given)] if given else []
        offered = {each["value"] for each in self.filling.choices(item, turn)}
        block.choices = [
            Choice(
                value=each["value"],
                label=self._text(each.get("label", {}), turn),
                chosen=each["value"] in chosen,
                offered=each["value"] in offered,
                place=chosen.index(each["value"]) + 1 if each["value"] in chosen else 0,
            )
            for each in self.form.choices(item)
        ]

    def _text(self, text: Mapping[str, str], turn: Turn) -> SafeString:
        """A text as HTML: escaped, the answers that it shows in elements of their own."""
        found = text.get(self.language) or next((each for each in text.values() if each), "")
        pieces, last = [], 0
        for match in OUTPUT.finditer(found):
            value = as_text(self.filling.find(match[1], turn))
            pieces += [conditional_escape(found[last : match.start()])]
            pieces += [format_html('<output data-output="{}">{}</output>', match[1], value)]
            last = match.end()
        pieces.append(conditional_escape(found[last:]))
        return format_html_join("", "{}", ((piece,) for piece in pieces))

    @property
    def plan(self) -> dict[str, Any]:
        """What the browser needs to keep the page live: JSON."""
        return {
            "items": {item.name: self._plan_of(item) for item in self.form.order},
            "sequence": self.form.sequence,
            "after": self.form.after,
            "lists": {
                name: [
                    {"value": each["value"], "columns": {**each.get("columns", {}), "name": each["value"]},
                     "score": each.get("score", 0), "alone": bool(each.get("alone"))}
                    for each in listed
                ]
                for name, listed in self.form.lists.items()
            },
            "today": self.filling.setting(self.form.order[0], self.filling.root).today.isoformat(),
            "most": MOST_TURNS,
        }  # fmt: skip

    def _plan_of(self, item: Item) -> dict[str, Any]:
        plan: dict[str, Any] = {"kind": item.kind, "repeats": item.repeats}
        if item.around:
            plan["holder"] = item.around[-1].name
        for name in EXPRESSIONS:
            root = item.expression(name)
            if root is not None:
                plan[name] = root
        if item.kind in CHOSEN:
            plan["list"] = item.data["list"]
        for name in ("constraint_message", "required_message"):
            if name in item.data:
                plan[name] = self.filling.spoken(item.data[name], self.language, self.filling.root)
        return plan


def sent_answers(form: Form, sent: QueryDict) -> dict[str, Any]:
    """Answers as a browser sends them, nothing judged yet. A turn asked for by the button without script is there,
    empty.
    """
    return _sent(form, form.document["items"], sent, "", sent.get(ADD, ""))


def _sent(form: Form, items: Sequence[Mapping[str, Any]], sent: QueryDict, prefix: str, added: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for data in items:
        name, kind = data["name"], data["kind"]
        key = PREFIX + prefix + name
        if kind == "group":
            found |= _sent(form, data.get("items", ()), sent, prefix, added)
        elif kind == "repeat":
            found[name] = _sent_turns(form, data, sent, prefix, added)
        elif kind in HOLDERS or kind in ("note", "calculate") or data.get("calculation"):
            continue
        elif kind == "many":
            found[name] = sent.getlist(key)
        elif kind == "rank":
            found[name] = _sent_rank(form, form.items[name], sent, key)
        elif key in sent:
            found[name] = sent.get(key, "")
    return found


def _sent_turns(form: Form, data: Mapping[str, Any], sent: QueryDict, prefix: str, added: str) -> list[dict[str, Any]]:
    """As many turns as there are marks of turns (a hidden input in each)."""
    base = f"{prefix}{data['name']}"
    rows = []
    for number in range(MOST_TURNS + 1):
        if f"{PREFIX}{base}.{number}" in sent:
            rows.append(_sent(form, data.get("items", ()), sent, f"{base}.{number}.", added))
    if added == base:
        rows.append({})
    return rows


def _sent_rank(form: Form, item: Item, sent: QueryDict, key: str) -> list[str]:
    places = {each["value"]: sent.get(f"{key}:{each['value']}", "") for each in form.choices(item)}
    return sorted(
        (value for value, place in places.items() if place.isdecimal()), key=lambda value: int(places[value][:4])
    )
