"""What the files of a group and of an activity share: money, approval, the lines to sign."""

from decimal import Decimal
from typing import Final

from shegong.practice.models import Activity, SocialGroup
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.queries.gathering import Content, Money

STATION_SIGNS: Final = blocks.signatures([("带领社工", "", None), ("站点负责人", "", None), ("站点盖章", "", None)])


def yuan(amount: Decimal | None) -> str:
    """1,234.50 元; nothing for what isn't known."""
    return "" if amount is None else f"{amount:,.2f} 元"


def money(found: Money) -> list[Block]:
    """预算与支出; no part without a budget."""
    rows = [(line.item, yuan(line.amount), yuan(line.spent)) for line in found.lines]
    if not rows:
        return []
    total = ("合计", yuan(found.planned), yuan(found.spent))
    return [blocks.section("预算与支出", blocks.table(("项目", "预算", "实支"), [*rows, total]))]


def approval(of: SocialGroup | Activity, proposed_by: str, approved_by: str) -> Block:
    """Who proposed it, who approved it and what was said; why it was called off, where it was."""
    rows = [("提出人", proposed_by), ("提出日期", blocks.day(of.proposed_at))]
    if isinstance(of, SocialGroup) and of.submitted_at:
        rows.append(("送审日期", blocks.day(of.submitted_at)))
    if isinstance(of, Activity) and not (of.needs_approval or of.approved_at):
        rows.append(("审批", "规模以内，不需审批"))
    else:
        rows += [("审批人", approved_by), ("批准日期", blocks.day(of.approved_at))]
    if of.decision_note:
        rows.append(("审批意见", of.decision_note))
    if of.cancel_reason:
        rows.append(("取消原因", of.cancel_reason))
    return blocks.section("审批", blocks.facts(rows))


def satisfied(found: Content | None) -> str:
    """4.60 / 5, and where it comes from."""
    if found is None:
        return ""
    source = f"{found.number} 份服务对象评价" if found.number else "社工填写，没有服务对象评价"
    return f"{found.mean} / 5（{source}）"
