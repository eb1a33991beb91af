"""Requests about own data as staff see them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.enums import OwnDataState
from shegong.portal.models import OwnDataRequest
from shegong.practice.models import SubjectRequest
from shegong.practice.queries.client import within_reach

ROW = ("number", "kind", "name", "state", "received_on", "due_on", "hub_id", "station__name", "station__hub__name")


def requests_seen(viewer: Viewer) -> QuerySet[OwnDataRequest]:
    """The requests in the viewer's reach; all of them for a data-protection officer."""
    found = OwnDataRequest.objects.all()
    return found if viewer.has(Role.DPO) else found.filter(within_reach(viewer))


def own_requests_page(viewer: Viewer, state: str = "", cursor: str | None = None) -> Page[OwnDataRequest]:
    """Requests whose identity is to be checked, by their term; or those decided, the latest first (one query)."""
    found: QuerySet[Any] = requests_seen(viewer).select_related("station__hub").only(*ROW)
    if state == "decided":
        return page_of(found.exclude(state=OwnDataState.LEFT), ["-received_on", "-id"], cursor)
    return page_of(found.filter(state=OwnDataState.LEFT), ["due_on", "id"], cursor)


def own_request(viewer: Viewer, request_id: UUID) -> OwnDataRequest | None:
    """One request with its station and who decided (one query)."""
    found = requests_seen(viewer).filter(pk=request_id).select_related("station", "decided_by", "client")
    return found.defer("content").first()


def answer_of(own: OwnDataRequest) -> SubjectRequest | None:
    """What the officer answered, for who may read it (one query)."""
    return SubjectRequest.objects.filter(pk=own.request_id, hub_id=own.hub_id).first() if own.request_id else None


def waiting_requests(viewer: Viewer, today: date) -> tuple[int, int]:
    """How many requests wait for a check of identity, and how many of them are past their term (one query)."""
    due = list(requests_seen(viewer).filter(state=OwnDataState.LEFT).values_list("due_on", flat=True)[:1000])
    return len(due), sum(day < today for day in due)
