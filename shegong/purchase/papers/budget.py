"""A year's budget as an XLSX workbook, out and in: each fund's sum for each county, and a last row with the total,
which must be right to the cent.
"""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from shegong.kernel.problems import Problem, Problems
from shegong.kernel.wording import number
from shegong.purchase.papers import cells
from shegong.purchase.papers.ledger_book import MONEY, plain
from shegong.purchase.rules.budget import BudgetRow, Known, row_problem, twice
from shegong.purchase.rules.money import amount_problem

TITLES: Final = (
    pgettext_lazy("budget", "资金代码"),
    pgettext_lazy("budget", "资金来源"),
    pgettext_lazy("budget", "区(市)县编号"),
    pgettext_lazy("budget", "区(市)县"),
    pgettext_lazy("budget", "金额"),
    pgettext_lazy("budget", "摘要"),
)
MOST_TOLD: Final = 20


def budget_workbook(rows: Iterable[tuple[str, str, str, str, Decimal | None]]) -> bytes:
    """A workbook of (fund's code and name, hub's key and name, sum or nothing yet) with its total."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.append([str(title) for title in TITLES])
    for cell in first[1]:
        cell.font = Font(bold=True)
    total = Decimal(0)
    for code, fund, key, hub, amount in rows:
        first.append([plain(code), plain(fund), plain(key), plain(hub), amount, ""])
        total += amount or 0
    first.append([str(cells.TOTAL), "", "", "", total, ""])
    for letter, width in zip("ABCDEF", (12, 28, 18, 28, 20, 28), strict=True):
        first.column_dimensions[letter].width = width
    for row in first.iter_rows(min_row=2, min_col=5, max_col=5):
        row[0].number_format = MONEY
    first.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_budget(file: IO[bytes], known: Known) -> list[BudgetRow]:
    """The sums of a budget; rows without one are left out. Raises Problem or Problems at `file`, each with its row:
    what can't be read, isn't known, isn't the reader's, or stands there twice; and a total that differs.
    """
    headings = _("第一行应是：资金代码、资金来源、区(市)县编号、区(市)县、金额、摘要。")
    table = cells.table(file, TITLES, headings)
    rows: list[BudgetRow] = []
    wrong: list[tuple[int, Problem]] = []
    for place, row in enumerate(table[1:-1], start=2):
        if cells.is_empty(row) or row[4] in (None, ""):
            continue
        try:
            rows.append(_row(place, row, known))
        except Problem as problem:
            wrong.append((place, problem))
    _raise(wrong + twice(rows))
    if not rows:
        raise Problem("budget_empty", _("表中没有金额。"), "file")
    stated, summed = cells.amount(table[-1][4]), sum((row.amount for row in rows), Decimal(0))
    if stated != summed:
        params = {"stated": number(stated), "summed": number(summed)}
        raise Problem("total_differs", _("合计写的是 %(stated)s，各行相加是 %(summed)s。"), "file", params=params)
    return rows


def _row(place: int, row: Sequence[Any], known: Known) -> BudgetRow:
    code, _fund, key, _hub, sum_, note = row
    found = BudgetRow(place, cells.text(code, 20), cells.text(key, 40), cells.amount(sum_), cells.text(note, 200))
    problem = row_problem(found, known) or amount_problem(found.amount)
    if problem:
        raise problem
    return found


def _raise(wrong: list[tuple[int, Problem]]) -> None:
    if not wrong:
        return
    raise Problems(
        [
            Problem(problem.code, _("第 %(row)s 行：%(text)s"), "file", params={"row": place, "text": problem})
            for place, problem in sorted(wrong, key=lambda each: each[0])[:MOST_TOLD]
        ]
    )
