"""Planned services: how many times they are due, and whether a plan of them makes sense."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import Per

MOST_LINES: Final = 20
LONGEST: Final = timedelta(days=3 * 366)
DAY_MINUTES: Final = 24 * 60
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A service, how many times a week, a month or in all, how long each time, from when until when."""

    service_id: int
    times: int
    per: str
    minutes: int
    since: date
    until: date


def times_planned(*, times: int, per: str, since: date, until: date, by: date | None = None) -> int:
    """How many times in all, or by a day (weeks and months that have begun count).

    >>> week = {"times": 2, "per": "week", "since": date(2026, 1, 1), "until": date(2026, 1, 28)}
    >>> times_planned(**week), times_planned(**week, by=date(2026, 1, 1)), times_planned(**week, by=date(2025, 12, 31))
    (8, 2, 0)
    >>> times_planned(times=1, per="month", since=date(2026, 1, 15), until=date(2026, 4, 14))
    3
    >>> times_planned(times=6, per="total", since=date(2026, 1, 1), until=date(2026, 6, 30), by=date(2026, 1, 2))
    6
    """
    last = until if by is None else min(by, until)
    if last < since:
        return 0
    if per == Per.TOTAL:
        return times
    if per == Per.WEEK:
        return times * ((last - since).days // WEEK + 1)
    months = (last.year - since.year) * 12 + last.month - since.month + (1 if last.day >= since.day else 0)
    return times * max(1, months)


def line_problems(
    line: PlanLine, *, opened_on: date, service_since: date, service_until: date | None
) -> Iterator[Problem]:
    """Everything that is wrong with a planned service, each at its field."""
    if line.per not in Per.values:
        yield Problem("frequency_unknown", _("请选择每周、每月或共多少次。"), "per")
    if not 1 <= line.times <= 99:
        yield Problem("times_range", _("次数须在 1 到 99 之间。"), "times")
    if not 1 <= line.minutes <= DAY_MINUTES:
        yield Problem(
            "duration_range",
            _("时长须在 1 分钟到 24 小时之间，现为 %(minutes)s 分钟。"),
            "minutes",
            params={"minutes": line.minutes},
        )
    if line.since < opened_on:
        yield Problem("plan_before_opening", _("计划日期不能早于接案日期。"), "since")
    if line.until < line.since:
        yield Problem("ends_before_start", _("结束日期不能早于开始日期。"), "until")
    elif line.until - line.since > LONGEST:
        yield Problem("plan_too_long", _("计划最长三年。"), "until")
    if line.since < service_since or (service_until and line.since >= service_until):
        yield Problem("service_not_in_force", _("这个服务项目在那一天还未启用或已停用。"), "service_id")
