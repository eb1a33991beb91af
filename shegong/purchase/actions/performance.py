"""A contract in life: what is changed by agreement, warned of, delivered and judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.scope import Viewer
from shegong.purchase.actions import ledger
from shegong.purchase.actions.contract import promise, staff_problem, stations_problem
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import AcceptanceKind, ContractStatus, Gate, MoneyStage, Pays
from shegong.purchase.models import (
    Acceptance,
    AgencyAnswer,
    Amendment,
    Contract,
    ContractEntry,
    ContractWarning,
    Deliverable,
    Instalment,
    SubjectBalance,
)
from shegong.purchase.queries import contract as queries
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules import money
from shegong.purchase.rules.contract import Pledge

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What is agreed anew; None and () leave things as they are. `targets` are new targets by a commitment's number,
    `pledges` further commitments.
    """

    amount: Decimal | None = None
    until: date | None = None
    station_ids: tuple[int, ...] | None = None
    staff_needed: int | None = None
    certified_needed: int | None = None
    targets: Mapping[int, int] | None = None
    pledges: tuple[Pledge, ...] = ()
    long_term_reason: str | None = None


def held_contract(contract_id: int, by: Viewer, *, running: bool = True) -> Contract:
    """A contract of the viewer's side, locked until the transaction ends. Raises Problem: 403; 409 for one that is over
    (if it must be `running`).
    """
    found = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
    if found is None or not queries.signs(by, found):
        raise Problem("contract_not_yours", _("您不能办理这份合同。"), status=403)
    if running and found.status != ContractStatus.SIGNED:
        raise Problem("contract_over", _("合同已经结束。"), status=409)
    return found


@transaction.atomic
def amend(contract_id: int, change: Change, *, reason: str, agreed_on: date, by: Viewer, at: datetime) -> Amendment:
    """Change a contract by agreement; its money is bound or freed with it, the last instalments that aren't paid yet
    take the difference. Raises Problem or Problems at the changed fields, `reason`, `agreed_on`, `change` (nothing is).
    """
    contract = held_contract(contract_id, by)
    raise_any(_change_problems(contract, change, reason, agreed_on))
    before = state_of(contract)
    if change.amount is not None and change.amount != contract.amount:
        _change_amount(contract, change.amount, reason, by, at)
    for name in ("until", "staff_needed", "certified_needed", "long_term_reason"):
        value = getattr(change, name)
        if value is not None:
            setattr(contract, name, value)
    contract.version += 1
    contract.save()
    if change.station_ids is not None:
        contract.stations.set(change.station_ids)
    for number, target in (change.targets or {}).items():
        contract.commitments.filter(number=number).update(target=target)
    promise(contract, change.pledges)
    return _noted(contract, before, reason, agreed_on, by, at)


def state_of(contract: Contract) -> dict[str, Any]:
    """What a contract says, as kept with its amendments."""
    return {
        "amount": str(contract.amount),
        "until": contract.until.isoformat(),
        "staff_needed": contract.staff_needed,
        "certified_needed": contract.certified_needed,
        "stations": sorted(contract.stations.order_by("name").values_list("name", flat=True)),
        "commitments": {str(n): target for n, target in contract.commitments.values_list("number", "target")},
        "instalments": {str(n): str(amount) for n, amount in contract.instalments.values_list("number", "amount")},
    }


def _change_problems(contract: Contract, change: Change, reason: str, agreed_on: date) -> list[Problem | None]:
    until = change.until or contract.until
    years = rules.years_of(contract.since, until) if contract.since < until else 1
    planned = max((each.year for each in contract.instalments.all()), default=1)
    staff = contract.staff_needed if change.staff_needed is None else change.staff_needed
    certified = contract.certified_needed if change.certified_needed is None else change.certified_needed
    known = set(contract.commitments.values_list("number", flat=True))
    wrong = [
        rules.term_problem(
            contract.since,
            until,
            contract.long_term_reason if change.long_term_reason is None else change.long_term_reason,
        ),
        money.amount_problem(change.amount) if change.amount is not None else None,
        staff_problem(staff, certified),
        None if change.station_ids is None else stations_problem(contract.hub_id or 0, change.station_ids),
        Problem("reason_missing", _("请写明理由。"), "reason") if not reason.strip() else None,
        Problem("date_future", _("日期不能晚于今天。"), "agreed_on") if agreed_on > clock.today() else None,
        Problem("change_missing", _("没有要变更的内容。")) if change == Change() else None,
        *(rules.pledge_problem(pledge, years) for pledge in change.pledges),
    ]
    if years < planned:
        wrong.append(Problem("plan_beyond", _("付款计划超出新的期限。"), "until"))
    for number, target in (change.targets or {}).items():
        if number not in known:
            wrong.append(Problem("commitment_unknown", _("没有这项指标。"), "targets"))
        elif not 1 <= target <= 1_000_000:
            wrong.append(Problem("target_range", _("目标值须在 1 到 1000000 之间。"), f"target_{number}"))
    return wrong


def _change_amount(contract: Contract, amount: Decimal, reason: str, by: Viewer, at: datetime) -> None:
    """Bind more, or free what is bound; the last unpaid instalments take the difference."""
    more = amount - contract.amount
    unpaid = contract.instalments.exclude(payments__corrected_at__isnull=True, payments__isnull=False)
    left = more
    for part in unpaid.order_by("-number"):
        takes = left if left > 0 else max(left, money.CENT - part.amount)
        if takes:
            Instalment.objects.filter(pk=part.pk).update(amount=part.amount + takes)
        left -= takes
        if not left:
            break
    if left:
        raise Problem("amount_paid", _("已经支付的部分不能减少。"), "amount")
    if more > 0:
        year = clock.today().year
        booking = Booking(contract.fund, contract.hub_id or 0, year, more, note=reason)
        entry = ledger.commit(
            contract, booking, pays=Pays(contract.pays), by=by, at=at, services=contract.service_codes
        )
        ContractEntry.objects.create(entry=entry, contract=contract)
    else:
        free(contract, -more, reason, by, at)
    contract.amount = amount


def free(contract: Contract, amount: Decimal | None, reason: str, by: Viewer, at: datetime) -> Decimal:
    """Free so much of what is bound for a contract, or all that is; how much it was. Raises Problem at `amount`."""
    left, freed = amount, Decimal(0)
    for row in bound_for(contract):
        part = row.amount if left is None else min(left, row.amount)
        if part <= 0:
            break
        entry = ledger.release(
            ledger.subject_of(contract), Booking(row.fund, row.hub_id, row.year, part, note=reason),
            stage=MoneyStage.COMMITTED, by=by, at=at, contract=contract,
        )  # fmt: skip
        ContractEntry.objects.create(entry=entry, contract=contract)
        freed += part
        left = None if left is None else left - part
    if left:
        raise Problem("insufficient_bound", _("已签约的余额不足。"), "amount")
    return freed


def bound_for(contract: Contract) -> list[SubjectBalance]:
    """What is bound for a contract and not paid yet, in the order in which it is booked."""
    found = SubjectBalance.objects.filter(
        subject=ledger.subject_of(contract), stage=MoneyStage.COMMITTED, amount__gt=0
    ).select_related("fund")
    return list(found.order_by("fund_id", "hub_id", "year"))


def _noted(
    contract: Contract, before: dict[str, Any], reason: str, agreed_on: date, by: Viewer, at: datetime,
    *, terminates: bool = False,
) -> Amendment:  # fmt: skip
    made = Amendment.objects.create(
        contract=contract, version=contract.version, terminates=terminates, reason=reason.strip()[:500],
        agreed_on=agreed_on, before=before, after=state_of(contract), made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    verb = "terminate_contract" if terminates else "amend_contract"
    _journal(verb, contract, by, at, version=contract.version)
    return made


def _journal(verb: str, contract: Contract, by: Viewer, at: datetime, **detail: Any) -> None:
    log(verb, "contract", contract.pk, by=by.account_id, at=at, hub_id=contract.hub_id,
        detail={"number": contract.number, **detail})  # fmt: skip


@transaction.atomic
def terminate(contract_id: int, *, reason: str, ended_on: date, by: Viewer, at: datetime) -> Amendment:
    """End a contract before its time: what isn't paid is freed. Raises Problem at `reason`, `ended_on`."""
    contract = held_contract(contract_id, by)
    raise_any(
        [
            Problem("reason_missing", _("请写明理由。"), "reason") if not reason.strip() else None,
            Problem("date_future", _("日期不能晚于今天。"), "ended_on") if ended_on > clock.today() else None,
            Problem("ended_before", _("终止日期不能早于合同起期。"), "ended_on") if ended_on < contract.since else None,
        ]
    )
    before = state_of(contract)
    free(contract, None, reason, by, at)
    contract.version += 1
    contract.status = ContractStatus.TERMINATED
    contract.save()
    return _noted(contract, before, reason, ended_on, by, at, terminates=True)


@transaction.atomic
def warn(key: UUID, contract_id: int, *, reason: str, mend_by: date, by: Viewer, at: datetime) -> ContractWarning:
    """Warn an agency. The same under the same key is the same warning. Raises Problem at `reason`, `mend_by`; 409."""
    contract = held_contract(contract_id, by)
    known = ContractWarning.objects.filter(pk=key).first()
    if known:
        if (known.contract_id, known.reason) != (contract.pk, reason.strip()):
            raise key_taken()
        return known
    raise_any(
        [
            Problem("reason_missing", _("请写明理由。"), "reason") if not reason.strip() else None,
            Problem("mend_past", _("整改期限不能早于今天。"), "mend_by") if mend_by < clock.today() else None,
        ]
    )
    made = ContractWarning.objects.create(
        pk=key,
        contract=contract,
        reason=reason.strip()[:500],
        mend_by=mend_by,
        issued_at=at,
        issued_by_id=by.account_id,
    )
    _journal("warn_agency", contract, by, at, warning=str(key))
    return made


@transaction.atomic
def lift(warning: ContractWarning, *, by: Viewer, at: datetime) -> None:
    """What was warned of is mended. Raises Problem (409) for a warning lifted before."""
    contract = held_contract(warning.contract_id, by, running=False)
    if not ContractWarning.objects.filter(pk=warning.pk, lifted_at__isnull=True).update(
        lifted_at=at, lifted_by_id=by.account_id
    ):
        raise Problem("lifted_before", _("这条提醒已经解除。"), status=409)
    _journal("lift_warning", contract, by, at, warning=str(warning.pk))


@transaction.atomic
def answer(
    key: UUID, contract: Contract, text: str, *, by: Viewer, at: datetime, warning_id: UUID | None = None,
    deduction_id: UUID | None = None,
) -> AgencyAnswer:  # fmt: skip
    """What the agency says to a warning or a deduction, once. Raises Problem at `text`; 403, 409."""
    if contract.organisation_id not in by.organisations:
        raise Problem("contract_not_yours", _("您不能办理这份合同。"), status=403)
    if not text.strip():
        raise Problem("answer_missing", _("请写明答复。"), "text")
    about: dict[str, Any] = {"warning_id": warning_id} if warning_id else {"deduction_id": deduction_id}
    if AgencyAnswer.objects.filter(**about).exists():
        raise Problem("answered_before", _("已经答复过。"), status=409)
    made = AgencyAnswer.objects.create(
        pk=key, contract=contract, text=text.strip()[:LONGEST], given_at=at, given_by_id=by.account_id, **about
    )
    _journal("answer_buyer", contract, by, at)
    return made


@transaction.atomic
def deliver(deliverable: Deliverable, *, delivered_on: date, note: str, by: Viewer, at: datetime) -> None:
    """Note that something was delivered. Raises Problem at `delivered_on`."""
    contract = held_contract(deliverable.contract_id, by, running=False)
    if delivered_on > clock.today():
        raise Problem("date_future", _("日期不能晚于今天。"), "delivered_on")
    deliverable.delivered_on, deliverable.note = delivered_on, note.strip()[:200]
    deliverable.save()
    _journal("receive_deliverable", contract, by, at, deliverable=deliverable.number)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an acceptance says. `parts` are points by the codes of rules.contract.PARTS; `progress` is what was reached
    of the commitments on that day, kept with it.
    """

    kind: AcceptanceKind
    year: int
    held_on: date
    parts: Mapping[str, Decimal]
    opinion: str = ""
    mend_by: date | None = None
    progress: tuple[Mapping[str, Any], ...] = ()


@transaction.atomic
def accept(key: UUID, contract_id: int, said: Judgement, *, by: Viewer, at: datetime) -> Acceptance:
    """Judge a contract's year. One that failed says what to mend by when, and is repeated; a passed one isn't. The same
    under the same key is the same acceptance. Raises Problem or Problems at the parts, `held_on`, `year`, `opinion`,
    `mend_by`; 409.
    """
    contract = held_contract(contract_id, by)
    known = Acceptance.objects.filter(pk=key).first()
    score = sum(said.parts.values(), Decimal(0))
    if known:
        if (known.contract_id, known.kind, known.year, known.score) != (contract.pk, said.kind, said.year, score):
            raise key_taken()
        return known
    raise_any([*rules.score_problems(said.parts), *_judged_when(contract, said)])
    grade = rules.grade_of(score)
    if grade == grade.FAIL and not (said.opinion.strip() and said.mend_by):
        raise_any(
            [
                None if said.opinion.strip() else Problem("opinion_missing", _("不合格须写明问题。"), "opinion"),
                None if said.mend_by else Problem("mend_missing", _("不合格须写明整改期限。"), "mend_by"),
            ]
        )
    before = list(contract.acceptances.filter(kind=said.kind, year=said.year))
    if any(each.passed for each in before):
        raise Problem("accepted_before", _("这次验收已经合格，不能重复验收。"), status=409)
    made = Acceptance.objects.create(
        pk=key, contract=contract, kind=said.kind, year=said.year, round=len(before) + 1, held_on=said.held_on,
        parts={code: str(points) for code, points in said.parts.items()}, score=score, grade=grade,
        opinion=said.opinion.strip()[:LONGEST], mend_by=None if grade != grade.FAIL else said.mend_by,
        progress=[dict(each) for each in said.progress], made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    _journal("accept_contract", contract, by, at, kind=said.kind, year=said.year, score=str(score), grade=grade)
    return made


def _judged_when(contract: Contract, said: Judgement) -> list[Problem | None]:
    years = rules.years_of(contract.since, contract.until)
    if not 1 <= said.year <= years:
        return [Problem("pledge_year", _("合同没有这个年度。"), "year")]
    begun = rules.years_after(contract.since, said.year - 1)
    final_first = (
        said.kind == AcceptanceKind.FINAL
        and not contract.acceptances.filter(kind=Gate.MID_TERM, year=said.year).exclude(grade="fail").exists()
    )
    has_mid = contract.instalments.filter(gate=Gate.MID_TERM, year=said.year).exists()
    return [
        Problem("date_future", _("日期不能晚于今天。"), "held_on") if said.held_on > clock.today() else None,
        Problem("judged_early", _("这个合同年度还没有开始。"), "held_on") if said.held_on < begun else None,
        Problem("mid_term_first", _("请先通过中期验收。"), "kind") if final_first and has_mid else None,
        Problem("mend_past", _("整改期限不能早于验收日期。"), "mend_by")
        if said.mend_by and said.mend_by < said.held_on
        else None,
    ]
