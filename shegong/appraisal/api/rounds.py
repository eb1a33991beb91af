"""Rounds of assessment and score sheets in the API: planned by PUT under the caller's key, run step by step; sheets
filled and handed in by their rater.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.actions import round as actions
from shegong.appraisal.actions import round_finding as making
from shegong.appraisal.actions import score
from shegong.appraisal.enums import AssessedGrade, DrawnUnit, Rater, RoundState, Severity
from shegong.appraisal.models import Round, RoundUnit, ScoreSheet
from shegong.appraisal.queries import round as queries
from shegong.appraisal.queries.finding import OFFICERS
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role

router = Router()
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Share = Annotated[int, Field(strict=True, ge=1, le=100)]
Title = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
Seed = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
DrawnTier = Literal["hub", "station", "room"]
ItemCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=10)]
Anchor = Annotated[str, Field(pattern=r"^[a-z0-9-]*$", max_length=40)]
Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class DrawOut(BaseModel):
    """A draw: with its seed anybody draws the same again. The highest number counts."""

    number: int
    seed: str
    reason: str
    digest: str
    drawn_at: datetime


class RoundOut(Answer):
    """A round's plan; projects are drawn among the contracts of `contract_ids`, if any. Both periods end before their
    `until`; `kappa` is how far two assessors agreed.
    """

    id: UUID
    title: str
    unit: DrawnUnit
    tiers: list[str]
    hub_ids: list[int]
    contract_ids: list[int]
    share: int
    records_share: int
    records_since: date
    records_until: date
    since: date
    until: date
    weights: dict[str, int]
    tolerance: int
    appeal_days: int
    seed: str
    state: RoundState
    published_at: datetime | None
    kappa: float | None
    conclusion: str
    out_on: date | None


class RoundDetailsOut(RoundOut):
    """A round with its draws, the latest first."""

    draws: list[DrawOut]


class RoundUnitOut(Answer):
    """A drawn station, with its result once that is out (for the city as soon as it is graded)."""

    id: UUID
    hub_id: int
    station_id: int
    contract_id: int | None
    kind: str
    rank: int
    total: float | None
    grade: AssessedGrade | None


class ScoreSheetOut(Answer):
    """A rater's sheet of a drawn station."""

    id: UUID
    round_id: UUID
    unit_id: UUID
    station_id: int
    rater: Rater
    seat: int
    why: str
    opinion: str
    handed_in_at: datetime | None
    total: float | None


class SheetLineOut(BaseModel):
    """An item with what was given for it."""

    code: str
    title: str
    most: int
    points: float | None
    note: str
    photos: int


class ScoreSheetDetailsOut(ScoreSheetOut):
    """A sheet with its items."""

    lines: list[SheetLineOut]


class RoundIn(Body):
    """A plan; its sheet is our own."""

    title: Title
    unit: DrawnUnit = DrawnUnit.STATION
    tiers: Annotated[list[DrawnTier], Field(min_length=1, max_length=3)]
    hub_ids: Annotated[list[Id], Field(max_length=40)] = Field(default_factory=list)
    contract_ids: Annotated[list[Id], Field(max_length=500)] = Field(default_factory=list)
    share: Share = 30
    records_share: Percent = 10
    records_since: Day
    records_until: Day
    since: Day
    until: Day
    weight_professional: Percent = 50
    weight_financial: Percent = 15
    weight_town: Percent = 10
    weight_community: Percent = 10
    weight_county: Percent = 15
    tolerance: Percent = 20
    appeal_days: Annotated[int, Field(strict=True, ge=1, le=120)] = 10


class RoundStepIn(Body):
    """What to do next; `seed` and `reason` for publishing and drawing again, `conclusion` for putting out."""

    step: Literal["publish", "draw", "redraw", "assign", "start", "settle", "grade", "out", "close"]
    seed: Seed = ""
    reason: Annotated[str, long_text(300)] = ""
    conclusion: Annotated[str, long_text(5000)] = ""


class GivenIn(BaseModel):
    """What is given for an item."""

    points: Points | None = None
    note: Annotated[str, long_text(500)] = ""


class ScoresIn(Body):
    """Points and notes by the items' codes; `submit` hands in for good."""

    given: Annotated[dict[ItemCode, GivenIn], Field(max_length=60)]
    opinion: Annotated[str, long_text(1000)] = ""
    submit: bool = False


class RoundFindingIn(BaseModel):
    """A scored item of a drawn station to make a finding of; without `severity` as its lost points propose."""

    unit_id: UUID
    item: ItemCode
    severity: Severity | None = None


class RoundFindingsIn(Body):
    """Which items. `document` and `anchor` name the clause for items that were worded for the round alone."""

    items: Annotated[list[RoundFindingIn], Field(min_length=1, max_length=making.AT_ONCE)]
    document: Anchor = ""
    anchor: Anchor = ""


class RoundFindingsOut(Answer):
    """The findings that were made, and those that had been made of these items before."""

    made: list[UUID]
    known: list[UUID]


class RoundFilter(Paged):
    """Which rounds."""

    state: RoundState | None = None


class ScoreSheetFilter(Paged):
    """Which sheets."""

    round_id: UUID | None = None
    rater: Rater | None = None
    q: Word | None = None


@router.get("/rounds", response={200: Listed[RoundOut]})
def list_rounds(request: ApiRequest, asked: Query[RoundFilter]) -> HttpResponse:
    """Published rounds, the latest first; the city's drafts, too."""
    only(request.viewer, *queries.PARTIES)
    fields = wanted(RoundOut, asked.fields)
    found = queries.rounds_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-made_at"], asked.cursor, asked.limit)
    return page((RoundOut(**_round(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/rounds/{key}", response={200: RoundDetailsOut})
def read_round(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A round with its draws."""
    only(request.viewer, *queries.PARTIES)
    fields = wanted(RoundDetailsOut, asked.fields)
    return one(_details(_seen(request, key)), fields)


@router.put("/rounds/{key}", response={200: RoundOut, 201: RoundOut, 409: ProblemDetails})
def put_round(request: ApiRequest, key: UUID, plan: RoundIn) -> HttpResponse:
    """Plan a round under the caller's key (201), or change its plan as long as it is a draft (200)."""
    only(request.viewer, Role.CITY)
    values = plan.model_dump(exclude={"hub_ids", "contract_ids"})
    values |= {"hubs": plan.hub_ids, "contracts": plan.contract_ids, "unit": plan.unit.value}
    known = Round.objects.filter(pk=key).first()
    at = clock.now()
    if known is not None:
        return one(RoundOut(**_round(actions.change_round(known, values, by=request.viewer, at=at))))
    made = actions.make_round(values, actions.OWN, by=request.viewer, at=at, key=key)
    return one(RoundOut(**_round(made)), status=201)


@router.post("/rounds/{key}/steps", response={200: RoundDetailsOut, 409: ProblemDetails})
def step_round(request: ApiRequest, key: UUID, step: RoundStepIn) -> HttpResponse:
    """On to the next stage. What stands in the way is told (409)."""
    only(request.viewer, Role.CITY)
    found = _seen(request, key)
    kept: dict[str, Any] = {"by": request.viewer, "at": clock.now()}
    match step.step:
        case "publish":
            actions.publish_round(found, step.seed, **kept)
        case "draw":
            actions.draw_sample(found, **kept)
        case "redraw":
            actions.draw_sample(found, seed=step.seed, reason=step.reason, **kept)
        case "assign":
            actions.assign_all(found, **kept)
        case "start":
            actions.start_round(found, **kept)
        case "settle":
            actions.settle_round(found, **kept)
        case "grade":
            score.grade_round(found, **kept)
        case "out":
            actions.put_out(found, step.conclusion, today=clock.today(), **kept)
        case "close":
            actions.close_round(found, **kept)
    return one(_details(_seen(request, key)))


@router.get("/rounds/{key}/units", response={200: Listed[RoundUnitOut]})
def list_round_units(request: ApiRequest, key: UUID, asked: Query[Paged]) -> HttpResponse:
    """The drawn stations that the viewer may see; an assessor's own between the round's days."""
    only(request.viewer, *queries.PARTIES)
    fields = wanted(RoundUnitOut, asked.fields)
    found = _seen(request, key)
    rows = page_of(
        queries.units_of(found, queries.present_draw(found)), ["hub_id", "kind", "rank"], asked.cursor, asked.limit
    )
    results = {row.unit_id: row for row in queries.results_of(found).filter(unit__in=[row.pk for row in rows.items])}
    return page((_unit(row, results.get(row.pk)) for row in rows.items), rows.next_cursor, fields)


@router.post("/rounds/{key}/findings", response={200: RoundFindingsOut, 409: ProblemDetails})
def make_round_findings(request: ApiRequest, key: UUID, wish: RoundFindingsIn) -> HttpResponse:
    """Make findings of items that lost points, each of them once: the city once the scores are settled, a county of its
    stations once they are out.
    """
    only(request.viewer, *OFFICERS)
    found = _seen(request, key)
    choices = [making.Choice(each.unit_id, each.item, each.severity) for each in wish.items]
    clause = f"{wish.document}#{wish.anchor}" if wish.document else ""
    made = making.make_findings(found, choices, clause, by=request.viewer, at=clock.now(), today=clock.today())
    return one(RoundFindingsOut(made=[row.pk for row in made.new], known=[row.pk for row in made.known]))


@router.get("/score-sheets", response={200: Listed[ScoreSheetOut]})
def list_score_sheets(request: ApiRequest, asked: Query[ScoreSheetFilter]) -> HttpResponse:
    """The sheets that the viewer may see: an assessor's own, those of a county's or station's results once out."""
    only(request.viewer, *queries.PARTIES)
    fields = wanted(ScoreSheetOut, asked.fields)
    found = queries.sheets_seen(request.viewer)
    if asked.round_id is not None:
        found = found.filter(round_id=asked.round_id)
    if asked.rater is not None:
        found = found.filter(rater=asked.rater)
    if asked.q is not None and asked.q.strip():
        found = found.filter(station__name__contains=asked.q.strip())
    rows = page_of(found, ["id"], asked.cursor, asked.limit)
    return page((ScoreSheetOut(**_sheet(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/score-sheets/{key}", response={200: ScoreSheetDetailsOut})
def read_score_sheet(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A sheet with its items."""
    only(request.viewer, *queries.PARTIES)
    fields = wanted(ScoreSheetDetailsOut, asked.fields)
    return one(_sheet_details(_sheet_seen(key)), fields)


@router.post("/score-sheets/{key}/scores", response={200: ScoreSheetDetailsOut, 409: ProblemDetails})
def score_sheet(request: ApiRequest, key: UUID, said: ScoresIn) -> HttpResponse:
    """Keep points and notes, and hand in for good when `submit`: the rater's own, between the round's days."""
    only(request.viewer, Role.ASSESSOR, Role.COUNTY)
    sheet = _sheet_seen(key)
    given = {code: score.Given(each.points, each.note) for code, each in said.given.items()}
    score.save_scores(
        sheet, given, said.opinion, submit=said.submit, by=request.viewer, at=clock.now(), today=clock.today()
    )
    return one(_sheet_details(_sheet_seen(key)))


def _seen(request: ApiRequest, key: UUID) -> Round:
    found = queries.round_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _sheet_seen(key: UUID) -> ScoreSheet:
    found = queries.sheet_of(key)
    if found is None:
        raise not_found()
    return found


def _round(row: Round) -> dict[str, Any]:
    same = (
        "id", "title", "tiers", "share", "records_share", "records_since", "records_until", "since", "until",
        "tolerance", "appeal_days", "seed", "published_at", "conclusion", "out_on",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "unit": DrawnUnit(row.unit),
        "hub_ids": row.hubs,
        "contract_ids": row.contracts,
        "weights": {rater.value: row.weight(rater) for rater in Rater},
        "state": RoundState(row.state),
        "kappa": None if row.kappa is None else float(row.kappa),
    }


def _details(row: Round) -> RoundDetailsOut:
    draws = [
        DrawOut(number=draw.number, seed=draw.seed, reason=draw.reason, digest=draw.digest, drawn_at=draw.drawn_at)
        for draw in row.draws.all()
    ]
    return RoundDetailsOut(**_round(row), draws=draws)


def _unit(row: RoundUnit, result: Any) -> RoundUnitOut:
    return RoundUnitOut(
        id=row.pk, hub_id=row.hub_id, station_id=row.station_id, contract_id=row.contract_id, kind=row.kind,
        rank=row.rank, total=None if result is None else float(result.final_total),
        grade=None if result is None else AssessedGrade(result.final_grade),
    )  # fmt: skip


def _sheet(row: ScoreSheet) -> dict[str, Any]:
    same = ("id", "round_id", "unit_id", "station_id", "seat", "why", "opinion", "handed_in_at")
    return {name: getattr(row, name) for name in same} | {
        "rater": Rater(row.rater),
        "total": None if row.total is None else float(row.total),
    }


def _sheet_details(row: ScoreSheet) -> ScoreSheetDetailsOut:
    lines = [
        SheetLineOut(
            code=line.item.code, title=line.item.title, most=line.item.points,
            points=None if line.points is None else float(line.points), note=line.note, photos=len(line.photos),
        )
        for line in queries.lines_of(row)
    ]  # fmt: skip
    return ScoreSheetDetailsOut(**_sheet(row), lines=lines)
