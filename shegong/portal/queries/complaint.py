"""Complaints as officers see them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.models import Complaint

ROW = ("number", "about", "ruling", "received_on", "due_on", "answered_on", "hub_id", "station__name", "text")


def complaints_seen(viewer: Viewer) -> QuerySet[Complaint]:
    """The complaints that the viewer answers: a county officer's own county's, the city's all."""
    found = Complaint.objects.all()
    if viewer.has(Role.CITY):
        return found
    return found.filter(hub_id__in=viewer.hubs) if viewer.has(Role.COUNTY) else found.none()


def complaints_page(viewer: Viewer, state: str, today: date, cursor: str | None = None) -> Page[Complaint]:
    """A page of complaints (one query): those to be answered by their term, the overdue ones of them, or those
    answered, the latest first.
    """
    found: QuerySet[Any] = complaints_seen(viewer).select_related("station").only(*ROW)
    if state == "answered":
        return page_of(found.exclude(ruling=""), ["-received_at", "-id"], cursor)
    found = found.filter(ruling="")
    if state == "overdue":
        found = found.filter(due_on__lt=today)
    return page_of(found, ["due_on", "id"], cursor)


def complaint_file(viewer: Viewer, complaint_id: UUID) -> Complaint | None:
    """One complaint with its station and who answered (one query)."""
    return complaints_seen(viewer).filter(pk=complaint_id).select_related("station", "hub", "answered_by").first()


def waiting_complaints(viewer: Viewer, today: date) -> tuple[int, int]:
    """How many complaints wait for an answer, and how many of them are overdue (one query)."""
    due = list(complaints_seen(viewer).filter(ruling="").values_list("due_on", flat=True)[:1000])
    return len(due), sum(day < today for day in due)
