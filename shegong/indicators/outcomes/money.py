"""The tables of outcomes by fund, county and agency: what their contracts' work cost, for an hour, a person and an
improvement, and between what the middle half of their contracts lie. Never in the order of cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.indicators.outcomes import counts, sheets
from shegong.indicators.outcomes.rules import Teller, middle_half
from shegong.indicators.outcomes.sheets import Asked, Cell, Line, Sheet
from shegong.kernel.pages import Page
from shegong.kernel.wording import NOTHING, money
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.purchase.enums import MoneyStage
from shegong.purchase.models import Contract, Fund, SubjectBalance

MONEY_KINDS: Final = ("fund", "county", "agency")
OFFICERS: Final = (Role.CITY, Role.COUNTY)
PERSONS_KEPT: Final = 600  # seconds: counting everybody anew takes half a second in a city
PAGE_SIZE: Final = 50
SUBJECT: Final = "contract:"
Place = tuple[int, int]  # a contract in a county


def money_kinds(asked: Asked) -> tuple[str, ...]:
    """By which sides of money the viewer may look: officers of the city and of counties, at whole counties."""
    if not asked.viewer.has(*OFFICERS) or asked.station.tier not in (Tier.CENTRE, Tier.HUB):
        return ()
    return MONEY_KINDS if asked.station.tier == Tier.CENTRE else ("fund", "agency")


@dataclass(slots=True)
class Sum:
    """Work under contracts that belongs together; shares of contracts make fractions."""

    name: str = ""
    href: str = ""
    contracts: set[int] = field(default_factory=set)
    cost: Decimal = Decimal(0)
    minutes: Decimal = Decimal(0)
    persons: Decimal = Decimal(0)
    improved: Decimal = Decimal(0)
    hourly: list[Decimal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under contracts, by contract and county: minutes, persons, yuan for a minute of each contract, and
    how many are better off by contract.
    """

    contracts: Mapping[int, Contract]
    minutes: Mapping[Place, int]
    persons: Mapping[Place, int]
    rates: Mapping[int, Decimal]
    improved: Mapping[int, int]


def money_sheet(asked: Asked, cursor: str | None) -> Sheet:
    """What the work cost, by fund, county or agency, a page of them (at most ten queries)."""
    done = _done(asked)
    sums = _sums(asked, done)
    teller = asked.teller
    start = int(cursor) if cursor and cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 else 0
    after = start + PAGE_SIZE
    lines = [_line(asked, key, each, teller) for key, each in sums[start:after]]
    before = str(max(start - PAGE_SIZE, 0)) if start else None
    page: Page[Any] = Page([], str(after) if after < len(sums) else None, before)
    columns = ("contracts", "persons", "hours", "cost", "per_hour", "half", "per_person", "per_better")
    how = _(
        "成本是合同金额中落在所选时间的部分，按天平均，再按工时分到各地。一份合同有几项资金时，按账簿上各项资金为它签约的金额分摊。"
        "每例改善成本 = 成本 ÷ (有改善的结案个案 + 前后测有改善的组员)。人数按合同分别计，十分钟内不变。"
        "“一半在”是中间一半合同的每小时成本，六份以上才列出。"
    )
    return Sheet(sheets.headed(*columns), lines, how, page)


def _done(asked: Asked) -> Done:
    scope = asked.scope
    found = {each.pk: each for each in sheets.contracts_of(asked).select_related("organisation").order_by("number")}
    arguments: list[Any] = [list(scope.hubs), scope.start, scope.end]
    minutes: dict[Place, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT contract_id, hub_id, work_minutes FROM indicators_paid_groups(%s, %s, %s)", arguments)
        for contract_id, hub_id, worked in cursor.fetchall():
            minutes[contract_id, hub_id] = minutes.get((contract_id, hub_id), 0) + worked
    whole: dict[int, int] = {}
    for (contract_id, _hub), worked in minutes.items():
        whole[contract_id] = whole.get(contract_id, 0) + worked
    if not scope.is_city:
        whole = counts.contract_minutes(whole, scope)
    improved = {key: closed.improved for key, closed in counts.cases("contract", scope).items()}
    for key, met in counts.groups("contract", scope).items():
        improved[key] = improved.get(key, 0) + met.better
    rates = sheets.rates_of(found, whole, scope.start, scope.end)
    return Done(found, minutes, _persons(arguments), rates, {int(key): each for key, each in improved.items() if key})


def _persons(arguments: list[Any]) -> dict[Place, int]:
    """{(contract, county): persons reached}, counted anew every ten minutes (one query then)."""
    key = "outcome-persons:" + ":".join(str(each).replace(" ", "") for each in arguments)
    found: dict[Place, int] | None = cache.get(key)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM indicators_paid_persons(%s, %s, %s)", arguments)
            found = {(contract_id, hub_id): persons for contract_id, hub_id, persons in cursor.fetchall()}
        cache.set(key, found, PERSONS_KEPT)
    return found


def _sums(asked: Asked, done: Done) -> list[tuple[str, Sum]]:
    """What belongs together, in the order of codes, of the tree or of names."""
    whole: dict[int, int] = {}
    for (contract_id, _hub), worked in done.minutes.items():
        whole[contract_id] = whole.get(contract_id, 0) + worked
    shares = _shares(asked, done)
    sums: dict[str, Sum] = {}
    for (contract_id, hub_id), worked in done.minutes.items():
        rate, contract = done.rates.get(contract_id), done.contracts.get(contract_id)
        if rate is None or contract is None:
            continue
        of_here = Decimal(done.improved.get(contract_id, 0)) * worked / whole[contract_id]
        for key, share in shares.get((contract_id, hub_id), {}).items():
            into = sums.setdefault(key, Sum())
            into.contracts.add(contract_id)
            into.cost += rate * worked * share
            into.minutes += worked * share
            into.persons += done.persons.get((contract_id, hub_id), 0) * share
            into.improved += of_here * share
            into.hourly.append(rate * 60)
    return _named(asked, sums)


def _shares(asked: Asked, done: Done) -> dict[Place, dict[str, Decimal]]:
    """{(contract, county): {key: share}}: whole ones for counties and agencies, of funds as the ledger binds them."""
    one = Decimal(1)
    if asked.kind == "county":
        return {place: {str(place[1]): one} for place in done.minutes}
    known = [place for place in done.minutes if place[0] in done.contracts]
    if asked.kind == "agency":
        return {place: {str(done.contracts[place[0]].organisation_id): one} for place in known}
    held: dict[Place, dict[str, Decimal]] = {}
    rows = SubjectBalance.objects.filter(
        year=asked.period.start.year, hub_id__in=asked.scope.hubs, subject__startswith=SUBJECT, amount__gt=0,
        stage__in=(MoneyStage.COMMITTED, MoneyStage.PAID),
    )  # fmt: skip
    for subject, hub_id, fund_id, amount in rows.values_list("subject", "hub_id", "fund_id", "amount"):
        into = held.setdefault((int(subject.removeprefix(SUBJECT)), hub_id), {})
        into[str(fund_id)] = into.get(str(fund_id), Decimal(0)) + amount
    found = {}
    for place in known:
        amounts = held.get(place) or {str(done.contracts[place[0]].fund_id): one}
        total = sum(amounts.values())
        found[place] = {key: amount / total for key, amount in amounts.items()}
    return found


def _named(asked: Asked, sums: dict[str, Sum]) -> list[tuple[str, Sum]]:
    """The sums with their names and where they lead, in order (one query)."""
    keys = [int(key) for key in sums]
    year = asked.period.start.year
    ordered: Iterable[tuple[int, str, str]]
    if asked.kind == "fund":
        ordered = [
            (fund.pk, str(fund), f"{reverse('indicators:fund-course', args=[fund.code])}?year={year}")
            for fund in Fund.objects.filter(pk__in=keys).order_by("code")
        ]
    elif asked.kind == "county":
        ordered = [
            (hub.pk, hub.name, asked.address(station=hub.key, kind="project"))
            for hub in Station.objects.filter(pk__in=keys).order_by("path")
        ]
    else:
        agencies = {each.organisation_id: each.organisation.name for each in _contracts_of_agencies(asked, keys)}
        ordered = [(key, name, "") for key, name in sorted(agencies.items(), key=lambda item: item[1])]
    found = []
    for key, name, href in ordered:
        each = sums[str(key)]
        each.name, each.href = name, href
        found.append((str(key), each))
    return found


def _contracts_of_agencies(asked: Asked, keys: Sequence[int]) -> Iterable[Contract]:
    return sheets.contracts_of(asked).filter(organisation_id__in=keys).select_related("organisation")


def _line(asked: Asked, key: str, each: Sum, teller: Teller) -> Line:
    half = middle_half(each.hourly)
    records = asked.behind("records", key)
    return Line(
        each.name,
        (
            Cell(str(len(each.contracts))),
            Cell(teller.count(round(each.persons)), records),
            Cell(teller.hours(round(each.minutes)), records),
            Cell(money(each.cost)),
            sheets.each_cell(money(each.cost * 60 / each.minutes) if each.minutes else ""),
            Cell(f"{money(half[0])} – {money(half[1])}" if half else NOTHING),
            sheets.each_cell(teller.each(each.cost, round(each.persons))),
            sheets.each_cell(teller.each(each.cost, round(each.improved))),
        ),
        href=each.href,
    )


def contracts_behind(asked: Asked, key: str) -> list[int]:
    """The contracts of a fund, county or agency."""
    found = sheets.contracts_of(asked)
    if asked.kind == "agency":
        return list(found.filter(organisation_id=int(key)).values_list("pk", flat=True))
    if asked.kind == "county":
        return list(found.filter(stations__hub_id=int(key)).distinct().values_list("pk", flat=True))
    held = SubjectBalance.objects.filter(
        fund_id=int(key), year=asked.period.start.year, subject__startswith=SUBJECT, amount__gt=0
    )
    bound = {int(subject.removeprefix(SUBJECT)) for subject in held.values_list("subject", flat=True)}
    return [each.pk for each in found if each.pk in bound or each.fund_id == int(key)]
