"""Funds and the ledger in the API: balances, and entries booked by PUT under the caller's key, read and undone."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import PLAIN, Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.people.enums import Role
from shegong.purchase.actions import ledger as actions
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import EntryKind, FundKind, MoneyStage, Pays
from shegong.purchase.models import Fund, LedgerEntry
from shegong.purchase.queries import ledger as queries

router = Router()
OFFICERS = (Role.CITY, Role.COUNTY)
Year = Annotated[int, Field(ge=2015, le=2100)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=20)]
Yuan = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2, description="Yuan, at most two decimals.")]
Note = Annotated[str, long_text(300)]


class RuleOut(BaseModel):
    """What a fund may pay; only these services of the catalogue where some are named."""

    pays: Pays
    service_codes: list[str]
    clause: str
    since: date
    until: date | None


class FundOut(Answer):
    """A source of money."""

    code: str
    name: str
    kind: FundKind
    is_pooled: bool
    rules: list[RuleOut]


class BalanceOut(Answer):
    """What an account holds: a fund, a hub, a year, a stage. `source` and `carried_in` are never above zero."""

    fund: str
    hub_id: int
    year: int
    stage: MoneyStage
    amount: Decimal


class EntryOut(Answer):
    """An entry of the ledger."""

    id: int
    key: UUID
    number: str
    kind: EntryKind
    fund: str
    year: int
    hub_id: int
    to_hub_id: int | None
    amount: Decimal
    pays: str
    subject: str
    contract_id: int | None
    gate: str
    booked_on: date
    note: str
    reverses_id: int | None
    made_at: datetime


class EntryIn(Body):
    """A sum that comes in, is given out or goes back. What is reserved, bound and paid is booked by projects and
    contracts.
    """

    kind: Annotated[EntryKind, Field(description="`appropriate`, `allocate` or `return` (of free money).")]
    fund: Code
    hub_id: Id
    year: Year
    amount: Yuan
    booked_on: Day | None = None
    note: Note = ""


class ReversalIn(Body):
    """Why an entry is undone."""

    reason: Note


class BalanceFilter(Chosen):
    """Of which year."""

    year: Year | None = None


class EntryFilter(Paged):
    """Which entries."""

    year: Year | None = None
    hub_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    fund: Annotated[str | None, Field(pattern=PLAIN, max_length=20)] = None
    kind: EntryKind | None = None


@router.get("/funds", response={200: All[FundOut]})
def list_funds(request: ApiRequest, asked: Query[Chosen]) -> HttpResponse:
    """The sources of money, and what each may pay."""
    only(request.viewer, *OFFICERS)
    fields = wanted(FundOut, asked.fields)
    return whole(map(_fund, Fund.objects.prefetch_related("rules")), fields)


@router.get("/funds/{code}/balances", response={200: All[BalanceOut]})
def list_fund_balances(request: ApiRequest, code: Code, asked: Query[BalanceFilter]) -> HttpResponse:
    """A fund's balances in a year (this one when left out), by hub and stage."""
    only(request.viewer, *OFFICERS)
    fields = wanted(BalanceOut, asked.fields)
    fund = Fund.objects.filter(code=code).first()
    if fund is None:
        raise not_found()
    year = asked.year or clock.today().year
    found = queries.balances(request.viewer).filter(fund=fund, year=year).order_by("hub_id", "stage")
    return whole(
        (
            BalanceOut(fund=code, hub_id=row.hub_id, year=row.year, stage=MoneyStage(row.stage), amount=row.amount)
            for row in found
        ),
        fields,
    )


@router.get("/ledger-entries", response={200: Listed[EntryOut]})
def list_ledger_entries(request: ApiRequest, asked: Query[EntryFilter]) -> HttpResponse:
    """Entries, the latest first: the city's officers see all, a county's its hub's, an agency its contracts'."""
    only(request.viewer, *OFFICERS, Role.AGENCY)
    fields = wanted(EntryOut, asked.fields)
    found = queries.entries(request.viewer)
    for name, value in (
        ("year_id", asked.year),
        ("hub_id", asked.hub_id),
        ("fund__code", asked.fund),
        ("kind", asked.kind),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page_of(found, ["-id"], asked.cursor, asked.limit)
    return page(map(_entry, rows.items), rows.next_cursor, fields)


@router.get("/ledger-entries/{key}", response={200: EntryOut})
def read_ledger_entry(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An entry by its key."""
    fields = wanted(EntryOut, asked.fields)
    return one(_entry(_seen(request, key)), fields)


@router.put("/ledger-entries/{key}", response={200: EntryOut, 201: EntryOut, 409: ProblemDetails})
def put_ledger_entry(request: ApiRequest, key: UUID, entry: EntryIn) -> HttpResponse:
    """Book under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *OFFICERS)
    known = queries.entries(request.viewer).filter(key=key).exists()
    fund = Fund.objects.filter(code=entry.fund).first()
    if fund is None:
        raise Problem("fund_unknown", _("没有这项资金。"), "fund")
    if not Station.objects.filter(pk=entry.hub_id, tier__in=(Tier.CENTRE, Tier.HUB)).exists():
        raise Problem("hub_unknown", _("请选择区(市)县。"), "hub_id")
    booking = Booking(fund, entry.hub_id, entry.year, entry.amount, _clean(entry.note), key, entry.booked_on)
    viewer, at = request.viewer, clock.now()
    if entry.kind == EntryKind.APPROPRIATE:
        made = actions.appropriate(booking, by=viewer, at=at)
    elif entry.kind == EntryKind.ALLOCATE:
        made = actions.allocate(booking, by=viewer, at=at)
    elif entry.kind == EntryKind.RETURN:
        made = actions.give_back(booking, stage=MoneyStage.ALLOCATED, by=viewer, at=at)
    else:
        raise Problem("kind_elsewhere", _("这类分录由采购项目、合同和调剂产生。"), "kind")
    return one(_entry(made), status=200 if known else 201)


@router.post("/ledger-entries/{key}/reversal", response={200: EntryOut, 409: ProblemDetails})
def reverse_ledger_entry(request: ApiRequest, key: UUID, reversal: ReversalIn) -> HttpResponse:
    """Undo an entry that no contract is behind; answers the reversal."""
    only(request.viewer, *OFFICERS)
    found = _seen(request, key)
    if found.kind in (EntryKind.COMMIT, EntryKind.PAY):
        raise Problem("kind_elsewhere", _("这类分录由采购项目、合同和调剂产生。"), status=409)
    return one(_entry(actions.reverse(found, _clean(reversal.reason), by=request.viewer, at=clock.now())))


def _clean(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _seen(request: ApiRequest, key: UUID) -> LedgerEntry:
    only(request.viewer, *OFFICERS, Role.AGENCY)
    found = queries.entries(request.viewer).filter(key=key).first()
    if found is None:
        raise not_found()
    return found


def _fund(row: Fund) -> FundOut:
    return FundOut(
        code=row.code,
        name=row.name,
        kind=FundKind(row.kind),
        is_pooled=row.is_pooled,
        rules=[
            RuleOut(
                pays=Pays(rule.pays),
                service_codes=rule.service_codes,
                clause=rule.clause,
                since=rule.since,
                until=rule.until,
            )
            for rule in row.rules.all()
        ],
    )


def _entry(row: LedgerEntry) -> EntryOut:
    names = EntryOut.model_fields.keys() - {"fund", "year", "number"}
    values = {name: getattr(row, name) for name in names}
    return EntryOut.model_validate({**values, "fund": row.fund.code, "year": row.year_id, "number": row.number})
