"""Decisions about gifts: what is missing, how the rest is divided, and what the database refuses, in words. Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

TITLE_LENGTH: Final = 80
PURPOSE_LENGTH: Final = 500
ACCOUNT_LENGTH: Final = 2000
NOTE_LENGTH: Final = 200
NAME_LENGTH: Final = 100
LOOKS_AN_HOUR: Final = 30
CENT: Final = Decimal("0.01")
MOST_GOODS: Final = 1_000_000
EXPIRED: Final = _("已过有效期，不能收下、调拨或发放，只能报废或退还。")
IN_USE: Final = _("募捐活动不在募捐期或使用期，不能使用。")
REFUSALS: Final = {
    "linkage_drive_settled_stays": (_("已结项或取消的募捐活动不能再改。"), None),
    "linkage_drive_no_stage_skipped": (_("募捐活动的状态已经变化，请刷新后再试。"), None),
    "linkage_drive_stays_as_published": (_("已经公布的内容不能再改。"), None),
    "linkage_drive_place": (_("请选择全市或一个区（市）县；站点应在这个区（市）县内。"), "station"),
    "linkage_drive_certificate": (_("没有覆盖这段时间的公开募捐资格证书，不能公开募捐。"), "since"),
    "linkage_drive_nothing_left": (_("还有没用完的款物，先使用、转用或退还后才能结项。"), None),
    "linkage_drive_filed_once": (_("这个备案编号已经用过。"), "filing_number"),
    "linkage_drive_open": (_("这个募捐活动没有在募捐，不能接受捐赠。"), "drive"),
    "linkage_drive_period": (_("收到日期不在募捐期内。"), "received_on"),
    "linkage_donation_future": (_("收到日期不能晚于今天。"), "received_on"),
    "linkage_donation_anonymous_agrees": (
        _("匿名捐赠无法退还，需要同意剩余款物用于相近目的。"), "consent",
    ),
    "linkage_donation_asked_once": (_("已经征求过意见。"), None),
    "linkage_donation_goods_stay": (_("物资请按报废或退还处理，不能作废。"), None),
    "linkage_giftreceipt_donation_id_key": (_("这笔捐赠已经开过收据。"), None),
    "linkage_donation_number_key": (_("暂时编不出号码，请再试一次。"), None),
    "linkage_drive_in_use": (IN_USE, None),
    "linkage_use_recent": (_("日期不能晚于今天，也不能早于 31 天前。"), "used_on"),
    "linkage_use_cost": (_("管理费用累计不能超过所募款的 10%（《慈善法》）。"), "amount"),
    "linkage_use_purpose": (_("与募捐活动公布的用途或地区不符。"), "field"),
    "linkage_goods_expired": (EXPIRED, "quantity"),
    "linkage_use_stays": (_("已经签收过。"), None),
    "linkage_stock_never_negative": (_("库存不足。"), "quantity"),
    "linkage_drive_ended": (_("募捐结束后才能处理剩余款物。"), None),
    "linkage_settlement_donor": (_("匿名捐赠无法退还。"), None),
    "linkage_settlement_consent": (_("捐赠方没有同意转用，不能转用。"), "to_drive"),
    "linkage_settlement_target": (_("只能转到本组织正在募捐或使用的募捐活动。"), "to_drive"),
    "linkage_settlement_of_its_gift": (_("超过了这笔捐赠剩余的部分。"), "amount"),
    "purchase_balance_never_negative": (_("这个募捐活动的余款不足。"), "amount"),
    "purchase_subject_never_negative": (_("这个募捐活动的余款不足。"), "amount"),
    "purchase_year_open": (_("这一年度没有建账或已经结账。"), "received_on"),
}  # fmt: skip
LEDGERS: Final = ("purchase_balance_never_negative", "purchase_subject_never_negative")
# Refusals of which a trace is kept: somebody tried to go past a drive's purpose, stock, consent or certificate.
TRACED: Final = frozenset(
    {"drive_certificate", "use_purpose", "goods_expired", "stock_never_negative", "settlement_consent"}
)


def refusal(rule: str) -> Problem | None:
    """The Problem for a rule of the database (422 at a field, else 409); None for one that isn't ours."""
    if rule.startswith("linkage_giftreceipt_donation_id"):
        rule = "linkage_giftreceipt_donation_id_key"
    if rule.startswith("linkage_donation_number"):
        rule = "linkage_donation_number_key"
    if rule not in REFUSALS:
        return None
    text, field = REFUSALS[rule]
    code = "insufficient" if rule in LEDGERS else rule
    return Problem(code.removeprefix("linkage_"), text, field, status=422 if field else 409)


def missing(text: str, field: str) -> Problem | None:
    """Something has to be said."""
    return None if text.strip() else Problem("text_missing", _("请写明。"), field)


def period_problem(since: date, until: date) -> Problem | None:
    """A drive ends after it begins, within three years (`until` excluded)."""
    if until <= since:
        return Problem("dates_order", _("结束日期不能早于开始日期。"), "until")
    if (until - since).days > 3 * 366:
        return Problem("drive_long", _("募捐期最长三年。"), "until")
    return None


def quantity_problem(quantity: int, held: int | None = None, field: str = "quantity") -> Problem | None:
    """A quantity is above zero and not above what is there."""
    if quantity <= 0:
        return Problem("quantity_not_positive", _("数量必须大于零。"), field)
    if quantity > MOST_GOODS:
        return Problem("quantity_too_large", _("数量过大。"), field)
    if held is not None and quantity > held:
        return Problem("stock_never_negative", _("库存只有 %(held)s。"), field, params={"held": held})
    return None


def expiry_problem(expires_on: date | None, on: date, field: str = "expires_on") -> Problem | None:
    """Goods past their last day are neither taken nor given out."""
    return Problem("goods_expired", EXPIRED, field) if expires_on is not None and expires_on < on else None


def divided(rest: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """What is left divided by the parts from which it came, to the cent; the largest remainders get what is over.

    >>> divided(Decimal("10.00"), [Decimal("1.00"), Decimal("1.00"), Decimal("1.00")])
    [Decimal('3.34'), Decimal('3.33'), Decimal('3.33')]
    """
    whole = sum(parts, Decimal(0))
    if not whole or not rest:
        return [Decimal("0.00") for _part in parts]
    exact = [rest * 100 * part / whole for part in parts]
    cents = [int(each) for each in exact]
    over = int(rest * 100) - sum(cents)
    for place in sorted(range(len(parts)), key=lambda at: (cents[at] - exact[at], at))[:over]:
        cents[place] += 1
    return [(Decimal(each) / 100).quantize(CENT) for each in cents]


def part_used(amount: Decimal, received: Decimal, left: Decimal) -> Decimal:
    """How much of one gift has been used: as large a share as of all that came in, to the cent."""
    if received <= 0:
        return Decimal("0.00")
    return (amount * max(received - left, Decimal(0)) / received).quantize(CENT)
