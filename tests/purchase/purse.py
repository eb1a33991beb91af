"""A small city's purse for tests: two counties, two funds, a contract, officers."""

from decimal import Decimal
from typing import Any

from shegong.kernel import clock
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import FundKind, MoneyStage, Pays
from shegong.purchase.models import Balance, Contract, FiscalYear, Fund, LedgerEntry
from tests.factories import START, World

YEAR = clock.today().year
# What is unspent of a fund in a hub at the beginning of a test.
GIVEN = Decimal("1000.00")


class Purse:
    """The city's fund SW gave 1000 to each hub; the community fund CG may only buy services from a list."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.centre, self.a, self.b = world.centre, world.hubs["A"], world.hubs["B"]
        self.city, self.other_city = world.account("city", self.centre), world.account("city", self.centre)
        self.county, self.county_b = world.account("county", self.a), world.account("county", self.b)
        self.fund = self._fund("SW", FundKind.SOCIAL_WORK, Pays.OPERATION, Pays.PROJECT, is_pooled=True)
        self.own = self._fund("CB", FundKind.COUNTY, Pays.OPERATION)
        self.community = self._fund("CG", FundKind.COMMUNITY)
        self.community.rules.create(pays=Pays.ROOM_SERVICES, service_codes=["T01"], since=START)
        FiscalYear.objects.get_or_create(year=YEAR)
        self.agency = Organisation.objects.create(name="甲社工服务中心", kinds=["agency"], since=START)
        self.contract = self.make_contract("C-1")

    def _fund(self, code: str, kind: FundKind, *pays: Pays, is_pooled: bool = False) -> Fund:
        fund = Fund.objects.create(code=code, name_zh=code, name_en=code, kind=kind, is_pooled=is_pooled)
        for each in pays:
            fund.rules.create(pays=each, since=START)
        return fund

    def make_contract(self, number: str) -> Contract:
        """A contract of the agency."""
        until = clock.today().replace(year=YEAR + 1)
        return Contract.objects.create(
            number=number,
            organisation=self.agency,
            fund=self.fund,
            amount=500,
            since=clock.today(),
            until=until,
            hub=self.a,
        )

    def booking(self, amount: str, hub: str = "a", fund: Fund | None = None, **fields: Any) -> Booking:
        """A booking out of a hub's money of this year."""
        return Booking(fund or self.fund, getattr(self, hub).pk, YEAR, Decimal(amount), **fields)

    def fill(self) -> "Purse":
        """Appropriate 2500 and give 1000 to each hub."""
        with viewing(self.city.pk) as by:
            ledger.appropriate(self.booking("2500.00", "centre"), by=by, at=clock.now())
            for hub in "ab":
                ledger.allocate(self.booking(str(GIVEN), hub), by=by, at=clock.now())
        return self

    def commit(self, amount: str, account: Account | None = None, **words: Any) -> LedgerEntry:
        """Bind an amount of A's money to the contract."""
        with viewing((account or self.county).pk) as by:
            return ledger.commit(
                self.contract, self.booking(amount), pays=Pays.OPERATION, by=by, at=clock.now(), **words
            )  # fmt: skip

    def pay(self, amount: str, account: Account | None = None, **fields: object) -> LedgerEntry:
        """Pay an amount of A's money for the contract."""
        with viewing((account or self.county).pk) as by:
            return ledger.pay(self.contract, self.booking(amount, **fields), gate="signature", by=by, at=clock.now())

    def holds(self, stage: MoneyStage, hub: str = "a", fund: Fund | None = None, year: int = YEAR) -> Decimal:
        """What an account holds, read as the tables' owner."""
        found = Balance.objects.filter(
            fund=fund or self.fund, hub_id=getattr(self, hub).pk, year=year, stage=stage
        ).first()
        return found.amount if found else Decimal(0)
