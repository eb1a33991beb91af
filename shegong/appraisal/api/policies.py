"""Policies and clauses in the API."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.appraisal.enums import PolicyKind
from shegong.appraisal.models import Clause, PolicyDocument
from shegong.appraisal.queries import policy as queries
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, one, wanted, whole
from shegong.kernel.api.kinds import Chosen, Day, Word
from shegong.kernel.api.refusals import not_found
from shegong.network.api_scope import ApiRequest
from shegong.people.enums import Role

router = Router()
Slug = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$", max_length=40)]


class PolicyVersionOut(BaseModel):
    """A version: in force from `since` until `until`."""

    number: int
    since: date
    until: date | None
    note: str


class PolicyOut(Answer):
    """An opinion, a plan or a rule, with its published versions, the latest first."""

    code: str
    kind: PolicyKind
    title: str
    issuer: str
    source: str
    versions: list[PolicyVersionOut]


class ClauseOut(Answer):
    """A clause as of a day. `policy` and `anchor` name it for good; `measure`, `tier` and `least` are what of it is
    measured, where anything is.
    """

    policy: str
    anchor: str
    version: int
    heading: str
    text: str
    measure: str
    tier: str
    least: float | None


class RestingOut(BaseModel):
    """Something that rests on a clause, and where it is shown."""

    kind: str
    name: str
    page: str


class ClauseDetailsOut(ClauseOut):
    """A clause with what rests on it, and, for officers, how many of their stations fail it today (null where nothing
    of it can be measured).
    """

    resting: list[RestingOut]
    failing: int | None


class ClauseFilter(Chosen):
    """Which clauses: those that hold all words, those of a policy, as of a day."""

    q: Word | None = None
    policy: Slug | None = None
    on: Day | None = None


@router.get("/policies", response={200: All[PolicyOut]})
def list_policies(request: ApiRequest, asked: Query[Chosen]) -> HttpResponse:
    """All policies."""
    fields = wanted(PolicyOut, asked.fields)
    return whole(map(_policy, queries.documents()), fields)


@router.get("/policies/{code}", response={200: PolicyOut})
def read_policy(request: ApiRequest, code: Slug, asked: Query[Chosen]) -> HttpResponse:
    """A policy by its code."""
    fields = wanted(PolicyOut, asked.fields)
    found = queries.documents().filter(code=code).first()
    if found is None:
        raise not_found()
    return one(_policy(found), fields)


@router.get("/clauses", response={200: All[ClauseOut]})
def list_clauses(request: ApiRequest, asked: Query[ClauseFilter]) -> HttpResponse:
    """The clauses in force on a day (today when left out); at most fifty when searched by words."""
    fields = wanted(ClauseOut, asked.fields)
    day = asked.on or clock.today()
    if asked.q is not None and asked.q.strip():
        found = queries.found(asked.q, day)
    else:
        found = list(queries.clauses_on(day).order_by("version__document__code", "position"))
    rows = [row for row in found if asked.policy in (None, row.version.document.code)]
    return whole((ClauseOut(**_clause(row)) for row in rows), fields)


@router.get("/clauses/{policy}/{anchor}", response={200: ClauseDetailsOut})
def read_clause(request: ApiRequest, policy: Slug, anchor: Slug, asked: Query[Chosen]) -> HttpResponse:
    """A clause in force today, with what rests on it."""
    fields = wanted(ClauseDetailsOut, asked.fields)
    today, viewer = clock.today(), request.viewer
    clause = queries.clauses_on(today).filter(version__document__code=policy, anchor=anchor).first()
    if clause is None:
        raise not_found()
    document = clause.version.document
    failing = None
    if viewer.has(Role.CITY, Role.COUNTY):
        first = queries.asked_by(clause)
        wishes = [*([first] if first else []), *queries.asked_under(document, anchor, today)]
        hubs = None if viewer.has(Role.CITY) else list(viewer.hubs)
        failing = len(queries.stations_failing(wishes, today, hubs)) if wishes else None
    resting = [
        RestingOut(kind=each.kind, name=each.name, page=each.url)
        for each in queries.resting_on(document, anchor, request.viewer)
    ]
    return one(ClauseDetailsOut(**_clause(clause), resting=resting, failing=failing), fields)


def _policy(row: PolicyDocument) -> PolicyOut:
    return PolicyOut(
        code=row.code,
        kind=PolicyKind(row.kind),
        title=row.title,
        issuer=row.issuer,
        source=row.source,
        versions=[
            PolicyVersionOut(number=each.number, since=each.since, until=each.until, note=each.note)
            for each in row.versions.all()
            if each.published_at is not None
        ],
    )


def _clause(row: Clause) -> dict[str, Any]:
    return {
        "policy": row.version.document.code,
        "anchor": row.anchor,
        "version": row.version.number,
        "heading": row.heading,
        "text": row.text,
        "measure": row.measure,
        "tier": row.tier,
        "least": None if row.least is None else float(row.least),
    }
