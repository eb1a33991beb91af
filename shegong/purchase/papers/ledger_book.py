"""The year's trial balance and entries as an XLSX workbook."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from shegong.purchase.enums import MoneyStage
from shegong.purchase.models import LedgerEntry
from shegong.purchase.queries.ledger import TrialRow, total_of

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONEY: Final = "#,##0.00"
BOLD: Final = Font(bold=True)
RISKY: Final = ("=", "+", "-", "@")


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def ledger_workbook(year: int, rows: Sequence[TrialRow], entries: Iterable[LedgerEntry]) -> bytes:
    """Two sheets: the trial balance with its totals, and the entries, the latest first."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = _("试算平衡 %(year)s") % {"year": year}
    stages = list(MoneyStage)
    _head(first, [_("资金来源"), _("区(市)县"), *(str(stage.label) for stage in stages)])
    for row in rows:
        hub = row.hub.name if row.hub else ""
        first.append([plain(row.fund.name), plain(hub), *(row.money.stages.get(stage, Decimal(0)) for stage in stages)])
    total = total_of(rows)
    first.append([_("合计"), "", *(total.stages.get(stage, Decimal(0)) for stage in stages)])
    _as_money(first, range(3, 3 + len(stages)))
    second = book.create_sheet(_("分录"))
    _head(second, [
        _("编号"), _("日期"), _("类别"), _("资金来源"), _("区(市)县"), _("调入"), _("金额(元)"),
        _("用途"), _("对象"), _("摘要"),
    ])  # fmt: skip
    for each in entries:
        second.append(_of_entry(each))
    _as_money(second, range(7, 8))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _of_entry(each: LedgerEntry) -> list[Any]:
    return [
        each.number,
        each.booked_on,
        str(each.get_kind_display()),
        plain(each.fund.name),
        plain(each.hub.name),
        plain(each.to_hub.name) if each.to_hub else "",
        each.amount,
        str(each.get_pays_display()),
        plain(each.subject),
        plain(each.note),
    ]


def _head(worksheet: Worksheet, titles: list[str]) -> None:
    worksheet.append(titles)
    for cell in worksheet[1]:
        cell.font = BOLD
    for place in range(len(titles)):
        worksheet.column_dimensions[chr(ord("A") + place)].width = 18
    worksheet.freeze_panes = "A2"


def _as_money(worksheet: Worksheet, columns: range) -> None:
    for row in worksheet.iter_rows(min_row=2, min_col=columns.start, max_col=columns.stop - 1):
        for cell in row:
            cell.number_format = MONEY
