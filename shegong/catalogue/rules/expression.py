"""The expressions of instruments: the part of XPath that XLSForm uses, read into a tree.

`tree(source)` gives nested lists that are JSON as they stand, so that the server (`evaluation`) and the browser
(frontend/src/forms/evaluation.js) work on the same tree and nobody reads the text a second time:

["number", 1.5] · ["text", "a"] · ["ref", "name"] an answer · ["self"] the answer in question · ["column", "name"] of a
choice, in a choice filter · ["position"] of a repeat's turn · ["op", sign, left, right] · ["minus", x] ·
["call", function, [arguments]].
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

Tree = list[Any]
LONGEST: Final = 4000
DEEPEST: Final = 40  # brackets in brackets
DEEPEST_TREE: Final = 160  # also a sum of so many terms, since each is one level
# name -> least and most arguments. ODK's functions that need more than the form itself (pulldata, …) are not here.
FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    "abs": (1, 1), "boolean": (1, 1), "ceiling": (1, 1), "coalesce": (2, 99), "concat": (0, 99), "contains": (2, 2),
    "count": (1, 1), "count-non-empty": (1, 1), "count-selected": (1, 1), "date": (1, 1), "decimal-date-time": (1, 1),
    "ends-with": (2, 2), "false": (0, 0), "floor": (1, 1), "format-date": (2, 2), "if": (3, 3),
    "indexed-repeat": (3, 3), "int": (1, 1), "join": (2, 99), "max": (1, 99), "min": (1, 99),
    "normalize-space": (1, 1), "not": (1, 1), "now": (0, 0), "number": (1, 1), "once": (1, 1), "pow": (2, 2),
    "regex": (2, 2), "round": (1, 2), "score": (1, 1), "selected": (2, 2), "selected-at": (2, 2),
    "starts-with": (2, 2), "string": (1, 1), "string-length": (1, 1), "substr": (2, 3), "sum": (1, 99),
    "today": (0, 0), "true": (0, 0),
}  # fmt: skip
NAME: Final = re.compile(r"[^\W\d][\w.-]*")
DEEP: Final = _("第 %(place)s 字：嵌套过深。")
TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<ref>\$\{\s*(?P<name>[^\s{}]*)\s*\})
  | (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<text>"[^"]*"|'[^']*')
  | (?P<word>[^\W\d][\w-]*(?::[^\W\d][\w-]*)?(?:\.(?!\.)[\w-]+)*)
  | (?P<sign>\.\.|!=|<=|>=|[-+*=<>(),.|/\[\]@])
  )""",
    re.VERBOSE,
)
LEVELS: Final = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


class ExpressionProblem(Problem):
    """An expression that can't be read, or uses what we don't have; `place` counts characters from 1."""

    def __init__(self, code: str, message: Any, place: int, **params: object) -> None:
        super().__init__(code, message, params={"place": place, **params})
        self.place = place


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str
    place: int


@lru_cache(maxsize=4096)
def tree(source: str) -> Tree:
    """The tree of an expression. Don't change it: it is kept. Raises ExpressionProblem."""
    if len(source) > LONGEST:
        raise ExpressionProblem("expression_long", _("表达式过长（第 %(place)s 字起）。"), LONGEST)
    reader = _Reader(list(_tokens(source)), len(source) + 1)
    found = reader.binary(0)
    if reader.present.kind != "end":
        raise reader.unexpected()
    if _depth(found) > DEEPEST_TREE:
        raise ExpressionProblem("expression_deep", DEEP, 1)
    return found


def _depth(root: Tree) -> int:
    """How deep a tree is, told without recursion."""
    level, depth = [root], 0
    while level:
        depth += 1
        level = [below for node in level for below in _below(node)]
    return depth


def _below(node: Tree) -> list[Tree]:
    kind = node[0]
    found: list[Tree] = node[2] if kind == "call" else node[2:] if kind == "op" else node[1:] if kind == "minus" else []
    return found


def names_in(source: str) -> set[str]:
    """The questions, groups and repeats that an expression names by ${…}. Raises ExpressionProblem."""
    return {node[1] for node in nodes(tree(source)) if node[0] == "ref"}


def nodes(root: Tree) -> Iterator[Tree]:
    """A tree's nodes, the root first."""
    yield root
    for each in _below(root):
        yield from nodes(each)


def _tokens(source: str) -> Iterator[_Token]:
    place = 0
    while source[place:].strip():
        match = TOKEN.match(source, place)
        if match is None:
            start = place + len(source[place:]) - len(source[place:].lstrip())
            raise ExpressionProblem(
                "expression_sign", _("第 %(place)s 字：看不懂“%(sign)s”。"), start + 1, sign=source[start]
            )
        kind = str(match.lastgroup)
        kind = "ref" if kind == "name" else kind
        value = match["name"] if kind == "ref" else match[kind]
        yield _Token(kind, value, match.start(kind) + 1)
        place = match.end()


class _Reader:
    """Reads tokens from the left, one rule of the grammar a method."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = [*tokens, _Token("end", "", end)]
        self._at = 0
        self._depth = 0

    @property
    def present(self) -> _Token:
        return self._tokens[self._at]

    def unexpected(self) -> ExpressionProblem:
        token = self.present
        if token.kind == "end":
            return ExpressionProblem("expression_end", _("表达式没有写完（第 %(place)s 字）。"), token.place)
        if token.value in ("/", "..", "[", "]", "@", "|") or ":" in token.value:
            message = _("第 %(place)s 字：不支持路径写法“%(sign)s”，请写题目的名称。")
            return ExpressionProblem("expression_path", message, token.place, sign=token.value)
        message = _("第 %(place)s 字：这里不该有“%(sign)s”。")
        return ExpressionProblem("expression_unexpected", message, token.place, sign=token.value)

    def _take(self, *values: str) -> bool:
        token = self.present
        if token.kind in ("sign", "word") and token.value in values:
            self._at += 1
            return True
        return False

    def _need(self, value: str) -> None:
        if not self._take(value):
            raise self.unexpected()

    def binary(self, level: int) -> Tree:
        """`or` binds least, `*` most."""
        if level == len(LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        while self.present.kind in ("sign", "word") and self.present.value in LEVELS[level]:
            sign = self.present.value
            self._at += 1
            left = ["op", sign, left, self.binary(level + 1)]
        return left

    def _inside(self, read: Callable[[], Any]) -> Any:
        """What `read` finds one bracket deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionProblem("expression_deep", DEEP, self.present.place)
        found = read()
        self._depth -= 1
        return found

    def _unary(self) -> Tree:
        if self._take("-"):
            return ["minus", self._inside(self._unary)]
        return self._primary()

    def _primary(self) -> Tree:
        token = self.present
        if token.kind == "ref":
            self._at += 1
            if not NAME.fullmatch(token.value):
                message = _("第 %(place)s 字：${%(sign)s} 不是可用的名称。")
                raise ExpressionProblem("expression_name", message, token.place, sign=token.value)
            return ["ref", token.value]
        if token.kind in ("number", "text"):
            self._at += 1
            return ["number", float(token.value)] if token.kind == "number" else ["text", token.value[1:-1]]
        if self._take("("):
            found: Tree = self._inside(lambda: self.binary(0))
            self._need(")")
            return found
        if self._take("."):
            return self._without_path(["self"])
        if token.kind == "word":
            return self._word(token)
        raise self.unexpected()

    def _without_path(self, found: Tree) -> Tree:
        if self.present.value in ("/", "["):
            raise self.unexpected()
        return found

    def _word(self, token: _Token) -> Tree:
        self._at += 1
        if not self._take("("):
            if ":" in token.value or self.present.value in ("/", "["):
                self._at -= 1 if ":" in token.value else 0
                raise self.unexpected()
            return ["column", token.value]
        if token.value == "position" and self._take(".."):
            self._need(")")
            return ["position"]
        if token.value not in FUNCTIONS:
            message = _("第 %(place)s 字：不支持函数 %(sign)s()。")
            raise ExpressionProblem("expression_function", message, token.place, sign=token.value)
        return ["call", token.value, self._inside(lambda: self._arguments(token))]

    def _arguments(self, token: _Token) -> list[Tree]:
        found: list[Tree] = []
        if not self._take(")"):
            found.append(self.binary(0))
            while self._take(","):
                found.append(self.binary(0))
            self._need(")")
        least, most = FUNCTIONS[token.value]
        if not least <= len(found) <= most:
            message = _("第 %(place)s 字：%(sign)s() 的参数个数不对。")
            raise ExpressionProblem("expression_arguments", message, token.place, sign=token.value)
        return found
