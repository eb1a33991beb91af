"""The panel: appointed when bids are open, each member free of interest in any bidder, then scoring for oneself."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.purchase.actions.project import in_words, led
from shegong.purchase.enums import BidState, Declaration, ProjectState
from shegong.purchase.models import Bid, Criterion, PanelMember, Project, Score
from shegong.purchase.queries import project as queries
from shegong.purchase.rules.refusals import STEP


@transaction.atomic
def appoint(project: Project, account_id: int, *, by: Viewer, at: datetime) -> PanelMember:
    """Put an assessor on the panel. Raises Problem at `account` for who is related to a bidder (by employment too),
    isn't an assessor or sits there already; 403, 409.
    """
    present = led(project, by, ProjectState.OPENED)
    candidate = next((each for each in queries.candidates() if each.account_id == account_id), None)
    if candidate is None:
        raise Problem("panel_assessor", _("只能选择评审专家。"), "account")
    if bidder := queries.related_bidder(account_id, present):
        text = _("与供应商“%(bidder)s”有利害关系，应当回避。")
        raise Problem("panel_related", text, "account", params={"bidder": bidder})
    member = PanelMember(
        id=uuid7(), project=present, round=present.round, hub_id=present.hub_id, account_id=account_id,
        name=candidate.name[:60], employer=candidate.employer[:120], appointed_at=at, appointed_by_id=by.account_id,
    )  # fmt: skip
    _save(member, insert=True)
    log("appoint_panel_member", "panel_member", member.pk, by=by.account_id, at=at, hub_id=present.hub_id)
    return member


@transaction.atomic
def declare(member: PanelMember, interest: str, *, by: Viewer, at: datetime) -> PanelMember:
    """Say of oneself that there is no interest in any bidder (an empty `interest`), or which; who has one is out.

    Raises Problem at `interest` for who is related by employment and says nothing; 403, 409.
    """
    own = _own(member, by)
    if own.declaration != Declaration.WAITING:
        raise Problem("declared_before", _("已经声明过。"), status=409)
    project = Project.objects.get(pk=own.project_id)
    if not interest.strip() and (bidder := queries.related_bidder(by.account_id, project)):
        text = _("您与供应商“%(bidder)s”有利害关系，应当回避。")
        raise Problem("panel_related", text, "interest", params={"bidder": bidder})
    own.declaration = Declaration.CONFLICT if interest.strip() else Declaration.CLEAR
    own.interest, own.declared_at = interest.strip()[:300], at
    _save(own, "declaration", "interest", "declared_at")
    log("declare_interest", "panel_member", own.pk, by=by.account_id, at=at, hub_id=own.hub_id)
    return own


@transaction.atomic
def save_scores(
    member: PanelMember, points: Mapping[tuple[UUID, UUID], Decimal], *, submit: bool, by: Viewer, at: datetime
) -> PanelMember:
    """Keep one's points by (bid, criterion), and hand them in for good when `submit`.

    Raises Problem `points_missing` when something isn't scored at the end; 403, 409.
    """
    own = _own(member, by)
    if own.declaration != Declaration.CLEAR or own.submitted_at is not None:
        raise Problem("project_step", STEP, status=409)
    try:
        with transaction.atomic():
            Score.objects.filter(member=own).delete()
            Score.objects.bulk_create(
                Score(member=own, bid_id=bid, criterion_id=criterion, points=given)
                for (bid, criterion), given in points.items()
            )
    except IntegrityError as error:
        raise in_words(error) from error
    if submit:
        if len(points) != len(sheet(own)):
            raise Problem("points_missing", _("还有没有评分的项目。"))
        own.submitted_at = at
        _save(own, "submitted_at")
    log("score_bids", "panel_member", own.pk, by=by.account_id, at=at, hub_id=own.hub_id, detail={"final": submit})
    return own


def sheet(member: PanelMember) -> list[tuple[Bid, Criterion]]:
    """What a member scores: every valid bid by every criterion but the price (two queries)."""
    bids = Bid.objects.select_related("organisation").filter(
        project_id=member.project_id, round=member.round, state=BidState.SUBMITTED
    )
    criteria = list(Criterion.objects.filter(project_id=member.project_id, is_price=False))
    return [(bid, criterion) for bid in bids.order_by("submitted_at") for criterion in criteria]


def _own(member: PanelMember, by: Viewer) -> PanelMember:
    """One's own seat, under a lock. Raises Problem (403) for somebody else's."""
    if member.account_id != by.account_id:
        raise Problem("seat_not_yours", _("只能由评审专家本人操作。"), status=403)
    return PanelMember.objects.select_for_update().get(pk=member.pk)


def _save(member: PanelMember, *columns: str, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            member.save(force_insert=True) if insert else member.save(update_fields=columns)
    except IntegrityError as error:
        raise in_words(error) from error
