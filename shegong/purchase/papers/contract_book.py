"""Contracts as an XLSX workbook: written out, and read in to be signed, each row checked."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from shegong.kernel.problems import Problem, Problems
from shegong.kernel.workbooks import check_workbook, no_workbook
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
    try:
        check_workbook(file)
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
        table = [list(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=len(TITLES), values_only=True)]
    except Problem as problem:
        raise problem.at("file") from problem
    except Exception as error:
        # The file is somebody else's; what its oddities raise in the library has no end.
        raise no_workbook().at("file") from error
    if not table or not all(_called(cell, title) for cell, title in zip(table[0], TITLES, strict=False)):
        raise Problem("headings", _("第一行应是模板的表头。"), "file")
    filled = [
        (place, cells) for place, cells in enumerate(table[1:], start=2) if any(c not in (None, "") for c in cells)
    ]
    if not filled:
        raise Problem("no_rows", _("工作簿里没有合同。"), "file")
    if len(filled) > MOST_ROWS:
        raise Problem("too_many_rows", _("最多 500 行。"), "file")
    rows, wrong = [], []
    for place, cells in filled:
        try:
            rows.append(_row(place, (cells + [None] * len(TITLES))[: len(TITLES)]))
        except Problem as problem:
            wrong.append(in_row(place, problem))
    if wrong:
        raise Problems(wrong[:MOST_TOLD])
    return rows


def in_row(place: int, problem: Problem) -> Problem:
    """A problem with the row in which it is."""
    text = "；".join(str(each) for each in problem)
    return Problem(problem.code, _("第 %(row)s 行：%(text)s"), "file", params={"row": place, "text": text})


def _row(place: int, cells: list[Any]) -> Row:
    texts = [_text(cell) for cell in cells]
    since, last = _day(cells[7]), _day(cells[8])
    return Row(
        place, texts[0][:40], texts[1][:120], texts[2], texts[3], texts[4],
        tuple(texts[5].replace("、", " ").replace(",", " ").split()), _amount(cells[6]), since,
        last + timedelta(days=1), texts[9][:200],
    )  # fmt: skip


def _text(value: Any) -> str:
    text = "".join(sign for sign in str(value if value is not None else "") if sign.isprintable()).strip()
    return text.removeprefix("'")


def _day(value: Any) -> date:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            value = None
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date) or not 2000 <= value.year <= 2100:
        raise Problem("day_form", _("日期写不清，应为 2026-07-31。"))
    return value


def _amount(value: Any) -> Decimal:
    try:
        text = f"{value:.15g}" if isinstance(value, float) else str(value).replace(",", "").strip()
        return Decimal(text)
    except InvalidOperation as error:
        raise Problem("amount_form", _("金额不是数字。")) from error


def _called(cell: Any, title: Any) -> bool:
    """Whether a cell has this title, in any of our languages."""
    for language in ("zh-hans", "en"):
        with translation.override(language):
            if str(cell or "").strip().lower() == str(title).lower():
                return True
    return False
