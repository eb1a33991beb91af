"""Requests about own data in the API: listed, read and turned down. Letting one through asks for a face."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role
from shegong.portal.actions import own_data as actions
from shegong.portal.enums import OwnDataState
from shegong.portal.models import OwnDataRequest
from shegong.portal.queries import own_data as queries

router = Router()
QUEUE = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.DPO)


class OwnDataRequestOut(Answer):
    """A request about own data; `request_id` is the data-protection officer's, once the identity was checked. Name and
    telephone are told on the page alone.
    """

    id: UUID
    number: str
    hub_id: int
    station_id: int
    kind: str
    state: OwnDataState
    received_at: datetime
    received_on: date
    due_on: date
    note: str
    decided_at: datetime | None
    request_id: UUID | None


class OwnDataQuestion(Paged):
    """Which requests."""

    state: OwnDataState | None = None


class OwnDataRefusal(Body):
    """Why not."""

    note: Annotated[str, long_text(200)]


@router.get("/data-requests", response={200: Listed[OwnDataRequestOut], 403: ProblemDetails})
def list_data_requests(request: ApiRequest, asked: Query[OwnDataQuestion]) -> HttpResponse:
    """Requests about own data, the latest first."""
    only(request.viewer, *QUEUE)
    fields = wanted(OwnDataRequestOut, asked.fields)
    found = queries.requests_seen(request.viewer).defer("content")
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-received_on", "-id"], asked.cursor, asked.limit)
    return page(map(_request, rows.items), rows.next_cursor, fields)


@router.get("/data-requests/{request_id}", response={200: OwnDataRequestOut, 403: ProblemDetails})
def read_data_request(request: ApiRequest, request_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A request about own data."""
    only(request.viewer, *QUEUE)
    return one(_request(_seen(request, request_id)), wanted(OwnDataRequestOut, asked.fields))


@router.post(
    "/data-requests/{request_id}/refusal",
    response={200: OwnDataRequestOut, 403: ProblemDetails, 409: ProblemDetails},
)
def refuse_data_request(request: ApiRequest, request_id: UUID, refusal: OwnDataRefusal) -> HttpResponse:
    """Turn a request down before it became anybody's."""
    only(request.viewer, Role.WORKER, Role.HEAD)
    made = actions.refuse_own_data(_seen(request, request_id), refusal.note, by=request.viewer, at=clock.now())
    return one(_request(made))


def _seen(request: ApiRequest, request_id: UUID) -> OwnDataRequest:
    found = queries.own_request(request.viewer, request_id)
    if found is None:
        raise not_found()
    return found


def _request(row: OwnDataRequest) -> OwnDataRequestOut:
    return OwnDataRequestOut.model_validate({name: getattr(row, name) for name in OwnDataRequestOut.model_fields})
