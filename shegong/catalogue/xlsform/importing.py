"""From an XLSForm workbook to a document, with all that is wrong or can't be kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.rules.document import CHOSEN, DYNAMIC, EXPRESSIONS, FORMAT, OUTPUT, TRUE, walk
from shegong.catalogue.rules.expression import ExpressionProblem, nodes, tree
from shegong.catalogue.rules.faults import NAME, faults
from shegong.catalogue.xlsform.extras import read_extras
from shegong.catalogue.xlsform.findings import Finding
from shegong.catalogue.xlsform.reading import Book, Row, read_book
from shegong.kernel.problems import Problem

TYPES: Final = {
    "text": "text", "string": "text", "note": "note", "integer": "integer", "int": "integer", "decimal": "decimal",
    "date": "date", "time": "time", "datetime": "datetime", "calculate": "calculate", "acknowledge": "acknowledge",
    "trigger": "acknowledge", "add text prompt": "text", "add note prompt": "note", "add integer prompt": "integer",
    "add decimal prompt": "decimal", "add date prompt": "date",
}  # fmt: skip
CHOICES: Final = re.compile(
    r"(?P<kind>select_one|select one from|select one|select1|select_multiple|select all that apply from|"
    r"select multiple from|select multiple|rank)\s+(?P<list>[^\s]+)(?P<other>\s+or[_ ]other|\s+or specify other)?",
    re.IGNORECASE,
)
BEGIN: Final = re.compile(r"begin[ _](group|repeat|lgroup|looped group)", re.IGNORECASE)
END: Final = re.compile(r"end[ _](group|repeat|lgroup|looped group)", re.IGNORECASE)
# Kinds of questions that XLSForm has and we have not.
FOREIGN: Final = frozenset(
    {
        "geopoint", "geotrace", "geoshape", "start-geopoint", "background-geopoint", "image", "photo", "picture",
        "audio", "video", "file", "barcode", "range", "start", "end", "today", "deviceid", "phonenumber", "username",
        "simserial", "subscriberid", "email", "audit", "background-audio", "hidden", "xml-external", "csv-external",
        "select_one_from_file", "select_multiple_from_file", "select_one_external", "osm", "uuid", "instance",
        "start-time", "end-time",
    }
)  # fmt: skip
OTHER: Final = {"zh": "其他", "en": "Other"}
SPECIFY: Final = {"zh": "请说明", "en": "Specify other."}
PLAIN: Final = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculation": "calculation",
    "choice_filter": "choice_filter",
    "repeat_count": "count",
    "default": "default",
    "appearance": "appearance",
}
TEXTS: Final = ("label", "hint", "constraint_message", "required_message")
ROW_PARTS: Final = frozenset({"type", "name", "required", "readonly", "disabled", *PLAIN, *TEXTS})
CHOICE_PARTS: Final = frozenset({"list_name", "name", "label", "score", "alone"})
SETTINGS: Final = frozenset({"form_title", "form_id", "version", "default_language"})
YES: Final = frozenset({"yes", "true", "true()", "1"})
NO: Final = frozenset({"no", "false", "false()", "0", ""})
COLUMN: Final = re.compile(r"[^\W\d][\w.-]*")
HAN: Final = re.compile("[\u4e00-\u9fff]")


@dataclass(slots=True)
class Imported:
    """What came of a workbook. `document` is there only without errors; `left_out` must be confirmed."""

    code: str = ""
    document: dict[str, Any] | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What must be put right first."""
        return [each for each in self.findings if each.is_error]

    @property
    def left_out(self) -> list[Finding]:
        """What we can't keep."""
        return [each for each in self.findings if not each.is_error]


def import_xlsform(file: IO[bytes]) -> Imported:
    """Read a workbook. Raises Problem for a file that isn't one; everything else is told by findings."""
    return _Import(read_book(file)).run()


class _Import:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.found = Imported(findings=list(book.findings))
        self.languages: list[str] = []
        self.plain = "zh"  # the language of columns that name none
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.rows: dict[str, Row] = {}  # by the name of the item that stands there
        self.choice_rows: dict[tuple[str, int], int] = {}
        self.names_left: set[str] = set()

    def run(self) -> Imported:
        for name in ("survey", *(("choices",) if self._needs_choices() else ())):
            if not self.book.sheets.get(name):
                self._error(name, 0, "", Problem("sheet_missing", _("缺少工作表，或里面没有内容。")))
        for title in self.book.others:
            if title.strip().lower() in ("external_choices", "entities", "osm"):
                self._left(title, 0, "", Problem("sheet_unused", _("不支持这张工作表，不导入。")))
            elif not title.startswith("_"):
                self._left(title, 0, "", Problem("sheet_foreign", _("不属于 XLSForm 的工作表，不导入。")))
        if self.found.errors:
            return self.found
        settings = self._settings()
        self._languages(settings)
        self._choices()
        items = self._survey()
        self._drop_unreadable(items)
        extras = read_extras(self.book.sheets.get("shegong", []), self.languages, self.found.findings)
        plain_title = settings.get("form_title") or settings.get("form_id") or "XLSForm"
        titles = extras.pop("title", None) or {self.languages[0]: plain_title}
        document: dict[str, Any] = {
            "format": FORMAT,
            "title": titles,
            "languages": self.languages,
            "items": items,
            "lists": self.lists,
            **extras,
        }
        for fault in faults(document):
            self.found.findings.append(self._placed(document, fault.path, fault.problem))
        self.found.code = settings.get("form_id", "")
        self.found.findings.sort(key=lambda each: (not each.is_error, each.sheet, each.row))
        self.found.document = None if self.found.errors else document
        return self.found

    def _needs_choices(self) -> bool:
        kinds = (CHOICES.fullmatch(row.text("type")) for row in self.book.sheets.get("survey", []))
        return any(kinds)

    def _error(self, sheet: str, row: int, column: str, problem: Problem) -> None:
        self.found.findings.append(Finding(sheet, row, column, problem))

    def _left(self, sheet: str, row: int, column: str, problem: Problem) -> None:
        self.found.findings.append(Finding(sheet, row, column, problem, is_error=False))

    # Sheets other than survey

    def _settings(self) -> dict[str, str]:
        rows = self.book.sheets.get("settings", [])
        found: dict[str, str] = {}
        for heading, text in rows[0].cells.items() if rows else ():
            if heading.name in SETTINGS:
                found[heading.name] = text
            else:
                problem = Problem("setting_unused", _("不支持这项设置，不导入：%(value)s"), params={"value": text[:60]})
                self._left("settings", rows[0].number, heading.written, problem)
        return found

    def _languages(self, settings: Mapping[str, str]) -> None:
        headings = [each for name in ("survey", "choices") for each in self.book.headings.get(name, [])]
        texts = [each for each in headings if each.name in TEXTS]
        named = list(dict.fromkeys(each.language for each in texts if each.language))
        default = settings.get("default_language", "")
        has_plain = any(not each.language for each in texts)
        if has_plain or not named:
            self.plain = default or self._guessed()
            named = [self.plain, *[each for each in named if each != self.plain]]
        elif default in named:
            named = [default, *[each for each in named if each != default]]
        self.languages = named

    def _guessed(self) -> str:
        rows = self.book.sheets["survey"]
        labels = "".join(text for row in rows for heading, text in row.cells.items() if heading.name == "label")
        return "zh" if HAN.search(labels) or not labels else "en"

    def _texts(self, row: Row, name: str) -> dict[str, str]:
        found = {
            heading.language or self.plain: text for heading, text in row.cells.items() if heading.name == name and text
        }
        return {language: found[language] for language in self.languages if language in found}

    def _choices(self) -> None:
        unused: set[str] = set()
        for row in self.book.sheets.get("choices", []):
            name, value = row.text("list_name"), row.text("name") or row.text("value")
            if not name:
                self._error("choices", row.number, "list_name", Problem("list_missing", _("没有写明属于哪个选项表。")))
                continue
            if not value:
                self._error("choices", row.number, "name", Problem("choice_missing", _("选项缺少值。")))
                continue
            choice: dict[str, Any] = {"value": value, "label": self._texts(row, "label")}
            for heading, text in row.cells.items():
                self._choice_cell(row, heading.name, heading.written, text, choice, unused)
            self.choice_rows[name, len(self.lists.setdefault(name, []))] = row.number
            self.lists[name].append(choice)

    def _choice_cell(
        self, row: Row, name: str, written: str, text: str, choice: dict[str, Any], unused: set[str]
    ) -> None:
        if name == "score":
            try:
                choice["score"] = _figure(text)
            except ValueError:
                self._error("choices", row.number, written, Problem("score_wrong", _("分值须为数字。")))
        elif name == "alone":
            choice |= {"alone": True} if text.lower() in YES else {}
        elif name in ("image", "audio", "video", "big-image"):
            problem = Problem(
                "media_unused", _("不支持图片、声音和影像，不导入：%(value)s"), params={"value": text[:60]}
            )
            self._left("choices", row.number, written, problem)
        elif name not in CHOICE_PARTS and name != "value":
            if COLUMN.fullmatch(name):
                choice.setdefault("columns", {})[name] = text
            elif written not in unused:
                unused.add(written)
                self._left("choices", row.number, written, Problem("column_unused", _("不支持这一列，不导入。")))

    # The survey

    def _survey(self) -> list[dict[str, Any]]:
        top: list[dict[str, Any]] = []
        trail: list[tuple[str, list[dict[str, Any]], Row]] = [("", top, Row(0, {}))]
        for row in self.book.sheets["survey"]:
            kind = " ".join(row.text("type").split())
            if row.text("disabled").lower() in YES - {"1"}:
                self._left("survey", row.number, "disabled", Problem("row_disabled", _("这一行已停用，不导入。")))
                continue
            if begin := BEGIN.fullmatch(kind):
                what = "repeat" if "repeat" in begin[1].lower() else "group"
                item = self._item(row, what)
                item["items"] = []
                trail[-1][1].append(item)
                trail.append((what, item["items"], row))
            elif end := END.fullmatch(kind):
                what = "repeat" if "repeat" in end[1].lower() else "group"
                if len(trail) == 1 or trail[-1][0] != what:
                    self._error("survey", row.number, "type", Problem("end_alone", _("这个结束行没有对应的开始行。")))
                else:
                    trail.pop()
            else:
                trail[-1][1].extend(self._question(row, kind))
        for _kind, _items, row in trail[1:]:
            self._error("survey", row.number, "type", Problem("begin_open", _("这一组没有结束行。")))
        return top

    def _question(self, row: Row, kind: str) -> list[dict[str, Any]]:
        if not kind:
            self._error("survey", row.number, "type", Problem("type_missing", _("没有写题型。")))
            return []
        if choices := CHOICES.fullmatch(kind):
            return self._choice_question(row, choices)
        known = TYPES.get(kind.lower())
        if known:
            return [self._item(row, known)]
        if kind.lower().split()[0] in FOREIGN or kind in FOREIGN:
            self.names_left.add(row.text("name"))
            message = _("不支持的题型“%(kind)s”，这一题不导入：%(name)s")
            problem = Problem("type_unused", message, params={"kind": kind, "name": row.text("name")})
            self._left("survey", row.number, row.written("type"), problem)
        else:
            problem = Problem("type_unknown", _("没有“%(kind)s”这种题型。"), params={"kind": kind[:60]})
            self._error("survey", row.number, row.written("type"), problem)
        return []

    def _choice_question(self, row: Row, choices: re.Match[str]) -> list[dict[str, Any]]:
        word = choices["kind"].lower()
        kind = (
            "rank"
            if word == "rank"
            else "one"
            if word in ("select_one", "select one", "select one from", "select1")
            else "many"
        )
        item = self._item(row, kind)
        item["list"] = choices["list"]
        if item["list"].endswith((".csv", ".xml", ".geojson")) or "${" in item["list"]:
            self.names_left.add(row.text("name"))
            problem = Problem(
                "list_external", _("不支持外部选项，这一题不导入：%(name)s"), params={"name": row.text("name")}
            )
            self._left("survey", row.number, row.written("type"), problem)
            return []
        if not choices["other"]:
            return [item]
        listed = self.lists.setdefault(item["list"], [])
        if all(each["value"] != "other" for each in listed):
            listed.append({"value": "other", "label": self._other(listed)})
        name = f"{item.get('name', '')}_other"
        asked = {
            "kind": "text",
            "name": name,
            "label": self._specify(),
            "relevant": f"selected(${{{item.get('name', '')}}}, 'other')",
        }
        self.rows[name] = row
        return [item, asked]

    def _other(self, listed: list[dict[str, Any]]) -> dict[str, str]:
        used = [each for each in self.languages if not listed or any(each in one["label"] for one in listed)]
        return {each: OTHER["zh" if _is_chinese(each) else "en"] for each in used}

    def _specify(self) -> dict[str, str]:
        return {each: SPECIFY["zh" if _is_chinese(each) else "en"] for each in self.languages}

    def _item(self, row: Row, kind: str) -> dict[str, Any]:
        item: dict[str, Any] = {"kind": kind, "name": row.text("name")}
        if not item["name"]:
            self._error("survey", row.number, "name", Problem("name_missing", _("没有写名称。")))
        self.rows.setdefault(item["name"], row)
        for name in TEXTS:
            if texts := self._texts(row, name):
                item[name] = texts
        for name, member in PLAIN.items():
            if text := row.text(name):
                item[member] = text.replace("\u201c", '"').replace("\u201d", '"') if member in EXPRESSIONS else text
        for name, member in (("required", "required"), ("readonly", "read_only")):
            text = row.text(name)
            if text.lower() in YES:
                item[member] = TRUE
            elif text.lower() not in NO:
                item[member] = text
        if item.get("count", "").isdigit() is False and COLUMN.fullmatch(item.get("count", "")):
            item["count"] = f"${{{item['count']}}}"
        for heading, text in row.cells.items():
            if heading.name not in ROW_PARTS:
                problem = Problem(
                    "cell_unused", _("不支持这一列的内容，不导入：%(value)s"), params={"value": text[:60]}
                )
                self._left("survey", row.number, heading.written, problem)
        return item

    # What can't be kept pulls down what is built on it

    def _drop_unreadable(self, items: list[dict[str, Any]]) -> None:
        """Leave out expressions with functions we don't have, what is calculated by them, and what names that."""
        changed = True
        while changed:
            changed = False
            for item in _all(items):
                for member in (*EXPRESSIONS, "default"):
                    source = item.get(member, "")
                    if not source or (member == "default" and not DYNAMIC.search(source)):
                        continue
                    problem = self._unreadable(source)
                    if problem is not None:
                        changed = True
                        self._leave_expression(item, member, problem)
            for item in _all(items):
                if item["kind"] == "calculate" and item.get("name") in self.names_left:
                    _remove(items, item)
        for each in walk(items):
            for text in TEXTS:
                for words in each.data.get(text, {}).values():
                    for name in set(OUTPUT.findall(words)) & self.names_left:
                        problem = Problem(
                            "text_names_left", _("文字里引用了未导入的“%(name)s”，请先改写。"), params={"name": name}
                        )
                        self._error("survey", self.rows[each.name].number, text, problem)

    def _unreadable(self, source: str) -> Problem | None:
        try:
            root = tree(source)
        except ExpressionProblem as problem:
            return problem if problem.code in ("expression_function", "expression_path") else None
        for node in nodes(root):
            if node[0] == "ref" and node[1] in self.names_left:
                return Problem("names_left", _("引用了未导入的“%(name)s”"), params={"name": node[1]})
        return None

    def _leave_expression(self, item: dict[str, Any], member: str, problem: Problem) -> None:
        row = self.rows[item["name"]]
        column = next(
            (name for name, kept in PLAIN.items() if kept == member), "readonly" if member == "read_only" else member
        )
        source = item.pop(member)
        message = _("不导入这个表达式：%(source)s（%(reason)s）")
        params = {"source": source[:120], "reason": problem.message}
        self._left("survey", row.number, row.written(column), Problem("expression_unused", message, params=params))
        if member == "calculation" and item["kind"] == "calculate":
            self.names_left.add(item["name"])

    def _placed(self, document: Mapping[str, Any], path: str, problem: Problem) -> Finding:
        """A fault of the document at the cell it came from."""
        if found := re.match(r"lists\.(.+)\[(\d+)\]", path):
            return Finding(
                "choices", self.choice_rows.get((found[1], int(found[2])), 0), path.rpartition(".")[2], problem
            )
        if path.startswith("items["):
            best = max(
                (each for each in walk(document["items"]) if path.startswith(each.path)),
                key=lambda each: len(each.path),
            )
            member = path[len(best.path) + 1 :].split(".")[0]
            row = self.rows.get(best.data.get("name", ""))
            name = {"list": "type", "read_only": "readonly", "count": "repeat_count"}.get(member, member)
            if problem.code == "name_twice":
                row = self._last_row(best.data["name"]) or row
            return Finding("survey", row.number if row else 0, row.written(name) if row else name, problem)
        sheet = "shegong" if path.split("[")[0].split(".")[0] in ("scores", "needs", "alerts", "risk") else "survey"
        return Finding(sheet, 0, path, problem)

    def _last_row(self, name: str) -> Row | None:
        return next((row for row in reversed(self.book.sheets["survey"]) if row.text("name") == name), None)


def _all(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items and what they hold, in order."""
    return [found for item in items for found in (item, *_all(item.get("items", [])))]


def _remove(items: list[dict[str, Any]], gone: dict[str, Any]) -> None:
    for each in items:
        if each is gone:
            items.remove(each)
            return
        _remove(each.get("items", []), gone)


def _figure(text: str) -> int | float:
    number = float(text)
    return int(number) if number == int(number) else number


def _is_chinese(language: str) -> bool:
    return "zh" in language.lower() or HAN.search(language) is not None


__all__ = ["CHOSEN", "NAME", "Imported", "import_xlsform"]
