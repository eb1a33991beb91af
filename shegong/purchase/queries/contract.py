"""What contracts say: to others, and of their own course."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet, Sum

from shegong.kernel.uploads.keeping import kept_content
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import DeductionState, Gate
from shegong.purchase.models import (
    Acceptance,
    AgencyAnswer,
    Claim,
    ClaimFile,
    Contract,
    ContractWarning,
    Deduction,
    Instalment,
    Payment,
)
from shegong.purchase.rules.contract import years_after
from shegong.workforce.queries.staffing import ServiceEnd

PARTIES = (Role.CITY, Role.COUNTY, Role.AGENCY)


def running(day: date) -> Q:
    """Contracts in force on a day."""
    return Q(since__lte=day, until__gt=day)


def contracts_at(station: Station | int, day: date) -> QuerySet[Contract]:
    """The contracts under which a station works on a day."""
    return Contract.objects.filter(running(day), stations=station)


def service_ends(day: date) -> list[ServiceEnd]:
    """For each agency and each station that it serves on a day under a contract: the day from which no contract runs
    (one query).
    """
    served = Contract.objects.filter(until__gt=day).order_by()
    rows = served.values_list("stations", "organisation").annotate(last=Max("until"))
    return [ServiceEnd(station, agency, last) for station, agency, last in rows if station]


def signs(viewer: Viewer, contract: Contract) -> bool:
    """Whether the contract is the viewer's to sign, change, judge and pay."""
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and contract.hub_id in viewer.hubs)


def contracts(viewer: Viewer) -> QuerySet[Contract]:
    """The contracts that a party sees: the city all, a county what it signed or what serves it, an agency its own."""
    found = Contract.objects.select_related("organisation", "fund", "hub")
    if viewer.has(Role.CITY):
        return found
    if viewer.has(Role.COUNTY):
        own = found.filter(hub_id__in=viewer.hubs)
        served = Contract.stations.through.objects.filter(station__hub_id__in=viewer.hubs).values("contract_id")
        return own | found.filter(pk__in=served)
    return found.filter(organisation_id__in=viewer.organisations)


def live_payment(instalment: Instalment) -> Payment | None:
    """The payment of an instalment that stands."""
    return instalment.payments.filter(corrected_at__isnull=True).first()


def latest_claim(instalment: Instalment) -> Claim | None:
    """The claim that counts."""
    return instalment.claims.order_by("-claimed_at").first()


@dataclass(frozen=True, slots=True)
class Due:
    """What is paid of an instalment, and what is held back of it."""

    amount: Decimal
    deducted: Decimal


def due_of(instalment: Instalment) -> Due:
    """What is due of an instalment (one query)."""
    held_back = instalment.deductions.filter(state=DeductionState.UPHELD).aggregate(total=Sum("amount"))["total"]
    deducted = held_back or Decimal(0)
    return Due(instalment.amount - deducted, deducted)


def gate_is_open(instalment: Instalment, day: date) -> bool:
    """Whether what an instalment waits for has happened by a day (as the database asks)."""
    contract = instalment.contract
    if instalment.gate == Gate.SIGNATURE:
        begun = years_after(contract.since, instalment.year - 1) if instalment.year > 1 else contract.signed_on
        return day >= max(begun, contract.signed_on)
    passed = Acceptance.objects.filter(contract=contract, year=instalment.year, kind=instalment.gate, held_on__lte=day)
    return passed.exclude(grade="fail").exists()


def place_of(file_id: UUID) -> str:
    """Where a file's pieces belong."""
    return f"purchase_claimpiece.sealed:{file_id}"


def content_of(file: ClaimFile) -> bytes:
    """What a file holds."""
    return kept_content(file.pieces.all(), place_of(file.pk))


@dataclass(slots=True)
class PlanRow:
    """An instalment with all that was asked, held back and paid of it."""

    instalment: Instalment
    is_open: bool
    claim: Claim | None
    deductions: list[Deduction]
    payment: Payment | None

    @property
    def deducted(self) -> Decimal:
        """What was held back for good."""
        return sum((each.amount for each in self.deductions if each.state == DeductionState.UPHELD), Decimal(0))

    @property
    def due(self) -> Decimal:
        """What is paid of it."""
        return self.instalment.amount - self.deducted

    @property
    def waits(self) -> bool:
        """Whether a deduction is undecided."""
        return any(each.state == DeductionState.PROPOSED for each in self.deductions)

    @property
    def is_payable(self) -> bool:
        """Whether it can be paid now."""
        invoiced = self.claim is not None and self.claim.amount == self.due
        return self.is_open and self.payment is None and not self.waits and (invoiced or self.due == 0)


def plan(contract: Contract, day: date) -> list[PlanRow]:
    """The payment plan with what became of it (six queries)."""
    passed = {(each.year, each.kind) for each in contract.acceptances.all() if each.passed and each.held_on <= day}
    parts = contract.instalments.prefetch_related(
        Prefetch("claims", Claim.objects.order_by("-claimed_at").prefetch_related("files")),
        Prefetch("deductions", Deduction.objects.select_related("answer").order_by("proposed_at")),
        Prefetch("payments", Payment.objects.filter(corrected_at__isnull=True)),
    )
    rows = []
    for part in parts:
        if part.gate == Gate.SIGNATURE:
            begun = years_after(contract.since, part.year - 1) if part.year > 1 else contract.signed_on
            is_open = day >= max(begun, contract.signed_on)
        else:
            is_open = (part.year, part.gate) in passed
        claims, payments = list(part.claims.all()), list(part.payments.all())
        first = claims[0] if claims else None
        rows.append(PlanRow(part, is_open, first, list(part.deductions.all()), payments[0] if payments else None))
    return rows


def warnings(contract: Contract) -> list[ContractWarning]:
    """A contract's warnings with the agency's answers, the latest first (one query)."""
    return list(contract.warnings.select_related("answer"))


def answered(warning: ContractWarning) -> AgencyAnswer | None:
    """The agency's answer, if there is one."""
    return getattr(warning, "answer", None)
