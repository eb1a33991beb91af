"""Standards in the API: read by all, copied, changed and published by the city."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.actions import standard as actions
from shegong.appraisal.actions.policy import may_write
from shegong.appraisal.actions.standard import ItemDraft
from shegong.appraisal.enums import Dimension, Evidence
from shegong.appraisal.models import Standard
from shegong.appraisal.queries import standard as queries
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, empty, one, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, IdParameter, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.network.api_scope import ApiRequest, only
from shegong.network.enums import Tier
from shegong.people.enums import Role

router = Router()
ItemCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=10)]
Year = Annotated[int, Field(ge=2020, le=2100)]


class StandardItemOut(BaseModel):
    """An item. A computed one names its measure and the least that it must reach. `clause` is "policy#anchor"."""

    code: str
    dimension: Dimension
    title_zh: str
    title_en: str
    weight: int
    evidence: Evidence
    measure: str
    least: float | None
    is_veto: bool
    clause: str


class StandardOut(Answer):
    """A tier's standard for a year; a draft as long as `is_published` is false."""

    id: int
    tier: Tier
    year: int
    is_published: bool
    pass_score: int
    opens_on: date
    closes_on: date
    review_days: int
    confirm_days: int
    appeal_days: int
    valid_months: int
    items: list[StandardItemOut]


class ItemPreviewOut(BaseModel):
    """How many stations miss an item today; null for what only people can say."""

    code: str
    missed: int | None


class StandardPreviewOut(Answer):
    """A standard against today's data: how many of its tier's stations could pass."""

    stations: int
    may_pass: int
    may_pass_before: int | None
    items: list[ItemPreviewOut]


class StandardFilter(Chosen):
    """Which standards."""

    tier: Tier | None = None
    year: Year | None = None


class CopyIn(Body):
    """To which year."""

    year: Year


class StandardItemIn(Body):
    """What an item says."""

    dimension: Dimension
    title_zh: Annotated[str, long_text(120)]
    title_en: Annotated[str, long_text(200)]
    weight: Annotated[int, Field(strict=True, ge=1, le=100)]
    evidence: Evidence
    measure: Word = ""
    least: Annotated[float | None, Field(ge=0, le=99999)] = None
    is_veto: bool = False
    clause: Word


@router.get("/standards", response={200: All[StandardOut]})
def list_standards(request: ApiRequest, asked: Query[StandardFilter]) -> HttpResponse:
    """All standards with their items, the latest first; drafts for the city only."""
    fields = wanted(StandardOut, asked.fields)
    found = queries.with_items().order_by("-year", "tier")
    if not may_write(request.viewer):
        found = found.filter(published_at__isnull=False)
    if asked.tier is not None:
        found = found.filter(tier=asked.tier)
    if asked.year is not None:
        found = found.filter(year=asked.year)
    return whole(map(_standard, found), fields)


@router.get("/standards/{standard_id}", response={200: StandardOut})
def read_standard(request: ApiRequest, standard_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """A standard."""
    fields = wanted(StandardOut, asked.fields)
    return one(_standard(_seen(request, standard_id)), fields)


@router.get("/standards/{standard_id}/preview", response={200: StandardPreviewOut})
def preview_standard(request: ApiRequest, standard_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """What a standard would mean for today's stations, beside the one in force. For officers."""
    only(request.viewer, Role.CITY, Role.COUNTY)
    fields = wanted(StandardPreviewOut, asked.fields)
    standard, today = _seen(request, standard_id), clock.today()
    present = queries.standards_in_force(today).get(standard.tier)
    shown = queries.preview(standard, None if present == standard else present, today)
    items = [ItemPreviewOut(code=each.item.code, missed=each.missed) for each in shown.items]
    return one(
        StandardPreviewOut(
            stations=shown.stations, may_pass=shown.may_pass, may_pass_before=shown.may_pass_before, items=items
        ),
        fields,
    )


@router.post("/standards/{standard_id}/copies", response={201: StandardOut, 409: ProblemDetails})
def copy_standard(request: ApiRequest, standard_id: IdParameter, copy: CopyIn) -> HttpResponse:
    """A draft for a later year, with the same items."""
    only(request.viewer, Role.CITY)
    made = actions.copy_standard(_seen(request, standard_id), copy.year, by=request.viewer, at=clock.now())
    return one(_standard(_seen(request, made.pk)), status=201)


@router.put("/standards/{standard_id}/items/{code}", response={200: StandardOut, 409: ProblemDetails})
def put_standard_item(
    request: ApiRequest, standard_id: IdParameter, code: ItemCode, item: StandardItemIn
) -> HttpResponse:
    """Write an item of a draft."""
    only(request.viewer, Role.CITY)
    standard = _seen(request, standard_id)
    actions.save_item(standard, ItemDraft(code=code, **_values(item)), by=request.viewer, at=clock.now())
    return one(_standard(_seen(request, standard_id)))


@router.delete("/standards/{standard_id}/items/{code}", response={204: None, 409: ProblemDetails})
def delete_standard_item(request: ApiRequest, standard_id: IdParameter, code: ItemCode) -> HttpResponse:
    """Take an item out of a draft."""
    only(request.viewer, Role.CITY)
    actions.drop_item(_seen(request, standard_id), code, by=request.viewer, at=clock.now())
    return empty()


@router.post("/standards/{standard_id}/publication", response={200: StandardOut, 409: ProblemDetails})
def publish_standard(request: ApiRequest, standard_id: IdParameter) -> HttpResponse:
    """Put a draft into force. Refused unless its weights add up to 100 and each item's clause is in force."""
    only(request.viewer, Role.CITY)
    standard = _seen(request, standard_id)
    actions.publish_standard(standard, by=request.viewer, at=clock.now(), today=clock.today())
    return one(_standard(_seen(request, standard_id)))


def _values(item: StandardItemIn) -> dict[str, Any]:
    values = item.model_dump()
    values["least"] = None if item.least is None else Decimal(str(round(item.least, 2)))
    return values


def _seen(request: ApiRequest, standard_id: int) -> Standard:
    found = queries.with_items().filter(pk=standard_id).first()
    if found is None or (found.published_at is None and not may_write(request.viewer)):
        raise not_found()
    return found


def _standard(row: Standard) -> StandardOut:
    names = StandardOut.model_fields.keys() - {"is_published", "items", "tier"}
    return StandardOut(
        **{name: getattr(row, name) for name in names},
        tier=Tier(row.tier),
        is_published=row.published_at is not None,
        items=[
            StandardItemOut(
                code=item.code,
                dimension=Dimension(item.dimension),
                title_zh=item.title_zh,
                title_en=item.title_en,
                weight=item.weight,
                evidence=Evidence(item.evidence),
                measure=item.measure,
                least=None if item.least is None else float(item.least),
                is_veto=item.is_veto,
                clause=f"{item.document.code}#{item.anchor}",
            )
            for item in row.items.all()
        ],
    )
