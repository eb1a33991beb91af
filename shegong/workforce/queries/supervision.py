"""Supervision as its pages show it: a supervisor's work, a worker's advice, and who covers which station.

Who is covered by an agreement: the professionals at home at its station or in the station's rooms; where it names
workers, those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from shegong.kernel import clock
from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import AdviceState, AgreementState, Attendance, SupervisionState, SupervisorKind
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionHandover,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    SupervisorProfile,
    Worker,
)
from shegong.workforce.rules.career import SupervisionHours
from shegong.workforce.rules.credential import years_after
from shegong.workforce.rules.supervision import UNSUPERVISED_DAYS, cost, hours_of

READERS: Final = (Role.WORKER, Role.HEAD, Role.SUPERVISOR, Role.COUNTY, Role.CITY)
OFFICERS: Final = (Role.HEAD, Role.COUNTY, Role.CITY)
PAGE_SIZE: Final = 25
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Supervisee:
    """A worker under an agreement in force, and the day of the last session that the worker came to."""

    worker: Worker
    station: str
    last_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class SupervisorDesk:
    """All on a supervisor's page. `rating` is (how many, helpful, respected, clear), from three ratings on."""

    profile: SupervisorProfile
    agreements: list["Ledger"]
    supervisees: list[Supervisee]
    due: list[SupervisionSession]
    advice: list[SupervisionAdvice]
    handovers: list[SupervisionHandover]
    rating: tuple[int, Decimal, Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class WorkerDesk:
    """All on a supervised worker's page: advice to act on, what is planned, sessions to rate, the record."""

    advice: list[SupervisionAdvice]
    planned: list[SupervisionSession]
    to_rate: list[SupervisionSession]
    held: Page[SupervisionSession]
    minutes: int
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """An agreement's hours and cost so far, from its held sessions."""

    agreement: SupervisionAgreement
    held: timedelta
    sessions: int

    @property
    def hours(self) -> Decimal:
        """Hours held."""
        return hours_of(self.held)

    @property
    def hours_left(self) -> Decimal:
        """Hours still to be held."""
        return self.agreement.hours - self.hours

    @property
    def cost(self) -> Decimal:
        """What was held costs, in yuan."""
        return cost(self.hours, self.agreement.price)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A station, who supervises it from inside and from outside, and how many of its workers have nobody lately."""

    station: Station
    internal: list[SupervisionAgreement]
    external: list[SupervisionAgreement]
    workers: int
    unsupervised: int


def own_worker(viewer: Viewer) -> Worker | None:
    """The viewer as a worker (one query)."""
    return Worker.objects.filter(account_id=viewer.account_id).select_related("station").first()


def running(day: date, prefix: str = "") -> Q:
    """Agreements in force on a day."""
    return Q(
        **{
            f"{prefix}state": AgreementState.RUNNING,
            f"{prefix}since__lte": day,
            f"{prefix}until__gt": day,
        }
    )


def _known(viewer: Viewer) -> Q:
    """Rows of the counties where the viewer works, of the agency's stations, and those of the viewer as supervisor."""
    if viewer.has(Role.CITY):
        return Q()
    hubs = Station.objects.filter(pk__in=viewer.units).values("hub_id")
    reach = Q(supervisor__worker__account_id=viewer.account_id) | Q(station_id__in=viewer.stations)
    return reach | Q(hub_id__in=hubs) if viewer.has(*READERS) else reach


def agreements_seen(viewer: Viewer) -> QuerySet[SupervisionAgreement]:
    """The agreements that the viewer may see, with supervisor and station."""
    if not viewer.has(*READERS, Role.AGENCY):
        return SupervisionAgreement.objects.none()
    return SupervisionAgreement.objects.filter(_known(viewer)).select_related("supervisor__worker", "station", "hub")


def sessions_seen(viewer: Viewer) -> QuerySet[SupervisionSession]:
    """The sessions that the viewer may see, with supervisor and station."""
    if not viewer.has(*READERS, Role.AGENCY):
        return SupervisionSession.objects.none()
    found = SupervisionSession.objects.filter(_known(viewer))
    return found.select_related("supervisor__worker", "station", "agreement")


def _officer(viewer: Viewer) -> Q:
    """Rows of stations whose supervision the viewer answers for, as head or county."""
    if not viewer.has(Role.HEAD, Role.COUNTY):
        return Q(pk__in=[])
    return Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)


def advice_seen(viewer: Viewer) -> QuerySet[SupervisionAdvice]:
    """The advice that the viewer gave, acts on or answers for."""
    if not viewer.has(*READERS):
        return SupervisionAdvice.objects.none()
    me = viewer.account_id
    own = Q(supervisor__worker__account_id=me) | Q(responsible__account_id=me)
    found = SupervisionAdvice.objects.filter(own | _officer(viewer))
    return found.select_related("supervisor__worker", "responsible", "station")


def notes_of(viewer: Viewer, sessions: Iterable[UUID]) -> dict[UUID, str]:
    """{session: what was said}, for those who were there or are expected, the head and the county. One query."""
    me = viewer.account_id
    officer = Q(session__in=SupervisionSession.objects.filter(_officer(viewer)).values("pk"))
    there = Q(session__attendees__worker__account_id=me) | Q(session__supervisor__worker__account_id=me)
    found = SupervisionNote.objects.filter(officer | there, session_id__in=list(sessions))
    return dict(found.values_list("session_id", "record"))


def covered(agreement: SupervisionAgreement) -> QuerySet[Worker]:
    """The workers that an agreement is for, by name; the supervisor isn't one of them."""
    today = clock.today()
    place = Q(station_id=agreement.station_id)
    if agreement.station.tier == Tier.STATION:
        place |= Q(station__town_id=agreement.station_id)
    place &= Q(is_professional=True)
    if agreement.supervisee_ids:
        place = Q(pk__in=agreement.supervisee_ids)
    present = Q(until__isnull=True) | Q(until__gt=today)
    found = Worker.objects.filter(place, present, hub_id=agreement.hub_id).exclude(pk=agreement.supervisor_id)
    return found.order_by("sort_key", "id")


def agreements_for(worker: Worker) -> QuerySet[SupervisionAgreement]:
    """The agreements in force today that a worker is covered by, like `covered`."""
    whole = Q(supervisee_ids=[], station_id__in=[worker.station_id, worker.station.town_id or worker.station_id])
    named = Q(supervisee_ids__contains=[worker.pk])
    found = SupervisionAgreement.objects.filter(running(clock.today()), hub_id=worker.hub_id)
    return found.filter(whole | named if worker.is_professional else named).exclude(supervisor_id=worker.pk)


def is_supervisee(worker_id: int) -> bool:
    """Whether the viewer supervises a worker today, under an agreement in force. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = ANY (wall_supervisees())", [worker_id])
        return bool(cursor.fetchone()[0])


def last_supervised(workers: Iterable[int]) -> dict[int, date]:
    """{worker: day of the last held session that the worker came to}. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id, max(held_on) FROM workforce_supervised WHERE worker_id = ANY (%s) GROUP BY 1",
            [list(workers)],
        )
        return dict(cursor.fetchall())


def hours_in_a_year(worker_id: int, today: date) -> SupervisionHours:
    """Hours of the year up to today in which somebody was supervised, and supervised others. One query."""
    return hours_between(worker_id, years_after(today, -1) + timedelta(days=1), today)


def hours_between(worker_id: int, first: date, last: date) -> SupervisionHours:
    """The same from a day to a day, both included. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(received), 0)::float8, coalesce(sum(given), 0)::float8 FROM workforce_supervisiontime "
            "WHERE worker_id = %s AND held_on >= %s AND held_on <= %s",
            [worker_id, first, last],
        )
        return SupervisionHours(*cursor.fetchone())


def ledgers(agreements: Iterable[SupervisionAgreement]) -> list[Ledger]:
    """Hours and cost of agreements. One query."""
    listed = list(agreements)
    held = (
        SupervisionSession.objects.filter(agreement__in=[each.pk for each in listed], state=SupervisionState.HELD)
        .order_by()
        .values_list("agreement_id")
        .annotate(length=Sum(F("ends_at") - F("starts_at")), n=Count("pk"))
    )
    found: dict[UUID, tuple[timedelta, int]] = {key: (length, n) for key, length, n in held}
    return [Ledger(each, *found.get(each.pk, (timedelta(0), 0))) for each in listed]


def supervisor_desk(viewer: Viewer, now: datetime) -> SupervisorDesk | None:
    """A supervisor's page, in at most nine queries; None for who has no profile."""
    profile = SupervisorProfile.objects.filter(worker__account_id=viewer.account_id).select_related("worker").first()
    if profile is None:
        return None
    today = clock.today()
    agreements = list(
        SupervisionAgreement.objects.filter(running(today), supervisor=profile)
        .select_related("station", "supervisor__worker")
        .order_by("station__path", "id")
    )
    sessions = SupervisionSession.objects.filter(supervisor=profile, state=SupervisionState.PLANNED)
    advice = SupervisionAdvice.objects.filter(supervisor=profile, state__in=(AdviceState.OPEN, AdviceState.ACTED))
    return SupervisorDesk(
        profile=profile,
        agreements=ledgers(agreements),
        supervisees=_supervisees(agreements, today),
        due=with_people(sessions.select_related("station").order_by("starts_at")[:SHOWN]),
        advice=list(advice.select_related("responsible", "station").order_by("-state", "due_on", "id")[:SHOWN]),
        handovers=list(
            SupervisionHandover.objects.filter(taker=profile, acknowledged_at__isnull=True)
            .select_related("giver__worker", "station")
            .order_by("given_on")
        ),
        rating=_own_rating(now - timedelta(days=365)),
    )


def _own_rating(since: datetime) -> tuple[int, Decimal, Decimal, Decimal] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM workforce_own_rating(%s)", [since.date()])
        found = cursor.fetchone()
    return (int(found[0]), found[1], found[2], found[3]) if found else None


def _supervisees(agreements: list[SupervisionAgreement], today: date) -> list[Supervisee]:
    """Who is under these agreements, those longest without supervision first. Two queries."""
    named = {worker for each in agreements for worker in each.supervisee_ids}
    whole = [each.station_id for each in agreements if not each.supervisee_ids]
    if not agreements:
        return []
    at = Q(station_id__in=whole) | Q(station__town_id__in=whole)
    place = at & Q(is_professional=True) | Q(pk__in=named)
    present = Q(until__isnull=True) | Q(until__gt=today)
    workers = (
        Worker.objects.filter(place, present)
        .exclude(pk__in=[each.supervisor_id for each in agreements])
        .select_related("station")
    )
    found = list(workers)
    last = last_supervised(worker.pk for worker in found)
    limit = today - timedelta(days=UNSUPERVISED_DAYS)
    made = [
        Supervisee(worker, worker.station.name, day, day is None or day <= limit)
        for worker, day in ((worker, last.get(worker.pk)) for worker in found)
    ]
    return sorted(made, key=lambda each: (each.last_on or date.min, each.worker.sort_key))


def with_people(sessions: Iterable[SupervisionSession]) -> list[SupervisionSession]:
    """The sessions with their attendees' names as `people`. Two queries."""
    found = list(sessions)
    people: dict[UUID, list[str]] = {}
    rows = SupervisionAttendee.objects.filter(session__in=found).exclude(presence=Attendance.ABSENT)
    for session_id, name in rows.order_by("worker__sort_key").values_list("session_id", "worker__name"):
        people.setdefault(session_id, []).append(name)
    for each in found:
        each.people = people.get(each.pk, [])
    return found


def worker_desk(viewer: Viewer, worker: Worker, cursor: str | None = None) -> WorkerDesk:
    """A supervised worker's page, in at most six queries."""
    came: QuerySet[Any] = SupervisionSession.objects.filter(
        attendees__worker=worker, attendees__presence=Attendance.PRESENT, state=SupervisionState.HELD
    )
    planned = SupervisionSession.objects.filter(attendees__worker=worker, state=SupervisionState.PLANNED)
    rated = SupervisionRating.objects.filter(worker=worker).values("session_id")
    related = ("supervisor__worker", "station")
    with connection.cursor() as each:
        each.execute(
            "SELECT max(v.held_on) FROM workforce_supervised v WHERE v.worker_id = %s",
            [worker.pk],
        )
        last_on = each.fetchone()[0]
    total = came.order_by().aggregate(length=Sum(F("ends_at") - F("starts_at")))["length"] or timedelta(0)
    recent = clock.now() - timedelta(days=UNSUPERVISED_DAYS)
    page: Page[SupervisionSession] = page_of(came.select_related(*related), ["-starts_at", "-id"], cursor, PAGE_SIZE)
    return WorkerDesk(
        advice=advice_to_act_on(worker.pk),
        planned=list(planned.select_related(*related).order_by("starts_at")[:SHOWN]),
        to_rate=list(
            came.filter(starts_at__gte=recent).exclude(pk__in=rated).select_related(*related).order_by("-starts_at")[:5]
        ),
        held=page,
        minutes=int(total.total_seconds() // 60),
        last_on=last_on,
    )


def advice_to_act_on(worker_id: int, limit: int = SHOWN) -> list[SupervisionAdvice]:
    """A worker's open advice, the most urgent first. One query."""
    found = SupervisionAdvice.objects.filter(responsible_id=worker_id, state=AdviceState.OPEN)
    return list(found.select_related("supervisor__worker", "station").order_by("due_on", "id")[:limit])


def advice_to_follow_up(viewer: Viewer, limit: int = SHOWN) -> list[SupervisionAdvice]:
    """Advice of the viewer's that was acted on and waits for a look. One query."""
    found = SupervisionAdvice.objects.filter(supervisor__worker__account_id=viewer.account_id, state=AdviceState.ACTED)
    return list(found.select_related("responsible", "station").order_by("due_on", "id")[:limit])


def officer_hubs(viewer: Viewer) -> list[Station]:
    """The hubs whose pairing the viewer looks after, the city's officers all of them. One query."""
    hubs = Station.objects.filter(tier=Tier.HUB)
    if not viewer.has(Role.CITY):
        own = Q(pk__in=viewer.hubs) | Q(below_hub__in=viewer.stations)
        hubs = hubs.filter(own).distinct()
    return list(hubs.order_by("path"))


def pairings(viewer: Viewer, hub: Station, day: date) -> list[Pairing]:
    """Each of a hub's stations (without rooms) with its supervisors, the least supervised first. Four queries.

    A station's numbers include its rooms' workers.
    """
    places = Station.objects.filter(hub=hub, tier__in=(Tier.HUB, Tier.STATION)).exclude(stage=Stage.CLOSED)
    if not viewer.has(Role.CITY) and hub.pk not in viewer.hubs:
        places = places.filter(pk__in=viewer.stations)
    agreements: dict[tuple[int, str], list[SupervisionAgreement]] = {}
    in_force = SupervisionAgreement.objects.filter(running(day), hub=hub).select_related("supervisor__worker", "hub")
    for each in in_force.order_by("since"):
        agreements.setdefault((each.station_id, each.kind), []).append(each)
    with connection.cursor() as cursor:
        cursor.execute(COVERAGE, {"hub": hub.pk, "day": day, "limit": day - timedelta(days=UNSUPERVISED_DAYS)})
        counts = {place: (workers, late) for place, workers, late in cursor.fetchall()}
    made = [
        Pairing(
            station=place,
            internal=agreements.get((place.pk, SupervisorKind.INTERNAL.value), []),
            external=agreements.get((place.pk, SupervisorKind.EXTERNAL.value), []),
            workers=counts.get(place.pk, (0, 0))[0],
            unsupervised=counts.get(place.pk, (0, 0))[1],
        )
        for place in places.order_by("path")
    ]
    return sorted(made, key=lambda each: (-each.unsupervised, each.station.path))


COVERAGE: Final = """
SELECT coalesce(w.town_id, w.station_id), count(*),
       count(*) FILTER (WHERE v.worker_id IS NULL AND w.since <= %(limit)s)
FROM workforce_headcount w
LEFT JOIN (SELECT DISTINCT worker_id FROM workforce_supervised WHERE held_on > %(limit)s AND held_on <= %(day)s) v
     ON v.worker_id = w.id
WHERE w.hub_id = %(hub)s AND w.is_professional AND w.since <= %(day)s AND (w.until IS NULL OR w.until > %(day)s)
GROUP BY 1"""


def unsupervised_of(viewer: Viewer, hub: Station, day: date) -> list[Supervisee]:
    """The hub's professionals in service for 60 days who had no supervision in them, those longest without first. Two
    queries.
    """
    workers = Worker.objects.filter(Q(until__isnull=True) | Q(until__gt=day), hub=hub, is_professional=True)
    if not viewer.has(Role.CITY) and hub.pk not in viewer.hubs:
        workers = workers.filter(station_id__in=viewer.stations)
    found = list(workers.select_related("station"))
    last = last_supervised(worker.pk for worker in found)
    limit = day - timedelta(days=UNSUPERVISED_DAYS)
    late = [
        Supervisee(worker, worker.station.name, last.get(worker.pk), True)
        for worker in found
        if last.get(worker.pk, date.min) <= limit and worker.since <= limit
    ]
    return sorted(late, key=lambda each: (each.last_on or date.min, each.worker.sort_key))


def hub_ledger(viewer: Viewer, hub: Station, day: date) -> list[Ledger]:
    """Hours and cost of a hub's agreements of this year, those in force first. Two queries."""
    found = SupervisionAgreement.objects.filter(hub=hub, until__gt=date(day.year, 1, 1)).exclude(
        state=AgreementState.DRAFT
    )
    if not viewer.has(Role.CITY) and hub.pk not in viewer.hubs:
        found = found.filter(station_id__in=viewer.stations)
    return ledgers(found.select_related("supervisor__worker", "station").order_by("-state", "station__path", "id"))


def handovers_of(viewer: Viewer, hub: Station) -> list[SupervisionHandover]:
    """The latest hand-overs between the supervisors of a hub's stations. One query."""
    found = SupervisionHandover.objects.filter(hub=hub).select_related("giver__worker", "taker__worker", "station")
    return list(found.order_by("-given_on", "-id")[:10])


@dataclass(frozen=True, slots=True)
class AgreementOffer:
    """What can be chosen in an agreement."""

    stations: list[Station]
    supervisors: list[SupervisorProfile]
    workers: list[Worker]


def agreement_offer(viewer: Viewer, station_id: int | None) -> AgreementOffer:
    """Stations that the viewer answers for, supervisors who can come there, the station's workers. Three queries."""
    today = clock.today()
    places = Station.objects.exclude(stage=Stage.CLOSED).exclude(tier=Tier.ROOM)
    if not viewer.has(Role.CITY):
        places = places.filter(Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations))
    if station_id is not None:
        places = places.filter(pk=station_id)
    stations = list(places.order_by("path"))
    hubs = {each.hub_id for each in stations}
    present = Q(until__isnull=True) | Q(until__gt=today)
    supervisors = SupervisorProfile.objects.filter(present, hub_ids__overlap=list(hubs)).select_related("worker", "hub")
    workers: list[Worker] = []
    if station_id is not None:
        at = Worker.objects.filter(present, Q(station_id=station_id) | Q(station__town_id=station_id))
        workers = list(at.select_related("station").order_by("sort_key"))
    return AgreementOffer(stations, list(supervisors.order_by("kind", "worker__sort_key")), workers)


def last_day(agreement: SupervisionAgreement) -> date:
    """The last day of an agreement's term."""
    return agreement.until - timedelta(days=1)


def takers(agreement: SupervisionAgreement) -> list[SupervisorProfile]:
    """The station's other supervisors in force. One query."""
    others = SupervisionAgreement.objects.filter(running(clock.today()), station_id=agreement.station_id)
    found = SupervisorProfile.objects.filter(pk__in=others.values("supervisor_id")).exclude(pk=agreement.supervisor_id)
    return list(found.select_related("worker"))


def people_of(agreement: SupervisionAgreement, more: Iterable[int]) -> list[Worker]:
    """The workers that an agreement is for, and some others who are expected. Two queries at most."""
    found = list(covered(agreement))
    known = {each.pk for each in found}
    missing = [pk for pk in more if pk not in known]
    return [*found, *Worker.objects.filter(pk__in=missing)] if missing else found


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A session with its people and, as far as the viewer may see them, note and advice."""

    people: list[SupervisionAttendee]
    record: str
    advice: list[SupervisionAdvice]
    ratings: list[SupervisionRating]
    may_rate: bool


def session_file(viewer: Viewer, session: SupervisionSession, me: Worker | None) -> SessionFile:
    """All on a session's page, without what the viewer isn't concerned with. Four queries."""
    people = list(session.attendees.select_related("worker").order_by("worker__sort_key"))
    own = me.pk if me else 0
    is_supervisor = own == session.supervisor_id
    given = Q(pk__in=[]) if is_supervisor else Q(worker_id=own) | _officer(viewer)
    ratings = list(session.ratings.filter(given).select_related("worker").order_by("rated_at"))
    came = any(each.worker_id == own and each.presence == Attendance.PRESENT for each in people)
    rated = any(each.worker_id == own for each in ratings)
    advice = session.advice.filter(Q(supervisor_id=own) | Q(responsible_id=own) | _officer(viewer))
    return SessionFile(
        people=people,
        record=notes_of(viewer, [session.pk]).get(session.pk, ""),
        advice=list(advice.select_related("responsible").order_by("due_on", "id")),
        ratings=ratings,
        may_rate=came and not rated and session.state == SupervisionState.HELD,
    )
