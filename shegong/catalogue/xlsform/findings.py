"""What an import has to say about a workbook, each at its sheet, row and column."""

from dataclasses import dataclass

from shegong.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """`row` counts from 1 as the program shows it, 0 for the whole sheet; `column` is the heading. An error must be
    put right; what is left out must be confirmed by whoever imports.
    """

    sheet: str
    row: int
    column: str
    problem: Problem
    is_error: bool = True

    @property
    def place(self) -> str:
        """survey 7 · relevant"""
        parts = [self.sheet, str(self.row) if self.row else ""]
        return " ".join(each for each in parts if each) + (f" · {self.column}" if self.column else "")
