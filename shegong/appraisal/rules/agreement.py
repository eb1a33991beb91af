"""How far two assessors agree, and which of their points have to be settled. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

# Points become one of five levels, from none (0) to all (4) of what an item gives.
LEVELS: Final = 5


def level(points: Decimal, most: int) -> int:
    """The level of an item's points: 0 to 4."""
    return int((points * (LEVELS - 1) / most).to_integral_value(rounding="ROUND_HALF_UP"))


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: int = LEVELS) -> float | None:
    """Cohen's kappa with quadratic weights (1968) of pairs of levels 0 … levels - 1: 1 for full agreement, 0 for as
    much as chance gives, below for less. None where it isn't defined: without pairs, or when both gave one and the same
    level throughout.

    Raises ValueError for a level outside.
    """
    if any(not 0 <= each < levels for pair in pairs for each in pair):
        raise ValueError("a level outside of the scale")
    count = len(pairs)
    if count == 0:
        return None
    first, second = [0] * levels, [0] * levels
    observed = 0
    for one, other in pairs:
        first[one] += 1
        second[other] += 1
        observed += (one - other) ** 2
    expected = sum(first[a] * second[b] * (a - b) ** 2 for a in range(levels) for b in range(levels))
    return None if expected == 0 else 1 - observed * count / expected


def differ_too_far(one: Decimal, other: Decimal, most: int, tolerance: int) -> bool:
    """Whether two points of an item are further apart than `tolerance` percent of what it gives."""
    return abs(one - other) * 100 > tolerance * most
