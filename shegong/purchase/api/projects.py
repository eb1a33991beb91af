"""Purchases and bids in the API: needs put down by PUT under the caller's key; sealed bids handed in and taken back;
the documents of both.
"""

import base64
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import project as steps
from shegong.purchase.api.funds import Code, Year, Yuan
from shegong.purchase.enums import BidState, Nature, Pays, ProjectState, PurchaseMethod
from shegong.purchase.models import Bid, Fund, Project
from shegong.purchase.queries import document as documents
from shegong.purchase.queries import project as queries
from shegong.purchase.queries.document import Document
from shegong.purchase.rules.project import WORDS, BidDraft, ProjectDraft

router = Router()
Percent = Annotated[int, Field(ge=0, le=100)]


class ProjectOut(Answer):
    """A purchase, as far as it has come. `opened_at` is when two people opened its bids."""

    id: UUID
    number: str
    hub_id: int
    title: str
    need: str
    buyer_id: int
    services: list[str]
    year: int
    pays: Pays
    budget: Decimal
    labour_floor: int
    since: date
    until: date
    long_term_reason: str
    method: str
    deadline: datetime | None
    round: int
    state: ProjectState
    state_at: datetime
    reason: str
    opened_at: datetime | None
    awarded_bid: UUID | None
    contract_id: int | None
    keep_until: date | None


class ProjectIn(Body):
    """A need; it may be changed until its budget is reserved."""

    hub_id: Id
    title: Annotated[str, long_text(WORDS["title"])]
    need: Annotated[str, long_text(WORDS["need"])]
    nature: Nature = Nature.SERVICE
    buyer_id: Id
    station_ids: Annotated[list[Id], Field(max_length=200)]
    services: Annotated[list[Code], Field(max_length=60)] = []
    fund: Code
    year: Year
    pays: Pays
    budget: Yuan
    labour_floor: Percent = 0
    since: Day
    until: Annotated[Day, Field(description="The day after the last; a year after `since` at most, or three.")]
    long_term_reason: Annotated[str, long_text(WORDS["long_term_reason"])] = ""


class BidOut(Answer):
    """A bid: one's own, or any of a purchase whose bids are opened."""

    id: UUID
    project_id: UUID
    round: int
    organisation_id: int
    organisation: str
    price: Decimal
    labour_share: int
    workers: int
    hours: int
    plan: str
    state: BidState
    state_reason: str
    submitted_at: datetime
    score: Decimal | None


class BidIn(Body):
    """What is offered: yuan, the share of labour cost in percent, workers, hours of service pledged, and how."""

    project_id: UUID
    organisation_id: Annotated[int | None, Field(ge=1, le=2**63 - 1, description="Which of one's own, if several.")] = (
        None
    )
    price: Yuan
    labour_share: Percent
    workers: Annotated[int, Field(ge=1, le=1000)]
    hours: Annotated[int, Field(ge=0, le=10_000_000)]
    plan: Annotated[str, long_text(WORDS["plan"])]


class DocumentOut(Answer):
    """A document of a purchase or of a bid: its size in bytes, the digest of its content."""

    id: UUID
    name: str
    media: str
    size: int
    sha256: str
    added_at: datetime


class DocumentContentOut(Answer):
    """A document's content in base64."""

    name: str
    media: str
    sha256: str
    content: str


class ProjectFilter(Paged):
    """Which purchases."""

    state: ProjectState | None = None
    method: PurchaseMethod | None = None
    hub_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class BidFilter(Paged):
    """Of which purchase."""

    project_id: UUID | None = None


@router.get("/projects", response={200: Listed[ProjectOut]})
def list_projects(request: ApiRequest, asked: Query[ProjectFilter]) -> HttpResponse:
    """Purchases, the latest first: officers see their county's, an agency those that it may bid for."""
    only(request.viewer, *queries.READERS)
    fields = wanted(ProjectOut, asked.fields)
    found = queries.projects(request.viewer)
    for name, value in (("state", asked.state), ("method", asked.method), ("hub_id", asked.hub_id)):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["-state_at"], asked.cursor, asked.limit)
    return page(map(_project, rows.items), rows.next_cursor, fields)


@router.get("/projects/{key}", response={200: ProjectOut})
def read_project(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A purchase by its key."""
    only(request.viewer, *queries.READERS)
    fields = wanted(ProjectOut, asked.fields)
    return one(_project(_seen(request, key)), fields)


@router.put("/projects/{key}", response={200: ProjectOut, 201: ProjectOut, 409: ProblemDetails})
def put_project(request: ApiRequest, key: UUID, project: ProjectIn) -> HttpResponse:
    """Put a need down under the caller's key, or change it: 201 when it is new."""
    only(request.viewer, *queries.OFFICERS)
    fund = Fund.objects.filter(code=project.fund).first()
    if fund is None:
        raise Problem("fund_unknown", steps.NO_FUND, "fund")
    if not Station.objects.filter(pk=project.hub_id, tier__in=(Tier.CENTRE, Tier.HUB)).exists():
        raise Problem("hub_unknown", steps.NO_HUB, "hub_id")
    known = Project.objects.filter(pk=key).exists()
    given = project.model_dump(exclude={"hub_id", "fund"})
    draft = ProjectDraft(**{**given, "fund_id": fund.pk})
    made = steps.save_need(key, project.hub_id, draft, by=request.viewer, at=clock.now())
    return one(_project(made), status=200 if known else 201)


@router.get("/projects/{key}/documents", response={200: All[DocumentOut]})
def list_project_documents(request: ApiRequest, key: UUID) -> HttpResponse:
    """What goes out, or went out, with a purchase's present call for bids."""
    only(request.viewer, *queries.READERS)
    return whole(map(_document, documents.of_project(_seen(request, key))))


@router.get("/projects/{key}/documents/{document_id}", response={200: DocumentContentOut})
def read_project_document(request: ApiRequest, key: UUID, document_id: UUID) -> HttpResponse:
    """A document of a purchase with its content."""
    only(request.viewer, *queries.READERS)
    found = documents.project_files(request.viewer).filter(pk=document_id, project_id=key).first()
    if found is None:
        raise not_found()
    return one(_content(found))


@router.get("/bids", response={200: Listed[BidOut]})
def list_bids(request: ApiRequest, asked: Query[BidFilter]) -> HttpResponse:
    """Bids, the latest first: one's own, and those that are opened where one leads or scores."""
    only(request.viewer, *queries.READERS)
    fields = wanted(BidOut, asked.fields)
    found = queries.seen_bids(request.viewer)
    if asked.project_id is not None:
        found = found.filter(project_id=asked.project_id)
    rows = page_of(found, ["-submitted_at"], asked.cursor, asked.limit)
    return page(map(_bid, rows.items), rows.next_cursor, fields)


@router.get("/bids/{key}", response={200: BidOut})
def read_bid(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A bid by its key."""
    only(request.viewer, *queries.READERS)
    fields = wanted(BidOut, asked.fields)
    return one(_bid(_seen_bid(request, key)), fields)


@router.put("/bids/{key}", response={200: BidOut, 201: BidOut, 409: ProblemDetails})
def put_bid(request: ApiRequest, key: UUID, bid: BidIn) -> HttpResponse:
    """Hand in a sealed bid under the caller's key: 201 when it is new, 200 when the same came before; 409 after the
    deadline.
    """
    only(request.viewer, Role.AGENCY)
    known = Bid.objects.filter(pk=key).exists()
    draft = BidDraft(bid.price, bid.labour_share, bid.workers, bid.hours, bid.plan)
    made = bidding.submit_bid(
        key, _seen(request, bid.project_id), draft, by=request.viewer, at=clock.now(),
        organisation_id=bid.organisation_id,
    )  # fmt: skip
    return one(_bid(made), status=200 if known else 201)


@router.post("/bids/{key}/withdrawal", response={200: BidOut, 409: ProblemDetails})
def withdraw_bid(request: ApiRequest, key: UUID) -> HttpResponse:
    """Take one's own bid back before the deadline."""
    only(request.viewer, Role.AGENCY)
    return one(_bid(bidding.withdraw_bid(_seen_bid(request, key), by=request.viewer, at=clock.now())))


@router.get("/bids/{key}/documents", response={200: All[DocumentOut]})
def list_bid_documents(request: ApiRequest, key: UUID) -> HttpResponse:
    """The documents of a bid: of one's own, or of one that is opened where one leads or scores."""
    only(request.viewer, *queries.READERS)
    seen = _seen_bid(request, key)
    return whole(map(_document, documents.of_bids(request.viewer, [seen]).get(seen.pk, [])))


@router.get("/bids/{key}/documents/{document_id}", response={200: DocumentContentOut})
def read_bid_document(request: ApiRequest, key: UUID, document_id: UUID) -> HttpResponse:
    """A document of a bid with its content; 404 while the bid is sealed for the viewer."""
    only(request.viewer, *queries.READERS)
    found = documents.bid_files(request.viewer).filter(pk=document_id, bid_id=key).first()
    if found is None:
        raise not_found()
    return one(_content(found))


def _seen(request: ApiRequest, key: UUID) -> Project:
    found = queries.project(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _seen_bid(request: ApiRequest, key: UUID) -> Bid:
    found = queries.seen_bids(request.viewer).filter(pk=key).first()
    if found is None:
        raise not_found()
    return found


def _project(row: Project) -> ProjectOut:
    names = ProjectOut.model_fields.keys() - {"year"}
    return ProjectOut.model_validate({**{name: getattr(row, name) for name in names}, "year": row.year_id})


def _bid(row: Bid) -> BidOut:
    names = BidOut.model_fields.keys() - {"organisation"}
    values = {name: getattr(row, name) for name in names}
    return BidOut.model_validate({**values, "organisation": row.organisation.name})


def _document(row: Document) -> DocumentOut:
    return DocumentOut.model_validate({name: getattr(row, name) for name in DocumentOut.model_fields})


def _content(row: Document) -> DocumentContentOut:
    content = base64.b64encode(documents.content_of(row)).decode()
    return DocumentContentOut(name=row.name, media=row.media, sha256=row.sha256, content=content)
