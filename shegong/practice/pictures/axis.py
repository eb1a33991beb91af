"""The time axis that the time line and the curve share: where a day lies, and which months are written below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.safestring import SafeString

from shegong.practice.pictures.svg import joined, path, text

LEAST_DAYS: Final = 30
MOST_TICKS: Final = 9


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from left to right."""

    first: date
    last: date
    left: float
    right: float

    @classmethod
    def over(cls, days: Sequence[date], left: float, right: float) -> "TimeAxis":
        """An axis that holds all these days, a month at least."""
        first, last = min(days), max(days)
        if (last - first).days < LEAST_DAYS:
            last = first + timedelta(days=LEAST_DAYS)
        return cls(first, last, left, right)

    def x(self, day: date) -> float:
        """Where a day lies; one beyond the axis lies at its end."""
        share = (day - self.first).days / (self.last - self.first).days
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def months(self) -> list[date]:
        """First days of months to write: as many as there is room for, at even distances."""
        first = self.first.year * 12 + self.first.month - 1
        last = self.last.year * 12 + self.last.month - 1
        step = next(size for size in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if (last - first) / size < MOST_TICKS)
        numbers = range(-(-first // step) * step, last + 1, step)
        return [day for day in (date(n // 12, n % 12 + 1, 1) for n in numbers) if self.first <= day <= self.last]

    def drawn(self, top: float, bottom: float) -> SafeString:
        """The axis with its months: lines from top to bottom, names below."""
        lines: list[object] = [path([(self.left, bottom), (self.right, bottom)], "pic-axis")]
        for day in self.months():
            x = self.x(day)
            lines.append(path([(x, top), (x, bottom)], "pic-grid"))
            lines.append(text(f"{day.year}-{day.month:02d}", x, bottom + 17, "pic-note"))
        return joined(lines)
