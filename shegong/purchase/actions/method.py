"""The city's own rules of when which method of purchase is used."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, raise_any
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.models import MethodRule
from shegong.purchase.queries import project as queries

LEAST_PANEL: Final = 3
MOST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """For which budgets (yuan, from and below), how many bidders and members of a panel, how many days."""

    from_amount: Decimal
    below_amount: Decimal | None
    min_bidders: int
    panel_size: int
    bidding_days: int
    notice_days: int
    clause: str


@transaction.atomic
def set_method_rule(method: str, draft: RuleDraft, *, by: Viewer, at: datetime) -> MethodRule:
    """Set a method's rule from today on; what was in force before stays on record. Purchases that are already on their
    way keep the rule of their invitation.

    Raises Problem or Problems at the draft's fields; 403.
    """
    if not by.has(Role.CITY):
        raise Problem("method_not_yours", _("采购方式规则由市级设定。"), status=403)
    raise_any(_wrong(draft))
    today = clock.today()
    present = queries.rules_in_force(today).get(method)
    if present is not None and present.since == today:
        rule = present
    else:
        if present is not None:
            present.until = today
            present.save(update_fields=["until"])
        rule = MethodRule(method=method, since=today)
    for name in RuleDraft.__dataclass_fields__:
        setattr(rule, name, getattr(draft, name))
    rule.clause = draft.clause.strip()[:120]
    rule.save()
    detail = {"from": str(draft.from_amount), "below": str(draft.below_amount or ""), "days": draft.bidding_days}
    log("set_method_rule", "method_rule", method, by=by.account_id, at=at, detail=detail)
    return rule


def _wrong(draft: RuleDraft) -> list[Problem]:
    found = []
    if draft.from_amount < 0:
        found.append(Problem("amount_negative", _("金额不能为负数。"), "from_amount"))
    if draft.below_amount is not None and draft.below_amount <= draft.from_amount:
        found.append(Problem("amounts_order", _("上限应高于下限。"), "below_amount"))
    if draft.min_bidders < 1:
        found.append(Problem("bidders_least", _("至少一家。"), "min_bidders"))
    if draft.panel_size < LEAST_PANEL or draft.panel_size % 2 == 0:
        found.append(Problem("panel_odd", _("评审小组应为三人以上单数。"), "panel_size"))
    for name in ("bidding_days", "notice_days"):
        if not 0 <= getattr(draft, name) <= MOST_DAYS:
            found.append(Problem("days_range", _("请填 0 到 365 之间的天数。"), name))
    return found
