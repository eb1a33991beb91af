"""A form as somebody filled it in: which questions are asked, what the answers are, and what is wrong with them.

Answers are {question: answer}: a text, a number, a list of values for "many" and "rank"; a repeat is {repeat: [answers,
…]}, one for each turn. The server trusts nothing that a page worked out: it asks again what is asked, recomputes what
is calculated, and keeps answers to asked questions only.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.rules.document import CHOSEN, DYNAMIC, OUTPUT, Form, Item
from shegong.catalogue.rules.evaluation import Setting, Value, as_number, as_text, as_truth, evaluate, number_text
from shegong.catalogue.rules.expression import Tree, tree
from shegong.catalogue.rules.language import spoken_later
from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text

TEXT_LENGTH: Final = 2000
LARGEST_NUMBER: Final = 1e12
MOST_TURNS: Final = 100
MOST_TURNS_IN_ALL: Final = 500
Answers = dict[str, Any]
TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


@dataclass(eq=False)
class Turn:
    """The form itself, or one turn of a repeat in it; `number` counts from 1."""

    given: Mapping[str, Any]
    above: "Turn | None" = None
    repeat: str = ""
    number: int = 1
    values: dict[str, str] = field(default_factory=dict)
    asked: dict[str, bool] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)
    turns: dict[str, list["Turn"]] = field(default_factory=dict)

    @property
    def chain(self) -> list["Turn"]:
        """The turns from the form down to this one."""
        return [*(self.above.chain if self.above else []), self]

    @property
    def prefix(self) -> str:
        """What stands before the names of this turn's answers: "children.0." and so on."""
        return f"{self.above.prefix}{self.repeat}.{self.number - 1}." if self.above else ""


class Filling:
    """A form with the answers given. `problems` and `answers` say what the server makes of them."""

    def __init__(self, form: Form, given: Mapping[str, Any], *, today: date, now: datetime) -> None:
        self.form = form
        self._today, self._now = today, now
        self.root = Turn(given)
        self._wrong: dict[str, Problem] = {}
        self._left = MOST_TURNS_IN_ALL
        # In this order nothing waits for something deep below it.
        for name in form.sequence:
            self.find(name, self.root)

    def rows(self, item: Item, turn: Turn) -> list[Turn]:
        """The turns of a repeat inside a turn: as many as came, or as the form itself counts."""
        known = turn.turns.get(item.name)
        if known is None:
            turn.turns[item.name] = []
            given = turn.given.get(item.name)
            rows: list[Mapping[str, Any]] = [{}]
            if isinstance(given, list):
                rows = [each for each in given if isinstance(each, Mapping)]
            root = item.expression("count")
            if root is not None:
                wanted = as_number(evaluate(root, self.setting(item, turn)))
                number = int(min(wanted, MOST_TURNS)) if wanted >= 0 else 0
                rows = [*rows[:number], *[{} for _missing in range(number - len(rows))]]
            most = min(MOST_TURNS, self._left)
            if len(rows) > most:
                message = _("最多 %(most)s 组。")
                self._wrong[turn.prefix + item.name] = Problem("turns_many", message, params={"most": most})
            self._left -= min(len(rows), most)
            known = [Turn(row, turn, item.name, number) for number, row in enumerate(rows[:most], start=1)]
            turn.turns[item.name] = known
        return known

    # What is asked, and what the answers are

    def is_asked(self, item: Item, turn: Turn) -> bool:
        """Whether an item is asked in this turn, all around it being asked."""
        known = turn.asked.get(item.name)
        if known is None:
            turn.asked[item.name] = False  # a circle would end here; a form without faults has none
            holder = item.around[-1] if item.around else None
            place = turn.above if holder is not None and holder.kind == "repeat" and turn.above else turn
            known = holder is None or self.is_asked(holder, place)
            known = known and self._holds(item, "relevant", turn, missing=True)
            turn.asked[item.name] = known
        return known

    def value(self, item: Item, turn: Turn) -> str:
        """An answer as expressions see it; empty for one that isn't asked, given or well-formed."""
        known = turn.values.get(item.name)
        if known is None:
            turn.values[item.name] = ""
            known = self._value(item, turn) if item.is_question and self.is_asked(item, turn) else ""
            turn.values[item.name] = known
        return known

    def _value(self, item: Item, turn: Turn) -> str:
        root = item.expression("calculation")
        if root is not None:
            found = evaluate(root, self.setting(item, turn))
            text = as_text(found)
            text = "" if text in ("NaN", "Infinity", "-Infinity") else text
            if text:
                turn.stored[item.name] = _calculated(item, found, text)
            return text
        try:
            stored = _read(item, turn.given.get(item.name))
        except Problem as problem:
            self._wrong[turn.prefix + item.name] = problem
            return ""
        if stored in (None, "", []):
            return ""
        turn.stored[item.name] = stored
        if isinstance(stored, list):
            if item.kind == "many":
                order = {each["value"]: number for number, each in enumerate(self.form.choices(item))}
                stored.sort(key=lambda each: order.get(each, len(order)))
            return " ".join(stored)
        return stored if isinstance(stored, str) else number_text(float(stored))

    def setting(self, item: Item, turn: Turn, columns: Mapping[str, str] | None = None, *, own: str = "") -> Setting:
        """How the form looks from an item in a turn."""
        return Setting(
            find=lambda name: self.find(name, turn),
            today=self._today,
            now=self._now,
            own=own,
            position=turn.number,
            columns=columns or {},
            turns=lambda name, repeat, number: self._in_turn(name, repeat, number, turn),
            points=lambda name: self.points(name, turn),
        )

    def places(self, name: str, turn: Turn) -> list[Turn]:
        """The turns that hold answers to a question as seen from a turn: one, or all of a repeat it is outside of."""
        item = self.form.items[name]
        chain = turn.chain
        shared = 0
        for wanted, present in zip(item.repeats, chain[1:], strict=False):
            if wanted != present.repeat:
                break
            shared += 1
        found = [chain[shared]]
        for repeat in item.repeats[shared:]:
            holder = self.form.items[repeat]
            found = [below for each in found if self.is_asked(holder, each) for below in self.rows(holder, each)]
        return found

    def is_plural(self, name: str, turn: Turn) -> bool:
        """Whether a name stands for many answers as seen from a turn."""
        wanted = self.form.items[name].repeats
        return tuple(each.repeat for each in turn.chain[1:])[: len(wanted)] != wanted

    def find(self, name: str, turn: Turn) -> str | list[str]:
        """An answer by name as seen from a turn: see `evaluation.Setting`."""
        item = self.form.items.get(name)
        if item is None:
            return ""
        places = self.places(name, turn)
        if item.kind == "repeat":
            return [
                str(each.number) for place in places if self.is_asked(item, place) for each in self.rows(item, place)
            ]
        values = [self.value(item, each) for each in places if self.is_asked(item, each)]
        return values if self.is_plural(name, turn) else "".join(values)

    def _in_turn(self, name: str, repeat: str, number: int, turn: Turn) -> str:
        item, holder = self.form.items.get(name), self.form.items.get(repeat)
        if item is None or holder is None or repeat not in item.repeats:
            return ""
        rows = [below for place in self.places(repeat, turn) for below in self.rows(holder, place)]
        return as_text(self.find(name, rows[number - 1])) if 0 < number <= len(rows) else ""

    def points(self, name: str, turn: Turn | None = None) -> list[float]:
        """The points of each answer to a question that has some: those of its choices, or the number itself."""
        item = self.form.items.get(name)
        if item is None or not item.is_question:
            return []
        found = []
        for place in self.places(name, turn or self.root):
            value = self.value(item, place)
            if not value:
                continue
            if item.kind in CHOSEN:
                chosen = set(value.split())
                choices = [each for each in self.form.choices(item) if each["value"] in chosen]
                found.append(math.fsum(float(each.get("score") or 0) for each in choices))
            else:
                number = as_number(value)
                found += [] if math.isnan(number) else [number]
        return found

    def _holds(self, item: Item, name: str, turn: Turn, *, missing: bool, own: str = "") -> bool:
        root = item.expression(name)
        return missing if root is None else as_truth(evaluate(root, self.setting(item, turn, own=own)))

    def evaluate(self, root: Tree) -> Value:
        """An expression as seen from the form itself."""
        return evaluate(root, Setting(
            find=lambda name: self.find(name, self.root), today=self._today, now=self._now, points=self.points,
        ))  # fmt: skip

    def choices(self, item: Item, turn: Turn) -> list[Mapping[str, Any]]:
        """A question's choices as its filter leaves them."""
        root = item.expression("choice_filter")
        found = self.form.choices(item)
        if root is None:
            return found
        left = []
        for each in found:
            columns = {**each.get("columns", {}), "name": each["value"]}
            if as_truth(evaluate(root, self.setting(item, turn, columns))):
                left.append(each)
        return left

    def default(self, item: Item, turn: Turn) -> str:
        """What a question starts with."""
        source = str(item.data.get("default", ""))
        if not DYNAMIC.search(source):
            return source
        text = as_text(evaluate(tree(source), self.setting(item, turn)))
        return "" if text == "NaN" else text

    def is_required(self, item: Item, turn: Turn) -> bool:
        """Whether an answer must be given."""
        return not item.is_calculated and self._holds(item, "required", turn, missing=False)

    def spoken(self, text: Mapping[str, str], language: str, turn: Turn) -> str:
        """A text of the form in a language, answers put in."""
        found = text.get(language) or next((each for each in text.values() if each), "")
        return OUTPUT.sub(lambda match: as_text(self.find(match[1], turn)), found)

    # What the server makes of it

    def each(self) -> Iterator[tuple[Item, Turn]]:
        """All questions that are asked, in the form's order, turn by turn."""
        yield from self._each(self.form.document["items"], self.root)

    def _each(self, items: Iterable[Mapping[str, Any]], turn: Turn) -> Iterator[tuple[Item, Turn]]:
        for data in items:
            item = self.form.items[data["name"]]
            if not self.is_asked(item, turn):
                continue
            if item.kind == "group":
                yield from self._each(data.get("items", ()), turn)
            elif item.kind == "repeat":
                for each in self.rows(item, turn):
                    yield from self._each(data.get("items", ()), each)
            elif item.is_question:
                yield item, turn

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything wrong, each at its question: `name`, or `repeat.0.name` in the first turn of a repeat."""
        found = {}
        for item, turn in self.each():
            key, value = turn.prefix + item.name, self.value(item, turn)
            problem = self._wrong.get(key) or self._problem(item, turn, value)
            if problem is not None:
                found[key] = problem.at(key)
        for key, problem in self._wrong.items():
            if problem.code == "turns_many":
                found[key] = problem.at(key)
        unknown = sorted(self._unknown(self.root.given, {item.name for item in self.form.order}))
        if unknown:
            message = _("表单里没有这一题：%(keys)s")
            found[""] = Problem("question_unknown", message, params={"keys": ", ".join(unknown)[:200]})
        return list(found.values())

    def _problem(self, item: Item, turn: Turn, value: str) -> Problem | None:
        if not value:
            if self.is_required(item, turn):
                return Problem("answer_missing", self._said(item, "required_message") or _("请回答这一题。"))
            return None
        if item.kind in CHOSEN and not item.is_calculated:
            problem = self._choice_problem(item, turn, value.split())
            if problem is not None:
                return problem
        if not self._holds(item, "constraint", turn, missing=True, own=value):
            return Problem("answer_constraint", self._said(item, "constraint_message") or _("这个回答不符合要求。"))
        return None

    def _choice_problem(self, item: Item, turn: Turn, values: list[str]) -> Problem | None:
        choices = {each["value"]: each for each in self.choices(item, turn)}
        if any(each not in choices for each in values):
            return Problem("answer_unknown", _("请从所列选项中选择。"))
        if len(values) > 1 and any(choices[each].get("alone") for each in values) and item.kind == "many":
            return Problem("answer_exclusive", _("其中一项只能单独选择。"))
        if item.kind == "rank" and len(values) != len(choices):
            return Problem("answer_rank", _("请给每一项排出名次，名次不能重复。"))
        return None

    def _said(self, item: Item, name: str) -> Any:
        """The form's own words for a problem: a text in the reader's language, chosen when it is shown."""
        text = item.data.get(name)
        return spoken_later(dict(text)) if text else None

    def _unknown(self, given: Mapping[str, Any], known: set[str]) -> Iterator[str]:
        """Names that belong to no item, in repeats too."""
        yield from (str(each)[:60] for each in given.keys() - known)
        for value in given.values():
            if isinstance(value, list):
                for each in value:
                    if isinstance(each, Mapping):
                        yield from self._unknown(each, known)

    @cached_property
    def answers(self) -> Answers:
        """The answers to keep: asked, given, normalised; with what was calculated."""
        return self._kept(self.form.document["items"], self.root)

    def _kept(self, items: Iterable[Mapping[str, Any]], turn: Turn) -> Answers:
        found: Answers = {}
        for data in items:
            item = self.form.items[data["name"]]
            if not self.is_asked(item, turn):
                continue
            if item.kind == "group":
                found |= self._kept(data.get("items", ()), turn)
            elif item.kind == "repeat":
                rows = [self._kept(data.get("items", ()), each) for each in self.rows(item, turn)]
                rows = [each for each in rows if each]
                found |= {item.name: rows} if rows else {}
            elif item.name in turn.stored:
                found[item.name] = turn.stored[item.name]
        return found


def _calculated(item: Item, found: Value, text: str) -> Any:
    """A calculated answer as it is kept: numbers as numbers."""
    number = as_number(found) if isinstance(found, float) or item.kind in ("integer", "decimal") else math.nan
    if math.isnan(number):
        return text
    return int(number) if number == int(number) else number


def _read(item: Item, given: Any) -> Any:
    """A given answer in the form in which it is kept; None for none. Raises Problem."""
    if given is None or given in ("", []):
        return None
    if item.kind in ("many", "rank"):
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise Problem("answer_unknown", _("请从所列选项中选择。"))
        return list(dict.fromkeys(given))
    if item.kind in ("integer", "decimal"):
        return _number(item.kind, given)
    if isinstance(given, bool | list | Mapping):
        raise Problem("answer_kind", _("这个回答的格式不对。"))
    text = clean_text(str(given).strip(), TEXT_LENGTH)
    if text and item.kind in PATTERNS:
        PATTERNS[item.kind](text)
    return text


def _number(kind: str, given: Any) -> int | float:
    try:
        number = float(given) if not isinstance(given, bool) else math.nan
    except (TypeError, ValueError, OverflowError) as wrong:
        raise Problem("answer_number", _("请填写数字。")) from wrong
    if not abs(number) <= LARGEST_NUMBER:
        raise Problem("answer_number", _("请填写数字。"))
    if kind == "integer" and number != int(number):
        raise Problem("answer_whole", _("请填写整数。"))
    return int(number) if number == int(number) else number


def _day(text: str) -> None:
    try:
        if len(text) != 10:
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError as wrong:
        raise Problem("answer_date", _("请填写日期，如 2022-07-31。")) from wrong


def _time(text: str) -> None:
    if not TIME.fullmatch(text):
        raise Problem("answer_time", _("请填写时间，如 14:30。"))


def _moment(text: str) -> None:
    if not MOMENT.fullmatch(text):
        raise Problem("answer_moment", _("请填写日期和时间。"))
    _day(text[:10])


def _acknowledged(text: str) -> None:
    if text != "OK":
        raise Problem("answer_unknown", _("请从所列选项中选择。"))


PATTERNS: Final = {"date": _day, "time": _time, "datetime": _moment, "acknowledge": _acknowledged}
