"""An instrument as a document: what it holds, what may be wrong with it, and what follows from what.

A document is JSON:

    {"format": 2, "title": {zh, en}, "languages": ["zh", "en"], "items": [item, …], "lists": {name: [choice, …]},
     "scores": […], "needs": […], "alerts": […], "risk": {…}, "groups": [code, …]}

An item has `kind` and `name`; a group or repeat has `items`, a question of choices has `list`. Every text (`label`,
`hint`, `constraint_message`, `required_message`) is {language: text} and may name answers by ${name}. `relevant`,
`required`, `constraint`, `calculation`, `read_only`, `choice_filter` and `count` (of a repeat) are expressions (see
`expression`); `default` is a value, or an expression where it calls a function or names an answer. A choice has
`value`, `label`, perhaps `score`, `alone` (with no other) and columns for filters under `columns`.

A score is {"name", "label", "how": sum|mean|max|formula, "of": [question, …], "expression", "levels": [{"from",
"label", "risk"}]}; a need {"field": code, "how", "of", "levels": [least points for 1, for 2, for 3]}; an alert {"when":
expression, "label", "risk", "field", "level"}; the risk {"score": name, "bands": [{"from", "level"}]}.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from shegong.catalogue.rules.expression import Tree, nodes, tree

Document = Mapping[str, Any]
FORMAT: Final = 2
TYPED: Final = frozenset({"text", "integer", "decimal", "date", "time", "datetime"})
CHOSEN: Final = frozenset({"one", "many", "rank"})
QUESTIONS: Final = TYPED | CHOSEN | {"acknowledge", "calculate"}
HOLDERS: Final = frozenset({"group", "repeat"})
KINDS: Final = QUESTIONS | HOLDERS | {"note"}
EXPRESSIONS: Final = ("relevant", "required", "constraint", "calculation", "read_only", "choice_filter", "count")
TEXTS: Final = ("label", "hint", "constraint_message", "required_message")
OUTPUT: Final = re.compile(r"\$\{\s*([^\s{}]+)\s*\}")
DYNAMIC: Final = re.compile(r"\$\{|[A-Za-z-]+\(")
TRUE: Final = "true()"


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item in its place: the groups and repeats around it from the outside in, and of these the repeats."""

    data: Mapping[str, Any]
    path: str
    around: tuple["Item", ...]

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return str(self.data["kind"])

    @property
    def name(self) -> str:
        """Unique in the document."""
        return str(self.data["name"])

    @property
    def repeats(self) -> tuple[str, ...]:
        """Names of the repeats around it."""
        return tuple(each.name for each in self.around if each.kind == "repeat")

    @property
    def is_question(self) -> bool:
        """Whether it may hold an answer."""
        return self.kind in QUESTIONS

    @property
    def is_calculated(self) -> bool:
        """Whether the answer is worked out and not given."""
        return bool(self.data.get("calculation"))

    def expression(self, name: str) -> Tree | None:
        """The tree of one of its EXPRESSIONS; None where it has none. Raises ExpressionProblem."""
        source = self.data.get(name)
        return tree(source) if source else None

    def names(self, *expressions: str) -> set[str]:
        """What these of its expressions name."""
        found: set[str] = set()
        for each in expressions:
            root = self.expression(each)
            if root is not None:
                found |= {node[1] for node in nodes(root) if node[0] == "ref"}
        return found


def walk(items: Any, path: str = "items", around: tuple[Item, ...] = ()) -> Iterator[Item]:
    """All items of a document's list in order, holders before what they hold."""
    for number, data in enumerate(items):
        item = Item(data, f"{path}[{number}]", around)
        yield item
        if item.kind in HOLDERS:
            yield from walk(data.get("items", ()), f"{item.path}.items", (*around, item))


class Form:
    """A document ready to be filled in. Only for documents without faults."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.order = list(walk(document["items"]))
        self.items = {item.name: item for item in self.order}
        self.lists: Mapping[str, Any] = document.get("lists", {})

    def choices(self, item: Item) -> list[Mapping[str, Any]]:
        """A question's choices, before any filter."""
        return list(self.lists.get(str(item.data.get("list")), ()))

    @property
    def questions(self) -> list[Item]:
        """The questions in order."""
        return [item for item in self.order if item.is_question]

    @cached_property
    def inputs(self) -> dict[str, set[str]]:
        """{name: what its answer or its being asked depends on directly}."""
        found = {}
        for item in self.order:
            names = item.names("relevant", "calculation", "count")
            # What is asked about a group is asked about all in it; a repeat's answers come from what it holds.
            names |= {each.name for each in item.around}
            found[item.name] = names & self.items.keys()
        return found

    @cached_property
    def cycle(self) -> list[str]:
        """Names that depend on each other in a circle; empty where there is none."""
        done: set[str] = set()
        for start in self.items:
            trail: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(self.inputs[start])))]
            open_names = {start}
            while trail:
                name, rest = trail[-1]
                following = next((each for each in rest if each not in done), None)
                if following is None:
                    done.add(name)
                    open_names.discard(name)
                    trail.pop()
                elif following in open_names:
                    return [*[each for each, _ in trail][[each for each, _ in trail].index(following) :], following]
                else:
                    open_names.add(following)
                    trail.append((following, iter(sorted(self.inputs[following]))))
        return []

    @cached_property
    def sequence(self) -> list[str]:
        """All names so that each comes after what it depends on; otherwise in the form's order."""
        found: list[str] = []
        seen: set[str] = set()
        places = {name: number for number, name in enumerate(self.items)}
        for start in self.items:
            trail = [start]
            while trail:
                name = trail[-1]
                waiting = [each for each in self.inputs[name] if each not in seen and each not in trail]
                if waiting:
                    trail.append(min(waiting, key=places.__getitem__))
                    continue
                trail.pop()
                if name not in seen:
                    seen.add(name)
                    found.append(name)
        return found

    @cached_property
    def after(self) -> dict[str, list[str]]:
        """{name: what must be looked at again when its answer changes, in order}: all that depends on it, directly or
        not, with what shows it or checks against it.
        """
        shown: dict[str, set[str]] = {}
        for item in self.order:
            looks = item.names("required", "constraint", "read_only", "choice_filter") | set(_outputs(item))
            for name in looks & self.items.keys():
                shown.setdefault(name, set()).add(item.name)
        direct: dict[str, set[str]] = {}
        for name, needs in self.inputs.items():
            for need in needs:
                direct.setdefault(need, set()).add(name)
        rank = {name: number for number, name in enumerate(self.sequence)}
        return {name: sorted(self._reached(name, direct, shown), key=rank.__getitem__) for name in self.items}

    def _reached(self, name: str, direct: Mapping[str, set[str]], shown: Mapping[str, set[str]]) -> set[str]:
        found, waiting = {name}, [name]
        while waiting:
            present = waiting.pop()
            new = direct.get(present, set()) - found
            found |= new
            waiting += new
        return found.union(*(shown.get(each, set()) for each in found))


def _outputs(item: Item) -> list[str]:
    """The answers that an item's texts show."""
    texts = [text for name in TEXTS for text in item.data.get(name, {}).values()]
    return [name for text in texts for name in OUTPUT.findall(text)]
