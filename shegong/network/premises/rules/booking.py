"""Bookings: what is wrong with one, free times instead of a taken one, and how busy an hour of the week is. Local times
are naive here: what a clock on the wall says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.enums import BookingUse
from shegong.network.premises.rules.site import Span, digest_of

FARTHEST: Final = timedelta(days=366)
LATE: Final = timedelta(hours=1)
STEP: Final = 30
DAY: Final = 24 * 60
Busy = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class BookingDraft:
    """What is asked for: a room for a station, on a day from one minute of the day to another."""

    area_id: UUID
    station_id: int
    title: str
    use: str
    people: int
    on: date
    opens: int
    closes: int
    repeat: str = ""
    until: date | None = None
    skip_taken: bool = False

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


def moment(day: date, minute: int) -> datetime:
    """A minute of a day; 1440 is the next midnight."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def booking_problems(draft: BookingDraft, capacity: int, now: datetime) -> Iterator[Problem]:
    """What is wrong with a booking whatever else is booked. `now` is local."""
    if draft.use not in BookingUse.values:
        yield Problem("choice_unknown", _("请从列出的选项中选择。"), "use")
    if not 0 <= draft.opens < draft.closes <= DAY:
        yield Problem("ends_before_start", _("结束时间应晚于开始时间。"), "ends")
    elif moment(draft.on, draft.opens) < now - LATE:
        yield Problem("booking_past", _("开始时间已经过去。"), "on")
    if draft.on > now.date() + FARTHEST:
        yield Problem("booking_far", _("最多提前一年预订。"), "on")
    if draft.until is not None and draft.until > now.date() + FARTHEST:
        yield Problem("booking_far", _("最多提前一年预订。"), "until")
    if draft.people < 1:
        yield Problem("people_range", _("至少一人。"), "people")
    elif draft.people > capacity:
        yield Problem("people_many", _("这个房间最多容纳 %(most)s 人。"), "people", params={"most": capacity})


def is_open(spans: Iterable[Span], day: date, opens: int, closes: int) -> bool:
    """Whether a site is open all this time. A site whose hours nobody has noted is open."""
    given = list(spans)
    return not given or any(
        span.weekday == day.isoweekday() and span.opens <= opens and closes <= span.closes for span in given
    )


def clashes(busy: Busy, day: date, opens: int, closes: int) -> bool:
    """Whether the time is taken."""
    first, last = moment(day, opens), moment(day, closes)
    return any(start < last and end > first for start, end in busy)


def free_starts(spans: Iterable[Span], busy: Busy, day: date, minutes: int, wanted: int, most: int) -> list[int]:
    """Minutes of the day at which so many minutes are free, the nearest to the wanted one first, then in order."""
    given = [span for span in spans if span.weekday == day.isoweekday()]
    starts = [
        start
        for span in given
        for start in range(-(-span.opens // STEP) * STEP, span.closes - minutes + 1, STEP)
        if not clashes(busy, day, start, start + minutes)
    ]
    return sorted(sorted(starts, key=lambda start: (abs(start - wanted), start))[:most])


def open_minutes(spans: Iterable[Span]) -> dict[tuple[int, int], int]:
    """{(weekday, hour): minutes open} of one week."""
    found: dict[tuple[int, int], int] = {}
    for span in spans:
        for hour in range(span.opens // 60, -(-span.closes // 60)):
            minutes = min(span.closes, hour * 60 + 60) - max(span.opens, hour * 60)
            key = (span.weekday, hour)
            found[key] = found.get(key, 0) + minutes
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week: minutes booked of those that could have been, its share from 0 to 1 (None while closed)."""

    booked: int
    could: int

    @property
    def share(self) -> float | None:
        """How busy; None while closed."""
        return min(1.0, self.booked / self.could) if self.could else None

    @property
    def step(self) -> int:
        """The share in five steps of shade, 0 to 5."""
        return 0 if not self.booked or not self.share else min(5, int(self.share * 5) + 1)


def heat(could: Mapping[tuple[int, int], int], booked: Mapping[tuple[int, int], int]) -> list[tuple[int, list[Cell]]]:
    """(hour, Monday to Sunday) from the first to the last hour with anything."""
    hours = [hour for _weekday, hour in (*could, *booked)]
    if not hours:
        return []
    return [
        (hour, [Cell(booked.get((day, hour), 0), could.get((day, hour), 0)) for day in range(1, 8)])
        for hour in range(min(hours), max(hours) + 1)
    ]
