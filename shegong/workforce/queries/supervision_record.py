"""A worker's record of supervision, received or given: the sessions of the last three years with what was said and what
became of the advice, as far as the viewer may read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.workforce.enums import Attendance, SupervisionFunction, SupervisionState
from shegong.workforce.models import SupervisionAdvice, SupervisionAgreement, SupervisionSession, Worker
from shegong.workforce.queries.supervision import (
    advice_seen,
    agreements_for,
    hours_between,
    last_supervised,
    notes_of,
    running,
    with_people,
)
from shegong.workforce.rules.career import SupervisionHours
from shegong.workforce.rules.credential import years_after
from shegong.workforce.rules.supervision import UNSUPERVISED_DAYS, hours_of

YEARS: Final = 3
MOST: Final = 400


@dataclass(frozen=True, slots=True)
class SupervisionGlance:
    """What a worker's page says of supervision: the agreements in force that the worker is under, the hours of this
    calendar year, when it was last and will be next; for a supervisor whom the own agreements are for.
    """

    agreements: list[SupervisionAgreement]
    gives: list[SupervisionAgreement]
    hours: SupervisionHours
    last_on: date | None
    planned: SupervisionSession | None

    @property
    def is_late(self) -> bool:
        """Whether there was none for 60 days."""
        return self.last_on is None or self.last_on <= clock.today() - timedelta(days=UNSUPERVISED_DAYS)


def supervision_glance(worker: Worker, now: datetime) -> SupervisionGlance:
    """See SupervisionGlance (four queries, five for a supervisor), as far as the viewer may see sessions."""
    today = clock.today()
    related = ("supervisor__worker", "station")
    mine = SupervisionSession.objects.filter(Q(attendees__worker=worker) | Q(supervisor_id=worker.pk)).distinct()
    planned = mine.filter(state=SupervisionState.PLANNED, ends_at__gte=now).select_related(*related)
    gives: list[SupervisionAgreement] = []
    if worker.is_supervisor:
        own = SupervisionAgreement.objects.filter(running(today), supervisor_id=worker.pk)
        gives = list(own.select_related("station").order_by("station__path"))
    return SupervisionGlance(
        agreements=list(agreements_for(worker).select_related(*related).order_by("kind", "since")),
        gives=gives,
        hours=hours_between(worker.pk, date(today.year, 1, 1), today),
        last_on=last_supervised([worker.pk]).get(worker.pk),
        planned=planned.order_by("starts_at").first(),
    )


@dataclass(frozen=True, slots=True)
class SupervisionRecord:
    """Sessions, the latest first, with notes and advice by session; hours in all and by function (a session with
    several functions counts for each). `is_whole` unless there are more sessions than are listed.
    """

    worker: Worker
    given: bool
    since: date
    sessions: list[SupervisionSession]
    notes: dict[UUID, str]
    advice: dict[UUID, list[SupervisionAdvice]]
    hours: Decimal
    by_function: list[tuple[SupervisionFunction, Decimal]]
    is_whole: bool


def supervision_record(viewer: Viewer, worker: Worker, today: date, *, given: bool) -> SupervisionRecord:
    """The record of who was supervised, or (`given`) of who supervises. Four queries."""
    since = years_after(today, -YEARS)
    start = datetime.combine(since, time(), tzinfo=timezone.get_default_timezone())
    found = _held(worker, given=given).filter(starts_at__gte=start).select_related("supervisor__worker", "station")
    rows = list(found.order_by("-starts_at", "-id")[: MOST + 1])
    sessions = with_people(rows[:MOST])
    keys = [each.pk for each in sessions]
    advice: dict[UUID, list[SupervisionAdvice]] = {}
    listed = advice_seen(viewer).filter(session_id__in=keys)
    if not given:
        # What colleagues of a group were advised is theirs.
        listed = listed.filter(responsible=worker)
    for each in listed.order_by("due_on", "id"):
        advice.setdefault(each.session_id, []).append(each)
    functions = [
        (function, _hours(each for each in sessions if function in each.functions)) for function in SupervisionFunction
    ]
    return SupervisionRecord(
        worker=worker,
        given=given,
        since=since,
        sessions=sessions,
        notes=notes_of(viewer, keys),
        advice=advice,
        hours=_hours(sessions),
        by_function=[(function, hours) for function, hours in functions if hours],
        is_whole=len(rows) <= MOST,
    )


def _held(worker: Worker, *, given: bool) -> QuerySet[SupervisionSession]:
    held = SupervisionSession.objects.filter(state=SupervisionState.HELD)
    if given:
        return held.filter(supervisor_id=worker.pk)
    return held.filter(attendees__worker=worker, attendees__presence=Attendance.PRESENT)


def _hours(sessions: Iterable[SupervisionSession]) -> Decimal:
    return hours_of(sum((each.ends_at - each.starts_at for each in sessions), timedelta()))
