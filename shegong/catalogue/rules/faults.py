"""What is wrong with a document, all of it, each fault with its place in the document."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.rules.document import (
    CHOSEN,
    DYNAMIC,
    EXPRESSIONS,
    FORMAT,
    HOLDERS,
    KINDS,
    OUTPUT,
    QUESTIONS,
    TEXTS,
    Form,
    Item,
)
from shegong.catalogue.rules.expression import ExpressionProblem, nodes, tree
from shegong.kernel.problems import Problem

MOST_ITEMS: Final = 1000
MOST_CHOICES: Final = 3000
LONGEST_TEXT: Final = 4000
DEEPEST: Final = 8
NAME: Final = re.compile(r"[^\W\d][\w.-]{0,59}")
VALUE: Final = re.compile(r"[^\s\x00-\x1f]{1,60}")
LANGUAGE: Final = re.compile(r"[^\W\d][\w ()-]{0,39}")
KNOWN: Final = frozenset({"kind", "name", "items", "list", "default", "appearance", "other", *EXPRESSIONS, *TEXTS})
PARTS: Final = frozenset(
    {"format", "title", "languages", "items", "lists", "scores", "needs", "alerts", "risk", "groups", "other"}
)
WAYS: Final = ("sum", "mean", "max", "formula")


@dataclass(frozen=True, slots=True)
class Fault:
    """A place such as items[3].items[0].relevant, and what is wrong there."""

    path: str
    problem: Problem


def faults(document: Any) -> list[Fault]:
    """Everything that is wrong; an empty list means that a Form can be made of the document."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        return [Fault("format", Problem("document_format", _("不是本平台的表单格式。")))]
    return list(_Examination(document).all())


class _Examination:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.languages = document.get("languages")
        self.names: dict[str, Item] = {}

    def all(self) -> Iterator[Fault]:
        found = [*self._head()]
        if not found:
            found = [*self._lists(), *self._items(self.document["items"], "items", ())]
        if not found:
            found = [fault for item in self.names.values() for fault in self._expressions(item)]
        if not found and (cycle := Form(self.document).cycle):
            item = self.names[cycle[0]]
            message = _("互相依赖，无法计算：%(names)s。")
            found.append(Fault(item.path, Problem("document_cycle", message, params={"names": " → ".join(cycle)})))
        if not found:
            found = [*self._results()]
        yield from found

    def _head(self) -> Iterator[Fault]:
        for name in self.document.keys() - PARTS:
            yield _fault(str(name), "member_unknown", _("没有这样的内容项。"))
        languages = self.languages
        if not (
            isinstance(languages, list)
            and languages
            and all(isinstance(each, str) and LANGUAGE.fullmatch(each) for each in languages)
            and len(set(languages)) == len(languages)
        ):
            yield _fault("languages", "languages_wrong", _("至少要有一种语言，且不能重复。"))
            return
        yield from self._text(self.document.get("title"), "title", needed=True)
        for name, kind in (("items", list), ("lists", dict), ("scores", list), ("needs", list), ("alerts", list),
                           ("risk", dict), ("groups", list)):  # fmt: skip
            if not isinstance(self.document.get(name, kind()), kind):
                yield _fault(name, "kind_wrong", _("内容的格式不对。"))
        if not self.document.get("items"):
            yield _fault("items", "document_empty", _("表单里没有题目。"))

    def _text(self, text: Any, path: str, *, needed: bool = False) -> Iterator[Fault]:
        if text is None and not needed:
            return
        if not isinstance(text, Mapping) or not all(isinstance(each, str) for each in text.values()):
            yield _fault(path, "text_wrong", _("缺少文字，或格式不对。"))
            return
        for language in text.keys() - set(self.languages or ()):
            yield _fault(f"{path}.{language}", "language_unknown", _("这种语言没有列在表单的语言里。"))
        if needed and not any(each.strip() for each in text.values()):
            yield _fault(path, "text_missing", _("缺少文字。"))
        for language, each in text.items():
            if len(each) > LONGEST_TEXT:
                yield _fault(f"{path}.{language}", "text_long", _("文字过长。"))

    def _lists(self) -> Iterator[Fault]:
        total = 0
        for name, choices in self.document.get("lists", {}).items():
            path, seen = f"lists.{name}", set()
            if not isinstance(choices, list) or not choices:
                yield _fault(path, "list_empty", _("选项表里没有选项。"))
                continue
            total += len(choices)
            for number, choice in enumerate(choices):
                place = f"{path}[{number}]"
                if not isinstance(choice, Mapping) or not isinstance(choice.get("value"), str):
                    yield _fault(place, "choice_wrong", _("选项缺少值。"))
                    continue
                if not VALUE.fullmatch(choice["value"]):
                    yield _fault(place, "choice_value", _("选项的值不能含空格，最多 60 个字。"))
                if choice["value"] in seen:
                    yield _fault(place, "choice_twice", _("选项的值重复了。"))
                seen.add(choice["value"])
                yield from self._text(choice.get("label"), f"{place}.label", needed=True)
                score = choice.get("score", 0)
                if isinstance(score, bool) or not isinstance(score, int | float) or abs(score) > 1e6:
                    yield _fault(f"{place}.score", "score_wrong", _("分值须为数字。"))
        if total > MOST_CHOICES:
            yield _fault("lists", "choices_many", _("选项太多。"))

    def _items(self, items: Any, path: str, around: tuple[Item, ...]) -> Iterator[Fault]:
        if not isinstance(items, list) or len(around) > DEEPEST:
            yield _fault(path, "items_wrong", _("题目的格式不对，或分组过深。"))
            return
        for number, data in enumerate(items):
            place = f"{path}[{number}]"
            if not isinstance(data, Mapping) or not _among(data.get("kind"), KINDS):
                yield _fault(place, "kind_unknown", _("没有这种题型。"))
                continue
            item = Item(data, place, around)
            yield from self._item(item)
            if item.kind in HOLDERS:
                yield from self._items(data.get("items", []), f"{place}.items", (*around, item))
        if len(self.names) > MOST_ITEMS:
            yield _fault(path, "items_many", _("题目太多。"))

    def _item(self, item: Item) -> Iterator[Fault]:
        data = item.data
        name = data.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            yield _fault(
                f"{item.path}.name", "name_wrong", _("名称须以字母开头，只含字母、数字和 _ - .，最多 60 个字。")
            )
            return
        if name in self.names:
            message = _("名称“%(name)s”重复了：整份表单里每个名称只能用一次。")
            yield Fault(f"{item.path}.name", Problem("name_twice", message, params={"name": name}))
            return
        self.names[name] = item
        for member in data.keys() - KNOWN:
            yield _fault(f"{item.path}.{member}", "member_unknown", _("没有这样的内容项。"))
        for text in TEXTS:
            asked = text == "label" and item.kind in QUESTIONS | {"note"} and item.kind != "calculate"
            yield from self._text(data.get(text), f"{item.path}.{text}", needed=asked and not data.get("hint"))
        for member in (*EXPRESSIONS, "default", "appearance"):
            if not isinstance(data.get(member, ""), str):
                yield _fault(f"{item.path}.{member}", "text_wrong", _("缺少文字，或格式不对。"))
        if item.kind in CHOSEN and not _among(data.get("list"), self.document.get("lists", {})):
            message = _("没有选项表“%(name)s”。")
            yield Fault(f"{item.path}.list", Problem("list_unknown", message, params={"name": str(data.get("list"))}))
        if item.kind == "calculate" and not data.get("calculation"):
            yield _fault(f"{item.path}.calculation", "calculation_missing", _("计算题缺少算式。"))

    def _expressions(self, item: Item) -> Iterator[Fault]:
        sources = {name: item.data[name] for name in EXPRESSIONS if item.data.get(name)}
        if DYNAMIC.search(item.data.get("default", "")):
            sources["default"] = item.data["default"]
        for name, source in sources.items():
            yield from self._expression(source, f"{item.path}.{name}", item)
        for text in TEXTS:
            for language, each in item.data.get(text, {}).items():
                for named in OUTPUT.findall(each):
                    if named not in self.names:
                        yield self._unknown(f"{item.path}.{text}.{language}", named)

    def _expression(self, source: Any, path: str, item: Item | None = None) -> Iterator[Fault]:
        try:
            root = tree(source)
        except ExpressionProblem as problem:
            yield Fault(path, problem)
            return
        for node in nodes(root):
            if node[0] == "ref" and node[1] not in self.names:
                yield self._unknown(path, node[1])
            elif node[0] == "column" and not path.endswith("choice_filter"):
                message = _("“%(name)s”应写作 ${%(name)s}，文字要加引号。")
                yield Fault(path, Problem("expression_bare", message, params={"name": node[1]}))
            elif node[0] == "position" and not (item and (item.repeats or item.kind == "repeat")):
                yield _fault(path, "expression_position", _("position(..) 只能用在重复组里。"))

    def _unknown(self, path: str, name: str) -> Fault:
        return Fault(path, Problem("name_unknown", _("没有名为“%(name)s”的题目。"), params={"name": name}))

    def _results(self) -> Iterator[Fault]:
        scored = set()
        for number, score in enumerate(self.document.get("scores", [])):
            path = f"scores[{number}]"
            name = score.get("name") if isinstance(score, Mapping) else None
            if not isinstance(name, str) or not NAME.fullmatch(name):
                yield _fault(path, "name_wrong", _("名称须以字母开头，只含字母、数字和 _ - .，最多 60 个字。"))
                continue
            scored.add(name)
            yield from self._text(score.get("label"), f"{path}.label", needed=True)
            yield from self._points(score, path)
            yield from self._bands(score.get("levels", []), f"{path}.levels", "risk", needed=False)
        for number, need in enumerate(self.document.get("needs", [])):
            path = f"needs[{number}]"
            levels = need.get("levels", [1, 2, 3]) if isinstance(need, Mapping) else None
            if not isinstance(levels, list) or len(levels) != 3 or not _ascending(levels) or not need.get("field"):
                yield _fault(path, "need_wrong", _("需求要写明服务领域和三个递增的分数线。"))
                continue
            yield from self._points(need, path)
        for number, alert in enumerate(self.document.get("alerts", [])):
            path = f"alerts[{number}]"
            if not isinstance(alert, Mapping) or not isinstance(alert.get("when"), str):
                yield _fault(path, "alert_wrong", _("预警缺少条件。"))
                continue
            yield from self._expression(alert["when"], f"{path}.when")
            yield from self._text(alert.get("label"), f"{path}.label")
            if alert.get("risk", 1) not in (1, 2, 3, 4) or alert.get("level", 0) not in (0, 1, 2, 3):
                yield _fault(path, "alert_wrong", _("风险等级为 1 到 4，需求程度为 0 到 3。"))
        risk = self.document.get("risk", {})
        if risk:
            if not _among(risk.get("score"), scored):
                yield _fault("risk.score", "score_unknown", _("没有这个得分。"))
            yield from self._bands(risk.get("bands", []), "risk.bands", "level", needed=True)

    def _points(self, data: Mapping[str, Any], path: str) -> Iterator[Fault]:
        how, of = data.get("how", "sum"), data.get("of", [])
        if how not in WAYS or not isinstance(of, list):
            yield _fault(f"{path}.how", "way_unknown", _("算法须为 sum、mean、max 或 formula。"))
        elif how == "formula":
            yield from self._expression(str(data.get("expression", "")), f"{path}.expression")
        elif not of:
            yield _fault(f"{path}.of", "questions_missing", _("没有写明由哪些题目得分。"))
        for name in of if isinstance(of, list) else []:
            if not _among(name, self.names) or self.names[name].kind not in QUESTIONS:
                yield self._unknown(f"{path}.of", str(name))

    def _bands(self, bands: Any, path: str, member: str, *, needed: bool) -> Iterator[Fault]:
        good = isinstance(bands, list) and all(isinstance(each, Mapping) for each in bands)
        if not good or not _ascending([each.get("from") for each in bands]) or (needed and not bands):
            yield _fault(path, "bands_wrong", _("分数线须为递增的数字。"))
        elif any(each.get(member, None if needed else 1) not in (1, 2, 3, 4) for each in bands):
            yield _fault(path, "bands_risk", _("风险等级为 1 到 4。"))


def _among(value: Any, known: Container[str]) -> bool:
    """Whether it is one of the known names; a list or an object, which can't even be looked up, is none."""
    return isinstance(value, str) and value in known


def _ascending(values: list[Any]) -> bool:
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    return len(numbers) == len(values) and all(a < b for a, b in pairwise(numbers))


def _fault(path: str, code: str, message: Any) -> Fault:
    return Fault(path, Problem(code, message))
