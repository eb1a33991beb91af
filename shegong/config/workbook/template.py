"""The empty workbook to download, and the one with new accounts' passwords."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shegong.config.workbook.examples import EXAMPLES
from shegong.config.workbook.reading import MOST_ROWS
from shegong.config.workbook.sheets import (
    CHOICES,
    EXAMPLE_MARK,
    INSTRUCTIONS,
    RULES,
    SHEETS,
    Column,
    Kind,
    Sheet,
    bilingual,
    both,
)

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {Kind.DAY: "yyyy-mm-dd", Kind.NUMBER: "General"}
HEADING: Final = PatternFill("solid", fgColor="FFE4EFEA")
BOLD: Final = Font(bold=True)
GREY: Final = Font(italic=True, color="FF777777")
TOP: Final = Alignment(vertical="top", wrap_text=True)
PREPARED_ROWS: Final = 500  # cells with their format already; a column's own format serves the others


class NewAccount(NamedTuple):
    """An account that an import made, and its one-time password."""

    username: str
    display_name: str
    password: str


def template_workbook() -> bytes:
    """The workbook to fill in: instructions in both languages, a sheet for each kind with lists to choose from and
    example rows, which an import skips.
    """
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = bilingual(INSTRUCTIONS)
    _instruct(first)
    sheets = [(sheet, book.create_sheet(bilingual(sheet.title))) for sheet in SHEETS]
    choices = book.create_sheet(bilingual(CHOICES))
    at = 1
    for sheet, worksheet in sheets:
        _head(worksheet, sheet)
        for place, column in enumerate(sheet.columns, start=1):
            letter = get_column_letter(place)
            worksheet.column_dimensions[letter].number_format = FORMATS.get(column.kind, "@")
            if column.choices:
                source = _list_choices(choices, at, sheet, column)
                at += 2
                _offer(worksheet, letter, column, source)
    return _written(book)


def _instruct(worksheet: Worksheet) -> None:
    worksheet.column_dimensions["A"].width = 34
    for letter, width in (("B", 60), ("C", 70)):
        worksheet.column_dimensions[letter].width = width
    for rule in RULES:
        chinese, english = both(rule)
        worksheet.append(["", chinese, english])
    for sheet in SHEETS:
        worksheet.append([])
        worksheet.append([bilingual(sheet.title), *both(sheet.note)])
        worksheet.cell(worksheet.max_row, 1).font = BOLD
        for column in sheet.columns:
            worksheet.append([bilingual(column.title), *(_described(column, language) for language in (0, 1))])
    for row in worksheet.iter_rows():
        for cell in row:
            cell.alignment = TOP


def _described(column: Column, language: int) -> str:
    """What is to be known about a column, in Chinese (0) or English (1)."""
    need = _("必填") if column.is_key else _("新增时必填") if column.is_required else _("选填")
    kinds = {Kind.DAY: _("日期"), Kind.NUMBER: _("数字"), Kind.CHOICE: _("从列表选择"), Kind.CHOICES: _("从列表选择")}
    parts = [both(need)[language], both(kinds.get(column.kind, _("文本")))[language]]
    if column.note:
        parts.append(both(column.note)[language])
    return ("；", "; ")[language].join(parts)


def _head(worksheet: Worksheet, sheet: Sheet) -> None:
    worksheet.freeze_panes = "B2"
    for place, column in enumerate(sheet.columns, start=1):
        cell = worksheet.cell(1, place, bilingual(column.title))
        cell.fill, cell.font, cell.alignment = HEADING, BOLD, TOP
        worksheet.column_dimensions[get_column_letter(place)].width = 24 if column.kind is Kind.TEXT else 18
    for number, example in enumerate(EXAMPLES[sheet.name], start=2):
        for place, column in enumerate(sheet.columns, start=1):
            value = _example(example.get(column.name), column)
            cell = worksheet.cell(number, place, f"{EXAMPLE_MARK} {value}" if place == 1 else value)
            cell.font, cell.number_format = GREY, FORMATS.get(column.kind, "@")
    for number in range(2 + len(EXAMPLES[sheet.name]), PREPARED_ROWS):
        for place, column in enumerate(sheet.columns, start=1):
            worksheet.cell(number, place).number_format = FORMATS.get(column.kind, "@")


def _example(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if column.kind is Kind.DAY:
        return date.fromisoformat(value)
    if column.choices and column.kind is Kind.CHOICES:
        return "、".join(both(column.choices[each])[0] for each in value)
    return both(column.choices[value])[0] if column.choices else value


def _list_choices(worksheet: Worksheet, at: int, sheet: Sheet, column: Column) -> str:
    """Write a column's choices in both languages; returns the range of the Chinese ones."""
    assert column.choices
    head = worksheet.cell(1, at, f"{both(sheet.title)[0]} · {both(column.title)[0]}")
    head.font = BOLD
    worksheet.cell(1, at + 1, f"{both(sheet.title)[1]} · {both(column.title)[1]}").font = BOLD
    for number, label in enumerate(column.choices.values(), start=2):
        for step, text in enumerate(both(label)):
            worksheet.cell(number, at + step, text)
    letter = get_column_letter(at)
    for each in (letter, get_column_letter(at + 1)):
        worksheet.column_dimensions[each].width = 30
    return f"{quote_sheetname(worksheet.title)}!${letter}$2:${letter}${1 + len(column.choices)}"


def _offer(worksheet: Worksheet, letter: str, column: Column, source: str) -> None:
    """A list to choose from. Where several may be named, or in English, the spreadsheet lets it pass: we check."""
    offer = DataValidation(type="list", formula1=f"={source}", allow_blank=True, showErrorMessage=False)
    offer.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    worksheet.add_data_validation(offer)


def accounts_workbook(accounts: Iterable[NewAccount]) -> bytes:
    """New accounts with their one-time passwords, to be handed out."""
    book = Workbook()
    worksheet = book.active
    assert isinstance(worksheet, Worksheet)
    worksheet.title = bilingual(_("账号"))
    titles = (_("用户名"), _("姓名"), _("一次性密码"))
    for number, texts in enumerate([[bilingual(title) for title in titles], *accounts], start=1):
        for place, text in enumerate(texts, start=1):
            cell = worksheet.cell(number, place, text)
            # A name that begins with = must not become a formula in somebody's spreadsheet.
            cell.data_type, cell.number_format = "s", "@"
    for letter in "ABC":
        worksheet.column_dimensions[letter].width = 30
    return _written(book)


def _written(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
