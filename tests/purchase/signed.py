"""A signed contract and what both sides do with it, for tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import payment, performance
from shegong.purchase.actions.contract import ContractDraft, sign
from shegong.purchase.actions.payment import Invoice
from shegong.purchase.actions.performance import Judgement
from shegong.purchase.enums import AcceptanceKind
from shegong.purchase.models import Acceptance, Claim, Contract, Deduction, Instalment, Payment
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules.contract import Pledge
from tests.factories import START
from tests.purchase.purse import Purse

# Points that add up to 90, and to 50.
WELL = {code: Decimal(most) * 9 / 10 for code, most, _label in rules.PARTS}
BADLY = {code: Decimal(most) / 2 for code, most, _label in rules.PARTS}


def agency_account(purse: Purse, agency: Organisation) -> Account:
    """Somebody who leads an agency."""
    account = Account.objects.create(username=f"lead{agency.pk}", display_name=agency.name)
    account.grants.create(role="agency", station=purse.centre, organisation=agency, since=START)
    return account


def draft_of(purse: Purse, **fields: Any) -> ContractDraft:
    """A year's contract for the town station of county A, begun half a year ago."""
    today = clock.today()
    usual: dict[str, Any] = {
        "title": "社工站运营服务", "organisation_id": purse.agency.pk, "fund_id": purse.fund.pk, "hub_id": purse.a.pk,
        "station_ids": (purse.world.towns["A"].pk,), "amount": Decimal("600.00"), "since": today,
        "until": rules.years_after(today, 1),
    }  # fmt: skip
    return ContractDraft(**(usual | fields))


class Deal:
    """A contract of 600 yuan in three parts (240, 240, 120), and its two sides."""

    def __init__(self, purse: Purse, **fields: Any) -> None:
        self.purse = purse
        self.agency = agency_account(purse, purse.agency)
        pledges = (Pledge("cases", 3, min_sessions=5), Pledge("hours", 100))
        with viewing(purse.county.pk) as by:
            self.contract: Contract = sign(draft_of(purse, **({"pledges": pledges} | fields)), by=by, at=clock.now())

    def part(self, number: int) -> Instalment:
        """An instalment, read anew."""
        return Instalment.objects.select_related("contract").get(contract=self.contract, number=number)

    def claim(self, number: int, amount: str = "", account: Account | None = None) -> Claim:
        """The agency's claim of an instalment, of its whole sum unless another is named."""
        with viewing((account or self.agency).pk) as by:
            part = self.part(number)
            invoice = Invoice(f"发票{number}", Decimal(amount) if amount else part.amount)
            return payment.claim(uuid7(), part, invoice, by=by, at=clock.now())

    def pay(self, number: int, account: Account | None = None, paid_on: date | None = None) -> Payment:
        """The county pays it."""
        with viewing((account or self.purse.county).pk) as by:
            return payment.pay_instalment(uuid7(), self.part(number), by=by, at=clock.now(), paid_on=paid_on)

    def judge(self, kind: AcceptanceKind, parts: dict[str, Decimal], **fields: Any) -> Acceptance:
        """The county's acceptance."""
        said = Judgement(kind, 1, clock.today(), parts, "按合同约定验收", **fields)
        with viewing(self.purse.county.pk) as by:
            return performance.accept(uuid7(), self.contract.pk, said, by=by, at=clock.now())

    def hold_back(self, number: int, amount: str) -> Deduction:
        """The county means to hold something back."""
        with viewing(self.purse.county.pk) as by:
            return payment.propose_deduction(
                uuid7(), self.part(number), amount=Decimal(amount), reason="少派驻一人", answer_by=clock.today(),
                by=by, at=clock.now(),
            )  # fmt: skip
