"""A small market for tests: a buyer, four agencies, assessors; and a purchase taken as far as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import award, panel
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import project as steps
from shegong.purchase.actions.project import CallForBids
from shegong.purchase.models import Bid, Licence, MethodRule, PanelMember, Project
from shegong.purchase.rules.project import BidDraft, ProjectDraft
from tests.factories import START
from tests.purchase.purse import YEAR, Purse

CRITERIA = [("报价", 20, True), ("服务方案", 50, False), ("人员", 30, False)]
# Valid codes of organisations that don't exist.
CODES = ("52510100500000000B", "525101005000000013", "52510100500000002W", "52510100500000003N")
BUYER_CODE = "11510100500000004L"


def credit_code(beginning: str) -> str:
    """A code of 18 characters with its check (GB 32100)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(beginning[:17]))
    return beginning[:17] + signs[(31 - total % 31) % 31]


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """The tables' owner changes what triggers would refuse: time can't be turned back otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class Market:
    """County A buys, out of its 1000; agencies 0 to 3 are licensed and act by one account each; three assessors."""

    def __init__(self, purse: Purse) -> None:
        self.purse, self.world = purse, purse.world
        self.county, self.city = purse.county, purse.city
        self.buyer = Organisation.objects.create(
            name="甲区民政局", kinds=["department"], credit_code=credit_code(BUYER_CODE), since=START
        )
        self.agencies = [
            Organisation.objects.create(
                name=f"{name}社工服务中心", kinds=["agency"], credit_code=credit_code(code), since=START
            )
            for name, code in zip("东南西北", CODES, strict=True)
        ]
        for agency in self.agencies:
            self.license(agency)
        self.firms = [self._agent(agency) for agency in self.agencies]
        self.assessors = [self.world.account("assessor", self.world.centre) for _ in range(3)]
        MethodRule.objects.update(bidding_days=0, notice_days=0, panel_size=3)

    def _agent(self, agency: Organisation) -> Account:
        account = Account.objects.create(username=f"firm{agency.pk}", display_name=f"负责人{agency.pk}")
        account.grants.create(role="agency", station=self.world.centre, organisation=agency, since=START)
        return account

    def license(self, agency: Organisation, until: date | None = None) -> Licence:
        """A registration in force until a day."""
        return Licence.objects.create(
            organisation=agency, kind="registration", number=f"L{agency.pk}", authority="民政局", since=START,
            until=until or clock.today() + timedelta(days=300),
        )  # fmt: skip

    def draft(self, **changes: Any) -> ProjectDraft:
        """A good need for 600 yuan."""
        since = clock.today()
        content: dict[str, Any] = {
            "title": "独居老人探访服务", "need": "为独居老人每周探访一次。", "nature": "service",
            "buyer_id": self.buyer.pk, "station_ids": [self.world.towns["A"].pk], "services": ["T01"],
            "fund_id": self.purse.fund.pk, "year": YEAR, "pays": "project", "budget": Decimal("600.00"),
            "labour_floor": 60, "since": since, "until": since + timedelta(days=360), "long_term_reason": "",
        }  # fmt: skip
        return ProjectDraft(**{**content, **changes})

    def need(self, **changes: Any) -> Project:
        """A need put down by the county."""
        with viewing(self.county.pk) as by:
            return steps.save_need(uuid7(), self.purse.a.pk, self.draft(**changes), by=by, at=clock.now())

    def reserved(self) -> Project:
        """Its money reserved, its criteria set."""
        project = self.need()
        with viewing(self.county.pk) as by:
            steps.set_criteria(project, CRITERIA, by=by, at=clock.now())
            return steps.reserve_budget(project, by=by, at=clock.now())

    def invited(self, method: str = "open_tender") -> Project:
        """Bids may come in for an hour."""
        project = self.reserved()
        asked = [] if method == "open_tender" else [agency.pk for agency in self.agencies[:3]]
        call = CallForBids(method, clock.now() + timedelta(hours=1), asked)
        with viewing(self.county.pk) as by:
            return award.invite(project, call, by=by, at=clock.now())

    def offer(self, project: Project, place: int, price: str = "500.00", **changes: Any) -> Bid:
        """An agency's bid."""
        draft = BidDraft(
            **{"price": Decimal(price), "labour_share": 70, "workers": 2, "hours": 800, "plan": "方案", **changes}
        )
        with viewing(self.firms[place].pk) as by:
            return bidding.submit_bid(uuid7(), project, draft, by=by, at=clock.now())

    def close(self, project: Project) -> Project:
        """The deadline has passed."""
        with unguarded("purchase_project"):
            Project.objects.filter(pk=project.pk).update(deadline=clock.now() - timedelta(minutes=1))
        project.refresh_from_db()
        return project

    def opened(self, bids: int = 3) -> Project:
        """Bids are in and opened."""
        project = self.invited()
        for place, price in zip(range(bids), ("500.00", "400.00", "450.00", "480.00"), strict=False):
            self.offer(project, place, price)
        self.close(project)
        with viewing(self.county.pk) as by:
            steps.ask_opening(project, by=by, at=clock.now())
        with viewing(self.city.pk) as by:
            return award.open_bids(project, by=by, at=clock.now())

    def seats(self, project: Project) -> list[PanelMember]:
        """Three assessors without interest."""
        made = []
        for account in self.assessors:
            with viewing(self.county.pk) as by:
                made.append(panel.appoint(project, account.pk, by=by, at=clock.now()))
            with viewing(account.pk) as by:
                panel.declare(made[-1], "", by=by, at=clock.now())
        return made

    def scored(self, best: int = 2) -> Project:
        """The panel is done: `best` gets 45 + 25 of each member, the others 30 + 15."""
        project = self.opened()
        for seat in self.seats(project):
            with viewing(seat.account_id) as by:
                seat.refresh_from_db()
                given = {}
                for bid, criterion in panel.sheet(seat):
                    is_best = bid.organisation_id == self.agencies[best].pk
                    high, low = ("45", "30") if criterion.points == 50 else ("25", "15")
                    given[bid.pk, criterion.pk] = Decimal(high if is_best else low)
                panel.save_scores(seat, given, submit=True, by=by, at=clock.now())
        with viewing(self.county.pk) as by:
            return steps.finish_scoring(project, by=by, at=clock.now())

    def awarded(self) -> Project:
        """And the award is public."""
        project = self.scored()
        with viewing(self.county.pk) as by:
            award.award(project, by=by, at=clock.now())
        project.refresh_from_db()
        return project
