"""Booking a room, once or time and again, and giving it back. That a room is never taken twice holds the database."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.recurrence import occurrences
from shegong.kernel.text import clean_text
from shegong.network.models import Area, Booking, BookingSeries, Station
from shegong.network.premises.actions.site import put_texts
from shegong.network.premises.queries.booking import busy_of, may_use, spans_of
from shegong.network.premises.rules.booking import BookingDraft, booking_problems, clashes, is_open, moment
from shegong.network.scope import Viewer
from shegong.people.enums import Role

BOOKERS = (Role.WORKER, Role.HEAD, Role.COUNTY)


class TakenProblem(Problem):
    """Some of the times asked for are taken (`days`), of how many."""

    def __init__(self, days: Sequence[date], count: int) -> None:
        self.days = list(days)
        self.count = count
        listed = "、".join(f"{day.month}/{day.day}" for day in self.days[:8])
        if count == 1:
            super().__init__("booking_taken", _("这个时段已被预订。"), "starts", status=409)
        else:
            message = _("%(count)s 次中有 %(taken)s 次已被预订：%(days)s。")
            params = {"count": count, "taken": len(self.days), "days": listed}
            super().__init__("booking_taken", message, "starts", status=409, params=params)


@transaction.atomic
def book(key: UUID, draft: BookingDraft, *, by: Viewer, at: datetime) -> list[Booking]:
    """Book a room for a station, under the caller's key; with `repeat` also later ones up to `until`, all of them or
    none (those that are taken left out where `skip_taken`). The same again changes nothing.

    Raises TakenProblem (409) for what overlaps, Problem `key_taken` (409), 403, and Problems at the fields.
    """
    area = Area.objects.select_related("site").filter(pk=draft.area_id).first()
    station = Station.objects.filter(pk=draft.station_id).first()
    problems: list[Problem | None] = []
    if area is None or not area.is_bookable:
        raise Problem("area_unknown", _("没有这个房间，或它不能预订。"), "area")
    if station is None or not by.has(*BOOKERS) or not by.reaches(station.hub_id, station.id):
        raise Problem("may_not_book", _("您不能为这个站点预订。"), "station", status=403)
    known = Booking.objects.filter(pk=key).first()
    if known is not None:
        if bytes(known.digest) != draft.digest():
            raise key_taken()
        return list(Booking.objects.filter(series_id=known.series_id)) if known.series_id else [known]
    row = Booking(area=area, station=station)
    problems += [*booking_problems(draft, area.capacity, timezone.localtime(at).replace(tzinfo=None))]
    problems += put_texts(row, {"title": 60}, draft)
    if not may_use(area.site, station, draft.on):
        problems.append(Problem("not_shared", _("这个场地没有与该站点共用。"), "area"))
    if not any(problems):
        problems += _hours_problems(area, draft)
    raise_any(problems)
    days = _days(area, draft)
    series = _series(draft, area, days) if draft.repeat else None
    made = [
        _booking(key if number == 0 else uuid7(), draft, area, row.title, day, series, by, at)
        for number, day in enumerate(days)
    ]
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(made)
    except IntegrityError as error:
        if "pkey" in str(error):
            raise key_taken() from error
        # Somebody was faster since we looked.
        if "never_twice" not in str(error):
            raise
        raise TakenProblem(days[:1] if len(days) == 1 else days, len(days)) from error
    _log("book_area", made[0], by, {"area": str(area.pk), "bookings": len(made)})
    return made


def _hours_problems(area: Area, draft: BookingDraft) -> list[Problem | None]:
    if is_open(spans_of(area.site_id), draft.on, draft.opens, draft.closes):
        return []
    return [Problem("outside_hours", _("场地在这个时段不开放。"), "starts")]


def _days(area: Area, draft: BookingDraft) -> list[date]:
    """The days to be booked. Raises Problem at `until`, and TakenProblem."""
    days = [draft.on]
    if draft.repeat:
        if draft.until is None:
            raise Problem("repeat_until", _("请填写重复到哪一天。"), "until")
        spans = spans_of(area.site_id)
        days = [
            day
            for day in occurrences(draft.on, draft.repeat, draft.until)
            if is_open(spans, day, draft.opens, draft.closes)
        ]
        ends = area.site.until
        days = [day for day in days if ends is None or day < ends]
    busy = busy_of([area.pk], days[0], days[-1])[area.pk]
    taken = [day for day in days if clashes(busy, day, draft.opens, draft.closes)]
    if taken and not (draft.repeat and draft.skip_taken and len(taken) < len(days)):
        raise TakenProblem(taken, len(days))
    return [day for day in days if day not in taken]


def _series(draft: BookingDraft, area: Area, days: Sequence[date]) -> BookingSeries:
    series = BookingSeries(
        hub_id=area.site.hub_id,
        station_id=draft.station_id,
        repeat=draft.repeat,
        first_on=days[0],
        until=draft.until or days[-1],
    )
    series.save(force_insert=True)
    return series


def _booking(
    key: UUID,
    draft: BookingDraft,
    area: Area,
    title: str,
    day: date,
    series: BookingSeries | None,
    by: Viewer,
    at: datetime,
) -> Booking:
    return Booking(
        id=key,
        hub_id=area.site.hub_id,
        area=area,
        station_id=draft.station_id,
        series=series,
        title=title,
        use=draft.use,
        people=draft.people,
        starts_at=timezone.make_aware(moment(day, draft.opens)),
        ends_at=timezone.make_aware(moment(day, draft.closes)),
        booked_by_id=by.account_id,
        booked_at=at,
        digest=draft.digest(),
    )


def may_cancel(booking: Booking, by: Viewer) -> bool:
    """Whether a viewer acts for the station that booked."""
    return by.has(*BOOKERS) and by.reaches(booking.hub_id, booking.station_id)


@transaction.atomic
def cancel(booking: Booking, reason: str, *, by: Viewer, at: datetime, and_later: bool = False) -> int:
    """Give a booked room back, perhaps with all later ones of its series; returns how many.

    Raises Problem 403, 409 for what has been or was given back, and at `reason`.
    """
    booking = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    if not may_cancel(booking, by):
        raise Problem("may_not_cancel", _("您不能取消这个预订。"), status=403)
    if booking.cancelled_at is not None or booking.ends_at <= at:
        raise Problem("booking_over", _("这个预订已经取消或已经结束。"), status=409)
    reason = clean_text(reason, 200, "reason").strip()
    rows = Booking.objects.filter(pk=booking.pk)
    if and_later and booking.series_id:
        rows = Booking.objects.filter(
            series_id=booking.series_id, starts_at__gte=booking.starts_at, cancelled_at__isnull=True
        )
    count = rows.update(cancelled_at=at, cancel_reason=reason)
    _log("cancel_booking", booking, by, {"bookings": count, "reason": reason})
    return count


def _log(verb: str, booking: Booking, by: Viewer, detail: dict[str, object]) -> None:
    log(
        verb, "booking", booking.pk, by=by.account_id, hub_id=booking.hub_id, station_id=booking.station_id,
        detail=detail,
    )  # fmt: skip
