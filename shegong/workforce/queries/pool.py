"""The shared pool: one's own offers, requests and bookings, and the board of its coordinators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from shegong.catalogue.enums import Method
from shegong.catalogue.models import Field, PopulationGroup
from shegong.kernel.pages import Page, page_of
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import BookingState, ProposalState, RequestState
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
    SupervisorProfile,
    Worker,
)
from shegong.workforce.rules.pool import (
    HALVES_PER_HOUR,
    Pairing,
    Place,
    PoolRequest,
    PoolSupervisor,
    kilometres,
    pairing,
    refusal,
)
from shegong.workforce.rules.supervision import UNSUPERVISED_DAYS

PAGE_SIZE: Final = 25
COORDINATORS: Final = (Role.CITY, Role.COUNTY)
ASKERS: Final = (Role.WORKER, Role.HEAD)
ACTIVE: Final = (BookingState.AGREED, BookingState.BOOKED)
IN_WORK: Final = (ProposalState.QUEUED, ProposalState.RUNNING, ProposalState.READY)


def own_profile(viewer: Viewer) -> SupervisorProfile | None:
    """The viewer as a supervisor (one query)."""
    return SupervisorProfile.objects.filter(worker__account_id=viewer.account_id).select_related("worker").first()


def own_worker(viewer: Viewer) -> Worker | None:
    """The viewer as a worker, with the station (one query)."""
    return Worker.objects.filter(account_id=viewer.account_id).select_related("station").first()


def pool_hub(viewer: Viewer) -> Station | None:
    """The unit whose pool the viewer coordinates: the support centre for the city's officer, else the own county."""
    if viewer.has(Role.CITY):
        return Station.objects.filter(tier="centre").first()
    if viewer.has(Role.COUNTY):
        return Station.objects.filter(tier="hub", pk__in=viewer.hubs).order_by("pk").first()
    return None


def of_city(hub: Station) -> bool:
    """Whether this unit's pool is the whole city's."""
    return hub.tier == "centre"


def offers_seen(viewer: Viewer) -> QuerySet[SupervisionOffer]:
    """Offers that reach the viewer's counties, or are the viewer's own; the city's officer sees all."""
    found = SupervisionOffer.objects.select_related("supervisor__worker", "hub")
    if viewer.has(Role.CITY):
        return found
    mine = Q(supervisor__worker__account_id=viewer.account_id)
    if viewer.has(Role.COUNTY):
        mine |= Q(hub_id__in=viewer.hubs) | Q(hub_ids__overlap=list(viewer.hubs))
    return found.filter(mine)


def own_offers(viewer: Viewer, since: date) -> list[tuple[SupervisionOffer, Decimal]]:
    """The viewer's own offers from a month on, each with the hours booked of it. Two queries."""
    mine = SupervisionOffer.objects.filter(supervisor__worker__account_id=viewer.account_id, month__gte=since)
    rows = mine.filter(withdrawn_at__isnull=True).order_by("month")
    booked = {
        each["month"]: each["total"]
        for each in SupervisionBooking.objects.filter(
            supervisor__worker__account_id=viewer.account_id, month__gte=since, state__in=ACTIVE
        )
        .values("month")
        .annotate(total=Sum("hours"))
    }
    return [(row, booked.get(row.month, Decimal(0))) for row in rows]


def requests_seen(viewer: Viewer) -> QuerySet[SupervisionRequest]:
    """Requests of the viewer's stations (the wall leaves out colleagues' own ones), with what a row names."""
    found = SupervisionRequest.objects.select_related("station", "worker", "hub")
    if viewer.has(Role.CITY):
        return found
    return found.filter(
        Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations) | Q(worker__account_id=viewer.account_id)
    )


def own_requests(viewer: Viewer, since: date) -> list[SupervisionRequest]:
    """Requests of a worker or head from a month on that wait or are booked, latest first. One query."""
    mine = Q(asked_by_id=viewer.account_id) | Q(worker__account_id=viewer.account_id)
    if viewer.has(Role.HEAD):
        mine |= Q(station_id__in=viewer.stations) | Q(hub_id__in=viewer.hubs)
    rows = requests_seen(viewer).filter(mine, month__gte=since).exclude(state=RequestState.WITHDRAWN)
    return list(rows.order_by("-asked_at")[:PAGE_SIZE])


def bookings_seen(viewer: Viewer) -> QuerySet[SupervisionBooking]:
    """Bookings of the viewer's stations, of the viewer's own, and of the viewer as supervisor."""
    found = SupervisionBooking.objects.select_related("station", "worker", "supervisor__worker", "request", "hub")
    if viewer.has(Role.CITY):
        return found
    return found.filter(
        Q(hub_id__in=viewer.hubs)
        | Q(station_id__in=viewer.stations)
        | Q(worker__account_id=viewer.account_id)
        | Q(supervisor__worker__account_id=viewer.account_id)
    )


def own_bookings(viewer: Viewer, since: date) -> list[SupervisionBooking]:
    """Bookings of who works or supervises, from a month on: those without a time first. One query."""
    mine = Q(worker__account_id=viewer.account_id) | Q(supervisor__worker__account_id=viewer.account_id)
    if viewer.has(*ASKERS):
        mine |= Q(station_id__in=viewer.stations) | Q(hub_id__in=viewer.hubs)
    rows = bookings_seen(viewer).filter(mine, month__gte=since, state__in=ACTIVE)
    return list(rows.order_by("month", "state", "starts_at", "id")[:PAGE_SIZE])


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month of the pool: hours offered, asked for and booked, and how many requests wait."""

    month: date
    supervisors: int
    offered: Decimal
    booked: Decimal
    waiting: int
    waiting_hours: Decimal
    urgent: int


def month_state(viewer: Viewer, hub: Station, month: date) -> MonthState:
    """What the month has to give and what it is asked (three queries)."""
    here = Q() if of_city(hub) else Q(hub_id=hub.pk)
    offers = SupervisionOffer.objects.filter(here, month=month, withdrawn_at__isnull=True).aggregate(
        count=Count("pk"), hours=Sum("hours")
    )
    whose = Q() if of_city(hub) else Q(supervisor__hub_id=hub.pk)
    booked = SupervisionBooking.objects.filter(whose, month=month, state__in=ACTIVE).aggregate(hours=Sum("hours"))
    waiting = SupervisionRequest.objects.filter(here, month=month, state=RequestState.WAITING).aggregate(
        count=Count("pk"), hours=Sum("hours"), urgent=Count("pk", filter=Q(urgency="urgent"))
    )
    return MonthState(
        month=month,
        supervisors=offers["count"],
        offered=offers["hours"] or Decimal(0),
        booked=booked["hours"] or Decimal(0),
        waiting=waiting["count"],
        waiting_hours=waiting["hours"] or Decimal(0),
        urgent=waiting["urgent"],
    )


def waiting_page(viewer: Viewer, hub: Station, month: date, cursor: str | None = None) -> Page[SupervisionRequest]:
    """The month's waiting list in the order of asking. One query."""
    here = Q() if of_city(hub) else Q(hub_id=hub.pk)
    found = SupervisionRequest.objects.filter(here, month=month, state=RequestState.WAITING)
    page: Page[SupervisionRequest] = page_of(
        found.select_related("station", "worker", "hub"), ["asked_at", "id"], cursor, PAGE_SIZE
    )
    return page


def proposals_seen(viewer: Viewer) -> QuerySet[PoolProposal]:
    """The proposals that the viewer coordinates."""
    found = PoolProposal.objects.select_related("hub")
    if viewer.has(Role.CITY):
        return found
    return found.filter(hub_id__in=viewer.hubs) if viewer.has(Role.COUNTY) else found.none()


def own_proposals(viewer: Viewer, hub: Station, month: date) -> list[PoolProposal]:
    """The unit's proposals of a month, latest first. One query."""
    return list(proposals_seen(viewer).filter(hub_id=hub.pk, month=month).order_by("-asked_at")[:PAGE_SIZE])


def proposal_file(viewer: Viewer, proposal_id: UUID) -> PoolProposal | None:
    """One proposal; None for one of another coordinator's."""
    return proposals_seen(viewer).filter(pk=proposal_id).first()


ASSIGNED: Final = ("request__station", "request__worker", "request__hub", "supervisor__worker", "supervisor__hub")


def assignments_page(
    proposal: PoolProposal, *, unserved: bool = False, text: str = "", cursor: str | None = None
) -> Page[PoolAssignment]:
    """A proposal's pairings, what is worth most first; or its requests without anybody. One query."""
    found = proposal.assignments.select_related(*ASSIGNED).filter(supervisor__isnull=unserved)
    if text:
        found = found.filter(Q(request__station__name__icontains=text) | Q(supervisor__worker__name__icontains=text))
    page: Page[PoolAssignment] = page_of(found, ["-own" if unserved else "-points", "id"], cursor, PAGE_SIZE)
    return page


def assignment_of(viewer: Viewer, assignment_id: int) -> PoolAssignment | None:
    """One line of a proposal that the viewer coordinates."""
    found = PoolAssignment.objects.select_related(*ASSIGNED, "proposal__hub").filter(pk=assignment_id).first()
    return found if found and proposals_seen(viewer).filter(pk=found.proposal_id).exists() else None


def verdict_counts(proposal: PoolProposal) -> list[tuple[str, int]]:
    """Why requests have nobody: how many for each reason, most first. One query."""
    rows = proposal.assignments.filter(supervisor__isnull=True).values_list("verdict").annotate(count=Count("pk"))
    return sorted(((verdict, count) for verdict, count in rows), key=lambda row: -row[1])


def speciality_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a supervisor may have to be good at: groups, fields and methods (two queries)."""
    return [
        ("group", [(f"group:{each.code}", each.name) for each in PopulationGroup.objects.order_by("position")]),
        ("field", [(f"field:{each.code}", each.name) for each in Field.objects.order_by("position")]),
        ("method", [(f"method:{value}", str(label)) for value, label in Method.choices]),
    ]


def speciality_names(wanted: Iterable[str]) -> dict[str, str]:
    """{code: name} for those wanted (two queries, none when none is wanted)."""
    codes = set(wanted) - {""}
    if not codes:
        return {}
    return {code: name for _kind, rows in speciality_choices() for code, name in rows if code in codes}


MARKET_OFFERS: Final = """
SELECT o.supervisor_id, o.hours - coalesce(b.hours, 0), o.hub_ids, p.groups, p.fields, p.methods,
       coalesce(s.longitude, t.longitude, h.longitude), coalesce(s.latitude, t.latitude, h.latitude)
FROM workforce_supervisionoffer o
JOIN workforce_supervisorprofile p ON p.worker_id = o.supervisor_id
JOIN workforce_worker w ON w.id = o.supervisor_id
JOIN network_station s ON s.id = w.station_id
LEFT JOIN network_station t ON t.id = s.town_id
LEFT JOIN network_station h ON h.id = s.hub_id
LEFT JOIN (SELECT supervisor_id, sum(hours) AS hours FROM workforce_supervisionbooking
           WHERE month = %(month)s AND state <> 'cancelled' GROUP BY 1) b ON b.supervisor_id = o.supervisor_id
WHERE o.month = %(month)s AND o.withdrawn_at IS NULL AND (%(hub)s::int IS NULL OR o.hub_id = %(hub)s)
  AND o.hours > coalesce(b.hours, 0)
ORDER BY o.supervisor_id
"""
# The workers of a request: the one who asks, or those at home at the station. A station has waited as long as the one
# of them who has waited longest.
MARKET_REQUESTS: Final = """
SELECT r.id, r.hub_id, r.hours, r.urgency, r.speciality, coalesce(w.days, -1), coalesce(w.ids, '{}'),
       coalesce(s.longitude, t.longitude, h.longitude), coalesce(s.latitude, t.latitude, h.latitude),
       coalesce(k.ids, '{}')
FROM workforce_supervisionrequest r
JOIN network_station s ON s.id = r.station_id
LEFT JOIN network_station t ON t.id = s.town_id
LEFT JOIN network_station h ON h.id = s.hub_id
LEFT JOIN LATERAL (
    SELECT array_agg(w.id) AS ids,
           CASE WHEN bool_or(l.held_on IS NULL) THEN -1 ELSE max(%(today)s - l.held_on) END AS days
    FROM workforce_worker w
    LEFT JOIN LATERAL (SELECT max(v.held_on) AS held_on FROM workforce_supervised v WHERE v.worker_id = w.id) l ON true
    WHERE CASE WHEN r.worker_id IS NULL THEN w.station_id = r.station_id ELSE w.id = r.worker_id END
      AND (w.until IS NULL OR w.until > %(today)s)
) w ON true
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT a.supervisor_id) AS ids FROM workforce_supervisionagreement a
    WHERE a.station_id = coalesce(s.town_id, s.id) AND a.state = 'running' AND a.until > %(today)s
) k ON true
WHERE r.month = %(month)s AND r.state = 'waiting' AND (%(hub)s::int IS NULL OR r.hub_id = %(hub)s)
  AND (%(only)s::uuid[] IS NULL OR r.id = ANY (%(only)s::uuid[]))
ORDER BY r.asked_at, r.id
"""


def pool_supervisors(hub: Station, month: date) -> list[PoolSupervisor]:
    """The month's offers with what is left of them, of the county or the whole city (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(MARKET_OFFERS, {"month": month, "hub": None if of_city(hub) else hub.pk})
        return [
            PoolSupervisor(
                key=key,
                halves=int(hours * HALVES_PER_HOUR),
                hubs=frozenset(hubs),
                specialities=frozenset(
                    f"{kind}:{code}"
                    for kind, codes in (("group", groups), ("field", fields), ("method", methods))
                    for code in codes
                ),
                place=_place(longitude, latitude),
            )
            for key, hours, hubs, groups, fields, methods, longitude, latitude in cursor.fetchall()
        ]


def pool_requests(
    hub: Station,
    month: date,
    today: date,
    *,
    only: Iterable[UUID] | None = None,
    pins: Mapping[str, int] | None = None,
    bars: Mapping[str, frozenset[int]] | None = None,
) -> list[PoolRequest]:
    """What waits in the month, of the county or the whole city, as the pool's rules want it (one query). `pins` and
    `bars` are the coordinator's, by request.
    """
    wanted = None if only is None else [str(each) for each in only]
    values = {"month": month, "today": today, "hub": None if of_city(hub) else hub.pk, "only": wanted}
    pins, bars = pins or {}, bars or {}
    with connection.cursor() as cursor:
        cursor.execute(MARKET_REQUESTS, values)
        rows = enumerate(cursor.fetchall())
    return [
        PoolRequest(
            key=str(key),
            hub=hub_id,
            halves=int(hours * HALVES_PER_HOUR),
            order=order,
            urgency=urgency,
            days=None if days < 0 else days,
            speciality=speciality,
            place=_place(longitude, latitude),
            workers=frozenset(workers),
            known=frozenset(known),
            barred=bars.get(str(key), frozenset()),
            pinned=pins.get(str(key)),
        )
        for order, (key, hub_id, hours, urgency, speciality, days, workers, longitude, latitude, known) in rows
    ]


def _place(longitude: Decimal | None, latitude: Decimal | None) -> Place | None:
    return None if longitude is None or latitude is None else (float(longitude), float(latitude))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody who could serve a request of a proposal: what it would be worth, how far, and the room that is left."""

    supervisor: SupervisorProfile
    pairing: Pairing
    free: Decimal
    has_room: bool


def alternatives(assignment: PoolAssignment, today: date) -> list[Alternative]:
    """Who suits a request of a proposal besides who has it, the best first (four queries)."""
    proposal = assignment.proposal
    found = pool_requests(proposal.hub, proposal.month, today, only=[assignment.request_id])
    if not found:
        return []
    taken: dict[int, Decimal] = {
        key: hours
        for key, hours in proposal.assignments.filter(supervisor__isnull=False)
        .values_list("supervisor_id")
        .annotate(hours=Sum("request__hours"))
        if key is not None
    }
    suits: dict[int, tuple[Pairing, Decimal]] = {}
    for each in pool_supervisors(proposal.hub, proposal.month):
        km = kilometres(each.place, found[0].place)
        if each.key != assignment.supervisor_id and refusal(each, found[0], km) is None:
            free = Decimal(each.halves) / HALVES_PER_HOUR - taken.get(each.key, Decimal(0))
            suits[each.key] = (pairing(each, found[0]), free)
    profiles = SupervisorProfile.objects.select_related("worker", "hub").in_bulk(list(suits))
    rows = [
        Alternative(profile, suits[key][0], suits[key][1], suits[key][1] >= assignment.request.hours)
        for key, profile in profiles.items()
    ]
    return sorted(rows, key=lambda row: (not row.has_room, -row.pairing.points, row.supervisor.pk))


# Professionals in service, and those of them who came to no supervision in 60 days (and were there that long).
COVERAGE: Final = """
SELECT {unit}, count(*), count(*) FILTER (WHERE v.worker_id IS NULL AND w.since <= %(limit)s)
FROM workforce_headcount w
LEFT JOIN (SELECT DISTINCT worker_id FROM workforce_supervised WHERE held_on > %(limit)s AND held_on <= %(day)s) v
     ON v.worker_id = w.id
WHERE (%(hub)s::int IS NULL OR w.hub_id = %(hub)s) AND w.is_professional AND w.since <= %(day)s
  AND (w.until IS NULL OR w.until > %(day)s)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A county or town: how many professionals, and how many of them without supervision for 60 days."""

    station: Station
    workers: int
    unsupervised: int


def coverage(hub: Station, day: date) -> list[Coverage]:
    """By county for the city, by town for a county; those with most unsupervised first (two queries)."""
    unit = "w.hub_id" if of_city(hub) else "coalesce(w.town_id, w.station_id)"
    limit = day - timedelta(days=UNSUPERVISED_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            COVERAGE.format(unit=unit), {"day": day, "limit": limit, "hub": None if of_city(hub) else hub.pk}
        )
        counts = {key: (workers, without) for key, workers, without in cursor.fetchall()}
    rows = [Coverage(place, *counts[place.pk]) for place in Station.objects.filter(pk__in=counts)]
    return sorted(rows, key=lambda row: (-row.unsupervised, row.station.path))
