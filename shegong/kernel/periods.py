"""Periods that numbers are counted in: a month, a quarter, a year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import IntegerChoices
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.wording import month_name

FORM: Final = re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class PeriodKind(IntegerChoices):
    """How long a period is; the numbers are stored."""

    MONTH = 1, _("月")
    QUARTER = 2, _("季度")
    YEAR = 3, _("年")


MONTHS: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter or year, by its first day. Equal periods are equal values; `str` and `parse` are
    inverse.
    """

    kind: PeriodKind
    start: date

    def __post_init__(self) -> None:
        """Raises ValueError when no period of the kind starts on that day."""
        if self.start.day != 1 or (self.start.month - 1) % MONTHS[self.kind]:
            raise ValueError(f"no {self.kind.name.lower()} starts on {self.start}")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """`2022`, `2022Q3` or `2022-07`, years 1900 to 2199. Raises Problem `period_form` (400)."""
        found = FORM.fullmatch(text.strip().upper())
        if found is None:
            raise Problem("period_form", _("时间段应写作 2022、2022Q3 或 2022-07。"), status=400)
        year = int(found["year"])
        if found["quarter"]:
            return cls(PeriodKind.QUARTER, date(year, int(found["quarter"]) * 3 - 2, 1))
        if found["month"]:
            return cls(PeriodKind.MONTH, date(year, int(found["month"]), 1))
        return cls(PeriodKind.YEAR, date(year, 1, 1))

    @classmethod
    def current(cls, kind: PeriodKind, today: date) -> "Period":
        """The period of this kind that holds the day."""
        months = MONTHS[kind]
        return cls(kind, date(today.year, (today.month - 1) // months * months + 1, 1))

    @property
    def end(self) -> date:
        """The first day that is no longer in it."""
        return _shifted(self.start, MONTHS[self.kind])

    def previous(self) -> "Period":
        """The period of the same kind just before."""
        return Period(self.kind, _shifted(self.start, -MONTHS[self.kind]))

    def next(self) -> "Period":
        """The period of the same kind just after."""
        return Period(self.kind, self.end)

    def year_before(self) -> "Period":
        """The same period one year earlier."""
        return Period(self.kind, _shifted(self.start, -12))

    def contains(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day < self.end

    def months(self) -> Iterator["Period"]:
        """Its months in order; a month is its own only one."""
        for count in range(MONTHS[self.kind]):
            yield Period(PeriodKind.MONTH, _shifted(self.start, count))

    def label(self, language: str | None = None) -> str:
        """Its name for readers, in this language or the active one."""
        with translation.override(language or translation.get_language()):
            if self.kind == PeriodKind.YEAR:
                return gettext("%(year)s年") % {"year": self.start.year}
            if self.kind == PeriodKind.QUARTER:
                return gettext("%(year)s年第%(quarter)s季度") % {"year": self.start.year, "quarter": self._quarter}
            return month_name(self.start)

    def __str__(self) -> str:
        if self.kind == PeriodKind.YEAR:
            return f"{self.start.year}"
        if self.kind == PeriodKind.QUARTER:
            return f"{self.start.year}Q{self._quarter}"
        return f"{self.start.year}-{self.start.month:02}"

    @property
    def _quarter(self) -> int:
        return (self.start.month + 2) // 3


def _shifted(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
