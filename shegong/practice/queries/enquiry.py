"""Enquiries: the list, one enquiry, what waits. Always within the viewer's reach, from an index that leads with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.practice.enums import IntakeDecision
from shegong.practice.models import Client, Enquiry
from shegong.practice.queries.client import look_alikes, within_reach

PAGE_SIZE: Final = 25
WITH: Final = ("station", "group", "worker", "client")
ROW: Final = ("number", "name", "need", "source", "urgency", "decision", "decided_on", "due_at", "station__name")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a part of the network: undecided enquiries, and how many of them are overdue."""

    total: int
    overdue: int


def enquiries_seen(viewer: Viewer) -> QuerySet[Enquiry]:
    """The enquiries in the viewer's reach."""
    return Enquiry.objects.filter(within_reach(viewer))


def enquiries_page(
    viewer: Viewer,
    *,
    now: datetime,
    state: str = "waiting",
    source: str = "",
    station: Station | None = None,
    cursor: str | None = None,
) -> Page[Enquiry]:
    """A page of enquiries (one query): `waiting` and `overdue` by their clock, the others (a decision, "all") latest
    first.
    """
    found: QuerySet[Any] = enquiries_seen(viewer).select_related(*WITH)
    if station is not None:
        found = found.filter(subtree(station))
    if source:
        found = found.filter(source=source)
    if state in ("waiting", "overdue"):
        found = found.filter(decision="")
        if state == "overdue":
            found = found.filter(due_at__lt=now)
        page: Page[Enquiry] = page_of(found, ["due_at", "id"], cursor, PAGE_SIZE)
        return page
    if state in IntakeDecision.values:
        found = found.filter(decision=state)
    latest: Page[Enquiry] = page_of(found, ["-received_at", "-id"], cursor, PAGE_SIZE)
    return latest


def enquiry_file(viewer: Viewer, enquiry_id: UUID) -> Enquiry | None:
    """One enquiry with what its page names (one query); None out of reach."""
    return (
        enquiries_seen(viewer)
        .filter(pk=enquiry_id)
        .select_related(*WITH, "field", "community", "community__parent", "case")
        .first()
    )


@prepared
def waiting_enquiries(viewer: Viewer) -> QuerySet[Enquiry]:
    """Undecided enquiries in reach, the six most pressing ones first (one query)."""
    undecided = enquiries_seen(viewer).filter(decision="").select_related("station").only(*ROW)
    return undecided.order_by("due_at", "id")[:6]


def waiting_at(viewer: Viewer, station: Station, now: datetime) -> Waiting:
    """How many enquiries wait at a station and below it, within reach (one query)."""
    due = enquiries_seen(viewer).filter(subtree(station), decision="").values_list("due_at", flat=True)
    moments = list(due[:1000])
    return Waiting(len(moments), sum(moment < now for moment in moments))


def likely_clients(viewer: Viewer, enquiry: Enquiry) -> list[Client]:
    """Files in reach that may be the person's: the same name by sound with the same telephone, or the exact name."""
    alike = look_alikes(viewer, enquiry.hub_id, name=enquiry.name, phone=enquiry.asker_phone)
    found = {each.client_id: each.client for each in alike if each.client is not None}
    named = Client.objects.filter(
        within_reach(viewer), Q(name=enquiry.name, hub_id=enquiry.hub_id), state="active"
    ).select_related("station")
    found |= {client.pk: client for client in named.order_by("sort_key")[:10]}
    return [client for client in found.values() if client is not None][:10]
