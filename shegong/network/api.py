"""The network in the API: divisions, stations, organisations."""

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Chosen, Day, IdParameter, Paged, Word
from shegong.kernel.api.refusals import not_found
from shegong.kernel.pages import page_of
from shegong.network import queries
from shegong.network.api_scope import ApiRequest
from shegong.network.enums import Level, OrganisationKind, Stage, Tier
from shegong.network.models import Division, Organisation, Station

router = Router(tags=["network"])
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$", max_length=12)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=40)]
On = Annotated[Day | None, Field(description="As of this day; today when left out.")]


class DivisionOut(Answer):
    """An administrative division, for as long as it existed under this code."""

    code: str
    name: str
    level: Level
    kind: str
    parent: str | None
    functional_area: str
    since: date
    until: date | None


class DivisionFilter(Paged):
    """Which divisions."""

    on: On = None
    level: Level | None = None
    parent: Annotated[Code | None, Field(description="Code of the division above.")] = None
    functional_area: Word | None = None


@router.get("/divisions", response={200: Listed[DivisionOut]})
def list_divisions(request: ApiRequest, asked: Query[DivisionFilter]) -> HttpResponse:
    """Divisions by code."""
    fields = wanted(DivisionOut, asked.fields)
    found = queries.divisions_on(asked.on or clock.today())
    for name, value in (
        ("level", asked.level),
        ("parent__code", asked.parent),
        ("functional_area", asked.functional_area),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["code"], asked.cursor, asked.limit)
    return page(map(_division, rows.items), rows.next_cursor, fields)


@router.get("/divisions/{code}", response={200: DivisionOut})
def read_division(request: ApiRequest, code: Code, asked: Query[Chosen], on: On = None) -> HttpResponse:
    """A division by its code."""
    fields = wanted(DivisionOut, asked.fields)
    found = queries.divisions_on(on or clock.today()).filter(code=code).first()
    if found is None:
        raise not_found()
    return one(_division(found), fields)


def _division(row: Division) -> DivisionOut:
    return DivisionOut(
        code=row.code,
        name=row.name,
        level=Level(row.level),
        kind=row.kind,
        parent=row.parent.code if row.parent else None,
        functional_area=row.functional_area,
        since=row.since,
        until=row.until,
    )


class StationOut(Answer):
    """A support centre, hub, station or room. `parent`, `hub` and `town` are keys of stations."""

    id: int
    key: str
    tier: Tier
    name: str
    parent: str | None
    hub: str
    town: str | None
    division: str | None
    stage: Stage
    address: str
    hours: str
    phone: str
    longitude: float | None
    latitude: float | None


class StationFilter(Paged):
    """Which stations."""

    tier: Tier | None = None
    stage: Stage | None = None
    hub: Annotated[Key | None, Field(description="Key of the hub above (or of the hub itself).")] = None
    town: Annotated[Key | None, Field(description="Key of the town station above (or of the station itself).")] = None
    division: Annotated[Code | None, Field(description="Code of the division that it lies in.")] = None


@router.get("/stations", response={200: Listed[StationOut]})
def list_stations(request: ApiRequest, asked: Query[StationFilter]) -> HttpResponse:
    """Stations by key."""
    fields = wanted(StationOut, asked.fields)
    found = queries.stations()
    for name, value in (
        ("tier", asked.tier),
        ("stage", asked.stage),
        ("hub__key", asked.hub),
        ("town__key", asked.town),
        ("division__code", asked.division),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["key"], asked.cursor, asked.limit)
    return page(map(_station, rows.items), rows.next_cursor, fields)


@router.get("/stations/{key}", response={200: StationOut})
def read_station(request: ApiRequest, key: Key, asked: Query[Chosen]) -> HttpResponse:
    """A station by its key."""
    fields = wanted(StationOut, asked.fields)
    found = queries.stations().filter(key=key).first()
    if found is None:
        raise not_found()
    return one(_station(found), fields)


@router.get("/stations/{key}/children", response={200: Listed[StationOut]})
def list_children(request: ApiRequest, key: Key, asked: Query[Paged]) -> HttpResponse:
    """The stations just below a station."""
    fields = wanted(StationOut, asked.fields)
    parent = Station.objects.filter(key=key).first()
    if parent is None:
        raise not_found()
    rows = page_of(queries.stations().filter(parent=parent), ["key"], asked.cursor, asked.limit)
    return page(map(_station, rows.items), rows.next_cursor, fields)


def _station(row: Station) -> StationOut:
    return StationOut(
        id=row.id,
        key=row.key,
        tier=Tier(row.tier),
        name=row.name,
        parent=row.parent.key if row.parent else None,
        hub=row.hub.key,
        town=row.town.key if row.town else None,
        division=row.division.code if row.division else None,
        stage=Stage(row.stage),
        address=row.address,
        hours=row.hours,
        phone=row.phone,
        longitude=None if row.longitude is None else float(row.longitude),
        latitude=None if row.latitude is None else float(row.latitude),
    )


class OrganisationOut(Answer):
    """An agency, charity, department, committee or enterprise."""

    id: int
    name: str
    kinds: list[OrganisationKind]
    credit_code: str | None
    since: date
    until: date | None


class OrganisationFilter(Paged):
    """Which organisations."""

    on: On = None
    kind: OrganisationKind | None = None


@router.get("/organisations", response={200: Listed[OrganisationOut]})
def list_organisations(request: ApiRequest, asked: Query[OrganisationFilter]) -> HttpResponse:
    """Organisations by name."""
    fields = wanted(OrganisationOut, asked.fields)
    found = queries.organisations_on(asked.on or clock.today())
    if asked.kind is not None:
        found = found.filter(kinds__contains=[asked.kind])
    rows = page_of(found, ["name"], asked.cursor, asked.limit)
    return page(map(_organisation, rows.items), rows.next_cursor, fields)


@router.get("/organisations/{organisation_id}", response={200: OrganisationOut})
def read_organisation(request: ApiRequest, organisation_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """An organisation."""
    fields = wanted(OrganisationOut, asked.fields)
    found = Organisation.objects.filter(id=organisation_id).first()
    if found is None:
        raise not_found()
    return one(_organisation(found), fields)


def _organisation(row: Organisation) -> OrganisationOut:
    return OrganisationOut(
        id=row.pk,
        name=row.name,
        kinds=[OrganisationKind(kind) for kind in row.kinds],
        credit_code=row.credit_code,
        since=row.since,
        until=row.until,
    )
