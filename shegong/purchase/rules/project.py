"""Decisions about a purchase on its way: what may be bought by whom and for how long, which method fits, what bids are
measured by, who may offer.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import credit_code_warning
from shegong.kernel.problems import Problem
from shegong.purchase.enums import EXCLUDING, Nature, PurchaseMethod
from shegong.purchase.rules.contract import term_problem
from shegong.purchase.rules.labour_words import LABOUR_WORDS
from shegong.purchase.rules.money import amount_problem

STATE_ORGAN: Final = "department"
ORGAN_CODE: Final = "11"
# Who may take contracts: agencies, with whom alone contracts are signed here.
MAY_OFFER: Final = frozenset({"agency"})
ALL_POINTS: Final = 100
WORDS: Final = {"title": 100, "need": 4000, "long_term_reason": 200, "plan": 6000, "reason": 500, "text": 1000}


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A need, as it is put down: what for, where, how much (yuan), out of which money, from when to when."""

    title: str
    need: str
    nature: str
    buyer_id: int
    station_ids: Sequence[int]
    services: Sequence[str]
    fund_id: int
    year: int
    pays: str
    budget: Decimal
    labour_floor: int
    since: date
    until: date
    long_term_reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation on a day, as purchases look at it: `licensed` says whether a licence is in force, `credit` lists
    the kinds of credit records in force.
    """

    kinds: Collection[str]
    credit_code: str | None
    is_active: bool
    licensed: bool
    credit: Collection[str]


@dataclass(frozen=True, slots=True)
class MethodTerms:
    """A method's rule in force."""

    from_amount: Decimal
    below_amount: Decimal | None
    min_bidders: int
    bidding_days: int


@dataclass(frozen=True, slots=True)
class BidDraft:
    """What is offered: yuan, share of labour cost in percent, workers, hours of service pledged, and how."""

    price: Decimal
    labour_share: int
    workers: int
    hours: int
    plan: str


def too_long(field: str, text: str) -> Problem | None:
    """Whether a text is missing or longer than its field takes."""
    if not text.strip():
        return Problem(f"{field}_missing", _("请填写此项。"), field)
    if len(text.strip()) > WORDS[field]:
        return Problem(f"{field}_long", _("最多 %(most)s 字。"), field, params={"most": WORDS[field]})
    return None


def need_problems(draft: ProjectDraft, buyer: Standing) -> list[Problem]:
    """Everything wrong with a need."""
    found = [too_long("title", draft.title), too_long("need", draft.need), amount_problem(draft.budget, "budget")]
    if draft.nature != Nature.SERVICE or re.search(LABOUR_WORDS, f"{draft.title} {draft.need}"):
        field = "nature" if draft.nature != Nature.SERVICE else "title"
        found.append(
            Problem(
                "nature_labour",
                _("招聘人员、劳务派遣和公益性岗位不得作为政府购买服务的内容（财政部令第102号）。"),
                field,
            )
        )
    if STATE_ORGAN not in buyer.kinds or not (buyer.credit_code or "").startswith(ORGAN_CODE):
        found.append(Problem("buyer_organ", _("购买主体应为国家机关。"), "buyer"))
    if not draft.station_ids:
        found.append(Problem("stations_missing", _("请选择服务的站点。"), "stations"))
    if not 0 <= draft.labour_floor <= ALL_POINTS:
        found.append(Problem("labour_share", _("请填 0 到 100 之间的百分比。"), "labour_floor"))
    found.append(term_problem(draft.since, draft.until, draft.long_term_reason))
    return [each for each in found if each is not None]


def criteria_problem(points: Sequence[tuple[str, int, bool]]) -> Problem | None:
    """What is wrong with (name, points, is the price) of the criteria: they add up to 100, the price once."""
    if any(not name.strip() or points <= 0 for name, points, _price in points):
        return Problem("criteria_points", _("每项评审因素都要有名称和大于零的分值。"), "criteria")
    if len({name.strip() for name, _points, _price in points}) < len(points):
        return Problem("criteria_twice", _("评审因素不能重名。"), "criteria")
    if sum(price for _name, _points, price in points) != 1 or len(points) == 1:
        return Problem("criteria_price", _("应有一项价格分，和至少一项其他评审因素。"), "criteria")
    total = sum(points for _name, points, _price in points)
    if total != ALL_POINTS:
        return Problem(
            "criteria_sum", _("分值合计应为 100 分，现为 %(total)s 分。"), "criteria", params={"total": total}
        )
    return None


def method_problems(
    method: str, terms: MethodTerms | None, budget: Decimal, *, deadline: datetime, at: datetime, asked: int,
    reason: str,
) -> list[Problem]:  # fmt: skip
    """Everything wrong with an invitation: the method for the sum, the days to bid, how many are asked."""
    if terms is None or budget < terms.from_amount or (terms.below_amount is not None and budget >= terms.below_amount):
        return [Problem("method_amount", _("按采购方式规则，这个预算不能采用此方式。"), "method")]
    found = []
    if deadline <= at or deadline < at + timedelta(days=terms.bidding_days):
        found.append(
            Problem(
                "deadline_early", _("响应截止时间距现在不能少于 %(days)s 天。"), "deadline",
                params={"days": terms.bidding_days},
            )
        )  # fmt: skip
    if method == PurchaseMethod.SINGLE_SOURCE and not reason.strip():
        found.append(Problem("method_reason_missing", _("采用单一来源的，请写明理由。"), "method_reason"))
    if method == PurchaseMethod.SINGLE_SOURCE and asked != 1:
        found.append(Problem("invited_one", _("单一来源只邀请一家供应商。"), "organisations"))
    elif method not in (PurchaseMethod.SINGLE_SOURCE, PurchaseMethod.OPEN_TENDER) and asked < terms.min_bidders:
        params = {"least": terms.min_bidders}
        found.append(Problem("invited_few", _("至少邀请 %(least)s 家供应商。"), "organisations", params=params))
    return found


def supplier_problem(standing: Standing) -> Problem | None:
    """Why an organisation can't take part in purchases today."""
    if not (standing.is_active and MAY_OFFER & set(standing.kinds)):
        return Problem("supplier_kind", _("不是可以承接政府购买服务的组织。"), status=403)
    if not standing.credit_code or credit_code_warning(standing.credit_code):
        return Problem("supplier_code", _("统一社会信用代码缺失或校验不符。"), status=403)
    if not standing.licensed:
        return Problem("supplier_licence", _("没有在有效期内的登记证书，不能参加采购。"), status=403)
    if set(standing.credit) & set(EXCLUDING):
        return Problem("supplier_excluded", _("有未解除的失信或异常记录，不能参加采购。"), status=403)
    return None


def bid_problems(draft: BidDraft, *, budget: Decimal, labour_floor: int) -> list[Problem]:
    """Everything wrong with what is offered."""
    found = [amount_problem(draft.price, "price"), too_long("plan", draft.plan)]
    if draft.price > budget:
        found.append(Problem("price_over_budget", _("报价不能超过预算。"), "price"))
    if not 0 <= draft.labour_share <= ALL_POINTS:
        found.append(Problem("labour_share", _("请填 0 到 100 之间的百分比。"), "labour_share"))
    elif draft.labour_share < labour_floor:
        found.append(
            Problem(
                "labour_floor", _("人力成本占比不能低于 %(least)s%%。"), "labour_share",
                params={"least": labour_floor},
            )
        )  # fmt: skip
    if draft.workers < 1:
        found.append(Problem("workers_missing", _("至少派驻一人。"), "workers"))
    if draft.hours < 0:
        found.append(Problem("hours_negative", _("不能为负数。"), "hours"))
    return [each for each in found if each is not None]


def points_problems(given: Mapping[str, Decimal | None], most: Mapping[str, int]) -> list[Problem]:
    """What is wrong with points by field, none of which may be above the criterion's."""
    return [
        Problem("points_range", _("请填 0 到 %(most)s 分。"), field, params={"most": most[field]})
        for field, points in given.items()
        if points is None or not 0 <= points <= most[field]
    ]


def best(scored: Iterable[tuple[str, Decimal, Decimal, datetime]]) -> str | None:
    """The bid (key, score, price, moment) that wins: the highest score, then the lower price, then the earlier one."""
    ranked = sorted(scored, key=lambda bid: (-bid[1], bid[2], bid[3]))
    return ranked[0][0] if ranked else None
