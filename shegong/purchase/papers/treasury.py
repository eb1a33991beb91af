"""The treasury's list of payments, read from an XLSX workbook: a row of headings, payments, and a last row with the
total, which must be right to the cent.
"""

import io
from decimal import Decimal
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from shegong.kernel.problems import Problem, Problems
from shegong.kernel.wording import number
from shegong.purchase.papers import cells
from shegong.purchase.rules.money import amount_problem
from shegong.purchase.rules.reconciliation import Paid

TITLES: Final = (
    pgettext_lazy("treasury", "日期"),
    pgettext_lazy("treasury", "凭证号"),
    pgettext_lazy("treasury", "金额"),
    pgettext_lazy("treasury", "摘要"),
)
MOST_TOLD: Final = 20


def treasury_template() -> bytes:
    """The sheet to fill in, with its headings in the reader's language."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.append([str(title) for title in TITLES])
    first.append([str(cells.TOTAL), "", 0, ""])
    for letter in "ABCD":
        first.column_dimensions[letter].width = 18
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_treasury(file: IO[bytes]) -> list[Paid]:
    """The payments listed. Raises Problem or Problems at `file`: no workbook, other headings, a cell that can't be
    read (with its row), no total, or a total that differs.
    """
    return _checked(cells.table(file, TITLES, _("第一行应是：日期、凭证号、金额、摘要。")))


def _checked(table: list[list[Any]]) -> list[Paid]:
    rows: list[Paid] = []
    wrong: list[Problem] = []
    for place, row in enumerate(table[1:-1], start=2):
        if cells.is_empty(row):
            continue
        try:
            rows.append(_paid(place, row))
        except Problem as problem:
            wrong.append(
                Problem(problem.code, _("第 %(row)s 行：%(text)s"), "file", params={"row": place, "text": problem})
            )
    if wrong:
        raise Problems(wrong[:MOST_TOLD])
    stated, summed = cells.amount(table[-1][2]), sum((row.amount for row in rows), Decimal(0))
    if stated != summed:
        params = {"stated": number(stated), "summed": number(summed)}
        raise Problem("total_differs", _("合计写的是 %(stated)s，各行相加是 %(summed)s。"), "file", params=params)
    return rows


def _paid(place: int, row: list[Any]) -> Paid:
    paid_on, voucher, amount, note = row
    day = cells.day(paid_on)
    if day is None:
        raise Problem("day_form", _("日期写不清，应为 2026-07-31。"))
    found = cells.amount(amount)
    problem = amount_problem(found)
    if problem:
        raise problem
    return Paid(place, day, cells.text(voucher, 60), found, cells.text(note, 200))
