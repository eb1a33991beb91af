"""Contracts in the API: what is agreed and promised with how far it has come, how it was judged, what was paid; and
signing, judging and paying by PUT under the caller's key.
"""

from collections.abc import Iterable
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
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api_scope import ApiRequest, only
from shegong.people.enums import Role
from shegong.practice.queries import contract as queries
from shegong.practice.queries.contract_progress import Progress, progress
from shegong.purchase.actions import payment as payments
from shegong.purchase.actions import performance
from shegong.purchase.actions.performance import Judgement
from shegong.purchase.enums import AcceptanceKind, ContractStatus, Gate, Grade, Measure, Pays
from shegong.purchase.models import Acceptance, Contract, Instalment, Payment
from shegong.purchase.queries import contract as terms
from shegong.purchase.rules.contract import PARTS
from shegong.purchase.rules.money import CENT
from shegong.purchase.rules.pace import Standing

router = Router(tags=["purchase"])
BUYERS = (Role.CITY, Role.COUNTY)
Place = Annotated[int, Field(ge=1, le=99)]
Year = Annotated[int, Field(ge=1, le=3, description="The contract's year; its first is 1.")]
Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class ContractOut(Answer):
    """A contract, from `since` up to, not on, `until`."""

    id: int
    number: str
    title: str
    organisation: str
    organisation_id: int
    hub_id: int | None
    fund: str
    pays: Pays
    amount: Decimal
    paid: Decimal
    since: date
    until: date
    status: ContractStatus
    signed_on: date
    version: int
    staff_needed: int
    certified_needed: int


class CommitmentOut(Answer):
    """What is promised for a contract's year (0: its whole term), and how far it has come."""

    contract_id: int
    number: int
    measure: Measure
    unit: str
    target: int
    year: int
    min_sessions: int
    min_attendance: int
    done: float
    standing: Standing
    forecast: float
    per_month: float | None


class InstalmentOut(Answer):
    """A part of a contract's sum, and the gate before which nothing of it is paid."""

    number: int
    gate: Gate
    year: int
    amount: Decimal
    deducted: Decimal
    is_open: bool
    is_paid: bool


class AcceptanceOut(Answer):
    """How a contract's year was judged."""

    key: UUID
    contract_id: int
    kind: AcceptanceKind
    year: int
    round: int
    held_on: date
    score: Decimal
    grade: Grade
    opinion: str
    mend_by: date | None


class PaymentOut(Answer):
    """An instalment paid; `corrected_at` when it was taken back."""

    key: UUID
    contract_id: int
    instalment: int
    amount: Decimal
    deducted: Decimal
    paid_on: date
    corrected_at: datetime | None


class PointsIn(BaseModel):
    """Points for each part; they add up to the score of 100."""

    operation: Points
    staffing: Points
    outputs: Points
    records: Points
    outcomes: Points
    satisfaction: Points
    finance: Points


class AcceptanceIn(Body):
    """An acceptance; one below 60 points says what to mend by when."""

    contract_id: Id
    kind: AcceptanceKind
    year: Year = 1
    held_on: Day
    points: PointsIn
    opinion: Annotated[str, long_text(1000)] = ""
    mend_by: Day | None = None


class PaymentIn(Body):
    """Which instalment is paid; what is due of it is what was agreed less what was held back."""

    contract_id: Id
    instalment: Place
    paid_on: Day | None = None


class ContractFilter(Paged):
    """Which contracts."""

    status: ContractStatus | None = None


class OfContract(Paged):
    """Of which contract."""

    contract_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


@router.get("/contracts", response={200: Listed[ContractOut]})
def list_contracts(request: ApiRequest, asked: Query[ContractFilter]) -> HttpResponse:
    """Contracts by number: the city's officers see all, a county's its own, an agency its own."""
    only(request.viewer, *terms.PARTIES)
    fields = wanted(ContractOut, asked.fields)
    found = queries.with_paid(terms.contracts(request.viewer))
    if asked.status is not None:
        found = found.filter(status=asked.status)
    rows = page_of(found, ["number"], asked.cursor, asked.limit)
    return page(map(_contract, rows.items), rows.next_cursor, fields)


@router.get("/contracts/{contract_id}", response={200: ContractOut})
def read_contract(request: ApiRequest, contract_id: Id, asked: Query[Chosen]) -> HttpResponse:
    """A contract."""
    fields = wanted(ContractOut, asked.fields)
    return one(_contract(_seen(request, contract_id)), fields)


@router.get("/contracts/{contract_id}/instalments", response={200: All[InstalmentOut]})
def list_contract_instalments(request: ApiRequest, contract_id: Id, asked: Query[Chosen]) -> HttpResponse:
    """The payment plan."""
    fields = wanted(InstalmentOut, asked.fields)
    rows = terms.plan(_seen(request, contract_id), clock.today())
    return whole(
        (
            InstalmentOut(
                number=row.instalment.number,
                gate=Gate(row.instalment.gate),
                year=row.instalment.year,
                amount=row.instalment.amount,
                deducted=row.deducted,
                is_open=row.is_open,
                is_paid=row.payment is not None,
            )
            for row in rows
        ),
        fields,
    )


@router.get("/commitments", response={200: Listed[CommitmentOut]})
def list_commitments(request: ApiRequest, asked: Query[OfContract]) -> HttpResponse:
    """Commitments with how far they have come, by contract and number."""
    only(request.viewer, *terms.PARTIES)
    fields = wanted(CommitmentOut, asked.fields)
    rows = queries.commitments_page(request.viewer, asked.contract_id, asked.cursor, asked.limit)
    done = progress({row.contract_id for row in rows.items})
    by_id = {each.id: each for of_contract in done.values() for each in of_contract}
    return page(_commitments(by_id[row.pk] for row in rows.items if row.pk in by_id), rows.next_cursor, fields)


@router.get("/acceptances", response={200: Listed[AcceptanceOut]})
def list_acceptances(request: ApiRequest, asked: Query[OfContract]) -> HttpResponse:
    """Acceptances, the latest first."""
    only(request.viewer, *terms.PARTIES)
    fields = wanted(AcceptanceOut, asked.fields)
    found = Acceptance.objects.filter(contract__in=terms.contracts(request.viewer).order_by().values("pk"))
    if asked.contract_id is not None:
        found = found.filter(contract_id=asked.contract_id)
    rows = page_of(found, ["-made_at"], asked.cursor, asked.limit)
    return page(map(_acceptance, rows.items), rows.next_cursor, fields)


@router.put("/acceptances/{key}", response={200: AcceptanceOut, 201: AcceptanceOut, 409: ProblemDetails})
def put_acceptance(request: ApiRequest, key: UUID, acceptance: AcceptanceIn) -> HttpResponse:
    """Judge a contract's year: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *BUYERS)
    found = _seen(request, acceptance.contract_id)
    known = Acceptance.objects.filter(pk=key).exists()
    rows = [row for row in progress([found.pk]).get(found.pk, []) if row.year in (0, acceptance.year)]
    said = Judgement(
        acceptance.kind,
        acceptance.year,
        acceptance.held_on,
        {code: getattr(acceptance.points, code) for code, _most, _label in PARTS},
        acceptance.opinion,
        acceptance.mend_by,
        queries.snapshot(rows),
    )
    made = performance.accept(key, found.pk, said, by=request.viewer, at=clock.now())
    return one(_acceptance(made), status=200 if known else 201)


@router.get("/payments", response={200: Listed[PaymentOut]})
def list_payments(request: ApiRequest, asked: Query[OfContract]) -> HttpResponse:
    """Payments of contracts, the latest first."""
    only(request.viewer, *terms.PARTIES)
    fields = wanted(PaymentOut, asked.fields)
    found = Payment.objects.filter(contract__in=terms.contracts(request.viewer).order_by().values("pk"))
    if asked.contract_id is not None:
        found = found.filter(contract_id=asked.contract_id)
    rows = page_of(found.select_related("instalment"), ["-paid_at"], asked.cursor, asked.limit)
    return page(map(_payment, rows.items), rows.next_cursor, fields)


@router.put("/payments/{key}", response={200: PaymentOut, 201: PaymentOut, 409: ProblemDetails})
def put_payment(request: ApiRequest, key: UUID, payment: PaymentIn) -> HttpResponse:
    """Pay an instalment: 201 when it is new, 200 when the same came before, 409 when somebody was faster."""
    only(request.viewer, *BUYERS)
    found = _seen(request, payment.contract_id)
    part = Instalment.objects.select_related("contract").filter(contract=found, number=payment.instalment).first()
    if part is None:
        raise Problem("instalment_unknown", _("合同没有这一期。"), "instalment")
    known = Payment.objects.filter(pk=key).exists()
    made = payments.pay_instalment(key, part, by=request.viewer, at=clock.now(), paid_on=payment.paid_on)
    return one(_payment(made), status=200 if known else 201)


def _seen(request: ApiRequest, contract_id: int) -> Contract:
    only(request.viewer, *terms.PARTIES)
    found = queries.with_paid(terms.contracts(request.viewer)).filter(pk=contract_id).first()
    if found is None:
        raise not_found()
    return found


def _contract(row: Contract) -> ContractOut:
    names = ContractOut.model_fields.keys() - {"organisation", "fund", "paid"}
    values = {name: getattr(row, name) for name in names}
    # Without a payment the database says 0, with one 240.00.
    paid = Decimal(getattr(row, "paid", 0)).quantize(CENT)
    told = {**values, "organisation": row.organisation.name, "fund": row.fund.code, "paid": paid}
    return ContractOut.model_validate(told)


def _commitments(rows: Iterable[Progress]) -> Iterable[CommitmentOut]:
    for row in rows:
        yield CommitmentOut(
            contract_id=row.contract_id,
            number=row.number,
            measure=Measure(row.measure),
            unit=row.unit,
            target=row.target,
            year=row.year,
            min_sessions=row.min_sessions,
            min_attendance=row.min_attendance,
            done=round(row.done, 2),
            standing=row.pace.standing,
            forecast=round(row.pace.forecast, 1),
            per_month=None if row.pace.per_month is None else round(row.pace.per_month, 1),
        )


def _acceptance(row: Acceptance) -> AcceptanceOut:
    names = AcceptanceOut.model_fields.keys() - {"key"}
    return AcceptanceOut.model_validate({**{name: getattr(row, name) for name in names}, "key": row.pk})


def _payment(row: Payment) -> PaymentOut:
    names = PaymentOut.model_fields.keys() - {"key", "instalment"}
    values = {name: getattr(row, name) for name in names}
    return PaymentOut.model_validate({**values, "key": row.pk, "instalment": row.instalment.number})
