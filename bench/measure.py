"""A figure beside its limit."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` and `limit` in `unit`; up to a ratio of 1 the promise holds."""

    name: str
    value: float
    unit: str
    limit: float

    def as_json(self) -> dict[str, object]:
        """The form of `shegong bench --json`."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "limit": round(self.limit, 3),
            "ratio": round(self.value / self.limit, 3),
        }


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0–1) of the values don't exceed. Raises ValueError for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
