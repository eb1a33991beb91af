"""What is made public about a purchase, and the contract that it leads to."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.purchase.actions import bid as bids
from shegong.purchase.actions import project as steps
from shegong.purchase.actions.contract import ContractDraft
from shegong.purchase.actions.contract import sign as sign_contract
from shegong.purchase.actions.project import CallForBids
from shegong.purchase.enums import MoneyStage, NoticeKind, Pays, ProjectState, PurchaseMethod
from shegong.purchase.models import Bid, Notice, Objection, Project
from shegong.purchase.queries import project as queries
from shegong.purchase.rules import project as rules


def _publish(project: Project, kind: NoticeKind, *, at: datetime, bid: Bid | None = None, reason: str = "") -> Notice:
    """Make something about a project public, once in a round."""
    bidders = None if kind == NoticeKind.INVITATION or project.opened_at is None else len(
        [each for each in Bid.objects.filter(project=project, round=project.round) if each.opened_at]
    )  # fmt: skip
    stands = at + timedelta(days=project.notice_days or 0) if kind == NoticeKind.AWARD else None
    made = Notice(
        id=uuid7(), project=project, round=project.round, kind=kind, title=project.title, number=project.number,
        buyer=project.buyer.name, county=project.hub.name, method=project.method, budget=project.budget,
        need=project.need if kind == NoticeKind.INVITATION else "", deadline=project.deadline, bidders=bidders,
        reason=reason, stands_until=stands, published_at=at,
    )  # fmt: skip
    if bid is not None:
        made.supplier, made.price, made.labour_share = bid.organisation.name, bid.price, bid.labour_share
    made.save(force_insert=True)
    return made


@transaction.atomic
def invite(project: Project, call: CallForBids, *, by: Viewer, at: datetime) -> Project:
    """Ask for bids; for an open tender everybody is told. (See shegong.purchase.actions.project.invite.)"""
    present = steps.invite(project, call, by=by, at=at)
    if present.method == PurchaseMethod.OPEN_TENDER:
        _publish(present, NoticeKind.INVITATION, at=at)
    return present


@transaction.atomic
def open_bids(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Open the bids as the second of two people; a round that fails for want of bids is made public."""
    present = steps.open_bids(project, by=by, at=at)
    if present.state == ProjectState.FAILED:
        _publish(present, NoticeKind.FAILED, at=at, reason=present.reason)
    return present


@transaction.atomic
def award(project: Project, *, by: Viewer, at: datetime) -> Notice:
    """Award a project to the highest score, and make it public."""
    present = steps.award(project, by=by, at=at)
    return _publish(present, NoticeKind.AWARD, at=at, bid=queries.winner(present))


@transaction.atomic
def fail(project: Project, reason: str, *, by: Viewer, at: datetime) -> Project:
    """Declare a round failed, in public. Raises Problem at `reason`; 403, 409."""
    present = steps.fail(project, reason, by=by, at=at)
    _publish(present, NoticeKind.FAILED, at=at, reason=present.reason)
    return present


@transaction.atomic
def call_off(project: Project, reason: str, *, by: Viewer, at: datetime) -> Project:
    """End a purchase and free its money; publicly, if suppliers knew of it. Raises Problem at `reason`; 403, 409."""
    present = steps.call_off(project, reason, by=by, at=at)
    if present.method:
        _publish(present, NoticeKind.CALLED_OFF, at=at, reason=present.reason)
    return present


@transaction.atomic
def answer_objection(objection: Objection, answer: str, *, upheld: bool, by: Viewer, at: datetime) -> Objection:
    """Answer an objection; if it is upheld the award falls and the round has failed. Raises Problem at `text`; 403,
    409.
    """
    answered = bids.answer_objection(objection, answer, upheld=upheld, by=by, at=at)
    if upheld:
        fail(objection.project, str(_("质疑成立：%(answer)s") % {"answer": answer.strip()}), by=by, at=at)
    return answered


@transaction.atomic
def sign(project: Project, *, number: str = "", by: Viewer, at: datetime) -> Project:
    """Sign the contract with who won, for what was offered: what was reserved is bound to it, and the rest is freed.

    Raises Problem 409 before the notice has stood for its time, with an objection open, or for a supplier whose licence
    ran out since; what signing a contract raises besides.
    """
    present = steps.led(project, by, ProjectState.AWARDED)
    bid = queries.winner(present)
    notice = Notice.objects.get(project=present, round=present.round, kind=NoticeKind.AWARD)
    assert notice.stands_until is not None
    if at < notice.stands_until:
        raise Problem("notice_stands", _("成交公告期未满，不能签约。"), status=409)
    if any(each.is_upheld is None for each in queries.objections(present)):
        raise Problem("objection_open", _("还有质疑没有答复，不能签约。"), status=409)
    standing = queries.standings([bid.organisation_id], clock.today())[bid.organisation_id]
    if wrong := rules.supplier_problem(standing):
        raise wrong
    held = next(
        (
            each
            for each in queries.money_held(present, MoneyStage.RESERVED)
            if (each.fund_id, each.hub_id) == (present.fund_id, present.hub_id) and each.amount >= bid.price
        ),
        None,
    )
    if held is None:
        raise Problem("not_reserved", _("项目的预算没有预留足，或还有预留没有释放。"), status=409)
    draft = ContractDraft(
        title=present.title, organisation_id=bid.organisation_id, fund_id=present.fund_id, hub_id=present.hub_id,
        station_ids=tuple(present.stations.values_list("id", flat=True)), amount=bid.price, since=present.since,
        until=present.until, number=number, pays=Pays(present.pays), services=tuple(present.services),
        long_term_reason=present.long_term_reason, year=held.year,
    )  # fmt: skip
    contract = sign_contract(draft, by=by, at=at, reserved_for=present.subject)
    steps.release_rest(present, by=by, at=at)
    return steps.step(present, ProjectState.SIGNED, "sign_project", by=by, at=at, contract=contract)
