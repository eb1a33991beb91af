"""What bidders do: offer, take back before the deadline, object to an award; and a bid found invalid."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.actions.document import Sent, all_cleaned, keep_with_bid
from shegong.purchase.actions.project import in_words, led
from shegong.purchase.enums import BidState, ProjectState, PurchaseMethod
from shegong.purchase.models import Bid, BidFile, Invitation, Objection, Project
from shegong.purchase.queries import project as queries
from shegong.purchase.rules import document as document_rules
from shegong.purchase.rules import project as rules
from shegong.purchase.rules.project import BidDraft
from shegong.purchase.rules.refusals import STEP


def bidding_organisation(by: Viewer, organisation_id: int | None = None) -> int:
    """For which of the viewer's organisations a bid is made. Raises Problem (403) for who acts for none."""
    own = by.organisations if by.has(Role.AGENCY) else ()
    if not own or (organisation_id is not None and organisation_id not in own):
        raise Problem("bid_not_yours", _("只有机构负责人可以为本机构投标。"), status=403)
    return organisation_id or own[0]


@transaction.atomic
def submit_bid(
    key: UUID, project: Project, draft: BidDraft, *, by: Viewer, at: datetime, organisation_id: int | None = None,
    files: Sequence[Sent] = (),
) -> Bid:  # fmt: skip
    """Hand in a sealed bid with its documents; the same under the same key is the same one.

    Raises Problem or Problems at price, labour_share, workers, hours, plan, file; 403 for who isn't qualified or asked,
    409 after the deadline or beside another bid.
    """
    organisation = bidding_organisation(by, organisation_id)
    known = Bid.objects.filter(pk=key).first()
    if known:
        content = (known.project_id, known.organisation_id, known.price, known.labour_share, known.workers, known.hours)
        if content != (project.pk, organisation, draft.price, draft.labour_share, draft.workers, draft.hours):
            raise key_taken()
        return known
    if project.state != ProjectState.INVITED or project.deadline is None or at >= project.deadline:
        raise Problem("bid_late", _("响应截止时间已过，不再接收或撤回。"), status=409)
    if wrong := rules.supplier_problem(queries.standings([organisation], clock.today())[organisation]):
        raise wrong
    asked = Invitation.objects.filter(project=project, round=project.round, organisation_id=organisation)
    if project.method != PurchaseMethod.OPEN_TENDER and not asked.exists():
        raise Problem("bid_invited", _("这个项目没有邀请您的机构。"), status=403)
    many = document_rules.number_problem(0, len(files)) if files else None
    raise_any([*rules.bid_problems(draft, budget=project.budget, labour_floor=project.labour_floor), many])
    documents = all_cleaned(files)
    bid = Bid(
        id=key, project=project, round=project.round, hub_id=project.hub_id, organisation_id=organisation,
        price=draft.price, labour_share=draft.labour_share, workers=draft.workers, hours=draft.hours,
        plan=draft.plan.strip(), submitted_at=at, submitted_by_id=by.account_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            bid.save(force_insert=True)
    except IntegrityError as error:
        raise in_words(error) from error
    keep_with_bid(key, bid, documents, by=by, at=at)
    # Without the county: who reads its journal must not learn before the opening who offered.
    log("submit_bid", "bid", key, by=by.account_id, at=at)
    return bid


@transaction.atomic
def attach_to_bid(key: UUID, bid: Bid, files: Sequence[Sent], *, by: Viewer, at: datetime) -> list[BidFile]:
    """Add documents to one's own sealed bid before the deadline; the same under the same key are the same.

    Raises Problem at `file`; 403; 409 after the deadline or for a bid that was taken back.
    """
    bidding_organisation(by, bid.organisation_id)
    present = Bid.objects.select_related("project").get(pk=bid.pk)
    known = list(BidFile.objects.filter(pk__in=[uuid5(key, str(place)) for place in range(len(files))], bid=present))
    if known:
        return known
    _in_time(present, at)
    there = BidFile.objects.filter(bid=present, removed_at__isnull=True).count()
    if wrong := document_rules.number_problem(there, len(files)):
        raise wrong
    made = keep_with_bid(key, present, all_cleaned(files), by=by, at=at)
    log("attach_bid_file", "bid", present.pk, by=by.account_id, at=at)
    return made


@transaction.atomic
def remove_from_bid(file: BidFile, *, by: Viewer, at: datetime) -> None:
    """Take a document out of one's own sealed bid before the deadline; nobody else will ever read it. Raises Problem
    403, 409.
    """
    bidding_organisation(by, file.bid.organisation_id)
    _in_time(file.bid, at)
    file.removed_at = at
    try:
        with transaction.atomic():
            file.save(update_fields=["removed_at"])
    except IntegrityError as error:
        raise in_words(error) from error
    log("remove_bid_file", "bid", file.bid_id, by=by.account_id, at=at)


def _in_time(bid: Bid, at: datetime) -> None:
    project = bid.project
    if bid.state != BidState.SUBMITTED or project.round != bid.round or project.state != ProjectState.INVITED:
        raise Problem("bid_final", STEP, status=409)
    if project.deadline is None or at >= project.deadline:
        raise Problem("bid_late", _("响应截止时间已过，不再接收或撤回。"), status=409)


@transaction.atomic
def withdraw_bid(bid: Bid, *, by: Viewer, at: datetime) -> Bid:
    """Take a bid back before the deadline. Raises Problem 403, 409."""
    bidding_organisation(by, bid.organisation_id)
    bid.state, bid.withdrawn_at = BidState.WITHDRAWN, at
    _change(bid, "withdrawn_at")
    log("withdraw_bid", "bid", bid.pk, by=by.account_id, at=at)
    return bid


@transaction.atomic
def reject_bid(bid: Bid, reason: str, *, by: Viewer, at: datetime) -> Bid:
    """Find an opened bid invalid, and say why, while the panel works. Raises Problem at `reason`; 403, 409."""
    led(bid.project, by, ProjectState.OPENED)
    if not reason.strip():
        raise Problem("reason_missing", _("请写明原因。"), "reason")
    bid.state, bid.state_reason = BidState.REJECTED, reason.strip()[:300]
    _change(bid, "state_reason")
    log("reject_bid", "bid", bid.pk, by=by.account_id, at=at, hub_id=bid.hub_id)
    return bid


def _change(bid: Bid, *columns: str) -> None:
    try:
        with transaction.atomic():
            bid.save(update_fields=["state", *columns])
    except IntegrityError as error:
        raise in_words(error) from error


@transaction.atomic
def object_to_award(key: UUID, project: Project, text: str, *, by: Viewer, at: datetime) -> Objection:
    """Object, as one of the bidders, to an award that isn't signed yet. Raises Problem at `text`; 403, 409."""
    organisation = bidding_organisation(by)
    known = Objection.objects.filter(pk=key).first()
    if known:
        return known
    raise_any([rules.too_long("text", text)])
    if project.state != ProjectState.AWARDED:
        raise Problem("objection_late", _("只能在成交公告后、签约前提出质疑。"), status=409)
    made = Objection(
        id=key, project=project, round=project.round, organisation_id=organisation, text=text.strip(), made_at=at,
        made_by_id=by.account_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise in_words(error) from error
    log("object_to_award", "objection", key, by=by.account_id, at=at)
    return made


@transaction.atomic
def answer_objection(objection: Objection, answer: str, *, upheld: bool, by: Viewer, at: datetime) -> Objection:
    """Answer an objection. (An upheld one fails the round: shegong.purchase.actions.award.answer.) Raises Problem at
    `text`; 403, 409.
    """
    present = led(objection.project, by, ProjectState.AWARDED)
    raise_any([rules.too_long("text", answer)])
    if objection.answered_at is not None:
        raise Problem("objection_final", _("已经答复过。"), status=409)
    objection.answer, objection.is_upheld = answer.strip(), upheld
    objection.answered_at, objection.answered_by_id = at, by.account_id
    objection.save(update_fields=["answer", "is_upheld", "answered_at", "answered_by"])
    log("answer_objection", "objection", objection.pk, by=by.account_id, at=at, hub_id=present.hub_id)
    return objection
