"""Cells of workbooks from outside, read as what they are meant to be; and tables with a last row of totals."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import load_workbook

from shegong.kernel.problems import Problem
from shegong.kernel.workbooks import check_workbook, no_workbook

TOTAL: Final = pgettext_lazy("treasury", "合计")
MOST_ROWS: Final = 20_000


def table(file: IO[bytes], titles: Sequence[Any], headings: Any) -> list[list[Any]]:
    """The rows of a workbook's first sheet, its headings first and its total last, empty rows left out as None.

    Raises Problem at `file`: no workbook, other headings (said with the words `headings`), no total, too many rows.
    """
    rows = rows_below(file, titles, headings, MOST_ROWS)
    if len(rows) < 2 or not called(rows[-1][0], TOTAL):
        raise Problem("total_missing", _("最后一行应写“合计”和总金额。"), "file")
    if len(rows) > MOST_ROWS:
        raise Problem("too_many_rows", _("最多 20,000 行。"), "file")
    return rows


def rows_below(file: IO[bytes], titles: Sequence[Any], headings: Any, most: int) -> list[list[Any]]:
    """The rows of a workbook's first sheet, its headings first, as wide as these, up to the last that isn't empty; with
    more than `most` below the headings one too many.

    Raises Problem at `file`: no workbook, other headings (said with the words `headings`).
    """
    width = len(titles)
    try:
        check_workbook(file)
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
        rows = [list(row)[:width] for row in sheet.iter_rows(max_row=most + 2, max_col=width, values_only=True)]
    except Problem as problem:
        raise problem.at("file") from problem
    except Exception as error:
        # The file is somebody else's; what its oddities raise in the library has no end.
        raise no_workbook().at("file") from error
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    while rows and is_empty(rows[-1]):
        rows.pop()
    if not rows or not all(called(cell, title) for cell, title in zip(rows[0], titles, strict=True)):
        raise Problem("headings", headings, "file")
    return rows


def is_empty(row: Sequence[Any]) -> bool:
    """Whether nothing is in a row."""
    return all(cell in (None, "") for cell in row)


def amount(value: Any) -> Decimal:
    """A sum as the cell shows it; a float of a spreadsheet is read to fifteen digits, as spreadsheets do. Raises
    Problem at `file`.
    """
    try:
        text = f"{value:.15g}" if isinstance(value, float) else str(value).replace(",", "").strip()
        return Decimal(text)
    except InvalidOperation as error:
        raise Problem("amount_form", _("金额不是数字。"), "file") from error


def day(value: Any) -> date | None:
    """A day; None for what isn't one."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def text(value: Any, most: int) -> str:
    """A text on one line, cut to so many signs."""
    return "".join(sign for sign in str(value if value is not None else "") if sign.isprintable()).strip()[:most]


def called(cell: Any, title: Any) -> bool:
    """Whether a cell has this title, in any of our languages."""
    for language in ("zh-hans", "en"):
        with translation.override(language):
            if str(cell or "").strip().lower() == str(title).lower():
                return True
    return False
