"""The catalogue in the API: services, fields of service, population groups, forms."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field as Described

from shegong.catalogue import queries
from shegong.catalogue.enums import Method, RestrictedClass, ServiceKind, Unit
from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Chosen, Day, IdParameter, Paged, Word
from shegong.kernel.api.refusals import not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest

router = Router(tags=["catalogue"])
On = Annotated[Day | None, Described(description="As of this day; today when left out.")]


class ServiceOut(Answer):
    """A service in one version. `field` and `group` are codes."""

    id: int
    code: str
    version: int
    name_zh: str
    name_en: str
    kind: ServiceKind
    category: str
    field: str
    group: str
    group_id: int
    method: Method
    unit: Unit
    clause: str
    description: str
    since: date
    until: date | None


class ServiceFilter(Paged):
    """Which services."""

    on: On = None
    kind: ServiceKind | None = None
    field: Annotated[Word | None, Described(description="Code of the field of service.")] = None
    group: Annotated[Word | None, Described(description="Code of the population group.")] = None
    method: Method | None = None


@router.get("/services", response={200: Listed[ServiceOut]})
def list_services(request: ApiRequest, asked: Query[ServiceFilter]) -> HttpResponse:
    """Services by code, each in the version of the day."""
    fields = wanted(ServiceOut, asked.fields)
    found = queries.services_on(asked.on or clock.today())
    for name, value in (
        ("kind", asked.kind),
        ("field__code", asked.field),
        ("group__code", asked.group),
        ("method", asked.method),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["code"], asked.cursor, asked.limit)
    return page(map(_service, rows.items), rows.next_cursor, fields)


@router.get("/services/{service_id}", response={200: ServiceOut})
def read_service(request: ApiRequest, service_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """A service in one version, also one that is no longer in force."""
    fields = wanted(ServiceOut, asked.fields)
    found = ServiceItem.objects.select_related("field", "group").filter(id=service_id).first()
    if found is None:
        raise not_found()
    return one(_service(found), fields)


def _service(row: ServiceItem) -> ServiceOut:
    return ServiceOut(
        id=row.pk,
        code=row.code,
        version=row.version,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=ServiceKind(row.kind),
        category=row.category,
        field=row.field.code,
        group=row.group.code,
        group_id=row.group_id,
        method=Method(row.method),
        unit=Unit(row.unit),
        clause=row.clause,
        description=row.description,
        since=row.since,
        until=row.until,
    )


class FieldOut(Answer):
    """A field of service."""

    id: int
    code: str
    name_zh: str
    name_en: str


@router.get("/fields", response={200: All[FieldOut]})
def list_fields(request: ApiRequest, asked: Query[Chosen]) -> HttpResponse:
    """The fields of service, in their order."""
    fields = wanted(FieldOut, asked.fields)
    rows = (FieldOut(id=row.id, code=row.code, name_zh=row.name_zh, name_en=row.name_en) for row in Field.objects.all())
    return whole(rows, fields)


class GroupOut(FieldOut):
    """A population group; membership of one with a restricted class is guarded."""

    restricted_class: RestrictedClass


@router.get("/groups", response={200: All[GroupOut]})
def list_groups(request: ApiRequest, asked: Query[Chosen]) -> HttpResponse:
    """The population groups, in their order."""
    fields = wanted(GroupOut, asked.fields)
    rows = (
        GroupOut(
            id=row.id,
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            restricted_class=RestrictedClass(row.restricted_class),
        )
        for row in PopulationGroup.objects.all()
    )
    return whole(rows, fields)


class InstrumentOut(Answer):
    """A structured form: its sections and questions, with their options, are in `definition`."""

    id: int
    code: str
    version: int
    name_zh: str
    name_en: str
    definition: dict[str, Any]
    since: date
    until: date | None


@router.get("/instruments", response={200: Listed[InstrumentOut]})
def list_instruments(request: ApiRequest, asked: Query[Paged], on: On = None) -> HttpResponse:
    """The forms in force on a day."""
    fields = wanted(InstrumentOut, asked.fields)
    rows = page_of(queries.instruments_on(on or clock.today()), ["code", "version"], asked.cursor, asked.limit)
    return page(map(_instrument, rows.items), rows.next_cursor, fields)


def _instrument(row: Instrument) -> InstrumentOut:
    return InstrumentOut(
        id=row.pk,
        code=row.code,
        version=row.version,
        name_zh=row.name_zh,
        name_en=row.name_en,
        definition=row.definition,
        since=row.since,
        until=row.until,
    )
