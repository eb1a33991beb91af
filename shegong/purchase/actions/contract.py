"""Signing contracts. The money is bound in the same transaction: a contract without its money can't come to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.refused import told
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.actions import ledger
from shegong.purchase.enums import Pays
from shegong.purchase.models import Commitment, Contract, ContractEntry, Deliverable, Fund, Instalment
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules import money
from shegong.purchase.rules.contract import Part, Pledge


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """What is agreed, in yuan. `hub_id` is whose side buys and whose money it is: a county hub, or the support centre.

    `until` is the day after the last. `number` is given (hub's key, year, counter) unless one is brought; `plan` is
    40/40/20 of each year unless something else is agreed; `year` is the fiscal year whose money is bound, this one
    unless named. `services` are codes of the catalogue. `key` makes the binding of money safe to repeat. `pledges` are
    the commitments, `deliverables` (name, due day), `staff_needed` how many work at the stations at the least.
    """

    title: str
    organisation_id: int
    fund_id: int
    hub_id: int
    station_ids: tuple[int, ...]
    amount: Decimal
    since: date
    until: date
    number: str = ""
    pays: Pays = Pays.OPERATION
    services: tuple[str, ...] = ()
    plan: tuple[Part, ...] = ()
    long_term_reason: str = ""
    signed_on: date | None = None
    year: int | None = None
    key: UUID | None = None
    pledges: tuple[Pledge, ...] = ()
    deliverables: tuple[tuple[str, date], ...] = ()
    staff_needed: int = 0
    certified_needed: int = 0


@transaction.atomic
def sign(draft: ContractDraft, *, by: Viewer, at: datetime, reserved_for: str = "") -> Contract:
    """Sign a contract and bind its money: what was `reserved_for` a project ("project:<key>"), or what is free.

    Raises Problems at `number` (taken), `organisation`, `stations`, `amount` (insufficient, decimals, negative),
    `until`, `long_term_reason`, `plan`, `pays`, `services`, `year`, `signed_on`; 403 for another county's contract.
    """
    if not (by.has(Role.CITY) or (by.has(Role.COUNTY) and draft.hub_id in by.hubs)):
        raise Problem("contract_not_yours", _("您不能签订这份合同。"), status=403)
    signed_on = draft.signed_on or clock.today()
    years = rules.years_of(draft.since, draft.until) if draft.since < draft.until else 1
    parts = draft.plan or rules.usual_parts(draft.amount, years)
    wrong = money.amount_problem(draft.amount)
    raise_any(
        [
            wrong,
            rules.term_problem(draft.since, draft.until, draft.long_term_reason),
            None if wrong else rules.parts_problem(parts, draft.amount, years),
            _agency_problem(draft.organisation_id, signed_on),
            stations_problem(draft.hub_id, draft.station_ids),
            Problem("date_future", _("日期不能晚于今天。"), "signed_on") if signed_on > clock.today() else None,
            staff_problem(draft.staff_needed, draft.certified_needed),
            *(rules.pledge_problem(pledge, years) for pledge in draft.pledges),
        ]
    )
    contract = _written(draft, signed_on, by)
    Instalment.objects.bulk_create(
        Instalment(contract=contract, number=number, gate=part.gate, year=part.year, amount=part.amount)
        for number, part in enumerate(sorted(parts, key=_order), start=1)
    )
    promise(contract, draft.pledges)
    Deliverable.objects.bulk_create(
        Deliverable(contract=contract, number=number, name=name.strip()[:120], due_on=due_on)
        for number, (name, due_on) in enumerate(draft.deliverables, start=1)
    )
    booking = ledger.Booking(
        Fund.objects.get(pk=draft.fund_id), draft.hub_id, draft.year or clock.today().year, draft.amount,
        note=contract.name, key=draft.key,
    )  # fmt: skip
    entry = ledger.commit(
        contract, booking, pays=draft.pays, by=by, at=at, reserved_for=reserved_for, services=draft.services
    )
    ContractEntry.objects.create(entry=entry, contract=contract)
    log("sign_contract", "contract", contract.pk, by=by.account_id, at=at, hub_id=draft.hub_id,
        detail={"number": contract.number, "amount": str(draft.amount)})  # fmt: skip
    return contract


def promise(contract: Contract, pledges: Iterable[Pledge]) -> None:
    """Write down what is promised, after what is there."""
    first = contract.commitments.count() + 1
    Commitment.objects.bulk_create(
        Commitment(
            contract=contract, number=number, measure=pledge.measure, service_id=pledge.service_id,
            target=pledge.target, year=pledge.year, min_sessions=pledge.min_sessions,
            min_attendance=pledge.min_attendance, evidence=pledge.evidence.strip()[:200],
        )
        for number, pledge in enumerate(pledges, start=first)
    )  # fmt: skip


def staff_problem(staff: int, certified: int) -> Problem | None:
    """What is wrong with how many people are to be placed."""
    if not 0 <= staff <= 1000:
        return Problem("staff_range", _("派驻人数须在 0 到 1000 之间。"), "staff_needed")
    if not 0 <= certified <= staff:
        return Problem("certified_range", _("持证社工不能多于派驻人数。"), "certified_needed")
    return None


def stations_problem(hub_id: int, station_ids: Sequence[int]) -> Problem | None:
    """What is wrong with the stations of a contract: they exist, and a county buys for its own."""
    if not station_ids:
        return Problem("stations_missing", _("请选择服务的站点。"), "stations")
    hubs = dict(Station.objects.filter(pk__in=station_ids).values_list("id", "hub_id"))
    if len(hubs) != len(set(station_ids)):
        return Problem("station_unknown", _("没有这个站点。"), "stations")
    buyer = Station.objects.filter(pk=hub_id, tier__in=(Tier.CENTRE, Tier.HUB)).first()
    if buyer is None:
        return Problem("hub_unknown", _("购买方须是区(市)县或市级。"), "hub")
    if buyer.tier == Tier.HUB and set(hubs.values()) != {buyer.pk}:
        return Problem("stations_elsewhere", _("区(市)县只能为本地站点购买服务。"), "stations")
    return None


def _order(part: Part) -> tuple[int, int]:
    return part.year, [gate for gate, _share in rules.USUAL].index(part.gate)


def _agency_problem(organisation_id: int, on: date) -> Problem | None:
    agency = Organisation.objects.filter(pk=organisation_id, kinds__contains=[OrganisationKind.AGENCY]).first()
    if agency is None:
        return Problem("agency_unknown", _("请选择社工机构。"), "organisation")
    if on < agency.since or (agency.until is not None and on >= agency.until):
        return Problem("agency_not_active", _("这家机构在签订之日不在册。"), "organisation")
    return None


def _written(draft: ContractDraft, signed_on: date, by: Viewer) -> Contract:
    number = draft.number.strip() or _next_number(draft.hub_id, signed_on.year)
    contract = Contract(
        number=number, title=draft.title.strip(), organisation_id=draft.organisation_id, hub_id=draft.hub_id,
        fund_id=draft.fund_id, pays=draft.pays, service_codes=list(draft.services), amount=draft.amount,
        since=draft.since, until=draft.until, long_term_reason=draft.long_term_reason.strip(), signed_on=signed_on,
        signed_by_id=by.account_id, staff_needed=draft.staff_needed, certified_needed=draft.certified_needed,
    )  # fmt: skip
    taken = Problem("number_taken", _("这个合同编号已经用过。"), "number")
    with told(lambda rule: taken if "number" in rule else None):
        contract.save(force_insert=True)
    contract.stations.set(draft.station_ids)
    return contract


def _next_number(hub_id: int, year: int) -> str:
    """The hub's key, the year and the next free counter; whoever signs for the hub at the same time waits."""
    hub = Station.objects.select_for_update(no_key=True).get(pk=hub_id)
    prefix = f"{hub.key}-{year}-"
    numbers = Contract.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    counters = [int(tail) for tail in (number.removeprefix(prefix) for number in numbers) if tail.isdecimal()]
    return f"{prefix}{max(counters, default=0) + 1:03d}"
