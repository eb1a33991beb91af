"""Reading agencies as suppliers: what they hold, what they are bound to, who works there, what is said of them. Facts
and their course over the years, and no rank.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

from shegong.kernel.pages import Page, page_of
from shegong.network.models import Operation, Organisation
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import EXCLUDING, EntryKind, Grade
from shegong.purchase.models import Acceptance, AgencyComplaint, Contract, CreditRecord, LedgerEntry, Licence
from shegong.purchase.queries.contract import running
from shegong.purchase.queries.ledger import entries
from shegong.workforce.models import Credential, Worker

AGENCY = ["agency"]
YEARS = 4
NOTHING = Decimal(0)


def agencies(viewer: Viewer) -> QuerySet[Organisation]:
    """The agencies that a viewer may look at: officers all of them, an agency itself."""
    found = Organisation.objects.filter(kinds__contains=AGENCY)
    if viewer.has(Role.CITY, Role.COUNTY):
        return found
    return found.filter(pk__in=viewer.organisations if viewer.has(Role.AGENCY) else ())


def agencies_page(
    viewer: Viewer, day: date, text: str = "", narrow: str = "", cursor: str | None = None
) -> Page[Organisation]:
    """Agencies by name or credit code, each with its contracts in force (`contracted`, `bound` yuan), until when it is
    licensed (`licensed_until`), and whether something shuts it out (`is_excluded`); `narrow` to those in our contracts
    ("bound") or without a licence ("unlicensed") (one query).
    """
    own = Contract.objects.filter(running(day), organisation=OuterRef("pk")).order_by().values("organisation")
    if not viewer.has(Role.CITY):
        own = own.filter(hub_id__in=viewer.hubs)
    held = Licence.objects.filter(organisation=OuterRef("pk"), since__lte=day).order_by().values("organisation")
    bad = CreditRecord.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day), organisation=OuterRef("pk"), kind__in=EXCLUDING, since__lte=day
    )
    found = agencies(viewer)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(credit_code=text.upper()))
    if narrow == "bound":
        found = found.filter(Exists(own))
    elif narrow == "unlicensed":
        found = found.exclude(Exists(held.filter(until__gt=day)))
    found = found.annotate(
        contracted=Subquery(own.annotate(n=Count("id")).values("n")),
        bound=Subquery(own.annotate(n=Sum("amount")).values("n")),
        licensed_until=Subquery(held.annotate(n=Max("until")).values("n")),
        is_excluded=Exists(bad),
    )
    return page_of(found, ["name"], cursor)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works for an agency today, as far as the viewer sees: all, professionals, holders of a certificate."""

    all: int
    professional: int
    certified: int
    supervisors: int


@dataclass(frozen=True, slots=True)
class Year:
    """An agency's year: contracts in force at some time, how often their work was judged, with how many points on
    average (None for never) and how often it passed, what was paid, people at the year's end (today in this one) and
    how many of them certified, complaints, how many of these answered.
    """

    year: int
    contracts: int
    judged: int
    passed: int
    score: Decimal | None
    paid: Decimal
    staff: int
    certified: int
    complaints: int
    answered: int


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """All that an agency's page shows."""

    licences: list[Licence]
    credit: list[CreditRecord]
    contracts: list[Contract]
    stations: int
    staff: Staff
    years: list[Year]
    complaints: list[AgencyComplaint]

    @property
    def bound(self) -> Decimal:
        """What the contracts that are listed come to."""
        return sum((contract.amount for contract in self.contracts), NOTHING)


def agency_file(viewer: Viewer, agency: Organisation, day: date) -> AgencyFile:
    """An agency's page (nine queries)."""
    contracts = list(
        Contract.objects.filter(organisation=agency).select_related("hub", "fund").order_by("-since", "number")
    )
    complaints = list(AgencyComplaint.objects.select_related("hub").filter(organisation=agency))
    people = _people(agency)
    return AgencyFile(
        licences=list(agency.licences.all()),
        credit=list(agency.credit_records.all()),
        contracts=contracts,
        stations=Operation.objects.filter(organisation=agency).filter(_on(day)).count(),
        staff=_staff(agency, day),
        years=_years(viewer, agency, day, contracts, complaints, people),
        complaints=complaints,
    )


def _on(day: date) -> Q:
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))


def _staff(agency: Organisation, day: date) -> Staff:
    holds = Exists(Credential.objects.filter(worker=OuterRef("pk"), issued_on__lte=day))
    found = Worker.objects.filter(_on(day), employer=agency).annotate(is_certified=holds)
    counted = found.aggregate(
        all=Count("id"),
        professional=Count("id", filter=Q(is_professional=True)),
        certified=Count("id", filter=Q(is_certified=True)),
        supervisors=Count("id", filter=Q(is_supervisor=True)),
    )
    return Staff(**counted)


Person = tuple[date, date | None, date | None]  # came, left, first certificate


def _people(agency: Organisation) -> list[Person]:
    first = Credential.objects.filter(worker=OuterRef("pk")).order_by("issued_on").values("issued_on")[:1]
    rows = Worker.objects.filter(employer=agency).annotate(certified_on=Subquery(first))
    return list(rows.values_list("since", "until", "certified_on"))


def _years(
    viewer: Viewer, agency: Organisation, day: date, contracts: Iterable[Contract],
    complaints: Iterable[AgencyComplaint], people: Iterable[Person],
) -> list[Year]:  # fmt: skip
    paid = entries(viewer).filter(contract__organisation=agency, kind=EntryKind.PAY, reversed_by__isnull=True)
    by_year = dict(
        paid.order_by().values_list("year_id").annotate(total=Sum(F("amount"))).values_list("year_id", "total")
    )
    judged = list(Acceptance.objects.filter(contract__organisation=agency).values_list("held_on", "score", "grade"))
    found = []
    for year in range(day.year - YEARS + 1, day.year + 1):
        end = min(date(year, 12, 31), day)
        there = [each for each in people if each[0] <= end and (each[1] is None or each[1] > end)]
        said = [each for each in complaints if each.received_on.year == year]
        scores = [(score, grade) for held_on, score, grade in judged if held_on.year == year]
        found.append(
            Year(
                year=year,
                contracts=sum(each.since <= end and each.until > date(year, 1, 1) for each in contracts),
                judged=len(scores),
                passed=sum(grade != Grade.FAIL for _score, grade in scores),
                score=sum((score for score, _grade in scores), NOTHING) / len(scores) if scores else None,
                paid=by_year.get(year, NOTHING),
                staff=len(there),
                certified=sum(each[2] is not None and each[2] <= end for each in there),
                complaints=len(said),
                answered=sum(each.answered_at is not None for each in said),
            )
        )
    return found


def complaint(viewer: Viewer, key: UUID) -> AgencyComplaint | None:
    """A complaint about one of the viewer's own agencies."""
    rows = AgencyComplaint.objects.select_related("organisation", "hub")
    return rows.filter(pk=key, organisation_id__in=viewer.organisations).first()


def payments_of(viewer: Viewer, contracts: Iterable[Contract]) -> dict[int, Decimal]:
    """What was paid of contracts (one query)."""
    rows = LedgerEntry.objects.filter(contract__in=list(contracts), kind=EntryKind.PAY, reversed_by__isnull=True)
    return dict(rows.order_by().values_list("contract_id").annotate(total=Sum("amount")))
