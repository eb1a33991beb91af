"""Self-checks in the API: begun by PUT under the caller's key, answered, handed in, reviewed, decided."""

from base64 import b64decode
from binascii import Error as Base64Problem
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.actions import self_check as actions
from shegong.appraisal.actions.self_check import Answer as Said
from shegong.appraisal.enums import CheckState
from shegong.appraisal.models import SelfCheck
from shegong.appraisal.queries import self_check as queries
from shegong.appraisal.queries.standard import with_items
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found, refused
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import Brought
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.people.enums import Role

router = Router()
ItemCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=10)]
Reason = Annotated[str, long_text(500)]
LARGEST_CONTENT = 900_000  # characters of base64; larger files go by the page


class SelfCheckOut(Answer):
    """A self-check. `due_on` is the day by which whoever has it must act, `score` that of the last step."""

    id: UUID
    station_id: int
    standard_id: int
    state: CheckState
    due_on: date | None
    score: int | None
    began_at: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None
    decided_at: datetime | None


class CheckLineOut(BaseModel):
    """An item with its verdict (null: open). `measured` is what the system measures now, in words."""

    code: str
    met: bool | None
    measured: str
    note: str
    county_met: bool | None
    county_note: str
    proofs: int


class SelfCheckDetailsOut(SelfCheckOut):
    """A self-check with its items: points reached, points open, and whether it passes."""

    lines: list[CheckLineOut]
    points: int
    open_points: int
    passes: bool


class SelfCheckIn(Body):
    """For which station."""

    station_id: Id


class SaidIn(BaseModel):
    """Whether an item is met."""

    met: bool | None = None
    note: Annotated[str, long_text(500)] = ""


class AnswersIn(Body):
    """What is said, by the items' codes."""

    answers: Annotated[dict[ItemCode, SaidIn], Field(max_length=60)]


class CheckProofIn(Body):
    """A photo or PDF in base64."""

    item: ItemCode
    name: Word
    content: Annotated[str, Field(max_length=LARGEST_CONTENT)]


class ReviewIn(Body):
    """The county's word."""

    to: Literal["reviewed", "returned", "declined"]
    reason: Reason = ""
    findings: Annotated[dict[ItemCode, SaidIn], Field(max_length=60)] = Field(default_factory=dict)


class CheckDecisionIn(Body):
    """The city's word."""

    to: Literal["confirmed", "returned", "declined"]
    reason: Reason = ""


class AppealIn(Body):
    """Why."""

    reason: Reason


class AppealDecisionIn(Body):
    """The city on an appeal."""

    grants: bool
    reason: Reason


class SelfCheckFilter(Paged):
    """Which self-checks."""

    state: CheckState | None = None
    station_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


@router.get("/self-checks", response={200: Listed[SelfCheckOut]})
def list_self_checks(request: ApiRequest, asked: Query[SelfCheckFilter]) -> HttpResponse:
    """Self-checks, the latest first: of the viewer's stations, of all for the city."""
    only(request.viewer, *queries.READERS)
    fields = wanted(SelfCheckOut, asked.fields)
    found = queries.checks_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    rows = page_of(found, ["-began_at"], asked.cursor, asked.limit)
    return page((SelfCheckOut(**_check(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/self-checks/{key}", response={200: SelfCheckDetailsOut})
def read_self_check(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A self-check with its items; while the station has it, what the system knows is read afresh."""
    fields = wanted(SelfCheckDetailsOut, asked.fields)
    check = _seen(request, key)
    standard = with_items().get(pk=check.standard_id)
    sheet = queries.sheet(request.viewer, check.station, standard, check, clock.today())
    lines = [
        CheckLineOut(
            code=line.item.code, met=line.met, measured=line.shown, note=line.note, county_met=line.county_met,
            county_note=line.county_note, proofs=len(line.proofs),
        )
        for line in sheet.lines
    ]  # fmt: skip
    score = sheet.score
    return one(
        SelfCheckDetailsOut(
            **_check(check), lines=lines, points=score.points, open_points=score.open_points, passes=score.passes
        ),
        fields,
    )


@router.put("/self-checks/{key}", response={200: SelfCheckOut, 201: SelfCheckOut, 409: ProblemDetails})
def put_self_check(request: ApiRequest, key: UUID, wish: SelfCheckIn) -> HttpResponse:
    """Begin a station's self-check under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, Role.HEAD)
    known = SelfCheck.objects.filter(pk=key).exists()
    station = Station.objects.filter(pk=wish.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    made = actions.begin_check(station, by=request.viewer, at=clock.now(), today=clock.today(), key=key)
    return one(SelfCheckOut(**_check(made)), status=200 if known else 201)


@router.post("/self-checks/{key}/answers", response={200: SelfCheckOut, 409: ProblemDetails})
def answer_self_check(request: ApiRequest, key: UUID, said: AnswersIn) -> HttpResponse:
    """Keep what the station says so far."""
    check = _seen(request, key)
    made = actions.answer_items(check, _said(said.answers), by=request.viewer, at=clock.now())
    return one(SelfCheckOut(**_check(made)))


@router.post("/self-checks/{key}/proofs", response={201: SelfCheckOut, 409: ProblemDetails})
def add_self_check_proof(request: ApiRequest, key: UUID, proof: CheckProofIn) -> HttpResponse:
    """Add a photo or PDF for an item that the station answers."""
    check = _seen(request, key)
    try:
        content = b64decode(proof.content.encode("ascii", "strict"), validate=True)
    except (Base64Problem, ValueError) as wrong:
        raise Problem("content_form", _("应为 base64。"), "content") from wrong
    brought = Brought(content, proof.name)
    return _traced(request, check, lambda: _proven(request, check, proof.item, brought), status=201)


def _proven(request: ApiRequest, check: SelfCheck, item: str, brought: Brought) -> SelfCheck:
    actions.add_proof(check, item, brought, by=request.viewer, at=clock.now())
    return check


@router.post("/self-checks/{key}/submission", response={200: SelfCheckOut, 409: ProblemDetails})
def submit_self_check(request: ApiRequest, key: UUID, said: AnswersIn) -> HttpResponse:
    """Hand in. After the deadline it is refused, and a trace is kept."""
    check = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(
        request,
        check,
        lambda: actions.submit_check(check, _said(said.answers), by=viewer, at=at, today=clock.today()),
    )


@router.post("/self-checks/{key}/review", response={200: SelfCheckOut, 409: ProblemDetails})
def review_self_check(request: ApiRequest, key: UUID, review: ReviewIn) -> HttpResponse:
    """The county's word: on to the city, back to the station, or declined."""
    check = _seen(request, key)
    viewer, at, found = request.viewer, clock.now(), _said(review.findings)
    return _traced(
        request,
        check,
        lambda: actions.review_check(check, review.to, found, review.reason, by=viewer, at=at, today=clock.today()),
    )


@router.post("/self-checks/{key}/decision", response={200: SelfCheckOut, 409: ProblemDetails})
def decide_self_check(request: ApiRequest, key: UUID, decision: CheckDecisionIn) -> HttpResponse:
    """The city's word: confirmed, back to the station, or declined. Of two at once one wins, the other gets 409."""
    check = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(
        request,
        check,
        lambda: actions.decide_check(check, decision.to, decision.reason, by=viewer, at=at, today=clock.today()),
    )


@router.post("/self-checks/{key}/appeal", response={200: SelfCheckOut, 409: ProblemDetails})
def appeal_self_check(request: ApiRequest, key: UUID, appeal: AppealIn) -> HttpResponse:
    """Appeal against a refusal."""
    check = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(
        request, check, lambda: actions.appeal_check(check, appeal.reason, by=viewer, at=at, today=clock.today())
    )


@router.post("/self-checks/{key}/appeal/decision", response={200: SelfCheckOut, 409: ProblemDetails})
def decide_self_check_appeal(request: ApiRequest, key: UUID, decision: AppealDecisionIn) -> HttpResponse:
    """The city on an appeal, by somebody else than who refused."""
    check = _seen(request, key)
    viewer, at = request.viewer, clock.now()
    return _traced(
        request,
        check,
        lambda: actions.decide_appeal(
            check, grants=decision.grants, reason=decision.reason, by=viewer, at=at, today=clock.today()
        ),
    )


def _traced(request: ApiRequest, check: SelfCheck, act: Callable[[], SelfCheck], status: int = 200) -> HttpResponse:
    """Do it; what is refused is undone and answered so that its trace in the journal stays."""
    try:
        with actions.tracing(check, by=request.viewer, at=clock.now()):
            made = act()
    except Problem as problem:
        return refused(problem)
    return one(SelfCheckOut(**_check(made)), status=status)


def _said(answers: dict[str, SaidIn]) -> dict[str, Said]:
    return {code: Said(each.met, each.note) for code, each in answers.items()}


def _seen(request: ApiRequest, key: UUID) -> SelfCheck:
    only(request.viewer, *queries.READERS)
    found = queries.check_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _check(row: SelfCheck) -> dict[str, Any]:
    names = SelfCheckOut.model_fields.keys() - {"state"}
    return {**{name: getattr(row, name) for name in names}, "state": CheckState(row.state)}
