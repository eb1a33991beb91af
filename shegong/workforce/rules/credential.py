"""Certificates and their registration: what is refused, and what a worker should be reminded of. Pure.

A certificate doesn't expire. It is registered within a year; a registration holds for three years and is renewed in its
last three months, for which 72 hours of continuing education (assistants) or 90 (others) are due in those three years
(《社会工作者职业水平证书登记办法》, 《社会工作者继续教育办法》).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.workforce.enums import CertificateLevel, RequestKind

VALID_YEARS: Final = 3
FIRST_WITHIN_YEARS: Final = 1
RENEWAL_MONTHS: Final = 3
# How long before the end missing hours are said, so that there is time to learn.
HOURS_SAID_MONTHS: Final = 12
NUMBER_LENGTH: Final = 40
NOTE_LENGTH: Final = 200
# The first national examination.
EARLIEST: Final = date(2008, 6, 28)
LONGEST: Final = timedelta(days=3 * 365 + 1)
NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z()\-]{4,39}")
HOURS_NEEDED: Final = {CertificateLevel.ASSISTANT: 72, CertificateLevel.SOCIAL_WORKER: 90, CertificateLevel.SENIOR: 90}
RANKS: Final = {level: rank for rank, level in enumerate(HOURS_NEEDED, start=1)}


def years_after(day: date, years: int) -> date:
    """The same day some years later (or, negative, earlier); 28 February for a 29th that isn't there."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def months_after(day: date, months: int) -> date:
    """The last day whose date some months before is not after this one: what `months_before` undoes."""
    found = months_before(day, -months)
    while months_before(found + timedelta(days=1), months) <= day:
        found += timedelta(days=1)
    return found


def hours_needed(level: str) -> int:
    """Hours of continuing education in a registration's three years."""
    return HOURS_NEEDED[CertificateLevel(level)]


def renewal_opens(until: date) -> date:
    """The first day on which a registration that ends on `until` (no longer valid that day) can be renewed."""
    return months_before(until, RENEWAL_MONTHS)


def checked_number(text: str, field: str = "number", *, required: bool = True) -> str:
    """A certificate's number in its plain form: half-width capitals without blanks. Raises Problem at the field."""
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if not number and not required:
        return ""
    if not NUMBER.fullmatch(number):
        raise Problem("number_form", _("编号应为 5 到 40 位数字或大写字母，请照证书填写。"), field)
    return number


def checked_words(text: str, field: str, limit: int = NOTE_LENGTH, *, required: bool = False) -> str:
    """A text in its plain form. Raises Problem at the field."""
    words = clean_text(text.strip(), limit, field)
    if required and not words:
        raise Problem("text_missing", _("请填写。"), field)
    return words


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as far as the rules ask."""

    level: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration of [since, until), and its certificate's level."""

    level: str
    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether it is valid on this day."""
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one worker: certificates, registrations, the hours that count since the latest registration
    began, and the kinds of requests that wait.
    """

    certificates: Sequence[Certificate]
    registrations: Sequence[Registered]
    hours: int = 0
    waiting: Collection[str] = ()

    @property
    def highest(self) -> Certificate | None:
        """The highest certificate."""
        return max(self.certificates, key=lambda each: RANKS[CertificateLevel(each.level)], default=None)

    @property
    def latest(self) -> Registered | None:
        """The registration that ends last."""
        return max(self.registrations, key=lambda each: each.until, default=None)


def certificate_problems(certificate: Certificate, today: date, known: Iterable[Certificate]) -> Iterable[Problem]:
    """What is wrong with a certificate that somebody says to hold."""
    if certificate.level not in CertificateLevel.values:
        yield Problem("level_unknown", _("请选择证书级别。"), "level")
    elif any(each.level == certificate.level for each in known):
        yield Problem("level_twice", _("这一级别的证书已经登记过。"), "level")
    if certificate.issued_on > today:
        yield Problem("date_future", _("日期不能晚于今天。"), "issued_on")
    elif certificate.issued_on < EARLIEST:
        yield Problem("date_early", _("全国社会工作者职业水平考试从 2008 年 6 月开始，请核对发证日期。"), "issued_on")


def first_registration_problems(
    standing: Standing, level: str, since: date, note: str, today: date
) -> Iterable[Problem]:
    """What is wrong with registering a certificate for the first time from a day on. Later than a year after the
    certificate it needs a reason.
    """
    certificate = next((each for each in standing.certificates if each.level == level), None)
    if certificate is None:
        yield Problem("certificate_missing", _("没有这一级别的证书，请先登记证书。"), "level")
        return
    if any(each.level == level for each in standing.registrations):
        yield Problem("registered_before", _("这一级别已经登记过，请申请延续登记。"), "level")
    running = standing.latest
    if running and running.holds(since) and RANKS[CertificateLevel(level)] < RANKS[CertificateLevel(running.level)]:
        yield Problem("level_lower", _("已有更高级别的有效登记。"), "level")
    if since < certificate.issued_on:
        yield Problem(
            "before_certificate",
            _("登记不能早于发证日期（%(day)s）。"),
            "since",
            params={"day": certificate.issued_on},
        )
    elif since > today:
        yield Problem("date_future", _("日期不能晚于今天。"), "since")
    elif since > years_after(certificate.issued_on, FIRST_WITHIN_YEARS) and not note:
        yield Problem("late_without_reason", _("取得证书超过一年才登记，请说明原因。"), "note")


def renewal_problems(standing: Standing, since: date, note: str, today: date) -> Iterable[Problem]:
    """What is wrong with renewing the latest registration from a day on: too early, too few hours, a gap without a
    reason.
    """
    latest = standing.latest
    if latest is None:
        yield Problem("never_registered", _("还没有登记过，请申请首次登记。"), "kind")
        return
    opens = renewal_opens(latest.until)
    if today < opens:
        yield Problem(
            "renewal_early",
            _("登记到期前 3 个月才能申请延续，%(day)s 起可以申请。"),
            "since",
            params={"day": opens},
        )
    elif since < latest.until:
        yield Problem(
            "renewal_overlaps",
            _("延续登记从上一次登记到期之日（%(day)s）起算，不能重叠。"),
            "since",
            params={"day": latest.until},
        )
    elif since > max(today, latest.until):
        yield Problem("date_future", _("日期不能晚于今天。"), "since")
    elif since > latest.until and not note:
        yield Problem("late_without_reason", _("登记中断过，请说明原因。"), "note")
    missing = hours_needed(latest.level) - standing.hours
    if missing > 0:
        yield Problem(
            "hours_missing",
            _("登记期内的继续教育还差 %(missing)s 学时（要求 %(needed)s，已有 %(hours)s）。"),
            "kind",
            params={"missing": missing, "needed": hours_needed(latest.level), "hours": standing.hours},
        )


class ReminderKind(StrEnum):
    """What a worker should do about the own registration."""

    UNREGISTERED = "unregistered"
    WINDOW = "window"
    LAPSED = "lapsed"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to do: by when, and how many hours are missing. `waits`: it was asked for and waits for the county."""

    kind: ReminderKind
    due_on: date
    missing: int = 0
    waits: bool = False


def reminders(standing: Standing, today: date) -> list[Reminder]:
    """What to remind a worker of, the most urgent first."""
    found = []
    highest, latest = standing.highest, standing.latest
    if highest is None:
        return []
    if not any(each.level == highest.level for each in standing.registrations):
        due = years_after(highest.issued_on, FIRST_WITHIN_YEARS)
        found.append(Reminder(ReminderKind.UNREGISTERED, due, waits=RequestKind.REGISTRATION in standing.waiting))
    if latest is None:
        return found
    renews = RequestKind.RENEWAL in standing.waiting
    if latest.until <= today:
        found.append(Reminder(ReminderKind.LAPSED, latest.until, waits=renews))
    elif renewal_opens(latest.until) <= today:
        found.append(Reminder(ReminderKind.WINDOW, latest.until, waits=renews))
    missing = hours_needed(latest.level) - standing.hours
    if missing > 0 and months_before(latest.until, HOURS_SAID_MONTHS) <= today:
        found.append(Reminder(ReminderKind.HOURS, latest.until, missing))
    return found


def with_waiting(reminder: Reminder, waiting: Collection[str]) -> Reminder:
    """A reminder that says whether it was asked for already."""
    answers = {
        ReminderKind.UNREGISTERED: RequestKind.REGISTRATION,
        ReminderKind.WINDOW: RequestKind.RENEWAL,
        ReminderKind.LAPSED: RequestKind.RENEWAL,
    }
    return replace(reminder, waits=answers.get(reminder.kind) in waiting)
