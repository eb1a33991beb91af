"""Contracts as an XLSX workbook: written out, and read in to be signed, each row checked."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from shegong.kernel.problems import Problem, Problems
from shegong.purchase.papers import cells
from shegong.purchase.papers.ledger_book import plain

# What is brought; the workbook that is written out has these first, and then what came of it.
TITLES: Final = (
    pgettext_lazy("contract sheet", "合同编号"),
    pgettext_lazy("contract sheet", "合同名称"),
    pgettext_lazy("contract sheet", "机构信用代码"),
    pgettext_lazy("contract sheet", "购买方编号"),
    pgettext_lazy("contract sheet", "资金代码"),
    pgettext_lazy("contract sheet", "站点编号"),
    pgettext_lazy("contract sheet", "金额(元)"),
    pgettext_lazy("contract sheet", "起"),
    pgettext_lazy("contract sheet", "最后一天"),
    pgettext_lazy("contract sheet", "超过一年的理由"),
)
FURTHER: Final = (
    pgettext_lazy("contract sheet", "承接机构"),
    pgettext_lazy("contract sheet", "状态"),
    pgettext_lazy("contract sheet", "已支付(元)"),
    pgettext_lazy("contract sheet", "指标数"),
    pgettext_lazy("contract sheet", "落后指标数"),
    pgettext_lazy("contract sheet", "平均完成"),
)
MOST_ROWS: Final = 500
MOST_TOLD: Final = 20
LONGEST_TEXT: Final = 10_000  # the numbers of all stations
WIDTHS: Final = (18, 30, 22, 14, 10, 30, 14, 12, 12, 24)


@dataclass(frozen=True, slots=True)
class Row:
    """A contract as a row says it; `until` is the day after the last."""

    place: int
    number: str
    title: str
    agency: str
    buyer: str
    fund: str
    stations: tuple[str, ...]
    amount: Decimal
    since: date
    until: date
    long_term_reason: str


def write_contracts(rows: Iterable[tuple[Row, Sequence[Any]]]) -> bytes:
    """A workbook with these contracts; each with what came of it."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append([str(title) for title in (*TITLES, *FURTHER)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    sheet.freeze_panes = "A2"
    for row, further in rows:
        last = row.until - timedelta(days=1)
        texts = [plain(each) for each in (row.number, row.title, row.agency, row.buyer, row.fund)]
        told = [plain(each) if isinstance(each, str) else each for each in further]
        sheet.append(
            [*texts, plain(" ".join(row.stations)), row.amount, row.since, last, plain(row.long_term_reason), *told]
        )
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_contracts(file: IO[bytes]) -> list[Row]:
    """The contracts listed. Raises Problem or Problems at `file`: no workbook, other headings, no row, cells that can't
    be read (with their rows).
    """
    table = cells.rows_below(file, TITLES, _("第一行应是模板的表头。"), MOST_ROWS)
    filled = [(place, found) for place, found in enumerate(table[1:], start=2) if not cells.is_empty(found)]
    if not filled:
        raise Problem("no_rows", _("工作簿里没有合同。"), "file")
    if len(filled) > MOST_ROWS:
        raise Problem("too_many_rows", _("最多 500 行。"), "file")
    rows, wrong = [], []
    for place, found in filled:
        try:
            rows.append(_row(place, found))
        except Problem as problem:
            wrong.append(in_row(place, problem))
    if wrong:
        raise Problems(wrong[:MOST_TOLD])
    return rows


def in_row(place: int, problem: Problem) -> Problem:
    """A problem with the row in which it is."""
    text = "；".join(str(each) for each in problem)
    return Problem(problem.code, _("第 %(row)s 行：%(text)s"), "file", params={"row": place, "text": text})


def _row(place: int, found: list[Any]) -> Row:
    texts = [cells.text(cell, LONGEST_TEXT).removeprefix("'") for cell in found]
    since, last = _day(found[7]), _day(found[8])
    return Row(
        place, texts[0][:40], texts[1][:120], texts[2], texts[3], texts[4],
        tuple(texts[5].replace("、", " ").replace(",", " ").split()), cells.amount(found[6]), since,
        last + timedelta(days=1), texts[9][:200],
    )  # fmt: skip


def _day(value: Any) -> date:
    found = cells.day(value)
    if found is None or not 2000 <= found.year <= 2100:
        raise Problem("day_form", _("日期写不清，应为 2026-07-31。"))
    return found
