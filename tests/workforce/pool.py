"""A small shared pool: supervisors of two counties, their offers, and who asks."""

from datetime import date
from decimal import Decimal
from typing import Any

from shegong.kernel import clock
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.workforce import tasks
from shegong.workforce.actions import pool, proposal
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionAgreement,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
    SupervisorProfile,
    Worker,
)
from shegong.workforce.rules.booking import RequestDraft, first_of_month, next_month
from tests.factories import START, World


def coming_month() -> date:
    """The month that is planned: the next one, whatever day it is."""
    return next_month(clock.today())


def fill_pool(asker: Worker, helper: Worker, account: Account) -> None:
    """A row in every table of the pool."""
    month = first_of_month(START)
    profile = SupervisorProfile.objects.create(
        worker=helper,
        hub_id=helper.hub_id,
        functions=["support"],
        monthly_hours=20,
        hub_ids=[asker.hub_id],
        since=START,
    )
    SupervisionOffer.objects.create(
        supervisor=profile, hub_id=helper.hub_id, month=month, hours=8, hub_ids=[asker.hub_id], offered_at=clock.now()
    )
    request = SupervisionRequest.objects.create(
        hub_id=asker.hub_id, station_id=asker.station_id, month=month, hours=2, topic="casework",
        asked_at=clock.now(), asked_by=account,
    )  # fmt: skip
    made = PoolProposal.objects.create(hub_id=asker.hub_id, month=month, asked_at=clock.now(), asked_by=account)
    PoolAssignment.objects.create(proposal=made, request=request, supervisor=profile, points=1, parts=[["base", 1]])
    SupervisionBooking.objects.create(
        request=request, supervisor=profile, hub_id=asker.hub_id, station_id=asker.station_id, month=month, hours=2,
        booked_at=clock.now(),
    )  # fmt: skip


class Pool:
    """Two counties, a supervisor in each who reach both, and their stations."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.month = coming_month()
        self.city = world.account(Role.CITY, world.centre)
        self.officer = world.account(Role.COUNTY, world.hubs["A"])
        self.other_officer = world.account(Role.COUNTY, world.hubs["B"])
        self.head = world.account(Role.HEAD, world.towns["A"])
        self.head_row = world.worker(world.towns["A"], self.head)
        self.worker = world.account(Role.WORKER, world.rooms["A1"])
        self.worker_row = world.worker(world.rooms["A1"], self.worker)
        self.colleague = world.account(Role.WORKER, world.rooms["A1"])
        self.stranger = world.account(Role.WORKER, world.rooms["B1"])
        self.stranger_row = world.worker(world.rooms["B1"], self.stranger)
        self.near, self.near_account = self._supervisor(world.hubs["A"])
        self.far, self.far_account = self._supervisor(world.hubs["B"])
        self.near_row, self.far_row = self.near.worker, self.far.worker

    def _supervisor(self, hub: Station) -> tuple[SupervisorProfile, Account]:
        account = self.world.account(Role.SUPERVISOR, hub)
        worker = self.world.worker(hub, account)
        Worker.objects.filter(pk=worker.pk).update(is_supervisor=True)
        hubs = [each.pk for each in self.world.hubs.values()]
        profile = SupervisorProfile.objects.create(
            worker=worker, hub_id=hub.pk, functions=["support"], groups=["older"], monthly_hours=20, hub_ids=hubs,
            since=START,
        )  # fmt: skip
        return profile, account

    def offer(self, account: Account, hours: float = 8, *, month: date | None = None) -> SupervisionOffer:
        """Hours offered by a supervisor in both counties."""
        hubs = [each.pk for each in self.world.hubs.values()]
        with viewing(account.pk) as viewer:
            return pool.offer_hours(month or self.month, Decimal(str(hours)), hub_ids=hubs, by=viewer, at=clock.now())

    def ask(self, account: Account, hours: float = 2, **more: Any) -> SupervisionRequest:
        """Somebody asks."""
        station = more.pop("station", None)
        draft = RequestDraft(month=self.month, hours=Decimal(str(hours)), topic="casework", **more)
        with viewing(account.pk) as viewer:
            return pool.ask_for_supervision(draft, station=station, by=viewer, at=clock.now())

    def proposed(self, account: Account) -> PoolProposal:
        """A proposal of the account's unit, computed."""
        with viewing(account.pk) as viewer:
            made = proposal.propose(self.month, by=viewer, at=clock.now())
        assert tasks.work_pool()
        made.refresh_from_db()
        assert made.state == "ready"
        return made

    def published(self, account: Account) -> PoolProposal:
        """A proposal, computed and published."""
        made = self.proposed(account)
        with viewing(account.pk) as viewer:
            return proposal.publish_proposal(made, by=viewer, at=clock.now())


def agreements_of(booking: SupervisionBooking) -> list[SupervisionAgreement]:
    """The agreements between the booking's supervisor and station."""
    place = booking.station.town_id or booking.station_id  # a room goes with its town station
    return list(SupervisionAgreement.objects.filter(supervisor_id=booking.supervisor_id, station_id=place))
