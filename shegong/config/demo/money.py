"""Funds, contracts and targets of the demonstration city, and what the real one published."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Final

from shegong.config.demo import plan
from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.config.demo.network import Site
from shegong.indicators.models import PublishedFigure, Target
from shegong.network.enums import Tier
from shegong.purchase.enums import ContractStatus, Pays
from shegong.purchase.models import Contract, Fund

FUNDS: Final = (
    ("SW", "社会工作专项资金", "Social-work fund"),
    ("SO", "社会组织发展资金", "Social-organisation fund"),
    ("EC", "养老服务资金", "Elderly-care fund"),
    ("CG", "社区发展治理保障资金", "Community development and governance fund"),
    ("CH", "慈善捐赠资金", "Charity donations"),
)
FUND_WEIGHTS: Final = (46, 14, 16, 20, 4)
YEARS: Final = 2
# One lot in so many was given for a year, and given again for the next.
RENEWED: Final = 11
# What a year costs, by tier, in yuan.
PRICE: Final = {Tier.CENTRE: 1_200_000, Tier.HUB: 480_000, Tier.STATION: 160_000, Tier.ROOM: 12_000}


def make_contracts(sites: Sequence[Site], size: plan.Size, rng: Random, today: date) -> int:
    """Contracts over two years that end with this one: one for each agency and a few second ones, each under one fund;
    every agency-run station is in one. A few are two contracts of a year each. Returns how many.
    """
    funds = [Fund.objects.create(code=code, name_zh=name_zh, name_en=name_en).pk for code, name_zh, name_en in FUNDS]
    contracts_fund = funds[0]
    centre, rooms_only = next(site.id for site in sites if site.tier == Tier.CENTRE), funds[3]
    by_agency: dict[int, list[Site]] = defaultdict(list)
    for site in sites:
        if site.agency_id is not None:
            by_agency[site.agency_id].append(site)
    lots = [(agency, places) for agency, places in sorted(by_agency.items())]
    # The biggest are divided until there are as many contracts as wanted.
    while len(lots) < size.contracts:
        index = max(range(len(lots)), key=lambda i: len(lots[i][1]))
        agency, places = lots[index]
        lots[index] = (agency, places[: len(places) // 2])
        lots.append((agency, places[len(places) // 2 :]))
    since, renewed, until = (date(today.year + shift, 1, 1) for shift in (1 - YEARS, 0, 1))
    terms = [
        (agency, places, begins, ends)
        for place, (agency, places) in enumerate(lots)
        for begins, ends in (((since, renewed), (renewed, until)) if place % RENEWED == 3 else ((since, until),))
    ]
    ids = reserve_ids(Contract, len(terms))
    contracts, links = [], []
    for number, (contract_id, (agency, places, begins, ends)) in enumerate(zip(ids, terms, strict=True), start=1):
        # Whoever was given a lot again got it out of the same fund.
        fund = rng.choices(funds, FUND_WEIGHTS)[0] if begins == since else contracts_fund
        contracts_fund = fund
        years = ends.year - begins.year
        price = sum(PRICE[Tier(site.tier)] for site in places) * years
        amount = round(price * rng.uniform(0.9, 1.1), -2)
        written = f"{places[0].hub_key}-{begins.year}-{number:03d}"
        hubs = {site.hub_id for site in places}
        buyer = hubs.pop() if len(hubs) == 1 else centre
        pays = Pays.ROOM_SERVICES if fund == rooms_only else Pays.OPERATION
        codes = "{E01,E06,K03,K04}" if fund == rooms_only else "{}"
        reason = "站点运营连续稳定，经费纳入年度预算" if years > 1 else ""
        posts = sum(2 for site in places if site.tier in (Tier.HUB, Tier.STATION))
        contracts.append(
            line(contract_id, written, f"{places[0].name}等运营与专业服务", agency, buyer, fund, pays, codes,
                 f"{amount:.2f}", begins, ends, reason, ContractStatus.SIGNED, begins, 1, posts, posts // 2)
        )  # fmt: skip
        for site in places:
            if begins == renewed:
                site.former_contract = site.contract
            site.contract = (contract_id, fund, max(begins, site.agency_since).toordinal())
            links.append((contract_id, site.id))
    columns = ["id", "number", "title", "organisation_id", "hub_id", "fund_id", "pays", "service_codes", "amount",
               "since", "until", "long_term_reason", "status", "signed_on", "version", "staff_needed",
               "certified_needed"]  # fmt: skip
    Table(Contract, columns).copy(contracts)
    through = Contract.stations.through
    link_ids = reserve_ids(through, len(links))
    Table(through, ["id", "contract_id", "station_id"]).copy(
        line(link_id, *link) for link_id, link in zip(link_ids, links, strict=True)
    )
    return len(contracts)


def make_targets(sites: Sequence[Site], size: plan.Size, rng: Random, today: date) -> None:
    """What each hub means to reach this year and last, in proportion to what lies under it."""
    below: dict[int, int] = defaultdict(int)
    for site in sites:
        below[site.hub_id] += site.tier == Tier.ROOM
    hours_of_a_record = 1.4
    yearly = {
        "practice.persons_served": size.clients * 0.8,
        "practice.person_times": size.records / 3 * 7,
        "practice.service_hours": size.records / 3 * hours_of_a_record,
        "practice.cases_opened": size.cases / 3,
    }
    rows = []
    for site in sites:
        if site.tier != Tier.HUB:
            continue
        for year in (today.year - 1, today.year):
            for code, total in yearly.items():
                value = total * below[site.id] / size.rooms * rng.uniform(0.9, 1.15)
                rows.append((site.id, code, year, max(10, round(value, -1))))
    ids = reserve_ids(Target, len(rows))
    Table(Target, ["id", "station_id", "code", "year", "value"]).copy(
        line(row_id, *row) for row_id, row in zip(ids, rows, strict=True)
    )


def publish_figures(sites: Sequence[Site]) -> None:
    """What the city's notice of 2022 says, for the pages that explain why today's rows give another number."""
    centre = next(site for site in sites if site.tier == Tier.CENTRE)
    source_zh, source_en = (
        "市民政局关于社工服务体系建设情况的通报（2022年）",
        "Notice of the Civil Affairs Bureau, 2022",
    )
    for code, value, numerator in (
        ("network.room_coverage", "95.5", 2904),
        ("network.agency_operation", "83.6", None),
    ):
        PublishedFigure.objects.create(
            station_id=centre.id, code=code, year=2022, value=value, numerator=numerator, source_zh=source_zh,
            source_en=source_en,
        )  # fmt: skip
