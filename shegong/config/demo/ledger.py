"""The demonstration city's money: rules of its funds, and two years of a ledger as people would have booked them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from shegong.config.demo import plan
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.network import DIVISIONS_SINCE, Site
from shegong.kernel.ids import uuid7_from
from shegong.network.enums import Tier
from shegong.purchase.enums import EntryKind, FundKind, MoneyStage, Pays, TransferState
from shegong.purchase.models import (
    Balance,
    Contract,
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
# When a contract's year is paid (month, day, share in percent, and the part of its payment plan).
PAYMENTS: Final = ((3, 20, 40, "signature"), (7, 20, 40, "mid_term"), (12, 10, 20, "final"))
ROOM_LIST: Final = ("E01", "E06", "K03", "K04")
MOVES: Final = {
    EntryKind.APPROPRIATE: (MoneyStage.SOURCE, MoneyStage.APPROPRIATED),
    EntryKind.ALLOCATE: (MoneyStage.APPROPRIATED, MoneyStage.ALLOCATED),
    EntryKind.COMMIT: (MoneyStage.ALLOCATED, MoneyStage.COMMITTED),
    EntryKind.PAY: (MoneyStage.COMMITTED, MoneyStage.PAID),
}
Key = tuple[str, int]  # a fund's code and a hub


def yuan(cents: int) -> str:
    """Cents as the database reads yuan."""
    return f"{cents // 100}.{cents % 100:02d}" if cents >= 0 else f"-{yuan(-cents)}"


class Books:
    """Entries to be written together; amounts in cents."""

    def __init__(self, made_by: int, funds: dict[str, int]) -> None:
        self._made_by, self._funds = made_by, funds
        self._entries: list[tuple[object, ...]] = []
        self._lines: list[list[tuple[object, ...]]] = []
        self._count = 0

    def book(
        self, kind: EntryKind, code: str, hub_id: int, day: date, cents: int, *, to_hub_id: int | None = None,
        contract_id: int | None = None, pays: str = "", gate: str = "", note: str = "",
    ) -> None:  # fmt: skip
        """One entry of the year in which its day lies."""
        if cents <= 0:
            return
        given, taken = MOVES[kind]
        subject = f"contract:{contract_id}" if contract_id else ""
        moves = [
            (hub_id, day.year, given, subject if kind == EntryKind.PAY else "", -cents),
            (to_hub_id or hub_id, day.year, taken, subject, cents),
        ]
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
        self._entries, self._lines = [], []
        return len(ids)


def make_ledger(sites: Sequence[Site], size: plan.Size, today: date, officers: tuple[int, int]) -> int:
    """Last year's ledger, closed and carried over, and this year's up to today, for the contracts that are there;
    `officers` are who books and who approves. Returns how many entries.
    """
    funds = _funds()
    centre = next(site.id for site in sites if site.tier == Tier.CENTRE)
    hubs = [site.id for site in sites if site.tier == Tier.HUB]
    pooled = POOLED * size.rooms // plan.CITY.rooms // 1_000_000 * 1_000_000
    shares = _shares(sites, pooled, {fund_id: code for code, fund_id in funds.items()})
    books, written = Books(officers[0], funds), 0
    for year in (today.year - 1, today.year):
        FiscalYear.objects.get_or_create(year=year)
        _budget(books, centre, hubs, shares, pooled, year)
        _spend(books, shares, year, today)
        written += books.write()
        if year < today.year:
            written += _close(books, year, {fund_id: code for code, fund_id in funds.items()}, officers[1])
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


def _shares(
    sites: Sequence[Site], sum_pooled: int, codes: dict[int, str]
) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """{(contract, hub): [(fund, cents a year)]}: a contract's own fund pays, and where the pooled money doesn't reach
    the county's budget pays the rest.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for site in sites:
        if site.contract is not None:
            places[site.contract[0]].append(site.hub_id)
    found: dict[tuple[int, int], tuple[str, int]] = {}
    for contract in Contract.objects.order_by("id"):
        hubs = places.get(contract.pk, [])
        years = max(1, round((contract.until - contract.since).days / 365))
        for hub_id in sorted(set(hubs)):
            cents = int(contract.amount * 100) * hubs.count(hub_id) // len(hubs) // years
            found[contract.pk, hub_id] = (codes[contract.fund_id], cents)
    pooled_codes = {code for code, _kind, pooled, *_rest in FUNDS if pooled}
    wanted = sum(cents for code, cents in found.values() if code in pooled_codes)
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
    shares: dict[tuple[int, int], list[tuple[str, int]]],
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


def _spend(books: Books, shares: dict[tuple[int, int], list[tuple[str, int]]], year: int, today: date) -> None:
    """Contracts signed in February, paid in three parts."""
    for place, ((contract_id, hub_id), parts) in enumerate(sorted(shares.items())):
        for code, cents in parts:
            pays = Pays.ROOM_SERVICES if code == "CG" else Pays.OPERATION
            signed = date(year, 2, 1) + timedelta(days=place % 20)
            if signed > today:
                continue
            books.book(EntryKind.COMMIT, code, hub_id, signed, cents, contract_id=contract_id, pays=pays)
            for month, day, share, gate in PAYMENTS:
                paid_on = date(year, month, day) + timedelta(days=place % 9)
                if paid_on > today or (gate == "final" and place % 23 == 5):  # some final payments wait
                    continue
                part = cents * share // 100
                books.book(EntryKind.PAY, code, hub_id, paid_on, part, contract_id=contract_id, gate=gate)


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
