"""Where the money of a year went: from each source to the counties, to their contracts, to the groups served."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from shegong.catalogue.models import PopulationGroup
from shegong.indicators.money.rules import cents, divided_among, yuan
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.purchase.enums import OUTSIDE, EntryKind, MoneyStage
from shegong.purchase.models import Contract, Fund, LedgerEntry, SubjectBalance
from shegong.purchase.queries import ledger

# More contracts than these don't fit into one picture: then counties lead on to pictures of their own.
CONTRACTS_DRAWN: Final = 24
RESTRICTED: Final = 9999  # stands last among the groups
SUBJECT: Final = "contract:"
HELD: Final = (MoneyStage.COMMITTED, MoneyStage.PAID)


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A place where money is: its column, what kind of place, which one."""

    column: int
    kind: str
    key: str


@dataclass(slots=True)
class Course:
    """The money's way: `flows` in cents from node to node, `names` of the nodes, `codes` of the funds among them."""

    year: int
    fund: Fund | None
    hub: Station | None
    contract: Contract | None
    money: ledger.Money
    flows: dict[tuple[Node, Node], int] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    codes: dict[Node, str] = field(default_factory=dict)
    counties: list["County"] = field(default_factory=list)
    contracts: list["Bought"] = field(default_factory=list)
    payments: list[LedgerEntry] = field(default_factory=list)

    def add(self, start: Node, end: Node, amount: int) -> None:
        """Let cents flow."""
        if amount:
            self.flows[start, end] = self.flows.get((start, end), 0) + amount

    @property
    def steps(self) -> list[tuple[str, str, Decimal]]:
        """(from, to, yuan) of each flow, from left to right."""
        return [(self.names[start], self.names[end], yuan(amount)) for (start, end), amount in self.flows.items()]


@dataclass(frozen=True, slots=True)
class County:
    """What a county had of the money: all of it, bound by contracts, paid."""

    hub: Station
    money: ledger.Money


@dataclass(frozen=True, slots=True)
class Bought:
    """A contract with what is bound and paid for it, and how long was worked under it, in one county or all shown."""

    contract: Contract
    committed: Decimal
    paid: Decimal
    work_minutes: int

    @property
    def bound(self) -> Decimal:
        """Paid or still to be paid."""
        return self.committed + self.paid

    @property
    def hours(self) -> Decimal:
        """Of work."""
        return Decimal(self.work_minutes) / 60


Held = dict[tuple[int, int, int, str], int]  # (fund, hub, contract, stage): cents


def course(
    viewer: Viewer, year: int, fund: Fund | None = None, hub_id: int | None = None, contract_id: int | None = None
) -> Course:
    """Where a year's money went, of all funds or one, of all counties that the viewer sees or one, of all contracts or
    one (at most nine queries). The groups that a payment reached are those of the year's work under its contract in its
    county, by minutes.
    """
    hubs = {hub.pk: hub for hub in ledger.hubs_of(viewer) if hub_id in (None, hub.pk)}
    rows = ledger.balances(viewer).filter(year=year, hub_id__in=hubs)
    held = _held(viewer, year, hubs, fund, contract_id)
    contracts = Contract.objects.select_related("organisation").in_bulk({key[2] for key in held})
    found = Course(year, fund, hubs.get(hub_id or 0), contracts.get(contract_id or 0), ledger.Money())
    if fund is not None:
        rows = rows.filter(fund=fund)
    minutes = _minutes(list(hubs), year)
    balances: dict[tuple[int, int], ledger.Money] = {}
    for fund_id, place, stage, amount in rows.values_list("fund_id", "hub_id", "stage", "amount"):
        if contract_id is None:
            balances.setdefault((fund_id, place), ledger.Money()).add(stage, amount)
            found.money.add(stage, amount)
    for (fund_id, place, _contract, stage), bound in held.items():
        if contract_id is not None:
            balances.setdefault((fund_id, place), ledger.Money()).add(stage, yuan(bound))
            found.money.add(stage, yuan(bound))
    _draw(found, balances, held, minutes, hubs)
    _name(found, hubs, contracts)
    found.counties = _counties(balances, hubs)
    found.contracts = _bought(held, contracts, minutes)
    if contract_id is not None:
        found.payments = _payments(viewer, year, fund, hub_id, contract_id)
    return found


def _held(viewer: Viewer, year: int, hubs: Iterable[int], fund: Fund | None, contract_id: int | None) -> Held:
    """What contracts hold and were paid (one query)."""
    rows = SubjectBalance.objects.filter(year=year, hub_id__in=hubs, stage__in=HELD, subject__startswith=SUBJECT)
    if fund is not None:
        rows = rows.filter(fund=fund)
    if contract_id is not None:
        rows = rows.filter(subject=f"{SUBJECT}{contract_id}")
    found: Held = {}
    for subject, fund_id, hub_id, stage, amount in rows.order_by("subject", "fund_id", "hub_id").values_list(
        "subject", "fund_id", "hub_id", "stage", "amount"
    ):
        if amount:
            found[fund_id, hub_id, int(subject.removeprefix(SUBJECT)), stage] = cents(amount)
    return found


def _minutes(hubs: list[int], year: int) -> dict[tuple[int, int], dict[int, int]]:
    """{(contract, hub): {group (0: restricted): minutes of work}} of a year (one query)."""
    found: dict[tuple[int, int], dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM indicators_paid_groups(%s, %s, %s)", [hubs, date(year, 1, 1), date(year + 1, 1, 1)]
        )
        for contract_id, hub_id, group_id, worked in cursor.fetchall():
            found.setdefault((contract_id, hub_id), {})[group_id] = worked
    return found


def _draw(
    found: Course,
    balances: dict[tuple[int, int], ledger.Money],
    held: Held,
    minutes: dict[tuple[int, int], dict[int, int]],
    hubs: dict[int, Station],
) -> None:
    """Put the flows in, from left to right, each column in its own order."""
    bound = {key[2] for key in held}
    with_contracts = len(bound) <= CONTRACTS_DRAWN
    last = 3 if with_contracts else 2
    for (fund_id, place), money in sorted(balances.items()):
        start, county = Node(0, "fund", f"{fund_id:06}"), Node(1, "hub", hubs[place].path)
        found.add(start, county, cents(money.budget))
        for stage, amount in money.stages.items():
            if stage not in OUTSIDE and stage not in HELD:
                found.add(county, Node(2, "rest", stage), cents(amount))
    for (_fund, place, contract_id, stage), bound_for in held.items():
        giver = Node(1, "hub", hubs[place].path)
        if with_contracts:
            bought = Node(2, "contract", f"{contract_id:09}")
            found.add(giver, bought, bound_for)
            giver = bought
        if stage == MoneyStage.COMMITTED:
            found.add(giver, Node(last, "rest", stage), bound_for)
            continue
        shares = divided_among(bound_for, minutes.get((contract_id, place), {}))
        for group_id, share in shares.items():
            found.add(giver, Node(last, "group", f"{group_id or RESTRICTED:04}"), share)
        if not shares:
            found.add(giver, Node(last, "rest", ""), bound_for)


def _name(found: Course, hubs: dict[int, Station], contracts: dict[int, Contract]) -> None:
    """Names of all places (two queries)."""
    funds = Fund.objects.in_bulk()
    groups = {group.pk: str(group.name) for group in PopulationGroup.objects.all()}
    by_path = {hub.path: hub.name for hub in hubs.values()}
    for node in {each for flow in found.flows for each in flow}:
        if node.kind == "fund":
            name = str(funds[int(node.key)])
            found.codes[node] = funds[int(node.key)].code
        elif node.kind == "hub":
            name = by_path[node.key]
        elif node.kind == "contract":
            name = contracts[int(node.key)].number
        elif node.kind == "group":
            name = groups.get(int(node.key)) or _("受限群体")
        elif node.key == MoneyStage.COMMITTED:
            name = _("已签约未付")
        else:
            name = str(MoneyStage(node.key).label) if node.key else _("还没有服务记录")
        found.names[node] = name


def _counties(balances: dict[tuple[int, int], ledger.Money], hubs: dict[int, Station]) -> list[County]:
    found: dict[int, ledger.Money] = {}
    for (_fund, place), money in balances.items():
        into = found.setdefault(place, ledger.Money())
        for stage, amount in money.stages.items():
            into.add(stage, amount)
    return [County(hubs[place], found[place]) for place in sorted(found, key=lambda key: hubs[key].path)]


def _bought(held: Held, contracts: dict[int, Contract], minutes: dict[tuple[int, int], dict[int, int]]) -> list[Bought]:
    places: dict[int, set[int]] = {}
    sums: dict[tuple[int, str], int] = {}
    for (_fund, place, contract_id, stage), amount in held.items():
        places.setdefault(contract_id, set()).add(place)
        sums[contract_id, stage] = sums.get((contract_id, stage), 0) + amount
    return [
        Bought(
            contract,
            yuan(sums.get((key, MoneyStage.COMMITTED), 0)),
            yuan(sums.get((key, MoneyStage.PAID), 0)),
            sum(sum(minutes.get((key, place), {}).values()) for place in places[key]),
        )
        for key, contract in sorted(contracts.items(), key=lambda item: item[1].number)
    ]


def _payments(viewer: Viewer, year: int, fund: Fund | None, hub_id: int | None, contract_id: int) -> list[LedgerEntry]:
    """A contract's payments of a year that stand (one query)."""
    found = ledger.entries(viewer).filter(
        kind=EntryKind.PAY, contract_id=contract_id, year_id=year, reversed_by__isnull=True
    )
    if fund is not None:
        found = found.filter(fund=fund)
    if hub_id is not None:
        found = found.filter(hub_id=hub_id)
    return list(found.order_by("booked_on", "id"))
