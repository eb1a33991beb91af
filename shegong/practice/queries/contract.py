"""What the pages of contracts show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.models import ServiceRecord
from shegong.practice.queries.contract_progress import Course, Progress, course_of, progress
from shegong.purchase.enums import ContractStatus
from shegong.purchase.models import Acceptance, Amendment, Commitment, Contract, Payment
from shegong.purchase.papers.contract_book import Row
from shegong.purchase.queries import contract as queries
from shegong.workforce.models import Posting

PAGE_SIZE: Final = 40
SHOWN: Final = ("running", "behind", "waiting", "over", "all")


@dataclass(frozen=True, slots=True)
class Listed:
    """A contract in a list: where it stands, what is paid, and how far it has come."""

    contract: Contract
    course: Course
    stage: str
    stage_kind: str
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Placed:
    """How many of the agency's people work at the contract's stations today, and how many of them are certified."""

    staff: int
    certified: int


def stage_of(contract: Contract, acceptances: Sequence[Acceptance], today: date) -> tuple[str, str]:
    """Where a contract stands, in words, and the kind of chip that says so."""
    if contract.status == ContractStatus.TERMINATED:
        return pgettext("contract", "已终止"), "line"
    if contract.status == ContractStatus.COMPLETED:
        return pgettext("contract", "已结清"), "line"
    if today < contract.since:
        return _("未到起期"), "line"
    passed = {(each.year, each.kind) for each in acceptances if each.passed}
    if any(not each.passed and (each.year, each.kind) not in passed for each in acceptances):
        return _("整改中"), "danger"
    if today >= contract.until:
        return _("待末期验收与结清"), "attention"
    return pgettext("contract", "履行中"), "brand"


def listed(viewer: Viewer, shown: str, words: str, cursor: str | None, today: date) -> Page[Contract]:
    """A page of the contracts that a party sees (two queries at most)."""
    return page_of(with_paid(chosen(viewer, shown, words, today)), ["number"], cursor, PAGE_SIZE)


def chosen(viewer: Viewer, shown: str, words: str, today: date) -> QuerySet[Contract]:
    """The contracts of one of the lists, narrowed by words."""
    found = queries.contracts(viewer)
    if words:
        found = found.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(organisation__name__icontains=words)
        )
    running = found.filter(status=ContractStatus.SIGNED, since__lte=today, until__gt=today)
    if shown == "running":
        found = running
    elif shown == "behind":
        courses = progress(running.values_list("pk", flat=True), today)
        late = [pk for pk, rows in courses.items() if course_of(rows, today).behind]
        found = found.filter(pk__in=late)
    elif shown == "waiting":
        found = found.filter(status=ContractStatus.SIGNED, until__lte=today)
    elif shown == "over":
        found = found.exclude(status=ContractStatus.SIGNED)
    return found


def exported(viewer: Viewer, shown: str, today: date) -> list[tuple[Row, list[Any]]]:
    """The contracts of a list as a workbook says them, with what came of each (six queries)."""
    found = list(with_paid(chosen(viewer, shown, "", today)).prefetch_related("stations").order_by("number"))
    rows = []
    for each in rows_of(found, today):
        of = each.contract
        told = Row(
            0, of.number, of.title, of.organisation.credit_code or "", of.hub.key if of.hub else "", of.fund.code,
            tuple(station.key for station in of.stations.all()), of.amount, of.since, of.until, of.long_term_reason,
        )  # fmt: skip
        share = f"{each.course.share:.0%}" if each.course.rows else ""
        further = [of.organisation.name, each.stage, each.paid, len(each.course.rows), each.course.behind, share]
        rows.append((told, further))
    return rows


def with_paid(found: QuerySet[Contract]) -> QuerySet[Contract]:
    """Contracts with what is `paid` of them, by this product's own payments."""
    paid = Payment.objects.filter(contract=OuterRef("pk"), corrected_at__isnull=True).order_by()
    total = paid.values("contract").annotate(total=Sum("amount")).values("total")
    zero = Value(Decimal("0.00"), output_field=DecimalField(max_digits=14, decimal_places=2))
    return found.annotate(paid=Coalesce(Subquery(total), zero))


def rows_of(contracts: Sequence[Contract], today: date) -> list[Listed]:
    """What a list says of contracts (two queries)."""
    courses = progress([each.pk for each in contracts], today)
    judged: dict[int, list[Acceptance]] = {}
    for each in Acceptance.objects.filter(contract__in=[contract.pk for contract in contracts]).only(
        "contract_id", "year", "kind", "round", "grade"
    ):
        judged.setdefault(each.contract_id, []).append(each)
    rows = []
    for contract in contracts:
        stage, kind = stage_of(contract, judged.get(contract.pk, []), today)
        course = course_of(courses.get(contract.pk, []), today)
        rows.append(Listed(contract, course, stage, kind, getattr(contract, "paid", Decimal(0))))
    return rows


def placed(contract: Contract, today: date) -> Placed:
    """The agency's people at the contract's stations, as far as the viewer sees them (one query)."""
    there = Posting.objects.filter(
        Q(until__isnull=True) | Q(until__gt=today), station__contracts=contract, since__lte=today,
        worker__employer_id=contract.organisation_id,
    )  # fmt: skip
    certified = Count("worker", filter=Q(worker__credentials__issued_on__lte=today), distinct=True)
    found = there.aggregate(staff=Count("worker", distinct=True), certified=certified)
    return Placed(found["staff"], found["certified"])


def stations_of(contract: Contract) -> list[Station]:
    """The stations that a contract serves (one query)."""
    return list(contract.stations.only("id", "key", "name", "path", "tier").order_by("path"))


def stations_beside(contract: Contract) -> list[Station]:
    """The running stations of the buyer's county that a contract doesn't serve; for one that the city signed, those of
    the counties where it serves (two queries).
    """
    hubs = set(contract.stations.order_by().values_list("hub_id", flat=True)) | {contract.hub_id}
    found = Station.objects.filter(hub_id__in=hubs, stage=Stage.RUNNING, tier__in=(Tier.HUB, Tier.STATION, Tier.ROOM))
    return list(found.exclude(contracts=contract).only("id", "name", "path").order_by("path"))


@dataclass(frozen=True, slots=True)
class Changed:
    """An amendment, with the names of the stations that came and went by it."""

    amendment: Amendment
    more: list[str]
    fewer: list[str]


def amendments_of(contract: Contract) -> list[Changed]:
    """A contract's versions, the latest first (one query)."""
    rows = []
    for each in contract.amendments.all():
        before, after = (Counter(state.get("stations", ())) for state in (each.before, each.after))
        rows.append(Changed(each, sorted((after - before).elements()), sorted((before - after).elements())))
    return rows


def months_of(contract: Contract) -> list[tuple[date, float]]:
    """(month, hours) that were recorded under the contract, as far as the viewer sees the records (one query)."""
    found = (
        ServiceRecord.objects.filter(
            contract=contract, voided_at__isnull=True, served_on__gte=contract.since, served_on__lt=contract.until
        )
        .annotate(month=TruncMonth("served_on"))
        .values("month")
        .annotate(minutes=Sum("work_minutes"))
        .order_by("month")
    )
    return [(row["month"], round(row["minutes"] / 60, 1)) for row in found]


def snapshot(rows: Sequence[Progress]) -> tuple[Mapping[str, Any], ...]:
    """How far a contract has come, as an acceptance keeps it."""
    return tuple(
        {"number": row.number, "title": row.title, "target": row.target, "done": round(row.done, 1), "unit": row.unit}
        for row in rows
    )


def commitments_page(viewer: Viewer, contract_id: int | None, cursor: str | None, size: int) -> Page[Commitment]:
    """A page of the commitments of the contracts that a party sees, or of one of them (one query)."""
    seen = queries.contracts(viewer).order_by().values("pk")
    found = Commitment.objects.filter(contract__in=seen)
    if contract_id is not None:
        found = found.filter(contract_id=contract_id)
    return page_of(found, ["contract_id", "number"], cursor, size)
