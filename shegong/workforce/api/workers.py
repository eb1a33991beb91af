"""Workers in the API."""

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Chosen, Day, IdParameter, Paged
from shegong.kernel.api.refusals import not_found
from shegong.kernel.chinese import mask_phone
from shegong.kernel.pages import page_of
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest, only
from shegong.workforce.enums import CertificateLevel, Source
from shegong.workforce.models import Worker
from shegong.workforce.queries import worker as queries

router = Router()


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
    certificates: list[CertificateOut]
    since: date
    until: date | None


class WorkerFilter(Paged):
    """Which workers."""

    on: Annotated[Day | None, Field(description="In service on this day; today when left out.")] = None
    hub: Annotated[Key | None, Field(description="Key of the hub.")] = None
    station: Annotated[Key | None, Field(description="Key of the station where the worker is at home.")] = None
    is_professional: bool | None = None
    is_supervisor: bool | None = None
    is_psychological: bool | None = None


@router.get("/workers", response={200: Listed[WorkerOut]})
def list_workers(request: ApiRequest, asked: Query[WorkerFilter]) -> HttpResponse:
    """Workers by name (in pinyin order)."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(WorkerOut, asked.fields)
    found = queries.workers_on(request.viewer, asked.on or clock.today())
    for name, value in (
        ("hub__key", asked.hub),
        ("station__key", asked.station),
        ("is_professional", asked.is_professional),
        ("is_supervisor", asked.is_supervisor),
        ("is_psychological", asked.is_psychological),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["sort_key"], asked.cursor, asked.limit)
    return page(map(_worker, rows.items), rows.next_cursor, fields)


@router.get("/workers/{worker_id}", response={200: WorkerOut})
def read_worker(request: ApiRequest, worker_id: IdParameter, asked: Query[Chosen]) -> HttpResponse:
    """A worker."""
    only(request.viewer, *queries.STAFF)
    fields = wanted(WorkerOut, asked.fields)
    found = queries.workers(request.viewer).filter(id=worker_id).first()
    if found is None:
        raise not_found()
    return one(_worker(found), fields)


def _worker(row: Worker) -> WorkerOut:
    return WorkerOut(
        id=row.pk,
        name=row.name,
        phone=mask_phone(row.phone) if row.phone else "",
        station=row.station.key,
        hub=row.hub.key,
        employer_id=row.employer_id,
        source=Source(row.source),
        is_professional=row.is_professional,
        is_supervisor=row.is_supervisor,
        is_psychological=row.is_psychological,
        certificates=[
            CertificateOut(level=CertificateLevel(each.level), issued_on=each.issued_on)
            for each in row.credentials.all()
        ],
        since=row.since,
        until=row.until,
    )
