"""The demonstration city's money: rules of its funds, and two years of a ledger as people would have booked them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from shegong.config.demo import plan
from shegong.config.demo.contracts import Deals, Shares, settle_contracts
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.network import DIVISIONS_SINCE, Site
from shegong.kernel.ids import uuid7_from
from shegong.network.enums import Tier
from shegong.purchase.enums import EntryKind, FundKind, MoneyStage, Pays, TransferState
from shegong.purchase.models import (
    Balance,
    Contract,
    ContractEntry,
    FiscalYear,
    Fund,
    LedgerEntry,
    LedgerLine,
    SubjectBalance,
    Transfer,
)

# What the city pools in a year, in cents: 49.6 million yuan, of which most is bound by contracts.
POOLED: Final = 4_960_000_000
BOUND: Final = 0.94
# Code, kind, pooled, what it pays, and the clause that says so.
FUNDS: Final = (
    ("SW", FundKind.SOCIAL_WORK, True, (Pays.OPERATION, Pays.PROJECT, Pays.TRAINING), "社会工作专项资金管理办法"),
    ("SO", FundKind.SOCIAL_ORGANISATION, True, (Pays.OPERATION, Pays.EVALUATION), "社会组织发展资金管理办法"),
    ("EC", FundKind.ELDERLY_CARE, True, (Pays.OPERATION, Pays.PROJECT), "养老服务资金管理办法"),
    ("CG", FundKind.COMMUNITY, False, (Pays.ROOM_SERVICES,), "社区发展治理保障资金可购买社工室服务"),
    ("CH", FundKind.CHARITY, False, (Pays.OPERATION, Pays.PROJECT, Pays.RELIEF), "捐赠协议"),
    ("CB", FundKind.COUNTY, False, (Pays.OPERATION, Pays.PREMISES, Pays.EQUIPMENT), "区（市）县年度预算"),
    ("WL", FundKind.LOTTERY, False, (Pays.PROJECT, Pays.EQUIPMENT, Pays.RELIEF), "彩票公益金使用范围"),
)  # fmt: skip
NEW_FUNDS: Final = (
    ("CB", "区（市）县财政预算", "County budgets"),
    ("WL", "福利彩票公益金", "Welfare lottery"),
)
ROOM_LIST: Final = ("E01", "E06", "K03", "K04")
MOVES: Final = {
    EntryKind.APPROPRIATE: (MoneyStage.SOURCE, MoneyStage.APPROPRIATED),
    EntryKind.ALLOCATE: (MoneyStage.APPROPRIATED, MoneyStage.ALLOCATED),
    EntryKind.COMMIT: (MoneyStage.ALLOCATED, MoneyStage.COMMITTED),
    EntryKind.PAY: (MoneyStage.COMMITTED, MoneyStage.PAID),
    EntryKind.RELEASE: (MoneyStage.COMMITTED, MoneyStage.ALLOCATED),
}
Key = tuple[str, int]  # a fund's code and a hub


def yuan(cents: int) -> str:
    """Cents as the database reads yuan."""
    return f"{cents // 100}.{cents % 100:02d}" if cents >= 0 else f"-{yuan(-cents)}"


class Books:
    """Entries to be written together; amounts in cents. Keys are made from numbers, of which `first` is taken."""

    def __init__(self, made_by: int, funds: dict[str, int], first: int = 0) -> None:
        self._made_by, self._funds = made_by, funds
        self._entries: list[tuple[object, ...]] = []
        self._lines: list[list[tuple[object, ...]]] = []
        self._of_contracts: list[tuple[int, int, object]] = []
        self._count = first

    def book(
        self, kind: EntryKind, code: str, hub_id: int, day: date, cents: int, *, to_hub_id: int | None = None,
        contract_id: int | None = None, pays: str = "", gate: str = "", note: str = "", payment: object = None,
    ) -> None:  # fmt: skip
        """One entry of the year in which its day lies; `payment` is the contract's payment that it books."""
        if cents <= 0:
            return
        given, taken = MOVES[kind]
        subject = f"contract:{contract_id}" if contract_id else ""
        bound = kind in (EntryKind.PAY, EntryKind.RELEASE)
        moves = [
            (hub_id, day.year, given, subject if bound else "", -cents),
            (to_hub_id or hub_id, day.year, taken, "" if kind == EntryKind.RELEASE else subject, cents),
        ]
        if contract_id is not None:
            self._of_contracts.append((len(self._entries), contract_id, payment))
        self.add(kind, code, hub_id, day, cents, moves, to_hub_id, subject, contract_id, pays, gate, note)

    def add(
        self, kind: EntryKind, code: str, hub_id: int, day: date, cents: int,
        moves: Iterable[tuple[int, int, str, str, int]], to_hub_id: int | None = None, subject: str = "",
        contract_id: int | None = None, pays: str = "", gate: str = "", note: str = "", *, year: int | None = None,
        transfer: object = None,
    ) -> None:  # fmt: skip
        """An entry with these moves: hub, year, stage, subject, cents."""
        self._count += 1
        at = timezone.make_aware(datetime.combine(day, time(10, self._count % 60)))
        key, fund_id = uuid7_from(f"ledger-{self._count}", at), self._funds[code]
        self._entries.append(
            (key, kind, fund_id, year or day.year, hub_id, to_hub_id, yuan(cents), pays, subject, contract_id, gate,
             day, note, None, transfer, at, self._made_by)
        )  # fmt: skip
        self._lines.append(
            [
                (number, fund_id, place, in_year, stage, held_for, yuan(amount), day)
                for number, (place, in_year, stage, held_for, amount) in enumerate(moves, start=1)
            ]
        )

    def write(self) -> int:
        """Write what is waiting; the database derives the balances. Returns how many entries."""
        ids = reserve_ids(LedgerEntry, len(self._entries))
        columns = ["id", "key", "kind", "fund_id", "year", "hub_id", "to_hub_id", "amount", "pays", "subject",
                   "contract_id", "gate", "booked_on", "note", "reverses_id", "transfer_id", "made_at",
                   "made_by_id"]  # fmt: skip
        Table(LedgerEntry, columns).copy(line(number, *entry) for number, entry in zip(ids, self._entries, strict=True))
        columns = ["entry_id", "number", "fund_id", "hub_id", "year", "stage", "subject", "amount", "booked_on"]
        Table(LedgerLine, columns).copy(
            line(number, *each) for number, lines in zip(ids, self._lines, strict=True) for each in lines
        )
        Table(ContractEntry, ["entry_id", "contract_id", "payment_id"]).copy(
            line(ids[place], contract_id, payment) for place, contract_id, payment in self._of_contracts
        )
        self._entries, self._lines, self._of_contracts = [], [], []
        return len(ids)


def make_ledger(sites: Sequence[Site], size: plan.Size, today: date, officers: tuple[int, int]) -> int:
    """Last year's ledger, closed and carried over, and this year's up to today, for the contracts that are there;
    `officers` are who books and who approves. Returns how many entries.
    """
    funds = _funds()
    centre = next(site.id for site in sites if site.tier == Tier.CENTRE)
    hubs = [site.id for site in sites if site.tier == Tier.HUB]
    pooled = POOLED * size.rooms // plan.CITY.rooms // 1_000_000 * 1_000_000
    shares = _shares(pooled, {fund_id: code for code, fund_id in funds.items()}, today.year)
    books, written = Books(officers[0], funds), 0
    deals = Deals(shares, today, officers[0])
    for year in (today.year - 1, today.year):
        FiscalYear.objects.get_or_create(year=year)
        _budget(books, centre, hubs, deals.shares_of(year), pooled, year)
        deals.spend(books, year)
        written += books.write()
        if year < today.year:
            written += _close(books, year, {fund_id: code for code, fund_id in funds.items()}, officers[1])
    deals.write()
    settle_contracts()
    _ask(funds["SW"], hubs, today, officers)
    return written


def _funds() -> dict[str, int]:
    for code, name_zh, name_en in NEW_FUNDS:
        Fund.objects.get_or_create(code=code, defaults={"name_zh": name_zh, "name_en": name_en})
    for code, kind, pooled, pays, clause in FUNDS:
        fund = Fund.objects.get(code=code)
        fund.kind, fund.is_pooled = kind, pooled
        fund.save()
        for each in pays:
            codes = list(ROOM_LIST) if each == Pays.ROOM_SERVICES else []
            fund.rules.create(pays=each, service_codes=codes, clause=clause, since=DIVISIONS_SINCE)
    return dict(Fund.objects.values_list("code", "id"))


def _shares(sum_pooled: int, codes: dict[int, str], year: int) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """{(contract, hub): [(fund, cents a year)]}: a contract's own fund pays, and where the pooled money doesn't reach
    the county's budget pays the rest.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for contract_id, hub_id in Contract.stations.through.objects.order_by("id").values_list("contract", "station__hub"):
        places[contract_id].append(hub_id)
    found: dict[tuple[int, int], tuple[str, int]] = {}
    present: set[int] = set()
    for contract in Contract.objects.order_by("id"):
        hubs, years = places[contract.pk], contract.until.year - contract.since.year
        if contract.until.year > year:
            present.add(contract.pk)
        for hub_id in sorted(set(hubs)):
            cents = int(contract.amount * 100) * hubs.count(hub_id) // len(hubs) // years
            found[contract.pk, hub_id] = (codes[contract.fund_id], cents)
    pooled_codes = {code for code, _kind, pooled, *_rest in FUNDS if pooled}
    # A lot given again for another year is two contracts, of which each year has one.
    pooled = {key[0] for key, (code, _cents) in found.items() if code in pooled_codes} & present
    wanted = sum(cents for (contract_id, _hub), (_code, cents) in found.items() if contract_id in pooled)
    reach = min(1.0, sum_pooled * BOUND / wanted) if wanted else 1.0
    made = {}
    for key, (code, cents) in found.items():
        own = int(cents * reach) if code in pooled_codes else cents
        made[key] = [(code, own)] + ([("CB", cents - own)] if cents > own else [])
    return made


def _budget(
    books: Books,
    centre: int,
    hubs: Sequence[int],
    shares: Shares,
    sum_pooled: int,
    year: int,
) -> None:
    """What comes in at the year's beginning, and who gets it."""
    needs: dict[Key, int] = defaultdict(int)
    for (_contract, hub_id), parts in shares.items():
        for code, cents in parts:
            needs[code, hub_id] += cents
    begun, given = date(year, 1, 5), date(year, 1, 20)
    pooled_codes = [code for code, _kind, pooled, *_rest in FUNDS if pooled]
    bound = {code: sum(cents for (each, _hub), cents in needs.items() if each == code) for code in pooled_codes}
    whole = sum(bound.values())
    left = sum_pooled
    for code in pooled_codes:
        cents = left if code == pooled_codes[-1] else int(sum_pooled * (bound[code] / whole if whole else 1 / 3))
        left -= cents
        books.book(EntryKind.APPROPRIATE, code, centre, begun, cents, note=f"{year}年度预算下达")
    for code in ("CG", "CH", "WL"):
        cents = sum(cents for (each, _hub), cents in needs.items() if each == code)
        books.book(EntryKind.APPROPRIATE, code, centre, begun, cents * 11 // 10 + 30_000_000, note=f"{year}年度下达")
    for (code, hub_id), cents in sorted(needs.items()):
        if code != "CB":
            part = cents * 103 // 100
            books.book(EntryKind.ALLOCATE, code, centre, given, part, to_hub_id=hub_id, note="按年度计划分配")
    for hub_id in sorted({*hubs, *(hub_id for code, hub_id in needs if code == "CB")}):
        cents = needs.get(("CB", hub_id), 0) * 108 // 100 + 12_000_000
        books.book(EntryKind.APPROPRIATE, "CB", hub_id, begun, cents, note=f"{year}年度县级预算")
        books.book(EntryKind.ALLOCATE, "CB", hub_id, given, cents, note="县级预算分配")


def _close(books: Books, year: int, codes: dict[int, str], closed_by: int) -> int:
    """Carry over what is left, and close."""
    day, following = date(year + 1, 1, 4), year + 1
    FiscalYear.objects.get_or_create(year=following)
    held = (MoneyStage.RESERVED, MoneyStage.COMMITTED)
    free = Balance.objects.filter(year=year, stage__in=(MoneyStage.APPROPRIATED, MoneyStage.ALLOCATED), amount__gt=0)
    bound = SubjectBalance.objects.filter(year=year, stage__in=held, amount__gt=0)
    sums = [(row.fund_id, row.hub_id, row.stage, "", int(row.amount * 100)) for row in free]
    sums += [(row.fund_id, row.hub_id, row.stage, row.subject, int(row.amount * 100)) for row in bound]
    for fund_id, hub_id, stage, subject, cents in sorted(sums):
        moves = [
            (hub_id, year, stage, subject, -cents),
            (hub_id, year, MoneyStage.CARRIED_OUT, "", cents),
            (hub_id, following, MoneyStage.CARRIED_IN, "", -cents),
            (hub_id, following, stage, subject, cents),
        ]
        books.add(
            EntryKind.CARRY, codes[fund_id], hub_id, day, cents, moves, subject=subject, note="年终结转", year=year
        )
    written = books.write()
    at = timezone.make_aware(datetime.combine(day, time(17, 0)))
    FiscalYear.objects.filter(year=year).update(closed_at=at, closed_by_id=closed_by)
    return written


def _ask(fund_id: int, hubs: Sequence[int], today: date, officers: tuple[int, int]) -> None:
    """A transfer that waits for its approval."""
    if len(hubs) < 2:
        return
    at = timezone.make_aware(datetime.combine(today, time(9, 5))) - timedelta(days=2)
    Transfer.objects.create(
        id=uuid7_from("transfer-1", at), fund_id=fund_id, year_id=today.year, hub_id=hubs[-1], to_hub_id=hubs[0],
        amount="8000.00", reason="新建两个社工室，下半年服务量增加", state=TransferState.ASKED, asked_at=at,
        asked_by_id=officers[0],
    )  # fmt: skip
