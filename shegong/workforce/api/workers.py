"""Workers and their postings in the API."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, empty, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, IdParameter, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.workforce.actions import posting as posting_actions
from shegong.workforce.actions import worker as actions
from shegong.workforce.enums import CertificateLevel, Education, Language, PostingRole, Source, Speciality
from shegong.workforce.models import Posting, Worker
from shegong.workforce.queries import worker as queries
from shegong.workforce.queries.worker import WorkerQuestion
from shegong.workforce.rules.posting import PostingDraft
from shegong.workforce.rules.profile import MAJOR_LENGTH, NAME_LENGTH, REASON_LENGTH, Profile

router = Router()
Name = Annotated[str, long_text(NAME_LENGTH)]
Major = Annotated[str, long_text(MAJOR_LENGTH)]
Share = Annotated[int, Field(strict=True, ge=1, le=100, description="Percent of full time.")]
SexCode = Literal["1", "2", ""]


class CertificateOut(BaseModel):
    """A professional qualification."""

    level: CertificateLevel
    issued_on: date


class WorkerOut(Answer):
    """Somebody who works in the network. `station` and `hub` are keys; the telephone number is masked."""

    id: int
    name: str
    phone: str
    station: str
    hub: str
    employer_id: int | None
    source: Source
    is_professional: bool
    is_supervisor: bool
    is_psychological: bool
    education: Education | None
    major: str
    specialities: list[Speciality]
    languages: list[Language]
    certificates: list[CertificateOut]
    since: date
    until: date | None


class WorkerFilter(Paged):
    """Which workers."""

    on: Annotated[Day | None, Field(description="In service on this day; today when left out.")] = None
    q: Annotated[Word | None, Field(description="In the name, or its pinyin or initials.")] = None
    hub: Annotated[Key | None, Field(description="Key of the hub.")] = None
    station: Annotated[Key | None, Field(description="Key of the station where the worker is at home.")] = None
    source: Source | None = None
    employer_id: IdParameter | None = None
    speciality: Speciality | None = None
    language: Language | None = None
    is_professional: bool | None = None
    is_supervisor: bool | None = None
    is_psychological: bool | None = None


class PostIn(Body):
    """Where and how somebody is posted."""

    station: Annotated[Key, Field(description="The station's key.")]
    role: PostingRole = PostingRole.WORKER
    share: Share = 100
    since: Day
    until: Annotated[Day | None, Field(description="The first day without.")] = None


class ProfileIn(Body):
    """What is known about a worker."""

    name: Name
    source: Source
    sex: SexCode = ""
    phone: Word = ""
    employer_id: Id | None = None
    education: Education | None = None
    major: Major = ""
    specialities: list[Speciality] = []
    languages: list[Language] = []
    is_professional: bool = True
    is_supervisor: bool = False
    is_psychological: bool = False


class HireIn(ProfileIn):
    """Somebody new, with the first posting."""

    posting: PostIn


class ProfileChange(Body):
    """What changes in a profile; members left out stay as they are."""

    name: Name | None = None
    source: Source | None = None
    sex: SexCode | None = None
    phone: Word | None = None
    employer_id: Id | None = None
    education: Education | None = None
    major: Major | None = None
    specialities: list[Speciality] | None = None
    languages: list[Language] | None = None
    is_professional: bool | None = None
    is_supervisor: bool | None = None
    is_psychological: bool | None = None


class DepartureIn(Body):
    """When somebody leaves (the first day without), and why."""

    on: Day
    reason: Annotated[str, long_text(REASON_LENGTH)]


class PostingOut(Answer):
    """A worker at a station from `since` up to, but without, `until`."""

    id: UUID
    worker_id: int
    station: str
    role: PostingRole
    share: int
    since: date
    until: date | None


class PostingIn(PostIn):
    """A posting of a worker."""

    worker_id: Id


class PostingChange(Body):
    """What a posting becomes."""

    role: PostingRole
    share: Share
    until: Day | None


class PostingFilter(Paged):
    """Which postings."""

    on: Annotated[Day | None, Field(description="Running on this day; all of them when left out.")] = None
    worker_id: IdParameter | None = None
    station: Annotated[Key | None, Field(description="The station's key.")] = None


@router.get("/workers", response={200: Listed[WorkerOut]})
def list_workers(request: ApiRequest, asked: Query[WorkerFilter]) -> HttpResponse:
    """Workers by name (in pinyin order)."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(WorkerOut, asked.fields)
    day = asked.on or clock.today()
    question = WorkerQuestion(
        text=asked.q or "",
        hub=asked.hub or "",
        station=asked.station or "",
        source=asked.source or "",
        speciality=asked.speciality or "",
        language=asked.language or "",
        employer_id=asked.employer_id,
    )
    found = queries.narrowed(queries.workers(request.viewer), question, day)
    for name in ("is_professional", "is_supervisor", "is_psychological"):
        if getattr(asked, name) is not None:
            found = found.filter(**{name: getattr(asked, name)})
    rows = page_of(found, ["sort_key"], asked.cursor, asked.limit)
    return page(map(_worker, rows.items), rows.next_cursor, fields)


@router.get("/workers/{worker_id}", response={200: WorkerOut})
def read_worker(request: ApiRequest, worker_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """A worker."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(WorkerOut, asked.fields)
    return one(_worker(_seen(request, worker_id)), fields)


@router.put("/workers/by-key/{key}", response={200: WorkerOut, 201: WorkerOut, 409: ProblemDetails})
def hire_worker(request: ApiRequest, key: UUID, hired: HireIn) -> HttpResponse:
    """Somebody new, under the caller's key: 201 when it is new, 200 when the same came before."""
    known = Worker.objects.filter(key=key).exists()
    made = actions.hire(
        _profile(hired), _station(hired.posting.station), _draft(hired.posting), by=request.viewer, key=key
    )
    return one(_worker(_seen(request, made.pk)), status=200 if known else 201)


@router.patch("/workers/{worker_id}", response={200: WorkerOut})
def change_worker(request: ApiRequest, worker_id: IdParameter, change: ProfileChange) -> HttpResponse:
    """Correct a worker's profile."""
    found = _seen(request, worker_id)
    changed = change.model_dump(mode="json", exclude_unset=True)
    nullable = ("employer_id", "education")
    for name, value in changed.items():
        if value is None and name not in nullable:
            raise Problem("cell_missing", _("不能为空。"), name)
    if "education" in changed:
        changed["education"] = changed["education"] or ""
    for name in ("specialities", "languages"):
        if name in changed:
            changed[name] = tuple(changed[name])
    actions.change_profile(found, replace(actions.profile_of(found), **changed), by=request.viewer)
    return one(_worker(_seen(request, worker_id)))


@router.post("/workers/{worker_id}/transfer", response={200: PostingOut})
def transfer_worker(request: ApiRequest, worker_id: IdParameter, to: PostIn) -> HttpResponse:
    """Move a worker's home to another station from a day on; the posting at the former one ends there."""
    found = _seen(request, worker_id)
    made = actions.transfer(found, _station(to.station), _draft(to), by=request.viewer, today=clock.today())
    return one(_posting(made))


@router.post("/workers/{worker_id}/departure", response={200: WorkerOut, 409: ProblemDetails})
def end_service(request: ApiRequest, worker_id: IdParameter, departure: DepartureIn) -> HttpResponse:
    """A worker leaves; postings end, the history stays."""
    found = _seen(request, worker_id)
    actions.leave(found, departure.on, departure.reason, by=request.viewer, today=clock.today())
    return one(_worker(_seen(request, worker_id)))


@router.get("/postings", response={200: Listed[PostingOut]})
def list_postings(request: ApiRequest, asked: Query[PostingFilter]) -> HttpResponse:
    """Postings of workers in the caller's scope, the oldest first."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(PostingOut, asked.fields)
    found = Posting.objects.select_related("station")
    if asked.worker_id is not None:
        found = found.filter(worker_id=asked.worker_id)
    if asked.station is not None:
        found = found.filter(station__key=asked.station)
    if asked.on is not None:
        found = found.filter(since__lte=asked.on).exclude(until__lte=asked.on)
    rows = page_of(found, ["since"], asked.cursor, asked.limit)
    return page(map(_posting, rows.items), rows.next_cursor, fields)


@router.get("/postings/{posting_key}", response={200: PostingOut})
def read_posting(request: ApiRequest, posting_key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A posting."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(PostingOut, asked.fields)
    return one(_posting(_posted(posting_key)), fields)


@router.put("/postings/{posting_key}", response={200: PostingOut, 201: PostingOut, 409: ProblemDetails})
def put_posting(request: ApiRequest, posting_key: UUID, posting: PostingIn) -> HttpResponse:
    """Post a worker under the caller's key: 201 when it is new, 200 when the same came before."""
    found = queries.workers(request.viewer).filter(id=posting.worker_id).first()
    if found is None:
        raise Problem("worker_missing", _("找不到这位人员，或您不能查看。"), "worker_id")
    known = Posting.objects.filter(key=posting_key).exists()
    made = posting_actions.post(found, _station(posting.station), _draft(posting), by=request.viewer, key=posting_key)
    return one(_posting(made), status=200 if known else 201)


@router.patch("/postings/{posting_key}", response={200: PostingOut})
def change_posting(request: ApiRequest, posting_key: UUID, change: PostingChange) -> HttpResponse:
    """Change what a posting is, and until when it lasts."""
    found = _posted(posting_key)
    made = posting_actions.change_posting(found, change.role, change.share, change.until, by=request.viewer)
    return one(_posting(made))


@router.delete("/postings/{posting_key}", response={204: None, 409: ProblemDetails})
def cancel_posting(request: ApiRequest, posting_key: UUID) -> HttpResponse:
    """Take back a posting that has not begun."""
    posting_actions.cancel_posting(_posted(posting_key), by=request.viewer, today=clock.today())
    return empty()


def _seen(request: ApiRequest, worker_id: int) -> Worker:
    found = queries.workers(request.viewer).filter(id=worker_id).first()
    if found is None:
        raise not_found()
    return found


def _posted(key: UUID) -> Posting:
    found = Posting.objects.select_related("worker", "station").filter(key=key).first()
    if found is None:
        raise not_found()
    return found


def _station(key: str) -> Station:
    found = Station.objects.select_related("hub").filter(key=key).first()
    if found is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station")
    return found


def _draft(posting: PostIn) -> PostingDraft:
    return PostingDraft(role=posting.role.value, share=posting.share, since=posting.since, until=posting.until)


def _profile(given: ProfileIn) -> Profile:
    return Profile(
        name=given.name,
        source=given.source.value,
        sex=given.sex,
        phone=given.phone,
        employer_id=given.employer_id,
        education=given.education.value if given.education else "",
        major=given.major,
        specialities=tuple(each.value for each in given.specialities),
        languages=tuple(each.value for each in given.languages),
        is_professional=given.is_professional,
        is_supervisor=given.is_supervisor,
        is_psychological=given.is_psychological,
    )


def _posting(row: Posting) -> PostingOut:
    return PostingOut(
        id=row.key,
        worker_id=row.worker_id,
        station=row.station.key,
        role=PostingRole(row.role),
        share=row.share,
        since=row.since,
        until=row.until,
    )


def _worker(row: Worker) -> WorkerOut:
    return WorkerOut(
        id=row.pk,
        name=row.name,
        phone=row.masked_phone,
        station=row.station.key,
        hub=row.hub.key,
        employer_id=row.employer_id,
        source=Source(row.source),
        is_professional=row.is_professional,
        is_supervisor=row.is_supervisor,
        is_psychological=row.is_psychological,
        education=Education(row.education) if row.education else None,
        major=row.major,
        specialities=[Speciality(each) for each in row.specialities],
        languages=[Language(each) for each in row.languages],
        certificates=[
            CertificateOut(level=CertificateLevel(each.level), issued_on=each.issued_on)
            for each in row.credentials.all()
        ],
        since=row.since,
        until=row.until,
    )
