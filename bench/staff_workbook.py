"""A workbook of 5,000 staff rows: checked with 200 slips, then corrected and imported, then imported again (undone)."""

import io
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from openpyxl import Workbook

from bench.measure import Measure, milliseconds
from shegong.config.workbook.findings import WorkbookProblem
from shegong.config.workbook.importing import Outcome, import_workbook
from shegong.config.workbook.sheets import WORKERS, both
from shegong.kernel import clock
from shegong.network.models import Station

ROWS, FAULTY, LIMIT = 5000, 200, 10_000
COLUMNS = (
    "name", "sex", "source", "specialities", "phone", "education", "major", "abilities", "languages", "level", "number",
    "issued_on", "station", "post", "since", "share",
)  # fmt: skip


class _Undone(Exception):
    """Ends a measured import, so that nothing of it stays."""


def run() -> list[Measure]:
    """How long each takes beside 10 s. Raises RuntimeError where not every slip was found, or a row came in twice."""
    keys = list(Station.objects.filter(stage="running").order_by("key").values_list("key", flat=True))
    good, bad = book(keys, faulty=0), book(keys, faulty=FAULTY)
    spent: dict[str, float] = {"with_200_slips": milliseconds(lambda: refused(bad))}
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic():
            for name in ("new", "again"):
                spent[name] = milliseconds(lambda: outcomes.append(import_workbook(good, None)))
            raise _Undone
    except _Undone:
        first, again = (each for outcome in outcomes for each in outcome.counts if each.sheet is WORKERS)
        if (first.added, again.added, again.changed) != (ROWS, 0, 0):
            raise RuntimeError(f"{first.added} added, then {again.added} and {again.changed} changed") from None
    return [Measure(f"staff_workbook_of_{ROWS}_{name}", took, "ms", LIMIT) for name, took in spent.items()]


def refused(content: io.BytesIO) -> None:
    """Each slip is told with sheet, row, column and reason, and nothing is written."""
    try:
        import_workbook(content, None)
    except WorkbookProblem as problem:
        told = {finding.row for finding in problem.findings if not finding.is_warning and finding.letter}
        if len(told) == FAULTY:
            return
        raise RuntimeError(f"{len(told)} of {FAULTY} rows were told") from None
    raise RuntimeError("a faulty workbook came in")


def book(keys: list[str], *, faulty: int) -> io.BytesIO:
    """People spread over the stations, `faulty` of them with a slip of one of four kinds."""
    made = Workbook(write_only=True)
    sheet = made.create_sheet(both(WORKERS.title)[0])
    sheet.append([both(WORKERS.column(name).title)[0] for name in COLUMNS])
    since, issued = clock.today() - timedelta(days=200), date(2019, 10, 31)
    signs = "安宁清和远明思雨文静晓燕志强国华"
    for number in range(ROWS):
        name = "王李张刘陈"[number % 5] + signs[number % 16] + signs[number // 16 % 16]
        row: list[Any] = [
            name, "女", "民政", "专业社工", f"138{number:08d}", "大学本科", "社会工作", "老年", "普通话、四川话",
            "助理社会工作师", f"BENCH{number:06d}", issued, keys[number * 7 % len(keys)], "社工", since, 100,
        ]  # fmt: skip
        if faulty and number % (ROWS // faulty) == 0:
            slip, value = ((4, "12"), (12, "NOWHERE"), (15, 130), (14, date(2001, 1, 1)))[
                number // (ROWS // faulty) % 4
            ]
            row[slip] = value
        sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content
