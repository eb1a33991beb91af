"""Decisions about offers, requests and bookings of the shared pool: values in, answer out."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.workforce.enums import PoolUrgency, SupervisionTopic

MONTHS_AHEAD: Final = 2
NOTE_LENGTH: Final = 200
MOST_OFFERED: Final = Decimal(120)
MOST_ASKED: Final = Decimal(16)
SPECIALITY: Final = re.compile(r"(group|field|method):\w{1,20}")
LETTER: Final = re.compile(r"\w")
TWICE: Final = _("督导在这个时段已有安排，请换一个时间。")
# Why the database refused, by its constraint's name.
REFUSED: Final = {
    "workforce_booking_one_place_at_a_time": ("twice_at_a_time", TWICE, "starts_at"),
    "workforce_session_one_place_at_a_time": ("twice_at_a_time", TWICE, "starts_at"),
    "workforce_booking_within_offer": ("beyond_offer", _("超出了督导本月提供的小时数。"), "supervisor"),
    "workforce_booking_one_for_a_request": ("booked_already", _("这项需求已经安排了督导。"), None),
    "workforce_booking_within_month": ("other_month", _("时间应在预约的月份内。"), "starts_at"),
    "workforce_session_within_agreement": ("other_month", _("时间应在督导协议的期限内。"), "starts_at"),
    "workforce_offer_covers_bookings": ("below_bookings", _("已有预约，小时数不能少于已预约的。"), "hours"),
}


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a station, or one of its workers, asks for."""

    month: date
    hours: Decimal
    topic: str
    speciality: str = ""
    urgency: str = PoolUrgency.ROUTINE
    note: str = ""
    of_worker: bool = False


def first_of_month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return first_of_month(first_of_month(month) + timedelta(days=31))


def open_months(today: date) -> list[date]:
    """The months that may be planned: this one and the next two."""
    months = [first_of_month(today)]
    for _each in range(MONTHS_AHEAD):
        months.append(next_month(months[-1]))
    return months


def month_problem(month: date, today: date) -> Problem | None:
    """Why nothing can be planned for this month, or None."""
    if month not in open_months(today):
        return Problem("month_closed", _("请选择本月或其后两个月。"), "month")
    return None


def hours_problem(hours: Decimal, most: Decimal) -> Problem | None:
    """Hours are counted in halves, from one half up to `most`."""
    if not 0 < hours <= most or hours * 2 % 1:
        return Problem(
            "hours_wrong", _("小时数应在 0.5 到 %(most)s 之间，以半小时计。"), "hours", params={"most": most}
        )
    return None


def request_problems(draft: RequestDraft, today: date) -> list[Problem | None]:
    """All that is wrong with a request."""
    found = [month_problem(draft.month, today), hours_problem(draft.hours, MOST_ASKED)]
    if draft.topic not in SupervisionTopic.values:
        found.append(Problem("topic_unknown", _("请选择督导议题。"), "topic"))
    if draft.urgency not in PoolUrgency.values:
        found.append(Problem("urgency_unknown", _("请选择紧急程度。"), "urgency"))
    if draft.speciality and not SPECIALITY.fullmatch(draft.speciality):
        found.append(Problem("speciality_unknown", _("请从列表中选择专长。"), "speciality"))
    return found


def note_text(note: str, field: str = "note") -> str:
    """A short note, cleaned. Raises Problem at the field."""
    return clean_text(note.strip(), NOTE_LENGTH, field)


def reason_text(reason: str) -> str:
    """A reason in words that say something. Raises Problem at `reason`."""
    text = note_text(reason, "reason")
    if len(LETTER.findall(text)) < 2:
        raise Problem("reason_missing", _("请写明原因。"), "reason")
    return text


def span_problem(starts_at: datetime, hours: Decimal, month: date, now: datetime) -> Problem | None:
    """Why a booking can't begin at this moment (in local time), or None."""
    ends_at = starts_at + timedelta(hours=float(hours))
    if first_of_month(starts_at.date()) != month or first_of_month(ends_at.date()) != month:
        return Problem("other_month", _("时间应在预约的月份内。"), "starts_at")
    if starts_at < now:
        return Problem("past", _("请选择将来的时间。"), "starts_at")
    return None


def refused_by_database(constraint: str | None) -> Problem | None:
    """What a refused write means to who asked for it; None for a refusal that nobody foresaw."""
    known = REFUSED.get(constraint or "")
    return Problem(known[0], known[1], known[2], status=409) if known else None
