"""The register's spreadsheet: read, and compared with what is kept in the viewer's county."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from shegong.kernel.problems import Problem
from shegong.kernel.workbooks import check_workbook, no_workbook
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import Credential, Registration
from shegong.workforce.rules import register as rules
from shegong.workforce.rules.register import Compared, Found, Heads, Kept

HEAD_WITHIN: Final = 10  # rows; titles may stand above the head
MOST_ROWS: Final = 6000


@dataclass(frozen=True, slots=True)
class Checked:
    """A register's list beside what is kept."""

    rows: list[Compared]

    def count(self, found: Found) -> int:
        """How many rows compare so."""
        return sum(each.found is found for each in self.rows)

    def of(self, found: Found) -> list[Compared]:
        """The rows that compare so."""
        return [each for each in self.rows if each.found is found]


def check_register(viewer: Viewer, file: IO[bytes]) -> Checked:
    """Each row of the first sheet compared with the viewer's county (one query, whatever the number of rows). Changes
    nothing. Raises Problem at `file`: not a workbook, no head, no row, too many rows.
    """
    try:
        check_workbook(file)
        rows = list(_rows(file))
    except Problem as problem:
        raise problem.at("file") from problem
    kept = _kept(viewer, {cells_number(cells) for _number, cells in rows})
    seen: set[str] = set()
    return Checked([_compared(number, cells, kept, seen) for number, cells in rows])


def cells_number(cells: dict[str, Any]) -> str:
    """A row's certificate number, "" where it can't be one."""
    try:
        return rules.row_of(0, {**cells, "name": "-", "level": "assistant", "since": None, "until": None}).number
    except Problem:
        return ""


def _compared(number: int, cells: dict[str, Any], kept: dict[str, Kept], seen: set[str]) -> Compared:
    try:
        row = rules.row_of(number, cells)
    except Problem as problem:
        said = rules.RegisterRow(number, str(cells.get("name") or ""), str(cells.get("number") or ""), "", None, None)
        return Compared(said, Found.WRONG, problem=problem)
    if row.number in seen:
        return Compared(row, Found.WRONG, problem=rules.twice(row.number))
    seen.add(row.number)
    return rules.compare(row, kept.get(row.number))


def _rows(file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number, {column: value}) of the first sheet's filled rows below its head."""
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except Exception as error:
        # What a broken workbook makes its reader raise can't be listed.
        raise no_workbook() from error
    heads: Heads | None = None
    best = Heads()
    count = 0
    for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
        if heads is None:
            found = rules.heads_of(cells)
            best = max(best, found, key=lambda each: len(each.places))
            heads = found if not found.missing else None
            if heads is None and number >= HEAD_WITHIN:
                break
            continue
        values = {key: cells[place] if place < len(cells) else None for key, place in heads.places.items()}
        if any(value not in (None, "") for value in values.values()):
            count += 1
            if count > MOST_ROWS:
                raise Problem("too_many_rows", _("一次最多核对 %(most)s 行，请分开上传。"), params={"most": MOST_ROWS})
            yield number, values
    if heads is None:
        missing = "、".join(best.missing)
        raise Problem("heads_missing", _("前 10 行里没有找到表头，缺少这些列：%(names)s。"), params={"names": missing})
    if not count:
        raise Problem("no_rows", _("表里没有数据。"))


def _kept(viewer: Viewer, numbers: set[str]) -> dict[str, Kept]:
    mine = Q() if viewer.has(Role.CITY) else Q(hub_id__in=viewer.hubs)
    latest = Registration.objects.filter(credential=OuterRef("pk")).order_by("-until")
    found = Credential.objects.filter(mine, number__in=numbers).annotate(
        name=F("worker__name"), since=Subquery(latest.values("since")[:1]), until=Subquery(latest.values("until")[:1])
    )
    return {
        each.number: Kept(each.worker_id, each.pk, each.name, each.level, each.issued_on, each.since, each.until)
        for each in found
    }
