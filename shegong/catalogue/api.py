"""The catalogue in the API: services, fields of service, population groups, forms and their XLSForm workbooks."""

from base64 import b64decode, b64encode
from datetime import date
from io import BytesIO
from typing import Annotated, Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel
from pydantic import Field as Described

from shegong.catalogue import queries
from shegong.catalogue.actions import keep_draft, publish_instrument
from shegong.catalogue.enums import Method, RestrictedClass, ServiceKind, Subject, Unit
from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.catalogue.xlsform.importing import import_xlsform
from shegong.catalogue.xlsform.writing import export_xlsform
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Day, IdParameter, Paged, Word
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role

router = Router(tags=["catalogue"])
LARGEST_CONTENT: Final = 14_000_000  # characters of base64 for ten megabytes
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
    """A structured form. `document` is what it asks, in our own format whatever the form was made with; a draft has no
    `since` yet.
    """

    id: int
    code: str
    version: int
    subject: Subject
    name_zh: str
    name_en: str
    document: dict[str, Any]
    since: date | None
    until: date | None


class InstrumentFilter(Paged):
    """Which forms."""

    on: On = None
    subject: Subject | None = None


@router.get("/instruments", response={200: Listed[InstrumentOut]})
def list_instruments(request: ApiRequest, asked: Query[InstrumentFilter]) -> HttpResponse:
    """The forms in force on a day."""
    fields = wanted(InstrumentOut, asked.fields)
    found = queries.instruments_on(asked.on or clock.today())
    if asked.subject is not None:
        found = found.filter(subject=asked.subject)
    rows = page_of(found, ["code", "version"], asked.cursor, asked.limit)
    return page(map(_instrument, rows.items), rows.next_cursor, fields)


@router.get("/instruments/{instrument_id}", response={200: InstrumentOut})
def read_instrument(request: ApiRequest, instrument_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """A form in one version, also a draft and one that is no longer in force."""
    fields = wanted(InstrumentOut, asked.fields)
    return one(_instrument(_found(instrument_id)), fields)


class WorkbookOut(BaseModel):
    """An XLSForm workbook (.xlsx)."""

    name: str
    content: Annotated[str, Described(description="The file, in base64.")]


@router.get("/instruments/{instrument_id}/xlsform", response={200: WorkbookOut})
def export_instrument(request: ApiRequest, instrument_id: IdParameter) -> HttpResponse:
    """A form as an XLSForm workbook. Imported again it is the same form."""
    row = _found(instrument_id)
    content = b64encode(export_xlsform(row.document, row.code, row.version)).decode()
    return one(WorkbookOut(name=f"{row.code}-{row.version}.xlsx", content=content))


class WorkbookIn(Body):
    """An XLSForm workbook to read. What we can't keep is left out only with `leave_out`; with `check_only` nothing is
    kept.
    """

    content: Annotated[str, Described(max_length=LARGEST_CONTENT, description="The .xlsx file, in base64.")]
    subject: Subject = Subject.CLIENT
    code: Annotated[Word, Described(description="Instead of the workbook's form_id.")] = ""
    leave_out: bool = False
    check_only: bool = False


class FindingOut(BaseModel):
    """Something in the workbook that is wrong, or that we can't keep. `row` counts from 1, 0 means the whole sheet."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    is_error: bool


class ImportOut(BaseModel):
    """What came of a workbook: all findings, and the draft if one was kept."""

    findings: list[FindingOut]
    instrument: InstrumentOut | None


@router.post("/instruments", response={200: ImportOut, 409: ProblemDetails, 413: ProblemDetails})
def import_instrument(request: ApiRequest, workbook: WorkbookIn) -> HttpResponse:
    """Read an XLSForm workbook, and keep it as the draft of a form's next version when nothing stands against it."""
    only(request.viewer, Role.CITY, Role.ADMIN)
    try:
        content = b64decode(workbook.content, validate=True)
    except ValueError as wrong:
        raise Problem("not_base64", _("文件内容须为 base64。"), "content") from wrong
    try:
        imported = import_xlsform(BytesIO(content))
    except Problem as problem:
        # 415 would speak of the request's own format.
        raise Problem(problem.code, problem.message, "content") from problem
    draft = None
    agreed = workbook.leave_out or not imported.left_out
    if imported.document is not None and agreed and not workbook.check_only:
        draft = keep_draft(
            workbook.code or imported.code,
            imported.document,
            subject=workbook.subject,
            by=request.viewer,
            at=clock.now(),
        )
    findings = [
        FindingOut(
            sheet=each.sheet,
            row=each.row,
            column=each.column,
            code=each.problem.code,
            message=str(each.problem.message),
            is_error=each.is_error,
        )
        for each in imported.findings
    ]
    return one(ImportOut(findings=findings, instrument=_instrument(draft) if draft else None))


class UseFrom(Body):
    """From which day a draft is used."""

    since: Day


@router.post("/instruments/{instrument_id}/publish", response={200: InstrumentOut, 409: ProblemDetails})
def publish(request: ApiRequest, instrument_id: IdParameter, use: UseFrom) -> HttpResponse:
    """Put a draft into use."""
    only(request.viewer, Role.CITY, Role.ADMIN)
    row = publish_instrument(_found(instrument_id), use.since, by=request.viewer, at=clock.now(), today=clock.today())
    return one(_instrument(row))


def _found(instrument_id: int) -> Instrument:
    row = Instrument.objects.filter(id=instrument_id).first()
    if row is None:
        raise not_found()
    return row


def _instrument(row: Instrument) -> InstrumentOut:
    return InstrumentOut(
        id=row.pk,
        code=row.code,
        version=row.version,
        subject=Subject(row.subject),
        name_zh=row.name_zh,
        name_en=row.name_en,
        document=dict(row.document),
        since=row.since,
        until=row.until,
    )
