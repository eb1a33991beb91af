"""The sheets of an XLSForm workbook as rows of texts under their normalised headings."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from shegong.catalogue.xlsform.findings import Finding
from shegong.kernel.problems import Problem
from shegong.kernel.workbooks import check_workbook, no_workbook

logger = logging.getLogger(__name__)
MOST_ROWS: Final = 6000
MOST_COLUMNS: Final = 200
SHEETS: Final = ("survey", "choices", "settings", "shegong")
BLANKS: Final = re.compile(r"[ \t\r\n\u00a0]+")
# Spellings that XLSForm's own reader takes for the same.
SAME: Final = {
    "constraint message": "constraint_message",
    "constraint_msg": "constraint_message",
    "constraining message": "constraint_message",
    "required message": "required_message",
    "required_msg": "required_message",
    "relevance": "relevant",
    "skip logic": "relevant",
    "read only": "readonly",
    "read_only": "readonly",
    "calculate": "calculation",
    "repeat count": "repeat_count",
    "choice filter": "choice_filter",
    "guidance hint": "guidance_hint",
    "list name": "list_name",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "title": "form_title",
    "set form title": "form_title",
    "id_string": "form_id",
    "set form id": "form_id",
    "media::image": "image",
    "media::audio": "audio",
    "media::video": "video",
    "bind:relevant": "relevant",
    "bind::relevant": "relevant",
    "bind:constraint": "constraint",
    "bind::constraint": "constraint",
    "bind:required": "required",
    "bind::required": "required",
    "bind:calculate": "calculation",
    "bind::calculate": "calculation",
    "bind:readonly": "readonly",
    "bind::readonly": "readonly",
    "bind:jr:constraintMsg": "constraint_message",
    "bind::jr:constraintMsg": "constraint_message",
    "bind:jr:requiredMsg": "required_message",
    "bind::jr:requiredMsg": "required_message",
}
TRANSLATED: Final = frozenset(
    {"label", "hint", "constraint_message", "required_message", "guidance_hint", "image", "audio", "video"}
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: what it holds, in which language (empty for a column without one), and how it is written."""

    name: str
    language: str
    written: str


@dataclass(slots=True)
class Row:
    """A row's filled cells by heading."""

    number: int
    cells: dict[Heading, str]

    def text(self, name: str) -> str:
        """The cell of a column without language; empty where there is none."""
        return next((text for heading, text in self.cells.items() if heading.name == name), "")

    def written(self, name: str) -> str:
        """How the column is written in the file."""
        return next((heading.written for heading in self.cells if heading.name == name), name)


@dataclass(slots=True)
class Book:
    """The sheets that were found, by name; and the names of the others."""

    sheets: dict[str, list[Row]] = field(default_factory=dict)
    headings: dict[str, list[Heading]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_book(file: IO[bytes]) -> Book:
    """The book. Raises Problem for a file that isn't one."""
    check_workbook(file)
    try:
        source = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        book = Book()
        for sheet in source.worksheets:
            name = sheet.title.strip().lower()
            if name not in SHEETS or name in book.sheets:
                book.others.append(sheet.title)
                continue
            book.sheets[name], book.headings[name] = [], []
            _read_sheet(sheet, name, book)
    except Problem:
        raise
    except Exception as error:
        # The file is somebody else's; what its oddities raise in the library has no end.
        logger.info("unreadable form workbook: %s", type(error).__name__)
        raise no_workbook() from error
    return book


def _read_sheet(sheet: Any, name: str, book: Book) -> None:
    rows: Iterator[tuple[int, tuple[Any, ...]]] = enumerate(
        sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS), start=1
    )
    headings: list[Heading | None] | None = None
    for number, values in rows:
        texts = [cell_text(value) for value in values]
        if not any(texts):
            continue
        if number > MOST_ROWS + 1:
            message = _("工作表超过 %(most)s 行。")
            book.findings.append(Finding(name, 0, "", Problem("sheet_long", message, params={"most": MOST_ROWS})))
            return
        if headings is None:
            headings = [_heading(text) if text else None for text in texts]
            book.headings[name] = [each for each in headings if each]
            book.findings += _twice(name, number, book.headings[name])
            continue
        cells = {heading: text for heading, text in zip(headings, texts, strict=False) if heading and text}
        book.sheets[name].append(Row(number, cells))


def _twice(sheet: str, row: int, headings: list[Heading]) -> list[Finding]:
    seen: set[tuple[str, str]] = set()
    found = []
    for each in headings:
        if (each.name, each.language) in seen:
            found.append(Finding(sheet, row, each.written, Problem("heading_twice", _("这一列有两份。"))))
        seen.add((each.name, each.language))
    return found


def _heading(text: str) -> Heading:
    plain = BLANKS.sub(" ", text).strip()
    lower = plain.lower()
    known = SAME.get(plain) or SAME.get(lower)
    if known:
        return Heading(known, "", text)
    base, mark, language = plain.partition("::") if "::" in plain else plain.partition(":")
    base = BLANKS.sub(" ", base).strip().lower()
    if base == "media" and mark:
        base, mark, language = language.partition("::") if "::" in language else language.partition(":")
    base = SAME.get(base, base)
    if mark and base in TRANSLATED:
        return Heading(base, language.strip(), text)
    return Heading(lower if not mark else plain, "", text)


def cell_text(value: Any) -> str:
    """A cell as text: numbers as XLSForm wants them, blanks around cut off."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
