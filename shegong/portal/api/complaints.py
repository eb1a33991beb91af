"""Complaints of residents in the API: listed, read and answered by officers of the county and the city."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role
from shegong.portal.actions import complaint as actions
from shegong.portal.enums import ComplaintAbout, ComplaintRuling
from shegong.portal.models import Complaint
from shegong.portal.queries import complaint as queries

router = Router()
ANSWERERS = (Role.COUNTY, Role.CITY)


class ResidentComplaintOut(Answer):
    """A complaint about what happened at a station; `ruling` is empty until it is answered. Who complained is told on
    the page alone.
    """

    id: UUID
    number: str
    hub_id: int
    station_id: int
    about: ComplaintAbout
    text: str
    received_at: datetime
    received_on: date
    due_on: date
    ruling: str
    answer: str
    answered_on: date | None


class ResidentComplaintQuestion(Paged):
    """Which complaints."""

    state: Annotated[str, Field(pattern="^(open|overdue|answered)?$")] = ""


class ComplaintRulingIn(Body):
    """The answer."""

    ruling: ComplaintRuling
    answer: Annotated[str, long_text(2000)]


@router.get("/complaints", response={200: Listed[ResidentComplaintOut], 403: ProblemDetails})
def list_resident_complaints(request: ApiRequest, asked: Query[ResidentComplaintQuestion]) -> HttpResponse:
    """Complaints, the latest first."""
    only(request.viewer, *ANSWERERS)
    fields = wanted(ResidentComplaintOut, asked.fields)
    found = queries.complaints_seen(request.viewer)
    if asked.state in ("open", "overdue"):
        found = found.filter(ruling="")
    if asked.state == "overdue":
        found = found.filter(due_on__lt=clock.today())
    if asked.state == "answered":
        found = found.exclude(ruling="")
    rows = page_of(found, ["-received_at", "-id"], asked.cursor, asked.limit)
    return page(map(_complaint, rows.items), rows.next_cursor, fields)


@router.get("/complaints/{complaint_id}", response={200: ResidentComplaintOut, 403: ProblemDetails})
def read_resident_complaint(request: ApiRequest, complaint_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A complaint."""
    only(request.viewer, *ANSWERERS)
    return one(_complaint(_seen(request, complaint_id)), wanted(ResidentComplaintOut, asked.fields))


@router.post(
    "/complaints/{complaint_id}/answer",
    response={200: ResidentComplaintOut, 403: ProblemDetails, 409: ProblemDetails},
)
def answer_resident_complaint(request: ApiRequest, complaint_id: UUID, ruling: ComplaintRulingIn) -> HttpResponse:
    """Answer a complaint, once."""
    only(request.viewer, *ANSWERERS)
    seen = _seen(request, complaint_id)
    made = actions.answer_complaint(seen, ruling.ruling.value, ruling.answer, by=request.viewer, at=clock.now())
    return one(_complaint(made))


def _seen(request: ApiRequest, complaint_id: UUID) -> Complaint:
    found = queries.complaint_file(request.viewer, complaint_id)
    if found is None:
        raise not_found()
    return found


def _complaint(row: Complaint) -> ResidentComplaintOut:
    return ResidentComplaintOut.model_validate({name: getattr(row, name) for name in ResidentComplaintOut.model_fields})
