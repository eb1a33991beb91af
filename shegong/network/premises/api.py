"""Premises in the API: sites with rooms, how busy they are; bookings, what is free, and giving a room back."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Count, Day, Id, Moment, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.recurrence import Repeat
from shegong.network.api_scope import ApiRequest
from shegong.network.enums import Access, AreaKind, BookingUse, HostKind, OpenTo
from shegong.network.models import Area, Booking, Site
from shegong.network.premises.actions import booking as bookings
from shegong.network.premises.actions.site import put_area as put_room
from shegong.network.premises.actions.site import put_site as put_place
from shegong.network.premises.api_upkeep import router as upkeep
from shegong.network.premises.queries.booking import bookings_seen, usage
from shegong.network.premises.queries.site import in_use, site_by_id, sites
from shegong.network.premises.rules.booking import BookingDraft
from shegong.network.premises.rules.site import AreaDraft, SiteDraft

router = Router(tags=["premises"])
router.add_router("", upkeep)
Degrees = Annotated[float | None, Field(ge=-180, le=180)]
DAY_MINUTES = 24 * 60


class PremisesOut(Answer):
    """A site. `hub`, `town` and `keeper` are keys of stations, `division` is a division's code."""

    id: UUID
    name: str
    host_kind: HostKind
    owner: str
    keeper: str
    hub: str
    town: str | None
    division: str | None
    address: str
    access: Access
    open_to: OpenTo
    longitude: float | None
    latitude: float | None
    since: date
    until: date | None


class PremisesFilter(Paged):
    """Which sites."""

    hub: Annotated[Word | None, Field(description="Key of the hub above.")] = None
    town: Annotated[Word | None, Field(description="Key of the town station above.")] = None
    host_kind: HostKind | None = None


class PremisesIn(Body):
    """A new site. Longitude and latitude in degrees, both or neither."""

    keeper_id: Id
    name: Annotated[str, long_text(100)]
    host_kind: HostKind
    owner: Annotated[str, long_text(120)]
    address: Annotated[str, long_text(200)]
    access: Access
    since: Day
    open_to: OpenTo = OpenTo.AGREED
    longitude: Degrees = None
    latitude: Degrees = None


class RoomIn(Body):
    """A room of a site."""

    name: Annotated[str, long_text(40)]
    kind: AreaKind
    capacity: Count
    is_bookable: bool = True


class RoomOut(Answer):
    """A room of a site."""

    id: UUID
    name: str
    kind: AreaKind
    capacity: int
    square_metres: float | None
    is_bookable: bool


class HourOut(Answer):
    """An hour of the week (weekday 1 is Monday): minutes booked of those open, in four weeks."""

    weekday: int
    hour: int
    booked_minutes: int
    open_minutes: int


class UseOut(Answer):
    """How busy a site was in four weeks; `share` from 0 to 1."""

    since: date
    until: date
    rooms: int
    share: float | None
    idle_hours_a_week: int
    hours: list[HourOut]


@router.get("/premises", response={200: Listed[PremisesOut]})
def list_premises(request: ApiRequest, asked: Query[PremisesFilter]) -> HttpResponse:
    """Sites in use, by name."""
    fields = wanted(PremisesOut, asked.fields)
    found = sites().filter(in_use(clock.today()))
    for name, value in (("hub__key", asked.hub), ("town__key", asked.town), ("host_kind", asked.host_kind)):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["name"], asked.cursor, asked.limit)
    return page(map(_site, rows.items), rows.next_cursor, fields)


@router.get("/premises/{site_id}", response={200: PremisesOut})
def read_premises(request: ApiRequest, site_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A site."""
    fields = wanted(PremisesOut, asked.fields)
    return one(_site(_found(site_id)), fields)


@router.put("/premises/{site_id}", response={200: PremisesOut, 201: PremisesOut, 409: ProblemDetails})
def put_premises(request: ApiRequest, site_id: UUID, content: PremisesIn) -> HttpResponse:
    """A new site under the caller's key: 201 when it is new, 200 when the same came before."""
    known = Site.objects.filter(pk=site_id).exists()
    values = content.model_dump()
    for name in ("longitude", "latitude"):
        values[name] = None if values[name] is None else round(Decimal(str(values[name])), 6)
    draft = SiteDraft(**{name: getattr(value, "value", value) for name, value in values.items()})
    put_place(site_id, draft, by=request.viewer)
    return one(_site(_found(site_id)), status=200 if known else 201)


@router.get("/premises/{site_id}/rooms", response={200: Listed[RoomOut]})
def list_rooms_of_premises(request: ApiRequest, site_id: UUID, asked: Query[Paged]) -> HttpResponse:
    """The rooms of a site, by name."""
    fields = wanted(RoomOut, asked.fields)
    rows = page_of(Area.objects.filter(site=_found(site_id)), ["name"], asked.cursor, asked.limit)
    return page(map(_room, rows.items), rows.next_cursor, fields)


@router.put("/premises/{site_id}/rooms/{room_id}", response={200: RoomOut, 201: RoomOut, 409: ProblemDetails})
def put_room_of_premises(request: ApiRequest, site_id: UUID, room_id: UUID, content: RoomIn) -> HttpResponse:
    """A room of a site under the caller's key, new or corrected."""
    known = Area.objects.filter(pk=room_id).exists()
    draft = AreaDraft(content.name, content.kind.value, content.capacity, None, content.is_bookable)
    return one(_room(put_room(room_id, _found(site_id), draft, by=request.viewer)), status=200 if known else 201)


@router.get("/premises/{site_id}/use", response={200: UseOut})
def read_use_of_premises(request: ApiRequest, site_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """How busy a site's rooms were in the last four weeks, by hour and weekday."""
    fields = wanted(UseOut, asked.fields)
    found = usage(Site.objects.filter(pk=_found(site_id).pk), clock.today())
    hours = [
        HourOut(weekday=weekday, hour=hour, booked_minutes=cell.booked, open_minutes=cell.could)
        for hour, cells in found.hours
        for weekday, cell in enumerate(cells, start=1)
        if cell.could or cell.booked
    ]
    use = UseOut(
        since=found.since, until=found.until, rooms=found.rooms, share=found.share,
        idle_hours_a_week=found.idle_hours_a_week, hours=hours,
    )  # fmt: skip
    return one(use, fields)


def _found(site_id: UUID) -> Site:
    found = site_by_id(site_id)
    if found is None:
        raise not_found()
    return found


def _site(row: Site) -> PremisesOut:
    return PremisesOut(
        id=row.pk,
        name=row.name,
        host_kind=HostKind(row.host_kind),
        owner=row.owner,
        keeper=row.keeper.key,
        hub=row.hub.key,
        town=row.town.key if row.town else None,
        division=row.division.code if row.division else None,
        address=row.address,
        access=Access(row.access),
        open_to=OpenTo(row.open_to),
        longitude=None if row.longitude is None else float(row.longitude),
        latitude=None if row.latitude is None else float(row.latitude),
        since=row.since,
        until=row.until,
    )


def _room(row: Area) -> RoomOut:
    return RoomOut(
        id=row.pk,
        name=row.name,
        kind=AreaKind(row.kind),
        capacity=row.capacity,
        square_metres=None if row.square_metres is None else float(row.square_metres),
        is_bookable=row.is_bookable,
    )


class BookingIn(Body):
    """A room for a station, on a day from `starts` to `ends` (local; minutes count, 00:00 as an end is midnight), and
    again every week, second week or month up to `until`.
    """

    room_id: UUID
    station_id: Id
    title: Annotated[str, long_text(60)]
    use: BookingUse
    people: Count
    on: Day
    starts: time
    ends: time
    repeat: Repeat | None = None
    until: Day | None = None
    skip_taken: bool = False


class CancellationIn(Body):
    """Why, and whether the later ones of the series go, too."""

    reason: Annotated[str, long_text(200)] = ""
    and_later: bool = False


class BookingOut(Answer):
    """A booking; `station` is a key."""

    id: UUID
    room_id: UUID
    premises_id: UUID
    station: str
    series_id: UUID | None
    title: str
    use: BookingUse
    people: int
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str


class BookingFilter(Paged):
    """Which bookings: of a site or room, starting between two moments (the last excluded)."""

    premises_id: UUID | None = None
    room_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None


@router.get("/bookings", response={200: Listed[BookingOut]})
def list_bookings(request: ApiRequest, asked: Query[BookingFilter]) -> HttpResponse:
    """Bookings in the caller's county, by when they start."""
    fields = wanted(BookingOut, asked.fields)
    found = bookings_seen(request.viewer)
    for name, value in (
        ("area__site_id", asked.premises_id),
        ("area_id", asked.room_id),
        ("starts_at__gte", asked.since),
        ("starts_at__lt", asked.until),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["starts_at"], asked.cursor, asked.limit)
    return page(map(_booking, rows.items), rows.next_cursor, fields)


@router.get("/bookings/{booking_id}", response={200: BookingOut})
def read_booking(request: ApiRequest, booking_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A booking."""
    fields = wanted(BookingOut, asked.fields)
    return one(_booking(_seen(request, booking_id)), fields)


@router.put("/bookings/{booking_id}", response={200: BookingOut, 201: BookingOut, 409: ProblemDetails})
def put_booking(request: ApiRequest, booking_id: UUID, content: BookingIn) -> HttpResponse:
    """Book under the caller's key: 201 when it is new, 200 when the same came before, 409 where the room is taken. Of a
    series the first one is answered.
    """
    known = bookings_seen(request.viewer).filter(pk=booking_id).exists()
    draft = BookingDraft(
        area_id=content.room_id,
        station_id=content.station_id,
        title=content.title,
        use=content.use.value,
        people=content.people,
        on=content.on,
        opens=content.starts.hour * 60 + content.starts.minute,
        closes=content.ends.hour * 60 + content.ends.minute or DAY_MINUTES,
        repeat=content.repeat.value if content.repeat else "",
        until=content.until,
        skip_taken=content.skip_taken,
    )
    bookings.book(booking_id, draft, by=request.viewer, at=clock.now())
    return one(_booking(_seen(request, booking_id)), status=200 if known else 201)


@router.post("/bookings/{booking_id}/cancellation", response={200: BookingOut, 409: ProblemDetails})
def cancel_booking(request: ApiRequest, booking_id: UUID, content: CancellationIn) -> HttpResponse:
    """Give a booked room back."""
    found = _seen(request, booking_id)
    bookings.cancel(found, content.reason, by=request.viewer, at=clock.now(), and_later=content.and_later)
    return one(_booking(_seen(request, booking_id)))


def _seen(request: ApiRequest, booking_id: UUID) -> Booking:
    found = bookings_seen(request.viewer).filter(pk=booking_id).first()
    if found is None:
        raise not_found()
    return found


def _booking(row: Booking) -> BookingOut:
    return BookingOut(
        id=row.pk,
        room_id=row.area_id,
        premises_id=row.area.site_id,
        station=row.station.key,
        series_id=row.series_id,
        title=row.title,
        use=BookingUse(row.use),
        people=row.people,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
    )
