"""Where messages come from: the texts for readers in Python files and templates, and Chinese that escaped translation.

Nothing is run or imported; Python is read as a syntax tree, templates token by token.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace

CHINESE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Each function of django.utils.translation: the places of context, message and plural among its arguments.
FUNCTIONS: Final[dict[str, tuple[int | None, int, int | None]]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# Texts in both languages side by side, for what is said before translations are loaded.
BILINGUAL_CALLS: Final = frozenset({"LaunchProblem"})
# Files with Chinese that is no message, and why; patterns are relative to the package.
RAW_CHINESE_ALLOWED: Final[dict[str, str]] = {
    "*/migrations/*.py": "labels as they were when the migration was made",
    "kernel/names.py": "surnames and their readings are data",
    "network/premises/actions/plan.py": "the names of new rooms are the city's own, in Chinese",
    "network/actions.py": "the default names of new stations are the city's own, in Chinese",
    "network/rules.py": "parts of the names of communities and villages",
    "purchase/rules/labour_words.py": "what the titles of purchases can't say, in the language they are written in",
    "catalogue/enums.py": "the stored values are the field's own words",
    "catalogue/rules/sections.py": "what forms of the first format lack is data in both languages",
    "catalogue/standard_forms.py": "titles and levels of forms are data in both languages",
    "catalogue/xlsform/importing.py": "what an imported form gets for `or_other` is data in both languages",
    "config/settings.py": "each language is named in itself",
    "config/cli.py": "the terminal shows both languages, before translations are loaded",
    "config/commands/*.py": "the terminal shows both languages, before translations are loaded",
    "workforce/rules/register.py": "what columns and levels are called in the register's list is data",
    "config/demo/*.py": "the names and words of simulated people and records are data",
    "config/workbook/examples.py": "rows as they are filled in",
    "appraisal/papers/*.py": "papers are Chinese documents, whatever the reader's language",
    "appraisal/rules/letter_title.py": "the titles of target letters are the city's own, in Chinese",
    "linkage/papers/*.py": "papers are Chinese documents, whatever the reader's language",
    "practice/papers/*.py": "papers are Chinese documents, whatever the reader's language",
    "appraisal/papers/finding.py": "papers are Chinese documents, whatever the reader's language",
    "indicators/money/paper.py": "papers are Chinese documents, whatever the reader's language",
    "purchase/rules/capitals.py": "sums written out are Chinese, as vouchers are",
    "indicators/reports/paper.py": "papers are Chinese documents, whatever the reader's language",
    "indicators/reports/texts.py": "reports are Chinese documents, whatever the reader's language",
    "config/serving.py": "the terminal shows both languages, before translations are loaded",
}
STRING: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
TRANSLATE: Final = re.compile(rf"trans(?:late)?\s+({STRING})")
CONTEXT: Final = re.compile(rf"\bcontext\s+({STRING})")
INLINE: Final = re.compile(rf"_\(({STRING})\)")
BLOCK: Final = re.compile(r"blocktrans(?:late)?(?:\s|$)")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to put right in a file."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a message is used; `key` is its context and its text, as in a catalogue."""

    message: str
    context: str | None
    plural: str | None
    path: str
    line: int

    @property
    def key(self) -> tuple[str, str]:
        """What tells messages apart."""
        return self.message, self.context or ""


@dataclass(slots=True)
class Sources:
    """What was found in some files."""

    uses: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def sources_of(folder: Path, package: Path) -> Sources:
    """All messages of the Python files and templates under a folder of the package, files in order."""
    sources = Sources()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.suffix == ".py":
            read_python(path.read_text(encoding="utf-8"), name, sources)
        elif "templates" in path.parts and path.is_file():
            read_template(path.read_text(encoding="utf-8"), name, sources)
    return sources


def read_python(source: str, path: str, sources: Sources) -> None:
    """Add the messages of a Python file, under whatever name the translating function was imported, and its raw
    Chinese.
    """
    tree = ast.parse(source, path)
    names = _translating_names(tree)
    translated: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.rpartition(".")[2] in BILINGUAL_CALLS:
            translated.update(id(inner) for inner in ast.walk(node))
        elif called in names:
            translated.update(id(inner) for inner in ast.walk(node))
            _read_call(node, FUNCTIONS[names[called]], path, sources)
    if _raw_chinese_is_allowed(path):
        return
    skipped = translated | _documentation(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in skipped:
            continue
        # An escape such as \u4e00 is meant as a number, not as a text.
        if CHINESE.search(node.value) and CHINESE.search(ast.get_source_segment(source, node) or ""):
            sources.findings.append(Finding(path, node.lineno, f"Chinese outside translation: {node.value!r}"))


def _translating_names(tree: ast.Module) -> dict[str, str]:
    """Local name to Django's name: `_` to gettext, `translation.pgettext` to pgettext."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({item.asname or item.name: item.name for item in node.names if item.name in FUNCTIONS})
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            modules = [item.asname or item.name for item in node.names if item.name == "translation"]
            names.update({f"{module}.{function}": function for module in modules for function in FUNCTIONS})
    return names


def _read_call(call: ast.Call, places: tuple[int | None, int, int | None], path: str, sources: Sources) -> None:
    """A message, if its arguments are literals; else a finding, since no tool could know the text."""
    texts: list[str | None] = []
    for place in places:
        argument = call.args[place] if place is not None and place < len(call.args) else None
        if place is not None and not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            sources.findings.append(Finding(path, call.lineno, "a message that is not a literal string"))
            return
        texts.append(str(argument.value) if isinstance(argument, ast.Constant) else None)
    context, message, plural = texts
    assert message is not None
    sources.uses.append(Use(message, context, plural, path, call.lineno))


def _documentation(tree: ast.Module) -> set[int]:
    """Strings that stand alone: of modules, classes, functions and fields."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _raw_chinese_is_allowed(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in RAW_CHINESE_ALLOWED)


def read_template(source: str, path: str, sources: Sources) -> None:
    """Add the messages of a template, `_("…")` in its variables and tags included, and its raw Chinese."""
    tokens = iter(Lexer(source).tokenize())
    hidden = False
    for token in tokens:
        tag = token.contents.split(None, 1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        hidden = tag == "comment" or (hidden and tag != "endcomment")
        if hidden or token.token_type == TokenType.COMMENT:
            continue
        if BLOCK.match(token.contents) and token.token_type == TokenType.BLOCK:
            _read_block(token, tokens, path, sources)
            continue
        rest = token.contents
        if token.token_type == TokenType.BLOCK:
            rest = _read_tag(token, path, sources)
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for found in INLINE.finditer(rest):
                sources.uses.append(Use(_doubled(_unquoted(found[1])), None, None, path, token.lineno or 1))
            rest = INLINE.sub("", rest)
        _report_raw(rest, token, path, sources)


def _read_tag(token: Token, path: str, sources: Sources) -> str:
    """The message of a {% translate "…" %}; what remains of the tag."""
    found = TRANSLATE.match(token.contents)
    if found is None:
        return token.contents
    context = CONTEXT.search(token.contents)
    message = _doubled(_unquoted(found[1]))
    sources.uses.append(Use(message, _unquoted(context[1]) if context else None, None, path, token.lineno or 1))
    rest = token.contents[found.end() :]
    return CONTEXT.sub("", rest)


def _read_block(start: Token, tokens: Iterator[Token], path: str, sources: Sources) -> None:
    """The message of a {% blocktranslate %}, written as Django looks it up: %% for a percent sign, %(name)s for a
    variable.
    """
    parts = [""]
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            parts[-1] += _doubled(token.contents)
        elif token.token_type == TokenType.VAR:
            parts[-1] += f"%({token.contents})s"
        elif token.token_type == TokenType.BLOCK and token.contents == "plural":
            parts.append("")
        elif token.token_type == TokenType.BLOCK:
            break
    if " trimmed" in start.contents:
        parts = [trim_whitespace(part) for part in parts]
    context = CONTEXT.search(start.contents)
    plural = parts[1] if len(parts) > 1 else None
    sources.uses.append(Use(parts[0], _unquoted(context[1]) if context else None, plural, path, start.lineno or 1))
    _report_raw(CONTEXT.sub("", start.contents), start, path, sources)


def _report_raw(text: str, token: Token, path: str, sources: Sources) -> None:
    found = CHINESE.search(text)
    if found and not _raw_chinese_is_allowed(path):
        line = (token.lineno or 1) + text[: found.start()].count("\n")
        shown = text[found.start() :].split("\n")[0].strip()[:40]
        sources.findings.append(Finding(path, line, f"Chinese outside translation: {shown!r}"))


def _doubled(text: str) -> str:
    return text.replace("%", "%%")


def _unquoted(literal: str) -> str:
    """As Django's templates read it: only the quote and the backslash can be escaped."""
    quote = literal[0]
    return literal[1:-1].replace(rf"\{quote}", quote).replace(r"\\", "\\")
