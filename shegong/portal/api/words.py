"""Words with who asked on the public site, in the API: read, and answered by the station."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role
from shegong.portal.actions.word import answer_asker
from shegong.portal.enums import Side
from shegong.portal.models import Word
from shegong.practice.models import Enquiry
from shegong.practice.queries.enquiry import enquiries_seen

router = Router()


class AskerWordOut(Answer):
    """A word about an enquiry: the station's, or the asker's."""

    id: UUID
    enquiry_id: UUID
    side: Side
    text: str
    said_at: datetime


class AskerWordIn(Body):
    """What the station says; readable by number and code alone, so without personal data."""

    text: Annotated[str, long_text(1000)]


@router.get("/enquiries/{enquiry_id}/words", response={200: Listed[AskerWordOut], 403: ProblemDetails})
def list_asker_words(request: ApiRequest, enquiry_id: UUID, asked: Query[Paged]) -> HttpResponse:
    """Words about an enquiry, oldest first."""
    only(request.viewer, Role.WORKER, Role.HEAD, Role.COUNTY)
    fields = wanted(AskerWordOut, asked.fields)
    found = Word.objects.filter(enquiry_id=_enquiry(request, enquiry_id).pk)
    rows = page_of(found, ["said_at", "id"], asked.cursor, asked.limit)
    return page(map(_word, rows.items), rows.next_cursor, fields)


@router.post(
    "/enquiries/{enquiry_id}/words",
    response={201: AskerWordOut, 403: ProblemDetails, 409: ProblemDetails},
)
def answer_asker_word(request: ApiRequest, enquiry_id: UUID, word: AskerWordIn) -> HttpResponse:
    """Say something to who asked."""
    only(request.viewer, Role.WORKER, Role.HEAD)
    made = answer_asker(_enquiry(request, enquiry_id), word.text, by=request.viewer, at=clock.now())
    return one(_word(made), status=201)


def _enquiry(request: ApiRequest, enquiry_id: UUID) -> Enquiry:
    found = enquiries_seen(request.viewer).filter(pk=enquiry_id).first()
    if found is None:
        raise not_found()
    return found


def _word(row: Word) -> AskerWordOut:
    return AskerWordOut.model_validate({name: getattr(row, name) for name in AskerWordOut.model_fields})
