"""合同摘要 and 验收报告. A contract's number in the database, as a UUID, is the key that papers go by."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.contract import placed, stations_of
from shegong.practice.queries.contract_progress import Progress, progress
from shegong.purchase.enums import Gate
from shegong.purchase.models import Acceptance, Contract
from shegong.purchase.queries import contract as queries
from shegong.purchase.rules.contract import PARTS
from shegong.purchase.rules.pace import Standing

LARGEST_ID: Final = 2**63
SIGNERS: Final = ("验收人", "购买方（盖章）", "承接机构（盖章）")
STANDINGS: Final = {
    Standing.REACHED: "已完成",
    Standing.ON_PACE: "按进度",
    Standing.BEHIND: "落后",
    Standing.MISSED: "未完成",
    Standing.COMING: "未开始",
}


def yuan(amount: Decimal) -> str:
    """¥1,234.50."""
    return f"¥{amount:,.2f}"


def summary_values(contract: Contract, stamp: Stamp) -> dict[str, Any]:
    """What the summary says (about a dozen queries)."""
    today = clock.today()
    rows = progress([contract.pk], today).get(contract.pk, [])
    names = [station.name for station in stations_of(contract)]
    there = placed(contract, today)
    return {
        **stamp.values(title="合同摘要", number=contract.number, issuer=_buyer(contract)),
        "sections": [
            blocks.section(
                "基本情况",
                blocks.facts(
                    [
                        ("合同名称", contract.name),
                        ("购买方", _buyer(contract)),
                        ("承接机构", contract.organisation.name),
                        ("合同金额", yuan(contract.amount)),
                        ("资金来源", contract.fund.name_zh),
                        ("期限", f"{blocks.day(contract.since)} 至 {blocks.day(contract.until - timedelta(days=1))}"),
                        ("签订日期", blocks.day(contract.signed_on)),
                        ("状态", f"{contract.get_status_display()}，第 {contract.version} 版"),
                        ("派驻人员", f"约定 {contract.staff_needed} 人（持证 {contract.certified_needed} 人），"
                                     f"在岗 {there.staff} 人（持证 {there.certified} 人）"),
                        ("站点", "、".join(names[:60]) + (f" 等 {len(names)} 个" if len(names) > 60 else "")),
                    ]
                ),
            ),
            blocks.section("承诺与进度", _progress(rows)),
            blocks.section("付款", _plan(contract)),
            blocks.section("验收", _acceptances(contract)),
            blocks.section("变更", _amendments(contract)),
        ],
    }  # fmt: skip


def _buyer(contract: Contract) -> str:
    return contract.hub.name if contract.hub else ""


def _progress(rows: list[Progress]) -> Block:
    listed = [
        (
            row.title + (f"（{row.rule}）" if row.rule else ""),
            f"第 {row.year} 年度" if row.year else "全期",
            f"{row.target:,} {row.unit}",
            f"{row.done:,.1f}".removesuffix(".0"),
            STANDINGS[row.pace.standing],
        )
        for row in rows
    ]
    return blocks.table(("指标", "期间", "目标", "完成", "进度"), listed) or blocks.text("没有约定指标。")


def _plan(contract: Contract) -> Block:
    rows = [
        (
            f"第 {row.instalment.number} 期",
            str(Gate(row.instalment.gate).label),
            yuan(row.instalment.amount),
            yuan(row.deducted) if row.deducted else "",
            f"{blocks.day(row.payment.paid_on)} {yuan(row.payment.amount)}" if row.payment else "",
        )
        for row in queries.plan(contract, clock.today())
    ]
    return blocks.table(("期次", "付款节点", "应付", "扣减", "支付"), rows) or blocks.text("没有付款计划。")


def _acceptances(contract: Contract) -> Block:
    rows = [
        (
            f"第 {each.year} 年度{each.get_kind_display()}" + (f"（第 {each.round} 次）" if each.round > 1 else ""),
            blocks.day(each.held_on),
            f"{each.score}",
            str(each.get_grade_display()),
        )
        for each in contract.acceptances.all()
    ]
    return blocks.table(("验收", "日期", "得分", "等级"), rows) or blocks.text("还没有验收。")


def _amendments(contract: Contract) -> Block:
    rows = [
        (f"第 {each.version} 版", blocks.day(each.agreed_on), each.reason, each.after["amount"])
        for each in contract.amendments.all()
    ]
    return blocks.table(("版本", "日期", "理由", "合同金额(元)"), rows) or blocks.text("没有变更。")


def acceptance_values(found: Acceptance, stamp: Stamp) -> dict[str, Any]:
    """What the report of an acceptance says; what was reached is what was kept with it on the day. Pure."""
    contract = found.contract
    points = [(str(label), str(most), found.parts[code]) for code, most, label in PARTS if code in found.parts]
    reached = [
        (row["title"], f"{row['target']:,} {row['unit']}", f"{row['done']:,.1f}".removesuffix(".0"))
        for row in found.progress
    ]
    return {
        **stamp.values(title="验收报告", number=contract.number, issuer=_buyer(contract)),
        "sections": [
            blocks.section(
                "基本情况",
                blocks.facts(
                    [
                        ("合同", f"{contract.name}（{contract.number}）"),
                        ("承接机构", contract.organisation.name),
                        ("验收", f"第 {found.year} 年度{found.get_kind_display()}，第 {found.round} 次"),
                        ("验收日期", blocks.day(found.held_on)),
                        ("得分与等级", f"{found.score} 分，{found.get_grade_display()}"),
                    ]
                ),
            ),
            blocks.section("评分", blocks.table(("项目", "满分", "得分"), points) or blocks.text("没有评分。")),
            blocks.section(
                "当日完成情况", blocks.table(("指标", "目标", "完成"), reached) or blocks.text("验收时没有保存。")
            ),
            blocks.section(
                "意见",
                blocks.text(found.opinion or "无"),
                blocks.text(f"整改期限：{blocks.day(found.mend_by)}") if found.mend_by else None,
            ),
            blocks.section("", blocks.signatures([(who, "", None) for who in SIGNERS])),
        ],
    }  # fmt: skip


def _contract(viewer: Viewer, key: UUID) -> Contract | None:
    return queries.contracts(viewer).filter(pk=key.int).first() if key.int < LARGEST_ID else None


def _about(contract: Contract, key: UUID) -> Subject:
    hub_id = contract.hub_id or Station.objects.values_list("id", flat=True).get(tier=Tier.CENTRE)
    return Subject("contract", key, hub_id, hub_id, contract.number, reverse("practice:contract", args=[contract.pk]))


def _contract_subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _contract(viewer, key)
    return _about(found, key) if found else None


def _contract_values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _contract(viewer, key)
    return summary_values(found, stamp) if found else None


def _acceptance(viewer: Viewer, key: UUID) -> Acceptance | None:
    seen = queries.contracts(viewer).order_by().values("pk")
    related = Acceptance.objects.select_related("contract__hub", "contract__organisation")
    return related.filter(pk=key, contract__in=seen).first()


def _acceptance_subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _acceptance(viewer, key)
    return _about(found.contract, key) if found else None


def _acceptance_values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _acceptance(viewer, key)
    return acceptance_values(found, stamp) if found else None


SUMMARY: Final = PaperMaker(
    name=_("合同摘要"),
    template="practice/papers/contract.typ",
    roles=queries.PARTIES,
    subject=_contract_subject,
    values=_contract_values,
)
ACCEPTANCE: Final = PaperMaker(
    name=_("验收报告"),
    template="practice/papers/contract.typ",
    roles=queries.PARTIES,
    subject=_acceptance_subject,
    values=_acceptance_values,
)
