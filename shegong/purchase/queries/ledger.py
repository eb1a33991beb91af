"""Reading money: balances, what is held for a subject, the trial balance, the ledger page by page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import OUTSIDE, MoneyStage
from shegong.purchase.models import (
    Balance,
    FiscalYear,
    Fund,
    FundRule,
    LedgerEntry,
    LedgerLine,
    SubjectBalance,
    Transfer,
)

NOTHING = Decimal("0.00")
PAGE_SIZE = 50
MOST_EXPORTED = 20_000


@dataclass(slots=True)
class Money:
    """One fund of one hub in one year (or a sum of such): what each stage holds, in yuan."""

    stages: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: NOTHING))

    def add(self, stage: str, amount: Decimal) -> None:
        """Count a balance."""
        self.stages[stage] += amount

    def __getattr__(self, name: str) -> Decimal:
        if name not in MoneyStage.values:
            raise AttributeError(name)
        return self.stages[name]

    @property
    def budget(self) -> Decimal:
        """All that there was to spend in the year, whatever has become of it."""
        return sum((amount for stage, amount in self.stages.items() if stage not in OUTSIDE), NOTHING)

    @property
    def executed(self) -> Decimal | None:
        """The share that is paid, 0 to 1; None without a budget."""
        budget = self.budget
        return self.paid / budget if budget else None

    @property
    def is_balanced(self) -> bool:
        """Whether what came in is what there is (of a whole fund's year it always is)."""
        return sum(self.stages.values(), NOTHING) == 0


def balance(viewer: Viewer, fund_id: int, hub_id: int, year: int, stage: MoneyStage) -> Decimal:
    """What an account holds (one look-up by key); zero for one that the viewer may not see."""
    found = balances(viewer).filter(fund_id=fund_id, hub_id=hub_id, year=year, stage=stage).first()
    return found.amount if found else NOTHING


def balance_on(viewer: Viewer, fund_id: int, hub_id: int, year: int, stage: MoneyStage, day: date) -> Decimal:
    """What an account held at the end of a day, from its lines."""
    if not _sees_hub(viewer, hub_id):
        return NOTHING
    lines = LedgerLine.objects.filter(fund_id=fund_id, hub_id=hub_id, year=year, stage=stage, booked_on__lte=day)
    total: Decimal | None = lines.aggregate(total=Sum("amount"))["total"]
    return total or NOTHING


def held(viewer: Viewer, subject: str) -> Money:
    """What is reserved, committed and paid for a contract or project, over all its accounts."""
    money = Money()
    for row in SubjectBalance.objects.filter(subject=subject):
        money.add(row.stage, row.amount)
    return money


def held_in(viewer: Viewer, subject: str, fund_id: int, hub_id: int, year: int, stage: MoneyStage) -> Decimal:
    """What one account holds for a subject."""
    found = SubjectBalance.objects.filter(
        subject=subject, fund_id=fund_id, hub_id=hub_id, year=year, stage=stage
    ).first()
    return found.amount if found else NOTHING


def _sees_hub(viewer: Viewer, hub_id: int) -> bool:
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs)


def balances(viewer: Viewer) -> QuerySet[Balance]:
    """The balances that a viewer may see: the city's officers all, a county's officers their hub's."""
    if viewer.has(Role.CITY):
        return Balance.objects.all()
    return Balance.objects.filter(hub_id__in=viewer.hubs if viewer.has(Role.COUNTY) else ())


def hubs_of(viewer: Viewer) -> list[Station]:
    """The support centre and the hubs whose money a viewer sees, in the order of their keys (one query)."""
    found = Station.objects.filter(tier__in=(Tier.CENTRE, Tier.HUB)).order_by("path")
    return list(found if viewer.has(Role.CITY) else found.filter(id__in=viewer.hubs))


def rules_on(fund: Fund, day: date) -> list[FundRule]:
    """What a fund may pay on a day (one query)."""
    in_force = Q(until__isnull=True) | Q(until__gt=day)
    return list(fund.rules.filter(in_force, since__lte=day).order_by("pays"))


def years() -> list[FiscalYear]:
    """The fiscal years, the latest first (one query)."""
    return list(FiscalYear.objects.order_by("-year"))


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A fund, or a fund of one hub, with its stages."""

    fund: Fund
    hub: Station | None
    money: Money


def trial_balance(viewer: Viewer, year: int) -> list[TrialRow]:
    """Every fund of every hub that the viewer sees in a year, by fund and hub; empty accounts left out (three
    queries).
    """
    funds = {fund.pk: fund for fund in Fund.objects.all()}
    hubs = {hub.pk: hub for hub in hubs_of(viewer)}
    found: dict[tuple[str, str], TrialRow] = {}
    for row in balances(viewer).filter(year=year).values_list("fund_id", "hub_id", "stage", "amount"):
        fund_id, hub_id, stage, amount = row
        if hub_id not in hubs:
            continue
        fund, hub = funds[fund_id], hubs[hub_id]
        found.setdefault((fund.code, hub.path), TrialRow(fund, hub, Money())).money.add(stage, amount)
    return [found[key] for key in sorted(found)]


def by_fund(rows: Iterable[TrialRow]) -> list[TrialRow]:
    """The rows of a trial balance added up by fund."""
    found: dict[int, TrialRow] = {}
    for row in rows:
        into = found.setdefault(row.fund.pk, TrialRow(row.fund, None, Money()))
        for stage, amount in row.money.stages.items():
            into.money.add(stage, amount)
    return list(found.values())


def by_hub(rows: Iterable[TrialRow]) -> list[tuple[Station, Money]]:
    """The rows of a trial balance added up by hub, in the order of the tree."""
    found: dict[str, tuple[Station, Money]] = {}
    for row in rows:
        if row.hub is None:
            continue
        into = found.setdefault(row.hub.path, (row.hub, Money()))[1]
        for stage, amount in row.money.stages.items():
            into.add(stage, amount)
    return [found[path] for path in sorted(found)]


def total_of(rows: Iterable[TrialRow]) -> Money:
    """All rows in one sum."""
    total = Money()
    for row in rows:
        for stage, amount in row.money.stages.items():
            total.add(stage, amount)
    return total


def entries(viewer: Viewer) -> QuerySet[LedgerEntry]:
    """The entries that a viewer may see."""
    found = LedgerEntry.objects.select_related("fund", "hub", "to_hub")
    if viewer.has(Role.CITY):
        return found
    if viewer.has(Role.COUNTY):
        return found.filter(Q(hub_id__in=viewer.hubs) | Q(to_hub_id__in=viewer.hubs))
    return found.filter(contract__organisation_id__in=viewer.organisations)


def entries_page(viewer: Viewer, chosen: dict[str, Any], cursor: str | None) -> Page[LedgerEntry]:
    """A page of the ledger, the latest first; `chosen` are filters by column (two queries)."""
    return page_of(entries(viewer).filter(**chosen), ["-id"], cursor, PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of an entry with its hub's name."""

    hub: str
    year: int
    stage: str
    subject: str
    amount: Decimal


def lines(entry: LedgerEntry) -> list[LedgerRow]:
    """An entry's lines, as far as the viewer sees them (two queries)."""
    found = list(entry.lines.order_by("number"))
    names = dict(Station.objects.filter(id__in={line.hub_id for line in found}).values_list("id", "name"))
    return [
        LedgerRow(names[line.hub_id], line.year, str(MoneyStage(line.stage).label), line.subject, line.amount)
        for line in found
    ]


def paid_by_month(viewer: Viewer, fund_id: int, year: int) -> list[tuple[int, Decimal]]:
    """(month, paid up to its end) of a fund's year for the hubs that the viewer sees, up to the last month with a
    payment (one query).
    """
    found = LedgerLine.objects.filter(fund_id=fund_id, year=year, stage=MoneyStage.PAID)
    if not viewer.has(Role.CITY):
        found = found.filter(hub_id__in=viewer.hubs)
    months = dict(found.values_list("booked_on__month").annotate(total=Sum("amount")))
    total, course = NOTHING, []
    for month in range(1, max(months, default=0) + 1):
        total += months.get(month, NOTHING)
        course.append((month, total))
    return course


def transfers(viewer: Viewer) -> QuerySet[Transfer]:
    """The transfers that a viewer may see, the latest first."""
    found = Transfer.objects.select_related("fund", "hub", "to_hub")
    if viewer.has(Role.CITY):
        return found
    hubs: Sequence[int] = viewer.hubs if viewer.has(Role.COUNTY) else ()
    return found.filter(Q(hub_id__in=hubs) | Q(to_hub_id__in=hubs))


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that isn't the sum of its lines. `subject` is empty for an account's own balance."""

    subject: str
    fund_id: int
    hub_id: int
    year: int
    stage: str
    stored: Decimal
    counted: Decimal


RECOUNT = """
SELECT subject, fund_id, hub_id, year, stage, coalesce(b.amount, 0), coalesce(l.amount, 0)
FROM (SELECT '' AS subject, fund_id, hub_id, year, stage, amount FROM purchase_balance
      UNION ALL SELECT subject, fund_id, hub_id, year, stage, amount FROM purchase_subjectbalance) AS b
FULL JOIN (
    SELECT '' AS subject, fund_id, hub_id::bigint, year, stage, sum(amount) AS amount FROM purchase_ledgerline
    GROUP BY 2, 3, 4, 5
    UNION ALL SELECT subject, fund_id, hub_id, year, stage, sum(amount) FROM purchase_ledgerline
    WHERE subject <> '' GROUP BY 1, 2, 3, 4, 5) AS l
USING (subject, fund_id, hub_id, year, stage)
WHERE coalesce(b.amount, 0) <> coalesce(l.amount, 0)"""


def drift() -> list[Drift]:
    """Every balance that isn't the sum of its lines, recounted from the whole ledger. For the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)
        return [Drift(*row) for row in cursor.fetchall()]
