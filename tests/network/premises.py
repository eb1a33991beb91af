"""A site with two rooms for tests, made by the tables' owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import (
    Area,
    Booking,
    BookingSeries,
    Equipment,
    EquipmentLoan,
    OpeningHours,
    SharingAgreement,
    Site,
    Station,
)
from shegong.network.premises.rules.booking import BookingDraft
from shegong.people.models import Account
from tests.factories import START


def make_site(keeper: Station, name: str = "邻里中心", **fields: object) -> Site:
    """A site open on all days from 9 to 18, kept by a station."""
    values = {
        "host_kind": "complex", "owner": "社区", "address": "一号路 1 号", "access": "full", "since": START, **fields,
    }  # fmt: skip
    site = Site(id=uuid7(), hub_id=keeper.hub_id, town_id=keeper.town_id, keeper=keeper, name=name, **values)
    site.save(force_insert=True)
    OpeningHours.objects.bulk_create(
        [OpeningHours(site=site, weekday=day, opens=540, closes=1080) for day in range(1, 8)]
    )
    return site


def make_area(site: Site, name: str = "活动室", capacity: int = 30) -> Area:
    """A room."""
    return Area.objects.create(site=site, name=name, kind="activity", capacity=capacity)


def asked(
    area: Area, station: Station, on: date, opens: int = 600, closes: int = 720, **fields: object
) -> BookingDraft:
    """A booking from 10 to 12 unless told otherwise."""
    values = {"title": "亲子阅读", "use": "activity", "people": 10, **fields}
    return BookingDraft(area_id=area.pk, station_id=station.pk, on=on, opens=opens, closes=closes, **values)


def make_booking(area: Area, station: Station, by: Account, starts_at: datetime, minutes: int = 120) -> Booking:
    """A booking, past or future."""
    return Booking.objects.create(
        hub_id=station.hub_id, area=area, station=station, title="例会", use="meeting", people=5, starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes), booked_by=by, booked_at=timezone.now(),
    )  # fmt: skip


def fill_premises(station: Station, account: Account) -> None:
    """A row in each table about premises that is behind the wall."""
    site, today = make_site(station), timezone.localdate()
    SharingAgreement.objects.create(
        site=site, hub_id=station.hub_id, station=station, purpose="活动", payer="free", since=START
    )
    chairs = Equipment.objects.create(site=site, name="椅", number=2, condition="good", source="host", checked_on=today)
    EquipmentLoan.objects.create(
        hub_id=station.hub_id, equipment=chairs, station=station, number=1, lent_on=today, due_on=today,
        lent_by=account,
    )  # fmt: skip
    BookingSeries.objects.create(hub_id=station.hub_id, station=station, repeat="weekly", first_on=today, until=today)
    make_booking(make_area(site), station, account, timezone.now())


@contextmanager
def refused(code: str, field: str | None = None) -> Iterator[None]:
    """Inside the block exactly this problem is raised, at this field where one is named."""
    with pytest.raises(Problem) as raised:
        yield
    (found,) = raised.value
    assert found.code == code
    assert field is None or found.field == field
