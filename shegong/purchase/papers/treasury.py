"""The treasury's list of payments, read from an XLSX workbook: a row of headings, payments, and a last row with the
total, which must be right to the cent.
"""

import io
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from shegong.kernel.problems import Problem, Problems
from shegong.kernel.wording import number
from shegong.kernel.workbooks import check_workbook, no_workbook
from shegong.purchase.rules.money import amount_problem
from shegong.purchase.rules.reconciliation import Paid

TITLES: Final = (
    pgettext_lazy("treasury", "日期"),
    pgettext_lazy("treasury", "凭证号"),
    pgettext_lazy("treasury", "金额"),
    pgettext_lazy("treasury", "摘要"),
)
TOTAL: Final = pgettext_lazy("treasury", "合计")
MOST_ROWS: Final = 20_000
MOST_TOLD: Final = 20


def treasury_template() -> bytes:
    """The sheet to fill in, with its headings in the reader's language."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.append([str(title) for title in TITLES])
    first.append([str(TOTAL), "", 0, ""])
    for letter in "ABCD":
        first.column_dimensions[letter].width = 18
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_treasury(file: IO[bytes]) -> list[Paid]:
    """The payments listed. Raises Problem or Problems at `file`: no workbook, other headings, a cell that can't be
    read (with its row), no total, or a total that differs.
    """
    try:
        check_workbook(file)
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
        table = [list(row)[:4] for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=4, values_only=True)]
    except Problem as problem:
        raise problem.at("file") from problem
    except Exception as error:
        # The file is somebody else's; what its oddities raise in the library has no end.
        raise no_workbook().at("file") from error
    table = [row for row in table if any(cell not in (None, "") for cell in row)]
    if not table or not all(_called(cell, title) for cell, title in zip(table[0], TITLES, strict=False)):
        raise Problem("headings", _("第一行应是：日期、凭证号、金额、摘要。"), "file")
    if len(table) < 2 or not _called(table[-1][0], TOTAL):
        raise Problem("total_missing", _("最后一行应写“合计”和总金额。"), "file")
    if len(table) > MOST_ROWS:
        raise Problem("too_many_rows", _("最多 20,000 行。"), "file")
    return _checked(table)


def _checked(table: list[list[Any]]) -> list[Paid]:
    rows: list[Paid] = []
    wrong: list[Problem] = []
    for place, cells in enumerate(table[1:-1], start=2):
        try:
            rows.append(_paid(place, cells))
        except Problem as problem:
            wrong.append(
                Problem(problem.code, _("第 %(row)s 行：%(text)s"), "file", params={"row": place, "text": problem})
            )
    if wrong:
        raise Problems(wrong[:MOST_TOLD])
    stated, summed = _amount(table[-1][2]), sum((row.amount for row in rows), Decimal(0))
    if stated != summed:
        params = {"stated": number(stated), "summed": number(summed)}
        raise Problem("total_differs", _("合计写的是 %(stated)s，各行相加是 %(summed)s。"), "file", params=params)
    return rows


def _paid(place: int, cells: list[Any]) -> Paid:
    day, voucher, amount, note = (*cells, None, None, None, None)[:4]
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day.strip())
        except ValueError:
            day = None
    if isinstance(day, datetime):
        day = day.date()
    if not isinstance(day, date):
        raise Problem("day_form", _("日期写不清，应为 2026-07-31。"))
    found = _amount(amount)
    problem = amount_problem(found)
    if problem:
        raise problem
    return Paid(place, day, _text(voucher, 60), found, _text(note, 200))


def _amount(value: Any) -> Decimal:
    """A sum as the cell shows it; a float of a spreadsheet is read to fifteen digits, as spreadsheets do."""
    try:
        text = f"{value:.15g}" if isinstance(value, float) else str(value).replace(",", "").strip()
        return Decimal(text)
    except InvalidOperation as error:
        raise Problem("amount_form", _("金额不是数字。"), "file") from error


def _text(value: Any, most: int) -> str:
    return "".join(sign for sign in str(value if value is not None else "") if sign.isprintable()).strip()[:most]


def _called(cell: Any, title: Any) -> bool:
    """Whether a cell has this title, in any of our languages."""
    for language in ("zh-hans", "en"):
        with translation.override(language):
            if str(cell or "").strip().lower() == str(title).lower():
                return True
    return False
