"""A payment followed to what it paid for: fund, contract, how the money was bound, and the work, without anybody in it.

All payments of a contract in a county for one year pay for the work of that year together: each is divided among its
records by their minutes of work, to the cent. Work that isn't recorded yet changes the shares until the year ends.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.indicators.money.rules import cents, divided, pseudonym, yuan
from shegong.network.scope import Viewer
from shegong.practice.models import ServiceRecord
from shegong.purchase.enums import EntryKind, MoneyStage
from shegong.purchase.models import Contract, LedgerEntry
from shegong.purchase.queries import ledger

RECORDS_SHOWN: Final = 25
SOURCES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class PaidRecord:
    """A record as a payment's page shows it: a month, what for whom how, how many and how long; and its share."""

    key: UUID
    code: str
    month: date
    service: str
    group: str
    method: str
    person_times: int
    work_minutes: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """What a payment paid of one service or for one group."""

    name: str
    records: int
    person_times: int
    work_minutes: int
    amount: Decimal

    @property
    def hours(self) -> Decimal:
        """Of work."""
        return Decimal(self.work_minutes) / 60


@dataclass(frozen=True, slots=True)
class Trace:
    """All that a payment's page says. `year` is the year whose work it pays, `bound` the entries that bound the money,
    `payments` all that were made for the same contract, county, fund and year, `sources` the latest sums given out to
    the county (of what the viewer may see).
    """

    entry: LedgerEntry
    contract: Contract
    undone: LedgerEntry | None
    year: int
    bound: list[LedgerEntry]
    payments: list[LedgerEntry]
    sources: list[LedgerEntry]
    committed: Decimal
    records: list[PaidRecord]

    @property
    def total(self) -> Decimal:
        """What its records add up to: the payment's amount, unless there is no work yet."""
        return sum((each.amount for each in self.records), Decimal(0))

    @property
    def person_times(self) -> int:
        """Of all its records."""
        return sum(each.person_times for each in self.records)

    @property
    def work_minutes(self) -> int:
        """Of all its records."""
        return sum(each.work_minutes for each in self.records)

    @property
    def hours(self) -> Decimal:
        """Of work, of all its records."""
        return Decimal(self.work_minutes) / 60

    @property
    def paid(self) -> Decimal:
        """All payments together, as far as they stand."""
        return sum((each.amount for each in self.payments), Decimal(0))

    def by_service(self) -> list[Part]:
        """The records added up by service, by name."""
        return _parts(self.records, lambda each: each.service)

    def by_group(self) -> list[Part]:
        """The records added up by the group served, by name."""
        return _parts(self.records, lambda each: each.group)


def _parts(records: Iterable[PaidRecord], name_of: Callable[[PaidRecord], str]) -> list[Part]:
    found: dict[str, list[PaidRecord]] = {}
    for each in records:
        found.setdefault(name_of(each), []).append(each)
    return [
        Part(
            name,
            len(own),
            sum(each.person_times for each in own),
            sum(each.work_minutes for each in own),
            sum((each.amount for each in own), Decimal(0)),
        )
        for name, own in sorted(found.items())
    ]


def trace(viewer: Viewer, entry_id: int) -> Trace | None:
    """A payment followed (eight queries, whatever it paid for); None for what isn't one, or not the viewer's."""
    found = ledger.entries(viewer).select_related("fund", "hub", "to_hub", "contract__organisation")
    entry = found.filter(pk=entry_id, kind=EntryKind.PAY).first()
    return None if entry is None or entry.contract is None else traced(viewer, entry)


def traced(viewer: Viewer, entry: LedgerEntry) -> Trace:
    """The same for a payment that the viewer sees (seven queries)."""
    contract = entry.contract
    assert contract is not None
    of_contract = list(
        ledger.entries(viewer)
        .filter(contract=contract, hub_id=entry.hub_id, fund_id=entry.fund_id)
        .select_related("reversed_by")
        .order_by("id")
    )
    stands = [each for each in of_contract if not hasattr(each, "reversed_by")]
    ever = [each for each in stands if each.kind == EntryKind.COMMIT]
    year = year_of_work(entry, ever)
    bound = [each for each in ever if each.year_id == year]
    payments = [each for each in stands if each.kind == EntryKind.PAY and year_of_work(each, ever) == year]
    undone = next((each for each in of_contract if each.reverses_id == entry.pk), None)
    given = ledger.entries(viewer).filter(
        kind__in=(EntryKind.ALLOCATE, EntryKind.TRANSFER), fund_id=entry.fund_id, year_id=year, reversed_by__isnull=True
    )
    own = given.filter(to_hub_id=entry.hub_id) | given.filter(hub_id=entry.hub_id, to_hub__isnull=True)
    return Trace(
        entry,
        contract,
        undone,
        year,
        bound,
        payments,
        list(own.order_by("-id")[:SOURCES_SHOWN]),
        ledger.held(viewer, f"contract:{contract.pk}").stages[MoneyStage.COMMITTED],
        [] if undone else _records(entry, contract, year),
    )


def year_of_work(entry: LedgerEntry, bound: Sequence[LedgerEntry]) -> int:
    """Which year's work a payment pays: the latest one up to its own for which money was bound. What was carried over
    pays for the year before.
    """
    return max((each.year_id for each in bound if each.year_id <= entry.year_id), default=entry.year_id)


def _records(entry: LedgerEntry, contract: Contract, year: int) -> list[PaidRecord]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM indicators_paid_records(%s, %s, %s, %s)",
            [contract.pk, entry.hub_id, date(year, 1, 1), date(year + 1, 1, 1)],
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    services, groups = _names(ServiceItem, rows, 2), _names(PopulationGroup, rows, 3)
    methods = {method.value: str(method.label) for method in Method}
    shares = divided(cents(entry.amount), [row[6] for row in rows])
    found = [
        PaidRecord(
            key,
            pseudonym(entry.key, key),
            month,
            services.get(service, "") or _("受限服务"),
            groups.get(group, "") or _("受限群体"),
            methods[method],
            times,
            minutes,
            yuan(share),
        )
        for (key, month, service, group, method, times, minutes), share in zip(rows, shares, strict=True)
    ]
    # By month and code: the order of days would tell more than the month does.
    return sorted(found, key=lambda each: (each.month, each.code))


def _names(model: Any, rows: Iterable[Sequence[Any]], column: int) -> Mapping[int, str]:
    wanted = {row[column] for row in rows if row[column] is not None}
    return {key: str(each.name) for key, each in model.objects.in_bulk(wanted).items()}


def within_reach(records: Sequence[PaidRecord]) -> set[UUID]:
    """Which of these records the viewer may open (one query, under the wall)."""
    return set(ServiceRecord.objects.filter(pk__in=[each.key for each in records]).values_list("pk", flat=True))
