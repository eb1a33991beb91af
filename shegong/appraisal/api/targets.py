"""Target letters in the API: read with their progress, signed, filled in, scored, objected to, settled."""

from base64 import b64decode
from binascii import Error as Base64Problem
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.actions import letter as signing
from shegong.appraisal.actions import letter_score as actions
from shegong.appraisal.actions.letter import ItemDraft, LetterFrame
from shegong.appraisal.enums import Collection, Direction, Formula, LetterState, Programme, Ruling
from shegong.appraisal.models import LetterItem, LetterMilestone, LetterObjection, TargetLetter
from shegong.appraisal.queries import letter as queries
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found, refused
from shegong.kernel.pages import page_of
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem, key_taken
from shegong.kernel.uploads.keeping import Brought
from shegong.network.api_scope import ApiRequest, only
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.people.enums import Role

router = Router()
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=10)]
Number = Annotated[Decimal, Field(max_digits=12, decimal_places=2, allow_inf_nan=False)]
Reason = Annotated[str, long_text(500)]
LARGEST_CONTENT = 900_000  # characters of base64; larger files go by the page


class TargetOut(Answer):
    """A target letter of a county or a department. `score` is that of the reading date, frozen; `final_score` that
    after the objections.
    """

    id: UUID
    programme: Programme
    year: int
    hub_id: int
    organisation_id: int | None
    title: str
    state: LetterState
    read_on: date
    score: float | None
    final_score: float | None
    objections_due_on: date | None
    issued_at: datetime | None
    accepted_at: datetime | None
    scored_at: datetime | None
    settled_at: datetime | None


class ObjectionOut(Answer):
    """An objection to an item's mark, and what the city decided."""

    id: UUID
    reason: str
    wanted: float
    ruling: Ruling
    answer: str
    corrected: float | None
    corrected_points: float | None


class TargetItemOut(BaseModel):
    """An item: what is asked for, today's number, and once scored the frozen one; `points` is what counts."""

    code: str
    title: str
    weight: int
    collection: Collection
    indicator: str
    formula: Formula
    direction: Direction
    target: float
    zero: float
    cap: int
    clause: str
    rule: str
    value: float | None
    numerator: int | None
    denominator: int | None
    expected: float | None
    on_pace: bool | None
    frozen_value: float | None
    frozen_points: float | None
    points: float
    objection: ObjectionOut | None


class TargetDetailsOut(TargetOut):
    """A letter with its items as of a day; their points add up to `total`."""

    as_of: date
    total: float
    items: list[TargetItemOut]


class TargetFilter(Paged):
    """Which letters."""

    year: Annotated[int | None, Field(ge=2020, le=2100)] = None
    state: LetterState | None = None
    programme: Programme | None = None


class ProgressFilter(Chosen):
    """The progress of which quarter (2026Q2); of today when none is named."""

    quarter: Annotated[str | None, Field(pattern=r"^20\d\dQ[1-4]$")] = None


class TargetMilestoneIn(BaseModel):
    """What is to be done by when."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    due_on: Day


class TargetItemIn(BaseModel):
    """An item as it is to be: a reading names its indicator, an entry by hand its unit and evidence, a task its
    milestones. `document` and `anchor` name the clause.
    """

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=120)]
    weight: Annotated[int, Field(strict=True, ge=1, le=100)]
    collection: Collection
    indicator: Annotated[str, Field(pattern=r"^[a-z0-9_.]*$", max_length=60)] = ""
    unit: Annotated[str, long_text(20)] = ""
    evidence: Annotated[str, long_text(200)] = ""
    formula: Formula
    direction: Direction = Direction.UP
    target: Number
    zero: Number = Decimal(0)
    cap: Annotated[int, Field(strict=True, ge=0, le=100)] = 100
    document: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=40)]
    anchor: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=40)]
    milestones: Annotated[list[TargetMilestoneIn], Field(max_length=40)] = Field(default_factory=list)


class TargetIn(Body):
    """A letter as it is to be drafted: of a county (its hub), or of a department."""

    programme: Programme
    year: Annotated[int, Field(strict=True, ge=2020, le=2100)]
    hub_id: Id | None = None
    organisation_id: Id | None = None
    read_on: Day
    objection_days: Annotated[int, Field(strict=True, ge=1, le=120)] = 10
    items: Annotated[list[TargetItemIn], Field(max_length=60)] = Field(default_factory=list)


class TargetProofIn(Body):
    """A photo or PDF in base64."""

    name: Word
    content: Annotated[str, Field(max_length=LARGEST_CONTENT)]


class TargetEntryIn(TargetProofIn):
    """An item's number by hand, or that a milestone (by its number) is done (1) or isn't (0), with proof."""

    item: Code
    value: Number
    milestone: Annotated[int | None, Field(strict=True, ge=1, le=1000)] = None
    note: Annotated[str, long_text(300)] = ""


class ObjectionIn(TargetProofIn):
    """What an item's number should be, and why, with proof."""

    item: Code
    wanted: Number
    reason: Reason


class RulingIn(Body):
    """The city on an objection; accepted, with the corrected number."""

    accepts: bool
    corrected: Number | None = None
    answer: Reason


@router.get("/targets", response={200: Listed[TargetOut]})
def list_targets(request: ApiRequest, asked: Query[TargetFilter]) -> HttpResponse:
    """Target letters, the latest year first: all for the city, its own for a county or a department."""
    only(request.viewer, *queries.READERS)
    fields = wanted(TargetOut, asked.fields)
    found = queries.letters_seen(request.viewer)
    for name in ("year", "state", "programme"):
        value = getattr(asked, name)
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["-year", "hub__path", "programme"], asked.cursor, asked.limit)
    return page((TargetOut(**_letter(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/targets/{key}", response={200: TargetDetailsOut})
def read_target(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A letter with its items as of today, and once scored with what was frozen."""
    return _details(_seen(request, key), None, asked.fields)


@router.get("/targets/{key}/progress", response={200: TargetDetailsOut})
def read_target_progress(request: ApiRequest, key: UUID, asked: Query[ProgressFilter]) -> HttpResponse:
    """A letter's items as of the end of a quarter that has begun."""
    letter = _seen(request, key)
    quarter = Period.parse(asked.quarter) if asked.quarter else None
    if quarter is not None and quarter not in queries.quarters_of(letter, clock.today()):
        raise not_found()
    return _details(letter, quarter, asked.fields)


@router.put("/targets/{key}", response={200: TargetOut, 201: TargetOut, 409: ProblemDetails})
def put_target(request: ApiRequest, key: UUID, wish: TargetIn) -> HttpResponse:
    """Draft a letter with its items under the caller's key (201), or write a draft's days and items anew (200). It is
    sent by `issue`.
    """
    only(request.viewer, Role.CITY)
    known = queries.letter_of(request.viewer, key)
    kept: dict[str, Any] = {"by": request.viewer, "at": clock.now()}
    with transaction.atomic():
        letter = known or signing.draft_letter(_frame(wish), **kept, key=key)
        if known is not None:
            hub = known.hub_id if known.organisation_id is None else None
            same = (wish.programme, wish.year, wish.hub_id, wish.organisation_id)
            if same != (known.programme, known.year, hub, known.organisation_id):
                raise key_taken()
            letter = signing.change_letter(known, wish.read_on, wish.objection_days, **kept)
        signing.put_items(letter, [_item_draft(each) for each in wish.items], **kept)
    return one(TargetOut(**_letter(letter)), status=200 if known else 201)


def _frame(wish: TargetIn) -> LetterFrame:
    """Whose letter it is to be. Raises Problem at hub_id, organisation_id."""
    if (wish.hub_id is None) == (wish.organisation_id is None):
        raise Problem("party_unfit", _("请选区（市）县或部门。"), "hub_id")
    if wish.hub_id is not None:
        hub = Station.objects.filter(pk=wish.hub_id, tier=Tier.HUB).select_related("division").first()
        if hub is None:
            raise Problem("party_unfit", _("请选区（市）县或部门。"), "hub_id")
        return LetterFrame(wish.programme, wish.year, hub, None, wish.read_on, wish.objection_days)
    body = next((each for each in queries.departments(clock.today()) if each.pk == wish.organisation_id), None)
    if body is None:
        raise Problem("party_unfit", _("请选区（市）县或部门。"), "organisation_id")
    centre = Station.objects.get(tier=Tier.CENTRE)
    return LetterFrame(wish.programme, wish.year, centre, body, wish.read_on, wish.objection_days)


def _item_draft(said: TargetItemIn) -> ItemDraft:
    values = said.model_dump(exclude={"document", "anchor", "milestones"}, mode="python")
    steps = tuple((each.title, each.due_on) for each in said.milestones)
    return ItemDraft(**values, clause=f"{said.document}#{said.anchor}", milestones=steps)


@router.post("/targets/{key}/issue", response={200: TargetOut, 409: ProblemDetails})
def issue_target(request: ApiRequest, key: UUID) -> HttpResponse:
    """Issue a draft, the city's signature."""
    only(request.viewer, Role.CITY)
    letter = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(request, letter, lambda: signing.issue_letter(letter, by=viewer, at=at, today=clock.today()))


@router.post("/targets/{key}/acceptance", response={200: TargetOut, 409: ProblemDetails})
def accept_target(request: ApiRequest, key: UUID) -> HttpResponse:
    """The county's (or the department's) signature."""
    letter = _seen(request, key)
    return _traced(request, letter, lambda: signing.accept_letter(letter, by=request.viewer, at=clock.now()))


@router.post("/targets/{key}/entries", response={201: TargetOut, 409: ProblemDetails})
def enter_target_value(request: ApiRequest, key: UUID, said: TargetEntryIn) -> HttpResponse:
    """Enter a number by hand, with proof."""
    letter, item = _item(request, key, said.item)
    milestone = LetterMilestone.objects.filter(item=item, number=said.milestone).first() if said.milestone else None

    def enter() -> TargetLetter:
        actions.enter_value(
            item,
            said.value,
            said.note,
            _file(said),
            by=request.viewer,
            at=clock.now(),
            today=clock.today(),
            milestone=milestone,
        )
        return letter

    return _traced(request, letter, enter, status=201)


@router.post("/targets/{key}/score", response={200: TargetOut, 409: ProblemDetails})
def score_target(request: ApiRequest, key: UUID) -> HttpResponse:
    """Read every number as of the reading date and freeze it with its points."""
    only(request.viewer, Role.CITY)
    letter = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(request, letter, lambda: actions.score_letter(letter, by=viewer, at=at, today=clock.today()))


@router.post("/targets/{key}/objections", response={201: TargetOut, 409: ProblemDetails})
def object_to_target(request: ApiRequest, key: UUID, said: ObjectionIn) -> HttpResponse:
    """Object to an item's mark, with reason and proof, before the deadline."""
    letter, item = _item(request, key, said.item)

    def object_to() -> TargetLetter:
        actions.object_to(
            item, said.wanted, said.reason, _file(said), by=request.viewer, at=clock.now(), today=clock.today()
        )
        return _seen(request, key)

    return _traced(request, letter, object_to, status=201)


@router.post("/targets/{key}/objections/{item}/ruling", response={200: TargetOut, 409: ProblemDetails})
def rule_target_objection(request: ApiRequest, key: UUID, item: Code, ruling: RulingIn) -> HttpResponse:
    """The city on an item's objection. The frozen mark stays as it is."""
    only(request.viewer, Role.CITY)
    letter, row = _item(request, key, item)
    objection = LetterObjection.objects.filter(item=row).select_related("letter").first()
    if objection is None:
        raise not_found()

    def rule() -> TargetLetter:
        actions.rule_objection(
            objection, accepts=ruling.accepts, corrected=ruling.corrected, answer=ruling.answer, by=request.viewer,
            at=clock.now(),
        )  # fmt: skip
        return _seen(request, key)

    return _traced(request, letter, rule)


@router.post("/targets/{key}/settlement", response={200: TargetOut, 409: ProblemDetails})
def settle_target(request: ApiRequest, key: UUID) -> HttpResponse:
    """The final score: agreed to by the other side, or set by the city after the days for objections."""
    letter = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(request, letter, lambda: actions.settle_letter(letter, by=viewer, at=at, today=clock.today()))


def _traced(
    request: ApiRequest, letter: TargetLetter, act: Callable[[], TargetLetter], status: int = 200
) -> HttpResponse:
    """Do it; what is refused is undone and answered so that its trace in the journal stays."""
    try:
        with signing.tracing(letter, by=request.viewer, at=clock.now()):
            made = act()
    except Problem as problem:
        return refused(problem)
    return one(TargetOut(**_letter(made)), status=status)


def _file(said: TargetProofIn) -> Brought:
    try:
        return Brought(b64decode(said.content.encode("ascii", "strict"), validate=True), said.name)
    except (Base64Problem, ValueError) as wrong:
        raise Problem("content_form", _("应为 base64。"), "content") from wrong


def _seen(request: ApiRequest, key: UUID) -> TargetLetter:
    only(request.viewer, *queries.READERS)
    found = queries.letter_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _item(request: ApiRequest, key: UUID, code: str) -> tuple[TargetLetter, LetterItem]:
    letter = _seen(request, key)
    found = LetterItem.objects.filter(letter=letter, code=code).first()
    if found is None:
        raise not_found()
    return letter, found


def _details(letter: TargetLetter, quarter: Period | None, asked: str | None) -> HttpResponse:
    fields = wanted(TargetDetailsOut, asked)
    sheet = queries.sheet(letter, clock.today(), quarter)
    items = [_line(line) for line in sheet.lines]
    return one(TargetDetailsOut(**_letter(letter), as_of=sheet.day, total=float(sheet.total), items=items), fields)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _line(line: queries.Line) -> TargetItemOut:
    item, mark, objection = line.item, line.mark, line.objection
    return TargetItemOut(
        code=item.code, title=item.title, weight=item.weight, collection=Collection(item.collection),
        indicator=item.indicator, formula=Formula(item.formula), direction=Direction(item.direction),
        target=float(item.target), zero=float(item.zero), cap=item.cap, clause=f"{item.document.code}#{item.anchor}",
        rule=str(line.rule), value=_float(line.now.value), numerator=line.now.numerator,
        denominator=line.now.denominator, expected=_float(line.expected), on_pace=line.on_pace,
        frozen_value=_float(mark.value) if mark else None, frozen_points=_float(mark.points) if mark else None,
        points=float(line.points), objection=_objection(objection) if objection else None,
    )  # fmt: skip


def _objection(row: LetterObjection) -> ObjectionOut:
    return ObjectionOut(
        id=row.pk, reason=row.reason, wanted=float(row.wanted), ruling=Ruling(row.ruling), answer=row.answer,
        corrected=_float(row.corrected), corrected_points=_float(row.corrected_points),
    )  # fmt: skip


def _letter(row: TargetLetter) -> dict[str, Any]:
    names = TargetOut.model_fields.keys() - {"state", "programme", "score", "final_score"}
    return {
        **{name: getattr(row, name) for name in names},
        "state": LetterState(row.state),
        "programme": Programme(row.programme),
        "score": _float(row.score),
        "final_score": _float(row.final_score),
    }
