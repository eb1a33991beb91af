"""A department's side: what was referred to it and by it, what is due, and its results in numbers without names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.kernel.cells import cell_words
from shegong.kernel.pages import Page, page_of
from shegong.linkage.enums import ReferredHere
from shegong.linkage.models import DepartmentReferral
from shegong.network.enums import Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ReferralState
from shegong.practice.models import Referral
from shegong.practice.queries.referral import receivers_of

KEEPERS: Final = (Role.WORKER, Role.HEAD)
SEERS: Final = (*KEEPERS, Role.COUNTY, Role.LIAISON)
RESULT_READERS: Final = (Role.LIAISON, Role.CITY, Role.COUNTY)
PAGE_SIZE: Final = 25
SHOWN: Final = 8


def arrivals_seen(viewer: Viewer) -> QuerySet[DepartmentReferral]:
    """Whom departments sent: to the viewer's stations, or by the viewer's department."""
    own = Q(organisation_id__in=receivers_of(viewer)) if viewer.has(Role.LIAISON) else Q(pk__in=[])
    reach = Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)
    return DepartmentReferral.objects.filter(own | reach).select_related(
        "station", "organisation", "channel__agreement"
    )


def arrival_of(viewer: Viewer, key: UUID) -> DepartmentReferral | None:
    """One of them, as far as the viewer may see it."""
    return arrivals_seen(viewer).select_related("group").filter(pk=key).first()


def arrivals_page(viewer: Viewer, *, waiting: bool, cursor: str | None) -> Page[DepartmentReferral]:
    """A page of them, the latest first; `waiting` keeps those without a result."""
    rows: QuerySet[Any] = arrivals_seen(viewer)
    if waiting:
        rows = rows.filter(state__in=(ReferredHere.SENT, ReferredHere.ACCEPTED))
    page: Page[DepartmentReferral] = page_of(rows, ["-sent_at", "-id"], cursor, PAGE_SIZE)
    return page


def may_answer(viewer: Viewer, arrival: DepartmentReferral) -> bool:
    """Whether the viewer keeps files where somebody was sent."""
    return viewer.has(*KEEPERS) and viewer.reaches(arrival.hub_id, arrival.station_id)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits in a department: to answer, to report back, and what stations have not answered it."""

    to_answer: list[Referral]
    to_return: list[Referral]
    sent: list[DepartmentReferral]
    late: int


def work_of(own: tuple[int, ...], now: datetime) -> Work:
    """What waits for a liaison's departments, the most pressing first (three queries)."""
    rows = Referral.objects.filter(to_organisation_id__in=own, released_at__isnull=False)
    rows = rows.select_related("station", "to_station", "to_organisation")
    to_answer = list(rows.filter(state=ReferralState.SENT).order_by("due_at", "id")[: SHOWN + 1])
    to_return = list(rows.filter(state=ReferralState.ACCEPTED).order_by("result_due_at", "answered_at", "id")[:SHOWN])
    sent = DepartmentReferral.objects.filter(organisation_id__in=own)
    sent = sent.filter(state__in=(ReferredHere.SENT, ReferredHere.ACCEPTED)).select_related("station", "organisation")
    late = sum(each.due_at is not None and each.due_at < now for each in to_answer)
    late += sum(each.result_due_at is not None and each.result_due_at < now for each in to_return)
    return Work(to_answer[:SHOWN], to_return, list(sent.order_by("due_at", "id")[:SHOWN]), late)


def organisations_of(own: tuple[int, ...]) -> list[Organisation]:
    """A liaison's departments (one query)."""
    return list(Organisation.objects.filter(pk__in=own).order_by("name"))


RESULTS: Final = """
    SELECT organisation_id, hub_id, sent, answered, answered_in_time, accepted, returned, returned_in_time, late,
           services, arrived, arrived_accepted, arrived_in_time, arrived_returned
    FROM linkage_department_results(%s, %s)"""
COUNTS: Final = (
    "sent", "answered", "answered_in_time", "accepted", "returned", "returned_in_time", "late", "services", "arrived",
    "arrived_accepted", "arrived_in_time", "arrived_returned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """Numbers of a department and a county, in words: small ones as ranges."""

    organisation: str
    hub: str
    counts: dict[str, str]


def results(viewer: Viewer, since: date, until: date) -> tuple[list[Result], dict[str, str]]:
    """What became of referrals between departments and stations, by department and county, and in all (three queries).
    Nobody is named, and small numbers are ranges (ADR 0004): these are people.
    """
    with connection.cursor() as cursor:
        cursor.execute(RESULTS, [since, until])
        rows = cursor.fetchall()
    names = dict(Organisation.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "name"))
    hubs = dict(Station.objects.filter(pk__in={row[1] for row in rows}, tier__in=(Tier.HUB, Tier.CENTRE))
                .values_list("pk", "name"))  # fmt: skip
    rows.sort(key=lambda row: (-row[2] - row[10], names.get(row[0], ""), row[1]))
    shown = [Result(names.get(row[0], ""), hubs.get(row[1], ""), _words(row[2:])) for row in rows]
    total = [sum(row[place] for row in rows) for place in range(2, 2 + len(COUNTS))]
    return shown, _words(total)


def _words(numbers: Iterable[Any]) -> dict[str, str]:
    return dict(zip(COUNTS, (cell_words(int(each)) for each in numbers), strict=True))
