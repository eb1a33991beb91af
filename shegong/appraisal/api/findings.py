"""Findings in the API: listed, read, written down, planned, corrected with proof, checked again; questions to rules."""

from base64 import b64decode
from binascii import Error as Base64Problem
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.actions import finding as actions
from shegong.appraisal.enums import FindingSource, FindingState, ProofStage, RuleAnswer, Severity
from shegong.appraisal.models import Finding, RuleQuestion
from shegong.appraisal.queries import finding as queries
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found, refused
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, key_taken
from shegong.kernel.uploads.keeping import Brought
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.people.enums import Role

router = Router()
Text = Annotated[str, long_text(500)]
Anchor = Annotated[str, Field(pattern=r"^[a-z0-9-]*$", max_length=40)]
LARGEST_CONTENT = 900_000  # characters of base64; larger files go by the page


class StationFindingOut(Answer):
    """A finding. `topic` is what findings have in common, `times` how often it came up here within twelve months,
    `asked_until` until when the station asks for more time, as long as nobody has answered.
    """

    id: UUID
    station_id: int
    source: FindingSource
    source_words: str
    wrong: str
    document: str
    anchor: str
    item: str | None
    topic: str
    severity: Severity
    times: int
    recurs_id: UUID | None
    state: FindingState
    found_on: date
    due_on: date
    asked_until: date | None
    planned_for: date | None
    plan: str
    correction: str
    corrected_at: datetime | None
    rechecked_at: datetime | None
    closed_on: date | None


class FindingProofOut(BaseModel):
    """A photo or PDF of a finding; its content is fetched by the page."""

    id: UUID
    stage: ProofStage
    name: str
    media: str
    size: int
    brought_at: datetime


class FindingDetailsOut(StationFindingOut):
    """A finding with its proofs."""

    responsible_id: int | None
    proofs: list[FindingProofOut]


class FindingFileIn(BaseModel):
    """A photo or PDF in base64."""

    name: Word
    content: Annotated[str, Field(max_length=LARGEST_CONTENT)]


class FindingIn(Body):
    """What is wrong where. `item` is an item's number of the station's standard; without it `document` and `anchor`
    name the clause.
    """

    station_id: Id
    source: FindingSource
    source_words: Annotated[str, long_text(120)] = ""
    wrong: Text
    severity: Severity
    found_on: date
    item_id: Id | None = None
    document: Anchor = ""
    anchor: Anchor = ""
    files: Annotated[list[FindingFileIn], Field(max_length=3)] = Field(default_factory=list)


class FindingPlanIn(Body):
    """Who is to do what until when."""

    responsible_id: Id
    plan: Text
    planned_for: date


class FindingCorrectionIn(Body):
    """What was done, with proof."""

    correction: Text
    files: Annotated[list[FindingFileIn], Field(min_length=1, max_length=3)]


class RecheckIn(Body):
    """What the second look says."""

    closes: bool
    note: Text = ""


class FindingTimeIn(Body):
    """Until when, and why."""

    until: date
    reason: Text


class FindingTimeAnswerIn(Body):
    """Whether there is more time: until when (as asked for when not said), or not; and why."""

    grants: bool
    until: date | None = None
    reason: Text


class FindingFilter(Paged):
    """Which findings."""

    state: FindingState | None = None
    severity: Severity | None = None
    station_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    overdue: bool | None = None


class RuleQuestionOut(Answer):
    """That the same finding at many stations asks about the rule itself, and what the city answered."""

    id: UUID
    topic: str
    document: str
    anchor: str
    stations: int
    raised_at: datetime
    answer: RuleAnswer | None
    text: str
    answered_at: datetime | None


@router.get("/findings", response={200: Listed[StationFindingOut]})
def list_findings(request: ApiRequest, asked: Query[FindingFilter]) -> HttpResponse:
    """Findings, the latest first: of the viewer's stations, of all for the city."""
    only(request.viewer, *queries.READERS)
    fields = wanted(StationFindingOut, asked.fields)
    found = queries.findings_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.severity is not None:
        found = found.filter(severity=asked.severity)
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    if asked.overdue is not None:
        late = queries.overdue(clock.today())
        found = found.filter(late if asked.overdue else ~late)
    rows = page_of(found, ["-found_on"], asked.cursor, asked.limit)
    return page((StationFindingOut(**_finding(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/findings/{key}", response={200: FindingDetailsOut})
def read_finding(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A finding with its proofs."""
    fields = wanted(FindingDetailsOut, asked.fields)
    found = _seen(request, key)
    proofs = [
        FindingProofOut(**{name: getattr(each, name) for name in FindingProofOut.model_fields})
        for each in queries.proofs_of(found)
    ]
    return one(FindingDetailsOut(**_finding(found), responsible_id=found.responsible_id, proofs=proofs), fields)


@router.put("/findings/{key}", response={200: StationFindingOut, 201: StationFindingOut, 409: ProblemDetails})
def put_finding(request: ApiRequest, key: UUID, wish: FindingIn) -> HttpResponse:
    """Write down a finding under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *queries.OFFICERS, Role.HEAD)
    known = queries.finding_of(request.viewer, key)
    if known is not None:
        return one(StationFindingOut(**_finding(_same(known, wish))))
    station = Station.objects.filter(pk=wish.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    draft = actions.Draft(
        source=wish.source, wrong=wish.wrong, severity=wish.severity, found_on=wish.found_on, document=wish.document,
        anchor=wish.anchor, item_id=wish.item_id, source_words=wish.source_words,
    )  # fmt: skip
    made = actions.record_finding(
        station, draft, _files(wish.files), by=request.viewer, at=clock.now(), today=clock.today(), key=key
    )
    return one(StationFindingOut(**_finding(made)), status=201)


def _same(known: Finding, wish: FindingIn) -> Finding:
    """The finding that was sent before. Raises Problem (409) for one with other content."""
    sent = (wish.station_id, str(wish.source), wish.wrong.strip(), str(wish.severity), wish.found_on)
    if sent != (known.station_id, known.source, known.wrong, known.severity, known.found_on):
        raise key_taken()
    return known


@router.post("/findings/{key}/plan", response={200: StationFindingOut, 409: ProblemDetails})
def plan_finding(request: ApiRequest, key: UUID, plan: FindingPlanIn) -> HttpResponse:
    """The station's head names who is responsible for what until when."""
    found, viewer = _seen(request, key), request.viewer
    return _traced(
        request,
        found,
        lambda: actions.plan_finding(
            found, plan.responsible_id, plan.plan, plan.planned_for, by=viewer, at=clock.now(), today=clock.today()
        ),
    )


@router.post("/findings/{key}/correction", response={200: StationFindingOut, 409: ProblemDetails})
def correct_finding(request: ApiRequest, key: UUID, done: FindingCorrectionIn) -> HttpResponse:
    """The station's head hands in what was done, with at least one photo or PDF."""
    found, viewer = _seen(request, key), request.viewer
    files = _files(done.files)
    return _traced(
        request,
        found,
        lambda: actions.correct_finding(found, done.correction, files, by=viewer, at=clock.now()),
    )


@router.post("/findings/{key}/recheck", response={200: StationFindingOut, 409: ProblemDetails})
def recheck_finding(request: ApiRequest, key: UUID, said: RecheckIn) -> HttpResponse:
    """County or city closes it or sends it back; nobody who corrected it or was responsible."""
    found, viewer = _seen(request, key), request.viewer
    return _traced(
        request,
        found,
        lambda: actions.recheck_finding(
            found, closes=said.closes, note=said.note, by=viewer, at=clock.now(), today=clock.today()
        ),
    )


@router.post("/findings/{key}/time-request", response={200: StationFindingOut, 409: ProblemDetails})
def ask_finding_time(request: ApiRequest, key: UUID, wish: FindingTimeIn) -> HttpResponse:
    """The station's head asks for more time. The deadline stays until county or city answers."""
    found, viewer = _seen(request, key), request.viewer
    return _traced(
        request,
        found,
        lambda: actions.ask_for_time(found, wish.until, wish.reason, by=viewer, at=clock.now(), today=clock.today()),
    )


@router.post("/findings/{key}/time", response={200: StationFindingOut, 409: ProblemDetails})
def answer_finding_time(request: ApiRequest, key: UUID, said: FindingTimeAnswerIn) -> HttpResponse:
    """County or city gives more time, asked for or not, or refuses what is asked for."""
    found, viewer = _seen(request, key), request.viewer
    until = said.until or found.asked_until

    def answer() -> Finding:
        if not said.grants:
            return actions.refuse_time(found, said.reason, by=viewer, at=clock.now())
        if until is None:
            raise Problem("until_missing", _("请写明延到哪一天。"), "until")
        return actions.extend_finding(found, until, said.reason, by=viewer, at=clock.now(), today=clock.today())

    return _traced(request, found, answer)


@router.get("/rule-questions", response={200: Listed[RuleQuestionOut]})
def list_rule_questions(request: ApiRequest, asked: Query[Paged]) -> HttpResponse:
    """Questions that many findings put to a rule, the latest first, with the city's answers."""
    only(request.viewer, *queries.READERS)
    fields = wanted(RuleQuestionOut, asked.fields)
    rows = page_of(RuleQuestion.objects.select_related("document"), ["-raised_at"], asked.cursor, asked.limit)
    return page((_question(row) for row in rows.items), rows.next_cursor, fields)


def _question(row: RuleQuestion) -> RuleQuestionOut:
    return RuleQuestionOut(
        id=row.pk, topic=row.topic, document=row.document.code, anchor=row.anchor, stations=row.stations,
        raised_at=row.raised_at, answer=RuleAnswer(row.answer) if row.answer else None, text=row.text,
        answered_at=row.answered_at,
    )  # fmt: skip


def _files(sent: list[FindingFileIn]) -> list[Brought]:
    files = []
    for each in sent:
        try:
            files.append(Brought(b64decode(each.content.encode("ascii", "strict"), validate=True), each.name))
        except (Base64Problem, ValueError) as wrong:
            raise Problem("content_form", _("应为 base64。"), "files") from wrong
    return files


def _traced(request: ApiRequest, finding: Finding, act: Callable[[], Finding]) -> HttpResponse:
    """Do it; what is refused is undone and answered so that its trace in the journal stays."""
    try:
        with actions.tracing(finding, by=request.viewer, at=clock.now()):
            act()
    except Problem as problem:
        return refused(problem)
    return one(StationFindingOut(**_finding(_seen(request, finding.pk))))


def _seen(request: ApiRequest, key: UUID) -> Finding:
    only(request.viewer, *queries.READERS)
    found = queries.finding_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _finding(row: Finding) -> dict[str, Any]:
    names = StationFindingOut.model_fields.keys() - {"document", "item"}
    return {
        **{name: getattr(row, name) for name in names},
        "document": row.document.code,
        "item": row.item.code if row.item else None,
    }
