"""What is wrong with a workbook, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from shegong.config.workbook.sheets import Sheet
from shegong.kernel.problems import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or (a warning) only looks so. Row and column are those that a spreadsheet shows; 0 and
    "" where the whole sheet or file is meant.
    """

    sheet: "StrOrPromise"
    row: int
    letter: str
    column: "StrOrPromise"
    problem: Problem
    is_warning: bool = False


class WorkbookProblem(Exception):
    """A workbook that can't be imported, with all that was found."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings


def whole_file(problem: Problem) -> WorkbookProblem:
    """The file as a whole can't be used."""
    return WorkbookProblem([Finding("", 0, "", "", problem)])


@dataclass(slots=True)
class Row:
    """A row of a sheet: the values of its filled cells by the names of the columns, and what is wrong with it."""

    sheet: Sheet
    number: int
    letters: Mapping[str, str]
    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    spoiled: set[str] = field(default_factory=set)  # columns whose cell can't be used

    def text(self, name: str) -> str:
        """A filled text cell, or ""."""
        return str(self.values.get(name, ""))

    def day(self, name: str) -> date | None:
        """A filled date cell, or None."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def number_in(self, name: str) -> Decimal | None:
        """A filled number cell, or None."""
        value = self.values.get(name)
        return value if isinstance(value, Decimal) else None

    def wrong(self, column: str, problem: Problem | None, *, is_warning: bool = False) -> bool:
        """Note what is wrong with a cell; whether anything was."""
        if problem is None:
            return False
        title = self.sheet.column(column).title
        letter = self.letters.get(column, "")
        self.findings.append(Finding(self.sheet.title, self.number, letter, title, problem, is_warning))
        if not is_warning:
            self.spoiled.add(column)
        return not is_warning

    def lacks(self, *columns: str) -> bool:
        """Whether one of these cells is empty or spoiled; an empty one is noted."""
        for column in columns:
            if column not in self.values and column not in self.spoiled:
                self.wrong(column, Problem("cell_missing", _("不能为空。")))
        return any(column in self.spoiled for column in columns)
