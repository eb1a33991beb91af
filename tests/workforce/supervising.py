"""Supervision in small worlds: supervisors of the house and from outside, agreements, sessions."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from shegong.kernel import clock
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.practice.models import Case, CaseReview
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAdviceStep,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionHandover,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    SupervisorProfile,
    Worker,
)
from tests.factories import START, World

HOUR = timedelta(hours=1)


def make_supervisor(world: World, station: Station, *hubs: Station) -> SupervisorProfile:
    """A supervisor at home at a station, with an account, who comes to the own hub and some others."""
    account = world.account("supervisor", station)
    worker = world.worker(station, account)
    Worker.objects.filter(pk=worker.pk).update(is_supervisor=True)
    kind = "external" if hubs else "internal"
    return SupervisorProfile.objects.create(
        worker=worker, hub_id=station.hub_id, kind=kind, functions=["education"], monthly_hours=20,
        hub_ids=[station.hub_id, *(each.pk for each in hubs)], since=START,
    )  # fmt: skip


def make_agreement(
    supervisor: SupervisorProfile, station: Station, *, state: str = "running", hours: str = "40", **more: object
) -> SupervisionAgreement:
    """An agreement in force, from a month ago for a year."""
    today = clock.today()
    values = {
        "kind": "internal" if supervisor.hub_id == station.hub_id else "external",
        "since": today - timedelta(days=30),
        "until": today + timedelta(days=335),
        "price": Decimal(0),
        "goals": "提升个案能力",
        **more,
    }
    return SupervisionAgreement.objects.create(
        supervisor=supervisor, station=station, hub_id=station.hub_id, state=state, hours=Decimal(hours), **values
    )


def make_session(
    agreement: SupervisionAgreement,
    workers: list[Worker],
    *,
    starts_at: datetime | None = None,
    length: timedelta = HOUR,
    state: str = "held",
) -> SupervisionSession:
    """A session, held yesterday unless said otherwise."""
    start = starts_at or clock.now() - timedelta(days=1)
    said = {"functions": ["education"], "topics": ["casework"]} if state == "held" else {}
    session = SupervisionSession.objects.create(
        agreement=agreement, supervisor_id=agreement.supervisor_id, station_id=agreement.station_id,
        hub_id=agreement.hub_id, starts_at=start, ends_at=start + length, state=state,
        cancel_reason="有事" if state == "cancelled" else "", **said,
    )  # fmt: skip
    SupervisionAttendee.objects.bulk_create(
        [
            SupervisionAttendee(
                session=session, worker=worker, supervisor_id=agreement.supervisor_id, hub_id=agreement.hub_id,
                presence="present" if state == "held" else "expected",
            )
            for worker in workers
        ]
    )  # fmt: skip
    return session


def make_advice(session: SupervisionSession, worker: Worker, *, due_on: date | None = None) -> SupervisionAdvice:
    """An open advice of a session."""
    return SupervisionAdvice.objects.create(
        session=session, supervisor_id=session.supervisor_id, station_id=session.station_id, hub_id=session.hub_id,
        text="下次家访前先做一次预估面谈", responsible=worker, due_on=due_on or clock.today() + timedelta(days=14),
    )  # fmt: skip


def fill_supervision(world: World, worker: Worker, account: Account, case: Case) -> SupervisionSession:
    """At least one row in every table of supervision, and a case under review."""
    now = clock.now()
    supervisor = make_supervisor(world, world.hubs["A"])
    other = make_supervisor(world, world.hubs["A"])
    agreement = make_agreement(supervisor, world.towns["A"])
    session = make_session(agreement, [worker])
    SupervisionNote.objects.create(session=session, record="讨论了一个个案")
    advice = make_advice(session, worker)
    SupervisionAdviceStep.objects.create(
        advice=advice, hub_id=session.hub_id, kind="acted", note="做了", by=account, at=now
    )
    of_session = {"session": session, "station_id": session.station_id, "hub_id": session.hub_id}
    SupervisionRating.objects.create(**of_session, worker=worker, helpful=5, respected=5, clear=4, rated_at=now)
    SupervisionHandover.objects.create(
        station_id=session.station_id, hub_id=session.hub_id, giver=supervisor, taker=other, note="接着跟进",
        given_on=clock.today(),
    )  # fmt: skip
    CaseReview.objects.create(
        hub_id=case.hub_id, station_id=case.station_id, session=session, case=case, question="下一步？", put_at=now,
        put_by=account,
    )  # fmt: skip
    return session
