"""Things that come back: every week, every second week, every month."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

MOST_OCCURRENCES: Final = 60


class Repeat(models.TextChoices):
    """How often something comes back."""

    WEEKLY = "weekly", _("每周")
    BIWEEKLY = "biweekly", _("每两周")
    MONTHLY = "monthly", _("每月")


def occurrences(first: date, repeat: str, until: date) -> list[date]:
    """The days of a series, the first one included. Raises Problem `repeat_range` at `until`.

    Monthly ones keep the day of the month; in shorter months they fall on the last day.
    """
    if until < first or repeat not in Repeat.values:
        raise Problem("repeat_range", _("重复的结束日期不能早于第一次。"), "until")
    days = list(_days(first, repeat, until))
    if len(days) > MOST_OCCURRENCES:
        raise Problem("repeat_range", _("一次最多安排 %(most)s 场。"), "until", params={"most": MOST_OCCURRENCES})
    return days


def _days(first: date, repeat: str, until: date) -> Iterator[date]:
    for number in range(MOST_OCCURRENCES + 1):
        if repeat == Repeat.MONTHLY:
            months = first.month - 1 + number
            year, month = first.year + months // 12, months % 12 + 1
            day = date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
        else:
            day = first + timedelta(weeks=number * (2 if repeat == Repeat.BIWEEKLY else 1))
        if day > until:
            return
        yield day
