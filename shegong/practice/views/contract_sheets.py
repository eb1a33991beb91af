"""What is done with a contract, each in a sheet over its page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.wording import number
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role
from shegong.practice.forms import contract as forms_of
from shegong.practice.queries import contract as queries
from shegong.practice.queries.contract_progress import course_of, progress
from shegong.practice.views.contract import PARTIES, seen
from shegong.purchase.actions import payment as payments
from shegong.purchase.actions import performance as performances
from shegong.purchase.actions.payment import Invoice
from shegong.purchase.actions.performance import Change, Judgement
from shegong.purchase.enums import AcceptanceKind
from shegong.purchase.models import Contract, Deduction, Instalment
from shegong.purchase.queries import contract as terms
from shegong.purchase.rules import contract as rules
from shegong.purchase.rules.contract import Pledge

BUYERS = (Role.CITY, Role.COUNTY)
ANSWER_DAYS = timedelta(days=7)
both_ways = require_http_methods(["GET", "POST"])


def _sheet(
    request: Request, found: Contract, form: forms.Form, act: Callable[[dict[str, Any]], object], said: Any,
    *, title: str, submit: str, note: str = "",
) -> HttpResponseBase:  # fmt: skip
    back = reverse("practice:contract", args=[found.pk])

    def save() -> tuple[str, Any]:
        act(form.cleaned_data)
        return back, said

    return answer_sheet(request, form, save, title=title, submit=submit, back=back, note=note)


def _part(found: Contract, place: int) -> Instalment:
    part = found.instalments.select_related("contract").filter(number=place).first()
    if part is None:
        raise Http404
    return part


@both_ways
@requires(*BUYERS)
def accept(request: Request, contract_id: int) -> HttpResponseBase:
    """Judge a contract's year."""
    found = seen(request, contract_id)
    years = rules.years_of(found.since, found.until)
    rows = progress([found.pk]).get(found.pk, [])
    passed = {(each.year, each.kind) for each in found.acceptances.all() if each.passed}
    year = next((each for each in range(1, years + 1) if (each, "final") not in passed), years)
    kind = AcceptanceKind.FINAL if (year, "mid_term") in passed else AcceptanceKind.MID_TERM
    initial = {"key": uuid7(), "kind": kind, "year": year, "held_on": clock.today()}
    form = forms_of.AcceptanceForm(request.POST or None, years=years, initial=initial)

    def act(typed: dict[str, Any]) -> None:
        of_year = [row for row in rows if row.year in (0, typed["year"])]
        said = Judgement(
            AcceptanceKind(typed["kind"]), typed["year"], typed["held_on"], form.points(), typed["opinion"],
            typed["mend_by"], queries.snapshot(of_year),
        )  # fmt: skip
        performances.accept(typed["key"], found.pk, said, by=request.viewer, at=clock.now())

    course = course_of(rows)
    note = _("到今天：%(count)s 项指标，%(behind)s 项进度落后，平均完成 %(share)s%%。") % {
        "count": len(course.rows), "behind": course.behind, "share": number(round(course.share * 100)),
    }  # fmt: skip
    return _sheet(request, found, form, act, _("已记录验收。"), title=_("合同验收"), submit=_("提交验收"), note=note)


@both_ways
@requires(*PARTIES)
def claim(request: Request, contract_id: int, place: int) -> HttpResponseBase:
    """Ask for an instalment with an invoice."""
    found = seen(request, contract_id)
    part = _part(found, place)
    due = terms.due_of(part).amount
    initial = {"key": uuid7(), "amount": due}
    form = forms_of.ClaimForm(request.POST or None, request.FILES or None, initial=initial)

    def act(typed: dict[str, Any]) -> None:
        invoice = Invoice(typed["invoice"], typed["amount"], typed["note"], typed["file"])
        payments.claim(typed["key"], part, invoice, by=request.viewer, at=clock.now())

    note = _("第 %(number)s 期，应付 %(due)s 元。") % {"number": place, "due": f"{due:,.2f}"}
    return _sheet(request, found, form, act, _("已请款。"), title=_("请款"), submit=_("提交"), note=note)


@both_ways
@requires(*BUYERS)
def deduct(request: Request, contract_id: int, place: int) -> HttpResponseBase:
    """Mean to hold a sum back."""
    found = seen(request, contract_id)
    part = _part(found, place)
    initial = {"key": uuid7(), "answer_by": clock.today() + ANSWER_DAYS}
    form = forms_of.DeductionForm(request.POST or None, initial=initial)

    def act(typed: dict[str, Any]) -> None:
        payments.propose_deduction(
            typed["key"], part, amount=typed["amount"], reason=typed["reason"], answer_by=typed["answer_by"],
            by=request.viewer, at=clock.now(),
        )  # fmt: skip

    note = _("第 %(number)s 期，应付 %(due)s 元。") % {"number": place, "due": f"{part.amount:,.2f}"}
    return _sheet(request, found, form, act, _("已通知机构。"), title=_("扣减"), submit=_("提出扣减"), note=note)


def _deduction(request: Request, contract_id: int, key: UUID) -> tuple[Contract, Deduction]:
    found = seen(request, contract_id)
    deduction = found.deductions.select_related("answer").filter(pk=key).first()
    if deduction is None:
        raise Http404
    return found, deduction


@both_ways
@requires(*BUYERS)
def deduction_decide(request: Request, contract_id: int, key: UUID) -> HttpResponseBase:
    """Hold to a deduction or drop it."""
    found, deduction = _deduction(request, contract_id, key)
    form = forms_of.DecisionForm(request.POST or None)

    def act(typed: dict[str, Any]) -> None:
        payments.decide_deduction(deduction, uphold=typed["uphold"] == "yes", by=request.viewer, at=clock.now())

    said = getattr(deduction, "answer", None)
    note = f"{deduction.amount:,.2f} · {deduction.reason}" + (f" · {_('机构答复')}：{said.text}" if said else "")
    return _sheet(request, found, form, act, _("已决定。"), title=_("决定扣减"), submit=_("确定"), note=note)


@both_ways
@requires(Role.AGENCY)
def answer(request: Request, contract_id: int, about: str, key: UUID) -> HttpResponseBase:
    """The agency's answer to a warning or a deduction."""
    found = seen(request, contract_id)
    rows = found.warnings if about == "warning" else found.deductions
    row = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    form = forms_of.AnswerForm(request.POST or None, initial={"key": uuid7()})

    def act(typed: dict[str, Any]) -> None:
        words: dict[str, Any] = {f"{about}_id": key}
        performances.answer(typed["key"], found, typed["text"], by=request.viewer, at=clock.now(), **words)

    return _sheet(request, found, form, act, _("已答复。"), title=_("答复"), submit=_("提交"), note=str(row.reason))


@both_ways
@requires(*BUYERS)
def pay(request: Request, contract_id: int, place: int) -> HttpResponseBase:
    """Pay an instalment."""
    found = seen(request, contract_id)
    part = _part(found, place)
    due = terms.due_of(part)
    form = forms_of.PayForm(request.POST or None, initial={"key": uuid7(), "paid_on": clock.today()})

    def act(typed: dict[str, Any]) -> None:
        payments.pay_instalment(typed["key"], part, by=request.viewer, at=clock.now(), paid_on=typed["paid_on"])

    note = _("第 %(number)s 期，应付 %(due)s 元。") % {"number": place, "due": f"{due.amount:,.2f}"}
    return _sheet(request, found, form, act, _("已支付并入账。"), title=_("支付"), submit=_("支付"), note=note)


@both_ways
@requires(*BUYERS)
def pay_correct(request: Request, contract_id: int, key: UUID) -> HttpResponseBase:
    """Take a mistaken payment back."""
    found = seen(request, contract_id)
    made = found.payments.filter(pk=key).first()
    if made is None:
        raise Http404
    form = forms_of.ReasonForm(request.POST or None)

    def act(typed: dict[str, Any]) -> None:
        payments.correct_payment(made, typed["reason"], by=request.viewer, at=clock.now())

    note = _("整笔冲销后，这一期可以重新支付。")
    return _sheet(request, found, form, act, _("已冲销。"), title=_("更正支付"), submit=_("冲销这笔支付"), note=note)


@both_ways
@requires(*BUYERS)
def warn(request: Request, contract_id: int) -> HttpResponseBase:
    """Warn the agency."""
    found = seen(request, contract_id)
    initial = {"key": uuid7(), "mend_by": clock.today() + ANSWER_DAYS}
    form = forms_of.WarningForm(request.POST or None, initial=initial)

    def act(typed: dict[str, Any]) -> None:
        performances.warn(
            typed["key"], found.pk, reason=typed["reason"], mend_by=typed["mend_by"], by=request.viewer, at=clock.now()
        )

    return _sheet(request, found, form, act, _("已通知机构。"), title=_("履约提醒"), submit=_("发出提醒"))


@both_ways
@requires(*BUYERS)
def warning_lift(request: Request, contract_id: int, key: UUID) -> HttpResponseBase:
    """What was warned of is mended."""
    found = seen(request, contract_id)
    row = found.warnings.filter(pk=key).first()
    if row is None:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)

    def act(typed: dict[str, Any]) -> None:
        performances.lift(row, by=request.viewer, at=clock.now())

    return _sheet(
        request, found, form, act, _("已解除。"), title=_("解除提醒"), submit=_("已整改，解除"), note=row.reason
    )


@both_ways
@requires(*BUYERS)
def deliver(request: Request, contract_id: int, place: int) -> HttpResponseBase:
    """Note what was delivered."""
    found = seen(request, contract_id)
    row = found.deliverables.filter(number=place).first()
    if row is None:
        raise Http404
    form = forms_of.DeliveryForm(request.POST or None, initial={"delivered_on": clock.today()})

    def act(typed: dict[str, Any]) -> None:
        performances.deliver(
            row, delivered_on=typed["delivered_on"], note=typed["note"], by=request.viewer, at=clock.now()
        )

    return _sheet(request, found, form, act, _("已登记。"), title=_("登记交付"), submit=_("登记"), note=row.name)


@both_ways
@requires(*BUYERS)
def amend(request: Request, contract_id: int) -> HttpResponseBase:
    """Change a contract by agreement."""
    found = seen(request, contract_id)
    same = {name: getattr(found, name) for name in ("amount", "until", "staff_needed", "certified_needed",
                                                    "long_term_reason")}  # fmt: skip
    initial = same | {"agreed_on": clock.today()}
    form = forms_of.AmendForm(
        request.POST or None, commitments=found.commitments.all(), served=queries.stations_of(found),
        others=queries.stations_beside(found), initial=initial,
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> None:
        changed = {name: typed[name] for name, value in same.items() if typed[name] != value}
        targets = form.targets()
        pledges: tuple[Pledge, ...] = ()
        if typed["new_measure"] and typed["new_target"]:
            pledges = (Pledge(typed["new_measure"], typed["new_target"], year=0),)
        change = Change(**changed, station_ids=form.station_ids(), targets=targets or None, pledges=pledges)
        performances.amend(
            found.pk, change, reason=typed["reason"], agreed_on=typed["agreed_on"], by=request.viewer, at=clock.now()
        )

    note = _("双方签订补充协议后在此登记；金额变化由最后未付的各期承担，资金同时增减。")
    return _sheet(
        request, found, form, act, _("已变更，形成新版本。"), title=_("变更合同"), submit=_("变更"), note=note
    )


@both_ways
@requires(*BUYERS)
def terminate(request: Request, contract_id: int) -> HttpResponseBase:
    """End a contract before its time."""
    found = seen(request, contract_id)
    form = forms_of.EndForm(request.POST or None, initial={"ended_on": clock.today()})

    def act(typed: dict[str, Any]) -> None:
        performances.terminate(
            found.pk, reason=typed["reason"], ended_on=typed["ended_on"], by=request.viewer, at=clock.now()
        )

    note = _("没有支付的部分全部释放，以后不能再支付、验收或变更。")
    return _sheet(request, found, form, act, _("合同已终止。"), title=_("终止合同"), submit=_("终止"), note=note)
