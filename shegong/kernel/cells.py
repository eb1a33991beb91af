"""Small cells: numbers so small that they could point at somebody (docs/adr/0004-small-cells.md). Pure."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

FEW: Final = 5
GRID: Final = 5
FEW_WORDS: Final = "0–5"


def is_few(count: Decimal | int) -> bool:
    """Whether so few are behind a number that it could point at one of them. None at all counts as few, too: else
    "not none, but few" would be told, and a sum over several such parts would give them away.
    """
    return count <= FEW


def coarse(value: Decimal) -> Decimal:
    """A value that isn't few, to the nearest multiple of five: 10 stands for 6 to 12, 15 for 13 to 17, and so on.

    Together with `is_few` this puts every number into one of the ranges 0-5, 6-12, 13-17, …, none of which begins or
    ends at one to four. That is why no table of such numbers and their exact total tells a number from one to four
    (docs/adr/0004-small-cells.md).
    """
    return max((value / GRID).quantize(Decimal(1), ROUND_HALF_UP) * GRID, Decimal(2 * GRID))


def cell_words(count: int) -> str:
    """A count as it is shown to who may not see the people behind it."""
    return FEW_WORDS if is_few(count) else f"≈ {coarse(Decimal(count)):,}"
