"""Readings in the API. Every number passes `may_read` and `shown`: nobody is told more than the pages tell."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shegong.indicators import queries
from shegong.indicators.reports.api import router as reports
from shegong.indicators.rules import INDICATORS, Unit, indicator_of
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, plain, whole
from shegong.kernel.api.kinds import Word
from shegong.kernel.api.refusals import ProblemDetails
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.network.scope import Viewer

router = Router(tags=["readings"])
router.add_router("", reports)
PeriodText = Annotated[
    str, StringConstraints(max_length=10), Field(description="2022, 2022Q3 or 2022-07; this year when left out.")
]

# The catalogue has units, too, and the document one name for each kind.
UnitName = Annotated[str, Field(json_schema_extra={"enum": [unit.value for unit in Unit]})]


class By(StrEnum):
    """What a reading can be broken down by."""

    CHILD = "child"
    GROUP = "group"
    FIELD = "field"
    SERVICE = "service"
    METHOD = "method"


class ReadingOut(BaseModel):
    """The value of an indicator. With `suppressed` so few people are behind it that the caller is not told."""

    model_config = ConfigDict(extra="forbid")

    code: str
    station: str
    period: str
    value: float | None
    numerator: int | None
    denominator: int | None
    unit: UnitName
    as_of: datetime
    suppressed: bool = Field(default=False, json_schema_extra={"description": "Left out when false."})
    rounded: bool = Field(
        default=False, json_schema_extra={"description": "To a multiple of five; left out when false."}
    )


class PartOut(ReadingOut):
    """A reading's part: of a child station, a group, a field, a service or a method."""

    key: str
    name: str


class Parts(BaseModel):
    """A reading broken down."""

    items: list[PartOut]


class Course(BaseModel):
    """Readings one period after the other."""

    items: list[ReadingOut]


class ReadingQuestion(BaseModel):
    """Which reading."""

    code: Annotated[Word, Field(description="The indicator, as in the catalogue of readings.")]
    station: Annotated[
        Key | None, Field(description="Whose subtree; the caller's own station when left out, the city for the city.")
    ] = None
    period: PeriodText | None = None


class BrokenDown(ReadingQuestion):
    """Which reading, and by what."""

    by: By | None = None


class CourseQuestion(ReadingQuestion):
    """Which readings, up to the period."""

    count: Annotated[int, Field(ge=1, le=36, description="How many periods.")] = 12


class IndicatorOut(Answer):
    """An indicator as it is defined, in the caller's language."""

    code: str
    name: str
    unit: UnitName
    flow: bool
    definition: str
    clause: str
    dimensions: list[str]


@router.get("/readings/catalogue", response={200: All[IndicatorOut]})
def list_indicators(request: ApiRequest) -> HttpResponse:
    """The indicators that can be read."""
    return whole(
        IndicatorOut(
            code=each.code,
            name=str(each.name),
            unit=each.unit.value,
            flow=each.flow,
            definition=str(each.definition),
            clause=str(each.clause),
            dimensions=sorted(each.dimensions),
        )
        for each in INDICATORS.values()
    )


@router.get("/readings", response={200: ReadingOut | Parts, 404: ProblemDetails})
def read_reading(request: ApiRequest, asked: Query[BrokenDown]) -> HttpResponse:
    """A reading, or with `by` its parts: exact, of this moment."""
    station, period = _where_and_when(request.viewer, asked)
    if asked.by is None:
        found = queries.reading(asked.code, station, period)
        return plain(queries.shown(found, request.viewer, station).as_json())
    parts = queries.breakdown(asked.code, station, period, asked.by.value)
    seen = queries.shown_parts(parts, request.viewer, station, asked.by.value)
    return plain({"items": [part.as_json() for part in seen]})


@router.get("/readings/course", response={200: Course, 404: ProblemDetails})
def read_course(request: ApiRequest, asked: Query[CourseQuestion]) -> HttpResponse:
    """An indicator's readings over several periods, the oldest first."""
    station, period = _where_and_when(request.viewer, asked)
    last = period or Period.current(PeriodKind.YEAR, clock.today())
    found = queries.course(asked.code, station, last, asked.count)
    return plain({"items": [queries.shown(each, request.viewer, station).as_json() for each in found]})


def _where_and_when(viewer: Viewer, asked: ReadingQuestion) -> tuple[Station, Period | None]:
    """Raises Problem for an unknown indicator, station or form of period, and (403) for numbers of others."""
    indicator_of(asked.code)
    if asked.station is None and viewer.home is not None:
        station = Station.objects.get(id=viewer.home)
    else:
        station = queries.station_by_key(asked.station)
    if not queries.may_read(viewer, station):
        raise Problem("may_not_read", _("您不能查看这个站点的数字。"), "station", 403)
    try:
        return station, Period.parse(asked.period) if asked.period else None
    except Problem as problem:
        raise problem.at("period") from None
