"""A workbook from outside: made sure that it is one and harmless, then read row by row."""

import logging
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shegong.config.workbook.cells import FORMULA, read_cell
from shegong.config.workbook.findings import Finding, Row, WorkbookProblem, whole_file
from shegong.config.workbook.sheets import CHOICES, EXAMPLE_MARK, INSTRUCTIONS, SHEETS, Sheet, bilingual, is_called
from shegong.kernel.problems import Problem
from shegong.kernel.workbooks import check_workbook, no_workbook

logger = logging.getLogger(__name__)
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60


def read_workbook(file: IO[bytes]) -> dict[str, list[Row]]:
    """The filled rows of each sheet by its name, each with what is wrong with its cells.

    Raises WorkbookProblem for a file, a sheet or a heading that can't be used. Takes at most a few hundred megabytes
    of memory whatever the file holds.
    """
    _check_file(file)
    book = _opened(file)
    found: dict[str, list[Row]] = {}
    findings: list[Finding] = []
    for worksheet in book.worksheets:
        sheet = next((each for each in SHEETS if is_called(worksheet.title, each.title)), None)
        if sheet is None:
            if not any(is_called(worksheet.title, title) for title in (INSTRUCTIONS, CHOICES)):
                findings.append(_unknown_sheet(worksheet.title))
        elif sheet.name in found:
            twice = Problem("sheet_twice", _("这张工作表有两份。"))
            findings.append(Finding(sheet.title, 0, "", "", twice))
        else:
            problems = _sheet_findings(worksheet, sheet)
            findings += problems
            found[sheet.name] = [] if problems else list(_rows(worksheet, sheet))
    if not found and not findings:
        raise whole_file(Problem("no_sheet", _("文件里没有要导入的工作表，请使用模板。")))
    if any(not finding.is_warning for finding in findings):
        raise WorkbookProblem(findings)
    return found


def _unknown_sheet(title: str) -> Finding:
    names = " / ".join(bilingual(sheet.title) for sheet in SHEETS)
    problem = Problem("sheet_unknown", _("不认识这张工作表；应为：%(names)s。"), params={"names": names})
    return Finding(title[:31], 0, "", "", problem)


def _check_file(file: IO[bytes]) -> None:
    """Raises WorkbookProblem for what isn't a workbook, or is one made to do harm."""
    try:
        check_workbook(file)
    except Problem as problem:
        raise whole_file(problem) from problem


def _opened(file: IO[bytes]) -> Workbook:
    try:
        return load_workbook(file, keep_links=False)
    except Exception as error:
        # The file is somebody else's; what its oddities raise in the library has no end.
        logger.info("unreadable workbook: %s", type(error).__name__)
        raise whole_file(no_workbook()) from error


def _sheet_findings(worksheet: Any, sheet: Sheet) -> list[Finding]:
    """What makes a whole sheet unusable."""
    if not isinstance(worksheet, Worksheet):
        return [Finding(sheet.title, 0, "", "", Problem("sheet_kind", _("这是图表，不是工作表。")))]
    if worksheet.max_row > MOST_ROWS + 1 or worksheet.max_column > MOST_COLUMNS:
        problem = Problem(
            "sheet_too_large",
            _("最多 20,000 行、60 列，现到第 %(row)s 行、%(column)s 列；请删除多余的空行和空列。"),
            params={"row": worksheet.max_row, "column": get_column_letter(min(worksheet.max_column, 18_278))},
        )
        return [Finding(sheet.title, 0, "", "", problem)]
    found = [
        Finding(
            sheet.title,
            merged.min_row,
            get_column_letter(merged.min_col),
            "",
            Problem("cells_merged", _("%(range)s 是合并单元格，请取消合并。"), params={"range": merged.coord}),
        )
        for merged in worksheet.merged_cells.ranges
    ]
    return found or _heading_findings(worksheet, sheet)


def _heading_findings(worksheet: Worksheet, sheet: Sheet) -> list[Finding]:
    found: list[Finding] = []
    known: set[str] = set()
    for cell in next(worksheet.iter_rows(min_row=1, max_row=1)):
        if cell.value is None:
            continue
        text = str(cell.value)
        column = next((each for each in sheet.columns if is_called(text, each.title)), None)
        problem = None
        if column is None or cell.data_type == FORMULA:
            problem = Problem("heading_unknown", _("不认识表头“%(text)s”。"), params={"text": text[:30]})
        elif column.name in known:
            problem = Problem("heading_twice", _("表头“%(text)s”出现了两次。"), params={"text": text[:30]})
        else:
            known.add(column.name)
        if problem:
            found.append(Finding(sheet.title, 1, cell.column_letter, "", problem))
    for column in sheet.columns:
        if column.is_key and column.name not in known:
            missing = Problem("heading_missing", _("缺少这一列。"))
            found.append(Finding(sheet.title, 1, "", column.title, missing))
    return found


def _rows(worksheet: Worksheet, sheet: Sheet) -> Iterator[Row]:
    """The rows with anything in them, without the examples."""
    headings = {
        place: column
        for place, cell in enumerate(next(worksheet.iter_rows(min_row=1, max_row=1)), start=1)
        for column in sheet.columns
        if cell.value is not None and is_called(str(cell.value), column.title)
    }
    letters: Mapping[str, str] = {column.name: get_column_letter(at) for at, column in headings.items()}
    for number, cells in enumerate(worksheet.iter_rows(min_row=2), start=2):
        first = cells[0].value
        if isinstance(first, str) and first.startswith(EXAMPLE_MARK):
            continue
        row = Row(sheet, number, letters, {})
        for place, cell in enumerate(cells, start=1):
            column = headings.get(place)
            if column is None:
                if cell.value is not None:
                    outside = Problem("cell_outside", _("这一列没有表头。"))
                    row.findings.append(Finding(sheet.title, row.number, cell.column_letter, "", outside))
                continue
            try:
                value = read_cell(cell.value, cell.data_type, column)
            except Problem as problem:
                row.wrong(column.name, problem)
            else:
                if value is not None and value != ():
                    row.values[column.name] = value
        if row.values or row.findings:
            row.lacks(*(column.name for column in sheet.columns if column.is_key))
            yield row
